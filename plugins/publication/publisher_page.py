"""The page of a publisher: what is asked of the database for it, and how the answers become what is shown.

The questions stand at the end, as SQL that a reader can run again. The words stand in
templates/row-nianbao-publishers.html, how text is compared in `repeated_text`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from load.forms import forms, outcome_labels
from plugins.publication.language import listed, say
from plugins.publication.marks import where_in_words
from plugins.publication.questions import Question, filled
from plugins.publication.rates import LEAST_CONCLUDED, LEAST_DECIDED, Rate
from plugins.publication.repeated_text import SECTIONS, repeated

Row = Mapping[str, Any]

_PLACE = re.compile(
    r"(?:table[234]|statistics|narrative)(?:\.|$)"
)  # what of `checks.where` can be said in words
FIRST_YEAR_OF_FORM = min(form.first_fiscal_year for form in forms())
CATEGORIES = tuple(dict.fromkeys(str(label.category) for label in outcome_labels().values()))
GIVEN = ("granted", "partly_granted")  # the other categories are grounds for not giving what was asked for

# The figures of the table of years, in the order of the form, by the table that they stand in.
FIGURES = (
    (3, ("received_new", "received_carried_in", *CATEGORIES, "processed_total", "carried_out")),
    (4, ("reviews", "reviews_upheld", "reviews_corrected", "reviews_pending")),
    (4, ("lawsuits", "lawsuits_upheld", "lawsuits_corrected", "lawsuits_pending")),
)
EVERYWHERE = ("national", "province")  # their peers are those of all provinces: at home they have none


def questions(publisher: Row) -> dict[str, Question]:
    """What is asked for the page of `publisher`, a row of the table publishers, by block of the page."""
    own: dict[str, str | int] = {"publisher": publisher["id"]}
    asked = {
        "years": Question(_YEARS, own),
        "checks": Question(_CHECKS, own),
        "texts": Question(_TEXTS, own),
    }
    like = {"level": publisher["level"], "kind": publisher["kind"]}
    if publisher["level"] not in EVERYWHERE:
        like["province"] = publisher["province"]
    if all(like.values()):
        where = " and ".join(f"{column} = :{column}" for column in like)
        asked["grounds"] = Question(filled(_GROUNDS, like_it=where), own | like)
        asked["peers"] = Question(filled(_PEERS, like_it=where), own | like)
    else:
        asked["grounds"] = Question(filled(_GROUNDS, like_it="0"), own)
    return asked


def by_year(reports: Sequence[Row], newest: int | None) -> dict[str, Any]:
    """The reports of a publisher on the years of the form, with the years that are missing.

    newest: the newest year that any publisher has. Answers `columns`, one a year from the publisher's first on, of
    {year, report (None: missing)}; `missing` years; `earlier` reports, of years without a common form; `undated`.
    """
    dated = [report for report in reports if report["fiscal_year"] is not None]
    known = {report["fiscal_year"]: report for report in dated}
    earlier = [report for report in dated if report["fiscal_year"] < FIRST_YEAR_OF_FORM]
    years = sorted(year for year in known if year >= FIRST_YEAR_OF_FORM)
    span = range(years[0], max(years[-1], newest or 0) + 1) if years else range(0)
    return {
        "columns": [{"year": year, "report": known.get(year)} for year in span],
        "missing": [year for year in span if year not in known],
        "earlier": earlier,
        "undated": [report for report in reports if report["fiscal_year"] is None],
    }


def outcomes_picture(columns: Iterable[Mapping[str, Any]], href: Any) -> list[dict[str, Any]]:
    """The years of the picture of outcomes; `href` makes the address of a report out of its id. A missing year has
    no figures."""
    years = []
    for column in columns:
        report = column["report"] or dict.fromkeys(("processed_total", *CATEGORIES))
        year = {"year": column["year"], "total": report["processed_total"]}
        year["parts"] = {category: report[category] for category in CATEGORIES}
        if column["report"]:
            year["href"] = href(report["report_id"])
        else:
            year["note"] = say("缺", "none")
        years.append(year)
    return years


def disputes(columns: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A line a year, and one of all years under year None: for reviews and for lawsuits the cases, those pending,
    and the rate of corrected over concluded ones. The rate of all years rests on the years that print each part, and
    no more of it than of the whole, as everywhere."""
    lines: list[dict[str, Any]] = []
    for column in columns:
        report = column["report"]
        if report is None:
            continue
        line: dict[str, Any] = {"year": column["year"], "report": report}
        for what in ("reviews", "lawsuits"):
            all_cases, pending = report[what], report[f"{what}_pending"]
            concluded = None if all_cases is None or pending is None else all_cases - pending
            line[what] = {
                "cases": all_cases,
                "pending": pending,
                "corrected": Rate(report[f"{what}_corrected"], concluded, LEAST_CONCLUDED),
            }
        lines.append(line)
    if len(lines) > 1:
        lines.append(
            {"year": None, "report": None} | {w: _together(lines, w) for w in ("reviews", "lawsuits")}
        )
    return lines


def _together(lines: Sequence[Mapping[str, Any]], what: str) -> dict[str, Any]:
    whole = [
        (rate.part, rate.whole)
        for rate in (line[what]["corrected"] for line in lines)
        if rate.part is not None and rate.whole is not None and 0 <= rate.part <= rate.whole
    ]
    known = {
        key: [line[what][key] for line in lines if line[what][key] is not None]
        for key in ("cases", "pending")
    }
    part, all_of_it = (sum(values) for values in zip(*whole, strict=True)) if whole else (None, None)
    return {key: sum(values) if values else None for key, values in known.items()} | {
        "corrected": Rate(part, all_of_it, LEAST_CONCLUDED)
    }


def grounds(rows: Sequence[Row]) -> dict[str, Any]:
    """The answers of a publisher beside those of its peers, as shares of all that each decided.

    rows: {outcome, requests, of_peers}, every outcome that either used. Answers `decided` and `decided_by_peers`,
    and `categories` of {code, rates, outcomes of {id, rates}}, with rates of {own, peers, against}; only categories
    for not giving what was asked for. An outcome that one version of the form lacks is in its category alone: its
    share would tell the years of the reports, not the body.
    """
    used = {row["outcome"]: (row["requests"], row["of_peers"]) for row in rows}
    own_all, peers_all = (sum(counts) for counts in zip(*used.values(), strict=True)) if used else (0, 0)

    def rates(outcomes: Iterable[str]) -> dict[str, Any]:
        own, peers = map(sum, zip(*(used.get(outcome, (0, 0)) for outcome in outcomes), strict=True))
        mine, theirs = Rate(own, own_all, LEAST_DECIDED), Rate(peers, peers_all, LEAST_DECIDED)
        return {"own": mine, "peers": theirs, "against": mine.against(theirs)}

    found = []
    for category in CATEGORIES:
        ids = [id for id, label in outcome_labels().items() if label.category == category]
        if category not in GIVEN and any(id in used for id in ids):
            entry = {"code": category, "rates": rates(ids)}
            listed = [id for id in ids if id in used and all(id in form.outcomes for form in forms())]
            found.append(entry | {"outcomes": [{"id": id, "rates": rates([id])} for id in listed]})
    return {"decided": own_all, "decided_by_peers": peers_all, "categories": found}


def checks_by_year(rows: Iterable[Row]) -> list[tuple[int | None, list[Row]]]:
    """Failed checks and doubts, together by year; rows come in the order of years."""
    return [(year, list(found)) for year, found in groupby(rows, key=lambda row: row["fiscal_year"])]


def place_of_check(check: Row) -> str:
    """Where a check speaks of, in the language of the page: "Table 3, Granted, Total"; "" for the whole report."""
    if not _PLACE.match(check["where"] or ""):
        return ""
    known = next((f for f in forms() if f.version == check["form_version"]), forms()[0])
    return listed(say(zh, en) for zh, en in where_in_words(check["where"] or "", known))


def text_by_year(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """For each two years that follow each other: {year, report, before, sections: column → Repeated}; the newest
    first. Reports whose narrative has no sentence to compare are left out."""
    compared = []
    for before, this in pairwise(row for row in rows if row["fiscal_year"] is not None):
        if before["fiscal_year"] + 1 != this["fiscal_year"]:
            continue
        sections = repeated(this, before)
        if sections["all"].exact.whole:
            entry = {"year": this["fiscal_year"], "report": this["report_id"], "before": before["report_id"]}
            compared.append(entry | {"sections": sections})
    return compared[::-1]


_FIGURE_COLUMNS = ", ".join(name for _, names in FIGURES for name in names)

_YEARS = filled(
    """
select fiscal_year, {figures},
  failed_checks, doubts, unassessed_checks, status, form_version, published_on, title, id as report_id
from reports
where publisher_id = :publisher
order by fiscal_year
""",
    figures=_FIGURE_COLUMNS,
)

# Peers: their sum without the publisher's own reports in it, over the years in which it has outcomes itself.
_GROUNDS = """
with own as (
  select id, fiscal_year, province, level, kind from reports
  where publisher_id = :publisher and fiscal_year is not null
), own_outcomes as (
  select outcome, fiscal_year, sum(count) as requests, sum(iif({like_it}, count, 0)) as among_peers
  from own join (select report_id, outcome, count from requests
    where report_id in (select id from own)) on report_id = id
  group by outcome, fiscal_year
), peers as (
  select outcome, sum(count) as requests from request_totals
  where {like_it} and fiscal_year in (select fiscal_year from own_outcomes)
  group by outcome
), used as (
  select outcome, sum(requests) as requests, sum(among_peers) as among_peers from own_outcomes group by outcome
)
select o.id as outcome, coalesce(used.requests, 0) as requests,
  coalesce(peers.requests, 0) - coalesce(used.among_peers, 0) as of_peers
from outcomes o left join used on used.outcome = o.id left join peers on peers.outcome = o.id
where used.requests > 0 or peers.requests > coalesce(used.among_peers, 0)
order by o.position
""".strip()

_PEERS = """
select count(*) as publishers from publishers
where {like_it} and id <> cast(:publisher as integer)
""".strip()

_CHECKS = """
select r.fiscal_year, k.rule, rules.title_zh, rules.title_en, k.verdict, k."where", k.expected, k.found,
  r.form_version, r.id as report_id
from reports r join checks k on k.report_id = r.id left join rules on rules.id = k.rule
where r.publisher_id = :publisher and k.verdict <> 'not_assessable'
order by r.fiscal_year desc, k.verdict desc, k.number
limit 300
""".strip()

_TEXTS = filled(
    """
select fiscal_year, id as report_id, {sections}
from reports
where publisher_id = :publisher
order by fiscal_year
""",
    sections=", ".join(column for _, column in SECTIONS),
)
