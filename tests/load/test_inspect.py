"""What `nianbao inspect` shows on a terminal: every figure at every width, and what is said of it."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console

from load.read import Report, read_reports
from load.show import show
from nianbao import main
from sample.generate import stream
from sample.manifest import SampleDocument


@pytest.fixture(scope="module")
def by_fault(sample: tuple[SampleDocument, ...]) -> dict[str, bytes]:
    """The bytes of one document of the sample for each planted fault."""
    return {fault.fault: document.body for document in sample for fault in document.expected.faults}


def _shown(report: Report, width: int, *, is_terminal: bool = False) -> str:
    out = io.StringIO()
    colours = "standard" if is_terminal else None
    show(report, Console(file=out, width=width, force_terminal=is_terminal, color_system=colours))
    return out.getvalue()


def _inspected(body: bytes, width: int, *, is_terminal: bool = False) -> str:
    (report,) = read_reports(body)
    return _shown(report, width, is_terminal=is_terminal)


def _line(text: str, label: str) -> str:
    return next(line for line in text.splitlines() if label in line)


def test_every_figure_of_every_table_is_shown_whatever_the_width() -> None:
    for document in stream(7, 4, ("html_clean",)):
        (report,) = read_reports(document.body)
        figures = sorted(str(figure.value) for table in report.tables for figure in table.figures.values())
        for width in (30, 44, 50, 58, 60, 66, 71, 72, 73, 80, 99, 112, 140, 200):
            text = _shown(report, width)
            tables = re.sub(r"Table \d", "", text[text.index("Table 2") : text.index("\nProse")])
            assert sorted(re.findall(r"(?<=\s)-?\d+(?:\.\d+)?(?=\s)", tables)) == figures, width
            assert max(cell_len(line) for line in text.splitlines()) <= width


def test_the_table_reads_as_the_official_form_does() -> None:
    (document,) = stream(3, 1, ("html_clean",))
    text = _inspected(document.body, 140)
    order = ["第二十条第（一）项", "本年新收", "三、本年度办理结果", "（三）不予公开", "8.属于行政查询事项",
             "（四）无法提供", "（七）总计", "四、结转下年度", "结果维持", "复议后起诉"]  # fmt: skip
    assert [label for label in order if label in text] == order
    assert [text.index(label) for label in order] == sorted(text.index(label) for label in order)


def test_a_failed_sum_is_marked_at_its_total_and_explained_below_its_table(
    by_fault: dict[str, bytes],
) -> None:
    text = _inspected(by_fault["applicants_sum_off"], 120)
    explained = _line(text, "! 申请人之和 Sum of applicants")
    row = re.search(r" · (.+?): (\d+) is printed, the other cells make (\d+)", explained)
    assert row
    assert row[2] != row[3]
    assert re.search(rf"\b{row[2]}!", _line(text, row[1]))
    assert "Failed sums and rules:" in text


def test_signs_tell_without_colour_what_colours_tell_on_a_terminal(by_fault: dict[str, bytes]) -> None:
    plain = _inspected(by_fault["unreadable_cell"], 120)
    coloured = _inspected(by_fault["unreadable_cell"], 120, is_terminal=True)
    assert "\x1b[" not in plain
    assert "\x1b[33m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured).split() == plain.split()
    assert "? 格中非数 Cell not a figure" in plain


def test_a_cell_named_by_its_place_only_is_told_from_one_named_by_its_label(
    by_fault: dict[str, bytes],
) -> None:
    text = _inspected(by_fault["seven_labels_lost"], 120)
    marked = [line for line in text.splitlines() if re.search(r"\d~\s", line)]
    assert len(marked) == 7 + text.count("~ named by its place only") - 1
    assert "nothing is in doubt" in text


@pytest.mark.parametrize("width", [80, 140])
def test_the_page_s_own_words_stand_beside_what_was_made_of_them(
    by_fault: dict[str, bytes], width: int
) -> None:
    (report,) = read_reports(by_fault["note_in_cell"])
    noted = [f for table in report.tables for f in table.figures.values() if "（" in f.raw]
    text = _shown(report, width)
    assert noted
    for figure in noted:
        line = _line(text, f"“{figure.raw}”")
        assert ("as printed" in line) == (width == 80)


def test_blank_a_stroke_and_what_was_not_found_are_three_things(by_fault: dict[str, bytes]) -> None:
    assert re.search(r"本年新收.* ·|规章.* ·", _inspected(by_fault["blank_regulations"], 120))
    assert re.search(r"规章 +/ +/ +/", _inspected(by_fault["slash_cells"], 120))
    lost = _inspected(by_fault["row_lost"], 120)
    assert lost.count("×") == 7 + 1
    assert re.search(r"\? 缺行 Rows not found: no row was found for [（\d].+", lost)
    assert "× not found\n" in _inspected(by_fault["table_is_picture"], 120)


def test_what_the_clues_contradict_each_other_in_is_told(by_fault: dict[str, bytes]) -> None:
    assert "? conflict" in _inspected(by_fault["year_conflict"], 120)


def test_the_command_prints_as_wide_as_it_may(tmp_path: Path) -> None:
    (document,) = stream(3, 1, ("html_clean",))
    (tmp_path / "a.html").write_bytes(document.body)
    for width in ("80", "140"):
        result = CliRunner(env={"COLUMNS": width}).invoke(main, ["inspect", str(tmp_path / "a.html")])
        assert result.exit_code == 0
        assert "Every sum that could be made holds; nothing is in doubt." in result.output


def test_of_a_zip_file_what_can_be_read_is_shown_and_what_cannot_is_told(tmp_path: Path) -> None:
    (document,) = stream(3, 1, ("html_clean",))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as container:
        container.writestr("report.html", document.body)
        container.writestr("notice.html", "<p>404</p>")
    result = CliRunner().invoke(main, ["inspect", str(tmp_path / "a.zip")])
    assert result.exit_code == 1
    assert "nothing is in doubt" in result.stdout
    assert "not read: " in result.stderr
    assert "notice.html" in result.stderr
