"""A patient's visits as the models in force see them: one frame, one answer, one explanation for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from riskmodels.checks import check
from riskmodels.explain.shapley import Reasons
from riskmodels.outcomes import OUTCOMES, Outcome
from riskmodels.records.visits import Visit
from riskmodels.tabular.model import Prediction, RiskModel
from riskmodels.vocabulary import VOCABULARY


@dataclass(frozen=True)
class Estimated:
    """What the model in force answers to one outcome at one visit.

    Args:
        when: the visit, as it is called on the page.
        day: of the visit.
        risk, low, high: probability and 90 % interval, 0–1; NaN where refused.
        refused: why there is no estimate; empty where there is one.
    """

    when: str
    day: date
    risk: float = field(repr=False)
    low: float = field(repr=False)
    high: float = field(repr=False)
    refused: str = field(repr=False)

    @property
    def given(self) -> bool:
        """Whether there is an estimate."""
        return self.refused == ""


@dataclass(frozen=True, eq=False)
class Course:
    """All visits of one patient, oldest first.

    Args:
        visits: ids.
        days: of the visits.
        whens: the visits as they are called: their day, and which of the day where there are several.
        frame: PatientFrame, a row a visit, index 0 … n−1.
        predictions: of the models in force, by model.
        reasons: by outcome.
    """

    visits: tuple[str, ...]
    days: tuple[date, ...]
    whens: tuple[str, ...]
    frame: pd.DataFrame = field(repr=False)
    predictions: Mapping[str, Prediction] = field(repr=False)
    reasons: Mapping[str, Reasons] = field(repr=False)

    @property
    def outcomes(self) -> list[Outcome]:
        """Outcomes that were estimated at one visit at least, in the order of the page."""
        return [outcome for outcome in self._served() if any(e.given for e in self.estimates(outcome))]

    def _served(self) -> list[Outcome]:
        return [o for o in OUTCOMES if o.model in self.predictions and o.name in self.reasons]

    def estimates(self, outcome: Outcome) -> list[Estimated]:
        """What was estimated at each visit."""
        found, name = self.predictions[outcome.model], outcome.name
        columns = (table[name].tolist() for table in (found.risk, found.low, found.high, found.refused))
        return [Estimated(*point) for point in zip(self.whens, self.days, *columns, strict=True)]


def make_course(visits: Sequence[Visit], models: Mapping[str, RiskModel]) -> Course:
    """Assess all visits at once with the models in force.

    Args:
        visits: of one patient, oldest first; at least one.
        models: by name.
    """
    frame = patient_frame(visits)
    answers = {name: model.predict_and_explain(frame) for name, model in models.items()}
    return Course(
        tuple(visit.id for visit in visits),
        tuple(visit.day for visit in visits),
        tuple(visit_names(visits)),
        frame,
        {name: prediction for name, (prediction, _) in answers.items()},
        {outcome: reasons for _, of_model in answers.values() for outcome, reasons in of_model.items()},
    )


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
