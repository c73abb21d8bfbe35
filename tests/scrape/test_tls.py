"""Encrypted connections: certificates are always checked, weak ones taken only where a source says so."""

import shutil
import socket
import ssl
import struct
import subprocess
from pathlib import Path

import pytest
from answers import BODY
from raw_server import REPORT, fetch, head, raw_server

from scrape.client.wire import FetchError


def made_certificate(folder: Path, bits: int) -> Path:
    """A self-signed certificate for loopback, with its key in the same file; `own.pem` beside it is without."""
    openssl = shutil.which("openssl") or pytest.skip("openssl is not installed")
    path = folder / "certificate.pem"
    words = (
        f"req -x509 -newkey rsa:{bits} -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    made = [openssl, *words.split(), "-keyout", str(path), "-out", str(folder / "own.pem")]
    subprocess.run(made, check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + (folder / "own.pem").read_bytes())
    return path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of these tests; that its key takes long to find is no part of them."""
    return made_certificate(tmp_path_factory.mktemp("certificate"), bits=2048)


def server_side(path: Path, ciphers: str = "DEFAULT") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(ciphers)
    context.load_cert_chain(path)
    return context


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("tls", ["strict", "old"])
def test_a_certificate_is_always_checked(certificate, monkeypatch, trusted: bool, tls: str) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with raw_server({REPORT: head() + BODY}, tls=server_side(certificate)) as server:
        if trusted:
            assert fetch(server, tls=tls).response.endswith(BODY)
        else:
            with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
                fetch(server, tls=tls)


def test_an_upgrade_to_https_is_followed_and_its_certificate_checked(certificate, monkeypatch) -> None:
    for trusted in (False, True):
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with raw_server({REPORT: head() + BODY}, tls=server_side(certificate)) as secure:
            to = head(f"Location: {secure.url}{REPORT}", "Content-Length: 0", status="301 Moved Permanently")
            with raw_server({REPORT: to}) as plain:
                if trusted:
                    assert fetch(plain).url == f"{secure.url}{REPORT}"
                else:
                    with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
                        fetch(plain)
            assert secure.asked == (["/robots.txt", REPORT] if trusted else [])


def test_weak_keys_are_taken_from_a_server_only_if_its_source_says_so(tmp_path, monkeypatch) -> None:
    path = made_certificate(tmp_path, bits=1024)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with raw_server({REPORT: head() + BODY}, tls=server_side(path, "ALL:@SECLEVEL=0")) as server:
        with pytest.raises(FetchError, match="no connection"):
            fetch(server)
        assert fetch(server, tls="old").body == BODY


def test_a_server_with_a_broken_curve_is_understood_when_only_one_is_offered(
    certificate, monkeypatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = server_side(certificate)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    only_p256 = bytes.fromhex("000a 0004 0002 0017")

    class Front:
        """Speaks TLS as it should to who offers one curve; to all others with a point that lies on none."""

        def wrap_socket(self, connection: socket.socket, *, server_side: bool) -> ssl.SSLSocket:
            if only_p256 in connection.recv(65536, socket.MSG_PEEK):
                return context.wrap_socket(connection, server_side=server_side)
            connection.recv(65536)
            connection.sendall(
                broken_hello(ssl.PEM_cert_to_DER_cert(certificate.with_name("own.pem").read_text()))
            )
            connection.recv(65536)
            raise OSError("the client has refused")

    with raw_server({REPORT: head() + BODY}, tls=Front()) as server:
        assert fetch(server).body == BODY
    monkeypatch.delenv("SSL_CERT_FILE")
    with raw_server({REPORT: head() + BODY}, tls=Front()) as server:
        with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(server)
        assert server.asked == []


def broken_hello(der: bytes) -> bytes:
    """The first words of a TLS 1.2 server whose key exchange has a point that does not lie on its curve."""

    def handshake(kind: int, body: bytes) -> bytes:
        return struct.pack(">B", kind) + len(body).to_bytes(3, "big") + body

    renegotiation = bytes.fromhex("ff01 0001 00")
    hello = b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2f" + b"\x00" + struct.pack(">H", 5) + renegotiation
    chain = len(der).to_bytes(3, "big") + der
    point = b"\x04" + b"\x01" * 96
    exchange = (
        b"\x03\x00\x18" + bytes([len(point)]) + point + b"\x08\x04" + struct.pack(">H", 256) + bytes(256)
    )
    flight = (
        handshake(2, hello)
        + handshake(11, len(chain).to_bytes(3, "big") + chain)
        + handshake(12, exchange)
        + handshake(14, b"")
    )
    return b"\x16\x03\x03" + struct.pack(">H", len(flight)) + flight
