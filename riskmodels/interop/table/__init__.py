"""A table file (CSV, Excel, Parquet) in, its cells out, some rows at a time, with limits; and CSV that is safe to open.

Called by :mod:`riskmodels.interop.columns`, the Cohort page and the scoring of cohorts; it knows no variable.
"""
