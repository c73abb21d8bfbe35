"""What a person sees of a run: while it lasts, at its end, and later; on terminals of any width, and in pipes."""

import io
import json
import os
import pty
import re
import termios
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_sites import Bench, article, command, trs_site
from processes import Scraping
from rich.cells import cell_len
from rich.console import Console

from sample.sites.server import Answer
from scrape.client.fetch import JITTER
from scrape.progress import Lines, Tally, Work, duration
from scrape.results import OUTCOMES, SourceResult
from scrape.source import Source
from scrape.tables import table_of

PROJECT = Path(__file__).parents[2]


def a_source(name: str, **more: object) -> Source:
    return Source(
        name,
        f"示例县{name}局",
        "990101",
        "trs",
        (f"https://{name}.example/",),
        frozenset({f"{name}.example"}),
        **more,
    )


def on_a_terminal(sites: Bench, width: int, *options: str) -> tuple[int | None, list[str]]:
    """`nianbao scrape run` in a pseudo-terminal: its status, and all lines it ever showed, without their colours."""
    terminal, other_end = pty.openpty()
    termios.tcsetwinsize(terminal, (24, width))
    words = ["run", *map(str, sites.files), "--archive", str(sites.archive), "--allow-local", *options]
    run = Scraping(words, other_end)
    os.close(other_end)
    shown = b""
    try:
        while piece := os.read(terminal, 65536):
            shown += piece
    except OSError:
        pass  # how Linux says that nobody writes any more
    os.close(terminal)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    return run.status(), [line.rstrip() for line in re.split(r"[\r\n]+", plain) if line.strip()]


@pytest.mark.parametrize("width", [60, 120])
def test_a_terminal_shows_the_hosts_at_work_and_the_whole_and_ends_with_a_table(bench, width: int) -> None:
    sites = bench(*(trs_site(6, f"site-{n}") for n in range(3)))
    status, lines = on_a_terminal(sites, width, "--delay", "0.1")
    assert status == 0
    assert max(map(cell_len, lines)) <= width
    assert any(re.match(r"示例县人民政府.* [1-5]/6 .*\d s$", line) for line in lines)
    assert any(re.search(r"requests/s, .*left$|unknown while lists", line) for line in lines)
    assert "3 of 3 sources, 18 of 18 reports, 24 requests, 0.1 MB" in lines
    *_, one, two, three, everything = lines
    assert [line.split()[0] for line in (one, two, three)] == ["site-0", "site-1", "site-2"]
    assert everything.split()[:5] == ["all", "3", "of", "3", "ok"]


def test_a_terminal_shows_at_once_what_went_wrong(bench) -> None:
    sites = bench(trs_site(2, answers={f"/{article(0).path}": Answer(404)}))
    status, lines = on_a_terminal(sites, 200, "--delay", "0")
    assert status == 1
    told = [line for line in lines if "示例县人民政府: failed, 1 new, 1 failed" in line]
    assert told
    assert any(line.startswith("example: http") and line.endswith("failed: HTTP 404.") for line in lines)


def test_a_pipe_gets_plain_lines(bench) -> None:
    outcome = bench(trs_site(3)).run()
    assert outcome.err.splitlines() == [
        "example: 3 annual reports on the list, 3 to fetch",
        "示例县人民政府: ok, 3 new",
    ]


def test_in_a_pipe_the_whole_is_told_now_and_then() -> None:
    told = io.StringIO()
    sources = [a_source("a"), a_source("b")]
    lines = Lines(Console(file=told, width=40), sources, 0.0, every_s=0)
    lines.listing(sources[0], 1, None)
    lines.asked(sources[0], 500_000)
    lines.found(sources[0], 12, 10)
    lines.asked(sources[0], 1_000_000)
    first, found, second = told.getvalue().splitlines()
    assert first.startswith("0 of 2 sources, 0 of 0+ reports, 1 requests, 0.5 MB; ")
    assert first.endswith("time left unknown while lists are still read")
    assert found == "a: 12 annual reports on the list, 10 to fetch"
    assert second.startswith("0 of 2 sources, 0 of 12+ reports, 2 requests, 1.5 MB; ")
    quiet = Lines(Console(file=(unsaid := io.StringIO())), sources, 0.0, every_s=3600)
    quiet.asked(sources[0], 1)
    assert unsaid.getvalue() == ""


@given(st.integers(0, 500), st.floats(0, 60), st.integers(0, 500))
def test_before_the_first_report_the_estimate_is_what_the_pauses_alone_will_take(
    to_fetch, pause_s, lists
) -> None:
    work = Work(a_source("a"), pause_s)
    for _ in range(lists):
        work.asked(100)
    assert work.left_s(0.0) is None  # unknown while the lists are read
    work.found(to_fetch + 5, to_fetch, 100.0)
    assert work.left_s(100.0) == pytest.approx(to_fetch * pause_s)


@given(st.integers(1, 50), st.integers(1, 4), st.floats(0.1, 30))
def test_the_estimate_follows_the_pace_and_is_nothing_when_all_is_fetched(
    to_fetch, requests_each, each_s
) -> None:
    work = Work(a_source("a"), 0.1)
    work.asked(1)
    work.found(to_fetch, to_fetch, 0.0)
    for number in range(1, to_fetch + 1):
        for _ in range(requests_each):
            work.asked(1)
        work.document()
        left = work.left_s(number * requests_each * each_s)
        assert left == pytest.approx((to_fetch - number) * requests_each * each_s)
    assert work.left_s(10_000.0) == 0


def test_what_is_in_the_archive_already_counts_for_nothing_in_the_estimate() -> None:
    work = Work(a_source("a"), 2.5)
    work.found(100, 4, 0.0)
    for _ in range(96):
        work.document()
    assert (work.done, work.fetched, work.left_s(1.0)) == (96, 0, 10.0)


def test_the_whole_takes_as_long_as_its_longest_part_and_says_when_it_cannot_know() -> None:
    sources = [a_source("a", delay_s=2.0), a_source("b", delay_s=10.0), a_source("c")]
    tally = Tally(sources)
    assert tally.in_all()[2] == "time left unknown while lists are still read"
    tally.found(sources[0], 10, 10)
    tally.found(sources[1], 40, 40)
    assert JITTER == 1.5
    assert tally.in_all()[2] == "at least 8 min left, more while lists are still read"  # 40 times 12.5 s
    tally.finished(SourceResult(sources[2]))
    assert tally.in_all()[2] == "about 8 min left"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5340, "89 min"), (12000, "3 h 20 min")]
)
def test_a_time_is_said_in_the_units_people_use(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_json_has_all_that_the_table_says_and_status_says_it_later(bench) -> None:
    sites = bench(trs_site(3, "good"), trs_site(2, "bad", answers={f"/{article(0).path}": Answer(404)}))
    good, bad = sites.run().sources
    assert good["requests"] + bad["requests"] == len(sites.asked())
    assert 0 < good["received_mb"] < 0.1
    assert good["duration_s"] >= 0
    assert (bad["failed"], bad["problems"][0]["reason"]) == (1, "HTTP 404.")
    later = json.loads(command("status", "--archive", str(sites.archive), "--json").out)
    kept = ("name", "last_result", "reports", *OUTCOMES, "requests", "received_mb", "duration_s", "message")
    assert [{key: one[key] for key in kept} for one in later] == [
        {key: one[key] for key in kept} for one in (bad, good)
    ]
    head, *_ = command("status", "--archive", str(sites.archive)).out.splitlines()
    assert head.split() == ["source", "last", "run", "reports", *OUTCOMES, "requests", "MB", "time", "why"]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160, 400])
def test_a_table_is_never_wider_than_its_terminal_and_tells_every_reason(width: int) -> None:
    sources = [
        {"name": f"example-county-{n}", "last_result": result, "reports": 1234 * n, **dict.fromkeys(OUTCOMES, 0),
         "new": 17, "failed": n, "requests": 40, "received_mb": 12.25, "duration_s": 90.0, "message": message}
        for n, (result, message) in enumerate([("ok", ""), ("failed", "HTTP 404."), ("blocked", "a captcha")])
    ]  # fmt: skip
    shown = io.StringIO()
    console = Console(file=shown, width=width)
    for part in table_of(sources, width, duration_s=200):
        console.print(part)
    lines = shown.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= width
    together = " ".join(shown.getvalue().split())
    assert "HTTP 404." in together
    assert "a captcha" in together
    assert ("time" in lines[0]) == (width >= 60)
    assert ("MB" in lines[0]) == (width >= 80)
