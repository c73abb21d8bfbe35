"""Telephone numbers, e-mail addresses and names of officials in the narratives are not served, unless asked for.

The setting stands in metadata.json (or in `datasette --metadata FILE`):

    {"plugins": {"nianbao": {"mask_contacts": false}}}

It is on where nothing is said. Each report publishes its office's contacts by law, on its own site and for its own
readers; a hundred thousand of them in one file that can be searched and downloaded are another thing: a directory of
officials, with no use for what this site is for. The original is one click away, at the source address.

`nianbao load` takes them out and marks the database as without; the archive keeps them. Here only the mark is looked
at: a database that may hold such details (`nianbao load --keep-contacts`) is not served while the setting is on.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

import click
from datasette import hookimpl
from datasette.database import Database

from chinese.contacts import MASKED
from load.schema import CHECKS, DOCUMENTS, REPORTS


@hookimpl
def startup(datasette: Any) -> Any:
    """Refuse to serve a database of reports that is not marked as without contact details."""
    if (datasette.plugin_config("nianbao") or {}).get("mask_contacts", True):
        return _refuse_unmarked(datasette.databases.values())
    return None


async def _refuse_unmarked(databases: Iterable[Database]) -> None:
    for database in databases:
        try:
            if not {REPORTS.name, CHECKS.name, DOCUMENTS.name} <= set(await database.table_names()):
                continue
            [mark] = (await database.execute("pragma application_id")).first()
        except sqlite3.Error as error:
            raise click.ClickException(f"{database.path or database.name} cannot be read: {error}") from error
        if mark != MASKED:
            raise click.ClickException(
                f"{database.path or database.name} may hold telephone numbers and names of officials, and is not served: "
                "load it again with `nianbao load --rebuild` and without --keep-contacts, or set "
                '"plugins": {"nianbao": {"mask_contacts": false}} in metadata.json'
            )
