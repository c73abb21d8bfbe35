"""Sites of the Hanweb jpaas family: a column's page of script tags, and units that come as JSON."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from html import escape
from typing import ClassVar

from sample.sites.server import Answer, Article, Asked, Page, Site, http_date

UNIT_PATH = "/api-gateway/jpaas-publish-server/front/page/build/unit"
LIST_UNIT = "信息列表"
MENU_UNIT = "左侧菜单"
HOT_UNIT = "热点新闻"
TRUNCATED_AT = 22


@dataclass
class JpaasSite(Site):
    """A site of the Hanweb jpaas family.

    faults: any of "several_units" (a menu and a box of news stand before the list), "no_pager" (the list has
    no pager and is whole), "no_count" (the pager does not say how many rows there are), "plain_page_number"
    (the server minds `pageNo` and no `paramJson`), "stuck" (it minds neither), "guarded" (403 unless the
    column's page is named as referer), "in_script" (the parameters stand in a script's text instead of the
    attribute), "text_data" (`data` is the piece of page itself), "missing_deep_pages" (no rows after page 2).
    """

    family: ClassVar[str] = "jpaas"

    @classmethod
    def article_path(cls, column: str, number: int, day: str, extension: str = ".html") -> str:
        """`column/art/YEAR/art_<32 hex digits>.html`, the number at the end of them."""
        digits = md5(f"{column}{day}".encode(), usedforsecurity=False).hexdigest()[:25]
        return f"{column}/art/{day[:4]}/art_{digits}f{number:06}{extension}"

    @property
    def list_address(self) -> str:
        """`/column/index.html`."""
        return f"/{self.column}/index.html"

    def list_pages(self) -> dict[str, Page]:
        """The column's page, which holds no rows."""
        page = self.encoded(f"""<!DOCTYPE html>
<html><head><meta name="SiteName" content="{escape(self.title)}">
<meta http-equiv="Content-Type" content="text/html; charset={self.charset}">
<title>政府信息公开年报_{escape(self.title)}</title></head>
<body><div class="top"><a href="/index.html">首页</a><a href="/{self.column}/">政府信息公开年报</a>
<a href="/xxgk/zn/art/2020/art_{"0" * 32}.html">政府信息公开指南</a></div>
{"".join(self._script(unit) for unit in self._units)}
</body></html>
""")
        modified = http_date(self.rows[0].listed_on if self.rows else "2025-01-01")
        return {self.list_address: Page(page, "text/html", modified)}

    def answer(self, asked: Asked) -> Page | Answer | None:
        """A unit of the column, or a page of it."""
        if asked.path != UNIT_PATH or asked.method != "GET":
            return None
        headers = {name.lower(): value for name, value in asked.headers.items()}
        if "guarded" in self.faults and not headers.get("referer", "").endswith(self.list_address):
            return Answer(403)
        told = self._form(asked.query.get("tagId", ""))
        if any(asked.query.get(key) != value for key, value in told.items()):
            return self._json(None)
        if asked.query["tagId"] == MENU_UNIT:
            return self._json(
                '<ul class="menu"><li><a href="/xxgk/zn/index.html">政府信息公开指南</a></li></ul>'
            )
        if asked.query["tagId"] == HOT_UNIT:
            hot = f"/xwzx/art/2024/art_{'1' * 32}.html"
            return self._json(
                f'<ul><li><a href="{hot}">示例县2024年政府信息公开工作年度报告发布</a></li></ul>'
            )
        return self._json(self._list(asked.query))

    @property
    def _units(self) -> Sequence[str]:
        return (MENU_UNIT, HOT_UNIT, LIST_UNIT) if "several_units" in self.faults else (LIST_UNIT,)

    def _form(self, unit: str) -> dict[str, str]:
        return {
            "parseType": "bulidstatic",
            "webId": "29e9522dc89d",
            "tplSetId": "5c30fb89ae5e",
            "pageType": "column",
            "tagId": unit,
            "editType": "null",
            "pageId": "bf39604e7599",
        }

    def _script(self, unit: str) -> str:
        told = "{" + ",".join(f"'{key}':'{value}'" for key, value in self._form(unit).items()) + "}"
        if "in_script" in self.faults:
            return f'<script>$.get("{UNIT_PATH}", {told}, function(d){{ $("#list").html(d.data.html); }});</script>'
        return (
            f'<div id="{unit}"></div><script src="/js/AuthorizedRead/unitbuild.js" url="{UNIT_PATH}"'
            f' queryData="{told}"></script>'
        )

    def _list(self, query: Mapping[str, str]) -> str:
        turn = 1
        if "plain_page_number" in self.faults:
            turn = int(query.get("pageNo") or 1)
        elif "stuck" not in self.faults and query.get("paramJson"):
            turn = int(json.loads(query["paramJson"])["pageNo"])
        size = len(self.rows) if "no_pager" in self.faults else self.page_size
        rows = self.rows[(turn - 1) * size : turn * size]
        if turn > 2 and "missing_deep_pages" in self.faults:
            rows = []
        lines = "".join(self._row(article) for article in rows)
        pager = ""
        if "no_pager" not in self.faults:
            count = "" if "no_count" in self.faults else f' count="{len(self.rows)}"'
            last = max(1, math.ceil(len(self.rows) / size))
            pager = (
                f'<div class="pagination" rows="{size}"{count} pageNo="{turn}">'
                f'<a href="/{self.column}/art/page.html">{last}</a></div>'
            )
        return f'<div id="{LIST_UNIT}"><div class="page-content"><ul class="list">{lines}</ul></div>{pager}</div>'

    def _row(self, article: Article) -> str:
        title = article.title
        shown = title if len(title) <= TRUNCATED_AT else title[: TRUNCATED_AT - 2] + "..."
        return (
            f'<li><a href="/{escape(article.path)}" target="_blank" title="{escape(title)}">{escape(shown)}</a>'
            f"<span>[{article.listed_on}]</span></li>"
        )

    def _json(self, html: str | None) -> Page:
        data = html if "text_data" in self.faults else {"html": html}
        told = {"success": html is not None, "code": "200", "data": data}
        return Page(json.dumps(told, ensure_ascii=False).encode(), "application/json;charset=UTF-8")
