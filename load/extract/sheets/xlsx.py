"""Spreadsheets in XML (xlsx, and et as WPS writes it today) to sheets: each cell as it is shown.

The XML is walked here, because what a figure looks like stands beside it: its number format, a stroke through
it, a hidden row, a formula that was never reckoned. How sheets become a document is left to
`load.extract.sheets.grid`.
"""

import re
from dataclasses import dataclass, field

from lxml import etree

from load.extract.document import Document, Unreadable
from load.extract.sheets.grid import LAST_COLUMN, LAST_ROW, MOST_SHEETS, Measure, Sheet, document_of_sheets
from load.extract.sheets.looks import LOWEST, NARROWEST, Condition, as_seen, on_its_own_colour
from load.extract.sheets.number_format import shown_number, shown_text
from load.extract.sheets.xlsx_parts import (
    Parts,
    all_of,
    attribute,
    covers_of,
    decimal,
    is_on,
    local,
    number,
    place_of,
    target_of,
    targets_of,
)
from load.extract.sheets.xlsx_styles import Look, Styles, conditions_of
from load.extract.written import UNKNOWN, struck

_BOOK = "xl/workbook.xml"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MOST_MERGED = 50_000
_PLAIN = Look()


@dataclass(slots=True)
class _Book:
    """What all sheets of a workbook share."""

    strings: list[str] = field(default_factory=list)
    styles: Styles = field(default_factory=Styles)
    from_1904: bool = False
    measure: Measure = field(default_factory=Measure)


def read_xlsx(body: bytes) -> Document:
    """The document of a workbook. Raises Unreadable."""
    parts = Parts(body)
    if "xl/workbook.bin" in parts:
        raise Unreadable("it is a binary workbook (xlsb), which is not read; saved as xlsx it is")
    root = parts.xml(_BOOK)
    if root is None:
        raise Unreadable("there is no workbook in it")
    targets = targets_of(parts, _BOOK)
    book = _Book(from_1904=any(is_on(e.get("date1904")) for e in all_of(root, "workbookPr")))
    book.strings = _shared_strings(parts, target_of(targets, "sharedStrings"))
    styles = target_of(targets, "styles")
    book.styles = Styles.of(parts.xml(styles) if styles else None)
    sheets: list[Sheet] = []
    images = False
    for at, entry in enumerate(all_of(root, "sheet")):
        if at >= MOST_SHEETS:
            raise Unreadable(f"it has more than {MOST_SHEETS} sheets")
        kind, name = targets.get(attribute(entry, "id"), ("", ""))
        if kind != "worksheet" or entry.get("state", "visible") != "visible":
            continue
        part = parts.xml(name)
        if part is None:
            raise Unreadable(f"its sheet {entry.get('name', '')[:40]} is missing")
        sheet, conditions = _sheet(entry.get("name", ""), part, book)
        has_pictures, covers = covers_of(parts, name)
        as_seen(sheet, covers, conditions)
        sheets.append(sheet)
        images = images or has_pictures
    return document_of_sheets("xlsx", sheets, images=images)


def _shared_strings(parts: Parts, name: str | None) -> list[str]:
    root = None if name is None else parts.xml(name)
    return [] if root is None else [_rich_text(entry) for entry in root if local(entry) == "si"]


def _rich_text(element: etree._Element) -> str:
    """The text of a string with its runs: struck ones with strokes, raised and lowered ones set apart."""
    texts: list[str] = []
    for child in element:
        kind = local(child)
        if kind == "t":
            texts.append(_unescaped(child.text or ""))
        elif kind == "r":
            text = "".join(_unescaped(t.text or "") for t in child if local(t) == "t")
            dress = {local(e): e.get("val", "1") for rpr in child if local(rpr) == "rPr" for e in rpr}
            if is_on(dress.get("strike")):
                text = struck(text)
            texts.append(f" {text} " if is_on(dress.get("vertAlign")) else text)
    return "".join(texts)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _sheet(name: str, root: etree._Element, book: _Book) -> tuple[Sheet, list[Condition]]:
    """A sheet, and the conditions under which its cells are not seen."""
    sheet = Sheet(name)
    conditions: list[Condition] = []
    zeros = True
    for group in root:
        kind = local(group)
        if kind == "sheetViews":
            zeros = all(is_on(view.get("showZeros", "1")) for view in group)
        elif kind == "cols":
            for entry in group:
                first, last = number(entry.get("min")) - 1, number(entry.get("max")) - 1
                columns = range(max(first, 0), min(last, LAST_COLUMN) + 1)
                width = decimal(entry.get("width"))
                if is_on(entry.get("hidden")) or (width is not None and width < NARROWEST):
                    sheet.hidden_columns.update(columns)
                elif width is not None:
                    sheet.widths |= dict.fromkeys(columns, width)
        elif kind == "sheetData":
            _read_rows(sheet, group, book, zeros=zeros)
        elif kind == "mergeCells":
            for entry in list(group)[:_MOST_MERGED]:
                first_place, _, last_place = entry.get("ref", "").partition(":")
                first_cell, last_cell = place_of(first_place), place_of(last_place or first_place)
                if first_cell and last_cell:
                    sheet.merged.append((*first_cell, *last_cell))
        elif kind == "conditionalFormatting":
            conditions += conditions_of(group, book.styles)
    return sheet, conditions


def _read_rows(sheet: Sheet, rows: etree._Element, book: _Book, *, zeros: bool) -> None:
    row = -1
    for line in rows:
        row = number(line.get("r")) - 1 if line.get("r") else row + 1
        if not 0 <= row <= LAST_ROW:
            raise Unreadable(f"a row of its sheet {sheet.name[:40]} has a number that no sheet has")
        height = decimal(line.get("ht"))
        if is_on(line.get("hidden")) or (height is not None and height < LOWEST):
            sheet.hidden_rows.add(row)
        column = -1
        for cell in line:
            if not len(cell) and cell.get("r"):
                continue
            place = place_of(cell.get("r", ""))
            column = place[1] if place else column + 1
            here = (place[0] if place else row, column)
            text = _shown(cell, book, zeros=zeros)
            if text:
                book.measure.add(text)
                sheet.cells[here] = UNKNOWN if here in sheet.cells else text
                look = _look(cell, book)
                if cell.get("t", "n") == "n" and not look.shrinks and text != UNKNOWN:
                    sheet.numbers[here] = (look.size or book.styles.size) / book.styles.size


def _look(cell: etree._Element, book: _Book) -> Look:
    style = number(cell.get("s", "0"))
    return book.styles.looks[style] if 0 <= style < len(book.styles.looks) else _PLAIN


def _shown(cell: etree._Element, book: _Book, *, zeros: bool) -> str:
    """What a cell shows; "" if nothing. A formula without a result shows what nobody here can know."""
    children = {local(child): child for child in cell}
    if not children:
        return ""
    value, look, kind = children.get("v"), _look(cell, book), cell.get("t", "n")
    stored = (value.text or "") if value is not None else ""
    format = look.format
    if kind == "s":
        index = number(stored.strip())
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
    return struck(text) if look.struck else on_its_own_colour(text, look.ink, look.ground, look.size)


def _shown_figure(stored: str, format: str, book: _Book, *, zeros: bool) -> str:
    if not stored:
        return ""
    text = shown_number(stored, format, from_1904=book.from_1904)
    return "" if not zeros and re.fullmatch(r"-?0*\.?0*(?:[eE][+-]?\d+)?", stored) else text
