"""The clinic's own prevalence or event rate, stated by somebody who knows it: a shift of the log-odds as a version.

The shift is the one at which the mean estimate of some people (the clinic's own file, or the reference people) is the
prevalence stated. Order and reasons stay; nothing is learnt from outcomes, so it is as good as what was stated.

Source: Janssen 2008, doi 10.1016/j.jclinepi.2007.04.018 (updating the intercept); Steyerberg 2019, chapter 20.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from riskmodels.cohort_report.recalibration import Affine, apply_map
from riskmodels.errors import InputError
from riskmodels.revision.curve_edit import checked_reason
from riskmodels.revision.people import People
from riskmodels.tabular.derived import PREVALENCE

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

#: prevalences that can be stated, probability
LOWEST, HIGHEST = 0.001, 0.9
#: log-odds; a greater shift needs another remedy
LARGEST_SHIFT = 2.0
#: fewest people with an estimate for their mean to be one
LEAST_PEOPLE = 50


@dataclass(frozen=True)
class LocalPrevalence:
    """A shifted model.

    Args:
        model: the new one; its card holds ``derived``.
        shift: log-odds added to every estimate of the outcome.
        mean_before: mean estimate of the people before; after it, it is what was stated.
        n: people estimated.
    """

    model: RiskModel = field(repr=False)
    shift: float
    mean_before: float
    n: int


def shift_to(logit: np.ndarray, stated: float) -> float:
    """The shift of log-odds at which their mean probability is what was stated.

    Args:
        logit: (n,) log-odds.
        stated: probability, strictly between 0 and 1.
    """
    most = float(np.abs(logit).max()) + abs(float(np.log(stated / (1 - stated)))) + 1
    return float(brentq(lambda shift: float(expit(logit + shift).mean()) - stated, -most, most, xtol=1e-12))


def state_prevalence(
    model: RiskModel, outcome: str, stated: float, people: People, reason: str, by: str = "", by_name: str = ""
) -> LocalPrevalence:
    """Shift an outcome's estimates to a prevalence known here.

    Args:
        model: the version in force.
        outcome: one of its.
        stated: prevalence or event rate among people like those scored, probability.
        people: whose mean estimate shall be that.
        reason: where it is known from; required.
        by, by_name: account and name of whoever states it.

    Raises:
        InputError: for a prevalence outside 0.1–90 %, no reason, too few people, or a shift beyond ±2.
    """
    if outcome not in model.outcomes:
        raise InputError(f"The model {model.name} does not estimate {outcome}.")
    if not LOWEST <= stated <= HIGHEST:
        raise InputError("The prevalence is not between 0.1 and 90 %.", hint="Give it in percent of people.")
    reason = checked_reason(reason)
    found = model.predict(people.frame)
    logit = found.logit[outcome][found.risk[outcome].notna()].to_numpy(float)
    if len(logit) < LEAST_PEOPLE:
        raise InputError(
            f"Only {len(logit)} of these people have an estimate, {LEAST_PEOPLE} are needed.", hint="Use others."
        )
    shift = shift_to(logit, stated)
    if abs(shift) > LARGEST_SHIFT:
        raise InputError(
            f"It would take a shift of {shift:+.2f} log-odds, more than {LARGEST_SHIFT:g}: these people are not like "
            "those the prevalence is of, or the model does not fit them.",
            hint="Recalibrate on outcomes of your own people instead.",
        )
    mean = float(expit(logit).mean())
    facts = {
        "from": model.version,
        "outcome": outcome,
        "method": PREVALENCE,
        "stated": stated,
        "shift": shift,
        "mean_before": mean,
        "people": people.told,
        "n": len(logit),
        "reason": reason,
        "date": datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds"),
        "by": by,
        "by_name": by_name,
        "reasons": "exact in log-odds and adding up to the estimate shown",
    }
    return LocalPrevalence(apply_map(model, outcome, Affine(1.0, shift), facts), shift, mean, len(logit))
