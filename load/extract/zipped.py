"""Zip containers that hold one document in XML parts (docx, odt), opened with guards.

Only the parts that are asked for are unpacked, each up to a limit. XML that declares a document type is
refused: no office program writes it, and entities are how a small file grows. Zips of several
documents are not its business.
"""

import io
import lzma
import zipfile
import zlib

from lxml import etree

from load.extract.document import Unreadable

LARGEST_PART = 24_000_000  # bytes of XML; the text part of the longest report seen has a fiftieth of that
MOST_MARKS = 3_000_000  # tags and attributes in a part, which are what its tree takes memory for
MOST_PARTS = 10_000


class Zipped:
    """The parts of a zip container, by name. Raises Unreadable if it is damaged or encrypted."""

    def __init__(self, body: bytes) -> None:
        entries = body.count(b"PK\x01\x02")
        if entries > MOST_PARTS:
            raise Unreadable(f"it has {entries:,} parts; at most {MOST_PARTS:,} are read")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, OverflowError) as error:
            raise Unreadable("it is a damaged or incomplete ZIP container") from error
        self._members = {
            member.filename.replace("\\", "/").lstrip("/").lower(): member for member in self._zip.infolist()
        }

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._members

    def read(self, name: str) -> bytes | None:
        """The bytes of a part; None if there is none of that name. Raises Unreadable."""
        member = self._members.get(name.lower())
        if member is None:
            return None
        if member.flag_bits & 1:
            raise Unreadable("it is encrypted: without its password nobody can read it")
        try:
            with self._zip.open(member) as part:
                data = part.read(LARGEST_PART + 1)
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
            raise Unreadable(f"its part {member.filename[:60]} is damaged") from error
        except (NotImplementedError, RuntimeError, ValueError) as error:
            raise Unreadable(
                f"its part {member.filename[:60]} is packed in a way that is not read"
            ) from error
        if len(data) > LARGEST_PART:
            raise Unreadable(f"its part {member.filename[:60]} unpacks to more than {LARGEST_PART:,} bytes")
        return data

    def xml(self, name: str) -> etree._Element | None:
        """The root of an XML part, without comments; None if there is none of that name. Raises Unreadable."""
        data = self.read(name)
        return None if data is None else parsed(data, name)


def parsed(data: bytes, name: str) -> etree._Element:
    """The root of the XML in `data`, without comments. Raises Unreadable, naming the part."""
    if data.count(b"<") + data.count(b"=") > MOST_MARKS:
        raise Unreadable(f"its part {name} has more than {MOST_MARKS:,} tags and attributes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"its part {name} is not well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(f"its part {name} declares a document type, which no office program writes")
    return root
