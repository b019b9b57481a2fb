"""What an administrator does to a model: an edit of a curve, a stated prevalence in; a version with its effect out.

Versions are kept by :mod:`riskmodels.tabular.versions`; recalibration is of :mod:`riskmodels.cohort_report`.
"""
