"""Lists of the Epoint family: shells, scripts, an interface that says neither its wrapping nor its base."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import article, page, site_of

from sample.sites.server import Answer
from scrape.archive import read_archive
from scrape.exchange import Exchange, Request
from scrape.families import Clue, ListPage, ListRequest, family
from scrape.source import Source

HOST = "https://www.example.gov.cn"
SHELL = f"{HOST}/dynamic/zwgk/govInfoPub.html?deptcode=XZ01&categorynum=003006"
INFO = 'var siteInfo={"projectName":"/EWB-FRONT","siteGuid":"99-guid"}'
INTERFACE = f"{HOST}/EWB-FRONT/rest/lightfrontaction/getgovinfolist"


def exchange(body: str | bytes, url: str, kind: str = "text/html") -> Exchange:
    content = body.encode() if isinstance(body, str) else body
    return Exchange(url, "2025-01-01T00:00:00Z", 200, {"content-type": kind}, b"", b"", content)


def start(address: str = SHELL, **options: str | int) -> ListRequest:
    source = Source(
        "example",
        "示例县",
        "990101",
        "epoint",
        (address,),
        frozenset({"www.example.gov.cn"}),
        options=options,
    )
    return family("epoint").start(address, source)


def read(asked: ListRequest, body: str | bytes | dict[str, Any]) -> ListPage:
    told = json.dumps(body) if isinstance(body, dict) else body
    return family("epoint").read_list(asked, exchange(told, asked.request.url))


def at_interface(html: str = f"<script>{INFO}</script>", address: str = SHELL, **options: str | int) -> Any:
    """What the interface is asked first, of a shell that says enough."""
    return read(start(address, **options), html).following[0]


def body_of(asked: ListRequest) -> dict[str, Any]:
    return dict(json.loads(asked.request.content or b""))


def answered(*records: dict[str, Any], total: int | str = 1) -> dict[str, Any]:
    return {"custom": {"total": total, "data": list(records)}}


@pytest.mark.parametrize(
    "faults",
    [
        {"one_based"},
        {"one_based_only"},
        {"wrapped"},
        {"params_as_text"},
        {"wrapped", "one_based"},
        {"ajax_req"},
        {"framed"},
        {"repeats_last_page"},
        {"one_based", "repeats_last_page"},
        {"static"},
    ],
)
@pytest.mark.parametrize(("reports", "page_size"), [(4, 5), (13, 3)])
def test_every_report_on_every_page_is_archived_whatever_the_site_is_like(
    bench, faults: set[str], reports: int, page_size: int
) -> None:
    outcome = bench(site_of("epoint", reports, page_size=page_size, faults=frozenset(faults))).run()
    assert (outcome.status, outcome.first["reports"]) == (0, reports), outcome.err


def test_a_project_of_another_name_is_asked_in_the_wrapped_form_first(bench) -> None:
    site = site_of("epoint", 6, page_size=5, project="/EWB_SL_Mid", faults=frozenset({"wrapped"}))
    sites = bench(site)
    assert sites.run().first["reports"] == 6
    assert len(sites.asked("getgovinfolist")) == 2


def test_a_total_that_the_pages_do_not_reach_is_told(bench) -> None:
    outcome = bench(site_of("epoint", 6, page_size=5, faults=frozenset({"repeats_last_page"}))).run()
    assert "promises 7 rows and shows 6" in outcome.first["message"]


def test_a_script_that_is_missing_is_named_as_the_problem(bench) -> None:
    site = site_of("epoint", 3, answers={"/js/webBuilderCommon.js": Answer(status=404)})
    outcome = bench(site).run()
    assert outcome.status == 1
    assert "webBuilderCommon.js: failed: HTTP 404" in outcome.err


def test_the_question_has_what_the_address_and_the_script_say() -> None:
    asked = at_interface()
    assert (asked.request.url, asked.request.method) == (INTERFACE, "POST")
    assert asked.request.headers["Referer"] == SHELL
    assert body_of(asked) == {
        "deptcode": "XZ01",
        "categorynum": "003006",
        "siteGuid": "99-guid",
        "pageIndex": 0,
        "pageSize": 20,
    }


def test_the_scripts_that_may_name_the_project_are_asked_for_the_likeliest_first() -> None:
    html = '<script src="/js/lib/jquery.js"></script><script src="../../js/ajaxReq.js?v=1"></script><script src="/js/webBuilderCommon.js"></script>'
    first = read(start(), html).following[0]
    second = read(first, "var lang={};").following[0]
    assert [first.request.url, second.request.url] == [
        f"{HOST}/js/webBuilderCommon.js",
        f"{HOST}/js/ajaxReq.js?v=1",
    ]
    assert read(second, INFO).following[0].request.url == INTERFACE
    assert read(second, "nothing").following == ()


def test_a_site_info_that_is_commented_out_is_dead() -> None:
    asked = at_interface(
        f"<script>//{INFO.replace('FRONT', 'OLD')}\n/*{INFO.replace('FRONT', 'OLD')}*/{INFO}</script>"
    )
    assert asked.request.url == INTERFACE


def test_options_say_what_no_script_does() -> None:
    plain = f"{HOST}/zwgk/nb.html"
    asked = at_interface(
        "<p>", plain, categorynum="003", project="EWB-X", site_guid="1", body="params", first_index=1
    )
    assert asked.request.url == f"{HOST}/EWB-X/rest/lightfrontaction/getgovinfolist"
    assert body_of(asked)["params"] == {
        "deptcode": "", "categorynum": "003", "siteGuid": "1", "pageIndex": 1, "pageSize": 20
    }  # fmt: skip


def test_no_page_is_lost_where_the_first_two_pages_differ() -> None:
    first = at_interface()
    found = read(first, answered({"infourl": "/a/1.html", "title": "甲"}, total=3))
    second = read(found.following[0], answered({"infourl": "/a/2.html", "title": "乙"}, total=3))
    assert [body_of(asked)["pageIndex"] for asked in (*found.following, *second.following)] == [1, 2]
    assert (found.total, second.following[0].page) == (3, 3)


def test_page_one_that_repeats_page_zero_is_the_first_page_counted_from_one() -> None:
    found = read(at_interface(), answered({"infourl": "/a/1.html", "title": "甲"}, total=2))
    again = read(found.following[0], answered({"infourl": "/a/1.html", "title": "甲"}, total=2))
    assert body_of(again.following[0])["pageIndex"] == 2
    assert again.following[0].page == 2


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"infourl": "/zwgk/003006/20250115/g.html", "realtitle": "甲县年报", "title": "甲县…", "infodate": "2025-01-15"},
         ("/zwgk/003006/20250115/g.html", "甲县年报", "2025-01-15")),
        ({"infourl": "/a.html", "title": "<font color='red'>甲&nbsp;县</font>年报", "infodate": "2025-01-15 08:00:00"}, ("/a.html", "甲县年报", "2025-01-15")),
        ({"visiturl": "/a.html", "title": "甲", "infodate": None}, ("/a.html", "甲", None)),
        ({"infourl": "/a.pdf", "title": "甲", "infodate": "昨天"}, ("/a.pdf", "甲", None)),
        ({"infourl": "", "title": "甲"}, None),
        ({"infourl": "/a.html", "title": ""}, None),
        ({"infourl": "{{infourl}}", "title": "{{title}}"}, None),
        ({"infourl": 7, "title": ["甲"]}, None),
    ],
)  # fmt: skip
def test_a_record_gives_its_address_its_whole_title_and_its_date(
    record: dict[str, Any], expected: tuple[str, str, str | None] | None
) -> None:
    rows = read(at_interface(), answered(record)).rows
    assert [(row.url.removeprefix(HOST), row.title, row.listed_on) for row in rows] == (
        [expected] if expected else []
    )


@pytest.mark.parametrize("total", [1, "1"])
def test_a_custom_part_that_is_a_text_is_read_all_the_same(total: int | str) -> None:
    told = {"custom": json.dumps({"total": total, "data": [{"infourl": "/a.html", "title": "甲"}]})}
    found = read(at_interface(), told)
    assert (len(found.rows), found.total, found.following) == (1, 1, ())


def test_template_rows_of_a_shell_are_no_rows() -> None:
    html = '<ul class="ewb-list"><li><a href="{{infourl}}">{{title}}</a></li></ul><a class="ewb-infoname" onclick="linkToNew(\'1\',\'2\')">甲</a>'
    assert read(start(), html).rows == ()


def test_a_plain_list_keeps_to_its_own_folder_and_counts_its_pages() -> None:
    guid = "769f6a4b-1aa7-4de0-bcf0-004545fa8fe1"
    html = (
        f'<li><a href="/zwgk/003006/20250115/{guid}.html">甲年报</a></li><li><a href="/zwgk/tzgg/20250116/{guid}.html">乙</a></li>'
        '<li class="ewb-page-li ewb-page-noborder ewb-page-num"><span>1/12</span></li>'
    )
    address = f"{HOST}/zwgk/003006/subpage.html"
    found = read(start(address), html)
    assert [(row.title, row.listed_on) for row in found.rows] == [("甲年报", "2025-01-15")]
    assert (found.pages, found.following[0].request.url) == (12, f"{HOST}/zwgk/003006/2.html")


def test_attachments_without_an_extension_are_fetched_and_their_template_is_not(bench) -> None:
    path = "/WebbuilderMIS/attach/downloadZtbAttach.jspx"
    links = (
        f'<div class="ewb-article"><a class="attachUrl" href="{path}?attachGuid=99">2024年报</a>'
        f'<a class="attachUrl" href="{path}?attachGuid={{{{arrGuid}}}}">{{{{attFileName}}}}</a></div>'
    )
    file = Answer(body=b"%PDF-1.4 x", headers={"Content-Type": "application/octet-stream"})
    site = site_of("epoint", articles=[article(1, body=page("见附件", links))], answers={path: file})
    sites = bench(site)
    outcome = sites.run()
    assert (outcome.status, outcome.first["new"]) == (0, 2), outcome.err
    urls = [d.url for d in read_archive(sites.archive) if d.body == b"%PDF-1.4 x"]
    assert urls == [f"{sites.served.base_url(site)}{path}?attachGuid=99"]


@pytest.mark.parametrize(
    ("html", "url", "weight"),
    [
        ('<script src="/js/webBuilderCommon.js"></script>', SHELL, 3),
        ('<script src="/js/ajaxReq.js"></script><script>post("getgovinfolist")</script>', f"{HOST}/nb.html", 3),
        ('<iframe src="/dynamic/zwgk/govInfoPub.html?categorynum=003006"></iframe>', f"{HOST}/nb.html", 2),
        ('<a href="20250115/769f6a4b-1aa7-4de0-bcf0-004545fa8fe1.html">甲</a>', f"{HOST}/zwgk/003006/subpage.html", 2),
        ('<div class="ewb-list">', f"{HOST}/nb.html", 1),
        ('<a href="./202501/t20250115_1.html">甲</a>', f"{HOST}/nb/", None),
    ],
)  # fmt: skip
def test_a_list_is_recognised_by_its_own_mechanism_first(html: str, url: str, weight: int | None) -> None:
    clue = family("epoint").recognise(exchange(html, url))
    assert (clue.weight if isinstance(clue, Clue) else None) == weight
    assert clue is None or clue.list == url


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["custom", "data", "total", "infourl", "title", "infodate"]), inner, max_size=4),
        max_leaves=12,
    ),
    st.binary(max_size=60),
)  # fmt: skip
def test_no_answer_of_any_shape_makes_a_list_fail(told: Any, noise: bytes) -> None:
    asked = at_interface()
    for body in (
        json.dumps(told),
        json.dumps({"custom": told}),
        json.dumps({"custom": {"data": [told], "total": told}}),
        noise,
    ):
        for following in read(asked, body).following:
            read(following, body)
    read(start(), b"<script>siteInfo={" + noise + b"</script><iframe src='?categorynum=1" + noise)


def test_an_answer_nested_without_end_is_no_answer() -> None:
    assert read(at_interface(), '{"custom":' * 100_000).rows == ()


def test_a_first_page_that_is_no_number_of_a_page_is_no_reason_to_fail() -> None:
    assert body_of(at_interface(first_index="eins"))["pageIndex"] == 0


def test_a_request_without_memory_is_read_as_a_page() -> None:
    assert family("epoint").read_list(ListRequest(Request(SHELL)), exchange("<p>", SHELL)).rows == ()
