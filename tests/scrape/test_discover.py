"""From a bare address to a source file: the walk to the column, what it believes, and how far it says it came."""

import contextlib
import json
import re
import socket
import threading
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from local_sites import COLUMN, Bench, article, command, page, site_of, trs_site
from warcio.archiveiterator import ArchiveIterator

from sample.sites import SITES
from sample.sites.portal import Portal
from sample.sites.server import Answer, Site
from sample.sites.years import YearsSite
from scrape.archive import read_archive
from scrape.discovery.draft import draft
from scrape.discovery.leads import Lead, Rank, leads, rank_of
from scrape.discovery.site_tags import SiteTags, Told
from scrape.discovery.trial import MOST_REQUESTS, Column, Trial
from scrape.exchange import Exchange
from scrape.families import Clue, ListedReport
from scrape.source import read_source, source_of

CODE = "9901010001"
LIST = "https://www.example.gov.cn/zfxxgk/zfxxgknb/"
HTML = {"Content-Type": "text/html; charset=utf-8"}
CHALLENGE = Answer(412, b"<html><script>$_ts=window['$_ts']</script></html>", HTML)


@dataclass
class Found:
    """What discover printed."""

    status: int
    out: str
    err: str

    @property
    def keys(self) -> dict[str, Any]:
        return tomllib.loads(self.out)


def discover(bench: Bench, site: Site, path: str = "", *options: str) -> Found:
    known = bench.archive.parent / "known"  # else all registered sources are read each time
    known.mkdir(exist_ok=True)
    words = [f"{bench.served.base_url(site)}{path}", "--allow-local", "--delay", "0", "--sources", str(known)]
    outcome = command("discover", *words, *options)
    return Found(outcome.status, outcome.out, outcome.err)


def asked(bench: Bench, number: int) -> list[str]:
    """What the sites were asked, as soon as they have written down so many requests: they do so afterwards."""
    for _ in range(200):
        if len(bench.served.requests) >= number:
            break
        time.sleep(0.01)
    return bench.asked()


def portal(*faults: str, code: str = CODE) -> Portal:
    return Portal(code, frozenset(faults))


def answered(html: str, url: str = "https://www.example.gov.cn/") -> Exchange:
    return Exchange(url, "2025-01-01T00:00:00Z", 200, {"content-type": "text/html"}, b"", b"", html.encode())


@pytest.mark.parametrize("family", sorted(SITES))
def test_the_file_that_discover_prints_makes_a_run_find_every_report(
    bench, family: str, tmp_path: Path
) -> None:
    site = site_of(family, 6, page_size=5, portal=portal())
    sites = bench(site)
    found = discover(sites, site)
    assert found.status == 0, found.err
    assert found.keys["family"] == family
    assert found.keys["region"] == "990101"
    sites.files = [tmp_path / "found.toml"]
    sites.files[0].write_text(found.out, "utf-8")
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 6), outcome.err
    assert {d.title for d in read_archive(sites.archive)} == {a.title for a in site.articles}


def test_a_portal_in_gbk_is_read_as_any_other(bench) -> None:
    site = trs_site(3, charset="gb2312", portal=portal("code_in_footer"))
    assert discover(bench(site), site).keys["region"] == "990101"


def test_the_way_leads_over_the_platform_and_asks_no_page_twice_and_no_dead_link(bench) -> None:
    site = trs_site(20, portal=portal())
    sites = bench(site)
    assert discover(sites, site).status == 0
    way = ["/robots.txt", "/", "/zwgk/zfxxgk/", f"/{COLUMN}/", f"/{COLUMN}/index_1.html"]
    assert asked(sites, 6) == [*way, f"/{site.rows[0].path}"]


def test_the_file_says_what_is_sure_and_what_it_rests_on(bench) -> None:
    site = trs_site(20, portal=portal())
    found = discover(bench(site), site)
    assert found.keys["title"] == "示例县人民政府"
    assert found.keys["verified"] is False
    assert found.keys["expect_at_least"] == 10
    assert "20 reports in 20 rows" in found.keys["note"]
    assert "# sure: SiteIDCode of the home page says 990101" in found.out
    assert "# sure: a second page was read" in found.out
    assert "# not sure: half of the 20" in found.out


def test_the_column_itself_may_be_given(bench) -> None:
    site = trs_site(3, portal=portal())
    sites = bench(site)
    found = discover(sites, site, site.list_address)
    assert (found.status, found.keys["list"]) == (0, [sites.served.list_url(site)])
    assert "the home page says 990101" in found.out, "read for its tags"


@pytest.mark.parametrize("family", sorted(SITES))
def test_the_column_of_any_family_may_be_given_as_a_person_sees_its_address(bench, family: str) -> None:
    site = site_of(family, 8, page_size=5, portal=portal())
    sites = bench(site)
    found = discover(sites, site, site.list_address)
    assert (found.status, found.keys["family"]) == (0, family), found.err
    assert not [path for path in sites.asked() if path.startswith("/zwgk/")]


def test_any_page_of_the_site_may_be_given(bench) -> None:
    site = trs_site(3, portal=portal())
    found = discover(bench(site), site, "/zfxxgk/zfxxgkzn/")
    assert found.status == 0


def test_an_address_without_a_scheme_is_tried_with_both(bench) -> None:
    site = trs_site(3, portal=portal())
    sites = bench(site)
    address = sites.served.base_url(site).removeprefix("http://")
    outcome = command("discover", address, "--allow-local", "--delay", "0")
    assert outcome.status == 0
    assert tomllib.loads(outcome.out)["list"] == [sites.served.list_url(site)]


@pytest.mark.parametrize(
    "fault", ["straight", "script_links", "picture_links", "frame", "map", "duplicate_tags"]
)
def test_the_column_is_found_however_its_link_is_written(bench, fault: str) -> None:
    site = trs_site(3, portal=portal(fault))
    sites = bench(site)
    found = discover(sites, site)
    assert (found.status, found.keys["list"]) == (0, [sites.served.list_url(site)]), found.err


def test_a_column_that_nothing_links_is_found_at_a_standard_address(bench) -> None:
    site = trs_site(3, portal=portal("no_links"))
    sites = bench(site)
    found = discover(sites, site)
    assert found.status == 0, found.err
    assert f"{sites.served.list_url(site)} (a standard address): read" in found.err
    assert not [path for path in sites.asked() if path.startswith("/dead/")]


@pytest.mark.parametrize(
    "moved",
    [
        Answer(302, b"", {"Location": "/portal/index.html"}),
        Answer(200, b'<html><meta http-equiv="refresh" content="0;url=/portal/index.html"></html>', HTML),
        Answer(200, b"<html><script>window.location.href='/portal/index.html';</script></html>", HTML),
    ],
)
def test_a_home_page_that_redirects_is_followed(bench, moved: Answer) -> None:
    site = trs_site(3, portal=portal("moved_home"), answers={"/": moved})
    found = discover(bench(site), site)
    assert found.status == 0, found.err


def test_a_home_page_that_redirects_to_another_domain_is_told_and_not_followed(bench) -> None:
    moved = Answer(301, b"", {"Location": "http://127.0.0.99/"})
    site = trs_site(3, answers={"/": moved})
    found = discover(bench(site), site)
    assert (found.status, found.out) == (1, "")
    assert "127.0.0.99" in found.err
    assert "run discover on that address" in found.err


@pytest.mark.parametrize("fault", ["template_meta", "wrong_site_name"])
def test_tags_that_cannot_be_believed_give_way_to_the_page_title(bench, fault: str) -> None:
    site = trs_site(3, portal=portal(fault))
    found = discover(bench(site), site)
    assert found.keys["title"] == "示例县人民政府"
    assert "网站名称" not in found.out
    assert ("另一样例市” , of which".replace(" ", "") in found.out.replace(" ", "")) == (
        fault == "wrong_site_name"
    )


def test_a_site_domain_of_another_site_is_told(bench) -> None:
    site = trs_site(3, portal=portal("another_domain"))
    assert "SiteDomain of the home page is www.example.gov.cn, though" in discover(bench(site), site).out


def test_a_code_in_the_footer_gives_the_region_where_no_tag_does(bench) -> None:
    site = trs_site(3, portal=portal("code_in_footer"))
    found = discover(bench(site), site)
    assert (found.status, found.keys["region"]) == (0, "990101")
    assert "网站标识码 in the footer of the home page says 990101" in found.out


def test_a_code_of_twelve_digits_is_no_code(bench) -> None:
    site = trs_site(3, portal=portal("long_code"))
    found = discover(bench(site), site)
    assert found.status == 1
    assert "region" not in found.keys
    assert "has 网站标识码 990101000144" in found.out


def test_two_codes_that_disagree_are_both_told(bench) -> None:
    site = trs_site(3, portal=portal("duplicate_tags"))
    found = discover(bench(site), site)
    assert found.keys["region"] == "990101"
    assert "# not sure: but SiteIDCode of the home page says 990201" in found.out


@pytest.mark.parametrize("code", ["", "bm17000009", "0000000000"])
def test_without_a_region_the_file_is_complete_but_for_that_key_and_the_status_says_so(
    bench, code: str, tmp_path: Path
) -> None:
    site = trs_site(3, portal=portal(code=code))
    found = discover(bench(site), site)
    assert found.status == 1
    assert "no page says which region" in found.err
    path = tmp_path / "found.toml"
    path.write_text(found.out.replace('# region = "……"', 'region = "990101"'), "utf-8")
    assert read_source(path).region == "990101"


def test_an_index_number_gives_the_region_where_no_code_does(bench) -> None:
    title = "示例县2024年政府信息公开工作年度报告"
    number = "11990101MB2C91453"
    body = page(title, f"<table><tr><td>索引号</td><td>{number}{{}}/2025-00271</td></tr></table>").decode()
    told = [body.replace("{}", last) for last in "0123456789ABCDEFGHJKLMNPQRTUWXY"]
    site = trs_site(
        articles=[article(n, title, body=html.encode()) for n, html in enumerate(told)],
        portal=portal(code=""),
    )
    tags = SiteTags()
    for html in told:
        tags.add(answered(html), "a report's page")
    assert [one.value for one in tags.regions()] == ["990101"], "one check character of 31 is right"
    site.articles = [a for a in site.articles if tags.divisions[0].where.split()[1].encode() in a.body]
    found = discover(bench(site), site)
    assert (found.status, found.keys["region"]) == (0, "990101")


def test_a_registered_source_of_the_host_gives_the_region_and_keeps_its_name(bench, tmp_path: Path) -> None:
    site = trs_site(3, "127-0-0-2", portal=portal())
    sites = bench(site)
    folder = tmp_path / "sources"
    known = folder / "127-0-0-2.toml"
    known.write_text(known.read_text("utf-8").replace("990101", "990300"), "utf-8")
    found = discover(sites, site, "", "--sources", str(folder))
    assert (found.keys["name"], found.keys["region"]) == ("127-0-0-2-2", "990300")
    assert "but SiteIDCode of the home page says 990101" in found.out


def test_a_column_whose_second_page_is_missing_is_not_sure(bench) -> None:
    site = trs_site(20, portal=portal())
    site.answers[f"/{COLUMN}/index_1.html"] = Answer(404)
    found = discover(bench(site), site)
    assert found.status == 0
    assert "# not sure: BUT its second page could not be read" in found.out


def test_a_mixed_column_is_taken_only_if_its_name_says_what_it_is(bench) -> None:
    others = [article(100 + n, f"示例县第{n}号通知公告") for n in range(9)]
    site = trs_site(2, decoys=others, portal=portal("no_links"))
    assert discover(bench(site), site).status == 0, "second best, at a standard address"
    site = trs_site(2, "other", decoys=others, portal=portal("straight"))
    found = discover(bench(site), site)
    assert found.status == 0
    assert "# not sure: 2 annual reports in 11 rows read" in found.out


def test_lists_of_years_become_sublists(bench, tmp_path: Path) -> None:
    articles = [article(n) for n in range(4)]
    old = article(7, "示例县2022年政府信息公开工作年度报告")
    old.listed_on, old.path = "2023-01-20", f"{COLUMN}/202301/t20230120_77.html"
    site = YearsSite("example", "示例县人民政府", "990101", COLUMN, [*articles, old], portal=portal())
    sites = bench(site)
    found = discover(sites, site)
    assert (found.status, found.keys["list"]) == (0, [sites.served.list_url(site)]), found.err
    sites.files = [tmp_path / "found.toml"]
    sites.files[0].write_text(found.out, "utf-8")
    outcome = sites.run()
    assert (outcome.status, outcome.first["reports"]) == (0, 5), outcome.err


@pytest.mark.parametrize("years", [False, True])
def test_lists_of_offices_become_sublists_also_below_those_of_years(
    bench, tmp_path: Path, years: bool
) -> None:
    offices = "".join(
        f'<li><a href="./{path}/">{name}</a></li>'
        for path, name in (("bm", "县政府部门"), ("xz", "乡镇（街道）"), ("zn", "政府信息公开指南"))
    )
    entry = f"/{COLUMN}/2024/" if years else f"/{COLUMN}/"
    site = trs_site(3, answers={entry: Answer(200, offices.encode(), HTML)}, portal=portal())
    site.column = f"{entry.strip('/')}/bm"
    if years:
        site.answers[f"/{COLUMN}/"] = Answer(200, '<a href="./2024/">2024年</a>'.encode(), HTML)
    sites = bench(site)
    found = discover(sites, site, f"/{COLUMN}/")
    assert (found.status, found.keys["list"]) == (0, [f"{sites.served.base_url(site)}/{COLUMN}/"]), found.err
    pattern = re.compile(found.keys["sublists"])
    assert pattern.fullmatch("县政府部门")
    assert pattern.fullmatch("乡镇（街道）")
    assert bool(pattern.fullmatch("2019年")) == years
    assert not pattern.fullmatch("政府信息公开指南")
    sites.files = [tmp_path / "found.toml"]
    sites.files[0].write_text(found.out, "utf-8")
    outcome = sites.run()
    assert outcome.first["reports"] == 3, outcome.err


def test_a_site_with_nothing_is_told_how_far_it_came_and_prints_no_file(bench) -> None:
    site = trs_site(articles=[], portal=portal())
    site.column = "elsewhere"
    sites = bench(site)
    found = discover(sites, site)
    assert (found.status, found.out) == (1, "")
    last = found.err.splitlines()[-1]
    assert last.startswith(
        f"nianbao scrape: No column of annual reports was found at {sites.served.base_url(site)}"
    )
    assert "Pages read: 4, links found that may lead on: 3; none held reports." in last
    assert len(sites.served.requests) <= MOST_REQUESTS


def test_news_of_one_report_does_not_make_the_home_page_the_column(bench) -> None:
    site = trs_site(3, portal=portal("no_links"))
    site.column = "hidden"
    rows = "".join(f'<li><a href="/xw/202501/t20250115_{n}.html">示例新闻第{n}条</a></li>' for n in range(9))
    rows += f'<li><a href="/{site.articles[0].path}">{site.articles[0].title}</a></li>'
    home = f"<html><title>示例县人民政府</title><ul>{rows}</ul><p>{'示例。' * 200}</p></html>".encode()
    site.answers["/"] = Answer(200, home, HTML)
    found = discover(bench(site), site)
    assert (found.status, found.out) == (1, "")


@pytest.mark.parametrize("path", ["/", "/zwgk/zfxxgk/"])
def test_after_two_challenges_the_site_is_left_alone(bench, path: str) -> None:
    site = trs_site(3, portal=portal(), answers={path: CHALLENGE, "/zwgk/zfxxgk/zfxxgknb/": CHALLENGE})
    sites = bench(site)
    found = discover(sites, site)
    assert (found.status, found.out) == (1, "")
    assert "challenge (412)" in found.err.splitlines()[-1]
    assert asked(sites, 3)[-2:] == [path, "/zwgk/zfxxgk/zfxxgknb/"]


@pytest.mark.parametrize("answer", [Answer(503), Answer(drop=True)])
def test_a_site_that_does_not_answer_is_not_asked_for_standard_addresses(bench, answer: Answer) -> None:
    site = trs_site(3, portal=portal(), answers={"/": answer})
    sites = bench(site)
    found = discover(sites, site)
    assert (found.status, found.out) == (1, "")
    assert "Not even its first page could be read" in found.err.splitlines()[-1]
    assert {*sites.asked()} <= {"/robots.txt", "/"}


def test_a_home_page_that_is_none_leaves_the_standard_addresses(bench) -> None:
    site = trs_site(3, portal=portal(), answers={"/": Answer(404)})
    found = discover(bench(site), site)
    assert found.keys["family"] == "trs"


def test_what_robots_txt_forbids_is_not_asked(bench) -> None:
    rules = Answer(200, b"User-agent: *\nDisallow: /", {"Content-Type": "text/plain"})
    site = trs_site(3, portal=portal(), answers={"/robots.txt": rules})
    sites = bench(site)
    found = discover(sites, site)
    assert (found.status, asked(sites, 1)) == (1, ["/robots.txt"])
    assert "robots.txt forbids" in found.err.splitlines()[-1]


def test_a_column_on_another_site_is_named_and_not_visited(bench) -> None:
    site = trs_site(3, portal=portal("no_links"))
    site.column = "hidden"
    words = "示例县地处平原。" * 100
    home = f'<html><a href="http://127.0.0.77/zfxxgknb/">政府信息公开年报</a><p>{words}</p></html>'.encode()
    site.answers["/"] = Answer(200, home, HTML)
    found = discover(bench(site), site)
    assert found.status == 1
    assert "On another site: http://127.0.0.77/zfxxgknb/" in found.err.splitlines()[-1]


def test_a_site_without_https_is_told_so(bench) -> None:
    site = trs_site(3)
    address = bench(site).served.base_url(site).replace("http:", "https:")
    outcome = command("discover", address, "--allow-local", "--delay", "0")
    assert outcome.status == 1
    assert "try http://" in outcome.err


def test_a_server_of_outdated_tls_is_told_with_the_option_that_may_help() -> None:
    alert = bytes.fromhex("15030100020228")  # handshake_failure, as servers of another decade answer
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            with contextlib.suppress(OSError):
                while True:
                    line, _ = server.accept()
                    with line:
                        line.recv(4096)
                        line.sendall(alert)

        threading.Thread(target=refuse, daemon=True).start()
        address = f"https://127.0.0.1:{server.getsockname()[1]}/"
        outcome = command("discover", address, "--allow-local", "--delay", "0")
        server.shutdown(socket.SHUT_RDWR)
    assert outcome.status == 1
    assert "--old-tls" in outcome.err


def test_old_tls_once_allowed_is_written_into_the_file(bench) -> None:
    site = trs_site(3, portal=portal())
    assert discover(bench(site), site, "", "--old-tls").keys["tls"] == "old"


def test_hosts_that_the_rows_lead_to_are_written_down_or_told(tmp_path: Path) -> None:
    hosts = ("www.example.gov.cn", "bm.example.gov.cn", "www.example.cn")
    rows = tuple(ListedReport(f"https://{host}/1.html", "甲年报") for host in hosts)
    asked = ("www.example.gov.cn", "api.example.gov.cn")
    column = Column(LIST, Trial("trs", Clue(2, "it looks so", LIST), rows, rows, hosts=asked))
    written = draft(
        column, SiteTags(codes=[Told(CODE, "here")]), (), day="2025-02-01", old_tls=False
    ).to_toml("x")
    path = tmp_path / "found.toml"
    path.write_text(written, "utf-8")
    assert read_source(path).hosts == {"www.example.gov.cn", "bm.example.gov.cn", "api.example.gov.cn"}
    assert "not sure: reports are also on www.example.cn" in written


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.hebei.gov.cn", "hebei"),
        ("zwgk.changchun.gov.cn", "changchun"),
        ("wsb.sh.gov.cn", "sh-wsb"),
        ("www.mee.gov.cn", "mee"),
        ("61.150.65.235", "61-150-65-235"),
        ("xn--fiq.cn", "xn-fiq"),
    ],
)
def test_a_source_is_named_after_its_host(host: str, name: str) -> None:
    address = f"http://{host}/nb/"
    column = Column(address, Trial("trs", Clue(2, "", address)))
    assert draft(column, SiteTags(), (), day="2025-02-01", old_tls=False).entries[0].value == name


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text(), st.text(), st.one_of(st.none(), st.text(min_size=1)))
def test_whatever_a_site_says_the_file_is_valid(
    title: str, because: str, doubt: str, option: str | None
) -> None:
    clue = Clue(3, because, LIST, {"link": option} if option else {})
    tags = SiteTags(names=[Told(title, doubt)], codes=[Told(CODE, because)], doubts=[doubt])
    written = draft(
        Column(LIST, Trial("static", clue), None, (doubt,)), tags, (), day="2025-02-01", old_tls=True
    )
    assert source_of(tomllib.loads(written.to_toml(title)), "the file").region == "990101"


def test_every_answer_goes_into_the_archive_if_one_is_named_and_no_later_run_takes_it_for_a_report(
    bench,
) -> None:
    site = trs_site(3, portal=portal())
    sites = bench(site)
    assert discover(sites, site, "", "--archive", str(sites.archive)).status == 0
    with (sites.archive / "discovery.warc.gz").open("rb") as file:
        kept = [r.rec_headers["WARC-Target-URI"] for r in ArchiveIterator(file) if r.rec_type == "response"]
    base = sites.served.base_url(site)
    assert sorted(kept) == sorted(f"{base}{path}" for path in asked(sites, len(kept)))
    assert list(read_archive(sites.archive)) == []
    assert sites.run().first["new"] == 3


def test_for_machines_all_of_it_is_one_object(bench) -> None:
    site = trs_site(3, portal=portal())
    told = json.loads(discover(bench(site), site, "", "--json").out)
    assert told["source"]["family"] == "trs"
    assert told["failure"] is None
    assert told["sure"]["region"]
    assert told["steps"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["not an address"], "is no web address"),
        (["ftp://www.example.gov.cn"], "is no web address"),
        (["https://www.example.gov.cn"], "--contact"),
        (["https://www.example.gov.cn", "--delay", "0", "--contact", "a@example.org"], "shorter than 2 s"),
    ],
)
def test_mistakes_are_one_sentence(words: list[str], expected: str) -> None:
    local = ["--allow-local"] if expected == "is no web address" else []
    outcome = command("discover", *words, *local)
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert expected in outcome.err


@pytest.mark.parametrize(
    ("words", "rank"),
    [
        ("政府信息\n 公开年报", Rank.COLUMN),
        ("政府信息公开工作年度报告", Rank.COLUMN),
        ("示例县人民政府信息公开年报", Rank.COLUMN),
        ("信息公开年度报告专栏", Rank.COLUMN),
        ("年报", Rank.SHORT_NAME),
        ("年度报告", Rank.SHORT_NAME),
        ("公开年报", Rank.SHORT_NAME),
        ("政府信息公开", Rank.PLATFORM),
        ("2023年度报告", Rank.YEAR),
        ("2023年年报", Rank.YEAR),
        ("2023年政府信息公开年度报告", Rank.YEAR),
        ("法定主动公开内容", Rank.SECTION),
        ("政务公开", Rank.SECTION),
        ("政府信息公开指南", None),
        ("政府信息公开制度", None),
        ("依申请公开", None),
        ("法治政府建设年度报告", None),
        ("政府网站工作年度报表", None),
        ("企业年报", None),
        ("关于做好政府信息公开年度报告的通知", None),
        ("", None),
    ],
)
def test_links_are_ranked_by_their_words(words: str, rank: Rank | None) -> None:
    assert rank_of(words) == rank


def test_maps_and_frames_and_scripts_lead_on_as_links_do() -> None:
    html = """<area href="/map/" alt="政府信息公开年报"><span onclick="window.open('/script/')">年报</span>
    <a href="javascript:goTo('/call/')">年度报告</a><a href="#" onclick="location='/on/'">公开年报</a>
    <frameset><frame src="/frame/"></frameset>"""
    found = leads(answered(html), Lead("https://www.example.gov.cn/", Rank.HOME, ""))
    assert {urlsplit(lead.url).path for lead in found} == {"/map/", "/script/", "/call/", "/on/", "/frame/"}


def test_links_in_comments_are_dead_however_the_comments_are_nested_and_broken() -> None:
    link = '<a href="/{}/">政府信息<br>公开年报</a>'
    html = (
        f"<!-- <!-- {link.format(1)} -- > {link.format(2)} --> {link.format(3)}<!--p>{link.format(4)}</p-->"
    )
    found = leads(answered(html), Lead("https://www.example.gov.cn/", Rank.HOME, ""))
    assert [lead.url for lead in found] == ["https://www.example.gov.cn/3/"]


def test_a_category_behind_the_hash_stays_with_its_address() -> None:
    html = '<a href="/gkmlpt/index#1234">政府信息公开年报</a>'
    found = leads(answered(html), Lead("https://www.example.gov.cn/", Rank.HOME, ""))
    assert [(lead.url, lead.fragment) for lead in found] == [
        ("https://www.example.gov.cn/gkmlpt/index", "1234")
    ]


@pytest.mark.parametrize(
    "html", ["", "<a", "<meta name=SiteName>", "<a href='http://[::1'>年报</a>", "\x00<iframe src="]
)
def test_no_page_makes_it_fail(html: str) -> None:
    leads(answered(html), Lead("https://www.example.gov.cn/", Rank.HOME, ""))
    SiteTags().add(answered(html), "a page")
