"""The page of a report: the form as printed, its proofs, faults and last year's figures; its data; how to cite it."""

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from itertools import pairwise

import invented
import pytest
from datasette.app import Datasette
from lxml import html
from serving import visible

from load.forms import form, forms
from load.forms.statistics import statistics_form
from plugins.publication.citation import citations
from plugins.publication.language import spoken
from plugins.publication.marks import marked_cells, where_in_words
from plugins.publication.official_form import Head, cells_of, clause_in_english, layout, version_of
from plugins.publication.proof import place_in_words
from plugins.publication.report_page import before_figure, shown_figure

TELLING = invented.telling_reports()
Rows = Callable[..., list[tuple]]


async def page_of(site: Datasette, report: int, language: str = "en") -> html.HtmlElement:
    answer = await site.client.get(f"/nianbao/reports/{report}?_lang={language}")
    assert answer.status_code == 200
    return html.fromstring(answer.text)


# --- the form as it is printed ---------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2, 3, 4])
@pytest.mark.parametrize("version", [known.version for known in forms()])
def test_every_figure_of_the_form_has_one_place_and_no_cell_overlaps(version: str, number: int) -> None:
    printed = layout(version, number)
    places = [(c.row, c.column) for line in printed.body for c in line if not isinstance(c, Head)]
    assert places == cells_of(form(version), number)
    heads = [c for line in (*printed.head, *printed.body) for c in line if isinstance(c, Head)]
    assert [head.zh for head in heads if not head.en] == []
    taken: dict[tuple[int, int], int] = {}
    for lines in (printed.head, printed.body):
        taken.clear()
        for y, line in enumerate(lines):
            x = 0
            for cell in line:
                while (x, y) in taken:
                    x += 1
                rowspan = cell.rowspan if isinstance(cell, Head) else 1
                for dx in range(cell.colspan):
                    for dy in range(rowspan):
                        assert (x + dx, y + dy) not in taken
                        taken[x + dx, y + dy] = 1
        if lines:
            width, height = max(x for x, _ in taken) + 1, max(y for _, y in taken) + 1
            assert (len(taken), height) == (width * height, len(lines))


def test_a_table_is_shown_by_the_form_whose_cells_it_has_whatever_the_report_says() -> None:
    for known in forms():
        figures: dict[str, dict[str, None]] = {}
        for row, column in cells_of(known, 3):
            figures.setdefault(row, {})[column] = None
        assert version_of(3, figures, "mixed") is known


def test_a_clause_is_said_in_english() -> None:
    assert clause_in_english("第二十条第（一）项") == "Article 20, item 1"
    assert clause_in_english("第三十六条第（十二）项") == "Article 36, item 12"
    assert clause_in_english("其他") == "其他"


@pytest.mark.parametrize("kind", ["2021", "2019"])
async def test_every_figure_is_shown_as_it_is_in_the_database_and_leads_to_its_proof(
    site: Datasette, rows: Rows, kind: str
) -> None:
    page = await page_of(site, TELLING[kind])
    tables = json.loads(rows("select form from reports where id = ?", TELLING[kind])[0][0])
    for name, table in tables.items():
        for row, cells in table.items():
            for column, value in cells.items():
                cell = page.get_element_by_id(f"{name}.{row}.{column}")
                link = cell.find("a")
                assert link.text == ("/" if value is None else str(value))
                proof = page.get_element_by_id(link.get("href").removeprefix("#"))
                assert proof.text_content().strip()
    assert len(page.cssselect("td.figure")) == sum(
        len(cells) for t in tables.values() for cells in t.values()
    )


async def test_the_labels_are_those_of_the_form_in_chinese_and_both_in_english(site: Datasette) -> None:
    chinese = await page_of(site, TELLING["2021"], "zh")
    english = await page_of(site, TELLING["2021"], "en")
    for label in form("2021").rows.values():
        assert chinese.get_element_by_id(f"table3.{label.id}").text_content() == label.zh
        said = english.get_element_by_id(f"table3.{label.id}")
        assert said.text_content().startswith(label.en)
        assert said.find("small").text == label.zh
        assert said.find("small").get("lang") == "zh"


def test_blank_zero_words_and_what_was_not_found_are_told_apart() -> None:
    assert shown_figure(0, None, True) == ("0", "")
    assert shown_figure(None, "", True) == ("–", "blank")
    assert shown_figure(None, "/", True) == ("/", "words")
    assert shown_figure(None, None, False) == ("×", "missing")
    assert shown_figure(2.5, "2.50", True) == ("2.5", "")


async def test_what_is_not_printed_in_plain_digits_is_kept_in_its_own_words(
    site: Datasette, rows: Rows
) -> None:
    found = rows(
        "select id, evidence from reports where evidence like '%１%' and form_version = '2021' limit 1"
    )
    [(id, evidence)] = found
    raw = json.loads(evidence)["table3"]["granted"][2][-1]
    page = await page_of(site, id)
    assert page.get_element_by_id("proof-table3.granted.total").text_content() == raw
    assert page.get_element_by_id("table3.granted.total").find("a").get("title") == f"printed: {raw}"


async def test_a_proof_says_where_and_how_and_from_which_archived_copy(site: Datasette, rows: Rows) -> None:
    page = await page_of(site, TELLING["applicants_sum"])
    row = page.get_element_by_id("proof-table3.refused_internal").text_content()
    assert "table 2 row 12 cell 2" in row
    assert "by its order alone" in row
    [(digest, warc, fetched)] = rows(
        "select d.sha256, d.warc_file, d.fetched_at from documents d join reports r on r.document_id = d.id "
        "where r.id = ?",
        TELLING["applicants_sum"],
    )
    facts = page.get_element_by_id("identity").text_content()
    assert digest in facts
    assert warc in facts
    assert digest[:16] in page.get_element_by_id("proofs").text_content()
    assert page.cssselect(f'#identity time[datetime="{fetched}"]')


def test_a_place_in_a_document_is_said_in_the_language_of_the_page() -> None:
    with spoken("zh", "/", ""):
        assert place_in_words("table 2 row 7 cell 3") == "第 2 个表格第 7 行第 3 格"
        assert place_in_words("line 120") == "第 120 行"
        assert place_in_words("elsewhere") == "elsewhere"


# --- faults ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", invented.RULES)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_failed_sum_or_doubt_is_marked_where_it_stands_and_explained(
    site: Datasette, rows: Rows, rule: str, language: str
) -> None:
    page = await page_of(site, TELLING[rule], language)
    [(number, where, found, expected, title, explanation, verdict)] = rows(
        f'select number, "where", found, expected, title_{language}, explanation_{language}, verdict '
        "from checks join rules on rules.id = rule where report_id = ? and rule = ?",
        TELLING[rule],
        rule,
    )
    item = page.get_element_by_id(f"check-{number}")
    said = item.text_content()
    assert title in said
    assert explanation in said
    if found is not None:
        assert [b.text for b in item.cssselect("b")] == [str(int(found)), str(int(expected))]
    assert item.cssselect(".where")[0].get("href") == f"#{where}"
    assert page.get_element_by_id(where) is not None
    marked = page.cssselect(f'td.figure.{verdict} a.sign[href="#check-{number}"]')
    assert marked
    assert page.cssselect('.reading a[href="#faults"]')


def test_a_check_marks_the_cells_that_it_speaks_of() -> None:
    def cells(rule: str, where: str, verdict: str = "source_error") -> set[tuple[str, str]]:
        return set(marked_cells([{"rule": rule, "where": where, "verdict": verdict}], form("2021"), 3))

    assert cells("cell_unreadable", "table3.granted.total", "parse_doubt") == {("granted", "total")}
    assert cells("applicants_sum", "table3.granted") == {("granted", "total")}
    assert cells("outcomes_sum", "table3.column.total") == {("processed_total", "total")}
    assert {row for row, _ in cells("balance", "table3.column.total")} == {
        "received_new",
        "received_carried_in",
        "processed_total",
        "carried_out",
    }
    assert len(cells("row_width", "table3.granted", "parse_doubt")) == 7
    assert len(cells("recognised_unconfirmed", "table3.column.total", "parse_doubt")) == 25
    assert cells("table_missing", "table3", "parse_doubt") == set()
    assert cells("other_table", "table3.granted.total", "not_assessable") == set()


def test_the_place_of_a_check_is_said_in_the_words_of_the_form() -> None:
    known = form("2021")
    labels = known.rows["granted"], known.columns["total"]
    assert where_in_words("table3.granted.total", known)[1:] == [(label.zh, label.en) for label in labels]
    assert where_in_words("table3.column.total", known)[1:] == [(labels[1].zh, labels[1].en)]
    assert where_in_words("report", None) == []
    assert len(where_in_words("statistics.received", None)) == 2


async def test_a_report_that_could_not_be_read_says_so_and_leads_to_the_original(
    site: Datasette, rows: Rows
) -> None:
    [(url, document)] = rows("select source_url, document_id from reports where id = ?", TELLING["unread"])
    page = await page_of(site, TELLING["unread"])
    assert "No table of this report could be read" in page.get_element_by_id("reading").text_content()
    [told] = page.cssselect("p.unread")[:1]
    assert [a.get("href") for a in told.cssselect("a")] == [url, f"/nianbao/documents/{document}"]
    assert not page.cssselect("td.figure")


# --- beside last year ------------------------------------------------------------------------------------


def test_last_years_figure_stands_beside_only_where_both_forms_have_the_cell() -> None:
    earlier = {"granted": {"total": 5, "business": None}}
    assert before_figure(7, earlier, "granted", "total") == {"text": "5", "sign": "↑", "is_blank": False}
    assert before_figure(5, earlier, "granted", "total")["sign"] == "="
    assert before_figure(0, earlier, "granted", "total")["sign"] == "↓"
    assert before_figure(None, earlier, "granted", "total")["sign"] == ""
    assert before_figure(3, earlier, "granted", "business") == {"text": "–", "sign": "", "is_blank": True}
    assert before_figure(3, earlier, "other", "total") is None
    assert before_figure(3, None, "granted", "total") is None


async def test_the_year_of_the_new_form_is_not_compared_where_the_old_one_has_another_row(
    site: Datasette, rows: Rows
) -> None:
    [(id,)] = rows(
        "select a.id from reports a join reports b on b.publisher_id = a.publisher_id and b.fiscal_year = 2020 "
        "where a.fiscal_year = 2021 and a.status <> 'unreadable' and b.status <> 'unreadable' limit 1"
    )
    page = await page_of(site, id)
    for where in ("table3.granted.total", "table4.review.total", "table2.licensing.decisions"):
        assert page.get_element_by_id(where).cssselect(".before")
    for where in ("table3.other_misc.total", "table2.fees.amount_10k_yuan", "table2.regulations.issued"):
        assert not page.get_element_by_id(where).cssselect(".before")
    assert page.get_element_by_id("with-before").get("type") == "checkbox"


async def test_a_publishers_other_years_and_the_comparison_are_one_click_away(
    site: Datasette, rows: Rows
) -> None:
    [(publisher,)] = rows("select publisher_id from reports where id = ?", TELLING["2019"])
    years = rows("select id, fiscal_year from reports where publisher_id = ? order by fiscal_year", publisher)
    page = await page_of(site, TELLING["2019"])
    links = page.cssselect(".years-of-publisher > a:not(.compare), .years-of-publisher > strong")
    assert [link.text for link in links] == [str(year) for _, year in years]
    [compare] = page.cssselect(".compare")
    before = next(id for id, year in years if year == 2019)
    assert compare.get("href") == f"/nianbao/compare?report={TELLING['2019']}&report={before}"


# --- before the form -------------------------------------------------------------------------------------


async def test_a_report_older_than_the_form_shows_its_statistics_and_says_so(
    site: Datasette, rows: Rows
) -> None:
    page = await page_of(site, TELLING["2014"])
    assert "older than the form" in page.get_element_by_id("reading").text_content()
    assert not page.cssselect("#table2, #table3, #table4, p.unread")
    values = json.loads(rows("select form from reports where id = ?", TELLING["2014"])[0][0])["statistics"]
    for id, indicator in statistics_form().indicators.items():
        row = page.get_element_by_id(f"statistics.{id}")
        assert indicator.en in row.text_content()
        shown = page.get_element_by_id(f"statistics.{id}.value").find("a").text
        assert shown == ("-" if values[id] is None else str(values[id]))
    alone = await page_of(site, TELLING["pre-2019"])
    assert "prose alone" in alone.get_element_by_id("reading").text_content()
    assert not alone.cssselect("td.figure")


# --- the narrative, the citation and the data ------------------------------------------------------------


async def test_the_narrative_stands_by_section_with_its_headings_and_paragraphs(
    site: Datasette, rows: Rows
) -> None:
    [(overview, headings)] = rows("select overview, headings from reports where id = ?", TELLING["2021"])
    page = await page_of(site, TELLING["2021"])
    section = page.get_element_by_id("section-1")
    assert [p.text for p in section.cssselect(".prose p")] == overview.split("\n")
    assert section.cssselect("h3 span[lang=zh]")[0].text == json.loads(headings)["1"]
    assert section.cssselect(".prose")[0].get("lang") == "zh"
    assert [s.get("id") for s in page.cssselect(".narrative section")] == [
        "section-1",
        "section-5",
        "section-6",
        "section-0",
    ]


def test_a_citation_says_who_what_when_where_and_of_which_copy() -> None:
    row = {
        "publisher": "示例省人民政府",
        "title": "示例省人民政府2024年政府信息公开工作年度报告",
        "fiscal_year": 2024,
        "published_on": "2025-03-05",
        "source_url": "http://shili.example/a.html",
    }
    made = citations(row, {"fetched_at": "2025-07-01T08:30:00Z", "sha256": "ab" * 32}, "https://n.example/1")
    assert made["zh"] == (
        "示例省人民政府. 示例省人民政府2024年政府信息公开工作年度报告[R/OL]. (2025-03-05)[2025-07-01]. "
        "http://shili.example/a.html. 年报数据库: https://n.example/1 (存档文件 SHA-256: abababababab…)."
    )
    assert made["en"] == (
        "示例省人民政府 (2025). 示例省人民政府2024年政府信息公开工作年度报告 [Annual report on government information "
        "disclosure for 2024]. Published 5 March 2025. Retrieved 1 July 2025 from http://shili.example/a.html. "
        "Nianbao: https://n.example/1 (archived copy SHA-256 abababababab…)."
    )
    bare = citations(dict.fromkeys(row), None, "https://n.example/1")
    assert bare["zh"] == "政府信息公开工作年度报告[R/OL]. 年报数据库: https://n.example/1."
    assert bare["en"] == "Annual report on government information disclosure. Nianbao: https://n.example/1."


async def test_the_page_offers_both_citations_with_its_permanent_address(site: Datasette) -> None:
    page = await page_of(site, TELLING["2021"], "zh")
    for language in ("zh", "en"):
        field = page.get_element_by_id(f"cite-{language}")
        assert f"/nianbao/reports/{TELLING['2021']}" in field.text
        assert field.get("readonly") is not None
        assert page.cssselect(f'label[for="cite-{language}"]')


@pytest.mark.parametrize("kind", ["2021", "2019", "2014", "cell_unreadable"])
async def test_the_form_as_csv_has_a_line_for_each_figure(site: Datasette, rows: Rows, kind: str) -> None:
    answer = await site.client.get(f"/nianbao/reports/{TELLING[kind]}/form.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    tables = json.loads(rows("select form from reports where id = ?", TELLING[kind])[0][0])
    values = {
        (name.removeprefix("table"), row, column): value
        for name, table in tables.items()
        for row, cells in (table or {}).items()
        for column, value in (cells if isinstance(cells, dict) else {"value": cells}).items()
    }
    assert [(line["table"], line["row"], line["column"]) for line in lines] == list(values)
    assert [line["value"] for line in lines] == ["" if v is None else str(v) for v in values.values()]
    assert all(line["label_zh"] and line["label_en"] and line["at"] and line["by"] for line in lines)
    doubted = [line for line in lines if line["doubt"] == "parse_doubt:cell_unreadable"]
    assert [line["raw"] for line in doubted] == (["12件?"] if kind == "cell_unreadable" else [])


async def test_the_csv_for_excel_begins_with_a_byte_order_mark_and_the_plain_one_does_not(
    site: Datasette,
) -> None:
    path = f"/nianbao/reports/{TELLING['2021']}/form.csv"
    plain, marked = (await site.client.get(path)).content, (await site.client.get(f"{path}?_bom=1")).content
    assert marked == b"\xef\xbb\xbf" + plain


async def test_the_form_as_json_keeps_the_contract_of_inspect(site: Datasette, rows: Rows) -> None:
    for kind in ("2021", "2014", "unread"):
        made = (await site.client.get(f"/nianbao/reports/{TELLING[kind]}/form.json")).json()
        stored = json.loads(rows("select form from reports where id = ?", TELLING[kind])[0][0])
        assert {name: made[name] for name in stored} == stored
        assert {
            "form_version",
            "fiscal_year",
            "title",
            "publisher",
            "region_code",
            "status",
            "sections",
        } <= set(made)
        assert made["address"].endswith(f"/nianbao/reports/{TELLING[kind]}")
    balanced = (await site.client.get(f"/nianbao/reports/{TELLING['balance']}/form.json")).json()
    [check] = [check for check in balanced["checks"] if check["rule"] == "balance"]
    assert check["expected"] == check["found"] + 1
    assert {"table": 3, "row": "granted", "column": "total"}.items() <= next(
        cell for cell in balanced["cells"] if (cell["row"], cell["column"]) == ("granted", "total")
    ).items()


@pytest.mark.parametrize(
    "path", ["/nianbao/reports/1", "/nianbao/reports/1/form.csv", "/nianbao/reports/99999999999999999999/form.json",
             "/nowhere/reports/1/form.json", "/nianbao/documents/none"]
)  # fmt: skip
async def test_what_is_not_there_is_answered_with_404(site: Datasette, path: str) -> None:
    assert (await site.client.get(path)).status_code == 404


# --- a document, and the pages as a whole ----------------------------------------------------------------


async def test_a_document_says_where_it_is_from_what_came_of_it_and_where_it_lies(
    site: Datasette, rows: Rows
) -> None:
    [(document, digest, warc, offset, url)] = rows(
        "select id, sha256, warc_file, warc_offset, url from documents where report_id = ?", TELLING["2021"]
    )
    page = visible((await site.client.get(f"/nianbao/documents/{document}")).text)
    for said in (digest, warc, str(offset), url, "The report that was read"):
        assert said in page
    unread = (await site.client.get("/nianbao/documents/unread0?_lang=zh")).text
    assert "它没有成为报告" in unread
    assert "原因" in unread


@pytest.mark.parametrize("kind", sorted(TELLING))
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_link_within_the_page_leads_somewhere_and_no_id_stands_twice(
    site: Datasette, kind: str, language: str
) -> None:
    page = await page_of(site, TELLING[kind], language)
    ids = [element.get("id") for element in page.cssselect("[id]")]
    assert len(ids) == len(set(ids))
    targets = {a.get("href")[1:] for a in page.cssselect('a[href^="#"]')}
    assert targets <= set(ids)
    levels = [int(heading.tag[1]) for heading in page.cssselect("h1, h2, h3, h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for table in page.cssselect("table"):
        assert table.find("caption") is not None
        wrapper = table.getparent()
        assert (wrapper.get("tabindex"), wrapper.get("role")) == ("0", "region")


async def test_what_a_report_prints_is_shown_as_text_and_never_as_markup(site: Datasette, rows: Rows) -> None:
    from plugins.publication.form_html import form_lines

    cell = {
        "id": "table3.granted.total",
        "value": None,
        "text": "<b>1</b>",
        "kind": "words",
        "raw": "<b>1</b>",
    }
    cell |= {"is_exact": False, "by_position": False, "marks": [], "mark": "", "before": None, "colspan": 1}
    made = form_lines("table3", [[cell]], 2023)
    assert "<b>" not in made
    assert "<b>1</b>" in unescape(re.sub("<[^>]+>", "", made))
