"""The looks of an xlsx workbook: number formats, fonts, grounds, and formats that hold on a condition.

What they make of a cell is left to `load.extract.sheets.xlsx` and `load.extract.sheets.looks`.
"""

from dataclasses import dataclass, field

from lxml import etree

from load.extract.sheets.looks import BLACK, COMPARISONS, SMALLEST_SIZE, WHITE, Condition
from load.extract.sheets.number_format import BUILT_IN, GENERAL, NOT_UNDERSTOOD
from load.extract.sheets.xlsx_parts import all_of, decimal, is_on, local, number, place_of

_THEME = {"0": WHITE, "1": BLACK}
_INDEXED = {"0": BLACK, "8": BLACK, "64": BLACK, "1": WHITE, "9": WHITE, "65": WHITE}
_MOST_CONDITIONS = 300


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks; `ground` None is the paper, `size` is in points."""

    format: str = GENERAL
    struck: bool = False
    ink: str = BLACK
    ground: str | None = None
    size: float | None = None
    shrinks: bool = False  # whether its text is made smaller where it does not fit


@dataclass(slots=True)
class Styles:
    """The looks of cells by the number of their style, those of conditions by theirs, the size of most text."""

    looks: list[Look] = field(default_factory=list)
    conditional: list[Look] = field(default_factory=list)
    size: float = 11.0

    @classmethod
    def of(cls, root: etree._Element | None) -> "Styles":
        """The styles that a part holds."""
        styles = cls()
        formats: dict[int, str] = dict(BUILT_IN)
        fonts: list[Look] = []
        grounds: list[str | None] = []
        for group in () if root is None else root:
            kind = local(group)
            if kind == "numFmts":
                for entry in group:
                    formats[number(entry.get("numFmtId"))] = entry.get("formatCode", NOT_UNDERSTOOD)
            elif kind == "fonts":
                fonts = [_font(font) for font in group]
                styles.size = (fonts[0].size if fonts else None) or styles.size
            elif kind == "fills":
                grounds = [_ground(fill) for fill in group]
            elif kind == "cellXfs":
                for entry in group:
                    at, under = number(entry.get("fontId", "0")), number(entry.get("fillId", "0"))
                    font = fonts[at] if 0 <= at < len(fonts) else Look()
                    styles.looks.append(
                        Look(
                            formats.get(number(entry.get("numFmtId", "0")), NOT_UNDERSTOOD),
                            font.struck,
                            font.ink,
                            grounds[under] if 0 <= under < len(grounds) else None,
                            font.size,
                            any(is_on(e.get("shrinkToFit")) for e in entry if local(e) == "alignment"),
                        )
                    )
            elif kind == "dxfs":
                styles.conditional = [_conditional(entry) for entry in group]
        return styles


def _font(font: etree._Element) -> Look:
    said = {local(e): e for e in font}
    ink = colour(said["color"]) if "color" in said else BLACK
    size = decimal(said["sz"].get("val")) if "sz" in said else None
    return Look(struck="strike" in said and is_on(said["strike"].get("val", "1")), ink=ink, size=size)


def _ground(fill: etree._Element, *, is_plain: bool = False) -> str | None:
    """The colour of a ground; None for the paper."""
    for pattern in fill:
        kind = pattern.get("patternType", "solid" if is_plain else "none")
        if local(pattern) != "patternFill":
            return "shaded"
        if kind == "none":
            return None
        if kind != "solid":
            return f"pattern {kind}"
        wanted = "bgColor" if is_plain else "fgColor"
        return next((colour(e) for e in pattern if local(e) == wanted), "solid")
    return None


def _conditional(entry: etree._Element) -> Look:
    said = {local(e): e for e in entry}
    font = _font(said["font"]) if "font" in said else Look()
    format = said["numFmt"].get("formatCode", GENERAL) if "numFmt" in said else GENERAL
    ground = _ground(said["fill"], is_plain=True) if "fill" in said else None
    return Look(format, font.struck, font.ink, ground, font.size)


def colour(element: etree._Element) -> str:
    """The name of a colour: RRGGBB, or that of one of a theme or a list; the same name for the same colour."""
    tint = element.get("tint")
    if element.get("theme") is not None:
        theme = element.get("theme", "")
        return _THEME.get(theme, f"theme {theme}") if not tint else f"theme {theme} {tint}"
    if element.get("rgb"):
        return element.get("rgb", "").upper()[-6:]
    if element.get("indexed") is not None:
        return _INDEXED.get(element.get("indexed", ""), f"indexed {element.get('indexed')}")
    return BLACK


def conditions_of(group: etree._Element, styles: Styles) -> list[Condition]:
    """Which of the formats in an element hide what they hold for, or strike it out, and where."""
    found: list[Condition] = []
    for rule in all_of(group, "cfRule"):
        at = number(rule.get("dxfId"))
        look = styles.conditional[at] if 0 <= at < len(styles.conditional) else Look()
        hides = look.ink == (look.ground or WHITE) or set(look.format) <= {";", " "}
        tiny = look.size is not None and look.size < SMALLEST_SIZE
        if not (hides or tiny or look.struck):
            continue
        formulas = [(e.text or "").strip() for e in rule if local(e) == "formula"]
        operand = decimal(formulas[0]) if len(formulas) == 1 and rule.get("type") == "cellIs" else None
        compare = COMPARISONS.get(rule.get("operator", "")) if operand is not None else None
        for part in group.get("sqref", "").split()[:_MOST_CONDITIONS]:
            first, _, last = part.partition(":")
            start, end = place_of(first), place_of(last or first)
            if start and end and len(found) < _MOST_CONDITIONS:
                found.append(Condition((*start, *end), look.struck and not hides, compare, operand or 0.0))
    return found
