"""The page as a browser shows it: without what is hidden, with what stands in the fields of its forms.

Both readers of HTML take the page from here, so that neither reads what nobody sees. What style sheets say
is left to `load.extract.styles`, figures that are there and not seen to `load.extract.unseen`. What a closed
`<details>` holds is read: a click opens it, and it is a part of the report.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from load.extract.depth import flattened
from load.extract.styles import BLANK, GONE, STRUCK, ancestors, concealed, may_conceal, style_sheets
from load.extract.unseen import mark_unseen, may_hold_unseen, with_writing_scripts_marked

_DEAD = re.compile(r"<(?=[sn])(script|style|noscript)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_FIELDS = ("<input", "<select", "<textarea")
# Signs that a page may hold text that it does not show, or shows struck out: a word that is quick to look for, and
# what it has to be part of.
_CONCEALING = (
    ("display", re.compile(r"display\s*:\s*none")),
    ("visibility", re.compile(r"visibility\s*:\s*(?:hidden|collapse)")),
    ("hidden", re.compile(r"hidden(?<=[\s\"']hidden)(?=\s*=|\s*/?>|\s+[a-z])")),
    ("line-through", re.compile(r"line-through")),
    ("<del", re.compile(r"<del[\s>]")),
    ("<s", re.compile(r"<s(?:trike)?[\s>]")),
    ("<dialog", re.compile(r"<dialog")),
)
_OF_TABLES = {"table", "tbody", "thead", "tfoot", "tr", "td", "th"}
_STROKE = "\u0336"  # strikes out the character before it
_TABLE_OR_FIELD = re.compile(r"<(/?table|input|select|textarea)\b")
_FIELDS_OF_CELLS = ", ".join(
    f"{cell} {field}" for cell in ("td", "th") for field in ("input", "select", "textarea")
)
# Fields that show something else than their value.
_NOT_SHOWN = {"hidden", "checkbox", "radio", "image", "file", "color"}
_MASKED = {"password", "range"}


def without_dead(text: str) -> str:
    """`text` without scripts, style sheets and what stands in for scripts."""
    return _DEAD.sub("", text)


def as_shown(text: str) -> str:
    """The page `text` without what it hides, with the values of the fields in its cells for the fields, and
    with a stroke behind each struck-out character of a cell.

    A page that hides nearly all rows of its tables has a script that will show them: it stays as it is.
    Raises RecursionError for a page whose elements stand too deep in one another, Unreadable for one
    whose style sheets are beyond following.
    """
    lowered = text.lower()
    first, last = lowered.find("<table"), lowered.rfind("</table")
    tables = lowered[first : last if last > first else None] if first >= 0 else ""
    all_sheets = style_sheets(text) if "<style" in lowered else ""
    unseen = bool(tables) and may_hold_unseen(tables, all_sheets)
    text = with_writing_scripts_marked(text) if tables else text
    with_fields = _fields_in_tables(lowered)
    if not unseen and not with_fields and not _conceals(lowered):
        return text
    text = without_dead(text)
    lowered = text.lower()
    sheets = all_sheets
    if not _conceals(sheets.lower()) or not may_conceal(sheets, lowered):
        sheets = ""
    if not unseen and not with_fields and not sheets and not _conceals(lowered):  # only its scripts did
        return text
    text = flattened(text)
    tree = LexborHTMLParser(text)
    rows = len(tree.css("tr"))
    if not rows:
        with_fields = False
    _hide(tree, sheets)
    if len(tree.css("tr")) * 4 < rows:
        tree = LexborHTMLParser(text)
    if with_fields:
        fields = {field.mem_id: field for field in tree.css(_FIELDS_OF_CELLS)}
        for field in fields.values():
            field.replace_with(f" {_value_shown(field)} ")
    for node in concealed(tree, sheets)[STRUCK]:
        _strike(node)
    if unseen:
        mark_unseen(tree, all_sheets)
    return tree.html or text


def _conceals(lowered: str) -> bool:
    return any(word in lowered and sign.search(lowered) for word, sign in _CONCEALING)


def _fields_in_tables(lowered: str) -> bool:
    """Whether a field of a form stands in a table."""
    if not any(field in lowered for field in _FIELDS):
        return False
    depth = 0
    for tag in _TABLE_OR_FIELD.findall(lowered):
        if tag == "table":
            depth += 1
        elif tag == "/table":
            depth = max(0, depth - 1)
        elif depth:
            return True
    return False


def _hide(tree: LexborHTMLParser, sheets: str) -> None:
    """Take out what is not shown. A cell that is there but not visible stays, and is blank."""
    hidden = concealed(tree, sheets)
    for node in hidden[BLANK]:
        for part in _cells_in(node) if node.tag in _OF_TABLES else [node]:
            _empty(part)
    gone = concealed(tree, sheets)[GONE] if hidden[BLANK] else hidden[GONE]
    for node in gone:
        if node.tag not in ("html", "body"):
            node.decompose()


def _cells_in(node: LexborNode) -> list[LexborNode]:
    """The cells that a node is or holds, without those that hold others."""
    return [cell for cell in node.css("td, th") if len(cell.css("td, th")) == 1]  # itself


def _empty(node: LexborNode) -> None:
    for child in list(node.iter(include_text=True)):
        child.decompose()


def _strike(node: LexborNode) -> None:
    """Put a stroke behind each character of the cells that a node is in, is, or holds."""
    cells = _cells_in(node)
    if not cells and any(up.tag in ("td", "th") for up in ancestors(node)):
        cells = [node]
    for part in cells:
        struck = "".join(character + _STROKE for character in part.text())
        _empty(part)
        part.insert_child(struck)


def _value_shown(field: LexborNode) -> str:
    """What a browser shows in a field as the page is opened."""
    attributes = field.attributes
    if field.tag == "textarea":
        return field.text()
    if field.tag == "input":
        kind = (attributes.get("type") or "text").strip().lower()
        value = attributes.get("value") or ""
        if kind in _NOT_SHOWN:
            return ""
        return "*" * len(value) if kind in _MASKED else value
    options = field.css("option")
    chosen = [option for option in options if "selected" in option.attributes]
    if "multiple" in attributes:  # all options are shown, whichever are chosen
        chosen = options
    elif chosen:
        chosen = chosen[-1:]
    else:
        chosen = [option for option in options if "disabled" not in option.attributes][:1]
    return " ".join(option.attributes.get("label") or option.text() for option in chosen)
