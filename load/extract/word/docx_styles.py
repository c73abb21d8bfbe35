"""The styles and lists of a Word document (docx), and how its XML is taken apart.

Names are taken without their namespaces, which differ between transitional and strict files. What the
text itself says is left to `load.extract.word.docx`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from load.extract.word.numbering import Counter, Level

_PLACEHOLDER = re.compile(r"%([1-9])")
_SMALLEST = 6  # half points: what is smaller is not to be seen
_SIGN_FONTS = ("wingdings", "webdings", "marlett", "zapf dingbats", "bookshelf symbol")
_HIGHLIGHTS = {"BLACK": "000000", "WHITE": "FFFFFF", "YELLOW": "FFFF00", "RED": "FF0000", "NONE": "AUTO"}
_STYLES_HEAD = re.compile(rb"<((?:\w+:)?)styles\b[^>]*>")


@dataclass(frozen=True, slots=True)
class Look:
    """How a run of text looks, as far as its text depends on it. None: not said."""

    hidden: bool | None = None
    struck: bool | None = None
    raised: bool | None = None
    tiny: bool | None = None
    symbols: bool | None = None  # whether its font has signs for letters
    ink: str | None = None  # colours are RRGGBB or "AUTO"
    ground: str | None = None

    def over(self, other: "Look") -> "Look":
        """This look, and of `other` what it does not say."""
        if self is NO_LOOK or other is NO_LOOK:
            return other if self is NO_LOOK else self
        return Look(
            other.hidden if self.hidden is None else self.hidden,
            other.struck if self.struck is None else self.struck,
            other.raised if self.raised is None else self.raised,
            other.tiny if self.tiny is None else self.tiny,
            other.symbols if self.symbols is None else self.symbols,
            self.ink or other.ink,
            self.ground or other.ground,
        )


NO_LOOK = Look()
_NOTHING_SAID = (None,) * 7


@dataclass(frozen=True, slots=True)
class Style:
    """A style, with what it is based on: the look of its text, its list and level."""

    look: Look = NO_LOOK
    list_: str | None = None
    level: int | None = None


NO_STYLE = Style()
_WHOLE_NUMBER = re.compile(r"-?\d{1,9}")


_look = lru_cache(maxsize=1024)(Look)  # a document has thousands of runs and few different looks


@lru_cache(maxsize=4096)
def _local(name: str) -> str:
    return str(name).rpartition("}")[2]


def name_of(element: etree._Element) -> str:
    """The name of an element without its namespace, which differs between transitional and strict files."""
    return _local(element.tag)


def attribute(element: etree._Element | None, name: str) -> str | None:
    if element is None:
        return None
    for key, value in element.items():
        if _local(key) == name:
            return str(value)
    return None


def child_of(element: etree._Element | None, *path: str) -> etree._Element | None:
    for name in path:
        if element is None:
            return None
        for child in element:
            if _local(child.tag) == name:
                element = child
                break
        else:
            return None
    return element


def children_of(element: etree._Element | None) -> dict[str, etree._Element]:
    """The children of an element by name, of several with one name the first."""
    return {} if element is None else {name_of(child): child for child in reversed(element)}


def number_of(text: str | None) -> int | None:
    return int(text) if text and _WHOLE_NUMBER.fullmatch(text) else None


def is_on(element: etree._Element | None) -> bool | None:
    """Whether a switch is on; None if it is not there."""
    if element is None:
        return None
    return attribute(element, "val") not in ("0", "false", "off", "none", "baseline")


def chosen(element: etree._Element) -> list[etree._Element]:
    """Of several ways to say the same, the first: the others say it to older programs."""
    return [child for child in element if name_of(child) in ("Choice", "Fallback")][:1]


def look_of(properties: etree._Element) -> Look:
    """What the properties of a run say of its look."""
    hidden = struck = raised = tiny = symbols = None
    ink = ground = None
    for property in properties:
        name = name_of(property)
        if name == "vanish":
            hidden = is_on(property)
        elif name in ("strike", "dstrike"):
            struck = struck or is_on(property)
        elif name in ("vertAlign", "position"):
            raised = raised or is_on(property)
        elif name == "sz":
            tiny = (number_of(attribute(property, "val")) or _SMALLEST) < _SMALLEST
        elif name == "rFonts":
            symbols = _has_signs(attribute(property, "ascii"))
        elif name == "color":
            ink = _ink(property)
        elif name in ("highlight", "shd"):
            fill = (attribute(property, "val" if name == "highlight" else "fill") or "AUTO").upper()
            ground = _HIGHLIGHTS.get(fill, fill)
    said = (hidden, struck, raised, tiny, symbols, ink, ground)
    return NO_LOOK if said == _NOTHING_SAID else _look(*said)


@lru_cache(maxsize=1024)
def _has_signs(font: str | None) -> bool | None:
    return None if font is None else font.lower().startswith(_SIGN_FONTS)


def _ink(property: etree._Element) -> str:
    if attribute(property, "themeColor") in ("background1", "light1"):
        shades = attribute(property, "themeShade") or attribute(property, "themeTint")
        return "AUTO" if shades else "FFFFFF"
    return (attribute(property, "val") or "AUTO").upper()


def without_table_styles(data: bytes) -> bytes:
    """The styles' part without the styles of tables: most of its bytes, and nothing that hides text."""
    head = _STYLES_HEAD.search(data)
    if head is None:
        return data
    start, end = b"<" + head[1] + b"style ", b"</" + head[1] + b"style>"
    kept = [data[: head.end()]]
    for chunk in data[head.end() :].split(end)[:-1]:
        style = chunk[max(0, chunk.find(start)) :]
        if b'type="table"' not in style[:200] and style.startswith(start):
            kept += (style, end)
    return b"".join([*kept, b"</" + head[1] + b"styles>"])


class Styles:
    """The styles of a document, each with what it takes from the style that it is based on."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements = {} if root is None else {attribute(child, "styleId"): child for child in root}
        self._known: dict[str, Style] = {}

    def of(self, id: str | None, depth: int = 0) -> Style:
        """The style of that id; one that says nothing, if there is none."""
        if id is None or depth > 20:  # styles that are based on one another
            return NO_STYLE
        if id in self._known:
            return self._known[id]
        element = self._elements.get(id)
        if element is None:
            return NO_STYLE
        base = self.of(attribute(child_of(element, "basedOn"), "val"), depth + 1)
        look, numbering = child_of(element, "rPr"), child_of(element, "pPr", "numPr")
        list_, level = (attribute(child_of(numbering, name), "val") for name in ("numId", "ilvl"))
        self._known[id] = Style(
            base.look if look is None else look_of(look).over(base.look),
            list_ or base.list_,
            base.level if number_of(level) is None else number_of(level),
        )
        return self._known[id]


class Lists:
    """The lists of a document, and how far each has been counted."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._counter = Counter()
        self._levels: dict[str, dict[int, Level]] = {}  # by list
        self._abstract: dict[str, str] = {}  # lists that count together
        self._starts: dict[str, dict[int, int]] = {}  # from where a list starts anew when it first comes
        kinds: dict[str, dict[int, Level]] = {}
        links: dict[str, str] = {}
        for element in () if root is None else root:
            if name_of(element) == "abstractNum":
                id = attribute(element, "abstractNumId") or ""
                kinds[id] = _levels(element)
                link = attribute(child_of(element, "numStyleLink"), "val")
                if link:
                    links[id] = link
        for element in () if root is None else root:
            if name_of(element) != "num":
                continue
            id = attribute(element, "numId") or ""
            abstract = attribute(child_of(element, "abstractNumId"), "val") or ""
            own: dict[int, Level] = {}
            for override in element:
                level = number_of(attribute(override, "ilvl"))
                start = number_of(attribute(child_of(override, "startOverride"), "val"))
                own |= _levels(override)
                if level is not None and start is not None and 0 <= level < 9:
                    self._starts.setdefault(id, {})[level] = start
            self._abstract[id] = abstract
            self._levels[id] = kinds.get(abstract, {}) | own
        for id, abstract in self._abstract.items():
            linked = styles.of(links.get(abstract)).list_
            if linked and linked in self._abstract and not self._levels[id]:
                self._levels[id] = self._levels[linked]

    def number(self, numbering: etree._Element | None, style: Style) -> str:
        """The number of a paragraph of which this is the `numPr`, in this style; "" if it has none."""
        if numbering is None and style.list_ is None:
            return ""
        list_ = attribute(child_of(numbering, "numId"), "val") or style.list_
        level = number_of(attribute(child_of(numbering, "ilvl"), "val"))
        level = (style.level or 0) if level is None else level
        if list_ is None or list_ == "0" or list_ not in self._levels or not 0 <= level < 9:
            return ""
        together = self._abstract[list_]
        for at, start in sorted(self._starts.pop(list_, {}).items()):
            self._counter.restart(together, at, start)
        return self._counter.next(together, self._levels[list_], level)


def _levels(element: etree._Element) -> dict[int, Level]:
    """The levels of a list that stand in an element, by number from 0."""
    levels = {}
    for child in element:
        at = number_of(attribute(child, "ilvl"))
        if name_of(child) != "lvl" or at is None or not 0 <= at < 9:
            continue
        start = number_of(attribute(child_of(child, "start"), "val"))
        format = child_of(child, "numFmt")
        if format is None:  # a newer format, with this one for older programs
            choice = next((c for e in child if name_of(e) == "AlternateContent" for c in chosen(e)), None)
            format = child_of(choice, "numFmt")
        text = attribute(child_of(child, "lvlText"), "val") or ""
        text = _PLACEHOLDER.sub(lambda found: f"{{{int(found[1]) - 1}}}", text)
        levels[at] = Level(attribute(format, "val") or "decimal", text, 1 if start is None else start)
    return levels
