"""The index of an archive: one CDXJ line a response, made from WARC files and read back.

Standard lines (any CDXJ tool reads them), with what the list page said about a document beside. The index
holds nothing that the WARC files do not: `scan_warc` makes it again.
"""

import json
import re
import zlib
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader, ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from scrape.exchange import media_type

MAX_BODY = 200_000_000
"""Bytes of one decoded document; a larger one is reported, not read."""


class ArchiveError(Exception):
    """A sentence for the person at the terminal: what is wrong with which archive, and what to do."""


class Capture(NamedTuple):
    """One line of the index: where a response stands, and what is told of it beside.

    digest: of the payload as stored; sha256: of the decoded body. kind: list, report, attachment, robots,
    redirect or refused. location: where a redirect leads. attachments: addresses of files that belong to a report's page, parts: of pages that continue it.
    """

    url: str
    timestamp: str
    mime: str
    status: int
    digest: str
    length: int
    offset: int
    filename: str
    sha256: str = ""
    source: str = ""
    kind: str = ""
    title: str = ""
    listed_on: str = ""
    parent: str = ""
    etag: str = ""
    last_modified: str = ""
    location: str = ""
    attachments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def is_revisit(self) -> bool:
        """True of a record that says "as before" and has no body of its own."""
        return self.mime == "warc/revisit"

    def to_line(self) -> str:
        """The CDXJ line, without its end."""
        standard = ("url", "mime", "status", "digest", "length", "offset", "filename")
        fields: dict[str, Any] = {name: str(getattr(self, name)) for name in standard}
        for name in self._fields:
            value = getattr(self, name)
            if name not in fields and name != "timestamp" and value:
                fields[name] = value
        return f"{surt_key(self.url)} {self.timestamp} {json.dumps(fields, ensure_ascii=False)}"

    @classmethod
    def from_line(cls, line: str) -> "Capture":
        """Read a CDXJ line, ours or another tool's. ValueError if it is none."""
        try:
            _, timestamp, text = line.split(" ", 2)
            fields = json.loads(text)
            known = {name: fields[name] for name in cls._fields if name in fields}
            status = str(fields.get("status", ""))
            known["status"] = int(status) if status.isdigit() else 0
            known["length"], known["offset"] = int(fields["length"]), int(fields["offset"])
            for several in ("attachments", "parts"):
                known[several] = tuple(fields.get(several, ()))
            return cls(**{**known, "timestamp": timestamp})
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"not a line of an index: {line[:80]}") from error


def surt_key(url: str) -> str:
    """The sort key of an address in an index: `cn,gov,example)/zwgk/index.html?a=1`."""
    parts = urlsplit(url.strip())
    host = re.sub(r"^www\d*\.", "", (parts.hostname or "").lower())
    key = ",".join(reversed(host.split(".")))
    default = {"http": 80, "https": 443}.get(parts.scheme)
    try:
        port = parts.port
    except ValueError:
        port = None
    if port is not None and port != default:
        key += f":{port}"
    path = re.sub(r"/{2,}", "/", parts.path.lower())
    path = path.rstrip("/") or "/"
    query = "&".join(sorted(parts.query.lower().split("&"))) if parts.query else ""
    return f"{key}){path}{'?' + query if query else ''}".replace(" ", "%20")


def read_index(path: Path) -> Iterator[Capture]:
    """The lines of an index file in its order; lines that are none (a torn last one) are passed over."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        yield from _captures(lines)


def read_sorted_index(path: Path) -> Iterator[Capture]:
    """The index in order: streamed if a finished run left it sorted, else sorted in memory."""
    with path.open("rb") as file:
        is_sorted = all(first <= second for first, second in pairwise(file))
    if is_sorted:
        yield from read_index(path)
    else:
        yield from _captures(iter(sorted(path.read_text("utf-8", errors="replace").split("\n"))))


def _captures(lines: Iterator[str]) -> Iterator[Capture]:
    for line in lines:
        try:
            yield Capture.from_line(line)
        except ValueError:
            continue


def scan_warc(
    path: Path, start: int = 0, *, digests: bool = True, problems: list[str] | None = None
) -> Iterator[Capture]:
    """The responses and revisits of a WARC file from byte `start` on, in the file's order.

    Without `digests` the bodies are not decoded and `sha256` stays empty. Damage ends the scan: a sentence
    is added to `problems`, or ArchiveError is raised if there is no such list.
    """
    described: dict[str, dict[str, list[str]]] = {}
    try:
        with path.open("rb") as file:
            file.seek(start)
            records = ArchiveIterator(file)
            for record in records:
                headers = record.rec_headers
                if record.format != "warc":
                    raise ArchiveLoadFailed("it is of another format")
                if record.rec_type == "metadata":
                    described[headers.get_header("WARC-Refers-To")] = _warc_fields(record.raw_stream.read())
                if record.rec_type not in {"response", "revisit"} or record.http_headers is None:
                    continue
                revisit = record.rec_type == "revisit"
                hashed = sha256(decoded_body(record)).hexdigest() if digests and not revisit else ""
                offset, length = records.get_record_offset(), records.get_record_length()
                if record.raw_stream.limit > 0:
                    raise ArchiveLoadFailed("it ends in mid-record")
                about = described.pop(headers.get_header("WARC-Record-ID"), {})
                capture = _capture(record, about)
                yield capture._replace(filename=path.name, offset=offset, length=length, sha256=hashed)
    except (ArchiveLoadFailed, EOFError, ValueError) as error:
        reason = " ".join(str(error).split()) or "unexpected end"
        if "non-chunked gzip" in reason:
            reason = "it is one gzip stream: make it readable with `warcio recompress`"
        sentence = f"{path}: not readable to its end as a WARC file ({reason})."
        if problems is None:
            raise ArchiveError(sentence) from None
        problems.append(sentence)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror}.") from None


def decoded_body(record: ArcWarcRecord, limit: int = MAX_BODY) -> bytes:
    """A response's payload without transfer and content encoding; `limit` + 1 bytes of it if it is longer.

    An encoding that the bytes do not bear out is ignored: other tools keep a header they have undone.
    """
    http = record.http_headers
    stream = record.raw_stream
    if (http.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        stream = ChunkedDataReader(stream)
    encoding = (http.get_header("Content-Encoding") or "").strip().lower()
    if encoding == "br" and "br" in BufferedReader.get_supported_decompressors():
        stream = BufferedReader(stream, decomp_type="br")
    raw = b"".join(_pieces(stream, limit + 1))
    return _inflated(raw, limit + 1) if encoding in {"gzip", "x-gzip", "deflate"} else raw


def _pieces(stream: Any, limit: int) -> Iterator[bytes]:
    while limit > 0 and (piece := stream.read(min(65536, limit))):
        limit -= len(piece)
        yield piece


def _inflated(raw: bytes, limit: int) -> bytes:
    for window in (zlib.MAX_WBITS + 32, -zlib.MAX_WBITS):  # gzip or zlib by its header; bare deflate
        try:
            return zlib.decompressobj(window).decompress(raw, limit)
        except zlib.error:
            continue
    return raw


def _warc_fields(block: bytes) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for line in block.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip(), []).append(value.strip())
    return fields


def _capture(record: ArcWarcRecord, about: dict[str, list[str]]) -> Capture:
    """What a record's own heads say, and its metadata; its place is not known here."""
    headers, http = record.rec_headers, record.http_headers

    def told(name: str) -> str:
        return about.get(name, [""])[0]

    status = http.get_statuscode()
    mime = media_type(http.get_header("Content-Type")) or ""
    return Capture(
        url=headers.get_header("WARC-Target-URI") or "",
        timestamp=re.sub(r"\D", "", headers.get_header("WARC-Date") or "")[:14],
        mime="warc/revisit" if record.rec_type == "revisit" else mime,
        status=int(status) if status.isdigit() else 0,
        digest=headers.get_header("WARC-Payload-Digest") or "",
        length=0,
        offset=0,
        filename="",
        source=told("source"),
        kind=told("kind"),
        title=told("title"),
        listed_on=told("listedOn"),
        parent=told("via"),
        etag=http.get_header("ETag") or "",
        last_modified=http.get_header("Last-Modified") or "",
        location=http.get_header("Location") or "",
        attachments=tuple(about.get("attachment", ())),
        parts=tuple(about.get("part", ())),
    )
