"""Facets count rows, sum facets add up requests, with any filter, as SQL does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from datasette.app import Datasette
from datasette.plugins import pm
from serving import serve

FILTERS = [
    ({}, "1"),
    ({"level": "county"}, "level = 'county'"),
    ({"level": "county", "fiscal_year__gt": "2021"}, "level = 'county' and fiscal_year > 2021"),
    ({"category__in": "refused,other"}, "category in ('refused', 'other')"),
    ({"count__gt": "3"}, "count > 3"),
    ({"_where": "count > 3 and level = 'county'"}, "count > 3 and level = 'county'"),
    ({"level": "nowhere"}, "0"),
]


async def _facets(site: Datasette, table: str, **given: str) -> dict[str, dict]:
    answer = await site.client.get(f"/nianbao/{table}.json", params={"_size": "1"} | given)
    assert answer.status_code == 200, answer.text
    return answer.json()["facet_results"]


def _values(facet: dict) -> dict:
    return {result["value"]: result["count"] for result in facet["results"]}


@pytest.mark.parametrize(("given", "where"), FILTERS)
async def test_sums_and_counts_of_requests_are_those_of_sql(
    site: Datasette, rows: Callable[..., list[tuple]], given: dict, where: str
) -> None:
    facets = await _facets(site, "requests", _facet_sum="level:count", _facet_size="100", **given)
    for column in ("category", "outcome", "applicant", "fiscal_year", "province", "level"):
        counted = dict(rows(f"select {column}, count(*) from requests where {where} group by 1"))
        assert _values(facets[column]) == counted
        assert facets[column]["type"] == "column"
    for column in ("category", "fiscal_year", "level"):
        summed = dict(rows(f"select {column}, sum(count) from requests where {where} group by 1"))
        assert _values(facets[f"{column}: sum(count)"]) == summed


@pytest.mark.parametrize("search", ["拆迁", "噪声 -网站", "无此词句"])
async def test_facets_of_a_search_count_what_was_found(
    site: Datasette, rows: Callable[..., list[tuple]], search: str
) -> None:
    found = await site.client.get(
        "/nianbao/reports.json", params={"_search": search, "_size": "max", "_shape": "array"}
    )
    ids = ",".join(str(row["id"]) for row in found.json()) or "0"
    facets = await _facets(site, "reports", _search=search)
    for column in ("fiscal_year", "province", "level", "kind", "form_version", "status"):
        where = f"id in ({ids}) and {column} is not null"
        assert _values(facets[column]) == dict(
            rows(f"select {column}, count(*) from reports where {where} group by 1")
        )
    summed = dict(
        rows(
            f"select fiscal_year, sum(received_new) from reports where id in ({ids}) and received_new is not null group by 1"
        )
    )
    assert _values(facets["fiscal_year: sum(received_new)"]) == summed


@pytest.mark.parametrize(
    "table", ["reports", "disclosures", "disputes", "checks", "publishers", "request_totals"]
)
async def test_facets_of_the_other_tables_are_right_with_a_filter_and_without(
    site: Datasette, rows: Callable[..., list[tuple]], table: str
) -> None:
    for given, where in (({}, "1"), ({"level": "county"}, "level = 'county'")):
        facets = await _facets(site, table, _facet_size="100", **given)
        assert facets
        for facet in facets.values():
            if facet["type"] == "column":
                column, add = facet["name"], "count(*)"
            else:
                column, add = facet["column"], f"sum({facet['sum_of']})"
            sql = f"select {column}, {add} from {table} where {where} and {column} is not null group by 1"
            assert _values(facet) == {value: count for value, count in rows(sql) if count is not None}


async def test_a_value_links_to_its_filter_and_back(site: Datasette) -> None:
    [first, *_] = (await _facets(site, "requests"))["category: sum(count)"]["results"]
    assert f"category={first['value']}" in first["toggle_url"]
    assert not first["selected"]
    facets = await _facets(site, "requests", category=first["value"])
    [chosen] = facets["category: sum(count)"]["results"]
    assert chosen["selected"]
    assert "category=" not in chosen["toggle_url"]
    assert chosen["count"] == first["count"]


async def test_codes_carry_their_labels(site: Datasette) -> None:
    facets = await _facets(site, "requests", _facet_sum="outcome:count")
    for name in ("outcome", "outcome: sum(count)"):
        assert all(result["label"] != result["value"] for result in facets[name]["results"])


@pytest.mark.parametrize(
    ("language", "person", "refused"),
    [("zh", "自然人", "不予公开"), ("en", "Natural persons", None)],  # a code that says it all stands once
)
async def test_a_code_stands_beside_its_name_in_the_language_of_the_page(
    site: Datasette, language: str, person: str, refused: str | None
) -> None:
    page = (await site.client.get(f"/nianbao/requests?_lang={language}")).text
    assert f'>{person}</a> <span class="code">natural_person</span>' in page
    chosen = (await site.client.get(f"/nianbao/requests?applicant=natural_person&_lang={language}")).text
    assert f'{person} <span class="code">natural_person</span> &middot;' in chosen
    assert ('<span class="code">refused</span>' in page) == bool(refused)


@pytest.mark.parametrize(
    ("language", "caption"), [("zh", "结果大类：件数合计"), ("en", "Category: Number, summed")]
)
async def test_the_page_says_what_is_added_up(site: Datasette, language: str, caption: str) -> None:
    assert caption in (await site.client.get(f"/nianbao/requests?_lang={language}")).text


@pytest.mark.parametrize(
    "asked", ["nowhere:count", "category:nowhere", "category", ":", "category:count:count"]
)
async def test_a_sum_facet_of_no_such_column_is_refused_with_a_sentence(site: Datasette, asked: str) -> None:
    answer = await site.client.get("/nianbao/requests", params={"_facet_sum": asked})
    assert answer.status_code == 400
    assert "names a column that is not there" in answer.text


async def test_a_sum_facet_out_of_time_says_so_on_the_page_and_in_json(sample_database: Path) -> None:
    hurried = serve(sample_database, facet_time_limit_ms=1)
    await hurried.invoke_startup()
    slow = "(with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000) select max(i) from n) > 0"
    given = {"_where": slow, "_facet_sum": "category:count", "_size": "1", "_nocount": "1"}
    facet = (await hurried.client.get("/nianbao/requests.json", params=given)).json()["facet_results"]
    assert facet["category: sum(count)"]["timed_out"]
    assert facet["category: sum(count)"]["results"] == []
    page = (await hurried.client.get("/nianbao/requests", params=given)).text
    assert "Timed out, not summed" in page
    hurried.executor.shutdown()


async def test_other_facets_of_datasette_still_work(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    facets = await _facets(
        site, "reports", _facet="publisher", _facet_date="published_on", _facet_size="1000"
    )
    assert _values(facets["publisher"]) == dict(rows("select publisher, count(*) from reports group by 1"))
    assert facets["published_on"]["type"] == "date"


@pytest.mark.parametrize("search", ["拆迁", "公开", "title:报告 -拆迁"])
async def test_facets_of_a_search_with_many_rows_are_those_of_one_with_few(
    site: Datasette, monkeypatch: pytest.MonkeyPatch, search: str
) -> None:
    few = await _facets(site, "reports", _search=search)
    assert few
    modules = [plugin for plugin in pm.get_plugins() if hasattr(plugin, "_MANY_ROWS")]
    assert modules
    for module in modules:
        monkeypatch.setattr(module, "_MANY_ROWS", 0)
    many = await _facets(site, "reports", _search=search)
    assert {name: _values(facet) for name, facet in many.items()} == {
        name: _values(facet) for name, facet in few.items()
    }
