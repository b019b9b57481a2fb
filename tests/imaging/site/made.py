"""A site's photos in made numbers: log-odds whose truth is known, told by a camera that flattens and shifts them."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from riskmodels.imaging.findings import Question
from riskmodels.imaging.site.crossval import Known

QUESTIONS = (
    Question("mild", "Mild", "grade", 1, 0.4, "There.", "Not there.", 0.7, 0.5),
    Question("severe", "Severe", "grade", 2, 0.4, "There.", "Not there.", 0.7, 0.4),
)


def known(n: int, *, slope: float, intercept: float, features: float, seed: int = 0) -> Known:
    """Photos of three grades.

    Args:
        n: how many.
        slope, intercept: of the log-odds told, against the true ones.
        features: how much of the truth the features alone know.
        seed: of all that is random.
    """
    rng = np.random.default_rng(seed)
    score, pooled = rng.normal(0, 2, n), rng.normal(0, 1, (n, 30))
    truth = score + features * pooled[:, 0]
    wanted = (truth[:, None] + [0.8, -0.8] + rng.logistic(0, 1, (n, 1)) > 0).astype(np.float64)
    logits = slope * (score[:, None] + [0.8, -0.8]) + intercept
    assert (expit(logits) > 0).all()
    return Known(logits, pooled, wanted, np.arange(2), wanted[:, 0].astype(np.int64), QUESTIONS)
