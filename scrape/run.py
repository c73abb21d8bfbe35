"""A run over sources: list, pick by title, fetch what is new, archive it.

Goes on where the last run was stopped, since what is archived is not fetched again; sites are asked side
by side, one host never twice at once. How to ask is `scrape.fetch`'s, how to keep `scrape.archive_writer`'s.
"""

import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from scrape.addresses import absolute
from scrape.archive import ArchivedDocument
from scrape.archive_writer import About, ArchiveWriter
from scrape.exchange import Exchange, Request
from scrape.families import Family, ListedReport, ListPage, ListRequest, family_of
from scrape.families.rows import ATTACHMENT, base_address, links, title_of
from scrape.fetch import Fetcher, Missing, Stopped
from scrape.index import ArchiveError, Capture
from scrape.pages import is_html, soup
from scrape.results import Outcome, Problem, SourceResult, Watcher
from scrape.source import Source
from scrape.titles import fiscal_year, newest_year_due, why_not_a_report
from scrape.wire import FetchError

HOSTS_AT_ONCE = 40
_SUBLIST_DEPTH = 2


def run_sources(
    sources: Sequence[Source],
    archive_dir: Path,
    *,
    allow_local: bool = False,
    delay_s: float | None = None,
    refresh: bool = False,
    contact: str | None = None,
    watcher: Watcher | None = None,
) -> list[SourceResult]:
    """Fetch what is new from `sources` into the archive; results in the order of the sources.

    allow_local: reach loopback addresses and no others. delay_s: seconds between requests instead of each
    source's own. contact: whom a site can ask about this run. refresh: ask again, conditionally, for what is archived, and keep changed pages beside the
    old. SourceError for an unknown family, ArchiveError if the archive cannot be opened or written.
    """
    families = {source.name: family_of(source) for source in sources}
    fetcher = Fetcher(allow_local=allow_local, delay_s=delay_s, contact=contact)
    with ArchiveWriter(archive_dir) as archive:
        run = _Run(fetcher, archive, families, refresh, watcher)
        results: dict[str, SourceResult] = {}
        groups = _sharing_hosts(sources)
        with ThreadPoolExecutor(max_workers=max(1, min(HOSTS_AT_ONCE, len(groups)))) as threads:
            working = [threads.submit(run.all_of, group, results) for group in groups]
            try:
                done, _ = wait(working, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
            except BaseException:
                fetcher.stop()
                threads.shutdown(wait=True, cancel_futures=True)
                raise
            finally:
                fetcher.close()
        for repair in archive.repairs:
            for result in results.values():
                if repair.startswith(f"{result.source.name}.warc.gz"):
                    result.notes.append(repair)
    return [results[source.name] for source in sources]


def _sharing_hosts(sources: Sequence[Source]) -> list[list[Source]]:
    """The sources in groups, so that no two groups have a host in common."""
    groups: list[tuple[set[str], list[Source]]] = []
    for source in sources:
        hosts, members = set(source.hosts), [source]
        apart = []
        for group in groups:
            if group[0] & hosts:
                hosts |= group[0]
                members = group[1] + members
            else:
                apart.append(group)
        groups = [*apart, (hosts, members)]
    return [members for _, members in groups]


class _Run:
    """One run: the client, the archive and the families it works with."""

    def __init__(
        self,
        fetcher: Fetcher,
        archive: ArchiveWriter,
        families: dict[str, Family],
        refresh: bool,
        watcher: Watcher | None,
    ) -> None:
        self.fetcher = fetcher
        self.archive = archive
        self.families = families
        self.refresh = refresh
        self.watcher = watcher

    def all_of(self, group: list[Source], results: dict[str, SourceResult]) -> None:
        """Work through sources that share hosts, one after the other."""
        for source in group:
            result = results[source.name] = SourceResult(source)
            work = _SourceRun(self, source, result)
            work.all()
            if self.watcher:
                self.watcher.finished(result)


class _SourceRun:
    """The work on one source."""

    def __init__(self, run: _Run, source: Source, result: SourceResult) -> None:
        self.fetcher = run.fetcher
        self.archive = run.archive
        self.family = run.families[source.name]
        self.refresh = run.refresh
        self.watcher = run.watcher
        self.source = source
        self.result = result

    def all(self) -> None:
        """List, pick, fetch; whatever happens is in the result and in the log."""
        source = self.source
        told = {key: getattr(source, key) for key in ("name", "title", "region", "family")}
        self.archive.log("started", **told, list="\n".join(source.list))
        try:
            reports = self._pick(self._rows())
            if self.watcher:
                self.watcher.found(source, len(reports))
            for report, parent in reports:
                outcome = self._report(report, parent)
                if self.watcher:
                    self.watcher.document(source, outcome)
        except Stopped:
            self._fail(source.list[0], FetchError("the run was stopped before it came to its end"))
            raise
        except ArchiveError:
            raise
        except Exception as error:  # one site's surprise must not end the run of all others
            told_of = f"unexpected {type(error).__name__} ({error}); please report this"
            self._fail(source.list[0], FetchError(told_of))
            self.archive.log("surprise", name=source.name, trace=traceback.format_exc())
        finally:
            self.result.reports = self.archive.count(source.name, "report")
            self.archive.log("finished", **self.result.to_json())

    def _rows(self) -> dict[str, tuple[ListedReport, str]]:
        """All rows of the source's lists by address, each with the address of the list page it stands on."""
        rows: dict[str, tuple[ListedReport, str]] = {}
        waiting = [(address, 0) for address in self.source.list]
        begun: set[str] = set()
        while waiting:
            address, depth = waiting.pop(0)
            if address not in begun:
                begun.add(address)
                found, sublists = self._list(self.family.start(address, self.source))
                rows = found | rows
                if depth < _SUBLIST_DEPTH:
                    waiting += [(sublist, depth + 1) for sublist in sublists]
        return rows

    def _list(self, first: ListRequest) -> tuple[dict[str, tuple[ListedReport, str]], list[str]]:
        """One list from its first page on: its rows, and the addresses of the lists it leads to."""
        rows: dict[str, tuple[ListedReport, str]] = {}
        sublists: list[str] = []
        waiting, asked, total = [first], set[tuple[str, bytes | None]](), 0
        problems = len(self.result.problems)
        while waiting and len(asked) < self.source.max_pages:
            request = waiting.pop(0)
            key = (request.request.url, request.request.content)
            if key in asked:
                continue
            asked.add(key)
            page, leads_to = self._list_page(request)
            sublists += leads_to
            if page is None:
                break
            for row in page.rows:
                rows.setdefault(row.url, (row, request.request.url))
            waiting += page.following
            total = page.total or total
        url = first.request.url
        if waiting and len(asked) >= self.source.max_pages:
            self._fail(url, FetchError(f"more than {len(asked)} pages (raise max_pages)"))
        if not rows and not sublists and len(self.result.problems) == problems:
            self._fail(url, FetchError("the list shows no documents; the site may have changed"))
        elif len(rows) < total and len(self.result.problems) == problems:
            self.result.notes.append(f"The list {url} promises {total} rows and shows {len(rows)}.")
        return rows, sublists

    def _list_page(self, asked: ListRequest) -> tuple[ListPage | None, list[str]]:
        """One page of a list, read, None where the list ends, be it before its time; and the lists it names."""
        pages = getattr(asked.memory, "pages", None)
        if self.watcher:
            self.watcher.listing(self.source, asked.page, pages)
        url = asked.request.url
        try:
            answer = self._list_answer(asked.request)
            page = self.family.read_list(asked, answer)
        except Missing as error:
            if asked.page <= 1:
                self._fail(url, error)
            else:
                self.result.notes.append(
                    f"The list ends at page {asked.page - 1}; page {asked.page}: {error}."
                )
            return None, []
        except FetchError as error:
            self._fail(url, error)
            return None, []
        sublists = self._sublists(answer)
        if page.rows or asked.page == 0:
            return page, sublists
        if asked.page > 1:
            self.result.notes.append(f"The list ends at page {asked.page - 1}; page {asked.page} is empty.")
        return None, sublists

    def _sublists(self, answer: Exchange) -> list[str]:
        """The lists that a list's page leads to: of years, of departments."""
        if self.source.sublists is None or not is_html(answer):
            return []
        page = soup(answer)
        base = base_address(page, answer.url)
        fitting = (link for link in links(page) if self.source.sublists.fullmatch(title_of(link)))
        found = (absolute(base, str(link["href"])) for link in fitting)
        return list(dict.fromkeys(address for address in found if address))

    def _list_answer(self, request: Request) -> Exchange:
        """A list page: from the archive if the site says it is as it was."""
        before = None
        known = self.archive.newest(request.url) if request.method == "GET" else None
        if known and (known.etag or known.last_modified):
            try:
                before = self.archive.read(known)
                request = _conditional(request, known)
            except ArchiveError as error:
                self.result.notes.append(str(error))
        answer = self.fetcher.get(request, self.source, self._keep)
        self.archive.store(answer, About(self.source.name, "list"))
        return _as_answered(before) if before and answer.status == 304 else answer

    def _pick(self, rows: dict[str, tuple[ListedReport, str]]) -> list[tuple[ListedReport, str]]:
        """Those rows whose titles are annual reports'. Too few of them is an error, never "nothing new"."""
        picked, passed_over = [], Counter[str]()
        for row, parent in rows.values():
            reason = why_not_a_report(row.title)
            if reason is None:
                picked.append((row, parent))
            else:
                passed_over[f"{reason}: {row.title}"] += 1
        self.archive.log(
            "listed",
            name=self.source.name,
            rows=len(rows),
            picked=len(picked),
            passed_over=sorted(passed_over)[:200],
        )
        if rows and len(picked) < self.source.expect_at_least:
            told = f"{len(rows)} rows, {len(picked)} of them annual reports"
            expected = f"at least {self.source.expect_at_least} are expected"
            self._fail(self.source.list[0], FetchError(f"the list has {told}; {expected}"))
        if rows and self.source.expect_a_year:
            due = newest_year_due(datetime.now(UTC).date())
            of_year = sum(fiscal_year(row.title, row.listed_on) == due for row, _ in picked)
            if of_year < self.source.expect_a_year:
                told = f"the list has {of_year} annual reports for {due}"
                expected = f"at least {self.source.expect_a_year} are expected"
                self._fail(self.source.list[0], FetchError(f"{told}; {expected}"))
        return picked

    def _report(self, report: ListedReport, parent: str) -> Outcome:
        """A listed report and the files that belong to it."""
        about = About(self.source.name, "report", report.title, report.listed_on, parent)
        outcome, belongings = self._document(report.url, about)
        for part in belongings.parts:
            self._document(part, replace(about, kind="part", parent_url=report.url))
        for file in belongings.attachments:
            self._document(file, replace(about, kind="attachment", parent_url=report.url))
        return outcome

    def _document(self, url: str, about: About) -> tuple[Outcome, "_Belongings"]:
        """One document: what came of it, and what belongs to it by its page."""
        outcome: Outcome
        known = self.archive.newest(url)
        try:
            if known and not self.refresh:
                outcome, belongings = "unchanged", _Belongings(known.attachments, known.parts)
            else:
                request = _conditional(Request(url), known) if known else Request(url)
                answer = self.fetcher.get(request, self.source, self._keep)
                if known and answer.status == 304:
                    belongings = _Belongings(known.attachments, known.parts)
                else:
                    belongings = self._belongings(answer, url, about.kind)
                outcome = self.archive.store(answer, replace(about, **belongings._asdict()))
        except FetchError as error:
            return self._fail(url, error), _Belongings()
        self.result.counts[outcome] += 1
        return outcome, belongings

    def _belongings(self, answer: Exchange, url: str, kind: str) -> "_Belongings":
        if not is_html(answer):
            return _Belongings()
        if kind == "attachment" or ATTACHMENT.search(urlsplit(url).path):
            self._keep(answer, "refused")
            raise Missing("a web page came instead of the file")
        if kind == "part":
            return _Belongings()
        parts = tuple(part for part in self.family.further_pages(answer) if part != url)
        return _Belongings(self.family.attachments(answer), parts)

    def _keep(self, answer: Exchange, kind: str) -> None:
        """Archive an answer that is no document: what a site refused, and how, is evidence too."""
        self.archive.store(answer, About(self.source.name, kind))

    def _fail(self, url: str, error: FetchError) -> Outcome:
        problem = Problem(url, error.result, f"{error}.")
        self.result.problems.append(problem)
        outcome: Outcome = "blocked" if error.result == "blocked" else "failed"
        self.result.counts[outcome] += 1
        self.archive.log("problem", name=self.source.name, **vars(problem))
        return outcome


class _Belongings(NamedTuple):
    """The files beside a report's page, and the pages on which it goes on."""

    attachments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def _conditional(request: Request, known: Capture) -> Request:
    """`request`, to be answered only if the page is no longer as it was captured."""
    told = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    usable = {name: value for name, value in told.items() if value and value.isascii()}
    return replace(request, headers={**request.headers, **usable})


def _as_answered(document: ArchivedDocument) -> Exchange:
    """An archived list page in the shape in which it once came."""
    charset = f"; charset={document.charset}" if document.charset else ""
    headers = {"content-type": f"{document.media_type or 'text/html'}{charset}"}
    return Exchange(document.url, document.fetched_at, 200, headers, b"", b"", document.body)
