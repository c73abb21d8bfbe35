"""The official form, one TOML file a version: its labels, its order, its sums and its sections.

Everything that must name a row, a column or a label asks here; no label stands anywhere else in the
code. Recognising a form in a document is left to `load.recognise`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from chinese import fold_label

VERSIONS = ("2021", "2019")


@dataclass(frozen=True, slots=True)
class Label:
    """One printed label of the form: a row, a column, a measure or a group.

    `keys` and `exact` are folded: a folded text is this label when it equals one of `exact` or
    contains one of `keys`.
    """

    id: str
    zh: str
    en: str
    exact: frozenset[str]
    keys: tuple[str, ...]
    group: str | None = None
    category: str | None = None
    basis: str | None = None
    basis_en: str | None = None
    money: bool = False
    signed: bool = False
    unit: str | None = None  # the unit that the label names

    def matches(self, folded: str) -> bool:
        """Whether `folded` (see `chinese.fold_label`) is a way to print this label."""
        return folded in self.exact or any(key in folded for key in self.keys)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of Table 2: the clause it reports on, its measures (columns) and items (rows), by id."""

    clause: str
    header: Label
    measures: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum that must hold: `left` together equals `right` together, for each row or column of a table.

    With `each == "column"` the parts are row ids and every column is checked; with `"row"` the parts
    are column ids and every row is.
    """

    rule: str
    table: int
    each: str
    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the narrative: its number (1 to 6), its official heading, and the words that mark it."""

    number: int
    zh: str
    en: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One version of the form. Mappings keep the printed order."""

    version: str
    title_zh: str
    title_en: str
    document: str
    first_fiscal_year: int
    blocks: tuple[Block, ...]
    marks: tuple[str, ...]  # folded words of Table 2 that this version alone prints
    measures: Mapping[str, Label]
    items: Mapping[str, Label]
    columns: Mapping[str, Label]
    rows: Mapping[str, Label]
    groups: Mapping[str, Label]
    corner: Label
    applicants_header: Label
    organisations_header: Label
    channels: Mapping[str, Label]
    results: Mapping[str, Label]
    lawsuit_header: Label
    sums: tuple[Sum, ...]
    sections: tuple[Section, ...]
    titles: Mapping[int, tuple[str, str]]  # table number: (zh, en)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Ids of the leaf outcomes: the rows of Table 3 that carry a category."""
        return tuple(row.id for row in self.rows.values() if row.category)

    def table2_cells(self) -> list[tuple[str, str]]:
        """(item, measure) of every figure of Table 2, in printed order."""
        return [
            (item, measure) for block in self.blocks for item in block.items for measure in block.measures
        ]

    def table3_cells(self) -> list[tuple[str, str]]:
        """(row, column) of every figure of Table 3, in printed order."""
        return [(row, column) for row in self.rows for column in self.columns]

    def table4_cells(self) -> list[tuple[str, str]]:
        """(channel, result) of every figure of Table 4, in printed order."""
        return [(channel, result) for channel in self.channels for result in self.results]


def _label(entry: Mapping[str, Any], id: str | None = None) -> Label:
    keys = tuple(fold_label(key) for key in entry.get("keys", ()))
    exact = {fold_label(text) for text in entry.get("exact", ())} | {fold_label(entry["zh"])}
    return Label(
        id=id or entry["id"],
        zh=entry["zh"],
        en=entry.get("en", ""),
        exact=frozenset(exact),
        keys=keys,
        group=entry.get("group", entry.get("under")),
        category=entry.get("category"),
        basis=entry.get("basis"),
        basis_en=entry.get("basis_en"),
        money=entry.get("money", False),
        signed=entry.get("signed", False),
        unit=entry.get("unit"),
    )


def _named(entries: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Label]:
    return MappingProxyType({id: _label(entry, id) for id, entry in entries.items()})


def _listed(entries: list[Mapping[str, Any]]) -> Mapping[str, Label]:
    return MappingProxyType({entry["id"]: _label(entry) for entry in entries})


@cache
def form(version: str) -> Form:
    """The form of `version` ("2021" or "2019"). Raises FileNotFoundError for any other."""
    data = tomllib.loads(files("load.forms").joinpath(f"{version}.toml").read_text("utf-8"))
    table2, table3, table4 = data["table2"], data["table3"], data["table4"]
    rows = _listed(table3["rows"])
    outcomes = tuple(row.id for row in rows.values() if row.category)

    def parts(names: list[str]) -> tuple[str, ...]:
        return outcomes if names == ["@outcomes"] else tuple(names)

    return Form(
        version=data["version"],
        title_zh=data["title_zh"],
        title_en=data["title_en"],
        document=data["document"],
        first_fiscal_year=data["first_fiscal_year"],
        blocks=tuple(
            Block(b["clause"], _label(b["header"], "header"), tuple(b["measures"]), tuple(b["items"]))
            for b in table2["blocks"]
        ),
        marks=tuple(fold_label(mark) for mark in table2["marks"]),
        measures=_named(table2["measures"]),
        items=_named(table2["items"]),
        columns=_listed(table3["columns"]),
        rows=rows,
        groups=_named(table3["groups"]),
        corner=_label(table3["corner"], "corner"),
        applicants_header=_label(table3["applicants_header"], "applicants"),
        organisations_header=_label(table3["organisations_header"], "organisations"),
        channels=_listed(table4["rows"]),
        results=_listed(table4["columns"]),
        lawsuit_header=_label(table4["lawsuit_header"], "lawsuit"),
        sums=tuple(
            Sum(s["rule"], s["table"], s["each"], parts(s["left"]), parts(s["right"])) for s in data["sums"]
        ),
        sections=tuple(
            Section(s["number"], s["zh"], s["en"], tuple(fold_label(k) for k in s["keys"]))
            for s in data["sections"]
        ),
        titles=MappingProxyType(
            {n: (t["title_zh"], t["title_en"]) for n, t in ((2, table2), (3, table3), (4, table4))}
        ),
    )


def forms() -> list[Form]:
    """Every version of the form, the newest first."""
    return [form(version) for version in VERSIONS]


def outcome_labels() -> Mapping[str, Label]:
    """Every leaf outcome of any version, by id, in the order of the form; the newest version's wording."""
    merged: dict[str, Label] = {}
    for f in forms():
        merged |= {id: f.rows[id] for id in f.outcomes if id not in merged}
    return merged
