"""Two texts by sentence: the comparison is true of any texts, and says what a reader would say."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.publication import text_diff
from plugins.publication.text_diff import Change, applied, compare, counts, sentences

OLD = (
    "本年新收申请12件，均已答复。\n下一步将加强培训。人员不足；经费不足。"
    "公开的内容与群众期待仍有差距，个别栏目更新不及时。"
)
NEW = (
    "本年新收申请15件，均已答复。\n下一步将进一步加强业务培训。经费不足。新增一句话。"
    "公开的内容与群众的期待仍有差距，部分栏目更新不及时。"
)

# Few letters, so that sentences come again, are moved and are alike.
_SENTENCES = st.lists(st.text("甲乙丙，1 2", max_size=6).map(lambda t: t + "。"), max_size=12)
_TEXTS = st.one_of(st.text("甲乙。；\n1 ！”a", max_size=60), _SENTENCES.map("".join), st.text(max_size=40))


@given(_TEXTS)
def test_the_sentences_of_a_text_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text


@given(_TEXTS, _TEXTS)
def test_the_changes_give_both_texts_back(old: str, new: str) -> None:
    changes = compare(old, new)
    assert applied(changes) == (old, new)
    for change in changes:
        for text, pieces in ((change.old, change.old_pieces), (change.new, change.new_pieces)):
            assert "".join(piece.text for piece in pieces) in (text, "")


@given(_TEXTS)
def test_of_equal_texts_every_sentence_is_kept(text: str) -> None:
    assert {change.kind for change in compare(text, text)} <= {"kept"}


@given(_SENTENCES, _SENTENCES)
def test_sentences_that_are_kept_are_the_same_and_others_are_not(old: list[str], new: list[str]) -> None:
    for change in compare("".join(old), "".join(new)):
        is_same = text_diff.same(change.old) == text_diff.same(change.new)
        assert is_same == (change.kind == "kept")
        if change.kind in ("added", "removed"):
            assert bool(change.old) == (change.kind == "removed")


@given(_SENTENCES, _SENTENCES)
def test_the_counts_add_up_to_the_sentences_of_each_text(old: list[str], new: list[str]) -> None:
    found = counts(compare("".join(old), "".join(new)))
    pairs = found.kept + found.numbers + found.changed
    assert found.old == pairs + found.removed == sum(bool(s.strip()) for s in sentences("".join(old)))
    assert found.new == pairs + found.added == sum(bool(s.strip()) for s in sentences("".join(new)))


def _said(changes: list[Change]) -> list[tuple[str, str, str]]:
    return [(change.kind, change.old.strip(), change.new.strip()) for change in changes]


def test_a_reader_is_told_what_was_kept_changed_added_and_removed() -> None:
    assert _said(compare(OLD, NEW)) == [
        ("numbers", "本年新收申请12件，均已答复。", "本年新收申请15件，均已答复。"),
        ("changed", "下一步将加强培训。", "下一步将进一步加强业务培训。"),
        ("removed", "人员不足；", ""),
        ("kept", "经费不足。", "经费不足。"),
        ("added", "", "新增一句话。"),
        (
            "changed",
            "公开的内容与群众期待仍有差距，个别栏目更新不及时。",
            "公开的内容与群众的期待仍有差距，部分栏目更新不及时。",
        ),
    ]


def test_in_a_changed_sentence_the_words_are_marked_and_numbers_are_whole() -> None:
    numbers, changed, *_ = compare(OLD, NEW)
    assert [piece.text for piece in numbers.old_pieces if piece.is_changed] == ["12"]
    assert [piece.text for piece in numbers.new_pieces if piece.is_changed] == ["15"]
    assert [piece.text for piece in changed.new_pieces if piece.is_changed] == ["进一步", "业务"]


def test_white_space_and_width_are_no_change() -> None:
    assert [c.kind for c in compare("公开 信息１２件。\n经费不足。", "公开信息12件。 经费不足。")] == [
        "kept",
        "kept",
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("甲；乙；" * 4_000, "乙；甲；甲；" * 3_000),  # nothing stands once
        ("甲乙" * 10_000, "乙甲" * 10_000),  # one sentence
        ("第1件。" * 3_000, "第2件。" * 3_000),
    ],
)
def test_long_texts_of_few_words_cost_no_more_than_is_set(old: str, new: str) -> None:
    comparison = text_diff._Comparison()
    changes = list(comparison.changes(sentences(old), sentences(new)))
    assert applied(changes) == (old, new)
    assert comparison.cells >= 0
    assert comparison.pairs >= 0


def test_where_all_of_a_long_text_was_changed_the_pairs_are_still_found() -> None:
    rng = random.Random(1)
    old = ["".join(chr(rng.randint(0x4E00, 0x9000)) for _ in range(40)) for _ in range(600)]
    new = [sentence.replace(sentence[7], "改") for sentence in old]
    found = counts(compare("。".join(old), "。".join(new)))
    assert found.changed > 590
