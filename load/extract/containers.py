"""Files that hold other files: a zip of several reports, a gzip of one.

What comes out is bytes with a name for people; nothing is ever written to disk under such a name. What the
files inside are is left to `load.extract`.
"""

import io
import lzma
import zipfile
import zlib
from typing import NamedTuple

from load.extract.document import Unreadable

MOST_MEMBERS = 100
LARGEST_TOTAL = 100_000_000  # bytes, all members together
LARGEST_MEMBER = 30_000_000
_MOST_ENTRIES = 10_000  # of a directory that is opened at all
_NOT_DOCUMENTS = ("__macosx/", "thumbs.db", "desktop.ini")
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_LONGEST_NAME = 200
_ZIP, _GZIP = (b"PK\x03\x04", b"PK\x05\x06"), b"\x1f\x8b"
_OFFICE = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}


class _TooMuch(Unreadable):
    """The whole is too much, whichever file inside went over the limit."""


class Member(NamedTuple):
    """A file that was inside: its name, for people only, and its bytes, or why they could not be had."""

    name: str
    content: bytes | Unreadable


def kind_of_zip(body: bytes) -> str:
    """What a zip container is: "docx", "xlsx", "pptx", "odt", "ods", "odp", or "zip" for one of documents.

    Raises Unreadable if its directory cannot be read.
    """
    archive = _opened(body)
    names = archive.namelist()
    if "[Content_Types].xml" in names or "_rels/.rels" in names:
        for folder, kind in _OFFICE.items():
            if any(name.replace("\\", "/").lstrip("/").lower().startswith(folder) for name in names):
                return kind
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        said = _read(archive, archive.getinfo("mimetype"), 200)
        if isinstance(said, bytes):
            for ending, name in ((b"text", "odt"), (b"spreadsheet", "ods"), (b"presentation", "odp")):
                if said.strip().startswith(b"application/vnd.oasis.opendocument." + ending):
                    return name
    return "zip"


def unpacked(body: bytes) -> list[Member]:
    """The files in a zip or gzip container, in its order; a zip inside a zip is unpacked, too, one level deep.

    A member that is damaged, encrypted or too large comes with the reason in place of its bytes. Raises
    Unreadable if there is none that can be had, or if all is too much: more than `MOST_MEMBERS` files or
    `LARGEST_TOTAL` bytes.
    """
    members: list[Member] = []
    room = _Room()
    if body.startswith(_GZIP):
        members.append(Member("", _gunzipped(body, room)))
    else:
        _unpack(body, "", members, room)
    if not members:
        raise Unreadable("there is no file in it")
    failures = [member.content for member in members if isinstance(member.content, Unreadable)]
    if len(failures) == len(members):
        whole = (
            "" if len(members) == 1 else f"none of the {len(members)} files in it can be read; the first: "
        )
        raise Unreadable(f"{whole}{failures[0]}")
    return members


class _Room:
    """What may still come out, over all levels."""

    def __init__(self) -> None:
        self.left = LARGEST_TOTAL

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise _TooMuch(f"it unpacks to more than {LARGEST_TOTAL:,} bytes")


def _opened(body: bytes) -> zipfile.ZipFile:
    entries = body.count(b"PK\x01\x02")
    if entries > _MOST_ENTRIES:
        raise Unreadable(f"it has {entries:,} entries; at most {_MOST_ENTRIES:,} are looked at")
    try:
        return zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, OverflowError, zlib.error) as error:
        raise Unreadable("it is a damaged or incomplete ZIP container") from error


def _unpack(body: bytes, inside: str, members: list[Member], room: _Room) -> None:
    archive = _opened(body)
    files = [(entry, _name(entry)) for entry in archive.infolist() if not entry.is_dir()]
    files = [(entry, name) for entry, name in files if not _is_litter(name)]
    if len(files) + len(members) > MOST_MEMBERS:
        raise _TooMuch(f"it holds {len(files) + len(members):,} files; at most {MOST_MEMBERS} are read")
    for entry, own_name in files:
        name = f"{inside}{own_name}"
        content = _read(archive, entry, min(LARGEST_MEMBER, room.left))
        room.take(len(content) if isinstance(content, bytes) else 0)
        if isinstance(content, bytes) and content.startswith(_GZIP):
            content = _guarded_gunzip(content, room)
        if isinstance(content, bytes) and content.startswith(_ZIP):
            try:
                is_container = kind_of_zip(content) == "zip"
                if is_container and not inside:
                    _unpack(content, f"{name}/", members, room)
                    continue
                if is_container:
                    content = Unreadable("it is a zip in a zip in a zip")
            except _TooMuch:
                raise
            except Unreadable as error:
                content = error
        members.append(Member(name, content))
        if len(members) > MOST_MEMBERS:
            raise _TooMuch(
                f"it holds more files than the {MOST_MEMBERS} that are read, those in its zips included"
            )


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes | Unreadable:
    """The bytes of a member, or why they cannot be had. What its entry says of its size is not believed."""
    if entry.flag_bits & _ENCRYPTED:
        return Unreadable("it is encrypted: without its password nobody can read it")
    try:
        with archive.open(entry) as file:
            data = file.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, OverflowError):
        return Unreadable("it is damaged inside its zip")
    except (NotImplementedError, RuntimeError, ValueError, MemoryError):
        return Unreadable("it is packed in a way that is not read")
    if len(data) > most:
        if most < LARGEST_MEMBER:
            raise _TooMuch(f"it unpacks to more than {LARGEST_TOTAL:,} bytes")
        return Unreadable(f"it unpacks to more than {LARGEST_MEMBER:,} bytes")
    return data


def _gunzipped(body: bytes, room: _Room) -> bytes:
    """What a gzip file holds, all its members joined. Raises Unreadable."""
    parts: list[bytes] = []
    size = 0
    while body:
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            part = inflater.decompress(body, LARGEST_MEMBER + 1 - size)
        except zlib.error as error:
            if parts:  # what stands behind the last member
                break
            raise Unreadable("it is a damaged gzip file") from error
        size += len(part)
        room.take(len(part))
        if size > LARGEST_MEMBER:
            raise Unreadable(f"it unpacks to more than {LARGEST_MEMBER:,} bytes")
        if not inflater.eof:
            raise Unreadable("it is a gzip file that is cut short")
        parts.append(part)
        body = inflater.unused_data.lstrip(b"\0")
        if len(parts) > _MOST_ENTRIES:
            raise Unreadable(f"it has more than {_MOST_ENTRIES:,} parts")
    return b"".join(parts)


def _guarded_gunzip(content: bytes, room: _Room) -> bytes | Unreadable:
    try:
        return _gunzipped(content, room)
    except _TooMuch:
        raise
    except Unreadable as error:
        return error


def _name(entry: zipfile.ZipInfo) -> str:
    """A member's name: where it is not said to be UTF-8 it is what it can be, most often GBK."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")
        for charset in ("utf-8", "gb18030"):
            try:
                name = raw.decode(charset)
                break
            except UnicodeDecodeError:
                continue
    printable = "".join(c for c in name.replace("\\", "/") if c.isprintable())
    return printable[-_LONGEST_NAME:].lstrip("/")


def _is_litter(name: str) -> bool:
    lower = name.lower()
    return lower.startswith(_NOT_DOCUMENTS) or lower.rpartition("/")[2].startswith((".", *_NOT_DOCUMENTS))
