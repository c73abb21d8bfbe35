"""How much may be asked: of one host by a source's caps, and in all by a run's. Nothing is sent here."""

import threading
import time
from dataclasses import dataclass

from scrape.exchange import FetchError
from scrape.source import Source


class Capped(FetchError):
    """As much was asked as one run may ask; the next run goes on."""

    result = "capped"


@dataclass(frozen=True)
class Caps:
    """What a whole run may ask for, over all its hosts. None: as much as there is."""

    requests: int | None = None
    mb: float | None = None
    minutes: float | None = None


@dataclass
class Use:
    """What one host was asked, and gave, in this run."""

    requests: int = 0
    received_bytes: int = 0


class Account:
    """Keeps count for a run, from its making on. Safe to use from several threads."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._ends_at = None if caps.minutes is None else time.monotonic() + 60 * caps.minutes
        self._counting = threading.Lock()
        self._all = Use()

    def take(self, host: str, use: Use, source: Source, at: float) -> None:
        """Count one request to a host, to be sent at monotonic time `at`. Capped if none is left."""
        if use.requests >= source.max_requests:
            told = f"{host} was asked {use.requests} times, as often as one run may (max_requests)"
        elif use.received_bytes >= source.max_mb * 1_000_000:
            told = f"{host} gave {source.max_mb} MB, as much as one run may take (max_mb)"
        else:
            with self._counting:
                told = self._all_used(at)
                self._all.requests += not told
            use.requests += not told
        if told:
            raise Capped(f"{told}; the next run goes on from here")

    def received(self, use: Use, count: int) -> None:
        """Count the bytes of an answer."""
        use.received_bytes += count
        with self._counting:
            self._all.received_bytes += count

    def _all_used(self, at: float) -> str:
        caps = self._caps
        if caps.requests is not None and self._all.requests >= caps.requests:
            return f"the run has made its {caps.requests} requests (--max-requests)"
        if caps.mb is not None and self._all.received_bytes >= caps.mb * 1_000_000:
            return f"the run has fetched its {caps.mb:g} MB (--max-mb)"
        if self._ends_at is not None and max(at, time.monotonic()) >= self._ends_at:
            return f"the run has taken its {caps.minutes:g} minutes (--max-minutes)"
        return ""
