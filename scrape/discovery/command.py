"""`nianbao scrape discover`: reads options and prints; the walk is `scrape.discovery.walk`'s."""

import json
import sys
from pathlib import Path

import click

from scrape.source import SourceError, registered
from scrape.terminal import ALLOW_LOCAL, AS_JSON, CONTACT, DELAY, SOURCES, in_sentences, must_have_contact


@click.command("discover", short_help="Find a site's annual reports; print a source file.")
@click.argument("url")
@click.option(
    "--archive",
    "archive_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep every answer in this archive, as evidence. Without it nothing is kept.",
)
@SOURCES
@ALLOW_LOCAL
@DELAY
@CONTACT
@click.option(
    "--old-tls", is_flag=True, help="Speak outdated TLS as well; certificates are checked all the same."
)
@AS_JSON
@in_sentences
def discover_command(
    url: str,
    archive_dir: Path | None,
    sources_dir: Path | None,
    allow_local: bool,
    delay_s: float | None,
    contact: str | None,
    old_tls: bool,
    as_json: bool,
) -> None:
    """Find the column of annual reports (政府信息公开年报) of the site at URL and print a source file for it.

    URL is the site's home page or any page of it, also the column itself. At most 25 requests are made, one
    at a time, as robots.txt allows; a page of the list is read on trial. What is done is told on standard
    error. The file says what it is sure of and what not: read it before you use it. The status is 0 only if
    reports were found and the file is complete.

    \b
    Examples:
      nianbao scrape discover https://www.example.gov.cn --contact you@example.org > example.toml
      nianbao scrape discover www.example.gov.cn --archive evidence
    """
    from contextlib import ExitStack
    from datetime import UTC, datetime

    from scrape.archive.writer import About, ArchiveWriter
    from scrape.client.caps import Caps
    from scrape.client.fetch import Fetcher
    from scrape.discovery.draft import draft
    from scrape.discovery.trial import MOST_REQUESTS
    from scrape.discovery.walk import discover
    from scrape.exchange import Exchange
    from scrape.source import LEAST_DELAY_S

    if delay_s is not None and delay_s < LEAST_DELAY_S and not allow_local:
        raise SourceError(f"--delay {delay_s:g} is shorter than {LEAST_DELAY_S:g} s.")
    if not allow_local:
        must_have_contact(contact)
    known = registered(sources_dir)
    steps: list[str] = []
    with ExitStack() as stack:
        archive = stack.enter_context(ArchiveWriter(archive_dir)) if archive_dir else None

        def keep(answer: Exchange, kind: str) -> None:
            if archive:
                archive.store(answer, About("discovery", kind, moved_to=answer.moved_to))

        def say(step: str) -> None:
            steps.append(step)
            click.echo(step, err=True)

        def client() -> Fetcher:
            caps = Caps(requests=MOST_REQUESTS)
            return Fetcher(allow_local=allow_local, delay_s=delay_s, contact=contact, caps=caps)

        found = discover(url, fetcher=client, keep=keep, say=say, old_tls=old_tls)
        if archive:
            archive.log("discovered", address=url, steps=steps, failure=found.failure)
    day = datetime.now(UTC).date().isoformat()
    written = None
    if found.column:
        written = draft(found.column, found.tags, known, day=day, old_tls=old_tls)
    if as_json:
        told = {
            "address": url,
            "steps": steps,
            "failure": found.failure,
            **(written.to_json() if written else {}),
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    elif written:
        head = (
            f"Found by `nianbao scrape discover {url}` on {day}. Read what is marked “not sure” before use."
        )
        click.echo(written.to_toml(head), nl=False)
    if found.failure:
        click.echo(f"nianbao scrape: {found.failure}", err=True)
        sys.exit(1)
    if written and written.region is None:
        click.echo("nianbao scrape: no page says which region this is; the file needs that key.", err=True)
        sys.exit(1)
