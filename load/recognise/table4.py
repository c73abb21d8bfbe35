"""Table 4: reviews and lawsuits, fifteen figures in one row under three times the same five heads."""

from collections.abc import Sequence

from chinese import fold_label
from load.extract.document import CERTAIN, PROSE, Piece
from load.recognise.groups import Group, Stream, whole
from load.recognise.labels import FURTHER
from load.recognise.orders import CHANNELS, HEAD, MOST_COPIES, RESULTS
from load.recognise.reading import LABEL, POSITION, TableReading, agreed
from load.recognise.turned import turned_table4
from load.recognise.values import read_value

_WIDTH = len(CHANNELS) * len(RESULTS)
_HEADS_ABOVE = 2  # cells in the first row of the head: 行政复议, 行政诉讼
_LAWSUITS = len(CHANNELS) - 1
_FEWEST_HEADS = 4  # heads of results that must stand behind 行政复议 for it to head the table


def table4_starts(stream: Stream) -> list[int]:
    """The pieces at which Tables 4 begin: 行政复议 with heads of results behind it. Of several such before
    the first figure the last one begins the table."""
    starts: list[int] = []
    for index, found in enumerate(stream.meanings):
        if found and CHANNELS[0] in found.channels:
            behind = stream.meanings[index + 1 : index + HEAD]
            if sum(1 for other in behind if other and other.results) >= _FEWEST_HEADS:
                if starts and not any(stream.kind(n) == "figure" for n in range(starts[-1], index)):
                    starts.pop()
                starts.append(index)
    return starts


def read_table4(stream: Stream, starts: Sequence[int]) -> TableReading:
    """Table 4, which begins at one of these pieces, or stands there with a row for each channel; not found
    where there is none."""
    readings = [_read(stream, start) for start in starts[:MOST_COPIES]]
    if not any(table.figures for table in readings):
        readings = turned_table4(stream)[:MOST_COPIES] or readings
    return agreed(readings, stream.pieces) if readings else TableReading(4)


def _read(stream: Stream, start: int) -> TableReading:
    """The Table 4 that begins at piece `start`."""
    table = TableReading(4, found=True)
    last = start
    results: list[str] = []
    channels: list[str] = []
    for index in range(start, min(len(stream.pieces), start + HEAD + _WIDTH * 2)):
        found = stream.meanings[index]
        if found and (found.results or found.channels or found.header):
            last = index
            results += found.results[:1]
            channels += [channel for channel in found.channels[:1] if channel not in channels]
        elif stream.kind(index) in ("figure", "none"):
            break
    rows = _rows_behind(stream, last)
    filled = [row for row in rows if any(stream.kind(n) == "figure" for n in row)]
    indices = (filled or rows or [range(0)])[0]
    table.used.update(range(start, last + 1), indices)
    if len(filled) > 1:
        table.doubt("row_width", None, f"{len(filled)} rows of figures where one is due")
        return table
    cells = [stream.pieces[n] for n in indices]
    while len(cells) > _WIDTH and read_value(cells[0].text).kind == "text":  # a label of the row
        del cells[0]
    due = RESULTS * len(CHANNELS)
    results = results[-_WIDTH:] if results[-_WIDTH:] == due else results  # heads printed again in each row
    if (
        not _is_part(results, due)
        or not _is_part(channels, CHANNELS)
        or _stands_behind_another(stream, start)
    ):
        table.doubt(
            "header_order", None, f"the head names {', '.join(channels)}, each with {', '.join(results)}"
        )
        return table
    texts = [stream.pieces[n].text for n in range(start, indices.start)]
    has_more = any(FURTHER.fullmatch(fold_label(text)) for text in texts)
    at = _values_at(cells, stream.cells, has_more=has_more)
    if at is None and cells and cells[0].row == PROSE and not has_more:
        at = _behind_fill(cells, _fill(stream, range(start, last)))
    if at is None:
        table.doubt("row_width", None, f"{len(cells)} cells where {_WIDTH} are due")
        return table
    by = LABEL if results == due and channels == CHANNELS else POSITION
    for n, channel in enumerate(CHANNELS):
        own = at + n * len(RESULTS)
        table.put(channel, RESULTS, cells[own : own + len(RESULTS)], by)
    return table


def _stands_behind_another(stream: Stream, start: int) -> bool:
    """Whether the head of the lawsuits stands before 行政复议: the channels are then not in the form's order.

    Blank cells between the two, in one row, are left by merged heads.
    """
    index = start - 1
    while (
        index >= 0
        and stream.pieces[start].row != PROSE
        and stream.same_row(index, start)
        and stream.kind(index) == "blank"
    ):
        index -= 1
    before = stream.meanings[index] if index >= 0 else None
    return bool(before and before.header)


def _values_at(cells: list[Piece], sure: str, *, has_more: bool) -> int | None:
    """Where the fifteen begin; None where a cell may have been lost. `has_more`: the table has further columns.

    Where a blank cell stands before them, or there are further columns, they may as well be fourteen and a remark,
    unless they add up.
    Where rows are not marked, blank cells cannot be told from those that merging has left, so that all
    fifteen must be filled. Where they are, the last total must not be blank alone of the three: the
    values may have moved up, unless the cells are sure to be there or they add up.
    """
    start = whole(Group(None, cells), _WIDTH)
    if start is not None:
        behind_few = 0 < start < len(RESULTS)  # merged heads leave five blank cells
        if _adds_up(cells[start : start + _WIDTH]):
            return start
        return None if has_more or behind_few or _has_moved(cells[start : start + _WIDTH]) else start
    blank = [read_value(cell.text).kind == "blank" for cell in cells]
    if len(cells) >= _WIDTH and all(blank):
        return 0
    if len(cells) != _WIDTH or cells[0].row == PROSE:
        return None
    if sure == CERTAIN or _adds_up(cells):
        return 0
    totals = blank[len(RESULTS) - 1 :: len(RESULTS)]
    return None if totals[-1] and not all(totals) else 0


def _fill(stream: Stream, head: range) -> int:
    """How many blank cells stand behind the head of the lawsuits, where rows are not marked."""
    header = next((n for n in head if (found := stream.meanings[n]) and found.header), head.stop)
    texts = (n for n in range(header + 1, head.stop) if stream.kind(n) == "text")
    return next(texts, header + 1) - header - 1


def _behind_fill(cells: list[Piece], fill: int) -> int | None:
    """Where the fifteen begin in a stream whose head is filled up with blank cells to their number: behind as many
    as its last row lacks, and those that part two rows. None where a figure stands elsewhere, or they do not add up."""
    parting = fill - (_WIDTH - _HEADS_ABOVE)
    start = _WIDTH - len(RESULTS) * _LAWSUITS + parting
    values = cells[start : start + _WIDTH]
    others = [*cells[:start], *cells[start + _WIDTH :]]
    if (
        parting not in (0, 1)
        or len(values) != _WIDTH
        or len(others) != start + parting
        or any(c.text for c in others)
    ):
        return None
    return start if _adds_up(values) else None


def _adds_up(cells: Sequence[Piece]) -> bool:
    """Whether the last of each channel's figures is the sum of the others: then none of them has moved."""
    values = [read_value(cell.text).number or 0 for cell in cells]
    channels = (values[n : n + len(RESULTS)] for n in range(0, len(values), len(RESULTS)))
    return all(sum(others) == total for *others, total in channels)


def _has_moved(cells: Sequence[Piece]) -> bool:
    """Whether figures that do not add up would, if the first of the fifteen were lost and another stood behind
    them."""
    later = cells[len(RESULTS) - 1 : _WIDTH - 1]
    return _adds_up(later) and any(read_value(cell.text).number for cell in later)


def _is_part(names: Sequence[str], due: Sequence[str]) -> bool:
    """Whether `names` come in the order of `due`, though some may be lost."""
    rest = iter(due)
    return all(name in rest for name in names)


def _rows_behind(stream: Stream, last: int) -> list[range]:
    """The rows of the table behind the head that ends at piece `last`; where rows are not marked, the values
    up to the next text are one."""
    pieces, end = stream.pieces, last + 1
    if pieces[last].row == PROSE:
        while end < len(pieces) and pieces[end].table == pieces[last].table and stream.kind(end) != "text":
            end += 1
        return [range(last + 1, end)]
    rows: list[range] = []
    start = end
    while end < len(pieces) and pieces[end].table == pieces[last].table:
        end += 1
        if end == len(pieces) or not stream.same_row(start, end):
            if not stream.same_row(start, last):
                rows.append(range(start, end))
            start = end
    return rows
