"""No query runs much longer than its limit, whatever it does, and none makes very long texts."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from serving import serve

LIMIT_MS = 200
LONG = (
    "(with recursive n(i) as (select 1 union all select i + 1 from n where i < 11000) "
    "select group_concat('aaaaaaaaaaaaaaaaaaaa', '') from n)"
)


@pytest.fixture(scope="module")
def hurried(sample_database: Path) -> Iterator[Datasette]:
    made = serve(sample_database, sql_time_limit_ms=LIMIT_MS)
    yield made
    made.executor.shutdown()


@pytest.fixture
async def limited(hurried: Datasette) -> Datasette:
    await hurried.invoke_startup()
    return hurried


def _looped(expression: str, times: int = 1_000_000) -> str:
    """`expression` over a text s of 220,000 characters, `times` over: hours, if nothing stopped it."""
    return (
        f"with recursive n(i) as (select 1 union all select i + 1 from n limit {times}), "
        f"long as materialized (select {LONG} as s) select max({expression}) from long, n"
    )


@pytest.mark.parametrize(
    "expression",
    [
        "instr(s, substr(s, 1, 100000) || 'b')",
        "length(replace(s, substr(s, 1, 100000) || 'b', ''))",
        "length(replace(s, substr(s, 1, 1000), substr(s, 1, 900)))",
        "s like '%' || substr(replace(hex(i), '3', '_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a_a'), 1, 190) || 'b'",
        "s glob '*[a-b][a-b][a-b][a-b][a-b][a-b][a-b][a-b][a-b][a-b][a-b][a-b][a-b][a-b]c'",
        "length(hex(substr(s, 1, 110000)))",
        "length(trim(s, 'ab'))",
    ],
)
async def test_a_loop_of_costly_calls_is_stopped_by_the_time_limit(
    limited: Datasette, expression: str
) -> None:
    with pytest.raises((QueryInterrupted, sqlite3.DatabaseError)) as stopped:
        await limited.execute("nianbao", _looped(expression))
    assert "interrupted" in str(stopped.value) or "too big" in str(stopped.value)


@pytest.mark.parametrize(
    "sql",
    [
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
        "select count(*) from requests a, requests b, requests c",
        "select count(*) from reports_fts where reports_fts match '"
        + " OR ".join(f'"{chr(0x4E00 + n)}"*' for n in range(3000))
        + "' and (with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n) > 0",
    ],
)
async def test_a_query_without_an_end_is_stopped(limited: Datasette, sql: str) -> None:
    with pytest.raises(QueryInterrupted):
        await limited.execute("nianbao", sql)


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "毫秒，已中止；请缩小范围"), ("en", "ms and was stopped. Narrow it down")]
)
async def test_that_a_query_was_stopped_is_said_in_a_sentence(
    limited: Datasette, language: str, said: str
) -> None:
    sql = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    cookies = {"nianbao_lang": language}
    page = await limited.client.get("/nianbao", params={"sql": sql}, cookies=cookies)
    assert page.status_code == 400
    assert said in page.text
    assert "&lt;" not in page.text
    told = await limited.client.get("/nianbao.json", params={"sql": sql})
    assert "<" not in told.json()["error"]


@pytest.mark.parametrize(
    "call",
    [
        "printf('%.*c', 900000000, 'x')",
        "format('%.*c', 900000000, 'x')",
        "zeroblob(1000)",
        "randomblob(1000)",
        "json_patch('{}', '{}')",
        "load_extension('x')",
    ],
)
async def test_functions_that_make_text_out_of_nothing_are_refused(limited: Datasette, call: str) -> None:
    with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|no such function"):
        await limited.execute("nianbao", f"select {call}")
    answer = await limited.client.get("/nianbao", params={"sql": f"select {call}"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "expression",
    [
        "s || s",
        "replace(s, 'a', 'bb')",
        "hex(s)",
        "group_concat(s)",
        "json_array(s, s)",
        "json_group_array(s)",
        "json_group_object(1, s)",
        "quote(s) || s",
        "upper(s) || s",
    ],
)
async def test_no_text_grows_beyond_the_limit(limited: Datasette, expression: str) -> None:
    with pytest.raises(sqlite3.DatabaseError, match="too big"):
        await limited.execute(
            "nianbao", f"select length({expression}) from (select {LONG} as s union all select {LONG})"
        )


async def test_a_long_pattern_is_refused(limited: Datasette) -> None:
    with pytest.raises(sqlite3.DatabaseError, match="too complex"):
        await limited.execute("nianbao", "select 'a' like ?", ["%a" * 200])
    answer = await limited.client.get("/nianbao/reports", params={"overview__contains": "拆" * 300})
    assert answer.status_code == 400


async def test_trim_works_as_in_sqlite_and_takes_no_longer_for_a_long_set(limited: Datasette) -> None:
    sql = "select trim('xxaxx', 'x'), ltrim('xxaxx', 'x'), rtrim('xxaxx', 'x'), trim(' a '), trim(null, 'x'), trim('a', null), trim(121, 1)"
    plain = sqlite3.connect(":memory:").execute(sql).fetchone()
    assert tuple((await limited.execute("nianbao", sql)).first()) == plain
    many = "".join(chr(0x4E00 + n) for n in range(15_000))
    long = many[-1] * 60_000
    assert (await limited.execute("nianbao", "select trim(?, ?)", [f"{long}a", many])).first()[0] == "a"


async def test_the_next_query_is_not_stopped_in_the_place_of_the_last(limited: Datasette) -> None:
    for _ in range(5):
        with pytest.raises(QueryInterrupted):
            await limited.execute(
                "nianbao", _looped("instr(s, substr(s, 1, 100000) || 'b')"), custom_time_limit=20
            )
        for _ in range(20):
            assert (await limited.execute("nianbao", "select count(*) from reports")).first()[0] > 0


async def test_one_thread_watches_all_queries(limited: Datasette) -> None:
    for _ in range(20):
        await limited.execute("nianbao", "select 1")
    assert [thread.name for thread in threading.enumerate()].count("query-watch") == 1


async def test_the_largest_row_that_is_written_can_be_read(limited: Datasette) -> None:
    from load.rows import LARGEST_ROW_BYTES

    conn_limit = await limited.get_database("nianbao").execute_fn(
        lambda connection: connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)
    )
    assert conn_limit > LARGEST_ROW_BYTES


async def test_datasettes_own_database_is_left_alone(limited: Datasette) -> None:
    assert (await limited.get_database("_internal").execute("select printf('%d', 1)")).first()[0] == "1"


async def test_a_visitors_mistake_prints_no_traceback(
    limited: Datasette, capfd: pytest.CaptureFixture[str]
) -> None:
    assert (await limited.client.get("/nianbao/reports?_facet_sum=a:b")).status_code == 400
    assert (await limited.client.get("/nianbao/nowhere")).status_code == 404
    printed = capfd.readouterr()
    assert "Traceback" not in printed.out + printed.err
