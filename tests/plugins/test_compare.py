"""Reports side by side: figures with their differences, forms that differ, narratives by sentence, and how to choose."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from datasette.app import Datasette
from serving import visible

from load.forms import form
from plugins.publication import compare_page
from plugins.publication.official_form import cells_of

Rows = Callable[..., list[tuple]]


async def _page(site: Datasette, query: str, status: int = 200, language: str = "zh") -> str:
    answer = await site.client.get(f"/nianbao/compare?{query}", cookies={"nianbao_lang": language})
    assert answer.status_code == status
    return answer.text


def _of(rows: Rows, *years: int) -> list[int]:
    """The reports of these years of one publisher that has them all, read whole."""
    found: dict[str, dict[int, int]] = {}
    for publisher, year, id in rows(
        "select publisher, fiscal_year, id from reports where status = 'complete' order by publisher"
    ):
        found.setdefault(publisher, {})[year] = id
    return next([of[year] for year in years] for of in found.values() if set(years) <= set(of))


def _asked(ids: list[int]) -> str:
    return "&".join(f"report={id}" for id in ids)


def _line(page: str, where: str) -> list[str]:
    """The cells of the row that leads to a place on the pages of the reports, as text."""
    row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if f'#{where}"' in row)
    return [
        " ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split())
        for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)
    ]


async def test_two_reports_stand_side_by_side_with_the_difference_of_each_figure(
    site: Datasette, rows: Rows
) -> None:
    ids = _of(rows, 2023, 2024)
    page = await _page(site, _asked(ids))
    first, second = (
        json.loads(rows("select form from reports where id = ?", id)[0][0])["table3"]["granted"]["total"]
        for id in ids
    )
    change = second - first
    said = "=" if not change else f"▲ +{change:,}" if change > 0 else f"▼ −{-change:,}"
    assert _line(page, "table3.granted.total") == [str(first), f"{second} {said}"]
    assert f'<a href="/nianbao/reports/{ids[0]}#table3.granted.total">' in page


async def test_the_years_of_a_publisher_stand_in_order_each_beside_the_year_before(
    site: Datasette, rows: Rows
) -> None:
    [(id,)] = rows("select id from publishers where name = '示例省人民政府'")
    page = await _page(site, f"publisher={id}")
    years = [str(y) for (y,) in rows("select fiscal_year from reports where publisher_id = ? order by 1", id)]
    head = re.search(r"<thead>.*?</thead>", page, re.DOTALL)[0]
    assert re.findall(r">\s*(\d{4})</a>", head) == years
    assert "与左边一年相比" in page
    assert "逐句对照" not in page.partition('id="choose"')[0]


async def test_the_order_of_years_in_the_address_does_not_matter(site: Datasette, rows: Rows) -> None:
    ids = _of(rows, 2023, 2024)
    there, back = [_line(await _page(site, _asked(i)), "table3.granted.total") for i in (ids, ids[::-1])]
    assert there == back


async def test_publishers_are_compared_in_the_year_asked_for_and_else_in_the_newest_that_most_have(
    site: Datasette, rows: Rows
) -> None:
    found = rows("select id, name from publishers where name like '%教育局' order by id")
    asked = "&".join(f"publisher={id}" for id, _ in found)
    page = await _page(site, asked)
    years = rows(
        "select fiscal_year, count(*) from reports where publisher like '%教育局' group by 1 order by 2 desc, 1 desc"
    )
    assert re.search(r'aria-current="page">(\d+)</a>', page)[1] == str(years[0][0])
    assert "与第一份报告相比" in page
    year = next((year for year, number in years if 2 <= number < len(found)), None)
    if year:
        page = await _page(site, f"{asked}&year={year}")
        having = {name for (name,) in rows("select publisher from reports where fiscal_year = ?", year)}
        [without] = {name for _, name in found} - having
        assert "没有该年报告的机关" in page
        assert without in visible(page)


async def test_blank_stays_blank_and_has_no_difference() -> None:
    rows = _tables(
        _report(1, 2023, "2021", {("granted", "total"): None}),
        _report(2, 2024, "2021", {("granted", "total"): 3}),
    )
    blank, figure = rows["granted"]["cells"]
    assert (blank["kind"], blank["value"], blank["change"]) == ("blank", None, None)
    assert (figure["value"], figure["change"]) == (3, None)
    assert rows["granted"]["differs"]


async def test_a_row_that_only_one_form_has_is_not_compared_with_the_other() -> None:
    old = _report(1, 2020, "2019", {("other", "total"): 5, ("granted", "total"): 2})
    new = _report(2, 2021, "2021", {("other_misc", "total"): 1, ("granted", "total"): 7})
    rows = _tables(old, new)
    assert [cell["kind"] for cell in rows["other"]["cells"]] == ["", "none"]
    assert [cell["kind"] for cell in rows["other_misc"]["cells"]] == ["none", ""]
    assert rows["other"]["cells"][1]["change"] is rows["other_misc"]["cells"][1]["change"] is None
    assert not rows["other"]["differs"]
    assert [cell["change"] for cell in rows["granted"]["cells"]] == [None, 5]
    assert list(rows).index("other_misc") < list(rows).index("processed_total")
    assert list(rows).index("other") < list(rows).index("processed_total")


async def test_two_forms_side_by_side_say_what_is_not_compared(site: Datasette, rows: Rows) -> None:
    page = await _page(site, _asked(_of(rows, 2020, 2021)))
    assert "“其他处理”一行与 2021 格式的三行" in page
    alike = await _page(site, _asked(_of(rows, 2023, 2024)))
    assert "这些报告用了两种格式" not in alike


async def test_another_kind_of_applicant_can_be_chosen(site: Datasette, rows: Rows) -> None:
    ids = _of(rows, 2023, 2024)
    page = await _page(site, _asked(ids) + "&applicant=natural_person")
    assert "#table3.granted.natural_person" in page
    assert "#table3.granted.total" not in page
    assert "#table3.granted.total" in await _page(site, _asked(ids) + "&applicant=nobody")


async def test_rows_that_do_not_differ_can_be_left_out(site: Datasette, rows: Rows) -> None:
    ids = _of(rows, 2023, 2024)
    page = await _page(site, _asked(ids) + "&only=differences")
    tables = page.partition('id="table2"')[2].partition('id="narrative"')[0]
    assert tables.count('<tr class="differs">') == tables.count('<th scope="row"') > 0
    assert '<span class="change same"' not in tables
    assert "没有不同的行未列" in page


@pytest.mark.parametrize(
    ("rule", "verdict"), [("balance", "source_error"), ("cell_unreadable", "parse_doubt")]
)
async def test_failed_sums_and_doubts_are_marked_where_they_stand(
    site: Datasette, rows: Rows, rule: str, verdict: str
) -> None:
    ids = [id for (id,) in rows("select report_id from checks where rule = ? order by 1 limit 2", rule)]
    [(where,)] = rows('select "where" from checks where rule = ? and report_id = ?', rule, ids[0])
    page = await _page(site, _asked(ids) + f"&applicant={where.rpartition('.')[2]}")
    cells = re.findall(r'<td class="[^"]*">.*?</td>', page, re.DOTALL)
    marked = [cell for cell in cells if verdict in cell.partition(">")[0]]
    assert any(f'href="/nianbao/reports/{ids[0]}#table3.' in cell for cell in marked)
    assert all(f'<span class="sign {verdict}"' in cell for cell in marked)


async def test_of_two_reports_the_narratives_are_compared_by_sentence(site: Datasette, rows: Rows) -> None:
    ids = _of(rows, 2023, 2024)
    page = await _page(site, _asked(ids))
    counts = re.search(r'<table class="compared sentence-counts">.*?</table>', page, re.DOTALL)[0]
    whole = re.findall(r"<td>(\d+)</td>", counts.rpartition("<tr")[2])
    old, new, kept, numbers, changed, added, removed = map(int, whole)
    assert old == kept + numbers + changed + removed > 0
    assert new == kept + numbers + changed + added > 0
    assert page.count('<tr class="added">') == added
    assert page.count('<tr class="removed">') == removed
    assert page.count('<tr class="changed">') + page.count('<tr class="numbers">') == numbers + changed
    assert f"{kept:,}/{new:,}</span>" in counts


async def test_a_report_compared_with_its_own_text_is_kept_word_for_word() -> None:
    report = {
        "overview": "本年公开信息12条。\n均已答复。",
        "problems": "",
        "other_matters": None,
        "remarks": None,
    }
    [section] = compare_page.narratives(report | {"headings": None}, report | {"headings": None})
    assert (section["counts"].kept, section["counts"].new) == (2, 2)
    assert [block["kind"] for block in section["blocks"]] == ["kept"]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_mistakes_are_sentences(site: Datasette, rows: Rows, language: str) -> None:
    ids = [id for (id,) in rows("select id from reports order by id limit 9")]
    for query, status, zh, en in (
        ("report=1&report=2", 404, "没有这样的报告", "There is no such report"),
        ("report=x", 404, "不存在", "does not exist"),
        (f"report={'9' * 30}", 404, "不存在", "does not exist"),
        ("publisher=1", 404, "没有这个机关", "There is no publisher"),
        (_asked(ids[:1]), 400, "至少要两份", "It takes two reports"),
        (_asked([ids[0], ids[0]]), 400, "至少要两份", "It takes two reports"),
        (_asked(ids), 400, "最多并列 8 份", "At most 8 reports"),
    ):
        page = visible(await _page(site, query, status, language))
        assert (zh if language == "zh" else en) in page
    assert "按名称查找机关" in await _page(site, _asked(ids[:1]), 400)


async def test_eight_reports_fit(site: Datasette, rows: Rows) -> None:
    ids = [id for (id,) in rows("select id from reports order by id limit 8")]
    page = await _page(site, _asked(ids))
    assert all(f'href="/nianbao/reports/{id}"' in page for id in ids)


async def test_a_report_that_was_not_read_has_no_figures_and_no_differences(
    site: Datasette, rows: Rows
) -> None:
    [(unread,)] = rows("select id from reports where status = 'unreadable' limit 1")
    [read] = _of(rows, 2023)
    tables = (await _page(site, _asked([read, unread]))).partition('id="table2"')[2]
    assert '<span class="no-figure" title="没有找到这张表">×</span>' in tables
    assert '<span class="change' not in tables


async def test_reports_are_found_by_the_name_of_their_publisher_and_what_was_ticked_stays(
    site: Datasette, rows: Rows
) -> None:
    assert "按名称查找机关" in await _page(site, "")
    [id] = _of(rows, 2023)
    page = await _page(site, f"report={id}&find=样城市 教育局")
    assert f'value="{id}" checked' in page
    for (found,) in rows("select id from reports where publisher = '样城市教育局'"):
        assert f'name="report" value="{found}"' in page
    assert "没有名称含这些字的机关" in await _page(site, "find=没有这个机关")
    assert "<script>alert" not in await _page(site, "find=<script>alert(1)</script>")


async def test_the_same_reports_can_be_had_as_data(site: Datasette, rows: Rows) -> None:
    ids = _of(rows, 2023, 2024)
    page = await _page(site, _asked(ids))
    href = unescape(re.search(r'href="([^"]+_shape=objects)"[^>]*>JSON', page)[1])
    answer = (await site.client.get(href)).json()
    assert {row["id"] for row in answer["rows"]} == set(ids)


def _report(id: int, year: int, version: str, figures: dict[tuple[str, str], int | None]) -> dict[str, Any]:
    cells: dict[str, dict[str, int | None]] = {}
    for row, column in cells_of(form(version), 3):
        cells.setdefault(row, {})[column] = figures.get((row, column), 0)
    return {
        "id": id,
        "publisher_id": 1,
        "fiscal_year": year,
        "form_version": version,
        "form": {"table3": cells},
    }


def _tables(*reports: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The rows of Table 3 by their id."""
    ordered, is_series = compare_page.columns(reports)
    [table] = compare_page.tables(ordered, [], is_series, "total", False)
    return {row["cells"][0]["where"].split(".")[1]: row for _, rows in table["groups"] for row in rows}
