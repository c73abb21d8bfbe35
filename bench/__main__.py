"""`python -m bench`: the table of budgets, measured here and now."""

import os
from pathlib import Path

import click

from bench import formats, loading, publication, serving
from bench.figures import show


@click.command()
@click.option(
    "--pages",
    default=1000,
    show_default=True,
    help="Clean pages to parse and load; of other formats a share of that.",
)
@click.option(
    "--reports", default=5000, show_default=True, help="Reports to serve; the budgets are stated for 100000."
)
@click.option("--folder", type=click.Path(path_type=Path), default=Path("bench-data"), show_default=True)
def main(pages: int, reports: int, folder: Path) -> None:
    """Measure, and print the budgets with what was measured.

    Data is made on the first run and kept in FOLDER. "held" stands only where the size is the budget's own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = [
        *loading.measure(pages, folder),
        *formats.measure(pages, folder),
        *serving.measure(reports, folder),
        *publication.measure(reports, folder),
    ]
    show(
        found,
        f"Budgets, on {os.cpu_count()} cores; a core's seconds are its own, all others those of the clock",
    )


if __name__ == "__main__":
    main()
