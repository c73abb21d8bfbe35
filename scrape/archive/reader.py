"""The archive read back: WARC files and their index in, documents and the sources' health out.

An archive is a folder: one WARC 1.1 file a source, one gzip member a record, `index.cdxj` over all of
them and `log.jsonl`, what each run gave. The WARC files are the truth. Writing is
`scrape.archive.writer`; what the documents mean is for `load`.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from scrape.archive import foreign
from scrape.archive.index import ArchiveError, Capture, read_sorted_index, whole_seconds
from scrape.archive.places import DOCUMENTS, Place, places
from scrape.archive.warc import MAX_BODY, Undecodable, decoded_body
from scrape.exchange import charset, media_type

__all__ = [
    "DOCUMENTS",
    "ArchiveError",
    "ArchivedDocument",
    "is_archive",
    "is_web_archive",
    "read_archive",
    "read_document",
    "read_sources",
]

INDEX = "index.cdxj"
LOG = "log.jsonl"


@dataclass(frozen=True)
class ArchivedDocument:
    """One document as it was fetched, and what the list that led to it said.

    fetched_at: ISO 8601, UTC; of the newest of its pages. sha256: hex digest of `body`, which is decoded of
    transfer and content encoding. media_type, charset: as the header has them. warc_file: relative to the
    archive. listed_on: YYYY-MM-DD. What is not known is None. also_at: other addresses at which the source
    has the same body, in order. parts: the bodies of the pages that continue it, in order; part_urls: their
    addresses. page: the page that an attached file belongs to, as far as it is in the archive; page_url: its
    address, None of what is no attached file.
    """

    url: str
    fetched_at: str
    sha256: str
    body: bytes
    media_type: str | None
    charset: str | None
    status: int
    warc_file: str
    warc_offset: int
    source: str | None
    title: str | None
    listed_on: str | None
    parent_url: str | None
    also_at: tuple[str, ...] = ()
    part_urls: tuple[str, ...] = ()
    parts: tuple[bytes, ...] = ()
    page_url: str | None = None
    page: "ArchivedDocument | None" = None


def is_archive(path: Path) -> bool:
    """True of a folder that holds an index, and so is an archive of ours."""
    return (path / INDEX).is_file()


def is_web_archive(path: Path) -> bool:
    """True of a WARC, ARC or WACZ file, by its name."""
    return path.is_file() and path.name.lower().endswith(foreign.NAMES)


def read_archive(path: Path, *, all_captures: bool = False) -> Iterator[ArchivedDocument]:
    """The reports and attachments of an archive, or of one WARC, ARC or WACZ file made by anybody.

    Ordered by address, then time; of each address the newest capture only, unless `all_captures`. What a
    source has at several addresses comes once, with all of them. Holds one document at a time. A record that
    cannot be read does not stop the others: ArchiveError comes after the last good document, also where a
    page is missing that continues a report; the report comes without it. A file that does not say which
    responses are reports gives every successful one that may be a document (HTML, text, Word, PDF …).
    """
    problems: list[str] = []
    captures: Callable[[], Iterator[Capture]]
    if path.is_dir():
        if not is_archive(path):
            raise ArchiveError(
                f"{path} is not an archive: it has no {INDEX}. Name the folder of a scrape run."
            )
        folder, captures = path, partial(_readable, path / INDEX)
    elif path.is_file():
        found = foreign.captures_of(path, problems)
        folder, captures = path.parent, lambda: iter(found)
    else:
        raise ArchiveError(f"{path} does not exist.")
    for place in places(captures, all_captures=all_captures, problems=problems):
        try:
            document = _told(read_document(folder, place.holder), place)
        except ArchiveError as error:
            problems.append(str(error))
            continue
        yield _beside(_continued(document, folder, place, problems), folder, place)
    if problems:
        more = f" ({len(problems) - 1} more such problems)" if len(problems) > 1 else ""
        raise ArchiveError(problems[0] + more)


def _told(document: ArchivedDocument, place: Place) -> ArchivedDocument:
    """A document with what is told of it where it stands, which need not be where its bytes are."""
    capture = place.capture
    return replace(
        document,
        url=capture.url,
        title=capture.title or None,
        listed_on=capture.listed_on or None,
        parent_url=capture.parent or None,
        also_at=place.also_at,
        page_url=capture.page or None,
    )


def _continued(
    document: ArchivedDocument, folder: Path, place: Place, problems: list[str]
) -> ArchivedDocument:
    """A report with those pages that continue it that can be read."""
    parts: dict[str, ArchivedDocument] = {}
    for url in place.capture.parts:
        try:
            holder = place.parts.get(url)
            if holder is None:
                raise ArchiveError(
                    f"{document.url} goes on at {url}, which is not in the archive; run its source again."
                )
            parts[url] = read_document(folder, holder)
        except ArchiveError as error:
            problems.append(str(error))
    return replace(
        document,
        fetched_at=max([document.fetched_at, *(part.fetched_at for part in parts.values())]),
        part_urls=tuple(parts),
        parts=tuple(part.body for part in parts.values()),
    )


def _beside(document: ArchivedDocument, folder: Path, place: Place) -> ArchivedDocument:
    """An attached file with its page. Without it where it cannot be read: the page's own turn tells why."""
    if place.page is None:
        return document
    try:
        return replace(document, page=read_document(folder, place.page))
    except ArchiveError:
        return document


def read_document(folder: Path, capture: Capture) -> ArchivedDocument:
    """Read what `capture` points to. ArchiveError if it is not there or its digest is wrong."""
    where = f"{capture.filename}, byte {capture.offset}"
    # A digest of our own must hold; those of others follow too many conventions to be judged here.
    ours = bool(capture.source) and capture.digest.startswith("sha256:")
    try:
        with foreign.opened_at(folder, capture.filename, capture.offset) as file:
            checked = "raise" if ours else False
            record = next(iter(ArchiveIterator(file, check_digests=checked, arc2warc=not ours)))
            if record.rec_headers.get_header("WARC-Target-URI") != capture.url:
                raise ArchiveError(
                    f"{where}: not the record the index names; remove {INDEX} and scrape again."
                )
            heads = record.http_headers or record.rec_headers
            content_type = heads.get_header("Content-Type")
            date = whole_seconds(record.rec_headers.get_header("WARC-Date"))
            body = decoded_body(record)
            record.raw_stream.read()  # to the end, where the digest is compared
    except FileNotFoundError:
        raise ArchiveError(f"{folder / capture.filename} is missing, but the index names it.") from None
    except OSError as error:
        raise ArchiveError(f"{folder / capture.filename} cannot be read: {error.strerror}.") from None
    except Undecodable as error:
        raise ArchiveError(f"{where}: {capture.url}: {error}.") from None
    except (ArchiveLoadFailed, StopIteration, EOFError, ValueError, BadZipFile) as error:
        reason = " ".join(str(error).split()) or "it ends early"
        raise ArchiveError(f"{where}: the record is damaged ({reason}).") from None
    if len(body) > MAX_BODY:
        raise ArchiveError(
            f"{where}: the document is larger than {MAX_BODY // 1_000_000} MB; it is left out."
        )
    return ArchivedDocument(
        url=capture.url,
        fetched_at=date,
        sha256=sha256(body).hexdigest(),
        body=body,
        media_type=media_type(content_type),
        charset=charset(content_type),
        status=capture.status,
        warc_file=capture.filename,
        warc_offset=capture.offset,
        source=capture.source or None,
        title=capture.title or None,
        listed_on=capture.listed_on or None,
        parent_url=capture.parent or None,
    )


def read_sources(path: Path) -> list[dict[str, Any]]:
    """What each source last gave, from the archive's log, ordered by name.

    Keys: name, title, region, family, list (addresses, one a line), last_run_at, last_result (ok, failed,
    blocked, or capped if a cap ended it), reports (archived in all), new, unchanged, changed, failed, blocked,
    left for the next run (documents of the last run), requests, received_mb, duration_s, message.
    """
    sources: dict[str, dict[str, Any]] = {}
    for event in _events(path / LOG):
        name = str(event.get("name"))
        if event.get("event") == "started":
            before = sources.get(name, {})
            sources[name] = {
                **{key: event[key] for key in ("name", "title", "region", "family", "list")},
                "last_run_at": event["at"],
                "last_result": "failed",
                "reports": before.get("reports", 0),
                **dict.fromkeys(("new", "unchanged", "changed", "failed", "blocked", "left", "requests"), 0),
                **dict.fromkeys(("received_mb", "duration_s")),
                "message": "The run did not finish, or is still at work.",
            }
        elif event.get("event") == "finished" and name in sources:
            told = {key: event[key] for key in sources[name] if key in event}
            sources[name].update({**told, "last_run_at": event["at"]})
    return [sources[name] for name in sorted(sources)]


def _events(log: Path) -> Iterator[dict[str, Any]]:
    if not log.is_file():
        return
    for line in log.read_text("utf-8", errors="replace").split("\n"):
        try:
            event = json.loads(line)
        except ValueError:
            continue  # torn by a kill
        if isinstance(event, dict):
            yield event


def _readable(index: Path) -> Iterator[Capture]:
    try:
        yield from read_sorted_index(index)
    except OSError as error:
        raise ArchiveError(f"{index} cannot be read: {error.strerror}.") from None
