"""The pages of a publisher, of a place and of an outcome: `publication/publisher_page.py` and its neighbours, served.

The first and the last are Datasette's own pages of a row with a template of ours; a place, whose key changes with
the years, has an address of its own: /<database>/places/<code>, or the name of a province, which leads there.
"""

from collections.abc import Mapping
from typing import Any

from datasette import NotFound, Response, hookimpl
from datasette.utils import tilde_decode
from markupsafe import Markup

from plugins.publication import outcome_page, place_page, publisher_page
from plugins.publication.addresses import check_address, compare_address, place_address, places_above
from plugins.publication.questions import Answer, Question, ask
from plugins.publication.rates import LEAST_CONCLUDED, LEAST_DECIDED, tenths
from plugins.publication.repeated_text import SECTIONS
from plugins.publication.served import database_asked

_NEWEST = "select max(fiscal_year) from reports"


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The page of a place, and that of the provinces."""
    return [
        (r"^/(?P<database>[^/.]+)/places$", places),
        (r"^/(?P<database>[^/.]+)/places/(?P<place>[^/]+)$", place),
    ]


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """`place_address(database, code)`, for every page that names a place; `tenths`, for every page with a share."""
    env.globals["tenths"] = tenths
    env.globals["place_address"] = lambda database, code: place_address(datasette, database, code)


@hookimpl
def render_cell(
    value: object, column: str, table: str | None, database: str, datasette: Any
) -> Markup | None:
    """A region code leads to the page of its place."""
    if not (column == "region_code" or (table, column) == ("regions", "code")) or not value:
        return None
    return Markup('<a href="{}">{}</a>').format(place_address(datasette, database, str(value)), value)


@hookimpl
def extra_template_vars(datasette: Any, template: str, database: str | None, request: Any) -> Any:
    """What the templates of a publisher and of an outcome show, as `body`."""
    pages = {"row-nianbao-publishers.html": _publisher, "row-nianbao-outcomes.html": _outcome}
    if template not in pages or database is None or request is None:
        return {}

    async def variables() -> dict[str, Any]:
        key = tilde_decode(request.url_vars["pks"])
        return {"body": await pages[template](datasette, database, key, request)}

    return variables


async def _asked(datasette: Any, database: str, questions: Mapping[str, Question]) -> dict[str, Answer]:
    return {block: await ask(datasette, database, question) for block, question in questions.items()}


async def _row(datasette: Any, database: str, sql: str, key: str) -> dict[str, Any]:
    found = await datasette.get_database(database).execute(sql, {"key": key})
    return dict(found.first())


async def _newest(datasette: Any, database: str) -> int | None:
    found = await datasette.get_database(database).execute(_NEWEST)
    newest: int | None = found.single_value()
    return newest


def _year(request: Any, newest: int | None) -> int | None:
    """The year that the reader asks for; else the newest. Anything that is no year, or one to come, is as if nothing
    was asked."""
    asked = request.args.get("year") or ""
    is_year = asked.isascii() and asked.isdigit() and len(asked) == 4
    return int(asked) if is_year and newest and int(asked) <= newest else newest


async def _publisher(datasette: Any, database: str, key: str, _request: Any) -> dict[str, Any]:
    row = await _row(datasette, database, "select * from publishers where id = :key", key)
    asked = await _asked(datasette, database, publisher_page.questions(row))
    newest = await _newest(datasette, database)
    years = publisher_page.by_year(asked["years"].rows, newest)

    def report(id: int) -> str:
        return str(datasette.urls.row(database, "reports", str(id)))

    return {
        "publisher": row,
        "places": places_above(datasette, database, row),
        "asked": asked,
        "years": years,
        "newest": newest,
        "figures": publisher_page.FIGURES,
        "categories": publisher_page.CATEGORIES,
        "outcomes": publisher_page.outcomes_picture(years["columns"], report),
        "grounds": publisher_page.grounds(asked["grounds"].rows),
        "peers": asked["peers"].rows[0]["publishers"] if "peers" in asked else None,
        "is_everywhere": row["level"] in publisher_page.EVERYWHERE,
        "disputes": publisher_page.disputes(years["columns"]),
        "checks": publisher_page.checks_by_year(asked["checks"].rows),
        "texts": publisher_page.text_by_year(asked["texts"].rows),
        "sections": SECTIONS,
        "report": report,
        "check": lambda check: check_address(datasette, database, check["report_id"], check["where"] or ""),
        "place_of_check": publisher_page.place_of_check,
        "compare": lambda *reports: compare_address(datasette, database, *reports),
        "least_decided": LEAST_DECIDED,
        "least_concluded": LEAST_CONCLUDED,
    }


async def _outcome(datasette: Any, database: str, key: str, request: Any) -> dict[str, Any]:
    row = await _row(datasette, database, "select * from outcomes where id = :key", key)
    years = await ask(datasette, database, outcome_page.years_question(row))
    year = _year(request, outcome_page.newest(years.rows))
    asked = await _asked(datasette, database, outcome_page.questions(row, year)) if year else {}
    return {
        "outcome": row,
        "year": year,
        "asked": {"years": years} | asked,
        "report": lambda id: str(datasette.urls.row(database, "reports", str(id))),
        "least": outcome_page.LEAST,
    } | outcome_page.shown(row, {"years": years.rows} | {block: found.rows for block, found in asked.items()})


async def _html(datasette: Any, request: Any, template: str, database: str, body: dict[str, Any]) -> Response:
    context = {"database": database, "body": body}
    page = await datasette.render_template(template, context, request=request, view_name="place")
    return Response.html(page, headers={"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"})


async def places(datasette: Any, request: Any) -> Response:
    """The provinces in one year, each with the way to its page."""
    database = await database_asked(datasette, request)
    years = [row["year"] for row in (await ask(datasette, database, place_page.YEARS)).rows]
    year = _year(request, years[0] if years else None)
    answer = await ask(datasette, database, place_page.provinces_question(year or 0))
    found, whole = place_page.provinces(answer.rows)
    body = {
        "year": year,
        "years": years,
        "divisions": found,
        "whole": whole,
        "asked": {"provinces": answer},
        "place": lambda code: place_address(datasette, database, code),
    }
    return await _html(datasette, request, "places.html", database, body)


async def place(datasette: Any, request: Any) -> Response:
    """The page of a place by its code; the name of a province leads to its code."""
    database = await database_asked(datasette, request)
    named = tilde_decode(request.url_vars["place"])
    found = (await ask(datasette, database, place_page.named(named))).rows
    if not found:
        raise NotFound("Record not found: place")
    if found[0]["code"] != named:
        return Response.redirect(place_address(datasette, database, found[0]["code"]))
    newest = await _newest(datasette, database)
    year = _year(request, newest)
    page = place_page.page_number(request.args.get("page"))
    region = place_page.region(found, year)
    asked = await _asked(datasette, database, place_page.questions(region, year, page))
    shown = place_page.shown(region, year, page, {block: answer.rows for block, answer in asked.items()})
    body = {
        "region": region,
        "names": found,
        "places": places_above(datasette, database, region)[:-1],
        "year": year,
        "newest": newest,
        "page": page,
        "asked": asked,
        "categories": publisher_page.CATEGORIES,
        "report": lambda id: str(datasette.urls.row(database, "reports", str(id))),
        "publisher": lambda id: str(datasette.urls.row(database, "publishers", str(id))),
        "address": place_address(datasette, database, region["code"]),
        "place": lambda code: place_address(datasette, database, code),
        "least_decided": LEAST_DECIDED,
    }
    return await _html(datasette, request, "place.html", database, body | shown)
