"""The fiscal year and the date of publication, as the clues give them. Text comes in folded (`chinese.fold`)."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

EARLIEST, LATEST = 2003, 2099  # no report is older than Shanghai's of 2004

_DIGITS = {numeral: str(value) for value, numeral in enumerate("零一二三四五六七八九")}
_DIGITS |= dict.fromkeys("〇○o0〇", "0")
_CHINESE_YEAR = "二[〇○零o0][〇○零o0一二三四五六七八九]{2}"
# Begins with its characters, which the search can skip to, and looks at what stands before them after that.
YEAR = rf"(?:20\d\d|{_CHINESE_YEAR})(?<!\d{{5}})(?!\d)"
_DAY = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_DATE = re.compile(rf"({YEAR})\s*[年./-]\s*({_DAY})\s*[月./-]\s*({_DAY})(?!\d)\s*日?")
_STAMP = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)")

_PERIOD = re.compile(
    rf"({YEAR})年(?:1|0?[1-9]|1[0-2]|[一五])月(?:0?1|一)日起?(?:开始)?[至到\-—–~－]+({YEAR})?年?(?:12|十二)月(?:31|三十一)日"
)
_PERIOD_YEAR = re.compile(
    rf"统计(?:期限|时限|时段|周期|时间|期间)[为是:]*({YEAR})年度?(?![0-9一二三四五六七八九十])"
)
_REPORT_OF_YEAR = re.compile(
    rf"({YEAR})年度?(?:本[^,。]{{1,3}})?(?:政府|政务)?信息公开(?:工作)?(?:年度)?(?:工作)?(?:报告|年报)"
)
_STATISTICS = re.compile(r"统计|时限|期限|数据|周期")

_REFERENCE = re.compile(r"[〔\[(]20\d\d[〕\])]\s*第?\d+号")
_REPORT_WORDS = re.compile(r"信息公开|政务公开|年度报告|年报")

_QUERY_YEAR = re.compile(r"[?&](?:fbtime|year|nbyear|timeframe|nd)=(20\d\d)(?!\d)", re.IGNORECASE)
_FOLDER_YEAR = re.compile(r"/(20\d\d)n(?:b|d|ian)?(?=/|[a-z]{4,}/)|nfpv(20\d\d)(?!\d)|annualreport/[^?]*/(20\d\d)\.html",
                          re.IGNORECASE)  # fmt: skip
_URL_DATES = (
    re.compile(r"/t(20\d\d)(\d\d)(\d\d)_"),
    re.compile(r"/(20\d\d)/(\d{1,2})/(\d{1,2})/"),
    re.compile(r"/(20\d\d)[-/](\d\d)[-/](\d\d)[/-]"),
    re.compile(r"/(20\d\d)(\d\d)/?(\d\d)/"),
    re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)\d{6,}"),
)
_URL_MONTH = re.compile(r"/(20\d\d)-?(0[1-9]|1[0-2])/")

# The date of publication: best first. The date of making (成文, 生成) is another date, the best stand-in.
_DATE_NAMES = ("pubdate", "publishdate", "发布时间", "发布日期", "发表日期", "发表时间", "公开日期", "公开时间",
               "编辑日期", "日期", "成文日期", "生成日期", "发文日期", "形成日期")  # fmt: skip
_LABELLED = re.compile(r"(?:发布|发表|编辑|公开|信息|更新)(?:时间|日期)\s*[::]?\s*(?=20|二)")
_CLOCK = re.compile(r"(?:今天|现在|当前|今日|北京时间)[^。\n]{0,6}$")
_NOT_SIGNED = re.compile(r"[自至从于到截\-—~起]\s*$")


def year_of(text: str) -> int | None:
    """A year of digits or of Chinese numerals as a number; None outside 2003 to 2099."""
    digits = text if text.isdigit() else "".join(_DIGITS.get(char, "x") for char in text)
    return int(digits) if digits.isdigit() and EARLIEST <= int(digits) <= LATEST else None


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, found, ones = text.partition("十")
    if not found:
        return int(_DIGITS.get(text, "0"))
    return int(_DIGITS.get(tens, "1") if tens else 1) * 10 + int(_DIGITS.get(ones, "0"))


def _day(year: str, month: str, day: str) -> date | None:
    number = year_of(year)
    if number is None:
        return None
    try:
        return date(number, _number(month), _number(day))
    except ValueError:
        return None


def _dates(text: str) -> Iterator[tuple[re.Match[str], date]]:
    for match in _DATE.finditer(text):
        found = _day(*match.groups())
        if found is not None:
            yield match, found


def year_in_title(title: str) -> int | None:
    """The fiscal year a title names, taken nearest before its words "政府信息公开", else after; else None."""
    bare = _DATE.sub("", _REFERENCE.sub("", title))
    words = _REPORT_WORDS.search(bare)
    if words is None:
        return None
    years = [(match.start(), year_of(match[0])) for match in re.finditer(YEAR, bare)]
    before = [year for at, year in years if year and at < words.start()]
    after = [year for at, year in years if year and at > words.start()]
    return before[-1] if before else after[0] if after else None


def years_of_period(prose: str) -> list[int]:
    """The years of the sentences that say which period the figures cover, the most explicit first.

    A sentence whose two years differ, or whose digits run together (202020年), says nothing.
    """
    text = "".join(prose.split())
    found: list[tuple[bool, int]] = []
    for match in _PERIOD.finditer(text):
        year = year_of(match[1])
        if year is not None and (match[2] is None or year_of(match[2]) == year):
            found.append((not _STATISTICS.search(text[max(0, match.start() - 20) : match.start()]), year))
    for match in _PERIOD_YEAR.finditer(text):
        year = year_of(match[1])
        if year is not None:
            found.append((False, year))
    if not found:
        found = [(True, year) for match in _REPORT_OF_YEAR.finditer(text) if (year := year_of(match[1]))]
    found.sort(key=lambda item: item[0])
    return list(dict.fromkeys(year for _, year in found))


def signature_date(closing: str) -> tuple[date, int] | None:
    """The last date that stands as a signature does, at the end of a line, and where it begins in `closing`."""
    signed = None
    for match, found in _dates(closing):
        rest = closing[match.end() : match.end() + 4].lstrip(" \t　)")
        if (
            not rest or rest[0] in "\n\r(" or rest.startswith(("附件", "相关", "打印"))
        ) and not _NOT_SIGNED.search(closing[: match.start()]):
            signed = found, match.start()
    return signed


def _loose_date(text: str) -> date | None:
    for _, found in _dates(text):
        return found
    stamp = _STAMP.search(text)
    return _day(*stamp.groups()) if stamp else None


def date_in_meta(meta: Mapping[str, str]) -> date | None:
    """The date of publication in meta tags and index boxes."""
    for name in _DATE_NAMES:
        found = _loose_date(meta[name]) if meta.get(name) else None
        if found is not None:
            return found
    return None


def date_listed(listed_on: str | None) -> date | None:
    """The date beside the link on the list page."""
    return _loose_date(listed_on) if listed_on else None


def date_in_opening(opening: str) -> date | None:
    """A date that is labelled (发布时间：…) or stands alone, in brackets or on its line, under the title.

    The clock in a page's header (今天是…星期一) is none.
    """
    for match, found in _dates(opening):
        before, after = opening[: match.start()], opening[match.end() : match.end() + 8]
        if _CLOCK.search(before[-12:]) or "星期" in after:
            continue
        labelled = _LABELLED.search(opening[max(0, match.start() - 10) : match.start() + 2])
        opened = before.rstrip(" \t　")[-1:] in ("", "\n", "(")
        if labelled or (opened and after.lstrip(" \t　")[:1] in ("", "\n", ")")):
            return found
    return None


def date_in_url(url: str | None) -> date | None:
    """The day in an address: tYYYYMMDD_, /art/Y/M/D/, a time stamp."""
    for pattern in _URL_DATES:
        match = pattern.search(url or "")
        found = _day(*match.groups()) if match else None
        if found is not None:
            return found
    return None


def year_in_query(url: str | None) -> int | None:
    """The fiscal year in an address's query (fbtime=2023) or in a folder of the year (/2023n/)."""
    match = _QUERY_YEAR.search(url or "") or _FOLDER_YEAR.search(url or "")
    return year_of(next(group for group in match.groups() if group)) if match else None


def year_before_address(url: str | None) -> int | None:
    """The year before the month in an address, if that month is one in which reports are published."""
    found = date_in_url(url)
    match = None if found else _URL_MONTH.search(url or "")
    year, month = (found.year, found.month) if found else (int(match[1]), int(match[2])) if match else (0, 0)
    return year - 1 if year > EARLIEST and month <= 4 else None
