"""A report as rows of the database: what each table gets from one report.

Pure: no database here. Ids are made from what a thing is, never from when it was read.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from load.checks import PARSE_DOUBT, SOURCE_ERROR
from load.early import nested
from load.forms import form, outcome_labels
from load.narrative import SectionText
from load.report import FormTable, Number, Report
from load.schema import SECTION_COLUMNS

Row = dict[str, Any]
UNSPECIFIED = "unspecified"  # applicants or results that the page leaves blank behind a total
LARGEST_ROW_BYTES = 200_000  # a served row must stay below the limit that plugins/limits.py sets

_APPLICANTS = [column for column in form("2021").columns if column != "total"]
_RESULTS = [result for result in form("2021").results if result != "total"]
_OUTCOMES = outcome_labels()
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_ID_BITS = 53  # what a JSON number holds exactly


def make_id(*parts: object) -> int:
    """A whole number of at most 53 bits made from `parts`: the same for the same parts, always."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:7], "big") & ((1 << _ID_BITS) - 1)


def document_id(name: str, sha256: str) -> str:
    """The id of a document: 16 hexadecimal digits from its address (or file name) and content."""
    return hashlib.sha256(f"{name}\x1f{sha256}".encode()).hexdigest()[:16]


def publisher_id(report: Report) -> int | None:
    """The publisher's id, from name and place; None where the publisher is not known."""
    who = report.identity
    if who.publisher is None:
        return None
    return make_id("publisher", who.publisher, who.province, who.county or who.prefecture)


def report_id(report: Report, document: str) -> int:
    """The report's id, from publisher and year; from its document where either is not known."""
    publisher, year = publisher_id(report), report.identity.fiscal_year
    if publisher is None or year is None:
        return make_id("report", "document", document)
    return make_id("report", publisher, year)


def report_rows(
    report: Report, document: str, url: str | None, corrections: Sequence[Row] = ()
) -> dict[str, list[Row]]:
    """Rows by table name for `report`, read from the document of that id at that address; `corrections` are
    those made to it already (see `load.corrections`)."""
    id, who = report_id(report, document), report.identity
    shared = {"report_id": id}
    faceted = {"fiscal_year": who.fiscal_year, "province": who.province, "level": who.level}
    narrative, cut = _narrative(report)
    checks = [
        {
            "rule": c.rule,
            "verdict": c.verdict,
            "expected": c.expected,
            "found": c.found,
            "where": c.where,
            "detail": c.detail,
        }
        for c in report.assessed
    ]
    if cut:
        checks.append({"rule": "narrative_cut", "verdict": PARSE_DOUBT, "where": "narrative", "detail": cut})
    table2, table3, table4 = (report.table(number) for number in (2, 3, 4))
    statistics = {"statistics": nested(report.statistics)} if report.statistics.found else {}
    main: Row = {
        "id": id,
        "publisher_id": publisher_id(report),
        "publisher": who.publisher,
        "fiscal_year": who.fiscal_year,
        "title": who.title,
        "form_version": report.form_version,
        "region_code": who.region_code,
        "province": who.province,
        "prefecture": who.prefecture,
        "county": who.county,
        "level": who.level,
        "kind": who.kind,
        "published_on": who.published_on,
        "source_url": url,
        "document_id": document,
        "status": report.status,
        **_headline(table3, table4),
        "failed_checks": report.count(SOURCE_ERROR),
        "doubts": report.count(PARSE_DOUBT) + bool(cut),
        "unassessed_checks": report.unassessed,
        **narrative,
        "headings": _json(_headings(report)),
        "form": _json({"table2": table2, "table3": table3, "table4": table4} | statistics),
        "evidence": _json(_evidence(report)),
        "identification": _json({"evidence": dict(who.evidence), "conflicts": list(who.conflicts)}),
    }
    return {
        "reports": [main],
        "requests": [shared | row | faceted for row in _requests(table3)],
        "disclosures": [
            shared | {"item": item, "measure": measure, "value": value} | faceted
            for item, measures in (table2 or {}).items()
            for measure, value in measures.items()
            if value is not None
        ],
        "disputes": [shared | row | faceted for row in _disputes(table4)],
        "statistics": [
            shared | {"indicator": indicator, "value": figure.value} | faceted
            for indicator, figure in report.statistics.figures.items()
            if figure.value is not None
        ],
        "checks": [shared | {"number": n} | row | faceted for n, row in enumerate(checks, 1)],
        "corrections": [shared | row for row in corrections],
    }


def _json(value: object) -> str:
    return _JSON.encode(value)


def _total(table: FormTable | None, row: str) -> Number:
    return table[row]["total"] if table and row in table else None


def _sum(values: Iterable[Number]) -> Number:
    """The sum, or None where a part is missing: a sum without a part would be a silent error."""
    known = list(values)
    return (
        None if not known or any(value is None for value in known) else sum(v for v in known if v is not None)
    )


def _headline(table3: FormTable | None, table4: FormTable | None) -> Row:
    """The headline figures: totals as printed; a category is the sum of its rows, None if one is blank."""
    labels = _OUTCOMES
    by_category: dict[str, list[Number]] = {}
    for outcome in table3 or {}:
        if outcome in labels:
            by_category.setdefault(str(labels[outcome].category), []).append(_total(table3, outcome))
    categories = dict.fromkeys(str(label.category) for label in labels.values())
    direct, after = "lawsuit_direct", "lawsuit_after_review"
    row: Row = {"received_new": _total(table3, "received_new")}
    row["received_carried_in"] = _total(table3, "received_carried_in")
    row |= {category: _sum(by_category.get(category, [])) for category in categories}
    row["processed_total"] = _total(table3, "processed_total")
    row["carried_out"] = _total(table3, "carried_out")
    for suffix, result in (
        ("", "total"),
        ("_upheld", "upheld"),
        ("_corrected", "corrected"),
        ("_pending", "pending"),
    ):
        row[f"reviews{suffix}"] = table4["review"][result] if table4 else None
        row[f"lawsuits{suffix}"] = _sum([table4[direct][result], table4[after][result]]) if table4 else None
    return row


def _requests(table3: FormTable | None) -> Iterable[Row]:
    """Leaf outcomes by applicant, above zero; a total whose applicants are all blank stands unspecified."""
    for outcome, label in _OUTCOMES.items():
        cells = (table3 or {}).get(outcome)
        if not cells:
            continue
        shared = {"outcome": outcome, "category": label.category}
        counts = {applicant: cells[applicant] for applicant in _APPLICANTS}
        if all(count is None for count in counts.values()):
            counts = {UNSPECIFIED: cells["total"]}
        for applicant, count in counts.items():
            if count is not None and count > 0:
                yield shared | {"applicant": applicant, "count": count}


def _disputes(table4: FormTable | None) -> Iterable[Row]:
    """Results by channel, above zero; a total whose results are all blank stands unspecified."""
    for channel, cells in (table4 or {}).items():
        counts = {result: cells[result] for result in _RESULTS}
        if all(count is None for count in counts.values()):
            counts = {UNSPECIFIED: cells["total"]}
        for result, count in counts.items():
            if count is not None and count > 0:
                yield {"channel": channel, "result": result, "count": count}


def _narrative(report: Report) -> tuple[dict[str, str], str]:
    """The narrative columns, and a sentence where they had to be cut to fit a row."""
    texts: dict[str, list[str]] = {column: [] for column in SECTION_COLUMNS.values()}
    for section in report.sections:
        if report.is_early and (section.text or section.heading):
            _add_early(texts, section)
        elif section.text:
            texts[SECTION_COLUMNS.get(section.number, SECTION_COLUMNS[0])].append(section.text)
    narrative = {column: "\n".join(parts) for column, parts in texts.items()}
    size = sum(len(text.encode()) for text in narrative.values())
    if size <= LARGEST_ROW_BYTES - 60_000:  # the rest of the row: form, evidence, names
        return narrative, ""
    share = (LARGEST_ROW_BYTES - 60_000) / size
    for column, text in narrative.items():
        narrative[column] = text.encode()[: int(len(text.encode()) * share)].decode("utf-8", "ignore")
    return narrative, f"the narrative has {size:,} bytes; the first {share:.0%} of each section is kept"


def _add_early(texts: dict[str, list[str]], section: SectionText) -> None:
    """Add a section of a report from before the form: its heading stands with it where its column does not
    tell which section it is."""
    texts_of_column = texts[SECTION_COLUMNS.get(section.number, SECTION_COLUMNS[0])]
    if section.heading and (section.number not in SECTION_COLUMNS or not section.number or texts_of_column):
        texts_of_column.append(section.heading)
    if section.text:
        texts_of_column.append(section.text)


def _headings(report: Report) -> dict[str, str]:
    """The headings as printed, by section; where a report from before the form has several of a section, the
    first."""
    headings: dict[str, str] = {}
    for section in report.sections:
        if section.heading and (section.number or not report.is_early):
            headings.setdefault(str(section.number), section.heading)
    return headings


def _evidence(report: Report) -> dict[str, dict[str, list[Any]]]:
    """By table and row: where its first cell stands, how it was named, and the raw texts of its cells.

    The raw texts are null where each is just its figure's digits.
    """
    evidence: dict[str, dict[str, list[Any]]] = {}
    for table in report.tables:
        rows: dict[str, list[Any]] = {}
        for (row, _), figure in table.figures.items():
            if row not in rows:
                rows[row] = [figure.at, figure.by, None, []]
            raw = figure.raw
            rows[row][3].append(raw)
            if raw != str(figure.value):
                rows[row][2] = rows[row][3]
        for entry in rows.values():
            del entry[3]
        evidence[f"table{table.number}"] = rows
    if report.statistics.found:
        evidence["statistics"] = {
            id: [figure.at, figure.by, None if figure.raw == str(figure.value) else [figure.raw]]
            for id, figure in report.statistics.figures.items()
        }
    return evidence
