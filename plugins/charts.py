"""Charts of the reader's own, by datasette-vega: where they are offered, and what a query shows at once.

datasette-vega draws what the part of the address behind # says; this puts it there before it looks. The
chart, the parameters and their defaults stand with the query (`queries/*.toml`, then metadata.json).

Its script is ten times the rest of a page, and it asks for it on every one: here only where there are rows to
draw. On Chinese pages static/words.js translates what it and Datasette's own scripts write.
"""

import json
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

import datasette_vega  # type: ignore[import-untyped]  # ships no types
from datasette import hookimpl

from plugins.publication.labels import value_label
from plugins.publication.language import language, own, say

_is_charted: ContextVar[bool] = ContextVar("is_charted", default=False)
_vega_files = datasette_vega.cached_filepaths_for_extension


def _files_where_charted(extension: str) -> list[str]:
    """datasette-vega's files, for a page that it can draw."""
    return list(_vega_files(extension)) if _is_charted.get() else []


# Its hooks do not ask for the template; ours below, which run before them, do.
if not hasattr(_vega_files, "is_ours"):
    _files_where_charted.is_ours = True  # type: ignore[attr-defined]  # a mark, so as not to wrap twice
    datasette_vega.cached_filepaths_for_extension = _files_where_charted


def _note(template: str) -> bool:
    """Remember whether the page that is made has rows to draw."""
    charted = template.startswith(("table", "query"))
    _is_charted.set(charted)
    return charted


def chart_fragment(chart: dict[str, str]) -> str:
    """What datasette-vega reads behind #, for a chart of `mark`, `x`, `y` and perhaps `color` columns."""
    parts = {
        "mark": chart["mark"],
        "x_column": chart["x"],
        "x_type": chart.get("x_type", "ordinal"),
        "y_column": chart["y"],
        "y_type": chart.get("y_type", "quantitative"),
        "color_column": chart.get("color", ""),
    }
    return "&".join(f"g.{key}={quote(value, safe='')}" for key, value in parts.items() if value)


@hookimpl(tryfirst=True)
def extra_css_urls(template: str) -> list[str]:
    """None of our own; see `_note`."""
    _note(template)
    return []


@hookimpl(tryfirst=True)
def extra_js_urls(template: str) -> list[str]:
    """Ours before datasette-vega's own script, which looks at the screen once."""
    ours = ["/static/query.js"] if _note(template) else []
    return [*ours, "/static/words.js"] if language() == "zh" else ours


@hookimpl
def extra_body_script(datasette: Any, database: str | None, request: Any, template: str) -> Any:
    """On the page of a query of ours: its chart and its parameters, for static/query.js."""

    async def script() -> str:
        name = request.url_vars.get("table") if request and template.startswith("query") else None
        query = await datasette.get_canned_query(database, name, request.actor) if name else None
        if not query or not (query.get("chart") or query.get("parameters")):
            return ""
        described = query.get("parameters", {}).items()
        shown: dict[str, Any] = {"parameters": {name: _shown(name, entry) for name, entry in described}}
        if query.get("chart"):
            shown["fragment"] = chart_fragment(query["chart"])
        # "</script>" inside a string would end the script
        return f"showQuery({json.dumps(shown, ensure_ascii=False).replace('<', chr(92) + 'u003c')});"

    return script


def _shown(name: str, parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter as the page explains it: `title`, `default`, and the names of the codes it may be."""
    found = parameter | {"title": own(parameter["title"])}
    if "choices" in parameter:
        found["choices"] = {code: value_label(name, code) for code in parameter["choices"]}
    if parameter.get("is_number"):
        found["expects"] = say("数字", "a number")
    return found
