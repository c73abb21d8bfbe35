"""Lists of the gkmlpt family: the directory's page, its categories, the interface's habits, scanned articles."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from local_sites import COLUMN, article, page

from sample.sites.gkmlpt import CATEGORY, SITE, GkmlptSite
from sample.sites.server import Answer, Article
from scrape.archive import read_archive
from scrape.exchange import Exchange
from scrape.families import Clue, ListPage, family
from scrape.source import Source

DIRECTORY = "http://127.0.0.2/gkmlpt"
LIST = f"{DIRECTORY}/index#{CATEGORY}"
GKMLPT = family("gkmlpt")


def gkmlpt_site(reports: int = 3, *faults: str, **more: Any) -> GkmlptSite:
    articles = more.pop("articles", None) or [article(number) for number in range(reports)]
    for number, found in enumerate(articles):
        found.path = GkmlptSite.article_path(COLUMN, 3_255_421 + number, found.listed_on)
    return GkmlptSite(
        "example", "示例县人民政府", "990101", COLUMN, articles, faults=frozenset(faults), **more
    )


def answered(url: str, body: str | bytes, kind: str = "text/html") -> Exchange:
    body = body.encode() if isinstance(body, str) else body
    return Exchange(url, "2025-01-01T00:00:00Z", 200, {"content-type": kind}, b"", b"", body)


def shell(tree: list[dict[str, Any]], site: str = "SID: '769033'") -> str:
    told = json.dumps(tree, ensure_ascii=False)
    return f"<script>window._CONFIG = {{LOCALE:'zh', {site}, TREE: {told}, SERVICE_AREA_ID: 2}};</script>"


def begin(html: str, address: str = LIST) -> ListPage:
    source = Source("example", "示例县", "990101", "gkmlpt", (address,), frozenset({"127.0.0.2"}))
    first = GKMLPT.start(address, source)
    return GKMLPT.read_list(first, answered(first.request.url, html))


def asked_of(found: ListPage) -> str | None:
    return found.following[0].request.url.removeprefix(DIRECTORY) if found.following else None


def first_rows(*articles: dict[str, Any], list_address: str = LIST, **more: Any) -> ListPage:
    request = begin(shell([]), list_address).following[0]
    told = json.dumps({"articles": articles, **more})
    return GKMLPT.read_list(request, answered(request.request.url, told, "application/json"))


# The directory's page


def test_the_category_of_the_fragment_is_asked_of_the_interface_and_never_sent() -> None:
    source = Source("example", "示例县", "990101", "gkmlpt", (LIST,), frozenset({"127.0.0.2"}))
    first = GKMLPT.start(LIST, source)
    assert (first.request.url, first.page) == (f"{DIRECTORY}/index", 0)
    found = begin(shell([]))
    assert found.rows == ()
    assert asked_of(found) == f"/api/all/{CATEGORY}?page=1&sid=769033"


@pytest.mark.parametrize(
    "address", [f"{DIRECTORY}/annualreport#77", f"{DIRECTORY}/mindex#77", f"{DIRECTORY}/index?lang=zh#77"]
)
def test_every_page_of_a_directory_leads_to_its_interface(address: str) -> None:
    assert asked_of(begin(shell([]), address)) == "/api/all/77?page=1&sid=769033"


def test_a_department_has_the_interface_in_its_own_folder() -> None:
    (request,) = begin(shell([]), "http://127.0.0.2/zqrsj/gkmlpt/index#77").following
    assert request.request.url == "http://127.0.0.2/zqrsj/gkmlpt/api/all/77?page=1&sid=769033"


@pytest.mark.parametrize("site", ["SID:'769033'", 'SID: "769033"', '"SID":"769033"', "SID: 769033"])
def test_the_number_of_the_site_is_read_in_all_its_spellings(site: str) -> None:
    assert asked_of(begin(shell([], site), f"{DIRECTORY}/index#5")) == "/api/all/5?page=1&sid=769033"


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["机构职能", "政府信息公开年报", "财政年度报告"], 1),
        (["年度报告", "信息公开年报"], 1),
        (["财政年度报告", "政府信息公开 工作年度报告"], 1),
        (["2024年政府信息公开年度报告", "政府信息公开年度报告"], 1),
        (["规划计划", "年报"], 1),
        (["财政年度报告", "统计年报"], None),
        (["政府信息公开指南"], None),
    ],
)
def test_without_a_fragment_the_category_is_found_by_its_name(names: list[str], chosen: int | None) -> None:
    inner = [{"id": 100 + n, "name": name, "children": []} for n, name in enumerate(names)]
    tree = [{"id": 1, "name": "首页", "children": []}, {"id": 2, "name": "公开", "children": inner}]
    expected = None if chosen is None else f"/api/all/{100 + chosen}?page=1&sid=769033"
    assert asked_of(begin(shell(tree), f"{DIRECTORY}/index")) == expected


def test_categories_that_lead_elsewhere_are_not_asked_and_those_in_the_directory_are() -> None:
    children = [
        {"id": 11, "name": "2023年", "jump_url": "http://old.example/2023/"},
        {"id": 12, "name": "2024年", "jump_url": "/gkmlpt/index#99"},
        {"id": 13, "name": "2025年", "jump_url": ""},
        {"id": 14, "name": "别处", "jump_url": "http://other.example/gkmlpt/index#98"},
    ]
    found = begin(shell([{"id": CATEGORY, "name": "政府信息公开年报", "children": children}]))
    memory = found.following[0].memory
    assert [memory.category.number, *(one.number for one in memory.waiting)] == [str(CATEGORY), "99", "13"]


# The interface


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ({"display_publish_time": 1736870400}, "2025-01-15"),  # midnight in Beijing, the day before in UTC
        ({"display_publish_time": 1736956799}, "2025-01-15"),
        ({"display_publish_time": 0, "first_publish_time": 1736870400}, "2025-01-15"),
        ({"display_publish_time": None, "create_time": "1736870400"}, "2025-01-15"),
        ({"date": 1736870400}, "2025-01-15"),
        ({"created_at": "2025-01-16 08:00:00"}, "2025-01-16"),
        ({"display_publish_time": 10**30, "date": -5, "first_publish_time": True}, None),
        ({}, None),
    ],
)
def test_times_are_unix_seconds_read_in_beijing(told: dict[str, Any], day: str | None) -> None:
    (row,) = first_rows({"title": "甲年报", "url": f"{DIRECTORY}/content/0/1/post_1.html", **told}).rows
    assert row.listed_on == day


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ({"url": "https://127.0.0.2/gkmlpt/content/0/1/post_1.html"}, f"{DIRECTORY}/content/0/1/post_1.html"),
        ({"url": "//127.0.0.2/gkmlpt/content/0/1/post_1.html"}, f"{DIRECTORY}/content/0/1/post_1.html"),
        ({"url": "/gkmlpt/content/0/1/post_1.html"}, f"{DIRECTORY}/content/0/1/post_1.html"),
        (
            {"url": "", "post_url": "http://127.0.0.2/content/post_1.html"},
            "http://127.0.0.2/content/post_1.html",
        ),
        ({"url": "https://other.example/s/1"}, "https://other.example/s/1"),
    ],
)
def test_an_article_is_asked_for_as_its_list_was_by_http_or_https(told: dict[str, str], url: str) -> None:
    (row,) = first_rows({"title": "甲<em>年</em>报&amp;", **told}).rows
    assert (row.url, row.title) == (url, "甲年报&")


def test_what_is_no_article_gives_no_row() -> None:
    assert first_rows(None, 3, {}, {"title": "甲"}, {"title": 4, "url": "/a"}, {"url": "/a"}).rows == ()  # type: ignore[arg-type] # hostile


def test_the_list_promises_its_total_or_else_the_counter_of_its_category() -> None:
    row = {"title": "甲年报", "url": "/gkmlpt/content/0/1/post_1.html"}
    assert first_rows(row, total=221, classify={"post_count": 726}).total == 221
    assert first_rows(row, classify={"post_count": 726}).total == 726


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"window._CONFIG={SID:'1',TREE:[", b"[" * 3000, b'{"articles":[{', b"DETAIL:{"]),
)
def test_no_bytes_make_a_directory_fail(noise: bytes, piece: bytes) -> None:
    body = b"<script>window._CONFIG={SID:'7'," + piece + noise + piece + noise
    found = begin(body.decode("latin-1"))
    GKMLPT.recognise(answered(f"{DIRECTORY}/index", body))
    GKMLPT.attachments(answered(f"{DIRECTORY}/index", body))
    for request in found.following:
        assert GKMLPT.read_list(request, answered(LIST, noise + piece)).rows == ()


# Whole sites


@pytest.mark.parametrize("faults", [(), ("bare_address",), ("no_total",), ("https_addresses",)])
def test_every_report_of_a_directory_is_archived(bench, faults: tuple[str, ...]) -> None:
    site = gkmlpt_site(23, *faults, page_size=5 if "no_total" not in faults else 30)
    sites = bench(site)
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 23), outcome.err
    found = {d.title: (d.body, d.listed_on) for d in read_archive(sites.archive)}
    assert found == {a.title: (a.body, a.listed_on) for a in site.articles}


def test_page_0_which_is_page_1_again_is_never_asked_for(bench) -> None:
    sites = bench(gkmlpt_site(12, page_size=5))
    assert sites.run().status == 0
    asked = [seen.query for seen in sites.served.requests if "/api/" in seen.path]
    assert asked == [f"page={number}&sid={SITE}" for number in (1, 2, 3)]


def test_a_department_of_its_own_is_read(bench) -> None:
    outcome = bench(gkmlpt_site(7, department="zqrsj", page_size=5)).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 7), outcome.err


def test_the_categories_of_years_are_all_read_though_their_parent_and_one_of_them_are_empty(bench) -> None:
    articles = [
        Article(
            "",
            f"示例县第{n}局{2019 + n % 6}年政府信息公开工作年度报告",
            f"{2020 + n % 6}-01-15",
            page(f"第{n}"),
        )
        for n in range(40)
    ]
    outcome = bench(gkmlpt_site(0, "years", articles=articles, page_size=3)).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 40), outcome.err
    assert "promises" not in str(outcome.first["message"])


def test_pages_that_are_missing_end_the_list_which_says_what_it_still_owes(bench) -> None:
    outcome = bench(gkmlpt_site(23, "missing_deep_pages", page_size=10)).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 10)
    assert "ends at page 1" in outcome.first["message"]
    assert "promises 23 rows and shows 10" in outcome.first["message"]


def test_a_missing_page_of_one_category_does_not_cost_the_first_pages_of_the_others(bench) -> None:
    articles = [
        Article(
            "",
            f"示例县第{n}局{2023 + n % 2}年政府信息公开工作年度报告",
            f"{2024 + n % 2}-01-15",
            page(f"第{n}"),
        )
        for n in range(20)
    ]
    outcome = bench(gkmlpt_site(0, "years", "missing_deep_pages", articles=articles, page_size=6)).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12)
    assert "promises 20 rows and shows 12" in outcome.first["message"]


def test_an_interface_that_gives_its_first_page_for_ever_is_left_after_the_second(bench) -> None:
    sites = bench(gkmlpt_site(23, "ignores_page", page_size=10))
    outcome = sites.run()
    assert outcome.first["reports"] == 10
    assert len(sites.asked("/api/")) == 2
    assert "promises 23 rows and shows 10" in outcome.first["message"]


def test_a_directory_that_is_refused_is_an_error(bench) -> None:
    outcome = bench(gkmlpt_site(3, answers={"/gkmlpt/index": Answer(status=403)})).run()
    assert outcome.status == 1
    assert "gkmlpt/index: failed: HTTP 403" in outcome.err


# The article


ARTICLE = f"{DIRECTORY}/content/3/3255/post_3255421.html"


def attached(content: str, after: str = "") -> tuple[str, ...]:
    html = f'<html><body><div><div class="article-content">{content}</div>{after}</div></body></html>'
    return GKMLPT.attachments(answered(ARTICLE, html))


def test_an_attachment_is_fetched_as_its_page_was_and_one_without_an_address_is_none() -> None:
    link = '<a class="nfw-cms-attachment" href="{}" alt="年报.pdf">点击下载</a>'
    content = link.format("https://127.0.0.2/attachment/0/306/306724/3255421.pdf") + link.format("")
    assert attached("见附件" + content) == ("http://127.0.0.2/attachment/0/306/306724/3255421.pdf",)
    assert attached('<a class="nfw-cms-attachment" href="">年报.pdf</a>') == ()


def test_the_pictures_of_a_scanned_report_are_fetched_and_those_of_a_written_one_are_not() -> None:
    pictures = "".join(
        f'<p><img class="nfw-cms-img" src="http://127.0.0.2/img/0/306/{n}.jpg"></p>' for n in range(3)
    )
    scanned = tuple(f"http://127.0.0.2/img/0/306/{n}.jpg" for n in range(3))
    assert attached("<p>示例县2024年政府信息公开工作年度报告</p>" + pictures) == scanned
    assert attached("<p>" + "本报告为虚构样例。" * 60 + "</p>" + pictures) == ()
    assert attached('<img src="/icon/share.png">') == ()


def test_an_article_that_only_its_script_holds_gives_its_files_and_pictures() -> None:
    content = (
        '<p>见附件</p><a class="nfw-cms-attachment" href="/attachment/0/1/2/3.docx">年报</a>'
        '<img class="nfw-cms-img" src="/img/4.png">'
    )
    told = json.dumps({"id": 3255421, "content": content}).replace("<", "\\u003C").replace('\\"', "\\u0022")
    html = f"<script>window._CONFIG={{SID:'2',DETAIL:{told}, TREE:[], SERVICE_AREA_ID: 1}}</script>"
    expected = ("http://127.0.0.2/attachment/0/1/2/3.docx", "http://127.0.0.2/img/4.png")
    assert GKMLPT.attachments(answered(ARTICLE, html)) == expected


def test_a_scanned_report_is_archived_with_its_pictures(bench) -> None:
    picture = '<div class="article-content"><img class="nfw-cms-img" src="/img/1.png"></div>'
    scanned = article(1, body=f"<html><body><div>{picture}</div></body></html>".encode())
    site = gkmlpt_site(0, articles=[scanned])
    site.answers["/img/1.png"] = Answer(body=b"\x89PNG x", headers={"Content-Type": "image/png"})
    sites = bench(site)
    assert sites.run().first["new"] == 2
    assert b"\x89PNG x" in {d.body for d in read_archive(sites.archive)}


# Recognition


def recognised(html: str | bytes, url: str) -> Clue | None:
    return GKMLPT.recognise(answered(url, html))


def test_a_directory_is_recognised_with_the_category_of_reports_as_its_list() -> None:
    clue = recognised(gkmlpt_site().pages()["/gkmlpt/index"].body, f"{DIRECTORY}/index")
    assert clue is not None
    assert (clue.weight, clue.list) == (3, LIST)
    assert SITE in clue.because


def test_a_directory_whose_reports_lie_elsewhere_is_a_hint_only() -> None:
    tree = [{"id": 5, "name": "政府信息公开年报", "jump_url": "/zwgk/xxgknb/", "children": []}]
    clue = recognised(shell(tree), f"{DIRECTORY}/index")
    assert clue is not None
    assert (clue.weight, clue.list) == (1, "http://127.0.0.2/zwgk/xxgknb/")
    clue = recognised(shell([]), f"{DIRECTORY}/index")
    assert clue is not None
    assert clue.weight == 1


def test_a_link_to_a_directory_is_told_from_the_link_to_its_reports() -> None:
    other, reports = '<a href="/gkmlpt/index">目录</a>', '<a href="/gkmlpt/index#9">政府信息<br>公开年报</a>'
    clue = recognised(other + reports, "http://127.0.0.2/")
    assert clue is not None
    assert (clue.weight, clue.list) == (2, f"{DIRECTORY}/index#9")
    clue = recognised(other, "http://127.0.0.2/")
    assert clue is not None
    assert (clue.weight, clue.list) == (1, f"{DIRECTORY}/index")


@pytest.mark.parametrize(
    "html", ["", "<html>", '<a href="index_2.html">年报</a>', "<script>var _CONFIG = {SID: '3'}</script>"]
)
def test_pages_of_others_are_not_recognised(html: str) -> None:
    assert recognised(html, "http://127.0.0.2/zwgk/xxgknb/") is None
