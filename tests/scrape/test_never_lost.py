"""Never lost: killed at any moment, out of room or cut off, the archive stays whole and the next run goes on."""

import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from local_sites import article, command, page, trs_site
from processes import Scraping

from bench.soak import soak
from sample.sites.server import Answer
from sample.sites.trs import TrsSite
from scrape.archive import read_archive
from scrape.archive.verify import verify
from scrape.archive.writer import ArchiveWriter

SEED = 7


def test_killed_at_ten_random_moments_nothing_is_lost_and_nothing_fetched_twice(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    seen = soak([TrsSite, TrsSite], kills=10, seed=SEED, reports=40, folder=tmp_path)
    assert seen.wrong == []
    assert seen.kills == 10


@pytest.mark.parametrize("limit_bytes", [300, 5_000, 20_000, 33_333])
def test_a_full_disk_loses_nothing_and_the_next_run_goes_on(bench, tmp_path: Path, limit_bytes: int) -> None:
    sites = bench(trs_site(40, page_size=40))
    words = ["run", str(sites.files[0]), "--archive", str(sites.archive), "--allow-local", "--delay", "0"]
    with (tmp_path / "said.txt").open("w+", encoding="utf-8") as file:
        assert Scraping(words, file.fileno(), limit_bytes).status() == 1
        file.seek(0)
        said = file.read()
    assert "cannot be written: File too large" in said
    assert "make room and run again" in said
    assert "Traceback" not in said
    found = verify(sites.archive)
    assert (found.faults, [note for note in found.notes if "mid-record" in note]) == ([], [])
    kept = {d.url for d in read_archive(sites.archive)}
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"], outcome.first["unchanged"]) == (0, 40, len(kept))
    assert verify(sites.archive).faults == []
    asked = Counter(sites.asked("/t2025"))
    assert sum(count - 1 for count in asked.values()) <= 1  # the one that found no room


class Gone(dict[str, Answer]):
    """Special answers of a site whose network fails after so many requests, and comes back when told."""

    def __init__(self, after: int) -> None:
        self.left = after

    def get(self, path: str, default: Answer | None = None) -> Answer | None:  # type: ignore[override]
        self.left -= 1
        return Answer(drop=True) if self.left < 0 else default


def test_with_the_network_gone_the_run_ends_and_the_next_one_goes_on(bench) -> None:
    network = Gone(after=12)
    sites = bench(trs_site(30, page_size=10, answers=network))
    outcome = sites.run()
    assert (outcome.status, outcome.first["last_result"]) == (1, "failed")
    assert "does not answer" in outcome.err or "broke off" in outcome.err
    assert verify(sites.archive).faults == []
    kept = len(list(read_archive(sites.archive)))
    network.left = 10_000
    answered = Counter(seen.path for seen in sites.served.requests if seen.status == 200)
    again = sites.run()
    assert (again.status, again.first["unchanged"], again.first["new"]) == (0, kept, 30 - kept)
    answered_again = Counter(seen.path for seen in sites.served.requests if seen.status == 200)
    twice = {path for path in answered if "/t2025" in path and answered_again[path] > answered[path]}
    assert twice == set()


@pytest.mark.parametrize("kept", [3, 50, 200])
def test_a_line_that_the_disk_took_half_is_not_left_in_the_index(bench, kept: int) -> None:
    """The others write on for a moment after one has found the disk full."""
    sites = bench(trs_site(3))
    sites.run()
    index = sites.archive / "index.cdxj"
    lines = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(b"".join(lines[:2]) + lines[2][:kept] + b"".join(lines[3:]))
    with ArchiveWriter(sites.archive) as archive:
        assert archive.repairs == ["index.cdxj had lines that cannot be read; it was made anew."]
    assert index.read_bytes() == b"".join(lines)


def test_a_run_that_is_stopped_by_hand_leaves_an_archive_that_verifies(bench, tmp_path: Path) -> None:
    sites = bench(trs_site(200, page_size=100))
    words = ["run", str(sites.files[0]), "--archive", str(sites.archive), "--allow-local", "--delay", "0.01"]
    with (tmp_path / "said.txt").open("w+", encoding="utf-8") as file:
        process = Scraping(words, file.fileno())
        while not process.is_over() and len(sites.asked("/t2025")) < 12:
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        assert process.status() == 130
        file.seek(0)
        said = file.read()
    assert "Stopped. What was fetched is kept" in said
    assert "Traceback" not in said
    checked = command("verify", "--archive", str(sites.archive))
    assert (checked.status, checked.err) == (0, "")


def test_a_report_is_there_whole_or_not_at_all(bench) -> None:
    """What is stored, is stored with request, metadata and index line before the next thing is asked for."""
    body = page("示例县年报")
    sites = bench(trs_site(articles=[article(0, body=body)]))
    sites.run()
    (found,) = verify(sites.archive).files
    assert (found.faults, found.unanswered) == ([], 0)
    assert found.records == 1 + 3 * (found.responses + found.revisits)
