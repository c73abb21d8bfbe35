"""Hanweb jpaas: columns put together in the browser, of units that the publish server gives as JSON.

The family of several ministries and of cities in Shandong and Zhejiang. A column's page has script tags of
`unitbuild.js` with an attribute `queryData`; asked with these parameters, the server gives
`{"data": {"html": …}}`, a piece of page. Units are lists, but also menus and boxes: the lists are those with
a pager. Further pages are asked by `paramJson`; where that changes nothing, by a plain `pageNo`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from bs4 import BeautifulSoup, Tag

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.hanweb_rows import pairs, referring, rows_of
from scrape.families.interface import Clue, Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import base_address, json_at, links
from scrape.pages import soup
from scrape.source import Source

_SERVER = "jpaas-publish-server"
_UNIT_PATH = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_USUAL_PAGE_SIZE = 15
_MOST_UNITS = 20
_NEEDED = {"webId", "pageId", "tplSetId"}
_WRITTEN = re.compile(r"\{[^{}]{0,2000}tplSetId[^{}]{0,2000}\}")
_ARTICLE = re.compile(r"/[\w-]+/art/\d{4}/art_[0-9a-f]{32}\.html$")
_FRAME = re.compile(r"导航|菜单|页头|页脚|头部|底部|位置|友情|链接|轮播|搜索|检索|logo", re.IGNORECASE)


@dataclass(frozen=True)
class _Unit:
    """One unit to ask for, and what has been read of it. size, total: what its pager says."""

    address: str
    form: tuple[tuple[str, str], ...]
    size: int = _USUAL_PAGE_SIZE
    total: int | None = None
    read: int = 0
    last: tuple[str, ...] = ()
    plain: bool = False

    def request(self, list_address: str, page: int) -> Request:
        """The request for a page of the unit. The first is asked as the column's page asks."""
        form = dict(self.form)
        if page > 1 and self.plain:
            form |= {"pageNo": str(page), "pageSize": str(self.size)}
        elif page > 1:
            form["paramJson"] = f'{{"pageNo":{page},"pageSize":{self.size}}}'
        return Request(f"{self.address}?{urlencode(form)}", headers=referring(list_address))


@dataclass(frozen=True)
class _Column:
    """How far a column's units have been looked through.

    list: the column's page. waiting: units not asked yet. held: rows of units without a pager, which are the
    list only if no unit has one. paged: whether one has.
    """

    list: str
    unit: _Unit
    waiting: tuple[_Unit, ...]
    held: tuple[ListedReport, ...] = ()
    paged: bool = False


@dataclass(frozen=True)
class _Pages:
    """A unit that is a list, from its second page on."""

    list: str
    unit: _Unit

    @property
    def pages(self) -> int | None:
        """How many pages the list has, as far as it says."""
        return -(-self.unit.total // self.unit.size) if self.unit.total else None


class Jpaas(Family):
    """The jpaas family; see `scrape.families.interface`."""

    name: ClassVar[str] = "jpaas"
    title: ClassVar[str] = "大汉 Hanweb jpaas"
    options: ClassVar[dict[str, str]] = {
        "unit": "the tagId of the unit that is the list, where the column's page has several with a pager"
    }

    def start(self, address: str, source: Source) -> ListRequest:
        """The column's page, which has no rows and says which units it is made of."""
        return ListRequest(Request(address), 0, str(source.options.get("unit", "")))

    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """The rows of a unit, and the next page or the next unit of the column."""
        if isinstance(asked.memory, _Column):
            return _first_page(asked.memory, answer)
        if isinstance(asked.memory, _Pages):
            return _further_page(asked.memory, asked.page, answer)
        units = _units(soup(answer), answer)
        named = [unit for unit in units if dict(unit.form).get("tagId") == asked.memory]
        if not units:
            return ListPage(())
        first, *waiting = named or units
        return ListPage((), (_of_column(_Column(answer.url, first, tuple(waiting))),))

    def recognise(self, page: Exchange) -> Clue | None:
        """By the parameters of a unit; by addresses `/column/art/YEAR/art_<hash>.html`; by the server's name."""
        text = page.text
        if _SERVER not in text and "unitbuild" not in text and "/art/" not in text:
            return None
        document = soup(page)
        units = _units(document, page)
        if units:
            tag = dict(units[0].form).get("tagId", "")
            because = f"the page is built of jpaas units ({len(units)}, the first: {tag or 'without a name'})"
            return Clue(3, because, page.url)
        base = base_address(document, page.url)
        addresses = (absolute(base, str(link["href"])) or "" for link in links(document))
        if any(_ARTICLE.search(urlsplit(address).path) for address in addresses):
            return Clue(2, "rows have addresses of jpaas articles (/…/art/YEAR/art_….html)", page.url)
        if _SERVER in text or "unitbuild" in text:
            return Clue(1, "the page names the jpaas publish server", page.url)
        return None


def _of_column(column: _Column) -> ListRequest:
    # Page 0: a unit may be a menu, and one without rows must not end the list.
    return ListRequest(column.unit.request(column.list, 1), 0, column)


def _first_page(column: _Column, answer: Exchange) -> ListPage:
    """A unit's first answer: the beginning of a list, or a box that is kept in case there is no list."""
    rows, size, total = _rows(answer, column.list)
    found = tuple(row.url for row in rows)
    following: list[ListRequest] = []
    paged = size is not None or total is not None
    column = replace(column, held=() if paged else (*column.held, *rows), paged=column.paged or paged)
    if paged and rows:
        unit = replace(column.unit, size=size or len(rows), total=total, read=len(rows), last=found)
        if total is None or unit.read < total:
            following.append(ListRequest(unit.request(column.list, 2), 2, _Pages(column.list, unit)))
    if column.waiting:
        first, *waiting = column.waiting
        following.append(_of_column(replace(column, unit=first, waiting=tuple(waiting))))
    if not paged:
        # Only when the last unit is known is it known whether any of them is a list.
        last_of_all = not column.waiting and not column.paged
        return ListPage(column.held if last_of_all else (), tuple(following))
    return ListPage(tuple(rows), tuple(following), total=total)


def _further_page(pages: _Pages, number: int, answer: Exchange) -> ListPage:
    rows, _, total = _rows(answer, pages.list)
    unit = pages.unit
    found = tuple(row.url for row in rows)
    if not found:
        return ListPage((), total=unit.total)
    if found == unit.last:
        if unit.plain:
            return ListPage(tuple(rows), total=unit.total)
        # The server does not mind paramJson; the same page again, in plain words.
        now = replace(unit, plain=True)
    else:
        now = replace(unit, total=total or unit.total, read=unit.read + len(rows), last=found)
        number += 1
        if now.total is not None and now.read >= now.total:
            return ListPage(tuple(rows), total=now.total)
    following = ListRequest(now.request(pages.list, number), number, replace(pages, unit=now))
    return ListPage(tuple(rows), (following,), total=now.total)


def _units(page: BeautifulSoup, answer: Exchange) -> list[_Unit]:
    """The units that a column's page is made of, each once; not those of its frame, if there are others."""
    base = base_address(page, answer.url)
    units: dict[_Unit, None] = {}
    for script in page.find_all("script", limit=500):
        told = str(script.get("querydata") or "")
        if told:
            form, address = pairs(told), absolute(base, str(script.get("url") or _UNIT_PATH))
        else:
            text = script.get_text()
            written = _WRITTEN.search(text) if _SERVER in text else None
            form, address = pairs(written.group()) if written else {}, absolute(base, _UNIT_PATH)
        if address and form.keys() >= _NEEDED:
            units[_Unit(address, tuple(form.items()))] = None
    lists = [unit for unit in units if not _FRAME.search(dict(unit.form).get("tagId", ""))]
    return (lists or list(units))[:_MOST_UNITS]


def _rows(answer: Exchange, list_address: str) -> tuple[list[ListedReport], int | None, int | None]:
    """The rows of a unit; the rows on a page and in all, as its pager says, None where it has none."""
    told = json_at(answer.text.lstrip("\ufeff \r\n\t"))
    piece = BeautifulSoup(f"<div>{_html(told)}</div>", "lxml")
    pager = piece.select_one(".pagination[count], .pagination[rows]")
    size, total = (_number(pager, "rows"), _number(pager, "count")) if pager else (None, None)
    content: Sequence[Tag] = piece.select(".page-content") or [piece]
    for part in piece.select(".pagination"):
        part.decompose()
    rows = {row.url: row for scope in content for row in rows_of(scope, list_address)}
    return list(rows.values()), size, total


def _html(told: Any) -> str:
    data = told.get("data") if isinstance(told, dict) else None
    written = data.get("html") if isinstance(data, dict) else data
    return written if isinstance(written, str) else ""


def _number(tag: Tag, name: str) -> int | None:
    digits = str(tag.get(name) or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 8 else None
