"""The invented prose of a report: preamble and sections, with figures that agree with its tables.

Which sentences there are is in `sample.phrases`; this module chooses among them and fills them in. A
figure that is blank in the tables is not spoken of.
"""

from dataclasses import dataclass
from random import Random

from sample import phrases
from sample.figures import FormFigures, Number
from sample.publishers import Publisher

_WE = {
    "province": "全省",
    "prefecture": "全市",
    "区": "全区",
    "县": "全县",
    "市": "全市",
    "局": "我局",
    "厅": "我厅",
    "镇": "我镇",
    "乡": "我乡",
}


_ALL_TOPICS = tuple(topic for topics in phrases.TOPICS.values() for topic in topics)


@dataclass(frozen=True, slots=True)
class Prose:
    """The words of one report: paragraphs before section one, and of each section by number."""

    preamble: tuple[str, ...]
    sections: dict[int, tuple[str, ...]]


def write(rng: Random, publisher: Publisher, year: int, figures: FormFigures) -> Prose:
    """The prose of `publisher`'s report for `year`, in agreement with `figures`."""
    writer = _Writer(rng, publisher, year)
    return Prose(
        preamble=(writer.preamble(),),
        sections={
            1: writer.overview(figures),
            2: (f"{year}年主动公开政府信息情况如下表。",) if rng.random() < 0.1 else (),
            3: (),
            4: (),
            5: writer.problems(),
            6: writer.other_matters(),
        },
    )


def _we(publisher: Publisher) -> str:
    if publisher.kind == "government" and publisher.level in ("province", "prefecture"):
        return _WE[publisher.level]
    name = publisher.name.removesuffix("人民政府")
    if publisher.kind == "subdistrict":
        return "我街道"
    if publisher.kind == "development_zone":
        return "园区"
    return _WE.get(name[-1], "我单位")


class _Writer:
    def __init__(self, rng: Random, publisher: Publisher, year: int) -> None:
        topics = phrases.TOPICS.get(publisher.field, _ALL_TOPICS)
        self.rng = rng
        self.topics = (*topics, rng.choice(phrases.YEAR_TOPICS[year]))
        self.fixed = {
            "year": str(year),
            "next": str(year + 1),
            "we": _we(publisher),
            "name": publisher.name,
            "site": publisher.site,
        }
        self.size = max(1.0, publisher.profile.requests) ** 0.4

    def fill(self, template: str) -> str:
        topic, other = self.rng.sample(self.topics, 2)
        n, m = self.rng.randrange(2, 9), self.rng.randrange(2, 30)
        return template.format(topic=topic, other=other, n=n, m=m, **self.fixed)

    def some(self, templates: tuple[str, ...], least: int, most: int) -> list[str]:
        """A few of the templates, filled in, in a drawn order."""
        return [self.fill(t) for t in self.rng.sample(templates, self.rng.randint(least, most)) if t]

    def preamble(self) -> str:
        rng = self.rng
        parts = (rng.choice(phrases.PREAMBLE), rng.choice(phrases.PERIODS), rng.choice(phrases.CONTACTS))
        return "".join(part.format(**self.fixed) for part in parts)

    def overview(self, figures: FormFigures) -> tuple[str, ...]:
        bodies = (
            [self.disclosed(), *self.table2(figures), *self.some(phrases.PROACTIVE, 3, 8)],
            [*self.requests(figures), *self.disputes(figures)],
            self.some(phrases.MANAGEMENT, 2, 5),
            self.some(phrases.PLATFORM, 2, 5),
            self.some(phrases.OVERSIGHT, 2, 6),
        )
        parted = self.rng.random() < 0.3
        paragraphs = self.some(phrases.OPENINGS, 1, 1)
        for numeral, names, body in zip("一二三四五", phrases.SUBHEADS, bodies, strict=True):
            head, text = f"（{numeral}）{self.rng.choice(names)}", "".join(body)
            paragraphs += [head, text] if parted else [f"{head}。{text}"]
        return tuple(paragraphs)

    def disclosed(self) -> str:
        parts = [int(self.size * self.rng.uniform(*span)) for span in ((40, 400), (30, 300), (2, 20))]
        return (
            f"全年公开各类信息{sum(parts)}条，其中门户网站{parts[0]}条，"
            f"政务新媒体{parts[1]}条，其他渠道{parts[2]}条。"
        )

    def table2(self, figures: FormFigures) -> list[str]:
        table = figures["table2"]
        documents = table["normative_documents"]
        issued = documents.get("issued", documents.get("newly_made"))
        said = []
        if issued:
            said.append(f"制发行政规范性文件{issued}件，均已公开。")
        if table["licensing"].get("decisions") and self.rng.random() < 0.4:
            said.append(f"作出行政许可决定{table['licensing']['decisions']}件，结果均已公示。")
        return said

    def requests(self, figures: FormFigures) -> list[str]:
        totals: dict[str, Number] = {row: line["total"] for row, line in figures["table3"].items()}
        new, carried_in = totals["received_new"], totals["received_carried_in"]
        year = self.fixed["year"]
        if new is None:
            return self.some(phrases.REQUESTS, 1, 2)
        if not new and not carried_in:
            return [
                self.rng.choice(
                    (
                        f"{year}年未收到政府信息公开申请。",
                        f"{year}年，{self.fixed['we']}没有收到政府信息公开申请。",
                        f"{year}年收到政府信息公开申请0件。",
                    )
                )
            ]
        said = [f"{year}年新收政府信息公开申请{new}件"]
        if carried_in:
            said.append(f"，上年结转{carried_in}件")
        if totals["processed_total"]:
            said.append(f"，办结{totals['processed_total']}件")
        outcomes = [
            f"{name}{totals[row]}件"
            for row, name in (("granted", "予以公开"), ("partly_granted", "部分公开"))
            if totals[row]
        ]
        if outcomes:
            said.append("，其中" + "、".join(outcomes))
        if totals["carried_out"]:
            said.append(f"，结转下年度继续办理{totals['carried_out']}件")
        return ["".join(said) + "。", *self.some(phrases.REQUESTS, 1, 5)]

    def disputes(self, figures: FormFigures) -> list[str]:
        reviews, direct, after = (line["total"] for line in figures["table4"].values())
        if reviews is None or direct is None or after is None:
            return []
        if not reviews and not direct and not after:
            return ["未发生因政府信息公开引起的行政复议和行政诉讼。"] if self.rng.random() < 0.5 else []
        return [f"因政府信息公开被申请行政复议{reviews}件，被提起行政诉讼{direct + after}件。"]

    def problems(self) -> tuple[str, ...]:
        problems, remedies = self.some(phrases.PROBLEMS, 2, 3), self.some(phrases.REMEDIES, 2, 3)
        last = self.fill(self.rng.choice(phrases.LAST_YEAR))
        found = "".join(f"{n}是{text}" for n, text in zip("一二三", problems, strict=False))
        mended = "".join(f"{n}是{text}" for n, text in zip("一二三", remedies, strict=False))
        return (f"{last}存在的主要问题：{found}", f"{self.fixed['next']}年将着力改进：{mended}")

    def other_matters(self) -> tuple[str, ...]:
        fee = self.rng.choice(phrases.FEES).format(**self.fixed)
        return (fee, *self.some(phrases.OTHER_MATTERS, 1, 2))
