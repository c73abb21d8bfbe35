"""What a page's own style sheets and style attributes hide or strike out, as a browser would.

Sheets are followed by selectors of tags, classes, ids and attributes: `display`, `visibility` and lines through
the text here, and whatever `load.extract.unseen` asks for. Sheets in files of their own are unknown here.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from load.extract.document import Unreadable

GONE, BLANK, STRUCK = "gone", "blank", "struck"

_SHEET = re.compile(r"<style\b([^>]*)>(.*?)(?:</style\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_MEDIA = re.compile(r"\bmedia\s*=\s*[\"']?\s*([^\"'>]*)", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_ON_SCREEN = re.compile(r"\s*(?:all|(?:only\s+)?screen)?\s*", re.IGNORECASE)
_ATTRIBUTE = r"\[[\w\-]+(?:[~|^$*]?=(?:\"[^\"\]]*\"|'[^'\]]*'|[\w\-]+))?\]"
_SELECTOR = re.compile(rf"(?:[\w\-.#*\s>+~]|{_ATTRIBUTE})+(?::(?:first|last)-child|:nth-child\(\w+\))?")
_PSEUDO = re.compile(rf":[\w\-()]+|{_ATTRIBUTE}")
_BESIDE = re.compile(r"::?(before|after)$", re.IGNORECASE)
_MOST_STEPS = 20_000_000  # rules times elements: some seconds

# Property: what it is about, and the values that conceal.
_CONCEALED = {
    "display": (GONE, re.compile(r"none")),
    "visibility": (BLANK, re.compile(r"hidden|collapse")),
    "text-decoration": (STRUCK, re.compile(r".*line-through.*")),
    "text-decoration-line": (STRUCK, re.compile(r".*line-through.*")),
}
_BY_ATTRIBUTE = ", ".join(f'[style*="{word}" i]' for word in ("none", "hidden", "collapse", "line-through"))


_Weight = tuple[bool, int, int, int, int]
Saying = tuple[str, _Weight, str, str]
"""A declaration of a style sheet: selector, weight (the highest counts), property, value in lower case."""

BEHIND = "content behind"
"""The name under which the content that is put behind an element is said; what is put before it is "content"."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One declaration of a style sheet; `weight` orders those that are about the same."""

    selector: str
    weight: _Weight
    about: str
    conceals: bool


def style_sheets(text: str) -> str:
    """The style sheets of a page for the screen, one behind the other, without comments."""
    sheets = []
    for attributes, sheet in _SHEET.findall(text):
        media = _MEDIA.search(attributes)
        if media is None or _is_for_screen(media[1]):
            sheets.append(_COMMENT.sub(" ", sheet))
    return "\n".join(sheets)


def may_conceal(sheets: str, page: str) -> bool:
    """Whether what a rule of the sheets conceals may be on the page, whose text is in lower case."""
    return any(rule.conceals and named_on(rule.selector, page) for rule in _rules(sheets))


def named_on(selector: str, page: str) -> bool:
    """Whether a page, in lower case, has all names that a selector gives the element which it is about."""
    names = re.findall(r"([.#]?)([\w\-]+)", _PSEUDO.sub("", re.split(r"[\s>+~]+", selector)[-1]))
    return all((name if mark else f"<{name}").lower() in page for mark, name in names)


def concealed(tree: LexborHTMLParser, sheets: str) -> dict[str, list[LexborNode]]:
    """The elements that are not shown (GONE), shown without their text (BLANK) or struck out (STRUCK).

    Raises Unreadable where the sheets have too many rules for so large a page.
    """
    found: dict[str, dict[int, LexborNode]] = {GONE: {}, BLANK: {}, STRUCK: {}}
    rules = list(_rules(sheets))
    hiding = [rule for rule in rules if rule.conceals]
    if hiding and len(rules) * len(tree.css("*")) > _MOST_STEPS:
        raise Unreadable("its style sheets have too many rules to say what it shows")
    for about, nodes in found.items():
        if any(rule.about == about for rule in hiding):
            nodes.update(_by_sheet(tree, [rule for rule in rules if rule.about == about]))
    for node in tree.css(_BY_ATTRIBUTE):
        for about, conceals, _ in _declared(node.attributes.get("style") or ""):
            if conceals:
                found[about][node.mem_id] = node
    for node in tree.css("[hidden], dialog:not([open])"):
        found[GONE][node.mem_id] = node
    for node in tree.css("del, s, strike"):
        found[STRUCK][node.mem_id] = node
    return {about: _outermost(nodes) for about, nodes in found.items()}


def _by_sheet(tree: LexborHTMLParser, rules: Sequence[_Rule]) -> dict[int, LexborNode]:
    """The elements that the weightiest of the rules on them conceals, and their own style does not show."""
    winning: dict[int, tuple[_Rule, LexborNode]] = {}
    for rule in sorted(rules, key=lambda rule: rule.weight):
        for node in _selected(tree, rule.selector):
            winning[node.mem_id] = (rule, node)
    return {
        id: node
        for id, (rule, node) in winning.items()
        if rule.conceals and (rule.weight[0] or not _shows_itself(node, rule.about))
    }


def _selected(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return list(tree.css(selector))
    except Exception:  # the parser's own error for a selector that it does not know
        return []


def _shows_itself(node: LexborNode, about: str) -> bool:
    declared = _declared(node.attributes.get("style") or "")
    return any(on == about and not conceals for on, conceals, _ in declared)


def _rules(sheets: str) -> Iterator[_Rule]:
    for selector, beside, weight, body in _selectors(sheets):
        if not beside:
            for about, conceals, important in _declared(body):
                yield _Rule(selector, (important, *weight), about, conceals)


def _selectors(sheets: str) -> Iterator[tuple[str, str, tuple[int, int, int, int], str]]:
    """(selector, "before", "after" or "", weight, declarations) of each rule, once for each of its selectors."""
    order = 0
    for prelude, body in _blocks(sheets):
        for part in prelude.split(","):
            beside = _BESIDE.search(part.strip())
            selector = _BESIDE.sub("", part.strip()) or "*"
            if not _SELECTOR.fullmatch(selector):
                continue
            order += 1
            ids, classes = selector.count("#"), sum(selector.count(mark) for mark in ".:[")
            tags = len(re.findall(r"(?:^|[\s>+~])\w", _PSEUDO.sub("", selector)))
            yield selector, beside[1].lower() if beside else "", (ids, classes, tags, order), body


def sayings(sheets: str, properties: Collection[str]) -> Iterator[Saying]:
    """What the sheets say of these properties. Of what is put before and behind elements only the content is."""
    for selector, beside, weight, body in _selectors(sheets):
        for said, value, important in _said(body):
            if beside and said != "content":
                continue
            name = BEHIND if beside == "after" else said
            if name in properties:
                yield selector, (important, *weight), name, value


def said_of(tree: LexborHTMLParser, sheets: str, properties: Collection[str]) -> dict[str, dict[int, str]]:
    """Property → the value that holds for each element of which something is said, by the element's `mem_id`.

    Raises Unreadable where the sheets have too many rules for so large a page.
    """
    found: dict[str, dict[int, str]] = {name: {} for name in properties}
    important: set[tuple[str, int]] = set()
    said = sorted(sayings(sheets, properties), key=lambda saying: saying[1])
    if said and len(said) * len(tree.css("*")) > _MOST_STEPS:
        raise Unreadable("its style sheets have too many rules to say what it shows")
    for selector, weight, name, value in said:
        for node in _selected(tree, selector):
            found[name][node.mem_id] = value
            if weight[0]:
                important.add((name, node.mem_id))
    for node in tree.css("[style]"):
        for name, value, is_important in _said(node.attributes.get("style") or ""):
            if name in found and (is_important or (name, node.mem_id) not in important):
                found[name][node.mem_id] = value
    return found


def _said(declarations: str) -> Iterator[tuple[str, str, bool]]:
    """(property, value, whether it is important) of each declaration, in lower case."""
    for declaration in declarations.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            plain, bang, _ = value.strip().lower().partition("!")
            yield name.strip().lower(), plain.strip(), bool(bang)


def _blocks(sheets: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of each rule; those in a block for other media than the screen are left out."""
    shown = [True]  # for each block that is open: whether it is for the screen
    at = 0
    for match in re.finditer(r"[{};]", sheets):
        prelude, mark, start = sheets[at : match.start()].strip(), match[0], match.end()
        if mark == "{" and prelude.startswith("@"):
            is_media = prelude[1:6].lower() == "media"
            shown.append(shown[-1] and is_media and _is_for_screen(prelude[6:]))
        elif mark == "{":
            end = sheets.find("}", start)
            if shown[-1]:
                yield prelude, sheets[start : end if end >= 0 else len(sheets)]
            shown.append(False)  # what stands in it are declarations, no rules
        elif mark == "}" and len(shown) > 1:
            shown.pop()
        at = start


def _is_for_screen(media: str) -> bool:
    return any(_ON_SCREEN.fullmatch(part) for part in media.split(","))


def _declared(declarations: str) -> Iterator[tuple[str, bool, bool]]:
    """(what it is about, whether it conceals, whether it is important) of each declaration that may conceal."""
    for name, value, important in _said(declarations):
        about, hides = _CONCEALED.get(name, ("", None))
        if hides is not None:
            yield about, bool(hides.fullmatch(value)), important


def _outermost(nodes: dict[int, LexborNode]) -> list[LexborNode]:
    """The nodes that do not stand in another of them: those vanish with it."""
    return [node for node in nodes.values() if not any(up.mem_id in nodes for up in ancestors(node))]


def ancestors(node: LexborNode) -> Iterable[LexborNode]:
    """The elements that a node stands in, the innermost first."""
    up = node.parent
    while up is not None:
        yield up
        up = up.parent
