"""Scans and pictures: what is recognised is right or in doubt, blank is null, and ink is never taken for blank."""

import io
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from load.checks import PARSE_DOUBT, Check
from load.confirm import unconfirmed
from load.extract import Unreadable, extract
from load.extract.document import CLEAR
from load.extract.ocr import EXTRA, is_installed
from load.read import NotAReport, read_reports
from load.recognise import read_tables
from load.recognise.statistics import StatisticsReading
from nianbao import main
from sample import narrative
from sample.figures import FormFigures, draw
from sample.formats import pdf
from sample.layouts import render
from sample.publishers import publishers
from sample.report import Damage
from sample.report import Report as Invented

_TALL = pdf.PdfStyle(height=1500.0)  # the whole report on one page: recognising takes seconds a page
_BLANK = (3, "refused_internal", "business")
_SMUDGED = (3, "unable_not_held", "research")

needs_extra = pytest.mark.skipif(not is_installed(), reason=f"the extra is not installed: {EXTRA}")


def _can_draw() -> bool:
    from sample.formats.scan import can_draw

    return can_draw()


needs_font = pytest.mark.skipif(
    not is_installed() or not _can_draw(), reason="no Chinese font on this machine to draw pages with"
)


def _invented(damage: Damage | None = None) -> Invented:
    publisher, rng = publishers()[0], Random(5)
    figures = draw(rng, "2021", publisher.profile)
    prose = narrative.write(rng, publisher, 2024, figures)
    return Invented(
        title=f"{publisher.name}2024年政府信息公开工作年度报告",
        publisher=publisher.name,
        fiscal_year=2024,
        published_on="2025-01-15",
        preamble=(),
        sections={number: texts[:1] if number == 1 else () for number, texts in prose.sections.items()},
        figures=figures,
        damage=damage or Damage(),
    )


_REPORT = _invented()


def _printed(figures: FormFigures) -> dict[tuple[int, str, str], Any]:
    return {
        (number, row, column): value
        for number in (2, 3, 4)
        for row, columns in figures[f"table{number}"].items()  # type: ignore[literal-required]  # of three
        for column, value in columns.items()
    }


def _read(report: Mapping[str, Any], cell: tuple[int, str, str]) -> Any:
    return ((report[f"table{cell[0]}"] or {}).get(cell[1]) or {}).get(cell[2])


def _in_doubt(checks: list[Mapping[str, Any]], cell: tuple[int, str, str]) -> bool:
    number, row, column = cell
    at = f"table{number}"
    places = {at, f"{at}.{row}", f"{at}.column.{column}", f"{at}.{row}.{column}"}
    return any(check["verdict"] == PARSE_DOUBT and check["where"] in places for check in checks)


def _inspected(path: Path) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["inspect", str(path), "--json"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.output))


# --- one page, with a blank cell and a smudge ----------------------------------------------------------


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A scanned page as `nianbao inspect` shows it: one cell of it is blank, over another ink was spilt."""
    from PIL import Image, ImageChops, ImageDraw

    from sample.formats.scan import SCANNERS, pictures, scanned

    still = replace(SCANNERS["scan"], noise=0.0, askew=0.0)
    pages = [
        pictures(_invented(Damage(raw=dict.fromkeys(cells, ""))), Random(1), still, _TALL)[0]
        for cells in ([_BLANK], [_BLANK, _SMUDGED])
    ]
    left, top, right, bottom = ImageChops.difference(*pages).getbbox() or (0, 0, 0, 0)
    spilt: Image.Image = pages[0]
    ImageDraw.Draw(spilt).ellipse((left - 4, top - 3, right + 5, bottom + 3), fill=50)
    path = tmp_path_factory.mktemp("scans") / "page.png"
    scanned(spilt, Random(2), SCANNERS["scan"]).save(path)
    return _inspected(path)


@needs_font
def test_every_figure_of_a_scan_is_right_or_in_doubt_and_few_are_wrong(scanned: dict[str, Any]) -> None:
    printed = {
        cell: value for cell, value in _printed(_REPORT.figures).items() if cell not in (_BLANK, _SMUDGED)
    }
    wrong = [cell for cell, value in printed.items() if _read(scanned, cell) != value]
    assert [cell for cell in wrong if not _in_doubt(scanned["checks"], cell)] == []
    assert len(wrong) <= len(printed) * 0.05
    assert (scanned["publisher"], scanned["fiscal_year"]) == (_REPORT.publisher, 2024)


@needs_font
def test_most_figures_that_add_up_both_ways_are_not_in_doubt_and_those_that_nothing_adds_up_are(
    scanned: dict[str, Any],
) -> None:
    checks = scanned["checks"]
    added = [cell for cell in _printed(_REPORT.figures) if cell[0] != 2]
    assert sum(_in_doubt(checks, cell) for cell in added) < 0.5 * len(added)
    assert all(_in_doubt(checks, cell) for cell in _printed(_REPORT.figures) if cell[0] == 2)


@needs_font
def test_a_blank_cell_of_a_scan_is_null_and_a_smudged_one_is_doubted_and_not_blank(
    scanned: dict[str, Any],
) -> None:
    cells = {(cell["table"], cell["row"], cell["column"]): cell for cell in scanned["cells"]}
    assert (cells[_BLANK]["value"], cells[_BLANK]["raw"]) == (None, "")
    assert cells[_SMUDGED]["raw"]
    assert _in_doubt(scanned["checks"], _SMUDGED)


# --- pages in a file ------------------------------------------------------------------------------------


@needs_font
def test_pages_of_text_and_scanned_ones_make_one_document_and_a_table_goes_on_from_one_to_the_other() -> None:
    import pypdfium2

    from sample.formats.scan import SCANNERS, bound, drawings, scanned

    scanner = SCANNERS["scan"]
    whole = pypdfium2.PdfDocument(pdf.page(_REPORT, Random(1), pdf.PdfStyle(height=900.0)))
    later = [scanned(sheet, Random(3), scanner) for sheet in drawings(whole, scanner.dots)[1:]]
    mixed = pypdfium2.PdfDocument.new()
    mixed.import_pages(whole, [0])
    mixed.import_pages(pypdfium2.PdfDocument(bound(later, scanner)))
    body = io.BytesIO()
    mixed.save(body)
    (report,) = read_reports(body.getvalue())
    assert {figure.piece.recognised for figure in report.tables[1].figures.values()} >= {"", CLEAR}
    wrong = [
        cell
        for cell, value in _printed(_REPORT.figures).items()
        if report.tables[cell[0] - 2].value(*cell[1:]) != value
    ]
    shown = report.to_json()["checks"]
    assert [cell for cell in wrong if not _in_doubt(shown, cell)] == []
    assert len(wrong) <= 10


@needs_font
def test_a_picture_of_something_else_is_no_report() -> None:
    from sample.formats.scan import SCANNERS, drawings, scanned

    lines = ["示例县幼儿园菜单", "星期一：米饭、白菜、豆腐", "星期二：面条、鸡蛋、青菜"]
    marks = [
        f"BT /F1 16 Tf 1 0 0 1 80 {700 - 40 * n} Tm <{line.encode('utf-16-be').hex()}> Tj ET"
        for n, line in enumerate(lines)
    ]
    import pypdfium2

    drawn = drawings(pypdfium2.PdfDocument(pdf.bound(["\n".join(marks)], pdf.PdfStyle(), 595.0)), 110)[0]
    body = io.BytesIO()
    scanned(drawn, Random(4), SCANNERS["scan"]).save(body, "JPEG")
    with pytest.raises(NotAReport):
        read_reports(body.getvalue())


# --- what cannot be read --------------------------------------------------------------------------------


def test_without_the_extra_a_picture_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    path = tmp_path / "report.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    result = CliRunner().invoke(main, ["inspect", str(path)])
    assert result.exit_code != 0
    assert EXTRA in result.output
    assert EXTRA == "pip install 'nianbao[ocr]'"


def test_without_the_extra_a_scan_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    pages = pdf.bound(["q 595 0 0 842 0 0 cm /I1 Do Q"] * 2, pdf.PdfStyle(), 595.0)
    with pytest.raises(Unreadable, match=r"it is a scan.*nianbao\[ocr\]"):
        extract(pages)


def _png(wide: int, high: int) -> bytes:
    """A PNG file that says it has that size, and has none of its points."""
    import struct
    import zlib

    parts = [
        b"IHDR" + struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0),
        b"IDAT" + zlib.compress(b""),
        b"IEND",
    ]
    packed = [struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def _tiny() -> bytes:
    from PIL import Image

    body = io.BytesIO()
    Image.new("L", (12, 9), 255).save(body, "GIF")
    return body.getvalue()


def _frames() -> bytes:
    from PIL import Image

    frame = Image.new("1", (60, 60), 1)
    body = io.BytesIO()
    frame.save(body, "TIFF", save_all=True, append_images=[frame] * 70)
    return body.getvalue()


@needs_extra
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (lambda: _png(60_000, 60_000), "more than the 50 million"),
        (lambda: _png(400, 500), "damaged"),
        (lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4, "damaged"),
        (lambda: b"II*\x00" + b"\xff" * 400, "damaged"),
        (lambda: b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 90, "damaged"),
        (_tiny, "too small"),
        (_frames, "pictures"),
    ],
    ids=["bomb", "without_points", "broken_jpeg", "broken_tiff", "broken_webp", "tiny", "many_frames"],
)
def test_a_hostile_picture_ends_in_a_sentence(body: Any, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        extract(body())


def test_nothing_of_the_recogniser_is_imported_before_a_scan_is_met() -> None:
    import subprocess

    code = (
        "import sys, load.read, nianbao; from load.extract import extract\n"
        "extract(b'<html><p>text</p></html>')\n"
        "assert not {'rapidocr', 'cv2', 'numpy', 'onnxruntime', 'PIL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[2])


# --- what arithmetic confirms -----------------------------------------------------------------------------


def _recognised(figures: FormFigures) -> list[Check]:
    """The doubts over a report with these figures, had it been recognised in a picture."""
    body = render(replace(_REPORT, figures=figures), "html_clean", Random(1))
    document, _ = extract(body)
    for piece in document.pieces:
        piece.recognised = CLEAR
    return unconfirmed(read_tables(document.pieces), StatisticsReading())


def _doubted(figures: FormFigures, cell: tuple[int, str, str]) -> bool:
    return _in_doubt([{"verdict": c.verdict, "where": c.where} for c in _recognised(figures)], cell)


def _with(changes: Mapping[tuple[int, str, str], int]) -> FormFigures:
    figures: FormFigures = json.loads(json.dumps(_REPORT.figures))
    for (number, row, column), value in changes.items():
        figures[f"table{number}"][row][column] = value  # type: ignore[literal-required]  # of three
    return figures


_SOME = [
    (row, column)
    for row in ("received_new", "granted", "unable_unclear", "other_misc", "processed_total", "carried_out")
    for column in ("natural_person", "research", "total")
]


@pytest.mark.parametrize(("row", "column"), _SOME)
def test_a_figure_that_is_misread_is_in_doubt(row: str, column: str) -> None:
    figures = _REPORT.figures["table3"]
    assert _doubted(_with({(3, row, column): (figures[row][column] or 0) + 6}), (3, row, column))


def test_two_misreadings_that_make_up_for_each_other_in_a_row_or_a_column_are_in_doubt() -> None:
    table = _REPORT.figures["table3"]
    one, beside, below = (
        ("granted", "natural_person"),
        ("granted", "business"),
        ("other_misc", "natural_person"),
    )
    for other in (beside, below):
        changes = {(3, *one): table[one[0]][one[1]] + 3, (3, *other): table[other[0]][other[1]] - 3}
        assert all(_doubted(_with(changes), cell) for cell in changes)


def test_one_request_that_stands_alike_in_all_sums_is_in_doubt_and_the_noughts_around_it_are_not() -> None:
    """A 7 that is taken for a 1 wherever it is printed breaks no sum."""
    nought = {cell: 0 for cell in _printed(_REPORT.figures) if cell[0] == 3}
    rows = ("received_new", "granted", "processed_total")
    ones = {(3, row, column): 1 for row in rows for column in ("natural_person", "total")}
    doubts = _recognised(_with(nought | ones))
    shown = [{"verdict": check.verdict, "where": check.where} for check in doubts]
    assert all(_in_doubt(shown, cell) for cell in ones)
    assert not _in_doubt(shown, (3, "refused_internal", "business"))
    assert not _in_doubt(shown, (3, "carried_out", "total"))


def test_a_figure_that_is_the_sum_of_two_others_is_confirmed() -> None:
    nought = {cell: 0 for cell in _printed(_REPORT.figures) if cell[0] == 3}
    counts = {"received_new": 3, "granted": 1, "refused_internal": 2, "processed_total": 3}
    some = {
        (3, row, column): count for row, count in counts.items() for column in ("natural_person", "total")
    }
    shown = [{"verdict": c.verdict, "where": c.where} for c in _recognised(_with(nought | some))]
    assert not any(_in_doubt(shown, cell) for cell in some)
