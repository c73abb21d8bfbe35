"""The pages as a visitor sees them, on a desk and in the hand."""

import pytest
from visitor import Visit


def test_the_home_page_leads_from_a_search_to_reports_with_the_word_marked(visit: Visit) -> None:
    page = visit.open("/")
    assert page.locator(".sample-notice").is_visible()
    visit.assert_sound()
    page.locator("input[name=q]").fill("拆迁")
    page.locator("input[name=q]").press("Enter")
    page.wait_for_selector("mark")
    assert page.url.startswith(f"{visit.address}/nianbao/search?q=")
    assert set(page.locator("mark").all_inner_texts()) == {"拆迁"}
    visit.assert_sound()


def test_a_table_is_narrowed_by_its_sum_facet(visit: Visit) -> None:
    page = visit.open("/nianbao/requests?_lang=en")
    facet = page.locator(".facet-sum", has_text="Category: Number, summed")
    assert facet.is_visible()
    visit.assert_sound()
    facet.locator("a", has_text="refused").click()
    page.wait_for_url("**category=refused**")
    assert page.locator("td.col-category").all_inner_texts().count("refused") == 50
    visit.assert_sound()


@pytest.mark.parametrize("query", ["refusal_grounds_by_year", "refusers", "corrected_by_year"])
def test_a_query_shows_its_chart_without_a_click(visit: Visit, query: str) -> None:
    page = visit.open(f"/nianbao/{query}")
    chart = page.wait_for_selector(".vega-embed canvas")
    page.wait_for_function(
        "(() => { const c = document.querySelector('.vega-embed canvas');"
        " const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " return new Set(new Uint32Array(p.buffer)).size > 20; })()"
    )
    box, screen = chart.bounding_box(), page.viewport_size["width"]
    if screen > 576:
        assert box["height"] > 300
    else:  # whole with its legend, a chart is as large as the width of a phone lets it be
        assert box["height"] > 220
        assert box["width"] > 0.85 * screen
        assert box["x"] + box["width"] <= screen
    assert "g.mark=" in page.url
    visit.assert_sound()


def test_a_report_and_search_all_fit_the_screen(visit: Visit) -> None:
    page = visit.open("/-/search?q=拆迁")
    page.wait_for_selector("#search-all-results table")
    visit.assert_sound()
    page = visit.open("/nianbao/reports")
    page.locator("td.type-pk a").first.click()
    page.wait_for_selector(".report-page h1")
    visit.assert_sound()


def test_a_chart_and_its_legend_fit_the_screen(visit: Visit) -> None:
    page = visit.open("/nianbao/refusal_grounds_by_year")
    box = page.wait_for_selector(".vega-embed canvas").bounding_box()
    assert box["x"] + box["width"] <= page.viewport_size["width"]


def test_a_name_in_a_list_stands_on_one_line(visit: Visit) -> None:
    page = visit.open("/nianbao/reports?_sort=publisher&_col=publisher&_col=source_url&_col=remarks")
    line = "e => e.getClientRects().length && e.querySelector('*') === null && (() => {"
    line += (
        " const r = document.createRange(); r.selectNodeContents(e); return r.getClientRects().length; })()"
    )
    assert {cell.evaluate(line) for cell in page.locator("td.col-publisher").all()[:20]} == {1}


def test_a_code_can_be_picked_from_a_list_that_explains_it(visit: Visit) -> None:
    page = visit.open("/nianbao/refusal_grounds_of_publishers")
    listed = page.locator("input[name=outcome]").get_attribute("list")
    option = page.locator(f"#{listed} option[value=refused_state_secret]")
    assert "State secret" in option.inner_text() or "State secret" in option.get_attribute("label")


def test_parameters_say_what_they_mean_and_what_blank_stands_for(visit: Visit) -> None:
    page = visit.open("/nianbao/refusers")
    assert page.locator("input[name=least]").get_attribute("placeholder") == "30"
    assert "At least so many outcomes" in page.locator("form.sql").inner_text()
