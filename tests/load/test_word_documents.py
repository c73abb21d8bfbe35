"""Word documents (docx, doc, wps, odt, rtf): what they print is what is read, and nothing that they hide."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from load.extract.document import PROSE, Document, Piece, Unreadable
from load.extract.word.doc import read_doc
from load.extract.word.docx import read_docx
from load.extract.word.mht import html_of_mht, is_mht
from load.extract.word.numbering import written
from load.extract.word.odt import read_odt
from load.extract.word.rtf import read_rtf
from load.forms import form
from load.narrative import read_narrative
from load.recognise import read_tables
from load.recognise.values import read_value
from sample.formats import doc as as_doc
from sample.formats import docx as as_docx
from sample.formats import odt as as_odt
from sample.formats import rtf as as_rtf
from sample.formats.docx import zipped
from sample.report import Damage
from sample.report import Report as Invented
from sample.strategies import reports

REPORTS = Path(__file__).resolve().parents[3] / "shared" / "reports"
READERS: dict[str, Callable[[bytes], Document]] = {
    "docx": read_docx,
    "doc": read_doc,
    "wps": read_doc,
    "odt": read_odt,
    "rtf": read_rtf,
}
FILES = [path for ending in READERS for path in sorted(REPORTS.glob(f"formats/*.{ending}"))]
PRINTERS = {"docx": as_docx.page, "doc": as_doc.page, "odt": as_odt.page, "rtf": as_rtf.page}

_SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
_FORMATS = st.sampled_from(sorted(PRINTERS))
_SEEDS = st.integers(0, 2**32)


@pytest.mark.skipif(not FILES, reason=f"the five real reports are not at {REPORTS}")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_figure_of_a_real_report_is_the_one_that_people_read(path: Path) -> None:
    document = READERS[path.suffix[1:]](path.read_bytes())
    truth = json.loads((REPORTS / "truth" / f"{path.stem}.json").read_text("utf-8"))
    tables = read_tables(document.pieces)
    for table in tables:
        due = truth[f"table{table.number}"]
        assert {row: {c: table.value(row, c) for c in columns} for row, columns in due.items()} == due
        assert table.doubts == []
    narrative = read_narrative(document, set().union(*(table.used for table in tables)))
    assert [section.number for section in narrative.sections] == [0, 1, 2, 3, 4, 5, 6]
    assert not any("结转下年度继续办理" in section.text for section in narrative.sections)


def _differences(report: Invented, document: Document) -> list[tuple[str, object, object]]:
    """(cell, printed, read) of the cells of the form that are not read as printed."""
    tables = read_tables(document.pieces)
    return [
        (f"table{number}.{row}.{column}", value, tables[number - 2].value(row, column))
        for number in (2, 3, 4)
        for row, columns in report.figures[f"table{number}"].items()  # type: ignore[literal-required]  # the number makes the key
        for column, value in columns.items()
        if value != tables[number - 2].value(row, column)
    ]


@_SLOW
@given(reports(blanks=False), _FORMATS, _SEEDS)
def test_a_form_printed_in_any_word_format_reads_back_the_same(
    report: Invented, name: str, seed: int
) -> None:
    document = READERS[name](PRINTERS[name](report, Random(seed)))
    assert _differences(report, document) == []
    assert document.format == name
    tables = read_tables(document.pieces)
    narrative = read_narrative(document, set().union(*(table.used for table in tables)))
    assert [section.number for section in narrative.sections if section.number] == [1, 2, 3, 4, 5, 6]


@_SLOW
@given(reports(), _FORMATS, _SEEDS, st.data())
def test_blank_cells_and_lost_rows_and_labels_never_give_another_figure(
    report: Invented, name: str, seed: int, data: st.DataObject
) -> None:
    rows = st.frozensets(st.sampled_from(list(form(report.figures["form_version"]).rows)), max_size=3)
    damage = Damage(
        unlabelled=frozenset((3, row) for row in data.draw(rows)),
        lost_rows=frozenset((3, row) for row in data.draw(rows)),
        absent=data.draw(st.frozensets(st.sampled_from((2, 3, 4)), max_size=1)),
    )
    document = READERS[name](PRINTERS[name](replace(report, damage=damage), Random(seed)))
    assert [cell for cell in _differences(report, document) if cell[2] is not None] == []


@_SLOW
@given(reports(), _FORMATS, _SEEDS, st.data())
def test_a_damaged_file_gives_a_document_or_a_sentence(
    report: Invented, name: str, seed: int, data: st.DataObject
) -> None:
    body = bytearray(PRINTERS[name](report, Random(seed)))
    for at in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=8)):
        body[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del body[data.draw(st.integers(0, len(body))) :]
    assert len(_answer(READERS[name], bytes(body))) > 2


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1"]),
    st.binary(max_size=3000),
)
def test_any_bytes_give_a_document_or_a_sentence(start: bytes, rest: bytes) -> None:
    for reader in READERS.values():
        assert len(_answer(reader, start + rest)) > 2


def _answer(reader: Callable[[bytes], Document], body: bytes) -> str:
    """The format of the document, or the sentence that says why there is none; anything else is raised."""
    try:
        return reader(body).format
    except Unreadable as error:
        return str(error)


# The ways of Word, one by one. What stands in `body` is the XML of a document.


def _word(body: str, **parts: str) -> Document:
    names = 'xmlns:w="urn:w" xmlns:mc="urn:mc" xmlns:v="urn:v" xmlns:a="urn:a"'
    related = "".join(
        f'<Relationship Id="{name}" Type="x/{name}" Target="{name}.xml"/>'
        for name in ("styles", "numbering", "footnotes")
    )
    return read_docx(
        zipped(
            {
                "word/document.xml": f"<w:document {names}><w:body>{body}</w:body></w:document>",
                "word/_rels/document.xml.rels": f'<Relationships xmlns="urn:r">{related}</Relationships>',
                **{
                    f"word/{name}.xml": f"<w:{name} {names}>{text}</w:{name}>" for name, text in parts.items()
                },
            }
        )
    )


def _p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def _table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def _cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def _texts(document: Document) -> list[str]:
    return [piece.text for piece in document.pieces]


def test_deleted_text_is_not_read_and_inserted_text_is() -> None:
    run = "<w:r><w:t>3</w:t></w:r>"
    body = (
        f"<w:p><w:r><w:t>1</w:t></w:r><w:del><w:r><w:delText>2</w:delText></w:r></w:del><w:ins>{run}</w:ins></w:p>"
        f"<w:p><w:moveFrom>{run}</w:moveFrom><w:moveTo><w:r><w:t>4</w:t></w:r></w:moveTo></w:p>"
    )
    assert _texts(_word(body)) == ["13", "4"]


def test_a_paragraph_whose_mark_is_deleted_goes_on_in_the_next() -> None:
    assert _texts(_word(_p("一、总体", "<w:rPr><w:del/></w:rPr>") + _p("情况") + _p("x"))) == [
        "一、总体情况",
        "x",
    ]


def test_deleted_and_hidden_rows_and_cells_are_not_read() -> None:
    gone = f"<w:trPr><w:del/></w:trPr>{_cell(_p('8'))}"
    hidden = f"<w:trPr><w:hidden/></w:trPr>{_cell(_p('9'))}"
    kept = _cell(_p("5")) + _cell(_p("6"), "<w:cellDel/>") + _cell(_p("7"))
    assert _texts(_word(_table(gone, hidden, kept))) == ["5", "7"]


def test_hidden_text_is_not_read_be_it_hidden_by_a_style() -> None:
    styles = (
        '<w:style w:styleId="a"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="b"><w:basedOn w:val="a"/></w:style>'
    )
    run = "<w:r><w:rPr>{}</w:rPr><w:t>{}</w:t></w:r>"
    body = (
        "<w:p>"
        + run.format("<w:vanish/>", "1")
        + run.format('<w:rStyle w:val="b"/>', "2")
        + run.format('<w:rStyle w:val="b"/><w:vanish w:val="0"/>', "3")
        + "</w:p>"
    )
    assert _texts(_word(body, styles=styles)) == ["3"]


def test_the_instruction_of_a_field_is_not_text_and_a_table_of_contents_is_none() -> None:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    field = (
        char.format("begin")
        + "<w:r><w:instrText>{}</w:instrText><w:t>99</w:t></w:r>"
        + char.format("separate")
        + "<w:r><w:t>{}</w:t></w:r>"
        + char.format("end")
    )
    sum_, contents = field.format("=SUM(ABOVE)", "12"), field.format(" TOC \\o", "一、总体情况 3")
    assert _texts(_word(f"<w:p>{sum_}</w:p><w:p>{contents}</w:p>{_p('一、总体情况')}")) == [
        "12",
        "一、总体情况",
    ]


def test_a_footnote_follows_its_paragraph_and_does_not_change_the_figure() -> None:
    notes = f'<w:footnote w:id="4">{_p("含自然失效")}</w:footnote>'
    cell = '<w:p><w:r><w:t>22</w:t></w:r><w:r><w:footnoteReference w:id="4"/></w:r></w:p>'
    document = _word(_table(_cell(_p("规章")) + _cell(cell)) + _p("三、"), footnotes=notes)
    assert _texts(document) == ["规章", "22", "含自然失效", "三、"]


def test_the_text_of_a_box_is_read_once() -> None:
    box = f"<v:shape><w:txbxContent>{_p('公报')}</w:txbxContent></v:shape>"
    body = (
        f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        "</mc:AlternateContent><w:t>标题</w:t></w:r></w:p>"
    )
    assert _texts(_word(body)) == ["标题", "公报"]


def test_a_table_that_lays_out_the_page_is_not_one_of_the_form() -> None:
    inner = _table(_cell(_p("规章")) + _cell(_p("1")))
    document = _word(_table(_cell(_p("二、主动公开") + inner + _p("x")), _cell(_p("页脚"))))
    assert [(p.text, p.table, p.row) for p in document.pieces] == [
        ("二、主动公开", PROSE, PROSE),
        ("规章", 0, 0),
        ("1", 0, 0),
        ("x", PROSE, PROSE),
        ("页脚", PROSE, PROSE),
    ]


def test_a_cell_that_a_merged_one_covers_has_no_text_and_an_empty_one_has_a_blank() -> None:
    restart, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    document = _word(
        _table(
            _cell(_p("（三）"), restart) + _cell(_p("1.")) + _cell("<w:p/>"),
            _cell(_p("99"), goes_on) + _cell(_p("2."), '<w:gridSpan w:val="1000000"/>') + _cell(_p("0")),
        )
    )
    assert [(p.text, p.row) for p in document.pieces] == [
        ("（三）", 0),
        ("1.", 0),
        ("", 0),
        ("2.", 1),
        ("0", 1),
    ]


def test_figures_on_two_lines_of_a_cell_are_not_one_figure() -> None:
    broken = "<w:p><w:r><w:t>1</w:t><w:br/><w:t>2</w:t></w:r></w:p>"
    raised = '<w:p><w:r><w:t>1</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>2</w:t></w:r></w:p>'
    apart = "<w:p><w:r><w:t>1</w:t></w:r><w:r><w:t>2</w:t></w:r><w:r><w:softHyphen/><w:t>\u200b3</w:t></w:r></w:p>"
    row = _cell(broken) + _cell(_p("1") + _p("2")) + _cell(raised) + _cell(apart)
    assert _texts(_word(_table(row))) == ["1 2", "1 2", "1 2", "123"]


def test_a_figure_that_is_struck_out_or_a_sign_of_a_font_is_none() -> None:
    run = "<w:r><w:rPr><w:strike/></w:rPr><w:t>12</w:t></w:r>"
    sign = '<w:r><w:sym w:font="Wingdings" w:char="F081"/></w:r>'
    texts = _texts(_word(_table(_cell(f"<w:p>{run}</w:p>") + _cell(f"<w:p>{sign}</w:p>"))))
    assert texts == ["1\u03362\u0336", "\ufffd"]


def _field(instruction: str) -> str:
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return f"{mark.format('begin')}<w:r><w:instrText>{instruction}</w:instrText></w:r>{mark.format('end')}"


@pytest.mark.parametrize(
    "content",
    [
        "<w:r><w:drawing><a:blip/></w:drawing></w:r>", "<w:r><w:object><OLEObject/></w:object></w:r>",
        _field(" FORMDROPDOWN "), f"<w:r><w:t>1</w:t></w:r>{_field(' EQ x')}",
        "<oMath><f><num><r><t>1</t></r></num><den><r><t>2</t></r></den></f></oMath>",
        "<oMath><sSup><e><r><t>1</t></r></e><sup><r><t>2</t></r></sup></sSup></oMath>",
        '<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>0</w:t></w:r>',
        '<w:r><w:rPr><w:color w:val="ffffff"/></w:rPr><w:t>1</w:t></w:r><w:r><w:t>2</w:t></w:r>',
    ],
)  # fmt: skip
def test_a_cell_that_shows_something_else_than_its_text_is_neither_a_figure_nor_blank(content: str) -> None:
    (text, other) = _texts(_word(_table(_cell(f"<w:p>{content}</w:p>") + _cell(_p("7")))))
    assert read_value(text).kind == "text"
    assert other == "7"


def test_white_text_on_a_coloured_cell_and_a_formula_in_one_line_are_read() -> None:
    run = '<w:p><w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>{}</w:t></w:r></w:p>'
    formula = "<w:p><oMath><r><t>1</t></r><r><t>2</t></r></oMath></w:p>"
    row = _cell(run.format("5"), '<w:shd w:fill="4472C4"/>') + _cell(run.format("合计")) + _cell(formula)
    assert _texts(_word(_table(row))) == ["5", "合计", "12"]


def test_a_number_that_word_sets_stands_before_its_heading() -> None:
    level = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
    levels = level.format(0, "chineseCounting", "%1、") + level.format(1, "decimal", "%2.")
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    numbered = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr>'
    headings = ("总体情况", "公开", "申请", "主动公开政府信息情况", "公开")
    body = "".join(_p(text, numbered.format(n)) for text, n in zip(headings, (0, 1, 1, 0, 1), strict=True))
    assert _texts(_word(body, numbering=numbering)) == [
        "一、总体情况", "1. 公开", "2. 申请", "二、主动公开政府信息情况", "1. 公开",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "format", "text"),
    [
        (12, "chineseCounting", "十二"), (105, "chineseCountingThousand", "一百零五"),
        (20, "japaneseCounting", "二十"), (3, "chineseLegalSimplified", "叁"), (2, "decimalEnclosedCircle", "②"),
        (21, "decimalEnclosedCircle", "21"), (4, "lowerRoman", "iv"), (28, "upperLetter", "BB"), (0, "lowerRoman", "0"),
    ],
)  # fmt: skip
def test_numbers_of_lists_are_written_as_printed(number: int, format: str, text: str) -> None:
    assert written(number, format) == text


def test_merged_cells_as_another_library_writes_them() -> None:
    document = docx.Document()
    table = document.add_table(3, 4)
    for row in range(3):
        for column in range(4):
            table.cell(row, column).text = f"{row}{column}"
    for cell, other, text in (((0, 0), (1, 0), "甲"), ((0, 2), (0, 3), "乙")):
        table.cell(*cell).merge(table.cell(*other)).text = text
    file = io.BytesIO()
    document.save(file)
    rows: dict[int, list[str]] = {}
    for piece in read_docx(file.getvalue()).pieces:
        rows.setdefault(piece.row, []).append(piece.text)
    assert rows == {0: ["甲", "01", "乙"], 1: ["11", "12", "13"], 2: ["20", "21", "22", "23"]}


# What cannot be read is said in a sentence.

_CLEAR = b"PK\x01\x02\x14\x03\x14\0\0\0"  # the head of a member's entry, up to its flags


def test_a_document_of_pictures_alone_says_so() -> None:
    with pytest.raises(Unreadable, match="only pictures"):
        _word("<w:p><w:r><w:drawing><a:blip/></w:drawing></w:r></w:p>")
    assert _word(f"<w:p><w:r><w:drawing><a:blip/></w:drawing></w:r></w:p>{_p('x')}").images
    assert not _word(_p("x")).images


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (zipped({"a.txt": "x"}), "without the text of a Word document"),
        (zipped({"word/document.xml": "<w"}), "not well-formed"),
        (zipped({"word/document.xml": '<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>'}), "document type"),
        (zipped({"word/document.xml": "<x>" + "<y/>" * 3_000_001 + "</x>"}), "tags and attributes"),
        (zipped({"word/document.xml": " " * 24_000_001}), "unpacks to more"),
        (zipped({"word/document.xml": "<x>" * 5000 + "</x>" * 5000}), "not well-formed"),
        (zipped({"word/document.xml": "<x/>"})[:-30], "damaged or incomplete"),
        (zipped({"word/document.xml": "<x/>"}).replace(_CLEAR, _CLEAR[:-2] + b"\x01\0"), "encrypted"),
    ],
    ids=["other", "broken", "entities", "tags", "bomb", "deep", "cut", "encrypted"],
)  # fmt: skip
def test_a_hostile_or_damaged_container_is_refused_with_a_reason(body: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read_docx(body)


def test_tables_deep_in_one_another_and_cells_repeated_a_million_times_are_refused() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 60 + _p("1") + "</w:tc><w:tc/></w:tr></w:tbl>" * 60
    with pytest.raises(Unreadable, match="too deep"):
        _word(deep)
    content = (
        '<o:c xmlns:o="urn:o"><o:body><o:text><o:table><o:table-row><o:table-cell number-columns-repeated='
        '"1000000"/></o:table-row></o:table></o:text></o:body></o:c>'
    )
    with pytest.raises(Unreadable, match="again"):
        read_odt(zipped({"content.xml": content}))
    with pytest.raises(Unreadable, match="too deep"):
        read_rtf(b"{\\rtf1" + b"{" * 3000)


def test_an_encrypted_word_file_says_so() -> None:
    whole = as_doc._compound(
        {"WordDocument": b"\xec\xa5\xc1\x00" + bytes(6) + b"\x00\x01" + bytes(4084), "1Table": b""}
    )
    with pytest.raises(Unreadable, match="encrypted"):
        read_doc(whole)
    locked = as_doc._compound({"EncryptedPackage": bytes(4096), "1Table": b""})
    with pytest.raises(Unreadable, match="encrypted"):
        read_doc(locked)


# OpenDocument and RTF, where they differ from Word.


def _odt(body: str, styles: str = "") -> list[Piece]:
    names = 'xmlns:o="urn:o" xmlns:t="urn:t"'
    return read_odt(
        zipped({"content.xml": f"<o:c {names}>{styles}<o:body><o:text>{body}</o:text></o:body></o:c>"})
    ).pieces


def test_an_opendocument_list_is_numbered_and_hidden_text_is_left_out() -> None:
    styles = (
        '<t:list-style t:name="L"><t:list-level-style-number t:level="1" t:num-format="一, 二, 三, ..." '
        't:num-suffix="、"/></t:list-style>'
        '<o:style o:name="H"><o:text-properties t:display="none"/></o:style>'
    )
    item = "<t:list-item><t:p>{}</t:p></t:list-item>"
    first = f'<t:list t:style-name="L">{item.format("总体情况")}</t:list>'
    second = f'<t:list t:style-name="L" t:continue-numbering="true">{item.format("主动公开")}</t:list>'
    body = f'{first}<t:p>1<t:span t:style-name="H">2</t:span>3<t:s t:c="2"/>4</t:p>{second}'
    assert [piece.text for piece in _odt(body, styles)] == ["一、总体情况", "13 4", "二、主动公开"]


def test_a_picture_in_a_cell_of_an_opendocument_table_is_no_blank() -> None:
    cells = ("<t:p><t:frame><t:image/></t:frame></t:p>", "<t:p>7</t:p>", "")
    row = "".join(f"<t:table-cell>{cell}</t:table-cell>" for cell in cells)
    pieces = _odt(f"<t:table><t:table-row>{row}</t:table-row></t:table>")
    assert [read_value(piece.text).kind for piece in pieces] == ["text", "figure", "blank"]


def _rtf(text: str) -> list[str]:
    head = r"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset134 x;}{\f2\fcharset2 Wingdings;}}"
    return _texts(read_rtf(f"{head}{text}}}".encode("latin-1")))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (r"\f1 \'d2\'bb\par", ["一"]),
        (r"\u19968\'3f\uc2\u20108\'b6\'fe\uc0\u-244 x\par", ["一二．x".replace("．", "\uff0c")]),
        (r"1{\v 2}{\deleted 3}4\par", ["14"]),
        (r"{\field{\*\fldinst SUM 5}{\fldrslt 6}}\par", ["6"]),
        (r"{\*\unknown 7}8{\header 9\par}\par", ["8"]),
        (r"{\listtext\f1 \'d2\'bb\'a1\'a2\tab}x\par", ["一、 x"]),
        (r"a{\footnote b\par}\par c\par", ["a", "b", "c"]),
        (r"{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt box\par}}}a\par", ["a", "box"]),
        (r"{\f2 3}\par", ["\ufffd"]),
        (r"\trowd\cellx1\cellx2\pard\intbl 1\cell\cell\row", ["1", ""]),
        (r"\trowd\cellx1\clvmrg\cellx2\cellx3\pard\intbl 1\cell 2\cell 3\cell\row", ["1", "3"]),
        (r"\trowd\cellx1\pard\intbl 1\par 2\cell\row", ["1 2"]),
        (r"\trowd\cellx1\pard\intbl {\strike 5}{\super 6}\cell\row", ["5\u0336 6"]),
    ],
)  # fmt: skip
def test_rtf_prints_this(text: str, lines: list[str]) -> None:
    assert _rtf(text) == lines


def test_an_rtf_file_that_breaks_off_within_a_figure_does_not_give_it() -> None:
    assert _texts(read_rtf(rb"{\rtf1 {\trowd\cellx1\cellx2\intbl 1\cell 23")) == ["1"]


def test_the_page_in_a_web_archive_is_found() -> None:
    body = (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
        b'Content-Type: text/html; charset="gb2312"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        b"<p>=D2=BB</p>\r\n--x--\r\n"
    )
    assert is_mht(body)
    page, charset = html_of_mht(body)
    assert (page.decode(charset or ""), charset) == ("<p>一</p>", "gb2312")
    with pytest.raises(Unreadable, match="without a page"):
        html_of_mht(b"MIME-Version: 1.0\r\n\r\nx")
    assert not is_mht(b"<html>")
