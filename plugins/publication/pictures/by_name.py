"""Marks over names: bars, shares of a whole, and dots with their intervals."""

from math import floor

from markupsafe import Markup

from plugins.publication.language import say
from plugins.publication.pictures.answers import Answer, Row
from plugins.publication.pictures.canvas import (
    FAINT,
    INK,
    MAIN,
    PARTS,
    QUIET,
    WIDTH,
    Drawing,
    ceiling,
    element,
    fitted,
    ink_on,
    joined,
    legend,
    line,
    rect,
    text,
    told,
    width_of,
    wrapped,
)
from plugins.publication.pictures.places import short_name
from plugins.publication.rates import tenths

_OUTCOMES = ("granted", "partly_granted", "refused", "unable_to_provide", "not_processed", "other")


def bars(answer: Answer) -> Drawing:
    """A bar a name, the name above it: official labels are long."""
    roles, parts, y = answer.picture.roles, [], 0.0
    most = max((answer.value(row, "y") or 0 for row in answer.rows), default=0) or 1
    for row in answer.rows:
        for each in wrapped(answer.name(row, "label"), WIDTH - 2, 11.5)[:2]:
            y += 14.5
            parts.append(text(0, y, each, 11.5))
        value = answer.value(row, "y")
        said = answer.figure(value)
        if "share" in roles:
            said += f" · {answer.figure(answer.value(row, 'share'), 'pct')}"
        long = (WIDTH - 118) * (value or 0) / most
        parts += [rect(0, y + 4, max(long, 1), 11, MAIN), text(long + 6, y + 13.5, said, 11)]
        y += 21
    return Drawing(joined(parts), y + 2)


def stacked(answer: Answer) -> Drawing:
    """A whole a row, parted by colour; beside it what it rests on."""
    roles = answer.picture.roles
    codes = list(dict.fromkeys(row[roles["part"]] for row in answer.rows))
    if roles["part"] == "category":
        codes = [code for code in _OUTCOMES if code in codes]
    colours = {
        code: PARTS[(_OUTCOMES.index(code) if code in _OUTCOMES else place) % len(PARTS)]
        for place, code in enumerate(codes)
    }
    names = {row[roles["part"]]: answer.name(row, "part") for row in answer.rows}
    key, y = legend([(colours[code], _in_legend(names[code])) for code in codes], 11)
    parts = [key]
    wholes: dict[object, dict[object, Row]] = {}
    by_year = roles["x"] == "fiscal_year"
    for row in answer.rows:
        wholes.setdefault(row[roles["x"]], {})[row[roles["part"]]] = row
    left, right = (38.0 if by_year else 0.0), WIDTH - 58.0
    parts.append(text(WIDTH, y + 10, "N", 10, "end", QUIET))
    y += 14
    for whole, own in wholes.items():
        first = next(iter(own.values()))
        if by_year:
            parts.append(text(0, y + 14, str(whole), 11.5))
        else:
            parts.append(text(0, y + 11, fitted(answer.name(first, "x"), WIDTH, 11.5)[0], 11.5))
            y += 15
        n = answer.value(first, "n") or 0
        x = left
        for code in codes:
            value = (answer.value(own[code], "y") or 0) if code in own else 0
            wide = (right - left) * value / n if n else 0
            share = f"{floor(100 * value / n + 0.5)}%" if n else ""
            if wide:
                said = f"{names[code]} {answer.figure(value, 'count')} / {answer.figure(n, 'count')} = {tenths(100 * value / n)}%"
                parts.append(rect(x, y + 1, wide - 0.6, 18, colours[code], told(said)))
                if wide > width_of(share, 10) + 4:
                    parts.append(text(x + wide / 2, y + 13.5, share, 10, "middle", ink_on(colours[code])))
            x += wide
        parts.append(text(WIDTH, y + 14, answer.figure(n, "count"), 11, "end"))
        y += 24 if by_year else 26
    return Drawing(joined(parts), y + 2)


def _in_legend(name: str) -> str:
    """A label in one line: without what it says in brackets where it is too long."""
    return (
        name if width_of(name, 11) <= WIDTH - 20 else fitted(name.partition(" (")[0], WIDTH - 20, 11, 11)[0]
    )


def dots(answer: Answer) -> Drawing:
    """A dot a name with its interval, beside it the share and what it is a share of; a line for all together."""
    roles, rows = answer.picture.roles, answer.rows
    left, right = 86.0, WIDTH - 142.0
    most = min(ceiling(max((answer.value(row, "high") or 0 for row in rows), default=0) or 1), 100)

    def across(value: float) -> float:
        return left + (right - left) * value / most

    foot = 22.0 + 20 * len(rows)
    parts: list[Markup] = []
    for half in range(3):
        at = most * half / 2
        parts += [
            line(across(at), 16, across(at), foot, FAINT),
            text(across(at), 11, f"{at:g}%", 9.5, "middle", QUIET),
        ]
    whole = sum(row[roles["n"]] for row in rows)
    if len(rows) > 1 and whole:
        every = 100 * sum(row[roles["share_of"]] for row in rows) / whole
        parts.append(line(across(every), 16, across(every), foot, INK, 1, "3 3"))
        parts.append(
            text(
                WIDTH,
                11,
                f"{say('虚线：所列合计', 'dashed: these together')} {tenths(every)}%",
                9.5,
                "end",
                QUIET,
            )
        )
    y = 20.0
    for row in rows:
        name = answer.name(row, "label")
        words, size = fitted(short_name(name), left - 6, 11.5, 8.5)
        value, low, high = (answer.value(row, role) or 0 for role in ("y", "low", "high"))
        said = f"{answer.figure(row[roles['share_of']], 'count')}/{answer.figure(row[roles['n']], 'count')}"
        parts += [
            text(0, y + 13, words, size),
            line(across(low), y + 9, across(high), y + 9, MAIN, 2),
            element("circle", told(f"{name} · {value:.1f}% ({low:.1f}–{high:.1f}%) · {said}"), cx=across(value), cy=y + 9, r=4, fill=MAIN),
            text(right + 46, y + 13, f"{value:.1f}%", 11, "end"),
            text(WIDTH, y + 13, *fitted(said, 90, 10, 7), "end", QUIET),
        ]  # fmt: skip
        y += 20
    return Drawing(joined(parts), foot + 2)
