"""Inputs whose direction is settled: which way a risk may move with them, for whom, and where that is established.

The networks are taught to keep these directions (:mod:`riskmodels.tabular.directions` has the penalty), a sweep test
holds them to it, and a value held at the edge of the training data is said to make the risk "at least" or "at most" by
them. What is not here has no settled direction and may bend freely.
"""

from __future__ import annotations

from dataclasses import dataclass

SUGAR = ("diabetes", "dysglycaemia")
HEART = ("cvd_10y", "cvd_death_10y")


@dataclass(frozen=True)
class Direction:
    """One settled direction.

    Args:
        name: variable.
        outcomes: it is settled for.
        sign: +1 where the risk may not fall as the value rises, −1 where it may not rise.
        low, high: values between which it holds, canonical unit.
        source: where it is established.
    """

    name: str
    outcomes: tuple[str, ...]
    sign: int
    low: float
    high: float
    source: str


_EVERY = float("inf")
_ADA = "ADA Standards of Care 2025, section 2, doi 10.2337/dc25-S002 (criteria and risk factors for screening)"
_PREVENT = "AHA PREVENT (Khan 2024), doi 10.1161/CIRCULATIONAHA.123.067626"
_LDL = "Ference 2017 (EAS consensus: LDL causes atherosclerosis), doi 10.1093/eurheartj/ehx144"

DIRECTIONS = (
    Direction("age", (*SUGAR, *HEART, "coronary_disease"), 1, -_EVERY, _EVERY, f"{_PREVENT}; {_ADA}"),
    Direction("glucose", SUGAR, 1, -_EVERY, _EVERY, _ADA),
    Direction("hba1c", HEART, 1, -_EVERY, _EVERY, _PREVENT),
    Direction("systolic_bp", (*HEART, "coronary_disease"), 1, 110.0, _EVERY, f"{_PREVENT}: from 110 mmHg"),
    Direction("total_cholesterol", (*HEART, "coronary_disease"), 1, -_EVERY, _EVERY, _PREVENT),
    Direction("ldl_cholesterol", HEART, 1, -_EVERY, _EVERY, _LDL),
    Direction("hdl_cholesterol", (*SUGAR, *HEART), -1, -_EVERY, _EVERY, f"{_PREVENT}; {_ADA} (below 35 mg/dL)"),
    Direction("triglycerides", SUGAR, 1, -_EVERY, _EVERY, f"{_ADA} (above 250 mg/dL)"),
    Direction("smoking", HEART, 1, -_EVERY, _EVERY, _PREVENT),
    Direction("waist", (*SUGAR, *HEART), 1, -_EVERY, _EVERY, "de Koning 2007, doi 10.1093/eurheartj/ehm026"),
    Direction("bmi", (*SUGAR, *HEART), 1, 22.0, _EVERY, "Global BMI Mortality 2016, doi 10.1016/S0140-6736(16)30175-1"),
    Direction("egfr", HEART, -1, -_EVERY, 60.0, f"{_PREVENT}: below 60 mL/min/1.73 m²"),
    Direction("uacr", HEART, 1, -_EVERY, _EVERY, _PREVENT),
    Direction("crp", (*SUGAR, *HEART), 1, -_EVERY, _EVERY, "Pradhan 2001, doi 10.1001/jama.286.3.327; ERFC 2010"),
)


def directions_of(outcome: str) -> tuple[Direction, ...]:
    """The settled directions of an outcome's inputs."""
    return tuple(settled for settled in DIRECTIONS if outcome in settled.outcomes)


def direction_of(outcome: str, name: str) -> Direction | None:
    """The settled direction of one input for one outcome, or None where it is not settled."""
    return next((settled for settled in directions_of(outcome) if settled.name == name), None)
