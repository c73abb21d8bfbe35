"""The commands `load`, `inspect` and `check`: what they take, what they print, what they answer.

The work is done in `load.run`, `load.read` and `load.store`.
"""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

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


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--db", "database", type=click.Path(path_type=Path, dir_okay=False), default=DATABASE, show_default=True
)
@click.option("--rebuild", is_flag=True, help="Begin with an empty database and read everything again.")
def load(paths: tuple[Path, ...], database: Path, rebuild: bool) -> None:
    """Read reports into the database.

    PATH is an archive made by `nianbao scrape run`, a WARC file, a folder, or a file. What is already in
    the database and unchanged is skipped. Nothing that is good is lost for what is bad: each document
    that could not be read is named with its reason, the others are loaded, and the exit status is 1.

    \b
    Examples:
      nianbao load archive
      nianbao load page.html report.txt --db trial.db
      nianbao load archive --rebuild
    """
    from load.run import load as run_load
    from load.store import StoreError

    try:
        with _counter("documents read") as progress:
            result = run_load(
                paths,
                database,
                rebuild=rebuild,
                said=_complain,
                advanced=lambda _: progress.advance(progress.task_ids[0]) if progress else None,
            )
    except StoreError as error:
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
    if result.unread:
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the whole reading as one JSON object.")
def inspect(file: Path, as_json: bool) -> None:
    """Show one document as it is read: the tables, the doubts, the failed checks. Nothing is written.

    \b
    Examples:
      nianbao inspect report.html
      nianbao inspect report.txt --json | jq .table3.granted
    """
    from load.inputs import InputDocument, documents
    from load.read import NotAReport, Unreadable, read_reports
    from load.show import show

    if file.is_dir():
        raise click.ClickException(f"{file} is a folder: name one document")
    failures: list[str] = []
    found: list[InputDocument] = list(documents(file, failures.append))
    for sentence in failures:
        _complain(sentence)
    if failures or not found:
        sys.exit(1)
    reports = []
    for document in found:
        try:
            reports += read_reports(document.body, document.origin)
        except (Unreadable, NotAReport) as error:
            raise click.ClickException(f"{document.name}: {error}") from error
    if as_json:
        objects = [report.to_json() for report in reports]
        click.echo(json.dumps(objects[0] if len(objects) == 1 else objects, ensure_ascii=False, indent=1))
        return
    for report in reports:
        show(report, Console())


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
