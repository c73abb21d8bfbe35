"""Pages that are none: browser challenges, captchas, "not found" with status 200; and pages that only look so."""

import pytest
from answers import FIRST, HTML, as_html, broken
from local_sites import COLUMN, article, page, trs_site

from sample.sites.server import Answer
from scrape.archive import read_archive
from scrape.archive.index import read_index
from scrape.exchange import Exchange
from scrape.pages import challenge, page_redirect, soft_404

# Challenges


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(412, b"<html><script>$_ts=window['$_ts']</script></html>", HTML), "412"),
        (Answer(405, b"<html><script>$_ts=window['$_ts']</script></html>", HTML), "$_ts"),
        (Answer(521, b"<script>document.cookie='__jsl_clearance=1'</script>", HTML), "521"),
        (Answer(512, b"<script>document.cookie='__jsluid_s=1'</script>", HTML), "512"),
        (Answer(202, b"<html><meta id='x' r='m'><script>$_ts={}</script></html>", HTML), "$_ts"),
        (Answer(202, b"<html><script src='/a.js'></script></html>", HTML), "script challenge (202)"),
        (Answer(200, b"<html><meta id=x content=y r='m'><script>var a=1</script></html>", HTML), "$_ts"),
        (Answer(200, b'<script>document.cookie="C3VK=abc";location.reload()</script>', HTML), "C3VK"),
        (Answer(200, b'<script>document.cookie="a=1";location.href="/x.html"</script>', HTML), "sets a cookie"),
        (Answer(200, "<html><title>安全验证</title><p>请拖动滑块完成验证</p></html>".encode(), HTML), "captcha"),
        (Answer(200, "<noscript>请开启JavaScript并刷新该页</noscript>".encode(), HTML), "asks for JavaScript"),
        (Answer(403, "<p>您的请求疑似攻击行为！</p>".encode(), HTML), "firewall"),
        (Answer(200, b"<html><script>".ljust(1157, b"x") + b"</script>", HTML), "1166 bytes"),
        (Answer(302, b"", {"Location": f"/{FIRST.path}", "Set-Cookie": "a=1"}), "redirect to the same address"),
    ],
)  # fmt: skip
def test_a_challenge_is_recorded_as_blocked_and_never_kept_as_a_report(
    bench, answer: Answer, reason: str
) -> None:
    sites = bench(broken(answer))
    outcome = sites.run()
    assert (outcome.status, outcome.first["last_result"]) == (1, "blocked")
    assert (outcome.first["blocked"], outcome.first["new"]) == (1, 2)
    assert reason in outcome.err
    assert len(list(read_archive(sites.archive))) == 2
    kept = [capture for capture in read_index(sites.archive / "index.cdxj") if capture.kind == "refused"]
    assert len(kept) == 1  # as evidence


def test_after_two_challenges_a_host_is_left_alone(bench) -> None:
    site = trs_site(8)
    for report in site.articles:
        site.answers[f"/{report.path}"] = Answer(412, b"<script>$_ts</script>", HTML)
    sites = bench(site)
    outcome = sites.run()
    assert outcome.first["blocked"] == 8
    assert len(sites.asked("/t2025")) == 2
    assert "left alone" in outcome.err


def test_a_challenge_in_place_of_robots_txt_blocks_the_host(bench) -> None:
    sites = bench(trs_site(3, answers={"/robots.txt": Answer(412, b"<script>$_ts</script>", HTML)}))
    outcome = sites.run()
    assert (outcome.status, outcome.first["last_result"], outcome.first["new"]) == (1, "blocked", 0)
    assert set(sites.asked()) == {"/robots.txt"}


def test_a_challenge_in_place_of_the_list_is_blocked_and_never_an_empty_list(bench) -> None:
    guard = Answer(200, b"<html><meta id='x' r='m'><script>$_ts={}</script></html>", HTML)
    outcome = bench(trs_site(3, answers={f"/{COLUMN}/": guard})).run()
    assert (outcome.status, outcome.first["last_result"]) == (1, "blocked")


def test_a_report_that_merely_carries_a_challenge_script_is_a_report(bench) -> None:
    guarded = article(0, body=page("示例", "<script>$_ts=window['$_ts'];document.cookie='a=1';</script>"))
    assert bench(trs_site(articles=[guarded])).run().status == 0


# Pages that are none


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html><title>404</title><h1>您访问的页面不存在或已删除</h1></html>", "您访问的页面"),
        ("<html><body>页面不存在</body></html>", "页面不存在"),
        ("<html><title>404</title><p>抱歉</p></html>", "404"),
        ("<html><title>提示</title><p>栏目建设中</p></html>", "栏目建设中"),
        ("<html><p>网站系统维护，请稍后访问</p></html>", "系统维护"),
        ("<html><p>临时维护</p></html>", "临时维护"),
        ("<html><img src='/images/404.png'></html>", "picture of an error"),
        ("<script>var to = '/x/'; window.location.href = to + 'y.html';</script>", "only redirects (script)"),
        ("<html><meta http-equiv='refresh' content='0; url=#'></html>", "only redirects (meta refresh)"),
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


@pytest.mark.parametrize(
    "body",
    [
        "<html><iframe src='/real/list.html'></iframe></html>",
        "<html><head><script src='/js/shell.js'></script></head><body><div id=app></div></body></html>",
        "<html><img src='W020250101.jpg'></html>",
        "<html><script src='/js/m.js'></script><script>if(phone())location.href='/m/a.html'</script></html>",
    ],
)
def test_a_shell_whose_content_comes_from_elsewhere_is_a_page(body: str) -> None:
    assert (challenge(as_html(body)), soft_404(as_html(body)), page_redirect(as_html(body))) == (
        None,
        None,
        None,
    )


def test_judging_an_answer_never_takes_a_plain_file_for_a_page() -> None:
    text = Exchange(
        "http://127.0.0.2/a.txt", "", 200, {"content-type": "text/plain"}, b"", b"", "页面不存在".encode()
    )
    assert soft_404(text) is None
    assert challenge(text) is None


def test_a_page_in_place_of_a_file_is_a_failure(bench) -> None:
    wrapper = article(1, body=page("见附件", '<a href="./P020250115001.pdf">附件</a>'))
    wrapper.attachments["P020250115001.pdf"] = page("这不是文件")
    outcome = bench(trs_site(articles=[wrapper])).run()
    assert outcome.status == 1
    assert "a web page came instead of the file" in outcome.err


def test_a_page_that_opens_comments_and_closes_none_is_judged_all_the_same() -> None:
    assert soft_404(as_html("<html><body>" + "<script>/*" * 50_000)) is None
    live = "<script>/* never closed</script><script>location.href='/a.html'</script>"
    assert soft_404(as_html(f"<html><body>{live}")) == "a page that only redirects (script)"
