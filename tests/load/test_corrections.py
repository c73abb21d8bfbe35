"""Corrections: applied where they are due, visibly, and told when they no longer match what is read."""

import hashlib
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from load.corrections import read_corrections
from load.read import read_reports
from load.report import Report
from nianbao import main
from sample.generate import stream

REASON, EVIDENCE = "标题中的年度有误，正文和落款均为上一年度。", "http://127.0.0.1/evidence.html"


def _load(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["load", *(str(argument) for argument in arguments)])


def _query(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def _bodies(count: int = 3) -> list[bytes]:
    return [document.body for document in stream(7, count, ("html_clean",))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three sound reports."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number, body in enumerate(_bodies()):
        (folder / f"{number}.html").write_bytes(body)
    return folder


def _read(path: Path) -> Report:
    (report,) = read_reports(path.read_bytes())
    return report


@pytest.fixture
def correct(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of corrections of the year of documents; what is given overrides its keys."""

    def make(*entries: dict[str, object]) -> Path:
        lines = []
        for entry in entries:
            whole = {"field": "fiscal_year", "reason": REASON, "evidence": EVIDENCE} | entry
            told = ", ".join(
                f"{key} = {json.dumps(value)}" for key, value in whole.items() if value is not None
            )
            lines.append(f"  {{ {told} }},")
        path = tmp_path / "corrections.toml"
        path.write_text("\n".join(["corrections = [", *lines, "]"]), "utf-8")
        return path

    return make


def _year_of(path: Path, change: int = -10) -> dict[str, object]:
    year = _read(path).identity.fiscal_year
    assert year is not None
    return {
        "document": hashlib.sha256(path.read_bytes()).hexdigest(),
        "old": year,
        "new": year + change,
    }


def test_a_correction_is_shown_and_what_was_read_stays(
    folder: Path, tmp_path: Path, correct: Callable[..., Path]
) -> None:
    database, entry = tmp_path / "a.db", _year_of(folder / "0.html")
    result = _load(folder, "--db", database, "--corrections", correct(entry))
    assert result.exit_code == 0, result.output
    assert "corrections: 1 hold, 0 do not, 0 are for documents that were not given" in result.output
    told = _query(database, "select field, original, corrected, reason, evidence from corrections")
    assert told == [("fiscal_year", str(entry["old"]), str(entry["new"]), REASON, EVIDENCE)]
    ((year, clue),) = _query(
        database,
        "select fiscal_year, json_extract(identification, '$.evidence.fiscal_year') from reports "
        "where id = (select report_id from corrections)",
    )
    assert (year, clue) == (entry["new"], "correction")
    years = _query(
        database,
        "select distinct fiscal_year from requests where report_id in (select report_id from corrections)",
    )
    assert years == [(entry["new"],)]


def test_figures_are_the_same_with_and_without_a_correction(
    folder: Path, tmp_path: Path, correct: Callable[..., Path]
) -> None:
    plain, corrected = tmp_path / "plain.db", tmp_path / "corrected.db"
    assert _load(folder, "--db", plain).exit_code == 0
    assert (
        _load(folder, "--db", corrected, "--corrections", correct(_year_of(folder / "0.html"))).exit_code == 0
    )
    figures = "select document_id, form, evidence from reports order by document_id"
    assert _query(plain, figures) == _query(corrected, figures)


def test_a_corrected_report_has_the_id_and_the_publisher_that_it_would_have_if_it_were_read_so(
    folder: Path, tmp_path: Path, correct: Callable[..., Path]
) -> None:
    # The second report is the next year of the same body: corrected by one year, the first is its other version.
    first, second = folder / "0.html", folder / "1.html"
    assert _read(first).identity.publisher == _read(second).identity.publisher
    change = (_read(second).identity.fiscal_year or 0) - (_read(first).identity.fiscal_year or 0)
    database = tmp_path / "a.db"
    assert (
        _load(first, second, "--db", database, "--corrections", correct(_year_of(first, change))).exit_code
        == 0
    )
    assert _query(database, "select count(*) from reports") == [(1,)]
    assert sorted(_query(database, "select status from documents")) == [("duplicate",), ("report",)]


def test_a_region_brings_its_province_and_name_title_and_date_can_be_corrected_or_withheld(
    folder: Path, tmp_path: Path, correct: Callable[..., Path]
) -> None:
    path, database = folder / "0.html", tmp_path / "a.db"
    who, document = _read(path).identity, hashlib.sha256(path.read_bytes()).hexdigest()
    file = correct(
        {"document": document, "field": "region_code", "old": who.region_code, "new": "990222"},
        {"document": document, "field": "level", "old": who.level, "new": "county"},
        {"document": document, "field": "publisher", "old": who.publisher, "new": "仿安县档案局"},
        {"document": document, "field": "title", "old": who.title, "new": ""},
        {"document": document, "field": "published_on", "old": who.published_on or "", "new": "2022-02-03"},
    )
    result = _load(path, "--db", database, "--corrections", file)
    assert result.exit_code == 0, result.output
    columns = "publisher, title, published_on, region_code, province, prefecture, county, level"
    assert _query(database, f"select {columns} from reports") == [
        ("仿安县档案局", None, "2022-02-03", "990222", "示例省", "范江市", "仿安县", "county")
    ]
    assert _query(database, "select count(*) from corrections") == [(5,)]
    assert _query(database, "select name, county from publishers") == [("仿安县档案局", "仿安县")]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"old": 1999}, "it expects 1999, and "),
        ({"old": ""}, "it expects nothing, and "),
        ({"report": 12}, "there is no report 12 in it"),
    ],
)
def test_a_correction_that_no_longer_matches_what_is_read_is_an_error_each_time(
    folder: Path, tmp_path: Path, correct: Callable[..., Path], change: dict[str, object], sentence: str
) -> None:
    database = tmp_path / "a.db"
    file = correct(_year_of(folder / "0.html") | change)
    for _ in range(2):
        result = _load(folder, "--db", database, "--corrections", file)
        assert result.exit_code == 1
        assert "not corrected: the correction of fiscal_year in document " in result.output
        assert sentence in result.output
    assert _query(database, "select count(*) from reports") == [(3,)]
    assert _query(database, "select count(*) from corrections") == [(0,)]


def test_a_correction_of_what_is_now_read_rightly_or_not_at_all_asks_to_be_removed(
    folder: Path, tmp_path: Path, correct: Callable[..., Path]
) -> None:
    path = folder / "0.html"
    entry = _year_of(path)
    file = correct(entry | {"old": entry["new"], "new": entry["old"]})
    result = _load(folder, "--db", tmp_path / "a.db", "--corrections", file)
    assert f"{entry['old']} is what is read now; remove the correction" in result.output
    path.write_bytes(b"<p>404</p>")
    file = correct(entry | {"document": hashlib.sha256(path.read_bytes()).hexdigest()})
    result = _load(folder, "--db", tmp_path / "b.db", "--corrections", file)
    assert "no report is read from it any longer" in result.output
    assert result.exit_code == 1


def test_a_correction_of_a_document_that_was_not_given_is_no_error(
    folder: Path, tmp_path: Path, correct: Callable[..., Path]
) -> None:
    file = correct(_year_of(folder / "0.html"))
    result = _load(folder / "1.html", "--db", tmp_path / "a.db", "--corrections", file)
    assert result.exit_code == 0
    assert "corrections: 0 hold, 0 do not, 1 are for documents that were not given" in result.output


def test_loading_again_applies_new_corrections_and_takes_back_removed_ones(
    folder: Path, tmp_path: Path, correct: Callable[..., Path]
) -> None:
    step, fresh, plain = tmp_path / "step.db", tmp_path / "fresh.db", tmp_path / "plain.db"
    assert _load(folder, "--db", plain).exit_code == 0
    assert _load(folder, "--db", step).exit_code == 0
    file = correct(_year_of(folder / "0.html"))
    result = _load(folder, "--db", step, "--corrections", file)
    assert "1 reports read" in result.output
    assert "2 documents unchanged" in result.output
    assert _load(folder, "--db", fresh, "--corrections", file).exit_code == 0
    assert step.read_bytes() == fresh.read_bytes()
    again = _load(folder, "--db", step, "--corrections", file)
    assert "3 documents unchanged" in again.output
    assert "corrections: 1 hold" in again.output
    assert _load(folder, "--db", step).exit_code == 0
    assert step.read_bytes() == plain.read_bytes()


def test_a_load_of_other_documents_keeps_corrections_that_were_made(
    folder: Path, tmp_path: Path, correct: Callable[..., Path]
) -> None:
    database = tmp_path / "a.db"
    file = correct(_year_of(folder / "0.html"))
    assert _load(folder / "0.html", "--db", database, "--corrections", file).exit_code == 0
    assert _load(folder / "1.html", "--db", database, "--corrections", file).exit_code == 0
    assert _query(database, "select count(*) from corrections") == [(1,)]


def _crawled(path: Path, url: str, body: bytes) -> Path:
    """A WARC file of one page, as any crawler writes it."""
    with path.open("wb") as file:
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        writer = WARCWriter(file, gzip=False)
        writer.write_record(writer.create_warc_record(url, "response", io.BytesIO(body), http_headers=head))
    return path


def test_an_address_names_every_version_of_its_page_and_one_that_matches_is_enough(
    folder: Path, tmp_path: Path, correct: Callable[..., Path]
) -> None:
    url, entry = "http://127.0.0.1/a.html", _year_of(folder / "0.html")
    versions = [_crawled(tmp_path / f"{n}.warc", url, _bodies()[n]) for n in (0, 2)]
    by_address = entry | {"document": None, "url": url}
    database = tmp_path / "a.db"
    result = _load(*versions, "--db", database, "--corrections", correct(by_address))
    assert result.exit_code == 0, result.output
    assert _query(database, "select corrected from corrections") == [(str(entry["new"]),)]
    by_address["old"] = 1999
    result = _load(*versions, "--db", database, "--corrections", correct(by_address))
    assert result.exit_code == 1
    assert f"not corrected: the correction of fiscal_year in {url}: it expects 1999" in result.output


def test_inspect_tells_what_is_read_and_what_loading_would_show(
    folder: Path, correct: Callable[..., Path]
) -> None:
    path = folder / "0.html"
    entry = _year_of(path)
    arguments = ["inspect", str(path), "--corrections", str(correct(entry))]
    shown = CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments).output
    assert f"fiscal_year becomes {entry['new']} when loaded: {REASON} ({EVIDENCE})" in shown
    told = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).output)
    assert told["fiscal_year"] == entry["old"]
    assert [row["corrected"] for row in told["corrections"]] == [str(entry["new"])]


DOCUMENT = "0" * 64


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"field": "granted"}, "never a figure"),
        ({"field": None}, "it lacks field"),
        ({"reason": " "}, "reason is empty"),
        ({"evidence": "see there"}, "evidence is not an address"),
        ({"document": "abc"}, "document is not a SHA-256"),
        ({"document": None}, "it needs document (a SHA-256) or url"),
        ({"url": "http://127.0.0.1/"}, "and not both"),
        ({"report": "7"}, "report is not an id"),
        ({"year": 2020}, "year is none of document, evidence"),
        ({"new": "2020"}, "new is '2020', and not a year"),
        ({"new": 2021}, "old and new are the same"),
        ({"field": "region_code", "new": "123456"}, "not a code of the table of places"),
        ({"field": "published_on", "new": "2024-02-30"}, "not a date"),
        ({"field": "level", "new": "city"}, "none of national, province"),
        ({"field": "kind", "new": "office"}, "none of government"),
        ({"field": "publisher", "new": " 某局"}, "without white space around it"),
    ],
)
def test_a_line_that_cannot_be_used_stops_the_load_before_it_begins(
    folder: Path, tmp_path: Path, correct: Callable[..., Path], change: dict[str, object], sentence: str
) -> None:
    file = correct({"document": DOCUMENT, "old": 2021, "new": 2020} | change)
    for command in (
        ["load", str(folder), "--db", str(tmp_path / "a.db")],
        ["inspect", str(folder / "0.html")],
    ):
        result = CliRunner().invoke(main, [*command, "--corrections", str(file)])
        assert result.exit_code == 1
        assert result.output.startswith(f"Error: {file}: correction 1: ")
        assert sentence in result.output
    assert not (tmp_path / "a.db").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("corrections = [", "it is not TOML"),
        ("corrections = 3", "corrections is not a list"),
        ("corrections = [3]", "correction 1: it is not of the form"),
        (None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_with_a_sentence(
    folder: Path, tmp_path: Path, text: str | None, sentence: str
) -> None:
    file = tmp_path / "corrections.toml"
    if text is not None:
        file.write_text(text, "utf-8")
    result = _load(folder, "--db", tmp_path / "a.db", "--corrections", file)
    assert result.exit_code == 1
    assert sentence in result.output


def test_the_same_correction_twice_is_an_error(folder: Path, correct: Callable[..., Path]) -> None:
    entry = _year_of(folder / "0.html")
    result = CliRunner().invoke(
        main, ["inspect", str(folder / "0.html"), "--corrections", str(correct(entry, entry))]
    )
    assert "correction 2: the correction of fiscal_year" in result.output
    assert "stands there twice" in result.output


def test_the_project_s_own_corrections_can_be_used() -> None:
    assert isinstance(read_corrections(), list)
