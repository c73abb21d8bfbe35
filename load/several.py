"""Several reports on one page, one behind the other: the page as several documents.

A page is taken apart only where every first heading on it has a title of its own before it, the titles name
different bodies or years, and each has headings and no more than one Table 3. Anything else stays one document,
and `load.recognise` gives no figures where its tables differ.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from chinese import fold, fold_label
from load.extract.document import PROSE, Document, Piece
from load.narrative import LONGEST_HEADING, section_of
from load.recognise import table3_places

_TITLE = re.compile(
    r"(?P<before>[^。；;，,：:！!]{0,60}?)(?:政府|政务)?信息公开(?P<between>[^。；;，,：:！!]{0,14})(?:年度?报告|年报|工作报告)"
    r"(?:[（(][^（()）]{1,20}[)）])?"
)
# What all titles share: what is left of them names the body and the year.
_SHARED = re.compile(r"关于|政府信息公开|政务公开|信息公开|政府|政务|工作|年度|年报|报告|年|度|的")
_NAME = re.compile(r"[^\W\d_]")
_YEAR = re.compile(r"20[012]\d年")
_LINE = re.compile(r"[^。；;，,：:！!|]{3,40}")  # a line of a title or a signature
_FEWEST_HEADINGS = 3  # of the six, in each report
_FEWEST_PARAGRAPHS = 2  # in a report without a Table 3
_OF_THE_SITE = ("sitename", "siteidcode", "pubdate")  # what meta tags say of all that a page carries


def split(document: Document) -> list[Document]:
    """The reports on a page, a document each; the document itself where there is one, or any doubt about it.

    Each begins with its title; what stands before the first belongs to none. Of the page's meta tags
    they keep those about the site and the day.
    """
    pieces = document.pieces
    ones = _ones(pieces)
    if len(ones) < 2:
        return [document]
    tables = table3_places(pieces)
    starts: list[int] = []
    behind = 0
    for one in ones:
        behind = max([behind, *(last + 1 for first, last in tables if first < one)])
        start = _title_before(pieces, behind, one)
        if start is None:
            return [document]
        starts.append(start)
        behind = one + 1
    names = {_SHARED.sub("", fold_label(_title(pieces, start))) for start in starts}
    ranges = list(pairwise([*starts, len(pieces)]))
    if not tables or tables[0][0] < starts[0] or len(names) < len(starts):
        return [document]
    if not all(_is_report(pieces[start:end], _within(tables, start, end)) for start, end in ranges):
        return [document]
    meta = {name: document.meta[name] for name in _OF_THE_SITE if name in document.meta}
    return [replace(document, pieces=pieces[start:end], title="", meta=meta) for start, end in ranges]


def _is_report(pieces: Sequence[Piece], tables: int) -> bool:
    """Whether these pieces are a report of their own: one Table 3 and headings, or without the table, as where
    it is a picture, headings with prose between them, and not a list of contents."""
    if tables > 1 or len(_headings(pieces)) < _FEWEST_HEADINGS:
        return False
    prose = sum(1 for piece in pieces if piece.table == PROSE and len(piece.text) > LONGEST_HEADING)
    return tables == 1 or prose >= _FEWEST_PARAGRAPHS


def _within(places: Sequence[tuple[int, int]], start: int, end: int) -> int:
    """How many of the tables at these places begin between two pieces."""
    return sum(1 for first, _ in places if start <= first < end)


def _title_before(pieces: Sequence[Piece], start: int, one: int) -> int | None:
    """The title that stands last between a piece and a first heading; None where there is none that names its
    body."""
    for index in range(one - 1, start - 1, -1):
        found = _TITLE.fullmatch(fold("".join(pieces[index].text.split())))
        if found and _NAME.search(_SHARED.sub("", fold_label(found["before"] + found["between"]))):
            return index
        if found:
            opened = _YEAR.search(found[0]) and _opens_title(pieces, index - 1, start)
            return index - 1 if opened else None
    return None


def _title(pieces: Sequence[Piece], start: int) -> str:
    """The title that begins at a piece, over one line or two."""
    first = pieces[start].text
    return first if _TITLE.fullmatch(fold("".join(first.split()))) else first + pieces[start + 1].text


def _opens_title(pieces: Sequence[Piece], index: int, start: int) -> bool:
    """Whether a line is the first half of a title, and not the signature of the report before it."""
    if index < start or PROSE not in (pieces[index].table, pieces[index].row):
        return False
    if not _LINE.fullmatch(pieces[index].text) or not _NAME.search(_bare(pieces[index].text)):
        return False
    return not start or (index > start and bool(_LINE.fullmatch(pieces[index - 1].text)))


def _bare(text: str) -> str:
    """A title without what all titles share, and without a date: the name of its body."""
    return _SHARED.sub("", re.sub(r"[年月日]", "", fold_label(text)))


def _ones(pieces: Sequence[Piece]) -> list[int]:
    """The pieces that head a first section."""
    return [n for n, piece in enumerate(pieces) if _section(piece) == 1]


def _headings(pieces: Sequence[Piece]) -> set[int]:
    return {number for piece in pieces if (number := _section(piece))}


def _section(piece: Piece) -> int:
    return section_of(piece.text)[0] if 4 <= len(piece.text) <= LONGEST_HEADING else 0
