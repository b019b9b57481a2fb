"""The published trials that benefits are computed from: trials.csv beside this file, one row an effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import nan
from typing import Any

from riskmodels.care.effects import Estimate
from riskmodels.care.rows import read_rows

_NUMBERS = ("per", "baseline_rate", "horizon_years")


@dataclass(frozen=True)
class Trial:
    """One published effect.

    Args:
        name: key in trials.csv and in code.
        rule: name of the rule that says whom it is for (:data:`riskmodels.care.rules.RULES`).
        relative_risk: of the outcome, with its 95 % interval, for one step of ``per``.
        per: size of a step; NaN where the effect is of the treatment as a whole.
        unit: what a step is of; empty where there is none.
        outcome: what is prevented.
        evidence: kind of study.
        population: whose effect it is.
        baseline_prevent: column of PREVENT that the effect is applied to; empty where none is.
        baseline_rate: incidence per 100 person-years of the trial's own control group; NaN where not used.
        horizon_years: over which time an absolute reduction is given; NaN where none is.
        citation: where it was published.
        doi: of the citation.
        source_read: what of it was read when the figures were checked.
        remark: what else to know.
    """

    name: str
    rule: str
    relative_risk: Estimate
    per: float
    unit: str
    outcome: str
    evidence: str
    population: str
    baseline_prevent: str
    baseline_rate: float
    horizon_years: float
    citation: str
    doi: str
    source_read: str
    remark: str

    @property
    def reference(self) -> str:
        """Citation with its doi."""
        return f"{self.citation}. doi {self.doi}"


@cache
def read_trials() -> dict[str, Trial]:
    """The trials by name, in the order of the file."""
    return {trial.name: trial for trial in map(_trial, read_rows(__package__, "trials.csv"))}


def _trial(row: Mapping[str, str]) -> Trial:
    cells: dict[str, Any] = dict(row)
    numbers = {name: float(cells[name]) if cells[name] else nan for name in _NUMBERS}
    interval = Estimate(*(float(cells.pop(name)) for name in ("relative_risk", "low", "high")))
    return Trial(**cells | numbers | {"relative_risk": interval})
