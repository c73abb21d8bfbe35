"""HTML to pieces, fast: Lexbor parses, the inline mark-up of Word having been taken out first.

A page pasted from Word is ten times its text in span and font tags, one a character; without them it
parses in a tenth of the time. `load.extract.html_slow` reads the same page by another way, for
pages whose figures do not come out whole.
"""

import re
from collections.abc import Mapping
from itertools import chain

from selectolax.lexbor import LexborHTMLParser, LexborNode

from load.extract.depth import flattened
from load.extract.document import Document, Piece, without_blank_edges
from load.extract.shown import without_dead
from load.extract.styles import ancestors

# Elements that only dress text: removing their tags joins what they split. Not those that set a note apart
# from the figure that it stands at (sup, sub), or strike it out. Both cases are spelled out, for a
# pattern that ignores case is three times slower here.
DRESS = [
    "span",
    "font",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "a",
    "ins",
    "big",
    "small",
    "label",
    "tt",
]
# The commonest tags that stay are passed over first: a tag that is none costs the most.
_INLINE = re.compile(
    r"<(?!/?(?:t[dhr]|p|div|li)[\s>])/?"
    rf"(?:{'|'.join([*DRESS, *map(str.upper, DRESS)])}|[A-Za-z]\w*:\w+)(?:\s[^<>]*)?/?>"
)
_ATTRIBUTES = re.compile(
    r"\s(?:style|class|width|height|align|valign|lang)\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE
)
_LARGE = 50_000  # characters from which a page is worth freeing of its attributes
# Characters that print nothing, and their entities: they would split words and figures.
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_INVISIBLE_ENTITY = re.compile(
    "&(?:#820[3-7]|#[xX]200[b-fB-F]|#65279|#[xX][fF][eE][fF][fF]|zwnj|zwj|lrm|rlm|shy);?"
)

SKIPPED = {"script", "style", "noscript", "template", "head", "select", "textarea", "iframe", "svg", "button"}
LINE_ENDS = {
    "p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header",
    "footer", "nav", "center", "form", "dl", "dt", "dd", "blockquote", "pre", "hr", "td", "th", "tr", "table",
    "tbody", "thead", "tfoot", "caption", "main", "aside", "fieldset", "ucapcontent", "body", "html",
}  # fmt: skip
# What prints something that is no text.
DRAWN = {"img", "svg", "canvas", "object", "embed", "iframe", "video", "applet", "meter", "progress"}
_CELLS = ("td", "th")
_TABLES = {"object", "embed", "iframe", "canvas"}  # what a table may stand in
_NOTHING = re.compile(r"spacer|blank|clear\.|pixel|1x1|transparent", re.IGNORECASE)
_HAN = re.compile(r"[\u2e80-\u9fff]")
_DRAWN = ", ".join(sorted(DRAWN))
# Their first letters first: a tag that is none costs the most.
_MAY_DRAW = re.compile(
    rf"<(?=[{''.join(sorted({tag[0] for tag in DRAWN}))}])(?:{'|'.join(sorted(DRAWN))})\b", re.IGNORECASE
)
UNKNOWN = "\ufffd"  # stands for what is printed and cannot be read
PROSE_CELL = 300  # a cell with more characters is laid-out prose, not a cell of a form


def clean(text: str) -> str:
    """`text` with each run of white space made one space, and none at the ends."""
    return " ".join(text.split())


def without_invisible(text: str) -> str:
    """`text` without characters that print nothing (zero width spaces, soft hyphens, byte-order marks)."""
    for character in _INVISIBLE:
        if character in text:
            text = text.replace(character, "")
    return _INVISIBLE_ENTITY.sub("", text)


def with_drawn(text: str, *, is_drawn: bool) -> str:
    """The text of a cell in which, perhaps, something is drawn: a figure may be, a label is written."""
    return f"{text}{UNKNOWN}" if is_drawn and not _HAN.search(text) else text


def may_print(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether an element that draws something prints more than an empty space."""
    if tag != "img":
        return True
    return not _NOTHING.search((attributes.get("src") or "")[:300].rpartition("/")[2])


def read_html(text: str, charset: str) -> Document:
    """The document of an HTML page. Navigation and page furniture are pieces like all others."""
    slim = flattened(_INLINE.sub("", without_dead(without_invisible(text))))
    tree = LexborHTMLParser(_ATTRIBUTES.sub("", slim) if len(slim) > _LARGE else slim)
    document = Document("html", charset, [])
    title = tree.css_first("title")
    document.title = clean(title.text()) if title else ""
    for tag in tree.css("meta[name]"):
        name, content = tag.attributes.get("name"), tag.attributes.get("content")
        if name and content:
            document.meta.setdefault(name.lower(), clean(content))
    if tree.body is not None:
        _Walk(document, may_draw=_MAY_DRAW.search(slim) is not None).block(tree.body, ())
    return document


class _Walk:
    """One walk over the tree, in document order, adding pieces as it goes."""

    def __init__(self, document: Document, *, may_draw: bool) -> None:
        self.document = document
        self.may_draw = may_draw  # whether anything is drawn on the page
        self.line: list[str] = []
        self.tables = 0
        self.boxes = 0
        self.lines = 0

    def end_line(self, box: tuple[int, ...]) -> None:
        if self.line:
            text = clean("".join(self.line))
            self.line.clear()
            if text:
                self.lines += 1
                self.document.pieces.append(Piece(text, place=self.lines, box=box))

    def block(self, node: LexborNode, box: tuple[int, ...]) -> None:
        for child in node.iter(include_text=True):
            tag = child.tag
            if tag == "-text":
                self.line.append(child.text_content or "")
            elif tag in SKIPPED or tag in _TABLES:
                self.document.images = self.document.images or tag in _TABLES
            elif tag == "img":
                self.document.images = True
            elif tag == "table":
                self.end_line(box)
                self.table(child, box)
            elif tag in ("br", "hr"):
                self.end_line(box)
            elif tag in LINE_ENDS:
                self.end_line(box)
                self.boxes += 1
                inner = (*box, self.boxes)
                self.block(child, inner)
                self.end_line(inner)
            else:
                self.block(child, box)
        if node.tag in LINE_ENDS:
            self.end_line(box)

    def table(self, node: LexborNode, box: tuple[int, ...]) -> None:
        if len(node.css("table")) > 1:  # the first is itself
            return self.layout(node, box)
        drawn = {
            up.mem_id
            for inside in (node.css(_DRAWN) if self.may_draw else ())
            if may_print(inside.tag or "", inside.attributes)
            and (up := next((up for up in ancestors(inside) if up.tag in _CELLS), None))
        }
        rows = [[cell for cell in tr.iter() if cell.tag in _CELLS] for tr in node.css("tr")]
        inner = (*box, self.boxes + 1)
        pieces = [
            Piece(clean(cell.text(deep=True, separator=" ")), self.tables, r, c, inner)
            for r, row in enumerate(rows)
            for c, cell in enumerate(row)
        ]
        if drawn:
            for piece, cell in zip(pieces, chain.from_iterable(rows), strict=True):
                piece.text = with_drawn(piece.text, is_drawn=cell.mem_id in drawn)
        if any(len(piece.text) > PROSE_CELL for piece in pieces):
            return self.layout(node, box)
        if pieces and not (pieces[0].text and pieces[-1].text):
            pieces = without_blank_edges(pieces)
        self.boxes += 1
        self.document.pieces += pieces
        self.tables += 1
        return None

    def layout(self, node: LexborNode, box: tuple[int, ...]) -> None:
        """A table that lays out the page: what is in it is read as if it were not a table."""
        self.boxes += 1
        self.block(node, (*box, self.boxes))
