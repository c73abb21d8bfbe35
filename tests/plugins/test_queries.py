"""Every query answers at once, with figures that are right and denominators that are shown."""

import csv
import io
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from datasette.app import Datasette
from serving import copied, serve

from load.describe import read_queries

QUERIES = read_queries()


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q.name)
async def test_each_query_answers_at_once_with_its_chart(site: Datasette, query) -> None:
    page = await site.client.get(f"/nianbao/{query.name}")
    assert page.status_code == 200
    assert query.title_en in page.text
    answer = (await site.client.get(f"/nianbao/{query.name}.json?_shape=array")).json()
    assert answer, "no rows"
    charted = {query.chart[key] for key in ("x", "y", "color") if key in query.chart}
    assert charted <= set(answer[0])
    if query.chart:
        assert f"g.mark={query.chart['mark']}" in page.text
    rows = list(csv.reader(io.StringIO((await site.client.get(f"/nianbao/{query.name}.csv")).text)))
    assert rows[0] == list(answer[0])
    assert len(rows) == len(answer) + 1


@pytest.mark.parametrize("query", [q for q in QUERIES if q.parameters], ids=lambda q: q.name)
async def test_a_blank_parameter_means_the_default_that_the_page_names(site: Datasette, query) -> None:
    blank = (await site.client.get(f"/nianbao/{query.name}.json?_shape=array")).json()
    written = {
        name: p["default"] for name, p in query.parameters.items() if " " not in p["default"] and p["default"]
    }
    filled = await site.client.get(f"/nianbao/{query.name}.json", params={"_shape": "array"} | written)
    assert filled.json() == blank


@pytest.mark.parametrize("query", [q for q in QUERIES if "province" in q.parameters], ids=lambda q: q.name)
async def test_a_filter_that_fits_nothing_gives_no_rows_and_one_that_fits_all_changes_nothing(
    site: Datasette, query
) -> None:
    async def ask(**given: str) -> list:
        answer = await site.client.get(f"/nianbao/{query.name}.json", params={"_shape": "array"} | given)
        return answer.json()

    # a rule that no report breaks still has no row; a year without the word has one
    assert await ask(province="无此省") == []
    if "fiscal_year" in query.parameters:
        assert {row.get("fiscal_year", 2023) for row in await ask(fiscal_year="2023")} <= {2023}


@pytest.mark.parametrize("query", [q for q in QUERIES if "low_pct" in q.sql], ids=lambda q: q.name)
async def test_each_rate_lies_in_its_interval_and_shows_what_it_is_made_of(site: Datasette, query) -> None:
    for row in (await site.client.get(f"/nianbao/{query.name}.json?_shape=array")).json():
        rate = next(v for k, v in row.items() if k.endswith("_pct"))
        assert 0 <= row["low_pct"] <= rate <= row["high_pct"] <= 100


async def test_corrected_reviews_are_over_concluded_ones(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    answer = (await site.client.get("/nianbao/corrected_by_year.json?_shape=array")).json()
    for row in answer:
        channels = ("review",) if "review" in row["channel"] else ("lawsuit_direct", "lawsuit_after_review")
        marks = ",".join("?" * len(channels))
        [[corrected, concluded]] = rows(
            "select sum(iif(result = 'corrected', count, 0)), sum(count) from disputes "
            f"where result <> 'pending' and fiscal_year = ? and channel in ({marks})",
            row["fiscal_year"],
            *channels,
        )
        assert (row["corrected"], row["concluded"]) == (corrected, concluded)


async def test_refusals_by_ground_are_those_of_the_requests(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    answer = (await site.client.get("/nianbao/refusal_grounds_by_year.json?_shape=array")).json()
    expected = rows(
        "select fiscal_year, label_zh, sum(count) from requests join outcomes on outcomes.id = outcome "
        "where requests.category = 'refused' group by 1, 2"
    )
    assert {(r["fiscal_year"], r["label_zh"], r["requests"]) for r in answer} == set(expected)


async def test_rates_of_places_are_of_reports_that_print_all_figures(
    sample_database: Path, tmp_path: Path
) -> None:
    copy = copied(sample_database, tmp_path)
    connection = sqlite3.connect(copy)
    with connection:
        connection.execute("update reports set partly_granted = null, refused = null where id % 3 = 0")
        connection.execute("update reports set refused = processed_total + 1 where id % 3 = 1 and id % 2 = 0")
    blanked = serve(copy)
    blanked.inspect_data = None
    await blanked.invoke_startup()
    for name, place, figure, printed in (
        ("refusal_rate_by_province", "province", "refused", "refused <= processed_total"),
        ("granting_rate_by_level", "level", "granted", "granted <= processed_total"),
    ):
        answer = (await blanked.client.get(f"/nianbao/{name}.json?_shape=array&least=0")).json()
        expected = connection.execute(
            f"select {place}, fiscal_year, sum({figure}), sum(processed_total), count(*) from reports "
            f"where {printed} group by 1, 2"
        ).fetchall()
        assert {(r[place], r["fiscal_year"], r[figure], r["decided"], r["reports"]) for r in answer} == set(
            expected
        )
    partly = connection.execute(
        "select level, fiscal_year, sum(partly_granted), sum(processed_total) from reports "
        "where partly_granted is not null group by 1, 2"
    ).fetchall()
    assert {
        (r["level"], r["fiscal_year"], r["partly_granted"], r["decided_with_partly"])
        for r in answer
        if r["decided_with_partly"]
    } == set(partly)
    connection.close()
    blanked.executor.shutdown()


async def test_a_body_has_peers_and_a_province_has_other_provinces(
    sample_database: Path, tmp_path: Path
) -> None:
    copy = copied(sample_database, tmp_path)
    connection = sqlite3.connect(copy)
    [(other,)] = connection.execute("select id from publishers where name = '样城市人民政府'").fetchall()
    with connection:
        connection.execute(
            "update publishers set level = 'province', province = '浙江省' where id = ?", [other]
        )
        connection.execute(
            "update reports set level = 'province', province = '浙江省' where publisher_id = ?", [other]
        )
    served = serve(copy)
    served.inspect_data = None
    await served.invoke_startup()
    for publisher in ("", "示例省人民政府", "范江市人民政府", str(other)):
        answer = await served.client.get(
            "/nianbao/publisher_and_peers.json", params={"_shape": "array", "publisher": publisher}
        )
        assert {row["who"] for row in answer.json()} == {"本机关 this body", "同类 peers"}
    connection.close()
    served.executor.shutdown()


async def test_a_history_is_found_by_name_and_by_number(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    [(id, name)] = rows("select id, name from publishers where name = '范江市教育局'")
    found = [
        (
            await site.client.get(
                "/nianbao/publisher_history.json", params={"_shape": "array", "publisher": asked}
            )
        ).json()
        for asked in (name, str(id))
    ]
    assert found[0] == found[1]
    assert {row["publisher_id"] for row in found[0]} == {id}


async def test_a_ground_is_counted_in_one_year_and_named_in_both_languages(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    answer = (await site.client.get("/nianbao/refusal_grounds_of_publishers.json?_shape=array")).json()
    expected = rows(
        "select report_id, sum(count) from requests where outcome = 'refused_deliberative' and fiscal_year = "
        "(select max(fiscal_year) from reports) group by 1 order by 2 desc, 1 limit 30"
    )
    assert [(row["report_id"], row["requests"]) for row in answer] == expected
    assert {row["label_en"][:15] for row in answer} == {"6. Deliberative"}


async def test_a_blank_is_never_a_zero_in_the_backlog(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    answer = (await site.client.get("/nianbao/backlog.json?_shape=array&least=1")).json()
    blank = {id for (id,) in rows("select id from reports where received_carried_in is null")}
    assert blank
    assert not blank & {row["report_id"] for row in answer}


async def test_missing_years_are_those_without_a_report(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    for row in (await site.client.get("/nianbao/missing_years.json?_shape=array")).json():
        years = {
            y for (y,) in rows("select fiscal_year from reports where publisher_id = ?", row["publisher_id"])
        }
        missing = {int(year) for year in row["missing_years"].split()}
        assert missing
        assert missing | years == set(range(row["first_year"], row["last_year"] + 1))
        assert not missing & years
