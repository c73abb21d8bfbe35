"""llms.txt: the site in one page of plain text, for language models and those who let them ask (llmstxt.org).

What it says of tables and questions comes from the schema and from metadata.json; only the ways to ask stand here.
docs/api.md says the same at length.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from load.schema import Table, View
from plugins.publication.language import own, say

_RULES = (
    ("数字照页面所印，从不修改；页面自相矛盾的在 checks 表（verdict = source_error）。",
     "Figures are what the page prints, never repaired; where a page contradicts itself stands in checks (verdict = source_error)."),
    ("空格（NULL）不是零：求和、求率前不要把 NULL 换成 0。",
     "Blank (NULL) is not zero: never replace NULL by 0 before a sum or a rate."),
    ("读取存疑的报告 doubts > 0；status 不是 complete 的没有全部数字。",
     "Reports read in doubt have doubts > 0; one whose status is not complete lacks figures."),
    ("率要连同分子、分母一起说；排名要有最低件数。",
     "Give a rate with its numerator and denominator, and a ranking with a least N."),
    ("2018 年及以前的数字在 statistics 表，口径不同，不可与 2019 年以后相加或比较。",
     "Figures of 2018 and before are in statistics; they count other things: never add or compare them with later ones."),
    ("引用时写明机关自己的网址（source_url）和这里的网址（/<数据库>/reports/<编号>，重建不变）。",
     "Cite the publisher's own address (source_url) and ours (/<database>/reports/<id>, which outlives every rebuild)."),
)  # fmt: skip


def llms_text(site: str, database: str, metadata: Mapping[str, Any], tables: Sequence[Table | View]) -> str:
    """The page. site: its address without a slash at the end; metadata: as in metadata.json."""
    at = f"{site}/{database}"
    described = metadata.get("databases", {}).get(database, {})
    ways = (
        (f"{at}/reports.json?_shape=objects&fiscal_year=2024&level=county", say("报告，加条件；每页至多 1000 行（_size=max），续页用 next_url", "reports by conditions; at most 1000 rows a page (_size=max), then next_url")),
        (f"{at}/reports/<id>.json?_shape=objects", say("一份报告", "one report")),
        (f"{at}/reports/<id>/form.json", say("一份报告的三张表、叙述、核对结果和每个数字的出处", "one report's three tables, narrative, checks and the proof of each figure")),
        (f"{at}/reports.json?_shape=objects&_search=<words>", say("全文检索", "full-text search; Chinese works for any substring")),
        (f"{at}.json?_shape=objects&sql=<SQL>", say("只读的 SQL（SQLite），至多 1000 行、2 秒", "read-only SQL (SQLite), at most 1000 rows and 2 seconds")),
        (f"{at}/<query>.json?_shape=objects", say("下列现成的问题之一", "one of the questions below")),
        (f"{at}.db", say("整个数据库", "the whole database, where the server offers it")),
        (f"{at}/feeds/reports.atom", say("新收报告", "new reports")),
        (f"{at}/feeds/findings.atom", say("新发现的不符", "new findings")),
    )  # fmt: skip
    lines = [f"# {own(metadata.get('title', database))}", "", f"> {own(metadata.get('source', ''))}", ""]
    lines += [f"- {say(zh, en)}" for zh, en in _RULES]
    lines += ["", f"{say('许可', 'Licence')}{say('：', ': ')}{own(metadata.get('license', ''))}", ""]
    lines += [
        f"## {say('如何提问', 'How to ask')}",
        "",
        *(f"- {words}: `{address}`" for address, words in ways),
        "",
    ]
    lines += [f"## {say('表', 'Tables')}", ""]
    for table in tables:
        columns = ", ".join(column.name for column in table.columns)
        lines.append(
            f"- [{say(table.title_zh, table.title_en)}]({at}/{table.name}) `{table.name}`: {say(table.zh, table.en)} "
            f"{say('列', 'Columns')}: {columns}"
        )
    lines += ["", f"## {say('现成的问题', 'Questions')}", ""]
    for name, query in described.get("queries", {}).items():
        parameters = f" ({', '.join(query['params'])})" if query.get("params") else ""
        lines.append(f"- [{own(query.get('title', name))}]({at}/{name}) `{name}`{parameters}")
    return "\n".join([*lines, ""])
