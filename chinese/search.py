"""The search index of Chinese text: what it stores, how it is asked, and what was found in context.

The index is SQLite's FTS5 with `tokenize='ascii'` over overlapping pairs of characters, because Chinese
writes no spaces and most of its words have two characters. `segment` makes what the index stores,
`match_query` turns what a person typed into an expression for `MATCH`, `excerpt` shows the matches
where they stand. Which table and columns there are is left to the caller.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import pairwise
from operator import add

from chinese.folding import fold, is_traditional

NOTHING = '""'  # an expression that FTS5 takes and that matches no row

_HAN = r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
_GAP = r"[\s\u00ad\u200b-\u200d\u2060\ufeff]"  # white space, and what is invisible on a page
# Begins with the gap, which the search can skip to, and looks at what stands before it after that.
_GAP_IN_HAN = re.compile(f"{_GAP}(?<={_HAN}{_GAP}){_GAP}*(?={_HAN})")
_IS_HAN = re.compile(_HAN)
_RUN = re.compile(r"[^\W_]+")
# Prose as most is: where nothing in it is Traditional, folding would change marks of punctuation only.
_PLAIN = re.compile(r"[\u4e00-\u9fff0-9a-z \n，。、；：？！（）《》“”…—.,:;?!()%％\-]*")

_MAX_DEPTH = 12  # of brackets: FTS5's parser has a stack of 100
_QUOTES = {'"': '"', "“": "”", "”": "”", "「": "」", "『": "』"}


class _FoldedCharacters(dict[int, str]):
    """What each character folds to, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = fold(chr(code))
        return folded


_FOLDED = _FoldedCharacters()


def _runs(text: str) -> list[str]:
    """The runs of word characters of `text`, folded, with no white space between Han characters."""
    folded = text
    if not _PLAIN.fullmatch(text) or is_traditional(text):
        # Character by character is three times as fast as `fold` on the whole, and the same once composed.
        folded = unicodedata.normalize("NFC", text).translate(_FOLDED)
    return _RUN.findall(_GAP_IN_HAN.sub("", folded))


def segment(text: str) -> str:
    """What the index stores for `text`: every pair of neighbours, and the last character alone.

    "信息公开。" gives "信息 息公 公开 开".
    """
    pairs: list[str] = []
    for run in _runs(text):
        pairs += map(add, run, run[1:])
        pairs.append(run[-1])
    return " ".join(pairs)


# --- A person's query -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Term:
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Not:
    child: "_Node"


@dataclass(frozen=True, slots=True)
class _Group:
    """Children that all must match (`word == "AND"`) or one of which must (`"OR"`)."""

    word: str
    children: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _InColumn:
    column: str
    child: "_Node"


_Node = _Term | _Not | _Group | _InColumn


class _Parser:
    """Reads a query left to right and takes every text: what makes no sense as syntax is a word."""

    def __init__(self, text: str, columns: Collection[str]) -> None:
        self.text = unicodedata.normalize("NFKC", text)
        self.columns = columns
        self.at = 0
        self.depth = 0

    def parse(self) -> _Node | None:
        return self.either()

    def either(self) -> _Node | None:
        """Alternatives up to the end, or to the bracket that closes."""
        alternatives = [self.all_of()]
        while self.word("OR"):
            alternatives.append(self.all_of())
        return _group("OR", alternatives)

    def all_of(self) -> _Node | None:
        children = []
        while not self.ended() and not self.word("OR", take=False):
            if not self.word("AND"):
                children.append(self.one())
        return _group("AND", children)

    def one(self) -> _Node | None:
        negative = False
        while self.word("NOT") or self.minus():
            negative = not negative
        node = None if self.ended() else self.primary()
        return _Not(node) if negative and node else node

    def primary(self) -> _Node | None:
        name = re.compile(r"(\w+)\s*:\s*").match(self.text, self.at)
        if name and name[1].lower() in self.columns:
            self.at = name.end()
            child = None if self.ended() else self.primary()
            return _InColumn(name[1].lower(), child) if child else None
        if self.text[self.at] == "(" and self.depth < _MAX_DEPTH:
            self.at += 1
            self.depth += 1
            node = self.either()
            self.depth -= 1
            self.at += 1  # the closing bracket, or beyond the end
            return node
        closing = _QUOTES.get(self.text[self.at])
        if closing:
            end = self.text.find(closing, self.at + 1)
            end = len(self.text) if end < 0 else end
            words = self.text[self.at + 1 : end]
            self.at = end + 1
        else:
            start = self.at
            self.at += 1
            while not self.ended(within_word=True):
                self.at += 1
            words = self.text[start : self.at]
        runs = _runs(words)
        return _Term(tuple(runs)) if runs else None

    def ended(self, within_word: bool = False) -> bool:
        """Whether the text, the brackets or (`within_word`) the word ends here; skips space before a word."""
        if not within_word:
            while self.at < len(self.text) and self.text[self.at].isspace():
                self.at += 1
        if self.at >= len(self.text):
            return True
        if within_word and self.text[self.at].isspace():
            return True
        # A bracket closes only where a word could not go on: "（一）总体情况" is one word.
        return (
            self.depth > 0
            and self.text[self.at] == ")"
            and (self.at + 1 == len(self.text) or self.text[self.at + 1] in ')"” \t\r\n')
        )

    def word(self, word: str, take: bool = True) -> bool:
        """Whether the operator `word` stands here, with space or a bracket behind it."""
        if self.ended():
            return False
        end = self.at + len(word)
        found = self.text.startswith(word, self.at) and (
            end == len(self.text) or self.text[end].isspace() or self.text[end] in '()"“'
        )
        if found and take:
            self.at = end
        return found

    def minus(self) -> bool:
        """Whether a minus sign stands here, directly before what it excludes."""
        if self.ended() or self.text[self.at] != "-" or self.text[self.at + 1 : self.at + 2].strip() == "":
            return False
        self.at += 1
        return True


def _group(word: str, children: list[_Node | None]) -> _Node | None:
    """One node for the children that are there, brackets of the same kind dissolved, none twice."""
    flat: dict[_Node, None] = {}
    for child in children:
        if isinstance(child, _Group) and child.word == word:
            flat |= dict.fromkeys(child.children)
        elif child:
            flat[child] = None
    if len(flat) < 2:
        return next(iter(flat), None)
    return _Group(word, tuple(flat))


@lru_cache(maxsize=256)
def _parse(text: str, columns: tuple[str, ...]) -> _Node | None:
    return _Parser(text, columns).parse()


def _phrase(runs: tuple[str, ...]) -> str:
    """The phrase that stands for runs with punctuation between them; the last may go on in the text."""
    *before, last = runs
    words = [run[i : i + 2] for run in before for i in range(len(run))]
    words += [last[i : i + 2] for i in range(max(len(last) - 1, 1))]
    return f'"{" ".join(words)}"' + ("*" if len(last) == 1 else "")


def _joined(word: str, parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else "(" + f" {word} ".join(parts) + ")"


def _expression(node: _Node) -> tuple[bool, str]:
    """(True, e) if `node` asks for the rows of e; (False, e) if it asks for all the others.

    FTS5 has no "all others", so the sign travels upwards until a positive part takes it in.
    """
    if isinstance(node, _Term):
        return True, _phrase(node.runs)
    if isinstance(node, _Not):
        positive, expression = _expression(node.child)
        return not positive, expression
    if isinstance(node, _InColumn):
        positive, expression = _expression(node.child)
        return positive, f"({{{node.column}}} : {expression})"
    signed = [_expression(child) for child in node.children]
    wanted = [expression for positive, expression in signed if positive]
    unwanted = [expression for positive, expression in signed if not positive]
    if node.word == "AND":
        if not wanted:
            return False, _joined("OR", unwanted)
        both = _joined("AND", wanted)
        return True, f"({both} NOT {_joined('OR', unwanted)})" if unwanted else both
    if not unwanted:
        return True, _joined("OR", wanted)
    both = _joined("AND", unwanted)  # a or not b: all but those of b that are not of a
    return False, f"({both} NOT {_joined('OR', wanted)})" if wanted else both


def match_query(text: str, columns: tuple[str, ...] = ()) -> str:
    """The FTS5 expression for what a person typed; any text at all gives a valid one.

    Words separated by space must all be there. AND, OR, NOT (capitals), -word, brackets and quotes work,
    and `column:word` for the `columns` given. A query that only excludes, or holds no word, finds nothing.
    """
    node = _parse(text, columns)
    if node is None:
        return NOTHING
    positive, expression = _expression(node)
    return expression if positive else NOTHING


# --- What was found, where it stands ----------------------------------------------------------------


def _terms(node: _Node | None) -> Iterator[_Term]:
    """The terms of a query that a match may contain: not the excluded ones."""
    if isinstance(node, _Term):
        yield node
    elif isinstance(node, _InColumn):
        yield from _terms(node.child)
    elif isinstance(node, _Group):
        for child in node.children:
            yield from _terms(child)


@lru_cache(maxsize=256)
def _pattern(query: str, columns: tuple[str, ...]) -> re.Pattern[str] | None:
    """A pattern for folded text that finds every term of `query`; None if it has none."""
    gap = f"{_GAP}*"

    def run_pattern(run: str) -> str:
        parts = [re.escape(run[0])]
        for before, character in pairwise(run):
            parts.append(gap if _IS_HAN.match(before) and _IS_HAN.match(character) else "")
            parts.append(re.escape(character))
        return "".join(parts)

    terms = {r"[\W_]+".join(map(run_pattern, term.runs)) for term in _terms(_parse(query, columns))}
    return re.compile("|".join(sorted(terms, key=len, reverse=True))) if terms else None


def _matches(text: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where `pattern` matches, as positions in the original `text`."""
    folded = text.translate(_FOLDED)
    found = [match.span() for match in pattern.finditer(folded)]
    if not found or len(folded) == len(text):
        return found
    # Some characters fold to several (㎡, ⑩): go back from folded positions to those of the text.
    origin = [i for i, character in enumerate(text) for _ in _FOLDED[ord(character)]]
    return [(origin[start], origin[end - 1] + 1) for start, end in found]


def _fragments(matches: list[tuple[int, int]], length: int, width: int) -> list[tuple[int, int]]:
    """The stretches of the text around the first matches, `width` characters in all; none without matches."""
    around = width // 6
    fragments: list[tuple[int, int]] = []
    for start, end in matches:
        left = max(start - around, 0)
        right = min(end + around, left + width, length)
        if fragments and left <= fragments[-1][1]:
            grown = [*fragments[:-1], (fragments[-1][0], max(right, fragments[-1][1]))]
        else:
            grown = [*fragments, (left, right)]
        if fragments and sum(b - a for a, b in grown) > width:
            break
        fragments = grown
    if fragments:
        spare = width - sum(b - a for a, b in fragments)
        left, right = fragments[-1]
        fragments[-1] = (left, min(right + spare, length))
    return fragments


def _marked(text: str, query: str, width: int, columns: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Pieces of an excerpt, each with whether it is a match; an ellipsis where text was left out."""
    pattern = _pattern(query, columns)
    matches = _matches(text, pattern) if pattern else []
    at = 0
    for left, right in _fragments(matches, len(text), width) or [(0, min(width, len(text)))]:
        if left > at:
            yield "…", False
        at = left
        for start, end in matches:
            if left <= start < right:
                yield text[at:start], False
                at = min(end, right)
                yield text[start:at], True
        yield text[at:right], False
        at = right
    if at < len(text):
        yield "…", False


def excerpt(
    text: str,
    query: str,
    width: int = 120,
    marks: tuple[str, str] = ("【", "】"),
    columns: tuple[str, ...] = (),
) -> str:
    """About `width` characters of `text` around what `query` matches, the matches between `marks`.

    Without a match: the beginning of the text. Line breaks and other white space become one space.
    """
    before, after = marks
    pieces = (f"{before}{p}{after}" if match else p for p, match in _marked(text, query, width, columns) if p)
    return re.sub(r"\s+", " ", "".join(pieces)).strip()


def excerpt_html(text: str, query: str, width: int = 120, columns: tuple[str, ...] = ()) -> str:
    """As `excerpt`, as safe HTML with the matches in `<mark>`."""
    pieces = (
        f"<mark>{escape(p)}</mark>" if match else escape(p)
        for p, match in _marked(text, query, width, columns)
        if p
    )
    return re.sub(r"\s+", " ", "".join(pieces)).strip()
