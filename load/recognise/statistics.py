"""The table of statistics of the years before the form: a label, perhaps a unit, and one figure a row.

Rows are taken by their labels only. Where a label stands twice in the form its parent decides; where that is
lost, or two figures stand behind one label, the figure is left NULL and said. What the sums make of it, and
whether the table belongs to the report at all, is left to `load.early`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from chinese import fold_label
from load.extract.document import PROSE, Piece
from load.forms.statistics import bare, statistics_form
from load.recognise.reading import LABEL, Doubt, Figure
from load.recognise.statistics_rows import (
    MONEY,
    YEAR,
    Row,
    columns_behind,
    figure_cell,
    is_bare_footer,
    is_caption,
    is_footer,
    is_unit,
    kind,
    rows_of,
    without_unit,
)
from load.recognise.values import read_value

WHERE = "statistics"
_LONGEST_LABEL = 60
_FEWEST = 8  # different rows of the form; fewer are chance
_FEWEST_BELOW_HEAD = 4
_WIDEST_GAP = 40  # pieces between two rows of one table
_ABOVE = 12  # pieces above the first row that may be head and caption
_LINE = re.compile(r"(?P<label>.*?[^\W\d])\s+(?:\w{1,2}\s+)?[\d.,]+")
_NUMBERED = re.compile(r"[一二三四五六七八九十]")
_MOST_BEHIND = 2  # figures behind one label where cells are lines; with more they are a column of their own
_FOOTER = 24  # pieces below the last row that may name who filled the table in
_MOST_COPIES = 12


@dataclass(slots=True)
class StatisticsReading:
    """The table as read.

    figures  by indicator; a row that was not found has no entry
    used     indices of the pieces that it takes, the names of those who filled it in among them
    caption  what is printed above it; `years` are those that are named there
    """

    found: bool = False
    figures: dict[str, Figure] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    years: frozenset[int] = frozenset()
    caption: str | None = None

    def value(self, indicator: str) -> int | float | None:
        """The value of a row; None where it is blank, unreadable or not there."""
        figure = self.figures.get(indicator)
        return figure.value if figure else None

    def doubt(self, rule: str, indicator: str | None, detail: str) -> None:
        """Note a doubt about a row, or about the whole table."""
        self.doubts.append(Doubt(rule, f"{WHERE}.{indicator}" if indicator else WHERE, detail))

    def withhold(self, rule: str, detail: str) -> None:
        """Give up every figure, and say why."""
        self.figures.clear()
        self.doubts.clear()
        self.doubt(rule, None, detail)


def read_statistics(pieces: Sequence[Piece]) -> StatisticsReading:
    """The table of statistics of a document; `found` is False where there is none."""
    labels = statistics_form().labels
    events = [
        (index, labels[words])
        for index, piece in enumerate(pieces)
        if 1 < len(piece.text) <= _LONGEST_LABEL
        and not piece.text.isdecimal()
        and (words := bare(piece.text)) in labels
    ]
    runs = [run for run in _runs(events) if _is_table(pieces, run)]
    most = max((len(run) for run in runs), default=0)
    copies = [run for run in runs if len(run) * 2 > most][:_MOST_COPIES]
    readings = [reading for run in copies if (reading := _read(pieces, run[0][0], run[-1][0])).found]
    return _agreed(readings) if readings else _lines(pieces)


def _lines(pieces: Sequence[Piece]) -> StatisticsReading:
    """A table whose rows are lines of text, label and figure not apart: it is there, and not read."""
    labels = statistics_form().labels
    rows = [
        index
        for index, piece in enumerate(pieces)
        if piece.row == PROSE
        and " " in piece.text
        and len(piece.text) <= _LONGEST_LABEL
        and (found := _LINE.fullmatch(piece.text))
        and bare(found["label"]) in labels
    ]
    if len(rows) < _FEWEST:
        return StatisticsReading()
    reading = StatisticsReading(found=True, used=set(rows))
    reading.withhold("row_width", "label and figure of its rows stand in one line, and are not told apart")
    return reading


_Event = tuple[int, tuple[str, ...]]


def _runs(events: Sequence[_Event]) -> list[list[_Event]]:
    """The labels, apart by the tables that they stand in: another begins where the first row comes again, and
    behind a wide gap."""
    first = next(iter(statistics_form().indicators))
    runs: list[list[_Event]] = []
    for event in events:
        begins = not runs or event[0] - runs[-1][-1][0] > _WIDEST_GAP
        if begins or (event[1] == (first,) and len(runs[-1]) > 1):
            runs.append([])
        runs[-1].append(event)
    return runs


def _is_table(pieces: Sequence[Piece], run: Sequence[_Event]) -> bool:
    """Whether labels are many enough to be the table, and some of them are more than lines of prose."""
    different = len({ids for _, ids in run})
    heads = statistics_form().heads
    above = pieces[max(0, run[0][0] - _ABOVE) : run[0][0]]
    roles = {heads.get(bare(piece.text)) for piece in above if len(piece.text) <= 12}
    return different >= (_FEWEST_BELOW_HEAD if {"indicator", "value"} <= roles else _FEWEST)


def _agreed(readings: Sequence[StatisticsReading]) -> StatisticsReading:
    """One reading of a table that a page prints several times; without figures where they differ."""
    best = max(readings, key=lambda r: sum(figure.value is not None for figure in r.figures.values()))
    for other in readings:
        best.used |= other.used
        best.years |= other.years
    for other in readings:
        if any(best.value(id) != other.value(id) for id in best.figures.keys() & other.figures.keys()):
            best.withhold("tables_differ", "the page prints this table again with other figures")
            break
    return best


# --- one table ---------------------------------------------------------------------------------------


def _read(pieces: Sequence[Piece], first: int, last: int) -> StatisticsReading:
    """The table whose labels stand from one piece to another."""
    reading = StatisticsReading(found=True)
    start = _head_start(pieces, first)
    end, footer = _end(pieces, last)
    reading.used.update(range(start, footer))
    reading.years = frozenset(int(year) for piece in pieces[start:first] for year in YEAR.findall(piece.text))
    reading.caption = next((p.text for p in reversed(pieces[start:first]) if is_caption(p.text)), None)
    tail = columns_behind(pieces[start:end])
    rows = list(rows_of(pieces[start:end]))
    taken, unknown = _named(reading, rows)
    if unknown > len(taken):  # a table of another form that shares some words with this one
        return StatisticsReading()
    several = sum(row.figures(tail) > 1 for row in rows if row.ids)
    if tail == () or several > max(2, len(taken) // 3):
        reading.withhold("header_order", "more than one column of figures, or columns that the form has not")
        return reading
    if pieces[first].row == PROSE and _stands_before(pieces, first):
        reading.withhold("rows_nameless", "figures stand before the first label")
        return reading
    if any(row.filled > _MOST_BEHIND and not row.marked for row in rows):
        reading.withhold("row_width", "labels stand together, and figures behind them")
        return reading
    _put(reading, taken, tail)
    _tell_missing(reading)
    return reading


def _stands_before(pieces: Sequence[Piece], first: int) -> bool:
    """Whether a figure stands right before the first label of a stream: then figures go before their labels."""
    headings = statistics_form().headings
    for piece in reversed(pieces[max(0, first - 6) : first]):
        if kind(piece) == "text" and not is_unit(piece) and bare(piece.text) not in headings:
            return False
        if kind(piece) == "figure":
            return True
    return False


def _head_start(pieces: Sequence[Piece], first: int) -> int:
    """Where head and caption of a table begin whose first label is at a piece."""
    form = statistics_form()
    start = first
    for index in range(first - 1, max(-1, first - _ABOVE - 1), -1):
        words = bare(pieces[index].text) if len(pieces[index].text) <= _LONGEST_LABEL else None
        if words is None:
            break
        same_table = pieces[index].table != PROSE and pieces[index].table == pieces[first].table
        same_row = same_table and pieces[index].row == pieces[first].row != PROSE
        known = words in form.heads or words in form.headings or is_footer(pieces[index].text)
        if known or is_caption(pieces[index].text) or same_row:
            start = index
        elif words and not same_table and not YEAR.search(pieces[index].text):
            break
    return start


def _end(pieces: Sequence[Piece], last: int) -> tuple[int, int]:
    """The piece behind the last row, and the piece behind the names of those who filled the table in."""
    here = pieces[last]
    end = last + 1
    while end < len(pieces) and pieces[end].table == here.table and not is_footer(pieces[end].text):
        if here.row == PROSE and not (is_unit(pieces[end]) or kind(pieces[end]) != "text"):
            break
        end += 1
    footer = end
    for index in range(end, min(len(pieces), end + _FOOTER)):
        piece, before = pieces[index], pieces[index - 1]
        goes_on = footer == index and (
            (piece.row != PROSE and (piece.table, piece.row) == (before.table, before.row))
            or (is_bare_footer(before.text) and len(piece.text) <= 20 and not _NUMBERED.match(piece.text))
        )
        if piece.text and (is_footer(piece.text) or goes_on):
            footer = index + 1
    return end, footer


def _named(reading: StatisticsReading, rows: Sequence[Row]) -> tuple[dict[str, Row], int]:
    """Which row is which indicator's, and how many rows of figures are none's. What is said of the latter, and
    of rows that come twice, goes into `reading`."""
    form = statistics_form()
    named: dict[str, Row] = {}
    twice: set[str] = set()
    there = {id for row in rows if len(row.ids) == 1 for id in row.ids}
    last: str | None = None
    unknown = 0
    for row in rows:
        if not row.ids:
            if row.held or (row.filled and not row.context):
                unknown += not (row.known or row.held)
                reading.doubt("rows_nameless", None, _said_of(row))
            if row.held or not row.context:
                last = None
            continue
        id = row.ids[0] if len(row.ids) == 1 else _by_parent(row.ids, last, there)
        if id is None:
            said = f"{_said_of(row)}: the form has it twice, and which it is is lost"
            reading.doubt("rows_nameless", None, said)
        last = id
        if id is None or row.context:
            continue
        if id in named and _texts(named[id]) != _texts(row):
            twice.add(id)
        named.setdefault(id, row)
    for id in sorted(twice, key=list(form.indicators).index):
        del named[id]
        reading.doubt("rows_nameless", id, "another row with other figures has the same label")
    return named, unknown


def _said_of(row: Row) -> str:
    """A row for people, where it is none of the form's."""
    if row.label is None:
        return f"a figure without a label at {row.cells[0].at}"
    held = f"{row.held} rows of the form in one cell, " if row.held else ""
    return f"{held}“{row.label.text[:40]}” at {row.label.at}"


def _texts(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


def _by_parent(ids: Sequence[str], last: str | None, there: set[str]) -> str | None:
    """Of rows with the same words the one whose parent stands open before it; None where that cannot be told,
    as where the other's parent is lost and this may be its row."""
    indicators = statistics_form().indicators
    parents = [indicators[id].parent for id in ids]
    if not all(parent in there for parent in parents) or last is None:
        return None
    open_ = {last, indicators[last].parent}
    fitting = [id for id, parent in zip(ids, parents, strict=True) if parent in open_]
    return fitting[0] if len(fitting) == 1 else None


# --- one figure ---------------------------------------------------------------------------------------


def _put(reading: StatisticsReading, taken: dict[str, Row], tail: tuple[str, ...] | None) -> None:
    """Take the figure of each row that has one, and say of the others why they have none."""
    indicators = statistics_form().indicators
    order = list(indicators)
    has_units = sum(any(is_unit(cell) for cell in row.cells) for row in taken.values()) * 2 > len(taken)
    found = list(taken)
    for n, (id, row) in enumerate(taken.items()):
        due = order[order.index(id) + 1] if id != order[-1] else None
        behind = found[n + 1] if n + 1 < len(found) else None
        if not row.marked and due != behind and row.filled:
            reading.doubt(
                "row_width", id, "the row behind it is not where it is due: the figure may be that row's"
            )
            continue
        cell = figure_cell(row, tail, has_units)
        if cell is None:
            said = ", ".join(f"“{c.text[:20]}”" for c in row.cells[:6]) or "nothing"
            if row.marked or row.filled:
                reading.doubt("row_width", id, f"behind its label stand {said}")
            elif row.label:  # a blank cell leaves no trace where cells are lines
                at = row.label
                reading.figures[id] = Figure(None, Piece("", at.table, at.row, at.place), LABEL)
            continue
        unit = next((fold_label(c.text) for c in row.cells if c is not cell and is_unit(c)), "")
        label = fold_label(row.label.text) if row.label else ""
        due_unit = indicators[id].unit
        if (MONEY.match(unit) and unit != due_unit) or (
            indicators[id].money and "元" in label and "万元" not in label
        ):
            reading.doubt(
                "header_order", id, f"it is given in “{unit or label}”, where the form has {due_unit}"
            )
            continue
        value = read_value(without_unit(cell.text), due_unit)
        reading.figures[id] = Figure(value.number, cell, LABEL)
        if value.kind == "text":
            reading.doubt("cell_unreadable", id, f"“{cell.text[:40]}” at {cell.at}")


def _tell_missing(reading: StatisticsReading) -> None:
    """Say which rows of the form were not found."""
    named = {doubt.where.partition(".")[2] for doubt in reading.doubts}
    missing = [id for id in statistics_form().indicators if id not in reading.figures and id not in named]
    if missing:
        reading.doubt("rows_missing", None, f"no row was found for {', '.join(missing)}")
