"""What `make bench-accuracy` found of a model beside nine peers: its file in, reports by what was known out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from riskmodels import ROOT

RESULTS = ROOT / "data" / "reference" / "accuracy.json"
#: peers as people call them
NAMES = {
    "logistic": "logistic regression",
    "spline_logistic": "spline logistic regression",
    "random_forest": "random forest",
    "hist_gradient_boosting": "HistGradientBoosting",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "ebm": "EBM",
    "tabm": "TabM",
}
MODEL = "this model"
_METRICS = ("auroc", "brier")


def read_reports(outcome: str, version: str, path: Path = RESULTS) -> dict[str, dict[str, Any]]:
    """The comparisons of one outcome, nothing hidden at the test.

    Args:
        outcome: its name.
        version: of the model; figures of another version are not its own.
        path: of the results.

    Returns:
        By what was known: ``n``, ``events``, ``metrics`` (by name, each [value, None, None]) and ``differences`` (by
        metric, ``model_minus_peer`` by peer: value and 95 % interval). Empty where there is none.
    """
    if not path.is_file():
        return {}
    told = json.loads(path.read_text(encoding="utf-8"))
    if version not in told["models"].values():
        return {}
    rows = [row for row in told["rows"] if row["outcome"] == outcome and not row["hidden"]]
    return {row["inputs"]: _report(row) for row in rows}


def _report(row: dict[str, Any]) -> dict[str, Any]:
    peers = {NAMES[name]: found for name, found in row["peers"].items()}
    metrics = {MODEL: row, **peers}
    return {
        "n": row["n"],
        "events": row["events"],
        "metrics": {name: {m: [found[m], None, None] for m in _METRICS} for name, found in metrics.items()},
        "differences": {
            m: {"model_minus_peer": {name: [f[f"{m}_difference"][i] for i in (0, 2, 3)] for name, f in peers.items()}}
            for m in _METRICS
        },
    }
