"""Tables under a caption that names another year than the report's, or another body: their figures are withheld.

Where this year's table is a picture, last year's may be the only one that stands there as text. Who published
the report and for which year is found by `load.identify`.
"""

import re
from collections.abc import Sequence

from chinese import fold
from load.identify import Identity
from load.identify.dates import YEAR, year_of
from load.identify.publisher import is_name
from load.recognise.reading import TableReading

# 2022年…, 2022年度…, 2022年1月1日至…; but no other day of a year, which is that of publication.
_OF_YEAR = re.compile(rf"({YEAR})年(?:1月1日起?[至到—–~\-]|(?!\d|修订|版|格式))")
# A year that a line speaks of beside its own: 与2022年相比, 含2022年结转, 填报时间：2024年.
_BESIDE = re.compile(
    rf"(?:[与和同较比跟含自从据照按]|截[至止]|(?:填[报表]|制表|报送|编制|发布|公[布开])(?:时间|日期)\W?){YEAR}年(?!1月1日起?[至到—–~\-])"
    rf"|{YEAR}年度?(?:[^,;]{{0,6}}结转|相比|同期|以?[来前后]|起|底|末|新)"
)
_LAST_YEAR = re.compile(r"^\W*(?:[一二三四五六七八九十]\W+|附件?\d?\W*)?(?:上一?年|去年|往年)(?!项目)")
_THIS_YEAR_TOO = re.compile(r"本年|今年|结转|以来|不[计含]|相比")
_BODY = re.compile(
    rf"^\W*(?:附件?\d?\W+|{YEAR}年度?)*(?P<name>(?!因)[^\W\d_]{{4,40}}?)(?:{YEAR}年度?)?"
    r"(?:政府信息公开|信息公开|政务公开|主动公开|收到和处理|行政复议)"
)
_OFFICE = re.compile(r"人民政府|政府|办公[室厅]|办事处")


def withhold_others(tables: Sequence[TableReading], identity: Identity) -> bool:
    """Give up the figures of tables that another year's or body's caption stands above, with a doubt that says
    so; whether there were any."""
    found = False
    for table in tables:
        for caption in table.captions:
            whose = _whose(fold("".join(caption.split())), identity)
            if table.figures and whose:
                table.figures.clear()
                table.doubts.clear()
                table.doubt("header_order", None, f"“{caption}” above it names {whose}")
                found = True
    return found


def _whose(caption: str, identity: Identity) -> str | None:
    """What a caption names that is not the report's: its year, or its body; None where it names no other."""
    named_years = _OF_YEAR.finditer(_BESIDE.sub("", caption))
    years = [year for match in named_years if (year := year_of(match[1]))]
    if identity.fiscal_year and years and not min(years) <= identity.fiscal_year <= max(years):
        return f"{years[0]}, and the report is of {identity.fiscal_year}"
    if _LAST_YEAR.match(caption) and not _THIS_YEAR_TOO.search(caption):
        return "the year before"
    body = _BODY.match(caption)
    if body and identity.publisher and is_name(body["name"]):
        named, own = (_OFFICE.sub("", name) for name in (body["name"], fold(identity.publisher)))
        if not (shortens(named, own) or shortens(own, named) or named.startswith("国务院")):
            return "another body"
    return None


def shortens(name: str, full: str) -> bool:
    """Whether a name may be short for another: 市发改局 for 某省某市发展和改革局."""
    rest = iter(full)
    return all(character in rest for character in name)
