"""What a measurement is, and how the table of them is printed."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Measurement:
    """One line: what was measured, the budget, the figure, and a baseline measured in the same run."""

    what: str
    budget: str
    figure: str
    baseline: str = ""
    held: bool | None = None  # None: no budget, or not comparable at this size


def timed_ms(work: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of `times` calls, sorted."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spent.append((time.perf_counter() - start) * 1000)
    return sorted(spent)


def percentile(sorted_ms: list[float], share: float) -> float:
    """The value below which `share` of them lie."""
    return sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * share))]


def show(measurements: Iterable[Measurement], title: str) -> None:
    """Print the table."""
    table = Table("what", "budget", "measured", "baseline in the same run", "", title=title)
    for m in measurements:
        table.add_row(
            m.what, m.budget, m.figure, m.baseline, "" if m.held is None else "held" if m.held else "NOT HELD"
        )
    Console(width=150).print(table)
