"""The demo, run as a newcomer runs it: sites, scrape, load, serve; and again."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from sample.generate import generate
from sample.manifest import SampleDocument

ROOT = Path(__file__).resolve().parent.parent
SERVED = ("metadata.json", "settings.json", "plugins", "templates", "static")


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.2", 0))) as server:
        return int(server.getsockname()[1])


SITES = ("--sites-port", str(_free_port()))


def _demo(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nianbao", "demo", "--folder", str(folder), *SITES, *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


SOME = ("--reports", "40")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what Datasette needs, and the archive and database of a small demo in it."""
    folder = tmp_path_factory.mktemp("project")
    for name in SERVED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
        else:
            shutil.copy(ROOT / name, folder / name)
    result = _demo(folder, *SOME, "--no-serve")
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture(scope="module")
def taken_port() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_every_report_of_the_sample_comes_through_to_the_database(
    sample: tuple[SampleDocument, ...], tmp_path: Path
) -> None:
    result = _demo(tmp_path, "--no-serve")
    assert result.returncode == 0, result.stderr
    reports = {(d.expected.publisher, d.expected.fiscal_year) for d in sample if d.expected.is_report}
    with closing(sqlite3.connect(tmp_path / "nianbao.db")) as database:
        assert database.execute("select count(*) from documents").fetchone() == (len(sample),)
        assert set(database.execute("select publisher, fiscal_year from reports")) == reports
        assert database.execute("select count(*) from sources where last_result <> 'ok'").fetchone() == (0,)
        untraced = (
            "select count(*) from documents where url is null or fetched_at is null or warc_file is null"
        )
        assert database.execute(untraced).fetchone() == (0,)


def test_a_second_run_fetches_and_reads_nothing_again(project: Path) -> None:
    before = (project / "nianbao.db").read_bytes()
    archived = {path.name: path.stat().st_size for path in (project / "archive").glob("*.warc.gz")}
    again = _demo(project, *SOME, "--no-serve")
    assert again.returncode == 0, again.stderr
    assert "new" not in re.sub(r"[^\n]*Loaded.*", "", again.stdout, flags=re.DOTALL)
    assert f"0 reports read, {len(generate(reports=40))} documents unchanged" in again.stdout
    assert (project / "nianbao.db").read_bytes() == before
    grown = {
        path.name: path.stat().st_size - archived[path.name]
        for path in (project / "archive").glob("*.warc.gz")
    }
    assert all(size < 60_000 for size in grown.values())  # the lists alone are asked for again


def test_a_database_of_an_earlier_version_is_made_anew_from_the_archive(project: Path) -> None:
    def content() -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(project / "nianbao.db")) as database:
            version = database.execute("pragma user_version").fetchone()
            return [version, *database.execute("select * from reports order by id")]

    before = content()
    with closing(sqlite3.connect(project / "nianbao.db")) as database:
        database.executescript("pragma user_version = 1; drop table corrections; delete from requests")
    again = _demo(project, *SOME, "--no-serve")
    assert again.returncode == 0, again.stderr
    assert "is of an earlier version" in again.stdout
    assert content() == before


def test_it_serves_the_result_and_prints_the_address_last_even_where_the_port_is_taken(
    project: Path, taken_port: int
) -> None:
    command = [
        sys.executable,
        "-m",
        "nianbao",
        "demo",
        "--folder",
        str(project),
        *SITES,
        *SOME,
        "--port",
        str(taken_port),
    ]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as demo:
        assert demo.stdout is not None
        said, address = [], ""
        for line in demo.stdout:
            said.append(line)
            if line.startswith("http://127.0.0.1:"):
                address = line.strip()
                break
        try:
            assert f"Port {taken_port} is taken" in "".join(said)
            assert httpx.get(address).status_code == 200
            rows = httpx.get(f"{address}nianbao/reports.json?_size=1&_shape=objects").json()["rows"]
            assert rows[0]["province"] == "示例省"
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(30)


def test_invented_reports_never_join_a_database_of_real_ones(
    sample: tuple[SampleDocument, ...], tmp_path: Path
) -> None:
    (tmp_path / "report.txt").write_bytes(next(d.body for d in sample if "text/plain" in d.media_type))
    loaded = subprocess.run(
        [sys.executable, "-m", "nianbao", "load", "report.txt"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert loaded.returncode == 0
    result = _demo(tmp_path, *SOME, "--no-serve")
    assert result.returncode != 0
    assert "must not join" in result.stderr
