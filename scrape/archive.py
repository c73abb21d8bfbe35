"""The archive read back: WARC files and their index in, documents and the sources' health out.

An archive is a folder: one WARC 1.1 file a source, one gzip member a record, `index.cdxj` over all of
them and `log.jsonl`, what each run gave. The WARC files are the truth. Writing is
`scrape.archive_writer`; what the documents mean is for `load`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from scrape.exchange import charset, media_type
from scrape.index import (
    MAX_BODY,
    ArchiveError,
    Capture,
    decoded_body,
    read_sorted_index,
    scan_warc,
    surt_key,
)

__all__ = ["ArchiveError", "ArchivedDocument", "is_archive", "read_archive", "read_document", "read_sources"]

INDEX = "index.cdxj"
LOG = "log.jsonl"
DOCUMENTS = ("report", "attachment")

_WORTH_READING = re.compile(
    r"text/(html|plain|markdown)|application/(xhtml\+xml|pdf|x-pdf|msword|kswps|wps-office|zip|x-zip)"
    r"|application/vnd\.(ms-|openxmlformats|kingsoft)"
)
_NAME_WORTH_READING = re.compile(r"\.(s?html?|txt|md|pdf|docx?|wps|xlsx?|et|zip)$", re.IGNORECASE)


@dataclass(frozen=True)
class ArchivedDocument:
    """One document as it was fetched, and what the list that led to it said.

    fetched_at: ISO 8601, UTC. sha256: hex digest of `body`, which is decoded of transfer and content
    encoding. media_type, charset: as the header has them. warc_file: relative to the archive.
    listed_on: YYYY-MM-DD. What is not known is None.
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


def is_archive(path: Path) -> bool:
    """True of a folder that holds an index, and so is an archive of ours."""
    return (path / INDEX).is_file()


def read_archive(path: Path, *, all_captures: bool = False) -> Iterator[ArchivedDocument]:
    """The reports and attachments of an archive, or of one WARC file made by anybody.

    Ordered by address, then time; of each address the newest capture only, unless `all_captures`. Holds
    one document at a time. A record that cannot be read does not stop the others: ArchiveError comes
    after the last good document. A WARC file that does not say which responses are reports gives every
    successful one that may be a document (HTML, text, Word, PDF …).
    """
    problems: list[str] = []
    captures: Iterable[Capture]
    if path.is_dir():
        if not is_archive(path):
            raise ArchiveError(
                f"{path} is not an archive: it has no {INDEX}. Name the folder of a scrape run."
            )
        folder, captures = path, _readable(path / INDEX)
    elif path.is_file():
        folder = path.parent
        captures = sorted(scan_warc(path, digests=False, problems=problems), key=Capture.to_line)
    else:
        raise ArchiveError(f"{path} does not exist.")
    for _, of_one_key in groupby(captures, key=lambda capture: surt_key(capture.url)):
        wanted = sorted(
            (capture for capture in of_one_key if _is_document(capture)),
            key=lambda c: (c.url, c.timestamp, c.filename, c.offset),
        )
        newest = {capture.url: capture for capture in wanted}
        for capture in wanted if all_captures else newest.values():
            try:
                yield read_document(folder, capture)
            except ArchiveError as error:
                problems.append(str(error))
    if problems:
        more = f" ({len(problems) - 1} more such problems)" if len(problems) > 1 else ""
        raise ArchiveError(problems[0] + more)


def read_document(folder: Path, capture: Capture) -> ArchivedDocument:
    """Read what `capture` points to. ArchiveError if it is not there or its digest is wrong."""
    where = f"{capture.filename}, byte {capture.offset}"
    # A digest of our own must hold; those of others follow too many conventions to be judged here.
    ours = bool(capture.source) and capture.digest.startswith("sha256:")
    try:
        with (folder / capture.filename).open("rb") as file:
            file.seek(capture.offset)
            record = next(iter(ArchiveIterator(file, check_digests="raise" if ours else False)))
            if record.rec_headers.get_header("WARC-Target-URI") != capture.url:
                raise ArchiveError(
                    f"{where}: not the record the index names; remove {INDEX} and scrape again."
                )
            content_type = record.http_headers.get_header("Content-Type")
            date = record.rec_headers.get_header("WARC-Date")
            body = decoded_body(record)
            record.raw_stream.read()  # to the end, where the digest is compared
    except FileNotFoundError:
        raise ArchiveError(f"{folder / capture.filename} is missing, but the index names it.") from None
    except OSError as error:
        raise ArchiveError(f"{folder / capture.filename} cannot be read: {error.strerror}.") from None
    except (ArchiveLoadFailed, StopIteration, EOFError) as error:
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

    Keys: name, title, region, family, list (addresses, one a line), last_run_at, last_result (ok, failed or
    blocked), reports (archived in all), new, unchanged, changed, failed, blocked (documents of the last
    run), message.
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
                **dict.fromkeys(("new", "unchanged", "changed", "failed", "blocked"), 0),
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


def _is_document(capture: Capture) -> bool:
    if capture.is_revisit or not 200 <= capture.status < 300:
        return False
    if capture.kind:
        return capture.kind in DOCUMENTS
    if capture.mime in {"", "-", "application/octet-stream"}:
        return bool(_NAME_WORTH_READING.search(urlsplit(capture.url).path))
    return bool(_WORTH_READING.match(capture.mime))
