"""How much of a report's narrative stands word for word in the one of the year before.

A sentence counts when it has at least 12 characters; it is repeated when the very same stands anywhere in the
report of the year before. Two counts: the sentence as it is, and with every number read as 0, which finds the
sentences in which nothing but the figures was changed. Width and white space do not matter.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from load.schema import SECTION_COLUMNS
from plugins.publication.rates import Rate

LEAST_CHARACTERS = 12
LEAST_SENTENCES = 5  # below so many no share is given

_END = re.compile(r"[。！？!?;；\n]+")
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

# In the order of the report; the preamble last, as it is mostly formula.
SECTIONS = tuple(sorted(SECTION_COLUMNS.items(), key=lambda section: section[0] or 99))


@dataclass(frozen=True, slots=True)
class Repeated:
    """Of a section's sentences those of the year before: as they are, and with numbers read as 0."""

    exact: Rate
    folded: Rate


def sentences(text: str | None) -> list[str]:
    """The sentences of a text that are long enough to count, without white space, in half width."""
    plain = (_SPACE.sub("", part) for part in _END.split(unicodedata.normalize("NFKC", text or "")))
    return [part for part in plain if len(part) >= LEAST_CHARACTERS]


def without_numbers(sentence: str) -> str:
    """A sentence with every number read as 0."""
    return _NUMBER.sub("0", sentence)


def repeated(this: Mapping[str, str | None], last: Mapping[str, str | None]) -> dict[str, Repeated]:
    """By column of the narrative, and under "all" for the whole: what of `this` year stands in `last` year's."""
    before = {sentence for _, column in SECTIONS for sentence in sentences(last[column])}
    before_folded = {without_numbers(sentence) for sentence in before}
    counts: dict[str, tuple[int, int, int]] = {}
    for _, column in SECTIONS:
        own = sentences(this[column])
        counts[column] = (
            len(own),
            sum(sentence in before for sentence in own),
            sum(without_numbers(sentence) in before_folded for sentence in own),
        )
    counts["all"] = tuple(map(sum, zip(*counts.values(), strict=True)))  # type: ignore[assignment]  # three sums
    return {
        column: Repeated(Rate(exact, n, LEAST_SENTENCES), Rate(folded, n, LEAST_SENTENCES))
        for column, (n, exact, folded) in counts.items()
    }
