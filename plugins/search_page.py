"""The page that searches everything, /<database>/search: `publication/search_page.py`, served.

Datasette's own search boxes stay as they are (`chinese_search`); those of the site lead here.
"""

from typing import Any

from datasette import Response, hookimpl
from datasette.database import QueryInterrupted

from plugins.publication import search_page
from plugins.publication.addresses import place_address, places_above
from plugins.publication.questions import Answer, ask
from plugins.publication.search_page import Search
from plugins.publication.served import database_asked, page

_everything: dict[
    str, list[dict[str, Any]]
] = {}  # the counts of all reports, by hash of an immutable database


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The search page."""
    return [(r"^/(?P<database>(?!-/)[^/.]+)/search$", search)]


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """`search_address()`: where the search box of every page leads; None where there is more than one database."""
    env.globals["search_address"] = lambda: _address(datasette)


def _address(datasette: Any) -> str | None:
    names = [name for name in datasette.databases if not name.startswith("_")]
    return str(datasette.urls.path(f"/{names[0]}/search")) if len(names) == 1 else None


async def search(datasette: Any, request: Any) -> Response:
    """The page of one search."""
    database = await database_asked(datasette, request)
    asked = search_page.asked({name: request.args.get(name) for name in request.args})
    shown: dict[str, Any] = {
        "search": asked,
        "unknown": search_page.UNKNOWN,
        "why_nothing": search_page.why_nothing(asked.q),
        "go_to": await _go_to(datasette, database, asked),
        "size": search_page.PAGE,
        "common": search_page.COMMON,
        "least": search_page.LEAST_REPORTS,
        "report": lambda id: str(datasette.urls.row(database, "reports", str(id))),
        "publisher": lambda id: str(datasette.urls.row(database, "publishers", str(id))),
        "outcome": lambda id: str(datasette.urls.row(database, "outcomes", str(id))),
        "place": lambda code: place_address(datasette, database, code),
        "places_above": lambda row: places_above(datasette, database, row),
    }
    if not shown["why_nothing"]:
        shown |= await _found(datasette, database, asked)
    return await page(
        datasette, request, "search.html", {"database": database, "page": shown, "is_search": True}
    )


async def _found(datasette: Any, database: str, asked: Search) -> dict[str, Any]:
    counted = await ask(datasette, database, search_page.total_question(asked))
    total = counted.rows[0]["reports"]
    counts = await ask(datasette, database, search_page.counts_question(asked, total))
    everything = await _all_counts(datasette, database)
    number = search_page.number(counts.rows, asked.chosen)
    asked = search_page.on_last_page(asked, number)
    sort = search_page.order(asked, total)
    hits, too_slow = await _hits(datasette, database, asked, total, sort)
    return {
        "search": asked,
        "total": total,
        "number": number,
        "sort": "date" if too_slow else sort,
        "too_slow": too_slow,
        "pages": max(1, -(-number // search_page.PAGE)),
        "counts": counts,
        "answer": hits,
        "hits": [search_page.hit(row, asked.q) for row in hits.rows],
        "filters": search_page.filters(counts.rows, everything, asked.chosen),
        "years": search_page.by_year(counts.rows, everything, asked),
        "undated": search_page.shared(counts.rows, asked.chosen, "fiscal_year").get(None, 0),
    }


async def _hits(datasette: Any, database: str, asked: Search, total: int, sort: str) -> tuple[Answer, bool]:
    """The reports of a page; and whether they had to be sorted by date, because weighing them took too long."""
    try:
        return await ask(datasette, database, search_page.hits_question(asked, total, sort)), False
    except QueryInterrupted:
        if sort == "date":
            raise
        return await ask(datasette, database, search_page.hits_question(asked, total, "date")), True


async def _all_counts(datasette: Any, database: str) -> list[dict[str, Any]]:
    known = datasette.get_database(database).hash
    if known in _everything:
        return _everything[known]
    rows = (await ask(datasette, database, search_page.EVERYTHING)).rows
    if known:
        _everything[known] = rows
    return rows


async def _go_to(datasette: Any, database: str, asked: Search) -> dict[str, Any]:
    """Publishers, places and outcomes whose names hold the words; `more`: whether there are more publishers."""
    words = search_page.words_of_names(asked.q)
    if not words:
        return {}
    found = {}
    for block, question in search_page.names_questions(words).items():
        found[block] = (await ask(datasette, database, question)).rows
    listed = search_page.LISTED
    return {
        "publishers": found["publishers"][:listed],
        "more": len(found["publishers"]) > listed,
        "word": words[0],
        "places": found["places"],
        "outcomes": search_page.outcomes_named(words),
    }
