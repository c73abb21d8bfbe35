"""Reports as old Word files (doc): a compound file, the text in pieces, its properties in pages.

Only what a reader needs is written: no fonts, no styles, no layout. The state of the generator cuts the
text into pieces, some of one byte a character, as Word does when it saves fast.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from sample.formats.cells import placed
from sample.formats.docx import can_be_numbered
from sample.layouts.flow import Picture, flow
from sample.report import Report
from sample.tables import PrintedTable
from sample.wording import choose

MEDIA_TYPE = "application/msword"
_SECTOR = 512
_TEXT_AT = 0x600  # where the text begins in its stream, behind the table of contents
_IN_TABLE = struct.pack("<HB", 0x2416, 1)
_ROW_END = _IN_TABLE + struct.pack("<HB", 0x2417, 1)
_HIDDEN = struct.pack("<HB", 0x083C, 1)
_NUMBERED = struct.pack("<HhHB", 0x460B, 1, 0x260A, 0)
# One list of one level: 一、二、三、; its number in the file is 5.
_LIST = struct.pack("<hii18xBB", 1, 5, 0, 1, 0)
_LEVEL = struct.pack("<iBB9sB12xHHH", 1, 37, 0, bytes([1]), 2, 2, 0, ord("、"))
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A paragraph: its text with its mark, what is said of it, and whether the text is hidden."""

    text: str
    said: bytes = b""
    hidden: bool = False


def page(report: Report, rng: Random) -> bytes:
    """The bytes of the file; the same report and state of the generator give the same."""
    paragraphs: list[_Paragraph] = []
    blocks = list(flow(report, choose(rng, report.figures["form_version"])))
    numbered = rng.random() < 0.4 and can_be_numbered(blocks)
    for block in blocks:
        if isinstance(block, PrintedTable):
            paragraphs += _table(block)
        elif isinstance(block, Picture):
            paragraphs.append(_Paragraph("\x01\r"))
        elif block.kind == "heading" and numbered:
            paragraphs.append(_Paragraph(f"{block.text[2:]}\r", _NUMBERED))
        else:
            paragraphs.append(_Paragraph(block.text.replace("\n", "\x0b") + "\r"))
            if rng.random() < 0.05:
                paragraphs.append(_Paragraph("\x13=SUM(ABOVE) 5\x14\x15\r"))
                paragraphs.append(_Paragraph("41\r", hidden=True))
    return _compound(_streams(paragraphs, rng))


def _table(table: PrintedTable) -> Iterator[_Paragraph]:
    for row in placed(table):
        edges = [cell.column * 900 for cell in row] + [table.columns * 900]
        cells = b""
        for cell, _, covered in row:
            merge = 1 << 5 if covered else 3 << 5 if cell.rowspan > 1 else 0
            cells += struct.pack("<HH16x", merge, 900)
            text = "" if covered else cell.text.replace("\n", "\r")
            yield from (_Paragraph(f"{line}\r", _IN_TABLE) for line in text.split("\r")[:-1])
            yield _Paragraph(text.split("\r")[-1] + "\x07", _IN_TABLE)
        definition = struct.pack(f"<B{len(edges)}h", len(row), *edges) + cells
        yield _Paragraph("\x07", _ROW_END + struct.pack("<HH", 0xD608, len(definition) + 1) + definition)


def _streams(paragraphs: list[_Paragraph], rng: Random) -> dict[str, bytes]:
    text = b""
    pieces: list[tuple[int, int]] = []  # in the text, in the file with its flag
    papx: list[tuple[int, bytes]] = []  # in the file: where it ends, what is said
    chpx: list[tuple[int, bytes]] = []
    characters, was_packed = 0, None
    for paragraph in paragraphs:
        is_packed = paragraph.text.isascii() and rng.random() < 0.5
        if is_packed != was_packed:
            place = _TEXT_AT + len(text)
            pieces.append((characters, place * 2 | 0x40000000 if is_packed else place))
            was_packed = is_packed
        text += paragraph.text.encode("ascii" if is_packed else "utf-16-le")
        characters += len(paragraph.text)
        papx.append((_TEXT_AT + len(text), b"\0\0" + paragraph.said))
        chpx.append((_TEXT_AT + len(text), _HIDDEN if paragraph.hidden else b""))
    main = bytearray(_TEXT_AT) + text
    main += bytes(-len(main) % _SECTOR)
    table = bytearray()
    contents: dict[int, tuple[int, int]] = {}

    def add(index: int, data: bytes) -> None:
        contents[index] = (len(table), len(data))
        table.extend(data)

    for index, runs, size in ((12, chpx, 1), (13, papx, 13)):
        starts, numbers = [_TEXT_AT], []
        for last, sheet in _sheets(runs, size):
            numbers.append(len(main) // _SECTOR)
            starts.append(last)
            main += sheet
        add(index, struct.pack(f"<{len(starts)}I{len(numbers)}I", *starts, *numbers))
    plc = struct.pack(f"<{len(pieces) + 1}I", *(start for start, _ in pieces), characters)
    plc += b"".join(struct.pack("<HIH", 0, place, 0) for _, place in pieces)
    add(33, struct.pack("<BI", 2, len(plc)) + plc)
    add(73, _LIST)
    table.extend(_LEVEL)
    add(74, struct.pack("<Ii12x", 1, 5))
    struct.pack_into("<HH", main, 0, 0xA5EC, 0x00C1)
    struct.pack_into("<H", main, 0x0A, 0x0200)
    struct.pack_into("<HH", main, 0x20, 14, 0)
    struct.pack_into("<H", main, 0x3E, 22)
    struct.pack_into("<I", main, 0x4C, characters)
    struct.pack_into("<H", main, 0x98, 0x5D)
    for index, (place, length) in contents.items():
        struct.pack_into("<II", main, 0x9A + 8 * index, place, length)
    return {"WordDocument": bytes(main), "1Table": bytes(table)}


def _sheets(runs: list[tuple[int, bytes]], size: int) -> Iterator[tuple[int, bytes]]:
    """Pages of properties, each with where in the file its last run ends."""
    start, waiting = _TEXT_AT, list(runs)
    while waiting:
        ends, offsets, said = [start], b"", b""
        while waiting:
            last, properties = waiting[0]
            if size == 1:
                entry = bytes([len(properties)]) + properties if properties else b""
            else:
                half, odd = divmod(len(properties), 2)
                entry = (bytes([half + 1]) if odd else bytes([0, half])) + properties
            entry += bytes(len(entry) % 2)
            count = len(ends)
            if 4 * (count + 1) + size * count + len(said) + len(entry) > _SECTOR - 2:
                break
            waiting.pop(0)
            ends.append(last)
            said = entry + said
            place = (_SECTOR - 2 - len(said)) // 2 if entry else 0
            offsets += bytes([place]) + bytes(size - 1)
        head = struct.pack(f"<{len(ends)}I", *ends) + offsets
        sheet = head + bytes(_SECTOR - 2 - len(said) - len(head)) + said
        yield ends[-1], sheet + bytes([0, len(ends) - 1])
        start = ends[-1]


def _compound(streams: dict[str, bytes]) -> bytes:
    """A compound file of these streams, each of them long enough for sectors of its own."""
    data, entries = b"", []
    chain: list[int] = []
    for name, stream in streams.items():
        length = max(len(stream), 4096)
        sectors = -(-length // _SECTOR)
        entries.append(_entry(name, 2, len(chain), length))
        chain += [*range(len(chain) + 1, len(chain) + sectors), _END]
        data += stream + bytes(sectors * _SECTOR - len(stream))
    directory = len(chain)
    # The first stream's name is the longer one: the other is its left neighbour.
    entries[0] = entries[0][:68] + struct.pack("<III", 2, _FREE, _FREE) + entries[0][80:]
    data += _entry("Root Entry", 5, _END, 0, child=1) + b"".join(entries) + bytes(128)
    chain.append(_END)
    sectors = -(-(len(chain) + 2) // 128)
    first = len(chain)
    chain += [_FAT] * sectors
    chain += [_FREE] * (-len(chain) % 128)
    if len(chain) // 128 != sectors:
        raise ValueError("the sectors of the table do not fit it")
    data += struct.pack(f"<{len(chain)}I", *chain)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, sectors, directory, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", *range(first, first + sectors), *[_FREE] * (109 - sectors))
    return head + data


def _entry(name: str, kind: int, start: int, length: int, *, child: int = _FREE) -> bytes:
    coded = name.encode("utf-16-le") + b"\0\0"
    return (
        coded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(coded), kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, length)
    )
