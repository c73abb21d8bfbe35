"""May the database be used: locks, readability, schema; and the errors of SQLite as sentences."""

import contextlib
import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from chinese.contacts import MASKED
from load.schema import SCHEMA_VERSION


class StoreError(Exception):
    """The database cannot be used; the message says what is wrong with which file and what to do."""


@contextlib.contextmanager
def locked(database: Path, waiting: Callable[[str], None]) -> Iterator[None]:
    """Hold the right to write `database`. Where another load holds it, say so through `waiting`, and wait."""
    path = database.with_name(f"{database.name}.lock")
    try:
        lock: TextIO = path.open("w")
    except OSError as error:
        raise StoreError(f"cannot write in {database.parent or Path()}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting(f"another load is writing {database.name}; waiting for it to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def explained(database: Path) -> Iterator[None]:
    """Turn SQLite's and the system's errors into StoreError sentences."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        said = str(error)
        advice = {
            "database or disk is full": "the disk is full: free some space and load again",
            "file is not a database": "it is not an SQLite database: choose another --db",
            "database is locked": "another program holds it: close that program and load again",
            "attempt to write a readonly database": "it is read-only: make it writable or choose another --db",
            "unable to open database file": "it cannot be opened: does its folder exist, may you write there?",
            "disk I/O error": "the disk gave an error or is full: free some space and load again",
        }
        raise StoreError(f"{database}: {advice.get(said, said)}") from error
    except OSError as error:
        raise StoreError(f"{database}: {error.strerror or error}") from error


@contextlib.contextmanager
def _reading(database: Path) -> Iterator[sqlite3.Connection]:
    with (
        explained(database),
        contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=2)) as connection,
    ):
        yield connection


def check_usable(database: Path, *, keep_contacts: bool | None = None) -> None:
    """Raise StoreError where `database` is there and cannot be added to: another file, read-only, older; or with
    contact details where they are not kept, or without where they are (None: either will do)."""
    if not database.exists():
        return
    if not database.is_file():
        raise StoreError(f"{database} is not a file: choose another --db")
    if not database.stat().st_mode & 0o222:
        raise StoreError(f"{database} is read-only: make it writable or choose another --db")
    with _reading(database) as connection:
        version, mark = _marks(connection)
        connection.execute("select 1 from sqlite_master limit 1").fetchone()
    if version != SCHEMA_VERSION:
        raise StoreError(
            f"{database} has schema {version}, this version of nianbao writes schema {SCHEMA_VERSION}: "
            "load everything again with --rebuild, or choose another --db"
        )
    if keep_contacts is None or mark == (0 if keep_contacts else MASKED):
        return
    if keep_contacts:
        said = "holds no contact details: leave out --keep-contacts"
    elif mark == 0:
        said = "holds contact details: add --keep-contacts"
    else:
        said = "was made with other rules for contact details: add to it with the version that made it"
    raise StoreError(f"{database} {said}, load everything again with --rebuild, or choose another --db")


def is_older(database: Path) -> bool:
    """Whether `database` was written by an earlier version, and can only be made anew: with another schema, or with
    other rules for what is left out."""
    if not database.is_file():
        return False
    with _reading(database) as connection:
        version, mark = _marks(connection)
    return 0 < version < SCHEMA_VERSION or (mark >> 16 == MASKED >> 16 and mark < MASKED)


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    """The version of the schema, and of the rules for contact details (see `chinese.contacts.MASKED`)."""
    [version], [mark] = (
        connection.execute(f"pragma {name}").fetchone() for name in ("user_version", "application_id")
    )
    return version, mark


def known_documents(database: Path) -> dict[str, tuple[str | None, ...]]:
    """Id → (status, reason, sha256, also_at, corrections_sha256, parent_url) of every document in `database`;
    empty where there is no such file."""
    if not database.exists():
        return {}
    with _reading(database) as connection:
        rows = connection.execute(
            "select id, status, reason, sha256, also_at, corrections_sha256, parent_url from documents"
        )
        return {id: tuple(rest) for id, *rest in rows}
