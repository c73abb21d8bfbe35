"""The commands `load`, `inspect`, `evaluate`, `check` and `export`: what they take, what they print, what they answer.

The work is done in `load.run`, `load.read`, `load.evaluate`, `load.store` and `load.package`.
"""

import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from load.report import Report

DATABASE = Path("nianbao.db")
_MOST_REASONS = 40  # reasons printed in full; the rest are counted, and all are in the database


def _complain(sentence: str) -> None:
    click.echo(sentence, err=True)


@contextmanager
def _counter(label: str) -> Iterator[Progress | None]:
    """A spinner with a count on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        progress.add_task(label, total=None)
        yield progress


_CORRECTIONS = click.option(
    "--corrections",
    "corrections_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Corrections of names, years and places; without it load/corrections.toml, which explains its lines.",
)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--db", "database", type=click.Path(path_type=Path, dir_okay=False), default=DATABASE, show_default=True
)
@click.option("--rebuild", is_flag=True, help="Begin with an empty database and read everything again.")
@click.option(
    "--keep-contacts",
    is_flag=True,
    help="Leave telephone numbers, e-mail addresses and names of officials in the narratives.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    help="How many read side by side; one a core without it. The result is the same.",
)
@_CORRECTIONS
def load(
    paths: tuple[Path, ...],
    database: Path,
    rebuild: bool,
    keep_contacts: bool,
    processes: int | None,
    corrections_file: Path | None,
) -> None:
    """Read reports into the database.

    PATH is an archive made by `nianbao scrape run`, a WARC, ARC or WACZ file, a folder, or a file: HTML, text,
    Word, WPS, PDF, OpenDocument, RTF, a spreadsheet, or a zip file of these. What is already in the database
    and unchanged is skipped. Nothing that is good is lost for what is bad: each document that could not be
    read is named with its reason, the others are loaded, and the exit status is 1. So is each correction that
    no longer matches what is read.

    Telephone numbers, e-mail addresses and names of officials in the narratives are replaced by a word that says so;
    the archive keeps them. A database holds them all or none: the other kind needs --rebuild.

    \b
    Examples:
      nianbao load archive
      nianbao load page.html report.txt --db trial.db
      nianbao load archive --rebuild
    """
    from load.corrections import CorrectionError, read_corrections
    from load.run import load as run_load
    from load.store import StoreError

    try:
        with _counter("documents read") as progress:
            result = run_load(
                paths,
                database,
                rebuild=rebuild,
                keep_contacts=keep_contacts,
                corrections=read_corrections(corrections_file),
                processes=processes,
                said=_complain,
                advanced=lambda _: progress.advance(progress.task_ids[0]) if progress else None,
            )
    except (StoreError, CorrectionError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        raise click.ClickException(f"stopped; {database} is as it was before") from None
    for sentence in result.unread[:_MOST_REASONS]:
        _complain(f"not read: {sentence}")
    if len(result.unread) > _MOST_REASONS:
        _complain(f"and {len(result.unread) - _MOST_REASONS} more: see documents.reason in {database}")
    click.echo(
        f"{result.read} reports read ({result.in_doubt} with a doubt), {result.skipped} documents unchanged, {len(result.unread)} not read"
    )
    if result.tables:
        click.echo(
            f"{database}: {result.tables['reports']:,} reports, {result.tables['requests']:,} request counts, {result.tables['checks']:,} failed checks and doubts"
        )
    else:
        click.echo(f"{database}: nothing new, left as it was")
    for sentence in result.uncorrected:
        _complain(f"not corrected: {sentence}")
    if result.corrected or result.elsewhere:
        click.echo(
            f"corrections: {result.corrected} hold, {len(result.uncorrected)} do not, {result.elsewhere} are for documents that were not given"
        )
    if result.unread or result.uncorrected:
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the whole reading as one JSON object.")
@_CORRECTIONS
def inspect(file: Path, as_json: bool, corrections_file: Path | None) -> None:
    """Show one document as it is read: the tables, the doubts, the failed checks. Nothing is written.

    What a correction would change when it is loaded is told beside what is read.

    \b
    Examples:
      nianbao inspect report.html
      nianbao inspect report.txt --json | jq .table3.granted
    """
    from load.corrections import CorrectionError, Ledger, read_corrections
    from load.inputs import InputDocument, documents
    from load.read import NotAReport, Unreadable, read_reports

    try:
        ledger = Ledger(read_corrections(corrections_file))
    except CorrectionError as error:
        raise click.ClickException(str(error)) from error
    if file.is_dir():
        raise click.ClickException(f"{file} is a folder: name one document")
    failures: list[str] = []
    found: list[InputDocument] = list(documents(file, failures.append))
    for sentence in failures:
        _complain(sentence)
    if failures or not found:
        sys.exit(1)
    reports, changes = [], []
    for document in found:
        try:
            if document.fault:
                raise Unreadable(document.fault)
            read = read_reports(document.body, document.origin)
        except (Unreadable, NotAReport) as error:
            failures.append(f"{document.name}: {error}")
        except Exception as error:  # a fault of ours is answered with a sentence, too
            failures.append(
                f"{document.name}: our reader failed on it ({type(error).__name__}: {error}); please report this"
            )
        else:
            reports += read
            changes += [rows for _, rows in ledger.apply(read, dict(document.row))]
    if not reports:
        raise click.ClickException("\n".join(failures))
    _print_reports(reports, changes, as_json=as_json)
    for sentence in failures:
        _complain(f"not read: {sentence}")
    if failures:
        sys.exit(1)


def _print_reports(
    reports: Sequence["Report"], changes: Sequence[list[dict[str, Any]]], *, as_json: bool
) -> None:
    """Print what was read of a document, with the rows of the corrections that loading makes to each."""
    from load.show import show

    if as_json:
        objects = [
            report.to_json() | {"corrections": rows} for report, rows in zip(reports, changes, strict=True)
        ]
        click.echo(json.dumps(objects[0] if len(objects) == 1 else objects, ensure_ascii=False, indent=1))
        return
    console = Console()
    for report, rows in zip(reports, changes, strict=True):
        show(report, console, rows)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    help="Folder of the truth files; without it FOLDER itself, or the folder `truth` beside it.",
)
@click.option(
    "--by",
    "groups",
    type=click.Choice(["format", "layout"]),
    multiple=True,
    default=("format", "layout"),
    show_default=True,
    help="What to group the figures by; may be given twice.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, with every finding.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the documentation page of the sample's result.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail if the file of --output would be another.")
def evaluate(
    folder: Path, truth: Path | None, groups: tuple[str, ...], as_json: bool, output: Path | None, check: bool
) -> None:
    """Measure how exactly the documents of FOLDER are read: held against truth files, figure by figure.

    A truth file is what `nianbao inspect --json` should print. 000.blank.docx is held against
    000.blank.json, or, where there is none, against 000.json; the sample brings a manifest.json for all.

    Exits 0 only if nothing is silently wrong and every document has a truth.

    \b
    Examples:
      python -m sample.generate build/sample && nianbao evaluate build/sample
      nianbao evaluate reports/formats --truth reports/truth --by format
    """
    from load.accuracy import PageError, accuracy_page, show
    from load.evaluate import evaluate as measure
    from load.truth import TruthError

    if check and output is None:
        raise click.ClickException("--check compares a file: name it with --output")
    try:
        with _counter("documents read") as progress:
            found = measure(
                folder,
                truth,
                advanced=lambda _: progress.advance(progress.task_ids[0]) if progress else None,
            )
        page = accuracy_page(found) if output else ""
    except (TruthError, PageError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
    elif output is None:
        console = Console()
        show(found, console if console.is_terminal else Console(width=160), groups)
    for name in found.without[:_MOST_REASONS]:
        _complain(f"no truth for it: {name}")
    if output:
        _write_page(output, page, check=check)
    if found.silently_wrong or found.without:
        raise click.ClickException(
            f"{found.silently_wrong:,} silently wrong; {len(found.without):,} documents without a truth"
        )


def _write_page(output: Path, page: str, *, check: bool) -> None:
    try:
        if not check:
            output.write_text(page, "utf-8")
        elif not output.exists() or output.read_text("utf-8") != page:
            raise click.ClickException(f"{output} is out of date: give the same command without --check")
    except OSError as error:
        raise click.ClickException(
            f"{output} cannot be read or written: {error.strerror or error}"
        ) from error


@click.command()
@click.option(
    "--db", "database", type=click.Path(path_type=Path, dir_okay=False), default=DATABASE, show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def check(database: Path, as_json: bool) -> None:
    """Say what is wrong with the data now: by rule, by source, and what could not be read.

    Exits 0 whatever it finds: failed checks are facts about the reports, not failures of the command.

    \b
    Examples:
      nianbao check
      nianbao check --db trial.db --json
    """
    from load.store import StoreError, check_usable
    from load.summary import summary

    if not database.is_file():
        raise click.ClickException(f"{database}: there is no such database; make one with `nianbao load`")
    try:
        check_usable(database)
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            found = summary(connection)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    except sqlite3.DatabaseError as error:
        raise click.ClickException(f"{database}: {error}") from error
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
    else:
        found.show(Console())


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--db", "database", type=click.Path(path_type=Path, dir_okay=False), default=DATABASE, show_default=True
)
@click.option(
    "--parquet/--no-parquet",
    default=None,
    help="Write Parquet files, too; without either where its library is installed.",
)
def export(folder: Path, database: Path, parquet: bool | None) -> None:
    """Write every table of the database into DIR: CSV with datapackage.json (Frictionless), and Parquet.

    The files hold what the database holds, with the description, licence and date of the data. An earlier export in
    DIR is replaced when the new one is whole.

    \b
    Examples:
      nianbao export export
      nianbao export export --db trial.db --no-parquet
    """
    from load.package import PackageError, can_write_parquet, write_package
    from load.store import StoreError

    advice = "install it with: pip install 'nianbao[parquet]'"
    if parquet and not can_write_parquet():
        raise click.ClickException(f"Parquet needs the library pyarrow; {advice}")
    if parquet is None and not can_write_parquet():
        _complain(f"without Parquet files, which need the library pyarrow; {advice}")
    try:
        with _counter("rows written") as progress:
            made = write_package(
                database,
                folder,
                parquet=can_write_parquet() if parquet is None else parquet,
                advanced=lambda n: progress.advance(progress.task_ids[0], n) if progress else None,
            )
    except (StoreError, PackageError) as error:
        raise click.ClickException(str(error)) from error
    sizes = ", ".join(f"{kind} {size / 1e6:,.1f} MB" for kind, size in made.size_bytes.items())
    click.echo(f"{made.folder}: {len(made.rows)} tables, {sum(made.rows.values()):,} rows ({sizes})")
