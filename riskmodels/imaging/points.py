"""Two thresholds of a finding: chosen on validation pictures, and what each does on pictures that chose nothing."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from riskmodels.evaluation.bootstrap import DEFAULT_PLAN, Plan
from riskmodels.imaging.findings import Question
from riskmodels.imaging.image_metrics import binary_report, choose_confirmation, choose_threshold

#: sensitivity at the screening threshold, and specificity at the confirmation threshold, on validation pictures
SENSITIVITY, SPECIFICITY = 0.95, 0.95
#: pictures with (without) the finding from which a threshold for screening (confirmation) is chosen: where all of ten
#: reach it, the 95 % interval of the sensitivity begins at 72 % (Wilson)
LEAST = 10


class Points(NamedTuple):
    """Thresholds for screening and confirmation, None where not chosen, and why not."""

    screening: float | None
    confirmation: float | None
    missing: str


def choose_points(label: Any, probability: Any, what: str = "validation pictures") -> Points:
    """Both thresholds of one finding.

    Args:
        label: (n,) 0 or 1.
        probability: (n,).
        what: the pictures, for people.

    Returns:
        Screening is never above confirmation: where they would cross, either has both properties, and they are
        exchanged.
    """
    label = np.asarray(label)
    present, absent = int((label == 1).sum()), int((label == 0).sum())
    screening = _known(choose_threshold(label, probability, SENSITIVITY)) if present >= LEAST else None
    confirmation = _known(choose_confirmation(label, probability, SPECIFICITY)) if absent >= LEAST else None
    if screening is not None and confirmation is not None:
        screening, confirmation = sorted((screening, confirmation))
    return Points(screening, confirmation, _missing(screening, confirmation, (present, absent), what))


def measure_points(question: Question, label: Any, probability: Any, plan: Plan = DEFAULT_PLAN) -> dict[str, Any]:
    """Sensitivity and specificity at each threshold, for the card.

    Args:
        question: with its thresholds.
        label: (n,) 0 or 1, of pictures that chose nothing.
        probability: (n,).
        plan: how to resample.

    Returns:
        ``with`` and ``without`` (numbers of pictures); ``screening`` and ``confirmation``, where there is one, each
        with ``sensitivity`` and ``specificity`` as [value, low, high]. One that cannot be estimated is left out.
    """
    label = np.asarray(label)
    told: dict[str, Any] = {"with": int((label == 1).sum()), "without": int((label == 0).sum())}
    for name, threshold in (("screening", question.threshold), ("confirmation", question.confirmation)):
        if threshold is None:
            continue
        metrics = binary_report(label, probability, threshold, plan)["metrics"]
        rates = {key: metrics[key] for key in ("sensitivity", "specificity")}
        if all(value is not None for three in rates.values() for value in three):
            told[name] = rates
    return told


def _known(threshold: float) -> float | None:
    return None if np.isnan(threshold) else float(threshold)


def _missing(screening: float | None, confirmation: float | None, counts: tuple[int, int], what: str) -> str:
    """Why a threshold is not there."""
    words = []
    for found, name, count, kind in (
        (screening, "screening", counts[0], "show it"),
        (confirmation, "confirmation", counts[1], "are without it"),
    ):
        if found is None and count < LEAST:
            words.append(f"No threshold for {name}: {count} {what} {kind}, {LEAST} are needed.")
        elif found is None:
            words.append(f"No threshold for {name}: none of the {what} would reach it, or all of them.")
    return " ".join(words)
