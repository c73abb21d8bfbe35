"""The documentation in the site: /<database>/about and its parts. What they say is made in `publication.about_page`."""

from typing import Any

from datasette import NotFound, Response, hookimpl

from plugins.publication import about_page, home_page
from plugins.publication.citation import citations
from plugins.publication.language import language
from plugins.publication.served import database_asked, page


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The first page of the documentation, and each part."""
    return [
        (r"^/(?P<database>[^/.]+)/about$", about),
        (r"^/(?P<database>[^/.]+)/about/(?P<part>[a-z]+)$", part_of_it),
    ]


def _context(datasette: Any, database: str) -> dict[str, Any]:
    def part_address(name: str) -> str:
        return str(datasette.urls.path(f"/{database}/about/{name}"))

    return {
        "database": database,
        "parts": list(about_page.PARTS.values()),
        "part_address": part_address,
        "metadata": datasette.metadata() or {},  # licence and source, for the foot of the page
    }


async def about(datasette: Any, request: Any) -> Response:
    """All parts, with what each is for."""
    database = await database_asked(datasette, request)
    return await page(datasette, request, "about.html", _context(datasette, database))


async def part_of_it(datasette: Any, request: Any) -> Response:
    """One part."""
    database = await database_asked(datasette, request)
    part = about_page.PARTS.get(request.url_vars["part"])
    if part is None:
        raise NotFound("Page not found")
    source = datasette.get_database(database)
    body = about_page.shown(part.name) | await about_page.asked(source, part.name)
    if part.name == "coverage":
        body["home"] = await home_page.read(source)
        body["statuses"] = home_page.STATUSES
    if part.name == "cite" and body["report"]:
        address = datasette.absolute_url(
            request, datasette.urls.row(database, "reports", str(body["report"]["id"]))
        )
        body["citation"] = citations(body["report"], body["document"], address)[language()]
        body["whole"] = datasette.absolute_url(request, datasette.urls.instance())
    template = f"about_{part.name}.html" if part.name in _OWN_TEMPLATES else "about_prose.html"
    return await page(
        datasette, request, template, _context(datasette, database) | {"part": part, "body": body}
    )


_OWN_TEMPLATES = ("codebook", "tables", "rules", "coverage", "cite", "sql", "errors")
