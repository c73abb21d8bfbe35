"""The pages of a publisher, of a place and of an outcome on a desk and in the hand, without a script."""

import itertools
from typing import Any

import invented
import pytest

PUBLISHER = next(one for one in invented._publishers() if one["kind"] == "department")["id"]
PAGES = (
    f"/nianbao/publishers/{PUBLISHER}",
    "/nianbao/places",
    "/nianbao/places/990100",
    "/nianbao/outcomes/refused_internal",
)

# Every element is inside the screen or in something that scrolls by itself and can be reached by keyboard.
_WIDER = """() => [...document.querySelectorAll("main *, [role=main] *")].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width && box.right > document.documentElement.clientWidth + 1 && !e.closest(".table-wrapper[tabindex]");
}).map(e => e.outerHTML.slice(0, 80))"""
_HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]))"
_NAMELESS = """() => [...document.querySelectorAll("table")].filter(
  t => !t.caption || !t.caption.innerText.trim() || !t.querySelector("th[scope]")).length"""


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1280), ("en", 360)])
def test_a_body_page_fits_names_its_tables_and_needs_no_script(
    chromium: Any, address: str, width: int, language: str
) -> None:
    seen = chromium.new_context(
        viewport={"width": width, "height": 800}, locale=language, java_script_enabled=False
    )
    page = seen.new_page()
    foreign: list[str] = []
    page.on("request", lambda r: foreign.append(r.url) if not r.url.startswith((address, "data:")) else None)
    for path in PAGES:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(_WIDER) == []
        levels = page.evaluate(_HEADINGS)
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        assert page.evaluate(_NAMELESS) == 0
        assert page.locator("table.figures td").first.inner_text()
    assert foreign == []
    seen.close()
