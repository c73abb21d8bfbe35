"""The page that sets reports side by side: the rows of the form as rows, the reports as columns, and of two reports
the narratives by sentence.

What is asked of the database stands at the end. The words stand in templates/compare.html, how texts are compared in
`text_diff`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from load.forms import Form
from load.forms.statistics import statistics_form
from plugins.publication import text_diff
from plugins.publication.marks import SIGNS, marked_cells, of_table
from plugins.publication.official_form import cells_of, names_of, row_names, version_of
from plugins.publication.questions import Question, filled
from plugins.publication.rates import Rate
from plugins.publication.repeated_text import SECTIONS

LEAST, MOST = 2, 8  # reports beside each other
TABLES = (2, 3, 4)
STATISTICS = "statistics"
TOTAL = "total"
LEAST_SENTENCES = 5  # below so many no share is given

Row = Mapping[str, Any]
Key = tuple[str, str]  # row and column of a table
Names = tuple[str, str]  # Chinese, English


# --- the tables ----------------------------------------------------------------------------------------


def columns(reports: Sequence[Row]) -> tuple[list[Row], bool]:
    """The reports in the order of their columns, and whether each is compared with the one before it.

    The years of one publisher stand in their order, each beside the year before; others as they were asked for, each
    compared with the first.
    """
    years = [report["fiscal_year"] for report in reports]
    is_series = len({report["publisher_id"] for report in reports}) == 1 and len(set(years)) == len(years)
    if is_series and None not in years:
        return sorted(reports, key=lambda report: report["fiscal_year"]), True
    return list(reports), False


def tables(
    reports: Sequence[Row], checks: Sequence[Row], is_series: bool, applicant: str, only_differences: bool
) -> list[dict[str, Any]]:
    """Each table of the form that one of the reports has: `number`, `title`, `rows`, and whether `forms_differ`.

    A row: `group` and `name` (Chinese, English), `cells`, one a report, `is_shared` (every form of these reports has
    it) and `differs`. Of Table 3 the column of one kind of applicant. A cell: see `_cell`.
    """
    made = []
    for number in TABLES:
        held = [_held(report, number) for report in reports]
        known = [
            version_of(number, figures, report["form_version"]) if figures is not None else None
            for report, figures in zip(reports, held, strict=True)
        ]
        forms = sorted({form.version: form for form in known if form}.values(), key=lambda f: f.version)[::-1]
        if not forms:
            continue
        marks = [
            marked_cells([c for c in checks if c["report_id"] == report["id"]], form, number) if form else {}
            for report, form in zip(reports, known, strict=True)
        ]
        rows = []
        for key in _in_order([_keys(form, number, applicant) for form in forms]):
            cells = [
                _cell(f"table{number}", key, report, figures, form, of_report)
                for report, figures, form, of_report in zip(reports, held, known, marks, strict=True)
            ]
            group, name = _names(forms, number, key)
            is_shared = all(key in cells_of(form, number) for form in forms)
            rows.append(_compared(cells, is_series) | {"group": group, "name": name, "is_shared": is_shared})
        title = forms[0].titles[number]
        made.append(_table(number, title, rows, len(forms) > 1, only_differences))
    statistics = _statistics(reports, checks, is_series)
    return [*made, *([_table(0, *statistics, False, only_differences)] if statistics else [])]


def _table(
    number: int, title: Names, rows: list[dict[str, Any]], forms_differ: bool, only_differences: bool
) -> dict[str, Any]:
    shown = [row for row in rows if row["differs"]] if only_differences else rows
    grouped = [(group, list(of_group)) for group, of_group in groupby(shown, key=lambda row: row["group"])]
    return {
        "number": number,
        "title": title,
        "groups": grouped,
        "left_out": len(rows) - len(shown),
        "forms_differ": forms_differ,
        "not_shared": [row for row in rows if not row.get("is_shared", True)],
    }


def _held(report: Row, number: int) -> Mapping[str, Mapping[str, Any]] | None:
    figures: Mapping[str, Mapping[str, Any]] | None = report["form"].get(f"table{number}")
    return figures


def _keys(form: Form, number: int, applicant: str) -> list[Key]:
    return [key for key in cells_of(form, number) if number != 3 or key[1] == applicant]


def _in_order(orders: Sequence[Sequence[Key]]) -> list[Key]:
    """All keys of several forms, those of a row together: in the order of the first form, what only another has behind
    what stands before it."""
    rows = _merged([[row for row, _ in keys] for keys in orders])
    return [
        (row, column)
        for row in rows
        for column in _merged([[column for of, column in keys if of == row] for keys in orders])
    ]


def _merged(orders: Iterable[Sequence[str]]) -> list[str]:
    merged: list[str] = []
    for names in orders:
        before = -1
        for name in names:
            if name not in merged:
                merged.insert(before + 1, name)
            before = merged.index(name)
    return merged


def _names(forms: Sequence[Form], number: int, key: Key) -> tuple[Names | None, Names]:
    """The group that a row stands in, and its name; in the words of the first form that has them."""
    row, column = key
    if number == 3:
        form = next(form for form in forms if row in form.rows)
        *groups, label = row_names(form, number, row)
        return ((groups[-1].zh, groups[-1].en) if groups else None), (label.zh, label.en)
    group = next(names_of(form, number)[0][row] for form in forms if row in names_of(form, number)[0])
    name = next(names_of(form, number)[1][column] for form in forms if key in cells_of(form, number))
    return (group.zh, group.en), (name.zh, name.en)


def _cell(
    table: str,
    key: Key,
    report: Row,
    figures: Mapping[str, Mapping[str, Any]] | None,
    form: Form | None,
    marks: Mapping[Key, Sequence[Row]],
) -> dict[str, Any]:
    """A figure: its `value`, `kind` ("" a figure, "blank", "missing": no such table was found, "none": its form has no
    such row), the verdict that it is marked with, and the `where` of its place on the page of its report."""
    where = f"{table}.{key[0]}.{key[1]}"
    found: dict[str, Any] = {"report": report["id"], "where": where, "value": None, "mark": ""}
    if figures is None or form is None:
        return found | {"kind": "missing"}
    if key not in cells_of(form, int(table[-1])):
        return found | {"kind": "none"}
    value = figures.get(key[0], {}).get(key[1])
    of_cell = marks.get(key, [])
    mark = of_cell[0]["verdict"] if of_cell else ""
    return found | {"kind": "blank" if value is None else "", "value": value, "mark": mark}


def _compared(cells: Sequence[dict[str, Any]], is_series: bool) -> dict[str, Any]:
    """A row: its cells with the `change` from the one that each is compared with, and whether they differ."""
    shown = []
    for place, cell in enumerate(cells):
        reference = cells[place - 1 if is_series else 0] if place else None
        shown.append(cell | {"change": change(reference["value"], cell["value"]) if reference else None})
    told = {cell["value"] for cell in cells if cell["kind"] in ("", "blank")}
    return {"cells": shown, "differs": len(told) > 1}


def change(old: float | None, new: float | None) -> float | None:
    """By how much a figure differs; None where one of both is blank."""
    if old is None or new is None:
        return None
    difference = round(new - old, 6)
    return int(difference) if float(difference).is_integer() else difference


def _statistics(
    reports: Sequence[Row], checks: Sequence[Row], is_series: bool
) -> tuple[Names, list[dict[str, Any]]] | None:
    """The table of statistics of the years before the form, where one of the reports has it."""
    held = [report["form"].get(STATISTICS) for report in reports]
    if not any(held):
        return None
    known = statistics_form()
    rows = []
    for id, indicator in known.indicators.items():
        cells = []
        for report, values in zip(reports, held, strict=True):
            where = f"{STATISTICS}.{id}"
            own = [c for c in checks if c["report_id"] == report["id"] and c["verdict"] in SIGNS]
            marks = of_table(own, where)
            value = (values or {}).get(id)
            kind = "missing" if values is None else "blank" if value is None else ""
            cell = {"report": report["id"], "where": where, "value": value, "kind": kind}
            cells.append(cell | {"mark": marks[0]["verdict"] if marks else ""})
        name = (indicator.zh, indicator.en)
        rows.append(_compared(cells, is_series) | {"group": known.titles[indicator.section], "name": name})
    return (known.title_zh, known.title_en), rows


# --- the narratives --------------------------------------------------------------------------------------


def narratives(old: Row, new: Row) -> list[dict[str, Any]]:
    """Of two reports each section that one of them has: `number`, `column`, `headings` (as printed, of each), `counts`,
    `share` (of the newer one's sentences those kept word for word), and the `blocks` of the comparison.

    A block: `kind` and its `changes`; sentences kept, one behind the other, are one block.
    """
    found = []
    for number, column in SECTIONS:
        texts = old[column] or "", new[column] or ""
        if not any(text.strip() for text in texts):
            continue
        changes = text_diff.compare(*texts)
        counts = text_diff.counts(changes)
        found.append(
            {
                "number": number,
                "column": column,
                "headings": [
                    json.loads(report["headings"] or "{}").get(str(number)) for report in (old, new)
                ],
                "counts": counts,
                "share": Rate(counts.kept, counts.new, LEAST_SENTENCES),
                "blocks": _blocks(changes),
            }
        )
    return found


def _blocks(changes: Sequence[text_diff.Change]) -> list[dict[str, Any]]:
    said = [change for change in changes if (change.old + change.new).strip()]
    blocks = []
    for kind, run in groupby(said, key=lambda change: change.kind):
        together = list(run)
        blocks += (
            [{"kind": kind, "changes": together}]
            if kind == "kept"
            else [{"kind": kind, "changes": [change]} for change in together]
        )
    return blocks


def together(sections: Sequence[Row]) -> dict[str, Any]:
    """The counts of all sections in one, and the share of sentences kept word for word."""
    sums = {
        name: sum(getattr(section["counts"], name) for section in sections)
        for name in ("old", "new", *text_diff.KINDS)
    }
    counts = text_diff.Counts(**sums)
    return {"counts": counts, "share": Rate(counts.kept, counts.new, LEAST_SENTENCES)}


# --- what is asked ---------------------------------------------------------------------------------------

_FACTS = (
    "id, publisher_id, publisher, fiscal_year, title, form_version, region_code, province, prefecture, county, level, "
    "kind, published_on, source_url, status, failed_checks, doubts"
)
_PUBLISHERS = "select id, name from publishers where id in ({ids})"
_REPORTS_OF = """
select id, publisher_id, publisher, fiscal_year
from reports
where publisher_id in ({ids})
order by publisher_id, fiscal_year, id
"""
_FOUND = """
select id, name, region_code, province, prefecture, county
from publishers
where {named}
order by name <> :whole, length(name), name, id
limit 12
"""


def reports_question(ids: Sequence[int], with_text: bool) -> Question:
    """The reports of these ids, with their forms; with their narratives, too, where those are compared."""
    texts = ", headings, " + ", ".join(column for _, column in SECTIONS) if with_text else ""
    sql = f"select {_FACTS}, form{texts} from reports where id in ({{ids}})"  # noqa: S608 - our own names
    return _of_ids(sql, ids)


def checks_question(ids: Sequence[int]) -> Question:
    """What was found wrong or doubtful in these reports."""
    return _of_ids('select report_id, rule, verdict, "where" from checks where report_id in ({ids})', ids)


def publishers_question(ids: Sequence[int]) -> Question:
    """The publishers of these ids."""
    return _of_ids(_PUBLISHERS, ids)


def reports_of_question(ids: Sequence[int]) -> Question:
    """The reports of these publishers, the oldest first."""
    return _of_ids(_REPORTS_OF, ids)


def found_question(words: Sequence[str]) -> Question:
    """Publishers whose names hold all the words."""
    named = " and ".join(f"instr(name, :word{number}) > 0" for number in range(len(words)))
    parameters = {f"word{number}": word for number, word in enumerate(words)}
    return Question(filled(_FOUND, named=named), parameters | {"whole": "".join(words)})


def _of_ids(sql: str, ids: Sequence[int]) -> Question:
    names = [f"id{number}" for number in range(len(ids))]
    # Cast: a reader who asks again gives text, and a text is no number to an index.
    listed = ", ".join(f"cast(:{name} as integer)" for name in names)
    return Question(filled(sql, ids=listed), dict(zip(names, ids, strict=True)))


def year_of_most(reports: Iterable[Row]) -> int | None:
    """The year for which the most of several publishers have a report; of several such years the newest."""
    bodies: dict[int, set[int]] = {}
    for report in reports:
        if report["fiscal_year"] is not None:
            bodies.setdefault(report["fiscal_year"], set()).add(report["publisher_id"])
    return max(bodies, key=lambda year: (len(bodies[year]), year), default=None)


def by_publisher(reports: Iterable[Row]) -> dict[int, list[Row]]:
    """Reports by their publisher, in the order that they come in."""
    found: dict[int, list[Row]] = {}
    for report in reports:
        found.setdefault(report["publisher_id"], []).append(report)
    return found
