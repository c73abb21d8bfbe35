"""From a site's bare address to its column of annual reports: a short walk, and a list read on trial.

Goes where links, frames and standard addresses lead, the likeliest first, and takes the column for found
only when a family has read reports there. What a source file says of it is `scrape.discovery.draft`'s.
"""

import heapq
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from scrape.addresses import absolute, registered_domain
from scrape.client.fetch import Fetcher, Missing
from scrape.client.wire import FetchError
from scrape.discovery.leads import Lead, Rank, guesses, leads, list_groups, looks_like_column
from scrape.discovery.site_tags import SiteTags, page_title, plain
from scrape.discovery.trial import Column, Enough, Keep, Trial, Visitor, clues, try_list
from scrape.exchange import Exchange, Request
from scrape.families import FAMILIES, Clue
from scrape.families.rows import ATTACHMENT
from scrape.pages import is_html, soup
from scrape.source import SourceError

_DEPTH = 5
_FALLBACKS = ("static", "trs")
"""Families that can read plain links, for pages that no family recognises."""

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[0-9a-f:]+")
_HOME = re.compile(r"/?(?:index|default|main)?(?:\.\w{3,5})?")
_OLD_TLS = re.compile(
    r"LEGACY_RENEGOTIATION|HANDSHAKE_FAILURE|handshake failure|DH_KEY_TOO_SMALL|BAD_ECPOINT|UNSUPPORTED_PROTOCOL|"
    r"NO_PROTOCOLS|WRONG_SIGNATURE|TLSV1_ALERT_PROTOCOL",
    re.IGNORECASE,
)

Say = Callable[[str], None]


@dataclass
class Discovery:
    """All that came of one discovery. failure: None if a column was found, else how far it came, in sentences."""

    address: str
    column: Column | None = None
    tags: SiteTags = field(default_factory=SiteTags)
    failure: str | None = None
    elsewhere: dict[str, str] = field(default_factory=dict)


def discover(
    address: str, *, fetcher: Callable[[], Fetcher], keep: Keep, say: Say, old_tls: bool = False
) -> Discovery:
    """Find the column of annual reports of the site at `address`, which may also be the column's own.

    fetcher: makes the client. keep: gets every answer with its kind. say: gets a sentence for every step.
    Nobody but the site is asked. SourceError if `address` is no web address.
    """
    urls = [address] if "://" in address else [f"https://{address}", f"http://{address}"]
    found = Discovery(address)
    for url in urls:
        start = absolute(url, "")
        if start is None or not _HOST.fullmatch(urlsplit(start).hostname or ""):
            raise SourceError(f"{address} is no web address; write one such as https://www.example.gov.cn.")
        start += "" if urlsplit(start).path else "/"
        client = fetcher()
        try:
            walk = _Walk(
                start,
                _number(url),
                Visitor(client, _domain(start), keep, "old" if old_tls else "strict"),
                say,
            )
            found = walk.all()
        finally:
            client.close()
        if walk.reached:
            break
    return replace(found, address=address)


class _Walk:
    """The walk over one site."""

    def __init__(self, start: str, category: str, visitor: Visitor, say: Say) -> None:
        self.start = start
        self.category = category
        self.visitor = visitor
        self.say = say
        self.found = Discovery(start)
        self.reached = False
        self._waiting: list[tuple[int, int, int, Lead, Exchange | None]] = []
        self._seen: set[str] = set()
        self._read = 0
        self._led: int = 0
        self._failures: list[tuple[Lead, FetchError]] = []
        self._platforms: list[str] = []
        self._second_best: Column | None = None

    def all(self) -> Discovery:
        """Walk until a column is found or nothing is left to ask."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.start))
        is_home = _HOME.fullmatch(urlsplit(self.start).path) and not urlsplit(self.start).query
        rank = Rank.HOME if is_home else Rank.GIVEN
        self._add(Lead(self.start, rank, "the address given", 0, self.category))
        why = "nothing is left to try"
        try:
            self._walk()
            if self.found.column is None and not is_home:
                self._add(Lead(f"{origin}/", Rank.HOME, "the site's home page"))
                self._walk()
            if self.found.column is None and self._answers():
                for guess in guesses(origin, self._platforms):
                    refusal = self._refusal()
                    if refusal:
                        raise Enough(
                            f"to two addresses the site answered the same ({refusal}); it is left alone"
                        )
                    self._add(guess)
                    self._walk()
                    if self.found.column:
                        break
        except Enough as limit:
            why = str(limit)
        if self.found.column is None and self._second_best:
            self.found.column = self._second_best
        if self.found.column is None:
            self.found.failure = self._how_far(why)
        else:
            self.found.column = self._with_evidence(self.found.column, origin)
        return self.found

    def _with_evidence(self, column: Column, origin: str) -> Column:
        """The column, after a report's page was read, and the home page if nothing yet says where the site belongs."""
        pages = (row.url for row in column.trial.reports if not ATTACHMENT.search(urlsplit(row.url).path))
        report = next((url for url in pages if self.visitor.at_home(url)), None)
        if report:
            fault = self._read_tags(report, "a report's page")
            if fault:
                column = replace(
                    column, doubts=(*column.doubts, f"a report's page could not be read: {fault}")
                )
        if not self.found.tags.codes:
            self._read_tags(f"{origin}/", "the home page")
        return column

    def _read_tags(self, url: str, called: str) -> str | None:
        """Take in the tags of one more page; why it could not be read, if so."""
        try:
            page = self.visitor.get(Request(url))
        except (FetchError, Enough) as error:
            self.say(f"{plain(url)} ({called}): {error}")
            return str(error)
        self.say(f"{plain(url)} ({called}): read")
        if is_html(page):
            self.found.tags.add(page, called)
        return None

    def _walk(self) -> None:
        while self._waiting and self.found.column is None:
            *_, lead, page = heapq.heappop(self._waiting)
            if page is None:
                self._visit(lead)
            else:
                self._take(self._column(page, lead, surely=False), lead, named=False)

    def _visit(self, lead: Lead) -> None:
        try:
            page = self.visitor.get(Request(lead.url))
        except FetchError as error:
            self._failures.append((lead, error))
            self.say(f"{plain(lead.url)} ({lead.why}): {error}{self._advice(str(error))}")
            return
        self.reached = True
        if page.url != lead.url and page.url in self._seen:
            return
        self._seen.add(page.url)
        if lead.fragment:
            page = replace(page, url=f"{page.url}#{lead.fragment}")
        if not is_html(page):
            self.say(f"{plain(lead.url)} ({lead.why}): no web page but {page.media_type}")
            return
        self._read += 1
        self.found.tags.add(page, _called(lead, page.url))
        if lead.rank == Rank.PLATFORM:
            self._platforms.append(page.url)
        title = page_title(soup(page))
        self.say(f"{plain(page.url)} ({lead.why}): read{f', “{title}”' if title else ''}")
        if looks_like_column(page, lead):
            self._take(self._column(page, lead, surely=True), lead, named=True)
        elif clues(page):
            self._push(lead, page)
        if self.found.column is None and lead.depth < _DEPTH:
            new = [one for one in leads(page, lead) if self._add(one)]
            self._led += len(new)
            for one in new:
                self.say(f"  leads on to {plain(one.url)}: {one.why.partition(' on ')[0]}")

    def _add(self, lead: Lead) -> bool:
        """Put an address on the list of those to visit, unless it was there or is on another site."""
        if lead.url in self._seen:
            return False
        if not self.visitor.at_home(lead.url):
            if lead.rank <= Rank.PLATFORM:
                self.found.elsewhere.setdefault(lead.url, lead.why)
            return False
        self._seen.add(lead.url)
        self._push(lead, None)
        return True

    def _push(self, lead: Lead, page: Exchange | None) -> None:
        order = len(self._seen) + len(self._waiting)
        # A page that is not called a column is tried after those that are, though before the next weaker leads.
        heapq.heappush(self._waiting, (2 * lead.rank + (page is not None), lead.depth, order, lead, page))

    def _take(self, column: Column | None, lead: Lead, *, named: bool) -> None:
        """Take a column for the one looked for, if that is likely. named: whether its page says that it is."""
        if column is None:
            return
        reports, rows = len(column.trial.reports), len(column.trial.rows)
        several = reports >= 2
        if (
            column.sublists
            or (named and lead.rank <= Rank.SHORT_NAME)
            or (column.trial.mostly and (named or several))
        ):
            self.found.column = column
            return
        self.say(f"  not taken for the column: only {reports} of {rows} rows are annual reports")
        best = len(self._second_best.trial.reports) if self._second_best else 0
        if reports > best and (named or lead.rank == Rank.GIVEN or (several and lead.rank != Rank.HOME)):
            doubt = "no page was found that has annual reports alone"
            self._second_best = replace(column, doubts=(*column.doubts, doubt))

    def _column(self, page: Exchange, lead: Lead, *, surely: bool, depth: int = 0) -> Column | None:
        """The column that a page is, with its list read on trial; None if no family reads reports there."""
        told = clues(page)
        if surely:
            named = {name for name, _ in told}
            why = "nothing on the page tells its family; its plain links were read"
            told += [
                (name, Clue(0, why, page.url))
                for name in _FALLBACKS
                if name not in named and name in FAMILIES
            ]
        taken: Trial | None = None
        for name, clue in told:
            if not (surely or clue.weight == 3 or self.visitor.has(Request(clue.list))):
                continue
            trial = try_list(name, clue, self.visitor)
            self.say(f"  {trial}")
            if trial.reports:
                taken = trial
                break
        below = None
        if surely and depth < 2:
            try:
                below = self._lists_below(page, lead, taken, depth)
            except Enough:
                if taken is None:
                    raise
        if taken is None or (below and not taken.named_in_full):
            return below
        column = Column(page.url, taken)
        if below and below.trial.family == taken.family and not taken.clue.options:
            fresh = {row.url for row in below.trial.reports} - {row.url for row in taken.reports}
            if fresh:
                return replace(column, sublists=below.sublists, doubts=below.doubts)
        return column

    def _lists_below(self, page: Exchange, lead: Lead, taken: Trial | None, depth: int) -> Column | None:
        """The lists of years or offices that a column's page leads to, proved by reading one of them."""
        full = taken is not None and taken.named_in_full
        rows = {row.url for row in taken.rows} if taken and full else set[str]()
        for pattern, addresses in list_groups(page, rows, years_only=full):
            url = next((url for url in addresses if url not in self._seen), None)
            if url is None or not self.visitor.at_home(url):
                continue
            self._seen.add(url)
            self.say(f"  {len(addresses)} links may lead to lists; the first is {plain(url)}")
            try:
                answer = self.visitor.get(Request(url))
            except FetchError as error:
                self.say(f"  {plain(url)}: {error}")
                continue
            if not is_html(answer):
                continue
            below = self._column(answer, lead, surely=True, depth=depth + 1)
            if below is None or not below.trial.named_in_full:
                continue
            if below.trial.clue.options:
                self.say(
                    "  each list there needs options of its own, so that one source cannot follow the links"
                )
                continue
            patterns = "|".join(dict.fromkeys(one for one in (pattern, below.sublists) if one))
            doubt = f"Of the {len(addresses)} lists that the column leads to, one was read: {url}."
            return Column(page.url, below.trial, patterns, (doubt,))
        return None

    def _answers(self) -> bool:
        """Whether the site answers at all: with pages, with “not there”, or with a first challenge."""
        return self.reached or (
            bool(self._failures)
            and (isinstance(self._failures[-1][1], Missing) or self.visitor.challenges > 0)
        )

    def _refusal(self) -> str | None:
        """What the site gave to its last two addresses, if that is the same and not “not there”."""
        last = [error for _, error in self._failures[-2:] if not isinstance(error, Missing)]
        same = len(last) == 2 and str(last[0]) == str(last[1])
        return str(last[0]) if same else None

    def _advice(self, error: str) -> str:
        if _OLD_TLS.search(error) and self.visitor.tls != "old":
            return '. The server may speak outdated TLS only: try --old-tls, which writes tls = "old"'
        if "no connection" in error and self.start.startswith("https:"):
            return ". The site may have no https: try http://"
        if "does not name" in error:
            return ". If the site has moved there, run discover on that address"
        return ""

    def _how_far(self, why: str) -> str:
        told = f"No column of annual reports was found at {plain(self.start)}: {why}."
        if not self._read:
            reason = self._failures[0][1] if self._failures else "nothing was asked"
            return f"{told} Not even its first page could be read: {reason}."
        told += f" Pages read: {self._read}, links found that may lead on: {self._led}; none held reports."
        if self._failures:
            told += f" Addresses that gave nothing: {len(self._failures)}."
        for url, words in [*self.found.elsewhere.items()][:_DEPTH]:
            told += f" On another site: {plain(url)} ({words})."
        return told


def _domain(url: str) -> str:
    return registered_domain(urlsplit(url).hostname or "")


def _number(url: str) -> str:
    fragment = urlsplit(url).fragment
    return fragment if fragment.isdigit() else ""


def _called(lead: Lead, url: str) -> str:
    path = urlsplit(url).path
    return "the home page" if lead.rank == Rank.HOME and _HOME.fullmatch(path) else plain(url)
