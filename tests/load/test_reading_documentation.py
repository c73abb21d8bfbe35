"""What the documentation of reading says is held by tests: each that it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reading.md").read_text("utf-8")
NAMED = re.findall(r"`(test_\w+)::(test_\w+)`", PAGE)


def test_every_test_that_is_named_exists() -> None:
    assert len(NAMED) > 45
    texts = {file: (ROOT / "tests" / "load" / f"{file}.py").read_text("utf-8") for file, _ in NAMED}
    assert [f"{file}::{test}" for file, test in NAMED if f"def {test}(" not in texts[file]] == []


def test_every_variation_is_held_by_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.endswith("| held by |")]
    assert [row for row in rows if "::" not in row] == []


def test_every_test_of_variants_is_named() -> None:
    tests = re.findall(r"^def (test_\w+)\(", (ROOT / "tests/load/test_variants.py").read_text("utf-8"), re.M)
    assert set(tests) - {test for file, test in NAMED if file == "test_variants"} == set()
