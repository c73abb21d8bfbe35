"""Sites of the gkmlpt family: a directory page without rows, its tree of categories, lists as JSON."""

import calendar
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

from sample.sites.server import Answer, Article, Asked, Page, Site

CATEGORY = 2345
"""The number of the category of annual reports; its children's begin with it."""

SITE = "990001"
"""The number of the site, without which the interface gives nothing."""

_BEIJING_S = 8 * 3600
_NOON_S = 12 * 3600


@dataclass
class GkmlptSite(Site):
    """A site of the gkmlpt family. Its list's address has the category in the fragment.

    department: the folder of a department's own directory, if it is one. faults: any of "bare_address" (the
    list's address names no category), "years" (one category a year, all under one that has no rows itself;
    one of them is empty, another only leads to a page elsewhere), "missing_deep_pages" (404 after page 1,
    whatever the total says), "ignores_page" (every page is the first), "https_addresses" (the interface
    names https, which the host does not speak), "no_total" (only the category's counter tells how many).
    """

    family: ClassVar[str] = "gkmlpt"

    page_size: int = 100
    department: str = ""

    @classmethod
    def article_path(cls, column: str, number: int, day: str, extension: str = ".html") -> str:
        """`gkmlpt/content/3/3255/post_3255421.html`: the number stands in the folders, too."""
        return f"gkmlpt/content/{number // 1_000_000}/{number // 1000}/post_{number}{extension}"

    @property
    def list_address(self) -> str:
        """The directory's page, with the category as the fragment."""
        return f"{self._directory}/index" + ("" if "bare_address" in self.faults else f"#{CATEGORY}")

    @property
    def _directory(self) -> str:
        return f"/{self.department}/gkmlpt" if self.department else "/gkmlpt"

    def list_pages(self) -> dict[str, Page]:
        """The directory's page under its names: none of them has rows."""
        page = Page(self.encoded(self._shell()))
        return {f"{self._directory}/{name}": page for name in ("index", "mindex", "annualreport")}

    def answer(self, asked: Asked) -> Page | Answer | None:
        """The interface: one page of a category as JSON."""
        found = re.fullmatch(rf"{re.escape(self._directory)}/api/all/(\d+)", asked.path)
        if not found or asked.query.get("sid") != SITE or found.group(1) not in self._categories():
            return None
        page = max(1, int(asked.query.get("page") or 0))  # page 0 is page 1
        if page > 1 and "missing_deep_pages" in self.faults:
            return None
        page = 1 if "ignores_page" in self.faults else page
        number = found.group(1)
        name, rows = self._categories()[number]
        shown = rows[(page - 1) * self.page_size : page * self.page_size]
        host = asked.headers.get("Host", "")
        told: dict[str, Any] = {
            "classify": {"id": int(number), "name": name, "parent": 0, "post_count": len(rows)},
            "articles": [self._row(article, host, int(number)) for article in shown],
            "offset": (page - 1) * self.page_size,
        }
        if "no_total" not in self.faults:
            told["total"] = len(rows)
        return Page(json.dumps(told).replace("/", "\\/").encode(), "application/json")

    def _categories(self) -> dict[str, tuple[str, Sequence[Article]]]:
        """The categories with their names and rows, by number."""
        name = "政府信息公开年报"
        if "years" not in self.faults:
            return {str(CATEGORY): (name, self.rows)}
        years = sorted({article.listed_on[:4] for article in self.rows}, reverse=True)
        found: dict[str, tuple[str, Sequence[Article]]] = {
            str(CATEGORY): (name, ()),
            f"{CATEGORY}00": ("空", ()),
        }
        for year in years:
            rows = [article for article in self.rows if article.listed_on[:4] == year]
            found[f"{CATEGORY}{year}"] = (f"{year}年", rows)
        return found

    def _row(self, article: Article, host: str, category: int) -> dict[str, Any]:
        scheme = "https" if "https_addresses" in self.faults else "http"
        seconds = calendar.timegm(time.strptime(article.listed_on, "%Y-%m-%d")) - _BEIJING_S
        found = re.findall(r"\d+", article.path)
        return {
            "id": int(found[-1]) if found else 0,
            "title": article.title,
            "type": "normal",
            "classify_main": category,
            "publisher": self.title,
            "document_number": "",
            "date": seconds - 5 * 24 * 3600,
            # Beijing's midnight is the day before in UTC.
            "display_publish_time": seconds if category % 2 else 0,
            "first_publish_time": seconds + _NOON_S,
            "created_at": f"{article.listed_on} 08:00:00",
            "url": f"{scheme}://{host}/{article.path}",
            "post_url": f"{scheme}://{host}/{article.path}",
        }

    def _shell(self) -> str:
        children = [
            {"id": int(number), "name": name, "parent": CATEGORY, "post_count": len(rows), "children": []}
            for number, (name, rows) in self._categories().items()
            if number != str(CATEGORY)
        ]
        if children:
            elsewhere = {"id": 7, "name": "旧版年报", "jump_url": "http://old.example/nb/", "children": []}
            children.append({**elsewhere, "parent": CATEGORY, "post_count": 12})
        tree = [
            {"id": 10, "name": "政府信息公开指南", "jump_url": "/zfxxgkzn/", "post_count": 0, "children": []},
            {
                "id": 20,
                "name": "法定主动公开内容",
                "post_count": 9,
                "children": [{"id": 21, "name": "财政年度报告", "post_count": 9, "children": []}],
            },
            {"id": CATEGORY, "name": "政府信息公开年报", "post_count": len(self.rows), "children": children},
        ]
        return f"""<!DOCTYPE html>
<html><head><meta charset="{self.charset}"><title>政府信息公开目录_{escape(self.title)}</title>
<script>
window._CONFIG = {{
  LOCALE: 'zh', SID: '{SITE}', ROOT: '{self._directory}',
  TREE: {json.dumps(tree, ensure_ascii=False)}, SERVICE_AREA_ID: 1
}};
</script></head>
<body><div id="app"><ul><li v-for="post in posts"><a :href="post.url" href="{{{{post.url}}}}">{{{{post.title}}}}</a></li></ul></div>
<script src="/gkmlpt/gkml/pc/js/app.js"></script></body></html>
"""
