"""What is written of the data is complete, in both languages, and up to date."""

import subprocess
import sys
from pathlib import Path

import pytest

from load.describe import DescriptionError, described, read_queries, read_query
from load.schema import TABLES, VIEWS

ROOT = Path(__file__).parent.parent.parent


def test_metadata_and_code_book_are_what_describe_writes() -> None:
    stale = [p.name for p, text in described().items() if not p.exists() or p.read_text("utf-8") != text]
    assert not stale, "run python -m load.describe"


def test_describe_check_says_so_and_fails_when_a_file_is_stale() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "load.describe", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("table", [*TABLES, *VIEWS], ids=lambda t: t.name)
def test_every_table_and_column_is_described_in_chinese_and_english(table) -> None:
    for thing in (table, *table.columns):
        assert any("\u4e00" <= character <= "\u9fff" for character in thing.zh), thing.name
        assert any("a" <= character <= "z" for character in thing.en), thing.name


@pytest.mark.parametrize("query", [q for q in read_queries() if "_pct" in q.sql], ids=lambda q: q.name)
def test_every_rate_says_what_it_is_a_share_of(query) -> None:
    denominators = (
        "decided",
        "due",
        "concluded",
        "dated",
        "reports_with_figures",
        "refused_in_year",
        "reports",
    )
    named = [name for name in denominators if name in query.description_en]
    assert named
    assert any(name in query.description_zh for name in named)


def test_there_are_at_least_fifteen_queries() -> None:
    assert len(read_queries()) >= 15


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.replace('title_en = "', 'title_fr = "'), "lacks title_en"),
        (lambda s: s.replace('name = "refusers"', 'name = "other"'), "use the file's own name"),
        (lambda s: s.replace('topic = "refusals"', 'topic = "weather"'), "is none of"),
        (lambda s: s.replace('mark = "circle"', 'mark = "pie"'), "a mark out of"),
        (lambda s: s.replace("[parameters.least]", "[parameters.most]"), "describes"),
        (lambda s: s.replace("[chart]", "[chart"), "is not TOML"),
    ],
)
def test_a_query_that_lacks_something_is_refused_with_a_sentence(tmp_path: Path, change, said: str) -> None:
    path = tmp_path / "refusers.toml"
    path.write_text(change((ROOT / "queries" / "refusers.toml").read_text("utf-8")), "utf-8")
    with pytest.raises(DescriptionError, match=said):
        read_query(path)
