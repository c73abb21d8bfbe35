"""The page of one archived document: where it is from, what came of it, where it lies in the archive."""

from typing import Any

Row = dict[str, Any]

_REPORT = (
    "select id, title, publisher, fiscal_year, document_id, narrative_document_id from reports where id = :id"
)
_SAME = (
    "select id, url, file, fetched_at, status, report_number from documents where {} = :value and id <> :id "
    "order by fetched_at, report_number, id limit 20"
)
_SOURCE = "select name, title from sources where name = :name"


async def read(database: Any, id: str) -> Row | None:
    """All of a document: its `row`, its `report` (or None), the `versions` of the same address, the `copies` of the
    same content, its `source` (or None), and its addresses as lists. None where there is no such document."""

    async def asked(sql: str, **values: Any) -> list[Row]:
        return [dict(row) for row in (await database.execute(sql, values)).rows]

    found = await asked("select * from documents where id = :id", id=id)
    if not found:
        return None
    [row] = found
    report = await asked(_REPORT, id=row["report_id"]) if row["report_id"] else []
    source = await asked(_SOURCE, name=row["source"]) if row["source"] else []
    return {
        "row": row,
        "report": report[0] if report else None,
        "versions": await asked(_SAME.format("url"), value=row["url"], id=id) if row["url"] else [],
        "copies": [
            copy
            for copy in await asked(_SAME.format("sha256"), value=row["sha256"], id=id)
            if copy["url"] != row["url"] or not row["url"]
        ]
        if row["sha256"]
        else [],
        "source": source[0] if source else None,
        "also_at": (row["also_at"] or "").split("\n") if row["also_at"] else [],
        "parts": (row["parts"] or "").split("\n") if row["parts"] else [],
    }
