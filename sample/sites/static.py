"""Sites of no common system: lists in the manners that single provinces and cities have made for themselves."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5
from html import escape
from typing import ClassVar

from sample.sites.server import Answer, Article, Asked, Page, Site, http_date

_NAVIGATION = """<div class="header"><ul class="nav"><li><a href="/">首页</a></li>
<li><a href="/{column}/">政府信息<br>公开年报</a></li><li><a href="/zwgk/zfxxgkzn/20200101/10001.html">政府信息公开指南</a></li>
<li><a href="/zwgk/tzgg/">通知公告</a></li></ul></div>"""

_OTHER_COLUMNS = """<div class="hot_right"><h3>热点</h3><ul>
<li><a href="/zwgk/tzgg/20250301/880001.html">示例县2020年政府信息公开工作年度报告（转载）</a><span>2025-03-01</span></li>
<li><a href="/zwgk/tzgg/20250302/880002.html">示例县举办春季运动会</a><span>2025-03-02</span></li></ul></div>"""

_TEMPLATE_ROWS = """<ul class="tpl"><li ms-repeat="list"><a href="{{el.url}}">{{el.title}}</a></li>
<li><a href="<?=el.link?>"><?=el.title?></a></li><li><a href="${row.url}">${row.title}</a></li></ul>"""

COLUMN_ID = "0f0a3b52-0000-4000-8000-000000990101"
"""TrueCMS's name of the column, where a site has one."""


@dataclass
class StaticSite(Site):
    """A site of no common system.

    dialect: how the list goes on: "shanghai" (`.pagination("setPage",1,6)`, index_2.html), "henan" (`#pageDec`),
    "shandong" (the whole list in the page, shown in parts), "link" (下一页 as a link), "click" (下一页 as a call
    with a number), "query" (`?page=2`), "boshan" (`dataList` in a script), "truecms" (records behind
    getMessage.do), "silent" (nothing is said; the source file has `next`), "frame" (the list in an iframe).
    faults: any of "promises_too_much" (the pager counts two pages that answer 404), "other_columns" (hot articles
    of other columns beside the list, one called a report), "template_rows" (rows that scripts were to fill in),
    "repeats_last_page" (the query beyond the last page gives the last), "interface_off" (getMessage.do is gone).
    """

    family: ClassVar[str] = "static"

    dialect: str = "shanghai"

    @classmethod
    def article_path(cls, column: str, number: int, day: str, extension: str = ".html") -> str:
        """`column/YYYYMMDD/<32 hex digits>.html`."""
        name = md5(str(number).encode(), usedforsecurity=False).hexdigest()
        return f"{column}/{day.replace('-', '')}/{name}{extension}"

    @property
    def list_address(self) -> str:
        """The column's folder; where pages are counted in the query, its first page."""
        if self.dialect == "query":
            return f"/{self.column}/InfoPublic.aspx?cid=1019&pid=971&page=1"
        return f"/{self.column}/"

    @property
    def source_keys(self) -> dict[str, object]:
        """The option `next` for a list that says nothing of its pages."""
        return {"options": {"next": "index_{page}.html"}} if self.dialect == "silent" else {}

    @property
    def _count(self) -> int:
        return max(1, math.ceil(len(self.rows) / self.page_size))

    def list_pages(self) -> dict[str, Page]:
        """`index.html`, `index_2.html` …; in a frame they stand one folder below."""
        folder = f"/{self.column}"
        if self.dialect == "query":
            return {}
        if self.dialect == "frame":
            shell = self._page('<iframe src="./list/index.html" width="100%"></iframe>')
            return {f"{folder}/": shell, f"{folder}/index.html": shell, **self._numbered(f"{folder}/list")}
        pages = self._numbered(folder)
        return pages | {f"{folder}/": pages[f"{folder}/index.html"]}

    def _numbered(self, folder: str) -> dict[str, Page]:
        whole = self.dialect in {"shandong", "boshan", "truecms"}
        found = {}
        for number in range(1, 2 if whole else self._count + 1):
            name = "index.html" if number == 1 else f"index_{number}.html"
            found[f"{folder}/{name}"] = self._page(self._list(number))
        return found

    def answer(self, asked: Asked) -> Page | Answer | None:
        """The pages that are counted in the query, and TrueCMS's records."""
        if self.dialect == "query" and asked.path == f"/{self.column}/InfoPublic.aspx":
            told = asked.query.get("page", "1")
            number = int(told) if told.isdigit() else 1
            if number > self._count and "repeats_last_page" in self.faults:
                number = self._count
            return self._page(self._list(number))
        if self.dialect == "truecms" and asked.path == "/TrueCMS/messageController/getMessage.do":
            return None if "interface_off" in self.faults else self._messages(asked)
        return None

    def _page(self, body: str) -> Page:
        beside = _OTHER_COLUMNS if "other_columns" in self.faults else ""
        template = _TEMPLATE_ROWS if "template_rows" in self.faults else ""
        html = f"""<!DOCTYPE html>
<html><head><meta name="SiteName" content="{escape(self.title)}"><meta name="ColumnName" content="政府信息公开年报">
<meta http-equiv="Content-Type" content="text/html; charset={self.charset}">
<title>政府信息公开年报_{escape(self.title)}</title></head>
<body>{_NAVIGATION.format(column=self.column)}{beside}{template}
<div class="main">{body}</div></body></html>
"""
        newest = self.rows[0].listed_on if self.rows else "2025-01-01"
        return Page(self.encoded(html), "text/html", http_date(newest))

    def _list(self, number: int) -> str:
        rows = self.rows[(number - 1) * self.page_size : number * self.page_size]
        promised = self._count + (2 if "promises_too_much" in self.faults else 0)
        if self.dialect == "shandong":
            lines = "".join(self._row(row, ' class="pagedContent"') for row in self.rows)
            numbers = f"var totalCount={len(self.rows)};var perSize={self.page_size};var startPage=1;"
            pages = f"var endPage={promised};var logicTotalPage={promised};"
            return f"<ul>{lines}</ul><script>{numbers}{pages}</script>"
        if self.dialect == "boshan":
            return f"<ul></ul><script>{self._data_list()}</script>"
        if self.dialect == "truecms":
            return self._truecms_list()
        lines = "".join(map(self._row, rows))
        if self.dialect == "query" and number > self._count:
            return "<ul class='list'></ul>"
        return f'<ul class="list">{lines}</ul>{self._pager(number, promised)}'

    def _row(self, article: Article, more: str = "") -> str:
        return (
            f'<li{more}><a href="/{escape(article.path)}" target="_blank" title="{escape(article.title)}">'
            f"<span>{escape(article.title)}</span></a><i>{article.listed_on}</i></li>"
        )

    def _pager(self, number: int, promised: int) -> str:
        if self.dialect == "shanghai":
            calls = f'$(".pagination").pagination("setPage",{number},{promised});'
            return f'<div class="pagination"></div><script>$(".pagination").pagination({{totalPage: {promised}}});{calls}</script>'
        if self.dialect == "henan":
            return f'<div id="pageDec" pagesize="{self.page_size}" pagecount="{promised}"></div>'
        if number >= promised or self.dialect not in {"link", "click", "frame"}:
            return f'<div class="page">第{number}/{promised}页</div>' if self.dialect == "click" else ""
        if self.dialect == "click":
            return f'<div class="page">共{promised}页 <a href="javascript:;" onclick="goPage({number + 1})">下一页</a></div>'
        return f'<div class="page"><a class="next" href="index_{number + 1}.html">下一页</a></div>'

    def _data_list(self) -> str:
        groups = [
            {"infolist": [self._entry(row) for row in self.rows[start : start + self.page_size]]}
            for start in range(0, len(self.rows), self.page_size)
        ]
        pages = self._count + (2 if "promises_too_much" in self.faults else 0)
        return (
            f"var channelId=13906;var pageSize={self.page_size};var dataList={json.dumps(groups, ensure_ascii=False)};"
            f'var pagesData={{"curPageNo":1,"pageTotal":{pages}}};'
        )

    def _entry(self, row: Article) -> dict[str, object]:
        return {"title": row.title, "url": f"/{row.path}", "daytime": row.listed_on, "channelid": 13906}

    def _truecms_list(self) -> str:
        first = "".join(map(self._row, self.rows[: self.page_size * 3]))
        return f"""<div id="initData" style="display:none"><ul>{first}</ul></div><div id="content"></div><script>
jQuery("#content").jpage({{ totalRecord:{len(self.rows)}, proxyUrl:'/TrueCMS/messageController/getMessage.do',
perPage:{self.page_size}, groupSize:3, barPosition:'bottom', ajaxParam:{{ columnId:'{COLUMN_ID}' }} }});</script>"""

    def _messages(self, asked: Asked) -> Page | None:
        start, end = (int(asked.query.get(key, "0") or 0) for key in ("startrecord", "endrecord"))
        if asked.query.get("columnId") != COLUMN_ID or start < 1 or end - start >= 100:
            return Page(b"", "text/plain")
        rows: Sequence[Article] = self.rows[start - 1 : end]
        records = "".join(f"<record><![CDATA[{self._row(row)}]]></record>" for row in rows)
        told = f"<datastore><totalrecord>{len(self.rows)}</totalrecord><recordset>{records}</recordset></datastore>"
        body = json.dumps({"result": told}, ensure_ascii=False)
        callback = asked.query.get("callback")
        return Page((f"{callback}({body})" if callback else body).encode(), "application/json")
