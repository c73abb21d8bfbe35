"""The database: the same bytes from the same input, unchanged input skipped, and never a half-written file."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chinese.contacts import MASKED
from load.commands import check, inspect, load
from load.forms import outcome_labels
from load.read import read_reports
from load.rows import LARGEST_ROW_BYTES
from load.schema import TABLES
from load.store import is_older
from sample.faults import PLANTERS
from sample.manifest import SampleDocument

FolderOf = Callable[[list[Path]], Path]


def _load(*arguments: object) -> Result:
    return CliRunner().invoke(load, [str(argument) for argument in arguments])


def _query(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def test_building_twice_gives_the_same_file_bit_for_bit(
    invented: list[Path], tmp_path: Path, folder_of: FolderOf
) -> None:
    folder = folder_of(invented)
    for name in ("a.db", "b.db"):
        assert _load(folder, "--db", tmp_path / name).exit_code == 0
    assert (tmp_path / "a.db").read_bytes() == (tmp_path / "b.db").read_bytes()


def test_what_was_loaded_first_makes_no_difference_to_the_file(
    invented: list[Path], tmp_path: Path, folder_of: FolderOf
) -> None:
    once, pieces = tmp_path / "once.db", tmp_path / "pieces.db"
    assert _load(folder_of(invented), "--db", once).exit_code == 0
    order = list(invented)
    random.Random(3).shuffle(order)
    for part in (order[:1], order[1:17], order[17:]):
        assert _load(folder_of(part), "--db", pieces).exit_code == 0
    assert once.read_bytes() == pieces.read_bytes()


def test_loading_again_skips_what_is_unchanged_and_leaves_the_file_alone(
    invented: list[Path], tmp_path: Path, folder_of: FolderOf
) -> None:
    folder, database = folder_of(invented), tmp_path / "nianbao.db"
    _load(folder, "--db", database)
    before = database.stat()
    again = _load(folder, "--db", database)
    assert again.exit_code == 0
    assert f"{len(invented)} documents unchanged" in again.output
    assert (database.stat().st_mtime_ns, database.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_the_same_report_in_two_documents_is_one_report_and_both_documents_are_kept(
    sample: tuple[SampleDocument, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    corrected = [d for d in sample if any(f.fault == "corrected_version" for f in d.expected.faults)]
    assert corrected
    identity = {(d.expected.publisher, d.expected.fiscal_year) for d in corrected}
    both = [d for d in sample if (d.expected.publisher, d.expected.fiscal_year) in identity]
    for n, document in enumerate(both):
        (folder / f"{n}.html").write_bytes(document.body)
    database = tmp_path / "nianbao.db"
    _load(folder, "--db", database)
    assert _query(database, "select count(*) from reports") == [(1,)]
    assert sorted(_query(database, "select status from documents")) == [("duplicate",), ("report",)]
    assert _query(database, "select verdict from checks where rule = 'two_versions'") == [("parse_doubt",)]
    assert _query(database, "select doubts from reports")[0][0] >= 1


def test_sums_over_requests_are_the_totals_of_the_reports(
    invented: list[Path], tmp_path: Path, folder_of: FolderOf
) -> None:
    database = tmp_path / "nianbao.db"
    _load(folder_of(invented), "--db", database)
    by_category = dict(_query(database, "select category, sum(count) from requests group by category"))
    for category in {str(label.category) for label in outcome_labels().values()}:
        assert by_category.get(category, 0) == _query(database, f"select sum({category}) from reports")[0][0]
    assert _query(database, "select count(*) from requests where count <= 0 or count is null") == [(0,)]
    assert _query(database, "select sum(count) from requests") == _query(
        database, "select sum(processed_total) from reports"
    )
    assert _query(database, "select sum(count) from request_totals") == _query(
        database, "select sum(count) from requests"
    )


def test_a_total_without_its_applicants_stands_under_unspecified(
    sample: tuple[SampleDocument, ...], tmp_path: Path
) -> None:
    document = next(d for d in sample if any(f.fault == "blank_applicants" for f in d.expected.faults))
    (tmp_path / "totals.html").write_bytes(document.body)
    database = tmp_path / "nianbao.db"
    _load(tmp_path / "totals.html", "--db", database)
    assert {row[0] for row in _query(database, "select applicant from requests")} == {"unspecified"}
    processed = document.expected.table3["processed_total"]["total"]
    assert _query(database, "select sum(count) from requests") == [(processed,)]


def test_zero_and_blank_are_told_apart_in_the_form(
    sample: tuple[SampleDocument, ...], tmp_path: Path
) -> None:
    document = next(d for d in sample if any(f.fault == "blank_zeros" for f in d.expected.faults))
    (tmp_path / "blank.html").write_bytes(document.body)
    database = tmp_path / "nianbao.db"
    _load(tmp_path / "blank.html", "--db", database)
    stored = json.loads(str(_query(database, "select form from reports")[0][0]))
    assert stored["table3"] == document.expected.table3
    assert 0 not in stored["table3"]["granted"].values()
    assert None in stored["table3"]["granted"].values()


def test_every_figure_can_be_traced_to_its_raw_text_and_place(invented: list[Path], tmp_path: Path) -> None:
    database = tmp_path / "nianbao.db"
    _load(invented[0], "--db", database)
    stored, proof = (
        json.loads(str(text)) for text in _query(database, "select form, evidence from reports")[0]
    )
    for table in ("table2", "table3", "table4"):
        assert stored[table].keys() == proof[table].keys()
        for at, by, _raw in proof[table].values():
            assert at.startswith(("table ", "line "))
            assert by in ("label", "position")
    document = _query(database, "select sha256, size_bytes from documents")[0]
    assert document[1] == invented[0].stat().st_size


def test_every_column_of_the_schema_is_in_the_file_and_no_other(invented: list[Path], tmp_path: Path) -> None:
    database = tmp_path / "nianbao.db"
    _load(invented[0], "--db", database)
    for table in TABLES:
        columns = [row[1] for row in _query(database, f"pragma table_info({table.name})")]
        assert columns == [column.name for column in table.columns]


def test_a_narrative_too_long_for_a_row_is_cut_and_says_so(invented: list[Path], tmp_path: Path) -> None:
    long = f"</table><p>{'很长的叙述。' * 40_000}</p>"
    page = long.join(invented[0].read_text("utf-8").rsplit("</table>", 1))
    (tmp_path / "long.html").write_text(page, "utf-8")
    database = tmp_path / "nianbao.db"
    assert _load(tmp_path / "long.html", "--db", database).exit_code == 0
    assert _query(database, "select verdict from checks where rule = 'narrative_cut'") == [("parse_doubt",)]
    columns = " + ".join(f"coalesce(length(cast({c.name} as blob)), 0)" for c in TABLES[0].columns)
    assert _query(database, f"select {columns} from reports")[0][0] < LARGEST_ROW_BYTES


# --- killed, locked, full, read-only, old ---------------------------------------------------------


def _started(*arguments: object) -> subprocess.Popen[str]:
    code = "import sys; from load.commands import load; load(sys.argv[1:])"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_a_load_killed_at_any_moment_leaves_the_last_good_file_and_the_next_one_completes(
    invented: list[Path], tmp_path: Path, folder_of: FolderOf
) -> None:
    database, whole = tmp_path / "nianbao.db", tmp_path / "whole.db"
    folder = folder_of(invented)
    _load(folder, "--db", whole)
    _load(invented[0], "--db", database)
    good = database.read_bytes()
    chance = random.Random(11)
    for _ in range(6):
        process = _started(folder, "--db", database)
        time.sleep(chance.uniform(0.4, 1.6))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if process.returncode == 0:
            break
        assert database.read_bytes() in (good, whole.read_bytes())
    assert _load(folder, "--db", database).exit_code == 0
    assert _query(database, "select count(*) from reports") == _query(whole, "select count(*) from reports")
    assert sorted(p.name for p in tmp_path.glob("nianbao.db*")) == ["nianbao.db", "nianbao.db.lock"]


def test_two_loads_at_once_do_not_lose_each_others_reports(
    invented: list[Path], tmp_path: Path, folder_of: FolderOf
) -> None:
    database = tmp_path / "nianbao.db"
    both = [_started(folder_of(part), "--db", database) for part in (invented[:15], invented[15:])]
    outputs = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert _query(database, "select count(*) from documents") == [(len(invented),)]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda path: path.write_bytes(b"not a database at all, though long enough to be one" * 50),
            "not an SQLite database",
        ),
        (lambda path: path.chmod(0o444), "read-only"),
        (lambda path: sqlite3.connect(path).executescript("pragma user_version = 0"), "--rebuild"),
        (lambda path: (path.unlink(), path.mkdir()), "directory"),
    ],
    ids=["another kind of file", "read-only", "an older schema", "a folder"],
)
def test_a_database_that_cannot_be_written_is_left_alone_with_a_sentence(
    spoil: Callable[[Path], object], said: str, invented: list[Path], tmp_path: Path
) -> None:
    database = tmp_path / "nianbao.db"
    _load(invented[0], "--db", database)
    spoil(database)
    before = database.read_bytes() if database.is_file() else None
    result = _load(invented[1], "--db", database)
    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output
    assert (database.read_bytes() if database.is_file() else None) == before


def test_an_older_database_is_made_anew_with_rebuild(invented: list[Path], tmp_path: Path) -> None:
    database = tmp_path / "nianbao.db"
    _load(invented[0], "--db", database)
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript("pragma user_version = 0")
    assert _load(invented[1], "--db", database, "--rebuild").exit_code == 0
    assert _query(database, "select count(*) from reports") == [(1,)]


def test_a_full_disk_is_said_and_the_last_good_file_stays(
    invented: list[Path], tmp_path: Path, folder_of: FolderOf
) -> None:
    database = tmp_path / "nianbao.db"
    _load(invented[0], "--db", database)
    good = database.read_bytes()
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000));"
        "from load.commands import load; load(sys.argv[1:])"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, str(folder_of(invented)), "--db", str(database)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert process.returncode != 0
    assert "full" in process.stderr
    assert "Traceback" not in process.stderr
    assert database.read_bytes() == good


@pytest.mark.skipif(os.name != "posix", reason="locks are POSIX ones")
def test_a_database_locked_by_another_program_is_said(invented: list[Path], tmp_path: Path) -> None:
    database = tmp_path / "nianbao.db"
    _load(invented[0], "--db", database)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("begin exclusive")
        result = _load(invented[1], "--db", database)
    assert result.exit_code != 0
    assert "another program holds it" in result.output


# --- contact details ------------------------------------------------------------------------------

DETAILS = ("甲某某", "0000-0000000", "nobody@example.invalid")


@pytest.fixture
def page(invented: list[Path], tmp_path: Path) -> Path:
    """A report that says whom to ask."""
    said = "联系人：甲某某，电话：0000-0000000，邮箱：nobody@example.invalid。"
    path = tmp_path / "page.html"
    path.write_text(
        f"</table><p>{said}</p>".join(invented[0].read_text("utf-8").rsplit("</table>", 1)), "utf-8"
    )
    return path


def test_contact_details_are_in_no_byte_of_the_database_unless_they_are_kept(
    page: Path, tmp_path: Path
) -> None:
    for options, mark, kept in (((), MASKED, False), (("--keep-contacts",), 0, True)):
        database = tmp_path / f"{mark}.db"
        assert _load(page, "--db", database, *options).exit_code == 0
        for detail in DETAILS:
            assert (detail.encode() in database.read_bytes()) is kept
        assert _query(database, "pragma application_id") == [(mark,)]
    printed = CliRunner().invoke(inspect, [str(page), "--json"]).output
    assert all(detail in printed for detail in DETAILS)


@pytest.mark.parametrize(
    ("mark", "options", "said"),
    [
        (MASKED, ("--keep-contacts",), "leave out --keep-contacts"),
        (0, (), "add --keep-contacts"),
        (MASKED - 1, (), "other rules"),
    ],
    ids=["without them", "with them", "by older rules"],
)
def test_a_database_holds_all_contact_details_or_none_and_only_rebuild_changes_that(
    page: Path, invented: list[Path], tmp_path: Path, mark: int, options: tuple[str, ...], said: str
) -> None:
    database = tmp_path / "nianbao.db"
    assert _load(invented[0], "--db", database).exit_code == 0
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"pragma application_id = {mark}")
    assert is_older(database) is (mark == MASKED - 1)  # so the demo makes it anew
    before = database.read_bytes()
    refused = _load(page, "--db", database, *options)
    assert refused.exit_code == 1
    assert said in refused.output
    assert "--rebuild" in refused.output
    assert database.read_bytes() == before
    assert _load(page, "--db", database, *options, "--rebuild").exit_code == 0
    assert _query(database, "pragma application_id") == [(0 if options else MASKED,)]


# --- check ----------------------------------------------------------------------------------------


def test_check_counts_what_is_wrong_by_rule_and_by_source(
    sample: tuple[SampleDocument, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    faulty = [d for d in sample if d.expected.faults][: len(PLANTERS)]
    for n, document in enumerate(faulty):
        (folder / f"{n}{'.html' if 'html' in document.media_type else '.txt'}").write_bytes(document.body)
    database = tmp_path / "nianbao.db"
    _load(folder, "--db", database)
    found = json.loads(CliRunner().invoke(check, ["--db", str(database), "--json"]).output)
    reports = [report for d in faulty if d.expected.is_report for report in read_reports(d.body)]
    of_the_store = ("two_versions", "narrative_cut")  # said where rows are made, not of one reading
    due = Counter((one.rule, one.verdict) for report in reports for one in report.assessed)
    got = {
        (row["rule"], row["verdict"]): row["times"]
        for row in found["rules"]
        if row["rule"] not in of_the_store
    }
    assert got == due
    assert found["sources"][0]["documents"] == len(faulty)


def test_check_without_a_database_says_how_to_make_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(check, ["--db", str(tmp_path / "none.db")])
    assert result.exit_code != 0
    assert "nianbao load" in result.output
