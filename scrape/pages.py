"""What an answer really is: a page, a browser challenge, a redirect in disguise, or a "not found" that says 200.

Judged by status, headers and text; nothing is fetched, and no challenge is ever solved.
"""

import re
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser

from scrape.addresses import absolute
from scrape.exchange import Exchange, parsed

REDIRECTS = frozenset({301, 302, 303, 307, 308})

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
_SETS_COOKIE = re.compile(rb"document\.cookie\s*=(?s:.*)\blocation\b\s*(?:=|\.(?:reload|href|replace)\b)")
_LONGEST_COOKIE_PAGE = 4000
_CAPTCHA = re.compile(r"滑动验证|拖动滑块|人机验证|安全验证|请输入验证码|访问验证|captcha", re.IGNORECASE)
# Unverified: the words of firewalls' pages, and of pages for browsers without scripts, are from memory.
_FIREWALL = re.compile(
    r"疑似(?:黑客|网络)?攻击|(?:访问|请求)(?:已)?被(?:拦截|阻断|拒绝)|网站防火墙|web\s*应用防火墙|application firewall",
    re.IGNORECASE,
)
_WANTS_SCRIPTS = re.compile(r"请(?:开启|启用|打开)\s*JavaScript", re.IGNORECASE)
_STUB_BYTES = 1166
"""The length of the page that sites of several counties in Jiangxi give to all but browsers."""

_NOT_FOUND = re.compile(
    r"页面不存在|页面没有找到|页面未找到|找不到(?:该|您|页面|网页)|您访问的(?:页面|网页|内容|栏目)|无法找到|已被?删除|"
    r"栏目(?:正在)?建设中|系统维护|临时维护|网站维护|404\s*(?:error|not found|错误)|not found|error\s*404",
    re.IGNORECASE,
)
_SCRIPT_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?<![:\"'])//[^\n]*|<!--[^\n]*", re.DOTALL)
_LOCATION = (
    r"(?<![\w.$])(?:(?:window|self|top|parent|document)\s*\.\s*)*location(?:\s*\.\s*href)?\s*"
    r"(?:=(?!=)|\.\s*(?:replace|assign)\s*\()"
)
_LEADS_ELSEWHERE = re.compile(_LOCATION)
_LEADS_TO = re.compile(_LOCATION + r"\s*([\"'])((?:(?!\1).)*)\1\s*(?=[;)\s}<]|$)")
_CHOOSES = re.compile(r"\bif\s*\(|\bswitch\b|userAgent")
_REFRESH = re.compile(r"\s*(\d*)[\d.]*\s*[;,]?\s*url\s*=\s*[\"']?([^\"'>]+)", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u00|x)([0-9a-fA-F]{2})|\\(.)")
_SUBSTANCE = re.compile(
    rb"<(?:iframe|frame|object|embed|img|form)\b|<script[^>]{0,300}\bsrc\b", re.IGNORECASE
)
_ERROR_PICTURE = re.compile(
    rb"<img[^>]{0,300}src\s*=\s*[\"']?[^\"'>]{0,200}(?:404|error|notfound)", re.IGNORECASE
)
_LONGEST_PAGE = 5_000_000
_CHALLENGE_TEXT = 200
"""Characters of visible text that no challenge reaches; pages that only carry its script have more."""
_SHORT_TEXT = 400
"""Characters of visible text under which a page may be a message instead of a document."""
_REDIRECT_TEXT = 100
"""Characters of visible text under which a page that leads elsewhere is nothing but a redirect."""
_LONGEST_REFRESH_S = 30


def visible_text(exchange: Exchange) -> str:
    """The words a reader sees on an HTML page, title included, spaces closed up."""
    return exchange.visible_text


def challenge(exchange: Exchange) -> str | None:
    """Names the challenge that stands instead of the page, or None. A page that merely carries marks is none."""
    if exchange.status in _CHALLENGE_STATUS:
        return _CHALLENGE_STATUS[exchange.status]
    if exchange.status in REDIRECTS:
        location = exchange.headers.get("location", "")
        to_itself = absolute(exchange.url, location, with_session=True) == exchange.url
        sets_cookie = "set-cookie" in exchange.headers
        return "a cookie challenge (a redirect to the same address)" if to_itself and sets_cookie else None
    if not is_html(exchange) or len(exchange.body) > 60_000:
        return None
    text = exchange.visible_text
    if len(text) < _CHALLENGE_TEXT:
        for mark, name in _CHALLENGE_MARKS:
            if mark.search(exchange.body):
                return name
        if len(exchange.body) < _LONGEST_COOKIE_PAGE and _SETS_COOKIE.search(exchange.body):
            return "a cookie challenge (a script sets a cookie and loads the page again)"
        if _WANTS_SCRIPTS.search(exchange.text):
            return "a script challenge (asks for JavaScript)"
        if len(exchange.body) == _STUB_BYTES:
            return f"a stub of {_STUB_BYTES} bytes instead of the page"
        if _CAPTCHA.search(text):
            return "a captcha"
        if _FIREWALL.search(text):
            return "a firewall's page"
    if exchange.status == 202 and b"<script" in exchange.body.lower():
        return "a script challenge (202)"
    return None


def page_redirect(exchange: Exchange) -> str | None:
    """The address to which a page sends every reader, by a meta tag or a script, having no words of its own.

    A script that chooses, knows several addresses, or puts one together, is not understood: None.
    """
    if not is_html(exchange) or len(exchange.body) > 20_000 or len(exchange.visible_text) >= _REDIRECT_TEXT:
        return None
    tree = _live(exchange)
    found = _refresh(tree) or _script_redirect(tree)
    target = absolute(exchange.url, found, with_session=True) if found else None
    return target if target != exchange.url else None


def _live(exchange: Exchange) -> LexborHTMLParser:
    """The page as a browser with scripts sees it."""
    tree = parsed(exchange.text)
    tree.strip_tags(["noscript", "template"])
    return tree


def _refresh(tree: LexborHTMLParser) -> str | None:
    base = tree.css_first("base[href]")
    for tag in tree.css('meta[http-equiv="refresh" i]'):
        told = _REFRESH.match(tag.attributes.get("content") or "")
        if told and int(told.group(1) or 0) <= _LONGEST_REFRESH_S:
            href: str = (base.attributes.get("href") if base else None) or ""
            address: str = told.group(2).strip()
            return urljoin(href, address)
    return None


def _scripts(tree: LexborHTMLParser) -> str:
    return "\n".join(_SCRIPT_COMMENT.sub("", tag.text()) for tag in tree.css("script"))


def _script_redirect(tree: LexborHTMLParser) -> str | None:
    script = _scripts(tree)
    targets = _LEADS_TO.findall(script)
    if len(targets) != 1 or len(_LEADS_ELSEWHERE.findall(script)) > 1 or _CHOOSES.search(script):
        return None
    address: str = targets[0][1]
    return _ESCAPE.sub(lambda e: chr(int(e.group(1), 16)) if e.group(1) else e.group(2), address)


def soft_404(exchange: Exchange) -> str | None:
    """Says why a page with status 200 is no page: a "not found" text, a bare redirect, or nothing at all."""
    if not exchange.body.strip():
        return "an empty body"
    if not is_html(exchange):
        return None
    text = exchange.visible_text
    if len(text) >= _SHORT_TEXT:
        return None
    said = _NOT_FOUND.search(text) or re.match(r"404(?!\w)", text)
    if said:
        return f"a page that says “{said.group()}”, though with status 200"
    if len(text) < _REDIRECT_TEXT:
        tree = _live(exchange)
        if _refresh(tree):
            return "a page that only redirects (meta refresh)"
        if not _SUBSTANCE.search(exchange.body) and _LEADS_ELSEWHERE.search(_scripts(tree)):
            return "a page that only redirects (script)"
    if len(exchange.body) < 1200 and len(text) < 20:
        if _ERROR_PICTURE.search(exchange.body):
            return "a picture of an error"
        if not text and not _SUBSTANCE.search(exchange.body):
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
    text = exchange.text[:_LONGEST_PAGE]
    # The parser adds what is missing; said here, it spares the user's terminal a warning about XML and file names.
    is_html_page = "<html" in text[:2000].lower()
    return BeautifulSoup(text if is_html_page else f"<html>{text}", "lxml")
