"""The rest of a site, in front of its column of reports: home page, navigation, disclosure platform with tabs.

For those who must find the column first. The links, meta tags and footers are as real sites have them.
"""

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from sample.sites.server import Page

if TYPE_CHECKING:
    from sample.sites.server import Site

_PLATFORM = "zwgk/zfxxgk"
_MODIFIED = "Wed, 01 Jan 2025 00:00:00 GMT"
_WORDS = "示例县地处平原，物产丰饶。本站为虚构样例，所有文字均非真实。"

_NEWS = """<div class="news"><ul>
<li><a href="/zwgk/fz/202503/t20250315_11.html">示例县2024年法治政府建设年度报告</a><span>2025-03-15</span></li>
<li><a href="/zwgk/wz/202501/t20250122_12.html">示例县政府网站工作年度报表（2024年度）</a><span>2025-01-22</span></li>
<li><a href="/zwgk/tz/202412/t20241220_13.html">关于做好2024年政府信息公开工作年度报告的通知</a><span>2024-12-20</span></li>
<li><a href="/fw/qynb/">企业年报公示</a></li>
</ul></div>"""

_DEAD = """<!-- 旧导航 <!-- <li><a href="/dead/one/">政府信息公开年报</a></li> -- >
<li><a href="/dead/two/">政府信息公开年报</a></li> -->
<!--div><a href="/dead/three/">政府信息<br>公开年报</a></div-->"""

_TABS = (
    ("/zfxxgk/zfxxgkzn/", "政府信息<br>公开指南"),
    ("/zfxxgk/zfxxgkzd/", "政府信息<br>公开制度"),
    ("/zfxxgk/fdzdgknr/", "法定主动<br>公开内容"),
)


@dataclass
class Portal:
    """What stands before the column.

    code: the 网站标识码; empty: the site shows none. faults: any of "template_meta" (tags left as the template
    has them), "wrong_site_name" (copied from another customer), "another_domain" (so is SiteDomain),
    "duplicate_tags" (twice, in other case and with another code), "code_in_footer" (and in no tag),
    "long_code" (a footer with twelve digits), "no_links" (nothing leads to the column), "script_links" (tabs
    open by onclick), "picture_links" (their words are pictures), "frame" (the platform shows its tabs in a
    frame), "straight" (the home page links the column itself), "moved_home" (the home page is not at `/`; what stands there is in the site's answers),
    "map" (a map of offices, with their own platforms).
    """

    code: str = ""
    faults: frozenset[str] = frozenset()

    def pages(self, site: "Site") -> dict[str, Page]:
        """The portal's pages by path."""
        home = self._page(site, "首页", self._home(site))
        found = {"/": home, "/index.html": home}
        if "moved_home" in self.faults:
            found = {"/portal/index.html": home}
        tabs = self._tabs(site)
        if "no_links" in self.faults:
            return found
        platform = f"/{_PLATFORM}/"
        if "frame" in self.faults:
            found[f"{platform}tabs.html"] = self._page(site, "政府信息公开", tabs)
            tabs = '<iframe src="tabs.html" width="100%"></iframe>'
        found[platform] = self._page(site, "政府信息公开", f"{tabs}<p>{_WORDS * 10}</p>")
        for path, label in _TABS:
            name = label.replace("<br>", "")
            found[path] = self._page(site, name, f"{self._tabs(site)}<h1>{name}</h1><p>{_WORDS * 20}</p>")
        return found

    def _home(self, site: "Site") -> str:
        if "no_links" in self.faults:
            return f"{_NEWS}{_DEAD}<p>{_WORDS * 10}</p>"
        offices = ""
        if "map" in self.faults:
            offices = "".join(
                f'<li><a href="/bm/{n}/zfxxgk/">示例第{n}局政府信息公开</a></li>' for n in range(30)
            )
        straight = self._link(site.list_address, "政府信息<br>公开年报") if "straight" in self.faults else ""
        return f"""<div class="nav"><ul><li><a href="/">首页</a></li>
<li><a href="/{_PLATFORM}/"><span>政府信息</span>
 <span>公开</span></a></li>
<li><a href="/hdjl/">互动交流</a></li></ul></div>{straight}<ul>{offices}</ul>
{_NEWS}{_DEAD}<p>{_WORDS * 10}</p>"""

    def _tabs(self, site: "Site") -> str:
        tabs = (*_TABS, (site.list_address, "政府信息<br>公开年报"))
        items = "".join(f"<h3>{self._link(href, label)}</h3>" for href, label in tabs)
        return f'<div class="zwxxgk_bd"><div class="dl_nav"><div class="sideMenu">{items}</div></div>{_DEAD}</div>'

    def _link(self, href: str, label: str) -> str:
        words = label.replace("<br>", "")
        if "script_links" in self.faults:
            return f"""<div class="tab" onclick="window.location.href='{escape(href)}'">{label}</div>"""
        if "picture_links" in self.faults:
            return f'<a href="{escape(href)}"><img src="/images/tab.png" alt="{words}"></a>'
        return f'<a href="{escape(href)}">{label}</a>'

    def _page(self, site: "Site", name: str, content: str) -> Page:
        footer = f"主办单位：{site.title}办公室"
        if "code_in_footer" in self.faults:
            footer += f"　政府网站标识码 ： {self.code}"
        if "long_code" in self.faults:
            footer += f"　网站标识码：{self.code}44"
        html = f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset={site.charset}">
{self._tags(site, name)}
<title>{escape(name)}_{escape(site.title)}</title></head>
<body>{content}<div class="footer">{footer}</div></body></html>
"""
        return Page(site.encoded(html), "text/html", _MODIFIED)

    def _tags(self, site: "Site", name: str) -> str:
        if "template_meta" in self.faults:
            told = [("SiteName", "网站名称"), ("SiteDomain", "网站域名"), ("SiteIDCode", "政府网站标识码")]
        else:
            copied = "wrong_site_name" in self.faults
            told = [("SiteName", "另一样例市" if copied else site.title)]
            told += [("SiteDomain", "www.example.gov.cn")] * ("another_domain" in self.faults)
            if self.code and not {"code_in_footer", "long_code"} & self.faults:
                told.append(("SiteIDCode", self.code))
            if "duplicate_tags" in self.faults:
                told.append(("siteidcode", "9902010007"))
        told.append(("ColumnName", name))
        return "\n".join(f'<meta content="{escape(value)}" name="{key}">' for key, value in told)
