"""Failed sums and doubts of one report: which cells each speaks of, and where it stands in words.

`checks.where` names a place: "table3.granted.total" a cell, "table3.granted" a row, "table3.column.total" a column,
"table3" a table, "statistics.received" a row of the old table of statistics, "report" or "narrative" the rest. The
same words are the ids of these places on the page of a report.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from load.forms import Form, Label
from load.forms.statistics import statistics_form
from plugins.publication.language import say
from plugins.publication.official_form import names_of

NOT_ASSESSABLE = "not_assessable"
DOUBT = "parse_doubt"
# The gravest first: what a cell is marked with where several checks speak of it.
SIGNS = {"source_error": "!", "scope_or_wording": "≈", DOUBT: "?"}

Check = Mapping[str, Any]
Cell = tuple[str, str]  # row and column


def anchor(where: str) -> str:
    """The id on the page of a report of the place that a check names."""
    return (
        where if where.startswith(("table", "statistics")) else where if where == "narrative" else "identity"
    )


def of_table(checks: Sequence[Check], table: str) -> list[Check]:
    """The checks that speak of a table ("table3", "statistics") or of a place in it."""
    return [c for c in checks if c["where"] == table or c["where"].startswith(table + ".")]


def elsewhere(checks: Sequence[Check], tables: Sequence[str]) -> list[Check]:
    """The checks that speak of none of these tables."""
    return [c for c in checks if c["where"].partition(".")[0] not in tables]


def marked_cells(checks: Sequence[Check], known: Form, number: int) -> dict[Cell, list[Check]]:
    """The checks of each cell of a table that one speaks of, the gravest first."""
    found: dict[Cell, list[Check]] = {}
    gravity = list(SIGNS)
    signed = [c for c in of_table(checks, f"table{number}") if c["verdict"] in SIGNS]
    for check in sorted(signed, key=lambda c: gravity.index(c["verdict"])):
        for cell in _cells_of(check, known, number):
            found.setdefault(cell, []).append(check)
    return found


def _cells_of(check: Check, known: Form, number: int) -> Iterator[Cell]:
    """Of a sum its totals, of a row or column all its cells, of a whole table none."""
    _, *place = check["where"].split(".")
    if len(place) == 2 and place[0] != "column":
        yield place[0], place[1]
        return
    total = next((s for s in known.sums if (s.table, s.rule) == (number, check["rule"])), None)
    rows, columns = names_of(known, number)
    if total and place:
        parts = total.left if len(total.left) == 1 else total.left + total.right
        yield from ((part, place[-1]) if total.each == "column" else (place[-1], part) for part in parts)
    elif len(place) == 2:
        yield from ((row, place[1]) for row in rows)
    elif place:
        yield from ((place[0], column) for column in columns)


def where_in_words(where: str, known: Form | None) -> list[tuple[str, str]]:
    """The place that a check names, (Chinese, English) each part; nothing for the whole report. `known` is the
    form of its table."""
    table, *place = where.split(".")
    if table == "statistics":
        form = statistics_form()
        indicators = [(i.zh, i.en) for id in place[:1] if (i := form.indicators.get(id))]
        return [(form.title_zh, form.title_en), *indicators]
    if table == "narrative":
        return [("叙述", "the narrative")]
    if not table.startswith("table") or known is None:
        return []
    number = int(table.removeprefix("table"))
    numerals = {2: "二", 3: "三", 4: "四"}
    said = [(f"表{numerals[number]}", f"Table {number}")]
    rows, columns = names_of(known, number)
    both: list[Mapping[str, Label]] = [columns] if place[:1] == ["column"] else [rows, columns]
    ids = place[1:] if place[:1] == ["column"] else place
    for labels, id in zip(both, ids, strict=False):
        said.append((labels[id].zh, labels[id].en) if id in labels else (id, id))
    return said


def sign_in_words(verdict: str) -> str:
    """What the sign of a verdict means, in the language of the page."""
    return {
        "source_error": say("页面自身不符", "the page contradicts itself"),
        "scope_or_wording": say("口径或措辞不同", "scope or wording"),
        DOUBT: say("读取存疑", "we may have misread"),
        NOT_ASSESSABLE: say("说明", "note"),
    }.get(verdict, verdict)
