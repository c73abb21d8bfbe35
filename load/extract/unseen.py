"""Figures of a page that its tables hold and nobody sees, and figures that are drawn and not written.

White on white, of no size, beyond the edge of the screen, clipped or turned: such a figure stands there with ≈
before it. A cell in which a style sheet, a background picture or a script prints something holds a sign that cannot
be read. Either way no figure is read, and no blank. What is taken off the page is left to `load.extract.shown`.
"""

import re
from collections.abc import Mapping
from itertools import pairwise

from selectolax.lexbor import LexborHTMLParser, LexborNode

from load.extract.styles import BEHIND, ancestors, named_on, said_of, sayings

UNSEEN_MARK = "≈"  # before what a machine reads and people do not see
DRAWN_MARK = "\ufffd"  # stands for what is printed and is no text

_HAN = re.compile(r"[\u2e80-\u9fff]")
# Of rem only the smallest: sites for telephones set a rem of 100 pixels by script.
_TINY = re.compile(r"[0-2]?(?:\.\d+)?(?:px|pt)?|0*\.[01]\d*em|0*\.0[0-4]?\d*rem|0+r?em|[0-9](?:\.\d+)?%")
_FAR = re.compile(
    r"-(?:[5-9]\d\d|\d{4,})(?:\.\d+)?(?:px|pt)?|-\d{2,}(?:\.\d+)?r?em|-\d{3,}(?:\.\d+)?(?:%|v[wh])"
)
# What hides an element with all that stands in it.
_HIDES_ALL = {
    "opacity": re.compile(r"0*\.?0\d?%?"),
    **dict.fromkeys(("left", "right", "top", "bottom", "margin-left", "margin-top", "margin"), _FAR),
    "clip": re.compile(r"rect.*"),
    "clip-path": re.compile(r"(?!none).+"),
    "transform": re.compile(r"(?!none|translate[xyz]?(?:3d)?\([0px, ]*\)$).+"),
    "filter": re.compile(r".*(?:opacity\(0|blur|alpha\(opacity=0\)).*"),
    "unicode-bidi": re.compile(r".*override"),
}
# What goes on in the elements that stand in one, unless they say otherwise.
_HIDES_TEXT = {
    "font-size": _TINY,
    "font": re.compile(r"(?:\D+ )?(?:0|[0-2]px|[0-2]pt)\b(?!\.).*"),
    "text-indent": re.compile(_FAR.pattern + r"|-[1-9]\d\d(?:\.\d+)?(?:px|pt)"),
    "-webkit-text-fill-color": re.compile(r"transparent"),
}
_SIZES = {
    "height": "0(?:px|pt)?",
    "max-height": "0(?:px|pt)?",
    "width": "0(?:px|pt)?",
    "max-width": "0(?:px|pt)?",
}
_COLOURS = ("color", "background", "background-color", "background-image")
_PROPERTIES = (*_HIDES_ALL, *_HIDES_TEXT, *_SIZES, "overflow", *_COLOURS, "font-family", "content", BEHIND)

_NAMES_OF_COLOURS = {
    "white": (255, 255, 255), "snow": (255, 250, 250), "ivory": (255, 255, 240), "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245), "floralwhite": (255, 250, 240), "black": (0, 0, 0), "windowtext": (0, 0, 0),
    "red": (255, 0, 0), "blue": (0, 0, 255), "green": (0, 128, 0), "yellow": (255, 255, 0), "gray": (128, 128, 128),
    "grey": (128, 128, 128), "navy": (0, 0, 128), "silver": (192, 192, 192), "window": (255, 255, 255),
}  # fmt: skip
_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})(?![0-9a-f])")
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+([\d.]+%?))?\s*\)")
_WORD = re.compile(r"[a-z]+")
_ALIKE = 40  # of 255, summed over the three colours: text on such a ground is not seen
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
Colour = tuple[int, int, int]
_CLEAR: Colour = (-1000, -1000, -1000)  # no colour at all: unlike any other

_URL = re.compile(r"url\(", re.IGNORECASE)
_FACE = re.compile(r"@font-face\s*\{([^}]*)\}", re.IGNORECASE)
# Letters of public documents, which sites bring along for machines that lack them.
_USUAL_FACE = re.compile(
    r"仿宋|宋体|楷体|黑体|方正|fang ?song|sim(?:sun|hei)|kai ?ti|\bfz[a-z]|source ?han|noto", re.IGNORECASE
)
_FAMILY = re.compile(r"font-family\s*:\s*([^;]+)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([0-9a-fA-F]{1,6}) ?")
_STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'|attr\(\s*([\w\-]+)\s*\)|(counters?\()|(url\()")
# Classes that name a digit or a piece of a picture: what stands for a figure where the sheet is elsewhere.
_CLASS_OF_DIGIT = re.compile(r"(?:n|num|number|no|d|digit|figure|shuzi|sz|icon|ico|sprite|glyph)[-_]?\d+")
_WRITTEN = re.compile(
    r"(<t[dh]\b[^<>]*>(?:\s|&nbsp;|<(?!/?t[dhr]\b|script)[^<>]*>)*)(?=<script\b[^<>]*>[^<]{0,400}?document\s*\.\s*write)",
    re.IGNORECASE,
)
# Signs in the text of tables: a word that is quick to look for, and what it has to be part of.
_SIGNS = tuple(
    (word, re.compile(pattern))
    for word, pattern in (
        ("opacity", r"opacity\s*:\s*(?:0(?:\.0\d?)?|\.0\d?)%?\s*[;\"'!]"),
        (
            "font-size",
            r"font-size\s*:\s*(?:[0-2]?(?:\.\d+)?(?:px|pt)?|[0-9](?:\.\d+)?%|0?(?:\.[01]\d*)?r?em)\s*[;\"'!]",
        ),
        ("font:", r"font:[^;\"']*(?<![\d.])[0-2](?:px|pt)?[ /]"),
        ("text-indent", r"text-indent\s*:\s*-\d{2}"),
        *((side, rf"{side}\s*:\s*-\d{{2}}") for side in ("left", "right", "top", "bottom", "margin")),
        ("clip", r"clip(?:-path)?\s*:"),
        ("transform", r"transform\s*:(?!\s*(?:none|uppercase|lowercase|capitalize))"),
        ("filter", r"filter\s*:"),
        ("bdo", r"<bdo"),
        ("-override", r"-override"),
        ("text-fill-color", "text-fill-color"),
        ("overflow", r"overflow\s*:\s*hidden"),
        ("url(", r"background[^:;\"'<>]*:[^;\"'<>]*url\("),
        ("class", r"class\s*=\s*[\"']?(?:[^\"'<>]*\s)?" + _CLASS_OF_DIGIT.pattern + r"[\"'\s>]"),
    )
)
_VALUE = re.compile(r"(?:-color|-image)?\s*[:=]\s*[\"']?\s*([^;\"'<>!]*)")


def with_writing_scripts_marked(text: str) -> str:
    """The page `text` with a sign that cannot be read in each cell that a script writes into."""
    return _WRITTEN.sub(rf"\1{DRAWN_MARK}", text) if "document" in text else text


def may_hold_unseen(tables: str, sheets: str) -> bool:
    """Whether a page whose tables have this text (in lower case) may show other figures than it holds."""
    if not sheets and not any(word in tables for word in ("style", "class", "color", "background", "<bdo")):
        return False
    # A page that Word wrote has thousands of tags and few different ones.
    parts = dict.fromkeys(tables.split(">"))
    tables = "".join(dict.fromkeys(part[part.index("<") :] for part in parts if "<" in part))
    if any(word in tables and sign.search(tables) for word, sign in _SIGNS) or _may_be_alike(tables):
        return True
    faces = _own_faces(sheets)
    if any(face in tables for face in faces):
        return True
    return any(
        (_is_suspect(name, value) or (name == "font-family" and any(face in value for face in faces)))
        and named_on(selector, tables)
        for selector, _, name, value in sayings(sheets, _PROPERTIES)
    )


def mark_unseen(tree: LexborHTMLParser, sheets: str) -> None:
    """Mark what is not seen, or drawn, in the cells of a page's tables."""
    said = said_of(tree, sheets, _PROPERTIES)
    for family, nodes in (("font", tree.css("font[color]")), ("ground", tree.css("[bgcolor]"))):
        name, attribute = ("color", "color") if family == "font" else ("background-color", "bgcolor")
        for node in nodes:
            said[name].setdefault(node.mem_id, (node.attributes.get(attribute) or "").lower())
    looks = _Looks(said, _own_faces(sheets))
    for cell in tree.css("td, th"):
        if len(cell.css("td, th")) > 1:  # the first is itself
            continue
        text = cell.text()
        if _HAN.search(text):
            continue
        has_digits = any(character.isdigit() for character in text)
        if has_digits:
            for node in _texts(cell):
                if not looks.is_seen(node, cell):
                    node.replace_with(UNSEEN_MARK + (node.text_content or ""))
        if looks.is_drawn(cell, is_blank=not text.strip()):
            cell.insert_child(DRAWN_MARK)


def _texts(node: LexborNode) -> list[LexborNode]:
    """The text nodes in a node that have digits."""
    found: list[LexborNode] = []
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            if any(character.isdigit() for character in child.text_content or ""):
                found.append(child)
        else:
            found += _texts(child)
    return found


class _Looks:
    """How elements look; `said` has, by property and element, what is said of it."""

    def __init__(self, said: Mapping[str, Mapping[int, str]], faces: set[str]) -> None:
        self.said, self.faces = said, faces
        self._known: dict[int, bool] = {}

    def is_seen(self, text: LexborNode, cell: LexborNode) -> bool:
        """Whether people see a text, and as what it is."""
        parent = text.parent
        if parent is None:
            return True
        if parent.mem_id not in self._known:
            chain = [parent, *ancestors(parent)]
            inside = next((n for n, up in enumerate(chain) if up.mem_id == cell.mem_id), 0)
            self._known[parent.mem_id] = not self._hidden(chain) and not self._in_own_face(
                chain[: inside + 1]
            )
        return self._known[parent.mem_id]

    def _hidden(self, chain: list[LexborNode]) -> bool:
        for up in chain:
            if any(
                (value := self.said[name].get(up.mem_id)) is not None and hides.fullmatch(value)
                for name, hides in _HIDES_ALL.items()
            ):
                return True
            if up.tag == "bdo" and (up.attributes.get("dir") or "").lower() == "rtl":
                return True
            if up.tag not in ("td", "th", "tr", "table", "tbody") and self._has_no_room(up.mem_id):
                return True
        for name, hides in _HIDES_TEXT.items():
            value = next((v for up in chain if (v := self.said[name].get(up.mem_id)) is not None), None)
            if value is not None and hides.fullmatch(value) and not (name == "font" and self._sized(chain)):
                return True
        return self._ink_is_ground(chain)

    def _sized(self, chain: list[LexborNode]) -> bool:
        return any(up.mem_id in self.said["font-size"] for up in chain)

    def _has_no_room(self, id: int) -> bool:
        if "hidden" not in self.said["overflow"].get(id, ""):
            return False
        return any(re.fullmatch(nothing, self.said[name].get(id, "")) for name, nothing in _SIZES.items())

    def _ink_is_ground(self, chain: list[LexborNode]) -> bool:
        ink = next((c for up in chain if (c := colour(self.said["color"].get(up.mem_id)))), _BLACK)
        if ink == _CLEAR:
            return True
        for up in chain:
            here = [self.said[name].get(up.mem_id) for name in ("background-color", "background")]
            if any(
                value and _URL.search(value)
                for value in (*here, self.said["background-image"].get(up.mem_id))
            ):
                return False  # a picture behind it, of whatever colour
            ground = next((c for value in here if (c := colour(value)) and c != _CLEAR), None)
            if ground:
                return _alike(ink, ground)
        return _alike(ink, _WHITE)

    def _in_own_face(self, chain: list[LexborNode]) -> bool:
        """Whether it is set in letters that the page brings along, which may show any sign for any other."""
        if not self.faces:
            return False
        value = next((v for up in chain if (v := self.said["font-family"].get(up.mem_id))), "")
        return _plain_family(value.split(",")[0]) in self.faces

    def is_drawn(self, cell: LexborNode, *, is_blank: bool) -> bool:
        """Whether something is printed in a cell that is no text of the page."""
        for node in cell.css("*"):  # the first is itself
            contents = [self.said[name].get(node.mem_id) for name in ("content", BEHIND)]
            if any(content and _draws(content, node, is_blank=is_blank) for content in contents):
                return True
            if not is_blank:
                continue
            if any(
                _URL.search(self.said[name].get(node.mem_id, ""))
                for name in ("background", "background-image")
            ):
                return True
            classes = (node.attributes.get("class") or "").lower().split()
            if node.mem_id != cell.mem_id and any(map(_CLASS_OF_DIGIT.fullmatch, classes)):
                return True
        return False


def _draws(content: str, node: LexborNode, *, is_blank: bool) -> bool:
    """Whether content that a sheet puts before or behind an element may be a part of a figure."""
    for double, single, attribute, counter, url in _STRING.findall(content):
        text = double or single or (node.attributes.get(attribute) or "" if attribute else "")
        text = _ESCAPED.sub(lambda m: chr(min(int(m[1], 16), 0x10FFFF)), text)
        if counter or url or any(character.isdigit() for character in text) or (is_blank and text.strip()):
            return True
    return False


def _own_faces(sheets: str) -> set[str]:
    """The names of letters that the sheets fetch from somewhere."""
    found = set()
    for body in _FACE.findall(sheets):
        family = _FAMILY.search(body)
        if family and _URL.search(body) and not _USUAL_FACE.search(family[1]):
            found.add(_plain_family(family[1]))
    return found


def _plain_family(name: str) -> str:
    return name.strip().strip("\"'").strip().lower()


def colour(value: str | None) -> Colour | None:
    """The colour that a declaration names: red, green, blue, each to 255; None if it names none."""
    if not value:
        return None
    found = _HEX.search(value)
    if found:
        digits = found[1]
        if len(digits) < 6:
            digits = "".join(digit * 2 for digit in digits)
        if digits[6:] == "00":
            return _CLEAR
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    found = _RGB.search(value)
    if found:
        if found[4] and float(found[4].rstrip("%")) == 0:
            return _CLEAR
        return int(found[1]), int(found[2]), int(found[3])
    if "transparent" in value:
        return _CLEAR
    return next((_NAMES_OF_COLOURS[word] for word in _WORD.findall(value) if word in _NAMES_OF_COLOURS), None)


def _alike(one: Colour, other: Colour) -> bool:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) <= _ALIKE


def _may_be_alike(tables: str) -> bool:
    """Whether text of a colour may stand on a ground of the same in these tables."""
    parts = tables.split("color")
    values = {(before[-2:], behind[:26]) for before, behind in pairwise(parts)}
    inks = {_value(behind) for before, behind in values if before not in ("d-", "bg")}
    grounds = {_value(behind) for before, behind in values if before in ("d-", "bg")}
    grounds |= {_value(behind) for behind in {part[:40] for part in tables.split("background")[1:]}}
    if _CLEAR in inks:
        return True
    return any(
        _alike(ink, ground)
        for ink in {*inks, _BLACK}
        for ground in {*grounds, _WHITE} - {_CLEAR}
        if ink and ground
    )


def _value(declaration: str) -> Colour | None:
    """The colour in what stands behind the name of a property."""
    found = _VALUE.match(declaration)
    return colour(found[1]) if found else None


def _is_suspect(name: str, value: str) -> bool:
    """Whether a declaration of a style sheet may keep a figure from being seen, or draw one."""
    hides = _HIDES_ALL.get(name) or _HIDES_TEXT.get(name)
    if hides is not None:
        return hides.fullmatch(value) is not None
    if name in ("content", BEHIND):
        return bool(_STRING.search(value))
    if name == "overflow":
        return "hidden" in value
    if name == "color":
        ink = colour(value)
        return ink == _CLEAR or (ink is not None and _alike(ink, _WHITE))
    if name.startswith("background"):
        ground = colour(value)
        return bool(_URL.search(value)) or (ground is not None and _alike(ground, _BLACK))
    return False
