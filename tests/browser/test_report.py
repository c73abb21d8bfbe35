"""The page of a report on a desk and in the hand, without a script: every figure leads to its proof."""

from typing import Any

import invented
import pytest

TELLING = invented.telling_reports()
_CONTRAST = """() => {
  const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  return [...document.querySelectorAll("#content *")].filter(e => e.checkVisibility() &&
      [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && !e.closest(".unseen")).map(e => {
    const [a, b] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(ground(e))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), e.outerHTML.slice(0, 90)];
  }).filter(([ratio]) => ratio < 4.5);
}"""


@pytest.fixture(params=[1280, 360], ids=lambda width: f"{width}px")
def page(request: pytest.FixtureRequest, chromium: Any) -> Any:
    """A page of a browser that runs no script of the site's."""
    seen = chromium.new_context(viewport={"width": request.param, "height": 800}, java_script_enabled=False)
    yield seen.new_page()
    seen.close()


def test_reports_and_documents_fit_the_screen_and_can_be_read(page: Any, address: str) -> None:
    foreign: list[str] = []
    page.on("request", lambda r: foreign.append(r.url) if not r.url.startswith((address, "data:")) else None)
    width = page.viewport_size["width"]
    language = "zh" if width > 1000 else "en"  # English words are the longer ones
    telling = list(TELLING.values())[: 3 if width > 1000 else None]  # a desk has room
    for path in [f"reports/{id}" for id in telling] + ["documents/unread0"]:
        page.goto(f"{address}/nianbao/{path}?_lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(_CONTRAST) == [], path
    assert foreign == []


def test_a_figure_leads_to_its_proof_and_the_proof_back(page: Any, address: str) -> None:
    page.goto(f"{address}/nianbao/reports/{TELLING['balance']}?_lang=en")
    page.locator('[id="table3.granted.total"] > a').first.click()
    proof = page.locator('[id="proof-table3.granted.total"]')
    assert proof.evaluate("e => e.matches(':target') && e.getBoundingClientRect().top < innerHeight")
    page.locator('[id="proof-table3.granted"] th a').click()
    assert page.evaluate("document.querySelector(':target').id") == "table3.granted"


def test_a_sign_leads_to_its_explanation(page: Any, address: str) -> None:
    page.goto(f"{address}/nianbao/reports/{TELLING['balance']}?_lang=en")
    page.locator("td.source_error a.sign").first.click()
    told = page.locator("li:target")
    assert "The page prints" in told.inner_text()
    assert told.evaluate("e => e.getBoundingClientRect().top < innerHeight")


def test_last_years_figures_can_be_left_out(page: Any, address: str) -> None:
    page.goto(f"{address}/nianbao/reports/{TELLING['balance']}?_lang=en")
    before = page.locator('[id="table3.granted.total"] .before')
    assert before.is_visible()
    page.locator("label[for=with-before]").click()
    assert not before.is_visible()
    assert not page.locator("p.legend.before").is_visible()
