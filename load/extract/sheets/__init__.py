"""Spreadsheets to pieces: which of the two ways of writing one a file is in.

xlsx is XML in a zip container, xls and the et of WPS are records in an OLE file; WPS writes today's et as
either. What the cells mean is left to `load.recognise`.
"""

from load.extract.document import Document, Unreadable
from load.extract.sheets.xls import read_xls
from load.extract.sheets.xlsx import read_xlsx

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_sheets(body: bytes) -> Document:
    """The document of a spreadsheet, its format "xlsx" or "xls".

    Each sheet that is shown gives its paragraphs and tables in order; hidden sheets, rows and columns are left
    out. Cells carry what they show, a number as its format shows it. Raises Unreadable.
    """
    if body.startswith(b"PK"):
        return read_xlsx(body)
    if body.startswith(_OLE):
        return read_xls(body)
    raise Unreadable("it is no spreadsheet: neither xlsx nor xls")
