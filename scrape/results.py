"""What a run gave, source by source; and the words for it. Nothing is fetched or stored here."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, get_args

from scrape.source import Source

Outcome = Literal["new", "unchanged", "changed", "blocked", "failed", "left"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""What became of a document. left: for the next run, since this one had reached a cap."""


@dataclass(frozen=True)
class Problem:
    """One address that was not dealt with, and why. result: failed, blocked or capped."""

    url: str
    result: str
    reason: str


@dataclass
class SourceResult:
    """What one source gave in one run. The counts are of documents: reports, and files beside them.

    reports: archived in all. requests, received_bytes: over the wire, robots.txt and lists included.
    """

    source: Source
    reports: int = 0
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    requests: int = 0
    received_bytes: int = 0
    duration_s: float = 0.0

    @property
    def result(self) -> str:
        """ok; blocked if the site itself kept anything back; capped if a cap left anything; else failed."""
        results = {problem.result for problem in self.problems}
        return next((result for result in ("blocked", "capped", "failed") if result in results), "ok")

    @property
    def message(self) -> str:
        """One line: the first thing that went wrong and how many more there are; else what is worth a note."""
        if not self.problems:
            return " ".join(self.notes)
        first = next(problem for problem in self.problems if problem.result == self.result)
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        return f"{first.url}: {first.reason}{more}"

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {outcome}" for outcome, count in self.counts.items() if count)
        why = f" — {self.message}" if self.message else ""
        return f"{self.source.title}: {self.result}, {counts or 'nothing to do'}{why}"

    def to_json(self) -> dict[str, Any]:
        """As an object for machines and for the archive's log."""
        return {
            "name": self.source.name,
            "last_result": self.result,
            "reports": self.reports,
            **{str(outcome): count for outcome, count in self.counts.items()},
            "requests": self.requests,
            "received_mb": round(self.received_bytes / 1e6, 3),
            "duration_s": round(self.duration_s, 1),
            "message": self.message,
            "problems": [vars(problem) for problem in self.problems],
            "notes": self.notes,
        }


class Watcher(Protocol):
    """Whoever wants to see a run while it lasts. Called from several threads."""

    def listing(self, source: Source, page: int, pages: int | None) -> None:
        """A page of the source's list is about to be asked for."""

    def asked(self, source: Source, received_bytes: int) -> None:
        """A request for the source has been dealt with, and brought so much."""

    def found(self, source: Source, reports: int, to_fetch: int) -> None:
        """The list has been read and names so many annual reports, of which so many must be asked for."""

    def document(self, source: Source, outcome: Outcome) -> None:
        """One listed report, with all that belongs to it, has been dealt with."""

    def finished(self, result: SourceResult) -> None:
        """The source is done."""
