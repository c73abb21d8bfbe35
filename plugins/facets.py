"""Facets over large tables: Datasette's own counts, sooner, and a facet that adds up.

A row of `requests` stands for many requests, so row counts say little there. A sum facet shows the sum of
another column behind each value: `?_facet_sum=category:count`, or in a table's metadata
`{"sum": {"column": "category", "of": "count"}}`. Filters, links, size and time limit are as ever.

Datasette runs one query a facet, each with the whole search or filter again. Here a filtered table is
gone through once for all facets of its metadata; and `requests` is counted from `request_totals`, whose
`reports` is the number of rows that a total was made from. Any other facet goes Datasette's own way.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from datasette import facets as datasette_facets
from datasette import hookimpl
from datasette.database import QueryInterrupted
from datasette.facets import Facet
from datasette.plugins import pm
from datasette.utils import escape_sqlite, path_with_added_args, path_with_removed_args
from datasette.utils.asgi import BadRequest

from load.schema import REQUESTS, TOTALS
from plugins.publication.labels import column_names

_SHARED = {column.name for column in TOTALS.columns if column.name in REQUESTS.names} - {"count"}
# Arguments that choose rows in a way that a summary cannot follow.
_CHOOSING = ("_next", "_where", "_search", "_through")

# A search gives row numbers, and SQLite would look up each in the table, whose rows are long. A plus before
# the column sends it through the narrow index that has all facet columns instead, which is sooner for many.
_MANY_ROWS = 10_000
_SEARCHED = re.compile(r"(?<= )((?:rowid|\[?id\]?) in \(select rowid from )")

Tally = dict[Any, float]


class _Counts:
    """Counts and sums of one page's rows by facet column, each asked for at most once a page.

    Keeps what it found in the request, where the instances of both facet classes meet.
    """

    def __init__(self, facet: Facet) -> None:
        self.facet = facet
        self.cache: dict[Any, Any] = facet.request.scope.setdefault("facet_counts", {})
        self.metadata = facet.metadata or {}

    def is_ours(self, column: str) -> bool:
        """Whether `column` is better counted here than in Datasette's own way."""
        return self._is_summarised(column) or (column in self._columns() and " where " in self.facet.sql)

    async def of(self, column: str, summed: str | None = None) -> Tally:
        """The number of rows, or the sum of `summed`, by value of `column`. Raises QueryInterrupted."""
        if self._is_summarised(column) and summed in (None, "count"):
            return await self._from_totals(column, "count" if summed else "reports")
        if column in self._columns() and " where " in self.facet.sql and summed in (None, *self._sums()):
            return (await self._in_one_pass())[column, summed]
        name, add = escape_sqlite(column), f"sum({escape_sqlite(summed)})" if summed else "count(*)"
        return await self._tally(f"select {name}, {add} from ({self.facet.sql}) group by 1")  # noqa: S608  escaped

    def _columns(self) -> list[str]:
        return [config for config in self.metadata.get("facets", []) if isinstance(config, str)]

    def _sums(self) -> list[str]:
        configs = self.metadata.get("facets", [])
        return sorted({c["sum"]["of"] for c in configs if isinstance(c, dict) and "sum" in c})

    def _is_summarised(self, column: str) -> bool:
        if self.facet.table != REQUESTS.name or column not in _SHARED:
            return False
        chosen_by = [key.split("__")[0] for key in self.facet.request.args]
        return not any(
            key.startswith(_CHOOSING) if key.startswith("_") else key not in _SHARED for key in chosen_by
        )

    async def _from_totals(self, column: str, add: str) -> Tally:
        key = ("totals", column)
        if key not in self.cache:
            chosen = self.facet.sql.partition(f" from {REQUESTS.name} ")[2]
            name = escape_sqlite(column)
            rows = await self._rows(
                f'select {name}, sum(reports), sum("count") from {TOTALS.name} {chosen} group by 1'  # noqa: S608  escaped
            )
            self.cache[key] = {
                "reports": {row[0]: row[1] for row in rows},
                "count": {row[0]: row[2] for row in rows},
            }
        return self.cache[key][add]  # type: ignore[no-any-return]  # the cache holds many kinds

    async def _in_one_pass(self) -> dict[tuple[str, str | None], Tally]:
        if "pass" not in self.cache:
            columns, sums = self._columns(), self._sums()
            names = ", ".join(escape_sqlite(column) for column in columns)
            adds = "".join(f", sum({escape_sqlite(of)})" for of in sums)
            many = (self.facet.row_count or 0) > _MANY_ROWS
            chosen = _SEARCHED.sub(r"+\1", self.facet.sql) if many else self.facet.sql
            rows = await self._rows(
                f"select {names}, count(*){adds} from ({chosen}) "  # noqa: S608  escaped
                f"group by {', '.join(str(n + 1) for n in range(len(columns)))}"
            )
            tallies: dict[tuple[str, str | None], Tally] = defaultdict(dict)
            for row in rows:
                for value, column in zip(row, columns, strict=False):
                    for added, of in zip(row[len(columns) :], (None, *sums), strict=True):
                        if added is not None:
                            tally = tallies[column, of]
                            tally[value] = tally.get(value, 0) + added
            self.cache["pass"] = tallies
        return self.cache["pass"]  # type: ignore[no-any-return]  # the cache holds many kinds

    async def _tally(self, sql: str) -> Tally:
        return {row[0]: row[1] for row in await self._rows(sql)}

    async def _rows(self, sql: str) -> list[Any]:
        ds = self.facet.ds
        found = await ds.execute(
            self.facet.database,
            sql,
            self.facet.params,
            truncate=False,
            custom_time_limit=ds.setting("facet_time_limit_ms"),
        )
        return list(found.rows)


async def _results(facet: Facet, column: str, tally: Tally) -> dict[str, Any]:
    """`tally` as Datasette shows a facet: the largest first, labelled, linked, cut to the facet's size."""
    known = [(value, added) for value, added in tally.items() if value is not None and added is not None]
    known.sort(key=lambda pair: (-pair[1], str(pair[0])))
    size = facet.get_facet_size()
    shown = known[:size]
    labels = await facet.ds.expand_foreign_keys(facet.database, facet.table, column, [v for v, _ in shown])
    argument = f"{column}__exact" if column.startswith("_") else column
    pairs = facet.get_querystring_pairs()
    results = []
    for value, added in shown:
        selected = (argument, str(value)) in pairs
        toggled = path_with_removed_args if selected else path_with_added_args
        path = toggled(facet.request, {argument: str(value)})
        results.append(
            {
                "value": value,
                "label": labels.get((column, value), value),
                "count": added,
                "toggle_url": facet.ds.absolute_url(facet.request, facet.ds.urls.path(path)),
                "selected": selected,
            }
        )
    return {"results": results, "truncated": len(known) > size}


class ColumnFacet(datasette_facets.ColumnFacet):  # type: ignore[misc]  # Datasette ships no types
    """Datasette's own facet, counted by `_Counts` where that is sooner."""

    theirs: list[dict[str, Any]] | None = None  # what is left to Datasette's own way; None: not yet told

    def get_configs(self) -> list[dict[str, Any]]:
        """The facets asked for; once they are shared out, those that are Datasette's part."""
        return super().get_configs() if self.theirs is None else self.theirs

    async def facet_results(self) -> tuple[list[dict[str, Any]], list[str]]:
        """The results of each facet asked for, and the names of those the time limit stopped."""
        counts = _Counts(self)
        every = self.get_configs()
        ours = [c for c in every if self.table and counts.is_ours(_column(c))]
        self.theirs = [c for c in every if c not in ours]
        results, timed_out = await super().facet_results()
        for config in ours:
            column = _column(config)
            try:
                found = await _results(self, column, await counts.of(column))
            except QueryInterrupted:
                timed_out.append(column)
                continue
            without = path_with_removed_args(self.request, {"_facet": column})
            results.append(
                {
                    "name": column,
                    "type": self.type,
                    "hideable": config["source"] != "metadata",
                    "toggle_url": self.ds.urls.path(without),
                }
                | found
            )
        return results, timed_out


class SumFacet(Facet):  # type: ignore[misc]  # Datasette ships no types
    """The sum of one column by value of another; values whose sum is unknown are left out."""

    type = "sum"

    async def facet_results(self) -> tuple[list[dict[str, Any]], list[str]]:
        """The results of each sum facet asked for, and the names of those the time limit stopped."""
        configs = self.get_configs()
        if not configs or not self.table:
            return [], []
        counts = _Counts(self)
        results: dict[tuple[str, str], dict[str, Any]] = {}
        timed_out = []
        for config in configs:
            column, of = _column(config), _summed(config)
            if (column, of) in results:
                continue
            without = path_with_removed_args(self.request, {"_facet_sum": f"{column}:{of}"})
            facet = {
                "name": f"{column}: sum({of})",  # sorts beside the row counts of the same column
                "type": self.type,
                "column": column,
                "sum_of": of,
                "caption": self._caption(column, of),
                "hideable": config["source"] != "metadata",
                "toggle_url": self.ds.urls.path(without),
                "timed_out": False,
            }
            try:
                facet |= await _results(self, column, await counts.of(column, of))
            except QueryInterrupted:
                # Stays in the list, so that JSON, which has no other place for it, says so, too.
                facet |= {"results": [], "truncated": False, "timed_out": True}
                timed_out.append(str(facet["name"]))
            results[column, of] = facet
        return list(results.values()), timed_out

    def _caption(self, column: str, of: str) -> str:
        """What is added up behind the values of a column, in both languages: JSON has it, too."""
        (zh, en), (added_zh, added_en) = (column_names(self.table, name) for name in (column, of))
        return f"{zh}：{added_zh}合计 · {en}: {added_en}, summed"


def _column(config: dict[str, Any]) -> str:
    """The facet column, from a name, `column:summed` or a metadata object."""
    inner = config["config"]
    simple = inner.get("simple", "")
    return inner.get("column") or simple.rpartition(":")[0] or simple  # type: ignore[no-any-return]  # JSON


def _summed(config: dict[str, Any]) -> str:
    """The column that is summed."""
    inner = config["config"]
    column, _, of = inner.get("simple", "").rpartition(":")
    return inner.get("of") or (of if column else "")


# Datasette would run its own column facet beside ours.
if pm.has_plugin("datasette.facets"):
    pm.unregister(name="datasette.facets")


@hookimpl
def filters_from_request(datasette: Any, request: Any, database: str, table: str) -> Any:
    """Refuse a sum facet of a column that is not there, before anything is counted."""

    async def check() -> None:
        known = await datasette.get_database(database).table_columns(table)
        for config in datasette_facets.load_facet_configs(request, {}).get("sum", []):
            column, of = _column(config), _summed(config)
            if column not in known or of not in known:
                raise BadRequest(
                    f"_facet_sum={column}:{of} names a column that is not there; "
                    "write it as _facet_sum=facet column:summed column"
                )

    return check


@hookimpl
def register_facet_classes() -> Iterable[type[Facet]]:
    """Datasette asks here for kinds of facet."""
    return [ColumnFacet, SumFacet, datasette_facets.DateFacet, datasette_facets.ArrayFacet]
