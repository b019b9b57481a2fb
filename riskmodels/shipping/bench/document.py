"""docs/benchmarks.md: time of predictions and reasons, against peers in the same run, as ratios.

The peer is an XGBoost of the size of the tuned one on the model card, fitted here on the demo cohort, explained by
shap.TreeExplainer; shap.PermutationExplainer explains our own network through the hiding masker.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.cohorts.nhanes import dysglycaemia_label, read_demo
from riskmodels.scores.prevent import prevent
from riskmodels.shipping.bench.imaging import imaging_tables
from riskmodels.shipping.bench.peers import measure_peers
from riskmodels.shipping.bench.records import measure_records
from riskmodels.shipping.bench.scale import run_apart
from riskmodels.shipping.bench.section import milliseconds
from riskmodels.shipping.bench.update import measure_update
from riskmodels.tabular.model import RiskModel, load_shipped, today

OUTCOME_NAME = "dysglycaemia"
_MANY_ROWS = 2_000_000
_FILES_HEAD = (
    "| | read: time, CPU (s) | score: time, CPU (s) | score ÷ read: time, CPU | largest memory, MB |\n"
    "|---|---:|---:|---:|---:|"
)
_HEAD = """# Benchmarks

Written by `make bench` (`python -m riskmodels bench --out docs/benchmarks.md`); do not edit. Machine: {machine}.
Date: {date}. Peers run in the same process on the same rows; compare the ratios, not the milliseconds.
"""


def measure(rows: int, say: Callable[[str], None]) -> str:
    """Measure, and report as Markdown.

    Args:
        rows: of the batch measurement; the demo cohort drawn with replacement.
        say: told each result.

    Returns:
        The text of docs/benchmarks.md.
    """
    import shap

    models, demo = load_shipped(), read_demo()
    model = models["population"]
    inputs = [i for i in model.inputs_of(OUTCOME_NAME) if demo[i].min() < demo[i].max()]
    peer, trees = _peer(model, demo, inputs)
    explainer = shap.TreeExplainer(peer)
    one = demo.iloc[[0]]
    single = {
        "CareRisk, four outcomes, estimate and reasons": milliseconds(lambda: model.predict_and_explain(one), 50),
        "XGBoost, one outcome, predict + TreeExplainer": milliseconds(
            lambda: (peer.predict_proba(one[inputs]), explainer.shap_values(one[inputs])), 20
        ),
        "CareRisk explained by shap.PermutationExplainer, one outcome": milliseconds(
            lambda: _permutation(model, one), 5
        ),
    }
    text = _HEAD.format(machine=_machine(), date=today())
    text += _table("One patient", single, "CareRisk, four outcomes, estimate and reasons")
    text += f"\nXGBoost: {trees} trees on {len(inputs)} inputs.\n" + measure_peers(model, demo, rows)
    text += f"\n## One update of the Patient page\n\n{measure_update()}" + _published() + _files(rows)
    text += f"\n## The list of patients\n\n{measure_records(say)}" + imaging_tables()
    say(text)
    return text


def _published() -> str:
    """Time of PREVENT for a million rows."""
    rng = np.random.default_rng(0)
    ranges = {
        "age": (30, 79), "systolic_bp": (90, 180), "total_cholesterol": (130, 320), "hdl_cholesterol": (20, 100),
        "egfr": (15, 140), "bmi": (18.5, 39.9), "hba1c": (4.5, 15), "uacr": (0.1, 300),
    }  # fmt: skip
    people = pd.DataFrame({name: rng.uniform(*ends, 1_000_000) for name, ends in ranges.items()})
    for name in ("sex", "bp_medication", "cholesterol_medication", "diabetes"):
        people[name] = rng.integers(0, 2, len(people)).astype(float)
    people["smoking"] = rng.integers(0, 3, len(people)).astype(float)
    seconds = milliseconds(lambda: prevent(people), 3) / 1e3
    return f"\n## Published equations\n\nPREVENT, all outcomes and horizons, 1,000,000 rows: {seconds:.2f} s.\n"


def _files(rows: int) -> str:
    """Time of scoring files, against merely reading them, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [
            run_apart(Path(folder), count, source, "parquet", reasons)
            for count, source in ((rows, "csv"), (rows, "parquet"), (_MANY_ROWS, "csv"))
            for reasons in (False, True)
        ]
    lines = ["\n## Files of 20 columns, into Parquet\n", _FILES_HEAD]
    for m in runs:
        what = "estimates, intervals and three reasons" if m.reasons else "estimates and intervals"
        lines.append(
            f"| {m.rows:,} rows of {m.source}: {what} | {m.read:.2f}, {m.read_cpu:.2f} | {m.seconds:.2f}, {m.cpu:.2f} "
            f"| × {m.seconds / m.read:.0f}, × {m.cpu / m.read_cpu:.0f} | {m.memory:,.0f} |"
        )
    note = (
        "Scoring is reading, checking every value, four outcomes with intervals, writing; reading is pyarrow alone,\n"
        "on all cores. The aim is × 3 for estimates alone; what stands in the way: docs/scaling.md.\n"
    )
    return "\n".join(lines) + "\n\n" + note


def _peer(model: RiskModel, demo: pd.DataFrame, inputs: list[str]) -> tuple[Any, int]:
    from xgboost import XGBClassifier

    subsets = model.card["evaluation"][OUTCOME_NAME]["all inputs"]
    tuned: dict[str, Any] = next((p["settings"] for p in subsets["peers"] if p["name"] == "xgboost"), {})
    trees, depth = int(tuned.get("trees", 300)), int(tuned.get("max_depth", 3))
    label = dysglycaemia_label(demo)
    rows = label.notna()
    peer = XGBClassifier(n_estimators=trees, max_depth=depth, learning_rate=0.05, tree_method="hist", n_jobs=2)
    return peer.fit(demo.loc[rows, inputs], label[rows]), trees


def _permutation(model: RiskModel, row: pd.DataFrame) -> None:
    import shap

    names = list(model.inputs)

    def log_odds(x: np.ndarray) -> np.ndarray:
        return model.predict(pd.DataFrame(x, columns=names)).logit[OUTCOME_NAME].to_numpy()

    def hide(mask: np.ndarray, x: np.ndarray) -> tuple[np.ndarray]:
        return (np.where(mask, x, np.nan)[None, :],)

    shap.PermutationExplainer(log_odds, hide)(row[names].to_numpy(float))


def _table(title: str, found: dict[str, float], reference: str) -> str:
    lines = [f"\n## {title}\n", "| | milliseconds | against CareRisk |", "|---|---:|---:|"]
    lines += [f"| {name} | {ms:,.1f} | × {ms / found[reference]:.2f} |" for name, ms in found.items()]
    return "\n".join(lines) + "\n"


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} CPU cores, Python {platform.python_version()}"
