"""The page of one report and of one archived document, and a report's form as CSV and JSON.

What they say is made in `publication.report_page` and its neighbours; how it looks stands in
templates/row-nianbao-reports.html and row-nianbao-documents.html. The form alone has addresses of its own:
/<database>/reports/<id>/form.csv (with `?_bom=1` for Excel) and /form.json.
"""

import json
from typing import Any

from datasette import NotFound, Response, hookimpl
from datasette.utils import add_cors_headers, tilde_decode

from load.schema import DOCUMENTS, REPORTS
from plugins.publication import document_page, form_export, form_html, marks, report_page
from plugins.publication.addresses import compare_address, places_above
from plugins.publication.citation import citations
from plugins.publication.served import database_asked


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The form of a report as data."""
    return [(r"^/(?P<database>[^/.]+)/reports/(?P<id>\d{1,18})/form\.(?P<format>csv|json)$", form)]


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    """What the two templates speak with."""
    env.globals |= {
        "form_lines": form_html.form_lines,
        "proof_lines": form_html.proof_lines,
        "statistics_lines": form_html.statistics_lines,
        "words": form_html.words,
        "in_words": form_html.in_words,
        "sign_in_words": marks.sign_in_words,
        "clue_in_words": report_page.clue_in_words,
        "anchor_of": marks.anchor,
    }


@hookimpl
def extra_template_vars(datasette: Any, template: str, database: str | None, request: Any) -> Any:
    """What the pages of a report and of a document show, as `page`."""
    pages = {
        f"row-{database}-{REPORTS.name}.html": _report,
        f"row-{database}-{DOCUMENTS.name}.html": _document,
    }
    if template not in pages or database is None or request is None:
        return {}

    async def variables() -> dict[str, Any]:
        key = tilde_decode(request.url_vars["pks"])
        return {"page": await pages[template](datasette, database, key, request)}

    return variables


async def _report(datasette: Any, database: str, key: str, request: Any) -> dict[str, Any]:
    found = await report_page.read(datasette.get_database(database), key)
    if found is None:
        raise NotFound("Record not found")
    row = found["row"]
    address = _address(datasette, database, key, request)
    first = found["documents"][0] if found["documents"] else None
    before = found["before_id"]
    return (
        found
        | report_page.shown(found)
        | {
            "address": address,
            "reading": report_page.reading(row),
            "counts": report_page.counts(found["checks"]),
            "places": places_above(datasette, database, row),
            "citations": citations(row, first, address),
            "compare": compare_address(datasette, database, row["id"], before) if before else None,
            "link": lambda table, id: datasette.urls.row(database, table, str(id)),
        }
    )


async def _document(datasette: Any, database: str, key: str, _request: Any) -> dict[str, Any]:
    found = await document_page.read(datasette.get_database(database), key)
    if found is None:
        raise NotFound("Record not found")
    return found | {"link": lambda table, id: datasette.urls.row(database, table, str(id))}


def _address(datasette: Any, database: str, key: str, request: Any) -> str:
    """The permanent address of a report."""
    return str(datasette.absolute_url(request, datasette.urls.row(database, REPORTS.name, key)))


async def form(datasette: Any, request: Any) -> Response:
    """The form of a report: a line a figure as CSV, or the JSON that `nianbao inspect` prints."""
    database, key = await database_asked(datasette, request), request.url_vars["id"]
    found = await report_page.read(datasette.get_database(database), key)
    if found is None:
        raise NotFound("Record not found")
    headers = {"Cache-Control": f"max-age={datasette.setting('default_cache_ttl')}"}
    if datasette.cors:
        add_cors_headers(headers)
    if request.url_vars["format"] == "json":
        first = found["documents"][0] if found["documents"] else None
        made = form_export.as_json(
            found["row"], found["checks"], first, _address(datasette, database, key, request)
        )
        return Response(
            json.dumps(made, ensure_ascii=False),
            headers=headers,
            content_type="application/json; charset=utf-8",
        )
    for_excel = request.args.get("_bom") == "1"
    body = form_export.as_csv(found["row"], found["checks"], with_byte_order_mark=for_excel)
    headers["Content-Disposition"] = f'attachment; filename="nianbao-{key}.csv"'
    return Response(body, headers=headers, content_type="text/csv; charset=utf-8")
