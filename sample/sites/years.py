"""A column that is no list itself but leads to one for each year, as many sites have it."""

from dataclasses import dataclass

from sample.sites.server import Page, http_date
from sample.sites.trs import TrsSite


@dataclass
class YearsSite(TrsSite):
    """A TRS site whose column of annual reports links a list a year, at `column/2024n/`."""

    @property
    def source_keys(self) -> dict[str, object]:
        """What its links to lists look like."""
        return {"sublists": r"20\d\d年"}

    def list_pages(self) -> dict[str, Page]:
        """The column's page with its links, and each year's list."""
        found: dict[str, Page] = {}
        years = sorted({int(article.listed_on[:4]) - 1 for article in self.rows}, reverse=True)
        for year in years:
            of_year = {
                name: [a for a in getattr(self, name) if int(a.listed_on[:4]) - 1 == year]
                for name in ("articles", "decoys")
            }
            found |= TrsSite(**{**vars(self), **of_year, "column": f"{self.column}/{year}n"}).list_pages()
        links = "\n".join(f'<li><a href="./{year}n/">{year}年</a></li>' for year in years)
        page = self.encoded(
            f'<html><head><meta charset="{self.charset}"><title>政府信息公开年报</title></head>'
            f"<body><ul>{links}</ul></body></html>"
        )
        return found | {f"/{self.column}/": Page(page, "text/html", http_date(f"{max(years) + 1}-04-01"))}
