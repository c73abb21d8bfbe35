"""The one fixture of these tests: local sites at work, and an archive to scrape into."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from local_sites import Bench

from sample.sites.server import Site, serve


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Makes a Bench of sites; further words go into the source files."""
    with ExitStack() as stack:

        def make(*sites: Site, **keys: object) -> Bench:
            served = stack.enter_context(serve(sites))
            files = [served.source_file(site, tmp_path / "sources", **keys) for site in sites]
            return Bench(served, files, tmp_path / "archive")

        yield make
