"""What a page's own style sheets and style attributes hide or strike out, as a browser would.

Of style sheets only what hides text is followed: `display`, `visibility` and lines through the text, by
selectors of tags, classes and ids. Sheets that stand in files of their own are unknown here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from load.extract.document import Unreadable

GONE, BLANK, STRUCK = "gone", "blank", "struck"

_SHEET = re.compile(r"<style\b([^>]*)>(.*?)(?:</style\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_MEDIA = re.compile(r"\bmedia\s*=\s*[\"']?\s*([^\"'>]*)", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_ON_SCREEN = re.compile(r"\s*(?:all|(?:only\s+)?screen)?\s*", re.IGNORECASE)
_SELECTOR = re.compile(r"[\w\-.#*\s>+~]+(?::(?:first|last)-child|:nth-child\(\w+\))?")
_PSEUDO = re.compile(r":[\w\-()]+")
_MOST_STEPS = 20_000_000  # rules times elements: some seconds

# Property: what it is about, and the values that conceal.
_CONCEALED = {
    "display": (GONE, re.compile(r"none")),
    "visibility": (BLANK, re.compile(r"hidden|collapse")),
    "text-decoration": (STRUCK, re.compile(r".*line-through.*")),
    "text-decoration-line": (STRUCK, re.compile(r".*line-through.*")),
}
_BY_ATTRIBUTE = ", ".join(f'[style*="{word}" i]' for word in ("none", "hidden", "collapse", "line-through"))


@dataclass(frozen=True, slots=True)
class _Rule:
    """One declaration of a style sheet; `weight` orders those that are about the same."""

    selector: str
    weight: tuple[bool, int, int, int, int]
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
    for rule in _rules(sheets):
        if rule.conceals:
            names = re.findall(r"([.#]?)([\w\-]+)", _PSEUDO.sub("", re.split(r"[\s>+~]+", rule.selector)[-1]))
            if all((name if mark else f"<{name}").lower() in page for mark, name in names):
                return True
    return False


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
    for node in tree.css("[hidden]"):
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
    order = 0
    for prelude, body in _blocks(sheets):
        declarations = list(_declared(body))
        if not declarations:
            continue
        for part in prelude.split(","):
            selector = part.strip()
            if not _SELECTOR.fullmatch(selector):
                continue
            order += 1
            ids, classes = selector.count("#"), selector.count(".") + selector.count(":")
            tags = len(re.findall(r"(?:^|[\s>+~])\w", _PSEUDO.sub("", selector)))
            for about, conceals, important in declarations:
                yield _Rule(selector, (important, ids, classes, tags, order), about, conceals)


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
    for declaration in declarations.split(";"):
        name, colon, value = declaration.partition(":")
        about, hides = _CONCEALED.get(name.strip().lower(), ("", None)) if colon else ("", None)
        if hides is not None:
            plain, bang, _ = value.strip().lower().partition("!")
            yield about, bool(hides.fullmatch(plain.strip())), bool(bang)


def _outermost(nodes: dict[int, LexborNode]) -> list[LexborNode]:
    """The nodes that do not stand in another of them: those vanish with it."""
    return [node for node in nodes.values() if not any(up.mem_id in nodes for up in ancestors(node))]


def ancestors(node: LexborNode) -> Iterable[LexborNode]:
    """The elements that a node stands in, the innermost first."""
    up = node.parent
    while up is not None:
        yield up
        up = up.parent
