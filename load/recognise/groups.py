"""Labels and the cells behind them: the part of recognition that all three tables share.

A document that says where its rows end is taken row by row. One that does not is taken as a stream:
the cells behind a label, up to the next text, are that label's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from load.extract.document import PROSE, Piece
from load.recognise.labels import Meaning, meaning
from load.recognise.reading import TableReading
from load.recognise.values import read_value


@dataclass(frozen=True, slots=True)
class Stream:
    """The pieces of a document and what each means as a label of the form (None: nothing)."""

    pieces: Sequence[Piece]
    meanings: Sequence[Meaning | None]

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> "Stream":
        """The stream of a document's pieces."""
        return cls(pieces, [_meaning_of(piece) for piece in pieces])

    def kind(self, index: int) -> str:
        """What the text of a piece is as a value: "figure", "blank", "none" or "text"."""
        return read_value(self.pieces[index].text).kind

    def same_row(self, index: int, other: int) -> bool:
        """Whether two pieces stand in one row, as far as the document marks rows."""
        a, b = self.pieces[index], self.pieces[other]
        return (a.table, a.row) == (b.table, b.row)

    def table_end(self, last: int) -> int:
        """The index behind the table in which the label `last` stands, or behind its stream of values."""
        here, end = self.pieces[last], last + 1
        while end < len(self.pieces) and self.pieces[end].table == here.table:
            found = self.meanings[end]
            if found and (found.channels or found.header):
                break
            if here.row == PROSE and self.kind(end) == "text":
                break
            end += 1
        return end

    def has_values(self, label: int) -> bool:
        """Whether the next cell behind a label that is not blank is a value, in the label's row."""
        for index in range(label + 1, min(label + 12, len(self.pieces))):
            if not self.same_row(index, label):
                return False
            kind = self.kind(index)
            if kind != "blank":
                return kind != "text"
        return False


@dataclass(slots=True)
class Group:
    """A label (None: no label of the form) and the cells behind it; `pieces` are all their indices."""

    label: str | None
    cells: list[Piece] = field(default_factory=list)
    pieces: list[int] = field(default_factory=list)

    @property
    def filled(self) -> int:
        """How many of the cells are not blank."""
        return sum(1 for cell in self.cells if read_value(cell.text).kind != "blank")


def _meaning_of(piece: Piece) -> Meaning | None:
    """What a piece means as a label. A paragraph is a label only when it is one to the letter."""
    found = meaning(piece.text)
    if not found.known or (piece.table == PROSE and not (found.exact or found.corner)):
        return None
    return found


def longest_rise(events: Sequence[tuple[int, str]], order: Mapping[str, int]) -> dict[int, str]:
    """Of (piece, label) pairs, the longest run whose labels come in the order of the form.

    What stands out of order is no label of this table: a word in a header, or in another table.
    """
    best: list[tuple[int, int]] = []  # length of the run that ends here, index of its last but one
    for n, (_, label) in enumerate(events):
        length, before = 1, -1
        for m in range(n):
            if order[events[m][1]] < order[label] and best[m][0] + 1 > length:
                length, before = best[m][0] + 1, m
        best.append((length, before))
    if not best:
        return {}
    n = max(range(len(best)), key=lambda k: (best[k][0], -k))
    chain = []
    while n >= 0:
        chain.append(events[n])
        n = best[n][1]
    return dict(reversed(chain))


def collect(stream: Stream, labels: Mapping[int, str], start: int, end: int) -> list[Group]:
    """The groups between two indices, in order; groups without a label and without a figure are left out."""
    groups: list[Group] = []
    index = start
    while index < end:
        if stream.pieces[index].row == PROSE:
            group, index = _run(stream, labels, index, end)
            groups.append(group)
        else:
            last = index
            while last < end and stream.same_row(last, index):
                last += 1
            groups.append(_row(stream, labels, range(index, last)))
            index = last
    return [group for group in groups if group.label or group.filled]


def _row(stream: Stream, labels: Mapping[int, str], indices: range) -> Group:
    """A row that the document marks: its cells are what stands behind its last label, or last text."""
    named = [n for n in indices if n in labels]
    texts = [n for n in indices if stream.kind(n) == "text"]
    label = labels[named[-1]] if named else None
    behind = (named or texts or [indices.start - 1])[-1]
    return Group(label, [stream.pieces[n] for n in indices if n > behind], list(indices))


def _run(stream: Stream, labels: Mapping[int, str], start: int, end: int) -> tuple[Group, int]:
    """Pieces of which nobody says where rows end: a label, then values until the next text."""
    group = Group(labels.get(start), [], [start])
    if group.label is None:
        if stream.kind(start) == "text":
            return group, start + 1
        group.cells.append(stream.pieces[start])
    index = start + 1
    while index < end and stream.pieces[index].row == PROSE and stream.kind(index) != "text":
        group.cells.append(stream.pieces[index])
        group.pieces.append(index)
        index += 1
    return group, index


def offset(cells: Sequence[Piece], width: int, usual: int | None) -> int | None:
    """Where in `cells` the `width` values begin; None where that cannot be told.

    Cells that were merged leave blank ones behind, mostly at the end. All that is not blank must lie
    inside; where several places would do, the one `usual` in this table is taken, if it would do.
    """
    if len(cells) < width:
        return None
    filled = [n for n, cell in enumerate(cells) if read_value(cell.text).kind != "blank"]
    if not filled or len(cells) == width:
        return 0
    possible = range(max(0, filled[-1] - width + 1), min(filled[0], len(cells) - width) + 1)
    if len(possible) == 1:
        return possible[0]
    return usual if usual in possible else None


def usual_offset(rows: Iterable[tuple[Sequence[Piece], int]]) -> int | None:
    """The place where values begin in all rows of which it is certain; None where they differ or none is."""
    certain = {
        offset(cells, width, None) for cells, width in rows if len(cells) > width and _any_filled(cells)
    }
    certain.discard(None)
    return certain.pop() if len(certain) == 1 else None


def _any_filled(cells: Sequence[Piece]) -> bool:
    return any(read_value(cell.text).kind != "blank" for cell in cells)


def put(
    table: TableReading, row: str, cells: Sequence[Piece], columns: Sequence[str], usual: int | None, by: str
) -> None:
    """Take `cells` as the figures of `row`; a doubt where they are too few, or which is which is open."""
    start = offset(cells, len(columns), usual)
    if start is None:
        filled = sum(1 for cell in cells if read_value(cell.text).kind != "blank")
        table.doubt(
            "row_width", row, f"{len(cells)} cells, {filled} of them filled, where {len(columns)} are due"
        )
        return
    table.put(row, columns, cells[start : start + len(columns)], by)
