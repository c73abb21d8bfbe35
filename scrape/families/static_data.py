"""Lists of no known system that keep their rows as data: written into the page, or behind an interface.

Two are known. Boshan's pages (湖州, 衡阳) carry `var dataList=[{infolist:[{title,url,daytime}]}]`, one group for each
of the first pages; further groups come from an interface whose address differs by site, so that a longer list
ends early and the shortfall is reported. TrueCMS (南通, 连云港) gives records by `messageController/getMessage.do`,
wrapped in JSON and, if asked with a callback, in a call of it; some of its sites have switched it off.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag

from scrape.addresses import absolute
from scrape.exchange import Exchange, Request
from scrape.families.interface import ListedReport
from scrape.families.rows import (
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
)

_DATA_LIST = re.compile(r"\bdataList\s*=\s*(?=\[)")
_PAGE_TOTAL = re.compile(r"\bpageTotal[\"']?\s*[:=]\s*(?:parseInt\()?(\d{1,4})")
_PAGE_SIZE = re.compile(r"\bpageSize\s*=\s*(\d{1,3})")

_PROXY = re.compile(r"[\"']([^\"'\s]{0,200}messageController/getMessage\.do)[\"']", re.IGNORECASE)
_COLUMN_ID = re.compile(r"\bcolumnId\b[\"']?\s*[:=]\s*[\"']([\w-]{8,64})[\"']")
_PER_PAGE = re.compile(r"\bperPage\b\s*:\s*(\d{1,3})")
_GROUP = re.compile(r"\bgroupSize\b\s*:\s*(\d{1,2})")
_TOTAL = re.compile(r"\btotalRecord\b\s*:\s*[\"']?(\d{1,6})")
_CALLBACK = "nianbao"
_WRAPPED = re.compile(r"\s*[\w$.]{1,60}\((?=\s*[{\[\"])")
_RECORD = re.compile(r"<record>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.DOTALL)
_TOTAL_TAG = re.compile(r"<totalrecord>\s*(\d{1,6})")
_MOST_AT_ONCE = 60


@dataclass(frozen=True)
class Inline:
    """Rows that stand in the page as data. promised: at least so many rows the list has, if it says more than these."""

    rows: tuple[ListedReport, ...]
    pages: int | None
    promised: int | None


@dataclass(frozen=True)
class Messages:
    """TrueCMS's interface for one column, and the record to begin with. at_once: records asked for together."""

    address: str
    column: str
    referer: str
    at_once: int
    per_page: int
    total: int | None
    start: int = 1

    @property
    def request(self) -> Request:
        """The next group of records. More than about a hundred at once are answered with none."""
        asked = {
            "startrecord": self.start,
            "endrecord": self.start + self.at_once - 1,
            "perpage": self.per_page,
            "columnId": self.column,
            "callback": _CALLBACK,
        }
        return Request(f"{self.address}?{urlencode(asked)}", headers={"Referer": self.referer})


def inline(page: Exchange) -> Inline | None:
    """The rows of a page of Boshan's; None if it has none of its data."""
    begin = _DATA_LIST.search(page.text)
    groups = json_at(page.text, begin.end()) if begin else None
    if not isinstance(groups, list):
        return None
    rows: dict[str, ListedReport] = {}
    for group in groups:
        listed = group.get("infolist") if isinstance(group, dict) else None
        for entry in listed if isinstance(listed, list) else []:
            row = _entry(entry, page.url)
            if row:
                rows.setdefault(row.url, row)
    said = _PAGE_TOTAL.search(page.text, begin.end() if begin else 0)
    pages = int(said.group(1)) if said else None
    size = _PAGE_SIZE.search(page.text)
    more = pages is not None and pages > len(groups) and size is not None
    promised = (pages - 1) * int(size.group(1)) + 1 if more and pages and size else None
    return Inline(tuple(rows.values()), pages, promised)


def _entry(entry: object, url: str) -> ListedReport | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("url"), str):
        return None
    address = absolute(url, entry["url"])
    title = told_title(entry.get("title")) or told_title(entry.get("infotitle"))
    return ListedReport(address, title, date_in(str(entry.get("daytime", "")))) if address and title else None


def messages(document: BeautifulSoup, url: str) -> Messages | None:
    """TrueCMS's interface as a list page names it; begins after the records that stand in the page itself."""
    script = live_scripts(document)
    proxy, column = _PROXY.search(script), _COLUMN_ID.search(script)
    address = absolute(url, proxy.group(1)) if proxy else None
    if address is None or column is None:
        return None
    size = _PER_PAGE.search(script)
    per_page = min(int(size.group(1)), _MOST_AT_ONCE) if size else 15
    group = _GROUP.search(script)
    at_once = min(max(per_page, 1) * (int(group.group(1)) if group else 3), _MOST_AT_ONCE)
    total = _TOTAL.search(script)
    here = document.select("#initData li")
    told = int(total.group(1)) if total else None
    return Messages(
        address, column.group(1), url, max(at_once, 1), max(per_page, 1), told, len(here) + 1 if here else 1
    )


def initial(document: BeautifulSoup, url: str) -> tuple[ListedReport, ...]:
    """The records of TrueCMS that stand in the list page itself."""
    held = document.select_one("#initData")
    return _links(held, base_address(document, url)) if held else ()


def message_rows(answer: Exchange) -> tuple[tuple[ListedReport, ...], int | None]:
    """The rows of an answer of TrueCMS's interface, and how many it says there are in all."""
    text = answer.text
    wrapped = _WRAPPED.match(text)
    told = json_at(text, wrapped.end() if wrapped else 0)
    result = told.get("result") if isinstance(told, dict) else None
    text = result if isinstance(result, str) else text
    total = _TOTAL_TAG.search(text)
    records = BeautifulSoup("".join(_RECORD.findall(text)), "lxml")
    return _links(records, answer.url), int(total.group(1)) if total else None


def _links(part: Tag, base: str) -> tuple[ListedReport, ...]:
    rows: dict[str, ListedReport] = {}
    for link in links(part):
        address = None if is_template(str(link["href"])) else absolute(base, str(link["href"]))
        title = title_of(link)
        if address and title:
            rows.setdefault(address, ListedReport(address, title, listed_date(row_of(link), None)))
    return tuple(rows.values())
