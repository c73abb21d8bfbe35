"""A database without contact details: a copy of the one that `load` made, in which `chinese.contacts` took them out.

A mask over what is shown would not cover what SQL can do with a text (`substr`, `hex`, a search for a number), nor
the database that everybody may download. So the copy is made before anything is served: the texts and the search index
are without them, and so is every page of the file. The archive, and the database that was loaded, keep the original.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from chinese import segment
from chinese.contacts import MASKED, masked
from load.schema import CHECKS, DOCUMENTS, REPORTS

FOLDER = ".masked"  # beside the database; not a name that Datasette serves by itself
_INDEX = f"{REPORTS.name}_fts"
_ROWS_AT_ONCE = 200
# What is written in the words of a report. Its figures, names and addresses are left as they are.
_PROSE = {
    REPORTS.name: ("overview", "problems", "other_matters", "remarks", "headings", "evidence"),
    CHECKS.name: ("detail",),
    DOCUMENTS.name: ("list_title", "reason"),
}


def public_database(loaded: Path) -> Path:
    """The database to serve in the place of `loaded`: itself where it holds no contact details, else its copy without
    them, which is made where there is none of this state of it.

    Raises OSError or sqlite3.Error where the copy cannot be made.
    """
    if _holds_none(loaded):
        return loaded
    copy = loaded.parent / FOLDER / loaded.name
    stamp = loaded.stat()
    if copy.exists() and copy.stat().st_mtime_ns == stamp.st_mtime_ns and _is_marked(copy):
        return copy
    copy.parent.mkdir(exist_ok=True)
    raw, whole = (copy.with_name(f"{copy.name}.{os.getpid()}.{state}") for state in ("raw", "whole"))
    try:
        shutil.copyfile(loaded, raw)
        with closing(sqlite3.connect(raw, isolation_level=None)) as connection:
            mask(connection)
            connection.execute(
                "vacuum into ?", (str(whole),)
            )  # without the pages that hold what was replaced
        os.utime(
            whole, ns=(stamp.st_atime_ns, stamp.st_mtime_ns)
        )  # how the copy is known to be of this state
        whole.replace(copy)
    finally:
        for path in (raw, whole):
            path.unlink(missing_ok=True)
    return copy


def mask(connection: sqlite3.Connection) -> int:
    """Take the contact details out of an open database and its search index, and mark it as without; free pages may
    hold them until it is vacuumed. Answers how many rows were changed."""
    connection.execute("pragma journal_mode = off")  # a copy: what fails is thrown away
    connection.execute("pragma synchronous = off")
    connection.execute("begin")
    changed = sum(_mask_table(connection, table, columns) for table, columns in _PROSE.items())
    if changed and _has_index(connection):
        connection.execute(f"insert into {_INDEX} ({_INDEX}) values ('optimize')")  # noqa: S608  our own name
    connection.execute("commit")
    connection.execute(f"pragma application_id = {MASKED}")
    return changed


def _mask_table(connection: sqlite3.Connection, table: str, columns: Sequence[str]) -> int:
    assigned = ", ".join(f'"{column}" = ?' for column in columns)
    is_indexed = table == REPORTS.name and _has_index(connection)
    changed = 0
    for rowid, texts in _without_contacts(connection, table, columns):
        if is_indexed:
            _index(connection, rowid, remove=True)
        connection.execute(f"update {table} set {assigned} where rowid = ?", (*texts, rowid))  # noqa: S608
        if is_indexed:
            _index(connection, rowid)
        changed += 1
    return changed


def _without_contacts(
    connection: sqlite3.Connection, table: str, columns: Sequence[str]
) -> Iterator[tuple[int, Sequence[str | None]]]:
    """(rowid, texts without contact details) of the rows that hold some; the rows may be written meanwhile."""
    names = ", ".join(f'"{column}"' for column in columns)
    sql = f"select rowid, {names} from {table} where rowid > ? order by rowid limit {_ROWS_AT_ONCE}"  # noqa: S608
    last = -(2**63)
    while rows := connection.execute(sql, (last,)).fetchall():
        last = rows[-1][0]
        for rowid, *texts in rows:
            public = [None if text is None else masked(text) for text in texts]
            if public != texts:
                yield rowid, public


def _index(connection: sqlite3.Connection, rowid: int, *, remove: bool = False) -> None:
    """Put a report in the search index as it stands now, or take it out (which FTS5 does by its old text)."""
    names = ", ".join(REPORTS.search)
    [texts] = connection.execute(f"select {names} from {REPORTS.name} where rowid = ?", (rowid,))  # noqa: S608
    values = [segment(text or "") for text in texts]
    marks = ", ".join("?" for _ in values)
    if remove:
        sql = f"insert into {_INDEX} ({_INDEX}, rowid, {names}) values ('delete', ?, {marks})"  # noqa: S608
    else:
        sql = f"insert into {_INDEX} (rowid, {names}) values (?, {marks})"  # noqa: S608
    connection.execute(sql, (rowid, *values))


def _has_index(connection: sqlite3.Connection) -> bool:
    return connection.execute("select 1 from sqlite_master where name = ?", (_INDEX,)).fetchone() is not None


def _is_marked(database: Path) -> bool:
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return bool(connection.execute("pragma application_id").fetchone()[0] == MASKED)


def _holds_none(database: Path) -> bool:
    """Whether a database is no database of reports, is marked as without contact details, or has none."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
        if not set(_PROSE) <= tables or connection.execute("pragma application_id").fetchone()[0] == MASKED:
            return True
        found = (next(_without_contacts(connection, *entry), None) for entry in _PROSE.items())
        return all(row is None for row in found)
