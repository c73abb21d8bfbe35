"""The order of things on a report's page, the same in every layout: title, date, prose, tables, signature."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sample.report import Report
from sample.tables import PrintedTable, printed_tables
from sample.wording import Wording

INVENTED = "本报告为虚构样例，其中的机构、地名、文字和数字均由程序生成。"

Kind = Literal["title", "date", "heading", "text", "signature"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of prose, and what it is on the page."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A table of the form that the page shows as a picture."""

    table: int
    name: str


def flow(report: Report, wording: Wording) -> Iterator[Line | PrintedTable | Picture]:
    """What the page prints, from its title to its signature."""
    year, month, day = report.published_on.split("-")
    written_date = f"{year}年{int(month)}月{int(day)}日"
    yield from _title(report, wording)
    if wording.date_under_title:
        yield Line("date", f"（{written_date}）")
    for text in report.preamble:
        yield Line("text", text)
    tables = printed_tables(report, wording)
    for number in sorted(report.sections):
        yield Line("heading", wording.headings[number])
        for text in report.sections[number]:
            yield Line("text", text)
        if number in tables:
            yield tables[number]
        elif number in report.damage.images:
            yield Picture(number, f"W0{year}{month}{day}3021567{number}.png")
    if not wording.date_under_title:
        yield Line("signature", report.publisher)
        yield Line("signature", written_date)


def _title(report: Report, wording: Wording) -> Iterator[Line]:
    title = report.title
    if title is None:
        return
    at = title.find(str(report.fiscal_year))
    if wording.two_line_title and at > 0 and "信息公开" in title[at:]:
        yield Line("title", title[:at])
        title = title[at:]
    yield Line("title", title)
