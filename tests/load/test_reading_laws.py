"""Laws of reading: what is printed is what is read, in any layout; damage costs figures, never changes them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from load.checks import PARSE_DOUBT
from load.extract import extract
from load.forms import form
from load.read import Report, read_reports
from sample import narrative
from sample.figures import FormFigures, Number, draw
from sample.formats import FORMATS
from sample.layouts import LAYOUTS, Layout
from sample.publishers import publishers
from sample.report import Damage
from sample.report import Report as Invented
from sample.strategies import layouts, reports

_SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
_SEEDS = st.integers(0, 2**32)


# A paragraph a cell: blank cells leave no trace. Only bars and lines: nothing tells which blank cell ends a row. In a
# PDF, a blank row that stands alone on its page has lines around one text.
_CANNOT_KEEP = {"paragraph_per_cell", "bar_only_separators", "markdown_newline_in_cells", "pdf", "pdf_boxes"}
_KEEPING = [layout for layout in (LAYOUTS | FORMATS).values() if layout.name not in _CANNOT_KEEP]


def _edited(figures: FormFigures, change: Callable[[Number], Number]) -> FormFigures:
    """Figures with each changed."""
    tables = {
        name: {row: {c: change(value) for c, value in columns.items()} for row, columns in rows.items()}
        for name, rows in figures.items()
        if isinstance(rows, dict)
    }
    return {**figures, **tables}  # type: ignore[typeddict-item]  # the same keys


def _invented(figures: FormFigures) -> Invented:
    """A report with these figures."""
    publisher = publishers()[0]
    prose = narrative.write(Random(1), publisher, 2022, figures)
    title = f"{publisher.name}2022年政府信息公开工作年度报告"
    return Invented(
        title=title,
        publisher=publisher.name,
        fiscal_year=2022,
        published_on="2023-01-10",
        preamble=prose.preamble,
        sections=prose.sections,
        figures=figures,
        site=publisher.site,
        site_code=publisher.site_code,
    )


def _read(report: Invented, layout: Layout, seed: int) -> Report:
    (read,) = read_reports(layout.render(report, Random(seed)))
    return read


def _pairs(report: Invented, read: Report) -> Iterator[tuple[str, object, object]]:
    """(cell, printed, read) of every cell of the form."""
    for number in (2, 3, 4):
        printed = report.figures[f"table{number}"]  # type: ignore[literal-required]  # the number makes the key
        for row, columns in printed.items():
            for column, value in columns.items():
                yield f"table{number}.{row}.{column}", value, read.tables[number - 2].value(row, column)


@_SLOW
@given(reports(blanks=False), layouts(), _SEEDS)
def test_a_form_printed_in_any_layout_reads_back_the_same(
    report: Invented, layout: Layout, seed: int
) -> None:
    read = _read(report, layout, seed)
    assert [cell for cell, printed, got in _pairs(report, read) if printed != got] == []
    assert read.form_version == report.figures["form_version"]
    assert read.status == "complete"


@_SLOW
@given(reports(), layouts(), _SEEDS)
def test_a_blank_is_null_and_no_figure_takes_its_place(report: Invented, layout: Layout, seed: int) -> None:
    read = _read(report, layout, seed)
    assert [cell for cell, printed, got in _pairs(report, read) if got is not None and printed != got] == []


@_SLOW
@given(st.sampled_from(["2021", "2019"]), st.sampled_from(_KEEPING), _SEEDS)
def test_a_report_whose_noughts_are_blank_reads_back_without_a_doubt_where_cells_are_kept(
    version: str, layout: Layout, seed: int
) -> None:
    drawn = draw(Random(seed), version, Random(seed).choice(publishers()).profile)
    report = _invented(_edited(drawn, lambda value: value or None))
    read = _read(report, layout, seed)
    assert [cell for cell, printed, got in _pairs(report, read) if printed != got] == []
    assert [check for check in read.checks if check.verdict == PARSE_DOUBT] == []
    assert read.form_version == version


@pytest.mark.parametrize("row", [b"<tr><td></td>\\1</tr>", b"<tr>\\1<td>&nbsp;</td></tr>"])
def test_a_blank_column_at_the_edge_of_every_table_costs_no_figure(row: bytes) -> None:
    drawn = draw(Random(7), "2019", publishers()[0].profile)
    report = _invented(_edited(drawn, lambda value: value or None))
    page = LAYOUTS["html_clean"].render(report, Random(7))
    (read,) = read_reports(re.sub(rb"(?s)<tr>(.*?)</tr>", row, page))
    assert [cell for cell, printed, got in _pairs(report, read) if printed != got] == []
    assert [check for check in read.checks if check.verdict == PARSE_DOUBT] == []


@pytest.mark.parametrize("seed", range(3, 9))
def test_in_a_grid_of_bars_that_is_mostly_blank_no_figure_takes_another_place(seed: int) -> None:
    rng = Random(seed)
    drawn = draw(rng, ("2021", "2019")[seed % 2], publishers()[0].profile)
    report = _invented(_edited(drawn, lambda _: None if rng.random() < 0.9 else rng.randint(0, 1000)))
    page = LAYOUTS["html_blank_spans"].render(report, rng)
    rows: dict[tuple[int, int], str] = {}
    for n, piece in enumerate(extract(page)[0].pieces):
        place = (-n, 0) if piece.table < 0 else (piece.table + 1, piece.row)
        rows[place] = piece.text if piece.table < 0 else rows.get(place, "|") + f" {piece.text} |"
    (read,) = read_reports("\n".join(rows.values()).encode())
    assert [cell for cell, printed, got in _pairs(report, read) if got not in (None, printed)] == []


@_SLOW
@given(reports(), layouts(), _SEEDS, st.data())
def test_lost_labels_rows_and_tables_never_give_another_figure(
    report: Invented, layout: Layout, seed: int, data: st.DataObject
) -> None:
    rows = st.sampled_from(list(form(report.figures["form_version"]).rows))
    tables = st.frozensets(st.sampled_from((2, 3, 4)), max_size=1)
    damage = Damage(
        unlabelled=frozenset((3, row) for row in data.draw(st.frozensets(rows, max_size=4))),
        lost_rows=frozenset((3, row) for row in data.draw(st.frozensets(rows, max_size=2))),
        lost_headers=data.draw(tables),
        absent=data.draw(tables),
    )
    read = _read(replace(report, damage=damage), layout, seed)
    assert [cell for cell, printed, got in _pairs(report, read) if got is not None and printed != got] == []


@_SLOW
@given(reports(blanks=False), layouts(), _SEEDS, st.data())
def test_a_row_that_lost_a_cell_is_not_read_as_if_it_had_not(
    report: Invented, layout: Layout, seed: int, data: st.DataObject
) -> None:
    row, column = data.draw(st.sampled_from(form(report.figures["form_version"]).table3_cells()))
    read = _read(replace(report, damage=Damage(lost_cells=frozenset({(3, row, column)}))), layout, seed)
    wrong = [cell for cell, printed, got in _pairs(report, read) if got is not None and printed != got]
    assert wrong == []
    assert any(check.where.startswith(f"table3.{row}") or check.where == "table3" for check in read.assessed)


@settings(_SLOW, max_examples=20)
@given(reports(), st.sampled_from(["html_clean", "html_nested", "html_unclosed"]), _SEEDS)
def test_navigation_boxes_scripts_and_blank_lines_around_a_report_change_nothing(
    report: Invented, name: str, seed: int
) -> None:
    page = LAYOUTS[name].render(report, Random(seed))
    around = (
        b"<table><tr><td>a</td><td>1</td><td>2</td></tr></table><ul>"
        + b"<li><a href=/x>x</a></li>" * 30
        + b"</ul>"
        b"<script>document.write('<table><tr><td>9</td></tr></table>')</script><!-- <table><tr><td>7</td></tr></table> -->\n\n\n"
    )
    noisy = page.replace(b"<body>", b"<body>" + around, 1).replace(b"</body>", around + b"</body>", 1)
    assert noisy != page
    quiet_read, noisy_read = read_reports(page)[0], read_reports(noisy)[0]
    assert [noisy_read.table(n) for n in (2, 3, 4)] == [quiet_read.table(n) for n in (2, 3, 4)]
