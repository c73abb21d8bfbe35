"""Cells made useful: JSON folded on the page of a row and short in a list; ids linked where Datasette does not."""

import json
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from datasette import hookimpl
from datasette.utils import tilde_encode
from markupsafe import Markup

from load.schema import DOCUMENTS, PUBLISHERS, REPORTS, TABLES

SHORT_CHARACTERS = 60
_JSON_COLUMNS = {
    (table.name, column.name) for table in TABLES for column in table.columns if "JSON" in column.en
}

# On the page of one row Datasette links none of its keys.
_KEYS = {
    (table.name, column.name): column.references
    for table in TABLES
    for column in table.columns
    if column.references
}

# In the answer of a query Datasette knows no foreign keys; these names mean the same in all of ours.
_LINKED = {"report_id": REPORTS.name, "publisher_id": PUBLISHERS.name, "document_id": DOCUMENTS.name}

_is_row_page: ContextVar[bool] = ContextVar("is_row_page", default=False)


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Remember, while a page is made, whether it is the page of one row."""
    start = len(datasette.setting("base_url"))

    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def with_kind(scope: dict[str, Any], receive: Any, send: Any) -> None:
            # /database/table/key; a slash inside a name is written as ~2F
            token = _is_row_page.set(scope.get("path", "")[start:].count("/") == 2)
            try:
                await app(scope, receive, send)
            finally:
                _is_row_page.reset(token)

        return with_kind

    return wrap


@hookimpl
def render_cell(
    value: object, column: str, table: str | None, database: str, datasette: Any
) -> str | Markup | None:
    """The cell as it is shown, or None to leave it to Datasette."""
    linked = (
        _LINKED.get(column) if table is None else _KEYS.get((table, column)) if _is_row_page.get() else None
    )
    if linked and isinstance(value, int | str):
        href = datasette.urls.row(database, linked, tilde_encode(str(value)))
        return Markup('<a href="{}">{}</a>').format(href, value)
    if (table, column) not in _JSON_COLUMNS or not isinstance(value, str):
        return None
    if not _is_row_page.get():
        return value if len(value) <= SHORT_CHARACTERS else f"{value[:SHORT_CHARACTERS]}…"
    try:
        indented = json.dumps(json.loads(value), ensure_ascii=False, indent=1)
    except ValueError:
        return None
    return Markup("<details><summary>JSON, {:,} 字 characters</summary><pre>{}</pre></details>").format(
        len(value), indented
    )
