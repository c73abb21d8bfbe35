"""Families of sites: one module a content-management system, all against one interface.

A family knows how its sites list and page; what is fetched, how and when is `scrape.run`'s.
"""

from scrape.families.interface import Family, ListedReport, ListPage, ListRequest
from scrape.families.trs import Trs
from scrape.source import SourceError

__all__ = ["FAMILIES", "Family", "ListPage", "ListRequest", "ListedReport", "family"]

FAMILIES: dict[str, Family] = {"trs": Trs()}


def family(name: str) -> Family:
    """The family of a source file's `family` key. SourceError lists the known ones."""
    if name not in FAMILIES:
        raise SourceError(f"{name} is not a family of sites; known: {', '.join(sorted(FAMILIES))}.")
    return FAMILIES[name]
