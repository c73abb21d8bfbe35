"""What the pages say of the whole: whether the data is the invented sample, and the questions it answers.

The words stand in templates/ and metadata.json; this only looks them up.
"""

from typing import Any

from datasette import hookimpl

from plugins.publication.language import say

# Region codes from here up belong to the fictional province of the sample (regions.code).
FICTIONAL_FROM = "99"

_known: dict[str, str] = {}  # "all", "some" or "none", by hash of an immutable database


async def _sample(database: Any) -> str:
    """Whether "all", "some" or "none" of the publishers in `database` are invented."""
    if database.hash in _known:
        return _known[database.hash]
    answer = "none"
    if await database.table_exists("publishers"):
        counted = await database.execute(
            "select count(*) filter (where region_code >= :from) as invented, "
            "count(*) filter (where region_code < :from) as real from publishers",
            {"from": FICTIONAL_FROM},
        )
        invented, real = counted.first()
        answer = "none" if not invented else "some" if real else "all"
    if database.hash:
        _known[database.hash] = answer
    return answer


@hookimpl
def extra_template_vars(datasette: Any, template: str, database: str | None) -> Any:
    """`sample`: "all", "some" or "none". On the home page `topics`, the queries by question, and `tables`."""

    async def variables() -> dict[str, Any]:
        shown = [db for name, db in datasette.databases.items() if not name.startswith("_")]
        if database in datasette.databases:
            shown = [datasette.databases[database]]
        kinds = {await _sample(db) for db in shown if not db.is_memory}
        found: dict[str, Any] = {
            "sample": "all" if kinds == {"all"} else "some" if kinds - {"none"} else "none"
        }
        if template == "index.html":
            found["topics"] = {db.name: _topics(datasette, db.name) for db in shown}
            found["tables"] = {db.name: await _tables(datasette, db) for db in shown}
        return found

    return variables


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """`site_links()`: what stands at the head of every page; also of one that only says what went wrong."""
    env.globals["site_links"] = lambda: _links(datasette)


def _links(datasette: Any) -> list[dict[str, str]]:
    names = [name for name in datasette.databases if not name.startswith("_")]
    if len(names) != 1:
        return []
    [name] = names
    return [
        {"href": datasette.urls.table(name, "reports"), "label": say("报告", "Reports")},
        {"href": datasette.urls.table(name, "publishers"), "label": say("机关", "Publishers")},
        {"href": datasette.urls.table(name, "outcomes"), "label": say("结果", "Outcomes")},
        {"href": datasette.urls.database(name), "label": say("问题与 SQL", "Questions and SQL")},
    ]


def _topics(datasette: Any, database: str) -> list[dict[str, Any]]:
    """Topics in their order, each with its queries: `title`, `queries` of (name, title)."""
    metadata = datasette.metadata(database=database, fallback=False) or {}
    queries = metadata.get("queries", {})
    return [
        {
            "title": title,
            "queries": [
                (name, q.get("title", name)) for name, q in queries.items() if q.get("topic") == topic
            ],
        }
        for topic, title in metadata.get("topics", {}).items()
    ]


async def _tables(datasette: Any, database: Any) -> list[dict[str, Any]]:
    """The described tables and views in their order: `name`, `title`, `count` (None for a view)."""
    described = (datasette.metadata(database=database.name, fallback=False) or {}).get("tables", {})
    counts = await database.table_counts(10)
    names = {*counts, *await database.view_names()}
    return [
        {"name": name, "title": table.get("title", name), "count": counts.get(name)}
        for name, table in described.items()
        if name in names
    ]
