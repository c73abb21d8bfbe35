"""Contact details are not served, unless asked for; figures and all other text stay as they are."""

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import click
import invented
import pytest
from datasette.app import Datasette
from serving import ROOT, copied, serve

from chinese.contacts import MASKED, masked

REPORT = invented.telling_reports()["contacts"]
DETAILS = ("0000-0000000", "13000000000", "nobody@example.invalid", "甲某某")


@pytest.fixture(scope="module")
def with_contacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample loaded with the contact details that it prints."""
    return invented.write(tmp_path_factory.mktemp("with_contacts") / "nianbao.db", keep_contacts=True)


@pytest.fixture
async def open_site(with_contacts: Path) -> AsyncIterator[Datasette]:
    """The site as it is when its owner has the contact details shown."""
    made = Datasette(
        [],
        immutables=[str(with_contacts)],
        metadata={"plugins": {"nianbao": {"mask_contacts": False}}},
        plugins_dir=str(ROOT / "plugins"),
        template_dir=str(ROOT / "templates"),
    )
    await made.invoke_startup()
    yield made
    made.executor.shutdown()


_CONTACTS_BY_SQL = (
    "select remarks, substr(remarks, instr(remarks, '联系人'), 40), hex(remarks) from reports where id = "
)
_SERVED = [
    f"/nianbao/reports/{REPORT}",
    f"/nianbao/reports/{REPORT}.json",
    f"/nianbao/reports/{REPORT}/form.json",
    f"/nianbao/reports/{REPORT}/form.csv",
    f"/nianbao/reports.csv?id={REPORT}",
    f"/nianbao/sections.json?report_id={REPORT}",
    "/nianbao/reports?_search=联系人",
    f"/nianbao.json?sql={_CONTACTS_BY_SQL}{REPORT}",
    "/nianbao/search_by_relevance?q=联系人",
]


@pytest.mark.parametrize("path", _SERVED)
async def test_no_page_json_csv_snippet_or_sql_gives_contact_details(site: Datasette, path: str) -> None:
    answer = await site.client.get(path)
    assert answer.status_code == 200
    for detail in DETAILS:
        assert detail not in answer.text
        assert detail.encode().hex().upper() not in answer.text


async def test_a_number_cannot_be_found_by_searching_for_it(site: Datasette, open_site: Datasette) -> None:
    for served, found in ((site, 0), (open_site, 1)):
        for detail in DETAILS[:3]:
            answer = await served.client.get(f'/nianbao/reports.json?_search="{detail}"&_shape=array')
            assert (len(answer.json()) > 0) == bool(found)


async def test_the_download_holds_no_contact_details_in_any_page_of_the_file(
    site: Datasette, with_contacts: Path
) -> None:
    answer = await site.client.get("/nianbao.db")
    assert 'filename="nianbao.db"' in answer.headers["content-disposition"]
    for detail in DETAILS:
        assert detail.encode() in with_contacts.read_bytes()
        assert detail.encode() not in answer.content


def test_everything_else_is_loaded_as_it_is_printed(sample_database: Path, with_contacts: Path) -> None:
    before, after = (sqlite3.connect(path) for path in (with_contacts, sample_database))
    for (table,) in before.execute(
        "select name from sqlite_master where type = 'table' and name not glob '*fts*' and name <> 'sqlite_stat1'"
    ):
        sql = f'select * from "{table}"'  # a table's name out of the database
        printed = before.execute(sql).fetchall()
        assert [
            tuple(masked(cell) if isinstance(cell, str) and "0000" in cell else cell for cell in row)
            for row in printed
        ] == after.execute(sql).fetchall()
    for database in (before, after):
        database.close()


async def test_the_owner_can_have_them_shown(open_site: Datasette) -> None:
    page = (await open_site.client.get(f"/nianbao/reports/{REPORT}")).text
    for detail in DETAILS:
        assert detail in page


@pytest.mark.parametrize("mark", [0, MASKED - 1])
async def test_a_database_that_is_not_marked_as_without_is_not_served_and_the_owner_told_what_to_do(
    sample_database: Path, tmp_path: Path, mark: int
) -> None:
    loaded = copied(sample_database, tmp_path)
    with sqlite3.connect(loaded) as connection:
        connection.execute(f"pragma application_id = {mark}")
    made = serve(loaded)
    with pytest.raises(click.ClickException, match=r"nianbao load --rebuild.*mask_contacts"):
        await made.invoke_startup()
    made.executor.shutdown()


async def test_a_file_that_cannot_be_read_is_a_sentence_and_one_of_other_tables_is_served(
    tmp_path: Path,
) -> None:
    other, broken = tmp_path / "other.db", tmp_path / "broken.db"
    with sqlite3.connect(other) as connection:
        connection.execute("create table reports (id integer)")
    broken.write_bytes(b"not a database at all" * 100)
    sites = [Datasette([str(path)], plugins_dir=str(ROOT / "plugins")) for path in (other, broken)]
    await sites[0].invoke_startup()
    with pytest.raises(click.ClickException, match=r"broken\.db cannot be read"):
        await sites[1].invoke_startup()
    for made in sites:
        made.executor.shutdown()


def test_the_setting_is_not_switched_off_in_the_projects_own_metadata() -> None:
    metadata = json.loads((ROOT / "metadata.json").read_text("utf-8"))
    assert metadata.get("plugins", {}).get("nianbao", {}).get("mask_contacts", True) is True
