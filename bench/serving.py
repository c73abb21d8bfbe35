"""How fast pages come: a real Datasette over a large invented database, facets, search and canned queries."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import quote

from datasette.app import Datasette

from bench.figures import Measurement, percentile, timed_ms
from bench.loading import write_pages
from load.run import load
from load.store import is_older

_PROJECT = Path(__file__).resolve().parent.parent
_WORDS = (
    "拆迁",
    "土地征收",
    "营商环境",
    "学区划分",
    "排污许可",
    "信",
    "政务公开",
    "行政复议",
    "农村低保",
    "没有这个词的",
)
_TIMES = 20  # after one call that is not counted: what is asked again and again is in memory
_BUDGET_REPORTS = 100_000  # the size that the budgets are stated for


def database_of(reports: int, folder: Path) -> Path:
    """A database of that many invented reports, made once by each version; its pages are kept beside it."""
    database = folder / f"serve-{reports}" / "nianbao.db"
    if not database.is_file() or is_older(database):
        database.parent.mkdir(parents=True, exist_ok=True)
        pages = write_pages(folder / f"html_clean-{reports}", reports, ["html_clean"])
        start = time.perf_counter()
        load([pages], database, rebuild=True, said=print)
        print(f"loaded {reports:,} reports in {time.perf_counter() - start:.0f} s")
    return database


def served_over(database: Path) -> Datasette:
    """The site over a database, with the project's own plugins, pages and settings; to be started."""
    return Datasette(
        [],
        immutables=[str(database)],
        inspect_data=json.loads(database.with_name("inspect-data.json").read_text("utf-8")),
        metadata=json.loads((_PROJECT / "metadata.json").read_text("utf-8")),
        plugins_dir=str(_PROJECT / "plugins"),
        template_dir=str(_PROJECT / "templates"),
        static_mounts=[("static", str(_PROJECT / "static"))],
        settings=json.loads((_PROJECT / "settings.json").read_text("utf-8")),
    )


def measure(reports: int, folder: Path) -> list[Measurement]:
    """Times of pages and queries over `reports` reports, as a browser would ask for them."""
    database = database_of(reports, folder)
    return [*asyncio.run(_pages(database, reports)), *_search(database, reports)]


async def _pages(database: Path, reports: int) -> list[Measurement]:
    served = served_over(database)
    await served.invoke_startup()
    found = []
    facets = "&".join(f"_facet={name}" for name in ("category", "outcome", "fiscal_year", "province"))
    spent, body = await _asked(served, f"/nianbao/requests.json?{facets}&_size=20")
    timed_out = body.get("facets_timed_out", [])
    found.append(
        Measurement(
            f"requests with 4 facets and more ({reports:,} reports)",
            "p95 < 300 ms, none dropped",
            f"p50 {percentile(spent, 0.5):.0f}, p95 {percentile(spent, 0.95):.0f} ms, dropped: {timed_out or 'none'}",
            held=held_at(reports, percentile(spent, 0.95) < 300 and not timed_out),
        )
    )
    spent, _ = await _asked(served, f"/nianbao/reports.json?_search={quote('政策解读')}&_size=20")
    found.append(
        Measurement(
            "reports page for a word in a third of them",
            "< 200 ms",
            f"p50 {percentile(spent, 0.5):.0f}, p95 {percentile(spent, 0.95):.0f} ms",
            held=held_at(reports, percentile(spent, 0.5) < 200),
        )
    )
    slowest: list[tuple[float, str]] = []
    for name in served.metadata("queries", database="nianbao"):
        spent, _ = await _asked(served, f"/nianbao/{quote(name)}.json?_shape=array")
        slowest.append((percentile(spent, 0.95), name))
    slowest.sort(reverse=True)
    found.append(
        Measurement(
            f"canned queries ({len(slowest)})",
            "p95 < 200 ms",
            f"slowest: {', '.join(f'{name} {ms:.0f}' for ms, name in slowest[:3])} ms",
            held=held_at(reports, slowest[0][0] < 200),
        )
    )
    return found


async def _asked(served: Datasette, path: str) -> tuple[list[float], dict[str, object]]:
    """Sorted times of a page asked several times, and its last answer."""
    get: Callable[[str], Awaitable[object]] = served.client.get
    spent: list[float] = []
    answer: object = None
    for _ in range(_TIMES + 1):
        start = time.perf_counter()
        response = await get(path)
        spent.append((time.perf_counter() - start) * 1000)
        answer = response.json()  # type: ignore[attr-defined]  # an httpx response; datasette ships no types
    return sorted(spent[1:]), answer if isinstance(answer, dict) else {}


def _search(database: Path, reports: int) -> Iterator[Measurement]:
    from chinese import match_query

    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:

        def ask(sql: str, words: Sequence[str], prepare: Callable[[str], str]) -> list[float]:
            spent = []
            for word in words:
                asked = partial(_rows, connection, sql, prepare(word))
                asked()
                spent += timed_ms(asked, _TIMES)
            return sorted(spent)

        count = ask("select count(*) from reports_fts where reports_fts match ?", _WORDS, match_query)
        best = ask(
            "select rowid from reports_fts where reports_fts match ? order by rank limit 20",
            _WORDS,
            match_query,
        )
        like = ask("select count(*) from reports where overview like ?", _WORDS[:1], lambda word: f"%{word}%")
    yield Measurement(
        "search: count",
        "p95 < 120 ms",
        f"p50 {percentile(count, 0.5):.1f}, p95 {percentile(count, 0.95):.1f} ms",
        f"LIKE over one column: p50 {percentile(like, 0.5):.0f} ms, ×{percentile(like, 0.5) / percentile(count, 0.5):.0f}",
        held_at(reports, percentile(count, 0.95) < 120),
    )
    yield Measurement(
        "search: best 20 by relevance",
        "p95 < 400 ms",
        f"p50 {percentile(best, 0.5):.1f}, p95 {percentile(best, 0.95):.1f} ms",
        held=held_at(reports, percentile(best, 0.95) < 400),
    )


def _rows(connection: sqlite3.Connection, sql: str, asked: str) -> list[tuple[object, ...]]:
    return connection.execute(sql, [asked]).fetchall()


def held_at(reports: int, held: bool) -> bool | None:
    """Whether a budget is held; a small database can only break it."""
    return held if reports >= _BUDGET_REPORTS or not held else None
