"""PDF files to pieces, by where their characters and ruling lines stand. Scans have no characters: see `reader`."""

from load.extract.pdf.reader import read_pdf

__all__ = ["read_pdf"]
