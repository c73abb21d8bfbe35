"""Local sites with invented reports, and the scrape command as a user runs it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from sample.sites import SITES
from sample.sites.server import Article, Served, Site
from sample.sites.trs import TrsSite
from scrape.archive import ArchiveError, read_archive
from scrape.commands import scrape

COLUMN = "zfxxgk/zfxxgknb"


def page(text: str, more: str = "") -> bytes:
    """An invented article long enough to be one."""
    words = f"{text}。本报告为虚构样例，示例县各项工作平稳有序，公开渠道保持畅通。"
    return f"<html><head><title>{text}</title></head><body><p>{words * 20}</p>{more}</body></html>".encode()


def article(number: int, title: str | None = None, **more: Any) -> Article:
    """The report number `number` of an invented office."""
    title = title or f"示例县第{number}办公室2024年政府信息公开工作年度报告"
    month = 1 + number % 3
    path = f"{COLUMN}/2025{month:02}/t2025{month:02}15_{1000 + number}.html"
    more.setdefault("body", page(title))
    return Article(path, title, f"2025-{month:02}-15", **more)


def trs_site(reports: int = 3, name: str = "example", **more: Any) -> TrsSite:
    """A site with so many reports."""
    more.setdefault("articles", [article(number) for number in range(reports)])
    return TrsSite(name, "示例县人民政府", "990101", COLUMN, **more)


def site_of(family: str, reports: int = 3, name: str = "example", **more: Any) -> Site:
    """A site of any family with so many reports, or with the `articles` given; addresses as the family has them."""
    kind = SITES[family]
    more.setdefault("articles", [article(number) for number in range(reports)])
    for found in (*more["articles"], *more.get("decoys", [])):
        number = int(re.findall(r"\d+", found.path)[-1])
        found.path = kind.article_path(COLUMN, number, found.listed_on)
    return kind(name, "示例县人民政府", "990101", COLUMN, **more)


@dataclass
class Outcome:
    """What a command gave: its status, its output, and the first source's result."""

    status: int
    out: str
    err: str

    @property
    def sources(self) -> list[dict[str, Any]]:
        return list(json.loads(self.out))

    @property
    def first(self) -> dict[str, Any]:
        return self.sources[0]


@dataclass
class Bench:
    """Running sites, their source files and an archive to scrape into."""

    served: Served
    files: list[Path]
    archive: Path

    def run(self, *options: str, delay: float = 0.0, local: bool = True) -> Outcome:
        words = ["run", *map(str, self.files), "--archive", str(self.archive), "--json", *options]
        words += ["--allow-local", "--delay", str(delay)] if local else []
        return command(*words)

    def asked(self, part: str = "") -> list[str]:
        return [seen.path for seen in self.served.requests if part in seen.path]


def command(*words: str) -> Outcome:
    """`nianbao scrape WORDS`."""
    result = CliRunner().invoke(scrape, list(words), catch_exceptions=False)
    return Outcome(result.exit_code, result.stdout, result.stderr)


def until_error(path: Path) -> tuple[list[str], str]:
    """The addresses read before the ArchiveError, and what it says."""
    good = []
    try:
        for document in read_archive(path):
            good.append(document.url)
    except ArchiveError as error:
        return good, str(error)
    return good, ""
