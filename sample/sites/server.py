"""Local sites on loopback: what every family of sites has in common, and the server that plays them.

One server process carries many sites, each on its own address of the loopback network (127.0.0.2,
127.0.0.3, …), because scraping keeps one connection a host. How a family lists and pages is its own
module's (`sample.sites.trs` …). Every request is written down for those who check how politely it was asked.
"""

import calendar
import errno
import gzip
import hashlib
import json
import posixpath
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socket import SHUT_RDWR
from socketserver import ThreadingTCPServer
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from sample.sites.portal import Portal


# As web servers name them; what they do not know is octets to them.
_MEDIA_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".doc": "application/msword",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".rtf": "application/rtf",
}


def media_type_of(name: str) -> str:
    """The media type that a server gives to a file of that name, or extension."""
    return _MEDIA_TYPES.get(f".{name.rpartition('.')[2]}", "application/octet-stream")


@dataclass
class Article:
    """One page or file of a site. `path` is relative to the site's root; `body` is served as it is.

    `attachments` maps a file name to its bytes; the files lie beside the page.
    """

    path: str
    title: str
    listed_on: str
    body: bytes
    media_type: str = "text/html"
    attachments: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Answer:
    """A special answer at one address: a challenge, a redirect, a robots.txt, a server that fails.

    `times` limits it to the first so many requests. `drop` closes the connection without a word,
    `cut_at` after so many bytes of the body.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    times: int | None = None
    drop: bool = False
    cut_at: int | None = None


@dataclass(frozen=True)
class Page:
    """What stands at one address: its bytes, their type, and the Last-Modified date in HTTP's spelling."""

    body: bytes
    media_type: str = "text/html"
    modified: str = ""


@dataclass(frozen=True)
class Asked:
    """One request as a site's own code sees it. `path` and `query` are unquoted, `body` is as it was sent."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it. Times are `time.monotonic()` seconds; `path` is without its query."""

    started: float
    ended: float
    site: str
    path: str
    status: int
    headers: Mapping[str, str]
    query: str = ""
    method: str = "GET"


@dataclass
class Site(ABC):
    """One site: its column of annual reports and what stands in it. A subclass is a family of sites.

    name: label for source files and logs. region: six digits. column: path of the list, no slashes around.
    page_size: rows on a page of the list. decoys: rows whose titles look like reports and are not. charset:
    "utf-8", or "gb2312", which then is GB 18030 in truth. faults: traps of the family, named in its module.
    answers: special answers by path. gzip, chunked: how bodies travel. portal: what stands before the column.
    """

    family: ClassVar[str]
    """The name of the family in source files."""

    name: str
    title: str
    region: str
    column: str
    articles: list[Article]
    page_size: int = 15
    decoys: list[Article] = field(default_factory=list)
    charset: str = "utf-8"
    faults: frozenset[str] = frozenset()
    answers: dict[str, Answer] = field(default_factory=dict)
    gzip: bool = False
    chunked: bool = False
    portal: "Portal | None" = None

    @classmethod
    @abstractmethod
    def article_path(cls, column: str, number: int, day: str, extension: str = ".html") -> str:
        """The path that the family gives to the article `number` (below a million) of `day`, YYYY-MM-DD.

        `extension`: of a file that a row links itself, where it is not that of a page.
        """

    @abstractmethod
    def list_pages(self) -> dict[str, Page]:
        """The list and what it is made of, by path, as far as they are static files."""

    def answer(self, asked: Asked) -> Page | Answer | None:
        """What the site's code gives for a request that no file answers; None: not found."""
        return None

    @property
    def list_address(self) -> str:
        """The list's address as a person sees it in the browser, without the host: for the source file."""
        return f"/{self.column}/"

    @property
    def source_keys(self) -> dict[str, object]:
        """Further keys of the source file, beyond those that every source has."""
        return {}

    @property
    def rows(self) -> list[Article]:
        """All rows of the list, newest first."""
        return sorted((*self.articles, *self.decoys), key=lambda a: (a.listed_on, a.path), reverse=True)

    def encoded(self, html: str) -> bytes:
        """A page's text in the charset of the site."""
        return html.encode("gb18030" if self.charset == "gb2312" else self.charset)

    def pages(self) -> dict[str, Page]:
        """Everything that is a static file, by path: list pages, articles, attachments."""
        found: dict[str, Page] = {}
        for article in (*self.articles, *self.decoys):
            modified = http_date(article.listed_on)
            found["/" + article.path] = Page(article.body, article.media_type, modified)
            folder = posixpath.dirname("/" + article.path)
            for name, body in article.attachments.items():
                is_page = body.lstrip()[:1] == b"<"  # what a site answers when the file is gone
                found[f"{folder}/{name}"] = Page(
                    body, "text/html" if is_page else media_type_of(name), modified
                )
        rest = self.portal.pages(self) if self.portal else {}
        return rest | found | self.list_pages()


def http_date(day: str) -> str:
    """YYYY-MM-DD as HTTP writes the beginning of that day."""
    return formatdate(calendar.timegm(time.strptime(day, "%Y-%m-%d")), usegmt=True)


class _SiteServer(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], site: Site, seen: list[Seen]) -> None:
        super().__init__(address, _Service)
        self.site = site
        self.seen = seen
        self.pages = site.pages()
        self.asked: dict[str, int] = {}
        self.stopped = False

    def special_answer(self, path: str) -> Answer | None:
        answer = self.site.answers.get(path)
        if answer is None:
            return None
        self.asked[path] = self.asked.get(path, 0) + 1
        return None if answer.times is not None and self.asked[path] > answer.times else answer

    def serve(self) -> None:
        """Answer until `stop`, each connection in a thread of its own."""
        while not self.stopped:
            with suppress(OSError):  # a client gone before its turn, or a socket that was shut down
                self.process_request(*self.socket.accept())

    def stop(self) -> None:
        """Take no more connections, from this moment: `shutdown` waits until a loop that polls looks again."""
        self.stopped = True
        with suppress(OSError):  # some systems do not shut down a socket that only listens
            self.socket.shutdown(SHUT_RDWR)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the play: nothing to print."""


class _Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one write
    disable_nagle_algorithm = True  # with it an answer of two writes waits 40 ms for the other side
    server_version = "nginx"
    sys_version = ""

    def do_GET(self) -> None:
        server = cast(_SiteServer, self.server)
        started = time.monotonic()
        path, _, query = self.path.partition("?")
        path = unquote(path)
        headers = dict(self.headers.items())
        body = self.rfile.read(int(headers.get("Content-Length") or 0))
        asked = Asked(self.command, path, dict(parse_qsl(query, keep_blank_values=True)), body, headers)
        status = 0
        try:
            status = self._answer(server, asked)
        finally:
            server.seen.append(
                Seen(started, time.monotonic(), server.site.name, path, status, headers, query, self.command)
            )

    do_POST = do_GET

    def _answer(self, server: _SiteServer, asked: Asked) -> int:
        found = (
            server.special_answer(asked.path)
            or (server.pages.get(asked.path) if asked.method == "GET" else None)
            or server.site.answer(asked)
        )
        if isinstance(found, Answer):
            if found.drop:
                self.close_connection = True
                return 0
            self._send(found.status, found.body, found.headers, cut_at=found.cut_at)
            return found.status
        return self._send_page(server, found)

    def _send_page(self, server: _SiteServer, page: Page | None) -> int:
        if page is None:
            missing = "<html><head><title>404</title></head><body>页面不存在</body></html>".encode()
            self._send(404, missing, {"Content-Type": "text/html"})
            return 404
        etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
        validators = {"ETag": etag} | ({"Last-Modified": page.modified} if page.modified else {})
        if self.headers.get("If-None-Match") == etag:
            self._send(304, b"", validators)
            return 304
        headers = {"Content-Type": page.media_type, **validators}
        body = page.body
        if server.site.gzip and "gzip" in self.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, mtime=0)
        self._send(200, body, headers, chunked=server.site.chunked)
        return 200

    def _send(
        self,
        status: int,
        body: bytes,
        headers: Mapping[str, str],
        *,
        chunked: bool = False,
        cut_at: int | None = None,
    ) -> None:
        self.send_response(status, HTTPStatus(status).phrase if status in set(HTTPStatus) else "")
        for name, value in headers.items():
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"".join(
                b"%x\r\n%b\r\n" % (len(piece), piece)
                for piece in (body[i : i + 4096] for i in range(0, len(body), 4096))
            )
            body += b"0\r\n\r\n"
        elif status != 304 and not {"content-length", "transfer-encoding"} & {n.lower() for n in headers}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.wfile.write(body if cut_at is None else body[:cut_at])
        if cut_at is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are kept in `Served.requests`; the terminal belongs to the user."""


class Served:
    """The running sites: where they are, what was asked of them."""

    def __init__(self, servers: dict[str, _SiteServer], seen: list[Seen]) -> None:
        self._servers = servers
        self.requests = seen

    def base_url(self, site: Site) -> str:
        """Address of a site's root, without a slash at the end."""
        host, port = self._servers[site.name].server_address[:2]
        return f"http://{cast(str, host)}:{port}"

    def list_url(self, site: Site) -> str:
        """Address of the site's column of annual reports, as a source file names it."""
        return f"{self.base_url(site)}{site.list_address}"

    def update(self, site: Site) -> None:
        """Serve `site` as it now is, after its articles were changed."""
        self._servers[site.name].site = site
        self._servers[site.name].pages = site.pages()

    def source_file(self, site: Site, folder: Path, **more: object) -> Path:
        """Write the site's source file into `folder` and return its path. `more`: further keys."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = [
            f'name = "{site.name}"',
            f'title = "{site.title}"',
            f'region = "{site.region}"',
            f'family = "{site.family}"',
            f'list = ["{self.list_url(site)}"]',
            *(f"{key} = {_toml(value)}" for key, value in (site.source_keys | more).items()),
        ]
        path = folder / f"{site.name}.toml"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # A TOML text has the escapes of a JSON one.
    return str(value) if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)


def _start(site: Site, number: int, port: int, seen: list[Seen]) -> _SiteServer:
    host = f"127.0.{number // 250}.{number % 250 + 2}"
    try:
        return _SiteServer((host, port), site, seen)
    except OSError as error:
        if error.errno != errno.EADDRNOTAVAIL:
            raise
    # Some systems have no loopback address but 127.0.0.1: then the sites differ by port only.
    return _SiteServer(("127.0.0.1", port + number if port else 0), site, seen)


@contextmanager
def serve(sites: Sequence[Site], port: int = 0) -> Iterator[Served]:
    """Run `sites` on loopback while the context lasts. `port` 0: any free one, else the same for each."""
    seen: list[Seen] = []
    servers: dict[str, _SiteServer] = {}
    try:
        for number, site in enumerate(sites):
            server = _start(site, number, port, seen)
            servers[site.name] = server
            threading.Thread(target=server.serve, daemon=True).start()
        yield Served(servers, seen)
    finally:
        for server in servers.values():
            server.stop()
