"""What a file has from the page that it is attached to: names, days and places, as evidence of second rank.

What the file itself prints goes first, then the words that link it, then the page. Which files are attached to
which pages is the archive's to know; what becomes of a page and a file that carry the same report stands in
`load.store`.
"""

import re
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import unquote, urljoin

from chinese import fold
from load.captions import shortens
from load.extract import Unreadable, extract
from load.identify import Clues, Identity, identify
from load.identify.dates import YEAR, year_of
from load.narrative import read_narrative
from load.recognise import read_tables

OF_PAGE = "page"  # the clue, in an identity's evidence, of what only the page says

_FILE = r"\.(?:docx?|wps|pdf|xlsx?|odt|rtf|txt|zip)"
_LINK = re.compile(r"<a\b([^<>]{0,2000})>(.{0,600}?)</a>", re.DOTALL | re.IGNORECASE)
_HREF = re.compile(r"href\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_FILE_ADDRESS = re.compile(rf"{_FILE}(?:[?#]|$)", re.IGNORECASE)
_FRAME_OF_NAME = re.compile(
    rf"^\s*(?:相关)?附\s*件\s*\d*\s*[:：.、]?\s*《?|》?\s*(?:{_FILE})?\s*$", re.IGNORECASE
)
_LIKE_A_LINK = re.compile(rf"^\s*(?:相关)?附\s*件|{_FILE}\s*$", re.IGNORECASE)
_YEAR_OF_LABEL = re.compile(rf"({YEAR})年(?!\d)")
_OF_SEVERAL = re.compile(r"各(?=[级部单科乡镇街区县市直局委办])")  # 各部门统计表
_LIKE_A_TITLE = re.compile(r"信息公开|年报|年度报告")


@dataclass(frozen=True, slots=True)
class PageOfFile:
    """What a page says of a file that is attached to it.

    clues     what it says of who published what it carries, where and when
    label     the words that link the file, where they read like a title
    years     the years that the words name, be they a title or not
    siblings  how many further files lie beside this one
    of_several  whether the words say that the file is about several bodies
    """

    clues: Clues
    label: str | None = None
    siblings: int = 0
    years: frozenset[int] = frozenset()
    of_several: bool = False


def page_of_file(page: bytes | None, charset: str | None, address: str, file: str | None) -> PageOfFile:
    """What the page at `address` says of the file at the address `file`; nothing where it cannot be read.

    Of a page that only leads to its file the title and the meta tags are taken: the lines around are the site's.
    """
    try:
        document, text = extract(page or b"", charset)
    except Unreadable:
        return PageOfFile(Clues((), "", "", {}, address, None, None))
    tables = read_tables(document.pieces)
    narrative = read_narrative(document, set().union(*(table.used for table in tables)))
    titles = [*narrative.titles, document.meta.get("articletitle", ""), document.title]
    is_report = narrative.headings > 0
    clues = Clues(
        titles=tuple(dict.fromkeys(title for title in titles if title and not _LIKE_A_LINK.search(title))),
        opening=narrative.opening if is_report else "",
        closing=narrative.closing if is_report else "",
        meta=document.meta | narrative.boxed,
        url=address,
        listed_on=None,
        source_region=None,
    )
    words = _links_beside(text, address, file) if file else {}
    label = words.pop(unquote(file or ""), "")
    years = frozenset(year for found in _YEAR_OF_LABEL.findall(fold(label)) if (year := year_of(found)))
    of_several = _OF_SEVERAL.search(label) is not None
    return PageOfFile(clues, label if _LIKE_A_TITLE.search(label) else None, len(words), years, of_several)


def _links_beside(text: str, address: str, file: str) -> dict[str, str]:
    """The files that a page links in the folder of `file`, by address, each with the words of its link."""
    folder = unquote(urljoin(file, "."))
    found: dict[str, str] = {}
    for attributes, words in _LINK.findall(text):
        href = _HREF.search(attributes)
        told = next((part for part in href.groups() if part), "") if href else ""
        try:
            target = unquote(urljoin(address, unescape(told)))
        except ValueError:  # no address at all
            continue
        if _FILE_ADDRESS.search(target) and target.startswith(folder):
            plain = " ".join(unescape(re.sub(r"<[^>]*>", "", words)).split())
            found.setdefault(target, _FRAME_OF_NAME.sub("", plain))
    return found


def identify_attached(own: Clues, page: PageOfFile, listed: str | None) -> Identity:
    """Who published the report in an attached file, where and when.

    own     what the file says, and its site
    page    what its page says
    listed  the title on the list, which is the page's
    What the file does not say itself has OF_PAGE for its clue.
    """
    alone, of_page = identify(own), identify(page.clues)
    further = [title for title in (page.label, *page.clues.titles, listed) if title]
    whole = identify(
        replace(
            own,
            titles=(*own.titles, *further),
            opening=own.opening or page.clues.opening,
            closing=own.closing or page.clues.closing,
            meta={**page.clues.meta, **own.meta},
            url=page.clues.url,
        )
    )
    evidence = {
        field: alone.evidence.get(field, OF_PAGE)
        if getattr(alone, field) == getattr(whole, field)
        else OF_PAGE
        for field in whole.evidence
    }
    conflicts = list(whole.conflicts)
    years = (alone.fiscal_year, of_page.fiscal_year)
    if all(years) and years[0] != years[1] and whole.publisher == of_page.publisher:
        conflicts.append(f"the file says {years[0]}, its page says {years[1]}")
    if page.years and whole.fiscal_year and whole.fiscal_year not in page.years:
        conflicts.append(f"the words that link the file name {min(page.years)}, not {whole.fiscal_year}")
    own_name, name = alone.publisher or "", whole.publisher or ""
    is_anothers = own_name and name and not (shortens(own_name, name) or shortens(name, own_name))
    if is_anothers or page.of_several:
        said = f"the file says {own_name}, its page says {name}"
        conflicts.append(said if is_anothers else "the words that link the file speak of several bodies")
        own_fields = (
            "publisher",
            "kind",
            "level",
            "region_code",
            "province",
            "prefecture",
            "county",
            "in_zone",
        )
        whole = replace(whole, **{field: getattr(alone, field) for field in own_fields})
        evidence |= {field: alone.evidence[field] for field in own_fields if field in alone.evidence}
    if page.siblings and not page.label and evidence.get("publisher") == OF_PAGE:
        conflicts.append(f"it does not say whose report it is, and its page has {page.siblings} more files")
    return replace(whole, evidence=evidence, conflicts=tuple(conflicts))
