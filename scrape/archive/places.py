"""Which documents an archive holds, and where: of each address the newest, of each body all addresses.

Works on captures alone, as an index has them, in several passes so that little is held at once. Reading the
bytes is `scrape.archive.reader`'s.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import urljoin

from scrape.archive.foreign import is_worth_reading
from scrape.archive.index import Capture, surt_key
from scrape.exchange import MAX_REDIRECTS

DOCUMENTS = ("report", "attachment")

Captures = Callable[[], Iterator[Capture]]
"""Begins a pass over all captures, ordered by their keys."""

_Body = tuple[str, str]


@dataclass(frozen=True)
class Place:
    """A document: the capture that tells of it, and the one that holds its bytes.

    also_at: other addresses with the same bytes. parts: by address, what holds each page that continues it.
    page: of an attached file, what holds the page that it belongs to.
    """

    capture: Capture
    holder: Capture
    also_at: tuple[str, ...] = ()
    parts: dict[str, Capture] = field(default_factory=dict)
    page: Capture | None = None


@dataclass
class _Shared:
    """A body that stands at several addresses, or at another than its bytes."""

    urls: set[str] = field(default_factory=set)
    holders: list[Capture] = field(default_factory=list)

    def holder(self) -> Capture | None:
        """The first capture that has the bytes, of an address where they still stand if there is one."""
        return min(self.holders, key=lambda c: (c.url not in self.urls, c.timestamp, c.url), default=None)


def places(captures: Captures, *, all_captures: bool, problems: list[str]) -> Iterator[Place]:
    """The documents in order of address, then time; a sentence in `problems` for one whose bytes are gone."""
    shared, continued = _survey(captures, all_captures=all_captures)
    if shared:
        _fill(shared, captures, all_captures=all_captures)
    parts = _parts(continued, captures)
    for history in _histories(captures):
        for capture in _told(history, all_captures=all_captures):
            holder, also_at = _holder(history, capture, all_captures=all_captures), set[str]()
            if _body(capture) in shared:
                several = shared[_body(capture)]
                if not all_captures:
                    holder = several.holder()
                    stands = holder is not None and holder.url in several.urls
                    if capture.url != (holder.url if holder and stands else min(several.urls)):
                        continue
                also_at = several.urls - {capture.url}
            if holder is None:
                problems.append(
                    f"{capture.filename}, byte {capture.offset}: {capture.url} is noted as known, "
                    "and its bytes are not there."
                )
                continue
            its_parts = {url: parts[url] for url in capture.parts if url in parts}
            page = parts.get(capture.page) if capture.page else None
            yield Place(capture, holder, tuple(sorted(also_at)), its_parts, page)


def _survey(captures: Captures, *, all_captures: bool) -> tuple[dict[_Body, _Shared], set[str]]:
    """The bodies that need a second look, and the addresses of pages that belong to other documents: those that
    continue reports, and those that files are attached to."""
    seen, continued = set[int](), set[str]()
    shared: dict[_Body, _Shared] = {}
    for history in _histories(captures):
        bodies = set[_Body]()
        for capture in _told(history, all_captures=all_captures, revisits=True):
            body = _body(capture)
            if hash(body) in seen or _holder(history, capture) is None:
                shared[body] = _Shared()
            continued.update(capture.parts, [capture.page] if capture.page else [])
            bodies.add(body)
        seen.update(map(hash, bodies))
    return shared, continued


def _fill(shared: dict[_Body, _Shared], captures: Captures, *, all_captures: bool) -> None:
    for history in _histories(captures):
        for capture in history:
            if not capture.is_revisit and _body(capture) in shared:
                shared[_body(capture)].holders.append(capture)
        for capture in _told(history, all_captures=all_captures, revisits=True):
            if _body(capture) in shared:
                shared[_body(capture)].urls.add(capture.url)


def _told(history: list[Capture], *, all_captures: bool, revisits: bool = False) -> list[Capture]:
    """Of one address's captures those that are asked for. `revisits`: with all, also those without bytes."""
    if not all_captures:
        return history[-1:]
    return [capture for capture in history if revisits or not capture.is_revisit]


def _holder(history: list[Capture], capture: Capture, *, all_captures: bool = False) -> Capture | None:
    """The newest capture of the same address that has the bytes; with all captures, each has its own."""
    if all_captures:
        return capture
    if not capture.is_revisit and capture is history[-1]:
        return capture
    same = [c for c in history if not c.is_revisit and _body(c) == _body(capture)]
    return same[-1] if same else None


def _parts(wanted: set[str], captures: Captures) -> dict[str, Capture]:
    """By address, the capture that holds the newest bytes of each page in `wanted`."""
    found: dict[str, list[Capture]] = {}
    moved: dict[str, str] = {}
    looking = set(wanted)
    while looking:
        further = set[str]()
        for capture in captures():
            if capture.url not in looking or capture.method:
                continue
            if capture.kind == "redirect":
                moved[capture.url] = urljoin(capture.url, capture.location).partition("#")[0]
                further.add(moved[capture.url])
            elif 200 <= capture.status < 300:
                found.setdefault(capture.url, []).append(capture)
                further |= {capture.refers_to} if capture.refers_to else set()
        looking = further - found.keys() - moved.keys()
        if looking <= wanted:
            break
        wanted = wanted | looking
    return {url: holder for url in wanted if (holder := _newest_bytes(url, found, moved))}


def _newest_bytes(url: str, found: dict[str, list[Capture]], moved: dict[str, str]) -> Capture | None:
    steps = 0
    while url not in found and url in moved and steps < MAX_REDIRECTS:
        url, steps = moved[url], steps + 1
    history = sorted(found.get(url, ()), key=_age)
    if not history:
        return None
    newest = history[-1]
    same = [
        c
        for c in [*found.get(newest.refers_to, ()), *history]
        if not c.is_revisit and _body(c) == _body(newest)
    ]
    return same[-1] if same else None


def _histories(captures: Captures) -> Iterator[list[Capture]]:
    """The document captures of each address, oldest first; the addresses in order."""
    documents = (capture for capture in captures() if _is_document(capture))
    for _, of_one_key in groupby(documents, key=lambda capture: surt_key(capture.url)):
        ordered = list(of_one_key)
        if len(ordered) == 1:
            yield ordered
            continue
        for _, history in groupby(sorted(ordered, key=_age), key=lambda capture: capture.url):
            yield list(history)


def _age(capture: Capture) -> tuple[str, str, str, int]:
    return capture.url, capture.timestamp, capture.filename, capture.offset


def _body(capture: Capture) -> _Body:
    """By what a body is known within a source; what has no digest is like nothing else."""
    known = capture.sha256 or capture.digest
    return capture.source, known or f"{capture.filename} {capture.offset}"


def _is_document(capture: Capture) -> bool:
    if not 200 <= capture.status < 300 or capture.method:
        return False
    if capture.kind:
        return capture.kind in DOCUMENTS
    return capture.is_revisit or is_worth_reading(capture)
