"""How fast office files become rows: read, and parsed and loaded, beside libraries that merely read their tables."""

import io
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import openpyxl
import pdfplumber

from bench.figures import Measurement
from bench.loading import a_second, peak_mb, write_pages
from load.read import read_reports
from load.run import load

_MEASURED = (  # format, budget in reports a second, one file for so many pages
    ("docx", 60, 3),
    ("doc", 60, 3),
    ("pdf", 5, 25),
    ("xlsx", None, 6),
)


def measure(pages: int, folder: Path) -> Iterator[Measurement]:
    """Parse and load files of each format, fewer of the slower ones; then the memory that they take."""
    for format, budget, share in _MEASURED:
        count = max(12, pages // share)
        files = sorted(write_pages(folder / f"{format}-{count}", count, [format]).iterdir())
        bodies = [file.read_bytes() for file in files]
        kilobytes = sum(map(len, bodies)) / len(bodies) / 1000
        read_reports(bodies[0])  # the first one loads what its format needs
        reading = a_second(read_reports, bodies)
        start = time.process_time()
        load([files[0].parent], folder / f"{format}.db", rebuild=True, processes=1, said=print)
        whole = len(files) / (time.process_time() - start)
        told = ""
        if format in _BASELINES:
            name, baseline = _BASELINES[format]
            others = a_second(baseline, bodies[: max(10, len(bodies) // 10)])
            told = f"{name} {others:.1f}/s: reading ×{reading / others:.1f}, all ×{whole / others:.1f}"
        yield Measurement(
            f"parse and load, {format} ({kilobytes:.0f} KB a file, {count:,} files)",
            f"≥ {budget}/s a core" if budget else "",
            f"{whole:.0f}/s (reading alone {reading:.0f}/s)",
            told,
            whole >= budget if budget else None,
        )
    layouts = [format for format, _, _ in _MEASURED]
    small, large = max(12, pages // 60), max(12, pages // 60) * 4
    mb = {count: peak_mb(folder, count, layouts) for count in (small, large)}
    yield Measurement(
        "memory of load, formats by turns",
        "flat, < 500 MB",
        f"{mb[large]:.0f} MB at {large:,} files",
        f"{mb[small]:.0f} MB at {small:,} files",
        mb[large] < 500,
    )


def _by_python_docx(body: bytes) -> list[str]:
    document = docx.Document(io.BytesIO(body))
    try:
        return [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    except AttributeError:  # the strict namespace, which it does not know
        return []


def _by_pdfplumber(body: bytes) -> list[list[list[str | None]]]:
    with pdfplumber.open(io.BytesIO(body)) as document:
        return [table for page in document.pages for table in page.extract_tables()]


def _by_openpyxl(body: bytes) -> list[object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it misses in a workbook is no matter of ours
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True)
    return [value for sheet in book for row in sheet.iter_rows(values_only=True) for value in row]


_BASELINES: dict[str, tuple[str, Callable[[bytes], object]]] = {
    "docx": ("python-docx", _by_python_docx),
    "pdf": ("pdfplumber", _by_pdfplumber),
    "xlsx": ("openpyxl", _by_openpyxl),
}
