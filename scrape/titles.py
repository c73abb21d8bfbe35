"""Which titles on a list are those of annual reports, and which only look so.

Judged by the title, and by the column's name where the title leaves the rest to it. A wrong yes costs one
fetch and is found out when the page is read; a wrong no loses a report. So words decide only where they
stand for another kind of document.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from chinese.folding import fold_label
from scrape.exchange import Exchange
from scrape.pages import is_html, soup

_YEAR_DIGITS = r"(?:\d{2,4}|[〇零一二三四五六七八九]{2,4})年?度?"
_AN_ORGAN = r"中心|学校|学院|基地|站|支队|大队|总队|分?局|处|办公室"
_A_PLACE = r"[路街巷城镇乡村]|.{0,2}街道|管理"
"""What makes a place's name, or an office's, of the words before it: 学院路街道, 大学城管委会, 医院管理局."""

_REPORT = re.compile(
    r"(?:政府信息|政务信息|政务|信息|资讯)公开"  # of what
    rf"(?:年度)?(?:工作)?(?:开展)?(?:情况)?(?:{_YEAR_DIGITS})?(?:工作)?(?:情况)?(?:的)?"
    r"(?:年度?(?:工作)?(?:情况)?(?:总结)?(?:年度)?报告|年报|工作(?:年终|总结)?报告"
    r"|(?<=工作|情况|况的|作的)(?:总结)?报告|年终(?:总结)?报告)"
    rf"|{_YEAR_DIGITS}.{{0,30}}政府信息公开报告|年度信息公开报告|政府信息公开报告{_YEAR_DIGITS}"
)
_ANOTHER_KIND = (
    (
        re.compile(r"^.{0,20}?关于.{0,30}?(?:做好|报送|编制|编写|征求|加强|填报|上报|召开)"),
        "a notice on how to report",
    ),
    (re.compile(r"^.{0,20}?关于.{0,30}?开展.{0,60}(?:通知|活动|检查|评估)$"), "a notice on how to report"),
    (re.compile(r"报告.{0,20}(?:格式|模板|范本|样式|填报说明)"), "a form to fill in"),
    (
        re.compile(
            r"(?:报告|年报)(?:的)?(?:工作)?(?:编制|编写|发布|公布|公开|报送)?(?:和发布)?(?:工作)?(?:的)?"
            r"(?:制度|办法|规定|规范|流程|规程|方案|指引|计划(?!生育))"
        ),
        "a rule on reports",
    ),
    (
        re.compile(
            r"(?:报告|年报)(?:的)?(?:(?:编制|编写|撰写|填报|公开|发布|报送|工作)+(?:的)?通知"
            r"|(?:编制|编写|填报|报送)?(?:工作)?(?:的)?(?:要求|说明会))"
        ),
        "a notice",
    ),
    (re.compile(r"^.{0,6}(?:解读(?!中心)|图解|读懂|速览|速读|数说|图说)"), "an explanation of a report"),
    (
        re.compile(r"(?:报告|年报).{0,8}(?:解读|图解|一图读懂|一图看懂|问答|编制说明)$"),
        "an explanation of a report",
    ),
    (
        re.compile(r"(?:报告|年报)(?:的)?(?:目录|汇总表?|链接|专栏|专题|列表|公布情况|公开情况)$"),
        "a list of reports",
    ),
    (re.compile(r"^(?:历年|往年|(?:\d{4}年度?)?各(?:部门|单位|乡镇|镇|街道|县|区|市))"), "a list of reports"),
    (
        re.compile(
            rf"(?:报告|年报).{{0,12}}(?:(?:培训|会议|检查)(?!{_AN_ORGAN})|召开|部署|点评|通报|评议|抽查|排名)"
        ),
        "news on the reports",
    ),
    (re.compile(r"(?:召开|举办|组织|参加).{0,60}(?:会|培训|培训班)$"), "news on the reports"),
    (re.compile(r"(?:报告|年报).{0,8}(?:征集|满意度|问卷|意见建议)"), "a question to the public"),
    (re.compile(r"网站.{0,12}报表"), "a report on the web site"),
    (
        re.compile(
            r"(?:[上下]半年|季度)(?!.*(?:年度.{0,6}报告|年报))|年(?!112月)\d{1,4}月份?(?:政府信息|政务|信息)公开"
        ),
        "a report on part of a year",
    ),
    (re.compile(r"指南$"), "a guide"),
)
_ISSUED = re.compile(r"(?:印发|发布|公布|(?<!信息)(?<!政务)公开).{0,60}(?:报告|年报)")
_SENT_UP = re.compile(r"关于(?:报送|上报).{0,40}(?:报告|年报)的?(?:报告|函)$")
_GOVERNMENT = re.compile(r"政府信息公开|政务")
_OTHER_RULES = (
    (
        re.compile(rf"(?:大学|学院|学校|中学|小学|医院)(?!{_A_PLACE})|学年|幼儿园"),
        "the report of a school or hospital, under other rules",
    ),
    (re.compile(r"公司|集团|企事业单位|公用事业|水厂"), "the report of an enterprise, under other rules"),
    (re.compile(r"(?:预决?算|决算|财政|企业|环境保护设施)信息公开"), "a report on other disclosures"),
)

_COLUMN = re.compile(
    r"公开(?:工作)?(?:情况)?(?:年度?(?:工作)?(?:总结)?报告|年报|工作报告)|^(?:历年)?年(?:报|度报告)$"
)
_OTHER_COLUMN = re.compile(r"网站|法治|预算|决算|财政|统计")
_YEAR_ALONE = r"(?:19|20)\d\d(?:[至到]?(?:19|20)\d\d)?年?度?"
_ORGAN = (
    r"[\u4e00-\u9fff]{1,30}?(?:政府|办公室|办公厅|办事处|街道|街道办|委员会|管委会|委|局|厅|办|处|所|中心|院|"
    r"镇|乡|苏木|县|市|区|旗|州|盟|队|馆|部|署|分局|开发区|联合会|残联|妇联|红十字会|政府办)"
)
_THE_REST = re.compile(
    rf"(?=.*(?:\d{{4}}|{_ORGAN}))(?:{_YEAR_ALONE})?(?:{_ORGAN})?(?:{_YEAR_ALONE})?(?:年?度?工作)?(?:年?度?(?:工作)?报告|年报)?"
)

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|度|政府信息|信息公开|$)")
_POSITION = re.compile(r"(?:当前|所在)的?位置[:：]?(.{2,120})", re.DOTALL)


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
def why_not_a_report(title: str, column: str | None = None) -> str | None:
    """None if `title` is that of an annual report on government information; else the reason, in words.

    column: the name of the list's column, if known: in one of annual reports a row may be called "2023年度" or
    "示例县财政局" and no more. Spaces, punctuation, width and script (Traditional, Simplified) make no difference.
    """
    label = fold_label(title)
    if not _REPORT.search(label) and not (is_report_column(column) and _THE_REST.fullmatch(label)):
        return "not a title of annual reports"
    for pattern, reason in _ANOTHER_KIND:
        if pattern.search(label):
            # A notice that publishes the report has the report on its page.
            if reason == "a notice" and _ISSUED.search(label):
                continue
            # So has a letter that sends it up.
            if reason == "a notice on how to report" and _SENT_UP.search(label):
                continue
            return reason
    if not _GOVERNMENT.search(label):
        for pattern, reason in _OTHER_RULES:
            if pattern.search(label):
                return reason
    return None


def is_report_column(column: str | None) -> bool:
    """True if a column's name says that it holds annual reports on government information, and nothing else."""
    label = fold_label(column or "")
    return bool(_COLUMN.search(label)) and not _OTHER_COLUMN.search(label)


def column_title(page: Exchange) -> str | None:
    """The name of the column whose list stands on `page`: of what the page says, the first that names reports.

    None where the page names no column, or is no web page.
    """
    if not is_html(page):
        return None
    named = [name for name in dict.fromkeys(_column_names(page)) if name]
    return next((name for name in named if is_report_column(name)), named[0] if named else None)


def _column_names(page: Exchange) -> Iterator[str]:
    """What a page may be calling its column: the prescribed tag, the path of columns, headings, its title."""
    document = soup(page)
    for tag in document.find_all("meta", limit=60):
        if str(tag.get("name", "")).lower() == "columnname":
            yield str(tag.get("content") or "").strip()
    place = _POSITION.search(document.get_text("\n"))
    if place:
        steps = (step.split("\n")[0] for step in re.split(r"\s*[>»›/＞→]+\s*", place.group(1).strip()))
        yield from reversed([*steps])
    for heading in document.find_all(["h1", "h2"], limit=5):
        yield "".join(heading.get_text().split())
    if document.title:
        yield from (part.strip() for part in re.split(r"[-_|—–]+", document.title.get_text()))
