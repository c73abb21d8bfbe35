"""The sheets of a workbook as a document: which of their rows are prose and which are tables.

A sheet is a grid without an end in which a report is laid out like on paper: merged cells across the whole width
are paragraphs, the rest are rows of tables. What is hidden is not shown and not read. How the cells are
found in the bytes is left to `load.extract.sheets.xlsx` and `load.extract.sheets.xls`.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from load.extract.document import Document, Unreadable
from load.extract.html import PROSE_CELL, clean
from load.extract.written import Block, Box, Table, document_of

MOST_CELLS = 200_000  # a report has some five hundred
MOST_CHARACTERS = 5_000_000
MOST_SHEETS = 500
LAST_ROW, LAST_COLUMN = 1_048_575, 16_383

_HEADING = re.compile(
    r"\s*(?:[一二三四五六七八九十]+\s*[、.．]|\d\s*、)\s*.{0,40}(?:情[况況]|事[项項]|[问問][题題]|措施)\s*"
)
_HAN = re.compile(r"[\u2e80-\u9fff]")
_SENTENCE = re.compile(r"[。；;!！]|[:：].{4}")
_TITLE = re.compile(r"信息公开.{0,14}(?:年度?报告|年报|工作报告)|年度报告")
_FORMULA_LIKE = re.compile(r"之和|等于")  # the note in the corner of a table is a sentence in a cell


@dataclass(slots=True)
class Sheet:
    """A sheet: the text shown in its cells by (row, column), from 0; cells without a text are not there.

    merged   ranges of merged cells: first row, first column, last row, last column
    widths   of columns of which it is said, in digits of the size of most text
    numbers  cells that hold numbers, which are not shown where they are too wide, and how much larger than
             most text they are
    """

    name: str
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    widths: dict[int, float] = field(default_factory=dict)
    numbers: dict[tuple[int, int], float] = field(default_factory=dict)


class Measure:
    """Counts cells and characters while a workbook is read; raises Unreadable beyond the limits."""

    def __init__(self) -> None:
        self.cells = 0
        self.characters = 0

    def add(self, text: str, cells: int = 1) -> None:
        """Count a text in so many cells."""
        self.cells += cells
        self.characters += len(text)
        if self.cells > MOST_CELLS:
            raise Unreadable(f"its sheets have more than {MOST_CELLS:,} cells")
        if self.characters > MOST_CHARACTERS:
            raise Unreadable(f"its sheets have more than {MOST_CHARACTERS:,} characters")


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    first: int  # column
    last: int


@dataclass(slots=True)
class _Row:
    """A row that is shown: its filled cells in order, and the columns that merged cells cover besides."""

    number: int  # among the rows that are shown
    cells: list[_Cell]
    spans: list[tuple[int, int, bool]] = field(
        default_factory=list
    )  # first and last column, whether from above

    @property
    def is_single(self) -> bool:
        return len(self.cells) == 1

    @property
    def hangs(self) -> bool:
        """Whether a merged cell reaches into it from the row above."""
        return any(from_above for _, _, from_above in self.spans)


def document_of_sheets(format: str, sheets: Sequence[Sheet], *, images: bool, title: str = "") -> Document:
    """The document that the sheets make, in their order. Raises Unreadable where nothing is shown."""
    measure = Measure()
    laid_out = [(sheet.name, _blocks(_rows(sheet, measure), measure)) for sheet in sheets]
    filled = [(name, blocks) for name, blocks in laid_out if blocks]
    if not filled and not images:
        raise Unreadable("its sheets show nothing")
    if len(filled) == 1:
        return document_of(format, filled[0][1], images=images, title=title)
    boxes: list[Block] = []
    for name, blocks in filled:
        named: list[Block] = [name] if _is_prose(name) else []
        boxes.append(Box([*named, *blocks]))
    return document_of(format, boxes, images=images, title=title)


def _rows(sheet: Sheet, measure: Measure) -> list[_Row]:
    """The rows that are shown and not empty. Hidden rows and columns close up, as they do on the screen."""
    columns = _Shown(sheet.hidden_columns)
    lines = _Shown(sheet.hidden_rows)
    texts: dict[int, dict[int, tuple[str, int]]] = {}
    inside: set[tuple[int, int]] = set()
    spans: list[tuple[int, int, int, int]] = []
    for first_row, first_column, last_row, last_column in sheet.merged:
        text = sheet.cells.get((first_row, first_column), "")
        inside.add((first_row, first_column))
        top, bottom = lines.place(first_row), lines.last_until(last_row)
        left, right = columns.place(first_column), columns.last_until(last_column)
        if top > bottom or left > right:
            continue
        spans.append((top, left, bottom, right))
        texts.setdefault(top, {})[left] = (text, right)
    for (row, column), text in sheet.cells.items():
        if (
            (row, column) not in inside
            and row not in sheet.hidden_rows
            and column not in sheet.hidden_columns
        ):
            texts.setdefault(lines.place(row), {}).setdefault(
                columns.place(column), (text, columns.place(column))
            )
    rows = {
        n: _Row(n, [_Cell(text, left, right) for left, (text, right) in sorted(found.items()) if text])
        for n, found in texts.items()
    }
    numbers = sorted(n for n, row in rows.items() if row.cells)
    for top, left, bottom, right in spans:
        for n in numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)]:
            measure.add("")
            rows[n].spans.append((left, right, n > top))
    return [_uncovered(rows[n]) for n in numbers]


def _uncovered(row: _Row) -> _Row:
    """The row without what stands under a merged cell: no program shows it."""
    if not row.spans:
        return row
    own = [
        cell
        for cell in row.cells
        if not any(
            left <= cell.first <= right and (from_above or left < cell.first)
            for left, right, from_above in row.spans
        )
    ]
    return _Row(row.number, own, row.spans)


class _Shown:
    """Places among the rows, or columns, that are shown."""

    def __init__(self, hidden: set[int]) -> None:
        self.hidden = sorted(hidden)

    def place(self, n: int) -> int:
        """The place of row `n`; of the first one shown behind it, if it is hidden."""
        return n - bisect_left(self.hidden, n)

    def last_until(self, n: int) -> int:
        """The place of the last row shown up to `n`."""
        return n - bisect_right(self.hidden, n)


def _is_prose(text: str) -> bool:
    """Whether a text that stands alone in its row is a paragraph, a heading or a title, and no label."""
    if len(text) > PROSE_CELL or _HEADING.fullmatch(text) or _TITLE.search(text):
        return True
    return bool(_SENTENCE.search(text)) and not _FORMULA_LIKE.search(text)


def _blocks(rows: Sequence[_Row], measure: Measure) -> list[Block]:
    """Paragraphs and tables: a table ends at an empty row and at a row that is prose."""
    blocks: list[Block] = []
    run: list[_Row] = []
    for row in rows:
        if not row.cells:
            continue
        is_prose = row.is_single and _is_prose(row.cells[0].text)
        is_behind_blank = bool(run) and row.number > run[-1].number + 1
        if is_prose or (is_behind_blank and not row.hangs):
            blocks += _table(run, measure, ends_blank=is_behind_blank)
            run = []
        if is_prose:
            blocks.append(row.cells[0].text)
        else:
            run.append(row)
    return blocks + _table(run, measure, ends_blank=True)


def _table(run: Sequence[_Row], measure: Measure, *, ends_blank: bool) -> list[Block]:
    """A run of rows: its table, and the single cells above and below that do not belong to it; `ends_blank`: whether
    an empty row stands behind it, which is the row of values that is left blank where
    the table would end with its heads.

    Of the cells alone in their row above the table, the last one is its own head, as a clause is.
    """
    several = [n for n, row in enumerate(run) if not row.is_single]
    if not several:
        return [row.cells[0].text for row in run]
    left = min(cell.first for n in several for cell in run[n].cells)
    right = max(cell.last for n in several for cell in run[n].cells)
    start, end = max(0, several[0] - 1), len(run)
    while (
        end > several[-1] + 1 and run[end - 1].cells[0].first <= left and run[end - 1].cells[0].last >= right
    ):
        end -= 1
    rows = [_physical(row, left, right, measure) for row in run[start:end]]
    if (
        ends_blank
        and end == len(run)
        and len(rows) > 1
        and all(_HAN.search(text) for text in rows[-1] if text)
    ):
        rows.append([""] * (right - left + 1))
    above = [row.cells[0].text for row in run[:start]]
    below = [row.cells[0].text for row in run[end:]]
    return [*above, Table([[[text] for text in row] for row in rows]), *below]


def _physical(row: _Row, left: int, right: int, measure: Measure) -> list[str]:
    """The texts of a row's cells between two columns, a merged cell once, blank cells included."""
    starts = {cell.first: cell for cell in row.cells}
    spans = {first: (last, from_above) for first, last, from_above in row.spans}
    texts = []
    column = min(left, row.cells[0].first)
    right = max(right, row.cells[-1].last)
    while column <= right:
        cell = starts.get(column)
        last, from_above = spans.get(column, (column, False))
        if cell is not None:
            texts.append(clean(cell.text))
        elif not from_above:
            texts.append("")
        if not from_above or cell is not None:
            measure.add("")
        column = max(last, column) + 1
    return texts
