"""Who published a report, where and when: `identify` weighs the clues that a page and its site give.

Gives names, codes and dates only where the clues carry them; an answer in doubt is withheld. Reading pages
and finding the clues on them is `load.extract`'s; the table of places is `load.places`.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from load.identify import dates, publisher, region
from load.identify.clues import Clues, Identity
from load.narrative import simplified
from load.places import Place, mentions_at

__all__ = ["Clues", "Identity", "identify"]

# 县教育局, 市政府办公室; but not 市场监督管理局 or 市政管理局
_RANK_WORD = re.compile(r"^([省市州盟县区旗])(?!场|政(?!府)|容|域|际|块)(?=.{2})")
_SAYS = {"meta": "page", "source": "source"}
_RANKS = {"省": "province", "县": "county", "区": "county", "旗": "county"}


@dataclass(frozen=True)
class _Text:
    """The clues folded."""

    titles: tuple[str, ...]
    opening: str
    closing: str

    @cached_property
    def announced(self) -> tuple[publisher.Named, ...]:
        return tuple(publisher.announced(self.opening))

    def whole(self) -> str:
        return "\n".join((*self.titles, self.opening, self.closing))


@dataclass(frozen=True, slots=True)
class _Year:
    year: int | None
    clue: str | None
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Where:
    """The publisher's name in full, the place found or withheld, and what decided."""

    name: str | None
    rest: str  # the name without the places it begins with
    name_clue: str | None
    exact: Place | None  # the place whose code is given
    around: tuple[Place, ...]  # where the code is withheld: what it may be, or what contains it
    clue: str | None
    conflicts: tuple[str, ...]
    inner: bool = False  # a county in `around` that the table does not have


def _dates_of_publication(text: _Text, clues: Clues, signed: date | None) -> list[tuple[date, str]]:
    """The dates of publication that the clues give, best first."""
    found = (
        (dates.date_in_meta(clues.meta), "meta"),
        (dates.date_listed(clues.listed_on), "listed"),
        (signed, "closing"),
        (dates.date_in_opening(text.opening), "opening"),
        (dates.date_in_url(clues.url), "url"),
    )
    return [(day, clue) for day, clue in found if day]


def _fiscal_year(text: _Text, clues: Clues, signed: date | None, published: list[tuple[date, str]]) -> _Year:
    """The fiscal year by the first clue that names one; what the stronger clues contradict is told."""
    titled = next(((year, "title") for title in text.titles if (year := dates.year_in_title(title))), None)
    if titled is None:
        titled = next(
            (
                (year, "opening")
                for named in text.announced
                if (year := dates.year_in_title(named.title or ""))
            ),
            None,
        )
    periods = [
        (year, clue)
        for clue, prose in (("opening", text.opening), ("closing", text.closing))
        for year in dates.years_of_period(prose)
    ]
    # Sentences of last year's report are often left in: one that agrees with the title is this year's.
    period = next((found for found in periods if titled and found[0] == titled[0]), next(iter(periods), None))
    address = dates.year_in_query(clues.url)
    said = [
        ("title", titled),
        ("period", period),
        ("address", (address, "url") if address else None),
    ]
    conflicts = [
        f"{name} says {found[0]}, {other} says {against[0]}"
        for index, (name, found) in enumerate(said)
        for other, against in said[index + 1 :]
        if found and against and found[0] != against[0]
    ]
    if titled is None:
        conflicts += [
            f"period says {periods[0][0]} and {year}" for year, _ in periods if year != periods[0][0]
        ]
    strong = next((found[0] for _, found in said if found), None)
    if strong and signed and signed.year not in (strong, strong + 1):
        conflicts.append(f"fiscal year is {strong}, signature is of {signed.year}")
    # Reports come out in the first months. A date set anew when a site moved is years off: the address is surer.
    after = [
        (day.year - 1, clue) for day, clue in published if clue not in ("closing", "url") and day.month <= 4
    ]
    moved = dates.year_before_address(clues.url)
    order = [
        titled,
        period,
        (signed.year - 1, "closing") if signed and signed.month <= 8 else None,
        said[2][1],
        *after,
        (moved, "url") if moved else None,
    ]
    year, clue = next((found for found in order if found), (None, None))
    return _Year(year, clue, tuple(conflicts))


def _fits(found: Place, rank_word: str | None, town: bool, zone: bool) -> bool:
    """Whether a place can be the one that an incomplete name leaves out (县教育局, 城关镇, 教育局)."""
    if town:
        return found.level == "county" or region.has_no_counties(found)
    if rank_word == "省":
        return found.level == "province"
    if rank_word:
        return found.name.endswith(rank_word) and (found.level == "county" or rank_word not in "县区旗")
    return found.level == "county" or (zone and found.level == "prefecture")


def _core(name: str) -> str:
    return _RANK_WORD.sub("", name)


def _hints(clues: Clues, year: int | None) -> list[tuple[Place, str]]:
    found = [
        (region.of_site_code(clues.meta, year), "meta"),
        (region.of_credit_code(clues.meta, year), "meta"),
        (region.of_code(clues.source_region, year), "source"),
    ]
    for issuer in publisher.issuers(clues.meta):
        reading = region.read_name(issuer, year)
        if reading.certain and len(reading.places) == 1 and not reading.inner:
            found.insert(2, (reading.places[0], "meta"))
            break
    return [(hint, clue) for hint, clue in found if hint is not None]


def _by_name(
    named: publisher.Named, reading: region.Reading, text: _Text, clues: Clues, year: int | None
) -> _Where:
    """The place of a publisher whose name begins with one."""
    rest = named.name[reading.end :]
    hints = _hints(clues, year)
    candidates = reading.places
    clue = named.clue
    if len(candidates) > 1:
        candidates = region.narrowed(candidates, region.places_in(text.whole(), year))
    if len(candidates) > 1:
        candidates = region.narrowed(candidates, [hint for hint, _ in hints])
        if len(candidates) == 1:
            clue = next(said for hint, said in hints if region.compatible(candidates[0], hint))
    conflicts = tuple(
        f"name says {candidates[0].name} {candidates[0].code}, {_SAYS[said]} says {hint.name} {hint.code}"
        for hint, said in hints
        if len(candidates) == 1 and not region.compatible(candidates[0], hint)
    )
    exact = candidates[0] if len(candidates) == 1 and not reading.inner else None
    if exact and year is not None and not exact.valid_in(year):
        exact = None  # the name is of a neighbouring year, and its code in this one is not known
    return _Where(named.name, rest, named.clue, exact, candidates, clue, conflicts, reading.inner)


def _by_evidence(named: publisher.Named | None, text: _Text, clues: Clues, year: int | None) -> _Where:
    """The place of a publisher whose name says none: from the prose, the site's code, the registered source."""
    name = named.name if named else ""
    match = _RANK_WORD.match(name)
    rank_word = match[1] if match else None
    town, zone = publisher.is_town(name), publisher.zone_in(name)
    hints = _hints(clues, year)
    against = [(hint, said) for hint, said in hints[1:] if not region.compatible(hints[0][0], hint)]
    conflicts = tuple(
        f"{_SAYS[hints[0][1]]} says {hints[0][0].name} {hints[0][0].code}, {_SAYS[said]} says {hint.name} {hint.code}"
        for hint, said in against
    )
    if against:
        hints = []
    exact, clue = None, None
    if named is None or town or rank_word in ("县", "旗", "区"):
        prose = text.whole()
        counties = [found for found in region.places_in(prose, year) if found.level == "county"]
        fitting = [found for found in counties if _fits(found, rank_word, town, zone)]
        agreed = [found for found in fitting if all(region.compatible(found, hint) for hint, _ in hints)]
        if named is not None and len(counties) == 1 and len(agreed) == 1:
            exact, clue = agreed[0], "opening"
    if exact is None:
        exact, clue = next(
            ((hint, hint_clue) for hint, hint_clue in hints if _fits(hint, rank_word, town, zone)),
            (None, None),
        )
    around = (exact,) if exact else tuple(hint for hint, _ in hints[:1])
    if exact and named and not zone and rank_word != "省":
        names_another = not town and any(
            other.kind == "full" for mention in mentions_at(name, 0) for other in mention.alternatives
        )
        if not names_another:
            return _Where(exact.name + _core(name), _core(name), clue, exact, around, clue, conflicts)
    return _Where(
        named.name if named else None, name, named.clue if named else None, exact, around, clue, conflicts
    )


def _where(text: _Text, clues: Clues, year: int | None) -> _Where:
    names = publisher.named_in(text.titles, text.announced, text.opening, text.closing, clues.meta)
    first: publisher.Named | None = None
    for named in names:
        if first is None and publisher.is_national(named.name):
            return _Where(named.name, named.name, named.clue, None, (), None, ())
        reading = region.read_name(named.name, year)
        if first is None:
            if reading.places:
                return _by_name(named, reading, text, clues, year)
            first = named
        elif reading.places and _core(first.name).removesuffix("人民政府") in named.name[reading.end :]:
            return _by_name(named, reading, text, clues, year)
    if first is None:
        for title in text.titles:
            for head in publisher.heads(title):
                reading = region.read_name(head, year)
                if len(reading.places) == 1 and reading.certain:
                    found = reading.places[0]
                    exact = found if year is None or found.valid_in(year) else None
                    return _Where(None, head[reading.end :], None, exact, (found,), "title", ())
    return _by_evidence(first, text, clues, year)


def _shared(found: tuple[Place, ...], name: str) -> str | None:
    values = {getattr(item, name) for item in found}
    return values.pop() if len(values) == 1 else None


def _level(where: _Where, town: bool, zone: bool) -> str | None:
    if where.name is None:
        return None
    if town:
        return "township"
    if zone:
        return "development_zone"
    if publisher.is_national(where.name):
        return "national"
    if where.inner:
        return "county"
    levels = {found.level for found in where.around} if where.rest != where.name or where.exact else set()
    if len(levels) == 1:
        return str(levels.pop())
    match = _RANK_WORD.match(where.rest)
    return _RANKS.get(match[1]) if match else None


def _named_in_full(where: _Where) -> str | None:
    """A bare place is its government: 石家庄市栾城区 is 石家庄市栾城区人民政府."""
    if where.name is None:
        return None
    if where.rest == "" or where.name.endswith(("镇", "乡", "苏木")):
        return where.name + "人民政府"
    return where.name + "办事处" if where.name.endswith("街道") else where.name


def _printed_title(clues: Clues, text: _Text) -> tuple[str | None, str | None]:
    printed = [" ".join(title.split()) for title in clues.titles]
    for title, folded in zip(printed, text.titles, strict=True):
        if title and publisher.is_report_title(folded):
            return title, "title"
    if text.announced:
        return text.announced[0].title, "opening"
    first = next((title for title in printed if title), None)
    return first, "title" if first else None


def identify(clues: Clues) -> Identity:
    """Who published the report, where and when, as far as the clues say; never raises."""
    text = _Text(tuple(map(simplified, clues.titles)), simplified(clues.opening), simplified(clues.closing))
    signature = dates.signature_date(text.closing)
    signed = signature[0] if signature else None
    days = _dates_of_publication(text, clues, signed)
    when = _fiscal_year(text, clues, signed, days)
    # A report cannot have come out before its year began: such a date is the page's or the form's.
    published, published_clue = next(
        ((day, clue) for day, clue in days if when.year is None or day.year >= when.year), (None, None)
    )
    title, title_clue = _printed_title(clues, text)
    where = _where(text, clues, when.year)
    town, zone = publisher.is_town(where.rest), publisher.zone_in(where.rest)
    known = (where.exact,) if where.exact else where.around
    decided = {
        "title": title_clue,
        "publisher": where.name_clue,
        "region_code": where.clue if where.exact else None,
        "fiscal_year": when.clue,
        "published_on": published_clue,
    }
    return Identity(
        title=title,
        publisher=_named_in_full(where),
        kind=publisher.kind_of(where.name, where.rest) if where.name else None,
        level=_level(where, town, zone),
        region_code=where.exact.code if where.exact else None,
        province=_shared(known, "province"),
        prefecture=_shared(known, "prefecture"),
        county=where.exact.county if where.exact else None,
        in_zone=zone and where.exact is not None,
        fiscal_year=when.year,
        published_on=published.isoformat() if published else None,
        evidence={field: clue for field, clue in decided.items() if clue},
        conflicts=when.conflicts + where.conflicts,
    )
