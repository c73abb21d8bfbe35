"""The pages that explain the data: method, code book, tables, rules, limits, accuracy, coverage, citing, SQL.

What the schema, the forms and the measurements know is taken from them; the rest is prose, docs/site/<part>.<zh|en>.md.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from load.forms import Form, forms
from load.forms.statistics import Indicator, statistics_form
from load.schema import TABLES, VIEWS, Table, View
from plugins.publication.labels import values
from plugins.publication.language import language, say
from plugins.publication.markdown import html_of, in_language, inline_of

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
_EXAMPLES = Path(__file__).with_name("examples.toml")


@dataclass(frozen=True, slots=True)
class Part:
    """A page of the documentation: the last piece of its address, its title, and what it is for in a sentence."""

    name: str
    zh: str
    en: str
    lead_zh: str
    lead_en: str

    @property
    def title(self) -> str:
        """The title in the language of the page."""
        return say(self.zh, self.en)

    @property
    def lead(self) -> str:
        """What the page is for, in the language of the page."""
        return say(self.lead_zh, self.lead_en)


PARTS = {
    part.name: part
    for part in (
        Part("method", "方法", "Method", "从网页到数字，一步一步；比例怎么算。", "From page to figure, step by step; how rates are made."),
        Part("limits", "已知的局限", "Known limits", "使用这些数字之前应当知道的。", "What to know before you use these figures."),
        Part("codebook", "代码本", "Code book", "各版本格式的每一行、每一列，中英文名称、代码和依据。", "Each row and column of each version of the form: Chinese, English, code and legal basis."),
        Part("tables", "表和列", "Tables and columns", "数据库的每张表、每一列。", "Every table and column of the database."),
        Part("rules", "核对规则", "Rules", "报告可能违反的规则，读取可能留下的存疑。", "The rules that a report can break, and the doubts that reading can leave."),
        Part("accuracy", "读取有多准", "Accuracy", "对照已知数字的测量结果，按文件格式和版式。", "Measured against known figures, by file format and by layout."),
        Part("coverage", "覆盖情况", "Coverage", "读到哪些年度、哪些机关；登记了哪些来源。", "Which years and publishers were read; which sources are registered."),
        Part("sql", "SQL 十例", "SQL in ten examples", "从简单的筛选到窗口函数，每例都能运行。", "From a plain filter to window functions; each of them runs."),
        Part("cite", "如何引用", "How to cite", "引用一份报告、一个数字、一个查询。", "A report, a figure, a query."),
        Part("errors", "报告错误", "Report an error", "看到不对的数字怎么办。", "What to do when a figure looks wrong."),
        Part("run", "命令与接口", "Commands and data", "在自己的机器上重做，或用程序取数。", "Make it again on your own machine, or fetch the data by program."),
    )
}  # fmt: skip
_IN_DOCS = {"accuracy": "accuracy.md", "coverage": "coverage.md"}  # generated, in both languages at once
_MADE = ("codebook", "tables", "rules", "sql")  # without any prose but their templates
_FAR_DETAIL = "## 各来源"  # from here on coverage.md lists each source: the table `sources` has them


@cache
def prose(part: str, language: str) -> Markup:
    """The prose of a page in a language; nothing for a page that has none."""
    if part in _IN_DOCS:
        text = (DOCS / _IN_DOCS[part]).read_text("utf-8").partition(_FAR_DETAIL)[0]
        return html_of(in_language(text, language))
    if part in _MADE:
        return Markup()
    return html_of((DOCS / "site" / f"{part}.{language}.md").read_text("utf-8"))


# --- the code book ------------------------------------------------------------------------------------

# Codes of columns that are not of the form, and are explained on the same page.
CODES = (
    "level",
    "kind",
    "category",
    "status",
    "form_version",
    "verdict",
    "severity",
    "basis",
    "section",
    "last_result",
)
STATISTICS = "2014"


def form_pages() -> list[dict[str, Any]]:
    """Each version of the form: `form`, its years, and its tables as rows to print."""
    newest_first = forms()
    pages = []
    for n, form in enumerate(newest_first):
        until = newest_first[n - 1].first_fiscal_year - 1 if n else None
        pages.append(
            {
                "form": form,
                "years": (form.first_fiscal_year, until),
                "table2": _table2(form),
                "table3": _table3(form),
                "sums": [(s.rule, s.table, s.each) for s in form.sums],
            }
        )
    return pages


def _table2(form: Form) -> list[dict[str, Any]]:
    return [
        {
            "clause": block.clause,
            "item": form.items[item],
            "measures": [form.measures[m] for m in block.measures],
        }
        for block in form.blocks
        for item in block.items
    ]


def _table3(form: Form) -> list[dict[str, Any]]:
    """The rows of Table 3, each with the groups that it stands in, the outermost first."""
    rows = []
    for row in form.rows.values():
        groups: list[Any] = []
        above = row.group
        while above:
            groups.insert(0, form.groups[above])
            above = form.groups[above].group
        rows.append({"row": row, "groups": groups})
    return rows


def indicators() -> list[Indicator]:
    """The rows of the table of statistics of 2014, in printed order."""
    return list(statistics_form().indicators.values())


def codes() -> dict[str, Mapping[str, tuple[str, str]]]:
    """By column, its codes with their Chinese and English names."""
    return {column: values()[column] for column in CODES}


def tables() -> Sequence[Table | View]:
    """Every table and view, in the order of the schema."""
    return (*TABLES, *VIEWS)


# --- SQL by example -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: its title, why it is asked so, its SQL and the values of its parameters."""

    title: tuple[str, str]
    why: tuple[str, str]
    sql: str
    parameters: Mapping[str, str]

    @property
    def query(self) -> str:
        """What stands behind the ? of its address."""
        return urlencode({"sql": self.sql, **self.parameters})


@cache
def examples() -> tuple[Example, ...]:
    """The examples of examples.toml, in order."""
    return tuple(
        Example(tuple(e["title"]), tuple(e["why"]), e["sql"].strip(), e.get("parameters", {}))
        for e in tomllib.loads(_EXAMPLES.read_text("utf-8"))["examples"]
    )


# --- what is asked of the database --------------------------------------------------------------------

_RULES = """
select u.*, (select count(*) from checks c where c.rule = u.id and c.verdict <> 'not_assessable') as findings
from rules u order by u.rowid
"""
_OUTCOMES = "select id, basis, basis_en, basis_verified from outcomes"
_DOCUMENTS = "select status, count(*) as documents from documents group by status order by documents desc"
_NEWEST = "select * from reports where document_id is not null order by fiscal_year desc, id limit 1"
_DOCUMENT = "select sha256, fetched_at from documents where id = :id"
_AS_OF = "select max(fetched_at) from documents"


async def asked(database: Any, part: str) -> dict[str, Any]:
    """What a page takes from the database, by name."""

    async def rows(sql: str, **given: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in (await database.execute(sql, given)).rows]

    if part == "rules":
        return {"rules": await rows(_RULES)}
    if part == "codebook":
        return {"basis": {row["id"]: row for row in await rows(_OUTCOMES)}}
    if part == "coverage":
        return {"documents": await rows(_DOCUMENTS)}
    if part == "cite":
        newest = await rows(_NEWEST)
        document = await rows(_DOCUMENT, id=newest[0]["document_id"]) if newest else []
        as_of = (await database.execute(_AS_OF)).single_value()
        return {
            "report": newest[0] if newest else None,
            "document": document[0] if document else None,
            "as_of": as_of,
        }
    return {}


def shown(part: str) -> dict[str, Any]:
    """What a page takes from the schema, the forms and the docs, by name."""
    found: dict[str, Any] = {"prose": prose(part, language())}
    if part == "codebook":
        found |= {
            "forms": form_pages(),
            "statistics": statistics_form(),
            "indicators": indicators(),
            "codes": codes(),
        }
    elif part == "tables":
        found["described"] = tables()
    elif part == "sql":
        found |= {"examples": examples(), "inline": inline_of}
    return found
