"""Reports as RTF, in the Chinese code of the font or by the numbers of the characters."""

from random import Random

from sample.formats.cells import placed
from sample.layouts.flow import INVENTED, Picture, flow
from sample.report import Report
from sample.tables import PrintedTable
from sample.wording import choose

MEDIA_TYPE = "application/rtf"
_HEAD = (
    r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\froman\fcharset0 Times New Roman;}"
    r"{\f1\fnil\fcharset134 \'cb\'ce\'cc\'e5;}}{\stylesheet{\s0 Normal;}}{\info{\title x}}"
)


def page(report: Report, rng: Random) -> bytes:
    """The bytes of the file; the same report and state of the generator give the same."""
    by_number = rng.random() < 0.5
    parts = [_HEAD, rf"{{\header\pard {_text(INVENTED, by_number)}\par}}"]
    for block in flow(report, choose(rng, report.figures["form_version"])):
        if isinstance(block, PrintedTable):
            parts.append(_table(block, by_number))
        elif isinstance(block, Picture):
            parts.append(r"\pard{\pict\pngblip 89504e47}\par")
        else:
            parts.append(rf"\pard\plain {_text(block.text, by_number)}{{\v 31}}\par")
    return "\n".join([*parts, "}"]).encode("ascii")


def _text(text: str, by_number: bool) -> str:
    """`text` in a group of its own, in a Chinese font."""
    shown = []
    for character in text:
        code = character.encode("gb18030")
        if character == "\n":
            shown.append(r"\line ")
        elif character.isascii():
            shown.append(f"\\{character}" if character in "\\{}" else character)
        elif by_number or len(code) > 2:
            shown.append(rf"\u{ord(character) if ord(character) < 0x8000 else ord(character) - 0x10000}\'3f")
        else:
            shown.append("".join(rf"\'{byte:02x}" for byte in code))
    return rf"{{\f1 {''.join(shown)}}}" if text else ""


def _table(table: PrintedTable, by_number: bool) -> str:
    rows = []
    for row in placed(table):
        definition, cells = [r"\trowd\trgaph108"], []
        for cell, column, covered in row:
            merged = r"\clvmrg" if covered else r"\clvmgf" if cell.rowspan > 1 else ""
            definition.append(rf"{merged}\clbrdrt\cellx{(column + cell.colspan) * 900}")
            cells.append(rf"\pard\intbl {'' if covered else _text(cell.text, by_number)}\cell ")
        rows.append("".join([*definition, "\n", *cells, r"\row"]))
    return "\n".join(rows)
