"""Atom feeds, so that what is new comes to those who wait for it.

    /<database>/feeds/reports.atom            new reports
    /<database>/feeds/findings.atom           new reports that contradict themselves, with what they get wrong
    /<database>/feeds/publishers/<id>.atom    the reports of one publisher
    /<database>/feeds/places/<code>.atom      the reports of all that publish in a place

In the language of `?_lang=zh|en`, else of the reader. What stands in them is made in `publication.feeds`.
"""

import re
from typing import Any

from datasette import NotFound, Response, hookimpl
from datasette.utils import add_cors_headers, tilde_decode, tilde_encode

from load.schema import PUBLISHERS, REPORTS
from plugins.publication import feeds, place_page
from plugins.publication.addresses import place_address
from plugins.publication.language import PARAMETER, language, say
from plugins.publication.served import database_asked

_PAGE_WITH_FEED = re.compile(r"/(?P<database>[^/.]+)/(?P<kind>publishers|places)/(?P<key>[^/]+)")


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """Before Datasette's own, which would look for a table of that name."""
    start = r"^/(?P<database>[^/.]+)/feeds"
    return [
        (rf"{start}/reports\.atom$", reports),
        (rf"{start}/findings\.atom$", findings),
        (rf"{start}/publishers/(?P<publisher>\d{{1,16}})\.atom$", publisher),
        (rf"{start}/places/(?P<place>[^/]+)\.atom$", place),
        (rf"{start}/.*$", nothing),
    ]


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """`feed_links(request)`: the feeds of a page, for its head."""
    env.globals["feed_links"] = lambda request: _links(datasette, request)


def _links(datasette: Any, request: Any) -> list[dict[str, str]]:
    names = [name for name in datasette.databases if not name.startswith("_")]
    if len(names) != 1 or request is None:
        return []
    [name] = names
    asked = f"?{PARAMETER}={language()}"
    found = [
        (say("新收报告", "New reports"), f"/{name}/feeds/reports.atom"),
        (say("新发现的不符", "New findings"), f"/{name}/feeds/findings.atom"),
    ]
    page = _PAGE_WITH_FEED.fullmatch("/" + request.path.removeprefix(datasette.urls.path("/")))
    if page and page["database"] == name:
        of = say("本机关的报告", "Reports of this publisher") if page["kind"] == "publishers" else say("本地的报告", "Reports of this place")  # fmt: skip
        found.insert(0, (of, f"/{name}/feeds/{page['kind']}/{page['key']}.atom"))
    return [{"title": title, "href": str(datasette.urls.path(path)) + asked} for title, path in found]


async def _database(datasette: Any, request: Any) -> Any:
    """The database that is asked for, where it has reports that the reader may see."""
    return datasette.databases[await database_asked(datasette, request)]


async def _asked(database: Any, sql: str, **values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in (await database.execute(sql, values)).rows]


async def reports(datasette: Any, request: Any) -> Response:
    """New reports."""
    database = await _database(datasette, request)
    return _answer(
        datasette,
        request,
        "feeds/reports",
        (
            say("年报：新收报告", "Nianbao: new reports"),
            say("最近收进来的年度报告", "The annual reports read last"),
        ),
        datasette.urls.table(database.name, REPORTS.name),
        await _asked(database, feeds.NEW_REPORTS),
    )


async def findings(datasette: Any, request: Any) -> Response:
    """New reports that contradict themselves."""
    database = await _database(datasette, request)
    rows = await _asked(database, feeds.NEW_FINDINGS)
    return _answer(
        datasette,
        request,
        "feeds/findings",
        (
            say("年报：新发现的不符", "Nianbao: new findings"),
            say(
                "页面所印的数字彼此矛盾的报告；我们照登，不改",
                "Reports whose own figures contradict each other; we publish them as printed",
            ),
        ),
        datasette.urls.table(database.name, "checks") + "?verdict=source_error",
        rows,
        await _asked(database, feeds.FINDINGS, reports=feeds.report_ids(rows)),
    )


async def publisher(datasette: Any, request: Any) -> Response:
    """The reports of one publisher."""
    database, key = await _database(datasette, request), request.url_vars["publisher"]
    found = await _asked(database, "select id, name from publishers where id = :key", key=int(key))
    if not found:
        raise NotFound("Record not found")
    return _answer(
        datasette,
        request,
        f"feeds/publishers/{int(key)}",
        (str(found[0]["name"]), say("这一机关的年度报告", "The annual reports of this publisher")),
        datasette.urls.row(database.name, PUBLISHERS.name, str(int(key))),
        await _asked(database, feeds.OF_PUBLISHER, publisher=int(key)),
    )


async def place(datasette: Any, request: Any) -> Response:
    """The reports of all that publish in a place, those below it too."""
    database, asked = await _database(datasette, request), tilde_decode(request.url_vars["place"])
    question = place_page.named(asked)
    known = await _asked(database, question.sql, **question.parameters)
    if not known:
        raise NotFound("Record not found")
    region = place_page.region(known, None)
    code = str(region["code"])
    if region["level"] == "province":
        rows = await _asked(database, feeds.OF_PROVINCE, province=region["province"])
    else:
        last = code[:4] + "99" if region["level"] == "prefecture" else code
        rows = await _asked(database, feeds.OF_CODES, **{"from": code, "to": last})
    return _answer(
        datasette,
        request,
        f"feeds/places/{code}",
        (str(region["name"]), say("当地各机关的年度报告", "The annual reports of the bodies of this place")),
        place_address(datasette, database.name, code),
        rows,
    )


async def nothing() -> Response:
    """There are no other feeds."""
    raise NotFound("404")


def _answer(
    datasette: Any,
    request: Any,
    about: str,
    words: tuple[str, str],
    page: str,
    rows: list[dict[str, Any]],
    findings: list[dict[str, Any]] | None = None,
) -> Response:
    """The feed as a response; `about` is what its id is made from, `words` its title and subtitle."""
    database = tilde_encode(tilde_decode(request.url_vars["database"]))

    def absolute(path: object) -> str:
        return str(datasette.absolute_url(request, str(path)))

    made = feeds.atom(
        feeds.Feed(
            about=f"{about}/{language()}",
            title=words[0],
            subtitle=words[1],
            address=absolute(datasette.urls.path(f"/{database}/{about}.atom") + f"?{PARAMETER}={language()}"),
            page=absolute(page),
            generator=absolute(datasette.urls.instance()),
            address_of=lambda id: absolute(datasette.urls.row(database, REPORTS.name, str(id))),
        ),
        rows,
        findings,
    )
    headers = {
        "Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}",
        "Content-Language": language(),
        "Vary": "Accept-Language, Cookie",
    }
    if datasette.cors:
        add_cors_headers(headers)
    return Response(made, headers=headers, content_type="application/atom+xml; charset=utf-8")
