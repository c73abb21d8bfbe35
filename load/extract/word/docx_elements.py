"""What single elements of a Word document (docx) say: of formulas, signs, merged cells, colours.

The walk over the document is left to `load.extract.word.docx`.
"""

import re
from collections.abc import Iterator

from lxml import etree

from load.extract.word.docx_styles import Look, attribute, child_of, name_of
from load.extract.written import UNKNOWN

_IN_LINE = {
    "r",
    "t",
    "rPr",
    "ctrlPr",
    "oMath",
    "oMathPara",
    "oMathParaPr",
    "jc",
    "sty",
    "nor",
    "rFonts",
    "sz",
}
_SYMBOLS = range(0xE000, 0xF900)  # private use: what it looks like, the font alone knows
AROUND = {
    "ins",
    "moveTo",
    "hyperlink",
    "smartTag",
    "customXml",
    "fldSimple",
    "dir",
    "bdo",
    "rubyBase",
    "sdtContent",
}


def first_word(instruction: str | None) -> str:
    """The first word of what a field is told to show, in capitals."""
    return next(iter((instruction or "").split()), "").upper()


def formula(element: etree._Element) -> str:
    """The text of a formula; its parts are set apart where they do not all stand in one line."""
    texts = [t.text or "" for t in element.iter() if name_of(t) == "t"]
    return ("" if all(name_of(part) in _IN_LINE for part in element.iter()) else " ").join(texts)


def is_on_its_own_colour(look: Look, run: etree._Element) -> bool:
    """Whether a run has the colour of what it is printed on: of itself, its paragraph, its cell or the paper."""
    if look.ink in (None, "AUTO"):
        return False  # black, or white on black
    ground = look.ground or "AUTO"
    for around in run.iterancestors():
        if ground != "AUTO" or name_of(around) == "tbl":
            break
        of = {"p": "pPr", "tc": "tcPr"}.get(name_of(around))
        if of:
            ground = (attribute(child_of(around, of, "shd"), "fill") or "AUTO").upper()
    return look.ink == ("FFFFFF" if ground == "AUTO" else ground)


def within(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The rows of a table, or the cells of a row; content controls and changes may stand around them."""
    for child in element:
        found = name_of(child)
        if found == name:
            yield child
        elif found == "sdt" or found in AROUND:
            yield from within(child, name)


def is_covered(properties: etree._Element | None) -> bool:
    """Whether a cell is covered by a merged one, or deleted: Word shows nothing of it."""
    for property in () if properties is None else properties:
        name = name_of(property)
        if name == "cellDel":
            return True
        if name in ("vMerge", "hMerge") and attribute(property, "val") != "restart":
            return True
    return False


def is_contents(element: etree._Element) -> bool:
    """Whether a content control is a table of contents."""
    gallery = child_of(element, "sdtPr", "docPartObj", "docPartGallery")
    return attribute(gallery, "val") == "Table of Contents"


def symbol(code: str | None) -> str:
    """The sign of that code; an unknown one where only its font knows it."""
    if not code or not re.fullmatch(r"[0-9A-Fa-f]{1,4}", code):
        return UNKNOWN
    number = int(code, 16)
    return UNKNOWN if number in _SYMBOLS or number < 0x20 or 0xD800 <= number < 0xE000 else chr(number)
