"""gkmlpt, the disclosure directory of Guangdong's sites: lists come as JSON, by category and page.

A list's address is the directory's page with the category in the fragment (`/gkmlpt/index#2345`), as the
browser shows it. The page itself has no rows: its script names the site's number and the tree of categories,
with which the interface is asked. Plain lists of the same vendor (`/content/post_…`) are another family's.

Unverified, no real page being at hand: how `_CONFIG` is spelled beyond `SID` and `TREE`, and whether the
interface gives a category's children with it. Both are asked for; a row that comes twice counts once.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urldefrag, urljoin, urlsplit

from bs4 import Tag

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.files import files_of
from scrape.families.interface import Clue, Family, ListedReport, ListPage, ListRequest
from scrape.families.rows import base_address, date_in, json_at, links, told_title
from scrape.pages import soup
from scrape.source import Source

_DIRECTORY = re.compile(r"https?://[^?#]*?/gkmlpt(?=[/?#]|$)")
_NUMBER = re.compile(r"\d+$")
_SITE = re.compile(r"""\bSID["']?\s*:\s*["']?(\d+)""")
_TREE = re.compile(r"""\bTREE["']?\s*:\s*(?=\[)""")
_DETAIL = re.compile(r"""\bDETAIL["']?\s*:\s*(?=\{)""")
_NAMES = (
    re.compile(r"^(?:政府|政务)?信息公开(?:工作)?(?:年报|年度(?:工作)?报告)$"),
    re.compile(r"信息公开(?:工作)?(?:年报|年度(?:工作)?报告)"),
    re.compile(r"^(?:工作)?(?:年报|年度报告)$"),
)
"""What the category of annual reports is called, the surest name first."""

_TIMES = ("display_publish_time", "first_publish_time", "create_time", "date")
_BEIJING = timedelta(hours=8)
_FULL_PAGE = 100
_SCANNED = 200
"""Characters under which an article with pictures is a scan: the empty form alone has far more."""


@dataclass(frozen=True)
class _Category:
    """A category that is being read: the next page, how many rows came so far, the last page's first row."""

    number: str
    page: int = 1
    shown: int = 0
    first_row: str = ""


@dataclass(frozen=True)
class _Reading:
    """Where the reading of a directory stands.

    several: whether there are more categories than one. waiting: those to be asked after `category`.
    seen: the rows so far. owed: rows that the categories read so far promise and have not shown.
    """

    directory: str
    site: str
    category: _Category
    several: bool
    waiting: tuple[_Category, ...]
    seen: frozenset[str] = frozenset()
    owed: int = 0

    def request(self) -> ListRequest:
        one = self.category
        url = f"{self.directory}/api/all/{one.number}?page={one.page}&sid={self.site}"
        # One category of several may be empty, which at page 0 does not end the list.
        return ListRequest(Request(url), 0 if self.several and one.page == 1 else one.page, self)


class Gkmlpt(Family):
    """The gkmlpt family; see `scrape.families.interface`."""

    name: ClassVar[str] = "gkmlpt"
    title: ClassVar[str] = "广东省政府信息公开目录平台 gkmlpt"

    def start(self, address: str, source: Source) -> ListRequest:
        """The directory's page, for the site's number; the category of the fragment is remembered."""
        url, fragment = urldefrag(address)
        category = _NUMBER.search(fragment)
        return ListRequest(Request(url), 0, category.group() if category else None)

    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """The articles of one page of the interface; of the directory's page, where to ask."""
        if isinstance(asked.memory, _Reading):
            return _read_articles(asked.memory, answer)
        found = _DIRECTORY.match(answer.url) or _DIRECTORY.match(asked.request.url)
        site, tree = _config(answer.text)
        if found is None or site is None:
            return ListPage(())
        numbers = _wanted(tree, asked.memory, found.group())
        if not numbers:
            return ListPage(())
        first, *more = (_Category(number) for number in numbers)
        reading = _Reading(found.group(), site, first, bool(more), tuple(more))
        return ListPage((), (reading.request(),))

    def recognise(self, page: Exchange) -> Clue | None:
        """The directory's page, or a page with a link to it."""
        found = _DIRECTORY.match(page.url)
        site, tree = _config(page.text)
        if found and site:
            node = _reports_node(tree)
            if node is None:
                because = f"the page is the gkmlpt directory of site {site}, but names no category of annual reports"
                return Clue(1, because, urldefrag(page.url).url)
            numbers = _wanted(tree, str(node["id"]), found.group())
            if numbers:
                because = (
                    f"the page is the gkmlpt directory of site {site} and has the category {node['name']}"
                )
                return Clue(3, because, f"{urldefrag(page.url).url}#{node['id']}")
            because = f"the page is a gkmlpt directory whose annual reports lie at {node.get('jump_url')}"
            return Clue(1, because, urljoin(page.url, str(node.get("jump_url"))))
        return _linked(page) if "gkmlpt" in page.text else None

    def attachments(self, page: Exchange) -> tuple[str, ...]:
        """The article's files; and its pictures where they are all it has: a report that was scanned."""
        files = files_of(page)
        article = _article(page)
        if article is None:
            told = _detail_page(page)
            article = _article(told) if told else None
            files = files or (files_of(told) if told else ())
        pictures = _pictures(article, page.url) if article else ()
        return tuple(dict.fromkeys(_as_reached(address, page.url) for address in (*files, *pictures)))


def _config(text: str) -> tuple[str | None, list[Any]]:
    """The site's number and the tree of categories of a page's `_CONFIG`."""
    config = text[text.find("_CONFIG") :] if "_CONFIG" in text else ""
    site, tree = _SITE.search(config), _TREE.search(config)
    nodes = json_at(config, tree.end()) if tree else None
    return site.group(1) if site else None, nodes if isinstance(nodes, list) else []


def _nodes(tree: list[Any]) -> Iterator[dict[str, Any]]:
    """All named categories of a tree, each before its children."""
    waiting = [*reversed(tree)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if "id" in node and isinstance(node.get("name"), str):
                yield node
            children = node.get("children")
            waiting += reversed(children) if isinstance(children, list) else ()


def _reports_node(tree: list[Any]) -> dict[str, Any] | None:
    """The category of annual reports, by its name."""
    nodes = [(node, "".join(node["name"].split())) for node in _nodes(tree)]
    return next((node for named in _NAMES for node, name in nodes if named.search(name)), None)


def _wanted(tree: list[Any], number: str | None, directory: str) -> list[str]:
    """The numbers of the categories to read: the one asked for, else that of annual reports; its children too."""
    node = (
        next((node for node in _nodes(tree) if str(node["id"]) == number), None)
        if number
        else _reports_node(tree)
    )
    if node is None:
        return [number] if number else []
    numbers = (_own_number(one, directory) for one in _nodes([node]))
    return list(dict.fromkeys(one for one in numbers if one))


def _own_number(node: dict[str, Any], directory: str) -> str | None:
    """A category's number; of one that only leads elsewhere, the other's if it is in this directory, or None."""
    jump = node.get("jump_url")
    if not jump:
        return str(node["id"]) if _NUMBER.fullmatch(str(node["id"])) else None
    target, fragment = urldefrag(urljoin(f"{directory}/", str(jump)) if isinstance(jump, str) else "")
    found, number = _DIRECTORY.match(target), _NUMBER.search(fragment)
    same = found and urlsplit(found.group())[1:3] == urlsplit(directory)[1:3]
    return number.group() if same and number else None


def _read_articles(reading: _Reading, answer: Exchange) -> ListPage:
    """The rows of one page of a category, and the next page of it or of the next."""
    told = json_at(answer.text.lstrip())
    told = told if isinstance(told, dict) else {}
    articles = told.get("articles")
    articles = articles if isinstance(articles, list) else []
    rows = tuple(row for row in (_row(article, answer.url) for article in articles) if row)
    category = reading.category
    repeated = bool(rows) and rows[0].url == category.first_row
    new = () if repeated else rows
    shown = category.shown + (0 if repeated else len(articles))
    total = _total(told)
    waiting = reading.waiting
    if articles and not repeated and (shown < total if total else len(articles) >= _FULL_PAGE):
        first_row = rows[0].url if rows else ""
        # Behind the others: a page that is missing ends the whole list, first pages must have come by then.
        waiting += (_Category(category.number, category.page + 1, shown, first_row),)
    owed = reading.owed - len(new) + (total if category.page == 1 else 0)
    seen = reading.seen | {row.url for row in new}
    following: tuple[ListRequest, ...] = ()
    if waiting:
        after = replace(reading, category=waiting[0], waiting=waiting[1:], seen=seen, owed=max(0, owed))
        following = (after.request(),)
    pages = math.ceil(total / len(articles)) if category.page == 1 and articles and total else None
    return ListPage(new, following, pages, len(seen) + max(0, owed) or None)


def _total(told: dict[str, Any]) -> int:
    """How many rows the category says it lists; 0 if it does not say."""
    classify = told.get("classify")
    counter = classify.get("post_count") if isinstance(classify, dict) else None
    found = told.get("total") if type(told.get("total")) is int else counter
    return max(0, found) if type(found) is int else 0


def _row(article: Any, list_address: str) -> ListedReport | None:
    if not isinstance(article, dict):
        return None
    title = told_title(article.get("title"))
    told = next((u for u in (article.get("url"), article.get("post_url")) if isinstance(u, str) and u), None)
    address = absolute(list_address, told) if told else None
    if not title or address is None:
        return None
    days = (_day(article.get(name)) for name in _TIMES)
    day = next((day for day in days if day), None) or date_in(str(article.get("created_at")))
    return ListedReport(_as_reached(address, list_address), title, day)


def _day(seconds: Any) -> str | None:
    """The day of a Unix time, in Beijing; None of what is no time, as 0 is not."""
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds[:12])
    if type(seconds) is not int or seconds <= 0:
        return None
    try:
        return (datetime.fromtimestamp(seconds, UTC) + _BEIJING).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _as_reached(address: str, page: str) -> str:
    """`address` by http or https as `page` was reached: many hosts name https and only speak http."""
    there, here = urlsplit(address), urlsplit(page)
    return there._replace(scheme=here.scheme).geturl() if there.hostname == here.hostname else address


def _article(page: Exchange) -> Tag | None:
    """Where the article's text stands, if there is anything in it."""
    if "article-content" not in page.text:
        return None
    article = soup(page).select_one(".article-content")
    return article if article and (article.get_text(strip=True) or article.find(["a", "img"])) else None


def _detail_page(page: Exchange) -> Exchange | None:
    """The article as the page's script holds it, as a page; for pages that show it only by script."""
    text = page.text
    found = _DETAIL.search(text, max(0, text.find("_CONFIG"))) if "_CONFIG" in text else None
    detail = json_at(text, found.end()) if found else None
    content = detail.get("content") if isinstance(detail, dict) else None
    if not isinstance(content, str):
        return None
    html = f'<html><body><div><div class="article-content">{content}</div></div></body></html>'
    return replace(
        page, body=html.encode("utf-8", "replace"), headers={"content-type": "text/html; charset=utf-8"}
    )


def _pictures(article: Tag, page: str) -> tuple[str, ...]:
    """The pictures of an article that has hardly any text."""
    if len("".join(article.get_text().split())) >= _SCANNED:
        return ()
    found = (absolute(page, str(img["src"])) for img in article.select("img.nfw-cms-img[src]", limit=500))
    return tuple(address for address in found if address)


def _linked(page: Exchange) -> Clue | None:
    """What a page's links say of a directory: the category of annual reports, else only that there is one."""
    document = soup(page)
    base = base_address(document, page.url)
    hint = None
    for link in links(document):
        try:
            address = urljoin(base, str(link["href"]).strip())
        except ValueError:
            continue
        if not _DIRECTORY.match(address):
            continue
        name = "".join(link.get_text().split())
        if "/annualreport" in address or any(named.search(name) for named in _NAMES[:2]):
            return Clue(2, f"a link of the page ({name}) leads to the gkmlpt directory", address)
        hint = hint or Clue(1, "a link of the page leads to a gkmlpt directory", urldefrag(address).url)
    return hint
