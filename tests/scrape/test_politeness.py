"""Asking politely: one request at a time to a host, pauses, robots.txt, Retry-After, caps, an honest name."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from local_sites import COLUMN, Bench, article, page, trs_site
from raw_server import REPORT, fetch, head, raw_server

from sample.sites.server import Answer, Seen
from scrape.archive import read_archive
from scrape.client.fetch import JITTER, Blocked, Fetcher, user_agent
from scrape.client.message import retry_after_s
from scrape.client.robots import MAX_CRAWL_DELAY_S, rules_of
from scrape.client.wire import FetchError
from scrape.commands import scrape
from scrape.exchange import Exchange, Request
from scrape.source import LEAST_DELAY_S, read_source

FIRST = article(0)
HTML = {"Content-Type": "text/html"}
TEXT = {"Content-Type": "text/plain"}


def by_host(sites: Bench) -> Iterator[list[Seen]]:
    """The requests that each site saw, in the order of time."""
    seen = sorted(sites.served.requests, key=lambda s: (s.site, s.started))
    return (list(of_one) for _, of_one in groupby(seen, key=lambda s: s.site))


def assert_polite(sites: Bench, delay_s: float) -> None:
    """No two requests to a host at once, nor closer than the delay.

    The client counts from the end of an answer, the server to its beginning: the pause is never shorter.
    """
    for seen in by_host(sites):
        assert all(first.ended <= second.started for first, second in pairwise(seen))
        assert all(second.started - first.started >= delay_s for first, second in pairwise(seen))


def test_one_request_at_a_time_goes_to_a_host_and_the_delay_is_kept_between_them(bench) -> None:
    sites = bench(trs_site(4, "first"), trs_site(4, "second"), trs_site(4, "third"))
    assert sites.run(delay=0.05).status == 0
    assert [len(seen) for seen in by_host(sites)] == [6, 6, 6]
    assert_polite(sites, 0.05)


def test_a_host_sees_one_request_at_a_time_even_if_many_threads_ask(bench) -> None:
    site = trs_site(12)
    sites = bench(site)
    source = read_source(sites.files[0])
    fetcher = Fetcher(allow_local=True, delay_s=0.02)
    addresses = [f"{sites.served.base_url(site)}/{a.path}" for a in site.articles]
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda url: fetcher.get(Request(url), source, lambda *_: None), addresses))
    fetcher.close()
    assert [answer.body for answer in answers] == [a.body for a in site.articles]
    assert sites.asked().count("/robots.txt") == 1
    assert_polite(sites, 0.02)


def test_forty_hosts_are_asked_side_by_side_and_none_more_often_than_its_delay_allows(bench) -> None:
    sites = bench(*(trs_site(3, f"site-{n:02}") for n in range(40)))
    outcome = sites.run(delay=0.2)
    assert (outcome.status, sum(source["new"] for source in outcome.sources)) == (0, 120)
    assert_polite(sites, 0.2)
    # Side by side: before any host is asked for its last page, every host has been asked for its first.
    seen = list(by_host(sites))
    assert len(seen) == 40
    assert max(of_one[0].started for of_one in seen) < min(of_one[-1].started for of_one in seen)


def test_one_host_by_several_names_of_scheme_and_port_is_one_host() -> None:
    answers = {REPORT: head("Content-Length: 900", "Connection: keep-alive") + page("示例")[:900]}
    with raw_server(answers) as first, raw_server(answers) as second:
        source = first.source(list=[f"{first.url}/nb/", f"{second.url}/nb/"])
        fetcher = Fetcher(allow_local=True, delay_s=0.05)
        began = time.monotonic()
        for server in (first, second, first):
            fetcher.get(Request(f"{server.url}{REPORT}"), source, lambda *_: None)
        fetcher.close()
        assert first.asked.count("/robots.txt") == second.asked.count("/robots.txt") == 1
        assert time.monotonic() - began >= 4 * 0.05  # five requests to one host, whatever the port


def test_requests_to_a_host_go_over_one_connection_that_is_kept() -> None:
    answers = {REPORT: head("Content-Length: 900", "Connection: keep-alive") + page("示例")[:900]}
    with raw_server(answers) as server:
        fetcher = Fetcher(allow_local=True, delay_s=0)
        for _ in range(4):
            fetcher.get(Request(f"{server.url}{REPORT}"), server.source(), lambda *_: None)
        fetcher.close()
        assert (server.connections, len(server.asked)) == (1, 5)


def test_pauses_are_two_seconds_at_least_for_a_real_site_and_not_all_alike() -> None:
    assert LEAST_DELAY_S == 2.0
    assert JITTER > 1.0


def test_sources_on_one_host_are_asked_one_after_the_other(bench, tmp_path) -> None:
    sites = bench(trs_site(5, "shared"))
    twin = tmp_path / "sources" / "twin.toml"
    twin.write_text(sites.files[0].read_text("utf-8").replace('name = "shared"', 'name = "twin"'), "utf-8")
    sites.files.append(twin)
    outcome = sites.run(delay=0.01)
    assert [source["new"] for source in outcome.sources] == [5, 0]
    assert_polite(sites, 0.01)


def test_the_client_says_who_it_is_and_where_to_complain(bench) -> None:
    sites = bench(trs_site(1))
    sites.run("--contact", "https://example.org/nianbao")
    agents = {seen.headers["User-Agent"] for seen in sites.served.requests}
    assert agents == {user_agent("https://example.org/nianbao")}
    assert "https://example.org/nianbao" in agents.pop()


def test_no_real_site_is_asked_without_an_address_to_ask_back(tmp_path: Path) -> None:
    source = 'name = "far"\ntitle = "远"\nregion = "990000"\nfamily = "trs"\nlist = ["http://www.example.gov.cn/nb/"]\n'
    (tmp_path / "far.toml").write_text(source, "utf-8")
    archive = tmp_path / "archive"
    result = CliRunner(env={"NIANBAO_CONTACT": ""}).invoke(
        scrape, ["run", str(tmp_path / "far.toml"), "--archive", str(archive)]
    )
    assert result.exit_code == 1
    assert "--contact" in result.output
    assert not archive.exists()


def test_a_cookie_is_never_sent_back(bench) -> None:
    sites = bench(trs_site(1, answers={"/robots.txt": Answer(404, b"", {"Set-Cookie": "a=1; Path=/"})}))
    sites.run()
    assert not any("Cookie" in seen.headers for seen in sites.served.requests)


def test_what_is_archived_is_asked_for_conditionally_when_looked_at_again(bench) -> None:
    sites = bench(trs_site(2))
    sites.run()
    before = len(sites.served.requests)
    assert sites.run("--refresh").first["unchanged"] == 2
    again = [seen for seen in sites.served.requests[before:] if seen.path != "/robots.txt"]
    assert {seen.status for seen in again} == {304}
    assert all("If-None-Match" in seen.headers for seen in again)


# robots.txt


RULES = "User-agent: *\nDisallow: /zfxxgk/"


@pytest.mark.parametrize(
    ("robots", "reports"),
    [
        (Answer(404), 3),
        (Answer(410), 3),
        (Answer(200, b"", TEXT), 3),
        (Answer(200, b"User-agent: *\nDisallow: /other/", TEXT), 3),
        (Answer(200, b"<!DOCTYPE html><p>User-agent: *\nDisallow: /", HTML), 3),
        (Answer(200, b"<html>Disallow: /", TEXT), 3),
        (Answer(200, b"User-agent: *\nDisallow: /", HTML), 0),
        (Answer(200, b"User-agent: Baiduspider\nDisallow: /", TEXT), 3),
        (Answer(200, bytes(range(256)) * 4, TEXT), 3),
        (Answer(302, headers={"Location": "/404.html"}), 3),
        (Answer(302, headers={"Location": "http://127.0.0.250:9/robots.txt"}), 3),
        (Answer(200, RULES.encode(), TEXT), 0),
        (Answer(200, RULES.encode("utf-8-sig"), TEXT), 0),
        (Answer(200, f"# 本站机器人规则\r{RULES}".replace("\n", "\r").encode("gb18030"), TEXT), 0),
        (Answer(200, f"# 规则\n{RULES} # 年报\n".encode("gb18030")), 0),
        (Answer(200, (f"{RULES}\n" + "Disallow: /x/\n" * 200_000).encode(), TEXT), 0),
        (Answer(200, b"User-agent: nianbao\nDisallow: /\n\nUser-agent: *\nAllow: /"), 0),
        (Answer(401), 0),
        (Answer(403), 0),
    ],
)  # fmt: skip
def test_robots_txt_is_obeyed(bench, robots: Answer, reports: int) -> None:
    sites = bench(trs_site(3, answers={"/robots.txt": robots}))
    outcome = sites.run()
    assert (outcome.first["reports"], outcome.status) == (reports, 0 if reports else 1)
    if not reports:
        assert outcome.first["last_result"] == "blocked"
        assert "robots.txt" in outcome.err
        assert set(sites.asked()) == {"/robots.txt"}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_robots_txt_that_fails_leaves_the_host_for_another_day(bench, status: int) -> None:
    sites = bench(trs_site(3, answers={"/robots.txt": Answer(status)}))
    outcome = sites.run()
    assert (outcome.status, outcome.first["last_result"]) == (1, "failed")
    assert "another day" in outcome.err
    assert set(sites.asked()) == {"/robots.txt"}


def test_a_robots_txt_that_never_comes_leaves_the_host_for_another_day(bench) -> None:
    sites = bench(trs_site(3, answers={"/robots.txt": Answer(drop=True)}))
    outcome = sites.run()
    assert "another day" in outcome.err
    assert set(sites.asked()) == {"/robots.txt"}


def test_a_robots_txt_that_stands_elsewhere_on_its_host_is_obeyed() -> None:
    rules = b"User-agent: *\nDisallow: /"
    with raw_server(
        {"/robots.txt": head(f"Content-Length: {len(rules)}", "Content-Type: text/plain") + rules}
    ) as new:
        to = head(f"Location: {new.url}/robots.txt", "Content-Length: 0", status="301 Moved")
        with raw_server({"/robots.txt": to}) as old, pytest.raises(Blocked, match="forbids"):
            fetch(old)
        assert old.asked == ["/robots.txt"]


def test_a_crawl_delay_of_robots_txt_is_heeded_and_a_senseless_one_is_not(bench) -> None:
    sites = bench(trs_site(1, answers={"/robots.txt": Answer(200, b"User-agent: *\nCrawl-delay: 0.2", TEXT)}))
    sites.run()
    _, listing, report = sorted(seen.started for seen in sites.served.requests)
    assert report - listing >= 0.2
    for told, kept in (("9999999", MAX_CRAWL_DELAY_S), ("soon", 0.0), ("-1", 0.0)):
        text = f"User-agent: *\nCrawl-delay: {told}".encode()
        rules = rules_of(Exchange("http://127.0.0.2/robots.txt", "", 200, {}, b"", b"", text), "nianbao")
        assert max(0.0, rules.delay_s) == kept


# Retry-After


def test_a_crawl_delay_holds_from_the_first_request_after_robots_txt_on() -> None:
    rules = b"User-agent: *\nCrawl-delay: 0.3\n"
    answers = {
        "/robots.txt": head(f"Content-Length: {len(rules)}", "Connection: keep-alive") + rules,
        REPORT: head("Content-Length: 900", "Connection: keep-alive") + page("示例")[:900],
    }
    with raw_server(answers) as server:
        began = time.monotonic()
        fetch(server)
        assert time.monotonic() - began >= 0.3


def test_of_two_sources_on_one_host_the_one_that_asks_for_more_sets_the_pause() -> None:
    answers = {REPORT: head("Content-Length: 900", "Connection: keep-alive") + page("示例")[:900]}
    with raw_server(answers) as server:
        fetcher = Fetcher(allow_local=True)
        fetcher.get(Request(f"{server.url}{REPORT}"), server.source(delay_s=0), lambda *_: None)
        began = time.monotonic()
        fetcher.get(Request(f"{server.url}{REPORT}"), server.source(delay_s=0.3), lambda *_: None)
        fetcher.get(Request(f"{server.url}{REPORT}"), server.source(delay_s=0), lambda *_: None)
        fetcher.close()
        assert time.monotonic() - began >= 0.6


def test_a_contact_that_no_header_can_carry_is_refused_before_anybody_is_asked(bench) -> None:
    sites = bench(trs_site(1))
    for contact in ("示例", "you@example.org\r\nX-Other: 1"):
        outcome = sites.run("--contact", contact)
        assert outcome.status == 2
        assert "printable ASCII" in outcome.err
    assert not sites.served.requests


def test_with_allow_local_a_real_site_is_not_even_looked_up(tmp_path: Path) -> None:
    source = tmp_path / "far.toml"
    source.write_text(
        'name = "far"\nregion = "990000"\nfamily = "trs"\nlist = ["http://far.example.invalid/nb/"]\n',
        "utf-8",
    )
    words = [
        "run",
        str(source),
        "--archive",
        str(tmp_path / "archive"),
        "--allow-local",
        "--contact",
        "a@example.org",
    ]
    result = CliRunner().invoke(scrape, words)
    assert result.exit_code == 1
    assert "far is at far.example.invalid: leave it out" in result.output
    assert not (tmp_path / "archive").exists()


def test_retry_after_is_waited_for(bench) -> None:
    busy = Answer(429, headers={"Retry-After": "1"}, times=1)
    sites = bench(trs_site(3, answers={f"/{FIRST.path}": busy}))
    assert sites.run().status == 0
    first, second = (seen.started for seen in sites.served.requests if seen.path == f"/{FIRST.path}")
    assert second - first >= 1.0


@pytest.mark.parametrize("after", ["86400", "999999999999", "tomorrow, as a date"])
def test_a_host_that_asks_for_a_long_rest_is_left_alone(bench, after: str) -> None:
    after = after if after.isdigit() else formatdate(time.time() + 86400, usegmt=True)
    sites = bench(trs_site(6, answers={f"/{FIRST.path}": Answer(503, headers={"Retry-After": after})}))
    outcome = sites.run()
    assert outcome.status == 1
    assert "asks to be left alone for" in outcome.err
    assert sites.asked("/t2025").count(f"/{FIRST.path}") == 1


@pytest.mark.parametrize(
    "value",
    [None, "", "soon", "-5", "²", "1.5e9", "9" * 400, "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Foo 20155 99:99:99 GMT",
     "Wed, 21 Oct 99999 07:28:00 GMT", "Mon, 01 Jan 0001 00:00:00 +2359"],
)  # fmt: skip
def test_a_senseless_retry_after_asks_for_nothing(value: str | None) -> None:
    assert retry_after_s(value) == 0.0


# Caps


@pytest.mark.parametrize(
    ("keys", "options", "says"),
    [
        ({"max_requests": 6}, [], "127.0.0.2 was asked 6 times, as often as one run may (max_requests)"),
        ({}, ["--max-requests", "6"], "the run has made its 6 requests (--max-requests)"),
    ],
)
def test_a_cap_on_requests_ends_in_order_and_the_next_run_goes_on(bench, keys, options, says: str) -> None:
    sites = bench(trs_site(9), **keys)
    first = sites.run(*options)
    assert (first.status, first.first["last_result"]) == (1, "capped")
    assert (first.first["new"], first.first["left"], first.first["failed"]) == (4, 5, 0)
    assert (
        first.err.count(f"{says}; the next run goes on from here.") == 2
    )  # at the end of the source, and in the list
    assert len(sites.asked()) == 6
    second = sites.run(*options)
    assert (second.first["new"], second.first["unchanged"], second.first["left"]) == (4, 4, 1)
    third = sites.run(*options)
    assert (third.status, third.first["last_result"], third.first["reports"]) == (0, "ok", 9)
    assert len(sites.asked("/t2025")) == 9
    assert len(list(read_archive(sites.archive))) == 9


def test_a_cap_on_megabytes_ends_in_order(bench) -> None:
    heavy = [article(n, body=page(f"报告{n}") + b" " * 400_000) for n in range(6)]
    sites = bench(trs_site(articles=heavy), max_mb=1)
    outcome = sites.run()
    assert (outcome.status, outcome.first["last_result"]) == (1, "capped")
    assert (outcome.first["new"], outcome.first["left"]) == (3, 3)
    assert "gave 1 MB, as much as one run may take (max_mb)" in outcome.err
    again = sites.run("--max-mb", "0.5")
    assert (again.first["new"], again.first["left"]) == (2, 1)
    assert "0.5 MB (--max-mb)" in again.err


def test_a_cap_on_minutes_ends_in_order_without_waiting_for_the_next_turn(bench) -> None:
    sites = bench(trs_site(3))
    outcome = sites.run("--max-minutes", "0.01", delay=60)
    assert (outcome.status, outcome.first["last_result"], len(sites.asked())) == (1, "capped", 1)
    assert "0.01 minutes (--max-minutes)" in outcome.err


def test_a_cap_of_the_run_holds_over_all_hosts(bench) -> None:
    sites = bench(*(trs_site(5, f"site-{n}") for n in range(4)))
    outcome = sites.run("--max-requests", "13")
    assert outcome.status == 1
    assert len(sites.asked()) == sum(source["requests"] for source in outcome.sources) == 13


def test_a_cap_that_cuts_the_list_short_is_no_change_of_the_site(bench) -> None:
    sites = bench(trs_site(9, page_size=2), max_requests=3)
    outcome = sites.run()
    assert outcome.first["last_result"] == "capped"
    assert "may have changed" not in outcome.err
    assert f"/{COLUMN}/" in sites.asked()


def test_an_attempt_that_fails_counts_as_a_request(bench) -> None:
    sites = bench(trs_site(3, answers={f"/{FIRST.path}": Answer(drop=True)}))
    outcome = sites.run()
    assert outcome.first["requests"] == len(sites.asked()) == 2 + 3 + 2
    with raw_server({}) as server, pytest.raises(FetchError):
        fetch(server, max_requests=1)
    assert server.asked == ["/robots.txt"]
