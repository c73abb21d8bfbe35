"""`nianbao scrape`: the commands of this room. They read options and print; the work is in `scrape.run`."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click

from scrape.index import ArchiveError
from scrape.source import Source, SourceError, find_source, is_loopback, registered

P = ParamSpec("P")

_SOURCES = click.option(
    "--sources",
    "sources_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of source files instead of the registered ones.",
)
_ARCHIVE = click.option(
    "--archive",
    "archive_dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("archive"),
    show_default=True,
    help="Folder of the archive.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def _in_sentences(command: Callable[P, None]) -> Callable[P, None]:
    """Errors as one sentence on standard error and a status that is not 0."""

    @wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (ArchiveError, SourceError) as error:
            click.echo(f"nianbao scrape: {error}", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            click.echo("Stopped. What was fetched is kept; the same command goes on from there.", err=True)
            sys.exit(130)

    return told


@click.group()
def scrape() -> None:
    """Fetch annual reports from government sites into an archive.

    \b
    Examples:
      nianbao scrape sources                 what is registered
      nianbao scrape run                     fetch what is new, from all of them
      nianbao scrape run county.toml         … from one source file
      nianbao scrape status                  what each source last gave
    """


@scrape.command("run", short_help="Fetch what is new into the archive.")
@click.argument("source", nargs=-1)
@_ARCHIVE
@_SOURCES
@click.option("--allow-local", is_flag=True, help="Reach loopback addresses, and no others: for the sample.")
@click.option(
    "--delay",
    "delay_s",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Pause between two requests to a host. Shorter than the source's own only with --allow-local.",
)
@click.option(
    "--contact",
    envvar="NIANBAO_CONTACT",
    metavar="ADDRESS",
    help="Web or e-mail address by which sites can reach you; every request carries it. Also NIANBAO_CONTACT.",
)
@click.option(
    "--refresh", is_flag=True, help="Ask again for what is archived; keep changed pages beside the old."
)
@_JSON
@_in_sentences
def run_command(
    source: tuple[str, ...],
    archive_dir: Path,
    sources_dir: Path | None,
    allow_local: bool,
    delay_s: float | None,
    contact: str | None,
    refresh: bool,
    as_json: bool,
) -> None:
    """Fetch what is new from each SOURCE: a registered name or a source file. All of them by default.

    A run that was stopped, by hand or by force, goes on where it was. One request at a time goes to a host,
    with pauses. The status is 0 only if every source gave all its reports.

    \b
    Examples:
      nianbao scrape run changchun-luyuan-keji --contact you@example.org
      nianbao scrape run my/county.toml --archive my/archive
      nianbao scrape run --refresh           look for pages that were changed since
      nianbao scrape run --json > result.json
    """
    from rich.console import Console

    from scrape.progress import Bars, Lines, table_of_results
    from scrape.run import run_sources

    chosen = [find_source(word, sources_dir) for word in source] or registered(sources_dir)
    _check_choice(chosen, delay_s, allow_local=allow_local, contact=contact)
    console = Console(stderr=True)
    watcher = Bars(console) if console.is_terminal else Lines(console)
    options: dict[str, Any] = {
        "allow_local": allow_local,
        "delay_s": delay_s,
        "refresh": refresh,
        "contact": contact,
    }
    if isinstance(watcher, Bars):
        with watcher.progress:
            results = run_sources(chosen, archive_dir, watcher=watcher, **options)
    else:
        results = run_sources(chosen, archive_dir, watcher=watcher, **options)
    for result in results:
        for problem in result.problems:
            click.echo(f"{result.source.name}: {problem.url}: {problem.result}: {problem.reason}", err=True)
    if as_json:
        click.echo(json.dumps([result.to_json() for result in results], ensure_ascii=False, indent=1))
    else:
        _print(table_of_results(results))
    if any(result.result != "ok" for result in results):
        sys.exit(1)


@scrape.command("sources")
@_SOURCES
@_JSON
@_in_sentences
def sources_command(sources_dir: Path | None, as_json: bool) -> None:
    """List the registered sources.

    \b
    Examples:
      nianbao scrape sources
      nianbao scrape sources --sources my/sources --json
    """
    from rich.table import Table

    found = registered(sources_dir)
    if as_json:
        click.echo(json.dumps([source.to_json() for source in found], ensure_ascii=False, indent=1))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("source", "title", "region", "family", "verified", "list"):
        table.add_column(heading, overflow="fold")
    for source in found:
        verified = "yes" if source.verified else "no"
        table.add_row(
            source.name, source.title, source.region, source.family, verified, "\n".join(source.list)
        )
    _print(table)


@scrape.command("status", short_help="Tell what each source last gave.")
@_ARCHIVE
@_JSON
@_in_sentences
def status_command(archive_dir: Path, as_json: bool) -> None:
    """Tell what each source last gave, failed or blocked, from the archive's log.

    \b
    Examples:
      nianbao scrape status
      nianbao scrape status --archive my/archive --json
    """
    from scrape.archive import is_archive, read_sources
    from scrape.progress import table_of_status

    if not is_archive(archive_dir):
        raise ArchiveError(f"{archive_dir} is not an archive. `nianbao scrape run` makes one.")
    found = read_sources(archive_dir)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _print(table_of_status(found))


def _check_choice(
    chosen: list[Source], delay_s: float | None, *, allow_local: bool, contact: str | None
) -> None:
    names = [source.name for source in chosen]
    for name in names:
        if names.count(name) > 1:
            raise SourceError(f"Two of the sources are called {name}; name each once.")
    if not chosen:
        raise SourceError("There is no source to scrape. Name a source file, or a folder with --sources.")
    for source in chosen:
        if delay_s is not None and not allow_local and delay_s < source.delay_s:
            raise SourceError(
                f"--delay {delay_s:g} is shorter than the {source.delay_s:g} s that {source.name} asks for."
            )
    if not contact and not all(is_loopback(host) for source in chosen for host in source.hosts):
        raise SourceError(
            "Sites should know whom to ask: give a web or e-mail address with --contact, or in NIANBAO_CONTACT."
        )


def _print(table: Any) -> None:
    """Print a table on standard output: as wide as the terminal, or as wide as it likes in a pipe."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=400)
    console.print(table)
