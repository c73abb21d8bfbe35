"""Plain text and Markdown to pieces: tables that an extraction has flattened to bars, tabs and lines.

Eight ways to flatten a table are read: rows of bars, with or without leading and trailing ones; one
cell a line with a bar behind it; lone bars between lines; cells broken over lines; one cell a tab;
one cell a paragraph. The last leaves only paragraphs here, and `load.recognise` finds the cells among
them. Where rows end is said only where the text says it.
"""

import re

from load.extract.document import PROSE, Document, Piece
from load.extract.html import clean, without_invisible

_BAR = re.compile(r"[|｜│]")
_MARK_DOWN_RULE = re.compile(r"[\s|:\-]*-{2,}[\s|:\-]*")
_BOOKMARK = re.compile(r"\[bookmark:[^\]]*\]")
_VALUE = re.compile(r"[+\-]?[\d０-９][\d０-９.,，．]*")
# A heading between two tables; no row of the form reads like one.
_HEADING = re.compile(
    r"\s*[一二三四五六七八九十]+\s*[、.．]\s*.{2,40}(?:情[况況]|事[项項]|[问問][题題]|措施)\s*"
)
# What Markdown marks a text with, and not the text: ## 一、总体情况, **规章**, 1\. 属于国家秘密.
_BOLD = re.compile(r"(?<![\w*])\*\*([^\s*|](?:[^*|\n]*[^\s*|])?)\*\*(?![\w*])")  # but not in 5**件
_HASHES = re.compile(r"^[ \t]*#{1,6}[ \t]+(?=\S)", re.MULTILINE)
_ESCAPED = re.compile(r"\\(?=[.\-_*#()\[\]])")
_PAGE_NUMBER = re.compile(
    r"\s*(?:[—–\-－]\s*\d{1,3}\s*[—–\-－]|第\s*\d{1,3}\s*页(?:[\s,，/]*共\s*\d{1,3}\s*页)?)\s*"
)
_LONE_BAR = re.compile(r"\s*[|｜│]\s*")
_CELL_AND_BAR = re.compile(r"\s*[^|｜│\s][^|｜│]*[|｜│]")
_BAR_AND_CELL = re.compile(r"\s*[|｜│][^|｜│]+")
_HAN = re.compile(r"[\u2e80-\u9fff]")
_BROKEN = re.compile(r"\s*[^\W\d_]{1,8}\s*")
_MOST_LEAD = 2
_LONGEST_GAP = 3  # lines without a bar that may stand inside one table of bars
_LONGEST_CELL_LINE = 60


def read_text(text: str, charset: str) -> Document:
    """The document of a plain text or Markdown file. A place is the number of its line, from 1."""
    lines = _unmarked(_BOOKMARK.sub("", without_invisible(text))).splitlines()
    parted = sum(1 for line in lines if not line.strip()) * 5 > len(lines) * 2  # by blank lines
    document = Document("text", charset, [])
    number, table = 0, 0
    while number < len(lines):
        if _BAR.search(lines[number]):
            end = _end_of_bars(lines, number)
            cells = _bars(lines, number, end, table)
        elif lines[number].startswith("\t"):
            end = _end_of_tabs(lines, number)
            cells = _tabs(lines, number, end, table)
        else:
            end = _end_of_cell(lines, number) if parted else number + 1
            paragraph = clean(" ".join(lines[number:end]))
            if paragraph:
                document.pieces.append(Piece(paragraph, place=number + 1))
            number = end
            continue
        document.pieces += cells
        table += 1
        number = end
    return document


def _unmarked(text: str) -> str:
    """A text without what Markdown marks headings and bold words with."""
    if "#" in text:
        text = _HASHES.sub("", text)
    if "**" in text:
        text = _BOLD.sub(r"\1", text)
    return _ESCAPED.sub("", text) if "\\" in text else text


def _end_of_cell(lines: list[str], start: int) -> int:
    """Where blank lines part the paragraphs, a cell's label may be broken over short lines: the line after."""
    end = start + 1
    while end < len(lines) and all(_BROKEN.fullmatch(lines[n]) for n in (end - 1, end)):
        end += 1
    return end


def _end_of_bars(lines: list[str], start: int) -> int:
    """The line after the last of a table of bars: short lines without a bar may stand between."""
    end, gap = start + 1, 0
    for number in range(start + 1, len(lines)):
        line = lines[number]
        if _BAR.search(line):
            end, gap = number + 1, 0
        elif _HEADING.fullmatch(line):
            break
        elif line.strip():
            gap += 1
            if gap > _LONGEST_GAP or len(line) > _LONGEST_CELL_LINE:
                break
    return end


def _bars(lines: list[str], start: int, end: int, table: int) -> list[Piece]:
    """The cells of a table of bars. What stands between two bars is a cell, over however many lines."""
    cells: list[tuple[str, int, bool]] = []  # text, line, whether a new line began since the last bar
    text: list[str] = []
    first, fresh = start, True

    def close() -> None:
        nonlocal fresh
        for part, line, is_fresh in _parts(text, first, fresh):
            cells.append((part, line, is_fresh))
        text.clear()
        fresh = False

    for number in range(start, end):
        line = lines[number]
        if ("-" in line and _MARK_DOWN_RULE.fullmatch(line)) or _PAGE_NUMBER.fullmatch(line):
            continue
        if number > start and not "".join(text).strip():
            fresh = True
        segments = _BAR.split(line)
        for position, segment in enumerate(segments):
            if position:
                close()
                first = number
            if not "".join(text).strip():
                first = number
            text.append(segment + "\n" if position == len(segments) - 1 else segment)
    # Where a bar opens each row or cell, a blank one ends the row before; the last row is to end as all others do.
    begun = _begin_cells(lines[start:end])
    is_opened = _LONE_BAR.fullmatch(lines[start]) and _CELL_AND_BAR.match(
        "".join(lines[start + 1 : start + 2])
    )
    if "".join(text).strip() or begun or is_opened:
        close()
    if begun:
        return [Piece(text, table, PROSE, line + 1) for text, line, _ in cells[1:]]
    return _with_rows(cells, table)


def _begin_cells(lines: list[str]) -> bool:
    """Whether each line is one cell that a bar begins: then only bars tell cells, and nothing tells rows."""
    texts = [line for line in lines if _BAR.sub("", line).strip() and not _MARK_DOWN_RULE.fullmatch(line)]
    return sum(1 for line in texts if _BAR_AND_CELL.fullmatch(line)) * 10 > len(texts) * 9


def _parts(text: list[str], first: int, fresh: bool) -> list[tuple[str, int, bool]]:
    """What stands between two bars, as one cell; as several where a figure stands on a line of its own.

    A row that ends without a bar leaves its last figure and the next row's label in one piece.
    """
    joined = "".join(text)
    lines = [line.strip() for line in joined.split("\n") if line.strip()]
    if len(lines) < 2 or not any(_VALUE.fullmatch(line) for line in lines):
        return [(clean(joined), first, fresh)]
    parts: list[tuple[str, int, bool]] = []
    label: list[str] = []
    for offset, line in enumerate(lines):
        if _VALUE.fullmatch(line):
            if label:
                parts.append((clean(" ".join(label)), first, True))
                label = []
            parts.append((line, first + offset, fresh or bool(parts)))
        else:
            label.append(line)
    if label:
        parts.append((clean(" ".join(label)), first + len(lines) - 1, True))
    return parts


def _with_rows(cells: list[tuple[str, int, bool]], table: int) -> list[Piece]:
    """Pieces with their rows, where lines are rows: where many fresh lines begin a row of several filled cells, or
    most a row of a label and cells that may be blank."""
    rows: list[list[tuple[str, int]]] = []
    for text, line, fresh in cells:
        if fresh or not rows:
            rows.append([])
        rows[-1].append((text, line))
    filled = [sum(1 for text, _ in row if text) for row in rows]
    several = sum(1 for count in filled if count > 1)
    labelled = sum(1 for row in rows if any(_HAN.search(text) for text, _ in row[:-1]))
    in_all = sum(1 for count in filled if count)
    if several * 3 < in_all and labelled * 2 <= in_all:
        return [Piece(text, table, PROSE, line + 1) for text, line, _ in cells]
    # What stands before a leading bar is no cell; where rows have none, it is a blank one.
    has_leading = sum(1 for row in rows if len(row) > 1 and not row[0][0]) * _MOST_LEAD > len(rows)
    pieces = []
    for r, row in enumerate(rows):
        cells_of_row = row[1:] if has_leading and not row[0][0] else row
        pieces += [Piece(text, table, r, c) for c, (text, _) in enumerate(cells_of_row)]
    return pieces


def _end_of_tabs(lines: list[str], start: int) -> int:
    """The line after a table of tabs: its cells begin with a tab, its rows are parted by empty lines."""
    end = start + 1
    for number in range(start + 1, len(lines)):
        line = lines[number]
        if line.startswith("\t"):
            end = number + 1
        elif line.strip() and (not lines[number - 1].strip(" ") or len(line) > _LONGEST_CELL_LINE):
            break
    return end


def _tabs(lines: list[str], start: int, end: int, table: int) -> list[Piece]:
    """The cells of a table of tabs: a line that begins with a tab is a cell, others continue it."""
    pieces: list[Piece] = []
    row, place = 0, 0
    for number in range(start, end):
        line = lines[number]
        if line.startswith("\t"):
            pieces.append(Piece(clean(line), table, row, place))
            place += 1
        elif line.strip() and pieces:
            pieces[-1].text = clean(f"{pieces[-1].text} {line}")
        elif place:
            row, place = row + 1, 0
    return pieces
