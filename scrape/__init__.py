"""Sites to archive: finds annual reports on government sites and keeps their bytes as received.

Knows sites and HTTP and nothing of the form.
"""
