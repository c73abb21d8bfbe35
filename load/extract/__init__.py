"""Bytes to pieces: which format a document is, and the extractor that reads it.

Formats are told by their bytes, never by a file's name. What the pieces say is left to
`load.recognise`.
"""

import re
from collections.abc import Sequence

from load.extract.decode import decode
from load.extract.document import Document, Piece, Unreadable, joined
from load.extract.html import as_shown, read_html
from load.extract.html_slow import read_html_slowly
from load.extract.text import read_text

LARGEST_BYTES = 30_000_000  # the largest report ever seen is a tenth of that, pictures included

_OTHER_KINDS = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP container (docx, xlsx, odt or zip)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (doc, wps or xls)"),
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
)
_HTML = re.compile(rb"<(?:!doctype|html|head|body|table|div|p|meta|span|br|td|h\d)\b", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w\-]+)", re.IGNORECASE)


def kind_of(body: bytes) -> str:
    """ "html" or "text". Raises Unreadable, saying what else it is, for anything this version cannot read."""
    if not body.strip():
        raise Unreadable("it is empty")
    if len(body) > LARGEST_BYTES:
        raise Unreadable(f"it has {len(body):,} bytes; the largest that is read has {LARGEST_BYTES:,}")
    for magic, kind in _OTHER_KINDS:
        if body.startswith(magic):
            raise Unreadable(f"it is {kind}; this version reads HTML, text and Markdown")
    if not body.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\x00" in body[:4096]:
        raise Unreadable("it is neither HTML nor text: it has NUL bytes")
    return "html" if _HTML.search(body[:65536]) else "text"


def extract(body: bytes, charset: str | None = None) -> tuple[Document, str]:
    """The document in `body`, and its text with its mark-up, without what the page hides.

    `charset` is what the server declared, if it did. Raises Unreadable.
    """
    kind = kind_of(body)
    declared = _CHARSET.search(body[:8192])
    text, used = decode(body, declared[1].decode("ascii") if declared else charset)
    if kind == "html":
        try:
            text = as_shown(text)
            return read_html(text, used), text
        except RecursionError as error:
            raise Unreadable("its elements stand too deep in one another") from error
    return read_text(text, used), text


def extract_pages(pages: Sequence[bytes], charset: str | None = None) -> tuple[Document, list[str]]:
    """The document that begins with the first of `pages` and goes on in the others, and their texts.

    A page that goes on and cannot be read is passed over: what it held is missing, as on a page cut short.
    """
    document, text = extract(pages[0], charset)
    documents, texts = [document], [text]
    for page in pages[1:]:
        try:
            document, text = extract(page, charset)
        except Unreadable:
            continue
        documents.append(document)
        texts.append(text)
    return joined(documents), texts


__all__ = [
    "LARGEST_BYTES",
    "Document",
    "Piece",
    "Unreadable",
    "extract",
    "extract_pages",
    "joined",
    "kind_of",
    "read_html_slowly",
]
