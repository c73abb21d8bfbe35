"""The picture of a page to the page that is printed on it: characters and ruling lines, each with its place.

Ruling lines say where cells are, as in a PDF with text. The ink of each cell is recognised for itself, so that
none is lost and none strays into another cell; ink that nothing is recognised in stands there as an unknown
character. What characters and lines make together is left to `load.extract.pdf`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from load.extract.document import CLEAR, UNCLEAR
from load.extract.ocr.engine import boxes_of_lines, texts_of
from load.extract.ocr.ink import Box, Image, Sheet, inked, is_blank, sheet_of
from load.extract.pdf.grid import Cell, Grid, grids_of
from load.extract.pdf.page import UNKNOWN, Char, PrintedPage, Rule

_WIDTH = 595.0  # points: that of every page, so that a table is as wide on each page that it goes on to
_LEFT = 60.0  # points: where the widest table of every page begins
_SURE = 0.6  # a figure that is less sure is unclear, whatever its sums say
_DETECTED_SIZE = 13  # pixels: that of text in which lines are detected
_LEAST_SURE = 0.5  # a text that is less sure is none
_ONE_LINE = 1.5  # of the size: ink that is no higher stands in one line
_MOST_LINES = 4_000  # of a page
_FEWEST_SIDEWAYS = 6  # lines that stand on end tell that a page does
_READABLE = 0.75  # how sure the lines of a page are, on average, that is not upside down
_LONGEST_FIGURE = 16  # characters
# How much paper is left above and beside a line, of the size: it changes what is seen in a figure of one digit.
_LOOK, _SECOND_LOOK = (0.2, 0.2), (0.4, 0.9)
_NARROW, _WIDE = (0.5, 0.08), (0.95, 0.1)  # the width of figures, of their height: for each more, and for one


@dataclass(slots=True)
class _Line:
    """Ink in one line, and what was recognised in it."""

    box: Box
    in_cell: bool
    text: str = ""
    sure: float = 0.0
    clear: bool = False


def recognised_page(picture: Image) -> PrintedPage:
    """What the picture of a page shows, as if it had been printed. Raises Unreadable for one too small."""
    sheet = sheet_of(picture)
    boxes = _boxes(sheet)
    on_its_side = _lies_sideways(boxes)
    if on_its_side:
        picture = np.ascontiguousarray(np.rot90(picture))
        sheet = sheet_of(picture)
        boxes = _boxes(sheet)
    lines = _recognised(sheet, boxes)
    if lines and (on_its_side or _mean(lines) < _READABLE):  # it may be upside down
        other = sheet_of(np.ascontiguousarray(np.rot90(picture, 2)))
        again = _recognised(other, _boxes(other))
        if _mean(again) > _mean(lines):
            sheet, lines = other, again
    return _printed(sheet, lines)


def _mean(lines: Sequence[_Line]) -> float:
    """How sure the lines are that are longer than figures; what was not recognised counts as unsure."""
    long = [line.sure for line in lines if line.box[2] - line.box[0] > 2 * (line.box[3] - line.box[1])]
    return sum(long) / len(long) if long else 0.0


def _lies_sideways(boxes: Sequence[Box]) -> bool:
    upright = sum(1 for left, top, right, bottom in boxes if bottom - top > 2.5 * (right - left))
    level = sum(1 for left, top, right, bottom in boxes if right - left > 2.5 * (bottom - top))
    return upright >= _FEWEST_SIDEWAYS and upright > 2 * level


def _boxes(sheet: Sheet) -> list[Box]:
    """Where lines of text are detected, in a picture no finer than that takes."""
    scale = min(1.0, _DETECTED_SIZE / sheet.size)
    small = cv2.resize(sheet.paper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = boxes_of_lines(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR))[:_MOST_LINES]
    return [
        (round(left / scale), round(top / scale), round(right / scale), round(bottom / scale))
        for left, top, right, bottom in found
    ]


def _recognised(sheet: Sheet, boxes: Sequence[Box]) -> list[_Line]:
    """Every line of the page, recognised; what may be a figure is looked at twice, in two ways.

    Where the two see different figures, both are given, and thereby none.
    """
    lines = list(_lines(sheet, boxes))[:_MOST_LINES]
    cuts = [_cut(sheet, line.box, *_LOOK) for line in lines]
    for line, (text, sure) in zip(lines, texts_of(cuts), strict=True):
        line.text, line.sure = (text, sure) if sure >= _LEAST_SURE else ("", sure)
    short = [line for line in lines if line.text.isascii() and len(line.text) <= _LONGEST_FIGURE]
    again = texts_of([_enlarged(_cut(sheet, line.box, *_SECOND_LOOK)) for line in short])
    for line, (text, sure) in zip(short, again, strict=True):
        if text == line.text:
            line.clear = min(sure, line.sure) >= _SURE and _is_as_wide(sheet, line)
        elif sure >= _LEAST_SURE and line.text.isdigit() and text.isdigit():
            line.text = f"{line.text}|{text}"
        elif sure >= _LEAST_SURE and (text.isdigit() or not line.text):
            line.text, line.sure = text, sure
    return lines


def _is_as_wide(sheet: Sheet, line: _Line) -> bool:
    """Whether as many figures as were recognised may stand on the paper: no fewer than pieces of ink that do not
    touch, and as many as its width has room for. Else one was lost, or seen twice."""
    left, top, right, bottom = line.box
    count = len(line.text.replace(" ", ""))
    pieces, shape = inked(sheet.paper[top:bottom, left:right])
    return pieces <= count and _NARROW[0] * (count - 1) + _NARROW[1] <= shape <= _WIDE[0] * count + _WIDE[1]


def _cut(sheet: Sheet, box: Box, above: float, beside: float) -> Any:
    """The picture of a line, in three colours, with some paper around it."""
    left, top, right, bottom = box
    high, wide = sheet.paper.shape
    y, x = round(sheet.size * above), round(sheet.size * beside)
    part = sheet.paper[max(0, top) : min(high, bottom), max(0, left) : min(wide, right)]
    part = cv2.copyMakeBorder(part, y, y, x, x, cv2.BORDER_CONSTANT, value=255)
    return cv2.cvtColor(part, cv2.COLOR_GRAY2BGR)


def _enlarged(line: Any) -> Any:
    """The picture of a line as another look at it: larger, and softer."""
    return cv2.GaussianBlur(cv2.resize(line, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR), (3, 3), 0)


# --- where lines are ---------------------------------------------------------------------------------


def _lines(sheet: Sheet, boxes: Sequence[Box]) -> Iterator[_Line]:
    """The lines of a page: in cells whatever has ink, elsewhere what was detected and what was not."""
    grids, rest = _grids(sheet)
    for grid in grids:
        for cell in grid.cells:
            inside = _box_of(cell, sheet)
            if cell.chars:
                yield from (_Line(box, True) for box in _lines_of_cell(cell, inside, boxes, sheet))
            elif not is_blank(sheet, inside):
                yield _Line(inside, True)
    outside = [box for box in boxes if not any(_holds(grid, box, sheet) for grid in grids)]
    yield from (_Line(box, False) for box in outside)
    for char in rest:
        box = _box_of(char, sheet)
        if not any(_overlap(box, other) > 0.3 for other in outside):
            yield _Line(box, False)


def _grids(sheet: Sheet) -> tuple[list[Grid], list[Char]]:
    """The tables of a page, with the runs of ink in their cells in place of characters; and the other runs."""
    high = sheet.paper.shape[0]
    rules = [
        *(Rule(True, high - (top + bottom) / 2, left, right) for left, top, right, bottom in sheet.level),
        *(
            Rule(False, (left + right) / 2, high - bottom, high - top)
            for left, top, right, bottom in sheet.upright
        ),
    ]
    runs = [
        Char("■", left, high - bottom, right, high - top, high - bottom, sheet.size)
        for left, top, right, bottom in sheet.runs
    ]
    return grids_of(rules, runs, sheet.size)


def _box_of(where: Cell | Char, sheet: Sheet) -> Box:
    """The box of a cell or a run, in pixels."""
    high, wide = sheet.paper.shape
    left, right = max(0, round(where.left)), min(wide, round(where.right))
    return left, max(0, round(high - where.top)), right, min(high, round(high - where.bottom))


def _holds(grid: Grid, box: Box, sheet: Sheet) -> bool:
    """Whether the middle of a box is in a cell of a table."""
    x, y = (box[0] + box[2]) / 2, sheet.paper.shape[0] - (box[1] + box[3]) / 2
    return any(cell.left <= x <= cell.right and cell.bottom <= y <= cell.top for cell in grid.cells)


def _lines_of_cell(cell: Cell, inside: Box, boxes: Sequence[Box], sheet: Sheet) -> list[Box]:
    """The lines of a cell that has ink: those that were detected, cut at its edges, and all other ink of it."""
    runs = [_clipped(_box_of(char, sheet), inside) for char in cell.chars]
    whole = _around(runs)
    if whole[3] - whole[1] <= _ONE_LINE * sheet.size:
        return [whole]
    lines: list[Box] = []
    for box in boxes:
        part = _clipped(box, inside)
        high = min(part[3] - part[1], box[3] - box[1])
        if part[2] - part[0] > 0.3 * sheet.size and high > 0.5 * (box[3] - box[1]):
            lines.append(part)
    left_over = [run for run in runs if sum(_overlap(run, line) for line in lines) < 0.5]
    return [*lines, *_in_lines(left_over, sheet.size)]


def _in_lines(runs: Sequence[Box], size: int) -> list[Box]:
    """Runs of ink beside one another, together."""
    lines: list[list[Box]] = []
    for run in sorted(runs, key=lambda box: (box[1] + box[3], box[0])):
        middle = (run[1] + run[3]) / 2
        if lines and middle - sum(lines[-1][0][1::2]) / 2 < size * 0.5:
            lines[-1].append(run)
        else:
            lines.append([run])
    return [_around(line) for line in lines]


def _around(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _clipped(box: Box, edges: Box) -> Box:
    return max(box[0], edges[0]), max(box[1], edges[1]), min(box[2], edges[2]), min(box[3], edges[3])


def _overlap(box: Box, other: Box) -> float:
    """The share of a box that lies in another."""
    part = _clipped(box, other)
    area = max(0, part[2] - part[0]) * max(0, part[3] - part[1])
    return area / max(1, (box[2] - box[0]) * (box[3] - box[1]))


# --- what they make -----------------------------------------------------------------------------------


def _printed(sheet: Sheet, lines: Sequence[_Line]) -> PrintedPage:
    """The page in points, its widest table where that of every page is."""
    high, wide = sheet.paper.shape
    scale = _WIDTH / min(high, wide)
    widest = max(sheet.level, key=lambda box: box[2] - box[0], default=None)
    left = 0.0
    if widest is not None and widest[2] - widest[0] > wide / 3:
        left = _LEFT - widest[0] * scale
    page = PrintedPage(pictures=0.0, top=high * scale, bottom=0.0)
    page.rules = [
        *(
            Rule(True, (high - (top + bottom) / 2) * scale, start * scale + left, end * scale + left)
            for start, top, end, bottom in sheet.level
        ),
        *(
            Rule(False, (start + end) / 2 * scale + left, (high - bottom) * scale, (high - top) * scale)
            for start, top, end, bottom in sheet.upright
        ),
    ]
    for line in lines:
        page.chars += _chars(line, sheet, scale, left)
    return page


def _chars(line: _Line, sheet: Sheet, scale: float, shift: float) -> Iterator[Char]:
    """The characters of a line, side by side from its one end to the other."""
    start, top, end, bottom = line.box
    text = line.text or (UNKNOWN if line.in_cell else "")
    size = (bottom - top) / 1.2
    size = (sheet.size if line.in_cell or 0.65 < size / sheet.size < 1.4 else size) * scale
    middle = (sheet.paper.shape[0] - (top + bottom) / 2) * scale
    widths = [0.5 if character.isascii() else 1.0 for character in text]
    x, each = start * scale + shift, (end - start) * scale / max(0.5, sum(widths))
    for character, width in zip(text, widths, strict=True):
        if not character.isspace():
            yield Char(
                character,
                x,
                middle - size / 2,
                x + width * each,
                middle + size / 2,
                middle - size * 0.38,
                size,
                recognised=CLEAR if line.clear else UNCLEAR,
            )
        x += width * each
