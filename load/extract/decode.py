"""Bytes to text: which character encoding a page really uses.

Chinese pages declare gb2312 and mean GB18030, or declare nothing. UTF-8 that decodes strictly is
UTF-8, else GB18030 is what it strictly is; where neither fits, the one that leaves fewer replacement
characters is taken. What is declared counts only for encodings other than these two: servers and
editors declare wrongly too often to be believed first.
"""

import codecs
import contextlib

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_REPLACEMENT = "\ufffd"
_OTHERS = {"big5", "big5-hkscs", "utf-16", "utf-16le"}  # what else such pages are written in


def decode(body: bytes, declared: str | None = None) -> tuple[str, str]:
    """`body` as text, and the name of the encoding that was used.

    `declared` is what the server or the page says. Bytes that fit no encoding come out with U+FFFD
    in their place; nothing is raised.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace"), encoding
    strict = ["utf-8", "gb18030"]
    if declared and declared.lower().replace("_", "-") in _OTHERS:
        strict.insert(1, declared.lower())
    for encoding in strict:
        with contextlib.suppress(UnicodeDecodeError):
            return body.decode(encoding), encoding
    candidates = {encoding: body.decode(encoding, "replace") for encoding in strict}
    encoding = min(candidates, key=lambda name: candidates[name].count(_REPLACEMENT))
    return candidates[encoding], encoding
