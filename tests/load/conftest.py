"""Invented reports as files, for the tests that load them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sample.generate import stream

_SUFFIX = {"text/html": ".html", "text/plain": ".txt", "text/markdown": ".md"}


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Thirty sound reports in several layouts, a file each."""
    folder = tmp_path_factory.mktemp("invented")
    layouts = ("html_clean", "pipe_row", "html_nested", "docx_tabs", "cell_per_line_bar")
    files = []
    for n, document in enumerate(stream(7, 30, layouts)):
        suffix = _SUFFIX[document.media_type.partition(";")[0]]
        files.append(folder / f"{n:02}{suffix}")
        files[-1].write_bytes(document.body)
    return files


@pytest.fixture
def folder_of(tmp_path: Path) -> Callable[[list[Path]], Path]:
    """Copies files into a new folder."""

    def make(files: list[Path]) -> Path:
        folder = tmp_path / f"folder{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for file in files:
            (folder / file.name).write_bytes(file.read_bytes())
        return folder

    return make
