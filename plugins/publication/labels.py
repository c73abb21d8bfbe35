"""Names for people, in both languages: columns, and the codes that stand in them.

The form's own labels come from `load.forms`; all others stand in labels.toml. A code stays what one asks and
computes with: pages show it beside its name.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from chinese.provinces import PROVINCES
from load.forms import forms
from load.forms.statistics import statistics_form
from plugins.publication.language import say

Names = Mapping[str, tuple[str, str]]  # by code: Chinese, English

_FILE = Path(__file__).with_name("labels.toml")


@cache
def columns() -> Mapping[str | None, Names]:
    """Names of columns by table; under None those that mean the same in every table and query."""
    found = tomllib.loads(_FILE.read_text("utf-8"))
    return {None: _pairs(found["columns"])} | {table: _pairs(own) for table, own in found["tables"].items()}


@cache
def values() -> Mapping[str, Names]:
    """Names of the codes in a column, by column."""
    found = {
        column: dict(_pairs(own)) for column, own in tomllib.loads(_FILE.read_text("utf-8"))["values"].items()
    }
    found["province"] |= {place.zh: (place.zh, place.en) for place in PROVINCES}
    for form in forms():
        for column, labels in (
            ("outcome", form.rows),
            ("applicant", form.columns),
            ("item", form.items),
            ("measure", form.measures),
            ("channel", form.channels),
            ("result", form.results),
        ):
            known = found.setdefault(column, {})
            known |= {id: (label.zh, label.en) for id, label in labels.items() if id not in known}
    indicators = {id: (one.zh, one.en) for id, one in statistics_form().indicators.items()}
    found |= {"indicator": indicators, "parent": indicators}
    return found


def _pairs(entries: Mapping[str, list[str]]) -> Names:
    return {code: (zh, en) for code, (zh, en) in entries.items()}


def column_names(table: str | None, column: str) -> tuple[str, str]:
    """The Chinese and the English name of a column; the column itself where it has none."""
    known = columns()
    return known.get(table, {}).get(column) or known[None].get(column) or (column, column)


def column_label(table: str | None, column: str) -> str:
    """The name of a column in the language of the page; the column itself where it has none."""
    return say(*column_names(table, column))


def value_label(column: str, value: object) -> str:
    """The name of a code in the language of the page; the value itself where it is none."""
    names = values().get(column, {}).get(str(value))
    return say(*names) if names else "" if value is None else str(value)
