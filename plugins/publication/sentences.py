"""What load/ says of a document or a report, in the language of the page.

These sentences are English in the data (`documents.reason`, `checks.detail`, the conflicts of `identification`).
sentences.toml has their Chinese; codes of rows and columns in them get their names in either language.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from load.forms import forms
from load.forms.statistics import statistics_form
from plugins.publication.language import language, listed, say
from plugins.publication.proof import place_in_words

_FILE = Path(__file__).with_name("sentences.toml")
_PART = re.compile(r"\{(\w+)\}")
_CODE = re.compile(r"[a-z]+(?:_[a-z0-9]+)*(?:\.[a-z]+(?:_[a-z]+)*)*")
_CODES = re.compile(r"[a-z0-9_.]+(?:, [a-z0-9_.]+)*")
_PLACE = re.compile(r"table \d+ row \d+ cell \d+|line \d+")
_NUMBERS = ("n", "most", "all", "filled", "due")
_BETWEEN = "; "
_CHINESE = re.compile(r"[\u3400-\u9fff][\u3000-\u303f\u3400-\u9fff\uff00-\uffef\d]*")

Pattern = tuple[re.Pattern[str], str, str]  # what it matches, its English, its Chinese


@cache
def patterns() -> tuple[Pattern, ...]:
    """The sentences of sentences.toml; of two that match, the one that says more itself comes first."""
    found = tomllib.loads(_FILE.read_text("utf-8"))["sentences"]
    literal = sorted(found, key=lambda english: -len(_PART.sub("", english)))
    return tuple((_matcher(english), english, found[english]) for english in literal)


def _matcher(english: str) -> re.Pattern[str]:
    pieces = _PART.split(english)  # text and names of parts, in turn
    made = [_matching(piece) if n % 2 else re.escape(piece) for n, piece in enumerate(pieces)]
    return re.compile("".join(made), re.DOTALL)


def _matching(part: str) -> str:
    return rf"(?P<{part}>[\d,.]+)" if part in _NUMBERS else f"(?P<{part}>.+?)"


@cache
def words() -> Mapping[str, str]:
    """The Chinese of the words that stand for a clue or a document."""
    found: dict[str, str] = tomllib.loads(_FILE.read_text("utf-8"))["words"]
    return found


@cache
def names() -> Mapping[str, tuple[str, str]]:
    """Chinese and English names of the codes of rows, columns, measures and indicators, of any form."""
    found: dict[str, tuple[str, str]] = {}
    for form in forms():
        for labels in (form.rows, form.columns, form.items, form.measures, form.channels, form.results):
            found |= {id: (label.zh, label.en) for id, label in labels.items() if id not in found}
    return found | {i.id: (i.zh, i.en) for i in statistics_form().indicators.values() if i.id not in found}


def say_sentence(text: str | None) -> Markup:
    """A sentence of load/ in the language of the page. One that is not known stays as it is, marked as English."""
    if not text:
        return Markup()
    said = _said(text)
    if said is None:
        return (
            Markup('<span lang="en">{}</span>').format(text)
            if language() == "zh"
            else _in_english(escape(text))
        )
    return said if language() == "zh" else _in_english(said)


def is_known(text: str) -> bool:
    """Whether every part of a sentence has its Chinese."""
    return _said(text) is not None


def _said(text: str) -> Markup | None:
    """The sentence, or the sentences with "; " between them; None where one is not known."""
    for matcher, english, chinese in patterns():
        if found := matcher.fullmatch(text):
            parts = {name: _part(name, value) for name, value in found.groupdict().items()}
            if all(part is not None for part in parts.values()):
                return Markup(say(chinese, english)).format(**parts)  # noqa: S704 - ours; the parts are escaped
    at = text.find(_BETWEEN)
    while at > 0:
        first, second = _said(text[:at]), _said(text[at + len(_BETWEEN) :])
        if first is not None and second is not None:
            return first + say("；", _BETWEEN) + second
        at = text.find(_BETWEEN, at + 1)
    return None


def _part(name: str, value: str) -> Markup | str | None:
    """A changing part of a sentence; None where it is not what its name says."""
    return _PARTS.get(name, str)(value)


def _clue(value: str) -> str | None:
    known = words().get(value)
    return None if known is None else say(known, value)


def _place(value: str) -> str | None:
    return place_in_words(value) if _PLACE.fullmatch(value) else None


def _codes(value: str) -> str | None:
    return listed(_name(code) for code in value.split(", ")) if _CODES.fullmatch(value) else None


def _name(code: str) -> str:
    """The name of a code, or of row.column; anything else as it is."""
    known = [say(*names()[part]) if part in names() else part for part in code.split(".")]
    return say("·", ", ").join(part for part in known if not re.fullmatch(r"table\d|statistics", part))


def _named_in(value: str) -> str:
    """Any text with each code in it named: "granted.total “78”"."""
    return _CODE.sub(lambda found: _name(found[0]), value)


_DIFFERENCE = re.compile(r"([a-z0-9_.]+) (\S+) for (\S+?)(?=, |$| and )")
_MORE = re.compile(r" and (\d+) more$")


def _differences(value: str) -> str | None:
    """ "table3.granted.total 5 for 4, … and 2 more": the other document's figure, then the one that was taken."""
    if _BETWEEN in value:
        return None
    named = _DIFFERENCE.sub(
        lambda d: say(f"{_name(d[1])}为 {d[2]}（采用 {d[3]}）", f"{_name(d[1])} {d[2]} for {d[3]}"), value
    )
    return say(_MORE.sub(r"，另有 \1 处", named).replace(", ", "、"), named)


_PARTS: Mapping[str, Callable[[str], Markup | str | None]] = {
    "code": _name,
    "codes": _codes,
    "more_codes": _codes,
    "cells": _codes,
    "cells_text": _named_in,
    "differences": _differences,
    "at": _place,
    "clue": _clue,
    "other_clue": _clue,
    "sentence": _said,
    "error": lambda value: Markup('<span lang="en">{}</span>').format(value),
}


def _in_english(text: Markup) -> Markup:
    """On an English page: Chinese words out of the data, marked as such."""
    return Markup(_CHINESE.sub(lambda found: f'<span lang="zh">{found[0]}</span>', text))  # noqa: S704 - escaped above
