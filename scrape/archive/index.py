"""The index of an archive: one CDXJ line a response, made from WARC files and read back.

Standard lines (any CDXJ tool reads them), with what the list page said about a document beside. The index
holds nothing that the WARC files do not: `scan_warc` makes it again.
"""

import json
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from scrape.archive.posted import Posted, posted
from scrape.archive.warc import decoded_body
from scrape.exchange import media_type

_OTHER_NAMES = {"request_body": "requestBody"}
"""Fields that other tools' indexes have under another name."""

_SEVERAL = ("attachments", "parts")


class ArchiveError(Exception):
    """A sentence for the person at the terminal: what is wrong with which archive, and what to do."""


class Capture(NamedTuple):
    """One line of the index: where a response stands, and what is told of it beside.

    digest: of the payload as stored; sha256: of the decoded body, of a revisit too. kind: list, report, part,
    attachment, robots, redirect or refused. location: where a redirect leads. attachments: addresses of files
    that belong to a report's page, parts: of pages that continue it. refers_to, refers_at: of a revisit whose
    body stands at another address, that address and the time of its capture. method, request_body: of what
    was asked otherwise than by GET, as other tools' keys have them.
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
    refers_to: str = ""
    refers_at: str = ""
    method: str = ""
    request_body: str = ""

    @property
    def page(self) -> str:
        """The address of the page that an attached file belongs to; "" for anything else."""
        return self.parent if self.kind == "attachment" else ""

    @property
    def asked(self) -> str:
        """What was asked for: the address, with method and body appended if it was not asked by GET."""
        return self.url + Posted(self.method, self.request_body).appended(self.url)

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
                fields[_OTHER_NAMES.get(name, name)] = value
        return f"{surt_key(self.asked)} {self.timestamp} {json.dumps(fields, ensure_ascii=False)}"

    @classmethod
    def from_line(cls, line: str) -> "Capture":
        """Read a CDXJ line, ours or another tool's. ValueError if it is none."""
        try:
            _, timestamp, text = line.split(" ", 2)
            fields = json.loads(text)
            known = {_FIELDS[name]: value for name, value in fields.items() if name in _FIELDS}
            status = str(fields.get("status", ""))
            known["status"] = int(status) if status.isdigit() else 0
            known["length"], known["offset"] = int(fields["length"]), int(fields["offset"])
            for several in _SEVERAL:
                known[several] = tuple(fields.get(several, ()))
            return cls(**{**known, "timestamp": timestamp})
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"not a line of an index: {line[:80]}") from error


_FIELDS = {_OTHER_NAMES.get(name, name): name for name in Capture._fields}
"""Our names of an index's fields, by the names they have there."""


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
    path = re.sub(r"/{2,}", "/", _escaped(parts.path))
    path = path.rstrip("/") or "/"
    query = "&".join(sorted(_escaped(parts.query).split("&"), key=lambda pair: pair.split("=", 1)))
    return f"{key}){path}{'?' + query if query else ''}"


def _escaped(text: str) -> str:
    """In lower case, with one spelling for each character: escaped only where it must be."""
    if text.isascii() and text.isprintable() and not {"%", " "} & set(text):
        return text.lower()
    plain = text.encode("utf-8", "surrogateescape")
    while (further := unquote_to_bytes(plain)) != plain:
        plain = further
    return "".join(f"%{b:02x}" if b <= 32 or b >= 127 or b in b"#%" else chr(b) for b in plain).lower()


def read_index(path: Path) -> Iterator[Capture]:
    """The lines of an index file in its order; lines that are none (a torn last one) are passed over."""
    with path.open("rb") as lines:
        yield from _captures(lines)


def read_sorted_index(path: Path) -> Iterator[Capture]:
    """The index in order: streamed if a finished run left it sorted, else sorted in memory."""
    with path.open("rb") as file:
        is_sorted = all(first <= second for first, second in pairwise(file))
    if is_sorted:
        yield from read_index(path)
    else:
        yield from _captures(sorted(path.read_bytes().split(b"\n")))


def captures_in(lines: bytes) -> Iterator[Capture]:
    """The captures of an index's text."""
    return _captures(lines.split(b"\n"))


def _captures(lines: Iterable[bytes]) -> Iterator[Capture]:
    for line in lines:
        try:
            yield Capture.from_line(line.decode("utf-8", "replace"))
        except ValueError:
            continue


def scan_warc(path: Path, start: int = 0, *, problems: list[str] | None = None) -> Iterator[Capture]:
    """The responses and revisits of a WARC file of ours from byte `start` on, in the file's order.

    Of revisits `sha256` is empty: see `with_bodies`. What its digest belies is left out. Damage ends the scan: a sentence is added to
    `problems`, or ArchiveError is raised if there is no such list.
    """
    told = Told()
    try:
        with path.open("rb") as file:
            file.seek(start)
            records = ArchiveIterator(file, check_digests=True)
            for record in records:
                if record.format != "warc":
                    raise ArchiveLoadFailed("it is of another format")
                capture = told.capture(record)
                if capture is None:
                    continue
                offset, length = records.get_record_offset(), records.get_record_length()
                if record.raw_stream.limit > 0:
                    raise ArchiveLoadFailed("it ends in mid-record")
                if record.digest_checker.passed is False:
                    continue  # not what was fetched any more: to be fetched again
                yield capture._replace(filename=path.name, offset=offset, length=length)
    except (ArchiveLoadFailed, EOFError, ValueError) as error:
        sentence = f"{path}: not readable to its end as a WARC file ({why(error)})."
        if problems is None:
            raise ArchiveError(sentence) from None
        problems.append(sentence)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror}.") from None


def why(error: Exception) -> str:
    """The reason of a record's damage as a clause."""
    reason = " ".join(str(error).split()) or "unexpected end"
    if "non-chunked gzip" in reason:
        return "it is one gzip stream: make it readable with `warcio recompress`"
    return reason


def with_bodies(captures: list[Capture]) -> list[Capture]:
    """The same captures, with the revisits knowing the `sha256` of the bodies they refer to."""
    bodies = {(c.url, c.digest): c.sha256 for c in captures if not c.is_revisit}
    return [
        c._replace(sha256=bodies.get((c.refers_to or c.url, c.digest), ""))
        if c.is_revisit and not c.sha256
        else c
        for c in captures
    ]


class Told:
    """What a file's request and metadata records say of the responses that come after them.

    hashed: whether the bodies of responses of which no source is told are decoded for their `sha256`, too.
    """

    def __init__(self, *, hashed: bool = True) -> None:
        self.hashed = hashed
        self.described: dict[str, dict[str, list[str]]] = {}
        self.requested: dict[str, Posted] = {}

    def capture(self, record: ArcWarcRecord) -> Capture | None:
        """What a response or revisit is, its place aside; None for other records, which are remembered."""
        headers = record.rec_headers
        if record.rec_type == "metadata":
            self.described[headers.get_header("WARC-Refers-To")] = _warc_fields(record.raw_stream.read())
        elif record.rec_type == "request" and record.http_headers is not None:
            head = record.http_headers
            sent = posted(head.protocol, head.get_header("Content-Type"), record.raw_stream.read())
            self.requested[headers.get_header("WARC-Concurrent-To")] = sent
        if record.rec_type not in {"response", "revisit"} or record.http_headers is None:
            return None
        id = headers.get_header("WARC-Record-ID")
        asked = self.requested.pop(id, Posted())
        capture = _capture(record, self.described.pop(id, {}))
        if not capture.is_revisit and (self.hashed or capture.source):
            capture = capture._replace(sha256=sha256(decoded_body(record)).hexdigest())
        return capture._replace(method=asked.method, request_body=asked.body)


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
    refers_to = headers.get_header("WARC-Refers-To-Target-URI") or ""
    if record.rec_type != "revisit" or refers_to == headers.get_header("WARC-Target-URI"):
        refers_to = ""
    mime = media_type(http.get_header("Content-Type")) or ""
    return Capture(
        url=headers.get_header("WARC-Target-URI") or "",
        timestamp=timestamp(headers.get_header("WARC-Date")),
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
        location=told("movedTo") or http.get_header("Location") or "",
        attachments=tuple(about.get("attachment", ())),
        parts=tuple(about.get("part", ())),
        refers_to=refers_to,
        refers_at=timestamp(headers.get_header("WARC-Refers-To-Date")) if refers_to else "",
    )


def timestamp(date: str | None) -> str:
    """2025-01-15T02:03:04Z as 20250115020304."""
    return re.sub(r"\D", "", date or "")[:14]


def whole_seconds(date: str | None) -> str:
    """A WARC date without the fractions of a second that some tools write, and whole where one is short."""
    known = timestamp(date)
    known += "00000101000000"[len(known) :]
    return f"{known[:4]}-{known[4:6]}-{known[6:8]}T{known[8:10]}:{known[10:12]}:{known[12:]}Z"
