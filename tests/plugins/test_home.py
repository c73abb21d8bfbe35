"""The home page: what there is with its numbers and dates, what is new, and ways in that lead somewhere."""

import gzip
import html
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from datasette.app import Datasette
from serving import copied, serve, visible

from load.schema import REPORTS
from plugins.publication.home_page import STATUSES, by_year, newest_full

Rows = Callable[..., list[tuple]]


async def _home(site: Datasette, language: str = "en") -> str:
    return (await site.client.get(f"/?_lang={language}")).text


async def test_the_headline_figures_are_those_of_the_database_with_their_denominators(
    site: Datasette, rows: Rows
) -> None:
    page = visible(await _home(site))
    [(reports, publishers)] = rows("select (select count(*) from reports), (select count(*) from publishers)")
    year = 2025
    [(received, printing)] = rows(
        "select sum(received_new), count(received_new) from reports where fiscal_year = ?", year
    )
    [(refused, decided, both)] = rows(
        "select sum(refused), sum(processed_total), count(*) from reports where fiscal_year = ? and refused <= processed_total",
        year,
    )
    for said in (
        f"{reports:,}",
        f"{publishers:,}",
        f"Requests received in {year}",
        f"{received:,}",
        f"{printing} reports print",
        f"{100 * refused / decided:.1f}%",
        f"{refused:,} of {decided:,} decided",
        f"{both} reports",
        "data as of",
    ):
        assert said in page


async def test_the_search_box_searches_everything(site: Datasette) -> None:
    form = re.search(r'<form class="home-search".*?</form>', await _home(site), re.DOTALL)[0]
    assert 'action="/nianbao/search"' in form
    assert 'name="q"' in form
    assert "<label for=" in form


async def test_every_way_in_leads_somewhere(site: Datasette) -> None:
    page = await _home(site)
    links = {html.unescape(link) for link in re.findall(r'href="(/nianbao[^"#]*)', page)}
    assert len(links) > 80
    found = {link: (await site.client.get(link)).status_code for link in sorted(links)}
    assert {link: status for link, status in found.items() if status not in (200, 302)} == {}


async def test_the_latest_reports_and_findings_are_listed_newest_first(site: Datasette, rows: Rows) -> None:
    page = await _home(site)
    newest = rows(
        "select id from reports where published_on is not null and published_on <= "
        "(select substr(max(fetched_at), 1, 10) from documents) order by published_on desc, id limit 3"
    )
    places = [page.index(f'href="/nianbao/reports/{id}"') for (id,) in newest]
    assert places == sorted(places)
    [found] = rows(
        'select c.report_id, c."where", u.title_en from checks c join reports r on r.id = c.report_id '
        "join rules u on u.id = c.rule where c.verdict = 'source_error' order by r.published_on desc, r.id, c.number limit 1"
    )
    assert f"/nianbao/reports/{found[0]}#{found[1]}" in page
    assert found[2] in page


def test_a_year_of_which_reports_have_only_begun_to_come_in_is_not_the_newest_full_one() -> None:
    years = by_year(
        [
            {"fiscal_year": year, "status": "complete", "reports": reports}
            for year, reports in ((2021, 90), (2023, 100), (2024, 50), (2025, 49))
        ]
    )
    assert [(entry["year"], entry["total"]) for entry in years][:3] == [(2021, 90), (2022, 0), (2023, 100)]
    assert newest_full(years) == 2024
    assert newest_full([]) is None


async def test_a_database_without_any_report_has_a_home_page_all_the_same(
    sample_database: Path, tmp_path: Path
) -> None:
    copy = copied(sample_database, tmp_path)
    connection = sqlite3.connect(copy)
    with connection:
        for table in ("reports", "requests", "request_totals", "checks", "documents", "publishers"):
            connection.execute(f"delete from {table}")
    connection.close()
    empty = serve(copy)
    empty.inspect_data = None
    await empty.invoke_startup()
    for language in ("zh", "en"):
        answer = await empty.client.get(f"/?_lang={language}")
        assert answer.status_code == 200
        assert "None" not in visible(answer.text)
    empty.executor.shutdown()


async def test_who_may_not_see_the_reports_gets_none_of_what_is_made_of_them(sample_database: Path) -> None:
    closed = serve(sample_database)
    closed._metadata_local["databases"]["nianbao"]["tables"]["reports"]["allow"] = False
    await closed.invoke_startup()
    home = await closed.client.get("/")
    assert home.status_code == 200
    assert "headline" not in home.text
    asked = (
        "/nianbao/places",
        "/nianbao/places/990000",
        "/nianbao/pictures",
        "/nianbao/search?q=拆迁",
        "/nianbao/compare",
        "/nianbao/feeds/reports.atom",
        "/sitemap.xml",
        "/sitemap/publishers-1.xml",
    )
    assert {path: (await closed.client.get(path)).status_code for path in asked} == dict.fromkeys(asked, 403)
    closed.executor.shutdown()


async def test_a_first_visit_is_light(site: Datasette) -> None:
    page = await _home(site)
    files = set(re.findall(r'(?:src|href)="(/(?:static|-/static)[^"?]*)', page))
    assert files
    sent = [page.encode()] + [(await site.client.get(path)).content for path in sorted(files)]
    assert sum(len(gzip.compress(body)) for body in sent) < 150_000


def test_statuses_on_the_home_page_are_all_that_a_report_can_have() -> None:
    said = REPORTS.names["status"].en
    assert set(re.findall(r"(\w+):", said)) == set(STATUSES)
