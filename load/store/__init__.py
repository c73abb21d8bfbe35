"""The only part that writes the database, through sqlite-utils.

A load stages what it reads in a file of its own, then builds a whole new database from the old one and
the stage, in an order that depends on nothing but the content, and puts it in the old one's place in
one step. So the same documents give the same file bit for bit, whatever was loaded first; and a load
that is killed leaves the last good file as it was.
"""

from load.store.build import build
from load.store.guard import StoreError, check_usable, explained, is_older, known_documents, locked
from load.store.stage import Stage

__all__ = [
    "Stage",
    "StoreError",
    "build",
    "check_usable",
    "explained",
    "is_older",
    "known_documents",
    "locked",
]
