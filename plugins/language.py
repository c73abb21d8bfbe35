"""Every page in Chinese or in English, whole: `?_lang=zh|en`, remembered, else as the browser asks.

What a page says stands in its template in both languages; Datasette's own words are exchanged when its
templates are loaded (`publication.translation`).
"""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl

from plugins.publication import labels, language
from plugins.publication.translation import Translated, condition, named, refusal, relation

_A_YEAR_S = 31_536_000


@hookimpl(tryfirst=True)
def asgi_wrapper() -> Callable[[Any], Any]:
    """Choose the language of each request; say it in the headers of its page, and remember it if asked to."""

    def wrap(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def in_language(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            query = scope.get("query_string", b"").decode("latin-1")
            headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
            asked = language.asked_for(query)

            async def told(event: dict[str, Any]) -> None:
                if event["type"] == "http.response.start":
                    event = event | {"headers": [*event.get("headers", []), *_headers(event, asked)]}
                await send(event)

            with language.spoken(language.chosen(query, headers), scope["path"], query):
                await app(scope, receive, told)

        return in_language

    return wrap


def _headers(event: dict[str, Any], asked: str | None) -> list[tuple[bytes, bytes]]:
    kind = dict(event.get("headers", [])).get(b"content-type", b"")
    if not kind.startswith(b"text/html"):
        return []
    added = [(b"content-language", language.language().encode()), (b"vary", b"Accept-Language, Cookie")]
    if asked:
        cookie = f"{language.COOKIE}={asked}; Path=/; Max-Age={_A_YEAR_S}; SameSite=Lax"
        added.append((b"set-cookie", cookie.encode()))
    return added


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    """What templates speak with; and Datasette's own templates, translated."""
    env.loader = Translated(env.loader)
    env.globals |= {
        "language": language.language,
        "say": language.say,
        "other_language": language.other_language,
        "own": language.own,
        "own_html": language.own_html,
        "counted": language.counted,
        "listed": language.listed,
        "day": language.day,
        "condition": condition,
        "relation": relation,
        "named": named,
        "refusal": refusal,
        "column_label": labels.column_label,
        "value_label": labels.value_label,
    }
