"""From the box on a page to the place in a report, and from a name to two reports side by side, without a script."""

from typing import Any

import pytest

# Heads of rows and columns whose words run on over the figures beside them.
_OVER_THEIR_NEIGHBOURS = """() => [...document.querySelectorAll(".compared th")].filter(head => {
  const words = document.createRange();
  words.selectNodeContents(head);
  return words.getBoundingClientRect().right > head.getBoundingClientRect().right + 1;
}).map(head => head.innerText)"""


@pytest.mark.parametrize("width", [1280, 360])
def test_a_reader_searches_reads_and_compares_without_a_script(
    chromium: Any, address: str, width: int
) -> None:
    seen = chromium.new_context(
        viewport={"width": width, "height": 800}, locale="zh-CN", java_script_enabled=False
    )
    page = seen.new_page()
    foreign: list[str] = []
    page.on("request", lambda r: foreign.append(r.url) if not r.url.startswith((address, "data:")) else None)

    page.goto(f"{address}/nianbao/refusers")
    page.locator("#nav-search").fill("噪聲擾民")
    page.locator("#nav-search").press("Enter")
    assert page.locator(".hits mark").first.inner_text() == "噪声扰民"
    page.locator("select[name=year]").select_option(index=1)
    page.get_by_role("button", name="更新").click()
    assert "在所选范围内" in page.locator(".search-counts").inner_text()
    page.locator(".hit-heading").first.click()
    assert "噪声扰民" in page.locator(":target").inner_text()

    page.goto(f"{address}/nianbao/compare?find=样城市 教育局")
    years = page.locator(".choose fieldset").first.locator("input[type=checkbox]")
    years.nth(0).check()
    years.nth(1).check()
    page.get_by_role("button", name="比较所选的报告").click()
    assert page.locator("#table3").count() == 1
    assert page.locator("table.sentences del").first.is_visible()
    assert page.evaluate(_OVER_THEIR_NEIGHBOURS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert foreign == []
    seen.close()
