"""A run as the person at the terminal sees it: bars on a terminal, plain lines elsewhere, a table at the end."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from scrape.results import OUTCOMES, Outcome, SourceResult
from scrape.source import Source


class Bars:
    """A bar a source on a terminal: how many of the listed reports are dealt with."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[doing]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._tasks: dict[str, Any] = {}

    def _task(self, source: Source) -> Any:
        if source.name not in self._tasks:
            self._tasks[source.name] = self.progress.add_task(escape(source.title), total=None, doing="")
        return self._tasks[source.name]

    def listing(self, source: Source, page: int, pages: int | None) -> None:
        """Show which page of the list is read."""
        of = f" of {pages}" if pages else ""
        self.progress.update(self._task(source), doing=f"list, page {page}{of}")

    def found(self, source: Source, reports: int) -> None:
        """Show how many reports there are to deal with."""
        self.progress.update(self._task(source), total=reports, doing="reports")

    def document(self, source: Source, outcome: Outcome) -> None:
        """Move the bar on."""
        self.progress.update(self._task(source), advance=1, doing=outcome)

    def finished(self, result: SourceResult) -> None:
        """Show how the source ended."""
        self.progress.update(self._task(result.source), doing=result.result)


class Lines:
    """A line when a source's list is read, and one when it is done: for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def _say(self, source: Source, text: str) -> None:
        self._console.print(f"{source.name}: {text}", markup=False, highlight=False, soft_wrap=True)

    def listing(self, source: Source, page: int, pages: int | None) -> None:
        """Nothing for single pages."""

    def found(self, source: Source, reports: int) -> None:
        """How many reports the list has."""
        self._say(source, f"{reports} annual reports on the list")

    def document(self, source: Source, outcome: Outcome) -> None:
        """Nothing for single documents."""

    def finished(self, result: SourceResult) -> None:
        """How the source ended."""
        self._console.print(str(result), markup=False, highlight=False, soft_wrap=True)


def table_of_results(results: Sequence[SourceResult]) -> Table:
    """The run's end: a row a source with its counts, and why anything is missing."""
    rows = [
        (result.source.name, result.result, result.reports, result.counts, result.message)
        for result in results
    ]
    return _table("result", rows)


def table_of_status(sources: Sequence[dict[str, Any]]) -> Table:
    """What each source last gave, with the day of it."""
    rows = [
        (source["name"], f"{source['last_result']}, {source['last_run_at'][:10]}", source["reports"], source,
         source["message"])
        for source in sources
    ]  # fmt: skip
    return _table("last run", rows)


def _table(state: str, rows: Sequence[tuple[str, str, int, Any, str]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("source", no_wrap=True)
    table.add_column(state, no_wrap=True)
    table.add_column("reports", justify="right")
    for outcome in OUTCOMES:
        table.add_column(outcome, justify="right")
    table.add_column("why", overflow="fold")
    for name, result, reports, counts, message in rows:
        cells = [str(counts[outcome]) for outcome in OUTCOMES]
        table.add_row(name, result, str(reports), *cells, escape(message))
    return table
