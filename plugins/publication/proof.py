"""What each figure rests on: the raw text of its cell, where it stands in the document, how it was recognised.

Read from `reports.form` and `reports.evidence`, which `load.rows` writes: of each row [place of its first cell, how it
was named, raw texts]; the raw texts are null where each is just its figure's digits.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from load.forms import Form
from plugins.publication.language import say
from plugins.publication.official_form import names_of, row_names

Number = int | float | None
VALUE = "value"  # the one column of the table of statistics


@dataclass(frozen=True, slots=True)
class Proof:
    """Of one row: where its first figure stands, how the row was named, and the raw text of each column.

    found is False where the row was not found in the document; raws has no entry for a column whose text is not kept.
    """

    row: str
    found: bool
    at: str
    by: str
    raws: Mapping[str, str]


def proofs(
    figures: Mapping[str, Mapping[str, Number]], evidence: Mapping[str, Sequence[Any]]
) -> dict[str, Proof]:
    """The proof of each row of a table, in order. figures: by row and column; evidence: by row."""
    found = {}
    for row, columns in figures.items():
        if row not in evidence:
            found[row] = Proof(row, False, "", "", {})
            continue
        at, by, raws = evidence[row]
        if raws is None:
            texts = {column: str(value) for column, value in columns.items() if value is not None}
        else:
            # Fewer texts than columns: which is which is not kept.
            texts = dict(zip(columns, raws, strict=True)) if len(raws) == len(columns) else {}
        found[row] = Proof(row, True, at, by, texts)
    return found


_PLACES = (
    (re.compile(r"table (\d+) row (\d+) cell (\d+)"), r"第 \1 个表格第 \2 行第 \3 格"),
    (re.compile(r"line (\d+)"), r"第 \1 行"),
)


def place_in_words(at: str) -> str:
    """Where a cell stands in its document, in the language of the page."""
    for pattern, chinese in _PLACES:
        if found := pattern.fullmatch(at):
            return say(found.expand(chinese), at)
    return at


def manner_in_words(by: str) -> str:
    """How a row was told, in the language of the page."""
    return {
        "label": say("按行名和列名", "by its labels"),
        "position": say("仅按次序（缺行名或列名）", "by its order alone: labels are lost"),
    }.get(by, by)


@dataclass(frozen=True, slots=True)
class FormCell:
    """One figure of a report with all that is known of it. table is "2", "3", "4" or "statistics"."""

    table: str
    row: str
    column: str
    zh: str
    en: str
    value: Number
    raw: str | None
    at: str
    by: str


def form_cells(
    table: int, known: Form, figures: Mapping[str, Mapping[str, Number]], found: Mapping[str, Proof]
) -> Iterator[FormCell]:
    """Every figure of a table of the form, in printed order; those of rows that were not found have no text."""
    _, columns = names_of(known, table)
    for row, of_row in figures.items():
        for column, value in of_row.items():
            names = [*row_names(known, table, row), *([columns[column]] if column in columns else [])]
            zh, en = (" · ".join(getattr(name, language) for name in names) for language in ("zh", "en"))
            proof = found[row]
            raw = proof.raws.get(column)
            yield FormCell(str(table), row, column, zh, en, value, raw, proof.at, proof.by)
