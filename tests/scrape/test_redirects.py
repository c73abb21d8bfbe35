"""Redirects, by HTTP and by pages that do nothing else: followed within a site, told where they lead out of it."""

import pytest
from answers import BODY, FIRST, HTML, as_html, broken
from local_sites import article, page, trs_site
from raw_server import REPORT, fetch, head, raw_server

from sample.sites.server import Answer
from scrape.archive import read_archive
from scrape.archive.index import read_index
from scrape.pages import page_redirect


@pytest.mark.parametrize("home", ["/", "/index.html"])
@pytest.mark.parametrize("way", ["http", "meta", "script"])
def test_a_redirect_to_the_home_page_is_a_missing_page(bench, home: str, way: str) -> None:
    answers = {
        "http": Answer(302, headers={"Location": home}),
        "meta": Answer(200, f"<meta http-equiv='refresh' content='0; url={home}'>".encode(), HTML),
        "script": Answer(200, f"<script>window.location.href='{home}';</script>".encode(), HTML),
    }
    sites = bench(broken(answers[way]))
    outcome = sites.run()
    assert (outcome.status, outcome.first["new"]) == (1, 2)
    assert "home page" in outcome.err
    assert "/" not in sites.asked()


def test_a_redirect_to_a_page_of_errors_is_a_missing_page(bench) -> None:
    outcome = bench(broken(Answer(302, headers={"Location": "/404.html"}))).run()
    assert "redirects to a page of errors (/404.html)" in outcome.err


def test_a_report_that_was_archived_before_its_address_was_redirected_home_stays_known(bench) -> None:
    site = trs_site(2)
    sites = bench(site)
    sites.run()
    site.answers[f"/{FIRST.path}"] = Answer(302, headers={"Location": "/"})
    assert sites.run("--refresh").first["failed"] == 1
    again = sites.run()
    assert (again.status, again.first["unchanged"], again.first["reports"]) == (0, 2, 2)


TO = f"/{article(7).path}"


@pytest.mark.parametrize(
    "redirect",
    [
        Answer(301, headers={"Location": TO}),
        Answer(302, headers={"Location": f"../202502/{TO.rpartition('/')[2]}"}),
        Answer(307, headers={"Location": TO}),
        Answer(200, f'<html><meta http-equiv="Refresh" content="0;url={TO}"></html>'.encode(), HTML),
        Answer(200, f"<META HTTP-EQUIV=refresh CONTENT='3; URL=\"{TO}\"'>正在跳转".encode(), HTML),
        Answer(200, f"<script>location.href='{TO}'</script>".encode(), HTML),
        Answer(200, f'<script>window.location.replace("{TO}");</script>'.encode(), HTML),
        Answer(200, f"<script language=javascript>\n<!--\ntop.location='{TO}';\n//--></script>".encode(), HTML),
        Answer(200, f"<body><script>self.location = \"{TO.replace('/', chr(92) + '/')}\"</script>".encode(), HTML),
        Answer(200, f"<script>setTimeout(function(){{document.location.href='{TO}';}},100)</script>".encode(), HTML),
    ],
)  # fmt: skip
def test_a_redirect_within_the_site_is_followed_and_the_report_not_fetched_again(
    bench, redirect: Answer
) -> None:
    sites = bench(broken(redirect, articles=[FIRST, article(7)]))
    assert sites.run().status == 0
    kept = {c.url: c.location for c in read_index(sites.archive / "index.cdxj") if c.kind == "redirect"}
    base = sites.served.base_url(trs_site())
    assert [address.endswith(FIRST.path) for address in kept] == [True]
    asked = len(sites.asked("/t2025"))
    assert sites.run().first["unchanged"] == 2
    assert len(sites.asked("/t2025")) == asked
    (sites.archive / "index.cdxj").unlink()  # what the index knows stands in the WARC file, too
    assert sites.run().first["unchanged"] == 2
    assert len(sites.asked("/t2025")) == asked
    assert {d.url for d in read_archive(sites.archive)} == {f"{base}{TO}"}


@pytest.mark.parametrize(
    "body",
    [
        f"<!-- <script>location.href='{TO}'</script> --><meta name=a>",
        f"<noscript><meta http-equiv=refresh content='0;url={TO}'></noscript>",
        f"<script>// location.href='{TO}'\n/* top.location='{TO}' */</script>",
        f"<script>if (/Mobile/.test(navigator.userAgent)) location.href='{TO}'</script>",
        f"<script>location.href='{TO}?'+Math.random()</script>",
        f"<script>function a(){{location='{TO}'}} function b(){{location='/b.html'}}</script>",
        f"<meta http-equiv=refresh content='600;url={TO}'>",
        "<meta http-equiv=refresh content='30'>",
        f"<script>var mylocation='{TO}'; x.location2='{TO}'</script>",
        page("示例").decode() + f"<script>function a(){{location.href='{TO}'}}</script>",
    ],
)
def test_what_sends_not_every_reader_to_one_address_is_not_followed(body: str) -> None:
    assert page_redirect(as_html(body)) is None


def test_redirects_in_a_circle_end(bench) -> None:
    outcome = bench(broken(Answer(302, headers={"Location": f"/{FIRST.path}"}))).run()
    assert "more than 5 redirects" in outcome.err


@pytest.mark.parametrize(
    "redirect",
    [
        Answer(302, headers={"Location": "http://127.0.0.250:9/x.html"}),
        Answer(200, b"<script>location.href='http://127.0.0.250:9/x.html'</script>", HTML),
    ],
)
def test_a_site_that_has_moved_is_told_with_what_to_write_into_its_file(bench, redirect: Answer) -> None:
    sites = bench(broken(redirect))
    outcome = sites.run()
    assert (outcome.status, outcome.first["failed"], outcome.first["new"]) == (1, 1, 2)
    assert 'if the site has moved there, write hosts = ["127.0.0.250"]' in outcome.err


def test_a_redirect_to_what_is_no_web_address_is_a_failure(bench) -> None:
    outcome = bench(broken(Answer(302, headers={"Location": "file:///etc/hosts"}))).run()
    assert "not a web address" in outcome.err


def test_a_redirect_without_an_address_is_a_failure(bench) -> None:
    assert "not a web address" in bench(broken(Answer(302))).run().err


@pytest.mark.parametrize(
    ("encoding", "as_asked"), [("gb18030", "%C4%EA%B1%A8"), ("utf-8", "%E5%B9%B4%E6%8A%A5")]
)
def test_a_redirect_whose_address_is_raw_chinese_is_asked_for_as_it_was_sent(
    encoding: str, as_asked: str
) -> None:
    raw = head("Content-Length: 0", "Connection: keep-alive", status="302 Found").replace(
        b"\r\n\r\n", b"\r\nLocation: /nb/" + "年报".encode(encoding) + b" 1.html\r\n\r\n"
    )
    target = f"/nb/{as_asked}%201.html"
    with raw_server({REPORT: raw, target: head(f"Content-Length: {len(BODY)}") + BODY}) as server:
        answer = fetch(server)
        assert answer.body == BODY
        assert server.asked[-1] == target


def test_a_redirect_to_another_port_of_a_host_the_source_names_is_followed() -> None:
    with raw_server({REPORT: head(f"Content-Length: {len(BODY)}") + BODY}) as new:
        moved = head(f"Location: {new.url}{REPORT}", "Content-Length: 0", status="301 Moved")
        with raw_server({REPORT: moved}) as old:
            assert fetch(old).url == f"{new.url}{REPORT}"
        assert new.asked == ["/robots.txt", REPORT]
