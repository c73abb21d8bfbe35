"""The table of statistics of the years before the form (2014.toml): its rows, their sums, the usual headings.

Every label stands in the file. Recognising the table in a document is left to `load.recognise.statistics`.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from chinese import fold, fold_label

_BRACKETS = re.compile(r"[(\[〔【<〈][^()\[\]〔〕【】<>〈〉]*[)\]〕】>〉]")
_NUMBERING = re.compile(r"^(?:其中|包括|[一二三四五六七八九十]{1,2}|\d{1,2})+")


@dataclass(frozen=True, slots=True)
class Indicator:
    """A row of the table. `parent` is the row that it is a part of; `verified` says whether its Chinese
    words were seen in an official text; `money` that it need not be whole."""

    id: str
    section: str
    zh: str
    en: str
    unit: str
    verified: bool
    parent: str | None = None
    money: bool = False


@dataclass(frozen=True, slots=True)
class StatisticsSum:
    """`total` equals its `parts` together: ids of indicators, and the rule that says so."""

    rule: str
    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatisticsForm:
    """The table and what stands around it. Mappings keep the printed order; words are bare (see `bare`).

    heads     word of the table's head → "indicator", "unit", "value" or "other"
    headings  words of rows that carry no figure
    labels    words of a row → the indicators that it may be: several where the form has them twice
    sections  keys of the prose's headings, with the column's number that they belong to
    """

    version: str
    prose_version: str
    title_zh: str
    title_en: str
    document: str
    last_fiscal_year: int
    indicators: Mapping[str, Indicator]
    headings: frozenset[str]
    heading_rows: Mapping[str, str]  # id of an indicator → the heading printed before it
    labels: Mapping[str, tuple[str, ...]]
    heads: Mapping[str, str]
    captions: tuple[str, ...]
    units: frozenset[str]
    footer: tuple[str, ...]
    titles: Mapping[str, tuple[str, str]]
    sums: tuple[StatisticsSum, ...]
    sections: tuple[tuple[int, tuple[str, ...]], ...]


@lru_cache(maxsize=65536)
def bare(text: str) -> str:
    """The words of a row's label: folded, without white space, punctuation, brackets and what is in them, its
    number, and 其中.

    "（一）主动公开政府信息数（不同渠道…计1条）" and "主动公开政府信息数" give the same.
    """
    return _NUMBERING.sub("", fold_label(_BRACKETS.sub("", fold(text))))


@cache
def statistics_form() -> StatisticsForm:
    """The table of 国办发〔2014〕32号."""
    data = tomllib.loads(files("load.forms").joinpath("2014.toml").read_text("utf-8"))
    indicators: dict[str, Indicator] = {}
    labels: dict[str, dict[str, None]] = {}
    for entry in data["indicators"]:
        also = entry.pop("also", [])
        one = Indicator(**entry)
        indicators[one.id] = one
        for words in (one.zh, *also):
            labels.setdefault(bare(words), {})[one.id] = None
    headings = [words for entry in data["headings"] for words in (entry["zh"], *entry.get("also", ()))]
    roles = ("indicator", "unit", "value", "other")
    return StatisticsForm(
        version=data["version"],
        prose_version=data["prose_version"],
        title_zh=data["title_zh"],
        title_en=data["title_en"],
        document=data["document"],
        last_fiscal_year=data["last_fiscal_year"],
        indicators=indicators,
        headings=frozenset(bare(words) for words in headings),
        heading_rows={entry["before"]: entry["zh"] for entry in data["headings"]},
        labels={words: tuple(ids) for words, ids in labels.items()},
        heads={bare(word): role for role in roles for word in data["head"][role]},
        captions=tuple(fold_label(word) for word in data["head"]["captions"]),
        units=frozenset(data["head"]["units"]),
        footer=tuple(fold_label(word) for word in data["head"]["footer"]),
        titles={section: (zh, en) for section, (zh, en) in data["titles"].items()},
        sums=tuple(StatisticsSum(s["rule"], s["total"], tuple(s["parts"])) for s in data["sums"]),
        sections=tuple((s["number"], tuple(fold_label(key) for key in s["keys"])) for s in data["sections"]),
    )
