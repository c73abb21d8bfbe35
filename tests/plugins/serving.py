"""The site in this process, as `datasette .` would serve it."""

import json
from pathlib import Path

from datasette.app import Datasette

ROOT = Path(__file__).parent.parent.parent


def serve(database: Path, **settings: int) -> Datasette:
    """The site over `database`, with the project's own plugins, pages, metadata and settings."""
    return Datasette(
        [],
        immutables=[str(database)],
        inspect_data=json.loads(database.with_name("inspect-data.json").read_text("utf-8")),
        metadata=json.loads((ROOT / "metadata.json").read_text("utf-8")),
        settings=json.loads((ROOT / "settings.json").read_text("utf-8")) | settings,
        plugins_dir=str(ROOT / "plugins"),
        template_dir=str(ROOT / "templates"),
        static_mounts=[("static", str(ROOT / "static"))],
    )
