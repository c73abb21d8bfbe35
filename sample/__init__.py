"""A plainly fictional province (示例省): its publishers, their reports and the sites that carry them.

One generator, fixed by a seed, serves the demonstration, the property tests and the benchmarks. No
place, body, figure or sentence in it is real.
"""
