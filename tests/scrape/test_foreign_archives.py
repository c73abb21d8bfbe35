"""Archives made by others: whatever crawler wrote them, the documents in them are read."""

import base64
import gzip
import io
import itertools
import os
import re
import zipfile
from hashlib import sha1
from pathlib import Path

import pytest
from local_sites import page, until_error
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrape.archive import ArchiveError, read_archive


def _foreign(path: Path, answers: list[tuple[str, str, str, bytes]], *, packed: bool = True) -> None:
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=packed)
        for url, status, kind, body in answers:
            head = StatusAndHeaders(
                status, [("Content-Type", kind), ("Content-Length", str(len(body)))], protocol="HTTP/1.1"
            )
            date = {"WARC-Date": "2024-02-03T04:05:06Z"}
            writer.write_record(
                writer.create_warc_record(
                    url, "response", io.BytesIO(body), http_headers=head, warc_headers_dict=date
                )
            )


@pytest.mark.parametrize("packed", [True, False])
def test_a_warc_file_made_by_others_gives_every_document_in_it(tmp_path, packed: bool) -> None:
    path = tmp_path / ("theirs.warc.gz" if packed else "theirs.warc")
    _foreign(
        path,
        [
            ("http://b.example.gov.cn/2.html", "200 OK", "text/html; charset=GB2312", "镕".encode("gb18030")),
            ("http://a.example.gov.cn/1.pdf", "200 OK", "application/pdf", b"%PDF"),
            ("http://a.example.gov.cn/x.doc", "200 OK", "application/octet-stream", b"\xd0\xcf"),
            ("http://a.example.gov.cn/x.css", "200 OK", "text/css", b"p{}"),
            ("http://a.example.gov.cn/x.png", "200 OK", "image/png", b"\x89PNG"),
            ("http://a.example.gov.cn/gone.html", "404 Not Found", "text/html", b"gone"),
        ],
        packed=packed,
    )
    found = list(read_archive(path))
    assert [d.url for d in found] == [
        "http://a.example.gov.cn/1.pdf",
        "http://a.example.gov.cn/x.doc",
        "http://b.example.gov.cn/2.html",
    ]
    assert (found[2].body, found[2].charset) == ("镕".encode("gb18030"), "gb2312")
    assert (found[0].fetched_at, found[0].warc_file, found[0].title) == (
        "2024-02-03T04:05:06Z",
        path.name,
        None,
    )


@pytest.mark.parametrize("packed", [True, False])
def test_a_warc_file_that_breaks_off_gives_what_is_whole_and_then_says_so(tmp_path, packed: bool) -> None:
    path = tmp_path / "theirs.warc.gz"
    page_of = [
        (f"http://a.example.gov.cn/{n}.html", "200 OK", "text/html", os.urandom(3000)) for n in range(4)
    ]
    _foreign(path, page_of, packed=packed)
    path.write_bytes(path.read_bytes()[:-1500])
    good, error = until_error(path)
    assert "not readable to its end" in error
    assert len(good) == 3


@pytest.mark.parametrize(
    "content",
    [b"", b"not a warc file at all\r\n", gzip.compress(b"hello", mtime=0), bytes(range(256))],
    ids=["empty", "text", "gzip", "bytes"],
)
def test_a_file_that_is_no_warc_is_one_sentence(tmp_path, content: bytes) -> None:
    path = tmp_path / "something.warc.gz"
    path.write_bytes(content)
    if content:
        with pytest.raises(ArchiveError):
            list(read_archive(path))
    else:
        assert list(read_archive(path)) == []


DAY = "2024-02-03T04:05:06Z"
PAGE = page("示例县年报")
REPORT = "http://a.example.gov.cn/zfxxgk/1.html"


class Writer:
    """A WARC file put together record by record, as crawlers do."""

    def __init__(self, path: Path, *, packed: bool = True) -> None:
        self.path = path
        self.file = path.open("wb")
        self.writer = WARCWriter(self.file, gzip=packed, warc_version="1.1")

    def add(self, kind: str, url: str, block: bytes, status: str = "200 OK", **more: str) -> str:
        """A record; `more` are WARC heads (`WARC_Truncated="length"`), and HTTP heads under lower-case names."""
        heads = {name.replace("_", "-"): value for name, value in more.items()}
        http = [(name, value) for name, value in heads.items() if name.islower()]
        warc = {"WARC-Date": DAY} | {name: value for name, value in heads.items() if not name.islower()}
        type_of = warc.pop("Content-Type", "")
        head = None
        if kind in {"response", "revisit"}:
            protocol = heads.get("protocol", "HTTP/1.1")
            http = [pair for pair in http if pair[0] != "protocol"]
            head = StatusAndHeaders(status, http, protocol=protocol)
        elif kind == "request":
            head = StatusAndHeaders(status, http, is_http_request=True)
        record = self.writer.create_warc_record(
            url,
            kind,
            io.BytesIO(block),
            warc_content_type=type_of,
            warc_headers_dict=warc,
            http_headers=head,
        )
        self.writer.write_record(record)
        self.file.flush()
        return record.rec_headers.get_header("WARC-Record-ID")


HTML = {"content_type": "text/html"}


@pytest.mark.parametrize(
    ("body", "heads"),
    [
        (PAGE, {"protocol": "HTTP/2", **HTML}),
        (PAGE, {"transfer_encoding": "chunked", **HTML}),
        (b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE), {"transfer_encoding": "chunked", **HTML}),
        (gzip.compress(PAGE), {"content_encoding": "gzip", **HTML}),
        (PAGE, {"content_encoding": "gzip", **HTML}),
        (PAGE, {"content_encoding": "br", **HTML}),
        (PAGE, {"content_encoding": "zstd", **HTML}),
        (PAGE, {"x_crawl_content_encoding": "gzip", **HTML}),
        (PAGE, {}),
        (PAGE, {"content_type": "application/octet-stream"}),
        (PAGE, {"WARC_Identified_Payload_Type": "text/html"}),
        (PAGE, {"WARC_Payload_Digest": "sha1:" + "A" * 32, **HTML}),
    ],
    ids=lambda value: " ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_however_a_crawler_wrote_the_head_the_body_is_read(tmp_path: Path, body: bytes, heads) -> None:
    theirs = Writer(tmp_path / "theirs.warc.gz")
    theirs.add("response", "http://a.example.gov.cn/zfxxgk/", body, **heads)
    (found,) = read_archive(theirs.path)
    assert (found.body, found.status, found.fetched_at) == (PAGE, 200, DAY)


def test_a_body_packed_with_brotli_is_read(tmp_path: Path) -> None:
    brotli = pytest.importorskip("brotli", reason="brotli is not installed")
    theirs = Writer(tmp_path / "theirs.warc.gz")
    theirs.add("response", REPORT, brotli.compress(PAGE), content_encoding="br", **HTML)
    assert [d.body for d in read_archive(theirs.path)] == [PAGE]


def test_a_body_packed_in_a_way_that_takes_a_library_is_read_or_the_library_is_named(tmp_path: Path) -> None:
    theirs = Writer(tmp_path / "theirs.warc.gz")
    frame = b"\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello"  # a frame of one raw block
    theirs.add("response", REPORT, frame, content_encoding="zstd", **HTML)
    theirs.add("response", REPORT + "l", PAGE, **HTML)
    try:
        import zstandard  # noqa: F401
    except ImportError:
        good, error = until_error(theirs.path)
        assert good == [REPORT + "l"]
        assert "install the Python package zstandard" in error
        assert REPORT in error
    else:
        assert [d.body for d in read_archive(theirs.path)] == [b"hello", PAGE]


def test_browsertrix_writes_status_0_and_records_of_its_own(tmp_path: Path) -> None:
    theirs = Writer(tmp_path / "rec-0.warc.gz")
    theirs.add("response", REPORT.replace("html", "pdf"), b"%PDF-1.4", "0 OK", content_type="application/pdf")
    theirs.add("resource", f"urn:pageinfo:{REPORT}", b"{}", Content_Type="application/json")
    theirs.add("resource", f"urn:text:{REPORT}", "年报".encode(), Content_Type="text/plain")
    theirs.add("response", REPORT, PAGE, WARC_Date="2024-02-03T04:05:06.789Z", **HTML)
    found = {d.url.rpartition(".")[2]: d for d in read_archive(theirs.path)}
    assert {name: d.body for name, d in found.items()} == {"pdf": b"%PDF-1.4", "html": PAGE}
    assert found["html"].fetched_at == DAY


@pytest.mark.parametrize("stored", [True, False])
def test_a_wacz_file_gives_the_documents_of_its_warc_files(tmp_path: Path, stored: bool) -> None:
    first, second = Writer(tmp_path / "a.warc.gz"), Writer(tmp_path / "b.warc")
    first.add("response", REPORT + "?old", PAGE, **HTML)
    for n in range(5):
        second.add("response", f"{REPORT}?{n}", PAGE + b"%d" % n, **HTML)
    path = tmp_path / "crawl.wacz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("datapackage.json", '{"profile": "data-package"}')
        packed.writestr("pages/pages.jsonl", "{}")
        packed.write(first.path, "archive/a.warc.gz")
        packed.write(second.path, "archive/b.warc.gz")
    found = list(read_archive(path))
    assert [d.body for d in found] == [*(PAGE + b"%d" % n for n in range(5)), PAGE]
    assert {d.warc_file for d in found} == {"crawl.wacz/archive/a.warc.gz", "crawl.wacz/archive/b.warc.gz"}


@pytest.mark.parametrize("content", [b"PK\x03\x04 not a zip", b"", b"\x1f\x8b\x08"])
def test_a_wacz_file_that_is_none_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "crawl.wacz"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="not readable as a WACZ file"):
        list(read_archive(path))
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("datapackage.json", "{}")
    with pytest.raises(ArchiveError, match="there is no WARC file in it"):
        list(read_archive(path))


def arc(*documents: tuple[str, bytes]) -> bytes:
    """The text of an ARC file, as the Internet Archive wrote them before WARC."""
    about = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"
    text = b"filedesc://IA-001.arc 0.0.0.0 20110115120000 text/plain %d\n%b\n" % (len(about), about)
    for url, body in documents:
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gb2312\r\n\r\n" + body
        text += b"%b 192.0.2.1 20110115120001 text/html %d\n%b\n" % (url.encode(), len(block), block)
    return text


@pytest.mark.parametrize("packed", [True, False])
def test_an_arc_file_is_read(tmp_path: Path, packed: bool) -> None:
    body = "<html>示例县年报</html>".encode("gb18030")
    texts = arc((REPORT, body), (REPORT + "?2", body + b"2"))
    path = tmp_path / ("old.arc.gz" if packed else "old.arc")
    cuts = [0, *(m.start() for m in re.finditer(b"http://a.example", texts)), len(texts)]
    records = [texts[start:end] for start, end in itertools.pairwise(cuts)]
    path.write_bytes(b"".join(map(gzip.compress, records)) if packed else texts)
    found = list(read_archive(path))
    assert [(d.url, d.body) for d in found] == [(REPORT, body), (REPORT + "?2", body + b"2")]
    assert (found[0].fetched_at, found[0].charset, found[0].media_type) == (
        "2011-01-15T12:00:01Z",
        "gb2312",
        "text/html",
    )


def test_what_a_crawler_cut_short_is_read_and_told_unless_it_has_the_whole(tmp_path: Path) -> None:
    theirs = Writer(tmp_path / "CC-MAIN-0.warc.gz")
    theirs.add("response", REPORT, PAGE, WARC_Date="2023-01-01T00:00:00Z", **HTML)
    theirs.add("response", REPORT, PAGE[:100], WARC_Truncated="length", **HTML)
    assert [d.body for d in read_archive(theirs.path)] == [PAGE]
    theirs.add("response", REPORT + "?2", PAGE[:100], WARC_Truncated="length", **HTML)
    good, error = until_error(theirs.path)
    assert good == [REPORT, REPORT + "?2"]
    assert f"cut {REPORT}?2 short" in error


def test_a_text_made_from_a_page_counts_only_where_the_page_is_not_there(tmp_path: Path) -> None:
    theirs = Writer(tmp_path / "CC-MAIN-0.warc.wet.gz".replace(".wet", ""))
    theirs.add("conversion", REPORT, "示例县年报".encode(), Content_Type="text/plain")
    assert [d.body for d in read_archive(theirs.path)] == ["示例县年报".encode()]
    theirs.add("response", REPORT, PAGE, WARC_Date="2020-01-01T00:00:00Z", **HTML)
    assert [d.body for d in read_archive(theirs.path)] == [PAGE]


def test_a_resource_is_a_document_without_an_http_head(tmp_path: Path) -> None:
    theirs = Writer(tmp_path / "theirs.warc.gz")
    theirs.add("resource", REPORT, PAGE, Content_Type="text/html; charset=utf-8")
    theirs.add(
        "resource", "metadata://gnu.org/software/wget/warc/wget.log", b"log", Content_Type="text/plain"
    )
    (found,) = read_archive(theirs.path)
    assert (found.url, found.body, found.media_type, found.charset) == (REPORT, PAGE, "text/html", "utf-8")


def test_of_each_address_the_newest_capture_is_read(tmp_path: Path) -> None:
    theirs = Writer(tmp_path / "theirs.warc.gz")
    for year in (2022, 2024, 2023):
        theirs.add("response", REPORT, b"<html>%d</html>" % year, WARC_Date=f"{year}-01-01T00:00:00Z", **HTML)
    assert [d.body for d in read_archive(theirs.path)] == [b"<html>2024</html>"]
    assert len(list(read_archive(theirs.path, all_captures=True))) == 3


def test_a_revisit_by_digest_makes_a_second_address_known(tmp_path: Path) -> None:
    theirs = Writer(tmp_path / "IA-0.warc.gz")
    digest = "sha1:" + base64.b32encode(sha1(PAGE).digest()).decode()
    theirs.add("response", REPORT, PAGE, **HTML)
    for url in (REPORT, REPORT.replace("http:", "https:")):
        theirs.add("revisit", url, b"", WARC_Payload_Digest=digest, WARC_Date="2025-01-01T00:00:00Z", **HTML)
    bare = (
        b"WARC/1.0\r\nWARC-Type: revisit\r\nWARC-Target-URI: http://m.example.gov.cn/1.html\r\n"
        b"WARC-Date: 2025-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:9>\r\n"
        b"WARC-Payload-Digest: %b\r\nContent-Length: 0\r\n\r\n\r\n\r\n" % digest.encode()
    )
    with theirs.path.open("ab") as file:
        file.write(gzip.compress(bare))
    (found,) = read_archive(theirs.path)
    others = ("http://m.example.gov.cn/1.html", REPORT.replace("http:", "https:"))
    assert (found.url, found.also_at, found.fetched_at) == (REPORT, others, DAY)


def test_a_revisit_of_what_stands_in_another_file_says_so(tmp_path: Path) -> None:
    theirs = Writer(tmp_path / "IA-1.warc.gz")
    theirs.add("response", REPORT + "?2", PAGE, **HTML)
    theirs.add("revisit", REPORT, b"", WARC_Payload_Digest="sha1:" + "Q" * 32, **HTML)
    theirs.add(
        "revisit", REPORT + ".css", b"", WARC_Payload_Digest="sha1:" + "R" * 32, content_type="text/css"
    )
    good, error = until_error(theirs.path)
    assert good == [REPORT + "?2"]
    assert f"of 1 documents it says only that they are as in an earlier file, {REPORT}" in error


@pytest.mark.parametrize("request_first", [True, False])
def test_what_was_posted_for_is_no_document_of_its_address(tmp_path: Path, request_first: bool) -> None:
    theirs = Writer(tmp_path / "theirs.warc.gz")
    theirs.add("response", REPORT, PAGE, WARC_Date="2020-01-01T00:00:00Z", **HTML)
    ids = ("<urn:uuid:1>", "<urn:uuid:2>")
    asked = {"WARC_Record_ID": ids[0], "WARC_Concurrent_To": ids[1]}
    for kind in ("request", "response") if request_first else ("response", "request"):
        if kind == "request":
            theirs.add("request", REPORT, b"a=1", "POST /zfxxgk/1.html HTTP/1.1", **asked)
        else:
            theirs.add("response", REPORT, b"<html>found</html>", WARC_Record_ID=ids[1], **HTML)
    assert [d.body for d in read_archive(theirs.path)] == [PAGE]


def test_one_gzip_stream_gives_what_can_be_read_and_says_what_to_do(tmp_path: Path) -> None:
    theirs = Writer(tmp_path / "plain.warc", packed=False)
    for n in range(3):
        theirs.add("response", f"{REPORT}?{n}", PAGE, **HTML)
    path = tmp_path / "theirs.warc.gz"
    path.write_bytes(gzip.compress(theirs.path.read_bytes()))
    good, error = until_error(path)
    assert "make it readable with `warcio recompress`" in error
    assert len(good) <= 1


def test_a_name_with_dots_and_spaces_in_it_is_an_address_all_the_same(tmp_path: Path) -> None:
    theirs = Writer(tmp_path / "theirs.warc.gz")
    theirs.add("response", "<http://a.example.gov.cn/年 报.html>", PAGE, **HTML)
    (found,) = read_archive(theirs.path)
    assert found.url == "http://a.example.gov.cn/年%20报.html"
