"""The coverage page: which sites are registered, by province and family, and what each last gave.

Made from the source files and, if there is one, an archive's log; nothing is fetched. The same input gives
the same page.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from chinese.provinces import PROVINCES, Province, province_of
from scrape.archive import ArchiveError, is_archive, read_sources
from scrape.archive.reader import LOG
from scrape.families import FAMILIES, family_of
from scrape.results import OUTCOMES
from scrape.source import Source

_ELSEWHERE = ("其他", "Elsewhere")
_RESULTS = {"ok": "成功 ok", "failed": "失败 failed", "blocked": "受阻 blocked"}


def coverage_page(sources: Sequence[Source], archive_dir: Path | None = None) -> str:
    """The page in Markdown, in both languages.

    archive_dir: the archive whose log says what runs gave. SourceError for a source of no known family or
    with a wrong option, ArchiveError if archive_dir is no archive.
    """
    for source in sources:
        family_of(source)
    ordered = sorted(sources, key=lambda source: (source.region, source.name))
    parts = [_head(ordered, archive_dir is not None), _by_province(ordered), _without_any(ordered)]
    if archive_dir is not None:
        parts.append(_runs(ordered, archive_dir))
    parts.append(_lists(ordered))
    return "\n\n".join(parts) + "\n"


def _head(sources: Sequence[Source], with_runs: bool) -> str:
    """What the page is, and in plain words what it does not say."""
    verified = sum(source.verified for source in sources)
    hosts = len({host for source in sources for host in source.hosts})
    covered = len({province for source in sources if (province := province_of(source.region))})
    lines = [
        "# 覆盖情况 · Coverage",
        "<!-- Written by `nianbao scrape coverage`. Change the source files. -->",
        f"登记来源 {len(sources)} 个，涉及网站 {hosts} 个、省级行政区 {covered} 个（共 {len(PROVINCES)} 个）；"
        f"经运行核实 {verified} 个。",
        f"{len(sources)} sources are registered, on {hosts} hosts, in {covered} of {len(PROVINCES)} provinces; "
        f"{verified} of them {'has' if verified == 1 else 'have'} been confirmed by a run.",
        "一个来源是一个网站上的一个年报栏目：有的只收一个机关，有的收一个地方的许多机关。登记不等于核实："
        "未经核实的来源，栏目地址可能已经失效、迁移，或者原本就是推测，网站所用系统也可能判断有误；"
        "每个来源的依据见各自的说明。未登记的机关不等于没有公布年报。本页不说明登记的机关占全部机关的多少。"
        "国务院部门没有行政区划代码，尚未登记。",
        "A source is one column of annual reports on one site: of a single organ, or of the many organs of a "
        "place. To be registered is not to be verified: the address of an unverified source may be dead, may have "
        "moved, or was a guess to begin with, and the site may run on another system than we think; each source's "
        "note says what it rests on. An organ that is not registered may well have published its reports. This "
        "page does not say what share of all organs is registered. Ministries have no region code and are not "
        "registered yet.",
    ]
    if not with_runs:
        lines += [
            "本页未参照任何存档，因此不说明各来源何时运行、结果如何；加上 `--archive` 即可列出。",
            "This page was made without an archive, so it does not say when a source last worked or what it "
            "gave; with `--archive` it does.",
        ]
    return "\n\n".join(lines)


def _by_province(sources: Sequence[Source]) -> str:
    """Counts by province and family, and what the families are called."""
    counts = Counter((_place(source), source.family) for source in sources)
    verified = Counter(_place(source) for source in sources if source.verified)
    families = sorted({source.family for source in sources})
    places = _places(sources)

    def row(name: str, of: Sequence[Province | None]) -> list[str]:
        by_family = [sum(counts[place, family] for place in of) for family in families]
        told = [str(sum(by_family)), str(sum(verified[place] for place in of))]
        return [name, *told, *(str(count) if count else "" for count in by_family)]

    rows = [row(_name(place), [place]) for place in places]
    rows.append(row("合计 All", places))
    table = _table(["省份 Province", "登记 Registered", "核实 Verified", *families], rows, numbers_from=1)
    called = [f"- `{family}`：{FAMILIES[family].title}" for family in families]
    return "\n\n".join(["## 各省与各系统 · By province and family", table, "\n".join(called)])


def _without_any(sources: Sequence[Source]) -> str:
    """The provinces that no source lies in."""
    covered = {province_of(source.region) for source in sources}
    missing = [province for province in PROVINCES if province not in covered]
    told = "、".join(f"{province.zh} {province.en}" for province in missing)
    none = "没有：每个省级行政区至少登记了一个来源。\n\nNone: every province has at least one source."
    return f"## 尚无来源的省份 · Provinces without a source\n\n{told or none}"


def _runs(sources: Sequence[Source], archive_dir: Path) -> str:
    """What the archive's log says of each registered source."""
    if not is_archive(archive_dir):
        raise ArchiveError(f"{archive_dir} is not an archive. `nianbao scrape run` makes one.")
    told = {found["name"]: found for found in read_sources(archive_dir)}
    worked = _last_worked(archive_dir / LOG)
    never = [source for source in sources if source.name not in told]
    results = Counter(told[source.name]["last_result"] for source in sources if source.name in told)
    rows = [_run(source, told[source.name], worked) for source in sources if source.name in told]
    headings = [
        *("来源 Source", "最近运行 Last run", "结果 Result", "最近成功 Last worked", "存档报告 Archived"),
        *("新增 New", "未变 Unchanged", "有变 Changed", "受阻 Blocked", "失败 Failed", "原因 Why"),
    ]
    zh = "，".join(f"{_RESULTS[result].split()[0]} {results[result]} 个" for result in _RESULTS)
    en = ", ".join(f"{results[result]} {_RESULTS[result].split()[1]}" for result in _RESULTS)
    parts = [
        "## 运行情况 · Runs",
        f"最近一次运行：{zh}；从未运行 {len(never)} 个。",
        f"Last runs: {en}; {len(never)} never run.",
    ]
    return "\n\n".join([*parts, _table(headings, rows)] if rows else parts)


def _run(source: Source, told: dict[str, Any], worked: dict[str, str]) -> list[str]:
    return [
        f"`{source.name}`",
        told["last_run_at"][:10],
        _RESULTS.get(told["last_result"], told["last_result"]),
        worked.get(source.name, "")[:10] or "从未 never",
        *(str(told[key]) for key in ("reports", *OUTCOMES)),
        _cell(told["message"]),
    ]


def _last_worked(log: Path) -> dict[str, str]:
    """When the last run of each source ended in which nothing failed."""
    worked: dict[str, str] = {}
    for line in log.read_text("utf-8", errors="replace").split("\n") if log.is_file() else ():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # torn by a kill
        if isinstance(event, dict) and (event.get("event"), event.get("last_result")) == ("finished", "ok"):
            worked[str(event.get("name"))] = str(event.get("at"))
    return worked


def _lists(sources: Sequence[Source]) -> str:
    """Every source with its list, what it rests on, and whether a run has confirmed it."""
    parts = ["## 各来源 · Sources"]
    for place in _places(sources):
        rows = [
            [
                f"`{source.name}`",
                _cell(source.title),
                source.region,
                f"`{source.family}`",
                "已核实 yes" if source.verified else "未核实 no",
                "<br>".join(_cell(address) for address in source.list),
                _cell(source.note),
            ]
            for source in sources
            if _place(source) == place
        ]
        if rows:
            headings = [
                *("来源 Source", "栏目 Column of", "区划 Region", "系统 Family", "核实 Verified"),
                *("列表地址 List", "依据 Rests on"),
            ]
            parts += [f"### {_name(place)}", _table(headings, rows)]
    return "\n\n".join(parts)


def _place(source: Source) -> Province | None:
    return province_of(source.region)


def _places(sources: Iterable[Source]) -> list[Province | None]:
    """All provinces, and None at the end if a source lies in none of them."""
    return [*PROVINCES, *([None] if any(_place(source) is None for source in sources) else [])]


def _name(place: Province | None) -> str:
    zh, en = (place.zh, place.en) if place else _ELSEWHERE
    return f"{zh} {en}"


def _cell(text: str) -> str:
    """Text for one cell: on one line, and without what would end the cell or begin markup."""
    line = " ".join(text.split())
    return line.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers_from: int | None = None) -> str:
    """A Markdown table; columns from `numbers_from` on are numbers."""
    right = range(numbers_from, len(headings)) if numbers_from is not None else ()
    rule = ["--:" if index in right else "---" for index, _ in enumerate(headings)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (headings, rule, *rows))
