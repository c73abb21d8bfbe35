"""The publishers of the fictional province: governments, departments, towns, subdistricts and zones.

`publishers` gives the sample's fixed set, `many` any number for a benchmark. Places come from
`load/places/fictional.csv`; every other name is put together from syllables that mean "invented".
What a publisher's year looks like in figures follows from its `Profile`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import islice, product
from random import Random

from sample.figures import Profile

YEARS = range(2019, 2026)


@dataclass(frozen=True, slots=True)
class Place:
    """A province, city or county of the fictional province; `parent` is the city of a county."""

    code: str
    name: str
    level: str
    parent: str | None

    @property
    def full_name(self) -> str:
        """The name as a title prints it: a district behind its city, everything else alone."""
        return f"{self.parent}{self.name}" if self.parent and self.name.endswith("区") else self.name


@dataclass(frozen=True, slots=True)
class Publisher:
    """A body that reports. `field` is its line of work, which its prose speaks of (see `narrative`).

    `first_year` is its first report; `late_years` are years after 2020 for which it still fills in the
    form of 2019.
    """

    name: str
    place: Place
    level: str
    kind: str
    field: str
    profile: Profile
    first_year: int = 2019
    late_years: frozenset[int] = frozenset()

    @property
    def site(self) -> str:
        """The government whose site carries the report: mostly the city's."""
        return f"{self.place.name if self._has_own_site else self.place.parent}人民政府"

    @property
    def site_code(self) -> str:
        """The ten-digit code of that site: the code of its place and a number."""
        code = self.place.code
        return f"{code if self._has_own_site else code[:4] + '00'}0001"

    @property
    def _has_own_site(self) -> bool:
        return self.place.parent is None or self.place.code in _COUNTIES_WITH_SITES

    def version(self, year: int) -> str:
        """The version of the form that it fills in for `year`."""
        return "2019" if year < 2021 or year in self.late_years else "2021"


_COUNTIES_WITH_SITES = frozenset({"990181", "990222", "990321", "990481", "990521"})
"""The counties that have a site of their own; those of others are parts of their city's."""

# Name behind the place's, line of work, and requests, documents, licences, penalties, coercive measures
# and fees (10,000 yuan) that a county's department typically has in one year.
_DEPARTMENTS = (
    ("财政局", "财政", 3, 1.5, 0, 1, 0, 0),
    ("自然资源局", "土地", 26, 1.0, 320, 18, 0.5, 640),
    ("教育局", "教育", 6, 1.2, 45, 2, 0, 120),
    ("住房和城乡建设局", "住房", 22, 1.0, 410, 30, 1, 210),
    ("生态环境局", "环保", 9, 0.4, 75, 46, 3, 12),
    ("人力资源和社会保障局", "社保", 7, 1.0, 60, 14, 0, 4),
    ("民政局", "民政", 4, 1.0, 38, 1, 0, 0),
    ("公安局", "治安", 12, 0.4, 5200, 3100, 160, 85),
    ("交通运输局", "交通", 5, 0.6, 280, 150, 6, 0),
    ("农业农村局", "农业", 8, 0.8, 95, 24, 1, 0),
    ("水利局", "水利", 3, 0.5, 36, 9, 0.3, 130),
    ("卫生健康局", "卫生", 6, 0.6, 340, 62, 1, 3),
    ("市场监督管理局", "市场", 15, 0.5, 4300, 260, 22, 40),
    ("应急管理局", "应急", 4, 0.6, 52, 71, 2, 0),
    ("文化广电和旅游局", "文旅", 2, 0.4, 44, 11, 0, 0),
    ("发展和改革局", "项目", 5, 1.0, 160, 1, 0, 0),
    ("审计局", "财政", 1, 0.2, 0, 2, 0, 0),
    ("司法局", "法治", 3, 0.4, 12, 0.5, 0, 0),
    ("城市管理局", "城管", 11, 0.6, 520, 940, 14, 70),
    ("医疗保障局", "医保", 2, 0.5, 0, 8, 0, 0),
    ("行政审批局", "项目", 3, 0.4, 8600, 0, 0, 0),
    ("退役军人事务局", "民政", 2, 0.2, 0, 0, 0, 0),
    ("统计局", "项目", 0.6, 0.1, 0, 3, 0, 0),
    ("林业局", "农业", 3, 0.4, 88, 17, 1, 25),
)
_ZONES = (
    ("990100", "高新技术产业开发区", 46),
    ("990200", "经济技术开发区", 21),
    ("990400", "临港产业园区", 8),
    ("990500", "生态旅游示范区", 4),
)
_FIRST = "拟仿样例设幻虚假构想"
_SECOND = "山水石松桥塘岭河湾坪溪泉峰原梅竹云霞星月"
_TOWN_ENDINGS = (("镇人民政府", "government"), ("乡人民政府", "government"), ("街道办事处", "subdistrict"))


@cache
def places() -> tuple[Place, ...]:
    """The places of the fictional province, in the order of their codes."""
    text = files("load.places").joinpath("fictional.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    names = {row["code"]: row["name"] for row in rows}
    return tuple(
        Place(
            code=row["code"],
            name=row["name"],
            level=row["level"],
            parent=names[row["code"][:4] + "00"] if row["level"] == "county" else None,
        )
        for row in rows
    )


@cache
def publishers() -> tuple[Publisher, ...]:
    """The sample's publishers, about eighty, always the same."""
    rng = Random("publishers")
    governments = [government(place, rng) for place in places()]
    rest = [_zone(code, ending, requests, rng) for code, ending, requests in _ZONES]
    province, *others = places()
    rest += [_department(province, i, rng) for i in (0, 1, 2, 4, 5, 11)]
    for place in others:
        chosen = rng.sample(range(len(_DEPARTMENTS)), 3 if place.parent is None else 1)
        rest += [_department(place, i, rng) for i in sorted(chosen)]
    counties = [place for place in others if place.parent]
    for i, place in enumerate(counties):
        first, second = _FIRST[i % len(_FIRST)], _SECOND[(7 * i) % len(_SECOND)]
        ending = 2 if place.name.endswith("区") else i % 2
        rest.append(_town(place, first + second, ending, rng))
    shortened = []
    for publisher in rest:
        start = rng.choice((2019, 2020, 2021, 2022, 2023, 2024))
        late = frozenset({2021}) if rng.random() < 0.06 and start <= 2021 else frozenset()
        shortened.append(replace(publisher, first_year=start, late_years=late))
    return (*governments, *shortened)


def many(seed: int) -> Iterator[Publisher]:
    """Publishers without end to their variety (some 160,000), in an order that mixes all kinds.

    Of twenty, one is a government or a whole department, eleven are branches of departments, eight are
    towns and subdistricts: roughly as in reality.
    """
    rng = Random(f"many {seed}")
    counties = [place for place in places() if place.parent]
    big = [government(place, rng) for place in places()]
    big += [_department(place, i, rng) for place in places() for i in range(len(_DEPARTMENTS))]
    names = [a + b + c for a, b, c in product(_FIRST, _SECOND, ("", *_SECOND))]
    rng.shuffle(names)
    towns = product(names, range(len(_TOWN_ENDINGS)), counties)
    branches = product(names, range(len(_DEPARTMENTS)), counties)
    big_ones = iter(big)
    while True:
        group = [next(big_ones, None)]
        group += [_branch(place, i, name, rng) for name, i, place in islice(branches, 11)]
        group += [_town(place, name, e, rng) for name, e, place in islice(towns, 8)]
        if not any(group):
            return
        yield from (publisher for publisher in group if publisher)


def government(place: Place, rng: Random) -> Publisher:
    """The people's government of a place."""
    requests, documents, licences = {
        "province": (2600, 24, 52000),
        "prefecture": (620, 12, 38000),
        "county": (130, 5, 9500),
    }[place.level]
    size = rng.lognormvariate(0.0, 0.45)
    profile = Profile(
        requests=requests * size,
        documents=documents,
        makes_regulations=place.level != "county",
        licences=licences * size,
        penalties=licences * size * 0.22,
        coercions=licences * size * 0.01,
        fees_10k_yuan=licences * size * 0.09,
        openness=rng.lognormvariate(0.0, 0.35),
        contention=rng.lognormvariate(0.0, 0.4),
    )
    return Publisher(f"{place.full_name}人民政府", place, place.level, "government", "综合", profile)


def _department(place: Place, index: int, rng: Random) -> Publisher:
    ending, field, requests, documents, licences, penalties, coercions, fees = _DEPARTMENTS[index]
    scale = {"province": 11.0, "prefecture": 3.5, "county": 1.0}[place.level]
    if place.level == "province":
        ending = {"审计局": "审计厅", "统计局": "统计局"}.get(ending, ending.replace("局", "厅"))
        ending = {"卫生健康厅": "卫生健康委员会", "发展和改革厅": "发展和改革委员会"}.get(ending, ending)
    size = scale * rng.lognormvariate(0.0, 0.6)
    profile = Profile(
        requests=requests * size,
        documents=documents * scale**0.5,
        licences=licences * size,
        penalties=penalties * size,
        coercions=coercions * size,
        fees_10k_yuan=fees * size,
        openness=rng.lognormvariate(0.0, 0.5),
        contention=rng.lognormvariate(0.0, 0.5),
    )
    return Publisher(f"{place.full_name}{ending}", place, place.level, "department", field, profile)


def _branch(place: Place, index: int, name: str, rng: Random) -> Publisher:
    whole = _department(place, index, rng)
    profile = replace(whole.profile, requests=whole.profile.requests / 3, documents=0.1)
    return replace(whole, name=f"{whole.name}{name}分局", profile=profile)


def _town(place: Place, name: str, ending: int, rng: Random) -> Publisher:
    suffix, kind = _TOWN_ENDINGS[ending]
    requests = 0.15 if rng.random() < 0.8 else rng.lognormvariate(1.0, 0.8)
    licences = 0.0 if rng.random() < 0.5 else rng.lognormvariate(3.5, 1.0)
    profile = Profile(requests, documents=0.0, licences=licences, penalties=0.4, coercions=0.0)
    return Publisher(f"{place.full_name}{name}{suffix}", place, "township", kind, "基层", profile)


def _zone(code: str, ending: str, requests: float, rng: Random) -> Publisher:
    place = next(place for place in places() if place.code == code)
    profile = Profile(requests, 2, False, 5200, 240, 3, 310, contention=rng.lognormvariate(0.3, 0.4))
    name = f"{place.name.removesuffix('市')}{ending}管理委员会"
    return Publisher(name, place, "development_zone", "development_zone", "园区", profile)
