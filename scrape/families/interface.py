"""What every family of sites answers: where a list begins, what a page of it holds, what follows it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from scrape.exchange import Exchange, Request
from scrape.source import Source


@dataclass(frozen=True)
class ListRequest:
    """One page of a list, to be asked for. `memory` is the family's own, from one page to the next."""

    request: Request
    page: int = 1
    memory: Any = None


@dataclass(frozen=True)
class ListedReport:
    """One row of a list: an absolute address, the whole title, the date as YYYY-MM-DD if there is one."""

    url: str
    title: str
    listed_on: str | None = None


@dataclass(frozen=True)
class ListPage:
    """What one page of a list holds: all its rows, whatever their titles; and the pages to ask for next.

    pages: how many pages the list says it has.
    """

    rows: tuple[ListedReport, ...]
    following: tuple[ListRequest, ...] = field(default=())
    pages: int | None = None


class Family(Protocol):
    """A family of sites: reads lists and pages, fetches nothing. One object serves all its sites."""

    def first(self, source: Source) -> Iterable[ListRequest]:
        """The requests that a source's lists begin with."""
        ...

    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """The rows of an answered list page, and what follows it. Never fails: what is unreadable has no rows."""
        ...

    def attachments(self, page: Exchange) -> tuple[str, ...]:
        """Addresses of the files that belong to a report's page, in the page's order."""
        ...
