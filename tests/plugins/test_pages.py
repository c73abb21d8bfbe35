"""Every page answers, says what it shows in both languages, and gives its data away."""

import csv
import html
import io
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from datasette.app import Datasette
from serving import ROOT, copied, serve

from load.describe import read_queries
from load.schema import REPORTS, TABLES, VIEWS

NAMES = [table.name for table in TABLES] + [view.name for view in VIEWS]
QUERIES = read_queries()


@pytest.mark.parametrize(
    "path", ["/", "/nianbao", "/-/search?q=拆迁", "/static/site.css", "/static/query.js"]
)
async def test_every_kind_of_page_answers(site: Datasette, path: str) -> None:
    assert (await site.client.get(path)).status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_home_page_asks_lists_and_searches(site: Datasette, language: str) -> None:
    page = (await site.client.get(f"/?_lang={language}")).text
    assert 'action="/nianbao/search"' in page
    assert 'name="q"' in page
    for query in QUERIES:
        title = query.title_zh if language == "zh" else query.title_en
        assert f'href="/nianbao/{query.name}">{title}<' in page
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
    table = next(t for t in TABLES if t.name == name)
    for language, title in (("zh", table.title_zh), ("en", table.title_en)):
        page = html.unescape((await site.client.get(f"/nianbao/{name}?_lang={language}")).text)
        assert f"<h1>{title}</h1>" in page
        for column in table.columns:
            assert f"<code>{column.name}</code></dt><dd>{getattr(column, language)}</dd>" in page


async def test_the_list_of_reports_leaves_the_bulk_out_and_shows_it_when_asked(site: Datasette) -> None:
    listed = (await site.client.get("/nianbao/reports?_size=3")).text
    assert '<th data-column-description="三张表的全部数字（JSON）' not in listed
    assert 'data-column="publisher"' in listed
    assert "evidence" not in REPORTS.shown
    asked = (await site.client.get("/nianbao/reports?_size=3&_col=evidence")).text
    assert 'data-column="evidence"' in asked


async def test_a_report_has_a_page_and_all_its_columns_as_json(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    id, publisher = rows("select id, publisher from reports limit 1")[0]
    page = await site.client.get(f"/nianbao/reports/{id}")
    assert page.status_code == 200
    assert publisher in page.text
    assert f'href="/nianbao/reports/{id}.json?_shape=objects"' in page.text
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
    copy = copied(sample_database, tmp_path)
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
    assert "sample-notice" not in (await real.client.get("/")).text
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


async def test_the_keys_of_a_row_lead_to_the_rows_they_name(
    site: Datasette, rows: Callable[..., list[tuple]]
) -> None:
    [(id, publisher, document)] = rows("select id, publisher_id, document_id from reports limit 1")
    page = (await site.client.get(f"/nianbao/reports/{id}")).text
    for link in (f"/nianbao/publishers/{publisher}", f"/nianbao/documents/{document}"):
        assert f'<a href="{link}">' in page
        assert (await site.client.get(link)).status_code == 200
    back = (await site.client.get(f"/nianbao/documents/{document}")).text
    assert f'<a href="/nianbao/reports/{id}">' in back


async def test_a_tab_is_named_by_what_it_shows(site: Datasette, rows: Callable[..., list[tuple]]) -> None:
    async def title(path: str) -> str:
        return re.search(r"<title>(.*?)</title>", (await site.client.get(path)).text, re.DOTALL)[1]

    [(id, printed)] = rows("select id, title from reports limit 1")
    assert (await title(f"/nianbao/reports/{id}")).startswith(printed)
    assert (await title("/nianbao/refusers")).startswith("Bodies that refuse most")
    assert (await title("/nianbao/refusers?_lang=zh")).startswith("不予公开率最高的机关")
    assert await title("/nianbao?sql=select+1") == "SQL · Nianbao"
    assert await title("/nianbao?sql=select+nothing") == "SQL: error · Nianbao"
    narrowed = "年度报告，0 行 条件：年度 = 1900；按年度从大到小排列 · 年报"
    assert await title("/nianbao/reports?fiscal_year=1900&_lang=zh") == narrowed
    [(body, one, other)] = rows(
        "select publisher, min(id), max(id) from reports where form_version = '2021' group by publisher_id limit 1"
    )
    compared = await title(f"/nianbao/compare?report={one}&report={other}")
    assert compared.startswith(f"{body} 20")
    assert compared.endswith(" · Compare reports · Nianbao")


async def test_the_line_of_where_a_page_stands_speaks_the_readers_language(site: Datasette) -> None:
    async def crumbs(path: str) -> list[str]:
        line = re.search(r'<p class="crumbs".*?</p>', (await site.client.get(path)).text, re.DOTALL)[0]
        return re.findall(r">([^<]+)</a>", line)

    assert await crumbs("/nianbao/regions/990100,2007?_lang=zh") == ["首页", "年报数据库", "行政区划"]
    assert await crumbs("/nianbao/places/990100?_lang=en") == ["home", "The Nianbao database", "Regions"]
    assert await crumbs("/nianbao/refusers?_lang=en") == ["home", "The Nianbao database"]


async def test_a_page_that_fails_looks_like_the_site_and_keeps_what_the_program_said_to_the_log(
    sample_database: Path, tmp_path: Path
) -> None:
    copy = copied(sample_database, tmp_path)
    with sqlite3.connect(copy) as connection:
        connection.execute("drop table checks")
        [(report,)] = connection.execute("select id from reports limit 1").fetchall()
    connection.close()
    broken = serve(copy)
    broken.inspect_data = None
    await broken.invoke_startup()
    page = await broken.client.get(f"/nianbao/reports/{report}?_lang=en")
    assert page.status_code == 500
    assert "Something went wrong on this site" in page.text
    assert "no such table" not in page.text
    assert 'href="/static/site.css"' in page.text
    broken.executor.shutdown()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("reports?_sort=nowhere", "names a column that reports does not have: nowhere"),
        ("reports.csv?_stream=on&_sort_desc=nowhere", "names a column that reports does not have: nowhere"),
        ("sections?nowhere__gt=1", "names a column that sections does not have: nowhere"),
        ("reports?fiscal_yaer=2023", "names a column that reports does not have: fiscal_yaer"),
        ("reports?fiscal_year__foo=1", "filters by “foo”, which there is not"),
        ("reports.csv?fiscal_year__=1", "filters by “”, which there is not"),
        ("reports?_sort=id&_sort_desc=id", "Give _sort or _sort_desc, not both."),
        ("reports?_through=nothing", "Write _through as"),
        ("reports?_through=%5B1%5D", "Write _through as"),
        ("reports?_timelimit=soon", "must be a whole number"),
        ("refusers?_timelimit=-1", "must be a whole number"),
    ],
)
async def test_a_visitors_slip_is_answered_with_a_sentence_and_never_as_our_fault(
    site: Datasette, path: str, said: str
) -> None:
    answer = await site.client.get(f"/nianbao/{path}")
    assert answer.status_code == 400
    assert said in answer.text


@pytest.mark.parametrize("path", ["regions/990100", "regions/990100,2007,1", "reports/1,2", "reports/1"])
async def test_a_row_whose_key_is_not_there_or_not_whole_is_not_found(site: Datasette, path: str) -> None:
    answer = await site.client.get(f"/nianbao/{path}")
    assert answer.status_code == 404
    assert "Record not found" in answer.text


async def test_what_datasette_can_filter_and_sort_by_is_not_refused(site: Datasette) -> None:
    through = '{"table": "requests", "column": "applicant", "value": "business"}'
    for given in (
        {"fiscal_year__in": "2023,2024", "_sort_desc": "received_new"},
        {"_through": through},
        {"_search": "拆迁", "level__not": "county", "_timelimit": "1000"},
    ):
        assert (await site.client.get("/nianbao/reports", params=given)).status_code == 200
    assert (await site.client.get("/nianbao/request_totals?_sort=rowid")).status_code == 200


def test_settings_and_metadata_are_json_that_datasette_takes() -> None:
    assert json.loads((ROOT / "settings.json").read_text("utf-8"))["suggest_facets"] is False
