"""Every layout that a report can be printed in, by name: text flavours and manners of HTML.

`render` gives bytes as a site would serve them. The same report, layout and state of the generator give
the same bytes. What a report says is left to the other modules of `sample`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from sample.layouts import html, text, word
from sample.layouts.html import HtmlStyle
from sample.report import Report
from sample.wording import traditional

Printer = Callable[[Report, Random], bytes]


@dataclass(frozen=True, slots=True)
class Layout:
    """One manner of printing.

    `keeps_blanks` says whether a blank cell can be told on the page from one that is not there.
    """

    name: str
    media_type: str
    extension: str
    keeps_blanks: bool
    printer: Printer

    def render(self, report: Report, rng: Random) -> bytes:
        """The bytes of `report` in this layout; `rng` chooses wording and small habits."""
        return self.printer(report, rng)


def _html(style: HtmlStyle, report: Report, rng: Random) -> bytes:
    return html.page(report, rng, style).encode()


def _traditional(report: Report, rng: Random) -> bytes:
    page = html.page(report, rng, HtmlStyle())
    return traditional(page.replace('lang="zh-CN"', 'lang="zh-Hant"', 1)).encode()


def _layouts() -> list[Layout]:
    flavours = (
        text.pipe_row,
        text.paragraph_per_cell,
        text.cell_per_line_bar,
        text.bar_only_separators,
        text.bar_lines,
        text.markdown,
        text.markdown_separator,
        text.markdown_padded,
        text.markdown_newline_in_cells,
        text.pipe_row_newline_indent,
        text.docx_tabs,
    )
    styles = {
        "html_clean": HtmlStyle(),
        "html_repeated": HtmlStyle(spans="repeated"),
        "html_blank_spans": HtmlStyle(spans="blank"),
        "html_one_label_column": HtmlStyle(spans="one_label"),
        "html_thead": HtmlStyle(heads=True),
        "html_unclosed": HtmlStyle(closing=False),
        "html_nested": HtmlStyle(nested=True),
    }
    layouts = []
    for flavour in flavours:
        name = flavour.__name__
        lost = flavour is text.paragraph_per_cell
        printer = partial(text.page, print_table=flavour, gap="\n\n" if lost else "\n")
        kind = ("text/markdown", ".md") if name.startswith("markdown") else ("text/plain", ".txt")
        layouts.append(Layout(name, f"{kind[0]}; charset=utf-8", kind[1], not lost, printer))
    for name, style in styles.items():
        layouts.append(Layout(name, "text/html; charset=utf-8", ".html", True, partial(_html, style)))
    layouts.append(Layout("html_traditional", "text/html; charset=utf-8", ".html", True, _traditional))
    layouts.append(Layout("html_word", "text/html", ".html", True, word.page))
    layouts.append(Layout("html_word_broken", "text/html", ".html", True, partial(word.page, broken=True)))
    return layouts


LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in _layouts()}


def render(report: Report, layout: str, rng: Random) -> bytes:
    """The bytes of `report` in the layout of that name. Raises KeyError for a layout there is not."""
    return LAYOUTS[layout].render(report, rng)
