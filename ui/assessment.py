"""One patient, every outcome: what the models answer, in the order the page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from riskmodels.columns import Columns
from riskmodels.outcomes import OUTCOMES, Outcome
from riskmodels.scores import prevent
from riskmodels.tabular.model import Estimates, RiskModel
from riskmodels.vocabulary import VOCABULARY

#: outcomes where space is short
SHORT_LABEL = {
    "diabetes": "Diabetes",
    "dysglycaemia": "Prediabetes",
    "cvd_10y": "Heart and vessels",
    "cvd_death_10y": "Death from it",
    "coronary_disease": "Coronary",
}


@dataclass(frozen=True)
class Answer:
    """The answer to one outcome for one patient.

    Args:
        outcome: what it is a probability of.
        risk, low, high: probability and 90 % interval, 0–1; NaN where refused.
        refused: why no estimate is given; empty where one is.
        caution: what to be careful about; empty where nothing.
        standing: share (0–1) of people of the same age and sex with a lower risk; NaN where unknown.
        published: value (0–1) of the published equation it was learnt from; NaN where there is none.
    """

    outcome: Outcome
    risk: float
    low: float
    high: float
    refused: str
    caution: str
    standing: float
    published: float

    @property
    def given(self) -> bool:
        """Whether an estimate is given."""
        return self.refused == ""

    def known_by(self, patient: pd.Series) -> str:
        """The label of the fact by which the patient has it already; empty where none."""
        for name in self.outcome.already:
            if patient[name] == 1:
                return VOCABULARY[name].label
        return ""


def assess(frame: pd.DataFrame, models: Mapping[str, RiskModel]) -> list[Answer]:
    """Every outcome for a frame of one row.

    Args:
        frame: PatientFrame of one row.
        models: shipped models by name.

    Returns:
        One answer an outcome that a model serves, in the order of :data:`riskmodels.outcomes.OUTCOMES`.
    """
    facts = Columns.of(frame)
    estimates = {name: model.estimate(facts) for name, model in models.items()}
    return [
        _answer(facts, outcome, models[outcome.model], estimates[outcome.model])
        for outcome in OUTCOMES
        if outcome.model in models and outcome.name in models[outcome.model].outcomes
    ]


def _answer(facts: Columns, outcome: Outcome, model: RiskModel, found: Estimates) -> Answer:
    at = 0, found.outcomes.index(outcome.name)
    risk, low, high = float(found.risk[at]), float(found.low[at]), float(found.high[at])
    standing = float("nan")
    if risk == risk:
        standing = model.percentile(outcome.name, risk, float(facts["age"][0]), float(facts["sex"][0]))
    published = _published(facts, outcome)
    return Answer(outcome, risk, low, high, str(found.refused[at]), str(found.cautions[at]), standing, published)


def _published(facts: Columns, outcome: Outcome) -> float:
    """PREVENT's own total cardiovascular risk for the outcome learnt from it; NaN for the others or where not valid."""
    if outcome.name != "cvd_10y":
        return float("nan")
    return float(prevent.evaluate(facts).numbers["total_cvd_10y"][0])
