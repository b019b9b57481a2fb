"""Published clinical equations, one file each: facts in; number, category and what speaks against it out.

Called by the answer to a patient, the cohort's further columns and the evaluation. Coefficients are data beside them
(``coefficients/*.csv``).
"""

from riskmodels.scores.registry import REGISTRY, Score

__all__ = ["REGISTRY", "Score"]
