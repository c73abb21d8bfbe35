"""The arithmetic of one report: which sums of its form hold, fail, or cannot be assessed.

The sums are data of the form, the rules that they break are data of rules.toml. A side with a blank is
never counted as a pass or a failure. Rules between years and between publishers are left to
`load.findings`.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from load.forms import Form, form
from load.recognise.reading import POSITION, Figure, TableReading

SOURCE_ERROR = "source_error"
PARSE_DOUBT = "parse_doubt"
SCOPE_OR_WORDING = "scope_or_wording"
NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of rules.toml, explained in both languages."""

    id: str
    title_zh: str
    title_en: str
    explanation_zh: str
    explanation_en: str
    severity: str
    basis: str


@dataclass(frozen=True, slots=True)
class Check:
    """One verdict on one report.

    expected  what the other cells make it, found what is printed; both None for a doubt
    where     "table3.column.total" for a sum over a column, "table3.granted" for one over a row,
              "table3.granted.total" for a cell
    """

    rule: str
    verdict: str
    expected: int | float | None
    found: int | float | None
    where: str
    detail: str = ""


@cache
def rules() -> Mapping[str, Rule]:
    """All rules, by id, in the order of rules.toml."""
    data = tomllib.loads(files("load").joinpath("rules.toml").read_text("utf-8"))
    return {entry["id"]: Rule(**entry) for entry in data["rules"]}


def check_tables(tables: Sequence[TableReading], *, pictures: bool = False) -> list[Check]:
    """Every verdict on the tables of one report, in the order of the form; sums that hold give none.

    A sum that fails is the source's error where each of its cells was read by label and from text;
    where one was not, it is ours to doubt. Sums with a blank side come back as NOT_ASSESSABLE. `pictures`
    says that the page shows some, any of which may be a table that is not found.
    """
    checks: list[Check] = []
    missing = "the page shows pictures; it may be one of them" if pictures else ""
    for table in tables:
        if not table.found:
            checks.append(Check("table_missing", PARSE_DOUBT, None, None, f"table{table.number}", missing))
            continue
        checks += [Check(d.rule, PARSE_DOUBT, None, None, d.where, d.detail) for d in table.doubts]
        version = table.version or "2021"
        checks += _cell_checks(table, form(version))
        sums = [_verdict(table, *due) for due in sums_of(version, table.number)]
        checks += [check for check in sums if check is not None]
        checks += _position_check(table, sums)
    return checks


Cells = tuple[tuple[str, str], ...]


@cache
def sums_of(version: str, table: int) -> list[tuple[str, str, Cells, Cells]]:
    """Every sum of a table: its rule, where it runs, and the cells of either side."""
    read_by = form(version)
    columns, rows = (read_by.columns, read_by.rows) if table == 3 else (read_by.results, read_by.channels)
    found = []
    for total in read_by.sums:
        if total.table != table:
            continue
        for each in columns if total.each == "column" else rows:
            where = f"table{table}.column.{each}" if total.each == "column" else f"table{table}.{each}"
            left, right = (
                tuple((part, each) if total.each == "column" else (each, part) for part in side)
                for side in (total.left, total.right)
            )
            found.append((total.rule, where, left, right))
    return found


def _verdict(table: TableReading, rule: str, where: str, left: Cells, right: Cells) -> Check | None:
    """The verdict on one sum; None where it holds."""
    figures = table.figures
    printed = made = 0.0
    for cell in left:
        if cell not in figures or (value := figures[cell].value) is None:
            return Check(rule, NOT_ASSESSABLE, None, None, where)
        printed += value
    for cell in right:
        if cell not in figures or (value := figures[cell].value) is None:
            return Check(rule, NOT_ASSESSABLE, None, None, where)
        made += value
    if abs(printed - made) < 1e-9:
        return None
    certain = all(_is_certain(figures[cell]) for cell in left + right)
    return Check(rule, SOURCE_ERROR if certain else PARSE_DOUBT, _plain(made), _plain(printed), where)


def _is_certain(figure: Figure) -> bool:
    """Whether a figure is read beyond doubt: by its label, and not recognised in a picture."""
    return figure.by != POSITION and not figure.piece.recognised


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _cell_checks(table: TableReading, read_by: Form) -> Iterable[Check]:
    """Negative figures and fractions, where the form has no room for them."""
    for (row, column), figure in table.figures.items():
        value = figure.value
        if value is None or (isinstance(value, int) and value >= 0):
            continue
        measure = read_by.measures.get(column) if table.number == 2 else None
        where = f"table{table.number}.{row}.{column}"
        verdict = SOURCE_ERROR if _is_certain(figure) else PARSE_DOUBT
        if value < 0 and not (measure and measure.signed):
            yield Check("not_negative", verdict, None, value, where)
        if value != int(value) and not (measure and measure.money):
            yield Check("whole_number", verdict, None, value, where)


def _position_check(table: TableReading, sums: Sequence[Check | None]) -> list[Check]:
    """A doubt where cells were read by position and not every sum of the table could be made and held."""
    placed = dict.fromkeys(row for (row, _), figure in table.figures.items() if figure.by == POSITION)
    if not placed or (sums and all(check is None for check in sums)):
        return []
    detail = "no sum confirms the place of " + ", ".join(placed)
    return [Check("read_by_position", PARSE_DOUBT, None, None, f"table{table.number}", detail)]
