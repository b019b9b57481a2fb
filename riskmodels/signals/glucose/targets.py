"""The consensus' ranges and goals by kind of patient (Battelino 2019, doi 10.2337/dci19-0028)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.columns import Floats
from riskmodels.errors import SignalError
from riskmodels.signals.glucose.series import FACTOR, MG, MMOL, Flags

#: the same bounds in both units, as the consensus writes them
BOUNDS = {54: 3.0, 63: 3.5, 70: 3.9, 140: 7.8, 180: 10.0, 250: 13.9}
VERY_LOW, VERY_HIGH = 54, 250
#: coefficient of variation up to which glucose is stable, %
STABLE_CV = 36.0
SOURCE = "Battelino 2019, doi 10.2337/dci19-0028"


@dataclass(frozen=True)
class Goal:
    """One goal: a share of time that must be above or below a percentage.

    Args:
        name: ``in_range``, ``below``, ``very_low``, ``above`` or ``very_high``.
        above: whether more is better.
        percent: of the time.
    """

    name: str
    above: bool
    percent: float


@dataclass(frozen=True)
class Target:
    """Range and goals of one kind of patient.

    Args:
        name: key.
        label: for people.
        low, high: of the range, mg/dL; both belong to it.
        goals: what is aimed at; empty where the consensus gives no percentages.
        remark: what the consensus says besides; may be empty.
    """

    name: str
    label: str
    low: int
    high: int
    goals: tuple[Goal, ...]
    remark: str = ""

    @property
    def span(self) -> str:
        """The range in both units: ``70–180 mg/dL (3.9–10.0 mmol/L)``."""
        return f"{self.low}–{self.high} {MG} ({BOUNDS[self.low]:.1f}–{BOUNDS[self.high]:.1f} {MMOL})"


def _usual(below: float, in_range: float, above: float, *further: Goal) -> tuple[Goal, ...]:
    return (
        Goal("in_range", True, in_range),
        Goal("below", False, below),
        Goal("above", False, above),
        *further,
    )


_NO_GMI = "GMI was not derived in pregnancy."
_WITH_PERCENTAGES = _usual(4, 70, 25, Goal("very_low", False, 1))
TARGETS = {
    target.name: target
    for target in (
        Target("diabetes", "Type 1 or type 2 diabetes", 70, 180, (*_WITH_PERCENTAGES, Goal("very_high", False, 5))),
        Target(
            "older",
            "Older, or at high risk of hypoglycaemia",
            70,
            180,
            (Goal("in_range", True, 50), Goal("below", False, 1), Goal("very_high", False, 10)),
        ),
        Target("pregnancy_type_1", "Pregnancy with type 1 diabetes", 63, 140, _WITH_PERCENTAGES, _NO_GMI),
        Target(
            "pregnancy_other",
            "Pregnancy with type 2 or gestational diabetes",
            63,
            140,
            (),
            f"The consensus gives the range but no percentages: too little is known. {_NO_GMI}",
        ),
    )
}


def find_target(name: str) -> Target:
    """The target of a name.

    Raises:
        SignalError: where there is none.
    """
    if name not in TARGETS:
        raise SignalError(f"“{name[:40]}” is no kind of patient.", hint=f"Choose one of {', '.join(TARGETS)}.")
    return TARGETS[name]


def in_tenths(mg_dl: Floats) -> bool:
    """Whether values are tenths of a mmol/L: the consensus' bounds in mmol/L are then the ones to judge by.

    10.0 mmol/L is 180.2 mg/dL and belongs to the range all the same.
    """
    tenths = mg_dl / FACTOR * 10
    return len(mg_dl) > 0 and float((np.abs(tenths - np.round(tenths)) < 1e-6).mean()) > 0.9


def edge(bound: int, tenths: bool) -> float:
    """A bound as mg/dL to compare values with: the one in mmol/L where values are tenths of that."""
    return BOUNDS[bound] * FACTOR if tenths else float(bound)


def is_below(mg_dl: Floats, bound: int) -> Flags:
    """(n,) values below a bound of :data:`BOUNDS`, judged in the unit they were measured in."""
    return np.asarray(mg_dl < edge(bound, in_tenths(mg_dl)) - 1e-6)


def is_above(mg_dl: Floats, bound: int) -> Flags:
    """(n,) values above a bound of :data:`BOUNDS`, judged in the unit they were measured in."""
    return np.asarray(mg_dl > edge(bound, in_tenths(mg_dl)) + 1e-6)
