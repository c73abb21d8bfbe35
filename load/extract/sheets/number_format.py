"""A number of a spreadsheet's cell as its number format shows it.

What is stored and what is shown differ: an accounting format shows 0 as a stroke, "0" shows 2.5 as 3. A figure
is what is shown. Formats that are not understood for certain give a text that nobody can take for a figure.
"""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from load.extract.written import UNKNOWN

GENERAL = "General"
# Formats that a workbook names by number only. What is missing here and in the workbook is not understood.
BUILT_IN = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    37: "#,##0_);(#,##0)", 38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', 43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    49: "@",
} | dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "yyyy-mm-dd")  # fmt: skip
NOT_UNDERSTOOD = "?!"

_SECTION_END = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<core>General|[0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+)|(?P<text>@)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_COLOUR = re.compile(
    r"black|blue|cyan|green|magenta|red|yellow|color ?\d+|[黑蓝绿红黄]色|颜色 ?\d+", re.IGNORECASE
)
_DATE = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_PLAIN = set(" -+/():!^&'~{}<>=$%")
_DAY_ZERO = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001  # a printed date has no zone
_LAST_DAY = 2_958_465
_LONGEST = 300  # characters of a format


def shown_number(stored: str | float, format: str = GENERAL, *, from_1904: bool = False) -> str:
    """The number `stored` as a cell of this format shows it; "" where the format hides it.

    from_1904   whether the workbook counts its days from 1904
    """
    try:
        number = float(stored)
        exact = Decimal(f"{number:.15g}")
    except (ValueError, ArithmeticError):
        return f"{str(stored)[:40]}{UNKNOWN}"
    if not exact.is_finite() or abs(exact) >= Decimal(10) ** 40:
        return f"{str(stored)[:40]}{UNKNOWN}"
    sections = _sections(format)
    if _is_date(sections[0]):
        return _date(number, from_1904=from_1904)
    choice = 0
    if exact < 0 and len(sections) > 1:
        choice = 1
    elif exact == 0 and len(sections) > 2:
        choice = 2
    tokens = _tokens(sections[choice])
    shown = None if tokens is None else _filled(abs(exact) if choice == 1 else exact, tokens)
    return _general(exact) + UNKNOWN if shown is None else shown


def shown_text(text: str, format: str = GENERAL) -> str:
    """The text of a cell as this format shows it: the format ";;;" hides it."""
    sections = _sections(format)
    return "" if len(sections) > 3 and not sections[3] else text


@lru_cache(maxsize=4096)
def _sections(format: str) -> list[str]:
    return [format] if len(format) > _LONGEST else _SECTION_END.split(format)


@lru_cache(maxsize=4096)
def _is_date(section: str) -> bool:
    bare = re.sub(
        r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|General', "", section, flags=re.IGNORECASE
    )
    return bool(_DATE.search(bare))


def _date(number: float, *, from_1904: bool) -> str:
    if not 0 <= number <= _LAST_DAY:
        return UNKNOWN
    if number < 61 and not from_1904:  # these programs count a 29 February 1900, or show a time of day
        return f"{number:g}{UNKNOWN}"
    moment = _DAY_ZERO[from_1904] + timedelta(days=number)
    return f"{moment:%Y-%m-%d}" if number == int(number) else f"{moment:%Y-%m-%d %H:%M}"


@lru_cache(maxsize=4096)
def _tokens(section: str) -> list[tuple[str, str]] | None:
    """(kind, text) of a section's parts, kind being "literal" or "core"; None if it is not understood."""
    if len(section) > _LONGEST:
        return None
    tokens: list[tuple[str, str]] = []
    for found in _TOKEN.finditer(section):
        kind, text = str(found.lastgroup), found[str(found.lastgroup)]
        if kind in ("quoted", "escaped"):
            tokens.append(("literal", text))
        elif kind == "space":
            tokens.append(("literal", " "))
        elif kind == "bracket":
            if text.startswith("$"):
                tokens.append(("literal", text[1:].partition("-")[0]))
            elif not _COLOUR.fullmatch(text):
                return None
        elif kind == "core":
            tokens.append(("core", text))
        elif kind == "text":
            tokens.append(("core", GENERAL))
        elif kind == "other":
            if text not in _PLAIN and text.isascii():
                return None
            tokens.append(("percent" if text == "%" else "literal", text))
    cores = [text for kind, text in tokens if kind == "core"]
    if len(cores) > 1 or any(text.partition(".")[0].endswith(",") for text in cores):
        return None  # a fraction, or thousands left out
    return tokens


def _filled(number: Decimal, tokens: list[tuple[str, str]]) -> str | None:
    """`number` in the place of the section's core."""
    number = number.scaleb(2 * sum(kind == "percent" for kind, _ in tokens))
    parts = []
    for kind, text in tokens:
        shown = _core(number, text) if kind == "core" else text
        if shown is None:
            return None
        parts.append(shown)
    if number < 0 and not any(kind == "core" for kind, _ in tokens):
        return None
    sign = "-" if number < 0 else ""
    return (sign + "".join(parts)).strip()


def _core(number: Decimal, pattern: str) -> str | None:
    """The digits of `number`, without its sign, in a pattern like #,##0.00; None if all of them are lost, or they
    are too many."""
    if pattern.lower() == GENERAL.lower():
        return _general(abs(number))
    whole, point, behind = pattern.partition(".")
    try:
        digits = f"{abs(number).quantize(Decimal(1).scaleb(-len(behind)), ROUND_HALF_UP):f}"
    except InvalidOperation:  # more digits than are calculated with
        return None
    if number < 0 and not digits.strip("0."):
        return None
    left, _, right = digits.partition(".")
    left = left.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole and left:
        left = f"{int(left):0{len(left)},}" if left[0] != "0" else left
    while right and behind[len(right) - 1] != "0" and right[-1] == "0":
        right = right[:-1]
    return f"{left}{point}{right}"


def _general(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
