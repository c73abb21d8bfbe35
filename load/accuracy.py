"""The result of an evaluation on the terminal, and the page docs/accuracy.md that is made from it.

What is counted, and how, stands in `load.evaluate`.
"""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from load.evaluate import Accuracy, Finding, Tally

GROUPS = ("format", "layout")
_MOST_FINDINGS = 40
_HEADINGS = (  # of the columns of a tally, for the terminal and in both languages for the page
    ("reports", "报告 Reports"),
    ("unread", "未读 Unread"),
    ("figures", "数字 Figures"),
    ("right", "正确 Right"),
    ("exact", "正确无疑 Exact"),
    ("in doubt", "存疑 In doubt"),
    ("of these wrong", "存疑且有误 Doubted, wrong"),
    ("silently wrong", "误而未疑 Silently wrong"),
    ("missing", "缺失 Missing"),
    ("needless doubts", "多余存疑 Needless doubts"),
)
_NAMES = {
    "form_version": "格式版本 Form version",
    "publisher": "发布机构 Publisher",
    "fiscal_year": "报告年度 Fiscal year",
    "province": "省份 Province",
    "region_code": "区划代码 Region code",
}
_NAME_HEADINGS = ("right", "withheld", "wrong, in doubt", "silently wrong")
_PAGE_NAME_HEADINGS = (
    "正确 Right",
    "未给出 Withheld",
    "存疑且有误 Doubted, wrong",
    "误而未疑 Silently wrong",
)
_SENTENCES = {
    "wrong": "silently wrong: {document}: {where} is {printed}, read {read}: {detail}",
    "missing": "missing: {document}: {where} is {printed}, read as blank without a doubt",
    "unread": "not read: {document}: {detail}",
    "read": "no report, and read as one: {document}",
    "named_wrong": "silently wrong: {document}: {where} is {printed}, read {read}",
    "needless": "needless doubt: {document}: {detail}",
}


class PageError(Exception):
    """The page cannot be made from this evaluation; the message says from which it is."""


def show(accuracy: Accuracy, console: Console, groups: Sequence[str] = GROUPS) -> None:
    """Print `accuracy` on `console`, a table for each of `groups` ("format", "layout")."""
    for of in groups:
        table = Table(of, title=f"Figures by {of}", title_justify="left")
        for heading, _ in _HEADINGS:
            table.add_column(heading, justify="right")
        for name, tally in _with_total(accuracy, of).items():
            style = "red" if tally.wrong else "yellow" if tally.missing else ""
            table.add_row(name or "(none)", *_row(tally), style=style)
        console.print(table)
    names = Table("", title="Publisher, year, place and form", title_justify="left")
    for heading in _NAME_HEADINGS:
        names.add_column(heading, justify="right")
    for name, counts in accuracy.names.items():
        names.add_row(name, *(f"{count:,}" for count in counts.values()))
    if accuracy.names:
        console.print(names)
    told, others = accuracy.others
    if others:
        console.print(f"Documents that are no reports: {told} of {others} told from reports", highlight=False)
    order = list(_SENTENCES)
    findings = sorted(accuracy.findings, key=lambda finding: order.index(finding.kind))
    for finding in findings[:_MOST_FINDINGS]:
        console.print(Text(sentence(finding)), soft_wrap=True)
    if len(findings) > _MOST_FINDINGS:
        console.print(f"and {len(findings) - _MOST_FINDINGS:,} more: all are in --json", highlight=False)


def sentence(finding: Finding) -> str:
    """A finding for people."""
    said = {
        name: "nothing" if value is None else value
        for name, value in (("printed", finding.printed), ("read", finding.read))
    }
    return _SENTENCES[finding.kind].format(
        document=finding.document, where=finding.where, detail=finding.detail, **said
    )


def _with_total(accuracy: Accuracy, of: str) -> Mapping[str, Tally]:
    groups = accuracy.grouped(of)
    return groups if len(groups) < 2 else groups | {"all": accuracy.total}


def _row(tally: Tally) -> list[str]:
    return [
        *(f"{count:,}" for count in (tally.reports, tally.unread, tally.figures)),
        _share(tally),
        *(f"{count:,}" for count in (tally.exact, tally.in_doubt, tally.doubted_wrong)),
        *(f"{count:,}" for count in (tally.wrong, tally.missing, tally.needless)),
    ]


def _share(tally: Tally) -> str:
    """The share that is right, rounded down: 100 % only where all are."""
    return f"{int(tally.right * 10_000) / 100:.2f} %"


# --- docs/accuracy.md --------------------------------------------------------------------------------

_ABOUT = """\
# 读取有多准 · How exact the reading is

本页由 `nianbao evaluate` 生成，勿手改；`make docs` 重新生成。

Made by `nianbao evaluate`; not written by hand. `make docs` makes it anew.

以下结果量自随项目的虚构样例（`python -m sample.generate`）：{documents} 份文件，版式仿照真实网站，内容全属虚构，每份应读出什么事先已知。\
真实报告的版式和损坏更多，此表不能代替对原文的核对。

Measured on the invented sample (`python -m sample.generate`): {documents} documents laid out as real sites lay \
them out, all of their content invented, and what each should be read as known beforehand. Real reports come in \
more layouts and more kinds of damage: these figures do not replace a look at the source.

- **正确无疑 Exact**：与所印数字相同（留空的、因页面损坏而无从得知的读为空），且无存疑。The printed figure, or null where it is blank or where \
damage leaves nobody able to tell, and no doubt over it.
- **存疑 In doubt**：该数字所在的格、行、列或表带有存疑说明；其中读错的另列。A doubt is said over its cell, row, column or table; \
those that are wrong are counted apart as well.
- **误而未疑 Silently wrong**：读成了另一个数字而没有任何存疑，必须为零。Another figure and not a word said. This must be zero.
- **缺失 Missing**：印有数字却读为空，且无存疑。Null where a figure is printed, and not a word said.
- **多余存疑 Needless doubts**：数字全对却仍带存疑的报告份数（样例中本应存疑者除外）。Reports read without an error that carry a doubt \
all the same, those left out whose page gives reason for one.
"""


def accuracy_page(accuracy: Accuracy) -> str:
    """The page as Markdown: ends with a line break, the same for the same result. Raises PageError."""
    if not accuracy.manifest:
        raise PageError(
            "the page is made from the sample: name a folder that `python -m sample.generate` wrote"
        )
    told, others = accuracy.others
    documents = accuracy.total.reports + others
    parts = [_ABOUT.format(documents=f"{documents:,}").rstrip()]
    for of, title in (("format", "按文件格式 · By format"), ("layout", "按版式 · By layout")):
        headings = [title.replace("按", "").replace(" · By", ""), *(heading for _, heading in _HEADINGS)]
        rows = (
            [f"`{name}`" if name != "all" else "合计 All", *_row(t)]
            for name, t in _with_total(accuracy, of).items()
        )
        parts += [f"## {title}", _grid(headings, rows)]
    rows = (
        [_NAMES[name], *(f"{count:,}" for count in counts.values())]
        for name, counts in accuracy.names.items()
    )
    parts += [
        "## 机构、年度、地区、格式 · Publisher, year, place and form",
        _grid(["", *_PAGE_NAME_HEADINGS], rows),
    ]
    parts.append(
        f"不是年报的文件 {others} 份，{told} 份未被当作年报。\n\n"
        f"Documents that are no reports: {others}; not taken for one: {told}."
    )
    return "\n\n".join(parts) + "\n"


def _grid(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *["--:"] * (len(headings) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (headings, rule, *rows))
