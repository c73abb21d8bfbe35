"""Table 3: requests received and handled. Rows by their labels; where labels are lost, by order.

Rows without a label are named by order only where exactly as many stand between two known rows as the
form has there. Whether sums confirm that is left to `load.checks`.
"""

from collections.abc import Callable, Sequence
from functools import partial

from chinese import fold_label
from load.extract.document import CERTAIN, PROSE, Piece
from load.forms import form, forms
from load.recognise.groups import Group, Stream, collect, figures_before, longest_rise, put, whole
from load.recognise.habit import Habit
from load.recognise.labels import FURTHER, Meaning
from load.recognise.orders import COLUMNS, HEAD, MOST_COPIES, ROWS
from load.recognise.reading import LABEL, POSITION, TableReading, agreed
from load.recognise.turned import turned_table3
from load.recognise.values import read_value

_WIDTH = len(COLUMNS)
_FEWEST_ROWS = 3  # fewer labels in order are chance
_BARE_TOTAL = fold_label(forms()[0].columns["total"].zh)
_ONLY_IN = {f.version: set(f.rows).difference(*(g.rows for g in forms() if g is not f)) for f in forms()}


def read_table3(stream: Stream, table4_starts: Sequence[int]) -> TableReading:
    """Table 3 of a document; `table4_starts` are the pieces at which its Tables 4 begin."""
    runs = [(run, longest_rise(run, ROWS)) for run in _runs(stream, table4_starts)]
    most = max(len(chain) for _, chain in runs)
    if most < _FEWEST_ROWS:
        turned = turned_table3(stream)
        return agreed(turned[:MOST_COPIES], stream.pieces) if turned else TableReading(3)
    copies = [(run, chain) for run, chain in runs if len(chain) * 2 > most][:MOST_COPIES]
    readings = [_read(stream, run, chain) for run, chain in copies]
    if len(copies) > 1 and not any(table.figures for table in readings):
        whole_table = _put_together([_read(stream, run, chain, is_part=True) for run, chain in copies])
        if whole_table is not None:
            return whole_table
    return agreed(readings, stream.pieces)


def tell_missing(table: TableReading) -> None:
    """Say which rows are missing of a version of the form that another table told."""
    if table.version is None or not table.figures:
        return
    said = {doubt.where.rpartition(".")[2] for doubt in table.doubts} | {row for row, _ in table.figures}
    told = " ".join(doubt.detail for doubt in table.doubts if doubt.rule == "rows_missing")
    missing = [row for row in form(table.version).rows if row not in said and row not in told]
    if missing:
        table.doubt("rows_missing", None, f"no row was found for {', '.join(missing)}")


def _put_together(parts: Sequence[TableReading]) -> TableReading | None:
    """One table of several that have the same rows and, together, every column once."""
    columns = [list(dict.fromkeys(column for _, column in part.figures)) for part in parts]
    rows = [list(dict.fromkeys(row for row, _ in part.figures)) for part in parts]
    if [column for part in columns for column in part] != COLUMNS or any(other != rows[0] for other in rows):
        return None
    if len({part.version for part in parts}) > 1:
        return None
    table = TableReading(3, parts[0].version, found=True)
    for row in rows[0]:
        for part, names in zip(parts, columns, strict=True):
            table.figures |= {(row, column): part.figures[row, column] for column in names}
    for part in parts:
        table.doubts += [doubt for doubt in part.doubts if doubt not in table.doubts]
        table.used |= part.used
    return table


def table3_places(stream: Stream, table4_starts: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last label of each Table 3 of a document that is about as full as the fullest."""
    chains = [longest_rise(run, ROWS) for run in _runs(stream, table4_starts)]
    most = max(map(len, chains))
    return [(min(chain), max(chain)) for chain in chains if most >= _FEWEST_ROWS and len(chain) * 2 > most]


def _read(
    stream: Stream, run: Sequence[tuple[int, str]], chain: dict[int, str], *, is_part: bool = False
) -> TableReading:
    """The Table 3 in which these labels stand, (piece, row); `chain` are those in the order of the form.

    A part of a table (`is_part`) has the columns that its head names, and no figures unless each of its
    labels has just as many cells behind it.
    """
    table = TableReading(3, found=True)
    table.version = next((v for v, only in _ONLY_IN.items() if only & set(chain.values())), None)
    if table.version:
        known = form(table.version).rows
        chain = {index: row for index, row in chain.items() if row in known}
    first, last = min(chain), max(chain)
    head = _head(stream, first)
    names = _names(stream, head)
    rows_at = max(head, default=_row_start(stream, first) - 1) + 1
    table.used.update(head, range(min(head, default=rows_at), last))
    if not _in_order(names):
        table.doubt("header_order", None, f"the head names the columns as {', '.join(names)}")
        return table
    end = stream.table_end(last)
    groups = collect(stream, chain, rows_at, end)
    table.used.update(*(group.pieces for group in groups))
    rows = _rows_due(table, groups)
    labelled = [group for group in groups if group.label]
    columns = names if is_part else COLUMNS
    if is_part and not (names and all(_holds(group, len(names)) for group in labelled)):
        return table
    by = LABEL if set(names) == set(columns) else POSITION
    if any(figures_before(stream, group) for group in labelled):
        table.doubt("rows_nameless", None, "figures stand before the labels of their rows")
        return table
    apart = _set_apart(groups, labelled)
    behind_figure = first > 0 and stream.pieces[first].row == PROSE and stream.kind(first - 1) == "figure"
    if apart is None and behind_figure and groups[0].label and not labelled[-1].filled:
        table.doubt("rows_nameless", None, "figures stand before the first label, and none behind the last")
        return table
    if apart is not None:
        _place(table, apart, rows, columns)
        return table
    habit = Habit.of([(group, len(columns)) for group in labelled], stream.cells)
    habit_start = partial(habit.start, width=len(columns), column=_column(stream, head, columns[0]))
    start = partial(_among_more, habit_start) if _has_more(stream, head, rows_at) else habit_start
    _assign(table, groups, rows, columns, start, by)
    if len(set(names)) * 2 < len(columns) and _lacks_a_column(table, columns):
        table.figures.clear()
        table.doubt("header_order", None, "the head names no columns, and one of them is blank in every row")
    if not is_part and (_has_totals_before_the_last(table) or _may_lack_columns(table, stream.cells)):
        table.figures.clear()
        table.doubt(
            "header_order", None, "the last column is blank, and what stands before it may be the totals"
        )
    for index, row in run:
        if first < index < end and index not in chain and row in rows and stream.has_values(index):
            table.drop(row, "another row with figures has the same label")
    return table


def _set_apart(groups: Sequence[Group], labelled: Sequence[Group]) -> list[Group] | None:
    """Figures in a stream that stand apart from their labels, as rows without one: before each label its own,
    or those of all rows behind the last label. None where each label has its figures behind it, or may have.
    """
    if any(cell.row != PROSE for group in groups for cell in group.cells):
        return None
    first, *_, last = groups
    filled = [group for group in groups if group.filled]
    if first.label is None and first.filled and not last.filled:  # before each label its own
        return [Group(None, [group.cells[n] for n in group.filled]) for group in filled]
    if len(filled) == 1 and filled[0] is labelled[-1] and len(last.filled) > _WIDTH:
        cells = [last.cells[n] for n in last.filled]
        return [Group(None, cells[n : n + _WIDTH]) for n in range(0, len(cells), _WIDTH)]
    return None


def _lacks_a_column(table: TableReading, columns: Sequence[str]) -> bool:
    """Whether a table that has figures has none in some of its columns: it may not be the form's."""
    filled = {column for (_, column), figure in table.figures.items() if figure.value is not None}
    return 1 < len(filled) < len(columns)


def _has_totals_before_the_last(table: TableReading) -> bool:
    """Whether no row has a total, and in most rows what stands in the last column that has figures is as large as
    all before it together: a column may be lost, and these be the totals."""
    rows = dict.fromkeys(row for row, _ in table.figures)
    known = [[table.value(row, column) for column in COLUMNS] for row in rows]
    last = max((n for row in known for n, value in enumerate(row) if value is not None), default=0)
    if not 2 <= last < _WIDTH - 1:
        return False
    sums = [
        (sum(value or 0 for value in row[:last]), row[last] or 0) for row in known if any(row[: last + 1])
    ]
    totals = sum(1 for others, value in sums if others <= value)
    return len(sums) >= _FEWEST_ROWS and totals * 5 > len(sums) * 4


def _may_lack_columns(table: TableReading, cells: str) -> bool:
    """Whether the last two columns or more are blank, in cells that need not all be there: what was printed in the
    others may have moved up."""
    filled = [
        COLUMNS.index(column) for (_, column), figure in table.figures.items() if figure.value is not None
    ]
    return cells != CERTAIN and 0 < max(filled, default=0) < _WIDTH - 2


def _holds(group: Group, width: int) -> bool:
    """Whether a group is a marked row with as many cells as are due behind its label."""
    return len(group.cells) == width and group.cells[0].row != PROSE


def _runs(stream: Stream, table4_starts: Sequence[int]) -> list[list[tuple[int, str]]]:
    """(piece, row) of the labels, apart by the tables that they stand in: one begins where one of the first
    two rows comes with figures and again or late, or behind a Table 4."""
    runs: list[list[tuple[int, str]]] = [[]]
    furthest = -1
    for event in _events(stream):
        place = ROWS[event[1]]
        begins = place <= min(1, furthest) and stream.has_values(event[0])
        crosses = runs[-1] and any(runs[-1][-1][0] < start <= event[0] for start in table4_starts)
        if begins or crosses:
            runs.append([])
            furthest = -1
        runs[-1].append(event)
        furthest = max(furthest, place)
    return runs


def _events(stream: Stream) -> list[tuple[int, str]]:
    """(piece, row) of every text that may be a row's label; in a marked row only the last one counts."""
    events: list[tuple[int, str]] = []
    for index, found in enumerate(stream.meanings):
        if not found or not found.rows:
            continue
        row = found.rows[0]
        if len(events) < 8 and fold_label(stream.pieces[index].text) == _BARE_TOTAL:
            continue  # the head of the last column reads the same
        if found.groups and not (stream.has_values(index) or stream.is_blank_row(index, _WIDTH)):
            continue  # （六）其他处理 is a row in one form and a heading in the other
        if events and stream.pieces[index].row != PROSE and stream.same_row(events[-1][0], index):
            events.pop()
        events.append((index, row))
    return events


def _head(stream: Stream, first: int) -> list[int]:
    """The pieces that head the table, before the first labelled row."""
    head: list[int] = []
    for index in range(first - 1, max(-1, first - HEAD - 1), -1):
        found = stream.meanings[index]
        if found and (found.items or found.measures or (found.rows and stream.has_values(index))):
            break  # a row of another table
        if (head and stream.kind(index) == "figure") or (found and _heads_table4(found)):
            break
        if found and (found.columns or found.header or found.corner):
            head.append(index)
    return head[::-1]


def _heads_table4(found: Meaning) -> bool:
    return bool(found.channels or (found.results and not found.columns))


def _names(stream: Stream, head: Sequence[int]) -> list[str]:
    """The columns that the head names, in order: of its last row alone, where that names all of them."""
    named = [
        (index, found.columns[0]) for index in head if (found := stream.meanings[index]) and found.columns
    ]
    names = [column for _, column in named]
    if named and stream.pieces[named[-1][0]].row != PROSE:
        last_row = [column for index, column in named if stream.same_row(index, named[-1][0])]
        return last_row if len(last_row) >= _WIDTH else names
    return names[-_WIDTH:] if set(names[-_WIDTH:]) == set(COLUMNS) else names


def _column(stream: Stream, head: Sequence[int], column: str) -> tuple[int, int] | None:
    """Where the head of a column stands in its row; None where it is not named."""
    for index in head:
        found = stream.meanings[index]
        if found and column in found.columns:
            return stream.column_of(index)
    return None


def _has_more(stream: Stream, head: Sequence[int], rows_at: int) -> bool:
    """Whether further columns than the form's stand behind its first."""
    texts = (stream.pieces[index].text for index in range(min(head, default=rows_at), rows_at))
    return any(FURTHER.fullmatch(fold_label(text)) for text in texts)


def _among_more(habit_start: Callable[[Group], int | None], group: Group) -> int | None:
    """Where the values of a row begin in a table with a further column: where there is a cell for each, the first;
    else where they add up, for one of seven may be a remark."""
    cells = group.cells
    if cells and cells[0].row != PROSE and len(cells) == _WIDTH + 1:
        return 0
    start = 0 if group.filled[:_WIDTH] == list(range(_WIDTH)) else habit_start(group)
    if start is None or not group.filled:
        return start
    *parts, total = (read_value(cell.text).number or 0 for cell in cells[start : start + _WIDTH])
    return start if sum(parts) == total else None


def _row_start(stream: Stream, index: int) -> int:
    """The first piece of the marked row in which a piece stands; the piece itself where rows are not marked."""
    while index and stream.pieces[index].row != PROSE and stream.same_row(index - 1, index):
        index -= 1
    return index


def _in_order(names: Sequence[str]) -> bool:
    """Whether columns are named in the form's order: the head names the five kinds of organisation in a
    row of their own, below 自然人 and 总计, or all seven in one."""
    ends = [name for name in names if name in (COLUMNS[0], COLUMNS[-1])]
    between = [name for name in names if name not in ends]
    return ends == sorted(ends, key=COLUMNS.index) and between == sorted(set(between), key=COLUMNS.index)


def _rows_due(table: TableReading, groups: Sequence[Group]) -> list[str]:
    """The rows of the form; where no label tells its version, of the version with as many rows as are here."""
    if table.version is None:
        count = sum(len(_rows_of(group)) for group in groups)
        table.version = next((f.version for f in forms() if len(f.rows) == count), None)
    if table.version:
        return list(form(table.version).rows)
    return [row for row in ROWS if all(row in f.rows for f in forms())]


def _assign(
    table: TableReading,
    groups: Sequence[Group],
    rows: Sequence[str],
    columns: Sequence[str],
    start: Callable[[Group], int | None],
    by: str,
) -> None:
    """Give each row its cells: rows with a label theirs, and rows without where their number fits. `start` tells
    where in a group's cells its values begin."""
    # Where blank cells leave no trace, figures of a row without a label make up for those that its neighbour lacks.
    cells = [cell for group in groups for cell in group.cells]
    traceless = all(cell.row == PROSE and read_value(cell.text).kind != "blank" for cell in cells)
    waiting: list[Group] = []
    done = 0  # rows before this one have been dealt with
    for group in [*groups, None]:
        if group is not None and group.label not in rows:
            waiting += _rows_of(group)
            continue
        here = rows.index(str(group.label)) if group is not None else len(rows)
        missing = rows[done:here]
        _place(table, waiting, missing, columns, are_due=not _may_be_more(table, rows, done, here))
        if traceless and done and missing and (missing[0], columns[0]) not in table.figures:
            table.drop(
                rows[done - 1], f"some of its figures may be those of {missing[0]}, whose label is lost"
            )
        waiting, done = [], here + 1
        if group is not None:
            own, *others = _rows_of(group)
            put(table, rows[here], own, columns, start(own), by)
            waiting = others


def _rows_of(group: Group) -> list[Group]:
    """The group, or in a stream a group for each row that is in it: where the labels of rows are lost,
    their figures follow those of the row before, each row whole and merged cells blank between them."""
    if len(group.cells) <= _WIDTH or group.cells[0].row != PROSE:
        return [group]
    runs: list[list[Piece]] = [[]]
    for cell in group.cells:
        if read_value(cell.text).kind != "blank":
            runs[-1].append(cell)
        elif runs[-1]:
            runs.append([])
    filled = [run for run in runs if run]
    if sum(map(len, filled)) <= _WIDTH or any(len(run) % _WIDTH for run in filled):
        return [group]
    rows = [run[n : n + _WIDTH] for run in filled for n in range(0, len(run), _WIDTH)]
    return [Group(group.label, rows[0]), *(Group(None, row) for row in rows[1:])]


def _may_be_more(table: TableReading, rows: Sequence[str], done: int, here: int) -> bool:
    """Whether more rows than those of `rows` from `done` to `here` may be due there: where nothing tells the
    version, those that one version alone has."""
    before = ROWS[rows[done - 1]] if done else -1
    behind = ROWS[rows[here]] if here < len(rows) else len(ROWS)
    return table.version is None and any(
        before < ROWS[row] < behind for only in _ONLY_IN.values() for row in only
    )


def _place(
    table: TableReading,
    waiting: Sequence[Group],
    missing: Sequence[str],
    columns: Sequence[str],
    *,
    are_due: bool = True,
) -> None:
    """Name rows without a label by order, where they are as many as are missing here and no others `are_due`;
    else say so."""
    starts = [whole(group, len(columns)) for group in waiting]
    if missing and are_due and len(waiting) == len(missing) and None not in starts:
        for row, group, start in zip(missing, waiting, starts, strict=True):
            put(table, row, group, columns, start, POSITION)
    elif missing:
        nameless = f"; {len(waiting)} rows there have no label" if waiting else ""
        table.doubt("rows_missing", None, f"no row was found for {', '.join(missing)}{nameless}")
    elif waiting:
        table.doubt("rows_nameless", None, f"{len(waiting)} rows with figures have no label that is known")
