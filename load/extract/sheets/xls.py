"""Spreadsheets of old Excel and WPS (xls, et) to sheets: each cell as it is shown.

An OLE file holds a stream of records (BIFF 5 and 8, described in [MS-XLS]). Only the records are read that say
what stands in a cell and how it looks. How sheets become a document is left to `load.extract.sheets.grid`.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile

from load.extract.document import Document, Unreadable
from load.extract.sheets.grid import LAST_COLUMN, MOST_SHEETS, Measure, Sheet, document_of_sheets
from load.extract.sheets.number_format import BUILT_IN, GENERAL, NOT_UNDERSTOOD, shown_number, shown_text
from load.extract.written import UNKNOWN, struck

_STREAMS = ("Workbook", "Book")
_BOF, _EOF, _CONTINUE, _FILEPASS = 0x0809, 0x000A, 0x003C, 0x002F
_BOUNDSHEET, _CODEPAGE, _DATE_1904, _FONT, _FORMAT, _XF, _SST, _PICTURES = (
    0x0085, 0x0042, 0x0022, 0x0031, 0x041E, 0x00E0, 0x00FC, 0x00EB,
)  # fmt: skip
_ROW, _COLUMNS, _VIEW, _MERGED = 0x0208, 0x007D, 0x023E, 0x00E5
_NUMBER, _RK, _MANY_RK, _SHARED_TEXT, _TEXT, _RICH_TEXT, _FORMULA, _FORMULA_TEXT, _BOOLEAN = (
    0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204, 0x00D6, 0x0006, 0x0207, 0x0205,
)  # fmt: skip
_BIFF8, _BIFF5 = 0x0600, 0x0500
_WORKSHEET_STREAM = 0x0010
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_MOST_RECORDS = 2_000_000
_MOST_MERGED = 50_000
_CODE_PAGES = {936: "gb18030", 950: "big5hkscs", 1200: "utf-16-le", 932: "cp932", 949: "cp949"}

Record = tuple[int, bytes]


@dataclass(slots=True)
class _Book:
    """What all sheets share. A font is (struck, raised or lowered); a style is (font, format)."""

    is_biff8: bool = True
    charset: str = "gb18030"
    from_1904: bool = False
    fonts: list[tuple[bool, bool]] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=lambda: dict(BUILT_IN))
    styles: list[tuple[int, int]] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    sheets: list[tuple[int, str]] = field(default_factory=list)  # where each begins, its name
    images: bool = False
    measure: Measure = field(default_factory=Measure)

    def font(self, index: int) -> tuple[bool, bool]:
        """The font of that index; no file has one of index 4."""
        index -= index > 4
        return self.fonts[index] if 0 <= index < len(self.fonts) else (False, False)

    def style(self, index: int) -> tuple[bool, str]:
        """Whether cells of that style are struck out, and their number format."""
        if not 0 <= index < len(self.styles):
            return False, GENERAL if not index else NOT_UNDERSTOOD
        font, format = self.styles[index]
        return self.font(font)[0], self.formats.get(format, NOT_UNDERSTOOD)


def read_xls(body: bytes) -> Document:
    """The document of an old workbook. Raises Unreadable."""
    stream = _workbook_stream(body)
    try:
        return _read(stream)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Unreadable("its records are damaged") from error


def _workbook_stream(body: bytes) -> bytes:
    try:
        with olefile.OleFileIO(io.BytesIO(body)) as file:
            if file.exists("EncryptedPackage"):
                raise Unreadable("it is encrypted: without its password nobody can read it")
            name = next((name for name in _STREAMS if file.exists(name)), None)
            if name is None:
                raise Unreadable("it is an old Office file without a workbook in it")
            return bytes(file.openstream(name).read())
    except Unreadable:
        raise
    except Exception as error:  # olefile raises whatever its parsing runs into
        raise Unreadable("it is a damaged or incomplete old Office file") from error


def _records(stream: bytes, start: int = 0) -> Iterator[Record]:
    """The records from `start` to the end of the part that begins there, those of charts inside left out."""
    depth = 0
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        if kind == _BOF:
            depth += 1
        if depth <= 1:
            yield kind, stream[start + 4 : start + 4 + length]
        if kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        start += 4 + length


def _read(stream: bytes) -> Document:
    book = _Book()
    budget = _Budget()
    strings: list[bytes] | None = None
    for number, (kind, data) in enumerate(_records(stream)):
        budget.spend()
        if number == 0:
            if kind != _BOF:
                raise Unreadable("its workbook does not begin as one does")
            version = struct.unpack_from("<H", data)[0]
            if version not in (_BIFF8, _BIFF5):
                raise Unreadable("it is of a version of Excel before 1993, which is not read")
            book.is_biff8 = version == _BIFF8
        if kind == _SST:
            strings = [data]
        elif kind == _CONTINUE and strings is not None:
            strings.append(data)
        else:
            if strings is not None:
                book.strings = _SharedStrings(strings, book).read()
                strings = None
            _read_global(kind, data, book)
    sheets = [_sheet(stream, start, name, book, budget) for start, name in book.sheets]
    return document_of_sheets("xls", [s for s in sheets if s is not None], images=book.images)


class _Budget:
    """Counts records, over all sheets: several may claim the same part of the file."""

    def __init__(self) -> None:
        self.left = _MOST_RECORDS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Unreadable(f"it has more than {_MOST_RECORDS:,} records")


def _read_global(kind: int, data: bytes, book: _Book) -> None:
    """What a record of the workbook's own part says."""
    if kind == _FILEPASS:
        raise Unreadable("it is encrypted: without its password nobody can read it")
    if kind == _CODEPAGE:
        page = struct.unpack_from("<H", data)[0]
        book.charset = _CODE_PAGES.get(page, "gb18030")
    elif kind == _DATE_1904:
        book.from_1904 = struct.unpack_from("<H", data)[0] == 1
    elif kind == _FONT:
        flags, raised = struct.unpack_from("<2xH4xH", data)
        book.fonts.append((bool(flags & 0x08), raised != 0))
    elif kind == _FORMAT:
        book.formats[struct.unpack_from("<H", data)[0]] = _text(data, 2, book, wide_length=book.is_biff8)
    elif kind == _XF:
        book.styles.append(struct.unpack_from("<HH", data))
    elif kind == _PICTURES:
        book.images = True
    elif kind == _BOUNDSHEET:
        start, visibility, sort = struct.unpack_from("<IBB", data)
        if visibility & 3 == 0 and sort == 0:
            book.sheets.append((start, _text(data, 6, book, wide_length=False)))
            if len(book.sheets) > MOST_SHEETS:
                raise Unreadable(f"it has more than {MOST_SHEETS} sheets")


def _text(data: bytes, at: int, book: _Book, *, wide_length: bool) -> str:
    """The string that begins at `at`, its length being written in two bytes or in one."""
    length = struct.unpack_from("<H" if wide_length else "<B", data, at)[0]
    at += 2 if wide_length else 1
    if not book.is_biff8:
        return data[at : at + length].decode(book.charset, "replace")
    is_wide = data[at] & 1
    end = at + 1 + length * (2 if is_wide else 1)
    return data[at + 1 : end].decode("utf-16-le" if is_wide else "latin-1", "replace")


class _SharedStrings:
    """The table of strings, which runs over several records: a string that is cut says again how it is coded."""

    def __init__(self, records: list[bytes], book: _Book) -> None:
        self.records, self.book = records, book
        self.record, self.at = 0, 0

    def read(self) -> list[str]:
        """All strings; fewer where the table is cut short."""
        count = struct.unpack_from("<4xI", self.records[0])[0]
        self.at = 8
        strings: list[str] = []
        while len(strings) < count and self.record < len(self.records):
            try:
                strings.append(self._string())
            except (struct.error, IndexError):
                break
        return strings

    def _take(self, length: int) -> bytes:
        """So many bytes, over the ends of records."""
        taken = b""
        while length > 0:
            if self.at >= len(self.records[self.record]):
                self.record, self.at = self.record + 1, 0
            part = self.records[self.record][self.at : self.at + length]
            self.at += len(part)
            length -= len(part)
            taken += part
        return taken

    def _string(self) -> str:
        length, flags = struct.unpack("<HB", self._take(3))
        runs = struct.unpack("<H", self._take(2))[0] if flags & 8 else 0
        more = struct.unpack("<I", self._take(4))[0] if flags & 4 else 0
        units: list[bytes] = []  # in UTF-16
        left = length
        while left > 0:
            if self.at >= len(self.records[self.record]):
                self.record, self.at = self.record + 1, 1
                flags = self.records[self.record][0]
            width = 2 if flags & 1 else 1
            part = self.records[self.record][self.at : self.at + left * width]
            if len(part) < width:
                raise IndexError
            self.at += len(part)
            left -= len(part) // width
            units.append(part if width == 2 else part.decode("latin-1").encode("utf-16-le"))
        dress = self._take(runs * 4)
        self._take(more)
        return _dressed(b"".join(units), dress, self.book)


def _dressed(units: bytes, runs: bytes, book: _Book) -> str:
    """A string of UTF-16 with its runs of fonts: struck ones with strokes, raised and lowered ones set apart."""
    starts = [(0, -1), *struct.iter_unpack("<HH", runs[: len(runs) // 4 * 4])]
    ends = [start for start, _ in starts[1:]] + [len(units) // 2]
    texts = []
    for (start, font), end in zip(starts, ends, strict=True):
        text = units[start * 2 : end * 2].decode("utf-16-le", "replace")
        is_struck, is_raised = book.font(font) if font >= 0 else (False, False)
        text = struck(text) if is_struck else text
        texts.append(f" {text} " if is_raised else text)
    return "".join(texts)


def _sheet(stream: bytes, start: int, name: str, book: _Book, budget: _Budget) -> Sheet | None:
    """The sheet that begins at `start`; None where no sheet of cells does."""
    sheet = Sheet(name)
    reader = _Cells(sheet, book)
    for number, (kind, data) in enumerate(_records(stream, start)):
        budget.spend()
        if number == 0:
            if kind != _BOF:
                raise Unreadable("its records are damaged")
            if struct.unpack_from("<2xH", data)[0] != _WORKSHEET_STREAM:
                return None
        reader.record(kind, data)
    reader.finish()
    return sheet


class _Cells:
    """Reads the records of one sheet."""

    def __init__(self, sheet: Sheet, book: _Book) -> None:
        self.sheet, self.book = sheet, book
        self.zeros: set[tuple[int, int]] = set()
        self.shows_zeros = True
        self.waiting: tuple[int, int, int] | None = None  # a formula whose text comes behind it

    def record(self, kind: int, data: bytes) -> None:
        """Take one record."""
        if kind in (_NUMBER, _RK, _SHARED_TEXT, _TEXT, _RICH_TEXT, _FORMULA, _BOOLEAN):
            row, column, style = struct.unpack_from("<HHH", data)
            self._cell(kind, data, row, column, style)
        elif kind == _MANY_RK:
            row, first = struct.unpack_from("<HH", data)
            for n in range((len(data) - 6) // 6):
                style, packed = struct.unpack_from("<HI", data, 4 + n * 6)
                self._figure(row, first + n, style, _unpacked(packed))
        elif kind == _FORMULA_TEXT and self.waiting is not None:
            row, column, style = self.waiting
            self.waiting = None
            self._put(row, column, style, _text(data, 0, self.book, wide_length=True))
        elif kind == _ROW:
            row, height, flags = struct.unpack_from("<H4xH4xI", data)
            if flags & 0x20 or height & 0x7FFF == 0:
                self.sheet.hidden_rows.add(row)
        elif kind == _COLUMNS:
            first, last, width, _, flags = struct.unpack_from("<HHHHH", data)
            if flags & 1 or width == 0:
                self.sheet.hidden_columns.update(range(first, min(last, LAST_COLUMN) + 1))
        elif kind == _VIEW:
            self.shows_zeros = bool(struct.unpack_from("<H", data)[0] & 0x10)
        elif kind == _MERGED:
            for n in range(min(struct.unpack_from("<H", data)[0], _MOST_MERGED - len(self.sheet.merged))):
                top, bottom, left, right = struct.unpack_from("<HHHH", data, 2 + n * 8)
                self.sheet.merged.append((top, left, bottom, right))

    def finish(self) -> None:
        """After the last record: what the sheet as a whole does not show is taken out."""
        if not self.shows_zeros:
            for place in self.zeros:
                self.sheet.cells.pop(place, None)

    def _cell(self, kind: int, data: bytes, row: int, column: int, style: int) -> None:
        if kind == _NUMBER:
            self._figure(row, column, style, struct.unpack_from("<d", data, 6)[0])
        elif kind == _RK:
            self._figure(row, column, style, _unpacked(struct.unpack_from("<I", data, 6)[0]))
        elif kind == _SHARED_TEXT:
            index = struct.unpack_from("<I", data, 6)[0]
            strings = self.book.strings
            self._put(row, column, style, strings[index] if index < len(strings) else UNKNOWN)
        elif kind == _TEXT:
            self._put(row, column, style, _text(data, 6, self.book, wide_length=True))
        elif kind == _RICH_TEXT:  # its runs are not followed: as likely as not they are a mark at a figure
            self._put(row, column, style, _text(data, 6, self.book, wide_length=True) + UNKNOWN)
        elif kind == _BOOLEAN:
            value, is_error = struct.unpack_from("<BB", data, 6)
            text = _ERRORS.get(value, UNKNOWN) if is_error else ("TRUE" if value else "FALSE")
            self._put(row, column, style, text)
        elif kind == _FORMULA:
            self._formula(row, column, style, data[6:14])

    def _formula(self, row: int, column: int, style: int, result: bytes) -> None:
        if result[6:8] != b"\xff\xff":
            self._figure(row, column, style, struct.unpack("<d", result)[0])
        elif result[0] == 0:
            self.waiting = (row, column, style)
        elif result[0] == 1:
            self._put(row, column, style, "TRUE" if result[2] else "FALSE")
        elif result[0] == 2:
            self._put(row, column, style, _ERRORS.get(result[2], UNKNOWN))

    def _figure(self, row: int, column: int, style: int, number: float) -> None:
        format = self.book.style(style)[1]
        if number == 0:
            self.zeros.add((row, column))
        self._put(row, column, style, shown_number(number, format, from_1904=self.book.from_1904))

    def _put(self, row: int, column: int, style: int, text: str) -> None:
        is_struck, format = self.book.style(style)
        text = shown_text(text, format)
        if text:
            self.book.measure.add(text)
            here = (row, column)
            self.sheet.cells[here] = (
                UNKNOWN if here in self.sheet.cells else struck(text) if is_struck else text
            )


def _unpacked(packed: int) -> float:
    """A number packed into 30 bits: a whole number or the upper half of a long one, perhaps of its hundredfold."""
    if packed & 2:
        number = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        number = float(struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0])
    return number / 100 if packed & 1 else number
