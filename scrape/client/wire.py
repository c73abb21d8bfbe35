"""Connections: to checked addresses only, one at a time, with every byte received kept for the archive.

One `Wire` a host, over httpcore. Delays, retries, redirects and robots.txt are `scrape.client.fetch`'s.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any, Literal

import httpcore
import httpx

from scrape.addresses import is_allowed
from scrape.client.message import MAX_BYTES, headers_of, message_of, too_large, unpacked
from scrape.exchange import Exchange, FetchError, Request, Silence, UnsafeAddress, now

__all__ = ["FetchError", "Silence", "Tls", "UnsafeAddress", "Wire", "tls_context"]

CONNECT_TIMEOUT_S = 20.0
READ_TIMEOUT_S = 60.0
"""State-run servers take half a minute to their first byte; twenty seconds would lose them."""

MAX_DOCUMENT_S = 900.0

Tls = Literal["strict", "old", "p256"]


class _Recorder(httpcore.NetworkBackend):
    """Opens connections after checking where they lead, and keeps what passes over them."""

    def __init__(self, *, allow_local: bool) -> None:
        self._allow_local = allow_local
        self._backend = httpcore.SyncBackend()
        self._open: set[Any] = set()
        self.sent = bytearray()
        self.received = bytearray()
        self.peer: str | None = None
        self.ends_at = 0.0

    def begin(self) -> None:
        """Make ready for the next exchange."""
        self.sent.clear()
        self.received.clear()
        self.ends_at = time.monotonic() + MAX_DOCUMENT_S

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers. UnsafeAddress before any byte is sent.

        The name is looked up once and the address that was checked is the one connected to, so that a second
        look-up cannot lead elsewhere.
        """
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
        except UnicodeError:
            raise httpcore.ConnectError(f"{host} is not a name that can be looked up") from None
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


class _RecordedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, recorder: _Recorder) -> None:
        self._stream = stream
        self._recorder = recorder
        self._socket = stream.get_extra_info("socket")
        recorder.took(self._socket)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left_s = self._recorder.ends_at - time.monotonic()
        if left_s <= 0:
            raise FetchError(f"it was still coming in after {MAX_DOCUMENT_S:.0f} s")
        piece = self._stream.read(max_bytes, timeout)
        self._recorder.received += piece
        if len(self._recorder.received) > MAX_BYTES:
            raise FetchError(too_large())
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


class Wire:
    """The one connection to a host. Keeps no cookies, follows no redirects, heeds no proxy.

    allow_local: only loopback addresses may be reached, instead of only public ones. context: makes the TLS
    settings when they are first needed.
    """

    def __init__(
        self, user_agent: str, *, allow_local: bool, tls: Tls, context: Callable[[Tls], ssl.SSLContext]
    ) -> None:
        self._recorder = _Recorder(allow_local=allow_local)
        self._context = context
        self._tls = tls
        self._pool = self._new_pool(None)
        self._speaks_tls = False
        self._heads = {
            "User-Agent": user_agent,
            "Accept": "*/*",
            "Accept-Language": "zh-CN,zh",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "keep-alive",
        }

    def _new_pool(self, context: ssl.SSLContext | None) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=1,
            keepalive_expiry=30.0,
            network_backend=self._recorder,
        )

    @property
    def received_bytes(self) -> int:
        """How much the last exchange received, be it whole or not."""
        return len(self._recorder.received)

    def abort(self) -> None:
        """End the connection at once, also while another thread is reading from it."""
        self._recorder.abort()

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def send(self, request: Request) -> Exchange:
        """Send one request and read the whole answer, of whatever status, within the limits of size and time.

        Silence if no whole answer came, another FetchError if it must not be taken.
        """
        try:
            return self._exchange(request)
        except httpcore.ConnectError as error:
            if "BAD_ECPOINT" not in str(error):
                raise Silence(_cause(error)) from None
        except (httpx.InvalidURL, httpcore.UnsupportedProtocol, httpcore.LocalProtocolError, UnicodeError):
            raise FetchError("not a valid address") from None
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise Silence(_cause(error)) from None
        # A server that answers with a point of another curve than agreed on is understood with only one to choose.
        self._speak_tls("p256")
        try:
            return self._exchange(request)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise Silence(_cause(error)) from None

    def _speak_tls(self, tls: Tls) -> None:
        """Connect with these TLS settings from now on."""
        self._pool.close()
        self._pool = self._new_pool(self._context(tls))
        self._speaks_tls = True

    def _exchange(self, request: Request) -> Exchange:
        recorder = self._recorder
        recorder.begin()
        fetched_at = now()
        url = httpx.URL(request.url)
        if url.scheme == "https" and not self._speaks_tls:
            self._speak_tls(self._tls)
        told = {"Host": url.netloc.decode("ascii"), **self._heads, **request.headers}
        if request.content is not None:
            told["Content-Length"] = str(len(request.content))
        heads = [(name.encode("ascii"), value.encode("ascii")) for name, value in told.items()]
        timeout = {"connect": CONNECT_TIMEOUT_S, "read": READ_TIMEOUT_S, "write": READ_TIMEOUT_S}
        with self._pool.stream(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=heads,
            content=request.content,
            extensions={"timeout": timeout},
        ) as answer:
            headers = headers_of(answer.headers)
            if int(headers.get("content-length") or 0) > MAX_BYTES:
                raise FetchError(too_large())
            payload = b"".join(answer.iter_stream())
        response, surplus = message_of(bytes(recorder.received), answer.status, headers)
        if surplus:
            # What follows would be taken for the answer to the next request.
            for connection in self._pool.connections:
                connection.close()
            if surplus.strip() and answer.status < 300:
                raise FetchError("more of it came than the server announced, so it may be cut off")
        return Exchange(
            url=request.url,
            fetched_at=fetched_at,
            status=answer.status,
            headers=headers,
            request=bytes(recorder.sent),
            response=response,
            body=unpacked(payload, headers.get("content-encoding", "")),
            peer=recorder.peer,
        )


def tls_context(tls: Tls) -> ssl.SSLContext:
    """TLS settings; certificates are checked with all of them.

    old: weak key exchange and old renegotiation, for servers of another decade. p256: one curve only.
    """
    context = ssl.create_default_context()
    if tls == "old":
        context.set_ciphers("DEFAULT:@SECLEVEL=1")
        context.options |= 0x4  # OP_LEGACY_SERVER_CONNECT, which ssl names only from Python 3.12 on
    elif tls == "p256":
        context.set_ecdh_curve("prime256v1")
    return context


def _cause(error: Exception) -> str:
    if isinstance(error, httpcore.ReadTimeout):
        return f"no answer within {READ_TIMEOUT_S:.0f} s"
    if isinstance(error, httpcore.TimeoutException):
        return f"no connection within {CONNECT_TIMEOUT_S:.0f} s"
    if isinstance(error, httpcore.ProtocolError):
        return "the answer broke off or is not HTTP"
    text = " ".join(str(error).split())
    return f"no connection ({text})" if text else "no connection"
