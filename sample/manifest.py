"""What a document of the sample should be read as: its identity, its figures, its planted faults.

The manifest is the answer sheet. It says what a page prints, null where the page leaves a figure blank
or where it cannot be known; how pages come about is left to the other modules of `sample`.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from sample.figures import FormFigures, Number


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that was planted, or what one brings about, and what should be said of it.

    fault    its name (see `sample.faults`); several entries may share one
    rule     the rule that speaks of it; "" where reading should cope without a word
    verdict  source_error, parse_doubt, scope_or_wording, not_assessable or other_form; "" as above
    where    "report", "table3", "table3.granted", "table3.column.total", "table3.granted.total"
    """

    fault: str
    rule: str
    verdict: str
    where: str
    expected: Number = None
    found: Number = None


@dataclass(frozen=True, slots=True)
class Expected:
    """One document as it should be read; the names are those of `nianbao inspect --json`.

    form_version, and the figures: None of a page that carries a report's prose alone. publisher: None of what is
               no report
    status     complete, partial or unreadable; None where a reader may choose
    inferable  figures that the page does not let one know for sure, by place: a reader gives null or
               exactly this, and no other number
    statistics  of a report from before the form its table of statistics, by indicator; None where it has none
    script     "simplified", or "traditional" where title and prose are printed so
    """

    layout: str
    form_version: str | None
    fiscal_year: int | None
    publisher: str | None
    level: str | None
    kind: str | None
    region_code: str | None
    title: str | None
    published_on: str | None
    status: str | None
    table2: dict[str, dict[str, Number]]
    table3: dict[str, dict[str, Number]]
    table4: dict[str, dict[str, Number]]
    sections: dict[int, str]
    inferable: dict[str, Number] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    script: str = "simplified"
    statistics: dict[str, Number] | None = None

    @property
    def is_report(self) -> bool:
        """Whether the document carries a report, or its prose."""
        return self.publisher is not None

    @property
    def figures(self) -> FormFigures | None:
        """The three tables as one; None where the document has none of them."""
        if self.form_version is None or not self.table3:
            return None
        return {
            "form_version": self.form_version,
            "table2": self.table2,
            "table3": self.table3,
            "table4": self.table4,
        }


@dataclass(frozen=True, slots=True)
class SampleDocument:
    """One document of the sample, as a site serves it and as it should be read.

    `site` is the name of the site, `path` the document's path there, `title` the title on the list page.
    `attached_to` is the path of the page that a file is attached to, whose title and day on the list it has.
    """

    site: str
    path: str
    title: str
    listed_on: str
    media_type: str
    body: bytes
    expected: Expected
    attached_to: str | None = None


def manifest(documents: Iterable[SampleDocument]) -> list[dict[str, Any]]:
    """The answer sheet of `documents`, ready for JSON: where each lies, and what should be read."""
    return [
        {
            "site": document.site,
            "path": document.path,
            "list_title": document.title,
            "listed_on": document.listed_on,
            "media_type": document.media_type,
            "attached_to": document.attached_to,
            **asdict(document.expected),
        }
        for document in documents
    ]
