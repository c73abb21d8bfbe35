"""Lists of the TRS family: paging in all its spellings, rows, titles, attachments, hostile bytes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import COLUMN, article, page, trs_site

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
    # Takes a second; and the better part of an hour if each row is read to the page's end.
    assert len(read(b"<div><a href=./t20250101_1.html>x" * 4000).rows) == 1


@pytest.mark.parametrize("pager", ["plain", "rows", "container", "variables", "pageControl"])
@pytest.mark.parametrize("one_based", [False, True])
def test_every_report_on_every_page_is_archived(bench, pager: str, one_based: bool) -> None:
    site = trs_site(
        23, page_size=5, pager=pager, one_based=one_based, faults=frozenset({"commented_out_pager"})
    )
    sites = bench(site)
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 23)
    bodies = {
        document.url.removeprefix(sites.served.base_url(site) + "/"): document
        for document in read_archive(sites.archive)
    }
    assert {path: found.body for path, found in bodies.items()} == {a.path: a.body for a in site.articles}
    assert all(
        bodies[a.path].title == a.title and bodies[a.path].listed_on == a.listed_on for a in site.articles
    )


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
    with pytest.raises(SourceError, match="known: trs"):
        family("hanweb-of-the-future")
