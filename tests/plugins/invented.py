"""An invented database of 示例省, small by default, written by `load.store`: what the site is tested on.

Every figure and every sentence here is made up. It holds one case of each thing the pages must cope with:
unread reports, blanks, failed sums, doubts, late reports, missing years, both forms.
"""

import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import invented_form

from load import forms
from load.store import Stage, build

PREFECTURES = {
    "样城市": ("990100", [("样东区", "990102"), ("示和县", "990121")]),
    "范江市": ("990200", [("范南区", "990202"), ("仿安县", "990222")]),
    "例山市": ("990300", [("例阳区", "990302"), ("例溪县", "990321")]),
}
DEPARTMENTS = ("自然资源局", "住房和城乡建设局", "教育局", "卫生健康局")
SENTENCES = (
    "全年围绕群众关心的征地拆迁、生态环境、义务教育主动公开信息{n}条。",
    "本年新收政府信息公开申请{n}件，均在法定期限内答复。",
    "政务公开专栏设立了营商环境、食品药品、稳岗就业等{n}个专题。",
    "公开的内容与群众期待仍有差距，个别栏目更新不及时。",
    "下一步将加强业务培训，完善公开属性源头认定，提高答复规范性。",
    "政府網站改版後，檢索更加方便。",
    "全年通過Ｗｅｂ端和ＡＰＰ端發布信息{n}條。",
    "围绕{w}、{v}等事项公开信息{n}条，解读政策{n}次。",
    "涉及{w}的申请较上年有所增加，答复内容以{v}为主。",
    "对照{w}要求，完善{v}制度，{n}项任务已经完成。",
    "本机关本年度未收取信息处理费。",
)
TOPICS = [
    "营商环境",
    "生态环境",
    "义务教育",
    "食品药品",
    "土地征收",
    "房屋拆迁",
    "财政预算",
    "安全生产",
    "公共卫生",
    "社会保障",
    "招标投标",
    "城市规划",
    "交通运输",
    "农村危房",
    "环境评价",
    "政府采购",
    "国企改革",
    "市场监管",
    "养老服务",
    "不动产登记",
    "水利工程",
    "旅游文化",
    "噪声扰民",
    "物业管理",
    "校外培训",
    "矿产资源",
    "林权流转",
    "渔业捕捞",
    "地名管理",
    "殡葬用地",
]
Row = dict[str, Any]
APPLICANTS = ("natural_person", "business", "research", "public_interest", "legal_service", "other_org")
CATEGORIES = ("granted", "partly_granted", "refused", "unable_to_provide", "not_processed", "other")
RULES = ("balance", "outcomes_sum", "applicants_sum", "disputes_sum", "cell_unreadable")
DOUBTS = ("cell_unreadable",)
CONTACTS = "如有疑问请与本机关联系。联系人：甲某某，电话：0000-0000000，手机 13000000000，邮箱：nobody@example.invalid。"
UNREAD = (
    ("unreadable", "the file is empty · 文件为空"),
    ("not_a_report", "no table of the form was found · 没有找到表格"),
)


def _id(*parts: object) -> int:
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:6], "big")


def _publishers() -> Iterator[dict[str, Any]]:
    def one(name: str, code: str, *where: str | None, level: str, kind: str) -> Any:
        prefecture, county = where
        return {
            "id": _id(name, code),
            "name": name,
            "region_code": code,
            "province": "示例省",
            "prefecture": prefecture,
            "county": county,
            "level": level,
            "kind": kind,
        }

    yield one("示例省人民政府", "990000", None, None, level="province", kind="government")
    for prefecture, (code, counties) in PREFECTURES.items():
        yield one(f"{prefecture}人民政府", code, prefecture, None, level="prefecture", kind="government")
        for department in DEPARTMENTS:
            yield one(
                f"{prefecture}{department}", code, prefecture, None, level="prefecture", kind="department"
            )
        for county, county_code in counties:
            yield one(f"{county}人民政府", county_code, prefecture, county, level="county", kind="government")
            yield one(
                f"{county}{DEPARTMENTS[0]}",
                county_code,
                prefecture,
                county,
                level="county",
                kind="department",
            )


def _prose(rng: random.Random, sentences: int) -> str:
    """Sentences, some topics in most reports and some in few."""
    weights = [1 / (place + 1) ** 2 for place in range(len(TOPICS))]
    return "\n".join(
        rng.choice(SENTENCES).format(
            n=rng.randint(1, 900), w=rng.choices(TOPICS, weights)[0], v=rng.choices(TOPICS, weights)[0]
        )
        for _ in range(sentences)
    )


def _copies(copies: int) -> Iterator[dict[str, Any]]:
    for copy in range(copies):
        for publisher in _publishers():
            name = publisher["name"] if not copy else f"{publisher['name']}（{copy}）"
            yield publisher | {"name": name, "id": _id(name, publisher["region_code"])}


def _report(publisher: dict[str, Any], year: int, sentences: int) -> tuple[Row, dict[str, list[Row]]]:
    """The document and the rows of one report."""
    rows: dict[str, list[Row]] = {
        name: [] for name in ("reports", "requests", "disclosures", "disputes", "checks")
    }
    rng = random.Random(_id(publisher["name"], year))
    place = {c: publisher[c] for c in ("region_code", "province", "prefecture", "county", "level", "kind")}
    version = "2021" if year >= 2021 else "2019"
    form = forms.form(version)
    id = _id(publisher["id"], year)
    unread = rng.random() < 0.03
    size = {"province": 60, "prefecture": 12, "county": 4}[publisher["level"]]
    facts = {"fiscal_year": year, "province": place["province"], "level": place["level"]}

    figures: dict[str, int | None] = dict.fromkeys(
        (*CATEGORIES, "received_new", "received_carried_in", "processed_total", "carried_out")
    )
    if not unread:
        figures = dict.fromkeys(CATEGORIES, 0)
        for outcome in form.outcomes:
            category = form.rows[outcome].category
            weight = 3 if category in ("granted", "unable_to_provide") else 0.4
            for applicant in ("natural_person", "business", rng.choice(APPLICANTS)):
                count = int(
                    rng.expovariate(1) * size * weight * (0.2 if applicant != "natural_person" else 1)
                )
                if not count or any(
                    r["report_id"] == id and r["outcome"] == outcome and r["applicant"] == applicant
                    for r in rows["requests"]
                ):
                    continue
                figures[category] += count
                rows["requests"].append(
                    {"report_id": id, "outcome": outcome, "category": category, "applicant": applicant}
                    | {"count": count}
                    | facts
                )
        total = sum(figures[c] or 0 for c in CATEGORIES)
        carried_out = rng.randint(0, max(total // 10, 1))
        figures |= {"processed_total": total, "carried_out": carried_out}
        figures["received_carried_in"] = rng.choice([None, rng.randint(0, total // 10 + 1)])
        figures["received_new"] = total + carried_out - (figures["received_carried_in"] or 0)
    disputes: dict[str, int | None] = dict.fromkeys(
        f"{kind}{part}"
        for kind in ("reviews", "lawsuits")
        for part in ("", "_upheld", "_corrected", "_pending")
    )
    if not unread:
        disputes = dict.fromkeys(disputes, 0)
        for channel in form.channels:
            kind = "reviews" if channel == "review" else "lawsuits"
            for result in ("upheld", "corrected", "other", "pending"):
                count = int(rng.expovariate(1) * size / 6)
                if count:
                    disputes[kind] += count
                    if result != "other":
                        disputes[f"{kind}_{result}"] += count
                    rows["disputes"].append(
                        {"report_id": id, "channel": channel, "result": result, "count": count} | facts
                    )
        for item, measure in form.table2_cells():
            value = round(rng.expovariate(1) * 40, 2 if form.measures[measure].money else 0)
            rows["disclosures"].append(
                {"report_id": id, "item": item, "measure": measure, "value": value} | facts
            )
    rules = [] if unread else [r for r in RULES if rng.random() < 0.08]
    tables = {} if unread else invented_form.tables(form, rows, figures)
    for number, rule in enumerate(rules, 1):
        rng.randint(1, 99)
        rows["checks"].append(
            {"report_id": id, "number": number, "rule": rule}
            | {"verdict": "parse_doubt" if rule in DOUBTS else "source_error"}
            | invented_form.check(rule, tables)
            | facts
        )
    held = invented_form.evidence(tables, rules)
    if "cell_unreadable" in rules:
        row, column = invented_form.UNREADABLE
        tables["table3"][row][column] = None
    url = f"http://127.0.0.1/{publisher['region_code']}/t{year + 1}0110_{id}.html"
    document = hashlib.sha256(url.encode()).hexdigest()[:20]
    published = f"{year + 1}-{rng.choice(['01-10', '01-28', '03-20', '03-31', '04-02', '06-15'])}"
    archived = {"id": document, "sha256": hashlib.sha256(document.encode()).hexdigest(), "url": url}
    archived |= {"source": "sample", "format": "html", "report_id": id, "figures": 0 if unread else 200}
    archived |= {"status": "unreadable" if unread else "report", "charset": "utf-8", "size_bytes": 20_480}
    archived |= {"fetched_at": f"{year + 1}-07-{1 + id % 28:02}T08:30:00Z"}
    archived |= {"warc_file": f"sample-{year + 1}.warc.gz", "warc_offset": id % 100_000}
    archived |= {"reason": "没有找到表格 · no table was found" if unread else None}
    rows["reports"].append(
        {
            "id": id,
            "publisher_id": publisher["id"],
            "publisher": publisher["name"],
            **place,
            "fiscal_year": year,
        }
        | {"title": f"{publisher['name']}{year}年政府信息公开工作年度报告", "form_version": version}
        | {"published_on": published, "source_url": url, "document_id": document}
        | {"status": "unreadable" if unread else rng.choice(["complete"] * 9 + ["partial"])}
        | figures
        | disputes
        | {"failed_checks": sum(r not in DOUBTS for r in rules), "unassessed_checks": 0}
        | {"doubts": sum(r in DOUBTS for r in rules)}
        | {"overview": _prose(rng, sentences), "problems": _prose(rng, sentences // 2)}
        | {"other_matters": SENTENCES[-1], "remarks": _remarks(publisher, year)}
        | {"headings": _json({"1": "一、总体情况", "5": "五、存在的主要问题及改进情况"})}
        | {"form": _json({name: tables.get(name) for name in ("table2", "table3", "table4")})}
        | {"evidence": _json(held)}
        | {
            "identification": _json(
                {"evidence": {"publisher": "title", "fiscal_year": "title"}, "conflicts": []}
            )
        }
    )
    return archived, rows


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _remarks(publisher: Row, year: int) -> str:
    """The preamble; that of one kind of department says whom to ask."""
    remarks = f"现公布{publisher['name']}{year}年度报告。"
    if publisher["name"].endswith(DEPARTMENTS[2]):
        remarks += CONTACTS
    return remarks


def _early(publisher: Row, year: int) -> tuple[Row, dict[str, list[Row]]]:
    """The document and the rows of a report from before the form: with statistics from 2014 on, else prose alone."""
    id, has_table = _id(publisher["id"], year), year >= 2014
    place = {c: publisher[c] for c in ("region_code", "province", "prefecture", "county", "level", "kind")}
    url = f"http://127.0.0.1/{publisher['region_code']}/t{year + 1}0310_{id}.html"
    document = hashlib.sha256(url.encode()).hexdigest()[:20]
    archived = {"id": document, "sha256": hashlib.sha256(document.encode()).hexdigest(), "url": url}
    archived |= {"source": "sample", "format": "html", "status": "report", "report_id": id}
    archived |= {"fetched_at": f"{year + 1}-07-01T08:30:00Z"}
    figures, held = invented_form.statistics()
    report = place | {"id": id, "publisher_id": publisher["id"], "publisher": publisher["name"]}
    report |= {"fiscal_year": year, "title": f"{publisher['name']}{year}年政府信息公开工作年度报告"}
    report |= {
        "form_version": "2014" if has_table else "pre-2019",
        "source_url": url,
        "document_id": document,
    }
    report |= {"status": "complete" if has_table else "narrative", "overview": SENTENCES[4], "headings": "{}"}
    form: Row = dict.fromkeys(("table2", "table3", "table4"))
    report |= {"form": _json(form | ({"statistics": figures} if has_table else {}))}
    report |= {"evidence": _json({"statistics": held} if has_table else {}), "identification": "{}"}
    report |= {"failed_checks": 0, "doubts": 0, "unassessed_checks": 0}
    facts = {"report_id": id, "fiscal_year": year, "province": place["province"], "level": place["level"]}
    rows = {"reports": [report], "requests": [], "disclosures": [], "disputes": [], "checks": []}
    rows["statistics"] = [
        {"indicator": indicator, "value": value} | facts
        for indicator, value in figures.items()
        if has_table and value is not None
    ]
    return archived, rows


def _published(copies: int = 1) -> Iterator[tuple[Row, int]]:
    """Publishers and the years of their reports; some years are missing."""
    for number, publisher in enumerate(_copies(copies)):
        yield from ((publisher, year) for year in range(2019, 2026) if (number + year) % 11)


def document_of(publisher: Row, year: int) -> str:
    """The id of the document of a report."""
    archived, _ = _report(publisher, year, 1)
    return str(archived["id"])


def telling_reports() -> dict[str, int]:
    """Ids of reports that show something, by what: a rule that one breaks, "unread", "2014", "pre-2019", "2019", "2021",
    "contacts"."""
    first = next(_publishers())
    found = {"2014": _id(first["id"], 2017), "pre-2019": _id(first["id"], 2012)}
    for publisher, year in _published():
        _, rows = _report(publisher, year, 1)
        [report] = rows["reports"]
        kinds = [check["rule"] for check in rows["checks"]]
        kinds += ["contacts"] if CONTACTS in report["remarks"] else []
        kinds += ["unread"] if report["status"] == "unreadable" else []
        for kind in (kinds or [report["form_version"]]) if year > 2020 else ():
            found.setdefault(kind, report["id"])
    return found | {"2019": _id(first["id"], 2020)}


def write(path: Path, copies: int = 1, sentences: int = 6, *, keep_contacts: bool = False) -> Path:
    """Write the database to `path`: about 170 reports for each of `copies`, with some `sentences` each."""
    stage = Stage(path, keep_contacts=keep_contacts)
    try:
        for publisher, year in _published(copies):
            stage.add(*_report(publisher, year, sentences))
        for year in (2012, 2017):
            stage.add(*_early(next(_publishers()), year))
        for number, (status, reason) in enumerate(UNREAD):
            stage.add(
                {
                    "id": f"unread{number}",
                    "url": f"http://127.0.0.1/{number}",
                    "status": status,
                    "reason": reason,
                },
                {},
            )
        build(path, stage)
    finally:
        stage.close()
    return path
