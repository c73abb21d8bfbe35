"""Reports of the years before the form, 2008 to 2018: prose, and from 2014 on perhaps a table of statistics.

Here it is settled whether a report is one, which of its lines head its sections, whether its table may be
taken for its year, and which of its sums hold. No figure of it is ever one of the later form's.
"""

import re
from collections.abc import Mapping, Sequence, Set
from itertools import groupby

from chinese import fold_label
from load.checks import NOT_ASSESSABLE, PARSE_DOUBT, SOURCE_ERROR, Check
from load.extract.document import PROSE, Piece
from load.forms.statistics import statistics_form
from load.narrative import LONGEST_HEADING, Narrative, SectionText
from load.recognise.groups import longest_rise
from load.recognise.reading import TableReading
from load.recognise.statistics import WHERE, StatisticsReading
from load.recognise.values import read_value

_NUMERALS = "一二三四五六七八九十"
_ORDER = {numeral: place for place, numeral in enumerate(_NUMERALS)}
_NUMBERED = re.compile(rf"\s*(?P<numeral>[{_NUMERALS}])\s*[、.．,，]\s*(?P<rest>.+)")
_OTHERWISE = re.compile(rf"\s*[（(]?(?:\d|[{_NUMERALS}])[)）]?\s*[、.．,，]?\s*(?P<rest>.+)")
_SENTENCE_END = re.compile(r"[。；;！!]")
_APART = 100  # what tells the sections of one report apart while their prose is gathered
_FEWEST_FIGURES = 5
_FEWEST_WORDS = 3
_OF_DISCLOSURE = re.compile(r"公开|申请|复议|诉讼")


def is_early(year: int | None, tables: Sequence[TableReading], statistics: StatisticsReading) -> bool:
    """Whether a report is of the time before the form: it carries no table of the form, and either the table
    of statistics or a year before the form. The year alone does not tell."""
    if any(table.figures or (table.found and table.number != 2) for table in tables):
        return False
    return statistics.found or (year is not None and year <= statistics_form().last_fiscal_year)


# --- its sections ------------------------------------------------------------------------------------


def early_headings(pieces: Sequence[Piece], used: Set[int]) -> dict[int, int]:
    """Piece index → number of the section that it heads, each another: 1, or a hundred and more for what
    `numbered` names. Numbered headings where there are several, else lines that read like one."""
    lines = [
        (index, piece.text)
        for index, piece in enumerate(pieces)
        if index not in used
        and piece.table == PROSE
        and 2 <= len(piece.text) <= LONGEST_HEADING
        and not _SENTENCE_END.search(piece.text)
    ]
    events = [(index, found["numeral"]) for index, text in lines if (found := _NUMBERED.fullmatch(text))]
    chosen = list(longest_rise(events, _ORDER)) if events else []
    if len(chosen) < 2:
        chosen = [
            index
            for index, text in lines
            if section_of(text) is not None and (len(text) <= 16 or _OTHERWISE.fullmatch(text))
        ]
    headings: dict[int, int] = {}
    for place, index in enumerate(chosen, 1):
        number = section_of(pieces[index].text) or 0
        first = number == 1 and 1 not in headings.values()
        headings[index] = 1 if first else _APART * place + number
    return headings


def section_of(heading: str) -> int | None:
    """The column's number that a heading's words tell, 0 for what no column is made for; None where they tell
    nothing."""
    folded = fold_label(heading)
    sections = statistics_form().sections
    return next((number for number, keys in sections if any(key in folded for key in keys)), None)


def named_headings(narrative: Narrative) -> int:
    """How many of its headings are of a report of that time, by their words, and head prose: a site's menu has
    the same words."""
    return sum(
        section_of(section.heading or "") is not None and bool(_SENTENCE_END.search(section.text))
        for section in narrative.sections
    )


def numbered(sections: Sequence[SectionText]) -> list[SectionText]:
    """The sections of `early_headings` with the numbers of the columns they belong to."""
    return [SectionText(s.number % _APART, s.heading, s.text) for s in sections]


# --- its table -----------------------------------------------------------------------------------------


def check_early(
    pieces: Sequence[Piece], year: int | None, statistics: StatisticsReading, *, pictures: bool
) -> list[Check]:
    """Every verdict on the table of statistics of an early report; without one, a note where a table of
    another form stands on the page.

    The table's figures are given up where its caption names another year than the report's. One in a report
    of a later year is kept and doubted: it may be linked there for another reason.
    """
    if not statistics.found:
        return _note(pieces)
    _must_be_of(year, statistics)
    checks = check_statistics(statistics)
    if year is not None and year > statistics_form().last_fiscal_year:
        said = f"the report is of {year}, when this table had been replaced" + (
            ", and the page shows pictures" if pictures else ""
        )
        checks.append(Check("forms_mixed", PARSE_DOUBT, None, None, WHERE, said))
    return checks


def check_mixed(year: int | None, statistics: StatisticsReading) -> list[Check]:
    """The verdict on a table of statistics in a report that carries tables of the later form: it is kept only
    in a year that had it."""
    if not statistics.found:
        return []
    both = "the page carries tables of the later form, too"
    if year is None or year > statistics_form().last_fiscal_year:
        statistics.withhold("forms_mixed", f"{both}, and this table is of other years")
        return [Check(d.rule, PARSE_DOUBT, None, None, d.where, d.detail) for d in statistics.doubts]
    _must_be_of(year, statistics)
    doubt = Check("forms_mixed", PARSE_DOUBT, None, None, "report", both)
    return [*check_statistics(statistics), doubt]


def _must_be_of(year: int | None, statistics: StatisticsReading) -> None:
    if year is not None and statistics.years and year not in statistics.years:
        others = ", ".join(map(str, sorted(statistics.years)))
        statistics.withhold(
            "statistics_of_other_year", f"its caption names {others}, the report is of {year}"
        )


def check_statistics(statistics: StatisticsReading) -> list[Check]:
    """The doubts over a table of statistics, and the verdicts on its figures and sums; sums that hold give
    none."""
    form = statistics_form()
    checks = [Check(d.rule, PARSE_DOUBT, None, None, d.where, d.detail) for d in statistics.doubts]
    for id, figure in statistics.figures.items():
        if figure.value is not None and figure.value < 0:
            checks.append(Check("not_negative", SOURCE_ERROR, None, figure.value, f"{WHERE}.{id}"))
        if (
            isinstance(figure.value, float)
            and not figure.value.is_integer()
            and not form.indicators[id].money
        ):
            checks.append(Check("whole_number", SOURCE_ERROR, None, figure.value, f"{WHERE}.{id}"))
    for due in form.sums:
        if not statistics.figures:
            break
        where = f"{WHERE}.{due.total}"
        printed = statistics.value(due.total)
        parts = [value for part in due.parts if (value := statistics.value(part)) is not None]
        if printed is None or len(parts) < len(due.parts):
            checks.append(Check(due.rule, NOT_ASSESSABLE, None, None, where))
        elif abs(printed - sum(parts)) > 1e-9:
            checks.append(Check(due.rule, SOURCE_ERROR, sum(parts), printed, where))
    return checks


def _note(pieces: Sequence[Piece]) -> list[Check]:
    """What is said of a table of figures about disclosure that is of no form known here: that it is not read."""
    for table, some in groupby(pieces, key=lambda piece: piece.table):
        cells = list(some)
        figures = sum(read_value(cell.text).kind == "figure" for cell in cells)
        words = sum(len(cell.text) <= 60 and bool(_OF_DISCLOSURE.search(cell.text)) for cell in cells)
        if table != PROSE and figures >= _FEWEST_FIGURES and words >= _FEWEST_WORDS:
            said = (
                f"a table with {figures} figures stands there ({cells[0].at}); it is of no form that is read"
            )
            return [Check("other_table", NOT_ASSESSABLE, None, None, "report", said)]
    return []


def nested(statistics: StatisticsReading) -> Mapping[str, int | float | None] | None:
    """Every row of the table with its value, None for what is blank; None where there is no table."""
    if not statistics.found:
        return None
    return {id: statistics.value(id) for id in statistics_form().indicators}
