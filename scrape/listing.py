"""The lists of one source, read to their end: page after page, and the lists of years or departments they lead to.

How a family's list looks is `scrape.families`', how to ask `scrape.client.fetch`'s; which rows are reports is decided
in `scrape.run`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from scrape.addresses import absolute
from scrape.archive import ArchivedDocument
from scrape.archive.index import ArchiveError, Capture
from scrape.archive.writer import About, ArchiveWriter
from scrape.client.fetch import Missing
from scrape.client.wire import FetchError
from scrape.exchange import Exchange, Request
from scrape.families import Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import base_address, links, title_of
from scrape.families.static_pages import next_linked
from scrape.pages import is_html, soup
from scrape.results import SourceResult, Watcher
from scrape.source import Source
from scrape.titles import column_title, why_not_a_report

_SUBLIST_DEPTH = 2
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_OPEN_ENDED = re.compile(r"至今|以来|以后|之后|起$|[-—~～至到]$")


class Row(NamedTuple):
    """A row of a list, the address of the list's page on which it stands, and what the list calls itself."""

    report: ListedReport
    page_url: str
    column: str | None


@dataclass(frozen=True)
class _List:
    """A list to be read. year: the one it is of, if the link to it says so."""

    address: str
    depth: int = 0
    year: int | None = None

    def was_settled(self, capture: Capture) -> bool:
        """Whether it was captured when the reports of its year had all been due for another year."""
        return self.year is not None and capture.timestamp[:8] > f"{self.year + 2}0331"


class Listing:
    """Reads a source's lists.

    ask: fetches a page, or raises FetchError. fail: notes an address that was not dealt with. What is worth a
    note goes into `result`. refresh: lists of settled years are asked for again, too.
    """

    def __init__(
        self,
        source: Source,
        family: Family,
        archive: ArchiveWriter,
        result: SourceResult,
        *,
        ask: Callable[[Request], Exchange],
        fail: Callable[[str, FetchError], object],
        refresh: bool = False,
        watcher: Watcher | None = None,
    ) -> None:
        self._source = source
        self._family = family
        self._archive = archive
        self._result = result
        self._ask = ask
        self._fail = fail
        self._refresh = refresh
        self._watcher = watcher
        self.read: set[str] = set()
        """Addresses of the pages that were read as lists: no report is there."""

    def rows(self) -> dict[str, Row]:
        """All rows of the source's lists by address; of an address with several titles a report's, or the first."""
        rows: dict[str, Row] = {}
        waiting = [_List(address) for address in self._source.list]
        begun: set[str] = set()
        without: list[str] = []
        too_deep: set[str] = set()
        while waiting:
            one = waiting.pop(0)
            if one.address in begun:
                continue
            begun.add(one.address)
            found, sublists = self._list(one)
            if found and not sublists and not any(map(_is_report, found.values())):
                without.append(one.address)
            for row in found.values():
                _keep(rows, row)
            if one.depth < _SUBLIST_DEPTH:
                waiting += sublists
            else:
                too_deep |= {sublist.address for sublist in sublists}
        self._tell_of_lists(without, too_deep - begun)
        return rows

    def _tell_of_lists(self, without: list[str], too_deep: set[str]) -> None:
        """Note the lists that gave no report, and those that were not read."""
        named = [address for address in without if address in self._source.list]
        for address in named if len(self._source.list) > 1 else ():
            self._fail(address, FetchError("the list has rows, and none of them is an annual report"))
        rest = [address for address in without if address not in self._source.list]
        if rest:
            told = f"{len(rest)} lists have rows, and none that is an annual report: {rest[0]}"
            self._result.notes.append(f"{told}{' …' if len(rest) > 1 else '.'}")
        if too_deep:
            told = f"{len(too_deep)} lists lie too deep and were not read: {min(too_deep)}"
            self._result.notes.append(f"{told}{' …' if len(too_deep) > 1 else '.'}")

    def _list(self, one: _List) -> tuple[dict[str, Row], list[_List]]:
        """One list from its first page on: its rows, and the lists it leads to."""
        rows: dict[str, Row] = {}
        sublists: list[_List] = []
        asked: set[tuple[str, bytes | None]] = set()
        column: str | None = None
        total, problems = 0, len(self._result.problems)
        waiting = [self._family.start(one.address, self._source)]
        while waiting and len(asked) < self._source.max_pages:
            request = waiting.pop(0)
            key = (request.request.url, request.request.content)
            if key in asked:
                continue
            asked.add(key)
            page, answer = self._page(request, one)
            if answer:
                sublists += self._sublists(answer, one)
                column = column or column_title(answer)
            if page is None:
                continue
            known = len(rows)
            for row in page.rows:
                _keep(rows, Row(row, request.request.url, column))
            waiting += page.following
            total = page.total or total
            if answer and len(rows) > known and not waiting:
                waiting += self._unasked(page, request, answer, one)
        for sublist in sublists:  # a link that says only “2023年” might pass for a report of that year
            rows.pop(sublist.address, None)
        if waiting and len(asked) >= self._source.max_pages:
            self._fail(one.address, FetchError(f"more than {len(asked)} pages (raise max_pages)"))
        if len(self._result.problems) == problems:
            if not rows and not sublists:
                self._fail(one.address, FetchError("the list shows no documents; the site may have changed"))
            elif len(rows) < total:
                promised = f"The list {one.address} promises {total} rows and shows {len(rows)}."
                self._result.notes.append(promised)
        return rows, sublists

    def _page(self, asked: ListRequest, one: _List) -> tuple[ListPage | None, Exchange | None]:
        """One page of a list, None where the list ends, be it before its time; and the answer it was read from."""
        pages = getattr(asked.memory, "pages", None)
        if self._watcher:
            self._watcher.listing(self._source, asked.page, pages)
        url = asked.request.url
        self.read.add(url)
        try:
            answer = self._answer(asked.request, one)
            self.read.add(answer.url)
            page = self._family.read_list(asked, answer)
        except Missing as error:
            if asked.page <= 1:
                self._fail(url, error)
            else:
                end = f"The list ends at page {asked.page - 1}; page {asked.page}: {error}."
                self._result.notes.append(end)
            return None, None
        except FetchError as error:
            self._fail(url, error)
            return None, None
        if page.rows or asked.page == 0 or (asked.page == 1 and page.following):
            return page, answer
        if asked.page > 1:
            self._result.notes.append(f"The list ends at page {asked.page - 1}; page {asked.page} is empty.")
        return None, answer

    def _unasked(self, page: ListPage, asked: ListRequest, answer: Exchange, one: _List) -> list[ListRequest]:
        """The next page that a list's page links, where the family sees no end and no further page."""
        if page.pages is not None or page.total is not None or not is_html(answer):
            return []
        number = max(asked.page, 1) + 1
        address = next_linked(soup(answer), answer.url, one.address, number)
        return [ListRequest(Request(address), number, asked.memory)] if address else []

    def _sublists(self, answer: Exchange, one: _List) -> list[_List]:
        """The lists that a list's page leads to: of years, of departments."""
        if self._source.sublists is None or not is_html(answer):
            return []
        page = soup(answer)
        base = base_address(page, answer.url)
        found: dict[str, _List] = {}
        for link in links(page):
            title = title_of(link)
            address = absolute(base, str(link["href"]))
            if address and self._source.sublists.fullmatch(title):
                years = [int(year) for year in _YEAR.findall(title)]
                year = max(years) if years else one.year
                if _OPEN_ENDED.search(title):
                    year = None
                found.setdefault(address, _List(address, one.depth + 1, year))
        return list(found.values())

    def _answer(self, request: Request, one: _List) -> Exchange:
        """A list page: from the archive if the site says it is as it was, or if its year was settled by then."""
        before = None
        known = self._archive.newest(request.url, "list") if request.method == "GET" else None
        is_settled = known is not None and one.was_settled(known) and not self._refresh
        if known and (is_settled or known.etag or known.last_modified):
            try:
                before = self._archive.read(known)
            except ArchiveError as error:
                self._result.notes.append(str(error))
            else:
                if is_settled:
                    return _as_answered(before)
                request = conditional(request, known)
        answer = self._ask(request)
        self._archive.store(answer, About(self._source.name, "list"))
        return _as_answered(before) if before and answer.status == 304 else answer


def _is_report(row: Row) -> bool:
    return why_not_a_report(row.report.title, row.column) is None


def _keep(rows: dict[str, Row], row: Row) -> None:
    """Add a row; of two with one address the first stays, unless only the other is called a report."""
    known = rows.setdefault(row.report.url, row)
    if known is not row and not _is_report(known) and _is_report(row):
        rows[row.report.url] = row


def conditional(request: Request, known: Capture) -> Request:
    """`request`, to be answered only if the page is no longer as it was captured."""
    told = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    usable = {name: value for name, value in told.items() if value and value.isascii()}
    return replace(request, headers={**request.headers, **usable})


def _as_answered(document: ArchivedDocument) -> Exchange:
    """An archived list page in the shape in which it once came."""
    charset = f"; charset={document.charset}" if document.charset else ""
    headers = {"content-type": f"{document.media_type or 'text/html'}{charset}"}
    return Exchange(document.url, document.fetched_at, 200, headers, b"", b"", document.body)
