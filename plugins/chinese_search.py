"""Chinese search: makes Datasette's own search boxes find Chinese words, and shows them in context.

The index holds pairs of characters (`chinese.search`); here the query of every search box is turned into
an expression over them, and long texts on table pages become an excerpt around what was found. Adds the
SQL functions `zh_match(q)`, for `reports_fts match zh_match(:q)`, and `zh_snippet(text, q)`.
"""

import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl

from datasette import hookimpl
from markupsafe import Markup

from chinese.search import excerpt, excerpt_html, match_query
from load.schema import REPORTS

EXCERPT_CHARACTERS = 120
_EXCERPT = "excerpt"  # the column of a query whose 【】 marks become highlights on its page

_query: ContextVar[str] = ContextVar("query", default="")


def zh_match(query: object) -> str:
    """SQL: the FTS5 expression for what a person typed; never one that FTS5 refuses."""
    return match_query("" if query is None else str(query), REPORTS.search)


def zh_snippet(text: object, query: object) -> str | None:
    """SQL: the part of `text` around what `query` finds, the matches between 【 and 】; NULL for NULL."""
    if text is None:
        return None
    return excerpt(str(text), str(query or ""), EXCERPT_CHARACTERS, columns=REPORTS.search)


# trylast: Datasette registers its own escape_fts in the same hook and would win
@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Register the functions; `escape_fts`, which every search box calls, only beside our own index."""
    if database == "_internal":
        return
    conn.create_function("zh_match", 1, zh_match, deterministic=True)
    conn.create_function("zh_snippet", 2, zh_snippet, deterministic=True)
    if conn.execute("select 1 from sqlite_master where name = 'reports_fts'").fetchone():
        conn.create_function("escape_fts", 1, zh_match, deterministic=True)


@hookimpl
def asgi_wrapper() -> Callable[[Any], Any]:
    """Remember the words searched for while a page is made, for `render_cell`."""

    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def with_query(scope: dict[str, Any], receive: Any, send: Any) -> None:
            arguments = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
            searched = [v for k, v in arguments if k == "_search" or k.startswith("_search_")]
            token = _query.set(" ".join(searched))
            try:
                await app(scope, receive, send)
            finally:
                _query.reset(token)

        return with_query

    return wrap


@hookimpl
def render_cell(value: object, column: str, table: str | None) -> Markup | None:
    """An excerpt with the words marked, in the searched columns of `reports`; and in a query's excerpts."""
    if not isinstance(value, str):
        return None
    if table is None and column == _EXCERPT:
        return Markup(re.sub(r"【(.*?)】", r"<mark>\1</mark>", str(Markup.escape(value))))  # noqa: S704  escaped
    query = _query.get()
    if not query or table != REPORTS.name or column not in REPORTS.search:
        return None
    made = excerpt_html(value, query, EXCERPT_CHARACTERS, REPORTS.search)
    return Markup(made) if "<mark>" in made else None  # noqa: S704  escaped there
