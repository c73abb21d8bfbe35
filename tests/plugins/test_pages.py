"""Every page answers, says what it shows in both languages, and gives its data away."""

import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from datasette.app import Datasette
from serving import ROOT, serve

from load.describe import read_queries
from load.schema import REPORTS, TABLES, VIEWS

NAMES = [table.name for table in TABLES] + [view.name for view in VIEWS]
QUERIES = read_queries()


@pytest.mark.parametrize(
    "path", ["/", "/nianbao", "/-/search?q=拆迁", "/static/site.css", "/static/query.js"]
)
async def test_every_kind_of_page_answers(site: Datasette, path: str) -> None:
    assert (await site.client.get(path)).status_code == 200


async def test_the_home_page_asks_lists_and_searches(site: Datasette) -> None:
    page = (await site.client.get("/")).text
    assert 'action="/nianbao/reports"' in page
    assert 'name="_search"' in page
    for query in QUERIES:
        assert f'href="/nianbao/{query.name}">{query.title_zh} · {query.title_en}<' in page
    for table in TABLES:
        assert f'href="/nianbao/{table.name}"' in page


@pytest.mark.parametrize("name", NAMES)
async def test_each_table_has_a_page_json_and_csv(
    site: Datasette, name: str, rows: Callable[..., list[tuple]]
) -> None:
    page = await site.client.get(f"/nianbao/{name}")
    assert page.status_code == 200
    as_json = (await site.client.get(f"/nianbao/{name}.json?_shape=objects&_size=max")).json()
    as_csv = (await site.client.get(f"/nianbao/{name}.csv?_stream=on")).text
    count = rows(f"select count(*) from {name}")[0][0]
    assert len(list(csv.reader(io.StringIO(as_csv)))) - 1 == count
    assert len(as_json["rows"]) == min(count, 1000)


@pytest.mark.parametrize("name", [t.name for t in TABLES])
async def test_each_table_is_described_in_both_languages(site: Datasette, name: str) -> None:
    page = (await site.client.get(f"/nianbao/{name}")).text
    table = next(t for t in TABLES if t.name == name)
    assert f"{table.title_zh} · {table.title_en}" in page
    for column in table.columns:
        assert f"<dt>{column.name}</dt>" in page


async def test_the_list_of_reports_leaves_the_bulk_out_and_shows_it_when_asked(site: Datasette) -> None:
    listed = (await site.client.get("/nianbao/reports?_size=3")).text
    assert '<th data-column-description="三张表的全部数字（JSON）' not in listed
    assert 'data-column="publisher"' in listed
    assert "evidence" not in REPORTS.shown
    asked = (await site.client.get("/nianbao/reports?_size=3&_col=evidence")).text
    assert 'data-column="evidence"' in asked


async def test_a_report_has_a_page_with_its_json_folded(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    id, publisher = rows("select id, publisher from reports limit 1")[0]
    page = await site.client.get(f"/nianbao/reports/{id}")
    assert page.status_code == 200
    assert publisher in page.text
    assert page.text.count("<summary>JSON") == 4
    as_json = (await site.client.get(f"/nianbao/reports/{id}.json?_shape=objects")).json()
    assert as_json["rows"][0]["id"] == id


async def test_the_whole_database_can_be_downloaded(site: Datasette, tmp_path: Path) -> None:
    answer = await site.client.get("/nianbao.db")
    assert answer.status_code == 200
    copy = tmp_path / "copy.db"
    copy.write_bytes(answer.content)
    assert sqlite3.connect(copy).execute("pragma integrity_check").fetchone() == ("ok",)
    assert 'href="/nianbao.db"' in (await site.client.get("/nianbao")).text


async def test_invented_data_is_announced_on_every_page(site: Datasette) -> None:
    for path in ("/", "/nianbao", "/nianbao/reports", "/nianbao/refusers"):
        assert "Sample data, invented" in (await site.client.get(path)).text


async def test_real_data_is_not_called_invented(sample_database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "nianbao.db"
    copy.write_bytes(sample_database.read_bytes())
    copy.with_name("inspect-data.json").write_text("{}")
    connection = sqlite3.connect(copy)
    with connection:
        connection.execute("update publishers set region_code = '130111' where id % 2")
    mixed = serve(copy)
    mixed.inspect_data = None
    await mixed.invoke_startup()
    assert "Contains invented sample data" in (await mixed.client.get("/")).text
    mixed.executor.shutdown()
    with connection:
        connection.execute("update publishers set region_code = '130111'")
    connection.close()
    real = serve(copy)
    real.inspect_data = None
    await real.invoke_startup()
    assert "nvented" not in (await real.client.get("/")).text
    real.executor.shutdown()


async def test_ids_in_the_answer_of_a_query_lead_to_their_pages(site: Datasette) -> None:
    for name, table in (
        ("refusers", "reports"),
        ("missing_years", "publishers"),
        ("unread_documents", "documents"),
    ):
        page = (await site.client.get(f"/nianbao/{name}")).text
        link = re.search(rf'href="(/nianbao/{table}/[^"]+)"', page)[1]
        assert (await site.client.get(link)).status_code == 200


# --- queries ------------------------------------------------------------------------------------


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
    assert {(r["fiscal_year"], r["ground"], r["requests"]) for r in answer} == set(expected)


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


def test_settings_and_metadata_are_json_that_datasette_takes() -> None:
    assert json.loads((ROOT / "settings.json").read_text("utf-8"))["suggest_facets"] is False
