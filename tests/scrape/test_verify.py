"""The archive read back: every damage is found and named, and what a kill leaves is none."""

import gzip
import json
import os
import random
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_sites import Bench, article, command, trs_site

from sample.sites.server import Answer, serve
from scrape.archive.index import ArchiveError, Capture, read_index
from scrape.archive.verify import Verified, verify

FILE = "example.warc.gz"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two sources with revisits, refusals, redirects and parts, to be damaged in copies."""
    folder = tmp_path_factory.mktemp("whole")
    missing = {
        f"/{article(0).path}": Answer(404),
        f"/{article(1).path}": Answer(302, headers={"Location": f"/{article(2).path}"}),
    }
    sites = [trs_site(5, gzip=True, answers=missing), trs_site(3, "other", chunked=True)]
    with serve(sites) as served:
        bench = Bench(served, [served.source_file(site, folder) for site in sites], folder / "archive")
        bench.run()
        bench.run("--refresh")
    return bench.archive


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    archive = tmp_path / "archive"
    shutil.copytree(whole, archive)
    return archive


def lines_of(archive: Path) -> list[Capture]:
    return list(read_index(archive / "index.cdxj"))


def write_lines(archive: Path, captures: list[Capture]) -> None:
    lines = sorted(capture.to_line().encode() + b"\n" for capture in captures)
    (archive / "index.cdxj").write_bytes(b"".join(lines))


def members(data: bytes) -> list[bytes]:
    """The gzip members of a file, unpacked."""
    found = []
    while data:
        member = zlib.decompressobj(zlib.MAX_WBITS + 16)
        try:
            found.append(member.decompress(data))
        except zlib.error:
            return [*found, b"damaged"]
        data = member.unused_data
    return found


def rewritten(archive: Path, change: Callable[[list[bytes]], list[bytes]]) -> Verified:
    """The archive's file with other records, and an index made for them."""
    path = archive / FILE
    path.write_bytes(b"".join(gzip.compress(one, mtime=0) for one in change(members(path.read_bytes()))))
    return verify(archive)


def test_a_sound_archive_has_no_fault_and_every_record_is_counted(whole: Path) -> None:
    found = verify(whole)
    assert (found.faults, found.notes) == ([], [])
    assert [file.file for file in found.files] == [FILE, "other.warc.gz"]
    assert sum(file.size_bytes for file in found.files) == sum(p.stat().st_size for p in whole.glob("*.gz"))
    captures = lines_of(whole)
    assert sum(file.responses + file.revisits for file in found.files) == len(captures) == found.index_lines
    assert sum(file.revisits for file in found.files) == sum(c.is_revisit for c in captures) > 0
    assert found.files[0].records == 1 + 3 * (found.files[0].responses + found.files[0].revisits)


def test_the_command_prints_a_table_and_exits_0(whole: Path) -> None:
    outcome = command("verify", "--archive", str(whole))
    assert (outcome.status, outcome.err) == (0, "")
    heads, first, *_, last = outcome.out.splitlines()
    assert heads.split() == ["file", "records", "responses", "revisits", "bytes", "faults"]
    assert (first.split()[0], last.split()[0], last.split()[-1]) == (FILE, "all", "0")


def test_a_fault_is_a_sentence_and_the_status_is_1(copy: Path) -> None:
    data = bytearray((copy / FILE).read_bytes())
    victim = lines_of(copy)[0]
    data[victim.offset + 15 : victim.offset + 60] = os.urandom(45)
    (copy / FILE).write_bytes(data)
    outcome = command("verify", "--archive", str(copy), "--json")
    told = json.loads(outcome.out)
    assert outcome.status == 1
    assert told["faults"]
    assert told["faults"] == [*told["files"][0]["faults"], *told["files"][1]["faults"]]
    assert all(f"nianbao scrape: {fault}" in outcome.err for fault in told["faults"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_any_byte_that_is_changed_is_found(whole: Path, tmp_path_factory, place: float, flip: int) -> None:
    archive = tmp_path_factory.mktemp("flipped") / "archive"
    shutil.copytree(whole, archive)
    data = bytearray((archive / FILE).read_bytes())
    at = int(place * len(data))
    data[at] ^= flip
    (archive / FILE).write_bytes(data)
    changed = members(bytes(data)) != members((whole / FILE).read_bytes())
    found = verify(archive)
    # A gzip head says things (its system, its time) that no record depends on.
    assert bool(found.faults) or not changed


def test_bytes_changed_in_a_record_that_unpacks_are_found_by_their_digest(copy: Path) -> None:
    def forge(records: list[bytes]) -> list[bytes]:
        return [r.replace(b"HTTP/1.1 404 Not Found", b"HTTP/1.1 404 Got Found") for r in records]

    assert any(
        "digest of the response record is not that of its bytes" in f for f in rewritten(copy, forge).faults
    )


def test_two_records_in_one_gzip_member_are_found(copy: Path) -> None:
    found = rewritten(copy, lambda records: [*records[:4], records[4] + records[5], *records[6:]])
    assert any("holds more than one record" in fault for fault in found.faults)


def test_a_response_without_its_request_is_found(copy: Path) -> None:
    found = rewritten(copy, lambda records: [r for r in records if b"WARC-Type: request" not in r])
    assert any("its request or its metadata is not there" in fault for fault in found.faults)


def test_a_revisit_of_what_is_not_there_is_found(copy: Path) -> None:
    def forge(records: list[bytes]) -> list[bytes]:
        return [r.replace(b"WARC-Refers-To-Date: 20", b"WARC-Refers-To-Date: 19") for r in records]

    assert any("that is not there" in fault for fault in rewritten(copy, forge).faults)


def test_an_index_line_too_few_is_found_but_not_at_the_end_where_a_kill_takes_it(copy: Path) -> None:
    captures = lines_of(copy)
    ours = sorted((c for c in captures if c.filename == FILE), key=lambda c: c.offset)
    write_lines(copy, [c for c in captures if c != ours[2]])
    assert verify(copy).faults == [f"{FILE}, byte {ours[2].offset}: index.cdxj does not have it."]
    write_lines(copy, [c for c in captures if c not in ours[-2:]])
    found = verify(copy)
    assert found.faults == []
    assert "the last 2 answers are not in index.cdxj yet" in found.notes[0]


def test_an_index_line_too_many_or_a_wrong_one_or_a_torn_one_is_found(copy: Path) -> None:
    captures = lines_of(copy)
    ours = next(c for c in captures if c.filename == FILE)
    write_lines(copy, [*captures, ours._replace(offset=ours.offset + 1)])
    assert "names a record that does not begin there" in verify(copy).faults[0]
    write_lines(copy, [c._replace(title="Another") if c == ours else c for c in captures])
    assert "says something else of it" in verify(copy).faults[0]
    write_lines(copy, captures)
    index = copy / "index.cdxj"
    index.write_bytes(b"torn {\n" + index.read_bytes())
    assert verify(copy).faults == ["index.cdxj, line 1: it cannot be read."]
    write_lines(copy, captures)
    with index.open("ab") as file:
        file.write(b"torn {")
    found = verify(copy)
    assert (found.faults, len(found.notes)) == ([], 1)


def test_a_file_that_is_missing_is_found(copy: Path) -> None:
    (copy / "other.warc.gz").unlink()
    assert verify(copy).faults[0].startswith("other.warc.gz is missing; index.cdxj names")


def test_what_a_kill_leaves_is_noted_and_is_no_fault(copy: Path) -> None:
    captures = [c for c in lines_of(copy) if c.filename == FILE]
    last = max(captures, key=lambda c: c.offset)
    data = (copy / FILE).read_bytes()
    write_lines(copy, [c for c in lines_of(copy) if c != last])
    lot = random.Random(3)
    for cut in [last.offset + lot.randrange(1, last.length) for _ in range(4)]:
        (copy / FILE).write_bytes(data[:cut])
        found = verify(copy)
        assert found.faults == []
        assert f"puts the last {cut - last.offset} bytes aside" in found.notes[0]
        assert "1 requests without their answers" in found.notes[1]
    (copy / f"{FILE}.torn").write_bytes(b"torn")
    assert any(note.startswith(f"{FILE}.torn: 4 bytes") for note in verify(copy).notes)


def test_what_is_no_archive_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="is not an archive"):
        verify(tmp_path)
    outcome = command("verify", "--archive", str(tmp_path))
    assert outcome.status == 1
    assert "is not an archive" in outcome.err
    assert "Traceback" not in outcome.err
