"""The laws of contact details: what is taken for one, what is left alone, and that JSON stays JSON."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chinese.contacts import MAIL, NAME, PHONE, masked, masked_json


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
        '"',
    ]
)


@given(st.lists(_WORDS, max_size=30).map("".join))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@given(st.text(alphabet="中文件条元0123456789，。（）〔〕 \n", max_size=80))
def test_short_numbers_are_never_taken_for_telephones(text: str) -> None:
    if max(map(len, re.findall(r"[\d\s（）〔〕]+", text)), default=0) < 7:
        assert masked(text) == text


@given(st.lists(st.lists(_WORDS, max_size=9).map("".join), max_size=4))
def test_in_json_the_strings_are_masked_and_nothing_else(strings: list[str]) -> None:
    stored = {"table2": strings, "number": 13000000000, "blank": None}
    public = json.loads(masked_json(json.dumps(stored, ensure_ascii=False, separators=(",", ":"))))
    assert public == stored | {"table2": [masked(text) for text in strings]}


def test_an_address_after_a_line_break_leaves_json_whole() -> None:
    text = json.dumps({"table2": ["12\nnobody@example.invalid", None, 7]}, ensure_ascii=False)
    assert json.loads(masked_json(text)) == {"table2": [f"12\n{MAIL}", None, 7]}
