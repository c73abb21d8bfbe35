"""Sites of the VSB family: `name.htm` and `name/10.htm`, `name/9.htm` … after it, articles `info/N/N.htm`."""

import math
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import ClassVar

from sample.sites.server import Article, Asked, Page, Site, http_date

TREE = 1031
"""The number of the column in the system's tree."""

_HOT = """<div class="hot"><h3>热点信息</h3><ul>
<li id="line_u3_0"><a href="/info/1002/77.htm" title="另一栏目2024年政府信息公开工作年度报告">另一栏目2024年政府信息公开工作年度报告</a>
<span>2025-01-02</span></li></ul></div>
"""


@dataclass
class VsbSite(Site):
    """A site of the VSB family.

    pager: how the foot of the list looks: "spans" (`共52条` and `1/11` in two elements), "table" (both in a
    table cell, as older versions have it) or "short" (only page numbers and `共11页`). faults: any of
    "dynamic" (no static pages: `list.jsp?…PAGENUM=2` and `content.jsp?…wbnewsid=…`), "hot_articles" (a second
    numbered list, of another column), "unnumbered" (rows without ids), "grows" (after the first page was
    written, the newest `late` articles were added and all other pages written anew).
    """

    family: ClassVar[str] = "vsb"

    pager: str = "spans"
    late: int = 0

    @classmethod
    def article_path(cls, column: str, number: int, day: str, extension: str = ".html") -> str:
        """`info/TREE/NUMBER.htm`: neither the column's path nor the date is in it."""
        return f"info/{TREE}/{number}{'.htm' if extension == '.html' else extension}"

    @property
    def list_address(self) -> str:
        """`/column.htm`, or the address of the dynamic list."""
        dynamic = f"/list.jsp?urltype=tree.TreeTempUrl&wbtreeid={TREE}"
        return dynamic if "dynamic" in self.faults else f"/{self.column}.htm"

    def list_pages(self) -> dict[str, Page]:
        """`column.htm` and, counting down, `column/{T-1}.htm` … `column/1.htm`."""
        if "dynamic" in self.faults:
            return {}
        rows = self.rows
        pages = self._cut(rows)
        modified = http_date(rows[0].listed_on if rows else "2025-01-01")
        found = {}
        for number, shown in enumerate(pages, 1):
            path = self._path(number, len(pages))
            found[path] = Page(self._page(path, number, pages, shown), "text/html", modified)
        if "grows" in self.faults:
            before = self._cut(rows[self.late :])
            path = self._path(1, len(before))
            found[path] = Page(self._page(path, 1, before, before[0]), "text/html", modified)
        return found

    def answer(self, asked: Asked) -> Page | None:
        """The dynamic list and its articles."""
        if "dynamic" not in self.faults:
            return None
        if asked.path == "/content.jsp":
            path = f"info/{asked.query.get('wbtreeid')}/{asked.query.get('wbnewsid')}.htm"
            return next((Page(one.body, one.media_type) for one in self.rows if one.path == path), None)
        pages = self._cut(self.rows)
        number = asked.query.get("PAGENUM", "1")
        if asked.path != "/list.jsp" or not number.isdigit() or not 1 <= int(number) <= len(pages):
            return None
        return Page(self._page("/list.jsp", int(number), pages, pages[int(number) - 1]))

    def _cut(self, rows: Sequence[Article]) -> list[Sequence[Article]]:
        pages = max(1, math.ceil(len(rows) / self.page_size))
        return [rows[n * self.page_size : (n + 1) * self.page_size] for n in range(pages)]

    def _path(self, number: int, pages: int) -> str:
        return f"/{self.column}.htm" if number == 1 else f"/{self.column}/{pages - number + 1}.htm"

    def _href(self, number: int, pages: int, path: str) -> str:
        if "dynamic" in self.faults:
            return f"?totalpage={pages}&PAGENUM={number}&urltype=tree.TreeTempUrl&wbtreeid={TREE}"
        return posixpath.relpath(self._path(number, pages), posixpath.dirname(path))

    def _page(
        self, path: str, number: int, pages: Sequence[Sequence[Article]], rows: Sequence[Article]
    ) -> bytes:
        lines = "\n".join(self._row(place, article, path) for place, article in enumerate(rows))
        hot = _HOT if "hot_articles" in self.faults else ""
        foot = self._foot(path, number, len(pages), sum(map(len, pages)))
        return self.encoded(f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset={self.charset}">
<meta name="SiteName" content="{escape(self.title)}"><meta name="ColumnName" content="政府信息公开年报">
<title>政府信息公开年报-{escape(self.title)}</title>
<!--Announced by Visual SiteBuilder 9-->
<script language="javascript" src="/system/resource/js/counter.js"></script></head>
<body><div class="nav"><a href="/index.htm">首页</a><a href="/xxgk/zfxxgkzn.htm">政府信息公开指南</a></div>
{hot}<div class="main"><ul class="list">
{lines}
</ul>
{foot}</div></body></html>
""")

    def _row(self, place: int, article: Article, path: str) -> str:
        href = posixpath.relpath("/" + article.path, posixpath.dirname(path))
        if "dynamic" in self.faults:
            _, tree, name = article.path.split("/")
            news = name.partition(".")[0]
            href = f"content.jsp?urltype=news.NewsContentUrl&wbtreeid={tree}&wbnewsid={news}"
        numbered = "" if "unnumbered" in self.faults else f' id="line_u7_{place}"'
        title = escape(article.title)
        return (
            f'<li{numbered}><a href="{escape(href)}" title="{title}" target="_blank">{title}</a>'
            f"<span>{article.listed_on}</span></li>"
        )

    def _foot(self, path: str, number: int, pages: int, rows: int) -> str:
        after = (
            f'<a href="{escape(self._href(number + 1, pages, path))}"{{}}>下页</a>' if number < pages else ""
        )
        if self.pager == "table":
            linked = after.format(' class="Next"')
            call = f"function a1_gopage_fun(){{_simple_list_gotopage_fun({pages},'a1GOPAGE',2)}}"
            return (
                f'<script>{call}</script><table><tr><td id="fanye1">共{rows}条&nbsp;&nbsp;{number}/{pages}&nbsp;</td>'
                f"<td>{linked}</td></tr></table>"
            )
        numbers = "".join(
            f'<span class="p_no_d">{n}</span>'
            if n == number
            else f'<span class="p_no"><a href="{escape(self._href(n, pages, path))}">{n}</a></span>'
            for n in range(1, pages + 1)
        )
        counted = f'<span class="p_t">共{pages}页</span>'
        if self.pager == "spans":
            counted = f'<span class="p_t">共{rows}条</span> <span class="p_t">{number}/{pages}</span>'
        go = escape(f'_simple_list_gotopage_fun({pages},"u7_goto",2)')
        return (
            f'<div class="pb_sys_common">{counted}<span class="p_pages">{numbers}'
            f'<span class="p_next p_fun">{after.format("")}</span></span>'
            f'<span class="p_goto"><a href="javascript:;" onclick="{go}">跳转</a></span></div>'
        )
