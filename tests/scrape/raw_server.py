"""A server that answers with the very bytes a test gives it, whatever HTTP says of them; and one client to ask it."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from scrape.client.fetch import Fetcher
from scrape.exchange import Exchange, Request
from scrape.source import Source, source_of

Reply = bytes | Callable[[socket.socket], None]
"""Bytes to send, after which the connection is closed unless they say keep-alive; or what to do instead."""

REPORT = "/zfxxgk/t20250101_1.html"
NONE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def head(*lines: str, status: str = "200 OK") -> bytes:
    """The head of an answer, for a page unless its lines say otherwise."""
    typed = any(line.lower().startswith("content-type") for line in lines)
    return "\r\n".join(
        [f"HTTP/1.1 {status}", *lines, *([] if typed else ["Content-Type: text/html"]), "", ""]
    ).encode("utf-8", "surrogateescape")


@dataclass
class RawServer:
    """A running server: where it is, what was asked for, on how many connections, and all that came in."""

    address: tuple[str, int]
    scheme: str = "http"
    asked: list[str] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.address[0]}:{self.address[1]}"

    def source(self, **keys: object) -> Source:
        given = {
            "name": "raw",
            "region": "990101",
            "family": "trs",
            "list": [f"{self.url}/nb/"],
            "delay_s": 0,
        }
        return source_of(given | keys, "raw.toml")


@contextmanager
def raw_server(
    answers: dict[str, Reply | list[Reply]], *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[RawServer]:
    """Serve while the context lasts. A list is answered in turn, its last for ever; what is not there is 404."""
    listener = socket.create_server((host, 0))
    server = RawServer(listener.getsockname()[:2], "https" if tls else "http")
    left = {path: list(reply) if isinstance(reply, list) else [reply] for path, reply in answers.items()}

    def serve_one(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            stream = tls.wrap_socket(connection, server_side=True) if tls else connection
            with stream:
                pending = b""
                while True:
                    while b"\r\n\r\n" not in pending:
                        piece = stream.recv(65536)
                        if not piece:
                            return
                        pending += piece
                    request, _, pending = pending.partition(b"\r\n\r\n")
                    path = request.split(b" ")[1].decode()
                    server.asked.append(path)
                    replies = left.get(path, [NONE])
                    reply = replies.pop(0) if len(replies) > 1 else replies[0]
                    if callable(reply):
                        reply(stream)
                        return
                    stream.sendall(reply)
                    if reply is not NONE and b"keep-alive" not in reply.partition(b"\r\n\r\n")[0]:
                        return

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                server.connections += 1
                threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def fetch(
    server: RawServer, path: str = REPORT, kept: list[tuple[Exchange, str]] | None = None, **keys: object
) -> Exchange:
    """What the client makes of one address of the server. FetchError as it raises it."""
    fetcher = Fetcher(allow_local=True, delay_s=0)
    try:
        return fetcher.get(
            Request(f"{server.url}{path}"),
            server.source(**keys),
            lambda answer, kind: kept.append((answer, kind)) if kept is not None else None,
        )
    finally:
        fetcher.close()
