"""The parts of an xlsx container, how they refer to one another, and what is drawn over the cells of a sheet.

What a part says of cells is left to `load.extract.sheets.xlsx`, of looks to `load.extract.sheets.xlsx_styles`.
"""

import posixpath
import re
from collections.abc import Iterator

from lxml import etree

from load.extract.document import Unreadable
from load.extract.sheets.grid import LAST_COLUMN, LAST_ROW
from load.extract.sheets.looks import Cover
from load.extract.zipped import Zipped, parsed

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_OFF = {"0", "false", "off", "none", "baseline"}
_LARGEST_BOOK = 48_000_000  # bytes of XML in all parts that are read
_MOST_TAGS = 2_000_000  # in all of them: what is styled to the last row of a sheet has a million
_LEAST_OVERLAP = 60_000  # of a millimetre's 36,000 units: what reaches less far into a cell does not cover it


class Parts:
    """The XML parts of a workbook; raises Unreadable where they are too much together."""

    def __init__(self, body: bytes) -> None:
        self._zip = Zipped(body)
        self._left, self._tags_left = _LARGEST_BOOK, _MOST_TAGS

    def __contains__(self, name: str) -> bool:
        return name in self._zip

    def xml(self, name: str) -> etree._Element | None:
        """The root of a part; None if there is none of that name."""
        data = self._zip.read(name)
        if data is None:
            return None
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable(f"its parts unpack to more than {_LARGEST_BOOK:,} bytes")
        self._tags_left -= data.count(b"<")
        if self._tags_left < 0:
            raise Unreadable(f"its parts have more than {_MOST_TAGS:,} tags")
        return parsed(data, name)


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def all_of(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """All elements of that name in an element, in whatever namespace."""
    return element.iter(f"{{*}}{name}")


def attribute(element: etree._Element, name: str) -> str:
    """An attribute of that name in a namespace: `r:id` beside `id`."""
    return next((str(v) for k, v in element.attrib.items() if str(k).endswith(f"}}{name}")), "")


def is_on(value: str | None) -> bool:
    """Whether a switch is there and on."""
    return value is not None and value.lower() not in _OFF


def number(text: str | None) -> int:
    """A whole number of the mark-up; -1 where it is none."""
    return int(text) if text and len(text) < 10 and text.isascii() and text.isdecimal() else -1


def decimal(text: str | None) -> float | None:
    """A number of the mark-up; None where it is none."""
    return float(text) if text and re.fullmatch(r"-?\d{1,9}(\.\d{0,20})?", text) else None


def place_of(text: str) -> tuple[int, int] | None:
    """The row and column, from 0, of a place like "AB12"; None where it is no place of a sheet."""
    found = _PLACE.fullmatch(text)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    row = int(found[2]) - 1
    return (row, column - 1) if 0 <= row <= LAST_ROW and column - 1 <= LAST_COLUMN else None


def targets_of(parts: Parts, part: str) -> dict[str, tuple[str, str]]:
    """The parts that `part` refers to, by the name of the reference: what each is, and its name."""
    folder, name = posixpath.split(part)
    root = parts.xml(f"{folder}/_rels/{name}.rels")
    found: dict[str, tuple[str, str]] = {}
    for entry in () if root is None else all_of(root, "Relationship"):
        target = entry.get("Target", "").replace("\\", "/")
        path = (
            target.lstrip("/")
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(folder, target))
        )
        found[entry.get("Id", "")] = (entry.get("Type", "").rpartition("/")[2], path)
    return found


def target_of(targets: dict[str, tuple[str, str]], kind: str) -> str | None:
    """The name of the first part of a kind."""
    return next((name for found, name in targets.values() if found == kind), None)


def covers_of(parts: Parts, sheet: str) -> tuple[bool, list[Cover]]:
    """Whether pictures are on a sheet, and what is drawn over which of its cells."""
    has_pictures = False
    covers: list[Cover] = []
    for kind, name in targets_of(parts, sheet).values():
        root = parts.xml(name) if kind == "drawing" else None
        if root is None:
            continue
        has_pictures = has_pictures or any(kind == "image" for kind, _ in targets_of(parts, name).values())
        for anchor in root:
            corners = {local(child): child for child in anchor}
            first, last = _corner(corners.get("from")), _corner(corners.get("to"))
            if first is None:
                continue
            bottom, right = (last[0], last[1]) if last else (first[0], first[1])
            is_picture = any(local(child) in ("pic", "graphicFrame", "grpSp") for child in anchor) or any(
                character.isdigit() for text in all_of(anchor, "t") for character in text.text or ""
            )
            covers.append(Cover((first[0], first[1], bottom, right), is_picture))
    return has_pictures, covers


def _corner(element: etree._Element | None) -> tuple[int, int] | None:
    """The row and column of a corner of something drawn, as far as it reaches into them."""
    if element is None:
        return None
    said = {local(child): number((child.text or "").strip()) for child in element}
    row, column = said.get("row", -1), said.get("col", -1)
    if row < 0 or column < 0:
        return None
    if local(element) == "to":
        row -= 0 <= said.get("rowOff", 0) < _LEAST_OVERLAP
        column -= 0 <= said.get("colOff", 0) < _LEAST_OVERLAP
    return row, column
