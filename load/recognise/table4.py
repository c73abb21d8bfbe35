"""Table 4: reviews and lawsuits, fifteen figures in one row under three times the same five heads."""

from collections.abc import Sequence

from load.extract.document import PROSE, Piece
from load.recognise.groups import Group, Stream, whole
from load.recognise.orders import CHANNELS, HEAD, RESULTS
from load.recognise.reading import LABEL, POSITION, TableReading
from load.recognise.values import read_value

_WIDTH = len(CHANNELS) * len(RESULTS)
_FEWEST_HEADS = 4  # heads of results that must stand behind 行政复议 for it to head the table


def table4_start(stream: Stream) -> int | None:
    """The piece at which Table 4 begins: 行政复议 with heads of results behind it; the last such, if several."""
    start = None
    for index, found in enumerate(stream.meanings):
        if found and CHANNELS[0] in found.channels:
            behind = stream.meanings[index + 1 : index + HEAD]
            if sum(1 for other in behind if other and other.results) >= _FEWEST_HEADS:
                start = index
    return start


def read_table4(stream: Stream, start: int | None) -> TableReading:
    """Table 4, which begins at piece `start`; not found where that is None."""
    table = TableReading(4)
    if start is None:
        return table
    table.found = True
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
    cells, indices = _values_behind(stream, last)
    table.used.update(range(start, last + 1), indices)
    due = RESULTS * len(CHANNELS)
    results = results[-_WIDTH:] if results[-_WIDTH:] == due else results  # heads printed again in each row
    if not _is_part(results, due):
        table.doubt("header_order", None, f"the head names the results as {', '.join(results)}")
        return table
    at = _values_at(cells)
    if at is None:
        table.doubt("row_width", None, f"{len(cells)} cells where {_WIDTH} are due")
        return table
    by = LABEL if results == due and channels == CHANNELS else POSITION
    for n, channel in enumerate(CHANNELS):
        own = at + n * len(RESULTS)
        table.put(channel, RESULTS, cells[own : own + len(RESULTS)], by)
    return table


def _values_at(cells: list[Piece]) -> int | None:
    """Where the fifteen begin; None where a cell may have been lost.

    Where rows are not marked, blank cells cannot be told from those that merging has left, so that all
    fifteen must be filled. Where they are, the last total must not be blank alone of the three: the
    values may have moved up.
    """
    start = whole(Group(None, cells), _WIDTH)
    if start is not None:
        return start
    blank = [read_value(cell.text).kind == "blank" for cell in cells]
    if len(cells) >= _WIDTH and all(blank):
        return 0
    if len(cells) != _WIDTH or cells[0].row == PROSE:
        return None
    totals = blank[len(RESULTS) - 1 :: len(RESULTS)]
    return None if totals[-1] and not all(totals) else 0


def _is_part(names: Sequence[str], due: Sequence[str]) -> bool:
    """Whether `names` come in the order of `due`, though some may be lost."""
    rest = iter(due)
    return all(name in rest for name in names)


def _values_behind(stream: Stream, last: int) -> tuple[list[Piece], list[int]]:
    """The cells of the row behind the head that ends at piece `last`, and their indices."""
    start = last + 1
    pieces, marked = stream.pieces, stream.pieces[last].row != PROSE
    while marked and start < len(pieces) and stream.same_row(start, last):
        start += 1
    end = start
    while end < len(pieces) and pieces[end].table == pieces[last].table:
        if not (stream.same_row(end, start) if marked else stream.kind(end) != "text"):
            break
        end += 1
    return [pieces[n] for n in range(start, end)], list(range(start, end))
