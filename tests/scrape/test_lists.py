"""Lists of the TRS family: paging in all its spellings, rows, titles, attachments, hostile bytes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import COLUMN, article, page, site_of, trs_site

from sample.sites import SITES
from sample.sites.server import Answer, Article
from scrape.archive import read_archive
from scrape.exchange import Exchange, Request
from scrape.families import ListPage, ListRequest, family
from scrape.source import SourceError

LIST = "http://127.0.0.2/zfxxgk/zfxxgknb/"


def read(html: str | bytes, page_number: int = 1) -> ListPage:
    body = html.encode() if isinstance(html, str) else html
    answer = Exchange(LIST, "2025-01-01T00:00:00Z", 200, {"content-type": "text/html"}, b"", b"", body)
    return family("trs").read_list(ListRequest(Request(LIST), page_number), answer)


def second_page(script: str) -> str | None:
    following = read(f"<script>{script}</script>").following
    return following[0].request.url.removeprefix(LIST) if following else None


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('createPageHTML(9, 0, "index", "html")', "index_1.html"),
        ('createPageHTML(89, 1,"index","shtml","black2",621)', "index_2.shtml"),
        ("createPageHTML('page_div',5, 1,'fg','shtml',89)", "fg_2.shtml"),
        ("createPageHTML('paging',25,1,'index','html',500)", "index_2.html"),
        ("createPageHTML('paging',25,0,'index','html',500)", "index_1.html"),
        ("pageControl(4, 0, \"index\", \"shtml\", 10, 'pages-nav')", "index_1.shtml"),
        ("var countPage = 19//共多少页\nvar currentPage = 0;document.write('index_'+i+'.htm')", "index_1.htm"),
        ("var countPage = 3;var currentPage=0;\ncreatePageHTML(countPage, currentPage, 'index', 'html')", "index_1.html"),
        ("Pager({size:25, current:0, prefix:'index',suffix:'htm'});", "index_1.htm"),
        ("Pager({size:25, current:1, prefix:'index',suffix:'htm'});", "index_2.htm"),
        ('createPageHTML(1, 0, "index", "html")', None),
        ('createPageHTML(0, 0, "index", "html")', None),
        ("", None),
    ],
)  # fmt: skip
def test_the_next_page_is_read_from_the_pager_call(script: str, expected: str | None) -> None:
    assert second_page(script) == expected


@pytest.mark.parametrize(
    "before",
    [
        "function createPageHTML(_n, _c, _s, _e){ if(_n<=1){return;} }",
        '// createPageHTML(7, 0, "old", "htm");',
        '/* createPageHTML(7, 0,\n "old", "htm"); */',
        '<!-- createPageHTML(7, 0, "old", "htm");',
        'var address = "http://a.example/"; // createPageHTML(7, 0, "old", "htm")',
        'createPageHTML(3, 0, "t20170102_12", "html");',
    ],
)
def test_definitions_dead_calls_and_pagers_of_long_articles_are_not_the_pager(before: str) -> None:
    assert second_page(f'{before}\ncreatePageHTML(2, 0, "index", "html");') == "index_1.html"


def test_a_pager_inside_an_html_comment_is_dead() -> None:
    html = '<!-- <script>createPageHTML(7,0,"old","htm")</script> -->'
    assert read(html).following == ()


def test_rows_in_nested_and_broken_comments_do_not_exist() -> None:
    row = '<li><a href="./202501/t20250115_{0}.html">示例县2024年政府信息公开工作年度报告</a></li>'
    html = f"<!-- a <!-- {row.format(1)} --> {row.format(2)} <!-- b -- > {row.format(3)} --> {row.format(4)}"
    assert [r.url[-6] for r in read(html).rows] == ["2", "4"]


@pytest.mark.parametrize(
    ("row", "title", "listed_on"),
    [
        ('<li><a href="t20250115_1.html">甲年报</a><span>2025-01-16</span></li>', "甲年报", "2025-01-16"),
        ('<li><span>[2025/01/16]</span><a href="t20250115_1.html">甲年报</a></li>', "甲年报", "2025-01-16"),
        ('<tr><td><a href="t20250115_1.html">甲年报</a></td><td>01-16</td></tr>', "甲年报", "2025-01-16"),
        ('<li><a href="t20250115_1.html">甲年报</a></li>', "甲年报", "2025-01-15"),
        ('<li><a href="t19700101_1.html">甲年报</a></li>', "甲年报", None),
        ('<li><a href="t1022160.shtml">甲年报</a><b>2025年1月6日</b></li>', "甲年报", "2025-01-06"),
        ('<li><a href="t20250115_1.html" title="甲县政府年报">甲县…</a></li>', "甲县政府年报", "2025-01-15"),
        ('<li><a href="t20250115_1.html" title="别的">甲 县\n年报</a></li>', "甲县年报", "2025-01-15"),
        ('<li><a href="./P020250116123.pdf">甲年报</a></li>', "甲年报", "2025-01-16"),
        ('<li><div><a href="t20250115_1.html">甲<!-- x -->年报</a></div><i>2025-01-16</i></li>', "甲年报", "2025-01-16"),
    ],
)  # fmt: skip
def test_a_row_gives_its_whole_title_and_its_date(row: str, title: str, listed_on: str | None) -> None:
    (found,) = read(f"<table><ul>{row}</ul></table>").rows
    assert (found.title, found.listed_on) == (title, listed_on)


@pytest.mark.parametrize(
    "name",
    [
        "t20250115_1.html",
        "t20250115_1_ext.html",
        "t1022160.shtml",
        "mt20250115_1.html",
        "mpost_2071569.html",
        "t20250115_1",
    ],
)
def test_articles_are_known_by_all_their_names(name: str) -> None:
    assert [row.url for row in read(f'<li><a href="./202501/{name}">甲年报</a></li>').rows] == [
        f"{LIST}202501/{name}"
    ]


def test_a_date_inside_the_link_is_no_part_of_the_title() -> None:
    (row,) = read('<li><a href="t20250115_1.html">甲年报<span class="date">2025/01/16</span></a></li>').rows
    assert (row.title, row.listed_on) == ("甲年报", "2025-01-16")


@pytest.mark.parametrize(
    "script",
    [
        'var url="./202501/t20250115_1.html"; var title="甲县年报"; document.write(url)',
        "var title='甲县年报';\nvar url = './202501/t20250115_1.html';",
        'var pageTitle="栏目"; var docurl="./202501/t20250115_1.html"; var doctitle="\\u7532县年报"; //var url="./202501/t20240115_2.html"',
        """document.write('<a href="./202501/t20250115_1.html" title="甲县年报">甲县…</a>');""",
        r'document.write("<a href=\"./202501/t20250115_1.html\">甲县年报<\/a>");',
    ],
)
def test_rows_that_a_script_writes_are_rows(script: str) -> None:
    (row,) = read(f"<ul><li><script>{script}</script><span>2025-01-17</span></li></ul>").rows
    assert (row.url, row.title) == (f"{LIST}202501/t20250115_1.html", "甲县年报")
    assert row.listed_on in {"2025-01-17", "2025-01-15"}


def test_several_rows_of_one_script_keep_apart() -> None:
    rows = "".join(
        f'var url="./202501/t2025010{n}_{n}.html";var title="第{n}年报";var pubdate="2025-02-0{n}";'
        for n in (1, 2, 3)
    )
    found = read(f"<div><script>{rows}</script>2024-12-31</div>").rows
    assert [(row.title, row.listed_on) for row in found] == [
        ("第1年报", "2025-02-01"),
        ("第2年报", "2025-02-02"),
        ("第3年报", "2025-02-03"),
    ]


def test_rows_in_a_scripts_comments_do_not_exist() -> None:
    html = '<script>// var url="./202501/t20250115_1.html"; var title="甲年报";\n/* var url="t20250115_2.html";var title="乙" */</script>'
    assert read(html).rows == ()


def test_rows_that_a_script_repeats_are_templates_whatever_their_address() -> None:
    html = '<li ms-repeat="list"><a href="./t20250115_1.html">甲</a></li><li v-for="el in list"><a href="t20250115_2.html">乙</a></li>'
    assert read(html).rows == ()


def test_a_list_behind_trsapi_says_how_many_rows_it_has() -> None:
    row = '<ul class="gl-ul"><li><a href="./202501/t20250115_1.htm" title="甲年报">甲</a></li></ul>'
    script = "<script>require(['list2.trsapi']);listModel({maxStaticIndex:7,pagebar:{prepage:10,recordCount:'213'}})</script>"
    found = read(row + script)
    assert (len(found.rows), found.total, found.following) == (1, 213, ())


@pytest.mark.parametrize(
    ("script", "total"),
    [
        ('createPageHTML(89, 0,"index","shtml","black2",621)', 621),
        ("createPageHTML('paging',25,1,'index','html',500)", 500),
        ('pageControl(4, 0, "index", "shtml", 10, \'pages-nav\')', None),
        ('createPageHTML(9, 0, "index", "html")', None),
    ],
)
def test_the_rows_a_pager_promises_are_told_where_it_counts_them(script: str, total: int | None) -> None:
    assert read(f"<script>{script}</script>").total == total


def test_bureaus_of_one_city_may_start_paging_at_different_numbers() -> None:
    assert second_page('createPageHTML(3, 0, "index", "html")') == "index_1.html"
    assert second_page('createPageHTML(3, 1, "index", "html")') == "index_2.html"


def test_template_rows_and_navigation_are_no_rows() -> None:
    html = '<li ms-repeat><a href="{{el.url}}">{{el.title}}</a></li><a href="/zfxxgk/zfxxgknb/">政府信息<br>公开年报</a>'
    assert read(html).rows == ()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=400),
    st.sampled_from(["<li><a href='t20250101_{n}.html'>甲", "createPageHTML(", "<!--", "]]>"]),
)
def test_no_bytes_make_a_list_fail(noise: bytes, piece: str) -> None:
    read(b"<script>" + noise + piece.encode() * 20 + noise + b"</script>" + piece.encode() * 20 + noise)


def test_a_list_that_never_closes_a_tag_is_read() -> None:
    # Deeper than Python's stack; and twice as deep takes four times as long if each row is read to the page's end.
    assert len(read(b"<div><a href=./t20250101_1.html>x" * 1500).rows) == 1


@pytest.mark.parametrize("pager", ["plain", "rows", "container", "variables", "pageControl", "object"])
@pytest.mark.parametrize("one_based", [False, True])
def test_every_report_on_every_page_is_archived(bench, pager: str, one_based: bool) -> None:
    site = trs_site(
        13, page_size=3, pager=pager, one_based=one_based, faults=frozenset({"commented_out_pager"})
    )
    sites = bench(site)
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 13)
    bodies = {
        document.url.removeprefix(sites.served.base_url(site) + "/"): document
        for document in read_archive(sites.archive)
    }
    assert {path: found.body for path, found in bodies.items()} == {a.path: a.body for a in site.articles}
    assert all(
        bodies[a.path].title == a.title and bodies[a.path].listed_on == a.listed_on for a in site.articles
    )


def test_a_list_whose_rows_are_written_by_scripts_is_read_to_its_end(bench) -> None:
    faults = frozenset({"rows_by_script", "template_rows", "commented_out_pager"})
    site = trs_site(12, page_size=5, faults=faults)
    sites = bench(site)
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12)
    assert {(d.title, d.listed_on) for d in read_archive(sites.archive)} == {
        (a.title, a.listed_on) for a in site.articles
    }
    assert not sites.asked("20250101_1")


@pytest.mark.parametrize("fault", ["missing_deep_pages", "stub_deep_pages"])
def test_a_list_that_breaks_off_ends_there_and_says_so(bench, fault: str) -> None:
    outcome = bench(trs_site(20, page_size=5, faults=frozenset({fault}))).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 10)
    assert "ends at page 2" in outcome.first["message"]


def test_lists_in_gbk_that_call_themselves_gb2312_keep_their_rare_characters(bench) -> None:
    title = "镕堃镇2024年政府信息公开工作年度报告"
    sites = bench(trs_site(charset="gb2312", articles=[article(1, title)]))
    assert sites.run().status == 0
    assert [document.title for document in read_archive(sites.archive)] == [title]


def test_titles_that_only_look_like_reports_are_passed_over(bench) -> None:
    decoys = [
        article(90 + n, title)
        for n, title in enumerate(
            ["2024年政府网站工作年度报表", "关于做好2024年政府信息公开工作年度报告编制的通知"]
        )
    ]
    sites = bench(trs_site(2, decoys=decoys))
    assert sites.run().first["reports"] == 2
    assert not sites.asked("t20250115_109")


def test_a_row_may_link_the_file_itself(bench) -> None:
    file = Article(
        f"{COLUMN}/202501/P020250115123.pdf",
        "示例县2024年政府信息公开年报",
        "2025-01-15",
        b"%PDF-1.4 x",
        "application/pdf",
    )
    sites = bench(trs_site(articles=[file]))
    assert sites.run().status == 0
    (document,) = read_archive(sites.archive)
    assert (document.body, document.media_type) == (b"%PDF-1.4 x", "application/pdf")


def test_files_beside_the_article_are_fetched_with_it_and_files_elsewhere_are_not(bench) -> None:
    links = '<a href="./P020250115001.docx">附件</a><a href="/zn/guide.pdf">指南</a><a href="P020250115001.docx">同上</a>'
    wrapper = article(1, body=page("见附件", links), attachments={"P020250115001.docx": b"PK\x03\x04 docx"})
    sites = bench(trs_site(articles=[wrapper]))
    assert sites.run().first["new"] == 2
    file, report = sorted(read_archive(sites.archive), key=lambda d: d.url.endswith("html"))
    assert (file.body, file.parent_url, file.title) == (b"PK\x03\x04 docx", report.url, wrapper.title)
    assert not sites.asked("guide")


def test_a_file_in_the_text_is_fetched_wherever_it_lies_and_a_guide_in_the_frame_is_not(bench) -> None:
    text = '<div class=TRS_Editor><p><a href="/upload/2025/nianbao.pdf">年报</a></p></div>'
    frame = '<div class="left"><a href="/zn/guide.pdf">指南</a></div>'
    wrapper = article(1, body=page("见附件", f'<div class="main">{frame}{text}</div>'))
    site = trs_site(articles=[wrapper], answers={"/upload/2025/nianbao.pdf": Answer(body=b"%PDF-1.4 x")})
    sites = bench(site)
    assert sites.run().first["new"] == 2
    assert not sites.asked("guide")


def test_a_long_article_is_fetched_with_the_pages_on_which_it_goes_on(bench) -> None:
    long = article(1)
    stem = long.path.rpartition("/")[2].removesuffix(".html")
    call = f'<script>createPageHTML(3, 0, "{stem}", "html");</script>'
    long.body = page("甲年报", call)
    parts = {
        f"/{COLUMN}/202502/{stem}_{n}.html": Answer(
            body=page(f"第{n}页"), headers={"Content-Type": "text/html"}
        )
        for n in (1, 2)
    }
    sites = bench(trs_site(articles=[long], answers=parts))
    outcome = sites.run()
    assert (outcome.status, outcome.first["new"], outcome.first["reports"]) == (0, 3, 1)
    (report,) = read_archive(sites.archive)
    assert report.parts == tuple(page(f"第{n}页") for n in (1, 2))
    assert [url.rpartition("/")[2] for url in report.part_urls] == [f"{stem}_1.html", f"{stem}_2.html"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('createPageHTML(3,0,"t20170102_12","html")', ["t20170102_12_1.html", "t20170102_12_2.html"]),
        ('createPageHTML(3,1,"t20170102_12","html")', ["t20170102_12_2.html", "t20170102_12_3.html"]),
        ('createPageHTML(1,0,"t20170102_12","html")', []),
        ('createPageHTML(9,0,"index","html")', []),
        ('createPageHTML(9,0,"t20170102_13","html")', []),
        ('// createPageHTML(3,0,"t20170102_12","html")', []),
        ('function createPageHTML(a,b,c,d){}', []),
    ],
)  # fmt: skip
def test_only_an_articles_own_pager_continues_it(call: str, expected: list[str]) -> None:
    address = f"{LIST}201701/t20170102_12.html"
    answer = Exchange(
        address, "", 200, {"content-type": "text/html"}, b"", b"", f"<script>{call}</script>".encode()
    )
    assert [part.rpartition("/")[2] for part in family("trs").further_pages(answer)] == expected


@pytest.mark.parametrize(
    ("html", "weight"),
    [
        ('<li><a href="./202501/t20250115_1.html">甲</a></li><script>createPageHTML(2,0,"index","html")</script>', 3),
        ('<li><a href="./202501/t20250115_1.html">甲</a></li>', 2),
        ('<li><a href="./t1022160.shtml">甲</a></li>', 1),
        ('<li><a href="http://www.elsewhere.gov.cn/t20250115_1.html">甲</a></li>', None),
        ('<li><a href="guide.pdf">甲</a></li><script>createPageHTML(2,0,"index","html")</script>', None),
        ("<script>createPageHTML('page_div',9,1,'list','shtml',99)</script><a href='/c1/202501/0123456789abcdef0123456789abcdef.shtml'>甲</a>", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_column_is_recognised_by_its_rows_and_the_surer_for_its_pager(
    html: str, weight: int | None
) -> None:
    answer = Exchange(LIST, "", 200, {"content-type": "text/html"}, b"", b"", html.encode())
    clue = family("trs").recognise(answer)
    assert (clue.weight if clue else None) == weight


@pytest.mark.parametrize("name", sorted(set(SITES) - {"trs"}))
def test_no_other_familys_list_is_taken_for_this_one_for_sure(name: str) -> None:
    for found in site_of(name, 12, page_size=5).list_pages().values():
        answer = Exchange(LIST, "", 200, {"content-type": "text/html"}, b"", b"", found.body)
        clue = family("trs").recognise(answer)
        assert clue is None or clue.weight < 3


def test_a_missing_attachment_is_named_and_asked_for_again_in_the_next_run(bench) -> None:
    wrapper = article(1, body=page("见附件", '<a href="./P020250115001.pdf">附件</a>'))
    site = trs_site(articles=[wrapper])
    sites = bench(site)
    first = sites.run()
    assert (first.status, first.first["failed"]) == (1, 1)
    assert "P020250115001.pdf: failed: HTTP 404" in first.err
    wrapper.attachments["P020250115001.pdf"] = b"%PDF-1.4"
    sites.served.update(site)
    second = sites.run()
    assert (second.status, second.first["new"], second.first["unchanged"]) == (0, 1, 1)


def test_a_list_without_rows_is_an_error_and_never_nothing_new(bench) -> None:
    outcome = bench(trs_site(articles=[])).run()
    assert outcome.status == 1
    assert "shows no documents" in outcome.err


def test_fewer_reports_than_expected_are_an_error_but_those_that_are_there_are_kept(bench) -> None:
    outcome = bench(trs_site(3), expect_at_least=4).run()
    assert (outcome.status, outcome.first["reports"], outcome.first["last_result"]) == (1, 3, "failed")
    assert "at least 4 are expected" in outcome.err


def test_a_failing_page_of_the_list_does_not_lose_the_pages_before_it(bench) -> None:
    site = trs_site(12, page_size=5, answers={f"/{COLUMN}/index_1.html": Answer(status=403)})
    outcome = bench(site).run()
    assert (outcome.status, outcome.first["reports"]) == (1, 5)
    assert "index_1.html: failed: HTTP 403" in outcome.err


def test_a_list_longer_than_max_pages_is_cut_and_reported(bench) -> None:
    outcome = bench(trs_site(30, page_size=5), max_pages=3).run()
    assert (outcome.status, outcome.first["reports"]) == (1, 15)
    assert "max_pages" in outcome.err


def test_an_unknown_family_names_the_known_ones() -> None:
    with pytest.raises(SourceError, match=r"known: .*trs"):
        family("hanweb-of-the-future")
