"""Sites of the TRS family: list pages with `createPageHTML`, articles `tYYYYMMDD_ID.html`, files beside them."""

import math
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import ClassVar

from sample.sites.server import Article, Page, Site, http_date

_PAGES = (".html", ".shtml", ".htm", ".txt", ".md")

TRUNCATED_AT = 26
"""Characters of a title that a list row shows; the rest is in the link's title attribute only."""

_DEFINITION = """function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){
  if(_nPageCount == null || _nPageCount<=1){ return; }
  document.write("<a href=\\"" + _sPageName + "_1." + _sPageExt + "\\">尾页</a>");
}
// createPageHTML(7, 0, "index", "shtml");
/* createPageHTML(6, 0, "old", "htm"); */
"""

_NAVIGATION = """<div class="zwxxgk_bd"><div class="dl_nav"><div class="sideMenu">
<h3><a href="/{column}/">政府信息<br>公开年报</a></h3>
<h3><a href="/zfxxgk/zfxxgkzn/">政府信息<br>公开指南</a></h3></div></div>
<!-- 旧导航 <!-- <li><a href="./201001/t20100101_1.html">2009年政府信息公开工作年度报告</a></li> -->
</div>"""

_TEMPLATE_ROW = """<li ms-repeat="list"><a ms-attr-href="el.url" href="./202501/t20250101_1.html">{{el.title}}</a></li>
<li><a href="{{el.url}}">{{el.title}}</a></li>"""


@dataclass
class TrsSite(Site):
    """A site of the TRS family.

    one_based: whether pages are counted from one. pager: how the list calls its pager: "plain", "rows",
    "container", "variables", "pageControl" or "object". faults: any of "missing_deep_pages" (404 after page 2),
    "stub_deep_pages" (a stub after page 2), "commented_out_pager" (a function definition and a dead older
    call stand before the real one), "rows_by_script" (each row is written by a script), "template_rows" (rows
    that a script was to fill in stand beside the real ones).
    """

    family: ClassVar[str] = "trs"

    one_based: bool = False
    pager: str = "plain"

    @classmethod
    def article_path(cls, column: str, number: int, day: str, extension: str = ".html") -> str:
        """`column/YYYYMM/tYYYYMMDD_ID.html`; of an uploaded file `P0YYYYMMDD` and twelve digits."""
        year, month, of_month = day.split("-")
        if extension not in _PAGES:
            return f"{column}/{year}{month}/P0{year}{month}{of_month}{number:012}{extension}"
        return f"{column}/{year}{month}/t{year}{month}{of_month}_{number}{extension}"

    def list_pages(self) -> dict[str, Page]:
        """`index.html`, `index_1.html` …, or `index_2.html` after the first where pages count from one."""
        found: dict[str, Page] = {}
        pages = max(1, math.ceil(len(self.rows) / self.page_size))
        modified = http_date(self.rows[0].listed_on if self.rows else "2025-01-01")
        for number in range(1, pages + 1):
            if number > 2 and "missing_deep_pages" in self.faults:
                break
            rows = self.rows[(number - 1) * self.page_size : number * self.page_size]
            body = self._list_page(number, pages, rows)
            if number > 2 and "stub_deep_pages" in self.faults:
                body = b"<html><head><title></title></head><body><!-- " + b"." * 300 + b" --></body></html>"
            name = "index.html" if number == 1 else f"index_{number if self.one_based else number - 1}.html"
            found[f"/{self.column}/{name}"] = Page(body, "text/html", modified)
        return found | {f"/{self.column}/": found[f"/{self.column}/index.html"]}

    def _list_page(self, number: int, pages: int, rows: Sequence[Article]) -> bytes:
        row = self._written_row if "rows_by_script" in self.faults else self._row
        lines = "\n".join(map(row, rows))
        if "template_rows" in self.faults:
            lines += _TEMPLATE_ROW
        return self.encoded(f"""<!DOCTYPE html>
<html><head><meta name="SiteName" content="{escape(self.title)}">
<meta name="ColumnName" content="政府信息公开年报">
<meta http-equiv="Content-Type" content="text/html; charset={self.charset}">
<title>政府信息公开年报_{escape(self.title)}</title></head>
<body>{_NAVIGATION.format(column=self.column)}
<div class="list"><ul class="gl_list">
{lines}
</ul></div>
<div class="page">{self._pager(number, pages)}</div>
</body></html>
""")

    def _row(self, article: Article) -> str:
        href = posixpath.relpath("/" + article.path, "/" + self.column)
        href = href if href.startswith("..") else "./" + href
        title = article.title
        shown = title if len(title) <= TRUNCATED_AT else title[: TRUNCATED_AT - 2] + "…"
        return (
            f'<li><a href="{escape(href)}" target="_blank" title="{escape(title)}">{escape(shown)}</a>'
            f"<span>{article.listed_on}</span></li>"
        )

    def _written_row(self, article: Article) -> str:
        href = posixpath.relpath("/" + article.path, "/" + self.column)
        title = article.title.replace('"', '\\"')
        return f"""<li><script>
var url="{"" if href.startswith("..") else "./"}{href}"; // 链接
var title="{title}";
document.write('<a href="'+url+'" title="'+title+'">'+title+'</a>');
</script><span>{article.listed_on}</span></li>"""

    def _pager(self, number: int, pages: int) -> str:
        current = number if self.one_based else number - 1
        rows = len(self.rows)
        calls = {
            "plain": f'createPageHTML({pages}, {current}, "index", "html");',
            "rows": f'createPageHTML({pages}, {current},"index","html","black2",{rows});',
            "container": f"createPageHTML('paging',{pages}, {current},'index','html',{rows});",
            "variables": f"var countPage = {pages};\nvar currentPage = {current};//所在页从0开始\n"
            'createPageHTML(countPage, currentPage, "index", "html");',
            "object": f"Pager({{size:{pages}, current:{current}, prefix:'index',suffix:'html'}});",
            "pageControl": f'pageControl({pages}, {current}, "index", "html", {self.page_size}, \'pages-nav\');',
        }
        definition = _DEFINITION if "commented_out_pager" in self.faults else ""
        return f'<script language="JavaScript">\n{definition}{calls[self.pager]}\n</script>'
