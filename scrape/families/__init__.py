"""Families of sites: one module a content-management system, all against one interface.

A family knows how its sites list and page; what is fetched, how and when is `scrape.run`'s.
"""

from scrape.families.epoint import Epoint
from scrape.families.gkmlpt import Gkmlpt
from scrape.families.hanweb import Hanweb
from scrape.families.hanweb_xxgk import HanwebXxgk
from scrape.families.interface import Clue, Family, ListedReport, ListPage, ListRequest
from scrape.families.jpaas import Jpaas
from scrape.families.lonsun import Lonsun
from scrape.families.static import Static
from scrape.families.trs import Trs
from scrape.families.ucap import Ucap
from scrape.families.vsb import Vsb
from scrape.source import Source, SourceError

__all__ = ["FAMILIES", "Clue", "Family", "ListPage", "ListRequest", "ListedReport", "family", "family_of"]

FAMILIES: dict[str, Family] = {
    one.name: one
    for one in (Trs(), Hanweb(), HanwebXxgk(), Jpaas(), Gkmlpt(), Ucap(), Epoint(), Vsb(), Lonsun(), Static())
}


def family(name: str) -> Family:
    """The family of a source file's `family` key. SourceError lists the known ones."""
    if name not in FAMILIES:
        raise SourceError(f"{name} is not a family of sites; known: {', '.join(sorted(FAMILIES))}.")
    return FAMILIES[name]


def family_of(source: Source) -> Family:
    """The family of a source, with its options checked. SourceError says what to change."""
    found = family(source.family)
    for key in source.options:
        if key not in found.options:
            known = "; ".join(f"{name}: {meaning}" for name, meaning in found.options.items()) or "none"
            raise SourceError(
                f"{source.name}: {key} is no option of the family {found.name}; known: {known}."
            )
    for address in source.list:
        found.start(address, source)  # where a family finds fault with what an option says
    return found
