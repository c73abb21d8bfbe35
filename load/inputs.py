"""What `load` and `inspect` are given: archives, WARC, ARC and WACZ files, folders and files, as documents.

Of the archive only its reader is known here. What is in the bytes is left to `load.read`.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from load.extract import CONTAINERS, LARGEST_BYTES, Unreadable, kind_of, unpacked
from load.read import Origin
from load.rows import Row, document_id
from scrape.archive import (
    ArchivedDocument,
    ArchiveError,
    is_archive,
    is_web_archive,
    read_archive,
    read_sources,
)


@dataclass(frozen=True, slots=True)
class InputDocument:
    """One document to read: a row for `documents` that says where it is from, its bytes, its origin.

    page_sha256: of a file attached to a page that is in the same archive, the page's digest.
    """

    name: str  # for people: an address, or a file's name
    row: Row
    body: bytes
    origin: Origin
    fault: str | None = None  # why its bytes could not be had
    page_sha256: str | None = None


class InputError(Exception):
    """An input that cannot be opened; the message names it and says why."""


def documents(path: Path, failed: Callable[[str], None]) -> Iterator[InputDocument]:
    """The documents of `path`, one at a time, in an order that depends on their names only.

    Of a zip or gzip file those in it. What cannot be opened is told to `failed` in a sentence, and the others
    go on.
    """
    for document in _documents(path, failed):
        yield from _members(document)


def _members(document: InputDocument) -> Iterator[InputDocument]:
    """The documents in a container, each with its own name and digest; any other document as it is."""
    try:
        if kind_of(document.body) not in CONTAINERS:
            raise Unreadable("it is read as it is")
        members = unpacked(document.body)
    except Unreadable:  # what is wrong with it, reading it says
        yield document
        return
    for member in members:
        inner = member.name or PurePosixPath(document.name).name.removesuffix(".gz")
        content = member.content if isinstance(member.content, bytes) else b""
        sha256 = hashlib.sha256(content).hexdigest()
        row = document.row | {
            "id": document_id(f"{document.row['id']}/{inner}", sha256),
            "sha256": sha256,
            "member": inner,
            "size_bytes": len(content),
        }
        fault = None if isinstance(member.content, bytes) else str(member.content)
        name = f"{document.name}: {inner}"
        yield InputDocument(name, row, content, document.origin, fault, document.page_sha256)


def _documents(path: Path, failed: Callable[[str], None]) -> Iterator[InputDocument]:
    try:
        if not path.exists():
            raise InputError(f"{path}: there is no such file or folder")
        if path.is_dir() and is_archive(path):
            yield from _archived(path)
        elif path.is_dir():
            yield from _folder(path, failed)
        elif is_web_archive(path):
            yield from _archived(path)
        else:
            yield _file(path, path.name)
    except (InputError, ArchiveError) as error:
        failed(str(error))
    except OSError as error:
        failed(f"{path}: {error.strerror or error}")


def sources(path: Path) -> list[Row]:
    """The sites of an archive and how their last runs went, as rows for `sources`; none for other inputs."""
    if not (path.is_dir() and is_archive(path)):
        return []
    return [
        {
            "name": source["name"],
            "title": source.get("title"),
            "region_code": source.get("region"),
            "family": source.get("family"),
            "list": source.get("list"),
            "last_run_at": source.get("last_run_at"),
            "last_result": source.get("last_result"),
            "message": source.get("message"),
        }
        for source in read_sources(path)
    ]


def _archived(path: Path) -> Iterator[InputDocument]:
    regions = {source["name"]: source.get("region") for source in read_sources(path)} if path.is_dir() else {}
    for found in read_archive(path):
        row: Row = {
            "id": document_id(found.url, _content(found)),
            "sha256": found.sha256,
            "url": found.url,
            "also_at": "\n".join(found.also_at) or None,
            "parts": "\n".join(found.part_urls) or None,
            "parent_url": found.page_url,
            "source": found.source,
            "fetched_at": found.fetched_at,
            "size_bytes": len(found.body),
            "warc_file": found.warc_file,
            "warc_offset": found.warc_offset,
            "list_title": found.title,
            "listed_on": found.listed_on,
        }
        origin = Origin(
            url=found.url,
            charset=found.charset,
            title=found.title,
            listed_on=found.listed_on,
            region=regions.get(found.source or ""),
            parts=found.parts,
            parent_url=found.page_url,
            page=found.page.body if found.page else None,
            page_charset=found.page.charset if found.page else None,
        )
        page_sha256 = found.page.sha256 if found.page else None
        yield InputDocument(found.url, row, found.body, origin, page_sha256=page_sha256)


def _content(found: ArchivedDocument) -> str:
    """What a document's id is made from beside its address: its bytes, and those of the pages it goes on.

    So a report of which only a later page was changed is another version; one of a single page is known by
    its own digest, as ever.
    """
    pages = [found.sha256, *(hashlib.sha256(part).hexdigest() for part in found.parts)]
    return "\x1f".join(pages)


def _folder(path: Path, failed: Callable[[str], None]) -> Iterator[InputDocument]:
    if (path / "datapackage.json").is_file() and (path / "archive").is_dir():
        path = path / "archive"  # an unpacked WACZ file: beside its WARC files only what is told of them
    files = sorted(
        p
        for p in path.rglob("*")
        if p.is_file() and not any(part.startswith(".") for part in p.relative_to(path).parts)
    )
    if not files:
        raise InputError(f"{path}: there is no document in this folder")
    for file in files:
        try:
            if is_web_archive(file):
                yield from _archived(file)
            else:
                yield _file(file, file.relative_to(path).as_posix())
        except (InputError, ArchiveError) as error:
            failed(str(error))
        except OSError as error:
            failed(f"{file}: {error.strerror or error}")


def _file(path: Path, name: str) -> InputDocument:
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise InputError(f"{path}: it has {size:,} bytes; the largest that is read has {LARGEST_BYTES:,}")
    body = path.read_bytes()
    sha256 = hashlib.sha256(body).hexdigest()
    row: Row = {"id": document_id(name, sha256), "sha256": sha256, "file": name, "size_bytes": size}
    return InputDocument(str(path), row, body, Origin())
