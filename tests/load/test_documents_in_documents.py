"""Documents that hold others: a page with two reports, a zip file with several documents."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from load.commands import inspect, load
from sample.generate import stream
from sample.manifest import SampleDocument


@pytest.fixture(scope="module")
def pages() -> list[SampleDocument]:
    """Two sound reports, as pages."""
    return list(stream(7, 2))


def one_page(pages: list[SampleDocument]) -> bytes:
    """The first page with the second's body behind its own."""
    first, second = (page.body.decode() for page in pages)
    inner = second.partition("<body")[2].partition(">")[2].partition("</body>")[0]
    return first.replace("</body>", f"{inner}</body>").encode()


def loaded(path: Path, database: Path, *options: str) -> Result:
    return CliRunner().invoke(load, [str(path), "--db", str(database), *options])


def queried(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def test_two_reports_on_one_page_become_two_reports_that_name_their_place_in_it(pages, tmp_path) -> None:
    page, database = tmp_path / "two.html", tmp_path / "nianbao.db"
    page.write_bytes(one_page(pages))
    assert loaded(page, database).exit_code == 0
    found = queried(
        database,
        "select publisher, r.fiscal_year, report_number, processed_total from reports r "
        "join documents d on d.id = r.document_id order by report_number",
    )
    expected = [
        (e.publisher, e.fiscal_year, n, e.table3["processed_total"]["total"])
        for n, e in enumerate((page.expected for page in pages), 1)
    ]
    assert found == expected


def test_a_page_with_two_reports_is_skipped_when_unchanged_and_rebuilt_the_same(pages, tmp_path) -> None:
    page, database, again = tmp_path / "two.html", tmp_path / "nianbao.db", tmp_path / "again.db"
    page.write_bytes(one_page(pages))
    loaded(page, database)
    before = database.read_bytes()
    assert "1 documents unchanged" in loaded(page, database).output
    assert database.read_bytes() == before
    loaded(page, again)
    loaded(page, again, "--rebuild")
    assert again.read_bytes() == before


def test_the_documents_in_a_zip_file_are_read_one_by_one_and_a_bad_one_costs_only_itself(
    pages, tmp_path
) -> None:
    held, database = tmp_path / "reports.zip", tmp_path / "nianbao.db"
    with zipfile.ZipFile(held, "w") as file:
        for number, page in enumerate(pages):
            file.writestr(f"年报/{number}.html", page.body)
        file.writestr("picture.png", b"\x89PNG\r\n")
    result = loaded(held, database)
    assert result.exit_code == 1
    assert "reports.zip: picture.png: it is a picture" in result.output
    assert queried(database, "select file, member, status from documents order by member") == [
        ("reports.zip", "picture.png", "unreadable"),
        ("reports.zip", "年报/0.html", "report"),
        ("reports.zip", "年报/1.html", "report"),
    ]
    assert queried(database, "select count(*) from reports") == [(2,)]
    assert "3 documents unchanged" in loaded(held, database).output


def test_a_zip_file_is_inspected_report_by_report(pages, tmp_path) -> None:
    held = tmp_path / "reports.zip"
    with zipfile.ZipFile(held, "w") as file:
        for number, page in enumerate(pages):
            file.writestr(f"{number}.html", page.body)
    result = CliRunner().invoke(inspect, [str(held), "--json"])
    assert result.exit_code == 0
    assert all(page.expected.publisher in result.output for page in pages)
