"""Chinese text as both rooms need it: folding, and the bigrams of the search index.

`fold` makes two spellings of one text equal: full and half width, Traditional and Simplified,
upper and lower case. `segment` and `match_query` make the search index and ask it. Nothing here
knows of reports, sites or databases.
"""

from chinese.folding import fold, fold_label
from chinese.search import excerpt, match_query, segment

__all__ = ["excerpt", "fold", "fold_label", "match_query", "segment"]
