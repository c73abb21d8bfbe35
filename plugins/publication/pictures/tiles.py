"""Marks by class of shade: the map of tiles, and the grid of names and years."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from plugins.publication.labels import value_label
from plugins.publication.language import say
from plugins.publication.pictures.answers import Answer, Row
from plugins.publication.pictures.canvas import (
    INK,
    PAPER,
    QUIET,
    SHADES,
    WIDTH,
    Drawing,
    element,
    fitted,
    ink_on,
    joined,
    no_figure,
    rect,
    text,
    told,
    width_of,
    wrapped,
)
from plugins.publication.pictures.places import INVENTED, PLACES, code_of, names, short_name, tile_name

_TILE = WIDTH / 9


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes of a measure, about as many values in each; `starts` are their lower ends."""

    starts: tuple[float, ...]

    def shade(self, value: float) -> str:
        """The shade of a value: the darker, the more."""
        number = sum(start <= value for start in self.starts) - 1
        spread = {1: (2,), 2: (1, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4)}.get(len(self.starts), (0, 1, 2, 3, 4))
        return SHADES[spread[max(number, 0)]]


def classes(values: Sequence[float]) -> Classes:
    """Five classes of values, or fewer where there are few different ones."""
    different = sorted(set(values))
    wanted = min(len(SHADES), len(different))
    starts = {different[len(different) * place // wanted] for place in range(wanted)} if wanted else set()
    return Classes(tuple(sorted(starts)))


def tiles(answer: Answer, href: Callable[[str], str] | None) -> Drawing:
    """The 34 provinces, a tile each, shaded by the measure; href: the address of a province's page by its name."""
    roles = answer.picture.roles
    rows = {row[roles["label"]]: row for row in answer.rows}
    values = [row[roles["y"]] for row in answer.rows if row[roles["y"]] is not None]
    shades = classes(values)
    parts = [_legend(answer, shades, values)]
    for name in names():
        if name == INVENTED and name not in rows:
            continue
        column, line = PLACES[(code_of(name) or "")[:2]]
        x, y = column * _TILE, line * _TILE
        row = rows.get(name)
        value = row[roles["y"]] if row else None
        called = value_label("province", name)
        if value is not None and row is not None:
            fill, figure = shades.shade(value), answer.figure(value)
            said = f"{called}{say('：', ': ')}{figure}{_of(answer, row)}"
            shape = rect(x + 1, y + 1, _TILE - 2, _TILE - 2, fill, told(said), rx=2)
        else:
            few = row is not None
            fill, figure = PAPER, say("太少", "few") if few else "–"
            said = f"{called}{say('：', ': ')}{_too_few(answer) if few else _none()}"
            shape = no_figure(x + 1, y + 1, _TILE - 2, _TILE - 2, told(said)) if not few else rect(
                x + 1.5, y + 1.5, _TILE - 3, _TILE - 3, PAPER, told(said), stroke="#8a8f94", stroke_width=1, rx=2
            )  # fmt: skip
        if name == INVENTED:
            shape += rect(
                x + 2,
                y + 2,
                _TILE - 4,
                _TILE - 4,
                "none",
                stroke="#b7791f",
                stroke_width=1.5,
                stroke_dasharray="3 2",
            )
        words = _in_tile(
            x,
            y,
            tile_name(called),
            figure,
            INK if value is None else ink_on(fill),
            value is None and row is None,
        )
        if href and row is not None:
            parts.append(
                element("a", shape + words, href=href(name), aria_label=said, style="text-decoration:none")
            )
        else:
            parts.append(element("g", shape + words))
    return Drawing(joined(parts), 8 * _TILE + 2)


def _in_tile(x: float, y: float, name: str, figure: str, ink: str, is_empty: bool) -> Markup:
    """A name and a figure in a tile, on paper where it is hatched."""
    size, room = (13.0 if say("zh", "en") == "zh" else 8.5), _TILE - 5
    lines = [name] if width_of(name, size) <= room else wrapped(name, room, size)[:2]
    middle, height = x + _TILE / 2, y + (17 if len(lines) == 1 else 13)
    parts = []
    for each in lines:
        words, fit = fitted(each, room, size, 7)
        if is_empty:
            parts.append(
                rect(
                    middle - width_of(words, fit) / 2 - 1,
                    height - fit,
                    width_of(words, fit) + 2,
                    fit + 3,
                    PAPER,
                )
            )
        parts.append(text(middle, height, words, fit, "middle", ink))
        height += size + 1
    words, fit = fitted(figure, room, 10, 7.5)
    parts.append(text(middle, y + _TILE - 9, words, fit, "middle", ink))
    return joined(parts)


def _of(answer: Answer, row: Row) -> str:
    """What a figure is made of, in brackets; nothing for a plain number."""
    roles = answer.picture.roles
    if "share_of" not in roles:
        return ""
    made = [answer.figure(row[roles[role]], "count") for role in ("share_of", "n")]
    return say(f"（{'/'.join(made)}）", f" ({'/'.join(made)})")


def _too_few(answer: Answer) -> str:
    return say(f"太少（N 不足 {answer.picture.least}）", f"too few (N below {answer.picture.least})")


def _none() -> str:
    return say("没有数据", "no data")


def _legend(answer: Answer, shades: Classes, values: Sequence[float]) -> Markup:
    """The classes with their ends, what is too few, and what is not there; in the corner without provinces."""
    parts, y = [], 2.0
    for start in shades.starts:
        inside = [v for v in values if shades.shade(v) == shades.shade(start)]
        ends = [answer.figure(min(inside))] + (
            [answer.figure(max(inside))] if max(inside) > min(inside) else []
        )
        parts += [rect(0, y, 14, 10, shades.shade(start)), text(19, y + 9, " – ".join(ends), 10)]
        y += 12.5
    if answer.picture.least is not None:
        parts += [rect(0.5, y + 0.5, 13, 9, PAPER, stroke="#8a8f94"), text(19, y + 9, _too_few(answer), 10)]
        y += 12.5
    parts += [no_figure(0, y, 14, 10), text(19, y + 9, _none(), 10)]
    return joined(parts)


def heat(answer: Answer) -> Drawing:
    """A row a name, a column a year, each cell its figure; a hatched cell has none."""
    roles, rows = answer.picture.roles, answer.rows
    years = sorted({row[roles["x"]] for row in rows})
    found = {(row[roles["label"]], row[roles["x"]]): row for row in rows}
    labels = list(dict.fromkeys(row[roles["label"]] for row in rows))
    labels.sort(key=lambda label: (code_of(label) or "99", label))
    shades = classes([row[roles["y"]] for row in rows if row[roles["y"]] is not None])
    left = 92.0
    step = min((WIDTH - left) / max(len(years), 1), 60)
    size = 10.5 if step > 30 else 8.5
    parts = [
        text(left + step * (place + 0.5), 12, str(year), size, "middle") for place, year in enumerate(years)
    ]
    y = 18.0
    for label in labels:
        called = value_label(roles["label"], label)
        words, fit = fitted(short_name(called), left - 6, 11.5, 8.5)
        parts.append(text(0, y + 14, words, fit))
        for place, year in enumerate(years):
            x, row = left + step * place, found.get((label, year))
            value = row[roles["y"]] if row else None
            said = (
                f"{called} · {year}{say('：', ': ')}{answer.figure(value) if value is not None else _none()}"
            )
            if value is None:
                parts.append(no_figure(x, y, step - 1, 19, told(said)))
                continue
            fill = shades.shade(value)
            parts.append(rect(x, y, step - 1, 19, fill, told(said)))
            cell, cell_size = fitted(answer.figure(value), step - 3, size, 7)
            parts.append(text(x + (step - 1) / 2, y + 13.5, cell, cell_size, "middle", ink_on(fill)))
        y += 20
    parts += [no_figure(left, y + 5, 14, 10), text(left + 19, y + 14, _none(), 10, fill=QUIET)]
    return Drawing(joined(parts), y + 20)
