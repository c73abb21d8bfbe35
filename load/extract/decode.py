"""Bytes to text: which character encoding a page really uses.

Chinese pages declare gb2312 and mean GB18030, or declare nothing. UTF-8 that decodes strictly is
UTF-8; else the encoding that leaves fewer replacement characters is taken. What is declared breaks a
tie only: servers and editors declare wrongly too often to be believed first.
"""

import codecs

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_REPLACEMENT = "\ufffd"


def decode(body: bytes, declared: str | None = None) -> tuple[str, str]:
    """`body` as text, and the name of the encoding that was used.

    `declared` is what the server or the page says. Bytes that fit no encoding come out with U+FFFD
    in their place; nothing is raised.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace"), encoding
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    candidates = {"utf-8": body.decode("utf-8", "replace"), "gb18030": body.decode("gb18030", "replace")}
    if declared and declared.lower().replace("_", "-") in {"big5", "big5-hkscs", "utf-16", "utf-16le"}:
        candidates = {declared.lower(): body.decode(declared, "replace")} | candidates
    encoding = min(candidates, key=lambda name: candidates[name].count(_REPLACEMENT))
    return candidates[encoding], encoding
