"""Pages for everybody: by keyboard, by screen reader, on a small screen, on paper, in both languages."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parent.parent.parent
SHOTS = ROOT / "build" / "screenshots"  # kept by CI, in an ignored folder
WIDE, NARROW = 1280, 360

PAGES = {
    "home": "/",
    "report": "/nianbao/reports/{report}",
    "report-unreadable": "/nianbao/reports/{unreadable}",
    "report-2012": "/nianbao/reports/{narrative}",
    "report-2014": "/nianbao/reports/{statistics}",
    "publisher": "/nianbao/publishers/{publisher}",
    "places": "/nianbao/places",
    "province": "/nianbao/places/990000",
    "outcome": "/nianbao/outcomes/refused_internal",
    "document": "/nianbao/documents/{document}",
    "document-unread": "/nianbao/documents/unread0",
    "search": "/nianbao/search?q=拆迁",
    "search-nothing": "/nianbao/search?q=量子纠缠",
    "compare-find": "/nianbao/compare?find=教育局",
    "compare-two": "/nianbao/compare?report={report}&report={other}",
    "pictures": "/nianbao/pictures",
    "map": "/nianbao/pictures/map",
    "picture": "/nianbao/pictures/country/received_by_year",
    "embedded": "/nianbao/pictures/country/refused_by_province?embed=1",
    "about": "/nianbao/about",
    "accuracy": "/nianbao/about/accuracy",
    "codebook": "/nianbao/about/codebook",
    "coverage": "/nianbao/about/coverage",
    "cite": "/nianbao/about/cite",
    "sql-examples": "/nianbao/about/sql",
    "database": "/nianbao",
    "table": "/nianbao/reports?_size=3",
    "table-narrowed": "/nianbao/requests?fiscal_year=2022&_facet=applicant&_size=3",
    "table-searched": "/nianbao/reports?_search=拆迁&_size=3",
    "table-empty": "/nianbao/reports?fiscal_year=1900",
    "row": "/nianbao/regions/990100,2007",
    "question": "/nianbao/refusal_grounds_by_year",
    "question-asking": "/nianbao/word_by_year",
    "sql": "/nianbao?sql=select+id,+received_new+from+reports+limit+3",
    "sql-wrong": "/nianbao?sql=select+nothing",
    "search-tables": "/-/search?q=拆迁",
    "wrong-filter": "/nianbao/reports?nothing=1",
    "nowhere": "/nianbao/nowhere",
}
# Seen by axe on a desk, too; all are in the hand, where a page is hardest.
LOOKED_AT_WIDE = ("pictures", "table")
# Rows of a table and entries of a list are alike: the first ones and those with a sign stand for all of them.
LIKE_OTHERS = ":is(tbody tr, li):nth-child(n+5):not(:has(.sign))"
AXE = """([others]) => axe.run({exclude: document.querySelector(others) ? [others] : []}, {
  preload: false, resultTypes: ["violations"], rules: {"target-size": {enabled: true}}})"""
STATUS = {"nowhere": 404, "wrong-filter": 400, "sql-wrong": 400}


@pytest.fixture(scope="module")
def ids(address: str) -> dict[str, object]:
    """A report, the same publisher's of another year, its publisher and its document; and one report a status."""
    sql = (
        "select a.id as report, b.id as other, a.publisher_id as publisher, a.document_id as document, "
        "(select min(id) from reports where status = 'unreadable') as unreadable, "
        "(select min(id) from reports where status = 'narrative') as narrative, "
        "(select min(id) from reports where form_version = '2014') as statistics from reports a "
        "join reports b on b.publisher_id = a.publisher_id and b.fiscal_year = a.fiscal_year - 1 "
        "where a.failed_checks > 0 and a.status = 'complete' order by a.id limit 1"
    )
    with urlopen(f"{address}/nianbao.json?_shape=array&sql={quote(sql)}") as answer:
        return json.load(answer)[0]


@pytest.fixture(scope="module")
def tabs(chromium: Any, address: str) -> Iterator[dict[tuple[str, int], Any]]:
    """A tab for each language and width, which remembers its language as a reader's browser does."""
    made = {}
    for language in ("zh", "en"):
        for width in (WIDE, NARROW):
            visitor = chromium.new_context(viewport={"width": width, "height": 800})
            visitor.add_cookies([{"name": "nianbao_lang", "value": language, "url": address}])
            made[language, width] = visitor.new_page()
    yield made
    for tab in made.values():
        tab.context.close()


@pytest.fixture(scope="module")
def titles() -> dict[tuple[str, str], str]:
    """The pages seen so far, by language and title."""
    return {}


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_keeps_nobody_out(
    tabs: dict[tuple[str, int], Any], address: str, ids: dict[str, object], titles: dict, name: str
) -> None:
    """Every kind of page in both languages, the one on a desk and the other in the hand, page by page in turn."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    path = PAGES[name].format_map(ids)
    in_hand, on_desk = ("zh", "en") if list(PAGES).index(name) % 2 else ("en", "zh")
    for language, width in ((in_hand, NARROW), (on_desk, WIDE)):
        page = tabs[language, width]
        assert page.goto(address + path).status == STATUS.get(name, 200)
        seen = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth, document.documentElement.lang, "
            "document.querySelectorAll('h1').length, document.title]"
        )
        wide, screen, spoken, heads, title = seen
        assert wide <= screen, f"{path} is {wide} pixels wide on a screen of {screen}"
        assert (spoken, heads) == ({"zh": "zh-Hans", "en": "en"}[language], 1)
        if name not in ("wrong-filter", "nowhere"):
            assert titles.setdefault((language, title), name) == name
        if width == NARROW or name in LOOKED_AT_WIDE:
            page.evaluate(axe.axe_script)
            found = page.evaluate(AXE, [LIKE_OTHERS])["violations"]
            assert [
                (fault["id"], fault["help"], [node["html"][:160] for node in fault["nodes"][:3]])
                for fault in found
            ] == []
        if os.environ.get("CI"):
            SHOTS.mkdir(parents=True, exist_ok=True)
            path_of = SHOTS / f"{name}-{language}-{width}.jpg"
            page.screenshot(path=path_of, type="jpeg", quality=70, full_page=width == WIDE)


def _contrast(colour: str, ground: str = "#f8fafb") -> float:
    """The contrast of two colours ("#rrggbb" or "rgb(r, g, b)") as WCAG counts it, from 1 to 21."""

    def luminance(written: str) -> float:
        numbers = re.findall(r"\d+", written)
        parts = bytes.fromhex(written[1:]) if written[0] == "#" else bytes(map(int, numbers[:3]))
        linear = [p / 255 / 12.92 if p <= 10 else ((p / 255 + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(colour), luminance(ground)))
    return (lighter + 0.05) / (darker + 0.05)


def test_a_reader_with_a_keyboard_skips_to_the_content_and_sees_where_she_is(
    tabs: dict[tuple[str, int], Any], address: str, ids: dict[str, object]
) -> None:
    page = tabs["en", NARROW]
    page.goto(f"{address}/nianbao/publishers/{ids['publisher']}")
    page.keyboard.press("Tab")
    first = page.locator(":focus")
    assert first.inner_text() == "Skip to the content"
    assert first.evaluate("element => getComputedStyle(element).clipPath") == "none"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    link = page.locator("main :focus, [role=main] :focus")
    style = link.evaluate(
        "element => (({color, outlineWidth}) => [color, outlineWidth])(getComputedStyle(element))"
    )
    assert _contrast(style[0]) >= 4.5
    assert style[1] == "2px"


def test_links_that_were_visited_can_be_read() -> None:
    """Browsers tell no page how a visited link looks."""
    styles = (ROOT / "static" / "site.css").read_text("utf-8")
    [colour] = re.findall(r"^a:visited \{\s*color: (#\w{6});", styles, re.MULTILINE)
    assert _contrast(colour) >= 4.5


def test_paper_shows_no_menus_and_nothing_moves_for_those_who_do_not_want_it(
    tabs: dict[tuple[str, int], Any], address: str
) -> None:
    page = tabs["zh", WIDE]
    page.goto(f"{address}/nianbao/about/cite")
    page.emulate_media(media="print", reduced_motion="reduce")
    assert not page.locator("header").is_visible()
    assert page.locator("h1").is_visible()
    moving = "document.body.style.animation = 'rotate-360 1s', getComputedStyle(document.body).animationName"
    assert page.evaluate(moving) == "none"
    page.emulate_media(media="screen", reduced_motion="no-preference")
