"""Marks over years: columns, and lines with intervals."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from markupsafe import Markup

from plugins.publication.language import say
from plugins.publication.pictures.answers import Answer, Row, ranked
from plugins.publication.pictures.canvas import (
    FAINT,
    INK,
    MAIN,
    QUIET,
    SERIES,
    WIDTH,
    Drawing,
    ceiling,
    element,
    fitted,
    joined,
    line,
    no_figure,
    rect,
    text,
    told,
    width_of,
)

_HEIGHT = 150.0
_DASHES = (None, "6 3", "2 3", "8 3 2 3", "4 2", "1 3")


def _brief(value: float) -> str:
    """A large number in the room of a column."""
    if say("zh", "en") == "zh":
        return f"{value / 10_000:.1f}万" if value >= 10_000 else f"{value:,.0f}"
    return (
        f"{value / 1_000_000:.2f}m"
        if value >= 1_000_000
        else f"{value / 1000:.1f}k"
        if value >= 1000
        else f"{value:,.0f}"
    )


def columns(answer: Answer) -> Drawing:
    """A column a year with its figure on top and, beneath the year, what it rests on."""
    rows = answer.rows
    most = max((answer.value(row, "y") or 0 for row in rows), default=0) or 1
    step = min((WIDTH - 4) / max(len(rows), 1), 90)
    wide, top, size = min(step * 0.66, 46), 18.0, 11 if step > 38 else 9
    foot = top + _HEIGHT
    parts: list[Markup] = [line(0, foot, step * len(rows) + 4, foot, QUIET)]
    for place, row in enumerate(rows):
        middle = 2 + step * (place + 0.5)
        value = answer.value(row, "y")
        year, n = str(row[answer.picture.column("x")]), answer.value(row, "n")
        if value is None:
            parts += [
                no_figure(middle - wide / 2, foot - 18, wide, 18),
                text(middle, foot - 22, "–", size, "middle"),
            ]
        else:
            tall = _HEIGHT * value / most
            said = answer.figure(value)
            said = said if width_of(said, size) < step - 2 else _brief(value)
            parts.append(
                rect(
                    middle - wide / 2, foot - tall, wide, tall, MAIN, told(f"{year} · {answer.figure(value)}")
                )
            )
            parts.append(text(middle, foot - tall - 4, said, size, "middle"))
        parts.append(text(middle, foot + 15, year, size + 0.5, "middle"))
        if n is not None:
            words, fit = fitted(answer.figure(n, "count"), step - 3, size - 1, 7)
            parts.append(text(middle, foot + 29, words, fit, "middle", QUIET))
    parts.append(
        text(
            2, foot + 44, say("年度下面的小字是报告数", "beneath each year: how many reports"), 10, fill=QUIET
        )
    )
    return Drawing(joined(parts), foot + 50)


def lines(answer: Answer) -> Drawing:
    """A line a series, a sign a year, with its interval where the picture has one; what it rests on in the legend."""
    roles, rows = answer.picture.roles, answer.rows
    years = sorted({row[roles["x"]] for row in rows})
    codes = sorted({row[roles["series"]] for row in rows}, key=ranked)
    legend, y = _series_legend(answer, codes)
    top, left, right = y + 12, 38.0, WIDTH - 12.0
    foot = top + _HEIGHT + 10
    ends = [answer.value(row, role) or 0 for row in rows for role in ("y", "high") if role in roles]
    most = ceiling(max(ends, default=0) or 1)
    most = min(most, 100) if answer.picture.unit == "pct" else most

    def height(value: float) -> float:
        return foot - (foot - top) * value / most

    def place(year: int, number: int) -> float:
        middle = (
            left
            + 18
            + (right - left - 36) * (years.index(year) / (len(years) - 1) if len(years) > 1 else 0.5)
        )
        return (
            middle + (number - (len(codes) - 1) / 2) * 4
        )  # beside each other, so that no interval hides another

    parts: list[Markup] = [legend]
    for quarter in range(5):
        at = most * quarter / 4
        parts.append(line(left, height(at), right, height(at), QUIET if not quarter else FAINT))
        said = f"{at:g}%" if answer.picture.unit == "pct" else _brief(at)
        parts.append(text(left - 4, height(at) + 3.5, said, 9.5, "end", QUIET))
    for year in years:
        parts.append(
            text(
                place(year, 0) + (len(codes) - 1) * 2,
                foot + 15,
                str(year),
                11 if len(years) < 10 else 8.5,
                "middle",
            )
        )
    for number, code in enumerate(codes):
        own = [row for row in rows if row[roles["series"]] == code and answer.value(row, "y") is not None]
        parts.append(_series(answer, own, number, height, place))
    return Drawing(joined(parts), foot + 22)


def _series(
    answer: Answer,
    rows: Sequence[Row],
    number: int,
    height: Callable[[float], float],
    place: Callable[[int, int], float],
) -> Markup:
    roles, colour = answer.picture.roles, SERIES[number % len(SERIES)]
    x = roles["x"]
    parts = []
    for one, other in pairwise(rows):
        if other[x] == one[x] + 1:  # a year without a figure is a gap, not a slope
            parts.append(
                line(place(one[x], number), height(one[roles["y"]]), place(other[x], number), height(other[roles["y"]]),
                     colour, 1.8, _DASHES[number % len(_DASHES)])
            )  # fmt: skip
    for row in rows:
        across, value = place(row[x], number), row[roles["y"]]
        if "low" in roles:
            parts.append(
                line(across, height(row[roles["low"]]), across, height(row[roles["high"]]), colour, 1)
            )
        said = f"{answer.name(row, 'series')} · {row[x]} · {answer.figure(value)} · N = {answer.figure(row[roles['n']], 'count')}"
        parts.append(_sign(number, across, height(value), colour, told(said)))
    return joined(parts)


def _sign(number: int, x: float, y: float, colour: str, content: str = "") -> Markup:
    """The sign of a series: a form of its own, so that no one needs to tell colours apart."""
    kind, r = number % 6, 3.6
    if kind == 0:
        return element("circle", content, cx=x, cy=y, r=r, fill=colour)
    if kind == 1:
        return rect(x - r, y - r, 2 * r, 2 * r, colour, content)
    if kind == 5:
        return element("circle", content, cx=x, cy=y, r=r, fill="#fff", stroke=colour, stroke_width=2)
    corners = {
        2: ((0, -4.6), (4.4, 3.2), (-4.4, 3.2)),
        3: ((0, -5), (5, 0), (0, 5), (-5, 0)),
        4: ((0, 4.6), (4.4, -3.2), (-4.4, -3.2)),
    }[kind]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return element("polygon", content, points=points, fill=colour)


def _series_legend(answer: Answer, codes: Sequence[object]) -> tuple[Markup, float]:
    """Each series on a line: its sign and name, its newest figure, and what that rests on."""
    roles, parts, y = answer.picture.roles, [], 12.0
    for number, code in enumerate(codes):
        own = [row for row in answer.rows if row[roles["series"]] == code]
        newest = own[-1]
        colour = SERIES[number % len(SERIES)]
        parts += [
            line(0, y - 4, 20, y - 4, colour, 1.8, _DASHES[number % len(_DASHES)]),
            _sign(number, 10, y - 4, colour),
        ]
        name = answer.name(newest, "series")
        parts.append(text(26, y, name, 11.5))
        said = f"{newest[roles['x']]}{say('：', ': ')}{answer.figure(newest[roles['y']])}"
        said += f" · N = {answer.figure(newest[roles['n']], 'count')}"
        parts.append(text(WIDTH - 4, y, said, 10.5, "end", INK))
        y += 17
    return joined(parts), y - 8
