"""The sample as a whole: `generate` makes it with its faults, `stream` any number of plain reports.

The same seed gives the same bytes on every machine. `python -m sample.generate DIR` writes the sample
and its manifest into a folder, to be looked at or loaded. How the documents are shared out among sites
is left to `sample.province`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, cycle, islice
from pathlib import Path
from random import Random

import click

from sample import narrative
from sample.attached import COLUMN, attach, file_path, linked
from sample.early import EARLY_LAYOUTS
from sample.early import write as write_early
from sample.faults import BETWEEN_YEARS, PLANTERS, Draft
from sample.figures import FormFigures, Number, broken_between_years, broken_sums, copied, draw
from sample.formats import FORMATS
from sample.layouts import LAYOUTS
from sample.manifest import Expected, Fault, SampleDocument, manifest
from sample.publishers import YEARS, Publisher, many, publishers
from sample.report import Report
from sample.wording import traditional

SEED = 20240501
_ALL_TABLES = frozenset((2, 3, 4))
REPORTS = 400
EARLY_YEARS = range(2015, 2019)
EARLY_PUBLISHERS = 6
_PRINTED = LAYOUTS | FORMATS

# How often a layout is met, of a hundred; the layouts that are not named share what is left.
_COMMON = {"html_clean": 34, "html_word": 9, "html_repeated": 6, "html_nested": 6, "html_unclosed": 5}
_TITLES = (
    ("{name}{year}年政府信息公开工作年度报告",) * 12
    + ("{name}{year}年度政府信息公开工作年度报告",) * 2
    + (
        "{year}年{name}政府信息公开工作年度报告",
        "{name}政府信息公开工作{year}年度报告",
        "{name}{year}年政府信息公开年度报告",
        "{name}{year}年信息公开工作年度报告",
        "{name}{year}年政府信息公开工作报告",
        "{name}{year}年政府信息公开年报",
    )
)


def generate(seed: int = SEED, reports: int = REPORTS) -> list[SampleDocument]:
    """The sample: `reports` documents, most of them sound, each kind of fault planted once if it fits.

    One more document is a second, corrected version of a report, where there is one to correct. A
    whole sample also has reports from before the form. Behind all pages and listed files come the files that are attached to pages (see `sample.attached`).
    """
    rng = Random(f"sample {seed}")
    fixed = _shuffled(rng)
    names = {publisher.name for publisher in fixed}
    more = (publisher for publisher in many(seed) if publisher.name not in names)
    drafts = list(islice(_drafts(rng, chain(fixed, more), _all_layouts(rng)), reports))
    free = list(range(len(drafts)))
    rng.shuffle(free)
    for name, plant in PLANTERS.items():
        for place in free:
            damaged = plant(replace(drafts[place], case=name), rng)
            if damaged is not None:
                drafts[place] = damaged
                free.remove(place)
                break
    drafts += _corrected(drafts, free, rng)
    early = list(_early(seed, len(drafts))) if reports >= REPORTS else []
    again = [draft.publisher.name for draft in drafts[reports:]]
    files = attach(drafts, [n for n, draft in enumerate(drafts) if draft.publisher.name in again])
    printed: dict[tuple[str, int], FormFigures] = {}
    documents, attached = [], []
    for number, draft in enumerate(drafts):
        page = _document(draft, number, Random(rng.random()), printed)
        found = [page]
        if number in files:
            file = _file(files[number], page, number, Random(f"file {seed} {number}"), printed)
            name, label = file.path.rpartition("/")[2], FORMATS[files[number].layout].extension
            found = [replace(page, body=linked(page.body, name, f"{page.title}{label}")), file]
            attached.append(file)
        documents.append(found[0])
        figures = next((one.expected.figures for one in found if one.expected.figures), None)
        if figures:
            printed[draft.publisher.name, draft.report.fiscal_year] = figures
    return documents + early + attached


def _early(seed: int, number: int) -> Iterator[SampleDocument]:
    """Reports of a few governments from before the form, with the table of statistics of that time and without;
    each is numbered from `number` on."""
    layouts = cycle(EARLY_LAYOUTS.values())
    for publisher in publishers()[:EARLY_PUBLISHERS]:
        for year in EARLY_YEARS:
            rng = Random(f"early {seed} {number}")
            layout = next(layouts)
            report = write_early(publisher, year, rng, with_table=number % 3 != 0)
            day = report.published_on
            path = (
                f"{COLUMN}/{day[:4]}{day[5:7]}/t{day.replace('-', '')}_{100_000 + number}{layout.extension}"
            )
            if layout.extension == ".docx":
                path = file_path(day, 100_000 + number, layout.extension)
            expected = Expected(
                layout=layout.name,
                form_version=report.form_version,
                fiscal_year=year,
                publisher=publisher.name,
                level=publisher.level,
                kind=publisher.kind,
                region_code=publisher.place.code,
                title=report.title,
                published_on=day,
                status="narrative" if report.statistics is None else "complete",
                table2={},
                table3={},
                table4={},
                sections={1: "\n".join(report.sections[0][1])},
                statistics=dict(report.statistics) if report.statistics else None,
            )
            body = layout.render(report, rng)
            yield SampleDocument(publisher.site, path, report.title, day, layout.media_type, body, expected)
            number += 1


def stream(
    seed: int = SEED, reports: int | None = None, layouts: Sequence[str] = ("html_clean",)
) -> Iterator[SampleDocument]:
    """`reports` sound documents, one at a time, in layouts by turns; None goes on to about a million.

    Publisher and year are never the same twice; nothing is kept but the last year's report.
    """
    rng = Random(f"stream {seed}")
    for number, draft in enumerate(islice(_drafts(rng, many(seed), cycle(layouts)), reports)):
        yield _document(replace(draft, previous=None), number, Random(rng.random()), {})


def _shuffled(rng: Random) -> list[Publisher]:
    first, *rest = publishers()
    rng.shuffle(rest)
    return [first, *rest]


def _all_layouts(rng: Random) -> Iterator[str]:
    rare = [name for name in LAYOUTS if name not in _COMMON]
    names = [*_COMMON, *rare]
    weights = [*_COMMON.values(), *[(100 - sum(_COMMON.values())) / len(rare)] * len(rare)]
    while True:
        yield from rng.choices(names, weights=weights, k=50)


def _drafts(rng: Random, bodies: Iterable[Publisher], layouts: Iterator[str]) -> Iterator[Draft]:
    """Sound drafts: every year of each publisher in turn, chained from year to year."""
    for publisher in bodies:
        previous: Draft | None = None
        for year in YEARS:
            if year < publisher.first_year:
                continue
            version = publisher.version(year)
            figures = draw(rng, version, publisher.profile, previous.figures if previous else None)
            prose = narrative.write(rng, publisher, year, figures)
            title = _title(rng, publisher, year)
            report = Report(
                title=title,
                publisher=publisher.name,
                fiscal_year=year,
                published_on=_publication_day(rng, publisher, year),
                preamble=prose.preamble,
                sections=prose.sections,
                figures=figures,
                site=publisher.site,
                site_code=publisher.site_code,
            )
            draft = Draft(publisher, report, next(layouts), title, previous)
            if version == "2019" and year > 2020:
                draft = replace(draft, case="form_of_another_year").said("", "other_form", "report")
            yield draft
            previous = replace(draft, previous=None)


def _title(rng: Random, publisher: Publisher, year: int) -> str:
    name = publisher.name
    if publisher.kind == "government" and publisher.level != "township" and rng.random() < 0.3:
        name = name.removesuffix("人民政府")
    return rng.choice(_TITLES).format(name=name, year=year)


def _publication_day(rng: Random, publisher: Publisher, year: int) -> str:
    month = rng.choice((1, 2, 3)) if publisher.kind == "government" and publisher.level != "township" else 1
    return f"{year + 1}-{month:02d}-{rng.randint(4, 28):02d}"


def _corrected(drafts: list[Draft], free: list[int], rng: Random) -> list[Draft]:
    """A second document of one report, published later, with one more request granted."""
    for place in free:
        draft = drafts[place]
        if draft.case is not None or not draft.is_busy():
            continue
        figures = copied(draft.figures)
        for row in ("received_new", "granted", "processed_total"):
            for column in ("natural_person", "total"):
                figures["table3"][row][column] = (figures["table3"][row][column] or 0) + 1
        day = f"{draft.report.fiscal_year + 1}-04-{rng.randint(4, 28):02d}"
        report = replace(draft.report, figures=figures, published_on=day)
        changed = replace(draft, report=report, layout="html_clean", case="corrected_version", previous=None)
        return [changed.said("two_versions", "parse_doubt", "report")]
    return []


def _document(
    draft: Draft, number: int, rng: Random, printed: Mapping[tuple[str, int], FormFigures]
) -> SampleDocument:
    layout, report = _PRINTED[draft.layout], draft.report
    body = layout.render(report, rng)
    if draft.finish:
        body = draft.finish(body)
    day = report.published_on
    name = f"t{day.replace('-', '')}_{100_000 + number}"
    path = f"{COLUMN}/{day[:4]}{day[5:7]}/{name}{layout.extension}"
    if draft.layout in FORMATS:
        path = file_path(day, 100_000 + number, layout.extension)
    expected = _expected(draft, printed)
    return SampleDocument(report.site, path, draft.list_title, day, layout.media_type, body, expected)


def _file(
    draft: Draft,
    page: SampleDocument,
    number: int,
    rng: Random,
    printed: Mapping[tuple[str, int], FormFigures],
) -> SampleDocument:
    """The file attached to a page; it may have its title from the page alone."""
    file = _document(draft, number, rng, printed)
    expected = file.expected
    if expected.is_report and expected.title is None:
        expected = replace(expected, title=page.expected.title)
    return replace(file, expected=expected, attached_to=page.path)


def _expected(draft: Draft, printed: Mapping[tuple[str, int], FormFigures]) -> Expected:
    report, publisher = draft.report, draft.publisher
    if not draft.is_report:
        return Expected(
            layout=draft.layout,
            form_version=None,
            fiscal_year=None,
            publisher=None,
            level=None,
            kind=None,
            region_code=None,
            title=report.title,
            published_on=report.published_on,
            status=draft.status,
            table2={},
            table3={},
            table4={},
            sections={},
            faults=draft.faults,
        )
    figures, inferable = _without_unknown(draft)
    faults = list(draft.faults)
    case = draft.case or ""
    if draft.case:  # the sums of a sound draft hold by construction
        for b in broken_sums(figures):
            faults.append(Fault(case, b.rule, draft.sum_verdict, b.where, b.expected, b.found))
    before = printed.get((publisher.name, report.fiscal_year - 1))
    if before:
        own = case if case in BETWEEN_YEARS else "after_damaged_year"
        for b in broken_between_years(before, figures):
            faults.append(Fault(own, b.rule, "source_error", b.where, b.expected, b.found))
    if draft.case and all(fault.fault != case for fault in faults):
        faults.append(Fault(case, "", "", "report"))
    script = "traditional" if draft.layout == "html_traditional" else "simplified"
    change = traditional if script == "traditional" else str
    return Expected(
        layout=draft.layout,
        form_version=figures["form_version"] if report.damage.absent != _ALL_TABLES else None,
        fiscal_year=report.fiscal_year,
        publisher=publisher.name,
        level=publisher.level,
        kind=publisher.kind,
        region_code=publisher.place.code,
        title=change(report.title) if report.title else None,
        published_on=report.published_on,
        status=draft.status,
        table2=figures["table2"],
        table3=figures["table3"],
        table4=figures["table4"],
        sections={n: change("\n".join(text)) for n, text in report.sections.items() if text},
        inferable=inferable,
        faults=tuple(faults),
        script=script,
    )


def _without_unknown(draft: Draft) -> tuple[FormFigures, dict[str, Number]]:
    """The figures with those that cannot be known left out, and those by their places."""
    if not draft.unknown:
        return draft.figures, {}
    figures = copied(draft.figures)
    tables = {2: figures["table2"], 3: figures["table3"], 4: figures["table4"]}
    hidden = {}
    for table, row, column in sorted(draft.unknown):
        hidden[f"table{table}.{row}.{column}"] = tables[table][row][column]
        tables[table][row][column] = None
    return figures, hidden


def write(documents: Sequence[SampleDocument], folder: Path) -> None:
    """Write each document under its site's folder, and manifest.json beside them."""
    for document in documents:
        path = folder / document.site / document.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document.body)
    answers = json.dumps(manifest(documents), ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(answers + "\n", "utf-8")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=SEED, show_default=True, help="Another seed, another province.")
@click.option("--reports", default=REPORTS, show_default=True, type=click.IntRange(1), help="How many.")
def main(folder: Path, seed: int, reports: int) -> None:
    """Write the invented sample into FOLDER, with manifest.json: what each file should be read as."""
    documents = generate(seed, reports)
    try:
        write(documents, folder)
    except OSError as error:
        raise click.ClickException(f"Cannot write into {folder}: {error.strerror}.") from error
    click.echo(f"{len(documents)} documents and manifest.json in {folder}")


if __name__ == "__main__":
    main()
