"""The pictures and dashboards as they are declared: one TOML file a picture, dashboards.toml for what holds them.

A file that cannot be drawn is refused when it is read, with a sentence that says what to write.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from plugins.publication.language import say

FOLDER = Path(__file__).parent
DASHBOARDS = "dashboards.toml"

# What each mark draws with: the columns that must be named, and those that may be.
_ROLES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "columns": (frozenset({"x", "y", "n"}), frozenset()),
    "stacked": (frozenset({"x", "part", "y", "n"}), frozenset()),
    "lines": (frozenset({"x", "y", "series", "n"}), frozenset({"low", "high"})),
    "bars": (frozenset({"label", "y", "n"}), frozenset({"share"})),
    "dots": (frozenset({"label", "y", "low", "high", "share_of", "n"}), frozenset()),
    "heat": (frozenset({"label", "x", "y", "n"}), frozenset()),
    "tiles": (frozenset({"label", "y", "n"}), frozenset({"share_of"})),
}
FILTERS = ("fiscal_year", "province", "level")
_WORDS = ("title", "question", "note")
_PARAMETER = re.compile(r":(\w+)")


class DeclarationError(Exception):
    """A picture cannot be used; the message says which, and what to write."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return say(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: what it asks, its SQL, and which column is drawn as what.

    roles: x, y, part, series, label, low, high, n, share, share_of → a column of the answer. `y` is drawn; `n` is
    what it rests on (the denominator, or the reports); `share_of` is the numerator of a share.
    unit: "count" or "pct" (a percentage, 0 to 100). least: the smallest `n` that is shown (:least of the SQL).
    """

    name: str
    title: Words
    question: Words
    note: Words
    mark: str
    roles: Mapping[str, str]
    unit: str
    least: int | None
    sql: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """What the SQL can be narrowed by, and `least`."""
        return tuple(dict.fromkeys(_PARAMETER.findall(self.sql)))

    def column(self, role: str) -> str:
        """The column drawn in a role. Raises KeyError where the picture has none."""
        return self.roles[role]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Pictures that stand on one page. filters: what the page can be narrowed by.

    needs: a filter without which `instead` is shown. is_choice: one picture at a time, chosen by ?measure=.
    """

    name: str
    title: Words
    lead: Words
    pictures: tuple[str, ...]
    filters: tuple[str, ...]
    needs: str | None
    instead: str | None
    is_choice: bool


def _words(entry: Mapping[str, Any], key: str, where: str) -> Words:
    try:
        return Words(entry[f"{key}_zh"], entry[f"{key}_en"])
    except KeyError as missing:
        raise DeclarationError(
            f"{where}: write {missing.args[0]}; every text stands in both languages"
        ) from None


def read_picture(path: Path) -> Picture:
    """The picture that a file declares. Raises DeclarationError for one that cannot be drawn."""
    try:
        entry = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(f"{path.name} is not TOML: {error}") from None
    title, question, note = (_words(entry, key, path.name) for key in _WORDS)
    mark, roles = entry.get("mark", ""), entry.get("roles", {})
    if mark not in _ROLES:
        raise DeclarationError(f"{path.name}: mark must be one of {', '.join(_ROLES)}, not {mark!r}")
    needed, possible = _ROLES[mark]
    if not needed <= set(roles) <= needed | possible:
        raise DeclarationError(
            f"{path.name}: a picture of {mark} names the roles {', '.join(sorted(needed))}"
        )
    unit, least, sql = entry.get("unit", "count"), entry.get("least"), entry.get("sql", "").strip()
    if unit not in ("count", "pct"):
        raise DeclarationError(f"{path.name}: unit must be count or pct, not {unit!r}")
    if "select" not in sql:
        raise DeclarationError(f"{path.name}: write sql")
    if ("least" in _PARAMETER.findall(sql)) != (least is not None):
        raise DeclarationError(f"{path.name}: least and :least go together")
    return Picture(path.stem, title, question, note, mark, roles, unit, least, sql)


@cache
def pictures() -> Mapping[str, Picture]:
    """Every picture by name. Raises DeclarationError for a file that cannot be drawn."""
    return {
        path.stem: read_picture(path) for path in sorted(FOLDER.glob("*.toml")) if path.name != DASHBOARDS
    }


@cache
def dashboards() -> Mapping[str, Dashboard]:
    """Every dashboard by name, in the order of the pages. Raises DeclarationError for one that cannot be shown."""
    found = {}
    for name, entry in tomllib.loads((FOLDER / DASHBOARDS).read_text("utf-8")).items():
        where = f"{DASHBOARDS}, {name}"
        instead = entry.get("instead")
        for picture in [*entry["pictures"], *([instead] if instead else [])]:
            if picture not in pictures():
                raise DeclarationError(f"{where}: there is no picture {picture}")
        if not set(entry["filters"]) <= set(FILTERS):
            raise DeclarationError(f"{where}: filters are some of {', '.join(FILTERS)}")
        found[name] = Dashboard(
            name=name,
            title=_words(entry, "title", where),
            lead=_words(entry, "lead", where),
            pictures=tuple(entry["pictures"]),
            filters=tuple(entry["filters"]),
            needs=entry.get("needs"),
            instead=instead,
            is_choice=entry.get("is_choice", False),
        )
    return found
