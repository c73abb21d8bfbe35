"""Reports as spreadsheets in XML (xlsx), as Excel writes them; no more of the format than a report needs."""

from html import escape
from random import Random

from sample.formats.docx import zipped
from sample.formats.sheet import Plan, Put, plans
from sample.report import Report

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_OWN_FORMATS = 164


def page(report: Report, rng: Random) -> bytes:
    """The workbook of `report`; the same report and state of the generator give the same bytes."""
    return workbook(plans(report, rng))


def workbook(sheets: list[Plan]) -> bytes:
    """The bytes of a workbook with these sheets."""
    formats: dict[str, int] = {}
    strings: dict[str, int] = {}
    parts = {
        f"xl/worksheets/sheet{number}.xml": _sheet(plan, strings, formats)
        for number, plan in enumerate(sheets, 1)
    }
    parts["xl/workbook.xml"] = _book(sheets)
    parts["xl/styles.xml"] = _styles(formats)
    parts["xl/sharedStrings.xml"] = (
        f'{_XML}<sst xmlns="{_MAIN}">'
        + "".join(f'<si><t xml:space="preserve">{escape(text, quote=False)}</t></si>' for text in strings)
        + "</sst>"
    )
    related = [
        (f"sheet{number}", "worksheet", f"worksheets/sheet{number}.xml") for number, _ in enumerate(sheets, 1)
    ]
    related += [("styles", "styles", "styles.xml"), ("strings", "sharedStrings", "sharedStrings.xml")]
    parts["xl/_rels/workbook.xml.rels"] = _relationships(related)
    parts["_rels/.rels"] = _relationships([("book", "officeDocument", "xl/workbook.xml")])
    kinds = {"workbook": "sheet.main", "styles": "styles", "sharedStrings": "sharedStrings"}
    told = [(f"/xl/{name}.xml", kind) for name, kind in kinds.items()]
    told += [(f"/xl/worksheets/sheet{number}.xml", "worksheet") for number, _ in enumerate(sheets, 1)]
    parts["[Content_Types].xml"] = (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{_CONTENT}.{kind}+xml"/>' for name, kind in told)
        + "</Types>"
    )
    return zipped(dict(sorted(parts.items())))


def _relationships(related: list[tuple[str, str, str]]) -> str:
    lines = (
        f'<Relationship Id="{id}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for id, kind, target in related
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def _book(sheets: list[Plan]) -> str:
    first = next((n for n, plan in enumerate(sheets) if not plan.hidden), 0)
    states = {True: ' state="hidden"', False: ""}
    lines = (
        f'<sheet name="{escape(plan.name)}" sheetId="{number}" r:id="sheet{number}"{states[plan.hidden]}/>'
        for number, plan in enumerate(sheets, 1)
    )
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><bookViews><workbookView activeTab="{first}"/>'
        f"</bookViews><sheets>{''.join(lines)}</sheets></workbook>"
    )


def _styles(formats: dict[str, int]) -> str:
    own = "".join(
        f'<numFmt numFmtId="{_OWN_FORMATS + n}" formatCode="{escape(code)}"/>' for code, n in formats.items()
    )
    looks = "".join(
        f'<xf numFmtId="{_OWN_FORMATS + n}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for n in formats.values()
    )
    return (
        f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(formats)}">{own}</numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(formats)}">{looks}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _sheet(plan: Plan, strings: dict[str, int], formats: dict[str, int]) -> str:
    rows: dict[int, list[Put]] = {row: [] for row in plan.hidden_rows}
    for put in plan.puts:
        rows.setdefault(put.row, []).append(put)
    lines = []
    for row, puts in sorted(rows.items()):
        cells = "".join(_cell(put, strings, formats) for put in sorted(puts, key=lambda put: put.column))
        hidden = ' hidden="1"' if row in plan.hidden_rows else ""
        lines.append(f'<row r="{row + 1}"{hidden}>{cells}</row>')
    columns = "".join(
        f'<col min="{column + 1}" max="{column + 1}" width="9" hidden="1"/>'
        for column in sorted(plan.hidden_columns)
    )
    merged = [put for put in plan.puts if put.down * put.across > 1]
    ranges = "".join(
        f'<mergeCell ref="{_name(p.row, p.column)}:{_name(p.row + p.down - 1, p.column + p.across - 1)}"/>'
        for p in merged
    )
    before = f"<cols>{columns}</cols>" if columns else ""
    behind = f'<mergeCells count="{len(merged)}">{ranges}</mergeCells>' if merged else ""
    return f'{_XML}<worksheet xmlns="{_MAIN}">{before}<sheetData>{"".join(lines)}</sheetData>{behind}</worksheet>'


def _cell(put: Put, strings: dict[str, int], formats: dict[str, int]) -> str:
    at = f'<c r="{_name(put.row, put.column)}" s="{formats.setdefault(put.format, len(formats))}"'
    if put.value == "":
        return f"{at}/>"
    if isinstance(put.value, str):
        return f'{at} t="s"><v>{strings.setdefault(put.value, len(strings))}</v></c>'
    return f"{at}><v>{put.value!r}</v></c>"


def _name(row: int, column: int) -> str:
    """The name of a cell: A1."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"
