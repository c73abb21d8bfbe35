"""Who published a report, where and when, from the clues of its page."""

import csv
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from load.identify import Clues, Identity, identify
from load.places import place, places

SHARED = Path(__file__).parents[3] / "shared"
TITLE = "{}年政府信息公开工作年度报告"


def clues(
    *titles: str, opening="", closing="", meta=None, url=None, listed_on=None, source_region=None
) -> Clues:
    return Clues(titles, opening, closing, meta or {}, url, listed_on, source_region)


def titled(publisher: str, year: int = 2023, **others) -> Identity:
    return identify(clues(publisher + TITLE.format(year), **others))


# --- The five real reports --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_the_real_reports_say_who_and_when(number):
    original = SHARED / "reports" / "originals" / f"{number}.txt"
    if not original.exists():
        pytest.skip("the real reports are not beside the project (../shared/reports)")
    text = original.read_text("utf-8")
    truth = json.loads((SHARED / "reports" / "truth" / f"{number}.json").read_text("utf-8"))
    opening = re.split(r"一、总体情况|1、 总体情况", text, maxsplit=1)[0]
    found = identify(clues(opening=opening[:800], closing=text[-300:]))
    assert (found.publisher, found.fiscal_year, found.published_on) == (
        truth["publisher"], truth["fiscal_year"], truth["published_on"],
    )  # fmt: skip
    region = {"000": "130100", "001": "371600", "002": "130111", "003": "130500", "004": "211381"}[number]
    assert found.region_code == region
    assert found.in_zone == ("zone" in truth["level"])


# --- The known addresses ----------------------------------------------------------------------------------


def test_known_publishers_get_the_right_place_or_none_and_few_get_none(capsys):
    table = SHARED / "reference" / "known_report_urls.tsv"
    if not table.exists():
        pytest.skip("the list of known reports is not beside the project (../shared/reference)")
    with table.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    wrong, withheld, without_county = [], [], []
    for row in rows:
        found = identify(clues(row["publisher"] + TITLE.format(row["fiscal_year"]), url=row["url"]))
        expected = [row["province"], row["city"].removesuffix("州"), row["county"].rstrip("?")]
        given_ = [found.province, found.prefecture, found.county]
        if row["city"] == "神农架":  # the list puts this county among the cities
            expected = [row["province"], "", row["city"]]
        # 东湖高新 and the like are zones: the place that contains them is the answer, and it has no county.
        for named, answer in zip(expected, given_, strict=True):
            if answer and not (named and answer.startswith(named)):
                wrong.append((row["publisher"], named, answer))
        if found.province is None:
            withheld.append(row["publisher"])
        elif row["county"] and found.county is None:
            without_county.append(row["publisher"])
        if row["fiscal_year"] and found.fiscal_year != int(row["fiscal_year"]):
            wrong.append((row["publisher"], row["fiscal_year"], found.fiscal_year))
    with capsys.disabled():
        print(f"\n{len(rows)} known reports: {len(wrong)} wrong, {len(withheld)} withheld, "
              f"{len(without_county)} placed without the county the list gives a zone")  # fmt: skip
    assert wrong == []
    assert len(withheld) <= len(rows) * 0.05


# --- Every place ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2009, 2014, 2023])
def test_every_place_named_with_its_parents_gets_its_code(year):
    for known in places():
        there = place(known.code, year)
        if there is None:
            continue
        parents = dict.fromkeys(name for name in (there.province, there.prefecture, there.county) if name)
        for body, level in (("教育局", there.level), ("城关镇人民政府", "township")):
            name = "".join(parents) + body
            found = titled(name, year)
            assert (found.publisher, found.region_code, found.level) == (name, known.code, level)


def test_every_county_named_alone_gets_its_code_or_none():
    for known in places():
        if known.valid_in(2023):
            found = titled(known.name + "教育局")
            assert found.publisher == known.name + "教育局"
            assert found.region_code in (known.code, None), known


def test_names_that_several_counties_bear_are_withheld():
    for name in ("鼓楼区", "朝阳区", "通州区", "市中区", "城关区", "西湖区", "新华区"):
        found = titled(name + "教育局")
        assert (found.region_code, found.level, found.publisher) == (None, "county", name + "教育局")


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ({"meta": {"siteidcode": "1101050003"}}, "110105"),
        ({"source_region": "220100"}, "220104"),
        ({"opening": "根据长春市人民政府办公厅的通知,编制本报告。"}, "220104"),
        ({"opening": "根据长春市的通知,学习北京市的做法。"}, None),
    ],
)
def test_other_evidence_tells_counties_of_one_name_apart(others, code):
    assert titled("朝阳区教育局", **others).region_code == code


# --- Traps ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("publisher", "code"),
    [
        ("海南州人民政府", "632500"), ("海南省生态环境厅", "460000"), ("吉林市财政局", "220200"),
        ("吉林省财政厅", "220000"), ("吉林高新技术产业开发区管理委员会", None), ("湖南镇人民政府", None),
        ("衢江区湖南镇人民政府", "330803"), ("北京街道办事处", None), ("广州市越秀区北京街道办事处", "440104"),
        ("南通市通州区农业农村局", "320612"), ("北京市通州区农业农村局", "110112"), ("朝阳市司法局", "211300"),
        ("朝阳县司法局", "211321"), ("北京市朝阳区朝外街道", "110105"), ("高台县宣化镇人民政府", "620724"),
        ("宣化镇人民政府", None), ("岚皋县民主镇人民政府", "610925"), ("民主镇", None), ("巴州镇人民政府", None),
        ("西区街道办事处", None), ("中山市西区街道办事处", "442000"), ("东区公安分局", None), ("台湾事务办公室", None),
        ("太湖流域管理局", None), ("北海公园管理处", None), ("苏州宿迁工业园区", None), ("东湖新技术开发区管委会", None),
        ("滨海经济开发区", None), ("朝阳高新区", None), ("新疆生产建设兵团第八师财政局", None),
        ("河南县人民政府", "632324"), ("河南省教育厅", "410000"), ("天津市河北区教育局", "120105"),
        ("公安县公安局", "421022"), ("和县教育局", "340523"), ("东莞市虎门镇人民政府", "441900"),
        ("大兴安岭地区加格达奇区", None),
    ],
)  # fmt: skip
def test_traps_get_the_right_code_or_none(publisher, code):
    assert titled(publisher).region_code == code


@pytest.mark.parametrize(
    ("publisher", "code"),
    [
        ("石家庄高新区", "130100"), ("石家庄高新技术产业开发区", "130100"), ("北票市下府经济开发区", "211381"),
        ("河北邢台高新技术产业开发区(邢东新区)党政综合办公室", "130500"), ("安徽舒城经济开发区", "341523"),
        ("重庆黔江高新技术产业开发区管理委员会", "500114"), ("重庆两江新区管理委员会", "500000"),
        ("武汉经济技术开发区(汉南区)医疗保障局", "420113"), ("江阴临港经济开发区", "320281"),
        ("台州湾经济技术开发区管委会", "331000"), ("武汉东湖新技术开发区党政办公室", "420100"),
        ("中国(上海)自由贸易试验区管理委员会", "310000"), ("邢台市邢台经济开发区", "130500"),
    ],
)  # fmt: skip
def test_a_zone_belongs_to_the_place_that_contains_it(publisher, code):
    found = titled(publisher)
    assert (found.region_code, found.in_zone, found.level) == (code, True, "development_zone")


def test_a_new_area_that_is_a_county_is_no_zone():
    for publisher, code in (("天津市滨海新区司法局", "120116"), ("上海市浦东新区", "310115")):
        found = titled(publisher)
        assert (found.region_code, found.in_zone, found.level) == (code, False, "county")


@pytest.mark.parametrize(
    ("publisher", "year", "code"),
    [
        ("新津县财政局", 2018, "510132"), ("新津县财政局", 2020, "510118"), ("新津区财政局", 2023, "510118"),
        ("渝北区财政局", 2025, "500112"), ("重庆市渝北区财政局", 2026, None), ("重庆两江新区财政局", 2026, "500157"),
        ("通州市财政局", 2008, "320683"), ("合肥市庐江县财政局", 2011, "340124"), ("庐江县财政局", 2010, "341421"),
        ("绍兴县财政局", 2012, "330621"), ("儋州市财政局", 2012, "469003"), ("儋州市财政局", 2023, "460400"),
    ],
)  # fmt: skip
def test_the_code_is_the_one_valid_in_the_fiscal_year(publisher, year, code):
    assert titled(publisher, year).region_code == code


def test_a_county_whose_code_is_not_known_in_its_year_still_has_its_province():
    found = titled("重庆市渝北区财政局", 2026)
    assert (found.province, found.region_code, found.level) == ("重庆市", None, "county")


def test_an_old_site_code_gives_the_code_of_the_fiscal_year():
    found = titled("区财政局", 2023, meta={"siteidcode": "5101320017"})
    assert (found.publisher, found.region_code) == ("新津区财政局", "510118")


# --- The publisher ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "publisher", "kind", "level"),
    [
        ("石家庄市栾城区", "石家庄市栾城区人民政府", "government", "county"),
        ("河北省", "河北省人民政府", "government", "province"),
        ("东至县花园乡", "东至县花园乡人民政府", "government", "township"),
        ("北京市朝阳区朝外街道", "北京市朝阳区朝外街道办事处", "subdistrict", "township"),
        ("硚口区人民政府汉正街道办事处", "硚口区人民政府汉正街道办事处", "subdistrict", "township"),
        ("北京市大兴区亦庄地区办事处", "北京市大兴区亦庄地区办事处", "subdistrict", "township"),
        ("广东省人民政府驻北京办事处", "广东省人民政府驻北京办事处", "department", "province"),
        ("广州市增城区荔城街道", "广州市增城区荔城街道办事处", "subdistrict", "township"),
        ("微山县两城镇人民政府", "微山县两城镇人民政府", "government", "township"),
        ("大兴安岭地区行政公署", "大兴安岭地区行政公署", "government", "prefecture"),
        ("易县乡村振兴局", "易县乡村振兴局", "department", "county"),
        ("平顶山市人民政府办公室", "平顶山市人民政府办公室", "department", "prefecture"),
        ("国家税务总局珠海市香洲区税务局", "国家税务总局珠海市香洲区税务局", "central_branch", "county"),
        ("湛江海关", "湛江海关", "central_branch", "prefecture"),
        ("吉林省气象局", "吉林省气象局", "central_branch", "province"),
        ("国家税务总局", "国家税务总局", "department", "national"),
        ("教育部", "教育部", "department", "national"),
        ("盐城市公安局盐都分局", "盐城市公安局盐都分局", "department", "county"),
        (
            "重庆高新技术产业开发区融媒体中心",
            "重庆高新技术产业开发区融媒体中心",
            "institution",
            "development_zone",
        ),
        (
            "宿迁经济技术开发区管理委员会",
            "宿迁经济技术开发区管理委员会",
            "development_zone",
            "development_zone",
        ),
        ("济宁高新区投资促进局", "济宁高新区投资促进局", "department", "development_zone"),
        ("景德镇市公路中心(我中心)", "景德镇市公路中心", "institution", "prefecture"),
        ("仙桃市财政局", "仙桃市财政局", "department", "county"),
        ("全州县", "全州县人民政府", "government", "county"),
        ("本溪市市场监管局", "本溪市市场监管局", "department", "prefecture"),
    ],
)
def test_the_publisher_has_its_full_name_kind_and_rank(printed, publisher, kind, level):
    found = titled(printed)
    assert (found.publisher, found.kind, found.level) == (publisher, kind, level)


def test_a_branch_is_placed_where_it_works():
    assert titled("盐城市公安局盐都分局").region_code == "320903"
    assert titled("长春市规划和自然资源局朝阳分局").region_code == "220104"
    assert titled("邢台市生态环境局沙河市分局").region_code == "130582"


@pytest.mark.parametrize(
    "title",
    [
        "2023年示和县财政局政府信息公开工作年度报告", "示和县财政局政府信息公开工作2023年度报告",
        "示和县财政局\n2023年政府信息公开工作年度报告", "示和县财政局2023年度政府信息公开年报",
        "示和县财政局关于2023年度政府信息公开工作的年度报告", "2023示和县财政局2023年度政府信息公开工作年度报告",
        "【年报】示和县财政局二〇二三年政府信息公开工作年度报告", "示和县财政局2023年度政府信息公开工作年度报告(图片版)",
        "关于公布示和县财政局2023年政府信息公开工作年度报告的通知", "示和縣財政局2023年政府信息公開工作年度報告",
        "示和县人民政府-信息公开年报-示和县财政局2023年政府信息公开年报", "示和县财政局２０２３年政府信息公开工作年度报告",
        "示和县财政局2023年政府信息公开工作年度报告_示和县人民政府", "示和县财政局 2023年度 信息公开工作报告",
    ],
)  # fmt: skip
def test_every_wording_of_the_title_gives_publisher_and_year(title):
    found = identify(clues(title))
    assert (found.publisher, found.fiscal_year, found.region_code) == ("示和县财政局", 2023, "990121")


@pytest.mark.parametrize(
    ("others", "clue"),
    [
        ({"opening": "现公布《示和县财政局2023年政府信息公开工作年度报告》。"}, "opening"),
        ({"opening": "现公布示和县财政局2023年政府信息公开工作年度报告。"}, "opening"),
        ({"opening": "示和县财政局2023年政府信息公开工作年度报告是根据要求编制的。"}, "opening"),
        ({"opening": "本报告由示和县财政局编制。"}, "opening"),
        ({"opening": "如有疑问,请与示和县财政局办公室联系(地址:略)。"}, "opening"),
        ({"opening": "如有疑问,请联系:示和县财政局,地址:略。"}, "opening"),
        ({"closing": "特此报告。\n示和县财政局\n2024年1月9日"}, "closing"),
        ({"closing": "特此报告。 示和县财政局 2024年1月9日"}, "closing"),
        ({"meta": {"发布机构": "示和县财政局"}}, "meta"),
    ],
)
def test_a_report_without_a_title_names_its_publisher_elsewhere(others, clue):
    found = identify(clues(**others))
    assert (found.publisher, found.region_code) == ("示和县财政局", "990121")
    assert found.evidence["publisher"] == clue


@pytest.mark.parametrize(
    "opening",
    [
        "根据《中华人民共和国政府信息公开工作年度报告格式》编制。",
        "根据《示和县人民政府办公室关于做好2023年度政府信息公开工作年度报告编制和公布事项的通知》编制。",
        "现公布我局2023年政府信息公开工作年度报告。",
        "如有疑问,请与示和县人民政府办公室联系。",
    ],
)
def test_a_name_that_is_not_the_publishers_is_not_taken(opening):
    assert identify(clues(opening=opening)).publisher is None


@pytest.mark.parametrize(
    ("printed", "others", "publisher", "code"),
    [
        ("城关镇", {"source_region": "990121"}, "示和县城关镇人民政府", "990121"),
        ("城关镇", {"source_region": "990100"}, "城关镇人民政府", None),
        ("县教育局", {"source_region": "990121"}, "示和县教育局", "990121"),
        ("区教育局", {"source_region": "990121"}, "区教育局", None),
        ("教育局", {"source_region": "990121"}, "示和县教育局", "990121"),
        ("教育局", {"source_region": "990100"}, "教育局", None),
        ("市教育局", {"source_region": "990100"}, "样城市教育局", "990100"),
        ("市场监督管理局", {"source_region": "990121"}, "示和县市场监督管理局", "990121"),
        ("县教育局", {}, "县教育局", None),
        ("县教育局", {"closing": "示和县教育局\n2024年1月9日"}, "示和县教育局", "990121"),
        (
            "城关镇",
            {"opening": "按照示和县人民政府办公室的要求编制本报告。"},
            "示和县城关镇人民政府",
            "990121",
        ),
        ("城关镇", {"opening": "学习示和县和仿安县的做法。"}, "城关镇人民政府", None),
        ("城关镇", {"opening": "传达县委精神,完成县政府任务。"}, "城关镇人民政府", None),
        ("湖南镇人民政府", {"source_region": "330803"}, "衢江区湖南镇人民政府", "330803"),
        ("高新区管委会", {"source_region": "990100"}, "高新区管委会", "990100"),
        ("城关镇", {"meta": {"发布机构": "示和县人民政府"}}, "示和县城关镇人民政府", "990121"),
    ],
)
def test_an_incomplete_name_is_completed_from_evidence_only(printed, others, publisher, code):
    found = titled(printed, **others)
    assert (found.publisher, found.region_code) == (publisher, code)


def test_a_site_that_belongs_to_a_prefecture_still_gives_province_and_prefecture():
    found = titled("城关镇", source_region="990100")
    assert (found.province, found.prefecture, found.county) == ("示例省", "样城市", None)


def test_evidence_that_contradicts_the_name_is_told_and_loses():
    found = titled("示和县教育局", meta={"siteidcode": "1304000009"})
    assert found.region_code == "990121"
    assert found.conflicts == ("name says 示和县 990121, page says 邯郸市 130400",)


def test_evidence_that_contradicts_itself_places_nothing():
    found = titled("教育局", meta={"siteidcode": "1304270001"}, source_region="990121")
    assert (found.region_code, found.province) == (None, None)
    assert found.conflicts == ("page says 磁县 130427, source says 示和县 990121",)


# --- Years and dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "year"),
    [
        ("自2023年1月1日起至2023年12月31日止", 2023), ("2024年1月1日至12月31日", 2024), ("2023年1月1日—2023年12月31日", 2023),
        ("(2023年1月1日-12月31日)", 2023), ("二〇二三年一月一日至十二月三十一日", 2023), ("２０２３年１月１日至１２月３１日", 2023),
        ("统计期限为2023年度", 2023), ("自2008年5月1日起至2008年12月31日止", 2008), ("从 2023 年 1 月 1 日起至 12 月 31 日", 2023),
        ("编制的2017年度政府信息公开年度报告", 2017),
        ("自202020年1月1日起至202020年12月31日", None), ("自2020年1月1日起至202020年12月31日", None),
        ("自202111日起至20211230日止", None), ("2022年11日至1231日", None), ("20231月1日至12月31日", None),
        ("自2022年1月1日起至2023年12月31日止", None), ("〔202130号", None), ("2023年5月1日召开会议", None),
    ],
)  # fmt: skip
def test_the_sentence_on_the_period_gives_the_year_unless_it_is_damaged(sentence, year):
    assert identify(clues(opening=f"报告所列数据的统计期限{sentence}。")).fiscal_year == year


PERIOD = "统计期限为2022年1月1日至2022年12月31日。"


@pytest.mark.parametrize(
    ("given_", "year", "clue"),
    [
        (clues("示和县2021年政府信息公开工作年度报告", opening=PERIOD), 2021, "title"),
        (clues(opening=PERIOD, closing="示和县\n2024年1月9日"), 2022, "opening"),
        (clues(closing="示和县\n2024年1月9日", url="http://localhost/?fbtime=2020"), 2023, "closing"),
        (clues(url="http://localhost/x?fbtime=2020&a=1", meta={"pubdate": "2024-01-09"}), 2020, "url"),
        (clues(url="http://localhost/zfxxgknb/2020n/202101/t20210109_1.html"), 2020, "url"),
        (clues(meta={"pubdate": "2024-01-09 10:00"}), 2023, "meta"),
        (clues(url="http://localhost/202401/t20240109_1.html"), 2023, "url"),
        (clues(url="http://localhost/201706/t20170620_1.htm"), None, None),
        (clues(url="http://localhost/t19700101_1.html"), None, None),
        (clues("国办公开办函〔2021〕30号 政府信息公开工作年度报告"), None, None),
    ],
)
def test_the_fiscal_year_comes_from_the_strongest_clue(given_, year, clue):
    found = identify(given_)
    assert (found.fiscal_year, found.evidence.get("fiscal_year")) == (year, clue)


def test_years_that_contradict_each_other_are_told():
    found = titled("示和县", 2021, opening="自2020年1月1日起至2020年12月31日止。")
    assert (found.fiscal_year, found.conflicts) == (2021, ("title says 2021, period says 2020",))
    stale = titled("示和县", 2021, opening="2020年1月1日至12月31日,2021年1月1日至12月31日")
    assert stale.conflicts == ()


DATED = "示和县2023年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("given_", "published", "clue"),
    [
        (
            clues(DATED, meta={"pubdate": "2024-01-19 10:20:00"}, closing="示和县\n2024年1月9日"),
            "2024-01-19",
            "meta",
        ),
        (clues(DATED, meta={"发布时间": "2024年1月19日"}), "2024-01-19", "meta"),
        (clues(DATED, listed_on="2024/1/19", closing="示和县\n2024年1月9日"), "2024-01-19", "listed"),
        (clues(DATED, closing="示和县\n2024年1月9日"), "2024-01-09", "closing"),
        (clues(DATED, closing="示和县\n二〇二四年一月二十三日"), "2024-01-23", "closing"),
        (clues(DATED, closing="于2024年5月15日组织开展了活动"), None, None),
        (clues(DATED, opening="(2024年2月19日)\n根据要求"), "2024-02-19", "opening"),
        (clues(DATED, opening="发布时间:2024-01-19 10:20 来源:略"), "2024-01-19", "opening"),
        (clues(DATED, opening="今天是2025年5月6日 星期二\n发布日期:2024-01-19"), "2024-01-19", "opening"),
        (clues(DATED, opening="2025年5月6日 星期二"), None, None),
        (clues(DATED, url="http://localhost/art/2024/1/9/art_1_2.html"), "2024-01-09", "url"),
        (clues(DATED, url="http://localhost/2024011617343525212/index.html"), "2024-01-16", "url"),
        (clues(DATED, url="http://localhost/202401/x.html"), None, None),
        (clues(DATED, meta={"pubdate": "1970-01-01"}, url="http://localhost/t19700101_1.html"), None, None),
        (clues(DATED, meta={"pubdate": "2019-01-01"}, listed_on="2024-01-19"), "2024-01-19", "listed"),
        (clues(DATED, meta={"pubdate": "2024-02-31"}), None, None),
    ],
)
def test_the_date_of_publication_comes_from_the_strongest_clue(given_, published, clue):
    found = identify(given_)
    assert (found.published_on, found.evidence.get("published_on")) == (published, clue)


# --- What always holds ------------------------------------------------------------------------------------


def test_nothing_known_is_nothing_said():
    found = identify(clues())
    assert found == Identity(None, None, None, None, None, None, None, None, False, None, None, {}, ())


def test_the_title_is_given_as_printed_with_its_white_space_collapsed():
    found = identify(clues("首页", "示和縣　財政局\n 2023年政府信息公開工作年度報告"))
    assert (found.title, found.publisher) == ("示和縣 財政局 2023年政府信息公開工作年度報告", "示和县财政局")


PIECES = st.sampled_from(
    ["示和县", "北京市", "朝阳区", "海南", "高新区", "管委会", "镇", "街道", "办事处", "教育局", "人民政府", "税务局", "2023", "年",
     "二〇二三", "1月", "31日", "至", "政府信息公开", "工作年度报告", "《", "》", "(", ")", "由", "编制", "联系", "现公布", "我局",
     "国家", "分局", "\n", " ", "。", "-", "202020", "12"]
)  # fmt: skip
TEXT = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=20).map("".join))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(TEXT, max_size=3).map(tuple), TEXT, TEXT,
    st.dictionaries(st.sampled_from(["pubdate", "siteidcode", "发布机构", "索引号", "发布时间", "contentsource"]), TEXT),
    st.none() | TEXT, st.none() | TEXT, st.none() | st.sampled_from(["990121", "110105", "000000", "", "x"]),
)  # fmt: skip
def test_any_clues_end_in_an_identity(titles, opening, closing, meta, url, listed_on, source_region):
    found = identify(Clues(titles, opening, closing, meta, url, listed_on, source_region))
    if found.region_code is not None:
        there = place(found.region_code, found.fiscal_year)
        assert there is not None
        assert (found.province, found.prefecture, found.county) == (
            there.province,
            there.prefecture,
            there.county,
        )
    assert found.region_code or not (found.in_zone or found.county)
