"""Killed over and over: `python -m bench.soak` scrapes local sites and kills the scraper at random moments.

After each kill the archive must verify and hold all it held; at the end every document is in it, byte for
byte, and nothing was fetched twice but what was on its way when a kill came. The tests do the same ten times.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from sample.sites import SITES
from sample.sites.server import Answer, Article, Served, Site, serve
from sample.sites.trs import TrsSite
from scrape.archive import is_archive, read_archive
from scrape.archive.index import read_index
from scrape.archive.verify import verify

PROJECT = Path(__file__).parents[1]
COMMAND = (sys.executable, "-c", "from scrape.commands import scrape; scrape()", "run")
SETTLED_S = 0.03
"""After a kill the local sites still write down what they were answering."""

_FORKING = """
import os, sys
import scrape.progress, scrape.run
from scrape.commands import scrape
while sys.stdin.readline():
    child = os.fork()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        scrape(["run", *sys.argv[1:]])
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""
"""Loads the program once and forks each run from it: else most of the time would go into starting Python."""

_COLUMN = "zfxxgk/zfxxgknb"
_A_ROUND = 40


@dataclass
class Soaked:
    """What a soak saw. wrong: sentences on what must not be.

    half_written, not_indexed, unanswered: after how many kills a file ended in mid-record, an answer was
    stored and not yet indexed, a request was there without its answer.
    """

    kills: int = 0
    rounds: int = 0
    half_written: int = 0
    not_indexed: int = 0
    unanswered: int = 0
    repairs: int = 0
    records: int = 0
    requests: int = 0
    documents: int = 0
    fetched_twice: int = 0
    wrong: list[str] = field(default_factory=list)


class Runs:
    """Processes that run the scraper with the same words, one after the other, to be killed."""

    def __init__(self, words: Sequence[str]) -> None:
        self.parent = subprocess.Popen(
            [sys.executable, "-c", _FORKING, *words],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )
        self.child = 0

    def _line(self) -> int:
        assert self.parent.stdout
        return int(self.parent.stdout.readline())

    def start(self) -> None:
        """Begin a run."""
        assert self.parent.stdin
        self.parent.stdin.write("go\n")
        self.child = self._line()

    def is_over(self) -> bool:
        """Whether the run has come to its end by itself."""
        assert self.parent.stdout
        return bool(select.select([self.parent.stdout], [], [], 0)[0])

    def kill(self) -> bool:
        """Kill the run; False if it was over before."""
        with suppress(ProcessLookupError):
            os.kill(self.child, signal.SIGKILL)
        return os.WIFSIGNALED(self._line())

    def close(self) -> None:
        """End the process that runs are forked from."""
        assert self.parent.stdin
        assert self.parent.stdout
        self.parent.stdin.close()
        self.parent.wait()
        self.parent.stdout.close()


class Soak:
    """Runs of the scraper on `sites` into one archive, killed one after the other."""

    def __init__(
        self, served: Served, sites: Sequence[Site], folder: Path, lot: random.Random, seen: Soaked
    ) -> None:
        self.served, self.sites, self.lot, self.seen = served, sites, lot, seen
        self.archive = folder / "archive"
        files = [served.source_file(site, folder / "sources") for site in sites]
        options = ("--archive", str(self.archive), "--allow-local", "--delay", "0.005")
        self.words = [*(str(file) for file in files), *options]
        self.runs = Runs(self.words)
        self.bodies = {
            (
                site.name,
                f"/{article.path}".partition("?")[0],
                f"/{article.path}".partition("?")[2],
            ): article.body
            for site in sites
            for article in site.articles
        }
        self.in_flight: set[tuple[str, str, str]] = set()
        self.held: set[str] = set()

    def asked(self) -> list[tuple[str, str, str]]:
        """The documents asked for, in order: site, path, query."""
        told = [(seen.site, seen.path, seen.query) for seen in self.served.requests]
        return [one for one in told if one in self.bodies]

    def killed_once(self) -> bool:
        """Start the scraper and kill it; False if it came to its end first. The archive is checked after."""
        self.runs.start()
        if self.lot.random() < 0.15:
            time.sleep(self.lot.uniform(0, 0.1))  # while it starts, or mends what the last kill left
        else:
            target = len(self.asked()) + self.lot.randint(1, 8)
            while not self.runs.is_over() and len(self.asked()) < target:
                time.sleep(0.002)
            time.sleep(self.lot.uniform(0, 0.02))
        was_killed = self.runs.kill()
        time.sleep(SETTLED_S)
        self.seen.kills += was_killed
        last = {one[0]: one for one in self.asked()}
        self.in_flight |= set(last.values())
        self._check()
        return was_killed

    def _check(self) -> None:
        if not is_archive(self.archive):
            return
        found = verify(self.archive)
        self.seen.wrong += found.faults
        self.seen.half_written += any("mid-record" in note for note in found.notes)
        self.seen.not_indexed += any("not in index" in note for note in found.notes)
        self.seen.unanswered += any("without their answers" in note for note in found.notes)
        index = self.archive / "index.cdxj"
        holds = {c.url for c in read_index(index) if c.kind == "report"}
        self.seen.wrong += [f"{url} was in the archive and is no more" for url in self.held - holds]
        self.held |= holds

    def finish(self) -> None:
        """Let the scraper come to its end, and look whether all is there and nothing was fetched twice."""
        self.runs.close()
        for _ in range(2):  # the second time there is nothing left to do
            before = len(self.asked())
            command = [*COMMAND, *self.words]
            done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
            if done.returncode:
                self.seen.wrong.append(f"a run ended with status {done.returncode}: {done.stderr[-500:]}")
        if len(self.asked()) != before:
            self.seen.wrong.append("a run with nothing left to do asked for documents")
        self._check()
        found = Counter(
            body for d in read_archive(self.archive) for body in [d.body] * (1 + len(d.also_at))
        )  # fmt: skip
        if found != Counter(self.bodies.values()):
            missing = Counter(self.bodies.values()) - found
            self.seen.wrong.append(f"{missing.total()} documents are missing or differ")
        asked = Counter(self.asked())
        twice = {one: count - 1 for one, count in asked.items() if count > 1}
        self.seen.fetched_twice += sum(twice.values())
        self.seen.wrong += [
            f"{'/'.join(one)} was fetched twice" for one in sorted(twice.keys() - self.in_flight)
        ]
        checked = verify(self.archive)
        events = [json.loads(line) for line in (self.archive / "log.jsonl").read_text("utf-8").splitlines()]
        self.seen.rounds += 1
        self.seen.repairs += sum(event["event"] == "repaired" for event in events)
        self.seen.records += sum(file.records for file in checked.files)
        self.seen.requests += len(self.served.requests)
        self.seen.documents += len(self.bodies)


def page(title: str, more: str = "") -> bytes:
    """An invented article long enough to be one."""
    words = f"{title}。本报告为虚构样例，示例县各项工作平稳有序，公开渠道保持畅通。"
    return f"<html><head><title>{title}</title></head><body><p>{words * 20}</p>{more}</body></html>".encode()


def site(kind: type[Site], name: str, reports: int) -> Site:
    """A site of a family with so many reports; of TRS, the last stands at a second address, too."""
    articles = []
    for number in range(reports):
        title = f"示例县{name}第{number}办公室2024年政府信息公开工作年度报告"
        day = f"2025-{1 + number % 3:02}-15"
        articles.append(Article(kind.article_path(_COLUMN, 1000 + number, day), title, day, page(title)))
    if kind is TrsSite:
        articles[-1].body = articles[0].body
        articles[-1].title = articles[0].title
    answers: dict[str, Answer] = {}
    return kind(name, "示例县人民政府", "990101", _COLUMN, articles, page_size=40, answers=answers)


def soak(kinds: Sequence[type[Site]], kills: int, seed: int, reports: int, folder: Path) -> Soaked:
    """Kill so many times, in rounds, each on an archive of its own; each round scrapes to the end."""
    seen, lot = Soaked(), random.Random(seed)
    while seen.kills < kills and not seen.wrong:
        sites = [site(kind, f"{kind.family}-{n}", reports) for n, kind in enumerate(kinds)]
        with serve(sites) as served:
            work = Soak(served, sites, folder / f"round{seen.rounds}", lot, seen)
            before = seen.kills
            while seen.kills < kills and seen.kills - before < _A_ROUND and work.killed_once():
                pass
            work.finish()
    return seen


@click.command()
@click.option("--kills", default=200, show_default=True)
@click.option("--seed", default=2024, show_default=True)
@click.option("--reports", default=60, show_default=True, help="Reports of each site.")
@click.option("--family", "families", multiple=True, default=("trs", "hanweb", "vsb", "gkmlpt"))
def main(kills: int, seed: int, reports: int, families: tuple[str, ...]) -> None:
    """Kill the scraper over and over, and say what was seen. The status is 1 if anything was lost."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="nianbao-soak-") as folder:
        seen = soak([SITES[family] for family in families], kills, seed, reports, Path(folder))
    table = Table("", "", show_header=False)
    for name, value in vars(seen).items():
        if name != "wrong":
            table.add_row(name.replace("_", " "), f"{value:,}")
    table.add_row("seconds", f"{time.monotonic() - began:,.0f}")
    click.echo(f"{seen.kills} kills, seed {seed}:")
    Console().print(table)
    for sentence in seen.wrong:
        click.echo(sentence, err=True)
    sys.exit(1 if seen.wrong else 0)


if __name__ == "__main__":
    main()
