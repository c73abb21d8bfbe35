"""What was sent with a request that is no GET, in the words of other tools' indexes.

Such an answer is found in an index under its address with method and body appended, by the convention of
pywb and cdxj-indexer; so two bodies sent to one address never answer for each other.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote_plus, urlencode

_MAX_QUERY = 4096
"""Characters of a body that a key has; the convention cuts there."""


class Posted(NamedTuple):
    """Method and body of a request; both empty for a GET. `body` is as a key has it, not as it was sent."""

    method: str = ""
    body: str = ""

    def appended(self, url: str) -> str:
        """What a key has after the address."""
        if not self.method:
            return ""
        query = f"&{self.body}" if self.body else ""
        return f"{'&' if '?' in url else '?'}__wb_method={self.method}{query}"


def posted(method: str, content_type: str | None, body: bytes) -> Posted:
    """A request's method and body. Forms and JSON are spelled out, all else is Base64."""
    if method not in {"POST", "PUT"}:
        return Posted()
    return Posted(method, _query((content_type or "").lower(), body)[:_MAX_QUERY])


def _query(content_type: str, body: bytes) -> str:
    try:
        if content_type.startswith("application/x-www-form-urlencoded"):
            return unquote_plus(body.decode())
        if content_type.startswith(("application/json", "text/plain")):
            return _of_json(body)
    except (RecursionError, ValueError):
        pass  # not what its type says: as bytes, then
    return f"__wb_post_data={base64.b64encode(body).decode()}" if body else ""


def _of_json(body: bytes) -> str:
    found: dict[str, str] = {}
    seen: dict[str, int] = {}
    for name, value in _leaves(json.loads(body), ""):
        seen[name] = seen.get(name, 0) + 1
        found[name if seen[name] == 1 else f"{name}.{seen[name]}_"] = str(value)
    return urlencode(found)


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    elif name:
        yield name, value
