"""What load/ says of a document or a report is said in the language of the page."""

import re
from collections.abc import Callable

import pytest
from datasette.app import Datasette
from markupsafe import Markup
from sentences_of_load import HOLE, Sentences
from serving import ROOT

from plugins.publication.language import spoken
from plugins.publication.sentences import is_known, patterns, say_sentence

_HAN = re.compile(r"[\u3400-\u9fff]")
# What only passes on what another has said.
_PASSED_ON = {
    *(f"{place}: {what}.detail" for place, what in (("checks.py", "d"), ("early.py", "d"), ("rows.py", "c"))),
    *(f"{place}: document.fault" for place in ("commands.py", "evaluate.py", "side_by_side.py")),
    "read.py: c",
    "report.py: check.detail",
    "stage.py: masked",
}


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """Every sentence that load/ can say, with its place; holes of words of ours filled with such."""
    found = Sentences(ROOT / "load")
    sentences = found.all()
    assert found.unresolved <= _PASSED_ON
    filled: dict[str, str] = {}
    for sentence, place in sentences.items():
        whole = re.sub(rf"\b{HOLE}(?= says | ({HOLE} )+says | \({HOLE}\) prints)", "the page", sentence)
        whole = re.sub(rf"first: {HOLE}$", "first: it is empty", whole)
        filled[re.sub(rf"(?<= at ){HOLE}(?=$|:)|(?<=\(){HOLE}(?=\);)", f"line {HOLE}", whole)] = place
    assert filled.pop(HOLE).startswith("containers.py")  # the reason of the one file in a zip
    return filled


def test_every_sentence_that_can_be_said_has_its_chinese(said: dict[str, str]) -> None:
    assert len(said) > 120
    assert {sentence: place for sentence, place in said.items() if not is_known(sentence)} == {}


def test_no_chinese_is_kept_for_a_sentence_that_nobody_says(said: dict[str, str]) -> None:
    pieces = {piece for sentence in said for piece in (sentence, *sentence.split("; "))}
    # Added to what was said before, or said where code gives a number of its own.
    added = {english for _, english, _ in patterns() if english.startswith("it looks like")}
    unused = [
        english
        for matcher, english, _ in patterns()
        if english not in added and not any(matcher.fullmatch(piece) for piece in pieces)
    ]
    assert unused == []


def test_both_languages_of_a_sentence_have_the_same_parts_and_the_chinese_is_chinese() -> None:
    for _, english, chinese in patterns():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", chinese)), english
        assert _HAN.search(chinese), english


@pytest.mark.parametrize(
    ("sentence", "zh", "en"),
    [
        ("it is empty", "文件是空的", "it is empty"),
        (
            "no row was found for granted, carried_out",
            "没有找到这些行：（一）予以公开、四、结转下年度继续办理",
            None,
        ),
        (
            "“1O” at table 3 row 4 cell 8; it looks like 10, which its sums do not confirm",
            "第 3 个表格第 4 行第 8 格印着“1O”；看似 10，所在合计不能印证",
            "“1O” at table 3 row 4 cell 8; it looks like 10, which its sums do not confirm",
        ),
        (
            "title says 2022, period says 2021",
            "标题写的是 2022，统计时段写的是 2021",
            "title says 2022, period says 2021",
        ),
        (
            "none of the 2 files in it can be read; the first: its part <a> is damaged",
            "其中 2 个文件都不能读取；第一个：其中的部件 &lt;a&gt; 已损坏",
            "none of the 2 files in it can be read; the first: its part &lt;a&gt; is damaged",
        ),
        ("nobody ever said this", '<span lang="en">nobody ever said this</span>', "nobody ever said this"),
        (
            "the attached file (ab1) prints other figures: table3.granted.total 5 for 4; document c2 prints other "
            "figures: table4.review.upheld 1 for 0, table3.granted.research 2 for 1 and 3 more",
            "附件（ab1）印的数字不同：（一）予以公开·总计为 5（采用 4）；文件 c2 印的数字不同：行政复议·结果维持为 1（采用 0）、"
            "（一）予以公开·科研机构为 2（采用 1），另有 3 处",
            None,
        ),
        (None, "", ""),
    ],
)
def test_a_sentence_is_said_in_the_language_of_the_page(
    sentence: str | None, zh: str, en: str | None
) -> None:
    with spoken("zh", "/", ""):
        assert say_sentence(sentence) == zh
    with spoken("en", "/", ""):
        found = say_sentence(sentence)
    assert (found == en) if en is not None else ("granted" not in found and "Granted" in found)


def test_on_an_english_page_words_of_the_report_are_marked_as_chinese() -> None:
    with spoken("en", "/", ""):
        assert say_sentence("“约三件” at line 7") == Markup('“<span lang="zh">约三件</span>” at line 7')


async def test_cells_of_reasons_and_details_speak_the_language_of_the_page(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    [(detail,)] = rows("select detail from checks where detail like '%”%' or detail <> '' limit 1")
    with spoken("zh", "/", ""):
        chinese = say_sentence(detail)
    page = (await site.client.get("/nianbao/checks?detail__notblank=1&_lang=zh")).text
    assert str(chinese) in page
    data = (await site.client.get("/nianbao/checks.json?detail__notblank=1&_shape=objects&_lang=zh")).json()
    assert data["rows"][0]["detail"] == detail
