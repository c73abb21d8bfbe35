"""WARC, ARC and WACZ files made by anybody: which of their records are documents, and where they stand.

Crawlers differ: some write requests after responses, bodies without HTTP heads, texts made from pages, or
what they cut short; none says which page is a report. Reading what is found here is `scrape.archive.reader`'s.
"""

import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders

from scrape.archive.index import ArchiveError, Capture, Told, timestamp, why, with_bodies
from scrape.archive.warc import decoded_body
from scrape.exchange import media_type

NAMES = (".warc", ".warc.gz", ".arc", ".arc.gz", ".wacz")

_ZIP_HEAD = struct.Struct("<26xHH")
_WHOLE, _CUT_SHORT, _CONVERTED = 3, 2, 1
_WORTH_READING = re.compile(
    r"text/(html|plain|markdown)|application/(xhtml\+xml|pdf|x-pdf|msword|kswps|wps-office|zip|x-zip)"
    r"|application/vnd\.(ms-|openxmlformats|kingsoft)"
)
_NAME_WORTH_READING = re.compile(r"\.(s?html?|txt|md|pdf|docx?|wps|xlsx?|et|zip)$", re.IGNORECASE)
_UNTOLD = {"", "-", "unk", "no-type", "application/octet-stream", "binary/octet-stream"}
_BEGINNINGS = (
    (
        re.compile(rb"\s*(?:<!--.{0,500}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S),
        "text/html",
    ),
    (re.compile(rb"%PDF-"), "application/pdf"),
    (re.compile(rb"PK\x03\x04"), "application/zip"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "application/msword"),
)


def is_worth_reading(capture: Capture) -> bool:
    """Whether a capture of which no list told us may be a document: by its type, else by its name."""
    if capture.mime in _UNTOLD:
        return bool(_NAME_WORTH_READING.search(urlsplit(capture.url).path))
    return bool(_WORTH_READING.match(capture.mime))


@dataclass
class _Found:
    """What the scan of a file has found."""

    problems: list[str]
    captures: list[tuple[int, Capture]] = field(default_factory=list)
    ids: list[tuple[str | None, str | None]] = field(default_factory=list)
    posted: set[str | None] = field(default_factory=set)
    types: dict[str, str] = field(default_factory=dict)


def captures_of(path: Path, problems: list[str]) -> list[Capture]:
    """The captures of a WARC, ARC or WACZ file, in an index's order.

    Of each address those that are whole; if there is none, those the crawler cut short; if none, texts made
    from it. Revisits only where their body stands at another address of the file. What cannot be read, or
    is not whole, is told in `problems`, a sentence each.
    """
    found = _Found(problems)
    try:
        if path.name.lower().endswith(".wacz"):
            _scan_wacz(path, found)
        else:
            with path.open("rb") as file:
                _scan(file, path.name, found)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror or error}.") from None
    asked = [
        told
        for told, ids in zip(found.captures, found.ids, strict=True)
        if not told[1].method and not found.posted.intersection(ids)
    ]
    best = Counter[str]()
    for rank, capture in asked:
        best[capture.url] = max(best[capture.url], rank)
    chosen = [capture for rank, capture in asked if rank in {0, best[capture.url]}]
    for rank, capture in asked:
        if rank == _CUT_SHORT == best[capture.url] and is_worth_reading(capture):
            problems.append(f"{capture.filename}: the crawler cut {capture.url} short; it is read as it is.")
    kept = _without_needless_revisits(with_bodies(chosen), found, path)
    return sorted(kept, key=Capture.to_line)


def _without_needless_revisits(captures: list[Capture], found: _Found, path: Path) -> Iterator[Capture]:
    """The captures less those revisits that only say "as before", and those whose body is not in the file."""
    bodies: dict[str, set[str]] = {}
    for capture in captures:
        if not capture.is_revisit and capture.digest:
            bodies.setdefault(capture.digest, set()).add(capture.url)
    stored = {capture.url for capture in captures if not capture.is_revisit}
    lost = set[str]()
    for capture in captures:
        if not capture.is_revisit or capture.kind:
            yield capture
        elif capture.digest in bodies:
            if capture.url not in bodies[capture.digest]:
                yield capture
        elif capture.url not in stored:
            of_type = capture._replace(mime=found.types.get(capture.url, ""))
            lost |= {capture.url} if is_worth_reading(of_type) else set()
    if lost:
        found.problems.append(
            f"{path}: of {len(lost)} documents it says only that they are as in an earlier file, {min(lost)} "
            "among them; load that file, too."
        )


def _scan_wacz(path: Path, found: _Found) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            names = sorted(name for name in packed.namelist() if name.lower().endswith(NAMES))
            for name in names:
                if name.lower().endswith(".wacz"):
                    found.problems.append(f"{path}: {name} is a WACZ file of its own: unpack it and load it.")
                    continue
                with packed.open(name) as file:
                    _scan(file, f"{path.name}/{name}", found)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise ArchiveError(f"{path}: not readable as a WACZ file ({why(error)}).") from None
    if not names:
        raise ArchiveError(f"{path}: there is no WARC file in it.")


def opened_at(folder: Path, filename: str, offset: int) -> IO[bytes]:
    """The file that a capture's `filename` names, be it packed into a WACZ file, from byte `offset` on."""
    path, inside = folder / filename, ""
    while not path.exists() and path != folder:
        path, inside = path.parent, f"{path.name}/{inside}".rstrip("/")
    if not inside or path == folder:
        path, inside = folder / filename, ""
    if not inside:
        file = path.open("rb")
        file.seek(offset)
        return file
    with zipfile.ZipFile(path) as packed:
        entry = packed.getinfo(inside)
        if entry.compress_type == zipfile.ZIP_STORED:  # as the format wants it: no need to read up to there
            file = path.open("rb")
            file.seek(entry.header_offset)
            name, extra = _ZIP_HEAD.unpack(file.read(_ZIP_HEAD.size))
            file.seek(entry.header_offset + _ZIP_HEAD.size + name + extra + offset)
            return file
        entry_file = packed.open(entry)  # keeps the WACZ file open for as long as it is open itself
        entry_file.seek(offset)
        return entry_file


def _scan(file: IO[bytes], filename: str, found: _Found) -> None:
    told = Told(hashed=False)
    try:
        records = ArchiveIterator(file, arc2warc=True)
        for record in records:
            read = _read(record, told, found)
            offset, length = records.get_record_offset(), records.get_record_length()
            if getattr(record.raw_stream, "limit", 0) > 0:
                raise ArchiveLoadFailed("it ends in mid-record")
            if read is not None:
                rank, capture = read
                placed = capture._replace(filename=filename, offset=offset, length=length)
                found.captures.append((rank, placed))
                headers = record.rec_headers
                ids = (headers.get_header("WARC-Record-ID"), headers.get_header("WARC-Concurrent-To"))
                found.ids.append(ids)
    except (ArchiveLoadFailed, EOFError, ValueError, zlib.error) as error:
        found.problems.append(f"{filename}: not readable to its end as a WARC file ({why(error)}).")


def _read(record: ArcWarcRecord, told: Told, found: _Found) -> tuple[int, Capture] | None:
    """One record: what it is worth and the capture, None if it is none of a web address's."""
    headers, kind = record.rec_headers, record.rec_type
    url = headers.get_header("WARC-Target-URI") or ""
    if kind == "response" and ":" not in url:
        raise ArchiveLoadFailed("it is of another format")  # nearly any line of five words passes as ARC
    if kind == "request" and record.http_headers is not None and record.http_headers.protocol != "GET":
        found.posted |= {headers.get_header("WARC-Record-ID"), headers.get_header("WARC-Concurrent-To")}
        found.posted.discard(None)
    if kind == "revisit" and record.http_headers is None:  # as is allowed: it says nothing but "as before"
        record.http_headers = StatusAndHeaders("200 OK", [], protocol="HTTP/1.1")
    if kind in {"metadata", "request", "response", "revisit"}:
        capture = told.capture(record)
        if capture is None:
            return None
    elif kind in {"resource", "conversion"} and urlsplit(url).scheme in {"http", "https", "ftp", "file"}:
        capture = Capture(
            url=url,
            timestamp=timestamp(headers.get_header("WARC-Date")),
            mime=media_type(headers.get_header("Content-Type")) or "",
            status=200,
            digest=headers.get_header("WARC-Payload-Digest") or headers.get_header("WARC-Block-Digest") or "",
            length=0,
            offset=0,
            filename="",
        )
    else:
        return None
    if capture.is_revisit:
        found.types[url] = media_type(record.http_headers.get_header("Content-Type")) or ""
        return 0, capture._replace(status=capture.status or 200)
    if capture.status == 0 and record.http_headers is not None:
        capture = capture._replace(status=200)  # so Browsertrix writes of files that the browser downloads
    if capture.mime in _UNTOLD:
        said = media_type(headers.get_header("WARC-Identified-Payload-Type"))
        capture = capture._replace(mime=said or _type_by_bytes(record) or capture.mime)
    cut = kind != "conversion" and headers.get_header("WARC-Truncated")
    return _CUT_SHORT if cut else _CONVERTED if kind == "conversion" else _WHOLE, capture


def _type_by_bytes(record: ArcWarcRecord) -> str | None:
    try:
        start = decoded_body(record, 2000)
    except ValueError:
        return None
    return next((mime for beginning, mime in _BEGINNINGS if beginning.match(start)), None)
