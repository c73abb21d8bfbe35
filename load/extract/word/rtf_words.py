"""The words of RTF: which of them matter, what they stand for, and how characters are given by number.

What they make of a text is left to `load.extract.word.rtf`.
"""

import re

from load.extract.written import UNKNOWN

TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}]+)|\\",
    re.DOTALL,
)
_SKIPPING = re.compile(rb"\\bin(?P<length>\d{1,9}) ?|\\[^a-zA-Z]|(?P<brace>[{}])")
MOST_TOKENS = 6_000_000
DEEPEST_GROUP = 2_000
SKIPPED = {
    "stylesheet", "colortbl", "info", "pict", "header", "headerl", "headerr", "headerf", "footer", "footerl",
    "footerr", "footerf", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "nonesttables", "xe",
    "tc", "txe", "rxe", "upr", "nonshppict", "sp", "objdata", "filetbl", "listtable", "listoverridetable",
    "revtbl", "rsidtbl", "generator", "private", "template",
}  # fmt: skip
READ_THOUGH_STARRED = {"nesttableprops", "shpinst", "fldinst", "shptxt", "fonttbl", "do", "dptxbxtext"}
CHARACTERS = {
    "tab": " ", "line": "\n", "column": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
_STRUCTURE = {
    "par", "sect", "page", "cell", "nestcell", "row", "nestrow", "footnote", "shptxt", "dptxbxtext", "fldinst",
    "fldrslt", "shpinst", "do", "nesttableprops", "fonttbl", "u", "bin",
}  # fmt: skip
_PROPERTIES = {
    "pard", "plain", "intbl", "itap", "f", "v", "strike", "striked", "super", "sub", "nosupersub", "deleted", "uc",
    "deff", "ansicpg", "trowd", "clmrg", "clvmrg", "cellx", "object", "objemb", "fcharset", "cpg", "up", "dn", "cf",
    "fs", "clcbpat", "webhidden",
}  # fmt: skip
# All others say how text looks, which is nearly all that an RTF file says.
KNOWN = {word.encode() for word in {*SKIPPED, *_STRUCTURE, *_PROPERTIES, *CHARACTERS}}
COLOURS = re.compile(rb"\\colortbl([^{}]*)")
WHITE = re.compile(rb"\\red255\\green255\\blue255(?!\d)")
SMALLEST = 6  # half points: what is smaller is not to be seen
SHOWN_ELSEWHERE = {"EQ", "FORMDROPDOWN", "FORMCHECKBOX", "SYMBOL", "AUTONUM", "LISTNUM"}  # not in the text
SIGNS = {b"~": " ", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\"}
CODES = {0: "", 1: "", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 2: "symbol"}
PAGES = {936: "gb18030", 54936: "gb18030", 950: "big5hkscs", 932: "cp932", 949: "cp949", 65001: "utf-8"}
_HALVES = re.compile("[\ud800-\udfff]")


def end_of_group(body: bytes, at: int) -> int:
    """Where the group in which `at` is ends: at its brace, or at the end of the file."""
    depth = 0
    while found := _SKIPPING.search(body, at):
        at = found.end()
        if found["length"]:
            at += int(found["length"])
        elif found["brace"] == b"{":
            depth += 1
        elif found["brace"]:
            if not depth:
                return found.start()
            depth -= 1
    return len(body)


def character(number: int) -> str:
    """The character of that number, which the file may give as a negative one; what only a font knows is unknown."""
    number = number % 0x10000 if number < 0x10000 else number
    return UNKNOWN if 0xE000 <= number < 0xF900 or number > 0x10FFFF or number < 0x20 else chr(number)


def whole(text: str) -> str:
    """`text` with the two halves of a character outside the basic plane joined."""
    if not _HALVES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
