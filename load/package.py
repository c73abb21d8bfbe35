"""The whole database as files for others: a Frictionless data package of CSV, and Parquet beside it.

What is written is every table of `load.schema`, whole, in the order of its key, with its description, so that the files
hold what the site serves. The view `sections` is left out: it says again what `reports` holds. The same database gives
the same bytes (Parquet: with the same version of its library), and memory stays flat.
"""

import csv
import hashlib
import importlib.util
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load.describe import ABOUT_EN, ABOUT_ZH, LICENSE, SOURCE, TITLE
from load.schema import SCHEMA_VERSION, TABLES, Column, Table
from load.store.guard import StoreError, explained

NAME = "nianbao"
_DESCRIPTOR = "datapackage.json"
_AT_ONCE = 2_000  # rows in memory, and in a row group of Parquet
_TYPES = {"INTEGER": "integer", "REAL": "number", "TEXT": "string"}
_LICENCE_FILE = "README.md"


class PackageError(Exception):
    """The package cannot be written; the message says what is wrong with which folder and what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """What was written: rows by table, and bytes by kind of file ("csv", "parquet")."""

    folder: Path
    rows: Mapping[str, int]
    size_bytes: Mapping[str, int]


def can_write_parquet() -> bool:
    """Whether the library for Parquet is installed (the extra `parquet`)."""
    return importlib.util.find_spec("pyarrow") is not None


def write_package(
    database: Path,
    folder: Path,
    *,
    parquet: bool,
    advanced: Callable[[int], None] = lambda _: None,
) -> Package:
    """Write the package of `database` into `folder`, which an earlier package is replaced in, whole or not at all.

    advanced: told of rows as they are written. Raises PackageError for a folder that holds other things, StoreError
    for a database that cannot be read.
    """
    _check(database, folder)
    beside = folder.resolve().with_name(f".{folder.resolve().name}.writing")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        with explained(database), closing(_opened(database)) as connection:
            written = [_write_table(connection, t, beside, parquet, advanced) for t in TABLES]
            newest = connection.execute("select max(fetched_at) from documents").fetchone()[0]
        described = _described(written, newest)
        (beside / _DESCRIPTOR).write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", "utf-8")
        (beside / _LICENCE_FILE).write_text(_read_me(written, newest), "utf-8")
        _put_in_place(beside, folder.resolve())
    except OSError as error:
        raise PackageError(f"{folder} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    sizes: dict[str, int] = {}
    for file in (file for one in written for file in one.files):
        kind = file.path.partition("/")[0]
        sizes[kind] = sizes.get(kind, 0) + file.size
    return Package(folder, {one.table.name: one.files[0].rows for one in written}, sizes)


def _check(database: Path, folder: Path) -> None:
    if not database.is_file():
        raise PackageError(f"{database}: there is no such database; make one with `nianbao load`")
    with explained(database), closing(_opened(database)) as connection:
        version = connection.execute("pragma user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        raise StoreError(
            f"{database} has schema {version}, this version of nianbao exports schema {SCHEMA_VERSION}: "
            "load everything again with --rebuild"
        )
    if folder.exists() and not folder.is_dir():
        raise PackageError(f"{folder} is a file: name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not _is_package(folder):
        raise PackageError(f"{folder} holds other things: name an empty folder, or one of an earlier export")


def _is_package(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / _DESCRIPTOR).read_text("utf-8")).get("name") == NAME)
    except (OSError, ValueError, AttributeError):
        return False


def _opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=5)


def _put_in_place(new: Path, folder: Path) -> None:
    """The new folder where the old one was."""
    old = folder.with_name(f".{folder.name}.replaced")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


# --- tables ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Written:
    """A table with its files, the CSV first, and the columns whose keys all stand in the table that they name."""

    table: Table
    files: list[_File]
    keys: list[Column]


def _write_table(
    connection: sqlite3.Connection, table: Table, folder: Path, parquet: bool, advanced: Callable[[int], None]
) -> _Written:
    names = [column.name for column in table.columns]
    paths = [f"csv/{table.name}.csv", *([f"parquet/{table.name}.parquet"] if parquet else [])]
    for path in paths:
        (folder / path).parent.mkdir(exist_ok=True)
    count = 0
    with (folder / paths[0]).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(names)
        columnar = _Parquet(folder / paths[1], table) if parquet else None
        try:
            for rows in _rows(connection, table):
                writer.writerows(rows)
                if columnar:
                    columnar.write(rows)
                count += len(rows)
                advanced(len(rows))
        finally:
            if columnar:
                columnar.close()
    keys = [column for column in table.columns if column.references and _holds(connection, table, column)]
    return _Written(table, [_file(folder, path, count) for path in paths], keys)


def _holds(connection: sqlite3.Connection, table: Table, column: Column) -> bool:
    """Whether every key in a column is there. A single WARC names its source without bringing it along."""
    [key] = _referred(column.references)
    sql = f'select 1 from "{table.name}" where "{column.name}" not in (select "{key}" from "{column.references}") limit 1'  # noqa: S608 - our own names
    return connection.execute(sql).fetchone() is None


def _rows(connection: sqlite3.Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table, some at once, in the order of its key; of one without a key by all its columns."""
    names = [column.name for column in table.columns]
    columns = ", ".join(f'"{name}"' for name in names)
    order = ", ".join(f'"{name}"' for name in table.key or names)
    cursor = connection.execute(f'select {columns} from "{table.name}" order by {order}')  # noqa: S608 - our own names
    while rows := cursor.fetchmany(_AT_ONCE):
        yield rows


def _file(folder: Path, path: str, rows: int) -> _File:
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return _File(path, rows, (folder / path).stat().st_size, digest)


class _Parquet:
    """A Parquet file of a table, a group of rows at a time."""

    def __init__(self, path: Path, table: Table) -> None:
        import pyarrow
        import pyarrow.parquet

        types = {"INTEGER": pyarrow.int64(), "REAL": pyarrow.float64(), "TEXT": pyarrow.string()}
        self.pyarrow = pyarrow
        self.schema = pyarrow.schema(
            [
                pyarrow.field(c.name, types[c.type], metadata={"description": f"{c.zh} · {c.en}"})
                for c in table.columns
            ],
            metadata={"title": f"{table.title_zh} · {table.title_en}", "description": f"{table.zh}\n{table.en}", "license": LICENSE},
        )  # fmt: skip
        self.out = pyarrow.parquet.ParquetWriter(path, self.schema, compression="zstd")

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        arrays = [
            self.pyarrow.array(values, type=field.type)
            for values, field in zip(zip(*rows, strict=True), self.schema, strict=True)
        ]
        self.out.write_table(self.pyarrow.Table.from_arrays(arrays, schema=self.schema))

    def close(self) -> None:
        self.out.close()


# --- the descriptor -------------------------------------------------------------------------------------


def _described(written: Sequence[_Written], newest: str | None) -> dict[str, Any]:
    """datapackage.json (Data Package 1.0)."""
    licences = [{"path": _LICENCE_FILE, "title": LICENSE}]
    sources = [{"title": SOURCE}]
    found: dict[str, Any] = {
        "profile": "data-package",
        "name": NAME,
        "title": TITLE,
        "description": f"{ABOUT_ZH}\n\n{ABOUT_EN}",
        "licenses": licences,
        "sources": sources,
        "schema_version": SCHEMA_VERSION,
    }
    if newest:
        found["created"] = newest
    found["resources"] = [_resource(one, licences, sources) for one in written]
    parquet = [(one.table, file) for one in written for file in one.files[1:]]
    if parquet:
        found["parquet"] = [
            {"name": t.name, "path": f.path, "bytes": f.size, "hash": f"sha256:{f.sha256}", "rows": f.rows}
            for t, f in parquet
        ]
    return found


def _resource(written: _Written, licences: Any, sources: Any) -> dict[str, Any]:
    table, file = written.table, written.files[0]
    schema: dict[str, Any] = {
        "fields": [_field(column, table) for column in table.columns],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    keys = [
        {
            "fields": [column.name],
            "reference": {
                "resource": "" if column.references == table.name else column.references,
                "fields": list(_referred(column.references)),
            },
        }
        for column in written.keys
    ]
    if keys:
        schema["foreignKeys"] = keys
    return {
        "name": table.name,
        "profile": "tabular-data-resource",
        "path": file.path,
        "title": f"{table.title_zh} · {table.title_en}",
        "description": f"{table.zh}\n\n{table.en}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "rows": file.rows,
        "licenses": licences,
        "sources": sources,
        "schema": schema,
    }


def _field(column: Column, table: Table) -> dict[str, Any]:
    is_json = column.type == "TEXT" and "JSON" in column.en
    found: dict[str, Any] = {
        "name": column.name,
        "type": "object" if is_json else _TYPES[column.type],
        "title": f"{column.zh} · {column.en}",
    }
    if column.name in table.key:
        found["constraints"] = {"required": True}
    return found


def _referred(name: str | None) -> tuple[str, ...]:
    return next(t.key for t in TABLES if t.name == name)


def _read_me(written: Sequence[_Written], newest: str | None) -> str:
    """What people read first: what this is, its licence and its date."""
    lines = [
        f"# {TITLE}", "", ABOUT_ZH, "", ABOUT_EN, "",
        f"- 许可 Licence: {LICENSE}",
        f"- 来源 Source: {SOURCE}",
        f"- 数据日期 Date of the data: {newest or '–'}",
        "- 空格不是零：CSV 中的空格是 NULL。 A blank is not zero: an empty cell of the CSV is NULL (or, in prose, an empty "
        "text; the Parquet files tell the two apart).",
        f"- 列、键、指纹 Columns, keys and fingerprints: {_DESCRIPTOR} (Frictionless Data Package).",
        "", "| 表 table | | 行 rows |", "|---|---|---:|",
        *(f"| `{o.table.name}` | {o.table.title_zh} · {o.table.title_en} | {o.files[0].rows:,} |" for o in written),
        "",
    ]  # fmt: skip
    return "\n".join(lines)
