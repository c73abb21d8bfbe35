"""Archive to database: reads reports of any layout and writes the tables that people query.

Knows the form and nothing of HTTP. What it needs from `scrape` is the archive reader, no more.
"""
