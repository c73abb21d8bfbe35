"""Sites of Hanweb's information-disclosure module: lists by search.jsp, annual reports by organ and year."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from sample.sites.hanweb import column_number
from sample.sites.server import Answer, Article, Asked, Page, Site, http_date

SEARCH = "/module/xxgk/search.jsp"
SUBJECT = "/module/xxgk/subjectinfo.jsp"
ANNUAL = "/module/xxgk/xxgkAnnualReport.jsp"
TREE = "/module/xxgk/tree.jsp"
TRUNCATED_AT = 24
OTHER_COLUMN = 777


@dataclass
class HanwebXxgkSite(Site):
    """A site with Hanweb's information-disclosure module.

    area: the organ's code. faults: any of "all_columns" (search.jsp minds no column and gives every other
    row of another), "tree_only" (the column's page names no search.jsp, only the tree), "get_only" (search.jsp
    refuses POST with 405), "no_pages" (nothing says how many pages there are; beyond the last comes the last),
    "subject" (the list is subjectinfo.jsp itself, with title and date in attributes of the link), "annual" (the
    list is xxgkAnnualReport.jsp of the organ: articles' paths are what `annual_path` gives, and every report's
    page links the years), "years_in_select" (they stand in a select instead), "years_unsaid" (nowhere),
    "organs_linked" (the page links other organs' reports, too), "organs_in_tree" (a tree names them),
    "opened_at_2022" (the list's address is that year's report).
    """

    family: ClassVar[str] = "hanweb-xxgk"

    area: str = "119901010000000001"

    @classmethod
    def article_path(cls, column: str, number: int, day: str, extension: str = ".html") -> str:
        """`art/Y/M/D/art_COLUMN_ID.html`, month and day without leading zeros."""
        year, month, of_month = day.split("-")
        return f"art/{year}/{int(month)}/{int(of_month)}/art_{column_number(column)}_{number}{extension}"

    @staticmethod
    def annual_path(year: int, area: str = "119901010000000001") -> str:
        """The address of an organ's report for a year, without the first slash."""
        return f"{ANNUAL[1:]}?area={area}&fbtime={year}"

    @property
    def number(self) -> int:
        """The column's number."""
        return column_number(self.column)

    @property
    def list_address(self) -> str:
        """The column's page, or what stands instead of it."""
        if "annual" in self.faults:
            opened = "&fbtime=2022" if "opened_at_2022" in self.faults else ""
            return f"{ANNUAL}?area={self.area}{opened}"
        if "subject" in self.faults:
            return f"{SUBJECT}?sortfield=compaltedate:0&fbtime=&texttype=0&vc_title=&currpage=1&binlay="
        return f"/col/col{self.number}/index.html"

    def list_pages(self) -> dict[str, Page]:
        """The column's page, whose rows search.jsp gives."""
        if {"annual", "subject"} & self.faults:
            return {}
        kind = "" if "all_columns" in self.faults else "A02"
        call = f"""<script type="text/javascript">
// $.post('/module/xxgk/search.jsp?standardXxgk=9', {{infotypeId:'Z99',divid:'div1'}});
$(function(){{ $.ajax({{ type:'post', url:'{SEARCH}?standardXxgk=1&isAllList=1&texttype=0&fbtime=-1&vc_all=&currpage=1',
data:{{ infotypeId:'{kind}', jdid:'3', area:'', divid:'div{self.number}', sortfield:',createdatetime:0,orderid:0' }},
success:function(d){{ $('#div{self.number}').html(d); }} }}); }});</script>"""
        tree = f'<iframe src="{TREE}?area={self.area}"></iframe>'
        body = tree if "tree_only" in self.faults else f'<div id="div{self.number}"></div>{call}'
        modified = http_date(self.rows[0].listed_on if self.rows else "2025-01-01")
        return {self.list_address: Page(self._page(body), "text/html", modified)}

    def answer(self, asked: Asked) -> Page | Answer | None:
        """What search.jsp, subjectinfo.jsp, tree.jsp and xxgkAnnualReport.jsp give."""
        form = {key: value[0] for key, value in parse_qs(asked.body.decode(), True).items()} | dict(
            asked.query
        )
        if asked.path == SEARCH and "subject" not in self.faults:
            return self._search(asked, form)
        if asked.path == SUBJECT and "subject" in self.faults:
            return Page(self._table(int(form.get("currpage") or 1)))
        if asked.path == TREE:
            links = "".join(f"<li onclick=\"show('{code}','area={code}')\">机构</li>" for code in self._areas)
            return Page(self._page(f"<ul>{links}</ul>"))
        if asked.path == ANNUAL:
            return self._annual(form)
        return None

    def _search(self, asked: Asked, form: dict[str, str]) -> Page | Answer:
        if "get_only" in self.faults and asked.method != "GET":
            return Answer(405)
        right = {"infotypeId": "", "area": self.area} if "tree_only" in self.faults else {"standardXxgk": "1"}
        if "all_columns" not in self.faults and "tree_only" not in self.faults:
            right |= {"infotypeId": "A02", "divid": f"div{self.number}", "jdid": "3"}
        if any(form.get(key) != value for key, value in right.items()):
            return Page(self._page("<table></table>"))
        return Page(self._table(int(form.get("currpage") or 1)))

    def _table(self, turn: int) -> bytes:
        rows: list[Article] = list(self.rows)
        if {"all_columns", "tree_only"} & self.faults:
            # The first pages hold nothing of the column.
            foreign = [
                Article(f"art/2024/1/1/art_{OTHER_COLUMN}_{n}.html", f"别处{n}", "2024-01-01", b"")
                for n in range(12)
            ]
            rows = foreign + rows
        pages = max(1, math.ceil(len(rows) / self.page_size))
        if "no_pages" in self.faults:
            turn = min(turn, pages)
        shown = rows[(turn - 1) * self.page_size : turn * self.page_size]
        lines = "\n".join(self._row(article, n) for n, article in enumerate(shown))
        counted = f"&nbsp;&nbsp;共<b>{len(rows)}</b>条&nbsp;&nbsp;共{pages}页&nbsp;"
        counted = "" if "no_pages" in self.faults else counted
        return self._page(
            f'<table><tr class="tr_main_title"><td>序号</td><td>标题</td><td>日期</td></tr>{lines}</table>'
            f'<table><tr><td class="tb_title">{counted}<a href="javascript:goPage(2)">下一页</a></td></tr></table>'
        )

    def _row(self, article: Article, place: int) -> str:
        title = escape(article.title)
        shown = title if len(title) <= TRUNCATED_AT else title[: TRUNCATED_AT - 2] + "..."
        kind = "odd" if place % 2 == 0 else "even"
        if "subject" in self.faults:
            link = (
                f'<a href="/{article.path}" mc="{title}" rq="{article.listed_on}" syh="A-{place}">{shown}</a>'
            )
            return f'<tr class="tr_main_value_{kind}"><td>{place}</td><td>{link}</td><td></td></tr>'
        link = f'<a href="/{escape(article.path)}" title="{title}">{shown}</a>'
        return f'<tr class="tr_main_value_{kind}"><td>{place}</td><td>{link}</td><td>{article.listed_on}</td></tr>'

    @property
    def _areas(self) -> Sequence[str]:
        """The organs that have reports here."""
        asked = (
            parse_qs(urlsplit("/" + article.path).query).get("area", [""])[0] for article in self.articles
        )
        return [self.area, *dict.fromkeys(code for code in asked if code and code != self.area)]

    def _annual(self, form: dict[str, str]) -> Page | None:
        """The report of a year, or the newest; the years stand above it."""
        reports = {
            parse_qs(urlsplit("/" + article.path).query)["fbtime"][0]: article
            for article in self.articles
            if article.path.startswith(ANNUAL[1:]) and f"area={form.get('area')}&" in article.path
        }
        if not reports:
            return None
        chosen = reports.get(form.get("fbtime") or max(reports))
        if chosen is None:
            return None
        body = chosen.body.replace(b"<body>", b"<body>" + self.encoded(self._navigation(form, reports)), 1)
        return Page(body, "text/html", http_date(chosen.listed_on))

    def _navigation(self, form: dict[str, str], reports: dict[str, Article]) -> str:
        area = form["area"]
        years = sorted(reports, reverse=True)
        shown = "".join(
            f'<li><a href="{ANNUAL}?fbtime={year}&amp;area={area}">{year}年</a></li>' for year in years
        )
        if "years_in_select" in self.faults:
            shown = "".join(f'<option value="{year}">{year}年度</option>' for year in years)
            shown = f'<select name="fbtime" onchange="go(this.value)">{shown}</select>'
        if "years_unsaid" in self.faults:
            shown = ""
        others = [code for code in self._areas if code != area]
        organs = "".join(
            f'<li><a href="{ANNUAL}?area={code}&amp;fbtime=2024">机构</a></li>' for code in others
        )
        tree = f'<iframe src="{TREE}?area={self.area}"></iframe>' if "organs_in_tree" in self.faults else ""
        return (
            f'<ul class="years">{shown}</ul>{tree}<ul>{organs if "organs_linked" in self.faults else ""}</ul>'
        )

    def _page(self, body: str) -> bytes:
        return self.encoded(f"""<!DOCTYPE html>
<html><head><meta name="SiteName" content="{escape(self.title)}">
<meta http-equiv="Content-Type" content="text/html; charset={self.charset}">
<title>政府信息公开年报_{escape(self.title)}</title></head>
<body>{body}</body></html>
""")
