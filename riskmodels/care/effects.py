"""Arithmetic of treatment effects: scaling a relative risk, absolute risk reduction, number needed to treat."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, exp, log, sqrt
from typing import NamedTuple

_NAN = float("nan")
# 1 / 0.05 in floating point must not round up to 21
_SLACK = 1e-9


class Estimate(NamedTuple):
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


class Count(NamedTuple):
    """A number of people with its 95 % interval."""

    value: int
    low: int
    high: int


UNKNOWN = Estimate(_NAN, _NAN, _NAN)


def scaled(relative_risk: Estimate, times: float) -> Estimate:
    """The relative risk of several steps, each as effective as one: ``relative_risk ** times``."""
    value, low, high = (risk**times for risk in relative_risk)
    return Estimate(value, low, high)


def reduction_of_risk(baseline: float, relative_risk: Estimate) -> Estimate:
    """Absolute risk reduction (0–1) from a baseline risk (0–1)."""
    value, high, low = (baseline * (1 - risk) for risk in relative_risk)
    return Estimate(value, low, high)


def risk_of_rate(per_100_person_years: float, years: float) -> float:
    """Risk (0–1) over a time at a constant incidence."""
    return 1 - exp(-per_100_person_years / 100 * years)


def reduction_of_rate(per_100_person_years: float, years: float, relative_risk: Estimate) -> Estimate:
    """Absolute risk reduction (0–1) over a time when a constant incidence is multiplied by the relative risk."""
    before = risk_of_rate(per_100_person_years, years)
    value, high, low = (before - risk_of_rate(per_100_person_years * risk, years) for risk in relative_risk)
    return Estimate(value, low, high)


def number_needed(reduction: Estimate) -> Count | None:
    """Number needed to treat, rounded up; none where the reduction or its interval is not above zero.

    Args:
        reduction: absolute risk reduction (0–1).
    """
    if not reduction.low > 0:
        return None
    value, high, low = (ceil(1 / share - _SLACK) for share in reduction)
    return Count(value, low, high)


def multiplied(relative_risks: Sequence[Estimate]) -> Estimate:
    """Relative risk of several independent treatments together: the product; log errors are taken as independent."""
    centre = sum(log(risk.value) for risk in relative_risks)
    spread = sqrt(sum((log(risk.high / risk.low) / 2) ** 2 for risk in relative_risks))
    return Estimate(exp(centre), exp(centre - spread), exp(centre + spread))
