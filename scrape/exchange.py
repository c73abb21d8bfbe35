"""One HTTP exchange as it passed over the wire, and the text of its body.

The common word between the client, the families and the archive; it fetches and stores nothing.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256

from selectolax.lexbor import LexborHTMLParser

MAX_REDIRECTS = 5

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_READ_AS_GB18030 = {"gb2312", "gbk", "gb_2312-80", "gb-2312", "csgb2312", "x-gbk", "cp936", "chinese"}
_NOT_OF_PAGES = {"punycode", "idna", "utf-7", "unicode-escape", "raw-unicode-escape", "undefined"}
"""Encodings that no browser knows; a page that names one of them may take hours to decode."""

_NESTS = (
    "address article aside blockquote center details dir div dl fieldset figure footer form header hgroup"
    " listing main menu nav ol pre search section summary ul"
)
_BLOCK = re.compile(rf"<!--.*?(?:-->|\Z)|<(/?)(?:{'|'.join(_NESTS.split())})\b", re.IGNORECASE | re.DOTALL)
_DEEPEST = 1000
"""Blocks within blocks, as no honest page has them: each costs the parser a look at all those around it."""

_LONG_PAGE = 20_000
"""Characters up to which no depth takes long."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class FetchError(Exception):
    """Why an address gave no document: a clause for the person at the terminal. `result` as in the log."""

    result = "failed"


class UnsafeAddress(FetchError):
    """The host resolves to an address that must not be asked: private, loopback, link-local …"""


class Silence(FetchError):
    """No whole answer came; asking again may help."""


@dataclass(frozen=True)
class Request:
    """What to ask for. `headers` are beside the client's own."""

    url: str
    method: str = "GET"
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Exchange:
    """A request and its answer.

    url: the address asked. fetched_at: ISO 8601 in UTC, whole seconds. request, response: the bytes sent
    and received, heads included. headers: the answer's, names in lower case. body: the content with
    transfer and content encoding undone. peer: the address the connection went to. moved_to: the address to
    which it leads, of a redirect that was followed.
    """

    url: str
    fetched_at: str
    status: int
    headers: Mapping[str, str]
    request: bytes
    response: bytes
    body: bytes
    peer: str | None = None
    moved_to: str | None = None

    @cached_property
    def text(self) -> str:
        """The body as text: BOM, header, meta tag, strict UTF-8, GB 18030, in this order."""
        return decode(self.body, self.charset)

    @cached_property
    def visible_text(self) -> str:
        """The words a reader sees on an HTML page, title included, spaces closed up."""
        tree = parsed(self.text)
        tree.strip_tags(["script", "style", "noscript", "template"])
        return " ".join((tree.root.text(separator=" ") if tree.root else "").split())

    @property
    def media_type(self) -> str | None:
        """The Content-Type without its parameters, in lower case."""
        return media_type(self.headers.get("content-type"))

    @property
    def charset(self) -> str | None:
        """The charset the header names, if it does."""
        return charset(self.headers.get("content-type"))

    @property
    def sha256(self) -> str:
        """Hex digest of the decoded body: what the archive knows a document by."""
        return sha256(self.body).hexdigest()


def now() -> str:
    """The time as the archive writes it: ISO 8601, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def media_type(content_type: str | None) -> str | None:
    """The type of a Content-Type header: `text/html` of `text/html; charset=gb2312`."""
    return (content_type or "").partition(";")[0].strip().lower() or None


def charset(content_type: str | None) -> str | None:
    """The charset of a Content-Type header: `gb2312` of `text/html; charset=gb2312`."""
    found = re.search(r"charset\s*=\s*[\"']?([\w-]+)", content_type or "", re.IGNORECASE)
    return found.group(1).lower() if found else None


def parsed(html: str) -> LexborHTMLParser:
    """A page as browsers read it; of one whose blocks are never closed the beginning only."""
    depth = 0
    for block in _BLOCK.finditer(html) if len(html) > _LONG_PAGE else ():
        if block.group(1) is not None:  # a comment has no such group
            depth = max(0, depth - 1) if block.group(1) else depth + 1
        if depth > _DEEPEST:
            html = html[: block.start()]
            break
    return LexborHTMLParser(html)


def decode(body: bytes, declared: str | None) -> str:
    """`body` as text. What is declared gb2312 or gbk is read as GB 18030, their superset.

    Never fails: bytes that fit nothing become U+FFFD.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body.decode(encoding, "replace")
    meta = _META_CHARSET.search(body[:8192])
    for named in (declared, meta.group(1).decode("ascii") if meta else None, "utf-8"):
        if named is None:
            continue
        try:
            encoding = "gb18030" if named.lower() in _READ_AS_GB18030 else named
            if codecs.lookup(encoding).name not in _NOT_OF_PAGES:
                return body.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    # Nothing fits wholly: take what loses least.
    return min(
        (body.decode(name, "replace") for name in ("utf-8", "gb18030")), key=lambda t: t.count("\ufffd")
    )
