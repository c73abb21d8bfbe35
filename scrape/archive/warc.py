"""The pieces WARC files are made of: records with their digests and bodies, and gzip members in a file.

Knows the format and nothing of sites, runs or the index.
"""

import base64
import importlib
import re
import uuid
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from scrape.client.message import unchunked

MAX_BODY = 200_000_000
"""Bytes of one decoded document; a larger one is reported, not read."""

_CHUNK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b\x08"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class Undecodable(ValueError):
    """Why a body cannot be unpacked, as a clause for the person at the terminal."""


def digest(block: bytes) -> str:
    """`block`'s SHA-256 as WARC writes it: `sha256:` and Base32."""
    return "sha256:" + base64.b32encode(sha256(block).digest()).decode()


def payload_of(message: bytes) -> bytes:
    """What of an HTTP message comes after its head, as it was sent: chunked and packed, if it was."""
    end = _HEAD_END.search(message)
    return message[end.end() :] if end else b""


def response_head(message: bytes) -> StatusAndHeaders:
    """The head of an HTTP answer as other tools read it from a record; empty if there is none."""
    try:
        return StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], verify=False).parse(BytesIO(message))
    except EOFError:
        return StatusAndHeaders("", [])


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


def decoded_body(record: ArcWarcRecord, limit: int = MAX_BODY) -> bytes:
    """A response's payload without transfer and content encoding; `limit` + 1 bytes of it if it is longer.

    An encoding that the bytes do not bear out is ignored: other tools keep a header they have undone.
    Undecodable if it takes a library that is not installed.
    """
    http = record.http_headers
    stream = record.raw_stream
    if http is None:
        return b"".join(_pieces(stream, limit + 1))
    encodings = [name.strip().lower() for name in (http.get_header("Content-Encoding") or "").split(",")]
    if (http.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        body = unchunked(b"".join(_pieces(stream, 2 * limit)))[: limit + 1]
    else:
        body = b"".join(_pieces(stream, limit + 1))
    for encoding in reversed(encodings):
        if encoding in {"gzip", "x-gzip", "deflate"}:
            body = _inflated(body, limit + 1)
        elif encoding == "zstd" and body.startswith(_ZSTD_MAGIC):
            body = _unpacked_zstd(body, limit + 1)
        elif encoding == "br" and not body.lstrip().startswith((b"<", b"%PDF", b"PK", b"\xd0\xcf")):
            body = _unpacked_brotli(body, limit + 1)
    return body


def _pieces(stream: Any, limit: int) -> Iterator[bytes]:
    while limit > 0 and (piece := stream.read(min(65536, limit))):
        limit -= len(piece)
        yield piece


def _inflated(raw: bytes, limit: int) -> bytes:
    for window in (zlib.MAX_WBITS + 32, -zlib.MAX_WBITS):  # gzip or zlib by its header; bare deflate
        body, rest = b"", raw
        try:
            while rest:
                member = zlib.decompressobj(window)
                body += member.decompress(rest, limit - len(body))
                is_more = len(body) < limit and member.unused_data.startswith(b"\x1f\x8b\x08")
                rest = member.unused_data if is_more else b""
        except zlib.error:
            if not body:
                continue
        return body
    return raw


def _unpacked_brotli(raw: bytes, limit: int) -> bytes:
    try:
        brotli = importlib.import_module("brotli")
    except ImportError:
        raise Undecodable(
            "its body is packed with Brotli; install the Python package brotli to read it"
        ) from None
    unpacker, body = brotli.Decompressor(), bytearray()
    try:
        for start in range(0, len(raw), 4096):  # in small steps: a few bytes can hold very many
            body += unpacker.process(raw[start : start + 4096])
            if len(body) > limit:
                break
    except brotli.error:
        return raw if not body else bytes(body)
    return bytes(body[:limit])


def _unpacked_zstd(raw: bytes, limit: int) -> bytes:
    try:
        zstandard = importlib.import_module("zstandard")
    except ImportError:
        raise Undecodable(
            "its body is packed with Zstandard; install the Python package zstandard to read it"
        ) from None
    with zstandard.ZstdDecompressor().stream_reader(BytesIO(raw), read_across_frames=True) as stream:
        return bytes(stream.read(limit))


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
                position += len(piece)
                try:
                    while piece and not member.eof:  # in steps: a small file can hold a large record
                        member.decompress(piece, _CHUNK)
                        piece = member.unconsumed_tail
                except zlib.error:
                    return
            left = member.unused_data
            position -= len(left)
            yield position


def next_member(path: Path, start: int) -> int | None:
    """Where after byte `start` the next complete WARC record begins; None if none does."""
    with path.open("rb") as file:
        for at in _magics(path, start + 1):
            file.seek(at)
            head = zlib.decompressobj(zlib.MAX_WBITS + 16)
            try:
                is_record = head.decompress(file.read(4096), 5) == b"WARC/"
            except zlib.error:
                continue
            if is_record and next(member_ends(path, at), None) is not None:
                return at
    return None


def _magics(path: Path, start: int) -> Iterator[int]:
    """Where from byte `start` on a gzip member may begin."""
    with path.open("rb") as file:
        file.seek(start)
        tail = b""
        while piece := file.read(_CHUNK):
            window = tail + piece
            at = window.find(_GZIP_MAGIC)
            while at >= 0:
                yield start - len(tail) + at
                at = window.find(_GZIP_MAGIC, at + 1)
            start += len(piece)
            tail = window[-2:]
