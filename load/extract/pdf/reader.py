"""PDF with text to pieces: cells where ruling lines make them, lines and paragraphs elsewhere.

pdfium reads the file; where each character and each line stands tells the rest. Tables that go on from page to
page are one, without the heads that are printed again. A file whose pages are pictures is said to be a scan:
reading those is left to others, who begin with `opened`. pdfium bears no threads: one document at a time.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from itertools import groupby, takewhile

import pypdfium2
import pypdfium2.raw as pdfium

from load.extract.document import CLEAR, UNCLEAR, Document, Piece, Unreadable
from load.extract.html import clean, without_invisible
from load.extract.ocr import is_installed, must_be_installed
from load.extract.pdf.bombs import refuse_bombs
from load.extract.pdf.flow import Block, continues, in_reading_order, paragraphs, without_furniture
from load.extract.pdf.grid import Cell, Grid, grids_of
from load.extract.pdf.lines import Line, joined_text, lines_of, parts_of
from load.extract.pdf.page import UNKNOWN, Char, PrintedPage, read_page

MOST_PAGES = 300  # the longest report ever seen has a tenth of that
_MOST_CHARS = 1_000_000  # of a whole document
_LEAST_TEXT = 12  # characters a page, on average: with fewer, beside pictures, it is a scan
_PICTURE = 0.04  # of a page: a picture of that share may be a table
_WIDE_GAP = 1.3  # of the size of a line's text: what it parts is not one sentence
_NUMBERED = re.compile(r"[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]")
# A digit and no Chinese character, but for a unit and a note in brackets behind it.
_FIGURE = re.compile(
    r"[^\u2e80-\u9fff]*\d[^\u2e80-\u9fff]*(?:[件个条项宗份]|万?元)?\s*(?:[（(].*)?", re.DOTALL
)
_NUMBER = re.compile(r"[+\-−－＋]?\d[\d,，.．\s]*")
_ROW_PITCH = 2.2  # of the size: lines nearer each other may be parts of one label
_RECOGNISED = "≈"  # before a figure that is not printed, but was recognised in a picture, or is hidden


@contextmanager
def opened(body: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """The PDF in `body`, to be read page by page. Raises Unreadable for one that cannot be opened safely."""
    refuse_bombs(body)
    pdf = _open(body)
    try:
        if pdfium.FPDF_GetSecurityHandlerRevision(pdf) >= 0:  # what is locked could not be looked through
            unlocked = BytesIO()
            pdf.save(unlocked, flags=pdfium.FPDF_REMOVE_SECURITY)
            refuse_bombs(unlocked.getvalue())
            pdf.close()
            pdf = _open(unlocked.getvalue())
        if not 0 < len(pdf) <= MOST_PAGES:
            raise Unreadable(f"it has {len(pdf):,} pages; the longest document that is read has {MOST_PAGES}")
        yield pdf
    finally:
        pdf.close()


def _open(body: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise Unreadable("it is a PDF file that opens only with a password") from error
        raise Unreadable("it is a damaged PDF file: no page of it can be found") from error


def read_pdf(body: bytes) -> Document:
    """The document of a PDF file. Raises Unreadable for one that is damaged, locked, too large, or a scan.

    Figures that can be read by a machine and not seen by people stand there with ≈ before them.
    """
    with opened(body) as pdf:
        pages = _pages(pdf)
        if is_installed():
            from load.extract.ocr.scan import with_pictures_read  # slow to import: where it is needed only

            pages = with_pictures_read(pdf, pages)
        title = clean(pdf.get_metadata_value("Title") or "")
    return document_of(pages, "pdf", title)


def document_of(pages: Sequence[PrintedPage], kind: str, title: str = "") -> Document:
    """The document that pages make, of the format `kind`. Raises Unreadable where there is no text on them."""
    count = sum(len(page.chars) for page in pages)
    shown = max(page.pictures for page in pages)
    if count < _LEAST_TEXT * len(pages) and shown > _PICTURE:
        must_be_installed("it is a scan: its pages are pictures")
        raise Unreadable("it is a scan, and next to no text can be recognised on it")
    if not count:
        raise Unreadable("there is no text on its pages")
    if sum(char.text == UNKNOWN for page in pages for char in page.chars) * 2 > count:
        must_be_installed("its fonts do not say which characters they print")
        raise Unreadable("most of its characters cannot be recognised")
    pieces = _Pieces()
    for blocks in _in_order(pages):
        pieces.add(blocks)
    return Document(kind, "", pieces.pieces, title, images=shown > _PICTURE)


def _pages(pdf: pypdfium2.PdfDocument) -> list[PrintedPage]:
    """The pages that can be read: what a damaged one held is missing, as on a page cut short."""
    pages: list[PrintedPage] = []
    count = 0
    for number in range(len(pdf)):
        try:
            page = read_page(pdf, number)
        except pypdfium2.PdfiumError:
            continue
        count += len(page.chars) if page else _MOST_CHARS
        if page is None or count > _MOST_CHARS:
            raise Unreadable(f"page {number + 1} has more on it than a page of a report can have")
        page.number = number
        pages.append(page)
    if not pages:
        raise Unreadable("it is a damaged PDF file: none of its pages can be read")
    return pages


def _in_order(pages: Sequence[PrintedPage]) -> list[list[Block]]:
    """All blocks in the order of reading, the lines of a paragraph together."""
    by_page = [in_reading_order(_blocks(page, n)) for n, page in enumerate(pages)]
    without_furniture(by_page, [(page.bottom, page.top) for page in pages])
    return paragraphs(block for blocks in by_page for block in blocks)


def _blocks(page: PrintedPage, number: int) -> list[Block]:
    """The tables of a page and the parts of its other lines."""
    grids, rest = grids_of(page.rules, page.chars, page.size)
    blocks = [Block(grid, *grid.box, number, grid.ys[0]) for grid in grids]
    lines = [parts_of(line, _WIDE_GAP) for line in lines_of(rest)]
    for n, parts in enumerate(lines):
        kind = _kind(lines, n)
        level = max(part.base for part in parts)
        for part in parts:
            low = min(char.bottom for char in part.chars)
            high = max(char.top for char in part.chars)
            alone = len(parts) == 1
            blocks.append(
                Block(part, part.left, low, part.right, high, number, level, part.text, alone, kind)
            )
    return blocks


def _kind(lines: Sequence[Sequence[Line]], n: int) -> str:
    """Whether line `n` is a row of figures that no lines rule: "row"; or has figures and is none for sure.

    It is a row where figures stand behind its label, all on one level, and no line above or below may be a
    part of that label: then nobody could say which label it is.
    """
    figures = [bool(_NUMBER.fullmatch(part.text)) for part in lines[n]]
    if not any(figures):
        return ""
    first = figures.index(True)
    here = lines[n][first]
    for other in (n - 1, n + 1):
        if not 0 <= other < len(lines):
            continue
        parts = lines[other]
        near = abs(parts[0].base - here.base) < _ROW_PITCH * max(here.size, parts[0].size)
        if near and parts[-1].right < here.left + here.size:
            return "loose"
    return "row" if all(figures[first:]) and len(figures) > 1 else "loose"


def _marked(text: str, chars: Sequence[Char]) -> str:
    """`text` as a piece has it; a figure that people do not see has a sign before it."""
    text = clean(without_invisible(text))
    unseen = any(not char.seen for char in chars)
    return _RECOGNISED + text if unseen and _FIGURE.fullmatch(text) else text


def _recognised(chars: Sequence[Char]) -> str:
    """How well characters were recognised in a picture: "" where none was."""
    found = {char.recognised for char in chars}
    return UNCLEAR if UNCLEAR in found else (CLEAR if CLEAR in found else "")


class _Pieces:
    """The pieces of a document, added block by block."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.lines = 0
        self.tables = 0
        self.rows = 0  # of the table last added
        self.place = 0  # of the cell last added to a row that no lines rule, and one more
        self.head: list[list[str]] = []  # the first rows of that table
        self.last: Block | None = None

    def add(self, blocks: Sequence[Block]) -> None:
        """Add the lines of a paragraph, or a table."""
        what = blocks[0].what
        if isinstance(what, Grid):
            self._add_table(blocks[0], what)
        elif blocks[0].kind == "row":
            self._add_to_row(blocks[0], what)
        else:
            lines = [block.what for block in blocks if isinstance(block.what, Line)]
            chars = [char for line in lines for char in line.chars]
            text = _marked(joined_text(lines), chars)
            if blocks[0].kind == "loose" and _NUMBER.fullmatch(text):
                text = f"⟨{text}⟩"
            if text:
                self.lines += 1
                self.pieces.append(Piece(text, place=self.lines, recognised=_recognised(chars)))
        self.last = blocks[-1]

    def _add_to_row(self, block: Block, part: Line) -> None:
        """Add a cell of a row that no lines rule, and begin that row, and its table, where it is the first."""
        last = self.last
        if last is None or last.kind != "row" or last.column != block.column:
            self.tables += 1
            self.rows = self.place = 0
        elif (last.page, last.level) != (block.page, block.level):
            self.rows += 1
            self.place = 0
        text = _marked(part.text, part.chars)
        recognised = _recognised(part.chars)
        self.pieces.append(Piece(text, self.tables - 1, self.rows, self.place, recognised=recognised))
        self.place += 1

    def _add_table(self, block: Block, grid: Grid) -> None:
        rows = [list(cells) for _, cells in groupby(grid.cells, key=lambda cell: cell.row)]
        if self.last is not None and continues(self.last, block):
            texts = [[cell.text for cell in row] for row in rows]
            again = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(texts, self.head, strict=False))))
            again = again if again < len(rows) and not any(map(_has_figure, texts[:again])) else 0
            if again == 0 and isinstance(self.last.what, Grid):
                again = self._finish_row(self.last.what, rows[0])
            rows = rows[again:]
        else:
            self.tables += 1
            self.rows = 0
            self.head = [[cell.text for cell in row] for row in rows[:8]]
        for row in rows:
            for place, cell in enumerate(row):
                text = _marked(cell.text, cell.chars)
                recognised = _recognised(cell.chars)
                self.pieces.append(Piece(text, self.tables - 1, self.rows, place, recognised=recognised))
            self.rows += 1

    def _finish_row(self, before: Grid, row: Sequence[Cell]) -> int:
        """Whether `row` is the rest of the label of the last row on the page before; then it is put there.

        So it is where all its values are blank, and its label has no number where that of the other has.
        """
        last = [cell for cell in before.cells if abs(cell.bottom - before.ys[-1]) < 1]
        near = 0.015 * (before.xs[-1] - before.xs[0]) + 1
        pairs = []
        for cell in row:
            if cell.text:
                partner = next(
                    (
                        other
                        for other in last
                        if abs(other.left - cell.left) < near and abs(other.right - cell.right) < near
                    ),
                    None,
                )
                if partner is None or not partner.text or _has_figure([cell.text]):
                    return 0
                pairs.append((partner, cell))
        if not pairs or _NUMBERED.match(pairs[-1][1].text) or not _NUMBERED.match(pairs[-1][0].text):
            return 0
        if not any(_has_figure([cell.text]) for cell in last):
            return 0
        for partner, cell in pairs:
            place = next(
                (n for n in range(len(self.pieces) - 1, -1, -1) if self.pieces[n].text == partner.text), None
            )
            if place is not None:
                self.pieces[place].text += cell.text
        return 1


def _has_figure(texts: Sequence[str]) -> bool:
    return any(_FIGURE.fullmatch(text) for text in texts)
