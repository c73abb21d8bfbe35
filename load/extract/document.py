"""What every extractor gives: a document as one ordered list of pieces of text.

A piece is a table cell or a paragraph. The order of the document is kept, because order carries a
form whose labels are missing. What the pieces mean is left to `load.recognise` and `load.narrative`.
"""

from dataclasses import dataclass, field

PROSE = -1


@dataclass(slots=True)
class Piece:
    """One cell or paragraph.

    text    as printed, runs of white space made one space, none at the ends
    table   number of the table it stands in, from 0; PROSE for a paragraph
    row     number of the row in its table; PROSE where the document does not say where rows end
    place   number of the cell in its row (from 0), or of the line of text (from 1)
    box     the boxes around it, outermost first: what is in one box was laid out together
    """

    text: str
    table: int = PROSE
    row: int = PROSE
    place: int = 0
    box: tuple[int, ...] = ()

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


class Unreadable(Exception):
    """A document that cannot be read; the message says why, in a sentence without the file's name."""
