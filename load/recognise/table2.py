"""Table 2: what was disclosed on the body's own initiative. Its rows are named by their labels only.

No sum runs through Table 2 that could confirm a place, so a row without a label is not guessed.
"""

from collections.abc import Sequence

from load.extract.document import PROSE
from load.forms import Form, form, forms
from load.recognise.groups import Habit, Stream, collect, put
from load.recognise.labels import Meaning
from load.recognise.orders import ITEMS
from load.recognise.reading import LABEL, TableReading

_BEFORE = 12  # pieces before the first row that may be the head of the table


def read_table2(stream: Stream, end: int, other_version: str | None) -> TableReading:
    """Table 2 as it stands before piece `end`; `other_version` is the form's version as Table 3 tells it."""
    table = TableReading(2)
    run = _rows(stream, end)
    if not run:
        return table
    table.found = True
    first, last = max(0, run[0][0] - _BEFORE), stream.table_end(run[-1][0])
    meanings = stream.meanings[first:last]
    table.used.update(n for n in range(first, last) if (found := stream.meanings[n]) and found.heads_table2)
    table.used.update(range(run[0][0], run[-1][0]))
    versions = _versions(meanings)
    if len(versions) > 1:
        table.doubt("header_order", None, "headers of several versions of the form stand in one table")
        return table
    table.version = versions[0] if versions else other_version
    if table.version is None:
        table.doubt("header_order", None, "neither headers nor rows tell which version of the form it is")
        return table
    version = form(table.version)
    chain = {index: item for index, item in run if item in version.items}
    groups = {group.label: group for group in collect(stream, chain, run[0][0], last) if group.label}
    table.used.update(*(group.pieces for group in groups.values()))
    if not _in_order(meanings, version):
        table.doubt("header_order", None, "the head names the columns in another order than the form")
        return table
    measures = {item: block.measures for block in version.blocks for item in block.items}
    habit = Habit.of([(group, len(measures[item])) for item, group in groups.items() if item])
    for item, names in measures.items():
        if item in groups:
            put(table, item, groups[item], names, habit.start(groups[item], len(names)), LABEL)
    missing = [item for item in measures if item not in groups]
    if missing:
        table.doubt("rows_missing", None, f"no row was found for {', '.join(missing)}")
    return table


def _rows(stream: Stream, end: int) -> list[tuple[int, str]]:
    """(piece, item) of the rows: of several runs in the order of the form the longest, the last of these."""
    runs: list[list[tuple[int, str]]] = [[]]
    for index in range(end):
        found = stream.meanings[index]
        if not found or not found.items or found.measures:
            continue
        item = found.items[0]
        if runs[-1] and ITEMS[item] <= ITEMS[runs[-1][-1][1]]:
            runs.append([])
        runs[-1].append((index, item))
    run = max(reversed(runs), key=len)
    in_table = run and stream.pieces[run[0][0]].table != PROSE
    enough = len(run) >= 2 or (in_table and stream.has_values(run[0][0]))
    return run if enough else []


def _versions(meanings: Sequence[Meaning | None]) -> list[str]:
    """The versions of the form that what stands here is printed by: by headers, and by rows one alone has."""
    told = {mark for found in meanings if found for mark in found.marks}
    return [f.version for f in forms() if f.version in told]


def _in_order(meanings: Sequence[Meaning | None], version: Form) -> bool:
    """Whether the heads of the blocks name their columns in the order of the form, as far as they do."""
    due = [measure for block in version.blocks for measure in block.measures]
    position = 0
    for found in meanings:
        if not found or found.items or found.rows:
            continue
        names = [measure for measure in found.measures if measure in version.measures]
        if names and names[0] not in due[position:]:
            return position > 0 and names[0] == due[position - 1]
        if names:
            position = due.index(names[0], position) + 1
    return True
