"""Labels and the cells behind them: the part of recognition that all three tables share.

A document that says where its rows end is taken row by row. One that does not is taken as a stream:
the cells behind a label, up to the next text, are that label's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from load.extract.document import PROSE, Piece
from load.recognise.labels import Meaning, meaning
from load.recognise.reading import TableReading
from load.recognise.values import AS_PRINTED, read_value


@dataclass(frozen=True, slots=True)
class Stream:
    """The pieces of a document and what each means as a label of the form (None: nothing); `cells` is the
    document's (see `load.extract.document`)."""

    pieces: Sequence[Piece]
    meanings: Sequence[Meaning | None]
    cells: str = ""

    @classmethod
    def of(cls, pieces: Sequence[Piece], cells: str = "") -> "Stream":
        """The stream of a document's pieces."""
        return cls(pieces, [_meaning_of(piece) for piece in pieces], cells)

    def kind(self, index: int) -> str:
        """What the text of a piece is as a value: "figure", "blank", "none" or "text"."""
        text = self.pieces[index].text
        kind = read_value(text).kind
        return read_value(text, AS_PRINTED).kind if kind == "text" and "元" in text else kind

    def same_row(self, index: int, other: int) -> bool:
        """Whether two pieces stand in one row, as far as the document marks rows."""
        a, b = self.pieces[index], self.pieces[other]
        return a.row == b.row and a.table == b.table

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

    def row_of(self, index: int) -> range:
        """The pieces of the marked row in which a piece stands."""
        first = last = index
        while first and self.same_row(first - 1, index):
            first -= 1
        while last + 1 < len(self.pieces) and self.same_row(last + 1, index):
            last += 1
        return range(first, last + 1)

    def column_of(self, head: int) -> tuple[int, int] | None:
        """The place of a head in its marked row, and how many cells that has; None where rows are not marked."""
        if self.pieces[head].row == PROSE:
            return None
        row = self.row_of(head)
        return head - row.start, len(row)

    def has_values(self, label: int) -> bool:
        """Whether the next cell behind a label that is not blank is a value, in the label's row."""
        for index in range(label + 1, min(label + 12, len(self.pieces))):
            if not self.same_row(index, label):
                return False
            kind = self.kind(index)
            if kind != "blank":
                return kind != "text"
        return False

    def is_blank_row(self, label: int, width: int) -> bool:
        """Whether there are as many blank cells as are due behind a label, and nothing else up to the end of its row
        or, where rows are not marked, up to the next text."""
        index = label + 1
        while index < len(self.pieces) and self.same_row(index, label) and self.kind(index) == "blank":
            index += 1
        goes_on = index < len(self.pieces) and self.same_row(index, label)
        ends = not goes_on or (self.pieces[index].row == PROSE and self.kind(index) == "text")
        return ends and index - label > width


@dataclass
class Group:
    """A label (None: no label of the form) and the cells behind it; `pieces` are all their indices.

    `before` counts the cells of the row up to its label, with those of the groups it stands in. Once it is made,
    its cells stay as they are.
    """

    label: str | None
    cells: list[Piece] = field(default_factory=list)
    pieces: list[int] = field(default_factory=list)
    before: int = 0

    @cached_property
    def filled(self) -> list[int]:
        """The places of the cells that are not blank."""
        return [n for n, cell in enumerate(self.cells) if read_value(cell.text).kind != "blank"]

    @property
    def size(self) -> int:
        """How many cells the whole row has, labels and blank ones included."""
        return self.before + len(self.cells)


def _meaning_of(piece: Piece) -> Meaning | None:
    """What a piece means as a label. A paragraph is a label only when it is one to the letter."""
    if piece.text.isdecimal():  # as most cells are
        return None
    found = meaning(piece.text)
    if not found.known or (piece.table == PROSE and not (found.exact or found.corner)):
        return None
    return found


def longest_rise(events: Sequence[tuple[int, str]], order: Mapping[str, int]) -> dict[int, str]:
    """Of (piece, label) pairs, the longest run whose labels come in the order of the form.

    What stands out of order is no label of this table: a word in a header, or in another table.
    """
    places = [order[label] for _, label in events]
    if all(before < after for before, after in pairwise(places)):
        return dict(events)  # as a rule
    best: list[tuple[int, int]] = []  # length of the run that ends here, index of its last but one
    longest: dict[
        int, tuple[int, int]
    ] = {}  # by place in the order: the longest run that ends there, its end
    for n, here in enumerate(places):
        length, before = max(
            (run for place, run in longest.items() if place < here),
            key=lambda run: (run[0], -run[1]),
            default=(0, -1),
        )
        best.append((length + 1, before))
        if length + 1 > longest.get(here, (0, 0))[0]:
            longest[here] = (length + 1, n)
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
    pieces = stream.pieces
    while index < end:
        first = pieces[index]
        if first.row == PROSE:
            group, index = _run(stream, labels, index, end)
            groups.append(group)
        else:
            last = index + 1
            while last < end and pieces[last].row == first.row and pieces[last].table == first.table:
                last += 1
            groups.append(_row(stream, labels, range(index, last)))
            index = last
    return [group for group in groups if group.label or group.filled]


def _row(stream: Stream, labels: Mapping[int, str], indices: range) -> Group:
    """A row that the document marks: its cells are what stands behind its last label, or last text."""
    named = [n for n in indices if n in labels]
    label = labels[named[-1]] if named else None
    texts = named or [n for n in indices if stream.kind(n) == "text"]
    values = texts[-1] + 1 if texts else indices.start
    cells = list(stream.pieces[values : indices.stop])
    return Group(label, cells, list(indices), values - indices.start)


def _run(stream: Stream, labels: Mapping[int, str], start: int, end: int) -> tuple[Group, int]:
    """Pieces of which nobody says where rows end: a label, then values until the next text."""
    group = Group(labels.get(start), [], [start])
    if group.label is None:
        if stream.kind(start) == "text":
            return group, start + 1
        group.cells.append(stream.pieces[start])
    else:
        first = start
        while first and (found := stream.meanings[first - 1]) and found.groups:
            first -= 1
        group.before = start - first + 1
    index = start + 1
    while index < end and stream.pieces[index].row == PROSE and stream.kind(index) != "text":
        group.cells.append(stream.pieces[index])
        group.pieces.append(index)
        index += 1
    return group, index


def figures_before(stream: Stream, group: Group) -> bool:
    """Whether figures stand before the label of a marked row, and none behind it."""
    return bool(
        group.label and not group.filled and any(stream.kind(index) == "figure" for index in group.pieces)
    )


def whole(group: Group, width: int) -> int | None:
    """Where the values begin in a row that has exactly as many filled cells as are due, side by side."""
    filled = group.filled
    return filled[0] if len(filled) == width and filled[-1] - filled[0] == width - 1 else None


def put(
    table: TableReading, row: str, group: Group, columns: Sequence[str], start: int | None, by: str
) -> None:
    """Take the cells of `group` from `start` on as the figures of `row`; a doubt where that is None."""
    width, cells = len(columns), group.cells
    if start is None:
        table.doubt(
            "row_width", row, f"{len(cells)} cells, {len(group.filled)} of them filled, where {width} are due"
        )
        return
    table.put(row, columns, cells[start : start + width], by)
