"""The form in the pieces of a document: which figures of Tables 2, 3 and 4 stand where.

Labels first, then order. What cannot be named for certain is left NULL and said. Figures are never
computed here: sums are left to `load.checks`.
"""

from collections.abc import Sequence, Set

from load.extract.document import Piece
from load.recognise.garbled import name_likely_readings
from load.recognise.groups import Stream
from load.recognise.reading import TableReading
from load.recognise.table2 import read_table2
from load.recognise.table3 import read_table3, tell_missing
from load.recognise.table3 import table3_places as places
from load.recognise.table4 import read_table4, table4_starts


def read_tables(
    pieces: Sequence[Piece], taken: Set[int] = frozenset(), cells: str = ""
) -> tuple[TableReading, TableReading, TableReading]:
    """Tables 2, 3 and 4 of a document, among the pieces that are not `taken` by the table of statistics. A table
    that is not there has `found` False. `cells`: how sure it is that cells are there (`Document.cells`)."""
    stream = Stream.of(pieces, cells)
    if taken:
        meanings = [None if n in taken else found for n, found in enumerate(stream.meanings)]
        stream = Stream(pieces, meanings, cells)
    starts = table4_starts(stream)
    table3, table4 = read_table3(stream, starts), read_table4(stream, starts)
    table2 = read_table2(stream, table3.used | table4.used, table3)
    if table3.found and table3.version is None:
        table3.version = table2.version
        tell_missing(table3)
    name_likely_readings(table3)
    name_likely_readings(table4)
    return table2, table3, table4


def table3_places(pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """The indices of the first and the last label of every Table 3 among the pieces."""
    stream = Stream.of(pieces)
    return places(stream, table4_starts(stream))


__all__ = ["TableReading", "read_tables", "table3_places"]
