"""The archive: WARC files that are only ever added to, their index, and the log of what each run gave.

The door between scraping and loading: what `load` may use is named here, and is reading only.
"""

from scrape.archive.index import ArchiveError
from scrape.archive.reader import (
    ArchivedDocument,
    is_archive,
    is_web_archive,
    read_archive,
    read_sources,
)

__all__ = [
    "ArchiveError",
    "ArchivedDocument",
    "is_archive",
    "is_web_archive",
    "read_archive",
    "read_sources",
]
