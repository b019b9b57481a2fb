"""How good forecasts are: errors, coverage and the finding of lows, with intervals over people; person by person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.bootstrap import Plan, bootstrap_metrics, interval, resample
from riskmodels.signals.forecast.windows import LOW, Floats, Windows

#: steps of the future that are judged, by their minutes
JUDGED = {30: 5, 60: 11}
#: the share of lows that must be caught where warnings are counted
SENSITIVITY = 0.8


@dataclass(frozen=True, eq=False)
class Answers:
    """What a method says of some windows.

    Args:
        mean: (n, 12) mg/dL.
        low_score: (n,) higher where a low is likelier; a probability where the method has one.
        low, high: (n, 12) mg/dL, ends of the 90 % interval; None where the method has none.
    """

    mean: Floats
    low_score: Floats
    low: Floats | None = None
    high: Floats | None = None


def measure(windows: Windows, answers: Answers, plan: Plan | None = None) -> dict[str, Any]:
    """All figures of one method.

    Args:
        windows: judged ones.
        answers: of the method, for these windows.
        plan: of the bootstrap over people; no intervals when None.

    Returns:
        Numbers by name; with a plan, [value, low, high]. Squared errors are pooled over windows.
    """
    columns = _columns(windows, answers)
    people, codes = np.unique(windows.person, return_inverse=True)
    sums = {name: np.bincount(codes, values, len(people)) for name, values in columns.items()}
    counts = np.bincount(codes, minlength=len(people)).astype(np.float64)

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        total = weights @ counts
        with np.errstate(invalid="ignore", divide="ignore"):  # a replicate that drew nobody has no mean
            means = {name: weights @ sums[name] / total for name in sums}
        return {name: np.sqrt(found) if name.startswith("rmse") else found for name, found in means.items()}

    whole = kernel(np.ones((1, len(people))))
    figures: dict[str, Any] = {name: float(found[0]) for name, found in whole.items()}
    if plan is not None:
        draws = resample(kernel, np.ones(len(people)), plan)
        figures = {name: [value, *_ends(draws[name], plan)] for name, value in figures.items()}
    return {"windows": len(windows), "people": len(people)} | figures | {"lows": find_lows(windows, answers, plan)}


def _columns(windows: Windows, answers: Answers) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    for minutes, step in JUDGED.items():
        truth = windows.future[:, step]
        error = answers.mean[:, step] - truth
        columns[f"rmse{minutes}"] = error**2
        columns[f"mae{minutes}"] = np.abs(error)
        if answers.low is not None and answers.high is not None:
            inside = (windows.future[:, step] >= answers.low[:, step]) & (
                windows.future[:, step] <= answers.high[:, step]
            )
            columns[f"coverage{minutes}"] = inside.astype(np.float64)
            columns[f"width{minutes}"] = answers.high[:, step] - answers.low[:, step]
    return columns


def _ends(draws: FloatArray, plan: Plan) -> tuple[float, float]:
    low, high = interval(draws, plan.level)
    return float(low), float(high)


def find_lows(windows: Windows, answers: Answers, plan: Plan | None = None) -> dict[str, Any]:
    """How well lows of the next hour are told, of windows whose last reading is not low already.

    Args:
        windows, answers, plan: as :func:`measure`.
    """
    asked = windows.now >= LOW
    label, score = windows.low_ahead[asked], answers.low_score[asked]
    figures: dict[str, Any] = {"windows": len(label), "with a low": int(label.sum())}
    if not 0 < label.sum() < len(label):
        return figures
    person = windows.person[asked]
    found = bootstrap_metrics(
        label, score, ("auroc", "auprc"), plan=Plan(plan.replicates, plan.seed, plan.level, person) if plan else Plan(1)
    )
    figures |= {name: list(value) if plan else value.value for name, value in found.items()}
    if score.min() >= 0 and score.max() <= 1:
        figures["observed / expected"] = float(label.mean() / score.mean())
    return figures | {f"at sensitivity {SENSITIVITY}": warnings(label, score, float(np.median(windows.interval)))}


def warnings(label: NDArray[np.bool_], score: Floats, minutes: float) -> dict[str, float]:
    """What warnings would be worth if the limit were set to catch 80 % of the lows.

    Args:
        label: (n,) whether a low came.
        score: (n,).
        minutes: between readings of the sensor, each of which may warn.
    """
    limit = float(np.quantile(score[label], 1 - SENSITIVITY))
    warned = score >= limit
    return {
        "limit": limit,
        "ppv": float(label[warned].mean()),
        "specificity": float(1 - warned[~label].mean()),
        "warnings a day": float(warned.mean() * 1440 / minutes),
    }


def by_person(windows: Windows, answers: dict[str, Answers]) -> dict[str, dict[str, dict[str, float]]]:
    """RMSE at 30 and 60 minutes by person and method, mg/dL, with the number of windows."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for person in np.unique(windows.person):
        own = windows.person == person
        found[str(person)] = {"": {"windows": int(own.sum())}}
        for method, said in answers.items():
            error = said.mean[own] - windows.future[own]
            found[str(person)][method] = {
                f"rmse{minutes}": float(np.sqrt(np.mean(error[:, step] ** 2))) for minutes, step in JUDGED.items()
            }
    return found
