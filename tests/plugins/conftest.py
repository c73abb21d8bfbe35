"""The invented database, and the site as `datasette .` serves it, in this process."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import invented
import pytest
from datasette.app import Datasette
from serving import serve


@pytest.fixture(scope="session")
def sample_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a small database of 示例省, named nianbao.db, with inspect-data.json beside it."""
    return invented.write(tmp_path_factory.mktemp("site") / "nianbao.db")


@pytest.fixture
def rows(sample_database: Path) -> Iterator[Callable[..., list[tuple]]]:
    """Asks the database itself, without Datasette."""
    connection = sqlite3.connect(f"file:{sample_database}?mode=ro", uri=True)
    yield lambda sql, *values: connection.execute(sql, values).fetchall()
    connection.close()


@pytest.fixture(scope="session")
def served(sample_database: Path) -> Iterator[Datasette]:
    """The site over the sample, made once."""
    made = serve(sample_database)
    yield made
    made.executor.shutdown()


@pytest.fixture
async def site(served: Datasette) -> Datasette:
    """The site over the sample, ready to be asked."""
    await served.invoke_startup()  # does nothing the second time
    return served
