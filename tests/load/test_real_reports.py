"""Five real reports, in text and HTML, against figures that people have checked. Skipped without them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nianbao import main

REPORTS = Path(__file__).resolve().parents[3] / "shared" / "reports"
FILES = sorted(REPORTS.glob("originals/*.txt")) + sorted(REPORTS.glob("formats/*.html"))

pytestmark = pytest.mark.skipif(not FILES, reason=f"the five real reports are not at {REPORTS}")


def _inspected(path: Path) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["inspect", str(path), "--json"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.output))


def _truth(path: Path) -> dict[str, Any]:
    return dict(json.loads((REPORTS / "truth" / f"{path.name[:3]}.json").read_text("utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_figure_is_the_one_that_people_read(path: Path) -> None:
    report, truth = _inspected(path), _truth(path)
    for table in ("table2", "table3", "table4"):
        assert report[table] == truth[table]
    assert report["status"] == "complete"
    assert report["form_version"] == truth["form_version"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_publisher_year_and_place_are_right(path: Path) -> None:
    report, truth = _inspected(path), _truth(path)
    assert report["publisher"] == truth["publisher"]
    assert report["fiscal_year"] == truth["fiscal_year"]
    assert report["province"] == truth["region"]["province"]
    assert report["prefecture"] == truth["region"]["city"]
    assert report["county"] in (None, truth["region"]["county"])
    if path.suffix == ".txt":  # the HTML copies carry a date of their own
        assert report["published_on"] == truth["published_on"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_sums_that_fail_are_those_that_people_found_and_no_other(path: Path) -> None:
    columns = {"natural": "natural_person"}
    due = {
        (f"table3.column.{columns.get(fault['column'], fault['column'])}", fault["computed"], fault["stated"])
        for fault in _truth(path)["source_faults"]
        if fault["rule"] == "outcomes_sum_to_total"
    }
    checks = _inspected(path)["checks"]
    assert {(c["where"], c["expected"], c["found"]) for c in checks} == due
    assert {c["verdict"] for c in checks} <= {"source_error"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_narrative_comes_in_sections_without_the_tables(path: Path) -> None:
    sections = {section["number"]: section["text"] for section in _inspected(path)["sections"]}
    assert {0, 1, 5, 6} <= set(sections)
    assert min(len(sections[number]) for number in (0, 1, 5, 6)) > 20
    assert not any("结转下年度继续办理" in text or "勾稽" in text for text in sections.values())
