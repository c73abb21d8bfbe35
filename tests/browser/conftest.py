"""A real `datasette` process over the invented database, and the system's Chromium to look at it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from visitor import WIDTHS, Visit

ROOT = Path(__file__).parent.parent.parent
sys.path.append(str(ROOT / "tests" / "plugins"))


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site, served from a folder laid out as the project is, on a free port."""
    import invented

    folder = tmp_path_factory.mktemp("site")
    for name in ("plugins", "templates", "static", "metadata.json", "settings.json"):
        (folder / name).symlink_to(ROOT / name)
    invented.write(folder / "nianbao.db")
    served = subprocess.Popen(
        [sys.executable, "-m", "datasette", ".", "--port", "0"],
        cwd=folder,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        found = None
        while found is None:
            line = served.stderr.readline()
            assert line, "datasette ended before it served"
            found = re.search(r"running on (http://127\.0\.0\.1:\d+)", line)
        yield found[1]
    finally:
        served.terminate()
        served.wait()


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A headless Chromium; tests that need it are skipped where there is none.

    For one module only: while its driver lives, no other event loop can run in this process.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: the pages were not looked at in a browser")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def windows(chromium: Any) -> dict[int, Any]:
    """A window of each width, opened once: to open one takes longer than to load a page."""
    return {width: chromium.new_page(viewport={"width": width, "height": 900}) for width in WIDTHS}


@pytest.fixture(params=WIDTHS, ids=lambda width: f"{width}px")
def visit(request: pytest.FixtureRequest, windows: dict[int, Any], address: str) -> Iterator[Visit]:
    """A visitor with a wide screen, and one with a narrow one."""
    visitor = Visit(windows[request.param], address)
    yield visitor
    visitor.end()


@pytest.fixture
def visit_at_desk(windows: dict[int, Any], address: str) -> Iterator[Visit]:
    """A visitor with a wide screen."""
    visitor = Visit(windows[max(WIDTHS)], address)
    yield visitor
    visitor.end()
