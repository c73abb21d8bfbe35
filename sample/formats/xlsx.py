"""Reports as spreadsheets in XML (xlsx), written by openpyxl."""

import io
from random import Random

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from sample.formats.sheet import plans
from sample.report import Report


def page(report: Report, rng: Random) -> bytes:
    """The workbook of `report`."""
    book = Workbook()
    book.remove(book.active)
    for plan in plans(report, rng):
        sheet = book.create_sheet(plan.name)
        sheet.sheet_state = "hidden" if plan.hidden else "visible"
        for put in plan.puts:
            cell = sheet.cell(put.row + 1, put.column + 1)
            cell.value, cell.number_format = put.value if put.value != "" else None, put.format
            if put.down * put.across > 1:
                last = {"end_row": put.row + put.down, "end_column": put.column + put.across}
                sheet.merge_cells(start_row=put.row + 1, start_column=put.column + 1, **last)
        for row in plan.hidden_rows:
            sheet.row_dimensions[row + 1].hidden = True
        for column in plan.hidden_columns:
            sheet.column_dimensions[get_column_letter(column + 1)].hidden = True
    book.active = next(n for n, sheet in enumerate(book.worksheets) if sheet.sheet_state == "visible")
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()
