"""A report laid out on the sheets of a workbook, before it is written in one of the formats.

The state of the generator chooses the habits: cells merged or left blank, a sheet for each section, figures
as numbers or as text, and hidden sheets, rows and columns that say something else.
"""

import re
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from sample.layouts.flow import INVENTED, Picture, flow
from sample.report import Report
from sample.tables import Cell, PrintedTable
from sample.wording import choose

ACCOUNTING = '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ '
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,8})(?:\.\d{1,4})?")
_CONTRADICTION = 987654  # stands only where nobody sees it


class Put(NamedTuple):
    """What is put in a cell, and how many rows and columns the cell takes."""

    row: int
    column: int
    value: str | int | float
    down: int = 1
    across: int = 1
    format: str = "General"


@dataclass(slots=True)
class Plan:
    """One sheet."""

    name: str
    puts: list[Put] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False


def plans(report: Report, rng: Random) -> list[Plan]:
    """The sheets of a workbook that prints `report`."""
    wording = choose(rng, report.figures["form_version"])
    merges, apart, gap = rng.random() < 0.6, rng.random() < 0.25, rng.randrange(2)
    left, hidden_column = rng.randrange(3), rng.choice((None, None, 0, 2, 5, 12))
    sheets = [Plan("Sheet1")]
    row = rng.randrange(3)
    for block in flow(report, wording):
        if isinstance(block, Picture):
            continue
        if isinstance(block, PrintedTable):
            row = _put_table(sheets[-1], block, row + gap, left, rng, merges=merges) + gap
            continue
        if block.kind == "heading" and apart:
            sheets.append(Plan(f"Sheet{len(sheets) + 1}"))
            row = 0
        sheets[-1].puts.append(Put(row, left, block.text, across=15 if merges else 1))
        row += 1
    sheets[-1].puts.append(Put(row, left, f"（{INVENTED}）"))
    if hidden_column is not None:
        sheets = [_with_hidden_column(plan, left + hidden_column) for plan in sheets]
    if rng.random() < 0.3:
        other = [Put(r, c, _CONTRADICTION) for r in range(4) for c in range(1, 8)]
        sheets.insert(0, Plan("旧", [*other, Put(0, 0, "行政许可")], hidden=True))
    return sheets


def _put_table(plan: Plan, table: PrintedTable, row: int, left: int, rng: Random, *, merges: bool) -> int:
    """Put the table on the sheet from `row` on; the row behind it."""
    as_text = rng.random() < 0.2
    taken: set[tuple[int, int]] = set()
    for cells in table.rows:
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            taken |= {(row + d, column + a) for d in range(cell.rowspan) for a in range(cell.colspan)}
            down, across = (cell.rowspan, cell.colspan) if merges else (1, 1)
            value, format = _value(cell, rng, as_text=as_text)
            plan.puts.append(Put(row, left + column, value, down, across, format))
            column += cell.colspan
        row += 1
        if rng.random() < 0.04 and not any(place[0] == row for place in taken):
            plan.hidden_rows.add(row)
            plan.puts += [Put(row, left + column, _CONTRADICTION) for column in range(table.columns)]
            row += 1
    return row


def _value(cell: Cell, rng: Random, *, as_text: bool) -> tuple[str | int | float, str]:
    """What is stored of a cell, and its number format: it shows the same as the cell prints."""
    if cell.key is None or as_text or not _NUMBER.fullmatch(cell.text):
        return cell.text, rng.choice(("General", "@"))
    if "." in cell.text:
        digits = len(cell.text.partition(".")[2])
        return float(cell.text), rng.choice(("General", "0." + "0" * digits))
    number = int(cell.text)
    formats = ["General", "0", "#,##0", *([ACCOUNTING] if number else [])]
    return rng.choice((number, float(number))), rng.choice(formats)


def _with_hidden_column(plan: Plan, hidden: int) -> Plan:
    """The sheet with one column more, which is hidden and holds other figures."""
    puts = []
    crossed: set[int] = set()
    for put in plan.puts:
        last = put.column + put.across - 1
        first, end = put.column + (put.column >= hidden), last + (last >= hidden)
        if first < hidden <= end:
            crossed.update(range(put.row, put.row + put.down))
        puts.append(put._replace(column=first, across=end - first + 1))
    rows = {put.row for put in puts} - crossed
    puts += [Put(row, hidden, _CONTRADICTION) for row in sorted(rows)]
    return Plan(plan.name, puts, plan.hidden_rows, {*plan.hidden_columns, hidden}, plan.hidden)
