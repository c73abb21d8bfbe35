"""Word processors' files to pieces: docx, doc (and wps), odt, rtf, and the pages that are kept as mht."""
