"""Connections: to checked addresses only, one at a time, with every byte received kept for the archive.

An httpx transport over httpcore. Delays, retries and robots.txt are `scrape.fetch`'s.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore
import httpx

from scrape.exchange import Exchange, Request, now

CONNECT_TIMEOUT_S = 20.0
READ_TIMEOUT_S = 60.0
"""State-run servers take half a minute to their first byte; twenty seconds would lose them."""


MAX_BYTES = 50_000_000
MAX_DECODED_BYTES = 100_000_000
MAX_DOCUMENT_S = 900.0

_ENCODINGS = {"", "identity", "gzip", "deflate"}


class FetchError(Exception):
    """Why an address gave no document: a clause for the person at the terminal. `result` as in the log."""

    result = "failed"


class UnsafeAddress(FetchError):
    """The host resolves to an address that must not be asked: private, loopback, link-local …"""


class Silence(FetchError):
    """No whole answer came; asking again may help."""


class Recorder(httpcore.NetworkBackend):
    """Opens connections after checking where they lead, and keeps what passes over them.

    allow_local: only loopback addresses may be reached, instead of only public ones.
    """

    def __init__(self, *, allow_local: bool) -> None:
        self._allow_local = allow_local
        self._backend = httpcore.SyncBackend()
        self._open: set[Any] = set()
        self.sent = bytearray()
        self.received = bytearray()
        self.peer: str | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers. UnsafeAddress before any byte is sent."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            self.peer = address
            return _RecordedStream(stream, self)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"the name {host} is not known ({error.strerror})") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if not is_allowed(address, allow_local=self._allow_local):
                wanted = "a loopback address" if self._allow_local else "a public address (--allow-local?)"
                raise UnsafeAddress(f"{host} is at {address}, which is not {wanted}")
        return addresses

    def took(self, sock: Any) -> None:
        """Remember an open socket, so that `abort` can end it."""
        self._open.add(sock)

    def closed(self, sock: Any) -> None:
        """Forget a socket."""
        self._open.discard(sock)

    def abort(self) -> None:
        """End all connections at once, also those that another thread is reading from."""
        for sock in list(self._open):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # already closed


def is_allowed(address: str, *, allow_local: bool) -> bool:
    """Whether an IP address may be connected to: public ones, or with `allow_local` loopback ones only."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if allow_local:
        return ip.is_loopback
    if isinstance(ip, ipaddress.IPv6Address) and ip.sixtofour and not ip.sixtofour.is_global:
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_loopback and not ip.is_private


class _RecordedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, recorder: Recorder) -> None:
        self._stream = stream
        self._recorder = recorder
        self._socket = stream.get_extra_info("socket")
        recorder.took(self._socket)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        piece = self._stream.read(max_bytes, timeout)
        self._recorder.received += piece
        return piece

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._recorder.sent += buffer
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._recorder.closed(self._socket)
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._recorder.closed(self._socket)
        return _RecordedStream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._recorder)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class WireTransport(httpx.BaseTransport):
    """httpx over one connection of a Recorder, which then holds the last request and answer byte for byte."""

    def __init__(self, recorder: Recorder, *, old_tls: bool = False) -> None:
        self.recorder = recorder
        self._pool = httpcore.ConnectionPool(
            ssl_context=_old_tls() if old_tls else ssl.create_default_context(),
            max_connections=1,
            keepalive_expiry=30.0,
            network_backend=recorder,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Errors are httpcore's, and UnsafeAddress."""
        self.recorder.sent.clear()
        self.recorder.received.clear()
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _old_tls() -> ssl.SSLContext:
    """For servers of another decade: weak key exchange and old renegotiation, certificates still checked."""
    context = ssl.create_default_context()
    context.set_ciphers("DEFAULT:@SECLEVEL=1")
    context.options |= 0x4  # OP_LEGACY_SERVER_CONNECT, which ssl names only from Python 3.12 on
    return context


def client(recorder: Recorder, user_agent: str, *, old_tls: bool) -> httpx.Client:
    """An httpx client over `recorder` that keeps no cookies and follows no redirects."""
    return httpx.Client(
        transport=WireTransport(recorder, old_tls=old_tls),
        headers={
            "User-Agent": user_agent,
            "Accept": "*/*",
            "Accept-Language": "zh-CN,zh",
            "Accept-Encoding": "gzip, deflate",
        },
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        trust_env=False,  # a proxy would go where the checks of addresses cannot follow
    )


def send(client: httpx.Client, recorder: Recorder, request: Request) -> Exchange:
    """Send one request and read the whole answer, of whatever status, within the limits of size and time.

    Silence if no whole answer came, another FetchError if it must not be taken.
    """
    try:
        return _exchange(client, recorder, request)
    except (httpx.InvalidURL, httpcore.UnsupportedProtocol, httpcore.LocalProtocolError):
        raise FetchError("not a valid address") from None
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise Silence(_cause(error)) from None
    except httpx.DecodingError:
        raise FetchError("its compressed body is damaged") from None


def _exchange(client: httpx.Client, recorder: Recorder, request: Request) -> Exchange:
    ends_at = time.monotonic() + MAX_DOCUMENT_S
    fetched_at = now()
    body = bytearray()
    with client.stream(
        request.method, request.url, content=request.content, headers=dict(request.headers)
    ) as answer:
        if int(answer.headers.get("content-length") or 0) > MAX_BYTES:
            raise FetchError(_too_large())
        encoding = answer.headers.get("content-encoding", "").strip().lower()
        if encoding not in _ENCODINGS:
            raise FetchError(f"its body is encoded as {encoding}, which was not asked for")
        for piece in answer.iter_bytes():
            body += piece
            if len(recorder.received) > MAX_BYTES or len(body) > MAX_DECODED_BYTES:
                raise FetchError(_too_large())
            if time.monotonic() > ends_at:
                raise FetchError(f"it was still coming in after {MAX_DOCUMENT_S:.0f} s")
    return Exchange(
        url=request.url,
        fetched_at=fetched_at,
        status=answer.status_code,
        headers={name.lower(): value for name, value in answer.headers.items()},
        request=bytes(recorder.sent),
        response=bytes(recorder.received),
        body=bytes(body),
        peer=recorder.peer,
    )


def _too_large() -> str:
    return f"it is larger than {MAX_BYTES // 1_000_000} MB, or {MAX_DECODED_BYTES // 1_000_000} MB unpacked"


def _cause(error: Exception) -> str:
    if isinstance(error, httpcore.ReadTimeout):
        return f"no answer within {READ_TIMEOUT_S:.0f} s"
    if isinstance(error, httpcore.TimeoutException):
        return f"no connection within {CONNECT_TIMEOUT_S:.0f} s"
    if isinstance(error, httpcore.ProtocolError):
        return "the answer broke off or is not HTTP"
    text = " ".join(str(error).split())
    return f"no connection ({text})" if text else "no connection"
