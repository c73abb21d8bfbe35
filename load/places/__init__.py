"""Places of China by GB/T 2260: codes, names and the years they were valid, and how names are found in text.

The table is `regions.csv` (made by `build_regions.py`) with, kept apart from it, `fictional.csv`: the
invented province of the sample, whose codes begin with 99. Which place a report belongs to, and when to
withhold an answer, is decided in `load.identify`.
"""

import csv
import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, cast

__all__ = [
    "Alternative",
    "Mention",
    "Place",
    "as_of",
    "full_names_in",
    "mentions_at",
    "place",
    "places",
    "within",
]

Kind = Literal["full", "alias", "short"]
Level = Literal["province", "prefecture", "county"]


@dataclass(frozen=True, slots=True)
class Place:
    """One division under one code and name, for an unbroken run of years (both ends included).

    `province`, `prefecture` and `county` are full names, its own among them; None where the division has
    none: 北京市朝阳区, 仙桃市 and 石河子市 have no prefecture. `valid_from` 2007 means 2007 or earlier.
    """

    code: str
    name: str
    short: str
    level: Level
    province: str
    prefecture: str | None
    county: str | None
    valid_from: int
    valid_to: int | None
    fictional: bool

    def valid_in(self, year: int, tolerance: int = 0) -> bool:
        """Whether the code and name were valid in `year`, give or take `tolerance` years."""
        return self.valid_from - tolerance <= year and (
            self.valid_to is None or year <= self.valid_to + tolerance
        )


@dataclass(frozen=True, slots=True)
class Alternative:
    """A place that a name may mean, and how it is named: in full, by an everyday form or cut short."""

    kind: Kind
    place: Place


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that stands in a text, and the places it may mean."""

    name: str
    alternatives: tuple[Alternative, ...]


def _read(file: str) -> list[Place]:
    fictional = file.startswith("fictional")
    with files(__package__).joinpath(file).open(encoding="utf-8") as lines:
        return [
            Place(
                row["code"], row["name"], row["short"], cast(Level, row["level"]), "", None, None,
                int(row["valid_from"]), int(row["valid_to"]) if row["valid_to"] else None, fictional,
            )
            for row in csv.DictReader(lines)
        ]  # fmt: skip


@cache
def _changes() -> dict[str, object]:
    return tomllib.loads(files(__package__).joinpath("changes.toml").read_text("utf-8"))


@cache
def _by_code() -> dict[str, tuple[Place, ...]]:
    """Each code's places in order of time, their parents' names not yet filled in."""
    grouped: dict[str, list[Place]] = defaultdict(list)
    for found in _read("regions.csv") + _read("fictional.csv"):
        grouped[found.code].append(found)
    return {code: tuple(sorted(runs, key=lambda run: run.valid_from)) for code, runs in grouped.items()}


def _name_in(code: str, year: int) -> str | None:
    runs = _by_code().get(code, ())
    named = [run.name for run in runs if run.valid_in(year)] or [run.name for run in runs[-1:]]
    return named[0] if named else None


def _with_parents(bare: Place, year: int) -> Place:
    return replace(
        bare,
        province=_name_in(bare.code[:2] + "0000", year) or "",
        prefecture=None if bare.level == "province" else _name_in(bare.code[:4] + "00", year),
        county=bare.name if bare.level == "county" else None,
    )


@cache
def places() -> tuple[Place, ...]:
    """Every place of every year, by code and then by time; parents as named at its end."""
    return tuple(
        _with_parents(run, run.valid_to or 9999) for _, runs in sorted(_by_code().items()) for run in runs
    )


@cache
def _runs() -> dict[str, tuple[Place, ...]]:
    grouped: dict[str, list[Place]] = defaultdict(list)
    for found in places():
        grouped[found.code].append(found)
    return {code: tuple(runs) for code, runs in grouped.items()}


@lru_cache(maxsize=16384)
def place(code: str, year: int | None = None) -> Place | None:
    """The place with this code in `year`, its parents named as in that year; without a year, the latest.

    None if the code is unknown or was not valid in that year.
    """
    runs = _runs().get(code, ())
    if year is None:
        return runs[-1] if runs else None
    return next((_with_parents(run, year) for run in runs if run.valid_in(year)), None)


def within(inner: Place, outer: Place) -> bool:
    """Whether `inner` lies in `outer` and is not `outer`, by their codes."""
    if outer.level == "province":
        return inner.level != "province" and inner.code[:2] == outer.code[:2]
    if outer.code == "654000":  # 伊犁州 contains two prefectures, 塔城地区 and 阿勒泰地区
        return inner.code[:4] in ("6540", "6542", "6543") and inner != outer
    return outer.level == "prefecture" and inner.level == "county" and inner.code[:4] == outer.code[:4]


@cache
def _next_runs() -> dict[tuple[str, int], Place]:
    """What a place went on as in the year after its last: same code, or same short name and province."""
    continued = {entry["old"]: entry["new"] for entry in _changes()["continued"]}  # type: ignore[attr-defined] # TOML
    by_short: dict[tuple[str, str, str], list[Place]] = defaultdict(list)
    for run in places():
        by_short[run.code[:2], run.level, run.short].append(run)
    following: dict[tuple[str, int], Place] = {}
    for run in places():
        if run.valid_to is None:
            continue
        start = run.valid_to + 1
        same_code = [later for later in _runs()[run.code] if later.valid_from == start]
        named = [later for later in by_short[run.code[:2], run.level, run.short] if later.valid_from == start]
        nearby = [later for later in named if later.code[:4] == run.code[:4]]
        other_code = list(_runs().get(continued.get(run.code, ""), ()))
        choice = same_code or other_code or (nearby if len(named) > 1 else named)
        if len(choice) == 1:
            following[run.code, run.valid_from] = choice[0]
    return following


@cache
def _previous_runs() -> dict[tuple[str, int], Place]:
    sources: dict[tuple[str, int], list[Place]] = defaultdict(list)
    for run in places():
        later = _next_runs().get((run.code, run.valid_from))
        if later is not None:
            sources[later.code, later.valid_from].append(run)
    return {key: runs[0] for key, runs in sources.items() if len(runs) == 1}


@lru_cache(maxsize=16384)
def as_of(known: Place, year: int | None) -> Place | None:
    """The same place as it was in `year` (its latest state without a year), under its code of that year.

    新津县 510132 is 新津区 510118 in 2023. None where nothing shows which place went on as which.
    """
    seen = known
    while year is None or (seen.valid_to is not None and seen.valid_to < year):
        later = _next_runs().get((seen.code, seen.valid_from))
        if later is None:
            break
        seen = later
    while year is not None and seen.valid_from > year:
        earlier = _previous_runs().get((seen.code, seen.valid_from))
        if earlier is None:
            break
        seen = earlier
    if year is None:
        return seen
    return place(seen.code, year) if seen.valid_in(year) else None


def _everyday_names(known: Place) -> list[str]:
    """恩施州 for 恩施土家族苗族自治州, 民和县 and 民和自治县 for 民和回族土族自治县."""
    for ending, forms in {
        "自治区": ("自治区",), "自治州": ("州", "自治州"), "自治县": ("县", "自治县"),
        "自治旗": ("旗", "自治旗"), "地区": ("地区",),
    }.items():  # fmt: skip
        if known.name.endswith(ending):
            return [known.short + form for form in forms]
    return []


@cache
def _mentions() -> dict[str, tuple[Mention, ...]]:
    """All names by their first two characters, longest first."""
    named: dict[str, dict[tuple[Kind, str, int], Place]] = defaultdict(dict)

    def add(name: str, kind: Kind, meant: Place) -> None:
        if len(name) >= 2 and not (kind != "full" and name == meant.name):
            named[name][kind, meant.code, meant.valid_from] = meant

    for known in places():
        add(known.name, "full", known)
        for name in _everyday_names(known):
            add(name, "alias", known)
        add(known.short, "short", known)
    for name, code in _changes()["aliases"].items():  # type: ignore[attr-defined] # TOML
        for run in _runs()[code]:
            add(name, "alias", run)
    by_start: dict[str, list[Mention]] = defaultdict(list)
    for name, meanings in named.items():
        alternatives = tuple(Alternative(kind, meant) for (kind, _, _), meant in meanings.items())
        by_start[name[:2]].append(Mention(name, alternatives))
    return {start: tuple(sorted(names, key=lambda m: -len(m.name))) for start, names in by_start.items()}


def mentions_at(text: str, at: int) -> list[Mention]:
    """The place names that begin at index `at` of `text`, longest first; of all years and all provinces."""
    return [m for m in _mentions().get(text[at : at + 2], ()) if text.startswith(m.name, at)]


@cache
def _full_names() -> tuple[frozenset[str], dict[str, tuple[int, ...]]]:
    """All full names, and by their last two characters how long they can be."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for known in places():
        lengths[known.name[-2:]].add(len(known.name))
    return frozenset(known.name for known in places()), {
        ending: tuple(sorted(sizes, reverse=True)) for ending, sizes in lengths.items()
    }


_LAST_CHARACTER = re.compile(r"[省市县区旗州盟]")


def full_names_in(prose: str) -> list[int]:
    """Where names in full begin in a prose, in its order. Looks from their ends, which are few."""
    names, lengths = _full_names()
    starts = set()
    for match in _LAST_CHARACTER.finditer(prose):
        end = match.end()
        for length in lengths.get(prose[max(0, end - 2) : end], ()):
            if prose[max(0, end - length) : end] in names:
                starts.add(end - length)
                break
    return sorted(starts)
