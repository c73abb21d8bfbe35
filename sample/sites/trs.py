"""Sites of the TRS family, played on loopback: list pages with `createPageHTML`, articles, attachments.

One server process carries many sites, each on its own address of the loopback network (127.0.0.2,
127.0.0.3, …), because scraping keeps one connection a host. What the sites hold is given from outside;
this module only serves it, and writes down every request for those who check how politely it was asked.
"""

import calendar
import errno
import gzip
import hashlib
import math
import posixpath
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

TRUNCATED_AT = 26
"""Characters of a title that a list row shows; the rest is in the link's title attribute only."""


@dataclass
class Article:
    """One page or file of a site. `path` is relative to the site's root; `body` is served as it is.

    `attachments` maps a file name to its bytes; the files lie beside the page, as TRS puts them.
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


@dataclass
class TrsSite:
    """One site: its column of annual reports and what stands in it.

    name: label for source files and logs. region: six digits. column: path of the list, no slashes around.
    decoys: rows whose titles look like reports and are not. charset: "utf-8", or "gb2312", which then is
    GB 18030 in truth. pager: how the list calls its pager: "plain", "rows", "container", "variables" or
    "pageControl". faults: any of "missing_deep_pages" (404 after page 2), "stub_deep_pages" (a stub after
    page 2), "commented_out_pager" (a function definition and a dead older call stand before the real one).
    answers: special answers by path. gzip, chunked: how bodies travel.
    """

    name: str
    title: str
    region: str
    column: str
    articles: list[Article]
    page_size: int = 15
    one_based: bool = False
    decoys: list[Article] = field(default_factory=list)
    charset: str = "utf-8"
    pager: str = "plain"
    faults: frozenset[str] = frozenset()
    answers: dict[str, Answer] = field(default_factory=dict)
    gzip: bool = False
    chunked: bool = False


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it. Times are `time.monotonic()` seconds."""

    started: float
    ended: float
    site: str
    path: str
    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _Page:
    body: bytes
    media_type: str
    modified: str


_DEFINITION = """function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){
  if(_nPageCount == null || _nPageCount<=1){ return; }
  document.write("<a href=\\"" + _sPageName + "_1." + _sPageExt + "\\">尾页</a>");
}
// createPageHTML(7, 0, "index", "shtml");
/* createPageHTML(6, 0, "old", "htm"); */
"""

_NAVIGATION = """<div class="zwxxgk_bd"><div class="dl_nav"><div class="sideMenu">
<h3><a href="/{column}/">政府信息<br>公开年报</a></h3>
<h3><a href="/zfxxgk/zfxxgkzn/">政府信息<br>公开指南</a></h3></div></div>
<!-- 旧导航 <!-- <li><a href="./201001/t20100101_1.html">2009年政府信息公开工作年度报告</a></li> -->
</div>"""


def _pager(site: TrsSite, number: int, pages: int) -> str:
    current = number if site.one_based else number - 1
    rows = len(site.articles) + len(site.decoys)
    calls = {
        "plain": f'createPageHTML({pages}, {current}, "index", "html");',
        "rows": f'createPageHTML({pages}, {current},"index","html","black2",{rows});',
        "container": f"createPageHTML('paging',{pages}, {current},'index','html',{rows});",
        "variables": f"var countPage = {pages};\nvar currentPage = {current};//所在页从0开始\n"
        'createPageHTML(countPage, currentPage, "index", "html");',
        "pageControl": f'pageControl({pages}, {current}, "index", "html", {site.page_size}, \'pages-nav\');',
    }
    definition = _DEFINITION if "commented_out_pager" in site.faults else ""
    return f'<script language="JavaScript">\n{definition}{calls[site.pager]}\n</script>'


def _row(site: TrsSite, article: Article) -> str:
    href = posixpath.relpath("/" + article.path, "/" + site.column)
    href = href if href.startswith("..") else "./" + href
    title = article.title
    shown = title if len(title) <= TRUNCATED_AT else title[: TRUNCATED_AT - 2] + "…"
    return (
        f'<li><a href="{escape(href)}" target="_blank" title="{escape(title)}">{escape(shown)}</a>'
        f"<span>{article.listed_on}</span></li>"
    )


def _list_page(site: TrsSite, number: int, pages: int, rows: Sequence[Article]) -> bytes:
    lines = "\n".join(_row(site, article) for article in rows)
    html = f"""<!DOCTYPE html>
<html><head><meta name="SiteName" content="{escape(site.title)}">
<meta name="ColumnName" content="政府信息公开年报">
<meta http-equiv="Content-Type" content="text/html; charset={site.charset}">
<title>政府信息公开年报_{escape(site.title)}</title></head>
<body>{_NAVIGATION.format(column=site.column)}
<div class="list"><ul class="gl_list">
{lines}
</ul></div>
<div class="page">{_pager(site, number, pages)}</div>
</body></html>
"""
    return html.encode("gb18030" if site.charset == "gb2312" else site.charset)


def _http_date(day: str) -> str:
    return formatdate(calendar.timegm(time.strptime(day, "%Y-%m-%d")), usegmt=True)


def pages_of(site: TrsSite) -> dict[str, _Page]:
    """Everything a site serves, by path: its list pages, its articles, its attachments."""
    found: dict[str, _Page] = {}
    for article in (*site.articles, *site.decoys):
        modified = _http_date(article.listed_on)
        found["/" + article.path] = _Page(article.body, article.media_type, modified)
        folder = posixpath.dirname("/" + article.path)
        for name, body in article.attachments.items():
            found[f"{folder}/{name}"] = _Page(body, "application/octet-stream", modified)
    rows = sorted((*site.articles, *site.decoys), key=lambda a: (a.listed_on, a.path), reverse=True)
    pages = max(1, math.ceil(len(rows) / site.page_size))
    modified = _http_date(rows[0].listed_on) if rows else _http_date("2025-01-01")
    for number in range(1, pages + 1):
        if number > 2 and "missing_deep_pages" in site.faults:
            break
        body = _list_page(site, number, pages, rows[(number - 1) * site.page_size : number * site.page_size])
        if number > 2 and "stub_deep_pages" in site.faults:
            body = b"<html><head><title></title></head><body><!-- " + b"." * 300 + b" --></body></html>"
        name = "index.html" if number == 1 else f"index_{number if site.one_based else number - 1}.html"
        found[f"/{site.column}/{name}"] = _Page(body, "text/html", modified)
    found[f"/{site.column}/"] = found[f"/{site.column}/index.html"]
    return found


class _SiteServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], site: TrsSite, seen: list[Seen]) -> None:
        super().__init__(address, _Service)
        self.site = site
        self.seen = seen
        self.pages = pages_of(site)
        self.asked: dict[str, int] = {}

    def special_answer(self, path: str) -> Answer | None:
        answer = self.site.answers.get(path)
        if answer is None:
            return None
        self.asked[path] = self.asked.get(path, 0) + 1
        return None if answer.times is not None and self.asked[path] > answer.times else answer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the play: nothing to print."""


class _Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = (
        True  # head and body are two writes: with it each answer waits 40 ms for the other side
    )
    server_version = "nginx"
    sys_version = ""

    def do_GET(self) -> None:
        server = cast(_SiteServer, self.server)
        started = time.monotonic()
        path = unquote(self.path.partition("?")[0])
        status = 0
        try:
            status = self._answer(server, path)
        finally:
            server.seen.append(
                Seen(started, time.monotonic(), server.site.name, path, status, dict(self.headers.items()))
            )

    def _answer(self, server: _SiteServer, path: str) -> int:
        special = server.special_answer(path)
        if special is not None:
            if special.drop:
                self.close_connection = True
                return 0
            self._send(special.status, special.body, special.headers, cut_at=special.cut_at)
            return special.status
        page = server.pages.get(path)
        if page is None:
            missing = "<html><head><title>404</title></head><body>页面不存在</body></html>".encode()
            self._send(404, missing, {"Content-Type": "text/html"})
            return 404
        etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
        validators = {"ETag": etag, "Last-Modified": page.modified}
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

    def base_url(self, site: TrsSite) -> str:
        """Address of a site's root, without a slash at the end."""
        host, port = self._servers[site.name].server_address[:2]
        return f"http://{cast(str, host)}:{port}"

    def list_url(self, site: TrsSite) -> str:
        """Address of the site's column of annual reports."""
        return f"{self.base_url(site)}/{site.column}/"

    def update(self, site: TrsSite) -> None:
        """Serve `site` as it now is, after its articles were changed."""
        self._servers[site.name].site = site
        self._servers[site.name].pages = pages_of(site)

    def source_file(self, site: TrsSite, folder: Path, **more: object) -> Path:
        """Write the site's source file into `folder` and return its path. `more`: further keys."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = [
            f'name = "{site.name}"',
            f'title = "{site.title}"',
            f'region = "{site.region}"',
            'family = "trs"',
            f'list = ["{self.list_url(site)}"]',
            *(f"{key} = {_toml(value)}" for key, value in more.items()),
        ]
        path = folder / f"{site.name}.toml"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else f'"{value}"'


def _start(site: TrsSite, number: int, port: int, seen: list[Seen]) -> _SiteServer:
    host = f"127.0.{number // 250}.{number % 250 + 2}"
    try:
        return _SiteServer((host, port), site, seen)
    except OSError as error:
        if error.errno != errno.EADDRNOTAVAIL:
            raise
    # Some systems have no loopback address but 127.0.0.1: then the sites differ by port only.
    return _SiteServer(("127.0.0.1", port + number if port else 0), site, seen)


@contextmanager
def serve(sites: Sequence[TrsSite], port: int = 0) -> Iterator[Served]:
    """Run `sites` on loopback while the context lasts. `port` 0: any free one, else the same for each."""
    seen: list[Seen] = []
    servers: dict[str, _SiteServer] = {}
    try:
        for number, site in enumerate(sites):
            server = _start(site, number, port, seen)
            servers[site.name] = server
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield Served(servers, seen)
    finally:
        for server in servers.values():
            server.shutdown()
            server.server_close()
