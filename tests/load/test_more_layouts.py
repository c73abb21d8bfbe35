"""Tables turned, split or filled in by hand; pages that hide text, or carry several reports.

Each page is an invented report printed as clean HTML, with one thing about it changed. What is read is what
a browser shows, or nothing and a doubt.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from load.checks import PARSE_DOUBT
from load.extract import extract
from load.forms import form
from load.read import Report, read_reports
from load.recognise.values import read_value
from sample.generate import stream
from sample.layouts import LAYOUTS
from sample.manifest import SampleDocument
from sample.report import Report as Invented
from sample.strategies import reports

_SLOW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def _page(report: Invented) -> str:
    return LAYOUTS["html_clean"].render(report, Random(3)).decode()


def _with_table(page: str, number: int, table: str) -> str:
    tables = re.findall(r'<table border="1".*?</table>', page, re.DOTALL)
    return page.replace(tables[number - 2], table, 1)


def _html(rows: list[list[object]]) -> str:
    lines = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def _read(page: str) -> Report:
    (report,) = read_reports(page.encode())
    return report


def _doubts(report: Report) -> set[tuple[str, str]]:
    return {(check.rule, check.where) for check in report.checks if check.verdict == PARSE_DOUBT}


def _table3(report: Invented, columns: list[str]) -> list[list[object]]:
    """Table 3 as the form prints it, with some of its columns."""
    f, figures = form(report.figures["form_version"]), report.figures["table3"]
    head: list[object] = ["项目", *(f.columns[column].zh for column in columns)]
    return [head, *([row.zh, *(figures[row.id][column] for column in columns)] for row in f.rows.values())]


def _turned(rows: list[list[object]]) -> list[list[object]]:
    return [list(row) for row in zip(*rows, strict=True)]


def _table4(report: Invented) -> list[list[object]]:
    """Table 4 with a row for each channel."""
    f, figures = form(report.figures["form_version"]), report.figures["table4"]
    head: list[object] = ["类别", *(result.zh for result in f.results.values())]
    return [
        head,
        *([channel.zh, *(figures[channel.id][r] for r in f.results)] for channel in f.channels.values()),
    ]


@_SLOW
@given(reports(blanks=False))
def test_table_3_with_a_row_for_each_applicant_is_read(report: Invented) -> None:
    columns = list(form(report.figures["form_version"]).columns)
    read = _read(_with_table(_page(report), 3, _html(_turned(_table3(report, columns)))))
    assert read.table(3) == report.figures["table3"]
    assert read.status == "complete"


@_SLOW
@given(reports(), st.booleans())
def test_table_4_with_a_row_for_each_channel_or_each_result_is_read(report: Invented, turn: bool) -> None:
    rows = [["" if cell is None else cell for cell in row] for row in _table4(report)]
    read = _read(_with_table(_page(report), 4, _html(_turned(rows) if turn else rows)))
    assert read.table(4) == report.figures["table4"]


@_SLOW
@given(reports(blanks=False), st.integers(1, 6))
def test_table_3_in_two_tables_with_some_of_its_columns_each_is_read(report: Invented, first: int) -> None:
    columns = list(form(report.figures["form_version"]).columns)
    parts = [_html(_table3(report, columns[:first])), _html(_table3(report, columns[first:]))]
    read = _read(_with_table(_page(report), 3, "<p>续表</p>".join(parts)))
    assert read.table(3) == report.figures["table3"]
    assert read.status == "complete"


@_SLOW
@given(reports(), st.sampled_from((3, 4)), st.booleans(), st.data())
def test_a_turned_or_split_table_that_lost_a_cell_or_a_row_gives_no_other_figure(
    report: Invented, number: int, turn: bool, data: st.DataObject
) -> None:
    columns = list(form(report.figures["form_version"]).columns)
    rows = _table3(report, columns) if number == 3 else _table4(report)
    parts = [_turned(rows) if number == 3 or turn else rows]
    if number == 3 and turn:
        parts = [_table3(report, columns[:4]), _table3(report, columns[4:])]
    damaged = data.draw(st.sampled_from(parts))
    line = data.draw(st.integers(0, len(damaged) - 1))
    if data.draw(st.booleans()):
        del damaged[line]
    else:  # the corner of a table names nothing: it may go
        del damaged[line][data.draw(st.integers(0 if line else 1, len(damaged[line]) - 1))]
    blank_for_none = [[["" if cell is None else cell for cell in row] for row in part] for part in parts]
    read = _read(_with_table(_page(report), number, "".join(map(_html, blank_for_none))))
    printed = report.figures[f"table{number}"]  # type: ignore[literal-required]
    for row, values in (read.table(number) or {}).items():
        for column, value in values.items():
            assert value in (None, printed[row][column])
    assert any(where.startswith(f"table{number}") for _, where in _doubts(read))


def _documents(layout: str) -> Iterator[tuple[SampleDocument, SampleDocument]]:
    """Two reports each, of one body and two years or of two bodies."""
    documents = list(stream(5, 14, (layout,)))
    return zip(documents[::2], documents[1::2], strict=True)


def _on_one_page(one: bytes, other: bytes) -> bytes:
    article = re.search(rb"<body>(.*)</body>", other, re.DOTALL)
    if article is None:
        return one + b"\n\n" + other
    return one.replace(b"</body>", article[1] + b"</body>")


@pytest.mark.parametrize(
    "layout", ["html_clean", "html_nested", "html_traditional", "pipe_row", "paragraph_per_cell", "docx_tabs"]
)
def test_several_reports_on_one_page_are_several_reports_or_none_of_them_is_read_as_another(
    layout: str,
) -> None:
    apart = 0
    for documents in _documents(layout):
        read = read_reports(_on_one_page(*(document.body for document in documents)))
        if len(read) == 1:
            assert any(rule == "tables_differ" for rule, _ in _doubts(read[0]))
            continue
        apart += 1
        for document, report in zip(documents, read, strict=True):
            (alone,) = read_reports(document.body)
            assert [report.table(n) for n in (2, 3, 4)] == [alone.table(n) for n in (2, 3, 4)]
            expected = document.expected
            assert (report.identity.publisher, report.identity.fiscal_year) == (
                expected.publisher,
                expected.fiscal_year,
            )
            prose = [{s.number: s.text for s in r.sections if s.number in (1, 5)} for r in (report, alone)]
            assert prose[0] == prose[1]
    assert apart >= 4


@given(reports("2021", blanks=False), reports("2021", blanks=False))
@settings(_SLOW, max_examples=10)
def test_a_second_report_without_a_title_of_its_own_is_not_told_apart_and_gives_no_figures(
    one: Invented, other: Invented
) -> None:
    pages = [_page(report) for report in (one, replace(other, title=None))]
    read = read_reports(_on_one_page(*(page.encode() for page in pages)))
    assert len(read) == 1
    for number in (2, 3, 4):
        figures = [report.figures[f"table{number}"] for report in (one, other)]  # type: ignore[literal-required]
        assert figures[0] == figures[1] or not read[0].tables[number - 2].figures


@pytest.mark.parametrize("pictured", [{3}, {2, 3, 4}])
@pytest.mark.parametrize("first", [True, False])
def test_tables_of_one_report_are_not_given_to_another_on_the_page_whose_own_are_pictures(
    pictured: set[int], first: bool
) -> None:
    documents = [document.body.decode() for document in islice(stream(5, 2, ("html_clean",)), 2)]
    whole, other = (_read(page) for page in documents)
    for number in sorted(pictured, reverse=True):
        documents[1] = _with_table(documents[1], number, '<p><img src="W0.png"></p>')
    on_page = [page.encode() for page in documents]
    read = read_reports(_on_one_page(*(on_page[::-1] if first else on_page)))
    assert len(read) == 2
    bare, sound = read if first else read[::-1]
    assert [sound.table(number) for number in (2, 3, 4)] == [whole.table(number) for number in (2, 3, 4)]
    for number in (2, 3, 4):
        assert bare.table(number) == (None if number in pictured else other.table(number))
    assert {rule for rule, _ in _doubts(bare)} == {"table_missing"}


def test_a_list_of_contents_under_another_title_makes_no_second_report() -> None:
    contents = re.findall(r"<p><strong>([一二三四五六]、[^<]+)</strong>", PAGE)
    assert len(contents) == 6
    lines = "".join(f"<p>{line}</p>" for line in ["另一县人民政府2024年政府信息公开工作年度报告", *contents])
    report = _read(PAGE.replace('<h1 class="title">', f'{lines}<h1 class="title">'))
    assert report.table(3) == SOUND.expected.table3


def _sound() -> SampleDocument:
    """A report in the form of 2021 with requests in every row that these tests edit."""
    documents = stream(11, 200, ("html_clean",))
    return next(
        document
        for document in documents
        if document.expected.form_version == "2021"
        and all(document.expected.table3[row]["natural_person"] for row in ("granted", "received_new"))
        and document.expected.table2["fees"]["amount_10k_yuan"]
    )


SOUND = _sound()
PAGE = SOUND.body.decode()
GRANTED = SOUND.expected.table3["granted"]["natural_person"]


def _granted_as(printed: str, sheet: str = "") -> Report:
    """The page with the first cell of 予以公开 printed in another way; @ stands for its figure."""
    page, count = re.subn(
        r"(予以公开</td><td>)(\d+)(?=</td>)", lambda m: m[1] + printed.replace("@", m[2]), PAGE, count=1
    )
    assert count == 1
    return _read(page.replace("</head>", f"<style>{sheet}</style></head>", 1))


@pytest.mark.parametrize(
    "printed",
    [
        '<input value="@">', "<INPUT TYPE=text SIZE=4 VALUE=@ disabled>", "<textarea>\n@</textarea>",
        "<select><option>7<option selected>@<option>9</select>", "<select><option value=9>@</option></select>",
        "@<input type=hidden value=9>", "<label><input type=checkbox value=9>@</label>",
    ],
)  # fmt: skip
def test_a_field_in_a_cell_is_read_as_the_value_that_it_shows(printed: str) -> None:
    report = _granted_as(printed)
    assert report.tables[1].value("granted", "natural_person") == GRANTED
    assert report.assessed == []


def test_an_empty_field_is_null_and_two_values_in_a_cell_are_none() -> None:
    assert _granted_as('<input value="">').tables[1].value("granted", "natural_person") is None
    for printed in ("9<input value=@>", "<select multiple><option selected>@<option>9</select>"):
        report = _granted_as(printed)
        assert report.tables[1].value("granted", "natural_person") is None
        assert ("cell_unreadable", "table3.granted.natural_person") in _doubts(report)


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{display:none}", "/* a */ .y, .x { color: red; DISPLAY : none }", "span.x{visibility:hidden}",
        "#i{display:none}", "@media screen{.x{display:none}}", "td .x{display:none} .x{display:inline}",
        ".x{display:none!important} td span.x{display:inline}", "@font-face{a:b} td > font .x{display:none", "font{display:none}",
    ],
)  # fmt: skip
def test_text_that_the_pages_own_style_sheet_hides_is_not_read(sheet: str) -> None:
    report = _granted_as('<font><span class="x" id="i">9</span></font>@', sheet)
    assert report.tables[1].value("granted", "natural_person") == GRANTED
    assert report.assessed == []


@pytest.mark.parametrize(
    "sheet",
    ["@media print{.x{display:none}}", ".x{display:none} .x{display:inline}", ".x:hover{display:none}"],
)
def test_text_that_a_style_sheet_shows_after_all_is_read(sheet: str) -> None:
    report = _granted_as('<span class="x">9</span>@', sheet)
    assert report.tables[1].value("granted", "natural_person") == int(f"9{GRANTED}")


@pytest.mark.parametrize(
    "sheet", [".x{text-decoration:line-through}", "#i{text-decoration: red line-through}"]
)
@pytest.mark.parametrize("printed", ['<span class="x" id="i">9</span>@', '<span class="x" id="i">@</span>'])
def test_text_that_a_style_sheet_strikes_out_is_no_figure(sheet: str, printed: str) -> None:
    report = _granted_as(printed, sheet)
    assert report.tables[1].value("granted", "natural_person") is None
    assert ("cell_unreadable", "table3.granted.natural_person") in _doubts(report)


def test_a_row_that_is_struck_out_gives_no_figures() -> None:
    report = _read(PAGE.replace("<tr><td rowspan=", "<tr class=x><td rowspan=").replace(
        "</head>", "<style>tr.x{text-decoration:line-through}</style></head>"))  # fmt: skip
    assert report.tables[1].value("granted", "natural_person") is None
    assert ("cell_unreadable", "table3.granted.natural_person") in _doubts(report)


def test_a_report_that_a_style_sheet_hides_as_a_whole_is_read() -> None:
    page = PAGE.replace('class="article"', 'class="article tab"')
    for sheet in (".tab{display:none}", ".tab{visibility:hidden}"):
        report = _read(page.replace("</head>", f"<style>{sheet}</style></head>"))
        assert report.status == "complete"
        assert report.table(3) == SOUND.expected.table3


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("3235727元", 323.5727), ("3,235,727.00 元", 323.5727), ("17.27万元", 17.27), ("1.5亿元", 15000), ("0元", 0),
        ("1７.27", 17.27), ("17.27万元（预算）", 17.27), ("3235727", 3235727), ("17.27美元", None), ("17.27万元/年", None),
        ("**", None), ("9" * 40 + ".5", None),
    ],
)  # fmt: skip
def test_an_amount_is_converted_only_where_its_unit_is_printed(printed: str, value: float | None) -> None:
    page = re.sub(r"(行政事业性收费</td><td[^>]*>)[\d.]+", lambda m: m[1] + printed, PAGE)
    figure = _read(page).tables[0].figures["fees", "amount_10k_yuan"]
    assert (figure.value, figure.raw) == (value, printed)


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("22（其中修订 16 件）", 22), ("+1", 1), ("－2", -2), ("１，２０４", 1204), ("3起", 3), ("12（34）", None),
        ("12(+3)", None), ("3元", None), ("1O", None), ("l2", None), ("5**", None), ("1,23", None),
    ],
)  # fmt: skip
def test_a_cell_is_one_figure_with_its_sign_unit_and_note_or_none(printed: str, value: int | None) -> None:
    assert read_value(printed).number == value


def _looks_like(text: str) -> str:
    return text.replace("0", "O").replace("1", "l").replace("5", "S").replace("8", "B").replace("2", "Z")


def test_letters_for_digits_are_never_read_and_the_doubt_names_what_the_sums_confirm() -> None:
    confirmed = 0
    for document in islice(stream(12, None, ("html_clean",)), 40):
        value = document.expected.table3["received_new"]["natural_person"] or 0
        garbled = _looks_like(str(value))
        body = document.body.decode()
        if garbled == str(value) or value < 10 or f"申请数量</td><td>{value}<" not in body:
            continue
        for printed, said in (
            (garbled, f"it looks like {value}, and so the sums that it stands in make it"),
            (f"{garbled}O", f"it looks like {value}0, which its sums do not confirm"),
        ):
            page = re.sub(rf"(本年新收[^<]*</td><td>){value}(?=<)", rf"\g<1>{printed}", body, count=1)
            report = _read(page)
            assert report.tables[1].value("received_new", "natural_person") is None
            details = [check.detail for check in report.assessed if check.rule == "cell_unreadable"]
            assert len(details) == 1
            assert said in details[0]
        confirmed += 1
    assert confirmed >= 3


def _only_ends(match: re.Match[str]) -> str:
    """A row of Table 3 with its first and last figure, the others blank."""
    first, *_, last = re.findall(r"\d+", match[0])
    return f"<td>{first}</td>{'<td></td>' * 5}<td>{last}</td></tr>"


def test_a_row_whose_values_moved_up_is_not_read_though_most_of_the_table_is_blank() -> None:
    page = re.sub(r"(?:<td>\d+</td>){7}</tr>", _only_ends, PAGE)
    expected = SOUND.expected.table3["received_new"]
    ends = {"natural_person": expected["natural_person"], "total": expected["total"]}
    sound = _read(page)
    assert (sound.table(3) or {})["received_new"] == dict.fromkeys(expected) | ends
    assert sound.assessed == []
    moved = re.sub(r"(本年新收[^<]*</td>)<td>\d+</td>(.*?)</tr>", r"\1\2<td></td></tr>", page, count=1)
    assert moved != page
    read = _read(moved)
    assert set((read.table(3) or {})["received_new"].values()) == {None}
    assert ("row_width", "table3.received_new") in _doubts(read)


@pytest.mark.parametrize("tag", ["<div>", "<DIV class=a>", "<section>", "<center>"])
def test_tens_of_thousands_of_boxes_that_are_never_closed_are_read_through(tag: str) -> None:
    report = _read(PAGE.replace("<h1", tag * 30_000 + "<h1", 1))
    assert report.table(3) == SOUND.expected.table3
    document, _ = extract((f"<html><body>{tag}x" * 20_000).encode())
    assert len(document.pieces) == 20_000
    assert max(len(piece.box) for piece in document.pieces) < 1_000
