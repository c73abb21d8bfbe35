"""The objects of a PDF page in the order in which they are drawn, where each stands, and which hide others.

What paths and texts mean is left to `load.extract.pdf.page`.
"""

import ctypes
import math
from collections.abc import Iterator, Sequence

import pypdfium2
import pypdfium2.raw as pdfium

_MOST_COVERS = 200  # boxes drawn after texts, each of which may hide some; more are a drawing
_MOST_PAIRS = 1_000_000  # of a text and such a box
_SEGMENTS_OF_BOX = 6
_DEEPEST_FORM = 6
MOST_OBJECTS = 200_000
THINNEST = 3.0  # points: what is thinner is a line on any page

Box = tuple[float, float, float, float]  # left, bottom, right, top
Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
UNTURNED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def objects_of(page: pypdfium2.PdfPage, *, texts: bool = False) -> Iterator[tuple[object, Matrix]]:
    """Every path and picture of a page, and its texts if they are asked for, in the order in which they are
    drawn, those of its forms included, and the matrix that each stands under."""
    waiting: list[tuple[object, Matrix, int]] = [
        (pdfium.FPDFPage_GetObject(page, n), UNTURNED, 0)
        for n in range(pdfium.FPDFPage_CountObjects(page) - 1, -1, -1)
    ]
    done = 0
    while waiting and done < MOST_OBJECTS:
        item, matrix, depth = waiting.pop()
        done += 1
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            own = pdfium.FS_MATRIX()
            pdfium.FPDFPageObj_GetMatrix(item, own)
            inner = times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
            count = min(pdfium.FPDFFormObj_CountObjects(item), MOST_OBJECTS)
            inside = range(count - 1, -1, -1)
            waiting += [(pdfium.FPDFFormObj_GetObject(item, n), inner, depth + 1) for n in inside]
        elif kind != pdfium.FPDF_PAGEOBJ_FORM and (texts or kind != pdfium.FPDF_PAGEOBJ_TEXT):
            yield item, matrix


def covered_texts(page: pypdfium2.PdfPage) -> dict[int, list[Box]]:
    """The boxes drawn over text objects that were drawn before them, by the address of the object.

    Only a filled path that nothing shines through and nothing cuts off is known to cover what is under it, or
    a picture.
    """
    texts: list[tuple[int, Box]] = []
    covered: dict[int, list[Box]] = {}
    covers = pairs = 0
    for item, matrix in objects_of(page, texts=True):
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            box = bounds_of(item, matrix)
            if box:
                texts.append((address_of(item), box))
        elif texts and _is_opaque(item, kind):
            box = bounds_of(item, matrix)
            if box is None or min(box[2] - box[0], box[3] - box[1]) < THINNEST:
                continue
            covers, pairs = covers + 1, pairs + len(texts)
            if covers > _MOST_COVERS or pairs > _MOST_PAIRS:
                break
            for address, (left, bottom, right, top) in texts:
                if left < box[2] and box[0] < right and bottom < box[3] and box[1] < top:
                    covered.setdefault(address, []).append(box)
    return covered


def _is_opaque(path: object, kind: int) -> bool:
    """Whether a path or a picture hides what is under it."""
    if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
        return not pdfium.FPDFPageObj_HasTransparency(path)
    if kind != pdfium.FPDF_PAGEOBJ_PATH:
        return False
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    if not fill.value or pdfium.FPDFPageObj_HasTransparency(path):
        return False
    if not 4 <= pdfium.FPDFPath_CountSegments(path) <= _SEGMENTS_OF_BOX:
        return False
    return bool(pdfium.FPDFClipPath_CountPaths(pdfium.FPDFPageObj_GetClipPath(path)) <= 0)


def bounds_of(item: object, matrix: Matrix) -> Box | None:
    """The box around an object that stands under a matrix; None where it has none."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return None
    box = (left.value, bottom.value, right.value, top.value)
    if not all(map(math.isfinite, box)):
        return None
    if matrix == UNTURNED:
        return box
    return around([moved((x, y), matrix) for x in (box[0], box[2]) for y in (box[1], box[3])])


def address_of(item: object) -> int:
    """Where an object is in memory, which is the same by whatever way it was come by; 0 for none."""
    return ctypes.cast(item, ctypes.c_void_p).value or 0  # type: ignore[arg-type]  # a pointer of the library


def times(inner: Matrix, outer: Matrix) -> Matrix:
    """One matrix after another."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def moved(point: Point, matrix: Matrix) -> Point:
    """Where a matrix moves a point."""
    x, y = point
    return (x * matrix[0] + y * matrix[2] + matrix[4], x * matrix[1] + y * matrix[3] + matrix[5])


def around(points: Sequence[Point]) -> Box:
    """The box around points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
