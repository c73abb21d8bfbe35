"""One load: inputs to database, skipping what is unchanged, losing nothing that is good.

How a document is read stands in `load.read`, how the file is written in `load.store`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from load.corrections import Correction, Ledger, read_corrections
from load.inputs import InputDocument, documents, sources
from load.read import NotAReport, Unreadable, read_reports
from load.report import Report
from load.rows import document_id, report_id, report_rows
from load.store import Stage, build, check_usable, explained, known_documents, locked

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


def load(
    paths: Iterable[Path],
    database: Path,
    *,
    rebuild: bool = False,
    corrections: Sequence[Correction] | None = None,
    said: Callable[[str], None],
    advanced: Callable[[str], None] = lambda name: None,
) -> LoadResult:
    """Read `paths` into `database`.

    rebuild      begin with an empty database, so that all is read again
    corrections  those to apply; None: the project's own
    said         told what a person should know while it runs, in sentences
    advanced     told the name of each document when it is done
    Raises StoreError where the database cannot be used, CorrectionError where the project's corrections
    cannot be; then the database is as it was.
    """
    result = LoadResult()
    ledger = Ledger(read_corrections() if corrections is None else corrections)
    with locked(database, said):
        if not rebuild:
            check_usable(database)
        known = {} if rebuild else known_documents(database)
        with explained(database):
            stage = Stage(database)
            try:
                fresh_sources = 0
                for path in paths:
                    for document in documents(path, result.unread.append):
                        before = known.get(document.row["id"])
                        as_before = (document.row.get("also_at"), ledger.mark(document.row))
                        if before is not None and (before[0] == STAGED or before[2:] == as_before):
                            result.skipped += 1
                            if before[0] != STAGED:
                                ledger.hold(document.row)
                            status, reason, *_ = before
                            if status in (NOT_A_REPORT, UNREADABLE):
                                result.unread.append(f"{document.name}: {reason} (as before)")
                        else:
                            known[document.row["id"]] = (STAGED, None, *as_before)
                            _read_into(stage, document, ledger, result)
                        advanced(document.name)
                    for source in sources(path):
                        stage.add_source(source)
                        fresh_sources += 1
                if stage.documents or not database.exists() or rebuild:
                    result.tables = build(database, stage, keep_old=not rebuild)
            finally:
                stage.close()
    result.corrected, result.elsewhere = len(ledger.held), ledger.elsewhere
    result.uncorrected = ledger.failed
    return result


def _read_into(stage: Stage, document: InputDocument, ledger: Ledger, result: LoadResult) -> None:
    row = dict(document.row)
    try:
        if document.fault:
            raise Unreadable(document.fault)
        reports = read_reports(document.body, document.origin)
    except (Unreadable, NotAReport) as error:
        row["status"] = UNREADABLE if isinstance(error, Unreadable) else NOT_A_REPORT
        row["reason"] = str(error)
        result.unread.append(f"{document.name}: {error}")
        ledger.apply([], row)
        stage.add(row, {})
        return
    except Exception as error:  # a fault of ours must not cost the documents that can be read
        row["status"], row["reason"] = (
            UNREADABLE,
            f"our reader failed on it ({type(error).__name__}: {error})",
        )
        result.unread.append(f"{document.name}: {row['reason']}; please report this")
        ledger.apply([], row)
        stage.add(row, {})
        return
    for number, (report, changes) in enumerate(ledger.apply(reports, row), 1):
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
        "status": "report",
        "report_id": report_id(report, document),
        "figures": sum(
            1 for table in report.tables for figure in table.figures.values() if figure.value is not None
        ),
        "figures_sha256": report.figures_sha256(),
    }
