"""Notes and fields that stand on a page of a PDF: which are printed with it, and which of them say not how.

A reader of PDF files draws strokes, ink and boxes for notes that do not say how they look; where they are is told
here, what they do to figures in `load.extract.pdf.page`.
"""

import ctypes
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from load.extract.pdf.objects import Box, Point, around

_MOST_NOTES = 2_000
_MOST_POINTS = 2_000
_PRINTED = {
    pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STRIKEOUT, pdfium.FPDF_ANNOT_INK,
    pdfium.FPDF_ANNOT_LINE, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_CIRCLE,
    pdfium.FPDF_ANNOT_POLYGON, pdfium.FPDF_ANNOT_POLYLINE, pdfium.FPDF_ANNOT_REDACT,
}  # fmt: skip


def notes_on(page: pypdfium2.PdfPage) -> tuple[bool, list[Box]]:
    """Whether fields that were filled in, or notes that were put onto the page, stand on it; and where those
    notes are of which the file does not say how they look."""
    found = False
    unknown: list[Box] = []
    for n in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_NOTES)):
        note = pdfium.FPDFPage_GetAnnot(page, n)
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        if kind in _PRINTED:
            found = True
            says = pdfium.FPDFAnnot_GetAP(note, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0) > 2
            if not says and kind != pdfium.FPDF_ANNOT_WIDGET:
                unknown += _places(note)
        pdfium.FPDFPage_CloseAnnot(note)
    return found, unknown


def _places(note: object) -> Iterator[Box]:
    """The boxes of a note: of its words, its ink, or its own."""
    is_placed = False
    quad = pdfium.FS_QUADPOINTSF()
    for n in range(min(pdfium.FPDFAnnot_CountAttachmentPoints(note), _MOST_POINTS)):
        if pdfium.FPDFAnnot_GetAttachmentPoints(note, n, quad):
            is_placed = True
            yield around([(quad.x1, quad.y1), (quad.x2, quad.y2), (quad.x3, quad.y3), (quad.x4, quad.y4)])
    for n in range(min(pdfium.FPDFAnnot_GetInkListCount(note), _MOST_POINTS)):
        count = min(pdfium.FPDFAnnot_GetInkListPath(note, n, None, 0), _MOST_POINTS)
        points = (pdfium.FS_POINTF * count)()
        pdfium.FPDFAnnot_GetInkListPath(note, n, points, ctypes.c_ulong(count))
        path: list[Point] = [(point.x, point.y) for point in points]
        if path:
            is_placed = True
            yield around(path)
    box = pdfium.FS_RECTF()
    if not is_placed and pdfium.FPDFAnnot_GetRect(note, box):
        yield around([(box.left, box.bottom), (box.right, box.top)])
