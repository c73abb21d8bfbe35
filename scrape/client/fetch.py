"""The polite client: one request at a time to a host, with pauses, within what its robots.txt allows.

Says of each address what came of it; what to ask for, and keeping the answers, is `scrape.run`'s.
Challenges are never solved: a host that sets two is left alone.
"""

import logging
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from urllib.parse import urlsplit

import stamina

from scrape.addresses import absolute, registered_domain
from scrape.client.caps import Account, Capped, Caps, Use
from scrape.client.message import retry_after_s
from scrape.client.robots import Rules, rules_of
from scrape.client.wire import FetchError, Silence, UnsafeAddress, Wire, tls_context
from scrape.exchange import MAX_REDIRECTS, Exchange, Request
from scrape.pages import REDIRECTS, challenge, page_redirect, soft_404
from scrape.source import Source

AGENT = "nianbao"
ATTEMPTS = 3
MAX_RETRY_AFTER_S = 300.0
CHALLENGES_A_HOST = 2
SILENCES_A_HOST = 3
JITTER = 1.5
"""Pauses are between the delay and this many times the delay."""

logging.getLogger("stamina").addHandler(logging.NullHandler())  # else it writes to the user's terminal

_TRANSIENT_STATUS = {429, 500, 502, 503, 504}
_HOME = re.compile(r"/?(?:index|default)?(?:\.\w{3,5})?")
_ERROR_PAGE = re.compile(r"/(?:404|error|not_?found)(?:\.\w{3,5})?$", re.IGNORECASE)

Keep = Callable[[Exchange, str], None]
"""Called with every answer that is not the one asked for, and its kind: robots, redirect or refused."""

Told = Callable[[Source, int], None]
"""Called after every request with the source it was for, and the bytes received."""


def user_agent(contact: str | None) -> str:
    """Who asks, as every request says it. `contact`: an address of whoever runs this, web or e-mail."""
    purpose = "open data on government information disclosure"
    return f"{AGENT}/0.1 ({f'{contact}; ' if contact else ''}{purpose})"


class Missing(FetchError):
    """The server has no such page, whether it says so by 404 or by a page with status 200."""


class Blocked(FetchError):
    """The site does not want this client: a challenge, a captcha, or its robots.txt."""

    result = "blocked"


class Stopped(Exception):
    """The run is being ended; nothing is wrong with the address."""


@dataclass
class _Host:
    """What is known of a host in this run.

    free_at: when it may be asked again at the earliest. ended_at, jitter: of the last request. delay_s: the
    longest that a source asked for which has used the host.
    """

    name: str
    wire: Wire
    turn: threading.Lock = field(default_factory=threading.Lock)
    reading_rules: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    ended_at: float | None = None
    jitter: float = 1.0
    delay_s: float = 0.0
    use: Use = field(default_factory=Use)
    challenges: int = 0
    silences: int = 0
    closed: FetchError | None = None
    rules: dict[str, Rules | FetchError] = field(default_factory=dict)


class Fetcher:
    """The client of one run. Safe to use from several threads; a host still sees one request at a time.

    allow_local: reach loopback addresses, and no others. delay_s: instead of each source's own delay.
    contact: see `user_agent`. caps: for the whole run; those of a source hold for each of its hosts.
    """

    def __init__(
        self,
        *,
        allow_local: bool = False,
        delay_s: float | None = None,
        contact: str | None = None,
        caps: Caps | None = None,
        told: Told | None = None,
    ) -> None:
        self._user_agent = user_agent(contact)
        self._allow_local = allow_local
        self._delay_s = delay_s
        self._told = told
        self._account = Account(caps or Caps())
        self._tls_context = cache(tls_context)  # reading the authorities' certificates takes its time
        self._hosts: dict[str, _Host] = {}
        self._opening = threading.Lock()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End all waiting and all connections; calls under way raise Stopped."""
        self._stopping.set()
        for host in list(self._hosts.values()):
            host.wire.abort()

    def close(self) -> None:
        """Close all connections."""
        for host in self._hosts.values():
            host.wire.close()

    def get(self, request: Request, source: Source, keep: Keep) -> Exchange:
        """The answer to `request`: a document (2xx), or 304 if the request was conditional.

        Redirects, by HTTP or by a page that does nothing else, are followed within the registered domains of
        the source's hosts. FetchError otherwise.
        """
        asked = request.url
        for _ in range(MAX_REDIRECTS + 1):
            host = self._host(request.url, source, redirected=request.url != asked)
            self._obey_robots(host, request.url, source, keep)
            answer = self._ask(host, request, source)
            self._check_challenge(host, answer, keep)
            if answer.status in REDIRECTS:
                target = _location(answer)
            elif 200 <= answer.status < 300:
                target = page_redirect(answer)
                if target is None:
                    return self._judged(answer, keep)
            else:
                is_conditional = {"If-None-Match", "If-Modified-Since"} & set(request.headers)
                return answer if answer.status == 304 and is_conditional else self._judged(answer, keep)
            keep(replace(answer, moved_to=target), "redirect")
            request = _redirected(request, answer, _checked_target(target, asked))
        raise FetchError(f"more than {MAX_REDIRECTS} redirects")

    def _judged(self, answer: Exchange, keep: Keep) -> Exchange:
        """The answer if it is a document; else FetchError."""
        if 200 <= answer.status < 300:
            fault = soft_404(answer)
            if fault is None:
                return answer
            keep(answer, "refused")
            raise Missing(fault)
        keep(answer, "refused")
        if answer.status in {404, 410}:
            raise Missing(f"HTTP {answer.status}")
        raise FetchError(f"HTTP {answer.status}")

    def _host(self, url: str, source: Source, *, redirected: bool) -> _Host:
        """The host to ask for `url`, if the source lets us ask it and it has not been closed."""
        try:
            parts = urlsplit(url)
            name, port = parts.hostname or "", parts.port
        except ValueError:
            raise FetchError("not a valid address") from None
        if parts.scheme not in {"http", "https"} or not name:
            raise FetchError("not a web address")
        if name not in source.hosts:
            _check_kinship(name, source, redirected=redirected)
            if not self._allow_local and port not in {None, 80, 443}:
                raise FetchError(f"redirects to port {port} of {name}")
        with self._opening:
            if name not in self._hosts:
                wire = Wire(
                    self._user_agent,
                    allow_local=self._allow_local,
                    tls="old" if source.tls == "old" else "strict",
                    context=self._tls_context,
                )
                self._hosts[name] = _Host(name, wire)
            host = self._hosts[name]
        if host.closed:
            raise host.closed
        return host

    def _obey_robots(self, host: _Host, url: str, source: Source, keep: Keep) -> None:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with host.reading_rules:
            if origin not in host.rules:
                host.rules[origin] = self._rules(host, origin, source, keep)
            rules = host.rules[origin]
        if isinstance(rules, FetchError):
            raise rules
        if not rules.allow(url):
            raise Blocked("robots.txt forbids this address")

    def _rules(self, host: _Host, origin: str, source: Source, keep: Keep) -> Rules | FetchError:
        """What the origin's robots.txt says: rules, none, or that nothing may be fetched now."""
        url = f"{origin}/robots.txt"
        try:
            for _ in range(MAX_REDIRECTS + 1):
                answer = self._ask(host, Request(url), source)
                self._check_challenge(host, answer, keep)
                target = _location(answer)
                is_redirect = answer.status in REDIRECTS and target is not None
                keep(replace(answer, moved_to=target if is_redirect else None), "robots")
                # Over http most sites only say that they are to be asked over https.
                if target is None or not is_redirect or urlsplit(target).hostname != host.name:
                    break
                url = target
        except (Blocked, Capped, UnsafeAddress):
            raise
        except FetchError as error:
            host.closed = FetchError(f"robots.txt gave no answer ({error}); the host is left for another day")
            return host.closed
        if answer.status in {401, 403}:
            return Blocked(f"robots.txt is refused (HTTP {answer.status}), so nothing may be fetched")
        if answer.status == 429 or answer.status >= 500:
            host.closed = FetchError(f"robots.txt: HTTP {answer.status}; the host is left for another day")
            return host.closed
        return rules_of(answer, AGENT)

    def _check_challenge(self, host: _Host, answer: Exchange, keep: Keep) -> None:
        found = challenge(answer)
        if found is None:
            return
        keep(answer, "refused")
        host.challenges += 1
        if host.challenges >= CHALLENGES_A_HOST:
            host.closed = Blocked(f"{host.name} answers with {found}; it is left alone for this run")
        raise Blocked(found)

    def _ask(self, host: _Host, request: Request, source: Source) -> Exchange:
        """One answer, of whatever status, after as many attempts as it takes. FetchError if none came."""
        failures = 0

        def pause(error: Exception) -> float | bool:
            nonlocal failures
            failures += 1
            if not isinstance(error, Silence):
                return False
            host.free_at = max(host.free_at, time.monotonic() + self._delay(host, source) * 2**failures)
            return 0.0  # the pause is the host's, so that a stop can end it

        last: Exchange | None = None
        try:
            for attempt in stamina.retry_context(on=pause, attempts=ATTEMPTS, timeout=None):
                with attempt:
                    last = None
                    last = self._once(host, request, source)
                    host.silences = 0
                    if last.status in _TRANSIENT_STATUS:
                        self._heed_retry_after(host, last)
                        raise Silence(f"HTTP {last.status}")
        except Silence as silence:
            if last is not None:
                return last
            host.silences += 1
            if host.silences >= SILENCES_A_HOST:
                host.closed = FetchError(
                    f"{host.name} does not answer ({silence}); it is left for another day"
                )
            raise FetchError(f"{silence}, {ATTEMPTS} times") from None
        if last is None:
            raise FetchError("no answer")
        return last

    def _once(self, host: _Host, request: Request, source: Source) -> Exchange:
        with host.turn:
            if host.closed:
                raise host.closed
            # The pause is reckoned only now: robots.txt may just have asked for a longer one, or another source.
            if host.ended_at is not None:
                host.free_at = max(host.free_at, host.ended_at + self._delay(host, source) * host.jitter)
            self._account.take(host.name, host.use, source, host.free_at)
            self._wait(host)
            try:
                return host.wire.send(request)
            except UnsafeAddress as error:
                host.closed = error
                raise
            except Silence:
                if self._stopping.is_set():
                    raise Stopped from None
                raise
            finally:
                host.ended_at = time.monotonic()
                host.jitter = random.uniform(1.0, JITTER)  # noqa: S311 — jitter, no secret
                self._account.received(host.use, host.wire.received_bytes)
                if self._told:
                    self._told(source, host.wire.received_bytes)

    def _wait(self, host: _Host) -> None:
        remaining = host.free_at - time.monotonic()
        if self._stopping.wait(max(0.0, remaining)):
            raise Stopped

    def _delay(self, host: _Host, source: Source) -> float:
        asked = (rules.delay_s for rules in host.rules.values() if isinstance(rules, Rules))
        host.delay_s = max(host.delay_s, source.delay_s)
        own = host.delay_s if self._delay_s is None else self._delay_s
        return max(own, max(asked, default=0.0))

    def _heed_retry_after(self, host: _Host, answer: Exchange) -> None:
        seconds = retry_after_s(answer.headers.get("retry-after"))
        if seconds > MAX_RETRY_AFTER_S:
            host.closed = FetchError(
                f"{host.name} asks to be left alone for {seconds:.0f} s; try another day"
            )
            raise host.closed
        host.free_at = max(host.free_at, time.monotonic() + seconds)


def _check_kinship(name: str, source: Source, *, redirected: bool) -> None:
    """FetchError about a host that the source does not name, unless a redirect leads to it from a relative."""
    unnamed = f"{name}, a host that the source does not name"
    if not redirected:
        raise FetchError(f"is on {unnamed} (hosts = […])")
    if registered_domain(name) not in {registered_domain(host) for host in source.hosts}:
        hint = f'if the site has moved there, write hosts = ["{name}"] into the source file'
        raise FetchError(f"redirects to {unnamed}; {hint}")


def _location(answer: Exchange) -> str | None:
    leads_to = answer.headers.get("location")
    return absolute(answer.url, leads_to, with_session=True) if leads_to else None


def _checked_target(target: str | None, asked: str) -> str:
    """Where a redirect leads. Missing if that is the home page, or an error's, of a site that lost the page."""
    if target is None:
        raise FetchError("redirects to what is not a web address")
    parts = urlsplit(target)
    if _HOME.fullmatch(parts.path) and not parts.query and not _HOME.fullmatch(urlsplit(asked).path):
        raise Missing("redirects to the home page")
    if _ERROR_PAGE.search(parts.path):
        raise Missing(f"redirects to a page of errors ({parts.path})")
    return target


def _redirected(request: Request, answer: Exchange, target: str) -> Request:
    keeps_method = answer.status in REDIRECTS - {303}
    return replace(request, url=target) if keeps_method else Request(target, headers=request.headers)
