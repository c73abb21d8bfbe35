"""What the text of a cell says: a figure, nothing, or something that cannot be read as either.

Nothing is repaired. A figure is read only where the whole cell is one figure, with a sign, thousands
separators, a unit, or a note in brackets behind it. An amount is converted to the unit of its column only
where its own is printed behind it.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_NUMBER = re.compile(
    r"(?P<number>[+\-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)\s*(?P<unit>[件个条项宗份起例]|[千万亿]?元)?"
    r"\s*(?P<note>\((?=.*[^\W\d_]).*\)|\([^)]*[\u4e00-\u9fff][^)]*)?"  # it has words: "12(34)" is two figures
)
_UNIT_IN_NOTE = re.compile(r"\((?:单位)?\s*:?\s*([千万亿]?元)\)?")
_AMOUNT_IN_NOTE = re.compile(r"\([即约合折]*\s*([0-9.,]+\s*[千万亿]?元)\)?")
_CORRECTED = re.compile(r"应为|更正|修正|改为|有误|笔误")
AS_PRINTED = "as printed"  # the unit of a column of money whose head names none
_YUAN = {"元": Decimal(1), "千元": Decimal(10**3), "万元": Decimal(10**4), "亿元": Decimal(10**8)}
_MOST_DIGITS = 15  # before the point: what a binary number holds exactly
_NOTHING = {"/", "-", "—", "--", "——", "–", "\\", "无", "none"}


@dataclass(frozen=True, slots=True)
class Value:
    """The reading of a cell. `kind` is "figure", "blank", "none" (a stroke, 无) or "text" (unreadable)."""

    kind: str
    number: int | float | None = None


BLANK = Value("blank")
_NONE = Value("none")
_TEXT = Value("text")


class _HalfWidth(dict[int, str]):
    """What each character is in half width, filled as characters are met. Circled and raised digits stay what
    they are: marks of notes, not digits."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_mark = unicodedata.category(character) == "No"
        self[code] = folded = character if is_mark else unicodedata.normalize("NFKC", character)
        return folded


_HALF_WIDTH = _HalfWidth()


def _folded(text: str) -> str:
    """`text` in half width."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


@lru_cache(maxsize=65536)
def read_value(text: str, unit: str | None = None) -> Value:
    """The value printed in a cell, from its raw text; `unit` is the one that the column is in, or AS_PRINTED.

    "０" and "1,204" and "+2" are figures; "22（其中修订16件）" is 22; "32357元" is 3.2357 in a column of 万元
    (see `converted_from`); "" is blank; "/" and "无" say that there is nothing to report and are not zero; "12?", "12①", "**" and
    "3 4" cannot be read, nor can a figure with a note that corrects it, nor an amount of money where the column
    names no unit of it.
    """
    if not text:
        return BLANK
    if "\u4e00" <= text[0] <= "\u9fff" and text.strip() not in _NOTHING:  # words, as all prose is
        return _TEXT
    plain = _folded(text).strip()
    if not plain:
        return BLANK
    if plain in _NOTHING:
        return _NONE
    found = _NUMBER.fullmatch(plain.replace("−", "-"))
    if not found:
        return _TEXT
    if found["note"] and _contradicts(found, unit):
        return _TEXT
    digits, printed = found["number"].replace(",", ""), _unit_of(found)
    if len(digits.partition(".")[0].lstrip("+-")) > _MOST_DIGITS:
        return _TEXT
    if printed in _YUAN and unit not in (printed, AS_PRINTED):
        if unit not in _YUAN:
            return _TEXT
        amount = Decimal(digits) * _YUAN[printed] / _YUAN[unit]
        return Value("figure", int(amount) if amount == int(amount) and "." not in digits else float(amount))
    return Value("figure", float(digits) if "." in digits else int(digits))


def _unit_of(found: re.Match[str]) -> str | None:
    """The unit printed behind a figure, perhaps in brackets: 32357（元）."""
    in_note = _UNIT_IN_NOTE.fullmatch(found["note"] or "")
    return found["unit"] or (in_note[1] if in_note else None)


def _contradicts(found: re.Match[str], unit: str | None) -> bool:
    """Whether the note behind a figure corrects it, or gives another amount: 32357（3.2357万元） where 万元 are due."""
    if _CORRECTED.search(found["note"]):
        return True
    amount = _AMOUNT_IN_NOTE.fullmatch(found["note"])
    if amount is None or unit not in _YUAN:
        return False
    figure = found["number"] + (found["unit"] or "")
    return read_value(figure, unit).number != read_value(amount[1], unit).number


def converted_from(text: str, unit: str | None) -> str | None:
    """The unit printed in a cell whose amount `read_value` has converted to that of its column; else None."""
    found = _NUMBER.fullmatch(_folded(text).strip().replace("−", "-"))
    printed = _unit_of(found) if found else None
    return printed if printed in _YUAN and unit in _YUAN and printed != unit else None
