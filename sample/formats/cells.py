"""The rows of a table as office formats keep them: a merged cell leaves one behind in each row it covers."""

from typing import NamedTuple

from sample.tables import Cell, PrintedTable


class Placed(NamedTuple):
    """A cell in its row; `covered` if it is only what a merged cell above leaves behind."""

    cell: Cell
    column: int
    covered: bool


def placed(table: PrintedTable) -> list[list[Placed]]:
    """The cells of each row from left to right, with those that are covered from above."""
    rows: list[list[Placed]] = []
    above: dict[int, tuple[Cell, int]] = {}  # column → cell that goes on, for how many more rows
    for row in table.rows:
        here: list[Placed] = []
        waiting = list(row)
        column = 0
        below: dict[int, tuple[Cell, int]] = {}
        while waiting or column in above:
            if column in above:
                cell, left = above.pop(column)
                if left > 1:
                    below[column] = (cell, left - 1)
                here.append(Placed(cell, column, True))
            else:
                cell = waiting.pop(0)
                if cell.rowspan > 1:
                    below[column] = (cell, cell.rowspan - 1)
                here.append(Placed(cell, column, False))
            column += cell.colspan
        above |= below
        rows.append(here)
    return rows
