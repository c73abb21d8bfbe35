"""How one report words the official form: brackets, spaces, shortened heads, other headings.

Every label is the form's own (`load.forms`), changed in ways seen in print. A newline in a label marks
a break that each layout prints in its own manner. Where the labels stand is left to `sample.tables`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from random import Random

from load.forms import Form, form

VARIETY = 300  # how many wordings there are of one version of the form

_ASCII = str.maketrans("（）“”，：", '()"",:')
_FULL_WIDTH_DIGITS = str.maketrans("0123456789.-+", "０１２３４５６７８９．－＋")
_NUMERALS = "一二三四五六"
# Other names for the parts of a label that are seen in print; each is used now and then.
_OTHER_WORDS = (
    (r"^(行政)?规范性文件$", ("规范性文件", "行政规范性文件")),
    (r"^本年制发件数$", ("本年制发件数", "本年度制发数", "本年制发数")),
    (r"^本年废止件数$", ("本年废止件数", "本年废止数")),
    (r"^现行有效件数$", ("现行有效件数", "现行有效件")),
    (r"^采购总金额$", ("采购总金额", "采购总金额（万元）")),
    (r"^（六）其他处理$", ("（六）其他处理", "（六）其他")),
    (r"^第二十条第（", ("第二十条第（", "第二十条 第（", "第二十条（")),
)
_HEADINGS = {
    1: ("总体情况",) * 9 + ("基本情况", "工作基本情况", "政府信息公开概况"),
    2: ("主动公开政府信息情况",) * 5 + ("行政机关主动公开政府信息情况",),
    3: ("收到和处理政府信息公开申请情况",) * 5 + ("行政机关收到和处理政府信息公开申请情况",),
    4: ("政府信息公开行政复议、行政诉讼情况",) * 5
    + (
        "信息公开行政复议和行政诉讼情况",
        "因政府信息公开工作被申请行政复议、提起行政诉讼情况",
        "政府信息公开行政复议和行政诉讼情况",
    ),
    5: ("存在的主要问题及改进情况",) * 4
    + (
        "存在的问题及改进情况",
        "存在问题及改进情况",
        "政府信息公开工作存在的主要问题及改进情况",
        "存在的主要问题及整改措施",
    ),
    6: ("其他需要报告的事项",) * 5 + ("需要报告的其他事项",),
}


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """One way to word one version of the form. Wordings are few and shared: they compare by identity.

    `labels` maps an official label to the printed one; `headings` a section's number to its whole
    heading line.
    """

    labels: Mapping[str, str]
    headings: Mapping[int, str]
    two_line_title: bool
    date_under_title: bool
    full_width_digits: bool
    plus_signs: bool

    def number(self, value: int | float | None, *, signed: bool = False) -> str:
        """The printed text of a figure; "" for a blank one."""
        if value is None:
            return ""
        text = f"+{value}" if signed and self.plus_signs and value > 0 else str(value)
        return text.translate(_FULL_WIDTH_DIGITS) if self.full_width_digits else text


def choose(rng: Random, version: str) -> Wording:
    """One of the `VARIETY` wordings of `version`."""
    return wording(version, rng.randrange(VARIETY))


@lru_cache(maxsize=2 * VARIETY)
def wording(version: str, number: int) -> Wording:
    """Wording `number` of the form of `version`; number 0 is the official form, word for word."""
    rng = Random(f"wording {version} {number}")
    plain = number == 0
    ascii_marks = not plain and rng.random() < 0.4
    liberty = 0.0 if plain else rng.choice((0.0, 0.1, 0.3))
    f = form(version)
    heads = {label.zh for labels in (f.measures, f.columns, f.results) for label in labels.values()}
    labels = {}
    for official in dict.fromkeys(_official_labels(f)):
        printed = _reword(official, rng, liberty, official in heads) if liberty else official
        labels[official] = printed.translate(_ASCII) if ascii_marks else printed
    headings = {}
    for section, names in _HEADINGS.items():
        name = names[0] if plain else rng.choice(names)
        headings[section] = _numeral(section, rng, plain) + name
    return Wording(
        labels=labels,
        headings=headings,
        two_line_title=not plain and rng.random() < 0.15,
        date_under_title=not plain and rng.random() < 0.3,
        full_width_digits=not plain and rng.random() < 0.04,
        plus_signs=not plain and rng.random() < 0.4,
    )


def _official_labels(f: Form) -> list[str]:
    named = (f.measures, f.items, f.columns, f.rows, f.groups, f.channels, f.results)
    return [
        f.corner.zh,
        f.applicants_header.zh,
        f.organisations_header.zh,
        f.lawsuit_header.zh,
        *(text for block in f.blocks for text in (block.clause, block.header.zh)),
        *(label.zh for mapping in named for label in mapping.values()),
    ]


def _reword(official: str, rng: Random, liberty: float, is_head: bool) -> str:
    text = official
    breaks = " \n" if is_head else " "
    if rng.random() < 3 * liberty:
        for pattern, words in _OTHER_WORDS:
            text = re.sub(pattern, rng.choice(words), text)
    if rng.random() < liberty:
        # A space after a numeral ("2. 其他…", "（三） 不予公开") or a break in the middle ("商业 企业").
        if rng.random() < 0.5:
            text = re.sub(r"^([1-8]\.|（[一二三四五六七]）)", r"\1 ", text)
        elif 3 < len(text) < 8 and "（" not in text:
            middle = (len(text) + 1) // 2
            text = text[:middle] + rng.choice(breaks) + text[middle:]
        elif text in ("总计", "自然人"):
            text = rng.choice(breaks).join(text)
    return text


def _numeral(section: int, rng: Random, plain: bool) -> str:
    drawn = 1.0 if plain else rng.random()
    if drawn < 0.1:
        return f"{_NUMERALS[section - 1]}、 "
    if drawn < 0.13 and section == 1:
        return "1、 "
    return f"{_NUMERALS[section - 1]}、"


# Characters that a Traditional text keeps as they are, though the table knows another form of each.
_KEPT = "里制面系表松台云干后复发征出只几尽志才折据舍胡范姜岳布吁占厂丰"


@lru_cache(maxsize=1)
def _to_traditional() -> dict[int, str]:
    table: dict[int, str] = {}
    for line in files("chinese").joinpath("traditional.tsv").read_text("utf-8").splitlines():
        traditional, simplified = line.split("\t")
        if len(traditional) == 1 and ord(traditional) < 0x9FFF and simplified not in _KEPT:
            table.setdefault(ord(simplified), traditional)
    return table | {ord("发"): "發", ord("复"): "復", ord("据"): "據", ord("范"): "範"}


def traditional(text: str) -> str:
    """`text` in Traditional characters; `chinese.fold` brings it back."""
    return text.translate(_to_traditional())
