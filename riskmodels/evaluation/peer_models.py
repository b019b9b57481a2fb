"""How each peer is fitted: for one set of people, a series of candidates, of which the best on others is chosen.

Written for adults of NHANES (30,000 rows × 30 inputs, 2 cores): a second or two for the logistic regression, half a
minute for the random search of XGBoost, one minute for explainable boosting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xgboost as xgb
from interpret.glassbox import ExplainableBoostingClassifier
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.logistic import KNOT_QUANTILES


class Part(NamedTuple):
    """People ready to be fitted.

    Args:
        frame: float inputs, NaN unknown.
        label: 0 or 1.
        weight: above 0, mean 1.
    """

    frame: pd.DataFrame
    label: FloatArray
    weight: FloatArray


class Candidate(NamedTuple):
    """One fitted model: what it was set to, and its log-odds for a frame of inputs."""

    settings: dict[str, float | int | str]
    log_odds: Callable[[pd.DataFrame], FloatArray]


def _log_odds(model: Any, design: Callable[[pd.DataFrame], FloatArray], frame: pd.DataFrame) -> FloatArray:
    return np.asarray(model.decision_function(design(frame)), np.float64)


def _several(fit: Callable[[Any], Candidate], settings: Iterable[Any], threads: int) -> Iterator[Candidate]:
    """Fit several settings at once, one thread each.

    Two threads inside one booster wait for each other busily: on a machine with other work that took seven times
    as long as one thread. Apart they do not, and the result does not depend on their number.
    """
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(fit, settings)


#: fit on the first part, stop early on the second, with a seed and a number of threads
Fitter = Callable[[Part, Part, int, int], Iterator[Candidate]]

# ── spline logistic regression ──────────────────────────────────────────────────────────────────────────────────────

PENALTIES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 1.0)
#: inputs with at most this many distinct values are categories
_CATEGORIES = 4


def spline_logistic(train: Part, tune: Part, seed: int, threads: int) -> Iterator[Candidate]:
    """Median imputation with indicators, cubic splines, L2 of several strengths."""
    design = make_pipeline(_columns(train.frame), StandardScaler()).fit(train.frame)
    ready = design.transform(train.frame)
    for c in PENALTIES:
        # Newton: exact, so there is no convergence to warn about
        model = LogisticRegression(C=c, solver="newton-cholesky").fit(ready, train.label, train.weight)
        yield Candidate({"C": c}, partial(_log_odds, model, design.transform))


def _columns(frame: pd.DataFrame) -> ColumnTransformer:
    parts = [(name, _encoder(frame[name]), [name]) for name in frame]
    parts.append(("unknown", MissingIndicator(features="missing-only", error_on_new=False), list(frame)))
    return ColumnTransformer(parts, sparse_threshold=0)


def _encoder(column: pd.Series) -> Pipeline:
    impute = SimpleImputer(strategy="median")
    known = column.dropna()
    knots = np.unique(known.quantile(KNOT_QUANTILES))
    if known.nunique() <= 2:
        return make_pipeline(impute)
    if known.nunique() <= _CATEGORIES:
        return make_pipeline(
            SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        )
    if len(knots) < 3:
        return make_pipeline(impute)
    return make_pipeline(impute, SplineTransformer(knots=knots[:, None], extrapolation="linear", include_bias=False))


# ── gradient boosting ───────────────────────────────────────────────────────────────────────────────────────────────

SEARCHES = 12
_ROUNDS, _PATIENCE, _BINS = 2000, 60, 128
_CHOICES: dict[str, tuple[float, ...]] = {
    "max_depth": (2, 3, 4),
    "learning_rate": (0.03, 0.05),
    "min_child_weight": (2, 5, 20, 50),
    "subsample": (0.5, 0.7, 0.9),
    "colsample_bytree": (0.3, 0.5, 0.8),
    "reg_lambda": (1, 10, 50),
    "event_weight": (1, 3),
}


def boosting(train: Part, tune: Part, seed: int, threads: int) -> Iterator[Candidate]:
    """Random search over XGBoost settings, each stopped early on the tuning part.

    People with the event may count ``event_weight`` times; the log-odds are then put back by its logarithm.
    """
    rng = np.random.default_rng(seed)
    drawn = [{name: float(rng.choice(options)) for name, options in _CHOICES.items()} for _ in range(SEARCHES)]
    yield from _several(partial(_boosted, train, tune, seed), drawn, threads)


def _boosted(train: Part, tune: Part, seed: int, drawn: dict[str, float]) -> Candidate:
    factor = drawn["event_weight"]
    fitted = _matrix(train, factor)
    model = xgb.train(
        {
            "objective": "binary:logistic",
            "eval_metric": "logloss",
            "tree_method": "hist",
            "max_bin": _BINS,
            "nthread": 1,
            "seed": seed,
            **{k: v for k, v in drawn.items() if k not in ("event_weight", "max_depth")},
            "max_depth": int(drawn["max_depth"]),
        },
        fitted,
        _ROUNDS,
        evals=[(_matrix(tune, factor, fitted), "tune")],
        early_stopping_rounds=_PATIENCE,
        verbose_eval=False,
    )
    rounds = model.best_iteration + 1

    def log_odds(frame: pd.DataFrame) -> FloatArray:
        margin = model.predict(xgb.DMatrix(frame, nthread=1), output_margin=True, iteration_range=(0, rounds))
        return np.asarray(margin, np.float64) - float(np.log(factor))

    return Candidate({**drawn, "trees": rounds}, log_odds)


def _matrix(part: Part, factor: float, like: Any = None) -> xgb.QuantileDMatrix:
    weight = part.weight * np.where(part.label == 1, factor, 1.0)
    return xgb.QuantileDMatrix(part.frame, part.label, weight=weight, max_bin=_BINS, nthread=1, ref=like)


# ── explainable boosting ────────────────────────────────────────────────────────────────────────────────────────────

#: interpret warns that its plots cannot show NaN and advises an extreme value, which then has a bin of its own
UNKNOWN = -1000.0
EBM_SETTINGS: tuple[dict[str, int], ...] = (
    {"interactions": 0, "max_bins": 256, "max_leaves": 2, "min_samples_leaf": 4},
    {"interactions": 10, "max_bins": 256, "max_leaves": 3, "min_samples_leaf": 20},
    {"interactions": 10, "max_bins": 64, "max_leaves": 2, "min_samples_leaf": 20, "smoothing_rounds": 200},
    {"interactions": 20, "max_bins": 64, "max_leaves": 3, "min_samples_leaf": 20, "smoothing_rounds": 200},
)
_BAGS = 6


def explainable_boosting(train: Part, tune: Part, seed: int, threads: int) -> Iterator[Candidate]:
    """Additive boosting with pairs (interpret), at several sizes; it stops early on parts of ``train``."""
    yield from _several(partial(_explainable, train, seed), EBM_SETTINGS, threads)


def _explainable(train: Part, seed: int, settings: dict[str, int]) -> Candidate:
    model = ExplainableBoostingClassifier(
        feature_names=list(train.frame),
        feature_types=["continuous"] * train.frame.shape[1],
        outer_bags=_BAGS,
        n_jobs=1,
        random_state=seed,
        **settings,
    ).fit(_marked(train.frame), train.label.astype(int), sample_weight=train.weight)
    return Candidate({**settings}, partial(_log_odds, model, _marked))


def _marked(frame: pd.DataFrame) -> FloatArray:
    return frame.fillna(UNKNOWN).to_numpy(np.float64)


FITTERS: dict[str, Fitter] = {"logistic": spline_logistic, "xgboost": boosting, "ebm": explainable_boosting}
