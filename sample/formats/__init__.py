"""Reports as files of office programs, a module a format: `page` gives the bytes of a report.

What a report says is left to the other modules of `sample`; pages of text and HTML are `sample.layouts`.
"""
