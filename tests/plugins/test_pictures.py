"""Pictures show the figures that their SQL answers, in words as well as in shapes."""

import csv
import html
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import datasette as datasette_package
import datasette_vega
import pytest
from datasette.app import Datasette
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader
from serving import ROOT, visible

from chinese.provinces import PROVINCES
from plugins.publication.labels import column_names, columns
from plugins.publication.language import say, spoken
from plugins.publication.pictures import canvas, places, tiles
from plugins.publication.pictures.answers import Answer, named
from plugins.publication.pictures.by_year import columns as year_columns
from plugins.publication.pictures.by_year import lines
from plugins.publication.pictures.declared import DeclarationError, dashboards, pictures, read_picture
from plugins.publication.rates import Rate, tenths

SHOWN = [(board.name, name) for board in dashboards().values() for name in board.pictures]
FILTERED = "province=示例省&fiscal_year=2024"
SVG = "{http://www.w3.org/2000/svg}"


class _Table(HTMLParser):
    """The cells of the table of figures on a page, row by row, and the links of the page by their words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: dict[str, str] = {}
        self.open: list[str] = []
        self.href = ""
        self.in_table = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.in_table |= tag == "table" and "drawn-table" in (given.get("class") or "")
        if self.in_table and tag == "tr":
            self.rows.append([])
        if self.in_table and tag in ("td", "th"):
            self.rows[-1].append("")
            self.open.append(tag)
        if tag == "a":
            self.href = given.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag == self.open[-1]:
            self.open.pop()
        self.in_table &= tag != "table"
        self.href = "" if tag == "a" else self.href

    def handle_data(self, data: str) -> None:
        if self.open:
            self.rows[-1][-1] += data
        if self.href and data.strip():
            self.links[data.strip()] = self.href


def _drawn(page: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.search(r"<svg xmlns.*?</svg>", page, re.DOTALL)[0])


@pytest.mark.parametrize(("board", "name"), SHOWN)
async def test_a_picture_has_in_its_table_what_its_csv_has(site: Datasette, board: str, name: str) -> None:
    page = _Table((await site.client.get(f"/nianbao/pictures/{board}/{name}?{FILTERED}&_lang=en")).text)
    answer = await site.client.get(page.links["CSV"])
    assert answer.status_code == 200
    head, *rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows
    kept = [place for place, column in enumerate(head) if column not in ("title_zh", "title_en")]
    assert page.rows[0] == [column_names(None, head[place])[1] for place in kept]
    with spoken("en", "/", ""):
        for shown, row in zip(page.rows[1:], rows, strict=True):
            for text, place in zip(shown, kept, strict=True):
                known = dict(zip(head, row, strict=True))
                assert _same(text, row[place], named(head[place], row[place], known))


def _same(shown: str, value: str, name: str) -> bool:
    if value == "":
        return shown == "–"
    try:
        return float(shown.rstrip("%").replace(",", "")) == pytest.approx(float(value), abs=0.06)
    except ValueError:
        return shown == name


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("board", "name"), SHOWN)
async def test_a_picture_is_a_file_that_says_what_it_shows(
    site: Datasette, board: str, name: str, language: str
) -> None:
    answer = await site.client.get(f"/nianbao/pictures/{board}/{name}.svg?{FILTERED}&_lang={language}")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["content-language"] == language
    root = ElementTree.fromstring(answer.text)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == description.get("id")
    with spoken(language, "/", ""):
        assert title.text == str(pictures()[name].title)
        assert str(pictures()[name].question) in description.text
        assert "N = " in description.text
        words = "".join("".join(root.itertext()).split())
        assert say("来源", "Source") in words
        assert (
            say("含虚构的样例数据", "Containsinventedsampledata") in words
        )  # it may leave the page that says so
    assert not re.search(r'(?:href|src)="(?!/)', answer.text)  # nothing of another host, no script


async def test_no_picture_is_without_a_page_and_no_column_without_a_name(site: Datasette) -> None:
    used = {name for board in dashboards().values() for name in (*board.pictures, board.instead) if name}
    assert used == set(pictures())
    for name in pictures():
        asked = {"sql": pictures()[name].sql, "_shape": "objects"}
        answer = (await site.client.get("/nianbao.json", params=asked)).json()
        assert answer["ok"], answer
        assert [column for column in answer["columns"] if column not in columns()[None]] == []


@pytest.mark.parametrize("name", [name for name, each in pictures().items() if each.unit == "pct"])
async def test_a_share_is_its_numerator_over_its_denominator_with_wilsons_interval(
    site: Datasette, name: str
) -> None:
    picture = pictures()[name]
    asked = {"sql": picture.sql, "fiscal_year": "2024", "least": str(picture.least), "_shape": "array"}
    rows = (await site.client.get("/nianbao.json", params=asked)).json()
    assert rows
    part = picture.roles.get("share_of") or {
        "reports_with_figures": "reports", "dated": "late", "concluded": "corrected",
        "decided": picture.roles["y"].removesuffix("_pct"),
    }[picture.roles["n"]]  # fmt: skip
    for row in rows:
        rate = Rate(row[part], row[picture.roles["n"]], picture.least or 1)
        assert rate.is_given
        assert row[picture.roles["y"]] == pytest.approx(rate.pct, abs=0.06)
        if "low" in picture.roles:
            assert (row["low_pct"], row["high_pct"]) == pytest.approx(rate.interval, abs=0.06)


async def test_no_share_is_given_of_fewer_than_the_least_number(site: Datasette) -> None:
    for picture in pictures().values():
        if picture.least is None:
            continue
        asked = {"sql": picture.sql, "fiscal_year": "2024", "least": "1000000000", "_shape": "array"}
        rows = (await site.client.get("/nianbao.json", params=asked)).json()
        assert [row for row in rows if row[picture.roles["y"]] is not None] == []


async def test_filters_choose_the_reports(site: Datasette, rows: Callable[..., list[tuple]]) -> None:
    page = (await site.client.get("/nianbao/pictures/country/received_by_year?level=county&_lang=en")).text
    expected = rows(
        "select fiscal_year, sum(received_new), count(received_new) from reports "
        "where level = 'county' group by 1 order by 1"
    )
    assert [[int(c.replace(",", "")) for c in row[:3]] for row in _Table(page).rows[1:]] == [
        list(r) for r in expected
    ]
    page = (await site.client.get("/nianbao/pictures/map?fiscal_year=2020&_lang=en")).text
    [(read,)] = rows("select count(*) from reports where fiscal_year = 2020 and status <> 'unreadable'")
    assert _Table(page).rows[1][:2] == ["Shili (invented)", str(read)]


async def test_a_year_that_is_not_asked_for_is_the_newest(site: Datasette) -> None:
    page = visible((await site.client.get("/nianbao/pictures/country/refused_by_province?_lang=en")).text)
    assert "fiscal year 2025, all provinces, all levels" in page
    assert "Not drawn below 30 (decided)." in page


@pytest.mark.parametrize("asked", ["province=无此省", "fiscal_year=1900", "fiscal_year=x", "level=none"])
async def test_a_choice_without_reports_says_so(site: Datasette, asked: str) -> None:
    page = await site.client.get(f"/nianbao/pictures/outcomes?{asked}&_lang=en")
    assert page.status_code == 200
    assert "No figures for this choice" in page.text


async def test_what_a_reader_writes_into_the_address_is_text_and_nothing_else(site: Datasette) -> None:
    evil = "</title><script>alert(1)</script>\"'"
    for path in ("outcomes", "outcomes/outcomes_by_year", "outcomes/outcomes_by_year.svg"):
        answer = await site.client.get(f"/nianbao/pictures/{path}", params={"province": evil, "level": evil})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["nianbao/pictures/nothing", "nianbao/pictures/country/nothing", "nianbao/pictures/country/map_late.svg",
     "elsewhere/pictures", "_internal/pictures"],
)  # fmt: skip
async def test_what_is_not_there_is_not_found(site: Datasette, path: str) -> None:
    assert (await site.client.get(f"/{path}")).status_code == 404


async def test_a_province_is_chosen_on_the_map(site: Datasette) -> None:
    page = (await site.client.get("/nianbao/pictures/province?_lang=en")).text
    hrefs = {a.get("href") for a in _drawn(page).iter(f"{SVG}a")}
    [href] = hrefs
    assert "Refusal rate by prefecture" in (await site.client.get(f"{href}&_lang=en")).text


async def test_the_map_has_every_province_and_leads_to_those_with_reports(site: Datasette) -> None:
    page = (await site.client.get("/nianbao/pictures/map?_lang=zh")).text
    drawn = _drawn(page)
    assert drawn.get("role") == "group"  # its links can be reached
    said = [e.text for e in drawn.iter(f"{SVG}title")]
    for province in PROVINCES:
        assert f"{province.zh}：没有数据" in said
    assert {"台湾省：没有数据", "香港特别行政区：没有数据", "澳门特别行政区：没有数据"} <= set(said)
    [link] = list(drawn.iter(f"{SVG}a"))
    assert link.get("aria-label").startswith("示例省：")
    assert (await site.client.get(link.get("href"))).status_code in (200, 302)


def test_each_tile_of_the_map_has_a_place_of_its_own() -> None:
    codes = {places.code_of(name)[:2] for name in places.names()}
    assert codes == set(places.PLACES)
    assert len(set(places.PLACES.values())) == 35
    assert {province.zh for province in PROVINCES} < set(places.names())


async def test_the_embed_code_shows_the_picture_alone(site: Datasette) -> None:
    page = (await site.client.get(f"/nianbao/pictures/disputes/corrected_by_year?{FILTERED}&_lang=zh")).text
    code = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])
    frame = ElementTree.fromstring(code.replace("&", "&amp;").replace("&amp;amp;", "&amp;"))
    assert frame.get("title") == "历年纠错率（各年度，示例省，各层级）"
    assert frame.get("src").startswith("http://localhost/nianbao/pictures/disputes/corrected_by_year?")
    embedded = (await site.client.get(frame.get("src").removeprefix("http://localhost"))).text
    assert "<header>" not in embedded
    assert "含虚构的样例数据：示例省并不存在。" in embedded
    assert _drawn(embedded).find(f"{SVG}title").text == "历年纠错率"
    assert 'target="_top"' in embedded


# --- shapes ---------------------------------------------------------------------------------------------


def _answer(name: str, rows: list[dict]) -> Answer:
    return Answer(pictures()[name], {}, tuple(rows))


def test_a_year_without_a_figure_has_no_column_and_is_not_zero() -> None:
    with spoken("en", "/", ""):
        rows = [
            {"fiscal_year": 2020, "received_new": None, "reports": 3},
            {"fiscal_year": 2021, "received_new": 0, "reports": 3},
        ]
        drawn = str(year_columns(_answer("received_by_year", rows)).body)
    assert drawn.count("url(#hatched)") == 1
    assert ">–</text>" in drawn
    assert "2021 · 0</title>" in drawn


def test_a_line_does_not_bridge_a_year_without_a_figure() -> None:
    def row(year: int) -> dict:
        shares = {"refused": 3, "decided": 30, "refused_pct": 10.0, "low_pct": 3.5, "high_pct": 25.6}
        return {"fiscal_year": year, "level": "county"} | shares

    def strokes(*years: int) -> int:
        with spoken("en", "/", ""):
            return str(lines(_answer("refused_by_level", [row(year) for year in years])).body).count(
                'stroke-width="1.8"'
            )

    assert strokes(2020, 2021, 2022) - strokes(2020, 2022, 2023) == 1


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=40))
def test_classes_shade_more_as_darker_and_hold_every_value(values: list[float]) -> None:
    found = tiles.classes(values)
    shades = [canvas.SHADES.index(found.shade(value)) for value in sorted(values)]
    assert shades == sorted(shades)
    assert found.starts[0] == min(values)
    assert len(found.starts) <= len(canvas.SHADES)


@given(st.floats(0.001, 1e8))
def test_an_axis_ends_at_a_round_number_not_far_above_what_it_shows(value: float) -> None:
    assert value <= canvas.ceiling(value) <= value * 2.01


@given(st.text(st.sampled_from("申请公开 abc,；（）Disclosure1"), max_size=80), st.integers(60, 400))
def test_words_in_lines_are_all_there_and_fit(words: str, width: int) -> None:
    found = canvas.wrapped(words, width, 11)
    assert "".join("".join(found).split()) == "".join(words.split())
    for number, line in enumerate(found):
        assert canvas.width_of(line.rstrip("，；）"), 11) <= width or " " not in line.strip()
        assert not number or line[0] not in "；）"


def test_a_part_has_the_same_colour_in_a_picture_and_on_a_page() -> None:
    css = (ROOT / "static" / "site.css").read_text("utf-8")
    assert re.findall(r"\.picture \.part-\d \{ background: (#\w+); \}", css) == list(canvas.PARTS)


# --- declarations ---------------------------------------------------------------------------------------

_GOOD = (ROOT / "plugins/publication/pictures/refused_by_province.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("title_en", "titel_en"), "write title_en"),
        (('mark = "dots"', 'mark = "pie"'), "mark must be one of"),
        (('low = "low_pct", ', ""), "names the roles"),
        (('unit = "pct"', 'unit = "‰"'), "unit must be count or pct"),
        (("least = 30\n", ""), "least and :least go together"),
        (("sql = '''", "text = '''"), "write sql"),
        (("roles = {", "roles = ["), "is not TOML"),
    ],
)
def test_a_picture_that_cannot_be_drawn_is_refused_with_a_reason(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    path = tmp_path / "one.toml"
    path.write_text(_GOOD.replace(*change), "utf-8")
    with pytest.raises(DeclarationError, match=re.escape(said)):
        read_picture(path)


# --- small pictures in other pages ----------------------------------------------------------------------


def _small(call: str, language: str = "en") -> str:
    env = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True)
    env.globals |= {"say": say, "tenths": tenths}
    names = "{% from '_pictures.html' import bars, year_columns, stacked_years %}"
    with spoken(language, "/", ""):
        return env.from_string(names + "{{" + call + "}}").render()


def test_a_small_picture_says_every_figure_and_tells_blank_from_zero() -> None:
    rows = "[{'label': 'a<b', 'value': 1234, 'href': '/x'}, {'label': 'b', 'value': none}, {'label': 'c', 'value': 0}]"
    bars = _small(f"bars({rows}, 'Bars')")
    shown = visible(bars).split("\n")
    assert [text for text in shown if text in ("1,234", "–", "0")] == ["1,234", "–", "0"]
    assert "a&lt;b" in bars
    assert re.findall(r"--part: ([\d.]+)", bars) == ["1.0", "0.0", "0.0"]
    columns = _small("year_columns([{'year': 2020, 'value': none}, {'year': 2021, 'value': 7}], 'C')", "zh")
    assert "没有这个数字" in columns
    assert columns.count('class="column none"') == 1
    stacked = _small(
        "stacked_years([{'year': 2020, 'total': 40, 'parts': {'granted': 30, 'refused': 10}},"
        " {'year': 2021, 'total': none, 'parts': {}}], [('granted', 'Granted'), ('refused', 'Refused')], 'S')"
    )
    assert re.findall(r"width: ([\d.]+)%", stacked) == ["75.0", "25.0"]
    assert visible(stacked).count("–") == 3
    assert visible(stacked).count("25.0%") == 1
    for total, unknown, shares in (
        ("40", "none", ["75.0"]),
        ("none", "none", []),
        ("20", "none", []),
        ("40", "-3", []),
    ):
        partly = _small(
            f"stacked_years([{{'year': 2020, 'total': {total}, 'parts': {{'granted': 30, 'refused': {unknown}}}}}],"
            " [('granted', 'Granted'), ('refused', 'Refused')], 'S')"
        )
        assert "30" in visible(partly)
        assert re.findall(r"([\d.]+)%", visible(partly)) == re.findall(r"width: ([\d.]+)%", partly) == shares


# --- charts of the reader's own ---------------------------------------------------------------------------


async def test_the_chart_script_is_fetched_only_where_there_are_rows_to_draw(site: Datasette) -> None:
    for path, charted in (("/", 0), ("/nianbao", 0), ("/nianbao/pictures/country", 0), ("/nianbao/nowhere", 0),
                          ("/nianbao/reports", 1), ("/nianbao/refusers", 1), ("/nianbao?sql=select+1", 1)):  # fmt: skip
        page = (await site.client.get(path, cookies={"nianbao_lang": "en"})).text
        assert page.count("datasette_vega/main.") == 2 * charted, path
        assert page.count("/static/query.js") == charted, path
        assert "/static/words.js" not in page
    assert "/static/words.js" in (await site.client.get("/nianbao/reports?_lang=zh")).text
    [script] = re.findall(
        r'src="(/-/static-plugins/datasette_vega/[^"]+)"', (await site.client.get("/nianbao/reports")).text
    )
    assert (await site.client.get(script)).status_code == 200


def test_every_phrase_that_is_translated_in_the_browser_is_one_that_the_scripts_write() -> None:
    words = (ROOT / "static" / "words.js").read_text("utf-8")
    phrases = re.findall(r'^  "(.+?)": "', words, re.MULTILINE)
    assert len(phrases) > 25
    folders = [Path(datasette_package.__file__).parent, Path(datasette_vega.__file__).parent]
    scripts = "".join(
        path.read_text("utf-8") for folder in folders for path in (folder / "static").glob("*.js")
    )
    assert [phrase for phrase in phrases if phrase not in scripts] == []
