"""Which titles are annual reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrape.titles import why_not_a_report


@pytest.mark.parametrize(
    "title",
    [
        "示例县2024年政府信息公开工作年度报告",
        "2024年度示例市财政局政府信息公开年度报告",
        "示例县政府信息公开年报（2023年）",
        "示例局政府信息公开工作2025年度报告",
        "2025年度政府信息公开工作年度报告",
        "示例局2023年信息公开工作报告",
        "示例镇2021年信息公开工作年度报告",
        "示例市２０２４年政府信息公開年報",
        "2022年示例县 教育局 政府信息\n公开工作年度报告",
        "示例局2010年政府信息公开工作情况年度报告",
        "示例县人民政府关于2012年度政府信息公开工作情况的报告",
        "示例局关于印发2019年政府信息公开工作年度报告的通知",
        "关于公布示例局2019年政府信息公开工作年度报告的公告",
        "示例县2008年政府信息公开工作年度报告附表",
    ],
)
def test_titles_of_annual_reports_are_taken(title: str) -> None:
    assert why_not_a_report(title) is None


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("2024年政府网站工作年度报表", "not a title"),
        ("示例市2024年法治政府建设年度报告", "not a title"),
        ("政府信息公开指南", "not a title"),
        ("2024年政府信息公开工作要点", "not a title"),
        ("示例县2022年政府信息公开工作总结", "not a title"),
        ("关于做好2024年政府信息公开工作年度报告编制和发布工作的通知", "notice"),
        ("关于报送2023年度政府信息公开工作年度报告的通知", "notice"),
        ("示例县政府信息公开工作年度报告格式", "form"),
        ("关于印发政府信息公开工作年度报告格式的通知", "form"),
        ("政府信息公开年度报告编制工作培训会召开", "news"),
        ("示例县2023年政府信息公开工作年度报告解读", "explanation"),
        ("2023年上半年政府信息公开工作报告", "part of a year"),
        ("示例大学2022-2023学年信息公开工作年度报告", "school"),
        ("", "not a title"),
    ],
)
def test_titles_that_only_look_like_it_are_passed_over_with_the_reason(title: str, reason: str) -> None:
    assert reason in (why_not_a_report(title) or "")


@given(st.lists(st.sampled_from(" \u3000\n\t《》，、"), max_size=8), st.randoms())
def test_spaces_and_punctuation_never_decide(marks: list[str], random) -> None:
    title = list("示例县2024年政府信息公开工作年度报告")
    for mark in marks:
        title.insert(random.randint(0, len(title)), mark)
    assert why_not_a_report("".join(title)) is None
