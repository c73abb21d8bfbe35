"""One invented report, before it is printed: what it says, and what is damaged on the page.

How it is worded is left to `sample.wording`, how it is laid out to `sample.layouts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sample.figures import FormFigures

Key = tuple[int, str, str]  # table, row (or item, or channel), column (or measure, or result)


@dataclass(frozen=True, slots=True)
class Damage:
    """What the page fails to print properly. Nothing here changes the figures themselves.

    `raw` prints a text in place of a figure; `images` are tables that are pictures, `absent` tables that
    are not there at all; `unlabelled` and `lost_rows` name (table, row); `lost_cells` single figures;
    `extra_cells` rows that print one cell too many; `lost_headers` tables whose heads are gone;
    `swapped_columns` two columns of Table 3 whose heads have changed places.
    """

    raw: Mapping[Key, str] = field(default_factory=dict)
    images: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()
    unlabelled: frozenset[tuple[int, str]] = frozenset()
    lost_rows: frozenset[tuple[int, str]] = frozenset()
    lost_cells: frozenset[Key] = frozenset()
    extra_cells: frozenset[tuple[int, str]] = frozenset()
    lost_headers: frozenset[int] = frozenset()
    swapped_columns: tuple[str, str] | None = None


NO_DAMAGE = Damage()


@dataclass(frozen=True, slots=True)
class Report:
    """One publisher's report for one year. Prose is a tuple of paragraphs; `title` None prints none.

    `site` is the name of the site that carries it, `site_code` its ten digits; `published_on` is
    YYYY-MM-DD; `sections` holds the prose of sections 1 to 6, tables not included.
    """

    title: str | None
    publisher: str
    fiscal_year: int
    published_on: str
    preamble: tuple[str, ...]
    sections: Mapping[int, tuple[str, ...]]
    figures: FormFigures
    site: str = "示例省人民政府"
    site_code: str = "9900000001"
    damage: Damage = NO_DAMAGE
