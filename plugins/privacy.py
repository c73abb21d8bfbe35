"""Telephone numbers, e-mail addresses and names of officials in the narratives are not served, unless asked for.

The setting stands in metadata.json (or in `datasette --metadata FILE`):

    {"plugins": {"nianbao": {"mask_contacts": false}}}

It is on where nothing is said. Each report publishes its office's contacts by law, on its own site and for its own
readers; a hundred thousand of them in one file that can be searched and downloaded are another thing: a directory of
officials, with no use for what this site is for. The original is one click away, at the source address.

With it on, a database that holds such details is replaced, when the site starts, by a copy without them (folder
.masked beside it; `publication.privacy`): pages, JSON, CSV, SQL, search and the download all come from the copy. It is
made once for each state of the database. Nothing is masked where nothing is found, and nothing in the archive ever.
"""

import sqlite3
from pathlib import Path
from typing import Any

import click
from datasette import hookimpl
from datasette.database import Database

from plugins.publication.privacy import public_database


def is_masked(datasette: Any) -> bool:
    """Whether the setting is on."""
    return bool((datasette.plugin_config("nianbao") or {}).get("mask_contacts", True))


@hookimpl
def startup(datasette: Any) -> None:
    """Serve the copies without contact details in the place of the databases that hold some."""
    if not is_masked(datasette):
        return
    for name, database in list(datasette.databases.items()):
        if database.is_memory or not database.path:
            continue
        loaded = Path(database.path)
        try:
            public = public_database(loaded)
        except (OSError, sqlite3.Error) as error:
            raise click.ClickException(
                f"{loaded}: no copy without contact details could be made ({error}). Make the folder writable, or "
                'set "plugins": {"nianbao": {"mask_contacts": false}} in metadata.json to serve it as it is.'
            ) from error
        if public != loaded:
            database.close()
            served = Database(datasette, path=str(public), is_mutable=False)
            datasette.remove_database(name)
            datasette.add_database(served, name=name, route=database.route)
