"""The table of statistics of the years before the form on the terminal, as the page would print it.

The tables of the form, and what a sign means, stand in `load.show` and `load.shown`.
"""

import re
from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from load.checks import PARSE_DOUBT, Check
from load.forms.statistics import Indicator, statistics_form
from load.recognise.statistics import WHERE
from load.report import Report
from load.shown import BLANK, DOUBT, FAILS, NOT_FOUND, STYLES

_LONGEST_RAW = 40


def show_statistics(report: Report, console: Console) -> Iterator[Check]:
    """Print the table of statistics of `report` where it has one; the checks that speak of it come back."""
    form = statistics_form()
    if not report.statistics.found:
        return
    console.print(Text.assemble((f"\n{form.title_zh} {form.document}", "bold"), f" {form.title_en}"))
    checks = [check for check in report.assessed if check.where.partition(".")[0] == WHERE]
    signs = {check.where.partition(".")[2]: _sign(check) for check in reversed(checks)}
    grid = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    grid.add_column("", overflow="fold")
    grid.add_column("", justify="right")
    grid.add_column("")
    grid.add_column("as printed", style="italic", overflow="fold")
    section = ""
    for indicator in form.indicators.values():
        if indicator.section != section:
            section = indicator.section
            grid.add_row(Text(form.titles[section][0], style="bold"))
        name = Padding(Text(indicator.zh), (0, 0, 0, 2 * _depth(indicator)))
        grid.add_row(name, *_cells(report, indicator, signs.get(indicator.id, "")))
    console.print(grid)
    yield from checks


def in_words(detail: str) -> str:
    """`detail` with the table's words in the place of the codes of its rows."""
    known = statistics_form().indicators
    return re.sub(r"\w+", lambda id: known[id[0]].zh if id[0] in known else id[0], detail)


def _cells(report: Report, indicator: Indicator, sign: str) -> tuple[Text, Text, Text]:
    """A row's value, its unit, and the page's own words where they are not just the digits."""
    figure = report.statistics.figures.get(indicator.id)
    if figure is None:
        return Text(NOT_FOUND + sign, style=STYLES[DOUBT]), Text(indicator.unit, style="dim"), Text()
    shown = BLANK if figure.value is None else str(figure.value)
    style = STYLES[sign] if sign else ("" if figure.value else "dim")
    printed = "" if figure.raw in ("", str(figure.value)) else f"“{figure.raw[:_LONGEST_RAW]}”"
    return Text(shown + sign, style=style), Text(indicator.unit, style="dim"), Text(printed)


def _sign(check: Check) -> str:
    return DOUBT if check.verdict == PARSE_DOUBT else FAILS


def _depth(indicator: Indicator) -> int:
    """How far a row is indented."""
    parent = statistics_form().indicators.get(indicator.parent or "")
    return 1 + (_depth(parent) if parent else 0)
