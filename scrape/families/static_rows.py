"""Which links of a page are the rows of its list, where no system's own addresses tell.

A row leads to a document below the column's address, or stands with one that does; where the documents of a
site lie elsewhere, the rows are the links that stand as the links to annual reports stand. What is beside the
list (navigation, hot articles, other columns) thus stays out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from bs4 import BeautifulSoup, Tag

from chinese.folding import fold_label
from scrape.addresses import absolute
from scrape.families.interface import ListedReport
from scrape.families.rows import (
    ATTACHMENT,
    base_address,
    compact_date,
    is_template,
    links,
    listed_date,
    row_of,
    title_of,
)
from scrape.titles import why_not_a_report

_PAGE_NAME = re.compile(r"^(.*?)(?:\.(?:s?html?|jspx?|aspx?|php|do|action))?$", re.IGNORECASE)
_LIST_NAME = re.compile(
    r"(?:^|[-_])(?:index|default|main|home|\w{0,6}lists?|more|channel|node|column|navs?)(?:[-_.\d]|$)|^col\d+$",
    re.IGNORECASE,
)
_ID = re.compile(r"\d{3,}|[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)
_STAMP = re.compile(r"^\d{14,}$")
_YEAR_KEYS = frozenset({"nbyear", "year", "nf", "nd", "niandu", "timeframe", "fbtime"})
_DATES = (
    re.compile(r"(?<!\d)((?:19|20)\d\d)[-/](\d\d)[-/](\d\d)(?=/)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?=/|_|\d{6,}|$)"),
)
_NAMES_A_YEAR = re.compile(r"\d{4}|[二一][〇零九][〇零一二三四五六七八九]{2}")
_NO_TITLE = re.compile(
    r"^(?:\d{1,3}|首页|尾页|末页|上一?页|下一?页|更多|详情|查看|返回|[\W_]+|more)$", re.IGNORECASE
)
_FRAME = frozenset({"header", "footer", "nav", "aside"})
_BESIDE = re.compile(r"nav|menu|crumb|head|side|position|location|banner", re.IGNORECASE)
_NEVER_A_LIST = re.compile(r"foot|hot|recommend|related|friend|share", re.IGNORECASE)
_DEPTH = 12


@dataclass(frozen=True)
class Found:
    """The rows of a list. sure: whether they stand in the column or name reports, and are not merely dated."""

    rows: tuple[ListedReport, ...] = ()
    sure: bool = False


@dataclass(frozen=True)
class _Link:
    report: ListedReport
    path: str
    block: int
    manner: tuple[str, ...]
    dated: bool
    beside: bool
    never: bool


def rows_fitting(document: BeautifulSoup, url: str, pattern: re.Pattern[str]) -> Found:
    """The links whose addresses fit a pattern that the source names."""
    base = base_address(document, url)
    rows: dict[str, ListedReport] = {}
    for link in links(document):
        address = absolute(base, str(link["href"]))
        if address and pattern.search(address) and not is_template(str(link["href"])):
            _keep(rows, _report(link, address))
    return Found(tuple(rows.values()), sure=True)


def rows_found(
    document: BeautifulSoup, url: str, entry: str, hosts: frozenset[str], column: str | None
) -> Found:
    """The rows of the list at `url` of the column that begins at `entry`.

    What the page itself calls a frame's part may wrap the list all the same, and counts only for want of
    better; what it calls hot or related never does. hosts: where rows may lead. column: the column's name, for rows that leave the rest to it.
    """
    found = list(_documents(document, url, entry, hosts))
    own = {link.block for link in _own(found, entry)}
    found = [link for link in found if link.block in own or not link.never]
    reports = [link for link in found if why_not_a_report(link.report.title, column) is None]
    if own and (not reports or any(link.block in own for link in reports)):
        return Found(_reports(link for link in found if link.block in own), sure=True)
    manners = {link.manner for link in reports if not link.beside} or {link.manner for link in reports}
    if manners or own:
        return Found(
            _reports(link for link in found if link.manner in manners or link.block in own), sure=True
        )
    dated = Counter(link.manner for link in found if link.dated and not link.beside)
    if not dated:
        return Found()
    most = dated.most_common(1)[0][0]
    return Found(_reports(link for link in found if link.manner == most))


def is_document(parts: SplitResult, entry: SplitResult) -> bool:
    """True of the address of a document: an article, a file, one year's page; not of a list or an index."""
    if ATTACHMENT.search(parts.path):
        return True
    query = {key.lower(): values[0] for key, values in parse_qs(parts.query[:500]).items()}
    if parts.path == entry.path:
        before = {key.lower(): values[0] for key, values in parse_qs(entry.query[:500]).items()}
        return any(query.get(key, before.get(key)) != before.get(key) for key in _YEAR_KEYS)
    *folders, last = parts.path.split("/")
    told = _PAGE_NAME.match(last)
    name = told.group(1) if told else last
    if not name or _LIST_NAME.search(name):
        return bool(folders and _STAMP.match(folders[-1]))
    if _ID.search(name) or _YEAR_KEYS & query.keys():
        return True
    if name in {"content", "detail", "show", "info"} and folders and _ID.search(folders[-1]):
        return True
    if name.isdigit() and any(part.isdigit() and len(part) > 2 for part in folders):
        return name != last  # an address such as /column/12345/2 is a page of a list
    return any(re.fullmatch(r"\w*id", key) and _ID.search(value) for key, value in query.items())


def _documents(document: BeautifulSoup, url: str, entry: str, hosts: frozenset[str]) -> Iterator[_Link]:
    base, begun = base_address(document, url), urlsplit(entry)
    for link in links(document):
        href = str(link["href"]).strip()
        address = None if is_template(href) else absolute(base, href)
        if address is None or address in {url, entry}:
            continue
        parts = urlsplit(address)
        title = title_of(link)
        if parts.hostname not in hosts or is_template(title) or _NO_TITLE.match(title):
            continue
        # Years and departments have index pages as some reports do: then the title must be a report's.
        if not is_document(parts, begun) and not _names_a_report(title, parts):
            continue
        above = list(islice(link.parents, _DEPTH))
        if any(tag.name in _FRAME for tag in above):
            continue
        labels = " ".join(_labels(tag) for tag in above)
        row = row_of(link)
        report = _report(link, address)
        yield _Link(
            report,
            parts.path,
            id(row.parent) if row.parent and row.parent.name not in {"body", "html"} else id(row),
            tuple(_manner(tag) for tag in above if tag.name not in {"body", "html", "[document]"}),
            listed_date(row, None) is not None,
            _BESIDE.search(labels) is not None,
            _NEVER_A_LIST.search(labels) is not None,
        )


def _own(found: list[_Link], entry: str) -> list[_Link]:
    """Those below the column's address: /a/b/ of /a/b/index.html, and rather /a/b/ than /a/ of /a/b.html."""
    path = urlsplit(entry).path
    folder, _, last = path.rpartition("/")
    for prefix in (f"{folder}/{last.partition('.')[0]}/", f"{folder}/"):
        own = [link for link in found if prefix.strip("/") and link.path.startswith(prefix)]
        if own:
            return own
    return []


def _names_a_report(title: str, parts: SplitResult) -> bool:
    name = parts.path.rpartition("/")[2]
    return (
        not parts.query
        and (not name or name.startswith("index."))
        and why_not_a_report(title) is None
        and _NAMES_A_YEAR.search(fold_label(title)) is not None
    )


def _report(link: Tag, address: str) -> ListedReport:
    return ListedReport(address, title_of(link), listed_date(row_of(link), address_date(address)))


def address_date(address: str) -> str | None:
    """The date that an address carries: /20240116/, /2024/01/16/, /2024-01-16/, a stamp of 14 and more digits."""
    for pattern in _DATES:
        for year, month, day in pattern.findall(address):
            found = compact_date(f"{year}{month}{day}")
            if found:
                return found
    return None


def _manner(tag: Tag) -> str:
    """How a tag looks in the page's own terms; what counts up (odd and even, item3) makes no difference."""
    if tag.name in {"a", "li", "tr", "td", "dd", "dt", "span", "p"}:
        return tag.name
    return re.sub(r"\d+", "#", f"{tag.name}.{_labels(tag)}")


def _labels(tag: Tag) -> str:
    told: Any = tag.get("class") or []
    return " ".join([*(told if isinstance(told, list) else [told]), str(tag.get("id") or "")])


def _reports(found: Iterable[_Link]) -> tuple[ListedReport, ...]:
    rows: dict[str, ListedReport] = {}
    for link in found:
        _keep(rows, link.report)
    return tuple(rows.values())


def _keep(rows: dict[str, ListedReport], row: ListedReport) -> None:
    """Of two rows with one address the longer title stays."""
    if row.title and (row.url not in rows or len(row.title) > len(rows[row.url].title)):
        rows[row.url] = row
