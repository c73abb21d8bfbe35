"""Which titles on a list are those of annual reports, and which only look so.

Judged by the title alone: a wrong yes costs one fetch and is found out when the page is read; a wrong no
loses a report. So words decide only where they stand for another kind of document.
"""

import re
from datetime import date
from functools import lru_cache

from chinese.folding import fold_label

_REPORT = re.compile(
    r"(?:政府信息|政务信息|政务|信息|资讯)公开"  # of what
    r"(?:工作)?(?:情况)?(?:\d{2,4}年?度?)?(?:工作)?(?:情况)?(?:的)?"
    r"(?:年度(?:工作)?(?:情况)?(?:总结)?报告|年报|工作报告|(?<=工作|情况|况的)报告|年度总结报告)"
)
_ANOTHER_KIND = (
    (
        re.compile(r"^(?:转发)?关于.{0,30}?(?:做好|报送|编制|编写|开展|征求|加强|填报|上报|召开)"),
        "a notice on how to report",
    ),
    (re.compile(r"报告.{0,20}(?:格式|模板|范本|样式)"), "a form to fill in"),
    (
        re.compile(
            r"(?:报告|年报)(?:的)?(?:编制|编写|撰写|填报|公开|发布|报送)?(?:工作)?(?:的)?(?:通知|要求|说明会|培训)"
        ),
        "a notice",
    ),
    (re.compile(r"(?:报告|年报).{0,8}(?:解读|图解|一图读懂|问答)$"), "an explanation of a report"),
    (re.compile(r"(?:报告|年报)(?:目录|汇总表|链接|专栏|公布情况)$"), "a list of reports"),
    (re.compile(r"(?:报告|年报).{0,12}(?:培训|会议|召开|部署)"), "news on the reports"),
    (re.compile(r"网站.{0,12}报表"), "a report on the web site"),
    (re.compile(r"[上下]半年|季度"), "a report on part of a year"),
    (re.compile(r"指南$"), "a guide"),
)
_ISSUED = re.compile(r"(?:印发|发布|公布|公开).{0,60}(?:报告|年报)")
_SCHOOL = re.compile(r"大学|学院|学年|学校|中学|小学|幼儿园|医院")


_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|度|政府信息|信息公开)")


def fiscal_year(title: str, listed_on: str | None) -> int | None:
    """The year that a report's title is about; where it names none, the one before it was listed.

    Good enough to count what a list has; what a report itself says is `load`'s to read.
    """
    named = _YEAR.search(fold_label(title))
    if named:
        return int(named.group(1))
    return int(listed_on[:4]) - 1 if listed_on else None


def newest_year_due(today: date) -> int:
    """The newest year whose reports must all be out.

    Departments publish by 31 January, governments by 31 March of the next year (《政府信息公开条例》, 国务院令第711号,
    第四十九条).
    """
    return today.year - (1 if today.month > 3 else 2)


@lru_cache(maxsize=4096)
def why_not_a_report(title: str) -> str | None:
    """None if `title` is that of an annual report on government information; else the reason, in words.

    Spaces, punctuation, width and script (Traditional, Simplified) make no difference.
    """
    label = fold_label(title)
    if not _REPORT.search(label):
        return "not a title of annual reports"
    for pattern, reason in _ANOTHER_KIND:
        if pattern.search(label):
            # A notice that publishes the report has the report on its page.
            if reason == "a notice" and _ISSUED.search(label):
                continue
            return reason
    if _SCHOOL.search(label) and "政府信息公开" not in label and "政务" not in label:
        return "the report of a school or hospital, under other rules"
    return None
