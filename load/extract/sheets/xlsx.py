"""Spreadsheets in XML (xlsx, and et as WPS writes it today) to sheets: each cell as it is shown.

The XML is walked here, because what a figure looks like stands beside it: its number format, a stroke through
it, a hidden row, a formula that was never reckoned. How sheets become a document is left to
`load.extract.sheets.grid`.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from load.extract.document import Document, Unreadable
from load.extract.sheets.grid import LAST_COLUMN, LAST_ROW, MOST_SHEETS, Measure, Sheet, document_of_sheets
from load.extract.sheets.number_format import BUILT_IN, GENERAL, NOT_UNDERSTOOD, shown_number, shown_text
from load.extract.written import UNKNOWN, struck
from load.extract.zipped import Zipped, parsed

_BOOK = "xl/workbook.xml"
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FIGURE = re.compile(r"[^\u2e80-\u9fff]*\d[^\u2e80-\u9fff]*")  # a digit, and no Chinese character
_OFF = {"0", "false", "off", "none", "baseline"}
_MOST_MERGED = 50_000
_LARGEST_BOOK = 48_000_000  # bytes of XML in all parts that are read
_MOST_TAGS = 2_000_000  # in all of them: what is styled to the last row of a sheet has a million


class _Parts:
    """The XML parts of a workbook; raises Unreadable where they are too much together."""

    def __init__(self, body: bytes) -> None:
        self._zip = Zipped(body)
        self._left, self._tags_left = _LARGEST_BOOK, _MOST_TAGS

    def __contains__(self, name: str) -> bool:
        return name in self._zip

    def xml(self, name: str) -> etree._Element | None:
        data = self._zip.read(name)
        if data is None:
            return None
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable(f"its parts unpack to more than {_LARGEST_BOOK:,} bytes")
        self._tags_left -= data.count(b"<")
        if self._tags_left < 0:
            raise Unreadable(f"its parts have more than {_MOST_TAGS:,} tags")
        return parsed(data, name)


@dataclass(slots=True)
class _Book:
    """What all sheets of a workbook share. formats, struck and white are by style; white is text on no colour."""

    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    struck: list[bool] = field(default_factory=list)
    white: list[bool] = field(default_factory=list)
    from_1904: bool = False
    measure: Measure = field(default_factory=Measure)


def read_xlsx(body: bytes) -> Document:
    """The document of a workbook. Raises Unreadable."""
    parts = _Parts(body)
    if "xl/workbook.bin" in parts:
        raise Unreadable("it is a binary workbook (xlsb), which is not read; saved as xlsx it is")
    root = parts.xml(_BOOK)
    if root is None:
        raise Unreadable("there is no workbook in it")
    targets = _targets(parts, _BOOK)
    book = _Book(from_1904=any(_is_on(e.get("date1904")) for e in _all(root, "workbookPr")))
    book.strings = _shared_strings(parts, _target(targets, "sharedStrings"))
    _read_styles(book, parts, _target(targets, "styles"))
    sheets: list[Sheet] = []
    images = False
    for number, entry in enumerate(_all(root, "sheet")):
        if number >= MOST_SHEETS:
            raise Unreadable(f"it has more than {MOST_SHEETS} sheets")
        kind, name = targets.get(_attribute(entry, "id"), ("", ""))
        if kind != "worksheet" or entry.get("state", "visible") != "visible":
            continue
        sheet = parts.xml(name)
        if sheet is None:
            raise Unreadable(f"its sheet {entry.get('name', '')[:40]} is missing")
        sheets.append(_sheet(entry.get("name", ""), sheet, book))
        images = images or _has_pictures(parts, name)
    return document_of_sheets("xlsx", sheets, images=images)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return element.iter(f"{{*}}{name}")


def _attribute(element: etree._Element, name: str) -> str:
    """An attribute of that name in a namespace: `r:id` beside `id`."""
    return next((str(v) for k, v in element.attrib.items() if str(k).endswith(f"}}{name}")), "")


def _is_on(value: str | None) -> bool:
    return value is not None and value.lower() not in _OFF


def _targets(parts: _Parts, part: str) -> dict[str, tuple[str, str]]:
    """The parts that `part` refers to, by the name of the reference: what each is, and its name."""
    folder, name = posixpath.split(part)
    root = parts.xml(f"{folder}/_rels/{name}.rels")
    found: dict[str, tuple[str, str]] = {}
    for entry in () if root is None else _all(root, "Relationship"):
        target = entry.get("Target", "").replace("\\", "/")
        path = (
            target.lstrip("/")
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(folder, target))
        )
        found[entry.get("Id", "")] = (entry.get("Type", "").rpartition("/")[2], path)
    return found


def _target(targets: dict[str, tuple[str, str]], kind: str) -> str | None:
    return next((name for found, name in targets.values() if found == kind), None)


def _has_pictures(parts: _Parts, sheet: str) -> bool:
    drawings = [name for kind, name in _targets(parts, sheet).values() if kind == "drawing"]
    return any(kind == "image" for name in drawings for kind, _ in _targets(parts, name).values())


def _shared_strings(parts: _Parts, name: str | None) -> list[str]:
    root = None if name is None else parts.xml(name)
    return [] if root is None else [_rich_text(entry) for entry in root if _local(entry) == "si"]


def _rich_text(element: etree._Element) -> str:
    """The text of a string with its runs: struck ones with strokes, raised and lowered ones set apart."""
    texts: list[str] = []
    for child in element:
        kind = _local(child)
        if kind == "t":
            texts.append(_unescaped(child.text or ""))
        elif kind == "r":
            text = "".join(_unescaped(t.text or "") for t in child if _local(t) == "t")
            dress = {_local(e): e.get("val", "1") for rpr in child if _local(rpr) == "rPr" for e in rpr}
            if _is_on(dress.get("strike")):
                text = struck(text)
            texts.append(f" {text} " if _is_on(dress.get("vertAlign")) else text)
    return "".join(texts)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _read_styles(book: _Book, parts: _Parts, name: str | None) -> None:
    root = None if name is None else parts.xml(name)
    if root is None:
        return
    formats: dict[int, str] = dict(BUILT_IN)
    fonts: list[tuple[bool, bool]] = []
    filled: list[bool] = []
    for group in root:
        kind = _local(group)
        if kind == "numFmts":
            for entry in group:
                formats[_number(entry.get("numFmtId"))] = entry.get("formatCode", NOT_UNDERSTOOD)
        elif kind == "fonts":
            fonts = [(_is_struck(font), any(_is_white(e) for e in font)) for font in group]
        elif kind == "fills":
            filled = [any(e.get("patternType", "none") != "none" for e in fill) for fill in group]
        elif kind == "cellXfs":
            for entry in group:
                font, fill = _number(entry.get("fontId", "0")), _number(entry.get("fillId", "0"))
                is_struck, is_white = fonts[font] if 0 <= font < len(fonts) else (False, False)
                book.formats.append(formats.get(_number(entry.get("numFmtId", "0")), NOT_UNDERSTOOD))
                book.struck.append(is_struck)
                book.white.append(is_white and not (0 <= fill < len(filled) and filled[fill]))


def _is_struck(font: etree._Element) -> bool:
    return any(_is_on(e.get("val", "1")) for e in font if _local(e) == "strike")


def _is_white(element: etree._Element) -> bool:
    """Whether an element of a font says that it is white, in any of the ways to say it."""
    if _local(element) != "color" or element.get("tint"):
        return False
    rgb = element.get("rgb", "").upper()
    return (
        rgb in ("FFFFFFFF", "00FFFFFF") or element.get("theme") == "0" or element.get("indexed") in ("1", "9")
    )


def _number(text: str | None) -> int:
    """A whole number of the mark-up; -1 where it is none."""
    return int(text) if text and len(text) < 10 and text.isascii() and text.isdecimal() else -1


def _sheet(name: str, root: etree._Element, book: _Book) -> Sheet:
    sheet = Sheet(name)
    zeros = True
    for group in root:
        kind = _local(group)
        if kind == "sheetViews":
            zeros = all(_is_on(view.get("showZeros", "1")) for view in group)
        elif kind == "cols":
            for entry in group:
                if _is_on(entry.get("hidden")) or _is_nothing(entry.get("width")):
                    first, last = _number(entry.get("min")) - 1, _number(entry.get("max")) - 1
                    sheet.hidden_columns.update(range(max(first, 0), min(last, LAST_COLUMN) + 1))
        elif kind == "sheetData":
            _read_rows(sheet, group, book, zeros=zeros)
        elif kind == "mergeCells":
            for entry in list(group)[:_MOST_MERGED]:
                first_place, _, last_place = entry.get("ref", "").partition(":")
                first_cell, last_cell = _place(first_place), _place(last_place or first_place)
                if first_cell and last_cell:
                    sheet.merged.append((*first_cell, *last_cell))
    return sheet


def _is_nothing(size: str | None) -> bool:
    """Whether a height or width is zero, which hides a row or column."""
    return size is not None and re.fullmatch(r"0+(\.0*)?", size) is not None


def _read_rows(sheet: Sheet, rows: etree._Element, book: _Book, *, zeros: bool) -> None:
    row = -1
    for line in rows:
        row = _number(line.get("r")) - 1 if line.get("r") else row + 1
        if not 0 <= row <= LAST_ROW:
            raise Unreadable(f"a row of its sheet {sheet.name[:40]} has a number that no sheet has")
        if _is_on(line.get("hidden")) or _is_nothing(line.get("ht")):
            sheet.hidden_rows.add(row)
        column = -1
        for cell in line:
            if not len(cell) and cell.get("r"):
                continue
            place = _place(cell.get("r", ""))
            column = place[1] if place else column + 1
            here = (place[0] if place else row, column)
            text = _shown(cell, book, zeros=zeros)
            if text:
                book.measure.add(text)
                sheet.cells[here] = UNKNOWN if here in sheet.cells else text


def _place(text: str) -> tuple[int, int] | None:
    """The row and column, from 0, of a place like "AB12"; None where it is no place of a sheet."""
    found = _PLACE.fullmatch(text)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    row = int(found[2]) - 1
    return (row, column - 1) if 0 <= row <= LAST_ROW and column - 1 <= LAST_COLUMN else None


def _shown(cell: etree._Element, book: _Book, *, zeros: bool) -> str:
    """What a cell shows; "" if nothing. A formula without a result shows what nobody here can know."""
    children = {_local(child): child for child in cell}
    if not children:
        return ""
    value, style, kind = children.get("v"), _number(cell.get("s", "0")), cell.get("t", "n")
    stored = (value.text or "") if value is not None else ""
    format = book.formats[style] if 0 <= style < len(book.formats) else GENERAL
    if kind == "s":
        index = _number(stored.strip())
        text = shown_text(book.strings[index], format) if 0 <= index < len(book.strings) else UNKNOWN
    elif kind == "inlineStr":
        text = shown_text(_rich_text(children["is"]), format) if "is" in children else ""
    elif kind == "b":
        text = {"1": "TRUE", "0": "FALSE"}.get(stored.strip(), UNKNOWN)
    elif kind == "n":
        text = _shown_figure(stored.strip(), format, book, zeros=zeros)
        if not stored.strip() and "f" in children:
            text = UNKNOWN
    else:  # the result of a formula, an error, a date
        text = shown_text(_unescaped(stored), format)
    if not 0 <= style < len(book.struck):
        return text
    is_unseen = book.white[style] and _FIGURE.fullmatch(text)
    return struck(text) if book.struck[style] or is_unseen else text


def _shown_figure(stored: str, format: str, book: _Book, *, zeros: bool) -> str:
    if not stored:
        return ""
    text = shown_number(stored, format, from_1904=book.from_1904)
    return "" if not zeros and re.fullmatch(r"-?0*\.?0*(?:[eE][+-]?\d+)?", stored) else text
