"""The home page: what there is, how much of it, what is new, and the ways in; asked of the database.

The words stand in templates/index.html. What is asked runs over all reports: of a database that does not change it is
kept, so that only the first visitor waits for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from plugins.publication.rates import LEAST_DECIDED, Rate

Row = dict[str, Any]

NEWEST = 6  # reports and findings that are listed as new
STATUSES = ("complete", "partial", "narrative", "unreadable")

_kept: dict[str, Row] = {}  # by hash of an immutable database

_YEARS = "select fiscal_year, status, count(*) as reports from reports where fiscal_year is not null group by 1, 2 order by 1, 2"
_ALL = """
select (select count(*) from reports) as reports, (select count(*) from publishers) as publishers,
  (select max(fetched_at) from documents) as as_of,
  (select count(*) from documents where status in ('unreadable', 'not_a_report')) as unread
"""
_REQUESTS = """
select count(*) as reports, sum(received_new) as received_new, count(received_new) as received_new_printed,
  sum(refused) filter (where refused between 0 and processed_total) as refused,
  sum(processed_total) filter (where refused between 0 and processed_total) as decided,
  count(*) filter (where refused between 0 and processed_total) as with_both
from reports where fiscal_year = :year
"""
_NEW = """
select id, publisher, fiscal_year, province, published_on, failed_checks, doubts, received_new, status
from reports
where fiscal_year >= :year - 1 and published_on is not null and published_on <= coalesce(:as_of, '9999')
order by published_on desc, id limit :most
"""
_NEW_FINDINGS = """
with failing as (
  select id, publisher, fiscal_year, published_on from reports
  where fiscal_year >= :year - 1 and failed_checks > 0 and published_on <= coalesce(:as_of, '9999')
  order by published_on desc, id limit :most
)
select failing.*, c.rule, c."where", c.expected, c.found,
  (select count(*) from checks k where k.report_id = failing.id and k.verdict = 'source_error') as findings
from failing join checks c on c.report_id = failing.id
where c.number = (select min(number) from checks k where k.report_id = failing.id and k.verdict = 'source_error')
order by published_on desc, failing.id
"""
_PROVINCES = "select province, count(*) as reports from reports where province is not null group by province"
_CODES = "select code, name from regions where level = 'province' and valid_to is null order by code"
_PUBLISHERS = "select level, kind, count(*) as publishers from publishers group by 1, 2"
_OUTCOMES = (
    "select outcome, sum(count) as count from request_totals where fiscal_year = :year group by outcome"
)
_FINDINGS = (
    "select rule, verdict, count(*) as findings from checks where verdict <> 'not_assessable' group by 1, 2"
)
_RULES = "select id, title_zh, title_en from rules"
_CODEBOOK = "select id, label_zh, label_en, category from outcomes order by position"


async def read(database: Any) -> Row | None:
    """All that the home page says of a database, in no language; None where it holds no reports.

    all       reports, publishers, as_of (time of the latest fetching), unread documents
    years     by year: year, total, parts (reports by status)
    year      the newest full year; requests: its sums and of how many reports; refused: their share, a `Rate`
    new, new_findings, provinces, levels, outcomes, findings: rows to list, each with its number
    """
    if database.hash and database.hash in _kept:
        return _kept[database.hash]
    if not await database.table_exists("reports"):
        return None

    async def asked(sql: str, **values: Any) -> list[Row]:
        return [dict(row) for row in (await database.execute(sql, values)).rows]

    [whole] = await asked(_ALL)
    years = by_year(await asked(_YEARS))
    year = newest_full(years)
    since = {"year": year, "as_of": (whole["as_of"] or "")[:10] or None, "most": NEWEST}
    [requests] = await asked(_REQUESTS, year=year)
    names = {row["id"]: (row["title_zh"], row["title_en"]) for row in await asked(_RULES)}
    found = {
        "all": whole,
        "years": years,
        "year": year,
        "requests": requests,
        "refused": Rate(requests["refused"], requests["decided"], LEAST_DECIDED),
        "new": await asked(_NEW, **since),
        "new_findings": [row | {"title": names[row["rule"]]} for row in await asked(_NEW_FINDINGS, **since)],
        "provinces": in_order(await asked(_PROVINCES), [row["name"] for row in await asked(_CODES)]),
        "levels": by_level(await asked(_PUBLISHERS)),
        "outcomes": by_category(await asked(_CODEBOOK), await asked(_OUTCOMES, year=year)),
        "findings": by_rule(await asked(_FINDINGS), names),
    }
    if database.hash:
        _kept[database.hash] = found
    return found


def by_year(rows: Sequence[Row]) -> list[Row]:
    """Rows of year, status and number of reports as one entry a year, years between without any among them: `year`,
    `total`, `parts` by status."""
    counts = {(row["fiscal_year"], row["status"]): row["reports"] for row in rows}
    years = [year for year, _ in counts]
    entries: list[Row] = []
    for year in range(min(years), max(years) + 1) if years else ():
        parts = {status: counts.get((year, status), 0) for status in STATUSES}
        entries.append({"year": year, "total": sum(parts.values()), "parts": parts})
    return entries


def newest_full(years: Sequence[Row]) -> int | None:
    """The newest year of which there are at least half as many reports as of the year with most; None without any.

    Reports of a year come in over months: the first of them say nothing of the whole.
    """
    most = max((entry["total"] for entry in years), default=0)
    return next((entry["year"] for entry in reversed(years) if 2 * entry["total"] >= most), None)


def in_order(provinces: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """Provinces in the order of their codes; those without one behind them."""
    place = {name: n for n, name in enumerate(names)}
    return sorted(provinces, key=lambda row: (place.get(row["province"], len(place)), row["province"]))


def by_level(rows: Sequence[Row]) -> list[Row]:
    """Publishers by level, in the order of rank: `level`, `publishers`, and its `kinds` with theirs."""
    ranks = ("national", "province", "prefecture", "county", "township", "development_zone", None)
    levels: list[Row] = []
    for level in ranks:
        kinds = [row for row in rows if row["level"] == level]
        if kinds:
            kinds.sort(key=lambda row: -row["publishers"])
            levels.append(
                {"level": level, "publishers": sum(row["publishers"] for row in kinds), "kinds": kinds}
            )
    return levels


def by_category(codebook: Sequence[Row], counted: Sequence[Row]) -> dict[str, list[Row]]:
    """The outcomes of the code book by category, both in the order of the form, each with its `count`; None where
    there was none above zero."""
    counts = {row["outcome"]: row["count"] for row in counted}
    found: dict[str, list[Row]] = {}
    for row in codebook:
        found.setdefault(row["category"], []).append(row | {"count": counts.get(row["id"])})
    return found


def by_rule(rows: Sequence[Row], names: Mapping[str, tuple[str, str]]) -> dict[str, list[Row]]:
    """Findings by verdict, each rule with its `title` and number, the commonest first."""
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (-row["findings"], row["rule"])):
        found.setdefault(row["verdict"], []).append(row | {"title": names[row["rule"]]})
    return found
