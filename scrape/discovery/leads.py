"""Which links of a government site may lead to its column of annual reports, and how likely each is.

The platform is the same everywhere by order (国办公开办函〔2019〕61号): 政府信息公开, in it the tabs 政府信息公开指南,
制度, 法定主动公开内容 and 政府信息公开年报. Links are judged by their words; nothing is fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from chinese.folding import fold_label
from scrape.addresses import absolute
from scrape.discovery.site_tags import meta_tags, page_title, plain
from scrape.exchange import Exchange
from scrape.families.rows import ATTACHMENT, base_address, links, title_of
from scrape.pages import soup


class Rank(IntEnum):
    """How likely an address is to be the column, or to lead there: the smaller the likelier."""

    GIVEN = 0
    COLUMN = 1
    SHORT_NAME = 2
    PLATFORM = 3
    YEAR = 4
    SECTION = 5
    HOME = 6
    GUESS = 7


@dataclass(frozen=True)
class Lead:
    """An address that may lead on. why: a clause for a person. depth: links from the address that was given."""

    url: str
    rank: Rank
    why: str
    depth: int = 0
    fragment: str = ""


STANDARD_PATHS = (
    *("/zwgk/zfxxgk/zfxxgknb/", "/zfxxgk/zfxxgknb/", "/zfxxgknb/", "/zwgk/zfxxgknb/", "/zfxxgkndbg/"),
    *("/xxgknb/", "/xxgk/zfxxgknb.htm", "/gkmlpt/index", "/xxgk-xxgknb", "/xxgkndbg/"),
)
"""Where many sites have the column, or the platform that leads to it; the likeliest first."""

_PATH_WORDS = re.compile(
    r"(?:zf)?(?:xxgk|gk|gkgz)(?:gz)?(?:nb|ndbg|nianbao)|annualreport|/ndbg/|/gknb|/xxgknb", re.IGNORECASE
)
_OF_ANOTHER_KIND = re.compile(
    r"指南|制度|依申请|申请公开|预算|决算|财政|法治|依法行政|网站|报表|企业|工商|统计|年鉴|政府工作报告|公示|述职|审计|"
    r"解读|通知|培训|意见|监督|投诉|建议|提案"
)
_RANKED = (
    (
        re.compile(
            r".{0,20}信息公开(?:工作)?(?:情况)?(?:的)?(?:年报|年度(?:工作)?报告)(?:专栏|公开|查询|平台|公布)?"
        ),
        Rank.COLUMN,
    ),
    (
        re.compile(r"(?:本机关|本级|政务|政府)?(?:公开)?(?:工作)?(?:年报|年度(?:工作)?报告)(?:专栏|汇总)?"),
        Rank.SHORT_NAME,
    ),
    (re.compile(r"(?:.{0,12}政府|政务)?信息公开(?:专栏|平台|专题|目录|网|栏目)?"), Rank.PLATFORM),
    (
        re.compile(r"法定主动公开(?:内容)?|主动公开(?:目录)?|政务公开|政府信息|公开|公开目录|信息公开目录"),
        Rank.SECTION,
    ),
)
_OF_A_YEAR = re.compile(r"(?:19|20)\d\d(?:年度(?!报告|工作报告)|年(?!度|报))?")
_YEAR = r"(?:19|20)\d\d年?度?"
_YEAR_AND_WORDS = rf"{_YEAR}(?:政府)?(?:信息公开)?(?:工作)?(?:年报|年度报告|报告|专栏)?"
_OFFICES = re.compile(
    r".{0,16}(?:部门|乡镇|镇街|街道|街镇|县|区|市区|单位|政府|机构|办事处|苏木镇?|委|办|局|厅|镇|乡)"
    r"(?:[（(].{1,8}[）)])?(?:政府信息公开|信息公开)?(?:年报|年度报告)?"
)
_MOST_LABELS = 60
_ADDRESS_IN_SCRIPT = re.compile(
    r"""(?:location(?:\.href)?\s*=|location\.replace\(|open\(|(?:to|go|jump|link|load)\w*\()\s*['"]([^'"<>\s]{2,300})['"]""",
    re.IGNORECASE,
)
_MOST_SCRIPTED = 2000
_MOST_LEADS = 6
"""Of one rank on one page: a page with more is a map of all offices, or news, and no way."""


def rank_of(label: str) -> Rank | None:
    """The rank of a link by its words, whatever spaces and breaks are in them; None if it leads elsewhere."""
    folded = fold_label(label)
    if not folded or _OF_ANOTHER_KIND.search(folded):
        return None
    without_year = _OF_A_YEAR.sub("", folded)
    for pattern, rank in _RANKED:
        if pattern.fullmatch(without_year):
            dated = without_year != folded
            return Rank.YEAR if dated and rank in {Rank.COLUMN, Rank.SHORT_NAME} else rank
    return None


def is_column_label(label: str) -> bool:
    """Whether words name the column itself and no report of one office: they have no year."""
    return rank_of(label) in {Rank.COLUMN, Rank.SHORT_NAME}


def leads(page: Exchange, via: Lead) -> list[Lead]:
    """Where a page may lead on: links, elements that open an address, frames; the likeliest first, each once."""
    document = soup(page)
    base = base_address(document, page.url)
    best: dict[str, Lead] = {}
    for label, href in _pointers(document):
        rank = rank_of(label)
        url = absolute(base, href)
        if rank is None or url is None or ATTACHMENT.search(urlsplit(url).path):
            continue
        if url not in best or rank < best[url].rank:
            why = f"“{plain(label)}” on {plain(page.url)}"
            best[url] = Lead(url, rank, why, via.depth + 1, _fragment(base, href))
    # What a frame shows is the page itself.
    for frame in document.find_all(["iframe", "frame"], src=True, limit=20):
        url = absolute(base, str(frame["src"]))
        if url and url not in best:
            best[url] = Lead(url, via.rank, f"a frame of {plain(page.url)}", via.depth + 1)
    found = sorted(best.values(), key=lambda lead: lead.rank)
    return [
        lead for n, lead in enumerate(found) if n < _MOST_LEADS or found[n - _MOST_LEADS].rank != lead.rank
    ]


def looks_like_column(page: Exchange, lead: Lead) -> bool:
    """Whether a page says, by the words that led to it, its title or its address, that it is the column."""
    document = soup(page)
    tags = meta_tags(document)
    if "articletitle" in tags:
        return False  # a report itself, whose links lead to its neighbours
    if lead.rank in {Rank.COLUMN, Rank.SHORT_NAME, Rank.YEAR}:
        return True
    if _PATH_WORDS.search(unquote(urlsplit(page.url).path)):
        return True
    names = tags.get("columnname", [])
    first = re.split(r"[_|—–>»·\-]", page_title(document))[0]
    return any(is_column_label(name) for name in (*names, first))


def guesses(origin: str, platforms: list[str]) -> list[Lead]:
    """Standard addresses of the column: below the platform pages that were found, then at the site's root."""
    found = [Lead(urljoin(page, "zfxxgknb/"), Rank.GUESS, "below the platform") for page in platforms]
    found += [Lead(f"{origin}{path}", Rank.GUESS, "a standard address") for path in STANDARD_PATHS]
    return list({lead.url: lead for lead in reversed(found)}.values())[::-1]


def list_groups(page: Exchange, rows: set[str], *, years_only: bool) -> Iterator[tuple[str, list[str]]]:
    """Links of a column's page that may be lists: a pattern of their words and their addresses, year by year first."""
    document = soup(page)
    base = base_address(document, page.url)
    by_label: dict[str, str] = {}
    for link in links(document):
        url = _list_address(link, base)
        if url and url != page.url and url not in rows:
            by_label.setdefault(title_of(link), url)
    patterns = [_YEAR] if years_only else [_YEAR, _YEAR_AND_WORDS]
    for pattern in patterns:
        of_years = [url for label, url in by_label.items() if re.fullmatch(pattern, label)]
        if of_years:
            yield pattern, of_years
            break
    if years_only:
        return
    folder = urljoin(page.url, ".")
    offices = {
        label: url
        for label, url in by_label.items()
        if _OFFICES.fullmatch(label) and url.startswith(folder) and not re.search(r"指南|制度|公开$", label)
    }
    if offices and folder.count("/") > 3:
        yield "|".join(re.escape(label) for label in list(offices)[:_MOST_LABELS]), list(offices.values())


def _list_address(link: Tag, base: str) -> str | None:
    url = absolute(base, str(link["href"]))
    return None if url is None or ATTACHMENT.search(urlsplit(url).path) else url


def _pointers(document: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """The words and the address of each thing that can be clicked."""
    for link in links(document):
        href = str(link["href"]).strip()
        if href.lower().startswith("javascript:") or href in {"", "#"}:
            href = _scripted(f"{href} {link.get('onclick') or ''}") or str(link.get("data-url") or "")
        if href:
            for label in _labels(link):
                yield label, href
    for area in document.find_all("area", href=True, limit=100):
        yield str(area.get("alt") or area.get("title") or ""), str(area["href"])
    for part in document.find_all(_opens_an_address, limit=_MOST_SCRIPTED):
        href = _scripted(str(part["onclick"]))
        if href:
            for label in _labels(part):
                yield label, href


def _opens_an_address(tag: Tag) -> bool:
    return tag.name != "a" and tag.has_attr("onclick")


def _scripted(script: str) -> str:
    found = _ADDRESS_IN_SCRIPT.search(script)
    return found.group(1) if found else ""


def _labels(part: Tag) -> Iterator[str]:
    """The words of a link: its text, its title, and what is written in its pictures."""
    yield title_of(part)
    if part.get("title"):
        yield str(part["title"])
    for picture in part.find_all("img", alt=True, limit=3):
        yield str(picture["alt"])


def _fragment(base: str, href: str) -> str:
    """A category's number behind the #: part of the address as a person sees it, though never sent."""
    try:
        fragment = urlsplit(urljoin(base, href)).fragment
    except ValueError:
        return ""
    return fragment if fragment.isdigit() else ""
