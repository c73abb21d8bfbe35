"""The sample: the same from the same seed, a case for every fault, and every figure accounted for."""

import gc
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import httpx
import pytest

import sample.generate
from sample.attached import CASES
from sample.early import EARLY_LAYOUTS
from sample.faults import PLANTERS, Draft
from sample.figures import broken_sums
from sample.formats import FORMATS
from sample.generate import EARLY_YEARS, generate, stream
from sample.layouts import LAYOUTS
from sample.manifest import SampleDocument, manifest
from sample.province import sites
from sample.publishers import YEARS, many, places, publishers
from sample.report import Report
from sample.sites import SITES
from sample.sites.server import media_type_of, serve

WITHIN_A_REPORT = {
    "balance",
    "outcomes_sum",
    "applicants_sum",
    "disputes_sum",
    "not_negative",
    "whole_number",
}


@pytest.fixture
def documents(sample):
    return sample


def digest(documents) -> str:
    answers = json.dumps(manifest(documents), ensure_ascii=False)
    return hashlib.sha256(b"".join(d.body for d in documents) + answers.encode()).hexdigest()


def written(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_same_seed_gives_the_same_files_whatever_the_hash_seed(tmp_path):
    for hash_seed in ("1", "77"):
        subprocess.run(
            [sys.executable, "-m", "sample.generate", str(tmp_path / hash_seed), "--reports", "60"],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        )
    first = written(tmp_path / "1")
    assert len(first) > 60
    assert first == written(tmp_path / "77")


def test_another_seed_gives_another_sample():
    assert digest(generate(3, 10)) != digest(generate(4, 10))


def test_there_are_about_four_hundred_reports_of_about_eighty_publishers(documents):
    of_the_form = [d for d in documents if d.attached_to is None and d.expected.layout not in EARLY_LAYOUTS]
    assert len(of_the_form) == 401  # and a corrected version of one
    assert 70 <= len({d.expected.publisher for d in documents}) <= 90
    assert {d.expected.fiscal_year for d in documents} == {*EARLY_YEARS, *YEARS, None}


def test_every_layout_level_kind_and_form_is_in_the_sample(documents):
    expected = [d.expected for d in documents if d.expected.publisher]
    assert {e.layout for e in expected} == {*LAYOUTS, *FORMATS, *EARLY_LAYOUTS}
    assert {e.form_version for e in expected} == {"pre-2019", "2014", "2019", "2021", None}
    assert {e.level for e in expected} == {"province", "prefecture", "county", "township", "development_zone"}
    assert {e.kind for e in expected} == {"government", "department", "subdistrict", "development_zone"}
    assert any(e.form_version == "2019" and e.fiscal_year > 2020 for e in expected)


@pytest.mark.parametrize("fault", PLANTERS)
def test_the_manifest_names_a_case_for_every_fault(documents, fault):
    assert any(f.fault == fault for d in documents for f in d.expected.faults)


def test_sums_hold_except_where_the_manifest_says_that_they_do_not(documents):
    for document in documents:
        if document.expected.figures is None:
            continue
        said = {(f.rule, f.where) for f in document.expected.faults if f.rule in WITHIN_A_REPORT}
        broken = {(b.rule, b.where) for b in broken_sums(document.expected.figures)}
        assessed = {(f.rule, f.where) for f in document.expected.faults if f.verdict == "not_assessable"}
        assert broken == said - assessed


def test_most_documents_are_sound(documents):
    assert sum(not d.expected.faults for d in documents) > 0.8 * len(documents)


def test_what_can_only_be_inferred_is_not_among_the_figures(documents):
    inferred = 0
    for document in documents:
        for place in document.expected.inferable:
            table, row, column = place.split(".")
            assert getattr(document.expected, table)[row][column] is None
            inferred += 1
    assert inferred > 100


def test_most_towns_report_nothing_but_zeros_and_governments_do_not(documents):
    zero = Counter()
    seen = Counter()
    for e in (d.expected for d in documents if d.expected.table3):
        seen[e.level] += 1
        zero[e.level] += not any(value for line in e.table3.values() for value in line.values())
    assert zero["township"] > 0.5 * seen["township"]
    assert zero["province"] + zero["prefecture"] < 0.15 * (seen["province"] + seen["prefecture"])


def test_every_place_is_fictional_and_every_page_says_that_it_is_invented(documents):
    codes = {place.code for place in places()}
    for document in documents:
        body = document.body
        if document.expected.region_code:
            assert document.expected.region_code in codes
        assert document.expected.region_code is None or document.expected.region_code.startswith("99")
        if any(f.fault == "half_report" for f in document.expected.faults):
            continue  # breaks off before its foot
        if document.path.rpartition("/")[2].startswith("P0"):
            continue  # packed
        marks = ["虚构".encode(), "虛構".encode(), "虚构".encode("gb18030")]
        assert any(mark in body for mark in marks)


def test_no_two_documents_have_one_address(documents):
    assert len({(d.site, d.path) for d in documents}) == len(documents)


def test_the_sites_serve_every_document_once_beside_decoys(documents):
    held = sites(documents)
    governments = {p.code: f"{p.name}人民政府" for p in places()}
    assert {site.title for site in held} == {document.site for document in documents}
    assert all(site.title == governments[site.region] for site in held)
    assert {site.family for site in held} == set(SITES)
    articles = [article for site in held for article in site.articles]
    assert len(articles) + sum(len(article.attachments) for article in articles) == len(documents)
    assert all(site.decoys for site in held)
    with serve(held) as served:
        for site in held:
            article = site.articles[0]
            answer = httpx.get(f"{served.base_url(site)}/{article.path}")
            assert answer.content == article.body
            assert answer.headers["content-type"] == article.media_type
    assert any(article.attachments for article in articles)


def test_each_format_stands_in_the_sample_several_times_from_the_list_and_beside_a_page(documents):
    listed = Counter(d.expected.layout for d in documents if d.attached_to is None)
    attached = Counter(d.expected.layout for d in documents if d.attached_to)
    for name in FORMATS:
        assert listed[name] >= 2 <= attached[name], name


def test_files_are_named_and_typed_as_real_sites_have_them(documents):
    files = [d for d in documents if d.expected.layout in FORMATS]
    for file in files:
        name = file.path.rpartition("/")[2]
        assert re.fullmatch(r"P0\d{20}\.(docx?|wps|pdf|xlsx?|odt|rtf)", name), name
        assert file.media_type == media_type_of(name)
    assert len({d.media_type for d in files}) == 8


def test_what_becomes_a_file_leaves_every_other_document_as_it_was(documents):
    """No file draws from the generator: of its neighbours not a byte depends on it."""
    texts = [d for d in documents if d.expected.layout not in FORMATS and d.expected.layout != "html_clean"]
    known = hashlib.sha256(b"".join(d.body for d in texts)).hexdigest()
    before = sample.generate.attach
    try:
        sample.generate.attach = lambda drafts, unlike: {}
        without = [d for d in generate() if d.expected.layout != "html_clean"]
    finally:
        sample.generate.attach = before
    assert hashlib.sha256(b"".join(d.body for d in without)).hexdigest() == known


def test_the_sample_has_a_page_and_a_file_of_every_case(documents):
    pages = {(d.site, d.path): d for d in documents if d.attached_to is None}
    files = [(pages[d.site, d.attached_to], d) for d in documents if d.attached_to]
    assert all(file.path.rpartition("/")[2].encode() in page.body for page, file in files)
    kinds = Counter(
        "cover"
        if not page.expected.is_report
        else "file_differs"
        if file.expected.figures and page.expected.figures and file.expected.table2 != page.expected.table2
        else "tables_in_file"
        if page.expected.figures is None
        else "alike"
        if file.expected.is_report
        else file.expected.title
        for page, file in files
    )
    assert kinds["cover"] > 10
    assert kinds["alike"] > 5
    assert kinds["file_differs"] == kinds["tables_in_file"] == 1
    assert len(kinds) == 4 + len(CASES) - 2


def test_the_command_writes_each_document_and_the_manifest(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "sample.generate", str(tmp_path / "out"), "--reports", "12"],
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert f"{len(answers)} documents" in run.stdout
    for answer in answers:
        assert (tmp_path / "out" / answer["site"] / answer["path"]).stat().st_size > 500


def test_the_command_says_in_a_sentence_that_it_cannot_write(tmp_path):
    (tmp_path / "file").write_text("")
    run = subprocess.run(
        [sys.executable, "-m", "sample.generate", str(tmp_path / "file" / "below"), "--reports", "2"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "Cannot write into" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_stream_never_repeats_a_publisher_and_year_and_takes_layouts_by_turns():
    documents = list(stream(1, 700, layouts=("html_clean", "pipe_row")))
    assert len({(d.expected.publisher, d.expected.fiscal_year) for d in documents}) == 700
    assert [d.expected.layout for d in documents[:4]] == ["html_clean", "pipe_row"] * 2


def test_a_stream_goes_on_beyond_a_hundred_thousand_reports():
    names = {publisher.name for publisher in islice(many(1), 20_000)}
    assert len(names) == 20_000
    assert 20_000 * len(YEARS) > 100_000


def test_a_stream_keeps_no_more_the_longer_it_runs():
    kept = []
    for number, _ in enumerate(stream(3, 300)):
        if number in (20, 290):
            kept.append(sum(isinstance(o, SampleDocument | Report | Draft) for o in gc.get_objects()))
    assert kept[1] <= kept[0] + 3


def test_the_fixed_publishers_have_their_own_names():
    names = [publisher.name for publisher in publishers()]
    assert len(names) == len(set(names))
