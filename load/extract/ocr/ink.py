"""What is printed in the picture of a page, before any character is recognised: ink, ruling lines, runs of ink.

Places are in pixels, from the upper left corner. The picture is first brought to one size of text, made straight
and even in light. Which text it is, is left to `load.extract.ocr.page`.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from load.extract.document import Unreadable

TEXT_SIZE = 26  # pixels: to what the characters of most text are brought
_LEAST_SIZE, _MOST_SIZE = 20, 36  # within which they are left as they are
_MOST_PIXELS = 16_000_000  # of a page that is worked on
_STEEPEST = 6.0  # degrees by which a page may lie askew
_INK = 165  # of 255, where paper is 255: darker is ink
_FAINT = 215  # darker, over a patch: something is printed there
_MOST_GAIN = 3.0  # by which pale print is made darker
_FEWEST_PIXELS = 40  # of a picture, on its shorter side

Image = Any  # an array of grey values, rows first
Box = tuple[int, int, int, int]  # left, top, right, lower edge


@dataclass(slots=True)
class Sheet:
    """The picture of a page, made straight and even.

    paper   grey values, paper at 255, ruling lines taken out
    size    of most of its text
    level, upright   ruling lines, as boxes
    runs    boxes around what is printed without a gap, ruling lines apart
    """

    paper: Image
    size: int
    level: list[Box]
    upright: list[Box]
    runs: list[Box]


def sheet_of(picture: Image) -> Sheet:
    """The sheet that a picture shows. Raises Unreadable for one that is too small for a page."""
    if min(picture.shape) < _FEWEST_PIXELS:
        raise Unreadable(
            f"it is a picture of {picture.shape[1]} × {picture.shape[0]} points, too small for a page"
        )
    paper = _even(picture)
    size = _text_size(paper)
    scale = 1.0 if _LEAST_SIZE <= size <= _MOST_SIZE else TEXT_SIZE / size
    scale = min(scale, 3.0, (_MOST_PIXELS / paper.size) ** 0.5)
    if scale != 1.0:
        way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        paper = cv2.resize(paper, None, fx=scale, fy=scale, interpolation=way)
    paper = _straight(paper)
    size = _text_size(paper)
    ink = (paper < _INK).astype(np.uint8)
    level, upright, mask = _rules(ink, size)
    paper[mask > 0] = 255
    ink[mask > 0] = 0
    return Sheet(paper, size, level, upright, _runs(ink, mask, size))


def is_blank(sheet: Sheet, box: Box) -> bool:
    """Whether not even something faint is printed within a box."""
    left, top, right, bottom = box
    part = sheet.paper[top:bottom, left:right]
    if min(part.shape) < 5:
        return True
    patch = max(3, round(sheet.size * 0.12)) | 1
    faint = (cv2.blur(part, (patch, patch)) < _FAINT).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(faint)
    longest = stats[1:count, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(initial=0)
    return bool(longest < sheet.size * 0.35)


def inked(line: Image) -> tuple[int, float]:
    """How many pieces of ink in a line are parted by columns without any; and its width, of its height."""
    ink = line < _INK
    columns, rows = ink.any(axis=0), ink.any(axis=1)
    if not columns.any():
        return 0, 0.0
    pieces = int(columns[0]) + int((columns[1:] & ~columns[:-1]).sum())
    return pieces, float(np.ptp(np.flatnonzero(columns)) + 1) / float(np.ptp(np.flatnonzero(rows)) + 1)


def _even(picture: Image) -> Image:
    """The picture with its paper at 255, whatever shadow lies on it."""
    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    around = max(15, min(small.shape) // 12) | 1
    light = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((around, around), np.uint8))
    light = cv2.blur(light, (around, around))
    light = cv2.resize(light, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    light = np.maximum(light, 96)  # what is that dark all over is no paper
    even = np.clip(picture.astype(np.float32) * (255.0 / light), 0, 255)
    dark = even[even < _FAINT]
    deepest = float(np.percentile(dark, 10)) if dark.size > 50 else 0.0
    gain = min(255.0 / max(1.0, 255.0 - deepest), _MOST_GAIN)  # pale print is made dark
    return np.clip(255.0 - (255.0 - even) * gain, 0, 255).astype(np.uint8)


def _text_size(paper: Image) -> int:
    """The height of most characters, in pixels."""
    ink = (paper < _INK).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((2, 2), np.uint8))
    )
    high, wide = stats[1:count, cv2.CC_STAT_HEIGHT], stats[1:count, cv2.CC_STAT_WIDTH]
    like = high[(high >= 6) & (high < paper.shape[0] / 8) & (wide < 3 * high) & (high < 3 * wide)]
    return max(8, round(float(np.percentile(like, 85)) * 1.05)) if like.size > 5 else TEXT_SIZE


def _straight(paper: Image) -> Image:
    """The picture turned so that its lines of text, and its ruling lines, are level."""
    scale = min(1.0, 700 / max(paper.shape))
    small = cv2.resize(paper, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = (255 - small).astype(np.float32)
    best = 0.0
    for width, step in ((_STEEPEST, 0.5), (0.5, 0.1), (0.1, 0.025)):
        angles = [best + step * n for n in range(-round(width / step), round(width / step) + 1)]
        best = max(angles, key=lambda angle: (_sharpness(dark, angle), -abs(angle)))
    if abs(best) < 0.04:
        return paper
    return _turned(paper, best, 255)


def _sharpness(dark: Image, angle: float) -> float:
    """How sharply rows of ink and rows of paper alternate once a picture is turned."""
    rows = _turned(dark, angle, 0).sum(axis=1)
    return float(np.square(np.diff(rows)).sum())


def _turned(picture: Image, angle: float, outside: int) -> Image:
    high, wide = picture.shape
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0)
    way = cv2.INTER_LINEAR if picture.dtype == np.float32 else cv2.INTER_CUBIC
    return cv2.warpAffine(
        picture, matrix, (wide, high), flags=way, borderMode=cv2.BORDER_CONSTANT, borderValue=outside
    )


def _rules(ink: Image, size: int) -> tuple[list[Box], list[Box], Image]:
    """The level and the upright ruling lines, and a mask of their ink."""
    longest = round(size * 3), round(size * 1.45)
    level = _long(ink, longest[0], level=True)
    upright = _long(ink, longest[1], level=False)
    levels = _boxes(level, size, level=True)
    uprights = [
        box
        for box in _boxes(upright, size, level=False)
        if box[3] - box[1] > 4 * size or _ends_at(box, levels, size * 0.6)
    ]
    mask = np.zeros_like(ink)
    for boxes, lines in ((levels, level), (uprights, upright)):
        for left, top, right, bottom in boxes:
            mask[top:bottom, left:right] |= lines[top:bottom, left:right]
    around = max(3, round(size * 0.12)) | 1
    return levels, uprights, cv2.dilate(mask, np.ones((around, around), np.uint8))


def _long(ink: Image, length: int, *, level: bool) -> Image:
    """The ink of straight lines of at least `length`; small gaps in them are closed, small steps borne."""
    thick, gap = (3, 1) if level else (1, 3), max(3, length // 6)
    fat = cv2.dilate(ink, np.ones(thick, np.uint8))
    along = np.ones((1, length) if level else (length, 1), np.uint8)
    lines = cv2.morphologyEx(fat, cv2.MORPH_OPEN, along)
    return cv2.morphologyEx(lines, cv2.MORPH_CLOSE, np.ones((1, gap) if level else (gap, 1), np.uint8))


def _boxes(lines: Image, size: int, *, level: bool) -> list[Box]:
    """The boxes of lines; what is as thick as text is none, unless it is a long line that lies askew."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(lines)
    boxes = []
    for left, top, wide, high, area in stats[1:count].tolist():
        length, thick = (wide, high) if level else (high, wide)
        if thick < size * 0.5 or (length > 15 * thick and area < 0.6 * wide * high):
            boxes.append((left, top, left + wide, top + high))
    return boxes


def _ends_at(box: Box, levels: list[Box], near: float) -> bool:
    """Whether an upright line begins and ends at level ones."""
    x = (box[0] + box[2]) / 2
    across = [(top + bottom) / 2 for left, top, right, bottom in levels if left - near <= x <= right + near]
    return all(any(abs(y - end) <= near for y in across) for end in (box[1], box[3]))


def _runs(ink: Image, mask: Image, size: int) -> list[Box]:
    """Boxes around runs of ink: words and figures, specks left out."""
    gap = round(size * 0.8) | 1
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, gap), np.uint8))
    joined[mask > 0] = 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    inked = np.bincount(labels[ink > 0], minlength=count)
    return [
        (left, top, left + wide, top + high)
        for (left, top, wide, high, _), dots in zip(stats[1:count].tolist(), inked[1:].tolist(), strict=True)
        if max(wide, high) >= size * 0.25 and dots >= size * size * 0.02
    ]
