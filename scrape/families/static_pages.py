"""Where a list of no known system goes on: what its page says of further pages, and their addresses.

A page is asked for only if the list says that it exists or its own address counts pages, and only below the
column's address: else one drifts into other columns.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from bs4 import BeautifulSoup

from scrape.addresses import absolute
from scrape.families.rows import base_address, live_scripts, title_of

_SAID = (
    re.compile(r"共(\d{1,4})页"),
    re.compile(r"第?\d{1,4}/(?:共)?(\d{1,4})页"),
    re.compile(r"总页数[:：]?(\d{1,4})"),
)
_IN_SCRIPT = re.compile(
    r"\b(?:totalPages?|pageCount|countPage|pageTotal|logicTotalPage)\b[\"']?\s*[:=]\s*[\"']?(?:parseInt\()?[\"']?(\d{1,4})"
)
_SET_PAGE = re.compile(r"\.pagination\(\s*[\"']setPage[\"']\s*,\s*\d+\s*,\s*(\d{1,4})\s*\)")
_TOTAL_SAID = re.compile(r"(?:共|总计|总数[:：]?)(\d{1,6})(?:条|篇|项)")
_TOTAL_IN_SCRIPT = re.compile(r"\b(?:totalCount|totalRecords?|recordCount)\b[\"']?\s*[:=]\s*[\"']?(\d{1,6})")
_NEXT = re.compile(r"^(?:下一?页|后一?页|[>›»]+|next)(?:[>›»]*)$", re.IGNORECASE)
_PAGE_KEY = re.compile(
    r"((?:^|&)(?:page|pageno|pagenum|pageindex|currentpage|currpage|curpage|cur_page|p|pn)=)(\d{1,4})(?=&|$)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"_(\d{1,4})\.(s?html?|aspx?|jsp|php)\b", re.IGNORECASE)
_LONGEST_TEXT = 200_000


@dataclass(frozen=True)
class Onward:
    """What a page of a list says of the others. address: of the next; None at the list's end."""

    address: str | None
    pages: int | None = None
    total: int | None = None


def set_page_call(script: str) -> int | None:
    """How many pages the pager of Shanghai's sites says there are: `.pagination("setPage", 1, 6)`."""
    found = _SET_PAGE.search(script)
    return int(found.group(1)) if found else None


def page_count_tag(document: BeautifulSoup) -> int | None:
    """How many pages the pager of Henan's sites says there are: `#pageDec[pagecount]`."""
    tag = document.select_one("#pageDec[pagecount]")
    told = str(tag["pagecount"]).strip() if tag else ""
    return int(told) if re.fullmatch(r"\d{1,4}", told) else None


def onward(document: BeautifulSoup, url: str, entry: str, number: int, template: str | None) -> Onward:
    """What page `number` of the list that begins at `entry` says of the others.

    template: the source's own way to write a page's address, with {page} (counted from 1) and {page0} (from 0).
    """
    script = live_scripts(document)
    counted = set_page_call(script) or page_count_tag(document)
    pages = counted or _pages_said(document)
    total = _total_said(document, script)
    if pages is not None and number >= pages:
        return Onward(None, pages, total)
    if document.select_one("li.pagedContent"):  # the whole list stands in the page and is only shown in parts
        return Onward(None, 1, total)
    address: str | None
    if template:
        written = template.replace("{page}", str(number + 1)).replace("{page0}", str(number))
        return Onward(absolute(entry, written), pages, total)
    if counted:
        # Unverified for Henan: no second page of a real list was at hand.
        address = _numbered(entry, number + 1, "html")
    else:
        address = _linked(document, url, number + 1) or _counted_on(url, number)
        # A script's number may be a mere default: it counts only where there is nothing to go by.
        pages = pages or (_pages_in_script(script) if address is None else None)
        if address is None and pages is not None and number < pages:
            address = _guessed(document, entry, number + 1)
    return Onward(address if address and _within(address, entry) else None, pages, total)


def next_linked(document: BeautifulSoup, url: str, entry: str, page: int) -> str | None:
    """The address that the page at `url` links as page `page` of the list that begins at `entry`, if any."""
    address = _linked(document, url, page)
    return address if address and _within(address, entry) else None


def _pages_said(document: BeautifulSoup) -> int | None:
    text = "".join(document.get_text()[:_LONGEST_TEXT].split())
    found = [int(number) for pattern in _SAID for number in pattern.findall(text)]
    return max(found) if found else None


def _pages_in_script(script: str) -> int | None:
    return max((int(number) for number in _IN_SCRIPT.findall(script)), default=None)


def _total_said(document: BeautifulSoup, script: str) -> int | None:
    found = _TOTAL_IN_SCRIPT.search(script) or _TOTAL_SAID.search(
        "".join(document.get_text()[:_LONGEST_TEXT].split())
    )
    return int(found.group(1)) if found else None


def _linked(document: BeautifulSoup, url: str, page: int) -> str | None:
    """The address behind the page's number or behind 下一页; also in a drop-down of pages."""
    base = base_address(document, url)
    following: str | None = None
    for text, told in _labelled(document):
        address = None if told.startswith("#") else absolute(base, told)
        if address is None or address == url:
            continue
        if text in {str(page), f"第{page}页", f"[{page}]"}:
            return address
        if _NEXT.match(text):
            following = following or address
    return following


def _labelled(document: BeautifulSoup) -> Iterator[tuple[str, str]]:
    for tag in document.find_all(["a", "option"], limit=5000):
        told = tag.get("href") or tag.get("value") or ""
        if told and not str(told).isdigit():
            yield title_of(tag), str(told)


def _counted_on(url: str, number: int) -> str | None:
    """`url` with its own count of pages one up: ?page=1 gives ?page=2."""
    parts = urlsplit(url)
    found = _PAGE_KEY.search(parts.query)
    if not found or int(found.group(2)) not in {number, number - 1}:
        return None
    query = parts.query[: found.start(2)] + str(int(found.group(2)) + 1) + parts.query[found.end(2) :]
    return urlunsplit(parts._replace(query=query))


def _guessed(document: BeautifulSoup, entry: str, page: int) -> str | None:
    """Page `page` as the page itself writes such addresses somewhere (index_1.html), else as most sites do."""
    written = _NUMBERED.findall(
        "".join(str(tag) for tag in document.find_all("script", limit=60))[:_LONGEST_TEXT]
    )
    written += _NUMBERED.findall(
        " ".join(str(tag.get("onclick", "")) for tag in document.find_all(onclick=True, limit=500))
    )
    extension = written[0][1] if written else "html"
    zero_based = any(number == "1" for number, _ in written)
    return _numbered(entry, page - 1 if zero_based else page, extension)


def _numbered(entry: str, number: int, extension: str) -> str | None:
    """index_2.html of /a/, /a/index.html and index.html; stem_2.ext of /a/stem.ext; /a/b/2 of /a/b."""
    last = urlsplit(entry).path.rpartition("/")[2]
    stem, dot, own = last.partition(".")
    if not last:
        return absolute(entry, f"index_{number}.{extension}")
    if not dot:
        return absolute(entry, f"{stem}/{number}")
    return absolute(entry, f"{stem}_{number}.{own}")


def _within(address: str, entry: str) -> bool:
    there, column = urlsplit(address), urlsplit(entry)
    folder = column.path.rpartition("/")[0] + "/"
    same = there.hostname == column.hostname
    return same and (
        there.path == column.path
        or (folder != "/" and there.path.startswith(folder))
        or (folder == "/" and there.path.startswith(column.path.partition(".")[0]))
    )
