"""The strings of an old workbook (xls), each with the runs of fonts in it.

Where in a sheet they stand is left to `load.extract.sheets.xls`.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from load.extract.written import struck


@dataclass(frozen=True, slots=True)
class Font:
    """A font, as far as what it prints depends on it; `size` is in points."""

    struck: bool = False
    raised: bool = False
    ink: str = ""
    size: float | None = None


def text_at(data: bytes, at: int, charset: str | None, *, wide_length: bool) -> str:
    """The string that begins at `at`, its length being written in two bytes or in one; `charset` is
    that of workbooks before 1997, and None for later ones."""
    length = struct.unpack_from("<H" if wide_length else "<B", data, at)[0]
    at += 2 if wide_length else 1
    if charset is not None:
        return data[at : at + length].decode(charset, "replace")
    is_wide = data[at] & 1
    end = at + 1 + length * (2 if is_wide else 1)
    return data[at + 1 : end].decode("utf-16-le" if is_wide else "latin-1", "replace")


class SharedStrings:
    """The table of strings, which runs over several records: a string that is cut says again how it is coded."""

    def __init__(self, records: list[bytes], font: Callable[[int], Font]) -> None:
        self.records, self.font = records, font
        self.record, self.at = 0, 0

    def read(self) -> list[str]:
        """All strings; fewer where the table is cut short."""
        count = struct.unpack_from("<4xI", self.records[0])[0]
        self.at = 8
        strings: list[str] = []
        while len(strings) < count and self.record < len(self.records):
            try:
                strings.append(self._string())
            except (struct.error, IndexError):
                break
        return strings

    def _take(self, length: int) -> bytes:
        """So many bytes, over the ends of records."""
        taken = b""
        while length > 0:
            if self.at >= len(self.records[self.record]):
                self.record, self.at = self.record + 1, 0
            part = self.records[self.record][self.at : self.at + length]
            self.at += len(part)
            length -= len(part)
            taken += part
        return taken

    def _string(self) -> str:
        length, flags = struct.unpack("<HB", self._take(3))
        runs = struct.unpack("<H", self._take(2))[0] if flags & 8 else 0
        more = struct.unpack("<I", self._take(4))[0] if flags & 4 else 0
        units: list[bytes] = []  # in UTF-16
        left = length
        while left > 0:
            if self.at >= len(self.records[self.record]):
                self.record, self.at = self.record + 1, 1
                flags = self.records[self.record][0]
            width = 2 if flags & 1 else 1
            part = self.records[self.record][self.at : self.at + left * width]
            if len(part) < width:
                raise IndexError
            self.at += len(part)
            left -= len(part) // width
            units.append(part if width == 2 else part.decode("latin-1").encode("utf-16-le"))
        dress = self._take(runs * 4)
        self._take(more)
        return _dressed(b"".join(units), dress, self.font)


def _dressed(units: bytes, runs: bytes, font_of: Callable[[int], Font]) -> str:
    """A string of UTF-16 with its runs of fonts: struck ones with strokes, raised and lowered ones set apart."""
    starts = [(0, -1), *struct.iter_unpack("<HH", runs[: len(runs) // 4 * 4])]
    ends = [start for start, _ in starts[1:]] + [len(units) // 2]
    texts = []
    for (start, font), end in zip(starts, ends, strict=True):
        text = units[start * 2 : end * 2].decode("utf-16-le", "replace")
        look = font_of(font) if font >= 0 else Font()
        text = struck(text) if look.struck else text
        texts.append(f" {text} " if look.raised else text)
    return "".join(texts)
