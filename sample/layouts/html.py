"""HTML as content management systems publish it: clean, without spans, unclosed, nested, headed.

`page` prints the page around the report in the manner of a TRS site; each style says how a table's
cells and spans are written. HTML pasted from Word is `sample.layouts.word`.
"""

from dataclasses import dataclass
from html import escape
from random import Random

from sample.layouts.flow import INVENTED, Picture, flow
from sample.report import Report
from sample.tables import Cell, PrintedTable
from sample.wording import Wording, choose

_COLUMNS = (
    "首页",
    "要闻动态",
    "政务公开",
    "办事服务",
    "互动交流",
    "数据开放",
    "走进我们",
    "通知公告",
    "政策文件",
    "政策解读",
    "政府信息公开指南",
    "政府信息公开制度",
    "法定主动公开内容",
    "政府信息公开年报",
    "依申请公开",
    "财政信息",
    "人事信息",
    "规划计划",
    "应急管理",
    "统计信息",
    "重大项目",
    "行政权力",
    "建议提案",
    "新闻发布会",
    "在线访谈",
    "民意征集",
    "网上调查",
    "领导信箱",
    "专题专栏",
    "无障碍浏览",
)
NAVIGATION = "".join(f'<li><a href="/col{i}/">{name}</a></li>' for i, name in enumerate(_COLUMNS))


@dataclass(frozen=True, slots=True)
class HtmlStyle:
    """How a page writes its tables.

    `spans`: "attributes" (colspan and rowspan), "repeated" or "blank" (no spans: what a span covers
    repeats its text, or is empty), "one_label" (no spans and one column of labels, groups on rows of
    their own). `closing` off leaves out the end tags of cells and rows; `heads` writes thead and th;
    `nested` puts the page into tables of layout.
    """

    spans: str = "attributes"
    closing: bool = True
    heads: bool = False
    nested: bool = False


def page(report: Report, rng: Random, style: HtmlStyle) -> str:
    """The whole page, as text still to be encoded; it declares UTF-8."""
    wording = choose(rng, report.figures["form_version"])
    body = _body(report, rng, style, wording)
    title = escape(report.title or "政府信息公开年报")
    date, site = report.published_on, escape(report.site)
    hour = f"{rng.randrange(8, 18):02d}:{rng.randrange(60):02d}"
    number = f"{report.site_code[:6]}000/{report.fiscal_year + 1}-{rng.randrange(1, 900):05d}"
    head = (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<title>{title}_{site}</title>\n'
        f'<meta name="SiteName" content="{site}">\n<meta name="SiteIDCode" content="{report.site_code}">\n'
        '<meta name="ColumnName" content="政府信息公开年报">\n<meta name="ColumnType" content="信息公开">\n'
        f'<meta name="ArticleTitle" content="{title}">\n<meta name="PubDate" content="{date} {hour}">\n'
        f'<meta name="ContentSource" content="{escape(report.publisher)}">\n'
        "<style>.TRS_Editor p{text-indent:2em;line-height:1.8}</style>\n"
        "<script>var siteRoot='/';function dozoom(n){return n}</script>\n</head>\n<body>\n"
    )
    info = (
        f"<tr><th>索 引 号</th><td>{number}</td><th>主题分类</th><td>政府信息公开年报</td></tr>"
        f"<tr><th>发布机构</th><td>{escape(report.publisher)}</td><th>发布日期</th><td>{date}</td></tr>"
    )
    article = (
        f'<h1 class="title">{title}</h1>\n<table class="xxgk_info">{info}</table>\n'
        f'<div class="source">发布时间：{date} {hour} 来源：{escape(report.publisher)} '
        "字号：[<a>大</a> <a>中</a> <a>小</a>] <a>打印</a> 浏览次数：<span></span></div>\n"
        f"<div class=TRS_Editor>\n{body}\n</div>\n"
    )
    footer = f"主办：{site} 网站标识码：{report.site_code} {INVENTED}"
    here = '<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; 政府信息公开年报'
    if style.nested:
        return (
            f"{head}<table width=1000 class=layout><tr><td colspan=2>今天是2026年3月17日 星期二</td></tr>"
            f"<tr><td class=left width=200><ul>{NAVIGATION}</ul></td><td class=main><table width=100%>"
            f"<tr><td>您的位置：{here}</td></tr><tr><td>{article}</td></tr></table></td></tr>"
            f"<tr><td colspan=2>{footer}</td></tr></table>\n</body>\n</html>\n"
        )
    return (
        f'{head}<div class="nav"><ul>{NAVIGATION}</ul></div>\n<div class="here">您的位置：{here}</div>\n'
        f'<div class="article">\n{article}</div>\n<div class="footer">{footer}</div>\n</body>\n</html>\n'
    )


def _body(report: Report, rng: Random, style: HtmlStyle, wording: Wording) -> str:
    blank = rng.choice(("", "&nbsp;"))
    parts = []
    for block in flow(report, wording):
        if isinstance(block, PrintedTable):
            parts.append(table_html(block, style, blank))
        elif isinstance(block, Picture):
            parts.append(f'<p align="center"><img src="./{block.name}" alt=""></p>')
        elif block.kind == "heading":
            parts.append(f"<p><strong>{escape(block.text)}</strong></p>")
        elif block.kind in ("title", "date"):
            parts.append(f'<p align="center">{escape(block.text)}</p>')
        elif block.kind == "signature":
            parts.append(f'<p align="right">{escape(block.text)}</p>')
        else:
            parts.append(f"<p>　　{escape(block.text)}</p>")
    return "\n".join(parts)


def table_html(table: PrintedTable, style: HtmlStyle, blank: str) -> str:
    """One table; `blank` is what an empty cell holds."""
    rows = table.rows if style.spans == "attributes" else without_spans(table, style.spans)
    end_cell, end_row = ("", "\n") if not style.closing else (None, "</tr>\n")
    parts = ['<table border="1" cellspacing="0">\n']
    heads = 0
    if style.heads:
        while heads < len(rows) and all(cell.head for cell in rows[heads]):
            heads += 1
        parts.append("<thead>\n")
    for i, row in enumerate(rows):
        if style.heads and i == heads:
            parts.append("</thead>\n<tbody>\n")
        parts.append("<tr>")
        for text, colspan, rowspan, head, _, _ in row:
            tag = "th" if head and style.heads else "td"
            shown = text or blank
            if text and not text.isalnum():
                shown = escape(text, quote=False).replace("\n", "<br>")
            spans = f' colspan="{colspan}"' if colspan > 1 else ""
            if rowspan > 1:
                spans += f' rowspan="{rowspan}"'
            parts.append(f"<{tag}{spans}>{shown}" + (f"</{tag}>" if end_cell is None else end_cell))
        parts.append(end_row)
    parts.append("</tbody></table>" if style.heads else "</table>")
    return "".join(parts)


def without_spans(table: PrintedTable, manner: str) -> list[list[Cell]]:
    """The table's rows with every span written out; see `HtmlStyle.spans` for `manner`.

    A figure is never repeated: what its span covers is empty in every manner.
    """
    grid: list[list[Cell | None]] = [[None] * table.columns for _ in table.rows]
    for r, row in enumerate(table.rows):
        column = 0
        for cell in row:
            while column < table.columns and grid[r][column] is not None:
                column += 1
            copy = cell._replace(colspan=1, rowspan=1)
            filler = copy if manner == "repeated" and cell.key is None else Cell("", head=cell.head)
            for down in range(min(cell.rowspan, len(grid) - r)):
                for across in range(cell.colspan):
                    place = column + across
                    here = copy if down == across == 0 else filler
                    if place < table.columns:
                        grid[r + down][place] = here
                    elif down == 0:
                        grid[r].append(here)
            column += cell.colspan
    rows = [[cell or Cell("") for cell in row] for row in grid]
    return _one_label_column(table, rows) if manner == "one_label" else rows


def _one_label_column(table: PrintedTable, rows: list[list[Cell]]) -> list[list[Cell]]:
    """Labels in one column; a row that opens groups is preceded by a row for each, without figures."""
    if table.labels < 2:
        return rows
    flat = []
    for row in rows:
        labels, rest = row[: table.labels], row[table.labels :]
        named = [cell for cell in labels if cell.text]
        if any(cell.head for cell in row):
            flat.append([*(named or [Cell("", head=True)]), *rest])
            continue
        *groups, label = named or [Cell("")]
        flat += [[group, *[Cell("")] * len(rest)] for group in groups]
        flat.append([label, *rest])
    return flat
