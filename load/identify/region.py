"""Which place a publisher belongs to: from its name first, then from other evidence, else withheld.

A wrong code is worse than none. A name is read from its start as a chain of places, each within the one
before. Names cut short (杭州 for 杭州市) count only where they cannot be a word of something else.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from load.identify.publisher import is_town, zone_in
from load.places import Place, as_of, full_names_in, mentions_at, place, within

# Short names that are another place's or everyday words too: alone they say nothing.
_NEVER_ALONE = frozenset(
    {"朝阳", "吉林", "海南", "海北", "海西", "海东", "甘南", "兴安", "台湾", "香港", "澳门", "北海"}
)
_NOT_IN_PROSE = frozenset({"公安县"})  # "…县公安县…" is the bureau, not the county
_ZONE_FOLLOWS = re.compile(
    r"(?:国家级?|省级)?(?:高新|经济|经开|工业|开发区|新区|产业|循环|综合保税|保税|临港|临空|化工)"
)
_ORGAN_ENDS = re.compile(r"(?:[局厅委]|委员会|海关|总队|支队|调查队|分行|管委会|人民政府办公[室厅])$")
_PART_OF_A_WORD = re.compile(r"[省市区县旗州盟镇乡村路门里]|街道|苏木|社区|地区|大街")
_TOWN_FOLLOWS = re.compile(r"(?:镇|乡|街道|苏木)(?:人民政府|政府|办事处|办|党|$)|办事处")
_OF_A_CENTRAL_BODY = re.compile(
    r"^(?:中华人民共和国|国家税务总局|国家统计局|中国人民银行|国家金融监督管理总局|中国银行保险监督管理委员会"
    r"|中国证券监督管理委员会|国家外汇管理局|国家矿山安全监察局|国家粮食和物资储备局|国家能源局|中共|中国)\(?"
)
_BRANCH = re.compile(r"[局行队](?=[^局行队]{2,10}(?:分局|税务局|支行|大队|中队)$)")
_BRACKETS = re.compile(r"\(([^()]+)\)")
_UNKNOWN_COUNTY = re.compile(r"[^局委厅办院城]{1,7}[县旗区](?:人民政府)?$")
_CORPS = "生产建设兵团"
_SITE_CODE = re.compile(r"^\d{10}$")
_CREDIT_CODE = re.compile(r"^[1-9a]\w(\d{6})[0-9a-z]{9}[0-9a-z]")


@dataclass(frozen=True, slots=True)
class Reading:
    """The places a name may begin with (the narrowest of each chain), where they end, and whether in full.

    `certain`: at least one of the names is complete, so that the chain does not rest on short names alone.
    `inner`: the name goes on with a county that the table does not have in that year (大兴安岭地区加格达奇区).
    """

    places: tuple[Place, ...]
    end: int
    certain: bool
    inner: bool = False


NOTHING = Reading((), 0, False)


def _alone_ok(text: str, end: int, found: Place) -> bool:
    """Whether a short name at the head of a publisher's name may stand for the place."""
    if found.short in _NEVER_ALONE or found.fictional:
        return False
    if found.level == "province":
        return True
    if found.level == "prefecture":
        return zone_in(text[end:]) or _ORGAN_ENDS.search(text) is not None
    return _ZONE_FOLLOWS.match(text, end) is not None


def _usable(text: str, end: int, kind: str, found: Place, above: tuple[Place, ...]) -> bool:
    if kind != "short":
        # 西区街道 is not in 攀枝花市西区, nor 巴州镇 in 巴州; 东区 alone may be any city's.
        return not _TOWN_FOLLOWS.match(text, end) and (
            bool(above) or not (len(found.name) == 2 and found.name.endswith("区"))
        )
    if _PART_OF_A_WORD.match(text, end):
        return False
    if not above:
        return _alone_ok(text, end, found)
    return found.level != "county" or _ZONE_FOLLOWS.match(text, end) is not None


def _chain(text: str, at: int, year: int | None, above: tuple[Place, ...], full: bool) -> Reading:
    best = Reading(above, at, False)
    for mention in mentions_at(text, at):
        end = at + len(mention.name)
        named = [
            other
            for other in mention.alternatives
            if (year is None or other.place.valid_in(year, tolerance=1))
            and (not above or any(within(other.place, outer) for outer in above))
            and (not full or other.kind == "full")
            and _usable(text, end, other.kind, other.place, above)
        ]
        if any(other.kind != "short" for other in named):
            named = [other for other in named if other.kind != "short"]
        elif not above and any(other.place.level != "county" for other in named):
            # 西安高新区 is the city's, not 牡丹江市西安区's.
            named = [other for other in named if other.place.level != "county"]
        elif not above and all(other.place.name.endswith("区") for other in named):
            continue  # 东湖高新技术产业开发区 is not in 南昌市东湖区
        if not named:
            continue
        further = _chain(text, end, year, tuple(other.place for other in named), full)
        if further.end > best.end:
            best = Reading(
                further.places, further.end, further.certain or any(other.kind != "short" for other in named)
            )
    return best


def _same_place(found: Iterable[Place], year: int | None) -> tuple[Place, ...]:
    """`found` as they were in `year`, each once; those not valid in it only if no other is."""
    then: dict[str, Place] = {}
    for item in found:
        now = as_of(item, year) or item
        then.setdefault(now.code, now)
    valid = tuple(item for item in then.values() if year is None or item.valid_in(year))
    return valid or tuple(then.values())


def read_name(name: str, year: int | None) -> Reading:
    """The places at the beginning of a publisher's name, as of `year`; none where a name might mislead."""
    central = _OF_A_CENTRAL_BODY.match(name)
    start = central.end() if central else 0
    reading = _chain(name, start, year, (), full=False)
    if not reading.places:
        return NOTHING
    rest = name[reading.end :]
    if not reading.certain and is_town(rest) and not _ZONE_FOLLOWS.match(rest):
        return NOTHING  # 北京街道 is in 广州, 湖南镇 in 浙江
    if rest.startswith(_CORPS):
        return NOTHING  # the corps has cities of its own all over 新疆
    if _UNKNOWN_COUNTY.match(rest) and not zone_in(rest):
        return Reading(reading.places, reading.end, reading.certain, inner=True)
    if zone_in(rest) and _names_elsewhere(rest, reading.places, year):
        return NOTHING  # 苏州宿迁工业园区 is in 宿迁
    finals = reading.places
    branch = _BRANCH.search(rest)
    if branch:
        finals = _refined(rest, branch.end(), finals, year) or finals
    for bracket in _BRACKETS.finditer(rest):  # 武汉经济技术开发区(汉南区)
        finals = _refined(bracket[1], 0, finals, year, whole=True) or finals
    return Reading(_same_place(finals, year), reading.end, reading.certain)


def _names_elsewhere(rest: str, outer: tuple[Place, ...], year: int | None) -> bool:
    """Whether what follows the places of a name begins with one more, which is neither within nor around them."""
    named = [
        other.place
        for mention in mentions_at(rest, 0)
        for other in mention.alternatives
        if (year is None or other.place.valid_in(year, tolerance=1))
        and not (other.place.level == "county" and other.place.name.endswith("区"))
    ]
    return bool(named) and not any(compatible(found, around) for found in named for around in outer)


def _refined(
    text: str, at: int, outer: tuple[Place, ...], year: int | None, whole: bool = False
) -> tuple[Place, ...]:
    for mention in mentions_at(text, at):
        if whole and len(mention.name) != len(text):
            continue
        inner = tuple(
            other.place
            for other in mention.alternatives
            if (year is None or other.place.valid_in(year, tolerance=1))
            and any(within(other.place, around) for around in outer)
        )
        if inner:
            return inner
    return ()


def places_in(prose: str, year: int | None) -> tuple[Place, ...]:
    """The places that a prose names in full, each once, the narrowest of each chain; ambiguous names left out.

    Names of two characters count only after their parent's: "传达县委" is not 达县.
    """
    found: dict[str, Place] = {}
    at = 0
    for start in full_names_in(prose):
        reading = _chain(prose, start, year, (), full=True) if start >= at else NOTHING
        name = prose[start : reading.end]
        if reading.places and len(name) > 2 and name not in _NOT_IN_PROSE:
            same = _same_place(reading.places, year)
            if len(same) == 1:
                found[same[0].code] = same[0]
        at = max(at, reading.end)
    return tuple(found.values())


def of_code(code: str | None, year: int | None) -> Place | None:
    """The place of a six-digit code, current or past, under its code of `year`; None if that is not known."""
    known = place(code) if code else None
    return as_of(known, year) if known else None


def of_site_code(meta: Mapping[str, str], year: int | None) -> Place | None:
    """The sponsoring government of a site, from its 网站标识码 (ten digits, six of them a division)."""
    code = meta.get("siteidcode", "") or meta.get("网站标识码", "")
    return of_code(code.strip()[:6], year) if _SITE_CODE.match(code.strip()) else None


def of_credit_code(meta: Mapping[str, str], year: int | None) -> Place | None:
    """The division in the 统一社会信用代码 that some 索引号 begin with."""
    code = _CREDIT_CODE.match(meta.get("索引号", "").strip().lower())
    return of_code(code[1], year) if code else None


def compatible(one: Place, other: Place) -> bool:
    """Whether two places are the same or one lies in the other."""
    return one.code == other.code or within(one, other) or within(other, one)


def narrowed(candidates: tuple[Place, ...], hints: Iterable[Place]) -> tuple[Place, ...]:
    """The one of `candidates` that every hint agrees on which tells them apart; else all of them."""
    agreed = {}
    for hint in hints:
        left = [item for item in candidates if compatible(item, hint)]
        if len(left) == 1:
            agreed[left[0].code] = left[0]
    return tuple(agreed.values()) if len(agreed) == 1 else candidates


def has_no_counties(found: Place) -> bool:
    """Whether a prefecture is one of the cities without counties (东莞市, 中山市, 儋州市, 嘉峪关市)."""
    return found.level == "prefecture" and found.code in ("441900", "442000", "460400", "620200")
