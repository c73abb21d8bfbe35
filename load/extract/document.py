"""What every extractor gives: a document as one ordered list of pieces of text.

A piece is a table cell or a paragraph. The order of the document is kept, because order carries a
form whose labels are missing. What the pieces mean is left to `load.recognise` and `load.narrative`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

PROSE = -1
CLEAR, UNCLEAR = "clear", "unclear"  # how well a text was recognised in a picture

# Whether every cell of a marked row is there, blank ones too. Formats that keep a grid of cells are certain of it.
# In HTML a row has the cells that somebody has marked. A text ("") may have lost blank cells, or gained some.
CERTAIN, AS_MARKED = "certain", "as marked"
_CELLS = dict.fromkeys(("docx", "doc", "odt", "rtf", "xlsx", "xls", "pdf"), CERTAIN) | {"html": AS_MARKED}


@dataclass(slots=True)
class Piece:
    """One cell or paragraph.

    text    as printed, runs of white space made one space, none at the ends
    table   number of the table it stands in, from 0; PROSE for a paragraph
    row     number of the row in its table; PROSE where the document does not say where rows end
    place   number of the cell in its row (from 0), or of the line of text (from 1)
    box     the boxes around it, outermost first: what is in one box was laid out together
    recognised  CLEAR or UNCLEAR where its text was recognised in a picture, "" where it is given as text
    """

    text: str
    table: int = PROSE
    row: int = PROSE
    place: int = 0
    box: tuple[int, ...] = ()
    recognised: str = ""

    @property
    def at(self) -> str:
        """Where it stands, for people: "table 2 row 7 cell 3" or "line 120" (all counted from 1)."""
        if PROSE in (self.table, self.row):
            return f"line {self.place}"
        return f"table {self.table + 1} row {self.row + 1} cell {self.place + 1}"


@dataclass(slots=True)
class Document:
    """The pieces of a document, and what stands around them.

    meta    names (lower case) and contents of its meta tags
    images  whether a picture or an attachment stands in its body, where a table might be
    """

    format: str
    charset: str
    pieces: list[Piece]
    title: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    images: bool = False

    @property
    def cells(self) -> str:
        """How sure it is that each cell of a marked row is there: CERTAIN, AS_MARKED or ""."""
        return "" if any(piece.recognised for piece in self.pieces) else _CELLS.get(self.format, "")


_FEWEST_EDGED = 3  # rows of a table that tell that a blank cell at their edge is a column of its own


def without_blank_edges(pieces: list[Piece]) -> list[Piece]:
    """The pieces without the blank column with which every row of a table, its heads too, begins or ends."""
    rows: dict[int, list[tuple[int, int]]] = {}  # of each table: first and last piece of each row
    for index, piece in enumerate(pieces):
        if piece.table == PROSE:
            continue
        if piece.place:
            rows[piece.table][-1] = (rows[piece.table][-1][0], index)
        else:
            rows.setdefault(piece.table, []).append((index, index))
    blank: set[int] = set()
    for some in rows.values():
        if len(some) >= _FEWEST_EDGED and all(first < last for first, last in some):
            for edge in zip(*some, strict=True):
                if not any(pieces[index].text for index in edge):
                    blank.update(edge)
    return [piece for index, piece in enumerate(pieces) if index not in blank] if blank else pieces


class Unreadable(Exception):
    """A document that cannot be read; the message says why, in a sentence without the file's name."""


def joined(pages: Sequence[Document]) -> Document:
    """The pages of one document as one: tables, lines and boxes are counted through.

    Paragraphs with which two pages begin alike, or end alike, are the site's furniture: what stands above is
    left out of all pages but the first, what stands below of all but the last. Title, meta tags and format
    are the first page's.
    """
    first = pages[0]
    if len(pages) == 1:
        return first
    pieces: list[Piece] = []
    for number, page in enumerate(pages):
        other = (first if number else pages[1]).pieces
        above = _alike(page.pieces, other) if number else 0
        below = _alike(page.pieces[above:][::-1], other[::-1]) if number < len(pages) - 1 else 0
        inside = range(above, len(page.pieces) - below)
        tables = 1 + max((piece.table for piece in pieces), default=PROSE)
        lines = max((piece.place for piece in pieces if PROSE in (piece.table, piece.row)), default=0)
        boxes = 1 + max((box for piece in pieces for box in piece.box), default=PROSE)
        for place, piece in enumerate(page.pieces):
            if piece.table == PROSE and place not in inside:
                continue
            pieces.append(
                Piece(
                    piece.text,
                    PROSE if piece.table == PROSE else piece.table + tables,
                    piece.row,
                    piece.place + lines if PROSE in (piece.table, piece.row) else piece.place,
                    tuple(box + boxes for box in piece.box),
                    piece.recognised,
                )
            )
    images = any(page.images for page in pages)
    return Document(first.format, first.charset, pieces, first.title, first.meta, images)


def _alike(pieces: Sequence[Piece], others: Sequence[Piece]) -> int:
    """How many pieces from the first on are the same in both."""
    same = (piece.text == other.text for piece, other in zip(pieces, others, strict=False))
    return next((n for n, is_same in enumerate(same) if not is_same), min(len(pieces), len(others)))
