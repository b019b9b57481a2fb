"""Do invented rows help a small clinic? Models of 500 real people, and of these with 5,000 rows invented from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.bootstrap import Plan, bootstrap_scores
from riskmodels.generated.use.encoding import Encoding
from riskmodels.generated.use.transfer import PREDICTORS, REPLICATES, Target
from riskmodels.shipping.adults import Parts
from riskmodels.shipping.generated_trial.generators import Make

#: real people of a small clinic, rows invented from them, and how many such clinics are drawn
FEW, ADDED, CLINICS = 500, 5000, 3


def adding(parts: Parts, make: Make, target: Target, predictors: Sequence[str] = tuple(PREDICTORS)) -> dict[str, Any]:
    """AUROC on test people of models of few real people, alone and with rows invented from the same people.

    Args:
        parts: people; each clinic is another :data:`FEW` of those to fit on.
        make: the generator, fitted on each clinic alone.
        target: the outcome.
        predictors: names of :data:`~riskmodels.generated.use.transfer.PREDICTORS`.

    Returns:
        By predictor ``real`` and ``with_invented`` (mean over clinics), ``difference``, and ``difference_se``
        (bootstrap over test people; the clinics stay those drawn).
    """
    scores: dict[str, dict[str, FloatArray]] = {name: {} for name in predictors}
    for number in range(CLINICS):
        clinic = parts.fit.iloc[number * FEW : (number + 1) * FEW].reset_index(drop=True)
        both = pd.concat([clinic, make(clinic, ADDED, number)], ignore_index=True)
        for name in predictors:
            scores[name][f"real{number}"] = _answers(clinic, parts.test, target, name)
            scores[name][f"both{number}"] = _answers(both, parts.test, target, name)
    labels = target.labels(parts.test)
    return {name: _compared(labels, found) for name, found in scores.items()}


def _answers(people: pd.DataFrame, test: pd.DataFrame, target: Target, predictor: str) -> FloatArray:
    encoding = Encoding.of(test)
    inputs = [name for name in encoding.columns if name != target.name and name not in target.apart]
    labels = target.labels(people)
    known = ~np.isnan(labels)
    fitted = PREDICTORS[predictor](encoding.codes(people, inputs)[known], labels[known], 0)
    return fitted(encoding.codes(test, inputs))


def _compared(labels: FloatArray, scores: dict[str, FloatArray]) -> dict[str, float]:
    found = bootstrap_scores(labels, scores, ["auroc"], plan=Plan(REPLICATES))
    real, both = ([name for name in scores if name.startswith(kind)] for kind in ("real", "both"))
    means = [float(np.mean([found.points[name]["auroc"] for name in names])) for names in (real, both)]
    draws = [np.mean([found.draws[name]["auroc"] for name in names], axis=0) for names in (real, both)]
    return {
        "real": means[0],
        "with_invented": means[1],
        "difference": means[1] - means[0],
        "difference_se": float((draws[1] - draws[0]).std(ddof=1)),
    }
