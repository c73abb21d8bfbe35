"""Markdown of ours as HTML: tables that scroll in a frame of their own, headings that can be linked to.

Generated pages of docs/ stand in both languages at once ("中文 English", "中文。English."): `in_language` takes the
half that a page speaks.
"""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

from plugins.publication.language import say

_HAN = re.compile(r"[\u3400-\u9fff]")
_LAST_CHINESE = re.compile(r"^(.*[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])\s*([A-Z0-9`].*)$", re.DOTALL)
_BOTH = re.compile(r"^(\S*[\u3400-\u9fff]\S*) ([A-Za-z(0-9].*)$")
_NAME = re.compile(r"[a-z][a-z-]+")
_TERM = re.compile(r"^- \*\*(?P<term>[^*]+)\*\*：(?P<rest>.*)$")
_BREAK = re.compile(r"<br\s*/?>")


class _Renderer(RendererHTML):
    """Tables in a frame that scrolls, named by the heading above them; heads of columns marked as such."""

    def table_open(self, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
        above = [tokens[n + 1].content for n in range(index) if tokens[n].type == "heading_open"]
        label = escape(above[-1] if above else say("表格", "Table"))
        return f'<div class="table-wrapper" tabindex="0" role="region" aria-label="{label}"><table class="figures prose-table">\n'

    def table_close(self, _tokens: Sequence[Token], _index: int, _options: Any, _env: Any) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
        # A cell without words is the head of nothing.
        return f'<th scope="col"{_words(tokens[index])}>' if tokens[index + 1].content else "<td>"

    def th_close(self, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
        return "</th>" if tokens[index - 1].content else "</td>"

    def td_open(self, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
        return f"<td{_words(tokens[index])}>"


def _words(cell: Token) -> str:
    """What tells a cell of words from one of figures, which stand to the right."""
    return "" if "right" in str(cell.attrGet("style") or "") else ' class="words"'


_markdown = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")


def html_of(text: str) -> Markup:
    """Markdown as HTML. HTML in it stays text, but for <br> in cells."""
    found = _markdown.render(_BREAK.sub("\u2028", text))
    return Markup(found.replace("\u2028", "<br>"))  # noqa: S704 - escaped by the renderer


def inline_of(text: str) -> Markup:
    """A line of Markdown as HTML, without a paragraph around it."""
    return Markup(_markdown.renderInline(text))  # noqa: S704 - escaped by the renderer


def in_language(text: str, language: str) -> str:
    """Of Markdown in both languages that of one, without its first heading and without comments."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    lines = [_line(line, language) for line in text.split("\n") if not line.startswith("# ")]
    return "\n".join(line for line in lines if line is not None)


def _line(line: str, language: str) -> str | None:
    if line.startswith("#"):
        signs, _, heading = line.partition(" ")
        return f"{signs} {_half(heading, ' · ', language)}"
    if line.startswith("|"):
        return "|".join(_cell(cell, language) for cell in line.split("|"))
    if found := _TERM.match(line):
        term, rest = (_cell(found["term"], language).strip(), _sentence(found["rest"], language))
        return f"- **{term}**{'：' if language == 'zh' else ': '}{rest}"
    if line.startswith("- "):
        return None  # names of programs, explained nowhere else
    return line if not line.strip() or bool(_HAN.search(line)) == (language == "zh") else None


def _half(text: str, between: str, language: str) -> str:
    zh, found, en = text.partition(between)
    if found:
        return zh if language == "zh" else en
    return _cell(text, language).strip()


def _cell(text: str, language: str) -> str:
    bare = text.strip()
    if found := _BOTH.match(bare):
        return f" {found[1 if language == 'zh' else 2]} "
    return f" `{bare}` " if _NAME.fullmatch(bare) else text


def _sentence(text: str, language: str) -> str:
    """Of Chinese sentences with the English ones behind them those of one language."""
    found = _LAST_CHINESE.match(text)
    return text if found is None else found[1 if language == "zh" else 2]
