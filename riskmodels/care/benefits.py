"""What published trials promise a patient: absolute risk reduction and number needed to treat, or why there is none.

The trial's relative risk, for the reduction considered, is applied to the PUBLISHED baseline risk (PREVENT or SCORE2;
for the prevention of diabetes the trial's own control group), never to the neural estimate, and taken as constant over
the horizon. Benefits of several actions are never added; :func:`combine` multiplies relative risks and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any, Literal, NamedTuple

import pandas as pd

from riskmodels.care.effects import (
    UNKNOWN,
    Count,
    Estimate,
    multiplied,
    number_needed,
    reduction_of_rate,
    reduction_of_risk,
    risk_of_rate,
    scaled,
)
from riskmodels.care.planned import Planned, planned_actions
from riskmodels.care.rules import RULES, Verdict
from riskmodels.care.trials import Trial, read_trials
from riskmodels.care.wording import Units
from riskmodels.columns import Columns
from riskmodels.errors import InputError
from riskmodels.scores.eligibility import Result
from riskmodels.scores.registry import REGISTRY, Score

Published = Literal["prevent", "score2"]
_LABELS = {
    "ascvd_10y": "10-year risk of atherosclerotic cardiovascular disease",
    "total_cvd_10y": "10-year risk of cardiovascular disease, heart failure included",
    "cvd_10y": "10-year risk of cardiovascular disease",
}


@dataclass(frozen=True)
class Benefit:
    """One action for one patient.

    Args:
        action: what is considered.
        trial: whose effect it is, with population, outcome, citation.
        applies: whether the figures are for this patient.
        why: why they are, or why not.
        assumption: the reduction considered, and by what assumption; empty where the trial is not of such patients.
        relative_risk: for that reduction, also where only the baseline is lacking; NaN where the trial is not of
            patients like this one.
        baseline: risk without the action (0–1) over the horizon; NaN where it does not apply or there is none.
        baseline_source: what the baseline is, in words; empty where there is none.
        horizon_years: what baseline, reduction and number needed to treat are over; NaN where there is no baseline.
        risk_reduction: absolute (0–1); NaN where it does not apply or there is no baseline.
        number_needed: people to treat over the horizon for one event less, rounded up; none where there is none.
    """

    action: str
    trial: Trial = field(repr=False)
    applies: bool
    why: str = field(repr=False)
    assumption: str = field(repr=False)
    relative_risk: Estimate = field(repr=False)
    baseline: float = field(repr=False)
    baseline_source: str
    horizon_years: float
    risk_reduction: Estimate = field(repr=False)
    number_needed: Count | None = field(repr=False)


@dataclass(frozen=True)
class Combined:
    """Several actions together, their relative risks multiplied.

    Args:
        actions: in words.
        relative_risk: the product; its interval takes the errors as independent.
        baseline: risk without them (0–1).
        horizon_years: of baseline and reduction.
        risk_reduction: absolute (0–1).
        number_needed: people to treat with all of them for one event less.
        text: how it was computed, to stand beside it.
    """

    actions: tuple[str, ...]
    relative_risk: Estimate = field(repr=False)
    baseline: float = field(repr=False)
    horizon_years: float
    risk_reduction: Estimate = field(repr=False)
    number_needed: Count | None = field(repr=False)
    text: str


class _Baseline(NamedTuple):
    risk: float
    source: str
    refused: str


_NONE = _Baseline(nan, "", "")


def benefits(
    patient: pd.Series,
    *,
    baseline: Published = "prevent",
    region: str | None = None,
    units: Units | None = None,
    found: Result | None = None,
) -> list[Benefit]:
    """Evidence-based benefit of every action considered.

    Args:
        patient: one row of a PatientFrame.
        baseline: published equation that gives the cardiovascular baseline risk.
        region: SCORE2's risk region; needed with ``score2``.
        units: unit to word a value in, by variable; canonical where absent.
        found: what that equation says of this patient; computed when None.

    Returns:
        One row an action, applicable or not, always the same actions in the same order: statin of moderate and high
        intensity, systolic pressure by 10 mmHg and to 130 mmHg, stopping to smoke, lifestyle programme, metformin.

    Raises:
        InputError: when there is no such equation or region.

    Source:
        trials.csv beside this file, each with citation, doi and what was read of it.
    """
    if baseline not in ("prevent", "score2"):
        raise InputError(f"“{baseline}” gives no baseline risk.", hint="Use prevent or score2.")
    score, chosen = REGISTRY[baseline], units or {}
    options = {"region": region} if baseline == "score2" else {}
    result = found or score.evaluate(Columns.of_row(patient), **options)
    row = result.row()
    return [_benefit(patient, action, score, row, chosen) for action in planned_actions(patient, chosen)]


def _benefit(patient: pd.Series, action: Planned, score: Score, result: Mapping[str, Any], units: Units) -> Benefit:
    trial = read_trials()[action.trial]
    verdict = RULES[trial.rule](patient, units)
    if verdict.applies and action.done:
        verdict = Verdict(False, action.done)
    start, relative_risk, reduction = _NONE, UNKNOWN, UNKNOWN
    if verdict.applies:
        start, relative_risk = _baseline(trial, score, result), scaled(trial.relative_risk, action.steps)
        reduction = _reduction(trial, start.risk, relative_risk)
        if start.refused:
            verdict = Verdict(False, f"No absolute figure: {start.refused}")
    return Benefit(
        action=action.action,
        trial=trial,
        applies=verdict.applies,
        why=verdict.why,
        assumption=action.assumption if relative_risk is not UNKNOWN else "",
        relative_risk=relative_risk,
        baseline=start.risk,
        baseline_source=start.source,
        horizon_years=trial.horizon_years if start.source else nan,
        risk_reduction=reduction,
        number_needed=number_needed(reduction),
    )


def _baseline(trial: Trial, score: Score, result: Mapping[str, Any]) -> _Baseline:
    """The published risk that a trial's effect is applied to, or why there is none (nothing where none is used)."""
    if trial.baseline_rate == trial.baseline_rate:
        risk = risk_of_rate(trial.baseline_rate, trial.horizon_years)
        years = f"{trial.baseline_rate:.1f} per 100 person-years over {trial.horizon_years:g} years"
        return _Baseline(risk, f"The trial's control group: {years}", "")
    if not trial.baseline_prevent:
        return _NONE
    column = trial.baseline_prevent if score.name == "prevent" else score.value
    if result["problems"]:
        refused = f"no baseline risk from {score.title} ({result['problems']})."
        return _Baseline(nan, "", f"{refused} The trials' relative risk was found in {trial.population}.")
    equation = f"{score.title} ({result['model']} model)" if score.name == "prevent" else str(result["model"])
    return _Baseline(float(result[column]), f"{equation}: {_LABELS[column]}", "")


def _reduction(trial: Trial, baseline: float, relative_risk: Estimate) -> Estimate:
    if trial.baseline_rate == trial.baseline_rate:
        return reduction_of_rate(trial.baseline_rate, trial.horizon_years, relative_risk)
    return reduction_of_risk(baseline, relative_risk)


def combine(chosen: Sequence[Benefit]) -> Combined:
    """Several actions together: relative risks multiplied, never absolute reductions added.

    Args:
        chosen: benefits that apply, of different trials, over the same baseline risk.

    Raises:
        InputError: when fewer than two are chosen, one does not apply or has no absolute figure, two are of the same
            trial (alternatives), or their baselines differ.
    """
    _refuse_not_combinable(chosen)
    first, relative_risk = chosen[0], multiplied([benefit.relative_risk for benefit in chosen])
    reduction = reduction_of_risk(first.baseline, relative_risk)
    return Combined(
        tuple(benefit.action for benefit in chosen),
        relative_risk,
        first.baseline,
        first.horizon_years,
        reduction,
        number_needed(reduction),
        "Relative risks multiplied, as if the effects were independent of each other; no trial of the combination.",
    )


def _refuse_not_combinable(chosen: Sequence[Benefit]) -> None:
    if len(chosen) < 2 or not all(b.applies and b.number_needed for b in chosen):
        raise InputError("Only benefits with an absolute figure can be combined.", hint="Choose two or more of them.")
    if len({b.trial.name for b in chosen}) < len(chosen):
        raise InputError("Two of these are alternatives of each other.", hint="Choose one of them.")
    of_rate = any(b.trial.baseline_rate == b.trial.baseline_rate for b in chosen)
    if of_rate or len({b.baseline_source for b in chosen}) > 1:
        raise InputError("These do not lower the same baseline risk.", hint="Combine actions against the same disease.")
