"""What recognising a table gives: figures with their raw text, place and manner, and the doubts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from load.extract.document import Piece
from load.recognise.orders import UNITS
from load.recognise.values import converted_from, read_value

LABEL, POSITION = "label", "position"
_CAPTIONS = 3  # lines above a table that may be about it
_LONGEST_CAPTION = 60


class Figure(NamedTuple):
    """One cell of the form as read. `value` is None where the page leaves it blank or it cannot be read.

    `by` is "label" where row and column are named on the page, "position" where order alone says so.
    """

    value: int | float | None
    piece: Piece
    by: str
    converted_from: str | None = None  # the unit printed in the cell, where its column has another

    @property
    def raw(self) -> str:
        """The text of the cell as printed."""
        return self.piece.text

    @property
    def at(self) -> str:
        """Where the cell stands."""
        return self.piece.at


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place where we may have misread: the rule (see rules.toml), where, and a sentence saying why."""

    rule: str
    where: str
    detail: str


@dataclass(slots=True)
class TableReading:
    """One table of the form as read.

    number    2, 3 or 4
    version   version of the form that its labels tell; None where they do not
    found     whether the table is there at all
    figures   by (row, column) of the form; a row that was not found has no entry
    used      indices of the pieces that the table takes, so that no prose is made of them
    captions  the short lines right above it, the nearest first
    units     units of money by column, where the head of the table names one and the form does not
    """

    number: int
    version: str | None = None
    found: bool = False
    figures: dict[tuple[str, str], Figure] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    units: dict[str, str] = field(default_factory=dict)
    captions: list[str] = field(default_factory=list)

    def value(self, row: str, column: str) -> int | float | None:
        """The value of a cell; None where it is blank, unreadable or not there."""
        figure = self.figures.get((row, column))
        return figure.value if figure else None

    @property
    def leaves_noughts_blank(self) -> bool | None:
        """Whether it has blanks and no noughts; None where it has no figures."""
        if any(figure.value == 0 for figure in self.figures.values()):
            return False
        values = {figure.value for figure in self.figures.values()}
        return None in values if values - {None} else None

    def put(self, row: str, columns: Iterable[str], cells: Iterable[Piece], by: str) -> None:
        """Take `cells` as the figures of `row`, in order, and note each that cannot be read."""
        for column, piece in zip(columns, cells, strict=True):
            unit = self.units.get(column) or UNITS.get(column)
            value = read_value(piece.text, unit)
            converted = converted_from(piece.text, unit) if unit and value.number is not None else None
            self.figures[row, column] = Figure(value.number, piece, by, converted)
            if value.kind == "text":
                self.doubts.append(
                    Doubt(
                        "cell_unreadable",
                        f"table{self.number}.{row}.{column}",
                        f"“{piece.text[:40]}” at {piece.at}",
                    )
                )

    def drop(self, row: str, detail: str) -> None:
        """Give up the figures of a row that another row may be, and say so."""
        cells = [cell for cell in self.figures if cell[0] == row]
        for cell in cells:
            del self.figures[cell]
        if cells:
            self.doubt("rows_nameless", row, detail)

    def doubt(self, rule: str, row: str | None, detail: str) -> None:
        """Note a doubt about a row, or about the whole table."""
        self.doubts.append(Doubt(rule, f"table{self.number}" + (f".{row}" if row else ""), detail))


def agreed(readings: Sequence[TableReading], pieces: Sequence[Piece]) -> TableReading:
    """One reading of a table that a page prints several times among `pieces`: the fullest of them. It has no
    figures where they differ: nobody can say which are this report's, and which last year's or another body's.
    """
    for table in readings:
        table.captions = _captions(pieces, min(table.used, default=0))
    if len(readings) == 1:
        return readings[0]
    best = max(readings, key=lambda table: sum(figure.value is not None for figure in table.figures.values()))
    for other in readings:
        best.used |= other.used
        both = [
            (best.value(*cell), other.value(*cell)) for cell in best.figures.keys() & other.figures.keys()
        ]
        if any(one != another for one, another in both if one is not None and another is not None):
            best.figures.clear()
            best.doubt("tables_differ", None, "the page prints this table again with other figures")
    return best


def _captions(pieces: Sequence[Piece], first: int) -> list[str]:
    """The lines above the piece at which a table begins, up to a sentence or a figure."""
    lines: list[str] = []
    for index in range(first - 1, -1, -1):
        text = pieces[index].text
        if len(lines) == _CAPTIONS or len(text) > _LONGEST_CAPTION or "。" in text:
            break
        if text and read_value(text).kind != "text":
            break
        if text:
            lines.append(text)
    return lines
