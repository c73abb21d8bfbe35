"""Asking politely and safely: robots.txt, pauses, challenges, redirects, limits, addresses."""

import gzip
import os
import shutil
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from local_sites import COLUMN, article, page, trs_site

from sample.sites.server import Answer
from scrape.addresses import absolute, registered_domain
from scrape.archive import read_archive
from scrape.commands import scrape
from scrape.exchange import Exchange, Request
from scrape.fetch import Fetcher, user_agent
from scrape.pages import challenge, soft_404
from scrape.source import read_source, source_of
from scrape.wire import FetchError, is_allowed

FIRST = article(0)
HTML = {"Content-Type": "text/html"}


def broken(answer: Answer, reports: int = 3, path: str | None = None, **more):
    """A site whose first report gives `answer`."""
    return trs_site(reports, answers={path or f"/{FIRST.path}": answer}, **more)


def test_one_request_at_a_time_goes_to_a_host_and_the_delay_is_kept_between_them(bench) -> None:
    sites = bench(trs_site(4, "first"), trs_site(4, "second"), trs_site(4, "third"))
    assert sites.run(delay=0.05).status == 0
    for name in ("first", "second", "third"):
        seen = sorted((s for s in sites.served.requests if s.site == name), key=lambda s: s.started)
        assert len(seen) == 6
        # The client counts from the end of an answer, the server to its beginning: the pause is never shorter.
        assert all(second.started - first.started >= 0.05 for first, second in pairwise(seen))
        assert all(first.ended <= second.started for first, second in pairwise(seen))


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
    seen = sorted(sites.served.requests, key=lambda s: s.started)
    assert all(first.ended <= second.started for first, second in pairwise(seen))
    assert all(second.started - first.started >= 0.02 for first, second in pairwise(seen))


def test_several_hosts_are_asked_side_by_side(bench) -> None:
    sites = bench(*(trs_site(6, f"site-{n}") for n in range(4)))
    assert sites.run(delay=0.03).status == 0
    order = [seen.site for seen in sorted(sites.served.requests, key=lambda s: s.started)]
    switches = sum(first != second for first, second in pairwise(order))
    assert switches > 4  # one host after the other would give three


def test_sources_on_one_host_are_asked_one_after_the_other(bench, tmp_path) -> None:
    sites = bench(trs_site(5, "shared"))
    twin = tmp_path / "sources" / "twin.toml"
    twin.write_text(sites.files[0].read_text("utf-8").replace('name = "shared"', 'name = "twin"'), "utf-8")
    sites.files.append(twin)
    outcome = sites.run(delay=0.01)
    assert [source["new"] for source in outcome.sources] == [5, 0]
    seen = sorted(sites.served.requests, key=lambda s: s.started)
    assert all(first.ended <= second.started for first, second in pairwise(seen))


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


@pytest.mark.parametrize(
    ("robots", "reports"),
    [
        (Answer(404), 3),
        (Answer(200, b"User-agent: *\nDisallow: /other/", {"Content-Type": "text/plain"}), 3),
        (Answer(200, b"<!DOCTYPE html><p>User-agent: *\nDisallow: /", HTML), 3),
        (Answer(200, b"<html>Disallow: /", {"Content-Type": "text/plain"}), 3),
        (Answer(302, headers={"Location": "/404.html"}), 3),
        (Answer(200, b"User-agent: *\nDisallow: /zfxxgk/", {"Content-Type": "text/plain"}), 0),
        (Answer(200, b"User-agent: nianbao\nDisallow: /\n\nUser-agent: *\nAllow: /"), 0),
        (Answer(401), 0),
        (Answer(403), 0),
    ],
)
def test_robots_txt_is_obeyed(bench, robots: Answer, reports: int) -> None:
    sites = bench(trs_site(3, answers={"/robots.txt": robots}))
    outcome = sites.run()
    assert (outcome.first["reports"], outcome.status) == (reports, 0 if reports else 1)
    if not reports:
        assert outcome.first["last_result"] == "blocked"
        assert "robots.txt" in outcome.err
        assert set(sites.asked()) == {"/robots.txt"}


def test_a_robots_txt_that_fails_leaves_the_host_for_another_day(bench) -> None:
    sites = bench(trs_site(3, answers={"/robots.txt": Answer(503)}))
    outcome = sites.run()
    assert (outcome.status, outcome.first["last_result"]) == (1, "failed")
    assert "another day" in outcome.err
    assert set(sites.asked()) == {"/robots.txt"}


def test_a_crawl_delay_of_robots_txt_is_heeded(bench) -> None:
    robots = Answer(200, b"User-agent: *\nCrawl-delay: 0.2", {"Content-Type": "text/plain"})
    sites = bench(trs_site(1, answers={"/robots.txt": robots}))
    sites.run()
    _, listing, report = sorted(seen.started for seen in sites.served.requests)
    assert report - listing >= 0.2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(412, b"<html><script>$_ts=window['$_ts']</script></html>", HTML), "412"),
        (Answer(521, b"<script>document.cookie='__jsl_clearance=1'</script>", HTML), "521"),
        (Answer(202, b"<html><meta id='x' r='m'><script>$_ts={}</script></html>", HTML), "$_ts"),
        (Answer(200, b'<script>document.cookie="C3VK=abc";location.reload()</script>', HTML), "C3VK"),
        (
            Answer(200, "<html><title>安全验证</title><p>请拖动滑块完成验证</p></html>".encode(), HTML),
            "captcha",
        ),
    ],
)
def test_a_challenge_is_recorded_as_blocked_and_never_kept_as_a_report(
    bench, answer: Answer, reason: str
) -> None:
    sites = bench(broken(answer))
    outcome = sites.run()
    assert (outcome.status, outcome.first["last_result"]) == (1, "blocked")
    assert (outcome.first["blocked"], outcome.first["new"]) == (1, 2)
    assert reason in outcome.err
    assert len(list(read_archive(sites.archive))) == 2


def test_after_two_challenges_a_host_is_left_alone(bench) -> None:
    site = trs_site(8)
    for report in site.articles:
        site.answers[f"/{report.path}"] = Answer(412, b"<script>$_ts</script>", HTML)
    sites = bench(site)
    outcome = sites.run()
    assert outcome.first["blocked"] == 8
    assert len(sites.asked("/t2025")) == 2
    assert "left alone" in outcome.err


def test_a_report_that_merely_carries_a_challenge_script_is_a_report(bench) -> None:
    guarded = article(0, body=page("示例", "<script>$_ts=window['$_ts']</script>"))
    assert bench(trs_site(articles=[guarded])).run().status == 0


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html><title>404</title><h1>您访问的页面不存在或已删除</h1></html>", "您访问的页面"),
        ("<html><title>提示</title><p>栏目建设中</p></html>", "栏目建设中"),
        ("<html><p>网站系统维护，请稍后访问</p></html>", "系统维护"),
        ("<html><meta http-equiv='refresh' content='0; url=/'></html>", "only redirects"),
        ("<script>window.location.href='/index.html';</script>", "only redirects"),
        ("<html><head></head><body></body></html>", "without text"),
        ("", "empty body"),
    ],
)
def test_a_page_that_says_not_found_with_status_200_is_a_failure(bench, body: str, reason: str) -> None:
    sites = bench(broken(Answer(200, body.encode(), HTML)))
    outcome = sites.run()
    assert (outcome.status, outcome.first["failed"], outcome.first["new"]) == (1, 1, 2)
    assert reason in outcome.err
    assert len(list(read_archive(sites.archive))) == 2


def test_a_report_that_mentions_missing_pages_and_captchas_is_a_report(bench) -> None:
    text = "针对群众反映的页面不存在、栏目建设中和验证码问题，示例县已整改"
    assert bench(trs_site(articles=[article(0, body=page(text))])).run().status == 0


@pytest.mark.parametrize("home", ["/", "/index.html"])
def test_a_redirect_to_the_home_page_is_a_missing_page(bench, home: str) -> None:
    outcome = bench(broken(Answer(302, headers={"Location": home}))).run()
    assert (outcome.status, outcome.first["new"]) == (1, 2)
    assert "home page" in outcome.err


def test_a_report_that_was_archived_before_its_address_was_redirected_home_stays_known(bench) -> None:
    site = trs_site(2)
    sites = bench(site)
    sites.run()
    site.answers[f"/{FIRST.path}"] = Answer(302, headers={"Location": "/"})
    assert sites.run("--refresh").first["failed"] == 1
    again = sites.run()
    assert (again.status, again.first["unchanged"], again.first["reports"]) == (0, 2, 2)


def test_a_redirect_within_the_site_is_followed_and_the_report_not_fetched_again(bench) -> None:
    sites = bench(
        broken(Answer(301, headers={"Location": f"/{article(7).path}"}), articles=[FIRST, article(7)])
    )
    assert sites.run().status == 0
    asked = len(sites.asked("/t2025"))
    assert sites.run().first["unchanged"] == 2
    assert len(sites.asked("/t2025")) == asked


@pytest.mark.parametrize(
    "target", ["http://127.0.0.250:9/x.html", "http://example.org/x.html", "file:///etc/hosts"]
)
def test_a_redirect_to_another_domain_is_not_followed(bench, target: str) -> None:
    outcome = bench(broken(Answer(302, headers={"Location": target}))).run()
    assert (outcome.status, outcome.first["failed"], outcome.first["new"]) == (1, 1, 2)
    assert "does not name" in outcome.err or "not a web address" in outcome.err


def test_redirects_in_a_circle_end(bench) -> None:
    outcome = bench(broken(Answer(302, headers={"Location": f"/{FIRST.path}"}))).run()
    assert "more than 5 redirects" in outcome.err


def test_a_listed_report_on_a_host_the_source_does_not_name_is_not_asked_for(bench) -> None:
    link = '<li><a href="http://127.0.0.99:1/t20250101_1.html">示例县2024年政府信息公开工作年度报告</a></li>'
    answer = Answer(200, f"<html><body>{link}</body></html>".encode(), HTML)
    outcome = bench(trs_site(1, answers={f"/{COLUMN}/": answer})).run()
    assert outcome.status == 1
    assert "127.0.0.99, a host that the source does not name" in outcome.err


def test_without_allow_local_no_loopback_address_is_reached(bench) -> None:
    sites = bench(trs_site(1), delay_s=0)
    outcome = sites.run(local=False)
    assert outcome.status == 1
    assert "not a public address" in outcome.err
    assert sites.asked() == []


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.3.4", "192.168.1.1", "127.0.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
     "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::"],
)  # fmt: skip
def test_no_address_inside_somebodys_network_is_ever_connected_to(address: str) -> None:
    assert not is_allowed(address, allow_local=False)
    assert is_allowed(address, allow_local=True) == (address in {"127.0.0.1", "::1", "::ffff:127.0.0.1"})


def test_a_public_address_may_be_connected_to_but_not_from_a_local_run() -> None:
    assert is_allowed("114.114.114.114", allow_local=False)
    assert not is_allowed("114.114.114.114", allow_local=True)


def test_a_server_that_fails_twice_is_asked_again_and_answers(bench) -> None:
    sites = bench(broken(Answer(503, times=2)))
    assert sites.run().status == 0
    assert len(sites.asked(FIRST.path)) == 3


def test_a_server_that_keeps_failing_is_asked_three_times(bench) -> None:
    sites = bench(broken(Answer(503)))
    outcome = sites.run()
    assert "HTTP 503" in outcome.err
    assert len(sites.asked(FIRST.path)) == 3


def test_a_connection_dropped_without_a_word_is_tried_again(bench) -> None:
    sites = bench(broken(Answer(drop=True, times=1)))
    assert sites.run().status == 0


def test_a_body_that_breaks_off_is_never_kept(bench) -> None:
    sites = bench(broken(Answer(200, page("示例"), HTML, cut_at=300)))
    outcome = sites.run()
    assert (outcome.status, outcome.first["new"]) == (1, 2)
    assert "broke off" in outcome.err


def test_retry_after_is_waited_for(bench) -> None:
    sites = bench(broken(Answer(429, headers={"Retry-After": "1"}, times=1)))
    assert sites.run().status == 0
    first, second = (seen.started for seen in sites.served.requests if seen.path == f"/{FIRST.path}")
    assert second - first >= 1.0


def test_a_host_that_asks_for_a_long_rest_is_left_alone(bench) -> None:
    sites = bench(broken(Answer(503, headers={"Retry-After": "86400"}), reports=6))
    outcome = sites.run()
    assert outcome.status == 1
    assert "left alone for 86400 s" in outcome.err
    assert sites.asked("/t2025").count(f"/{FIRST.path}") == 1


def test_a_host_that_never_answers_is_given_up_after_three_documents(bench) -> None:
    site = trs_site(9)
    for report in site.articles:
        site.answers[f"/{report.path}"] = Answer(drop=True)
    sites = bench(site)
    assert sites.run().first["failed"] == 9
    assert len(sites.asked("/t2025")) == 9  # three documents, three times each


def test_a_document_over_the_limit_is_not_taken(bench) -> None:
    outcome = bench(broken(Answer(200, bytes(51_000_000), {"Content-Type": "application/pdf"}))).run()
    assert (outcome.status, outcome.first["new"]) == (1, 2)
    assert "larger than 50 MB" in outcome.err


def test_a_small_body_that_unpacks_to_a_huge_one_is_not_taken(bench) -> None:
    bomb = gzip.compress(bytes(120_000_000), 1)
    outcome = bench(broken(Answer(200, bomb, {**HTML, "Content-Encoding": "gzip"}))).run()
    assert (outcome.status, outcome.first["new"]) == (1, 2)
    assert "unpacked" in outcome.err


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [("gzip", "compressed body is damaged"), ("br", "encoded as br"), ("zstd", "encoded as zstd")],
)
def test_a_body_in_an_encoding_that_cannot_be_undone_is_not_taken(bench, encoding: str, reason: str) -> None:
    outcome = bench(broken(Answer(200, os.urandom(500), {**HTML, "Content-Encoding": encoding}))).run()
    assert (outcome.status, outcome.first["new"]) == (1, 2)
    assert reason in outcome.err


def test_a_page_in_place_of_a_file_is_a_failure(bench) -> None:
    wrapper = article(1, body=page("见附件", '<a href="./P020250115001.pdf">附件</a>'))
    wrapper.attachments["P020250115001.pdf"] = page("这不是文件")
    outcome = bench(trs_site(articles=[wrapper])).run()
    assert outcome.status == 1
    assert "a web page came instead of the file" in outcome.err


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("zwgk.changchun.gov.cn", "changchun.gov.cn"),
        ("www.gov.cn", "www.gov.cn"),
        ("jl.cma.gov.cn", "cma.gov.cn"),
        ("a.b.bj.cn", "b.bj.cn"),
        ("www.example.cn", "example.cn"),
        ("www.example.org", "example.org"),
        ("localhost", "localhost"),
        ("127.0.0.2", "127.0.0.2"),
    ],
)
def test_the_registered_domain_of_a_host(host: str, domain: str) -> None:
    assert registered_domain(host) == domain


def test_judging_an_answer_never_takes_a_plain_file_for_a_page() -> None:
    text = Exchange(
        "http://127.0.0.2/a.txt", "", 200, {"content-type": "text/plain"}, b"", b"", "页面不存在".encode()
    )
    assert soft_404(text) is None
    assert challenge(text) is None


@pytest.fixture
def certificate(tmp_path) -> Path:
    """A self-signed certificate for loopback, with its key in the same file."""
    openssl = shutil.which("openssl") or pytest.skip("openssl is not installed")
    path = tmp_path / "certificate.pem"
    words = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run(
        [openssl, *words.split(), "-keyout", path, "-out", tmp_path / "own.pem"],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + (tmp_path / "own.pem").read_bytes())
    return path


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("tls", ["strict", "old"])
def test_a_certificate_is_always_checked(certificate, tmp_path, monkeypatch, trusted: bool, tls: str) -> None:
    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404 if self.path == "/robots.txt" else 200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page("示例县2024年政府信息公开工作年度报告"))

        def log_message(self, format: str, *args: object) -> None:
            pass

    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # the refused handshakes
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        address = f"https://127.0.0.1:{server.server_address[1]}/"
        source = source_of(
            {"name": "tls", "region": "990101", "family": "trs", "list": [address], "tls": tls, "delay_s": 0},
            "",
        )
        fetcher = Fetcher(allow_local=True)
        said = ""
        try:
            answer = fetcher.get(Request(f"{address}t20250101_1.html"), source, lambda *_: None)
            assert answer.response.endswith(answer.body)
        except FetchError as error:
            said = str(error)
        finally:
            fetcher.close()
            server.shutdown()
    assert ("CERTIFICATE_VERIFY_FAILED" in said) != trusted


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("./202501/t20250101_1.html#top", "http://a.gov.cn/nb/202501/t20250101_1.html"),
        (" ../年报 1.pdf ", "http://a.gov.cn/%E5%B9%B4%E6%8A%A5%201.pdf"),
        ("//b.gov.cn/x", "http://b.gov.cn/x"),
        ("javascript:void(0)", None),
        ("mailto:a@b.cn", None),
        ("http://[::1/", None),
        ("http://a.gov.cn:port/", None),
    ],
)
def test_every_address_has_one_spelling(href: str, address: str | None) -> None:
    assert absolute("http://a.gov.cn/nb/", href) == address


@given(st.text(max_size=40))
def test_no_link_breaks_the_making_of_addresses(href: str) -> None:
    made = absolute("http://a.gov.cn/nb/", href)
    assert made is None or (made.isascii() and made.isprintable() and " " not in made)
