"""Faults of the source itself: figures, prose and dates that the page really prints and that are wrong.

Sums that a change of figures breaks are found afterwards, by `sample.figures.broken_sums`.
"""

from dataclasses import replace
from random import Random

from sample.faults.draft import Draft
from sample.figures import copied


def shift(draft: Draft, by: int, *cells: tuple[str, str, str]) -> Draft:
    """The draft with `by` added to each (table, row, column); a "-" before the table takes it away."""
    figures = copied(draft.figures)
    tables = {"2": figures["table2"], "3": figures["table3"], "4": figures["table4"]}
    for table, row, column in cells:
        line = tables[table.removeprefix("-")][row]
        line[column] = (line[column] or 0) + (-by if table.startswith("-") else by)
    return draft.with_figures(figures)


def _both(row: str, sign: str = "") -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    return (f"{sign}3", row, "natural_person"), (f"{sign}3", row, "total")


def balance_off(draft: Draft, rng: Random) -> Draft | None:
    """More was received than was processed and carried over."""
    return shift(draft, rng.randint(1, 4), *_both("received_new")) if draft.is_busy() else None


def outcomes_sum_off(draft: Draft, rng: Random) -> Draft | None:
    """The outcomes listed are more than their total."""
    return shift(draft, rng.randint(1, 3), *_both("refused_internal")) if draft.is_busy() else None


def applicants_sum_off(draft: Draft, rng: Random) -> Draft | None:
    """Two rows state totals that their applicants do not make."""
    if not draft.is_busy() or not draft.figures["table3"]["unable_not_held"]["total"]:
        return None
    return shift(draft, 1, ("3", "granted", "total"), ("-3", "unable_not_held", "total"))


def disputes_sum_off(draft: Draft, rng: Random) -> Draft | None:
    """Reviews are listed by result, and their total is another number."""
    if not draft.figures["table4"]["review"]["total"]:
        return None
    return shift(draft, rng.randint(1, 5), ("4", "review", "total"))


def negative_number(draft: Draft, rng: Random) -> Draft | None:
    """A count below zero."""
    if not draft.is_busy():
        return None
    figures = copied(draft.figures)
    cell = figures["table2"]["coercive_measures"]
    cell["decisions"] = -rng.randint(1, 9)
    return draft.with_figures(figures)


def fraction(draft: Draft, rng: Random) -> Draft | None:
    """Half a decision."""
    figures = copied(draft.figures)
    figures["table2"]["licensing"]["decisions"] = rng.randint(10, 400) + 0.5
    return draft.with_figures(figures)


def carry_over_off(draft: Draft, rng: Random) -> Draft | None:
    """More was carried in than last year carried out; every sum of the page holds."""
    if draft.previous is None or not draft.is_busy():
        return None
    rows = ("received_carried_in", "granted", "processed_total")
    return shift(draft, rng.randint(2, 6), *(cell for row in rows for cell in _both(row)))


def in_force_off(draft: Draft, rng: Random) -> Draft | None:
    """The documents in force are not last year's plus those issued, less those repealed."""
    cells = draft.figures["table2"]["normative_documents"]
    if draft.previous is None or not cells.get("in_force"):
        return None
    if draft.previous.figures["form_version"] != draft.figures["form_version"]:
        return None
    return shift(draft, rng.randint(3, 9), ("2", "normative_documents", "in_force"))


def fee_in_yuan(draft: Draft, rng: Random) -> Draft | None:
    """Fees printed in yuan in a column of 10,000 yuan."""
    fees = draft.figures["table2"]["fees"].get("amount_10k_yuan")
    if not fees or fees < 10:
        return None
    figures = copied(draft.figures)
    figures["table2"]["fees"]["amount_10k_yuan"] = round(fees * 10000)
    return draft.with_figures(figures).said("fee_unit", "source_error", "table2.fees.amount_10k_yuan")


def copied_table(draft: Draft, rng: Random) -> Draft | None:
    """All figures are last year's."""
    last = draft.previous
    if last is None or not last.is_busy(3) or last.case is not None:
        return None
    if last.figures["form_version"] != draft.figures["form_version"]:
        return None
    return draft.with_figures(copied(last.figures)).said("copied_table", "source_error", "report")


def value_in_wrong_cell(draft: Draft, rng: Random) -> Draft | None:
    """A town that states it has issued 规章, which no town can."""
    if draft.publisher.level != "township" or draft.figures["form_version"] != "2021":
        return None
    cells = [("2", "regulations", "issued"), ("2", "regulations", "in_force")]
    return shift(draft, 2, *cells).said("value_in_wrong_cell", "scope_or_wording", "table2.regulations")


def narrative_differs(draft: Draft, rng: Random) -> Draft | None:
    """The prose counts other requests than the table."""
    new = draft.figures["table3"]["received_new"]["total"]
    if not new:
        return None
    told = new + rng.randint(2, 9)
    sections = dict(draft.report.sections)
    sections[1] = tuple(
        t.replace(f"新收政府信息公开申请{new}件", f"新收政府信息公开申请{told}件") for t in sections[1]
    )
    if sections[1] == draft.report.sections[1]:
        return None
    changed = replace(draft, report=replace(draft.report, sections=sections))
    return changed.said("narrative", "source_error", "section1", expected=new, found=told)


def text_of_last_year(draft: Draft, rng: Random) -> Draft | None:
    """Sections one and five are last year's, year and all."""
    last = draft.previous
    if last is None or last.case is not None:
        return None
    sections = dict(draft.report.sections) | {n: last.report.sections[n] for n in (1, 5)}
    changed = replace(draft, report=replace(draft.report, sections=sections))
    return changed.said("other_year_in_text", "source_error", "section1")


def published_late(draft: Draft, rng: Random) -> Draft | None:
    """Published in summer."""
    day = f"{draft.report.fiscal_year + 1}-07-{rng.randint(1, 28):02d}"
    return replace(draft, report=replace(draft.report, published_on=day)).said(
        "late", "source_error", "report"
    )


def published_early(draft: Draft, rng: Random) -> Draft | None:
    """Published before the year was over."""
    day = f"{draft.report.fiscal_year}-12-{rng.randint(10, 25):02d}"
    changed = replace(draft, report=replace(draft.report, published_on=day))
    return changed.said("before_period_end", "source_error", "report")
