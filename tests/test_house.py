"""The house: which room may know which, and that a label of the form stands in one place only."""

import ast
import json
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

import scrape.archive
from load.checks import rules
from load.forms import forms
from load.forms.statistics import statistics_form

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("scrape", "load", "plugins", "sample", "chinese")


@cache
def _parsed(room: str) -> dict[str, ast.Module]:
    """The modules of a room by their path in the project."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8"))
        for path in sorted((ROOT / room).rglob("*.py"))
    }


def _imported(room: str, other: str) -> set[tuple[str, str]]:
    """(module of a room, what it imports from the other)."""
    found: set[tuple[str, str]] = set()
    for path, module in _parsed(room).items():
        names: set[str] = set()
        for node in ast.walk(module):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        found |= {(path, name) for name in names if name == other or name.startswith(f"{other}.")}
    return found


def test_scrape_knows_nothing_of_the_form() -> None:
    assert _imported("scrape", "load") == set()


def test_load_takes_from_scrape_the_archive_reader_only() -> None:
    door = {"scrape.archive", *(f"scrape.archive.{name}" for name in scrape.archive.__all__)}
    taken = _imported("load", "scrape")
    assert taken
    assert {(path, name) for path, name in taken if name not in door} == set()
    assert _imported("load", "sample") == set()


def test_plugins_take_from_load_the_form_and_the_schema_only() -> None:
    allowed = ("load.forms", "load.schema")
    taken = _imported("plugins", "load")
    assert taken
    assert {(path, name) for path, name in taken if not name.startswith(allowed)} == set()
    assert _imported("plugins", "scrape") == set()


@pytest.mark.parametrize("room", ["scrape", "load", "plugins"])
def test_no_label_of_the_form_stands_in_the_code(room: str) -> None:
    labels = {
        label.zh
        for form in forms()
        for group in (form.rows, form.groups, form.measures, form.items, form.channels)
        for label in group.values()
        if len(label.zh) > 4
    }
    labels |= {indicator.zh for indicator in statistics_form().indicators.values() if len(indicator.zh) > 4}
    written = {
        (path, node.value)
        for path, module in _parsed(room).items()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert {(path, text) for path, text in written if text in labels} == set()


def test_both_versions_of_the_form_agree_on_every_label_that_they_share() -> None:
    newest, trial = forms()
    for name in ("rows", "columns", "channels", "results"):
        a, b = getattr(newest, name), getattr(trial, name)
        assert {id: a[id] for id in a if id in b} == {id: b[id] for id in b if id in a}


def test_every_sum_of_a_form_is_an_explained_rule() -> None:
    assert {total.rule for form in forms() for total in form.sums} <= set(rules())
    assert {total.rule for total in statistics_form().sums} <= set(rules())


def test_every_module_says_what_it_is_for() -> None:
    modules = {path: module for room in ROOMS for path, module in _parsed(room).items()}
    assert len(modules) > 200
    assert [path for path, module in modules.items() if module.body and not ast.get_docstring(module)] == []


def test_the_readme_names_only_commands_and_folders_that_are_there() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    first_column = re.findall(r"^\| (`.+?) \|", readme, re.MULTILINE)
    folders = re.findall(r"`([^`]+)`", " ".join(first_column))
    assert len(folders) > 8
    for folder in folders:
        assert (ROOT / folder).exists(), folder
    help_text = subprocess.run(
        ["make", "-pn"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout  # fmt: skip
    for target in set(re.findall(r"make (\w+)", readme)):
        assert f"\n{target}:" in help_text, target


def test_every_pinned_version_lies_within_its_bounds_and_no_bound_is_open() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().split()
    }
    for requirement in wanted:
        name = re.split(r"[<>=]", requirement)[0]
        assert name.lower().replace("_", "-") in pinned, name
        assert "<" in requirement or "==" in requirement, requirement


def test_the_settings_are_ones_that_datasette_knows() -> None:
    from datasette.app import SETTINGS

    known = {setting.name for setting in SETTINGS}
    assert set(json.loads((ROOT / "settings.json").read_text("utf-8"))) <= known
