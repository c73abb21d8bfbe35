"""Folding: what makes two spellings of one Chinese text equal.

The table of Traditional characters is OpenCC's (Apache 2.0), made by `chinese/build_traditional.py`.
"""

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

_TABLE = dict(
    line.split("\t") for line in files("chinese").joinpath("traditional.tsv").read_text("utf-8").splitlines()
)
# Most text has none of them, and a scan costs less than a mapping. One class of all would be a slow scan:
# the regular expression engine has its fast table for characters below U+10000 only.
_TRADITIONAL = re.compile(f"[{''.join(c for c in _TABLE if c < chr(0x10000))}]")
_RARE = re.compile("[\U00010000-\U0010ffff]")
# The marks of Chinese prose that NFKC changes, each to the one given: a text without them is in NFKC as a rule, which
# is seen at once, and else made from the whole of it.
_WIDE_MARKS = (
    ("，", ","),
    ("：", ":"),
    ("；", ";"),
    ("（", "("),
    ("）", ")"),
    ("！", "!"),
    ("？", "?"),
    ("　", " "),
)
_NOT_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """`text` in NFKC, Simplified and lower case. White space and punctuation stay."""
    if text.isascii():
        return text.lower()
    for wide, narrow in _WIDE_MARKS:
        text = text.replace(wide, narrow)
    plain = unicodedata.normalize("NFKC", text).lower()
    return _RARE.sub(_simplified, _TRADITIONAL.sub(_simplified, plain))


def is_traditional(text: str) -> bool:
    """Whether a character of `text` has another, Simplified form."""
    return _TRADITIONAL.search(text) is not None or _RARE.search(text) is not None


def _simplified(found: re.Match[str]) -> str:
    return _TABLE.get(found[0], found[0])


@lru_cache(maxsize=8192)
def fold_label(text: str) -> str:
    """`text` folded, with white space and punctuation gone: what the labels of a form are compared by.

    "（三） 不予 公開" and "(三)不予公开" both give "三不予公开".
    """
    return _NOT_WORD.sub("", fold(text))
