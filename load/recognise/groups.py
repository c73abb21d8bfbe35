"""Labels and the cells behind them: the part of recognition that all three tables share.

A document that says where its rows end is taken row by row. One that does not is taken as a stream:
the cells behind a label, up to the next text, are that label's.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from load.extract.document import AS_MARKED, CERTAIN, PROSE, Piece
from load.recognise.labels import Meaning, meaning
from load.recognise.reading import TableReading
from load.recognise.values import AS_PRINTED, read_value

NOWHERE = -1  # a place that no value has
_MOST = 4  # times as many rows as disagree


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


_FEWEST_LIKES = 4  # rows of one length that tell what the length of a row is


@dataclass(frozen=True, slots=True)
class Habit:
    """How the rows of one table are laid out, which tells where a row's values begin.

    Either each row has as many cells behind its label as values are due (`exact`), or cells that were
    merged have left blank ones behind and all rows are equally long (`size`). A row that keeps to neither
    has lost or gained a cell, and nobody can say which: it is not read. Nor is one whose last value is
    blank where those of the others are not (`closed`): its values may have moved up.

    Where the document's cells are certain (`cells`) and no row has more of them behind its label than are due
    (`tight`), nothing can have moved; where they are as marked, in rows of different lengths (`uneven`), only
    what looks as if it had is not read. A table most of whose rows have more figures than are due (`wide`) has a
    column more than the form: which, nobody can tell. A blank row that alone is shorter than all others (`even`)
    has lost a cell, and nobody knows what stood in it. `has_totals`: the last value of a row is the sum of the others.
    """

    exact: bool
    size: int
    closed: bool
    tight: bool
    uneven: bool
    wide: bool
    even: bool
    has_totals: bool
    cells: str
    starts: Mapping[
        tuple[int, int], int
    ]  # where values begin in rows of which it is certain, by cells and values

    @classmethod
    def of(cls, rows: Sequence[tuple[Group, int]], cells: str, *, has_totals: bool = True) -> "Habit":
        """The habit of rows, each given with the number of values that are due in it, in such cells."""
        exact = sum(1 for group, width in rows if len(group.cells) == width)
        sizes = Counter(group.size for group, _ in rows)
        size = max(sizes, key=lambda size: (sizes[size], size), default=0)
        found: dict[tuple[int, int], Counter[int]] = {}
        for group, width in rows:
            places = _possible(group, width)
            if (
                len(places) == 1
                and len(group.cells) > width
                and (group.size == size or whole(group, width) is not None)
            ):
                found.setdefault((len(group.cells), width), Counter())[places[0]] += 1
        starts = {key: _most(counted) for key, counted in found.items()}
        several = [group for group, width in rows if width > 1 and group.filled]
        ended = sum(1 for group in several if group.filled[-1] == len(group.cells) - 1)
        closed = ended * 2 > len(several) or any(len(group.filled) == width > 1 for group, width in rows)
        tight = all(len(group.cells) <= width for group, width in rows)
        more = sum(1 for group, width in rows if len(group.filled) > width > 1)
        wide = more > sum(1 for group, width in rows if len(group.filled) == width > 1)
        even = len(rows) > _FEWEST_LIKES and sizes[size] == len(rows) - 1
        is_uneven = len(sizes) > 1
        return cls(
            exact * 2 > len(rows), size, closed, tight, is_uneven, wide, even, has_totals, cells, starts
        )

    def start(self, group: Group, width: int, column: tuple[int, int] | None = None) -> int | None:
        """Where in a row's cells its values begin; None where that cannot be told. `column` is where the head
        of the first value stands, its place and the length of its row."""
        length, filled = len(group.cells), group.filled
        if length < width:
            return None
        if not filled:
            # A row of a grid that is shorter than that of the head: a figure from above is merged into it.
            is_cut = self.cells == CERTAIN and column is not None and group.size < column[1]
            return None if is_cut or (self.even and group.size < self.size) else 0
        if self.wide and width > 1 and length > width:
            return None
        if self.cells and group.cells[0].row != PROSE:
            is_grid = column is not None and column[1] == self.size
            if self.tight or is_grid:
                start = self._in_grid(group, width, column if is_grid else None)
                return None if start is None or self._may_have_moved(group, start, width) else start
        start = 0 if self.exact and length == width else self._behind_blanks(group, width)
        if start is None or filled[-1] >= start + width or (self.closed and filled[-1] != start + width - 1):
            return None
        return start

    def _may_have_moved(self, group: Group, start: int, width: int) -> bool:
        """Whether the values of a row whose cells are as somebody has marked them may have moved up: rows that are
        all equally long may have been filled up with blank cells."""
        if self.cells != AS_MARKED or not self.closed or group.filled[-1] == start + width - 1:
            return False
        return not (self.has_totals and self.tight and self.uneven) or moved_up(group)

    def _in_grid(self, group: Group, width: int, column: tuple[int, int] | None) -> int | None:
        """Where values begin by the cells alone: all that stand behind the label, or under the head, `column`,
        where the rows of the table are as long as its head's."""
        if column is None or (self.tight and group.size != self.size):
            return 0 if len(group.cells) == width else None
        if group.size != self.size:
            return whole(group, width)
        start = column[0] - group.before
        is_all = start >= 0 and start + width <= len(group.cells)
        return start if is_all and start <= group.filled[0] and group.filled[-1] < start + width else None

    def _behind_blanks(self, group: Group, width: int) -> int | None:
        """Where values begin in a row with blank cells before or behind them: where they do in its likes."""
        if group.size > self.size or (group.size < self.size and whole(group, width) is None):
            return None
        possible = _possible(group, width)
        likely = self.starts.get((len(group.cells), width), self._elsewhere(len(group.cells), width))
        if not self.starts and possible:
            likely = group.filled[-1] - width + 1  # where only totals are filled, the last one is the total
        return likely if likely in possible else None

    def _elsewhere(self, length: int, width: int) -> int | None:
        """Where values begin in rows of other lengths: right behind the label, or at the end of the row."""
        if self.starts and not any(self.starts.values()):
            return 0
        if self.starts and all(start == cells - values for (cells, values), start in self.starts.items()):
            return length - width
        return None


def _most(counted: Counter[int]) -> int:
    """The place that all but a few rows agree on; NOWHERE where they do not."""
    place, count = counted.most_common(1)[0]
    return place if count > _MOST * (counted.total() - count) else NOWHERE


def moved_up(group: Group) -> bool:
    """Whether the figures of a row whose last values are blank are such that one may have been lost before
    them: what stands last is the sum of the others, or more, or alone."""
    *others, last = [read_value(group.cells[n].text).number for n in group.filled]
    return not others or last is None or None in others or sum(n for n in others if n is not None) <= last


def _possible(group: Group, width: int) -> range:
    """All places where values may begin, so that every filled cell is one of them."""
    filled = group.filled
    if not filled:
        return range(0)
    return range(max(0, filled[-1] - width + 1), min(filled[0], len(group.cells) - width) + 1)


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
