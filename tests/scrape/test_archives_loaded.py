"""From the archive into the database: reports of several pages, at several addresses, from anybody's archive."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from local_sites import article, trs_site
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from load.commands import load
from load.inputs import documents
from load.read import Origin, read_reports
from sample.generate import stream
from sample.manifest import SampleDocument
from sample.sites.server import Answer

FURNITURE = "<div>首页</div><div>政务公开</div>"
FOOT = "<div>示例县人民政府主办</div>"


@pytest.fixture(scope="module")
def report() -> SampleDocument:
    """An invented report, with the figures that its page prints."""
    return next(iter(stream(7, 1, ("html_clean",))))


def pages_of(body: bytes, script: str = "") -> tuple[bytes, bytes]:
    """The report cut in two before its third table, each page with the site's furniture about it."""
    text = body.decode()
    cut = text.rindex("<p>", 0, text.rindex("<table", 0, text.index("本年新收")))
    first = text[:cut].replace("<body>", f"<body>{FURNITURE}") + f"{script}{FOOT}</body></html>"
    second = f"<html><head><title>续</title></head><body>{FURNITURE}" + text[cut:].replace(
        "</body>", f"{FOOT}</body>"
    )
    return first.encode(), second.encode()


def load_into(database: Path, *paths: Path) -> Result:
    return CliRunner().invoke(load, [*map(str, paths), "--db", str(database)])


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def two_page_site(report: SampleDocument, second: bytes | None = None, **more):
    """A site whose report has its Table 3 on the second page of its article."""
    stem = article(0).path.rpartition("/")[2].partition(".")[0]
    script = f'<script>createPageHTML(2,0,"{stem}","html")</script>'
    first, rest = pages_of(report.body, script)
    part = f"/{article(0).path.replace('.html', '_1.html')}"
    answers = {part: Answer(200, second or rest, {"Content-Type": "text/html"})}
    listed = article(0, report.title, body=first)
    return trs_site(articles=[listed], answers=answers | more)


def test_two_pages_read_as_the_whole_report_does(report: SampleDocument) -> None:
    first, second = pages_of(report.body)
    (whole,) = read_reports(report.body)
    (read,) = read_reports(first, Origin(parts=(second,)))
    assert [table.figures.keys() for table in read.tables] == [table.figures.keys() for table in whole.tables]
    told, expected = read.to_json(), whole.to_json()
    for name in ("table2", "table3", "table4", "checks", "status", "publisher", "fiscal_year", "title"):
        assert told[name] == expected[name], name
    assert [s.heading for s in read.sections] == [s.heading for s in whole.sections]
    # Each cell is found at the table that it has in the pages taken together.
    assert [(c["value"], c["at"]) for c in told["cells"]] == [
        (c["value"], c["at"]) for c in expected["cells"]
    ]


def test_what_the_site_prints_about_each_page_is_no_part_of_the_report(report: SampleDocument) -> None:
    first, second = pages_of(report.body)
    text = report.body.decode().replace("<body>", f"<body>{FURNITURE}").replace("</body>", f"{FOOT}</body>")
    (whole,) = read_reports(text.encode())
    (read,) = read_reports(first, Origin(parts=(second,)))
    assert [(s.number, s.heading, s.text) for s in read.sections] == [
        (s.number, s.heading, s.text) for s in whole.sections
    ]


def test_a_report_whose_third_table_stands_on_its_second_page_reads_complete(
    bench, report: SampleDocument, tmp_path: Path
) -> None:
    sites = bench(two_page_site(report))
    assert sites.run().status == 0
    database = tmp_path / "nianbao.db"
    result = load_into(database, sites.archive)
    assert result.exit_code == 0, result.output
    ((status, parts),) = rows(
        database,
        "select r.status, d.parts from reports r join documents d on d.id = r.document_id",
    )
    assert status == "complete"
    assert parts.endswith("_1.html")
    (whole,) = read_reports(report.body)
    ((new,),) = rows(database, "select received_new from reports")
    assert new == whole.table(3)["received_new"]["total"]
    assert "1 documents unchanged" in load_into(database, sites.archive).output


def test_a_second_page_that_changed_makes_another_version_of_the_report(
    bench, report: SampleDocument, tmp_path: Path
) -> None:
    _, second = pages_of(report.body)
    text = second.decode()
    cut = text.rindex("<table")
    site = two_page_site(report, (text[:cut] + text[text.index("</table>", cut) :]).encode())
    sites = bench(site)
    sites.run()
    database = tmp_path / "nianbao.db"
    load_into(database, sites.archive)
    assert rows(database, "select status from reports") == [("partial",)]
    (part,) = site.answers
    site.answers[part].body = second  # the site puts the table there that was missing
    before = rows(database, "select id, sha256 from documents")
    assert sites.run("--refresh").first["changed"] == 1
    assert load_into(database, sites.archive).exit_code == 0
    after = rows(database, "select id, sha256 from documents")
    assert len(after) == 2
    assert {sha256 for _, sha256 in after} == {before[0][1]}
    ((chosen,),) = rows(database, "select document_id from reports")
    assert chosen not in {id for id, _ in before}
    assert rows(database, "select status from reports") == [("complete",)]


def test_a_page_that_is_missing_is_told_and_the_rest_is_loaded(
    bench, report: SampleDocument, tmp_path: Path
) -> None:
    site = two_page_site(report)
    (part,) = site.answers
    site.answers[part] = Answer(404)
    sites = bench(site)
    sites.run()
    database = tmp_path / "nianbao.db"
    result = load_into(database, sites.archive)
    assert result.exit_code == 1
    assert "which is not in the archive" in result.output
    assert [status for (status,) in rows(database, "select status from reports")] == ["partial"]


def test_a_report_at_two_addresses_is_one_document_with_both(
    bench, report: SampleDocument, tmp_path: Path
) -> None:
    first = article(0, report.title, body=report.body)
    site = trs_site(articles=[first])
    sites = bench(site)
    sites.run()
    database = tmp_path / "nianbao.db"
    load_into(database, sites.archive)
    assert rows(database, "select count(*), also_at from documents") == [(1, None)]
    site.articles.append(article(1, report.title, body=report.body))
    sites.served.update(site)
    sites.run()
    result = load_into(database, sites.archive)
    assert result.exit_code == 0, result.output
    ((count, url, also_at),) = rows(database, "select count(*), url, also_at from documents")
    assert count == 1
    assert {url.split("/", 3)[3], also_at.split("/", 3)[3]} == {a.path for a in site.articles}
    assert rows(database, "select count(*) from reports") == [(1,)]
    rebuilt = tmp_path / "rebuilt.db"
    load_into(rebuilt, sites.archive)
    assert rebuilt.read_bytes() == database.read_bytes()


def test_the_same_document_in_two_inputs_is_loaded_once(report: SampleDocument, tmp_path: Path) -> None:
    files = [tmp_path / "a.warc.gz", tmp_path / "b.warc"]
    for file in files:
        with file.open("wb") as stream_:
            writer = WARCWriter(stream_, gzip=file.suffix == ".gz")
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            url = "http://a.example.gov.cn/zfxxgk/1.html"
            with (tmp_path / "body").open("w+b") as body:
                body.write(report.body)
                body.seek(0)
                writer.write_record(writer.create_warc_record(url, "response", body, http_headers=head))
    database = tmp_path / "nianbao.db"
    result = load_into(database, *files)
    assert result.exit_code == 0, result.output
    assert "1 reports read" in result.output
    assert "1 documents unchanged" in result.output
    assert rows(database, "select count(*) from documents") == [(1,)]


def test_an_unpacked_wacz_file_is_read_for_its_warc_files_only(
    report: SampleDocument, tmp_path: Path
) -> None:
    folder = tmp_path / "crawl"
    for name in ("archive", "pages"):
        (folder / name).mkdir(parents=True)
    (folder / "datapackage.json").write_text("{}")
    (folder / "pages" / "pages.jsonl").write_text("{}")
    (folder / "archive" / "page.html").write_bytes(report.body)
    told: list[str] = []
    assert [document.row["file"] for document in documents(folder, told.append)] == ["page.html"]
    assert told == []
