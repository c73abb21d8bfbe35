"""The properties of text in a binary Word file (doc): lists of codes and operands, as [MS-DOC] has them.

What is hidden, struck out, raised or deleted; where cells and rows end and which are merged away; which
list numbers a paragraph. Where the lists stand in the file is left to `load.extract.word.doc_file`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

HIDDEN, STRUCK, RAISED, SYMBOL, DELETED, WHITE, TINY = 1, 2, 4, 8, 16, 32, 64
_SIZES = (1, 1, 2, 4, 2, 2, -1, 3)  # of a property's operand, by the upper three bits of its code
_T_DEF_TABLE = 0xD608
_LOOKS = {0x083C: HIDDEN, 0x0837: STRUCK, 0x2A53: STRUCK, 0x2A48: RAISED, 0x0800: DELETED}
_SYMBOL, _POSITION, _COLOUR, _RGB, _SIZE = 0x6A09, 0x4845, 0x2A42, 0x6870, 0x4A43
_WHITE = 8
_SMALLEST = 6  # half points: what is smaller is not to be seen


@dataclass(slots=True)
class ParagraphLook:
    """What is said of a paragraph or of the row that it ends. `list_` 0 is none; `cells` are, for the end
    of a row, the places of cells that a merged one covers."""

    depth: int = 0
    ends_row: bool = False
    ends_cell: bool = False
    list_: int = 0
    level: int = 0
    covered: frozenset[int] = frozenset()


def character_look(properties: bytes) -> tuple[int, str]:
    """How characters of these properties look, and the sign that stands for them, if one does."""
    look, sign = 0, ""
    for code, value in _properties(properties):
        if code in _LOOKS:
            is_on = value[0] in (1, 2, 129) if code == 0x2A48 else value[0] in (1, 0x81)
            look = look | _LOOKS[code] if is_on else look & ~_LOOKS[code]
        elif code == _POSITION and any(value):
            look |= RAISED
        elif code in (_COLOUR, _RGB):
            is_white = value == b"\xff\xff\xff\0" if code == _RGB else value[0] == _WHITE
            look = look | WHITE if is_white else look & ~WHITE
        elif code == _SIZE:
            look = look | TINY if value[0] < _SMALLEST and not value[1] else look & ~TINY
        elif code == _SYMBOL and len(value) == 4:
            (number,) = struct.unpack_from("<H", value, 2)
            plain = 0x20 <= number < 0xD800 or number >= 0xF900
            look, sign = look | SYMBOL, chr(number) if plain else "\ufffd"
    return look, sign


def _properties(said: bytes) -> Iterator[tuple[int, bytes]]:
    """(code, operand) of each property in a list of them; a list that breaks off ends there."""
    at = 0
    while at + 2 < len(said):
        (code,) = struct.unpack_from("<H", said, at)
        at += 2
        size = _SIZES[code >> 13]
        if size < 0:
            if code == _T_DEF_TABLE:
                if at + 2 > len(said):
                    return
                size, at = struct.unpack_from("<H", said, at)[0] - 1, at + 2
            else:
                size, at = said[at], at + 1
                if code == 0xC615 and size == 255:
                    return
        if size < 0 or at + size > len(said):
            return
        yield code, said[at : at + size]
        at += size


def paragraph_look(said: bytes, data: bytes, *, is_whole: bool = True) -> ParagraphLook:
    look = ParagraphLook()
    in_table = False
    covered: set[int] = set()
    for code, value in _properties(said):
        if code in (0x6646, 0x6645, 0x646B) and is_whole:  # the properties lie elsewhere
            (at,) = struct.unpack("<I", value)
            if at + 2 <= len(data):
                length = struct.unpack_from("<H", data, at)[0]
                other = paragraph_look(data[at + 2 : at + 2 + length], data, is_whole=False)
                covered |= other.covered
                look.ends_row = look.ends_row or other.ends_row
                look.ends_cell = look.ends_cell or other.ends_cell
                look.depth = max(look.depth, other.depth)
        elif code == 0x2416:
            in_table = bool(value[0])
        elif code in (0x2417, 0x244C):
            look.ends_row = bool(value[0])
        elif code == 0x244B:
            look.ends_cell = bool(value[0])
        elif code == 0x6649:
            look.depth = struct.unpack("<i", value)[0]
        elif code == 0x460B:
            look.list_ = struct.unpack("<h", value)[0]
        elif code == 0x260A:
            look.level = min(value[0], 8)
        elif code == _T_DEF_TABLE:
            covered = set(_covered(value))
        elif code == 0xD62B and len(value) == 2:
            covered = covered | {value[0]} if value[1] == 1 else covered - {value[0]}
        elif code == 0x5624:
            covered |= set(range(value[0] + 1, value[1]))
    look.depth = max(look.depth, int(in_table)) if look.depth >= 0 else 0
    look.covered = frozenset(covered)
    return look


def _covered(definition: bytes) -> Iterator[int]:
    """The cells of a row that a merged one covers."""
    count = definition[0] if definition else 0
    for n in range(count):
        at = 1 + 2 * (count + 1) + 20 * n
        if at + 2 > len(definition):
            return
        (flags,) = struct.unpack_from("<H", definition, at)
        if flags & 3 == 1 or flags >> 5 & 3 == 1:
            yield n
