"""RTF to pieces: a stream of control words and text, read once from its beginning to its end.

What is shown is read: not deleted or hidden text, not the instructions of fields, not headers and footers.
Numbers of lists stand in the text of an RTF file. Notes and text boxes follow their paragraph.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from load.extract.document import Document, Unreadable
from load.extract.word.rtf_words import (
    CHARACTERS,
    CODES,
    COLOURS,
    DEEPEST_GROUP,
    KNOWN,
    MOST_TOKENS,
    PAGES,
    READ_THOUGH_STARRED,
    SHOWN_ELSEWHERE,
    SIGNS,
    SKIPPED,
    SMALLEST,
    TOKEN,
    WHITE,
    character,
    end_of_group,
    whole,
)
from load.extract.written import UNKNOWN, Block, Box, Flow, document_of, struck, unseen


@dataclass(slots=True)
class _State:
    """What holds in a group, and in the groups in it unless they say otherwise."""

    skipped: bool = False
    hidden: bool = False
    struck: bool = False
    raised: bool = False
    deleted: bool = False
    white: bool = False
    tiny: bool = False
    code: str = ""  # of the font; "" is the document's
    fallback: int = 1  # how many characters stand for one given by its number
    in_table: bool = False
    depth: int = 0
    destination: str = ""
    closes: Callable[[], None] | None = None  # what is to be done at the end of the group


@dataclass(slots=True)
class _Story:
    """A stream of paragraphs of its own: the text, a note, a text box."""

    flow: Flow = field(default_factory=Flow)
    line: list[str] = field(default_factory=list)
    after: list[Block] = field(default_factory=list)
    notes: list[Block] = field(default_factory=list)
    of_table: list[Block] = field(default_factory=list)  # notes that follow the table


def read_rtf(body: bytes) -> Document:
    """The document of an RTF file. Raises Unreadable if it is damaged or holds no text."""
    if not body.lstrip()[:5] == b"{\\rtf":
        raise Unreadable("it is no RTF file")
    reader = _Reader()
    reader.read(body)
    return document_of("rtf", reader.story.flow.closed(), images=reader.images)


class _Reader:
    """One pass over the tokens of a file."""

    def __init__(self) -> None:
        self.images = False
        self.story = _Story()
        self.state = _State()
        self._groups: list[_State] = []
        self._bytes = bytearray()
        self._code = "cp1252"  # of the document
        self._fonts: dict[int, str] = {}
        self._font = 0  # the one that the table of fonts is describing
        self._default_font = 0
        self._starred = False
        self._due = 0  # characters still to be passed over, given by number before
        self._instruction: list[str] = []
        self._covered: set[int] = set()  # of the row's cells, those that a merged one covers
        self._cells = 0
        self._is_covered = False
        self._whites: set[int] = set()  # colours that are white, by number
        self._is_shaded = False  # whether a cell of the row has a colour of its own
        self._pictured = False  # whether a picture has been met in the cell

    def read(self, body: bytes) -> None:
        """All of it. What a file that breaks off has begun to say in a cell is left out."""
        at, tokens = 0, 0
        colours = COLOURS.search(body)
        for place, colour in enumerate(colours[1].split(b";") if colours else ()):
            if WHITE.search(re.sub(rb"\s", b"", colour)):
                self._whites.add(place)
        while found := TOKEN.match(body, at):
            at = found.end()
            tokens += 1
            if tokens > MOST_TOKENS:
                raise Unreadable(f"it has more than {MOST_TOKENS:,} control words")
            kind = found.lastgroup
            if kind in ("word", "number"):
                if found["word"] not in KNOWN and not self._starred and not self._due:
                    continue
                number = int(found["number"]) if found["number"] else None
                word = found["word"].decode()
                if word == "bin" and number and number > 0:
                    at += number
                elif self._due and word not in ("u", "uc"):
                    self._due -= 1
                else:
                    self._word(word, number)
                    if self.state.skipped:
                        at = end_of_group(body, at)
            elif kind == "text":
                self._text(found["text"])
            elif kind == "brace":
                self._end_bytes()
                self._due = 0
                if found["brace"] == b"{":
                    self._open()
                elif not self._groups:
                    break
                else:
                    self._close()
            elif kind == "byte":
                self._byte(bytes.fromhex(found["byte"].decode()))
            elif kind == "sign":
                self._sign(found["sign"])
        if not self._groups or not self.state.in_table:
            self._paragraph()

    def _open(self) -> None:
        if len(self._groups) > DEEPEST_GROUP:
            raise Unreadable("its groups stand too deep in one another")
        self._groups.append(self.state)
        self.state = replace(self.state, closes=None)

    def _close(self) -> None:
        if self.state.closes:
            self.state.closes()
        self.state = self._groups.pop()
        self._starred = False

    def _text(self, text: bytes) -> None:
        text = text.replace(b"\r", b"").replace(b"\n", b"")
        if self._due:
            dropped = min(self._due, len(text))
            self._due -= dropped
            text = text[dropped:]
        if text and not self.state.skipped:
            self._bytes += text

    def _byte(self, byte: bytes) -> None:
        if self._due:
            self._due -= 1
        elif not self.state.skipped:
            self._bytes += byte

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._starred = True
        elif self._due:
            self._due -= 1
        elif sign in b"{}\\" and self._bytes and self._is_half():
            self._bytes += sign
        elif sign in SIGNS:
            self._say(SIGNS[sign])
        elif sign in b"\r\n":
            self._end_paragraph()

    def _is_half(self) -> bool:
        """Whether the bytes so far end in the middle of a character."""
        try:
            self._bytes.decode(self.state.code or self._code)
        except (UnicodeDecodeError, LookupError):
            return True
        return False

    def _end_bytes(self) -> None:
        """Bytes that wait are text in the code of the font."""
        if not self._bytes:
            return
        data, code = bytes(self._bytes), self.state.code or self._code
        self._bytes.clear()
        if code == "symbol":
            self._say(re.sub(r"\S", UNKNOWN, data.decode("latin-1")))
        else:
            self._say(data.decode(code, "replace"))

    def _say(self, text: str) -> None:
        self._end_bytes()
        state = self.state
        if state.skipped:
            return
        if state.destination == "fldinst":
            self._instruction.append(text)
        elif state.destination == "fonttbl" or state.hidden or state.deleted or state.destination == "mute":
            return
        else:
            if state.in_table and state.struck:
                text = struck(text)
            if state.in_table and (state.tiny or (state.white and not self._is_shaded)):
                text = unseen(text)
            self.story.line.append(f" {text} " if state.in_table and state.raised else text)

    def _word(self, word: str, number: int | None) -> None:
        self._end_bytes()
        if self._starred:
            self._starred = False
            if word not in READ_THOUGH_STARRED:
                self._picture(is_one=word == "shppict")
                self.state.skipped = True
        if self.state.skipped:
            return
        if word in SKIPPED:
            self._picture(is_one=word == "pict")
            self.state.skipped = True
        elif word in CHARACTERS:
            self._say(CHARACTERS[word])
        elif word == "u" and number is not None:
            self._say(character(number))
            self._due = self.state.fallback
        elif word in ("par", "sect", "page"):
            self._end_paragraph()
        elif word in ("cell", "nestcell", "row", "nestrow"):
            self._end_cell(word)
        elif word in (
            "footnote",
            "shptxt",
            "dptxbxtext",
            "fldinst",
            "fldrslt",
            "shpinst",
            "nesttableprops",
            "fonttbl",
        ):
            self._destination(word)
        elif self.state.destination == "fonttbl":
            self._describe_font(word, number)
        else:
            self._property(word, number)

    def _property(self, word: str, number: int | None) -> None:
        state, is_on = self.state, number != 0
        if word == "pard":
            state.in_table, state.depth = False, 0
        elif word == "plain":
            state.hidden = state.struck = state.raised = state.deleted = state.white = state.tiny = False
            state.code = self._fonts.get(self._default_font, "")
        elif word == "intbl":
            state.in_table = is_on
        elif word == "itap":
            state.depth = number or 0
            state.in_table = state.depth > 0
        elif word == "f":
            state.code = self._fonts.get(number or 0, "")
        elif word == "v":
            state.hidden = is_on
        elif word in ("strike", "striked"):
            state.struck = is_on
        elif word in ("super", "sub", "up", "dn"):
            state.raised = is_on
        elif word == "cf":
            state.white = (number or 0) in self._whites
        elif word == "fs":
            state.tiny = 0 < (number or 0) < SMALLEST
        elif word == "clcbpat":
            self._is_shaded = bool(number) and number not in self._whites
        elif word == "nosupersub":
            state.raised = False
        elif word == "deleted":
            state.deleted = is_on
        elif word == "uc":
            state.fallback = max(0, min(number or 0, 10))
        elif word == "deff":
            self._default_font = number or 0
        elif word == "ansicpg" and number:
            self._code = PAGES.get(number, "cp1252")
        elif word == "trowd":
            self._covered, self._cells, self._is_covered, self._is_shaded = set(), 0, False, False
        elif word in ("clmrg", "clvmrg"):
            self._is_covered = True
        elif word == "cellx":
            if self._is_covered:
                self._covered.add(self._cells)
            self._cells, self._is_covered = self._cells + 1, False
        elif word in ("object", "objemb"):
            self._picture(is_one=True)

    def _picture(self, *, is_one: bool) -> None:
        """A picture, if it is one, perhaps in a cell."""
        self.images = self.images or is_one
        self._pictured = self._pictured or (is_one and self.state.in_table)

    def _describe_font(self, word: str, number: int | None) -> None:
        if word == "f":
            self._font = number or 0
        elif word == "fcharset":
            self._fonts[self._font] = CODES.get(number or 0, "")
        elif word == "cpg" and number:
            self._fonts[self._font] = PAGES.get(number, "")

    def _destination(self, word: str) -> None:
        state = self.state
        if word == "fonttbl":
            state.destination = word
        elif word in ("shpinst", "do", "nesttableprops"):
            state.destination = "mute"
            self._pictured = self._pictured or (word != "nesttableprops" and state.in_table)
        elif word == "fldinst":
            state.destination = word
            self._instruction = []
            state.closes = self._end_instruction
        elif word == "fldrslt":
            state.destination = ""
            state.skipped = "".join(self._instruction).split()[:1] == ["TOC"]
        else:
            outer, inner, self._pictured = self.story, _Story(), False
            self.story = inner
            state.destination, state.in_table, state.depth = "", False, 0

            def close() -> None:
                self._paragraph()
                self.story = outer
                blocks = inner.flow.closed()
                if word == "footnote":
                    outer.notes += blocks
                else:
                    outer.after.append(Box(blocks))

            state.closes = close

    def _end_instruction(self) -> None:
        """The end of what a field is told to show; some show what is not in the text."""
        self._end_bytes()
        word = "".join(self._instruction).split()[:1]
        if word and word[0].upper() in SHOWN_ELSEWHERE and self.state.in_table:
            self.story.line.append(UNKNOWN)

    def _depth(self) -> int:
        return max(self.state.depth, 1) if self.state.in_table else 0

    def _end_paragraph(self) -> None:
        self._end_bytes()
        if not self.state.skipped and self.state.destination != "mute" and not self.state.deleted:
            self._paragraph()

    def _paragraph(self, depth: int | None = None) -> None:
        """The line so far is a paragraph, in as many tables as the state says."""
        self._end_bytes()
        story, depth = self.story, self._depth() if depth is None else depth
        text = "".join(story.line)
        story.line.clear()
        story.flow.at(depth)
        if depth:
            story.of_table += story.notes
        else:
            story.flow.add(story.of_table)
            story.of_table = []
        story.flow.add([whole(text), *story.after, *([] if depth else story.notes)])
        story.after, story.notes = [], []

    def _end_cell(self, word: str) -> None:
        depth = max(self._depth(), 2) if word.startswith("nest") else 1
        if word.endswith("cell"):
            self._paragraph(depth)
            self.story.flow.end_cell(has_picture=self._pictured)
            self._pictured = False
            return
        self.story.line.clear()
        self.story.flow.at(depth)
        self.story.flow.end_row(frozenset(self._covered))
