"""How fast pages become rows: one core, index included; beside pandas merely reading the same tables."""

import io
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import pandas as pd

from bench.figures import Measurement
from load.read import read_reports
from load.run import load
from sample.generate import stream

_MEASURED = (  # layout, budget in reports a second
    ("html_clean", 150),
    ("html_word", 40),
)


def measure(pages: int, folder: Path) -> Iterator[Measurement]:
    """Parse and load `pages` clean pages, fewer of Word's; then the memory that a load takes, at two sizes."""
    for layout, budget in _MEASURED:
        count = pages if layout == "html_clean" else max(20, pages // 10)
        place = write_pages(folder / f"{layout}-{count}", count, [layout])
        files = sorted(place.iterdir())
        kilobytes = sum(file.stat().st_size for file in files) / len(files) / 1000
        bodies = [file.read_bytes() for file in files]
        reading = a_second(read_reports, bodies)
        database = folder / f"{layout}.db"
        start = time.process_time()
        load([place], database, rebuild=True, processes=1, said=print)
        whole = len(files) / (time.process_time() - start)
        start = time.perf_counter()
        load([place], database, rebuild=True, said=print)
        on_all = len(files) / (time.perf_counter() - start)
        few = bodies[: max(10, len(bodies) // 10)]
        charset = "gb18030" if layout == "html_word" else "utf-8"
        pandas = a_second(partial(_by_pandas, charset=charset), few)
        yield Measurement(
            f"parse and load, {layout} ({kilobytes:.0f} KB a page, {len(files):,} pages)",
            f"≥ {budget}/s a core, and faster than pandas",
            f"{whole:.0f}/s (reading alone {reading:.0f}/s; on all cores {on_all:.0f}/s)",
            f"pandas.read_html {pandas:.0f}/s: ×{whole / pandas:.1f}",
            whole >= budget and (whole > pandas or layout != "html_clean"),
        )
    small, large = (peak_mb(folder, count, ["html_clean"]) for count in (pages // 4, pages))
    yield Measurement(
        "memory of load",
        "flat, < 500 MB",
        f"{large:.0f} MB at {pages:,} pages",
        f"{small:.0f} MB at {pages // 4:,} pages",
        large < 500,
    )


def a_second(read: Callable[[bytes], object], bodies: Sequence[bytes]) -> float:
    """How many of `bodies` are read in a second of one core's time, whatever else runs beside."""
    start = time.process_time()
    for body in bodies:
        read(body)
    return len(bodies) / (time.process_time() - start)


def _by_pandas(body: bytes, charset: str) -> list[pd.DataFrame]:
    return list(pd.read_html(io.BytesIO(body), encoding=charset))


def write_pages(folder: Path, count: int, layouts: Sequence[str]) -> Path:
    """`count` invented documents in a folder, in `layouts` by turns, made once."""
    if not folder.is_dir():
        part = folder.with_name(f"{folder.name}.part")
        part.mkdir(parents=True, exist_ok=True)
        for n, document in enumerate(stream(1, count, layouts)):
            (part / f"{n:07}{PurePosixPath(document.path).suffix}").write_bytes(document.body)
        part.rename(folder)
    return folder


def peak_mb(folder: Path, count: int, layouts: Sequence[str]) -> float:
    """The most memory that loading `count` documents in `layouts` by turns takes, in a process of its own."""
    place = write_pages(folder / f"{'-'.join(layouts)}-{count}", count, layouts)
    code = (
        "import sys, resource; from pathlib import Path; from load.run import load;"
        "load([Path(sys.argv[1])], Path(sys.argv[2]), rebuild=True, said=print);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    command = [sys.executable, "-c", code, str(place), str(folder / "memory.db")]
    kilobytes = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])
    return kilobytes / (1000 if sys.platform != "darwin" else 1_000_000)
