"""Answers whose bytes are not as they should be: what is odd is read, what is not whole is never kept.

Each case is a server that sends exactly those bytes.
"""

import gzip
import os
import socket
import time
import zlib
from itertools import count

import pytest
from answers import BODY, FIRST, as_html, broken
from local_sites import page, trs_site
from raw_server import REPORT, Reply, fetch, head, raw_server

from sample.sites.server import Answer
from scrape.archive import read_archive
from scrape.archive.index import scan_warc
from scrape.archive.writer import About, ArchiveWriter
from scrape.client import wire
from scrape.client.fetch import Blocked, Missing
from scrape.client.wire import FetchError
from scrape.exchange import Exchange, decode
from scrape.pages import soft_404


def closed_after(*pieces: bytes) -> Reply:
    """A reply in pieces, then an end without a word."""

    def reply(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return reply


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"", "broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Ty", "broke off"),
        (head(f"Content-Length: {len(BODY) + 1}") + BODY, "broke off"),
        (head(f"Content-Length: {len(BODY)}") + BODY[:300], "broke off"),
        (head("Transfer-Encoding: chunked") + b"%x\r\n%b\r\n" % (len(BODY), BODY), "broke off"),
        (head(f"Content-Length: {len(BODY) - 9}", "Connection: keep-alive") + BODY, "more of it came"),
        (head("Content-Length: 5", "Content-Length: 6") + BODY, "broke off or is not HTTP"),
        (b"SSH-2.0-OpenSSH_8.0\r\n", "broke off or is not HTTP"),
        (head("Content-Encoding: gzip") + gzip.compress(BODY)[:-20], "compressed body breaks off"),
        (head("Content-Encoding: gzip") + gzip.compress(BODY)[:-8] + bytes(8), "compressed body is damaged"),
        (head("Content-Encoding: deflate") + zlib.compress(BODY)[:-9], "compressed body breaks off"),
        (head("Content-Encoding: gzip") + BODY, "compressed body is damaged"),
        (head("Content-Encoding: gzip") + b"\xfe\xed" * 250, "compressed body is damaged"),
        (head("Content-Encoding: br") + b"\xfe\xed" * 250, "encoded as br"),
        (head("Content-Encoding: zstd") + b"\xfe\xed" * 250, "encoded as zstd"),
        (head("Content-Length: 0"), "empty body"),
    ],
    ids=count(),
)
def test_an_answer_that_is_not_whole_is_never_kept(reply: Reply, reason: str) -> None:
    kept: list[tuple[Exchange, str]] = []
    with raw_server({REPORT: reply}) as server, pytest.raises(FetchError, match=reason):
        fetch(server, kept=kept)
    assert {kind for _, kind in kept} <= {"robots", "refused"}


ODD = [
    head() + BODY,
    b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + BODY,
    b"HTTP/1.0 200 OK\nContent-Type: text/html\n\n" + BODY,
    head(f"Content-Length: {len(BODY)}", status="200 \udcb3\udcc9\udcb9\udca6") + BODY,
    head("X-Powered-By: \udcb4\udcf3\udcba\udcba", f"Content-Length: {len(BODY)}") + BODY,
    head("Transfer-Encoding: chunked") + b"%X;a=b\r\n%b\r\n0\r\nX-Trailer: 1\r\n\r\n" % (len(BODY), BODY),
    b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + head(f"Content-Length: {len(BODY)}") + BODY,
    head("Content-Encoding: gzip") + gzip.compress(BODY),
    head("Content-Encoding: x-gzip") + gzip.compress(BODY),
    head("Content-Encoding: gzip") + gzip.compress(BODY) + b"\0\0\0\0",
    head("Content-Encoding: gzip") + gzip.compress(BODY[:200]) + gzip.compress(BODY[200:]),
    head("Content-Encoding: deflate") + zlib.compress(BODY),
    head("Content-Encoding: deflate") + zlib.compress(BODY)[2:-4],
    head("Content-Encoding: UTF-8") + BODY,
    head(f"Content-Length: {len(BODY)}", "Connection: keep-alive") + BODY + b"\r\n",
]


@pytest.mark.parametrize("reply", ODD, ids=count())
def test_an_answer_that_is_only_odd_is_read_and_read_back_from_the_archive(tmp_path, reply: bytes) -> None:
    with raw_server({REPORT: reply}) as server:
        answer = fetch(server)
    assert answer.body == BODY
    assert answer.response.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200"))
    with ArchiveWriter(tmp_path) as archive:
        archive.store(answer, About("raw", "report"))
    assert [document.body for document in read_archive(tmp_path)] == [BODY]
    assert [capture.sha256 for capture in scan_warc(tmp_path / "raw.warc.gz")] == [answer.sha256]


def test_what_a_server_sends_beyond_its_answer_is_not_taken_for_the_next_one() -> None:
    forged = head(f"Content-Length: {len(BODY)}", "Connection: keep-alive") + BODY
    robots = (
        head("Content-Length: 2", "Content-Type: text/plain", "Connection: keep-alive") + b"\r\n" + forged
    )
    real = page("真正的页面")
    served = raw_server({"/robots.txt": robots, REPORT: head() + real})
    with served as server, pytest.raises(FetchError, match="more of it came"):
        fetch(server)
    late = head("Content-Length: 0", "Connection: keep-alive", status="404 Not Found") + forged
    with raw_server({"/robots.txt": late, REPORT: head() + real}) as server:
        assert fetch(server).body == real
        assert server.connections == 2


def test_a_gzip_file_that_came_packed_is_unpacked_once_only() -> None:
    packed = gzip.compress(b"%PDF-1.4 example")
    with raw_server(
        {REPORT: head("Content-Type: application/gzip", "Content-Encoding: gzip") + gzip.compress(packed)}
    ) as server:
        assert fetch(server).body == packed


def test_a_page_in_gbk_that_calls_itself_gb2312_keeps_its_rare_characters() -> None:
    body = page("镕堃镇").decode().encode("gb18030")
    with raw_server({REPORT: head("Content-Type: text/html; charset=gb2312") + body}) as server:
        assert "镕堃镇" in fetch(server).text


def test_a_file_name_in_a_gbk_header_does_no_harm() -> None:
    told = 'Content-Disposition: attachment; filename="' + os.fsdecode("年报.doc".encode("gb18030")) + '"'
    with raw_server({REPORT: head("Content-Type: application/msword", told) + b"\xd0\xcf doc"}) as server:
        answer = fetch(server)
    assert "年报.doc" in answer.headers["content-disposition"]


def test_a_server_that_is_slow_to_its_first_byte_is_waited_for(monkeypatch) -> None:
    assert wire.READ_TIMEOUT_S >= 60

    def slow(connection: socket.socket) -> None:
        time.sleep(0.3)
        connection.sendall(head() + BODY)

    monkeypatch.setattr(wire, "READ_TIMEOUT_S", 20)
    with raw_server({REPORT: slow}) as server:
        assert fetch(server).body == BODY
    monkeypatch.setattr(wire, "READ_TIMEOUT_S", 0.05)
    with raw_server({REPORT: slow}) as server, pytest.raises(FetchError, match="no answer within"):
        fetch(server)


def test_a_server_that_fails_twice_is_asked_again_and_answers(bench) -> None:
    sites = bench(broken(Answer(503, times=2)))
    assert sites.run().status == 0
    assert len(sites.asked(FIRST.path)) == 3


def test_a_server_that_keeps_failing_is_asked_three_times(bench) -> None:
    sites = bench(broken(Answer(503)))
    outcome = sites.run()
    assert "HTTP 503" in outcome.err
    assert len(sites.asked(FIRST.path)) == 3


@pytest.mark.parametrize(
    "half", [b"", b"HTTP/1.1 200 OK\r\n", head("Content-Length: 900") + b"<html>"], ids=count()
)
def test_a_connection_dropped_before_or_after_the_head_is_tried_again(half: bytes) -> None:
    with raw_server({REPORT: [closed_after(half), head() + BODY]}) as server:
        assert fetch(server).body == BODY


def test_a_host_that_never_answers_is_given_up_after_three_documents(bench) -> None:
    site = trs_site(9)
    for report in site.articles:
        site.answers[f"/{report.path}"] = Answer(drop=True)
    sites = bench(site)
    assert sites.run().first["failed"] == 9
    assert len(sites.asked("/t2025")) == 9  # three documents, three times each


def test_the_errors_say_whether_the_page_is_missing_or_withheld() -> None:
    with raw_server({}) as server, pytest.raises(Missing, match="HTTP 404"):
        fetch(server)
    with raw_server({REPORT: head(status="412 Precondition Failed")}) as server, pytest.raises(Blocked):
        fetch(server)


def test_a_page_in_an_encoding_that_no_browser_knows_is_read_as_what_it_is_and_at_once() -> None:
    words = "示例县公开渠道保持畅通。" * 20_000
    for named in ("punycode", "idna", "utf-7", "unicode_escape"):
        assert decode(words.encode(), named) == words
        marked = f"<meta charset={named}>{words}"
        assert decode(marked.encode(), None) == marked


def test_a_page_whose_blocks_are_never_closed_is_judged_by_its_beginning() -> None:
    bomb = "<html><body><p>示例县</p>" + "<div>" * 200_000
    assert as_html(bomb).visible_text == "示例县"
    assert soft_404(as_html(bomb)) is None
    flat = "<html><body>" + "<!-- <div> --><div>示例县</div>" * 2000
    assert as_html(flat).visible_text.count("示例县") == 2000
