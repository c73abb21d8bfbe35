"""The sample shared out among the sites of the fictional province: the province's and its five cities'.

Each site has its own habits (charset, pager, rows on a page) and, beside its reports, pages whose titles
only look like reports. How the sites answer is left to `sample.sites`.
"""

from collections.abc import Iterable

from sample.generate import COLUMN
from sample.layouts.flow import INVENTED
from sample.manifest import SampleDocument
from sample.publishers import Place, places
from sample.sites.server import Article
from sample.sites.trs import TrsSite

# Label, rows on a page, whether pages are counted from one, charset of the lists, and manner of the pager.
_HABITS = {
    "990000": ("shili", 15, False, "utf-8", "plain"),
    "990100": ("yangcheng", 20, True, "utf-8", "container"),
    "990200": ("fanjiang", 15, False, "gb2312", "rows"),
    "990300": ("lishan", 12, False, "utf-8", "variables"),
    "990400": ("xuhu", 25, False, "gb2312", "plain"),
    "990500": ("nichuan", 15, False, "utf-8", "pageControl"),
}
_DECOYS = (
    ("{name}政府信息公开指南", "2023-05-10"),
    ("关于做好{name}2024年政府信息公开工作年度报告编制工作的通知", "2024-12-20"),
    ("{name}政府网站工作年度报表（2023年度）", "2024-01-22"),
    ("{name}2022年法治政府建设年度报告", "2023-03-15"),
    ("{name}2021年预算公开目录", "2021-02-26"),
)


def sites(documents: Iterable[SampleDocument]) -> list[TrsSite]:
    """One site for each government that carries documents, in the order of their codes."""
    held: dict[str, list[Article]] = {}
    for document in documents:
        article = Article(
            path=document.path,
            title=document.title,
            listed_on=document.listed_on,
            body=document.body,
            media_type=document.media_type,
        )
        held.setdefault(document.site, []).append(article)
    return [
        _site(place, held[f"{place.name}人民政府"]) for place in places() if f"{place.name}人民政府" in held
    ]


def _site(place: Place, articles: list[Article]) -> TrsSite:
    name, page_size, one_based, charset, pager = _HABITS[place.code]
    return TrsSite(
        name=name,
        title=f"{place.name}人民政府",
        region=place.code,
        column=COLUMN,
        articles=articles,
        page_size=page_size,
        one_based=one_based,
        decoys=[_decoy(place, n, title, day) for n, (title, day) in enumerate(_DECOYS)],
        charset=charset,
        pager=pager,
        faults=frozenset({"commented_out_pager"} if place.code == "990300" else ()),
    )


def _decoy(place: Place, number: int, title: str, day: str) -> Article:
    title = title.format(name=place.name)
    compact = day.replace("-", "")
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1><div class=TRS_Editor><p>此页并非政府信息公开工作年度报告。</p></div>"
        f"<div>{INVENTED}</div></body></html>"
    )
    path = f"{COLUMN}/{compact[:6]}/t{compact}_{9000 + number}.html"
    return Article(path=path, title=title, listed_on=day, body=page.encode(), media_type="text/html")
