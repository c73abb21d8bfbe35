"""What every family of sites answers: where a list begins, what a page of it holds, what follows it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from scrape.exchange import Exchange, Request
from scrape.families.files import files_of
from scrape.source import Source


@dataclass(frozen=True)
class ListRequest:
    """One page of a list, to be asked for. `memory` is the family's own, from one page to the next.

    page: counted from 1; 0 for what has no rows of its own and only says where they are: a shell, a script.
    """

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

    pages, total: how many pages and rows the list says it has.
    """

    rows: tuple[ListedReport, ...]
    following: tuple[ListRequest, ...] = field(default=())
    pages: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class Clue:
    """Why a page seems to be a list of a family's.

    weight: 3 the family's own mechanism stands in the page and can be used, 2 its addresses, 1 a mere hint
    such as a class or a footer. because: a clause for the person at the terminal. list: the list's address,
    as a source file names it. options: what the source file must say besides.
    """

    weight: int
    because: str
    list: str
    options: Mapping[str, str | int] = field(default_factory=dict)


class Family(ABC):
    """A family of sites: reads lists and pages, fetches nothing. One object serves all its sites."""

    name: ClassVar[str]
    """As the key `family` of a source file has it."""

    title: ClassVar[str]
    """What the system is called by those who use it."""

    options: ClassVar[Mapping[str, str]] = {}
    """The keys that a source file's `options` may have, each with what it means."""

    @abstractmethod
    def start(self, address: str, source: Source) -> ListRequest:
        """The request that a list begins with. `address` is one of `source.list`, or a list found in one."""

    @abstractmethod
    def read_list(self, asked: ListRequest, answer: Exchange) -> ListPage:
        """The rows of an answered list page, and what follows it. Never fails: what is unreadable has no rows."""

    def recognise(self, page: Exchange) -> Clue | None:
        """Whether a column's page, as a browser would be given it, is a list of this family; None if not."""
        return None

    def attachments(self, page: Exchange) -> tuple[str, ...]:
        """Addresses of the files that belong to a report's page, in the page's order."""
        return files_of(page)

    def further_pages(self, page: Exchange) -> tuple[str, ...]:
        """Addresses of the pages on which a report's page is continued, in order."""
        return ()
