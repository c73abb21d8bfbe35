"""新点 Epoint WebBuilder: a shell page, a script that names the project, and an interface that gives the rows.

The shell (`/dynamic/zwgk/govInfoPub.html?categorynum=003006`) has no rows. Its script `webBuilderCommon.js`
or `ajaxReq.js` holds `siteInfo`, and `{projectName}/rest/lightfrontaction/getgovinfolist` answers a POST of
JSON. Sites differ in how the question is wrapped and in the number of their first page, and say neither:
both are found out by asking. Columns whose rows stand in plain HTML are read, too. Rows that only call a
script (`linkToNew('…')`) have no address, and so are none.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import parse_qs, urljoin, urlsplit

from bs4 import BeautifulSoup

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.files import files_of
from scrape.families.interface import Clue, Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import (
    ATTACHMENT,
    base_address,
    compact_date,
    date_in,
    is_template,
    links,
    listed_date,
    live_scripts,
    row_of,
    title_of,
    told_title,
    without_comments,
)
from scrape.pages import soup
from scrape.source import Source

_PAGE_SIZE = 20
_SCRIPTS = ("webBuilderCommon", "ajaxReq")
_SITE_INFO = re.compile(r"\bsiteInfo\s*=\s*\{([^{}]{0,2000})\}")
_PAIR = re.compile(r"[\"']?(\w+)[\"']?\s*:\s*[\"']([^\"']*)[\"']")
_ARTICLE = re.compile(r"/(\d{8})/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.html?$", re.IGNORECASE)
_CLASSES = re.compile(r"\bewb-")
_OF_PAGES = re.compile(r"\d\s*/\s*(\d{1,5})(?!\d)")
_PLAIN, _WRAPPED, _AS_TEXT = "plain", "params", "text"


@dataclass(frozen=True)
class _Shell:
    """A list of which only the address is known. scripts: those still to be searched for `siteInfo`."""

    address: str
    options: Mapping[str, str | int]
    scripts: tuple[str, ...] = ()
    framed: bool = False

    @property
    def category(self) -> str:
        return str(self.options.get("categorynum") or _query(self.address, "categorynum"))

    def asks(self, site_info: Mapping[str, str]) -> "_Interface | None":
        """The interface of the list, by what the site's script says; None if it does not say enough."""
        project = str(self.options.get("project") or site_info.get("projectName") or "")
        guid = str(self.options.get("site_guid") or site_info.get("siteGuid") or "")
        if not project or not self.category:
            return None
        endpoint = urljoin(self.address, f"/{project.strip('/')}/rest/lightfrontaction/getgovinfolist")
        # Seen: the plain question at EWB-FRONT, the wrapped one at projects of other names.
        manners = (_PLAIN, _WRAPPED, _AS_TEXT) if "EWB-FRONT" in project else (_WRAPPED, _AS_TEXT, _PLAIN)
        known = self.options.get("body")
        question = {"deptcode": _query(self.address, "deptcode"), "categorynum": self.category}
        return _Interface(
            self.address,
            endpoint,
            question | {"siteGuid": guid},
            (str(known),) if known else manners,
            1 if str(self.options.get("first_index")) == "1" else 0,
        )


@dataclass(frozen=True)
class _Interface:
    """A list at its interface.

    manners: ways of wrapping the question, the first of which is in use. base: number of the first page, once
    known. size: rows on a page, which a server may make fewer than it is asked for.
    """

    shell: str
    endpoint: str
    question: Mapping[str, str]
    manners: tuple[str, ...]
    index: int
    base: int | None = None
    total: int | None = None
    size: int = _PAGE_SIZE
    seen: frozenset[str] = frozenset()

    @property
    def pages(self) -> int | None:
        """How many pages there are, as far as the total says."""
        return -(-self.total // self.size) if self.total else None

    def request(self) -> ListRequest:
        """The request for the page `index`."""
        question: Any = {**self.question, "pageIndex": self.index, "pageSize": _PAGE_SIZE}
        if self.manners[0] == _WRAPPED:
            question = {"token": "", "params": question}
        elif self.manners[0] == _AS_TEXT:
            question = {"token": "", "params": json.dumps(question)}
        headers = {"Content-Type": "application/json;charset=UTF-8", "Referer": self.shell}
        request = Request(self.endpoint, "POST", json.dumps(question).encode(), headers)
        # Until rows were seen a request may turn out to be wrongly put, and counts for no page.
        number = self.index + 1 - (self.base or 0) if self.seen else min(self.index, 1)
        return ListRequest(request, number, self)


@dataclass(frozen=True)
class _Static:
    """A list in plain HTML. folder: the address under which its rows and its pages `2.html` … lie."""

    folder: str
    pages: int


class Epoint(Family):
    """The Epoint family; see `scrape.families.interface`."""

    name: ClassVar[str] = "epoint"
    title: ClassVar[str] = "国泰新点 Epoint WebBuilder"
    options: ClassVar[Mapping[str, str]] = {
        "categorynum": "number of the column, where the list's address does not have it",
        "project": "projectName of the site's script, where no script says it",
        "site_guid": "siteGuid of the site's script, where no script says it",
        "body": f"how the interface is asked: {_PLAIN}, {_WRAPPED} or {_AS_TEXT}; otherwise found out",
        "first_index": "1 where asking the interface for page 0 is an error",
    }

    def start(self, address: str, source: Source) -> ListRequest:
        """The column's page: a shell mostly, and so of no number."""
        return ListRequest(Request(address), 0, _Shell(address, source.options))

    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """Rows and what follows, by where the request stands: page, script, interface, further page."""
        known = asked.memory
        if isinstance(known, _Interface):
            return _from_interface(known, answer)
        if isinstance(known, _Shell) and known.scripts:
            return _from_script(known, answer)
        page = soup(answer)
        if isinstance(known, _Static):
            rows = _static_rows(page, answer.url, known.folder)
            return ListPage(rows, _next_static(known, asked.page), known.pages)
        shell = known if isinstance(known, _Shell) else _Shell(answer.url, {})
        folder = urljoin(answer.url, ".")
        rows = _static_rows(page, answer.url, folder)
        if not rows:
            return ListPage((), _from_shell(shell, page, answer.url))
        static = _Static(folder, _static_pages(page, answer.url, folder))
        return ListPage(rows, _next_static(static, 1), static.pages)

    def recognise(self, page: Exchange) -> Clue | None:
        """By the shell's scripts, by articles under the column's path, by class names."""
        document = soup(page)
        loads = _site_scripts(document, page.url)
        if loads and (_query(page.url, "categorynum") or "getgovinfolist" in page.text):
            return Clue(3, f"the page is a shell that loads Epoint's {loads[0].rpartition('/')[2]}", page.url)
        if _frame(document, page.url):
            return Clue(2, "the page shows a frame at an address of Epoint's (categorynum=…)", page.url)
        if _static_rows(document, page.url, urljoin(page.url, ".")):
            return Clue(2, "the page links articles at Epoint's addresses (YYYYMMDD/GUID.html)", page.url)
        if loads or document.find(class_=_CLASSES):
            return Clue(1, "the page has scripts or class names of Epoint's (ewb-…)", page.url)
        return None

    def attachments(self, page: Exchange) -> tuple[str, ...]:
        """Files at the article, but for the template from which a script makes their links."""
        return tuple(address for address in files_of(page) if not is_template(address))


def _from_shell(shell: _Shell, page: BeautifulSoup, url: str) -> tuple[ListRequest, ...]:
    """What to ask for after a page without rows: the interface, a script that names it, a frame."""
    script = live_scripts(page)
    if not shell.category:
        told = re.search(r"\bcategorynum[\"']?\s*[:=]\s*[\"'](\d+)[\"']", script, re.IGNORECASE)
        if told:
            shell = replace(shell, options={**shell.options, "categorynum": told.group(1)})
    interface = shell.asks(_site_info(script))
    if interface:
        return (interface.request(),)
    frame = None if shell.framed else _frame(page, url)
    if frame:
        inner = _Shell(frame, shell.options, framed=True)
        return (ListRequest(Request(frame), 0, inner),)
    scripts = _site_scripts(page, url) or (urljoin(url, "/js/webBuilderCommon.js"),)
    return (_script_request(replace(shell, scripts=scripts)),) if shell.category else ()


def _from_script(shell: _Shell, answer: Exchange) -> ListPage:
    interface = shell.asks(_site_info(without_comments(answer.text)))
    if interface:
        return ListPage((), (interface.request(),))
    rest = shell.scripts[1:]
    return ListPage((), (_script_request(replace(shell, scripts=rest)),) if rest else ())


def _script_request(shell: _Shell) -> ListRequest:
    return ListRequest(Request(shell.scripts[0], headers={"Referer": shell.address}), 0, shell)


def _from_interface(known: _Interface, answer: Exchange) -> ListPage:
    records, total = _records(answer.text)
    if records is None:
        rest = known.manners[1:]
        if known.seen or not rest:
            return ListPage(())
        return ListPage((), (replace(known, manners=rest).request(),))
    rows = {row.url: row for row in (_row(record, known.shell) for record in records) if row}
    fresh = rows.keys() - known.seen
    if known.index == 1 and known.base is None:
        # A server that counts from one answers 0 as it answers 1, or not at all.
        known = replace(known, base=0 if fresh and known.seen else 1)
        ended = False
    else:
        ended = not fresh and known.index > 0  # beyond the end some repeat their last page
    size = known.size if known.seen else min(known.size, len(records) or known.size)
    known = replace(known, total=total or known.total, size=size, seen=known.seen | fresh)
    complete = known.total is not None and len(known.seen) >= known.total
    nothing = not records and not (known.index == 0 and known.total)
    following: tuple[ListRequest, ...] = ()
    if not (ended or complete or nothing):
        following = (replace(known, index=known.index + 1, manners=known.manners[:1]).request(),)
    return ListPage(tuple(rows.values()), following, known.pages, known.total)


def _records(text: str) -> tuple[list[Any] | None, int | None]:
    """The records of an answer, None if it is no answer to the question; and how many there are in all."""
    try:
        told = json.loads(text)
        custom = told.get("custom") if isinstance(told, dict) else None
        custom = json.loads(custom) if isinstance(custom, str) else custom
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(custom, dict) or not isinstance(custom.get("data"), list):
        return None, None
    total = str(custom.get("total", ""))
    return custom["data"], int(total) if total.isascii() and total.isdigit() and len(total) < 8 else None


def _row(record: Any, shell: str) -> ListedReport | None:
    if not isinstance(record, dict):
        return None
    href = next((record[key] for key in ("infourl", "visiturl", "linkurl") if record.get(key)), None)
    title = next((record[key] for key in ("realtitle", "title") if record.get(key)), None)
    address = absolute(shell, href) if isinstance(href, str) else None
    if address is None or is_template(address) or not told_title(title):
        return None
    return ListedReport(address, told_title(title), date_in(str(record.get("infodate") or "")))


def _static_rows(page: BeautifulSoup, url: str, folder: str) -> tuple[ListedReport, ...]:
    """Links to articles and files under the list's own folder: what lies elsewhere is another column's.

    Unverified for disclosure columns: no real one in plain HTML was at hand.
    """
    base = base_address(page, url)
    rows: dict[str, ListedReport] = {}
    for link in links(page):
        address = absolute(base, str(link["href"]))
        if address is None or not address.startswith(folder) or is_template(str(link["href"])):
            continue
        article = _ARTICLE.search(urlsplit(address).path)
        title = title_of(link)
        if title and (article or ATTACHMENT.search(urlsplit(address).path)):
            day = compact_date(article.group(1)) if article else None
            rows.setdefault(address, ListedReport(address, title, listed_date(row_of(link), day)))
    return tuple(rows.values())


def _static_pages(page: BeautifulSoup, url: str, folder: str) -> int:
    """How many pages a plain list has: by the `1/12` of its pager, else by its numbered links."""
    for part in page.select("[class*=ewb-page-num]", limit=5):
        told = _OF_PAGES.search(part.get_text())
        if told:
            return int(told.group(1))
    base = base_address(page, url)
    numbered = re.compile(rf"{re.escape(folder)}(\d{{1,4}})\.html")
    found = (numbered.fullmatch(absolute(base, str(link["href"])) or "") for link in links(page))
    return max((int(one.group(1)) for one in found if one), default=1)


def _next_static(known: _Static, number: int) -> tuple[ListRequest, ...]:
    if number >= known.pages:
        return ()
    return (ListRequest(Request(f"{known.folder}{number + 1}.html"), number + 1, known),)


def _site_info(script: str) -> dict[str, str]:
    found = _SITE_INFO.search(script)
    return dict(_PAIR.findall(found.group(1))) if found else {}


def _site_scripts(page: BeautifulSoup, url: str) -> tuple[str, ...]:
    """Addresses of the page's scripts that may hold `siteInfo`, the likeliest first."""
    base = base_address(page, url)
    loaded = [absolute(base, str(script["src"])) for script in page.find_all("script", src=True, limit=100)]
    return tuple(
        address for name in _SCRIPTS for address in loaded if address and name in urlsplit(address).path
    )


def _frame(page: BeautifulSoup, url: str) -> str | None:
    """The address of a frame of the same host that shows a category's list."""
    for frame in page.find_all("iframe", src=True, limit=20):
        address = absolute(base_address(page, url), str(frame["src"]))
        if address and _query(address, "categorynum") and urlsplit(address).netloc == urlsplit(url).netloc:
            return address
    return None


def _query(address: str, key: str) -> str:
    return parse_qs(urlsplit(address).query).get(key, [""])[0]
