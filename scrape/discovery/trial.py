"""A list read on trial: whether a family finds annual reports where it says that it sees a list.

Asks for few pages, each address once, and remembers the answers. Which address to try is `scrape.discovery.walk`'s.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from scrape.addresses import registered_domain
from scrape.client.caps import Capped
from scrape.client.fetch import Fetcher
from scrape.client.wire import FetchError
from scrape.discovery.leads import is_column_label
from scrape.exchange import Exchange, Request
from scrape.families import FAMILIES, Clue, ListedReport
from scrape.pages import challenge
from scrape.source import Source
from scrape.titles import column_title, why_not_a_report

MOST_REQUESTS = 25
"""Of one discovery, robots.txt, redirects and second attempts included: the client's cap."""

_LIST_REQUESTS = 5
_CHALLENGES = 2

Keep = Callable[[Exchange, str], None]


class Enough(Exception):
    """Why nothing more may be asked: a clause for the person at the terminal."""


@dataclass
class Visitor:
    """Asks one site, within its registered domain and the limits of a discovery.

    keep: called with every answer and its kind, as `scrape.client.fetch` names them; "discovery" for pages.
    """

    fetcher: Fetcher
    domain: str
    keep: Keep
    tls: str = "strict"
    challenges: int = 0
    _answers: dict[tuple[str, str, bytes | None], Exchange | FetchError] = field(default_factory=dict)

    def get(self, request: Request) -> Exchange:
        """The answer to a request, from memory if it was asked before. FetchError as `Fetcher.get`, or Enough."""
        key = (request.method, request.url, request.content)
        if key not in self._answers:
            self._answers[key] = self._asked(request)
        answer = self._answers[key]
        if isinstance(answer, FetchError):
            raise answer
        self._answers.setdefault((request.method, answer.url, request.content), answer)
        return answer

    def has(self, request: Request) -> bool:
        """Whether a request was answered already."""
        return (request.method, request.url, request.content) in self._answers

    def at_home(self, url: str) -> bool:
        """Whether an address is on this site."""
        return registered_domain(urlsplit(url).hostname or "") == self.domain

    def source(
        self, *addresses: str, family: str = "", options: Mapping[str, str | int] | None = None
    ) -> Source:
        """A source of those of the addresses that are on this site, as far as one can be made of them."""
        hosts = frozenset(urlsplit(url).hostname or "" for url in addresses if self.at_home(url))
        return Source(
            "discovery", "", "000000", family, addresses, hosts, options=options or {}, tls=self.tls
        )

    def _asked(self, request: Request) -> Exchange | FetchError:
        if self.challenges >= _CHALLENGES:
            raise Enough("the site answers with challenges, which are never solved; it is left alone")
        try:
            answer = self.fetcher.get(request, self.source(request.url), self._kept)
        except Capped:
            raise Enough(f"{MOST_REQUESTS} requests were made, which is the most for one discovery") from None
        except FetchError as error:
            return error
        self.keep(answer, "discovery")
        return answer

    def _kept(self, answer: Exchange, kind: str) -> None:
        if kind == "refused" and challenge(answer):
            self.challenges += 1
        self.keep(answer, kind)


@dataclass(frozen=True)
class Trial:
    """What a family read of a list: its rows as far as they were read, and which of them are reports.

    pages, total: what the list itself says. turned: whether a second page was read, with rows of its own;
    None if there was none to read. hosts: those asked. failure: why an address of the list gave nothing.
    """

    family: str
    clue: Clue
    rows: tuple[ListedReport, ...] = ()
    reports: tuple[ListedReport, ...] = ()
    pages: int | None = None
    total: int | None = None
    turned: bool | None = None
    hosts: tuple[str, ...] = ()
    failure: str | None = None

    @property
    def mostly(self) -> bool:
        """Whether at least half of the rows are reports."""
        return 2 * len(self.reports) >= len(self.rows)

    @property
    def named_in_full(self) -> bool:
        """Whether any report's title says what it is: "2023年" may as well be the name of a list."""
        return any(is_report(row.title) for row in self.reports)

    def __str__(self) -> str:
        size = f"{len(self.rows)} rows, {len(self.reports) or 'none'} of them annual reports"
        return f"tried as {self.family} ({self.clue.because}): {self.failure or size}"


@dataclass(frozen=True)
class Column:
    """The column that was found. page: its address; trial: what was read; sublists: a pattern for `Source`.

    doubts: sentences on what the trial leaves open.
    """

    page: str
    trial: Trial
    sublists: str | None = None
    doubts: tuple[str, ...] = ()

    @property
    def list(self) -> str:
        """The list's address, as a source file names it."""
        return self.page if self.sublists else self.trial.clue.list


def clues(page: Exchange) -> list[tuple[str, Clue]]:
    """What each family that recognises the page says of it, the surest first."""
    found = [(name, clue) for name, one in FAMILIES.items() if (clue := one.recognise(page))]
    return sorted(found, key=lambda told: (-told[1].weight, told[0] == "static"))


def try_list(name: str, clue: Clue, visitor: Visitor) -> Trial:
    """Read the beginning of the list that a clue names: shells, the first page with rows, one page more."""
    family = FAMILIES[name]
    source = visitor.source(clue.list, family=name, options=clue.options)
    trial = Trial(name, clue)
    rows: dict[str, ListedReport] = {}
    column: str | None = None
    waiting = [family.start(clue.list, source)]
    for _ in range(_LIST_REQUESTS):
        if not waiting:
            break
        asked = waiting.pop(0)
        first = not rows
        host = urlsplit(asked.request.url).hostname or ""
        trial = replace(trial, hosts=tuple(dict.fromkeys((*trial.hosts, host))))
        try:
            answer = visitor.get(asked.request)
            page = family.read_list(asked, answer)
        except (FetchError, Enough) as error:
            if first and isinstance(error, Enough):
                raise
            if first:
                return replace(trial, failure=f"{asked.request.url}: {error}")
            trial = replace(trial, turned=False)
            break
        fresh = {row.url: row for row in page.rows if row.url not in rows}
        rows |= fresh
        column = column or column_title(answer)
        trial = replace(trial, pages=page.pages or trial.pages, total=page.total or trial.total)
        if fresh and not first:
            trial = replace(trial, turned=True)
        elif asked.page > 1:
            trial = replace(trial, turned=False)
        reports = tuple(row for row in rows.values() if is_report(row.title, column))
        trial = replace(trial, rows=tuple(rows.values()), reports=reports)
        if (rows and not reports) or trial.turned is not None:
            break
        waiting += page.following
    return trial


def is_report(title: str, column: str | None = None) -> bool:
    """Whether a row is a report's by its title and its column's; the column's own name in the navigation is none."""
    return why_not_a_report(title, column) is None and not is_column_label(title)
