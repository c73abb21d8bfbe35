"""A run as the person at the terminal sees it: a live table on a terminal, plain lines elsewhere.

What a run has given at its end is `scrape.tables`'.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from scrape.client.fetch import JITTER
from scrape.results import Outcome, SourceResult
from scrape.source import Source

LINE_EVERY_S = 30.0
_NARROW = 80


@dataclass
class Work:
    """How far the run has come with one source.

    reports, to_fetch: on its lists, and of them those that must be asked for; None while the lists are read.
    """

    source: Source
    pause_s: float
    doing: str = "waiting"
    reports: int | None = None
    to_fetch: int = 0
    done: int = 0
    fetched: int = 0
    requests: int = 0
    received_bytes: int = 0
    is_begun: bool = False
    is_finished: bool = False
    _found_at: float = 0.0
    _requests_for_lists: int = 0
    _requests_before: int = 0

    def asked(self, received_bytes: int) -> None:
        """Count a request."""
        self.requests += 1
        self.received_bytes += received_bytes

    def found(self, reports: int, to_fetch: int, now: float) -> None:
        """Take down what the lists have."""
        self.reports, self.to_fetch, self.doing = reports, to_fetch, "reports"
        self._found_at, self._requests_for_lists, self._requests_before = now, self.requests, self.requests

    def document(self) -> None:
        """Count a report that has been dealt with."""
        self.done += 1
        self.fetched += self.requests > self._requests_before
        self._requests_before = self.requests

    def left_s(self, now: float) -> float | None:
        """Seconds until it is done, as far as its pauses and its pace until now tell; None if nothing does."""
        if self.is_finished:
            return 0.0
        if self.reports is None:
            return None
        requests = self.requests - self._requests_for_lists
        a_report = max(1.0, requests / self.fetched) if self.fetched else 1.0
        a_request = max(self.pause_s, (now - self._found_at) / requests if requests else 0.0)
        return max(0, self.to_fetch - self.fetched) * a_report * a_request


@dataclass
class Tally:
    """How far the run has come with all its sources. A Watcher; safe to call from several threads."""

    sources: Sequence[Source]
    delay_s: float | None = None
    works: dict[str, Work] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._began = time.monotonic()
        for source in self.sources:
            delay_s = source.delay_s if self.delay_s is None else self.delay_s
            self.works[source.name] = Work(source, delay_s * (1 + JITTER) / 2)

    def listing(self, source: Source, page: int, pages: int | None) -> None:
        """Note which page of a list is read."""
        of = f" of {pages}" if pages else ""
        with self._lock:
            self.works[source.name].is_begun = True
            self.works[source.name].doing = f"list, page {page}{of}"

    def asked(self, source: Source, received_bytes: int) -> None:
        """Count a request."""
        with self._lock:
            self.works[source.name].asked(received_bytes)

    def found(self, source: Source, reports: int, to_fetch: int) -> None:
        """Take down what the source's lists have."""
        with self._lock:
            self.works[source.name].found(reports, to_fetch, time.monotonic())

    def document(self, source: Source, outcome: Outcome) -> None:
        """Count a report that has been dealt with."""
        with self._lock:
            self.works[source.name].document()

    def finished(self, result: SourceResult) -> None:
        """Note that the source is done."""
        with self._lock:
            self.works[result.source.name].is_finished = True

    def at_work(self) -> list[Work]:
        """The sources that have been begun and are not done."""
        with self._lock:
            return [work for work in self.works.values() if work.is_begun and not work.is_finished]

    def in_all(self) -> tuple[str, str, str]:
        """How much has been done, how fast it goes, and how long it may take."""
        with self._lock:
            works, now = list(self.works.values()), time.monotonic()
            known = [work.reports for work in works if work.reports is not None]
            requests = sum(work.requests for work in works)
            received_mb = sum(work.received_bytes for work in works) / 1e6
            left = [work.left_s(now) for work in works]
        finished = sum(work.is_finished for work in works)
        more = "" if len(known) == len(works) else "+"
        done = (
            f"{finished} of {len(works)} sources, {sum(work.done for work in works)} of {sum(known)}{more} reports, "
            f"{requests} requests, {received_mb:.1f} MB"
        )
        took_s = max(0.1, now - self._began)
        return done, f"{requests / took_s:.1f} requests/s, {received_mb / took_s:.2f} MB/s", _estimate(left)


def _estimate(left: list[float | None]) -> str:
    """The longest of what the sources need, since they are asked side by side."""
    longest = max((seconds for seconds in left if seconds is not None), default=0.0)
    if None not in left:
        return f"about {duration(longest)} left"
    if longest:
        return f"at least {duration(longest)} left, more while lists are still read"
    return "time left unknown while lists are still read"


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


class Bars(Tally):
    """A live table on a terminal: the sources at work, a row each, and the whole run beneath."""

    def __init__(self, console: Console, sources: Sequence[Source], delay_s: float | None) -> None:
        super().__init__(sources, delay_s)
        self._console = console
        self._live = Live(self, console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()
        for line in self.in_all()[:2]:
            self._console.print(line, markup=False, highlight=False)

    def finished(self, result: SourceResult) -> None:
        """Say at once what went wrong."""
        super().finished(result)
        if result.result != "ok":
            self._console.print(str(result), markup=False, highlight=False, soft_wrap=True)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table as it is now, no higher than the terminal."""
        works, now = self.at_work(), time.monotonic()
        room = max(1, console.height - 5)
        is_narrow = options.max_width < _NARROW
        table = Table(box=None, pad_edge=False, show_header=not is_narrow, expand=True)
        table.add_column("source", no_wrap=True, overflow="ellipsis", ratio=1)
        if not is_narrow:
            table.add_column("", width=16)
        table.add_column("reports", justify="right", no_wrap=True)
        if not is_narrow:
            table.add_column("requests", justify="right", no_wrap=True)
            table.add_column("MB", justify="right", no_wrap=True)
        table.add_column("left", justify="right", no_wrap=True)
        for work in works[:room]:
            left_s = work.left_s(now)
            reports = work.doing if work.reports is None else f"{work.done}/{work.reports}"
            left = "unknown" if left_s is None else duration(left_s)
            row: list[str | ProgressBar] = [escape(work.source.title), reports, left]
            if not is_narrow:
                bar = ProgressBar(
                    total=work.reports, completed=work.done, pulse=work.reports is None, width=16
                )
                row[1:] = [bar, reports, str(work.requests), f"{work.received_bytes / 1e6:.1f}", left]
            table.add_row(*row)
        yield table
        if len(works) > room:
            yield Text(f"… and {len(works) - room} more at work")
        done, pace, estimate = self.in_all()
        yield Text(done)
        yield Text(f"{pace}, {estimate}")


class Lines(Tally):
    """Plain lines for logs and pipes: when a list is read, when a source is done, and the whole now and then."""

    def __init__(
        self,
        console: Console,
        sources: Sequence[Source],
        delay_s: float | None,
        *,
        every_s: float = LINE_EVERY_S,
    ) -> None:
        super().__init__(sources, delay_s)
        self._console = console
        self._every_s = every_s
        self._due_at = time.monotonic() + every_s

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def asked(self, source: Source, received_bytes: int) -> None:
        """Say how far the run is, if that was not said for a while."""
        super().asked(source, received_bytes)
        with self._lock:
            is_due = time.monotonic() >= self._due_at
            if is_due:
                self._due_at = time.monotonic() + self._every_s
        if is_due:
            self._say("; ".join(self.in_all()))

    def found(self, source: Source, reports: int, to_fetch: int) -> None:
        """Say how many reports the lists have."""
        super().found(source, reports, to_fetch)
        new = f", {to_fetch} to fetch" if to_fetch else ""
        self._say(f"{source.name}: {reports} annual reports on the list{new}")

    def finished(self, result: SourceResult) -> None:
        """Say how the source ended."""
        super().finished(result)
        self._say(str(result))
