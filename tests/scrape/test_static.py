"""Lists of the static family: rows told by where they stand, pages by what the page says, data in scripts."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import site_of

from sample.sites import SITES
from sample.sites.server import Asked, Page, Site
from sample.sites.static import StaticSite
from scrape.archive import read_archive
from scrape.exchange import Exchange, Request
from scrape.families import FAMILIES, ListPage, ListRequest, family
from scrape.source import Source, SourceError, source_of

HOST = "http://www.example.gov.cn"
LIST = f"{HOST}/zfxxgk/zfxxgknb/"
TITLE = "示例县财政局2023年政府信息公开工作年度报告"


def exchange(html: str | bytes, url: str = LIST, kind: str = "text/html") -> Exchange:
    body = html.encode() if isinstance(html, str) else html
    return Exchange(url, "2025-01-01T00:00:00Z", 200, {"content-type": kind}, b"", b"", body)


def source(address: str = LIST, **options: str) -> Source:
    given = {"name": "example", "region": "990101", "family": "static", "list": address, "options": options}
    return source_of(given, "example.toml")


def read(html: str | bytes, url: str = LIST, **options: str) -> ListPage:
    static = family("static")
    return static.read_list(static.start(url, source(url, **options)), exchange(html, url))


def second_page(html: str, url: str = LIST, **options: str) -> str | None:
    row = f'<ul><li><a href="/zfxxgk/zfxxgknb/202401/1234.html">{TITLE}</a></li></ul>'
    following = read(row + html, url, **options).following
    return following[0].request.url.removeprefix(HOST) if following else None


def static_site(reports: int = 23, **more) -> StaticSite:
    site = site_of("static", reports, **({"page_size": 5} | more))
    assert isinstance(site, StaticSite)
    return site


# Every shape of address that no other family has: the list's, a row's, as known reports have them.
SHAPES = {
    "Sichuan": ("/gongkai/list/zfxxgknb.html", "/gongkai/show/20240112172050425.html"),
    "Sichuan, hashed": ("/gongkai/list.html?cat=12", "/gongkai/show/7d645fdfc128a78a691d46fc9d42d6dd.html"),
    "Sichuan, govop": ("/govop/list/12.html", "/govop/show/20220111094149170.html"),
    "Sichuan, aspx": ("/zfxxgk/GovOpenList.aspx?cid=7", "/zfxxgk/GovOpenShow.aspx?id=20220125180019886"),
    "Zibo": (
        "/gongkai/site_xlzrmzf/channel_6094b50358d659735c432349/",
        "/gongkai/site_xlzrmzf/channel_6094b50358d659735c432349/doc_696f1f9948630dd964c7a668.html",
    ),
    "Zibo, older": (
        "/gongkai/site_sfj/channel_c_5f9f6cd393955786fb9cdd5d_n_1605682192.397/",
        "/gongkai/site_sfj/channel_c_5f9f6cd393955786fb9cdd5d_n_1605682192.397/doc_697b162b48630dd964c7a763.html",
    ),
    "Beijing, hashed": ("/zfxxgk/gknb/index.html", "/zfxxgk/gknb/4028805a9ba62cae019bc0704cc111b0.html"),
    "Beijing, numbered": ("/zt/xxgkzl/gknb/index.html", "/zt/xxgkzl/gknbxq/pnidpv155pntypepvnbpnnfpv2023.html"),
    "Hebei": (
        "/columns/8aef2fa0-cc14-409e-9f68-fbdba00a0c72/index.html",
        "/columns/8aef2fa0-cc14-409e-9f68-fbdba00a0c72/202308/21/720faafd-6610-4d9e-9cc8-9e0f056c2101.html",
    ),
    "Inner Mongolia, folder": ("/zlq/smxz/sdz95/zfxxgknb/", "/zlq/smxz/sdz95/zfxxgknb/2024011617343525212/index.shtml"),
    "Inner Mongolia, article": ("/kyzq/zfxxgknb/index.html", "/kyzq/2026-01/22/article_2026012210463172511.html"),
    "Liaoning, folder": ("/tlx/xxgk/zfxxgkxgt/xgtzrmzf/", "/tlx/xxgk/bmxzptlj/xzzfxxgk/xgtzrmzf/2024010914303620378/index.html"),
    "Liaoning, html": ("/HCS/zwgk/zfxxgknb/glist.html", "/html/HCS/202601/0176938436489438.html"),
    "Liaoning, dept": (
        "/govxxgk/LY/zfxxgknb.html?deptcode=033",
        "/govxxgk/LY/2024-03-05/cfa9849a-3f74-4747-82de-a497ee246555.html?deptcode=033",
    ),
    "Shanghai": ("/2020zfxxgknb/index.html", "/2020zfxxgknb/20250113/01d422f4d3cc45dfbfc7a9d79f9105d7.html"),
    "Shanghai, numbered": ("/zfxxgknb/index.html", "/zfxxgknb/20200130/0022-34190.html"),
    "Henan": ("/zfxxgk/zfxxgknb/", "/2023/01-19/2677014.html"),
    "Henan, Content": ("/Content/index/cid/99.html", "/Content/content/id/6122/cid/99.html"),
    "Henan, contents": ("/contents/44510.html", "/contents/44510/356343.html"),
    "Tianjin, contents": ("/channel/9728/", "/contents/9728/297610.html"),
    "Hunan, Boshan's": ("/xxgk/zfxxgkndbg/2025nd/index.html", "/xxgk/zfxxgkndbg/2025nd/20260115/i3849887.html"),
    "Sichuan, xxgk-show": ("/xxgk-list-tjj.html", "/xxgk-show-34579.html"),
    "Qinghai, content": ("/zwgk/zfxxgknb/2022/zzfxxgknb/", "/zwgk/zfxxgknb/2022/zzfxxgknb/content_1903590"),
    "Qinghai, html": ("/html/12927/List.html", "/html/12927/413412.html"),
    "Fujian, cms": ("/cms/html/npszf/zfxxgknb/index.html", "/cms/html/npszf/2013-01-25/1779102018.html"),
    "Jiangsu, site": ("/html/czzl/zfxxgknb/index.html", "/html/czzl/2025/EMAKPOKE_0117/22800.html"),
    "Jiangsu, doc": ("/zfxxgk/zfxxgknb/index.shtml", "/doc/2024/01/22/1203496.shtml"),
    "Nantong": ("/tzqnywyh/xxgknb/xxgknb.html", "/tzqnywyh/xxgknb/content/dee4e630-8dc0-4356-b439-facd97e8eaa4.html"),
    "NFCMS": ("/xxgk/xxgknb/qzfgzbm/", "/xxgk/xxgknb/qzfgzbm/content/post_11956962.html"),
    "NFCMS, elsewhere": ("/zwgk/xxgknb/index.html", "/tonglan/content/post_2875658.html"),
    "Anhui, openness": ("/opennessAnnualReport/?branch_id=341", "/OpennessAnnualReport/year/show/341/2022.html"),
    "Anhui, xxgk": ("/XxgkAnnualReport/index/12.html", "/XxgkAnnualReport/show/6218.html"),
    "Anhui, php": ("/gknb.php?dw=12", "/gknb_show.php?id=4374"),
    "Shaanxi, snowflake": ("/zwgk/zfxxgknb/zj/", "/zwgk/zfxxgknb/zj/1580817174468460546.html"),
    "Hebei, snowflake": ("/zfxxgk/zfgknb/2023/", "/zfxxgk/zfgknb/2023/666160586494021.html"),
    "Shandong": ("/channels/ch00232/", "/articles/ch00232/202609/0f0a3b52-1111-4000-8000-000000990101.shtml"),
    "customs, folder": ("/zhanjiang_customs/534855/534873/gqbg43/index.html", "/zhanjiang_customs/534855/534873/gqbg43/5696721/index.html"),
    "Beijing, folder": ("/bjsdxqrmzf/zwfw/dxqzf69/index.html", "/bjsdxqrmzf/zwfw/dxqzf69/2291822/2291824/2292928/index.html"),
    "Yunnan, folder": ("/zt/zfxxgkndbgzt/", "/zt/zfxxgkndbgzt/2023nkmszfxxgkgzndbg/"),
    "one page a year": ("/gknb.aspx?dept=12", "/gknb.aspx?dept=12&nbYear=2023"),
    "one page a year, in a folder": ("/zfxxgk/gknb/index.html", "/zfxxgk/gknb/show.html?year=2023"),
    "state assets, content": ("/n2588035/n2588320/index.html", "/n2588035/n2588320/c13587052/content.html"),
    "a file": ("/zfxxgk/zfxxgknb/", "/upload/files/2024/1/nianbao.pdf"),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "row"), SHAPES.values(), ids=SHAPES)
def test_rows_of_every_known_shape_are_found_and_what_stands_beside_the_list_is_not(
    entry: str, row: str
) -> None:
    html = f"""<div class="header"><ul><li><a href="/">首页</a></li><li><a href="{entry}">政府信息公开年报</a></li></ul></div>
    <div class="leftmenu"><ul><li><a href="/zwgk/zfxxgkzn/">政府信息公开指南</a></li><li><a href="/zwgk/t/2020/">2020年</a></li>
    <li><a href="/zwgk/zd/20230101/123456.html">政府信息公开制度</a></li></ul></div>
    <div class="list_main"><ul><li><a href="{row}" target="_blank">{TITLE}</a><span>2024-01-16</span></li></ul>
    <div class="page"><a href="{entry}">1</a> <a href="/other/index_2.html">下一页</a></div></div>
    <div class="hotlist"><ul><li><a href="/xw/20240102/123457.html">示例县举行春季运动会</a><span>2024-01-02</span></li></ul></div>
    <footer><a href="/about/1001.html">网站声明</a></footer>"""
    found = read(html, HOST + entry)
    assert [(r.url.removeprefix(HOST), r.title, r.listed_on) for r in found.rows] == [
        (row, TITLE, "2024-01-16")
    ]
    assert found.following == ()


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("202401/20240116/1234.html", "2024-01-16"),
        ("2024/01-16/1234.html", "2024-01-16"),
        ("2024-01-16/1234.html", "2024-01-16"),
        ("2024/01/16/1234.html", "2024-01-16"),
        ("2024011617343525212/index.shtml", "2024-01-16"),
        ("article_2024011617343525212.html", "2024-01-16"),
        ("19700101/1234.html", None),
        ("1580817174468460546.html", None),
    ],
)
def test_a_row_without_a_date_has_that_of_its_address_if_one_stands_there(
    address: str, day: str | None
) -> None:
    (row,) = read(f'<ul><li><a href="{address}">{TITLE}</a></li></ul>').rows
    assert row.listed_on == day


@pytest.mark.parametrize(
    "href", ["{{el.url}}", "<?=el.link?>", "${row.url}", "javascript:void(0)", "#", "mailto:a@b.cn"]
)
def test_rows_that_scripts_were_to_fill_in_are_no_rows(href: str) -> None:
    html = f'<ul><li><a href="{href}">{TITLE}</a></li><li><a href="1234.html">{{{{el.title}}}}</a></li></ul>'
    assert read(html).rows == ()


def test_all_rows_of_the_list_are_given_whatever_their_titles() -> None:
    html = "".join(
        f'<li><a href="2024011{n}/100{n}.html">{t}</a></li>'
        for n, t in enumerate(("2023年度", "关于报送年报的通知", "示例县财政局"))
    )
    assert [row.title for row in read(f"<ul>{html}</ul>").rows] == [
        "2023年度",
        "关于报送年报的通知",
        "示例县财政局",
    ]


def test_rows_beside_those_of_the_column_are_taken_even_where_they_lead_elsewhere() -> None:
    html = """<div class="a"><ul><li><a href="20240116/1001.html">甲</a></li><li><a href="/jyj/nb/20240116/2001.html">乙</a></li></ul></div>
    <div class="b"><ul><li><a href="/xw/20240116/3001.html">丙</a></li></ul></div>"""
    assert [row.title for row in read(html).rows] == ["甲", "乙"]


def test_a_column_with_a_page_of_its_own_keeps_to_its_own_folder() -> None:
    html = """<ul class="a"><li><a href="/contents/44510/1001.html">甲</a></li></ul>
    <ul class="b"><li><a href="/contents/44511/1002.html">乙</a></li></ul>"""
    assert [row.title for row in read(html, f"{HOST}/contents/44510.html").rows] == ["甲"]


def test_a_lone_file_in_the_columns_folder_does_not_hide_a_list_that_leads_elsewhere() -> None:
    html = f"""<div class="c"><a href="guide/10001.pdf">填报说明</a></div>
    <div class="l"><ul><li><a href="/tonglan/content/post_2875658.html">{TITLE}</a></li></ul></div>"""
    assert TITLE in [row.title for row in read(html).rows]


def test_a_report_in_another_column_is_not_taken_for_one_of_this() -> None:
    html = f"""<ul class="l"><li><a href="20240116/1001.html">{TITLE}</a></li></ul>
    <ul class="r"><li><a href="/zwgk/20240116/1002.html">示例县2019年政府信息公开工作年度报告</a></li></ul>"""
    assert [row.title for row in read(html).rows] == [TITLE]


def test_a_list_whose_surroundings_are_called_navigation_is_found_all_the_same() -> None:
    row = f'<li><a href="/a/20240116/1001.html">{TITLE}</a></li>'
    assert len(read(f'<div class="leftnav_wrap"><ul>{row}</ul></div>', f"{HOST}/list.html").rows) == 1


def test_years_and_departments_of_a_column_are_no_reports_though_they_have_index_pages() -> None:
    html = """<ul><li><a href="2023/">2023年</a></li><li><a href="2022/index.html">2022年度</a></li>
    <li><a href="jyj/">教育局政府信息公开年报</a></li></ul>"""
    assert read(html).rows == ()


def test_rows_of_other_hosts_are_taken_only_if_the_source_names_them() -> None:
    html = f'<ul><li><a href="20240116/1001.html">甲</a></li><li><a href="http://jyj.example.gov.cn/nb/2001.html">{TITLE}</a></li></ul>'
    assert len(read(html).rows) == 1
    given = {
        "name": "example",
        "region": "990101",
        "family": "static",
        "list": LIST,
        "hosts": ["jyj.example.gov.cn"],
    }
    static = family("static")
    assert len(static.read_list(static.start(LIST, source_of(given, "x")), exchange(html)).rows) == 2


def test_rows_that_only_the_column_names_reports_are_found_where_addresses_tell_nothing() -> None:
    html = """<meta name="ColumnName" content="政府信息公开年报"><ul class="l"><li><a href="/a/20240116/1001.html">2023年度</a></li>
    <li><a href="/b/20230116/1002.html">2022年度</a></li></ul><ul class="r"><li><a href="/c/20230116/1003.html">关于放假的通知</a></li></ul>"""
    assert [row.title for row in read(html, f"{HOST}/list.html").rows] == ["2023年度", "2022年度"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<script>$(".p").pagination({totalPage: 6});$(".p").pagination("setPage",1,6)</script>', "index_2.html"),
        ('<script>// $(".p").pagination("setPage",1,6)\n</script>', None),
        ('<script>$(".p").pagination("setPage",1,1)</script>', None),
        ('<div id="pageDec" pagesize="24" pagecount="51"></div>', "index_2.html"),
        ('<div id="pageDec" pagesize="24" pagecount="1"></div>', None),
        ('<a href="index_2.html">下一页</a>', "index_2.html"),
        ('<a href="list_1.shtml">2</a><a href="list_2.shtml">3</a>', "list_1.shtml"),
        ('<a href="index_2.html" title="下一页">&gt;</a>', "index_2.html"),
        ('<select><option value="index.html">第1页</option><option value="index_2.html">第2页</option></select>', "index_2.html"),
        ('<a href="?page=2">下一页</a>', "?page=2"),
        ('<a href="/zwgk/tzgg/index_2.html">下一页</a>', None),
        ('<a href="http://www.elsewhere.gov.cn/zfxxgk/zfxxgknb/index_2.html">下一页</a>', None),
        ('<a href="javascript:go(2)">下一页</a>', None),
        ('共6页 <a href="javascript:go(2)">下一页</a>', "index_2.html"),
        ('第1/6页 <a onclick="go(2)" href="javascript:;">下一页</a>', "index_2.html"),
        ('<span>共 6 页</span><script>function go(n){location="index_"+n}; var first="index_1.shtml"</script>', "index_1.shtml"),
        ("共1页", None),
        ('共1页 <a href="index_2.html">下一页</a>', None),
        ("<script>var pageCount = 3;</script>", "index_2.html"),
        ("<script>var pageCount = 1;</script>", None),
        ('<script>var o = {pageCount: 1};</script><a href="index_2.html">下一页</a>', "index_2.html"),
        ("", None),
    ],
)  # fmt: skip
def test_the_next_page_is_asked_for_only_if_the_page_promises_it_in_this_column(
    html: str, expected: str | None
) -> None:
    found = second_page(html)
    assert (found.removeprefix("/zfxxgk/zfxxgknb/") if found else None) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/zfxxgk/zfxxgknb/InfoPublic.aspx?cid=1019&pid=971&page=1", "/zfxxgk/zfxxgknb/InfoPublic.aspx?cid=1019&pid=971&page=2"),
        ("/zfxxgk/zfxxgknb/a/templates/b/blocks/c?page=1", "/zfxxgk/zfxxgknb/a/templates/b/blocks/c?page=2"),
        ("/zfxxgk/zfxxgknb/list.jsp?pageNo=0&c=1", "/zfxxgk/zfxxgknb/list.jsp?pageNo=1&c=1"),
        ("/zfxxgk/zfxxgknb/list.jsp?c=1", None),
    ],
)  # fmt: skip
def test_an_address_that_counts_pages_itself_is_counted_on(url: str, expected: str | None) -> None:
    assert second_page("", HOST + url) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [("index_{page}.html", "index_2.html"), ("list_{page0}.jsp", "list_1.jsp"), ("?p={page}", "?p=2")],
)
def test_a_source_may_say_how_further_pages_are_called(template: str, expected: str) -> None:
    assert second_page("", next=template) == f"/zfxxgk/zfxxgknb/{expected}"


def test_a_source_may_say_which_links_are_rows() -> None:
    html = '<nav><a href="/a/1.html">甲</a></nav><a href="/b/x.html">乙</a><a href="/c/2.html">丙</a>'
    assert [row.title for row in read(html, link=r"/[ab]/\w+\.html$").rows] == ["甲", "乙"]


@pytest.mark.parametrize(("key", "value"), [("link", "(a"), ("next", "index_2.html")])
def test_an_option_that_cannot_work_is_refused_in_words(key: str, value: str) -> None:
    with pytest.raises(SourceError, match=f"options.{key}"):
        family("static").start(LIST, source(**{key: value}))


def test_a_page_that_shows_the_rows_of_the_last_one_again_ends_the_list() -> None:
    static, html = (
        family("static"),
        f'<ul><li><a href="1001.html">{TITLE}</a></li></ul><a href="index_{{}}.html">下一页</a>',
    )
    (second,) = read(html.format(2)).following
    assert static.read_list(second, exchange(html.format(3), second.request.url)).following == ()


def test_the_number_of_rows_that_a_list_promises_is_reported() -> None:
    row = f'<ul><li class="pagedContent"><a href="1001.html">{TITLE}</a></li></ul>'
    found = read(f"{row}<script>var totalCount=470;var perSize=20;var logicTotalPage=24;</script>")
    assert (len(found.rows), found.following, found.total) == (1, (), 470)
    assert read(f"{row}<p>共 12 条</p>").total == 12


def test_data_in_the_page_is_read_and_pages_beyond_it_are_reported_as_missing() -> None:
    html = """<script>var pageSize=2;var dataList=[{"infolist":[{"title":"<b>甲</b>&amp;乙","url":"/nb/20240116/i1.html","daytime":"2024-01-16"},
    {"infotitle":"丙","url":"/nb/20240116/i2.html"},{"url":5},"x"]},{"infolist":null},7];var pagesData={"pageTotal":9};</script>"""
    found = read(html)
    assert [(row.title, row.listed_on) for row in found.rows] == [("甲&乙", "2024-01-16"), ("丙", None)]
    assert (found.pages, found.total) == (9, 17)


def test_a_list_in_a_frame_of_the_same_host_is_read_there_and_frames_of_others_are_not() -> None:
    html = '<iframe src="about:blank"></iframe><iframe src="http://tj.example.com/x"></iframe><iframe src="/common/list.jsp?c=9"></iframe>'
    (inner,) = read(html).following
    assert (inner.request.url, inner.page) == (f"{HOST}/common/list.jsp?c=9", 0)
    # A frame in the frame is not followed: the list would have no end.
    assert family("static").read_list(inner, exchange(html, inner.request.url)).following == ()


def test_a_page_that_has_its_list_itself_is_not_left_for_its_frames() -> None:
    found = read(f'<iframe src="/weather.html"></iframe><ul><li><a href="1001.html">{TITLE}</a></li></ul>')
    assert (len(found.rows), found.following) == (1, ())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=300),
    st.sampled_from(
        [
            "<li><a href='20250101/1.html'>甲",
            "var dataList=[{",
            "'getMessage.do'",
            "<iframe src='",
            "?page=9",
            "共9页",
            "<a href='http://[",
        ]
    ),
)
def test_no_bytes_make_a_list_fail(noise: bytes, piece: str) -> None:
    page = noise + piece.encode() * 20 + noise
    for html in (page, b"<script>" + page + b"</script>" + page):
        read(html)
        family("static").recognise(exchange(html))


def test_a_list_that_never_closes_a_tag_is_read() -> None:
    assert len(read(b"<div><a href=./20250101/1001.html>x" * 1200).rows) == 1


# Against local sites.


@pytest.mark.parametrize(
    "dialect",
    ["shanghai", "henan", "shandong", "link", "click", "query", "boshan", "truecms", "silent", "frame"],
)
@pytest.mark.parametrize("reports", [1, 10])
def test_every_report_of_every_manner_of_list_is_archived_and_nothing_of_other_columns(
    bench, dialect: str, reports: int
) -> None:
    faults = frozenset({"other_columns", "template_rows"})
    site = static_site(reports, dialect=dialect, page_size=3, faults=faults)
    sites = bench(site)
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, reports), outcome.err
    assert {(d.title, d.listed_on) for d in read_archive(sites.archive)} == {
        (a.title, a.listed_on) for a in site.articles
    }
    assert not sites.asked("/zwgk/")


def test_a_pager_that_promises_pages_which_answer_404_ends_the_list_and_says_so(bench) -> None:
    outcome = bench(static_site(12, dialect="shanghai", faults=frozenset({"promises_too_much"}))).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12)
    assert "ends at page 3" in outcome.first["message"]


def test_a_query_that_gives_the_last_page_for_ever_ends(bench) -> None:
    sites = bench(static_site(12, dialect="query", faults=frozenset({"repeats_last_page"})))
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12)
    assert len(sites.asked("InfoPublic.aspx")) == 4


def test_data_that_the_page_leaves_out_is_said_to_be_missing(bench) -> None:
    outcome = bench(static_site(12, dialect="boshan", faults=frozenset({"promises_too_much"}))).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12)
    assert "promises 21 rows and shows 12" in outcome.first["message"]


def test_records_in_the_page_are_kept_where_the_interface_behind_it_is_gone(bench) -> None:
    outcome = bench(static_site(23, dialect="truecms", faults=frozenset({"interface_off"}))).run()
    assert outcome.first["reports"] == 15
    assert "ends at page 1" in outcome.first["message"]


def test_records_are_asked_for_in_groups_that_the_server_accepts(bench) -> None:
    sites = bench(static_site(52, dialect="truecms"))
    sites.run()
    asked = [seen.query for seen in sites.served.requests if "getMessage" in seen.path]
    assert [query.partition("&perpage")[0] for query in asked] == [
        f"startrecord={start}&endrecord={start + 14}" for start in (16, 31, 46)
    ]


def test_a_list_that_turns_empty_is_an_error(bench) -> None:
    sites = bench(static_site(0, articles=[], faults=frozenset({"template_rows"})))
    outcome = sites.run()
    assert (outcome.status, outcome.first["last_result"]) == (1, "failed")


# Recognition.


@pytest.mark.parametrize(
    ("dialect", "weight"),
    [
        ("shanghai", 3),
        ("henan", 3),
        ("shandong", 3),
        ("boshan", 3),
        ("truecms", 3),
        ("link", 2),
        ("query", 2),
    ],
)
def test_a_column_of_this_family_is_recognised_by_what_it_has(dialect: str, weight: int) -> None:
    site = static_site(12, dialect=dialect)
    clue = family("static").recognise(_front_page(site))
    assert clue is not None
    assert (clue.weight, clue.list.endswith(site.list_address)) == (weight, True)


@pytest.mark.parametrize(
    "row", [row for row in SHAPES.values() if "/content/post_" in row[1] or "/show/" in row[1]]
)
def test_addresses_of_a_known_dialect_are_a_clue(row: tuple[str, str]) -> None:
    clue = family("static").recognise(
        exchange(f'<ul><li><a href="{row[1]}">{TITLE}</a></li></ul>', HOST + row[0])
    )
    assert clue is not None


def test_a_column_that_is_a_mere_frame_is_a_hint() -> None:
    frame = '<title>政府信息公开年报</title><iframe src="/common/list.jsp"></iframe>'
    clue = family("static").recognise(exchange(frame))
    assert clue is not None
    assert (clue.weight, "frame" in clue.because) == (1, True)
    assert family("static").recognise(exchange(frame.replace("政府信息公开年报", "天气"))) is None


def test_titles_alone_are_a_hint_and_no_titles_are_none() -> None:
    clue = family("static").recognise(exchange(f'<ul><li><a href="abc1001.html">{TITLE}</a></li></ul>'))
    assert clue is not None
    assert clue.weight == 1
    assert family("static").recognise(exchange("<ul><li><a href='1001.html'>通知</a></li></ul>")) is None


@pytest.mark.parametrize("name", sorted(set(SITES) - {"static"}))
def test_no_other_familys_column_is_taken_for_this_one_for_sure(name: str) -> None:
    page = _front_page(site_of(name, 12, page_size=5))
    if page is None:
        pytest.skip("the column's page is not a static file")
    clue = FAMILIES["static"].recognise(page)
    assert clue is None or clue.weight < 3


def _front_page(site: Site) -> Exchange | None:
    """A local site's column as it is answered, without asking over the wire."""
    path, _, query = site.list_address.partition("#")[0].partition("?")
    told = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
    found = site.pages().get(path) or site.answer(Asked("GET", path, told, b"", {}))
    return exchange(found.body, HOST + site.list_address) if isinstance(found, Page) else None


def test_the_list_may_be_read_without_what_the_first_page_taught() -> None:
    found = family("static").read_list(
        ListRequest(Request(LIST), 2), exchange(f'<ul><li><a href="1001.html">{TITLE}</a></li></ul>')
    )
    assert len(found.rows) == 1
