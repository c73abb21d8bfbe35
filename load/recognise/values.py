"""What the text of a cell says: a figure, nothing, or something that cannot be read as either.

Nothing is repaired. A figure is read only where the whole cell is one figure, with a sign, thousands
separators, a unit that changes nothing, or a note in brackets behind it.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_NUMBER = re.compile(
    r"(?P<number>[+\-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(?:[件个条项宗份])?\s*(?P<note>\((?!\d+\)$).*\))?"
)
_NOTHING = {"/", "-", "—", "--", "——", "–", "\\", "无", "none"}


@dataclass(frozen=True, slots=True)
class Value:
    """The reading of a cell. `kind` is "figure", "blank", "none" (a stroke, 无) or "text" (unreadable)."""

    kind: str
    number: int | float | None = None


BLANK = Value("blank")
_NONE = Value("none")
_TEXT = Value("text")


def _folded(text: str) -> str:
    """`text` in half width. Circled and raised digits stay what they are: marks of notes, not digits."""
    if text.isascii():
        return text
    return "".join(c if unicodedata.category(c) == "No" else unicodedata.normalize("NFKC", c) for c in text)


@lru_cache(maxsize=65536)
def read_value(text: str, unit: str | None = None) -> Value:
    """The value printed in a cell, from its raw text; `unit` is the one that the column is in.

    "０" and "1,204" and "+2" are figures; "22（其中修订16件）" is 22; "" is blank; "/" and "无" say that
    there is nothing to report and are not zero; "12?", "12①" and "3 4" cannot be read.
    """
    if not text:
        return BLANK
    plain = _folded(text).strip()
    if not plain:
        return BLANK
    if plain in _NOTHING:
        return _NONE
    found = _NUMBER.fullmatch(plain.replace("−", "-").removesuffix(unit or "").rstrip())
    if not found:
        return _TEXT
    digits = found["number"].replace(",", "")
    if "." in digits:
        number = float(digits)
        return Value("figure", number)
    return Value("figure", int(digits)) if len(digits) <= 15 else _TEXT
