"""Spreadsheets: what a sheet shows is what is read, in xlsx and xls, whatever is stored or hidden behind it."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import openpyxl
import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.drawing.image import Image
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color

from load.extract.document import Document, Unreadable
from load.extract.sheets import read_sheets
from load.extract.sheets.number_format import shown_number
from load.forms import form
from load.recognise import read_tables
from load.recognise.values import read_value
from sample.formats import xls, xlsx
from sample.formats.sheet import ACCOUNTING, Plan, Put
from sample.report import Damage
from sample.report import Report as Invented
from sample.strategies import reports

REPORTS = Path(__file__).resolve().parents[3] / "shared" / "reports"
REAL = REPORTS / "formats" / "000.clean.xlsx"
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)

Writer = Callable[[Invented, Random], bytes]
_SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
_WRITERS: st.SearchStrategy[Writer] = st.sampled_from((xlsx.page, xls.page))
_SEEDS = st.integers(0, 2**32)


def _pairs(report: Invented, body: bytes) -> Iterator[tuple[str, object, object]]:
    """(cell, printed, read) of every cell of the form."""
    document = read_sheets(body)
    tables = read_tables(document.pieces, cells=document.cells)
    for number in (2, 3, 4):
        for row, columns in report.figures[f"table{number}"].items():
            for column, value in columns.items():
                yield f"table{number}.{row}.{column}", value, tables[number - 2].value(row, column)


@_SLOW
@given(reports(blanks=False), _WRITERS, _SEEDS)
def test_a_form_on_a_sheet_of_any_habit_reads_back_the_same(
    report: Invented, write: Writer, seed: int
) -> None:
    body = write(report, Random(seed))
    assert [cell for cell, printed, got in _pairs(report, body) if printed != got] == []


@_SLOW
@given(reports(), _WRITERS, _SEEDS, st.data())
def test_blanks_and_lost_labels_rows_and_tables_never_give_another_figure(
    report: Invented, write: Writer, seed: int, data: st.DataObject
) -> None:
    rows = st.sampled_from(list(form(report.figures["form_version"]).rows))
    tables = st.frozensets(st.sampled_from((2, 3, 4)), max_size=1)
    damage = Damage(
        unlabelled=frozenset((3, row) for row in data.draw(st.frozensets(rows, max_size=3))),
        lost_rows=frozenset((3, row) for row in data.draw(st.frozensets(rows, max_size=2))),
        lost_headers=data.draw(tables),
        absent=data.draw(tables),
    )
    body = write(replace(report, damage=damage), Random(seed))
    assert [cell for cell, printed, got in _pairs(report, body) if got is not None and printed != got] == []


@settings(_SLOW, max_examples=20)
@given(reports(), _WRITERS, _SEEDS)
def test_another_tool_finds_the_same_texts_on_the_sheets(report: Invented, write: Writer, seed: int) -> None:
    body = write(report, Random(seed))
    book = python_calamine.CalamineWorkbook.from_object(io.BytesIO(body))
    theirs = {
        " ".join(cell.split())
        for meta in book.sheets_metadata
        if meta.visible == python_calamine.SheetVisibleEnum.Visible
        for row in book.get_sheet_by_name(meta.name).to_python()
        for cell in row
        if isinstance(cell, str)
    }
    ours = {piece.text for piece in read_sheets(body).pieces}
    assert {text for text in theirs if text} <= ours
    assert {text for text in ours if text and read_value(text).kind == "text"} <= theirs


@pytest.mark.skipif(not REAL.exists(), reason=f"the real spreadsheet is not at {REAL}")
def test_the_real_spreadsheet_reads_as_people_read_it() -> None:
    truth = json.loads((REPORTS / "truth" / "000.json").read_text("utf-8"))
    for number, table in zip((2, 3, 4), read_tables(read_sheets(REAL.read_bytes()).pieces), strict=True):
        printed = truth[f"table{number}"]
        read = {
            row: {column: table.value(row, column) for column in columns} for row, columns in printed.items()
        }
        assert read == printed
        assert table.doubts == []


@pytest.mark.parametrize(
    ("stored", "format", "shown"),
    [
        (25, "General", "25"), (25.0, "General", "25"), (35.65, "General", "35.65"), (0.1 + 0.2, "General", "0.3"),
        (25977391.028, "General", "25977391.028"), (-2, "General", "-2"), (1e15, "General", "1000000000000000"),
        (2.5, "0", "3"), (3.5, "0", "4"), (2.675, "0.00", "2.68"), (7, "0.00", "7.00"), (7, "000", "007"), (0, "#", ""),
        (1204, "#,##0", "1,204"), (1234567.5, "#,##0.00", "1,234,567.50"), (12, "#,##0", "12"), (0.5, "#.##", ".5"),
        (0, ACCOUNTING, "-"), (1204, ACCOUNTING, "1,204"), (-3, ACCOUNTING, "-3"), (0, ";;;", ""), (5, ";;;", ""),
        (25, '0"件"', "25件"), (25, "0件", "25件"), (25, "@", "25"), (3, "+0;-0;0", "+3"), (-3, "+0;-0;0", "-3"),
        (5, "[Red]0", "5"), (0.15, "0%", "15%"), (0.155, "0.0%", "15.5%"), (5, "[$¥-804]0.00", "¥5.00"),
        (45663, "yyyy-mm-dd", "2025-01-06"), (45663, 'yyyy"年"m"月"d"日"', "2025-01-06"),
    ],
)  # fmt: skip
def test_a_number_is_what_its_format_shows(stored: float, format: str, shown: str) -> None:
    assert shown_number(stored, format) == shown


@pytest.mark.parametrize(
    ("stored", "format"),
    [
        (25, "0.00E+00"), (2.5, "# ?/?"), (25000, "0,"), (25, "[>10]0;[<5]0.0;0"), (25, "[DBNum1]0"), (25, "?!"),
        (1, "yyyy-mm-dd"), (-1, "yyyy-mm-dd"), (25, "[White]0"), (-0.2, "0"), ("12x", "0"), ("nan", "0"), ("1e999", "0"),
        (25, "0" * 999), (1e28, "0%"), (12, "%" * 14 + "0.0"),
    ],
)  # fmt: skip
def test_a_number_whose_format_is_not_understood_is_no_figure(stored: float | str, format: str) -> None:
    assert read_value(shown_number(stored, format)).kind == "text"


@given(st.floats(), st.text(alphabet='0#?,.;@"_*[]%-+/\\年m件E ', max_size=12))
def test_any_number_in_any_format_is_shown_somehow(stored: float, format: str) -> None:
    assert isinstance(shown_number(stored, format), str)


def _saved(book: openpyxl.Workbook) -> bytes:
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _table(**cells: object) -> tuple[openpyxl.Workbook, openpyxl.worksheet.worksheet.Worksheet]:
    """A small table, with these cells put in it besides."""
    book = openpyxl.Workbook()
    for row in (["信息内容", "甲", "乙"], ["行政许可", 1, 2], ["行政处罚", 3, 4], ["行政强制", 5, 6]):
        book.active.append(row)
    for place, value in cells.items():
        book.active[place] = value
    return book, book.active


def _rows(document: Document) -> list[list[str]]:
    rows: dict[tuple[int, int], list[str]] = {}
    for piece in document.pieces:
        rows.setdefault((piece.table, piece.row), []).append(piece.text)
    return list(rows.values())


def test_a_formula_that_was_never_reckoned_is_no_blank() -> None:
    book, _ = _table(B2="=1+2")
    (_, licensing, *_) = _rows(read_sheets(_saved(book)))
    assert read_value(licensing[1]).kind == "text"


def test_struck_out_figures_and_raised_marks_are_told_from_figures() -> None:
    book, sheet = _table(
        C2=CellRichText("2", TextBlock(InlineFont(vertAlign="superscript"), "1")),
        B3=CellRichText(TextBlock(InlineFont(strike=True), "7"), "3"),
    )
    sheet["B2"].font = Font(strike=True)
    (_, licensing, penalties, coercive) = _rows(read_sheets(_saved(book)))
    assert [read_value(text).kind for text in (*licensing[1:], penalties[1])] == ["text"] * 3
    assert coercive == ["行政强制", "5", "6"]


@pytest.mark.parametrize("white", [Color(rgb="FFFFFFFF"), Color(theme=0), Color(indexed=9)])
def test_a_figure_in_white_on_white_is_none_and_one_on_a_colour_is_read(white: Color) -> None:
    book, sheet = _table()
    for place in ("A2", "B2", "B3"):
        sheet[place].font = Font(color=white)
    sheet["B3"].fill = PatternFill("solid", fgColor="FF4472C4")
    (_, licensing, penalties, _) = _rows(read_sheets(_saved(book)))
    assert read_value(licensing[1]).kind == "text"
    assert (licensing[0], licensing[2], penalties) == ("行政许可", "2", ["行政处罚", "3", "4"])


def test_what_is_hidden_is_not_read() -> None:
    book, sheet = _table()
    book.create_sheet("旧").append(["行政许可", 9, 9])
    book["旧"].sheet_state = "hidden"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    assert _rows(read_sheets(_saved(book))) == [["信息内容", "乙"], ["行政许可", "2"], ["行政强制", "6"]]


def test_zeros_that_the_sheet_does_not_show_are_blank() -> None:
    book, sheet = _table(B2=0)
    assert _rows(read_sheets(_saved(book)))[1] == ["行政许可", "0", "2"]
    sheet.sheet_view.showZeros = False
    assert _rows(read_sheets(_saved(book)))[1] == ["行政许可", "", "2"]


def test_a_merged_cell_stands_there_once_and_hides_what_is_under_it() -> None:
    book, sheet = _table()
    sheet.insert_rows(1)
    sheet["A1"] = "第二十条第（五）项"
    sheet.merge_cells("A1:C1")
    body = _saved(book)
    assert _rows(read_sheets(body))[:2] == [["第二十条第（五）项"], ["信息内容", "甲", "乙"]]


def test_text_above_and_between_tables_is_prose_and_several_sheets_come_in_order() -> None:
    book, sheet = _table()
    sheet.insert_rows(1, 2)
    sheet["A1"], sheet["A2"] = "示例县2024年政府信息公开工作年度报告", "一、总体情况"
    second = book.create_sheet("Sheet2")
    second["A1"] = "五、存在的主要问题及改进情况"
    second["A2"] = "公开不够及时。"
    pieces = read_sheets(_saved(book)).pieces
    assert [piece.text for piece in pieces if piece.table == -1] == [
        "示例县2024年政府信息公开工作年度报告", "一、总体情况", "五、存在的主要问题及改进情况", "公开不够及时。",
    ]  # fmt: skip
    assert pieces[0].box != pieces[-1].box


def test_a_picture_on_a_sheet_is_said() -> None:
    book, sheet = _table()
    sheet.add_image(Image(io.BytesIO(_PNG)), "E5")
    assert read_sheets(_saved(book)).images
    assert not read_sheets(_saved(_table()[0])).images


def _old_workbook(puts: list[Put], **of_plan: object) -> bytes:
    plan = Plan("Sheet1", puts, **of_plan)  # type: ignore[arg-type]  # the fields of a plan
    return xls.ole_file("Workbook", xls.workbook([plan], Random(1)))


def test_an_old_workbook_packs_numbers_in_several_ways_and_all_are_read() -> None:
    values = [0, 1, -1, 2**27, -(2**27), 0.25, 25977391.028, 1e9, 123456789012]
    puts = [Put(n, c, value) for n, value in enumerate(values) for c in range(1, 6)]
    rows = _rows(read_sheets(_old_workbook([*puts, *[Put(n, 0, f"行{n}") for n in range(len(values))]])))
    shown = ["0", "1", "-1", str(2**27), str(-(2**27)), "0.25", "25977391.028", "1000000000", "123456789012"]
    assert rows == [[f"行{n}", *[text] * 5] for n, text in enumerate(shown)]


def test_long_strings_of_an_old_workbook_run_over_several_records() -> None:
    texts = [f"{n}、" + "政府信息公开" * 700 for n in range(9)]
    read = read_sheets(_old_workbook([Put(n, 0, text) for n, text in enumerate(texts)]))
    assert [piece.text for piece in read.pieces] == texts


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no spreadsheet"),
        (b"abc", "no spreadsheet"),
        (b"PK\x03\x04", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office file"),
        (xls.ole_file("EncryptedPackage", b"x"), "encrypted"),
        (xls.ole_file("WordDocument", b"x"), "without a workbook"),
        (xls.ole_file("Workbook", b"x"), "does not begin"),
        (_old_workbook([]), "show nothing"),
        (_old_workbook([Put(0, 0, 1)], hidden=True), "show nothing"),
    ],
)  # fmt: skip
def test_what_is_no_readable_workbook_is_said_in_a_sentence(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_sheets(body)
