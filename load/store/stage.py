"""What one load has read, in a file beside the database until it is built anew.

Here the contact details are taken out of the prose, so that the database, its search index and all that is made from
it never hold them. What they are is `chinese.contacts`'.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlite_utils

from chinese.contacts import masked, masked_json
from load.rows import Row
from load.schema import CHECKS, DOCUMENTS, REPORTS, TABLES, table

PER_REPORT = ("requests", "disclosures", "disputes", "statistics", "checks", "corrections")
TYPES = {"INTEGER": int, "REAL": float, "TEXT": str}
_BATCH = 500
# What is written in the words of a report. Its figures, names and addresses are left as they are.
_PROSE: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    REPORTS.name: dict.fromkeys(("overview", "problems", "other_matters", "remarks"), masked)
    | dict.fromkeys(("headings", "evidence"), masked_json),
    CHECKS.name: {"detail": masked},
    DOCUMENTS.name: {"list_title": masked, "reason": masked},
}


class Stage:
    """What one load has read, in a file beside the database until `build` takes it.

    keep_contacts: leave telephone numbers, e-mail addresses and names of officials where the prose prints them.
    """

    def __init__(self, database: Path, *, keep_contacts: bool = False) -> None:
        self.keep_contacts = keep_contacts
        self.path = database.with_name(f"{database.name}.staging")
        remove(self.path)
        self.database = sqlite_utils.Database(self.path)
        self.database.execute("pragma journal_mode = off")
        self.database.execute("pragma synchronous = off")  # a load that dies begins anew
        for t in TABLES:
            columns: dict[str, Any] = {c.name: TYPES[c.type] for c in t.columns}
            if t.name in PER_REPORT:
                columns["document_id"] = str
            self.database.table(t.name).create(columns)
        self.waiting: dict[str, list[Row]] = {}
        self.documents = 0

    def add(self, document: Row, rows: dict[str, list[Row]]) -> None:
        """Take a document and the rows of the reports in it (none, where it carries no report)."""
        self.waiting.setdefault("documents", []).append(self._public("documents", document))
        for name, some in rows.items():
            self.waiting.setdefault(name, []).extend(
                self._public(name, row) | {"document_id": document["id"]} for row in some
            )
        self.documents += 1
        if self.documents % _BATCH == 0:
            self.flush()

    def _public(self, name: str, row: Row) -> Row:
        if self.keep_contacts or name not in _PROSE:
            return row
        prose = _PROSE[name].items()
        return row | {column: without(row[column]) for column, without in prose if row.get(column)}

    def add_source(self, source: Row) -> None:
        """Take a source: a site and how its last run went."""
        self.waiting.setdefault("sources", []).append(source)

    def flush(self) -> None:
        """Write what waits."""
        for name, rows in self.waiting.items():
            columns = [c.name for c in table(name).columns]
            columns += ["document_id"] if name in PER_REPORT else []
            places_of = ", ".join("?" for _ in columns)
            quoted = ", ".join(f'"{c}"' for c in columns)
            self.database.conn.executemany(
                f"insert into {name} ({quoted}) values ({places_of})",
                ([row.get(c) for c in columns] for row in rows),
            )
        self.database.conn.commit()
        self.waiting.clear()

    def close(self) -> None:
        """Forget the stage and remove its file."""
        self.database.close()
        remove(self.path)


def remove(path: Path) -> None:
    """Remove a file of ours and what SQLite keeps beside it."""
    for name in (path.name, f"{path.name}-journal", f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
