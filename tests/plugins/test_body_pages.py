"""The pages of a publisher, of a place and of an outcome show what the database holds, and say what they rest on."""

import csv
import html
import io
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from datasette.app import Datasette
from hypothesis import given
from hypothesis import strategies as st
from serving import copied, serve, visible

from load.forms import forms
from plugins.publication import outcome_page, place_page, publisher_page
from plugins.publication.language import spoken
from plugins.publication.rates import Rate
from plugins.publication.repeated_text import repeated, sentences

Rows = Callable[..., list[tuple]]


async def _page(site: Datasette, path: str, language: str = "en") -> str:
    answer = await site.client.get(path, cookies={"nianbao_lang": language})
    assert answer.status_code == 200, path
    return answer.text


def _table(page: str, after: str) -> list[list[str]]:
    """The cells of the first table behind the heading with that id."""
    table = re.search(r"<table\b.*?</table>", page[page.index(f'id="{after}"') :], re.DOTALL)[0]
    rows = re.findall(r"<tr\b.*?</tr>", table, re.DOTALL)
    cells = [re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(html.unescape(re.sub(r"<[^>]+>", " ", c)).split()) for c in row] for row in cells]


@pytest.fixture
def busiest(rows: Rows) -> int:
    """A publisher with a report for every year but one, and failed checks."""
    found = rows(
        "select publisher_id from reports join publishers p on p.id = publisher_id where reports = last_year - first_year "
        "group by publisher_id order by sum(failed_checks) desc, publisher_id limit 1"
    )
    return found[0][0]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_publishers_years_stand_beside_each_other_as_printed(
    site: Datasette, rows: Rows, busiest: int, language: str
) -> None:
    page = await _page(site, f"/nianbao/publishers/{busiest}", language)
    head, received, carried_in, *_ = _table(page, "years")
    printed = {y: (n, c, id) for y, n, c, id in rows(
        "select fiscal_year, received_new, received_carried_in, id from reports where publisher_id = ?", busiest
    )}  # fmt: skip
    years = [int(year) for year in head[1:]]
    assert years == list(range(min(printed), max(years) + 1))
    for place, year in enumerate(years, 1):
        if year not in printed:
            assert received[place] == carried_in[place] == ("缺" if language == "zh" else "none")
            continue
        new, carried, id = printed[year]
        assert received[place] == ("–" if new is None else f"{new:,}")
        assert carried_in[place] == ("–" if carried is None else f"{carried:,}")
        assert f'<a href="/nianbao/reports/{id}">{year}</a>' in page
    missing = [year for year in years if year not in printed]
    assert missing
    for year in missing:
        assert re.search(rf'class="missing-years".*?{year}', page, re.DOTALL)
    assert not re.search(r">\d{4}-\d\d-\d\d<", page)  # a date is said as on every other page


async def test_a_bodys_grounds_stand_beside_those_of_all_its_peers_and_of_nobody_else(
    site: Datasette, rows: Rows
) -> None:
    [(id, level, kind)] = rows(
        "select id, level, kind from publishers where level = 'prefecture' and kind = 'department' order by id limit 1"
    )
    page = await _page(site, f"/nianbao/publishers/{id}")
    sql = (
        "select sum(count) from requests q join reports r on r.id = q.report_id where publisher_id {} ? "
        "and r.level = ? and r.kind = ? and r.fiscal_year in (select r2.fiscal_year from reports r2 "
        "join requests on report_id = r2.id where r2.publisher_id = ?)"
    )
    own, peers = (rows(sql.format(sign), id, level, kind, id)[0][0] for sign in ("=", "<>"))
    held = [
        rows(f"{sql.format(sign)} and outcome = 'unable_not_held'", id, level, kind, id)[0][0] or 0
        for sign in ("=", "<>")
    ]
    [line] = [row for row in _table(page, "peers") if row[0].startswith("1. Information not held")]
    assert line[1].endswith(f"{held[0]:,}/{own:,}")
    assert line[4].endswith(f"{held[1]:,}/{peers:,}")
    [(number,)] = rows("select count(*) from publishers where level = ? and kind = ?", level, kind)
    assert f"{number - 1} bodies" in page


async def test_a_body_of_unknown_place_has_no_peers_and_says_so(
    sample_database: Path, tmp_path: Path
) -> None:
    copy = copied(sample_database, tmp_path)
    connection = sqlite3.connect(copy)
    with connection:
        [id] = connection.execute("select id from publishers where level = 'county' limit 1").fetchone()
        connection.execute("update publishers set province = null, region_code = null where id = ?", [id])
        connection.execute(
            "update reports set fiscal_year = null where publisher_id = ? and fiscal_year = 2024", [id]
        )
        connection.execute(
            "update reports set fiscal_year = 2016, form_version = 'pre-2019', status = 'narrative' "
            "where publisher_id = ? and fiscal_year = 2020", [id]
        )  # fmt: skip
    connection.close()
    odd = serve(copy)
    odd.inspect_data = None
    await odd.invoke_startup()
    page = await _page(odd, f"/nianbao/publishers/{id}")
    odd.executor.shutdown()
    assert "no peers to stand beside" in page
    assert "before the common form" in page
    assert "2016" not in _table(page, "years")[0]
    assert "Reports whose year could not be told" in page


async def test_every_failed_check_and_doubt_of_a_publisher_leads_to_its_report(
    site: Datasette, rows: Rows, busiest: int
) -> None:
    page = await _page(site, f"/nianbao/publishers/{busiest}")
    found = rows(
        "select k.report_id, title_en from checks k join rules on rules.id = rule join reports r on r.id = k.report_id "
        "where publisher_id = ? and verdict <> 'not_assessable'",
        busiest,
    )
    assert found
    for report, title in found:
        assert re.search(rf'<a href="/nianbao/reports/{report}#[^"]+">{re.escape(title)}</a>', page)


async def test_two_years_in_a_row_are_compared_and_lead_to_their_comparison(
    site: Datasette, rows: Rows, busiest: int
) -> None:
    page = await _page(site, f"/nianbao/publishers/{busiest}")
    pairs = rows(
        "select a.id, b.id from reports a join reports b on b.publisher_id = a.publisher_id "
        "and b.fiscal_year = a.fiscal_year + 1 where a.publisher_id = ?",
        busiest,
    )
    assert pairs
    for before, this in pairs:
        assert f'href="/nianbao/compare?report={before}&amp;report={this}"' in page


@pytest.mark.parametrize("code", ["990000", "990100", "990102"])
async def test_a_places_totals_are_the_sums_of_its_reports(site: Datasette, rows: Rows, code: str) -> None:
    page = await _page(site, f"/nianbao/places/{code}")
    prefix = {"990000": "99", "990100": "9901"}.get(code, code)
    sums = rows(
        "select fiscal_year, count(*), sum(received_new) from reports where region_code like ? "
        "group by fiscal_year order by fiscal_year desc",
        f"{prefix}%",
    )
    shown = [[re.sub(r" n=\d+", "", cell) for cell in row[:3]] for row in _table(page, "totals")[1:]]
    assert shown == [
        [str(year), str(reports), "–" if new is None else f"{new:,}"] for year, reports, new in sums
    ]


async def test_a_sum_says_how_many_reports_it_rests_on_when_some_are_blank(
    site: Datasette, rows: Rows
) -> None:
    [(year, printed, reports)] = rows(
        "select fiscal_year, count(received_new), count(*) from reports group by 1 "
        "having count(received_new) < count(*) and count(received_new) > 0 limit 1"
    )
    page = await _page(site, "/nianbao/places/990000")
    [line] = [row for row in _table(page, "totals") if row[0] == str(year)]
    assert line[1] == str(reports)
    assert line[2].endswith(f"n={printed}")


async def test_the_places_beneath_one_lead_on_and_those_without_a_body_are_not_left_out(
    site: Datasette, rows: Rows
) -> None:
    for code, beneath in (("990000", "9_0_00"), ("990100", "9901__")):
        page = await _page(site, f"/nianbao/places/{code}")
        named = rows("select code, name from regions where code like ? and code <> ?", beneath, code)
        named = [(c, n) for c, n in named if c != "990000"]
        shown = [row[0] for row in _table(page, "parts")[1:]]
        assert shown == [name for _, name in named]
        for below, _ in named:
            assert f'href="/nianbao/places/{below}"' in page
            await _page(site, f"/nianbao/places/{below}")
    assert "no body known" in page


async def test_the_provinces_are_a_way_in_with_the_sums_of_a_year(site: Datasette, rows: Rows) -> None:
    page = await _page(site, "/nianbao/places?year=2024")
    [line] = [row for row in _table(f'id="x"{page}', "x") if row[0] == "Shili (invented)"]
    [(reports, received)] = rows("select count(*), sum(received_new) from reports where fiscal_year = 2024")
    [(known,)] = rows("select count(*) from publishers")
    assert line[1:3] == [f"{reports}/{known}", f"{received:,}"]
    assert 'href="/nianbao/places/990000"' in page
    assert 'href="/nianbao/places/110000"' in page
    for year in rows("select distinct fiscal_year from reports"):
        assert f'<a href="?year={year[0]}"' in page


async def test_who_has_no_report_for_a_year_is_listed(
    site: Datasette, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    [(id, code, year)] = rows(
        "select p.id, p.region_code, y.fiscal_year from publishers p join (select distinct fiscal_year from reports) y "
        "where not exists (select 1 from reports where publisher_id = p.id and fiscal_year = y.fiscal_year) "
        "order by p.id limit 1"
    )
    page = await _page(site, f"/nianbao/places/{code}?year={year}")
    listed = page[page.index('id="without"') :]
    assert f'href="/nianbao/publishers/{id}"' in listed
    assert f"Without a report for {year}" in visible(page).replace("\n", "")
    assert " only, those with the latest reports first" not in page
    monkeypatch.setattr(place_page, "WITHOUT_SHOWN", 0)
    assert "The first 0 only, those with the latest reports first" in await _page(
        site, f"/nianbao/places/{code}?year={year}"
    )


async def test_the_name_of_a_province_leads_to_its_code_and_a_place_that_is_none_is_refused(
    site: Datasette,
) -> None:
    linked = re.search(r'href="(/nianbao/places/~[^"]+)"', await _page(site, "/nianbao/outcomes/granted"))[1]
    for address in (linked, f"/nianbao/places/{quote('示例省')}"):
        named = await site.client.get(address, follow_redirects=True)
        assert str(named.url).endswith("/nianbao/places/990000")
        assert named.status_code == 200
    for nowhere in ("123456", "nowhere", "99010"):
        assert (await site.client.get(f"/nianbao/places/{nowhere}")).status_code == 404
    assert (await site.client.get("/other/places/990000")).status_code == 404


@pytest.mark.parametrize(
    "asked", ["page=2", "page=0", "page=x", "year=1900", "year=20x5", "year=²⁰²⁵", "year=9999", "page=99999"]
)
async def test_a_place_copes_with_any_page_and_year(site: Datasette, asked: str) -> None:
    await _page(site, f"/nianbao/places/990100?{asked}")


def test_a_place_is_named_as_it_was_in_the_year() -> None:
    rows = [
        {"code": "990999", "valid_from": a, "valid_to": b, "name": n, "level": "county"}
        | {"province": "示例省", "prefecture": None}
        for a, b, n in ((2007, 2015, "旧县"), (2016, None, "新区"))
    ]
    assert place_page.region(rows, 2015)["name"] == "旧县"
    assert place_page.region(rows, 2016)["name"] == "新区"
    assert place_page.region(rows, None)["name"] == "新区"
    assert place_page.region(rows[:1], 2020)["name"] == "旧县"


async def test_a_row_of_regions_and_each_region_code_lead_to_the_place(site: Datasette) -> None:
    assert 'href="/nianbao/places/990100"' in await _page(site, "/nianbao/regions/990100,2007")
    assert 'href="/nianbao/places/99' in await _page(site, "/nianbao/publishers?_size=1")


async def test_an_outcome_is_counted_over_the_years_with_its_denominators(
    site: Datasette, rows: Rows
) -> None:
    page = await _page(site, "/nianbao/outcomes/refused_deliberative")
    counted = rows(
        "select fiscal_year, sum(iif(outcome = 'refused_deliberative', count, 0)), "
        "sum(iif(category = 'refused', count, 0)), sum(count) from requests group by 1 order by 1 desc"
    )
    lines = _table(page[page.index('class="figures"') - 200 :], "levels")  # the next table is that of levels
    assert lines
    start = page.index('<table class="figures"')
    years = _table(f'id="x"{page[start:]}', "x")[1:]
    for (year, requests, category, decided), line in zip(counted, years, strict=True):
        assert line[0] == str(year)
        assert line[2] == f"{requests:,}"
        assert line[3].endswith(f"{requests:,}/{category:,}")
        assert line[4].endswith(f"{requests:,}/{decided:,}")


async def test_an_outcome_that_a_years_form_lacks_is_not_zero_there(site: Datasette) -> None:
    page = await _page(site, "/nianbao/outcomes/other_fee_unpaid")
    assert page.count("not on the form of that year") == 2
    page = await _page(site, "/nianbao/outcomes/other")
    assert page.count("not on the form of that year") >= 1


def test_whether_an_outcome_is_on_the_form_of_a_year_is_told_by_the_form() -> None:
    first = {form.version: form.first_fiscal_year for form in forms()}
    old, new = {"form_versions": "2019"}, {"form_versions": "2021"}
    assert outcome_page.is_on_form(old, first["2019"])
    assert not outcome_page.is_on_form(old, first["2021"])
    assert outcome_page.is_on_form(new, first["2021"] + 3)
    assert not outcome_page.is_on_form(new, first["2019"] - 1)


async def test_who_uses_an_outcome_most_is_ranked_by_the_interval_with_a_least_number(
    site: Datasette, rows: Rows
) -> None:
    page = await _page(site, "/nianbao/outcomes/unable_not_held?year=2024")
    used = rows(
        "select r.publisher, sum(count), processed_total from requests q join reports r on r.id = report_id "
        "where outcome = 'unable_not_held' and r.fiscal_year = 2024 group by r.id"
    )
    rates = {name: Rate(part, whole, outcome_page.LEAST) for name, part, whole in used}
    expected = sorted(
        (name for name in rates if rates[name].interval),
        key=lambda name: rates[name].interval[0],
        reverse=True,
    )
    shown = [row[0].removesuffix(" !") for row in _table(page, "users")[1:]]
    assert shown == expected[: outcome_page.FIRST]


@pytest.mark.parametrize(
    "path", ["publishers/{}", "places/990000", "places/990100", "outcomes/refused_internal", "outcomes/other"]
)
async def test_the_sql_and_the_csv_behind_each_block_run(site: Datasette, busiest: int, path: str) -> None:
    page = await _page(site, f"/nianbao/{path.format(busiest)}")
    links = {html.unescape(link) for link in re.findall(r'href="(/nianbao(?:\.csv)?\?sql=[^"]+)"', page)}
    assert len(links) >= 6
    for link in links:
        answer = await site.client.get(link)
        assert answer.status_code == 200, link
        if link.startswith("/nianbao.csv"):
            head = next(csv.reader(io.StringIO(answer.text)))
            assert len(head) == len(set(head)) > 1
        else:
            assert "message-error" not in answer.text


def test_asked_again_as_text_a_question_has_the_same_answer(sample_database: Path) -> None:
    """An address carries every parameter as text; the page itself gives numbers."""
    connection = sqlite3.connect(f"file:{sample_database}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    publisher = connection.execute("select * from publishers where level = 'county' limit 1").fetchone()
    outcome = connection.execute("select * from outcomes where id = 'unable_not_held'").fetchone()
    regions = connection.execute(
        "select * from regions where code in ('990000', '990100', '990102')"
    ).fetchall()
    asked = [*publisher_page.questions(publisher).values(), outcome_page.years_question(outcome)]
    asked += outcome_page.questions(outcome, 2024).values()
    for region in regions:
        asked += place_page.questions(place_page.region([region], 2024), 2024, 1).values()
    for question in asked:
        as_text = {name: str(value) for name, value in question.parameters.items()}
        given_numbers = connection.execute(question.sql, question.parameters).fetchall()
        assert connection.execute(question.sql, as_text).fetchall() == given_numbers
    assert any(question.parameters.get("year") == 2024 for question in asked)
    connection.close()


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(1, 100))
def test_an_interval_holds_its_share_and_no_share_is_given_below_the_least(
    part: int, whole: int, least: int
) -> None:
    rate = Rate(part, whole, least)
    if part > whole or whole < least:
        assert rate.pct is None
        assert rate.interval is None
        return
    low, high = rate.interval
    assert 0 <= low <= rate.pct + 1e-9
    assert rate.pct - 1e-9 <= high <= 100
    assert (
        Rate(part * 10, whole * 10, least).interval[1] - Rate(part * 10, whole * 10, least).interval[0]
        < high - low
    )


def test_an_unknown_part_gives_no_share() -> None:
    with spoken("en", "/", ""):
        assert Rate(None, 40).why_not == "left blank, so no share"
        assert Rate(41, 40).why_not == "the part is more than the whole, so no share"
        assert Rate(1, 4, 30).why_not == "fewer than 30, so no share"
    assert Rate(0, 0).interval is None


_TEXT = {"overview": None, "problems": "", "other_matters": "本机关本年度未收取信息处理费。", "remarks": None}


def test_a_sentence_counts_as_repeated_word_for_word_and_without_its_numbers() -> None:
    last = _TEXT | {
        "overview": "全年主动公开信息１２０条，答复申请35件。\n政务公开专栏已经建成并投入使用。短句。"
    }
    this = _TEXT | {
        "problems": "全年主动公开信息 120条，答复申请35件；全年主动公开信息9条，答复申请1,234件。",
        "remarks": "这一句是今年才写的，去年没有。",
    }
    found = repeated(this, last)
    assert (found["problems"].exact.part, found["problems"].exact.whole) == (1, 2)
    assert found["problems"].folded.part == 2
    assert found["other_matters"].exact.part == 1
    assert (found["all"].exact.part, found["all"].folded.part, found["all"].exact.whole) == (2, 3, 4)
    assert sentences("短句。十一个字的句子不算数吧") == []


@given(
    st.text(alphabet="全年公开信息12０３。；\n ", max_size=200),
    st.text(alphabet="全年公开信息12。", max_size=100),
)
def test_a_report_repeats_itself_whole_and_reading_numbers_as_0_never_finds_less(
    one: str, other: str
) -> None:
    this, last = _TEXT | {"overview": one}, _TEXT | {"overview": other}
    for part in repeated(this, this).values():
        assert part.exact.part == part.folded.part == part.exact.whole
    for part in repeated(this, last).values():
        assert part.exact.part <= part.folded.part <= part.exact.whole


def _disputes(year: int, *figures: int | None) -> dict:
    named = zip(("reviews", "reviews_corrected", "reviews_pending"), figures, strict=True)
    blank = dict.fromkeys(("lawsuits", "lawsuits_corrected", "lawsuits_pending"))
    return {"year": year, "report": dict(named) | blank}


def test_cases_that_a_year_leaves_blank_are_not_in_the_rate_of_all_years() -> None:
    lines = publisher_page.disputes(
        [_disputes(2021, 9, 3, 1), _disputes(2022, 7, None, 2), {"year": 2023, "report": None}]
    )
    assert [line["year"] for line in lines] == [2021, 2022, None]
    together = lines[-1]["reviews"]
    assert (together["corrected"].part, together["corrected"].whole) == (3, 8)
    assert together["cases"] == 16
    assert lines[-1]["lawsuits"]["cases"] is None


def test_a_year_that_corrects_more_cases_than_were_concluded_is_not_in_the_rate_of_all_years() -> None:
    lines = publisher_page.disputes([_disputes(2021, 9, 3, 1), _disputes(2022, 7, 6, 2)])
    assert not lines[1]["reviews"]["corrected"].is_given
    together = lines[-1]["reviews"]["corrected"]
    assert (together.part, together.whole) == (3, 8)
