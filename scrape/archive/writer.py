"""The archive written: append-only WARC files that survive being killed at any byte.

Of one exchange the metadata and the request are written first and the response last, so that a response
that is there is there whole; the request next to it, where other tools look for it. What a kill leaves half written is cut off to a side file at the next
opening (`scrape.archive.repair`); no complete record is ever changed. Reading is `scrape.archive.reader`.
"""

import fcntl
import io
import json
import os
import re
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urljoin

from warcio.warcwriter import WARCWriter

from scrape.archive.index import ArchiveError, Capture, timestamp, whole_seconds
from scrape.archive.posted import Posted, posted
from scrape.archive.reader import DOCUMENTS, INDEX, LOG, ArchivedDocument, read_document
from scrape.archive.repair import repaired, replace_file
from scrape.archive.warc import digest, payload_of, record, response_head, warcinfo
from scrape.exchange import MAX_REDIRECTS, Exchange, media_type, now

Stored = Literal["new", "unchanged", "changed"]

_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
_KEPT_ONCE = {*DOCUMENTS, "part"}
_SYNC_EVERY_S = 1.0
"""A kill loses nothing that was written; against a power cut the file is synced, at most so often."""


@dataclass(frozen=True)
class About:
    """What is known of an exchange beside its bytes: the source, and what the list said.

    kind: list, report, part (a report's page continued), attachment, robots, redirect or refused. listed_on:
    YYYY-MM-DD. attachments, parts: addresses of what belongs to a report's page.
    moved_to: where a redirect leads, be it one by HTTP or by the page itself.
    """

    source: str
    kind: str
    title: str | None = None
    listed_on: str | None = None
    parent_url: str | None = None
    attachments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    moved_to: str | None = None

    def to_block(self) -> bytes:
        """As `application/warc-fields`, one line a field."""
        fields = [("source", self.source), ("kind", self.kind)]
        told = (
            ("title", self.title),
            ("listedOn", self.listed_on),
            ("via", self.parent_url),
            ("movedTo", self.moved_to),
        )
        fields += [(name, value) for name, value in told if value]
        fields += [("attachment", address) for address in self.attachments]
        fields += [("part", address) for address in self.parts]
        return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields).encode()


class ArchiveWriter:
    """An archive opened for one run; a second run on it is refused while this one lasts.

    `repairs` tells in sentences what opening had to mend. Safe to use from several threads.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writing = threading.Lock()
        self._newest: dict[tuple[str, str], Capture] = {}
        self._holding: dict[tuple[str, bool, str], Capture] = {}
        self._moved: dict[str, str] = {}
        self._synced: dict[Path, float] = {}
        self._broken: ArchiveError | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = (folder / ".lock").open("w")
        except OSError as error:
            raise ArchiveError(f"{folder} cannot be used as an archive: {error.strerror}.") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise ArchiveError(
                f"Another run is writing to {folder}. Wait until it has ended, or name another --archive."
            ) from None
        try:
            captures, self.repairs = repaired(folder)
            for capture in sorted(captures, key=lambda c: (c.timestamp, c.filename, c.offset)):
                self._remember(capture)
            self._index = (folder / INDEX).open("ab", buffering=0)
            self._log = (folder / LOG).open("ab", buffering=0)
        except OSError as error:
            self._lock.close()
            raise ArchiveError(f"{folder} cannot be written: {error.strerror}.") from None
        for repair in self.repairs:
            self.log("repaired", message=repair)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Sort the index and let the next run in. What was stored is safe without this, too."""
        with self._writing:
            try:
                self._index.close()
                self._log.close()
                for path in self._synced:
                    with path.open("rb") as file:
                        os.fsync(file.fileno())
                index = self.folder / INDEX
                lines = index.read_bytes().splitlines(keepends=True)
                if any(first > second for first, second in pairwise(lines)):
                    replace_file(index, b"".join(sorted(lines)))
            except OSError:
                pass  # an unsorted index is read as well, only with more memory
            finally:
                self._lock.close()

    def newest(self, url: str, kind: str) -> Capture | None:
        """The newest successful capture at `url`, redirects followed, that an exchange of `kind` can do with.

        A page that was archived as a list is none for a report; a file is one whether it was a report or an
        attachment. Of what was asked by GET. It may be a revisit: then its body stands at another address.
        """
        for _ in range(MAX_REDIRECTS + 1):
            known = self._newest.get((_role(kind), url))
            if known or url not in self._moved:
                return known
            url = self._moved[url]
        return None

    def read(self, capture: Capture) -> ArchivedDocument:
        """The document behind a capture. ArchiveError if it is damaged."""
        holder = self._holding.get(_body_of(capture)) if capture.is_revisit else None
        document = read_document(self.folder, holder or capture)
        return replace(document, url=capture.url)

    def count(self, source: str, kind: str) -> int:
        """How many addresses of a kind the archive holds for a source."""
        with self._writing:
            return sum(c.source == source and c.kind == kind for c in self._newest.values())

    def store(self, exchange: Exchange, about: About) -> Stored:
        """Append an exchange. Says whether its body is new, as before, or changed since the last capture.

        A body as before becomes a revisit record, and so does one that the source already has at another
        address, if it came over the wire byte for byte the same. What was posted for is always kept whole:
        a revisit would not say which of the bodies posted it answers. ArchiveError if the disk does not take
        it; the archive is then as it was, and takes nothing more.
        """
        asked = _asked(exchange)
        with self._writing:
            before = self._newest.get((_role(about.kind), exchange.url + asked.appended(exchange.url)))
            not_modified = exchange.status == 304 and before is not None
            same = before is not None and before.sha256 == exchange.sha256 and exchange.status < 300
            payload = digest(payload_of(exchange.response))
            elsewhere = self._holding.get((about.source, about.kind == "part", exchange.sha256))
            revisit = None
            if before is not None and not_modified:
                revisit = ("server-not-modified", before)
            elif asked.method or exchange.status >= 300:
                pass
            elif before is not None and same and before.digest == payload:
                revisit = ("identical-payload-digest", before)
            elif (
                about.kind in _KEPT_ONCE
                and not same
                and elsewhere is not None
                and elsewhere.digest == payload
                and elsewhere.url != exchange.url
            ):
                revisit = ("identical-payload-digest", elsewhere)
            capture = self._append(exchange, about, asked, payload, revisit)
            self._remember(capture)
        if same or not_modified:
            return "unchanged"
        return "new" if before is None else "changed"

    def log(self, event: str, **fields: Any) -> None:
        """Append a line to the log: what happened, now. `fields` have the source as `name`."""
        line = json.dumps({"at": now(), "event": event, **fields}, ensure_ascii=False)
        with self._writing:
            self._add_line(self._log, LOG, line)

    def _add_line(self, file: io.FileIO, name: str, line: str) -> None:
        """Append a line, or nothing at all where the disk does not take the whole of it."""
        end = file.seek(0, os.SEEK_END)
        try:
            _write_whole(file, line.encode() + b"\n")
        except OSError as error:
            with suppress(OSError):
                file.truncate(end)
            raise self._full(name, error) from None

    def _remember(self, capture: Capture) -> None:
        """Keep what later runs ask for: the newest body at each address, and where addresses moved to."""
        if capture.kind == "redirect":
            self._moved[capture.url] = urljoin(capture.url, capture.location).partition("#")[0]
        elif 200 <= capture.status < 300 and capture.kind in {*_KEPT_ONCE, "list"}:
            place = _role(capture.kind), capture.asked
            before = self._newest.get(place)
            if not capture.is_revisit:
                self._newest[place] = capture
                if capture.kind in _KEPT_ONCE:
                    self._holding.setdefault(_body_of(capture), capture)
            elif _body_of(capture) in self._holding and (before is None or before.sha256 != capture.sha256):
                self._newest[place] = capture  # else its bytes are lost, and must be asked for again

    def _append(
        self,
        exchange: Exchange,
        about: About,
        asked: Posted,
        payload: str,
        revisit: tuple[str, Capture] | None,
    ) -> Capture:
        if self._broken:
            raise self._broken
        path = self.folder / f"{about.source}.warc.gz"
        request_id, response_id = (f"<urn:uuid:{uuid.uuid4()}>" for _ in range(2))
        common = {"WARC-Target-URI": exchange.url, "WARC-Date": exchange.fetched_at}
        buffer = BytesIO()
        writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
        if not path.exists() or path.stat().st_size == 0:
            writer.write_record(warcinfo(path.name, exchange.fetched_at))
        sent = {
            **common,
            "WARC-Record-ID": request_id,
            "WARC-Concurrent-To": response_id,
            "WARC-Payload-Digest": digest(payload_of(exchange.request)),
        }
        described = {**common, "WARC-Refers-To": response_id}
        writer.write_record(record("metadata", described, "application/warc-fields", about.to_block()))
        writer.write_record(record("request", sent, "application/http; msgtype=request", exchange.request))
        start = buffer.tell()
        heads = {
            **common,
            "WARC-Record-ID": response_id,
            "WARC-Concurrent-To": request_id,  # both ways: tools look for it on whichever record comes second
            "WARC-Payload-Digest": payload,
        }
        if exchange.peer:
            heads["WARC-IP-Address"] = exchange.peer
        block = exchange.response
        if revisit:
            profile, before = revisit
            block = block[: len(block) - len(payload_of(block))]
            heads["WARC-Profile"] = _PROFILE + profile
            heads["WARC-Payload-Digest"] = before.digest
            heads["WARC-Refers-To-Target-URI"] = before.refers_to or before.url
            heads["WARC-Refers-To-Date"] = whole_seconds(before.refers_at or before.timestamp)
        kind = "revisit" if revisit else "response"
        writer.write_record(record(kind, heads, "application/http; msgtype=response", block))
        elsewhere = heads.get("WARC-Refers-To-Target-URI", exchange.url) != exchange.url
        offset = self._write(path, buffer.getvalue())
        head = response_head(exchange.response)
        capture = Capture(
            url=exchange.url,
            timestamp=timestamp(exchange.fetched_at),
            mime="warc/revisit" if revisit else media_type(head.get_header("Content-Type")) or "",
            status=exchange.status,
            digest=heads["WARC-Payload-Digest"],
            length=buffer.tell() - start,
            offset=offset + start,
            filename=path.name,
            sha256=revisit[1].sha256 if revisit else exchange.sha256,
            source=about.source,
            kind=about.kind,
            title=" ".join((about.title or "").split()),
            listed_on=about.listed_on or "",
            parent=about.parent_url or "",
            etag=head.get_header("ETag") or "",
            last_modified=head.get_header("Last-Modified") or "",
            location=about.moved_to or head.get_header("Location") or "",
            attachments=about.attachments,
            parts=about.parts,
            refers_to=heads["WARC-Refers-To-Target-URI"] if elsewhere else "",
            refers_at=timestamp(heads["WARC-Refers-To-Date"]) if elsewhere else "",
            method=asked.method,
            request_body=asked.body,
        )
        self._add_line(self._index, INDEX, capture.to_line())
        return capture

    def _write(self, path: Path, members: bytes) -> int:
        """Append whole gzip members in one go and return where they begin."""
        try:
            with path.open("ab", buffering=0) as file:
                start = file.tell()
                try:
                    _write_whole(file, members)
                    if time.monotonic() - self._synced.get(path, 0.0) > _SYNC_EVERY_S:
                        os.fsync(file.fileno())
                        self._synced[path] = time.monotonic()
                except OSError:
                    with suppress(OSError):  # what stays half written, the next opening cuts off
                        file.truncate(start)
                    raise
        except OSError as error:
            raise self._full(path.name, error) from None
        return start

    def _full(self, name: str, error: OSError) -> ArchiveError:
        self._broken = ArchiveError(
            f"{self.folder / name} cannot be written: {error.strerror}. What was archived before is safe: "
            "make room and run again."
        )
        return self._broken


def _asked(exchange: Exchange) -> Posted:
    """How an exchange's answer was asked for."""
    payload = payload_of(exchange.request)
    head = exchange.request[: len(exchange.request) - len(payload)].decode("latin-1")
    content_type = re.search(r"^content-type:[ \t]*([^\r\n]*)", head, re.IGNORECASE | re.MULTILINE)
    return posted(head.partition(" ")[0], content_type and content_type[1], payload)


def _role(kind: str) -> str:
    """What an answer is good for: documents are read back as such only if they were archived as such."""
    return "document" if kind in DOCUMENTS else kind


def _body_of(capture: Capture) -> tuple[str, bool, str]:
    """By what a body is known that is kept once: of one source, documents and pages that continue them apart."""
    return capture.source, capture.kind == "part", capture.sha256


def _write_whole(file: io.FileIO, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
