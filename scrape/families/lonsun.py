"""龙讯 Lonsun: columns `/public/column/ORGAN?type=3` and `/content/column/ID`, paged by `pageIndex`.

The view `type=3` is that of annual reports. Most columns come with their rows; some ship a template only
(`<?=el.link?>`), and some give page 1 whatever `pageIndex` says: for both there is the interface that the
site's own script asks, `/site/label/8888?labelName=publicInfoList`. Its parameters are seen; that a page's
script holds them as `siteId: "…"` is unverified: no real script was at hand.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar
from urllib.parse import parse_qs, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from bs4 import BeautifulSoup, Tag

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.interface import Clue, Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import (
    base_address,
    is_template,
    links,
    listed_date,
    live_scripts,
    row_links,
    row_of,
    title_of,
)
from scrape.pages import soup
from scrape.source import Source

_ORGAN = re.compile(r"/public/column/(\d+)/?$")
_ARTICLE = re.compile(
    r"/public/\d+/\d+\.html$|/public/content/\d+(?:\.html)?$|/content/article/\d+|/XxgkAnnualReport/show/\d+\.html$",
    re.IGNORECASE,
)
_PAGER = re.compile(r"\bLs\.pagination\(\s*[\"']#?([\w-]+)[\"']")
_PAGES = re.compile(r"\bpageCount[\"']?\s*:\s*[\"']?(\d{1,5})")
_ADDRESS = re.compile(r"[\"']([^\"'\s]*[?&]pageIndex=)[\"']\s*\+")
_LABEL = "publicInfoList"
_ASKED_FOR = re.compile(
    r"\b(siteId|organId|catIds?|type|file)[\"']?\s*[:=]\s*(?:[\"']([^\"'\s]*)[\"']|(\d+))", re.IGNORECASE
)
_FAR = 1500
"""Characters from a call's or a label's name within which its parameters stand."""

_ONLY_A_YEAR = re.compile(r"((?:19|20)\d\d)年?(?:度)?")
_PAGE_SIZE = 15
_MOST_PAGERS = 50
_MOST_LISTS = 500
_MOST_ROWS = 5000
_LINKS_A_ROW = 5
_ROW_DEPTH = 3


@dataclass(frozen=True)
class _List:
    """What is known of a list, and which of its pages is asked for.

    label: the query of its interface, if known. seen: addresses of the rows so far. before: pages that were
    read before the interface was asked, which begins at its own page 1.
    """

    address: str
    prefix: str | None = None
    pages: int | None = None
    label: tuple[tuple[str, str], ...] | None = None
    asks_label: bool = False
    seen: frozenset[str] = frozenset()
    index: int = 1
    before: int = 0

    def request(self) -> ListRequest:
        """The request for the page `index`."""
        number = self.index + self.before
        if self.asks_label and self.label:
            query = urlencode(
                [(key, str(self.index) if key == "pageIndex" else value) for key, value in self.label]
            )
            address = urljoin(self.address, f"/site/label/8888?{query}")
            return ListRequest(Request(address, headers={"Referer": self.address}), number, self)
        parts = urlsplit(self.address)
        kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != "pageIndex"]
        own = urlunsplit(parts._replace(query=urlencode([*kept, ("pageIndex", str(number))])))
        return ListRequest(Request(f"{self.prefix}{number}" if self.prefix else own), number, self)


@dataclass(frozen=True)
class _Start:
    """A list of which only the source file is known."""

    options: Mapping[str, str | int]


class Lonsun(Family):
    """The Lonsun family; see `scrape.families.interface`."""

    name: ClassVar[str] = "lonsun"
    title: ClassVar[str] = "龙讯 Lonsun"
    options: ClassVar[Mapping[str, str]] = {
        "site_id": "siteId of the interface, where the page does not say it",
        "file": "template of the interface (file=…), where the page does not say it",
    }

    def start(self, address: str, source: Source) -> ListRequest:
        """The column's page, which may have no rows of its own."""
        return ListRequest(Request(address), 0, _Start(source.options))

    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """The rows of the column's own list, and the next page by its pager or by the interface."""
        page = soup(answer)
        script = live_scripts(page)
        known = asked.memory
        if not isinstance(known, _List):
            options = known.options if isinstance(known, _Start) else {}
            known = _List(answer.url, label=_label(page, script, answer.url, options))
        unit, pages, prefix = _pager(script, answer.url, known.address)
        rows = _rows(page, answer.url, unit)
        fresh = {row.url for row in rows} - known.seen
        pages = pages or known.pages
        known = replace(known, pages=pages, prefix=prefix or known.prefix, seen=known.seen | fresh)
        following: tuple[ListRequest, ...] = ()
        if fresh:
            more = known.index < pages if pages else known.asks_label
            following = (replace(known, index=known.index + 1).request(),) if more else ()
        elif known.label and not known.asks_label and (rows or asked.page == 0):
            # A template without rows, or a server that gives page 1 again: the site's script asks the label,
            # whose pages may be of another size.
            label = replace(known, asks_label=True, pages=None, seen=frozenset(), index=1)
            following = (replace(label, before=1 if rows else 0).request(),)
        elif asked.page > 1:
            rows = ()  # the same again: the list ends here, and the run says where
        return ListPage(rows, following, pages)

    def recognise(self, page: Exchange) -> Clue | None:
        """By the list's markup and pager, by addresses, by the vendor's scripts."""
        document = soup(page)
        script = live_scripts(document)
        unit, pages, _ = _pager(script, page.url, page.url)
        if _containers(document) and _rows(document, page.url, unit):
            return Clue(3, "the page has a list of Lonsun's (doc_list, xxgk_nav_list)", page.url)
        if _ORGAN.search(urlsplit(page.url).path):
            if _LABEL in page.text and _label(document, script, page.url, {}):
                return Clue(3, f"the page asks Lonsun's label {_LABEL} for its rows", page.url)
            return Clue(2, "the address is that of a column of Lonsun's (/public/column/…)", page.url)
        if _rows(document, page.url, unit):
            return Clue(2, "the page links articles at Lonsun's addresses (/public/N/N.html)", page.url)
        if pages or _meta(document, "siteid") or "j-fontContent" in page.text:
            return Clue(1, "the page has scripts or tags of Lonsun's", page.url)
        return None


def _pager(script: str, url: str, column: str) -> tuple[str | None, int | None, str | None]:
    """The pager's list, its number of pages, and the address that a page's number is put behind."""
    column_id = re.search(r"/content/column/(\d+)", urlsplit(column).path)
    found = []
    for call in islice(_PAGER.finditer(script), _MOST_PAGERS):
        body = script[call.end() : call.end() + _FAR]
        pages, told = _PAGES.search(body), _ADDRESS.search(body)
        if pages is None:
            continue
        unit = re.sub(r"\D", "", call.group(1)) or None
        prefix = absolute(url, told.group(1)) if told else None
        own = {urlsplit(column).path.rstrip("/"), f"/content/column/{unit}"}
        inside = prefix and urlsplit(prefix).netloc == urlsplit(column).netloc
        fitting = prefix if prefix and inside and urlsplit(prefix).path.rstrip("/") in own else None
        found.append((unit, int(pages.group(1)), fitting))
    named = [one for one in found if column_id and one[0] == column_id.group(1)]
    return next(iter(named or found), (None, None, None))


def _label(
    page: BeautifulSoup, script: str, url: str, options: Mapping[str, str | int]
) -> tuple[tuple[str, str], ...] | None:
    """The interface's query, with an empty place for the page's number; None where too little is known."""
    organ = _ORGAN.search(urlsplit(url).path)
    if organ is None:
        return None
    place = script.find(_LABEL)
    near = script[max(0, place - _FAR) : place + _FAR] if place >= 0 else ""
    told = {
        key.lower(): text or number
        for key, text, number in _ASKED_FOR.findall(near)
        if not is_template(text) and (text or number)
    }
    asked = {key.lower(): values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    site = str(options.get("site_id") or told.get("siteid") or _meta(page, "siteid"))
    if not site:
        return None
    file = str(options.get("file") or told.get("file") or "")
    return (
        *(("IsAjax", "1"), ("dataType", "html"), ("labelName", _LABEL), ("siteId", site)),
        *(("pageSize", str(_PAGE_SIZE)), ("pageIndex", ""), ("action", "list")),
        *(("isDate", "true"), ("dateFormat", "yyyy-MM-dd"), ("length", "80"), ("organId", organ.group(1))),
        ("type", asked.get("type") or told.get("type") or "3"),
        ("catId", asked.get("catid") or told.get("catid") or ""),
        *([("file", file)] if file else []),
    )


def _meta(page: BeautifulSoup, name: str) -> str:
    for meta in page.find_all("meta", attrs={"name": True}, limit=100):
        if str(meta["name"]).lower() == name:
            content = str(meta.get("content") or "").strip()
            return content if content.isascii() and content.isdigit() else ""
    return ""


def _containers(page: BeautifulSoup) -> list[Tag]:
    return page.select("ul.xxgk_nav_list, .xxgk_navli, ul[class*=doc_list]", limit=_MOST_LISTS)


def _rows(page: BeautifulSoup, url: str, unit: str | None) -> tuple[ListedReport, ...]:
    """The rows of the column's own list; else links to articles, and to the years of the view itself."""
    base = base_address(page, url)
    lists = _containers(page)
    column = re.search(r"/content/column/(\d+)", urlsplit(url).path)
    wanted = {f"list-{number}" for number in (unit, column and column.group(1)) if number}
    own = [one for one in lists if wanted & set(one.get("class") or ())]
    public = [one for one in lists if {"xxgk_nav_list", "xxgk_navli"} & set(one.get("class") or ())]
    found: Iterable[ListedReport | None]
    if lists:
        found = (_row(row, base) for row in _rows_in(page, public or own or lists))
    else:
        found = (_listed(link, row_of(link), base) for link in links(page) if _is_row(link, base, url))
    by_address: dict[str, ListedReport] = {}
    for row in found:
        if row and row.title:
            by_address.setdefault(row.url, row)
    return tuple(by_address.values())


def _rows_in(page: BeautifulSoup, lists: list[Tag]) -> list[Tag]:
    """The elements that are a row each: in older columns a `ul`, in the others an `li`."""
    kinds = {id(one): "ul" if "xxgk_navli" in set(one.get("class") or ()) else "li" for one in lists}
    return [
        part
        for part in page.find_all(["ul", "li"], limit=_MOST_ROWS)
        if any(kinds.get(id(parent)) == part.name for parent in islice(part.parents, _ROW_DEPTH))
    ]


def _row(row: Tag, base: str) -> ListedReport | None:
    """The report of one row; separators (`lm_line`) and names of columns are none."""
    if {"lm_line", "columnName"} & set(row.get("class") or ()):
        return None
    inside = row_links(row, _LINKS_A_ROW)
    articles = [link for link in inside if _ARTICLE.search(str(link["href"]))]
    found = (_listed(link, row, base) for link in articles[:1] or inside)
    return max((one for one in found if one), key=lambda one: len(one.title), default=None)


def _listed(link: Tag, row: Tag, base: str) -> ListedReport | None:
    href, title = str(link["href"]), title_of(link)
    address = absolute(base, href)
    if address is None or is_template(href) or is_template(title):
        return None
    year = _ONLY_A_YEAR.fullmatch(title)
    if year and "timeFrame" in address:
        title = f"{year.group(1)}年政府信息公开年报"  # as the view is called that has a link for each year
    return ListedReport(address, title, listed_date(row, None))


def _is_row(link: Tag, base: str, url: str) -> bool:
    address = absolute(base, str(link["href"]))
    if address is None:
        return False
    parts = urlsplit(address)
    a_year = parts.path == urlsplit(url).path and "timeFrame" in parse_qs(parts.query)
    return a_year or _ARTICLE.search(parts.path) is not None
