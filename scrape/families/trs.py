"""TRS WCM and HyCloud: lists paged by `createPageHTML`, articles `tYYYYMMDD_ID.html`, files beside them.

The family of most ministries and of many provinces. Pages of a list are static files, `index.html`,
`index_1.html` …, whose number and names only the script call at the list's foot tells.
"""

import re
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urljoin, urlsplit

from bs4 import Tag

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.files import MAY_NAME_A_FILE
from scrape.families.interface import Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import (
    ATTACHMENT,
    base_address,
    compact_date,
    links,
    listed_date,
    live_scripts,
    row_of,
    title_of,
)
from scrape.pages import soup
from scrape.source import Source

_ARTICLE = re.compile(r"/m?t(?:((?:19|20)\d{6})_)?\d+(?:_\w+)?(?:\.\w{2,5})?$")
_FILE_BESIDE = re.compile(r"^P0(\d{8})?\w*$")
_CALL = re.compile(r"(function\s+)?\b(?:createPageHTML|pageControl)\s*\(([^(){}]*)\)")
_ARGUMENT = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|(-?\d+)|([A-Za-z_$][\w$]*))\s*(?:,|$)""")
_VARIABLE = re.compile(r"([A-Za-z_$][\w$]*)\s*=\s*(\d{1,5})\b")
_LONG_ARTICLE = re.compile(r"^t\d{6,}")


@dataclass(frozen=True)
class _Pager:
    """What the call at the list's foot says. first: the current-page number of page 1, which is 0 or 1."""

    pages: int
    first: int
    stem: str
    extension: str
    start: str

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
        base = base_address(page, answer.url)
        rows: dict[str, ListedReport] = {}
        for link in links(page):
            row = _row(link, base)
            if row and row.title and (row.url not in rows or len(row.title) > len(rows[row.url].title)):
                rows[row.url] = row
        pager = asked.memory or _pager(live_scripts(page), answer.url)
        if pager is None or asked.page >= pager.pages:
            return ListPage(tuple(rows.values()), pages=pager.pages if pager else None)
        address = pager.address(asked.page + 1)
        following = (ListRequest(Request(address), asked.page + 1, pager),) if address else ()
        return ListPage(tuple(rows.values()), following, pager.pages)

    def attachments(self, page: Exchange) -> tuple[str, ...]:
        """Files in the article's own folder: those elsewhere (guides, forms) belong to the site's frame."""
        if not MAY_NAME_A_FILE.search(page.text):
            return ()
        document = soup(page)
        base = base_address(document, page.url)
        folder = urljoin(page.url, ".")
        found = (absolute(base, str(link["href"])) for link in links(document))
        return tuple(
            dict.fromkeys(
                address
                for address in found
                if address and ATTACHMENT.search(urlsplit(address).path) and urljoin(address, ".") == folder
            )
        )


def _row(link: Tag, base: str) -> ListedReport | None:
    url = absolute(base, str(link["href"]))
    if url is None:
        return None
    path = urlsplit(url).path
    article = _ARTICLE.search(path)
    if article is None and not ATTACHMENT.search(path):
        return None
    beside = _FILE_BESIDE.match(path.rpartition("/")[2].partition(".")[0])
    digits = article.group(1) if article else beside.group(1) if beside else None
    return ListedReport(url, title_of(link), listed_date(row_of(link), compact_date(digits)))


def _pager(script: str, list_address: str) -> _Pager | None:
    """The list's pager, of any of the argument orders in use; None for a list of one page."""
    variables = dict(_VARIABLE.findall(script))
    for definition, arguments in _CALL.findall(script):
        if definition:
            continue
        numbers, names = _arguments(arguments, variables)
        if len(numbers) < 2 or len(names) < 2 or _LONG_ARTICLE.match(names[0]):
            continue
        pages, first = numbers[:2]
        return _Pager(pages, 1 if first == 1 else 0, names[0], names[1].lstrip("."), list_address)
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
