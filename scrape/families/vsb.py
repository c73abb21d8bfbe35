"""博达 VSB: lists `name.htm`, whose further pages count down (`name/10.htm`, `name/9.htm` …), articles `info/N/N.htm`.

Page k of T is `name/{T-k+1}.htm`: the oldest rows are always in `name/1.htm`, and when the list grows by a
page all others move up by one number. Sites without static pages answer at `list.jsp?PAGENUM=k` instead.
"""

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.files import MAY_NAME_A_FILE, files_of
from scrape.families.interface import Clue, Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import (
    ATTACHMENT,
    base_address,
    is_template,
    links,
    listed_date,
    live_scripts,
    row_links,
    row_of,
    title_of,
)
from scrape.pages import soup
from scrape.source import Source

_ARTICLE = re.compile(r"/info/\d+/\d+\.html?$|/Content-\d+\.html?$")
_DYNAMIC_ARTICLE = re.compile(r"\.jsp\?(?:.*&)?wbnewsid=\d+")
_FILE = re.compile(r"/_content/download\.jsp\b")
_ROW_ID = re.compile(r"^line_(u\d+)_\d+$")
_ROWS = re.compile(r"共\s*(\d{1,7})\s*条")
_PLACE = re.compile(r"(?<![\d/])(\d{1,5})\s*/\s*(\d{1,5})(?![\d/])")
_PAGES = re.compile(r"共\s*(\d{1,5})\s*页")
_GO_TO = re.compile(r"_simple_list_gotopage_fun\(\s*(\d{1,5})\s*,\s*(?:\\?[\"']|&quot;)(?:(u\d+)_goto)?")
_PDF = re.compile(r"showVsbpdfIframe\(\s*[\"']([^\"']+)[\"']")
_NEXT = {"下页", "下一页", "下一页>", "下页>"}
_NODES_BETWEEN_MARKERS = 12
_LINKS_A_ROW = 5


@dataclass(frozen=True)
class _List:
    """What is known of a list when one of its pages is asked for.

    first: the address of page 1. again: whether the list has grown meanwhile, so that numbers have moved.
    """

    first: str
    pages: int | None
    asked: frozenset[str]
    again: bool = False

    def is_page(self, address: str) -> bool:
        """Whether `address` is a page of this list and not of another column."""
        here, there = urlsplit(self.first), urlsplit(address)
        if here.netloc != there.netloc:
            return False
        if here.path == there.path:
            of = parse_qs(here.query).get("wbtreeid")
            return "PAGENUM" in there.query and of in (None, parse_qs(there.query).get("wbtreeid"))
        return re.fullmatch(rf"{re.escape(self._stem)}/\d+\.html?", there.path) is not None

    def page(self, number: int, pages: int) -> str | None:
        """The address of page `number` of so many."""
        here = urlsplit(self.first)
        if here.path.endswith(".jsp"):
            kept = [
                (key, value) for key, value in parse_qsl(here.query) if key not in {"totalpage", "PAGENUM"}
            ]
            query = urlencode([("totalpage", pages), ("PAGENUM", number), *kept])
            return urlunsplit(here._replace(query=query))
        extension = "html" if here.path.endswith(".html") else "htm"
        path = f"{self._stem}/{pages - number + 1}.{extension}"
        return urlunsplit(here._replace(path=path, query=""))

    @property
    def _stem(self) -> str:
        path = urlsplit(self.first).path
        return path + "index" if path.endswith("/") else re.sub(r"\.\w+$", "", path)


@dataclass(frozen=True)
class _Markers:
    """What the foot of a list says. unit: the part of the page that the pager belongs to, such as `u7`."""

    page: int | None = None
    pages: int | None = None
    rows: int | None = None
    unit: str | None = None
    foot: Tag | None = None


class Vsb(Family):
    """The VSB family; see `scrape.families.interface`."""

    name: ClassVar[str] = "vsb"
    title: ClassVar[str] = "博达 VSB (Visual SiteBuilder)"

    def start(self, address: str, source: Source) -> ListRequest:
        """The list's first page, as it stands."""
        return ListRequest(Request(address))

    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """The rows of the list's own part of the page, and the page after it, which the pager links."""
        page = soup(answer)
        base = base_address(page, answer.url)
        markers = _markers(page)
        known = asked.memory or _List(answer.url, markers.pages, frozenset({asked.request.url}))
        rows = _rows(page, base, markers)
        return ListPage(rows, _following(asked, known, markers, page, base), markers.pages, markers.rows)

    def recognise(self, page: Exchange) -> Clue | None:
        """By rows that are numbered `line_u7_0`, by the pager's script, by the articles' addresses."""
        document = soup(page)
        base = base_address(document, page.url)
        articles = any(_is_article(absolute(base, str(link["href"]))) for link in links(document))
        if articles and document.find(id=_ROW_ID):
            return Clue(3, "the page has a list whose rows are numbered as VSB does (line_u7_0)", page.url)
        if articles and _GO_TO.search(page.text):
            return Clue(3, "the page has VSB's pager (_simple_list_gotopage_fun)", page.url)
        if articles:
            return Clue(2, "the page links articles at VSB's addresses (/info/N/N.htm)", page.url)
        if "Visual SiteBuilder" in page.text or "/system/resource/js/" in page.text:
            return Clue(1, "the page loads scripts of VSB's", page.url)
        return None

    def attachments(self, page: Exchange) -> tuple[str, ...]:
        """Files at the article, its downloads below the text, and PDFs that only a script shows."""
        if not MAY_NAME_A_FILE.search(page.text):
            return ()
        document = soup(page)
        base = base_address(document, page.url)
        article = document.find("form", attrs={"name": "_newscontent_fromname"})
        found = [absolute(base, told) for told in _PDF.findall(live_scripts(document))]
        if isinstance(article, Tag):
            told = [str(link["href"]) for link in links(article)]
            found += [absolute(base, href) for href in told if _FILE.search(href) and not is_template(href)]
        return tuple(dict.fromkeys([*files_of(page), *(address for address in found if address)]))


def _following(
    asked: ListRequest, known: _List, markers: _Markers, page: BeautifulSoup, base: str
) -> tuple[ListRequest, ...]:
    number, pages = asked.page, markers.pages or known.pages
    moved = (markers.page or number) - number
    grown = (pages or 0) - (known.pages or 0)
    if number > 1 and known.pages and 0 < moved == grown:
        # The list has grown since its first page was read, and this number has become that of a later
        # page: the pages in between hold rows that nobody has seen.
        known = replace(known, again=True)
        address = known.page(number, pages or 1)
    else:
        number = markers.page or number
        address = _next_link(page, base, known)
        if address is None and pages and number < pages:
            address = known.page(number + 1, pages)
        number += 1
    if address is None or (pages and number > pages):
        return ()
    if address in known.asked and known.again:
        # A run asks for each address once; but this number has moved, and there is another page now.
        address = f"{address}?{pages}"
    if address in known.asked:
        return ()  # a pager that leads back
    memory = replace(known, pages=pages, asked=known.asked | {address})
    return (ListRequest(Request(address), number, memory),)


def _next_link(page: BeautifulSoup, base: str, known: _List) -> str | None:
    for link in links(page):
        parent = link.parent
        classes = {*(link.get("class") or ()), *((parent.get("class") if parent else None) or ())}
        if title_of(link) in _NEXT or "p_next" in classes:
            address = absolute(base, str(link["href"]))
            if address and known.is_page(address):
                return address
    return None


def _markers(page: BeautifulSoup) -> _Markers:
    """The markers `共52条` and `1/11`, in one element or in two; else the page that is no link, and the pager's call."""
    called = _GO_TO.search("".join(_calls(page)))
    unit = called.group(2) if called else None
    for text in page.find_all(string=_ROWS, limit=20):
        if type(text) is not NavigableString:  # its subclasses are comments and scripts
            continue
        following = (str(node) for node in text.next_elements if type(node) is NavigableString)
        near = " ".join([str(text), *islice(following, _NODES_BETWEEN_MARKERS)])
        rows, place = _ROWS.search(near), _PLACE.search(near)
        if rows and place and 0 < int(place.group(1)) <= int(place.group(2)):
            numbers = int(place.group(1)), int(place.group(2)), int(rows.group(1))
            return _Markers(*numbers, unit, text.parent)
    here = page.select_one(".p_pages .p_no_d")
    if here is None:
        return _Markers(None, int(called.group(1)) if called else None, None, unit, None)
    told = page.find(string=_PAGES)
    said = _PAGES.search(str(told)) if told else None
    pages = called.group(1) if called else said.group(1) if said else None
    current = here.get_text().strip()
    return _Markers(
        int(current) if current.isascii() and current.isdigit() else None,
        int(pages) if pages else None,
        None,
        unit,
        here,
    )


def _calls(page: BeautifulSoup) -> list[str]:
    """Where the pager's call stands: in scripts, and in the attributes of its controls."""
    controls = page.find_all(["a", "input"], onclick=_GO_TO) + page.find_all("input", onkeydown=_GO_TO)
    return [live_scripts(page), *(str(c.get("onclick") or c.get("onkeydown")) for c in controls)]


def _rows(page: BeautifulSoup, base: str, markers: _Markers) -> tuple[ListedReport, ...]:
    """Numbered rows of the pager's own unit; else numbered rows, or else articles, in the pager's part of the page."""
    beside = _beside(markers.foot) or page
    own = page.find_all(id=re.compile(rf"^line_{markers.unit}_\d+$")) if markers.unit else []
    numbered = own or beside.find_all(id=_ROW_ID)
    found = (_row(row, base) for row in numbered)
    if not numbered:
        articles = (link for link in links(beside) if _is_row(link, base))
        found = (_listed(link, row_of(link), base) for link in articles)
    rows: dict[str, ListedReport] = {}
    for row in found:
        if row and row.title and (row.url not in rows or len(row.title) > len(rows[row.url].title)):
            rows[row.url] = row
    return tuple(rows.values())


def _beside(foot: Tag | None) -> Tag | None:
    """The smallest part of the page that holds the pager and articles."""
    for part in islice(foot.parents, 8) if foot else ():
        if any(
            _ARTICLE.search(str(a["href"])) or _DYNAMIC_ARTICLE.search(str(a["href"])) for a in links(part)
        ):
            return part
    return None


def _row(row: Tag, base: str) -> ListedReport | None:
    """A numbered row: the link that is an article's, else the one with the longest text."""
    inside = row_links(row, _LINKS_A_ROW)
    articles = [link for link in inside if _is_row(link, base)]
    found = (_listed(link, row, base) for link in articles[:1] or inside)
    return max((one for one in found if one), key=lambda one: len(one.title), default=None)


def _listed(link: Tag, row: Tag, base: str) -> ListedReport | None:
    href, title = str(link["href"]), title_of(link)
    address = absolute(base, href)
    if address is None or is_template(href) or is_template(title):
        return None
    return ListedReport(address, title, listed_date(row, None))


def _is_row(link: Tag, base: str) -> bool:
    address = absolute(base, str(link["href"]))
    return address is not None and (
        _is_article(address) or bool(ATTACHMENT.search(urlsplit(address).path) or _FILE.search(address))
    )


def _is_article(address: str | None) -> bool:
    return address is not None and bool(
        _ARTICLE.search(urlsplit(address).path) or _DYNAMIC_ARTICLE.search(address)
    )
