"""The sample's own web sites: real HTTP servers on loopback, one module a family of sites.

Each behaves as the family's real sites do, traps included. They serve the demonstration, the tests
and the benchmarks; nothing here scrapes.
"""
