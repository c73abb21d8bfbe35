"""`nianbao scrape`: the commands of this room. They read options and print; the work is in `scrape.run`."""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from scrape.archive import ArchiveError
from scrape.discovery.command import discover_command
from scrape.source import Source, SourceError, find_source, is_loopback, registered
from scrape.terminal import (
    ALLOW_LOCAL,
    ARCHIVE,
    AS_JSON,
    CONTACT,
    DELAY,
    SOURCES,
    in_sentences,
    must_have_contact,
    print_all,
    standard_output,
)


@click.group()
def scrape() -> None:
    """Fetch annual reports from government sites into an archive.

    \b
    Examples:
      nianbao scrape sources                 what is registered
      nianbao scrape run                     fetch what is new, from all of them
      nianbao scrape run county.toml         … from one source file
      nianbao scrape status                  what each source last gave
      nianbao scrape discover URL            find a site's annual reports, print a source file
    """


@scrape.command("run", short_help="Fetch what is new into the archive.")
@click.argument("source", nargs=-1)
@ARCHIVE
@SOURCES
@ALLOW_LOCAL
@DELAY
@CONTACT
@click.option(
    "--refresh", is_flag=True, help="Ask again for what is archived; keep changed pages beside the old."
)
@click.option("--max-requests", type=click.IntRange(min=1), help="End the run after so many requests in all.")
@click.option("--max-mb", type=click.FloatRange(min=0, min_open=True), help="… after so many megabytes.")
@click.option("--max-minutes", type=click.FloatRange(min=0, min_open=True), help="… after so many minutes.")
@AS_JSON
@in_sentences
def run_command(
    source: tuple[str, ...],
    archive_dir: Path,
    sources_dir: Path | None,
    allow_local: bool,
    delay_s: float | None,
    contact: str | None,
    refresh: bool,
    max_requests: int | None,
    max_mb: float | None,
    max_minutes: float | None,
    as_json: bool,
) -> None:
    """Fetch what is new from each SOURCE: a registered name or a source file. All of them by default.

    A run that was stopped, by hand or by force, goes on where it was. One request at a time goes to a host,
    with pauses; many hosts are asked side by side. A run that has reached a cap, its own or a source's, ends in
    order, and the next goes on from there. The status is 0 only if every source gave all its reports.

    \b
    Examples:
      nianbao scrape run changchun-luyuan-keji --contact you@example.org
      nianbao scrape run my/county.toml --archive my/archive
      nianbao scrape run --refresh           look for pages that were changed since
      nianbao scrape run --max-minutes 120   end after two hours
      nianbao scrape run --json > result.json
    """
    import time

    from rich.console import Console

    from scrape.client.caps import Caps
    from scrape.progress import Bars, Lines
    from scrape.run import run_sources

    chosen = [find_source(word, sources_dir) for word in source] or registered(sources_dir)
    _check_choice(chosen, delay_s, allow_local=allow_local, contact=contact)
    console = Console(stderr=True)
    began = time.monotonic()
    with (Bars if console.is_terminal else Lines)(console, chosen, delay_s) as watcher:
        results = run_sources(
            chosen,
            archive_dir,
            allow_local=allow_local,
            delay_s=delay_s,
            refresh=refresh,
            contact=contact,
            caps=Caps(max_requests, max_mb, max_minutes),
            watcher=watcher,
        )
    for result in results:
        for problem in result.problems:
            click.echo(f"{result.source.name}: {problem.url}: {problem.result}: {problem.reason}", err=True)
    if as_json:
        click.echo(json.dumps([result.to_json() for result in results], ensure_ascii=False, indent=1))
    else:
        _print_table([result.to_json() for result in results], time.monotonic() - began)
    if any(result.result != "ok" for result in results):
        sys.exit(1)


@scrape.command("sources")
@SOURCES
@AS_JSON
@in_sentences
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
    print_all(table)


@scrape.command("status", short_help="Tell what each source last gave.")
@ARCHIVE
@AS_JSON
@in_sentences
def status_command(archive_dir: Path, as_json: bool) -> None:
    """Tell what each source last gave, failed or blocked, from the archive's log.

    \b
    Examples:
      nianbao scrape status
      nianbao scrape status --archive my/archive --json
    """
    from scrape.archive import is_archive, read_sources

    if not is_archive(archive_dir):
        raise ArchiveError(f"{archive_dir} is not an archive. `nianbao scrape run` makes one.")
    found = read_sources(archive_dir)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _print_table(found)


@scrape.command("coverage", short_help="Write the page of what is registered and what it gave.")
@click.option(
    "--archive",
    "archive_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of an archive: the page then tells what runs gave.",
)
@SOURCES
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default="-",
    show_default=True,
    metavar="FILE",
    help="Where to write the page; - is standard output.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail if FILE is not as it would be written.")
@in_sentences
def coverage_command(archive_dir: Path | None, sources_dir: Path | None, output: Path, check: bool) -> None:
    """Write a Markdown page: which sites are registered, by province and family, and what each last gave.

    \b
    Examples:
      nianbao scrape coverage
      nianbao scrape coverage --archive my/archive --output coverage.md
      nianbao scrape coverage --output docs/coverage.md --check
    """
    from scrape.coverage import coverage_page

    to_screen = str(output) == "-"
    if check and to_screen:
        raise SourceError("--check compares a file: name it with --output.")
    page = coverage_page(registered(sources_dir), archive_dir)
    if to_screen:
        click.echo(page, nl=False)
        return
    try:
        if not check:
            output.write_bytes(page.encode())
        elif not output.exists() or output.read_bytes() != page.encode():
            raise SourceError(f"{output} is out of date: give the same command without --check.")
    except OSError as error:
        raise SourceError(f"{output} cannot be read or written ({error.strerror}).") from None


@scrape.command("verify", short_help="Read the archive back and check every record.")
@ARCHIVE
@AS_JSON
@in_sentences
def verify_command(archive_dir: Path, as_json: bool) -> None:
    """Read the whole archive back: every digest, every record, and that index and WARC files agree.

    Nothing is changed. What a stopped run leaves behind is told and is no fault: the next run mends it. The
    status is 1 if there is any fault.

    \b
    Examples:
      nianbao scrape verify
      nianbao scrape verify --archive my/archive --json
    """
    from rich.console import Console
    from rich.progress import Progress

    from scrape.archive.verify import table_of_files, verify

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        total = sum(path.stat().st_size for path in archive_dir.glob("*.warc.gz"))
        task = progress.add_task("bytes read back", total=total)
        found = verify(archive_dir, lambda size: progress.advance(task, size))
    for fault in found.faults:
        click.echo(f"nianbao scrape: {fault}", err=True)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
    else:
        print_all(table_of_files(found))
        for note in found.notes:
            click.echo(f"note: {note}")
    if found.faults:
        click.echo(
            f"nianbao scrape: {len(found.faults)} faults. Keep the WARC files as they are; delete {archive_dir / 'index.cdxj'} "
            "and run again: what is damaged is then fetched anew.",
            err=True,
        )
        sys.exit(1)


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
        hosts = {urlsplit(address).hostname or "" for address in source.list}
        if allow_local and not all(map(is_loopback, hosts)):
            raise SourceError(
                f"--allow-local reaches loopback addresses only, and {source.name} is at {min(hosts)}: leave it out."
            )
        if delay_s is not None and not allow_local and delay_s < source.delay_s:
            raise SourceError(
                f"--delay {delay_s:g} is shorter than the {source.delay_s:g} s that {source.name} asks for."
            )
    if not all(is_loopback(host) for source in chosen for host in source.hosts):
        must_have_contact(contact)


def _print_table(sources: list[dict[str, Any]], duration_s: float | None = None) -> None:
    """Print what each source gave, in this run or in its last."""
    from scrape.tables import table_of

    print_all(*table_of(sources, standard_output().width, duration_s=duration_s))


scrape.add_command(discover_command)
