"""Pages as hand editing, pasting and reposting leave them: strange cells, copies of tables, other people's rows.

Each page is an invented report printed as clean HTML and then edited. What is read is the printed figure
or nothing, and where it is nothing a doubt says so.
"""

import re
from random import Random

import pytest

from load.checks import PARSE_DOUBT
from load.forms import form
from load.read import Unreadable, read_reports
from load.report import Report
from sample import narrative
from sample.figures import FormFigures
from sample.layouts import LAYOUTS
from sample.publishers import publishers
from sample.report import Report as Invented

Row = tuple[int, str, str]
_REQUESTS: Row = (3, "not_processed_duplicate", "natural_person")
_LICENSING: Row = (2, "licensing", "decisions")
_REVIEWS: Row = (4, "review", "upheld")


def _figures(step: int = 0) -> FormFigures:
    """A form of 2021 whose sums hold and in which few figures are alike; `step` makes another."""
    f = form("2021")
    random = Random(step)
    table3 = {row: {column: random.randrange(2, 60) for column in f.columns} for row in f.rows}
    applicants = [column for column in f.columns if column != "total"]
    for column in applicants:
        table3["processed_total"][column] = sum(table3[outcome][column] for outcome in f.outcomes)
        handled = table3["processed_total"][column] + table3["carried_out"][column]
        table3["received_new"][column] = handled - table3["received_carried_in"][column]
    for columns in table3.values():
        columns["total"] = sum(columns[column] for column in applicants)
    table4 = {channel: {result: random.randrange(2, 60) for result in f.results} for channel in f.channels}
    for results in table4.values():
        results["total"] = sum(n for result, n in results.items() if result != "total")
    table2 = {
        item: {measure: random.randrange(2, 60) for measure in block.measures}
        for block in f.blocks
        for item in block.items
    }
    return {"form_version": "2021", "table2": table2, "table3": table3, "table4": table4}  # type: ignore[typeddict-item]  # whole numbers are numbers


def _page(figures: FormFigures) -> str:
    publisher, year = publishers()[0], 2023
    prose = narrative.write(Random(1), publisher, year, figures)
    report = Invented(
        title=f"{publisher.name}{year}年政府信息公开工作年度报告",
        publisher=publisher.name,
        fiscal_year=year,
        published_on="2024-01-15",
        preamble=prose.preamble,
        sections=prose.sections,
        figures=figures,
        site=publisher.site,
        site_code=publisher.site_code,
    )
    return LAYOUTS["html_clean"].render(report, Random(2)).decode()


FIGURES, OTHER_FIGURES = _figures(), _figures(1)
PAGE, OTHER_PAGE = _page(FIGURES), _page(OTHER_FIGURES)


def _table(page: str, number: int) -> str:
    return str(re.findall(r'<table border="1".*?</table>', page, re.DOTALL)[number - 2])


def _with_table(number: int, table: str) -> str:
    old = _table(PAGE, number)
    assert table != old
    return PAGE.replace(old, table, 1)


def _with_cell(cell: Row, printed: str) -> str:
    """The page with the first figure behind a label printed as `printed`, in which @ stands for the figure."""
    number, row, _ = cell
    label = {
        "not_processed_duplicate": "2.重复申请</td>",
        "licensing": "行政许可</td>",
        "review": "</td></tr>\n<tr>",
    }[row]
    before, mark, behind = _table(PAGE, number).rpartition(label)
    return _with_table(
        number,
        before + mark + re.sub(r">(\d+)<", lambda m: f">{printed.replace('@', m[1])}<", behind, count=1),
    )


def _read(page: str) -> Report:
    (report,) = read_reports(page.encode())
    return report


def _value(report: Report, cell: Row) -> object:
    return report.tables[cell[0] - 2].value(cell[1], cell[2])


def _printed(cell: Row) -> object:
    return FIGURES[f"table{cell[0]}"][cell[1]][cell[2]]  # type: ignore[literal-required]  # the number makes the key


def _differing(report: Report) -> list[Row]:
    """The cells whose reading is neither the printed figure nor nothing."""
    cells = [(n, row, column) for n in (2, 3, 4) for row, column in report.cells(report.tables[n - 2])]
    return [cell for cell in cells if _value(report, cell) not in (None, _printed(cell))]


def _doubts(report: Report) -> set[tuple[str, str]]:
    return {(check.rule, check.where) for check in report.checks if check.verdict == PARSE_DOUBT}


def test_the_page_that_these_tests_edit_reads_whole_and_without_a_doubt() -> None:
    report = _read(PAGE)
    assert report.status == "complete"
    assert report.assessed == []
    assert {_value(report, cell) == _printed(cell) for cell in (_REQUESTS, _LICENSING, _REVIEWS)} == {True}


@pytest.mark.parametrize("cell", [_REQUESTS, _LICENSING, _REVIEWS], ids=["table 3", "table 2", "table 4"])
@pytest.mark.parametrize(
    "printed",
    [
        "@<sup>1</sup>", '@<a href="#n"><sup>1</sup></a>', "@<SUP>[1]</SUP>", "@<sub>2</sub>", "@①", "①", "@²", "@₂", "@*",
        "<del>7</del>@", "<s>7</s>@", "@<strike>7</strike>", "<del>7</del><ins>@</ins>", "<s>@</s>",
        '<span style="text-decoration:line-through">7</span>@', "1&nbsp;@", "1<br>@", "@+3", "@%", "约@",
    ],
)  # fmt: skip
def test_a_note_mark_or_a_struck_out_figure_never_becomes_a_digit_of_the_figure(
    cell: Row, printed: str
) -> None:
    report = _read(_with_cell(cell, printed))
    assert _value(report, cell) is None
    assert ("cell_unreadable", f"table{cell[0]}.{cell[1]}.{cell[2]}") in _doubts(report)
    assert _differing(report) == []


def test_a_cell_that_is_struck_out_as_a_whole_gives_no_figure() -> None:
    struck = _table(PAGE, 2).replace("<td", '<td style="text-decoration: line-through"')
    report = _read(_with_table(2, struck))
    assert {figure.value for figure in report.tables[0].figures.values()} <= {None}
    assert any(where.startswith("table2") for _, where in _doubts(report))


@pytest.mark.parametrize(
    "printed",
    [
        '<span style="display:none">9</span>@', '<span style="DISPLAY: none">9</span>@', "<span hidden>9</span>@",
        '@<i style="color:red; visibility: hidden">9</i>', "@<!-- 9 -->", "@<script>9</script>", "@&shy;", "&lrm;@",
        "<b>@</b>", "<u>@</u>", "<ins>@</ins>", "@（其中修订①件）",
    ],
)  # fmt: skip
def test_what_a_cell_does_not_show_is_no_part_of_its_figure(printed: str) -> None:
    report = _read(_with_cell(_REQUESTS, printed))
    assert _value(report, _REQUESTS) == _printed(_REQUESTS)
    assert report.assessed == []


@pytest.mark.parametrize("number", [2, 3, 4])
@pytest.mark.parametrize("hide", ['<div style="display: none">{}</div>', "<div hidden>{}</div>"])
def test_a_hidden_copy_of_a_table_with_other_figures_is_not_read(number: int, hide: str) -> None:
    copy = hide.format(_table(OTHER_PAGE, number))
    report = _read(_with_table(number, copy + _table(PAGE, number) + copy))
    assert _differing(report) == []
    assert report.status == "complete"


def test_a_report_that_a_script_will_show_is_read_though_it_is_hidden() -> None:
    report = _read(PAGE.replace('<div class="article">', '<div class="article" style="display:none">'))
    assert report.status == "complete"
    assert _differing(report) == []


@pytest.mark.parametrize("number", [2, 3, 4])
@pytest.mark.parametrize("copy_first", [True, False])
def test_a_table_printed_twice_with_other_figures_gives_none_and_a_doubt(
    number: int, copy_first: bool
) -> None:
    own, other = _table(PAGE, number), _table(OTHER_PAGE, number)
    report = _read(_with_table(number, other + own if copy_first else own + "<p>上年度：</p>" + other))
    assert report.tables[number - 2].figures == {}
    assert ("tables_differ", f"table{number}") in _doubts(report)
    assert _differing(report) == []


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_table_printed_twice_with_the_same_figures_is_read_without_a_doubt(number: int) -> None:
    report = _read(_with_table(number, _table(PAGE, number) * 2))
    assert report.status == "complete"
    assert report.assessed == []


def test_two_reports_on_one_page_are_not_mixed_into_one() -> None:
    article = OTHER_PAGE[OTHER_PAGE.index("<h1") : OTHER_PAGE.index('<div class="footer"')]
    report = _read(PAGE.replace("<h1", article + "<h1", 1))
    assert report.status == "unreadable"
    assert {("tables_differ", f"table{number}") for number in (2, 3, 4)} <= _doubts(report)


@pytest.mark.parametrize("before", [True, False])
def test_a_summary_that_shares_labels_with_the_form_takes_nothing_from_it(before: bool) -> None:
    rows = (
        "本年新收政府信息公开申请数量",
        "上年结转政府信息公开申请数量",
        "予以公开",
        "部分公开",
        "总计",
        "结转下年度继续办理",
    )
    items = ("规章", "行政规范性文件", "行政许可", "行政处罚", "行政强制", "行政事业性收费")
    for number, labels in ((3, rows), (2, items)):
        summary = "<table><tr><td>指标</td><td>今年</td></tr>"
        summary += "".join(f"<tr><td>{label}</td><td>777</td></tr>" for label in labels) + "</table>"
        own = _table(PAGE, number)
        report = _read(_with_table(number, summary + own if before else own + summary))
        assert _differing(report) == []
        assert report.status == "complete"


def test_rows_of_table_2_without_any_of_its_heads_are_not_taken_for_it() -> None:
    items = ("规章", "行政规范性文件", "行政许可", "行政处罚", "行政强制", "行政事业性收费")
    statistics = "<table>" + "".join(f"<tr><td>{item}</td><td>777</td></tr>" for item in items) + "</table>"
    report = _read(_with_table(2, statistics))
    assert report.tables[0].figures == {}
    assert ("header_order", "table2") in _doubts(report)


@pytest.mark.parametrize(
    ("number", "behind", "label"),
    [
        (2, "行政规范性文件", "其他主动公开文件（含规范性文件以外的文件）"),
        (3, "总计</td></tr>\n<tr><td>商业企业", "上年同期本年新收政府信息公开申请数量"),
        (3, "一、本年新收", "其中：网络申请"),
    ],
)
def test_a_row_that_the_form_does_not_have_takes_the_place_of_none(
    number: int, behind: str, label: str
) -> None:
    table = _table(PAGE, number)
    at = table.index("</tr>", table.index(behind) + len(behind)) + 5
    width = 3 if number == 2 else 7
    row = f"<tr><td colspan=3>{label}</td>{'<td>5</td>' * width}</tr>"
    report = _read(_with_table(number, table[:at] + row + table[at:]))
    assert _differing(report) == []
    assert report.status == "complete"


def test_two_rows_with_one_label_give_neither_and_a_doubt() -> None:
    table = _table(PAGE, 3)
    at = table.index("</tr>", table.index("2.重复申请")) + 5
    report = _read(
        _with_table(3, f"{table[:at]}<tr><td>2.重复申请（电话）</td>{'<td>5</td>' * 7}</tr>{table[at:]}")
    )
    assert _value(report, _REQUESTS) is None
    assert ("rows_nameless", "table3.not_processed_duplicate") in _doubts(report)
    assert _differing(report) == []


def test_a_fee_in_another_unit_than_the_form_is_not_read_as_the_forms() -> None:
    report = _read(_with_table(2, _table(PAGE, 2).replace("单位：万元", "单位：元")))
    assert _value(report, (2, "fees", "amount_10k_yuan")) is None
    assert ("header_order", "table2.fees") in _doubts(report)
    assert _value(report, _LICENSING) == _printed(_LICENSING)


@pytest.mark.parametrize(
    ("one", "other"), [("未经复议直接起诉", "复议后起诉"), ("行政复议", "行政诉讼"), ("结果维持", "结果纠正")]
)
def test_heads_of_table_4_in_another_order_give_no_figures(one: str, other: str) -> None:
    table = _table(PAGE, 4).replace(one, "@").replace(other, one).replace("@", other)
    report = _read(_with_table(4, table))
    assert report.tables[2].figures == {}
    assert ("header_order", "table4") in _doubts(report)


def test_lawsuits_before_reviews_give_no_figures_also_where_merged_heads_have_left_blank_cells() -> None:
    def row(*cells: str) -> str:
        return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"

    five = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    table = "".join(
        (
            row("行政诉讼", *[""] * 9, "行政复议", *[""] * 4),
            row("未经复议直接起诉", *[""] * 4, "复议后起诉", *[""] * 4, *five),
            row(*five, *five, *[""] * 5),
            row(*map(str, range(20, 35))),
        )
    )
    report = _read(_with_table(4, f"<table>{table}</table>"))
    assert report.tables[2].figures == {}
    assert ("header_order", "table4") in _doubts(report)


def test_a_second_row_of_figures_in_table_4_leaves_it_unread() -> None:
    table = _table(PAGE, 4)
    at = table.rindex("<tr>")
    last_year = f"<tr>{'<td>77</td>' * 15}</tr>"
    for page in (
        _with_table(4, table[:at] + last_year + table[at:]),
        _with_table(4, table.replace("</table>", last_year)),
    ):
        report = _read(page)
        assert report.tables[2].figures == {}
        assert ("row_width", "table4") in _doubts(report)


@pytest.mark.parametrize("row", [f"<tr>{'<td></td>' * 15}</tr><tr>", "<tr><td>件数</td>"])
def test_a_blank_row_or_a_label_before_the_figures_of_table_4_hides_none_of_them(row: str) -> None:
    head, _, figures = _table(PAGE, 4).rpartition("<tr>")
    report = _read(_with_table(4, head + row + figures))
    assert report.status == "complete"
    assert report.assessed == []
    assert _differing(report) == []


def test_elements_nested_beyond_reading_are_refused_with_a_sentence() -> None:
    with pytest.raises(Unreadable, match="too deep"):
        read_reports(("<html><body>" + "<q>" * 20_000 + "1").encode())


def test_scripts_that_never_end_and_labels_without_number_are_dealt_with() -> None:
    flood = "<table>" + "<tr><td>2.重复申请</td><td>1</td></tr>" * 5_000 + "</table>" + "<script>" * 5_000
    report = _read(PAGE.replace("</body>", flood))
    assert _differing(report) == []
