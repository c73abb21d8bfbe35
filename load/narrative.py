"""The narrative of a report: its sections, its title lines, and the prose around them.

What the tables take is never narrative, so that the form's own 一、二、三、四 cannot cut a section. Who
published when and where is left to `load.identify`; here only the places to look are gathered.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

from chinese import fold, fold_label
from load.extract.document import PROSE, Document, Piece
from load.forms import form
from load.recognise.groups import longest_rise

_SECTIONS = form("2021").sections
_ORDER = {str(section.number): section.number for section in _SECTIONS}
_OFFICIAL = {fold_label(section.zh): section.number for section in _SECTIONS}
_NUMERALS = "一二三四五六七八九十"
# 一、 — with the numeral read as a dash, or lost, as some pages have it — or 1、
_NUMBERED = re.compile(rf"\s*(?:(?P<han>[{_NUMERALS}])|(?P<digit>\d)|[—\-－])?\s*[、.．,，]\s*(?P<rest>.+)")
LONGEST_HEADING = 48
_TITLE = re.compile(r"(?:信息公开|政务公开).{0,14}(?:年度?报告|年报|工作报告)|年度报告")
_NAMES_NOBODY = re.compile(r"[\s\d〇○零一二三四五六七八九年度关于的]*(?:政府|政务)?信息公开")
_SENTENCE = re.compile(r"[。；;，,：:]")
_PERIOD_END = re.compile(r"[。；;！!]")
# Lines that a site puts around an article.
_FURNITURE = re.compile(
    r"^(?:【?(?:字号|字体|打印|关闭|收藏|分享|扫一扫|上一篇|下一篇|责任编辑|浏览次数|阅读次数|点击数|当前位置|您的位置|首页|返回顶部)"
    r"|主办[:：单]|版权所有|网站标识码|联系我们|网站地图|.{0,24}ICP备|.{0,12}公网安备)"
)
_BOXED = re.compile(
    r"(?P<name>索\s*引\s*号|信息索引号|发布机构|发文机关|公开机构|信息来源|信息提供单位|责任部门|来\s*源|发布日期|发布时间|公开日期|公开时间|"
    r"发文日期|成文日期|生成日期|形成日期|发表日期|编辑日期)\s*[:：]?\s*(?P<value>[^\s|:：][^\s|]*(?:\s+\d\d:\d\d(?::\d\d)?)?)"
)


_GAP_OR_COLON = re.compile(r"[\s:：]")


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section: its number (0 is the preamble), its heading as printed, its prose, a paragraph a line."""

    number: int
    heading: str | None
    text: str


@dataclass(slots=True)
class Narrative:
    """The prose of a report, and where its title, its opening and its signature stand."""

    sections: list[SectionText] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    opening: str = ""
    closing: str = ""
    boxed: dict[str, str] = field(default_factory=dict)  # 发布机构, 发布时间 … from the box above the text
    headings: int = 0  # how many of the six headings were found


def read_narrative(document: Document, used: Set[int], headings: dict[int, int] | None = None) -> Narrative:
    """The narrative of `document`; `used` are the indices of the pieces that its tables take, `headings` those
    that head its sections, with their numbers, where it is not of the form."""
    pieces = document.pieces
    headings = _headings(pieces, used) if headings is None else headings
    box = _common_box(pieces, [*headings, *used])
    narrative = Narrative(headings=len(headings))
    first = min(headings, default=min(used, default=len(pieces)))
    lines: dict[int, list[str]] = {0: []}
    for number in headings.values():
        lines.setdefault(number, [])
    section = 0
    for index, piece in enumerate(pieces):
        if index in headings:
            section = headings[index]
            continue
        if index in used or not piece.text:
            continue
        if box and piece.box[: len(box)] != box:
            continue
        if piece.table != PROSE and not _SENTENCE.search(piece.text):
            continue
        if index > first and _FURNITURE.match(piece.text):
            if index > max(headings, default=first):
                break
            continue
        if index < first and not _is_preamble(piece.text):
            continue
        lines[section].append(piece.text)
    printed = {number: pieces[index].text for index, number in reversed(headings.items())}
    narrative.sections = [
        SectionText(number, printed.get(number), "\n".join(lines[number]))
        for number in sorted(lines)
        if number or lines[0]
    ]
    narrative.titles = _titles(pieces, first, box, document.title)
    narrative.boxed = _boxed(pieces, first)
    before = [
        p.text
        for p in pieces[max(0, first - 12) : first]
        if p.text and not (box and p.box[: len(box)] != box)
    ]
    narrative.opening = "\n".join([*before, *lines.get(1, [])[:2]])[:1200]
    last = next((lines[number] for number in sorted(lines, reverse=True) if lines[number]), [])
    narrative.closing = "\n".join(last)[-300:]
    return narrative


def _headings(pieces: Sequence[Piece], used: Set[int]) -> dict[int, int]:
    """Piece index → section number. Numbers only rise; a heading that comes again is prose."""
    candidates: list[tuple[int, int, bool]] = []
    for index, piece in enumerate(pieces):
        if index in used or not 4 <= len(piece.text) <= LONGEST_HEADING:
            continue
        if _PERIOD_END.search(piece.text.removesuffix("。")):
            continue
        number, by_han = section_of(piece.text)
        if number:
            candidates.append((index, number, by_han))
    by_han_numbers = {number for _, number, by_han in candidates if by_han}
    events = [(index, str(n)) for index, n, by_han in candidates if by_han or n not in by_han_numbers]
    return {index: int(n) for index, n in longest_rise(events, _ORDER).items()}


@lru_cache(maxsize=8192)
def section_of(text: str) -> tuple[int, bool]:
    """The section that a line heads, 0 for none; and whether its numeral is a Chinese one (or lost)."""
    found = _NUMBERED.fullmatch(text)
    if not found:
        return _OFFICIAL.get(fold_label(text), 0), True
    folded = fold_label(found["rest"])
    number = next((s.number for s in _SECTIONS if any(key in folded for key in s.keys)), 0)
    if found["digit"]:
        return (number, False) if int(found["digit"]) == number else (0, False)
    return number, True


def _common_box(pieces: Sequence[Piece], indices: Sequence[int]) -> tuple[int, ...]:
    """The innermost box around all of these pieces: the text of the article, without the page around it."""
    boxes = {pieces[index].box for index in indices}
    common = next(iter(boxes), ())
    for box in boxes:
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(common, box, strict=False)))
        common = common[:shared]
    return common


def simplified(text: str) -> str:
    """`text` folded, in the words of the mainland where a Traditional text has others."""
    return fold(text).replace("资讯公开", "信息公开")


def _is_preamble(text: str) -> bool:
    """Whether a line before the first section is prose of the report, not a title or the site's furniture."""
    return len(text) >= 15 and bool(_PERIOD_END.search(text)) and not _FURNITURE.match(text)


def _titles(pieces: Sequence[Piece], first: int, box: tuple[int, ...], page_title: str) -> list[str]:
    """What may be the title, best first: lines that read like one, joined with the line before where they
    name nobody, those in the article's own box first and then the nearest to it; then the page's title."""
    inside: list[str] = []
    outside: list[list[str]] = []
    for index in range(min(first, len(pieces))):
        text = pieces[index].text
        if not 4 <= len(text) <= 80 or _PERIOD_END.search(text) or not _TITLE.search(simplified(text)):
            continue
        before = pieces[index - 1].text if index else ""
        joinable = (
            2 < len(before) <= 40 and not _SENTENCE.search(before) and not _TITLE.search(simplified(before))
        )
        names_nobody = _NAMES_NOBODY.match(simplified(text))
        found = [f"{before}{text}", text] if joinable and names_nobody else [text]
        if box and pieces[index].box[: len(box)] == box:
            inside += found
        else:
            outside.append(found)
    titles = inside + [text for found in reversed(outside) for text in found]
    site_parts = re.split(r"[_|｜]|\s[-–—]\s|-{1,2}(?=[^\d])", page_title)
    titles += [part.strip() for part in site_parts if _TITLE.search(simplified(part))]
    return list(dict.fromkeys(titles))


def _boxed(pieces: Sequence[Piece], first: int) -> dict[str, str]:
    """What the box above the text says of itself: 发布机构, 发布时间 and their like, the first of each."""
    found: dict[str, str] = {}
    for index in range(min(first, len(pieces))):
        text = pieces[index].text
        if len(text) > 200 or not text:
            continue
        matches = list(_BOXED.finditer(text))
        for match in matches:
            found.setdefault(re.sub(r"\s", "", match["name"]), match["value"])
        bare = _GAP_OR_COLON.sub("", text)
        if not matches and index + 1 < first and _BOXED.match(f"{bare}:x"):
            found.setdefault(bare, pieces[index + 1].text)
    return found
