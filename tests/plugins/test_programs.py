"""What programs rely on: the documented addresses, robots.txt, the sitemap, llms.txt, and the head of each page."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from datasette.app import Datasette
from lxml import etree
from serving import ROOT

from load.schema import TABLES, VIEWS

Rows = Callable[..., list[tuple]]
SITE = "http://localhost"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def _examples() -> Iterator[tuple[str, str, Any]]:
    """Address, type and fields of each example of docs/api.md."""
    text = (ROOT / "docs" / "api.md").read_text("utf-8")
    for block in re.findall(r"```http\n(.*?)```", text, re.DOTALL):
        found = re.fullmatch(r"GET (\S+)\n\n200 (\S+)\n(.*)", block, re.DOTALL)
        assert found, block
        yield found[1], found[2], json.loads(found[3]) if found[3].strip() else None


def _fields(shown: Any, answered: Any, at: str = "") -> Iterator[str]:
    """The fields of an example that an answer does not have."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            if not isinstance(answered, dict) or name not in answered:
                yield f"{at}.{name}"
            elif value is not None:
                yield from _fields(value, answered[name], f"{at}.{name}")
    elif isinstance(shown, list) and shown:
        if not answered:
            yield f"{at}[0]"
        else:
            yield from _fields(shown[0], answered[0], f"{at}[0]")


@pytest.mark.parametrize(("path", "kind", "shown"), list(_examples()), ids=lambda value: str(value)[:60])
async def test_every_documented_address_answers_as_documented(
    site: Datasette, rows: Rows, path: str, kind: str, shown: Any
) -> None:
    [(report, publisher)] = rows(
        "select id, publisher_id from reports where status = 'complete' and received_new > 0 order by id limit 1"
    )
    path = path.replace("{report}", str(report)).replace("{publisher}", str(publisher))
    answer = await site.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] in (kind, kind.replace("csv", "plain"))
    assert answer.content
    if shown is not None:
        assert list(_fields(shown, answer.json())) == []


def test_the_documentation_has_an_example_of_each_kind_of_address() -> None:
    told = {kind for _, kind, _ in _examples()}
    assert len(told) >= 8
    assert sum(shown is not None for *_, shown in _examples()) >= 7


async def test_mcp_is_off_unless_its_extra_is_installed(site: Datasette) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    everywhere = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert not [name for name in everywhere if "mcp" in name]
    if any(plugin["name"] == "datasette-mcp" for plugin in site._plugins()):
        pytest.skip("datasette-mcp is installed here: the extra mcp was asked for")
    assert (await site.client.post("/-/mcp", json={})).status_code == 404


# --- robots.txt -----------------------------------------------------------------------------------------


def _pattern(rule: str) -> re.Pattern[str]:
    """A path of robots.txt as RFC 9309 reads it."""
    return re.compile(re.escape(rule).replace(r"\*", ".*").replace(r"\$", "$"))


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/", True),
        ("/nianbao/reports/123", True),
        ("/nianbao/publishers/5?_lang=zh", True),
        ("/nianbao/places/990100", True),
        ("/nianbao/pictures/country", True),
        ("/nianbao/feeds/reports.atom", True),
        ("/llms.txt", True),
        ("/nianbao?sql=select+1", False),
        ("/nianbao?x=1&sql=select+1", False),
        ("/nianbao/reports?_facet=level", False),
        ("/nianbao/reports?level=county&_facet_sum=a:b", False),
        ("/nianbao/reports.csv?_stream=on", False),
        ("/nianbao/requests.xlsx", False),
        ("/nianbao.db", False),
        ("/nianbao/reports?_search=拆迁", False),
    ],
)
async def test_robots_may_read_pages_and_not_what_is_costly(site: Datasette, path: str, may: bool) -> None:
    lines = (await site.client.get("/robots.txt")).text.splitlines()
    refused = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    assert any(_pattern(rule).match(path) for rule in refused) is not may


async def test_robots_txt_can_be_read_and_names_the_sitemap(site: Datasette) -> None:
    answer = await site.client.get("/robots.txt")
    parser = RobotFileParser()
    parser.parse(answer.text.splitlines())
    assert parser.can_fetch("anybody", "http://localhost/nianbao/reports")
    [sitemap] = parser.site_maps() or []
    assert (await site.client.get(sitemap.removeprefix(SITE))).status_code == 200


# --- sitemap --------------------------------------------------------------------------------------------


async def _locations(site: Datasette, path: str) -> list[str]:
    answer = await site.client.get(path.removeprefix(SITE))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/xml")
    return [found.text or "" for found in etree.fromstring(answer.content).iter(f"{SITEMAP}loc")]


async def test_the_sitemap_names_every_report_publisher_and_place_once(site: Datasette, rows: Rows) -> None:
    parts = await _locations(site, "/sitemap.xml")
    pages = [page for part in parts for page in await _locations(site, part)]
    assert len(pages) == len(set(pages))
    assert all(page.startswith(f"{SITE}/") for page in pages)
    for table in ("reports", "publishers", "outcomes"):
        ids = {str(id) for (id,) in rows(f"select id from {table}")}
        assert {p.rpartition("/")[2] for p in pages if f"/nianbao/{table}/" in p} == ids
    codes = {code for (code,) in rows("select distinct region_code from publishers")}
    assert {p.rpartition("/")[2] for p in pages if "/places/" in p} == codes


async def test_every_page_of_the_sitemap_is_there(site: Datasette) -> None:
    parts = await _locations(site, "/sitemap.xml")
    for part in parts:
        pages = await _locations(site, part)
        for page in pages[::6] if "pages" in part else pages[:1]:
            assert (await site.client.get(page.removeprefix(SITE))).status_code == 200, page


async def test_a_long_part_of_the_sitemap_goes_on_in_the_next(
    site: Datasette, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = next(p for p in _modules() if p.__file__ == str(ROOT / "plugins" / "programs.py"))
    monkeypatch.setattr(module, "MOST_ADDRESSES", 7)
    monkeypatch.setattr(module, "_AT_ONCE", 3)
    parts = [part for part in await _locations(site, "/sitemap.xml") if "/reports-2024-" in part]
    of_year = [await _locations(site, part) for part in parts]
    assert {len(part) for part in of_year[:-1]} == {7}
    ids = [int(page.rpartition("/")[2]) for part in of_year for page in part]
    assert ids == [id for (id,) in rows("select id from reports where fiscal_year = 2024 order by id")]
    assert (await site.client.get("/sitemap/reports-2024-99.xml")).status_code == 404


def _modules() -> list[Any]:
    from datasette.plugins import pm

    return [plugin for plugin in pm.get_plugins() if getattr(plugin, "__file__", None)]


@pytest.mark.parametrize("name", ["nothing", "reports-1999-1", "publishers-0", "publishers-99", "pages-x"])
async def test_a_part_that_is_not_there_is_not_found(site: Datasette, name: str) -> None:
    assert (await site.client.get(f"/sitemap/{name}.xml")).status_code == 404


# --- llms.txt and the head ------------------------------------------------------------------------------


async def test_llms_txt_names_every_table_column_and_question(site: Datasette) -> None:
    answer = await site.client.get("/llms.txt")
    assert answer.text.startswith("# ")
    for table in (*TABLES, *VIEWS):
        assert f"`{table.name}`" in answer.text
        assert all(column.name in answer.text for column in table.columns)
    metadata = json.loads((ROOT / "metadata.json").read_text("utf-8"))
    assert all(f"`{name}`" in answer.text for name in metadata["databases"]["nianbao"]["queries"])


async def test_llms_txt_speaks_one_language(site: Datasette) -> None:
    han = re.compile(r"[\u3400-\u9fff]")
    english = (await site.client.get("/llms.txt")).text
    assert [line for line in english.splitlines() if han.search(line)] == []
    chinese = (await site.client.get("/llms.txt?_lang=zh")).text
    assert len(han.findall(chinese)) > 1000


async def test_a_page_names_its_address_and_that_in_each_language(site: Datasette) -> None:
    page = (await site.client.get("/nianbao/reports?level=county&_lang=zh")).text
    links = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page))
    plain = "http://localhost/nianbao/reports?level=county"
    assert f'<link rel="canonical" href="{plain}">' in page
    assert links == {
        "zh-Hans": f"{plain}&amp;_lang=zh",
        "en": f"{plain}&amp;_lang=en",
        "x-default": plain,
    }


async def test_a_page_that_is_not_there_names_no_address(site: Datasette) -> None:
    assert "canonical" not in (await site.client.get("/nianbao/nowhere")).text
