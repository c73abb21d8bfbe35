"""Tables 3 and 4 printed the other way round: applicants or channels as rows, outcomes or results as columns.

Only where the document marks its rows, the head names every column once, and every row has exactly as
many cells behind its label as the head names; anything else is left unread.
"""

from collections.abc import Callable, Iterator, Sequence

from load.extract.document import PROSE, Piece
from load.forms import forms
from load.recognise.groups import Stream
from load.recognise.labels import Meaning
from load.recognise.orders import CHANNELS, COLUMNS, RESULTS
from load.recognise.reading import LABEL, POSITION, TableReading

_Ids = Callable[[Meaning], tuple[str, ...]]


def turned_table3(stream: Stream) -> list[TableReading]:
    """Every Table 3 that has a row for each kind of applicant."""
    found = []
    for rows in _tables(stream):
        for f in forms():
            heads = _head(stream, rows, list(f.rows), lambda meaning: meaning.rows)
            if heads is None:
                continue
            head, names, at = heads
            lines = _lines(stream, rows[at:], COLUMNS, len(names), lambda meaning: meaning.columns)
            if lines is None:
                continue
            table = TableReading(3, f.version, found=True)
            in_order = names == list(f.rows)
            for column, cells in zip(COLUMNS, lines, strict=True):
                for row, cell in zip(f.rows, cells, strict=True):
                    table.put(row, [column], [cell], LABEL if in_order else POSITION)
            table.figures = {
                (row, column): table.figures[row, column] for row in f.rows for column in COLUMNS
            }
            table.used.update(head, *rows[at:])
            found.append(table)
            break
    return found


def turned_table4(stream: Stream) -> list[TableReading]:
    """Every Table 4 that has a row for each channel and a column for each result, or the reverse."""
    found = []
    for rows in _tables(stream):
        for channels_are_rows in (True, False):
            across, down = (RESULTS, CHANNELS) if channels_are_rows else (CHANNELS, RESULTS)
            ids = (_results, _channels) if channels_are_rows else (_channels, _results)
            heads = _head(stream, rows, across, ids[0])
            if heads is None or heads[1] != across:
                continue
            head, _, at = heads
            lines = _lines(stream, rows[at:], down, len(across), ids[1])
            if lines is None:
                continue
            table = TableReading(4, found=True)
            for line, cells in zip(down, lines, strict=True):
                for name, cell in zip(across, cells, strict=True):
                    channel, result = (line, name) if channels_are_rows else (name, line)
                    table.put(channel, [result], [cell], LABEL)
            table.used.update(head, *rows[at:])
            found.append(table)
    return found


def _results(meaning: Meaning) -> tuple[str, ...]:
    return meaning.results


def _channels(meaning: Meaning) -> tuple[str, ...]:
    return meaning.channels


def _tables(stream: Stream) -> Iterator[list[range]]:
    """The rows of each table whose rows the document marks."""
    pieces = stream.pieces
    rows: list[range] = []
    start = 0
    for end in range(1, len(pieces) + 1):
        if end < len(pieces) and stream.same_row(start, end):
            continue
        if PROSE not in (pieces[start].table, pieces[start].row):
            if rows and pieces[rows[-1].start].table != pieces[start].table:
                yield rows
                rows = []
            rows.append(range(start, end))
        start = end
    if rows:
        yield rows


def _head(
    stream: Stream, rows: Sequence[range], due: Sequence[str], ids: _Ids
) -> tuple[list[int], list[str], int] | None:
    """The pieces of the head, the names in it in the order of the page, and the row behind it; None where
    it does not name each that is due exactly once."""
    names: list[str] = []
    head: list[int] = []
    for at, row in enumerate(rows):
        if any(stream.kind(index) == "figure" for index in row):
            return None
        head += row
        for index in row:
            found = stream.meanings[index]
            here = [id for id in ids(found) if id in due] if found else []
            names += here[:1]
        if sorted(names) == sorted(due):
            return head, names, at + 1
    return None


def _lines(
    stream: Stream, rows: Sequence[range], due: Sequence[str], width: int, ids: _Ids
) -> list[list[Piece]] | None:
    """The cells behind the label of each row that is due; None where one is missing, comes out of order or
    has another number of cells, or where a row with figures has a label that is not due."""
    lines: list[list[Piece]] = []
    for row in rows:
        texts = [index for index in row if stream.kind(index) == "text"]
        labels = [index for index in texts if (found := stream.meanings[index]) and ids(found)]
        if not labels:
            if any(stream.kind(index) != "blank" for index in row):
                return None
            continue
        last = labels[-1]
        found = stream.meanings[last]
        if len(lines) == len(due) or found is None or due[len(lines)] not in ids(found):
            return None
        cells = [stream.pieces[index] for index in range(last + 1, row.stop)]
        if len(cells) != width:
            return None
        lines.append(cells)
    return lines if len(lines) == len(due) else None
