"""What documents should be read as: truth files, and which document each of them is for.

A truth is an object with the names of `nianbao inspect --json`, or a list of them for a document with
several reports; a manifest.json, as the sample's generator writes it, is the truth of a whole folder. What
is read is held against it in `load.evaluate`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

from load.checks import PARSE_DOUBT
from load.read import Origin

MANIFEST = "manifest.json"
NAMES = ("form_version", "publisher", "fiscal_year", "province", "region_code")
_TABLES = (2, 3, 4)
STATISTICS = 0  # in a cell's place for the table of statistics of the years before the form
_SAME_FORMAT = {"htm": "html", "shtml": "html", "xhtml": "html", "jpeg": "jpg", "tiff": "tif"}

Cell = tuple[int, str, str]
Number = int | float | None


class TruthError(Exception):
    """What documents should be held against is not there or cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What one report prints, by cell, null where it is blank or cannot be known from the page.

    inferable  figures that the page does not let one know for sure: null or exactly this is right
    names      publisher, year and place, as far as the truth tells them
    doubt_due  whether reading it should leave a doubt: then one is not needless
    """

    figures: Mapping[Cell, Number]
    inferable: Mapping[Cell, Number] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)
    doubt_due: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A document to be read, its truths (none: it is no report) and what is known of it beforehand."""

    path: Path
    name: str
    format: str
    layout: str
    truths: Sequence[Truth]
    origin: Origin | None = None


def subjects(folder: Path, truth: Path | None, without: Callable[[str], None]) -> Iterator[Subject]:
    """The documents of `folder` with their truths, in the order of their names.

    By manifest.json where there is one, else by name: 000.blank.docx has 000.blank.json, or, where there is
    none, 000.json. `without` is told of documents without a truth. Raises TruthError.
    """
    if not folder.is_dir():
        raise TruthError(f"{folder}: there is no such folder")
    if truth is not None and not truth.is_dir():
        raise TruthError(f"{truth}: there is no such folder")
    beside = folder.resolve().parent / "truth"
    where = truth or (folder if any(folder.rglob("*.json")) or not beside.is_dir() else beside)
    entries = _manifest(where / MANIFEST) if (where / MANIFEST).is_file() else None
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        hidden = any(part.startswith(".") for part in PurePath(name).parts)
        if not path.is_file() or hidden or path.suffix == ".json":
            continue
        subject = (
            _by_name(path, name, where) if entries is None else _by_manifest(path, name, folder, entries)
        )
        if subject is None:
            without(name)
        else:
            yield subject
    if entries:
        raise TruthError(
            f"{folder}: {len(entries)} documents of {MANIFEST} are not there, {min(entries)} first"
        )


def _manifest(path: Path) -> dict[str, Mapping[str, Any]]:
    entries = _json(path)
    try:
        return {f"{entry['site']}/{entry['path']}": entry for entry in entries}
    except (TypeError, KeyError) as error:
        raise TruthError(f"{path}: it is not a list of documents, each with its site and path") from error


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TruthError(f"{path}: it cannot be read as JSON ({error})") from error


def _by_manifest(
    path: Path, name: str, folder: Path, entries: dict[str, Mapping[str, Any]]
) -> Subject | None:
    entry = entries.pop(name, None)
    if entry is None:
        return None
    origin = Origin(
        url=f"http://127.0.0.1/{entry['path']}",
        title=entry.get("list_title"),
        listed_on=entry.get("listed_on"),
    )
    if entry.get("attached_to"):
        page = folder / str(entry["site"]) / str(entry["attached_to"])
        origin = replace(
            origin,
            parent_url=f"http://127.0.0.1/{entry['attached_to']}",
            page=page.read_bytes() if page.is_file() else None,
        )
    truths = [_truth(entry, path)] if entry.get("form_version") or entry.get("publisher") else []
    return Subject(path, name, _format(path), entry.get("layout") or "", truths, origin)


def _by_name(path: Path, name: str, folder: Path) -> Subject | None:
    first, *parts = path.name.split(".")
    for taken in range(len(parts), -1, -1):
        file = folder / Path(name).parent / (".".join([first, *parts[:taken]]) + ".json")
        found = file if file.is_file() else folder / file.name
        if found.is_file():
            said = _json(found)
            truths = [_truth(one, found) for one in (said if isinstance(said, list) else [said])]
            format = f"{_format(path)} (scan)" if "scan" in parts[:-1] else _format(path)
            return Subject(path, name, format, ".".join(parts[:-1]), truths)
    return None


def _format(path: Path) -> str:
    suffix = path.suffix.removeprefix(".").lower()
    return _SAME_FORMAT.get(suffix, suffix)


def _truth(said: Any, path: Path) -> Truth:
    try:
        figures = {
            (number, row, column): value
            for number in _TABLES
            for row, columns in (said.get(f"table{number}") or {}).items()
            for column, value in columns.items()
        }
        figures |= {
            (STATISTICS, indicator, "value"): value
            for indicator, value in (said.get("statistics") or {}).items()
        }
        inferable = {_cell(place): value for place, value in said.get("inferable", {}).items()}
        names = {name: said[name] for name in NAMES if name in said}
        if isinstance(said.get("region"), dict):
            names |= {"province": said["region"].get("province")}
        due = any(fault.get("verdict") == PARSE_DOUBT for fault in said.get("faults", ()))
    except (AttributeError, TypeError, ValueError) as error:
        raise TruthError(f"{path}: it is not in the form of `nianbao inspect --json`") from error
    return Truth(figures, inferable, names, due)


def _cell(place: str) -> Cell:
    table, row, column = f"{place}.value".split(".")[:3]
    return STATISTICS if table == "statistics" else int(table.removeprefix("table")), row, column


def place_of(cell: Cell) -> str:
    """A cell as checks name it: table3.granted.total, or statistics.received."""
    number, row, column = cell
    return f"statistics.{row}" if number == STATISTICS else f"table{number}.{row}.{column}"
