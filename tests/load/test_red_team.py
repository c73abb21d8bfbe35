"""What tired clerks and content systems do to a sound report, each as the smallest page that misled the reader:
the figure is read as printed, or it is withheld and said, and a sound page raises no doubt."""

from dataclasses import replace
from random import Random

import pytest
from test_variants import (
    PROSE,
    SIGNED,
    T19,
    T21,
    TITLE,
    _body,
    _doubts,
    _edited,
    _expected,
    _figures,
    _found,
    _none_other,
    _printed,
    _read,
    _relabelled,
)

from load.forms import form
from load.read import Origin, read_reports
from load.recognise.values import read_value
from load.report import Report
from sample.formats import docx
from sample.report import Damage
from sample.report import Report as Invented
from sample.tables import Cell, PrintedTable

F21, F19 = _figures("2021"), _figures("2019")
PICTURE = '<p><img src="W1.png"></p>'
FEES = (2, "fees", "amount_10k_yuan")


def _table(*rows: tuple[str, ...]) -> str:
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _row(table: PrintedTable, key: tuple[int, str]) -> int:
    return next(n for n, row in enumerate(table.rows) if any(c.key and c.key[:2] == key for c in row))


# --- Money ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "printed", ["15000（元）", "15000（单位：元）", "15000元（1.5万元）", "1.5（15000元）"]
)
def test_a_unit_in_brackets_is_a_unit(printed: str) -> None:
    assert read_value(printed, "万元").number == 1.5


@pytest.mark.parametrize("printed", ["15000（1.5万元）", "3（笔误，应为5）", "3（更正为5）", "٣", "१"])
def test_a_figure_that_its_note_contradicts_is_not_read(printed: str) -> None:
    assert read_value(printed, "万元").kind == "text"


@pytest.mark.parametrize("flavour", ["html", "pipe_row", "cell_a_line"])
@pytest.mark.parametrize(
    ("label", "printed"),
    [
        ("本年收费金额（单位：万元）", "本年收费金额（单位：元）"), ("本年收费金额（单位：万元）", "收费金额（千元）"),
        ("本年收费金额（单位：万元）", "本年收费金额（单位：万元/元）"), ("行政事业性收费", "行政事业性收费（元）"),
        ("行政事业性收费", "行政事业性收费（单位：元）"), ("第二十条第（八）项", "第二十条第（八）项（单位：元）"),
    ],
)  # fmt: skip
def test_an_amount_under_another_unit_than_the_forms_is_withheld(
    label: str, printed: str, flavour: str
) -> None:
    report = _read(_body({**T21, 2: _relabelled(T21[2], {label: printed})}, flavour))
    assert report.tables[0].value(*FEES[1:]) is None
    assert _none_other(report, _expected())


# --- Captions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "与2022年相比，我局收到的申请有所增加，具体情况如下：", "较2022年增长20%，详见下表", "（数据截至2024年1月1日）",
        "（2022年申请结转2件）", "注：含2022年结转3件", "填报时间：2024年", "去年以来，我局收到的申请如下：", "自2022年起使用新版格式",
        "上年度结转2件，情况见下表：", "去年同期为零，今年情况如下：", "根据2021年国办通知要求，具体数据如下：", "2021年新格式",
        "2024年1月1日起向社会公布", "“十四五”（2021年—2025年）期间", "国务院办公厅政府信息公开办公室制发",
        "青溪民政局收到和处理政府信息公开申请情况", "市民政局主动公开政府信息情况",
    ],
)  # fmt: skip
def test_a_line_above_a_table_that_only_speaks_of_another_year_or_body_takes_nothing(line: str) -> None:
    report = _read(_body(T21, captions={2: line, 3: line, 4: line}))
    assert _found(report) == _expected()
    assert report.assessed == []


# --- Tables of another form ----------------------------------------------------------------------------------


@pytest.mark.parametrize("is_picture", [False, True])
def test_a_table_that_holds_years_against_each_other_is_not_table_2(is_picture: bool) -> None:
    rows = [
        ("信息内容", "2022年", "2023年"),
        ("规章", "1", "2"),
        ("规范性文件", "3", "4"),
        ("行政许可", "5", "6"),
    ]
    rows += [("行政处罚", "7", "8"), ("行政强制", "9", "1"), ("行政事业性收费", "2", "3")]
    own: dict[int, PrintedTable | str] = {**T19, 2: PICTURE if is_picture else T19[2]}
    page = _body(own).decode().replace(f"<p>{PROSE[1]}", f"{_table(*rows)}<p>{PROSE[1]}")
    report = _read(page.encode())
    printed = {cell: value for cell, value in _found(report).items() if cell[0] == 2}
    if is_picture:
        assert set(printed.values()) == {None}
        assert ("header_order", "table2") in _doubts(report)
    else:
        assert _found(report) == _expected(F19)


# --- Rows and columns ----------------------------------------------------------------------------------------


def test_a_label_copied_onto_another_row_of_table_2_costs_both_rows_and_gives_no_other_figure() -> None:
    at = _row(T21[2], (2, "coercive_measures"))
    rows = [list(row) for row in T21[2].rows]
    rows[at][0] = Cell("行政事业性收费")
    report = _read(_body({**T21, 2: T21[2]._replace(rows=rows)}))
    assert report.tables[0].value(*FEES[1:]) is None
    assert _none_other(report, _expected())


@pytest.mark.parametrize("flavour", ["html", "pipe_row"])
@pytest.mark.parametrize(
    ("nameless", "lost"),
    [("other", "not_processed_confirmation"), ("not_processed_confirmation", "other")],
)
def test_a_row_without_a_label_that_may_be_either_of_two_is_neither(
    nameless: str, lost: str, flavour: str
) -> None:
    damage = Damage(unlabelled=frozenset({(3, nameless)}), lost_rows=frozenset({(3, lost)}))
    report = _read(_body(_printed(F19, damage), flavour))
    assert all(report.tables[1].value(row, "total") is None for row in (nameless, lost))
    assert _none_other(report, {key: value for key, value in _expected(F19).items() if key[0] == 3})


def test_a_value_lost_from_an_html_row_that_was_filled_up_again_gives_no_other_figure() -> None:
    for row in ("granted", "processed_total"):
        for lost in range(6):
            rows = [list(line) for line in T21[3].rows]
            at = _row(T21[3], (3, row))
            del rows[at][len(rows[at]) - 7 + lost]
            rows[at].append(Cell(""))
            report = _read(_body({**T21, 3: T21[3]._replace(rows=rows)}))
            assert _none_other(report, _expected())


@pytest.mark.parametrize("filling", ["0", "4"])
def test_a_column_more_than_the_forms_never_becomes_the_totals(filling: str) -> None:
    figures = _figures("2021")
    for name in list(form("2021").rows)[4:14]:
        figures["table3"][name] = dict.fromkeys(figures["table3"][name], None)
    rows = []
    for row in _printed(figures)[3].rows:
        heads = [Cell("小计")] if any(cell.text == "商业企业" for cell in row) else []
        cells = [Cell(filling)] if any(cell.key for cell in row) else []
        rows.append([*row[:-1], *cells, row[-1]] if cells else [*row, *heads])
    report = _read(_body({**T21, 3: T21[3]._replace(rows=rows)}))
    assert _none_other(report, _expected(figures))


@pytest.mark.parametrize("flavour", ["cell_per_line_bar", "markdown"])
def test_a_column_that_an_extraction_lost_does_not_make_totals_of_other_figures(flavour: str) -> None:
    for column in list(form("2021").columns)[:-1]:
        table = _edited(T21[3], lambda cell, gone=column: None if cell.key and cell.key[2] == gone else cell)
        assert _none_other(_read(_body({**T21, 3: table}, flavour)), _expected())


def test_a_row_of_the_version_that_only_table_2_tells_is_said_to_be_missing() -> None:
    rows = [row for row in T19[3].rows if not any(cell.key and cell.key[1] == "other" for cell in row)]
    report = _read(_body({**T19, 3: T19[3]._replace(rows=rows)}))
    assert report.form_version == "2019"
    assert any(
        check.rule == "rows_missing" and check.where == "table3" and "other" in check.detail
        for check in report.checks
    )


# --- Attached files ------------------------------------------------------------------------------------------

PAGE, FILE = "http://www.qingxi.example/2024/t20240115_1.html", "http://www.qingxi.example/2024/P1.docx"


def _attached(file: Invented, label: str = "附件") -> Report:
    page = f'<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><a href="P1.docx">{label}</a></body></html>'
    origin = Origin(url=FILE, parent_url=PAGE, page=page.encode())
    (report,) = read_reports(docx.page(file, Random(2)), origin)
    return report


BARE = Invented(
    title=None,
    publisher="",
    fiscal_year=2023,
    published_on="2024-01-20",
    preamble=(),
    sections={2: (), 3: (), 4: ()},
    figures=F21,
)


def test_a_file_that_another_body_has_signed_is_not_the_pages() -> None:
    report = _attached(replace(BARE, publisher="示例省青溪市财政局"))
    assert report.identity.publisher == "示例省青溪市财政局"
    assert ("identity_conflict", "report") in _doubts(report)
    assert _attached(BARE).identity.publisher == SIGNED[0]
    assert _doubts(_attached(BARE)) == set()


def test_a_file_about_several_bodies_is_not_its_pages() -> None:
    for label in ("各部门统计表", "附件：市直各单位、各镇街道统计表"):
        report = _attached(BARE, label)
        assert report.identity.publisher is None
        assert ("identity_conflict", "report") in _doubts(report)


def test_a_title_about_several_bodies_names_none() -> None:
    for body in ("青溪市各镇", "青溪市各乡镇（街道）", "示例省青溪市市直各部门"):
        report = _read(_body(T21, title=(f"{body}2023年政府信息公开工作年度报告",), closing=()))
        assert report.identity.publisher is None


def test_a_cell_that_cannot_be_read_in_a_table_that_is_given_up_costs_nothing_else() -> None:
    table = _edited(
        T21[3],
        lambda c: None if c.key and c.key[2] == "natural_person" else c._replace(text="1O") if c.key else c,
    )
    rows = [[*row, Cell("")] if any(c.key for c in row) else row for row in table.rows]
    named = _edited(
        T21[3]._replace(rows=rows), lambda c: c._replace(text="5") if c.key and c.key[2] != "total" else c
    )
    report = _read(_body({**T21, 3: named}))
    assert _none_other(report, _expected())
    assert report.tables[0].value("licensing", "decisions") == F21["table2"]["licensing"]["decisions"]


def test_a_link_that_names_another_year_than_the_file_is_told() -> None:
    assert ("identity_conflict", "report") in _doubts(_attached(BARE, "2022年统计表"))
    assert _doubts(_attached(BARE, "附件：2023年统计表")) == set()


# --- Pages -----------------------------------------------------------------------------------------------------


def _styled(sheet: str) -> bytes:
    return _body(T21).replace(b"<html>", f"<html><head><style>{sheet}</style></head>".encode())


@pytest.mark.parametrize(
    "body",
    [
        _styled("html{font-size:100px}td{font-size:.16rem}"),
        _styled("@font-face{font-family:'仿宋_GB2312';src:url(fs.ttf)}td{font-family:'仿宋_GB2312'}"),
        b"\xff\xfe" + _body(T21).decode().encode("utf-16-le"),
    ],
    ids=["rem of telephones", "letters of documents", "two bytes a character"],
)
def test_a_sound_page_is_read_whole_however_it_is_written(body: bytes) -> None:
    report = _read(body)
    assert _found(report) == _expected()
    assert report.assessed == []
