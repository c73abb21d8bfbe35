"""What the commands of this room share: options, errors as sentences, and printing for terminals and pipes."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click

from scrape.archive import ArchiveError
from scrape.source import SourceError

P = ParamSpec("P")

SOURCES = click.option(
    "--sources",
    "sources_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of source files instead of the registered ones.",
)
ARCHIVE = click.option(
    "--archive",
    "archive_dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("archive"),
    show_default=True,
    help="Folder of the archive.",
)
ALLOW_LOCAL = click.option(
    "--allow-local", is_flag=True, help="Reach loopback addresses, and no others: for the sample."
)


def _in_ascii(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """What is said in a header must be printable ASCII."""
    if value and not (value.isascii() and value.isprintable()):
        raise click.BadParameter("write the address in printable ASCII, on one line.")
    return value


DELAY = click.option(
    "--delay",
    "delay_s",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Pause between two requests to a host. Shorter than the source's own, or than 2 s, only with --allow-local.",
)
CONTACT = click.option(
    "--contact",
    envvar="NIANBAO_CONTACT",
    callback=_in_ascii,
    metavar="ADDRESS",
    help="Web or e-mail address by which sites can reach you; every request carries it. Also NIANBAO_CONTACT.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def in_sentences(command: Callable[P, None]) -> Callable[P, None]:
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


def must_have_contact(contact: str | None) -> None:
    """SourceError unless the sites that are to be asked will be told whom they can ask back."""
    if not contact:
        raise SourceError(
            "Sites should know whom to ask: give a web or e-mail address with --contact, or in NIANBAO_CONTACT."
        )


def print_all(*parts: Any) -> None:
    """Print tables and lines on standard output: as wide as the terminal, or as wide as they like in a pipe."""
    console = standard_output()
    for part in parts:
        console.print(part)


def standard_output() -> Any:
    """The console to print on: wide in a pipe, so that no line of a table breaks there."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=400)
