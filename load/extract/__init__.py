"""Bytes to pieces: which extractor reads which kind of document.

Kinds are told by `load.extract.kinds`. What the pieces say is left to `load.recognise`.
"""

import re
from collections.abc import Callable, Sequence

from load.extract.containers import unpacked
from load.extract.decode import decode
from load.extract.document import Document, Piece, Unreadable, joined
from load.extract.html import read_html
from load.extract.html_slow import read_html_slowly
from load.extract.kinds import CONTAINERS, LARGEST_BYTES, kind_of
from load.extract.ocr import must_be_installed
from load.extract.pdf import read_pdf
from load.extract.sheets import read_sheets
from load.extract.shown import as_shown
from load.extract.text import read_text
from load.extract.word.doc import read_doc
from load.extract.word.docx import read_docx
from load.extract.word.mht import html_of_mht
from load.extract.word.odt import read_odt
from load.extract.word.rtf import read_rtf

_READERS: dict[str, Callable[[bytes], Document]] = {
    "pdf": read_pdf,
    "docx": read_docx,
    "doc": read_doc,
    "odt": read_odt,
    "rtf": read_rtf,
    "xlsx": read_sheets,
    "xls": read_sheets,
}
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w\-]+)", re.IGNORECASE)


def extract(body: bytes, charset: str | None = None) -> tuple[Document, str]:
    """The document in `body`; and, of a page or a text, what is printed with its mark-up, else "".

    `charset` is what the server declared, if it did. Raises Unreadable.
    """
    kind = kind_of(body)
    if kind in CONTAINERS:
        raise Unreadable(f"it is no document but holds {len(unpacked(body))}")
    if kind == "mht":
        body, charset = html_of_mht(body)
        kind = "html"
    if kind in _READERS:
        return _READERS[kind](body), ""
    if kind == "picture":
        return _read_pictures([body]), ""
    declared = _CHARSET.search(body[:8192])
    text, used = decode(body, declared[1].decode("ascii") if declared else charset)
    if kind == "html":
        try:
            text = as_shown(text)
            return read_html(text, used), text
        except RecursionError as error:
            raise Unreadable("its elements stand too deep in one another") from error
    return read_text(text, used), text


def _read_pictures(bodies: Sequence[bytes]) -> Document:
    """The document whose pages are these pictures."""
    must_be_installed("it is a picture")
    from load.extract.ocr.scan import read_pictures  # slow to import: where it is needed only

    return read_pictures(bodies)


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
    "CONTAINERS",
    "LARGEST_BYTES",
    "Document",
    "Piece",
    "Unreadable",
    "extract",
    "extract_pages",
    "joined",
    "kind_of",
    "read_html_slowly",
    "unpacked",
]
