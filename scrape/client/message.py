"""The bytes of HTTP messages: their headers in words, where they end, their bodies unpacked. Nothing is sent here."""

import re
import time
import zlib
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from scrape.exchange import FetchError, Silence

MAX_BYTES = 50_000_000
MAX_DECODED_BYTES = 100_000_000

_HEAD_END = re.compile(rb"\n\r?\n")
_CHUNK_HEAD = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n]*)?\r\n")
_INTERIM = re.compile(rb"HTTP/1\.\d 1\d\d")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_NO_ENCODING = {"", "identity", "none", "binary", "8bit", "utf-8", "utf8", "gbk", "gb2312", "gb18030"}
"""What stands as Content-Encoding over bodies that are not packed: some servers write their charset there."""


def too_large() -> str:
    """What is said of an answer over the limits."""
    return f"it is larger than {MAX_BYTES // 1_000_000} MB, or {MAX_DECODED_BYTES // 1_000_000} MB unpacked"


def unpacked(payload: bytes, encoding: str) -> bytes:
    """The payload of an answer with its Content-Encoding undone.

    FetchError if it is larger than the limit, damaged, or in an encoding that was not asked for; Silence if
    it breaks off. One layer only: a gzip file sent as such is a document.
    """
    encoding = encoding.strip().lower()
    if encoding in _NO_ENCODING or not payload:
        return payload
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise FetchError(f"its body is encoded as {encoding}, which was not asked for")
    bare = encoding == "deflate" and not _has_zlib_head(payload)
    window = -zlib.MAX_WBITS if bare else zlib.MAX_WBITS + 32
    body = bytearray()
    while payload:
        member = zlib.decompressobj(window)
        try:
            body += member.decompress(payload, MAX_DECODED_BYTES + 1 - len(body))
        except zlib.error:
            raise FetchError("its compressed body is damaged") from None
        if len(body) > MAX_DECODED_BYTES:
            raise FetchError(too_large())
        if not member.eof:
            raise Silence("its compressed body breaks off")
        # A gzip file may go on with another member; anything else that follows is padding.
        payload = member.unused_data if member.unused_data.startswith(b"\x1f\x8b\x08") else b""
    return bytes(body)


def _has_zlib_head(payload: bytes) -> bool:
    return payload[0] & 0x0F == 8 and int.from_bytes(payload[:2], "big") % 31 == 0


def unchunked(payload: bytes) -> bytes:
    """The payload of an answer with its chunks put together, trailers dropped; as it is if it has no chunks.

    What breaks off gives what came: whether it was whole is known only while it comes.
    """
    body, at = bytearray(), 0
    while found := _CHUNK_HEAD.match(payload, at):
        size, start = int(found.group(1), 16), found.end()
        body += payload[start : start + size]
        at = start + size + 2
        if size == 0:
            break
        if at <= len(payload) and payload[at - 2 : at] != b"\r\n":
            return payload
    return bytes(body) if at else payload


def headers_of(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by their names in lower case; of an address, a type and a length that come twice the first."""
    headers: dict[str, str] = {}
    for name_bytes, value in raw:
        name = name_bytes.decode("ascii").lower()
        text = quote(value.strip(), safe=_ASCII) if name == "location" else _text(value).strip()
        if name not in headers:
            headers[name] = text
        elif name not in {"location", "content-type", "content-length"}:
            headers[name] += f", {text}"
    return headers


def _text(value: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("latin-1")


def message_of(received: bytes, status: int, headers: dict[str, str]) -> tuple[bytes, bytes]:
    """What was received as the answer itself, without interim ones before it, and what came after its end."""
    start = 0
    while _INTERIM.match(received, start):
        start = _after_head(received, start)
    end = _after_head(received, start)
    if status not in {204, 304}:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            end = _after_chunks(received, end)
        elif headers.get("content-length", "").isdecimal():
            end += int(headers["content-length"])
        else:
            end = len(received)
    return received[start:end], received[end:]


def _after_head(message: bytes, start: int) -> int:
    end = _HEAD_END.search(message, start)
    return end.end() if end else len(message)


def _after_chunks(message: bytes, at: int) -> int:
    """Where a chunked body that was read to its end has ended, trailers included."""
    size = -1
    while size:
        line_end = message.index(b"\n", at)
        size = int(message[at:line_end].partition(b";")[0], 16)
        at = line_end + 1 + (size + 2 if size else 0)
    line = b"-"
    while line:
        line_end = message.index(b"\n", at)
        line = message[at:line_end].strip()
        at = line_end + 1
    return at


def retry_after_s(value: str | None) -> float:
    """Seconds that a Retry-After header asks for, which may be a number or a date; 0 if it makes no sense."""
    value = (value or "").strip()
    if re.fullmatch(r"[0-9]{1,12}", value):
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
