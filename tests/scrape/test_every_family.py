"""What holds for every family of sites: each list is read to its end, each report kept, nothing else."""

import pytest
from local_sites import article, page, site_of

from sample.sites import SITES
from scrape.archive import read_archive
from scrape.exchange import Exchange
from scrape.families import FAMILIES, ListRequest
from scrape.source import Source

EVERY = sorted(SITES)
DECOYS = ("2024年政府网站工作年度报表", "关于做好2024年政府信息公开工作年度报告编制的通知")


def test_every_family_that_can_be_scraped_can_be_played() -> None:
    assert sorted(FAMILIES) == EVERY


@pytest.mark.parametrize("family", EVERY)
@pytest.mark.parametrize(
    ("reports", "page_size"),
    [(1, 5), (8, 5), (12, 5), (23, 2)],
    ids=["one-page", "full-pages", "some-pages", "many-pages"],
)
def test_every_report_on_every_page_is_archived_with_its_whole_title_and_date(
    bench, family: str, reports: int, page_size: int
) -> None:
    site = site_of(
        family,
        reports,
        page_size=page_size,
        decoys=[article(900 + n, title) for n, title in enumerate(DECOYS)],
    )
    sites = bench(site)
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, reports), outcome.err
    found = {d.title: (d.body, d.listed_on) for d in read_archive(sites.archive)}
    assert found == {a.title: (a.body, a.listed_on) for a in site.articles}


@pytest.mark.parametrize("family", EVERY)
def test_a_second_run_asks_for_the_list_again_and_for_no_report(bench, family: str) -> None:
    site = site_of(family, 6, page_size=5)
    sites = bench(site)
    assert sites.run().status == 0
    before = len(sites.served.requests)
    assert sites.run().first["unchanged"] == 6
    asked = {seen.path for seen in sites.served.requests[before:]}
    assert asked
    assert asked.isdisjoint("/" + a.path for a in site.articles)


@pytest.mark.parametrize("family", EVERY)
def test_a_report_that_appears_later_is_found_by_the_next_run(bench, family: str) -> None:
    site = site_of(family, 6, page_size=5)
    late = site.articles.pop()
    sites = bench(site)
    sites.run()
    site.articles.append(late)
    sites.served.update(site)
    assert sites.run().first["new"] == 1


@pytest.mark.parametrize("family", EVERY)
def test_a_file_attached_to_a_report_is_fetched_with_it(bench, family: str) -> None:
    wrapper = article(1, body=page("见附件", '<p><a href="./P020250115001.docx">附件.docx</a></p>'))
    wrapper.attachments["P020250115001.docx"] = b"PK\x03\x04 docx"
    sites = bench(site_of(family, articles=[wrapper]))
    assert sites.run().first["new"] == 2
    assert {d.body for d in read_archive(sites.archive)} == {wrapper.body, b"PK\x03\x04 docx"}


@pytest.mark.parametrize("family", EVERY)
def test_lists_in_gbk_that_call_themselves_gb2312_keep_their_rare_characters(bench, family: str) -> None:
    title = "镕堃镇2024年政府信息公开工作年度报告"
    sites = bench(site_of(family, charset="gb2312", articles=[article(1, title)]))
    assert sites.run().status == 0
    assert [document.title for document in read_archive(sites.archive)] == [title]


@pytest.mark.parametrize("family", EVERY)
def test_a_list_without_rows_is_an_error_and_never_nothing_new(bench, family: str) -> None:
    outcome = bench(site_of(family, articles=[])).run()
    assert outcome.status == 1
    assert outcome.first["last_result"] == "failed"


@pytest.mark.parametrize("family", EVERY)
@pytest.mark.parametrize(
    "body", [b"", b"{}", b"null", b"<html>", b"[1,2", b"\xff\xfe<a href=", b"<?xml ", b"var a={"]
)
def test_no_answer_makes_a_family_fail(family: str, body: bytes) -> None:
    address = "http://127.0.0.2/zfxxgk/zfxxgknb/"
    source = Source("example", "示例县", "990101", family, (address,), frozenset({"127.0.0.2"}))
    first = FAMILIES[family].start(address, source)
    for kind in ("text/html", "application/json"):
        answer = Exchange(address, "2025-01-01T00:00:00Z", 200, {"content-type": kind}, b"", b"", body)
        for asked in (first, ListRequest(first.request, 2, first.memory)):
            assert FAMILIES[family].read_list(asked, answer).rows == ()
        FAMILIES[family].recognise(answer)
        assert FAMILIES[family].attachments(answer) == ()
        assert FAMILIES[family].further_pages(answer) == ()
