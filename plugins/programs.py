"""For programs that read the site: robots.txt, the sitemap, llms.txt, and what each page says of itself in its head.

    /robots.txt                     pages may be read; what is costly and already elsewhere may not
    /sitemap.xml                    the index of the parts below, each of at most 50,000 addresses
    /sitemap/pages.xml              home, tables, questions, pictures
    /sitemap/reports-<year>-<n>.xml   reports of a year
    /sitemap/publishers-<n>.xml, /sitemap/places-<n>.xml, /sitemap/outcomes-1.xml
    /llms.txt                       what there is and how to ask for it, for language models

The parts are written while the database is read, so that none stands in memory whole.
"""

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape

from datasette import NotFound, Response, hookimpl
from datasette.utils.asgi import AsgiStream

from load.schema import OUTCOMES, PUBLISHERS, REPORTS, TABLES, VIEWS
from plugins.publication.addresses import place_address
from plugins.publication.language import LANGUAGES, PARAMETER, language
from plugins.publication.llms import llms_text
from plugins.publication.pictures.declared import dashboards
from plugins.publication.served import permissions

MOST_ADDRESSES = 50_000  # of one part (sitemaps.org)
_AT_ONCE = 5_000  # rows of one question to the database
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NAME = re.compile(
    r"(?P<kind>pages|reports|publishers|places|outcomes)(?:-(?P<year>\d{4}|unknown))?(?:-(?P<part>\d{1,5}))?"
)
_TAGS = {"zh": "zh-Hans", "en": "en"}

# What costs the server much and holds nothing that is not elsewhere; addresses of RFC 9309, after the base.
_COSTLY = (
    "/*?*sql=", "/*?*_facet", "/*?*_where", "/*?*_through", "/*?*_sort", "/*?*_next", "/*?*_search",
    "/*.csv", "/*.xlsx", "/*.db$", "/*/search?", "/*/compare?", "/-/search",
)  # fmt: skip

# Each ends with the ids after the last one read; all are answered from an index or from a small table.
_COUNTS = {
    "reports": "select fiscal_year as year, count(*) as n from reports group by fiscal_year order by fiscal_year",
    "publishers": "select null as year, count(*) as n from publishers",
    "places": "select null as year, count(distinct region_code) as n from publishers",
    "outcomes": "select null as year, count(*) as n from outcomes",
}
_IDS = {
    "reports": "select id from reports where fiscal_year is :year and id > :after order by id limit :at_once offset :start",
    "publishers": "select id from publishers where id > :after order by id limit :at_once offset :start",
    "places": "select distinct region_code as id from publishers where region_code > :after "
    "order by region_code limit :at_once offset :start",
    "outcomes": "select id from outcomes where id > :after order by id limit :at_once offset :start",
}


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Files at the root of the site."""
    return [
        (r"^/robots\.txt$", robots),
        (r"^/sitemap\.xml$", sitemap),
        (r"^/sitemap/(?P<name>[a-z0-9-]+)\.xml$", sitemap_part),
        (r"^/llms\.txt$", llms),
    ]


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """`language_links(request)`: the page's own address and that in each language, for its head."""
    env.globals["language_links"] = lambda request: _language_links(datasette, request)


def _language_links(datasette: Any, request: Any) -> list[dict[str, str]]:
    """`rel`, `href` and perhaps `hreflang` of a page: what search engines should call it."""
    if request is None:
        return []
    kept = [(k, v) for k, v in parse_qsl(request.query_string, keep_blank_values=True) if k != PARAMETER]

    def address(*more: tuple[str, str]) -> str:
        asked = urlencode([*kept, *more])
        return str(datasette.absolute_url(request, request.path + (f"?{asked}" if asked else "")))

    return [
        {"rel": "canonical", "href": address()},
        *(
            {"rel": "alternate", "hreflang": _TAGS[code], "href": address((PARAMETER, code))}
            for code in LANGUAGES
        ),
        {"rel": "alternate", "hreflang": "x-default", "href": address()},
    ]


# --- robots.txt and llms.txt ----------------------------------------------------------------------------


async def robots(datasette: Any, request: Any) -> Response:
    """What may be read by those who ask."""
    base = str(datasette.urls.path("")).rstrip("/")
    lines = [
        "User-agent: *",
        *(f"Disallow: {base}{path}" for path in _COSTLY),
        "Allow: /",
        "",
        f"Sitemap: {_absolute(datasette, request, '/sitemap.xml')}",
        "",
    ]
    return _text(datasette, "\n".join(lines))


async def llms(datasette: Any, request: Any) -> Response:
    """The site in a page for language models (llmstxt.org); English unless Chinese is asked for."""
    name, _ = _shown(datasette)
    site = _absolute(datasette, request, "/").rstrip("/")
    made = llms_text(site, name, datasette.metadata() or {}, (*TABLES, *VIEWS))
    response = _text(datasette, made, "text/markdown")
    response.headers |= {"Content-Language": language(), "Vary": "Accept-Language, Cookie"}
    return response


def _text(datasette: Any, text: str, kind: str = "text/plain") -> Response:
    headers = {"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"}
    return Response(text, headers=headers, content_type=f"{kind}; charset=utf-8")


def _absolute(datasette: Any, request: Any, path: str) -> str:
    return str(datasette.absolute_url(request, datasette.urls.path(path)))


def _shown(datasette: Any) -> tuple[str, Any]:
    """The name of the database that the site shows, and itself. Raises NotFound where there is not one."""
    names = [name for name in datasette.databases if not name.startswith("_")]
    if len(names) != 1:
        raise NotFound("404")
    return names[0], datasette.databases[names[0]]


# --- sitemap --------------------------------------------------------------------------------------------


async def sitemap(datasette: Any, request: Any) -> Response:
    """The index: one line a part."""
    shown, database = _shown(datasette)
    await datasette.ensure_permissions(request.actor, permissions(shown))
    names = ["pages"]
    for kind, sql in _COUNTS.items():
        if not await database.table_exists("publishers" if kind == "places" else kind):
            continue
        for year, count in (await database.execute(sql)).rows:
            of = f"{kind}-{year or 'unknown'}" if kind == "reports" else kind
            names += [f"{of}-{part}" for part in range(1, -(-count // MOST_ADDRESSES) + 1)]
    lines = "".join(
        f"<sitemap><loc>{escape(_absolute(datasette, request, f'/sitemap/{name}.xml'))}</loc></sitemap>\n"
        for name in names
    )
    return _text(
        datasette,
        f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{_SITEMAP}">\n{lines}</sitemapindex>\n',
        "application/xml",
    )


async def sitemap_part(datasette: Any, request: Any) -> Any:
    """A part of the sitemap, written as it is read."""
    name, database = _shown(datasette)
    await datasette.ensure_permissions(request.actor, permissions(name))
    asked = _NAME.fullmatch(request.url_vars["name"])
    if not asked:
        raise NotFound("404")
    found = _pages(datasette, name) if asked["kind"] == "pages" else _rows(datasette, name, database, asked)
    first = [path async for path in _begin(found)]
    if not first:
        raise NotFound("404")

    async def written(out: Any) -> None:
        await out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_SITEMAP}">\n')
        lines = [_line(datasette, request, path) for path in first]
        async for path in found:
            lines.append(_line(datasette, request, path))
            if len(lines) >= _AT_ONCE:
                await out.write("".join(lines))
                lines = []
        await out.write("".join(lines) + "</urlset>\n")

    headers = {"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"}
    return AsgiStream(written, headers=headers, content_type="application/xml; charset=utf-8")


async def _begin(paths: AsyncIterator[str]) -> AsyncIterator[str]:
    """The first of `paths`, if there is one: then the part is there."""
    async for path in paths:
        yield path
        return


def _line(datasette: Any, request: Any, path: str) -> str:
    return f"<url><loc>{escape(str(datasette.absolute_url(request, path)))}</loc></url>\n"


async def _pages(datasette: Any, name: str) -> AsyncIterator[str]:
    """Pages that are always there: those at the head of every page, tables, questions and pictures."""
    described = datasette.metadata(database=name, fallback=False) or {}
    urls = datasette.urls
    found = [urls.instance(), urls.database(name)]
    found += [link["href"] for link in datasette.jinja_env.globals["site_links"]()]
    found += [urls.table(name, table) for table in described.get("tables", {})]
    found += [urls.query(name, query) for query in described.get("queries", {})]
    found += [urls.path(f"/{name}/pictures/{dashboard}") for dashboard in dashboards()]
    for path in dict.fromkeys(map(str, found)):
        yield path


async def _rows(datasette: Any, name: str, database: Any, asked: re.Match[str]) -> AsyncIterator[str]:
    """The pages of the rows of a part, in the order of their keys."""
    kind, part = asked["kind"], int(asked["part"] or 1)
    after: int | str = "" if kind in ("places", "outcomes") else -1
    left, start = MOST_ADDRESSES, MOST_ADDRESSES * (part - 1)
    year = int(asked["year"]) if (asked["year"] or "").isdigit() else None
    while left and part:
        at_once = min(_AT_ONCE, left)
        asked_for = {"after": after, "at_once": at_once, "start": start, "year": year}
        ids = [row[0] for row in (await database.execute(_IDS[kind], asked_for)).rows]
        for id in ids:
            if kind == "places":
                yield place_address(datasette, name, id)
            else:
                table = {"reports": REPORTS, "publishers": PUBLISHERS, "outcomes": OUTCOMES}[kind]
                yield str(datasette.urls.row(name, table.name, str(id)))
        if len(ids) < at_once:
            return
        left, start, after = left - len(ids), 0, ids[-1]
