"""No report of a list is lost in silence: odd addresses, titles, pagers, lists that are reports, lists without any."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from local_sites import Outcome, command, page
from raw_server import RawServer, Reply, head, raw_server

from sample.sites.server import _toml
from scrape.addresses import absolute
from scrape.archive import read_archive

PAGER = '<script>createPageHTML(2,0,"index","html")</script>'

Scraped = Callable[..., Outcome]


def title(number: int) -> str:
    return f"示例县第{number}局2024年政府信息公开工作年度报告"


def answer(body: str | bytes, kind: str = "text/html; charset=utf-8") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    lines = (f"Content-Length: {len(content)}", "Connection: keep-alive", f"Content-Type: {kind}")
    return head(*lines) + content


def a_list(*rows: tuple[str, str], more: str = "") -> bytes:
    written = "".join(f'<li><a href="{href}">{text}</a><span>2025-01-15</span></li>' for href, text in rows)
    return answer(page("政府信息公开年报", f"<ul>{written}</ul>{more}"))


def reports(*numbers: int, folder: str = "/nb") -> dict[str, Reply | list[Reply]]:
    return {f"{folder}/t20250101_{number}.html": answer(page(title(number))) for number in numbers}


def row(number: int) -> tuple[str, str]:
    return f"t20250101_{number}.html", title(number)


@pytest.fixture
def scraped(tmp_path: Path) -> Scraped:
    """Runs a source at a server; further keys go into the source file."""

    def run(server: RawServer, *options: str, **keys: object) -> Outcome:
        known = {"name": "raw", "region": "990101", "family": "trs", "list": [f"{server.url}/nb/"]}
        lines = [f"{key} = {_toml(value)}" for key, value in (known | keys).items()]
        file = tmp_path / "raw.toml"
        file.write_text("\n".join(lines), "utf-8")
        words = ("run", str(file), "--archive", str(tmp_path / "archive"), "--json", "--allow-local")
        return command(*words, "--delay", "0", *options)

    return run


def archived(tmp_path: Path) -> set[str]:
    return {document.url.rpartition("/")[2] for document in read_archive(tmp_path / "archive")}


def test_a_list_that_stands_on_a_reports_own_page_keeps_that_report(scraped: Scraped, tmp_path: Path) -> None:
    answers = reports(1) | {"/nb/t20250101_9.html": a_list(row(9), row(1))}
    with raw_server(answers) as server:
        first = scraped(server, list=[f"{server.url}/nb/t20250101_9.html"])
        assert (first.status, first.first["new"]) == (0, 2)
        again = scraped(server, list=[f"{server.url}/nb/t20250101_9.html"])
        assert (again.first["new"], again.first["unchanged"]) == (0, 2)
        assert server.asked.count("/nb/t20250101_9.html") == 3  # the list twice, the report once
    assert archived(tmp_path) == {"t20250101_1.html", "t20250101_9.html"}


def test_a_report_that_redirects_to_its_list_is_missing_and_the_archive_stays_readable(
    scraped: Scraped, tmp_path: Path
) -> None:
    gone = head("Location: /nb/", "Content-Length: 0", "Connection: keep-alive", status="302 Found")
    with raw_server(reports(1) | {"/nb/": a_list(row(1), row(2)), "/nb/t20250101_2.html": gone}) as server:
        for _ in range(2):
            outcome = scraped(server)
            assert (outcome.status, outcome.first["failed"]) == (1, 1)
            assert "redirects to the list" in outcome.err
    assert archived(tmp_path) == {"t20250101_1.html"}


def test_two_reports_that_redirect_to_one_page_are_not_both_had(scraped: Scraped) -> None:
    gone = head("Location: /notice/1.html", "Content-Length: 0", "Connection: keep-alive", status="302 Found")
    notice = answer(page("本站已改版，原栏目内容请到新栏目查阅"))
    answers = {"/nb/": a_list(row(1), row(2)), "/notice/1.html": notice}
    with raw_server(answers | {f"/nb/t20250101_{n}.html": gone for n in (1, 2)}) as server:
        for _ in range(2):
            outcome = scraped(server)
            assert (outcome.status, outcome.first["failed"]) == (1, 1)
            assert "redirects to where another report's address leads" in outcome.err


def test_one_report_listed_at_two_addresses_that_lead_to_one_is_had_once(scraped: Scraped) -> None:
    moved = head(
        "Location: /nb/t20250101_1.html", "Content-Length: 0", "Connection: keep-alive", status="302 Found"
    )
    listed = a_list(row(1), ("/old/t20250101_1.html", title(1)))
    with raw_server(reports(1) | {"/nb/": listed, "/old/t20250101_1.html": moved}) as server:
        assert scraped(server).status == 0


def test_a_file_that_is_a_row_of_its_own_is_a_report_though_another_report_links_it(scraped: Scraped) -> None:
    with_file = answer(page(title(1), '<a href="P020250101.pdf">附件</a>'))
    answers: dict[str, Reply | list[Reply]] = {
        "/nb/": a_list(row(1), ("P020250101.pdf", title(2))),
        "/nb/t20250101_1.html": with_file,
        "/nb/P020250101.pdf": answer(b"%PDF-1.4 " + b"x" * 900, "application/pdf"),
    }
    with raw_server(answers) as server:
        assert scraped(server).first["reports"] == 2
        assert server.asked.count("/nb/P020250101.pdf") == 1


def test_of_an_address_with_two_titles_the_reports_counts(scraped: Scraped, tmp_path: Path) -> None:
    answers = reports(1, 2) | {
        "/nb/": a_list((row(1)[0], "（置顶）"), row(2), more=PAGER),
        "/nb/index_1.html": a_list(row(1)),
    }
    with raw_server(answers) as server:
        assert scraped(server).first["reports"] == 2
    told = {document.title for document in read_archive(tmp_path / "archive")}
    assert told == {title(1), title(2)}


def test_a_next_page_that_is_merely_linked_is_read_where_the_family_sees_no_pager(scraped: Scraped) -> None:
    following = '<a href="index_1.html">下一页</a>'
    answers = reports(1, 2) | {"/nb/": a_list(row(1), more=following), "/nb/index_1.html": a_list(row(2))}
    with raw_server(answers) as server:
        assert scraped(server).first["reports"] == 2


def test_linked_next_pages_that_bring_nothing_new_end(scraped: Scraped) -> None:
    again = {
        f"/nb/index_{n}.html": a_list(row(1), more=f'<a href="index_{n + 1}.html">下一页</a>')
        for n in range(9)
    }
    with raw_server(
        reports(1) | again | {"/nb/": a_list(row(1), more='<a href="index_1.html">下一页</a>')}
    ) as server:
        assert scraped(server).status == 0
        assert [path for path in server.asked if "index_" in path] == ["/nb/index_1.html"]


def test_a_first_page_without_rows_does_not_end_a_list_whose_pager_goes_on(scraped: Scraped) -> None:
    answers = reports(2) | {"/nb/": a_list(("/", "首页"), more=PAGER), "/nb/index_1.html": a_list(row(2))}
    with raw_server(answers) as server:
        assert scraped(server).first["reports"] == 1


def test_one_of_several_lists_that_has_no_report_is_an_error(scraped: Scraped) -> None:
    other = a_list(("t20250101_7.html", "示例县开展植树活动"), ("t20250101_8.html", "示例县召开会议"))
    with raw_server(reports(1) | {"/nb/": a_list(row(1)), "/other/": other}) as server:
        outcome = scraped(server, list=[f"{server.url}/nb/", f"{server.url}/other/"])
    assert (outcome.status, outcome.first["reports"]) == (1, 1)
    assert "/other/: failed: the list has rows, and none of them is an annual report" in outcome.err


def test_lists_that_lead_only_to_lists_are_an_error_and_never_nothing_new(scraped: Scraped) -> None:
    answers = {
        f"/nb/{'a/' * depth}": a_list((f"/nb/{'a/' * (depth + 1)}", f"{2024 - depth}年"))
        for depth in range(4)
    }
    with raw_server({**answers}) as server:
        outcome = scraped(server, sublists="\\d{4}年")
    assert outcome.status == 1
    assert "0 of them annual reports; at least 1 are expected" in outcome.err
    assert "lie too deep and were not read" in outcome.first["notes"][0]


def test_a_list_of_a_span_of_years_is_settled_only_when_its_last_year_is(scraped: Scraped) -> None:
    year = datetime.now(UTC).year
    lists = {"a": f"2008-{year}年", "b": "2015年至今", "c": "2008-2012年"}
    answers: dict[str, Reply | list[Reply]] = {
        "/nb/": a_list(*((f"/nb/{name}/", text) for name, text in lists.items()))
    }
    for number, name in enumerate(lists):
        answers |= {f"/nb/{name}/": a_list(row(number))} | reports(number, folder=f"/nb/{name}")
    with raw_server(answers) as server:
        assert scraped(server, sublists="\\d{4}.*").first["reports"] == 3
        before = len(server.asked)
        assert scraped(server, sublists="\\d{4}.*").status == 0
        assert server.asked[before:] == ["/robots.txt", "/nb/", "/nb/a/", "/nb/b/"]


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("\\nb\\t1.html", "http://127.0.0.2/nb/t1.html"),
        ("..\\t1.html?a=b\\c", "http://127.0.0.2/t1.html?a=b\\c"),
        ("t1.jsp;jsessionid=0AF3.node1?id=7", "http://127.0.0.2/nb/t1.jsp?id=7"),
        ("t1.html;JSESSIONID=0AF3#top", "http://127.0.0.2/nb/t1.html"),
    ],
)
def test_an_address_is_read_as_browsers_do_and_without_a_sessions_number(href: str, address: str) -> None:
    assert absolute("http://127.0.0.2/nb/", href) == address


def test_a_report_whose_address_carries_another_session_in_each_run_is_fetched_once(scraped: Scraped) -> None:
    lists: list[Reply] = [a_list((f"t20250101_1.html;jsessionid=A{n}", title(1))) for n in range(2)]
    with raw_server(reports(1) | {"/nb/": lists}) as server:
        assert scraped(server).first["new"] == 1
        assert scraped(server).first["unchanged"] == 1
        assert server.asked.count("/nb/t20250101_1.html") == 1


def test_an_option_that_makes_no_sense_is_told_before_anybody_is_asked(scraped: Scraped) -> None:
    with raw_server({"/nb/": a_list(row(1))}) as server:
        outcome = scraped(server, family="static", options={"link": "("})
        assert (outcome.status, server.asked) == (1, [])
    assert "raw: options.link is no regular expression" in outcome.err
