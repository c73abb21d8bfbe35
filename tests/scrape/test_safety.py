"""Asking safely: only hosts that a source names, only public addresses, and never more than the limits."""

import gzip
import socket
import time
import zlib
from contextlib import suppress
from itertools import count

import pytest
from answers import BODY, FIRST, HTML
from hypothesis import given
from hypothesis import strategies as st
from local_sites import COLUMN, article, page, trs_site
from raw_server import REPORT, RawServer, Reply, fetch, head, raw_server

from sample.sites.server import Answer
from scrape.addresses import absolute, is_allowed, registered_domain
from scrape.archive import read_archive
from scrape.client import message, wire
from scrape.client.fetch import Fetcher
from scrape.client.wire import FetchError, UnsafeAddress
from scrape.exchange import Exchange, Request
from scrape.source import source_of

# Hosts


@pytest.mark.parametrize(
    "target", ["http://127.0.0.250:9/x.html", "http://example.org/x.html", "http://2130706433/x.html"]
)
def test_a_redirect_to_another_domain_is_not_followed(bench, target: str) -> None:
    outcome = bench(trs_site(3, answers={f"/{FIRST.path}": Answer(302, headers={"Location": target})})).run()
    assert (outcome.status, outcome.first["failed"], outcome.first["new"]) == (1, 1, 2)
    assert "a host that the source does not name" in outcome.err


def test_a_listed_report_on_a_host_the_source_does_not_name_is_not_asked_for(bench) -> None:
    link = '<li><a href="http://127.0.0.99:1/t20250101_1.html">示例县2024年政府信息公开工作年度报告</a></li>'
    answer = Answer(200, f"<html><body>{link}</body></html>".encode(), HTML)
    outcome = bench(trs_site(1, answers={f"/{COLUMN}/": answer})).run()
    assert outcome.status == 1
    assert "127.0.0.99, a host that the source does not name" in outcome.err


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


# Addresses


def test_without_allow_local_no_loopback_address_is_reached(bench) -> None:
    sites = bench(trs_site(1), delay_s=0)
    outcome = sites.run(local=False)
    assert outcome.status == 1
    assert "not a public address" in outcome.err
    assert sites.asked() == []


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.3.4", "192.168.1.1", "127.0.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
     "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "240.0.0.1", "255.255.255.255",
     "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::7f00:1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:c0a8:101::", "2001:0:7f00:1::1",
     "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001:db8::1"],
)  # fmt: skip
def test_no_address_inside_somebodys_network_is_ever_connected_to(address: str) -> None:
    assert not is_allowed(address, allow_local=False)
    assert is_allowed(address, allow_local=True) == (address in {"127.0.0.1", "::1", "::ffff:127.0.0.1"})


@pytest.mark.parametrize(
    "address", ["114.114.114.114", "2400:3200::1", "::ffff:114.114.114.114", "64:ff9b::7272:7272"]
)
def test_a_public_address_may_be_connected_to_but_not_from_a_local_run(address: str) -> None:
    assert is_allowed(address, allow_local=False)
    assert not is_allowed(address, allow_local=True)


@given(st.ip_addresses(v=4))
def test_an_address_is_as_allowed_in_the_clothes_of_ipv6_as_without(ip) -> None:
    bare = is_allowed(str(ip), allow_local=False)
    packed = int(ip)
    for dressed in (f"::ffff:{ip}", f"64:ff9b::{packed >> 16:x}:{packed & 0xFFFF:x}"):
        assert is_allowed(dressed, allow_local=False) == bare
    assert not (is_allowed(f"2002:{packed >> 16:x}:{packed & 0xFFFF:x}::1", allow_local=False) and not bare)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "[::ffff:127.0.0.1]"]
)
def test_no_spelling_of_a_loopback_address_gets_past_the_check(host: str) -> None:
    with raw_server({REPORT: head() + BODY}) as server:
        address = f"http://{host}:{server.address[1]}/nb/"
        source = source_of(
            {"name": "odd", "region": "990101", "family": "trs", "list": [address], "delay_s": 2}, "odd.toml"
        )
        fetcher = Fetcher()
        with pytest.raises(FetchError, match=r"not a (public|valid) address"):
            fetcher.get(Request(address), source, lambda *_: None)
        fetcher.close()
        assert server.connections == 0


class NameServer:
    """What names mean is nothing that a local server can decide, so the look-up of one name is played here."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *rounds: list[str]) -> None:
        self._rounds = list(rounds)
        self._real = socket.getaddrinfo
        self.asked = 0
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)

    def _answer(self, host: str, port: int, *more: int, **named: int) -> list[tuple]:
        if host != "localhost":
            return self._real(host, port, *more, **named)
        self.asked += 1
        addresses = self._rounds.pop(0) if len(self._rounds) > 1 else self._rounds[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


def by_name(server: RawServer) -> Exchange:
    """The report of a server that the source knows by its name."""
    base = f"http://localhost:{server.address[1]}"
    fetcher = Fetcher(allow_local=True)
    try:
        return fetcher.get(Request(base + REPORT), server.source(list=[f"{base}/nb/"]), lambda *_: None)
    finally:
        fetcher.close()


def test_a_name_with_one_public_and_one_private_address_is_not_asked(monkeypatch) -> None:
    NameServer(monkeypatch, ["127.0.0.1", "10.0.0.1"])
    with raw_server({REPORT: head() + BODY}) as server:
        with pytest.raises(UnsafeAddress, match=r"10\.0\.0\.1"):
            by_name(server)
        assert server.connections == 0


def test_a_name_that_changes_its_address_is_checked_at_every_connection(monkeypatch) -> None:
    NameServer(monkeypatch, ["127.0.0.1"], ["192.168.1.1"])
    with raw_server(
        {"/robots.txt": head("Content-Length: 0", "Connection: close", status="404 No")}
    ) as server:
        with pytest.raises(UnsafeAddress, match=r"192\.168\.1\.1"):
            by_name(server)
        assert server.asked == ["/robots.txt"]


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch) -> None:
    """A second look-up, between check and connection, is where a name would be turned on somebody's network."""
    names = NameServer(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
    with raw_server({REPORT: head("Content-Length: 900", "Connection: keep-alive") + BODY[:900]}) as server:
        assert by_name(server).peer == "127.0.0.1"
        assert names.asked == server.connections == 1


# Limits


def test_a_document_over_the_limit_is_not_taken(bench) -> None:
    large = Answer(200, bytes(51_000_000), {"Content-Type": "application/pdf"})
    outcome = bench(trs_site(3, answers={f"/{FIRST.path}": large})).run()
    assert (outcome.status, outcome.first["new"]) == (1, 2)
    assert "larger than 50 MB" in outcome.err
    assert outcome.first["received_mb"] < 1  # by its announced length, before it comes


def test_a_small_body_that_unpacks_to_a_huge_one_is_not_taken(bench) -> None:
    bomb = Answer(200, gzip.compress(bytes(120_000_000), 1), {**HTML, "Content-Encoding": "gzip"})
    outcome = bench(trs_site(3, answers={f"/{FIRST.path}": bomb})).run()
    assert (outcome.status, outcome.first["new"]) == (1, 2)
    assert "unpacked" in outcome.err


def endless(first: bytes, piece: bytes) -> Reply:
    """A reply that goes on for as long as anybody listens."""

    def reply(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(first)
            while True:
                connection.sendall(piece)

    return reply


MANY_MEMBERS = gzip.compress(bytes(400_000)) * 20
CHUNK = b"%x\r\n%b\r\n" % (60_000, bytes(60_000))


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (head("Content-Length: 99999999999"), "larger than"),
        (endless(head("Transfer-Encoding: chunked"), CHUNK), "larger than"),
        (endless(head(), bytes(60_000)), "larger than"),
        (endless(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n"), "broke off or is not HTTP"),
        (endless(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x" * 60_000), "broke off or is not HTTP"),
        (endless(b"", b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 1000), "larger than"),
        (head("Content-Encoding: deflate") + zlib.compress(bytes(5_000_000)), "larger than"),
        (head("Content-Encoding: deflate") + zlib.compress(bytes(5_000_000))[2:-4], "larger than"),
        (head("Content-Encoding: gzip") + MANY_MEMBERS, "larger than"),
        (head("Content-Encoding: gzip, gzip") + gzip.compress(gzip.compress(BODY)), "encoded as gzip, gzip"),
    ],
    ids=count(),
)
def test_what_never_ends_or_unpacks_without_end_is_left(monkeypatch, reply: Reply, reason: str) -> None:
    monkeypatch.setattr(message, "MAX_BYTES", 500_000)
    monkeypatch.setattr(wire, "MAX_BYTES", 500_000)
    monkeypatch.setattr(message, "MAX_DECODED_BYTES", 4_000_000)
    with raw_server({REPORT: reply}) as server, pytest.raises(FetchError, match=reason):
        fetch(server)


def test_gzip_within_gzip_is_unpacked_once_and_no_further() -> None:
    bomb = gzip.compress(gzip.compress(bytes(10_000_000)))
    with raw_server(
        {REPORT: head("Content-Type: application/gzip", "Content-Encoding: gzip") + bomb}
    ) as server:
        assert len(fetch(server).body) < 100_000


@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 200 OK\r\nX-Slow: ", head(), head("Transfer-Encoding: chunked") + b"ffff\r\n"]
)
def test_an_answer_that_drips_is_left_after_the_time_for_one_document(monkeypatch, start: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(start)
            while True:
                connection.sendall(b"x")
                time.sleep(0.01)

    monkeypatch.setattr(wire, "MAX_DOCUMENT_S", 0.3)
    with raw_server({REPORT: drip}) as server, pytest.raises(FetchError, match="still coming in after"):
        fetch(server)


def test_no_file_is_named_by_what_comes_from_the_net(bench) -> None:
    evil = article(1, body=page("见附件", '<p><a href="./..%2f..%2fP020250115001.docx">附件.docx</a></p>'))
    path = f"/{COLUMN}/{evil.path.split('/')[-2]}/../../P020250115001.docx"
    named = Answer(200, b"PK\x03\x04", {"Content-Disposition": 'attachment; filename="../../../evil.docx"'})
    sites = bench(trs_site(articles=[evil], answers={path: named, f"/{COLUMN}/P020250115001.docx": named}))
    sites.run()
    assert list(read_archive(sites.archive))
    assert {p.name for p in sites.archive.iterdir()} == {
        ".lock",
        "example.warc.gz",
        "index.cdxj",
        "log.jsonl",
    }
    assert {p.name for p in sites.archive.parent.iterdir()} == {"archive", "sources"}


# Links


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
