"""An archive made whole again after a kill or a full disk, when the next run opens it.

What is half written is cut off to a side file, what the index lacks is indexed, and nothing that is
complete is ever changed. Whether all of it is sound is `scrape.archive.verify`'s to say.
"""

import os
from pathlib import Path

from scrape.archive.index import Capture, captures_in, scan_warc, surt_key, with_bodies
from scrape.archive.reader import INDEX, LOG
from scrape.archive.warc import member_ends, next_member

_CHUNK = 1 << 20


def repaired(folder: Path) -> tuple[list[Capture], list[str]]:
    """Make index and WARC files agree; the captures there are, and sentences on what was mended."""
    repairs: list[str] = []
    index = folder / INDEX
    is_whole = index.exists()
    lines, _, torn = (index.read_bytes() if is_whole else b"").rpartition(b"\n")
    captures = list(captures_in(lines))
    is_whole &= not torn
    if lines and not _are_whole(lines.split(b"\n"), captures):
        repairs.append(f"{INDEX} had lines that cannot be read; it was made anew.")
        captures, is_whole = [], False
    known: dict[str, int] = {}
    for capture in captures:
        known[capture.filename] = max(known.get(capture.filename, 0), capture.offset + capture.length)
    added: list[Capture] = []
    for path in sorted(folder.glob("*.warc.gz")):
        start = known.get(path.name, 0)
        if start > path.stat().st_size:
            repairs.append(f"{path.name} is shorter than its index says; it was indexed anew.")
            captures = [capture for capture in captures if capture.filename != path.name]
            start, is_whole = 0, False
        added += _unindexed(path, start, repairs)
    complete = with_bodies(captures + added)
    if not is_whole or complete != captures:
        replace_file(index, b"".join(sorted(capture.to_line().encode() + b"\n" for capture in complete)))
    log = folder / LOG
    if log.exists() and log.read_bytes()[-1:] not in {b"\n", b""}:
        with log.open("ab") as file:
            file.write(b"\n")
    return complete, repairs


def _are_whole(lines: list[bytes], captures: list[Capture]) -> bool:
    """Whether each line is one capture's: not garbled, and not the torn beginning of one and another after it."""
    return len(lines) == len(captures) and all(
        line.startswith(f"{surt_key(capture.asked)} {capture.timestamp} ".encode())
        for line, capture in zip(lines, captures, strict=True)
    )


def _unindexed(path: Path, start: int, repairs: list[str]) -> list[Capture]:
    """What stands in a WARC file from byte `start` on; a torn tail is cut off, damage before it passed by."""
    found: list[Capture] = []
    while start < path.stat().st_size:
        end = max(member_ends(path, start), default=start)
        following = next_member(path, end) if end < path.stat().st_size else None
        if following is not None:
            repairs.append(f"{path.name} is damaged at byte {end}; the records after it are still read.")
        elif end < path.stat().st_size:
            repairs.append(_cut_off(path, end))
        found += scan_warc(path, start, problems=[])
        start = following or end
        if following is None:
            break
    return found


def _cut_off(path: Path, end: int) -> str:
    """Move what comes after byte `end` to a side file, and say so."""
    torn = path.with_name(path.name + ".torn")
    size = path.stat().st_size
    with path.open("r+b") as file, torn.open("ab") as side:
        file.seek(end)
        while piece := file.read(_CHUNK):
            side.write(piece)
        side.flush()
        os.fsync(side.fileno())
        file.truncate(end)
    return (
        f"{path.name} ended in mid-record, as after a kill: its last {size - end} bytes are in {torn.name}."
    )


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that a kill leaves either the old or the new one."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
