"""Every variation that real reports are known to have, each as an invented page, read by the front door.

The tables are the form's own, edited cell by cell; figures are random and their sums hold. What is read is the
printed figure, or nothing and a doubt; `docs/reading.md` names these tests.
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from html import escape
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from load.checks import PARSE_DOUBT
from load.forms import form
from load.read import read_reports
from load.report import Report
from sample import narrative
from sample.figures import FormFigures
from sample.formats import doc, docx, odt, pdf, rtf, xls, xlsx
from sample.layouts import LAYOUTS, text
from sample.layouts.html import HtmlStyle, table_html
from sample.publishers import publishers
from sample.report import Damage
from sample.report import Report as Invented
from sample.tables import Cell, PrintedTable, printed_tables
from sample.wording import traditional, wording

Key = tuple[int, str, str]
Tables = dict[int, PrintedTable]
_SLOW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

TITLE = "示例省青溪市民政局2023年政府信息公开工作年度报告"
OPENING = "根据《中华人民共和国政府信息公开条例》编制。统计期限自2023年1月1日起至2023年12月31日止。"
HEADINGS = {
    1: "一、总体情况",
    2: "二、主动公开政府信息情况",
    3: "三、收到和处理政府信息公开申请情况",
    4: "四、政府信息公开行政复议、行政诉讼情况",
    5: "五、存在的主要问题及改进情况",
    6: "六、其他需要报告的事项",
}
PROSE = {1: "我局扎实推进政府信息公开工作。", 5: "主动公开的及时性有待提高。", 6: "本年度未收取信息处理费。"}
SIGNED = ("示例省青溪市民政局", "2024年1月15日")


def _figures(version: str, seed: int = 0, most: int = 60) -> FormFigures:
    """Figures from 2 on whose sums hold."""
    f, random = form(version), Random(seed)
    table3 = {row: {column: random.randrange(2, most) for column in f.columns} for row in f.rows}
    applicants = [column for column in f.columns if column != "total"]
    for column in applicants:
        total = sum(table3[outcome][column] for outcome in f.outcomes)
        table3["processed_total"][column] = total
        carried = table3["received_carried_in"][column]
        table3["received_new"][column] = total + table3["carried_out"][column] - carried
    for columns in table3.values():
        columns["total"] = sum(columns[column] for column in applicants)
    table4 = {channel: {result: random.randrange(2, most) for result in f.results} for channel in f.channels}
    for results in table4.values():
        results["total"] = sum(n for result, n in results.items() if result != "total")
    table2 = {
        item: {measure: random.randrange(2, most) for measure in block.measures}
        for block in f.blocks
        for item in block.items
    }
    return {"form_version": version, "table2": table2, "table3": table3, "table4": table4}  # type: ignore[typeddict-item]  # whole numbers are numbers


def _printed(figures: FormFigures, damage: Damage | None = None) -> Tables:
    report = Invented(
        title=TITLE,
        publisher="示例省青溪市民政局",
        fiscal_year=2023,
        published_on="2024-01-15",
        preamble=(),
        sections={},
        figures=figures,
        damage=damage or Damage(),
    )
    return printed_tables(report, wording(figures["form_version"], 0))


F21, F19 = _figures("2021"), _figures("2019")
T21, T19 = _printed(F21), _printed(F19)


def _spaced(table: PrintedTable, rng: Random) -> str:
    """All cells on one line, spaces between."""
    return " ".join(cell.text for row in table.rows for cell in row if cell.text)


def _row_a_line(table: PrintedTable, rng: Random) -> str:
    """A row a line, spaces between its cells."""
    return "\n".join(" ".join(cell.text for cell in row if cell.text) for row in table.rows)


def _cell_a_line(table: PrintedTable, rng: Random) -> str:
    """A cell a line, no bars."""
    return "\n".join(cell.text for row in table.rows for cell in row if cell.text)


PRINTERS: dict[str, text.TablePrinter] = {
    **{printer.__name__: printer for printer in (
        text.pipe_row, text.paragraph_per_cell, text.cell_per_line_bar, text.bar_only_separators, text.bar_lines,
        text.markdown, text.markdown_separator, text.markdown_padded, text.markdown_newline_in_cells,
        text.pipe_row_newline_indent, text.docx_tabs)},
    "one_line": _spaced, "row_a_line": _row_a_line, "cell_a_line": _cell_a_line,
}  # fmt: skip
FLAVOURS = ("html", *PRINTERS)
FEW = ("html", "pipe_row", "cell_per_line_bar", "cell_a_line", "docx_tabs")
GAPS = {"paragraph_per_cell": "\n\n", "one_line": " "}


def _body(
    tables: Mapping[int, PrintedTable | str],
    flavour: str = "html",
    *,
    title: Sequence[str] = (TITLE,),
    opening: str = OPENING,
    headings: Mapping[int, str] | None = None,
    captions: Mapping[int, str] | None = None,
    closing: Sequence[str | PrintedTable] = SIGNED,
) -> bytes:
    """A page of these tables, by number; a text in place of a table stands as it is."""
    parts: list[str | PrintedTable] = [*title, opening]
    for number, heading in {**HEADINGS, **(headings or {})}.items():
        parts += [heading] if heading else []
        parts += [PROSE[number]] if number in PROSE else []
        parts += [captions[number]] if captions and number in captions else []
        parts += [tables[number]] if number in tables else []
    parts += closing
    if flavour == "html":
        lines = [
            (part if part.startswith("<") else f"<p>{escape(part)}</p>")
            if isinstance(part, str)
            else table_html(part, HtmlStyle(), "")
            for part in parts
        ]
        return ("<html><body>" + "\n".join(lines) + "</body></html>").encode()
    printed = [part if isinstance(part, str) else PRINTERS[flavour](part, Random(1)) for part in parts]
    return (GAPS.get(flavour, "\n").join(printed) + "\n").encode()


def _read(body: bytes) -> Report:
    (report,) = read_reports(body)
    return report


def _edited(table: PrintedTable, edit: Callable[[Cell], Cell | list[Cell] | None]) -> PrintedTable:
    rows = []
    for row in table.rows:
        cells: list[Cell] = []
        for cell in row:
            made = edit(cell)
            cells += made if isinstance(made, list) else [made] if made is not None else []
        rows.append(cells)
    return table._replace(rows=rows)


def _relabelled(table: PrintedTable, words: Mapping[str, str]) -> PrintedTable:
    assert set(words) <= {cell.text for row in table.rows for cell in row}
    return _edited(table, lambda c: c if c.key else c._replace(text=words.get(c.text, c.text)))


def _with(table: PrintedTable, key: Key, printed: str) -> PrintedTable:
    return _edited(table, lambda c: c._replace(text=printed) if c.key == key else c)


def _expected(two: FormFigures = F21, three: FormFigures | None = None) -> dict[Key, object]:
    three = three or two
    tables = ((2, two["table2"]), (3, three["table3"]), (4, three["table4"]))
    return {
        (n, row, c): v for n, table in tables for row, columns in table.items() for c, v in columns.items()
    }


def _found(report: Report) -> dict[Key, object]:
    return {
        (table.number, row, column): table.value(row, column)
        for table in report.tables
        for row, column in report.cells(table)
    }


def _doubts(report: Report) -> set[tuple[str, str]]:
    return {(check.rule, check.where) for check in report.checks if check.verdict == PARSE_DOUBT}


def _none_other(report: Report, expected: Mapping[Key, object]) -> bool:
    """Whether each figure is the printed one, or null; and each that is missing has a doubt about its place."""
    places = [check.where for check in report.checks if check.verdict == PARSE_DOUBT]
    details = " ".join(check.detail for check in report.checks)
    for (number, row, column), value in expected.items():
        got = report.tables[number - 2].value(row, column)
        if got is None and value is not None:
            here = (f"table{number}", f"table{number}.{row}", f"table{number}.{row}.{column}")
            assert row in details or any(place in here for place in places), (number, row, column)
        elif got != value:
            return False
    return True


# --- 1 Text flavours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("figures", [F21, F19], ids=["2021", "2019"])
def test_every_flavour_of_a_table_is_read_whole(figures: FormFigures, flavour: str) -> None:
    report = _read(_body(_printed(figures), flavour))
    assert _found(report) == _expected(figures)
    assert report.assessed == []
    assert (report.identity.publisher, report.identity.fiscal_year) == ("示例省青溪市民政局", 2023)


@pytest.mark.parametrize("flavour", ["row_a_line", "one_line"])
def test_a_report_on_one_line_keeps_its_sections(flavour: str) -> None:
    sections = {section.number: section.text for section in _read(_body(T21, flavour)).sections}
    assert {number: sections[number].split()[0] for number in PROSE} == PROSE


@pytest.mark.parametrize("flavour", ["row_a_line", "one_line"])
@pytest.mark.parametrize(
    "sentence",
    ["行政许可 12 件、行政处罚 3 件、行政强制 0 件。", "规章 2 件、行政规范性文件 3 件，其中废止 1 件。", "其中：自然人 3 件， 商业企业 0 件；总计 3 件。"],
)  # fmt: skip
def test_a_sentence_of_labels_and_figures_stays_in_the_narrative(sentence: str, flavour: str) -> None:
    report = _read(_body(T21, flavour).replace(PROSE[5].encode(), sentence.encode()))
    assert sentence in next(section.text for section in report.sections if section.number == 5)
    assert _found(report) == _expected()


def test_a_whole_report_on_one_line_of_bars_is_read() -> None:
    body = re.sub(r"\s*\n\s*", " ", _body(T21, "cell_per_line_bar").decode())
    assert _found(_read(body.encode())) == _expected()


@pytest.mark.parametrize("flavour", ["row_a_line", "one_line", "cell_a_line"])
def test_noughts_glued_to_their_label_are_read_and_other_glued_figures_never_are(flavour: str) -> None:
    def glued(table: PrintedTable) -> PrintedTable:
        rows = []
        for row in table.rows:
            labels = [cell.text for cell in row if cell.key is None]
            figures = "".join(cell.text for cell in row if cell.key)
            rows.append([*(Cell(label) for label in labels[:-1]), Cell("".join(labels[-1:]) + figures)])
        return table._replace(rows=rows)

    noughts = _nought(F21)
    report = _read(_body({n: glued(t) for n, t in _printed(noughts).items()}, flavour))
    assert _found(report) == _expected(noughts)
    for figures in (F21, _figures("2021", 3, most=5)):
        report = _read(_body({n: glued(t) for n, t in _printed(figures).items()}, flavour))
        assert _none_other(report, _expected(figures))


def _nought(figures: FormFigures) -> FormFigures:
    tables = {
        name: {row: dict.fromkeys(columns, 0) for row, columns in figures[name].items()}
        for name in ("table2", "table3", "table4")
    }
    return {"form_version": figures["form_version"], **tables}  # type: ignore[typeddict-item]  # its three tables


@pytest.mark.parametrize("flavour", ["row_a_line", "one_line"])
def test_page_numbers_between_rows_of_a_line_are_no_figures(flavour: str) -> None:
    body = _body(T21, flavour).decode()
    for mark in ("— 3 —", "-4-", "－ 5 －"):
        report = _read(body.replace("（五）不予处理", f"{mark} （五）不予处理").encode())
        assert _found(report) == _expected()
        assert report.assessed == []


@pytest.mark.parametrize("flavour", ["pipe_row", "markdown", "cell_per_line_bar", "bar_lines"])
@pytest.mark.parametrize("mark", ["— 3 —", "-4-", "第 5 页 共 9 页"])
def test_page_numbers_between_rows_of_bars_cost_no_figure(mark: str, flavour: str) -> None:
    body = _body(T21, flavour).decode()
    for label in ("4.保护第三方", "行政强制"):
        page = re.sub(rf"^(.*{label})", rf"{mark}\n\1", body, flags=re.MULTILINE)
        assert page != body
        report = _read(page.encode())
        assert _found(report) == _expected()
        assert report.assessed == []


def test_what_markdown_marks_headings_and_words_with_is_no_part_of_them() -> None:
    body = _body(T21, "markdown_separator").decode()
    body = re.sub(r"^([一二三四五六])、", r"## \1、", body, flags=re.MULTILINE)
    body = re.sub(r"(?<=\| )([^|\n]+?)(?= \|)", r"**\1**", body).replace("1.", r"1\.")
    report = _read(body.encode())
    assert _found(report) == _expected()
    assert [section.heading for section in report.sections if section.number == 5] == [HEADINGS[5]]
    assert report.assessed == []
    masked = _read(_body({**T21, 3: _with(T21[3], RESEARCH, "5**件 3**件")}, "markdown"))
    assert masked.tables[1].value(*RESEARCH[1:]) is None


def _values_first(table: PrintedTable) -> PrintedTable:
    rows = [[*(c for c in row if c.key), *(c for c in row if not c.key)] for row in table.rows]
    return table._replace(rows=rows)


def _values_last(table: PrintedTable) -> PrintedTable:
    labels = [[cell for cell in row if cell.key is None] for row in table.rows]
    values = [[cell for cell in row if cell.key] for row in table.rows]
    return table._replace(rows=[row for row in labels + values if row])


@pytest.mark.parametrize("flavour", ["cell_a_line", "paragraph_per_cell", "cell_per_line_bar"])
def test_figures_before_their_labels_are_read_where_sums_confirm_it(flavour: str) -> None:
    report = _read(_body({**T21, 3: _values_first(T21[3])}, flavour))
    assert _found(report) == _expected()
    assert {figure.by for figure in report.tables[1].figures.values()} == {"position"}
    unbalanced = _figures("2021", 4)
    unbalanced["table3"]["granted"]["total"] = 9999
    damaged = _read(_body({**T21, 3: _values_first(_printed(unbalanced)[3])}, flavour))
    assert ("read_by_position", "table3") in _doubts(damaged)


def test_labels_first_and_then_all_figures_are_read_where_sums_confirm_it() -> None:
    report = _read(_body({**T21, 3: _values_last(T21[3])}, "cell_a_line"))
    assert _found(report) == _expected()
    assert report.assessed == []


@pytest.mark.parametrize("flavour", FEW)
@pytest.mark.parametrize("apart", [_values_first, _values_last])
def test_figures_apart_from_their_labels_never_become_another_rows(
    apart: Callable[[PrintedTable], PrintedTable], flavour: str
) -> None:
    for number in (2, 3):
        report = _read(_body({**T21, number: apart(T21[number])}, flavour))
        assert _none_other(report, _expected())


@pytest.mark.parametrize("flavour", ["html", "pipe_row", "markdown", "cell_a_line"])
def test_invented_heads_over_the_right_number_of_columns_are_read_by_position(flavour: str) -> None:
    def headed(columns: int) -> PrintedTable:
        kept = [*list(form("2021").columns)[: columns - 1], "total"]
        rows = [
            [c for c in row if not c.key or c.key[2] in kept]
            for row in T21[3].rows
            if any(c.key for c in row)
        ]
        return T21[3]._replace(rows=[[Cell("类别"), *(Cell(f"数据{n + 1}") for n in range(columns))], *rows])

    report = _read(_body({**T21, 3: headed(7)}, flavour))
    assert _found(report) == _expected()
    report = _read(_body({**T21, 3: headed(6)}, flavour))
    assert {figure.value for figure in report.tables[1].figures.values()} <= {None}
    assert _none_other(report, _expected())


# --- 2 Templates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flavour", FEW)
@pytest.mark.parametrize(("two", "three"), [(F21, F19), (F19, F21)], ids=["2021+2019", "2019+2021"])
def test_tables_of_two_versions_on_one_page_are_read_each_in_its_own(
    two: FormFigures, three: FormFigures, flavour: str
) -> None:
    tables = _printed(three) | {2: _printed(two)[2]}
    report = _read(_body(tables, flavour))
    assert _found(report) == _expected(two, three)
    assert report.form_version == "mixed"
    assert report.assessed == []


@pytest.mark.parametrize(("figures", "year"), [(F19, 2023), (F19, 2022), (F21, 2020)])
def test_the_form_is_told_by_its_labels_and_not_by_the_year(figures: FormFigures, year: int) -> None:
    report = _read(_body(_printed(figures), title=(TITLE.replace("2023", str(year)),), opening="现予公布。",
                         closing=("示例省青溪市民政局", f"{year + 1}年1月15日")))  # fmt: skip
    assert (report.form_version, report.identity.fiscal_year) == (figures["form_version"], year)
    assert _found(report) == _expected(figures)


EXPLAINED = {
    "规章": "规章(设区的市、自治州人民政府应提供相关数据)", "规范性文件": "规范性文件(行政机关制定发布的文件)",
    "上一年项目数量": "上一年项目数量(指2019年事项数)",
    "本年增/减": "本年增/减(与上一年相比，增加用正值表示，减用负值表示,如-8)",
    "行政许可": "行政许可(指依申请办理的行政许可事项)", "行政处罚": "行政处罚(指行政处罚、行政强制以外的事项)",
    "其他对外管理服务事项": "其他对外管理服务事项(指除行政许可以外的公共服务事项)", "行政强制": "行政强制(指强制措施)",
    "行政事业性收费": "行政事业性收费(指本部门执收的收费项目)", "采购总金额": "采购总金额(万元)",
}  # fmt: skip


@pytest.mark.parametrize("flavour", [name for name in FLAVOURS if name not in ("one_line", "row_a_line")])
def test_labels_with_long_explanations_and_a_row_more_are_read(flavour: str) -> None:
    table = _relabelled(T19[2], EXPLAINED)
    at = next(n for n, row in enumerate(table.rows) if row[0].text.startswith("规范性文件"))
    more = [Cell("其他主动公开文件(含规范性文件以外的文件)"), Cell("41"), Cell("42"), Cell("43")]
    table = table._replace(rows=[*table.rows[: at + 1], more, *table.rows[at + 1 :]])
    report = _read(_body({**T19, 2: table}, flavour))
    assert _found(report) == _expected(F19)
    assert report.assessed == []


@pytest.mark.parametrize("flavour", FEW)
def test_a_unit_in_brackets_behind_a_label_takes_nothing_from_it(flavour: str) -> None:
    words = {"规章": "规章（件）", "行政许可": "行政许可(件)", "行政处罚": "行政处罚 （宗）"}
    report = _read(_body({**T21, 2: _relabelled(T21[2], words)}, flavour))
    assert _found(report) == _expected()
    assert report.assessed == []


@pytest.mark.parametrize(
    "label", ["行政处罚（上年）", "行政处罚（2022年）", "去年行政处罚", "行政处罚（其中：简易程序）"]
)
def test_a_label_explained_as_another_years_or_a_part_is_not_the_forms(label: str) -> None:
    report = _read(_body({**T21, 2: _relabelled(T21[2], {"行政处罚": label})}))
    assert report.tables[0].value("penalties", "decisions") is None
    assert _none_other(report, _expected())


@pytest.mark.parametrize("flavour", FEW)
def test_table_2_reduced_to_one_block_gives_its_figures_and_lists_the_others_as_missing(flavour: str) -> None:
    rows = [row for row in T19[2].rows if any("九" in c.text or "采购" in c.text for c in row)]
    report = _read(_body({**T19, 2: T19[2]._replace(rows=rows)}, flavour))
    expected = _expected(F19)
    only = {key: v if key[0] != 2 or key[1] == "procurement" else None for key, v in expected.items()}
    assert _found(report) == only
    assert _doubts(report) == {("rows_missing", "table2")}


# --- 4 Headings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "heading"),
    [
        (1, "1、 总体情况"), (1, "—、总体情况"), (1, "、总体情况"), (1, "一、 总体情况"), (1, "一、基本情况"), (1, "一、工作基本情况"),
        (1, "一、政府信息公开概况"), (1, "一、总体公开工作情况概述"), (1, "一、本年度政务信息总体公开情况"), (1, "一.总体情况"),
        (1, "总体情况"), (1, "一、總體情況"), (2, "二、行政机关主动公开政府信息情况"), (3, "三、行政机关收到和处理政府信息公开申请情况"),
        (4, "四、信息公开行政复议和行政诉讼情况"), (4, "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况"),
        (4, "四、复议和诉讼情况"), (5, "五、存在的问题及改进情况"), (5, "五、存在问题及改进情况"),
        (5, "五、政府信息公开工作存在的主要问题及改进情况"), (5, "五、存在的主要问题及整改措施"), (5, "五、存在的不足及改进措施"),
        (6, "六、需要报告的其他事项"), (6, "六、其他需要报告的事项。"),
    ],
)  # fmt: skip
def test_every_wording_of_a_heading_opens_its_section(number: int, heading: str) -> None:
    report = _read(_body(T21, headings={number: heading}))
    sections = {section.number: section for section in report.sections}
    assert sections[number].heading == heading
    assert {n: sections[n].text.splitlines()[0] for n in PROSE} == PROSE
    assert report.assessed == []


@pytest.mark.parametrize("number", HEADINGS)
def test_a_heading_that_is_missing_costs_no_figure(number: int) -> None:
    report = _read(_body(T21, headings={number: ""}))
    assert _found(report) == _expected()
    assert report.assessed == []


def test_numbers_that_begin_again_and_the_forms_own_rows_cut_no_section() -> None:
    again = "我局扎实推进政府信息公开工作。</p><p>一、主动公开</p><p>公开信息5条。</p><p>二、依申请公开</p><p>未收到申请。"
    report = _read(_body(T21).replace(PROSE[1].encode(), again.encode()))
    sections = {section.number: section.text for section in report.sections}
    assert "未收到申请。" in sections[1]
    assert sections[6].splitlines()[0] == PROSE[6]
    assert _found(report) == _expected()


# --- 5 Labels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flavour", FEW)
@pytest.mark.parametrize(
    ("version", "number", "words"),
    [
        ("2021", 2, {"行政规范性文件": "规范性文件", "现行有效件数": "现行有效件", "本年制发件数": "本年度制发数", "本年废止件数": "本年废止数"}),
        ("2021", 2, {"第二十条第（一）项": "第二十条 第(一)项", "第二十条第（五）项": "第二十条（五）项", "第二十条第（六）项": "第二十条(六)项"}),
        ("2019", 2, {"本年新制作数量": "本年新", "本年新公开数量": "本年新", "本年增/减": "本年增/"}),
        ("2019", 2, {"本年新制作数量": "本年新\n制作数量", "采购总金额": "采购总金额(万元)", "规范性文件": "行政规范性文件"}),
        ("2021", 3, {"自然人": "自\n然\n人", "社会公益组织": "社会公 益组织", "总计": "总 计"}),
        ("2021", 3, {"（三）不予公开": "(三) 不予 公开", "2.其他法律行政法规禁止公开": "2. 其他法律行政止公开"}),
        ("2021", 3, {"3.危及“三安全一稳定”": '3.危及"三安全一稳定"', "（六）其他处理": "(六) 其他"}),
        ("2021", 4, {"结果维持": "结果 维持", "尚未审结": "尚未 审结"}),
    ],
)  # fmt: skip
def test_every_wording_of_a_label_is_read(
    version: str, number: int, words: Mapping[str, str], flavour: str
) -> None:
    figures = F21 if version == "2021" else F19
    tables = _printed(figures)
    if flavour in ("cell_a_line", "docx_tabs"):  # a break in a label is a space there
        words = {label: printed.replace("\n", " ") for label, printed in words.items()}
    report = _read(_body({**tables, number: _relabelled(tables[number], words)}, flavour))
    assert _found(report) == _expected(figures)
    assert report.assessed == []


@pytest.mark.parametrize("flavour", FEW)
def test_a_head_on_two_cells_is_read_by_position(flavour: str) -> None:
    halves = _edited(
        T21[3], lambda c: [c._replace(text="商业"), c._replace(text="企业")] if c.text == "商业企业" else c
    )
    report = _read(_body({**T21, 3: halves}, flavour))
    assert _found(report) == _expected()
    assert report.assessed == []


@pytest.mark.parametrize("flavour", FEW)
def test_seven_rows_without_a_label_and_a_head_that_is_lost_are_read_where_sums_confirm_it(
    flavour: str,
) -> None:
    rows = ("granted", "refused_internal", "refused_admin_query", "unable_not_held", "not_processed_petition",
            "other_fee_unpaid", "processed_total")  # fmt: skip
    damage = Damage(unlabelled=frozenset((3, row) for row in rows), lost_headers=frozenset({4}))
    report = _read(_body(_printed(F21, damage), flavour))
    assert _found(report) == _expected()
    assert report.assessed == []


# --- 6 Values -----------------------------------------------------------------------------------------------

FEES: Key = (2, "fees", "amount_10k_yuan")
CHANGE: Key = (2, "licensing", "change")
AMOUNT: Key = (2, "procurement", "amount")
NORMATIVE: Key = (2, "normative_documents", "issued")
RESEARCH: Key = (3, "granted", "research")


@pytest.mark.parametrize("flavour", FEW)
@pytest.mark.parametrize(
    ("key", "printed", "value"),
    [
        (NORMATIVE, "22（其中修订 16 件）", 22), (NORMATIVE, "55（含自然失效 29 件）", 55), (NORMATIVE, "６ ", 6),
        (NORMATIVE, "1,204", 1204), (NORMATIVE, "1，204", 1204), (NORMATIVE, "3件", 3), (NORMATIVE, "/", None),
        (NORMATIVE, "无", None), (NORMATIVE, "—", None), (FEES, "3235727元", 323.5727), (FEES, "251000元", 25.1),
        (FEES, "17.27万元", 17.27), (FEES, "13000000(预算数)", 13000000), (FEES, "13000000(预算…", 13000000),
        (FEES, "25977391.028", 25977391.028), (CHANGE, "+1", 1), (CHANGE, "-8", -8), (CHANGE, "－8", -8), (CHANGE, "+0", 0),
        (AMOUNT, "251000元", 251000), (AMOUNT, "17.27万元", 17.27),
    ],
)  # fmt: skip
def test_every_way_to_print_a_value_is_read(key: Key, printed: str, value: object, flavour: str) -> None:
    figures = F19 if key in (CHANGE, AMOUNT) else F21
    tables = _printed(figures)
    report = _read(_body({**tables, 2: _with(tables[2], key, printed)}, flavour))
    assert _found(report) == _expected(figures) | {key: value}
    assert report.tables[0].figures[key[1:]].raw == printed.strip()
    assert report.assessed == []


def test_an_amount_is_said_to_be_converted_where_it_was() -> None:
    def cells(printed: str, words: Mapping[str, str] | None = None) -> object:
        key = AMOUNT if words else FEES
        tables = T19 if words else T21
        table = _relabelled(_with(tables[2], key, printed), words or {})
        shown = _read(_body({**tables, 2: table})).to_json()["cells"]
        (cell,) = [c for c in shown if (c["row"], c["column"]) == key[1:]]
        return cell["value"], cell.get("converted_from")

    assert cells("3235727元") == (323.5727, "元")
    assert cells("17.27万元") == cells("17.27") == (17.27, None)
    head = {"采购总金额": "采购总金额（万元）"}
    assert cells("251000元", head) == (25.1, "元")
    assert cells("25.1", head) == (25.1, None)


@pytest.mark.parametrize("flavour", FEW)
@pytest.mark.parametrize(
    "printed",
    ["**", "5**", "1O", "O", "l", "l2", "〇", "零", "??", "1 234", "12①", "3（4）", "增1", "约3", "未统计"],
)
def test_what_is_no_figure_gives_none_and_a_doubt(printed: str, flavour: str) -> None:
    report = _read(_body({**T21, 3: _with(T21[3], RESEARCH, printed)}, flavour))
    assert report.tables[1].value(*RESEARCH[1:]) is None
    assert _none_other(report, _expected())


@pytest.mark.parametrize("flavour", FEW)
def test_three_values_where_one_is_due_give_none_and_two_blanks_behind_one_take_nothing_from_it(
    flavour: str,
) -> None:
    def longer(texts: Sequence[str]) -> PrintedTable:
        rows = [
            [*(c._replace(colspan=1) for c in row), *map(Cell, texts)]
            if any(c.key and c.key[1] == "penalties" for c in row)
            else row
            for row in T21[2].rows
        ]
        return T21[2]._replace(rows=rows)

    report = _read(_body({**T21, 2: longer(["0", "0"])}, flavour))
    assert report.tables[0].value("penalties", "decisions") is None
    assert ("row_width", "table2.penalties") in _doubts(report)
    report = _read(_body({**T21, 2: longer(["", ""])}, flavour))
    assert _found(report) == _expected()
    assert report.assessed == []


def _with_remarks(
    number: int, figures: Tables, random: Random, blank: float
) -> tuple[PrintedTable, set[Key]]:
    """A table with a column of remarks, some of them figures, and the keys of the cells left blank in it."""
    table, blanks, rows = figures[number], set[Key](), []
    for n, row in enumerate(table.rows):
        keys = [cell.key for cell in row if cell.key]
        emptied = {key for key in keys if random.random() < blank}
        blanks |= emptied
        is_head = n == 0 if number > 2 else row[0].text == "信息内容"
        remark = random.choice(["2", "见附件", "", "/"]) if keys else "备注" if is_head else ""
        cells = [cell._replace(text="") if cell.key in emptied else cell for cell in row]
        further = [Cell(remark, rowspan=len(table.rows) - 1 if number > 2 else 1)] if is_head or keys else []
        rows.append([*cells, *(further or ([Cell("")] if number == 2 else []))])
    return table._replace(rows=rows, columns=table.columns + 1), blanks


@pytest.mark.parametrize("flavour", FEW)
@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_column_of_remarks_gives_no_figure_and_takes_none(number: int, flavour: str) -> None:
    for seed, blank in enumerate((0, 0.1, 0.5)):
        for tables, figures in ((T21, F21), (T19, F19))[: 2 if number == 2 else 1]:
            table, blanks = _with_remarks(number, tables, Random(seed), blank)
            expected = {key: None if key in blanks else value for key, value in _expected(figures).items()}
            report = _read(_body({**tables, number: table}, flavour))
            assert _none_other(report, expected)
            if flavour in ("html", "pipe_row") and (number == 2 or not blank):
                assert _found(report) == expected


def test_fifteen_figures_of_table_4_behind_a_blank_one_are_read_where_they_add_up() -> None:
    *heads, row = T21[4].rows
    for flavour in ("html", "pipe_row", "cell_per_line_bar"):
        moved = [row[0]._replace(text=""), *row[1:], Cell("7")]
        report = _read(_body({**T21, 4: T21[4]._replace(rows=[*heads, [Cell(""), *row]])}, flavour))
        assert _found(report) == _expected()
        report = _read(_body({**T21, 4: T21[4]._replace(rows=[*heads, moved])}, flavour))
        assert _none_other(report, _expected())


@pytest.mark.parametrize("flavour", FEW)
def test_one_value_for_a_whole_row_is_not_given_to_any_column(flavour: str) -> None:
    def merged(cell: Cell) -> Cell | None:
        if cell.key is None or cell.key[1] != "refused_internal":
            return cell
        return cell._replace(colspan=7) if cell.key[2] == "natural_person" else None

    report = _read(_body({**T21, 3: _edited(T21[3], merged)}, flavour))
    assert ("row_width", "table3.refused_internal") in _doubts(report)
    assert _none_other(report, _expected())


@pytest.mark.parametrize("flavour", ["html", "pipe_row", "cell_per_line_bar", "docx_tabs"])
@pytest.mark.parametrize(
    "kept", [{"total"}, {"natural_person", "total"}, set(form("2021").columns) - {"total"}]
)
def test_blank_columns_are_null_whether_totals_or_all_else(kept: set[str], flavour: str) -> None:
    table = _edited(T21[3], lambda c: c._replace(text="") if c.key and c.key[2] not in kept else c)
    report = _read(_body({**T21, 3: table}, flavour))
    assert _found(report) == {k: v if k[0] != 3 or k[2] in kept else None for k, v in _expected().items()}
    assert report.assessed == []


@pytest.mark.parametrize("flavour", ["html", "pipe_row", "cell_per_line_bar", "markdown_padded"])
@pytest.mark.parametrize(
    "lost", [{"legal_service", "total"}, {"natural_person", "total"}, {"business", "research", "total"}]
)
def test_columns_that_are_lost_together_with_the_totals_move_no_figure(lost: set[str], flavour: str) -> None:
    table = _edited(T21[3], lambda c: None if c.key and c.key[2] in lost else c)
    rows = [[*row, *[Cell("")] * len(lost)] if any(c.key for c in row) else row for row in table.rows]
    report = _read(_body({**T21, 3: table._replace(rows=rows)}, flavour))
    assert _none_other(report, _expected())


@pytest.mark.parametrize("lost", ["issued", "repealed"])
def test_a_row_of_three_that_lost_a_value_in_html_and_was_filled_up_is_withheld(lost: str) -> None:
    key = (2, "normative_documents", lost)
    for tables, figures in ((T21, F21), (_printed(_figures("2021", 5)), _figures("2021", 5))):
        rows = [
            [*(c for c in row if c.key != key), Cell("")] if any(c.key == key for c in row) else row
            for row in tables[2].rows
        ]
        assert _none_other(_read(_body({**tables, 2: tables[2]._replace(rows=rows)})), _expected(figures))


@pytest.mark.parametrize("flavour", FEW)
def test_tables_with_nothing_filled_in_are_null_and_never_nought(flavour: str) -> None:
    blank = {n: _edited(t, lambda c: c._replace(text="") if c.key else c) for n, t in T21.items()}
    assert set(_found(_read(_body(blank, flavour))).values()) == {None}


# --- 8 and 9 Around the report, and damage -------------------------------------------------------------------


@pytest.mark.parametrize("flavour", ["html", "pipe_row", "cell_per_line_bar", "cell_a_line"])
def test_a_traditional_text_with_other_words_is_read(flavour: str) -> None:
    page = traditional(_body(T21, flavour).decode()).replace("文件", "檔案").replace("信息", "資訊")
    report = _read(page.encode())
    assert _found(report) == _expected()
    assert report.assessed == []
    assert report.identity.fiscal_year == 2023
    assert report.identity.title == traditional(TITLE).replace("信息", "資訊")


def _replaced(**words: str) -> bytes:
    page = _body(T21).decode()
    for old, new in words.items():
        assert old in page
        page = page.replace(old, new)
    return page.encode()


@pytest.mark.parametrize(
    "body",
    [
        _replaced(处罚="处(chǔ)罚", 重复="重(chóng)复", 规章="规(guī)章"),
        _replaced(行政许可="行政许可??", 重复申请="??重复申请", 规章="规章??"),
        _body(T21).replace("，".encode(), "，，".encode()),
        _body(T21).replace("（".encode(), b"").replace("）".encode(), b""),
        _body(T21).replace("“".encode(), b'"').replace("”".encode(), b'"').replace("，".encode(), b","),
        _body(T21, opening="按照<国务院办公厅关于印发《年度报告格式》的通知>要求，编制本报告。"),
        _body(T21).replace(b"<td>", b"<td>&nbsp;"),
        _body(T21).replace(b"</h1>", b"</h1><p>![](image1.png)</p>").replace(b"</body>", b"<p>W0.png?sid=1</p></body>"),
    ],
    ids=["pinyin", "question marks", "commas", "no brackets", "ascii quotes", "notice as a tag", "nbsp", "images"],
)  # fmt: skip
def test_debris_of_extraction_costs_no_figure(body: bytes) -> None:
    report = _read(body)
    assert _found(report) == _expected()
    assert report.assessed == []


@pytest.mark.parametrize(
    "caption",
    [
        "附：2022年政府信息公开申请情况", "2022年度收到和处理政府信息公开申请情况统计表", "上年度：", "去年同期数据",
        "附件1：上一年度申请情况", "二〇二二年收到和处理政府信息公开申请情况", "（统计期限：2022年1月1日至2022年12月31日）",
        "示例省青溪市财政局收到和处理政府信息公开申请情况",
    ],
)  # fmt: skip
def test_a_table_of_another_year_or_body_is_not_taken_for_this_years_picture(caption: str) -> None:
    body = _body(
        {**T21, 3: '<p><img src="W1.png"></p>'}, closing=(caption, _printed(_figures("2021", 9))[3], *SIGNED)
    )
    report = _read(body)
    assert report.tables[1].figures == {}
    assert _doubts(report) == {("header_order", "table3")}
    details = [check.detail for check in report.checks if check.rule == "header_order"]
    assert len(details) == 1
    assert caption in details[0]


@pytest.mark.parametrize("number", [2, 4])
def test_every_table_under_a_caption_of_another_year_is_withheld(number: int) -> None:
    report = _read(_body(T21, captions={number: "2022年度情况统计表"}))
    assert report.tables[number - 2].figures == {}
    assert ("header_order", f"table{number}") in _doubts(report)


@pytest.mark.parametrize("flavour", ["html", "pipe_row", "cell_a_line"])
@pytest.mark.parametrize(
    "caption",
    [
        "2023年度收到和处理政府信息公开申请情况", "青溪市民政局政府信息公开申请情况", "发布时间：2024-01-15", "2024年1月15日",
        "附表（2021年修订）", "本年度统计表", "单位：件", "示例省青溪市政府信息公开申请情况表", "《2021年版格式》",
    ],
)  # fmt: skip
def test_a_caption_of_this_year_and_body_raises_no_doubt(caption: str, flavour: str) -> None:
    report = _read(_body(T21, flavour, captions={2: caption, 3: caption, 4: caption}))
    assert _found(report) == _expected()
    assert report.assessed == []


# --- Formats that are certain of their cells ----------------------------------------------------------------


def _with_blanks(random: Random, share: float) -> Invented:
    version = random.choice(("2021", "2019"))
    figures = _figures(version, random.randrange(999))
    for name in ("table2", "table3", "table4"):
        for columns in figures[name].values():
            columns.update({column: None for column in columns if random.random() < share})
    publisher = random.choice(publishers())
    prose = narrative.write(Random(1), publisher, 2023, _figures(version))
    return Invented(
        title=f"{publisher.name}2023年政府信息公开工作年度报告",
        publisher=publisher.name,
        fiscal_year=2023,
        published_on="2024-01-15",
        preamble=prose.preamble,
        sections=prose.sections,
        figures=figures,
    )


def _pdf(report: Invented, rng: Random) -> bytes:
    return pdf.page(report, rng, pdf.PdfStyle())


@pytest.mark.parametrize("share", [0.05, 0.3, 0.8])
@pytest.mark.parametrize(
    "render", [docx.page, doc.page, odt.page, rtf.page, xlsx.page, xls.page, _pdf],
    ids=["docx", "doc", "odt", "rtf", "xlsx", "xls", "pdf"],
)  # fmt: skip
def test_blank_cells_of_a_sound_document_are_null_and_raise_no_doubt(
    render: Callable[[Invented, Random], bytes], share: float
) -> None:
    for seed in range(2):
        invented = _with_blanks(Random(seed), share)
        report = _read(render(invented, Random(seed)))
        assert _found(report) == _expected(invented.figures)
        assert _doubts(report) == set()


def _rewritten(body: bytes, part: str, rewrite: Callable[[str], str]) -> bytes:
    """The document with one part of its archive rewritten."""
    with zipfile.ZipFile(io.BytesIO(body)) as container:
        parts = {name: container.read(name) for name in container.namelist()}
    parts[part] = rewrite(parts[part].decode()).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return file.getvalue()


def _without_a_cell(body: bytes, random: Random) -> bytes:
    """The Word document without one of its table cells."""

    def without(written: str) -> str:
        cell = random.choice(list(re.finditer(r"<w:tc>.*?</w:tc>", written, re.DOTALL)))
        return written[: cell.start()] + written[cell.end() :]

    return _rewritten(body, "word/document.xml", without)


@_SLOW
@given(st.randoms(use_true_random=False), st.sampled_from([0, 0.05, 0.3, 0.8]))
def test_a_word_table_that_lost_a_cell_gives_no_other_figure(random: Random, share: float) -> None:
    invented = _with_blanks(random, share)
    report = _read(_without_a_cell(docx.page(invented, Random(random.randrange(99))), random))
    assert _none_other(report, _expected(invented.figures))


@_SLOW
@given(
    st.randoms(use_true_random=False),
    st.sampled_from([0, 0.05, 0.3, 0.8]),
    st.sampled_from(["html_clean", "html_blank_spans", "html_repeated", "html_one_label_column"]),
)
def test_an_html_table_that_lost_a_cell_gives_no_other_figure(
    random: Random, share: float, name: str
) -> None:
    invented = _with_blanks(random, share)
    page = LAYOUTS[name].render(invented, Random(random.randrange(99))).decode()
    cell = random.choice(list(re.finditer(r"<t[dh][^>]*>[^<]*</t[dh]>", page)))
    report = _read((page[: cell.start()] + page[cell.end() :]).encode())
    assert _none_other(report, _expected(invented.figures))


def test_a_blank_row_that_alone_is_shorter_than_the_others_has_lost_a_cell_and_is_doubted() -> None:
    invented = _with_blanks(Random(1), 0)
    invented.figures.clear()
    invented.figures.update(F19)
    page = LAYOUTS["html_blank_spans"].render(invented, Random(1)).decode()
    blank = re.sub(r"<td>[+\-]?[\d.]+</td>", "<td></td>", page)
    lost = re.sub(r"(<td>政府集中采购</td>)<td></td>", r"\1", blank)
    assert lost != blank
    doubts = [check.where for check in _read(lost.encode()).checks if check.verdict == PARSE_DOUBT]
    assert "table2.procurement" in doubts
    assert "table2.procurement" not in [check.where for check in _read(blank.encode()).checks]


def test_a_figure_merged_down_two_rows_of_a_sheet_is_not_a_blank_of_the_second() -> None:
    invented = _with_blanks(Random(1), 0)
    invented.figures.clear()
    invented.figures.update(F21)
    penalties = F21["table2"]["penalties"]["decisions"]

    def merged(sheet: str) -> str:
        """The figure of 行政处罚 reaches down into the row of 行政强制; beside it the cells are blank."""
        sheet = re.sub(r'<mergeCell ref="C\d+:E\d+"/>', "", sheet)
        row, *_ = re.findall(rf'<c r="C(\d+)"[^>]*><v>{penalties}</v>', sheet)
        sheet = re.sub(rf'<c r="C{int(row) + 1}".*?</c>', "", sheet)
        return sheet.replace("</mergeCells>", f'<mergeCell ref="C{row}:C{int(row) + 1}"/></mergeCells>')

    report = _read(_rewritten(xlsx.page(invented, Random(1)), "xl/worksheets/sheet2.xml", merged))
    assert ("row_width", "table2.coercive_measures") in _doubts(report)
    assert _none_other(report, _expected())
