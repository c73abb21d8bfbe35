"""Tables and columns of the database, once: for the store that writes them and for the documentation.

Every table and column carries its Chinese and its English description; metadata.json and
docs/database.md are made from here. Writing rows is left to `load.store`.
"""

from dataclasses import dataclass, field

from sqlite_utils.db import DescIndex

SCHEMA_VERSION = 6  # raised with every change that an older file does not have; see `load.store`


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type ("INTEGER", "REAL", "TEXT") and what it holds, in both languages."""

    name: str
    type: str
    zh: str
    en: str
    references: str | None = None  # the table whose key it holds


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what a row is, its columns in order, its key, and what people facet, search and sort by."""

    name: str
    title_zh: str
    title_en: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    facets: tuple[str, ...] = ()
    sum_facets: tuple[tuple[str, str], ...] = ()  # (facet column, column that is summed)
    search: tuple[str, ...] = ()
    label: str | None = None
    sort_desc: str | None = None
    hidden: bool = False
    shown: tuple[str, ...] = ()  # the columns of the list page; empty: all
    names: dict[str, Column] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.names.update({column.name: column for column in self.columns})


@dataclass(frozen=True, slots=True)
class View:
    """A view: its SQL, and the same descriptions as a table."""

    name: str
    title_zh: str
    title_en: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    sql: str


def _int(name: str, zh: str, en: str, references: str | None = None) -> Column:
    return Column(name, "INTEGER", zh, en, references)


def _text(name: str, zh: str, en: str, references: str | None = None) -> Column:
    return Column(name, "TEXT", zh, en, references)


# Words that several tables share.
_YEAR = _int("fiscal_year", "报告年度", "Year that the report is about")
_PROVINCE = _text(
    "province", "省、自治区、直辖市；未能确定时为空", "Province; empty where it could not be told for certain"
)
_PREFECTURE = _text("prefecture", "地级行政区", "Prefecture-level division")
_COUNTY = _text("county", "县级行政区", "County-level division")
_LEVEL = _text(
    "level",
    "发布机构层级：national 中央，province 省，prefecture 地，county 县，township 乡镇街道，development_zone 开发区",
    "Rank of the publisher: national, province, prefecture, county, township or development_zone",
)
_KIND = _text(
    "kind",
    "发布机构类型：government 政府，department 部门，subdistrict 街道办事处，development_zone 开发区管委会，"
    "institution 事业单位，central_branch 垂直管理机构",
    "Kind of publisher: government, department, subdistrict, development_zone, institution or central_branch",
)
_REGION = _text(
    "region_code",
    "行政区划代码（GB/T 2260，报告年度有效者）；未能确定时为空",
    "GB/T 2260 code valid in that year; empty where it could not be told for certain",
)

REPORTS = Table(
    "reports",
    "年度报告",
    "Reports",
    "一行是一个机关一个年度的报告：表中主要数字、叙述全文、原表和每个数字的出处。空格不是零：页面留空的数字为空。",
    "One publisher's report for one year: headline figures, the narrative, the whole form and where each figure "
    "stands. A blank is not zero: what the page leaves blank is empty here.",
    (
        _int(
            "id",
            "报告编号，由机关和年度算出，重建不变",
            "Made from publisher and year; survives every rebuild",
        ),
        _int("publisher_id", "发布机构编号", "Publisher", "publishers"),
        _text("publisher", "发布机构名称", "Name of the publisher"),
        _YEAR,
        _text("title", "页面所印标题", "Title as printed"),
        _text(
            "form_version",
            "格式版本：2021、2019，或 mixed（各表版本不同）；以页面所印栏目为准，不以年度推断。2018 年及以前没有统一格式："
            "有国办发〔2014〕32号统计表的为 2014（数字在 statistics 表），只有叙述的为 pre-2019",
            "Version of the form, told by its printed labels: 2021, 2019 or mixed. There was no form up to 2018: 2014 is "
            "a report with the table of statistics of that year (its figures are in the table statistics), pre-2019 one "
            "of prose alone",
        ),
        _REGION,
        _PROVINCE,
        _PREFECTURE,
        _COUNTY,
        _LEVEL,
        _KIND,
        _text("published_on", "发布日期", "Date of publication (YYYY-MM-DD)"),
        _text("source_url", "原文网址", "Address of the page that was read"),
        _text("document_id", "所读存档文件", "The archived document that was read", "documents"),
        _text(
            "narrative_document_id",
            "叙述另取自的存档文件：表格在附件、文字在网页（或相反）时填写；否则为空",
            "The document that the narrative is from, where the figures are in an attached file and the prose is on "
            "its page; else empty",
            "documents",
        ),
        _text(
            "status",
            "读取情况：complete 三表齐全（2014 格式为统计表各行齐全），partial 部分读出，unreadable 未能读出表格，"
            "narrative 当年尚无统一格式、只有叙述的报告，叙述已读出，没有数字可读",
            "complete: all three tables read (of version 2014 every row of the table of statistics); partial: some figures "
            "missing; unreadable: no table could be read; narrative: prose of a year that had no form, with no figures to "
            "be read",
        ),
        _int("received_new", "本年新收申请（件）", "New requests this year"),
        _int("received_carried_in", "上年结转申请（件）", "Requests carried over from last year"),
        _int("granted", "予以公开（件）", "Granted"),
        _int("partly_granted", "部分公开（件）", "Partly granted"),
        _int("refused", "不予公开（件，八种理由之和）", "Refused (sum of the eight grounds)"),
        _int("unable_to_provide", "无法提供（件，三种情形之和）", "Unable to provide (sum of three rows)"),
        _int("not_processed", "不予处理（件，五种情形之和）", "Not processed (sum of five rows)"),
        _int("other", "其他处理（件）", "Other outcomes"),
        _int("processed_total", "办理结果总计（件，页面所印）", "Total processed, as printed"),
        _int("carried_out", "结转下年度（件）", "Carried over to next year"),
        _int("reviews", "行政复议总计（件）", "Administrative reviews"),
        _int("reviews_upheld", "行政复议结果维持（件）", "Reviews: upheld"),
        _int("reviews_corrected", "行政复议结果纠正（件）", "Reviews: corrected"),
        _int("reviews_pending", "行政复议尚未审结（件）", "Reviews: pending"),
        _int("lawsuits", "行政诉讼总计（件，两类起诉之和）", "Lawsuits (direct and after review)"),
        _int("lawsuits_upheld", "行政诉讼结果维持（件）", "Lawsuits: upheld"),
        _int("lawsuits_corrected", "行政诉讼结果纠正（件）", "Lawsuits: corrected"),
        _int("lawsuits_pending", "行政诉讼尚未审结（件）", "Lawsuits: pending"),
        _int("failed_checks", "页面自身不符的核对项数", "Checks that the page itself fails"),
        _int("doubts", "读取存疑项数：可能是我们读错", "Doubts: places where we may have misread"),
        _int("unassessed_checks", "因留空无法核对的项数", "Checks that blanks made impossible"),
        _text("overview", "一、总体情况", "Section one: overview"),
        _text("problems", "五、存在的主要问题及改进情况", "Section five: problems and improvements"),
        _text("other_matters", "六、其他需要报告的事项", "Section six: other matters"),
        _text("remarks", "引言、表间文字和其他叙述", "Preamble, notes beside the tables and all other prose"),
        _text("headings", "各部分标题，如页面所印（JSON）", "Section headings as printed (JSON)"),
        _text(
            "form",
            "三张表的全部数字（JSON）；空格为 null。有 2014 年统计表的，另有 statistics",
            "The three tables, every figure (JSON); blank is null. With statistics where the table of 2014 is there",
        ),
        _text(
            "evidence",
            "每个数字的原文、位置和识别方式（JSON）",
            "Raw text, place and manner of recognition of each figure (JSON)",
        ),
        _text(
            "identification",
            "机构、地区、年度、日期各由何处判定，及互相矛盾之处（JSON）",
            "Which clue decided publisher, place, year and date, and where clues disagree (JSON)",
        ),
    ),
    key=("id",),
    indexes=(
        (DescIndex("fiscal_year"),),  # the newest first, then by key: the order of the list page
        ("province",),
        ("prefecture",),
        ("level",),
        ("kind",),
        ("form_version",),
        ("status",),
        ("publisher_id", "fiscal_year"),
        ("document_id",),
        ("narrative_document_id",),
        ("failed_checks",),
        ("received_new",),
        # All figures beside each other: what is asked of every report is answered without the narrative,
        # which is most of the table.
        (
            "fiscal_year",
            "level",
            "province",
            "kind",
            "form_version",
            "status",
            "publisher_id",
            "publisher",
            "prefecture",
            "published_on",
            "received_new",
            "received_carried_in",
            "granted",
            "partly_granted",
            "refused",
            "unable_to_provide",
            "not_processed",
            "other",
            "processed_total",
            "carried_out",
            "reviews",
            "reviews_corrected",
            "reviews_pending",
            "lawsuits",
            "lawsuits_corrected",
            "lawsuits_pending",
            "failed_checks",
            "doubts",
        ),
    ),
    facets=("fiscal_year", "province", "level", "kind", "form_version", "status"),
    sum_facets=(("fiscal_year", "received_new"),),
    search=("title", "publisher", "overview", "problems", "other_matters", "remarks"),
    label="title",
    sort_desc="fiscal_year",
    shown=(
        "id",
        "publisher",
        "fiscal_year",
        "province",
        "prefecture",
        "county",
        "level",
        "kind",
        "received_new",
        "granted",
        "partly_granted",
        "refused",
        "unable_to_provide",
        "not_processed",
        "other",
        "processed_total",
        "reviews",
        "lawsuits",
        "failed_checks",
        "doubts",
        "status",
        "form_version",
        "published_on",
        "source_url",
        "overview",
        "problems",
        "other_matters",
        "remarks",
    ),
)

REQUESTS = Table(
    "requests",
    "申请办理结果",
    "Outcomes of requests",
    "一行是一份报告中一种结果、一类申请人的件数。只收明细且大于零的格子，不收合计，因此任意分组的 sum(count) 都不会重复。"
    "页面只印总计、申请人留空的，记为 unspecified。零和空格的区别见 reports.form。",
    "What became of requests: report × outcome × applicant. Leaf cells above zero only, never a total, so that "
    "sum(count) is right in any grouping. Where a page gives a total and leaves the applicants blank, the count "
    "stands under unspecified. Zero and blank are told apart in reports.form.",
    (
        _int("report_id", "所属报告", "The report", "reports"),
        _text("outcome", "办理结果", "Outcome", "outcomes"),
        _text("category", "结果大类", "Category of the outcome"),
        _text("applicant", "申请人类别", "Kind of applicant", "applicants"),
        _int("count", "件数", "Number of requests"),
        _YEAR,
        _PROVINCE,
        _LEVEL,
    ),
    key=("report_id", "outcome", "applicant"),
    indexes=(
        ("category", "count"),  # with the count: what a sum facet adds up
        ("outcome", "report_id", "count"),
        ("applicant",),
        ("fiscal_year", "count"),
        ("province",),
        ("level",),
    ),
    facets=("category", "outcome", "applicant", "fiscal_year", "province", "level"),
    sum_facets=(("category", "count"), ("fiscal_year", "count")),
)

OUTCOMES = Table(
    "outcomes",
    "结果代码",
    "Outcomes (code book)",
    "办理结果代码：官方名称、英文、大类、法律依据（未经核对者注明）、所属格式版本。",
    "Code book of outcomes: official and English label, category, legal basis (unverified where said) and the "
    "versions of the form that have it.",
    (
        _text("id", "代码", "Code"),
        _text("label_zh", "官方名称", "Official label"),
        _text("label_en", "英文名称", "English label"),
        _text("category", "大类", "Category"),
        _text(
            "basis",
            "《政府信息公开条例》依据",
            "Article of the Regulations on Open Government Information, in Chinese",
        ),
        _text("basis_en", "依据的英文", "The same in English"),
        _int(
            "basis_verified",
            "依据是否已与官方文本核对（1 是，0 否）",
            "1 if checked against the official text",
        ),
        _text("form_versions", "出现于哪些格式版本", "Versions of the form that have it"),
        _int("position", "表中次序", "Order on the form"),
    ),
    key=("id",),
    label="label_zh",
)

APPLICANTS = Table(
    "applicants",
    "申请人代码",
    "Applicants (code book)",
    "申请人类别代码。",
    "Code book of kinds of applicant.",
    (
        _text("id", "代码", "Code"),
        _text("label_zh", "官方名称", "Official label"),
        _text("label_en", "英文名称", "English label"),
        _int("position", "表中次序", "Order on the form"),
    ),
    key=("id",),
    label="label_zh",
)

DISCLOSURES = Table(
    "disclosures",
    "主动公开数据",
    "Disclosure on own initiative (Table 2)",
    "表二的一个数字：规章、规范性文件、许可、处罚、强制、收费（2019 格式另有采购）。留空的不收，零照收。",
    "One figure of Table 2. Blanks are left out, zeros are kept.",
    (
        _int("report_id", "所属报告", "The report", "reports"),
        _text("item", "事项", "Item (regulations, normative_documents, licensing, …)"),
        _text("measure", "指标", "Measure (issued, repealed, in_force, decisions, amount_10k_yuan, …)"),
        Column("value", "REAL", "数值，如页面所印", "Value as printed"),
        _YEAR,
        _PROVINCE,
        _LEVEL,
    ),
    key=("report_id", "item", "measure"),
    indexes=(("item", "measure"), ("measure",), ("fiscal_year",), ("province",), ("level",)),
    facets=("item", "measure", "fiscal_year"),
)

DISPUTES = Table(
    "disputes",
    "复议诉讼",
    "Reviews and lawsuits (Table 4)",
    "表四的一个数字，只收明细且大于零者；页面只印总计的记为 unspecified。",
    "One figure of Table 4: leaf cells above zero; a total without its parts stands under unspecified.",
    (
        _int("report_id", "所属报告", "The report", "reports"),
        _text(
            "channel",
            "途径：review 行政复议，lawsuit_direct 直接起诉，lawsuit_after_review 复议后起诉",
            "review, lawsuit_direct or lawsuit_after_review",
        ),
        _text(
            "result",
            "结果：upheld 维持，corrected 纠正，other 其他，pending 尚未审结",
            "upheld, corrected, other, pending (or unspecified)",
        ),
        _int("count", "件数", "Number of cases"),
        _YEAR,
        _PROVINCE,
        _LEVEL,
    ),
    key=("report_id", "channel", "result"),
    indexes=(("channel",), ("result",), ("fiscal_year",), ("province",), ("level",)),
    facets=("channel", "result", "fiscal_year", "level"),
    sum_facets=(("result", "count"),),
)

STATISTICS = Table(
    "statistics",
    "2014 年统计表数据",
    "Statistics of 2014 to 2018",
    "一行是一份报告所附《政府信息公开情况统计表》（国办发〔2014〕32号，2014 至 2018 年度）的一个数字，与 2019 年以后的格式"
    "口径不同，不可相加或比较，也不计入 reports 的主要数字。留空的不收，零照收。",
    "One figure of the table of statistics (General Office of the State Council, 2014, no. 32) that reports of the years 2014 to 2018 carry. It counts "
    "other things than the form from 2019 on: never add or compare the two; none of it is in the headline figures of "
    "reports. Blanks are left out, zeros are kept.",
    (
        _int("report_id", "所属报告", "The report", "reports"),
        _text("indicator", "统计指标", "Indicator", "indicators"),
        Column("value", "REAL", "统计数，如页面所印", "Value as printed"),
        _YEAR,
        _PROVINCE,
        _LEVEL,
    ),
    key=("report_id", "indicator"),
    indexes=(("indicator",), ("fiscal_year",), ("province",), ("level",)),
    facets=("indicator", "fiscal_year", "province", "level"),
)

INDICATORS = Table(
    "indicators",
    "统计指标代码",
    "Indicators (code book)",
    "国办发〔2014〕32号统计表的指标：名称、英文、计量单位、所属部分、上级指标。名称凭记忆所记、未与官方文本核对者，"
    "verified 为 0；英文为我们所译，计量单位未经核对。",
    "Code book of the table of statistics (General Office of the State Council, 2014, no. 32): label, unit, section and parent. verified is 0 where the "
    "Chinese label is from memory and not checked against the official text; the English is ours, the units are unchecked.",
    (
        _text("id", "代码", "Code"),
        _text("label_zh", "名称（编号和括号说明从略）", "Label, without its number and notes in brackets"),
        _text("label_en", "英文名称", "English label"),
        _text("unit", "计量单位", "Unit"),
        _text("section", "所属部分", "Section of the table"),
        _text(
            "parent",
            "上级指标；同名指标（如被依法纠错数）由此区分",
            "Indicator that it is a part of: what tells two of the same label apart",
            "indicators",
        ),
        _int("position", "表中次序", "Order in the table"),
        _int(
            "verified",
            "名称是否已与官方文本核对（1 是，0 否）",
            "1 if the label was seen in an official text",
        ),
    ),
    key=("id",),
    label="label_zh",
)

CHECKS = Table(
    "checks",
    "核对不符与存疑",
    "Failed checks and doubts",
    "一行是一份报告违反的一条规则，或我们读取时的一处存疑。source_error 是页面自身不符，parse_doubt 是我们可能读错。",
    "A rule that a report breaks, or a doubt. source_error: the page really prints it; parse_doubt: we may have "
    "misread; scope_or_wording: may be a difference of scope.",
    (
        _int("report_id", "所属报告", "The report", "reports"),
        _int("number", "序号", "Number within the report"),
        _text("rule", "规则", "Rule", "rules"),
        _text(
            "verdict",
            "判断；not_assessable 只是说明，不是差错",
            "source_error, parse_doubt or scope_or_wording; not_assessable is a note and no fault",
        ),
        Column("expected", "REAL", "按其他格子应为", "What the other cells make it"),
        Column("found", "REAL", "页面所印", "What is printed"),
        _text("where", "所在表、行、列", "Table, row and column"),
        _text("detail", "说明", "What was seen, in a sentence"),
        _YEAR,
        _PROVINCE,
        _LEVEL,
    ),
    key=("report_id", "number"),
    indexes=(("rule",), ("verdict",), ("fiscal_year",), ("province",), ("level",)),
    facets=("rule", "verdict", "fiscal_year", "level"),
)

RULES = Table(
    "rules",
    "核对规则",
    "Rules",
    "报告可能违反的规则，中英文说明。",
    "The rules that a report can break, explained in both languages.",
    (
        _text("id", "规则代码", "Code"),
        _text("title_zh", "名称", "Chinese title"),
        _text("title_en", "英文名称", "English title"),
        _text("explanation_zh", "说明", "Chinese explanation"),
        _text("explanation_en", "英文说明", "English explanation"),
        _text("severity", "严重程度：error、warning、notice", "error, warning or notice"),
        _text(
            "basis",
            "依据：stated 表上写明，derived 由表推出，reading 读取",
            "stated on the form, derived from it, or reading",
        ),
    ),
    key=("id",),
    label="title_zh",
)

CORRECTIONS = Table(
    "corrections",
    "更正",
    "Corrections",
    "一行是对一份报告的一项更正：机构名称、年度、地区、标题或日期读得不对而又没有规则可循的，由人核对后更正，附理由和依据。"
    "原读结果保留在此；数字从不更正。",
    "A correction of one report: where name, year, place, title or date were misread and no rule could tell, "
    "people have corrected it, with the reason and the evidence. What was read stands here. Figures are never "
    "corrected.",
    (
        _int("report_id", "所属报告", "The report", "reports"),
        _text("field", "更正的栏目", "Column of reports that is corrected"),
        _text("original", "原读结果；空为未读出", "What was read; empty: nothing"),
        _text("corrected", "更正为", "What is shown instead"),
        _text("reason", "理由", "Why"),
        _text("evidence", "依据的网址", "Address where it can be seen"),
    ),
    key=("report_id", "field"),
    facets=("field",),
)

PUBLISHERS = Table(
    "publishers",
    "发布机构",
    "Publishers",
    "发布年度报告的机关；名称和地区取自其最近一年的报告。",
    "Bodies that publish reports; name and place as in their latest one.",
    (
        _int("id", "机构编号", "Made from name and place"),
        _text("name", "名称", "Name"),
        _REGION,
        _PROVINCE,
        _PREFECTURE,
        _COUNTY,
        _LEVEL,
        _KIND,
        _int("reports", "已读报告数", "Reports read"),
        _int("first_year", "最早年度", "First year"),
        _int("last_year", "最近年度", "Last year"),
    ),
    key=("id",),
    indexes=(("province",), ("level",), ("kind",), ("name",)),
    facets=("province", "level", "kind"),
    label="name",
)

REGIONS = Table(
    "regions",
    "行政区划",
    "Regions",
    "县级以上行政区划代码（GB/T 2260）及有效年份；99 开头的是样例用的虚构省份。",
    "GB/T 2260 divisions down to the county, with years of validity; codes from 990000 up are the sample's "
    "fictional province.",
    (
        _text("code", "代码", "Code"),
        _int("valid_from", "有效起始年", "First year of validity"),
        _int("valid_to", "有效终止年（空为至今）", "Last year of validity (empty: still valid)"),
        _text("name", "名称", "Name"),
        _text("level", "层级", "province, prefecture or county"),
        _PROVINCE,
        _PREFECTURE,
    ),
    key=("code", "valid_from"),
    indexes=(("level",), ("province",)),
    facets=("level", "province"),
    label="name",
)

DOCUMENTS = Table(
    "documents",
    "存档文件",
    "Documents",
    "每个读过的存档文件：网址、抓取时间、SHA-256、在 WARC 中的位置，以及读出了什么；未能读出的也列在这里。",
    "Every archived document that was read: address, time, SHA-256, place in the WARC, and what came of it. "
    "What could not be read is listed, too.",
    (
        _text("id", "文件编号", "Made from address and content"),
        _text("sha256", "内容的 SHA-256", "SHA-256 of the content"),
        _text("url", "网址；本地文件为空", "Address; empty for a local file"),
        _text(
            "also_at",
            "内容相同的其他网址，一行一个；文件只存一份",
            "Other addresses of the same site with the same content, one a line; it is kept once",
        ),
        _text(
            "parts",
            "正文续页的网址，按顺序一行一个；与首页一并读取，sha256 为首页的",
            "Addresses of the pages that continue it, in order, one a line; read with it as one. sha256 is the first page's",
        ),
        _text("file", "本地文件名；存档文件为空", "Name of a local file; empty for archived pages"),
        _text(
            "member",
            "压缩包内的文件名；不在压缩包内则为空",
            "Name inside a zip or gzip file; empty outside one",
        ),
        _int(
            "report_number",
            "文件中的第几份报告；未读出则为空",
            "Which report in the file, from 1; empty if unread",
        ),
        _text(
            "parent_url",
            "附件所在网页的网址；不是附件则为空",
            "Address of the page that the file is attached to; empty for anything else",
        ),
        _text("source", "来源站点", "Source site", "sources"),
        _text("fetched_at", "抓取时间（UTC）", "Time of fetching (UTC)"),
        _text("format", "格式", "Format: html, text, …"),
        _text("charset", "所用字符编码", "Character encoding used"),
        _int("size_bytes", "字节数", "Size in bytes"),
        _text("warc_file", "所在 WARC 文件", "WARC file"),
        _int("warc_offset", "在 WARC 文件中的偏移", "Offset in the WARC file"),
        _text("list_title", "栏目列表中的标题", "Title on the list page"),
        _text("listed_on", "栏目列表中的日期", "Date on the list page"),
        _text(
            "status",
            "结果：report 读为报告，duplicate 与另一文件为同一报告，cover 报告在其附件中，unreadable 未能读出，not_a_report 不是年报",
            "report, duplicate (another document is the same report), cover (a page whose report is in a file attached "
            "to it), unreadable, or not_a_report",
        ),
        _text("reason", "未读为报告的原因", "Why it did not become a report"),
        _int("report_id", "对应的报告", "The report it carries", "reports"),
        _int("figures", "读出的数字个数", "Figures read"),
        _text("figures_sha256", "全部数字的指纹", "Fingerprint of its figures"),
        _text(
            "form",
            "数字与所采用文件不同的 duplicate：其三张表的全部数字（JSON）；否则为空",
            "Of a duplicate whose figures are not those of the report: its own, as JSON; else empty",
        ),
        _text(
            "corrections_sha256",
            "对其报告所作更正的指纹；无更正为空",
            "Fingerprint of the corrections made to its reports; empty without any",
        ),
    ),
    key=("id",),
    indexes=(("status",), ("source",), ("report_id",), ("url",), ("sha256",), ("fetched_at",)),
    facets=("status", "format", "source"),
    label="url",
)

SOURCES = Table(
    "sources",
    "来源站点",
    "Sources",
    "登记的政府网站栏目及最近一次抓取的结果。",
    "Registered columns of government sites and how the last run went.",
    (
        _text("name", "站点代号", "Name"),
        _text("title", "站点名称", "Title"),
        _text("region_code", "行政区划代码", "GB/T 2260 code"),
        _text("family", "网站系统", "CMS family"),
        _text("list", "年报栏目网址", "Address of the annual-report column"),
        _text("last_run_at", "最近抓取时间（UTC）", "Time of the last run (UTC)"),
        _text(
            "last_result",
            "结果：ok、failed、blocked，capped 为达到上限而止",
            "ok, failed, blocked, or capped: ended at a cap",
        ),
        _text("message", "说明", "What happened"),
        _int("documents", "存档文件数", "Archived documents"),
        _int("reports", "报告数", "Reports"),
    ),
    key=("name",),
    label="title",
)

TOTALS = Table(
    "request_totals",
    "申请办理结果汇总",
    "Outcome totals",
    "requests 按年度、省、层级、机构类型、结果、申请人汇总，供常用查询快速使用。",
    "requests summed by year, province, level, kind, outcome and applicant: what the canned queries read.",
    (
        _YEAR,
        _PROVINCE,
        _LEVEL,
        _KIND,
        _text("outcome", "办理结果", "Outcome", "outcomes"),
        _text("category", "结果大类", "Category"),
        _text("applicant", "申请人类别", "Kind of applicant", "applicants"),
        _int("count", "件数", "Number of requests"),
        _int("reports", "涉及报告数", "Reports with such requests"),
    ),
    key=(),
    indexes=(
        # In the order in which the canned queries group, with all that they filter by: no sorting.
        ("fiscal_year", "category", "outcome", "province", "level", "count"),
        ("applicant", "fiscal_year", "category", "province", "level", "count"),
        ("level", "fiscal_year", "category", "outcome", "province", "count"),
        ("province", "fiscal_year", "category", "outcome", "level", "count"),
        ("category", "count"),
    ),
    facets=("fiscal_year", "category", "level"),
    sum_facets=(("category", "count"),),
)

TABLES: tuple[Table, ...] = (
    REPORTS,
    REQUESTS,
    DISCLOSURES,
    DISPUTES,
    STATISTICS,
    CHECKS,
    CORRECTIONS,
    RULES,
    OUTCOMES,
    APPLICANTS,
    INDICATORS,
    PUBLISHERS,
    REGIONS,
    TOTALS,
    DOCUMENTS,
    SOURCES,
)

_SECTION_COLUMNS = ((0, "remarks"), (1, "overview"), (5, "problems"), (6, "other_matters"))

SECTIONS = View(
    "sections",
    "报告各部分",
    "Sections of the narrative",
    "一行是一份报告叙述的一个部分；0 是引言和其他文字。",
    "One section of one report's narrative; 0 is the preamble and all other prose.",
    (
        _int("report_id", "所属报告", "The report"),
        _int("number", "部分序号（0 为引言等）", "Number of the section (0: preamble and other prose)"),
        _text("heading", "标题，如页面所印", "Heading as printed"),
        _text("text", "正文", "Text"),
    ),
    "\nunion all\n".join(
        f"select id as report_id, {number} as number, "
        f"json_extract(headings, '$.\"{number}\"') as heading, {column} as text "
        f"from reports where {column} is not null and {column} <> ''"
        for number, column in _SECTION_COLUMNS
    ),
)

SECTION_COLUMNS: dict[int, str] = dict(_SECTION_COLUMNS)

VIEWS: tuple[View, ...] = (SECTIONS,)


def table(name: str) -> Table:
    """The table of that name. Raises KeyError for another."""
    return {t.name: t for t in TABLES}[name]
