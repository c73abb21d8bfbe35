"""Documents read on all cores, and given in the order in which they came.

So a load has the same result however many processes read for it. What reading means is `load.read`'s.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import chain, islice

from load.inputs import InputDocument
from load.read import NotAReport, Unreadable, read_reports
from load.report import Report

ALONE = 500
"""Documents read before further processes are worth the seconds that they take to begin."""

_AT_ONCE = 8  # documents handed to a process together
_AHEAD = 4  # such handfuls a process

_UNINTERRUPTED = (signal.SIGINT, signal.SIG_IGN)  # whoever stops a load stops the process that began it

Reading = list[Report] | Exception
"""What came of a document: its reports, or Unreadable, NotAReport or what our reader failed with."""


def read_document(document: InputDocument) -> Reading:
    """Read one document; never raises."""
    try:
        if document.fault:
            raise Unreadable(document.fault)
        return read_reports(document.body, document.origin)
    except (Unreadable, NotAReport) as error:
        return error
    except Exception as error:  # a fault of ours must not cost the documents that can be read
        return RuntimeError(f"our reader failed on it ({type(error).__name__}: {error})")


def read_in_order(
    documents: Iterable[InputDocument], processes: int | None = None
) -> Iterator[tuple[InputDocument, Reading]]:
    """Each document with what came of it, in order; no more are held than the processes have in hand.

    processes: how many read, this one among them; one a core if it is not said.
    """
    processes = processes or os.cpu_count() or 1
    waiting = iter(documents)
    for document in islice(waiting, ALONE):
        yield document, read_document(document)
    first = next(waiting, None)
    if first is None:
        return
    waiting = chain([first], waiting)
    if processes == 1:
        yield from ((document, read_document(document)) for document in waiting)
        return
    others = processes - 1
    with _pool(others) as pool:
        in_hand: deque[tuple[list[InputDocument], Future[list[Reading]]]] = deque()

        def take(read: Callable[[list[InputDocument]], Future[list[Reading]]]) -> bool:
            some = list(islice(waiting, _AT_ONCE))
            if some:
                in_hand.append((some, read(some)))
            return bool(some)

        try:
            while True:
                while sum(not future.done() for _, future in in_hand) < others * _AHEAD:
                    if not take(partial(_read_there, pool)):
                        break
                if not in_hand:
                    break
                if not in_hand[0][1].done() and len(in_hand) < 4 * others * _AHEAD and take(_read_here):
                    continue
                some, future = in_hand.popleft()
                try:
                    yield from zip(some, future.result(), strict=True)
                except BrokenProcessPool:
                    yield from zip(some, _read_apart(some), strict=True)
        finally:
            pool.shutdown(cancel_futures=True)


def _pool(processes: int) -> ProcessPoolExecutor:
    # Begun anew and not forked: a fork takes the locks of other threads with it.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, context, initializer=signal.signal, initargs=_UNINTERRUPTED)


def _read_there(pool: ProcessPoolExecutor, some: list[InputDocument]) -> Future[list[Reading]]:
    try:
        return pool.submit(_read_all, some)
    except BrokenProcessPool as error:
        broken: Future[list[Reading]] = Future()
        broken.set_exception(error)
        return broken


def _read_here(some: list[InputDocument]) -> Future[list[Reading]]:
    read: Future[list[Reading]] = Future()
    read.set_result(_read_all(some))
    return read


def _read_apart(some: list[InputDocument]) -> Iterator[Reading]:
    """Read documents one by one in another process, for one of them has brought its process down."""
    waiting = deque(some)
    while waiting:
        with _pool(1) as pool:
            while waiting:
                try:
                    yield pool.submit(read_document, waiting.popleft()).result()
                except BrokenProcessPool:
                    yield RuntimeError("our reader's process died on it")
                    break


def _read_all(documents: list[InputDocument]) -> list[Reading]:
    return [read_document(document) for document in documents]
