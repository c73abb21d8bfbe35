"""The database made anew from the old one and the stage, and put in the old one's place in one step.

The order of everything depends on nothing but the content, so that the same documents give the same file.
"""

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import sqlite_utils

from chinese import segment
from chinese.contacts import MASKED
from load.checks import rules
from load.forms import form, forms, outcome_labels
from load.forms.statistics import statistics_form
from load.places import places
from load.rows import UNSPECIFIED
from load.schema import CHECKS, REPORTS, SCHEMA_VERSION, TABLES, VIEWS, Table, table
from load.store.guard import explained
from load.store.stage import PER_REPORT, TYPES, Stage, remove
from load.store.versions import join_narratives, note_differences

_FTS = "reports_fts"


def build(database: Path, stage: Stage, *, keep_old: bool = True) -> dict[str, int]:
    """Make `database` anew from what it holds and what `stage` holds; answer the row counts by table.

    The new file takes the old one's place only when it is whole and on the disk.
    """
    stage.flush()
    raw = database.with_name(f"{database.name}.building")
    whole = database.with_name(f"{database.name}.whole")
    for path in (raw, whole):
        remove(path)
    with explained(database):
        new = sqlite_utils.Database(raw)
        try:
            new.execute("pragma journal_mode = off")
            new.execute("pragma synchronous = off")
            new.execute("pragma temp_store = file")
            new.execute("attach ? as stage", [str(stage.path)])
            if keep_old and database.exists():
                new.execute("attach ? as old", [f"{database}"])
            else:
                new.execute("attach ':memory:' as old")
                for t in TABLES:
                    quoted = ", ".join(f'"{c.name}"' for c in t.columns)
                    new.execute(f"create table old.{t.name} ({quoted})")
            _create(new)
            _code_books(new)
            _indicators(new)
            _choose(new)
            _fill(new)
            _derive(new)
            new.conn.commit()
            _index(new)
            new.execute(f"pragma user_version = {SCHEMA_VERSION}")
            new.execute(f"pragma application_id = {0 if stage.keep_contacts else MASKED}")
            new.conn.commit()
            new.execute("vacuum into ?", [str(whole)])
            counts = {t.name: new.table(t.name).count for t in TABLES}
        finally:
            new.close()
            remove(raw)
        _publish(whole, database)
    return counts


def _publish(whole: Path, database: Path) -> None:
    """Put the whole new file in its place, and tell Datasette its counts (inspect-data.json)."""
    with whole.open("rb") as file:
        os.fsync(file.fileno())
    inspected = database.with_name("inspect-data.json")
    known: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(inspected.read_text("utf-8"))
    inspected.unlink(missing_ok=True)  # wrong counts are worse than none
    whole.replace(database)
    known[database.stem] = _inspection(database)
    part = inspected.with_name(f"{inspected.name}.part")
    part.write_text(json.dumps(known, indent=1), "utf-8")
    part.replace(inspected)


def _inspection(database: Path) -> dict[str, Any]:
    with database.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    served = sqlite_utils.Database(database)
    try:
        counts = {name: {"count": served[name].count} for name in served.table_names()}
    finally:
        served.close()
    return {"hash": digest, "size": database.stat().st_size, "file": database.name, "tables": counts}


# --- the steps of a build -----------------------------------------------------------------------


def _create(new: sqlite_utils.Database) -> None:
    for t in TABLES:
        key = t.key[0] if len(t.key) == 1 else t.key
        new.table(t.name).create({c.name: TYPES[c.type] for c in t.columns}, pk=key or None)
    new.add_foreign_keys(
        [
            (t.name, c.name, c.references, table(c.references).key[0])
            for t in TABLES
            for c in t.columns
            if c.references
        ]
    )
    for view in VIEWS:
        new.create_view(view.name, view.sql)


def _code_books(new: sqlite_utils.Database) -> None:
    new.table("rules").insert_all(
        [{field: getattr(rule, field) for field in rule.__slots__} for rule in rules().values()]
    )
    versions = {id: [f.version for f in forms() if id in f.outcomes] for id in outcome_labels()}
    new.table("outcomes").insert_all(
        {
            "id": label.id,
            "label_zh": label.zh,
            "label_en": label.en,
            "category": label.category,
            "basis": label.basis,
            "basis_en": label.basis_en,
            "basis_verified": 0,
            "form_versions": ", ".join(sorted(versions[label.id])),
            "position": position,
        }
        for position, label in enumerate(outcome_labels().values(), 1)
    )
    columns = [label for label in form("2021").columns.values() if label.id != "total"]
    applicants = [(label.id, label.zh, label.en) for label in columns]
    applicants.append((UNSPECIFIED, "未分列", "Not broken down"))
    new.table("applicants").insert_all(
        {"id": id, "label_zh": zh, "label_en": en, "position": n}
        for n, (id, zh, en) in enumerate(applicants, 1)
    )


def _indicators(new: sqlite_utils.Database) -> None:
    new.table("indicators").insert_all(
        {
            "id": one.id,
            "label_zh": one.zh,
            "label_en": one.en,
            "unit": one.unit,
            "section": one.section,
            "parent": one.parent,
            "position": position,
            "verified": int(one.verified),
        }
        for position, one in enumerate(statistics_form().indicators.values(), 1)
    )


def _columns(t: Table, prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{c.name}"' for c in t.columns)


def _choose(new: sqlite_utils.Database) -> None:
    """Which document speaks for each report: the one read whole, with most figures, the newest. A file is as old
    as the page that it is attached to, and the page goes before it."""
    documents = table("documents")
    new.execute(
        f"create temp table candidates as select {_columns(documents)}, 1 as is_new from stage.documents "
        f"union all select {_columns(documents)}, 0 from old.documents where id not in (select id from stage.documents)"
    )
    new.execute("create index temp.candidate_url on candidates (url, fetched_at)")
    new.execute(
        """
        create temp table chosen as
        select report_id, document_id, is_new from (
            select c.report_id, c.id as document_id, c.is_new, row_number() over (
                partition by c.report_id
                order by c.figures desc,
                    coalesce((select max(p.fetched_at) from candidates p where p.url = c.parent_url), c.fetched_at) desc,
                    c.parent_url is not null, c.fetched_at desc, c.url is null, c.url, c.id
            ) as place
            from candidates c where c.report_id is not null
        ) where place = 1
        """
    )
    new.execute("create unique index temp.chosen_report on chosen (report_id)")
    new.execute("create index temp.chosen_document on chosen (document_id)")


def _fill(new: sqlite_utils.Database) -> None:
    new.execute(
        f"insert into reports select {_columns(REPORTS, 'r.')} from chosen c "
        "join stage.reports r on r.document_id = c.document_id and r.id = c.report_id where c.is_new order by r.id"
    )
    new.execute(
        f"insert into reports select {_columns(REPORTS, 'r.')} from chosen c "
        "join old.reports r on r.id = c.report_id where not c.is_new order by r.id"
    )
    for name in PER_REPORT:
        t = table(name)
        leave_out = "and r.rule <> 'two_versions'" if t is CHECKS else ""  # made anew below
        new.execute(
            f"insert into {name} select * from ("
            f"select {_columns(t, 'r.')} from stage.{name} r join chosen c "
            "on c.document_id = r.document_id and c.report_id = r.report_id where c.is_new "
            f"union all select {_columns(t, 'r.')} from old.{name} r join chosen c on c.report_id = r.report_id "
            f"where not c.is_new {leave_out}) order by {', '.join(t.key)}"
        )
    documents = table("documents")
    attached_to = "select parent_url from candidates where report_id is not null and parent_url is not null"
    status = (
        f"case when status in ('not_a_report', 'cover') then iif(url in ({attached_to}), 'cover', 'not_a_report') "
        "when report_id is null then status when id in (select document_id from chosen) then 'report' else 'duplicate' end"
    )
    made = {"status": f"{status} as status", "form": "null as form"}  # forms: see load.store.versions
    listed = ", ".join(made.get(c.name, f'"{c.name}"') for c in documents.columns)
    new.execute(f"insert into documents select {listed} from candidates order by id")
    sources = _columns(table("sources"))
    new.execute(
        f"insert into sources select * from (select {sources} from stage.sources union all "
        f"select {sources} from old.sources where name not in (select name from stage.sources)) order by name"
    )


def _derive(new: sqlite_utils.Database) -> None:
    """What follows from the reports together: publishers, summaries, regions, documents that disagree."""
    join_narratives(new)
    note_differences(new)
    new.execute(
        "update reports set doubts = (select count(*) from checks k where k.report_id = reports.id and k.verdict = 'parse_doubt')"
    )
    new.execute(
        """
        insert into publishers
        select publisher_id, publisher, region_code, province, prefecture, county, level, kind, reports, first_year, last_year
        from (
            select *, count(*) over (partition by publisher_id) as reports,
                min(fiscal_year) over (partition by publisher_id) as first_year,
                max(fiscal_year) over (partition by publisher_id) as last_year,
                row_number() over (partition by publisher_id order by fiscal_year desc, id) as place
            from reports where publisher_id is not null
        ) where place = 1 order by publisher_id
        """
    )
    new.execute(
        """
        insert into request_totals
        select q.fiscal_year, q.province, q.level, r.kind, q.outcome, q.category, q.applicant, sum(q.count), count(distinct q.report_id)
        from requests q join reports r on r.id = q.report_id
        group by q.fiscal_year, q.province, q.level, r.kind, q.outcome, q.category, q.applicant
        order by q.fiscal_year, q.province, q.level, r.kind, q.outcome, q.applicant
        """
    )
    fictional = new.execute("select 1 from reports where region_code like '99%' limit 1").fetchone()
    listed = sorted(
        (p for p in places() if not p.fictional or fictional), key=lambda p: (p.code, p.valid_from)
    )
    names = [c.name for c in table("regions").columns]
    new.table("regions").insert_all({name: getattr(p, name) for name in names} for p in listed)
    new.execute(
        "update sources set documents = (select count(*) from documents d where d.source = sources.name), "
        "reports = (select count(*) from documents d where d.source = sources.name and d.status = 'report')"
    )


def _index(new: sqlite_utils.Database) -> None:
    for t in TABLES:
        for columns in t.indexes:
            new.table(t.name).create_index(list(columns))
    searched = ", ".join(REPORTS.search)
    new.execute(
        f'create virtual table {_FTS} using fts5 ({searched}, content="reports", content_rowid="id", tokenize=\'ascii\')'
    )
    new.execute(f"insert into {_FTS} ({_FTS}, rank) values ('hashsize', 33554432)")
    marks = ", ".join("?" for _ in REPORTS.search)
    rows = new.execute(f"select id, {searched} from reports order by id")
    new.conn.executemany(
        f"insert into {_FTS} (rowid, {searched}) values (?, {marks})",
        ((row[0], *(segment(text or "") for text in row[1:])) for row in rows),
    )
    new.execute(f"insert into {_FTS} ({_FTS}) values ('optimize')")
    new.execute("analyze main")
