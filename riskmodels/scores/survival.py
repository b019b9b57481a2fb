"""Equations of the form 1 − S0^exp(sum − mean), as PCE, Framingham and SCORE2 have it, read from a coefficient file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from riskmodels.columns import Floats
from riskmodels.scores.coefficients import read_coefficients
from riskmodels.vocabulary import CURRENT_SMOKER

_MEAN = "mean_linear_predictor"
_BASELINE = "baseline_survival_10y"


@dataclass(frozen=True)
class SurvivalEquation:
    """One equation: its coefficients, the mean of the linear predictor and the baseline survival.

    Args:
        coefficients: by term.
        mean: subtracted from the sum of terms.
        baseline: survival over the horizon of a person at the mean.
    """

    coefficients: Mapping[str, float]
    mean: float
    baseline: float

    def total(self, terms: Mapping[str, Floats]) -> Floats:
        """Sum of coefficient × term, before the mean is subtracted (n values)."""
        total: Floats = np.sum([value * terms[term] for term, value in self.coefficients.items()], axis=0)
        return total

    def log_hazard(self, terms: Mapping[str, Floats]) -> Floats:
        """ln(−ln(1 − risk)): free of the rounding of 1 − risk."""
        shift = np.log(-np.log(self.baseline)) - self.mean
        log_hazard: Floats = self.total(terms) + shift
        return log_hazard

    def risk(self, terms: Mapping[str, Floats]) -> Floats:
        """Risk over the horizon, 0–1."""
        return risk_of(self.log_hazard(terms))


def risk_of(log_hazard: Floats) -> Floats:
    """1 − exp(−exp(x))."""
    risk: Floats = -np.expm1(-np.exp(log_hazard))
    return risk


@cache
def read_survival(name: str, **group: str) -> SurvivalEquation:
    """The equation of one group of a coefficient file.

    Args:
        name: file name without ending.
        group: value by column, e.g. ``sex="female"``.
    """
    table = read_coefficients(name)
    for key, wanted in group.items():
        table = table[table[key] == wanted]
    values = dict(zip(table["term"], table["value"], strict=True))
    mean, baseline = values.pop(_MEAN), values.pop(_BASELINE)
    return SurvivalEquation(values, mean, baseline)


def log_terms(v: Mapping[str, Floats]) -> dict[str, Floats]:
    """Terms that PCE and Framingham share: natural logarithms, not centred."""
    ln_sbp = np.log(v["systolic_bp"])
    return {
        "ln_age": np.log(v["age"]),
        "ln_sbp_treated": v["bp_medication"] * ln_sbp,
        "ln_sbp_untreated": (1 - v["bp_medication"]) * ln_sbp,
        "current_smoker": (v["smoking"] == CURRENT_SMOKER).astype(float),
        "diabetes": v["diabetes"],
    }


def log_cholesterol(v: Mapping[str, Floats]) -> dict[str, Floats]:
    """The lipid terms of PCE and Framingham, from mg/dL."""
    return {"ln_total_chol": np.log(v["total_cholesterol"]), "ln_hdl": np.log(v["hdl_cholesterol"])}
