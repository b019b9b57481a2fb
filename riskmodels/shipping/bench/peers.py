"""CPU time a row of estimates and reasons, beside models that explain themselves and models explained by SHAP.

Everything on one thread, on the same people of the demo cohort drawn with replacement, in one process; the best of
several runs. The mark is explainable boosting (EBM): its terms are exact, as ours are.
``python -m riskmodels.shipping.bench.peers`` prints the section alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import torch

from riskmodels.cohorts.nhanes import dysglycaemia_label, read_demo
from riskmodels.columns import Columns
from riskmodels.shipping.say import to_stdout
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.tabular.program import MANY

#: what the peers are fitted on
OUTCOME = "dysglycaemia"
_TREES, _RATE = 300, 0.05
#: trees are explained so slowly that fewer rows must do
_EXPLAINED = 2_000
_RUNS = 5
_HEAD = "| | CPU µs a row | against EBM |\n|---|---:|---:|"


@dataclass(frozen=True)
class Timed:
    """What a row costs.

    Args:
        name: what was done.
        microseconds: of CPU, a row.
        outcomes: that were answered.
    """

    name: str
    microseconds: float
    outcomes: int = 1


def measure_peers(model: RiskModel, demo: pd.DataFrame, rows: int) -> str:
    """Measure, as a section of docs/benchmarks.md.

    Args:
        model: ours.
        demo: the demo cohort.
        rows: how many people.
    """
    people = demo.sample(rows, replace=True, random_state=0).reset_index(drop=True)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        ours = _ours(model, people)
    finally:
        torch.set_num_threads(threads)
    return _section([*ours, *_peers(model, demo, people)], rows)


def _ours(model: RiskModel, people: pd.DataFrame) -> list[Timed]:
    chunks = [people.iloc[first : first + MANY] for first in range(0, len(people) - MANY + 1, MANY)]
    rows, count = MANY * len(chunks), len(model.outcomes)

    def each(run: Callable[[pd.DataFrame], object]) -> float:
        return _microseconds(lambda: [run(chunk) for chunk in chunks], rows)

    def explained(chunk: pd.DataFrame) -> object:
        return model.estimate_and_explain(chunk, model.outcomes)

    return [
        Timed("CareRisk: estimates and 90 % intervals", each(lambda chunk: model.estimate(Columns.of(chunk))), count),
        Timed(
            "CareRisk: estimates, 90 % intervals and exact reasons",
            each(explained),
            count,
        ),
    ]


def _peers(model: RiskModel, demo: pd.DataFrame, people: pd.DataFrame) -> list[Timed]:
    import shap
    from catboost import CatBoostClassifier
    from interpret.glassbox import ExplainableBoostingClassifier
    from lightgbm import LGBMClassifier
    from xgboost import XGBClassifier

    label = dysglycaemia_label(demo).dropna().astype(int)
    inputs = [name for name in model.inputs_of(OUTCOME) if demo[name].min() < demo[name].max()]
    x, many, few = demo.loc[label.index, inputs], people[inputs], people.loc[: _EXPLAINED - 1, inputs]
    quiet: dict[str, Any] = {"thread_count": 1, "verbose": False, "allow_writing_files": False}
    sizes: dict[str, Any] = {"n_estimators": _TREES, "learning_rate": _RATE, "max_depth": 3, "n_jobs": 1}
    ebm = ExplainableBoostingClassifier(outer_bags=2, n_jobs=1, random_state=0).fit(x, label)
    found = [
        Timed("EBM: predict_proba", _microseconds(partial(ebm.predict_proba, many), len(many))),
        Timed("EBM: eval_terms", _microseconds(partial(ebm.eval_terms, many), len(many))),
    ]
    trees: dict[str, Any] = {
        "XGBoost": XGBClassifier(tree_method="hist", **sizes),
        "LightGBM": LGBMClassifier(verbose=-1, **sizes),
        "CatBoost": CatBoostClassifier(_TREES, learning_rate=_RATE, depth=3, **quiet),
    }
    for name, peer in trees.items():
        peer.fit(x, label)
        explain = shap.TreeExplainer(peer).shap_values
        found.append(Timed(f"{name}: predict_proba", _microseconds(partial(_predict, peer, many), len(many))))
        found.append(Timed(f"{name}: shap.TreeExplainer", _microseconds(partial(explain, few), len(few), 1)))
    return found


def _predict(peer: Any, many: pd.DataFrame) -> None:
    threads = {"thread_count": 1} if type(peer).__module__.startswith("catboost") else {}
    peer.predict_proba(many, **threads)


def _microseconds(run: Callable[[], object], rows: int, runs: int = _RUNS) -> float:
    """CPU time of the fastest run, a row; the first run is not counted."""
    run()
    times = []
    for _ in range(runs):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return 1e6 * float(np.min(times)) / rows


def _section(found: list[Timed], rows: int) -> str:
    ebm = sum(timed.microseconds for timed in found if timed.name.startswith("EBM"))
    lines = [f"\n## {rows:,} rows: estimates and reasons\n", _HEAD]
    for timed in found:
        each = timed.microseconds / timed.outcomes
        lines.append(f"| {timed.name}, one outcome | {each:.2f} | × {each / ebm:.2f} |")
        if timed.outcomes > 1:
            lines.append(f"| the same, all {timed.outcomes} outcomes | {timed.microseconds:.2f} | |")
    note = (
        "One thread. Against EBM's predict_proba and eval_terms together, without an interval. CareRisk answers all\n"
        f"its outcomes at once; one outcome is its share. Trees: {_TREES} of depth 3. EBM: default terms, two\n"
        "bags, which are averaged before anything is predicted.\n"
    )
    return "\n".join(lines) + "\n\n" + note


if __name__ == "__main__":
    to_stdout(measure_peers(load_shipped()["population"], read_demo(), 100_000))
