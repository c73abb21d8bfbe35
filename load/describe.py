"""What the site says of the data: writes metadata.json and docs/database.md from the schema, forms and queries.

`python -m load.describe` writes both files, `--check` only says whether they are as it would write them.
Nothing is described here but the whole: tables and columns stand in `load.schema`, outcomes in
`load.forms`, rules in `load/rules.toml`, questions in `queries/*.toml`.
"""

import html
import json
import re
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from load.checks import rules
from load.forms import forms, outcome_labels
from load.schema import REPORTS, SECTION_COLUMNS, TABLES, VIEWS, Column, Table, View

ROOT = Path(__file__).parent.parent

TITLE = "年报：政府信息公开工作年度报告 · Nianbao: China’s freedom-of-information annual reports"
ABOUT_ZH = (
    "中国的行政机关每年都要公布政府信息公开工作年度报告：收到多少申请、谁提出、结果如何。"
    "这里把散在各网站上的报告收在一起，做成可以检索、筛选、下载的数据。"
    "数字照页面所印，不修改、不补齐；空格不是零；页面自身不符的、我们可能读错的，都另行标出。"
    "每份报告都附原文网址，引用前请核对。"
)
ABOUT_EN = (
    "Every administrative organ in China must publish, every year, how many information requests it received, "
    "from whom, and what became of each. Here these reports, scattered over thousands of sites, are data to "
    "search, filter and download. Figures are what the page prints, never repaired and never filled in; a blank "
    "is not zero; what a page itself gets wrong, and what we may have misread, is marked. Each report links to "
    "its source: check there before you quote."
)
LICENSE = (
    "数字与名称是事实，可自由使用；叙述文字的权利属于发布机关 · "
    "Figures and names are facts, free to use; the prose belongs to the bodies that published it"
)
SOURCE = "各级行政机关公布的年度报告 · Annual reports published by administrative organs"

TOPICS = {
    "refusals": ("不予公开", "Refusals"),
    "requests": ("申请与结果", "Requests and outcomes"),
    "disputes": ("复议与诉讼", "Reviews and lawsuits"),
    "comparison": ("比较", "Comparisons"),
    "coverage": ("覆盖与时效", "Coverage and timeliness"),
    "quality": ("数字是否可信", "Can the figures be trusted"),
    "search": ("检索叙述", "Searching the narrative"),
}
# Codes that a parameter of that name may be; pages name them in the reader's language.
_CHOICES = {
    "level": ["province", "prefecture", "county", "township", "development_zone"],
    "kind": [
        "government",
        "department",
        "subdistrict",
        "development_zone",
        "institution",
        "central_branch",
    ],
    "outcome": list(outcome_labels()),
    "status": ["unreadable", "not_a_report"],
}
_NUMBERS = ("fiscal_year", "least")
_REQUIRED = ("name", "topic", "title_zh", "title_en", "description_zh", "description_en", "sql")
_MARKS = ("bar", "line", "circle")  # what datasette-vega draws


class DescriptionError(Exception):
    """A query file cannot be used; the message says which, and what to write."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question with its answer in SQL: one file of queries/."""

    name: str
    topic: str
    title_zh: str
    title_en: str
    description_zh: str
    description_en: str
    sql: str
    parameters: dict[str, dict[str, str]]  # name: {zh, en, default}; the default is applied by the SQL itself
    chart: dict[str, str]  # mark, x, y and perhaps color, x_type, y_type; empty: no chart


def read_query(path: Path) -> Query:
    """The query in `path`. Raises DescriptionError where something is missing or unknown."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DescriptionError(f"{path.name} is not TOML: {error}") from error
    for field in _REQUIRED:
        if not str(found.get(field, "")).strip():
            raise DescriptionError(f'{path.name} lacks {field}: add {field} = "…"')
    if found["name"] != path.stem:
        raise DescriptionError(f"{path.name} calls its query {found['name']}: use the file's own name")
    if found["topic"] not in TOPICS:
        raise DescriptionError(f"{path.name}: topic {found['topic']} is none of {', '.join(TOPICS)}")
    parameters, chart = found.get("parameters", {}), found.get("chart", {})
    for name, parameter in parameters.items():
        if not parameter.get("zh") or not parameter.get("en") or "default" not in parameter:
            raise DescriptionError(f"{path.name}: parameter {name} needs zh, en and default")
    used = set(re.findall(r"(?<![:\w]):([a-z_]+)", found["sql"]))
    if used != set(parameters):
        raise DescriptionError(
            f"{path.name}: the SQL asks for {sorted(used)}, [parameters] describes {sorted(parameters)}"
        )
    if chart and (chart.get("mark") not in _MARKS or not chart.get("x") or not chart.get("y")):
        raise DescriptionError(f"{path.name}: a chart needs x, y and a mark out of {', '.join(_MARKS)}")
    return Query(**{field: found[field].strip() for field in _REQUIRED}, parameters=parameters, chart=chart)


def read_queries(folder: Path = ROOT / "queries") -> list[Query]:
    """Every query, in the order of the topics, then by name."""
    order = list(TOPICS)
    return sorted(
        (read_query(path) for path in folder.glob("*.toml")), key=lambda q: (order.index(q.topic), q.name)
    )


# --- metadata.json ------------------------------------------------------------------------------------


def _paragraphs(zh: str, en: str) -> str:
    return f'<p lang="zh">{html.escape(zh, quote=False)}</p><p lang="en">{html.escape(en, quote=False)}</p>'


def _columns(columns: tuple[Column, ...]) -> dict[str, str]:
    return {column.name: f"{column.zh} · {column.en}" for column in columns}


def _table_metadata(table: Table) -> dict[str, Any]:
    facets: list[Any] = [{"sum": {"column": column, "of": of}} for column, of in table.sum_facets]
    found: dict[str, Any] = {
        "title": f"{table.title_zh} · {table.title_en}",
        "description_html": _paragraphs(table.zh, table.en),
        "columns": _columns(table.columns),
        "facets": [*table.facets, *facets],
        "facet_size": 12,
    }
    if table.label:
        found["label_column"] = table.label
    if table.sort_desc:
        found["sort_desc"] = table.sort_desc
    if table.shown:
        found["shown"] = list(table.shown)  # read by templates/_table.html
    if table.hidden:
        found["hidden"] = True
    if table is REPORTS:
        found |= {"fts_table": "reports_fts", "fts_pk": "id"}
        found["narrative"] = list(SECTION_COLUMNS.values())  # read by templates/_table.html
    return found


def _view_metadata(view: View) -> dict[str, Any]:
    return {
        "title": f"{view.title_zh} · {view.title_en}",
        "description_html": _paragraphs(view.zh, view.en),
        "columns": _columns(view.columns),
    }


def _query_metadata(query: Query) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sql": query.sql,
        "title": f"{query.title_zh} · {query.title_en}",
        "description": f"{query.description_zh} {query.description_en}",
        "description_html": _paragraphs(query.description_zh, query.description_en),
        "topic": query.topic,
        "hide_sql": True,
    }
    if query.parameters:
        found["params"] = list(query.parameters)
        found["parameters"] = {  # read by plugins/charts.py
            name: {"title": f"{p['zh']} · {p['en']}", "default": p["default"]}
            | ({"choices": _CHOICES[name]} if name in _CHOICES else {})
            | ({"is_number": True} if name in _NUMBERS else {})
            for name, p in query.parameters.items()
        }
    if query.chart:
        found["chart"] = query.chart
    return found


def metadata(queries: list[Query]) -> dict[str, Any]:
    """What Datasette reads from metadata.json."""
    return {
        "title": TITLE,
        "description_html": _paragraphs(ABOUT_ZH, ABOUT_EN),
        "license": LICENSE,
        "source": SOURCE,
        "extra_css_urls": ["/static/site.css"],
        "databases": {
            "nianbao": {
                "title": "年报数据库 · The Nianbao database",
                "topics": {topic: f"{zh} · {en}" for topic, (zh, en) in TOPICS.items()},
                "queries": {query.name: _query_metadata(query) for query in queries},
                "tables": {table.name: _table_metadata(table) for table in TABLES}
                | {view.name: _view_metadata(view) for view in VIEWS},
            }
        },
    }


# --- docs/database.md ---------------------------------------------------------------------------------


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _grid(head: tuple[str, ...], rows: Sequence[Sequence[object]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows), ""]


def _table_section(table: Table | View) -> list[str]:
    columns = [
        (f"`{c.name}`", c.type.lower(), c.zh, c.en + (f" → `{c.references}`" if c.references else ""))
        for c in table.columns
    ]
    lines = [f"### `{table.name}` · {table.title_zh} · {table.title_en}", "", table.zh, "", table.en, ""]
    if isinstance(table, Table) and table.key:
        lines += [f"键 Key: {', '.join(f'`{name}`' for name in table.key)}", ""]
    return lines + _grid(("列 column", "类型 type", "说明", "description"), columns)


def code_book(queries: list[Query]) -> str:
    """docs/database.md: every table, column, outcome, applicant, rule and query, in both languages."""
    versions = {f.version: f for f in forms()}
    lines = [
        "# 数据库 · The database",
        "",
        "<!-- Written by `python -m load.describe`. Change load/schema.py, load/forms, load/rules.toml or queries/. -->",
        "",
        ABOUT_ZH,
        "",
        ABOUT_EN,
        "",
        "## 提问 · Asking",
        "",
        '- 检索 Search: `拆迁 补偿` (both), `"营商 环境"`, `信访 -重复`, `(噪声 OR 扰民) NOT 施工`, `problems:培训`. '
        "全角半角、繁体简体、大小写不分。 Full and half width, Traditional and Simplified, upper and lower case are the same.",
        "- SQL: `zh_match(q)` makes the expression for `reports_fts match …` from what a person types; "
        "`zh_snippet(text, q)` gives the context with the matches between 【 and 】.",
        "- 分面 Facets: `?_facet=level` counts rows; `?_facet_sum=category:count` adds up `count` behind each `category`.",
        "- JSON: add `.json`; `?_shape=objects` or `?_shape=array` for rows as objects. CSV: add `.csv`; `?_stream=on` for all rows.",
        "- 引用 Citing: ids are made from what a thing is and survive every rebuild; `/nianbao/reports/<id>` stays.",
        "- 空格与零 Blank and zero: a blank is NULL, in sums and rates too. Never replace NULL by 0 before you divide.",
        "",
        "## 表 · Tables",
        "",
    ]
    tables: list[Table | View] = [*TABLES, *VIEWS]
    for table in tables:
        lines += _table_section(table)
    outcomes = [
        (
            f"`{label.id}`",
            label.zh,
            label.en,
            f"`{label.category}`",
            f"{label.basis or '—'}",
            f"{label.basis_en or '—'}",
            ", ".join(v for v, f in sorted(versions.items()) if label.id in f.outcomes),
        )
        for label in outcome_labels().values()
    ]
    lines += [
        "## 结果代码 · Outcomes",
        "",
        "依据为《政府信息公开条例》（国务院令第711号）条款，凭记忆所记，未与官方文本核对。 "
        "The articles are those of the Regulations on Open Government Information (State Council order 711), "
        "from memory and not checked against the official text.",
        "",
        *_grid(("代码 code", "官方名称", "English", "大类 category", "依据", "basis", "格式 form"), outcomes),
        "## 申请人代码 · Applicants",
        "",
        *_grid(
            ("代码 code", "官方名称", "English"),
            [(f"`{c.id}`", c.zh, c.en) for c in versions["2021"].columns.values() if c.id != "total"]
            + [("`unspecified`", "未分列", "Not broken down on the page")],
        ),
        "## 规则 · Rules",
        "",
    ]
    for rule in rules().values():
        lines += [
            f"### `{rule.id}` · {rule.title_zh} · {rule.title_en}",
            "",
            f"`{rule.severity}`, `{rule.basis}`. {rule.explanation_zh}",
            "",
            rule.explanation_en,
            "",
        ]
    lines += ["## 问题 · Queries", ""]
    for topic, (zh, en) in TOPICS.items():
        lines += [f"### {zh} · {en}", ""]
        for query in (q for q in queries if q.topic == topic):
            lines += [f"**`{query.name}`** · {query.title_zh} · {query.title_en}", ""]
            lines += [query.description_zh, "", query.description_en, ""]
            lines += [
                f"- `{name}`: {p['zh']} · {p['en']}" + (f" (`{p['default']}`)" if p["default"] else "")
                for name, p in query.parameters.items()
            ]
            lines += [""] if query.parameters else []
    return "\n".join(lines)


# --- the command --------------------------------------------------------------------------------------


def described(root: Path = ROOT) -> dict[Path, str]:
    """The files and what should stand in them."""
    queries = read_queries(root / "queries")
    return {
        root / "metadata.json": json.dumps(metadata(queries), ensure_ascii=False, indent=1) + "\n",
        root / "docs" / "database.md": code_book(queries).rstrip() + "\n",
    }


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if a file is not as it would be written.")
def main(check: bool) -> None:
    """Write metadata.json and docs/database.md."""
    try:
        files = described()
    except DescriptionError as error:
        click.echo(f"describe: {error}", err=True)
        sys.exit(1)
    stale = [p for p, text in files.items() if not p.exists() or p.read_text("utf-8") != text]
    if check:
        for path in stale:
            click.echo(f"{path.relative_to(ROOT)} is out of date: run python -m load.describe", err=True)
        sys.exit(1 if stale else 0)
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(files[path], "utf-8")
        click.echo(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
