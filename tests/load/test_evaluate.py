"""`nianbao evaluate`: each figure is counted once, as exact, in doubt, missing or silently wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from nianbao import main
from sample.generate import stream, write
from sample.manifest import SampleDocument

LAYOUTS = ("html_clean", "pipe_row", "html_nested")
Spoil = Callable[[dict[str, Any]], None]


def _evaluate(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *(str(argument) for argument in arguments)])


def _counted(*arguments: object) -> dict[str, Any]:
    return dict(json.loads(_evaluate(*arguments, "--json").stdout))


@pytest.fixture(scope="module")
def of_fault(sample: tuple[SampleDocument, ...]) -> dict[str, SampleDocument]:
    """One document of the sample for each planted fault."""
    return {fault.fault: document for document in sample for fault in document.expected.faults}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Six sound documents in three layouts with their manifest."""
    write(list(stream(7, 6, LAYOUTS)), tmp_path / "sound")
    return tmp_path / "sound"


def _spoiled(folder: Path, spoil: Spoil) -> str:
    """Change the truth of the first document; answer its name."""
    path = folder / "manifest.json"
    entries = json.loads(path.read_text("utf-8"))
    spoil(entries[0])
    path.write_text(json.dumps(entries), "utf-8")
    return f"{entries[0]['site']}/{entries[0]['path']}"


def test_sound_documents_are_exact_and_the_exit_status_is_0(sound: Path) -> None:
    result = _evaluate(sound)
    assert result.exit_code == 0, result.output
    for layout in ("all", "html", "txt", *LAYOUTS):
        assert layout in result.output
    total = _counted(sound)["total"]
    assert total["reports"] == 6
    assert total["exact"] == total["figures"] > 1000
    assert total["right"] == 1.0
    assert _counted(sound)["by_layout"].keys() == set(LAYOUTS)
    assert _counted(sound)["findings"] == []


def test_another_figure_without_a_doubt_is_silently_wrong_and_the_exit_status_says_so(sound: Path) -> None:
    def spoil(entry: dict[str, Any]) -> None:
        entry["table3"]["granted"]["total"] += 1000

    name = _spoiled(sound, spoil)
    result = _evaluate(sound)
    assert result.exit_code == 1
    assert f"silently wrong: {name}: table3.granted.total is 1" in result.output
    assert "Error: 1 silently wrong" in result.output
    total = _counted(sound)["total"]
    assert (total["wrong"], total["exact"]) == (1, total["figures"] - 1)


def test_a_figure_where_the_truth_is_blank_or_knows_of_no_cell_is_silently_wrong(sound: Path) -> None:
    def spoil(entry: dict[str, Any]) -> None:
        entry["table3"]["granted"]["total"] = None
        del entry["table3"]["carried_out"]

    _spoiled(sound, spoil)
    assert _counted(sound)["total"]["wrong"] == 8


def test_a_wrong_year_or_publisher_is_silently_wrong_and_a_withheld_one_is_not(sound: Path) -> None:
    def spoil(entry: dict[str, Any]) -> None:
        entry["fiscal_year"] += 1

    _spoiled(sound, spoil)
    result, found = _evaluate(sound), _counted(sound)
    assert result.exit_code == 1
    assert found["names"]["fiscal_year"] == {"right": 5, "withheld": 0, "doubted_wrong": 0, "wrong": 1}
    assert found["total"]["wrong"] == 0
    assert found["silently_wrong"] == 1


def test_a_wrong_figure_with_a_doubt_over_it_is_in_doubt_and_not_silent(
    of_fault: dict[str, SampleDocument], tmp_path: Path
) -> None:
    write([of_fault["label_lost_sum_off"]], tmp_path)
    before = _counted(tmp_path)["total"]
    assert before["doubted_right"] > 0 == before["needless"]

    def spoil(entry: dict[str, Any]) -> None:
        entry["table3"]["received_new"]["total"] += 1

    _spoiled(tmp_path, spoil)
    after = _counted(tmp_path)["total"]
    assert _evaluate(tmp_path).exit_code == 0
    assert after["doubted_wrong"] == 1
    assert after["doubted_right"] == before["doubted_right"] - 1
    assert after["in_doubt"] == before["in_doubt"]


def test_a_blank_without_a_doubt_where_a_figure_is_printed_is_missing(
    of_fault: dict[str, SampleDocument], tmp_path: Path
) -> None:
    write([of_fault["blank_zeros"]], tmp_path)

    def spoil(entry: dict[str, Any]) -> None:
        row = next(row for row in entry["table3"].values() if None in row.values())
        row[next(column for column, value in row.items() if value is None)] = 3

    _spoiled(tmp_path, spoil)
    result = _evaluate(tmp_path)
    assert result.exit_code == 0
    assert "is 3, read as blank without a doubt" in result.output
    assert _counted(tmp_path)["total"]["missing"] == 1


def test_a_doubt_on_a_report_read_exactly_is_needless_unless_its_page_gives_reason_for_it(
    of_fault: dict[str, SampleDocument], tmp_path: Path
) -> None:
    write([of_fault["value_in_wrong_cell"], of_fault["label_lost_sum_off"]], tmp_path)
    assert _counted(tmp_path)["total"]["needless"] == 0

    path = tmp_path / "manifest.json"
    entries = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps([entry | {"faults": []} for entry in entries]), "utf-8")
    found = _counted(tmp_path)
    doubted = [finding for finding in found["findings"] if finding["kind"] == "needless"]
    assert found["total"]["needless"] == len(doubted) >= 1
    assert all(" at table3" in finding["detail"] for finding in doubted)


def test_a_page_that_is_no_report_is_counted_apart_and_wrong_when_it_is_taken_for_one(
    of_fault: dict[str, SampleDocument], sound: Path, tmp_path: Path
) -> None:
    write([of_fault["notice_instead"]], tmp_path / "notice")
    found = _counted(tmp_path / "notice")
    assert found["no_reports"] == {"documents": 1, "told": 1}
    assert found["total"]["reports"] == 0

    _spoiled(sound, lambda entry: entry.update(form_version=None, publisher=None))
    assert _counted(sound)["no_reports"] == {"documents": 1, "told": 0}
    assert "no report, and read as one" in _evaluate(sound).output
    assert _evaluate(sound).exit_code == 1


def test_a_report_that_is_not_read_is_told_with_its_reason_and_all_its_figures_are_missing(
    sound: Path,
) -> None:
    name = _spoiled(sound, lambda entry: None)
    (sound / name).write_bytes(b"")
    total = _counted(sound)["total"]
    assert (total["unread"], total["reports"]) == (1, 6)
    assert total["missing"] == total["figures"] - total["exact"] > 100
    assert f"not read: {name}: it is empty" in _evaluate(sound).output


def test_each_figure_is_counted_exactly_once(of_fault: dict[str, SampleDocument], tmp_path: Path) -> None:
    write(list({document.path: document for document in of_fault.values()}.values()), tmp_path)
    total = _counted(tmp_path)["total"]
    parts = ("exact", "doubted_right", "doubted_null", "doubted_wrong", "wrong", "missing")
    assert sum(total[part] for part in parts) == total["figures"]
    assert total["wrong"] == 0


@pytest.fixture
def by_name(tmp_path: Path) -> Path:
    """A folder of documents named as their truth files, which lie beside it."""
    first, second = stream(7, 2, ("html_clean",))
    (tmp_path / "formats").mkdir()
    (tmp_path / "truth").mkdir()
    for name, document in (("000.html", first), ("000.word.html", first), ("000.blank.html", second)):
        (tmp_path / "formats" / name).write_bytes(document.body)
    for name, document in (("000.json", first), ("000.blank.json", second)):
        truth = {**(document.expected.figures or {}), "fiscal_year": document.expected.fiscal_year}
        (tmp_path / "truth" / name).write_text(json.dumps(truth), "utf-8")
    return tmp_path


def test_a_document_has_the_truth_of_the_longest_name_that_it_begins_with(by_name: Path) -> None:
    for truth in ((), ("--truth", by_name / "truth")):
        found = _counted(by_name / "formats", *truth)
        assert found["total"]["exact"] == found["total"]["figures"] > 500
        assert found["by_layout"].keys() == {"", "blank", "word"}
        assert found["names"]["fiscal_year"]["right"] == 3


def test_a_truth_with_several_reports_expects_that_many(by_name: Path) -> None:
    truth = by_name / "truth" / "000.blank.json"
    truth.write_text(json.dumps([json.loads(truth.read_text("utf-8"))] * 2), "utf-8")
    found = _counted(by_name / "formats")
    assert (found["total"]["reports"], found["total"]["unread"]) == (4, 1)


def test_a_document_without_a_truth_is_named_and_the_exit_status_is_1(by_name: Path) -> None:
    (by_name / "formats" / "stray.html").write_bytes(b"<p>1</p>")
    result = _evaluate(by_name / "formats")
    assert result.exit_code == 1
    assert "no truth for it: stray.html" in result.output
    assert "100.00 %" in result.output


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "there is no truth for any document"),
        ({"0.json": "{"}, "it cannot be read as JSON"),
        ({"0.json": '{"table2": 3}'}, "it is not in the form of"),
        ({"manifest.json": '[{"site": "a"}]'}, "each with its site and path"),
        ({"manifest.json": '[{"site": "a", "path": "b.html"}]'}, "a/b.html"),
    ],
)
def test_truths_that_cannot_be_used_are_answered_with_a_sentence(
    tmp_path: Path, files: dict[str, str], sentence: str
) -> None:
    (tmp_path / "0.html").write_bytes(b"<p>1</p>")
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    result = _evaluate(tmp_path)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert sentence in result.output


def test_a_folder_that_is_not_there_is_answered_with_a_sentence(tmp_path: Path) -> None:
    for arguments in ((tmp_path / "none",), (tmp_path, "--truth", tmp_path / "none")):
        result = _evaluate(*arguments)
        assert result.exit_code == 1
        assert "there is no such folder" in result.output


def test_the_page_is_written_and_checked_and_made_from_the_sample_only(sound: Path, by_name: Path) -> None:
    page = sound.parent / "accuracy.md"
    assert _evaluate(sound, "--output", page).exit_code == 0
    text = page.read_text("utf-8")
    assert "误而未疑 Silently wrong" in text
    assert "| `html_nested` | 2 | 0 |" in text
    assert _evaluate(sound, "--output", page, "--check").exit_code == 0

    page.write_text(text.replace("100.00 %", "99.00 %"), "utf-8")
    result = _evaluate(sound, "--output", page, "--check")
    assert result.exit_code == 1
    assert "is out of date" in result.output
    assert "name it with --output" in _evaluate(sound, "--check").output
    assert "made from the sample" in _evaluate(by_name / "formats", "--output", page).output
