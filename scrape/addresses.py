"""Web addresses: one spelling for each, and which hosts belong together."""

import ipaddress
import re
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

_UNDER_CN = re.compile(
    r"(ac|com|edu|gov|mil|net|org"  # kinds
    r"|ah|bj|cq|fj|gd|gs|gx|gz|ha|hb|he|hi|hk|hl|hn|jl|js|jx|ln|mo|nm|nx|qh|sc|sd|sh|sn|sx|tj|tw|xj|xz|yn|zj)"
)
"""The second level under .cn at which names are registered one level further down."""


def absolute(base: str, href: str) -> str | None:
    """`href` as an absolute address without fragment, in one spelling; None if it is no web address."""
    try:
        parts = urlsplit(urljoin(base, href.strip()))
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
