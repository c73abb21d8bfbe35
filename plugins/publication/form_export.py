"""The form of one report as data: a tidy table with a line a figure, and the JSON that `nianbao inspect` prints."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from load.forms.statistics import statistics_form
from load.schema import SECTION_COLUMNS
from plugins.publication.marks import Cell, marked_cells, of_table
from plugins.publication.official_form import version_of
from plugins.publication.proof import VALUE, FormCell, form_cells, proofs
from plugins.publication.report_page import STATISTICS, TABLES, plain

COLUMNS = ("table", "row", "column", "label_zh", "label_en", "value", "raw", "at", "by", "doubt")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes Chinese for another encoding
_NAMES = (
    "title",
    "publisher",
    "region_code",
    "province",
    "prefecture",
    "county",
    "level",
    "kind",
    "published_on",
)

Row = Mapping[str, Any]


def cells(row: Row, checks: Sequence[Row]) -> Iterator[tuple[FormCell, Sequence[Row]]]:
    """Every figure of a report in the order of the form, each with the checks that speak of it."""
    form, evidence = json.loads(row["form"] or "{}"), json.loads(row["evidence"] or "{}")
    for number in TABLES:
        name = f"table{number}"
        figures = form.get(name)
        if figures is None:
            continue
        known = version_of(number, figures, row["form_version"])
        marked: Mapping[Cell, Sequence[Row]] = marked_cells(checks, known, number)
        held = proofs(figures, evidence.get(name, {}))
        for cell in form_cells(number, known, figures, held):
            yield cell, marked.get((cell.row, cell.column), [])
    values = form.get(STATISTICS) or {}
    held = proofs({id: {VALUE: value} for id, value in values.items()}, evidence.get(STATISTICS, {}))
    for id, value in values.items():
        indicator, proof = statistics_form().indicators.get(id), held[id]
        zh, en = (indicator.zh, indicator.en) if indicator else (id, id)
        yield (
            FormCell(STATISTICS, id, VALUE, zh, en, value, proof.raws.get(VALUE), proof.at, proof.by),
            of_table(checks, f"{STATISTICS}.{id}"),
        )


def as_csv(row: Row, checks: Sequence[Row], *, with_byte_order_mark: bool = False) -> str:
    """A line a figure. `value` is empty where the page leaves it blank; `raw` is what the page prints; `doubt` lists
    the checks that speak of the figure, as verdict:rule."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK if with_byte_order_mark else "")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for cell, marks in cells(row, checks):
        doubt = " ".join(f"{check['verdict']}:{check['rule']}" for check in marks)
        writer.writerow(
            (
                *(cell.table, cell.row, cell.column, cell.zh, cell.en),
                *("" if cell.value is None else cell.value, cell.raw or "", cell.at, cell.by, doubt),
            )
        )
    return out.getvalue()


def as_json(row: Row, checks: Sequence[Row], document: Row | None, address: str) -> dict[str, Any]:
    """The contract of `nianbao inspect --json`, and where it is from: `id`, `address`, `source_url`, `document`.

    The database keeps the narrative by the columns of `sections`: number 0 is all that has none of its own.
    """
    form = json.loads(row["form"] or "{}")
    headings = json.loads(row["headings"] or "{}")
    numbers = sorted({int(number) for number in headings} | {n for n, c in SECTION_COLUMNS.items() if row[c]})
    return {
        "id": row["id"],
        "address": address,
        "form_version": row["form_version"],
        "fiscal_year": row["fiscal_year"],
        **{name: row[name] for name in _NAMES},
        "status": row["status"],
        **{f"table{number}": form.get(f"table{number}") for number in TABLES},
        STATISTICS: form.get(STATISTICS),
        "sections": [
            {
                "number": number,
                "heading": headings.get(str(number)),
                "text": row[SECTION_COLUMNS[number]] or "" if number in SECTION_COLUMNS else "",
            }
            for number in numbers
        ],
        "checks": [
            {
                "rule": check["rule"],
                "verdict": check["verdict"],
                "expected": plain(check["expected"]),
                "found": plain(check["found"]),
                "where": check["where"],
                "detail": check["detail"] or "",
            }
            for check in checks
        ],
        "not_assessable": row["unassessed_checks"],
        "cells": [
            {
                "table": cell.table if cell.table == STATISTICS else int(cell.table),
                "row": cell.row,
                "column": cell.column,
                "value": cell.value,
                "raw": cell.raw or "",
                "at": cell.at,
                "by": cell.by,
            }
            for cell, _ in cells(row, checks)
            if cell.at
        ],
        "identification": json.loads(row["identification"] or "{}"),
        "format": (document or {}).get("format"),
        "charset": (document or {}).get("charset"),
        "source_url": row["source_url"],
        "document": {
            name: (document or {}).get(name)
            for name in ("id", "sha256", "url", "fetched_at", "warc_file", "warc_offset")
        },
    }
