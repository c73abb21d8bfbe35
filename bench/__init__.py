"""Speed, measured: `python -m bench` makes its own data, measures and prints the table of budgets.

Times depend on the machine; the ratios beside them travel. Nothing here is a test.
"""
