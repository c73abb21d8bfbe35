"""Text flavours: what extractors make of a report's tables when they give up the mark-up.

Each function prints one table; `page` prints the prose around it, the same in all flavours. A converter
that cannot show a span fills its row with bars up to the width of the table.
"""

from collections.abc import Callable
from random import Random

from sample.layouts.flow import INVENTED, Picture, flow
from sample.report import Report
from sample.tables import Cell, PrintedTable
from sample.wording import choose

TablePrinter = Callable[[PrintedTable, Random], str]


def page(report: Report, rng: Random, print_table: TablePrinter, *, gap: str = "\n") -> bytes:
    """The whole report as UTF-8 text; `gap` stands between two paragraphs."""
    wording = choose(rng, report.figures["form_version"])
    parts = []
    for block in flow(report, wording):
        if isinstance(block, PrintedTable):
            parts.append(print_table(block, rng))
        elif isinstance(block, Picture):
            parts.append(f"![]({block.name})")
        else:
            parts.append(block.text)
    parts.append(f"（{INVENTED}）")
    return (gap.join(parts) + "\n").encode()


def pipe_row(table: PrintedTable, rng: Random) -> str:
    """`label | 0 | 0 |`: a row a line, no leading bar."""
    lines = []
    for texts, fill in _rows(table):
        lines.append(" | ".join(texts) + " |" + (" " + fill if fill else ""))
    return "\n".join(lines)


def paragraph_per_cell(table: PrintedTable, rng: Random) -> str:
    """A paragraph a cell with a blank line between, no bars; blank cells leave no trace."""
    return "\n\n".join(cell.text for row in table.rows for cell in row if cell.text)


def cell_per_line_bar(table: PrintedTable, rng: Random) -> str:
    """A line a cell, each ending in a bar; what a span leaves out is a line of bars."""
    lines = []
    for texts, fill in _rows(table):
        lines += [f"{text} |" if text else "|" for text in texts]
        if fill:
            lines.append(fill)
    return "\n".join(lines)


def bar_only_separators(table: PrintedTable, rng: Random) -> str:
    """As `cell_per_line_bar`, each row opened by a line that is only a bar, spans filled on its last line."""
    lines = []
    for texts, fill in _rows(table):
        cells = [f"{text} |" if text else "|" for text in texts]
        if fill:
            cells[-1] += f" {fill}"
        lines += ["|", *cells]
    return "\n".join(lines)


def bar_lines(table: PrintedTable, rng: Random) -> str:
    """A value line, then a line that is only a bar; what a span leaves out is a line of bars."""
    lines = []
    for texts, fill in _rows(table):
        for text in texts:
            lines += [text, "|"] if text else ["|"]
        if fill:
            lines.append(fill)
    return "\n".join(lines)


def markdown(table: PrintedTable, rng: Random) -> str:
    """`| label | 0 | 0 |`, spans filled with bars, no separator row."""
    return "\n".join(_markdown_lines(table))


def markdown_separator(table: PrintedTable, rng: Random) -> str:
    """As `markdown`, with a separator row under the first row."""
    first, *rest = _markdown_lines(table)
    return "\n".join([first, "|" + "---|" * table.columns, *rest])


def markdown_padded(table: PrintedTable, rng: Random) -> str:
    """As `markdown_separator`, cells padded with many spaces, blank cells in place of the fill."""
    width = rng.choice((12, 24, 40))
    lines = []
    for texts, fill in _rows(table):
        padded = [text.ljust(width) for text in texts + [""] * len(fill)]
        lines.append("| " + " | ".join(padded) + " |")
    lines.insert(1, "|" + ("-" * (width + 2) + "|") * table.columns)
    return "\n".join(lines)


def markdown_newline_in_cells(table: PrintedTable, rng: Random) -> str:
    """As `markdown`, with a newline at the end of every cell."""
    lines = []
    for texts, fill in _rows(table):
        lines.append("".join(f"| {text}\n" for text in texts) + "|" + (" " + fill if fill else ""))
    return "\n".join(lines)


def pipe_row_newline_indent(table: PrintedTable, rng: Random) -> str:
    """As `pipe_row`, with a newline and an indent before each cell but the first, and inside long labels."""
    indent = "\n" + " " * rng.choice((4, 8, 12))
    lines = []
    for row, (texts, fill) in zip(table.rows, _rows(table), strict=True):
        figures = sum(1 for cell in row if cell.key)
        labels = len(texts) - figures
        broken = [t if i >= labels or len(t) < 8 else t[:6] + indent + t[6:] for i, t in enumerate(texts)]
        lines.append(f" |{indent}".join(broken) + " |" + (" " + fill if fill else ""))
    return "\n".join(lines)


def docx_tabs(table: PrintedTable, rng: Random) -> str:
    """A tab and a cell a line, rows parted by a blank line, merged cells as lines of a tab alone.

    Now and then the word processor's bookmark stands in a cell.
    """
    figures = [(r, c) for r, row in enumerate(table.rows) for c, cell in enumerate(row) if cell.key]
    bookmark = rng.choice(figures) if figures and rng.random() < 0.4 else None
    hanging: dict[int, tuple[int, int]] = {}  # column: (columns wide, rows still to go)
    lines = []
    for r, row in enumerate(table.rows):
        column, cells = 0, list(enumerate(row))
        while cells or column in hanging:
            if column in hanging:
                wide, rows = hanging.pop(column)
                if rows > 1:
                    hanging[column] = (wide, rows - 1)
                lines.append("\t")
                column += wide
                continue
            c, cell = cells.pop(0)
            mark = "[bookmark: _GoBack]" if bookmark == (r, c) else ""
            lines.append(f"\t{mark}{cell.text}")
            if cell.rowspan > 1:
                hanging[column] = (cell.colspan, cell.rowspan - 1)
            column += cell.colspan
        lines.append("")
    return "\n".join([*lines, ""])


def _rows(table: PrintedTable) -> list[tuple[list[str], str]]:
    """A row's texts, breaks become spaces, and the bars that fill it up to the table's width."""
    rows = []
    for row in table.rows:
        texts = [_on_one_line(cell) for cell in row if not cell.lost]
        rows.append((texts, "|" * (table.columns - len(texts))))
    return rows


def _on_one_line(cell: Cell) -> str:
    return cell.text.replace("\n", " ")


def _markdown_lines(table: PrintedTable) -> list[str]:
    return ["| " + " | ".join(texts) + " |" + (" " + fill if fill else "") for texts, fill in _rows(table)]
