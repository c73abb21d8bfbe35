"""Bad input: one clear sentence each, the good ones still loaded, an exit status that is not 0."""

import gzip
import io
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from load.commands import inspect, load
from load.extract import LARGEST_BYTES
from load.read import NotAReport, Unreadable, read_reports


def _zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros", b"\0" * 50_000_000)
    return held.getvalue()


BAD = {
    "empty.html": (b"", "empty"),
    "blank.txt": (b" \n\t\n ", "empty"),
    "bomb.zip": (_zip(), "unpacks to more than"),
    "bomb.gz": (gzip.compress(b"\0" * 50_000_000), "unpacks to more than"),
    "report.pdf": (b"%PDF-1.7\n...", "PDF"),
    "report.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "Office"),
    "picture.html": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "picture"),
    "binary.txt": (b"abc\x00def" * 100, "NUL"),
    "notice.html": (
        "<html><title>关于做好年度报告的通知</title><body><p>各单位请于一月底前报送。</p></body></html>".encode(),
        "neither the tables nor the sections",
    ),
    "prose.txt": (("今天天气很好。\n" * 50).encode(), "neither the tables"),
}


def _queried(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("name", BAD)
def test_each_bad_file_gets_one_sentence_and_the_good_ones_are_loaded(
    name: str, invented: list[Path], tmp_path: Path
) -> None:
    body, said = BAD[name]
    (tmp_path / name).write_bytes(body)
    database = tmp_path / "nianbao.db"
    result = CliRunner().invoke(load, [str(tmp_path / name), str(invented[0]), "--db", str(database)])
    assert result.exit_code == 1
    complaints = [line for line in result.output.splitlines() if line.startswith("not read:")]
    assert len(complaints) == 1
    assert name in complaints[0]
    assert said in complaints[0]
    assert _queried(database, "select count(*) from reports") == [(1,)]
    assert _queried(
        database, "select count(*) from documents where status in ('unreadable', 'not_a_report')"
    ) == [(1,)]


def test_a_file_too_large_is_refused_by_its_size_without_being_read(
    invented: list[Path], tmp_path: Path
) -> None:
    with (tmp_path / "large.html").open("wb") as file:
        file.truncate(200_000_000)
    result = CliRunner().invoke(
        load, [str(tmp_path / "large.html"), str(invented[0]), "--db", str(tmp_path / "nianbao.db")]
    )
    assert result.exit_code == 1
    assert f"{LARGEST_BYTES:,}" in result.output
    assert "1 reports read" in result.output


@pytest.mark.parametrize(
    "make", [lambda p: p.mkdir(), lambda p: None], ids=["an empty folder", "nothing there"]
)
def test_an_input_without_documents_is_said(make: object, invented: list[Path], tmp_path: Path) -> None:
    make(tmp_path / "in")  # type: ignore[operator]  # a parameter of pytest
    result = CliRunner().invoke(
        load, [str(tmp_path / "in"), str(invented[0]), "--db", str(tmp_path / "nianbao.db")]
    )
    assert result.exit_code == 1
    assert str(tmp_path / "in") in result.output
    assert "1 reports read" in result.output


def test_what_could_not_be_read_is_still_said_when_it_comes_again_unchanged(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(BAD["report.pdf"][0])
    arguments = [str(tmp_path / "report.pdf"), "--db", str(tmp_path / "nianbao.db")]
    results = [CliRunner().invoke(load, arguments) for _ in range(2)]
    assert [result.exit_code for result in results] == [1, 1]
    assert all("PDF" in result.output for result in results)


def test_half_a_report_is_partial_with_null_for_what_is_not_there(invented: list[Path]) -> None:
    page = next(path for path in invented if path.suffix == ".html").read_bytes()
    requests, disputes = [found.start() for found in re.finditer(b"<table", page)][-2:]
    half = page[: requests + (disputes - requests) * 6 // 10]
    (report,) = read_reports(half)
    assert report.status == "partial"
    assert report.table(4) is None
    table3 = report.table(3)
    assert table3 is not None
    assert set(table3["carried_out"].values()) == {None}
    assert {check.rule for check in report.checks} >= {"table_missing", "rows_missing"}


def test_a_page_in_another_charset_than_it_declares_is_read(invented: list[Path]) -> None:
    page = next(path for path in invented if path.suffix == ".html").read_text("utf-8")
    (utf8,) = read_reports(page.encode())
    (gb,) = read_reports(page.encode("gb18030"))  # its meta tag still says utf-8
    assert gb.charset == "gb18030"
    assert gb.to_json() | {"charset": "", "cells": []} == utf8.to_json() | {"charset": "", "cells": []}


@pytest.mark.parametrize("name", ["empty.html", "report.pdf", "notice.html"])
def test_inspect_answers_a_bad_file_with_a_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(BAD[name][0])
    result = CliRunner().invoke(inspect, [str(tmp_path / name)])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert BAD[name][1] in result.output


def test_inspect_of_a_folder_and_of_nothing_is_answered_with_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        result = CliRunner().invoke(inspect, [str(path)])
        assert result.exit_code == 1
        assert str(path) in result.output


def test_inspect_shows_the_tables_and_what_fails(invented: list[Path]) -> None:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(inspect, [str(invented[0])])
    assert result.exit_code == 0
    for words in ("Table 2", "Table 3", "Table 4", "予以公开", "Every sum that could be made holds"):
        assert words in result.output


def _answer(body: bytes) -> str:
    """The status of the report in `body`, or the sentence that says why there is none; all else is raised."""
    try:
        (report,) = read_reports(body)
    except (Unreadable, NotAReport) as answer:
        return str(answer)
    return str(report.to_json()["status"])


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=3000), st.text(max_size=2000).map(str.encode)))
def test_any_bytes_end_in_a_report_or_in_a_sentence(body: bytes) -> None:
    assert _answer(body)


_MARKUP = st.sampled_from(
    ["<table>", "</table>", "<tr>", "</tr>", "<td colspan=9999999>", "<td>", "</td>", "<p>", "<br>", "<div>", "|", "\n", "\t",
     "一、本年新收政府信息公开申请数量", "二、上年结转", "（一）予以公开", "(七)总计", "四、结转下年度继续办理", "行政复议", "结果维持",
     "总计", "其他", "规章", "行政许可", "第二十条第（一）项", "一、总体情况", "四、复议和诉讼情况", "0", "12", "", "/", "３"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(_MARKUP, max_size=120))
def test_any_pieces_of_a_form_in_any_order_end_in_a_report_or_in_a_sentence(pieces: list[str]) -> None:
    assert _answer("".join(pieces).encode())
