"""The coverage page: what is registered and where, what runs gave, and what the page does not say."""

import json
from pathlib import Path

import pytest
from local_sites import Outcome, article, command, trs_site

from chinese.provinces import PROVINCES
from sample.sites.server import Answer
from scrape.coverage import coverage_page
from scrape.source import registered

PROJECT = Path(__file__).parents[2]


def write(folder: Path, name: str, region: str, **more: object) -> None:
    keys = {"title": "某地", "family": "trs", "note": "未经核实。Unverified.", "verified": False, **more}
    lines = [f"name = {json.dumps(name)}", f'region = "{region}"', f'list = ["https://{name}.gov.cn/nb/"]']
    folder.mkdir(exist_ok=True)
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]
    (folder / f"{name}.toml").write_text("\n".join(lines), "utf-8")


def coverage(folder: Path, *words: str) -> Outcome:
    return command("coverage", "--sources", str(folder), *words)


def cells(page: str, first: str) -> list[str]:
    """The cells of the table row that begins with `first`."""
    (row,) = [line for line in page.splitlines() if line.startswith(f"| {first} |")]
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_sources_are_counted_by_province_and_family(tmp_path) -> None:
    write(tmp_path, "one", "110101")
    write(tmp_path, "two", "110102", family="vsb", verified=True)
    write(tmp_path, "three", "540000")
    page = coverage(tmp_path).out
    assert cells(page, "省份 Province")[1:] == ["登记 Registered", "核实 Verified", "trs", "vsb"]
    assert cells(page, "北京市 Beijing")[1:] == ["2", "1", "1", "1"]
    assert cells(page, "西藏自治区 Xizang (Tibet)")[1:] == ["1", "0", "1", ""]
    assert cells(page, "合计 All")[1:] == ["3", "1", "2", "1"]


def test_provinces_without_a_source_are_named(tmp_path) -> None:
    write(tmp_path, "one", "110101")
    page = coverage(tmp_path).out
    told = page.split("## 尚无来源的省份")[1].split("\n\n")[1]
    assert "北京市" not in told
    assert all(f"{province.zh} {province.en}" in told for province in PROVINCES[1:])


def test_when_no_province_is_without_a_source_the_page_says_so(tmp_path) -> None:
    for province in PROVINCES:
        write(tmp_path, f"p{province.code}", province.code)
    assert "None: every province has at least one source." in coverage(tmp_path).out


def test_a_source_that_lies_in_no_province_is_counted_elsewhere(tmp_path) -> None:
    write(tmp_path, "one", "990101")
    page = coverage(tmp_path).out
    assert cells(page, "其他 Elsewhere")[1] == "1"
    assert "0 of 31 provinces" in page


def test_each_source_stands_with_its_list_its_family_and_what_it_rests_on(tmp_path) -> None:
    write(tmp_path, "one", "110101", note="由已知年报推得。\nDerived from a report.")
    row = cells(coverage(tmp_path).out, "`one`")
    assert row[1:4] == ["某地", "110101", "`trs`"]
    assert row[4:] == ["未核实 no", "https://one.gov.cn/nb/", "由已知年报推得。 Derived from a report."]


def test_the_page_says_in_both_languages_what_it_does_not_say(tmp_path) -> None:
    write(tmp_path, "one", "110101")
    page = coverage(tmp_path).out
    assert "登记不等于核实" in page
    assert "To be registered is not to be verified" in page
    assert "does not say when a source last worked" in page
    assert "## 运行情况" not in page


def test_what_stands_in_a_source_file_cannot_break_the_table(tmp_path) -> None:
    write(tmp_path, "one", "110101", title="甲|乙<b>", note="一\n二|三")
    (row,) = [line for line in coverage(tmp_path).out.splitlines() if line.startswith("| `one` |")]
    assert "甲\\|乙&lt;b>" in row
    assert "一 二\\|三" in row


def test_the_order_in_which_sources_are_given_makes_no_difference(tmp_path) -> None:
    for name, region in (("b", "110101"), ("a", "110101"), ("c", "440000")):
        write(tmp_path, name, region)
    found = registered(tmp_path)
    assert coverage_page(found) == coverage_page(found[::-1])
    assert coverage(tmp_path).out == coverage_page(found)


def test_an_archive_tells_what_the_last_run_of_each_source_gave(bench) -> None:
    sites = bench(trs_site(3, "good"), trs_site(2, "bad", answers={f"/{article(0).path}": Answer(404)}))
    write(sites.files[0].parent, "idle", "110101")
    sites.run()
    outcome = coverage(sites.files[0].parent, "--archive", str(sites.archive))
    page = outcome.out.split("## 各来源")[0]
    assert outcome.status == 0
    good, bad = cells(page, "`good`"), cells(page, "`bad`")
    assert good[2:6] == ["成功 ok", good[1], "3", "3"]
    assert bad[2:6] == ["失败 failed", "从未 never", "1", "1"]
    assert "HTTP 404" in bad[-1]
    assert "1 ok, 1 failed, 0 blocked; 1 never run." in page


def test_when_a_source_last_worked_is_remembered_after_a_run_that_failed(bench) -> None:
    site = trs_site(3)
    sites = bench(site)
    sites.run()
    log = sites.archive / "log.jsonl"
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    for line in lines:  # as if that run had been on another day
        line["at"] = "2020-02-02T00:00:00Z"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"event": "finis', "utf-8")
    site.articles.append(article(9))
    site.answers[f"/{article(9).path}"] = Answer(404)
    sites.served.update(site)
    sites.run()
    page = coverage(sites.files[0].parent, "--archive", str(sites.archive)).out
    row = cells(page.split("## 各来源")[0], "`example`")
    assert row[1] > "2020-02-02"
    assert row[2:4] == ["失败 failed", "2020-02-02"]


def test_a_folder_that_is_no_archive_is_one_sentence(tmp_path) -> None:
    write(tmp_path / "sources", "one", "110101")
    outcome = coverage(tmp_path / "sources", "--archive", str(tmp_path))
    assert (outcome.status, outcome.err.count("\n"), outcome.out) == (1, 1, "")
    assert "is not an archive" in outcome.err


def test_a_stale_page_fails_the_check_and_is_left_as_it_is(tmp_path) -> None:
    write(tmp_path / "sources", "one", "110101")
    page = tmp_path / "coverage.md"
    words = ["--output", str(page)]
    assert coverage(tmp_path / "sources", *words, "--check").status == 1
    assert not page.exists()
    assert coverage(tmp_path / "sources", *words).status == 0
    written = page.read_bytes()
    assert coverage(tmp_path / "sources", *words, "--check").status == 0
    write(tmp_path / "sources", "two", "120000")
    outcome = coverage(tmp_path / "sources", *words, "--check")
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert "coverage.md is out of date" in outcome.err
    assert page.read_bytes() == written


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--check"], "name it with --output"),
        (["--output", "nowhere/at/all.md"], "cannot be read or written"),
    ],
)
def test_a_mistyped_coverage_is_one_sentence(tmp_path, words: list[str], says: str) -> None:
    write(tmp_path, "one", "110101")
    outcome = coverage(tmp_path, *words)
    assert (outcome.status, outcome.err.count("\n"), outcome.out) == (1, 1, "")
    assert says in outcome.err


def test_a_source_of_no_known_family_is_one_sentence(tmp_path) -> None:
    write(tmp_path, "one", "110101", family="nothing")
    outcome = coverage(tmp_path)
    assert (outcome.status, outcome.err.count("\n"), outcome.out) == (1, 1, "")
    assert "nothing is not a family of sites" in outcome.err


def test_the_page_in_the_documentation_is_as_the_registered_sources_make_it() -> None:
    outcome = command("coverage", "--output", str(PROJECT / "docs" / "coverage.md"), "--check")
    assert (outcome.status, outcome.err) == (0, "")
