"""HTML pasted from Word into an old page: a span for every few characters, styles longer than the text.

The page is GB18030 and declares gb2312, and stands in a table of layout.
"""

from random import Random

from sample.layouts.flow import INVENTED, Picture, flow
from sample.layouts.html import NAVIGATION
from sample.report import Report
from sample.tables import PrintedTable
from sample.wording import choose

_SPAN = (
    "<span style=\"mso-spacerun:'yes';font-family:宋体;mso-ascii-font-family:Calibri;"
    "mso-bidi-font-family:'Times New Roman';color:rgb(0,0,0);letter-spacing:0.0000pt;"
    'font-size:10.0000pt;mso-font-kerning:0.0000pt;">'
)
_CELL = (
    '<P class=MsoNormal style="MARGIN-BOTTOM: 0pt; text-autospace: ideograph-other; mso-pagination: '
    "widow-orphan; TEXT-ALIGN: center; VERTICAL-ALIGN: middle; LINE-HEIGHT: 12pt; "
    'mso-line-height-rule: exactly" align=center>'
)
_BORDER = (
    'style="BORDER-RIGHT: windowtext 1pt solid; PADDING-RIGHT: 5.4pt; BORDER-TOP: windowtext 1pt solid; '
    'PADDING-LEFT: 5.4pt; WIDTH: 66.6pt; mso-border-alt: solid windowtext .5pt" vAlign=center width=89'
)


def page(report: Report, rng: Random, *, broken: bool = False) -> bytes:
    """The whole page; `broken` leaves out some end tags and closes others twice."""
    wording = choose(rng, report.figures["form_version"])
    parts = []
    for block in flow(report, wording):
        if isinstance(block, PrintedTable):
            parts.append(_table(block, rng, broken))
        elif isinstance(block, Picture):
            parts.append(
                f'<P class=MsoNormal><IMG src="./{block.name}" v:shapes="_x0000_i1025"><o:p></o:p></P>'
            )
        else:
            parts.append(
                '<P class=MsoNormal style="TEXT-INDENT: 32pt; mso-char-indent-count: 2.0000">'
                f"{_pasted(block.text)}<o:p></o:p></P>"
            )
    body = "\n".join(parts)
    title = report.title or "政府信息公开年报"
    whole = (
        '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
        f"<title>{title}</title>"
        f'<meta name="PubDate" content="{report.published_on}">'
        f'<meta name="SiteIDCode" content="{report.site_code}">'
        "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->"
        f"</head><body>\n<table width=1000 class=layout><tr><td class=left><ul>{NAVIGATION}</ul></td>"
        f"<td class=main><div id=zoom>\n{body}\n</div></td></tr>"
        f"<tr><td colspan=2>{report.site} {INVENTED}</td></tr></table></body></html>"
    )
    return whole.encode("gb18030")


def _table(table: PrintedTable, rng: Random, broken: bool) -> str:
    parts = [
        '<div align=center><TABLE class=MsoNormalTable style="BORDER-COLLAPSE: collapse; '
        'mso-table-layout-alt: fixed" cellSpacing=0 cellPadding=0 border=1><tbody>\n'
    ]
    for i, row in enumerate(table.rows):
        parts.append(f'<TR style="HEIGHT: 21.25pt; mso-yfti-irow: {i}">\n')
        for cell in row:
            spans = f" colSpan={cell.colspan}" if cell.colspan > 1 else ""
            spans += f" rowSpan={cell.rowspan}" if cell.rowspan > 1 else ""
            if cell.key:
                inner = f"{_SPAN}<font face=宋体>{cell.text}</font>&nbsp;</span>"
            else:
                inner = f"{_SPAN}{_pasted(cell.text)}</span>" if cell.text else "&nbsp;"
            end = "</TD>"
            if broken and rng.random() < 0.15:
                end = rng.choice(("", "</span></p></TD>"))
            parts.append(f"<TD {_BORDER}{spans}>{_CELL}{inner}<o:p></o:p></P>{end}\n")
        parts.append("" if broken and rng.random() < 0.2 else "</TR>\n")
    parts.append("</tbody></TABLE></div>")
    return "".join(parts)


def _pasted(text: str) -> str:
    """`text` cut into spans and fonts the way Word does where the script changes."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<BR>")
    start = 0 if text.startswith(("&", "<")) else min(2, len(text) - 1)
    return (
        f'<SPAN lang=EN-US style="FONT-SIZE: 10pt; mso-bidi-font-size:10.5pt">{text[:start]}</SPAN>'
        f'<span style="font-family:仿宋_GB2312"><font face=仿宋_GB2312>{text[start:]}</font></span>'
    )
