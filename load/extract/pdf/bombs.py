"""PDF files made to harm whoever opens them, told before they are opened.

pdfium cannot be stopped once it reads a page. So what would swell to more than any report has, and drawings that
hold one another again and again, are refused here. What a stream means is not looked at.
"""

import re
import zlib
from collections.abc import Iterator

from load.extract.document import Unreadable

_MOST_UNPACKED = 150_000_000  # bytes of all streams that are no pictures
_MOST_DRAWN = 100_000_000  # bytes of the drawings on a page, each as often as it is drawn
_EACH = 300  # bytes whose reading takes as long as turning to one drawing does
_STEP = 1_000_000
_OBJECT = re.compile(rb"(?<!\d)(\d{1,9})\s+\d{1,5}\s+obj\b")
_LOOKS_PACKED = re.compile(rb"/(?:FlateDecode|Fl)\b")
_OTHER_PACKING = re.compile(rb"/(?:LZWDecode|LZW|RunLengthDecode|RL)\b")
_REFERENCE = re.compile(rb"(?<![\w/])(\d{1,9})\s+\d{1,5}\s+R\b")
_DRAWS = re.compile(rb"/[^\s/<>\[\]()]+\s+Do\b")
_MOST_OTHER = 300_000  # bytes of a stream packed in a way that is not unpacked here
_LONGEST_DICTIONARY = 100_000
_DEEPEST = 30


def refuse_bombs(body: bytes) -> None:
    """Raise Unreadable for a file that would take more time or memory than a report can need."""
    dictionaries: dict[int, bytes] = {}
    draws: dict[int, int] = {}
    sizes: dict[int, int] = {}
    room = _MOST_UNPACKED
    for number, dictionary, start, end in _objects(body):
        dictionaries[number] = dictionary
        if start == end or re.search(rb"/Subtype\s*/Image\b", dictionary):
            continue
        content = body[start:end]
        if _OTHER_PACKING.search(dictionary) and len(content) > _MOST_OTHER:
            raise Unreadable("it is a PDF file packed in an old way, and too large to be unpacked safely")
        size, unseen = end - start, 0
        packings = len(_LOOKS_PACKED.findall(dictionary))
        if packings > 1:
            raise Unreadable("it is a PDF file with a stream that is packed more than once")
        if packings:
            content, size = _unpacked(content, room)
            room -= size
            unseen = size - len(content)
            if room <= 0:
                raise Unreadable(
                    f"it is a PDF file that unpacks to more than {_MOST_UNPACKED // 1_000_000} MB"
                )
        if re.search(rb"/Type\s*/ObjStm\b", dictionary):
            dictionaries |= _packed_objects(dictionary, content)
        draws[number] = len(_DRAWS.findall(content)) + unseen // 6
        sizes[number] = size + _EACH
    costs = _costs(dictionaries, draws, sizes)
    if max(draws.values(), default=0) * max(costs, default=0) > _MOST_DRAWN:
        raise Unreadable("it is a PDF file whose drawings hold one another too many times")


def _objects(body: bytes) -> Iterator[tuple[int, bytes, int, int]]:
    """Number, dictionary, and begin and end of the stream (the same where it has none) of each object."""
    found = [(int(match[1]), match.end()) for match in _OBJECT.finditer(body)]
    ends = [place for _, place in [*found[1:], (0, len(body))]]
    for (number, place), end in zip(found, ends, strict=False):
        at = body.find(b"stream", place, end)
        if at < 0 or body.startswith(b"endstream", at - 3):
            yield number, body[place : min(end, place + _LONGEST_DICTIONARY)], 0, 0
            continue
        start = at + 6 + (2 if body.startswith(b"\r\n", at + 6) else 1)
        finish = body.rfind(b"endstream", start, end)
        yield (
            number,
            body[place : min(at, place + _LONGEST_DICTIONARY)],
            start,
            finish if finish >= 0 else end,
        )


def _unpacked(content: bytes, most: int) -> tuple[bytes, int]:
    """The first part of a packed stream, and how many bytes all of it has, counted up to `most`."""
    unpacker = zlib.decompressobj()
    first, size, rest = b"", 0, content
    try:
        while rest and size < most and not unpacker.eof:
            part = unpacker.decompress(rest, _STEP)
            if not part:
                break
            first = first + part if len(first) < 8 * _STEP else first
            size += len(part)
            rest = unpacker.unconsumed_tail
    except zlib.error:
        pass  # damaged: what could be unpacked counts
    return first, size


def _packed_objects(dictionary: bytes, content: bytes) -> dict[int, bytes]:
    """The dictionaries of the objects that stand together in one stream."""
    first = re.search(rb"/First\s+(\d{1,9})", dictionary)
    if not first:
        return {}
    offset = int(first[1])
    numbers = [int(word) for word in content[:offset].split() if word.isdigit() and len(word) < 10]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
    ends = [place for _, place in [*pairs[1:], (0, len(content))]]
    return {
        number: content[offset + place : offset + end][:_LONGEST_DICTIONARY]
        for (number, place), end in zip(pairs, ends, strict=False)
    }


def _costs(dictionaries: dict[int, bytes], draws: dict[int, int], sizes: dict[int, int]) -> list[int]:
    """At most how much is read when each of the drawings that may stand on a page is drawn once: itself, and
    those that it names as often as it draws."""
    known: dict[int, int] = {}

    def cost(stream: int, depth: int) -> int:
        if stream in known:
            return known[stream]
        if depth > _DEEPEST:
            return _MOST_DRAWN + 1
        known[stream] = sizes[stream]  # what holds itself is drawn once
        if draws[stream]:
            inner = [cost(other, depth + 1) for other in _forms(stream, dictionaries, draws)]
            known[stream] = min(_MOST_DRAWN + 1, sizes[stream] + draws[stream] * max(inner, default=_EACH))
        return known[stream]

    return [cost(n, 0) for n in draws if re.search(rb"/Subtype\s*/Form\b", dictionaries[n])]


def _forms(stream: int, dictionaries: dict[int, bytes], draws: dict[int, int]) -> set[int]:
    """The drawings that a stream's dictionary leads to, through dictionaries that are no streams."""
    forms: set[int] = set()
    seen, waiting = {stream}, [stream]
    while waiting and len(seen) < 5_000:
        for match in _REFERENCE.finditer(dictionaries.get(waiting.pop(), b"")):
            other = int(match[1])
            if other in seen:
                continue
            seen.add(other)
            if other in draws:
                forms.add(other)
            else:
                waiting.append(other)
    return forms
