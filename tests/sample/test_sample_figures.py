"""The invented figures: every sum holds, years are chained, and they look like real ones."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from load.forms import form
from sample.figures import Profile, blank, broken_between_years, broken_sums, copied, draw, zeros
from sample.strategies import form_figures

BUSY = Profile(requests=300, documents=6, makes_regulations=True, licences=900, penalties=80, coercions=4)

profiles = st.builds(
    Profile,
    requests=st.floats(0, 400),
    documents=st.floats(0, 20),
    makes_regulations=st.booleans(),
    licences=st.floats(0, 5000),
    penalties=st.floats(0, 500),
    coercions=st.floats(0, 50),
    fees_10k_yuan=st.floats(0, 900),
    openness=st.floats(0.2, 4),
    contention=st.floats(0, 4),
)


@settings(deadline=None)
@given(st.integers(), profiles, st.sampled_from(("2021", "2019")))
def test_every_sum_of_drawn_figures_holds(seed, profile, version):
    assert list(broken_sums(draw(Random(seed), version, profile))) == []


@settings(deadline=None)
@given(st.integers(), profiles, st.lists(st.sampled_from(("2021", "2019")), min_size=2, max_size=4))
def test_each_year_carries_on_where_the_year_before_ended(seed, profile, versions):
    rng, previous = Random(seed), None
    for version in versions:
        figures = draw(rng, version, profile, previous)
        if previous:
            assert list(broken_between_years(previous, figures)) == []
        previous = figures


@settings(max_examples=25, deadline=None)
@given(form_figures())
def test_figures_have_a_cell_for_every_cell_of_their_form(figures):
    f = form(figures["form_version"])
    for table, cells in (
        ("table2", f.table2_cells()),
        ("table3", f.table3_cells()),
        ("table4", f.table4_cells()),
    ):
        assert [(row, column) for row, line in figures[table].items() for column in line] == cells


@pytest.mark.parametrize("column", ["natural_person", "total"])
def test_one_more_granted_breaks_the_sums_that_it_stands_in(column):
    figures = draw(Random(1), "2021", BUSY)
    figures["table3"]["granted"][column] += 1
    assert {(b.rule, b.where, b.found - b.expected) for b in broken_sums(figures)} == {
        ("outcomes_sum", f"table3.column.{column}", -1),
        ("applicants_sum", "table3.granted", 1 if column == "total" else -1),
    }


def test_a_sum_with_a_blank_part_is_neither_kept_nor_broken():
    figures = draw(Random(1), "2021", BUSY)
    figures["table3"]["received_new"]["total"] = None
    assert list(broken_sums(figures)) == []


def test_changes_may_be_negative_and_counts_may_not():
    figures = zeros("2019")
    figures["table2"]["licensing"] = {"items_last_year": 9, "change": -2, "decisions": -1}
    assert [b.where for b in broken_sums(figures)] == ["table2.licensing.decisions"]


def test_money_may_have_a_fraction_and_counts_may_not():
    figures = zeros("2021")
    figures["table2"]["fees"]["amount_10k_yuan"] = 17.25
    figures["table2"]["licensing"]["decisions"] = 17.25
    assert [(b.rule, b.where) for b in broken_sums(figures)] == [
        ("whole_number", "table2.licensing.decisions")
    ]


@pytest.mark.parametrize("manner", ["zeros", "regulations", "row", "applicants"])
def test_leaving_cells_blank_changes_no_figure_and_not_the_original(manner):
    figures = draw(Random(3), "2021", BUSY)
    before = copied(figures)
    left = blank(figures, Random(3), manner)
    assert figures == before
    cells = [
        (value, left[table][row][column])
        for table in ("table2", "table3", "table4")
        for row, line in figures[table].items()
        for column, value in line.items()
    ]
    assert any(now is None for _, now in cells)
    assert all(now is None or now == value for value, now in cells)


def test_shares_are_those_of_real_reports():
    drawn = [draw(Random(n), "2021", BUSY)["table3"] for n in range(60)]

    def total(*rows: str) -> int:
        return sum(table[row]["total"] for table in drawn for row in rows)

    processed = total("processed_total")
    assert 0.38 < total("granted") / processed < 0.52
    assert 0.15 < total("unable_not_held") / processed < 0.26
    assert total(*(row for row in form("2021").rows if row.startswith("refused"))) / processed < 0.15
    natural = sum(table["received_new"]["natural_person"] for table in drawn)
    assert natural / total("received_new") > 0.8
    assert total("carried_out") / processed < 0.1
