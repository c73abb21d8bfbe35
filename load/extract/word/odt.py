"""OpenDocument texts (odt, ott) to pieces: the XML is read as it stands.

What the page shows is read: not deleted or hidden text, comments, tables of contents, headers and
footers. Numbers of lists are written out; notes follow the paragraph or table that they belong to.
"""

import re
from collections.abc import Iterator

from lxml import etree

from load.extract.document import Document, Unreadable
from load.extract.word.numbering import Counter, Level, numbered
from load.extract.written import (
    UNKNOWN,
    Block,
    Box,
    Table,
    document_of,
    has_digit,
    struck,
    unseen,
    with_picture,
)
from load.extract.zipped import Zipped

_SKIPPED = {
    "tracked-changes", "annotation", "table-of-content", "ruby-text", "note-citation", "hidden-text",
    "index-title", "forms", "variable-decls", "sequence-decls", "user-field-decls",
}  # fmt: skip
_PICTURES = {"image", "object", "object-ole", "plugin"}
_SHAPES = {
    "line",
    "rect",
    "custom-shape",
    "polyline",
    "polygon",
    "path",
    "ellipse",
    "circle",
    "connector",
    "control",
}
_SMALLEST = 3.0  # points: what is smaller is not to be seen
_ROWS = {"table-header-rows", "table-rows", "table-row-group"}
_MOST_REPEATED = 500  # cells and rows said to come again; more are not in a table that a person made
_FORMATS = {
    "1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman",
    "一, 二, 三, ...": "chineseCounting", "一, 十, 一百(一百), ...": "chineseCounting",
    "壹, 贰, 叁, ...": "chineseLegalSimplified", "壹, 貳, 參, ...": "ideographLegalTraditional",
    "甲, 乙, 丙, ...": "ideographTraditional", "子, 丑, 寅, ...": "ideographZodiac",
    "①, ②, ③, ...": "decimalEnclosedCircle", "１, ２, ３, ...": "decimalFullWidth", "": "none",
}  # fmt: skip


def read_odt(body: bytes) -> Document:
    """The document of an OpenDocument text. Raises Unreadable if it is damaged, encrypted or holds no text."""
    parts = Zipped(body)
    manifest = parts.read("META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest or "encrypted-package" in parts:
        raise Unreadable("it is encrypted: without its password nobody can read it")
    root = parts.xml("content.xml")
    if root is None:
        raise Unreadable("it is a ZIP container without the text of a document")
    text = next((element for element in root.iter("{*}text") if _is_body(element)), None)
    if text is None:
        raise Unreadable("it is an OpenDocument file without text")
    reader = _Reader([root, parts.xml("styles.xml")])
    try:
        return document_of("odt", list(reader.blocks(text, 0)), images=reader.images)
    except RecursionError as error:
        raise Unreadable("its elements stand too deep in one another") from error


def _is_body(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and _name(parent) == "body"


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: etree._Element, name: str) -> str | None:
    for key, value in element.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


def _count(element: etree._Element, name: str) -> int:
    """How often a cell, a row or a space comes; 1 where nothing is said."""
    text = _attribute(element, name) or "1"
    return int(text) if re.fullmatch(r"\d{1,7}", text) else 1


class _Reader:
    """One walk over the text of a document, in order."""

    def __init__(self, roots: list[etree._Element | None]) -> None:
        self.images = False
        self._shapes = False  # whether one without a text has been met
        self._looks: dict[str, set[str]] = {}  # by style: "hidden", "struck", "raised", "tiny", "signs"
        self._inks: dict[str, str] = {}  # by style: colours like "#ffffff"
        self._grounds: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._lists: dict[str, dict[int, Level]] = {}
        self._of_style: dict[str, str] = {}  # the list that a style of paragraphs belongs to
        for root in roots:
            for element in () if root is None else root.iter("{*}style", "{*}list-style"):
                self._style(element)
        self._counter = Counter()
        self._lists_by_id: dict[str, object] = {}
        self._last: dict[str, object] = {}
        self._notes: list[Block] = []
        self._repeated = 0

    def _style(self, element: etree._Element) -> None:
        name = _attribute(element, "name") or ""
        if _name(element) == "list-style":
            self._lists[name] = dict(_levels(element))
            return
        self._parents[name] = _attribute(element, "parent-style-name") or ""
        of = _attribute(element, "list-style-name")
        if of:
            self._of_style[name] = of
        look = set()
        for properties in element:
            if _attribute(properties, "display") == "none":
                look.add("hidden")
            if any(
                _attribute(properties, f"text-line-through-{kind}") not in (None, "none")
                for kind in ("style", "type")
            ):
                look.add("struck")
            if not re.match(r"[+\-]?0+%|$", _attribute(properties, "text-position") or ""):
                look.add("raised")
            if _is_tiny(_attribute(properties, "font-size")):
                look.add("tiny")
            if (_attribute(properties, "font-name") or "").lower().startswith(("wingdings", "webdings")):
                look.add("signs")
            ink, ground = (_attribute(properties, of) for of in ("color", "background-color"))
            if ink and _attribute(properties, "use-window-font-color") != "true":
                self._inks[name] = ink.lower()
            if ground and ground != "transparent":
                self._grounds[name] = ground.lower()
        if look:
            self._looks[name] = look

    def _look(self, element: etree._Element) -> set[str]:
        """How the text of an element looks, by its style and those it is based on."""
        found: set[str] = set()
        name = _attribute(element, "style-name") or ""
        for _ in range(20):
            found |= self._looks.get(name, set())
            name = self._parents.get(name, "")
            if not name:
                break
        return found

    def _said(self, element: etree._Element, colours: dict[str, str]) -> str | None:
        """The colour that the style of an element, or one that it is based on, names."""
        name = _attribute(element, "style-name") or ""
        for _ in range(20):
            if name in colours or not name:
                return colours.get(name)
            name = self._parents.get(name, "")
        return None

    def _is_on_its_own_colour(self, element: etree._Element) -> bool:
        """Whether text in an element has the colour of what it is printed on."""
        ink = ground = None
        for around in (element, *element.iterancestors()):
            ink = ink or self._said(around, self._inks)
            ground = ground or self._said(around, self._grounds)
            if _name(around) == "table":
                break
        return ink is not None and ink == (ground or "#ffffff")

    def blocks(self, element: etree._Element, depth: int) -> Iterator[Block]:
        """The blocks in an element; `depth` is how many cells and boxes stand around it."""
        for child in element:
            name = _name(child)
            if name in ("p", "h"):
                yield from self._paragraph(child, depth, "")
            elif name == "list":
                yield from self._list(child, depth)
            elif name == "table":
                yield self._table(child, depth)
            elif name in _SKIPPED:
                continue
            elif name in ("section", "index-body", "numbered-paragraph"):
                if _attribute(child, "display") != "none":
                    yield from self.blocks(child, depth)
            elif name in ("frame", "a", "g", "custom-shape", "rect", "text-box"):
                yield from self._frame(child)
            if depth == 0 and self._notes:
                notes, self._notes = self._notes, []
                yield from notes

    def _paragraph(self, element: etree._Element, depth: int, number: str) -> Iterator[Block]:
        boxes: list[Block] = []
        look = self._look(element)
        if "hidden" in look or _attribute(element, "is-hidden") == "true":
            return
        text = "".join(self._inline(element, look, boxes, depth > 0))
        yield numbered(number, text) if text.strip() or depth else text
        yield from boxes

    def _inline(
        self, element: etree._Element, look: set[str], boxes: list[Block], in_cell: bool
    ) -> Iterator[str]:
        def dressed(text: str | None) -> str:
            if not text or "hidden" in look:
                return ""
            text = re.sub(r"[ \t\r\n]+", " ", text)
            if not in_cell:
                return text
            text = struck(text) if "struck" in look else text
            text = re.sub(r"\S", UNKNOWN, text) if "signs" in look else text
            if "tiny" in look or (self._inks and self._is_on_its_own_colour(element)):
                text = unseen(text)
            return f" {text} " if "raised" in look else text

        yield dressed(element.text)
        for child in element:
            name = _name(child)
            if name == "s":
                yield dressed(" " * min(_count(child, "c"), 100))
            elif name == "tab":
                yield " "
            elif name == "line-break":
                yield "\n"
            elif name == "note":
                self._note(child)
            elif name in ("frame", "g", "text-box") or name in _SHAPES:
                boxes += self._frame(child)
            elif name not in _SKIPPED:
                yield from self._inline(child, look | self._look(child), boxes, in_cell)
            yield dressed(child.tail)

    def _note(self, element: etree._Element) -> None:
        for child in element:
            if _name(child) == "note-body":
                self._notes += list(self.blocks(child, 1))

    def _frame(self, element: etree._Element) -> list[Block]:
        if any(_name(child) in _PICTURES for child in element):
            self.images = True
        if _name(element) == "text-box" or _name(element) in _SHAPES:
            box = Box(list(self.blocks(element, 1)))
            has_text = any(not isinstance(block, str) or block.strip() for block in box.blocks)
            self._shapes = self._shapes or not has_text
            return [box]
        return [
            block
            for child in element
            if _name(child) in ("frame", "text-box", "g") or _name(child) in _SHAPES
            for block in self._frame(child)
        ]

    def _table(self, element: etree._Element, depth: int) -> Table:
        table = Table()
        for row in _rows(element):
            if _attribute(row, "visibility") in ("collapse", "filter"):
                continue
            cells: list[list[Block]] = []
            for cell in row:
                if _name(cell) == "table-cell":
                    had_images, self.images, self._shapes = self.images, False, False
                    blocks = list(self.blocks(cell, depth + 1))
                    if self.images or (self._shapes and any(map(has_digit, blocks))):
                        blocks = with_picture(blocks)
                    self.images = self.images or had_images
                    cells += [blocks] * self._times(cell, "number-columns-repeated")
            if cells:
                table.rows += [cells] * self._times(row, "number-rows-repeated")
        return table

    def _times(self, element: etree._Element, name: str) -> int:
        times = _count(element, name)
        self._repeated += times - 1
        if self._repeated > _MOST_REPEATED:
            raise Unreadable(f"rows and cells of its tables are said to come {self._repeated:,} times again")
        return times

    def _list(
        self, element: etree._Element, depth: int, name: str = "", level: int = 0, key: object = None
    ) -> Iterator[Block]:
        """The paragraphs of a list with their numbers; lists in it are its further levels."""
        if not level:
            name = _attribute(element, "style-name") or ""
            before = _attribute(element, "continue-list")
            goes_on = _attribute(element, "continue-numbering") == "true"
            key = (
                self._lists_by_id.get(before or "") or (self._last.get(name) if goes_on else None) or object()
            )
            self._last[name] = key
            self._lists_by_id[_attribute(element, "id") or ""] = key
        if level > 8:
            raise Unreadable("its lists stand too deep in one another")
        for item in element:
            if _name(item) not in ("list-item", "list-header"):
                continue
            is_first = _name(item) == "list-item"
            start = _attribute(item, "start-value")
            if start and re.fullmatch(r"\d{1,7}", start):
                self._counter.restart(key, level, int(start))
            for child in item:
                if _name(child) == "list":
                    yield from self._list(
                        child, depth, _attribute(child, "style-name") or name, level + 1, key
                    )
                elif _name(child) in ("p", "h"):
                    own = name or self._of_style.get(_attribute(child, "style-name") or "", "")
                    number = self._counter.next(key, self._lists.get(own, {}), level) if is_first else ""
                    is_first = False
                    yield from self._paragraph(child, depth, number)


def _is_tiny(size: str | None) -> bool:
    found = re.fullmatch(r"([\d.]{1,6})pt", size or "")
    return found is not None and float(found[1]) < _SMALLEST


def _rows(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if _name(child) == "table-row":
            yield child
        elif _name(child) in _ROWS:
            yield from _rows(child)


def _levels(element: etree._Element) -> Iterator[tuple[int, Level]]:
    """The levels of a list, by number from 0."""
    for child in element:
        at = _count(child, "level") - 1
        if _name(child) not in ("list-level-style-number", "list-level-style-bullet") or not 0 <= at < 9:
            continue
        if _name(child).endswith("bullet"):
            yield at, Level("bullet")
            continue
        shown = _count(child, "display-levels")
        text = _attribute(child, "num-list-format")
        if text is None:
            numbers = ".".join(f"{{{n}}}" for n in range(max(0, at + 1 - shown), at + 1))
            text = f"{_attribute(child, 'num-prefix') or ''}{numbers}{_attribute(child, 'num-suffix') or ''}"
        else:
            text = re.sub(r"%(\d)%", lambda found: f"{{{int(found[1]) - 1}}}", text)
        format = _FORMATS.get(_attribute(child, "num-format") or "", "decimal")
        yield at, Level(format, text, _count(child, "start-value"))
