"""The three tables of the form laid out as they are printed: heads, groups and figures, with their spans.

Labels come from `load.forms`. What stands in the cells is left to `report_page`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from load.forms import Form, Label, form, forms

_CLAUSE = re.compile(r"第([一二三四五六七八九十]+)条第（([一二三四五六七八九十]+)）项")
_NUMERALS = "零一二三四五六七八九"
_TABLE2_COLUMNS = 3
_LABELS_OF_TABLE3 = 3


@dataclass(frozen=True, slots=True)
class Head:
    """A cell with words: Chinese, English, how far it reaches, what it names ("col", "row", …; "" nothing), and
    its place in the table as `checks.where` writes it ("granted", "column.total"; "" none)."""

    zh: str
    en: str
    colspan: int = 1
    rowspan: int = 1
    scope: str = "col"
    where: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A cell with a figure: its row and column in the form."""

    row: str
    column: str
    colspan: int = 1


Line = Sequence[Head | Place]


@dataclass(frozen=True, slots=True)
class Layout:
    """A table as printed: lines of its head, and lines of its body."""

    number: int
    head: Sequence[Line]
    body: Sequence[Line]


def version_of(number: int, figures: Mapping[str, Mapping[str, Any]], told: str | None) -> Form:
    """The version of the form that a table was read by: the one that has its cells; else the one `told`."""
    cells = {(row, column) for row, columns in figures.items() for column in columns}
    newest_first = sorted(forms(), key=lambda known: known.version != told)
    return next((known for known in newest_first if set(cells_of(known, number)) == cells), newest_first[0])


def cells_of(known: Form, number: int) -> list[tuple[str, str]]:
    """(row, column) of every figure of a table, in printed order."""
    return {2: known.table2_cells, 3: known.table3_cells, 4: known.table4_cells}[number]()


def names_of(known: Form, number: int) -> tuple[Mapping[str, Label], Mapping[str, Label]]:
    """The labels of the rows and of the columns of a table."""
    return {
        2: (known.items, known.measures),
        3: (known.rows, known.columns),
        4: (known.channels, known.results),
    }[number]


@cache
def layout(version: str, number: int) -> Layout:
    """A table of a version of the form, as printed."""
    return {2: _table2, 3: _table3, 4: _table4}[number](form(version))


def _head(label: Label, **spans: Any) -> Head:
    return Head(label.zh, label.en, **spans)


def _table2(known: Form) -> Layout:
    body: list[Line] = []
    for block in known.blocks:
        spans = [1] * len(block.measures)
        spans[-1] += _TABLE2_COLUMNS - len(spans)
        body.append(
            [Head(block.clause, clause_in_english(block.clause), 1 + _TABLE2_COLUMNS, scope="colgroup")]
        )
        measures = zip(block.measures, spans, strict=True)
        names = [_head(known.measures[id], colspan=span) for id, span in measures]
        body.append([_head(block.header), *names])
        for item in block.items:
            figures = [Place(item, id, span) for id, span in zip(block.measures, spans, strict=True)]
            body.append([_head(known.items[item], scope="row", where=item), *figures])
    return Layout(2, [], body)


def clause_in_english(clause: str) -> str:
    """ "第二十条第（一）项" as "Article 20, item 1"; anything else as it is."""
    found = _CLAUSE.fullmatch(clause)
    return f"Article {_number(found[1])}, item {_number(found[2])}" if found else clause


def _number(numeral: str) -> int:
    """A Chinese numeral below one hundred."""
    tens, is_ten, ones = numeral.rpartition("十")
    return (_NUMERALS.index(tens or "一") * 10 if is_ten else 0) + (_NUMERALS.index(ones) if ones else 0)


def _table3(known: Form) -> Layout:
    person, *organisations, total = known.columns.values()
    head: list[Line] = [
        [
            _head(known.corner, colspan=_LABELS_OF_TABLE3, rowspan=3, scope=""),
            _head(known.applicants_header, colspan=len(known.columns), scope="colgroup"),
        ],
        [
            _head(person, rowspan=2, where=f"column.{person.id}"),
            _head(known.organisations_header, colspan=len(organisations), scope="colgroup"),
            _head(total, rowspan=2, where=f"column.{total.id}"),
        ],
        [_head(organisation, where=f"column.{organisation.id}") for organisation in organisations],
    ]
    rows_of = {id: sum(1 for row in known.rows.values() if id in _around(known, row)) for id in known.groups}
    told: set[str] = set()
    body: list[Line] = []
    for row in known.rows.values():
        groups = _around(known, row)
        line: list[Head | Place] = [
            _head(known.groups[id], rowspan=rows_of[id], scope="rowgroup") for id in groups if id not in told
        ]
        told.update(groups)
        line.append(_head(row, colspan=_LABELS_OF_TABLE3 - len(groups), scope="row", where=row.id))
        body.append([*line, *(Place(row.id, column) for column in known.columns)])
    return Layout(3, head, body)


def _around(known: Form, row: Label) -> list[str]:
    """The groups around a row of Table 3, the outermost first."""
    groups: list[str] = []
    group = row.group
    while group:
        groups.insert(0, group)
        group = known.groups[group].group
    return groups


def _table4(known: Form) -> Layout:
    channels = list(known.channels.values())
    first, others = channels[0], channels[1:]
    results = len(known.results)
    head: list[Line] = [
        [
            _head(first, colspan=results, scope="colgroup", where=first.id),
            _head(known.lawsuit_header, colspan=results * len(others), scope="colgroup"),
        ],
        [
            *(_head(result, rowspan=2) for result in known.results.values()),
            *(_head(channel, colspan=results, scope="colgroup", where=channel.id) for channel in others),
        ],
        [_head(result) for _ in others for result in known.results.values()],
    ]
    return Layout(4, head, [[Place(channel, result) for channel, result in known.table4_cells()]])


def row_names(known: Form, number: int, row: str) -> list[Label]:
    """The labels that name a row, its group first: "（三）不予公开", "1.属于国家秘密". Empty for no row of the table."""
    rows, _ = names_of(known, number)
    if row not in rows:
        return []
    groups = _around(known, rows[row]) if number == 3 else []
    return [*(known.groups[id] for id in groups[1:]), rows[row]]  # the outermost is most of the table
