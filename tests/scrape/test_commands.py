"""The scrape commands as typed: sources, status, results, mistakes; and the source files they read."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from local_sites import article, command, trs_site
from warcio.archiveiterator import ArchiveIterator

from sample.sites.server import Answer
from scrape.run import run_sources
from scrape.source import Source, SourceError, read_source, source_of

PROJECT = Path(__file__).parents[2]
LEAST = {"name": "a", "region": "990101", "family": "trs", "list": ["https://www.example.gov.cn/nb/"]}


def test_a_run_ends_with_a_table_of_what_each_source_gave(bench) -> None:
    sites = bench(trs_site(3, "good"), trs_site(2, "bad", answers={f"/{article(0).path}": Answer(404)}))
    words = [*map(str, sites.files), "--archive", str(sites.archive), "--allow-local", "--delay", "0"]
    outcome = command("run", *words)
    assert outcome.status == 1
    head, good, bad, everything = outcome.out.splitlines()
    assert head.split() == [
        "source",
        "result",
        "reports",
        "new",
        "unchanged",
        "changed",
        "blocked",
        "failed",
        "left",
        "requests",
        "MB",
        "time",
        "why",
    ]
    assert good.split()[:10] == ["good", "ok", "3", "3", "0", "0", "0", "0", "0", "5"]
    assert bad.split()[:10] == ["bad", "failed", "1", "1", "0", "0", "0", "1", "0", "4"]
    assert everything.split()[:12] == ["all", "1", "of", "2", "ok", "4", "4", "0", "0", "0", "1", "0"]
    assert (
        f"bad: {sites.served.base_url(trs_site(name='bad'))}/{article(0).path}: failed: HTTP 404."
        in outcome.err.splitlines()
    )


def test_status_tells_the_last_run_later(bench) -> None:
    sites = bench(trs_site(3))
    sites.run()
    told = json.loads(command("status", "--archive", str(sites.archive), "--json").out)
    assert [(source["name"], source["last_result"], source["reports"]) for source in told] == [
        ("example", "ok", 3)
    ]
    assert "example" in command("status", "--archive", str(sites.archive)).out


def test_status_of_no_archive_is_one_sentence(tmp_path) -> None:
    outcome = command("status", "--archive", str(tmp_path))
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert "is not an archive" in outcome.err


def test_a_source_file_needs_only_four_keys(tmp_path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('name="a"\nregion="990101"\nfamily="trs"\nlist="https://www.example.gov.cn/nb/"', "utf-8")
    source = read_source(path)
    assert source == Source(
        "a", "a", "990101", "trs", ("https://www.example.gov.cn/nb/",), frozenset({"www.example.gov.cn"})
    )
    assert source.delay_s >= 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "name is missing"),
        ({"name": "../../etc"}, "name must be"),
        ({"name": "年报"}, "name must be"),
        ({"region": "11"}, "six digits"),
        ({"region": 110101}, "a text in quotes"),
        ({"list": []}, "list is missing"),
        ({"list": ["ftp://a/"]}, "addresses such as"),
        ({"list": ["https://user:pw@a.gov.cn/"]}, "addresses such as"),
        ({"list": ["http://[::1/"]}, "addresses such as"),
        ({"list": [5]}, "addresses such as"),
        ({"delay_s": 0.5}, "2.0 or more"),
        ({"delay_s": float("nan")}, "2.0 or more"),
        ({"delay_s": True}, "a whole number or a number"),
        ({"expect_at_least": 0}, "1 or more"),
        ({"tls": "none"}, "tls must be"),
        ({"familly": "trs"}, "did you mean family?"),
        ({"colour": "red"}, "known keys"),
        ({"hosts": ["A B"]}, "host names"),
    ],
)
def test_a_wrong_source_file_is_told_which_key_to_change(change, says: str) -> None:
    with pytest.raises(SourceError, match=rf"^a\.toml: .*{says.replace('?', '.')}"):
        source_of({**LEAST, **change}, "a.toml")


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe", b""])
def test_a_file_that_is_no_source_file_is_one_sentence(tmp_path, content: bytes) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    outcome = command("run", str(path), "--archive", str(tmp_path / "archive"))
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert str(path) in outcome.err
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["changchun-luyuan-kej"], "did you mean changchun-luyuan-keji?"),
        (["zzz"], "nianbao scrape sources"),
        (["nowhere.toml"], "cannot be read"),
        (["jincheng", "jincheng"], "name each once"),
        (["jincheng", "--delay", "0.5"], "shorter than the 2 s"),
        (["--sources", "nowhere"], "not a folder"),
    ],
)
def test_a_mistyped_run_is_one_sentence_and_asks_nobody(tmp_path, words: list[str], says: str) -> None:
    outcome = command("run", *words, "--archive", str(tmp_path / "archive"))
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert says in outcome.err
    assert not (tmp_path / "archive").exists()


def test_a_folder_of_sources_may_be_empty_but_then_there_is_nothing_to_do(tmp_path) -> None:
    outcome = command("run", "--sources", str(tmp_path), "--archive", str(tmp_path / "archive"))
    assert (outcome.status, "no source to scrape" in outcome.err) == (1, True)


def test_without_names_every_source_of_the_folder_is_run(bench) -> None:
    sites = bench(trs_site(2, "one"), trs_site(2, "two"))
    folder = str(sites.files[0].parent)
    sites.files = []
    assert [source["name"] for source in sites.run("--sources", folder).sources] == ["one", "two"]


@pytest.mark.parametrize("word", [[], ["run"], ["sources"], ["status"]])
def test_help_teaches_with_examples(word: list[str]) -> None:
    outcome = command(*word, "--help")
    assert outcome.status == 0
    assert "Examples:\n  nianbao scrape" in outcome.out.replace("  Examples:\n    ", "Examples:\n  ")


def test_the_run_can_be_called_from_python_and_tells_its_watcher(bench) -> None:
    sites = bench(trs_site(3))
    told: list[tuple[str, object]] = []

    class Watcher:
        def listing(self, source, page, pages):
            told.append(("listing", page))

        def asked(self, source, received_bytes):
            told.append(("asked", received_bytes > 0))

        def found(self, source, reports, to_fetch):
            told.append(("found", (reports, to_fetch)))

        def document(self, source, outcome):
            told.append(("document", outcome))

        def finished(self, result):
            told.append(("finished", str(result)))

    run_sources([read_source(sites.files[0])], sites.archive, allow_local=True, delay_s=0, watcher=Watcher())
    assert told == [
        ("listing", 1),
        *[("asked", True)] * 2,
        ("found", (3, 3)),
        *[("asked", True), ("document", "new")] * 3,
        ("finished", "示例县人民政府: ok, 3 new"),
    ]


def test_stopped_by_hand_a_run_ends_with_a_sentence_and_goes_on_later(bench) -> None:
    sites = bench(trs_site(30, page_size=30))
    process = subprocess.Popen(
        [*(sys.executable, "-c", "from scrape.commands import scrape; scrape()", "run", str(sites.files[0])),
         *("--archive", str(sites.archive), "--allow-local", "--delay", "0.02")],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while process.poll() is None and len(sites.asked("/t2025")) < 5:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("Stopped. What was fetched is kept")
    assert "Traceback" not in err
    (told,) = json.loads(command("status", "--archive", str(sites.archive), "--json").out)
    assert told["last_result"] == "failed"
    final = sites.run()
    assert (final.status, final.first["reports"]) == (0, 30)
    with (sites.archive / "example.warc.gz").open("rb") as file:
        assert sum(record.rec_type == "response" for record in ArchiveIterator(file)) >= 31


def test_a_surprise_at_one_site_does_not_end_the_others(bench, monkeypatch) -> None:
    from scrape.families.trs import Trs

    def surprised(self, page):
        if "127.0.0.3" in page.url:
            raise ZeroDivisionError("a page nobody thought of")
        return ()

    monkeypatch.setattr(Trs, "attachments", surprised)
    outcome = bench(trs_site(3, "good"), trs_site(3, "odd")).run()
    good, odd = outcome.sources
    assert (outcome.status, good["reports"], odd["last_result"]) == (1, 3, "failed")
    assert "unexpected ZeroDivisionError" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_surprise_at_one_page_does_not_cost_the_sites_other_reports(bench, monkeypatch) -> None:
    from scrape.families.trs import Trs

    site = trs_site(5)
    odd = site.articles[2].path

    def surprised(self, page):
        if page.url.endswith(odd):
            raise ZeroDivisionError("a page nobody thought of")
        return ()

    monkeypatch.setattr(Trs, "attachments", surprised)
    outcome = bench(site).run()
    assert (outcome.status, outcome.first["reports"], outcome.first["failed"]) == (1, 4, 1)
    assert f"{odd}: failed: unexpected ZeroDivisionError" in outcome.err
