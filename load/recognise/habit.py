"""How the rows of one table are laid out, which tells where in a row its values begin.

Nothing is named here, and no figure is judged but by whether it may have moved.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from load.extract.document import AS_MARKED, CERTAIN, PROSE
from load.recognise.groups import Group, whole
from load.recognise.values import read_value

_NOWHERE = -1  # a place that no value has
_MOST = 4  # times as many rows as disagree
_FEWEST_SPARED = 3  # rows with blanks that tell that noughts are left blank
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
    `totals_last`: the last figures of all rows are their totals. `spares_noughts`: it has no sums, and
    noughts are left blank.
    """

    exact: bool
    size: int
    closed: bool
    tight: bool
    uneven: bool
    wide: bool
    even: bool
    totals_last: bool
    spares_noughts: bool
    has_totals: bool
    cells: str
    starts: Mapping[
        tuple[int, int], int
    ]  # where values begin in rows of which it is certain, by cells and values

    @classmethod
    def of(
        cls,
        rows: Sequence[tuple[Group, int]],
        cells: str,
        *,
        has_totals: bool = True,
        elsewhere: bool | None = None,
    ) -> "Habit":
        """The habit of rows, each given with the number of values that are due in it, in such cells; `elsewhere`:
        whether another table of the document leaves its noughts blank, if that is known."""
        groups = [group for group, _ in rows]
        exact = sum(1 for group, width in rows if len(group.cells) == width)
        sizes = Counter(group.size for group in groups)
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
        return cls(
            exact=exact * 2 > len(rows),
            size=size,
            closed=closed,
            tight=tight,
            uneven=len(sizes) > 1,
            wide=wide,
            even=even,
            totals_last=not (tight or starts) and _have_totals_last(several, has_totals=has_totals),
            spares_noughts=not has_totals and _spares_noughts(groups, elsewhere),
            has_totals=has_totals,
            cells=cells,
            starts=starts,
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
        is_exact = length == width and (self.exact or group.size == self.size)
        start = 0 if is_exact else self._behind_blanks(group, width)
        if start is None or filled[-1] >= start + width:
            return None
        return None if self.closed and self._lacks_its_end(group, start, width) else start

    def _lacks_its_end(self, group: Group, start: int, width: int) -> bool:
        """Whether the last value of a row is blank, other than as a nought where all are left blank: a single figure
        in a table without sums."""
        is_nought = self.spares_noughts and group.filled == [start]
        is_whole = len(group.cells) == width or group.size == self.size
        return group.filled[-1] != start + width - 1 and not (is_nought and is_whole)

    def _may_have_moved(self, group: Group, start: int, width: int) -> bool:
        """Whether the values of a row whose cells are as somebody has marked them may have moved up: rows that are
        all equally long may have been filled up with blank cells."""
        if self.cells != AS_MARKED or not self.closed or not self._lacks_its_end(group, start, width):
            return False
        return not (self.has_totals and self.tight and self.uneven) or _moved_up(group)

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
        if not self.starts and possible and self.totals_last:
            likely = group.filled[-1] - width + 1  # the last figure of each row is its total
        return likely if likely in possible else None

    def _elsewhere(self, length: int, width: int) -> int | None:
        """Where values begin in rows of other lengths: right behind the label, or at the end of the row."""
        if self.starts and not any(self.starts.values()):
            return 0
        if self.starts and all(start == cells - values for (cells, values), start in self.starts.items()):
            return length - width
        return None


def _have_totals_last(rows: Sequence[Group], *, has_totals: bool) -> bool:
    """Whether the last figures of all rows stand in one column, as far behind the label or as far before the end,
    and are totals: each is the only one of its row, or the sum of the others."""
    from_label = {group.filled[-1] for group in rows}
    from_end = {len(group.cells) - group.filled[-1] for group in rows}
    if 1 not in (len(from_label), len(from_end)):
        return False
    if all(len(group.filled) == 1 for group in rows):
        return len(rows) > 1
    values = ([read_value(group.cells[n].text).number for n in group.filled] for group in rows)
    return has_totals and all(sum(n or 0 for n in others) == last for *others, last in values)


def _spares_noughts(groups: Sequence[Group], elsewhere: bool | None) -> bool:
    """Whether a table leaves its noughts blank: it prints none, and another table does so (`elsewhere`), or if that
    is not known, several rows have blanks."""
    blank = sum(1 for group in groups if len(group.filled) < len(group.cells))
    values = (read_value(group.cells[n].text).number for group in groups for n in group.filled)
    return (blank >= _FEWEST_SPARED if elsewhere is None else elsewhere) and 0 not in values


def _most(counted: Counter[int]) -> int:
    """The place that all but a few rows agree on; _NOWHERE where they do not."""
    place, count = counted.most_common(1)[0]
    return place if count > _MOST * (counted.total() - count) else _NOWHERE


def _moved_up(group: Group) -> bool:
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
