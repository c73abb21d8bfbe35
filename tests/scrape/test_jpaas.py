"""Columns of Hanweb jpaas: parameters in script tags, units that come as JSON, pages by paramJson."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import Bench, article, site_of

from sample.sites.jpaas import UNIT_PATH, JpaasSite
from scrape.archive import read_archive
from scrape.exchange import Exchange
from scrape.families import FAMILIES, Clue, ListPage
from scrape.source import Source

HOST = "http://127.0.0.2"
LIST = f"{HOST}/zfxxgk/index.html"
TOLD = "{'parseType':'bulidstatic','webId':'w1','tplSetId':'t1','pageType':'column','tagId':'信息列表','editType':'null','pageId':'p1'}"
SCRIPT = f'<script src="/a/unitbuild.js" url="{UNIT_PATH}" queryData="{TOLD}"></script>'


def exchange(body: str | bytes, address: str = LIST, kind: str = "text/html") -> Exchange:
    written = body.encode() if isinstance(body, str) else body
    return Exchange(address, "2025-01-01T00:00:00Z", 200, {"content-type": kind}, b"", b"", written)


def read(html: str | bytes, **options: str | int) -> ListPage:
    family = FAMILIES["jpaas"]
    source = Source(
        "example", "示例县", "990101", "jpaas", (LIST,), frozenset({"127.0.0.2"}), options=options
    )
    return family.read_list(family.start(LIST, source), exchange(html))


def unit(html: str | None, page: str = SCRIPT) -> ListPage:
    """What the first unit of a column's page gives if it is answered so."""
    (asked,) = read(page).following
    told = {"success": True, "code": "200", "data": {"html": html}}
    return FAMILIES["jpaas"].read_list(asked, exchange(json.dumps(told), asked.request.url))


def recognised(html: str) -> Clue | None:
    return FAMILIES["jpaas"].recognise(exchange(html))


def site(reports: int, *faults: str, **more: object) -> JpaasSite:
    found = site_of("jpaas", reports, page_size=5, faults=frozenset(faults), **more)
    assert isinstance(found, JpaasSite)
    return found


def asked_of(sites: Bench) -> list[dict[str, str]]:
    """The parameters of each unit that was asked for, in order."""
    asked = [seen.query for seen in sites.served.requests if seen.path == UNIT_PATH]
    return [{key: values[0] for key, values in parse_qs(query).items()} for query in asked]


def test_the_first_page_is_asked_as_the_column_asks_and_further_ones_by_param_json(bench) -> None:
    sites = bench(site(12))
    assert sites.run().first["reports"] == 12
    asked = asked_of(sites)
    assert [json.loads(form.get("paramJson", "null")) for form in asked] == [
        None,
        {"pageNo": 2, "pageSize": 5},
        {"pageNo": 3, "pageSize": 5},
    ]
    assert all("pageNo" not in form for form in asked)


def test_a_server_that_minds_only_a_plain_page_number_is_noticed(bench) -> None:
    sites = bench(site(23, "plain_page_number"))
    assert sites.run().first["reports"] == 23
    assert [form.get("pageNo") for form in asked_of(sites)] == [None, None, "2", "3", "4", "5"]


def test_a_server_that_minds_no_page_number_is_left_and_the_missing_rows_are_told(bench) -> None:
    sites = bench(site(23, "stuck"))
    outcome = sites.run()
    assert outcome.first["reports"] == 5
    assert len(asked_of(sites)) == 3
    assert "promises 23 rows and shows 5" in outcome.first["message"]


def test_of_several_units_the_one_with_a_pager_is_the_list(bench) -> None:
    sites = bench(site(12, "several_units"))
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12), outcome.err
    assert not sites.asked("/xwzx/")
    assert "左侧菜单" not in {form["tagId"] for form in asked_of(sites)}


def test_a_source_can_name_the_unit_that_is_the_list(bench) -> None:
    sites = bench(site(12, "several_units"), options={"unit": "信息列表"})
    assert sites.run().first["reports"] == 12
    assert {form["tagId"] for form in asked_of(sites)} == {"信息列表"}


def test_a_list_without_a_pager_is_whole(bench) -> None:
    sites = bench(site(12, "no_pager"))
    assert sites.run().first["reports"] == 12
    assert len(asked_of(sites)) == 1


def test_a_pager_that_does_not_say_how_many_rows_there_are_is_turned_until_nothing_comes(bench) -> None:
    sites = bench(site(12, "no_count"))
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12)


def test_a_list_that_breaks_off_ends_there_and_says_so(bench) -> None:
    outcome = bench(site(23, "missing_deep_pages")).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 10)
    assert "ends at page 2" in outcome.first["message"]
    assert "promises 23 rows and shows 10" in outcome.first["message"]


def test_the_column_is_always_named_as_referer(bench) -> None:
    outcome = bench(site(12, "guarded")).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12), outcome.err


@pytest.mark.parametrize("fault", ["in_script", "text_data"])
def test_parameters_in_a_scripts_text_and_a_bare_piece_of_page_are_read_too(bench, fault: str) -> None:
    site_ = site(12, fault)
    sites = bench(site_)
    assert sites.run().first["reports"] == 12
    assert {d.title: d.listed_on for d in read_archive(sites.archive)} == {
        a.title: a.listed_on for a in site_.articles
    }


def test_links_of_the_columns_own_page_are_no_rows(bench) -> None:
    sites = bench(site(3))
    sites.run()
    assert not sites.asked("/xxgk/zn/")


def test_the_parameters_of_a_unit_are_read_whatever_their_quotes() -> None:
    for told in (
        TOLD,
        TOLD.replace("'", "&quot;"),
        TOLD.replace("'", "&#39;"),
        TOLD.replace("'null'", "null"),
    ):
        page = SCRIPT.replace(TOLD, told)
        (asked,) = read(page).following
        assert parse_qs(urlsplit(asked.request.url).query) == {
            "parseType": ["bulidstatic"],
            "webId": ["w1"],
            "tplSetId": ["t1"],
            "pageType": ["column"],
            "tagId": ["信息列表"],
            "editType": ["null"],
            "pageId": ["p1"],
        }
        assert asked.request.headers == {"Referer": LIST}


def test_a_unit_without_its_parameters_and_one_in_a_comment_are_not_asked_for() -> None:
    assert read(f"<!-- {SCRIPT} -->").following == ()
    assert read(SCRIPT.replace("tplSetId", "setId")).following == ()


def test_a_row_gives_its_whole_title_and_its_date_and_the_pagers_links_are_no_rows() -> None:
    row = (
        '<li><a href="/zfxxgk/art/2025/art_0123456789abcdef0123456789abcdef.html" title="甲县2024年政府信息公开'
        '工作年度报告">甲县2024年...</a><span>2025-01-16 18:42:37</span></li>'
    )
    pager = '<div class="pagination" rows="15" count="1"><a href="/zfxxgk/art/2.html">2</a></div>'
    found = unit(f'<div class="page-content"><ul>{row}</ul></div>{pager}')
    assert [(r.title, r.listed_on) for r in found.rows] == [
        ("甲县2024年政府信息公开工作年度报告", "2025-01-16")
    ]
    assert (found.total, found.following) == (1, ())


@pytest.mark.parametrize("html", [None, "", "<ul></ul>", "<li><a href='{{el.url}}'>{{el.title}}</a></li>"])
def test_empty_units_and_template_rows_have_no_rows(html: str | None) -> None:
    assert unit(html) == ListPage(())


def test_a_column_is_recognised_by_the_parameters_of_its_units() -> None:
    clue = recognised(SCRIPT)
    assert clue is not None
    assert (clue.weight, clue.list, clue.options) == (3, LIST, {})
    assert "信息列表" in clue.because


@pytest.mark.parametrize(
    ("html", "weight"),
    [
        (f'<a href="/xwfb/rcxwfb/art/2026/art_{"0a" * 16}.html">甲</a>', 2),
        ('<script src="/jpaas-publish-server/x.js"></script>', 1),
        ('<a href="/art/2025/1/15/art_12_34.html">甲</a>', None),
        ('<script type="text/xml"><datastore></datastore></script>', None),
    ],
)
def test_addresses_and_the_servers_name_are_weaker_clues(html: str, weight: int | None) -> None:
    clue = recognised(html)
    assert (clue.weight if clue else None) == weight


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=200),
    st.sampled_from([b'{"data":{"html":"', b'{"data":[1', b'{"data":{"html":7}}', SCRIPT.encode()]),
)
def test_no_bytes_make_a_list_fail(noise: bytes, piece: bytes) -> None:
    (asked,) = read(SCRIPT).following
    for body in (piece + noise, noise + piece * 5):
        FAMILIES["jpaas"].read_list(asked, exchange(body, asked.request.url, "application/json"))
        for following in read(body).following:
            FAMILIES["jpaas"].read_list(following, exchange(body))
        FAMILIES["jpaas"].recognise(exchange(body))


def test_a_report_with_a_rare_character_keeps_it_through_the_json(bench) -> None:
    title = "镕堃镇2024年政府信息公开工作年度报告"
    sites = bench(site(1, articles=[article(1, title)]))
    assert sites.run().status == 0
    assert [d.title for d in read_archive(sites.archive)] == [title]
