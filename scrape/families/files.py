"""The files that belong to a report's page: attached, embedded, or shown in a viewer.

A page may be a mere wrapper of the report, and its frame links guides and forms besides: files count where
the article stands. What is in them is not looked at here.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup, Tag

from scrape.addresses import absolute
from scrape.exchange import Exchange
from scrape.families.rows import ATTACHMENT, base_address, links, title_of
from scrape.pages import soup

MAY_NAME_A_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|wps|et|zip|rar|ofd|odt|rtf|txt|md)\b|download|downfile", re.IGNORECASE
)
"""Found in every page that links a file: a cheap look before the page is parsed."""

_ARTICLE = (
    "#zoom, #UCAP-CONTENT, ucapcontent, #vsb_content, [id^=vsb_content_], .v_news_content, .article-content,"
    " .TRS_Editor, .trs_editor_view, .TRS_UEDITOR, .Custom_UnionStyle, .xxgk_content, .pages_content, .wzcon,"
    " .j-fontContent, .bt-content, .jgzn_content, #con_con, .ewb-article, .news_cont_d_wrap, #ivs_content"
)
"""Where the families of sites put an article's text."""

_FRAME = ["header", "footer", "nav", "aside"]
_DOWNLOAD = re.compile(
    r"/download(?:ZtbAttach|File|Attach)?\.(?:jspx?|do|action|aspx)|/downfile\.jsp|/attachment/|/_content/download|/downloadztbattach$",
    re.IGNORECASE,
)
_NAMED_AS_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|zip|rar|ofd|odt|rtf)$", re.IGNORECASE)


def files_of(page: Exchange) -> tuple[str, ...]:
    """Addresses of the files that belong to an article's page, in the page's order, each once."""
    if not MAY_NAME_A_FILE.search(page.text):
        return ()
    document = soup(page)
    base = base_address(document, page.url)
    found = (_file(part, base) for scope in _scopes(document) for part in _pointers(scope))
    here = absolute(page.url, "")  # an empty href, of a file that was lost, leads to the page itself
    return tuple(dict.fromkeys(address for address in found if address and address != here))


def files_in_article(document: BeautifulSoup, base: str) -> Iterator[str]:
    """Addresses of the files inside the article's text alone; none where a page does not mark where that is."""
    for article in document.select(_ARTICLE):
        yield from (address for part in _pointers(article) if (address := _file(part, base)))


def _scopes(document: BeautifulSoup) -> list[Tag]:
    """Where the article stands: its container and what follows it beside, else the page without its frame."""
    articles = document.select(_ARTICLE)
    if not articles:
        for frame in document.find_all(_FRAME):
            frame.decompose()
        return [document]
    # Attachments are often listed below the text, in the block that holds both.
    return [
        article.parent if article.parent and article.parent.name != "body" else article
        for article in articles
    ]


def _pointers(scope: Tag) -> Iterator[Tag]:
    yield from links(scope)
    yield from scope.find_all(["iframe", "embed", "object"], limit=50)


def _file(part: Tag, base: str) -> str | None:
    """The address of the file that a link or a frame points to; None if it points to none."""
    told = str(part.get("href") or part.get("src") or part.get("data") or "")
    address = absolute(base, told)
    if address is None:
        return None
    parts = urlsplit(address)
    if ATTACHMENT.search(parts.path) or _DOWNLOAD.search(parts.path):
        return address
    if part.name == "a":
        return address if _NAMED_AS_FILE.search(title_of(part)) else None
    viewed = parse_qs(parts.query).get("file", [""])[0]  # viewer.html?file=/path/report.pdf
    return absolute(address, viewed) if ATTACHMENT.search(urlsplit(viewed).path) else None
