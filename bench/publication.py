"""How heavy and how fast the pages for readers are: one of each kind, and a first visit of the home page."""

import asyncio
import gzip
import re
import sqlite3
import time
from contextlib import closing
from html import unescape
from pathlib import Path
from urllib.parse import quote, urljoin

from datasette.app import Datasette

from bench.figures import Measurement, percentile
from bench.serving import database_of, held_at, served_over

_TIMES = 10  # after one call that is not counted
_FETCHED = re.compile(
    r'<(?:script|img)\b[^>]*?\bsrc="([^"]+)"|<link\b[^>]*?\brel="stylesheet"[^>]*?\bhref="([^"]+)"'
)


def measure(reports: int, folder: Path) -> list[Measurement]:
    """Bytes of a first visit, and processor time of each kind of page, over `reports` reports."""
    return asyncio.run(_measured(database_of(reports, folder), reports))


async def _measured(database: Path, reports: int) -> list[Measurement]:
    served = served_over(database)
    await served.invoke_startup()
    found = [await _first_visit(served)]
    for name, path, budget_ms in _pages(database):
        spent, size = await _asked(served, path)
        median = percentile(spent, 0.5)
        found.append(
            Measurement(
                f"page of {name} ({reports:,} reports)",
                f"< {budget_ms} ms" if budget_ms else "",
                f"p50 {median:.0f}, p95 {percentile(spent, 0.95):.0f} ms of a core; {size / 1000:.0f} KB compressed",
                held=held_at(reports, median < budget_ms) if budget_ms else None,
            )
        )
    return found


def _pages(database: Path) -> list[tuple[str, str, int]]:
    """(kind, address, budget in ms or 0) of one page of each kind."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        newer, older, publisher = connection.execute(
            "select a.id, b.id, a.publisher_id from reports a join reports b "
            "on b.publisher_id = a.publisher_id and b.fiscal_year = a.fiscal_year - 1 order by a.id limit 1"
        ).fetchone()
    return [
        ("a report", f"/nianbao/reports/{newer}", 50),
        ("a publisher", f"/nianbao/publishers/{publisher}", 0),
        ("a province", "/nianbao/places/990000", 0),
        ("an outcome", "/nianbao/outcomes/refused_internal", 0),
        ("two reports compared", f"/nianbao/compare?report={newer}&report={older}", 0),
        ("a search", f"/nianbao/search?q={quote('拆迁')}", 0),
        ("pictures of the country", "/nianbao/pictures/country", 0),
    ]


async def _first_visit(served: Datasette) -> Measurement:
    page = (await served.client.get("/")).text
    paths = {unescape(next(filter(None, found))) for found in _FETCHED.findall(page)}
    answers = [await served.client.get(urljoin("/", path)) for path in sorted(paths)]
    size = len(gzip.compress(page.encode())) + sum(len(gzip.compress(answer.content)) for answer in answers)
    return Measurement(
        "first visit of the home page, compressed",
        "< 150 KB",
        f"{size / 1000:.0f} KB in {1 + len(answers)} requests",
        held=size < 150_000,
    )


async def _asked(served: Datasette, path: str) -> tuple[list[float], int]:
    """Sorted processor times of a page in ms, and its size compressed."""
    spent, answer = [], None
    for _ in range(_TIMES + 1):
        start = time.process_time()
        answer = await served.client.get(path)
        spent.append((time.process_time() - start) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answers {answer.status_code}: nothing can be measured.")
    return sorted(spent[1:]), len(gzip.compress(answer.content)) if answer else 0
