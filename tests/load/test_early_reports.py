"""Reports of the years before the form: recognised as such, their prose kept by section, their table of
statistics read into its own place, and no figure of it anywhere else."""

import json
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from load.commands import evaluate, inspect, load
from load.forms.statistics import statistics_form
from load.read import NotAReport, Report, read_reports
from sample.early import EARLY_LAYOUTS, EarlyLayout, EarlyReport, write
from sample.generate import stream
from sample.publishers import publishers

IDS = list(statistics_form().indicators)
_LAYOUTS = st.sampled_from(list(EARLY_LAYOUTS.values()))
_SEEDS = st.integers(0, 2**32)
_SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def _early(year: int = 2016, seed: int = 3, *, with_table: bool = True) -> EarlyReport:
    return write(publishers()[seed], year, Random(seed), with_table=with_table)


def _html(report: EarlyReport, seed: int = 0) -> str:
    return EARLY_LAYOUTS["early_html"].render(report, Random(seed)).decode()


def _read(page: str | bytes) -> Report:
    (report,) = read_reports(page.encode() if isinstance(page, str) else page)
    return report


def _doubts(report: Report) -> set[tuple[str, str]]:
    return {(check.rule, check.where) for check in report.checks if check.verdict == "parse_doubt"}


def _rows(*rows: tuple[object, ...], head: str = "统计指标|单位|统计数") -> str:
    cells = [head.split("|"), *rows]
    lines = ("".join(f"<td>{'' if cell is None else cell}</td>" for cell in row) for row in cells)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _labelled(changed: Mapping[str, tuple[object, ...]] | None = None) -> list[tuple[object, ...]]:
    """Every row of the table with a figure of its own; `changed` are printed as they are given."""
    rows: list[tuple[object, ...]] = []
    for n, (id, one) in enumerate(statistics_form().indicators.items(), 1):
        rows.append((changed or {}).get(id, (one.zh, one.unit, n)))
    return rows


def _page(
    table: str, *, title: str = "示例省样城市教育局2016年政府信息公开工作年度报告", before: str = ""
) -> str:
    prose = (
        "<p>一、概述</p><p>本局按照条例要求编制本报告。</p><p>二、主动公开政府信息情况</p><p>全年公开信息若干条。</p>"
        "<p>三、依申请公开情况</p><p>本年度收到申请若干件。</p><p>四、收费及减免情况</p><p>未收取费用。</p>"
    )
    return (
        f"<html><head><meta charset=utf-8></head><body><h1>{title}</h1>{prose}{before}{table}</body></html>"
    )


def _value(id: str) -> int:
    return IDS.index(id) + 1


# --- laws --------------------------------------------------------------------------------------------


@st.composite
def _figures(draw: st.DrawFn, *, blanks: bool) -> dict[str, int | float | None]:
    form = statistics_form()
    count = st.one_of(st.just(0), st.integers(0, 40), st.integers(0, 10**6))
    amount = st.one_of(count, st.integers(1, 10**7).map(lambda n: n / 10_000))
    blank = st.none() if blanks else st.nothing()
    return {id: draw(st.one_of(blank, amount if one.money else count)) for id, one in form.indicators.items()}


@_SLOW
@given(_figures(blanks=True), _LAYOUTS, _SEEDS)
def test_any_figures_printed_in_any_layout_read_back_the_same(
    figures: dict[str, int | float | None], layout: EarlyLayout, seed: int
) -> None:
    read = _read(layout.render(replace(_early(), statistics=figures), Random(seed)))
    assert {id: read.statistics.value(id) for id in IDS} == figures
    assert (read.form_version, read.status) == ("2014", "complete")
    assert _doubts(read) == set()


@_SLOW
@given(_figures(blanks=True), _LAYOUTS, _SEEDS, st.data())
def test_a_lost_label_or_cell_costs_figures_and_never_makes_another(
    figures: dict[str, int | float | None], layout: EarlyLayout, seed: int, data: st.DataObject
) -> None:
    some = st.frozensets(st.sampled_from(IDS), min_size=1, max_size=3)
    cells = st.tuples(st.sampled_from(IDS), st.sampled_from(("label", "unit", "figure")))
    if data.draw(st.booleans()):
        damaged = replace(_early(), statistics=figures, lost=data.draw(some))
    else:
        damaged = replace(
            _early(), statistics=figures, lost_cells=data.draw(st.frozensets(cells, max_size=3))
        )
    read = _read(layout.render(damaged, Random(seed)))
    got = {id: read.statistics.value(id) for id in IDS}
    assert {id: (figures[id], got[id]) for id in IDS if got[id] not in (None, figures[id])} == {}
    assert not damaged.lost or _doubts(read)


@_SLOW
@given(st.sampled_from(range(2012, 2019)), _LAYOUTS, _SEEDS)
def test_a_report_of_prose_alone_is_told_and_carries_no_doubt(
    year: int, layout: EarlyLayout, seed: int
) -> None:
    report = write(publishers()[seed % 40], year, Random(seed), with_table=False)
    read = _read(layout.render(report, Random(seed)))
    assert (read.form_version, read.status) == ("pre-2019", "narrative")
    assert (read.identity.fiscal_year, read.identity.publisher) == (year, report.publisher)
    assert (read.identity.title, read.identity.published_on) == (report.title, report.published_on)
    assert read.assessed == []
    assert [section.heading for section in read.sections if section.heading] == [
        h for h, _ in report.sections
    ]


# --- what the table may look like -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "row"),
    [
        ("received", ("(一)收到申请数", "件", 7)),
        ("received", ("（一）　收到申請數", "件", 7)),
        ("received", ("（一）", "收到申请数", "件", 7)),
        ("received_in_person", ("&nbsp;&nbsp;1、当面申请数", "件", "７")),
        ("disclosed", ("（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "条", 7)),
        ("disclosed_normative_documents", ("其中：主动公开规范性文件数", "条", "7")),
        ("refused_state_secret_2014", ("其中：1.涉及国家秘密", "件", 7)),
        ("refused_security_stability_2014", ("危及国家安全、公共安全、经济安全和社会稳定", "件", " 7 ")),
        ("refused_not_information_2014", ("不是《条例》所指政府信息", "", 7)),
        ("request_fees_10k_yuan", ("七、依申请公开信息收取的费用", "万元", 7)),
        (
            "funds_10k_yuan",
            ("（四）政府信息公开专项经费（不包括用于政府公报编辑管理的经费）", "万元", "7万元"),
        ),
        ("lawsuits_2014", ("五、行政诉讼数量", "件", 7)),
    ],
)
def test_a_row_is_known_by_its_words_whatever_its_number_brackets_and_script(
    id: str, row: tuple[object, ...]
) -> None:
    read = _read(_page(_rows(*_labelled({id: row}))))
    assert read.statistics.value(id) == 7
    assert _doubts(read) == set()


@pytest.mark.parametrize(
    ("printed", "value"), [("", None), ("/", None), ("—", None), ("0", 0), ("0.35", 0.35), ("1,204", 1204)]
)
def test_blank_and_stroke_are_null_and_zero_is_zero(printed: str, value: float | None) -> None:
    read = _read(_page(_rows(*_labelled({"funds_10k_yuan": ("政府信息公开专项经费", "万元", printed)}))))
    assert read.statistics.value("funds_10k_yuan") == value
    assert read.status == "complete"
    assert _doubts(read) == set()


def test_rows_with_the_same_words_are_told_apart_by_their_parents() -> None:
    statistics = _read(_page(_rows(*_labelled()))).statistics
    for id in (
        "reviews_corrected_2014",
        "lawsuits_corrected_2014",
        "reviews_other_2014",
        "lawsuits_other_2014",
    ):
        assert statistics.value(id) == _value(id)


def test_rows_with_the_same_words_are_withheld_where_a_parent_is_lost() -> None:
    lost = {"lawsuits_2014": ("", "件", 1), "lawsuits_upheld_2014": ("", "件", 2)}
    read = _read(_page(_rows(*_labelled(lost))))
    for id in (
        "reviews_corrected_2014",
        "lawsuits_corrected_2014",
        "reviews_other_2014",
        "lawsuits_other_2014",
    ):
        assert read.statistics.value(id) is None
    assert ("rows_nameless", "statistics") in _doubts(read)


def test_rows_glued_into_one_cell_are_withheld_and_said() -> None:
    parts = ("received_in_person", "received_by_fax", "received_online", "received_by_letter")
    rows = [row for id, row in zip(IDS, _labelled(), strict=True) if id not in parts]
    at = IDS.index("received") + 1
    glued = ("1.当面申请数<br>2.传真申请数<br>3.网络申请数<br>4.信函申请数", "件", "1<br>2<br>3<br>4")
    read = _read(_page(_rows(*rows[:at], glued, *rows[at:])))
    assert [read.statistics.value(id) for id in parts] == [None] * 4
    assert read.statistics.value("received") == _value("received")
    assert read.statistics.value("concluded") == _value("concluded")
    assert {("rows_nameless", "statistics"), ("rows_missing", "statistics")} <= _doubts(read)
    assert read.status == "partial"


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (("收到申请数", "件", "12", "13"), "row_width"),
        (("收到申请数", "件", "约12件"), "cell_unreadable"),
        (("收到申请数", "件"), "row_width"),
    ],
)
def test_a_row_that_cannot_be_read_is_null_and_said(row: tuple[object, ...], rule: str) -> None:
    read = _read(_page(_rows(*_labelled({"received": row}))))
    assert read.statistics.value("received") is None
    assert (rule, "statistics.received") in _doubts(read)
    assert read.statistics.value("concluded") == _value("concluded")
    assert read.status == "partial"


def test_a_row_that_the_form_does_not_know_is_a_doubt_and_nobodys_figure() -> None:
    rows = _labelled()
    read = _read(_page(_rows(*rows[:5], ("政务头条号公开政府信息数", "条", 99), *rows[5:])))
    assert {id: read.statistics.value(id) for id in IDS} == {id: _value(id) for id in IDS}
    assert ("rows_nameless", "statistics") in _doubts(read)


def test_a_row_that_stands_there_twice_with_other_figures_is_withheld() -> None:
    read = _read(_page(_rows(*_labelled(), ("收到申请数", "件", 999))))
    assert read.statistics.value("received") is None
    assert ("rows_nameless", "statistics.received") in _doubts(read)


def test_money_in_another_unit_is_never_taken_for_10k_yuan() -> None:
    for row in (("依申请公开信息收取的费用", "元", 350), ("依申请公开信息收取的费用（元）", "", 350)):
        read = _read(_page(_rows(*_labelled({"request_fees_10k_yuan": row}))))
        assert read.statistics.value("request_fees_10k_yuan") is None
        assert ("header_order", "statistics.request_fees_10k_yuan") in _doubts(read)


def test_two_columns_of_figures_are_withheld_for_nobody_says_which_is_this_years() -> None:
    rows = [(*row, n if n % 3 else "") for n, row in enumerate(_labelled())]
    for head in ("统计指标|单位|2016年|2015年", "统计指标|单位|统计数|上年统计数"):
        read = _read(_page(_rows(*rows, head=head)))
        assert read.statistics.figures == {}
        assert ("header_order", "statistics") in _doubts(read)
        assert (read.form_version, read.status) == ("2014", "partial")


def test_a_column_of_notes_changes_nothing() -> None:
    rows = [(*row, "见附注" if n == 4 else "") for n, row in enumerate(_labelled())]
    read = _read(_page(_rows(*rows, head="统计指标|单位|统计数|备注")))
    assert {id: read.statistics.value(id) for id in IDS} == {id: _value(id) for id in IDS}
    assert _doubts(read) == set()


def test_a_table_printed_twice_is_read_where_both_agree_and_withheld_where_they_differ() -> None:
    once, other = _rows(*_labelled()), _rows(*_labelled({"received": ("收到申请数", "件", 999)}))
    assert _read(_page(once + once)).statistics.value("received") == _value("received")
    read = _read(_page(once + other))
    assert read.statistics.figures == {}
    assert ("tables_differ", "statistics") in _doubts(read)


def test_a_table_whose_caption_names_another_year_is_not_taken() -> None:
    table = _rows(*_labelled())
    read = _read(_page(table, before="<p>政府信息公开情况统计表（2015年度）</p>"))
    assert read.statistics.figures == {}
    assert ("statistics_of_other_year", "statistics") in _doubts(read)
    assert _doubts(_read(_page(table, before="<p>政府信息公开情况统计表（2016年度）</p>"))) == set()


@pytest.mark.parametrize(
    "line",
    [
        lambda rows: [f"{figure}\n\n{label}" for label, _, figure in rows],
        lambda rows: [label for label, _, _ in rows] + [str(figure) for _, _, figure in rows],
        lambda rows: [f"{label} {unit} {figure}" for label, unit, figure in rows],
    ],
    ids=["figures before labels", "labels, then figures", "label and figure in one line"],
)
def test_a_table_that_an_extraction_has_taken_apart_is_withheld_and_said(line) -> None:  # type: ignore[no-untyped-def]  # lines of rows
    text = "示例省样城市教育局2016年政府信息公开工作年度报告\n\n" + "\n\n".join(line(_labelled()))
    read = _read(text)
    assert [id for id in IDS if read.statistics.value(id) is not None] == []
    assert {where for _, where in _doubts(read)} == {"statistics"}
    assert (read.form_version, read.status) == ("2014", "partial")


def test_a_column_of_numbers_before_the_labels_or_of_codes_behind_them_is_no_figure() -> None:
    rows = _labelled()
    before = _rows(*((n, *row) for n, row in enumerate(rows, 100)), head="序号|统计指标|单位|统计数")
    behind = _rows(*((a, n, *b) for n, (a, *b) in enumerate(rows, 100)), head="统计指标|代码|单位|统计数")
    for table in (before, behind):
        read = _read(_page(table))
        assert {id: read.statistics.value(id) for id in IDS} == {id: _value(id) for id in IDS}
        assert _doubts(read) == set()


def test_a_unit_printed_behind_a_count_is_no_part_of_it() -> None:
    read = _read(_page(_rows(*_labelled({"press_conferences": ("参加或举办新闻发布会总次数", "", "9次")}))))
    assert read.statistics.value("press_conferences") == 9
    assert _doubts(read) == set()


def test_the_names_of_those_who_filled_the_table_in_are_nowhere_in_the_prose() -> None:
    foot = [("单位负责人：", "示例甲", "审核人", "示例乙"), ("联系电话", "00000000", "填报日期", "2017.1.5")]
    for table in (
        _rows(*_labelled(), *foot),
        _rows(*_labelled()) + "<p>填报人：示例甲 联系电话：00000000</p>",
    ):
        read = _read(_page(table))
        assert read.statistics.value(IDS[-1]) == len(IDS)
        assert not any(word in section.text for section in read.sections for word in ("示例甲", "00000000"))


# --- sums --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("due", statistics_form().sums, ids=lambda due: due.rule)
def test_a_sum_that_the_page_itself_breaks_is_its_error_with_a_rule_of_its_own(due) -> None:  # type: ignore[no-untyped-def]  # a sum of the form
    sound = _early()
    assert sound.statistics is not None
    broken = replace(
        sound, statistics={**sound.statistics, due.total: (sound.statistics[due.total] or 0) + 1}
    )
    found = [(c.rule, c.verdict, c.where) for c in _read(_html(broken)).assessed]
    assert (due.rule, "source_error", f"statistics.{due.total}") in found
    assert _read(_html(sound)).assessed == []


def test_a_sum_with_a_blank_side_is_neither_kept_nor_broken() -> None:
    sound = _early()
    assert sound.statistics is not None
    read = _read(_html(replace(sound, statistics={**sound.statistics, "received_by_fax": None})))
    assert read.assessed == []
    assert read.unassessed == 1


# --- which form it is ----------------------------------------------------------------------------------


def test_an_early_report_leaves_every_column_of_the_later_form_empty(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    report = _early()
    (tmp_path / "in" / "table.html").write_text(_html(report))
    (tmp_path / "in" / "prose.html").write_text(_html(_early(2013, 5, with_table=False)))
    database = tmp_path / "nianbao.db"
    loaded = CliRunner().invoke(load, [str(tmp_path / "in"), "--db", str(database)])
    assert loaded.exit_code == 0, loaded.output
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        rows = list(connection.execute("select * from reports order by fiscal_year"))
        for name in ("requests", "disclosures", "disputes"):
            assert connection.execute(f"select count(*) from {name}").fetchone()[0] == 0
        stored = dict(connection.execute("select indicator, value from statistics").fetchall())
        verified = connection.execute("select verified from indicators where id = 'received'").fetchone()
    assert [(row["form_version"], row["status"]) for row in rows] == [
        ("pre-2019", "narrative"),
        ("2014", "complete"),
    ]
    for row in rows:
        for column in ("received_new", "granted", "refused", "processed_total", "reviews", "lawsuits"):
            assert row[column] is None
        assert "编制" in row["overview"]
        assert "差距" in row["problems"]
        assert re.search(r"四、政府信息公开的收费及减免情况\n本年度未", row["remarks"])
        assert row["doubts"] == 0
    assert report.statistics is not None
    assert stored == {id: value for id, value in report.statistics.items() if value is not None}
    assert json.loads(rows[1]["form"])["statistics"] == dict(report.statistics)
    assert "statistics" not in json.loads(rows[0]["form"])
    assert json.loads(rows[1]["evidence"])["statistics"]["received"][1] == "label"
    assert verified[0] == 0
    assert all(
        "示例甲" not in str(value) and "00000000" not in str(value) for row in rows for value in tuple(row)
    )


def test_a_report_of_2018_in_the_form_of_2019_is_read_in_that_form() -> None:
    document = next(d for d in stream(7, 40, ["html_clean"]) if d.expected.form_version == "2019")
    year = document.expected.fiscal_year
    page = document.body.decode().replace(f"{year}", "2018").replace(f"{year + 1}", "2019")
    read = _read(page)
    assert read.identity.fiscal_year == 2018
    assert (read.form_version, read.status) == ("2019", "complete")
    assert read.table(3) == document.expected.table3
    assert read.statistics.found is False


def test_a_later_report_without_its_tables_is_not_early_by_its_prose() -> None:
    page = _html(
        replace(
            _early(with_table=False), title="样城市教育局2021年政府信息公开工作年度报告", fiscal_year=2021
        )
    )
    read = _read(page.replace("2016", "2021"))
    assert (read.form_version, read.status) == (None, "unreadable")
    assert {where for rule, where in _doubts(read) if rule == "table_missing"} == {
        "table2",
        "table3",
        "table4",
    }


def test_figures_of_the_old_table_on_a_later_report_are_not_taken_and_the_later_ones_are() -> None:
    document = next(d for d in stream(7, 5, ["html_clean"]))
    page = document.body.decode().replace("</body>", f"{_rows(*_labelled())}</body>")
    read = _read(page)
    for number, table in (
        (2, document.expected.table2),
        (3, document.expected.table3),
        (4, document.expected.table4),
    ):
        assert read.table(number) == table
    assert read.form_version == document.expected.form_version
    assert read.statistics.figures == {}
    assert ("forms_mixed", "statistics") in _doubts(read)


def test_the_old_table_alone_in_a_later_year_is_read_and_doubted() -> None:
    read = _read(_page(_rows(*_labelled()), title="示例省样城市教育局2019年政府信息公开工作年度报告"))
    assert read.form_version == "2014"
    assert read.statistics.value("received") == _value("received")
    assert ("forms_mixed", "statistics") in _doubts(read)


def test_a_provinces_own_table_is_not_read_and_that_is_a_note_and_no_doubt() -> None:
    names = (
        "主动公开信息数",
        "网站公开信息条目",
        "公开申请总数",
        "同意公开的答复",
        "否决公开答复总数",
        "行政复议件数",
    )
    table = _rows(*((name, n, "条", n * 3) for n, name in enumerate(names, 1)), head="指标|代码|单位|数量")
    read = _read(_page(table, title="示例省样城市教育局2012年政府信息公开工作年度报告"))
    assert (read.form_version, read.status) == ("pre-2019", "narrative")
    assert read.statistics.figures == {}
    assert [(c.rule, c.verdict) for c in read.assessed] == [("other_table", "not_assessable")]
    assert _doubts(read) == set()


def test_a_notice_with_the_empty_table_is_no_report() -> None:
    empty = _rows(*((one.zh, one.unit, "") for one in statistics_form().indicators.values()))
    page = _page(empty, title="关于报送2016年政府信息公开情况统计表的通知")
    page = page.replace("<meta charset=utf-8>", "<meta charset=utf-8><title>关于报送年度报告的通知</title>")
    with pytest.raises(NotAReport):
        read_reports(page.encode())


# --- what people see ---------------------------------------------------------------------------------


def test_inspect_shows_the_table_with_its_doubts_and_the_same_in_json(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(_page(_rows(*_labelled({"received": ("收到申请数", "件", "约12件")}))))
    shown = CliRunner().invoke(inspect, [str(path)])
    assert shown.exit_code == 0, shown.output
    assert "国办发〔2014〕32号" in shown.output
    assert "约12件" in shown.output
    assert "收到和处理政府信息公开申请情况" not in shown.output
    told = json.loads(CliRunner().invoke(inspect, [str(path), "--json"]).output)
    assert told["statistics"]["received"] is None
    assert told["statistics"]["concluded"] == _value("concluded")
    assert (told["table2"], told["table3"], told["table4"]) == (None, None, None)
    cell = next(cell for cell in told["cells"] if cell["row"] == "received")
    assert (cell["table"], cell["value"], cell["raw"]) == ("statistics", None, "约12件")


def test_evaluate_compares_the_table_with_its_truth(tmp_path: Path) -> None:
    report = _early()
    assert report.statistics is not None
    (tmp_path / "0.html").write_text(_html(report))
    truth = {"form_version": "2014", "fiscal_year": 2016, "statistics": dict(report.statistics)}
    (tmp_path / "0.json").write_text(json.dumps(truth))

    def counted() -> dict[str, object]:
        result = CliRunner().invoke(evaluate, [str(tmp_path), "--json"])
        return json.loads(result.stdout)["total"]  # type: ignore[no-any-return]  # JSON

    assert counted()["exact"] == counted()["figures"] == len(IDS)
    truth["statistics"] = {**report.statistics, "received": 777}
    (tmp_path / "0.json").write_text(json.dumps(truth))
    assert counted()["wrong"] == 1
