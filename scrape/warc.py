"""The pieces WARC files are made of: records with their digests, and gzip members in a file.

Knows the format and nothing of sites, runs or the index.
"""

import base64
import re
import uuid
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders

_CHUNK = 1 << 20
_HEAD_END = re.compile(rb"\r?\n\r?\n")


def digest(block: bytes) -> str:
    """`block`'s SHA-256 as WARC writes it: `sha256:` and Base32."""
    return "sha256:" + base64.b32encode(sha256(block).digest()).decode()


def payload_of(message: bytes) -> bytes:
    """What of an HTTP message comes after its head, as it was sent: chunked and packed, if it was."""
    end = _HEAD_END.search(message)
    return message[end.end() :] if end else b""


def record(kind: str, heads: Mapping[str, str], content_type: str, block: bytes) -> ArcWarcRecord:
    """A record whose block is `block`, byte for byte."""
    fixed = {"WARC-Type": kind, "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>", **heads}
    fixed["WARC-Block-Digest"] = digest(block)
    # The writer adds a SHA-1 where it finds no payload digest; of these records the block is the payload.
    fixed.setdefault("WARC-Payload-Digest", fixed["WARC-Block-Digest"])
    if kind == "warcinfo":
        del fixed["WARC-Payload-Digest"]
    headers = StatusAndHeaders("", list(fixed.items()), protocol="WARC/1.1")
    # Of what it knows to be a revisit the writer drops the block, but not its length.
    known_as = "response" if kind == "revisit" else kind
    made = ArcWarcRecord("warc", known_as, headers, BytesIO(block), None, content_type, len(block))
    made.payload_length = len(block)
    return made


def warcinfo(filename: str, date: str) -> ArcWarcRecord:
    """The record that opens a WARC file."""
    block = b"software: nianbao\r\nformat: WARC File Format 1.1\r\nrobots: classic\r\n"
    heads = {"WARC-Filename": filename, "WARC-Date": date}
    return record("warcinfo", heads, "application/warc-fields", block)


def member_ends(path: Path, start: int) -> Iterator[int]:
    """Where each complete gzip member from `start` on ends; stops at the first that is not complete."""
    with path.open("rb") as file:
        file.seek(start)
        position, left = start, b""
        while True:
            member = zlib.decompressobj(zlib.MAX_WBITS + 16)
            while not member.eof:
                piece = left or file.read(_CHUNK)
                left = b""
                if not piece:
                    return
                try:
                    member.decompress(piece)
                except zlib.error:
                    return
                position += len(piece)
            left = member.unused_data
            position -= len(left)
            yield position


def next_member(path: Path, start: int) -> int | None:
    """Where after byte `start` the next complete WARC record begins; None if none does."""
    with path.open("rb") as file:
        file.seek(start + 1)
        tail = file.read()
    at = tail.find(b"\x1f\x8b\x08")
    while at >= 0:
        member = zlib.decompressobj(zlib.MAX_WBITS + 16)
        try:
            if member.decompress(tail[at:]).startswith(b"WARC/") and member.eof:
                return start + 1 + at
        except zlib.error:
            pass
        at = tail.find(b"\x1f\x8b\x08", at + 1)
    return None
