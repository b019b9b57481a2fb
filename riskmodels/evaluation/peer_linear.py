"""Logistic regression as a peer: inputs as they are, or each as a cubic spline; unknown values imputed and marked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler

from riskmodels.evaluation.logistic import KNOT_QUANTILES
from riskmodels.evaluation.peer_parts import Candidate, Kind, Part, Settings, from_decision

PENALTIES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 1.0)
#: inputs with at most this many distinct values are categories
_CATEGORIES = 4
Encoder = Callable[[pd.Series], Pipeline]


def _choices(seed: int) -> list[Settings]:
    return [{"C": c} for c in PENALTIES]


def _fit(encoder: Encoder, train: Part, tune: Part, seed: int, settings: Settings) -> Candidate:
    design = make_pipeline(columns(train.frame, encoder), StandardScaler()).fit(train.frame)
    # Newton: exact, so there is no convergence to warn about
    model = LogisticRegression(C=float(settings["C"]), solver="newton-cholesky")
    model.fit(design.transform(train.frame), train.label, train.weight)
    return Candidate(settings, partial(from_decision, model, design.transform))


def columns(frame: pd.DataFrame, encoder: Encoder) -> ColumnTransformer:
    """Every input by its encoder, with a mark for each that is sometimes unknown."""
    parts = [(name, encoder(frame[name]), [name]) for name in frame]
    parts.append(("unknown", MissingIndicator(features="missing-only", error_on_new=False), list(frame)))
    return ColumnTransformer(parts, sparse_threshold=0)


def straight(column: pd.Series) -> Pipeline:
    """Median where unknown; categories one by one."""
    if 2 < column.nunique() <= _CATEGORIES:
        return make_pipeline(
            SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        )
    return make_pipeline(SimpleImputer(strategy="median"))


def curved(column: pd.Series) -> Pipeline:
    """As :func:`straight`, and a cubic spline, straight beyond its last knots, where there are values for one."""
    knots = np.unique(column.dropna().quantile(KNOT_QUANTILES))
    if column.nunique() <= _CATEGORIES or len(knots) < 3:
        return straight(column)
    spline = SplineTransformer(knots=knots[:, None], extrapolation="linear", include_bias=False)
    return make_pipeline(SimpleImputer(strategy="median"), spline)


LOGISTIC = Kind(_choices, partial(_fit, straight))
SPLINE_LOGISTIC = Kind(_choices, partial(_fit, curved))
