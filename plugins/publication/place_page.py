"""The page of a place: what is asked of the database for it, and how the answers become what is shown.

Who belongs to a place is told by the region code of the publisher: a prefecture has the codes that begin with its
first four digits. A province is told by its name, as everywhere on the site, so that a body whose place within it
is not known is not lost. The words stand in templates/place.html.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from plugins.publication.publisher_page import CATEGORIES
from plugins.publication.questions import Question, filled
from plugins.publication.rates import LEAST_DECIDED, Rate

Row = Mapping[str, Any]

PUBLISHERS_A_PAGE = 60
WITHOUT_SHOWN = 200
FIGURES = ("received_new", "processed_total", *CATEGORIES)


def named(place: str) -> Question:
    """The rows of `regions` of a code, or of the province of that name, the oldest first."""
    return Question(_NAMED, {"place": place})


def region(rows: Sequence[Row], year: int | None) -> dict[str, Any]:
    """The place as it is in `year`: of its rows of `regions` the one valid then, else the last."""
    valid = [
        row
        for row in rows
        if year is not None
        and row["valid_from"] <= year
        and (row["valid_to"] is None or row["valid_to"] >= year)
    ]
    chosen = dict((valid or rows)[-1])
    below = chosen["level"] != "province"
    return {
        "code": chosen["code"],
        "region_code": chosen["code"],
        "name": chosen["name"],
        "level": chosen["level"],
        "province": chosen["province"],
        "prefecture": chosen["prefecture"] if below else None,
        "county": chosen["name"] if chosen["level"] == "county" else None,
        "valid_from": chosen["valid_from"],
        "valid_to": chosen["valid_to"],
    }


def page_number(asked: str | None) -> int:
    """Which page of the publishers the reader asks for, from 1; 1 for anything that is no number."""
    return max(int(asked), 1) if asked and asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def questions(place: Row, year: int | None, page: int) -> dict[str, Question]:
    """What is asked for the page of a place (see `region`), by block of the page."""
    code = place["code"]
    if place["level"] == "province":
        scope: dict[str, str | int] = {"province": place["province"]}
        within, at = "province = :province", "province = :province and coalesce(region_code, :code) = :code"
        reports = within
        at_scope: dict[str, str | int] = scope | {"code": code}
    else:
        scope = {"from": code, "to": code[:4] + "99" if place["level"] == "prefecture" else code}
        within, at = "region_code between :from and :to", "region_code = :code"
        reports = filled("publisher_id in (select id from publishers where {within})", within=within)
        at_scope = {"code": code}
    ordered = at_scope | {"level": place["level"], "skipped": PUBLISHERS_A_PAGE * (page - 1)}

    def made(sql: str, parameters: dict[str, str | int]) -> Question:
        return Question(filled(sql, reports=reports, within=within, at=at), parameters)

    asked = {
        "known": made(_KNOWN, at_scope | scope),
        "publishers": made(_PUBLISHERS, ordered),
        "matrix": made(_MATRIX, ordered),
        "totals": made(_TOTALS, scope),
    }
    if year is not None:
        asked["who"] = made(_WHO, scope | {"year": year})
        asked["without"] = made(_WITHOUT, at_scope | {"year": year})
        if place["level"] != "county":
            asked["parts"] = made(_PARTS, scope | {"year": year})
            beneath = "prefecture = :prefecture and level = 'county'"
            parameters: dict[str, str | int] = {"province": place["province"], "year": year}
            if place["level"] == "province":
                beneath = "(level = 'prefecture' or (level = 'county' and prefecture is null))"
            else:
                parameters["prefecture"] = place["name"]
            asked["divisions"] = Question(filled(_DIVISIONS, beneath=beneath), parameters)
    return asked


def shown(place: Row, year: int | None, page: int, rows: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """What the page shows, from the answers of `questions` by block."""
    totals = [summed(row) for row in rows["totals"]]
    known = rows["known"][0]
    years = [row["fiscal_year"] for row in rows["totals"] if row["fiscal_year"] is not None]
    return {
        "known": known,
        "pages": max(-(-known["here"] // PUBLISHERS_A_PAGE), 1),
        "totals": totals,
        "outcomes": [
            {
                "year": total["fiscal_year"],
                "total": total["figures"]["processed_total"][0],
                "parts": {category: total["figures"][category][0] for category in CATEGORIES},
            }
            for total in reversed(totals)
            if total["fiscal_year"] is not None and total["figures"]["processed_total"][1]
        ],
        "who": [summed(row) for row in rows.get("who", ())],
        "matrix_years": list(range(min(years), max(*years, year or 0) + 1)) if years else [],
        "matrix": matrix(rows["publishers"], rows["matrix"]),
        "without": rows.get("without", ()),
        "without_shown": WITHOUT_SHOWN,
        "divisions": divisions(place, rows.get("divisions", ()), rows.get("parts", ())),
        "figures": FIGURES,
        "per_page": PUBLISHERS_A_PAGE,
        "chosen": next((total for total in totals if total["fiscal_year"] == year), None),
    }


def summed(row: Row) -> dict[str, Any]:
    """A row of sums as it is shown: each of `figures` with how many reports print it, and the rate of refusal."""
    return {
        key: row.get(key) for key in ("fiscal_year", "level", "kind", "reports", "failing", "doubtful")
    } | {
        "figures": {name: (row[name], row[f"{name}_printed"]) for name in FIGURES},
        "refused": Rate(row["refused_of_decided"], row["decided"], LEAST_DECIDED),
        "with_rate": row["with_both"],
    }


def matrix(publishers: Sequence[Row], reports: Sequence[Row]) -> list[dict[str, Any]]:
    """Each publisher with its reports by year."""
    by_publisher: dict[int, dict[int, Row]] = {}
    for report in reports:
        by_publisher.setdefault(report["publisher_id"], {})[report["fiscal_year"]] = report
    return [dict(one) | {"years": by_publisher.get(one["id"], {})} for one in publishers]


def divisions(place: Row, found: Sequence[Row], parts: Sequence[Row]) -> list[dict[str, Any]]:
    """The divisions beneath a place with the sums of the bodies in each, also those of which nothing is known.

    parts: sums by the publishers' region code, None for a body whose place is not known.
    """
    columns = ("publishers", "reports", "received_new", "with_received", "refused", "decided", "failing")
    sums: dict[str, dict[str, Any]] = {row["code"]: dict.fromkeys(columns) for row in found}
    for part in parts:
        code = part["region_code"] or ""
        whole = f"{code[:4]}00"
        into = sums.get(whole) if place["level"] == "province" and whole in sums else sums.get(code)
        if into is not None:
            for column in columns:
                if part[column] is not None:
                    into[column] = (into[column] or 0) + part[column]
    return [
        dict(row)
        | sums[row["code"]]
        | {"refused": Rate(sums[row["code"]]["refused"], sums[row["code"]]["decided"], LEAST_DECIDED)}
        for row in found
    ]


def provinces_question(year: int) -> Question:
    """Each province with the sums of its reports for one year."""
    return Question(_PROVINCES, {"year": year})


def provinces(rows: Sequence[Row]) -> tuple[list[dict[str, Any]], Rate]:
    """The provinces as they are shown, and the rate of refusal of all of them together."""
    shown_rows = [
        dict(row) | {"refused": Rate(row["refused"], row["decided"], LEAST_DECIDED)} for row in rows
    ]
    both = [(row["refused"], row["decided"]) for row in rows if row["decided"] is not None]
    refused, decided = (sum(figures) for figures in zip(*both, strict=True)) if both else (None, None)
    return shown_rows, Rate(refused, decided, LEAST_DECIDED)


YEARS = Question(
    """
with recursive years as (
  select max(fiscal_year) as year from reports
  union all
  select (select max(fiscal_year) from reports where fiscal_year < year) from years where year is not null
)
select year from years where year is not null
""".strip(),
    {},
)

_PROVINCES = """
with known as (
  select province, count(*) as publishers from publishers group by province
), read as (
  select province, count(*) as reports, sum(received_new) as received_new, count(received_new) as with_received,
    sum(refused) filter (where refused between 0 and processed_total) as refused,
    sum(processed_total) filter (where refused between 0 and processed_total) as decided,
    sum(failed_checks > 0) as failing
  from reports
  where fiscal_year = :year
  group by province
)
select r.code, r.name, known.publishers, read.reports, received_new, with_received, refused, decided, failing
from regions r left join known on known.province = r.name left join read on read.province = r.name
where r.level = 'province' and r.valid_from <= :year and (r.valid_to is null or r.valid_to >= :year)
order by known.publishers is null, r.code
""".strip()

_NAMED = """
select code, valid_from, valid_to, name, level, province, prefecture
from regions
where code = :place or (level = 'province' and name = :place)
order by code, valid_from
""".strip()

_KNOWN = """
select count(*) as within, coalesce(sum({at}), 0) as here
from publishers
where {within}
""".strip()

_ORDER = "order by level = :level desc, kind = 'government' desc, kind, level, name, id"

_PUBLISHERS = filled(
    """
select id, name, level, kind, reports, first_year, last_year
from publishers
where {at}
{order}
limit {size} offset :skipped
""",
    order=_ORDER,
    size=str(PUBLISHERS_A_PAGE),
)

_MATRIX = filled(
    """
select publisher_id, fiscal_year, status, failed_checks, doubts, id as report_id
from reports
where publisher_id in (
  select id from publishers
  where {at}
  {order}
  limit {size} offset :skipped
)
order by publisher_id, fiscal_year
""",
    order=_ORDER,
    size=str(PUBLISHERS_A_PAGE),
)

_SUMS = """
  count(*) as reports,
FIGURES,
  sum(refused) filter (where refused between 0 and processed_total) as refused_of_decided,
  sum(processed_total) filter (where refused between 0 and processed_total) as decided,
  count(*) filter (where refused between 0 and processed_total) as with_both,
  sum(failed_checks > 0) as failing,
  sum(doubts > 0) as doubtful
""".strip().replace(
    "FIGURES", ",\n".join(f"  sum({name}) as {name}, count({name}) as {name}_printed" for name in FIGURES)
)

_TOTALS = filled(
    """
select fiscal_year,
  {sums}
from reports
where {reports}
group by fiscal_year
order by fiscal_year desc
""",
    sums=_SUMS,
)

_WHO = filled(
    """
select level, kind,
  {sums}
from reports
where {reports} and fiscal_year = :year
group by level, kind
order by count(*) desc
""",
    sums=_SUMS,
)

_PARTS = """
select p.region_code, count(*) as publishers, count(r.id) as reports,
  sum(r.received_new) as received_new, count(r.received_new) as with_received,
  sum(r.refused) filter (where r.refused between 0 and r.processed_total) as refused,
  sum(r.processed_total) filter (where r.refused between 0 and r.processed_total) as decided,
  sum(r.failed_checks > 0) as failing
from (select id, region_code from publishers where {within}) p
left join reports r on r.publisher_id = p.id and r.fiscal_year = :year
group by p.region_code
""".strip()

_DIVISIONS = """
select code, name, level
from regions
where province = :province and {beneath}
  and valid_from <= :year and (valid_to is null or valid_to >= :year)
order by code
""".strip()

_WITHOUT = """
select id, name, level, kind, last_year
from publishers
where {at}
  and not exists (select 1 from reports where publisher_id = publishers.id and fiscal_year = :year)
order by last_year desc, name, id
""".strip()
