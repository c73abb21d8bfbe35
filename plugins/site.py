"""What the pages say of the whole: whether the data is the invented sample, the home page, the way around the site.

The words stand in templates/ and metadata.json; this only looks them up.
"""

from typing import Any

from datasette import Response, hookimpl

from plugins.publication import home_page
from plugins.publication.addresses import check_address
from plugins.publication.language import own, say
from plugins.publication.sentences import say_sentence
from plugins.publication.served import page, permissions
from plugins.publication.translation import named

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
def register_routes() -> list[tuple[str, Any]]:
    """The home page in place of Datasette's, which asks for each table in turn whether it may be seen: that takes
    longer than all else together. Its JSON stays at /.json."""
    return [(r"^/$", home)]


async def home(datasette: Any, request: Any) -> Response:
    """The home page of what the reader may see."""
    await datasette.ensure_permissions(request.actor, ["view-instance"])
    shown = []
    for name in datasette.databases:
        visible, _ = await datasette.check_visibility(request.actor, permissions=permissions(name))
        if visible and not name.startswith("_"):
            shown.append({"name": name})
    context = {"databases": shown, "metadata": datasette.metadata(), "private": False}
    return await page(datasette, request, "index.html", context)


@hookimpl
def extra_template_vars(datasette: Any, template: str, database: str | None) -> Any:
    """`sample`: "all", "some" or "none". On the home page `homes`, what it says of each database, `topics`, the
    queries by question, and `tables`."""

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
            found["homes"] = {db.name: await home_page.read(db) for db in shown}
            found["home_links"] = _home_links(datasette)
            found["is_search"] = True  # the page has a search box of its own
        return found

    return variables


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """`site_links()`: what stands at the head of every page; also of one that only says what went wrong. And
    `say_sentence(text)`: what load/ says, in the language of the page. `crumb(label, database, table)`: the name of what
    Datasette calls "home", by the database or by the table, in the line of where a page stands."""

    def crumb(label: str, database: str | None, table: str | None) -> str:
        if label not in (database, table):
            return named(label)
        described = datasette.metadata(
            database=database, table=table if label == table else None, fallback=False
        )
        return own((described or {}).get("title", label))

    env.globals |= {"site_links": lambda: _links(datasette), "say_sentence": say_sentence, "crumb": crumb}


def _links(datasette: Any) -> list[dict[str, str]]:
    names = [name for name in datasette.databases if not name.startswith("_")]
    if len(names) != 1:
        return []
    [name] = names
    return [
        {"href": datasette.urls.table(name, "reports"), "label": say("报告", "Reports")},
        {"href": datasette.urls.table(name, "publishers"), "label": say("机关", "Publishers")},
        {"href": datasette.urls.path(f"/{name}/places"), "label": say("地区", "Places")},
        {"href": datasette.urls.table(name, "outcomes"), "label": say("结果", "Outcomes")},
        {"href": datasette.urls.path(f"/{name}/pictures"), "label": say("图表", "Pictures")},
        {"href": datasette.urls.path(f"/{name}/compare"), "label": say("比较", "Compare")},
        {"href": datasette.urls.database(name), "label": say("问题与 SQL", "Questions and SQL")},
        {"href": datasette.urls.path(f"/{name}/about"), "label": say("说明", "About")},
    ]


def _home_links(datasette: Any) -> dict[str, Any]:
    """What the home page needs to link what it lists."""

    def years(database: str, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        reports = datasette.urls.table(database, "reports")
        return [entry | {"href": f"{reports}?fiscal_year={entry['year']}"} for entry in entries]

    def check(database: str, report: int, where: str | None) -> str:
        return check_address(datasette, database, report, where or "")

    return {"years": years, "check": check, "statuses": home_page.STATUSES}


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
