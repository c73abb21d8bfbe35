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


def row_of_their_own(draft: Draft, rng: Random) -> Draft | None:
    """Table 3 has a row more than the form, under a label that the form does not know."""

    def insert(page: bytes) -> bytes:
        row_end = page.index(b"</tr>", page.index("予以公开".encode(), page.index("勾稽".encode()))) + 5
        cells = b"<td>1</td>" * len(form("2021").columns)
        return (
            page[:row_end]
            + '<tr><td colspan="2">其中：网上提出</td>'.encode()
            + cells
            + b"</tr>"
            + page[row_end:]
        )

    changed = replace(draft, layout="html_clean", finish=insert)
    return changed.said("rows_nameless", "parse_doubt", "table3")


def table_printed_twice(draft: Draft, rng: Random) -> Draft | None:
    """Table 3 stands on the page twice, the second time with other figures."""

    def repeat(page: bytes) -> bytes:
        text = page.decode()
        start = text.rindex("<table", 0, text.index("勾稽"))
        end = text.index("</table>", start) + len("</table>")
        last_row = text.rindex("<tr", start, end)
        other = re.sub(r">\s*\d+\s*<", ">77<", text[last_row:end], count=1)
        return (text[:end] + text[start:last_row] + other + text[end:]).encode()

    changed = replace(draft, layout="html_clean", unknown=draft.keys(3), status="partial", finish=repeat)
    return changed.said("tables_differ", "parse_doubt", "table3")


def comment_in_figure(draft: Draft, rng: Random) -> Draft | None:
    """A figure is split by a comment with a tag in it, which one way of reading takes for the tag."""
    count = draft.figures["table3"]["received_new"]["natural_person"]
    if count is None or not 10 <= count < 100:
        return None

    def split(page: bytes) -> bytes:
        text = page.decode()
        found = re.compile(r">\s*(\d)(\d)\s*<").search(text, text.index("勾稽"))
        if found is None:
            raise ValueError("the page prints no figure of two digits")
        split = f"{text[: found.end(1)]}<!-- <style> -->{found[2]}<!-- </style> -->{text[found.end(2) :]}"
        return split.encode()

    changed = replace(draft, layout="html_clean", finish=split)
    return changed.said("readings_differ", "parse_doubt", "table3")


def endless_narrative(draft: Draft, rng: Random) -> Draft | None:
    """Section one is longer than a row of the database may be."""
    overview = draft.report.sections.get(1)
    if not overview:
        return None
    times = 200_000 // sum(len(text.encode()) for text in overview) + 1
    sections = {**draft.report.sections, 1: overview * times}
    changed = replace(draft, layout="html_clean", report=replace(draft.report, sections=sections))
    return changed.said("narrative_cut", "parse_doubt", "narrative")


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
