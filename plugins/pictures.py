"""The pages of pictures: /<database>/pictures, a dashboard each below it, and each picture at an address of its own.

    /<database>/pictures/<dashboard>?fiscal_year=&province=&level=
    /<database>/pictures/<dashboard>/<picture>           the picture with its table, SQL, CSV and embed code
    /<database>/pictures/<dashboard>/<picture>?embed=1   the same for a frame on another site
    /<database>/pictures/<dashboard>/<picture>.svg       the picture alone

What is drawn, and why by the server, stands in `publication.pictures`.
"""

import asyncio
from typing import Any

from datasette import NotFound, Response, hookimpl
from datasette.utils import tilde_decode

from load.schema import TOTALS
from plugins.publication.labels import value_label
from plugins.publication.language import language, say
from plugins.publication.pictures import page
from plugins.publication.pictures.answers import Choices, answer, choices
from plugins.publication.pictures.declared import FILTERS, Dashboard, Picture, dashboards, pictures
from plugins.publication.served import permissions

_MEASURE = "measure"


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Before Datasette's own, which would look for a table of that name."""
    start = r"^/(?P<database>[^/.]+)/pictures"
    return [
        (rf"{start}$", overview),
        (rf"{start}/(?P<dashboard>[a-z_]+)$", dashboard),
        (rf"{start}/(?P<dashboard>[a-z_]+)/(?P<picture>[a-z_]+)$", picture),
        (rf"{start}/(?P<dashboard>[a-z_]+)/(?P<picture>[a-z_]+)\.svg$", picture_file),
    ]


async def _site(datasette: Any, request: Any) -> tuple[page.Site, Any]:
    """The site and its database. Raises NotFound for a database that is not ours."""
    name = tilde_decode(request.url_vars["database"])
    if name not in datasette.databases or not await datasette.databases[name].table_exists(TOTALS.name):
        raise NotFound(f"Database not found: {name}")
    await datasette.ensure_permissions(request.actor, permissions(name))
    return page.Site(datasette, name, request), datasette.databases[name]


def _dashboard(request: Any) -> Dashboard:
    name = request.url_vars["dashboard"]
    if name not in dashboards():
        raise NotFound("404")
    return dashboards()[name]


def _picture(request: Any, of: Dashboard) -> Picture:
    name = request.url_vars["picture"]
    if name not in (*of.pictures, of.instead):
        raise NotFound("404")
    return pictures()[name]


def _asked(request: Any, of: Dashboard, known: Choices) -> dict[str, str]:
    """The reader's filters, every one by name; a year that is not given is the newest."""
    asked = {name: (request.args.get(name) or "") if name in of.filters else "" for name in FILTERS}
    newest = str(known.years[0]) if known.years else ""
    return asked | {"fiscal_year": asked["fiscal_year"] or newest}


def _form(of: Dashboard, known: Choices, asked: dict[str, str]) -> list[dict[str, Any]]:
    """The lists to choose from: `name`, `value`, `options` of (value, label), `empty`: the label of no choice or None."""
    offered = {
        "fiscal_year": ([(str(year), str(year)) for year in known.years], None),
        "province": ([(name, value_label("province", name)) for name in known.provinces], say("全部", "all")),
        "level": ([(code, value_label("level", code)) for code in known.levels], say("全部", "all")),
    }
    lists = []
    for name in of.filters:
        options, empty = offered[name]
        value = asked[name]
        if value and value not in dict(options):
            options = [*options, (value, value)]  # asked for by address: shown as it was asked
        lists.append(
            {
                "name": name,
                "value": value,
                "options": options,
                "empty": empty if of.needs != name else say("请选择", "choose"),
            }
        )
    return lists


async def overview(datasette: Any, request: Any) -> Response:
    """What pictures there are, and the map of what was read."""
    site, database = await _site(datasette, request)
    known = await choices(database)
    of = dashboards()["map"]
    asked = _asked(request, of, known)
    first = await answer(database, pictures()[of.pictures[0]], asked)
    return await _html(
        site,
        "pictures_overview.html",
        {
            "dashboards": [
                {"entry": each, "href": site.pictures(each.name), "pictures": [
                    (str(pictures()[name].question), site.pictures(each.name, name) if not each.is_choice else site.pictures(each.name, asked={_MEASURE: name}))
                    for name in each.pictures
                ]}
                for each in dashboards().values()
            ],
            "map": page.shown(site, first, of.name, asked),
        },
    )  # fmt: skip


async def dashboard(datasette: Any, request: Any) -> Response:
    """A dashboard, narrowed as the reader asks."""
    site, database = await _site(datasette, request)
    of = _dashboard(request)
    known = await choices(database)
    asked = _asked(request, of, known)
    measure = request.args.get(_MEASURE)
    names = of.pictures
    if of.is_choice:
        names = (measure if measure in of.pictures else of.pictures[0],)
    is_missing = bool(of.needs and not asked[of.needs])
    if is_missing and of.instead:
        names = (of.instead,)
    answers = await asyncio.gather(*(answer(database, pictures()[name], asked) for name in names))
    return await _html(
        site,
        "pictures.html",
        {
            "dashboard": of,
            "is_missing": is_missing,
            "links": _tabs(site, of),
            "form": _form(of, known, asked),
            "measures": [(name, str(pictures()[name].title)) for name in of.pictures] if of.is_choice else [],
            "measure": names[0],
            "shown": [page.shown(site, each, of.name, asked) for each in answers],
            "source": page.source(site),
        },
    )


async def picture(datasette: Any, request: Any) -> Response:
    """One picture, with all that belongs to it; or, with ?embed=1, as other sites show it."""
    site, database = await _site(datasette, request)
    of = _dashboard(request)
    known = await choices(database)
    asked = _asked(request, of, known)
    found = await answer(database, _picture(request, of), asked)
    template = "pictures_embed.html" if request.args.get("embed") == "1" else "pictures_one.html"
    return await _html(
        site,
        template,
        {
            "dashboard": of,
            "links": _tabs(site, of),
            "form": _form(of, known, asked),
            "picture": page.shown(site, found, of.name, asked),
            "invented": page.invented(found, known),
            "sql": found.picture.sql,
            "source": page.source(site),
        },
    )


async def picture_file(datasette: Any, request: Any) -> Response:
    """One picture as an SVG file."""
    site, database = await _site(datasette, request)
    of = _dashboard(request)
    known = await choices(database)
    found = await answer(database, _picture(request, of), _asked(request, of, known))
    drawn = page.alone(site, found, of.name, known)
    headers = _kept(site) | {"Content-Language": language(), "Vary": "Accept-Language, Cookie"}
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn}\n', content_type="image/svg+xml", headers=headers
    )


def _tabs(site: page.Site, of: Dashboard) -> list[dict[str, Any]]:
    return [
        {"title": str(each.title), "href": site.pictures(each.name), "is_here": each is of}
        for each in dashboards().values()
    ]


def _kept(site: page.Site) -> dict[str, str]:
    """How long others may keep an answer: as long as Datasette's own pages."""
    return {"Cache-Control": f"max-age={site.datasette.setting('default_cache_ttl')}"}


async def _html(site: page.Site, template: str, context: dict[str, Any]) -> Response:
    context = {"database": site.database, "overview_href": site.pictures()} | context
    rendered = await site.datasette.render_template(template, context, request=site.request)
    return Response.html(rendered, headers=_kept(site))
