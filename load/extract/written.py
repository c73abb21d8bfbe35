"""What a written document is before it is pieces: paragraphs, tables and boxes, in one another.

The extractors of Word's formats build these blocks, and `document_of` lays them out as pieces, as the
reader of HTML does: a table that lays out prose is read as if it were none. What a format hides,
deletes or merges away has been left out before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from load.extract.document import Document, Piece, Unreadable
from load.extract.html import PROSE_CELL, clean, with_drawn, without_invisible

STROKE = "\u0336"  # strikes out the character before it
UNKNOWN = "\ufffd"  # stands for a sign that only a font knows
UNSEEN = "≈"  # before a figure that is in the file and not to be seen
MOST_PIECES = 200_000  # of a report in Word's formats; the form has two hundred figures
DEEPEST = 40  # tables and boxes in one another; printed reports have three at most


@dataclass(slots=True)
class Table:
    """A table: rows of cells, a cell being blocks. A cell that a merged one covers is not in its row."""

    rows: list[list[list["Block"]]] = field(default_factory=list)


@dataclass(slots=True)
class Box:
    """What stands in a frame of its own: a text box."""

    blocks: list["Block"] = field(default_factory=list)


Block: TypeAlias = str | Table | Box  # a paragraph is a string; a line break in it is a newline


class Flow:
    """Blocks from a stream of paragraphs, of each of which is known how many tables stand around it: how
    formats tell it that say only where cells and rows end."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._open: list[_Row] = []

    def at(self, depth: int) -> None:
        """From here on `depth` tables stand around the text: those that are over are closed."""
        while len(self._open) > depth:
            last = self._open.pop()
            last.end_cell()
            last.end(frozenset())
            self.add([last.table])
        while len(self._open) < min(depth, DEEPEST):
            self._open.append(_Row())

    def add(self, blocks: Iterable[Block]) -> None:
        """Add blocks where the stream is."""
        (self._open[-1].blocks if self._open else self._blocks).extend(blocks)

    def end_cell(self, *, has_picture: bool = False) -> None:
        """The cell that the stream is in ends, be it empty; perhaps a picture is in it."""
        if self._open:
            if has_picture:
                self._open[-1].blocks = with_picture(self._open[-1].blocks)
            self._open[-1].end_cell(is_marked=True)

    def end_row(self, covered: frozenset[int], *, is_shown: bool = True) -> None:
        """The row ends; `covered` are the places of its cells that a merged one covers."""
        if self._open and is_shown:
            self._open[-1].end(covered)
        elif self._open:
            self._open[-1].cells = []

    def closed(self) -> list[Block]:
        """All blocks, with whatever is still open closed."""
        self.at(0)
        return self._blocks


@dataclass(slots=True)
class _Row:
    """A table that is open: the cells of its last row so far, the blocks of the last of these."""

    table: Table = field(default_factory=Table)
    cells: list[list[Block]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def end_cell(self, *, is_marked: bool = False) -> None:
        if is_marked or any(not isinstance(block, str) or block.strip() for block in self.blocks):
            self.cells.append(self.blocks)
        self.blocks = []

    def end(self, covered: frozenset[int]) -> None:
        cells = [cell for n, cell in enumerate(self.cells) if n not in covered]
        if cells:
            self.table.rows.append(cells)
        self.cells, self.blocks = [], []


def struck(text: str) -> str:
    """`text` with a stroke behind each character, so that no figure is read from it."""
    return "".join(character + STROKE for character in text)


def unseen(text: str) -> str:
    """`text` with a sign before it, if it has a digit: nobody sees it, and no figure is read from it."""
    return UNSEEN + text if any(character.isdigit() for character in text) else text


def has_digit(block: Block) -> bool:
    """Whether a block is a paragraph with a digit in it."""
    return isinstance(block, str) and any(character.isdigit() for character in block)


def with_picture(blocks: list[Block]) -> list[Block]:
    """The blocks of a cell that has a picture, too: of a figure, perhaps, where no label stands."""
    text = _cell_text(blocks)
    return blocks if text is None or text == with_drawn(text, is_drawn=True) else [*blocks, UNKNOWN]


def document_of(format: str, blocks: Sequence[Block], *, images: bool, title: str = "") -> Document:
    """The document that these blocks make. Raises Unreadable if there are pictures in it and no text."""
    layout = _Layout()
    layout.add(blocks, ())
    if images and not any(piece.text.strip(UNKNOWN) for piece in layout.pieces):
        raise Unreadable("there is no text in it, only pictures")
    return Document(format, "", layout.pieces, title=clean(title), images=images)


class _Layout:
    """Blocks to pieces, in order; tables, lines and boxes are counted as they come."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.tables = 0
        self.lines = 0
        self.boxes = 0

    def add(self, blocks: Iterable[Block], box: tuple[int, ...]) -> None:
        if len(box) > DEEPEST * 2:
            raise Unreadable("its tables stand too deep in one another")
        for block in blocks:
            if isinstance(block, str):
                for line in without_invisible(block).split("\n"):
                    text = clean(line)
                    if text:
                        self.lines += 1
                        self.pieces.append(Piece(text, place=self.lines, box=box))
            elif isinstance(block, Box):
                self.add(block.blocks, self.inside(box))
            else:
                self.table(block, self.inside(box))

    def inside(self, box: tuple[int, ...]) -> tuple[int, ...]:
        self.boxes += 1
        return (*box, self.boxes)

    def table(self, table: Table, box: tuple[int, ...]) -> None:
        if len(self.pieces) + sum(map(len, table.rows)) > MOST_PIECES:
            raise Unreadable(f"it has more than {MOST_PIECES:,} cells")
        texts = [[_cell_text(cell) for cell in row] for row in table.rows]
        plain = [all(text is not None and len(text) <= PROSE_CELL for text in row) for row in texts]
        if not all(plain):  # a row of one cell is prose then, too
            plain = [is_plain and len(row) > 1 for is_plain, row in zip(plain, texts, strict=True)]
        number = self.tables
        self.tables += any(plain)
        for r, (row, is_plain) in enumerate(zip(table.rows, plain, strict=True)):
            if is_plain:
                for c, text in enumerate(texts[r]):
                    self.pieces.append(Piece(text or "", number, r, c, box))
            else:
                for cell in row:
                    self.add(cell, self.inside(box))


def _cell_text(blocks: Sequence[Block]) -> str | None:
    """The text of a cell, its paragraphs parted by spaces; None if a table of several cells is in it."""
    if len(blocks) == 1 and isinstance(blocks[0], str):
        return clean(without_invisible(blocks[0]))
    texts = []
    for block in blocks:
        if isinstance(block, str):
            texts.append(without_invisible(block))
            continue
        inner = block.blocks if isinstance(block, Box) else [b for row in block.rows for c in row for b in c]
        is_one = isinstance(block, Box) or (len(block.rows) == 1 and len(block.rows[0]) == 1)
        text = _cell_text(inner) if is_one else None
        if text is None:
            return None
        texts.append(text)
    return clean(" ".join(texts))
