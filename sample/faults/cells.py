"""Cells that are blank or hold no plain number, and parts of a table that the page has lost."""

from dataclasses import replace
from random import Random

from load.forms import form
from sample.faults.draft import PLAIN_LAYOUTS, TEXT_LAYOUTS, Draft
from sample.faults.source import shift
from sample.figures import blank, copied
from sample.report import Damage


def blank_row(draft: Draft, rng: Random) -> Draft | None:
    """A row of Table 3 is left blank: not zero."""
    changed = draft.with_figures(blank(draft.figures, rng, "row"))
    return replace(changed, layout=rng.choice(PLAIN_LAYOUTS + TEXT_LAYOUTS)).said(
        "outcomes_sum", "not_assessable", "table3.column.total"
    )


def blank_zeros(draft: Draft, rng: Random) -> Draft | None:
    """Where Table 3 has nothing to count it is left blank."""
    if not draft.is_busy(2):
        return None
    changed = draft.with_figures(blank(draft.figures, rng, "zeros"))
    return replace(changed, layout=rng.choice(PLAIN_LAYOUTS)).said(
        "outcomes_sum", "not_assessable", "table3.column.total"
    )


def blank_applicants(draft: Draft, rng: Random) -> Draft | None:
    """Only the totals of Table 3 are filled in."""
    if not draft.is_busy(2):
        return None
    changed = draft.with_figures(blank(draft.figures, rng, "applicants"))
    return replace(changed, layout=rng.choice(PLAIN_LAYOUTS)).said(
        "applicants_sum", "not_assessable", "table3.received_new"
    )


def blank_regulations(draft: Draft, rng: Random) -> Draft | None:
    """A body that makes no 规章 leaves their row blank."""
    if draft.publisher.profile.makes_regulations:
        return None
    changed = draft.with_figures(blank(draft.figures, rng, "regulations"))
    return replace(changed, layout=rng.choice(PLAIN_LAYOUTS + TEXT_LAYOUTS))


def _instead(draft: Draft, text: str, item: str, rng: Random) -> Draft:
    """The draft with `text` printed in every cell of an item of Table 2, whose figures are then blank."""
    figures = copied(draft.figures)
    raw = {(2, item, measure): text for measure in figures["table2"][item]}
    figures["table2"][item] = dict.fromkeys(figures["table2"][item])
    return draft.with_figures(figures).damaged(Damage(raw=raw), PLAIN_LAYOUTS + TEXT_LAYOUTS, rng)


def slash_cells(draft: Draft, rng: Random) -> Draft | None:
    """ "/" for what does not apply: not zero."""
    return None if draft.publisher.profile.makes_regulations else _instead(draft, "/", "regulations", rng)


def dash_cells(draft: Draft, rng: Random) -> Draft | None:
    """ "-" for what does not apply: not zero."""
    return _instead(draft, "-", "coercive_measures", rng)


def unreadable_cell(draft: Draft, rng: Random) -> Draft | None:
    """A cell with a doubt of its own."""
    value = draft.figures["table3"]["received_new"]["total"]
    if not value:
        return None
    key = (3, "received_new", "total")
    changed = draft.damaged(Damage(raw={key: f"{value}人?"}), PLAIN_LAYOUTS, rng)
    where = "table3.received_new.total"
    return replace(changed, unknown=frozenset({key}), status=None).said(
        "cell_unreadable", "parse_doubt", where
    )


def note_in_cell(draft: Draft, rng: Random) -> Draft | None:
    """A figure with a note in brackets behind it: the figure counts."""
    for measure in ("in_force", "disclosed_total"):
        value = draft.figures["table2"]["normative_documents"].get(measure)
        if value and value > 2:
            text = f"{value}（其中修订{int(value) // 2}件）"
            key = (2, "normative_documents", measure)
            return draft.damaged(Damage(raw={key: text}), PLAIN_LAYOUTS, rng)
    return None


def unit_in_cell(draft: Draft, rng: Random) -> Draft | None:
    """An amount with the column's own unit behind it."""
    value = draft.figures["table2"]["fees"].get("amount_10k_yuan")
    if not value:
        return None
    key = (2, "fees", "amount_10k_yuan")
    return draft.damaged(Damage(raw={key: f"{value}万元"}), PLAIN_LAYOUTS, rng)


def table_is_picture(draft: Draft, rng: Random) -> Draft | None:
    """Table 3 is a picture: missing, not zero."""
    changed = draft.damaged(Damage(images=frozenset({3})), PLAIN_LAYOUTS + TEXT_LAYOUTS, rng)
    return replace(changed, unknown=draft.keys(3), status="partial").said(
        "table_missing", "parse_doubt", "table3"
    )


def table_absent(draft: Draft, rng: Random) -> Draft | None:
    """Tables 3 and 4 are not there; their headings follow each other."""
    changed = draft.damaged(Damage(absent=frozenset({3, 4})), PLAIN_LAYOUTS + TEXT_LAYOUTS, rng)
    changed = replace(changed, unknown=draft.keys(3) | draft.keys(4), status="partial")
    return changed.said("table_missing", "parse_doubt", "table3").said(
        "table_missing", "parse_doubt", "table4"
    )


def _without_labels(draft: Draft, rng: Random, count: int) -> Draft:
    rows = rng.sample(form(draft.figures["form_version"]).outcomes, count)
    lost = frozenset((3, row) for row in rows)
    return draft.damaged(
        Damage(unlabelled=lost), ("pipe_row", "markdown", "cell_per_line_bar", "html_clean"), rng
    )


def one_label_lost(draft: Draft, rng: Random) -> Draft | None:
    """One row of Table 3 has no label; its place and the sums say which it is."""
    return _without_labels(draft, rng, 1)


def two_labels_lost(draft: Draft, rng: Random) -> Draft | None:
    """Two rows of Table 3 have no label."""
    return _without_labels(draft, rng, 2)


def seven_labels_lost(draft: Draft, rng: Random) -> Draft | None:
    """Seven rows of Table 3 have no label."""
    return _without_labels(draft, rng, 7)


def label_lost_sum_off(draft: Draft, rng: Random) -> Draft | None:
    """A row has no label and its total is off: nothing confirms which row it is."""
    if not draft.is_busy():
        return None
    changed = shift(draft, rng.randint(1, 5), ("3", "unable_not_held", "total"))
    changed = replace(changed, sum_verdict="parse_doubt")
    damage = Damage(unlabelled=frozenset({(3, "unable_not_held")}))
    return changed.damaged(damage, ("pipe_row", "markdown", "html_clean"), rng).said(
        "read_by_position", "parse_doubt", "table3"
    )


def row_lost(draft: Draft, rng: Random) -> Draft | None:
    """A row of Table 3 is gone, label and all."""
    row = rng.choice(("refused_internal", "unable_needs_creation", "not_processed_duplicate"))
    damage = Damage(lost_rows=frozenset({(3, row)}))
    changed = draft.damaged(damage, PLAIN_LAYOUTS + TEXT_LAYOUTS, rng)
    changed = replace(changed, unknown=draft.keys(3, [row]), status="partial")
    return changed.said("rows_missing", "parse_doubt", "table3")


def _wrong_width(draft: Draft, rng: Random, row: str, damage: Damage) -> Draft:
    changed = draft.damaged(damage, ("html_clean", "html_nested", "html_thead"), rng)
    changed = replace(changed, unknown=draft.keys(3, [row]), status=None)
    return changed.said("row_width", "parse_doubt", f"table3.{row}")


def cell_lost(draft: Draft, rng: Random) -> Draft | None:
    """A row has six figures where seven are due."""
    damage = Damage(lost_cells=frozenset({(3, "granted", "research")}))
    return _wrong_width(draft, rng, "granted", damage) if draft.is_busy() else None


def cell_too_many(draft: Draft, rng: Random) -> Draft | None:
    """A row has eight figures where seven are due."""
    damage = Damage(extra_cells=frozenset({(3, "partly_granted")}))
    return _wrong_width(draft, rng, "partly_granted", damage) if draft.is_busy() else None


def header_lost(draft: Draft, rng: Random) -> Draft | None:
    """The heads of Table 3 are gone; the order of the form tells what its columns are."""
    return draft.damaged(Damage(lost_headers=frozenset({3})), ("pipe_row", "markdown", "html_clean"), rng)


def group_heads_lost(draft: Draft, rng: Random) -> Draft | None:
    """Table 2 lacks its first clause, Table 4 the head of its last group."""
    return draft.damaged(Damage(lost_headers=frozenset({2, 4})), ("pipe_row", "markdown", "html_clean"), rng)


def header_swapped(draft: Draft, rng: Random) -> Draft | None:
    """Two heads of Table 3 have changed places: no figure may be taken for what it is not."""
    damage = Damage(swapped_columns=("research", "public_interest"))
    changed = draft.damaged(damage, ("html_clean", "markdown", "pipe_row"), rng)
    changed = replace(changed, unknown=draft.keys(3), status="partial")
    return changed.said("header_order", "parse_doubt", "table3")
