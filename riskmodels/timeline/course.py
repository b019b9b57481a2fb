"""A patient's visits as the models in force see them: one frame, one answer, one explanation for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from riskmodels.assessment import Assessment, assess
from riskmodels.checks import check
from riskmodels.lookback import DATED_BY
from riskmodels.measured import BY_MEASUREMENT, TESTS, Texts
from riskmodels.outcomes import OUTCOME, Outcome
from riskmodels.records.visit_facts import old_tests
from riskmodels.records.visits import Visit
from riskmodels.tabular.model import RiskModel
from riskmodels.units import Unit
from riskmodels.vocabulary import VOCABULARY


@dataclass(frozen=True)
class Estimated:
    """What the model in force answers to one outcome at one visit.

    Args:
        when: the visit, as it is called on the page.
        day: of the visit.
        measured: what a measurement says to it, in words; then there is no estimate, unless the measurement is old.
        risk, low, high: probability and 90 % interval, 0–1; NaN where refused.
        refused: why there is no estimate; empty where there is one.
        bound: "at least" or "at most" where a value is held at the edge of the training data; empty otherwise.
    """

    measured: str = field(default="", repr=False, kw_only=True)
    when: str
    day: date
    risk: float = field(repr=False)
    low: float = field(repr=False)
    high: float = field(repr=False)
    refused: str = field(repr=False)
    bound: str = field(default="", repr=False)

    @property
    def given(self) -> bool:
        """Whether there is an estimate."""
        return self.refused == ""

    @property
    def by_measurement(self) -> bool:
        """Whether a measurement answers it instead."""
        return self.refused == BY_MEASUREMENT

    @property
    def told(self) -> str:
        """What is told where there is no estimate: the measurement, or the reason."""
        return self.measured if self.by_measurement else self.refused


@dataclass(frozen=True, eq=False)
class Course:
    """All visits of one patient, oldest first.

    Args:
        visits: ids.
        days: of the visits.
        whens: the visits as they are called: their day, and which of the day where there are several.
        assessment: by the models in force; PatientFrame of a row a visit, index 0 … n−1.
        measured: its frame without what was carried into a visit from an earlier one.
    """

    visits: tuple[str, ...]
    days: tuple[date, ...]
    whens: tuple[str, ...]
    assessment: Assessment = field(repr=False)
    measured: pd.DataFrame = field(repr=False)
    _shared: dict[tuple[int, int], Assessment] = field(default_factory=dict, init=False, repr=False)

    @property
    def outcomes(self) -> list[Outcome]:
        """Outcomes that were estimated at one visit at least, in the order of the page."""
        return [outcome for outcome in self.served if any(e.given for e in self.estimates(outcome))]

    @property
    def answered(self) -> list[Outcome]:
        """Outcomes that were estimated or measured at one visit at least, in the same order."""
        return [o for o in self.served if any(e.given or e.by_measurement for e in self.estimates(o))]

    @property
    def served(self) -> list[Outcome]:
        """Outcomes of the models in force."""
        return [OUTCOME[name] for name in self.assessment.outcomes if name in OUTCOME]

    def estimates(self, outcome: Outcome) -> list[Estimated]:
        """What was estimated at each visit."""
        return estimated(self.assessment, outcome.name, self.whens, self.days)

    def shared(self, before: int, after: int) -> Assessment:
        """Two visits assessed on the facts known at both: two rows, explained; computed once."""
        pair = (before, after)
        if pair not in self._shared:
            whole = self.assessment
            rows = whole.frame.iloc[[before, after]].reset_index(drop=True)
            rows.loc[:, rows.isna().any()] = np.nan
            old = {name: np.asarray(whens)[[before, after]] for name, whens in (whole.old or {}).items()}
            self._shared[pair] = assess(rows, whole.models, explained=True, units=whole.units, old=old)
        return self._shared[pair]


def estimated(assessment: Assessment, outcome: str, whens: Sequence[str], days: Sequence[date]) -> list[Estimated]:
    """What was estimated at each visit, a row each.

    Args:
        assessment: of the visits.
        outcome: which one.
        whens, days: of the visits.
    """
    found = assessment[outcome]
    columns = (values.tolist() for values in (found.risk, found.low, found.high, found.refused, found.bound))
    points = zip(whens, days, *columns, strict=True)
    measured = assessment.measured(outcome).tolist()
    return [Estimated(*point, measured=words) for point, words in zip(points, measured, strict=True)]


def make_course(
    visits: Sequence[Visit], models: Mapping[str, RiskModel], units: Mapping[str, Unit] | None = None
) -> Course:
    """Assess all visits at once with the models in force.

    Args:
        visits: of one patient, oldest first; at least one.
        models: by name.
        units: unit a measurement is worded in; canonical where absent.
    """
    frame = patient_frame(visits)
    return Course(
        tuple(visit.id for visit in visits),
        tuple(visit.day for visit in visits),
        tuple(visit_names(visits)),
        assess(frame, models, explained=True, units=units, old=_old(visits)),
        measured_frame(visits, frame),
    )


def measured_frame(visits: Sequence[Visit], frame: pd.DataFrame) -> pd.DataFrame:
    """The frame of some visits without what a visit only carries: a value whose day an earlier visit has already.

    Args:
        visits: oldest first.
        frame: of :func:`patient_frame`.
    """
    measured, seen = frame.copy(), set[tuple[str, str]]()
    for row, visit in enumerate(visits):
        entered = visit.facts.entered
        days = {(name, value.when or visit.day.isoformat()) for name, value in entered.items()}
        again = {name for name, day in days & seen if entered[name].when}
        again |= {name for name, source in DATED_BY.items() if name not in entered and source in again}
        measured.loc[row, [name for name in again if name in measured]] = np.nan
        seen |= days
    return measured


def _old(visits: Sequence[Visit]) -> dict[str, Texts]:
    """Dates of tests that were old on the day of their visit; empty texts elsewhere."""
    found = [old_tests(visit.facts, visit.day) for visit in visits]
    return {name: np.array([old.get(name, "") for old in found], dtype=object) for name in TESTS}


def patient_frame(visits: Sequence[Visit]) -> pd.DataFrame:
    """The models' inputs of some visits: PatientFrame with derived values, a row a visit, index 0 … n−1."""
    rows = [[visit.facts.canonical.get(name, np.nan) for name in VOCABULARY] for visit in visits]
    return check(pd.DataFrame(rows, columns=list(VOCABULARY), dtype=float)).frame


def visit_names(visits: Sequence[Visit]) -> list[str]:
    """What each visit is called: ``2026-11-24``; ``2026-11-24, second`` where a day has several."""
    days = [visit.day for visit in visits]
    return [f"{day.isoformat()}{_which(days[:i].count(day))}" for i, day in enumerate(days)]


def _which(before: int) -> str:
    ordinals = ("", ", second", ", third")
    return ordinals[before] if before < len(ordinals) else f", {before + 1}th"
