"""Going through a sorted table page by page gives every row once."""

from collections.abc import Callable

import pytest
from datasette.app import Datasette


@pytest.mark.parametrize(
    ("table", "given"),
    [
        ("reports", {}),
        ("reports", {"_sort_desc": "failed_checks"}),
        ("reports", {"_sort": "level"}),
        ("reports", {"_sort_desc": "received_carried_in"}),
        ("reports", {"_search": "拆迁", "_sort_desc": "level"}),
        ("requests", {"_sort_desc": "count", "fiscal_year": "2023"}),
        ("request_totals", {"_sort": "reports", "fiscal_year": "2023"}),
        ("sections", {"number": "5"}),
    ],
)
async def test_every_row_comes_once(
    site: Datasette, rows: Callable[..., list[tuple]], table: str, given: dict[str, str]
) -> None:
    whole = await site.client.get(f"/nianbao/{table}.json", params=given | {"_size": "max"})
    url, seen = f"/nianbao/{table}.json?_size=37&_nofacet=1", []
    answer = await site.client.get(url, params=given | {"_size": "37"})
    while True:
        page = answer.json()
        seen += [tuple(row) for row in page["rows"]]
        if not page["next_url"]:
            break
        answer = await site.client.get(page["next_url"].replace("http://localhost", ""))
    assert len(seen) == whole.json()["filtered_table_rows_count"]
    assert len(set(seen)) == len(seen)


async def test_the_newest_reports_come_first(site: Datasette, rows: Callable[..., list[tuple]]) -> None:
    answer = (await site.client.get("/nianbao/reports.json?_shape=objects")).json()
    newest = rows("select id from reports order by fiscal_year desc, id limit 50")
    assert [row["id"] for row in answer["rows"]] == [id for (id,) in newest]
