"""Picture files to pages in grey: opened within bounds, frame by frame, the right way up.

What is on the pages is left to `load.extract.ocr.page`.
"""

import io
import warnings
from typing import Any

from load.extract.document import Unreadable

MOST_PIXELS = 50_000_000  # of one page: a sheet of A4 at 600 dots an inch has 35 million
MOST_FRAMES = 60
_LARGEST = f"{MOST_PIXELS // 10**6} million"
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")  # the others of the library have seen less use


def pages_of_picture(body: bytes) -> list[Any]:
    """The frames of a picture file as arrays of grey values. Raises Unreadable for one that is damaged or
    too large."""
    import numpy
    from PIL import Image, ImageOps

    pages: list[Any] = []
    pixels = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd tags, and of sizes that are bounded here
            with Image.open(io.BytesIO(body), formats=_FORMATS) as picture:
                frames = 1 if picture.format in ("GIF", "WEBP", "PNG") else getattr(picture, "n_frames", 1)
                if frames > MOST_FRAMES:
                    raise Unreadable(f"it has {frames:,} pictures; the most that are read are {MOST_FRAMES}")
                for number in range(frames):
                    picture.seek(number)
                    pixels += picture.width * picture.height
                    if picture.width * picture.height > MOST_PIXELS or pixels > MOST_PIXELS * 4:
                        raise Unreadable(
                            f"it is a picture with more than the {_LARGEST} points that are read"
                        )
                    shown = ImageOps.exif_transpose(picture)
                    if shown.has_transparency_data:
                        shown = Image.alpha_composite(
                            Image.new("RGBA", shown.size, "white"), shown.convert("RGBA")
                        )
                    pages.append(numpy.asarray(_grey(shown)))
    except Unreadable:
        raise
    except Image.DecompressionBombError as error:
        raise Unreadable(f"it is a picture with more than the {_LARGEST} points that are read") from error
    except Exception as error:  # damaged pictures fail in many ways
        raise Unreadable("it is a picture that is damaged or of an unknown kind") from error
    return pages


def _grey(picture: Any) -> Any:
    """A picture in 256 greys; those of 16 bits a point keep their range."""
    if picture.mode.startswith(("I;16", "I")):
        return picture.point(lambda value: value / 256).convert("L")
    return picture.convert("L")
