"""Damaged files for every extractor: each must end in a document or in a sentence, in bounded time and memory.

    python -m tests.fuzz [FORMAT…] [--examples N] [--seed N] [--keep DIR]

Valid files of the sample are mutated by Hypothesis, those in zip containers inside their parts as well. Each
format runs in a process of its own, so that a crash in a library is a finding and not the end. The budget is
fixed: so many examples a format. A failing file is kept in DIR (fuzz-failures).

A new format is one more line in `FORMATS`; those whose modules are not there are passed over and said.
"""

import argparse
import importlib
import io
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from sample.report import Report

MOST_SECONDS = 20  # for one file
MOST_BYTES = 3_000_000_000  # of address space for one format
ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "reports" / "formats"
VARIETY = 6  # different valid files to begin with

# format: the extractor, what makes its valid files, and the layout it makes them in
FORMATS: dict[str, tuple[str, ...]] = {
    "html": ("load.extract:extract", "sample.layouts:render", "html_clean"),
    "word_html": ("load.extract:extract", "sample.layouts:render", "html_word_broken"),
    "text": ("load.extract:extract", "sample.layouts:render", "pipe_row"),
    "docx": ("load.extract.word.docx:read_docx", "sample.formats.docx:page"),
    "doc": ("load.extract.word.doc:read_doc", "sample.formats.doc:page"),
    "odt": ("load.extract.word.odt:read_odt", "sample.formats.odt:page"),
    "rtf": ("load.extract.word.rtf:read_rtf", "sample.formats.rtf:page"),
    "pdf": ("load.extract.pdf:read_pdf", "sample.formats.pdf:page"),
    "xlsx": ("load.extract.sheets:read_sheets", "sample.formats.xlsx:page"),
    "xls": ("load.extract.sheets:read_sheets", "sample.formats.xls:page"),
    "zip": ("load.extract.containers:unpacked", "sample.formats.xlsx:page"),
}

_SPITEFUL = [
    b"\x00", b"\xff", b"\xff\xff", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80", b"\x01\x00\x00\x00",
    b"<", b">", b"</", b"]]>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>&a;", b"&#0;", b"&#x110000;", b"9999999999", b"-1",
    b"1e999", b"nan", b"XFD1048576", b"A1:XFD1048576", b'"', b"%PDF-", b"endobj", b"stream", b"{\\", b"}", b"\\bin9999999 ",
    b"\xef\xbf\xbf", b"\xed\xa0\x80", b"|", b"\t", b"\x07", b"PK\x03\x04", b"PK\x01\x02",
]  # fmt: skip


def named(path: str) -> Callable[..., object] | None:
    """The function that `module:name` names; None where its module is not there."""
    module, _, name = path.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        if module.startswith(str(error.name)):
            return None
        raise
    return found if callable(found) else None


def invented(number: int) -> "Report":
    """An invented report, another for each number."""
    from load.forms import form
    from sample import narrative
    from sample.publishers import YEARS, publishers
    from sample.report import Report

    random = Random(number)
    version = ("2021", "2019")[number % 2]
    f = form(version)
    table2 = {
        item: {m: random.randrange(99) for m in block.measures} for block in f.blocks for item in block.items
    }
    table3 = {row: {column: random.randrange(99) for column in f.columns} for row in f.rows}
    table4 = {channel: {result: random.randrange(99) for result in f.results} for channel in f.channels}
    figures = {"form_version": version, "table2": table2, "table3": table3, "table4": table4}
    publisher, year = publishers()[number], YEARS[number % len(YEARS)]
    prose = narrative.write(random, publisher, year, figures)
    title = f"{publisher.name}{year}年政府信息公开工作年度报告"
    date = f"{year + 1}-01-15"
    return Report(title, publisher.name, year, date, prose.preamble, prose.sections, figures)


@lru_cache
def valid_files(format: str) -> list[bytes]:
    """A few valid files of the format: those that the sample makes, or else the real ones, if they are here."""
    _, path, *arguments = FORMATS[format]
    make = named(path)
    if make is None:
        return [file.read_bytes() for file in sorted(REAL.glob(f"*.{format}"))[:VARIETY]]
    if path.endswith(":render"):
        return [make(invented(n), arguments[0], Random(n)) for n in range(VARIETY)]
    if path == "sample.formats.pdf:page":
        style = named("sample.formats.pdf:PdfStyle")
        return [make(invented(n), Random(n), style()) for n in range(VARIETY)]
    bodies = [make(invented(n), Random(n)) for n in range(VARIETY)]
    return (
        [zipped({"一.xlsx": bodies[0], "二.zip": zipped({"三.xlsx": bodies[1]})})]
        if format == "zip"
        else bodies
    )


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip container with these members."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, body in members.items():
            file.writestr(name, body)
    return held.getvalue()


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """`body` with a few bytes changed, taken out, doubled or put in; or cut short."""
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(body)))
        length = draw(st.sampled_from((0, 1, 2, 4, 8, 64, 1000)))
        part = body[at : at + length]
        change = draw(st.sampled_from(("put", "replace", "drop", "double", "flip", "cut")))
        if change == "put":
            body = body[:at] + draw(st.sampled_from(_SPITEFUL)) + body[at:]
        elif change == "replace":
            spite = draw(st.sampled_from(_SPITEFUL))
            body = body[:at] + spite + body[at + len(spite) :]
        elif change == "drop":
            body = body[:at] + body[at + length :]
        elif change == "double":
            body = body[:at] + part * draw(st.sampled_from((2, 3, 50))) + body[at + length :]
        elif change == "flip" and part:
            body = body[:at] + bytes([body[at] ^ draw(st.integers(1, 255))]) + body[at + 1 :]
        elif change == "cut" and draw(st.booleans()):
            body = body[:at]
    return body


@st.composite
def damaged_inside(draw: st.DrawFn, body: bytes) -> bytes:
    """A zip container with one of its parts damaged, and packed again so that the container is sound."""
    with zipfile.ZipFile(io.BytesIO(body)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = draw(st.sampled_from(sorted(parts)))
    parts[name] = draw(damaged(parts[name]))
    return zipped(parts)


@st.composite
def damaged_records(draw: st.DrawFn, body: bytes) -> bytes:
    """An old workbook with its records damaged, in an OLE file that is sound."""
    import olefile

    from sample.formats.xls import ole_file

    with olefile.OleFileIO(io.BytesIO(body)) as old:
        return ole_file("Workbook", draw(damaged(old.openstream("Workbook").read())))


def files(format: str) -> st.SearchStrategy[bytes]:
    """Damaged files of the format, from the valid ones that the sample makes."""

    def change(body: bytes) -> st.SearchStrategy[bytes]:
        inside = [damaged_inside(body)] * 3 if body.startswith(b"PK") else []
        if format == "xls":
            inside = [damaged_records(body)] * 3
        return st.one_of(damaged(body), *inside)

    return st.sampled_from(valid_files(format)).flatmap(change)


def answer(extractor: Callable[..., object], body: bytes) -> str:
    """ "read", or "unreadable" where a sentence says so; whatever else is raised is a finding."""
    from load.extract import Unreadable

    try:
        extractor(body)
    except Unreadable as error:
        if not str(error).strip() or "\n" in str(error):
            raise AssertionError(f"no sentence: {error!r}") from error
        return "unreadable"
    return "read"


def run(format: str, examples: int, start: int, current: Path) -> Counter[str]:
    """Try so many damaged files of one format in this process; `current` holds the one that is being read."""
    extractor = named(FORMATS[format][0])
    answers: Counter[str] = Counter()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))

    def too_slow(*_: object) -> None:
        raise AssertionError(f"it took more than {MOST_SECONDS} seconds")

    signal.signal(signal.SIGALRM, too_slow)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @seed(start)
    @given(files(format))
    def law(body: bytes) -> None:
        current.write_bytes(body)
        signal.alarm(MOST_SECONDS)
        try:
            answers[answer(extractor, body)] += 1
        finally:
            signal.alarm(0)

    law()
    return answers


def main() -> int:
    """Try all formats, or those that are named. The number of those in which something was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("formats", nargs="*", metavar="FORMAT", choices=[[], *FORMATS], default=[])
    parser.add_argument("--examples", type=int, default=300, help="damaged files a format")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz-failures"), help="where failing files are kept"
    )
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)  # the process of one format
    given_arguments = parser.parse_args()
    if given_arguments.inside:
        answers = run(
            given_arguments.formats[0], given_arguments.examples, given_arguments.seed, given_arguments.inside
        )
        print(", ".join(f"{count} {what}" for what, count in sorted(answers.items())))
        return 0
    found = 0
    for format in given_arguments.formats or FORMATS:
        if named(FORMATS[format][0]) is None:
            print(f"{format}: passed over, it has no extractor")
        elif not valid_files(format):
            print(f"{format}: passed over, nothing makes a valid file of it")
        else:
            found += not _is_sound(
                format, given_arguments.examples, given_arguments.seed, given_arguments.keep
            )
    return min(found, 1)


def _is_sound(format: str, examples: int, start: int, keep: Path) -> bool:
    """Whether no damaged file of the format was found wanting, in a process of its own; the finding is kept."""
    with tempfile.TemporaryDirectory() as folder:
        current = Path(folder) / "current"
        command = [
            sys.executable,
            "-m",
            "tests.fuzz",
            format,
            "--examples",
            str(examples),
            "--seed",
            str(start),
        ]
        done = subprocess.run(
            [*command, "--inside", str(current)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd=ROOT,
        )
        if done.returncode == 0 and not done.stderr.strip():
            print(f"{format}: {done.stdout.strip()}")
            return True
        keep.mkdir(parents=True, exist_ok=True)
        kept = keep / f"{format}-{start}"
        if current.exists():
            shutil.copy(current, kept)
        print(f"{format}: FOUND (exit status {done.returncode}), kept in {kept}\n{done.stderr[-2000:]}")
        return False


if __name__ == "__main__":
    sys.exit(main())
