"""The blocks of printed pages in the order in which they are read: columns, running heads, page numbers.

A block is a table, or a part of a line that wide gaps set apart. What is in the blocks is not looked at, but for
what tells a page number.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from load.extract.pdf.grid import Grid
from load.extract.pdf.lines import Line

_MARGIN = 0.1  # of a page, at its top and bottom, in which page numbers and running heads stand
_PAGE_NUMBER = re.compile(
    r"[\s\-—–－·•~～_.|]*(?:第|page)?\s*\d{1,4}\s*页?(?:\s*[/／,，共of]+\s*\d{1,4}\s*页?)?[\s\-—–－·•~～_.|]*",
    re.IGNORECASE,
)
_CONTINUED = re.compile(r"[（(]?(?:续上?表|接上[页表]|表?续)[\d一二三四五]*[）)]?[:：]?")
_FEWEST_LINES = 5  # of prose on either side of the gap between two columns
_PROSE = 8  # characters that a line of prose has at least


@dataclass(slots=True)
class Block:
    """A table or a part of a line, its edges, and what a line says. `page` and `column` say where it stands, from 0, and
    `level` how high; `alone` is True for a line that no wide gap parts. `kind` is "row" for a cell in a row that
    no lines rule, "loose" for what may be one and is in no row for sure."""

    what: Grid | Line
    left: float
    bottom: float
    right: float
    top: float
    page: int
    level: float
    text: str = ""
    alone: bool = True
    kind: str = ""
    column: int = 0


def in_reading_order(blocks: Sequence[Block]) -> list[Block]:
    """The blocks of one page as they are read: down the page, or down its columns where it has two."""
    down = sorted(blocks, key=lambda block: (-block.level, block.left))
    gap = _gap(down)
    if gap is None:
        return down
    ordered: list[Block] = []
    sides: tuple[list[Block], list[Block]] = ([], [])
    column = 0
    for block in down:
        if block.left < gap < block.right:
            ordered += [*sides[0], *sides[1], block]
            column += 3
            sides = ([], [])
            block.column = column
        else:
            side = int(block.left >= gap)
            block.column = column + 1 + side
            block.alone = True
            sides[side].append(block)
    return [*ordered, *sides[0], *sides[1]]


def _gap(blocks: Sequence[Block]) -> float | None:
    """Where the gap between two columns is; None where there is one column.

    Prose or tables stand on either side, and next to nothing reaches over. A table without lines has short
    figures on one side, and is not taken for two columns.
    """
    solid = [block for block in blocks if isinstance(block.what, Grid) or len(block.text) >= _PROSE]
    if len(solid) < 2:
        return None
    left, right = min(block.left for block in solid), max(block.right for block in solid)
    middle = [block.left for block in solid if 0.35 < (block.left - left) / (right - left) < 0.7]
    for start, _ in Counter(map(round, middle)).most_common(4):
        gap = start - 2.0
        before = [block for block in solid if block.right <= gap]
        behind = [block for block in solid if block.left > gap]
        across = sum(1 for block in blocks if block.left < gap < block.right)
        if _is_column(before) and _is_column(behind) and across <= len(before) / 2:
            return gap
    return None


def _is_column(blocks: Sequence[Block]) -> bool:
    return len(blocks) >= _FEWEST_LINES or any(isinstance(block.what, Grid) for block in blocks)


def without_furniture(pages: Sequence[Sequence[Block]], edges: Sequence[tuple[float, float]]) -> None:
    """Take page numbers and running heads off pages, in place; `edges` are each page's bottom and top.

    A running head stays where it stands first.
    """
    marginal: list[list[Block]] = []
    for blocks, (bottom, top) in zip(pages, edges, strict=True):
        margin = _MARGIN * (top - bottom)
        marginal.append(
            [
                block
                for block in blocks
                if isinstance(block.what, Line)
                and block.alone
                and not bottom + margin < (block.bottom + block.top) / 2 < top - margin
            ]
        )
    counts = Counter(key for blocks in marginal for key in {_head_key(block) for block in blocks})
    seen: set[tuple[str, int]] = set()
    for n, (blocks, found) in enumerate(zip(pages, marginal, strict=True)):
        gone = set()
        for block in found:
            key = _head_key(block)
            repeated = counts[key] * 2 > len(pages) and counts[key] > 1 and key in seen
            if _PAGE_NUMBER.fullmatch(block.text) or repeated or (n and _CONTINUED.fullmatch(block.text)):
                gone.add(id(block))
            seen.add(key)
        if gone and isinstance(blocks, list):
            blocks[:] = [block for block in blocks if id(block) not in gone]


def _head_key(block: Block) -> tuple[str, int]:
    return re.sub(r"\d+", "#", block.text), round(block.top / 4)


def continues(before: Block, block: Block) -> bool:
    """Whether two tables, one at the end of a page or column and one at the beginning of the next, are one."""
    if not (isinstance(before.what, Grid) and isinstance(block.what, Grid)):
        return False
    if (before.page, before.column) == (block.page, block.column):
        return False
    near = 0.015 * (before.right - before.left) + 1
    if (
        before.page != block.page
        and before.column == block.column == 0
        and abs(before.left - block.left) > near
    ):
        return False
    return abs((before.right - before.left) - (block.right - block.left)) < near


def paragraphs(blocks: Iterable[Block]) -> list[list[Block]]:
    """Lines that go on in one another, together; a table, or a line in parts, is for itself."""
    blocks = list(blocks)
    margins: dict[tuple[int, int], tuple[float, float]] = {}
    for block in blocks:
        if isinstance(block.what, Line) and block.alone:
            key = (block.page, block.column)
            left, right = margins.get(key, (block.left, block.right))
            margins[key] = min(left, block.left), max(right, block.right)
    grouped = [[block] for block in blocks[:1]]
    for before, block in pairwise(blocks):
        if _goes_on(before, block, margins):
            grouped[-1].append(block)
        else:
            grouped.append([block])
    return grouped


_ENDS = '。；：;:！!？?”"）)'
_LONG_LINE = 0.6  # of the column: a line so long may go on in the next
_HEADING = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[)）、.．]|\d{1,2}[、.．]\D")


def _goes_on(before: Block, block: Block, margins: dict[tuple[int, int], tuple[float, float]]) -> bool:
    if not (isinstance(before.what, Line) and isinstance(block.what, Line) and before.alone and block.alone):
        return False
    one, other = before.what.size, block.what.size
    if max(one, other) > 1.15 * min(one, other):
        return False
    here = (before.page, before.column) == (block.page, block.column)
    if here and before.level - block.level > 3.2 * one:
        return False
    left, right = margins[before.page, before.column]
    if (
        before.right < right - 2.2 * one
    ):  # short, as before a word that may not be broken: an address, a number
        is_end = before.text[-1] in _ENDS or _HEADING.match(before.text) or _HEADING.match(block.text)
        if is_end or before.right < left + _LONG_LINE * (right - left):
            return False
    if block.left > margins[block.page, block.column][0] + 1.2 * one:
        return False
    return not (_HEADING.match(block.text) and before.text[-1] in _ENDS)
