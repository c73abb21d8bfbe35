"""The page that searches everything: what it finds, counts, narrows, sorts, and says where it finds nothing."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from datasette.app import Datasette
from serving import visible
from test_search_boxes import HOSTILE

from plugins.publication import search_page
from plugins.publication.search_page import asked, why_nothing, words_of_names

_COUNT = "select count(*) from reports where overview || problems || other_matters || remarks like ?"


async def _page(site: Datasette, language: str = "zh", **given: str | int) -> str:
    answer = await site.client.get("/nianbao/search", params=given, cookies={"nianbao_lang": language})
    assert answer.status_code == 200
    return answer.text


def _number(page: str) -> int:
    return int(re.search(r"<strong>([\d,]+) 份报告</strong>", page)[1].replace(",", ""))


def _hits(page: str) -> list[int]:
    return [int(id) for id in re.findall(r'<h3><a href="/nianbao/reports/(\d+)"', page)]


def _options(page: str, name: str) -> dict[str, int]:
    select = re.search(rf'<select name="{name}">(.*?)</select>', page, re.DOTALL)[1]
    return {value: int(n) for value, n in re.findall(r'<option value="([^"]+)"[^>]*>[^<]*\((\d+)\)', select)}


async def test_a_word_finds_the_reports_that_have_it_and_no_others(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    [(expected,)] = rows(_COUNT, "%噪声扰民%")
    page = await _page(site, q="噪声扰民")
    assert _number(page) == expected > 0
    assert set(re.findall("<mark>(.*?)</mark>", page)) == {"噪声扰民"}


@pytest.mark.parametrize(
    ("query", "same"),
    [("政府網站", "政府网站"), ("ＷＥＢ端", "web端"), ("“营商环境”", "营商环境"), ("拆迁 OR 拆迁", "拆迁")],
)
async def test_two_ways_to_write_a_query_find_the_same(site: Datasette, query: str, same: str) -> None:
    assert _number(await _page(site, q=query)) == _number(await _page(site, q=same)) > 0


async def test_one_character_and_operators_and_columns_work(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    [(with_one,)] = rows(_COUNT, "%噪%")
    assert _number(await _page(site, q="噪")) == with_one > 0
    both, first = _number(await _page(site, q="拆迁 网站")), _number(await _page(site, q="拆迁"))
    assert _number(await _page(site, q="拆迁 -网站")) == first - both
    [(of_publisher,)] = rows("select count(*) from reports where publisher like '%教育局%'")
    assert _number(await _page(site, q="publisher:教育局")) == of_publisher


async def test_what_was_found_leads_to_its_section_on_the_page_of_the_report(site: Datasette) -> None:
    page = await _page(site, q="噪声扰民")
    [id, *_] = _hits(page)
    places = re.findall(rf'href="(/nianbao/reports/{id}#section-\d)"', page)
    assert places
    report = (await site.client.get(f"/nianbao/reports/{id}")).text
    for place in places:
        section = re.search(rf'id="{place.partition("#")[2]}".*?</section>', report, re.DOTALL)[0]
        assert "噪声扰民" in section


async def test_filters_narrow_and_say_beforehand_how_many_they_leave(site: Datasette) -> None:
    whole = await _page(site, q="拆迁")
    for name in ("year", "province", "level", "kind"):
        options = _options(whole, name)
        assert sum(options.values()) == _number(whole)
        for value, count in options.items():
            assert _number(await _page(site, q="拆迁", **{name: value})) == count
    narrowed = await _page(site, q="拆迁", year=2022, level="county")
    assert _options(narrowed, "level")["county"] == _number(narrowed)
    assert _options(narrowed, "year")["2022"] == _number(narrowed)
    assert _number(await _page(site, q="拆迁", year="nonsense")) == 0


async def test_each_year_shows_its_reports_with_the_word_and_all_its_reports(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    page = await _page(site, q="拆迁", level="county")
    shown = re.search(r'<table class="picture picture-columns">.*?</table>', page, re.DOTALL)[0]
    found = dict(
        zip(
            map(int, re.findall(r'<th scope="col">(?:<a[^>]*>)?(\d{4})', shown)),
            zip(
                map(int, re.findall(r'<span class="figure">(\d+)</span>', shown)),
                map(int, re.findall(r"/(\d+)</span>", shown)),
                strict=True,
            ),
            strict=True,
        )
    )
    assert sum(with_word for with_word, _ in found.values()) == _number(page)
    every = dict(rows("select fiscal_year, count(*) from reports where level = 'county' group by 1"))
    assert {year: whole for year, (_, whole) in found.items()} == every


async def test_all_pages_together_list_every_report_once_in_either_order(site: Datasette) -> None:
    for sort in ("relevance", "date"):
        first = await _page(site, q="公开", sort=sort)
        number = _number(first)
        assert number > 3 * search_page.PAGE
        ids = [
            id
            for n in range(-(-number // 20))
            for id in _hits(await _page(site, q="公开", sort=sort, page=n + 1))
        ]
        assert len(ids) == len(set(ids)) == number
        assert _hits(await _page(site, q="公开", sort=sort, page=999)) == ids[-((number - 1) % 20 + 1) :]
        assert _hits(await _page(site, q="公开", sort=sort, page="x")) == ids[:20]


async def test_by_date_the_newest_year_comes_first(site: Datasette, rows: Callable[..., list[tuple]]) -> None:
    known = {id: (year, day) for id, year, day in rows("select id, fiscal_year, published_on from reports")}
    dates = [known[id] for id in _hits(await _page(site, q="公开", sort="date", page=2))]
    assert dates == sorted(dates, reverse=True)


async def test_a_very_common_word_is_sorted_by_date_unless_the_reader_asks_and_says_so(
    site: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_page, "COMMON", 10)
    monkeypatch.setattr(search_page, "_MANY", 10)
    common = await _page(site, q="公开")
    assert _hits(common) == _hits(await _page(site, q="公开", sort="date"))
    assert "这些词太常见" in common
    asked_for = await _page(site, q="公开", sort="relevance")
    assert "最相关的在前" in asked_for
    assert _hits(asked_for) != _hits(common)


@pytest.mark.parametrize(
    ("query", "reason", "said"),
    [
        ("", "empty", "输入要找的词"),
        ("，！？", "no_word", "没有可查的词"),
        ("-拆迁", "only_excluded", "只有要排除的词"),
        ("NOT 拆迁", "only_excluded", "只有要排除的词"),
        ("没有人写过的词语", "", "没有报告含有全部这些词"),
    ],
)
async def test_nothing_found_is_a_sentence_with_its_reason(
    site: Datasette, query: str, reason: str, said: str
) -> None:
    assert why_nothing(query) == reason
    assert said in await _page(site, q=query)


async def test_a_word_that_only_other_ranges_have_is_told_from_one_that_nobody_has(site: Datasette) -> None:
    page = await _page(site, q="拆迁", level="township")
    assert _number(page) == 0
    assert "不在所选范围内" in page


async def test_publishers_places_and_outcomes_of_that_name_come_first(site: Datasette) -> None:
    page = await _page(site, q="例山市")
    assert 'href="/nianbao/places/990300"' in page
    assert re.search(r'<a href="/nianbao/publishers/\d+" lang="zh">例山市人民政府</a>', page)
    assert page.index('class="go-to"') < page.index('class="hits"')
    assert 'href="/nianbao/outcomes/refused_state_secret"' in await _page(site, q="国家秘密")
    assert 'href="/nianbao/outcomes/refused_state_secret"' in await _page(site, "en", q="State secret")
    assert 'class="go-to"' not in await _page(site, q="例")
    # A body that there is not, in a place that there is.
    for query in ("样东区 气象局", "样城市样东区气象局"):
        page = await _page(site, q=query)
        assert _number(page) == 0
        assert '/nianbao/places/990102"' in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("例山市 教育局", ["例山市", "教育局"]),
        ("publisher：教育局", ["教育局"]),
        ("教育局 -拆迁", ["教育局"]),
        ("教育局 NOT 拆迁", ["教育局"]),
        ("縣政府（一）", ["县政府"]),
        ("局", []),
        ("", []),
    ],
)
def test_the_words_that_a_name_may_hold(query: str, words: list[str]) -> None:
    assert words_of_names(query) == words


async def test_the_same_search_on_the_table_as_data_and_in_sql_gives_the_same_reports(
    site: Datasette,
) -> None:
    page = await _page(site, q="拆迁", level="county", year=2022)
    number = _number(page)
    sources = unescape(page[page.rindex('<p class="sources">') :])
    links = {text: href for href, text in re.findall(r'href="([^"]+)"[^>]*>([^<]+)</a>', sources)}
    as_json = (await site.client.get(links["JSON"] + "&_size=max")).json()
    assert len(as_json["rows"]) == number > 1
    as_csv = (await site.client.get(links["CSV"] + "&_col=title")).text
    assert as_csv.count("政府信息公开工作年度报告") == number
    in_sql = (
        await site.client.get(links["SQL"].replace("/nianbao?", "/nianbao.json?") + "&_shape=array")
    ).json()
    assert [row["id"] for row in in_sql] == _hits(page)


async def test_an_address_that_makes_no_sense_is_a_search_without_it() -> None:
    search = asked({"q": " 拆迁 ", "sort": "size", "page": "-1", "year": ""})
    assert (search.q, search.chosen, search.sort, search.page) == ("拆迁", {}, "", 1)
    assert asked({"q": "拆" * 5000}).q == "拆" * search_page.LONGEST


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_search_is_an_error(site: Datasette, query: str) -> None:
    await _page(site, q=query)


async def test_a_query_is_shown_escaped_never_run(site: Datasette) -> None:
    for page in (
        await _page(site, q="<script>alert(1)</script>"),
        await _page(site, q="拆迁", level="<script>x"),
    ):
        assert "<script>alert" not in page
        assert "<script>x" not in page


async def test_the_box_on_every_page_leads_to_the_search(site: Datasette) -> None:
    for path in ("/", "/nianbao/refusers", "/nianbao/nowhere"):
        page = (await site.client.get(path)).text
        [box] = re.findall(
            r'<form class="(?:nav|home)-search" action="/nianbao/search".*?</form>', page, re.DOTALL
        )
        assert 'type="search" name="q"' in box
    assert 'class="nav-search"' not in await _page(site, q="拆迁")


async def test_without_reports_there_is_no_search(site: Datasette) -> None:
    assert (await site.client.get("/nowhere/search?q=拆迁")).status_code == 404


async def test_english_words_explain_what_chinese_text_was_found(site: Datasette) -> None:
    page = visible(await _page(site, "en", q="噪声扰民"), leave_out_language="zh")
    assert "The most relevant first" in page
    assert re.search(r"^[15] [A-Z]", page, re.MULTILINE)  # the name of a section
