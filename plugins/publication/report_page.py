"""The page of one report: the official form as printed, its proofs, its faults, its narrative.

Pure but for `read`, which asks the database. What the template shows is made here; how, stands in
templates/row-nianbao-reports.html.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from load.forms import Form, forms
from load.forms.statistics import statistics_form
from load.schema import SECTION_COLUMNS
from plugins.publication.language import say
from plugins.publication.marks import DOUBT, SIGNS, Check, elsewhere, marked_cells, of_table, where_in_words
from plugins.publication.official_form import Head, Layout, Place, layout, row_names, version_of
from plugins.publication.proof import VALUE, Number, Proof, proofs

TABLES = (2, 3, 4)
STATISTICS = "statistics"
EARLY = ("2014", "pre-2019")  # versions of reports from before the form

_DOCUMENT = (
    "select id, sha256, url, also_at, parts, file, member, parent_url, source, fetched_at, format, charset, "
    "size_bytes, warc_file, warc_offset, status, reason from documents where id in (:one, :other)"
)
_CHECKS = (
    'select number, rule, verdict, expected, found, "where", detail, title_zh, title_en, explanation_zh, '
    "explanation_en from checks join rules on rules.id = rule where report_id = :id order by number"
)
_YEARS = (
    "select id, fiscal_year from reports where publisher_id = :publisher and fiscal_year is not null "
    "order by fiscal_year"
)
_ALSO = (
    "select id, url, file, fetched_at, status, form is not null as differs from documents "
    "where report_id = :id and id not in (:one, :other) order by fetched_at, id limit 20"
)

Row = dict[str, Any]
Figures = Mapping[str, Mapping[str, Number]]


async def read(database: Any, key: str) -> Row | None:
    """All that the database has on a report by its id: its `row`, `checks`, `documents` (that of the figures first),
    `also` (other documents that are the same report), `years` of its publisher, `before` (the form of the year
    before, or None) and `corrections`. None where there is no such report."""

    async def asked(sql: str, **values: Any) -> list[Row]:
        return [dict(row) for row in (await database.execute(sql, values)).rows]

    found = await asked("select * from reports where id = :key", key=key)
    if not found:
        return None
    [row] = found
    id = row["id"]
    pair = {"one": row["document_id"], "other": row["narrative_document_id"]}
    years = await asked(_YEARS, publisher=row["publisher_id"]) if row["publisher_id"] else []
    before = next((y["id"] for y in years if y["fiscal_year"] == (row["fiscal_year"] or 0) - 1), None)
    earlier = await asked("select form from reports where id = :id", id=before) if before else []
    documents = await asked(_DOCUMENT, **pair)
    return {
        "row": row,
        "checks": await asked(_CHECKS, id=id),
        "documents": sorted(documents, key=lambda document: document["id"] != row["document_id"]),
        "also": await asked(_ALSO, id=id, **{key: value or "" for key, value in pair.items()}),
        "years": years,
        "before_id": before,
        "before": json.loads(earlier[0]["form"]) if earlier else None,
        "corrections": await asked(
            "select field, original, corrected, reason, evidence from corrections where report_id = :id",
            id=id,
        ),
    }


def shown(found: Row) -> Row:
    """What the template shows of a report that was `read`."""
    row, checks = found["row"], found["checks"]
    form, evidence = json.loads(row["form"] or "{}"), json.loads(row["evidence"] or "{}")
    tables = [
        form_table(number, row, form, evidence, checks, found["before"])
        for number in TABLES
        if row["form_version"] not in EARLY or form.get(f"table{number}")
    ]
    statistics = statistics_table(form, evidence, checks)
    versions = {f"table{table['number']}": table["form"] for table in tables}
    return {
        "tables": tables,
        "statistics": statistics,
        "checks": [said_check(check, versions) for check in checks],
        "elsewhere": [
            said_check(check, versions)
            for check in elsewhere(checks, [*versions, *([STATISTICS] if statistics else [])])
        ],
        "sections": sections(row),
        "is_early": row["form_version"] in EARLY,
        "has_before": any(cell["before"] for table in tables for cell in table["cells"]),
        "has_figures": bool(statistics) or any(table["layout"] for table in tables),
        "identification": json.loads(row["identification"] or "{}"),
        "missing": [table for table in tables if not table["layout"]],
    }


# --- the tables ----------------------------------------------------------------------------------------


def form_table(
    number: int, row: Row, form: Row, evidence: Row, checks: Sequence[Row], before: Row | None
) -> Row:
    """A table of the form: its `title`, `layout` as printed with its cells (None where it was not found),
    `proofs`, and the `checks` that speak of it."""
    name = f"table{number}"
    figures: Figures | None = form.get(name)
    known = version_of(number, figures or {}, row["form_version"])
    found: Row = {
        "number": number,
        "name": name,
        "form": known,
        "title": known.titles[number],
        "checks": [said_check(check, {name: known}) for check in of_table(checks, name)],
        "layout": None,
        "proofs": [],
        "cells": [],
    }
    if figures is None:
        return found
    held = proofs(figures, evidence.get(name, {}))
    marked = marked_cells(checks, known, number)
    earlier = (before or {}).get(name)
    cells = {
        (id, column): _cell(name, id, column, value, held[id], marked.get((id, column), []), earlier)
        for id, of_row in figures.items()
        for column, value in of_row.items()
    }
    columns = known.results if number == 4 else known.columns if number == 3 else known.measures
    found["layout"] = _filled(layout(known.version, number), cells)
    found["cells"] = list(cells.values())
    found["proofs"] = [
        {
            "id": f"{name}.{proof.row}",
            "names": [(label.zh, label.en) for label in row_names(known, number, proof.row)],
            "proof": proof,
            "raws": [
                {"names": (columns[id].zh, columns[id].en), "cell": cells[proof.row, id]}
                for id in figures[proof.row]
            ],
        }
        for proof in held.values()
    ]
    return found


def _filled(printed: Layout, cells: Mapping[tuple[str, str], Row]) -> Row:
    """A layout as lines of heads and figures as the template shows them: `head` and `body`."""

    def line(entries: Sequence[Head | Place]) -> list[Row]:
        return [
            {"head": entry}
            if isinstance(entry, Head)
            else cells[entry.row, entry.column] | {"colspan": entry.colspan}
            for entry in entries
        ]

    return {
        "head": [line(entries) for entries in printed.head],
        "body": [line(entries) for entries in printed.body],
    }


def _cell(
    table: str,
    row: str,
    column: str,
    value: Number,
    proof: Proof,
    marks: Sequence[Check],
    earlier: Figures | None,
) -> Row:
    """A figure as it is shown: `text`, `kind` ("", "blank", "words", "missing"), `mark`, `before`."""
    raw = proof.raws.get(column)
    text, kind = shown_figure(value, raw, proof.found)
    return {
        "id": f"{table}.{row}.{column}",
        "value": value,
        "text": text,
        "kind": kind,
        "raw": raw,
        "is_exact": raw is None or raw == ("" if value is None else str(value)),
        "by_position": proof.by == "position",
        "marks": marks,
        "mark": marks[0]["verdict"] if marks else "",
        "before": before_figure(value, earlier, row, column),
    }


def shown_figure(value: Number, raw: str | None, found: bool) -> tuple[str, str]:
    """What stands in a cell, and what it is: "" a figure, "blank", "words" that are no figure, or "missing" where
    its row was not found."""
    if value is not None:
        return str(value), ""
    if not found:
        return "×", "missing"
    return (raw, "words") if raw and raw.strip() else ("–", "blank")


def before_figure(value: Number, earlier: Figures | None, row: str, column: str) -> Row | None:
    """Last year's figure beside this one, with the `sign` of the change; None where that form has no such cell."""
    if earlier is None or column not in earlier.get(row, {}):
        return None
    old = earlier[row][column]
    sign = "" if value is None or old is None else "↑" if value > old else "↓" if value < old else "="
    return {"text": "–" if old is None else str(old), "sign": sign, "is_blank": old is None}


def statistics_table(form: Row, evidence: Row, checks: Sequence[Row]) -> Row | None:
    """The table of statistics of the years before the form, as sections of rows; None where there is none."""
    values: Mapping[str, Number] | None = form.get(STATISTICS)
    if values is None:
        return None
    known = statistics_form()
    figures = {id: {VALUE: value} for id, value in values.items()}
    held = proofs(figures, evidence.get(STATISTICS, {}))
    sections: dict[str, list[Row]] = {}
    for id, indicator in known.indicators.items():
        if id not in held:
            continue
        marks = [c for c in of_table(checks, f"{STATISTICS}.{id}") if c["verdict"] in SIGNS]
        cell = _cell(STATISTICS, id, VALUE, values[id], held[id], marks, None)
        entry = {"indicator": indicator, "depth": _depth(indicator.parent), "cell": cell, "proof": held[id]}
        sections.setdefault(indicator.section, []).append(entry | {"id": f"{STATISTICS}.{id}"})
    return {
        "title": (known.title_zh, known.title_en),
        "document": known.document,
        "sections": [{"title": known.titles[section], "rows": rows} for section, rows in sections.items()],
        "checks": [said_check(check, {}) for check in of_table(checks, STATISTICS)],
    }


def _depth(parent: str | None) -> int:
    above = statistics_form().indicators.get(parent or "")
    return 1 + _depth(above.parent) if above else 0


# --- what is said of them ------------------------------------------------------------------------------


def said_check(check: Check, known: Mapping[str, Form]) -> Row:
    """A check with its rule and its place in words, and where they differ from the `expected` the `found`."""
    where = where_in_words(check["where"], known.get(check["where"].partition(".")[0]))
    return dict(check) | {
        "title": (check["title_zh"], check["title_en"]),
        "explanation": (check["explanation_zh"], check["explanation_en"]),
        "place": where,
        "expected": plain(check["expected"]),
        "found": plain(check["found"]),
        "sign": SIGNS.get(check["verdict"], "·"),
    }


def plain(value: float | None) -> Number:
    """A figure of the database as it would be printed: 3 for 3.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def sections(row: Row) -> list[Row]:
    """The narrative in its order: `number`, `heading` as printed (or None), `usual` (the form's own words for the
    section, both languages), `paragraphs`. The preamble and all other prose, number 0, comes last."""
    headings: Mapping[str, str] = json.loads(row["headings"] or "{}")
    usual = {section.number: (section.zh, section.en) for section in forms()[0].sections}
    found = []
    for number, column in sorted(SECTION_COLUMNS.items(), key=lambda entry: entry[0] or 99):
        paragraphs = [line.strip() for line in (row[column] or "").split("\n") if line.strip()]
        if paragraphs:
            heading = headings.get(str(number))
            found.append(
                {"number": number, "heading": heading, "usual": usual.get(number), "paragraphs": paragraphs}
            )
    return found


def reading(row: Row) -> str:
    """How the report was read, in a sentence in the language of the page."""
    if row["form_version"] in EARLY:
        return _early_reading(row)
    return {
        "complete": say("三张表都读到了，各行齐全。", "All three tables were found, and every row of them."),
        "partial": say(
            "只读出了一部分：有的表、行或格子没有找到或无法读作数字。读不出的为空，不是零。",
            "Only a part could be read: some table, row or cell was not found or is no figure. What could not be "
            "read is left empty; it is not zero.",
        ),
        "unreadable": say(
            "这份报告的表格未能读出，没有数字；这里列出它，是为了不让它从统计中消失。请看原文。",
            "No table of this report could be read, so it has no figures here. It is listed so that it is not "
            "lost; see the original.",
        ),
    }.get(row["status"], "")


def _early_reading(row: Row) -> str:
    older = say(
        "这份报告早于统一格式（自 2019 年度起），没有表二、表三、表四。",
        "This report is older than the form, which began with the year 2019: it has no Tables 2, 3 and 4.",
    )
    return (
        older
        + say("", " ")
        + {
            "complete": say("统计表各行都读到了。", "Every row of its table of statistics was found."),
            "partial": say(
                "统计表只读出了一部分；读不出的为空，不是零。",
                "Its table of statistics could be read in part; what could not be read is empty, not zero.",
            ),
            "narrative": say("它只有叙述，没有数字可读。", "It is prose alone, with no figures to be read."),
            "unreadable": say("它的内容未能读出，请看原文。", "It could not be read; see the original."),
        }.get(row["status"], "")
    )


def counts(checks: Sequence[Row]) -> dict[str, int]:
    """How many failed sums and rules, and how many doubts there are."""
    return {
        "failed": sum(check["verdict"] in SIGNS and check["verdict"] != DOUBT for check in checks),
        "doubts": sum(check["verdict"] == DOUBT for check in checks),
    }


_CLUES = {
    "title": ("标题", "its title"),
    "opening": ("开头文字", "its first lines"),
    "closing": ("结尾文字（落款）", "its last lines"),
    "period": ("统计期限", "the period that it states"),
    "meta": ("网页元数据", "the page’s meta tags"),
    "url": ("网址", "its address"),
    "listed": ("栏目列表", "the list that it stands on"),
    "source": ("所在站点", "its site"),
    "page": ("附件所在的网页", "the page that it is attached to"),
}


def clue_in_words(clue: str) -> str:
    """What told who published the report, where or when, in the language of the page."""
    return say(*_CLUES.get(clue, (clue, clue)))
