"""Limits that hold: closes the ways round Datasette's SQL time limit.

Datasette looks at the clock every 1,000 steps of SQLite's machine, and never inside a function. So one
function over a very long text, or a loop of some hundred costly calls, runs for minutes. Three things
stop that: no text is very long, the functions that are slow even then are refused or replaced, and a
watch interrupts a query at its limit, whatever it is doing between two rows.

Not applied to `_internal`, Datasette's own database. What people may ask for is otherwise left alone.
"""

import contextlib
import heapq
import itertools
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator

from datasette import database as datasette_database
from datasette import hookimpl

# The longest text or row in bytes that any query may touch or make: longer ones make a single call of
# instr() or replace() run for minutes. The largest row that load writes stays below it
# (load.rows.LARGEST_ROW_BYTES).
LONGEST_BYTES = 250_000
LONGEST_LIKE_PATTERN = 200

# Functions that make long text out of nothing, load code, or take seconds over a text of that length.
REFUSED_FUNCTIONS = frozenset(
    {"printf", "format", "zeroblob", "randomblob", "load_extension", "json_patch", "fts3_tokenizer"}
)


def _authorize(action: int, _table: str | None, name: str | None, *_: object) -> int:
    if action == sqlite3.SQLITE_FUNCTION and name is not None and name.lower() in REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _trimmer(left: bool, right: bool) -> Callable[[object, object], str | None]:
    """SQLite's trim(text, characters), in a time that does not grow with the product of both lengths."""

    def trim(text: object, characters: object) -> str | None:
        if text is None or characters is None:
            return None
        kept, removed = str(text), set(str(characters))
        start, end = 0, len(kept)
        while left and start < end and kept[start] in removed:
            start += 1
        while right and start < end and kept[end - 1] in removed:
            end -= 1
        return kept[start:end]

    return trim


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Set the limits on a new connection."""
    if database == "_internal":
        return
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_BYTES)
    conn.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_LIKE_PATTERN)
    for name, left, right in (("trim", True, True), ("ltrim", True, False), ("rtrim", False, True)):
        conn.create_function(name, 2, _trimmer(left, right), deterministic=True)
    conn.set_authorizer(_authorize)


class _Watch:
    """One thread that interrupts every query still running at its deadline.

    `Connection.interrupt` is heeded at each row, a thousand times as often as Datasette's own check.
    """

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.running: dict[int, sqlite3.Connection] = {}
        self.deadlines: list[tuple[float, int]] = []
        self.numbers = itertools.count()
        self.thread: threading.Thread | None = None

    @contextlib.contextmanager
    def over(self, conn: sqlite3.Connection, seconds: float) -> Iterator[None]:
        """Interrupt `conn` if the body takes longer than `seconds`."""
        with self.lock:
            number = next(self.numbers)
            self.running[number] = conn
            heapq.heappush(self.deadlines, (time.monotonic() + seconds, number))
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="query-watch", daemon=True)
                self.thread.start()
            if self.deadlines[0][1] == number:
                self.lock.notify()
        try:
            yield
        finally:
            with self.lock:  # from here on this query cannot be interrupted in the place of the next
                del self.running[number]

    def _run(self) -> None:
        with self.lock:
            while True:
                while self.deadlines and self.deadlines[0][1] not in self.running:
                    heapq.heappop(self.deadlines)
                wait = self.deadlines[0][0] - time.monotonic() if self.deadlines else math.inf
                if wait > 0:
                    self.lock.wait(None if wait == math.inf else wait)
                    continue
                _, number = heapq.heappop(self.deadlines)
                self.running[number].interrupt()


_watch = _Watch()
_timelimit = datasette_database.sqlite_timelimit


@contextlib.contextmanager
def _watched_timelimit(conn: sqlite3.Connection, ms: float) -> Iterator[None]:
    """Datasette's own time limit, with the watch beside it."""
    with _timelimit(conn, ms), _watch.over(conn, ms / 1000):
        yield


# Datasette has no hook around a query; this is the one name through which every query passes.
if not getattr(_timelimit, "is_watched", False):
    _watched_timelimit.is_watched = True  # type: ignore[attr-defined]  # a mark, so as not to wrap twice
    datasette_database.sqlite_timelimit = _watched_timelimit
