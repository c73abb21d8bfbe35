"""A run over sources: list, pick by title, fetch what is new, archive it.

Goes on where the last run was stopped, since what is archived is not fetched again; sites are asked side
by side, one host never twice at once. How to ask is `scrape.client.fetch`'s, how to keep `scrape.archive.writer`'s.
"""

import time
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from chinese.folding import fold_label
from scrape.archive.index import ArchiveError
from scrape.archive.writer import About, ArchiveWriter
from scrape.client.caps import Capped, Caps
from scrape.client.fetch import Fetcher, Missing, Stopped
from scrape.client.wire import FetchError
from scrape.exchange import Exchange, Request
from scrape.families import Family, family_of
from scrape.families.rows import ATTACHMENT
from scrape.listing import Listing, Row, conditional
from scrape.pages import is_html
from scrape.results import Outcome, Problem, SourceResult, Watcher
from scrape.source import Source
from scrape.titles import fiscal_year, newest_year_due, why_not_a_report

HOSTS_AT_ONCE = 40
_OUTCOMES: dict[str, Outcome] = {"failed": "failed", "blocked": "blocked", "capped": "left"}


def run_sources(
    sources: Sequence[Source],
    archive_dir: Path,
    *,
    allow_local: bool = False,
    delay_s: float | None = None,
    refresh: bool = False,
    contact: str | None = None,
    caps: Caps | None = None,
    watcher: Watcher | None = None,
) -> list[SourceResult]:
    """Fetch what is new from `sources` into the archive; results in the order of the sources.

    allow_local: reach loopback addresses and no others. delay_s: seconds between requests instead of each
    source's own. contact: whom a site can ask about this run. refresh: ask again, conditionally, for what is
    archived, and keep changed pages beside the old. caps: what the whole run may ask for. SourceError for an
    unknown family, ArchiveError if the archive cannot be opened or written.
    """
    families = {source.name: family_of(source) for source in sources}
    results: dict[str, SourceResult] = {}

    def asked(source: Source, received_bytes: int) -> None:
        results[source.name].requests += 1
        results[source.name].received_bytes += received_bytes
        if watcher:
            watcher.asked(source, received_bytes)

    fetcher = Fetcher(allow_local=allow_local, delay_s=delay_s, contact=contact, caps=caps, told=asked)
    with ArchiveWriter(archive_dir) as archive:
        run = _Run(fetcher, archive, families, refresh, watcher)
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
        self.lists: set[str] = set()
        self.rows: set[str] = set()
        self.led_to: dict[str, tuple[str, str]] = {}

    def all(self) -> None:
        """List, pick, fetch; whatever happens is in the result and in the log."""
        source, began = self.source, time.monotonic()
        told = {key: getattr(source, key) for key in ("name", "title", "region", "family")}
        self.archive.log("started", **told, list="\n".join(source.list))
        try:
            listing = self._listing()
            reports = self._pick(listing.rows())
            self.lists, self.rows = listing.read, {row.report.url for row in reports}
            if self.watcher:
                self.watcher.found(source, len(reports), self._to_fetch(reports))
            for row in reports:
                outcome = self._report(row)
                if self.watcher:
                    self.watcher.document(source, outcome)
        except Stopped:
            self._fail(source.list[0], FetchError("the run was stopped before it came to its end"))
            raise
        except ArchiveError:
            raise
        except Exception as error:  # one site's surprise must not end the run of all others
            self._surprise(source.list[0], error)
        finally:
            self.result.reports = self.archive.count(source.name, "report")
            self.result.duration_s = time.monotonic() - began
            self.archive.log("finished", **self.result.to_json())

    def _listing(self) -> Listing:
        return Listing(
            self.source,
            self.family,
            self.archive,
            self.result,
            ask=lambda request: self.fetcher.get(request, self.source, self._keep),
            fail=self._fail,
            refresh=self.refresh,
            watcher=self.watcher,
        )

    def _pick(self, rows: Mapping[str, Row]) -> list[Row]:
        """Those rows whose titles are annual reports'. Too few of them is an error, never "nothing new"."""
        picked, passed_over = list[Row](), Counter[str]()
        for row in rows.values():
            reason = why_not_a_report(row.report.title, row.column)
            if reason is None:
                picked.append(row)
            else:
                passed_over[f"{reason}: {row.report.title}"] += 1
        self.archive.log(
            "listed",
            name=self.source.name,
            rows=len(rows),
            picked=len(picked),
            passed_over=sorted(passed_over)[:200],
        )
        if rows or not self.result.problems:
            self._check_expectations(len(rows), picked)
        return picked

    def _check_expectations(self, rows: int, picked: list[Row]) -> None:
        source, found = self.source, len(picked)
        if found < source.expect_at_least:
            told = f"the list has {rows} rows, {found} of them annual reports"
            expected = f"at least {source.expect_at_least} are expected"
            self._fail(source.list[0], FetchError(f"{told}; {expected}"))
        due = newest_year_due(datetime.now(UTC).date())
        of_year = sum(fiscal_year(row.report.title, row.report.listed_on) == due for row in picked)
        if of_year < source.expect_a_year:
            told = f"the list has {of_year} annual reports for {due}"
            expected = f"at least {source.expect_a_year} are expected"
            self._fail(source.list[0], FetchError(f"{told}; {expected}"))

    def _to_fetch(self, rows: list[Row]) -> int:
        return sum(self.refresh or self.archive.newest(row.report.url, "report") is None for row in rows)

    def _report(self, row: Row) -> Outcome:
        """A listed report with what belongs to it: pages on which it goes on, files beside it."""
        try:
            return self._with_belongings(row)
        except (Stopped, ArchiveError):
            raise
        except Exception as error:  # nor may one page's that of the site's others
            return self._surprise(row.report.url, error)

    def _with_belongings(self, row: Row) -> Outcome:
        report = row.report
        about = About(self.source.name, "report", report.title, report.listed_on, row.page_url)
        outcome, belongings = self._document(report.url, about)
        for part in belongings.parts:
            self._document(part, replace(about, kind="part", parent_url=report.url))
        for file in belongings.attachments:
            if file in self.rows:
                continue  # a report of its own
            self._document(file, replace(about, kind="attachment", parent_url=report.url))
        return outcome

    def _document(self, url: str, about: About) -> tuple[Outcome, "_Belongings"]:
        """One document: what came of it, and what belongs to it by its page."""
        outcome: Outcome
        known = self.archive.newest(url, about.kind)
        try:
            if known and not self.refresh:
                self._check_target(url, known.url, about)
                outcome, belongings = "unchanged", _Belongings(known.attachments, known.parts)
            else:
                request = conditional(Request(url), known) if known else Request(url)
                answer = self.fetcher.get(request, self.source, self._keep)
                self._check_target(url, answer.url, about)
                if known and answer.status == 304:
                    belongings = _Belongings(known.attachments, known.parts)
                else:
                    belongings = self._belongings(answer, url, about.kind)
                outcome = self.archive.store(answer, replace(about, **belongings._asdict()))
        except FetchError as error:
            return self._fail(url, error), _Belongings()
        self.result.counts[outcome] += 1
        return outcome, belongings

    def _check_target(self, url: str, target: str, about: About) -> None:
        """Missing if a report's address leads to no page of its own, as on sites that lost or moved their pages."""
        if url != target and target in self.lists:
            raise Missing("redirects to the list")
        if about.kind != "report" or (url != target and target in self.rows):
            return  # where another row leads by itself, a report is
        other, title = self.led_to.setdefault(target, (url, about.title or ""))
        if other != url and fold_label(title) != fold_label(about.title or ""):
            raise Missing(f"redirects to where another report's address leads: {other}")

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
        self.archive.store(answer, About(self.source.name, kind, moved_to=answer.moved_to))

    def _surprise(self, url: str, error: Exception) -> Outcome:
        self.archive.log("surprise", name=self.source.name, url=url, trace=traceback.format_exc())
        return self._fail(url, FetchError(f"unexpected {type(error).__name__} ({error}); please report this"))

    def _fail(self, url: str, error: FetchError) -> Outcome:
        problem = Problem(url, error.result, f"{error}.")
        outcome = _OUTCOMES[error.result]
        self.result.counts[outcome] += 1
        if isinstance(error, Capped) and any(p.reason == problem.reason for p in self.result.problems):
            return outcome  # said once; how many it leaves is in the counts
        self.result.problems.append(problem)
        self.archive.log("problem", name=self.source.name, **vars(problem))
        return outcome


class _Belongings(NamedTuple):
    """The files beside a report's page, and the pages on which it goes on."""

    attachments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
