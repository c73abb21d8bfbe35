"""Which label of the form a text is, in any version of the form.

The labels themselves stand in `load/forms/*.toml`; here they are only looked up.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from chinese import fold_label
from load.forms import Label, forms

_OTHERWISE = ("上年", "上一年", "去年", "同期", "其他")
_LONGEST_LABEL = 90  # printed characters: the longest label of any form has 44, with explanations twice that
_EXPLAINED = re.compile(r"(?P<label>[^（(]{2,40})[（(].{2,160}[)）]", re.DOTALL)  # 行政处罚（指…）
_PINYIN = re.compile(r"(?<=[\u4e00-\u9fff])[(（][a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜü]{1,6}[)）]")  # 处(chǔ)罚
_OF_ANOTHER_YEAR = re.compile(
    r"上一?年|去年|同期|往年|其中|.{0,4}\d{4}年.{0,4}$"
)  # 行政处罚（上年）, （2022年）


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
    exact = corner = header = clause = False
    marks = []
    for f in forms():
        for kind, labels in (
            ("rows", f.rows),
            ("groups", f.groups),
            ("columns", f.columns),
            ("items", f.items),
            ("measures", f.measures),
            ("channels", f.channels),
            ("results", f.results),
        ):
            for label in labels.values():
                if label.matches(folded) and not _is_other(label, folded):
                    found.setdefault(kind, {})[label.id] = None
                    exact = exact or folded in label.exact
        corner = corner or f.corner.matches(folded)
        header = header or any(
            label.matches(folded) for label in (f.applicants_header, f.organisations_header, f.lawsuit_header)
        )
        clause = clause or any(folded in (fold_label(b.clause), fold_label(b.header)) for b in f.blocks)
        if any(mark in folded for mark in f.marks):
            marks.append(f.version)
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
