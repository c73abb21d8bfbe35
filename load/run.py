"""One load: inputs to database, skipping what is unchanged, losing nothing that is good.

How a document is read stands in `load.read`, how the file is written in `load.store`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load.corrections import Correction, Ledger, read_corrections
from load.inputs import InputDocument, documents, sources
from load.read import NotAReport
from load.report import Report
from load.rows import document_id, report_id, report_rows
from load.side_by_side import Reading, read_in_order
from load.store import Stage, build, check_usable, explained, known_documents, locked

REPORT, DUPLICATE = "report", "duplicate"
NOT_A_REPORT, UNREADABLE = "not_a_report", "unreadable"
STAGED = ""  # read in this very load


@dataclass(slots=True)
class LoadResult:
    """What a load did. `unread` are sentences: each input that did not become a report, and why; so are
    `uncorrected`: each correction that no longer holds."""

    read: int = 0  # documents that gave a report
    skipped: int = 0  # documents that are in the database already
    in_doubt: int = 0  # of those read: with at least one doubt
    unread: list[str] = field(default_factory=list)
    corrected: int = 0  # corrections that hold
    elsewhere: int = 0  # corrections of documents that were not in the input
    uncorrected: list[str] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)  # rows by table; empty where nothing was written
    covers: dict[str, str] = field(default_factory=dict)  # sentences in `unread`, by the page's address
    attached_to: set[str] = field(default_factory=set)  # pages to which a file with a report is attached


def load(
    paths: Sequence[Path],
    database: Path,
    *,
    rebuild: bool = False,
    keep_contacts: bool = False,
    corrections: Sequence[Correction] | None = None,
    processes: int | None = None,
    said: Callable[[str], None],
    advanced: Callable[[str], None] = lambda name: None,
) -> LoadResult:
    """Read `paths` into `database`.

    rebuild        begin with an empty database, so that all is read again
    keep_contacts  leave contact details in the prose; a database holds them all or none
    corrections    those to apply; None: the project's own
    processes      how many read side by side; one a core if it is not said. The result is the same
    said           told what a person should know while it runs, in sentences
    advanced       told the name of each document when it is done
    Raises StoreError where the database cannot be used, CorrectionError where the project's corrections
    cannot be; then the database is as it was.
    """
    result = LoadResult()
    ledger = Ledger(read_corrections() if corrections is None else corrections)
    with locked(database, said):
        if not rebuild:
            check_usable(database, keep_contacts=keep_contacts)
        known = {} if rebuild else known_documents(database)
        with explained(database):
            stage = Stage(database, keep_contacts=keep_contacts)
            try:
                fresh = _fresh(paths, known, ledger, result, advanced)
                for document, reading in read_in_order(fresh, processes):
                    _stage(stage, document, reading, ledger, result)
                    advanced(document.name)
                for path in paths:
                    for source in sources(path):
                        stage.add_source(source)
                if stage.documents or not database.exists() or rebuild:
                    result.tables = build(database, stage, keep_old=not rebuild)
            finally:
                stage.close()
    result.corrected, result.elsewhere = len(ledger.held), ledger.elsewhere
    result.uncorrected = ledger.failed
    dealt_with = {result.covers[page] for page in result.attached_to & result.covers.keys()}
    result.unread = [sentence for sentence in result.unread if sentence not in dealt_with]
    return result


def _fresh(
    paths: Sequence[Path],
    known: dict[Any, Any],
    ledger: Ledger,
    result: LoadResult,
    advanced: Callable[[str], None],
) -> Iterator[InputDocument]:
    """The documents of `paths` that are to be read; those that the database has as they are are counted.

    An attached file is read again where its page has changed.
    """
    digests = {sha256 for _, _, sha256, *_ in known.values()}
    for path in paths:
        for document in documents(path, result.unread.append):
            row = document.row
            before = known.get(row["id"])
            as_before = (row["sha256"], row.get("also_at"), ledger.mark(row), row.get("parent_url"))
            page_is_new = document.page_sha256 is not None and document.page_sha256 not in digests
            if before is None or (before[0] != STAGED and (page_is_new or before[2:] != as_before)):
                known[row["id"]] = (STAGED, None, *as_before)
                yield document
                continue
            result.skipped += 1
            if before[0] != STAGED:
                ledger.hold(row)
            status, reason, *_ = before
            if status in (NOT_A_REPORT, UNREADABLE):
                result.unread.append(f"{document.name}: {reason} (as before)")
            elif status in (REPORT, DUPLICATE) and row.get("parent_url"):
                result.attached_to.add(row["parent_url"])
            advanced(document.name)


def _stage(
    stage: Stage, document: InputDocument, reading: Reading, ledger: Ledger, result: LoadResult
) -> None:
    """Take what came of a document into the stage, and into the result."""
    row = dict(document.row)
    if isinstance(reading, Exception):
        row["status"] = NOT_A_REPORT if isinstance(reading, NotAReport) else UNREADABLE
        row["reason"] = str(reading)
        ours = isinstance(reading, RuntimeError)
        result.unread.append(f"{document.name}: {reading}{'; please report this' if ours else ''}")
        if row["status"] == NOT_A_REPORT and row.get("url"):
            result.covers[row["url"]] = result.unread[-1]
        ledger.apply([], row)
        stage.add(row, {})
        return
    if row.get("parent_url"):
        result.attached_to.add(row["parent_url"])
    for number, (report, changes) in enumerate(ledger.apply(reading, row), 1):
        own = row | {"report_number": number}
        if number > 1:  # each report has a row in `documents`; the first has the document's own id
            own["id"] = document_id(f"{row['id']}/{number}", str(row["sha256"]))
        stage.add(own | _about(report, own["id"]), report_rows(report, own["id"], row.get("url"), changes))
        result.read += 1
        result.in_doubt += any(check.verdict == "parse_doubt" for check in report.checks)


def _about(report: Report, document: str) -> dict[str, object]:
    """What a document's row says of the report in it."""
    return {
        "format": report.format,
        "charset": report.charset,
        "status": REPORT,
        "report_id": report_id(report, document),
        "figures": sum(
            figure.value is not None
            for figure in (
                *(figure for table in report.tables for figure in table.figures.values()),
                *report.statistics.figures.values(),
            )
        ),
        "figures_sha256": report.figures_sha256(),
    }
