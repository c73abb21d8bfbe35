"""The sample's own web sites: real HTTP servers on loopback, one module a family of sites.

Each behaves as the family's real sites do, traps included. They serve the demonstration, the tests
and the benchmarks; nothing here scrapes.
"""

from sample.sites.server import Site
from sample.sites.trs import TrsSite

__all__ = ["SITES"]

SITES: dict[str, type[Site]] = {site.family: site for site in (TrsSite,)}
"""The families that can be played, by the name they have in source files."""
