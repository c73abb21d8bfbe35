"""A run over sources: lists that lead to lists, what a source is expected to give, pages that go on."""

from datetime import UTC, datetime

import pytest
from local_sites import COLUMN, article, page, trs_site

from sample.sites.server import Answer, Article
from sample.sites.years import YearsSite
from scrape.archive import read_archive
from scrape.titles import fiscal_year, newest_year_due


def of_year(number: int, year: int) -> Article:
    """The report number `number` of an invented office for a year."""
    path = f"{COLUMN}/{year + 1}01/t{year + 1}0115_{1000 + number}.html"
    title = f"示例县第{number}办公室{year}年政府信息公开工作年度报告"
    return Article(path, title, f"{year + 1}-01-15", page(title))


def years_site(years: range, **more: object) -> YearsSite:
    articles = [of_year(10 * year + number, year) for year in years for number in range(3)]
    return YearsSite("example", "示例县人民政府", "990101", COLUMN, articles, page_size=2, **more)


def test_a_column_that_leads_to_a_list_for_each_year_gives_all_of_them(bench) -> None:
    outcome = bench(years_site(range(2019, 2025))).run()
    assert (outcome.status, outcome.first["reports"]) == (0, 18), outcome.err


def test_without_the_pattern_the_column_is_an_error_and_never_nothing_new(bench) -> None:
    sites = bench(years_site(range(2023, 2025)), sublists="no such link")
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (1, 0)
    assert "shows no documents" in outcome.err


def test_the_list_of_a_settled_year_is_not_asked_for_again_unless_refreshed(bench) -> None:
    this_year = datetime.now(UTC).year
    settled, fresh = this_year - 4, newest_year_due(datetime.now(UTC).date())
    site = years_site(range(settled, settled + 1))
    site.articles += [of_year(n, fresh) for n in range(3)]
    sites = bench(site)
    assert sites.run().first["reports"] == 6
    before = len(sites.served.requests)
    again = sites.run()
    assert (again.status, again.first["unchanged"]) == (0, 6)
    asked = {seen.path for seen in sites.served.requests[before:]}
    assert f"/{COLUMN}/{fresh}n/" in asked
    assert not any(f"/{settled}n/" in path for path in asked)
    before = len(sites.served.requests)
    assert sites.run("--refresh").status == 0
    assert f"/{COLUMN}/{settled}n/" in {seen.path for seen in sites.served.requests[before:]}


def test_lists_that_lead_to_each_other_end(bench) -> None:
    links = f'<a href="/{COLUMN}/2023n/">2023年</a><a href="/{COLUMN}/">2022年</a>'.encode()
    circle = Answer(body=links, headers={"Content-Type": "text/html; charset=utf-8"})
    site = years_site(range(2023, 2024), answers={f"/{COLUMN}/": circle})
    assert bench(site).run().first["reports"] == 3


@pytest.mark.parametrize(("expected", "status"), [(2, 0), (3, 1)])
def test_too_few_reports_for_the_newest_year_that_is_due_are_an_error(
    bench, expected: int, status: int
) -> None:
    due = newest_year_due(datetime.now(UTC).date())
    articles = [of_year(n, due) for n in range(2)] + [of_year(n, due - 1) for n in range(2, 9)]
    outcome = bench(trs_site(articles=articles), expect_a_year=expected).run()
    assert (outcome.status, outcome.first["reports"]) == (status, 9)
    assert (f"2 annual reports for {due}; at least 3 are expected" in outcome.err) == bool(status)


@pytest.mark.parametrize(
    ("today", "due"), [("2026-03-31", 2024), ("2026-04-01", 2025), ("2026-12-31", 2025), ("2027-01-01", 2025)]
)
def test_a_year_is_due_when_its_governments_must_have_published(today: str, due: int) -> None:
    assert newest_year_due(datetime.fromisoformat(today).date()) == due


@pytest.mark.parametrize(
    ("title", "listed_on", "year"),
    [
        ("示例县2024年政府信息公开工作年度报告", "2025-01-15", 2024),
        ("2024年度示例县政府信息公开年报", None, 2024),
        ("示例县政府信息公开工作２０２３年度报告", "2025-01-15", 2023),
        ("示例县政府信息公开工作年度报告", "2025-01-15", 2024),
        ("示例县政府信息公开工作年度报告", None, None),
    ],
)
def test_the_year_of_a_listed_report(title: str, listed_on: str | None, year: int | None) -> None:
    assert fiscal_year(title, listed_on) == year


def test_an_option_that_the_family_does_not_have_is_told_with_those_it_has(bench) -> None:
    sites = bench(trs_site())
    file = sites.files[0]
    file.write_text(file.read_text("utf-8") + 'options = {colour = "red"}\n', "utf-8")
    outcome = sites.run()
    assert outcome.status == 1
    assert "colour is no option of the family trs" in outcome.err
    assert not sites.served.requests


def test_a_report_at_two_rows_is_fetched_once(bench) -> None:
    one = article(1)
    sites = bench(trs_site(articles=[one, one]))
    assert sites.run().first["new"] == 1
    assert len(list(read_archive(sites.archive))) == 1
