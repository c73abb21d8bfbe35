"""What a run gave, source by source; and the words for it. Nothing is fetched or stored here."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from scrape.source import Source

Outcome = Literal["new", "unchanged", "changed", "failed", "blocked"]
OUTCOMES: tuple[Outcome, ...] = ("new", "unchanged", "changed", "blocked", "failed")


@dataclass(frozen=True)
class Problem:
    """One address that was not dealt with, and why. result: failed or blocked."""

    url: str
    result: str
    reason: str


@dataclass
class SourceResult:
    """What one source gave in one run. The counts are of documents: reports, and files beside them."""

    source: Source
    reports: int = 0
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def result(self) -> str:
        """ok, failed, or blocked if the site itself kept anything back."""
        results = {problem.result for problem in self.problems}
        return "blocked" if "blocked" in results else "failed" if results else "ok"

    @property
    def message(self) -> str:
        """One line: the first thing that went wrong and how many more there are; else what is worth a note."""
        if not self.problems:
            return " ".join(self.notes)
        first = self.problems[0]
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
            "message": self.message,
            "problems": [vars(problem) for problem in self.problems],
            "notes": self.notes,
        }


class Watcher(Protocol):
    """Whoever wants to see a run while it lasts. Called from several threads."""

    def listing(self, source: Source, page: int, pages: int | None) -> None:
        """A page of the source's list is about to be asked for."""

    def found(self, source: Source, reports: int) -> None:
        """The list has been read and names so many annual reports."""

    def document(self, source: Source, outcome: Outcome) -> None:
        """One listed report, with all that belongs to it, has been dealt with."""

    def finished(self, result: SourceResult) -> None:
        """The source is done."""
