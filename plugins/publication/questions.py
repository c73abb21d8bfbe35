"""A question that a page puts to the database, and its address, so that a reader can put it again and change it.

Every block of figures on a page of ours comes from one of these: what the page shows is what its SQL answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Question:
    """SQL and the values of its parameters.

    When a reader asks again, numbers arrive as text: SQL that computes with a parameter casts it.
    """

    sql: str
    parameters: Mapping[str, str | int]


def filled(sql: str, **parts: str) -> str:
    """SQL with pieces of SQL, our own, where `{name}` stands; values are never put in this way."""
    for name, part in parts.items():
        sql = sql.replace(f"{{{name}}}", part)
    return sql.strip()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question was answered with: rows by column name; where it can be asked again, and had as CSV."""

    rows: list[dict[str, Any]]
    sql_href: str
    csv_href: str

    @property
    def first(self) -> dict[str, Any] | None:
        """The first row; None where there is none."""
        return self.rows[0] if self.rows else None


async def ask(datasette: Any, database: str, question: Question) -> Answer:
    """The answer to `question`. Raises what Datasette raises where the time limit is reached."""
    found = await datasette.get_database(database).execute(question.sql, dict(question.parameters))
    address = urlencode({"sql": question.sql, **question.parameters})
    return Answer(
        [dict(row) for row in found.rows],
        f"{datasette.urls.database(database)}?{address}",
        f"{datasette.urls.database(database, format='csv')}?{address}",
    )
