"""The archive written: append-only WARC files that survive being killed at any byte.

Of one exchange the request and the metadata are written first and the response last, so that a response
that is there is there whole. What a kill leaves half written is cut off to a side file at the next
opening; no complete record is ever changed. Reading for `load` is `scrape.archive`.
"""

import fcntl
import json
import os
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urljoin

from warcio.warcwriter import WARCWriter

from scrape.archive import DOCUMENTS, INDEX, LOG, ArchivedDocument, read_document
from scrape.exchange import MAX_REDIRECTS, Exchange, now
from scrape.index import ArchiveError, Capture, read_index, scan_warc
from scrape.warc import digest, member_ends, next_member, payload_of, record, warcinfo

Stored = Literal["new", "unchanged", "changed"]

_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
_CHUNK = 1 << 20
_SYNC_EVERY_S = 1.0
"""A kill loses nothing that was written; against a power cut the file is synced, at most so often."""


@dataclass(frozen=True)
class About:
    """What is known of an exchange beside its bytes: the source, and what the list said.

    kind: list, report, part (a report's page continued), attachment, robots, redirect or refused. listed_on:
    YYYY-MM-DD. attachments, parts: addresses of what belongs to a report's page.
    """

    source: str
    kind: str
    title: str | None = None
    listed_on: str | None = None
    parent_url: str | None = None
    attachments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    def to_block(self) -> bytes:
        """As `application/warc-fields`, one line a field."""
        fields = [("source", self.source), ("kind", self.kind)]
        told = (("title", self.title), ("listedOn", self.listed_on), ("via", self.parent_url))
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
        self.repairs: list[str] = []
        self._writing = threading.Lock()
        self._newest: dict[str, Capture] = {}
        self._moved: dict[str, str] = {}
        self._synced: dict[Path, float] = {}
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
            self._repair()
            self._index = (folder / INDEX).open("ab")
            self._log = (folder / LOG).open("ab")
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
            self._index.close()
            self._log.close()
            try:
                for path in self._synced:
                    with path.open("rb") as file:
                        os.fsync(file.fileno())
                index = self.folder / INDEX
                lines = index.read_bytes().splitlines(keepends=True)
                if any(first > second for first, second in pairwise(lines)):
                    _replace(index, b"".join(sorted(lines)))
            except OSError:
                pass  # an unsorted index is read as well, only with more memory
            finally:
                self._lock.close()

    def newest(self, url: str) -> Capture | None:
        """The newest successful capture of a list page, report or attachment at `url`, redirects followed."""
        for _ in range(MAX_REDIRECTS + 1):
            if url in self._newest or url not in self._moved:
                return self._newest.get(url)
            url = self._moved[url]
        return None

    def read(self, capture: Capture) -> ArchivedDocument:
        """The document behind a capture. ArchiveError if it is damaged."""
        return read_document(self.folder, capture)

    def count(self, source: str, kind: str) -> int:
        """How many addresses of a kind the archive holds for a source."""
        with self._writing:
            return sum(c.source == source and c.kind == kind for c in self._newest.values())

    def store(self, exchange: Exchange, about: About) -> Stored:
        """Append an exchange. Says whether its body is new, as before, or changed since the last capture.

        A body as before becomes a revisit record. ArchiveError if the disk does not take it; the archive is
        then as it was.
        """
        with self._writing:
            before = self._newest.get(exchange.url)
            not_modified = exchange.status == 304 and before is not None
            same = before is not None and before.sha256 == exchange.sha256 and exchange.status < 300
            payload = digest(payload_of(exchange.response))
            revisit = None
            if before is not None and not_modified:
                revisit = ("server-not-modified", before)
            elif before is not None and same and before.digest == payload:
                revisit = ("identical-payload-digest", before)
            capture = self._append(exchange, about, payload, revisit)
            self._remember(capture)
        if same or not_modified:
            return "unchanged"
        return "new" if before is None else "changed"

    def log(self, event: str, **fields: Any) -> None:
        """Append a line to the log: what happened, now. `fields` have the source as `name`."""
        line = json.dumps({"at": now(), "event": event, **fields}, ensure_ascii=False)
        with self._writing:
            try:
                self._log.write(line.encode() + b"\n")
                self._log.flush()
            except OSError as error:
                raise self._full(LOG, error) from None

    def _remember(self, capture: Capture) -> None:
        """Keep what later runs ask for: the newest body at each address, and where addresses moved to."""
        if capture.kind == "redirect":
            self._moved[capture.url] = urljoin(capture.url, capture.location).partition("#")[0]
        elif (
            not capture.is_revisit
            and 200 <= capture.status < 300
            and capture.kind in {*DOCUMENTS, "part", "list"}
        ):
            self._newest[capture.url] = capture

    def _append(
        self, exchange: Exchange, about: About, payload: str, revisit: tuple[str, Capture] | None
    ) -> Capture:
        path = self.folder / f"{about.source}.warc.gz"
        response_id = f"<urn:uuid:{uuid.uuid4()}>"
        common = {"WARC-Target-URI": exchange.url, "WARC-Date": exchange.fetched_at}
        buffer = BytesIO()
        writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
        if not path.exists() or path.stat().st_size == 0:
            writer.write_record(warcinfo(path.name, exchange.fetched_at))
        sent = {
            **common,
            "WARC-Concurrent-To": response_id,
            "WARC-Payload-Digest": digest(payload_of(exchange.request)),
        }
        writer.write_record(record("request", sent, "application/http; msgtype=request", exchange.request))
        described = {**common, "WARC-Refers-To": response_id}
        writer.write_record(record("metadata", described, "application/warc-fields", about.to_block()))
        start = buffer.tell()
        heads = {**common, "WARC-Record-ID": response_id, "WARC-Payload-Digest": payload}
        if exchange.peer:
            heads["WARC-IP-Address"] = exchange.peer
        block = exchange.response
        if revisit:
            profile, before = revisit
            block = block[: len(block) - len(payload_of(block))]
            heads["WARC-Profile"] = _PROFILE + profile
            heads["WARC-Payload-Digest"] = before.digest
            heads["WARC-Refers-To-Target-URI"] = before.url
            heads["WARC-Refers-To-Date"] = _iso(before.timestamp)
        kind = "revisit" if revisit else "response"
        writer.write_record(record(kind, heads, "application/http; msgtype=response", block))
        offset = self._write(path, buffer.getvalue())
        capture = Capture(
            url=exchange.url,
            timestamp=exchange.fetched_at.translate({ord(c): None for c in "-:TZ"}),
            mime="warc/revisit" if revisit else exchange.media_type or "",
            status=exchange.status,
            digest=heads["WARC-Payload-Digest"],
            length=buffer.tell() - start,
            offset=offset + start,
            filename=path.name,
            sha256="" if revisit else exchange.sha256,
            source=about.source,
            kind=about.kind,
            title=" ".join((about.title or "").split()),
            listed_on=about.listed_on or "",
            parent=about.parent_url or "",
            etag=exchange.headers.get("etag", ""),
            last_modified=exchange.headers.get("last-modified", ""),
            location=exchange.headers.get("location", ""),
            attachments=about.attachments,
            parts=about.parts,
        )
        try:
            self._index.write(capture.to_line().encode() + b"\n")
            self._index.flush()
        except OSError as error:
            raise self._full(INDEX, error) from None
        return capture

    def _write(self, path: Path, members: bytes) -> int:
        """Append whole gzip members in one go and return where they begin."""
        try:
            with path.open("ab", buffering=0) as file:
                start = file.tell()
                try:
                    rest = memoryview(members)
                    while rest:
                        rest = rest[file.write(rest) :]
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
        return ArchiveError(
            f"{self.folder / name} cannot be written: {error.strerror}. What was archived before is safe: "
            "make room and run again."
        )

    def _repair(self) -> None:
        """Make index and WARC files agree after a kill: cut torn tails, index what the index lacks."""
        index = self.folder / INDEX
        captures = list(read_index(index)) if index.exists() else []
        lines = index.read_bytes().count(b"\n") if index.exists() else -1
        is_whole = lines == len(captures) and index.read_bytes()[-1:] in {b"\n", b""}
        known: dict[str, int] = {}
        for capture in captures:
            known[capture.filename] = max(known.get(capture.filename, 0), capture.offset + capture.length)
        added: list[Capture] = []
        for path in sorted(self.folder.glob("*.warc.gz")):
            start = known.get(path.name, 0)
            if start > path.stat().st_size:
                self.repairs.append(f"{path.name} is shorter than its index says; it was indexed anew.")
                captures = [capture for capture in captures if capture.filename != path.name]
                start, is_whole = 0, False
            added += self._unindexed(path, start)
        captures += added
        if added or not is_whole:
            _replace(index, b"".join(sorted(capture.to_line().encode() + b"\n" for capture in captures)))
        for capture in sorted(captures, key=lambda c: (c.timestamp, c.filename, c.offset)):
            self._remember(capture)
        log = self.folder / LOG
        if log.exists() and log.read_bytes()[-1:] not in {b"\n", b""}:
            with log.open("ab") as file:
                file.write(b"\n")

    def _unindexed(self, path: Path, start: int) -> list[Capture]:
        """What stands in a WARC file from byte `start` on; a torn tail is cut off, damage before it passed by."""
        found: list[Capture] = []
        while start < path.stat().st_size:
            end = max(member_ends(path, start), default=start)
            following = next_member(path, end) if end < path.stat().st_size else None
            if following is not None:
                self.repairs.append(
                    f"{path.name} is damaged at byte {end}; the records after it are still read."
                )
            elif end < path.stat().st_size:
                self._cut_off(path, end)
            found += scan_warc(path, start, problems=[])
            start = following or end
            if following is None:
                break
        return found

    def _cut_off(self, path: Path, end: int) -> None:
        """Move what comes after byte `end` to a side file."""
        torn = path.with_name(path.name + ".torn")
        size = path.stat().st_size
        with path.open("r+b") as file, torn.open("ab") as side:
            file.seek(end)
            while piece := file.read(_CHUNK):
                side.write(piece)
            side.flush()
            os.fsync(side.fileno())
            file.truncate(end)
        self.repairs.append(
            f"{path.name} ended in mid-record, as after a kill: its last {size - end} bytes are in {torn.name}."
        )


def _iso(timestamp: str) -> str:
    """20250115020304 as 2025-01-15T02:03:04Z."""
    day, time = timestamp[:8], timestamp[8:]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}Z"


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that a kill leaves either the old or the new one."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
