"""The binary Word file (doc, wps) as [MS-DOC] lays it out: text, and what its properties say of it.

The text lies in pieces all over the file, the properties of its characters and paragraphs in pages of 512
bytes, by place in the file. Here they are brought together by place in the text. What paragraphs and
cells make of it is left to `load.extract.word.doc`.
"""

import io
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import olefile

from load.extract.document import Unreadable
from load.extract.word.doc_properties import ParagraphLook, character_look, paragraph_look
from load.extract.word.numbering import Level

MOST_CHARACTERS = 4_000_000
_PAGE = 512
_WORD_97 = 0xA5EC
# Properties that a piece may set by a short code of its own.
_SHORT = {0x18: 0x2416, 0x19: 0x2417, 0x41: 0x0800, 0x57: 0x0837, 0x5C: 0x083C}
_COUNTS = ("decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter")
_FORMATS = dict(enumerate(_COUNTS)) | {
    10: "ideographDigital", 11: "japaneseCounting", 14: "decimalFullWidth", 16: "japaneseLegal",
    17: "japaneseCounting", 18: "decimalEnclosedCircle", 19: "decimalFullWidth2", 22: "decimalZero", 23: "bullet",
    26: "decimalEnclosedFullstop", 27: "decimalEnclosedParen", 28: "decimalEnclosedCircleChinese",
    29: "ideographEnclosedCircle", 30: "ideographTraditional", 31: "ideographZodiac", 33: "taiwaneseCounting",
    34: "ideographLegalTraditional", 35: "taiwaneseCountingThousand", 36: "taiwaneseDigital",
    37: "chineseCounting", 38: "chineseLegalSimplified", 39: "chineseCountingThousand", 255: "none",
}  # fmt: skip
_CLX, _CHPX, _PAPX, _LISTS, _OVERRIDES, _STYLES = 33, 12, 13, 73, 74, 1  # places in the table of contents
_NOTES = {"foot": (2, 3), "end": (46, 47)}
_BOXES = 56
_STORIES = ("text", "foot", "header", "macro", "comment", "end", "box", "header_box")


@dataclass(slots=True)
class DocFile:
    """A Word file: the stories of its text, one after the other in `text`, and `looks`, a byte a character.

    stories     name → (start, end) of a story in the text
    notes       places in the text of the references to notes → (start, end) of the note
    boxes       (start, end) of the text boxes
    lists       list → (number of what counts together, its levels)
    """

    text: str
    looks: bytearray
    stories: dict[str, tuple[int, int]]
    pictures: bool
    by_kingsoft: bool
    title: str = ""
    notes: dict[int, tuple[int, int]] = field(default_factory=dict)
    boxes: list[tuple[int, int]] = field(default_factory=list)
    lists: dict[int, tuple[int, dict[int, Level]]] = field(default_factory=dict)
    _pieces: list["_Piece"] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _paragraphs: tuple[list[int], list[bytes]] = field(default_factory=lambda: ([], []))
    _data: bytes = b""
    _known: dict[bytes, ParagraphLook] = field(default_factory=dict)
    styles: dict[int, bytes] = field(default_factory=dict)

    def paragraph(self, mark: int) -> ParagraphLook:
        """What is said of the paragraph whose mark is the character at `mark`."""
        piece = self._pieces[bisect_right(self._starts, mark) - 1]
        place = piece.place + (mark - piece.start) * piece.width
        starts, properties = self._paragraphs
        at = bisect_right(starts, place) - 1
        said = (properties[at] if at >= 0 else b"") + piece.properties
        if said not in self._known:
            style = self.styles.get(struct.unpack_from("<H", said)[0], b"") if len(said) > 1 else b""
            self._known[said] = paragraph_look(style + said[2:], self._data)
        return self._known[said]


@dataclass(slots=True)
class _Piece:
    start: int  # in the text
    end: int
    place: int  # in the file
    width: int  # bytes a character
    properties: bytes


def read_doc_file(body: bytes) -> DocFile:
    """The Word file in `body`. Raises Unreadable if it is another file, encrypted or damaged."""
    try:
        ole = olefile.OleFileIO(io.BytesIO(body))
    except Exception as error:  # the library raises whatever a damaged file brings about
        raise Unreadable("it is a damaged or incomplete Office file") from error
    with ole:
        streams = {name: _stream(ole, name) for name in ("WordDocument", "0Table", "1Table", "Data")}
        names = {"/".join(path).lower() for path in ole.listdir()}
        summaries = b"".join(
            _stream(ole, f"\x05{name}") for name in ("SummaryInformation", "DocumentSummaryInformation")
        ) + _stream(ole, "\x01CompObj")
    if "encryptedpackage" in names:
        raise Unreadable("it is encrypted: without its password nobody can read it")
    main = streams["WordDocument"]
    if len(main) < 0x300:
        raise Unreadable("it is an old Office file without the text of a Word document")
    magic, flags = struct.unpack_from("<H", main)[0], struct.unpack_from("<H", main, 0x0A)[0]
    if magic != _WORD_97:
        raise Unreadable("it is a file of Word 95 or older; save it anew as a Word document")
    if flags & 0x0100:
        raise Unreadable("it is encrypted: without its password nobody can read it")
    try:
        return _document(main, streams["1Table" if flags & 0x0200 else "0Table"], streams["Data"], summaries)
    except (struct.error, IndexError, ValueError, UnicodeError) as error:
        raise Unreadable("it is a damaged Word file: its parts do not fit one another") from error


def _stream(ole: olefile.OleFileIO, name: str) -> bytes:
    try:
        return bytes(ole.openstream(name).read()) if ole.exists(name) else b""
    except Exception as error:  # as above
        raise Unreadable("it is a damaged or incomplete Office file") from error


def _document(main: bytes, table: bytes, data: bytes, summaries: bytes) -> DocFile:
    def listed(index: int) -> bytes:
        place, length = struct.unpack_from("<II", main, 0x9A + 8 * index)
        return table[place : place + length] if length else b""

    lengths = struct.unpack_from("<8i", main, 0x4C)
    stories, start = {}, 0
    for name, length in zip(_STORIES, lengths, strict=True):
        if length < 0:
            raise ValueError(name)
        stories[name] = (start, start + length)
        start += length
    pieces = list(_pieces(listed(_CLX)))
    text = "".join(_text(main, piece) for piece in pieces)
    if len(text) < stories["text"][1]:
        raise ValueError("text")
    names = ("Kingsoft", "KSOProductBuildVer", "WPS Office", "WPS 文字", "WPS文字")
    codes = ("utf-16-le", "gb18030")
    document = DocFile(
        text,
        bytearray(len(text)),
        stories,
        pictures=False,
        by_kingsoft=any(name.encode(code) in summaries for name in names for code in codes),
        _pieces=pieces,
        _starts=[piece.start for piece in pieces],
        _data=data,
    )
    document._paragraphs = _paragraph_properties(main, listed(_PAPX))
    _look_at_characters(document, main, listed(_CHPX))
    for name, (references, texts) in _NOTES.items():
        places, ends = _places(listed(references), 2), _places(listed(texts), 0)
        offset = stories[name][0]
        for n, place in enumerate(places[:-1]):
            if n + 1 < len(ends):
                document.notes[place] = (offset + ends[n], offset + ends[n + 1])
    places, offset = _places(listed(_BOXES), 22), stories["box"][0]
    document.boxes = [
        (offset + a, offset + b) for a, b in pairwise(places[:-1]) if b > a
    ]  # the last is no box
    document.lists = _lists(listed(_LISTS), table, main, listed(_OVERRIDES))
    document.styles = _styles(listed(_STYLES))
    return document


def _places(plc: bytes, size: int) -> list[int]:
    """The places at the head of a list of places and of things of `size` bytes between them."""
    count = max(0, (len(plc) - 4) // (4 + size))
    return list(struct.unpack_from(f"<{count + 1}i", plc)) if plc else []


def _pieces(clx: bytes) -> Iterator[_Piece]:
    properties: list[bytes] = []
    at = 0
    while clx[at] == 1:
        (length,) = struct.unpack_from("<H", clx, at + 1)
        properties.append(clx[at + 3 : at + 3 + length])
        at += 3 + length
    (length,) = struct.unpack_from("<I", clx, at + 1)
    plc = clx[at + 5 : at + 5 + length]
    count = (len(plc) - 4) // 12
    starts = struct.unpack_from(f"<{count + 1}I", plc)
    if starts[-1] > MOST_CHARACTERS:
        raise Unreadable(f"it has more than {MOST_CHARACTERS:,} characters")
    for n in range(count):
        _, place, own = struct.unpack_from("<HIH", plc, 4 * (count + 1) + 8 * n)
        if starts[n + 1] < starts[n] or starts[0]:
            raise ValueError("pieces")
        packed = bool(place & 0x40000000)
        place &= 0x3FFFFFFF
        if own & 1:
            said = properties[own >> 1] if own >> 1 < len(properties) else b""
        else:
            code = _SHORT.get(own >> 1 & 0x7F)
            said = b"" if code is None else struct.pack("<HB", code, own >> 8)
        yield _Piece(starts[n], starts[n + 1], place // 2 if packed else place, 1 if packed else 2, said)


def _text(main: bytes, piece: _Piece) -> str:
    length = piece.end - piece.start
    data = main[piece.place : piece.place + length * piece.width]
    if len(data) != length * piece.width:
        raise ValueError("text")
    if piece.width == 2:
        # In units of 16 bits, so that places count; what lies outside the basic plane stays in halves.
        return (
            "".join(map(chr, struct.unpack(f"<{length}H", data)))
            if _has_halves(data)
            else data.decode("utf-16-le")
        )
    return data.decode("cp1252", "replace")


def _has_halves(data: bytes) -> bool:
    return any(0xD8 <= high < 0xE0 for high in data[1::2])


def _pages(main: bytes, plc: bytes, size: int) -> Iterator[tuple[bytes, int, tuple[int, ...]]]:
    """The pages of properties that a list names: page, how many runs it has, where in the file they begin."""
    count = max(0, (len(plc) - 4) // 8)
    seen = set()
    for number in struct.unpack_from(f"<{count}I", plc, 4 * (count + 1)) if plc else ():
        page = main[(number & 0x3FFFFF) * _PAGE :][:_PAGE] if number not in seen else b""
        seen.add(number)
        if len(page) == _PAGE and 4 * (page[-1] + 1) + size * page[-1] < _PAGE:
            yield page, page[-1], struct.unpack_from(f"<{page[-1] + 1}I", page)


def _paragraph_properties(main: bytes, plc: bytes) -> tuple[list[int], list[bytes]]:
    """Where in the file runs of paragraphs begin, and what is said of them: style number, properties."""
    found: list[tuple[int, bytes]] = []
    for page, count, places in _pages(main, plc, 13):
        for n in range(count):
            at = page[4 * (count + 1) + 13 * n] * 2
            said = b""
            if at:
                length = page[at] * 2 - 1
                if not page[at]:
                    at += 1
                    length = page[at] * 2
                said = page[at + 1 : at + 1 + length]
            found.append((places[n], said))
    found.sort(key=lambda run: run[0])
    return [place for place, _ in found], [said for _, said in found]


def _look_at_characters(document: DocFile, main: bytes, plc: bytes) -> None:
    """Mark the characters that are hidden, struck out, raised, deleted, or signs of a font."""
    runs: list[tuple[int, int, int, str]] = []
    for page, count, places in _pages(main, plc, 1):
        for n in range(count):
            at = page[4 * (count + 1) + n] * 2
            look, sign = character_look(page[at + 1 : at + 1 + page[at]]) if at else (0, "")
            if look:
                runs.append((places[n], places[n + 1], look, sign))
    text = list(document.text) if any(sign for *_, sign in runs) else None
    for piece in document._pieces:
        look, _ = character_look(piece.properties)
        if look:
            runs.append((piece.place, piece.place + (piece.end - piece.start) * piece.width, look, ""))
    if len(runs) * len(document._pieces) > MOST_CHARACTERS * 10:
        raise Unreadable("its text lies in too many pieces")
    for start, end, look, sign in runs:
        for piece in document._pieces:
            first = piece.start + max(0, start - piece.place) // piece.width
            last = min(piece.end, piece.start + (end - piece.place) // piece.width)
            for at in range(first, last):
                document.looks[at] |= look
                if text and sign:
                    text[at] = sign
    if text:
        document.text = "".join(text)


def _styles(sheet: bytes) -> dict[int, bytes]:
    """Style number → the properties of its paragraphs, those of the styles that it is based on first."""
    if len(sheet) < 20:
        return {}
    head, count, base = struct.unpack_from("<HHH", sheet)
    own: dict[int, tuple[int, bytes]] = {}
    at = 2 + head
    for number in range(min(count, 4096)):
        if at + 2 > len(sheet):
            break
        (length,) = struct.unpack_from("<H", sheet, at)
        style = sheet[at + 2 : at + 2 + length]
        at += 2 + length + length % 2
        if length < base + 4 or struct.unpack_from("<H", style, 2)[0] & 15 != 1:  # a style of paragraphs
            continue
        based_on = struct.unpack_from("<H", style, 2)[0] >> 4
        name = base + 2 + struct.unpack_from("<H", style, base)[0] * 2 + 2
        name += name % 2
        if name + 2 <= len(style):
            (size,) = struct.unpack_from("<H", style, name)
            own[number] = (based_on, style[name + 4 : name + 2 + size])
    styles = {}
    for number in own:
        chain: list[bytes] = []
        here = number
        while here in own and len(chain) < 20:
            chain.append(own[here][1])
            here = own[here][0]
        styles[number] = b"".join(reversed(chain))
    return {number: said for number, said in styles.items() if said}


def _lists(
    lists: bytes, table: bytes, main: bytes, overrides: bytes
) -> dict[int, tuple[int, dict[int, Level]]]:
    """List → (number of what counts together, its levels)."""
    if len(lists) < 2 or len(overrides) < 4:
        return {}
    place, length = struct.unpack_from("<II", main, 0x9A + 8 * _LISTS)
    (count,) = struct.unpack_from("<h", lists)
    at = place + length  # the levels lie behind the list that names them
    if count > 0 and len(lists) < 2 + 28 * count:
        return {}
    levels: dict[int, dict[int, Level]] = {}
    for n in range(max(0, count)):
        (id,) = struct.unpack_from("<i", lists, 2 + 28 * n)
        is_simple = lists[2 + 28 * n + 26] & 1
        levels[id] = {}
        for level in range(1 if is_simple else 9):
            if at + 30 > len(table):
                return {}
            start, format = struct.unpack_from("<iB", table, at)
            at += 28 + table[at + 24] + table[at + 25]
            (size,) = struct.unpack_from("<H", table, at)
            units = struct.unpack_from(f"<{size}H", table, at + 2)
            text = "".join(f"{{{unit}}}" if unit < 9 else chr(unit) for unit in units)
            levels[id][level] = Level(_FORMATS.get(format, "decimal"), text, start)
            at += 2 + 2 * size
    found = {}
    for n in range(min(struct.unpack_from("<I", overrides)[0], (len(overrides) - 4) // 16)):
        (id,) = struct.unpack_from("<i", overrides, 4 + 16 * n)
        found[n + 1] = (id, levels.get(id, {}))
    return found
