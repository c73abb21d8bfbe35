"""The command `demo`: the sample province from its sites to the browser, the way real reports go.

Nothing here is a short cut: the sites are served over HTTP, scraped politely into the archive, loaded
from it and served by Datasette.
"""

import contextlib
import errno
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import click

_DELAY_S = 0.0
_STARTED_S = 60


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default=True,
    help="Where archive/ and nianbao.db go; the folder that holds metadata.json and plugins/.",
)
@click.option(
    "--port", default=8001, show_default=True, help="Port to serve at; the next free one if it is taken."
)
@click.option(
    "--sites-port",
    default=8790,
    show_default=True,
    help="Port of the local sites. Addresses carry it: on another one every page is new.",
)
@click.option(
    "--reports",
    type=click.IntRange(1),
    help="How many reports to invent; without it the whole sample of 400, which alone has every case.",
)
@click.option("--serve/--no-serve", default=True, help="Serve the result with Datasette, or stop before.")
def demo(folder: Path, port: int, sites_port: int, reports: int | None, serve: bool) -> None:
    """Show everything at work on an invented province, without any network.

    Makes invented reports, serves them from small local sites, scrapes these into archive/, loads
    the archive into nianbao.db and serves that. A second run skips what has not changed.

    \b
    Examples:
      nianbao demo
      nianbao demo --port 8080
      nianbao demo --no-serve
    """
    from load.run import load
    from load.store import StoreError, is_older
    from sample.generate import REPORTS, generate
    from sample.province import sites
    from sample.sites.server import serve as serve_sites
    from scrape.run import run_sources
    from scrape.source import read_source

    database, archive = folder / "nianbao.db", folder / "archive"
    _refuse_to_mix(database)
    documents = generate(reports=reports or REPORTS)
    province = sites(documents)
    click.echo(f"Sample: {len(documents)} documents of an invented province, on {len(province)} local sites")
    described = folder / "sample-data"
    described.mkdir(parents=True, exist_ok=True)
    free = _free_port(sites_port, "127.0.0.2")
    if free != sites_port:
        click.echo(f"Port {sites_port} is taken; the sites are at {free}, where every page is new.")
    with serve_sites(province, free) as served:
        sources = [read_source(served.source_file(site, described)) for site in province]
        results = run_sources(sources, archive, allow_local=True, delay_s=_DELAY_S)
    for result in results:
        click.echo(f"  {result}")
    try:
        older = is_older(database)
        if older:
            click.echo(f"{database} is of an earlier version: it is made anew from the archive.")
        loaded = load([archive], database, rebuild=older, said=click.echo)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"Loaded: {loaded.read} reports read, {loaded.skipped} documents unchanged; not read, as planted:"
    )
    for sentence in loaded.unread:
        click.echo(f"  {sentence}")
    if serve:
        _serve(folder, port)


def _refuse_to_mix(database: Path) -> None:
    """Stop where the database holds reports that are not the sample's: invented ones must not join them."""
    if not database.is_file():
        return
    with (
        contextlib.suppress(sqlite3.DatabaseError),
        contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection,
    ):
        real = connection.execute(
            "select count(*) from documents where url is null or url not like 'http://127.%'"
        ).fetchone()[0]
        if real:
            raise click.ClickException(
                f"{database} holds {real:,} documents that are not the sample's, and invented reports must not join them: "
                "choose another --folder, or move the file away"
            )


def _free_port(wanted: int, host: str = "127.0.0.1") -> int:
    """`wanted`, or the next port that is free on `host`."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:  # some systems have one loopback address only
                    return _free_port(wanted)
                continue
            return port
    raise click.ClickException(f"ports {wanted} to {wanted + 49} are all taken: choose another one")


def _serve(folder: Path, wanted: int) -> None:
    if not (folder / "metadata.json").is_file():
        raise click.ClickException(
            f"{folder} has no metadata.json: run this in the project's folder, or with --no-serve"
        )
    port = _free_port(wanted)
    if port != wanted:
        click.echo(f"Port {wanted} is taken; serving at {port} instead.")
    command = [sys.executable, "-m", "datasette", str(folder), "--port", str(port)]
    with subprocess.Popen(command) as server:  # noqa: S603 - our own interpreter, our own arguments
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: server.terminate())
        if _answers(port, server):
            click.echo(f"\nServing; stop with Ctrl-C. The address:\nhttp://127.0.0.1:{port}/")
        status = server.wait()
    if status not in (0, -signal.SIGTERM, -signal.SIGINT):
        raise click.ClickException(f"datasette ended with status {status}: its reason stands above")


def _answers(port: int, server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes connections; False if it ended before."""
    until = time.monotonic() + _STARTED_S
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.1)
    return False
