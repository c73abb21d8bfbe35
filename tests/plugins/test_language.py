"""Every page speaks one language, the reader's, whole."""

import re
from html.parser import HTMLParser
from itertools import islice

import invented
import pytest
from datasette.app import Datasette
from serving import visible

from load.describe import read_queries
from load.schema import TABLES, VIEWS
from plugins.publication.about_page import PARTS
from plugins.publication.labels import columns, values
from plugins.publication.language import preferred, spoken
from plugins.publication.pictures.declared import dashboards
from plugins.publication.translation import catalogue, condition, exchanged

PAGES = [
    "/",
    "/nianbao",
    "/nianbao?sql=select+1",
    "/nianbao?sql=select+nothing",
    "/nianbao/nowhere",
    "/nianbao/about/nowhere",
    "/nianbao/pictures/nowhere",
    "/nianbao/regions/990100",
    "/nianbao?sql=select+1;select+2",
    "/nianbao/reports?fiscal_year__foo=1",
    "/nianbao/reports?_sort=id&_sort_desc=id",
    "/nianbao/reports?_col=foo_bar",
    "/nianbao/reports?_facet_sum=foo_bar:id",
    "/nianbao/reports?nothing=1",
    "/-/search?q=拆迁",
    "/nianbao/reports?_search=拆迁&level=county&_sort_desc=received_new",
    *(f"/nianbao/{table.name}?_size=2" for table in TABLES),
    *(f"/nianbao/{view.name}?_size=2" for view in VIEWS),
    *(f"/nianbao/{query.name}" for query in read_queries()),
    *(f"/nianbao/publishers/{one['id']}" for one in islice(invented._publishers(), 2)),
    *(
        f"/nianbao/{page}"
        for page in ("places", "places/990000", "places/990100?year=2024", "regions/990100,2007")
    ),
    *(f"/nianbao/reports/{id}" for id in invented.telling_reports().values()),
    *(f"/nianbao/documents/{id}" for id in ("unread0", invented.document_of(*next(invented._published())))),
    *(f"/nianbao/outcomes/{id}" for id in ("refused_deliberative", "other")),
    "/nianbao/about",
    *(f"/nianbao/about/{part}" for part in PARTS),
    "/nianbao/pictures",
    *(f"/nianbao/pictures/{name}?province=示例省" for name in dashboards()),
    "/nianbao/pictures/province",
    "/nianbao/pictures/country/refused_by_province?embed=1&level=county",
    *(f"/nianbao/pictures/map/{name}" for name in dashboards()["map"].pictures),
    *(
        f"/nianbao/search{asked}"
        for asked in ("", "?q=拆迁&level=county", "?q=营商环境&sort=date", "?q=-拆迁")
    ),
    *(f"/nianbao/compare{asked}" for asked in ("", "?report=1", "?find=教育局")),
    *(
        f"/nianbao/compare?publisher={one['id']}&only=differences"
        for one in islice(invented._publishers(), 2)
    ),
    "/nianbao/compare?year=2023&"
    + "&".join(f"publisher={p['id']}" for p in islice(invented._publishers(), 3, 5)),
    *(
        f"/nianbao/compare?report={invented._id(one['id'], 2021)}&report={invented._id(one['id'], 2022)}"
        for one in islice(invented._publishers(), 1, 2)
    ),
]

# What is called the same in Chinese: names of programs, formats and units, and words of SQL.
_SHARED = re.compile(
    r"\b(Datasette|Atom|JSON|json|CSV|SVG|Excel|SQL|SQLite|PDF|WPS|Python|WARC|SHA|UTC|LIKE|GLOB|GB|CMS|AND|OR|NOT|FTS5|ID|ms|MB|KB|nianbao|English"
    r"|[a-z]+(?:_[a-z]+)+|_[a-z_]+|[a-z]+-\d+|\w*\d\w*|[\w.-]+\.(?:db|form|gov\.cn|example)|https?\S+|nothing)\b",
    re.ASCII,
)
_CALLED = r"[\u3400-\u9fff（）\d]{2,40}"
_HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_in_chinese_has_no_english_words(site: Datasette, path: str) -> None:
    page = (await site.client.get(path, cookies={"nianbao_lang": "zh"})).text
    assert '<html lang="zh-Hans">' in page
    left = _SHARED.sub("", visible(page, leave_out=("td", "code", "em")))
    words = {word for word in re.findall(r"[A-Za-z]{3,}", left) if word.lower() not in _codes()}
    assert words == set()


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_in_english_has_no_chinese_but_names_and_texts(site: Datasette, path: str) -> None:
    page = (await site.client.get(path, cookies={"nianbao_lang": "en"})).text
    assert '<html lang="en">' in page
    shown = visible(page, leave_out=("td", "code", "em", "option", "select"), leave_out_language="zh")
    shown = re.sub(r"\([\u3400-\u9fff]+\)|中文|示例省|拆迁|营商环境", "", shown)  # quoted, or asked for
    found = [line for line in shown.splitlines() if _HAN.search(line)]
    assert [line for line in found if not _is_name(line)] == []


def _codes() -> set[str]:
    """Codes and column names, which are not words of any language."""
    tables = [*TABLES, *VIEWS]
    names = {table.name for table in tables} | {column.name for table in tables for column in table.columns}
    names |= {column for known in columns().values() for column in known}
    names |= {name for query in read_queries() for name in query.parameters}
    names |= {code for known in values().values() for code in known}
    return names | {"null", "sum", "rowid", "balance", "html", "narrative", "document", "sample"}


def _is_name(line: str) -> bool:
    """Whether a line is a name of a place, a body or a report: behind a facet with a number, or as a page's title."""
    return (
        re.fullmatch(
            rf"{_CALLED}(?: \d{{4}}, {_CALLED})?(?:[\s\d,·✖]*|(?:[\s\d,…]* · [A-Za-z ]+[\s\d,]*)+)",
            line.strip(),
        )
        is not None
    )


async def test_the_language_is_the_one_asked_for_then_the_one_remembered_then_the_browsers(
    site: Datasette,
) -> None:
    async def language(path: str, **headers: str) -> str:
        page = await site.client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        assert {"Accept-Language", "Cookie"} <= set(page.headers["vary"].split(", "))
        return page.headers["content-language"]

    assert await language("/", accept_language="zh-CN,zh;q=0.9,en;q=0.8") == "zh"
    assert await language("/", accept_language="en-GB,en;q=0.9,zh;q=0.5") == "en"
    assert await language("/") == "en"
    assert await language("/", accept_language="zh-CN", cookie="nianbao_lang=en") == "en"
    assert await language("/?_lang=zh", accept_language="en", cookie="nianbao_lang=en") == "zh"
    assert await language("/?_lang=fr", accept_language="zh") == "zh"


async def test_a_language_that_was_asked_for_is_remembered(site: Datasette) -> None:
    page = await site.client.get("/?_lang=zh")
    assert page.headers["set-cookie"].startswith("nianbao_lang=zh; Path=/; Max-Age=31536000")
    assert "set-cookie" not in (await site.client.get("/")).headers


@pytest.mark.parametrize("path", ["/", "/nianbao/reports?level=county&_sort=id", "/nianbao/nowhere"])
async def test_every_page_leads_to_itself_in_the_other_language(site: Datasette, path: str) -> None:
    page = (await site.client.get(path, cookies={"nianbao_lang": "zh"})).text
    link = re.search(r'class="other-language" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert link == path + ("&" if "?" in path else "?") + "_lang=en"
    assert '<html lang="en">' in (await site.client.get(link)).text


async def test_data_is_the_same_in_both_languages(site: Datasette) -> None:
    for path in ("/nianbao/reports.json?_size=5", "/nianbao/requests.csv?_size=5"):
        zh = await site.client.get(path, cookies={"nianbao_lang": "zh"})
        en = await site.client.get(path, cookies={"nianbao_lang": "en"})
        timed = re.compile(r'"query_ms": [\d.]+')
        assert timed.sub("", zh.text) == timed.sub("", en.text)
        assert "content-language" not in zh.headers


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("zh-TW", "zh"),
        ("fr, zh;q=0.2, en;q=0.1", "zh"),
        ("ZH-hans-CN;q=1", "zh"),
        ("zh;q=0", "en"),
        ("zh;q=nonsense", "en"),
        ("", "en"),
        ("*", "en"),
    ],
)
def test_a_browsers_preferences_are_weighed(accept: str, language: str) -> None:
    assert preferred(accept) == language


@pytest.mark.parametrize(
    ("said", "chinese", "english"),
    [
        (
            'where level = "county" and fiscal_year = 2021',
            '条件：层级 = "county"，且年度 = 2021',
            'where Level = "county" and Year = 2021',
        ),
        (
            'where search matches "拆迁 and 补偿" and refused > 3 sorted by refused descending',
            "条件：检索“拆迁 and 补偿”，且不予公开 > 3；按不予公开从大到小排列",
            'where search matches "拆迁 and 补偿" and Refused > 3 sorted by Refused descending',
        ),
        ("sorted by fiscal_year", "按年度从小到大排列", "sorted by Year"),
        ("where province is null", "条件：省份 为空", "where Province is null"),
        ("", "", ""),
    ],
)
def test_what_a_table_is_narrowed_to_names_its_columns_in_words(
    said: str, chinese: str, english: str
) -> None:
    with spoken("zh", "/", ""):
        assert condition(said, "reports").replace(" ", "") == chinese.replace(" ", "")
    with spoken("en", "/", ""):
        assert condition(said, "reports") == english


def test_a_phrase_that_datasette_no_longer_has_is_an_error() -> None:
    assert "table.html" in catalogue()["templates"]
    with pytest.raises(LookupError, match=r"table\.html"):
        exchanged("table.html", "<p>quite another page</p>")


async def test_on_a_phone_the_figures_of_an_answer_bear_the_names_of_their_columns(site: Datasette) -> None:
    for language, name in (("zh", "发布机构"), ("en", "Publisher")):
        page = (await site.client.get("/nianbao/refusers", cookies={"nianbao_lang": language})).text
        assert f'td:nth-of-type(1):before {{ content: "{name}"; }}' in page


async def test_every_column_of_a_table_or_query_has_a_name_in_both_languages(site: Datasette) -> None:
    known = columns()
    nameless = [
        (table.name, column.name)
        for table in [*TABLES, *VIEWS]
        for column in table.columns
        if column.name not in known[None] and column.name not in known.get(table.name, {})
    ]
    for query in read_queries():
        answer = (await site.client.get(f"/nianbao/{query.name}.json")).json()
        nameless += [(query.name, column) for column in answer["columns"] if column not in known[None]]
    assert nameless == []


def test_every_name_is_given_in_two_languages() -> None:
    pairs = [pair for known in [*columns().values(), *values().values()] for pair in known.values()]
    assert all(zh.strip() and en.strip() for zh, en in pairs)
    assert [zh for zh, _ in pairs if not _HAN.search(zh)] == ["SHA-256"]
    assert [en for _, en in pairs if _HAN.search(re.sub(r"\(.*?\)", "", en))] == []


class _Balanced(HTMLParser):
    """Complains of elements that are closed and were not opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("section", "form", "table", "div", "main"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("section", "form", "table", "div", "main"):
            assert self.open.pop() == tag


@pytest.mark.parametrize("path", ["/", "/nianbao", "/nianbao/reports", "/nianbao/refusers"])
async def test_exchanged_templates_are_still_well_formed(site: Datasette, path: str) -> None:
    parser = _Balanced()
    parser.feed((await site.client.get(path)).text)
    assert parser.open == []
