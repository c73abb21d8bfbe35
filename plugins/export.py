"""Tables and answers to take away: CSV that Excel reads, and Excel workbooks, beside Datasette's JSON and CSV.

    /<database>/<table or query>.csv?_bom=1     the CSV with a byte-order mark, without which Excel garbles Chinese
    /<database>/<table or query>.xlsx           all rows of the selection, with their code book, up to a bound

The workbook itself is made in `publication.workbook`; its bounds stand here. Limits of Datasette hold: each page of a
table is asked for as Datasette asks for it, with its time limit, and the answer of a query ends where its page does.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import Response, hookimpl
from datasette.views.base import DatasetteError
from datasette.views.database import QueryView
from datasette.views.table import TableView

from load.schema import DOCUMENTS
from plugins.publication.language import PARAMETER, counted, day, language, own, own_html, say
from plugins.publication.translation import condition
from plugins.publication.workbook import Sheet, workbook

MOST_ROWS = 10_000
MOST_CELLS = 200_000  # about two seconds of one core
MOST_CHARACTERS = 10_000_000
BYTE_ORDER_MARK = "\ufeff".encode()
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What an address of a page says of the page alone, not of the rows that are chosen.
_OF_THE_PAGE = re.compile(r"_next|_size|_nofacet|_nocount|_labels|_dl|_bom|_stream|_shape|_trace|_facet\w*")
_writing = ThreadPoolExecutor(1, thread_name_prefix="workbook")  # one at a time: they take time and memory
_newest: dict[str, str | None] = {}  # by hash of an immutable database


# --- CSV for Excel --------------------------------------------------------------------------------------


@hookimpl
def asgi_wrapper() -> Callable[[Any], Any]:
    """Put the mark before a CSV that is asked for with `_bom=1`; ask for a workbook's rows by large pages."""

    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def exported(scope: dict[str, Any], receive: Any, send: Any) -> None:
            path = scope.get("path", "")
            asked = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
            if scope["type"] == "http" and path.endswith(".csv") and ("_bom", "1") in asked:
                send = _marked(send)
            elif scope["type"] == "http" and path.endswith(".xlsx"):
                kept = [(key, value) for key, value in asked if key not in ("_next", "_size")]
                whole = [*kept, ("_size", "max"), ("_nofacet", "1"), ("_nocount", "1")]
                scope = scope | {"query_string": urlencode(whole).encode("latin-1")}
            await app(scope, receive, send)

        return exported

    return wrap


def _marked(send: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """`send`, with the mark before the first bytes of a CSV that begins without it."""
    is_due = False

    async def marked(event: dict[str, Any]) -> None:
        nonlocal is_due
        if event["type"] == "http.response.start":
            headers = dict(event.get("headers", []))
            kind = headers.get(b"content-type", b"")
            is_due = event["status"] == 200 and kind.startswith((b"text/csv", b"text/plain"))
            if is_due:
                headers[b"content-type"] = b"text/csv; charset=utf-8"
                headers.pop(b"content-length", None)
                event = event | {"headers": list(headers.items())}
        elif event.get("body") and is_due:
            is_due = False
            if not event["body"].startswith(BYTE_ORDER_MARK):
                event = event | {"body": BYTE_ORDER_MARK + event["body"]}
        await send(event)

    return marked


def _refusing(data: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(data)
    async def refused(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        found = await data(self, request, *args, **kwargs)
        wrong = found[0].get("error") if isinstance(found, tuple) else None
        if wrong and request.url_vars.get("format") in ("csv", "xlsx"):
            raise DatasetteError(wrong, title="Invalid SQL", status=400)
        return found

    return refused


# Datasette answers a query that fails with an empty CSV and status 200, which reads like an answer.
if not hasattr(QueryView.data, "__wrapped__"):
    QueryView.data = _refusing(QueryView.data)


# --- workbooks ------------------------------------------------------------------------------------------


@hookimpl
def register_output_renderer() -> dict[str, Any]:
    """Workbooks of tables, rows and the answers of queries."""
    return {"extension": "xlsx", "render": _workbook, "can_render": _has_columns}


def _has_columns(columns: Sequence[str]) -> bool:
    return bool(columns)


class _TooMuch(Exception):
    """There is more than a workbook takes; the message says so, and what to take instead."""


@hookimpl(tryfirst=True)
def handle_exception(exception: BaseException) -> Response | None:
    """Say why there is no workbook; the status that Datasette gives to a query's answer would be 200."""
    return Response.text(f"{exception}\n", status=400) if isinstance(exception, _TooMuch) else None


async def _workbook(
    datasette: Any,
    request: Any,
    database: str,
    table: str | None,
    query_name: str | None,
    data: dict[str, Any],
) -> Response:
    metadata = data.get("metadata") or _described(datasette, database, table, query_name)
    asked = {key for key, _ in parse_qsl(request.query_string, keep_blank_values=True)}
    chosen = [] if asked & {"_col", "_nocol"} else metadata.get("shown", [])
    columns = list(data["columns"])
    kept = [at for at, column in enumerate(columns) if not chosen or column in chosen]
    rows = await _rows(datasette, request, data, kept)
    dated = await _date_of_data(datasette.get_database(database))
    title = own(metadata.get("title") or table or query_name or "SQL")
    left_out = [column for at, column in enumerate(columns) if at not in kept]
    sheet = Sheet(
        title=title,
        table=table,
        columns=[columns[at] for at in kept],
        rows=rows,
        labelled=frozenset(data.get("expanded_columns") or ()) & {columns[at] for at in kept},
        facts=_facts(datasette, request, metadata, data, title, len(rows), dated, left_out),
        descriptions=metadata.get("columns", {}),
        created=datetime.fromisoformat(dated[:10]) if dated else None,
    )
    made = await asyncio.get_running_loop().run_in_executor(_writing, copy_context().run, workbook, sheet)
    name = re.sub(r"[^A-Za-z0-9_-]", "_", table or query_name or "sql")
    headers = {
        "Content-Disposition": f'attachment; filename="nianbao-{name}.xlsx"',
        "Content-Language": language(),
        "Vary": "Accept-Language, Cookie",
    }
    return Response(made, headers=headers, content_type=CONTENT_TYPE)


async def _rows(
    datasette: Any, request: Any, data: dict[str, Any], kept: Sequence[int]
) -> list[Sequence[Any]]:
    """All rows of the selection, page by page, of each the cells at `kept`. Raises _TooMuch where it is too much."""
    if data.get("table") is None and data.get("truncated"):
        raise _TooMuch(
            say(
                f"查询结果超过 {len(data['rows']):,} 行，只取其中一部分会误导人。请在 SQL 中加 limit 分段，或下载整个数据库。",
                f"The query has more than {len(data['rows']):,} rows, and a part of them would mislead. Take them in parts "
                "with limit and offset, or download the database.",
            )
        )
    found: list[Sequence[Any]] = []
    characters = 0
    while True:
        rows = [[row[at] for at in kept] for row in data["rows"]]
        found += rows
        characters += _characters(rows)
        after = data.get("next") if data.get("table") else None
        _check_bounds(len(found) + bool(after), len(kept), characters)
        if not after:
            return found
        data, _, _ = await TableView(datasette).data(request, _next=after)


def _check_bounds(rows: int, columns: int, characters: int) -> None:
    most = min(MOST_ROWS, MOST_CELLS // max(columns, 1))
    if rows > most:
        raise _TooMuch(
            say(
                f"这样的 Excel 文件（{columns} 列）至多 {most:,} 行，所选超过此数。请加条件缩小范围，用 _nocol= 去掉几列，或改用 CSV（.csv?_stream=on，Excel 用的再加 &_bom=1）。",
                f"An Excel file of {columns} columns holds at most {most:,} rows here, and more were chosen. Narrow the "
                "selection, leave out columns with _nocol=, or take the CSV (.csv?_stream=on, and &_bom=1 for Excel).",
            )
        )
    if characters > MOST_CHARACTERS:
        raise _TooMuch(
            say(
                f"Excel 文件至多 {MOST_CHARACTERS:,} 字，所选超过此数。请用 _nocol= 去掉叙述各列，或改用 CSV（.csv?_stream=on，Excel 用的再加 &_bom=1）。",
                f"An Excel file here holds at most {MOST_CHARACTERS:,} characters, and more were chosen. Leave out the "
                "columns of prose with _nocol=, or take the CSV (.csv?_stream=on, and &_bom=1 for Excel).",
            )
        )


def _characters(rows: Sequence[Sequence[Any]]) -> int:
    return sum(len(cell) for row in rows for cell in row if isinstance(cell, str))


def _described(datasette: Any, database: str, table: str | None, query: str | None) -> Mapping[str, Any]:
    """What metadata.json says of a table or of a canned query."""
    found = datasette.metadata(database=database, fallback=False) or {}
    kind, name = ("tables", table) if table else ("queries", query)
    described: Mapping[str, Any] = found.get(kind, {}).get(name, {})
    return described


def _facts(
    datasette: Any,
    request: Any,
    metadata: Mapping[str, Any],
    data: Mapping[str, Any],
    title: str,
    rows: int,
    dated: str | None,
    left_out: Sequence[str],
) -> list[tuple[str, str]]:
    """What a workbook says of itself: what it is, from where, of which date, and under which licence."""
    described = re.sub(r"<[^>]+>", " ", str(own_html(metadata.get("description_html", "")))).strip()
    query = data.get("query") or {}
    about = [
        (say("内容", "What"), title),
        (say("说明", "Description"), described),
        (say("所选", "Selection"), condition(data.get("human_description_en") or "", data.get("table"))),
        ("SQL", query.get("sql", "") if data.get("table") is None else ""),
        (say("行数", "Rows"), counted(rows)),
        (say("数据日期", "Date of the data"), day(dated) if dated else ""),
        (say("网址", "Address"), _address(datasette, request)),
        (say("来源", "Source"), own(datasette.metadata("source") or "")),
        (say("许可", "Licence"), own(datasette.metadata("license") or "")),
        (
            say("空格", "Blanks"),
            say(
                "空格不是零：页面留空或没有这个数字的，这里也空着。编号存为文本，因为 Excel 只保留 15 位数字。",
                "A blank is not zero: what the page leaves blank is blank here. Ids are text, for Excel keeps 15 digits only.",
            ),
        ),
        (
            say("未收的列", "Columns left out"),
            say(f"{'、'.join(left_out)}（CSV 和 JSON 中有；也可用 _col= 选列）", f"{', '.join(left_out)} (in the CSV and the JSON; or choose columns with _col=)")
            if left_out
            else "",
        ),
    ]  # fmt: skip
    return [(name, words) for name, words in about if words]


def _address(datasette: Any, request: Any) -> str:
    """The page that shows what the workbook holds."""
    kept = urlencode(_of_the_selection(request.query_string))
    path = request.path.removesuffix(".xlsx")
    return str(datasette.absolute_url(request, path + (f"?{kept}" if kept else "")))


def _of_the_selection(query: str) -> list[tuple[str, str]]:
    found = parse_qsl(query, keep_blank_values=True)
    return [(key, value) for key, value in found if key != PARAMETER and not _OF_THE_PAGE.fullmatch(key)]


async def _date_of_data(database: Any) -> str | None:
    """When the newest document was fetched; None where no document has a time."""
    if database.hash in _newest:
        return _newest[database.hash]
    newest = None
    if await database.table_exists(DOCUMENTS.name):
        newest = (await database.execute("select max(fetched_at) from documents")).single_value()
    if database.hash:
        _newest[database.hash] = newest
    return newest


# --- the ways to them, on the pages ---------------------------------------------------------------------


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """`export_links(request, …)`: what stands in templates/_export_links.html."""
    env.globals["export_links"] = lambda request, **page: _links(datasette, request, **page)


def _links(
    datasette: Any, request: Any, *, table: str | None = None, has_labels: bool = False
) -> list[dict[str, str]]:
    """CSV, CSV for Excel and the workbook: all rows of the selection, whatever page of it is shown."""
    kept = _of_the_selection(request.query_string)
    labels = [("_labels", "on")] if has_labels else []
    stream = [("_stream", "on")] if table else []

    def address(extension: str, *more: tuple[str, str]) -> str:
        path, asked = request.path, [*kept, *more]
        if "." in path:  # an extension would be read as a part of the name
            asked.append(("_format", extension))
        else:
            path = f"{path}.{extension}"
        return str(datasette.urls.path(f"{path}?{urlencode(asked)}"))

    return [
        {"label": "CSV", "href": address("csv", *labels, *stream), "title": say("全部行", "all rows")},
        {
            "label": say("CSV（Excel 用）", "CSV for Excel"),
            "href": address("csv", *labels, *stream, ("_dl", "on"), ("_bom", "1")),
            "title": say("带字节顺序标记，Excel 打开不乱码", "with a byte-order mark: Excel shows Chinese as it is"),
        },
        {
            "label": "Excel",
            "href": address("xlsx", *labels, (PARAMETER, language())),
            "title": say(f"全部行（至多 {MOST_ROWS:,} 行）和各列说明", f"all rows (at most {MOST_ROWS:,}) and what each column means"),
        },
    ]  # fmt: skip
