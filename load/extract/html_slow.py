"""HTML to pieces by a second way: html5lib, on the page as it is, with nothing taken out first.

Ten times slower than `load.extract.html` and independent of it. It reads again the pages whose
figures did not come out whole or whose sums fail: what two readers agree on is what the page prints.
"""

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from load.extract.depth import flattened
from load.extract.document import Document, Piece, without_blank_edges
from load.extract.html import (
    DRAWN,
    DRESS,
    LINE_ENDS,
    PROSE_CELL,
    SKIPPED,
    clean,
    may_print,
    with_drawn,
    without_invisible,
)


def read_html_slowly(text: str, charset: str) -> Document:
    """The document of an HTML page, as `load.extract.html.read_html` gives it; boxes are left out."""
    soup = BeautifulSoup(flattened(without_invisible(text)), "html5lib")
    document = Document("html", charset, [])
    line: list[str] = []
    tables = lines = 0

    def end_line() -> None:
        nonlocal lines
        paragraph = clean("".join(line))
        line.clear()
        if paragraph:
            lines += 1
            document.pieces.append(Piece(paragraph, place=lines))

    def walk(node: Tag) -> None:
        nonlocal tables
        for child in node.children:
            if isinstance(child, Tag):
                if child.name in SKIPPED:
                    continue
                if child.name == "table":
                    end_line()
                    rows = _rows(child)
                    if rows is None:
                        walk(child)
                        continue
                    for r, row in enumerate(rows):
                        document.pieces += [Piece(cell, tables, r, c) for c, cell in enumerate(row)]
                    tables += 1
                elif child.name in LINE_ENDS:
                    end_line()
                    walk(child)
                    end_line()
                else:
                    walk(child)
            elif type(child) is NavigableString:  # not its subclasses: comments, declarations
                line.append(str(child))

    if soup.body:
        walk(soup.body)
        end_line()
    document.pieces = without_blank_edges(document.pieces)
    return document


def _rows(table: Tag) -> list[list[str]] | None:
    """The texts of a table's cells; None for a table that lays out the page."""
    if table.find("table"):
        return None
    rows = [
        [_cell_text(cell) for cell in tr.find_all(["td", "th"], recursive=False)]
        for tr in table.find_all("tr")
    ]
    return None if any(len(cell) > PROSE_CELL for row in rows for cell in row) else rows


def _cell_text(cell: Tag) -> str:
    """The text of a cell: spans join what they split, paragraphs and line breaks part it."""
    parts: list[str] = []
    is_drawn = False

    def walk(node: Tag) -> None:
        nonlocal is_drawn
        for child in node.children:
            if isinstance(child, Tag):
                if child.name in DRAWN and may_print(child.name, {"src": str(child.get("src") or "")}):
                    is_drawn = True
                if child.name in SKIPPED:
                    continue
                ends = child.name not in DRESS and ":" not in child.name
                parts.append(" " if ends else "")
                walk(child)
                parts.append(" " if ends else "")
            elif type(child) is NavigableString:
                parts.append(str(child))

    walk(cell)
    return with_drawn(clean("".join(parts)), is_drawn=is_drawn)
