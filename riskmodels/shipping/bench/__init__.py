"""What the program takes in time and memory, beside its peers in the same run: docs/benchmarks.md and docs/scaling.md.

The shipped models and the demo cohort in, tables in Markdown out; called by ``make bench``.
"""
