"""Atom feeds (RFC 4287): what is asked of the database for each, and the documents made of the answers.

Written with lxml, which is here already: a feed is twenty elements, and a library for them would be a further
dependency. Ids are made from what an entry is about and from nothing else, so that they outlive a rebuild and a move to
another address.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker  # type: ignore[import-not-found]  # its stubs leave it out

from load.forms import VERSIONS, form
from plugins.publication.labels import column_label, value_label
from plugins.publication.language import counted, say
from plugins.publication.marks import where_in_words
from plugins.publication.report_page import plain

Row = Mapping[str, Any]

MOST_ENTRIES = 50
MOST_FINDINGS = 20  # of one report that an entry lists
FIGURES = ("received_new", "granted", "partly_granted", "refused", "processed_total", "reviews", "lawsuits")

ATOM, XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_A = ElementMaker(namespace=ATOM, nsmap={None: ATOM})
_H = ElementMaker(namespace=XHTML, nsmap={None: XHTML})
_IDS = uuid.UUID("6e69616e-6261-5f6f-8000-000000000000")  # ours; never change it: every id would be another
_PLACE = re.compile(r"(?:table[234]|statistics|narrative)(?:\.\w+)*")  # see `publication.marks`
_UNKNOWN = "1970-01-01T00:00:00Z"

_COLUMNS = (
    "r.id, r.publisher_id, r.publisher, r.fiscal_year, r.title, r.province, r.published_on, r.source_url, r.status, "
    "r.form_version, r.failed_checks, r.doubts, d.fetched_at, " + ", ".join(f"r.{name}" for name in FIGURES)
)
# The newest documents first, by an index on documents (fetched_at).
_NEWEST = f"""select {_COLUMNS} from documents d cross join reports r on r.id = d.report_id
where r.document_id = d.id {{condition}}
order by d.fetched_at desc, r.published_on desc, r.id limit {MOST_ENTRIES}"""  # noqa: S608 - our own words
_CHOSEN = f"""select {_COLUMNS} from {{reports}} left join documents d on d.id = r.document_id
where {{condition}} order by d.fetched_at desc, r.published_on desc, r.id limit {MOST_ENTRIES}"""  # noqa: S608

NEW_REPORTS = _NEWEST.format(condition="")
NEW_FINDINGS = _NEWEST.format(condition="and r.failed_checks > 0")
OF_PUBLISHER = _CHOSEN.format(reports="reports r", condition="r.publisher_id = :publisher")
OF_PROVINCE = _CHOSEN.format(reports="reports r", condition="r.province = :province")
OF_CODES = _CHOSEN.format(
    reports="publishers p cross join reports r on r.publisher_id = p.id",
    condition="p.region_code between :from and :to",
)
FINDINGS = """select c.report_id, c.rule, c."where", c.expected, c.found, rules.title_zh, rules.title_en
from checks c join rules on rules.id = c.rule
where c.report_id in (select value from json_each(:reports)) and c.verdict = 'source_error'
order by c.report_id, c.number"""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: `about` is what its id is made from; addresses are absolute; `address_of` gives a report's page."""

    about: str
    title: str
    subtitle: str
    address: str
    page: str
    generator: str  # the site's own address
    address_of: Callable[[int], str]


def report_ids(rows: Sequence[Row]) -> str:
    """The reports of which the findings are asked for, as `FINDINGS` takes them."""
    return json.dumps([row["id"] for row in rows])


def id_of(about: str) -> str:
    """The id of a feed or entry: the same for the same thing, wherever it is served from."""
    return uuid.uuid5(_IDS, about).urn


def atom(feed: Feed, rows: Sequence[Row], findings: Sequence[Row] | None = None) -> bytes:
    """The feed as a file: an entry a report. With `findings` each entry is about what the report gets wrong."""
    entries = [(row, updated(row)) for row in rows]
    made = _A.feed(
        {XML_LANGUAGE: say("zh-Hans", "en")},
        _A.id(id_of(feed.about)),
        _A.title(_text(feed.title)),
        _A.subtitle(_text(feed.subtitle)),
        _A.updated(max((when for _, when in entries), default=_UNKNOWN)),
        _A.author(_A.name(say("年报", "Nianbao")), _A.uri(feed.generator)),
        _A.link(rel="self", type="application/atom+xml", href=feed.address, hreflang=say("zh-Hans", "en")),
        _A.link(rel="alternate", type="text/html", href=feed.page),
        _A.rights(
            say(
                "数字与名称是事实，可自由使用；叙述文字的权利属于发布机关",
                "Figures and names are facts, free to use; the prose belongs to the bodies that published it",
            )
        ),
    )
    for row, when in entries:
        of_report = None if findings is None else [f for f in findings if f["report_id"] == row["id"]]
        made.append(_entry(feed, row, when, of_report))
    return bytes(etree.tostring(made, xml_declaration=True, encoding="utf-8", pretty_print=True))


def updated(row: Row) -> str:
    """When a report came: when it was fetched, else published, else the end of the year that it is about."""
    if row["fetched_at"]:
        return str(row["fetched_at"])
    if row["published_on"]:
        return f"{row['published_on']}T00:00:00Z"
    return f"{row['fiscal_year'] + 1}-01-01T00:00:00Z" if row["fiscal_year"] else _UNKNOWN


def _entry(feed: Feed, row: Row, when: str, findings: Sequence[Row] | None) -> Any:
    address = feed.address_of(row["id"])
    about = f"reports/{row['id']}" + ("" if findings is None else "/findings")
    name = row["title"] or row["publisher"] or str(row["id"])
    entry = _A.entry(_A.id(id_of(about)))
    if findings is None:
        entry.append(_A.title(_text(name), {XML_LANGUAGE: "zh-Hans"}))
    else:
        told = counted(len(findings), "处自身不符", "failed sum or rule", "failed sums or rules")
        entry.append(_A.title(_text(f"{name}{say('：', ': ')}{told}")))
    entry.append(_A.updated(when))
    if row["published_on"]:
        entry.append(_A.published(f"{row['published_on']}T00:00:00Z"))
    if row["publisher"]:
        entry.append(_A.author(_A.name(_text(row["publisher"]))))
    entry.append(_A.link(rel="alternate", type="text/html", href=address + ("#faults" if findings else "")))
    if (row["source_url"] or "").startswith(("http://", "https://")):
        entry.append(_A.link(rel="via", href=_text(row["source_url"])))
    if row["province"]:
        entry.append(_A.category(term=_text(row["province"])))
    if row["fiscal_year"]:
        entry.append(_A.category(term=str(row["fiscal_year"])))
    shown = _figures(row) if findings is None else _faults(row, findings)
    entry.append(_A.content(_H.div({"lang": say("zh-Hans", "en")}, *shown), type="xhtml"))
    return entry


def _figures(row: Row) -> list[Any]:
    said = [_H.p(f"{value_label('status', row['status'])}{say('。', '.')} {_marks(row)}".strip())]
    return [*said, _H.ul(*(_H.li(f"{column_label('reports', name)}{say('：', ': ')}{_figure(row[name])}") for name in FIGURES))]  # fmt: skip


def _figure(value: float | None) -> str:
    return say("–（留空）", "– (blank)") if value is None else f"{value:,}"


def _marks(row: Row) -> str:
    marks = []
    if row["failed_checks"]:
        marks.append(
            counted(row["failed_checks"], "处自身不符", "failed sum or rule", "failed sums or rules")
        )
    if row["doubts"]:
        marks.append(counted(row["doubts"], "处存疑", "doubt"))
    return say("，", "; ").join(marks)


def _faults(row: Row, findings: Sequence[Row]) -> list[Any]:
    known = form(row["form_version"] if row["form_version"] in VERSIONS else VERSIONS[0])
    items = []
    for finding in findings[:MOST_FINDINGS]:
        where = finding["where"] or ""
        places = where_in_words(where, known) if _PLACE.fullmatch(where) else []
        place = say(" ", ", ").join(say(zh, en or zh) for zh, en in places)
        told = say(finding["title_zh"], finding["title_en"]) + (
            say(f"（{place}）", f" ({place})") if place else ""
        )
        found, expected = plain(finding["found"]), plain(finding["expected"])
        if found is not None:
            told += say(f"：页面所印为 {found:,}", f": the page prints {found:,}")
        if found is not None and expected is not None:
            told += say(f"，按其他格子应为 {expected:,}", f", the other cells make it {expected:,}")
        items.append(_H.li(_text(told)))
    if len(findings) > MOST_FINDINGS:
        items.append(
            _H.li(
                say(f"另有 {len(findings) - MOST_FINDINGS} 处", f"and {len(findings) - MOST_FINDINGS} more")
            )
        )
    return [_H.ul(*items)] if items else []


def _text(text: object) -> str:
    """A text without the characters that XML forbids."""
    return "".join(c for c in str(text) if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff"))  # fmt: skip
