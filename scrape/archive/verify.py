"""The whole archive read back: is every record sound, and do index and WARC files agree both ways.

Reads the files by the format's own rules, not by what the writer relies on, and changes nothing. What a kill
leaves is no fault, since the next run mends it (`scrape.archive.repair`); it is told as a note. Holds one
record at a time, and of the index a few bytes a line.
"""

import hashlib
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from scrape.archive.index import ArchiveError, Capture, Told, timestamp
from scrape.archive.reader import INDEX, is_archive
from scrape.archive.warc import digest, next_member, payload_of

MAX_RECORD = 500_000_000
"""Bytes of one record; nothing that a run stores comes near it."""

_CHUNK = 1 << 20


@dataclass
class FileResult:
    """What one WARC file holds. faults: sentences. unanswered: requests whose answer a kill cut off."""

    file: str
    records: int = 0
    responses: int = 0
    revisits: int = 0
    unanswered: int = 0
    size_bytes: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass
class Verified:
    """What reading an archive back gave. faults: sentences, those of the files included; notes: no faults."""

    files: list[FileResult] = field(default_factory=list)
    index_lines: int = 0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As an object for machines."""
        return {**vars(self), "files": [vars(file) for file in self.files]}


class _Member(NamedTuple):
    """One gzip member: where it stands and what it unpacks to, None if it is damaged."""

    offset: int
    length: int
    content: bytes | None


class _Lines:
    """The index's lines of one WARC file: by offset, a fingerprint of each."""

    def __init__(self) -> None:
        self.offsets = array("Q")
        self.prints = array("Q")

    def add(self, offset: int, fingerprint: int) -> None:
        self.offsets.append(offset)
        self.prints.append(fingerprint)

    def by_offset(self) -> dict[int, int]:
        return dict(zip(self.offsets, self.prints, strict=True))


def verify(folder: Path, advanced: Callable[[int], None] = lambda _: None) -> Verified:
    """Read the archive in `folder` back. `advanced` is told the bytes read, as they are read.

    ArchiveError if it is no archive, or cannot be read at all.
    """
    if not is_archive(folder):
        raise ArchiveError(
            f"{folder} is not an archive: it has no {INDEX}. A run makes it again from the WARC files."
        )
    found = Verified()
    try:
        lines = _read_index(folder / INDEX, found)
        paths = sorted(folder.glob("*.warc.gz"))
        for path in paths:
            result = _File(path, lines.pop(path.name, _Lines()), found.notes).verified(advanced)
            found.files.append(result)
            found.faults += result.faults
        for name in sorted(lines):
            found.faults.append(f"{name} is missing; {INDEX} names {len(lines[name].offsets)} records in it.")
        for torn in sorted(folder.glob("*.torn")):
            size = torn.stat().st_size
            found.notes.append(f"{torn.name}: {size} bytes that a kill left half written, kept aside.")
    except OSError as error:
        raise ArchiveError(f"{error.filename or folder} cannot be read: {error.strerror}.") from None
    return found


def table_of_files(found: Verified) -> Table:
    """The result as a table for the terminal: a file a row, and all of them."""
    table = Table(box=None, pad_edge=False)
    table.add_column("file", overflow="fold")
    for heading in ("records", "responses", "revisits", "bytes", "faults"):
        table.add_column(heading, justify="right")
    for file in found.files:
        counts = (file.records, file.responses, file.revisits, file.size_bytes, len(file.faults))
        table.add_row(file.file, *(f"{count:,}" for count in counts))
    sums = [
        sum(getattr(file, name) for file in found.files)
        for name in ("records", "responses", "revisits", "size_bytes")
    ]
    table.add_row("all", *(f"{count:,}" for count in (*sums, len(found.faults))))
    return table


def _read_index(path: Path, found: Verified) -> dict[str, _Lines]:
    lines: dict[str, _Lines] = {}
    before = b""
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                found.notes.append(f"{INDEX} ends in mid-line, as after a kill; the next run mends it.")
                break
            found.index_lines += 1
            try:
                text = line.decode().removesuffix("\n")
                capture = Capture.from_line(text)
            except ValueError:
                found.faults.append(f"{INDEX}, line {found.index_lines}: it cannot be read.")
                continue
            if line == before:
                found.faults.append(f"{INDEX}, line {found.index_lines}: it stands there twice.")
            before = line
            lines.setdefault(capture.filename, _Lines()).add(capture.offset, _fingerprint(text))
    return lines


def _fingerprint(line: str) -> int:
    return int.from_bytes(hashlib.blake2b(line.encode(), digest_size=8).digest(), "big")


class _File:
    """The verification of one WARC file."""

    def __init__(self, path: Path, lines: _Lines, notes: list[str]) -> None:
        self.path = path
        self.expected = lines.by_offset()
        self.last_indexed = max(self.expected, default=-1)
        self.notes = notes
        self.result = FileResult(path.name)
        self.told = Told()
        self.bodies: dict[tuple[str, str, str], str] = {}
        self.unindexed = 0

    def verified(self, advanced: Callable[[int], None]) -> FileResult:
        """Read the file to its end."""
        result = self.result
        for member in _members(self.path):
            advanced(member.length)
            result.size_bytes += member.length
            if member.content is None:
                self._damaged(member)
                continue
            result.records += 1
            fault = self._record(member)
            if fault:
                self.expected.pop(member.offset, None)
                self._fault(member.offset, fault)
        for offset in sorted(self.expected):
            self._fault(offset, f"{INDEX} names a record that does not begin there")
        result.unanswered = len(self.told.requested)
        if self.unindexed:
            self.notes.append(
                f"{self.path.name}: the last {self.unindexed} answers are not in {INDEX} yet; the next run "
                "adds them."
            )
        if result.unanswered:
            self.notes.append(
                f"{self.path.name}: {result.unanswered} requests without their answers, which a kill cut off."
            )
        return result

    def _fault(self, offset: int, fault: str) -> None:
        self.result.faults.append(f"{self.path.name}, byte {offset}: {fault}.")

    def _damaged(self, member: _Member) -> None:
        """Bytes that are no record: left by a kill if they are the last and the index knows nothing of them."""
        end = member.offset + member.length
        named = [offset for offset in self.expected if member.offset <= offset < end]
        if end >= self.path.stat().st_size and not named:
            self.notes.append(
                f"{self.path.name}: it ends in mid-record, as after a kill; the next run puts the last "
                f"{member.length} bytes aside."
            )
            return
        for offset in named:
            del self.expected[offset]
        self._fault(member.offset, f"{member.length} bytes are no readable record")

    def _record(self, member: _Member) -> str | None:
        """What is wrong with a record, if anything is."""
        content = member.content or b""
        head, _, rest = content.partition(b"\r\n\r\n")
        heads = _fields(head)
        kind = heads.get("warc-type", "")
        if not head.startswith(b"WARC/1.") or not heads.get("content-length", "").isdigit():
            return "it does not begin as a WARC record does"
        size = int(heads["content-length"])
        block, end = rest[:size], rest[size:]
        if end != b"\r\n\r\n":
            return "the gzip member holds less than its record" if len(rest) < size + 4 else (
                "the gzip member holds more than one record"
            )  # fmt: skip
        if not _agrees(heads.get("warc-block-digest"), block):
            return f"the digest of the {kind} record is not that of its bytes"
        payload = payload_of(block) if kind in {"response", "request"} else block
        if kind not in {"revisit", "warcinfo"} and not _agrees(heads.get("warc-payload-digest"), payload):
            return f"the payload digest of the {kind} record is not that of its bytes"
        return self._exchange(member, content, heads, kind)

    def _exchange(self, member: _Member, content: bytes, heads: dict[str, str], kind: str) -> str | None:
        """Whether a record has those that belong to it, and its line in the index."""
        id = heads.get("warc-record-id", "")
        accompanied = id in self.told.requested and id in self.told.described
        try:
            capture = self.told.capture(next(iter(ArchiveIterator(BytesIO(content)))))
        except (ArchiveLoadFailed, StopIteration, EOFError, ValueError) as error:
            return f"the {kind} record cannot be read ({' '.join(str(error).split())})"
        if capture is None:
            return None if kind in {"warcinfo", "request", "metadata"} else f"a record of the kind {kind!r}"
        if capture.is_revisit:
            self.result.revisits += 1
            target = (
                heads.get("warc-refers-to-target-uri", ""),
                timestamp(heads.get("warc-refers-to-date")),
                capture.digest,
            )
            if target not in self.bodies:
                return f"it refers to a body of {target[0]} of {target[1]} that is not there"
            capture = capture._replace(sha256=self.bodies[target])
        else:
            self.result.responses += 1
            self.bodies[capture.url, capture.timestamp, capture.digest] = capture.sha256
        if not accompanied:
            return "its request or its metadata is not there"
        placed = capture._replace(filename=self.path.name, offset=member.offset, length=member.length)
        line = self.expected.pop(member.offset, None)
        if line is None:
            if member.offset < self.last_indexed:
                return f"{INDEX} does not have it"
            self.unindexed += 1
        elif line != _fingerprint(placed.to_line()):
            return f"{INDEX} says something else of it"
        return None


def _fields(head: bytes) -> dict[str, str]:
    """A record's heads, names in lower case."""
    lines = head.decode("utf-8", "replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _agrees(told: str | None, content: bytes) -> bool:
    return told == digest(content)


def _members(path: Path) -> Iterator[_Member]:
    """The gzip members of a file in order, with stretches of bytes between them that are none."""
    size = path.stat().st_size
    start = 0
    while start < size:
        for member in _sound_members(path, start):
            yield member
            start = member.offset + member.length
        if start < size:
            following = next_member(path, start)
            end = size if following is None else following
            yield _Member(start, end - start, None)
            start = end


def _sound_members(path: Path, start: int) -> Iterator[_Member]:
    """The gzip members from byte `start` on, up to the first that is damaged or too large."""
    with path.open("rb") as file:
        file.seek(start)
        piece = file.read(_CHUNK)
        while piece:
            member = zlib.decompressobj(zlib.MAX_WBITS + 16)
            content, read = bytearray(), 0
            while not member.eof:
                if not piece:
                    return
                try:
                    content += member.decompress(piece, MAX_RECORD + 1 - len(content))
                except zlib.error:
                    return
                if len(content) > MAX_RECORD:
                    return
                read += len(piece) - len(member.unused_data)
                piece = member.unused_data if member.eof else file.read(_CHUNK)
            yield _Member(start, read, bytes(content))
            start += read
            piece = piece or file.read(_CHUNK)
