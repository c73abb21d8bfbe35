"""Sites of the Hanweb JCMS family: records as XML in the column's page, further groups from dataproxy.jsp."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import ClassVar
from urllib.parse import parse_qs, quote, urlencode
from zlib import crc32

from sample.sites.server import Answer, Article, Asked, Page, Site, http_date

GROUP = 3
"""Pages of rows that come at a time."""

PAGE_ASKED = 20
"""Rows on a page of the interface that is asked by page, whatever the list shows."""

TRUNCATED_AT = 24
OTHER_COLUMN = 777
_FORM = (
    "col",
    "appid",
    "webid",
    "path",
    "columnid",
    "sourceContentType",
    "unitid",
    "webname",
    "permissiontype",
)


def column_number(column: str) -> int:
    """The number under which a column of that name is kept."""
    return 100_000 + crc32(column.encode()) % 900_000


@dataclass
class HanwebSite(Site):
    """A site of the Hanweb JCMS family.

    proxy: where the interface is; some sites have it at `/module/jpage/dataproxy.jsp`. row: "li" or "tr".
    faults: any of "page_only" (the interface ignores record numbers and minds only `page`), "stuck" (it always
    gives the first rows), "cut_groups" (it gives one page of rows, however many are asked), "no_total"
    (nothing says how many there are), "no_call" (the page has no call of jpage, only the link to the next
    group), "no_link" (the other way round), "encrypted" (column and unit are ciphers in the link; after the
    second group comes an empty datastore of 54 bytes), "two_units" (a unit of another column stands before
    the list), "shared_units" (the list is divided into two units of one column), "referer" (403 unless the
    list is named as referer), "iframe" (the column's page is a shell, its list stands in a frame), "static"
    (rows in the page itself, further pages by `?uid=…&pageNum=2`), "html_answers" (answers call themselves
    HTML), "dated_links" (the date stands inside the link), "hot_articles" (links to another column's articles
    stand beside the list).
    """

    family: ClassVar[str] = "hanweb"

    proxy: str = "/module/web/jpage/dataproxy.jsp"
    row: str = "li"

    @classmethod
    def article_path(cls, column: str, number: int, day: str, extension: str = ".html") -> str:
        """`art/Y/M/D/art_COLUMN_ID.html`, month and day without leading zeros."""
        year, month, of_month = day.split("-")
        return f"art/{year}/{int(month)}/{int(of_month)}/art_{column_number(column)}_{number}{extension}"

    @property
    def number(self) -> int:
        """The column's number."""
        return column_number(self.column)

    @property
    def list_address(self) -> str:
        """`/col/colNNN/index.html`."""
        return f"/col/col{self.number}/index.html"

    def list_pages(self) -> dict[str, Page]:
        """The column's page, unless its further pages are the same file with a query."""
        if "static" in self.faults:
            return {}
        modified = http_date(self.rows[0].listed_on if self.rows else "2025-01-01")
        if "iframe" not in self.faults:
            return {self.list_address: Page(self._column_page(), "text/html", modified)}
        inner = f"/col/list{self.number}/index.html"
        shell = self._page(
            f'<iframe src="/module/xxgk/tree.jsp?area=1"></iframe><iframe src="{inner}" width="100%"></iframe>'
        )
        return {
            self.list_address: Page(shell, "text/html", modified),
            inner: Page(self._column_page(), "text/html", modified),
        }

    def answer(self, asked: Asked) -> Page | Answer | None:
        """Groups of records from dataproxy.jsp; and pages of a static list."""
        if "static" in self.faults and asked.path == self.list_address:
            return Page(self._static_page(int(asked.query.get("pageNum") or 1)))
        if asked.path != self.proxy:
            return None
        headers = {name.lower(): value for name, value in asked.headers.items()}
        if "referer" in self.faults and not headers.get("referer", "").endswith(self.list_address):
            return Answer(403)
        form = {key: value[0] for key, value in parse_qs(asked.body.decode(), True).items()} | dict(
            asked.query
        )
        return Page(self._group(form), "text/html" if "html_answers" in self.faults else "text/xml")

    def _group(self, form: dict[str, str]) -> bytes:
        unit = form.get("unitid", "")
        rows = self._rows_of(unit)
        if "encrypted" in self.faults:
            turn = int(form.get("page") or 1)
            if form.get("columnid") != _cipher(self.number) or turn > 2:
                return b"<datastore><recordset>\r\n\r\n\r\n\r\n</recordset></datastore>"
            size = self.page_size * GROUP
            link = self._link(self._unit, turn + 1) if turn * size < len(rows) else ""
            return self._datastore(rows[(turn - 1) * size : turn * size], len(rows), link)
        if form.get("columnid") not in {str(self.number), str(OTHER_COLUMN)} or not unit:
            return self._datastore([], 0, "")
        first, last = int(form.get("startrecord") or 0), int(form.get("endrecord") or 0)
        if "stuck" in self.faults:
            return self._datastore(rows[: self.page_size * GROUP], len(rows), self._link(unit, 1))
        if not first or "page_only" in self.faults:
            turn = int(form.get("page") or 1)
            following = self._link(unit, turn + 1) if turn * PAGE_ASKED < len(rows) else ""
            return self._datastore(rows[(turn - 1) * PAGE_ASKED : turn * PAGE_ASKED], len(rows), following)
        if "cut_groups" in self.faults:
            last = min(last, first + self.page_size - 1)
        return self._datastore(rows[first - 1 : last], len(rows), "")

    def _rows_of(self, unit: str) -> Sequence[Article]:
        if unit == str(OTHER_COLUMN):
            return [
                Article(f"art/2024/1/1/art_{OTHER_COLUMN}_{n}.html", f"无关新闻{n}", "2024-01-01", b"")
                for n in range(40)
            ]
        if "shared_units" in self.faults:
            half = len(self.rows) // 2
            return self.rows[:half] if unit == self._unit else self.rows[half:]
        return self.rows

    @property
    def _unit(self) -> str:
        return str(self.number + 1)

    def _link(self, unit: str, turn: int) -> str:
        told = self._form_of(unit)
        if "encrypted" in self.faults:
            told |= {"columnid": quote(_cipher(self.number)), "unitid": quote(_cipher(int(unit)))}
        # The vendor's own links repeat a parameter and are not encoded.
        query = "&".join(f"{key}={value}" for key, value in told.items() if key not in {"col"})
        return f"{self.proxy}?page={turn}&appid=1&{query}"

    def _form_of(self, unit: str) -> dict[str, str]:
        column = OTHER_COLUMN if unit == str(OTHER_COLUMN) else self.number
        values = ("1", "1", "3", "/", str(column), "1", unit, self.title, "0")
        return dict(zip(_FORM, values, strict=True))

    def _datastore(self, rows: Sequence[Article], total: int, link: str) -> bytes:
        return self.encoded(self._store(rows, None if "no_total" in self.faults else total, link))

    def _store(self, rows: Sequence[Article], total: int | None, link: str) -> str:
        counted = f"<totalrecord>{total}</totalrecord>" if total is not None else ""
        group = f'<nextgroup><![CDATA[<a href="{link}"></a>]]></nextgroup>' if link else ""
        records = "\n".join(f"<record><![CDATA[{self._row(article)}]]></record>" for article in rows)
        return f"<datastore>{counted}\n{group}\n<recordset>\n{records}\n</recordset></datastore>"

    def _row(self, article: Article) -> str:
        title, day = escape(article.title), article.listed_on
        shown = title if len(title) <= TRUNCATED_AT else title[: TRUNCATED_AT - 2] + "..."
        link = f'<a href="/{escape(article.path)}" target="_blank" title="{title}">'
        if "dated_links" in self.faults:
            return f"<li>{link}<span>{title}</span><i>{day}</i></a></li>"
        if self.row == "tr":
            return f"<tr><td>·</td><td>{link}{shown}</a></td><td>[{day}]</td></tr>"
        return f"<li>{link}{shown}</a><span>{day}</span></li>"

    def _column_page(self) -> bytes:
        units = [self._unit, str(self.number + 2)] if "shared_units" in self.faults else [self._unit]
        if "two_units" in self.faults:
            units.insert(0, str(OTHER_COLUMN))
        hot = ""
        if "hot_articles" in self.faults:
            hot = (
                '<div class="hot"><ul><li><a href="/art/2024/1/1/art_777_1.html">热点新闻</a></li></ul></div>'
            )
        return self._page(hot + "\n".join(self._jpage(unit) for unit in units))

    def _jpage(self, unit: str) -> str:
        rows = self._rows_of(unit)
        link = "" if "no_link" in self.faults else self._link(unit, 1)
        store = self._store(rows[: self.page_size * GROUP], None, link)
        counted = "" if "no_total" in self.faults else f"totalRecord:{len(rows)},"
        form = ",".join(f"{key}:'{value}'" for key, value in self._form_of(unit).items())
        call = f"""<script type="text/javascript">
// $('#{unit}').jpage({{ perPage:1, ajaxParam:{{columnid:'1',unitid:'{unit}'}} }});
$(function(){{ $('#{unit}').jpage({{ openCookies:false, showMode:'full', dataBefore:'<ul>', dataAfter:'</ul>',
{counted} perPage:{self.page_size}, groupSize:{GROUP}, proxyUrl:'{self.proxy}', ajaxParam:{{{form}}} }}); }});
</script>"""
        if {"no_call", "encrypted"} & self.faults:
            call = ""
        return f'<div id="{unit}"><script type="text/xml">{store}</script></div>\n{call}'

    def _static_page(self, turn: int) -> bytes:
        pages = max(1, math.ceil(len(self.rows) / self.page_size))
        rows = self.rows[(turn - 1) * self.page_size : turn * self.page_size]
        lines = "".join(self._row(article) for article in rows)
        pager = "".join(
            f'<a href="?{escape(urlencode({"uid": self._unit, "pageNum": n}))}">{n}</a>'
            for n in range(1, pages + 1)
        )
        hot = '<div class="hot"><ul><li><a href="/art/2024/1/1/art_777_1.html">热点新闻</a></li></ul></div>'
        return self._page(f'{hot}<ul class="list">{lines}</ul><div class="page">{pager}</div>')

    def _page(self, body: str) -> bytes:
        return self.encoded(f"""<!DOCTYPE html>
<html><head><meta name="SiteName" content="{escape(self.title)}">
<meta name="ColumnName" content="政府信息公开年报">
<meta http-equiv="Content-Type" content="text/html; charset={self.charset}">
<title>政府信息公开年报_{escape(self.title)}</title></head>
<body><div class="nav"><a href="{self.list_address}">政府信息公开年报</a><a href="/col/col12/index.html">指南</a></div>
{body}
<div class="footer">Produced By 大汉网络 大汉版通发布系统</div></body></html>
""")


def _cipher(number: int) -> str:
    return f"q+{crc32(str(number).encode()):x}Zw=="
