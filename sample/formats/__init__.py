"""Reports as files of office programs, a module a format: `page` gives the bytes of a report.

`FORMATS` has those that stand in the sample beside the layouts of text and HTML. What a report says is left to
the other modules of `sample`; pages are `sample.layouts`.
"""

from functools import partial

from sample.formats import doc, docx, odt, pdf, rtf, xls, xlsx
from sample.layouts import Layout, Printer
from sample.sites.server import media_type_of

_PRINTERS: dict[str, tuple[str, Printer]] = {
    "docx": (".docx", docx.page),
    "doc": (".doc", doc.page),
    "pdf": (".pdf", partial(pdf.page, style=pdf.STYLES["pdf"])),
    "wps": (".wps", doc.page),
    "xlsx": (".xlsx", xlsx.page),
    "rtf": (".rtf", rtf.page),
    "pdf_boxes": (".pdf", partial(pdf.page, style=pdf.STYLES["pdf_boxes"])),
    "xls": (".xls", xls.page),
    "odt": (".odt", odt.page),
}

FORMATS: dict[str, Layout] = {
    name: Layout(name, media_type_of(extension), extension, True, printer)
    for name, (extension, printer) in _PRINTERS.items()
}
"""The formats of the sample, by name, the commonest first."""
