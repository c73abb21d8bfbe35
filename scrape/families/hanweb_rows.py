"""What Hanweb's three systems have in common: articles' addresses, rows, parameters in scripts, headers."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from bs4 import Tag

from scrape.addresses import absolute
from scrape.families.interface import ListedReport
from scrape.families.rows import (
    ATTACHMENT,
    compact_date,
    is_template,
    links,
    listed_date,
    row_of,
    title_of,
)

ARTICLE = re.compile(
    r"/art/(?:(\d{4})/(?:(\d{1,2})/(\d{1,2})/)?)?(?:[\w-]+/)*[\w-]+(?:\.s?html?)?$", re.ASCII
)
"""`/art/2024/1/15/art_12_345.html`, `/art/2024/art_<32 hex>.html`, with or without an extension."""

_OF_COLUMN = re.compile(r"/art_(\d+)_\d+")
_COLUMN = re.compile(r"/col/(?:col)?(\d+)(?:_\d+)?(?:/|$)")
_COLUMN_PAGE = re.compile(r"/(?:(?:index|list|default)\.\w{3,5})?$|/col/[\w-]+/?$", re.IGNORECASE)
_PAIR = re.compile(r"""["']?([A-Za-z_]\w*)["']?\s*:\s*(?:"([^"]*)"|'([^']*)'|([\w.+-]+))""")


def rows_of(scope: Tag, base: str, *, whole: bool = False) -> list[ListedReport]:
    """The rows of a list, each address once: of each, its links to articles and files, else its first link
    to anything but a column. whole: `scope` is one row and nothing else."""
    by_row: dict[int, tuple[Tag, list[tuple[Tag, str]]]] = {}
    for link in links(scope):
        address = absolute(base, str(link["href"]))
        if address and not is_template(str(link["href"])):
            row = scope if whole else row_of(link)
            by_row.setdefault(id(row), (row, []))[1].append((link, address))
    rows: dict[str, ListedReport] = {}
    for row, found in by_row.values():
        documents = [(link, address) for link, address in found if _is_document(address)]
        if not documents:
            documents = [(link, a) for link, a in found if not _COLUMN_PAGE.search(urlsplit(a).path)][:1]
        for link, address in documents:
            listed = ListedReport(address, title_of(link), listed_date(row, article_date(address)))
            known = rows.get(address)
            if listed.title and (known is None or len(listed.title) > len(known.title)):
                rows[address] = listed
    return list(rows.values())


def article_date(address: str) -> str | None:
    """The date in an article's address, as YYYY-MM-DD; None if it has none."""
    found = ARTICLE.search(urlsplit(address).path)
    if not found or not found.group(2):
        return None
    year, month, day = found.groups()
    return compact_date(f"{year}{int(month):02}{int(day):02}")


def listed_column(address: str) -> str | None:
    """The number of the column whose page `address` is."""
    found = _COLUMN.search(urlsplit(address).path)
    return found.group(1) if found else None


def columns_own(rows: Iterable[ListedReport], column: str | None) -> list[ListedReport]:
    """Those rows whose addresses name `column` as theirs."""
    return [row for row in rows if column and column_of(row.url) == column]


def column_of(address: str) -> str | None:
    """The number of the column that an article's address names; None for hashed addresses."""
    found = _OF_COLUMN.search(urlsplit(address).path)
    return found.group(1) if found else None


def pairs(written: str) -> dict[str, str]:
    """The texts and numbers of a flat object in a script or an attribute, whatever its quotes."""
    return {key: double or single or bare for key, double, single, bare in _PAIR.findall(written[:5000])}


def referring(address: str) -> dict[str, str]:
    """Headers of a request that a list's page makes: some servers refuse or find nothing without them."""
    return {"Referer": absolute(address, address) or ""}


def form_headers(address: str) -> dict[str, str]:
    """Headers of a form that a list's page sends."""
    return {
        **referring(address),
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Requested-With": "XMLHttpRequest",
    }


def _is_document(address: str) -> bool:
    path = urlsplit(address).path
    return bool(ARTICLE.search(path) or ATTACHMENT.search(path))
