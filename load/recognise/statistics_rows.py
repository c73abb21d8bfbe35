"""The rows of the table of statistics: a label and the cells behind it, and which of these is the figure.

What the labels mean for each other, and what is said of rows that cannot be read, is left to
`load.recognise.statistics`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from chinese import fold_label
from load.extract.document import PROSE, Piece
from load.forms.statistics import bare, statistics_form
from load.recognise.values import read_value

YEAR = re.compile(r"20[01]\d(?=\s*年)")
_COUNTED = re.compile(r"(?P<figure>[\d.,，]+)\s*(?P<unit>[^\W\d元]{1,2})")
MONEY = re.compile(r"^(?:[百千亿]?元|[千百万亿]+.+|亿)$")


@dataclass(slots=True)
class Row:
    """A label and the cells behind it.

    ids      the indicators that the label may be; none for a heading, for words that the form does not know,
             and for a row that has lost its label
    known    whether the form knows the label
    context  whether it only stands before another label in its row, as a merged cell does
    """

    ids: tuple[str, ...]
    label: Piece | None
    known: bool
    cells: list[Piece] = field(default_factory=list)
    context: bool = False

    @property
    def marked(self) -> bool:
        """Whether the document says where the row ends."""
        at = self.label or self.cells[0]
        return at.row != PROSE

    @property
    def filled(self) -> int:
        """How many figures stand behind the label."""
        return sum(kind(cell) == "figure" for cell in self.cells)

    def figures(self, tail: tuple[str, ...] | None) -> int:
        """The same without those in columns of codes and notes."""
        if tail is None or len(tail) != len(self.cells):
            return self.filled
        pairs = zip(self.cells, tail, strict=True)
        return sum(kind(cell) == "figure" for cell, column in pairs if column != "other")

    @property
    def held(self) -> int:
        """How many rows of the form have their words in this one cell; 0 where it is a row of its own."""
        if self.label is None or self.known:
            return 0
        words = fold_label(self.label.text)
        held = {ids for label, ids in statistics_form().labels.items() if label in words}
        return len(held) if len(held) > 1 else 0


def is_caption(text: str) -> bool:
    """Whether a text is what stands above the table."""
    words = bare(text)
    return (
        len(text) <= 60 and "报告" not in words and any(word in words for word in statistics_form().captions)
    )


def is_footer(text: str) -> bool:
    """Whether a text names who filled the table in, or when."""
    return len(text) <= 120 and fold_label(text[:12]).startswith(statistics_form().footer)


def is_bare_footer(text: str) -> bool:
    """Whether a line of the footer names its field only, so that what it holds stands on the next."""
    return fold_label(text) in statistics_form().footer


def columns_behind(pieces: Sequence[Piece]) -> tuple[str, ...] | None:
    """The columns behind that of the labels, as the head names them: "unit", "value", "other". None where there
    is no head that is marked as a row; empty where it names columns that nobody knows."""
    heads = statistics_form().heads
    for (_, row), cells in groupby(pieces, key=lambda piece: (piece.table, piece.row)):
        if row == PROSE:
            continue
        texts = [bare(cell.text) for cell in cells if cell.text]
        roles = [heads.get(text) for text in texts]
        if "indicator" not in roles or "value" not in roles:
            continue
        behind = roles[roles.index("indicator") + 1 :]
        if "indicator" in behind:  # two halves of the table side by side
            half = behind.index("indicator")
            behind = behind[:half] if behind[:half] == behind[half + 1 :] else [None]
        if None in behind or behind.count("value") != 1:
            return ()
        return tuple(role for role in behind if role)
    return None


def rows_of(pieces: Sequence[Piece]) -> Iterator[Row]:
    """The rows between two pieces, in order, the head and the footer left out."""
    for (_, row), some in groupby(pieces, key=lambda piece: (piece.table, piece.row)):
        cells = list(some)
        if any(is_footer(cell.text) for cell in cells) and row != PROSE:
            continue
        yield from _split(cells, marked=row != PROSE)


def _split(cells: Sequence[Piece], *, marked: bool) -> Iterator[Row]:
    """The labels among the cells of a row, or of a stream of cells, each with what stands behind it."""
    form = statistics_form()
    current: Row | None = None
    for cell in cells:
        words = bare(cell.text)
        if words in form.heads or (not words and cell.text and kind(cell) == "text"):
            continue  # a head that is printed again, a number alone, a note in brackets
        if words in form.labels or words in form.headings:
            if current and (current.label or not marked):  # else a number before the label
                current.context = marked and not current.cells
                yield current
            current = Row(form.labels.get(words, ()), cell, True)
        elif (
            kind(cell) == "text"
            and not is_unit(cell)
            and (current is None or not current.known or not marked)
        ):
            if is_caption(cell.text) or YEAR.match(words):
                continue
            if current:
                yield current
            current = Row((), cell, False)
        else:
            if current is None:
                current = Row((), None, False)
            current.cells.append(cell)
    if current:
        yield current


def kind(piece: Piece) -> str:
    """What the text of a piece is as a value: "figure", "blank", "none" or "text"."""
    return read_value(without_unit(piece.text)).kind


def without_unit(text: str) -> str:
    """`text` without the unit of a count that is printed behind its figure, as in 9次."""
    found = _COUNTED.fullmatch(text)
    return found["figure"] if found and found["unit"] in statistics_form().units else text


def is_unit(piece: Piece) -> bool:
    """Whether a text is a unit, the form's or another."""
    text = fold_label(piece.text)
    return text in statistics_form().units or bool(len(text) < 5 and MONEY.match(text))


def figure_cell(row: Row, tail: tuple[str, ...] | None, has_units: bool) -> Piece | None:
    """The cell of the figure among those behind a label; None where that cannot be told."""
    cells = row.cells
    if tail and len(cells) == len(tail):
        at = tail.index("value")
        unit = cells[tail.index("unit")] if "unit" in tail else None
        if unit is not None and not (is_unit(unit) or kind(unit) in ("blank", "none")):
            return None
        return None if is_unit(cells[at]) else cells[at]
    if tail and len(cells) != len(tail) and "other" in tail:
        return None
    has_unit = cells and (is_unit(cells[0]) or (has_units and len(cells) > 1 and not cells[0].text))
    rest = cells[1:] if has_unit else cells
    if not rest or any(kind(cell) != "blank" for cell in rest[1:]):
        return None
    if tail and len(cells) < len(tail) and kind(rest[0]) != "figure":
        return None
    return rest[0]
