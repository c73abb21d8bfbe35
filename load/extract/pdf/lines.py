"""Printed characters to lines of text.

Characters are put in order by where they stand, never by the order in which the file has them. Between two
digits a gap is kept, so that two figures never become one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from load.extract.pdf.page import UNKNOWN, Char

_SAME_LINE = 0.45  # of the size: how far base lines in one line may lie apart
_DIGIT_GAP = 0.15  # of the size: a wider gap parts two figures or words
_WORD_GAP = 0.8  # of the size: a wider gap is a space between characters that need none
_RAISED = 0.15  # of the size: a digit so far above or below the one before is a mark beside it
_SMALLER = 0.85  # a digit so much smaller than the one before is a mark beside it
_STROKE = "\u0336"  # strikes out the character before it
_OF_NUMBERS = "0123456789."
_TOO_NEAR = 0.25  # of the size: characters that begin so near each other are printed over one another
_NO_ROOM = 1.9  # of the size: a cell with less room, its margins included, has none for another digit
_LONG_NUMBER = 4  # characters of a figure that goes on in the next line, at least


@dataclass(slots=True)
class Line:
    """Characters beside one another, from left to right."""

    chars: list[Char]

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.chars[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(char.right for char in self.chars)

    @property
    def base(self) -> float:
        """Its base line."""
        return max(self.chars, key=lambda char: char.size).base

    @property
    def size(self) -> float:
        """The size of its largest character."""
        return max(char.size for char in self.chars)

    @property
    def text(self) -> str:
        """What it says."""
        parts = [_shown(self.chars[0])]
        for before, char in zip(self.chars, self.chars[1:], strict=False):
            parts += [" ", _shown(char)] if _apart(before, char) else [_shown(char)]
        return "".join(parts)


def _shown(char: Char) -> str:
    return char.text + _STROKE if char.struck else char.text


def _is_narrow(text: str) -> bool:
    """Whether words of such characters are parted by spaces: digits, letters and their signs."""
    return text < "\u2e80" or text.isdigit()


def _apart(before: Char, char: Char) -> bool:
    """Whether a space stands between two characters of a line."""
    size = max(before.size, char.size)
    gap = char.left - before.right
    if not (_is_narrow(before.text) and _is_narrow(char.text)):
        return gap > _WORD_GAP * size
    if before.text.isdigit() and char.text.isdigit():
        smaller = min(before.size, char.size) < _SMALLER * size
        return smaller or gap > _DIGIT_GAP * size or abs(char.base - before.base) > _RAISED * size
    return gap > _DIGIT_GAP * size


def lines_of(chars: Sequence[Char]) -> list[Line]:
    """The lines that characters make, from the top; each from left to right."""
    lines: list[list[Char]] = []
    for char in sorted(chars, key=lambda char: (-char.base, char.left)):
        if lines and _beside(lines[-1], char):
            lines[-1].append(char)
        else:
            lines.append([char])
    return [Line(_printed_once(sorted(line, key=lambda char: (char.left, char.right)))) for line in lines]


def _beside(line: Sequence[Char], char: Char) -> bool:
    first = line[0]
    return first.base - char.base < _SAME_LINE * max(min(first.size, char.size), 0.6 * first.size)


def _printed_once(chars: list[Char]) -> list[Char]:
    """The characters without those that are printed again over themselves, to look bold. Of digits that are
    printed over other characters nobody can say what they are."""
    kept: list[Char] = []
    for char in chars:
        if any(
            other.text == char.text and abs(other.left - char.left) < 0.2 * char.size for other in kept[-3:]
        ):
            continue
        if kept and _is_over(kept[-1], char) and (kept[-1].text.isdigit() or char.text.isdigit()):
            kept[-1:] = [replace(kept[-1], text=UNKNOWN), replace(char, text=UNKNOWN)]
            continue
        kept.append(char)
    return kept


def _is_over(before: Char, char: Char) -> bool:
    """Whether two characters of a line are printed over one another."""
    if char.left - before.left >= _TOO_NEAR * min(before.size, char.size):
        return False
    narrower = min(before.right - before.left, char.right - char.left)
    return min(before.right, char.right) - char.left > narrower / 2


def cell_text(chars: Sequence[Char], left: float, right: float) -> str:
    """The text of a cell that goes from `left` to `right`: its lines, joined.

    Figures of two lines become one only where the first fills the cell, so that it had to be broken.
    """
    return joined_text(lines_of(chars), right - left)


def joined_text(lines: Sequence[Line], width: float | None = None) -> str:
    """Lines joined to one text; `width` is that of the cell that they stand in."""
    text = ""
    for n, line in enumerate(lines):
        words = line.text
        if text and _is_narrow(text[-1]) and _is_narrow(words[0]) and not _broken(lines[n - 1], line, width):
            text += " "
        text += words
    return text


def _broken(before: Line, line: Line, width: float | None) -> bool:
    """Whether a figure had to be broken between two lines of a cell."""
    one, other = before.chars[-1].text, line.chars[0].text
    if width is None or one not in _OF_NUMBERS or other not in _OF_NUMBERS:
        return False
    return len(before.chars) >= _LONG_NUMBER and width - (before.right - before.left) < _NO_ROOM * before.size


def parts_of(line: Line, gap: float) -> list[Line]:
    """A line in the parts that gaps of more than `gap` times its size leave."""
    parts: list[list[Char]] = [[line.chars[0]]]
    for before, char in zip(line.chars, line.chars[1:], strict=False):
        if char.left - before.right > gap * max(before.size, char.size):
            parts.append([])
        parts[-1].append(char)
    return [Line(part) for part in parts]
