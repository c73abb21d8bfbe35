"""Which titles are annual reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrape.exchange import Exchange
from scrape.titles import column_title, fiscal_year, why_not_a_report

REPORTS = [
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
    # Spellings of the name.
    "政府信息公开工作年度报告（2019年度）",
    "2023年政府信息公开工作年度报告（图片版）",
    "示例市示例区人民政府2022年政府信息公开工作年度报告（超链版）",
    "示例区人民政府办公室2019年度政府信息公开年报",
    "示例厅2008年政府信息公开年度工作报告",
    "示例县2009年度政务公开工作年度报告",
    "示例县2011年政务信息公开年报",
    "示例局政府信息公开工作年度总结报告",
    "示例局2013年政府信息公开工作总结报告",
    "示例局2014年度政府信息公开情况报告",
    "示例局2015年政府信息公开工作情况年报",
    "示例县2016年政府信息公开和政务公开工作年度报告",
    "示例县2016年政府信息与政务公开年报",
    "政府信息公开2023年年报",
    "政府信息公开2023年报",
    "政府信息公开（2023）年度报告",
    "政府信息公开二〇一〇年年度报告",
    "二〇一一年度示例县政府信息公开工作年度报告",
    "示例局政府信息公开工作年报告（2017）",
    "示例县政府信息公开年度情况报告",
    "关于2013年开展政府信息公开工作情况的报告",
    "示例县人民政府关于2020年度政府信息公开工作的报告",
    "2009年政府信息公开工作年终报告",
    "中华人民共和国示例海关2023年政府信息公开工作年度报告",
    "国家税务总局示例市税务局2024年政府信息公开工作年度报告",
    "《示例市气象局政府信息公开工作年度报告》（2022年）",
    "【年报】示例县2023年政府信息公开工作年度报告",
    "· 示例乡2022年政府信息公开工作年度报告",
    "示例县2023年政府信息公开工作年度报告.pdf",
    "示例县2023年政府信息公开工作年度报告pdf版",
    "示例县2023年政府信息公开工作年度报告（含附件）",
    "示例县2023年政府信息公开工作年度报告公示",
    "关于发布《示例县2023年政府信息公开工作年度报告》的公告",
    "示例县人民政府办公室关于公布《示例县2021年政府信息公开工作年度报告》的通知",
    "示例县2023年度政府信息公开工作年度报告（更正）",
    # Who reports: anybody who reports on government information.
    "示例市妇幼保健院2023年政府信息公开工作年度报告",
    "示例县第一中学2023年政府信息公开工作年度报告",
    "示例供水集团有限公司2022年政府信息公开年报",
    "示例经济开发区管委会2024年政府信息公开工作年度报告",
    "示例旗示例苏木人民政府2023年政府信息公开工作年度报告",
    "示例县网信办2023年政府信息公开工作年度报告",
    "示例县委编办2023年政府信息公开工作年度报告",
    # Names of places and offices that hold the words of another kind of document.
    "示例市大学路街道办事处2019年信息公开年度报告",
    "学院路街道2021年信息公开工作年度报告",
    "示例市医院管理局2012年信息公开年报",
    "2014年政府信息公开工作年度报告（计划生育局）",
    "2024年政府信息公开工作年度报告（示例市会议中心）",
    "政府信息公开工作年度报告-示例市培训中心",
    "2023年政府信息公开工作年度报告（示例市市场监督检查支队）",
    "解读中心2020年政府信息公开年报",
    # Letters that send the report up, and shorter names.
    "示例乡关于报送2014年政府信息公开工作年度报告的报告",
    "示例市财政局关于上报2012年度政府信息公开年报的函",
    "2016年度政府信息公开报告",
    "示例局2019年度信息公开报告",
    "关于2010年政府信息公开工作开展情况的报告",
    # Which years.
    "2008年下半年政府信息公开工作年度报告",
    "示例县2019—2021年政府信息公开工作年度报告",
    "示例局2008-2012年政府信息公开工作年度报告",
    "示例县2018、2019年政府信息公开年报",
    "示例县2023年1-12月政府信息公开工作报告",
    "示例县2023年1月至12月政府信息公开工作情况报告",
    "示例县政府信息公开年报",
]

OTHERS = [
    ("2024年政府网站工作年度报表", "not a title"),
    ("政府网站工作年度报表（2023年度）", "not a title"),
    ("示例市人民政府网站2022年政府信息公开工作年度报告暨网站工作年度报表", "web site"),
    ("示例市2024年法治政府建设年度报告", "not a title"),
    ("示例局2023年度推进法治政府建设工作情况报告", "not a title"),
    ("示例局2022年行政执法年度报告", "not a title"),
    ("政府信息公开指南", "not a title"),
    ("政府信息公开年度报告编写指南", "guide"),
    ("政府信息公开目录", "not a title"),
    ("政府信息公开制度", "not a title"),
    ("法定主动公开内容", "not a title"),
    ("依申请公开", "not a title"),
    ("2024年政府信息公开工作要点", "not a title"),
    ("2024年政务公开工作要点分工方案", "not a title"),
    ("示例县2022年政府信息公开工作总结", "not a title"),
    ("政府信息公开情况统计表（2023年）", "not a title"),
    ("示例县2023年政务公开第三方评估报告", "not a title"),
    ("政府信息公开工作自查报告", "not a title"),
    ("政府信息公开工作考核办法", "not a title"),
    ("2023年度部门决算公开报告", "not a title"),
    ("示例县2024年政府工作报告", "not a title"),
    ("2023年国民经济和社会发展统计公报", "not a title"),
    ("示例村2023年村务公开年度报告", "not a title"),
    ("更多", "not a title"),
    ("", "not a title"),
    # How to report.
    ("关于做好2024年政府信息公开工作年度报告编制和发布工作的通知", "notice"),
    ("关于报送2023年度政府信息公开工作年度报告的通知", "notice"),
    ("关于编制2021年政府信息公开工作年度报告有关事项的通知", "notice"),
    ("示例市政府办公室关于做好2022年度政府信息公开年报工作的通知", "notice"),
    ("转发关于做好2020年政府信息公开工作年度报告的通知", "notice"),
    ("2021年政府信息公开工作年度报告编制工作的通知", "notice"),
    ("关于开展2023年政府信息公开工作年度报告检查", "notice"),
    ("示例县政府信息公开工作年度报告格式", "form"),
    ("关于印发政府信息公开工作年度报告格式的通知", "form"),
    ("中华人民共和国政府信息公开工作年度报告格式", "form"),
    ("示例市2023年政府信息公开工作年度报告模板", "form"),
    ("政府信息公开工作年度报告（范本）", "form"),
    ("政府信息公开工作年度报告制度", "rule"),
    ("示例局政府信息公开年度报告制度", "rule"),
    ("政府信息公开工作年度报告编制规范", "rule"),
    ("政府信息公开年报发布工作流程", "rule"),
    ("示例县政府信息公开工作年度报告规定", "rule"),
    ("关于报送2023年度政府信息公开工作年度报告有关材料的函", "notice"),
    ("政府信息公开工作年度报告工作计划", "rule"),
    # About reports.
    ("政府信息公开年度报告编制工作培训会召开", "news"),
    ("示例县召开2023年政府信息公开工作年度报告编制培训会", "news"),
    ("我市举办政府信息公开年报编制培训班", "news"),
    ("示例市2023年政府信息公开工作年度报告评议结果", "news"),
    ("关于2022年政府信息公开年报抽查情况的通报", "news"),
    ("示例县2023年政府信息公开工作年度报告解读", "explanation"),
    ("示例县2023年政府信息公开工作年度报告（图解）", "explanation"),
    ("示例区人民政府办公室2019年度政府信息公开年报（图解）", "explanation"),
    ("一图读懂示例县2023年政府信息公开年报", "explanation"),
    ("【一图读懂】示例县2023年政府信息公开工作年度报告", "explanation"),
    ("图解：示例局2022年政府信息公开工作年度报告", "explanation"),
    ("视频解读《示例县2023年政府信息公开工作年度报告》", "explanation"),
    ("示例县2023年政府信息公开工作年度报告一图读懂", "explanation"),
    ("示例县2023年政府信息公开工作年度报告编制说明", "explanation"),
    ("示例县政府信息公开工作年度报告满意度调查", "question"),
    ("示例县2023年政府信息公开工作年度报告意见征集", "question"),
    ("历年政府信息公开年报", "list"),
    ("2023年各部门政府信息公开年报", "list"),
    ("各乡镇政府信息公开工作年度报告", "list"),
    ("示例县2023年政府信息公开工作年度报告汇总", "list"),
    ("政府信息公开年报专栏", "list"),
    # Part of a year.
    ("2023年上半年政府信息公开工作报告", "part of a year"),
    ("示例局2022年第三季度政府信息公开工作报告", "part of a year"),
    ("示例局2023年1-6月政府信息公开工作情况报告", "part of a year"),
    # Other rules.
    ("示例大学2022-2023学年信息公开工作年度报告", "school"),
    ("示例县第一中学2023年信息公开年度报告", "school"),
    ("示例县人民医院2023年信息公开年度报告", "hospital"),
    ("示例市公共企事业单位信息公开年度报告", "enterprise"),
    ("示例水务有限公司2023年信息公开年度报告", "enterprise"),
    ("示例局2022年预决算信息公开工作报告", "other disclosures"),
    ("示例厅2023年财政信息公开工作报告", "other disclosures"),
    ("示例公司2022年度环境信息公开报告", "not a title"),
    ("示例学院2021年度信息公开报告", "school"),
]

COLUMN = "政府信息公开年报"
LEFT_TO_THE_COLUMN = [
    "2023年度",
    "2023年",
    "2023",
    "2019-2021年度",
    "2023年度报告",
    "2023年年报",
    "2023年工作报告",
    "示例县财政局",
    "示例县财政局2023年度",
    "2023年示例县财政局",
    "2023年示例县财政局年报",
    "示例县人民政府办公室",
    "示例街道办事处2022年度报告",
    "示例镇",
    "示例县残联2022年度报告",
    "示例经济开发区2022年年报",
]
EVEN_IN_THE_COLUMN = [
    "更多",
    "首页",
    "下一页",
    "年度报告",
    "政府信息公开指南",
    "法定主动公开内容",
    "2023年工作要点",
    "新闻发布会",
    "2023年法治政府建设情况",
    "示例县2022年预算",
    "网站地图",
    "示例县第一中学2023年度报告",
    "示例大学2022-2023学年年度报告",
]


@pytest.mark.parametrize("title", REPORTS)
def test_titles_of_annual_reports_are_taken(title: str) -> None:
    assert why_not_a_report(title) is None


@pytest.mark.parametrize(("title", "reason"), OTHERS)
def test_titles_that_only_look_like_it_are_passed_over_with_the_reason(title: str, reason: str) -> None:
    assert reason in (why_not_a_report(title) or "")
    assert why_not_a_report(title, COLUMN) is not None


@given(st.lists(st.sampled_from(" \u3000\n\t《》，、"), max_size=8), st.randoms())
def test_spaces_and_punctuation_never_decide(marks: list[str], random) -> None:
    title = list("示例县2024年政府信息公开工作年度报告")
    for mark in marks:
        title.insert(random.randint(0, len(title)), mark)
    assert why_not_a_report("".join(title)) is None


@pytest.mark.parametrize("title", LEFT_TO_THE_COLUMN)
def test_a_row_that_leaves_the_rest_to_its_column_is_taken_there_and_nowhere_else(title: str) -> None:
    assert why_not_a_report(title, COLUMN) is None
    assert why_not_a_report(title) == "not a title of annual reports"
    for other in (
        "政务公开",
        "政府信息公开",
        "政府网站工作年度报表",
        "法治政府建设年度报告",
        "预决算公开",
        "",
    ):
        assert why_not_a_report(title, other) is not None


@pytest.mark.parametrize("title", EVEN_IN_THE_COLUMN)
def test_a_column_of_reports_does_not_make_a_report_of_everything_in_it(title: str) -> None:
    assert why_not_a_report(title, COLUMN) is not None


@pytest.mark.parametrize("title", REPORTS)
def test_a_column_never_takes_away_a_report(title: str) -> None:
    assert why_not_a_report(title, "工作动态") is None


@pytest.mark.parametrize(
    ("html", "column"),
    [
        ('<meta name="ColumnName" content="政府信息公开年报">', "政府信息公开年报"),
        ('<meta name="columnname" content="信息公开 年度报告">', "信息公开 年度报告"),
        ("<title>政府信息公开年报_示例县人民政府</title>", "政府信息公开年报"),
        ("<title>示例县人民政府-信息公开年报</title>", "信息公开年报"),
        ("<p>您当前位置：首页 &gt; 政务公开 &gt; 政府信息公开年报</p><h1>示例县</h1>", "政府信息公开年报"),
        ("<h2>政府信息<br>公开年报</h2>", "政府信息公开年报"),
        # The tag is often left as it was, or names the site's first column: then what names reports counts.
        ('<meta name="ColumnName" content="栏目名称"><title>政府信息公开年报</title>', "政府信息公开年报"),
        ('<meta name="ColumnName" content="政务公开"><title>示例县</title>', "政务公开"),
        ("<p></p>", None),
    ],
)
def test_the_column_is_named_by_its_page(html: str, column: str | None) -> None:
    assert column_title(_page(f"<html><body>{html}</body></html>")) == column


def test_what_is_no_web_page_names_no_column() -> None:
    assert column_title(_page('{"title": "政府信息公开年报"}', "application/json")) is None


@pytest.mark.parametrize(
    ("title", "listed_on", "year"),
    [
        ("示例县2024年政府信息公开工作年度报告", "2026-01-02", 2024),
        ("2023", "2026-01-02", 2023),
        ("示例县政府信息公开年报2022", None, 2022),
        ("示例县财政局", "2025-01-02", 2024),
        ("示例县财政局", None, None),
    ],
)
def test_the_fiscal_year_is_the_titles_else_the_one_before_the_listing(
    title: str, listed_on: str | None, year: int | None
) -> None:
    assert fiscal_year(title, listed_on) == year


def _page(html: str, kind: str = "text/html") -> Exchange:
    address = "http://127.0.0.2/zfxxgk/"
    return Exchange(address, "2025-01-01T00:00:00Z", 200, {"content-type": kind}, b"", b"", html.encode())
