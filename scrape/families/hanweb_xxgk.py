"""Hanweb's information-disclosure module: lists drawn by search.jsp, annual reports at xxgkAnnualReport.jsp.

Two kinds of list, told apart by address. A column of the module (`/col/colNNN/`) has no rows of its own;
`/module/xxgk/search.jsp` gives them as table rows, page by page. `/module/xxgk/xxgkAnnualReport.jsp?area=ORGAN`
is one organ's annual reports: with `&fbtime=YEAR` the page is that year's report itself and no list, so its
rows are the years that it links, each a report at an address of its own.

Where such a link says no more than "2023年", the row's title is made of what the page says: the publisher as
the page's own heading names it (never the site's name, which is another body's), the year of the address,
and the official name of the report. Whether the report is that year's is for its own text to say.

Unverified, since no real page was at hand: how the year links of xxgkAnnualReport.jsp are written (links,
script calls and a select are read), what it answers without `fbtime`, how a column's page spells its call
of search.jsp, and how tree.jsp names the organs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from bs4 import BeautifulSoup, Tag

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.hanweb_rows import ARTICLE, column_of, form_headers, listed_column, referring, rows_of
from scrape.families.interface import Clue, Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import base_address, date_in, listed_date, live_scripts, row_of, title_of
from scrape.pages import soup
from scrape.source import Source

_ANNUAL = re.compile(r"/xxgkAnnualReport\.jsp$", re.IGNORECASE)
_ANNUAL_ADDRESS = re.compile(r"""xxgkAnnualReport\.jsp\?[^"'\s<>()]{1,400}""", re.IGNORECASE)
_SEARCH = re.compile(r"/module/xxgk/(?:search|subjectinfo)\.jsp$")
_SEARCH_ADDRESS = re.compile(r"""/module/xxgk/(?:search|subjectinfo)\.jsp(?:\?[^"'\s<>()]{0,1000})?""")
_TREE_ADDRESS = re.compile(r"""/module/xxgk/tree\.jsp\?[^"'\s<>()]{1,400}""")
_BEFORE = re.compile(r"[\w:/.-]*$")
_AREA = re.compile(r"""\barea["']?\s*[=:]\s*["']?([\w.-]{2,40})""")
_FORM = (
    *("infotypeId", "jdid", "area", "divid", "unit", "keyWord", "vc_title", "vc_number", "vc_filenumber"),
    *("vc_all", "texttype", "fbtime", "standardXxgk", "isAllList", "sortfield", "requestUrl"),
)
_ROWS = "tr.tr_main_value_odd, tr.tr_main_value_even"
_PAGES = re.compile(r"共(\d{1,5})页")
_TOTAL = re.compile(r"共(\d{1,7})条")
_YEAR = re.compile(r"(?:19|20)\d\d")
_PUBLISHER = re.compile(
    r"^([^\d]{0,40}?)(?:关于)?(?:(?:19|20)\d\d年?度?)?(?:政府|政务)?信息公开.{0,8}?(?:年报|报告)"
)
_MOST_AREAS = 500


@dataclass(frozen=True)
class _Search:
    """One list of search.jsp. column: keep only this column's rows, since the server gives all columns'."""

    list: str
    address: str
    query: tuple[tuple[str, str], ...]
    form: tuple[tuple[str, str], ...]
    method: str
    column: str | None
    turn: int = 1
    last: tuple[str, ...] = ()
    pages: int | None = None

    def asking(self, turn: int) -> ListRequest:
        """The request for a page of the list."""
        now = replace(self, turn=turn)
        page = (("currpage", str(turn)),)
        # Page 0: a page without a row of this column must not end the list.
        number = 0 if self.column else turn
        if self.method == "get":
            query = urlencode({**dict(self.query), **dict(self.form), **dict(page)})
            return ListRequest(Request(f"{self.address}?{query}", headers=referring(self.list)), number, now)
        query = urlencode({**dict(self.query), **dict(page)})
        content = urlencode({**dict(self.form), **dict(self.query), **dict(page)}).encode()
        headers = form_headers(self.list)
        return ListRequest(Request(f"{self.address}?{query}", "POST", content, headers), number, now)


@dataclass(frozen=True)
class _Start:
    """What the source says of its list. lone: an organ found in another's list, whose tree is not followed."""

    method: str = "post"
    column: str = ""
    form: str = ""
    areas: str = ""
    years: tuple[int, int] | None = None
    tree_of: str = ""
    lone: bool = False


class HanwebXxgk(Family):
    """The information-disclosure module; see `scrape.families.interface`."""

    name: ClassVar[str] = "hanweb-xxgk"
    title: ClassVar[str] = "大汉 Hanweb 信息公开模块 (search.jsp, xxgkAnnualReport.jsp)"
    options: ClassVar[dict[str, str]] = {
        "method": "how search.jsp is asked: post (the usual) or get",
        "column": "the number of the column whose rows count (art_NUMBER_…), or any",
        "form": "parameters of search.jsp as in a query, where the column's page does not say them",
        "areas": "codes of further organs, separated by spaces, or all: those that the page and its tree name",
        "first_year": "with last_year: years to ask xxgkAnnualReport.jsp for even where the page links none",
        "last_year": "see first_year",
    }

    def start(self, address: str, source: Source) -> ListRequest:
        """The column's page, an organ's page of reports, or search.jsp itself if that is the address."""
        said = {key: str(value).strip() for key, value in source.options.items()}
        first, last = said.get("first_year", ""), said.get("last_year", "")
        years = (int(first), int(last)) if _YEAR.fullmatch(first) and _YEAR.fullmatch(last) else None
        method = said.get("method", "").lower()
        begun = _Start(method, said.get("column", ""), said.get("form", ""), said.get("areas", ""), years)
        if _SEARCH.search(urlsplit(address).path):
            return _search(address, {}, replace(begun, method=method or "get"), address)
        return ListRequest(Request(address), 0, begun)

    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """The rows of search.jsp, or the years of an organ; a column's page only says how to ask."""
        page = soup(answer)
        if isinstance(asked.memory, _Search):
            return _found(asked.memory, page, answer)
        begun = asked.memory if isinstance(asked.memory, _Start) else _Start()
        if begun.tree_of:
            return ListPage((), _organs(answer.text, begun.tree_of, begun))
        if _ANNUAL.search(urlsplit(answer.url).path):
            return _years(page, answer, begun)
        call = _call(page, answer, begun)
        return ListPage((), (call,)) if call else _years(page, answer, begun)

    def recognise(self, page: Exchange) -> Clue | None:
        """By xxgkAnnualReport.jsp, as the page's address or on it; by a call of search.jsp; by tree.jsp."""
        text = page.text
        parts = urlsplit(page.url)
        if _ANNUAL.search(parts.path) and "area" in parse_qs(parts.query):
            return Clue(3, "the address is an organ's xxgkAnnualReport.jsp", _with(page.url, fbtime=None))
        named = _ANNUAL_ADDRESS.search(text)
        address = absolute(page.url, _whole(named)) if named else None
        if address and "area" in parse_qs(urlsplit(address).query):
            because = "the page leads to xxgkAnnualReport.jsp, where an organ's reports stand by year"
            framed = "dataproxy.jsp" not in text and _ANNUAL_ADDRESS.search(_frames(soup(page)))
            return Clue(3 if framed else 2, because, _with(address, fbtime=None))
        if "/module/xxgk/" not in text:
            return None
        if "dataproxy.jsp" in text or not _call(soup(page), page, _Start()):
            return Clue(1, "the page names Hanweb's module/xxgk", page.url)
        return Clue(3, "the page's list is drawn by Hanweb's module/xxgk/search.jsp", page.url)


def _call(page: BeautifulSoup, answer: Exchange, begun: _Start) -> ListRequest | None:
    """The request that a column's page makes of search.jsp; None if it makes none."""
    base = base_address(page, answer.url)
    script = live_scripts(page)
    frames = _frames(page)
    told = _SEARCH_ADDRESS.search(script) or _SEARCH_ADDRESS.search(frames)
    tree = _TREE_ADDRESS.search(script) or _TREE_ADDRESS.search(frames)
    if not told and not tree:
        return None
    form: dict[str, str] = {}
    if told:
        near = script[max(0, told.start() - 2000) : told.end() + 3000] if told.string is script else ""
        form = {key: value for key in _FORM if (value := _said(near, key)) is not None}
        for field in page.find_all("input", attrs={"name": True, "value": True}, limit=200):
            if field["name"] in _FORM:
                form.setdefault(str(field["name"]), str(field["value"]))
        address = absolute(base, _whole(told))
    else:
        area = parse_qs(urlsplit(_whole(tree)).query).get("area", [""])[0] if tree else ""
        form = {"infotypeId": "", "vc_title": "", "vc_number": "", "area": area}
        address = absolute(base, "/module/xxgk/search.jsp")
    return _search(address, form, begun, answer.url) if address else None


def _frames(page: BeautifulSoup) -> str:
    """The addresses of the page's frames."""
    return " ".join(str(frame["src"]) for frame in page.find_all(["iframe", "frame"], src=True, limit=50))


def _search(address: str, form: dict[str, str], begun: _Start, list_address: str) -> ListRequest:
    parts = urlsplit(address)
    query = {key: value for key, value in parse_qsl(parts.query, True) if key != "currpage"}
    form = {key: value for key, value in form.items() if key not in query} | dict(parse_qsl(begun.form, True))
    kind = form.get("infotypeId") or query.get("infotypeId")
    column = begun.column or (None if kind else listed_column(list_address))
    return _Search(
        list=list_address,
        address=address.partition("?")[0],
        query=tuple(query.items()),
        form=tuple(form.items()),
        method=begun.method or "post",
        column=None if column == "any" else column,
    ).asking(1)


def _said(script: str, key: str) -> str | None:
    """What a script says of a parameter: in an object, a query or a variable; None if nothing."""
    quoted = r"""(?:"([^"]*)"|'([^']*)'"""
    told = rf"""\b{key}(?:["']?\s*:\s*{quoted}|([\w.%-]*))|\s*=\s*{quoted}|([^&"'\s;]*)))"""
    found = re.search(told, script)
    return next((value for value in found.groups() if value is not None), None) if found else None


def _found(search: _Search, page: BeautifulSoup, answer: Exchange) -> ListPage:
    """The rows of an answer of search.jsp, those of other columns left out."""
    base = base_address(page, answer.url)
    rows = [row for line in page.select(_ROWS) for row in _table_row(line, base)]
    if not rows:  # a template of the site's own
        rows = [row for row in rows_of(page, base) if ARTICLE.search(urlsplit(row.url).path)]
    found = tuple(row.url for row in rows)
    text = "".join(page.get_text().split())
    pages = _PAGES.search(text)
    total = _TOTAL.search(text)
    search = replace(search, pages=int(pages.group(1)) if pages else search.pages)
    ends = not found or found == search.last or (search.pages is not None and search.turn >= search.pages)
    following = () if ends else (replace(search, last=found).asking(search.turn + 1),)
    own = tuple(row for row in rows if not search.column or column_of(row.url) in {search.column, None})
    counted = int(total.group(1)) if total and not search.column else None
    return ListPage(own, following, search.pages, counted)


def _table_row(line: Tag, base: str) -> Iterator[ListedReport]:
    """The document of a table row: the date in the third cell, or with the title in the link's attributes."""
    cells = line.find_all("td", limit=5)
    for row in rows_of(line, base, whole=True)[:1]:
        link = next((a for a in line.find_all("a", href=True, limit=20) if a.get("mc")), None)
        title = "".join(str(link["mc"]).split()) if link else ""
        day = date_in(str(link.get("rq") or "")) if link else None
        day = day or (date_in(cells[2].get_text(" ")) if len(cells) > 2 else None)
        yield replace(row, title=title or row.title, listed_on=day or row.listed_on)


def _years(page: BeautifulSoup, answer: Exchange, begun: _Start) -> ListPage:
    """The years of one organ's reports, and the other organs that the source wants."""
    area = parse_qs(urlsplit(answer.url).query).get("area", [""])[0]
    heading = _heading(page)
    rows: dict[tuple[str, str], ListedReport] = {}
    others: dict[str, str] = {}
    for address, part in _annual_addresses(page, answer):
        told = parse_qs(urlsplit(address).query)
        year, of_area = told.get("fbtime", [""])[0], told.get("area", [""])[0]
        if area and of_area != area:
            others.setdefault(of_area, address)
        elif _YEAR.fullmatch(year):
            title = _title(title_of(part), year, heading)
            listed_on = listed_date(row_of(part), None) if part.name == "a" else None
            rows.setdefault((year, told.get("artId", [""])[0]), ListedReport(address, title, listed_on))
    own = parse_qs(urlsplit(answer.url).query).get("fbtime", [""])[0]
    known = {year for year, _ in rows}
    asked_for = range(begun.years[0], begun.years[1] + 1) if begun.years and area else ()
    for year in (own, *map(str, asked_for)):
        if area and _YEAR.fullmatch(year) and year not in known:
            address = _with(answer.url, fbtime=year)
            rows[(year, "")] = ListedReport(address, _title("", year, heading))
    of_heading = _YEAR.search(heading)
    if not rows and area and of_heading:
        address = _with(answer.url, fbtime=of_heading.group())
        rows[(of_heading.group(), "")] = ListedReport(address, heading)
    following: tuple[ListRequest, ...] = ()
    if area and not begun.lone:
        following = _organs_wanted(answer, begun, others)
    newest_first = sorted(rows.items(), key=lambda one: one[0], reverse=True)
    return ListPage(tuple(_apart(row, answer.url) for _, row in newest_first), following)


def _apart(row: ListedReport, list_address: str) -> ListedReport:
    """The row at an address that is not the list's own: what is archived as a list is no report."""
    if row.url != list_address:
        return row
    bare, _, query = row.url.partition("?")
    first, _, rest = query.partition("&")
    return replace(row, url=f"{bare}?{rest}&{first}" if rest else row.url)


def _annual_addresses(page: BeautifulSoup, answer: Exchange) -> Iterator[tuple[str, Tag]]:
    """Addresses of xxgkAnnualReport.jsp on the page with what holds them: a link, an option, a script call."""
    base = base_address(page, answer.url)
    for part in page.find_all(["a", "option", "li", "span"], limit=5000):
        written = " ".join(str(part.get(name) or "") for name in ("href", "onclick", "value"))
        named = _ANNUAL_ADDRESS.search(written)
        address = absolute(base, _whole(named)) if named else None
        year = str(part.get("value") or "")
        if address:
            yield address, part
        elif part.name == "option" and _YEAR.fullmatch(year) and _ANNUAL.search(urlsplit(answer.url).path):
            yield _with(answer.url, fbtime=year), part


def _organs_wanted(answer: Exchange, begun: _Start, linked: dict[str, str]) -> tuple[ListRequest, ...]:
    """The pages of the further organs that the source asks for; the tree that names them, if it wants all."""
    if begun.areas != "all":
        addresses = [_with(answer.url, area=code) for code in begun.areas.split()]
        return tuple(_organ(address, begun, answer.url) for address in addresses[:_MOST_AREAS])
    found = [_organ(address, begun, answer.url) for address in list(linked.values())[:_MOST_AREAS]]
    tree = _TREE_ADDRESS.search(answer.text)
    address = absolute(answer.url, _whole(tree)) if tree else None
    if address:
        request = Request(address, headers=referring(answer.url))
        found.append(ListRequest(request, 0, replace(begun, tree_of=answer.url)))
    return tuple(found)


def _organs(text: str, list_address: str, begun: _Start) -> tuple[ListRequest, ...]:
    """The pages of the organs that a tree names."""
    codes = dict.fromkeys(_AREA.findall(text))
    addresses = [_with(list_address, area=code) for code in list(codes)[:_MOST_AREAS]]
    return tuple(_organ(address, begun, list_address) for address in addresses if address != list_address)


def _organ(address: str, begun: _Start, list_address: str) -> ListRequest:
    # Page 0: an organ without reports must not end the list of the others.
    return ListRequest(
        Request(address, headers=referring(list_address)), 0, replace(begun, lone=True, tree_of="")
    )


def _heading(page: BeautifulSoup) -> str:
    """The title that the report's page gives itself; empty if it has none that names annual reports."""
    told = page.find("meta", attrs={"name": "ArticleTitle"})
    candidates = [str(told.get("content") or "")] if isinstance(told, Tag) else []
    candidates += [part.get_text() for part in page.find_all(["h1", "h2", "h3"], limit=20)]
    candidates += [part.get_text() for part in page.select(".title, .bt-title, .article-title", limit=20)]
    if page.title:
        candidates += re.split(r"[_|]|--|—", page.title.get_text())
    closed = ("".join(text.split()) for text in candidates)
    return next((text for text in closed if re.search(r"信息公开.*(?:年报|报告)", text[:120])), "")[:120]


def _title(of_link: str, year: str, heading: str) -> str:
    """The title of a year's report: as its link has it, else made of the page's heading and the year."""
    if year in of_link and re.search(r"年报|报告", of_link):
        return of_link
    if year in heading:
        return heading
    named = _PUBLISHER.match(heading)
    return f"{named.group(1) if named else ''}{year}年政府信息公开工作年度报告"


def _with(address: str, **changed: str | None) -> str:
    """`address` with parameters of its query changed in place, added, or (None) left out."""
    bare, _, query = address.partition("?")
    told: dict[str, str | None] = {**dict(parse_qsl(query, True)), **changed}
    kept = urlencode({key: value for key, value in told.items() if value is not None})
    return f"{bare}?{kept}" if kept else bare


def _whole(found: re.Match[str]) -> str:
    """The address whose end a pattern found in a text: with what stands before it."""
    before = found.string[max(0, found.start() - 200) : found.start()]
    start = _BEFORE.search(before)
    return f"{start.group() if start else ''}{found.group()}".replace("&amp;", "&")
