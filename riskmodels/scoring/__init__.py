"""Scoring cohorts: a checked frame or chunks of one in; estimates, reasons in words, counts that add up out.

Called by the Cohort page through jobs, by ``python -m riskmodels score`` and from Python.
In memory: :func:`score_cohort`. Any length, bounded memory: :func:`score_stream`. Many machines:
:mod:`riskmodels.scoring.ray_engine`.
"""

from riskmodels.interop.table.safe_csv import to_csv
from riskmodels.scoring.cohort import Counts, ScoredCohort
from riskmodels.scoring.in_memory import score_cohort
from riskmodels.scoring.stream import CancelledError, Chunk, Plan, StreamCounts, score_stream

__all__ = [
    "CancelledError",
    "Chunk",
    "Counts",
    "Plan",
    "ScoredCohort",
    "StreamCounts",
    "score_cohort",
    "score_stream",
    "to_csv",
]
