"""One page of a PDF as it is printed: its characters, its ruling lines, its pictures, each with its place.

Everything is turned so that most of the text stands upright, whichever way the page or its text is turned.
What characters and lines make together is left to `load.extract.pdf.grid` and `load.extract.pdf.lines`.
"""

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from load.extract.pdf.objects import (
    MOST_OBJECTS,
    THINNEST,
    Box,
    Matrix,
    Point,
    address_of,
    around,
    bounds_of,
    covered_texts,
    moved,
    objects_of,
    times,
)

MOST_CHARS = 60_000  # of one page: thirty times what a full page of text has
_MOST_RULES = 20_000
_MOST_SEGMENTS = 400  # of a path that may still be a border; more is a drawing
_MOST_NOTES = 2_000
_THIN = 0.4  # of the size of its text: what is thinner is a line on a page of that size
_NEAR_UPRIGHT = math.radians(8)
_WHITE = 250  # of 255, in each colour
_INVISIBLE_MODES = (3, 7)  # neither filled nor stroked
UNKNOWN = "\ufffd"


@dataclass(slots=True)
class Char:
    """One printed character: its box, its base line and its size in points.

    `seen` is False for what is in the file and not to be seen: a layer of recognised text over a scan, white
    on white, under a box that was drawn over it. `struck` is True where a line goes through it.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    base: float
    size: float
    seen: bool = True
    struck: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        """The centre of its box."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2


@dataclass(slots=True)
class Rule:
    """A straight line, level or upright: where it is on the other axis, and from where to where it goes."""

    level: bool
    at: float
    start: float
    end: float


@dataclass(slots=True)
class PrintedPage:
    """What is printed on a page. Places are in points, upwards and to the right.

    `pictures` is the share of the page that pictures take, `top` and `bottom` are its edges.
    """

    chars: list[Char] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    pictures: float = 0.0
    top: float = 0.0
    bottom: float = 0.0

    @property
    def size(self) -> float:
        """The size of most of its characters; 10 where it has none."""
        sizes = Counter(round(char.size, 1) for char in self.chars)
        return max(sizes, key=lambda size: (sizes[size], size)) if sizes else 10.0


@dataclass(frozen=True, slots=True)
class _Manner:
    """How one text object prints its characters."""

    quarter: int | None  # quarter turns to the left; None for a slant
    size: float
    seen: bool


def read_page(pdf: pypdfium2.PdfDocument, number: int) -> PrintedPage | None:
    """What is printed on page `number` (from 0); None for one with more on it than a report's can have.

    Raises pypdfium2.PdfiumError for a page that is damaged.
    """
    page = pdf.get_page(number)
    if _has_fields(page):
        pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
        page.close()
        page = pdf.get_page(number)
    try:
        return _printed(page)
    finally:
        page.close()


def _printed(page: pypdfium2.PdfPage) -> PrintedPage | None:
    text = page.get_textpage()
    count = pdfium.FPDFText_CountChars(text)
    if count > MOST_CHARS or pdfium.FPDFPage_CountObjects(page) > MOST_OBJECTS:
        return None
    edges = page.get_bbox()
    found = list(_chars(text, count, covered_texts(page)))
    turns = Counter(quarter for *_, quarter in found)
    quarter = turns.most_common(1)[0][0] if turns else 0
    printed = PrintedPage()
    lines, printed.pictures = _drawn(page, edges)
    for char, origin, _ in found:
        x, y = char.middle
        if edges[0] <= x <= edges[2] and edges[1] <= y <= edges[3]:
            char.left, char.bottom, char.right, char.top = _turned(
                (char.left, char.bottom, char.right, char.top), quarter
            )
            char.base = _turned((*origin, *origin), quarter)[1]
            printed.chars.append(char)
    _, printed.bottom, _, printed.top = _turned(edges, quarter)
    thin = max(1.0, _THIN * printed.size)
    boxes = (_turned(box, quarter) for box in lines)
    printed.rules = [_rule(box) for box in boxes if min(box[2] - box[0], box[3] - box[1]) < thin]
    return printed


def _has_fields(page: pypdfium2.PdfPage) -> bool:
    """Whether fields that were filled in, or notes typed onto the page, stand on it."""
    for n in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_NOTES)):
        note = pdfium.FPDFPage_GetAnnot(page, n)
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        pdfium.FPDFPage_CloseAnnot(note)
        if kind in (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT):
            return True
    return False


def _chars(
    text: pypdfium2.PdfTextPage, count: int, covered: Mapping[int, Sequence[Box]]
) -> Iterator[tuple[Char, Point, int]]:
    """The characters of a page, without spaces, where each begins, and how many quarters it is turned.

    `covered` has the boxes that are drawn over a text object, by its address.
    """
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    manners: dict[int, _Manner] = {}
    raw = text.raw
    for n in range(count):
        code = pdfium.FPDFText_GetUnicode(raw, n)
        character = chr(code) if 0 < code < 0x110000 else UNKNOWN
        if character.isspace() or (code < 32 and code) or pdfium.FPDFText_IsGenerated(raw, n) == 1:
            continue
        text_object = pdfium.FPDFText_GetTextObject(raw, n)
        key = address_of(text_object)
        manner = manners.get(key)
        if manner is None:
            manner = manners[key] = _manner(raw, n, text_object)
        if manner.quarter is None:
            continue  # a watermark across the page
        if pdfium.FPDFText_HasUnicodeMapError(raw, n) == 1:
            character = UNKNOWN
        elif character > "⺀" and character < "⿖":  # radicals that fonts give in place of the characters
            character = unicodedata.normalize("NFKC", character)
        pdfium.FPDFText_GetLooseCharBox(raw, n, box)
        pdfium.FPDFText_GetCharOrigin(raw, n, x, y)
        over = covered.get(key, ())
        seen = manner.seen and not (over and _is_under(box, over))
        char = Char(character, box.left, box.bottom, box.right, box.top, y.value, manner.size, seen)
        yield char, (x.value, y.value), manner.quarter


def _is_under(box: object, over: Sequence[Box]) -> bool:
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2  # type: ignore[attr-defined]  # a C structure
    return any(left < x < right and bottom < y < top for left, bottom, right, top in over)


def _manner(text: object, n: int, text_object: object) -> _Manner:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text, n, matrix)
    angle = math.atan2(matrix.b, matrix.a)
    quarter = round(angle / (math.pi / 2))
    upright = abs(angle - quarter * math.pi / 2) < _NEAR_UPRIGHT
    size = pdfium.FPDFText_GetFontSize(text, n) * math.hypot(matrix.c, matrix.d)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    pdfium.FPDFText_GetFillColor(text, n, red, green, blue, alpha)
    white = min(red.value, green.value, blue.value) >= _WHITE
    mode = pdfium.FPDFTextObj_GetTextRenderMode(text_object)
    seen = mode not in _INVISIBLE_MODES and alpha.value > 0 and not (white and mode == 0)
    return _Manner(quarter % 4 if upright else None, size or 1.0, seen)


def _drawn(page: pypdfium2.PdfPage, edges: Box) -> tuple[list[Box], float]:
    """The boxes of all straight lines on a page, and the share of it that pictures take."""
    lines: list[Box] = []
    pictures = 0.0
    area = max(1.0, (edges[2] - edges[0]) * (edges[3] - edges[1]))
    for item, matrix in objects_of(page):
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH and len(lines) < _MOST_RULES:
            lines += _lines_of(item, matrix)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            box = bounds_of(item, matrix)
            if box:
                pictures += abs((box[2] - box[0]) * (box[3] - box[1])) / area
    return (lines if len(lines) < _MOST_RULES else []), pictures


def _lines_of(path: object, matrix: Matrix) -> list[Box]:
    """The boxes of the straight lines that a path draws: itself, where it is thin, or its sides."""
    box = bounds_of(path, matrix)
    if box is None or _is_white(path):
        return []
    if min(box[2] - box[0], box[3] - box[1]) < THINNEST:
        return [box]
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    count = pdfium.FPDFPath_CountSegments(path)
    if count > _MOST_SEGMENTS or not (fill.value or stroke.value):
        return []
    own = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(path, own)
    whole = times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
    rings = [[moved(point, whole) for point in ring] for ring in _rings(path, count)]
    if stroke.value:
        return [around(pair) for ring in rings for pair in pairwise(ring)]
    boxes = [around(ring) for ring in rings]
    thin = [box for box in boxes if min(box[2] - box[0], box[3] - box[1]) < THINNEST * 2]
    if not thin and len(boxes) == 2:  # a frame: one box cut out of another
        return [around(pair) for ring in rings for pair in pairwise(ring)]
    return thin


def _rings(path: object, count: int) -> list[list[Point]]:
    """The corners of a path, part by part; a part that is closed ends where it began."""
    rings: list[list[Point]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for n in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, n)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO or not rings:
            rings.append([])
        rings[-1].append((x.value, y.value))
        if pdfium.FPDFPathSegment_GetClose(segment):
            rings[-1].append(rings[-1][0])
    return rings


def _is_white(path: object) -> bool:
    """Whether a path is drawn in white, or not at all."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if stroke.value:
        pdfium.FPDFPageObj_GetStrokeColor(path, red, green, blue, alpha)
    elif fill.value:
        pdfium.FPDFPageObj_GetFillColor(path, red, green, blue, alpha)
    else:
        return True
    return min(red.value, green.value, blue.value) >= _WHITE or alpha.value == 0


def _turned(box: Box, quarter: int) -> Box:
    """A box on a page that is turned back by some quarter turns."""
    left, bottom, right, top = box
    if quarter == 1:
        return bottom, -right, top, -left
    if quarter == 2:
        return -right, -top, -left, -bottom
    return (-top, left, -bottom, right) if quarter == 3 else box


def _rule(box: Box) -> Rule:
    left, bottom, right, top = box
    if right - left >= top - bottom:
        return Rule(True, (bottom + top) / 2, left, right)
    return Rule(False, (left + right) / 2, bottom, top)
