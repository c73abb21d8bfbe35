"""Hostile files: bombs, entities, spans of a million, deep nesting, locks and cuts end in a sentence, soon.

Each file here is small, and what a careless reader makes of it is not. Memory is limited while they are read: a
reader that takes more than its share fails. A new extractor is tested here as soon as it stands in `fuzz.FORMATS`.
"""

import gzip
import importlib.util
import io
import re
import resource
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from load.extract import Unreadable, extract
from load.extract.containers import LARGEST_TOTAL, MOST_MEMBERS, kind_of_zip, unpacked
from load.extract.sheets import read_sheets
from sample.formats import xls
from sample.formats.sheet import Plan, Put

ROOT = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location("fuzz", ROOT / "tests" / "fuzz.py")
assert _SPEC is not None
assert _SPEC.loader is not None
fuzz = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(fuzz)

_BOOK = '<workbook xmlns="{m}" xmlns:r="{r}"><sheets><sheet name="a" sheetId="1" r:id="i"/></sheets></workbook>'.format(
    m="http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    r="http://schemas.openxmlformats.org/officeDocument/2006/relationships",
)
_RELATIONS = (
    '<Relationships><Relationship Id="i" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="s" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
_LAUGHS = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
_ENTITIES = f'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">{_LAUGHS}]>'
_ABROAD = '<!DOCTYPE a [<!ENTITY i SYSTEM "file:///etc/hostname">]>'


def _zip(members: dict[str, bytes | str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in members.items():
            file.writestr(name, body)
    return held.getvalue()


def _xlsx(sheet: str, **parts: str) -> bytes:
    """A workbook with this sheet; `parts` stand beside it under xl/, as name=XML."""
    others: dict[str, bytes | str] = {f"xl/{name}.xml": text for name, text in parts.items()}
    return _zip(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": _BOOK,
            "xl/_rels/workbook.xml.rels": _RELATIONS,
            "xl/worksheets/sheet1.xml": sheet,
            **others,
        }
    )


def _cells(*cells: str, rest: str = "") -> str:
    return f"<worksheet><sheetData>{''.join(cells)}</sheetData>{rest}</worksheet>"


def _cell(place: str, text: str = "规章") -> str:
    row = "".join(filter(str.isdigit, place))
    return f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def _locked(body: bytes) -> bytes:
    """A zip whose entries say that they are encrypted."""
    locked = bytearray(body)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = locked.find(magic)
        while start >= 0:
            locked[start + at] |= 1
            start = locked.find(magic, start + 4)
    return bytes(locked)


def _html(text: str) -> bytes:
    return f"<html><body>{text}</body></html>".encode()


_MOST_MEMORY = 500_000_000  # bytes that reading one file may take
_LONG = "规" * 30_000
# name: what reads it, the file, words of the sentence that it ends in ("" if it may be read)
HOSTILE: dict[str, tuple[Callable[[bytes], object], Callable[[], bytes], str]] = {
    "xlsx: a part that unpacks to far more than it is": (
        read_sheets, lambda: _xlsx("<worksheet>" + " " * 30_000_000 + "</worksheet>"), "unpacks to more than"),
    "xlsx: a million laughs": (
        read_sheets, lambda: _xlsx(_ENTITIES + _cells(_cell("A1", "&i;"))), "document type|well-formed"),
    "xlsx: an entity from outside": (
        read_sheets, lambda: _xlsx(_ABROAD + _cells(_cell("A1", "&i;"))), "document type|well-formed"),
    "xlsx: cells in the farthest corners": (
        read_sheets, lambda: _xlsx(_cells(_cell("A1"), _cell("B1048575"), _cell("XFD1048576"))), ""),
    "xlsx: rows as wide as a sheet can be": (
        read_sheets,
        lambda: _xlsx(_cells(*(f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="XFD{n}"><v>1</v></c></row>'
                               for n in range(1, 2000)))),
        "more than 200,000 cells"),
    "xlsx: fifty thousand merged cells that cover everything": (
        read_sheets,
        lambda: _xlsx(_cells(*(_cell(f"A{n}") for n in range(1, 3000)),
                             rest="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 50_000 + "</mergeCells>")),
        "more than 200,000 cells"),
    "xlsx: one long string in each of many cells": (
        read_sheets,
        lambda: _xlsx(_cells(*(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_000))),
                      sharedStrings=f"<sst><si><t>{_LONG}</t></si></sst>"),
        "more than 5,000,000 characters"),
    "xlsx: all columns hidden, over and over": (
        read_sheets,
        lambda: _xlsx("<worksheet><cols>" + '<col min="1" max="999999999" hidden="1"/>' * 200 + "</cols></worksheet>"),
        "show nothing"),
    "xlsx: elements a hundred thousand deep": (
        read_sheets, lambda: _xlsx("<a>" * 100_000 + "</a>" * 100_000), "well-formed"),
    "xlsx: the same sheet four hundred times": (
        read_sheets,
        lambda: _zip({
            "xl/workbook.xml": _BOOK.replace("</sheets>", '<sheet name="b" r:id="i"/>' * 400 + "</sheets>"),
            "xl/_rels/workbook.xml.rels": _RELATIONS,
            "xl/worksheets/sheet1.xml": "<worksheet>" + "<x/>" * 200_000 + "</worksheet>",
        }),
        "more than 2,000,000 tags"),
    "xlsx: encrypted parts": (read_sheets, lambda: _locked(_xlsx(_cells(_cell("A1")))), "encrypted"),
    "xlsx: encrypted as a whole": (read_sheets, lambda: xls.ole_file("EncryptedPackage", b"x" * 5000), "encrypted"),
    "xlsx: cut short": (read_sheets, lambda: _xlsx(_cells(_cell("A1")))[:-40], "damaged or incomplete"),
    "xls: strings that claim to be four thousand million": (
        read_sheets,
        lambda: _patched(b"\xfc\x00", 4, struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF)), ""),
    "xls: cells in the farthest corners": (
        read_sheets,
        lambda: xls.ole_file("Workbook", xls.workbook(
            [Plan("a", [Put(row, column, 1) for row in range(0, 65535, 200) for column in (0, 255)])], Random(1))),
        ""),
    "xls: locked": (
        read_sheets,
        lambda: xls.ole_file("Workbook", _workbook()[:20] + struct.pack("<HHH", 0x2F, 2, 0) + _workbook()[20:]),
        "encrypted"),
    "xls: cut short": (
        read_sheets, lambda: xls.ole_file("Workbook", _workbook())[:1500], "damaged|incomplete|nothing"),
    "zip: a member that unpacks to far more than it is": (
        unpacked, lambda: _zip({"a.html": bytes(60_000_000)}), "unpacks to more than 30,000,000"),
    "zip: many members that are too much together": (
        unpacked, lambda: _zip({f"{n}.html": bytes(25_000_000) for n in range(5)}), f"more than {LARGEST_TOTAL:,}"),
    "zip: more files than any publisher has": (
        unpacked, lambda: _zip({f"{n}.html": b"x" for n in range(MOST_MEMBERS + 1)}), f"at most {MOST_MEMBERS}"),
    "zip: more files in zips": (
        unpacked, lambda: _zip({f"{n}.zip": _zip({f"{k}.html": b"x" for k in range(60)}) for n in range(3)}), "at most 100"),
    "zip: a zip in a zip in a zip": (
        unpacked, lambda: _zip({"a.zip": _zip({"b.zip": _zip({"c.html": b"x"})})}), "zip in a zip in a zip"),
    "zip: encrypted": (unpacked, lambda: _locked(_zip({"a.html": b"x"})), "encrypted"),
    "zip: cut short": (unpacked, lambda: _zip({"a.html": b"x" * 999})[:-30], "damaged or incomplete"),
    "zip: empty": (unpacked, lambda: _zip({}), "no file in it"),
    "gzip: a bomb": (unpacked, lambda: gzip.compress(bytes(60_000_000)), "unpacks to more than"),
    "gzip: a bomb in a zip": (
        unpacked, lambda: _zip({"a.gz": gzip.compress(bytes(60_000_000))}), "unpacks to more than"),
    "gzip: cut short": (unpacked, lambda: gzip.compress(b"x" * 9999)[:-9], "cut short"),
    "html: spans of a million": (
        extract,
        lambda: _html("<table>" + "<tr><td colspan=1000000 rowspan=1000000>规章<td>1" * 300 + "</table>"), ""),
    "html: tables in one another": (extract, lambda: _html("<table><tr><td>" * 3000), "deep|"),
    "html: a hundred thousand boxes in one another": (extract, lambda: _html("<div>" * 100_000), "deep|"),
    "html: a hundred thousand tags that are never closed": (extract, lambda: _html("<table><td" * 100_000), ""),
    "text: a hundred thousand bars": (extract, lambda: b"|" * 100_000, ""),
}  # fmt: skip


def _workbook() -> bytes:
    return xls.workbook([Plan("a", [Put(n, 0, f"行{n}") for n in range(50)])], Random(1))


def _patched(record: bytes, offset: int, data: bytes) -> bytes:
    """A workbook in whose first record of that kind other bytes stand."""
    stream = _workbook()
    at = 0
    while stream[at : at + 2] != record:
        at += 4 + struct.unpack_from("<H", stream, at + 2)[0]
    at += offset
    return xls.ole_file("Workbook", stream[:at] + data + stream[at + len(data) :])


def _sentence(read: Callable[[bytes], object], body: bytes) -> str:
    """The sentence in which reading ends; "" if the file was read."""
    try:
        read(body)
    except Unreadable as error:
        return str(error)
    return ""


@pytest.fixture
def little_memory() -> Iterator[Callable[[], None]]:
    """Called, it limits this process to what it has and 500 MB more, until the test is over."""
    before = resource.getrlimit(resource.RLIMIT_AS)

    def limit() -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + _MOST_MEMORY, before[1]))

    yield limit
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_sentence(name: str, little_memory: Callable[[], None]) -> None:
    read, make, said = HOSTILE[name]
    body = make()
    little_memory()
    sentence = _sentence(read, body)
    assert re.search(said, sentence)
    assert "\n" not in sentence


def test_a_document_type_is_refused_and_nothing_is_fetched_for_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("行政许可")
    sheet = f'<!DOCTYPE a [<!ENTITY i SYSTEM "{secret.as_uri()}">]>' + _cells(_cell("A1", "&i;"))
    with pytest.raises(Unreadable):
        read_sheets(_xlsx(sheet))


def test_a_zip_gives_its_files_with_names_for_people() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("../../etc/甲县.html", b"one")
        file.writestr("__MACOSX/._x", b"litter")
        file.writestr("folder/", b"")
        file.writestr("乙县.zip", _zip({"丙镇.txt": b"two"}))
        file.writestr("丁.html.gz", gzip.compress(b"three"))
        file.writestr("戊.docx", _zip({"[Content_Types].xml": "", "word/document.xml": ""}))
    members = dict(unpacked(held.getvalue()))
    assert list(members) == ["../../etc/甲县.html", "乙县.zip/丙镇.txt", "丁.html.gz", "戊.docx"]
    assert list(members.values())[:3] == [b"one", b"two", b"three"]


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
def test_names_that_windows_wrote_are_readable(charset: str) -> None:
    as_windows = "示例县年报.html".encode(charset)
    stand_in = "x" * len(as_windows)
    body = _zip({stand_in: b"page"}).replace(stand_in.encode(), as_windows)
    assert unpacked(body) == [("示例县年报.html", b"page")]


def test_one_bad_file_in_a_zip_does_not_cost_the_others() -> None:
    body = bytearray(
        _zip({"a.html": b"good page " * 50, "b.html": bytes(range(256)) * 4, "c.html": bytes(40_000_000)})
    )
    at = body.find(b"b.html") + 6
    body[at + 20 : at + 40] = bytes(20)
    first, second, third = unpacked(bytes(body))
    assert first.content == b"good page " * 50
    assert "damaged" in str(second.content)
    assert "30,000,000" in str(third.content)


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"[Content_Types].xml": "", "word/document.xml": ""}, "docx"),
        ({"[Content_Types].xml": "", "xl/workbook.xml": ""}, "xlsx"),
        ({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}, "odt"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "ods"),
        ({"word/page.html": "", "a.docx": ""}, "zip"),
        ({}, "zip"),
    ],
)
def test_office_files_are_told_from_zips_of_documents(members: dict[str, bytes | str], kind: str) -> None:
    assert kind_of_zip(_zip(members)) == kind


@pytest.mark.parametrize("format", fuzz.FORMATS)
def test_a_damaged_file_of_any_format_is_read_or_refused_in_a_sentence(format: str) -> None:
    extractor = fuzz.named(fuzz.FORMATS[format][0])
    if extractor is None or not fuzz.valid_files(format):
        pytest.skip(f"there is no extractor of {format}, or no valid file of it to damage")

    @settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(fuzz.files(format), st.binary(max_size=200)))
    def law(body: bytes) -> None:
        assert fuzz.answer(extractor, body) in ("read", "unreadable")

    law()
