"""What every address of our own begins and ends with: may this reader see it, and the page with its headers."""

from collections.abc import Mapping
from typing import Any

from datasette import NotFound, Response
from datasette.utils import tilde_decode

from load.schema import REPORTS


def permissions(database: str) -> list[Any]:
    """What a reader must be allowed who is to see anything that is made of the reports of a database."""
    return [("view-table", (database, REPORTS.name)), ("view-database", database), "view-instance"]


async def database_asked(datasette: Any, request: Any) -> str:
    """The name of the database in the address. Raises NotFound where it holds no reports, Forbidden where the
    reader may not see them."""
    database: str = tilde_decode(request.url_vars["database"])
    if database not in datasette.databases or not await datasette.get_database(database).table_exists(
        REPORTS.name
    ):
        raise NotFound("Database not found")
    await datasette.ensure_permissions(request.actor, permissions(database))
    return database


async def page(
    datasette: Any, request: Any, template: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    """A template as a page that may be kept for as long as Datasette's own; an error is kept by nobody."""
    name = template.removesuffix(".html")
    body = await datasette.render_template(template, dict(context), request=request, view_name=name)
    kept = f"max-age={datasette.setting('default_cache_ttl')}" if status == 200 else "no-store"
    return Response.html(body, status=status, headers={"Cache-Control": kept})
