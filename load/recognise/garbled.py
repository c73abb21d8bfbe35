"""Letters typed or recognised for digits: which figure a cell like "1O" is likely to be.

Such a cell is never read as a figure. Where the sums of its row and its column make it the figure that
it looks like, the doubt about it says so, for the person who checks it.
"""

from dataclasses import replace

from load.forms import form
from load.recognise.reading import TableReading
from load.recognise.values import read_value

_LOOKS_LIKE = str.maketrans("OoQDＯｏ〇○lI|i!丨ｌＩZzSsBbgq", "0000000011111111225586" + "99")


def name_likely_readings(table: TableReading) -> None:
    """Add to the doubt about each unreadable cell of Table 3 or 4 the figure that it looks like, and whether
    the sums that it stands in make it that."""
    for n, doubt in enumerate(table.doubts):
        if doubt.rule != "cell_unreadable":
            continue
        _, row, column = doubt.where.split(".")
        figure = table.figures.get((row, column))  # unless the row, or the table, was given up
        looks = read_value(figure.raw.translate(_LOOKS_LIKE)).number if figure else None
        if looks is None:
            continue
        made = _made_by_sums(table, row, column)
        if set(made) == {looks}:
            detail = f"{doubt.detail}; it looks like {looks}, and so the sums that it stands in make it"
        else:
            detail = f"{doubt.detail}; it looks like {looks}, which its sums do not confirm"
        table.doubts[n] = replace(doubt, detail=detail)


def _made_by_sums(table: TableReading, row: str, column: str) -> list[int | float]:
    """What each sum that the cell is part of makes it, as far as all its other cells are known; empty where
    not both a row and a column do, or in Table 4 the row, which alone has a sum there."""
    read_by = form(table.version or "2021")
    made: list[int | float] = []
    directions = set()
    for total in read_by.sums:
        along, across = (row, column) if total.each == "column" else (column, row)
        if total.table != table.number or along not in (*total.left, *total.right):
            continue
        sides = []
        for side in (total.left, total.right):
            others = [(part, across) if total.each == "column" else (across, part) for part in side]
            values = [table.value(*cell) for cell in others if cell != (row, column)]
            if None in values:
                break
            sides.append(sum(value for value in values if value is not None))
        else:
            left, right = sides
            made.append(right - left if along in total.left else left - right)
            directions.add(total.each)
    return made if directions >= {total.each for total in read_by.sums if total.table == table.number} else []
