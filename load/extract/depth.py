"""Pages whose elements stand in one another by the hundred, as where no `<div>` is ever closed.

The time that a parser takes grows with the square of the depth, and a walk over the tree has an end, too.
A browser flattens what stands that deep, and so does this module, before anything is parsed.
"""

import re
from collections import Counter

DEEPEST = 400  # boxes in one another: browsers draw the line at 512
_DEEPEST_OF_OTHERS = 600
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:\-]*)")
_BOXES = (
    "div", "section", "article", "center", "main", "aside", "header", "footer", "nav", "blockquote", "ul", "ol",
    "dl", "form", "fieldset",
)  # fmt: skip
_BOX_TAG = re.compile(rf"</?(?:{'|'.join(_BOXES)})(?![\w\-])[^>]*>", re.IGNORECASE)
# Elements that hold nothing, or that the next of their kind ends.
_NEVER_DEEP = {
    "br", "hr", "img", "input", "meta", "link", "col", "area", "base", "embed", "param", "source", "track", "wbr",
    "p", "li", "td", "th", "tr", "dt", "dd", "option", "optgroup", "tbody", "thead", "tfoot", "colgroup", "rp",
    "rt", "html", "head", "body", "caption",
}  # fmt: skip
_MAY_HOLD = re.compile(rf"<(?=[a-zA-Z])(?!(?:{'|'.join(sorted(_NEVER_DEEP))})[\s>/])")


def flattened(text: str) -> str:
    """The page `text`; where its boxes stand too deep in one another, with line breaks for their tags.

    Raises RecursionError where other elements stand too deep.
    """
    if len(_MAY_HOLD.findall(text)) <= DEEPEST or _deepest(text) <= DEEPEST:
        return text
    flat = _BOX_TAG.sub("<br>", text)
    if _deepest(flat) > _DEEPEST_OF_OTHERS:
        raise RecursionError
    return flat


def _deepest(text: str) -> int:
    """How many elements stand in one another at the most; an end tag without its start ends nothing."""
    is_open: Counter[str] = Counter()
    depth = deepest = 0
    for closing, tag in _TAG.findall(text):
        name = tag.lower()
        if name in _NEVER_DEEP:
            continue
        if not closing:
            is_open[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif is_open[name]:
            is_open[name] -= 1
            depth -= 1
    return deepest
