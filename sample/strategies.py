"""Hypothesis strategies: any figures a form can hold, and reports that hold them.

The figures are arbitrary, not consistent: their sums need not hold. The rest of a report is invented as
in the sample. Only tests import this module.
"""

from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from load.forms import Form, Label, form
from sample import narrative
from sample.figures import FormFigures, Number
from sample.layouts import LAYOUTS, Layout
from sample.publishers import YEARS, publishers
from sample.report import Report

MOST = 1_000_000

_COUNTS = st.one_of(st.just(0), st.integers(0, 30), st.integers(0, MOST))
_CHANGES = st.integers(-50, 50)
_AMOUNTS = st.one_of(_COUNTS, st.integers(1, 10_000 * MOST).map(lambda n: n / 10_000))


def layouts() -> SearchStrategy[Layout]:
    """Any layout."""
    return st.sampled_from(list(LAYOUTS.values()))


def versions() -> SearchStrategy[str]:
    """Any version of the form."""
    return st.sampled_from(("2021", "2019"))


@st.composite
def form_figures(draw: DrawFn, version: str | None = None, *, blanks: bool = True) -> FormFigures:
    """Figures from 0 to a million in every cell; with `blanks`, some cells are None."""
    version = version or draw(versions())
    f = form(version)
    counts = iter(draw(_cells(_COUNTS, len(f.table3_cells()) + len(f.table4_cells()), blanks)))
    return {
        "form_version": version,
        "table2": {
            item: {m: draw(_cell(_measure(f, m), blanks)) for m in block.measures}
            for block in f.blocks
            for item in block.items
        },
        "table3": {row: {column: next(counts) for column in f.columns} for row in f.rows},
        "table4": {channel: {result: next(counts) for result in f.results} for channel in f.channels},
    }


@st.composite
def reports(draw: DrawFn, version: str | None = None, *, blanks: bool = True) -> Report:
    """A report of one of the sample's publishers with arbitrary figures."""
    figures = draw(form_figures(version, blanks=blanks))
    publisher = draw(st.sampled_from(publishers()))
    year = draw(st.sampled_from(YEARS))
    prose = narrative.write(Random(draw(st.integers(0, 2**32))), publisher, year, figures)
    return Report(
        title=f"{publisher.name}{year}年政府信息公开工作年度报告",
        publisher=publisher.name,
        fiscal_year=year,
        published_on=f"{year + 1}-01-{draw(st.integers(4, 31)):02d}",
        preamble=prose.preamble,
        sections=prose.sections,
        figures=figures,
        site=publisher.site,
        site_code=publisher.site_code,
    )


def _measure(f: Form, id: str) -> SearchStrategy[Number]:
    label: Label = f.measures[id]
    if label.money:
        return _AMOUNTS
    return _CHANGES if label.signed else _COUNTS


def _cell(values: SearchStrategy[Number], blanks: bool) -> SearchStrategy[Number]:
    return st.one_of(st.none(), values) if blanks else values


def _cells(values: SearchStrategy[Number], count: int, blanks: bool) -> SearchStrategy[list[Number]]:
    return st.lists(_cell(values, blanks), min_size=count, max_size=count)
