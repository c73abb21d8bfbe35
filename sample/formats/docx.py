"""Reports as Word documents (docx), written the ways that Word and WPS write them.

The state of the generator chooses the habits: text cut into runs, numbers of headings set by Word, tracked
changes, hidden text, fields, the strict namespace. None of them changes what is printed.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from html import escape
from random import Random

from sample.formats.cells import placed
from sample.layouts.flow import INVENTED, Line, Picture, flow
from sample.report import Report
from sample.tables import PrintedTable
from sample.wording import choose

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_NUMERALS = "一二三四五六"
_NUMBERING = (
    '<w:numbering xmlns:w="{main}"><w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="chineseCounting"/><w:suff w:val="nothing"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>'
)
_STYLES = (
    '<w:styles xmlns:w="{main}"><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/>'
    '<w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="character" w:styleId="9"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
)


def page(report: Report, rng: Random) -> bytes:
    """The bytes of the file; the same report and state of the generator give the same."""
    wording = choose(rng, report.figures["form_version"])
    style = _Style(rng)
    blocks = list(flow(report, wording))
    numbered = rng.random() < 0.4 and can_be_numbered(blocks)
    parts = []
    for block in blocks:
        if isinstance(block, PrintedTable):
            parts.append(_table(block, style))
        elif isinstance(block, Picture):
            parts.append("<w:p><w:r><w:pict><v:imagedata/></w:pict></w:r></w:p>")
        elif block.kind == "heading" and numbered:
            parts.append(f'<w:p><w:pPr><w:pStyle w:val="1"/></w:pPr>{style.runs(block.text[2:])}</w:p>')
        else:
            parts.append(style.paragraph(block.text))
    main = _STRICT if rng.random() < 0.1 else _MAIN
    document = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="{main}" '
        f'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:r="{_RELATIONS}"><w:body>{"".join(parts)}'
        '<w:sectPr><w:headerReference w:type="default" r:id="rId2"/></w:sectPr></w:body></w:document>'
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/{kind}" Target="{kind}.xml"/>'
        for n, kind in enumerate(("styles", "numbering", "header"))
    )
    return zipped(
        {
            "[Content_Types].xml": _content_types("document.main", "styles", "numbering", "header"),
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" '
            f'Type="{_RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
            "word/document.xml": document,
            "word/styles.xml": _STYLES.format(main=main),
            "word/numbering.xml": _NUMBERING.format(main=main),
            "word/header.xml": f'<w:hdr xmlns:w="{main}"><w:p><w:r><w:t>{INVENTED}</w:t></w:r></w:p></w:hdr>',
        }
    )


def _content_types(*kinds: str) -> str:
    """What each part is, for those who ask before they read."""
    told = "".join(
        f'<Override PartName="/word/{kind.partition(".")[0]}.xml" '
        f'ContentType="{MEDIA_TYPE.rpartition(".")[0]}.{kind}+xml"/>'
        for kind in kinds
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{told}</Types>'
    )


def can_be_numbered(blocks: Sequence[Line | PrintedTable | Picture]) -> bool:
    """Whether the headings are numbered 一、 to 六、, as a word processor would number them."""
    headings = [block.text for block in blocks if isinstance(block, Line) and block.kind == "heading"]
    return all(
        re.match(rf"{numeral}、(?! )", text) for numeral, text in zip(_NUMERALS, headings, strict=False)
    )


def zipped(parts: dict[str, str]) -> bytes:
    """A ZIP container of these parts, the same bytes each time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as container:
        for name, text in parts.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            container.writestr(member, text)
    return file.getvalue()


class _Style:
    """How one document writes its text."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.cuts = rng.random() < 0.5
        self.changes = rng.random() < 0.3
        self.hides = rng.random() < 0.3
        self.fields = rng.random() < 0.3

    def paragraph(self, text: str) -> str:
        """A paragraph; a break in the text is one in the line."""
        return f'<w:p><w:pPr><w:jc w:val="left"/></w:pPr>{self.runs(text)}</w:p>'

    def runs(self, text: str) -> str:
        """The runs of a paragraph, and between them what Word does not show."""
        pieces = [text]
        if self.cuts and len(text) > 1 and self.rng.random() < 0.5:
            at = self.rng.randrange(1, len(text))
            pieces = [text[:at], text[at:]]
        runs = [self._run(piece) for piece in pieces if piece]
        if self.changes and self.rng.random() < 0.3:
            runs.append('<w:del w:id="4" w:author="x"><w:r><w:delText>38</w:delText></w:r></w:del>')
            runs[0] = f'<w:ins w:id="5" w:author="x">{runs[0]}</w:ins>'
        if self.hides and self.rng.random() < 0.3:
            runs.insert(0, '<w:r><w:rPr><w:rStyle w:val="9"/></w:rPr><w:t>41</w:t></w:r>')
            runs.append("<w:r><w:rPr><w:vanish/></w:rPr><w:t>7</w:t></w:r>")
        if self.fields and self.rng.random() < 0.3:
            runs = [
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>=SUM(ABOVE) \\# 5</w:instrText></w:r>'
                '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
                *runs,
                '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            ]
        return "".join(runs)

    def _run(self, text: str) -> str:
        lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
        return f'<w:r><w:rPr><w:sz w:val="24"/></w:rPr>{lines}</w:r>'


def _table(table: PrintedTable, style: _Style) -> str:
    rows = []
    for row in placed(table):
        cells = []
        for cell, _, covered in row:
            merge = '<w:vMerge w:val="restart"/>' if cell.rowspan > 1 else ""
            merge = "<w:vMerge/>" if covered else merge
            span = f'<w:gridSpan w:val="{cell.colspan}"/>' if cell.colspan > 1 else ""
            text = "<w:p/>" if covered or not cell.text else style.paragraph(cell.text)
            cells.append(f'<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/>{span}{merge}</w:tcPr>{text}</w:tc>')
        rows.append(f"<w:tr><w:trPr><w:trHeight/></w:trPr>{''.join(cells)}</w:tr>")
    grid = "<w:gridCol/>" * table.columns
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
