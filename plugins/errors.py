"""Errors that a visitor makes stay on the visitor's page, as a sentence and with status 400.

Datasette 0.65 prints a traceback with every local variable for each of them, a mistyped filter
included, where `rich` is installed, which the command line needs; that takes a second of the server's
time. What is really unexpected, a status 500, still leaves its traceback in the log.

It also answers some slips of the visitor's as if they were its own, with status 500; and a filter by a
column that is not there with no rows, by a relation that it does not know with all rows, both of which
read like an answer. They are refused here.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from datasette import NotFound, Response, handle_exception, hookimpl
from datasette.filters import Filters
from datasette.utils.asgi import BadRequest
from datasette.views import row
from datasette.views.base import DatasetteError

handle_exception.rich = None

_RELATIONS = [key for key, *_ in Filters([]).lookups()]


@hookimpl(tryfirst=True)
def filters_from_request(datasette: Any, request: Any, database: str, table: str) -> Any:
    """Refuse what a table page cannot be filtered or sorted by."""

    async def check() -> None:
        known = {"rowid", *await datasette.get_database(database).table_columns(table)}
        if request.args.get("_sort") and request.args.get("_sort_desc"):
            raise BadRequest("Give _sort or _sort_desc, not both.")
        filters = [key for key in request.args if not key.startswith("_")]
        for key in sorted(filters):
            relation = key.rpartition("__")[2] if "__" in key else "exact"
            if relation not in _RELATIONS:
                raise BadRequest(
                    f"{key} filters by “{relation}”, which there is not. There are {', '.join(_RELATIONS)}."
                )
        asked = {(key, key.split("__")[0]) for key in filters}
        asked |= {(key, request.args[key]) for key in ("_sort", "_sort_desc") if request.args.get(key)}
        for key, column in sorted(asked):
            if column not in known:
                raise BadRequest(
                    f"{key} names a column that {table} does not have: {column}. "
                    f"Its columns are {', '.join(sorted(known - {'rowid'}))}."
                )
        for through in request.args.getlist("_through"):
            try:
                found = json.loads(through)
            except ValueError:
                found = None
            if not isinstance(found, dict) or not {"table", "column", "value"} <= set(found):
                raise BadRequest(
                    'Write _through as {"table": "requests", "column": "applicant", "value": "business"}.'
                )

    return check


@hookimpl(tryfirst=True, specname="handle_exception")
def say_that_a_query_was_stopped(datasette: Any, exception: Exception) -> None:
    """Datasette says it in HTML, to programs, too, and prints the tags."""
    if isinstance(exception, DatasetteError) and exception.title == "SQL Interrupted":
        limit_ms = datasette.setting("sql_time_limit_ms")
        exception.message = (
            f"The query took longer than {limit_ms} ms and was stopped. "
            "Narrow it down, or download the whole database and ask it there."
        )
        exception.message_is_html = False


_sql_params_pks = row._sql_params_pks


async def _with_whole_key(database: Any, table: str, values: list[str]) -> Any:
    """Datasette's question for a row, where as many values are given as the key has columns."""
    sql, parameters, key = await _sql_params_pks(database, table, values)
    if len(key) != len(values):
        raise NotFound(f"Record not found: a row of {table} is named by {', '.join(key)}")
    return sql, parameters, key


# Wrapped once, however often Datasette loads its plugins.
if _sql_params_pks.__name__ != _with_whole_key.__name__:
    row._sql_params_pks = _with_whole_key


@hookimpl
def asgi_wrapper() -> Callable[[Any], Any]:
    """Refuse a time limit that is no number; tables and queries read it, each in its own place."""

    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def checked(scope: dict[str, Any], receive: Any, send: Any) -> None:
            arguments = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
            if arguments.get("_timelimit", "1").isdecimal():
                await app(scope, receive, send)
            else:
                said = "_timelimit must be a whole number of milliseconds."
                await Response.text(said, status=400).asgi_send(send)

        return checked

    return wrap
