"""Lists of the VSB family: numbers that count down and move, markers, units, downloads without a name."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import article, page, site_of

from sample.sites.server import Answer
from scrape.archive import read_archive
from scrape.exchange import Exchange, Request
from scrape.families import Clue, ListPage, ListRequest, family

LIST = "https://www.example.gov.cn/xxgk/zfxxgknb.htm"


def exchange(html: str | bytes, url: str = LIST) -> Exchange:
    body = html.encode() if isinstance(html, str) else html
    return Exchange(url, "2025-01-01T00:00:00Z", 200, {"content-type": "text/html"}, b"", b"", body)


def read(html: str | bytes, asked: ListRequest | None = None) -> ListPage:
    asked = asked or ListRequest(Request(LIST))
    return family("vsb").read_list(asked, exchange(html, asked.request.url))


def following(html: str) -> str | None:
    found = read(html).following
    return found[0].request.url.removeprefix("https://www.example.gov.cn") if found else None


def row(number: int, unit: str = "u7", title: str = "甲年报") -> str:
    return f'<li id="line_{unit}_{number}"><a href="../info/1031/{number}.htm">{title}{number}</a><i>2025-01-15</i></li>'


@pytest.mark.parametrize("pager", ["spans", "table", "short"])
@pytest.mark.parametrize("faults", [set(), {"dynamic"}, {"unnumbered"}, {"hot_articles", "unnumbered"}])
def test_every_report_on_every_page_is_archived(bench, pager: str, faults: set[str]) -> None:
    outcome = bench(site_of("vsb", 13, page_size=3, pager=pager, faults=frozenset(faults))).run()
    assert (outcome.status, outcome.first["reports"], outcome.first["message"]) == (0, 13, ""), outcome.err


def test_pages_are_asked_for_by_numbers_that_count_down(bench) -> None:
    sites = bench(site_of("vsb", 23, page_size=5))
    sites.run()
    assert sites.asked("/zfxxgknb") == [
        "/zfxxgk/zfxxgknb.htm",
        *(f"/zfxxgk/zfxxgknb/{number}.htm" for number in (4, 3, 2, 1)),
    ]


@pytest.mark.parametrize(
    ("late", "pager"), [(1, "spans"), (2, "short"), (3, "spans"), (5, "short"), (8, "spans")]
)
def test_a_list_that_grows_while_it_is_read_loses_nothing_though_its_numbers_move(
    bench, late: int, pager: str
) -> None:
    site = site_of("vsb", 13 + late, page_size=3, pager=pager, late=late, faults=frozenset({"grows"}))
    outcome = bench(site).run()
    assert outcome.status == 0, outcome.err
    # What was added to the first page after that was read belongs to the next run.
    assert outcome.first["reports"] == 13 + late - min(late, site.page_size)


def test_a_list_that_has_grown_since_the_last_run_is_read_anew_at_its_new_numbers(bench) -> None:
    site = site_of("vsb", 10, page_size=5)
    more = [site.articles.pop() for _ in range(4)]
    sites = bench(site)
    assert sites.run().first["new"] == 6
    site.articles += more
    sites.served.update(site)
    outcome = sites.run()
    assert (outcome.status, outcome.first["new"], outcome.first["unchanged"]) == (0, 4, 6)


@pytest.mark.parametrize(
    ("foot", "expected"),
    [
        ("<span>共52条</span> <span>1/11</span>", "/xxgk/zfxxgknb/10.htm"),
        ("共 52 条 1/11", "/xxgk/zfxxgknb/10.htm"),
        ("<td>共52条&nbsp;&nbsp;1/2&nbsp;</td>", "/xxgk/zfxxgknb/1.htm"),
        ('<span>共52条</span><span>1/11</span><a class="Next" href="zfxxgknb/99.htm">下页</a>', "/xxgk/zfxxgknb/99.htm"),
        ('<span class="p_next p_fun"><a href="zfxxgknb/30.htm">&gt;</a></span>', "/xxgk/zfxxgknb/30.htm"),
        ('<span class="p_pages"><b class="p_no_d">1</b></span><a onclick="_simple_list_gotopage_fun(31,&quot;u7_goto&quot;,2)">跳转</a>', "/xxgk/zfxxgknb/30.htm"),
        ('<span class="p_pages"><b class="p_no_d">1</b></span><i>共31页</i>', "/xxgk/zfxxgknb/30.htm"),
        ("<span>共2条</span> <span>1/1</span>", None),
        ("<!-- 共52条 1/11 -->", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_next_page_is_the_one_that_the_pager_links_or_the_markers_count(
    foot: str, expected: str | None
) -> None:
    assert following(f"<ul>{row(1)}</ul><div>{foot}</div>") == expected


@pytest.mark.parametrize(
    "link", ["../tzgg/10.htm", "https://www.example.cn/xxgk/zfxxgknb/10.htm", "/index.htm"]
)
def test_a_next_link_into_another_column_is_not_followed(link: str) -> None:
    assert following(f'<ul>{row(1)}</ul><a class="Next" href="{link}">下页</a>') is None


def test_a_pager_that_leads_back_ends_the_list() -> None:
    first = read(f'{row(1)}<a class="Next" href="zfxxgknb/3.htm">下页</a>')
    assert read(f'{row(2)}<a class="Next" href="3.htm">下页</a>', first.following[0]).following == ()


def test_a_month_and_day_beside_a_row_is_no_place_in_the_list() -> None:
    assert following(f"<ul>{row(1)}<li>01/15</li></ul><span>共1条</span>") is None


def test_the_markers_give_the_number_of_rows_and_of_pages() -> None:
    found = read(f"<ul>{row(1)}</ul><span>共52条</span> <span>1/11</span>")
    assert (found.total, found.pages) == (52, 11)


def test_a_numbered_list_of_another_column_on_the_page_is_left_out() -> None:
    pager = '<a onclick="_simple_list_gotopage_fun(2,&quot;u7_goto&quot;,2)">跳转</a>'
    found = read(f"<ul>{row(9, 'u3')}</ul><ul>{row(1)}{row(2)}</ul>{pager}")
    assert [one.title for one in found.rows] == ["甲年报1", "甲年报2"]


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("../info/1031/12345.htm", "/info/1031/12345.htm"),
        ("/info/1031/12345.htm", "/info/1031/12345.htm"),
        ("../content.jsp?urltype=news.NewsContentUrl&wbtreeid=1031&wbnewsid=9", "/content.jsp?urltype=news.NewsContentUrl&wbtreeid=1031&wbnewsid=9"),
        ("xxgk_content.jsp?urltype=news.NewsContentUrl&wbtreeid=1031&wbnewsid=9", "/xxgk/xxgk_content.jsp?urltype=news.NewsContentUrl&wbtreeid=1031&wbnewsid=9"),
        ("/Content-2786531.html", "/Content-2786531.html"),
        ("/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=2", "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=2"),
        ("/__local/8/E0/8B/2024.pdf", "/__local/8/E0/8B/2024.pdf"),
    ],
)  # fmt: skip
def test_rows_without_numbers_are_known_by_their_addresses(href: str, expected: str) -> None:
    html = (
        f'<a href="/xxgk/zn.htm">指南</a><ul><li><a href="{href}">甲年报</a><span>2025-01-15</span></li></ul>'
    )
    (found,) = read(html).rows
    assert (found.url, found.listed_on) == (f"https://www.example.gov.cn{expected}", "2025-01-15")


def test_rows_that_a_template_left_unfilled_are_none() -> None:
    assert read('<li id="line_u7_0"><a href="${url}">${title}</a></li>').rows == ()


def test_a_row_with_a_link_to_its_class_gives_the_article() -> None:
    html = '<li id="line_u7_0"><a href="../tzgg.htm">通知公告与政府信息公开</a><a href="../info/1031/1.htm">甲年报</a></li>'
    assert [one.url[-16:] for one in read(html).rows] == ["/info/1031/1.htm"]


def test_downloads_without_an_extension_are_fetched_from_below_the_text(bench) -> None:
    download = "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=77"
    form = (
        '<form name="_newscontent_fromname"><div><div id="vsb_content"><p>见附件。</p></div></div>'
        f'<ul><li>附件【<a href="{download.replace("&", "&amp;")}">2024年报</a>】已下载次</li></ul></form>'
        '<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&amp;wbfileid=1">政府信息公开指南</a>'
    )
    file = Answer(
        body=b"%PDF-1.4 x",
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Disposition": 'attachment; filename="2024.pdf"',
        },
    )
    site = site_of("vsb", articles=[article(1, body=page("见附件", form))])
    site.answers["/system/_content/download.jsp"] = file
    sites = bench(site)
    outcome = sites.run()
    assert (outcome.status, outcome.first["new"]) == (0, 2), outcome.err
    assert [d.url for d in read_archive(sites.archive) if d.body == b"%PDF-1.4 x"] == [
        sites.served.base_url(site) + download
    ]


def test_a_pdf_that_only_a_script_shows_is_an_attachment() -> None:
    script = 'showVsbpdfIframe("/__local/2/30/25/report.pdf","100%","600","0","","");'
    html = f'<form name="_newscontent_fromname"><div id="vsb_content"><script>{script}// {script.replace("2/30", "0/0")}</script></div></form>'
    assert family("vsb").attachments(exchange(html)) == (
        "https://www.example.gov.cn/__local/2/30/25/report.pdf",
    )


@pytest.mark.parametrize(
    ("html", "weight"),
    [
        (row(1), 3),
        ('<a href="/info/1/2.htm">甲</a><script>_simple_list_gotopage_fun(3,"u7_goto",2)</script>', 3),
        ('<a href="/info/1/2.htm">甲</a>', 2),
        ("<!--Announced by Visual SiteBuilder 9-->", 1),
        ('<a href="./202501/t20250115_1.html">甲</a>', None),
    ],
)
def test_a_list_is_recognised_by_its_own_mechanism_first(html: str, weight: int | None) -> None:
    clue = family("vsb").recognise(exchange(html))
    assert (clue.weight if isinstance(clue, Clue) else None) == weight
    assert clue is None or clue.list == LIST


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["<li id=line_u7_1><a href='../info/1/2.htm'>甲", "共9条 1/", "下页", "<a class=Next href="]
    ),
)
def test_no_bytes_make_a_list_fail(noise: bytes, piece: str) -> None:
    body = noise + piece.encode() * 20 + noise
    first = read(body)
    for asked in first.following:
        read(body, asked)
    family("vsb").recognise(exchange(body))
    family("vsb").attachments(exchange(body))


def test_a_list_that_never_closes_a_tag_is_read() -> None:
    assert len(read(b"<div id=line_u7_1><a href=/info/1/1.htm>x" * 1000).rows) == 1
