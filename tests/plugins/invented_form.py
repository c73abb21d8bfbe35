"""The form of an invented report and what its figures rest on, made to agree with the report's other rows."""

from typing import Any

from load import forms
from load.forms.statistics import statistics_form

Row = dict[str, Any]
Tables = dict[str, dict[str, dict[str, Any]]]
UNREADABLE = ("unable_not_held", "total")  # the cell of a report with the doubt cell_unreadable


def tables(form: forms.Form, rows: dict[str, list[Row]], figures: Row) -> Tables:
    """The three tables that print the rows of `requests`, `disclosures` and `disputes` and the headline `figures`."""
    table3: dict[str, dict[str, Any]] = {row: dict.fromkeys(form.columns, 0) for row in form.rows}
    for request in rows["requests"]:
        for row in (request["outcome"], "processed_total"):
            for column in (request["applicant"], "total"):
                table3[row][column] += request["count"]
    for row in ("carried_out", "received_carried_in"):
        for column in ("natural_person", "total"):
            table3[row][column] = figures[row]
    if figures["received_carried_in"] is None:
        table3["received_carried_in"] = dict.fromkeys(form.columns)
    for column in form.columns:
        carried_in = table3["received_carried_in"][column] or 0
        table3["received_new"][column] = (
            table3["processed_total"][column] + table3["carried_out"][column] - carried_in
        )
    table4: dict[str, dict[str, Any]] = {row: dict.fromkeys(form.results, 0) for row in form.channels}
    for dispute in rows["disputes"]:
        for column in (dispute["result"], "total"):
            table4[dispute["channel"]][column] += dispute["count"]
    table2: dict[str, dict[str, Any]] = {}
    for disclosure in rows["disclosures"]:
        value = disclosure["value"]
        plain = int(value) if float(value).is_integer() else value
        table2.setdefault(disclosure["item"], {})[disclosure["measure"]] = plain
    return {"table2": table2, "table3": table3, "table4": table4}


def evidence(form: Tables, rules: list[str]) -> Row:
    """What the figures rest on. Printed in full width where they are ten requests granted, "/" where blank."""
    found: Row = {}
    for number, (name, table) in enumerate(form.items(), 1):
        found[name] = {}
        for line, (row, cells) in enumerate(table.items(), 4):
            raws = ["/" if value is None else str(value) for value in cells.values()]
            if row == "granted" and cells["total"] > 9:
                raws = [raw.translate({ord(d): chr(ord(d) + 0xFEE0) for d in "0123456789"}) for raw in raws]
            if "cell_unreadable" in rules and row == UNREADABLE[0]:
                raws[-1] = "12件?"
            by = "position" if row == "refused_internal" and "applicants_sum" in rules else "label"
            is_plain = raws == [str(value) for value in cells.values()]
            found[name][row] = [f"table {number} row {line} cell 2", by, None if is_plain else raws]
    return found


# Where a rule that an invented report breaks says that it breaks it.
_PLACES = {
    "balance": ("table3.column.total", "table3", "received_new", "total"),
    "outcomes_sum": ("table3.column.total", "table3", "processed_total", "total"),
    "applicants_sum": ("table3.granted", "table3", "granted", "total"),
    "disputes_sum": ("table4.review", "table4", "review", "total"),
    "cell_unreadable": ("table3.unable_not_held.total", "", "", ""),
}


def check(rule: str, form: Tables) -> Row:
    """`where`, `expected`, `found` and `detail` of a rule that the form breaks; the figure of a sum is the printed."""
    where, table, row, column = _PLACES[rule]
    if not table:
        return {"where": where, "detail": "“12件?” at table 2 row 19 cell 8"}
    printed = form[table][row][column]
    return {"where": where, "found": printed, "expected": printed + 1, "detail": ""}


def statistics() -> tuple[dict[str, Any], Row]:
    """The table of statistics of a report from before the form: its figures and their evidence; one is blank."""
    figures: dict[str, Any] = {id: n % 7 * n for n, id in enumerate(statistics_form().indicators)}
    blank = next(id for id, one in statistics_form().indicators.items() if one.parent)
    figures[blank] = None
    held = {
        id: [f"table 1 row {n} cell 3", "label", ["-"] if value is None else None]
        for n, (id, value) in enumerate(figures.items(), 2)
    }
    return figures, held
