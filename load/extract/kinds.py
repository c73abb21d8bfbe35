"""What kind of file a document is, told by its bytes and never by a file's name."""

import io
import re

import olefile

from load.extract.containers import kind_of_zip
from load.extract.document import Unreadable
from load.extract.word.mht import is_mht

LARGEST_BYTES = 30_000_000  # the largest report ever seen is a tenth of that, pictures included

CONTAINERS = ("zip", "gzip")
"""Kinds of files that hold documents and are none."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "EncryptedPackage": "doc"}
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")
_OTHER_KINDS = (
    (b"Rar!", "a RAR file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
)
_NO_READER = {"pptx": "a presentation", "odp": "a presentation", "ods": "an OpenDocument spreadsheet"}
_HTML = re.compile(rb"<(?:!doctype|html|head|body|table|div|p|meta|span|br|td|h\d)\b", re.IGNORECASE)


def kind_of(body: bytes) -> str:
    """html, text, mht, pdf, docx, doc (and wps), odt, rtf, xlsx, xls, picture; or zip or gzip for a container of documents.

    Raises Unreadable, saying what else it is, for anything that cannot be read.
    """
    if not body.strip():
        raise Unreadable("it is empty")
    if len(body) > LARGEST_BYTES:
        raise Unreadable(f"it has {len(body):,} bytes; the largest that is read has {LARGEST_BYTES:,}")
    for magic, what in _OTHER_KINDS:
        if body.startswith(magic):
            raise Unreadable(f"it is {what}, which is not read")
    if _is_picture(body):
        return "picture"
    if b"%PDF-" in body[:1024]:
        return "pdf"
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        kind = kind_of_zip(body)
        if kind in _NO_READER:
            raise Unreadable(f"it is {_NO_READER[kind]}, which is not read")
        return kind
    if body.startswith(b"\x1f\x8b"):
        return "gzip"
    if body.startswith(_OLE):
        return _kind_of_ole(body)
    if body.lstrip()[:5] == rb"{\rtf":
        return "rtf"
    if is_mht(body):
        return "mht"
    if not body.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\x00" in body[:4096]:
        raise Unreadable("it is neither a page nor text nor an office file: it has NUL bytes")
    head = body[:65536]
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):  # two bytes a character
        head = head.replace(b"\x00", b"")
    return "html" if _HTML.search(head) else "text"


def _is_picture(body: bytes) -> bool:
    """Whether it is a PNG, JPEG, GIF, TIFF, WebP or BMP file."""
    if body.startswith(_PICTURES) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP"):
        return True
    return (
        body[:2] == b"BM"
        and body[6:10] == bytes(4)
        and body[14:18] in (b"\x0c\0\0\0", b"\x28\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0")
    )


def _kind_of_ole(body: bytes) -> str:
    try:
        with olefile.OleFileIO(io.BytesIO(body)) as file:
            names = {entry[0] for entry in file.listdir() if entry}
    except Exception as error:  # damaged directories fail in many ways
        raise Unreadable(f"it is a damaged Office file ({error})") from None
    kind = next((kind for name, kind in _OLE_STREAMS.items() if name in names), None)
    if kind is None:
        raise Unreadable("it is an Office file without a Word text or a workbook in it")
    return kind
