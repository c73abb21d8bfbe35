"""Sources: one TOML file a site, read and checked. Data only; nothing is fetched here."""

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

REGISTERED = Path(__file__).parent / "sources"
"""The folder of the sources that come with the project."""

LEAST_DELAY_S = 2.0

KEYS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "title": (str,),
    "region": (str,),
    "family": (str,),
    "list": (str, list),
    "hosts": (list,),
    "delay_s": (int, float),
    "sublists": (str,),
    "expect_at_least": (int,),
    "expect_a_year": (int,),
    "max_pages": (int,),
    "max_requests": (int,),
    "max_mb": (int,),
    "options": (dict,),
    "tls": (str,),
    "verified": (bool,),
    "note": (str,),
}
"""The keys of a source file, and of what kind their values are."""

_TAKEN_AS_GIVEN = (
    *("expect_at_least", "expect_a_year", "max_pages", "max_requests", "max_mb"),
    *("options", "tls", "verified", "note"),
)
_REQUIRED = ("name", "region", "family", "list")


class SourceError(Exception):
    """A sentence for the person at the terminal: which source file, which key, what to write there."""


@dataclass(frozen=True)
class Source:
    """One site's column of annual reports.

    name: lower-case label, also the name of its WARC file. region: six digits (GB/T 2260). family: a module
    of `scrape.families`. list: addresses of the column's first pages. hosts: the only hosts asked, with
    those of `list`. delay_s: seconds between two requests to one host. sublists: a pattern; links of a list's
    page whose text fits it whole lead to lists themselves, of years or departments. expect_at_least: reports
    the lists must yield in all; expect_a_year: for the newest year that is due. max_pages: pages of one list
    read at most. max_requests, max_mb: what may be asked of one host, and come from it, in one run.
    options: keys of the family's own. tls: "strict", or "old" for servers that only
    speak outdated TLS (certificates are checked all the same). verified: whether a run has confirmed it.
    """

    name: str
    title: str
    region: str
    family: str
    list: tuple[str, ...]
    hosts: frozenset[str]
    delay_s: float = LEAST_DELAY_S
    sublists: re.Pattern[str] | None = None
    expect_at_least: int = 1
    expect_a_year: int = 0
    max_pages: int = 100
    max_requests: int = 5000
    max_mb: int = 2000
    options: Mapping[str, str | int] = field(default_factory=dict)
    tls: str = "strict"
    verified: bool = False
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The source as an object for machines, with the names of its fields."""
        pattern = self.sublists.pattern if self.sublists else None
        return {**vars(self), "list": [*self.list], "hosts": sorted(self.hosts), "sublists": pattern}


def read_source(path: Path) -> Source:
    """Read and check one source file. SourceError says what to change."""
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: not valid TOML ({error}).") from None
    return source_of(given, str(path))


def source_of(given: dict[str, Any], where: str) -> Source:
    """A Source of the keys of a source file. `where` names the file in SourceErrors."""
    for key, value in given.items():
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, 1)
            hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(KEYS)}."
            raise SourceError(f"{where}: unknown key {key}; {hint}")
        if not isinstance(value, KEYS[key]) or (isinstance(value, bool) and bool not in KEYS[key]):
            raise SourceError(f"{where}: {key} must be {_kind(key)}, not {value!r}.")
    for key in _REQUIRED:
        if not given.get(key):
            raise SourceError(f"{where}: {key} is missing; write {_example(key)}.")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", given["name"]):
        raise SourceError(f"{where}: name must be of a–z, 0–9 and hyphens, not {given['name']!r}.")
    if not re.fullmatch(r"\d{6}", given["region"]):
        raise SourceError(f"{where}: region must be six digits of GB/T 2260, not {given['region']!r}.")
    addresses = [given["list"]] if isinstance(given["list"], str) else given["list"]
    hosts = {_host(address, where) for address in addresses}
    loopback = all(is_loopback(host) for host in hosts)
    for host in given.get("hosts", []):
        if not isinstance(host, str) or not re.fullmatch(r"[a-z0-9.:-]+", host):
            raise SourceError(f"{where}: hosts must be a list of host names in lower case, not {host!r}.")
        hosts.add(host)
    delay_s = float(given.get("delay_s", LEAST_DELAY_S))
    if not (loopback and delay_s >= 0) and not delay_s >= LEAST_DELAY_S:
        raise SourceError(f"{where}: delay_s must be {LEAST_DELAY_S} or more, not {given['delay_s']!r}.")
    for key in ("expect_at_least", "expect_a_year", "max_pages", "max_requests", "max_mb"):
        if given.get(key, 1) < 1:
            raise SourceError(f"{where}: {key} must be 1 or more, not {given[key]!r}.")
    if given.get("tls", "strict") not in {"strict", "old"}:
        raise SourceError(f'{where}: tls must be "strict" or "old", not {given["tls"]!r}.')
    for key, value in given.get("options", {}).items():
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise SourceError(f"{where}: options.{key} must be a text or a whole number, not {value!r}.")
    more = {key: given[key] for key in _TAKEN_AS_GIVEN if key in given}
    return Source(
        name=given["name"],
        title=given.get("title") or given["name"],
        region=given["region"],
        family=given["family"],
        list=tuple(addresses),
        hosts=frozenset(hosts),
        delay_s=delay_s,
        sublists=_pattern(given["sublists"], where) if "sublists" in given else None,
        **more,
    )


def registered(folder: Path | None = None) -> list[Source]:
    """The sources of a folder (by default those that come with the project), ordered by name."""
    folder = folder or REGISTERED
    if not folder.is_dir():
        raise SourceError(f"{folder} is not a folder of source files.")
    sources = []
    for path in sorted(folder.glob("*.toml"), key=lambda path: path.stem):
        source = read_source(path)
        if source.name != path.stem:
            raise SourceError(f"{path}: the file must be named {source.name}.toml, as the source is.")
        sources.append(source)
    return sources


def find_source(word: str, folder: Path | None = None) -> Source:
    """The source meant by a word of the command line: a path to a source file, or a registered name."""
    if word.endswith(".toml") or "/" in word:
        return read_source(Path(word))
    path = (folder or REGISTERED) / f"{word}.toml"
    if not path.is_file():
        names = [found.stem for found in (folder or REGISTERED).glob("*.toml")]
        near = difflib.get_close_matches(word, names, 1)
        hint = f"did you mean {near[0]}?" if near else "`nianbao scrape sources` lists them."
        raise SourceError(f"No source is registered as {word}; {hint}")
    return read_source(path)


def is_loopback(host: str) -> bool:
    """True of a host written as a loopback address, or localhost."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(address: object, where: str) -> str:
    try:
        parts = urlsplit(address if isinstance(address, str) else "")
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not host or parts.username:
        raise SourceError(f"{where}: list must hold addresses such as {_example('list')}, not {address!r}.")
    return host


def _pattern(text: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise SourceError(f"{where}: sublists is no regular expression ({error}).") from None


def _kind(key: str) -> str:
    names = {
        str: "a text in quotes",
        list: "a list",
        dict: "a table of keys",
        int: "a whole number",
        float: "a number",
    }
    return " or ".join(names.get(kind, "true or false") for kind in KEYS[key])


def _example(key: str) -> str:
    return {
        "name": 'name = "example-county"',
        "region": 'region = "990101"',
        "family": 'family = "trs"',
        "list": 'list = ["https://www.example.gov.cn/zfxxgk/zfxxgknb/"]',
    }[key]
