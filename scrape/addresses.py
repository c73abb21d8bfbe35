"""Web addresses: one spelling for each, which hosts belong together, and which may be connected to at all."""

import ipaddress
import re
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

_UNDER_CN = re.compile(
    r"(ac|com|edu|gov|mil|net|org"  # kinds
    r"|ah|bj|cq|fj|gd|gs|gx|gz|ha|hb|he|hi|hk|hl|hn|jl|js|jx|ln|mo|nm|nx|qh|sc|sd|sh|sn|sx|tj|tw|xj|xz|yn|zj)"
)
"""The second level under .cn at which names are registered one level further down."""

_BACK_SLASHES = re.compile(r"^[^?#]+")
_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_METADATA = frozenset(map(ipaddress.ip_address, ("168.63.129.16", "192.0.0.192")))
"""Services of clouds to their own machines, at addresses that look public; those of others look private."""


def absolute(base: str, href: str, *, with_session: bool = False) -> str | None:
    """`href` as an absolute address without fragment, in one spelling; None if it is no web address.

    Back slashes are slashes, as in browsers. The number of a session that a server writes into its links is
    left out, unless `with_session`: with it a page would have another address in each run.
    """
    try:
        written = _BACK_SLASHES.sub(lambda found: found.group().replace("\\", "/"), href.strip())
        parts = urlsplit(urljoin(base, written if with_session else _SESSION.sub("", written)))
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return None
        return str(httpx.URL(urlunsplit(parts._replace(fragment=""))))
    except (ValueError, httpx.InvalidURL):
        return None


def registered_domain(host: str) -> str:
    """`example.gov.cn` of `www.example.gov.cn`. An IP address and a single label stand for themselves."""
    host = host.lower().rstrip(".")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        deep = labels[-1] == "cn" and len(labels) > 1 and _UNDER_CN.fullmatch(labels[-2])
        return ".".join(labels[-3:] if deep else labels[-2:])
    return host


def is_allowed(address: str, *, allow_local: bool) -> bool:
    """Whether an IP address may be connected to: public ones, or with `allow_local` loopback ones only.

    An address of IPv6 that stands for one of IPv4 (mapped, 6to4, NAT64) is as allowed as that one.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if allow_local:
        return ip.is_loopback
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            ip = ipaddress.IPv4Address(ip.packed[-4:])
        elif ip.sixtofour:
            ip = ip.sixtofour
        elif ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_private and ip not in _METADATA
