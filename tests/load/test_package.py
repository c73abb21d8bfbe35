"""The data package: every table whole, described, valid for others, and the same each time."""

import csv
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import frictionless
import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

import load.package
from load.commands import export
from load.commands import load as load_command
from load.schema import TABLES, Table

csv.field_size_limit(1_000_000)


def _export(*arguments: object) -> Result:
    return CliRunner().invoke(export, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def database(invented: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of thirty invented reports."""
    path = tmp_path_factory.mktemp("package") / "nianbao.db"
    made = CliRunner().invoke(load_command, [*map(str, invented), "--db", str(path)])
    assert made.exit_code == 0, made.output
    return path


@pytest.fixture(scope="module")
def package(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "package"
    done = _export(folder, "--db", database)
    assert done.exit_code == 0, done.output
    assert f"{len(TABLES)} tables" in done.output
    return folder


def _descriptor(package: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((package / "datapackage.json").read_text("utf-8"))
    return found


def _stored(database: Path, table: Table) -> list[tuple[Any, ...]]:
    columns = ", ".join(f'"{c.name}"' for c in table.columns)
    order = ", ".join(f'"{name}"' for name in table.key or [c.name for c in table.columns])
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(f'select {columns} from "{table.name}" order by {order}').fetchall()


def test_another_reader_finds_the_package_valid(package: Path) -> None:
    report = frictionless.validate(package / "datapackage.json")
    assert report.flatten(["type", "message"]) == []
    assert report.valid
    assert report.stats["tasks"] == len(TABLES)


def test_another_reader_would_find_a_figure_that_was_changed(package: Path, tmp_path: Path) -> None:
    copied = tmp_path / "package"
    for file in package.rglob("*.*"):
        (copied / file.relative_to(package)).parent.mkdir(parents=True, exist_ok=True)
        (copied / file.relative_to(package)).write_bytes(file.read_bytes())
    applicants = copied / "csv" / "applicants.csv"
    applicants.write_text(applicants.read_text("utf-8").replace("natural_person", "natural_persom"), "utf-8")
    assert not frictionless.validate(copied / "datapackage.json").valid


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_table_is_written_whole_as_it_is(package: Path, database: Path, table: Table) -> None:
    stored = _stored(database, table)
    with (package / "csv" / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    assert head == [column.name for column in table.columns]
    assert lines == [["" if cell is None else str(cell) for cell in row] for row in stored]
    columnar = pyarrow.parquet.read_table(package / "parquet" / f"{table.name}.parquet")
    assert columnar.column_names == head
    assert [tuple(row.values()) for row in columnar.to_pylist()] == stored


def test_every_table_and_column_is_described_in_both_languages(package: Path) -> None:
    resources = {resource["name"]: resource for resource in _descriptor(package)["resources"]}
    assert list(resources) == [table.name for table in TABLES]
    for table in TABLES:
        resource = resources[table.name]
        assert table.zh in resource["description"]
        assert table.en in resource["description"]
        titles = {field["name"]: field["title"] for field in resource["schema"]["fields"]}
        assert titles == {column.name: f"{column.zh} · {column.en}" for column in table.columns}
        assert resource["schema"].get("primaryKey", []) == list(table.key)
        assert resource["licenses"]
        assert resource["sources"]


def test_files_are_as_large_and_have_the_fingerprint_that_is_said(package: Path, database: Path) -> None:
    found = _descriptor(package)
    for file in (*found["resources"], *found["parquet"]):
        body = (package / file["path"]).read_bytes()
        assert file["bytes"] == len(body)
        assert file["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
        table = next(t for t in TABLES if t.name == file["name"])
        assert file["rows"] == len(_stored(database, table))


def test_the_keys_between_tables_are_named(package: Path) -> None:
    resources = {resource["name"]: resource["schema"] for resource in _descriptor(package)["resources"]}
    keys = {key["fields"][0]: key["reference"] for key in resources["requests"]["foreignKeys"]}
    assert keys["report_id"] == {"resource": "reports", "fields": ["id"]}
    assert keys["outcome"] == {"resource": "outcomes", "fields": ["id"]}


def test_a_key_that_leads_nowhere_is_not_promised(database: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(database.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("update documents set source = 'elsewhere'")
        connection.commit()
    assert _export(tmp_path / "out", "--db", copy, "--no-parquet").exit_code == 0
    documents = next(r for r in _descriptor(tmp_path / "out")["resources"] if r["name"] == "documents")
    assert [key["fields"] for key in documents["schema"]["foreignKeys"]] == [["report_id"]]


def _bytes(package: Path) -> dict[str, bytes]:
    return {str(f.relative_to(package)): f.read_bytes() for f in sorted(package.rglob("*")) if f.is_file()}


def test_the_same_database_gives_the_same_bytes_and_an_earlier_package_is_replaced(
    package: Path, database: Path, tmp_path: Path
) -> None:
    before = _bytes(package)
    folder = tmp_path / "package"
    for _ in range(2):
        assert _export(folder, "--db", database).exit_code == 0
        assert _bytes(folder) == before
    assert _export(folder, "--db", database, "--no-parquet").exit_code == 0
    assert not (folder / "parquet").exists()
    assert "parquet" not in _descriptor(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


def test_a_folder_of_other_things_is_left_alone(database: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    done = _export(tmp_path, "--db", database)
    assert done.exit_code == 1
    assert "holds other things" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "out"
    assert not (tmp_path / "out").exists()


def test_a_database_that_is_not_there_or_none_of_ours_is_a_sentence(elsewhere: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_text("no database" * 100)
    empty = tmp_path / "empty.db"
    empty.write_bytes(b"")
    for path, said in (
        (tmp_path / "no.db", "no such database"),
        (other, "not an SQLite"),
        (empty, "schema 0"),
    ):
        done = _export(elsewhere, "--db", path)
        assert done.exit_code == 1
        assert said in done.output
        assert "Traceback" not in done.output


def test_a_file_in_the_place_of_the_folder_is_a_sentence(database: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        done = _export(folder, "--db", database)
        assert done.exit_code == 1
        assert done.output.startswith("Error: ")


def test_without_the_library_parquet_is_left_out_and_said_so(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load.package, "can_write_parquet", lambda: False)
    done = _export(tmp_path / "out", "--db", database)
    assert done.exit_code == 0
    assert "nianbao[parquet]" in done.output
    assert not (tmp_path / "out" / "parquet").exists()
    refused = _export(tmp_path / "other", "--db", database, "--parquet")
    assert refused.exit_code == 1
    assert "nianbao[parquet]" in refused.output


def test_what_is_half_written_is_not_left_behind(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _export(tmp_path / "out", "--db", database, "--no-parquet").exit_code == 0
    before = _bytes(tmp_path / "out")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(load.package, "_put_in_place", fails)
    done = _export(tmp_path / "out", "--db", database, "--no-parquet")
    assert done.exit_code == 1
    assert "No space left on device" in done.output
    assert _bytes(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
