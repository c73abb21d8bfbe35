"""Invented reports of the years before the form, 2008 to 2018: prose, and perhaps the table of statistics.

`write` makes up what one says, `EARLY_LAYOUTS` print it. Prose and figures are invented; the words of the
table are the form's. The manner of printing is chosen by the state of a generator.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from random import Random
from typing import NamedTuple

from load.forms.statistics import Indicator, statistics_form
from sample.formats.docx import zipped
from sample.layouts.flow import INVENTED
from sample.publishers import Publisher

Number = int | float | None

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_TOP = "一二三四五六七八九"
_NOTES = {
    "disclosed": "（不同渠道和方式公开相同信息计1条）",
    "responses": "（不同方式回应同一热点或舆情计1次）",
    "request_fees_10k_yuan": "（单位：万元）",
}


class Row(NamedTuple):
    """A row as printed; `id` is its indicator, None for head and headings."""

    label: str
    unit: str
    figure: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class EarlyReport:
    """One report. `sections` are (heading, paragraphs) in printed order; `statistics` has every indicator, None
    where it is blank, and is None where the report has no such table. Damage: `lost` names rows that print no
    label, `lost_cells` cells that are not there at all, as (indicator, "label", "unit" or "figure")."""

    title: str
    publisher: str
    fiscal_year: int
    published_on: str
    sections: Sequence[tuple[str, Sequence[str]]]
    statistics: Mapping[str, Number] | None = None
    lost: frozenset[str] = frozenset()
    lost_cells: frozenset[tuple[str, str]] = frozenset()

    @property
    def form_version(self) -> str:
        """The version as it should be read."""
        form = statistics_form()
        return form.prose_version if self.statistics is None else form.version


def write(publisher: Publisher, year: int, rng: Random, *, with_table: bool = True) -> EarlyReport:
    """An invented report of a year up to 2018; its sums hold. Few bodies have the table before 2014."""
    figures = _figures(rng) if with_table else None
    name = publisher.name
    title = rng.choice(
        (
            f"{name}{year}年政府信息公开工作年度报告",
            f"{name}{year}年政府信息公开年度报告",
            f"{name}{year}年政府信息公开工作报告",
        )
    )
    told = figures or _figures(rng)
    period = f"本报告中所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。"
    texts = {
        "概述": (f"本报告由{name}根据《中华人民共和国政府信息公开条例》编制。{period}",),
        "主动公开政府信息的情况": (
            f"全年主动公开政府信息{told['disclosed']}条，内容涉及机构职能、财政资金和公共服务。",
        ),
        "依申请公开政府信息情况": (f"全年收到政府信息公开申请{told['received']}件，均在规定期限内办结。",),
        "政府信息公开的收费及减免情况": ("本年度未向申请人收取检索、复制、邮寄等费用。",),
        "因政府信息公开申请行政复议、提起行政诉讼的情况": (
            f"行政复议{told['reviews_2014']}件，行政诉讼{told['lawsuits_2014']}件。",
        ),
        "存在的主要问题及改进措施": (
            "公开内容与公众需要还有差距。下一步将加强培训，充实专栏，规范答复文书。",
        ),
    }
    if rng.random() < 0.5:
        texts["需要说明的其他事项"] = ("本年度没有需要说明的其他事项，如有疑问请与本机关联系。",)
    sections = [
        (f"{numeral}、{heading}", body) for numeral, (heading, body) in zip(_TOP, texts.items(), strict=False)
    ]
    day = f"{year + 1}-0{rng.randrange(1, 4)}-{rng.randrange(10, 29)}"
    return EarlyReport(title, name, year, day, sections, figures)


def _figures(rng: Random) -> dict[str, Number]:
    """Invented figures whose sums hold; here and there one is blank that no sum needs."""
    form = statistics_form()
    figures: dict[str, Number] = {
        id: (round(rng.random() * 9, 2) if one.money else rng.choice((0, 0, rng.randrange(1, 40))))
        for id, one in form.indicators.items()
    }
    figures["disclosed"] = rng.randrange(100, 9000)
    for due in reversed(form.sums):
        figures[due.total] = sum(figures[part] or 0 for part in due.parts)
    for due in form.sums:
        if due.total == "answered":  # refusals were summed behind it
            figures["answered"] = sum(figures[part] or 0 for part in due.parts)
    for id in ("disclosed_on_weibo", "press_conferences_with_head", "funds_10k_yuan"):
        if rng.random() < 0.3:
            figures[id] = None
    return figures


# --- the table as printed -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Habits:
    """How one table is printed."""

    width: str  # of brackets and of the mark behind a number: "full" or "half"
    notes: bool
    units: bool
    rule: str  # what stands where a heading has no unit
    blank: str
    head_again: bool

    @classmethod
    def of(cls, rng: Random) -> "_Habits":
        return cls(
            width=rng.choice(("full", "half")),
            notes=rng.random() < 0.6,
            units=rng.random() < 0.8,
            rule=rng.choice(("", "—", "——")),
            blank=rng.choice(("", "/")),
            head_again=rng.random() < 0.2,
        )


def _rows(report: EarlyReport, habits: _Habits) -> list[Row]:
    """The rows from the head on, their labels numbered and indented as the form has them."""
    form = statistics_form()
    figures = report.statistics or {}
    head = Row("统计指标", "单位", "统计数")
    rows = [head]
    tops, seconds, thirds = 0, 0, 0
    behind_heading = False
    for id, one in form.indicators.items():
        heading = form.heading_rows.get(id)
        if heading and not heading.startswith("（"):
            tops, seconds = tops + 1, 0
            rows.append(Row(heading, habits.rule, habits.rule))
            behind_heading = False
        elif heading:
            seconds += 1
            thirds = 0
            rows.append(Row(_printed(heading, habits), habits.rule, habits.rule))
            behind_heading = True
        parent = form.indicators.get(one.parent or "")
        if parent is None and one.section in ("disputes", "complaints", "fees"):
            tops, seconds = tops + 1, 0
            number = f"{_TOP[tops - 1]}、"
        elif parent and parent.section == "disputes":
            seconds += 1
            number = f"（{_TOP[seconds - 1]}）"
        elif parent is None and not (behind_heading and one.section != "capacity"):
            seconds, thirds = seconds + 1, 0
            number = f"（{_TOP[seconds - 1]}）"
        elif parent and _is_among(parent, one):
            number = "其中：" if _is_first(one) else ""
        else:
            thirds += 1
            number = f"{thirds}."
        note = _NOTES.get(id, "") if habits.notes or id == "request_fees_10k_yuan" else ""
        label = "" if id in report.lost else _printed(f"{_indent(number)}{number}{one.zh}{note}", habits)
        rows.append(Row(label, one.unit, _figure(figures.get(id), habits), id))
        if habits.head_again and id == "answered":
            rows.append(head)
    return rows


def _is_among(parent: Indicator, one: Indicator) -> bool:
    """Whether a row stands under its parent as 其中 and not as a numbered part."""
    return parent.id in ("disclosed", "press_conferences", "online_interviews", "answered_refused")


def _is_first(one: Indicator) -> bool:
    """Whether a row is the first of its parent's."""
    siblings = [other.id for other in statistics_form().indicators.values() if other.parent == one.parent]
    return siblings[0] == one.id


def _indent(number: str) -> str:
    if number.endswith("、"):
        return ""
    return "　" if number.startswith("（") else ("　　" if number[:-1].isdigit() else "　　　　")


def _printed(label: str, habits: _Habits) -> str:
    if habits.width == "full":
        return re.sub(r"(\d)\.", r"\1、", label)
    return label.replace("（", "(").replace("）", ")").replace("　", "  ").replace("：", ":")


def _figure(value: Number, habits: _Habits) -> str:
    return habits.blank if value is None else str(value)


def _texts(row: Row, habits: _Habits, report: EarlyReport) -> list[str]:
    """The cells of a row that are there."""
    places = ("label", "unit", "figure") if habits.units else ("label", "figure")
    return [getattr(row, place) for place in places if (row.id, place) not in report.lost_cells]


# --- layouts -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EarlyLayout:
    """One manner of printing; `keeps_blanks` as in `sample.layouts.Layout`."""

    name: str
    media_type: str
    extension: str
    keeps_blanks: bool
    printer: Callable[[EarlyReport, Random], bytes]

    def render(self, report: EarlyReport, rng: Random) -> bytes:
        """The bytes of `report` in this layout; `rng` chooses small habits."""
        return self.printer(report, rng)


def _footer() -> list[str]:
    return [
        "单位负责人：示例甲",
        "审核人：示例乙",
        "填报人：示例丙",
        "联系电话：00000000",
        "填报日期：示例日",
    ]


def _written(day: str) -> str:
    year, month, number = day.split("-")
    return f"{year}年{int(month)}月{int(number)}日"


def _html(spans: bool) -> Callable[[EarlyReport, Random], bytes]:
    def page(report: EarlyReport, rng: Random) -> bytes:
        habits = _Habits.of(rng)
        parts = [f'<p align="center">{escape(report.title)}</p>']
        for heading, body in report.sections:
            parts.append(f"<p><strong>{escape(heading)}</strong></p>")
            parts += [f"<p>{escape(text)}</p>" for text in body]
        parts += [f"<p>{escape(report.publisher)}</p>", f"<p>{_written(report.published_on)}</p>"]
        if report.statistics is not None:
            parts.append(f"<p>附件：政府信息公开情况统计表（{report.fiscal_year}年度）</p>")
            parts.append(_html_table(report, habits, spans))
        return (
            f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(report.title)}</title>'
            f'<meta name="PubDate" content="{report.published_on}"></head><body><div class="nav"><ul><li>首页</li>'
            f'<li>政府信息公开</li></ul></div><div class="article">{"".join(parts)}</div><div class="footer">'
            f"{INVENTED}</div></body></html>"
        ).encode()

    return page


def _html_table(report: EarlyReport, habits: _Habits, spans: bool) -> str:
    lines = []
    for n, row in enumerate(_rows(report, habits)):
        cells = [escape(text).replace("  ", "&nbsp;&nbsp;") for text in _texts(row, habits, report)]
        top = n and row.id is None and row.label[:1] in _TOP
        if spans and top:  # a heading is one cell over the whole table
            lines.append(f"<tr><td colspan={len(cells)}>{cells[0]}</td></tr>")
            continue
        lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    footer = "".join(f"<td>{text}</td>" for text in _footer()[:2])
    rest = f"<p>{'　　'.join(_footer()[2:])}</p>"
    return f"<table border=1>{''.join(lines)}<tr>{footer}</tr></table>{rest}"


def _text(print_rows: Callable[[list[list[str]]], str], gap: str) -> Callable[[EarlyReport, Random], bytes]:
    def page(report: EarlyReport, rng: Random) -> bytes:
        habits = _Habits.of(rng)
        parts = [report.title]
        for heading, body in report.sections:
            parts += [heading, *body]
        parts += [report.publisher, _written(report.published_on)]
        if report.statistics is not None:
            parts.append(f"政府信息公开情况统计表（{report.fiscal_year}年度）")
            parts.append(print_rows([_texts(row, habits, report) for row in _rows(report, habits)]))
            parts.append("  ".join(_footer()))
        return (gap.join([*parts, f"（{INVENTED}）"]) + "\n").encode()

    return page


def _pipe_rows(rows: list[list[str]]) -> str:
    return "\n".join(" | ".join(row) + " |" for row in rows)


def _markdown(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def _cell_per_line(rows: list[list[str]]) -> str:
    return "\n".join(f"{text} |" if text else "|" for row in rows for text in row)


def _paragraph_per_cell(rows: list[list[str]]) -> str:
    return "\n\n".join(text for row in rows for text in row if text.strip())


def _docx(report: EarlyReport, rng: Random) -> bytes:
    habits = _Habits.of(rng)

    def paragraph(text: str) -> str:
        return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'

    parts = [paragraph(report.title)]
    for heading, body in report.sections:
        parts += [paragraph(heading), *map(paragraph, body)]
    parts += [paragraph(report.publisher), paragraph(_written(report.published_on))]
    if report.statistics is not None:
        parts.append(paragraph(f"政府信息公开情况统计表（{report.fiscal_year}年度）"))
        lines = [
            "<w:tr>"
            + "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in _texts(row, habits, report))
            + "</w:tr>"
            for row in _rows(report, habits)
        ]
        parts.append(f"<w:tbl>{''.join(lines)}</w:tbl>{paragraph('　'.join(_footer()))}")
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" '
            f'Type="{_OFFICE}" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{"".join(parts)}'
            f"{paragraph(INVENTED)}</w:body></w:document>",
        }
    )


EARLY_LAYOUTS: dict[str, EarlyLayout] = {
    layout.name: layout
    for layout in (
        EarlyLayout("early_html", "text/html; charset=utf-8", ".html", True, _html(False)),
        EarlyLayout("early_html_spans", "text/html; charset=utf-8", ".html", True, _html(True)),
        EarlyLayout("early_pipe_rows", "text/plain; charset=utf-8", ".txt", True, _text(_pipe_rows, "\n")),
        EarlyLayout("early_markdown", "text/markdown; charset=utf-8", ".md", True, _text(_markdown, "\n")),
        EarlyLayout(
            "early_cell_per_line", "text/plain; charset=utf-8", ".txt", True, _text(_cell_per_line, "\n")
        ),
        EarlyLayout(
            "early_paragraph_per_cell",
            "text/plain; charset=utf-8",
            ".txt",
            False,
            _text(_paragraph_per_cell, "\n\n"),
        ),
        EarlyLayout("early_docx", _DOCX, ".docx", True, _docx),
    )
}
