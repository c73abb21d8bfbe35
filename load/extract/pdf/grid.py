"""Ruling lines to tables: which lines belong together, which cells they make, which characters stand in each.

A cell is what no line parts. Only the printed lines say where cells are, so that a blank cell is found as
surely as a filled one. A figure that a line runs through, or that reaches over one, belongs to no cell for sure:
it is shown between ⟨ and ⟩ and thereby unreadable.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from load.extract.pdf.lines import cell_text, lines_of
from load.extract.pdf.page import Char, Rule

_NEAR = 0.4  # of the size of the text: lines so near each other are one
_SHORTEST = 0.7  # of the size of the text: what is shorter is no side of a cell
_NARROWEST = 0.6  # of the size of the text: a space between lines that holds no cell
_ROW_OF_CELLS = 3  # cells side by side are a table's, even where all but one of them are blank
_MOST_LINES = 1_000  # of one direction on a page; more is a drawing
_MOST_SPACES = 40_000  # between the lines of one table
_COVERED = 0.5  # of a side that a line must cover to part two cells
_PROSE_CELL = 300  # a cell with more characters is prose that was laid out, not a cell of a form
_TIGHT = 0.2  # of the size: digits so near each other are one figure


@dataclass(slots=True)
class Cell:
    """One cell: where its row begins and its edges."""

    row: int
    left: float
    bottom: float
    right: float
    top: float
    whole: bool = True  # whether it is a rectangle
    chars: list[Char] = field(default_factory=list)
    crossed: bool = False  # whether a figure in it reaches into another cell, or a line runs through it

    @property
    def is_prose(self) -> bool:
        """Whether it holds prose that was laid out, and is no cell of a form."""
        return len(self.chars) > _PROSE_CELL

    @property
    def text(self) -> str:
        """What is printed in it."""
        text = cell_text(self.chars, self.left, self.right) if self.chars else ""
        if not any(char.text.isdigit() for char in self.chars):
            return text
        return f"⟨{text}⟩" if self.crossed or not self.whole else text


@dataclass(slots=True)
class Grid:
    """One table on a page: the places of its upright lines from the left and of its level lines from the
    top, its cells by row and from left to right, and the cell of each space between lines, by row and column."""

    xs: Sequence[float]
    ys: Sequence[float]
    cells: list[Cell]
    spaces: Mapping[tuple[int, int], Cell]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Its left, lower, right and upper edge."""
        return self.xs[0], self.ys[-1], self.xs[-1], self.ys[0]

    def cell_at(self, x: float, y: float) -> Cell | None:
        """The cell at a place."""
        row = bisect_left(self.ys, -y, key=lambda level: -level) - 1
        return self.spaces.get((row, bisect_right(self.xs, x) - 1))

    def spans(self, cell: Cell) -> bool:
        """Whether a cell goes from the left edge to the right one."""
        return cell.left == self.xs[0] and cell.right == self.xs[-1]


def grids_of(rules: Sequence[Rule], chars: Sequence[Char], size: float) -> tuple[list[Grid], list[Char]]:
    """The tables that ruling lines make, from the top, and the characters that stand in none.

    `size` is that of most of the text, in points. A frame around text that parts nothing is no table.
    Characters struck out by a line are marked so.
    """
    near = _NEAR * size
    level = _merged([rule for rule in rules if rule.level], near)
    upright = _merged([rule for rule in rules if not rule.level], near)
    shortest = _SHORTEST * size
    level = [rule for rule in level if rule.end - rule.start >= shortest]
    upright = [rule for rule in upright if rule.end - rule.start >= shortest]
    if max(len(level), len(upright)) > _MOST_LINES:
        return [], list(chars)
    together, alone = _components(level, upright, near)
    _strike(chars, alone)
    found = [grid for part in together if (grid := _grid(part, near, size)) is not None]
    found.sort(key=lambda grid: (grid.xs[-1] - grid.xs[0]) * (grid.ys[0] - grid.ys[-1]))
    homeless = {id(char): char for char in chars}
    grids: list[Grid] = []
    for grid in found:
        left, bottom, right, top = grid.box
        inside = [
            char
            for char in homeless.values()
            if left <= char.middle[0] <= right and bottom <= char.middle[1] <= top
        ]
        if not inside or not _fill(grid, inside, size):
            continue
        for part in _without_prose(grid):
            grids.append(part)
            for cell in part.cells:
                for char in cell.chars:
                    del homeless[id(char)]
    return sorted(grids, key=lambda grid: (-grid.ys[0], grid.xs[0])), list(homeless.values())


def _without_prose(grid: Grid) -> list[Grid]:
    """A table in the parts that its cells of prose leave, which go from edge to edge."""
    bars = [cell.row for cell in grid.cells if cell.is_prose]
    if not bars:
        return [grid]
    parts = []
    for above, below in pairwise([-1, *bars, len(grid.ys)]):
        cells = [cell for cell in grid.cells if above < cell.row < below and not cell.is_prose]
        if cells:
            ys = [max(cell.top for cell in cells), min(cell.bottom for cell in cells)]
            parts.append(Grid(grid.xs, ys, cells, {}))
    return parts


def _merged(rules: Iterable[Rule], near: float) -> list[Rule]:
    """Lines of one direction, those that go on in one another made one."""
    rows: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if rows and rule.at - rows[-1][0].at <= near:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    merged = []
    for row in rows:
        row.sort(key=lambda rule: rule.start)
        at = sorted(rule.at for rule in row)[len(row) // 2]
        here = Rule(row[0].level, at, row[0].start, row[0].end)
        for rule in row[1:]:
            if rule.start <= here.end + near:
                here.end = max(here.end, rule.end)
            else:
                merged.append(here)
                here = Rule(rule.level, at, rule.start, rule.end)
        merged.append(here)
    return merged


_Part = tuple[list[Rule], list[Rule]]


def _components(
    level: Sequence[Rule], upright: Sequence[Rule], near: float
) -> tuple[list[_Part], list[Rule]]:
    """Lines that meet, together; and the level ones that meet none."""
    parents = list(range(len(level) + len(upright)))

    def root(n: int) -> int:
        while parents[n] != n:
            parents[n] = parents[parents[n]]
            n = parents[n]
        return n

    for n, rule in enumerate(level):
        for m, other in enumerate(upright, len(level)):
            if (
                rule.start - near <= other.at <= rule.end + near
                and other.start - near <= rule.at <= other.end + near
            ):
                parents[root(m)] = root(n)
    parts: dict[int, _Part] = {}
    for n, rule in enumerate(level):
        parts.setdefault(root(n), ([], []))[0].append(rule)
    for m, rule in enumerate(upright, len(level)):
        parts.setdefault(root(m), ([], []))[1].append(rule)
    alone = [rule for lines, others in parts.values() if not others for rule in lines]
    return [part for part in parts.values() if part[0] and part[1]], alone


def _strike(chars: Sequence[Char], alone: Sequence[Rule]) -> None:
    """Mark the characters that a level line goes through."""
    for rule in alone:
        for char in chars:
            low = char.base + 0.15 * char.size
            if low < rule.at < char.base + 0.6 * char.size and rule.start <= char.middle[0] <= rule.end:
                char.struck = True


def _axis(places: Iterable[float], near: float) -> list[float]:
    """The places of lines on one axis, those that are near each other made one."""
    groups: list[list[float]] = []
    for place in sorted(places):
        if groups and place - groups[-1][0] <= near:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [sum(group) / len(group) for group in groups]


def _grid(part: _Part, near: float, size: float) -> Grid | None:
    """The cells that these lines make; None where they part nothing. Where the outer sides of a table are
    not drawn, it ends where its lines end."""
    level, upright = part
    ends = [place for rule in level for place in (rule.start, rule.end)]
    xs = _axis([rule.at for rule in upright] + [min(ends), max(ends)], near)
    ends = [place for rule in upright for place in (rule.start, rule.end)]
    ys = _axis([rule.at for rule in level] + [min(ends), max(ends)], near)[::-1]
    wide, high = len(xs) - 1, len(ys) - 1
    if wide < 1 or high < 1 or wide * high > _MOST_SPACES:
        return None
    walls = _walls(upright, xs, ys, near)
    floors = _walls(level, ys, xs, near)
    parents = list(range(wide * high))

    def root(n: int) -> int:
        while parents[n] != n:
            parents[n] = parents[parents[n]]
            n = parents[n]
        return n

    for r in range(high):
        for c in range(wide):
            if c + 1 < wide and (c + 1, r) not in walls:
                parents[root(r * wide + c + 1)] = root(r * wide + c)
            if r + 1 < high and (r + 1, c) not in floors:
                parents[root((r + 1) * wide + c)] = root(r * wide + c)
    spaces: dict[int, list[tuple[int, int]]] = {}
    for n in range(wide * high):
        spaces.setdefault(root(n), []).append(divmod(n, wide))
    if len(spaces) < 2:
        return None
    cells: list[Cell] = []
    by_space: dict[tuple[int, int], Cell] = {}
    for places in spaces.values():
        rows, columns = [r for r, _ in places], [c for _, c in places]
        top, bottom, left, right = min(rows), max(rows) + 1, min(columns), max(columns) + 1
        whole = len(places) == (bottom - top) * (right - left)
        cell = Cell(top, xs[left], ys[bottom], xs[right], ys[top], whole)
        cells.append(cell)
        by_space |= dict.fromkeys(places, cell)
    cells.sort(key=lambda cell: (cell.row, cell.left))
    return Grid(xs, ys, cells, by_space)


def _walls(
    rules: Sequence[Rule], at: Sequence[float], along: Sequence[float], near: float
) -> set[tuple[int, int]]:
    """(line, space along it) wherever a line parts two spaces."""
    walls = set()
    for rule in rules:
        line = min(range(len(at)), key=lambda n: abs(at[n] - rule.at))
        for n, (one, other) in enumerate(pairwise(along)):
            low, high = min(one, other), max(one, other)
            if min(high, rule.end + near) - max(low, rule.start - near) > _COVERED * (high - low):
                walls.add((line, n))
    return walls


def _fill(grid: Grid, chars: Sequence[Char], size: float) -> bool:
    """Put characters into the cells of a table; False where it is no table but a frame around prose."""
    homes = {id(char): cell for char in chars if (cell := grid.cell_at(*char.middle)) is not None}
    for char in chars:
        if (home := homes.get(id(char))) is not None:
            home.chars.append(char)
    if any(cell.is_prose and not grid.spans(cell) for cell in grid.cells):
        return False
    _cross(chars, homes)
    narrowest = _NARROWEST * size
    grid.cells = [
        cell
        for cell in grid.cells
        if cell.chars or min(cell.right - cell.left, cell.top - cell.bottom) > narrowest
    ]
    filled = sum(1 for cell in grid.cells if cell.chars and not cell.is_prose)
    longest_row = max(Counter(cell.row for cell in grid.cells).values(), default=0)
    return filled > 1 or (filled == 1 and longest_row >= _ROW_OF_CELLS)


def _cross(chars: Sequence[Char], homes: dict[int, Cell]) -> None:
    """Mark the cells whose figures reach over a line."""
    for line in lines_of(chars):
        for char in line.chars:
            home = homes.get(id(char))
            if home and char.text.isdigit() and not home.left <= char.left + 0.3 * char.size:
                home.crossed = True
        for before, char in pairwise(line.chars):
            one, other = homes.get(id(before)), homes.get(id(char))
            if one is other or not (_in_figure(before.text) and _in_figure(char.text)):
                continue
            if char.left - before.right < _TIGHT * max(before.size, char.size):
                for cell in (one, other):
                    if cell:
                        cell.crossed = True


def _in_figure(text: str) -> bool:
    return text.isdigit() or text in ".,+-，．"
