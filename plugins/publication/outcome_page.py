"""The page of an outcome, such as a ground of refusal: what is asked for it, and how the answers are shown.

The words stand in templates/row-nianbao-outcomes.html. Two denominators are told apart on the page: over the
years, by level and by place, "decided" is the sum of all outcomes (`request_totals`); for a single body it is the
total that its report prints.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from load.forms import forms, outcome_labels
from plugins.publication.questions import Question, filled
from plugins.publication.rates import Rate

Row = Mapping[str, Any]

LEAST = 30  # outcomes that a place or a body must have to be given a share
FIRST = 20  # so many bodies are listed


def years_question(outcome: Row) -> Question:
    """How often the outcome was used in each year; `outcome` is a row of the table outcomes."""
    return Question(_YEARS, {"outcome": outcome["id"], "category": outcome["category"]})


def newest(years: Sequence[Row]) -> int | None:
    """The newest year in which the outcome was used; that of any outcome where it never was."""
    known = [row for row in years if row["fiscal_year"] is not None]
    used = [row["fiscal_year"] for row in known if row["requests"]]
    return max(used or [row["fiscal_year"] for row in known], default=None)


def questions(outcome: Row, year: int) -> dict[str, Question]:
    """What is asked for the outcome in one year, by block of the page."""
    asked: dict[str, str | int] = {"outcome": outcome["id"], "year": year}
    return {
        "levels": Question(_LEVELS, asked | {"category": outcome["category"]}),
        "places": Question(_PLACES, asked | {"category": outcome["category"]}),
        "users": Question(_USERS, asked | {"least": LEAST}),
    }


def shown(outcome: Row, rows: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """What the page shows, from the answers of `years_question` and `questions` by block."""
    places = [_counted(row) for row in rows.get("places", ())]
    return {
        "years": [_of_year(outcome, row) for row in rows["years"] if row["fiscal_year"] is not None],
        "levels": [_counted(row) for row in rows.get("levels", ())],
        "places": sorted(places, key=_by_interval),
        "users": [
            dict(row) | {"share": Rate(row["requests"], row["decided"], LEAST)}
            for row in rows.get("users", ())
            if row["listed_for"] == "highest_share"
        ],
        "examples": [row for row in rows.get("users", ()) if row["listed_for"] == "most_of_level"],
        "siblings": [id for id, label in outcome_labels().items() if label.category == outcome["category"]],
    }


def is_on_form(outcome: Row, year: int) -> bool:
    """Whether the form that applies to a year has the outcome."""
    applies = next((form for form in forms() if form.first_fiscal_year <= year), None)
    return applies is not None and applies.version in outcome["form_versions"].split(", ")


def _of_year(outcome: Row, row: Row) -> dict[str, Any]:
    on_form = is_on_form(outcome, row["fiscal_year"])
    requests = row["requests"] if on_form or row["requests"] else None
    return {
        "year": row["fiscal_year"],
        "on_form": on_form,
        "requests": requests,
        "of_category": Rate(requests, row["in_category"], LEAST),
        "of_decided": Rate(requests, row["decided"], LEAST),
        "reports": row["reports"],
    }


def _counted(row: Row) -> dict[str, Any]:
    return dict(row) | {
        "of_category": Rate(row["requests"], row["in_category"], LEAST),
        "of_decided": Rate(row["requests"], row["decided"], LEAST),
    }


def _by_interval(place: Mapping[str, Any]) -> tuple[float, int]:
    """The highest lower end of an interval first; places without a share last, the larger first."""
    interval = place["of_decided"].interval
    return (-interval[0] if interval else 1.0, -(place["decided"] or 0))


_COUNTED = """
sum(iif(outcome = :outcome, count, 0)) as requests,
  sum(iif(category = :category, count, 0)) as in_category, sum(count) as decided
""".strip()

_YEARS = filled(
    """
with counted as (
  select fiscal_year, {counted}
  from request_totals group by fiscal_year
), printed as (
  select fiscal_year, count(processed_total) as reports from reports group by fiscal_year
)
select fiscal_year, requests, in_category, decided, reports
from counted left join printed using (fiscal_year)
order by fiscal_year desc
""",
    counted=_COUNTED,
)

_LEVELS = filled(
    """
select level, {counted}
from request_totals
where fiscal_year = :year
group by level
order by decided desc
""",
    counted=_COUNTED,
)

_PLACES = filled(
    """
select province, {counted}
from request_totals
where fiscal_year = :year and province is not null
group by province
order by decided desc
""",
    counted=_COUNTED,
)

_LOW = "(requests + 1.9208 - 1.96 * sqrt(requests * (decided - requests) * 1.0 / decided + 0.9604)) / (decided + 3.8416)"

# Both lists in one question, as counting a year's reports is the costly part of it.
_USERS = filled(
    """
with counted as materialized (
  select id as report_id, level, processed_total as decided,
    (select sum(count) from requests where outcome = :outcome and report_id = reports.id) as requests
  from reports
  where fiscal_year = :year
), first as (
  select report_id, requests, decided, {low} as low
  from counted
  where requests <= decided and decided >= :least
  order by low desc, report_id
  limit {first}
), listed as (
  select 'highest_share' as listed_for, report_id, requests, decided, low from first
  union all
  select 'most_of_level', report_id, max(requests), decided, null from counted where requests > 0 group by level
)
select listed_for, publisher, province, level, requests, decided, round(100.0 * requests / decided, 1) as share_pct,
  round(100 * low, 1) as low_pct, failed_checks, publisher_id, report_id
from listed join reports on reports.id = report_id
order by listed_for, low desc, requests desc, report_id
""",
    low=_LOW,
    first=str(FIRST),
)
