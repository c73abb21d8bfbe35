"""Which label of the form a text is, in any version of the form.

The labels themselves stand in `load/forms/*.toml`; here they are only looked up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from chinese import fold_label
from load.forms import Label, forms

_OTHERWISE = ("上年", "上一年", "去年", "同期", "其他")
_LONGEST_LABEL = 90  # printed characters: the longest label of any form has 44, with explanations twice that
_EXPLAINED = re.compile(
    r"(?P<label>[^（(]{2,40})[（(](?:.{2,160}|[件个项条宗份])[)）]", re.DOTALL
)  # 行政处罚（指…）, 规章（件）
_PINYIN = re.compile(r"(?<=[\u4e00-\u9fff])[(（][a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜü]{1,6}[)）]")  # 处(chǔ)罚
_OF_ANOTHER_YEAR = re.compile(
    r"上一?年|去年|同期|往年|其中|.{0,4}\d{4}年.{0,4}$"
)  # 行政处罚（上年）, （2022年）

FURTHER = re.compile("备注|说明|附?注|(?:计量)?单位|序号|[合小]计")
"""Heads of columns that the form does not have, folded."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that a text may mean as a label, by kind, as ids of the form. Empty: no label."""

    rows: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    corner: bool = False  # the note on sums in the corner of Table 3
    header: bool = False  # a header of Table 3 or 4 that names no column of its own
    clause: bool = False  # a clause, or 信息内容, at the head of a block of Table 2
    marks: tuple[str, ...] = ()  # versions of the form that alone print this in Table 2
    exact: bool = False
    known: bool = False

    @property
    def heads_table2(self) -> bool:
        """Whether it stands at the head of a block of Table 2."""
        return bool(self.clause or self.measures or self.marks)


NOTHING = Meaning()


def _is_other(label: Label, folded: str) -> bool:
    """Whether what stands before the words of a label makes it another: last year's, or the rest."""
    keys = [key for key in label.keys if key in folded]
    return (
        bool(keys)
        and folded not in label.exact
        and all(any(word in folded[: folded.index(key)] for word in _OTHERWISE) for key in keys)
    )


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The labels of all versions of the form, with what each is, in the order of the forms; and at which of these
    places the labels stand that are printed so to the letter, or contain such a key. Labels share most keys, so
    that to look for each key once is many times faster than to ask label after label."""

    labels: tuple[tuple[str, Label], ...]
    by_exact: Mapping[str, list[int]]
    by_key: Mapping[str, list[int]]
    clauses: frozenset[str]

    def matching(self, folded: str) -> list[tuple[str, Label]]:
        """The labels that a folded text is a way to print (see `Label.matches`), with what each is."""
        places = {place for key, some in self.by_key.items() if key in folded for place in some}
        places.update(self.by_exact.get(folded, ()))
        return [self.labels[place] for place in sorted(places)]


@cache
def _lexicon() -> _Lexicon:
    labels: list[tuple[str, Label]] = []
    for f in forms():
        for kind, some in (
            ("rows", f.rows),
            ("groups", f.groups),
            ("columns", f.columns),
            ("items", f.items),
            ("measures", f.measures),
            ("channels", f.channels),
            ("results", f.results),
        ):
            labels += [(kind, label) for label in some.values()]
        labels.append(("corner", f.corner))
        headers = (f.applicants_header, f.organisations_header, f.lawsuit_header)
        labels += [("header", label) for label in headers]
    by_exact: dict[str, list[int]] = {}
    by_key: dict[str, list[int]] = {}
    for place, (_, label) in enumerate(labels):
        for words in label.exact:
            by_exact.setdefault(words, []).append(place)
        for key in label.keys:
            by_key.setdefault(key, []).append(place)
    clauses = {
        fold_label(words) for f in forms() for block in f.blocks for words in (block.clause, block.header.zh)
    }
    return _Lexicon(tuple(labels), by_exact, by_key, frozenset(clauses))


@lru_cache(maxsize=65536)
def meaning(text: str) -> Meaning:
    """What `text` means as a label of the form; `NOTHING` where it is none.

    An explanation in brackets behind a label takes nothing from it, unless it speaks of another year's.
    """
    if ("(" in text or "（" in text) and (bare := _PINYIN.sub("", text)) != text:
        return meaning(bare)
    explained = _EXPLAINED.fullmatch(text)
    if explained and not _OF_ANOTHER_YEAR.match(fold_label(text[len(explained["label"]) :])):
        alone = meaning(explained["label"])
        if alone.exact:
            return alone
    if not text or len(text) > _LONGEST_LABEL:
        return NOTHING
    folded = (
        fold_label(text).replace("档案", "文件").replace("资讯", "信息")
    )  # as Traditional texts reword them
    if not folded or folded.isdecimal():
        return NOTHING
    found: dict[str, dict[str, None]] = {}
    exact = False
    lexicon = _lexicon()
    for kind, label in lexicon.matching(folded):
        if kind in ("corner", "header"):
            found.setdefault(kind, {})
        elif not _is_other(label, folded):
            found.setdefault(kind, {})[label.id] = None
            exact = exact or folded in label.exact
    corner, header = (found.pop(kind, None) is not None for kind in ("corner", "header"))
    clause = folded in lexicon.clauses
    marks = [f.version for f in forms() if any(mark in folded for mark in f.marks)]
    ids = {kind: tuple(names) for kind, names in found.items()}
    return Meaning(
        **ids,
        corner=corner,
        header=header,
        clause=clause,
        marks=tuple(marks),
        exact=exact or clause,
        known=bool(ids or corner or header or clause or marks),
    )
