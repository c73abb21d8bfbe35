"""Lists of the UCAP family: static pages, lists as JSON by either interface, and pages that are half of each."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import article

from sample.sites.server import Answer
from sample.sites.ucap import CHANNEL, UcapSite
from scrape.archive import read_archive
from scrape.exchange import Exchange
from scrape.families import ListPage, family, family_of
from scrape.source import Source, SourceError, source_of

COLUMN = "slx/gknb"
ROOT = "http://127.0.0.2"
LIST = f"{ROOT}/slx/c100186/list.shtml"
UCAP = family("ucap")
HEX = "7184e644d2c74d64a36838e538715f81"
META = f'<meta name="channelid" content="{CHANNEL}">'


def ucap_site(reports: int = 3, *faults: str, **more: Any) -> UcapSite:
    articles = [article(number) for number in range(reports)]
    for number, found in enumerate(articles):
        found.path = UcapSite.article_path(COLUMN, number, found.listed_on)
    return UcapSite("example", "示例县人民政府", "990101", COLUMN, articles, faults=frozenset(faults), **more)


def answered(body: str | bytes, url: str = LIST, kind: str = "text/html") -> Exchange:
    body = body.encode() if isinstance(body, str) else body
    return Exchange(url, "2025-01-01T00:00:00Z", 200, {"content-type": kind}, b"", b"", body)


def read(html: str | bytes, url: str = LIST, **options: str) -> ListPage:
    source = Source("example", "示例县", "990101", "ucap", (url,), frozenset({"127.0.0.2"}), options=options)
    return UCAP.read_list(UCAP.start(url, source), answered(html, url))


def asked_of(found: ListPage) -> str | None:
    return found.following[0].request.url.removeprefix(ROOT) if found.following else None


def row(path: str = f"/slx/c100186/202501/{HEX}.shtml", title: str = "甲年报", more: str = "") -> str:
    return f'<li><a href="{path}">{title}</a>{more}</li>'


def listed(*rows: str, foot: str = "") -> str:
    return f"<html><head>{{}}</head><body><ul>{''.join(rows)}</ul>{foot}</body></html>"


# Static pages


@pytest.mark.parametrize(
    ("call", "second", "pages", "total"),
    [
        ("createPageHTML('page_div', 5, 1, 'list', 'shtml', 89)", "list_2.shtml", 5, 89),
        ("createPageHTML('page_div',10, 1,'xlist','shtml',189);", "xlist_2.shtml", 10, 189),
        ('createPageHTML("page_div",22,1,"common_list","shtml",325)', "common_list_2.shtml", 22, 325),
        ("createPageHTML('page_div',2,1,'xxgk_list','shtml')", "xxgk_list_2.shtml", 2, None),
        ("createPageHTML('page_div',1, 1,'xlist','shtml',5)", None, 1, 5),
        ("// createPageHTML('page_div',7,1,'old','shtml',99)", None, None, None),
    ],
)
def test_static_pages_are_named_by_the_pager_and_counted_from_one(
    call: str, second: str | None, pages: int | None, total: int | None
) -> None:
    found = read(listed(row(), foot=f"<script>{call}</script>"))
    assert len(found.rows) == 1
    assert asked_of(found) == (second and f"/slx/c100186/{second}")
    assert (found.pages, found.total) == (pages, total)


@pytest.mark.parametrize(
    "path",
    [
        f"/slx/c100186/202501/{HEX}.shtml",
        "/slx/c100186/202501/c00_31702583.shtml",
        "/slx/c100186/202501/c01_12.shtml",
        "/slx/c100186/202501/174316729.shtml",
        "/slx/c100186/c7543210/content.shtml",
        f"/slx/c100186/2025-01/29/content_{HEX}.shtml",
        f"/slx/c100186/202501/{HEX}/files/{HEX}.pdf",
    ],
)
def test_articles_and_files_are_rows_in_all_their_spellings(path: str) -> None:
    (found,) = read(listed(row(path, more="<span>2025-01-16</span>"))).rows
    assert (found.url, found.title, found.listed_on) == (ROOT + path, "甲年报", "2025-01-16")


def test_a_date_inside_the_link_is_no_part_of_the_title() -> None:
    inside = f'<a href="/slx/c100186/202501/{HEX}.shtml"><p>示例县2024年年报<span>2025-01-16</span></p></a>'
    (found,) = read(listed(f"<li>{inside}</li>")).rows
    assert (found.title, found.listed_on) == ("示例县2024年年报", "2025-01-16")


def test_template_rows_and_navigation_are_no_rows() -> None:
    rows = ['<li><a href="{{el.url}}">{{el.title}}</a></li>', '<li><a href="<?=el.url?>">x</a></li>']
    rows += [row("/slx/c100186/list.shtml", "政府信息公开年报"), row("/slx/index.shtml", "首页")]
    assert read(listed(*rows)).rows == ()


def test_links_beside_the_list_to_other_columns_are_no_rows() -> None:
    hot = [row(f"/slx/c100001/202501/{HEX[:-2]}{n}.shtml", f"热点{n}") for n in range(10, 20)]
    html = f"<ul>{''.join(hot)}</ul><ul>{row()}</ul><p><a href='/slx/zn/guide.pdf'>指南</a></p>"
    assert [found.title for found in read(html).rows] == ["甲年报"]


def test_a_list_keeps_the_rows_of_the_columns_it_gathers() -> None:
    gathered = [row(f"/slx/c10020{n}/202501/{HEX[:-1]}{n}.shtml", f"第{n}局年报") for n in range(3)]
    assert len(read(listed(row(), *gathered)).rows) == 4
    pager = "<script>createPageHTML('page_div', 1, 1, 'xxgk_list', 'shtml', 3)</script>"
    assert len(read(listed(*gathered, foot=pager), f"{ROOT}/slx/gknb/xxgk_list.shtml").rows) == 3


def test_articles_of_other_columns_on_a_page_without_a_pager_are_not_the_list() -> None:
    html = listed(row("/slx/c100001/202501/" + HEX + ".shtml"))
    assert read(html).rows == ()
    found = read(META + html)
    assert (found.rows, len(found.following)) == ((), 1)


def test_the_last_page_of_a_list_does_not_drift_to_what_stands_beside_it() -> None:
    hot = "".join(row(f"/slx/c100001/202501/{HEX[:-2]}{n}.shtml", f"热点{n}") for n in range(10, 20))
    address = f"{ROOT}/slx/gknb/list.shtml"
    body = "<ul>{}</ul><ul>{}</ul><script>createPageHTML('page_div', 2, 1, 'list', 'shtml', 13)</script>"
    ours = "".join(row(f"/slx/c100186/202501/{HEX[:-2]}{n}.shtml", f"年报{n}") for n in range(20, 32))
    first = read(body.format(hot, ours), address)
    assert len(first.rows) == 12
    (second,) = first.following
    last = UCAP.read_list(second, answered(body.format(hot, row(title="最后一份年报")), second.request.url))
    assert [found.title for found in last.rows] == ["最后一份年报"]
    only_beside = UCAP.read_list(second, answered(body.format(hot, ""), second.request.url))
    assert only_beside.rows == ()


# JSON


@pytest.mark.parametrize("interface", ["common/search", "search", "searchList"])
def test_the_interface_is_the_one_that_the_script_asks(interface: str) -> None:
    dead = "// '/oldsearch/' + _id + '?_isAgg=true'\n/* $.get('/x/search/' + _id + '?_isJson=true') */"
    script = f"<script>{dead}\n$.get('/{interface}/' + _id + '?_isAgg=true&_isJson=true&page=' + n)</script>"
    found = read(f"<html><head>{META}</head><body>{script}</body></html>")
    expected = f"/{interface}/{CHANNEL}?_isAgg=true&_isJson=true&_pageSize=18&_template=index"
    assert asked_of(found) == expected + "&_rangeTimeGte=&_channelName=&page=1"
    assert found.following[0].request.headers["Referer"] == LIST


@pytest.mark.parametrize("name", ["channelId", "channelid", "ChannelId"])
def test_the_channel_is_read_from_the_meta_tag_however_it_is_spelled(name: str) -> None:
    found = read(f'<html><head><meta name="{name}" content="{CHANNEL}"></head></html>')
    assert str(asked_of(found)).startswith(f"/common/search/{CHANNEL}?")


@pytest.mark.parametrize("content", ["", "网站栏目标识", "UC_x5XG1OV2P6uZZ5FSM9Ttw", "b568407e-d7e6-4c2d-9c69-533076897ed8"])  # fmt: skip
def test_what_is_no_channel_is_not_asked_for(content: str) -> None:
    assert read(f'<html><head><meta name="channelId" content="{content}"></head></html>').following == ()


def test_a_source_may_name_the_interface_and_no_other_option() -> None:
    assert str(asked_of(read(f"<head>{META}</head>", interface="searchList"))).startswith(
        f"/searchList/{CHANNEL}?"
    )
    given = {"name": "a", "region": "990101", "family": "ucap", "list": LIST, "options": {"api": "search"}}
    with pytest.raises(SourceError, match="known: interface"):
        family_of(source_of(given, "a.toml"))


def test_rows_that_stand_in_the_page_with_a_pager_are_not_asked_for_again_as_json() -> None:
    foot = "<script>createPageHTML('page_div',1,1,'list','shtml',1);'/search/'+_id+'?_isJson=true'</script>"
    assert read(META + listed(row(), foot=foot)).following == ()
    assert read(META + listed(row())).following == ()


def json_page(*results: Any, **more: Any) -> ListPage:
    (request,) = read(f"<head>{META}</head>").following
    told = json.dumps({"data": {"results": results, **more}})
    return UCAP.read_list(request, answered(told, request.request.url, "application/json"))


def test_a_row_told_as_json_is_whole() -> None:
    told = {
        "title": "示例县<em>2024</em>年年报&nbsp;",
        "url": f"//127.0.0.2/slx/c1/202501/{HEX}.shtml",
        "publishedTimeStr": "2025-01-16 17:18:49",
    }
    found = json_page(told, None, {}, {"title": "无址"}, {"url": "/a"}, total=1, rows=18, page=1)
    assert [(r.url, r.title, r.listed_on) for r in found.rows] == [
        (f"{ROOT}/slx/c1/202501/{HEX}.shtml", "示例县2024年年报", "2025-01-16")
    ]
    assert (found.following, found.total) == ((), 1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=300),
    st.sampled_from(
        [
            b"createPageHTML('page_div',9,1,'list','shtml'",
            b"[" * 3000,
            b'{"data":{"results":[{',
            META.encode(),
        ]
    ),
)
def test_no_bytes_make_a_list_fail(noise: bytes, piece: bytes) -> None:
    body = b"<script>" + noise + piece + b"</script>" + piece * 20 + noise
    found = read(body)
    UCAP.recognise(answered(body))
    for request in found.following:
        UCAP.read_list(request, answered(noise + piece))


def test_a_list_that_never_closes_a_tag_is_read() -> None:
    # Deeper than Python's stack; and twice as deep takes four times as long if each row is read to the page's end.
    assert len(read(f"<div><a href=/slx/c100186/202501/{HEX}.shtml>x".encode() * 1500).rows) == 1


# Whole sites


LISTINGS = [
    {"listing": "static"},
    {"listing": "static", "stem": "xlist"},
    {"listing": "json"},
    {"listing": "json", "interface": "search"},
    {"listing": "json", "interface": "searchList"},
    {"listing": "json", "interface": "getFileListByCodeId"},
    {"listing": "rendered"},
    {"listing": "rendered", "interface": "getFileListByCodeId"},
]


@pytest.mark.parametrize("how", LISTINGS, ids=lambda how: "-".join(how.values()))
def test_every_report_of_a_list_is_archived_however_the_list_comes(bench, how: dict[str, str]) -> None:
    faults = ("hot_articles", "template_rows", "commented_out_pager", "date_in_link")
    site = ucap_site(13, *faults, page_size=3, **how)
    sites = bench(site)
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 13), outcome.err
    found = {d.title: (d.body, d.listed_on) for d in read_archive(sites.archive)}
    assert found == {a.title: (a.body, a.listed_on) for a in site.articles}
    assert not sites.asked("c100001")


@pytest.mark.parametrize("fault", ["interface_in_script", "interface_untold", "id_in_script"])
@pytest.mark.parametrize("listing", ["json", "rendered"])
def test_the_interface_is_found_where_the_page_itself_does_not_name_it(
    bench, fault: str, listing: str
) -> None:
    interface = "common/search" if fault == "interface_untold" else "searchList"
    outcome = bench(ucap_site(12, fault, listing=listing, interface=interface, page_size=5)).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12), outcome.err


def test_an_interface_that_gives_fewer_rows_than_asked_for_is_read_to_its_total(bench) -> None:
    sites = bench(ucap_site(23, listing="json", page_size=7))
    assert sites.run().first["reports"] == 23
    assert len(sites.asked("/common/search/")) == 4


def test_an_interface_that_gives_its_first_page_for_ever_is_left_after_the_second(bench) -> None:
    sites = bench(ucap_site(23, "ignores_page", listing="json", page_size=10))
    outcome = sites.run()
    assert outcome.first["reports"] == 10
    assert len(sites.asked("/common/search/")) == 2
    assert "promises 23 rows and shows 10" in outcome.first["message"]


def test_a_list_that_breaks_off_ends_there_and_says_what_it_still_owes(bench) -> None:
    outcome = bench(ucap_site(20, "missing_deep_pages", page_size=5)).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 10)
    assert "ends at page 2" in outcome.first["message"]
    assert "promises 20 rows and shows 10" in outcome.first["message"]


def test_rows_in_the_page_are_kept_when_the_interface_for_the_others_is_missing(bench) -> None:
    gone = {f"/common/search/{CHANNEL}": Answer(status=404)}
    outcome = bench(ucap_site(12, listing="rendered", page_size=5, answers=gone)).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 5)
    assert "ends at page 1" in outcome.first["message"]


def test_an_interface_behind_a_challenge_is_blocked_and_not_an_empty_list(bench) -> None:
    challenge = {
        f"/common/search/{CHANNEL}": Answer(status=412, body=b"<script>$_ts=window['$_ts']</script>")
    }
    outcome = bench(ucap_site(12, listing="json", answers=challenge)).run()
    assert outcome.status == 1
    assert "412" in outcome.err


# Recognition


@pytest.mark.parametrize("how", LISTINGS, ids=lambda how: "-".join(how.values()))
def test_a_list_is_recognised_however_it_comes(how: dict[str, str]) -> None:
    site = ucap_site(6, **how)
    clue = UCAP.recognise(answered(site.pages()[site.list_address].body, ROOT + site.list_address))
    assert clue is not None
    assert (clue.weight, clue.list) == (3, ROOT + site.list_address)


@pytest.mark.parametrize(
    ("html", "weight"),
    [
        (listed(row()), 2),
        (f"<html><head>{META}</head></html>", 2),
        ("<html><ucapcontent>文</ucapcontent></html>", 1),
        ("<html><script>createPageHTML('paging',25,1,'index','html',500)</script>"
         '<li><a href="./202501/t20250115_1.html">年报</a></li></html>', None),
        ('<html><li><a href="./202501/t20250115_1.html">年报</a></li>'
         "<script>createPageHTML('page_div',5,1,'fg','shtml',89)</script></html>", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_page_is_recognised_as_far_as_it_goes(html: str, weight: int | None) -> None:
    clue = UCAP.recognise(answered(html))
    assert (clue.weight if clue else None) == weight
