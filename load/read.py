"""Bytes to report: the whole way of one document, in memory.

extract → recognise the tables → what is left is narrative → identify → check. Where documents come
from is left to `load.inputs`, where reports go to `load.store`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from load.attached import identify_attached, page_of_file
from load.captions import withhold_others
from load.checks import PARSE_DOUBT, SOURCE_ERROR, Check, check_tables
from load.confirm import unconfirmed
from load.early import check_early, check_mixed, early_headings, is_early, named_headings, numbered
from load.extract import Document, Unreadable, extract_pages, joined, read_html_slowly
from load.identify import Clues, Identity, identify
from load.narrative import Narrative, read_narrative, simplified
from load.recognise import read_tables
from load.recognise.reading import TableReading
from load.recognise.statistics import StatisticsReading, read_statistics
from load.report import Report
from load.run_on import taken_apart
from load.several import split

# Titles that share the words of a report's and are none.
_NOT_A_REPORT = re.compile(
    r"通知|通报|指南|目录|办法|网站.{0,6}(?:工作)?年度?(?:工作)?报表|法治政府|的函$|解读|一览|清单$"
)
_REPORT_TITLE = re.compile(r"信息公开.{0,12}(?:年度?报告|年报|工作报告)|信息公开年度")


class NotAReport(Exception):
    """A document that is readable and is no annual report; the message says why."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of a document before it is read: its address, and what the list page said of it.

    parts: the bytes of the pages on which it goes on, in order. parent_url: of a file attached to a page, the
    page's address; then title and day are what the list said of the page. page: that page's bytes, as far as they
    are at hand; page_charset: what its server declared.
    """

    url: str | None = None
    charset: str | None = None
    title: str | None = None
    listed_on: str | None = None
    region: str | None = None
    parts: tuple[bytes, ...] = ()
    parent_url: str | None = None
    page: bytes | None = None
    page_charset: str | None = None


def read_reports(body: bytes, origin: Origin | None = None) -> list[Report]:
    """The reports in a document: one, as a rule.

    Raises Unreadable for bytes that cannot be read and NotAReport for a page that is something else.
    """
    origin = origin or Origin()
    document, texts = extract_pages((body, *origin.parts), origin.charset)
    documents = split(taken_apart(document))
    if len(documents) > 1:
        origin = replace(origin, title=None, page=None)  # which of them list and page mean, nobody says
    return [_read(part, texts, origin, (n, len(documents))) for n, part in enumerate(documents)]


def _read(document: Document, texts: Sequence[str], origin: Origin, place: tuple[int, int]) -> Report:
    """The report of a document; `place` says which of how many on its page it is."""
    statistics = read_statistics(document.pieces)
    tables: Sequence[TableReading] = read_tables(document.pieces, statistics.used, document.cells)
    narrative = read_narrative(document, statistics.used.union(*(table.used for table in tables)))
    early = _early_narrative(document, tables, statistics)
    if statistics.caption and not narrative.titles:
        narrative.titles = early.titles = [statistics.caption]
    named = named_headings(early)
    _must_be_report(document, tables, narrative, origin, statistics, early_headings=named)
    printed = [*narrative.titles, document.meta.get("articletitle", ""), document.title]
    checks = check_tables(tables, pictures=document.images)
    is_read = statistics.found and not statistics.doubts
    if document.format == "html" and not is_read and _deserves_second_reading(tables, checks, texts):
        tables = _read_again(tables, texts, document.charset, place)
        checks = check_tables(tables, pictures=document.images)
    clear = early if named > narrative.headings else narrative
    if origin.parent_url is None:
        identity = identify(_clues(document, clear, origin))
    else:
        page = page_of_file(origin.page, origin.page_charset, origin.parent_url, origin.url)
        own = _clues(document, clear, replace(origin, title=None))
        identity = identify_attached(own, page, origin.title)
        printed += [*page.clues.titles, page.label or ""]
    if identity.title and identity.title not in [" ".join(title.split()) for title in printed]:
        identity = replace(identity, title=None)  # the list's title is evidence, and not on the page
    if withhold_others(tables, identity):
        checks = check_tables(tables, pictures=document.images)
    sections, year = narrative.sections, identity.fiscal_year
    before_the_form = is_early(year, tables, statistics)
    if before_the_form:
        tables, sections = [TableReading(number) for number in (2, 3, 4)], numbered(early.sections)
        checks = check_early(document.pieces, year, statistics, pictures=document.images)
    else:
        checks += check_mixed(year, statistics)
    checks += unconfirmed(tables, statistics)
    checks += [Check("identity_conflict", PARSE_DOUBT, None, None, "report", c) for c in identity.conflicts]
    return Report(
        identity,
        tables,
        sections,
        checks,
        document.format,
        document.charset,
        statistics=statistics,
        is_early=before_the_form,
    )


def _early_narrative(
    document: Document, tables: Sequence[TableReading], statistics: StatisticsReading
) -> Narrative:
    """The narrative as that of a report from before the form, where the page may be one."""
    if any(table.figures for table in tables):
        return Narrative()
    return read_narrative(document, statistics.used, early_headings(document.pieces, statistics.used))


def _must_be_report(
    document: Document,
    tables: Sequence[TableReading],
    narrative: Narrative,
    origin: Origin,
    statistics: StatisticsReading,
    *,
    early_headings: int,
) -> None:
    listed = origin.title if origin.parent_url is None else None  # else it is the title of its page
    titles = [*narrative.titles, listed or "", document.title]
    title = next((t for t in titles if t), "")
    named = any(_REPORT_TITLE.search(re.sub(r"\s", "", simplified(t))) for t in titles)
    has_headings = narrative.headings >= 2 or early_headings >= 3
    has_statistics = any(figure.value is not None for figure in statistics.figures.values())
    signs = sum(t.found for t in tables) + named + has_headings + statistics.found + has_statistics
    filled = has_statistics or any(f.value is not None for table in tables for f in table.figures.values())
    if signs >= 2 and (filled or not _NOT_A_REPORT.search(title)):  # a notice may carry the empty form
        return
    # Table 3 is like no other table: where it stands alone in an attached file, it is the report's.
    if origin.parent_url is not None and any(f.value is not None for f in tables[1].figures.values()):
        return
    if not document.pieces:
        raise NotAReport("there is no text in it")
    said = f", its title is “{title[:60]}”" if title else ""
    raise NotAReport(f"neither the tables nor the sections of an annual report are in it{said}")


def _deserves_second_reading(
    tables: Sequence[TableReading], checks: Sequence[Check], texts: Sequence[str]
) -> bool:
    """Whether figures are missing or sums fail on a page that has tables: then another reader looks."""
    if not any("<table" in text or "<TABLE" in text for text in texts):
        return False
    return any(
        not table.found or any(doubt.rule != "cell_unreadable" for doubt in table.doubts) for table in tables
    ) or any(check.verdict == SOURCE_ERROR for check in checks)


def _read_again(
    tables: Sequence[TableReading], texts: Sequence[str], charset: str, place: tuple[int, int]
) -> list[TableReading]:
    """Table by table the fuller of two readings, the slow one where they are as full; where they name
    different figures, a doubt says so."""
    try:
        documents = split(taken_apart(joined([read_html_slowly(text, charset) for text in texts])))
    except RecursionError:  # the second reader bears less nesting than the first
        return list(tables)
    number, count = place
    if len(documents) != count:
        return list(tables)
    pieces, cells = documents[number].pieces, documents[number].cells
    again = read_tables(pieces, read_statistics(pieces).used, cells)
    chosen = []
    for first, second in zip(tables, again, strict=True):
        table = first if len(first.figures) > len(second.figures) else second
        both = first.figures.keys() & second.figures.keys()
        different = [cell for cell in both if first.figures[cell].value != second.figures[cell].value]
        if different:
            names = ", ".join(sorted(".".join(cell) for cell in different)[:5])
            table.doubt("readings_differ", None, f"{len(different)} cells: {names}")
        chosen.append(table)
    return chosen


def _clues(document: Document, narrative: Narrative, origin: Origin) -> Clues:
    titles = [*narrative.titles, document.meta.get("articletitle", ""), origin.title or ""]
    return Clues(
        titles=tuple(dict.fromkeys(title for title in titles if title)),
        opening=narrative.opening,
        closing=narrative.closing,
        meta=document.meta | narrative.boxed,
        url=origin.url,
        listed_on=origin.listed_on,
        source_region=origin.region,
    )


__all__ = ["Identity", "NotAReport", "Origin", "Unreadable", "read_reports"]
