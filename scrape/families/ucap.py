"""UCAP of Kaipu (开普): lists as static pages `list.shtml`, `list_2.shtml` …, or as JSON by channel.

A list's page is one of three: it has rows and a pager call that names its pages; it has the first rows, and
a script asks for more; or it has none at all. What the page has is read from it, and the interface is asked
for the rest, under the name that the page's script gives it.

Unverified, no real page being at hand: that a page whose scripts do not name the interface has it at
`/common/search/`, and that a list's script is called `render.js` elsewhere than at one ministry.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.interface import Clue, Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import (
    ATTACHMENT,
    base_address,
    date_in,
    is_template,
    json_at,
    links,
    listed_date,
    live_scripts,
    row_of,
    title_of,
    told_title,
    without_comments,
)
from scrape.pages import is_html, soup
from scrape.source import Source

_ARTICLE = re.compile(
    r"(?P<column>.*?/)"
    r"(?:\d{6}/(?:[0-9a-f]{32}|c\d\d_\d+|\d{6,})"
    r"|c\d{5,}/content"
    r"|\d{4}-\d\d/\d\d/content_[0-9a-f]{32})\.s?html?"
)
"""Addresses of articles: `/<site>/<column>/YYYYMM/<32 hex>.shtml` and its variants."""

_DATED_FILE = re.compile(r"(?P<column>.*?/)\d{6}/")

_PAGER = re.compile(
    r"\bcreatePageHTML\s*\(\s*['\"][\w-]*['\"]\s*,\s*(\d{1,5})\s*,\s*\d{1,5}\s*,"
    r"\s*['\"](\w[\w-]*)['\"]\s*,\s*['\"](\w+)['\"]\s*(?:,\s*(\d{1,7}))?"
)
"""The call at a list's foot: the container first, then pages, this page from 1, the names' parts, rows."""

_CHANNEL_META = re.compile(r"channelid", re.IGNORECASE)
_CHANNEL = re.compile(r"[0-9a-f]{32}")
_CHANNEL_IN_SCRIPT = re.compile(r"\bchannelId\s*[=:]\s*['\"]([0-9a-f]{32})['\"]")
_BY_SEARCH = re.compile(r"/((?:common/)?search(?:List)?)/([0-9a-f]{32})?[^;\n]{0,200}?_is(?:Agg|Json)")
_BY_FORM = "getFileListByCodeId"
_RENDERER = re.compile(r"/render[\w.-]*\.js$")
_INTERFACES = ("common/search", "search", "searchList", _BY_FORM)
_ROWS_A_PAGE = 18
_HINTS = re.compile(r"ucapcontent|UCAP-CONTENT|ucaptitle|开普云", re.IGNORECASE)


@dataclass(frozen=True)
class _Pages:
    """A list of static pages. columns: those of its rows; elsewhere: those of other rows on the page."""

    start: str
    pages: int
    stem: str
    extension: str
    total: int | None
    columns: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()

    def request(self, page: int) -> tuple[ListRequest, ...]:
        address = absolute(self.start, f"{self.stem}_{page}.{self.extension}") if page <= self.pages else None
        return (ListRequest(Request(address), page, self),) if address else ()


@dataclass(frozen=True)
class _Script:
    """A script that will name the interface to a channel. before: pages of the list read without it."""

    list_address: str
    channel: str
    before: int


@dataclass(frozen=True)
class _Channel:
    """A channel read through an interface: the next page, the rows so far, the last page's first row.

    before: pages of the list that were read without it.
    """

    list_address: str
    interface: str
    channel: str
    before: int
    number: int = 1
    shown: int = 0
    first_row: str = ""
    pages: int | None = None

    def request(self) -> ListRequest:
        headers = {"Referer": self.list_address}
        page = self.before + self.number
        if self.interface == _BY_FORM:
            told = {"codeId": "", "channelId": self.channel, "page": self.number, "size": _ROWS_A_PAGE}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            url = urljoin(self.list_address, f"/{_BY_FORM}")
            return ListRequest(Request(url, "POST", urlencode(told).encode(), headers), page, self)
        told = {"_isAgg": "true", "_isJson": "true", "_pageSize": _ROWS_A_PAGE, "_template": "index"}
        told |= {"_rangeTimeGte": "", "_channelName": "", "page": self.number}
        url = urljoin(self.list_address, f"/{self.interface}/{self.channel}?{urlencode(told)}")
        return ListRequest(Request(url, headers=headers), page, self)


class Ucap(Family):
    """The UCAP family; see `scrape.families.interface`."""

    name: ClassVar[str] = "ucap"
    title: ClassVar[str] = "开普 UCAP"
    options: ClassVar[dict[str, str]] = {
        "interface": f"where the site gives its lists as JSON, if its pages do not tell: {', '.join(_INTERFACES)}"
    }

    def start(self, address: str, source: Source) -> ListRequest:
        """The list's page. Whether it has rows or only says where they are shows when it is read."""
        return ListRequest(Request(address), 0, str(source.options.get("interface") or ""))

    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """The rows of a page, of whatever kind it is, and what follows it."""
        memory = asked.memory
        if isinstance(memory, _Channel):
            return _read_channel(memory, answer)
        if isinstance(memory, _Script):
            interface = _interface(without_comments(answer.text)) or _INTERFACES[0]
            channel = _Channel(memory.list_address, interface, memory.channel, memory.before)
            return ListPage((), (channel.request(),))
        document = soup(answer)
        if isinstance(memory, _Pages):
            rows, _, _ = _static_rows(document, answer.url, pages=memory)
            return ListPage(rows, memory.request(asked.page + 1), memory.pages, memory.total)
        return _first_page(document, answer, str(memory or ""))

    def recognise(self, page: Exchange) -> Clue | None:
        """A channel with an interface or rows, a pager's call beside rows; rows alone; the vendor's marks."""
        if not is_html(page):
            return None
        document = soup(page)
        script = live_scripts(document)
        rows, _, _ = _static_rows(document, page.url, anywhere=True)
        rows = tuple(row for row in rows if _ARTICLE.fullmatch(urlsplit(row.url).path))
        channel = _channel(document, script)
        if channel and (_interface(script) or _renderer(document, page.url)):
            return Clue(
                3, f"the page names the UCAP channel {channel} and asks for its rows by script", page.url
            )
        if rows and channel:
            return Clue(3, f"the page has rows of UCAP's and names the channel {channel}", page.url)
        if rows and _PAGER.search(script):
            return Clue(
                3,
                "the page has rows of UCAP's and its pager, createPageHTML with the container first",
                page.url,
            )
        if rows:
            return Clue(2, f"the page's links look like UCAP's ({urlsplit(rows[0].url).path})", page.url)
        if channel:
            return Clue(2, f"the page names a channel as UCAP does ({channel})", page.url)
        if _HINTS.search(page.text):
            return Clue(1, "the page has marks of UCAP's", page.url)
        return None


def _first_page(document: BeautifulSoup, answer: Exchange, interface: str) -> ListPage:
    """A list's page as it was first fetched: its rows, and the static pages or the interface that follow."""
    script = live_scripts(document)
    call = _PAGER.search(script)
    pager = None
    if call:
        pages, stem, extension, total = call.groups()
        pager = _Pages(answer.url, int(pages), stem, extension, int(total) if total else None)
    rows, columns, elsewhere = _static_rows(document, answer.url, anywhere=pager is not None)
    if rows and pager:
        pager = replace(pager, columns=columns, elsewhere=elsewhere)
        return ListPage(rows, pager.request(2), pager.pages, pager.total)
    channel = _channel(document, script)
    if channel is None:
        return ListPage(rows)
    before = 1 if rows else 0
    named = interface or _interface(script)
    renderer = _renderer(document, answer.url)
    if named:
        following = _Channel(answer.url, named, channel, before).request()
    elif renderer:
        following = ListRequest(Request(renderer), 0, _Script(answer.url, channel, before))
    elif not rows or document.find(id="page_div"):
        following = _Channel(answer.url, _INTERFACES[0], channel, before).request()
    else:
        return ListPage(rows)
    return ListPage(rows, (following,))


def _static_rows(
    document: BeautifulSoup, url: str, *, anywhere: bool = False, pages: _Pages | None = None
) -> tuple[tuple[ListedReport, ...], frozenset[str], frozenset[str]]:
    """The rows that stand in a page, the columns they are of, and the columns of other links on it.

    Links are taken by the block they stand in: a block is the list's if one of its rows is of the list's
    column, which is the one that the list lies in, else the one with most rows in the list's folder; and
    where `anywhere`, on the whole page. pages: what the list's first page said, when this is a later one.
    """
    base = base_address(document, url)
    blocks: dict[int, list[tuple[str, ListedReport]]] = {}
    for link in links(document):
        found = _row(link, base)
        if found:
            blocks.setdefault(id(row_of(link).parent), []).append(found)
    of_block = {key: {column for column, _ in rows if column} for key, rows in blocks.items()}
    if pages and any(columns & pages.columns for columns in of_block.values()):
        home = pages.columns
    elif pages:
        home = frozenset().union(*of_block.values()) - pages.elsewhere
    else:
        columns = [column for rows in blocks.values() for column, _ in rows if column]
        home = _home(columns, urljoin(url, "."), anywhere=anywhere)
    taken = [key for key, columns in of_block.items() if columns & home]
    rows: dict[str, ListedReport] = {}
    for key in taken:
        for _, row in blocks[key]:
            if row.url not in rows or len(row.title) > len(rows[row.url].title):
                rows[row.url] = row
    inside = frozenset().union(*(of_block[key] for key in taken))
    return tuple(rows.values()), inside, frozenset().union(*of_block.values()) - inside


def _home(columns: Sequence[str], folder: str, *, anywhere: bool) -> frozenset[str]:
    """The column that a list is of, of those its page's links are in. `folder`: the list's own."""
    within = [column for column in columns if column.startswith(folder)] or (columns if anywhere else [])
    if folder in within or not within:
        return frozenset((folder,))
    return frozenset((Counter(within).most_common(1)[0][0],))


def _row(link: Tag, base: str) -> tuple[str, ListedReport] | None:
    """A link to an article or a file as a row, with the address of its column, as far as it has one."""
    url = None if is_template(str(link["href"])) else absolute(base, str(link["href"]))
    if url is None:
        return None
    path = urlsplit(url).path
    article = _ARTICLE.fullmatch(path)
    if article is None and not ATTACHMENT.search(path):
        return None
    title = title_of(link)
    if not title or is_template(title):
        return None
    dated = article or _DATED_FILE.match(path)
    column = urljoin(url, dated["column"]) if dated else ""
    return column, ListedReport(url, title, listed_date(row_of(link), None))


def _channel(document: BeautifulSoup, script: str) -> str | None:
    """The number of the list's channel, from its meta tag or its script."""
    meta = document.find("meta", attrs={"name": _CHANNEL_META})
    told = str(meta.get("content") or "").strip() if isinstance(meta, Tag) else ""
    if _CHANNEL.fullmatch(told):
        return told
    named, asked = _CHANNEL_IN_SCRIPT.search(script), _BY_SEARCH.search(script)
    return named.group(1) if named else asked.group(2) if asked else None


def _interface(script: str) -> str | None:
    """The interface that a script asks."""
    asked = _BY_SEARCH.search(script)
    if asked:
        return asked.group(1)
    return _BY_FORM if f"/{_BY_FORM}" in script else None


def _renderer(document: BeautifulSoup, url: str) -> str | None:
    """The address of the script that fills lists, if the page names one and the site has it itself."""
    for script in document.find_all("script", src=True, limit=200):
        address = absolute(url, str(script["src"]))
        if address and _RENDERER.search(urlsplit(address).path):
            return address if urlsplit(address).netloc == urlsplit(url).netloc else None
    return None


def _read_channel(channel: _Channel, answer: Exchange) -> ListPage:
    """The rows of one answer of an interface, and its next page if rows are still owed."""
    data = _data(json_at(answer.text.lstrip()))
    results = data.get("results")
    results = results if isinstance(results, list) else []
    rows = tuple(row for row in (_told_row(result, answer.url) for result in results) if row)
    if rows and rows[0].url == channel.first_row:
        return ListPage(())  # a server that does not heed the page number
    shown = channel.shown + len(results)
    total = data.get("total")
    total = total if type(total) is int and total > 0 else None
    pages = channel.pages
    if pages is None and total and results:
        pages = channel.before + math.ceil(total / len(results))
    if not results or (total is not None and shown >= total):
        return ListPage(rows, (), pages, total)
    first_row = rows[0].url if rows else ""
    after = replace(channel, number=channel.number + 1, shown=shown, first_row=first_row, pages=pages)
    return ListPage(rows, (after.request(),), pages, total)


def _data(told: Any) -> dict[str, Any]:
    """What holds the rows of an answer: `data`, which the older interface has within `results`."""
    for name in ("results", "data"):
        inner = told.get(name) if isinstance(told, dict) else None
        if isinstance(inner, dict):
            told = inner
    return told if isinstance(told, dict) else {}


def _told_row(result: Any, list_address: str) -> ListedReport | None:
    if not isinstance(result, dict) or not isinstance(result.get("url"), str) or not result["url"]:
        return None
    url, title = absolute(list_address, result["url"]), told_title(result.get("title"))
    if url is None or not title:
        return None
    return ListedReport(url, title, date_in(str(result.get("publishedTimeStr"))))
