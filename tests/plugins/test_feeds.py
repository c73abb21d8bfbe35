"""Atom feeds: valid, in one language, with ids that stay, the newest first."""

import re
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from datasette.utils import tilde_encode
from lxml import etree

from plugins.publication import feeds
from plugins.publication.language import spoken

Rows = Callable[..., list[tuple]]
A, H = f"{{{feeds.ATOM}}}", f"{{{feeds.XHTML}}}"
PATHS = ("reports", "findings", "places/990100", "places/990102", "places/990000")
_HAN = re.compile(r"[\u3400-\u9fff]")


async def _feed(site: Datasette, name: str, asked: str = "?_lang=en") -> Any:
    answer = await site.client.get(f"/nianbao/feeds/{name}.atom{asked}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return etree.fromstring(answer.content)


def _reports(feed: Any) -> list[int]:
    """The reports of the entries, in their order."""
    links = [entry.find(f"{A}link[@rel='alternate']").get("href") for entry in feed.iter(f"{A}entry")]
    return [int(re.search(r"/reports/(\d+)", link)[1]) for link in links]


def _faults(feed: Any) -> list[str]:
    """What RFC 4287 asks for and the feed does not have."""
    found = []
    for place in (feed, *feed.iter(f"{A}entry")):
        for name in ("id", "title", "updated"):
            if len(place.findall(f"{A}{name}")) != 1 or not (place.find(f"{A}{name}").text or "").strip():
                found.append(f"{name} of {place.tag}")
        if not re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", place.find(f"{A}id").text):
            found.append("id is no IRI")
        for name in ("updated", "published"):
            for date in place.findall(f"{A}{name}"):
                if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", date.text):
                    found.append(f"{name} {date.text}")
                datetime.fromisoformat(date.text)
        alternates = place.findall(f"{A}link[@rel='alternate']")
        if len(alternates) != 1 or any(not one.get("href").startswith("http") for one in alternates):
            found.append("alternate")
        if place.find(f"{A}author") is None and feed.find(f"{A}author/{A}name") is None:
            found.append("author")
    if len(feed.findall(f"{A}link[@rel='self']")) != 1:
        found.append("self")
    ids = [one.text for one in feed.iter(f"{A}id")]
    if len(ids) != len(set(ids)):
        found.append("an id twice")
    for content in feed.iter(f"{A}content"):
        if content.get("type") != "xhtml" or [child.tag for child in content] != [f"{H}div"]:
            found.append("content")
    return found


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_feed_is_valid_atom(site: Datasette, name: str, language: str) -> None:
    feed = await _feed(site, name, f"?_lang={language}")
    assert _faults(feed) == []
    assert 0 < len(feed.findall(f"{A}entry")) <= feeds.MOST_ENTRIES


@pytest.mark.parametrize("name", PATHS)
async def test_a_feed_speaks_one_language_but_for_names(site: Datasette, name: str) -> None:
    english = await _feed(site, name)
    assert english.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    words = [text for content in english.iter(f"{A}content") for text in content.itertext()]
    assert [text for text in words if _HAN.search(text)] == []
    chinese = await _feed(site, name, "?_lang=zh")
    words = [text for content in chinese.iter(f"{A}content") for text in content.itertext()]
    assert [text for text in words if re.search(r"[A-Za-z]{3}", text)] == []


async def test_a_feed_links_to_itself_and_to_pages_that_are_there(site: Datasette) -> None:
    for name in PATHS:
        feed = await _feed(site, name)
        for link in [*feed.findall(f"{A}link"), feed.find(f"{A}entry").find(f"{A}link[@rel='alternate']")]:
            path = link.get("href").removeprefix("http://localhost").partition("#")[0]
            assert (await site.client.get(path)).status_code == 200, path


async def test_the_newest_come_first(site: Datasette, rows: Rows) -> None:
    feed = await _feed(site, "reports")
    newest = rows(
        "select r.id, coalesce(d.fetched_at, r.published_on || 'T00:00:00Z') from reports r "
        "join documents d on d.id = r.document_id order by d.fetched_at desc, r.published_on desc, r.id limit 50"
    )
    updated = [entry.find(f"{A}updated").text for entry in feed.iter(f"{A}entry")]
    assert list(zip(_reports(feed), updated, strict=True)) == newest
    assert feed.find(f"{A}updated").text == max(updated)


async def test_findings_are_the_reports_that_contradict_themselves(site: Datasette, rows: Rows) -> None:
    feed = await _feed(site, "findings")
    failing = {id for (id,) in rows("select distinct report_id from checks where verdict = 'source_error'")}
    assert set(_reports(feed)) <= failing
    for entry, report in zip(feed.iter(f"{A}entry"), _reports(feed), strict=True):
        [(checks,)] = rows(
            "select count(*) from checks where report_id = ? and verdict = 'source_error'", report
        )
        assert f"{checks} failed" in entry.find(f"{A}title").text
        assert len(list(entry.iter(f"{H}li"))) == min(checks, feeds.MOST_FINDINGS)


async def test_the_feed_of_a_publisher_has_its_reports(site: Datasette, rows: Rows) -> None:
    [(publisher, name)] = rows("select id, name from publishers order by id limit 1")
    feed = await _feed(site, f"publishers/{publisher}")
    assert _faults(feed) == []
    assert feed.find(f"{A}title").text == name
    assert set(_reports(feed)) == {
        id for (id,) in rows("select id from reports where publisher_id = ?", publisher)
    }


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ("990000", "province = '示例省'"),
        (tilde_encode("示例省"), "province = '示例省'"),
        ("990100", "region_code like '9901%'"),
        ("990102", "region_code = '990102'"),
    ],
)
async def test_the_feed_of_a_place_has_the_reports_of_all_below_it(
    site: Datasette, rows: Rows, place: str, where: str
) -> None:
    reports = _reports(await _feed(site, f"places/{place}"))
    within = {id for (id,) in rows(f"select id from reports where {where}")}
    assert set(reports) <= within
    assert len(reports) == min(len(within), feeds.MOST_ENTRIES)


async def test_ids_depend_on_what_an_entry_is_about_alone(site: Datasette) -> None:
    english, chinese = await _feed(site, "reports"), await _feed(site, "reports", "?_lang=zh")

    def ids(feed: Any) -> list[str]:
        return [entry.find(f"{A}id").text for entry in feed.iter(f"{A}entry")]

    assert ids(english) == ids(chinese)
    assert english.find(f"{A}id").text != chinese.find(f"{A}id").text
    assert feeds.id_of("reports/1") == "urn:uuid:679ef85f-d59f-521e-b4bb-4a970125b069"
    assert not set(ids(english)) & set(ids(await _feed(site, "findings")))


@pytest.mark.parametrize(
    "path", ["publishers/1", "places/110199", "places/nowhere", "nothing", "publishers/12345678901234567"]
)
async def test_a_feed_of_nothing_is_not_found(site: Datasette, path: str) -> None:
    assert (await site.client.get(f"/nianbao/feeds/{path}.atom")).status_code == 404
    assert (await site.client.get(f"/other/feeds/{path}.atom")).status_code == 404


async def test_pages_name_their_feeds(site: Datasette, rows: Rows) -> None:
    [(publisher,)] = rows("select id from publishers order by id limit 1")
    for path, feed in (
        ("/", "reports"),
        ("/nianbao/checks", "findings"),
        (f"/nianbao/publishers/{publisher}", f"publishers/{publisher}"),
        ("/nianbao/places/990100", "places/990100"),
    ):
        page = (await site.client.get(f"{path}?_lang=zh")).text
        links = re.findall(
            r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="([^"]+)"', page
        )
        assert f"/nianbao/feeds/{feed}.atom?_lang=zh" in links
        for link in links:
            assert (await site.client.get(link)).status_code == 200


_REPORT = {
    "id": 7,
    "publisher_id": 1,
    "publisher": "某局",
    "fiscal_year": 2024,
    "title": "报告",
    "province": None,
    "published_on": None,
    "source_url": None,
    "status": "complete",
    "form_version": None,
    "failed_checks": 0,
    "doubts": 0,
    "fetched_at": None,
    **dict.fromkeys(feeds.FIGURES),
}


@pytest.mark.parametrize(
    ("changes", "when"),
    [
        ({"fetched_at": "2025-04-01T08:00:00Z", "published_on": "2025-01-10"}, "2025-04-01T08:00:00Z"),
        ({"published_on": "2025-01-10"}, "2025-01-10T00:00:00Z"),
        ({}, "2025-01-01T00:00:00Z"),
        ({"fiscal_year": None}, "1970-01-01T00:00:00Z"),
    ],
)
def test_an_entry_is_of_the_time_of_fetching_else_of_publication(changes: dict[str, Any], when: str) -> None:
    assert feeds.updated(_REPORT | changes) == when


def _made(*rows: dict[str, Any]) -> Any:
    with spoken("en", "/", ""):
        feed = feeds.Feed(
            "t",
            "t",
            "t",
            "http://a.example/f",
            "http://a.example/",
            "http://a.example/",
            "http://a.example/{}".format,
        )
        return etree.fromstring(feeds.atom(feed, rows))


def test_a_blank_figure_is_called_blank_and_a_zero_is_zero() -> None:
    items = [li.text for li in _made(_REPORT | {"granted": 0}).iter(f"{H}li")]
    assert "Granted: 0" in items
    assert "Refused: – (blank)" in items


def test_a_name_that_xml_forbids_or_would_read_as_its_own_is_kept_as_text() -> None:
    feed = _made(_REPORT | {"title": "a\x00b\x0b<script>&amp;\ufffe", "source_url": "javascript:x"})
    assert feed.find(f"{A}entry/{A}title").text == "ab<script>&amp;"
    assert feed.find(f"{A}entry/{A}link[@rel='via']") is None
    assert _faults(feed) == []


def test_a_feed_of_no_report_is_valid_too() -> None:
    assert _faults(_made()) == []


def test_the_newest_findings_are_found_without_reading_every_report(sample_database: Path) -> None:
    connection = sqlite3.connect(f"file:{sample_database}?mode=ro", uri=True)
    for sql in (feeds.NEW_REPORTS, feeds.NEW_FINDINGS, feeds.OF_PUBLISHER, feeds.OF_PROVINCE, feeds.OF_CODES):
        asked = {"publisher": 1, "province": "示例省", "from": "990100", "to": "990199"}
        plan = " ".join(row[3] for row in connection.execute(f"explain query plan {sql}", asked))
        assert not re.search(r"SCAN (r|reports)\b", plan), plan
    connection.close()


async def test_a_feed_is_offered_by_name_where_it_is_of_use(site: Datasette, rows: Rows) -> None:
    async def offered(path: str) -> list[tuple[str, str]]:
        page = (await site.client.get(f"{path}?_lang=en")).text
        return re.findall(r'<a href="([^"?]+)[^"]*" type="application/atom\+xml">([^<]+)</a>', page)

    [(publisher,)] = rows("select id from publishers limit 1")
    start = "/nianbao/feeds"
    assert await offered("/") == [
        (f"{start}/reports.atom", "New reports"),
        (f"{start}/findings.atom", "New findings"),
    ]
    for page, name in ((f"publishers/{publisher}", "publisher"), ("places/990100", "place")):
        assert await offered(f"/nianbao/{page}") == [(f"{start}/{page}.atom", f"Reports of this {name}")]
