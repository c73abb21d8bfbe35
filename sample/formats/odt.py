"""Reports as OpenDocument texts (odt), as LibreOffice writes them."""

from html import escape
from random import Random

from sample.formats.cells import placed
from sample.formats.docx import zipped
from sample.layouts.flow import Picture, flow
from sample.report import Report
from sample.tables import PrintedTable
from sample.wording import choose

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"))
)


def page(report: Report, rng: Random) -> bytes:
    """The bytes of the file; the same report and state of the generator give the same."""
    parts = []
    for block in flow(report, choose(rng, report.figures["form_version"])):
        if isinstance(block, PrintedTable):
            parts.append(_table(block, rng))
        elif isinstance(block, Picture):
            parts.append("<text:p><draw:frame><draw:image/></draw:frame></text:p>")
        else:
            parts.append(_paragraph(block.text, rng))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES}><office:body><office:text>'
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>97</text:p></text:deletion>"
        f"</text:changed-region></text:tracked-changes>{''.join(parts)}</office:text></office:body>"
        "</office:document-content>"
    )
    return zipped({"mimetype": MEDIA_TYPE, "content.xml": content})


def _paragraph(text: str, rng: Random) -> str:
    at = rng.randrange(len(text)) if text and rng.random() < 0.3 else 0
    first, rest = (
        escape(part).replace("\n", "<text:line-break/>").replace("  ", " <text:s/>")
        for part in (text[:at], text[at:])
    )
    return f"<text:p>{f'<text:span>{first}</text:span>' if first else ''}{rest}</text:p>"


def _table(table: PrintedTable, rng: Random) -> str:
    rows = []
    for row in placed(table):
        cells = []
        for cell, _, covered in row:
            spans = f' table:number-columns-spanned="{cell.colspan}"' if cell.colspan > 1 else ""
            spans += f' table:number-rows-spanned="{cell.rowspan}"' if cell.rowspan > 1 else ""
            if covered:
                cells.append("<table:covered-table-cell/>" * cell.colspan)
                continue
            cells.append(f"<table:table-cell{spans}>{_paragraph(cell.text, rng)}</table:table-cell>")
            cells.append("<table:covered-table-cell/>" * (cell.colspan - 1))
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return f"<table:table><table:table-column/>{''.join(rows)}</table:table>"
