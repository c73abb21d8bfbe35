"""Contact details are not served, unless asked for; figures and all other text stay as they are."""

import json
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import click
import invented
import pytest
from datasette.app import Datasette
from hypothesis import given
from hypothesis import strategies as st
from serving import ROOT, serve

from chinese.contacts import MAIL, MASKED, NAME, PHONE, masked
from plugins.publication.privacy import public_database

REPORT = invented.telling_reports()["contacts"]
DETAILS = ("0000-0000000", "13000000000", "nobody@example.invalid", "甲某某")


@pytest.mark.parametrize(
    ("text", "public"),
    [
        (
            "联系电话：0311-00000000，电子邮箱：nobody@example.invalid。",
            f"联系电话：{PHONE}，电子邮箱：{MAIL}。",
        ),
        ("电话：00000001、00000002转8012；传真：(0311)0000-0000", f"电话：{PHONE}；传真：{PHONE}"),
        ("手机 130 0000 0000", f"手机 {PHONE}"),
        ("拨打１３０００００００００咨询", f"拨打{PHONE}咨询"),
        ("热线400-000-0000", f"热线{PHONE}"),
        (
            "单位负责人：甲某　审核人：乙某某　填报人：丙某　联系电话：13000000000",
            f"单位负责人：{NAME}　审核人：{NAME}　填报人：{NAME}　联系电话：{PHONE}",
        ),
        ("单位负责人 王某某 审核人 李某", f"单位负责人 {NAME} 审核人 {NAME}"),
        ("联系人：甲某、乙某、丙某某（科长）", f"联系人：{NAME}、{NAME}、{NAME}（科长）"),
        ("联系人张某某，电话00000000", f"联系人{NAME}，电话00000000"),
        ("填报人：甲 某", f"填报人：{NAME}"),
        ("負責人：某某·某某", f"負責人：{NAME}"),
        ("经办人：甲某某联系电话：010-00000000", f"经办人：{NAME}联系电话：{PHONE}"),
    ],
)
def test_contact_details_are_masked(text: str, public: str) -> None:
    assert masked(text) == public


@pytest.mark.parametrize(
    "text",
    [
        "全年新收申请1384件，办结1380件，收费13812345元。",
        "接听电话1523次，解答电话 12345678 个来电，12345热线受理2023年件数200件。",
        "各科室负责人及业务人员参加培训200人次；负责人高度重视，亲自部署；审核人员会签。",
        "联系人：办公室　负责人：无",
        "国办公开办函〔2021〕30号，2024-01-01 至 2024-12-31。",
        "发布信息6292条，其中门户网站3479条、政务新媒体2722条。",
    ],
)
def test_figures_dates_and_prose_are_left_as_they_are(text: str) -> None:
    assert masked(text) == text


_WORDS = st.sampled_from(
    [
        "联系人：",
        "甲某某",
        "电话",
        "：",
        "0000",
        "-",
        "1300000",
        "@",
        "a.b",
        "、",
        " ",
        "。",
        "负责人",
        "张",
        "件",
        "\n",
    ]
)


@given(st.lists(_WORDS, max_size=30).map("".join))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@given(st.text(alphabet="中文件条元0123456789，。（）〔〕 \n", max_size=80))
def test_short_numbers_are_never_taken_for_telephones(text: str) -> None:
    if max(map(len, re.findall(r"[\d\s（）〔〕]+", text)), default=0) < 7:
        assert masked(text) == text


# --- what is served --------------------------------------------------------------------------------------


@pytest.fixture
async def open_site(sample_database: Path) -> AsyncIterator[Datasette]:
    """The site as it is when its owner has the contact details shown."""
    made = Datasette(
        [],
        immutables=[str(sample_database)],
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
    site: Datasette, sample_database: Path
) -> None:
    answer = await site.client.get("/nianbao.db")
    assert 'filename="nianbao.db"' in answer.headers["content-disposition"]
    for detail in DETAILS:
        assert detail.encode() in sample_database.read_bytes()
        assert detail.encode() not in answer.content


async def test_everything_else_is_served_as_it_was_loaded(site: Datasette, sample_database: Path) -> None:
    loaded = sqlite3.connect(sample_database)
    for table, key in (
        ("reports", "id"),
        ("checks", "report_id, number"),
        ("requests", "rowid"),
        ("documents", "id"),
    ):
        sql = f"select * from {table} order by {key}"  # a table's name out of the list above
        before = loaded.execute(sql).fetchall()
        after = (
            [tuple(row) for row in (await site.get_database("nianbao").execute(sql)).rows]
            if len(before) < 1000
            else before
        )
        assert [
            tuple(masked(v) if isinstance(v, str) and "0000" in v else v for v in row) for row in before
        ] == after
    loaded.close()


async def test_the_owner_can_have_them_shown(open_site: Datasette) -> None:
    page = (await open_site.client.get(f"/nianbao/reports/{REPORT}")).text
    for detail in DETAILS:
        assert detail in page


def test_a_copy_is_made_once_for_each_state_and_none_where_there_is_nothing_to_mask(
    sample_database: Path, tmp_path: Path
) -> None:
    loaded = tmp_path / "nianbao.db"
    shutil.copyfile(sample_database, loaded)
    public = public_database(loaded)
    assert public != loaded
    made = public.stat().st_ino
    assert public_database(loaded).stat().st_ino == made
    with sqlite3.connect(public) as connection:
        assert connection.execute("pragma application_id").fetchone() == (MASKED,)
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    assert public_database(public) == public
    with sqlite3.connect(loaded) as connection:
        connection.execute("update reports set remarks = remarks || '。'")
    assert public_database(loaded).stat().st_ino != made
    with sqlite3.connect(loaded) as connection:
        connection.execute("update reports set remarks = ''")
    assert public_database(loaded) == loaded
    assert [path.name for path in public.parent.iterdir()] == ["nianbao.db"]


async def test_where_no_copy_can_be_made_the_site_does_not_start_and_says_why(
    sample_database: Path, tmp_path: Path
) -> None:
    loaded = tmp_path / "nianbao.db"
    shutil.copyfile(sample_database, loaded)
    loaded.with_name("inspect-data.json").write_text("{}")
    (tmp_path / ".masked").write_text("in the way")
    made = serve(loaded)
    with pytest.raises(click.ClickException, match="mask_contacts"):
        await made.invoke_startup()
    made.executor.shutdown()


def test_the_setting_is_not_switched_off_in_the_projects_own_metadata() -> None:
    metadata = json.loads((ROOT / "metadata.json").read_text("utf-8"))
    assert metadata.get("plugins", {}).get("nianbao", {}).get("mask_contacts", True) is True
