"""Web archives (mht), which Word also writes under the name of a .doc: the page in them is HTML.

Only the page is taken out; it is read like any other by `load.extract.html`.
"""

import email
import re

from load.extract.document import Unreadable

_HEAD = re.compile(rb"\s*[A-Za-z][A-Za-z\-]{1,40}:[ \t]")
_HEAD_BYTES = 4096


def is_mht(body: bytes) -> bool:
    """Whether the bytes begin like a web archive: with the head of a MIME message."""
    return bool(_HEAD.match(body)) and b"mime-version:" in body[:_HEAD_BYTES].lower()


def html_of_mht(body: bytes) -> tuple[bytes, str | None]:
    """The bytes of the page in a web archive, and the charset that it declares. Raises Unreadable."""
    try:
        for part in email.message_from_bytes(body).walk():
            if part.get_content_type() == "text/html":
                page = part.get_payload(decode=True)
                if isinstance(page, bytes) and page.strip():
                    return page, part.get_content_charset()
    except (RecursionError, LookupError, ValueError, AssertionError) as error:
        raise Unreadable("it is a damaged web archive (mht)") from error
    raise Unreadable("it is a web archive (mht) without a page in it")
