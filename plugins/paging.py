"""Sorted pages that neither repeat nor lose a row.

Datasette 0.65 orders the first page of a sorted table by the column alone and every later page by the
column and the key. Rows of equal value then stand in another order than the later pages go on from:
some come twice, some never, in CSV exports of a whole table, too. This adds the key to the first page.
"""

import re
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from datasette.database import Database
from datasette.utils import escape_sqlite, tilde_decode
from datasette.views.table import TableView

# The table whose page is being made, as it stands in the SQL, and its key.
_table: ContextVar[tuple[str, str] | None] = ContextVar("table", default=None)

_SORTED = re.compile(r"order by (?P<column>\[[^\]]+\]|[^\s,]+)(?: desc)?(?= limit \d+$)")


def _with_key(sql: str) -> str:
    """`sql` with the key as the last thing it is ordered by, where it is the first page of a sorted table."""
    table = _table.get()
    if table is None or not sql.startswith("select ") or f" from {table[0]} " not in sql:
        return sql
    return _SORTED.sub(lambda found: f"{found[0]}, {table[1]}", sql)


def _naming_table(data: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(data)
    async def with_table(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        name = tilde_decode(request.url_vars["table"])
        found = None
        database = self.ds.databases.get(tilde_decode(request.url_vars["database"]))
        if database is not None and await database.table_exists(name):
            key = await database.primary_keys(name) or ["rowid"]
            found = (escape_sqlite(name), ", ".join(map(escape_sqlite, key)))
        token = _table.set(found)
        try:
            return await data(self, request, *args, **kwargs)
        finally:
            _table.reset(token)

    return with_table


def _completing(execute: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(execute)
    async def with_key(self: Any, sql: str, *args: Any, **kwargs: Any) -> Any:
        return await execute(self, _with_key(sql), *args, **kwargs)

    return with_key


# There is no hook for the order of a page. Wrapped once, however often Datasette loads its plugins.
if not hasattr(TableView.data, "__wrapped__"):
    TableView.data = _naming_table(TableView.data)
    Database.execute = _completing(Database.execute)
