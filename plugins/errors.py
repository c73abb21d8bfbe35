"""Errors that a visitor makes stay on the visitor's page, as a sentence and with status 400.

Datasette 0.65 prints a traceback with every local variable for each of them, a mistyped filter
included, where `rich` is installed, which the command line needs; that takes a second of the server's
time. What is really unexpected, a status 500, still leaves its traceback in the log.

It also answers some slips of the visitor's as if they were its own, with status 500; and a filter by a
column that is not there with no rows, which reads like an answer. Both are refused here.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from datasette import Response, handle_exception, hookimpl
from datasette.utils.asgi import BadRequest

handle_exception.rich = None


@hookimpl(tryfirst=True)
def filters_from_request(datasette: Any, request: Any, database: str, table: str) -> Any:
    """Refuse what a table page cannot be filtered or sorted by."""

    async def check() -> None:
        known = {"rowid", *await datasette.get_database(database).table_columns(table)}
        asked = {(key, key.split("__")[0]) for key in request.args if not key.startswith("_")}
        asked |= {(key, request.args[key]) for key in ("_sort", "_sort_desc") if request.args.get(key)}
        for key, column in sorted(asked):
            if column not in known:
                raise BadRequest(
                    f"{key} names a column that {table} has not: {column}. "
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
