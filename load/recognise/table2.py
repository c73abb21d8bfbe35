"""Table 2: what was disclosed on the body's own initiative. Its rows are named by their labels only.

No sum runs through Table 2 that could confirm a place, so a row without a label is not guessed.
"""

import re
from collections.abc import Mapping, Sequence, Set
from itertools import pairwise

from chinese import fold_label
from load.extract.document import PROSE
from load.forms import Form, form, forms
from load.recognise.groups import Group, Stream, collect, figures_before, put
from load.recognise.habit import Habit
from load.recognise.labels import FURTHER, Meaning
from load.recognise.orders import ITEMS, MOST_COPIES
from load.recognise.reading import LABEL, TableReading, agreed

_YUAN = re.compile("[千万亿]?元")
_LONGEST_HEAD = 60
_OF_YEARS = re.compile(r"\W*20\d\d年?度?(?:\s|\W*$)")
_BEFORE = 12  # pieces before the first row that may be the head of the table


def read_table2(stream: Stream, taken: Set[int], table3: TableReading) -> TableReading:
    """Table 2 of a document, among the pieces that are not `taken` by the other tables; `table3` may tell the form's
    version, and whether noughts are left blank."""
    runs = _runs(stream, taken)
    most = max(map(len, runs), default=0)
    copies = [(n, run) for n, run in enumerate(runs) if len(run) * 2 > most]
    readings: list[TableReading] = []
    for n, run in copies[:MOST_COPIES]:
        behind = stream.table_end(runs[n - 1][-1][0]) if n else 0  # heads before it are the other run's
        first, last = max(behind, run[0][0] - _BEFORE), stream.table_end(run[-1][0])
        readings.append(_read(stream, run, min(first, run[0][0]), last, table3))
    readings = [table for table in readings if table.version] or readings
    return agreed(readings, stream.pieces) if readings else TableReading(2)


def _read(
    stream: Stream, run: Sequence[tuple[int, str]], first: int, last: int, table3: TableReading
) -> TableReading:
    """The Table 2 whose rows have these labels, (piece, item), and whose heads stand between two pieces."""
    table = TableReading(2, found=True)
    meanings = stream.meanings[first:last]
    heads = [n for n in range(first, last) if (found := stream.meanings[n]) and found.heads_table2]
    if not heads:
        table.doubt("header_order", None, "rows of this table stand there without any of its heads")
        return table
    table.used.update(heads, range(run[0][0], run[-1][0]))
    beside = _beside(stream, heads)
    if any(sum(1 for text in texts if "20" in text and _OF_YEARS.match(text)) > 1 for texts in beside):
        table.doubt("header_order", None, "the head names years: it is a table of another form")
        return table
    versions = _versions(meanings)
    if len(versions) > 1:
        table.doubt("header_order", None, "headers of several versions of the form stand in one table")
        return table
    table.version = versions[0] if versions else table3.version
    if table.version is None:
        table.doubt("header_order", None, "neither headers nor rows tell which version of the form it is")
        return table
    version = form(table.version)
    chain = {index: item for index, item in run if item in version.items}
    rows = collect(stream, chain, first, last)
    groups = {group.label: group for group in rows if group.label}
    table.used.update(*(group.pieces for group in groups.values()))
    if not _in_order(meanings, version):
        table.doubt("header_order", None, "the head names the columns in another order than the form")
        return table
    measures = {item: block.measures for block in version.blocks for item in block.items}
    widths = [(group, len(measures[item])) for item, group in groups.items() if item]
    habit = Habit.of(widths, stream.cells, has_totals=False, elsewhere=table3.leaves_noughts_blank)
    has_more = any(FURTHER.fullmatch(fold_label(text)) for texts in beside for text in texts)
    if _stray(stream, rows, {item: len(names) for item, names in measures.items()}):
        table.doubt("rows_nameless", None, "figures stand before the labels that they may belong to")
        return table
    named = _units_named(stream, run, first, version)
    misfits = _other_units(named, version)
    table.units = {m: min(units) for m, units in named.items() if m not in misfits and len(units) == 1}
    for item, names in measures.items():
        if item in groups and misfits.intersection(names):
            table.doubt("header_order", item, "head or label names another unit than the form")
        elif item in groups:
            group, width = groups[item], len(names)
            column = _column(stream, heads, names[0], group.pieces[0])
            start = _below(group, width, column) if has_more else habit.start(group, width, column)
            put(table, item, group, names, start, LABEL)
    for index in range(first, last):
        found = stream.meanings[index]
        for item in found.items[:1] if found and not found.measures else ():
            if index not in chain and item in groups and stream.has_values(index):
                table.drop(item, "another row with figures has the same label")
    missing = [item for item in measures if item not in groups]
    if missing:
        table.doubt("rows_missing", None, f"no row was found for {', '.join(missing)}")
    return table


def _beside(stream: Stream, heads: Sequence[int]) -> list[list[str]]:
    """The texts that stand beside each head: in its row, or where rows are not marked, right behind it."""
    beside = []
    for head in heads:
        is_marked = stream.pieces[head].row != PROSE
        row = stream.row_of(head) if is_marked else range(head + 1, min(head + 3, len(stream.pieces)))
        beside.append([stream.pieces[n].text for n in row])
    return beside


def _below(group: Group, width: int, column: tuple[int, int] | None) -> int | None:
    """Where the values of a row begin in a table with further columns: right below their head. Where rows are not
    marked, or are not as long as that of the head, nobody can tell, unless there is a cell for each column."""
    if group.cells and group.cells[0].row == PROSE:
        is_full = len(group.cells) > width and group.filled[:width] == list(range(width))
        return 0 if is_full else None
    if column is None or group.size != column[1]:
        return None
    start = column[0] - group.before
    return start if 0 <= start <= len(group.cells) - width else None


def _runs(stream: Stream, taken: Set[int]) -> list[list[tuple[int, str]]]:
    """(piece, item) of what may be the rows of a Table 2: runs in the order of the form."""
    runs: list[list[tuple[int, str]]] = [[]]
    for index, found in enumerate(stream.meanings):
        if not found or not found.items or found.measures or index in taken:
            continue
        item = found.items[0]
        if runs[-1] and ITEMS[item] <= ITEMS[runs[-1][-1][1]]:
            runs.append([])
        runs[-1].append((index, item))
    return [
        run
        for run in runs
        if len(run) >= 2 or (run and stream.has_values(run[0][0]) and _is_headed(stream, run[0][0]))
    ]


def _is_headed(stream: Stream, first: int) -> bool:
    """Whether a row stands in a table, or in a stream behind a head of this table."""
    before = stream.meanings[max(0, first - _BEFORE) : first]
    return stream.pieces[first].table != PROSE or any(found and found.heads_table2 for found in before)


def _stray(stream: Stream, rows: Sequence[Group], due: Mapping[str, int]) -> bool:
    """Whether figures stand where no label says whose they are, and a row that has a label has none: they are
    printed before their labels, or apart from them. `due` is how many figures each row has."""
    labelled = [group for group in rows if group.label]
    if all(group.filled for group in labelled):
        return False
    for group in rows:
        if group.label:
            if len(group.filled) > due[group.label] or figures_before(stream, group):
                return True
        elif group.filled and not any(stream.kind(n) == "text" for n in group.pieces):
            before = group.pieces[0] - 1
            if stream.pieces[before].row != PROSE or stream.meanings[before]:
                return True
    return False


def _other_units(named: Mapping[str, Set[str]], version: Form) -> set[str]:
    """The measures for which another unit of money is named than the form's, as 元 for 万元."""
    units = {measure: version.measures[measure].unit for measure in named}
    return {measure for measure, unit in units.items() if unit and named[measure] - {unit}}


def _column(stream: Stream, heads: Sequence[int], measure: str, row: int) -> tuple[int, int] | None:
    """Where the head of a measure stands in its row, the last one before a row of the table."""
    named = [
        head
        for head in heads
        if head < row and measure in stream.meanings[head].measures  # type: ignore[union-attr]  # a head has one
    ]
    first = next((head for head in named if stream.same_row(head, named[-1])), None)
    return None if first is None else stream.column_of(first)


def _units_named(
    stream: Stream, run: Sequence[tuple[int, str]], first: int, version: Form
) -> dict[str, set[str]]:
    """The units of money that heads and labels of a row name, by the measure of money that the row has."""
    money = {
        item: measure
        for block in version.blocks
        for item in block.items
        for measure in block.measures
        if version.measures[measure].money
    }
    named: dict[str, set[str]] = {}
    for (before, _), (index, item) in pairwise([(first - 1, ""), *run]):
        if item not in money:
            continue
        for n in range(before + 1, index + 1):
            if len(stream.pieces[n].text) <= _LONGEST_HEAD and stream.kind(n) == "text":
                units = _YUAN.findall(fold_label(stream.pieces[n].text))
                named.setdefault(money[item], set()).update(units)
    return {measure: units for measure, units in named.items() if units}


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
