"""Every published figure is what plain Python makes of the reports, whatever traps they hold.

The database is the invented one with all that real reports bring: years that nobody can tell, figures below zero, more
corrected than concluded, parts larger than the whole, blanks, bodies of the state itself, bodies that moved.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from hypothesis import example, given
from hypothesis import strategies as st
from serving import copied, serve, visible

from load.describe import read_queries
from plugins.publication import home_page, place_page, publisher_page
from plugins.publication.language import spoken
from plugins.publication.pictures import page
from plugins.publication.pictures.answers import Answer, answer
from plugins.publication.pictures.declared import pictures
from plugins.publication.rates import Rate, tenths

Row = dict[str, Any]
QUERIES = {query.name: query for query in read_queries()}


def _with_traps(connection: sqlite3.Connection) -> None:
    ids = [id for (id,) in connection.execute("select id from reports where processed_total > 0 order by id")]
    traps = (
        "fiscal_year = null",
        "refused = -2, granted = -1, carried_out = -4, reviews_corrected = -1",
        "refused = processed_total + 3, granted = processed_total + 1",
        "reviews_corrected = reviews - reviews_pending + 3, lawsuits_corrected = lawsuits - lawsuits_pending + 2",
        "reviews_pending = null, lawsuits_corrected = null",
        "processed_total = null",
        "carried_out = received_new + ifnull(received_carried_in, 0) + 9",
        "status = 'narrative', form_version = 'pre-2019'",
    )
    for n, trap in enumerate(traps):
        connection.execute(
            f"update reports set {trap} where id in ({','.join(map(str, ids[4 * n : 4 * n + 4]))})"
        )
    state = "level = 'national', province = null, prefecture = null, region_code = null"
    away = "province = '浙江省', prefecture = null, region_code = '330000'"
    for change, name in ((state, "教育局"), (away, "县人民政府")):
        connection.execute(f"update publishers set {change} where name like '%{name}'")
        connection.execute(f"update reports set {change} where publisher like '%{name}'")
    connection.execute(
        "update reports set received_new = received_new + 90000, processed_total = processed_total + 90000 where level = 'national'"
    )
    connection.execute(
        "update reports set province = '海南省' where publisher = '例溪县人民政府' and fiscal_year < 2022"
    )
    connection.execute("update checks set found = 1234567, expected = 12345678901 where found is not null")
    for table in ("requests", "disputes", "disclosures", "checks"):
        connection.execute(
            f"update {table} set (fiscal_year, province, level) = "
            "(select fiscal_year, province, level from reports where id = report_id)"
        )
    connection.execute(
        "update publishers set (reports, first_year, last_year) = (select count(*), min(fiscal_year), max(fiscal_year) "
        "from reports where publisher_id = publishers.id)"
    )
    connection.execute("delete from request_totals")
    connection.execute(
        "insert into request_totals select q.fiscal_year, q.province, q.level, kind, outcome, category, applicant, "
        "sum(count), count(distinct report_id) from requests q join reports r on r.id = report_id group by 1, 2, 3, 4, 5, 6, 7"
    )


@pytest.fixture(scope="module")
def trapped(sample_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of the invented database with traps."""
    copy = copied(sample_database, tmp_path_factory.mktemp("trapped"))
    connection = sqlite3.connect(copy)
    with connection:
        _with_traps(connection)
    connection.close()
    return copy


@pytest.fixture(scope="module")
def asked(trapped: Path) -> Iterator[Callable[..., list[Row]]]:
    """Asks the trapped database, without the site."""
    connection = sqlite3.connect(trapped)
    connection.row_factory = sqlite3.Row
    yield lambda sql, **values: [dict(row) for row in connection.execute(sql, values)]
    connection.close()


@pytest.fixture(scope="module")
def reports(asked: Callable[..., list[Row]]) -> list[Row]:
    """Every report."""
    return asked("select * from reports")


@pytest.fixture(scope="module")
def trapped_site(trapped: Path) -> Iterator[Datasette]:
    """The site over the trapped database."""
    made = serve(trapped)
    made.inspect_data = None
    yield made
    made.executor.shutdown()


@pytest.fixture
async def site_with_traps(trapped_site: Datasette) -> Datasette:
    """The site over the trapped database, ready to be asked."""
    await trapped_site.invoke_startup()
    return trapped_site


# --- shares -----------------------------------------------------------------------------------------------


def _less(whole: str, part: str) -> Callable[[Row], int | None]:
    return lambda row: None if row[whole] is None or row[part] is None else row[whole] - row[part]


def _late(row: Row) -> bool | None:
    if row["published_on"] is None or row["fiscal_year"] is None:
        return None
    deadline = "03-31" if row["kind"] == "government" else "01-31"
    return row["published_on"] > f"{row['fiscal_year'] + 1}-{deadline}"


def _one(row: Row) -> int:
    return 1


def _has_figures(row: Row) -> bool:
    return row["status"] in ("complete", "partial")


def _is_due(row: Row) -> bool:
    return row["kind"] in ("government", "department")


def _of(column: str) -> Callable[[Row], Any]:
    return lambda row: row[column]


def _due(row: Row) -> int | None:
    new, carried_in = row["received_new"], row["received_carried_in"]
    return None if new is None or carried_in is None else new + carried_in


_DECIDED = _of("processed_total")
_REVIEWED, _TRIED = _less("reviews", "reviews_pending"), _less("lawsuits", "lawsuits_pending")
_ID = "report_id"
# picture or query: by what, names of part and whole, and what they are; of which reports
SHARES: dict[str, tuple[tuple[str, ...], str, str, Callable, Callable, Callable[[Row], bool]]] = {}
for figure, stem in (("refused", "refused"), ("granted", "granted")):
    for by in ("province", "prefecture"):
        if (picture := f"{stem}_by_{by}") in pictures():
            SHARES[picture] = ((by,), figure, "decided", _of(figure), _DECIDED, bool)
    SHARES[f"{stem}_by_level"] = (("fiscal_year", "level"), figure, "decided", _of(figure), _DECIDED, bool)
    SHARES[f"map_{stem}"] = (("province",), figure, "decided", _of(figure), _DECIDED, bool)
for kind, concluded in (("reviews", _REVIEWED), ("lawsuits", _TRIED)):
    for by in ("province", "level"):
        corrected = _of(f"{kind}_corrected")
        SHARES[f"{kind}_corrected_by_{by}"] = ((by,), "corrected", "concluded", corrected, concluded, bool)
_FAILING = (lambda row: row["failed_checks"] > 0), _one, _has_figures
SHARES |= {
    "map_corrected": (("province",), "corrected", "concluded", _of("reviews_corrected"), _REVIEWED, bool),
    "map_failing": (("province",), "reports_failing", "reports_with_figures", *_FAILING),
    "failing_by_province": (("province",), "reports_failing", "reports_with_figures", *_FAILING),
    "map_late": (("province",), "late", "dated", _late, _one, _is_due),
    "late_by_year": (("fiscal_year", "kind"), "late", "dated", _late, _one, _is_due),
    "late_publication": (("fiscal_year", "level"), "late", "dated", _late, _one, _is_due),
    "refusal_rate_by_province": (("province", "fiscal_year"), "refused", "decided", _of("refused"), _DECIDED, bool),
    "granting_rate_by_level": (("level", "fiscal_year"), "granted", "decided", _of("granted"), _DECIDED, bool),
    "refusers": ((_ID,), "refused", "decided", _of("refused"), _DECIDED, bool),
    "reviews_corrected": ((_ID,), "corrected", "concluded", _of("reviews_corrected"), _REVIEWED, bool),
    "backlog": ((_ID,), "carried_out", "due", _of("carried_out"), _due, bool),
}  # fmt: skip


def _shares(
    rows: Iterable[Row], keys: Sequence[str], part: Callable, whole: Callable
) -> dict[tuple, tuple[int, int]]:
    """Part and whole by key: of reports that have both, the part no more than the whole and not below zero."""
    found: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        key = tuple(row["id" if name == _ID else name] for name in keys)
        one, all_of_it = part(row), whole(row)
        if None in key or one is None or all_of_it is None or not 0 <= one <= all_of_it:
            continue
        found[key][0] += one
        found[key][1] += all_of_it
    return {key: (one, all_of_it) for key, (one, all_of_it) in found.items() if all_of_it}


def _asked_of(sql: str, **values: str) -> dict[str, str]:
    """The values of every parameter of a query: those given, and else none."""
    return {name: values.get(name, "") for name in re.findall(r"(?<![:\w]):([a-z_]+)", sql)}


@pytest.mark.parametrize("chosen", [{}, {"province": "浙江省", "level": "county"}], ids=["all", "some"])
@pytest.mark.parametrize("name", SHARES)
def test_a_share_is_that_of_the_reports_that_print_both_figures(
    asked: Callable[..., list[Row]], reports: list[Row], name: str, chosen: dict[str, str]
) -> None:
    keys, part_name, whole_name, part, whole, counts = SHARES[name]
    sql = (QUERIES.get(name) or pictures()[name]).sql
    values = _asked_of(sql, fiscal_year="2024", least="1", **chosen)
    among = [
        row
        for row in reports
        if counts(row) and all(str(row[k]) == v for k, v in values.items() if v and k != "least")
    ]
    answer = {tuple(row[k] for k in keys): (row[part_name], row[whole_name]) for row in asked(sql, **values)}
    assert {key: share for key, share in answer.items() if share[1]} == _shares(among, keys, part, whole)


@pytest.mark.parametrize(("sql", "column"), [
    (pictures()["corrected_by_year"].sql, "dispute"), (QUERIES["corrected_by_year"].sql, "channel")
], ids=["picture", "query"])  # fmt: skip
def test_what_was_corrected_in_a_year_is_the_same_in_the_picture_and_in_the_query(
    asked: Callable[..., list[Row]], reports: list[Row], sql: str, column: str
) -> None:
    answer = asked(sql, **_asked_of(sql, least="1"))
    for what, name, concluded in (("reviews", "review", _REVIEWED), ("lawsuits", "lawsuit", _TRIED)):
        found = {
            (row["fiscal_year"],): (row["corrected"], row["concluded"])
            for row in answer
            if row[column].endswith(name)
        }
        assert found == _shares(reports, ("fiscal_year",), _of(f"{what}_corrected"), concluded)


async def test_places_and_the_home_page_give_the_same_share_of_refusals(
    site_with_traps: Datasette, asked: Callable[..., list[Row]], reports: list[Row]
) -> None:
    dated = [row for row in reports if row["fiscal_year"] is not None]
    expected = _shares(dated, ("fiscal_year", "province"), _of("refused"), _DECIDED)
    for year in {row["fiscal_year"] for row in dated}:
        question = place_page.provinces_question(year)
        found = {
            row["name"]: (row["refused"], row["decided"])
            for row in asked(question.sql, **question.parameters)
        }
        for name, share in found.items():
            assert not share[1] or share == expected[year, name]
        question = place_page.questions(
            {"code": "990000", "level": "province", "province": "示例省"}, year, 1
        )["totals"]
        for row in asked(question.sql, **question.parameters):
            if row["decided"] and row["fiscal_year"]:
                assert (row["refused_of_decided"], row["decided"]) == expected[row["fiscal_year"], "示例省"]
    home = await home_page.read(site_with_traps.get_database("nianbao"))
    assert home
    whole = _shares(dated, ("fiscal_year",), _of("refused"), _DECIDED)
    assert (home["refused"].part, home["refused"].whole) == whole[home["year"],]


@pytest.mark.parametrize("name", ["rules_failing", "failing_publishers"])
def test_reports_of_prose_alone_are_not_among_those_whose_figures_could_fail(
    asked: Callable[..., list[Row]], reports: list[Row], name: str
) -> None:
    sql = QUERIES[name].sql
    for row in asked(sql, **_asked_of(sql)):
        of = row.get("publisher_id")
        among = [r for r in reports if _has_figures(r) and of in (None, r["publisher_id"])]
        assert row["reports_with_figures"] == len(among)


# name of picture or query: by what its requests are added up, and of which
TOTALS: dict[str, tuple[tuple[str, str], Callable[[Row], bool]]] = {
    "outcomes_by_year": (("fiscal_year", "category"), bool),
    "applicants_by_year": (("fiscal_year", "applicant"), bool),
    "grounds_by_year": (("fiscal_year", "outcome"), lambda row: row["category"] == "refused"),
    "outcomes_by_applicant": (("applicant", "category"), lambda row: row["fiscal_year"] == 2024),
    "refusal_grounds_by_year": (("fiscal_year", "outcome"), lambda row: row["category"] == "refused"),
}


@pytest.mark.parametrize("name", TOTALS)
def test_requests_are_added_up_over_the_reports_of_known_years(
    asked: Callable[..., list[Row]], name: str
) -> None:
    keys, counts = TOTALS[name]
    expected: dict[tuple, int] = defaultdict(int)
    whole: dict[object, int] = defaultdict(int)
    for row in asked("select * from requests"):
        if row["fiscal_year"] is not None and counts(row):
            expected[tuple(row[key] for key in keys)] += row["count"]
            whole[row[keys[0]]] += row["count"]
    sql = (pictures().get(name) or QUERIES[name]).sql
    answer = asked(sql, **_asked_of(sql, fiscal_year="2024"))
    assert {tuple(row[key] for key in keys): row["requests"] for row in answer} == expected
    for row in answer:
        assert row["share_pct"] == float(tenths(100 * row["requests"] / whole[row[keys[0]]]))


# --- years, peers, gaps -----------------------------------------------------------------------------------


async def test_a_report_whose_year_nobody_can_tell_stops_no_page_and_is_no_year(
    site_with_traps: Datasette, asked: Callable[..., list[Row]]
) -> None:
    [undated, *_] = asked(
        "select publisher_id, region_code from reports where fiscal_year is null and region_code is not null "
        "order by failed_checks desc"
    )
    pages = ("pictures/disputes", "outcomes/granted", f"places/{undated['region_code']}")
    for path in (*pages, f"publishers/{undated['publisher_id']}"):
        answer = await site_with_traps.client.get(f"/nianbao/{path}")
        assert answer.status_code == 200, path
        assert not re.search(r"^None(?:年|$)", visible(answer.text), re.MULTILINE), path


@pytest.mark.parametrize(
    "name", [name for name, each in pictures().items() if each.roles.get("x") == "fiscal_year"]
)
def test_a_picture_over_the_years_has_no_column_for_a_year_nobody_can_tell(
    asked: Callable[..., list[Row]], name: str
) -> None:
    sql = pictures()[name].sql
    years = {row["fiscal_year"] for row in asked(sql, **_asked_of(sql, least="1"))}
    assert 2024 in years
    assert None not in years


async def test_a_picture_of_more_rows_than_the_site_answers_with_says_so(trapped: Path) -> None:
    site = serve(trapped, max_returned_rows=12)
    await site.invoke_startup()
    for province, is_cut in (("", True), ("示例省", False)):
        found = await answer(
            site.get_database("nianbao"), pictures()["coverage_by_province"], {"province": province}
        )
        with spoken("en", "/", ""):
            assert ("The first 12 rows only." in page.notes(found)) is is_cut
    site.executor.shutdown()


def test_a_report_without_a_year_fills_no_gap(asked: Callable[..., list[Row]], reports: list[Row]) -> None:
    sql = QUERIES["missing_years"].sql
    years: dict[int, set[int]] = defaultdict(set)
    for row in reports:
        if row["fiscal_year"] is not None:
            years[row["publisher_id"]].add(row["fiscal_year"])
    gaps = {
        id: " ".join(map(str, sorted(missing)))
        for id, known in years.items()
        if (missing := {*range(min(known), max(known) + 1)} - known)
    }
    assert {row["publisher_id"]: row["missing_years"] for row in asked(sql, **_asked_of(sql))} == gaps


def test_every_body_stands_beside_its_peers_and_those_of_the_state_beside_each_other(
    asked: Callable[..., list[Row]], reports: list[Row]
) -> None:
    sql = QUERIES["publisher_and_peers"].sql
    for body in asked("select * from publishers"):
        like = [
            row
            for row in reports
            if (row["level"], row["kind"]) == (body["level"], body["kind"])
            and (row["province"] == body["province"] or body["level"] == "province")
        ]
        answer = asked(sql, publisher=str(body["id"]), least="1")
        assert {row["publisher_id"] for row in answer} <= {body["id"]}
        for who, among in (
            ("本机关 this body", [row for row in like if row["publisher_id"] == body["id"]]),
            ("同类 peers", [row for row in like if row["publisher_id"] != body["id"]]),
        ):
            found = {
                (row["fiscal_year"],): (row["refused"], row["decided"]) for row in answer if row["who"] == who
            }
            assert found == _shares(among, ("fiscal_year",), _of("refused"), _DECIDED)
    [first, *_] = asked(sql, publisher="", least="1")
    assert first["publisher_id"] == next(
        row["publisher_id"]
        for row in sorted(reports, key=lambda row: (-(row["received_new"] or 0), row["id"]))
        if row["level"] not in ("national", "province")
    )


def test_a_bodys_own_undated_report_is_taken_from_nobody(asked: Callable[..., list[Row]]) -> None:
    undated = {row["publisher_id"] for row in asked("select * from reports where fiscal_year is null")}
    requests = asked("select q.*, kind, publisher_id from requests q join reports r on r.id = report_id")
    for body in asked("select * from publishers"):
        if body["id"] not in undated:
            continue
        question = publisher_page.questions(body)["grounds"]
        own = [r for r in requests if r["publisher_id"] == body["id"] and r["fiscal_year"] is not None]
        years = {row["fiscal_year"] for row in own}
        peers = [
            row
            for row in requests
            if row["publisher_id"] != body["id"]
            and row["fiscal_year"] in years
            and all(row[key] == question.parameters[key] for key in ("level", "kind", "province") if key in question.parameters)
        ]  # fmt: skip
        answer = asked(question.sql, **question.parameters)
        assert sum(row["requests"] for row in answer) == sum(row["count"] for row in own)
        assert sum(row["of_peers"] for row in answer) == sum(row["count"] for row in peers)


async def test_bodies_of_the_state_are_told_that_their_peers_are_of_the_state(
    site_with_traps: Datasette, asked: Callable[..., list[Row]]
) -> None:
    [body] = asked("select id from publishers where level = 'national' order by id limit 1")
    answer = await site_with_traps.client.get(f"/nianbao/publishers/{body['id']}?_lang=en")
    assert "Peers: other national bodies of the same kind, " in answer.text


# --- how they are written ---------------------------------------------------------------------------------


_SQLITE = sqlite3.connect(":memory:")


@given(st.integers(1, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
@example((5, 80))  # 6.25
def test_a_share_reads_the_same_on_a_page_and_in_the_answer_of_a_query(share: tuple[int, int]) -> None:
    [[answered]] = _SQLITE.execute("select round(100.0 * ? / ?, 1)", share)
    assert Rate(*share).said == f"{answered:.1f}%"


def test_no_one_is_called_the_most_where_several_are_the_same() -> None:
    def described(**read: int) -> str:
        rows = tuple({"province": name, "reports_read": n, "reports": n} for name, n in read.items())
        with spoken("en", "/", ""):
            return page.description(Answer(pictures()["map_reports"], {}, rows))

    assert "Most: 甲省 3; least: 乙省 1." in described(甲省=3, 乙省=1)
    assert "Most: 甲省 3 (and 1 more the same); least: 丙省 1." in described(甲省=3, 乙省=3, 丙省=1)
    assert "All 2 are the same: 3." in described(甲省=3, 乙省=3)


async def test_large_figures_are_written_out(site_with_traps: Datasette) -> None:
    page = visible((await site_with_traps.client.get("/?_lang=en")).text)
    assert "prints 1,234,567, its cells make 12,345,678,901" in page
