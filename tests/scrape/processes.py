"""The scrape command in a process of its own, as a terminal, a signal or a full disk meets it.

Each is forked from a process that has loaded the program once: else most of the time would go into starting Python.
"""

import multiprocessing
import os
import resource
import sys
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import DupFd
from typing import Any

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["scrape.commands", "scrape.progress", "scrape.run"])
_ENDS_IN_TIME_S = 60


class Scraping:
    """`nianbao scrape WORDS` at work.

    output: a file descriptor, of a file or of its end of a terminal, for all it reads and says. room_bytes: no
    file may grow beyond it, as if the disk were full.
    """

    def __init__(self, words: list[str], output: int, room_bytes: int | None = None) -> None:
        self._process: BaseProcess = _FORKS.Process(
            target=_scrape, args=(words, DupFd(output), room_bytes), daemon=True
        )
        self._process.start()

    def is_over(self) -> bool:
        """Whether it has come to its end."""
        return not self._process.is_alive()

    def send_signal(self, number: int) -> None:
        """As a key of the terminal or another process does."""
        assert self._process.pid
        os.kill(self._process.pid, number)

    def status(self) -> int | None:
        """With what status it ends; waits for that. None if it does not end at all."""
        self._process.join(_ENDS_IN_TIME_S)
        return self._process.exitcode


def _scrape(words: list[str], output: Any, room_bytes: int | None) -> None:
    opened = output.detach()
    for number in (0, 1, 2):
        os.dup2(opened, number)
    os.close(opened)
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115 — open to the end
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115 — open to the end
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        os.environ.pop(name, None)
    os.environ["TERM"] = "xterm-256color"
    if room_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, room_bytes))
    from scrape.commands import scrape

    scrape(words)
