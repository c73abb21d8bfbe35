"""Errors that a visitor makes stay on the visitor's page.

Datasette 0.65 prints a traceback with every local variable for each of them, a mistyped filter
included, where `rich` is installed, which the command line needs; that takes a second of the server's
time. What is really unexpected, a status 500, still leaves its traceback in the log.
"""

from datasette import handle_exception

handle_exception.rich = None
