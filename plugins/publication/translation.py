"""Datasette's own words in Chinese: its templates exchanged where they are loaded, its sentences where they are made.

The words stand in datasette.toml. A phrase there that the installed Datasette does not have is an error, which
the tests find: then Datasette was changed, and the page would be half English.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment
from markupsafe import Markup

from plugins.publication.labels import column_label
from plugins.publication.language import say

_CATALOGUE = Path(__file__).with_name("datasette.toml")


@cache
def catalogue() -> Mapping[str, Any]:
    """datasette.toml: for each template its `words` (English: Chinese) and `code` (its own: ours)."""
    return tomllib.loads(_CATALOGUE.read_text("utf-8"))


def exchanged(template: str, source: str) -> str:
    """The source of one of Datasette's templates with its words in both languages.

    Raises LookupError where it lacks a phrase of the catalogue.
    """
    entry = catalogue()["templates"].get(template, {})
    for change in entry.get("code", ()):
        source = _replaced(template, source, change["its"], change["ours"])
    for english, chinese in entry.get("words", {}).items():
        source = _replaced(template, source, english, _spoken(chinese, english))
    return source


def _spoken(chinese: str, english: str) -> str:
    """A phrase in both languages as Jinja writes it; what the two share at their ends is mark-up."""
    head = _alike(chinese, english)
    tail = _alike(chinese[head:][::-1], english[head:][::-1])
    zh, en = (text[head : len(text) - tail] for text in (chinese, english))
    return english[:head] + "{{ say(" + f"{zh!r}, {en!r}" + ") }}" + english[len(english) - tail :]


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _replaced(template: str, source: str, its: str, ours: str) -> str:
    if its not in source:
        raise LookupError(
            f"Datasette's {template} does not have “{its}”: see plugins/publication/datasette.toml"
        )
    return source.replace(its, ours)


class Translated(BaseLoader):
    """Another loader's templates, those of Datasette and of its plugins with their words exchanged."""

    def __init__(self, inner: BaseLoader) -> None:
        self._inner = inner

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, filename, is_current = self._inner.get_source(environment, template)
        path = Path(filename or "")
        if path.parent.name == "templates" and path.parent.parent.name.startswith("datasette"):
            source = exchanged(path.name, source)
        return source, filename, is_current

    def list_templates(self) -> list[str]:
        return self._inner.list_templates()


def named(english: str) -> str:
    """What Datasette calls something ("home") in the language of the page; other names as they are."""
    return say(catalogue()["names"].get(english, english), english)


# --- sentences that Datasette makes while it works ------------------------------------------------------

_LOOKUPS = {
    "contains": "含有",
    "ends with": "结尾是",
    "starts with": "开头是",
    "like": "匹配 LIKE",
    "not like": "不匹配 LIKE",
    "glob": "匹配 GLOB",
    "in": "是其中之一",
    "not in": "不是其中之一",
    "array contains": "数组含有",
    "array does not contain": "数组不含",
    "date": "日期是",
    "is null": "为空",
    "is not null": "不为空",
    "is blank": "为空或空白",
    "is not blank": "不为空也不为空白",
}
_CLAUSE = re.compile(
    r"(\S+) (does not contain|not like|not in|is not null|is not blank|is on date|is null|is blank|contains|"
    r"ends with|starts with|like|glob|in|!=|=|>|<|≥|≤)(?: (.*))?",
    re.DOTALL,
)
_WORDS_OF_CLAUSES = _LOOKUPS | {"does not contain": "不含", "is on date": "日期是"}


def relation(display: str) -> str:
    """A way to filter ("contains") in the language of the page; signs as they are."""
    return say(_LOOKUPS.get(display, display), display)


def condition(english: str, table: str | None = None) -> str:
    """What a table page shows ("where … and … sorted by … descending"), in the language of the page."""
    if not english:
        return english
    clauses, _, order = english.removeprefix("where ").partition("sorted by ")
    if not english.startswith("where "):
        clauses, order = "", english.removeprefix("sorted by ")
    said = say("，且", " and ").join(_clause(clause, table) for clause in _apart(clauses.strip()) if clause)
    parts = [say(f"条件：{said}", f"where {said}")] if said else []
    if order:
        falling = order.endswith(" descending")
        by = column_label(table, order.removesuffix(" descending").strip())
        parts.append(
            say(
                f"按{by}{'从大到小' if falling else '从小到大'}排列",
                f"sorted by {by}{' descending' * falling}",
            )
        )
    return say("；", " ").join(parts)


def _apart(clauses: str) -> list[str]:
    """The clauses of a sentence; a comma or "and" inside quotation marks parts nothing."""
    return [part.strip() for part in re.split(r'(?:, | and )(?=(?:[^"]*"[^"]*")*[^"]*$)', clauses)]


def _clause(clause: str, table: str | None) -> str:
    search = re.fullmatch(r'search(?: (\S+))? matches "(.*)"', clause, re.DOTALL)
    if search:
        column = column_label(table, search[1]) if search[1] else ""
        said = say(f"检索“{search[2]}”", f'search matches "{search[2]}"')
        return f"{say(f'在{column}中', f'{column}: ')}{said}" if column else said
    found = _CLAUSE.fullmatch(clause)
    if not found:
        return clause
    column, how, value = found[1].strip('"'), found[2], found[3] or ""
    return f"{column_label(table, column)} {say(_WORDS_OF_CLAUSES.get(how, how), how)} {value}".strip()


_REFUSALS = (
    (re.compile(r"Database not found(?:: (.*))?"), r"没有这个数据库 {0}"),
    (re.compile(r"Table not found(?:: (.*))?"), r"没有这张表 {0}"),
    (re.compile(r"Record not found: a row of (\S+) is named by (.*)"), r"没有这一行：{0} 的一行由 {1} 指明"),
    (re.compile(r"Record not found.*"), "没有这一行"),
    (re.compile(r"Cannot sort table by (.*)"), r"不能按 {0} 排列"),
    (re.compile(r"Statement must be a SELECT"), "只能用 SELECT 语句"),
    (re.compile(r"SQL Interrupted"), "查询已中止"),
    (re.compile(r"The query took longer than (\d+) ms and was stopped\..*"),
     r"查询超过 {0} 毫秒，已中止；请缩小范围，或下载整个数据库自行查询"),
    (re.compile(r"You can only execute one statement at a time\."), "一次只能运行一条语句"),
    (re.compile(r"(\S+) names a column that (\S+) does not have: (\S+)\. Its columns are (.*)\."),
     r"{0} 所指的列 {2} 不在 {1} 表中；该表的列是 {3}"),
    (re.compile(r"(\S+) filters by “(\S*)”, which there is not\. There are (.*)\."),
     r"<code>{0}</code> 所用的筛选方式 <code>{1}</code> 不存在；可用的有 <code>{2}</code>"),
    (re.compile(r"(\S+) names a column that is not there; write it as (\S+)=facet column:summed column"),
     r"<code>{0}</code> 所指的列不存在；请写成 <code>{1}=</code>分组的列<code>:</code>求和的列"),
    (re.compile(r"(\S+)=(.*) - invalid columns"), r"<code>{0}</code> 所指的列不存在：<code>{1}</code>"),
    (re.compile(r"Give (\S+) or (\S+), not both\."), r"{0} 和 {1} 只能用一个"),
    (re.compile(r"_next not allowed for CSV streaming"), "全部行的 CSV 不能再用 _next"),
    (re.compile(r"Write _through as (.*)\."), r"_through 请写成 {0}"),
    (re.compile(r"_size must be a positive integer"), "_size 应为正整数"),
    (re.compile(r"_size must be <= (\d+)"), r"_size 至多为 {0}"),
    (re.compile(r"(\S+) is required"), r"缺少 {0}"),
    (re.compile(r"Invalid SQL"), "SQL 有误"),
    (re.compile(r'near "(.*)": syntax error', re.DOTALL), r"“{0}”附近有语法错误"),
    (re.compile(r"no such (?:column|table): (.*)"), r"没有这个名称：{0}"),
    (re.compile(r"incomplete input"), "语句没有写完"),
    (re.compile(r"There is no such page"), "没有这一页"),
    (re.compile(r"Error (\d+)"), r"错误 {0}"),
)  # fmt: skip


def refusal(english: object) -> str:
    """A sentence that says why a request was refused; one that we do not know stays English, and says so."""
    text = str(english).strip()
    if text in ("404", "Not Found", "Page not found"):
        text = "There is no such page"
    if say("zh", "en") == "en":
        return text
    for pattern, chinese in _REFUSALS:
        found = pattern.fullmatch(text)
        if found:
            said = Markup(chinese)  # noqa: S704 - our own words; what is put into them is escaped
            return said.format(*(group or "" for group in found.groups())).strip()
    return Markup('<code lang="en">{}</code>').format(text)
