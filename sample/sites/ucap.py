"""Sites of the UCAP family: static lists `list.shtml`, `list_2.shtml` …, or JSON by channel."""

import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from sample.sites.server import Answer, Article, Asked, Page, Site, http_date

CHANNEL = hashlib.md5(b"nianbao", usedforsecurity=False).hexdigest()
"""The number of the channel of annual reports."""

MOST_ROWS = 20
"""Rows that the interface gives at most, however many are asked for."""

_TEMPLATE_ROWS = """<li><a href="{{el.url}}">{{el.title}}</a></li>
<li><a href="<?=el.url?>"><?=el.title?></a></li>"""

_HOT = """<div class="hot"><h3>热点信息</h3><ul>
{rows}
</ul></div>"""

_HOT_ROW = (
    """<li><a href="/{site}/c100001/202501/{number}.shtml">某街道2024年政府信息公开工作年度报告</a></li>"""
)


@dataclass
class UcapSite(Site):
    """A site of the UCAP family.

    listing: how the list comes: "static" (pages with rows and the pager's call), "json" (a page without
    rows), "rendered" (the first rows in the page, the others as JSON). interface: what JSON is asked of:
    "common/search", "search", "searchList" or "getFileListByCodeId". stem: of the pages' names. faults: any
    of "hot_articles" (links to another column beside the list, more than it has rows), "template_rows",
    "commented_out_pager" (a definition and a dead older call before the real one), "missing_deep_pages" (404
    after page 2), "interface_in_script" (only `render.js` says what is asked), "interface_untold" (nothing
    says it), "ignores_page" (every page is the first), "date_in_link", "id_in_script" (no meta tag names the
    channel).
    """

    family: ClassVar[str] = "ucap"

    listing: str = "static"
    interface: str = "common/search"
    stem: str = "list"

    @classmethod
    def article_path(cls, column: str, number: int, day: str, extension: str = ".html") -> str:
        """`column/YYYYMM/<32 hex>.shtml`."""
        name = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
        extension = ".shtml" if extension == ".html" else extension
        return f"{column}/{day[:4]}{day[5:7]}/{name}{extension}"

    @property
    def list_address(self) -> str:
        """The list's first page, which has a name of its own."""
        return f"/{self.column}/{self.stem}.shtml"

    def list_pages(self) -> dict[str, Page]:
        """`list.shtml`, `list_2.shtml` … of a static list; else the one page there is, and its script."""
        modified = http_date(self.rows[0].listed_on if self.rows else "2025-01-01")
        folder = f"/{self.column}/{self.stem}"
        if self.listing != "static":
            rows = self.rows[: self.page_size] if self.listing == "rendered" else ()
            found = {f"{folder}.shtml": Page(self._list_page(rows, self._script()), "text/html", modified)}
            if "interface_in_script" in self.faults:
                found["/js/render.js"] = Page(self._call().encode(), "application/javascript")
            return found
        pages = max(1, math.ceil(len(self.rows) / self.page_size))
        found = {}
        for number in range(1, pages + 1):
            if number > 2 and "missing_deep_pages" in self.faults:
                break
            rows = self.rows[(number - 1) * self.page_size : number * self.page_size]
            name = f"{folder}.shtml" if number == 1 else f"{folder}_{number}.shtml"
            found[name] = Page(self._list_page(rows, self._pager(number, pages)), "text/html", modified)
        return found

    def answer(self, asked: Asked) -> Page | Answer | None:
        """The interface: one page of the channel as JSON."""
        if self.listing == "static":
            return None
        if self.interface == "getFileListByCodeId":
            told = dict(parse_qsl(asked.body.decode("ascii", "replace"), keep_blank_values=True))
            ours = asked.method == "POST" and asked.path == "/getFileListByCodeId"
            if not ours or told.get("channelId") != CHANNEL:
                return None
            return self._json(
                {"code": 200, "results": {"data": self._data(asked, told.get("page"), told.get("size"))}}
            )
        if asked.path != f"/{self.interface}/{CHANNEL}" or asked.query.get("_isJson") != "true":
            return None
        return self._json({"data": self._data(asked, asked.query.get("page"), asked.query.get("_pageSize"))})

    @staticmethod
    def _json(told: dict[str, Any]) -> Page:
        return Page(json.dumps(told, ensure_ascii=False).encode(), "application/json;charset=UTF-8")

    def _data(self, asked: Asked, page: str | None, size: str | None) -> dict[str, Any]:
        number = 1 if "ignores_page" in self.faults else int(page or 1)
        rows_a_page = min(int(size or MOST_ROWS), MOST_ROWS, self.page_size)
        rows = self.rows[(number - 1) * rows_a_page : number * rows_a_page]
        host = asked.headers.get("Host", "")
        return {
            "channelId": CHANNEL,
            "page": number,
            "rows": rows_a_page,
            "total": len(self.rows),
            "results": [
                {
                    "title": escape(article.title),
                    "url": f"//{host}/{article.path}",
                    "publishedTimeStr": f"{article.listed_on} 10:15:48",
                }
                for article in rows
            ],
        }

    def _list_page(self, rows: Sequence[Article], foot: str) -> bytes:
        lines = "\n".join(self._row(article) for article in rows)
        meta = "" if "id_in_script" in self.faults else f'<meta name="channelId" content="{CHANNEL}">'
        template = _TEMPLATE_ROWS if "template_rows" in self.faults else ""
        return self.encoded(f"""<!DOCTYPE html>
<html><head><meta charset="{self.charset}"><meta name="SiteName" content="{escape(self.title)}">
{meta if self.listing != "static" else ""}
<title>政府信息公开年报_{escape(self.title)}</title></head>
<body><div class="nav"><a href="/{self.column}/{self.stem}.shtml">政府信息<br>公开年报</a>
<a href="/zfxxgk/zn/guide.pdf">政府信息公开指南</a></div>
{self._hot() if "hot_articles" in self.faults else ""}
<div class="list"><ul class="pagelist">
{template}
{lines}
</ul></div>
<div id="page_div"></div>
{foot}
</body></html>
""")

    def _row(self, article: Article) -> str:
        title, day = escape(article.title), f"<span>{article.listed_on}</span>"
        if "date_in_link" in self.faults:
            return f'<li><a href="/{article.path}" target="_blank"><p>{title}{day}</p></a></li>'
        return f'<li><a href="/{article.path}" target="_blank" title="{title}">{title}</a>{day}</li>'

    def _hot(self) -> str:
        site = re.split("/", self.column)[0]
        names = [hashlib.md5(f"hot{n}".encode(), usedforsecurity=False).hexdigest() for n in range(12)]
        return _HOT.format(rows="\n".join(_HOT_ROW.format(site=site, number=name) for name in names))

    def _pager(self, number: int, pages: int) -> str:
        dead = ""
        if "commented_out_pager" in self.faults:
            dead = """function createPageHTML(id, count, index, name, ext, total) { return; }
// createPageHTML('page_div', 9, 1, 'old', 'shtml', 180);
"""
        call = f"createPageHTML('page_div', {pages}, {number}, '{self.stem}', 'shtml', {len(self.rows)});"
        return f"<script>\n{dead}{call}\n</script>"

    def _script(self) -> str:
        if "interface_in_script" in self.faults:
            return '<script src="/js/render.js"></script>'
        if "interface_untold" in self.faults:
            return '<script src="/js/app.js"></script>'
        told = f'var channelId = "{CHANNEL}";\n' if "id_in_script" in self.faults else ""
        return f"<script>\n{told}{self._call()}\n</script>"

    def _call(self) -> str:
        dead = "// $.get('/search/' + _id + '?_isAgg=true&_isJson=true&page=' + curPage, fill);\n"
        if self.interface == "getFileListByCodeId":
            return (
                dead
                + "$.post('/getFileListByCodeId', {channelId: _id, page: curPage, size: pageSize}, fill);"
            )
        return (
            f"{dead}$.get('/{self.interface}/' + _id + '?_isAgg=true&_isJson=true&_pageSize=' + pageSize"
            " + '&_template=index&_rangeTimeGte=&_channelName=&page=' + curPage, fill);"
        )
