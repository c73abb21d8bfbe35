"""What the documentation of scraping says is so: every family, key, option and test that it names, and no other."""

import re
from pathlib import Path

import pytest

from scrape import source
from scrape.families import FAMILIES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "scraping.md").read_text("utf-8")


def test_every_key_of_a_source_file_is_explained() -> None:
    table = PAGE.partition("## A source file")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\|([^|]*)\|", table, re.M)))) == set(source.KEYS)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_family_stands_there_with_its_options(name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \|[^|\n]*\|([^|\n]*)\|$", PAGE.partition("## Traps")[0], re.M)
    assert re.findall(r"`(\w+)`", row) == list(FAMILIES[name].options)


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(test_\w+)::(test_\w+)`", PAGE)
    assert len(named) > 100
    texts = {file: (ROOT / "tests" / "scrape" / f"{file}.py").read_text("utf-8") for file, _ in named}
    assert [f"{file}::{test}" for file, test in named if f"def {test}(" not in texts[file]] == []


def test_every_family_has_its_traps() -> None:
    assert set(re.findall(r"^\| `([\w-]+)` \|", PAGE.partition("## Traps")[2], re.M)) == set(FAMILIES)
