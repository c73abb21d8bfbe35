"""The archive: everything as it came, readable by others, never lost by a kill."""

import gzip
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import COLUMN, article, page, trs_site
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from sample.sites.server import Answer
from scrape.archive import ArchiveError, is_archive, read_archive, read_sources
from scrape.archive_writer import ArchiveWriter
from scrape.index import read_index, surt_key

PROJECT = Path(__file__).parents[2]


def urls(archive: Path) -> set[str]:
    return {document.url for document in read_archive(archive)}


def until_error(path: Path) -> tuple[list[str], str]:
    """The addresses read before the ArchiveError, and what it says."""
    good = []
    try:
        for document in read_archive(path):
            good.append(document.url)
    except ArchiveError as error:
        return good, str(error)
    return good, ""


def records(path: Path) -> list[tuple[str, str, bytes]]:
    with path.open("rb") as file:
        return [
            (r.rec_type, r.rec_headers.get_header("WARC-Target-URI"), r.raw_stream.read())
            for r in ArchiveIterator(file, no_record_parse=True)
        ]


@pytest.mark.parametrize("travel", [{}, {"gzip": True}, {"chunked": True}, {"gzip": True, "chunked": True}])
def test_what_was_served_is_read_back_byte_for_byte_however_it_travelled(bench, travel) -> None:
    site = trs_site(4, **travel)
    sites = bench(site)
    assert sites.run().status == 0
    assert is_archive(sites.archive)
    found = list(read_archive(sites.archive))
    assert [document.url for document in found] == sorted(document.url for document in found)
    for document in found:
        (served,) = (a for a in site.articles if document.url.endswith(a.path))
        assert document.body == served.body
        assert document.sha256 == sha256(served.body).hexdigest()
        assert (document.title, document.listed_on, document.source) == (
            served.title,
            served.listed_on,
            "example",
        )
        assert document.parent_url == sites.served.list_url(site)
        assert (document.status, document.media_type, document.charset) == (200, "text/html", None)
        assert document.fetched_at.endswith("Z")


def test_the_response_is_kept_as_it_came_over_the_wire(bench) -> None:
    sites = bench(trs_site(1, gzip=True, chunked=True))
    sites.run()
    request, response = (
        block
        for kind, url, block in records(sites.archive / "example.warc.gz")
        if "/t2025" in (url or "") and kind != "metadata"
    )
    assert request.startswith(f"GET /{article(0).path} HTTP/1.1\r\nHost: 127.0.0.2:".encode())
    head, _, body = response.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\nServer: nginx")
    assert b"Transfer-Encoding: chunked" in head
    assert b"Content-Encoding: gzip" in head
    size, _, rest = body.partition(b"\r\n")
    assert rest.endswith(b"\r\n0\r\n\r\n")
    assert gzip.decompress(rest[: int(size, 16)]) == article(0).body


def test_warcio_finds_every_digest_right_after_a_first_run_a_second_and_a_refresh(bench) -> None:
    sites = bench(
        trs_site(5, gzip=True, answers={f"/{article(0).path}": Answer(404)}),
        trs_site(3, "other", chunked=True),
    )
    for options in ([], [], ["--refresh"]):
        sites.run(*options)
    for path in sites.archive.glob("*.warc.gz"):
        checker = Checker(type("Options", (), {"inputs": [str(path)], "verbose": False}))
        assert checker.process_all() == 0


def test_fastwarc_reads_the_archive_and_confirms_it(bench) -> None:
    fastwarc = pytest.importorskip("fastwarc.warc", reason="fastwarc is not installed")
    sites = bench(trs_site(4))
    sites.run()
    sites.run("--refresh")
    path = sites.archive / "example.warc.gz"
    with path.open("rb") as file:
        good = [record.verify_block_digest() for record in fastwarc.ArchiveIterator(file, parse_http=False)]
    assert all(good)
    assert len(good) == len(records(path))


def test_another_tools_index_has_the_same_lines_in_the_same_order(bench) -> None:
    indexer = pytest.importorskip("cdxj_indexer.main", reason="cdxj-indexer is not installed")
    sites = bench(trs_site(6), trs_site(3, "other"))
    sites.run()
    sites.run("--refresh")
    theirs = io.StringIO()
    indexer.CDXJIndexer(
        theirs, [str(path) for path in sorted(sites.archive.glob("*.warc.gz"))], sort=True
    ).process_all()
    fields = ("url", "mime", "status", "digest", "length", "offset", "filename")

    def facts(line: str) -> tuple[str, ...]:
        key, timestamp, text = line.split(" ", 2)
        told = json.loads(text)
        return (key, timestamp, *(told.get(field) or "" for field in fields))

    ours = (sites.archive / "index.cdxj").read_text("utf-8").splitlines()
    assert sorted(map(facts, ours)) == sorted(map(facts, theirs.getvalue().splitlines()))
    assert ours == sorted(ours, key=str.encode)


def test_one_gzip_member_holds_one_record(bench) -> None:
    sites = bench(trs_site(2))
    sites.run()
    path = sites.archive / "example.warc.gz"
    data = path.read_bytes()
    for capture in read_index(sites.archive / "index.cdxj"):
        record = gzip.decompress(data[capture.offset : capture.offset + capture.length])
        assert record.startswith(b"WARC/1.1\r\n")
        assert record.count(b"WARC/1.1\r\n") == 1


def test_a_second_run_fetches_no_report_again(bench) -> None:
    sites = bench(trs_site(7, page_size=3))
    sites.run()
    before = len(sites.asked("/t2025"))
    again = sites.run()
    assert (again.status, again.first["unchanged"], again.first["reports"]) == (0, 7, 7)
    assert len(sites.asked("/t2025")) == before == 7
    # The lists must be asked for again; that they are as they were costs no more than their heads.
    assert [seen.status for seen in sites.served.requests if "index" in seen.path or seen.path.endswith("/")][
        -3:
    ] == [304] * 3


def test_only_the_new_report_is_fetched(bench) -> None:
    site = trs_site(3)
    sites = bench(site)
    sites.run()
    site.articles.append(article(8))
    sites.served.update(site)
    outcome = sites.run()
    assert (outcome.first["new"], outcome.first["unchanged"], outcome.first["reports"]) == (1, 3, 4)


def test_refresh_keeps_a_changed_page_beside_the_old_one(bench) -> None:
    site = trs_site(3)
    sites = bench(site)
    sites.run()
    old, new = site.articles[1].body, page("改过的报告")
    site.articles[1].body = new
    sites.served.update(site)
    assert sites.run().first["changed"] == 0
    outcome = sites.run("--refresh")
    assert (outcome.status, outcome.first["changed"], outcome.first["unchanged"]) == (0, 1, 2)
    newest = [d.body for d in read_archive(sites.archive) if d.url.endswith(site.articles[1].path)]
    every = [
        d.body
        for d in read_archive(sites.archive, all_captures=True)
        if d.url.endswith(site.articles[1].path)
    ]
    assert newest == [new]
    assert every == [old, new]


def test_refresh_without_validators_still_sees_that_nothing_changed(bench) -> None:
    plain = Answer(200, page("示例县年报"), {"Content-Type": "text/html"})
    sites = bench(trs_site(1, answers={f"/{article(0).path}": plain}))
    sites.run()
    assert sites.run("--refresh").first["unchanged"] == 1
    assert [kind for kind, url, _ in records(sites.archive / "example.warc.gz") if "/t2025" in (url or "")][
        -1
    ] == "revisit"


def test_a_second_run_on_the_same_archive_says_so_and_stops(bench) -> None:
    sites = bench(trs_site(1))
    with ArchiveWriter(sites.archive):
        outcome = sites.run()
    assert outcome.status == 1
    assert "Another run is writing" in outcome.err
    assert sites.asked() == []
    assert sites.run().status == 0


def test_an_archive_that_cannot_be_written_is_one_sentence(bench, tmp_path) -> None:
    sites = bench(trs_site(1))
    tmp_path.joinpath("a file").write_text("where a folder should be")
    sites.archive = tmp_path / "a file" / "archive"
    outcome = sites.run()
    assert outcome.status == 1
    assert "cannot be used as an archive" in outcome.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_sentence_and_loses_nothing(bench) -> None:
    sites = bench(trs_site(3, "kept"), trs_site(3, "full"))
    sites.files.pop()
    sites.run()
    before = urls(sites.archive)
    (sites.archive / "full.warc.gz").symlink_to("/dev/full")
    sites.files.append(sites.files[0].with_name("full.toml"))
    outcome = sites.run()
    assert outcome.status == 1
    assert "No space left" in outcome.err
    (sites.archive / "full.warc.gz").unlink()
    assert urls(sites.archive) >= before
    assert sites.run().status == 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small archive, to be damaged in copies."""
    from local_sites import Bench

    from sample.sites.server import serve

    folder = tmp_path_factory.mktemp("whole")
    site = trs_site(4)
    with serve([site]) as served:
        sites = Bench(served, [served.source_file(site, folder)], folder / "archive")
        assert sites.run().status == 0
    return sites.archive


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1), indexed=st.booleans())
def test_cut_at_any_byte_every_whole_record_stays_and_the_rest_lies_beside(
    whole, tmp_path_factory, share, indexed
) -> None:
    archive = tmp_path_factory.mktemp("cut") / "archive"
    shutil.copytree(whole, archive)
    path = archive / "example.warc.gz"
    data = path.read_bytes()
    cut = int(share * len(data))
    captures = list(read_index(archive / "index.cdxj"))
    path.write_bytes(data[:cut])
    if not indexed:  # the index of a killed run knows less than the WARC file
        lines = [
            c.to_line() for c in sorted(captures, key=lambda c: c.offset) if c.offset + c.length <= cut / 2
        ]
        (archive / "index.cdxj").write_text("".join(line + "\n" for line in lines) + '{"torn', "utf-8")
    with ArchiveWriter(archive) as writer:
        repairs = writer.repairs
    kept = [c for c in captures if c.offset + c.length <= cut]
    assert sorted(c.offset for c in read_index(archive / "index.cdxj")) == sorted(c.offset for c in kept)
    assert urls(archive) == {c.url for c in kept if c.kind == "report"}
    torn = path.with_name("example.warc.gz.torn")
    rest = torn.read_bytes() if torn.exists() else b""
    assert path.read_bytes() + rest == data[:cut]
    assert bool(rest) == any("side" in r or "last" in r for r in repairs)
    with ArchiveWriter(archive) as writer:
        assert not torn.exists() or torn.read_bytes() == rest
        assert writer.repairs == []


def test_damage_in_the_middle_is_told_and_every_good_record_around_it_is_still_read(whole, tmp_path) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(whole, archive)
    path = archive / "example.warc.gz"
    data = bytearray(path.read_bytes())
    captures = sorted(read_index(archive / "index.cdxj"), key=lambda c: c.offset)
    victim = captures[3]
    data[victim.offset + 20 : victim.offset + 60] = os.urandom(40)
    path.write_bytes(data)
    (archive / "index.cdxj").unlink()
    with ArchiveWriter(archive) as writer:
        assert any("is damaged at byte" in repair for repair in writer.repairs)
    assert path.read_bytes() == data
    assert urls(archive) == {c.url for c in captures if c.kind == "report" and c != victim}


def test_a_record_whose_bytes_were_changed_is_told_and_the_others_are_read(whole, tmp_path) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(whole, archive)
    path = archive / "example.warc.gz"
    data = path.read_bytes()
    victim = next(c for c in read_index(archive / "index.cdxj") if c.kind == "report")
    record = gzip.decompress(data[victim.offset : victim.offset + victim.length])
    forged = gzip.compress(record.replace("平稳".encode(), "动荡".encode()), 9)
    assert record != gzip.decompress(forged)
    path.write_bytes(data[: victim.offset] + forged + data[victim.offset + victim.length :])
    lines = [
        (c._replace(length=len(forged)) if c == victim else c._replace(offset=c.offset + len(forged) - victim.length) if c.offset > victim.offset else c).to_line()
        for c in read_index(archive / "index.cdxj")
    ]  # fmt: skip
    (archive / "index.cdxj").write_text("".join(line + "\n" for line in lines), "utf-8")
    good, error = until_error(archive)
    assert "damaged" in error
    assert len(good) == 3
    assert victim.url not in good


def test_an_index_that_was_deleted_is_made_again_the_same(whole, tmp_path) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(whole, archive)
    before = (archive / "index.cdxj").read_bytes()
    (archive / "index.cdxj").unlink()
    assert not is_archive(archive)
    ArchiveWriter(archive).close()
    assert (archive / "index.cdxj").read_bytes() == before


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


def test_one_file_of_our_own_archive_is_read_with_what_the_list_said(whole) -> None:
    found = list(read_archive(whole / "example.warc.gz"))
    assert found == list(read_archive(whole))
    assert len(found) == 4


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


def test_what_is_not_there_or_no_archive_is_one_sentence(tmp_path) -> None:
    with pytest.raises(ArchiveError, match="does not exist"):
        list(read_archive(tmp_path / "nowhere"))
    with pytest.raises(ArchiveError, match="is not an archive"):
        list(read_archive(tmp_path))


@pytest.mark.parametrize(
    "url",
    [
        "http://www.Example.gov.cn/zwgk/A/",
        "https://zwgk.example.gov.cn:8080/a.html?b=2&a=1",
        "http://127.0.0.2:8000/x/",
        "http://www2.a.gov.cn",
        "http://a.gov.cn/a//b/?",
        "https://a.gov.cn:443/%E6%94%BF/A.html",
    ],
)
def test_index_keys_are_those_of_other_tools(url: str) -> None:
    surt = pytest.importorskip("surt", reason="surt is not installed")
    assert surt_key(url) == surt.surt(url)


def test_the_sources_health_is_told_from_the_log(bench) -> None:
    bad = trs_site(3, "bad", answers={f"/{article(0).path}": Answer(404)})
    sites = bench(trs_site(3, "good"), bad)
    sites.run()
    first, second = read_sources(sites.archive)
    assert (first["name"], first["last_result"], first["failed"], first["reports"]) == ("bad", "failed", 1, 2)
    assert (second["name"], second["last_result"], second["new"], second["message"]) == ("good", "ok", 3, "")
    assert second["list"] == f"{sites.served.base_url(trs_site(3, 'good'))}/{COLUMN}/"
    with (sites.archive / "log.jsonl").open("ab") as log:
        log.write(b'{"at": "2025-01-01T00:00:00Z", "event": "started", "na')
    assert read_sources(sites.archive) == [first, second]
    assert sites.run().first["unchanged"] == 3


def test_killed_at_any_moment_the_next_run_goes_on_and_fetches_nothing_twice(bench) -> None:
    site = trs_site(40, page_size=10)
    sites = bench(site)
    command = [
        *(sys.executable, "-c", "from scrape.commands import scrape; scrape()", "run", str(sites.files[0])),
        *("--archive", str(sites.archive), "--allow-local", "--delay", "0.005"),
    ]
    lot = random.Random(7)
    kills = 0
    for target in (3, 12, 21, 30):
        process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and len(set(sites.asked("/t2025"))) < target:
            time.sleep(0.002)
        time.sleep(lot.uniform(0, 0.01))
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    assert kills >= 3
    final = sites.run()
    assert (final.status, final.first["reports"]) == (0, 40)
    asked = sites.asked("/t2025")
    # What was on its way when the kill came is not in the archive and must be asked for again; nothing else.
    assert len(asked) - len(set(asked)) <= kills
    assert {d.url.split("/", 3)[3]: d.body for d in read_archive(sites.archive)} == {
        a.path: a.body for a in site.articles
    }
