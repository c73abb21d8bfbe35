"""Sites to archive: finds annual reports on government sites and keeps their bytes as received.

Knows sites and HTTP and nothing of the form. `run` and `listing` do the work, with what `families` know of
sites and the `client` that asks them; `archive` keeps the answers; `discovery` finds new `sources`.
"""
