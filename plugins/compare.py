"""Reports side by side, /<database>/compare: `publication/compare_page.py`, served.

?report=ID&report=ID for two to eight reports; ?publisher=ID for the years of a publisher; ?publisher=ID&publisher=ID
(&year=) for one year of up to eight. `applicant` chooses the column of Table 3, `only=differences` leaves out rows that
are the same; `find` looks for a publisher by name, to choose reports from.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl

from load.forms import forms
from plugins.publication import compare_page
from plugins.publication.addresses import places_above
from plugins.publication.compare_page import LEAST, MOST
from plugins.publication.language import listed, say
from plugins.publication.questions import Question, ask
from plugins.publication.search_page import words_of_names
from plugins.publication.served import database_asked, page


class Mistaken(Exception):
    """What was asked for cannot be shown: why, in a sentence, and the status to say it with."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.sentence, self.status = sentence, status


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The page of a comparison."""
    return [(r"^/(?P<database>[^/.]+)/compare$", compare)]


async def compare(datasette: Any, request: Any) -> Response:
    """The page of one comparison, or of the choice of one."""
    database = await database_asked(datasette, request)
    args = request.args
    shown: dict[str, Any] = {
        "report": lambda id: str(datasette.urls.row(database, "reports", str(id))),
        "publisher": lambda id: str(datasette.urls.row(database, "publishers", str(id))),
        "places_above": lambda row: places_above(datasette, database, row),
        "applicants": list(forms()[0].columns),
        "asked": [(name, value) for name in ("report", "publisher", "year") for value in args.getlist(name)],
        "find": (args.get("find") or "").strip(),
        "most": MOST,
        "least_sentences": compare_page.LEAST_SENTENCES,
    }
    status = 200
    reports: list[dict[str, Any]] = []
    try:
        choice = await _choice(datasette, database, args)
        shown |= choice
        reports = await _reports(datasette, database, choice["ids"])
        if len(reports) >= LEAST:
            shown |= await _compared(datasette, database, reports, args)
        elif choice["ids"] and "find" not in args:
            raise Mistaken(
                say(
                    "至少要两份报告才能比较；请再选一份。", "It takes two reports to compare: choose another."
                )
                + say("", " ")
                + _without(choice),
                400,
            )
    except Mistaken as mistake:
        shown["mistake"], status = mistake.sentence.strip(), mistake.status
    shown |= {"reports": shown.get("reports", reports)}
    shown["choices"] = await _choices(datasette, database, reports, shown["find"])
    return await page(datasette, request, "compare.html", {"database": database, "page": shown}, status)


# --- what was asked for ----------------------------------------------------------------------------------


async def _rows(datasette: Any, database: str, question: Question) -> list[dict[str, Any]]:
    return (await ask(datasette, database, question)).rows


def _numbers(args: Any, name: str, what: str) -> list[int]:
    """The ids in the address, none twice."""
    found: dict[int, None] = {}
    for text in args.getlist(name):
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise Mistaken(f"{what}{say('不存在：', ' does not exist: ')}{text[:40]}", 404)
        found[int(text)] = None
    if len(found) > MOST:
        raise Mistaken(
            say(
                f"最多并列 {MOST} 份报告，这里有 {len(found)} 份。",
                f"At most {MOST} reports can stand side by side; these are {len(found)}.",
            ),
            400,
        )
    return list(found)


async def _choice(datasette: Any, database: str, args: Any) -> dict[str, Any]:
    """The `ids` of the reports asked for, by themselves or by their publishers; and how publishers led to them:
    `year`, `years` to choose from as (year, how many have one), those `without` one, and `left_out` years."""
    ids = _numbers(args, "report", say("报告", "This report"))
    publishers = _numbers(args, "publisher", say("机关", "This publisher"))
    chosen: dict[str, Any] = {"ids": ids, "year": None, "years": [], "without": [], "left_out": []}
    if not publishers:
        return chosen
    names = {
        row["id"]: row["name"]
        for row in await _rows(datasette, database, compare_page.publishers_question(publishers))
    }
    for publisher in publishers:
        if publisher not in names:
            raise Mistaken(say(f"没有这个机关：{publisher}。", f"There is no publisher {publisher}."), 404)
    reports = await _rows(datasette, database, compare_page.reports_of_question(publishers))
    dated = [report for report in reports if report["fiscal_year"] is not None]
    asked = args.get("year") or ""
    if len(publishers) == 1 and not asked:
        known = {report["fiscal_year"]: report["id"] for report in dated}
        room = max(MOST - len(ids), 0)
        years = sorted(known)
        chosen["left_out"] = years[: max(len(years) - room, 0)]
        found = [known[year] for year in years[len(chosen["left_out"]) :]]
    else:
        year = int(asked) if asked.isascii() and asked.isdigit() else compare_page.year_of_most(dated)
        of_year = {report["publisher_id"]: report["id"] for report in dated if report["fiscal_year"] == year}
        found = [of_year[publisher] for publisher in publishers if publisher in of_year]
        chosen["year"] = year
        chosen["without"] = [names[publisher] for publisher in publishers if publisher not in of_year]
        bodies = {(report["fiscal_year"], report["publisher_id"]) for report in dated}
        all_years = sorted({report["fiscal_year"] for report in dated})
        others = [
            (name, value)
            for name in ("report", "publisher", "applicant", "only")
            for value in args.getlist(name)
        ]
        chosen["years"] = [
            (y, sum(of == y for of, _ in bodies), "?" + urlencode([*others, ("year", y)])) for y in all_years
        ]
    chosen["ids"] = list(dict.fromkeys([*ids, *found]))
    if len(chosen["ids"]) > MOST:
        raise Mistaken(
            say(f"最多并列 {MOST} 份报告。", f"At most {MOST} reports can stand side by side."), 400
        )
    if len(chosen["ids"]) < LEAST and "find" not in args:
        said = say("要比较的报告不足两份。", "There are fewer than two reports to compare.")
        raise Mistaken(said + say("", " ") + _without(chosen), 404 if chosen["without"] else 400)
    return chosen


def _without(choice: dict[str, Any]) -> str:
    if not choice["without"]:
        return ""
    return say(
        f"没有 {choice['year']} 年度报告的：{listed(choice['without'])}。",
        f"Without a report for {choice['year']}: {listed(choice['without'])}.",
    )


async def _reports(datasette: Any, database: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The reports in the order asked for, their forms as objects. Raises Mistaken where there is no such report."""
    if not ids:
        return []
    question = compare_page.reports_question(ids, with_text=len(ids) == LEAST)
    rows = {row["id"]: row for row in await _rows(datasette, database, question)}
    unknown = [str(id) for id in ids if id not in rows]
    if unknown:
        raise Mistaken(
            say(f"没有这样的报告：{listed(unknown)}。", f"There is no such report: {listed(unknown)}."), 404
        )
    return [rows[id] | {"form": json.loads(rows[id]["form"] or "{}")} for id in ids]


# --- what is shown ---------------------------------------------------------------------------------------


async def _compared(datasette: Any, database: str, asked: list[dict[str, Any]], args: Any) -> dict[str, Any]:
    reports, is_series = compare_page.columns(asked)
    applicant = args.get("applicant") or compare_page.TOTAL
    if applicant not in forms()[0].columns:
        applicant = compare_page.TOTAL
    only = args.get("only") == "differences"
    checks = await _rows(datasette, database, compare_page.checks_question([r["id"] for r in reports]))
    shown: dict[str, Any] = {
        "reports": reports,
        "is_series": is_series,
        "one_publisher": len({report["publisher_id"] for report in reports}) == 1,
        "applicant": applicant,
        "only": only,
        "tables": compare_page.tables(reports, checks, is_series, applicant, only),
        "ids": ",".join(str(report["id"]) for report in reports),
    }
    if len(reports) == LEAST:
        # In a thread: two long narratives take a moment, in which others want to be served.
        sections = await asyncio.to_thread(compare_page.narratives, *reports)
        shown |= {"narratives": sections, "together": compare_page.together(sections)}
    return shown


async def _choices(
    datasette: Any, database: str, reports: Sequence[dict[str, Any]], find: str
) -> list[dict[str, Any]]:
    """Publishers to choose reports from, those of the chosen reports first: {id, name, row, reports}."""
    words = words_of_names(find)
    found = await _rows(datasette, database, compare_page.found_question(words)) if words else []
    of_found = {row["id"]: row for row in found}
    chosen = {report["publisher_id"]: report for report in reports if report["publisher_id"]}
    ids = list(dict.fromkeys([*chosen, *of_found]))
    if not ids:
        return []
    of = compare_page.by_publisher(await _rows(datasette, database, compare_page.reports_of_question(ids)))
    return [
        {
            "id": id,
            "row": of_found.get(id) or chosen[id],
            "name": of_found[id]["name"] if id in of_found else chosen[id]["publisher"],
            "reports": of.get(id, []),
        }
        for id in ids
    ]
