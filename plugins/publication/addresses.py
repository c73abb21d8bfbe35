"""Addresses of our own pages, in one place, for the pages that link to each other."""

from collections.abc import Mapping
from typing import Any

from datasette.utils import tilde_encode

from plugins.publication.marks import anchor

_DIGITS = {"province": 2, "prefecture": 4, "county": 6}  # of a GB/T 2260 code, to its level


def place_address(datasette: Any, database: str, place: str) -> str:
    """The page of a place: `place` is its GB/T 2260 code, or the full name of a province."""
    return str(datasette.urls.path(f"/{database}/places/{tilde_encode(place)}"))


def places_above(datasette: Any, database: str, row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(level, name, address) of the province, prefecture and county of a publisher or report, as far as known.

    row: with `region_code`, `province`, `prefecture` and `county`.
    """
    code, found = row["region_code"] or "", []
    for level, digits in _DIGITS.items():
        if row[level]:
            known = code[:digits].ljust(6, "0") if code else row[level] if level == "province" else ""
            found.append((level, row[level], place_address(datasette, database, known) if known else ""))
    return found


def compare_address(datasette: Any, database: str, *reports: int) -> str:
    """The page that sets reports side by side."""
    asked = "&".join(f"report={report}" for report in reports)
    return str(datasette.urls.path(f"/{database}/compare?{asked}"))


def check_address(datasette: Any, database: str, report: int, where: str) -> str:
    """Where a failed check or a doubt (`checks.where`) stands on the page of its report."""
    return f"{datasette.urls.row(database, 'reports', str(report))}#{anchor(where)}"
