"""The whole sample, read and held against its manifest: every figure, every planted fault, every identity."""

from collections.abc import Iterator

import pytest

from chinese import fold
from load.checks import rules
from load.read import NotAReport, Origin, Report, read_reports
from sample.manifest import SampleDocument
from sample.province import sites

Reading = tuple[SampleDocument, Report | None]


@pytest.fixture(scope="module")
def readings(sample: tuple[SampleDocument, ...]) -> list[Reading]:
    region = {site.title: site.region for site in sites(sample)}
    pages = {(document.site, document.path): document.body for document in sample}
    found: list[Reading] = []
    for document in sample:
        page = document.attached_to
        origin = Origin(
            url=f"http://127.0.0.1/{document.path}",
            title=document.title,
            listed_on=document.listed_on,
            region=region.get(document.site),
            parent_url=f"http://127.0.0.1/{page}" if page else None,
            page=pages[document.site, page] if page else None,
        )
        try:
            (report,) = read_reports(document.body, origin)
        except NotAReport:
            found.append((document, None))
        else:
            found.append((document, report))
    return found


def _reports(readings: list[Reading]) -> Iterator[tuple[SampleDocument, Report]]:
    return ((document, report) for document, report in readings if report is not None)


def test_what_is_no_report_is_told_from_what_is(readings: list[Reading]) -> None:
    for document, report in readings:
        assert (report is not None) == document.expected.is_report, document.path


def test_every_figure_is_the_printed_one_or_null_where_it_cannot_be_known(readings: list[Reading]) -> None:
    wrong = []
    for document, report in _reports(readings):
        expected = document.expected
        for number, table in ((2, expected.table2), (3, expected.table3), (4, expected.table4)):
            for row, columns in table.items():
                for column, value in columns.items():
                    got = report.tables[number - 2].value(row, column)
                    cell = f"table{number}.{row}.{column}"
                    if got not in (value, expected.inferable.get(cell, value)):
                        wrong.append((document.path, cell, value, got))
        read = {id: figure.value for id, figure in report.statistics.figures.items()}
        if read != (expected.statistics or {}):
            wrong.append((document.path, "statistics", expected.statistics, read))
    assert wrong == []


def test_identity_form_and_status_are_as_the_manifest_says(readings: list[Reading]) -> None:
    wrong = []
    for document, report in _reports(readings):
        got, expected = report.to_json(), document.expected
        for name in (
            "form_version", "fiscal_year", "publisher", "level", "kind", "region_code", "published_on", "title",
        ):  # fmt: skip
            if got[name] != getattr(expected, name):
                wrong.append((document.path, name, getattr(expected, name), got[name]))
        if expected.status and got["status"] != expected.status:
            wrong.append((document.path, "status", expected.status, got["status"]))
    assert wrong == []


def test_every_planted_fault_of_a_rule_we_have_is_found_with_its_verdict(readings: list[Reading]) -> None:
    of_the_store = {"two_versions", "narrative_cut"}  # said when rows are made, and where documents meet
    missed = []
    for document, report in _reports(readings):
        got = {(check.rule, check.verdict, check.where) for check in report.checks}
        missed += [
            (document.path, fault)
            for fault in document.expected.faults
            if fault.rule in rules().keys() - of_the_store
            and (fault.rule, fault.verdict, fault.where) not in got
        ]
    assert missed == []


def test_a_sound_report_carries_no_doubt_and_no_failed_check(readings: list[Reading]) -> None:
    needless = [
        (document.path, report.assessed)
        for document, report in _reports(readings)
        if not document.expected.faults and report.assessed
    ]
    assert needless == []


def test_the_sections_are_the_printed_prose(readings: list[Reading]) -> None:
    for document, report in _reports(readings):
        got = {section.number: "".join(section.text.split()) for section in report.sections}
        for number, text in document.expected.sections.items():
            printed = "".join(text.split())
            if printed and number in (1, 5, 6):  # the signature stands behind the last section
                assert fold(got.get(number, "")).startswith(fold(printed)), (document.path, number)


def test_every_rule_has_a_case_in_the_sample(readings: list[Reading]) -> None:
    of_an_extra = {"recognised_unconfirmed"}  # of scans, which are read only where the extra is installed
    found = {fault.rule for document, _ in readings for fault in document.expected.faults}
    of_early_reports = {r for r in rules() if r.startswith(("statistics_", "forms_", "other_table"))}
    assert found >= set(rules()) - of_an_extra - of_early_reports  # these: test_early_reports
