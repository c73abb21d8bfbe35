"""A run over sources: list, pick by title, fetch what is new, archive it.

Goes on where the last run was stopped, since what is archived is not fetched again; sites are asked side
by side, one host never twice at once. How to ask is `scrape.fetch`'s, how to keep `scrape.archive_writer`'s.
"""

import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from scrape.archive import ArchivedDocument
from scrape.archive_writer import About, ArchiveWriter
from scrape.exchange import Exchange, Request
from scrape.families import Family, ListedReport, ListPage, ListRequest, family
from scrape.families.rows import ATTACHMENT
from scrape.fetch import Fetcher, Missing, Stopped
from scrape.index import ArchiveError, Capture
from scrape.pages import is_html
from scrape.results import Outcome, Problem, SourceResult, Watcher
from scrape.source import Source
from scrape.titles import why_not_a_report
from scrape.wire import FetchError

HOSTS_AT_ONCE = 40


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
    families = {source.name: family(source.family) for source in sources}
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
        for first in self.family.first(self.source):
            waiting: list[ListRequest] = [first]
            asked: set[tuple[str, bytes | None]] = set()
            while waiting and len(asked) < self.source.max_pages:
                request = waiting.pop(0)
                key = (request.request.url, request.request.content)
                if key in asked:
                    continue
                asked.add(key)
                page = self._list_page(request)
                if page is None:
                    break
                for row in page.rows:
                    rows.setdefault(row.url, (row, request.request.url))
                waiting += page.following
            if waiting and len(asked) >= self.source.max_pages:
                self._fail(first.request.url, FetchError(f"more than {len(asked)} pages (raise max_pages)"))
        return rows

    def _list_page(self, asked: ListRequest) -> ListPage | None:
        """One page of a list, read; None where the list ends, be it before its time."""
        pages = getattr(asked.memory, "pages", None)
        if self.watcher:
            self.watcher.listing(self.source, asked.page, pages)
        url = asked.request.url
        try:
            page = self.family.read_list(asked, self._list_answer(asked.request))
        except Missing as error:
            if asked.page == 1:
                self._fail(url, error)
            else:
                self.result.notes.append(
                    f"The list ends at page {asked.page - 1}; page {asked.page}: {error}."
                )
            return None
        except FetchError as error:
            self._fail(url, error)
            return None
        if page.rows:
            return page
        if asked.page == 1:
            self._fail(url, FetchError("the list page shows no documents; the site may have changed"))
        else:
            self.result.notes.append(f"The list ends at page {asked.page - 1}; page {asked.page} is empty.")
        return None

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
        return picked

    def _report(self, report: ListedReport, parent: str) -> Outcome:
        """A listed report and the files that belong to it."""
        about = About(self.source.name, "report", report.title, report.listed_on, parent)
        outcome, files = self._document(report.url, about)
        for file in files:
            self._document(file, replace(about, kind="attachment", parent_url=report.url))
        return outcome

    def _document(self, url: str, about: About) -> tuple[Outcome, tuple[str, ...]]:
        """One document: what came of it, and the addresses of the files its page names."""
        outcome: Outcome
        known = self.archive.newest(url)
        try:
            if known and not self.refresh:
                outcome, files = "unchanged", known.attachments
            else:
                request = _conditional(Request(url), known) if known else Request(url)
                answer = self.fetcher.get(request, self.source, self._keep)
                if known and answer.status == 304:
                    files = known.attachments
                else:
                    files = self._files_of(answer, url, about.kind)
                outcome = self.archive.store(answer, replace(about, attachments=files))
        except FetchError as error:
            return self._fail(url, error), ()
        self.result.counts[outcome] += 1
        return outcome, files

    def _files_of(self, answer: Exchange, url: str, kind: str) -> tuple[str, ...]:
        if not is_html(answer):
            return ()
        if ATTACHMENT.search(urlsplit(url).path):
            self._keep(answer, "refused")
            raise Missing("a web page came instead of the file")
        return self.family.attachments(answer) if kind == "report" else ()

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
