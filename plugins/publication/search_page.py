"""The page that searches everything: what it asks of the database, and how the answers become what is shown.

The words stand in templates/search.html; how Chinese is searched, in `chinese.search`. All but the questions is pure.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from chinese import fold
from chinese.search import NOTHING, excerpt_html, match_query
from load.forms import forms, outcome_labels
from load.schema import REPORTS
from plugins.publication.labels import values
from plugins.publication.questions import Question, filled
from plugins.publication.rates import Rate
from plugins.publication.repeated_text import SECTIONS

PAGE = 20
LONGEST = 1_000  # characters of a query; what stands behind them is not read
COMMON = (
    20_000  # a word in more reports is sorted by date unless the reader asks: weighing them all takes long
)
# From so many on it is faster to go through the index of all reports than to look each one up.
_MANY = 2_000
LEAST_REPORTS = 30  # of a year, for a share
CONTEXT_CHARACTERS = 120
LISTED = 6  # of each kind under "go to"
UNKNOWN = "-"  # what a filter asks for the reports with that could not be told

# By name in the address: the column that it filters by.
FILTERS = {"year": "fiscal_year", "province": "province", "level": "level", "kind": "kind"}
SORTS = ("relevance", "date")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Search:
    """What a reader searches for: the words, the chosen filters by name, the order ("": ours to choose), the page."""

    q: str
    chosen: Mapping[str, str]
    sort: str = ""
    page: int = 1

    @property
    def expression(self) -> str:
        """What the index is asked."""
        return match_query(self.q, REPORTS.search)

    def address(self, **changes: Any) -> str:
        """The query string of this search with some of it changed; a change begins at the first page again."""
        kept = {"q": self.q, **self.chosen, "sort": self.sort, **({} if "page" in changes else {"page": ""})}
        kept |= {name: str(value) for name, value in changes.items()}
        return urlencode(
            {name: value for name, value in kept.items() if value and (name, value) != ("page", "1")}
        )

    def table(self) -> str:
        """The query string of the same search on the page of the table, as CSV and as JSON."""
        chosen = {
            FILTERS[name] + ("__isnull" if value == UNKNOWN else ""): "1" if value == UNKNOWN else value
            for name, value in self.chosen.items()
        }
        return urlencode({"_search": self.q, **chosen})


def asked(arguments: Mapping[str, str]) -> Search:
    """The search that an address asks for; what makes no sense in it is as if it was not there."""
    page = arguments.get("page") or ""
    return Search(
        (arguments.get("q") or "").strip()[:LONGEST],
        {name: value for name in FILTERS if (value := (arguments.get(name) or "").strip())},
        sort if (sort := arguments.get("sort") or "") in SORTS else "",
        int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 and int(page) else 1,
    )


def why_nothing(query: str) -> str:
    """Why a query can find nothing whatever the reports say: "empty", "no_word", "only_excluded"; "" if it can."""
    if not query:
        return "empty"
    if match_query(query, REPORTS.search) != NOTHING:
        return ""
    return "only_excluded" if re.search(r"[^\W_]", re.sub(r"\b(AND|OR|NOT)\b", "", query)) else "no_word"


# --- what is asked ---------------------------------------------------------------------------------------

_TOTAL = "select count(*) as reports from reports_fts where reports_fts match zh_match(:q)"

_FOUND = "{plus}id in (select rowid from reports_fts where reports_fts match zh_match(:q))"

_COUNTS = """
select fiscal_year, level, province, kind, count(*) as reports
from reports
where {found}
group by fiscal_year, level, province, kind
"""

EVERYTHING = Question(filled(_COUNTS, found="1"), {})

_SHOWN = ", ".join(
    f"r.{name}"
    for name in (
        *("id", "title", "publisher", "publisher_id", "fiscal_year", "region_code", "province", "prefecture"),
        *("county", "level", "kind", "published_on", "failed_checks", "doubts", "headings"),
        *(column for _, column in SECTIONS),
    )
)

_BY_DATE = f"""
with hits as (
  select id, fiscal_year, published_on
  from reports
  where {{found}}{{chosen}}
  order by fiscal_year desc, published_on desc, id
  limit :size offset :start
)
select {_SHOWN}
from hits join reports r using (id)
order by hits.fiscal_year desc, hits.published_on desc, id
"""  # noqa: S608 - names of columns, our own

# The title and the publisher's name weigh four times as much as the narrative.
_BY_RELEVANCE = f"""
with hits as (
  select rowid as id, bm25(reports_fts, 4, 4, 1, 1, 1, 1) as score
  from reports_fts
  where reports_fts match zh_match(:q){{among}}
  order by score, rowid
  limit :size offset :start
)
select {_SHOWN}
from hits join reports r using (id)
order by hits.score, id
"""  # noqa: S608 - names of columns, our own

# The plus keeps the index of words in the lead.
_AMONG = "and +rowid in (select id from reports where {conditions})"

_PUBLISHERS = """
select id, name, region_code, province, prefecture, county, level, kind, reports
from publishers
where {named}
order by name <> :whole, length(name), name, id
limit :most
"""

_PLACES = """
select code, name, level, province, prefecture, max(ifnull(valid_to, 9999)) as valid_to
from regions
where {named} or length(name) > 2 and instr(:words, name) > 0
group by code
order by valid_to < 9999, name <> :whole, length(name), code
limit :most
"""


def total_question(search: Search) -> Question:
    """In how many reports the words stand, whatever the filters."""
    return Question(_TOTAL, {"q": search.q})


def counts_question(search: Search, total: int) -> Question:
    """The reports with the words by year, level, province and kind: all that the filters and the picture need."""
    return Question(filled(_COUNTS, found=_found(total)), {"q": search.q})


def hits_question(search: Search, total: int, sort: str) -> Question:
    """The reports of one page, with their texts."""
    conditions, parameters = [], dict[str, str | int](q=search.q)
    for name, value in search.chosen.items():
        if value == UNKNOWN:
            conditions.append(f"{FILTERS[name]} is null")
        else:
            conditions.append(f"{FILTERS[name]} = :{name}")
            parameters[name] = value
    parameters |= {"size": PAGE, "start": (search.page - 1) * PAGE}
    if sort == "date":
        chosen = "".join(f" and {condition}" for condition in conditions)
        return Question(filled(_BY_DATE, found=_found(total), chosen=chosen), parameters)
    among = filled(_AMONG, conditions=" and ".join(conditions)) if conditions else ""
    return Question(filled(_BY_RELEVANCE, among=f" {among}"), parameters)


def _found(total: int) -> str:
    return filled(_FOUND, plus="+" if total > _MANY else "")


def words_of_names(query: str) -> list[str]:
    """The words of a query that a name may hold, folded: those of two characters and more that are not excluded."""
    named = re.sub(r"(?:^|\s)(?:NOT\s+|-)\S+", " ", query)
    named = re.sub(rf"\b(?:AND|OR|NOT)\b|\b(?:{'|'.join(REPORTS.search)})\s*[:：]", " ", named)
    return [word for word in re.findall(r"[^\W_]+", fold(named)) if len(word) > 1][:6]


def names_questions(words: Sequence[str]) -> dict[str, Question]:
    """Publishers and places whose names hold all the words; and places that the words name, beside whatever else."""
    named = " and ".join(f"instr(name, :word{number}) > 0" for number in range(len(words)))
    parameters = {f"word{number}": word for number, word in enumerate(words)}
    parameters |= {"whole": "".join(words)}
    return {
        "publishers": Question(filled(_PUBLISHERS, named=named), parameters | {"most": LISTED + 1}),
        "places": Question(
            filled(_PLACES, named=named), parameters | {"words": " ".join(words), "most": LISTED}
        ),
    }


# --- what is shown ---------------------------------------------------------------------------------------


def outcomes_named(words: Sequence[str]) -> list[str]:
    """The outcomes whose name, or that of their category, holds all the words, in either language."""
    names = values()
    found = []
    for id, label in outcome_labels().items():
        spoken = chain(names["outcome"][id], names["category"].get(str(label.category), ()))
        if any(all(word in fold(name) for word in words) for name in spoken):
            found.append(id)
    return found[: LISTED + 2]


def shared(cube: Iterable[Row], chosen: Mapping[str, str], by: str) -> dict[Any, int]:
    """The reports by a column of the counts, among those that all other chosen filters leave."""
    others = {FILTERS[name]: value for name, value in chosen.items() if FILTERS[name] != by}
    counts: dict[Any, int] = {}
    for row in cube:
        if all(_is(row[column], value) for column, value in others.items()):
            counts[row[by]] = counts.get(row[by], 0) + row["reports"]
    return counts


def number(cube: Iterable[Row], chosen: Mapping[str, str]) -> int:
    """How many reports all the chosen filters leave."""
    asked = {FILTERS[name]: value for name, value in chosen.items()}
    return sum(row["reports"] for row in cube if all(_is(row[column], v) for column, v in asked.items()))


def _is(value: Any, asked: str) -> bool:
    return asked == UNKNOWN if value is None else str(value) == asked


def filters(
    cube: Sequence[Row], everything: Sequence[Row], chosen: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Each filter: `name`, `column`, `chosen`, and `options` of {value, count}, those with reports, and the chosen one.

    Years go from the newest on, codes in the order of their labels, provinces in that of their reports.
    """
    found = []
    for name, column in FILTERS.items():
        counts = {key: n for key, n in shared(cube, chosen, column).items() if n}
        options = [{"value": UNKNOWN if key is None else str(key), "count": n} for key, n in counts.items()]
        if name in chosen and all(option["value"] != chosen[name] for option in options):
            options.append({"value": chosen[name], "count": 0})
        options.sort(key=_place_of(name))
        known = any(row[column] is not None for row in everything)
        if options and known:
            found.append({"name": name, "column": column, "chosen": chosen.get(name, ""), "options": options})
    return found


def _place_of(name: str) -> Callable[[Mapping[str, Any]], Any]:
    codes = [UNKNOWN] if name in ("year", "province") else [*values()[name], UNKNOWN]

    def place(option: Mapping[str, Any]) -> Any:
        value = option["value"]
        at = codes.index(value) if value in codes else -1
        return (at, -int(value) if value.isdigit() and name == "year" else -option["count"], value)

    return place


def by_year(cube: Iterable[Row], everything: Iterable[Row], search: Search) -> list[dict[str, Any]]:
    """A point a year that has reports at all, the year's own filter aside: `value` reports with the words, `rate` of
    all the reports that the other filters leave."""
    found = shared(cube, search.chosen, "fiscal_year")
    whole = shared(everything, search.chosen, "fiscal_year")
    return [
        {
            "year": year,
            "value": found.get(year, 0),
            "rate": Rate(found.get(year, 0), whole[year], LEAST_REPORTS),
            "href": "?" + search.address(year=year) if found.get(year) else None,
        }
        for year in sorted(year for year in whole if year is not None)
    ]


def hit(row: Row, query: str) -> dict[str, Any]:
    """A report as it is listed: its `title` with the words marked, and the `places` where they stand.

    A place is a section: `number`, `heading` as printed (or None), `usual` (its name in both languages), `context`.
    """
    headings: Mapping[str, str] = json.loads(row["headings"] or "{}")
    usual = {section.number: (section.zh, section.en) for section in forms()[0].sections}
    places = []
    for number, column in SECTIONS:
        context = marked(row[column], query, CONTEXT_CHARACTERS)
        if context:
            heading = headings.get(str(number))
            places.append(
                {"number": number, "heading": heading, "usual": usual.get(number), "context": context}
            )
    return dict(row) | {
        "shown_title": marked(row["title"], query, LONGEST),
        "shown_publisher": marked(row["publisher"], query, LONGEST),
        "places": places,
    }


def marked(text: str | None, query: str, width: int) -> Markup:
    """HTML of about `width` characters of a text with the words marked; "" where none of them stands in it."""
    made = excerpt_html(text or "", query, width, REPORTS.search)
    return Markup(made if "<mark>" in made else "")  # noqa: S704 - escaped there


def order(search: Search, total: int) -> str:
    """The order that the page is in: the reader's choice; else by relevance, or by date for a very common word."""
    return search.sort or ("date" if total > COMMON else "relevance")


def on_last_page(search: Search, found: int) -> Search:
    """The search on a page that there is."""
    return replace(search, page=min(search.page, max(1, -(-found // PAGE))))
