"""Documents read on all cores: the same result as on one, in the same order, whatever happens to a process."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from load import side_by_side
from load.commands import load
from load.inputs import InputDocument, documents
from load.side_by_side import read_in_order


@pytest.fixture(autouse=True)
def others_begin_at_once(monkeypatch) -> None:
    monkeypatch.setattr(side_by_side, "ALONE", 2)


def test_two_processes_make_the_same_file_as_one(invented: list[Path], folder_of, tmp_path) -> None:
    folder = folder_of(invented)
    for processes in ("1", "2"):
        words = [str(folder), "--db", str(tmp_path / f"{processes}.db"), "--processes", processes]
        result = CliRunner().invoke(load, words)
        assert (result.exit_code, result.output.split(" (")[0]) == (0, "30 reports read")
    assert (tmp_path / "1.db").read_bytes() == (tmp_path / "2.db").read_bytes()


@dataclass(frozen=True, slots=True)
class Deadly(InputDocument):
    """A document that ends the process it is handed to."""

    def __reduce__(self) -> Any:
        return os._exit, (1,)


def test_a_document_that_brings_its_process_down_costs_only_itself(invented: list[Path], folder_of) -> None:
    given = list(documents(folder_of(invented[:8]), print))
    one = given[5]
    given[5] = Deadly(one.name, one.row, one.body, one.origin)
    read = list(read_in_order(given, 2))
    assert [document.name for document, _ in read] == [document.name for document in given]
    assert [str(reading) for _, reading in read if isinstance(reading, Exception)] == [
        "our reader's process died on it"
    ]
