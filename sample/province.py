"""The sample shared out among the sites of the fictional province, of which no two are of one kind.

Each site has its family and habits (charset, rows on a page) and, beside its reports, pages whose titles
only look like reports. How the sites answer is left to `sample.sites`.
"""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, NamedTuple

from sample.attached import COLUMN
from sample.layouts.flow import INVENTED
from sample.manifest import SampleDocument
from sample.publishers import Place, places
from sample.sites import SITES
from sample.sites.portal import Portal
from sample.sites.server import Article, Site
from sample.sites.years import YearsSite


class _Habits(NamedTuple):
    """How a place's site is: its label, its kind, rows on a page, and what else sets it apart."""

    name: str
    kind: type[Site]
    page_size: int = 15
    more: Mapping[str, Any] = MappingProxyType({})


_SITES = {
    "990000": _Habits("shili", YearsSite, 10),
    "990100": _Habits("yangcheng", SITES["hanweb"]),
    "990181": _Habits("yanggang", SITES["gkmlpt"]),
    "990200": _Habits("fanjiang", SITES["trs"], 15, {"charset": "gb2312", "pager": "rows"}),
    "990222": _Habits("fangan", SITES["lonsun"], 5),
    "990300": _Habits("lishan", SITES["ucap"], 12),
    "990321": _Habits("lixi", SITES["static"], 6),
    "990400": _Habits("xuhu", SITES["vsb"], 20, {"charset": "gb2312"}),
    "990481": _Habits("xudao", SITES["epoint"], 8),
    "990500": _Habits("nichuan", SITES["jpaas"], 15),
    "990521": _Habits("shexiang", SITES["hanweb-xxgk"], 10),
}
_DECOYS = (
    ("{name}政府信息公开指南", "2023-05-10"),
    ("关于做好{name}2024年政府信息公开工作年度报告编制工作的通知", "2024-12-20"),
    ("{name}政府网站工作年度报表（2023年度）", "2024-01-22"),
    ("{name}2022年法治政府建设年度报告", "2023-03-15"),
    ("{name}2021年预算公开目录", "2021-02-26"),
)


def sites(documents: Iterable[SampleDocument]) -> list[Site]:
    """One site for each government that carries documents, in the order of their codes."""
    held: dict[str, list[SampleDocument]] = {}
    for document in documents:
        held.setdefault(document.site, []).append(document)
    return [
        _site(place, held[f"{place.name}人民政府"]) for place in places() if f"{place.name}人民政府" in held
    ]


def _site(place: Place, documents: list[SampleDocument]) -> Site:
    name, kind, page_size, more = _SITES[place.code]
    return kind(
        name=name,
        title=f"{place.name}人民政府",
        region=place.code,
        column=COLUMN,
        articles=[
            _article(kind, document, [file for file in documents if file.attached_to == document.path])
            for document in documents
            if document.attached_to is None
        ],
        page_size=page_size,
        portal=Portal(f"{place.code}0001"),
        decoys=[_decoy(kind, place, n, title, day) for n, (title, day) in enumerate(_DECOYS)],
        **more,
    )


def _article(kind: type[Site], document: SampleDocument, files: Iterable[SampleDocument]) -> Article:
    """A document at the address that a site of its kind gives it, with the files attached to it."""
    path = PurePosixPath(document.path)
    number = int(path.stem[-6:])
    address = kind.article_path(COLUMN, number, document.listed_on, path.suffix)
    attachments = {PurePosixPath(file.path).name: file.body for file in files}
    return Article(
        address, document.title, document.listed_on, document.body, document.media_type, attachments
    )


def _decoy(kind: type[Site], place: Place, number: int, title: str, day: str) -> Article:
    title = title.format(name=place.name)
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1><div class=TRS_Editor><p>此页并非政府信息公开工作年度报告。</p></div>"
        f"<div>{INVENTED}</div></body></html>"
    )
    return Article(kind.article_path(COLUMN, 9000 + number, day), title, day, page.encode(), "text/html")
