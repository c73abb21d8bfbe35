"""Pictures that answer a question: each one file here, drawn by the server as SVG.

A picture is a question with its SQL, a mark to draw and notes on its denominators (`*.toml`; `dashboards.toml`
puts them together). `declared` reads the files, `answers` asks the database, `marks`, `charts` and `tiles` draw.

Why not datasette-dashboards: its pictures are made by scripts in the browser, so a page without them shows no
figure; its titles and filters know one language; and a picture of it has no address, no table of its figures
and no description for those who cannot see it. What is drawn here is read, printed, linked to and embedded as
it is. datasette-vega stays on every table and query, for pictures of the reader's own.
"""
