"""Faults of the page as a whole: its title, its years, its end, its charset, or what it is at all."""

import re
from dataclasses import replace
from random import Random

from load.forms import form
from sample.faults.draft import TEXT_LAYOUTS, Draft


def year_conflict(draft: Draft, rng: Random) -> Draft | None:
    """The title says one year, the period of the figures the year before."""
    year = draft.report.fiscal_year
    preamble = tuple(
        text.replace(f"{year}年1月1日", f"{year - 1}年1月1日").replace(
            f"{year}年12月31日", f"{year - 1}年12月31日"
        )
        for text in draft.report.preamble
    )
    if preamble == draft.report.preamble or draft.report.title is None:
        return None
    changed = replace(draft, report=replace(draft.report, preamble=preamble))
    return changed.said("identity_conflict", "parse_doubt", "report")


def no_title(draft: Draft, rng: Random) -> Draft | None:
    """The page prints no title; the list, the period and the signature say what it is."""
    changed = replace(draft, report=replace(draft.report, title=None))
    return replace(changed, layout=rng.choice(TEXT_LAYOUTS))


def half_report(draft: Draft, rng: Random) -> Draft | None:
    """The page breaks off in the middle of Table 3."""
    if draft.figures["form_version"] != "2021":
        return None
    rows = list(form("2021").rows)
    kept = rng.randint(4, 18)
    unknown = draft.keys(3, rows[kept:]) | draft.keys(4)
    sections = {n: text for n, text in draft.report.sections.items() if n < 4}

    def cut(page: bytes) -> bytes:
        start = page.index(b"<table border", page.index(b"<table border") + 1)
        ends = [match.end() for match in re.finditer(rb"</tr>", page[start:])]
        return page[: start + ends[3 + kept - 1]]

    changed = replace(draft, report=replace(draft.report, sections=sections))
    changed = replace(changed, layout="html_clean", unknown=unknown, status="partial", finish=cut)
    return changed.said("rows_missing", "parse_doubt", "table3").said(
        "table_missing", "parse_doubt", "table4"
    )


def wrong_charset_declared(draft: Draft, rng: Random) -> Draft | None:
    """The page declares UTF-8 and is GB18030."""
    return replace(draft, layout="html_clean", finish=lambda page: page.decode().encode("gb18030"))


def text_in_gb18030(draft: Draft, rng: Random) -> Draft | None:
    """A text file in GB18030 that declares nothing."""
    return replace(draft, layout="pipe_row", finish=lambda page: page.decode().encode("gb18030"))


def _no_report(draft: Draft, title: str, paragraphs: tuple[str, ...]) -> Draft:
    report = replace(draft.report, title=title, preamble=paragraphs, sections={})
    changed = replace(draft, report=report, layout="html_clean", status="unreadable", is_report=False)
    return changed.said("not_a_report", "parse_doubt", "report")


def notice_instead(draft: Draft, rng: Random) -> Draft | None:
    """Behind the title on the list stands a notice that reports are due."""
    year = draft.report.fiscal_year
    return _no_report(
        draft,
        f"关于报送{year}年政府信息公开工作年度报告的通知",
        (
            "各有关单位：",
            f"请于{year + 1}年1月15日前将本单位{year}年政府信息公开工作年度报告电子版报送至公开办公室。",
            "报告应当内容完整、数据准确，表格不得改动格式。逾期未报的，将予以通报。",
        ),
    )


def website_report_instead(draft: Draft, rng: Random) -> Draft | None:
    """Behind the title on the list stands the report on the government's website."""
    year = draft.report.fiscal_year
    visits = rng.randrange(10_000, 900_000)
    return _no_report(
        draft,
        f"政府网站工作年度报表（{year}年度）",
        (
            f"网站名称：{draft.report.site}门户网站",
            f"独立用户访问总量：{visits}个；网站总访问量：{visits * 7}次；信息发布总数：{visits // 90}条。",
            "专栏专题维护数量：12个；解读信息发布总数：41条；留言平均办理时间：3天。",
        ),
    )
