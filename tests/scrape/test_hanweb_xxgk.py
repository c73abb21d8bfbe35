"""Hanweb's information-disclosure module: rows of search.jsp, and annual reports by organ and year."""

from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import COLUMN, Bench, page, site_of

from sample.sites.hanweb_xxgk import ANNUAL, SEARCH, HanwebXxgkSite
from sample.sites.server import Article
from scrape.archive import read_archive
from scrape.exchange import Exchange
from scrape.families import FAMILIES, Clue, ListPage
from scrape.source import Source
from scrape.titles import why_not_a_report

HOST = "http://127.0.0.2"
COLUMN_PAGE = f"{HOST}/col/col1234/index.html"
AREA = "119901010000000001"
OTHER = "119901020000000002"
REPORTS = f"{HOST}{ANNUAL}?area={AREA}"


def exchange(html: str | bytes, address: str) -> Exchange:
    body = html.encode() if isinstance(html, str) else html
    return Exchange(address, "2025-01-01T00:00:00Z", 200, {"content-type": "text/html"}, b"", b"", body)


def read(html: str | bytes, address: str = REPORTS, **options: str | int) -> ListPage:
    family = FAMILIES["hanweb-xxgk"]
    source = Source(
        "example", "示例县", "990101", family.name, (address,), frozenset({"127.0.0.2"}), options=options
    )
    return family.read_list(family.start(address, source), exchange(html, address))


def recognised(html: str, address: str = COLUMN_PAGE) -> Clue | None:
    return FAMILIES["hanweb-xxgk"].recognise(exchange(html, address))


def site(reports: int, *faults: str, **more: object) -> HanwebXxgkSite:
    found = site_of("hanweb-xxgk", reports, page_size=5, faults=frozenset(faults), **more)
    assert isinstance(found, HanwebXxgkSite)
    return found


def annual_site(
    *faults: str, organs: tuple[tuple[str, str], ...] = ((AREA, "示例县甲局"),)
) -> HanwebXxgkSite:
    """A site with the reports of organs for 2021 to 2024, at their addresses by year."""
    articles = [
        Article(
            HanwebXxgkSite.annual_path(year, area),
            f"{name}{year}年政府信息公开工作年度报告",
            f"{year + 1}-01-20",
            page(f"{name}{year}年政府信息公开工作年度报告"),
        )
        for area, name in organs
        for year in range(2021, 2025)
    ]
    kinds = frozenset({"annual", *faults})
    return HanwebXxgkSite("example", "示例县人民政府", "990101", COLUMN, articles, faults=kinds)


def searches(sites: Bench) -> list[tuple[str, str]]:
    """How search.jsp was asked, in order: the method and the page."""
    return [
        (seen.method, parse_qs(seen.query)["currpage"][0])
        for seen in sites.served.requests
        if seen.path == SEARCH
    ]


def test_the_rows_of_a_column_are_asked_of_search_jsp_page_by_page(bench) -> None:
    site_ = site(12)
    sites = bench(site_)
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12), outcome.err
    assert searches(sites) == [("POST", "1"), ("POST", "2"), ("POST", "3")]
    assert {d.title: d.listed_on for d in read_archive(sites.archive)} == {
        a.title: a.listed_on for a in site_.articles
    }


def test_rows_of_other_columns_are_left_out_and_pages_full_of_them_do_not_end_the_list(bench) -> None:
    sites = bench(site(12, "all_columns"))
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12), outcome.err
    assert not sites.asked("art_777_")
    assert "promises" not in outcome.first["message"]


def test_a_column_that_only_shows_the_tree_is_asked_by_the_trees_organ(bench) -> None:
    sites = bench(site(12, "tree_only"))
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12), outcome.err


def test_a_source_can_have_search_jsp_asked_by_get(bench) -> None:
    sites = bench(site(12, "get_only"), options={"method": "get"})
    assert sites.run().first["reports"] == 12
    assert {method for method, _ in searches(sites)} == {"GET"}


def test_a_list_that_does_not_count_its_pages_is_read_until_a_page_comes_again(bench) -> None:
    sites = bench(site(12, "no_pages"))
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12)
    assert [turn for _, turn in searches(sites)] == ["1", "2", "3", "4"]


def test_search_pages_can_be_the_list_themselves_with_titles_and_dates_in_attributes(bench) -> None:
    site_ = site(12, "subject")
    sites = bench(site_)
    assert sites.run().first["reports"] == 12
    assert {d.title: d.listed_on for d in read_archive(sites.archive)} == {
        a.title: a.listed_on for a in site_.articles
    }


def test_a_column_can_be_named_by_the_source_or_let_alone() -> None:
    rows = "".join(
        f'<tr class="tr_main_value_odd"><td>1</td><td><a href="/art/2025/1/1/{name}.html">年报</a></td></tr>'
        for name in ("art_1234_1", "art_5678_2", "art_" + "0a" * 16)
    )
    call = f"<script>$.post('{SEARCH}',{{infotypeId:'',jdid:'3'}})</script>"
    for options, kept in (({}, [0, 2]), ({"column": "5678"}, [1, 2]), ({"column": "any"}, [0, 1, 2])):
        (asked,) = read(call, COLUMN_PAGE, **options).following
        found = FAMILIES["hanweb-xxgk"].read_list(
            asked, exchange(f"<table>{rows}</table>", f"{HOST}{SEARCH}")
        )
        urls = [
            f"{HOST}/art/2025/1/1/{name}.html" for name in ("art_1234_1", "art_5678_2", "art_" + "0a" * 16)
        ]
        assert [row.url for row in found.rows] == [urls[n] for n in kept]


def test_parameters_are_read_from_objects_queries_and_hidden_fields_but_not_from_comments() -> None:
    scripts = (
        f"<script>// infotypeId:'Z'\n$.post('{SEARCH}',{{infotypeId:'A02',jdid:3,divid:'d1'}})</script>",
        f'<script>$.post("{SEARCH}","infotypeId=A02&jdid=3&divid=d1")</script>',
        f'<script>load("{SEARCH}?infotypeId=A02&jdid=3&divid=d1&currpage=7")</script>',
        f'<script>go("{SEARCH}")</script><input type="hidden" name="infotypeId" value="A02">'
        '<input name="jdid" value="3"><input name="divid" value="d1"><input name="q" value="x">',
    )
    for script in scripts:
        (asked,) = read(script, COLUMN_PAGE).following
        sent = parse_qs((asked.request.content or b"").decode())
        assert sent == {"infotypeId": ["A02"], "jdid": ["3"], "divid": ["d1"], "currpage": ["1"]}
        assert asked.request.headers["Referer"] == COLUMN_PAGE


def test_a_source_can_give_the_parameters_that_the_page_does_not(bench) -> None:
    (asked,) = read(f"<script>go('{SEARCH}')</script>", COLUMN_PAGE, form="infotypeId=A02&area=1").following
    assert parse_qs((asked.request.content or b"").decode()) == {
        "infotypeId": ["A02"],
        "area": ["1"],
        "currpage": ["1"],
    }


@pytest.mark.parametrize("how", ["", "years_in_select"])
def test_an_organs_reports_are_found_by_the_years_that_its_page_names(bench, how: str) -> None:
    sites = bench(annual_site(*filter(None, [how])))
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 4), outcome.err
    found = {parse_qs(d.url.partition("?")[2])["fbtime"][0]: d for d in read_archive(sites.archive)}
    assert sorted(found) == ["2021", "2022", "2023", "2024"]
    for year, document in found.items():
        assert document.title == f"示例县甲局{year}年政府信息公开工作年度报告"
        assert f"示例县甲局{year}年".encode() in document.body


def test_years_that_no_page_links_can_be_asked_for_by_the_source(bench) -> None:
    sites = bench(annual_site("years_unsaid"), options={"first_year": 2021, "last_year": 2024})
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 4), outcome.err


def test_without_any_years_the_page_itself_is_the_one_report(bench) -> None:
    sites = bench(annual_site("years_unsaid"))
    assert sites.run().first["reports"] == 1
    assert [d.title for d in read_archive(sites.archive)] == ["示例县甲局2024年政府信息公开工作年度报告"]


@pytest.mark.parametrize("how", ["organs_linked", "organs_in_tree"])
def test_other_organs_are_read_only_if_the_source_wants_all(bench, how: str) -> None:
    organs = ((AREA, "示例县甲局"), (OTHER, "示例县乙局"), ("119901030000000003", "示例县丙镇人民政府"))
    sites = bench(annual_site(how, organs=organs), options={"areas": "all"})
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 12), outcome.err
    assert len({d.title for d in read_archive(sites.archive)}) == 12


def test_without_that_wish_the_list_stays_with_its_organ(bench) -> None:
    organs = ((AREA, "示例县甲局"), (OTHER, "示例县乙局"))
    sites = bench(annual_site("organs_linked", "organs_in_tree", organs=organs))
    assert sites.run().first["reports"] == 4
    assert not sites.asked("tree.jsp")


def test_further_organs_can_be_named_by_their_codes(bench) -> None:
    organs = ((AREA, "示例县甲局"), (OTHER, "示例县乙局"), ("119901030000000003", "示例县丙镇人民政府"))
    sites = bench(annual_site(organs=organs), options={"areas": OTHER})
    assert sites.run().first["reports"] == 8


@pytest.mark.parametrize(
    ("link", "heading", "title"),
    [
        ("2023年", "甲县乙局2024年政府信息公开工作年度报告", "甲县乙局2023年政府信息公开工作年度报告"),
        ("2023", "甲县乙局政府信息公开年报", "甲县乙局2023年政府信息公开工作年度报告"),
        (
            "2023年",
            "甲县乙局关于2024年度政府信息公开工作情况的报告",
            "甲县乙局2023年政府信息公开工作年度报告",
        ),
        ("2023年度", "政府信息公开年度报告", "2023年政府信息公开工作年度报告"),
        ("2023年度", "", "2023年政府信息公开工作年度报告"),
        ("乙局2023年信息公开年报", "甲县2024年政府信息公开工作年度报告", "乙局2023年信息公开年报"),
    ],
)
def test_a_bare_year_gets_a_title_from_the_pages_heading_and_never_from_the_sites_name(
    link: str, heading: str, title: str
) -> None:
    html = (
        f'<meta name="SiteName" content="某市人民政府"><h1>{heading}</h1><ul><li>'
        f'<a href="xxgkAnnualReport.jsp?fbtime=2023&amp;area={AREA}">{link}</a></li></ul>'
    )
    (row,) = read(html).rows
    assert row.title == title
    assert why_not_a_report(row.title) is None


def test_two_reports_of_one_year_are_told_apart_by_their_number() -> None:
    links = "".join(
        f'<a href="{ANNUAL}?area={AREA}&fbtime=2023&showType=2&artId={n}">2023年</a>' for n in (86132, 86133)
    )
    assert [row.url[-5:] for row in read(links).rows] == ["86133", "86132"]


def test_the_year_of_the_lists_own_address_is_a_report_too_and_is_listed_once() -> None:
    here = f"{REPORTS}&fbtime=2023"
    link = '<a href="{0}?area={2}&fbtime={1}">{1}年</a>'
    # In another spelling, since what is archived as a list is not fetched again as a report.
    turned = f"{HOST}{ANNUAL}?fbtime=2023&area={AREA}"
    assert [row.url for row in read("<p>报告</p>", here).rows] == [turned]
    both = read(link.format(ANNUAL, 2023, AREA) + link.format(ANNUAL, 2022, AREA), here)
    assert [row.url for row in both.rows] == [turned, f"{REPORTS}&fbtime=2022"]


def test_a_list_that_begins_at_one_years_report_keeps_that_report_too(bench) -> None:
    site_ = annual_site("opened_at_2022")
    assert site_.list_address.endswith("fbtime=2022")
    sites = bench(site_)
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 4), outcome.err
    assert sites.run().first["unchanged"] == 4


def test_years_written_into_script_calls_are_read() -> None:
    html = f"""<li onclick="location.href='{ANNUAL}?area={AREA}&fbtime=2022'">2022年</li>
<a href="javascript:show('{ANNUAL}?area={AREA}&fbtime=2021')">2021年</a>"""
    assert [row.url for row in read(html).rows] == [f"{REPORTS}&fbtime=2022", f"{REPORTS}&fbtime=2021"]


@pytest.mark.parametrize(
    ("html", "address", "weight", "found"),
    [
        ("<h1>x</h1>", f"{REPORTS}&fbtime=2023", 3, REPORTS),
        (f'<iframe src="{ANNUAL}?fbtime=2023&amp;area={AREA}"></iframe>', COLUMN_PAGE, 3, REPORTS),
        (f'<a href="{ANNUAL}?fbtime=2023&amp;area={AREA}">年报</a>', COLUMN_PAGE, 2, REPORTS),
        (f"<script>$.post('{SEARCH}',{{jdid:3}})</script>", COLUMN_PAGE, 3, COLUMN_PAGE),
        (f"<script>$.post('{SEARCH}',{{jdid:3}})</script>dataproxy.jsp", COLUMN_PAGE, 1, COLUMN_PAGE),
        ('<link href="/module/xxgk/style.css">', COLUMN_PAGE, 1, COLUMN_PAGE),
        ("<p>x</p>", COLUMN_PAGE, None, None),
    ],
)
def test_the_module_is_recognised_by_its_pages_and_gives_way_to_a_datastore(
    html: str, address: str, weight: int | None, found: str | None
) -> None:
    clue = recognised(html, address)
    assert ((clue.weight, clue.list) if clue else (None, None)) == (weight, found)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=200),
    st.sampled_from(
        [f"<a href='{ANNUAL}?area=&fbtime=2023'>", f"<script>{SEARCH}?x=", "<tr class=tr_main_value_odd><td>"]
    ),
)
def test_no_bytes_make_a_list_fail(noise: bytes, piece: str) -> None:
    body = noise + piece.encode() * 10 + noise
    for address in (REPORTS, COLUMN_PAGE, f"{HOST}{SEARCH}?currpage=1"):
        first = read(body, address, areas="all")
        for following in first.following:
            FAMILIES["hanweb-xxgk"].read_list(following, exchange(body, address))
        FAMILIES["hanweb-xxgk"].recognise(exchange(body, address))
