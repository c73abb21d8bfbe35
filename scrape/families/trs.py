"""TRS WCM and HyCloud: lists paged by `createPageHTML`, articles `tYYYYMMDD_ID.html`, files beside them.

The family of most ministries and of many provinces. Pages of a list are static files, `index.html`,
`index_1.html` …, whose number and names only the script call at the list's foot tells. Some sites have their
rows written by scripts. What one of them (list2.trsapi) keeps behind a data interface cannot be listed: its
address is not known; the number of rows it promises is reported, so that the shortfall shows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import ClassVar
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.files import MAY_NAME_A_FILE, files_in_article
from scrape.families.interface import Clue, Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import (
    ATTACHMENT,
    base_address,
    compact_date,
    date_in,
    links,
    listed_date,
    live_scripts,
    row_of,
    title_of,
    without_comments,
)
from scrape.pages import soup
from scrape.source import Source

_ARTICLE = re.compile(r"/(?:m?t|mpost_)(?:((?:19|20)\d{6})_)?\d+(?:_\w+)?(?:\.\w{2,5})?$")
_DATED = re.compile(r"/m?t(?:19|20)\d{6}_\d+")
_FILE_BESIDE = re.compile(r"^P0(\d{8})?\w*$")
_CALL = re.compile(r"(function\s+)?\b(createPageHTML|pageControl)\s*\(([^(){}]*)\)")
_ARGUMENT = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|(-?\d+)|([A-Za-z_$][\w$]*))\s*(?:,|$)""")
_PAGER_OBJECT = re.compile(r"\bPager\s*\(\s*\{([^{}]{1,300})\}")
_MEMBER = re.compile(r"""(\w+)\s*:\s*(?:(\d+)|"([^"]*)"|'([^']*)')""")
_RECORDS = re.compile(r"""\brecordCount\s*:\s*["']?(\d{1,6})""")
_VARIABLE = re.compile(r"([A-Za-z_$][\w$]*)\s*=\s*(\d{1,5})\b")
_LONG_ARTICLE = re.compile(r"^t\d{6,}")
_MOST_PARTS = 100
_TEXT = r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
_ASSIGNED = re.compile(
    rf"\b(?:var\s+)?(?:_|doc|str|s)?(url|href|link|title|pubdate|pubtime|date|time)\d*\s*=\s*{_TEXT}",
    re.IGNORECASE,
)
_WRITTEN = re.compile(_TEXT)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_KINDS = {"url": "url", "href": "url", "link": "url", "title": "title"}
_REPEATED = frozenset({"ms-repeat", "ms-for", "v-for", "ng-repeat"})


@dataclass(frozen=True)
class _Pager:
    """What the call at the list's foot says. first: the current-page number of page 1, which is 0 or 1."""

    pages: int
    first: int
    stem: str
    extension: str
    start: str
    total: int | None = None

    def address(self, page: int) -> str | None:
        return absolute(self.start, f"{self.stem}_{page - 1 + self.first}.{self.extension}")


class Trs(Family):
    """The TRS family; see `scrape.families.interface`."""

    name: ClassVar[str] = "trs"
    title: ClassVar[str] = "拓尔思 TRS WCM / HyCloud"

    def start(self, address: str, source: Source) -> ListRequest:
        """The list's first page, as it stands."""
        return ListRequest(Request(address))

    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """Rows that lead to an article or a file, and the next page if the first page's pager promises one."""
        page = soup(answer)
        rows = _rows(page, answer.url)
        script = live_scripts(page)
        pager = asked.memory or _pager(script, answer.url)
        if pager is None:
            promised = _RECORDS.search(script) if "trsapi" in script else None
            return ListPage(rows, total=int(promised.group(1)) if promised else None)
        address = pager.address(asked.page + 1) if asked.page < pager.pages else None
        following = (ListRequest(Request(address), asked.page + 1, pager),) if address else ()
        return ListPage(rows, following, pager.pages, pager.total)

    def recognise(self, page: Exchange) -> Clue | None:
        """By rows of its own host with the family's addresses, the surer for the pager's call beside them."""
        document = soup(page)
        host = urlsplit(page.url).netloc
        rows = [row.url for row in _rows(document, page.url) if _ARTICLE.search(urlsplit(row.url).path)]
        rows = [url for url in rows if urlsplit(url).netloc == host]
        if not rows:
            return None
        dated = [url for url in rows if _DATED.search(url)]
        example = (dated or rows)[0].rpartition("/")[2]
        script = live_scripts(document)
        if _pager(script, page.url):
            because = f"the page has rows such as {example} and calls TRS's pager"
            return Clue(3, because, page.url)
        if dated:
            return Clue(2, f"the page has rows such as {example}, as TRS names its articles", page.url)
        return Clue(1, f"the page has rows such as {example}, as HyCloud may name its articles", page.url)

    def attachments(self, page: Exchange) -> tuple[str, ...]:
        """Files in the article's own folder, and in its text: others (guides, forms) belong to the site's frame."""
        if not MAY_NAME_A_FILE.search(page.text):
            return ()
        document = soup(page)
        base = base_address(document, page.url)
        folder = urljoin(page.url, ".")
        found = (absolute(base, str(link["href"])) for link in links(document))
        beside = (
            address
            for address in found
            if address and ATTACHMENT.search(urlsplit(address).path) and urljoin(address, ".") == folder
        )
        return tuple(dict.fromkeys((*beside, *files_in_article(document, base))))

    def further_pages(self, page: Exchange) -> tuple[str, ...]:
        """The other pages of a long article, which pages itself by the call that lists have, with its own name."""
        if "createPageHTML" not in page.text:
            return ()
        stem = urlsplit(page.url).path.rpartition("/")[2].partition(".")[0]
        script = live_scripts(soup(page))
        for definition, _, arguments in _CALL.findall(script):
            numbers, names = _arguments(arguments, dict(_VARIABLE.findall(script)))
            if definition or len(numbers) < 2 or len(names) < 2 or names[0] != stem:
                continue
            first = 1 if numbers[1] == 1 else 0
            pager = _Pager(min(numbers[0], _MOST_PARTS), first, names[0], names[1].lstrip("."), page.url)
            found = (pager.address(number) for number in range(2, pager.pages + 1))
            return tuple(address for address in found if address)
        return ()


def _rows(page: BeautifulSoup, url: str) -> tuple[ListedReport, ...]:
    """The rows of a list, in its links and in what its scripts write; of two with one address the longer title."""
    base = base_address(page, url)
    rows: dict[str, ListedReport] = {}
    for row in (*(_row(link, base) for link in links(page)), *_written_rows(page, base)):
        if row and row.title and (row.url not in rows or len(row.title) > len(rows[row.url].title)):
            rows[row.url] = row
    return tuple(rows.values())


def _row(link: Tag, base: str) -> ListedReport | None:
    row = row_of(link)
    if _REPEATED & row.attrs.keys():
        return None
    told = _address(str(link["href"]), base)
    return ListedReport(told[0], title_of(link), listed_date(row, told[1])) if told else None


def _address(href: str, base: str) -> tuple[str, str | None] | None:
    """The address of an article or a file, and the date in it; None for other addresses."""
    url = absolute(base, href)
    if url is None:
        return None
    path = urlsplit(url).path
    article = _ARTICLE.search(path)
    if article is None and not ATTACHMENT.search(path):
        return None
    beside = _FILE_BESIDE.match(path.rpartition("/")[2].partition(".")[0])
    digits = article.group(1) if article else beside.group(1) if beside else None
    return url, compact_date(digits)


def _written_rows(page: BeautifulSoup, base: str) -> Iterator[ListedReport | None]:
    """The rows that scripts write into the list: from variables for address and title, or as whole links."""
    for tag in page.find_all("script"):
        script = without_comments(tag.get_text())
        if "/t" not in script:
            continue
        told = list(_told_rows(script))
        for row in told:
            found = _address(row.get("url", ""), base)
            if found and row.get("title"):
                beside = listed_date(row_of(tag), found[1]) if len(told) == 1 else found[1]
                title = "".join(unescape(row["title"]).split())
                yield ListedReport(found[0], title, date_in(row.get("date", "")) or beside)
        written = "".join(_unquoted(text) for text in _WRITTEN.findall(script) if "<" in text)
        if "href" in written:
            yield from (_row(link, base) for link in links(BeautifulSoup(written, "lxml")))


def _told_rows(script: str) -> Iterator[dict[str, str]]:
    """What a script assigns to its variables for address, title and date, one row after the other."""
    row: dict[str, str] = {}
    for name, text in _ASSIGNED.findall(script):
        kind = _KINDS.get(name.lower(), "date")
        if kind in row:
            yield row
            row = {}
        row[kind] = _unquoted(text)
    if row:
        yield row


def _unquoted(text: str) -> str:
    """A quoted text of a script as it is meant."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text[1:-1])


def _pager(script: str, list_address: str) -> _Pager | None:
    """The list's pager, of any of the argument orders in use; None for a list of one page."""
    variables = dict(_VARIABLE.findall(script))
    for definition, function, arguments in _CALL.findall(script):
        if definition:
            continue
        numbers, names = _arguments(arguments, variables)
        if len(numbers) < 2 or len(names) < 2 or _LONG_ARTICLE.match(names[0]):
            continue
        pages, first, *more = numbers
        # In pageControl this number is the rows on a page.
        total = more[0] if more and function == "createPageHTML" and more[0] >= pages else None
        return _Pager(pages, 1 if first == 1 else 0, names[0], names[1].lstrip("."), list_address, total)
    for members in _PAGER_OBJECT.findall(script):
        told = {name: number or double or single for name, number, double, single in _MEMBER.findall(members)}
        if told.get("size", "").isdigit() and told.get("prefix") and told.get("suffix"):
            first = 1 if told.get("current") == "1" else 0
            return _Pager(int(told["size"]), first, told["prefix"], told["suffix"].lstrip("."), list_address)
    if "countPage" in variables:  # the oldest form writes its links in the page itself
        named = re.search(r"\.(s?html?)\b", script)
        extension = named.group(1) if named else "html"
        first = 1 if variables.get("currentPage") == "1" else 0
        return _Pager(int(variables["countPage"]), first, "index", extension, list_address)
    return None


def _arguments(text: str, variables: dict[str, str]) -> tuple[list[int], list[str]]:
    """A call's numbers, and the texts that come after the first of them: a container's name may come before."""
    numbers: list[int] = []
    names: list[str] = []
    for double, single, number, variable in _ARGUMENT.findall(text):
        value = number or variables.get(variable, "")
        if value:
            numbers.append(int(value))
        elif numbers and (double or single):
            names.append(double or single)
    return numbers, names
