"""What the pages of the publication share: language, names, figures in pictures, and what each page shows.

The modules beside this folder are Datasette's plugins, and thin; what they say and count stands here.
"""
