"""What an answer really is: a page, a browser challenge, or a "not found" that says 200.

Judged by status, headers and text; nothing is fetched, and no challenge is ever solved.
"""

import re

from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser

from scrape.exchange import Exchange

_CHALLENGE_STATUS = {
    412: "a script challenge (412)",
    521: "a cookie challenge (521)",
    512: "a cookie challenge (512)",
}
_CHALLENGE_MARKS = (
    (re.compile(rb"\$_ts\b|<meta[^>]{0,200}\br=['\"]m['\"]"), "a script challenge ($_ts)"),
    (re.compile(rb"__jsl_clearance|__jsluid"), "a cookie challenge (__jsl_clearance)"),
    (re.compile(rb"document\.cookie\s*=\s*[\"'][A-Z0-9]{1,8}VK="), "a cookie challenge (C3VK)"),
)
_CAPTCHA = re.compile(r"滑动验证|拖动滑块|人机验证|安全验证|请输入验证码|访问验证|captcha", re.IGNORECASE)
_NOT_FOUND = re.compile(
    r"页面不存在|页面没有找到|页面未找到|找不到(?:该|您|页面|网页)|您访问的(?:页面|网页|内容|栏目)|无法找到|已被?删除|"
    r"栏目(?:正在)?建设中|系统维护|临时维护|网站维护|404\s*(?:error|not found|错误)|not found|error\s*404",
    re.IGNORECASE,
)
_REFRESH = re.compile(rb"<meta[^>]{0,100}http-equiv\s*=\s*[\"']?refresh[^>]{0,200}url\s*=", re.IGNORECASE)
_SCRIPT_REDIRECT = re.compile(rb"\b(?:location(?:\.href)?\s*=|location\.replace\()\s*[\"'(]", re.IGNORECASE)
_LONGEST_PAGE = 5_000_000
_CHALLENGE_TEXT = 200
"""Characters of visible text that no challenge reaches; pages that only carry its script have more."""
_SHORT_TEXT = 400
"""Characters of visible text under which a page may be a message instead of a document."""


def visible_text(exchange: Exchange) -> str:
    """The words a reader sees on an HTML page, title included, spaces closed up."""
    tree = LexborHTMLParser(exchange.text)
    tree.strip_tags(["script", "style", "noscript", "template"])
    return " ".join((tree.root.text(separator=" ") if tree.root else "").split())


def challenge(exchange: Exchange) -> str | None:
    """Names the challenge that stands instead of the page, or None. A page that merely carries marks is none."""
    if exchange.status in _CHALLENGE_STATUS:
        return _CHALLENGE_STATUS[exchange.status]
    if not is_html(exchange) or len(exchange.body) > 60_000:
        return None
    for mark, name in _CHALLENGE_MARKS:
        if mark.search(exchange.body) and len(visible_text(exchange)) < _CHALLENGE_TEXT:
            return name
    if exchange.status == 202 and b"<script" in exchange.body.lower():
        return "a script challenge (202)"
    if _CAPTCHA.search(exchange.text):
        text = visible_text(exchange)
        if len(text) < _CHALLENGE_TEXT and _CAPTCHA.search(text):
            return "a captcha"
    return None


def soft_404(exchange: Exchange) -> str | None:
    """Says why a page with status 200 is no page: a "not found" text, a bare redirect, or nothing at all."""
    if not exchange.body.strip():
        return "an empty body"
    if not is_html(exchange):
        return None
    text = visible_text(exchange)
    if len(text) >= _SHORT_TEXT:
        return None
    said = _NOT_FOUND.search(text)
    if said:
        return f"a page that says “{said.group()}”, though with status 200"
    if len(text) < 100 and _REFRESH.search(exchange.body):
        return "a page that only redirects (meta refresh)"
    if len(text) < 100 and _SCRIPT_REDIRECT.search(exchange.body):
        return "a page that only redirects (script)"
    if not text and len(exchange.body) < 1200:
        return "a page without text"
    return None


def is_html(exchange: Exchange) -> bool:
    """True of a page by its header, or by its first bytes where the header says nothing of use."""
    if exchange.media_type in {None, "application/octet-stream", "text/plain"}:
        start = exchange.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return start.startswith((b"<!doctype html", b"<html", b"<head", b"<script", b"<meta"))
    return exchange.media_type in {"text/html", "application/xhtml+xml"}


def soup(exchange: Exchange) -> BeautifulSoup:
    """The page as BeautifulSoup on lxml, which reads nested and broken comments as browsers do.

    Of a page of absurd length only the beginning is read.
    """
    return BeautifulSoup(exchange.text[:_LONGEST_PAGE], "lxml")
