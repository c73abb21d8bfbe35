"""A query that names a chart shows it at once, and says what its parameters mean.

datasette-vega draws what the part of the address behind # says; this puts it there before it looks. The
chart, the parameters and their defaults stand with the query (`queries/*.toml`, then metadata.json).
"""

import json
from typing import Any
from urllib.parse import quote

from datasette import hookimpl

from plugins.publication.labels import value_label
from plugins.publication.language import own, say


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
def extra_js_urls(template: str) -> list[str]:
    """static/query.js, on pages of queries, before datasette-vega's own script, which looks at the screen once."""
    return ["/static/query.js"] if template.startswith("query") else []


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
