"""Word documents (docx, docm, dotx; transitional and strict) to pieces: the XML is read as it stands.

What Word shows is read: not deleted or hidden text, not the instructions of fields, not tables of
contents, headers and footers. Numbers that Word sets itself are written out. Foot and end notes follow
the paragraph or table that they belong to, text boxes the paragraph that they are anchored in.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from load.extract.document import Document, Unreadable
from load.extract.word.docx_elements import (
    AROUND,
    first_word,
    formula,
    is_contents,
    is_covered,
    is_on_its_own_colour,
    symbol,
    within,
)
from load.extract.word.docx_styles import (
    NO_LOOK,
    Lists,
    Style,
    Styles,
    attribute,
    child_of,
    children_of,
    chosen,
    is_on,
    look_of,
    name_of,
    without_table_styles,
)
from load.extract.word.numbering import numbered
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
from load.extract.zipped import Zipped, parsed

_DELETED = {"del", "moveFrom"}
_PICTURES = {"blip", "imagedata", "OLEObject", "chart", "relIds", "textpath", "contentPart", "control"}
_SHAPES = {"wsp", "cxnSp", "shape", "line", "rect", "oval", "roundrect", "polyline", "curve", "arc"}
_BREAKS = {"br", "cr"}
_PLAIN = {"tab": " ", "ptab": " ", "noBreakHyphen": "-"}
_STYLED = (
    b"vanish",
    b"strike",
    b"vertAlign",
    b"numPr",
    b"position",
    b"FFFFFF",
    b"ings",
)  # what a style may set that matters here
_FIGURE = re.compile(r"[^\u2e80-\u9fff]*\d[^\u2e80-\u9fff]*")  # a digit, and no Chinese character
# Fields that show something which is not in the text: a formula set by Word, a choice, a box to tick.
_SHOWN_ELSEWHERE = {
    "EQ", "FORMDROPDOWN", "FORMCHECKBOX", "SYMBOL", "MACROBUTTON", "GOTOBUTTON", "AUTONUM", "AUTONUMLGL",
    "AUTONUMOUT", "LISTNUM", "ADVANCE",
}  # fmt: skip


@dataclass(slots=True)
class _Line:
    """A paragraph as it is read: its text so far, and the boxes anchored in it."""

    in_cell: bool
    style: Style
    text: list[str] = field(default_factory=list)
    boxes: list[Block] = field(default_factory=list)


def read_docx(body: bytes) -> Document:
    """The document of a Word file. Raises Unreadable if it is damaged, encrypted or holds no text."""
    parts = Zipped(body)
    relations = _relations(parts, "")
    main = next((name for kind, _, name in relations if kind == "officeDocument"), "word/document.xml")
    root = parts.xml(main)
    if root is None or name_of(root) != "document":
        raise Unreadable("it is a ZIP container without the text of a Word document")
    reader = _Reader(parts, main)
    try:
        blocks = [block for child in root if name_of(child) == "body" for block in reader.blocks(child, 0)]
        return document_of("docx", blocks, images=reader.images)
    except RecursionError as error:
        raise Unreadable("its elements stand too deep in one another") from error


def _relations(parts: Zipped, part: str) -> list[tuple[str, str, str]]:
    """(kind, id, part) of the parts of the container that `part` names; "" names the main one."""
    folder, _, name = part.rpartition("/")
    root = parts.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
    found = []
    for relation in () if root is None else root:
        if relation.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target") or ""))
            kind = (relation.get("Type") or "").rpartition("/")[2]
            found.append((kind, relation.get("Id") or "", target.lstrip("/")))
    return found


class _Reader:
    """One walk over the parts of a document, in order."""

    def __init__(self, parts: Zipped, main: str) -> None:
        self.parts, self.main = parts, main
        self.images = False
        self._shapes = False  # whether one without a text has been met
        self._parts_of_kind = {kind: name for kind, _, name in _relations(parts, main)}
        self.styles = Styles(self._part("styles"))
        self.lists = Lists(self._part("numbering"), self.styles)
        self._fields: list[str | None] = []  # per open field: its instruction so far, None when in its result
        self._skipped: list[bool] = []  # per field whose result is open: whether it is a table of contents
        self._notes: list[tuple[str, str]] = []  # (kind, id) of those met and not yet written
        self._stories: dict[str, dict[str, etree._Element]] = {}
        self._open: _Line | None = None  # a paragraph whose mark is deleted: the next one goes on in it

    def _part(self, kind: str) -> etree._Element | None:
        """The part of this kind, if the document has one and it says something that matters here."""
        name = self._parts_of_kind.get(kind)
        data = self.parts.read(name) if name else None
        if not name or not data or (kind == "styles" and not any(sign in data for sign in _STYLED)):
            return None
        return parsed(without_table_styles(data) if kind == "styles" else data, name)

    def blocks(self, element: etree._Element, depth: int) -> Iterator[Block]:
        """The blocks in an element; `depth` is how many cells and boxes stand around it."""
        for child in element:
            name = name_of(child)
            if name == "p":
                yield from self._paragraph(child, depth)
            elif name == "tbl":
                yield self._table(child, depth)
            elif name == "sdt":
                if not is_contents(child):
                    yield from self.blocks(child, depth)
            elif name == "AlternateContent":
                for choice in chosen(child):
                    yield from self.blocks(choice, depth)
            elif name == "altChunk":
                raise Unreadable(
                    "its text is a file of another format inside it; save it anew as a Word document"
                )
            elif name in AROUND:
                yield from self.blocks(child, depth)
            if depth == 0 and self._notes:
                notes, self._notes = self._notes, []
                for note in notes:
                    yield from self._note(*note)

    def _note(self, kind: str, number: str) -> Iterator[Block]:
        if kind not in self._stories:
            root = self._part(kind)
            self._stories[kind] = {
                attribute(note, "id") or "": note for note in (() if root is None else root)
            }
        note = self._stories[kind].pop(number, None)  # once, so that a note that names itself ends
        if note is not None:
            yield from self.blocks(note, 1)

    def _paragraph(self, element: etree._Element, depth: int) -> Iterator[Block]:
        properties = children_of(child_of(element, "pPr"))
        style = self.styles.of(attribute(properties.get("pStyle"), "val"))
        line, self._open = self._open, None
        if line is None:
            line = _Line(depth > 0, style)
            number = self.lists.number(properties.get("numPr"), style)
        else:
            line.style, number = style, ""
        before = len(line.text)
        self._inline(element, line)
        if number and (depth or any(part.strip() for part in line.text)):
            line.text[before:] = [numbered(number, "".join(line.text[before:]))]
        mark = properties.get("rPr")
        if mark is not None and any(name_of(change) in _DELETED for change in mark):
            self._open = line
            following = element.getnext()
            if following is not None and name_of(following) == "p":
                return
            self._open = None
        yield "".join(line.text)
        yield from line.boxes

    def _inline(self, element: etree._Element, line: _Line) -> None:
        for child in element:
            name = name_of(child)
            if name == "r":
                self._run(child, line)
            elif name in AROUND:
                if name == "bdo" and line.in_cell and attribute(child, "val") == "rtl":
                    line.text.append(UNKNOWN)  # its digits are shown from right to left
                self._inline(child, line)
            elif name == "sdt":
                content = child_of(child, "sdtContent")
                if content is not None:
                    self._inline(content, line)
            elif name in ("oMath", "oMathPara"):
                line.text.append(formula(child))
            elif name == "AlternateContent":
                for choice in chosen(child):
                    self._inline(choice, line)

    def _run(self, element: etree._Element, line: _Line) -> None:
        look = NO_LOOK
        text: list[str] = []
        shown = self._is_shown()
        for child in element:
            name = name_of(child)
            if name == "t":
                if shown:
                    text.append(child.text or "")
            elif name == "rPr":
                style = self.styles.of(attribute(child_of(child, "rStyle"), "val"))
                look = look_of(child).over(style.look)
            elif name == "instrText":
                if self._fields and self._fields[-1] is not None and len(self._fields[-1]) < 40:
                    self._fields[-1] += child.text or ""
            elif name == "fldChar":
                if self._field(attribute(child, "fldCharType")) and line.in_cell:
                    text.append(UNKNOWN)
                shown = self._is_shown()
            elif not shown or name == "delText":
                continue
            elif name in _PLAIN:
                text.append(_PLAIN[name])
            elif name in _BREAKS:
                text.append("\n")
            elif name == "sym":
                text.append(symbol(attribute(child, "char")))
            elif name in ("footnoteReference", "endnoteReference"):
                self._notes.append((name.removesuffix("Reference") + "s", attribute(child, "id") or ""))
            elif name == "ruby":
                base = child_of(child, "rubyBase")
                if base is not None:
                    self._inline(base, line)
            elif name in ("drawing", "pict", "object", "AlternateContent"):
                self._graphic(child, line)
        whole = "".join(text)
        look = look.over(line.style.look)
        if not whole or look.hidden:
            return
        if line.in_cell and look is not NO_LOOK:
            if look.struck:
                whole = struck(whole)
            elif look.symbols:
                whole = re.sub(r"\S", UNKNOWN, whole)
            elif _FIGURE.fullmatch(whole) and (look.tiny or is_on_its_own_colour(look, element)):
                whole = unseen(whole)
        line.text.append(f" {whole} " if line.in_cell and look.raised else whole)

    def _is_shown(self) -> bool:
        """Whether text that stands here is shown: not the instruction of a field, nor a table of contents."""
        if not self._fields:
            return True
        return not any(field is not None for field in self._fields) and not any(self._skipped)

    def _field(self, kind: str | None) -> bool:
        """A field's instruction is not text, its result is; one in a table of contents is not.

        True at the end of one that shows what is not in the text.
        """
        if kind == "begin":
            self._fields.append("")
            self._skipped.append(False)
        elif kind == "separate" and self._fields:
            word = first_word(self._fields[-1])
            self._skipped[-1] = word == "TOC"
            if word not in _SHOWN_ELSEWHERE:
                self._fields[-1] = None
        elif kind == "end" and self._fields:
            self._skipped.pop()
            return first_word(self._fields.pop()) in _SHOWN_ELSEWHERE
        return False

    def _graphic(self, element: etree._Element, line: _Line) -> None:
        for child in chosen(element) if name_of(element) == "AlternateContent" else element:
            name = name_of(child)
            if name in _SHAPES:
                self._shapes = self._shapes or not any(name_of(e) == "txbxContent" for e in child.iter())
            if name == "txbxContent":
                fields, skipped, self._fields, self._skipped = self._fields, self._skipped, [], []
                line.boxes.append(Box(list(self.blocks(child, 1))))
                self._fields, self._skipped = fields, skipped
            elif name in _PICTURES:
                self.images = True
            elif name in ("t", "r"):
                continue
            else:
                self._graphic(child, line)

    def _table(self, element: etree._Element, depth: int) -> Table:
        table = Table()
        for row in within(element, "tr"):
            properties = child_of(row, "trPr")
            if properties is not None and (
                child_of(properties, "del") is not None or is_on(child_of(properties, "hidden"))
            ):
                continue
            cells = []
            for cell in within(row, "tc"):
                had_images, self.images, self._shapes = self.images, False, False
                blocks = list(self.blocks(cell, depth + 1))
                if self.images or (self._shapes and any(map(has_digit, blocks))):
                    blocks = with_picture(blocks)
                self.images = self.images or had_images
                if not is_covered(child_of(cell, "tcPr")):
                    cells.append(blocks)
            if cells:
                table.rows.append(cells)
        return table
