"""The site in this process, as `datasette .` would serve it."""

import json
from html.parser import HTMLParser
from pathlib import Path

from datasette.app import Datasette

ROOT = Path(__file__).parent.parent.parent


def serve(database: Path, **settings: int) -> Datasette:
    """The site over `database`, with the project's own plugins, pages, metadata and settings."""
    return Datasette(
        [],
        immutables=[str(database)],
        inspect_data=json.loads(database.with_name("inspect-data.json").read_text("utf-8")),
        metadata=json.loads((ROOT / "metadata.json").read_text("utf-8")),
        settings=json.loads((ROOT / "settings.json").read_text("utf-8")) | settings,
        plugins_dir=str(ROOT / "plugins"),
        template_dir=str(ROOT / "templates"),
        static_mounts=[("static", str(ROOT / "static"))],
    )


def copied(database: Path, folder: Path) -> Path:
    """A copy of a database in `folder`, to be changed and then served; nothing is known of it beforehand."""
    copy = folder / database.name
    copy.write_bytes(database.read_bytes())
    copy.with_name("inspect-data.json").write_text("{}")
    return copy


_UNSEEN = ("script", "style", "textarea", "pre", "template")


class _Visible(HTMLParser):
    def __init__(self, leave_out: tuple[str, ...], language: str | None) -> None:
        super().__init__()
        self.leave_out, self.language = {*_UNSEEN, *leave_out}, language
        self.open: list[tuple[str, bool]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = (given.get("lang") or "").partition("-")[0]
        other = bool(self.language) and language == self.language and tag != "html"
        for name in ("title", "aria-label", "placeholder", "alt"):
            if given.get(name) and not self._hidden() and not other:
                self.text.append(given[name] or "")
        if tag in ("input", "button") and given.get("type") in ("submit", "button"):
            self.text.append(given.get("value") or "")
        if tag not in ("input", "meta", "link", "br", "img", "hr", "path", "circle", "rect", "wbr"):
            self.open.append((tag, self._hidden() or tag in self.leave_out or other))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._hidden():
            self.text.append(data)

    def _hidden(self) -> bool:
        return bool(self.open) and self.open[-1][1]


def visible(page: str, leave_out: tuple[str, ...] = (), leave_out_language: str | None = None) -> str:
    """What a person reads on a page, a line an element: texts, buttons and labels, without the elements named and
    without what is marked as of one language."""
    parser = _Visible(leave_out, leave_out_language)
    parser.feed(page)
    return "\n".join(text for text in parser.text if text.strip())
