"""Reports as spreadsheets of old Excel (xls): BIFF 8 records in an OLE file, as [MS-XLS] and [MS-CFB] say.

Only what a report needs is written: texts, numbers, formats, merged cells, what is hidden.
"""

import struct
from random import Random

from sample.formats.sheet import Plan, plans
from sample.report import Report

_SECTOR = 512
_LONGEST_RECORD = 8224
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_OWN_FORMATS = 164


def page(report: Report, rng: Random) -> bytes:
    """The workbook of `report`."""
    return ole_file("Workbook", workbook(plans(report, rng), rng))


def workbook(sheets: list[Plan], rng: Random) -> bytes:
    """The stream of records of a workbook with these sheets; the state of the generator chooses how numbers
    are packed."""
    strings: dict[str, int] = {}
    formats: dict[str, int] = {}
    for plan in sheets:
        for put in plan.puts:
            formats.setdefault(put.format, len(formats))
            if isinstance(put.value, str) and put.value:
                strings.setdefault(put.value, len(strings))
    head = [_begin(0x0005), _record(0x0042, struct.pack("<H", 1200))]
    head += [_record(0x0031, struct.pack("<HHHHHBBBx", 220, 0, 8, 400, 0, 0, 0, 134) + _short("宋体"))] * 4
    head += [
        _record(0x041E, struct.pack("<H", _OWN_FORMATS + n) + _string(format))
        for format, n in formats.items()
    ]
    head += [_record(0x00E0, struct.pack("<HH", 0, _OWN_FORMATS + n) + bytes(16)) for n in formats.values()]
    bodies = [_sheet(plan, strings, formats, rng) for plan in sheets]
    table = _shared_strings(list(strings)) + _record(0x000A)
    names = [_short(plan.name) for plan in sheets]
    at = sum(map(len, head)) + sum(4 + 6 + len(name) for name in names) + len(table)
    for plan, name, body in zip(sheets, names, bodies, strict=True):
        head.append(_record(0x0085, struct.pack("<IBB", at, int(plan.hidden), 0) + name))
        at += len(body)
    return b"".join([*head, table, *bodies])


def _sheet(plan: Plan, strings: dict[str, int], formats: dict[str, int], rng: Random) -> bytes:
    parts = [_begin(0x0010)]
    parts += [_record(0x007D, struct.pack("<HHHHHxx", c, c, 2048, 0, 1)) for c in sorted(plan.hidden_columns)]
    parts += [
        _record(0x0208, struct.pack("<HHHHHHI", row, 0, 20, 300, 0, 0, 0x120))
        for row in sorted(plan.hidden_rows)
    ]
    for put in sorted(plan.puts):
        cell = struct.pack("<HHH", put.row, put.column, formats[put.format])
        if put.value == "":
            parts.append(_record(0x0201, cell))
        elif isinstance(put.value, str):
            parts.append(_record(0x00FD, cell + struct.pack("<I", strings[put.value])))
        elif isinstance(put.value, int) and abs(put.value) < 1 << 28 and rng.random() < 0.7:
            packed = (put.value & 0x3FFFFFFF) << 2 | 2
            if rng.random() < 0.3:  # the same as a row of one
                many = struct.pack("<HHHIH", put.row, put.column, formats[put.format], packed, put.column)
                parts.append(_record(0x00BD, many))
            else:
                parts.append(_record(0x027E, cell + struct.pack("<I", packed)))
        else:
            parts.append(_record(0x0203, cell + struct.pack("<d", put.value)))
    merged = [put for put in plan.puts if put.down * put.across > 1]
    for start in range(0, len(merged), 1000):
        ranges = [
            struct.pack("<HHHH", p.row, p.row + p.down - 1, p.column, p.column + p.across - 1)
            for p in merged[start : start + 1000]
        ]
        parts.append(_record(0x00E5, struct.pack("<H", len(ranges)) + b"".join(ranges)))
    parts += [_record(0x023E, struct.pack("<HHHIHHxxxx", 0x6B6, 0, 0, 64, 0, 0)), _record(0x000A)]
    return b"".join(parts)


def _shared_strings(texts: list[str]) -> bytes:
    """The table of strings; where a record is full, the string goes on in the next one."""
    records = [struct.pack("<II", len(texts), len(texts))]
    for text in texts:
        units = text.encode("utf-16-le")
        if len(records[-1]) + 3 > _LONGEST_RECORD - 2:
            records.append(b"")
        records[-1] += struct.pack("<HB", len(units) // 2, 1)
        while units:
            room = (_LONGEST_RECORD - len(records[-1])) // 2 * 2
            records[-1] += units[:room]
            units = units[room:]
            if units:
                records.append(b"\x01")
    return _record(0x00FC, records[0]) + b"".join(_record(0x003C, data) for data in records[1:])


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _begin(part: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, part, 0x0DBB, 0x07CC, 0, 0x0600))


def _string(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _short(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def ole_file(name: str, stream: bytes) -> bytes:
    """An OLE file that holds one stream."""
    stream = stream.ljust(4096, b"\0")  # shorter ones stand in a file of their own
    sectors = -(-len(stream) // _SECTOR)
    tables = 1
    while tables * 128 < sectors + tables + 1:
        tables += 1
    chain = [*range(1, sectors), _END, _END, *[_FAT] * tables]
    chain += [_FREE] * (tables * 128 - len(chain))
    places = [sectors + 1 + n for n in range(tables)]
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, sectors, 0, 4096, _END, 0, _END, 0,
    )  # fmt: skip
    header += b"".join(struct.pack("<I", n) for n in places + [_FREE] * (109 - tables))
    entries = _entry("Root Entry", 5, _END, 0, child=1) + _entry(name, 2, 0, len(stream))
    directory = entries + _entry("", 0, 0, 0) * 2
    return b"".join(
        [header, stream.ljust(sectors * _SECTOR, b"\0"), directory, *(struct.pack("<I", n) for n in chain)]
    )


def _entry(name: str, kind: int, start: int, size: int, child: int = _NONE) -> bytes:
    coded = name.encode("utf-16-le")
    length = len(coded) + 2 if name else 0
    return struct.pack("<64sHBBIII36xIQ", coded, length, kind, 1, _NONE, _NONE, child, start, size)
