"""The language of a page: which one a reader asked for, and how words that stand in both are told apart.

Texts in two languages are written "中文 · English", or as `<p lang="zh">…</p><p lang="en">…</p>`, so that they
can be read without this module, too. Datasette's own English words are left to `translation`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, parse_qsl, urlencode

from markupsafe import Markup

LANGUAGES = ("zh", "en")
COOKIE = "nianbao_lang"
PARAMETER = "_lang"

_language: ContextVar[str] = ContextVar("language", default="en")
_address: ContextVar[tuple[str, str]] = ContextVar("address", default=("/", ""))  # path and query of the page
_BETWEEN = " · "
_HAN = re.compile(r"[\u3400-\u9fff]")
_OTHER = {
    language: re.compile(rf'<(p|ul|div|span) lang="{other}">.*?</\1>', re.DOTALL)
    for language, other in zip(LANGUAGES, reversed(LANGUAGES), strict=True)
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def language() -> str:
    """The language of the page that is being made: "zh" or "en"."""
    return _language.get()


@contextmanager
def spoken(language: str, path: str, query: str) -> Iterator[None]:
    """Make pages in a language; `path` and `query` are the address of the one that is made."""
    tokens = _language.set(language), _address.set((path, query))
    try:
        yield
    finally:
        _language.reset(tokens[0])
        _address.reset(tokens[1])


def other_language() -> str:
    """The address of this page in the other language."""
    path, query = _address.get()
    kept = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key != PARAMETER]
    return f"{path}?{urlencode([*kept, (PARAMETER, say('en', 'zh'))])}"


def asked_for(query: str) -> str | None:
    """The language that the address itself asks for (`?_lang=zh`); None where it asks for none of ours."""
    asked = parse_qs(query).get(PARAMETER, [""])[-1]
    return asked if asked in LANGUAGES else None


def chosen(query: str, headers: Mapping[str, str]) -> str:
    """The language of a request: by its address, else the one remembered, else the one its browser prefers.

    headers: by lower-case name. English where nothing asks for Chinese.
    """
    return (
        asked_for(query)
        or _remembered(headers.get("cookie", ""))
        or preferred(headers.get("accept-language", ""))
    )


def _remembered(cookie: str) -> str | None:
    try:
        found = SimpleCookie(cookie).get(COOKIE)
    except CookieError:
        return None
    return found.value if found and found.value in LANGUAGES else None


def preferred(accept: str) -> str:
    """The better liked of our languages in an Accept-Language header (RFC 9110, section 12.5.4); "en" for none."""
    best, liked = "en", 0.0
    for entry in accept.split(","):
        tag, _, weight = entry.strip().partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        primary = tag.strip().lower().partition("-")[0]
        if primary in LANGUAGES and quality > liked:
            best, liked = primary, quality
    return best


def say(zh: str, en: str) -> str:
    """The words in the language of the page."""
    return zh if language() == "zh" else en


def own(text: object) -> str:
    """Of "中文 · English" the half in the language of the page; any other text as it is."""
    whole = str(text)
    zh, between, en = whole.partition(_BETWEEN)
    if not between or not _HAN.search(zh):
        return whole
    return say(zh, en)


def own_html(text: object) -> Markup:
    """Of paragraphs in both languages those in the language of the page."""
    return Markup(_OTHER[language()].sub("", str(text)))  # noqa: S704 - metadata.json is our own


def counted(number: int, zh: str = "行", en: str = "row", plural: str = "") -> str:
    """A number of things: "1,234 行" or "1,234 rows"."""
    return say(f"{number:,} {zh}", f"{number:,} {en if number == 1 else plural or en + 's'}")


def listed(words: Iterable[str]) -> str:
    """Words one behind the other: "甲、乙" or "a, b"."""
    return say("、", ", ").join(words)


def day(text: str | None) -> str:
    """A date (YYYY-MM-DD, perhaps with a time behind it) as people write it; other text as it is."""
    try:
        found = date.fromisoformat((text or "")[:10])
    except ValueError:
        return text or ""
    return say(
        f"{found.year}年{found.month}月{found.day}日", f"{found.day} {_MONTHS[found.month - 1]} {found.year}"
    )
