"""What a site's pages say of the site itself: mandated meta tags, footer, index numbers; and what to believe.

The tags are those of 《政府网站发展指引》 (国办发〔2017〕47号). Nothing is looked up here: whether a code is that of a
division, and of which today, is not this room's to know.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag

from scrape.addresses import registered_domain
from scrape.exchange import Exchange
from scrape.families.rows import live_scripts
from scrape.pages import soup, visible_text

_CODE = re.compile(r"\d{10}|bm\d{8}")
_FOOTER = re.compile(r"网站标识(?:编)?码\s*[:：]?\s*((?:bm)?\d{4,20})", re.IGNORECASE)
_INDEX_NUMBER = re.compile(r"(?<![0-9A-Z])([0-9A-HJ-NPQRTUWXY]{18})\s*/\s*\d{4}")
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The characters of a 统一社会信用代码, by value (GB 32100-2015)."""

_TEMPLATE = re.compile(
    r"网站名称|站点名称|网站域名|(?:政府)?网站标识码|标识码|栏目名称|暂无|无|x+|.*(?:\{\{|\$\{|<[%?]|\[!--|\{\$|#\{).*",
    re.IGNORECASE | re.DOTALL,
)
_NAME_END = re.compile(
    r"(?:人民)?政府(?:信息公开)?(?:门户)?(?:网站?)?|门户网站|官方?网站?|信息公开(?:平台|网)|网站?|首页"
)
_TITLE_PARTS = re.compile(r"[_|—–>»·\-]+")
_AN_OFFICE = re.compile(r"政府|[局厅委办院署]$|管委会|委员会|街道|[省市区县旗镇乡]$")
_A_COLUMN = re.compile(r"公开|年报|年度报告")
_SHORT = 60


class Told(NamedTuple):
    """One thing a page says: the value, and where it stands, as a clause for a person."""

    value: str
    where: str


@dataclass
class SiteTags:
    """What the pages read so far say of their site, in the order of reading, each value with its place.

    names: SiteName; titles: of pages, by <title>; codes: 网站标识码, of tags before those of footers; divisions:
    of the organs whose codes begin index numbers. doubts: sentences on tags that cannot be believed.
    """

    names: list[Told] = field(default_factory=list)
    titles: list[Told] = field(default_factory=list)
    codes: list[Told] = field(default_factory=list)
    divisions: list[Told] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def add(self, page: Exchange, called: str) -> None:
        """Take in one more page of the site. `called`: the page in a person's words, "the home page"."""
        document = soup(page)
        tags = meta_tags(document)
        text = visible_text(page)
        self._add_name(tags, text, page, called)
        for value in tags.get("siteidcode", []):
            code = value.lower()
            if _CODE.fullmatch(code):
                _add(self.codes, code, f"SiteIDCode of {called}")
            else:
                self._doubt(f"SiteIDCode of {called} is “{plain(value)}”, which is no code of a site.")
        if not any("SiteIDCode" in told.where for told in self.codes):
            for place, where in ((text, "the footer"), (live_scripts(document), "a script")):
                for found in _FOOTER.findall(place):
                    if _CODE.fullmatch(found.lower()):
                        _add(self.codes, found.lower(), f"网站标识码 in {where} of {called}")
                    else:
                        self._doubt(
                            f"{where.capitalize()} of {called} has 网站标识码 {found}, which has not ten characters."
                        )
        for number in _INDEX_NUMBER.findall(text):
            if _is_uscc(number):
                _add(self.divisions, number[2:8], f"索引号 {number} on {called}")
        if page_title(document):
            _add(self.titles, page_title(document), f"title of {called}")

    def _add_name(self, tags: dict[str, list[str]], text: str, page: Exchange, called: str) -> None:
        domain = next(iter(tags.get("sitedomain", [])), "")
        host = registered_domain(page.url.split("/")[2].partition(":")[0])
        said = re.sub(r"^\w+://", "", domain.lower()).partition("/")[0].partition(":")[0]
        if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", said) and registered_domain(said) != host:
            self._doubt(f"SiteDomain of {called} is {plain(said)}, though the page is on {host}.")
        for value in tags.get("sitename", []):
            name = plain(value)
            # A tag copied from the system's last customer names a place of which the page knows nothing.
            if _is_spoken_of(name, text) or len(text) < _SHORT:
                _add(self.names, name, f"SiteName of {called}")
            else:
                self._doubt(f"SiteName of {called} is “{name}”, of which the page says nothing: not used.")

    def _doubt(self, sentence: str) -> None:
        if sentence not in self.doubts:
            self.doubts.append(sentence)

    def regions(self) -> list[Told]:
        """Six-digit codes for the site's place, the most trustworthy first; codes of ministries (bm…) give none."""
        ranked = sorted(self.codes, key=lambda told: "SiteIDCode" not in told.where)
        found = [
            Told(code[:6], where) for code, where in ranked if code[:6].isdigit() and code[:6] != "000000"
        ]
        return found + self.divisions

    def site_title(self) -> Told | None:
        """What the site is called: its SiteName, else the office that a page's title names last."""
        if self.names:
            return self.names[0]
        for told in self.titles:
            parts = [part for part in _TITLE_PARTS.split(told.value) if part]
            for part in reversed(parts):
                name = re.sub(r"(?:门户|官方|政府)?网站?$|^欢迎(?:访问|光临|来到)?", "", part)
                if _AN_OFFICE.search(name) and not _A_COLUMN.search(name):
                    return Told(name, told.where)
        plain_titles = (told for told in self.titles if not _A_COLUMN.search(told.value))
        return next(plain_titles, None)


def meta_tags(document: BeautifulSoup) -> dict[str, list[str]]:
    """The meta tags of a page by lower-case name, each with its different values; template text is no value."""
    found: dict[str, list[str]] = {}
    for tag in document.find_all("meta", limit=200):
        name, value = tag.get("name"), " ".join(str(tag.get("content") or "").split())
        if name and value and not _TEMPLATE.fullmatch(value):
            values = found.setdefault(str(name).strip().lower(), [])
            if value not in values:
                values.append(value)
    return found


def page_title(document: BeautifulSoup) -> str:
    """The page's <title>, on one line, without what a terminal would obey."""
    title = document.find("title")
    return plain(title.get_text()) if isinstance(title, Tag) else ""


def plain(text: str) -> str:
    """`text` on one line, printable characters only, not too long: fit for a comment and a terminal."""
    line = " ".join(text.split())
    kept = "".join(character for character in line if character.isprintable())
    return kept if len(kept) <= 2 * _SHORT else kept[: 2 * _SHORT - 1] + "…"


def _add(values: list[Told], value: str, where: str) -> None:
    if all(told.value != value for told in values):
        values.append(Told(value, where))


def _is_spoken_of(name: str, text: str) -> bool:
    """Whether a page's text has most of a name: 北京石景山 of a page of 北京市石景山区."""
    place = _NAME_END.sub("", name) or name
    pairs = [place[at : at + 2] for at in range(max(1, len(place) - 1))]
    return 2 * sum(pair in text for pair in pairs) >= len(pairs)


def _is_uscc(code: str) -> bool:
    """Whether a code's last character is the check character of those before it (GB 32100-2015)."""
    total = sum(_USCC.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17]))
    return code[2:8].isdigit() and _USCC[-total % 31] == code[17]
