"""What lists of all families have in common: links, titles, dates, and the live part of scripts."""

import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

ATTACHMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|zip|rar|ofd|odt|rtf|txt|md)$", re.IGNORECASE)
"""The end of a path that is a file and no page."""

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_MONTH_DAY = re.compile(r"(?<![\d./-])(\d{1,2})[-/](\d{1,2})(?![\d./-])")
_DATE_BEHIND = re.compile(r"[\[(（]?(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}[\])）]?$")
_TAG = re.compile(r"<[^<>]*>")
_ELLIPSIS = re.compile(r"(?:…|\.{2,}|。{3,})\s*$")
_LITERAL_OR_COMMENT = re.compile(
    r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|/\*.*?(?:\*/|\Z)|//[^\n]*|<!--[^\n]*""", re.DOTALL
)
_TEMPLATE = re.compile(r"\{\{|\$\{|<[?%]|%7B%7B|%3C(?:%25|[?%])", re.IGNORECASE)
_ENOUGH_NODES = 100
_ROW_DEPTH = 8
_MOST_LINKS = 5000


def links(page: Tag) -> list[Tag]:
    """The links of a page or of a part of it, so many as any honest page has."""
    return page.find_all("a", href=True, limit=_MOST_LINKS)


def row_links(row: Tag, most: int) -> list[Tag]:
    """The first links of a row, so many at most; no further than any honest row goes on."""
    found = (node for node in _inside(row) if isinstance(node, Tag) and node.name == "a" and node.get("href"))
    return list(islice(found, most))


def base_address(page: BeautifulSoup, url: str) -> str:
    """What the page's relative links start from: its <base>, else its own address."""
    base = page.find("base", href=True)
    return urljoin(url, str(base["href"]).strip()) if isinstance(base, Tag) else url


def title_of(link: Tag) -> str:
    """The link's whole title: its text, or its title attribute where the text is cut short or missing."""
    text = "".join(_text(link, end="a").split())
    text = _DATE_BEHIND.sub("", text) or text  # some lists put the date inside the link
    told = "".join(str(link.get("title") or "").split("\n")[0].split())
    told = re.sub(r"^标题[:：]", "", told)
    start = _ELLIPSIS.sub("", text)
    if told and (not start or (len(told) > len(start) and told.startswith(start))):
        return told
    return text


def told_title(value: object) -> str:
    """The title that a data interface tells, which may carry tags and entities; empty if it is no text."""
    return "".join(unescape(_TAG.sub("", value)).split()) if isinstance(value, str) else ""


def json_at(text: str, start: int = 0) -> Any:
    """The JSON value that begins at `start`, whatever follows it; None if none does."""
    try:
        return json.JSONDecoder().raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None


def row_of(link: Tag) -> Tag:
    """The list row that a link stands in: the nearest li, tr or dd, else the nearest block, else its parent."""
    near = list(islice(link.parents, _ROW_DEPTH))
    for names in ({"li", "tr", "dd", "dt"}, {"p", "div"}):
        for parent in near:
            if parent.name in names:
                return parent
    return link.parent or link


def listed_date(row: Tag, url_date: str | None) -> str | None:
    """The date a row shows, as YYYY-MM-DD. Month and day alone take the year of `url_date`."""
    text = _text(row)
    found = date_in(text)
    if found:
        return found
    if url_date:
        for month, day in reversed(_MONTH_DAY.findall(text)):
            found = _iso(url_date[:4], month, day)
            if found:
                return found
    return url_date


def date_in(text: str) -> str | None:
    """The last whole date written in a text, as YYYY-MM-DD."""
    found = (_iso(year, month, day) for year, month, day in reversed(_DATE.findall(text)))
    return next((date for date in found if date), None)


def compact_date(digits: str | None) -> str | None:
    """YYYYMMDD as YYYY-MM-DD; None if it is no date, or the epoch that a lost date turns into."""
    if not digits or digits == "19700101":
        return None
    return _iso(digits[:4], digits[4:6], digits[6:8])


def is_template(text: str) -> bool:
    """True of an address or a text that a script was to fill in: {{…}}, ${…}, <?=…?>, <%=…%>."""
    return _TEMPLATE.search(text) is not None


def live_scripts(page: BeautifulSoup) -> str:
    """The text of all scripts without comments; what stands in HTML comments is no script."""
    return without_comments("\n".join(script.get_text() for script in page.find_all("script")))


def without_comments(script: str) -> str:
    """A script's text without its comments; what only looks like one inside a quoted text stays."""
    return _LITERAL_OR_COMMENT.sub(lambda found: found.group(1) or " ", script)


def _text(tag: Tag, end: str | None = None) -> str:
    """The text at a tag's beginning; up to a tag `end` in it, since unclosed ones swallow the rest."""
    pieces: list[str] = []
    for node in _inside(tag):
        if isinstance(node, Tag):
            if node.name == end:
                break
        elif type(node) is NavigableString:  # its subclasses are comments, scripts and styles
            pieces.append(node)
    return " ".join(pieces)


def _inside(tag: Tag) -> Iterator[PageElement]:
    """What a tag begins with. Not `descendants`, which first walks to its end: far, where nothing is closed."""
    for node in islice(tag.next_elements, _ENOUGH_NODES):
        if not any(parent is tag for parent in islice(node.parents, _ROW_DEPTH)):
            return
        yield node


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
