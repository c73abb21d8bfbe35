"""The archive: everything as it came, readable by others, never lost by a kill."""

import gzip
import io
import json
import os
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import COLUMN, article, page, trs_site, until_error
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from sample.sites.server import Answer
from scrape.archive import ArchiveError, is_archive, read_archive, read_sources
from scrape.archive.index import read_index, surt_key
from scrape.archive.verify import verify
from scrape.archive.writer import About, ArchiveWriter
from scrape.exchange import Exchange

PROJECT = Path(__file__).parents[2]


def urls(archive: Path) -> set[str]:
    return {document.url for document in read_archive(archive)}


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
    files = [str(path) for path in sorted(sites.archive.glob("*.warc.gz"))]
    indexer.CDXJIndexer(theirs, files, sort=True).process_all()
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


@pytest.mark.parametrize("how", ["torn to pieces", "forged"])
def test_what_is_damaged_is_fetched_again_once_the_index_is_made_anew(bench, how: str) -> None:
    plain = Answer(
        200, page("示例县年报"), {"Content-Type": "text/html"}
    )  # no validators: refreshed by revisits
    sites = bench(trs_site(2, answers={f"/{article(0).path}": plain}))
    sites.run()
    sites.run("--refresh")
    index, path = sites.archive / "index.cdxj", sites.archive / "example.warc.gz"
    victim = next(c for c in read_index(index) if c.url.endswith(article(0).path) and not c.is_revisit)
    data = path.read_bytes()
    member = data[victim.offset : victim.offset + victim.length]
    damaged = gzip.compress(gzip.decompress(member).replace("平稳".encode(), "动荡".encode()))
    if how == "torn to pieces":
        damaged = member[:20] + os.urandom(20) + member[40:]
    path.write_bytes(data[: victim.offset] + damaged + data[victim.offset + victim.length :])
    index.unlink()
    outcome = sites.run()
    assert (outcome.first["new"], outcome.first["unchanged"]) == (1, 1)
    assert {d.body for d in read_archive(sites.archive)} == {plain.body, article(1).body}


def test_an_index_that_was_deleted_is_made_again_the_same(whole, tmp_path) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(whole, archive)
    before = (archive / "index.cdxj").read_bytes()
    (archive / "index.cdxj").unlink()
    assert not is_archive(archive)
    ArchiveWriter(archive).close()
    assert (archive / "index.cdxj").read_bytes() == before


def test_one_file_of_our_own_archive_is_read_with_what_the_list_said(whole) -> None:
    found = list(read_archive(whole / "example.warc.gz"))
    assert found == list(read_archive(whole))
    assert len(found) == 4


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
        "https://a.gov.cn/政/A.html?标题=年报 一&x=50%&y=a%2Fb",
        "http://a.gov.cn/x.jsp?__wb_method=POST&param={%22a%22:%20[1]}&c=<x>|^",
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


SAME = page("同一份报告")
FIRST, SECOND = article(0), article(1)


def twins(**more):
    """A site on which one report stands at two addresses."""
    return trs_site(articles=[article(0, body=SAME), article(1, body=SAME), article(2)], **more)


def test_a_report_at_two_addresses_is_kept_once_and_both_addresses_are_known(bench) -> None:
    sites = bench(twins())
    assert sites.run().first["new"] == 3
    both, other = sorted(read_archive(sites.archive), key=lambda d: d.body != SAME)
    assert (both.body, other.also_at) == (SAME, ())
    assert {both.url.split("/", 3)[3]} | {u.split("/", 3)[3] for u in both.also_at} == {
        FIRST.path,
        SECOND.path,
    }
    kept = [block for kind, _, block in records(sites.archive / "example.warc.gz") if SAME in block]
    assert len(kept) == 1
    asked = len(sites.asked("/t2025"))
    assert sites.run().first["unchanged"] == 3
    assert len(sites.asked("/t2025")) == asked
    assert sites.run("--refresh").first["unchanged"] == 3
    assert len(list(read_archive(sites.archive))) == 2


def test_a_second_address_refers_to_the_first_by_the_standard(bench) -> None:
    sites = bench(twins())
    sites.run()
    sites.run("--refresh")
    with (sites.archive / "example.warc.gz").open("rb") as file:
        heads = [
            dict(r.rec_headers.headers)
            for r in ArchiveIterator(file)
            if r.rec_type == "revisit" and "/t2025" in r.rec_headers.get_header("WARC-Target-URI")
        ]
    first = next(h for h in heads if h["WARC-Refers-To-Target-URI"] != h["WARC-Target-URI"])
    assert first["WARC-Profile"].endswith("/revisit/identical-payload-digest")
    # What is asked again at the second address refers to the bytes, too, never to another revisit.
    stored = {c.url for c in read_index(sites.archive / "index.cdxj") if not c.is_revisit}
    assert {h["WARC-Refers-To-Target-URI"] for h in heads} <= stored


def test_a_body_that_came_packed_otherwise_is_another_payload_and_still_one_document(bench) -> None:
    packed = Answer(200, gzip.compress(SAME), {"Content-Type": "text/html", "Content-Encoding": "gzip"})
    sites = bench(twins(answers={f"/{SECOND.path}": packed}))
    sites.run()
    assert not any(c.is_revisit for c in read_index(sites.archive / "index.cdxj") if c.kind == "report")
    both = next(d for d in read_archive(sites.archive) if d.body == SAME)
    assert len(both.also_at) == 1


def test_of_a_report_at_two_addresses_one_may_change(bench) -> None:
    site = twins()
    sites = bench(site)
    sites.run()
    (before,) = (d for d in read_archive(sites.archive) if d.also_at)
    changed = next(a for a in site.articles if before.url.endswith(a.path))
    changed.body = page("改过的报告")
    sites.served.update(site)
    assert sites.run("--refresh").first["changed"] == 1
    found = {d.url: (d.body, d.also_at) for d in read_archive(sites.archive)}
    assert found[before.url] == (changed.body, ())
    assert found[before.also_at[0]] == (SAME, ())
    changed.body = SAME
    sites.served.update(site)
    assert sites.run("--refresh").first["changed"] == 1
    assert [d.also_at for d in read_archive(sites.archive) if d.body == SAME] != [()]
    assert len(list(read_archive(sites.archive))) == 2


def test_two_sources_with_the_same_report_keep_one_each(bench) -> None:
    sites = bench(
        trs_site(articles=[article(0, body=SAME)]), trs_site(1, "other", articles=[article(0, body=SAME)])
    )
    sites.run()
    assert [(d.source, d.also_at) for d in read_archive(sites.archive)] == [("example", ()), ("other", ())]


def test_addresses_and_pages_that_go_on_are_known_from_one_file_as_from_the_archive(bench) -> None:
    sites = bench(twins(), long_site("long"))
    sites.run()
    files = sorted(sites.archive.glob("*.warc.gz"))
    from_files = [document for path in files for document in read_archive(path)]
    assert sorted(from_files, key=lambda d: d.url) == list(read_archive(sites.archive))


def test_an_index_made_anew_knows_second_addresses_and_parts(bench) -> None:
    sites = bench(twins(), long_site("long"))
    sites.run()
    sites.run("--refresh")
    index = sites.archive / "index.cdxj"
    before = index.read_bytes()
    index.unlink()
    ArchiveWriter(sites.archive).close()
    assert index.read_bytes() == before


def long_site(name: str = "example", pages: int = 3, **more):
    """A site whose one report goes on over several pages."""
    stem = article(0).path.rpartition("/")[2].partition(".")[0]
    call = f'<script>createPageHTML({pages},0,"{stem}","html")</script>'
    answers = {
        f"/{article(0).path.replace('.html', f'_{n}.html')}": Answer(
            200, page(f"示例县年报第{n + 1}页"), {"Content-Type": "text/html"}
        )
        for n in range(1, pages)
    }
    first = article(0, body=page("示例县年报", call))
    return trs_site(name=name, articles=[first], answers=answers | more.pop("answers", {}), **more)


def test_the_pages_on_which_a_report_goes_on_come_with_it_in_order(bench) -> None:
    sites = bench(long_site())
    assert sites.run().status == 0
    (found,) = read_archive(sites.archive)
    assert found.parts == (page("示例县年报第2页"), page("示例县年报第3页"))
    assert [url.rpartition("_")[2] for url in found.part_urls] == ["1.html", "2.html"]


def test_a_page_that_goes_on_somewhere_else_is_followed(bench) -> None:
    first = f"/{article(0).path.replace('.html', '_1.html')}"
    moved = {
        first: Answer(302, headers={"Location": "/moved/1.html"}),
        "/moved/1.html": Answer(200, page("示例县年报第2页"), {"Content-Type": "text/html"}),
    }
    sites = bench(long_site(answers=moved))
    assert sites.run().status == 0
    (found,) = read_archive(sites.archive)
    assert found.parts == (page("示例县年报第2页"), page("示例县年报第3页"))
    assert sites.run("--refresh").status == 0
    assert list(read_archive(sites.archive)) == [found]
    assert verify(sites.archive).faults == []


def test_a_page_that_is_missing_is_told_and_the_report_comes_without_it(bench) -> None:
    gone = f"/{article(0).path.replace('.html', '_1.html')}"
    sites = bench(long_site(answers={gone: Answer(404)}))
    assert sites.run().status == 1
    found = []
    with pytest.raises(ArchiveError, match=r"goes on at .*_1\.html, which is not in the archive"):
        found.extend(read_archive(sites.archive))
    found += list(_whatever(sites.archive))
    assert found[0].parts == (page("示例县年报第3页"),)


def _whatever(archive: Path):
    documents = read_archive(archive)
    while True:
        try:
            yield next(documents)
        except (StopIteration, ArchiveError):
            return


def exchange(
    url: str, body: bytes, *, content: bytes | None = None, kind: str = "application/json"
) -> Exchange:
    """An exchange as it passes over the wire, by POST if there is `content`."""
    method = "GET" if content is None else "POST"
    path = "/" + url.split("/", 3)[3]
    request = f"{method} {path} HTTP/1.1\r\nHost: a.example\r\n"
    if content is not None:
        request += f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    heads = {"content-type": "text/html"}
    sent = request.encode() + b"\r\n" + (content or b"")
    return Exchange(url, "2025-01-02T03:04:05Z", 200, heads, sent, response, body)


POSTED = [
    (b"page=1&name=%E5%B9%B4%E6%8A%A5", "application/x-www-form-urlencoded; charset=UTF-8"),
    (b"page=2&name=%E5%B9%B4%E6%8A%A5", "application/x-www-form-urlencoded; charset=UTF-8"),
    (b'{"page": {"no": 1, "ids": [3, 4]}}', "application/json"),
    (b"\x00\xff<xml/>", "application/octet-stream"),
]


def test_what_was_posted_to_one_address_never_answers_for_another_body_nor_for_a_get(tmp_path) -> None:
    url = "http://a.example.gov.cn/api/search?siteId=1"
    about = About("example", "list")
    with ArchiveWriter(tmp_path) as archive:
        assert archive.store(exchange(url, b"got"), about) == "new"
        for content, kind in POSTED:
            posted = exchange(url, b"answer to " + content, content=content, kind=kind)
            assert archive.store(posted, about) == "new"
            assert archive.store(posted, about) == "unchanged"
        known = archive.newest(url, "list")
        assert known is not None
        assert archive.read(known).body == b"got"
    with ArchiveWriter(tmp_path) as archive:
        assert archive.repairs == []
        assert (
            archive.store(exchange(url, b"new answer", content=POSTED[0][0], kind=POSTED[0][1]), about)
            == "changed"
        )
    # A revisit would not say to which of the bodies posted it belongs: each answer is kept whole.
    assert not any(c.is_revisit for c in read_index(tmp_path / "index.cdxj"))
    assert verify(tmp_path).faults == []


def test_what_was_posted_has_the_keys_that_another_tool_gives_it(tmp_path) -> None:
    indexer = pytest.importorskip("cdxj_indexer.main", reason="cdxj-indexer is not installed")
    url = "http://a.example.gov.cn/api/search"
    with ArchiveWriter(tmp_path) as archive:
        archive.store(exchange(url, b"got"), About("example", "list"))
        for content, kind in POSTED:
            archive.store(exchange(url, b"x" + content, content=content, kind=kind), About("example", "list"))
    theirs = io.StringIO()
    file = str(tmp_path / "example.warc.gz")
    indexer.CDXJIndexer(theirs, [file], sort=True, post_append=True).process_all()

    def facts(text: str) -> list[tuple[str, ...]]:
        lines = [line.split(" ", 2) for line in text.splitlines()]
        told = [(key, day, json.loads(fields)) for key, day, fields in lines]
        return [(k, d, f["offset"], f.get("method") or "", f.get("requestBody") or "") for k, d, f in told]

    assert facts((tmp_path / "index.cdxj").read_text("utf-8")) == facts(theirs.getvalue())
