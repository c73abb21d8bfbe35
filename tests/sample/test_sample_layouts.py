"""Every layout prints any figures, and a plain reader of our own finds them where they belong."""

import io
import re
from random import Random

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chinese import fold, fold_label
from load.forms import form
from sample.figures import Profile, draw, zeros
from sample.layouts import LAYOUTS, render
from sample.report import Damage, Report
from sample.strategies import reports
from sample.wording import VARIETY, traditional, wording

# A form is some two hundred drawn numbers: a few examples a layout say much, and each is large.
LARGE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
few = settings(max_examples=3, deadline=None, suppress_health_check=LARGE)


def report(version="2021", seed=5, damage=None, **more):
    figures = draw(Random(seed), version, Profile(requests=90, documents=4, licences=400, fees_10k_yuan=30))
    given = {
        "title": "范江市2023年政府信息公开工作年度报告",
        "publisher": "范江市人民政府",
        "fiscal_year": 2023,
        "published_on": "2024-02-05",
        "preamble": ("本报告根据条例编写。",),
        "sections": {n: (f"第{n}部分的文字。",) if n in (1, 5, 6) else () for n in range(1, 7)},
        "figures": figures,
    }
    return Report(**(given | more), damage=damage or Damage())


def text_of(page: bytes, layout: str) -> str:
    return page.decode("gb18030" if layout.startswith("html_word") else "utf-8")


def printed(page: str) -> list[str]:
    """Everything between two tags, bars or bookmarks, full-width digits made half-width."""
    parts = re.split(r"<[^>]*>|[|\n\t]|\[bookmark: _GoBack\]", page.replace("&nbsp;", ""))
    return [fold(part).strip() for part in parts]


@pytest.mark.parametrize("name", LAYOUTS)
@few
@given(data=st.data())
def test_every_layout_prints_any_figures(name, data):
    layout = LAYOUTS[name]
    report = data.draw(reports(blanks=layout.keeps_blanks))
    page = text_of(layout.render(report, Random(data.draw(st.integers(0, 99)))), name)
    pieces = set(printed(page))
    values = [
        value
        for table in ("table3", "table4")
        for line in report.figures[table].values()
        for value in line.values()
        if value is not None
    ]
    assert {str(value) for value in values} <= pieces
    assert "虚构" in page or "虛構" in page


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_gives_the_same_bytes_for_the_same_state_of_the_generator(name):
    assert render(report(), name, Random(7)) == render(report(), name, Random(7))


@pytest.mark.parametrize(
    "name", ["html_clean", "html_nested", "html_thead", "html_repeated", "html_blank_spans"]
)
@pytest.mark.parametrize("version", ["2021", "2019"])
def test_the_figures_stand_in_the_rows_and_columns_of_the_form(name, version):
    made = report(version)
    page = text_of(render(made, name, Random(0)), name)
    frames = pd.read_html(io.StringIO(page), keep_default_na=False)
    grids = [frame.astype(str).to_numpy().tolist() for frame in frames]
    table3 = next(grid for grid in reversed(grids) if len(grid[0]) == 10)
    rows = [[int(float(fold(cell))) for cell in row[3:]] for row in table3 if re.match(r"\d", fold(row[-1]))]
    assert rows == [list(line.values()) for line in made.figures["table3"].values()]
    table4 = next(grid for grid in grids if len(grid[0]) == 15)
    figures = [value for line in made.figures["table4"].values() for value in line.values()]
    assert [int(float(fold(cell))) for cell in table4[-1]] == figures


@pytest.mark.parametrize("name", ["pipe_row", "markdown", "markdown_padded"])
def test_a_row_of_bars_has_as_many_cells_as_the_table_has_columns(name):
    page = text_of(render(report(), name, Random(3)), name)
    lines = [line.strip().removeprefix("|") for line in page.splitlines() if line.rstrip().endswith("|")]
    widths = {line.count("|") for line in lines}
    assert widths == {4, 10, 15}


@pytest.mark.parametrize("name", [name for name, layout in LAYOUTS.items() if layout.keeps_blanks])
def test_a_blank_cell_prints_another_page_than_a_zero(name):
    zero = report(figures=zeros("2021"))
    figures = zeros("2021")
    figures["table3"]["granted"]["total"] = None
    blank = report(figures=figures)
    assert render(zero, name, Random(1)) != render(blank, name, Random(1))


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_table_that_is_a_picture_prints_no_figure_of_it(name):
    rows = form("2021").rows
    page = text_of(render(report(damage=Damage(images=frozenset({3}))), name, Random(1)), name)
    assert "W0202402053021567" in page
    assert rows["received_new"].zh[2:] not in page


@pytest.mark.parametrize("name", LAYOUTS)
def test_lost_rows_lost_labels_and_lost_heads_can_be_printed_in_every_layout(name):
    damage = Damage(
        unlabelled=frozenset({(3, "refused_state_secret"), (3, "granted")}),
        lost_rows=frozenset({(3, "unable_not_held"), (2, "licensing")}),
        lost_cells=frozenset({(3, "processed_total", "research")}),
        extra_cells=frozenset({(3, "carried_out")}),
        lost_headers=frozenset({2, 3, 4}),
    )
    page = fold(text_of(render(report(damage=damage), name, Random(1)), name))
    page = re.sub(r"<[^>]*>|\s", "", page)
    assert "国家秘密" not in page
    assert "不掌握" not in page
    assert "勾稽" not in page
    assert "重复申请" in page


@pytest.mark.parametrize("version", ["2021", "2019"])
def test_every_wording_of_a_label_is_one_that_the_form_knows(version):
    f = form(version)
    named = [f.measures, f.items, f.columns, f.rows, f.groups, f.channels, f.results]
    for number in range(VARIETY):
        words = wording(version, number)
        for label in (label for labels in named for label in labels.values()):
            assert label.matches(fold_label(words.labels[label.zh])), words.labels[label.zh]
        for section in f.sections:
            assert any(key in fold_label(words.headings[section.number]) for key in section.keys) or (
                section.number in (1, 6)
            )


def test_the_first_wording_is_the_official_form():
    words = wording("2021", 0)
    assert all(official == printed for official, printed in words.labels.items())


def test_traditional_text_folds_back_to_what_it_was():
    text = "范江市人民政府发布报告，复议后起诉，上年结转，行政规范性文件，不掌握相关政府信息，征收补偿"
    assert traditional(text) != text
    assert fold(traditional(text)) == fold(text)
