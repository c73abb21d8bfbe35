"""A report as it comes out of a scanner: its printed pages as pictures, a little askew, grey and noisy.

The pages are those of `sample.formats.pdf`, drawn with whatever Chinese font the machine has; without one
nothing can be read on them (`can_draw`). Noise comes from the given generator: the same everywhere for the same
drawing.
"""

import io
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import numpy
import pypdfium2
from PIL import Image, ImageFilter

from sample.formats import pdf
from sample.report import Report


@dataclass(frozen=True, slots=True)
class Scanner:
    """How pages are scanned: dots an inch, degrees askew, the spread of the noise in greys, a blur in dots, how
    light the ink and how dark the paper is in greys, the quality of the JPEG, quarter turns to the left."""

    dots: int = 150
    askew: float = 0.4
    noise: float = 6.0
    blur: float = 0.4
    ink: int = 40
    paper: int = 240
    quality: int = 80
    turned: int = 0


SCANNERS: dict[str, Scanner] = {
    "scan": Scanner(),
    "scan_fine": Scanner(dots=300, askew=-0.8, noise=9.0),
    "scan_coarse": Scanner(dots=100, askew=0.2, noise=4.0, blur=0.3),
    "scan_askew": Scanner(dots=200, askew=2.6, noise=8.0),
    "scan_pale": Scanner(ink=120, paper=225, noise=8.0),
    "scan_on_its_side": Scanner(turned=1, askew=0.0),
}


def page(report: Report, rng: Random, scanner: Scanner) -> bytes:
    """The whole report as a PDF file whose pages are pictures."""
    return bound(pictures(report, rng, scanner), scanner)


def pictures(
    report: Report, rng: Random, scanner: Scanner, style: pdf.PdfStyle = pdf.STYLES["pdf"]
) -> list[Image.Image]:
    """The pages of a report as pictures."""
    printed = pypdfium2.PdfDocument(pdf.page(report, rng, style))
    try:
        return [scanned(drawn, rng, scanner) for drawn in drawings(printed, scanner.dots)]
    finally:
        printed.close()


def drawings(printed: pypdfium2.PdfDocument, dots: int) -> list[Image.Image]:
    """The pages of a PDF as they are printed, before they are scanned."""
    return [sheet.render(scale=dots / 72, grayscale=True).to_pil() for sheet in printed]


def scanned(drawn: Image.Image, rng: Random, scanner: Scanner) -> Image.Image:
    """A page as the scanner sees it."""
    seen = drawn.convert("L").rotate(scanner.askew, Image.Resampling.BICUBIC, fillcolor=255)
    seen = seen.filter(ImageFilter.GaussianBlur(scanner.blur))
    greys = scanner.ink + numpy.asarray(seen, dtype=numpy.float64) / 255 * (scanner.paper - scanner.ink)
    noise = numpy.random.default_rng(rng.getrandbits(32)).normal(0, scanner.noise, greys.shape)
    whole = Image.fromarray(numpy.clip(greys + noise, 0, 255).astype(numpy.uint8))
    return whole.rotate(90 * scanner.turned, expand=True) if scanner.turned else whole


def bound(pages: list[Image.Image], scanner: Scanner) -> bytes:
    """Pictures as the pages of a PDF file."""
    body = io.BytesIO()
    first, *others = pages
    options: dict[str, Any] = {"quality": scanner.quality, "resolution": scanner.dots}
    first.save(body, "PDF", save_all=True, append_images=others, **options)
    return body.getvalue()


@cache
def can_draw() -> bool:
    """Whether the machine has a font with Chinese characters for files that bring none."""
    drawn = []
    for text in ("一二", "国开"):
        mark = f"BT /F1 40 Tf 1 0 0 1 20 700 Tm <{text.encode('utf-16-be').hex()}> Tj ET"
        printed = pypdfium2.PdfDocument(pdf.bound([mark], pdf.PdfStyle(), 595.0))
        drawn.append(numpy.asarray(drawings(printed, 72)[0]))
        printed.close()
    return bool((drawn[0] < 128).any() and (drawn[0] != drawn[1]).any())
