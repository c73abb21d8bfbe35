"""The rows of the official form and of its proofs as HTML, made in Python: a page has some eight hundred cells, and
templates take three times as long for them. What stands around the rows is the template's.

Ids are the places that `checks.where` names; "proof-" before one is what its figure rests on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from plugins.publication.language import language, say
from plugins.publication.marks import SIGNS, sign_in_words
from plugins.publication.official_form import Head
from plugins.publication.proof import Proof, manner_in_words, place_in_words

Cell = Mapping[str, Any]
Pair = tuple[str, str]
_WIDEST_BLOCK = 3  # figures in a row of Table 2


def words(zh: str, en: str) -> str:
    """A label in the language of the page, as HTML; in English with the official Chinese one beneath."""
    if language() == "zh":
        return str(escape(zh))
    if not en or en == zh:
        return f'<span lang="zh">{escape(zh)}</span>'
    return f'{escape(en)} <small class="official" lang="zh">{escape(zh)}</small>'


def in_words(pairs: Sequence[Pair]) -> str:
    """Labels one behind the other, in the language of the page alone."""
    return " · ".join(say(zh, en or zh) for zh, en in pairs)


def form_lines(name: str, lines: Sequence[Sequence[Mapping[str, Any]]], year_before: int) -> Markup:
    """Lines of a table of the form as rows. name: "table3"; lines: as `report_page.form_table` lays them out."""
    made = "\n".join(
        f"<tr>{''.join(_head(name, c['head']) if 'head' in c else _figure(c, year_before) for c in line)}</tr>"
        for line in lines
    )
    return Markup(made)  # noqa: S704  its parts are escaped


def _head(name: str, head: Head) -> str:
    tag = "th" if head.scope else "td"
    given = f' scope="{head.scope}"' if head.scope else ""
    given += f' id="{name}.{head.where}"' if head.where else ""
    given += _spans(head.colspan, head.rowspan)
    return f"<{tag}{given}>{words(head.zh, head.en)}</{tag}>"


def _spans(columns: int = 1, rows: int = 1) -> str:
    return (f' colspan="{columns}"' if columns > 1 else "") + (f' rowspan="{rows}"' if rows > 1 else "")


def _figure(cell: Cell, year_before: int) -> str:
    classes = " ".join(
        part for part in ("figure", "zero" if cell["value"] == 0 else cell["kind"], cell["mark"]) if part
    )
    return (
        f'<td id="{cell["id"]}" class="{classes}"{_spans(cell.get("colspan", 1))}>'
        f'<a href="#proof-{cell["id"]}"{_title(cell)}>{escape(cell["text"])}</a>'
        f"{_sign(cell)}{_before(cell['before'], year_before)}</td>"
    )


def _title(cell: Cell) -> str:
    """Why a cell shows what it shows, where that is not the text of the page."""
    said = {
        "blank": say("留空，不是零", "blank, not zero"),
        "missing": say("这一行没有找到", "this row was not found"),
        "words": say("不是一个数；照原文", "not one figure; as printed"),
    }.get(cell["kind"], "")
    if not cell["kind"] and not cell["is_exact"]:
        said = say("页面所印：", "printed: ") + cell["raw"]
    return f' title="{escape(said)}"' if said else ""


def _sign(cell: Cell) -> str:
    if cell["mark"]:
        sign, check = SIGNS[cell["mark"]], cell["marks"][0]["number"]
        title = sign_in_words(cell["mark"])
        return f'<a class="sign {cell["mark"]}" href="#check-{check}" title="{title}">{sign}</a>'
    if cell["by_position"] and not cell["kind"]:
        return f'<span class="sign placed" title="{manner_in_words("position")}">~</span>'
    return ""


def _before(before: Mapping[str, str] | None, year: int) -> str:
    if before is None:
        return ""
    shown = "=" if before["sign"] == "=" else f"{before['text']}{before['sign']}"
    return f'<small class="before"><span class="unseen">{year}{say("：", ": ")}</span>{shown}</small>'


def proof_lines(table: Mapping[str, Any]) -> Markup:
    """What each figure of a table of the form rests on, a row a row of the form."""
    made = "\n".join(_proof_line(table["number"], entry) for entry in table["proofs"])
    return Markup(made)  # noqa: S704  its parts are escaped


def _proof_line(number: int, entry: Mapping[str, Any]) -> str:
    proof: Proof = entry["proof"]
    line = f'<th scope="row"><a href="#{entry["id"]}">{escape(in_words(entry["names"]))}</a></th>'
    if proof.found:
        line += f"<td>{escape(place_in_words(proof.at))}</td><td>{escape(manner_in_words(proof.by))}</td>"
    else:
        line += f'<td colspan="2" class="blank">{say("没有找到这一行", "this row was not found")}</td>'
    last = len(entry["raws"]) - 1
    for n, raw in enumerate(entry["raws"]):
        span = _spans(_WIDEST_BLOCK - last) if number == 2 and n == last else ""
        name = f"<small>{escape(say(*raw['names']))}</small> " if number == 2 else ""
        text = _raw(raw["cell"], proof)
        line += f'<td id="proof-{raw["cell"]["id"]}" class="raw"{span}>{name}{text}</td>'
    return f'<tr id="proof-{entry["id"]}">{line}</tr>'


def _raw(cell: Cell, proof: Proof) -> str:
    """The text of a cell as the page prints it, or why there is none."""
    if not proof.found:
        return '<span class="blank">×</span>'
    if cell["raw"] is None:
        return f'<span class="blank">{say("未留存", "not kept")}</span>'
    if not cell["raw"].strip():
        return f'<span class="blank">{say("（空白）", "(blank)")}</span>'
    return f'<span lang="zh">{escape(cell["raw"])}</span>'


def statistics_lines(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """A section of the table of statistics, each row with its proof beside it."""
    made = []
    for entry in rows:
        indicator, cell, proof = entry["indicator"], entry["cell"], entry["proof"]
        made.append(
            f'<tr id="{entry["id"]}"><th scope="row" class="depth-{entry["depth"]}">'
            f"{words(indicator.zh, indicator.en)}</th>"
            f'<td lang="zh">{escape(indicator.unit)}</td>{_figure(cell, 0)}'
            f'<td id="proof-{cell["id"]}">{_raw(cell, proof)}</td>'
            f"<td>{escape(place_in_words(proof.at))}</td><td>{escape(manner_in_words(proof.by))}</td></tr>"
        )
    return Markup("\n".join(made))  # noqa: S704  its parts are escaped
