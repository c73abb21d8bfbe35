"""Planted faults: each function damages one draft of a report the way real ones are damaged.

A planter gets a draft and gives back the damaged one with what should be said of it, or None where the
draft does not fit. `PLANTERS` has them all by name.
"""

from sample.faults import cells, page, source
from sample.faults.draft import Draft, Planter

__all__ = ["BETWEEN_YEARS", "PLANTERS", "Draft", "Planter"]

# Faults that set a report against the year before; of the others such a break is only what follows from
# the year before being damaged.
BETWEEN_YEARS = frozenset({"carry_over_off", "in_force_off", "copied_table", "value_in_wrong_cell"})

PLANTERS: dict[str, Planter] = {
    planter.__name__: planter
    for planter in (
        source.balance_off,
        source.outcomes_sum_off,
        source.applicants_sum_off,
        source.disputes_sum_off,
        source.negative_number,
        source.fraction,
        source.carry_over_off,
        source.in_force_off,
        source.fee_in_yuan,
        source.copied_table,
        source.value_in_wrong_cell,
        source.narrative_differs,
        source.text_of_last_year,
        source.published_late,
        source.published_early,
        cells.blank_row,
        cells.blank_zeros,
        cells.blank_applicants,
        cells.blank_regulations,
        cells.slash_cells,
        cells.dash_cells,
        cells.unreadable_cell,
        cells.note_in_cell,
        cells.unit_in_cell,
        cells.table_is_picture,
        cells.table_absent,
        cells.one_label_lost,
        cells.two_labels_lost,
        cells.seven_labels_lost,
        cells.label_lost_sum_off,
        cells.row_lost,
        cells.cell_lost,
        cells.cell_too_many,
        cells.header_lost,
        cells.group_heads_lost,
        cells.header_swapped,
        page.year_conflict,
        page.no_title,
        page.half_report,
        page.row_of_their_own,
        page.table_printed_twice,
        page.comment_in_figure,
        page.endless_narrative,
        page.wrong_charset_declared,
        page.text_in_gb18030,
        page.notice_instead,
        page.website_report_instead,
    )
}
