"""Scoring cohorts: a checked frame → estimates with intervals, reasons in words and counts that add up."""

from riskmodels.scoring.cohort import Counts, ScoredCohort, score_cohort
from riskmodels.scoring.export import to_csv

__all__ = ["Counts", "ScoredCohort", "score_cohort", "to_csv"]
