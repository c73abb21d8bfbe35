"""What is drawn on a page of a PDF and is no text: straight lines, slanted strokes, small marks, pictures.

Lines make tables, strokes run through what is struck out, marks may be figures that were drawn, not written. What
they do to the text is left to `load.extract.pdf.page`.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from load.extract.pdf.objects import (
    THINNEST,
    Box,
    Matrix,
    Point,
    around,
    bounds_of,
    moved,
    objects_of,
    times,
)

WHITE = 250  # of 255, in each colour
_MOST_RULES = 20_000
_MOST_MARKS = 4_000
_MOST_SEGMENTS = 400  # of a path that may still be a border; more is a drawing
_MOST_SEGMENTS_OF_MARKS = 40_000  # of all paths that may be marks
_SLANTED = 1.5  # points: a line that goes so far in both directions is neither level nor upright
_SLIM = 0.35  # of the box around it: a filled shape that takes less is a stroke
_MARK = (0.8, 60.0, 2.5, 30.0)  # points: least and greatest width and height of a mark
_FEWEST_CORNERS = 6  # of a mark that is filled; with fewer it is a box or a line

Stroke = tuple[Point, Point]


@dataclass(slots=True)
class Drawn:
    """What is drawn on a page: the boxes of its straight lines, its slanted strokes, the boxes of small marks,
    and the share of it that pictures take."""

    lines: list[Box] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    marks: list[Box] = field(default_factory=list)
    pictures: float = 0.0


def drawn_on(page: pypdfium2.PdfPage, edges: Box) -> Drawn:
    """What is drawn on a page that has these edges."""
    drawn = Drawn()
    area = max(1.0, (edges[2] - edges[0]) * (edges[3] - edges[1]))
    segments = 0
    for item, matrix in objects_of(page):
        kind = pdfium.FPDFPageObj_GetType(item)
        box = bounds_of(item, matrix)
        if box is None:
            continue
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            drawn.pictures += abs((box[2] - box[0]) * (box[3] - box[1])) / area
            drawn.marks += [box] if _is_mark(box) else []
        elif kind == pdfium.FPDF_PAGEOBJ_PATH and not _is_white(item):
            if min(box[2] - box[0], box[3] - box[1]) < THINNEST:
                drawn.lines += [box] if len(drawn.lines) < _MOST_RULES else []
                continue
            count = pdfium.FPDFPath_CountSegments(item)
            segments += count
            if segments < _MOST_SEGMENTS_OF_MARKS or count <= _MOST_SEGMENTS:
                _add_path(drawn, item, matrix, count)
    if len(drawn.lines) >= _MOST_RULES:
        drawn.lines = []
    if len(drawn.marks) > _MOST_MARKS:
        drawn.marks = []
    return drawn


def _is_mark(box: Box) -> bool:
    narrowest, widest, lowest, highest = _MARK
    return narrowest < box[2] - box[0] < widest and lowest < box[3] - box[1] < highest


def _add_path(drawn: Drawn, path: object, matrix: Matrix, count: int) -> None:
    """Add the straight lines, strokes and marks of a path that is not thin as a whole."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    if not (fill.value or stroke.value):
        return
    own = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(path, own)
    whole = times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
    rings = [[moved(point, whole) for point in ring] for ring in _rings(path, count)]
    drawn.marks += [box for ring in rings if _is_mark(box := around(ring)) and _is_shape(ring, stroke.value)]
    if count > _MOST_SEGMENTS or len(drawn.lines) >= _MOST_RULES:
        return
    if stroke.value:
        pairs = [pair for ring in rings for pair in pairwise(ring)]
        drawn.lines += [around(pair) for pair in pairs if not _is_slanted(*pair)]
        drawn.strokes += [(one, other) for one, other in pairs if _is_slanted(one, other)]
        return
    boxes = [around(ring) for ring in rings]
    thin = [box for box in boxes if min(box[2] - box[0], box[3] - box[1]) < THINNEST * 2]
    if not thin and len(boxes) == 2:  # a frame: one box cut out of another
        thin = [around(pair) for ring in rings for pair in pairwise(ring)]
    drawn.lines += thin
    drawn.strokes += [edge for ring in rings if (edge := _slim(ring)) is not None]


def _is_slanted(one: Point, other: Point) -> bool:
    return min(abs(one[0] - other[0]), abs(one[1] - other[1])) > _SLANTED


def _is_shape(ring: Sequence[Point], stroked: int) -> bool:
    """Whether a part of a path has a form of its own, and is no line or box."""
    corners = len(set(ring))
    if stroked and corners >= 3:
        return any(_is_slanted(one, other) for one, other in pairwise(ring)) or corners > 4
    return corners >= _FEWEST_CORNERS


def _slim(ring: Sequence[Point]) -> Stroke | None:
    """The longest edge of a filled shape of few corners that is a slanted stroke; None for any other."""
    if not 3 <= len(ring) <= _FEWEST_CORNERS:
        return None
    left, bottom, right, top = around(ring)
    closed = [*ring, ring[0]]
    area = abs(sum(x * v - u * y for (x, y), (u, v) in pairwise(closed))) / 2
    if area > _SLIM * (right - left) * (top - bottom):
        return None
    edge = max(pairwise(closed), key=lambda pair: abs(pair[0][0] - pair[1][0]) + abs(pair[0][1] - pair[1][1]))
    return edge if _is_slanted(*edge) else None


def goes_through(stroke: Stroke, box: Box) -> bool:
    """Whether a stroke goes through a box: in at one of its sides and on to another."""
    (x, y), (u, v) = stroke
    left, bottom, right, top = box
    start, end = 0.0, 1.0
    for here, there, low, high in ((x, u, left, right), (y, v, bottom, top)):
        way = there - here
        if abs(way) < 1e-9:
            if not low <= here <= high:
                return False
            continue
        first, last = sorted(((low - here) / way, (high - here) / way))
        start, end = max(start, first), min(end, last)
    return (end - start) * max(abs(u - x), abs(v - y)) > min(right - left, top - bottom) / 2


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
    return min(red.value, green.value, blue.value) >= WHITE or alpha.value == 0
