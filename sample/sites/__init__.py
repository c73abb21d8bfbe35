"""The sample's own web sites: real HTTP servers on loopback, one module a family of sites.

Each behaves as the family's real sites do, traps included. They serve the demonstration, the tests
and the benchmarks; nothing here scrapes.
"""

from sample.sites.epoint import EpointSite
from sample.sites.gkmlpt import GkmlptSite
from sample.sites.hanweb import HanwebSite
from sample.sites.hanweb_xxgk import HanwebXxgkSite
from sample.sites.jpaas import JpaasSite
from sample.sites.lonsun import LonsunSite
from sample.sites.server import Site
from sample.sites.static import StaticSite
from sample.sites.trs import TrsSite
from sample.sites.ucap import UcapSite
from sample.sites.vsb import VsbSite

__all__ = ["SITES"]

SITES: dict[str, type[Site]] = {
    site.family: site
    for site in (
        TrsSite,
        HanwebSite,
        HanwebXxgkSite,
        JpaasSite,
        GkmlptSite,
        UcapSite,
        EpointSite,
        VsbSite,
        LonsunSite,
        StaticSite,
    )
}
"""The families that can be played, by the name they have in source files."""
