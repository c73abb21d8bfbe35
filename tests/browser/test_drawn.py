"""Pictures and charts on a desk and in the hand; and what scripts write into a Chinese page is Chinese."""

import re
from typing import Any

from visitor import Visit


def test_pictures_fit_the_screen_and_can_be_read(visit: Visit) -> None:
    language = "zh" if visit.page.viewport_size["width"] > 1000 else "en"
    for path in ("pictures", "pictures/country", "pictures/map", "pictures/outcomes/grounds_by_year"):
        page = visit.open(f"/nianbao/{path}?_lang={language}")
        visit.assert_sound()
        for drawn in page.locator(".drawn > svg").all():
            box = drawn.bounding_box()
            assert box["width"] > 0.75 * min(visit.page.viewport_size["width"], 400)
            sizes = drawn.evaluate(
                "e => [...e.querySelectorAll('text')].map(t => parseFloat(t.getAttribute('font-size')))"
            )
            assert min(sizes) * box["width"] / 400 > 5.5, path


def test_words_of_a_picture_stay_inside_it(visit: Visit) -> None:
    for path in (
        "outcomes?_lang=en",
        "quality?_lang=en",
        "disputes?_lang=zh",
        "map?_lang=en&measure=map_refused",
    ):
        page = visit.open(f"/nianbao/pictures/{path}")
        outside = page.evaluate(
            "[...document.querySelectorAll('.drawn > svg')].flatMap(s => { const r = s.getBoundingClientRect();"
            " return [...s.querySelectorAll('text')].filter(t => { const b = t.getBoundingClientRect();"
            " return b.left < r.left - 2 || b.right > r.right + 4 || b.bottom > r.bottom + 2; })"
            ".map(t => t.textContent); })"
        )
        assert outside == []


def test_a_province_on_the_map_is_reached_by_keyboard(visit: Visit) -> None:
    page = visit.open("/nianbao/pictures/map?_lang=en")
    page.locator(".picture-filters input[type=submit]").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Shili (invented): ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/places/**")


def test_figures_can_be_read_without_a_script(chromium: Any, address: str) -> None:
    page = chromium.new_page(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page.goto(f"{address}/nianbao/pictures/outcomes?_lang=zh")
    page.locator(".figures summary").first.click()
    assert page.locator(".drawn-table").first.is_visible()
    assert page.locator(".drawn svg text").count() > 100
    page.close()


def _english(text: str) -> set[str]:
    codes = r"\b(?:SVG|PNG|Vega|SQL|[a-z]+(?:_[a-z0-9]+)+|INTEGER|TEXT|REAL|NOT NULL)\b"
    return set(re.findall(r"[A-Za-z]{3,}", re.sub(codes, "", text, flags=re.ASCII)))


def test_menus_and_the_form_of_charts_are_chinese_on_a_chinese_page(visit_at_desk: Visit) -> None:
    page = visit_at_desk.open(
        "/nianbao/reports?_lang=zh&level=county&_col=fiscal_year&_col=received_new&_col=granted"
    )
    page.locator("th[data-column=received_new] .dropdown-menu-icon").click()
    menu = page.locator(".dropdown-menu")
    assert "从大到小排列" in menu.inner_text()
    assert "类型：INTEGER" in menu.inner_text()
    assert _english(menu.inner_text()) == set()
    assert page.locator("[aria-label='去掉此条件']").count() > 0
    page.keyboard.press("Escape")
    page.get_by_text("画成图表").click()
    form = page.locator("#graphForm")
    form.wait_for()
    assert "横轴" in form.inner_text()
    assert "年度 fiscal_year" in form.locator("select[name=x_column]").inner_text()
    assert {word for word in _english(form.inner_text()) if word not in ("granted",)} == set()
    form.locator("select[name=x_column]").select_option("fiscal_year")  # the codes still choose
    form.locator("select[name=y_column]").select_option("received_new")
    form.get_by_text("柱形图").click()
    box = page.wait_for_selector(".vega-embed canvas").bounding_box()
    assert box["height"] > 250
    assert _english(page.locator(".vega-embed").inner_text()) == set()
    assert "g.y_column=received_new" in page.url
    visit_at_desk.assert_sound()


def test_an_english_page_keeps_the_words_of_its_scripts(visit_at_desk: Visit) -> None:
    page = visit_at_desk.open("/nianbao/reports?_lang=en")
    page.locator("th[data-column=received_new] .dropdown-menu-icon").click()
    assert "Sort descending" in page.locator(".dropdown-menu").inner_text()
    assert page.get_by_text("Show charting options").is_visible()
