"""Hypothesis strategies: any figures a form can hold, and reports that hold them.

The figures are arbitrary, not consistent: their sums need not hold. The rest of a report is invented as
in the sample. Only tests import this module.
"""

from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from load.forms import Label, form
from sample import narrative
from sample.figures import FormFigures, Number
from sample.layouts import LAYOUTS, Layout
from sample.publishers import YEARS, publishers
from sample.report import Report

MOST = 1_000_000

_BLANK = (0.0, 0.05, 0.3, 0.8)  # shares of cells


def layouts() -> SearchStrategy[Layout]:
    """Any layout."""
    return st.sampled_from(list(LAYOUTS.values()))


def versions() -> SearchStrategy[str]:
    """Any version of the form."""
    return st.sampled_from(("2021", "2019"))


@st.composite
def form_figures(draw: DrawFn, version: str | None = None, *, blanks: bool = True) -> FormFigures:
    """Figures from 0 to a million in every cell; with `blanks`, some cells are None.

    Two numbers are drawn, and they make the two hundred figures: to draw each one takes longer than to read them.
    """
    version = version or draw(versions())
    share = draw(st.sampled_from(_BLANK)) if blanks else 0.0
    rng = Random(draw(st.integers(0, 2**32)))
    f = form(version)

    def cell(measure: Label | None = None) -> Number:
        if rng.random() < share:
            return None
        if measure and measure.signed:
            return rng.randint(-50, 50)
        if measure and measure.money and rng.random() < 0.5:
            return rng.randint(1, 10_000 * MOST) / 10_000
        return rng.choice((0, rng.randint(0, 30), rng.randint(0, MOST)))

    return {
        "form_version": version,
        "table2": {
            item: {m: cell(f.measures[m]) for m in block.measures}
            for block in f.blocks
            for item in block.items
        },
        "table3": {row: {column: cell() for column in f.columns} for row in f.rows},
        "table4": {channel: {result: cell() for result in f.results} for channel in f.channels},
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
