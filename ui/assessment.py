"""One patient, every outcome: what the models answer, in the order the page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from riskmodels.outcomes import OUTCOMES, Outcome
from riskmodels.scores.prevent import prevent
from riskmodels.tabular.model import RiskModel
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
    predictions = {name: model.predict(frame) for name, model in models.items()}
    return [
        _answer(frame, outcome, models[outcome.model], predictions[outcome.model])
        for outcome in OUTCOMES
        if outcome.model in models and outcome.name in models[outcome.model].outcomes
    ]


def _answer(frame: pd.DataFrame, outcome: Outcome, model: RiskModel, predicted: object) -> Answer:
    name = outcome.name
    risk, low, high = (float(getattr(predicted, part)[name].iloc[0]) for part in ("risk", "low", "high"))
    refused, caution = (str(getattr(predicted, part)[name].iloc[0]) for part in ("refused", "cautions"))
    standing = float("nan")
    if risk == risk:
        age, sex = float(frame["age"].iloc[0]), float(frame["sex"].iloc[0])
        standing = float(model.percentile(name, risk, age, sex))
    return Answer(outcome, risk, low, high, refused, caution, standing, _published(frame, outcome))


def _published(frame: pd.DataFrame, outcome: Outcome) -> float:
    """PREVENT's own total cardiovascular risk for the outcome learnt from it; NaN for the others or where not valid."""
    if outcome.name != "cvd_10y":
        return float("nan")
    return float(prevent(frame)["total_cvd_10y"].iloc[0])
