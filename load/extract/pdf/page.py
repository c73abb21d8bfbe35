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

import pypdfium2
import pypdfium2.raw as pdfium

from load.extract.pdf.drawn import WHITE, Drawn, Stroke, drawn_on, goes_through
from load.extract.pdf.notes import notes_on
from load.extract.pdf.objects import MOST_OBJECTS, Box, Point, address_of, around, covered_texts

MOST_CHARS = 60_000  # of one page: thirty times what a full page of text has
_THIN = 0.4  # of the size of its text: what is thinner is a line on a page of that size
_NEAR_UPRIGHT = math.radians(8)
_SMALLEST = 2.0  # points: letters that are smaller are not to be seen
_LARGEST = 16.0  # points: slanted text that is larger is a watermark across the page
_MOST_STROKES = 500  # more are a drawing
_INVISIBLE_MODES = (3, 7)  # neither filled nor stroked
UNKNOWN = "\ufffd"


@dataclass(slots=True)
class Char:
    """One printed character: its box, its base line and its size in points.

    `seen` is False for what is in the file and not to be seen: a layer of recognised text over a scan, white
    on white, under a box that was drawn over it. `struck` is True where a line goes through it. `recognised`
    is as that of a piece (load.extract.document).
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
    recognised: str = ""

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

    `pictures` is the share of the page that pictures take, `top` and `bottom` are its edges, `number` its place
    in the file, from 0.
    """

    chars: list[Char] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    pictures: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    number: int = 0

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
    slanted: bool  # though no watermark: a digit that stands so is not certain


def read_page(pdf: pypdfium2.PdfDocument, number: int) -> PrintedPage | None:
    """What is printed on page `number` (from 0); None for one with more on it than a report's can have.

    Raises pypdfium2.PdfiumError for a page that is damaged.
    """
    page = pdf.get_page(number)
    has_notes, notes = notes_on(page)
    if has_notes:
        pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
        page.close()
        page = pdf.get_page(number)
    try:
        return _printed(page, notes)
    finally:
        page.close()


def _printed(page: pypdfium2.PdfPage, notes: Sequence[Box]) -> PrintedPage | None:
    """What is printed on a page; `notes` are the boxes of notes of which nobody knows how they look."""
    text = page.get_textpage()
    count = pdfium.FPDFText_CountChars(text)
    if count > MOST_CHARS or pdfium.FPDFPage_CountObjects(page) > MOST_OBJECTS:
        return None
    edges = page.get_bbox()
    found = list(_chars(text, count, covered_texts(page)))
    turns = Counter(quarter for *_, quarter in found)
    quarter = turns.most_common(1)[0][0] if turns else 0
    printed = PrintedPage()
    drawn = drawn_on(page, edges)
    drawn.marks += notes
    drawn.strokes += [((left, bottom), (right, top)) for left, bottom, right, top in notes]
    drawn.strokes += [((left, top), (right, bottom)) for left, bottom, right, top in notes]
    printed.pictures = drawn.pictures
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
    boxes = (_turned(box, quarter) for box in drawn.lines)
    printed.rules = [_rule(box) for box in boxes if min(box[2] - box[0], box[3] - box[1]) < thin]
    _add_ink(printed, drawn, quarter)
    return printed


def _add_ink(printed: PrintedPage, drawn: Drawn, quarter: int) -> None:
    """Strike out the digits that slanted strokes go through, and put an unknown sign where a mark in a table is."""
    strokes: list[Stroke] = []
    for one, other in drawn.strokes if len(drawn.strokes) <= _MOST_STROKES else ():
        (x, y, *_), (u, v, *_) = (_turned((*point, *point), quarter) for point in (one, other))
        strokes.append(((x, y), (u, v)))
    for stroke in strokes:
        left, bottom, right, top = around(stroke)
        for char in printed.chars:
            x, y = char.middle
            if not (left - char.size < x < right + char.size and bottom - char.size < y < top + char.size):
                continue
            if char.text.isdigit() and goes_through(stroke, (char.left, char.bottom, char.right, char.top)):
                char.struck = True
    upright = [rule for rule in printed.rules if not rule.level]
    for box in (_turned(mark, quarter) for mark in drawn.marks):
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        beside = [rule.at for rule in upright if rule.start <= y <= rule.end]
        if beside and min(beside) < box[0] and box[2] < max(beside):
            printed.chars.append(Char(UNKNOWN, *box, base=box[1], size=printed.size))


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
        if pdfium.FPDFText_HasUnicodeMapError(raw, n) == 1 or (manner.slanted and character.isdigit()):
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
    white = min(red.value, green.value, blue.value) >= WHITE
    mode = pdfium.FPDFTextObj_GetTextRenderMode(text_object)
    seen = mode not in _INVISIBLE_MODES and alpha.value > 0 and not (white and mode == 0) and size > _SMALLEST
    mirrored = matrix.a * matrix.d < matrix.b * matrix.c
    watermark = not upright and (size > _LARGEST or alpha.value < WHITE)
    return _Manner(None if watermark else quarter % 4, size or 1.0, seen, mirrored or not upright)


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
