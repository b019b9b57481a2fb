"""A table file of any accepted kind in (CSV, Excel, Parquet), its cells out, some rows at a time, with limits.

Called by :mod:`riskmodels.interop.columns`, the Cohort page and the scoring of cohorts; it knows no variable.
"""
