"""One table of a report with what is said of each of its cells, in the words of the form.

How it is laid out on a terminal stands in `load.show`.
"""

import re
from collections.abc import Iterator, Mapping

from rich.cells import cell_len
from rich.text import Text

from load.checks import PARSE_DOUBT, Check
from load.forms import VERSIONS, Form, Label, form
from load.recognise.reading import POSITION, TableReading
from load.report import Report

FAILS, DOUBT, PLACED = "!", "?", "~"
STYLES = {FAILS: "bold red", DOUBT: "yellow", PLACED: "cyan"}
BLANK, NOT_FOUND = "·", "×"
_LONGEST_RAW = 60
_LONGEST_RAW_IN_CELL = 8

Cell = tuple[str, str]


class ShownTable:
    """A table by the labels of its form, with the signs of each cell and the checks that speak of it."""

    def __init__(self, report: Report, table: TableReading) -> None:
        version = table.version or report.form_version
        self.table = table
        self.form: Form = form(version if version in VERSIONS else VERSIONS[0])
        by_number = {
            2: (self.form.items, self.form.measures),
            3: (self.form.rows, self.form.columns),
            4: (self.form.channels, self.form.results),
        }
        self.rows: Mapping[str, Label]
        self.columns: Mapping[str, Label]
        self.rows, self.columns = by_number[table.number]
        prefix = f"table{table.number}"
        self.checks = [c for c in report.assessed if c.where == prefix or c.where.startswith(prefix + ".")]
        self._signs: dict[Cell, set[str]] = {}
        for check in self.checks:
            for cell in self._cells_of(check):
                self._signs.setdefault(cell, set()).add(DOUBT if check.verdict == PARSE_DOUBT else FAILS)

    def _cells_of(self, check: Check) -> Iterator[Cell]:
        """The cells that a check speaks of: of a sum its totals, of a whole table none."""
        _, *place = check.where.split(".")
        if len(place) == 2 and place[0] != "column":
            yield place[0], place[1]
            return
        total = next(
            (s for s in self.form.sums if (s.table, s.rule) == (self.table.number, check.rule)), None
        )
        if total:
            parts = total.left if len(total.left) == 1 else total.left + total.right
            yield from ((p, place[-1]) if total.each == "column" else (place[-1], p) for p in parts)
        elif len(place) == 2:
            yield from ((row, place[1]) for row in self.rows)
        elif place:
            yield from ((place[0], column) for column in self.columns)

    def where(self, check: Check) -> str:
        """The place that a check names, in the words of the form; "" for the whole table."""
        _, *place = check.where.split(".")
        is_column = place[:1] == ["column"]
        labels, ids = ((self.columns,), place[1:]) if is_column else ((self.rows, self.columns), place)
        return " · ".join(known[id].zh if id in known else id for known, id in zip(labels, ids, strict=False))

    def in_words(self, detail: str) -> str:
        """`detail` with the form's words in the place of the codes of rows and columns."""
        known = {**self.columns, **self.rows}
        return re.sub(r"\w+_\w+", lambda id: known[id[0]].zh if id[0] in known else id[0], detail)

    def signs(self, cell: Cell) -> str:
        """The signs of a cell, the gravest first: it fails a sum, is in doubt, is named by its place only."""
        signs = "".join(sorted(self._signs.get(cell, ())))
        figure = self.table.figures.get(cell)
        return signs + PLACED if figure and figure.by == POSITION and DOUBT not in signs else signs

    def text(self, cell: Cell) -> Text:
        """What stands in a cell: its value, or how it has none, and its signs."""
        figure, signs = self.table.figures.get(cell), self.signs(cell)
        style = STYLES[signs[0]] if signs else ""
        if figure is None:
            return Text(NOT_FOUND + signs, style=style or STYLES[DOUBT])
        if figure.value is not None:
            return Text(f"{figure.value}{signs}", style=style or ("" if figure.value else "dim"))
        raw = figure.raw or BLANK
        if len(raw) > 2:  # more than a stroke or 无
            raw = f"“{raw}”" if cell_len(raw) <= _LONGEST_RAW_IN_CELL else "“…”"
        return Text(raw + signs, style=style or "dim")

    def _printed(self, cell: Cell) -> str:
        """The page's own words in a cell where they are not just the figure's digits; "" where they are."""
        figure = self.table.figures.get(cell)
        if figure is None or figure.raw == ("" if figure.value is None else str(figure.value)):
            return ""
        raw = figure.raw if len(figure.raw) <= _LONGEST_RAW else figure.raw[: _LONGEST_RAW - 1] + "…"
        return f"“{raw}”"

    def columns_of(self, row: str) -> tuple[str, ...]:
        """The columns in which the form has a figure of this row."""
        if self.table.number != 2:
            return tuple(self.columns)
        return next(block.measures for block in self.form.blocks if row in block.items)

    def words(self, row: str) -> str:
        """The page's own words in a row, each with the name of its column where there are several."""
        columns = self.columns_of(row)
        told = [(column, words) for column in columns if (words := self._printed((row, column)))]
        return "  ".join(f"{self.columns[c].zh} {words}" if len(columns) > 1 else words for c, words in told)
