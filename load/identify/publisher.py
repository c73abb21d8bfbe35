"""The publisher's name: where a report gives it, and what kind of body a name is.

Finds names in titles, prose and signatures; which place they belong to is `load.identify.region`.
Text comes in folded (`chinese.fold`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chinese import fold
from load.identify.dates import YEAR, signature_date

_REPORT = re.compile(
    r"(?:政府|政务)?(?:信息|政务)公开[^,。;《》办局委厅室]{0,18}?(?:报告|年报|总结)|(?:工作)?年度报告|年报"
)
_ABOUT_REPORTS = re.compile(r"(?:报告|年报).{0,6}?(?:编制|编写|格式|通知|通报|模板)|关于(?:做好|印发|开展)")
_NOTICE_OF_ONE = re.compile(r"关于(?:公布|发布)")
_SEPARATORS = re.compile(r"[_|>»—–]+|(?<!\d)-+|-+(?!\d)")
_LONGEST_TITLE = 300  # characters; what is longer is a page, not a title
_EDGE = re.compile(
    rf"^(?:[\[【(][^\])】]{{0,12}}[\])】](?=[^(])|[^\w(]|{YEAR}年?度?|年度|关于|公布|发布|印发|现将)+"
    rf"|(?:[^\w)]|{YEAR}年?度?|年度|度|关于|的|本级|部门|开展|\((?:我|本|以下|简称|{YEAR})[^)]*\))+$"
)
_ORGAN = re.compile(
    r"(?:政府|[局厅委办院校所站队处室镇乡区县市省旗州盟台园场社会部署关行团学段库厂港城组馆]|中心|街道|苏木|公司|集团)$"
)
_NOT_A_NAME = re.compile(
    r"^(?:[我该各由与请现据]|本(?!溪)|全(?![州椒南])|为了|在此|对于|根据|按照|中华人民共和国$|国务院令|条例|来源|作者|责任|附件)"
    r"|报告|信息公开|通知|条例|规定|年度|专栏|首页|目录|办法|问题|以上|情况|[。;:!?,/【】《》〈〉\"'“”=]"
    r"|网站|有限制|.各[级部单科乡镇街区县市直局委办]|(?:社会|工作|要求|机关|部门|全社会|各区|办学)$"
)
_BRACKETED_END = re.compile(r"\([^()]*\)$")

_QUOTED = re.compile(r"《([^《》]{4,70})》")
_ANNOUNCED = re.compile(
    r"(?:公布|发布|公开|编制|发表)了?((?:[^,。;:、《》\s]){2,60}?(?:信息公开)[^,。;]{0,14}?(?:报告|年报))"
)
_COMPILED = re.compile(r"由([^,。;:、]{3,40}?)(?:结合|负责|组织|编制|编写)")
_CONTACT = re.compile(
    r"(?:与|向|和|联系|咨询|致电|请到)[::]?([^,。;:、(]{4,40}?)(?:进行)?(?:联系|咨询|反映|[,。;(]\s*(?:地址|电话|联系))"
)
# Whom to ask is a desk of the publisher's; a government's office is left, as it may be a publisher of its own.
_CONTACT_DESK = re.compile(
    r"(?<=[局委厅区镇乡道心会院])局?(?:党政综合|党政|综合|政府信息(?:与政务)?公开|政务公开|信息公开)?"
    r"(?:工作)?(?:领导小组)?(?:办公室|办|科|股)$"
)
_ISSUER_NAMES = ("发布机构", "发布单位", "公开机构", "发文机关", "发文机构", "信息提供单位", "责任部门", "信息来源",
                 "来源", "contentsource")  # fmt: skip

_TOWN = re.compile(
    r"(?:街道|苏木|镇|乡)(?=人民政府|政府|办事处|办(?!公)|公所|党政|$|\()"
    r"|(?:街道|苏木|(?<![乡城])镇|(?<!城)乡)(?=财政|司法|综合|卫生|中心)"
)
_ZONE = re.compile(
    r"(?:开发|高新|高新技术产业|经开|产业|新|示范|保税|综保|保税港|园|工业园|工业|产业园|风景名胜|风景|名胜|景|度假|管理"
    r"|自贸|试验|实验|合作|集聚|投资|功能|农高|加工|先行|循环经济)区"
    r"|(?:产业|工业|科技|科学|生态|物流|农业|高新)(?:新?城|园)(?=管|$|党|\()|高新区|管委会"
)
_ZONE_HEAD = re.compile(r"(?:党工委|工委)?(?:和)?(?:(?:开发建设)?管理委员会|管委会)?(?:\([^()]*\))?$")
_CENTRAL = re.compile(
    r"税务局|海关(?!.*(?:局|学院)$)|海事局|气象局|国家统计局|调查总?队$|中国人民银行|银保监|银监|保监|证监|国家金融.*监管局$|国家能源.*监管局$"
    r"|通信管理局|邮政管理局|烟草专卖局|外汇管理局|矿山安全监察|煤矿安全监察|消防救援(?:总|支|大)队|国家移民|边检"
    r"|出入境检验检疫局|省(?:自治区)?地震局"
)
_LOCAL_TAX = re.compile(r"地方税务局")
_NATIONAL = re.compile(
    r"^(?:中华人民共和国)?(?:国务院[^(]*|国家[^局委]{1,14}(?:局|委员会|委|总局|办公室)|中国[^局]{2,6}局|海关总署|审计署"
    r"|外交部|国防部|教育部|科学技术部|科技部|工业和信息化部|公安部|国家安全部|民政部|司法部|财政部|人力资源和社会保障部"
    r"|自然资源部|生态环境部|住房和城乡建设部|交通运输部|水利部|农业农村部|商务部|文化和旅游部|退役军人事务部|应急管理部"
    r"|环境保护部|国土资源部|铁道部|卫生部|农业部|文化部|监察部|中国人民银行|中国银行保险监督管理委员会"
    r"|中国证券监督管理委员会)$"
)
_INSTITUTION = re.compile(
    r"(?:中心|医院|卫生院|保健院|防治院|学校|中学|小学|大学|学院|幼儿园|公司|集团|[馆台园场社厂]|研究院|设计院|科学院|研究所|测绘院"
    r"|检测院|监测站|服务站|中心站|财政所|司法所|总站|救助站|银行)(?:\([^()]*\))?$"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A name of a body, the clue that gives it, and the report's title it was part of, if it was."""

    name: str
    clue: str
    title: str | None = None


def is_name(text: str) -> bool:
    """Whether `text` can be the name of a public body."""
    return (
        2 <= len(text) <= 45
        and not _NOT_A_NAME.search(text)
        and len(bare := _BRACKETED_END.sub("", text)) >= 2
        and _ORGAN.search(bare) is not None
        and text.count("(") == text.count(")")
    )


def _head(part: str, report: re.Match[str]) -> str:
    head = part[: report.start()]
    while (shorter := _EDGE.sub("", head)) != head:
        head = shorter
    return head + "政府" if head.endswith("人民") else head  # "X镇人民政府信息公开…" needs its 政府 once only


def heads(title: str) -> list[str]:
    """What stands before "政府信息公开工作年度报告" in each part of a title, without year and frame words."""
    found = []
    for part in _SEPARATORS.split("".join(title[:_LONGEST_TITLE].split())):
        if _ABOUT_REPORTS.search(part) and not _NOTICE_OF_ONE.match(part):
            continue
        head = next((head for report in _REPORT.finditer(part) if (head := _head(part, report))), None)
        if head:
            found.append(head)
    return found


def is_report_title(title: str) -> bool:
    """Whether a title names an annual report on open government information."""
    return _REPORT.search("".join(title[:_LONGEST_TITLE].split())) is not None


def _signed(closing: str) -> str | None:
    """The name above or before the date of the signature; two lines are joined where the second needs it."""
    dated = signature_date(closing)
    text = closing[: dated[1]] if dated else closing
    lines = ["".join(line.split()) for line in text.splitlines()]
    lines = [line for line in lines if line][-2:]
    if not lines:
        return None
    last = re.split(r"[。;!]", lines[-1])[-1]
    if len(lines) == 2 and last == lines[-1] and is_name(lines[0]) and (last[0] == "(" or len(last) <= 6):
        joined = lines[0] + last
        if is_name(joined):
            return joined
    if is_name(last):
        return last
    tail = re.split(r"[\s。;!]", text.strip())[-1]  # a page that lost its line ends
    return tail if dated and is_name(tail) else None


def announced(opening: str) -> Iterator[Named]:
    """The names in the titles that an opening begins with, quotes in 《》 or announces (现公布…)."""
    lines = [line.strip() for line in opening.splitlines() if line.strip()][:3]
    for first, second in zip(lines, [*lines[1:], ""], strict=False):
        for line in (first + second, first):
            report = _REPORT.search(line, 0, 90)
            title = line[: report.end()] if report and "《" not in line[: report.end()] else ""
            yield from (Named(head, "opening", title) for head in heads(title) if is_name(head))
    for pattern in (_QUOTED, _ANNOUNCED):
        for match in pattern.finditer(opening):
            if not re.search(r"关于|通知|条例", match[1]):
                yield from (Named(head, "opening", match[1]) for head in heads(match[1]) if is_name(head))


def named_in(
    titles: tuple[str, ...],
    announced_names: Iterable[Named],
    opening: str,
    closing: str,
    meta: Mapping[str, str],
) -> Iterator[Named]:
    """The names that a report gives its publisher, best first.

    Titles, what the opening announces (`announced`), who compiled it, the signature, whom to ask, and last
    the index box, whose 发布机构 may be the parent.
    """
    for title in titles:
        yield from (Named(head, "title", title) for head in heads(title) if is_name(head))
    yield from announced_names
    compiled = _COMPILED.search(opening)
    if compiled and is_name(compiled[1]):
        yield Named(compiled[1], "opening")
    signed = _signed(closing)
    if signed:
        yield Named(signed, "closing")
    for (
        title
    ) in titles:  # a page headed 科技局; but a page headed with its government is named after its site
        name = "".join(title.split())
        if is_name(name) and not name.endswith("人民政府"):
            yield Named(name, "title")
    for match in _CONTACT.finditer(opening):
        name = _CONTACT_DESK.sub("", "".join(match[1].split()))
        # The office answers for its government: asking it does not make it the publisher.
        if is_name(name) and not name.endswith(("政府办公室", "政府办", "政府办公厅")):
            yield Named(name, "opening")
    yield from (Named(name, "meta") for name in issuers(meta))


def issuers(meta: Mapping[str, str]) -> list[str]:
    """The bodies that the index box or the meta tags name as issuing the page: the publisher or its parent."""
    named = ("".join(fold(meta[label]).split()) for label in _ISSUER_NAMES if meta.get(label))
    return [name for name in named if is_name(name)]


def is_town(name: str) -> bool:
    """Whether a name, without the places it begins with, is a town, a township, a subdistrict or a part of one."""
    return _TOWN.search(name) is not None or (name.endswith("办事处") and "驻" not in name)


def zone_in(name: str) -> bool:
    """Whether a name, without the places it begins with, is a development zone or a part of one."""
    return _ZONE.search(name) is not None and "自然保护区" not in name


def is_national(name: str) -> bool:
    """Whether a name is a body of the State Council itself, not one of its branches."""
    return _NATIONAL.match(name) is not None


def kind_of(name: str, rest: str) -> str:
    """The kind of body: `name` in full, `rest` without the places it begins with."""
    bare = _BRACKETED_END.sub("", rest) or rest
    zone = [match for match in _ZONE.finditer(rest) if _ZONE_HEAD.match(rest, match.end())]
    if zone and "自然保护区" not in rest:
        return "development_zone"
    if rest == "" or bare.endswith(("政府", "行政公署", "公所", "镇", "乡", "苏木", "县", "市", "区", "旗")):
        return "government"
    if bare.endswith(("街道", "街道办")) or (bare.endswith("办事处") and "驻" not in bare):
        return "subdistrict"
    if is_national(name):
        return "department"
    if _CENTRAL.search(name) and not _LOCAL_TAX.search(name):
        return "central_branch"
    if _INSTITUTION.search(name):
        return "institution"
    return "department"
