"""A report as a PDF file: set in pages, with ruled tables that go on from page to page.

The file is written here, byte by byte, in a standard font that needs no font file, so that the same report
gives the same bytes everywhere. Each style is a habit of the programs that make such files: how they draw
lines, in which order they print, how pages are turned.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from sample.layouts.flow import INVENTED, Line, Picture, flow
from sample.report import Report
from sample.tables import Cell, PrintedTable
from sample.wording import choose

_MARGIN = 60.0
_SIZE, _LEADING = 10.5, 17.0
_CELL_SIZE, _CELL_LEADING = 9.0, 11.0
_PAD = 2.5


@dataclass(frozen=True, slots=True)
class PdfStyle:
    """How a file is made.

    `lines`: "strokes", "boxes" (a rectangle a cell), "bars" (thin filled rectangles), "open" (no outer sides)
    or "none". `glyphs`: each character is an object of its own. `shuffled`: printed in any order. `turned`:
    quarter turns of the page's content, and of the page against them. `columns`: two on a page twice as wide.
    `heads_again`: the heads of a table stand on each page that it goes on to. `hidden`: the text is there to
    be searched, and not to be seen. `scale`: how many times as large as paper everything is.
    """

    lines: str = "strokes"
    glyphs: bool = False
    shuffled: bool = False
    turned: int = 0
    columns: int = 1
    heads_again: bool = False
    hidden: bool = False
    height: float = 842.0
    scale: float = 1.0


STYLES: dict[str, PdfStyle] = {
    "pdf": PdfStyle(),
    "pdf_boxes": PdfStyle(lines="boxes", heads_again=True),
    "pdf_bars": PdfStyle(lines="bars", glyphs=True),
    "pdf_open": PdfStyle(lines="open"),
    "pdf_shuffled": PdfStyle(glyphs=True, shuffled=True),
    "pdf_turned": PdfStyle(turned=1),
    "pdf_upside_down": PdfStyle(turned=2, lines="boxes"),
    "pdf_two_columns": PdfStyle(columns=2),
    "pdf_huge": PdfStyle(scale=14.0, lines="boxes"),
    "pdf_short_pages": PdfStyle(height=420.0, heads_again=True),
    "pdf_shorter_pages": PdfStyle(height=320.0, lines="bars"),
}


@dataclass(slots=True)
class _Page:
    marks: list[str] = field(default_factory=list)


def page(report: Report, rng: Random, style: PdfStyle) -> bytes:
    """The whole report as the bytes of a PDF file."""
    wording = choose(rng, report.figures["form_version"])
    press = _Press(style, rng)
    for block in flow(report, wording):
        if isinstance(block, PrintedTable):
            press.table(block)
        elif isinstance(block, Picture):
            press.picture()
        else:
            press.prose(block)
    press.prose(Line("text", f"（{INVENTED}）"))
    return bound(press.finished(), style, press.width)


class _Press:
    """Sets type from the top of the first page to the end of the last."""

    def __init__(self, style: PdfStyle, rng: Random) -> None:
        self.style, self.rng = style, rng
        self.width = 595.0 * style.columns
        self.measure = (self.width - _MARGIN * (style.columns + 1)) / style.columns
        self.pages: list[_Page] = []
        self.column = style.columns
        self.y = 0.0
        self.left = _MARGIN
        self.turn()

    def turn(self) -> None:
        """Begin the next column, or the next page."""
        self.column += 1
        if self.column >= self.style.columns:
            self.pages.append(_Page())
            self.column = 0
        self.left = _MARGIN + self.column * (self.measure + _MARGIN)
        self.y = self.style.height - _MARGIN

    def prose(self, line: Line) -> None:
        """One paragraph."""
        indent = "　　" if line.kind == "text" else ""
        size = 14.0 if line.kind == "title" else _SIZE
        for text in wrapped(indent + line.text, self.measure, size):
            if self.y - _LEADING < _MARGIN:
                self.turn()
            self.y -= _LEADING
            shift = self.measure - _width(text, size)
            at = {"title": shift / 2, "date": shift / 2, "signature": shift}.get(line.kind, 0.0)
            self.text(text, self.left + at, self.y, size)

    def text(self, text: str, x: float, y: float, size: float) -> None:
        """Print `text` from a place on."""
        for piece in text if self.style.glyphs else [text]:
            shown = piece.strip("　")
            if shown:
                start = x + _width(piece[: len(piece) - len(piece.lstrip("　"))], size)
                code = shown.encode("utf-16-be").hex()
                mode = "3 Tr " if self.style.hidden else ""
                self.pages[-1].marks.append(
                    f"BT {mode}/F1 {size:.2f} Tf 1 0 0 1 {start:.2f} {y:.2f} Tm <{code}> Tj ET"
                )
            x += _width(piece, size)

    def picture(self) -> None:
        """A picture where a table should be."""
        if self.y - 200 < _MARGIN:
            self.turn()
        self.y -= 200
        self.pages[-1].marks.append(f"q {self.measure:.2f} 0 0 190 {self.left:.2f} {self.y:.2f} cm /I1 Do Q")

    def table(self, table: PrintedTable) -> None:
        """A table, row by row; cells that span rows over the end of a page are parted there."""
        edges = _edges(table, self.measure)
        placed = _placed(table)
        heights = _heights(placed, edges, len(table.rows))
        heads = 0
        while heads < len(table.rows) and all(cell.head for cell in table.rows[heads]):
            heads += 1
        self.y -= 6
        first = 0
        while first < len(table.rows):
            again = heads if first and self.style.heads_again and table.number == 3 else 0
            room = self.y - _MARGIN - sum(heights[:again])
            last, high = first, 0.0
            while last < len(table.rows) and high + heights[last] <= room:
                high += heights[last]
                last += 1
            if last <= first or (first == 0 and last < min(heads + 1, len(table.rows))):
                if self.y < self.style.height - _MARGIN - 1:
                    self.turn()
                    continue
                last = first + 1
            if again:
                self.part(placed, edges, heights, 0, again)
            self.part(placed, edges, heights, first, last)
            first = last
            if first < len(table.rows):
                self.turn()
        self.y -= 6

    def part(
        self,
        placed: Sequence[tuple[int, int, Cell]],
        edges: Sequence[float],
        heights: Sequence[float],
        first: int,
        last: int,
    ) -> None:
        """The rows of a table from `first` to before `last`."""
        for row, column, cell in placed:
            above, below = max(row, first), min(row + cell.rowspan, last)
            if above >= below:
                continue
            top = self.y - sum(heights[first:above])
            bottom = self.y - sum(heights[first:below])
            left, right = (self.left + edges[n] for n in (column, min(column + cell.colspan, len(edges) - 1)))
            is_outer = (column == 0, column + cell.colspan >= len(edges) - 1)
            self.frame(left, bottom, right, top, is_outer)
            if above != row:
                continue
            lines, size = _set(cell, right - left - 2 * _PAD)
            y = top - _PAD - size
            if cell.key:
                y = (top + bottom) / 2 - size / 3
            for text in lines:
                at = (left + right - _width(text, size)) / 2 if cell.key or cell.head else left + _PAD
                self.text(text, at, y, size)
                y -= _CELL_LEADING
        self.y -= sum(heights[first:last])

    def frame(self, left: float, bottom: float, right: float, top: float, outer: tuple[bool, bool]) -> None:
        """The lines around a cell."""
        marks, kind = self.pages[-1].marks, self.style.lines
        if kind == "boxes":
            marks.append(f"0.5 w {left:.2f} {bottom:.2f} {right - left:.2f} {top - bottom:.2f} re S")
        elif kind == "bars":
            for x in (left, right):
                marks.append(f"{x - 0.25:.2f} {bottom:.2f} 0.5 {top - bottom:.2f} re f")
            for y in (bottom, top):
                marks.append(f"{left:.2f} {y - 0.25:.2f} {right - left:.2f} 0.5 re f")
        elif kind != "none":
            for y in (bottom, top):
                marks.append(f"0.5 w {left:.2f} {y:.2f} m {right:.2f} {y:.2f} l S")
            for x, is_outer in zip((left, right), outer, strict=True):
                if kind != "open" or not is_outer:
                    marks.append(f"0.5 w {x:.2f} {bottom:.2f} m {x:.2f} {top:.2f} l S")

    def finished(self) -> list[str]:
        """The content of each page, its number below."""
        contents = []
        for number, made in enumerate(self.pages, 1):
            label = f"— {number} —"
            code = label.encode("utf-16-be").hex()
            x = (self.width - _width(label, 9)) / 2
            marks = [*made.marks, f"BT /F1 9 Tf 1 0 0 1 {x:.2f} 25 Tm <{code}> Tj ET"]
            if self.style.shuffled:
                self.rng.shuffle(marks)
            contents.append("\n".join(marks))
        return contents


def _width(text: str, size: float) -> float:
    return size * sum(0.5 if character.isascii() else 1.0 for character in text)


def wrapped(text: str, width: float, size: float) -> list[str]:
    """`text` in lines no wider than `width` points; words and figures stay whole where they fit at all."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for character in paragraph:
            if line and _width(line + character, size) > width:
                tail = len(line)
                while tail and character.isascii() and line[tail - 1].isascii() and line[tail - 1] != " ":
                    tail -= 1
                tail = tail or len(line)
                lines.append(line[:tail])
                line = line[tail:]
            line += character
        lines.append(line)
    return lines


def _edges(table: PrintedTable, width: float) -> list[float]:
    """Where the columns of a table begin and end."""
    every: dict[int, list[float]] = {2: [4, 2, 2, 2], 3: [1.2, 1.5, 2, 1, 1, 1, 1, 1, 1, 1]}
    shares = every.get(table.number, [1.0] * table.columns)
    total = sum(shares)
    return [width * sum(shares[:n]) / total for n in range(len(shares) + 1)]


def _placed(table: PrintedTable) -> list[tuple[int, int, Cell]]:
    """Every cell with its row and its column."""
    taken: set[tuple[int, int]] = set()
    placed = []
    for r, row in enumerate(table.rows):
        column = 0
        for cell in row:
            while (r, column) in taken:
                column += 1
            if column >= table.columns:
                break
            taken.update(
                (r + down, column + across) for down in range(cell.rowspan) for across in range(cell.colspan)
            )
            placed.append((r, column, cell))
            column += cell.colspan
    return placed


def _set(cell: Cell, width: float) -> tuple[list[str], float]:
    """The lines of a cell and their size: figures are made small enough for one line."""
    if cell.key and cell.text:
        return [cell.text], min(_CELL_SIZE, _CELL_SIZE * width / _width(cell.text, _CELL_SIZE))
    return (wrapped(cell.text, width, _CELL_SIZE) if cell.text else []), _CELL_SIZE


def _heights(placed: Sequence[tuple[int, int, Cell]], edges: Sequence[float], rows: int) -> list[float]:
    """How high each row must be for all that stands in it."""
    heights = [_CELL_LEADING + 2 * _PAD] * rows
    for row, column, cell in sorted(placed, key=lambda each: each[2].rowspan):
        right = edges[min(column + cell.colspan, len(edges) - 1)]
        lines, _ = _set(cell, right - edges[column] - 2 * _PAD)
        due = len(lines) * _CELL_LEADING + 2 * _PAD
        own = range(row, min(row + cell.rowspan, rows))
        missing = due - sum(heights[n] for n in own)
        if missing > 0:
            heights[own[0]] += missing
    return heights


def bound(contents: Sequence[str], style: PdfStyle, width: float) -> bytes:
    """The bytes of a PDF file whose pages have these contents, each `width` points wide before it is turned."""
    height = style.height
    turns = {
        0: "",
        1: f"0 1 -1 0 {height:.2f} 0 cm\n",
        2: f"-1 0 0 -1 {width:.2f} {height:.2f} cm\n",
        3: f"0 -1 1 0 0 {width:.2f} cm\n",
    }
    box = (width, height) if style.turned % 2 == 0 else (height, width)
    scaled = f"{style.scale:.2f} 0 0 {style.scale:.2f} 0 0 cm\n" if style.scale != 1 else ""
    box = (box[0] * style.scale, box[1] * style.scale)
    kids = " ".join(f"{8 + 2 * n} 0 R" for n in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(contents)}>>".encode(),
        b"<</Font<</F1 4 0 R>>/XObject<</I1 7 0 R>>>>",
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[5 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/W[1 95 500]"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/FontDescriptor 6 0 R>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
        b"/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
        _stream(
            b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", b"\x99"
        ),
    ]
    for n, content in enumerate(contents):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {box[0]:.2f} {box[1]:.2f}]/Rotate {90 * style.turned % 360}"
            f"/Resources 3 0 R/Contents {9 + 2 * n} 0 R>>".encode()
        )
        objects.append(_stream(b"", (scaled + turns[style.turned] + content).encode("ascii")))
    body = bytearray(b"%PDF-1.7\n")
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(body)


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)
