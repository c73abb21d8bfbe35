"""Tables and answers taken away: CSV that Excel reads, and workbooks."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from datasette.app import Datasette
from datasette.plugins import pm
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import ROOT

from plugins.publication.language import spoken
from plugins.publication.workbook import LONGEST_CELL, Sheet, workbook

Rows = Callable[..., list[tuple]]
MARK = "\ufeff".encode()


async def _book(site: Datasette, path: str) -> Any:
    answer = await site.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def _cells(page: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in page.iter_rows()]


def _facts(book: Any) -> dict[str, str]:
    """What the second page says of the whole."""
    found = {}
    for name, words, *_ in _cells(book.worksheets[1]):
        if name is None:
            break
        found[name] = words
    return found


# --- CSV ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/nianbao/requests", "/nianbao/refusers", "/nianbao"])
async def test_a_csv_begins_with_the_mark_where_it_is_asked_for_and_else_not(
    site: Datasette, path: str
) -> None:
    sql = "&sql=select+publisher+from+reports" if path == "/nianbao" else ""
    plain = await site.client.get(f"{path}.csv?_size=max{sql}")
    marked = await site.client.get(f"{path}.csv?_size=max&_bom=1{sql}")
    assert not plain.content.startswith(MARK)
    assert marked.content == MARK + plain.content
    assert marked.headers["content-type"] == "text/csv; charset=utf-8"


async def test_a_streamed_csv_for_excel_has_one_mark_and_all_rows(site: Datasette, rows: Rows) -> None:
    answer = await site.client.get("/nianbao/requests.csv?_stream=on&_bom=1")
    assert answer.content.count(MARK) == 1
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(len(lines),)] == rows("select count(*) from requests")


async def test_the_form_of_a_report_has_one_mark_too(site: Datasette, rows: Rows) -> None:
    [(id,)] = rows("select id from reports order by id limit 1")
    answer = await site.client.get(f"/nianbao/reports/{id}/form.csv?_bom=1")
    assert answer.content.count(MARK) == 1


async def test_a_refusal_gets_no_mark(site: Datasette) -> None:
    for path in (
        "/nianbao/reports.csv?_bom=1&nothing=1",
        "/nianbao.csv?_bom=1&sql=select+nothing",
        "/nianbao/x.csv?_bom=1",
    ):
        answer = await site.client.get(path)
        assert answer.status_code in (400, 404)
        assert not answer.content.startswith(MARK)


# --- the ways to them -----------------------------------------------------------------------------------


def _export_links(page: str) -> dict[str, str]:
    line = re.search(r'<p class="export-links">(.*?)</p>', page, re.DOTALL)
    assert line
    links = re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', line[1])
    return {words: href.replace("&amp;", "&") for href, words in links}


@pytest.mark.parametrize(
    "path",
    [
        "/nianbao/reports?level=county&_sort=received_new&_size=5",
        "/nianbao/refusers?fiscal_year=2024",
        "/nianbao?sql=select+publisher,+:n+as+n+from+reports+limit+3&n=%2B1",
        "/nianbao/sections",
    ],
)
async def test_each_page_offers_csv_for_excel_and_a_workbook_of_what_it_shows(
    site: Datasette, path: str
) -> None:
    page = (await site.client.get(path)).text
    links = _export_links(page)
    assert list(links)[:4] == ["JSON", "CSV", "CSV for Excel", "Excel"]
    plain, for_excel = [(await site.client.get(links[name])).content for name in ("CSV", "CSV for Excel")]
    assert for_excel == MARK + plain
    written = _cells((await _book(site, links["Excel"])).worksheets[0])
    lines = list(csv.reader(io.StringIO(plain.decode())))
    assert len(written) == len(lines)
    warned = "Ids have up to 16 digits: Excel rounds them in a CSV" in page
    assert warned == bool({"id", "report_id", "publisher_id"} & set(lines[0]))


async def test_the_second_page_of_a_table_offers_all_of_its_rows(site: Datasette, rows: Rows) -> None:
    page = (await site.client.get("/nianbao/reports?_size=20")).text
    after = re.search(r'_next=([^"&]+)', page)
    assert after
    links = _export_links((await site.client.get(f"/nianbao/reports?_size=20&_next={after[1]}")).text)
    written = _cells((await _book(site, links["Excel"])).worksheets[0])
    assert [(len(written) - 1,)] == rows("select count(*) from reports")


# --- workbooks ------------------------------------------------------------------------------------------


async def test_a_workbook_has_the_figures_as_numbers_ids_as_text_and_blanks_as_blanks(
    site: Datasette, rows: Rows
) -> None:
    book = await _book(
        site, "/nianbao/reports.xlsx?_lang=en&_sort=id&_col=received_carried_in&_col=publisher"
    )
    head, *lines = _cells(book.worksheets[0])
    assert head[0] == "ID"
    stored = rows("select cast(id as text), publisher, received_carried_in from reports order by id")
    order = [head.index(name) for name in ("ID", "Publisher", "Carried in")]
    assert [tuple(line[at] for at in order) for line in lines] == stored
    assert None in [line[order[2]] for line in lines]


async def test_a_workbook_holds_all_rows_of_a_selection_in_their_order(site: Datasette, rows: Rows) -> None:
    lines = _cells(
        (
            await _book(
                site, "/nianbao/requests.xlsx?level=province&_sort_desc=count&_size=3&_labels=on&_lang=en"
            )
        ).worksheets[0]
    )
    counts = [line[lines[0].index("Count") if "Count" in lines[0] else 7] for line in lines[1:]]
    assert counts == [
        n for (n,) in rows("select count from requests where level = 'province' order by count desc")
    ]


async def test_the_headings_and_the_code_book_speak_the_readers_language(site: Datasette) -> None:
    for language, head, name in (("zh", "办理结果", "自然人"), ("en", "Outcome", "Natural person")):
        book = await _book(site, f"/nianbao/requests.xlsx?_lang={language}&level=province")
        assert head in _cells(book.worksheets[0])[0]
        words = [str(cell).lower() for line in _cells(book.worksheets[1]) for cell in line if cell]
        assert any(name.lower() in word for word in words)
        explained = [line[1] for line in _cells(book.worksheets[1])]
        assert {"report_id", "outcome", "category", "applicant", "count"} <= set(explained)


async def test_a_workbook_says_where_it_is_from_under_which_licence_and_what_was_chosen(
    site: Datasette,
) -> None:
    facts = _facts(await _book(site, "/nianbao/reports.xlsx?level=county&_lang=en"))
    assert facts["Selection"] == 'where Level = "county" sorted by Year descending'
    assert facts["Address"] == "http://localhost/nianbao/reports?level=county"
    assert facts["Licence"].startswith("Figures and names are facts")
    assert facts["Source"].startswith("Annual reports")
    assert "evidence" in facts["Columns left out"]
    query = _facts(await _book(site, "/nianbao.xlsx?sql=select+1+as+n&_lang=en"))
    assert query["SQL"] == "select 1 as n"


def test_the_same_rows_of_the_same_date_give_the_same_bytes() -> None:
    sheet = Sheet("t", "outcomes", ["id"], [["granted"]], created=datetime(2026, 4, 1, tzinfo=UTC))
    assert workbook(sheet) == workbook(sheet)


@pytest.fixture
def small_bounds(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    module = next(
        p for p in pm.get_plugins() if getattr(p, "__file__", "") == str(ROOT / "plugins" / "export.py")
    )

    def bound(**bounds: int) -> None:
        for name, value in bounds.items():
            monkeypatch.setattr(module, name, value)

    return bound


async def test_more_rows_or_prose_than_a_workbook_takes_are_refused_with_the_way_out(
    site: Datasette, small_bounds: Callable[..., None]
) -> None:
    small_bounds(MOST_ROWS=100)
    answer = await site.client.get("/nianbao/reports.xlsx?_lang=en")
    assert answer.status_code == 400
    assert "at most 100 rows" in answer.text
    assert "_nocol=" in answer.text
    assert ".csv?_stream=on" in answer.text
    assert (await site.client.get("/nianbao/reports.xlsx?level=province")).status_code == 200
    small_bounds(MOST_ROWS=10_000, MOST_CELLS=100 * 28)
    assert (
        "of 28 columns holds at most 100 rows"
        in (await site.client.get("/nianbao/reports.xlsx?_lang=en")).text
    )
    small_bounds(MOST_CELLS=200_000, MOST_CHARACTERS=1_000)
    answer = await site.client.get("/nianbao/reports.xlsx?_lang=zh")
    assert answer.status_code == 400
    assert "1,000 字" in answer.text


async def test_a_query_that_was_cut_makes_no_workbook(site: Datasette) -> None:
    sql = "with+recursive+n(i)+as+(select+1+union+all+select+i%2B1+from+n+limit+1500)+select+i+from+n"
    answer = await site.client.get(f"/nianbao.xlsx?sql={sql}&_lang=en")
    assert answer.status_code == 400
    assert "more than 1,000 rows" in answer.text


async def test_a_workbook_obeys_the_limits_and_refusals_of_datasette(site: Datasette) -> None:
    for path in (
        "/nianbao.xlsx?sql=delete+from+reports",
        "/nianbao/reports.xlsx?nothing=1",
        "/nianbao.xlsx?sql=select+nothing",
    ):
        assert (await site.client.get(path)).status_code == 400
    assert (await site.client.get("/nianbao/nowhere.xlsx")).status_code == 404


def _written(values: list[Any], column: str = "value") -> Any:
    with spoken("en", "/", ""):
        made = workbook(Sheet("t", None, [column], [[value] for value in values]))
    return openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]


@pytest.mark.parametrize(
    "text", ["=1+1", "+2", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "http://a.example", "{=1}"]
)
def test_text_never_becomes_a_formula_or_a_link(text: str) -> None:
    cell = _written([text])["A2"]
    assert cell.value == text
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_what_reads_like_a_formula_stays_text_when_its_cell_is_edited() -> None:
    assert _written(["=1+1"])["A2"].quotePrefix
    assert not _written(["一、总体情况"])["A2"].quotePrefix


def test_a_number_that_excel_would_round_is_text() -> None:
    page = _written([999_999_999_999_999, 1_000_000_000_000_000, -9_007_199_254_740_993, 1.25])
    assert [cell.value for cell in page["A"][1:]] == [
        999_999_999_999_999,
        "1000000000000000",
        "-9007199254740993",
        1.25,
    ]


def test_a_text_too_long_for_excel_is_cut_and_says_so() -> None:
    text = _written(["长" * (LONGEST_CELL + 1)])["A2"].value
    assert len(text) == LONGEST_CELL
    assert text.endswith("… (cut here: the CSV has it all)")
    assert _written(["长" * LONGEST_CELL])["A2"].value == "长" * LONGEST_CELL


_CELLS = st.one_of(
    st.none(), st.integers(-(10**14), 10**14), st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(st.lists(_CELLS, min_size=1, max_size=8))
def test_what_is_written_is_read_back(values: list[Any]) -> None:
    page = _written(values)
    assert [page.cell(row, 1).value for row in range(2, len(values) + 2)] == values


async def test_the_workbook_of_one_row_holds_it(site: Datasette, rows: Rows) -> None:
    [(id, name)] = rows("select id, name from publishers order by id limit 1")
    lines = _cells((await _book(site, f"/nianbao/publishers/{id}.xlsx")).worksheets[0])
    assert len(lines) == 2
    assert lines[1][:2] == [str(id), name]


async def test_a_blob_is_written_as_its_digits(site: Datasette) -> None:
    page = (await _book(site, "/nianbao.xlsx?sql=select+x'00ff'+as+b")).worksheets[0]
    assert page["A2"].value == "00ff"


def test_the_bound_that_is_documented_holds() -> None:
    module = (ROOT / "plugins" / "export.py").read_text("utf-8")
    documented = (ROOT / "docs" / "api.md").read_text("utf-8")
    assert "MOST_ROWS = 10_000\n" in module
    assert "MOST_CHARACTERS = 10_000_000\n" in module
    assert "MOST_CELLS = 200_000 " in module
    assert "at most 10,000 rows (or 200,000 cells) and 10,000,000\ncharacters" in documented
