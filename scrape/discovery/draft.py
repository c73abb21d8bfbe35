"""A source file as discovery writes it: complete, and each key with what it rests on.

Text only: what was found is `scrape.discovery.walk`'s, what a source file may say is `scrape.source`'s.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scrape.addresses import registered_domain
from scrape.discovery.site_tags import SiteTags, Told, plain
from scrape.discovery.trial import Column
from scrape.families import FAMILIES
from scrape.source import Source

_NOT_NAMES = {"www", "www1", "wap", "m", "zwgk", "xxgk", "zfxxgk", "gk", "xxgkml", "portal", "web"}


@dataclass(frozen=True)
class Entry:
    """One key of a source file. sure: whether it was read or proved; why: sentences on what it rests on."""

    key: str
    value: Any
    sure: bool
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """The source file that a column makes. region None: the site does not say, and somebody must."""

    entries: tuple[Entry, ...]
    region: str | None

    def to_toml(self, head: str) -> str:
        """As the text of a source file: valid TOML; a region that is not known stands commented out."""
        lines = [f"# {plain(head)}", ""]
        for entry in self.entries:
            lines += [f"# {'sure' if entry.sure else 'not sure'}: {_comment(why)}" for why in entry.why]
            known = entry.value is not None
            lines.append(f"{entry.key} = {_toml(entry.value)}" if known else f'# {entry.key} = "……"')
        return "\n".join(lines) + "\n"

    def to_json(self) -> dict[str, Any]:
        """As an object for machines: the keys of the source file, and what is sure and what is not, by key."""
        source = {entry.key: entry.value for entry in self.entries}
        told = {
            sure: {e.key: [*e.why] for e in self.entries if e.sure is sure and e.why}
            for sure in (True, False)
        }
        return {"source": source, "sure": told[True], "not_sure": told[False]}


def draft(column: Column, tags: SiteTags, registered: Iterable[Source], *, day: str, old_tls: bool) -> Draft:
    """The source file for a column. registered: sources that are known already; day: today, YYYY-MM-DD."""
    known = [*registered]
    trial = column.trial
    host = urlsplit(column.list).hostname or ""
    region = _region(host, tags, known)
    entries = [
        _name(host, known),
        _title(tags, host),
        region,
        _family(column),
        Entry("list", [column.list], trial.mostly and trial.turned is not False, _list_whys(column)),
        *_hosts(column, host),
    ]
    if trial.clue.options and not column.sublists:
        why = "read from the page"
        entries.append(Entry("options", dict(trial.clue.options), True, (why,)))
    if column.sublists:
        entries.append(Entry("sublists", column.sublists, False, column.doubts))
    least = max(1, len(trial.reports) // 2)
    why = f"half of the {len(trial.reports)} that the trial saw; raise it after the first run"
    entries.append(Entry("expect_at_least", least, False, (why,)))
    if old_tls:
        entries.append(Entry("tls", "old", True, ("the trial was made with --old-tls",)))
    entries.append(Entry("verified", False, True))
    entries.append(Entry("note", _note(column, day), True))
    return Draft(tuple(entries), region.value)


def _name(host: str, known: list[Source]) -> Entry:
    """`hebei` of www.hebei.gov.cn, `sh-wsb` of wsb.sh.gov.cn; numbered if that is taken."""
    domain = registered_domain(host)
    before = [label for label in host.removesuffix(domain).split(".") if label and label not in _NOT_NAMES]
    first = host if host == domain and not re.search("[a-z]", host) else domain.partition(".")[0]
    name = re.sub(r"[^a-z0-9]+", "-", "-".join([first, *reversed(before)]).lower()).strip("-")[:70] or "site"
    taken = {source.name for source in known}
    if name not in taken:
        return Entry("name", name, True)
    number = next(n for n in range(2, len(taken) + 3) if f"{name}-{n}" not in taken)
    others = ", ".join(sorted(source.name for source in known if host in source.hosts)) or name
    why = f"{name} is taken; sources of this host are registered already: {others}"
    return Entry("name", f"{name}-{number}", False, (why,))


def _title(tags: SiteTags, host: str) -> Entry:
    told = tags.site_title()
    doubts = tuple(tags.doubts)
    if told is None:
        return Entry("title", host, False, ("no page says what the site is called", *doubts))
    sure = told.where.startswith("SiteName") and not doubts
    return Entry("title", told.value, sure, (told.where, *doubts))


def _region(host: str, tags: SiteTags, known: list[Source]) -> Entry:
    """A registered source's region first, then the site's codes as they are, then those of index numbers."""
    table = [
        Told(source.region, f"registered source {source.name}") for source in known if host in source.hosts
    ]
    told = [*table, *tags.regions()]
    if not told:
        whys = [
            "no page read says where the site belongs: write its six digits of GB/T 2260 and uncomment the key"
        ]
        whys += [f"{where} is {code}, a code that names no division" for code, where in tags.codes]
        return Entry("region", None, False, tuple(whys))
    value, where = told[0]
    whys = [f"{where} says {value}; taken as it is, though codes of abolished divisions stay in use"]
    others = {one.value: one.where for one in reversed(told) if one.value != value}
    whys += [f"but {where} says {other}" for other, where in reversed(others.items())]
    return Entry("region", value, not others, tuple(whys))


def _family(column: Column) -> Entry:
    trial = column.trial
    title = FAMILIES[trial.family].title
    why = f"{title}: {trial.clue.because}"
    return Entry("family", trial.family, trial.clue.weight >= 2, (why,))


def _list_whys(column: Column) -> tuple[str, ...]:
    trial = column.trial
    size = f"{len(trial.reports)} annual reports in {len(trial.rows)} rows read"
    says = [f"{n} {word}" for n, word in ((trial.pages, "pages"), (trial.total, "rows")) if n]
    whys = [f"{size}; the list says it has {' and '.join(says)}" if says else size]
    if trial.turned:
        whys.append("a second page was read")
    if trial.turned is False:
        whys.append("BUT its second page could not be read: see whether the list is whole")
    return (*whys, *(() if column.sublists else column.doubts))


def _hosts(column: Column, host: str) -> list[Entry]:
    """The other hosts of the list and of its rows: those of the same site are written down, others only told."""
    domain = registered_domain(host)
    trial = column.trial
    hosts = {*trial.hosts, *(urlsplit(row.url).hostname or "" for row in trial.reports)} - {host, ""}
    own = sorted(name for name in hosts if registered_domain(name) == domain)
    whys = [
        f"reports are also on {name}, of another domain: add it if it is an office's own"
        for name in sorted(hosts - {*own})
    ]
    if own:
        whys.insert(0, "the list or its rows lead there")
    return [Entry("hosts", own, not hosts - {*own}, tuple(whys))] if whys else []


def _note(column: Column, day: str) -> str:
    trial = column.trial
    reports, rows = len(trial.reports), len(trial.rows)
    return (
        f"{day} 由 discover 找到，试读 {rows} 行，其中年报 {reports} 份，尚未经运行证实。"
        f"Found by discover on {day}: {reports} reports in {rows} rows read on trial; no run has confirmed it."
    )


def _comment(text: str) -> str:
    line = " ".join(text.split())
    return "".join(character for character in line if character.isprintable())


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, int):
        return str(value)
    # A TOML text has the escapes of a JSON one.
    return json.dumps("".join(c for c in value if c.isprintable()), ensure_ascii=False)
