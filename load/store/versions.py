"""Documents that carry the same report: where they differ, and what one has that the other lacks.

A page and the file attached to it are the commonest: the prose may stand on the page and the figures in the
file. Which document speaks for a report is chosen in `load.store.build`.
"""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import sqlite_utils

_MOST_CELLS = 5  # differences named in a doubt; the others are counted
_PROSE = ("overview", "problems", "other_matters")

_PAIRS = """
    select r.id, d.id, d.figures_sha256,
        case when d.parent_url = own.url then 'the attached file' when own.parent_url = d.url then 'the page' end
    from reports r join documents own on own.id = r.document_id join documents d on d.report_id = r.id
    where d.id <> own.id and d.figures > 0 and d.figures_sha256 <> own.figures_sha256
    order by r.id, d.id
"""


def join_narratives(new: sqlite_utils.Database) -> None:
    """Give each report without prose the prose of the page, or of the attached file, that carries it as well."""
    beside = list(
        new.execute(
            "select a.report_id, a.id, p.id, a.fetched_at, p.fetched_at from candidates a "
            "join candidates p on p.url = a.parent_url and p.report_id = a.report_id where a.parent_url is not null "
        )
    )
    if not beside:
        return
    _index_stage(new)
    donors: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for report, file, page, file_at, page_at in beside:
        donors.setdefault((report, file), []).append((page_at or "", page))
        donors.setdefault((report, page), []).append((file_at or "", file))
    for (report, document), others in sorted(donors.items()):
        own = new.execute(
            "select overview || problems || other_matters = '' or narrative_document_id is not null "
            "from reports where id = ? and document_id = ?",
            [report, document],
        ).fetchone()
        if not own or not own[0]:
            continue
        for _, other in sorted(others, reverse=True):
            prose = _prose(new, report, other)
            if prose and any(prose[name] for name in _PROSE):
                _put_prose(new, report, other, prose)
                break


def _index_stage(new: sqlite_utils.Database) -> None:
    new.execute("create index if not exists stage.report_document on reports (document_id)")


def _prose(new: sqlite_utils.Database, report: int, document: str) -> dict[str, str] | None:
    """The prose of a report as it stands in a document, by column."""
    names = (*_PROSE, "remarks", "headings")
    columns = ", ".join(f"t.{name}" for name in names)
    for source, condition in (
        ("stage.reports", "t.document_id = :document"),
        ("old.reports", "coalesce(t.narrative_document_id, t.document_id) = :document"),
    ):
        row = new.execute(
            f"select {columns} from {source} t where t.id = :report and {condition}",
            {"report": report, "document": document},
        ).fetchone()
        if row:
            return dict(zip(names, row, strict=True))
    return None


def _put_prose(new: sqlite_utils.Database, report: int, document: str, prose: dict[str, str]) -> None:
    told = {name: text for name, text in prose.items() if name != "remarks" or text}
    assigned = ", ".join(f"{name} = :{name}" for name in told)
    new.execute(
        f"update reports set narrative_document_id = :document, {assigned} where id = :report",
        {**told, "document": document, "report": report},
    )


def note_differences(new: sqlite_utils.Database) -> None:
    """Keep the figures of each document that prints others than the report it carries, and say so in a doubt."""
    pairs = list(new.execute(_PAIRS))
    if pairs:
        _index_stage(new)
    for report, of_report in groupby(pairs, key=lambda pair: pair[0]):
        (own,) = new.execute("select form from reports where id = ?", [report]).fetchone()
        sentences = []
        for _, document, sha256, relation in of_report:
            form = _form(new, report, document, sha256)
            if form is None:
                continue
            new.execute("update documents set form = ? where id = ?", [form, document])
            if cells := _differences(json.loads(own), json.loads(form)):
                who = f"{relation} ({document})" if relation else f"document {document}"
                sentences.append(f"{who} prints other figures: {cells}")
        if sentences:
            new.execute(
                'insert into checks (report_id, number, rule, verdict, "where", detail, fiscal_year, province, level) '
                "select r.id, 1 + coalesce((select max(number) from checks k where k.report_id = r.id), 0), "
                "'two_versions', 'parse_doubt', 'report', ?, r.fiscal_year, r.province, r.level "
                "from reports r where r.id = ?",
                ["; ".join(sentences), report],
            )


def _form(new: sqlite_utils.Database, report: int, document: str, sha256: str) -> str | None:
    """The figures of a report as they stand in a document."""
    for sql in (
        "select form from stage.reports where document_id = :document and id = :report",
        "select form from old.documents where id = :document and form is not null",
        # It was, or was like, the document that spoke for the report before.
        "select t.form from old.reports t join old.documents d on d.id = t.document_id "
        "where t.id = :report and d.figures_sha256 = :sha256",
    ):
        row = new.execute(sql, {"document": document, "report": report, "sha256": sha256}).fetchone()
        if row:
            return str(row[0])
    return None


def _differences(own: dict[str, Any], other: dict[str, Any]) -> str:
    """The cells in which both have a figure, and not the same; "" where there are none."""
    theirs = dict(_cells(other))
    found = [
        f"{place} {theirs[place]} for {value}"
        for place, value in _cells(own)
        if value is not None and theirs.get(place) is not None and theirs[place] != value
    ]
    more = f" and {len(found) - _MOST_CELLS} more" if len(found) > _MOST_CELLS else ""
    return ", ".join(found[:_MOST_CELLS]) + more


def _cells(node: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """The figures of a form with their places: table3.granted.total."""
    if isinstance(node, dict):
        for name, below in node.items():
            yield from _cells(below, f"{place}.{name}" if place else str(name))
    else:
        yield place, node
