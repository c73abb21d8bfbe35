"""Sites of the Epoint family: a shell page, the script that names the project, and the interface behind it."""

import json
import math
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import ClassVar

from sample.sites.server import Answer, Article, Asked, Page, Site, http_date

CATEGORY = "003006"
GUID = "99000000-0000-4000-8000-000000000001"
_SHELL = "/dynamic/zwgk/govInfoPub.html"
_PROJECT = "/EWB-FRONT"
_ROW_TEMPLATE = """<script type="text/template" id="rows">{{#list}}<li class="ewb-com-item">
<a href="{{infourl}}">{{realtitle}}</a><span>{{infodate}}</span></li>{{/list}}</script>
<ul class="ewb-com-items"><li class="ewb-com-item"><a href="{{infourl}}">{{title}}</a></li></ul>
"""


@dataclass
class EpointSite(Site):
    """A site of the Epoint family.

    project: the first part of the interface's path. page_size: the most rows that the interface gives at once,
    whatever it is asked for. faults: any of "one_based" (page 0 is answered as page 1), "one_based_only"
    (page 0 is answered with no rows), "wrapped" (only `{"token":"","params":{…}}` is understood),
    "params_as_text" (only with params as a text), "ajax_req" (siteInfo stands in ajaxReq.js, and an older one
    in a comment), "framed" (the column's page shows the shell in a frame), "repeats_last_page" (beyond the end
    comes the last page again, and the total counts a row too many), "static" (rows in plain HTML, page 2 is
    `2.html`).
    """

    family: ClassVar[str] = "epoint"

    project: str = _PROJECT

    @classmethod
    def article_path(cls, column: str, number: int, day: str, extension: str = ".html") -> str:
        """`column/YYYYMMDD/GUID.html`."""
        return f"{column}/{day.replace('-', '')}/{number:08d}-9900-4000-8000-{number:012d}{extension}"

    @property
    def list_address(self) -> str:
        """The shell's address with the category; the column's own where the rows or a frame stand there."""
        if {"static", "framed"} & self.faults:
            return f"/{self.column}/subpage.html"
        return f"{_SHELL}?deptcode=&categorynum={CATEGORY}"

    def list_pages(self) -> dict[str, Page]:
        """The shell and its scripts, or the pages of a plain list."""
        modified = http_date(self.rows[0].listed_on if self.rows else "2025-01-01")
        if "static" in self.faults:
            return {path: Page(body, "text/html", modified) for path, body in self._static().items()}
        info = f'var siteInfo = {{"projectName":"{self.project}","siteGuid":"{GUID}","siteName":"示例"}};\n'
        script = "webBuilderCommon.js"
        common = info
        found = {}
        if "ajax_req" in self.faults:
            script, common = "ajaxReq.js", "var lang = {};\n"
            dead = '// var siteInfo = {"projectName":"/EWB-OLD","siteGuid":"00"};\n'
            found["/js/ajaxReq.js"] = Page((dead + info).encode(), "application/javascript", modified)
        found["/js/webBuilderCommon.js"] = Page(common.encode(), "application/javascript", modified)
        loaded = "".join(f'<script src="/js/{name}"></script>' for name in ("lib/jquery.min.js", script))
        shell = self._html(f'<div class="ewb-catalog">{_ROW_TEMPLATE}</div>{loaded}')
        found[_SHELL] = Page(shell, "text/html", modified)
        if "framed" in self.faults:
            frame = f'<iframe src="{_SHELL}?deptcode=&amp;categorynum={CATEGORY}"></iframe>'
            found[self.list_address] = Page(self._html(frame), "text/html", modified)
        return found

    def answer(self, asked: Asked) -> Page | Answer | None:
        """The interface."""
        if asked.method != "POST" or asked.path != f"{self.project}/rest/lightfrontaction/getgovinfolist":
            return None
        question = self._question(asked.body)
        if question is None or question.get("categorynum") != CATEGORY or question.get("siteGuid") != GUID:
            return self._json({"status": {"code": 0, "text": "参数错误"}, "custom": None})
        size = min(int(question["pageSize"]), self.page_size)
        rows = self.rows
        page = int(question["pageIndex"])
        if "one_based_only" in self.faults and page == 0:
            rows, page = [], 0
        elif {"one_based", "one_based_only"} & self.faults:
            page = max(0, page - 1)
        if "repeats_last_page" in self.faults:
            page = min(page, max(0, math.ceil(len(rows) / size) - 1))
        total = len(self.rows) + ("repeats_last_page" in self.faults)
        shown = [self._record(one) for one in rows[page * size : (page + 1) * size]]
        return self._json({"status": {"code": 1}, "custom": {"total": total, "data": shown}})

    def _question(self, body: bytes) -> dict[str, str | int] | None:
        """What is asked, if it is wrapped as this site understands it."""
        asked = json.loads(body)
        if not {"wrapped", "params_as_text"} & self.faults:
            return asked if "params" not in asked else None
        params = asked.get("params")
        if "params_as_text" in self.faults:
            return json.loads(params) if isinstance(params, str) else None
        return params if isinstance(params, dict) else None

    def _json(self, told: object) -> Page:
        return Page(json.dumps(told, ensure_ascii=False).encode(), "application/json;charset=UTF-8")

    def _record(self, article: Article) -> dict[str, str]:
        title = article.title
        shown = title if len(title) <= 20 else title[:18] + "..."
        return {
            "infourl": "/" + article.path,
            "realtitle": f'<font color="#ff0000">{escape(title)}</font>',
            "title": shown,
            "infodate": f"{article.listed_on} 00:00:00",
        }

    def _static(self) -> dict[str, bytes]:
        pages = max(1, math.ceil(len(self.rows) / self.page_size))
        found = {}
        for number in range(1, pages + 1):
            shown = self.rows[(number - 1) * self.page_size : number * self.page_size]
            name = "subpage.html" if number == 1 else f"{number}.html"
            found[f"/{self.column}/{name}"] = self._static_page(number, pages, shown)
        return found

    def _static_page(self, number: int, pages: int, rows: Sequence[Article]) -> bytes:
        lines = "".join(
            f'<li class="ewb-com-item"><a href="/{escape(one.path)}" title="{escape(one.title)}">'
            f'{escape(one.title)}</a><span class="ewb-date">{one.listed_on}</span></li>\n'
            for one in rows
        )
        other = f"{posixpath.dirname(self.column)}/tzgg/20250102/99999999-0000-4000-8000-999999999999.html"
        hot = (
            f'<ul class="ewb-hot"><li><a href="/{other}">另一栏目2024年政府信息公开工作年度报告</a></li></ul>'
        )
        pager = f'<li class="ewb-page-li ewb-page-noborder ewb-page-num"><span>{number}/{pages}</span></li>'
        return self._html(
            f'{hot}<ul class="ewb-com-items">{lines}</ul><ul class="ewb-page-items">{pager}</ul>'
        )

    def _html(self, body: str) -> bytes:
        return self.encoded(f"""<!DOCTYPE html>
<html><head><meta charset="{self.charset}"><title>政府信息公开年报_{escape(self.title)}</title>
<meta name="SiteName" content="网站名称"><meta name="SiteIDCode" content="政府网站标识码"></head>
<body><div class="ewb-nav"><a href="/zwgk/003001/govInfo.html">政府信息公开指南</a></div>
{body}
<p>本站为虚构示例：{escape(self.title)}政府信息公开年报栏目，由脚本载入，请稍候。</p></body></html>
""")
