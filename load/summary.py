"""What is wrong with the data now: the answer of `nianbao check`, counted from the database."""

import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

_RULES = """
    select r.id, r.title_zh, r.title_en, c.verdict, count(*) as times, count(distinct c.report_id) as reports
    from checks c join rules r on r.id = c.rule group by r.id, c.verdict order by times desc, r.id
"""
_SOURCES = """
    select coalesce(d.source, '(files)') as source,
        count(*) as documents,
        sum(d.status = 'report') as reports,
        sum(d.status = 'duplicate') as duplicates,
        sum(d.status in ('unreadable', 'not_a_report')) as unread,
        sum(coalesce(r.failed_checks, 0) > 0 and d.status = 'report') as failing,
        sum(coalesce(r.doubts, 0) > 0 and d.status = 'report') as in_doubt
    from documents d left join reports r on r.id = d.report_id group by 1 order by 1
"""
_UNREAD = "select coalesce(url, file), status, reason from documents where status in ('unreadable', 'not_a_report') order by 1"
_STATUS = "select status, count(*) from reports group by 1 order by 1"


@dataclass(frozen=True, slots=True)
class Summary:
    """Failed checks and doubts by rule, documents by source, what was not read, reports by status."""

    rules: list[tuple[str, str, str, str, int, int]]
    sources: list[tuple[str, int, int, int, int, int, int]]
    unread: list[tuple[str, str, str]]
    status: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """The same as nested objects, with the columns named."""
        found = asdict(self)
        rule = ("rule", "title_zh", "title_en", "verdict", "times", "reports")
        source = ("source", "documents", "reports", "duplicates", "unread", "failing", "in_doubt")
        found["rules"] = [dict(zip(rule, row, strict=True)) for row in self.rules]
        found["sources"] = [dict(zip(source, row, strict=True)) for row in self.sources]
        found["unread"] = [
            dict(zip(("document", "status", "reason"), row, strict=True)) for row in self.unread
        ]
        return found

    def show(self, console: Console) -> None:
        """Print it as tables."""
        console.print("Reports: " + ", ".join(f"{count:,} {status}" for status, count in self.status.items()))
        rules = Table("rule", "", "verdict", "times", "reports", title="Failed checks and doubts")
        for id, zh, en, verdict, times, reports in self.rules:
            rules.add_row(id, f"{zh} · {en}", verdict, f"{times:,}", f"{reports:,}")
        sources = Table(
            "source",
            "documents",
            "reports",
            "duplicates",
            "unread",
            "failing a check",
            "in doubt",
            title="Sources",
        )
        for source, *counts in self.sources:
            sources.add_row(source, *(f"{count:,}" for count in counts))
        console.print(rules)
        console.print(sources)
        for document, status, reason in self.unread:
            console.print(f"{status}: {document}: {reason}", highlight=False, markup=False, soft_wrap=True)


def summary(connection: sqlite3.Connection) -> Summary:
    """Count what is wrong in an open database of the current schema."""
    return Summary(
        connection.execute(_RULES).fetchall(),
        connection.execute(_SOURCES).fetchall(),
        connection.execute(_UNREAD).fetchall(),
        dict(connection.execute(_STATUS).fetchall()),
    )
