"""A table or the answer of a query as an Excel workbook: the rows, and beside them what their columns mean.

Written by XlsxWriter: row by row, so that memory stays flat, and with each cell given its type, so that nothing is
guessed. Which rows there are, and where they end, is decided by `plugins/export.py`.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

from load.schema import TABLES, VIEWS, Column, Table, View
from plugins.publication.labels import column_label, value_label, values
from plugins.publication.language import own, say

LONGEST_CELL = 32_767  # characters; Excel's own limit
_INEXACT_FROM = 10**15  # Excel keeps 15 digits of a whole number and rounds the rest
_KEY = re.compile(r"(?:.*_)?id")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_NARROW, _WIDE = 9, 48

Labelled = Mapping[str, Any]  # Datasette's cell with the label of a key: {"value": …, "label": …}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a workbook holds. Its words are in the language of the page."""

    title: str
    table: str | None  # None for the answer of a query
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    labelled: frozenset[str] = frozenset()  # columns whose cells carry the label of their key
    facts: Sequence[tuple[str, str]] = ()  # what is said of the whole: name and words
    descriptions: Mapping[str, str] = field(default_factory=dict)  # of columns, "中文 · English"
    created: datetime | None = None  # the date of the data: the same data, the same bytes


def workbook(sheet: Sheet) -> bytes:
    """The workbook as a file. A blank stays blank; a number that Excel would round, and every id, is text."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties({"title": sheet.title} | ({"created": sheet.created} if sheet.created else {}))
    cut = _write_rows(book, sheet)
    _write_code_book(book, sheet, cut)
    book.close()
    return made.getvalue()


def _sheet_name(text: str) -> str:
    return _NOT_IN_NAMES.sub(" ", text).strip()[:31] or "1"


class _Cells:
    """Writes cells, each as what it is."""

    def __init__(self, book: Any, page: Any) -> None:
        self.page = page
        self.guarded = book.add_format({"quote_prefix": True})
        self.cut = 0

    def write(self, row: int, column: int, value: object, name: str) -> None:
        if value is None:
            return
        if isinstance(value, bytes):
            value = value.hex()
        if isinstance(value, int | float) and not _KEY.fullmatch(name) and abs(value) < _INEXACT_FROM:
            self.page.write_number(row, column, value)
        else:
            self.text(row, column, str(value))

    def text(self, row: int, column: int, text: str) -> None:
        if len(text) > LONGEST_CELL:
            mark = say("……（后略，全文见 CSV）", "… (cut here: the CSV has it all)")
            text, self.cut = text[: LONGEST_CELL - len(mark)] + mark, self.cut + 1
        style = self.guarded if text.startswith(_FORMULA) else None
        self.page.write_string(row, column, text, style)


def _write_rows(book: Any, sheet: Sheet) -> int:
    """The first page. Returns how many cells were too long for Excel."""
    page = book.add_worksheet(_sheet_name(sheet.title))
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    cells = _Cells(book, page)
    heads: list[tuple[str, str]] = []  # label, column
    for column in sheet.columns:
        label = column_label(sheet.table, column)
        heads.append((label, column))
        if column in sheet.labelled:
            heads.append((say(f"{label}（名称）", f"{label} (name)"), ""))
    widths = [min(max(_NARROW, _width(label) + 2), _WIDE) for label, _ in heads]
    for place, row in enumerate(sheet.rows[:50]):
        for at, value in enumerate(_spread(sheet, row)):
            if value is not None and place < 50:
                widths[at] = min(max(widths[at], _width(str(value)[:_WIDE]) + 2), _WIDE)
    for at, width in enumerate(widths):
        page.set_column(at, at, width)
    for at, (label, _) in enumerate(heads):
        page.write_string(0, at, label, bold)
    for place, row in enumerate(sheet.rows, 1):
        for at, value in enumerate(_spread(sheet, row)):
            cells.write(place, at, value, heads[at][1])
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(heads) - 1)
    return cells.cut


def _spread(sheet: Sheet, row: Sequence[Any]) -> Iterable[Any]:
    """The cells of a row; beside a key its label."""
    for column, cell in zip(sheet.columns, row, strict=True):
        if column not in sheet.labelled:
            yield cell
        elif isinstance(cell, Mapping):
            known = values().get(column, {})
            value = cell["value"]
            yield from (value, value_label(column, value) if str(value) in known else cell["label"])
        else:
            yield from (cell, None)


def _width(text: str) -> int:
    """How wide a text is: a Chinese character takes two places."""
    return sum(2 if character > "\u2e80" else 1 for character in text)


def _write_code_book(book: Any, sheet: Sheet, cut: int) -> None:
    """The second page: what this is, its columns, and the codes that stand in them."""
    page = book.add_worksheet(say("说明", "About this data"))
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 28)
    page.set_column(2, 2, 90)
    at = 0

    def line(*texts: str, style: Any = wrapped) -> None:
        nonlocal at
        for place, text in enumerate(texts):
            page.write_string(at, place, text, bold if place == 0 else style)
        at += 1

    facts = list(sheet.facts)
    if cut:
        facts.append(
            (
                say("截断", "Cut"),
                say(f"{cut:,} 格超过 Excel 的长度上限", f"{cut:,} cells are too long for Excel"),
            )
        )
    for name, words in facts:
        page.write_string(at, 0, name, bold)
        page.merge_range(at, 1, at, 2, "", wrapped)
        page.write_string(at, 1, words, wrapped)
        at += 1
    at += 1
    line(say("列", "Column"), say("代码", "Code"), say("说明", "What it holds"), style=bold)
    for column in sheet.columns:
        line(column_label(sheet.table, column), column, _description(sheet, column))
    found = {
        column: codes
        for at_column, column in enumerate(sheet.columns)
        if (codes := _codes(column, (row[at_column] for row in sheet.rows)))
    }
    if not found:
        return
    at += 1
    line(say("列", "Column"), say("代码", "Code"), say("名称", "Name"), style=bold)
    for column, codes in found.items():
        for code in codes:
            line(column_label(sheet.table, column), code, value_label(column, code))


def _codes(column: str, cells: Iterable[Any]) -> list[str]:
    """The codes that stand in a column, in the order of the code book."""
    known = values().get(column)
    if not known:
        return []
    standing = {str(cell["value"] if isinstance(cell, Mapping) else cell) for cell in cells}
    return [code for code in known if code in standing and value_label(column, code) != code]


def _description(sheet: Sheet, column: str) -> str:
    """What a column holds; of a query's column what the column of that name in a table of ours holds."""
    if column in sheet.descriptions:
        return own(sheet.descriptions[column])
    known = _known_columns().get(column) if sheet.table is None else None
    return say(known.zh, known.en) if known else ""


def _known_columns() -> Mapping[str, Column]:
    """Columns by name, of the first table that has one of it."""
    found: dict[str, Column] = {}
    tables: list[Table | View] = [*TABLES, *VIEWS]
    for table in tables:
        for column in table.columns:
            found.setdefault(column.name, column)
    return found
