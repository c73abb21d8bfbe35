"""Numbers that a word processor sets itself: 一、 before a heading, （二） before a paragraph.

The text of such a heading has no number in it; the page prints one. Here it is counted and written, for
every format alike. Where a format keeps its lists is left to its extractor.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_HAN = "〇一二三四五六七八九"
_ZERO = "零"  # within a number that is written with its units
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_LARGEST = 9999  # a list that counts on is written in digits


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: how it counts (a name of OOXML's ST_NumberFormat), from where, and its text, with
    the number of level n at `{n}`, n from 0."""

    format: str = "decimal"
    text: str = ""
    start: int = 1


class Counter:
    """Counts the paragraphs of the lists of a document, in order."""

    def __init__(self) -> None:
        self._at: dict[object, list[int | None]] = {}

    def restart(self, list_: object, level: int, start: int) -> None:
        """Let the next paragraph of this level of a list be number `start`."""
        at = self._at.setdefault(list_, [None] * 10)
        at[level:] = [start - 1] + [None] * (9 - level)

    def next(self, list_: object, levels: Mapping[int, Level], level: int) -> str:
        """The number that the next paragraph of this level carries, as printed; "" for a bullet."""
        here = levels.get(level)
        if here is None:
            return ""
        at = self._at.setdefault(list_, [None] * 10)
        before = at[level]
        at[level] = here.start if before is None else before + 1
        at[level + 1 :] = [None] * (9 - level)
        if here.format in ("bullet", "none"):
            return ""
        text = here.text
        for n in range(level + 1):
            mark = f"{{{n}}}"
            if mark in text:
                of = levels.get(n, here)
                count = at[n]
                text = text.replace(mark, written(of.start if count is None else count, of.format))
        return text


def numbered(number: str, text: str) -> str:
    """A paragraph with its number before it: 一、总体情况, but "1. 5", so that the two never make one figure."""
    if number and number[-1].isascii():
        return f"{number} {text}"
    return number + text


def written(number: int, format: str) -> str:
    """A number as a list prints it, in the format of that name; in digits in any other."""
    if not 0 < number <= _LARGEST:
        return str(number)
    return _FORMATS.get(format, str)(number)


def _counted(digits: str, units: Sequence[str], number: int) -> str:
    """In Chinese, with units: 二十一; 十一 and not 一十一."""
    text = str(number)
    parts = []
    for place, digit in zip(range(len(text) - 1, -1, -1), text, strict=True):
        if digit != "0":
            parts.append(digits[int(digit)] + units[place])
        elif parts and parts[-1] != _ZERO:
            parts.append(_ZERO)
    while parts[-1] == _ZERO:
        parts.pop()
    whole = "".join(parts)
    return whole[1:] if digits is _HAN and 10 <= number < 20 else whole


def _han(number: int) -> str:
    return _counted(_HAN, ("", "十", "百", "千"), number)


def _legal(number: int) -> str:
    return _counted(_LEGAL, ("", "拾", "佰", "仟"), number)


def _han_digits(number: int) -> str:
    return "".join(_HAN[int(digit)] for digit in str(number))


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def _letter(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * min(1 + (number - 1) // 26, 20)


def _one_of(signs: Sequence[str]) -> Callable[[int], str]:
    return lambda number: signs[number - 1] if number <= len(signs) else str(number)


def _run(first: int, length: int) -> Callable[[int], str]:
    return _one_of([chr(first + n) for n in range(length)])


_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_HAN_FORMATS = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting",
                "taiwaneseCountingThousand")  # fmt: skip
_FORMATS: dict[str, Callable[[int], str]] = {
    **dict.fromkeys(_HAN_FORMATS, _han),
    **dict.fromkeys(("ideographDigital", "taiwaneseDigital"), _han_digits),
    **dict.fromkeys(("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"), _legal),
    "lowerLetter": _letter,
    "upperLetter": lambda number: _letter(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalFullWidth2": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalEnclosedCircle": _run(0x2460, 20),
    "decimalEnclosedCircleChinese": _run(0x2460, 20),
    "decimalEnclosedParen": _run(0x2474, 20),
    "decimalEnclosedFullstop": _run(0x2488, 20),
    "ideographEnclosedCircle": _run(0x3220, 10),
    "ideographTraditional": _one_of(_STEMS),
    "ideographZodiac": _one_of(_BRANCHES),
}
