"""What a site's robots.txt lets this client do. It judges an answer; `scrape.client.fetch` asks for it."""

from codecs import BOM_UTF8
from dataclasses import dataclass

from protego import Protego

from scrape.exchange import Exchange

MAX_CRAWL_DELAY_S = 120.0

_LONGEST = 500_000
"""Characters of rules that are read; what comes after them is not."""


@dataclass(frozen=True)
class Rules:
    """The rules of one origin for one client. delay_s: the pause that they ask for, within reason."""

    agent: str
    parsed: Protego | None = None
    delay_s: float = 0.0

    def allow(self, url: str) -> bool:
        """Whether an address may be asked for."""
        return self.parsed is None or bool(self.parsed.can_fetch(url, self.agent))


def rules_of(answer: Exchange, agent: str) -> Rules:
    """The rules in an answer: none if there is no file, or if a page came in its place."""
    # Judged by what came, not by its header: many servers send the file as text/html.
    if answer.status != 200 or answer.body.removeprefix(BOM_UTF8).lstrip().startswith(b"<"):
        return Rules(agent)
    parsed = Protego.parse(answer.text[:_LONGEST].replace("\r", "\n"))
    return Rules(agent, parsed, min(MAX_CRAWL_DELAY_S, float(parsed.crawl_delay(agent) or 0)))
