"""Old Word files (doc, and wps, which is the same) to pieces.

What Word shows is read: not deleted or hidden text, not the instructions of fields, not headers and
footers. How the file keeps text and properties is left to `load.extract.word.doc_file`.
"""

import re
from collections.abc import Iterator

from load.extract.document import Document, Unreadable
from load.extract.word.doc_file import DocFile, read_doc_file
from load.extract.word.doc_properties import DELETED, HIDDEN, RAISED, STRUCK, TINY, WHITE, ParagraphLook
from load.extract.word.numbering import Counter, numbered
from load.extract.written import UNKNOWN, UNSEEN, Block, Box, Flow, document_of, struck

_MARK = re.compile("[\x07\x0c\r]")
_CELL, _PICTURE, _ANCHOR, _NOTE = "\x07", "\x01", "\x08", "\x02"
_BEGIN, _RESULT, _END = "\x13", "\x14", "\x15"
_PRINTED = {"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": "", "\t": " ", "\xa0": " ", "\n": "\n"}
_CONTROL = re.compile("[\x00-\x1f\xa0]")
_SHOWN_ELSEWHERE = {"EQ", "FORMDROPDOWN", "FORMCHECKBOX", "SYMBOL", "AUTONUM", "LISTNUM"}  # not in the text
_HALVES = re.compile("[\ud800-\udfff]")


def read_doc(body: bytes) -> Document:
    """The document of an old Word file; its format is "wps" where WPS Office wrote it, else "doc".

    Raises Unreadable if it is another file, damaged, encrypted, or holds no text.
    """
    reader = _Reader(read_doc_file(body))
    file = reader.file
    blocks = reader.story(*file.stories["text"])
    if reader.waiting:  # text boxes whose places nothing tells
        blocks += [Box(reader.story(*box)) for box in reader.waiting]
    return document_of("wps" if file.by_kingsoft else "doc", blocks, images=reader.images)


class _Reader:
    """One walk over the stories of a file."""

    def __init__(self, file: DocFile) -> None:
        self.file = file
        self.images = False
        self._pictured = False  # whether a picture has been met in the cell
        start, end = file.stories["text"]
        anchors = file.text.count(_ANCHOR, start, end)
        in_order = anchors == len(file.boxes)
        self._boxes = list(reversed(file.boxes)) if in_order else []
        self.waiting = [] if in_order else file.boxes
        self._counter = Counter()
        self._fields: list[str | None] = []  # per open field: its instruction, None when in its result
        self._skipped: list[bool] = []
        self._after: list[Block] = []  # boxes and notes that follow the paragraph
        self._notes: list[tuple[int, int]] = []

    def story(self, start: int, end: int) -> list[Block]:
        """The blocks of a stretch of text."""
        flow = Flow()
        rest = ""  # of a paragraph whose mark is deleted
        text, looks = self.file.text, self.file.looks
        at = start
        while at < end:
            found = _MARK.search(text, at, end)
            mark = found.start() if found else end
            look = self.file.paragraph(min(mark, len(text) - 1))
            depth = max(0, look.depth)
            flow.at(depth)
            if not depth:
                flow.add(self._written_notes())
            printed = rest + self._printed(at, mark, in_cell=depth > 0)
            rest, at = "", mark + 1
            is_deleted = found is not None and bool(looks[mark] & DELETED)
            if found and depth and look.ends_row:
                flow.end_row(look.covered, is_shown=not is_deleted)
                continue
            ends_cell = found and (text[mark] == _CELL if depth == 1 else look.ends_cell)
            if is_deleted and not ends_cell:
                rest = printed
                continue
            number = self._number(look) if printed.strip() or depth else ""
            flow.add([numbered(number, printed), *self._after])
            self._after = []
            if ends_cell:
                flow.end_cell(has_picture=self._pictured)
            if ends_cell or not depth:
                self._pictured = False
        flow.add([rest] if rest else [])
        return [*flow.closed(), *self._written_notes()]

    def _written_notes(self) -> list[Block]:
        notes, self._notes = self._notes, []
        return [block for note in notes for block in self.story(*note)]

    def _number(self, look: ParagraphLook) -> str:
        if look.list_ not in self.file.lists:
            return ""
        list_, levels = self.file.lists[look.list_]
        return self._counter.next(list_, levels, look.level)

    def _printed(self, start: int, end: int, *, in_cell: bool) -> str:
        """What is printed of the characters between two places."""
        text = self.file.text[start:end]
        looks = self.file.looks[start:end]
        if not self._fields and not any(looks) and not _CONTROL.search(text):
            return _whole(text)
        return _whole("".join(self._characters(text, looks, start, in_cell)))

    def _characters(self, text: str, looks: bytearray, start: int, in_cell: bool) -> Iterator[str]:
        was_raised = False
        for offset, (character, look) in enumerate(zip(text, looks, strict=True)):
            if character in (_BEGIN, _RESULT, _END):
                if self._field(character) and in_cell:
                    yield UNKNOWN
                continue
            if self._fields and self._fields[-1] is not None:
                self._fields[-1] = (self._fields[-1] + character)[:40]
                continue
            if any(self._skipped) or any(field is not None for field in self._fields):
                continue
            if look & (HIDDEN | DELETED):
                continue
            if character in (_PICTURE, _ANCHOR):
                self._picture(character)
            elif character == _NOTE:
                note = self.file.notes.pop(start + offset, None)
                self._notes += [note] if note else []
            elif character < " " or character == "\xa0":
                yield _PRINTED.get(character, "")
            else:
                if in_cell and bool(look & RAISED) != was_raised:
                    was_raised = not was_raised
                    yield " "
                if in_cell and look & (WHITE | TINY) and character.isdigit():
                    yield UNSEEN
                yield struck(character) if in_cell and look & STRUCK else character

    def _field(self, character: str) -> bool:
        """A field's instruction is not text, its result is; one in a table of contents is not.

        True at the end of one that shows what is not in the text.
        """
        if character == _BEGIN:
            self._fields.append("")
            self._skipped.append(False)
        elif self._fields and character == _RESULT:
            self._skipped[-1] = (self._fields[-1] or "").split()[:1] == ["TOC"]
            self._fields[-1] = None
        elif self._fields:
            self._skipped.pop()
            word = (self._fields.pop() or "").split()[:1]
            return bool(word) and word[0].upper() in _SHOWN_ELSEWHERE
        return False

    def _picture(self, character: str) -> None:
        if character == _ANCHOR and self._boxes:
            fields, skipped, self._fields, self._skipped = self._fields, self._skipped, [], []
            after, self._after = self._after, []
            box = Box(self.story(*self._boxes.pop()))
            self._after = [*after, box]
            self._fields, self._skipped = fields, skipped
        else:
            self.images = self._pictured = True


def _whole(text: str) -> str:
    """`text` with the two halves of a character outside the basic plane joined."""
    if not _HALVES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


__all__ = ["Unreadable", "read_doc"]
