"""Reports as files: linked from the list, or attached to a page that carries the report, its prose or nothing.

Some of the sample's sound pages become such files, or get one beside them. Nothing here draws from the sample's
generator, so that all other documents stay as they are.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import cycle

from sample.faults.draft import Draft
from sample.figures import copied
from sample.formats import FORMATS
from sample.manifest import Fault
from sample.report import Damage

COLUMN = "zfxxgk/zfxxgknb"
_TURNS = (
    "page",
    "listed",
    "cover",
    "page",
    "listed",
    "page",
    "cover",
    "page",
    "alike",
    "page",
    "listed",
    "page",
)
_UNTITLED = 4  # of so many covers, one leads to a file that has no title of its own


def file_path(day: str, number: int, extension: str) -> str:
    """Where a file lies: P0, the day and twelve digits, as content management systems name uploads."""
    return f"{COLUMN}/{day[:4]}{day[5:7]}/P0{day.replace('-', '')}{number:012}{extension}"


def attach(drafts: list[Draft], unlike: Collection[int]) -> dict[int, Draft]:
    """Print some of the sound drafts as files and give some a file; answer these by the places of their pages.

    `unlike`: places of drafts that stay as they are.
    """
    files: dict[int, Draft] = {}
    formats = {turn: cycle(FORMATS) for turn in _TURNS}
    covers = cycle(range(_UNTITLED))
    left: list[int] = []
    turns = cycle(_TURNS)
    for place, draft in enumerate(drafts):
        if draft.case is not None or draft.layout != "html_clean" or place in unlike:
            continue
        turn = next(turns)
        if turn == "page":
            left.append(place)
        elif turn == "listed":
            drafts[place] = replace(draft, layout=next(formats[turn]))
        elif turn == "alike":
            files[place] = replace(draft, layout=next(formats[turn]))
        else:
            files[place] = replace(draft, layout=next(formats[turn]))
            if next(covers) == 0:
                files[place] = replace(files[place], report=replace(draft.report, title=None))
            drafts[place] = _cover(draft)
    for case in CASES.values():
        for place in left:
            planted = case(drafts[place])
            if planted is not None:
                drafts[place], files[place] = planted
                left.remove(place)
                break
    return files


def linked(page: bytes, name: str, label: str) -> bytes:
    """A clean page with a link to a file that lies beside it, at the end of its text."""
    end = page.rindex(b'\n</div>\n</div>\n<div class="footer">')
    link = f'\n<p>附件：<a href="./{name}">{label}</a></p>'.encode()
    return page[:end] + link + page[end:]


def _cover(draft: Draft) -> Draft:
    """The page that says no more than that the report is in the file."""
    report = replace(draft.report, preamble=("详见附件。",), sections={})
    changed = replace(draft, report=report, case="cover", status=None, is_report=False)
    return replace(changed, faults=(Fault("cover", "", "", "report"),))


def _file_differs(draft: Draft) -> tuple[Draft, Draft] | None:
    """One figure of the file is another than on the page."""
    figures = copied(draft.figures)
    cell = figures["table2"]["licensing"]
    if not cell["decisions"]:
        return None
    cell["decisions"] += 7
    file = replace(draft.with_figures(figures), layout="docx", case="file_differs")
    return draft, file.said("two_versions", "parse_doubt", "report")


def _tables_in_file(draft: Draft) -> tuple[Draft, Draft] | None:
    """The prose stands on the page, the tables in a file without a word of it."""
    absent = replace(draft.report, damage=Damage(absent=frozenset((2, 3, 4))))
    unknown = draft.keys(2) | draft.keys(3) | draft.keys(4)
    page = replace(draft, report=absent, unknown=unknown, status="unreadable", case="tables_in_file")
    for table in (2, 3, 4):
        page = page.said("table_missing", "parse_doubt", f"table{table}")
    bare = replace(draft.report, title=None, preamble=(), sections={2: (), 3: (), 4: ()})
    return page, replace(draft, report=bare, layout="xlsx")


def _something_else(title: str, layout: str, *paragraphs: str) -> Callable[[Draft], tuple[Draft, Draft]]:
    """The file beside a sound page is something else."""

    def planted(draft: Draft) -> tuple[Draft, Draft]:
        names = {"publisher": draft.report.publisher, "year": draft.report.fiscal_year}
        report = replace(
            draft.report,
            title=title.format(**names),
            preamble=tuple(text.format(**names) for text in paragraphs),
            sections={},
        )
        file = replace(draft, report=report, layout=layout, case="file_is_another_thing", is_report=False)
        return draft, replace(file, status="unreadable").said("not_a_report", "parse_doubt", "report")

    return planted


CASES: dict[str, Callable[[Draft], tuple[Draft, Draft] | None]] = {
    "file_differs": _file_differs,
    "tables_in_file": _tables_in_file,
    "notice": _something_else(
        "关于报送{year}年政府信息公开工作年度报告的通知",
        "docx",
        "各有关单位：",
        "请{publisher}所属各单位于次年1月15日前将{year}年政府信息公开工作年度报告报送至公开办公室。",
        "报告应当内容完整、数据准确，表格不得改动格式。",
    ),
    "list": _something_else(
        "{publisher}{year}年行政许可事项清单",
        "xlsx",
        "序号一：样例许可事项甲，本年办理12件。",
        "序号二：样例许可事项乙，本年办理7件。",
    ),
    "decree": _something_else(
        "示例省政府信息公开工作规定（虚构）",
        "pdf",
        "第一条　为规范{publisher}政府信息公开工作，制定本规定。",
        "第二条　各单位应当于每年1月31日前公布上一年度政府信息公开工作年度报告。",
        "第三条　本规定自公布之日起施行。",
    ),
}
"""What one page each has beside it, by name: the page and its file from a sound draft, None where it does not fit."""
