"""A report on the terminal, as a person would check it: the official tables with what was read.

Every cell that is in doubt or fails a sum carries a sign and, on a terminal, a colour; the reasons stand below
its table. Where the page does not print just the digits, its own words stand beside the row, or below the
table where the terminal is narrow. What is said of a cell is found out in `load.shown`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE, SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from load.checks import NOT_ASSESSABLE, PARSE_DOUBT, Check, rules
from load.forms import Label
from load.report import Report
from load.show_statistics import in_words, show_statistics
from load.shown import BLANK, DOUBT, FAILS, NOT_FOUND, PLACED, STYLES, ShownTable

_BESIDE = 112  # from this width on there is room for the page's own words beside a row
_GAP = 2  # between two columns
_LABEL = 20  # the least room for the labels of rows; with less the figures do not stand side by side
NOTE = "·"  # of what was not read, and is no fault
_LEGEND = (
    (f"{BLANK} blank", "dim"),
    (f"{NOT_FOUND} not found", STYLES[DOUBT]),
    (f"{FAILS} fails a sum", STYLES[FAILS]),
    (f"{DOUBT} in doubt", STYLES[DOUBT]),
    (f"{PLACED} named by its place only", STYLES[PLACED]),
)
_CLUES = {
    "title": "its title",
    "opening": "its first lines",
    "closing": "its last lines",
    "meta": "the page's meta tags",
    "url": "its address",
    "listed": "the list page",
    "source": "its site",
}


def show(report: Report, console: Console, corrections: Sequence[Mapping[str, Any]] = ()) -> None:
    """Print `report` on `console`; `corrections` are those that loading makes to it, as rows of that table."""
    _show_identity(report, console, corrections)
    for table in () if report.is_early else report.tables:
        _show_table(ShownTable(report, table), console)
    for check in show_statistics(report, console):
        console.print(_sentence(check, in_words(check.where.partition(".")[2]), in_words(check.detail)))
    _show_prose(report, console)
    _show_verdict(report, console)


def _show_identity(report: Report, console: Console, corrections: Sequence[Mapping[str, Any]]) -> None:
    who = report.identity
    place = " ".join(part for part in (who.province, who.prefecture, who.county, who.region_code) if part)
    console.print(Text(who.title or "(no title)", style="bold"))
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="dim")
    lines.add_column(overflow="fold")
    for name, field, value in (
        ("publisher", "publisher", who.publisher),
        ("year", "fiscal_year", who.fiscal_year),
        ("place", "region_code", place),
        ("rank", "", " ".join(part for part in (who.level, who.kind) if part)),
        ("published", "published_on", who.published_on),
        ("form", "", f"{report.form_version or 'not told'} · {report.status}"),
        ("read from", "", " · ".join(part for part in (report.format, report.charset) if part)),
    ):
        told = Text(str(value)) if value else Text("not told", style="yellow")
        if value and (clue := who.evidence.get(field)):
            told.append(f"  by {_CLUES.get(clue, clue)}", style="dim")
        lines.add_row(name, told)
    for conflict in who.conflicts:
        lines.add_row(Text(f"{DOUBT} conflict", style=STYLES[DOUBT]), Text(conflict))
    for row in corrections:
        change = f"{row['field']} becomes {row['corrected'] or 'nothing'} when loaded: {row['reason']} ({row['evidence']})"
        lines.add_row(Text("corrected", style="magenta"), Text(change))
    console.print(lines)


def _show_prose(report: Report, console: Console) -> None:
    console.print(Text("\nProse", style="bold"))
    for section in report.sections:
        size = f"{len(section.text):,} characters" if section.text else "only the heading"
        console.print(Text.assemble(section.heading or "(preamble and other prose)", ("  " + size, "dim")))


def _show_verdict(report: Report, console: Console) -> None:
    console.print()
    for check in report.assessed:
        stands_above = check.where.startswith(("table", "statistics")) or check.rule == "identity_conflict"
        if not stands_above:
            console.print(_sentence(check, check.where, check.detail))
    notes = sum(check.verdict == NOT_ASSESSABLE for check in report.assessed)
    doubts = report.count(PARSE_DOUBT)
    failed = len(report.assessed) - doubts - notes
    if not failed + doubts:
        console.print(Text("Every sum that could be made holds; nothing is in doubt.", style="green"))
    else:
        style = STYLES[FAILS if failed else DOUBT]
        console.print(Text(f"Failed sums and rules: {failed}. Doubts: {doubts}.", style=style))
    if blank := report.unassessed:
        console.print(Text(f"Sums that blanks made impossible: {blank}.", style="dim"))
    console.print(Text("  ").join(Text(sign, style=style) for sign, style in _LEGEND))


def _sentence(check: Check, where: str, detail: str) -> Text:
    """A check for people, its sign before it."""
    sign = {PARSE_DOUBT: DOUBT, NOT_ASSESSABLE: NOTE}.get(check.verdict, FAILS)
    rule = rules()[check.rule]
    text = Text.assemble(
        (f"{sign} {rule.title_zh} {rule.title_en}", STYLES.get(sign, "dim")), (f" · {where}" if where else "")
    )
    if check.found is not None:
        text.append(f": {check.found} is printed")
    if check.expected is not None:
        text.append(f", the other cells make {check.expected}")
    return text.append(f": {detail}") if detail else text


def _show_table(shown: ShownTable, console: Console) -> None:
    number = shown.table.number
    zh, en = shown.form.titles[number]
    console.print(Text.assemble((f"\nTable {number} · {zh}", "bold"), f" {en}"))
    if not shown.table.found:
        console.print(Text(f"{NOT_FOUND} not found", style=STYLES[DOUBT]))
    else:
        is_shown = _show_blocks(shown, console) if number == 2 else _show_grid(shown, console)
        if not is_shown:
            _show_listed(shown, console)
        if not is_shown or console.width < _BESIDE:
            _show_words(shown, console)
    for check in shown.checks:
        console.print(_sentence(check, shown.where(check), shown.in_words(check.detail)))


def _show_grid(shown: ShownTable, console: Console) -> bool:
    """Tables 3 and 4: a row of the form a row, with the form's own groups. False where there is no room."""
    words = _words_beside(shown, console)
    texts = {column: _aligned(shown, column) for column in shown.columns}
    widths = {column: max(map(_width, cells.values())) for column, cells in texts.items()}
    full = {column: max(width, cell_len(shown.columns[column].zh)) for column, width in widths.items()}
    longest = max(_depth(shown, row) + cell_len(label.zh) for row, label in shown.rows.items())
    if console.width - sum(full.values()) - _GAP * len(full) - 30 * bool(words) < min(longest, 40):
        full = {column: max(width, 4) for column, width in widths.items()}  # two characters a line
    if console.width - sum(full.values()) - _GAP * len(full) < _LABEL:
        return False
    grid = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    grid.add_column("", overflow="fold", min_width=_LABEL)
    for column, label in shown.columns.items():
        grid.add_column(label.zh, justify="right", overflow="fold", width=full[column])
    if words:
        grid.add_column("as printed", overflow="fold", style="italic")
    for head, row in _grouped(shown):
        if head:
            grid.add_row(head)
            continue
        name = Padding(Text(shown.rows[row].zh), (0, 0, 0, _depth(shown, row)))
        beside = [words.get(row, "")] if words else []
        grid.add_row(name, *(cells[row] for cells in texts.values()), *beside)
    console.print(grid)
    return True


def _words_beside(shown: ShownTable, console: Console) -> dict[str, str]:
    """The page's own words by row, where there are any and they have room beside the table."""
    if console.width < _BESIDE:
        return {}
    return {row: words for row in shown.rows if (words := shown.words(row))}


def _width(text: Text) -> int:
    return cell_len(text.plain)


def _aligned(shown: ShownTable, column: str) -> dict[str, Text]:
    """The cells of a column by row, each with room for its signs, so that digits stand below each other."""
    texts = {row: shown.text((row, column)) for row in shown.rows}
    signs = {row: len(shown.signs((row, column))) for row in shown.rows}
    for row, text in texts.items():
        text.pad_right(max(signs.values()) - signs[row])
    return texts


def _grouped(shown: ShownTable) -> Iterator[tuple[Text | None, str]]:
    """The rows of a table in order, each group's own heading before its first row."""
    told: set[str] = set()
    for id, label in shown.rows.items():
        for depth, group in enumerate(_groups(shown, label)):
            if group.id not in told:
                told.add(group.id)
                yield Text("  " * depth + group.zh, style="bold"), id
        yield None, id


def _groups(shown: ShownTable, label: Label) -> list[Label]:
    """The groups around a row, the outermost first."""
    around: list[Label] = []
    group = shown.form.groups.get(label.group or "") if shown.table.number == 3 else None
    while group is not None:
        around.insert(0, group)
        group = shown.form.groups.get(group.group or "")
    return around


def _depth(shown: ShownTable, row: str) -> int:
    """How far a row is indented."""
    return 2 * len(_groups(shown, shown.rows[row]))


def _show_blocks(shown: ShownTable, console: Console) -> bool:
    """Table 2: its blocks under each other, each with its own headings, as the form prints them. False where
    there is no room."""
    words = _words_beside(shown, console)
    blocks = shown.form.blocks
    widths = [0] * max(len(block.measures) for block in blocks)
    for block in blocks:
        for n, measure in enumerate(block.measures):
            values = [_width(shown.text((item, measure))) for item in block.items]
            widths[n] = max(widths[n], cell_len(shown.columns[measure].zh), *values)
    if console.width - sum(widths) - _GAP * len(widths) < _LABEL:
        return False
    grid = Table(box=SIMPLE, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False, show_header=False)
    grid.add_column(overflow="fold", min_width=_LABEL)
    for width in widths:
        grid.add_column(justify="right", width=width)
    if words:
        grid.add_column(overflow="fold", style="italic")
    for block in blocks:
        heads = [Text(shown.columns[measure].zh, style="bold") for measure in block.measures]
        grid.add_row(Text(block.clause, style="bold"), *heads)
        for item in block.items:
            cells = [shown.text((item, measure)) for measure in block.measures]
            cells += [Text()] * (len(widths) - len(cells))
            name = Padding(Text(shown.rows[item].zh), (0, 0, 0, 2))
            beside = [words.get(item, "")] if words else []
            grid.add_row(name, *cells, *beside, end_section=item == block.items[-1])
    console.print(grid)
    return True


def _show_listed(shown: ShownTable, console: Console) -> None:
    """A table on a terminal too narrow for it: each row's figures named, on lines of their own."""
    for head, row in _grouped(shown):
        if head:
            console.print(head)
            continue
        indent = _depth(shown, row)
        console.print(Padding(Text(shown.rows[row].zh), (0, 0, 0, indent)))
        width, line = console.width - indent - 2, Text()
        for column in shown.columns_of(row):
            named = Text.assemble((shown.columns[column].zh + " ", "dim"), shown.text((row, column)))
            if line and _width(line) + 2 + _width(named) > width:
                console.print(Padding(line, (0, 0, 0, indent + 2)))
                line = Text()
            line = Text("  ").join([line, named]) if line else named
        console.print(Padding(line, (0, 0, 0, indent + 2)))


def _show_words(shown: ShownTable, console: Console) -> None:
    """Below a table the page's own words, a line a row."""
    for row, label in shown.rows.items():
        if words := shown.words(row):
            console.print(Text.assemble(("as printed  ", "dim"), label.zh, "  ", (words, "italic")))
