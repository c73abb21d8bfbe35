"""Hanweb JCMS: columns whose records stand in a script of the page and come on from dataproxy.jsp.

The family of Jiangsu, Zhejiang, Shandong and many more. A column's page carries the first group of records
as XML inside `<script type="text/xml">`; further groups are asked of the site's `dataproxy.jsp`, by record
numbers as the page's own call does, or by the link `nextgroup` where the page has no call or the server
minds only `page`. The vendor's other systems are `scrape.families.hanweb_xxgk` and `scrape.families.jpaas`.

Unverified, since no real page was at hand: the names `perPage` and `groupSize` in the page's call.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from bs4 import BeautifulSoup, Tag

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.hanweb_rows import (
    ARTICLE,
    columns_own,
    form_headers,
    listed_column,
    pairs,
    referring,
    rows_of,
)
from scrape.families.interface import Clue, Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import base_address, links, live_scripts, row_of
from scrape.pages import soup
from scrape.source import Source

_MOST_RECORDS = 2000
_RECORD = re.compile(r"<record\b[^<>]{0,80}>", re.IGNORECASE)
_TOTAL = re.compile(r"<totalrecord>\s*(?:<!\[CDATA\[)?\s*(\d{1,9})", re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']([^"']{1,3000})["']""", re.IGNORECASE)
_CALL = re.compile(r"\bjpage\s*\(")
_FORM = re.compile(r"""\bajaxParam\s*:\s*(?:\{([^{}]*)\}|"([^"]*)"|'([^']*)')""")
_PROXY = re.compile(r"""\bproxyUrl\s*:\s*["']([^"']+)["']""")
_USUAL_PROXY = "/module/web/jpage/dataproxy.jsp"
_PAGE = re.compile(r"([?&]page=)(\d+)")
_NO_LIST = re.compile(r"visitcount|login|tree\.jsp|share|footer|header|/jact/|weather", re.IGNORECASE)
_VENDOR = re.compile(r"大汉版通|大汉网络|hanweb|/script/jpage|/jpage/", re.IGNORECASE)


@dataclass(frozen=True)
class _Unit:
    """One list of a column's page, and how far it has been read.

    list: the page's address. form: what the page's call sends. link: the nextgroup of the last answer, as it
    was given. by_page: ask by the link instead of by record numbers. turn: the page last asked for so.
    read: records so far. seen: addresses so far. last: the addresses of the last answer. in_all: the rows
    of all the units that are read together.
    """

    list: str
    proxy: str
    form: tuple[tuple[str, str], ...]
    link: str | None
    perpage: int
    group: int
    total: int | None
    by_page: bool = False
    turn: int = 0
    read: int = 0
    seen: frozenset[str] = frozenset()
    last: tuple[str, ...] = ()
    in_all: int | None = None

    @property
    def pages(self) -> int | None:
        """How many groups the list has, as far as it says."""
        return -(-self.total // self.group) if self.total else None

    @property
    def told(self) -> dict[str, str]:
        """The unit's parameters, as its call or its link has them."""
        return dict(self.form) or dict(parse_qsl(urlsplit(self.link or "").query))

    @property
    def encrypted(self) -> bool:
        """Whether the column is named by a cipher: then only the links as given can be used."""
        named = dict(parse_qsl(urlsplit(self.link or "").query)).get("columnid", "0")
        return not named.isdigit()

    @property
    def done(self) -> bool:
        so_far = len(self.seen) if self.by_page else self.read
        return self.total is not None and so_far >= self.total

    def request(self) -> Request | None:
        """What to ask for next; None if the page does not say how."""
        if not self.by_page and self.form and not self.encrypted:
            numbers = f"startrecord={self.read + 1}&endrecord={self.read + self.group}&perpage={self.perpage}"
            return Request(
                f"{self.proxy}?{numbers}", "POST", urlencode(self.form).encode(), form_headers(self.list)
            )
        if self.link:
            return Request(self.link, headers=referring(self.list))
        if self.form:
            asked = urlencode((("page", self.turn + 1), *self.form))
            return Request(f"{self.proxy}?{asked}", headers=referring(self.list))
        return None


@dataclass(frozen=True)
class _Start:
    """What the source says of its list. last: the addresses on the page before, where pages are static."""

    unit: str = ""
    last: tuple[str, ...] = ()


class Hanweb(Family):
    """The JCMS family; see `scrape.families.interface`."""

    name: ClassVar[str] = "hanweb"
    title: ClassVar[str] = "大汉 Hanweb JCMS (jpage)"
    options: ClassVar[dict[str, str]] = {
        "unit": "the number of the jpage unit that is the list, where a page holds several of its column"
    }

    def start(self, address: str, source: Source) -> ListRequest:
        """The column's page, as page 0: it may be a shell whose list stands in a frame."""
        named = str(source.options.get("unit", "")) or parse_qs(urlsplit(address).query).get("uid", [""])[0]
        return ListRequest(Request(address), 0, _Start(named))

    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """The records of a column's page or of a group, and the group that follows."""
        if isinstance(asked.memory, _Unit):
            return _group(asked.memory, asked.page, answer)
        begun = asked.memory if isinstance(asked.memory, _Start) else _Start()
        page = soup(answer)
        units = _units(page, answer, begun.unit)
        if not units:
            return _static(page, begun, asked.page, answer)
        rows = {row.url: row for found, _ in units for row in found}
        totals = [unit.total for _, unit in units]
        in_all = sum(total for total in totals if total) if all(totals) else None
        following = tuple(
            next_one
            for _, unit in units
            if not unit.done and (next_one := _asking(replace(unit, in_all=in_all), max(asked.page, 1) + 1))
        )
        return ListPage(tuple(rows.values()), following, total=in_all)

    def recognise(self, page: Exchange) -> Clue | None:
        """By the datastore of a jpage; by addresses `/art/…`; by the vendor's name."""
        text = page.text
        if "dataproxy.jsp" not in text and "/art/" not in text and not _VENDOR.search(text):
            return None
        document = soup(page)
        units = _units(document, page, "")
        if units:
            column = units[0][1].told.get("columnid", "")
            of_column = f" with column {column}" if column.isdigit() else ""
            because = f"the page has the datastore of Hanweb's jpage{of_column}"
            return Clue(3, because, _without_page_number(page.url))
        if any(row.url for row in _rows_in_page(document, page)):
            return Clue(2, "rows have addresses of Hanweb's articles (/art/…)", page.url)
        if _VENDOR.search(text):
            return Clue(1, "the page names Hanweb (大汉)", page.url)
        return None


def _group(unit: _Unit, number: int, answer: Exchange) -> ListPage:
    """An answer of dataproxy.jsp, and the request for what is missing after it."""
    records, total, link = _datastore(answer.text, answer.url)
    rows = _record_rows(records, unit.list)
    found = tuple(row.url for row in rows)
    repeated = sum(url in unit.seen for url in found)
    turn = _PAGE.search(answer.url)
    now = replace(
        unit,
        total=total or unit.total,
        turn=int(turn.group(2)) if turn and unit.by_page else unit.turn,
        read=unit.read + len(records),
        seen=unit.seen | set(found),
        last=found,
    )
    if not found or found == unit.last or now.done:
        following = None
    elif now.by_page:
        following = _asking(replace(now, link=link or _page_after(now)), number + 1)
    elif 2 * repeated >= min(len(found), len(unit.seen)):
        # The server does not mind record numbers and gives what it gave before: ask it by pages instead.
        following = _asking(replace(now, by_page=True, last=()), number + 1)
    else:
        following = _asking(now, number + 1)
    return ListPage(tuple(rows), (following,) if following else (), total=unit.in_all or now.total)


def _asking(unit: _Unit, number: int) -> ListRequest | None:
    if not unit.form or unit.encrypted:
        unit = replace(unit, by_page=True)
    request = unit.request()
    return ListRequest(request, number, unit) if request else None


def _page_after(unit: _Unit) -> str | None:
    """The unit's link, one page on, for answers that give none; None where the link cannot be changed."""
    if unit.encrypted or not unit.link:
        return None
    return _PAGE.sub(lambda found: f"{found.group(1)}{unit.turn + 1}", unit.link)


def _units(page: BeautifulSoup, answer: Exchange, wanted: str) -> list[tuple[list[ListedReport], _Unit]]:
    """The lists of a column's page that are the column's own, each with its first rows."""
    stores = []
    for script in page.find_all("script"):
        text = script.get_text()
        if "<datastore" in text or "<recordset" in text:
            holder = str(script.parent.get("id") or "") if isinstance(script.parent, Tag) else ""
            stores.append((text, holder))
            script.extract()
    if not stores:
        return []
    base = base_address(page, answer.url)
    calls = _calls(live_scripts(page))
    units = [_unit(text, holder, base, answer.url, calls, len(stores)) for text, holder in stores]
    named = [one for one in units if wanted and wanted in {one[1].told.get("unitid"), one[2]}]
    column = listed_column(answer.url)
    of_column = [one for one in units if column and one[1].told.get("columnid") == column]
    with_rows = [one for one in units if columns_own(one[0], column)]
    return [(rows, unit) for rows, unit, _ in named or of_column or with_rows or units]


def _unit(
    text: str, holder: str, base: str, address: str, calls: list[str], stores: int
) -> tuple[list[ListedReport], _Unit, str]:
    records, total, link = _datastore(text, base)
    of_link = dict(parse_qsl(urlsplit(link or "").query)).get("unitid")
    call = ""
    for one in calls:
        if _form(one).get("unitid") in {of_link, holder} - {None, ""}:
            call = one
    if not call and stores == len(calls) == 1:
        call = calls[0]
    told = _PROXY.search(call)
    by_link = (link or "").partition("?")[0]
    proxy = (absolute(base, told.group(1)) if told else None) or by_link or absolute(base, _USUAL_PROXY)
    rows = _record_rows(records, base)
    perpage = _number(call, "perPage") or 15
    first = len(records)
    unit = _Unit(
        list=address,
        proxy=proxy or "",
        form=tuple(_form(call).items()),
        link=link,
        perpage=perpage,
        group=perpage * (_number(call, "groupSize") or 3),
        total=total or _number(call, "totalRecord"),
        read=first,
        seen=frozenset(row.url for row in rows),
    )
    return rows, unit, holder


def _calls(script: str) -> list[str]:
    """What is said in each call of jpage, or in the whole script if the call has another name."""
    found = [piece[:5000] for piece in _CALL.split(script)[1:] if _FORM.search(piece[:5000])]
    return found or ([script] if _FORM.search(script) else [])


def _form(call: str) -> dict[str, str]:
    found = _FORM.search(call)
    if not found:
        return {}
    written = found.group(1)
    return pairs(written) if written else dict(parse_qsl(found.group(2) or found.group(3) or "", True))


def _number(call: str, name: str) -> int | None:
    found = re.search(rf"\b{name}\s*:\s*['\"]?(\d{{1,6}})\b", call, re.IGNORECASE)
    return int(found.group(1)) or None if found else None


def _datastore(text: str, base: str) -> tuple[list[str], int | None, str | None]:
    """A datastore's records as HTML, the number of all there are, and the address of the next group."""
    records = []
    for piece in _RECORD.split(text)[1 : _MOST_RECORDS + 1]:
        written = piece.partition("</record>")[0]
        _, marked, within = written.partition("<![CDATA[")
        records.append(within.partition("]]>")[0] if marked else html.unescape(written))
    total = _TOTAL.search(text)
    written = text.partition("<nextgroup>")[2][:4000].partition("</nextgroup>")[0]
    href = _HREF.search(written if "<![CDATA[" in written else html.unescape(written))
    # No general unescaping here: `&para…`, `&copy…` in a query are parameters.
    link = absolute(base, href.group(1).replace("&amp;", "&")) if href else None
    return records, int(total.group(1)) if total else None, link


def _record_rows(records: Iterable[str], base: str) -> list[ListedReport]:
    """The row of each record; each address once."""
    rows: dict[str, ListedReport] = {}
    for record in records:
        holder = BeautifulSoup(f"<div>{record}</div>", "lxml").div
        for row in rows_of(holder, base, whole=True) if holder else ():
            rows.setdefault(row.url, row)
    return list(rows.values())


def _static(page: BeautifulSoup, begun: _Start, number: int, answer: Exchange) -> ListPage:
    """A column's page without a datastore: its rows and its next page, or the frame that has them."""
    rows = _rows_in_page(page, answer)
    if number == 0 and not columns_own(rows, listed_column(answer.url)):
        frame = _frame(page, answer)
        if frame:
            return ListPage((), (ListRequest(Request(frame, headers=referring(answer.url)), 1, begun),))
    found = tuple(row.url for row in rows)
    if not rows or found == begun.last:
        return ListPage(tuple(rows))
    number = max(number, 1)
    base = base_address(page, answer.url)
    path = urlsplit(answer.url).path
    for link in links(page):
        address = absolute(base, str(link["href"])) or ""
        parts = urlsplit(address)
        if parts.path == path and parse_qs(parts.query).get("pageNum") == [str(number + 1)]:
            request = Request(address, headers=referring(answer.url))
            return ListPage(tuple(rows), (ListRequest(request, number + 1, replace(begun, last=found)),))
    return ListPage(tuple(rows))


def _rows_in_page(page: BeautifulSoup, answer: Exchange) -> list[ListedReport]:
    """Rows that stand in the page itself: those of its column, else those of its longest list."""
    base = base_address(page, answer.url)
    rows = [row for row in rows_of(page, base) if ARTICLE.search(urlsplit(row.url).path)]
    own = columns_own(rows, listed_column(answer.url))
    if own or not rows:
        return own
    lists: Counter[int] = Counter()
    holders: dict[int, Tag] = {}
    for link in links(page):
        if ARTICLE.search(urlsplit(absolute(base, str(link["href"])) or "").path):
            holder = row_of(link).parent
            if holder is not None:
                lists[id(holder)] += 1
                holders[id(holder)] = holder
    longest = holders[lists.most_common(1)[0][0]]
    return [row for row in rows_of(longest, base) if ARTICLE.search(urlsplit(row.url).path)]


def _frame(page: BeautifulSoup, answer: Exchange) -> str | None:
    """The one frame of the same host that can hold the list; None if there are none or several."""
    base = base_address(page, answer.url)
    host = urlsplit(answer.url).netloc
    addresses = (absolute(base, str(frame["src"])) for frame in page.find_all("iframe", src=True, limit=50))
    found = {a for a in addresses if a and urlsplit(a).netloc == host and not _NO_LIST.search(a)}
    return found.pop() if len(found) == 1 else None


def _without_page_number(address: str) -> str:
    """A list's address as a source file names it: without the page that a reader had turned to."""
    bare, _, query = address.partition("?")
    kept = urlencode([(key, value) for key, value in parse_qsl(query, True) if key != "pageNum"])
    return f"{bare}?{kept}" if kept else bare
