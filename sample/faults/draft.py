"""A document of the sample before it is printed, and what planting a fault changes in it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from random import Random

from sample.figures import FormFigures, Number
from sample.manifest import Fault
from sample.publishers import Publisher
from sample.report import Damage, Key, Report

PLAIN_LAYOUTS = ("html_clean", "html_repeated", "html_thead", "html_nested", "html_unclosed")
TEXT_LAYOUTS = ("pipe_row", "cell_per_line_bar", "bar_only_separators", "markdown", "docx_tabs")


@dataclass(frozen=True, slots=True)
class Draft:
    """A document before it is printed. `previous` is the same publisher's draft of the year before.

    unknown       figures that the damaged page does not let one know
    status        what reading should come to; None where a reader may choose
    finish        a change to the printed bytes
    sum_verdict   the verdict on sums that the figures break
    """

    publisher: Publisher
    report: Report
    layout: str
    list_title: str
    previous: "Draft | None" = None
    case: str | None = None
    faults: tuple[Fault, ...] = ()
    unknown: frozenset[Key] = frozenset()
    status: str | None = "complete"
    finish: Callable[[bytes], bytes] | None = None
    sum_verdict: str = "source_error"
    is_report: bool = True

    @property
    def figures(self) -> FormFigures:
        return self.report.figures

    def said(self, rule: str, verdict: str, where: str, **numbers: Number) -> "Draft":
        """This draft with one more thing that should be said of it."""
        return replace(self, faults=(*self.faults, Fault(self.case or "", rule, verdict, where, **numbers)))

    def with_figures(self, figures: FormFigures) -> "Draft":
        return replace(self, report=replace(self.report, figures=figures))

    def damaged(self, damage: Damage, layouts: tuple[str, ...], rng: Random) -> "Draft":
        return replace(self, report=replace(self.report, damage=damage), layout=rng.choice(layouts))

    def keys(self, table: int, rows: Iterable[str] | None = None) -> frozenset[Key]:
        """The figures of a table, or of some of its rows."""
        lines = {2: self.figures["table2"], 3: self.figures["table3"], 4: self.figures["table4"]}[table]
        return frozenset((table, row, column) for row in rows or lines for column in lines[row])

    def is_busy(self, least: int = 8) -> bool:
        """Whether at least so many requests of natural persons were processed."""
        line = self.figures["table3"]["processed_total"]
        return (line["natural_person"] or 0) >= least and (line["total"] or 0) >= least


Planter = Callable[[Draft, Random], Draft | None]
