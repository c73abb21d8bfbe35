"""How well documents are read: each held against what people, or the sample's generator, say is printed.

Which document has which truth stands in `load.truth`; how the result is printed, and the page made from it,
in `load.accuracy`.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from load.checks import PARSE_DOUBT
from load.confirm import RULE as UNCONFIRMED
from load.inputs import documents
from load.read import NotAReport, Unreadable, read_reports
from load.report import Report
from load.truth import MANIFEST, STATISTICS, Cell, Subject, Truth, TruthError, place_of, subjects

_OF_NO_FIGURE = ("identity_conflict", "narrative_cut")  # doubts that say nothing of a figure


@dataclass(slots=True)
class Tally:
    """Counts of reports and of their figures; a figure is in exactly one of the last six.

    reports        that the truth knows of; `unread` of them were refused with a reason
    exact          the figure that is printed, or null where it is blank, and no doubt over it
    doubted_right  the same with a doubt over the cell, its row, its column or its table
    doubted_null   null, with a doubt, where a figure is printed
    doubted_wrong  another figure, with a doubt
    wrong          another figure, and not a word said
    missing        null where a figure is printed, and not a word said; every figure of an unread report
    needless       reports without a wrong figure that carry a doubt all the same
    """

    reports: int = 0
    unread: int = 0
    needless: int = 0
    figures: int = 0
    exact: int = 0
    doubted_right: int = 0
    doubted_null: int = 0
    doubted_wrong: int = 0
    wrong: int = 0
    missing: int = 0

    def add(self, other: "Tally") -> None:
        """Count `other` in."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)

    @property
    def right(self) -> float:
        """The share of figures that are right, in doubt or not; 1.0 where there are none."""
        return (self.exact + self.doubted_right) / self.figures if self.figures else 1.0

    @property
    def in_doubt(self) -> int:
        """Figures with a doubt over them."""
        return self.doubted_right + self.doubted_null + self.doubted_wrong


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. `kind`: wrong, missing, needless, unread, read or named_wrong."""

    kind: str
    document: str
    where: str
    printed: Any
    read: Any
    detail: str = ""


@dataclass(slots=True)
class Accuracy:
    """What an evaluation found.

    by         tallies by (format, layout)
    names      for each of `load.truth.NAMES` how often it was right, withheld, wrong with a doubt, and silently wrong
    manifest   whether the truth came from a manifest.json: then it is the sample that was read
    others     documents that are no reports: how many were told from reports, and how many there are
    without    names of documents for which there is no truth
    """

    by: dict[tuple[str, str], Tally] = field(default_factory=dict)
    names: dict[str, dict[str, int]] = field(default_factory=dict)
    manifest: bool = False
    others: tuple[int, int] = (0, 0)
    findings: list[Finding] = field(default_factory=list)
    without: list[str] = field(default_factory=list)

    def grouped(self, of: str) -> dict[str, Tally]:
        """Tallies by "format" or "layout", in the order of their names."""
        groups: dict[str, Tally] = {}
        for key, tally in sorted(self.by.items()):
            groups.setdefault(key[0] if of == "format" else key[1], Tally()).add(tally)
        return dict(sorted(groups.items()))

    @property
    def total(self) -> Tally:
        """Everything in one tally."""
        whole = Tally()
        for tally in self.by.values():
            whole.add(tally)
        return whole

    @property
    def silently_wrong(self) -> int:
        """Figures, names, and pages taken for reports, that are wrong without a word."""
        named = sum(counts["wrong"] for counts in self.names.values())
        return self.total.wrong + named + self.others[1] - self.others[0]

    def to_json(self) -> dict[str, Any]:
        """The same as nested objects, with every finding."""
        return {
            "total": _counts(self.total),
            "by_format": {name: _counts(tally) for name, tally in self.grouped("format").items()},
            "by_layout": {name: _counts(tally) for name, tally in self.grouped("layout").items()},
            "names": self.names,
            "no_reports": {"documents": self.others[1], "told": self.others[0]},
            "silently_wrong": self.silently_wrong,
            "findings": [asdict(finding) for finding in self.findings],
            "without_truth": self.without,
        }


def _counts(tally: Tally) -> dict[str, Any]:
    return asdict(tally) | {"in_doubt": tally.in_doubt, "right": round(tally.right, 6)}


def evaluate(
    folder: Path, truth: Path | None = None, *, advanced: Callable[[str], None] = lambda name: None
) -> Accuracy:
    """Read every document of `folder` and hold it against its truth.

    truth     the folder of the truth files, or of a manifest.json; None: `folder` itself, or the folder
              named truth beside it
    advanced  told the name of each document when it is done
    Raises TruthError.
    """
    found = Accuracy(manifest=((truth or folder) / MANIFEST).is_file())
    for subject in subjects(folder, truth, found.without.append):
        _measure(subject, found)
        advanced(subject.name)
    if not found.by and not found.others[1]:
        raise TruthError(
            f"{folder}: there is no truth for any document in it; name their folder with --truth"
        )
    return found


# --- one document ------------------------------------------------------------------------------------


def _measure(subject: Subject, found: Accuracy) -> None:
    reports, reason = _read(subject)
    if not subject.truths:
        told, all_ = found.others
        found.others = (told + (not reports), all_ + 1)
        if reports:
            found.findings.append(Finding("read", subject.name, "report", None, len(reports)))
        return
    tally = found.by.setdefault((subject.format, subject.layout), Tally())
    for truth, report in zip(subject.truths, reports, strict=False):
        found.findings += _hold(subject.name, truth, report, tally)
        found.findings += _hold_names(subject.name, truth, report, found.names)
    for truth in subject.truths[len(reports) :]:
        tally.reports += 1
        tally.unread += 1
        tally.figures += len(truth.figures)
        tally.missing += len(truth.figures)  # the blank ones, too: nothing of it was read
        found.findings.append(Finding("unread", subject.name, "report", len(truth.figures), None, reason))
    for report in reports[len(subject.truths) :]:  # where the truth knows of no report
        found.findings += _hold(subject.name, Truth({}), report, tally)


def _read(subject: Subject) -> tuple[list[Report], str]:
    """The reports read from a document, or none and the reason."""
    reports: list[Report] = []
    failed: list[str] = []
    for document in documents(subject.path, failed.append):
        try:
            if document.fault:
                raise Unreadable(document.fault)
            reports += read_reports(document.body, subject.origin or document.origin)
        except (Unreadable, NotAReport) as error:
            failed.append(str(error))
        except Exception as error:  # a fault of ours is a finding, not the end of the evaluation
            failed.append(f"our reader failed on it ({type(error).__name__}: {error})")
    return reports, "; ".join(failed)


def _hold(name: str, truth: Truth, report: Report, tally: Tally) -> Iterable[Finding]:
    """Count the figures of one report in `tally`; what is not as it should be comes back."""
    figures = {
        (table.number, *cell): figure
        for table in report.tables
        for cell, figure in table.figures.items()
        if figure.value is not None
    } | {
        (STATISTICS, id, "value"): figure
        for id, figure in report.statistics.figures.items()
        if figure.value is not None
    }
    doubts = [check for check in report.checks if check.verdict == PARSE_DOUBT]
    over = {doubt.where for doubt in doubts if doubt.rule not in _OF_NO_FIGURE}
    counted = Tally(reports=1)
    findings = []
    for cell in (*truth.figures, *(cell for cell in figures if cell not in truth.figures)):
        printed, figure = truth.figures.get(cell), figures.get(cell)
        value = figure.value if figure else None
        is_right = value == printed or (value is not None and value == truth.inferable.get(cell))
        doubted = bool(over & _places(cell))
        counted.figures += 1
        if is_right:
            counted.doubted_right += doubted
            counted.exact += not doubted
            continue
        where = place_of(cell)
        detail = f"“{figure.raw[:40]}” at {figure.at}" if figure else ""
        if doubted:
            counted.doubted_null += figure is None
            counted.doubted_wrong += figure is not None
        elif figure is None:
            counted.missing += 1
            findings.append(Finding("missing", name, where, printed, None))
        else:
            counted.wrong += 1
            findings.append(Finding("wrong", name, where, printed, value, detail))
    needless = [
        doubt for doubt in doubts if doubt.rule != UNCONFIRMED
    ]  # what no sum confirms must be doubted
    if needless and not truth.doubt_due and counted.right == 1.0:
        counted.needless = 1
        said = "; ".join(f"{doubt.rule} at {doubt.where}" for doubt in needless[:5])
        findings.append(Finding("needless", name, "report", None, None, said))
    tally.add(counted)
    return findings


def _places(cell: Cell) -> set[str]:
    """The places that a doubt over this cell may name."""
    number, row, column = cell
    if number == STATISTICS:
        return {"report", "statistics", place_of(cell)}
    table = f"table{number}"
    return {"report", table, f"{table}.{row}", f"{table}.column.{column}", f"{table}.{row}.{column}"}


def _hold_names(
    document: str, truth: Truth, report: Report, names: dict[str, dict[str, int]]
) -> Iterable[Finding]:
    """Count in `names` whether publisher, year, place and form were told rightly."""
    told = report.to_json()
    doubted = any(check.rule == "identity_conflict" for check in report.checks)
    for name, printed in truth.names.items():
        counts = names.setdefault(name, dict.fromkeys(("right", "withheld", "doubted_wrong", "wrong"), 0))
        if told[name] == printed:
            counts["right"] += 1
        elif told[name] is None:
            counts["withheld"] += 1
        elif doubted:
            counts["doubted_wrong"] += 1
        else:
            counts["wrong"] += 1
            yield Finding("named_wrong", document, name, printed, told[name])
