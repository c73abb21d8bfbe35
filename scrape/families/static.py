"""The family of all sites that no other family knows: a list address, and if need be a pattern for its rows.

Rows are told by where they stand and lead (`static_rows`), further pages by what the page says of them
(`static_pages`), and two systems keep their rows as data (`static_data`). Where a list cannot be read so, the
source file says how: `options.link` and `options.next`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.interface import Clue, Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import base_address, is_template, live_scripts
from scrape.families.static_data import Messages, initial, inline, message_rows, messages
from scrape.families.static_pages import onward, page_count_tag, set_page_call
from scrape.families.static_rows import Found, rows_fitting, rows_found
from scrape.pages import soup
from scrape.source import Source, SourceError
from scrape.titles import column_title, is_report_column, why_not_a_report

_MOST_FRAMES = 3
_DIALECTS = (
    (
        re.compile(r"/(?:gongkai|govop)/show/[0-9a-f]{16,}\.html", re.IGNORECASE),
        "as sites in Sichuan name them",
    ),
    (re.compile(r"/gongkai/site_[^/]+/channel_[^/]+/doc_[0-9a-f]{24}\.html"), "as sites in Zibo name them"),
    (re.compile(r"/gknb/[0-9a-f]{32}\.html|/pnidpv\d+\w*\.html"), "as districts of Beijing name them"),
    (re.compile(r"/\d{16,20}/index\.s?html|/article_\d{17,}\.html"), "as sites in Inner Mongolia name them"),
    (re.compile(r"/html/\w+/\d{6}/0\d{15}\.html"), "as sites in Liaoning name them"),
    (re.compile(r"/(?:20\d\d)/\d\d-\d\d/\d+\.html"), "as sites in Henan name them"),
    (re.compile(r"/columns/[0-9a-f-]{36}/\d{6}/\d\d/[0-9a-f-]{36}\.html"), "as sites in Hebei name them"),
    (re.compile(r"/articles/ch\d+/\d{6}/[0-9a-f-]{36}\.shtml"), "as sites in Shandong name them"),
    (re.compile(r"/20\d{6}/[0-9a-f]{32}\.html"), "as sites in Shanghai name them"),
    (re.compile(r"/20\d{6}/i\d+\.html"), "as sites of Boshan's name them"),
    (re.compile(r"/contents/\d+/\d+\.html"), "as sites in Pingdingshan name them"),
    (re.compile(r"(?<!gkmlpt)/content/m?post_\d+\.html"), "as sites of NFCMS name them"),
    (
        re.compile(r"/content/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.html"),
        "as sites of TrueCMS name them",
    ),
    (re.compile(r"/\d{15,21}\.html"), "with such numbers"),
)
"""Addresses of documents by which a site is known to be of no other family."""


@dataclass(frozen=True)
class _List:
    """What is known of a list from page to page. seen: the addresses of its rows so far."""

    entry: str
    hosts: frozenset[str]
    link: re.Pattern[str] | None = None
    next: str | None = None
    column: str | None = None
    pages: int | None = None
    seen: frozenset[str] = frozenset()
    framed: bool = False
    interface: Messages | None = None


class Static(Family):
    """The static family; see `scrape.families.interface`."""

    name: ClassVar[str] = "static"
    title: ClassVar[str] = "其他网站 (any other site)"
    options: ClassVar[Mapping[str, str]] = {
        "link": "a regular expression that is found in the addresses of the list's rows and in no other link's",
        "next": "the address of a further page, as seen from the list's, with {page} (2, 3, …) or {page0} (1, 2, …)",
    }

    def start(self, address: str, source: Source) -> ListRequest:
        """The list's own address. What stands there may be a mere frame around the list: hence page 0."""
        told, template = source.options.get("link"), source.options.get("next")
        try:
            link = re.compile(str(told)) if told is not None else None
        except re.error as error:
            raise SourceError(f"{source.name}: options.link is no regular expression ({error}).") from None
        if template is not None and "{page" not in str(template):
            raise SourceError(
                f"{source.name}: options.next must hold {{page}} or {{page0}}, not {template!r}."
            )
        hosts = source.hosts | {urlsplit(address).hostname or ""}
        known = _List(address, hosts, link, None if template is None else str(template))
        return ListRequest(Request(address), 0, known)

    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """The rows that stand in the list, and its next page as far as the page tells of one."""
        known = asked.memory if isinstance(asked.memory, _List) else _list_at(asked.request.url)
        if known.interface:
            return _answered(known, known.interface, asked, answer)
        number = max(asked.page, 1)
        data = inline(answer)
        if data and data.rows:
            return ListPage(data.rows, (), data.pages, data.promised)
        document = soup(answer)
        interface = messages(document, answer.url)
        if interface:
            return _begun(known, interface, initial(document, answer.url), number)
        if known.column is None:
            known = replace(known, column=column_title(answer))
        found = _found(document, answer.url, known)
        frames = _frames(document, answer.url, known.hosts) if asked.page == 0 and not known.framed else []
        if frames and not found.sure:
            return ListPage((), tuple(_framed(address, known) for address in frames))
        further = onward(document, answer.url, known.entry, number, known.next)
        fresh = {row.url for row in found.rows} - known.seen
        # Some sites answer a page beyond the last with the last, or the first.
        if not fresh or not further.address:
            return ListPage(found.rows, (), further.pages, further.total)
        known = replace(known, pages=further.pages, seen=known.seen | fresh)
        following = ListRequest(Request(further.address), number + 1, known)
        return ListPage(found.rows, (following,), further.pages, further.total)

    def recognise(self, page: Exchange) -> Clue | None:
        """By a mechanism that is no other family's, by addresses of documents, or merely by titles of reports."""
        document = soup(page)
        mechanism = _mechanism(document, page)
        if mechanism:
            return Clue(3, mechanism, page.url)
        known = replace(_list_at(page.url), column=column_title(page))
        found = _found(document, page.url, known)
        reports = [row for row in found.rows if why_not_a_report(row.title, known.column) is None]
        for pattern, manner in _DIALECTS:
            of_kind = [row.url for row in reports if pattern.search(row.url)]
            if of_kind:
                example = urlsplit(of_kind[0]).path
                return Clue(2, f"the page has rows such as {example}, {manner}", page.url)
        if reports:
            return Clue(
                1, f"the page has {len(reports)} links called annual reports, whatever its system", page.url
            )
        if is_report_column(known.column) and _frames(document, page.url, known.hosts):
            return Clue(1, f"the page of {known.column} shows another page of the site in a frame", page.url)
        return None


def _list_at(address: str) -> _List:
    return _List(address, frozenset({urlsplit(address).hostname or ""}))


def _found(document: BeautifulSoup, url: str, known: _List) -> Found:
    if known.link:
        return rows_fitting(document, url, known.link)
    return rows_found(document, url, known.entry, known.hosts, known.column)


def _frames(document: BeautifulSoup, url: str, hosts: frozenset[str]) -> list[str]:
    """The pages of the same host that a page shows in frames."""
    base = base_address(document, url)
    found: list[str] = []
    for frame in document.find_all(["iframe", "frame"], src=True, limit=20):
        told = str(frame["src"]).strip()
        address = None if not told or is_template(told) else absolute(base, told)
        if address and address != url and urlsplit(address).hostname in hosts:
            found.append(address)
    return list(dict.fromkeys(found))[:_MOST_FRAMES]


def _framed(address: str, known: _List) -> ListRequest:
    return ListRequest(Request(address), 0, replace(known, entry=address, framed=True))


def _begun(known: _List, interface: Messages, rows: tuple[ListedReport, ...], number: int) -> ListPage:
    """A list page of TrueCMS: the records in it, and the request for those behind its interface."""
    if interface.total is not None and interface.start > interface.total:
        return ListPage(rows, (), None, interface.total)
    seen = frozenset(row.url for row in rows)
    following = ListRequest(interface.request, number + 1, replace(known, interface=interface, seen=seen))
    return ListPage(rows, (following,), None, interface.total)


def _answered(known: _List, interface: Messages, asked: ListRequest, answer: Exchange) -> ListPage:
    """An answer of TrueCMS's interface, and the request for the records after it."""
    rows, told = message_rows(answer)
    total = told or interface.total
    after = replace(interface, start=interface.start + interface.at_once, total=total)
    fresh = {row.url for row in rows} - known.seen
    ended = after.start > total if total is not None else len(rows) < interface.at_once
    if not fresh or ended:
        return ListPage(rows, (), None, total)
    known = replace(known, interface=after, seen=known.seen | fresh)
    return ListPage(rows, (ListRequest(after.request, asked.page + 1, known),), None, total)


def _mechanism(document: BeautifulSoup, page: Exchange) -> str | None:
    """Names the part of a page by which this family can read its list as no other can; None if there is none."""
    script = live_scripts(document)
    data = inline(page)
    if data and data.rows:
        return f"the page has a dataList with {len(data.rows)} rows"
    if messages(document, page.url):
        return "the page names TrueCMS's interface getMessage.do and a column"
    if "totalPage" in script and set_page_call(script):
        return 'the page has the pager of Shanghai\'s sites, pagination("setPage", …)'
    if page_count_tag(document):
        return "the page has the pager of Henan's sites, #pageDec with pagecount"
    if document.select_one("li.pagedContent") and "totalCount" in script:
        return "the page has its whole list in rows called pagedContent, as sites in Shandong do"
    return None
