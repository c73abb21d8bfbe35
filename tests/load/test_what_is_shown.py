"""What a person sees is what is read: hidden, drawn, covered and struck-out figures give neither a figure nor a blank.

Each case is a small invented file of one format. A cell that cannot be read keeps a text which is no figure, from
which `load.recognise` makes a doubt.
"""

import io
import struct
from collections.abc import Callable, Sequence

import openpyxl
import pytest
from fpdf import FPDF
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Font, PatternFill
from PIL import Image

from load.checks import PARSE_DOUBT
from load.extract.document import Document
from load.extract.html import read_html
from load.extract.html_slow import read_html_slowly
from load.extract.pdf.reader import read_pdf
from load.extract.sheets import read_sheets
from load.extract.sheets.xls import _covers  # the records of drawings: no writer here makes them
from load.extract.shown import as_shown
from load.extract.word.doc_properties import DELETED, RAISED, TINY, WHITE, character_look
from load.extract.word.docx import read_docx
from load.extract.word.odt import read_odt
from load.extract.word.rtf import read_rtf
from load.read import read_reports
from load.recognise.values import read_value
from sample.formats.docx import zipped
from sample.formats.pdf import PdfStyle, bound
from sample.generate import stream


def _kinds(document: Document) -> list[str]:
    """What the cells of the document's tables are: figure, blank, none or text."""
    return [read_value(piece.text).kind for piece in document.pieces if piece.table == 0]


# Pages


def _page(cell: str, sheet: str) -> str:
    row = f"<tr><td>规章</td><td>{cell}</td><td>7</td></tr>"
    return f"<html><head><style>{sheet}</style></head><body><table>{row}</table></body></html>"


def _readings(cell: str, sheet: str = "") -> list[str]:
    """The text of the cell, as each of the two readers of pages has it."""
    text = as_shown(_page(cell, sheet))
    documents = [read_html(text, "utf-8"), read_html_slowly(text, "utf-8")]
    assert [(d.pieces[0].text, d.pieces[2].text) for d in documents] == [("规章", "7")] * 2
    return [document.pieces[1].text for document in documents]


_FACE = "@font-face{font-family:own;src:url(own.woff)}"


@pytest.mark.parametrize(
    ("cell", "sheet"),
    [
        # drawn
        ('<img src="3.png">', ""), ('<img src="1.gif">5', ""), ("<svg><text>3</text></svg>", ""),
        ("<canvas></canvas>", ""), ('<object data="3.svg">3</object>', ""), ('<iframe src="3.html"></iframe>', ""),
        ('<script>document.write("3")</script>', ""), ('<meter value="3"></meter>', ""),
        ('<i class="n3"></i>', ""), ('<i class="x"></i>', ".x{background:url(d.png) -30px 0}"),
        ('<b style="background-image:url(3.png)"></b>', ""), ('<b class="x"></b>', '.x::before{content:"3"}'),
        ('<b class="x"></b>', '.x:after{content:"\\33"}'), ('<b data-v="3"></b>', "td b::after{content:attr(data-v)}"),
        ('<b class="x">5</b>', ".x::after{content:counter(c)}"),
        # not seen
        ('<span style="color:#fff">5</span>', ""), ('<font color="white">5</font>', ""),
        ('<span style="color:rgba(0,0,0,0)">5</span>', ""), ('<span style="background:#000">5</span>', ""),
        ('<span style="color:#FEFEFE">9</span>5', ""), ('<span class="h">9</span>5', ".h{color:transparent}"),
        ('<span class="h">5</span>', ".h{color:red;background:red}.h{color:#fff;background:#fff}"),
        ('<span style="font-size:0">9</span>5', ""), ('<span style="font-size:1px">9</span>5', ""),
        ('<span class="h">9</span>5', ".h{font-size:0.5pt}"), ('<span style="font:0/0 a">9</span>5', ""),
        ('<span style="opacity:0">9</span>5', ""), ('<span style="position:absolute;left:-9999px">9</span>5', ""),
        ('<span style="display:block;text-indent:-9999px">5</span>', ""),
        ('<span style="position:absolute;clip:rect(0,0,0,0)">9</span>5', ""),
        ('<span style="clip-path:inset(50%)">9</span>5', ""), ('<span style="transform:scale(0)">9</span>5', ""),
        ('<span style="display:inline-block;width:0;overflow:hidden">9</span>5', ""),
        # seen as something else
        ('<bdo dir="rtl">15</bdo>', ""), ('<i style="transform:rotate(180deg)">6</i>', ""), ("&#x202e;15", ""),
        ('<span class="o">5</span>', f"{_FACE} .o{{font-family:own}}"), ('<span style="font-family:own">5</span>', _FACE),
        ("<ruby>5<rt>9</rt></ruby>", ""), ("<del>7</del><ins>5</ins>", ""),
        ("<details><summary>5</summary>9</details>", ""),
    ],
)  # fmt: skip
def test_a_figure_that_is_drawn_or_not_seen_is_neither_a_figure_nor_blank(cell: str, sheet: str) -> None:
    assert [read_value(text).kind for text in _readings(cell, sheet)] == ["text", "text"]


@pytest.mark.parametrize(
    ("cell", "sheet"),
    [
        ('<input value="5">', ""), ("<textarea>5</textarea>", ""), ("<select><option>1<option selected>5</select>", ""),
        ("<ins>5</ins>", ""), ("<template>9</template>5", ""), ("<noscript>9</noscript>5", ""),
        ("<dialog>9</dialog>5", ""), ("<details><summary></summary>5</details>", ""),
        ('<span style="color:#fff;background:#00f">5</span>', ""), ('<span style="opacity:0.9">5</span>', ""),
        ('<span class="h">5</span>', ".h{color:#fff;background:#333}"), ("5", ".nav a{color:#fff}"),
        ('<span style="font-size:0"><b style="font-size:12px">5</b></span>', ""), ("5", 'td::after{content:""}'),
        ('<p style="text-indent:2em;margin-left:-36pt;color:#000;background:white">5</p>', ""),
        ('<span style="font-family:仿宋">5</span>', "@font-face{font-family:仿宋;panose-1:2 1}"),
        ('<span class="h">9</span>5', ".h{display:none}"),
    ],
)  # fmt: skip
def test_a_figure_that_is_seen_is_read_however_it_is_dressed(cell: str, sheet: str) -> None:
    assert _readings(cell, sheet) == ["5", "5"]


@pytest.mark.parametrize(
    "cell", ['<img src="/images/spacer.gif">', '<span class="15"></span>', '<p class="MsoNormal"></p>']
)
def test_a_blank_cell_with_empty_mark_up_stays_blank(cell: str) -> None:
    assert _readings(cell) == ["", ""]


def test_a_picture_beside_a_label_leaves_the_label_as_it_is() -> None:
    document = read_html("<table><tr><td><img src='dot.gif'>规章</td><td>7</td></tr></table>", "utf-8")
    assert [piece.text for piece in document.pieces] == ["规章", "7"]


def test_a_frame_where_a_table_should_be_is_noticed() -> None:
    assert read_html("<p>三、收到和处理</p><iframe src='table.html'></iframe>", "utf-8").images
    assert not read_html("<p>三、收到和处理</p>", "utf-8").images


def test_a_report_with_a_picture_for_a_figure_is_in_doubt_there_and_nowhere_else() -> None:
    page = next(iter(stream(3, 1, ("html_clean",)))).body.decode()
    row = page.index("2.重复申请")
    start = page.index("<td", row)
    start, end = page.index(">", start) + 1, page.index("</td>", start)
    (report,) = read_reports((page[:start] + '<img src="n.png">' + page[end:]).encode())
    doubts = [(c.rule, c.where) for c in report.checks if c.verdict == PARSE_DOUBT]
    assert doubts == [("cell_unreadable", "table3.not_processed_duplicate.natural_person")]
    assert report.tables[1].value("not_processed_duplicate", "natural_person") is None


# Word


def _docx(content: str, of_cell: str = "", styles: str = "") -> list[str]:
    names = 'xmlns:w="urn:w" xmlns:v="urn:v" xmlns:a="urn:a" xmlns:s="urn:s"'
    cells = [f"<w:tc>{of_cell}<w:p>{content}</w:p></w:tc>", "<w:tc><w:p><w:r><w:t>7</w:t></w:r></w:p></w:tc>"]
    body = f"<w:tbl><w:tr>{''.join(cells)}</w:tr></w:tbl>"
    related = '<Relationship Id="s" Type="x/styles" Target="styles.xml"/>'
    document = read_docx(
        zipped(
            {
                "word/document.xml": f"<w:document {names}><w:body>{body}</w:body></w:document>",
                "word/_rels/document.xml.rels": f'<Relationships xmlns="urn:r">{related}</Relationships>',
                "word/styles.xml": f"<w:styles {names}>{styles}</w:styles>",
            }
        )
    )
    return _kinds(document)


def _run(text: str, look: str = "") -> str:
    return f"<w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    "content",
    [
        _run("3") + _run("1", '<w:position w:val="10"/>'), _run("3", '<w:color w:val="FFFFFF"/>'),
        _run("3", '<w:color w:themeColor="background1"/>'), _run("3", '<w:rStyle w:val="white"/>'),
        _run("3", '<w:color w:val="000000"/><w:highlight w:val="black"/>'), _run("3", '<w:sz w:val="2"/>'),
        _run("3", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'), _run("3") + "<w:r><w:drawing><a:blip/></w:drawing></w:r>",
        _run("3") + "<w:r><w:pict><v:line/></w:pict></w:r>", '<w:r><w:pict><v:shape><v:textpath string="3"/></v:shape></w:pict></w:r>',
        '<w:bdo w:val="rtl">' + _run("13") + "</w:bdo>",
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> SYMBOL 51 </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    ],
)  # fmt: skip
def test_a_figure_of_a_word_file_that_is_not_seen_as_it_is_stored_is_none(content: str) -> None:
    style = '<w:style w:styleId="white"><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>'
    assert _docx(content, styles=style) == ["text", "figure"]


@pytest.mark.parametrize(
    ("content", "of_cell"),
    [
        (_run("3", '<w:position w:val="-2"/>'), ""), (_run("3", '<w:color w:val="FF0000"/><w:sz w:val="18"/>'), ""),
        (_run("3", '<w:color w:val="FFFFFF"/>'), '<w:tcPr><w:shd w:fill="4472C4"/></w:tcPr>'),
        (_run("3", '<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>'), ""),
        (_run("3", '<w:rFonts w:ascii="仿宋_GB2312"/>'), ""), (_run("", "") + _run("3", '<w:color w:val="auto"/>'), ""),
        ("<w:sdt><w:sdtContent>" + _run("3") + "</w:sdtContent></w:sdt>", ""),
    ],
)  # fmt: skip
def test_a_figure_of_a_word_file_that_is_seen_is_read(content: str, of_cell: str) -> None:
    assert _docx(content, of_cell) == ["figure", "figure"]


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (r"{\pict\pngblip 89504e47}", "text"), (r"3{\*\shppict{\pict 89}}", "text"), (r"3{\super 1}", "text"),
        (r"3{\up6 1}", "text"), (r"{\cf1 3}", "text"), (r"{\fs2 9}3", "text"), (r"{\strike 3}", "text"),
        (r"{\object\objemb{\*\objdata 01}}", "text"), (r"{\field{\*\fldinst EQ \\f(1,2)}}", "text"),
        (r"{\shp{\*\shpinst{\sp{\sn pib}{\sv {\pict 89}}}}}", "text"), (r"{\v 9}3", "figure"), (r"{\cf2 3}", "figure"),
        (r"{\deleted 9}{\revised 3}", "figure"), ("", "blank"),
    ],
)  # fmt: skip
def test_a_cell_of_an_rtf_file_is_what_it_shows(cell: str, kind: str) -> None:
    head = r"{\rtf1\ansi{\colortbl;\red255\green255\blue255;\red255\green0\blue0;}"
    row = r"\trowd\cellx1000\cellx2000\cellx3000\pard\intbl " + cell + r"\cell 7\cell 8\cell\row}"
    assert _kinds(read_rtf((head + row).encode())) == [kind, "figure", "figure"]


def _odt(cell: str, styles: str = "", of_cell: str = "") -> list[str]:
    names = " ".join(f'xmlns:{p}="urn:{p}"' for p in ("office", "text", "table", "draw", "fo", "style"))
    cells = f"<table:table-cell {of_cell}><text:p>{cell}</text:p></table:table-cell>" + (
        "<table:table-cell><text:p>7</text:p></table:table-cell>"
    )
    body = f"<table:table><table:table-row>{cells}</table:table-row></table:table>"
    return _kinds(
        read_odt(
            zipped(
                {
                    "content.xml": f"<office:document-content {names}><office:automatic-styles>{styles}"
                    f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
                    "</office:document-content>"
                }
            )
        )
    )


@pytest.mark.parametrize(
    ("look", "kind"),
    [
        ('style:text-position="33% 58%"', "text"), ('style:text-position="super 58%"', "text"),
        ('style:text-position="0% 100%"', "figure"), ('fo:color="#ffffff"', "text"), ('fo:font-size="1pt"', "text"),
        ('fo:color="#ff0000"', "figure"), ('style:font-name="Wingdings"', "text"),
        ('fo:color="#ffffff" fo:background-color="#0000ff"', "figure"),
    ],
)  # fmt: skip
def test_a_figure_of_an_opendocument_file_is_read_where_it_is_seen(look: str, kind: str) -> None:
    style = f'<style:style style:name="a"><style:text-properties {look}/></style:style>'
    assert _odt('3<text:span text:style-name="a">1</text:span>', style) == [kind, "figure"]


def test_a_picture_or_a_line_on_a_figure_of_an_opendocument_file_is_noticed() -> None:
    assert _odt("3<draw:frame><draw:image/></draw:frame>") == ["text", "figure"]
    assert _odt("3<draw:line/>") == ["text", "figure"]
    assert _odt("<draw:line/>") == ["blank", "figure"]


def test_the_looks_of_old_word_files_that_hide_figures_are_known() -> None:
    def look(code: int, *operand: int) -> int:
        return character_look(struct.pack("<H", code) + bytes(operand))[0]

    assert look(0x4845, 10, 0) == RAISED
    assert look(0x4845, 0, 0) == 0
    assert look(0x2A42, 8) == look(0x6870, 255, 255, 255, 0) == WHITE
    assert look(0x6870, 255, 255, 255, 255) == look(0x2A42, 1) == 0
    assert look(0x4A43, 2, 0) == TINY
    assert look(0x4A43, 21, 0) == 0
    assert look(0x0800, 1) == DELETED


# Spreadsheets


def _sheet(dress: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> list[str]:
    """The kinds of the four figures of a table after something was done to its sheet."""
    book = openpyxl.Workbook()
    for row in (["信息内容", "甲", "乙"], ["行政许可", 11, 2], ["行政处罚", 0, 4]):
        book.active.append(row)
    dress(book.active)
    held = io.BytesIO()
    book.save(held)
    texts = [piece.text for piece in read_sheets(held.getvalue()).pieces]
    return [read_value(texts[n]).kind for n in (4, 5, 7, 8)]


_F, _T = "figure", "text"
_HIDE, _RED, _STRIKE = Font(color="FFFFFFFF"), Font(color="FFFF0000"), Font(strike=True)


@pytest.mark.parametrize(
    ("rule", "kinds"),
    [
        (CellIsRule(operator="equal", formula=["0"], font=_HIDE), [_F, _F, _T, _F]),
        (CellIsRule(operator="greaterThan", formula=["10"], font=_HIDE), [_T, _F, _F, _F]),
        (CellIsRule(operator="equal", formula=["0"], font=_RED), [_F, _F, _F, _F]),
        (CellIsRule(operator="equal", formula=["4"], font=_STRIKE), [_F, _F, _F, _T]),
        (FormulaRule(formula=["B2>C2"], font=_HIDE), [_T, _T, _T, _T]),
    ],
)  # fmt: skip
def test_a_figure_that_a_condition_may_hide_is_none(rule: object, kinds: Sequence[str]) -> None:
    assert _sheet(lambda sheet: sheet.conditional_formatting.add("B2:C3", rule)) == kinds


def test_a_figure_in_the_colour_of_its_ground_or_too_small_is_none() -> None:
    def dress(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["B2"].font, sheet["B2"].fill = Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FFFFFFFF")
        sheet["C2"].font, sheet["C2"].fill = Font(color="FFFF0000"), PatternFill("solid", fgColor="FFFF0000")
        sheet["B3"].font = Font(sz=1)
        sheet["C3"].font, sheet["C3"].fill = Font(color="FFFFFFFF"), PatternFill("solid", fgColor="FF4472C4")

    assert _sheet(dress) == ["text", "text", "text", "figure"]


def test_a_number_too_wide_for_its_column_is_shown_as_signs_and_is_no_figure() -> None:
    def dress(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["B2"] = 1234567
        sheet.column_dimensions["B"].width = 4

    assert _sheet(dress) == ["text", "figure", "figure", "figure"]


def test_a_picture_over_cells_leaves_no_figure_and_no_blank_under_it() -> None:
    def dress(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        held = io.BytesIO()
        Image.new("RGB", (40, 12)).save(held, "PNG")
        sheet.add_image(openpyxl.drawing.image.Image(held), "B2")
        sheet["C3"] = None
        sheet.add_image(openpyxl.drawing.image.Image(io.BytesIO(held.getvalue())), "C3")

    assert _sheet(dress) == ["text", "figure", "figure", "text"]


def test_pictures_over_cells_of_an_old_workbook_are_placed_and_notes_are_not() -> None:
    def drawing(shape: int) -> bytes:
        parts = struct.pack("<HHI8x", shape << 4 | 2, 0xF00A, 8)
        parts += struct.pack("<HHI9H", 0, 0xF010, 18, 0, 1, 0, 2, 0, 3, 0, 4, 0)
        return struct.pack("<HHI", 15, 0xF004, len(parts)) + parts

    assert [(cover.range, cover.is_picture) for cover in _covers(drawing(75))] == [((2, 1, 4, 3), True)]
    assert list(_covers(drawing(202))) == []


# PDF


_LINES = "\n".join(f"0.5 w {x} 700 m {x} 720 l S" for x in (100, 200, 300, 400)) + "".join(
    f"\n0.5 w 100 {y} m 400 {y} l S" for y in (700, 720)
)
_SEVEN = "250 706 m 252 714 l 254 714 l 256 706 l 254.5 706 l 253 712 l 251.5 706 l h f"


def _said(text: str, x: float, matrix: str = "1 0 0 1", size: float = 10.5) -> str:
    return f"BT /F1 {size} Tf {matrix} {x} 706 Tm <{text.encode('utf-16-be').hex()}> Tj ET"


def _pdf(*marks: str) -> list[str]:
    drawn = "\n".join([_LINES, _said("规章", 110), *marks, _said("3", 350)])
    return _kinds(read_pdf(bound([drawn], PdfStyle(), 595)))


@pytest.mark.parametrize(
    "marks",
    [
        [_said("12", 250), "1 w 248 704 m 264 716 l S"], [_said("12", 250), "0.5 w 200 700 m 300 720 l S"],
        [_said("12", 250), "248 704 m 249 704 l 264 716 l 263 716 l f"],
        [_said("12", 250), "1 w 246 708 m 250 718 258 700 266 712 c S"], [_SEVEN],
        [_said("12", 250), f"q 1 0 0 1 15 0 cm {_SEVEN} Q"], ["1 w 250 714 m 255 714 l 252 706 l S"],
        [_said("12", 250, size=1)], [_said("12", 250, "-1 0 0 1")], [_said("12", 250, "0.9 0.3 -0.3 0.9")],
        ["q 8 0 0 10 250 704 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q"],
        [_said("12", 250), "q 30 0 0 16 245 702 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q"],
    ],
    ids=["stroke", "cell struck", "filled stroke", "ink", "outline", "outline beside text", "drawn", "tiny", "mirrored",
         "slanted", "picture", "picture over it"],
)  # fmt: skip
def test_a_figure_of_a_pdf_that_is_drawn_crossed_out_or_turned_is_neither_read_nor_blank(
    marks: list[str],
) -> None:
    assert _pdf(*marks) == ["text", "text", "figure"]


@pytest.mark.parametrize(
    ("marks", "kind"),
    [
        ([_said("12", 250), "0.5 w 100 700 m 200 720 l S"], "figure"), (["0.5 w 200 700 m 300 720 l S"], "blank"),
        (["0.9 g 202 702 m 298 702 l 299 703 l 299 717 l 298 718 l 202 718 l 201 717 l 201 703 l h f 0 g", _said("12", 250)],
         "figure"),
        (["0.8 g 200 700 100 20 re f 0 g"], "blank"),
    ],
    ids=["stroke elsewhere", "stroke through a blank", "round ground", "ground of a blank"],
)  # fmt: skip
def test_strokes_and_grounds_that_hide_no_figure_change_none(marks: list[str], kind: str) -> None:
    assert _pdf(*marks) == ["text", kind, "figure"]


def _noted(note: Callable[[FPDF], object]) -> list[str]:
    pdf = FPDF(unit="pt", format="A4")
    pdf.add_page()
    pdf.set_font("Helvetica", size=10.5)
    for x in (100, 200, 300, 400):
        pdf.line(x, 100, x, 120)
    for y in (100, 120):
        pdf.line(100, y, 400, y)
    for x, text in ((110, "a"), (250, "12"), (350, "3")):
        pdf.text(x, 114, text)
    note(pdf)
    return _kinds(read_pdf(bytes(pdf.output())))


def test_a_figure_that_a_note_strikes_out_or_writes_over_is_none() -> None:
    corners = [248, 738, 264, 738, 248, 724, 264, 724]
    assert _noted(lambda pdf: pdf.add_text_markup_annotation("StrikeOut", "", corners))[1] == "text"
    assert _noted(lambda pdf: pdf.ink_annotation([(246, 118), (256, 104), (266, 118)]))[1] == "text"
    assert _noted(lambda pdf: pdf.free_text_annotation("7", x=225, y=104, w=15, h=14))[1] == "text"
    assert _noted(lambda pdf: pdf.text_annotation(250, 110, "x")) == ["text", "figure", "figure"]
    assert _noted(lambda pdf: pdf.add_text_markup_annotation("Highlight", "", corners))[1] == "figure"
