"""The figures of an invented report: Tables 2, 3 and 4, drawn so that every sum of the form holds.

`draw` makes one year of one publisher and chains it to the year before; `blank` leaves cells out the
way real reports do; `broken_sums` and `broken_between_years` say which rules any figures break. How
figures are printed is left to `sample.tables`, what goes wrong with them to `sample.faults`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import NamedTuple, TypedDict

from load.forms import Form, form

Number = int | float | None
Table = dict[str, dict[str, Number]]


class FormFigures(TypedDict):
    """The three tables of one report, in the shape of the contract; a blank cell is None."""

    form_version: str
    table2: Table
    table3: Table
    table4: Table


@dataclass(frozen=True, slots=True)
class Profile:
    """How busy a publisher is and how it answers. All counts are typical values for one year."""

    requests: float
    documents: float = 0.0
    makes_regulations: bool = False
    licences: float = 0.0
    penalties: float = 0.0
    coercions: float = 0.0
    fees_10k_yuan: float = 0.0
    openness: float = 1.0  # above 1: grants more than its peers
    contention: float = 1.0  # above 1: is taken to review and to court more often


class BrokenRule(NamedTuple):
    """A rule that figures break, and where: "table3.column.total" for a sum over a column,
    "table3.granted" for one over a row, "table3.granted.total" for a cell."""

    rule: str
    where: str
    expected: int | float | None
    found: int | float


_APPLICANTS = {
    "natural_person": 880,
    "business": 58,
    "research": 2,
    "public_interest": 4,
    "legal_service": 49,
    "other_org": 7,
}
_OUTCOMES = {
    "granted": 450,
    "partly_granted": 80,
    "refused_state_secret": 2,
    "refused_other_law": 6,
    "refused_security_stability": 2,
    "refused_third_party": 14,
    "refused_internal": 15,
    "refused_deliberative": 15,
    "refused_enforcement_file": 18,
    "refused_admin_query": 12,
    "unable_not_held": 200,
    "unable_needs_creation": 42,
    "unable_unclear": 10,
    "not_processed_petition": 38,
    "not_processed_duplicate": 24,
    "not_processed_publication": 3,
    "not_processed_excessive": 3,
    "not_processed_confirmation": 4,
    "other_not_amended": 20,
    "other_fee_unpaid": 1,
    "other_misc": 41,
    "other": 62,
}
_RESULTS = {"upheld": 60, "corrected": 11, "other": 21, "pending": 8}
_APPLICANT_IDS = tuple(_APPLICANTS)
_APPLICANT_STEPS = tuple(accumulate(_APPLICANTS.values()))
_RESULT_IDS = tuple(_RESULTS)
_RESULT_STEPS = tuple(accumulate(_RESULTS.values()))


def zeros(version: str) -> FormFigures:
    """The form of `version` with 0 in every cell: what most townships publish."""
    f = form(version)
    return {
        "form_version": version,
        "table2": {item: dict.fromkeys(b.measures, 0) for b in f.blocks for item in b.items},
        "table3": {row: dict.fromkeys(f.columns, 0) for row in f.rows},
        "table4": {channel: dict.fromkeys(f.results, 0) for channel in f.channels},
    }


def draw(rng: Random, version: str, profile: Profile, previous: FormFigures | None = None) -> FormFigures:
    """One year's figures of a publisher in which every sum holds.

    With `previous`, the requests carried in are last year's carried out, and the documents in force
    are last year's, plus those issued, less those repealed.
    """
    figures = zeros(version)
    _draw_requests(rng, form(version), figures, profile, previous)
    _draw_disputes(rng, figures, profile)
    if version == "2019":
        _draw_table2_2019(rng, figures["table2"], profile)
    else:
        _draw_table2_2021(rng, figures["table2"], profile, previous["table2"] if previous else {})
    return figures


def _count(rng: Random, typical: float, spread: float = 0.5) -> int:
    """A whole number around `typical`, skewed as counts are; often 0 where `typical` is below 1."""
    if typical <= 0:
        return 0
    drawn = typical * rng.lognormvariate(0.0, spread)
    whole = int(drawn)
    return whole + (rng.random() < drawn - whole)


def _draw_requests(
    rng: Random, f: Form, figures: FormFigures, profile: Profile, previous: FormFigures | None
) -> None:
    table = figures["table3"]
    new = rng.choices(_APPLICANT_IDS, cum_weights=_APPLICANT_STEPS, k=_count(rng, profile.requests))
    carried_in: list[str] = []
    if previous is not None:
        last = previous["table3"]["carried_out"]
        carried_in = [column for column in _APPLICANT_IDS for _ in range(int(last[column] or 0))]
    elif profile.requests > 20:
        carried_in = ["natural_person"] * _count(rng, profile.requests * 0.03)
    pending = new + carried_in
    if not pending:
        return
    left = _count(rng, len(pending) * (0.03 if len(pending) > 8 else 0.012), 0.7)
    rng.shuffle(pending)
    left = min(left, len(pending))
    carried_out, processed = pending[:left], pending[left:]
    weights = [
        _OUTCOMES[outcome] * (profile.openness if "granted" in outcome else 1.0) for outcome in f.outcomes
    ]
    outcomes = rng.choices(f.outcomes, weights=weights, k=len(processed))
    cells: Counter[tuple[str, str]] = Counter(zip(outcomes, processed, strict=True))
    for row, columns in (
        ("received_new", new),
        ("received_carried_in", carried_in),
        ("processed_total", processed),
        ("carried_out", carried_out),
    ):
        cells.update((row, column) for column in columns)
    for (row, column), count in cells.items():
        line = table[row]
        line[column] = count
        line["total"] = (line["total"] or 0) + count


def _draw_disputes(rng: Random, figures: FormFigures, profile: Profile) -> None:
    lines = figures["table3"]
    unhappy = int((lines["processed_total"]["total"] or 0) - (lines["granted"]["total"] or 0))
    reviews = _count(rng, unhappy * 0.09 * profile.contention, 0.8)
    after_review = _count(rng, reviews * 0.18, 0.6)
    direct = _count(rng, unhappy * 0.015 * profile.contention, 0.8)
    for channel, count in (
        ("review", reviews),
        ("lawsuit_direct", direct),
        ("lawsuit_after_review", after_review),
    ):
        line = figures["table4"][channel]
        for result in rng.choices(_RESULT_IDS, cum_weights=_RESULT_STEPS, k=count):
            line[result] = (line[result] or 0) + 1
        line["total"] = count


def _draw_table2_2021(rng: Random, table: Table, profile: Profile, previous: Table) -> None:
    for item, typical in (
        ("regulations", 1.2 if profile.makes_regulations else 0.0),
        ("normative_documents", profile.documents),
    ):
        last = previous.get(item, {}).get("in_force")
        before = int(last) if last is not None else _count(rng, typical * 6)
        issued = _count(rng, typical)
        repealed = min(before, _count(rng, typical * 0.8))
        table[item] = {"issued": issued, "repealed": repealed, "in_force": before + issued - repealed}
    table["licensing"]["decisions"] = _count(rng, profile.licences)
    table["penalties"]["decisions"] = _count(rng, profile.penalties)
    table["coercive_measures"]["decisions"] = _count(rng, profile.coercions)
    table["fees"]["amount_10k_yuan"] = _money(rng, profile.fees_10k_yuan)


def _draw_table2_2019(rng: Random, table: Table, profile: Profile) -> None:
    for item, typical in (
        ("regulations", 1.2 if profile.makes_regulations else 0.0),
        ("normative_documents", profile.documents),
    ):
        made = _count(rng, typical)
        disclosed = max(0, made - (rng.random() < 0.1))
        table[item] = {
            "newly_made": made,
            "newly_disclosed": disclosed,
            "disclosed_total": disclosed + _count(rng, typical * 6),
        }
    for item, typical in (
        ("licensing", profile.licences),
        ("other_services", profile.licences / 3),
        ("penalties", profile.penalties),
        ("coercive_measures", profile.coercions),
    ):
        items = _count(rng, min(400.0, typical / 4))
        change = rng.choice((0, 0, 0, 1, 2, -1, -3)) if items > 3 else 0
        table[item] = {"items_last_year": items, "change": change, "decisions": _count(rng, typical)}
    table["fees"] = {"items_last_year": _count(rng, min(6.0, profile.fees_10k_yuan / 20)), "change": 0}
    projects = _count(rng, profile.documents * 2)
    table["procurement"] = {"projects": projects, "amount": _money(rng, projects * 37.5)}


def _money(rng: Random, typical: float) -> Number:
    """An amount of money: 0, whole, or with two to four places, as reports print them."""
    if typical <= 0:
        return 0
    amount = typical * rng.lognormvariate(0.0, 0.6)
    places = rng.choice((0, 0, 2, 2, 4))
    return round(amount, places) if places else int(amount)


def blank(figures: FormFigures, rng: Random, manner: str) -> FormFigures:
    """A copy of `figures` with cells left blank (None).

    `manner`: "zeros" leaves out the zeros of Table 3; "regulations" the row of regulations; "row" one
    whole row of Table 3; "applicants" every applicant beside a total above zero (and the zeros).
    """
    copy = copied(figures)
    table = copy["table3"]
    if manner == "regulations":
        copy["table2"]["regulations"] = dict.fromkeys(copy["table2"]["regulations"])
    elif manner == "row":
        row = rng.choice(form(figures["form_version"]).outcomes)
        table[row] = dict.fromkeys(table[row])
    elif manner == "zeros":
        for line in table.values():
            line.update({column: value or None for column, value in line.items()})
    elif manner == "applicants":
        for line in table.values():
            line.update({column: None for column in line if column != "total"})
    else:
        raise ValueError(f"no such manner of leaving cells blank: {manner}")
    return copy


def copied(figures: FormFigures) -> FormFigures:
    """A copy of `figures` whose cells can be changed without changing the original."""
    return {
        "form_version": figures["form_version"],
        "table2": {item: dict(cells) for item, cells in figures["table2"].items()},
        "table3": {row: dict(cells) for row, cells in figures["table3"].items()},
        "table4": {channel: dict(cells) for channel, cells in figures["table4"].items()},
    }


def broken_sums(figures: FormFigures) -> Iterator[BrokenRule]:
    """Every rule within one report that `figures` break. A sum with a blank part is not assessed."""
    f = form(figures["form_version"])
    tables = {2: figures["table2"], 3: figures["table3"], 4: figures["table4"]}
    for s in f.sums:
        table = tables[s.table]
        lines = table if s.each == "row" else next(iter(table.values()))
        for line in lines:
            sides = []
            for parts in (s.left, s.right):
                cells = [table[line][p] if s.each == "row" else table[p][line] for p in parts]
                sides.append(None if None in cells else sum(c for c in cells if c is not None))
            left, right = sides
            if left is not None and right is not None and left != right:
                where = f"table{s.table}.{line}" if s.each == "row" else f"table{s.table}.column.{line}"
                yield BrokenRule(s.rule, where, right, left)
    for number, table in tables.items():
        for row, values in table.items():
            for column, value in values.items():
                label = f.measures.get(column) if number == 2 else None
                if value is None:
                    continue
                where = f"table{number}.{row}.{column}"
                if value < 0 and not (label and label.signed):
                    yield BrokenRule("not_negative", where, None, value)
                if value != int(value) and not (label and label.money):
                    yield BrokenRule("whole_number", where, None, value)


def broken_between_years(previous: FormFigures, figures: FormFigures) -> Iterator[BrokenRule]:
    """Every rule between a year and the year before that these figures of one publisher break."""
    for column, value in figures["table3"]["received_carried_in"].items():
        before = previous["table3"]["carried_out"][column]
        if value is not None and before is not None and value != before:
            yield BrokenRule("carry_over", f"table3.received_carried_in.{column}", before, value)
    for item in ("regulations", "normative_documents"):
        now, last = figures["table2"][item], previous["table2"][item].get("in_force")
        parts = [now.get(measure) for measure in ("issued", "repealed", "in_force")]
        issued, repealed, in_force = parts
        if last is None or issued is None or repealed is None or in_force is None:
            continue
        if in_force != last + issued - repealed:
            yield BrokenRule("in_force_roll", f"table2.{item}.in_force", last + issued - repealed, in_force)
