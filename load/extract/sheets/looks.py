"""What of a sheet's cells is not seen as it is stored: in the colour of its ground, too wide for its column, beneath
a picture, hidden by a condition.

Such a figure stands there with ≈ before it, and so does no blank on which a picture lies. The readers of both
ways of writing a sheet end with `as_seen`; what is hidden with its row or column is left to `load.extract.sheets.grid`.
"""

import operator
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from load.extract.sheets.grid import Sheet
from load.extract.written import UNKNOWN, struck, unseen

SMALLEST_SIZE = 3.0  # points: letters that are smaller are not to be seen
LOWEST = 1.0  # points: rows that are lower are not to be seen
NARROWEST = 0.1  # of a digit: columns that are narrower are not to be seen
WHITE, BLACK = "FFFFFF", "000000"
_FIGURE = re.compile(r"[^\u2e80-\u9fff]*\d[^\u2e80-\u9fff]*")  # a digit, and no Chinese character
_HAN = re.compile(r"[\u2e80-\u9fff]")
_NARROW_SIGNS = re.compile(r"[.,\-/ ]")
_SLACK = 0.5  # of a digit
_MOST_COVERS = 500

Range = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Something drawn over cells; `is_picture` where it may show a figure itself."""

    range: Range
    is_picture: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A format that holds on a condition and hides what it holds for, or strikes it out.

    `compare` and `operand` are the condition; None where it is not understood, so that it may hold.
    """

    range: Range
    strikes: bool = False
    compare: Callable[[float, float], bool] | None = None
    operand: float = 0.0


COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "equal": operator.eq, "notEqual": operator.ne, "lessThan": operator.lt, "lessThanOrEqual": operator.le,
    "greaterThan": operator.gt, "greaterThanOrEqual": operator.ge,
}  # fmt: skip


def on_its_own_colour(text: str, ink: str, ground: str | None, size: float | None) -> str:
    """The text of a cell; a figure in the colour of its ground, or too small to be seen, with a sign before it.

    Colours are named alike where they are; `ground` None is the paper, `size` in points.
    """
    tiny = size is not None and 0 < size < SMALLEST_SIZE
    if (tiny or ink == (ground or WHITE)) and _FIGURE.fullmatch(text):
        return unseen(text)
    return text


def as_seen(sheet: Sheet, covers: list[Cover], conditions: list[Condition]) -> None:
    """Mark in the cells of a sheet what is not seen as it is stored."""
    merged = {(top, left): right for top, left, _, right in sheet.merged}
    for (row, column), size in sheet.numbers.items():
        text = sheet.cells.get((row, column), "")
        columns = range(column, min(merged.get((row, column), column), column + 100) + 1)
        if all(n in sheet.widths for n in columns) and columns.start not in sheet.hidden_columns:
            room = sum(sheet.widths[n] for n in columns)
            if (len(text) - 0.5 * len(_NARROW_SIGNS.findall(text))) * size > room + _SLACK:
                sheet.cells[row, column] = unseen(text)  # a program shows #### there, or fewer digits
    for condition in conditions:
        _conditioned(sheet, condition)
    _covered(sheet, covers)


def _conditioned(sheet: Sheet, condition: Condition) -> None:
    top, left, bottom, right = condition.range
    for (row, column), text in sheet.cells.items():
        if not (top <= row <= bottom and left <= column <= right and _FIGURE.fullmatch(text)):
            continue
        is_number = re.fullmatch(r"-?\d+(\.\d+)?", text)
        if condition.compare and is_number and not condition.compare(float(text), condition.operand):
            continue
        sheet.cells[row, column] = struck(text) if condition.strikes else unseen(text)


def _covered(sheet: Sheet, covers: list[Cover]) -> None:
    """Cells under something drawn, in rows that have others: a figure or a blank there is not certain."""
    filled = Counter(row for row, _ in sheet.cells)
    columns = [column for _, column in sheet.cells]
    for cover in covers[:_MOST_COVERS]:
        top, left, bottom, right = cover.range
        for row in (row for row, count in filled.items() if top <= row <= bottom and count > 1):
            for column in range(max(left, min(columns)), min(right, max(columns)) + 1):
                text = sheet.cells.get((row, column), "")
                if not _HAN.search(text) and (text or cover.is_picture):
                    sheet.cells[row, column] = f"{text}{UNKNOWN}"
