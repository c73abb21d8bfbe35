"""A report as read: what `inspect` prints and the store keeps.

Only the shape stands here; how a report is read stands in `load.read`.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from load.checks import NOT_ASSESSABLE, PARSE_DOUBT, SOURCE_ERROR, Check
from load.early import nested
from load.forms import Form, form
from load.forms.statistics import statistics_form
from load.identify import Identity
from load.narrative import SectionText
from load.recognise.reading import TableReading
from load.recognise.statistics import StatisticsReading

COMPLETE, PARTIAL, UNREADABLE = "complete", "partial", "unreadable"
NARRATIVE = "narrative"  # prose of a year that had no form: there are no figures to be read
Number = int | float | None
FormTable = dict[str, dict[str, Number]]


@dataclass(slots=True)
class Report:
    """One publisher's report for one year, as read from one document.

    statistics  the table of statistics of the years before the form
    is_early    whether it is a report of those years
    """

    identity: Identity
    tables: Sequence[TableReading]
    sections: list[SectionText]
    checks: list[Check]
    format: str
    charset: str
    statistics: StatisticsReading = field(default_factory=StatisticsReading)
    is_early: bool = False
    _tables: dict[int, FormTable | None] = field(default_factory=dict, repr=False)  # by number, as asked for

    @property
    def assessed(self) -> list[Check]:
        """The checks that say something: failed sums and doubts, and notes on what was not read."""
        return [check for check in self.checks if check.verdict != NOT_ASSESSABLE or check.detail]

    @property
    def unassessed(self) -> int:
        """How many sums blanks made impossible."""
        return len(self.checks) - len(self.assessed)

    @property
    def form_version(self) -> str | None:
        """The version of the form, "mixed" where its tables are of several, None where no table tells; of the
        years before it that of the table of statistics, or of reports without one."""
        if self.is_early:
            early = statistics_form()
            return early.version if self.statistics.found else early.prose_version
        versions = {table.version for table in self.tables if table.found and table.version}
        return versions.pop() if len(versions) == 1 else ("mixed" if versions else None)

    @property
    def status(self) -> str:
        """COMPLETE where all three tables were found and every row of them read, UNREADABLE where none was. Of
        the years before the form COMPLETE where every row of the table of statistics was read, NARRATIVE where
        there is prose and no table."""
        if self.is_early:
            return self._early_status()
        if not any(table.figures for table in self.tables):
            return UNREADABLE
        whole = all(
            table.found and set(self.cells(table)) <= set(table.figures) and not _unread(table)
            for table in self.tables
        )
        return COMPLETE if whole else PARTIAL

    def _early_status(self) -> str:
        if self.statistics.found:
            read = set(self.statistics.figures) == set(statistics_form().indicators)
            return COMPLETE if read and not _unread(self.statistics) else PARTIAL
        return NARRATIVE if any(section.text for section in self.sections) else UNREADABLE

    def cells(self, table: TableReading) -> list[tuple[str, str]]:
        """(row, column) of every figure that the form has in this table."""
        return _cells(form(table.version or self._version()), table.number)

    def _version(self) -> str:
        version = self.form_version
        return version if version in ("2021", "2019") else "2021"

    def table(self, number: int) -> FormTable | None:
        """A table of the form as nested mappings, None for what is blank; None where it is not there."""
        if number not in self._tables:
            self._tables[number] = self._nested(self.tables[number - 2])
        return self._tables[number]

    def _nested(self, table: TableReading) -> FormTable | None:
        if not table.found:
            return None
        nested: FormTable = {}
        figures = table.figures
        for cell in self.cells(table):
            nested.setdefault(cell[0], {})[cell[1]] = figures[cell].value if cell in figures else None
        return nested

    def count(self, verdict: str) -> int:
        """How many checks came to `verdict`."""
        return sum(1 for check in self.checks if check.verdict == verdict)

    def figures_sha256(self) -> str:
        """A fingerprint of all figures: the same for two documents that print the same form."""
        tables: list[object] = [self.table(number) for number in (2, 3, 4)]
        if self.statistics.found:
            tables.append(nested(self.statistics))
        return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The report in the contract of `nianbao inspect --json`."""
        identity = self.identity
        return {
            "form_version": self.form_version,
            "fiscal_year": identity.fiscal_year,
            "title": identity.title,
            "publisher": identity.publisher,
            "region_code": identity.region_code,
            "province": identity.province,
            "prefecture": identity.prefecture,
            "county": identity.county,
            "level": identity.level,
            "kind": identity.kind,
            "published_on": identity.published_on,
            "status": self.status,
            "table2": self.table(2),
            "table3": self.table(3),
            "table4": self.table(4),
            "statistics": nested(self.statistics),
            "sections": [{"number": s.number, "heading": s.heading, "text": s.text} for s in self.sections],
            "checks": [
                {
                    "rule": check.rule,
                    "verdict": check.verdict,
                    "expected": check.expected,
                    "found": check.found,
                    "where": check.where,
                    "detail": check.detail,
                }
                for check in self.assessed
            ],
            "not_assessable": self.unassessed,
            "cells": [
                {
                    "table": table.number,
                    "row": row,
                    "column": column,
                    "value": figure.value,
                    "raw": figure.raw,
                    "at": figure.at,
                    "by": figure.by,
                    **({"converted_from": figure.converted_from} if figure.converted_from else {}),
                }
                for table in self.tables
                for (row, column), figure in table.figures.items()
            ]
            + [
                {
                    "table": "statistics",
                    "row": id,
                    "column": "value",
                    "value": figure.value,
                    "raw": figure.raw,
                    "at": figure.at,
                    "by": figure.by,
                }
                for id, figure in self.statistics.figures.items()
            ],
            "identification": {"evidence": dict(identity.evidence), "conflicts": list(identity.conflicts)},
            "format": self.format,
            "charset": self.charset,
        }


def _cells(version: Form, number: int) -> list[tuple[str, str]]:
    return {2: version.table2_cells, 3: version.table3_cells, 4: version.table4_cells}[number]()


def _unread(table: TableReading | StatisticsReading) -> bool:
    return any(doubt.rule == "cell_unreadable" for doubt in table.doubts)


__all__ = ["COMPLETE", "PARSE_DOUBT", "PARTIAL", "SOURCE_ERROR", "UNREADABLE", "FormTable", "Report"]
