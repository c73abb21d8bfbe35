"""Figures that were recognised in a picture: which of them the arithmetic of the form confirms.

A figure is in doubt until every sum that it stands in holds: in Table 3 that of its row and those of its column,
in Table 4 that of its channel. In Table 2 nothing is added up, and all stays in doubt. A sum in which the same
digit stands on both sides in the same place holds as well where both are misread alike, as one character printed
twice would be: it confirms neither. The sums themselves are left to `load.checks`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from load.checks import PARSE_DOUBT, Cells, Check, sums_of
from load.extract.document import UNCLEAR
from load.recognise.reading import TableReading
from load.recognise.statistics import WHERE, StatisticsReading

RULE = "recognised_unconfirmed"
_MOST_TRIALS = 2_000  # of ways in which one digit may have been misread alike in several cells
_NAMED = 12  # cells that one doubt names
_MOST = 0.7  # of a table, a row or a column: so many doubtful figures make all of it doubtful

_Cell = tuple[str, str]
_Sides = tuple[Cells, Cells]


def unconfirmed(tables: Sequence[TableReading], statistics: StatisticsReading) -> list[Check]:
    """A doubt over each table, row, column or cell whose figures were recognised and are not confirmed; one over
    all of the table of statistics."""
    checks: list[Check] = []
    for table in tables:
        cells = [cell for cell, figure in table.figures.items() if figure.value is not None]
        recognised = [cell for cell in cells if table.figures[cell].piece.recognised]
        if recognised:
            sound = _Sound.of(table)
            checks += _checks(table, [cell for cell in recognised if not sound.confirms(cell)], cells)
    count = sum(1 for figure in statistics.figures.values() if figure.piece.recognised)
    if count:
        checks.append(_check(WHERE, f"{count} figures"))
    return checks


@dataclass(frozen=True, slots=True)
class _Sound:
    """The sums of a table by cell: those that hold, and the cells that stand in one that does not."""

    table: TableReading
    holding: Mapping[_Cell, Sequence[_Sides]]
    broken: frozenset[_Cell]

    @classmethod
    def of(cls, table: TableReading) -> "_Sound":
        """The sums of a table; one with a blank cell in it does not hold."""
        holding: dict[_Cell, list[_Sides]] = {}
        broken: set[_Cell] = set()
        for _, _, left, right in sums_of(table.version or "2021", table.number):
            values = [[table.value(*cell) for cell in side] for side in (left, right)]
            one, other = (sum(value or 0 for value in side) for side in values)
            if None in values[0] + values[1] or abs(one - other) > 1e-9:
                broken.update(left, right)
                continue
            for cell in left + right:
                holding.setdefault(cell, []).append((left, right))
        return cls(table, holding, frozenset(broken))

    def confirms(self, cell: _Cell) -> bool:
        """Whether every sum that a figure stands in holds, and none of its digits could have been misread
        in the same way on both sides of all of them."""
        figure = self.table.figures[cell]
        if cell in self.broken or cell not in self.holding or figure.piece.recognised == UNCLEAR:
            return False
        value = figure.value
        if not isinstance(value, int) or value < 0:
            return False
        if value == 0:  # misread noughts do not add up: six of them make one
            return True
        return not any(self._may_be_misread(cell, place) for place in range(len(str(value))))

    def _may_be_misread(self, cell: _Cell, place: int) -> bool:
        """Whether there are cells, this one among them, with the same digit in the same place (from the
        last), that stand on both sides of every sum equally often."""
        digit = self._digit(cell, place)
        trials = 0

        def balanced(taken: frozenset[_Cell]) -> bool:
            nonlocal trials
            trials += 1
            if trials > _MOST_TRIALS:
                return True  # nobody knows: then it is not confirmed
            for one in sorted(taken):
                for sides in self.holding.get(one, ()):
                    counts = [sum(1 for other in side if other in taken) for side in sides]
                    if counts[0] == counts[1]:
                        continue
                    lacking = sides[counts[0] > counts[1]]
                    return any(
                        balanced(taken | {other})
                        for other in lacking
                        if other not in taken and self._digit(other, place) == digit
                    )
            return True

        return balanced(frozenset([cell]))

    def _digit(self, cell: _Cell, place: int) -> str:
        """The digit of a figure in a place; "" where it has none."""
        value = self.table.value(*cell)
        text = str(value) if isinstance(value, int) and value > 0 else ""
        return text[-1 - place] if place < len(text) else ""


def _checks(table: TableReading, open_: Sequence[_Cell], cells: Sequence[_Cell]) -> list[Check]:
    """The doubts over cells: over the table, a column or a row where they are most of it, and over each other."""
    at = f"table{table.number}"
    if _is_most(open_, cells):
        return [_check(at, f"{len(open_)} of its {len(cells)} figures")] if open_ else []
    left = dict.fromkeys(open_)
    checks: list[Check] = []
    for axis, name in ((1, f"{at}.column."), (0, f"{at}.")):
        if axis and table.number != 3:
            continue  # a column of Table 4 has no sum
        for each in dict.fromkeys(cell[axis] for cell in open_):
            own = [cell for cell in left if cell[axis] == each]
            if len(own) > 2 and _is_most(own, [cell for cell in cells if cell[axis] == each]):
                checks.append(_check(name + each, _named(table, own)))
                left = {cell: None for cell in left if cell[axis] != each}
    return checks + [_check(f"{at}.{row}.{column}", _named(table, [(row, column)])) for row, column in left]


def _is_most(some: Sequence[_Cell], all_: Sequence[_Cell]) -> bool:
    return len(some) > _MOST * len(all_)


def _named(table: TableReading, cells: Sequence[_Cell]) -> str:
    names = [f"{row}.{column} “{table.figures[row, column].raw[:20]}”" for row, column in cells]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _check(where: str, what: str) -> Check:
    return Check(
        RULE, PARSE_DOUBT, None, None, where, f"recognised in a picture, and no sum confirms it: {what}"
    )
