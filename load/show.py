"""A report on the terminal, as a person would check it: the tables of the form with what was read.

Figures in doubt and rows and columns whose sums fail stand in colour, and each is explained below.
"""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from load.checks import PARSE_DOUBT, Check
from load.forms import Label, form
from load.recognise.reading import POSITION, TableReading
from load.report import Report


def show(report: Report, console: Console) -> None:
    """Print `report` on `console`."""
    who = report.identity
    place = " ".join(part for part in (who.province, who.prefecture, who.county) if part) or "place not told"
    console.print(Text(who.title or "(no title)", style="bold"))
    console.print(
        f"{who.publisher or 'publisher not told'} · {who.fiscal_year or 'year not told'} · {place} {who.region_code or ''} · "
        f"{who.level or '?'} {who.kind or '?'} · published {who.published_on or '?'} · form {report.form_version or '?'} · {report.status}",
        highlight=False,
    )
    marked = {check.where for check in report.assessed}
    read_by = form(report.form_version if report.form_version in ("2021", "2019") else "2021")
    for table in report.tables:
        named = form(table.version) if table.version else read_by
        rows: Mapping[str, Label] = {2: named.items, 3: named.rows, 4: named.channels}[table.number]
        title = f"Table {table.number} · {' · '.join(named.titles[table.number])}"
        if not table.found:
            console.print(f"\n{title}: not found", style="yellow")
        elif table.number == 2:
            _show_measures(table, rows, named.measures, title, marked, console)
        else:
            _show_grid(
                table, rows, named.columns if table.number == 3 else named.results, title, marked, console
            )
    for section in report.sections:
        console.print(
            f"{section.number} {section.heading or '(preamble)'}: {len(section.text):,} characters",
            highlight=False,
        )
    if not report.assessed:
        console.print("\nEvery sum that could be made holds; nothing is in doubt.", style="green")
    for check in report.assessed:
        console.print(
            _sentence(check), style="yellow" if check.verdict == PARSE_DOUBT else "red", highlight=False
        )


def _sentence(check: Check) -> str:
    figures = f": printed {check.found}" if check.found is not None else ""
    figures += f", the other cells make {check.expected}" if check.expected is not None else ""
    return (
        f"{check.verdict} {check.rule} at {check.where}{figures}{': ' + check.detail if check.detail else ''}"
    )


def _cell(table: TableReading, row: str, column: str, marked: set[str]) -> Text:
    figure = table.figures.get((row, column))
    if figure is None:
        return Text("?", style="yellow")
    wheres = {
        f"table{table.number}",
        *(f"table{table.number}.{w}" for w in (row, f"{row}.{column}", f"column.{column}")),
    }
    text = str(figure.value) if figure.value is not None else f"({figure.raw})" if figure.raw else "·"
    style = "red" if wheres & marked else "cyan" if figure.by == POSITION else ""
    return Text(text, style=style)


def _show_grid(
    table: TableReading,
    rows: Mapping[str, Label],
    columns: Mapping[str, Label],
    title: str,
    marked: set[str],
    console: Console,
) -> None:
    grid = Table("", *(label.zh for label in columns.values()), title=title, title_justify="left")
    for row, label in rows.items():
        grid.add_row(label.zh, *(_cell(table, row, column, marked) for column in columns))
    console.print(grid)


def _show_measures(
    table: TableReading,
    rows: Mapping[str, Label],
    measures: Mapping[str, Label],
    title: str,
    marked: set[str],
    console: Console,
) -> None:
    grid = Table("", "", "", title=title, title_justify="left", show_header=False)
    for block in form(table.version or "2021").blocks:
        for item in block.items:
            for measure in block.measures:
                grid.add_row(rows[item].zh, measures[measure].zh, _cell(table, item, measure, marked))
    console.print(grid)
