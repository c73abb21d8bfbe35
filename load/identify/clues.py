"""What `identify` is given about a report, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clues:
    """What a page, its neighbours and its site say about who published a report, where and when.

    `titles`: candidates, best first: the heading printed above the report (it may be two joined lines),
    <title>, ArticleTitle, the title on the list page. `opening`: the prose before section one (about its
    first 800 characters). `closing`: the end of the prose (about 300 characters): signature and date.
    `meta`: lower-cased names (pubdate, contentsource, siteidcode, 发布机构, 索引号 …) and their contents.
    `listed_on`: the date beside the link on the list page. `source_region`: the six-digit code registered
    for the site.
    """

    titles: tuple[str, ...]
    opening: str
    closing: str
    meta: Mapping[str, str]
    url: str | None
    listed_on: str | None
    source_region: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who published a report, where and when; None is "withheld": not said, or said ambiguously.

    `level`: national, province, prefecture, county, township or development_zone, the publisher's rank.
    `kind`: government, department, subdistrict, development_zone, institution or central_branch.
    `region_code`: GB/T 2260, valid in the fiscal year, the narrowest division known to contain the
    publisher (for a township its county). It can be withheld where `province` is known. `in_zone`: the
    publisher belongs to a development zone, and the region is the place that contains the zone.
    `published_on`: YYYY-MM-DD. `evidence`: for each answer, which clue decided: title, opening, closing,
    meta, url, listed or source. `conflicts`: what the clues contradict each other in, a sentence each.
    """

    title: str | None
    publisher: str | None
    kind: str | None
    level: str | None
    region_code: str | None
    province: str | None
    prefecture: str | None
    county: str | None
    in_zone: bool
    fiscal_year: int | None
    published_on: str | None
    evidence: Mapping[str, str]
    conflicts: tuple[str, ...]
