"""The documentation in the site: nothing is undocumented, every example runs, every link leads somewhere."""

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

import click
import pytest
from datasette.app import Datasette
from serving import visible

from load.checks import rules
from load.forms import forms, outcome_labels
from load.forms.statistics import statistics_form
from load.schema import TABLES, VIEWS
from nianbao import main
from plugins.publication.about_page import DOCS, PARTS, examples
from plugins.publication.labels import values
from plugins.publication.markdown import html_of, in_language

PATHS = ["/nianbao/about", *(f"/nianbao/about/{part}" for part in PARTS)]


async def _page(site: Datasette, path: str, language: str = "en") -> str:
    answer = await site.client.get(path, params={"_lang": language})
    assert answer.status_code == 200
    return html.unescape(answer.text)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_first_page_leads_to_every_part_with_what_it_is_for(site: Datasette, language: str) -> None:
    page = await _page(site, "/nianbao/about", language)
    for part in PARTS.values():
        title, lead = (part.zh, part.lead_zh) if language == "zh" else (part.en, part.lead_en)
        assert f'<a href="/nianbao/about/{part.name}">{title}</a></dt><dd>{lead}</dd>' in page


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_table_and_no_column_is_undocumented(site: Datasette, language: str) -> None:
    page = await _page(site, "/nianbao/about/tables", language)
    for table in (*TABLES, *VIEWS):
        assert f'<h2 id="{table.name}">' in page
        assert getattr(table, language) in page
        for column in table.columns:
            row = re.search(rf'<tr id="{table.name}\.{column.name}">.*?</tr>', page)
            assert row, f"{table.name}.{column.name}"
            assert getattr(column, language) in row[0]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_rule_is_undocumented(site: Datasette, language: str) -> None:
    page = await _page(site, "/nianbao/about/rules", language)
    for rule in rules().values():
        row = re.search(rf'<tr id="rule-{rule.id}">.*?</tr>', page)
        assert row, rule.id
        assert getattr(rule, f"title_{language}") in row[0]
        assert getattr(rule, f"explanation_{language}") in row[0]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_row_and_column_of_every_version_of_the_form_is_in_the_code_book(
    site: Datasette, language: str
) -> None:
    page = await _page(site, "/nianbao/about/codebook", language)
    parts = dict(re.findall(r'<h2 id="form-(\w+)">(.*?)(?=<h2 |</section>)', page, re.DOTALL))
    assert set(parts) == {*(form.version for form in forms()), statistics_form().version}
    for form in forms():
        said = parts[form.version]
        assert form.title_zh in said
        assert form.document in said
        assert str(form.first_fiscal_year) in said
        for labels in (form.rows, form.columns, form.items, form.measures, form.channels, form.results):
            for label in labels.values():
                assert f"<code>{label.id}</code>" in said
                assert label.zh in said
                assert label.en in said
        for section in form.sections:
            assert section.zh in said
    for indicator in statistics_form().indicators.values():
        assert f"<code>{indicator.id}</code>" in parts["2014"]
        assert indicator.zh in parts["2014"]


async def test_the_basis_of_every_outcome_is_given_and_called_unverified(
    site: Datasette, rows: object
) -> None:
    for language, column, unverified in (("zh", "basis", "未经核对"), ("en", "basis_en", "unverified")):
        page = await _page(site, "/nianbao/about/codebook", language)
        found = dict(rows(f"select id, {column} from outcomes where not basis_verified"))
        assert set(found) == set(outcome_labels())
        for form in forms():
            for id in form.outcomes:
                row = re.search(rf'<tr id="{form.version}-{id}">.*?</tr>', page)[0]
                if found[id]:
                    assert found[id] in row
                    assert unverified in row


async def test_every_code_that_a_column_can_hold_is_explained(site: Datasette) -> None:
    page = await _page(site, "/nianbao/about/codebook")
    for column in ("level", "kind", "category", "status", "verdict", "severity", "form_version"):
        for code, (zh, en) in values()[column].items():
            assert re.search(rf"<code>{code}</code></th><td[^>]*>{zh}</td><td[^>]*>{en}<", page), (
                column,
                code,
            )
    assert set(values()["form_version"]) == {"2021", "2019", "2014", "pre-2019", "mixed"}


def _commands(group: click.Group, path: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_command_is_documented(site: Datasette, language: str) -> None:
    page = await _page(site, "/nianbao/about/run", language)
    commands = list(_commands(main, "nianbao"))
    assert len(commands) > 8
    for command in commands:
        assert f"<code>{command}</code>" in page, command


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_measurements_are_shown_as_they_stand_in_docs(site: Datasette, language: str) -> None:
    page = await _page(site, "/nianbao/about/accuracy", language)
    text = (DOCS / "accuracy.md").read_text("utf-8")
    figure = r"[\d.,]+(?: %)?"
    in_docs = [
        re.findall(rf"(?<=\| ){figure}(?= \|)", line) for line in text.split("\n") if line.startswith("|")
    ]
    in_page = [
        re.findall(rf"<td[^>]*>({figure})</td>", row)
        for row in re.findall(r"<tr>\n(.*?)</tr>", page.partition('id="content"')[2], re.DOTALL)
    ]
    assert len([figures for figures in in_docs if figures]) > 20
    assert [figures for figures in in_page if figures] == [figures for figures in in_docs if figures]
    assert ("误而未疑" in page) == (language == "zh")


def test_generated_pages_in_both_languages_give_each_language_its_half() -> None:
    text = (
        "# 题 · Title\n<!-- made -->\n## 表 · Table\n\n中文一句，含 `code` 结尾。\n\nAn English sentence.\n\n"
        "- **正确 Exact**：相同。The same.\n\n| 名 Name | trs |\n| --- | --: |\n| 合计 All | 3 |\n"
    )
    assert " ".join(in_language(text, "zh").split()) == (
        "## 表 中文一句，含 `code` 结尾。 - **正确**：相同。 | 名 | `trs` | | --- | --: | | 合计 | 3 |"
    )
    assert " ".join(in_language(text, "en").split()) == (
        "## Table An English sentence. - **Exact**: The same. | Name | `trs` | | --- | --: | | All | 3 |"
    )


def test_markup_in_a_page_of_docs_stays_text_and_tables_scroll_in_a_frame() -> None:
    made = html_of("## Heads\n\n<script>x</script>\n\n| a | b |\n| --- | --- |\n| 1<br>2 | `c` |\n")
    assert "<script>" not in made
    assert 'class="table-wrapper" tabindex="0" role="region" aria-label="Heads"' in made
    assert '<th scope="col" class="words">a</th>' in made
    assert '<td class="words">1<br>2</td>' in made


@pytest.mark.parametrize("number", range(1, len(examples()) + 1))
async def test_each_worked_example_runs_and_gives_rows(site: Datasette, number: int) -> None:
    page = await _page(site, "/nianbao/about/sql")
    link = re.search(rf'href="([^"]+)">Run example {number}<', page)[1]
    answer = await site.client.get(link)
    assert answer.status_code == 200
    assert "message-error" not in answer.text
    data = await site.client.get(link.replace("/nianbao?", "/nianbao.json?") + "&_shape=array")
    assert data.status_code == 200
    assert json.loads(data.text), unquote_plus(link)


def test_there_are_ten_examples_each_with_a_reason_in_both_languages() -> None:
    assert len(examples()) == 10
    for example in examples():
        assert re.search(r"[\u4e00-\u9fff]", example.why[0])
        assert not re.search(r"[\u4e00-\u9fff]", example.why[1].replace("拆迁", ""))
    assert "over (" in examples()[-1].sql
    assert "with" not in examples()[0].sql


@pytest.mark.parametrize("path", PATHS)
async def test_every_link_of_the_documentation_leads_somewhere(site: Datasette, path: str) -> None:
    page = await _page(site, path)
    body = page.partition('id="content"')[2]
    anchors = set(re.findall(r'\bid="([^"]+)"', page))
    for link in set(re.findall(r'href="([^"]+)"', body)):
        if link.startswith("#"):
            assert link[1:] in anchors, link
        elif not link.startswith("http") and "?sql=" not in link:
            target = link if link.startswith("/") else f"/nianbao/about/{link}".replace("/about/../", "/")
            answer = await site.client.get(target)
            assert answer.status_code == 200, link
            if "#" in link and "/about/" in target:
                assert f'id="{link.partition("#")[2]}"' in answer.text, link


async def test_a_page_of_the_documentation_that_is_not_there_is_not_found(site: Datasette) -> None:
    for path in ("/nianbao/about/nothing", "/nowhere/about", "/nowhere/about/method"):
        assert (await site.client.get(path)).status_code == 404


async def test_how_to_cite_names_the_date_of_the_data_and_an_address_that_stays(
    site: Datasette, rows: object
) -> None:
    page = visible(await _page(site, "/nianbao/about/cite"), ())
    [(as_of,)] = rows("select max(fetched_at) from documents")
    assert as_of[:4] in page
    assert "as of" in page
    whole = await _page(site, "/nianbao/about/cite", "zh")
    assert re.search(r"/nianbao/reports/\d+", whole)
    assert "[DB/OL]" in whole
