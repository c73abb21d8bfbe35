"""What recognising a table gives: figures with their raw text, place and manner, and the doubts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from load.extract.document import Piece
from load.recognise.orders import UNITS
from load.recognise.values import read_value

LABEL, POSITION = "label", "position"


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell of the form as read. `value` is None where the page leaves it blank or it cannot be read.

    `by` is "label" where row and column are named on the page, "position" where order alone says so.
    """

    value: int | float | None
    piece: Piece
    by: str

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
    """

    number: int
    version: str | None = None
    found: bool = False
    figures: dict[tuple[str, str], Figure] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def value(self, row: str, column: str) -> int | float | None:
        """The value of a cell; None where it is blank, unreadable or not there."""
        figure = self.figures.get((row, column))
        return figure.value if figure else None

    def put(self, row: str, columns: Iterable[str], cells: Iterable[Piece], by: str) -> None:
        """Take `cells` as the figures of `row`, in order, and note each that cannot be read."""
        for column, piece in zip(columns, cells, strict=True):
            value = read_value(piece.text, UNITS.get(column))
            self.figures[row, column] = Figure(value.number, piece, by)
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


def agreed(readings: Sequence[TableReading]) -> TableReading:
    """One reading of a table that a page prints several times: the fullest of them. It has no figures where
    they differ: nobody can say which are this report's, and which last year's or another body's.
    """
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
