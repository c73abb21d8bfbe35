"""Cells made useful: JSON short; ids linked where Datasette does not."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from datasette import hookimpl
from datasette.utils import tilde_encode
from markupsafe import Markup

from load.schema import CHECKS, DOCUMENTS, PUBLISHERS, REPORTS, RULES, TABLES
from plugins.publication.labels import value_label
from plugins.publication.language import language
from plugins.publication.sentences import is_known, say_sentence

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

# What load/ says in a sentence; of a query's answer only what it is known to say.
_SENTENCES = {(CHECKS.name, "detail"), (DOCUMENTS.name, "reason")}
_SENTENCE_COLUMNS = {column for _, column in _SENTENCES}

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
def render_cell(value: object, column: str, table: str | None, database: str, datasette: Any) -> Any:
    """The cell as it is shown, or None to leave it to Datasette."""

    async def shown() -> str | Markup | None:
        return await _shown(value, column, table, database, datasette)

    return shown


async def _shown(
    value: object, column: str, table: str | None, database: str, datasette: Any
) -> str | Markup | None:
    if isinstance(value, dict):  # a key that Datasette shows with its label
        return await _labelled(datasette, database, table, column, value)
    linked = (
        _LINKED.get(column) if table is None else _KEYS.get((table, column)) if _is_row_page.get() else None
    )
    if linked and isinstance(value, int | str):
        href = datasette.urls.row(database, linked, tilde_encode(str(value)))
        return Markup('<a href="{}">{}</a>').format(href, value)
    if isinstance(value, str) and (
        (table, column) in _SENTENCES or (not table and column in _SENTENCE_COLUMNS and is_known(value))
    ):
        return say_sentence(value)
    if isinstance(value, str) and value_label(column, value) != value:
        return Markup('<span title="{}">{}</span>').format(value, value_label(column, value))
    if (table, column) not in _JSON_COLUMNS or not isinstance(value, str):
        return None
    return value if len(value) <= SHORT_CHARACTERS else f"{value[:SHORT_CHARACTERS]}…"


async def _labelled(
    datasette: Any, database: str, table: str | None, column: str, value: dict[str, Any]
) -> Markup | None:
    """A key with the label that the language of the page has for it; None where it has none of its own."""
    key = value["value"]
    label = value_label(column, key)
    if _KEYS.get((table or "", column)) == RULES.name:
        label = (await _rules(datasette.get_database(database))).get(key, key)
    if label == key:
        return None
    href = datasette.urls.row(database, _KEYS[table or "", column], tilde_encode(str(key)))
    return Markup('<a href="{}">{}</a> <em>{}</em>').format(href, label, key)


_rule_titles: dict[tuple[str, str], dict[str, str]] = {}  # by hash of an immutable database and language


async def _rules(database: Any) -> dict[str, str]:
    """The titles of the rules in the language of the page."""
    known = (database.hash, language())
    if database.hash and known in _rule_titles:
        return _rule_titles[known]
    found = await database.execute(f"select id, title_{language()} from rules")  # noqa: S608  one of two
    titles = {row[0]: row[1] for row in found.rows}
    if database.hash:
        _rule_titles[known] = titles
    return titles
