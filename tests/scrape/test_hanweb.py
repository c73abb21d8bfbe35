"""Columns of Hanweb JCMS: records in a script, groups from dataproxy.jsp, servers that mind only the page."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import COLUMN, Bench, page, site_of

from sample.sites.hanweb import HanwebSite, column_number
from scrape.archive import read_archive
from scrape.exchange import Exchange, Request
from scrape.families import FAMILIES, Clue, ListPage, ListRequest
from scrape.source import Source

HOST = "http://127.0.0.2"
LIST = f"{HOST}/col/col1234/index.html"
PROXY = "/module/web/jpage/dataproxy.jsp"
LINK = f'<a href="{PROXY}?page=1&appid=1&webid=3&path=/&columnid=1234&unitid=99&permissiontype=0"></a>'


def exchange(html: str | bytes, address: str = LIST) -> Exchange:
    body = html.encode() if isinstance(html, str) else html
    return Exchange(address, "2025-01-01T00:00:00Z", 200, {"content-type": "text/html"}, b"", b"", body)


def source(**options: str | int) -> Source:
    return Source("example", "示例县", "990101", "hanweb", (LIST,), frozenset({"127.0.0.2"}), options=options)


def read(html: str | bytes, **options: str | int) -> ListPage:
    family = FAMILIES["hanweb"]
    return family.read_list(family.start(LIST, source(**options)), exchange(html))


def recognised(html: str, address: str = LIST) -> Clue | None:
    return FAMILIES["hanweb"].recognise(exchange(html, address))


def store(*records: str, link: str = LINK) -> str:
    written = "".join(f"<record><![CDATA[{record}]]></record>" for record in records)
    return (
        '<script type="text/xml"><datastore><nextgroup><![CDATA['
        f"{link}]]></nextgroup><recordset>{written}</recordset></datastore></script>"
    )


def row(number: int, column: int = 1234) -> str:
    return f'<li><a href="/art/2025/1/15/art_{column}_{number}.html">甲县年报{number}</a></li>'


def site(reports: int, *faults: str, **more: object) -> HanwebSite:
    found = site_of("hanweb", reports, page_size=5, faults=frozenset(faults), **more)
    assert isinstance(found, HanwebSite)
    return found


def groups(sites: Bench) -> list[tuple[str, str]]:
    """How the interface was asked, in order: the method and the query."""
    return [(seen.method, seen.query) for seen in sites.served.requests if "dataproxy" in seen.path]


def test_groups_are_asked_for_by_record_numbers_as_the_pages_own_call_does(bench) -> None:
    sites = bench(site(40))
    assert sites.run().first["reports"] == 40
    assert groups(sites) == [
        ("POST", "startrecord=16&endrecord=30&perpage=5"),
        ("POST", "startrecord=31&endrecord=45&perpage=5"),
    ]


def test_a_list_that_is_whole_in_the_first_page_asks_for_no_group(bench) -> None:
    sites = bench(site(15))
    assert sites.run().first["reports"] == 15
    assert groups(sites) == []


def test_a_page_without_a_call_is_continued_by_the_link_to_its_next_group(bench) -> None:
    sites = bench(site(46, "no_call"))
    assert sites.run().first["reports"] == 46
    assert {method for method, _ in groups(sites)} == {"GET"}
    assert [query.partition("&")[0] for _, query in groups(sites)] == ["page=1", "page=2", "page=3"]


def test_a_page_without_a_link_to_its_next_group_is_continued_by_its_call(bench) -> None:
    sites = bench(site(31, "no_link"))
    assert sites.run().first["reports"] == 31


@pytest.mark.parametrize("more", [(), ("no_link",), ("no_total",)])
def test_a_server_that_minds_only_the_page_is_noticed_and_asked_by_pages(
    bench, more: tuple[str, ...]
) -> None:
    sites = bench(site(46, "page_only", *more))
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 46), outcome.err
    assert [method for method, _ in groups(sites)][:2] == ["POST", "GET"]


def test_a_server_that_gives_fewer_records_than_asked_for_loses_none(bench) -> None:
    sites = bench(site(33, "cut_groups"))
    assert sites.run().first["reports"] == 33
    assert [query.partition("&")[0] for _, query in groups(sites)] == [
        "startrecord=16",
        "startrecord=21",
        "startrecord=26",
        "startrecord=31",
    ]


def test_a_server_that_gives_the_first_rows_for_ever_is_left_and_the_missing_rows_are_told(bench) -> None:
    sites = bench(site(40, "stuck"))
    outcome = sites.run()
    assert outcome.first["reports"] == 15
    assert len(groups(sites)) <= 3
    assert "promises 40 rows and shows 15" in outcome.first["message"]


def test_a_list_that_never_says_how_long_it_is_is_read_to_its_end(bench) -> None:
    sites = bench(site(46, "no_total"))
    assert sites.run().first["reports"] == 46


def test_enciphered_columns_are_continued_by_their_links_as_given_until_the_empty_answer(bench) -> None:
    sites = bench(site(52, "encrypted"))
    outcome = sites.run()
    assert outcome.status == 0
    assert outcome.first["reports"] == 30
    assert "is empty" in outcome.first["message"]
    assert "promises 52 rows and shows 30" in outcome.first["message"]


def test_a_unit_of_another_column_on_the_page_is_not_read(bench) -> None:
    sites = bench(site(31, "two_units"))
    assert sites.run().first["reports"] == 31
    assert not sites.asked("art_777_")
    assert len(groups(sites)) == 2


def test_two_units_of_one_column_are_both_read_to_their_ends(bench) -> None:
    sites = bench(site(70, "shared_units"))
    assert sites.run().first["reports"] == 70


def test_a_source_can_name_the_unit_that_is_the_list(bench) -> None:
    sites = bench(site(40, "shared_units"), options={"unit": column_number(COLUMN) + 2})
    assert sites.run().first["reports"] == 20


def test_a_list_address_that_names_its_unit_means_that_unit() -> None:
    html = store(row(1)) + store(row(2), link=LINK.replace("99", "98"))
    family = FAMILIES["hanweb"]
    first = family.start(f"{LIST}?uid=98&pageNum=3", source())
    assert [found.title for found in family.read_list(first, exchange(html)).rows] == ["甲县年报2"]


def test_the_list_is_always_named_as_referer(bench) -> None:
    sites = bench(site(17, "referer"))
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 17), outcome.err


@pytest.mark.parametrize("proxy", ["/module/web/jpage/dataproxy.jsp", "/module/jpage/dataproxy.jsp"])
@pytest.mark.parametrize("kind", ["li", "tr"])
def test_records_are_list_items_or_table_rows_at_either_address_of_the_interface(
    bench, proxy: str, kind: str
) -> None:
    site_ = site(17, proxy=proxy, row=kind)
    sites = bench(site_)
    assert sites.run().first["reports"] == 17
    listed = {d.title: d.listed_on for d in read_archive(sites.archive)}
    assert listed == {a.title: a.listed_on for a in site_.articles}
    assert {seen.path for seen in sites.served.requests if "dataproxy" in seen.path} == {proxy}


@pytest.mark.parametrize("fault", ["html_answers", "dated_links", "hot_articles"])
def test_answers_that_call_themselves_html_dates_inside_links_and_boxes_beside_do_no_harm(
    bench, fault: str
) -> None:
    site_ = site(17, fault)
    sites = bench(site_)
    assert sites.run().first["reports"] == 17
    assert {d.title for d in read_archive(sites.archive)} == {a.title for a in site_.articles}
    assert not sites.asked("art_777_")


def test_a_shell_whose_list_stands_in_a_frame_of_the_same_host_is_followed_into_it(bench) -> None:
    sites = bench(site(17, "iframe"))
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 17), outcome.err
    assert not sites.asked("tree.jsp")


@pytest.mark.parametrize(
    "frames",
    ['<iframe src="//other.example.gov.cn/col/col1/"></iframe>',
     '<iframe src="/col/a.html"></iframe><iframe src="/col/b.html"></iframe>',
     '<iframe src="/visitcount.jsp"></iframe>'],
)  # fmt: skip
def test_frames_of_other_hosts_counters_and_several_frames_are_not_followed(frames: str) -> None:
    assert read(frames) == ListPage(())


def test_pages_whose_rows_stand_in_the_page_are_turned_by_their_page_number(bench) -> None:
    sites = bench(site(23, "static"))
    assert sites.run().first["reports"] == 23
    assert not sites.asked("art_777_")


def test_page_numbers_in_links_are_not_followed_where_the_records_stand_in_a_script() -> None:
    # Such a page reads its number in the browser; the server gives the first rows whatever it says.
    html = store(row(1)) + '<a href="?uid=99&pageNum=2">2</a>'
    assert [asked.request.url for asked in read(html).following] == [
        f"{HOST}{PROXY}?page=1&appid=1&webid=3&path=/&columnid=1234&unitid=99&permissiontype=0"
    ]


@pytest.mark.parametrize(
    ("path", "listed_on"),
    [
        ("/art/2024/1/5/art_1234_1.html", "2024-01-05"),
        ("/art/2018/2/28/art_46355_1634538", "2018-02-28"),
        ("/art/2024/art_0123456789abcdef0123456789abcdef.html", None),
        ("/col/4039_446643/art/17/56789.html", None),
    ],
)
def test_every_shape_of_an_articles_address_is_a_row(path: str, listed_on: str | None) -> None:
    (found,) = read(store(f'<li><a href="{path}">甲县年报</a></li>')).rows
    assert (found.url, found.listed_on) == (HOST + path, listed_on)


def test_a_record_gives_its_whole_title_and_shown_date_and_not_its_columns_link() -> None:
    record = (
        '<tr><td><a href="/col/col1234/index.html">年报</a></td><td><a href="/art/2025/1/15/art_1234_7.html"'
        ' title="甲县2024年政府信息公开工作年度报告">甲县2024年...</a></td><td>[2025-01-20]</td></tr>'
    )
    (found,) = read(store(record)).rows
    assert (found.title, found.listed_on) == ("甲县2024年政府信息公开工作年度报告", "2025-01-20")


def test_template_rows_and_records_in_comments_do_not_exist() -> None:
    template = '<li><a href="{{el.url}}">{{el.title}}</a></li>'
    html = f"<!-- {store(row(1))} -->{store(template, row(2))}"
    assert [found.title for found in read(html).rows] == ["甲县年报2"]


def test_a_group_with_its_records_escaped_instead_of_in_cdata_is_read() -> None:
    html = store(row(1)).replace(f"<![CDATA[{row(1)}]]>", row(1).replace("<", "&lt;").replace(">", "&gt;"))
    assert [found.title for found in read(html).rows] == ["甲县年报1"]


def test_a_dead_call_of_jpage_in_a_comment_is_not_the_pages_call() -> None:
    html = (
        store(row(1))
        + "<script>// $('#99').jpage({perPage:5, ajaxParam:{columnid:1234,unitid:99}});</script>"
    )
    (following,) = read(html).following
    assert following.request.method == "GET"


def test_a_column_is_recognised_by_its_datastore_with_its_number_and_without_its_page_number() -> None:
    clue = recognised(store(row(1)), f"{LIST}?uid=99&pageNum=4")
    assert clue == Clue(3, "the page has the datastore of Hanweb's jpage with column 1234", f"{LIST}?uid=99")


@pytest.mark.parametrize(
    ("html", "weight"),
    [
        (f"<ul>{row(1)}</ul>", 2),
        ("<p>Produced By 大汉网络 大汉版通发布系统</p>", 1),
        ('<ul><li><a href="./t20250115_1.html">甲县年报</a></li></ul>', None),
        ("<p>art</p>", None),
    ],
)
def test_addresses_and_the_vendors_name_are_weaker_clues(html: str, weight: int | None) -> None:
    clue = recognised(html)
    assert (clue.weight if clue else None) == weight


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=300),
    st.sampled_from(["<record><![CDATA[<li><a href='/art/1'>甲", "]]>", "<nextgroup>"]),
)
def test_no_bytes_make_a_list_fail(noise: bytes, piece: str) -> None:
    body = b"<script><datastore>" + noise + piece.encode() * 20 + noise
    first = read(body)
    for following in first.following:
        FAMILIES["hanweb"].read_list(following, exchange(body + noise))
    recognised(body.decode("utf-8", "replace"))


def test_a_group_is_read_whatever_its_page_and_memory_are_worth() -> None:
    asked = ListRequest(Request(LIST), 7, "not a memory of this family")
    assert FAMILIES["hanweb"].read_list(asked, exchange(store(row(1)))).rows[0].title == "甲县年报1"


def test_files_attached_by_the_vendors_download_address_belong_to_the_report() -> None:
    link = '<div id="zoom"><a href="/module/download/downfile.jsp?classid=0&filename=a1.pdf">附件</a></div>'
    found = FAMILIES["hanweb"].attachments(exchange(page("见附件", link)))
    assert found == (f"{HOST}/module/download/downfile.jsp?classid=0&filename=a1.pdf",)
