"""Two texts beside each other, sentence by sentence: what was kept, changed, added and removed.

Pure: `compare` answers changes which, one behind the other, are both texts again, to the character. White space and
full or half width make no difference between sentences. The time is bounded for any texts: where exact work would
cost too much, longer stretches are called removed and added, which is still true.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from plugins.publication.repeated_text import without_numbers

# A sentence ends behind its mark and what closes after it, or with its line; the white space behind belongs to it.
_SENTENCE = re.compile(r".+?(?:[。！？!?；;]+[”’」』）)]*|\n|\Z)\s*", re.DOTALL)
_SPACE = re.compile(r"\s+")
_PIECE = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]+|.", re.DOTALL)

_CELLS = 40_000  # of one table of alignment: two hundred by two hundred
_ALL_CELLS = 2_000_000  # of all of them for two texts: about half a second
_PAIRS = 20_000  # of sentences that are asked how alike they are
_ALIKE = 0.5  # two sentences that share so much of their pairs of characters are one, changed
_LOOKED_AT = 600  # characters of a sentence that this is told by
_LEAST_KEPT = 2  # fewer characters between two changed pieces are part of the change


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a changed sentence, and whether the other sentence lacks it."""

    text: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence, or a pair of them. kind: "kept", "changed", "numbers" (nothing but figures was changed), "added"
    or "removed". old and new: as they stand in the texts, "" where there is none; the pieces only where changed."""

    kind: str
    old: str
    new: str
    old_pieces: tuple[Piece, ...] = ()
    new_pieces: tuple[Piece, ...] = ()


def sentences(text: str) -> list[str]:
    """The sentences of a text, which together are the text."""
    return _SENTENCE.findall(text)


def same(sentence: str) -> str:
    """What two sentences are compared by."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", sentence))


def compare(old: str, new: str) -> list[Change]:
    """The changes that lead from one text to another, in their order."""
    return list(_Comparison().changes(sentences(old), sentences(new)))


def applied(changes: Sequence[Change]) -> tuple[str, str]:
    """Both texts again."""
    return "".join(change.old for change in changes), "".join(change.new for change in changes)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many sentences each text has (those that are more than white space), and how many stand in both."""

    old: int
    new: int
    kept: int
    numbers: int
    changed: int
    added: int
    removed: int


def counts(changes: Sequence[Change]) -> Counts:
    """The sentences by what became of them."""
    said = [change for change in changes if (change.old + change.new).strip()]
    of = {kind: sum(change.kind == kind for change in said) for kind in KINDS}
    pairs = of["kept"] + of["numbers"] + of["changed"]
    return Counts(pairs + of["removed"], pairs + of["added"], *(of[kind] for kind in KINDS))


KINDS = ("kept", "numbers", "changed", "added", "removed")


class _Comparison:
    """One comparison, and what it may still spend."""

    def __init__(self) -> None:
        self.cells = _ALL_CELLS
        self.pairs = _PAIRS

    def changes(self, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
        keys = [same(sentence) for sentence in old], [same(sentence) for sentence in new]
        for a, b, is_same in self.runs(*keys):
            if is_same:
                yield from (Change("kept", *pair) for pair in zip(old[a], new[b], strict=True))
            else:
                yield from self.unlike(old[a], new[b], keys[0][a], keys[1][b])

    # --- which sentences stand in both -------------------------------------------------------------------

    def runs(self, old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[tuple[slice, slice, bool]]:
        """Stretches of both, in order, that are the same or are not."""
        a = b = 0
        for i, j in [*self.matched(old, new), (len(old), len(new))]:
            if i > a or j > b:
                yield slice(a, i), slice(b, j), False
            if i < len(old) and j < len(new):
                yield slice(i, i + 1), slice(j, j + 1), True
            a, b = i + 1, j + 1

    def matched(self, old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
        """Pairs of places, rising in both, where the same stands: what both begin and end with, then what stands
        once in each, then as many as can be between these."""
        start, end = 0, 0
        shorter = min(len(old), len(new))
        while start < shorter and old[start] == new[start]:
            start += 1
        while end < shorter - start and old[-1 - end] == new[-1 - end]:
            end += 1
        found = [(i, i) for i in range(start)]
        a, b = start, start
        last = len(old) - end, len(new) - end
        for i, j in [*_once_in_each(old, new, (start, last[0]), (start, last[1])), last]:
            found += [(a + x, b + y) for x, y in self.longest(old[a:i], new[b:j])]
            if (i, j) != last:
                found.append((i, j))
            a, b = i + 1, j + 1
        return found + [(len(old) - n, len(new) - n) for n in range(end, 0, -1)]

    def longest(self, old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
        """A longest common subsequence; of sequences too long for that, what is found by going through once."""
        size = len(old) * len(new)
        if not size:
            return []
        if size > min(_CELLS, self.cells):
            return _greedy(old, new)
        self.cells -= size
        lengths = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
        for i in range(len(old) - 1, -1, -1):
            row, below, word = lengths[i], lengths[i + 1], old[i]
            for j in range(len(new) - 1, -1, -1):
                row[j] = below[j + 1] + 1 if word == new[j] else max(below[j], row[j + 1])
        found = []
        i = j = 0
        while i < len(old) and j < len(new):
            if old[i] == new[j]:
                found.append((i, j))
                i, j = i + 1, j + 1
            elif lengths[i + 1][j] >= lengths[i][j + 1]:
                i += 1
            else:
                j += 1
        return found

    # --- what became of the others -----------------------------------------------------------------------

    def unlike(
        self, old: Sequence[str], new: Sequence[str], old_keys: Sequence[str], new_keys: Sequence[str]
    ) -> Iterator[Change]:
        """Sentences none of which stands in both: pairs that are alike, the rest removed and added."""
        a = b = 0
        for i, j in [*self.alike(old_keys, new_keys), (len(old), len(new))]:
            yield from (Change("removed", sentence, "") for sentence in old[a:i])
            yield from (Change("added", "", sentence) for sentence in new[b:j])
            if i < len(old) and j < len(new):
                is_figures = without_numbers(old_keys[i]) == without_numbers(new_keys[j])
                yield Change(
                    "numbers" if is_figures else "changed", old[i], new[j], *self.pieces(old[i], new[j])
                )
            a, b = i + 1, j + 1

    def alike(self, old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
        """Pairs of places, rising in both, of sentences that are the same but for figures, or much alike."""
        found = []
        a = b = 0
        figures = self.longest([without_numbers(key) for key in old], [without_numbers(key) for key in new])
        for i, j in [*figures, (len(old), len(new))]:
            found += [(a + x, b + y) for x, y in self.similar(old[a:i], new[b:j])]
            if i < len(old) and j < len(new):
                found.append((i, j))
            a, b = i + 1, j + 1
        return found

    def similar(self, old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
        """Each sentence with the one that it is most like, in order; the first come first. Of very many only the
        next few are looked at."""
        reach = min(len(new), self.pairs // len(old)) if old else 0
        if not reach:
            return []
        self.pairs -= len(old) * reach
        held = [_pairs_of_characters(key) for key in new]
        found, next_one = [], 0
        for i, key in enumerate(old):
            mine = _pairs_of_characters(key)
            scores = [_likeness(mine, pairs) for pairs in held[next_one : next_one + reach]]
            best = max(scores, default=0.0)
            if best >= _ALIKE:
                next_one += scores.index(best)
                found.append((i, next_one))
                next_one += 1
        return found

    def pieces(self, old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """Both sentences in pieces, those that the other lacks told apart."""
        one, other = _PIECE.findall(old), _PIECE.findall(new)
        matched = self.matched(one, other)
        return _marked(one, [i for i, _ in matched]), _marked(other, [j for _, j in matched])


def _once_in_each(
    old: Sequence[Hashable], new: Sequence[Hashable], of_old: tuple[int, int], of_new: tuple[int, int]
) -> list[tuple[int, int]]:
    """The longest rising series of pairs of what stands once in each stretch."""
    places = _places_once(old, *of_old), _places_once(new, *of_new)
    pairs = [(i, places[1][word]) for word, i in places[0].items() if word in places[1]]
    ends: list[int] = []  # the least place in `new` that a series of this length ends with
    series: list[int] = []  # the pair there
    before: list[int] = []  # the pair before each pair in its series
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(series[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        series[length : length + 1] = [number]
    found = []
    number = series[-1] if series else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _places_once(words: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    places: dict[Hashable, int] = {}
    again = set()
    for place in range(start, end):
        if words[place] in places:
            again.add(words[place])
        places[words[place]] = place
    return {word: place for word, place in places.items() if word not in again}


def _greedy(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    places: dict[Hashable, list[int]] = {}
    for j, word in enumerate(new):
        places.setdefault(word, []).append(j)
    found, last = [], -1
    for i, word in enumerate(old):
        rest = places.get(word, [])
        at = bisect_right(rest, last)
        if at < len(rest):
            last = rest[at]
            found.append((i, last))
    return found


def _pairs_of_characters(key: str) -> frozenset[str]:
    looked_at = without_numbers(key[:_LOOKED_AT])
    return frozenset(looked_at[i : i + 2] for i in range(len(looked_at)))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one) + len(other)
    return 2 * len(one & other) / both if both else 0.0


def _marked(pieces: Sequence[str], kept: Sequence[int]) -> tuple[Piece, ...]:
    """Pieces joined, with whether each was changed; a single character kept between two changes is no island."""
    places = set(kept)
    runs: list[tuple[str, bool]] = []
    for place, piece in enumerate(pieces):
        is_changed = place not in places
        if runs and runs[-1][1] == is_changed:
            runs[-1] = (runs[-1][0] + piece, is_changed)
        else:
            runs.append((piece, is_changed))
    joined: list[Piece] = []
    for number, (text, is_changed) in enumerate(runs):
        is_island = 0 < number < len(runs) - 1 and len(text) < _LEAST_KEPT
        if joined and joined[-1].is_changed == (is_changed or is_island):
            joined[-1] = Piece(joined[-1].text + text, joined[-1].is_changed)
        else:
            joined.append(Piece(text, is_changed or is_island))
    return tuple(joined)
