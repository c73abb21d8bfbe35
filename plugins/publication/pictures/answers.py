"""What a picture shows: its SQL asked with the reader's filters, and how its rows are named.

Drawing is left to the modules beside this one, the words around a picture to `page`.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugins.publication.labels import column_label, value_label
from plugins.publication.language import say
from plugins.publication.pictures.declared import FILTERS, Picture

Row = Mapping[str, Any]

_ANSWERS_KEPT = 500
_RANKS = (
    "national", "province", "prefecture", "county", "township", "development_zone", "review", "lawsuit", "failed_checks",
    "doubts", "government", "department",
)  # fmt: skip
_PRINTED_NUMBER = re.compile(r"^(?:\d+\.|（.）|\(\d\))\s*")  # what the form prints before a label

_answers: OrderedDict[tuple[object, ...], tuple[tuple[Row, ...], bool]] = (
    OrderedDict()
)  # of immutable databases only
_choices: dict[str, "Choices"] = {}  # by hash of an immutable database


@dataclass(frozen=True, slots=True)
class Choices:
    """What pages can be narrowed to: years (the newest first), provinces and levels that the data has."""

    years: tuple[int, ...]
    provinces: tuple[str, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A picture with its rows. asked: the filters that its SQL uses, by name; "" is no filter. is_cut: there are more
    rows than the site answers with."""

    picture: Picture
    asked: Mapping[str, str]
    rows: tuple[Row, ...]
    is_cut: bool = False

    def value(self, row: Row, role: str) -> float | None:
        """The number in a role; None where there is none."""
        value: float | None = row[self.picture.column(role)]
        return value

    def name(self, row: Row, role: str) -> str:
        """What a row is called in a role, in the language of the page."""
        column = self.picture.column(role)
        return named(column, row[column], row)

    def figure(self, value: float | None, unit: str | None = None) -> str:
        """A number as people write it; an en dash for none."""
        if value is None:
            return "–"
        if (unit or self.picture.unit) == "pct":
            return f"{value:.1f}%"
        return f"{value:,.1f}" if isinstance(value, float) and not value.is_integer() else f"{value:,.0f}"

    def rests_on(self) -> str:
        """What the whole picture rests on: "N = 12,345 (decided)"; by series where it has some."""
        roles, n = self.picture.roles, self.picture.column("n")
        whole = [roles[role] for role in ("x", "label", "series") if role in roles]
        found = {tuple(row[column] for column in whole): row[n] for row in self.rows if row[n]}
        if "share" in roles:  # every row is a part of one whole
            said = f"{max(found.values(), default=0):,}"
        elif "series" not in roles:
            said = f"{sum(found.values()):,}"
        else:
            names = {row[roles["series"]]: self.name(row, "series") for row in self.rows}
            sums = {
                code: sum(value for key, value in found.items() if key[-1] == code)
                for code in sorted(names, key=ranked)
            }
            said = say("；", "; ").join(f"{names[code]} {number:,}" for code, number in sums.items())
        return f"N = {said}{say('（', ' (')}{column_label(None, n)}{say('）', ')')}"

    def narrowed(self) -> str:
        """What the picture is narrowed to, in words."""
        year, province, level = (self.asked.get(name, "") for name in FILTERS)
        where = value_label("province", province) if province else say("全部省份", "all provinces")
        what = value_label("level", level) if level else say("各层级", "all levels")
        parts = [where if "province" in self.asked else "", what if "level" in self.asked else ""]
        when = say(f"{year} 年度", f"fiscal year {year}") if year else say("各年度", "all years")
        return say("，", ", ").join([when, *filter(None, parts)])


def named(column: str, value: object, row: Row | None = None) -> str:
    """A value of a column as pages call it; the number that the form prints before a label is left out."""
    if column == "rule" and row is not None and "title_zh" in row:
        return say(str(row["title_zh"]), str(row["title_en"]))
    return _PRINTED_NUMBER.sub("", value_label(column, value))


def ranked(code: object) -> tuple[int, str]:
    """What to order codes by: levels from the highest down, reviews before lawsuits, all else by name."""
    return (_RANKS.index(code) if code in _RANKS else len(_RANKS), str(code))


async def choices(database: Any) -> Choices:
    """What the pages over a database can be narrowed to."""
    if database.hash in _choices:
        return _choices[database.hash]
    years, provinces, levels = await asyncio.gather(
        # one step in the index for each year, not one for each report
        database.execute(
            "with recursive years as (select max(fiscal_year) as year from reports union all "
            "select (select max(fiscal_year) from reports where fiscal_year < year) from years where year is not null) "
            "select year from years where year is not null"
        ),
        database.execute(
            "select province from publishers where province is not null group by province order by count(*) desc"
        ),
        database.execute("select level from publishers where level is not null group by level"),
    )
    found = Choices(
        years=tuple(row[0] for row in years.rows),
        provinces=tuple(row[0] for row in provinces.rows),
        levels=tuple(sorted((row[0] for row in levels.rows), key=ranked)),
    )
    if database.hash:
        _choices[database.hash] = found
    return found


async def answer(database: Any, picture: Picture, asked: Mapping[str, str]) -> Answer:
    """The answer to a picture's question, narrowed as asked. asked: every filter by name.

    Values are bound as text, as Datasette binds those of an address: the linked SQL and CSV give the same rows.
    """
    used = {name: asked.get(name, "") for name in picture.parameters if name != "least"}
    bound = used if picture.least is None else used | {"least": str(picture.least)}
    key = (database.hash, picture.name, *bound.items())
    if database.hash and key in _answers:
        _answers.move_to_end(key)
        return Answer(picture, used, *_answers[key])
    found = await database.execute(picture.sql, bound, truncate=True)
    rows = tuple(dict(row) for row in found.rows)
    if database.hash:
        _answers[key] = rows, found.truncated
        if len(_answers) > _ANSWERS_KEPT:
            _answers.popitem(last=False)
    return Answer(picture, used, rows, found.truncated)
