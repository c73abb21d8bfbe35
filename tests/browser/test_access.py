"""Pages for everybody: by keyboard, by screen reader, on a small screen, in both languages."""

import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
SHOTS = ROOT / "build" / "screenshots"  # kept by CI, in an ignored folder

PAGES = {
    "home": "/",
    "reports": "/nianbao/reports?_size=10",
    "report": "/nianbao/reports/{report}",
    "publisher": "/nianbao/publishers/{publisher}",
    "place": "/nianbao/places/990000",
    "outcome": "/nianbao/outcomes/refused_internal",
    "document": "/nianbao/documents/{document}",
    "search": "/nianbao/search?q=拆迁",
    "compare": "/nianbao/compare?report={report}&report={other}",
    "pictures": "/nianbao/pictures",
    "question": "/nianbao/refusal_grounds_by_year",
    "database": "/nianbao",
    "about": "/nianbao/about",
    "error": "/nianbao/nowhere",
}


@pytest.fixture(scope="module")
def ids(address: str) -> dict[str, object]:
    """A report, the same publisher's of another year, its publisher and its document."""
    import json
    from urllib.request import urlopen

    sql = (
        "select a.id as report, b.id as other, a.publisher_id as publisher, a.document_id as document from reports a "
        "join reports b on b.publisher_id = a.publisher_id and b.fiscal_year = a.fiscal_year - 1 "
        "where a.failed_checks > 0 and a.status = 'complete' order by a.id limit 1"
    )
    from urllib.parse import quote

    with urlopen(f"{address}/nianbao.json?_shape=array&sql={quote(sql)}") as answer:
        return json.load(answer)[0]


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 360)])
@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_keeps_nobody_out(
    chromium: Any, address: str, ids: dict[str, object], name: str, language: str, width: int
) -> None:
    """Wide pages are looked through on a phone, where they are hardest, and seen on a desk."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = chromium.new_page(viewport={"width": width, "height": 800})
    try:
        path = PAGES[name].format_map(ids)
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}_lang={language}")
        wide, screen = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= screen, f"{path} is {wide} pixels wide on a screen of {screen}"
        looked = width < 1000 or name in ("home", "pictures", "question")
        found = (
            axe.run(page, options={"resultTypes": ["violations"]}).response["violations"] if looked else []
        )
        serious = [
            (fault["id"], fault["help"], [node["html"][:160] for node in fault["nodes"][:3]])
            for fault in found
            if fault["impact"] in ("serious", "critical")
        ]
        if os.environ.get("CI"):
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{name}-{language}-{width}.png")
        assert serious == []
    finally:
        page.close()
