"""The three tables of the form as grids of printed cells, spans and damage included.

Where a cell stands and what is printed in it is decided here; which characters separate the cells, and
how a span is shown, is left to `sample.layouts`.
"""

from functools import lru_cache
from typing import NamedTuple

from load.forms import Form, form
from sample.report import NO_DAMAGE, Damage, Key, Report
from sample.wording import VARIETY, Wording


class Cell(NamedTuple):
    """One printed cell. `key` names the figure in it; `lost` marks a label that is not printed."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    head: bool = False
    key: Key | None = None
    lost: bool = False


class PrintedTable(NamedTuple):
    """A table as a grid, `columns` wide, `labels` of them columns of labels; a row lists the cells that
    start in it."""

    number: int
    columns: int
    labels: int
    rows: list[list[Cell]]


def printed_tables(report: Report, wording: Wording) -> dict[int, PrintedTable]:
    """The tables that the page prints as tables, by number (2, 3, 4)."""
    figures, damage = report.figures, report.damage
    f = form(figures["form_version"])
    content = {2: figures["table2"], 3: figures["table3"], 4: figures["table4"]}
    number_text, raw = wording.number, damage.raw
    tables = {}
    for table in _skeletons(figures["form_version"], wording):
        if table.number in damage.images or table.number in damage.absent:
            continue
        lines = content[table.number]
        rows = []
        for row in table.rows:
            cells = []
            for cell in row:
                key = cell.key
                if key is None:
                    cells.append(cell)
                    continue
                _, line, column = key
                if key in raw:
                    text = raw[key]
                else:
                    signed = table.number == 2 and f.measures[column].signed
                    text = number_text(lines[line][column], signed=signed)
                cells.append(Cell(text, cell.colspan, 1, False, key))
            rows.append(cells)
        if damage is not NO_DAMAGE:
            rows = _damaged(table.number, rows, damage)
            if damage.swapped_columns and table.number == 3:
                one, other = (wording.labels[f.columns[id].zh] for id in damage.swapped_columns)
                rows[2] = _swapped(rows[2], one, other)
        tables[table.number] = table._replace(rows=rows)
    return tables


@lru_cache(maxsize=2 * VARIETY)
def _skeletons(version: str, wording: Wording) -> tuple[PrintedTable, ...]:
    """The three tables with their labels printed and their figures still empty."""
    f = form(version)
    return (_table2(f, wording), _table3(f, wording), _table4(f, wording))


def _table2(f: Form, wording: Wording) -> PrintedTable:
    label = wording.labels
    rows = []
    for block in f.blocks:
        rest = 4 - len(block.measures)  # the last measure takes what is left of the three columns
        spans = [1] * (len(block.measures) - 1) + [rest]
        rows.append([Cell(label[block.clause], colspan=4, head=True)])
        heads = [
            Cell(label[f.measures[m].zh], colspan=span, head=True)
            for m, span in zip(block.measures, spans, strict=True)
        ]
        rows.append([Cell(label[block.header.zh], head=True), *heads])
        for item in block.items:
            cells = [
                Cell("", colspan=span, key=(2, item, m))
                for m, span in zip(block.measures, spans, strict=True)
            ]
            rows.append([Cell(label[f.items[item].zh]), *cells])
    return PrintedTable(2, 4, 1, rows)


def _table3(f: Form, wording: Wording) -> PrintedTable:
    label = wording.labels
    natural, *organisations, total = f.columns.values()
    rows = [
        [
            Cell(label[f.corner.zh], colspan=3, rowspan=3, head=True),
            Cell(label[f.applicants_header.zh], colspan=7, head=True),
        ],
        [
            Cell(label[natural.zh], rowspan=2, head=True),
            Cell(label[f.organisations_header.zh], colspan=5, head=True),
            Cell(label[total.zh], rowspan=2, head=True),
        ],
        [Cell(label[column.zh], head=True) for column in organisations],
    ]
    parents = [_ancestors(f, row.group) for row in f.rows.values()]
    opened: set[str] = set()
    for row, ancestors in zip(f.rows.values(), parents, strict=True):
        cells = []
        for group in ancestors:
            if group not in opened:
                opened.add(group)
                span = sum(group in others for others in parents)
                cells.append(Cell(label[f.groups[group].zh], rowspan=span))
        cells.append(Cell(label[row.zh], colspan=3 - len(ancestors)))
        cells += [Cell("", key=(3, row.id, column)) for column in f.columns]
        rows.append(cells)
    return PrintedTable(3, 10, 3, rows)


def _ancestors(f: Form, group: str | None) -> list[str]:
    """The groups that a row stands in, the outermost first."""
    if group is None:
        return []
    return [*_ancestors(f, f.groups[group].group), group]


def _table4(f: Form, wording: Wording) -> PrintedTable:
    label = wording.labels
    review, *lawsuits = f.channels.values()
    results = [Cell(label[result.zh], head=True) for result in f.results.values()]
    width = len(results)
    rows = [
        [
            Cell(label[review.zh], colspan=width, head=True),
            Cell(label[f.lawsuit_header.zh], colspan=width * len(lawsuits), head=True),
        ],
        [
            *(cell._replace(rowspan=2) for cell in results),
            *(Cell(label[lawsuit.zh], colspan=width, head=True) for lawsuit in lawsuits),
        ],
        results * len(lawsuits),
        [Cell("", key=(4, channel, result)) for channel in f.channels for result in f.results],
    ]
    return PrintedTable(4, width * len(f.channels), 0, rows)


def _damaged(number: int, rows: list[list[Cell]], damage: Damage) -> list[list[Cell]]:
    rows = [list(row) for row in rows]
    for row in rows:
        line = next((cell.key[1] for cell in row if cell.key), None)
        if line is None:
            continue
        if (number, line) in damage.unlabelled:
            at = max(i for i, cell in enumerate(row) if cell.key is None)
            row[at] = row[at]._replace(text="", lost=True)
        if (number, line) in damage.extra_cells:
            row.append(Cell(row[-1].text))
        row[:] = [cell for cell in row if cell.key not in damage.lost_cells]
    if number in damage.lost_headers:
        rows = _without_headers(number, rows)
    while True:
        lost = (
            i
            for i, row in enumerate(rows)
            if any(cell.key and (number, cell.key[1]) in damage.lost_rows for cell in row)
        )
        first = next(lost, None)
        if first is None:
            return rows
        rows = _without_row(rows, first)


def _swapped(row: list[Cell], one: str, other: str) -> list[Cell]:
    exchange = {one: other, other: one}
    return [cell._replace(text=exchange.get(cell.text, cell.text)) for cell in row]


def _without_headers(number: int, rows: list[list[Cell]]) -> list[list[Cell]]:
    """As seen: Table 2 loses its first clause, Table 3 all its heads, Table 4 its last group's head."""
    if number == 2:
        return rows[1:]
    if number == 3:
        return rows[3:]
    groups = rows[1]
    return [rows[0], [*groups[:-1], groups[-1]._replace(text="", lost=True)], *rows[2:]]


def _without_row(rows: list[list[Cell]], lost: int) -> list[list[Cell]]:
    """`rows` less one; a span over the lost row shrinks, one that starts in it moves to the next row."""
    above = [
        [cell._replace(rowspan=cell.rowspan - 1) if i + cell.rowspan > lost else cell for cell in row]
        for i, row in enumerate(rows[:lost])
    ]
    moved = [cell._replace(rowspan=cell.rowspan - 1) for cell in rows[lost] if cell.rowspan > 1]
    below = rows[lost + 1 :]
    return [*above, *([*moved, *row] if i == 0 else row for i, row in enumerate(below))]
