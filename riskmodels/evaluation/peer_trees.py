"""Trees as peers: a forest, four gradient boosters and explainable boosting; all take unknown values as they are."""

from __future__ import annotations

from functools import partial
from typing import Any

import catboost
import lightgbm
import numpy as np
import pandas as pd
import xgboost as xgb
from interpret.glassbox import ExplainableBoostingClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from threadpoolctl import threadpool_limits

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.peer_parts import Candidate, Kind, Part, Settings, from_decision, from_probability, plain

#: most trees, and how many without a gain on the tuning part end the search for more
_ROUNDS, _PATIENCE, _BINS = 2000, 60, 128

# ── random forest ───────────────────────────────────────────────────────────────────────────────────────────────────

TREES = 120
#: of the people, drawn anew for every tree
_DRAWN = 0.6
FOREST_SETTINGS: tuple[Settings, ...] = (
    {"min_samples_leaf": 5, "max_features": 0.2},
    {"min_samples_leaf": 15, "max_features": 0.5},
    {"min_samples_leaf": 15, "max_features": 0.8},
)


def _forest(train: Part, tune: Part, seed: int, settings: Settings) -> Candidate:
    model = RandomForestClassifier(TREES, max_samples=_DRAWN, n_jobs=1, random_state=seed, **settings)
    model.fit(plain(train.frame), train.label, train.weight)
    return Candidate(settings, partial(from_probability, model, plain))


# ── scikit-learn's histogram boosting ───────────────────────────────────────────────────────────────────────────────

HISTOGRAM_SETTINGS: tuple[Settings, ...] = tuple(
    {"max_leaf_nodes": most, "min_samples_leaf": least, "l2_regularization": l2, "max_features": share}
    for most, least, l2, share in ((4, 20, 1.0, 0.5), (8, 50, 10.0, 0.5), (8, 20, 1.0, 1.0), (16, 100, 30.0, 0.3))
)
_HISTOGRAM_RATE = 0.05


def _histogram(train: Part, tune: Part, seed: int, settings: Settings) -> Candidate:
    model = HistGradientBoostingClassifier(
        max_iter=_ROUNDS,
        learning_rate=_HISTOGRAM_RATE,
        early_stopping=True,
        n_iter_no_change=_PATIENCE,
        random_state=seed,
        **settings,
    )
    with threadpool_limits(1):
        model.fit(
            plain(train.frame),
            train.label,
            train.weight,
            X_val=plain(tune.frame),
            y_val=tune.label,
            sample_weight_val=tune.weight,
        )
    return Candidate({**settings, "trees": int(model.n_iter_)}, partial(from_decision, model, plain))


# ── XGBoost ─────────────────────────────────────────────────────────────────────────────────────────────────────────

SEARCHES = 12
_CHOICES: dict[str, tuple[float, ...]] = {
    "max_depth": (2, 3, 4),
    "learning_rate": (0.03, 0.05),
    "min_child_weight": (2, 5, 20, 50),
    "subsample": (0.5, 0.7, 0.9),
    "colsample_bytree": (0.3, 0.5, 0.8),
    "reg_lambda": (1, 10, 50),
    "event_weight": (1, 3),
}


def _draws(seed: int) -> list[Settings]:
    rng = np.random.default_rng(seed)
    return [{name: float(rng.choice(options)) for name, options in _CHOICES.items()} for _ in range(SEARCHES)]


def _xgboost(train: Part, tune: Part, seed: int, drawn: Settings) -> Candidate:
    """People with the event may count ``event_weight`` times; the log-odds are then put back by its logarithm."""
    factor = float(drawn["event_weight"])
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


# ── LightGBM ────────────────────────────────────────────────────────────────────────────────────────────────────────

LIGHT_SETTINGS: tuple[Settings, ...] = tuple(
    {"num_leaves": leaves, "learning_rate": 0.03, "min_child_samples": least, "feature_fraction": f, "lambda_l2": l2}
    for leaves, least, f, l2 in ((4, 20, 0.3, 1.0), (8, 50, 0.3, 10.0), (8, 20, 0.6, 1.0), (16, 100, 0.3, 30.0))
)


def _lightgbm(train: Part, tune: Part, seed: int, settings: Settings) -> Candidate:
    fixed = {
        "objective": "binary",
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "num_threads": 1,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    fitted = lightgbm.Dataset(plain(train.frame), train.label, weight=train.weight)
    other = lightgbm.Dataset(plain(tune.frame), tune.label, weight=tune.weight, reference=fitted)
    stop = lightgbm.early_stopping(_PATIENCE, verbose=False)
    model = lightgbm.train({**fixed, **settings}, fitted, _ROUNDS, valid_sets=[other], callbacks=[stop])
    rounds = int(model.best_iteration)

    def log_odds(frame: pd.DataFrame) -> FloatArray:
        found = model.predict(plain(frame), raw_score=True, num_iteration=rounds, num_threads=1)
        return np.asarray(found, np.float64)

    return Candidate({**settings, "trees": rounds}, log_odds)


# ── CatBoost ────────────────────────────────────────────────────────────────────────────────────────────────────────

CAT_SETTINGS: tuple[Settings, ...] = (
    {"depth": 3, "learning_rate": 0.06, "l2_leaf_reg": 3.0, "rsm": 0.5},
    {"depth": 4, "learning_rate": 0.06, "l2_leaf_reg": 10.0, "rsm": 0.5},
    {"depth": 5, "learning_rate": 0.06, "l2_leaf_reg": 30.0, "rsm": 0.3},
)


def _catboost(train: Part, tune: Part, seed: int, settings: Settings) -> Candidate:
    model = catboost.CatBoostClassifier(
        iterations=_ROUNDS,
        early_stopping_rounds=_PATIENCE,
        border_count=_BINS,
        random_seed=seed,
        thread_count=1,
        allow_writing_files=False,
        verbose=False,
        **settings,
    )
    other = catboost.Pool(plain(tune.frame), tune.label, weight=tune.weight)
    model.fit(catboost.Pool(plain(train.frame), train.label, weight=train.weight), eval_set=other)

    def log_odds(frame: pd.DataFrame) -> FloatArray:
        return np.asarray(model.predict(plain(frame), prediction_type="RawFormulaVal", thread_count=1), np.float64)

    return Candidate({**settings, "trees": int(model.tree_count_)}, log_odds)


# ── explainable boosting ────────────────────────────────────────────────────────────────────────────────────────────

#: interpret warns that its plots cannot show NaN and advises an extreme value, which then has a bin of its own
UNKNOWN = -1000.0
EBM_SETTINGS: tuple[Settings, ...] = (
    {"interactions": 0, "max_bins": 256, "max_leaves": 2, "min_samples_leaf": 4},
    {"interactions": 10, "max_bins": 256, "max_leaves": 3, "min_samples_leaf": 20},
    {"interactions": 10, "max_bins": 64, "max_leaves": 2, "min_samples_leaf": 20, "smoothing_rounds": 200},
    {"interactions": 20, "max_bins": 64, "max_leaves": 3, "min_samples_leaf": 20, "smoothing_rounds": 200},
)
_BAGS = 6


def _explainable(train: Part, tune: Part, seed: int, settings: Settings) -> Candidate:
    """Additive boosting with pairs; it stops early on parts of ``train``."""
    model = ExplainableBoostingClassifier(
        feature_names=list(train.frame),
        feature_types=["continuous"] * train.frame.shape[1],
        outer_bags=_BAGS,
        n_jobs=1,
        random_state=seed,
        **settings,
    ).fit(_marked(train.frame), train.label.astype(int), sample_weight=train.weight)
    return Candidate({**settings}, partial(from_decision, model, _marked))


def _marked(frame: pd.DataFrame) -> FloatArray:
    return frame.fillna(UNKNOWN).to_numpy(np.float64)


FOREST = Kind(lambda seed: FOREST_SETTINGS, _forest)
HISTOGRAM = Kind(lambda seed: HISTOGRAM_SETTINGS, _histogram, at_once=False)
XGBOOST = Kind(_draws, _xgboost)
LIGHTGBM = Kind(lambda seed: LIGHT_SETTINGS, _lightgbm)
CATBOOST = Kind(lambda seed: CAT_SETTINGS, _catboost)
EBM = Kind(lambda seed: EBM_SETTINGS, _explainable)
