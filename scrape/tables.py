"""What runs gave, source by source, as a table that fits the terminal; the same for a run's end and for later."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from scrape.progress import duration
from scrape.results import OUTCOMES

_GIVEN_UP = ("received_mb", "requests", "unchanged", "changed", "reports", "duration_s", "left")
"""What a narrow terminal does without, in this order, once the columns of nothing but zeros are gone."""

_HEADINGS = {"name": "source", "received_mb": "MB", "duration_s": "time"}
_LEAST_WHY = 36
_GAP = 2


def table_of(
    sources: Sequence[Mapping[str, Any]], width: int, *, duration_s: float | None = None
) -> list[RenderableType]:
    """A row a source, a row for all, and why anything is missing: beside the rows if there is room, else beneath.

    sources: as `SourceResult.to_json` or `read_sources` gives them; those of the latter say when they were run.
    width: of the terminal. duration_s: of the whole run.
    """
    rows = [_row(source) for source in sources]
    if len(rows) > 1:
        rows.append(_sum(sources, duration_s))
    columns = [column for column in rows[0] if column != "message"] if rows else ["name"]
    idle = [c for c in OUTCOMES if c != "new" and not any(source.get(c) for source in sources)]
    for spare in (*idle, *_GIVEN_UP):
        if _width(columns, rows) > width - _GAP:
            columns = [column for column in columns if column != spare]
    beside = width - _width(columns, rows) >= _LEAST_WHY
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    for column in columns:
        is_text = column in {"name", "result", "last run"}
        table.add_column(
            _HEADINGS.get(column, column), justify="left" if is_text else "right", no_wrap=not is_text, overflow="fold"
        )  # fmt: skip
    if beside:
        table.add_column("why", overflow="fold")
    for row in rows:
        why = [escape(row["message"])] if beside else []
        table.add_row(*(escape(row[column]) for column in columns), *why)
    if beside:
        return [table]
    return [table, *(Text(f"{row['name']}: {row['message']}") for row in rows if row["message"])]


def _row(source: Mapping[str, Any]) -> dict[str, str]:
    day = str(source.get("last_run_at", ""))[:10]
    state = {"last run": f"{source['last_result']}, {day}"} if day else {"result": str(source["last_result"])}
    return {"name": str(source["name"]), **state, **_numbers(source), "message": str(source["message"])}


def _sum(sources: Sequence[Mapping[str, Any]], duration_s: float | None) -> dict[str, str]:
    counted = ("reports", *OUTCOMES, "requests", "received_mb")
    total: dict[str, Any] = {key: sum(source.get(key) or 0 for source in sources) for key in counted}
    ok = sum(source["last_result"] == "ok" for source in sources)
    state = "last run" if "last_run_at" in sources[0] else "result"
    return {
        "name": "all",
        state: f"{ok} of {len(sources)} ok",
        **_numbers({**total, "duration_s": duration_s}),
        "message": "",
    }


def _numbers(source: Mapping[str, Any]) -> dict[str, str]:
    took = source.get("duration_s")
    received = source.get("received_mb")
    return {
        **{key: str(source.get(key, 0)) for key in ("reports", *OUTCOMES)},
        "requests": str(source.get("requests", "")),
        "received_mb": "" if received is None else f"{received:.1f}",
        "duration_s": "" if took is None else duration(took),
    }


def _width(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> int:
    widest = (
        max(cell_len(_HEADINGS.get(column, column)), *(cell_len(row[column]) for row in rows))
        for column in columns
        if rows
    )
    return sum(width + _GAP for width in widest)
