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
from load.extract.sheets.looks import BLACK, WHITE, Cover, as_seen, on_its_own_colour
from load.extract.sheets.number_format import BUILT_IN, GENERAL, NOT_UNDERSTOOD, shown_number, shown_text
from load.extract.sheets.xls_strings import Font, SharedStrings, text_at
from load.extract.written import UNKNOWN, struck

_STREAMS = ("Workbook", "Book")
_BOF, _EOF, _CONTINUE, _FILEPASS = 0x0809, 0x000A, 0x003C, 0x002F
_BOUNDSHEET, _CODEPAGE, _DATE_1904, _FONT, _FORMAT, _XF, _SST, _PICTURES = (
    0x0085, 0x0042, 0x0022, 0x0031, 0x041E, 0x00E0, 0x00FC, 0x00EB,
)  # fmt: skip
_ROW, _COLUMNS, _VIEW, _MERGED, _DRAWING = 0x0208, 0x007D, 0x023E, 0x00E5, 0x00EC
_SHAPE, _ANCHOR, _PICTURE_FRAME = 0xF00A, 0xF010, 75  # of what is drawn over cells
_NO_COVERS = {0, 201, 202}  # groups, controls, and boxes of text, which notes at cells are, too
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
    """What all sheets share."""

    is_biff8: bool = True
    charset: str = "gb18030"
    from_1904: bool = False
    fonts: list[Font] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=lambda: dict(BUILT_IN))
    styles: list["_Style"] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    sheets: list[tuple[int, str]] = field(default_factory=list)  # where each begins, its name
    images: bool = False
    measure: Measure = field(default_factory=Measure)

    def font(self, index: int) -> Font:
        """The font of that index; no file has one of index 4."""
        index -= index > 4
        return self.fonts[index] if 0 <= index < len(self.fonts) else Font(ink=BLACK)

    def style(self, index: int) -> "_Style":
        """The style of that index."""
        return self.styles[index] if 0 <= index < len(self.styles) else _Style(format=-1 if index else 0)

    def format(self, style: "_Style") -> str:
        """The number format of cells of a style."""
        return self.formats.get(style.format, GENERAL if not style.format else NOT_UNDERSTOOD)

    @property
    def old_charset(self) -> str | None:
        """The character set of its strings, where it is so old that it has one."""
        return None if self.is_biff8 else self.charset


@dataclass(frozen=True, slots=True)
class _Style:
    """How a cell looks: the number of its font and of its number format, its ground (None: the paper)."""

    font: int = 0
    format: int = 0
    ground: str | None = None
    shrinks: bool = False

    @classmethod
    def of(cls, data: bytes, *, is_biff8: bool) -> "_Style":
        """The style that a record holds."""
        font, format = struct.unpack_from("<HH", data)
        if not is_biff8 or len(data) < 20:
            return cls(font, format)
        pattern, colours = struct.unpack_from("<IH", data, 14)
        kinds = {0: None, 1: _colour(colours & 0x7F)}
        return cls(font, format, kinds.get(pattern >> 26, "pattern"), bool(data[8] & 0x10))


def _colour(index: int) -> str:
    """The name of a colour of the palette; the same name for the same colour."""
    return {0: BLACK, 8: BLACK, 64: BLACK, 0x7FFF: BLACK, 1: WHITE, 9: WHITE, 65: WHITE}.get(
        index, str(index)
    )


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
                book.strings = SharedStrings(strings, book.font).read()
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
        size, flags, ink, raised = struct.unpack_from("<HHH2xH", data)
        book.fonts.append(Font(bool(flags & 0x08), raised != 0, _colour(ink), size / 20))
    elif kind == _FORMAT:
        book.formats[struct.unpack_from("<H", data)[0]] = text_at(
            data, 2, book.old_charset, wide_length=book.is_biff8
        )
    elif kind == _XF:
        book.styles.append(_Style.of(data, is_biff8=book.is_biff8))
    elif kind == _PICTURES:
        book.images = True
    elif kind == _BOUNDSHEET:
        start, visibility, sort = struct.unpack_from("<IBB", data)
        if visibility & 3 == 0 and sort == 0:
            book.sheets.append((start, text_at(data, 6, book.old_charset, wide_length=False)))
            if len(book.sheets) > MOST_SHEETS:
                raise Unreadable(f"it has more than {MOST_SHEETS} sheets")


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
        self.covers: list[Cover] = []
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
            self._put(row, column, style, text_at(data, 0, self.book.old_charset, wide_length=True))
        elif kind == _ROW:
            row, height, flags = struct.unpack_from("<H4xH4xI", data)
            if flags & 0x20 or height & 0x7FFF == 0:
                self.sheet.hidden_rows.add(row)
        elif kind == _COLUMNS:
            first, last, width, _, flags = struct.unpack_from("<HHHHH", data)
            columns = range(first, min(last, LAST_COLUMN) + 1)
            if flags & 1 or width == 0:
                self.sheet.hidden_columns.update(columns)
            else:
                self.sheet.widths |= dict.fromkeys(columns, width / 256)
        elif kind == _VIEW:
            self.shows_zeros = bool(struct.unpack_from("<H", data)[0] & 0x10)
        elif kind == _MERGED:
            for n in range(min(struct.unpack_from("<H", data)[0], _MOST_MERGED - len(self.sheet.merged))):
                top, bottom, left, right = struct.unpack_from("<HHHH", data, 2 + n * 8)
                self.sheet.merged.append((top, left, bottom, right))

        elif kind == _DRAWING:
            self.covers += _covers(data)

    def finish(self) -> None:
        """After the last record: what the sheet as a whole does not show is taken out."""
        if not self.shows_zeros:
            for place in self.zeros:
                self.sheet.cells.pop(place, None)
        as_seen(self.sheet, self.covers, [])

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
            self._put(row, column, style, text_at(data, 6, self.book.old_charset, wide_length=True))
        elif kind == _RICH_TEXT:  # its runs are not followed: as likely as not they are a mark at a figure
            self._put(row, column, style, text_at(data, 6, self.book.old_charset, wide_length=True) + UNKNOWN)
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
        look = self.book.style(style)
        if number == 0:
            self.zeros.add((row, column))
        size, usual = self.book.font(look.font).size, self.book.font(0).size
        if not look.shrinks:
            self.sheet.numbers[row, column] = size / usual if size and usual else 1.0
        shown = shown_number(number, self.book.format(look), from_1904=self.book.from_1904)
        self._put(row, column, style, shown)

    def _put(self, row: int, column: int, style: int, text: str) -> None:
        look = self.book.style(style)
        font = self.book.font(look.font)
        text = shown_text(text, self.book.format(look))
        if text:
            self.book.measure.add(text)
            text = struck(text) if font.struck else on_its_own_colour(text, font.ink, look.ground, font.size)
            here = (row, column)
            self.sheet.cells[here] = UNKNOWN if here in self.sheet.cells else text


def _covers(data: bytes) -> Iterator[Cover]:
    """What a record says is drawn over cells."""
    at, shape = 0, 0
    while at + 8 <= len(data):
        head, kind, length = struct.unpack_from("<HHI", data, at)
        at += 8
        if head & 15 == 15:
            continue  # it holds others
        if kind == _SHAPE:
            shape = head >> 4
        elif kind == _ANCHOR and length >= 18 and at + 18 <= len(data) and shape not in _NO_COVERS:
            left, top, right, bottom = struct.unpack_from("<2xH2xH2xH2xH", data, at)
            yield Cover((top, left, bottom, right), shape == _PICTURE_FRAME)
        at += length


def _unpacked(packed: int) -> float:
    """A number packed into 30 bits: a whole number or the upper half of a long one, perhaps of its hundredfold."""
    if packed & 2:
        number = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        number = float(struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0])
    return number / 100 if packed & 1 else number
