"""The order of rows over all versions of the form, and of the columns that all versions share."""

from collections.abc import Sequence

from load.forms import forms
from load.recognise.values import AS_PRINTED


def _merged(*orders: Sequence[str]) -> dict[str, int]:
    """One order of all versions' ids: those that only a later order has stand where it has them."""
    merged = list(orders[0])
    for order in orders[1:]:
        for n, id in enumerate(order):
            if id not in merged:
                merged.insert(merged.index(order[n - 1]) + 1 if n else 0, id)
    return {id: n for n, id in enumerate(merged)}


ITEMS = _merged(*(list(f.items) for f in forms()))
ROWS = _merged(*(list(f.rows) for f in forms()))
COLUMNS = list(forms()[0].columns)
CHANNELS = list(forms()[0].channels)
RESULTS = list(forms()[0].results)
HEAD = 60  # the most pieces that the head of a table takes
MOST_COPIES = 12  # of one table on a page that are read and held against each other
UNITS = {
    measure.id: measure.unit or AS_PRINTED
    for f in forms()
    for measure in f.measures.values()
    if measure.money
}
