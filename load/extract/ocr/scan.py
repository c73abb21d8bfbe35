"""Documents whose pages are pictures: which pages of a PDF these are, and picture files, read page by page.

How a page is recognised is left to `load.extract.ocr.page`, how a document is made of pages to `load.extract.pdf`.
"""

import time
from collections.abc import Sequence
from typing import Any

import pypdfium2

from load.extract.document import Document, Unreadable
from load.extract.ocr.page import recognised_page
from load.extract.ocr.picture import MOST_PIXELS, pages_of_picture
from load.extract.pdf.page import UNKNOWN, PrintedPage
from load.extract.pdf.reader import document_of

MOST_PAGES = 60  # that are recognised in one document
_LONGEST = 300.0  # seconds that one document may take: ten times what a report takes
_SHOWN = 0.5  # of a page: a picture of that share is what people see of it
_FEWEST_CHARS = 12  # of text on a page that needs no recognising
_PIXELS_PER_POINT = 200 / 72  # at least, of a page that is not a picture of its own
_LONGEST_SIDE = 5_000  # pixels


def read_pictures(bodies: Sequence[bytes]) -> Document:
    """The document whose pages, in order, are these picture files. Raises Unreadable."""
    clock = _Clock()
    pages = []
    for body in bodies:
        for picture in pages_of_picture(body):
            pages.append(clock.page(picture))
    return document_of(pages, "picture")


def with_pictures_read(pdf: pypdfium2.PdfDocument, pages: Sequence[PrintedPage]) -> list[PrintedPage]:
    """The pages of a PDF; those that are pictures, or print unknown characters, as they are recognised.

    A layer of text behind a picture, which another recogniser has left there, is not taken.
    """
    clock = _Clock()
    read = []
    for page in pages:
        if not _needs_recognising(page):
            read.append(page)
            continue
        printed = clock.page(_rendered(pdf, page.number))
        printed.number = page.number
        read.append(printed)
    return read


def _needs_recognising(page: PrintedPage) -> bool:
    seen = sum(1 for char in page.chars if char.seen)
    unknown = sum(1 for char in page.chars if char.text == UNKNOWN)
    return (page.pictures > _SHOWN and seen < _FEWEST_CHARS) or (unknown * 2 > len(page.chars))


def _rendered(pdf: pypdfium2.PdfDocument, number: int) -> Any:
    """The page in grey, about as fine as its finest picture."""
    page = pdf.get_page(number)
    try:
        wide, high = page.get_size()
        finest = 0.0
        for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
            left, bottom, right, top = item.get_bounds()
            across, down = item.get_px_size()
            if right - left > wide / 4 and top - bottom > 0:
                finest = max(finest, max(across, down) / max(right - left, top - bottom))
        scale = finest or _PIXELS_PER_POINT
        scale = min(scale, _LONGEST_SIDE / max(wide, high), (MOST_PIXELS / max(1.0, wide * high)) ** 0.5)
        return page.render(scale=scale, grayscale=True).to_numpy()
    finally:
        page.close()


class _Clock:
    """Recognises pages, as many and as long as a document may have and take."""

    def __init__(self) -> None:
        self.pages = 0
        self.until = time.monotonic() + _LONGEST

    def page(self, picture: Any) -> PrintedPage:
        """The page in a picture. Raises Unreadable where the document is too long."""
        self.pages += 1
        if self.pages > MOST_PAGES:
            raise Unreadable(f"it has more than {MOST_PAGES} pages that are pictures")
        if time.monotonic() > self.until:
            raise Unreadable(f"to recognise its pages takes more than {_LONGEST:.0f} seconds")
        if picture.ndim == 3:
            picture = picture[:, :, 0]
        return recognised_page(picture)
