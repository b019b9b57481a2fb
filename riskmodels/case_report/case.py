"""One patient as the chart text and the handout see them: what models, equations and trials say, and the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from riskmodels.assessment import Answer, Assessment
from riskmodels.care.benefits import Benefit
from riskmodels.explain.shapley import Z90
from riskmodels.explain.steps import Step, make_steps
from riskmodels.percent import printed
from riskmodels.scores.eligibility import Result
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.tabular.model import RiskModel
from riskmodels.units import Unit
from riskmodels.vocabulary import VARIABLES

#: asked of people with chest pain alone: where it is not known, its outcome is nobody's question
_ASKED_OF_SOME = {"coronary_disease": "chest_pain_type"}
#: reasons named an outcome, those that raise it and those that lower it each
REASONS_NAMED = 3


@dataclass(frozen=True, eq=False)
class PatientCase:
    """What is told of a patient.

    Args:
        assessment: of one row.
        units: unit each number is told in.
        patient: its row, with what only published scores ask.
        scores: results of published scores of that row, by name.
        benefits: what trials promise; empty where that is not told.
        today: day of the text.
    """

    assessment: Assessment
    units: Mapping[str, Unit]
    patient: pd.Series = field(repr=False)
    scores: Mapping[str, Result] = field(repr=False)
    benefits: Sequence[Benefit] = field(repr=False)
    today: date

    @property
    def facts(self) -> dict[str, float]:
        """What is known, by variable, in the order of the form."""
        names = [*(v.name for v in VARIABLES), *EXTRA_INPUTS]
        found = {name: float(self.patient.get(name, float("nan"))) for name in names}
        return {name: value for name, value in found.items() if value == value}

    @property
    def answers(self) -> list[Answer]:
        """The answers that are told, in the order of the page."""
        return [a for a in self.assessment.answers() if _ASKED_OF_SOME.get(a.outcome.name, "age") in self.facts]

    @property
    def unknown(self) -> list[str]:
        """Inputs that the given estimates could use and that are not known, in the order of the form."""
        usable = {name for a in self.answers if a.given for name in self.assessment.unknown(a.outcome.name)}
        return [variable.name for variable in VARIABLES if variable.name in usable]

    @property
    def models(self) -> dict[str, RiskModel]:
        """The models that gave an estimate, by name."""
        names = dict.fromkeys(answer.outcome.model for answer in self.answers if answer.given)
        return {name: self.assessment.models[name] for name in names}

    def steps(self, outcome: str) -> tuple[list[Step], int]:
        """From everybody to this patient in percentage points, and the decimals they are printed with."""
        return outcome_steps(self.assessment, outcome, self.units, in_points=True)


def outcome_steps(
    assessment: Assessment, outcome: str, units: Mapping[str, Unit], *, in_points: bool
) -> tuple[list[Step], int]:
    """The steps from everybody to the first patient, and the decimals they are printed with.

    Args:
        assessment: of the patient.
        outcome: its name.
        units: unit to word each value in.
        in_points: percentage points of risk; otherwise log-odds.
    """
    reasons, patient = assessment.reasons(outcome), assessment.row()
    log_odds: pd.DataFrame = reasons.values  # noqa: PD011, not a frame's values
    counted, spread = reasons.counted.iloc[0], Z90 * reasons.spread.iloc[0]
    if not in_points:
        return make_steps(float(reasons.base), log_odds.iloc[0], patient, units, 2, counted, spread), 2
    base, points = reasons.points()
    total = base + float(points.iloc[0].sum())
    start, end, decimals = printed(base, total)
    moved = float(log_odds.iloc[0].sum())
    scale = 100 * float(points.iloc[0].sum()) / moved if moved else 0.0  # one for all, see Reasons.points
    spread = abs(scale) * spread
    steps = make_steps(100 * base, 100 * points.iloc[0], patient, units, decimals, counted, spread, (start, end))
    return steps, decimals
