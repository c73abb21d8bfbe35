"""A page and the file attached to it: one report, read from both, compared, and each figure traced to its document."""

import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner, Result

from load.read import NotAReport, Origin, read_reports
from nianbao import main
from sample import narrative
from sample.attached import linked
from sample.figures import copied, draw
from sample.formats import FORMATS
from sample.layouts import LAYOUTS
from sample.publishers import publishers
from sample.report import Damage, Report
from sample.sites.server import Answer, Article, serve
from sample.sites.trs import TrsSite
from scrape.run import run_sources
from scrape.source import read_source

COLUMN = "zfxxgk/zfxxgknb"
YEAR = 2023
DAY = "2024-01-22"
FILE = "P020240122000000100001"
PUBLISHER = next(p for p in publishers() if p.kind == "department" and p.level == "county")


def _report(year: int = YEAR) -> Report:
    """A sound report of the invented publisher."""
    rng = Random(f"page and file {year}")
    figures = draw(rng, "2021", PUBLISHER.profile, None)
    figures["table2"]["licensing"]["decisions"] = 72
    prose = narrative.write(rng, PUBLISHER, year, figures)
    return Report(
        title=f"{PUBLISHER.name}{year}年政府信息公开工作年度报告",
        publisher=PUBLISHER.name,
        fiscal_year=year,
        published_on=f"{year + 1}{DAY[4:]}",
        preamble=prose.preamble,
        sections=prose.sections,
        figures=figures,
        site=PUBLISHER.site,
        site_code=PUBLISHER.site_code,
    )


REPORT = _report()
COVER = replace(REPORT, preamble=("详见附件。",), sections={})
PROSE = replace(REPORT, damage=Damage(absent=frozenset((2, 3, 4))))
TABLES = replace(REPORT, title=None, publisher="", preamble=(), sections={2: (), 3: (), 4: ()})
TABLE3 = replace(TABLES, sections={3: ()})


def _page(report: Report, *names: str, labels: Sequence[str] = ()) -> bytes:
    """A clean page that prints `report` and links files of these names."""
    page = LAYOUTS["html_clean"].render(report, Random(1))
    for name, label in zip(names, labels or ["附件"] * len(names), strict=True):
        page = linked(page, name, label)
    return page


def _file(report: Report, format: str = "docx") -> bytes:
    return FORMATS[format].render(report, Random(2))


@dataclass
class Site:
    """A local site with one page and its files, scraped into an archive, and a database made of it."""

    folder: Path

    def scraped(
        self, page: bytes, files: dict[str, bytes], answers: dict[str, Answer] | None = None, **more: Any
    ) -> None:
        path = f"{COLUMN}/202401/t20240122_100001.html"
        article = Article(path, more.get("title") or str(REPORT.title), DAY, page, attachments=files)
        site = TrsSite("example", "某市人民政府", "990100", COLUMN, [article], answers=answers or {})
        with serve([site], more.get("port", 0)) as served:
            source = read_source(served.source_file(site, self.folder))
            self.port = int(served.base_url(site).rpartition(":")[2])
            run_sources(
                [source],
                self.folder / "archive",
                allow_local=True,
                delay_s=0,
                refresh=more.get("refresh", False),
            )

    def load(self, *options: str, name: str = "nianbao.db") -> Result:
        words = ["load", str(self.folder / "archive"), "--db", str(self.folder / name), *options]
        return CliRunner().invoke(main, words, catch_exceptions=False)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "nianbao.db")) as database:
            return database.execute(sql).fetchall()

    def statuses(self) -> dict[str, str]:
        """By the ending of its address, what became of each document."""
        return {
            url.rpartition(".")[2]: status for url, status in self.ask("select url, status from documents")
        }


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.parametrize("format", ["docx", "pdf", "wps", "xlsx"])
def test_a_page_and_a_file_that_say_the_same_are_one_report_without_a_doubt(site: Site, format: str) -> None:
    name = FILE + FORMATS[format].extension
    site.scraped(_page(REPORT, name), {name: _file(REPORT, format)})
    assert site.load().exit_code == 0
    assert site.ask("select status, doubts, fiscal_year, publisher from reports") == [
        ("complete", 0, YEAR, PUBLISHER.name)
    ]
    assert site.statuses() == {"html": "report", format: "duplicate"}
    page, file = site.ask("select url, parent_url from documents order by url desc")
    assert page[1] is None
    assert file[1] == page[0]


def test_where_the_page_only_leads_to_the_file_the_file_is_the_report(site: Site) -> None:
    site.scraped(_page(COVER, f"{FILE}.docx"), {f"{FILE}.docx": _file(REPORT)})
    result = site.load()
    assert result.exit_code == 0, result.output  # all input was dealt with
    assert site.statuses() == {"html": "cover", "docx": "report"}
    ((status, doubts, url, title),) = site.ask("select status, doubts, source_url, title from reports")
    assert (status, doubts, title) == ("complete", 0, REPORT.title)
    assert url.endswith(f"{FILE}.docx")
    again = site.load()
    assert again.exit_code == 0
    assert "0 reports read" in again.output or "unchanged" in again.output


def test_a_page_that_leads_to_a_file_which_is_no_report_is_named_as_unread(site: Site) -> None:
    site.scraped(_page(COVER, f"{FILE}.docx"), {f"{FILE}.docx": _file(COVER)})
    result = site.load()
    assert result.exit_code == 1
    assert "t20240122_100001.html" in result.output
    assert site.statuses() == {"html": "not_a_report", "docx": "not_a_report"}


def test_a_file_that_does_not_say_whose_it_is_has_that_from_its_page(site: Site) -> None:
    site.scraped(_page(COVER, f"{FILE}.xlsx"), {f"{FILE}.xlsx": _file(TABLES, "xlsx")})
    assert site.load().exit_code == 0
    ((publisher, year, title, day, doubts, identification),) = site.ask(
        "select publisher, fiscal_year, title, published_on, doubts, identification from reports"
    )
    assert (publisher, year, title, day, doubts) == (PUBLISHER.name, YEAR, REPORT.title, DAY, 0)
    evidence = json.loads(identification)["evidence"]
    assert (evidence["publisher"], evidence["title"]) == ("page", "page")


def test_figures_that_differ_are_a_doubt_that_names_them_and_both_are_kept(site: Site) -> None:
    figures = copied(REPORT.figures)
    figures["table2"]["licensing"]["decisions"] = 79
    site.scraped(_page(REPORT, f"{FILE}.docx"), {f"{FILE}.docx": _file(replace(REPORT, figures=figures))})
    assert site.load().exit_code == 0
    ((rule, verdict, detail),) = site.ask("select rule, verdict, detail from checks")
    assert (rule, verdict) == ("two_versions", "parse_doubt")
    assert re.fullmatch(
        r"the attached file \(\w{16}\) prints other figures: table2\.licensing\.decisions 79 for 72", detail
    )
    assert site.statuses() == {"html": "report", "docx": "duplicate"}
    ((kept,),) = site.ask("select form from documents where form is not null")
    assert json.loads(kept)["table2"]["licensing"] == {"decisions": 79}
    assert site.ask("select value from disclosures where item = 'licensing'") == [(72,)]


def test_prose_on_the_page_and_tables_in_the_file_make_one_whole_report(site: Site) -> None:
    site.scraped(_page(PROSE, f"{FILE}.xlsx"), {f"{FILE}.xlsx": _file(TABLES, "xlsx")})
    assert site.load().exit_code == 0
    ((status, doubts, title, overview, problems, prose, figures),) = site.ask(
        "select r.status, r.doubts, r.title, r.overview, r.problems, p.url, f.url from reports r "
        "join documents p on p.id = r.narrative_document_id join documents f on f.id = r.document_id"
    )
    assert (status, doubts, title) == ("complete", 0, REPORT.title)
    assert overview == "\n".join(REPORT.sections[1])
    assert problems == "\n".join(REPORT.sections[5])
    assert prose.endswith(".html")
    assert figures.endswith(".xlsx")
    found = "select count(*) from sections where number = 1 and text = (select overview from reports)"
    assert site.ask(found) == [(1,)]


def test_a_file_that_comes_later_gives_the_same_database_as_all_at_once(site: Site) -> None:
    name = f"{FILE}.xlsx"
    gone = {f"/{COLUMN}/202401/{name}": Answer(404, times=1)}
    site.scraped(_page(PROSE, name), {name: _file(TABLES, "xlsx")}, gone)
    site.load()
    assert site.ask("select status, doubts from reports") == [("unreadable", 3)]
    site.scraped(_page(PROSE, name), {name: _file(TABLES, "xlsx")}, port=site.port)
    assert site.load().exit_code == 0
    assert site.ask("select status, doubts, narrative_document_id is null from reports") == [
        ("complete", 0, 0)
    ]
    site.load("--rebuild", name="again.db")
    assert (site.folder / "again.db").read_bytes() == (site.folder / "nianbao.db").read_bytes()


def test_a_file_is_read_again_where_its_page_has_changed(site: Site) -> None:
    name = f"{FILE}.xlsx"
    files = {name: _file(TABLES, "xlsx")}
    site.scraped(_page(replace(COVER, title=None, publisher=""), name), files, title="政府信息公开年报")
    site.load()
    before = site.ask("select publisher from reports")
    site.scraped(_page(COVER, name), files, title="政府信息公开年报", refresh=True, port=site.port)
    site.load()
    assert before != site.ask("select publisher from reports") == [(PUBLISHER.name,)]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (f"关于报送{YEAR}年政府信息公开工作年度报告的通知", "请各单位于1月15日前报送年度报告。"),
        (f"{PUBLISHER.name}{YEAR}年行政许可事项清单", "样例许可事项甲，本年办理12件。"),
        ("示例省政府信息公开工作规定（虚构）", "第一条　各单位应当公布政府信息公开工作年度报告。"),
        (f"{PUBLISHER.name}{YEAR}年政府信息公开工作年度报告", "见网页。"),
    ],
)
def test_a_file_that_is_something_else_costs_a_sound_page_nothing(site: Site, title: str, text: str) -> None:
    other = replace(REPORT, title=title, preamble=(text,), sections={})
    site.scraped(_page(REPORT, f"{FILE}.docx"), {f"{FILE}.docx": _file(other)})
    site.load()
    assert site.ask("select status, doubts, form_version from reports") == [("complete", 0, "2021")]
    assert site.statuses() == {"html": "report", "docx": "not_a_report"}


def test_the_empty_form_beside_a_page_is_never_its_figures(site: Site) -> None:
    empty = copied(REPORT.figures)
    for table in (empty["table2"], empty["table3"], empty["table4"]):
        for row in table.values():
            row.update(dict.fromkeys(row, None))
    form = replace(TABLES, figures=empty)
    site.scraped(_page(REPORT, f"{FILE}.docx"), {f"{FILE}.docx": _file(form)})
    site.load()
    assert site.ask(
        "select r.status, r.doubts, d.url like '%.html' from reports r join documents d on d.id = r.document_id"
    ) == [("complete", 0, 1)]


def test_a_file_with_one_of_the_tables_agrees_with_its_page_in_what_it_has(site: Site) -> None:
    site.scraped(_page(REPORT, f"{FILE}.docx"), {f"{FILE}.docx": _file(TABLE3)})
    assert site.load().exit_code == 0
    assert site.statuses() == {"html": "report", "docx": "duplicate"}
    assert site.ask("select status, doubts from reports") == [("complete", 0)]


# --- who, when and where, by the file and its page -------------------------------------------------


def _read(body: bytes, page: bytes, name: str = f"{FILE}.docx", title: str | None = None) -> Any:
    folder = f"http://127.0.0.1/{COLUMN}/202401/"
    origin = Origin(
        url=folder + name,
        title=title or REPORT.title,
        listed_on=DAY,
        parent_url=folder + "t1.html",
        page=page,
    )
    (report,) = read_reports(body, origin)
    return report


def _conflicts(report: Any) -> list[str]:
    return [check.detail for check in report.checks if check.rule == "identity_conflict"]


def test_of_several_files_on_a_page_each_is_whose_its_link_says() -> None:
    others = [p.name for p in publishers() if p.kind == "department" and p.level == "county"][1:3]
    names = ["P0202401220000001000021.docx", "P0202401220000001000022.docx"]
    labels = [f"附件{n}：{other}{YEAR}年政府信息公开工作年度报告.docx" for n, other in enumerate(others, 1)]
    page = _page(replace(COVER, title="各部门政府信息公开年报", publisher=""), *names, labels=labels)
    for name, other in zip(names, others, strict=True):
        report = _read(_file(TABLES), page, name, "各部门政府信息公开年报")
        assert (report.identity.publisher, report.identity.fiscal_year) == (other, YEAR)
        assert _conflicts(report) == []


def test_a_nameless_file_among_several_is_doubted() -> None:
    page = _page(COVER, f"{FILE}.docx", f"P02024012200000010000{9}.docx")
    (conflict,) = _conflicts(_read(_file(TABLES), page))
    assert "does not say whose report it is" in conflict


def test_a_file_that_names_another_body_is_that_bodys() -> None:
    other = next(p for p in publishers() if p.kind == "department" and p.name != PUBLISHER.name)
    own = replace(
        REPORT, title=f"{other.name}{YEAR}年政府信息公开工作年度报告", publisher=other.name, preamble=()
    )
    assert _read(_file(own), _page(COVER, f"{FILE}.docx")).identity.publisher == other.name


def test_a_file_of_another_year_than_its_page_is_doubted() -> None:
    report = _read(_file(_report(YEAR - 1)), _page(COVER, f"{FILE}.docx"))
    assert report.identity.fiscal_year == YEAR - 1
    assert any(f"the file says {YEAR - 1}, its page says {YEAR}" in said for said in _conflicts(report))


@pytest.mark.parametrize("page", [b"", b"\x00\x01", b"<p>", "<html><body>附件</body></html>".encode()])
def test_a_page_that_cannot_be_read_costs_the_file_nothing(page: bytes) -> None:
    report = _read(_file(REPORT), page)
    assert (report.identity.publisher, report.identity.fiscal_year) == (PUBLISHER.name, YEAR)
    assert report.assessed == []


def test_the_title_of_the_page_does_not_make_a_report_of_its_file() -> None:

    with pytest.raises(NotAReport):
        _read(f"<p>{'样例事项。' * 20}</p>".encode(), _page(REPORT))
