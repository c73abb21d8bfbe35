"""Tables whose cells run on in lines of text: labels and figures parted by spaces, or by nothing at all.

A copied page or a careless extraction prints a row, or the whole report, on one line. Here such lines become
cells again, in the order in which they stand; which rows they make is left to `load.recognise`. A document
that has no such lines stays as it is.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from load.extract.document import PROSE, Document, Piece
from load.narrative import LONGEST_HEADING, section_of
from load.recognise.labels import meaning
from load.recognise.values import AS_PRINTED, read_value

_NUMBER = r"[+\-－]?[\d０-９][\d０-９.,]*"
_SEVERAL = re.compile(rf"(?<!\S){_NUMBER}(?:\s+{_NUMBER})+(?!\S)|[^\W\d_]0{{3,}}(?!\S)")
_FEWEST_LINES = 4  # runs of several figures; fewer are a sentence's
_LONGEST_ROW = 60  # cells; a marked row with more is a table, or a whole report, on one line
_PAGE_NUMBER = re.compile(r"(?<!\S)([—–\-－])\s*(\d{1,3})\s*([—–\-－])(?!\S)")
_GLUED = re.compile(r"(?P<label>.*\D)(?P<figures>\d+)")
_LONGEST_GLUED = 120
_LONGEST_HEADER = 7  # 法人或其他组织
_LONG_LINE = 1000  # characters; a line with headings in it that is longer is a whole report
_SENTENCE = re.compile(r"[。；;！!]|[，,：:].{6,}")
_TITLE_END = re.compile(r"(?:年度?报告|年报|工作报告)[）)]?$")
_NUMERAL_APART = re.compile(r"\S{1,2}\s\S+")  # 一、 总体情况
_GOES_ON = re.compile(r"[件个条项宗份起例次人元]{1,2}[、，,。；;]")  # 行政许可 12 件、行政处罚 3 件
_LONGEST_JOIN = 6  # pieces into which spaces may break a label
_HEAD = 60  # the most texts before the first figure that may be the head of a table


@dataclass(frozen=True, slots=True)
class _Item:
    """A word of a line: its text, what it is, and the piece that it is part of.

    `kind` is "label", "figure" (what stands in a cell: a number, a stroke), "blank", "heading" or "text".
    """

    text: str
    kind: str
    piece: Piece


def taken_apart(document: Document) -> Document:
    """The document with the cells of tables that run on in its lines as pieces of their own."""
    pieces = document.pieces
    lines = [piece for piece in pieces if piece.table == PROSE]
    long_rows = _long_rows(pieces)
    several = sum(len(_SEVERAL.findall(piece.text)) for piece in lines if _may_hold_several(piece.text))
    if not long_rows and several < _FEWEST_LINES and not any(map(_is_whole_report, lines)):
        return document
    items: list[_Item] = []
    parts: list[Piece] = []
    table = 1 + max((piece.table for piece in pieces), default=PROSE)
    for piece in [*pieces, None]:
        if piece is not None and (piece.table == PROSE or (piece.table, piece.row) in long_rows):
            items += _items(piece)
            continue
        made = list(_pieces(items, table))
        table = 1 + max([table - 1, *(part.table for part in made)])
        parts += [*made, piece] if piece is not None else made
        items = []
    return replace(document, pieces=parts)


def _may_hold_several(text: str) -> bool:
    """Whether it is worth looking for several figures in a line: most have neither a space nor noughts in a row."""
    return " " in text or "000" in text


def _long_rows(pieces: Sequence[Piece]) -> set[tuple[int, int]]:
    """The marked rows, by table and row, that hold more cells than any row of the form."""
    sizes = Counter([(piece.table, piece.row) for piece in pieces if piece.row != PROSE])
    return {row for row, size in sizes.items() if size > _LONGEST_ROW and row[0] != PROSE}


def _is_whole_report(line: Piece) -> bool:
    if len(line.text) < _LONG_LINE:
        return False
    return len({section for word in line.text.split() if (section := section_of(word)[0])}) >= _FEWEST_LINES


def _items(piece: Piece) -> Iterator[_Item]:
    """The words of a piece, those that make one label joined."""
    words = _PAGE_NUMBER.sub(r"\1\2\3", piece.text).split()
    if not words and piece.table != PROSE:
        yield _Item("", "blank", piece)
    at = 0
    while at < len(words):
        if _is_figure(words[at]):
            yield from (_Item(figure, "figure", piece) for figure in _figures(words[at]))
            at += 1
            continue
        glued = _GLUED.fullmatch(words[at])
        labels = _labels(glued["label"] if glued else words[at])
        if labels:
            yield from (_Item(label, "label", piece) for label in labels)
            yield from (
                _Item(figure, "figure", piece) for figure in _figures(glued["figures"] if glued else "")
            )
            at += 1
            continue
        last = next((n for n in range(at, len(words)) if _is_figure(words[n])), len(words))
        for end in range(min(at + _LONGEST_JOIN, last), at, -1):
            text = " ".join(words[at:end])
            kind = _kind(text, alone=end == at + 1)
            if kind != "text":
                break
        yield _Item(text, kind, piece)
        at = end


def _is_figure(word: str) -> bool:
    return read_value(word, AS_PRINTED).kind != "text"


def _figures(word: str) -> list[str]:
    """The figures in a word of digits: noughts that run together can be told apart, and nothing else."""
    return list(word) if not word.strip("0") else [word]


def _labels(word: str) -> list[str]:
    """The labels that a word is, one behind the other; empty where it is anything else."""
    labels: list[str] = []
    at = 0
    while at < len(word) <= _LONGEST_GLUED:
        ends = range(min(len(word), at + LONGEST_HEADING), at + 1, -1)
        end = next((end for end in ends if _is_label(word[at:end])), None)
        if end is None:
            return []
        labels.append(word[at:end])
        at = end
    return labels


def _is_label(text: str) -> bool:
    found = meaning(text)
    return found.exact or (found.header and len(text) <= _LONGEST_HEADER)


def _kind(text: str, *, alone: bool) -> str:
    found = meaning(text)
    if found.exact or (alone and (found.corner or (found.known and not _SENTENCE.search(text)))):
        return "label"
    if not alone and not _NUMERAL_APART.fullmatch(text):
        return "text"
    return "heading" if 4 <= len(text) <= LONGEST_HEADING and section_of(text)[0] else "text"


def _pieces(items: Sequence[_Item], table: int) -> Iterator[Piece]:
    """The pieces that items make: cells where figures follow labels, or fill a line, and lines of prose between."""
    inside = _inside(items)
    line: list[_Item] = []
    for n, item in enumerate(items):
        is_cell = n in inside
        whole_before = line and (line[-1].piece is not item.piece or _ends(line))
        if line and (is_cell or item.kind == "heading" or whole_before):
            yield _line(line)
            line = []
        if is_cell:
            if n - 1 not in inside and n:
                table += 1
            yield replace(item.piece, text=item.text, table=table, row=PROSE)
        elif item.kind == "heading":
            yield _line([item])
        elif item.text:
            line.append(item)
    if line:
        yield _line(line)


def _line(items: Sequence[_Item]) -> Piece:
    first = items[0].piece
    return replace(first, text=" ".join(item.text for item in items), table=PROSE, row=PROSE)


def _ends(line: Sequence[_Item]) -> bool:
    """Whether a line of prose is whole: a sentence, or a title."""
    text = line[-1].text
    return text.endswith(("。", "！")) or (len(line) < 6 and _TITLE_END.search(text) is not None)


def _inside(items: Sequence[_Item]) -> set[int]:
    """The items that are cells of tables: figures behind labels or alone on their lines, and what stands
    around them and is no prose."""
    figures = set()
    for n, item in enumerate(items):
        if any(_GOES_ON.match(near.text) for near in items[max(0, n - 1) : n + 2]):
            continue  # a sentence goes on behind the figure, or before it
        before = items[n - 1].kind if n else "text"
        is_cell = item.kind in ("figure", "blank") and (before == "label" or n - 1 in figures)
        if is_cell or (item.kind == "figure" and _fills_line(items, n)):
            figures.add(n)
    inside: set[int] = set()
    for n in sorted(figures):
        if n in inside:
            continue
        first, last = n, n
        while first and n - first < _HEAD and _may_be_cell(items[first - 1]):
            first -= 1
        while last + 1 < len(items) and (last + 1 in figures or _may_be_cell(items[last + 1])):
            last += 1
        while last not in figures and items[last].kind != "label":  # what follows the last figure is prose
            last -= 1
        inside.update(range(first, last + 1))
    return inside


def _may_be_cell(item: _Item) -> bool:
    """Whether an item between figures and labels may be a cell, too, as half of a broken label is."""
    if item.kind in ("heading", "figure"):
        return item.kind == "figure"
    return len(item.text) <= _HEAD and (item.kind == "label" or not _SENTENCE.search(item.text))


def _fills_line(items: Sequence[_Item], n: int) -> bool:
    """Whether a figure stands in a line of several figures and nothing else."""
    piece = items[n].piece
    if not _SEVERAL.search(piece.text):
        return False
    return all(read_value(word).kind != "text" for word in piece.text.split())
