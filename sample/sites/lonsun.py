"""Sites of the Lonsun family: `/public/column/ORGAN?type=3` or `/content/column/ID`, paged by `pageIndex`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import ClassVar

from sample.sites.server import Article, Asked, Page, Site

ORGAN = "4140867"
COLUMN_ID = "6791573"
SITE_ID = "10914581"
TEMPLATE_FILE = "/xxgk/publicInfoList_newest2022"

_TEMPLATE = """<ul class="clearfix xxgk_nav_list">
<? for(var i=0;i<data.length;i++){ var el = data[i]; ?>
<li><a href="<?=el.link?>" title="<?=el.title?>"><?=el.title?></a><span class="date"><?=el.publishDate?></span></li>
<? } ?></ul>
"""
_HOT = """<ul class="doc_list list-77"><li><a href="/content/article/77" title="另一栏目2024年政府信息公开工作年度报告">另一栏目…</a>
<span class="date">2025-01-02</span></li></ul>
<script>Ls.pagination = function (box, turn, options) { return options.pageCount; };
// Ls.pagination("#page_77", function(pageIndex){}, {currPage:(0+1),pageCount:9});
</script>
"""


@dataclass
class LonsunSite(Site):
    """A site of the Lonsun family.

    faults: any of "content_column" (the list is at `/content/column/ID`, a `doc_list` with separators, and
    the pager's script says where its pages are), "templates" (the page has a template and no rows: they come
    from the label), "page_index_ignored" (the page is page 1 for any `pageIndex`, only the label turns pages),
    "no_site_id" (the page does not say what the label needs to know), "hot_articles" (a second list, of
    another column, and a pager that is commented out).
    """

    family: ClassVar[str] = "lonsun"

    @classmethod
    def article_path(cls, column: str, number: int, day: str, extension: str = ".html") -> str:
        """`public/ORGAN/NUMBER.html`: neither the column's path nor the date is in it."""
        return f"public/{ORGAN}/{number}{extension}"

    @property
    def list_address(self) -> str:
        """The view of annual reports, or the column of that name."""
        if "content_column" in self.faults:
            return f"/content/column/{COLUMN_ID}"
        return f"/public/column/{ORGAN}?type=3&action=list&nav=3"

    def list_pages(self) -> dict[str, Page]:
        """None: all pages of the list are made when they are asked for."""
        return {}

    def answer(self, asked: Asked) -> Page | None:
        """The column's page, and the label behind it."""
        pages = max(1, math.ceil(len(self.rows) / self.page_size))
        told = asked.query.get("pageIndex") or "1"
        number = int(told) if told.isdigit() else 1
        shown = self.rows[(number - 1) * self.page_size : number * self.page_size]
        if asked.path == "/site/label/8888":
            wanted = {"labelName": "publicInfoList", "siteId": SITE_ID, "organId": ORGAN, "type": "3"}
            if wanted.items() <= asked.query.items() and asked.query.get("file") == TEMPLATE_FILE:
                return Page(self.encoded(self._public(shown) + self._pager(number, pages, "public_info")))
            return Page(
                self.encoded("<p>暂无相关信息，示例县站点为虚构。</p>"), f"text/html;charset={self.charset}"
            )
        if asked.path != self.list_address.partition("?")[0]:
            return None
        if "page_index_ignored" in self.faults:
            number, shown = 1, self.rows[: self.page_size]
        if "templates" in self.faults:
            return Page(self._page(_TEMPLATE))
        if "content_column" in self.faults:
            return Page(self._page(self._content(shown) + self._pager(number, pages, COLUMN_ID)))
        return Page(self._page(self._public(shown) + self._pager(number, pages, "public_info")))

    def _page(self, content: str) -> bytes:
        site_id = "" if "no_site_id" in self.faults else f'<meta name="SiteId" content="{SITE_ID}">'
        hot = _HOT if "hot_articles" in self.faults else ""
        data = f'labelName: "publicInfoList", file: "{TEMPLATE_FILE}", organId: "{ORGAN}", catId: ""'
        return self.encoded(f"""<!DOCTYPE html>
<html><head><meta charset="{self.charset}">{site_id}
<meta name="ColumnName" content="政府信息公开年报"><title>{escape(self.title)}政府信息公开年报</title></head>
<body><div class="nav"><a href="/public/column/{ORGAN}?type=2">政府信息公开指南</a>
<a href="/public/column/{ORGAN}?type=1">政府信息公开制度</a></div>
{hot}{content}
<script>function load(n) {{ $.post("/site/label/8888", {{ {data}, pageIndex: n }}); }}</script>
<p>本站为虚构示例。政府信息公开年报栏目由{escape(self.title)}办公室维护。</p></body></html>
""")

    def _public(self, rows: Sequence[Article]) -> str:
        lines = "".join(
            f'<li><a class="title" href="/{escape(one.path)}" title="{escape(one.title)}">'
            f'{escape(_cut(one.title))}</a><span class="date">{one.listed_on}</span></li>\n'
            for one in rows
        )
        return f'<ul class="clearfix xxgk_nav_list">\n{lines}</ul>\n'

    def _content(self, rows: Sequence[Article]) -> str:
        lines = []
        for place, one in enumerate(rows):
            lines.append(
                f'<li class="odd"><a href="/{escape(one.path)}" title="{escape(one.title)}">'
                f'{escape(_cut(one.title))}</a><span class="right date">{one.listed_on}</span></li>\n'
            )
            if place % 5 == 4:
                lines.append('<li class="lm_line"></li>\n')
        return f'<ul class="doc_list list-{COLUMN_ID}">\n{"".join(lines)}</ul>\n'

    def _pager(self, number: int, pages: int, box: str) -> str:
        turn = "load(pageIndex);"
        if "content_column" in self.faults:
            turn = f"location.href='/content/column/{COLUMN_ID}?pageIndex=' + pageIndex;"
        options = f"{{currPage:({number - 1}+1),pageCount:{pages}}}"
        return (
            f'<div id="page_{box}"></div><script>Ls.pagination("#page_{box}", '
            f"function(pageIndex){{ {turn} }}, {options});</script>"
        )


def _cut(title: str) -> str:
    return title if len(title) <= 24 else title[:22] + "..."
