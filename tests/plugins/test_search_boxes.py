"""Datasette's own search boxes find Chinese words, show them in context, and take anything."""

import json
import re
from collections.abc import Callable

import pytest
from datasette.app import Datasette

from chinese import fold
from load.schema import REPORTS


async def _found(site: Datasette, **given: str) -> set[int]:
    answer = await site.client.get(
        "/nianbao/reports.json", params={"_size": "max", "_shape": "array", "_col": "publisher"} | given
    )
    assert answer.status_code == 200
    return {row["id"] for row in answer.json()}


def _holding(rows: Callable[..., list[tuple]], *words: str) -> set[int]:
    columns = ", ".join(REPORTS.search)
    return {
        id
        for id, *texts in rows(f"select id, {columns} from reports")
        if all(any(word in fold(text or "") for text in texts) for word in words)
    }


@pytest.mark.parametrize("word", ["拆迁", "噪", "营商环境", "app端", "网站"])
async def test_the_search_box_finds_every_report_with_the_word_and_no_other(
    site: Datasette, rows: Callable[..., list[tuple]], word: str
) -> None:
    expected = _holding(rows, word)
    assert expected
    assert await _found(site, _search=word) == expected


async def test_traditional_and_full_width_queries_find_the_same(site: Datasette) -> None:
    assert await _found(site, _search="政府網站") == await _found(site, _search="政府网站") != set()
    assert await _found(site, _search="ＷＥＢ端") == await _found(site, _search="web端") != set()


async def test_operators_work_in_the_box(site: Datasette, rows: Callable[..., list[tuple]]) -> None:
    with_word, all_three = _holding(rows, "拆迁"), _holding(rows, "拆迁", "网站")
    assert await _found(site, _search="拆迁 网站") == all_three
    assert await _found(site, _search="拆迁 -网站") == with_word - all_three != set()
    assert await _found(site, _search="publisher:教育局") == _holding_publisher(rows, "教育局")
    assert await _found(site, _search_publisher="教育局") == _holding_publisher(rows, "教育局")
    assert await _found(site, _search="-拆迁") == set()


def _holding_publisher(rows: Callable[..., list[tuple]], word: str) -> set[int]:
    return {id for (id,) in rows("select id from reports where publisher like ?", f"%{word}%")}


async def test_the_matched_words_are_marked_in_context(site: Datasette) -> None:
    page = (await site.client.get("/nianbao/reports?_search=網站 拆迁&_size=5")).text
    marked = set(re.findall("<mark>(.*?)</mark>", page))
    assert marked == {"網站", "拆迁"}
    assert page.count('<td class="col-context"') == 5
    assert page.index("<mark>") < page.index('class="col-publisher ')
    assert "<mark>" not in (await site.client.get("/nianbao/reports?_size=5")).text


async def test_the_query_of_one_visitor_never_marks_the_page_of_the_next(site: Datasette) -> None:
    await site.client.get("/nianbao/reports?_search=拆迁")
    assert "<mark>" not in (await site.client.get("/nianbao/reports")).text


async def test_search_all_lists_the_reports(site: Datasette) -> None:
    page = (await site.client.get("/-/search?q=拆迁")).text
    tables = json.loads(re.search(r"searchable_tables = (\[.*?\]);", page, re.DOTALL)[1])
    assert [table["table"] for table in tables] == ["reports"]


async def test_search_by_relevance_puts_the_excerpt_beside_the_report(site: Datasette) -> None:
    answer = await site.client.get(
        "/nianbao/search_by_relevance.json", params={"q": "噪声扰民", "_shape": "array"}
    )
    assert answer.json()
    assert all("【噪声扰民】" in row["excerpt"] for row in answer.json())
    page = (await site.client.get("/nianbao/search_by_relevance", params={"q": "噪声扰民"})).text
    assert "<mark>噪声扰民</mark>" in page


@pytest.mark.parametrize("word", ["拆", "拆迁", "营商环境", "政府信息公开工作年度报告"])
async def test_plain_sql_finds_what_the_box_finds(site: Datasette, word: str) -> None:
    answer = await site.client.get("/nianbao/search_plain_sql.json", params={"word": word, "_shape": "array"})
    found = {row["report_id"] for row in answer.json()}
    boxed = await _found(site, _search=word)
    assert found <= boxed
    assert len(found) == min(len(boxed), 50)


HOSTILE = [
    '"', "'", '"""', "***", "-", "NEAR(", "NEAR(拆 迁)", "title:", "nowhere:x", "title:title:", "(", ")(", "((((((",
    "AND", "OR", "NOT", "AND OR NOT", "拆 OR", "😀", "拆😀", "\0", "拆\0迁", "^", "{title}:x", "拆*", "'; drop table reports; --",
    "拆" * 3400, " ".join(chr(0x4E00 + n) for n in range(2500)), "(" * 300, "-" * 300 + "拆", "%", "\\", "&_search=x", "<script>",
    "“", "title:-拆", "﷽" * 100,
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_search_is_an_error(site: Datasette, query: str) -> None:
    for key in ("_search", "_search_title"):
        answer = await site.client.get("/nianbao/reports", params={key: query, "_size": 1, "_nofacet": 1})
        assert answer.status_code == 200
    for name, key in (("search_by_relevance", "q"), ("word_by_year", "q"), ("search_plain_sql", "word")):
        answer = await site.client.get(f"/nianbao/{name}.json", params={key: query})
        assert answer.status_code < 500
        if key == "q":
            assert answer.status_code == 200


async def test_a_query_is_shown_escaped_never_run(site: Datasette) -> None:
    page = (
        await site.client.get("/nianbao/reports", params={"_search": "<script>alert(1)</script> 拆迁"})
    ).text
    assert "<script>alert" not in page
