"""The kinds of peers by name; how each is fitted stands in peer_linear.py, peer_trees.py and peer_tabm.py."""

from __future__ import annotations

from riskmodels.evaluation.peer_linear import LOGISTIC, SPLINE_LOGISTIC
from riskmodels.evaluation.peer_parts import Kind
from riskmodels.evaluation.peer_tabm import TABM
from riskmodels.evaluation.peer_trees import CATBOOST, EBM, FOREST, HISTOGRAM, LIGHTGBM, XGBOOST

KINDS: dict[str, Kind] = {
    "logistic": LOGISTIC,
    "spline_logistic": SPLINE_LOGISTIC,
    "random_forest": FOREST,
    "hist_gradient_boosting": HISTOGRAM,
    "xgboost": XGBOOST,
    "lightgbm": LIGHTGBM,
    "catboost": CATBOOST,
    "ebm": EBM,
    "tabm": TABM,
}
