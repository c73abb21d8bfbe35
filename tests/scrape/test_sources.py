"""The sources that come with the project: each is a file a run could use, and none claims what it does not know."""

import csv
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from local_sites import command

from chinese.provinces import PROVINCES, province_of
from scrape.families import family_of
from scrape.source import Source, registered

PROJECT = Path(__file__).parents[2]
SOURCES = registered()
CHINESE = re.compile(r"[一-鿿]")


def places() -> list[dict[str, str]]:
    with (PROJECT / "load" / "places" / "regions.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def reports_of(source: Source) -> list[str]:
    """The known reports that a source's note names."""
    return re.findall(r"https?://\S+", source.note)


def test_every_province_has_a_registered_source() -> None:
    assert len(SOURCES) >= 60
    assert {province_of(source.region) for source in SOURCES} == set(PROVINCES)


def test_the_provinces_are_those_of_the_table_of_places() -> None:
    told = {place["code"]: place["name"] for place in places() if place["level"] == "province"}
    assert {province.code: province.zh for province in PROVINCES}.items() <= told.items()
    # Hong Kong, Macao and Taiwan have no duty to report.
    assert {code for code in told if province_of(code) is None} == {"710000", "810000", "820000"}


def test_the_registered_sources_are_all_listed_and_none_claims_to_be_verified() -> None:
    outcome = command("sources", "--json")
    assert outcome.status == 0
    assert [told["name"] for told in outcome.sources] == [source.name for source in SOURCES]
    assert not any(told["verified"] for told in outcome.sources)
    assert command("sources").out.count("\n") > len(SOURCES)


def test_the_region_of_every_source_is_a_place_of_today() -> None:
    today = {place["code"] for place in places() if not place["valid_to"]}
    assert {source.name for source in SOURCES if source.region not in today} == set()


def test_no_list_is_registered_twice() -> None:
    lists = [address for source in SOURCES for address in source.list]
    assert len(lists) == len(set(lists))


def test_every_source_can_be_run_with_its_family_and_its_options() -> None:
    for source in SOURCES:
        family = family_of(source)
        for address in source.list:
            first = family.start(address, source).request
            assert urlsplit(first.url).hostname in source.hosts, source.name
            assert "#" not in first.url, source.name


def test_every_source_names_only_hosts_of_the_government() -> None:
    hosts = {host for source in SOURCES for host in source.hosts}
    assert {host for host in hosts if not host.endswith(".gov.cn")} == set()


def test_every_note_says_in_both_languages_that_the_source_is_unverified_and_what_it_rests_on() -> None:
    for source in SOURCES:
        zh, en = source.note.split("\n")
        assert zh.startswith("未经核实"), source.name
        assert en.startswith("Unverified"), source.name
        assert re.search("推得|见于", zh), source.name
        assert re.search("Derived from|stand in|stands in", en), source.name
        assert ("推测" in zh) == ("guess" in en), source.name
        assert CHINESE.search(source.title), source.name
        assert not CHINESE.search(en), source.name


def test_a_list_lies_on_the_host_of_the_known_report_that_it_is_derived_from() -> None:
    for source in SOURCES:
        reports = reports_of(source)
        assert ("推得" in source.note) == bool(reports), source.name
        hosts = {host.removeprefix("www.") for host in source.hosts}
        assert {str(urlsplit(report).hostname).removeprefix("www.") for report in reports} <= hosts


def test_a_list_that_needs_no_guess_is_the_folder_of_its_known_report_or_names_its_organ() -> None:
    for source in SOURCES:
        for report in reports_of(source) if "推测" not in source.note else ():
            of_organ = re.search(r"area=\w+|/public/column/\d+", report)
            assert any(
                urljoin(re.sub(r"\d{6}/$", "", urljoin(report, ".")).removesuffix("content/"), ".") == address
                or (of_organ and of_organ.group() in address)
                for address in source.list
            ), source.name


def test_a_known_report_fits_the_pattern_that_its_source_gives_for_links() -> None:
    with_pattern = [source for source in SOURCES if "link" in source.options]
    assert len(with_pattern) > 10
    for source in with_pattern:
        for report in reports_of(source):
            assert re.search(str(source.options["link"]), report), source.name
