"""What stands around a picture: its description, the table of its figures, its addresses, and the code to embed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

from plugins.publication.addresses import place_address
from plugins.publication.labels import column_label
from plugins.publication.language import PARAMETER, language, listed, own, say
from plugins.publication.pictures.answers import Answer, Choices, named
from plugins.publication.pictures.by_name import bars, dots, stacked
from plugins.publication.pictures.by_year import columns, lines
from plugins.publication.pictures.canvas import INK, QUIET, Drawing, foreign, framed, svg, text
from plugins.publication.pictures.places import INVENTED
from plugins.publication.pictures.tiles import heat, tiles

_DRAWN = {"columns": columns, "lines": lines, "bars": bars, "dots": dots, "stacked": stacked, "heat": heat}
_ROWS = {"outcome": "outcomes", "rule": "rules"}  # columns whose values have a page of their own
_UNSHOWN = ("title_zh", "title_en")
_SUMMARISED = ("columns", "bars", "dots", "heat", "tiles")


@dataclass(frozen=True, slots=True)
class Site:
    """Where pictures are shown: for the addresses in them and around them."""

    datasette: Any
    database: str
    request: Any

    def pictures(self, *names: str, asked: Mapping[str, str] | None = None) -> str:
        """The address of a dashboard or of a picture, with its filters."""
        path = "/".join(["", self.database, "pictures", *names])
        given = {name: value for name, value in (asked or {}).items() if value}
        return str(self.datasette.urls.path(path + (f"?{urlencode(given)}" if given else "")))

    def absolute(self, path: str) -> str:
        """An address as other sites write it."""
        return str(self.datasette.absolute_url(self.request, path))

    def page_of(self, column: str, value: object) -> str | None:
        """The page of what a column names; None where it has none."""
        if column == "province" and value:
            return place_address(self.datasette, self.database, str(value))
        if column in _ROWS and value:
            return str(self.datasette.urls.row(self.database, _ROWS[column], str(value)))
        return None


def drawing(site: Site, answer: Answer, dashboard: str) -> Drawing:
    """A picture's shapes; a sentence where there is nothing to draw."""
    if not answer.rows:
        return Drawing(
            text(0, 18, say("没有符合条件的数字", "No figures for this choice"), 13, fill=QUIET), 30
        )
    if answer.picture.mark != "tiles":
        return _DRAWN[answer.picture.mark](answer)

    def href(province: str) -> str:
        if dashboard == "province":  # there the map is the way to choose one
            return site.pictures(dashboard, asked={"province": province})
        return place_address(site.datasette, site.database, province)

    return tiles(answer, href)


def alone(site: Site, answer: Answer, dashboard: str, known: Choices) -> Markup:
    """The picture as a file of its own: with its title above, and what it rests on and whence it is below."""
    picture = answer.picture
    title = str(picture.title)
    head = [(title, 15, INK), (answer.narrowed(), 11, QUIET)]
    foot = [
        *filter(None, [invented(answer, known), answer.rests_on()]),
        *notes(answer),
        source(site),
        site.absolute(site.pictures(dashboard, picture.name)),
    ]
    drawn = framed(drawing(site, answer, dashboard), head, foot)
    return svg(drawn, f"picture-{picture.name}", title, description(answer), linked=picture.mark == "tiles")


def notes(answer: Answer) -> list[str]:
    """What the denominators are, and how many a share must rest on at least."""
    least, n = answer.picture.least, column_label(None, answer.picture.column("n"))
    said = [str(answer.picture.note)]
    if least is not None:
        said.append(say(f"{n}不足 {least} 的不画。", f"Not drawn below {least} ({n.lower()})."))
    if answer.picture.roles.get("x") == "fiscal_year":
        said.append(say("年度未能判定的报告不画。", "Reports whose year could not be told are not drawn."))
    if answer.is_cut:
        said.append(say(f"只画前 {len(answer.rows):,} 行。", f"The first {len(answer.rows):,} rows only."))
    return said


def invented(answer: Answer, known: Choices) -> str:
    """A warning where invented figures are in a picture; "" elsewhere. A picture leaves the page that says so."""
    if INVENTED not in known.provinces or answer.asked.get("province", "") not in ("", INVENTED):
        return ""
    return say(
        "含虚构的样例数据：示例省并不存在。", "Contains invented sample data: Shili Province does not exist."
    )


def source(site: Site) -> str:
    """Whence the figures are, in a line."""
    whence = own(site.datasette.metadata("source") or "")
    return (
        f"{say('来源：', 'Source: ')}{whence}{say('；', '; ')}{own(site.datasette.metadata('title') or '')}"
    )


def description(answer: Answer) -> str:
    """What a person sees who sees the picture: its question, what it is narrowed to, the largest and the least."""
    said = [str(answer.picture.question), answer.narrowed(), answer.rests_on()]
    known = [row for row in answer.rows if answer.value(row, "y") is not None]
    if answer.picture.mark in _SUMMARISED and len(known) > 1:
        values = [answer.value(row, "y") or 0 for row in known]
        most, least = _at(answer, known, max(values)), _at(answer, known, min(values))
        if max(values) == min(values):
            each = answer.figure(values[0])
            said.append(say(f"{len(known)} 项相同：{each}", f"All {len(known)} are the same: {each}"))
        else:
            said.append(say(f"最多：{most}；最少：{least}", f"Most: {most}; least: {least}"))
    return " ".join(part if part.endswith(("？", "?")) else part + say("。", ".") for part in said)


def _at(answer: Answer, rows: Sequence[Mapping[str, Any]], value: float) -> str:
    """Which of the rows has a value, and how many others have the same."""
    first, *others = [row for row in rows if (answer.value(row, "y") or 0) == value]
    tied = say(f"（另有 {len(others)} 项相同）", f" (and {len(others)} more the same)") if others else ""
    return f"{_name(answer, first)} {answer.figure(value)}{tied}"


def _name(answer: Answer, row: Mapping[str, Any]) -> str:
    roles = [role for role in ("label", "x") if role in answer.picture.roles]
    return " ".join(answer.name(row, role) for role in roles)


def table(site: Site, answer: Answer) -> dict[str, Any]:
    """Every figure of the picture: `columns` of names, `rows` of cells {text, href, lang, is_name}."""
    if not answer.rows:
        return {"columns": [], "rows": []}
    shown = [column for column in answer.rows[0] if column not in _UNSHOWN]
    return {
        "columns": [column_label(None, column) for column in shown],
        "rows": [[_cell(site, answer, row, column) for column in shown] for row in answer.rows],
    }


def _cell(site: Site, answer: Answer, row: Mapping[str, Any], column: str) -> dict[str, Any]:
    value = row[column]
    is_name = isinstance(value, str) or column == "fiscal_year"
    said = (
        named(column, value, row)
        if is_name
        else answer.figure(value, "pct" if column.endswith("_pct") else "count")
    )
    return {
        "text": said,
        "href": site.page_of(column, value),
        "lang": foreign(said),
        "is_name": is_name,
        "is_none": value is None,
    }


def shown(site: Site, answer: Answer, dashboard: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """All that a template needs to show a picture."""
    picture = answer.picture
    kept = {name: value for name, value in asked.items() if name in picture.parameters}
    sql = (
        {"sql": picture.sql}
        | dict(answer.asked)
        | ({"least": picture.least} if picture.least is not None else {})
    )
    urls = site.datasette.urls
    drawn = drawing(site, answer, dashboard)
    spoken = kept | {PARAMETER: language()}
    embedded = site.absolute(site.pictures(dashboard, picture.name, asked=spoken | {"embed": "1"}))
    title = f"{picture.title}{say('（', ' (')}{answer.narrowed()}{say('）', ')')}"
    return {
        "name": picture.name,
        "mark": picture.mark,
        "title": str(picture.title),
        "question": str(picture.question),
        "notes": notes(answer),
        "narrowed": answer.narrowed(),
        "rests_on": answer.rests_on() if answer.rows else "",
        "unfiltered": unfiltered(answer, asked),
        "svg": svg(drawn, f"picture-{picture.name}", str(picture.title), description(answer), linked=picture.mark == "tiles"),
        "table": table(site, answer),
        "href": site.pictures(dashboard, picture.name, asked=kept),
        "absolute": site.absolute(site.pictures(dashboard, picture.name, asked=kept)),
        "svg_href": site.pictures(dashboard, f"{picture.name}.svg", asked=spoken),
        "sql_href": f"{urls.database(site.database)}?{urlencode(sql)}",
        "csv_href": f"{urls.database(site.database, format='csv')}?{urlencode(sql | {'_size': 'max'})}",
        "embed": Markup('<iframe src="{}" title="{}" width="100%" height="{}" style="border:0" loading="lazy"></iframe>').format(
            embedded, escape(title), round(drawn.height * 1.4) + 240
        ),
    }  # fmt: skip


def unfiltered(answer: Answer, asked: Mapping[str, str]) -> str:
    """Which of the reader's filters the picture does not follow, in a sentence; "" for none."""
    ignored = [
        column_label(None, name)
        for name, value in asked.items()
        if value and name not in answer.picture.parameters and name != "fiscal_year"
    ]
    return (
        say(f"此图不按{listed(ignored)}筛选。", f"Not narrowed by {listed(ignored).lower()}.")
        if ignored
        else ""
    )
