"""What tests of several folders share: the sample, made once a process; and which files are run first."""

from pathlib import Path

import pytest

from sample.generate import generate
from sample.manifest import SampleDocument

# A process takes a file at a time: one that takes long and comes last keeps the other process waiting.
_LONG = (
    "test_demo.py",
    "test_access.py",
    "test_scans.py",
    "test_browser.py",
    "test_reading_laws.py",
    "test_database.py",
    "test_pdf_documents.py",
    "test_language.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, and each where it was among the others."""
    place = {name: n for n, name in enumerate(_LONG)}
    items.sort(key=lambda item: place.get(Path(item.path).name, len(place)))


@pytest.fixture(scope="session")
def sample() -> tuple[SampleDocument, ...]:
    """The whole sample, as `nianbao demo` shows it; what is given is shared and stays as it is."""
    return tuple(generate())
