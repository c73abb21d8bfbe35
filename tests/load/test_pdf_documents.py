"""PDF: what is printed in a cell is what is read, however the file was made; what cannot be placed is not read."""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fpdf import FPDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from load.checks import PARSE_DOUBT, check_tables
from load.extract.document import Document, Unreadable
from load.extract.pdf.reader import MOST_PAGES, read_pdf
from load.forms import form
from load.narrative import read_narrative
from load.recognise import read_tables
from load.recognise.reading import TableReading
from load.recognise.values import read_value
from sample import narrative
from sample.figures import draw
from sample.formats.pdf import STYLES, PdfStyle, bound, page
from sample.publishers import publishers
from sample.report import Damage
from sample.report import Report as Invented
from sample.strategies import reports

REPORTS = Path(__file__).resolve().parents[3] / "shared" / "reports"
FILES = sorted(path for path in REPORTS.glob("formats/*.pdf") if "scan" not in path.name)

_SLOW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
_SEEDS = st.integers(0, 2**32)
_STYLES = st.sampled_from(list(STYLES))


def _tables(body: bytes) -> tuple[TableReading, ...]:
    return read_tables(read_pdf(body).pieces)


def _differences(report: Invented, tables: Sequence[TableReading]) -> Iterator[tuple[str, object, object]]:
    """(cell, printed, read) of every cell that is not read as printed."""
    for number in (2, 3, 4):
        printed = report.figures[f"table{number}"]  # type: ignore[literal-required]  # the number makes the key
        for row, columns in printed.items():
            for column, value in columns.items():
                got = tables[number - 2].value(row, column)
                if got != value:
                    yield f"table{number}.{row}.{column}", value, got


def _wrong(report: Invented, tables: Sequence[TableReading]) -> list[tuple[str, object, object]]:
    return [found for found in _differences(report, tables) if found[2] is not None]


def _sound() -> Invented:
    """A report of the sample with every cell filled."""
    publisher, rng = publishers()[0], Random(5)
    figures = draw(rng, "2021", publisher.profile)
    prose = narrative.write(rng, publisher, 2024, figures)
    return Invented(
        title=f"{publisher.name}2024年政府信息公开工作年度报告",
        publisher=publisher.name,
        fiscal_year=2024,
        published_on="2025-01-15",
        preamble=prose.preamble,
        sections=prose.sections,
        figures=figures,
    )


_REPORT = _sound()
_BODY = page(_REPORT, Random(1), PdfStyle())


@pytest.mark.skipif(not FILES, reason=f"the real reports are not at {REPORTS}")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_figure_of_a_real_report_is_exact_and_blank_where_it_is_blank(path: Path) -> None:
    truth: dict[str, Any] = json.loads((REPORTS / "truth" / f"{path.stem}.json").read_text("utf-8"))
    tables = _tables(path.read_bytes())
    for table in tables:
        read = {
            row: {column: table.value(row, column) for column in columns}
            for row, columns in truth[f"table{table.number}"].items()
        }
        assert read == truth[f"table{table.number}"]
        assert table.doubts == []
    assert tables[1].version == truth["form_version"]


@pytest.mark.skipif(not FILES, reason=f"the real reports are not at {REPORTS}")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_headings_stand_alone_and_paragraphs_are_whole_over_the_ends_of_lines_and_pages(path: Path) -> None:
    document = read_pdf(path.read_bytes())
    narrative = read_narrative(document, set().union(*(t.used for t in read_tables(document.pieces))))
    assert narrative.headings >= 5
    prose = [line for section in narrative.sections for line in section.text.splitlines() if len(line) > 60]
    assert prose
    assert [line[-12:] for line in prose if line[-1] not in "。:：;；!！”)）"] == []


@_SLOW
@given(reports(blanks=False), _STYLES, _SEEDS)
def test_a_form_printed_in_any_style_reads_back_the_same(report: Invented, style: str, seed: int) -> None:
    tables = _tables(page(report, Random(seed), STYLES[style]))
    assert list(_differences(report, tables)) == []
    assert [doubt for table in tables for doubt in table.doubts] == []
    assert tables[1].version == report.figures["form_version"]


@_SLOW
@given(reports(), _STYLES, _SEEDS)
def test_a_blank_cell_is_null_and_no_figure_takes_its_place(report: Invented, style: str, seed: int) -> None:
    assert _wrong(report, _tables(page(report, Random(seed), STYLES[style]))) == []


@_SLOW
@given(reports(), _STYLES, _SEEDS, st.data())
def test_lost_labels_rows_and_heads_never_give_another_figure(
    report: Invented, style: str, seed: int, data: st.DataObject
) -> None:
    rows = st.sampled_from(list(form(report.figures["form_version"]).rows))
    damage = Damage(
        unlabelled=frozenset((3, row) for row in data.draw(st.frozensets(rows, max_size=4))),
        lost_rows=frozenset((3, row) for row in data.draw(st.frozensets(rows, max_size=2))),
        lost_headers=data.draw(st.frozensets(st.sampled_from((2, 3, 4)), max_size=1)),
    )
    damaged = page(replace(report, damage=damage), Random(seed), STYLES[style])
    assert _wrong(report, _tables(damaged)) == []


@_SLOW
@given(reports(), _SEEDS, st.sampled_from([842.0, 420.0]))
def test_a_table_without_lines_gives_no_wrong_figure_and_says_that_it_is_in_doubt(
    report: Invented, seed: int, height: float
) -> None:
    tables = _tables(page(report, Random(seed), PdfStyle(lines="none", height=height)))
    assert _wrong(report, tables) == []
    missed = {cell.split(".")[0] for cell, printed, _ in _differences(report, tables) if printed is not None}
    doubted = {check.where.split(".")[0] for check in check_tables(tables) if check.verdict == PARSE_DOUBT}
    assert missed <= doubted


@settings(_SLOW, max_examples=8)
@given(reports(blanks=False), _SEEDS, st.sampled_from(["pdf", "pdf_bars"]))
def test_text_that_cannot_be_seen_gives_no_figure_and_a_doubt(
    report: Invented, seed: int, style: str
) -> None:
    tables = _tables(page(report, Random(seed), replace(STYLES[style], hidden=True)))
    assert all(figure.value is None for table in tables for figure in table.figures.values())
    assert all(table.doubts for table in tables)
    assert all(figure.raw.startswith("≈") for figure in tables[1].figures.values())


@settings(_SLOW, max_examples=8)
@given(reports(blanks=False), _STYLES, _SEEDS)
def test_a_file_without_its_index_of_objects_is_read_all_the_same(
    report: Invented, style: str, seed: int
) -> None:
    body = page(report, Random(seed), STYLES[style])
    damaged = body[: body.rindex(b"xref\n0 ")] + b"trailer\n<</Root 1 0 R>>\n"
    assert list(_differences(report, _tables(damaged))) == []


@settings(_SLOW, max_examples=40)
@given(st.data())
def test_a_file_cut_short_or_with_changed_bytes_ends_in_an_answer_or_a_sentence(data: st.DataObject) -> None:
    body = bytearray(_BODY[: data.draw(st.integers(20, len(_BODY)))])
    for place in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=30)):
        body[place] = data.draw(st.integers(0, 255))
    try:
        said = read_pdf(bytes(body)).format
    except Unreadable as error:
        said = str(error)
    assert said.startswith(("pdf", "it is ", "it has ", "its ", "page "))


# Pages that are drawn by hand: a table of one row with three cells, from 100 to 400.
_LINES = "\n".join(f"0.5 w {x} 700 m {x} 720 l S" for x in (100, 200, 300, 400)) + "".join(
    f"\n0.5 w 100 {y} m 400 {y} l S" for y in (700, 720)
)


def _text(text: str, x: float, y: float = 706, size: float = 10.5, before: str = "") -> str:
    return f"BT {before} /F1 {size} Tf 1 0 0 1 {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj ET"


def _cells(*marks: str, lines: str = _LINES) -> list[str]:
    document = read_pdf(bound(["\n".join([lines, *marks])], PdfStyle(), 595))
    return [piece.text for piece in document.pieces if piece.table == 0]


def test_a_blank_cell_is_found_between_lines() -> None:
    assert _cells(_text("规章", 110), _text("7", 350)) == ["规章", "", "7"]


def test_a_figure_that_reaches_over_a_line_is_in_neither_cell() -> None:
    texts = _cells(_text("规章", 110), _text("25977391", 275))
    assert [read_value(text).kind for text in texts[1:]] == ["text", "text"]


def test_a_small_raised_digit_does_not_become_part_of_a_figure() -> None:
    texts = _cells(_text("规章", 110), _text("12", 250), _text("2", 260.6, 710, 6), _text("3", 350))
    assert read_value(texts[1]).kind == "text"


def test_two_figures_in_one_cell_are_none() -> None:
    texts = _cells(_text("规章", 110), _text("1", 240), _text("2", 250), _text("3", 350))
    assert read_value(texts[1]).kind == "text"
    full_width = _cells(_text("规章", 110), _text("１", 230), _text("２", 246), _text("3", 350))
    assert read_value(full_width[1]).kind == "text"


def test_digits_that_touch_are_one_figure_in_whatever_order_they_are_printed() -> None:
    texts = _cells(_text("3", 350), _text("4", 255.25), _text("规章", 110), _text("2", 250))
    assert texts == ["规章", "24", "3"]


def test_a_figure_printed_twice_to_look_bold_is_one() -> None:
    texts = _cells(_text("规章", 110), _text("7", 250), _text("7", 250.3), _text("77", 350))
    assert texts == ["规章", "7", "77"]


def test_a_figure_that_is_struck_out_is_none() -> None:
    texts = _cells(_text("规章", 110), _text("12", 250), "0.5 w 249 709.5 m 262 709.5 l S", _text("3", 350))
    assert read_value(texts[1]).kind == "text"
    assert texts[2] == "3"


def test_a_figure_in_white_on_white_is_none() -> None:
    texts = _cells(_text("规章", 110), _text("12", 250, before="1 1 1 rg"), _text("3", 350, before="0 g"))
    assert texts == ["规章", "≈12", "3"]


def test_a_figure_that_a_box_was_drawn_over_is_none_and_one_on_a_box_is_read() -> None:
    box = "q 1 1 1 rg 240 702 40 16 re f Q"
    texts = _cells(_text("规章", 110), _text("12", 250), box, _text("3", 350))
    assert texts == ["规章", "≈12", "3"]
    corrected = _cells(_text("规章", 110), _text("2750", 250), box, _text("2811", 250), _text("3", 350))
    assert read_value(corrected[1]).kind == "text"
    assert _cells(_text("规章", 110), box, _text("12", 250), _text("3", 350)) == ["规章", "12", "3"]
    elsewhere = "q 1 1 1 rg 310 702 30 16 re f Q"
    assert _cells(_text("规章", 110), _text("12", 250), elsewhere, _text("3", 350)) == ["规章", "12", "3"]


@pytest.mark.parametrize("shift", [0.0, 1.0, 2.4])
def test_figures_printed_over_one_another_are_none(shift: float) -> None:
    texts = _cells(_text("规章", 110), _text("12", 250), _text("35", 250 + shift), _text("3", 350))
    assert read_value(texts[1]).kind == "text"
    assert texts[2] == "3"


def test_a_watermark_across_the_page_is_no_text() -> None:
    mark = f"BT /F1 40 Tf 0.7 0.7 -0.7 0.7 210 690 Tm <{'内部资料9'.encode('utf-16-be').hex()}> Tj ET"
    assert _cells(mark, _text("规章", 110), _text("5", 250), _text("7", 350)) == ["规章", "5", "7"]


def test_what_stands_outside_the_page_is_not_read() -> None:
    document = read_pdf(
        bound([_text("报告正文在此，共计一页纸张。", 100) + _text("99", 700)], PdfStyle(), 595)
    )
    assert [piece.text for piece in document.pieces] == ["报告正文在此，共计一页纸张。"]


def test_a_long_figure_broken_in_a_narrow_cell_is_one_and_two_short_ones_are_none() -> None:
    narrow = (
        "\n".join(f"0.5 w {x} 680 m {x} 720 l S" for x in (100, 200, 250, 400))
        + "\n0.5 w 100 680 m 400 680 l S\n0.5 w 100 720 m 400 720 l S"
    )
    broken = _cells(_text("收费", 110), _text("2597739", 206, 706), _text("1.028", 206, 690), lines=narrow)
    assert broken[1] == "25977391.028"
    stacked = _cells(_text("收费", 110), _text("12", 206, 706), _text("15", 206, 690), lines=narrow)
    assert read_value(stacked[1]).kind == "text"


def test_page_numbers_are_no_text() -> None:
    texts = [piece.text for piece in read_pdf(_BODY).pieces]
    assert not any(text.startswith("—") for text in texts)


def test_a_picture_in_place_of_a_table_is_noticed() -> None:
    report = replace(_REPORT, damage=Damage(images=frozenset({3})))
    document = read_pdf(page(report, Random(1), PdfStyle()))
    assert document.images
    assert not read_pdf(_BODY).images
    assert not read_tables(document.pieces)[1].found


def _locked(user: str) -> bytes:
    pdf = FPDF()
    pdf.set_encryption(owner_password="owner", user_password=user)
    pdf.add_page()
    pdf.set_font("Helvetica")
    pdf.cell(text="Annual report on open government, 2024")
    return bytes(pdf.output())


def test_a_file_locked_against_changes_is_read_and_one_that_needs_a_password_is_said_to() -> None:
    assert [piece.text for piece in read_pdf(_locked("")).pieces] == [
        "Annual report on open government, 2024"
    ]
    with pytest.raises(Unreadable, match="only with a password"):
        read_pdf(_locked("secret"))


def _read_of(*contents: str) -> Document:
    return read_pdf(bound(contents, PdfStyle(), 595))


def test_a_file_with_thousands_of_pages_is_refused() -> None:
    with pytest.raises(Unreadable, match="5,000 pages"):
        _read_of(*["BT ET"] * 5000)
    assert MOST_PAGES < 5000


def test_a_page_with_more_on_it_than_a_report_has_is_refused() -> None:
    with pytest.raises(Unreadable, match="page 1 has more"):
        _read_of("\n".join(_text("0" * 1000, 0, 8 * y, 1) for y in range(100)))


def test_a_page_of_countless_lines_is_read_as_one_without_tables() -> None:
    lines = "".join(f"0.1 w 0 {y / 5:.1f} m 595 {y / 5:.1f} l S\n" for y in range(4000))
    lines += "".join(f"0.1 w {x / 5:.1f} 0 m {x / 5:.1f} 842 l S\n" for x in range(3000))
    assert _read_of(lines + _text("本报告由数字和文字组成，线条无数。", 100)).pieces


def test_a_file_without_text_or_pictures_is_said_to_be_empty() -> None:
    with pytest.raises(Unreadable, match="no text"):
        _read_of("0 0 m 10 10 l S")


def test_a_file_that_is_no_pdf_inside_is_said_to_be_damaged() -> None:
    with pytest.raises(Unreadable, match="damaged"):
        read_pdf(b"%PDF-1.7\n" + b"nothing of the kind\n" * 100)


def _with_objects(*objects: bytes) -> bytes:
    body = b"%PDF-1.7\n"
    for number, each in enumerate(objects, 1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    return body + b"trailer\n<</Root 1 0 R>>\n"


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


_ROOT = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>")


def test_drawings_that_hold_one_another_without_end_are_refused() -> None:
    forms = [
        _stream(
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>" % (6 + n),
            b"/F Do " * 10,
        )
        for n in range(25)
    ]
    page_of = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>"
    )
    with pytest.raises(Unreadable, match="hold one another"):
        read_pdf(_with_objects(*_ROOT, page_of, _stream(b"", b"/F Do"), *forms, forms[-1]))


def test_a_stream_that_unpacks_to_more_than_any_report_is_refused() -> None:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(20)) + packer.flush()
    page_of = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>"
    with pytest.raises(Unreadable, match="unpacks to more than"):
        read_pdf(_with_objects(*_ROOT, page_of, _stream(b"/Filter/FlateDecode", packed)))


def test_what_was_typed_into_a_field_of_the_page_is_read_as_what_people_see() -> None:
    font = b"/Resources<</Font<</F1 6 0 R>>>>"
    page_of = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]%s/Contents 4 0 R/Annots[5 0 R]>>" % font
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/F 4/Rect[210 702 290 718]/AP<</N 7 0 R>>>>"
    looks = _stream(b"/Type/XObject/Subtype/Form/BBox[0 0 80 16]" + font, b"BT /F1 10 Tf 30 4 Td (42) Tj ET")
    content = _LINES.encode() + b"\nBT /F1 10 Tf 110 706 Td (Rules) Tj ET BT /F1 10 Tf 350 706 Td (7) Tj ET"
    helvetica = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    document = read_pdf(_with_objects(*_ROOT, page_of, _stream(b"", content), field, helvetica, looks))
    assert [piece.text for piece in document.pieces] == ["Rules", "42", "7"]


def _two_pages(first: Sequence[str], second: Sequence[str], head: str = "") -> list[list[str]]:
    """The rows of the tables of two pages, each with a row of three cells like those above."""
    pages = []
    for texts in (first, second):
        marks = [_text(text, x) for text, x in zip(texts, (105, 250, 350), strict=True) if text]
        pages.append("\n".join([_LINES, *marks, _text(head, 100, 810) if head else ""]))
    rows: dict[tuple[int, int], list[str]] = {}
    for piece in _read_of(*pages).pieces:
        if piece.table >= 0:
            rows.setdefault((piece.table, piece.row), []).append(piece.text)
    assert {table for table, _ in rows} == {0}
    return list(rows.values())


def test_a_row_parted_by_the_end_of_a_page_is_one_row() -> None:
    assert _two_pages(("3.补正后申请", "4", "5"), ("内容仍不明确", "", "")) == [
        ["3.补正后申请内容仍不明确", "4", "5"]
    ]


def test_rows_on_two_pages_stay_two_where_the_second_has_a_number_or_figures_of_its_own() -> None:
    numbered = _two_pages(("3.补正后申请", "4", "5"), ("4.其他", "", ""))
    assert numbered == [["3.补正后申请", "4", "5"], ["4.其他", "", ""]]
    filled = _two_pages(("3.补正后申请", "", ""), ("内容仍不明确", "4", "5"))
    assert filled == [["3.补正后申请", "", ""], ["内容仍不明确", "4", "5"]]
    unnumbered = _two_pages(("行政处罚", "4", "5"), ("行政强制", "", ""))
    assert unnumbered == [["行政处罚", "4", "5"], ["行政强制", "", ""]]


def test_a_running_head_between_the_parts_of_a_table_does_not_part_it() -> None:
    rows = _two_pages(("1.甲", "4", "5"), ("2.乙", "6", "7"), head="示例县人民政府文件")
    assert rows == [["1.甲", "4", "5"], ["2.乙", "6", "7"]]
