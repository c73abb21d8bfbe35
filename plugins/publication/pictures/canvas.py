"""Shapes and words of an SVG picture: every attribute stands in its element, so that it looks alike everywhere.

All pictures are `WIDTH` units wide, about the pixels of a phone, and grow with the room that a page gives them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from plugins.publication.language import language

WIDTH = 400
INK, QUIET, FAINT, PAPER = "#1f2933", "#555b61", "#d5d9dd", "#ffffff"
MAIN = "#276890"
SERIES = ("#276890", "#8a3b6b", "#3f7d5c", "#a05a12", "#5b5bb0", "#6f6f6f", "#86b6d4", "#c4c4c4")
SHADES = ("#e3eef5", "#b5d3e4", "#7fb0cd", "#2f739e", "#174866")  # five classes, the fifth the most
# A part has one colour in every picture and on every page; the same as in static/site.css.
PARTS = ("#276890", "#86b6d4", "#8a3b6b", "#c8b37a", "#6f6f6f", "#c4c4c4", "#3f7d5c", "#d98f80")
_DARK = {"#276890", "#8a3b6b", "#6f6f6f", "#3f7d5c", "#2f739e", "#174866"}
_FONT = "'Helvetica Neue', Arial, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_HAN = re.compile(r"[\u3400-\u9fff]")
_CLOSING = "，。；：、）？！”"
_PIECES = re.compile(r"[A-Za-z0-9.,%’'\-/()]+\s*|.")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished picture: its elements and its height."""

    body: Markup
    height: float


def element(tag: str, content: str = "", **attributes: str | float | None) -> Markup:
    """An element; an underscore in an attribute's name stands for a hyphen. None leaves an attribute out."""
    given = "".join(
        f' {name.replace("_", "-")}="{escape(value) if isinstance(value, str) else round(value, 2)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{given}>{escape(content)}</{tag}>")  # noqa: S704  each part is escaped


def joined(parts: Iterable[Markup]) -> Markup:
    """Elements one behind the other."""
    return Markup("".join(parts))  # noqa: S704  elements are escaped


def text(
    x: float,
    y: float,
    words: str,
    size: float = 12,
    anchor: str | None = None,
    fill: str = INK,
    bold: bool = False,
) -> Markup:
    """Words on one line; y is their foot. Chinese names are marked as such on English pages."""
    return element(
        "text",
        words,
        x=x,
        y=y,
        font_size=size,
        text_anchor=anchor,
        fill=fill,
        font_weight="bold" if bold else None,
        lang=foreign(words),
    )


def foreign(words: str) -> str | None:
    """ "zh" for words with Chinese in them on an English page, else None."""
    return "zh" if language() == "en" and _HAN.search(words) else None


def told(words: str) -> Markup:
    """What a shape says under the pointer."""
    return element("title", words, lang=foreign(words))


def rect(
    x: float, y: float, width: float, height: float, fill: str, content: str = "", **more: str | float | None
) -> Markup:
    """A rectangle."""
    return element(
        "rect", content, x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), fill=fill, **more
    )


def line(
    x1: float, y1: float, x2: float, y2: float, stroke: str = FAINT, width: float = 1, dash: str | None = None
) -> Markup:
    """A straight line."""
    return element(
        "line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, stroke_dasharray=dash
    )


def no_figure(x: float, y: float, width: float, height: float, content: str = "") -> Markup:
    """The place of a figure that is not there: hatched, so that it is neither zero nor small."""
    return rect(
        x,
        y,
        width,
        height,
        "url(#hatched)",
        content,
        stroke="#8a8f94",
        stroke_width=0.6,
        stroke_dasharray="2 2",
    )


def ink_on(fill: str) -> str:
    """The colour of words on a filled shape."""
    return PAPER if fill in _DARK else INK


def width_of(words: str, size: float) -> float:
    """About how wide words are: a Chinese character is a square, a Latin letter a bit more than half of one."""
    return sum(1.0 if ord(character) > 0x2E80 else 0.58 for character in words) * size


def fitted(words: str, width: float, size: float, least: float = 9) -> tuple[str, float]:
    """Words and the size at which they fit a width: smaller, and if need be cut."""
    while width_of(words, size) > width and size > least:
        size -= 0.5
    if width_of(words, size) <= width:
        return words, size
    while words and width_of(words + "…", size) > width:
        words = words[:-1]
    return words.rstrip() + "…", size


def wrapped(words: str, width: float, size: float) -> list[str]:
    """Words in lines that fit a width; Latin words stay whole, and no line begins with what closes a clause."""
    lines, current = [], ""
    for piece in _PIECES.findall(words):
        if current.strip() and piece not in _CLOSING and width_of((current + piece).rstrip(), size) > width:
            lines.append(current.rstrip())
            current = piece.lstrip()
        else:
            current += piece
    return [*lines, current.rstrip()] if current.strip() else lines


def ceiling(value: float) -> float:
    """The round number at which an axis ends that must show `value`."""
    power = 1.0
    while power * 10 < value:
        power *= 10
    while power > value > 0:
        power /= 10
    return next(
        (power * step for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if power * step >= value), power * 10
    )


def legend(entries: Sequence[tuple[str, str]], y: float) -> tuple[Markup, float]:
    """Coloured squares with their names, in lines; and where the legend ends."""
    x, parts = 0.0, []
    for fill, words in entries:
        needed = 14 + width_of(words, 11) + 10
        if x and x + needed > WIDTH:
            x, y = 0.0, y + 16
        parts += [rect(x, y - 9, 10, 10, fill), text(x + 14, y, words, 11)]
        x += needed
    return joined(parts), y + 8


_HATCHED = Markup(
    '<defs><pattern id="hatched" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" fill="#ffffff"/><line x1="0" y1="0" x2="0" y2="5" stroke="#b4b9be" stroke-width="1.4"/>'
    "</pattern></defs>"
)


def svg(drawing: Drawing, id: str, title: str, description: str, *, linked: bool) -> Markup:
    """The whole picture. linked: it holds links, which readers by ear must reach, so that it is no single image."""
    named = element("title", title, id=f"{id}-title", lang=foreign(title)) + element(
        "desc", description, id=f"{id}-desc", lang=foreign(description)
    )
    return element(
        "svg",
        Markup(str(named + _HATCHED + drawing.body).replace("hatched", f"{id}-hatched")),  # noqa: S704  built of escaped parts
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {drawing.height:.0f}",
        role="group" if linked else "img",
        aria_labelledby=f"{id}-title",
        aria_describedby=f"{id}-desc",
        font_family=_FONT,
        lang={"zh": "zh-Hans", "en": "en"}[language()],
    )


def framed(drawing: Drawing, head: Sequence[tuple[str, float, str]], foot: Sequence[str]) -> Drawing:
    """A drawing that stands alone: words above it, each with size and colour, and small ones below."""
    y, parts = 0.0, []
    for words, size, fill in head:
        for each in wrapped(words, WIDTH - 4, size):
            y += size * 1.35
            parts.append(text(0, y, each, size, fill=fill, bold=size > 13))
    y += 12
    parts.append(element("g", drawing.body, transform=f"translate(0 {y:.1f})"))
    y += drawing.height
    for words in foot:
        for each in wrapped(words, WIDTH - 4, 9):
            y += 12.5
            parts.append(text(0, y, each, 9, fill=QUIET))
    return Drawing(joined(parts), y + 6)
