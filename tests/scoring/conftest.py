"""A linear model with the interface of RiskModel, so that expected numbers can be worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from riskmodels.columns import Columns
from riskmodels.outcomes import OUTCOME, refusals
from riskmodels.tabular.estimates import Estimates
from riskmodels.vocabulary import VOCABULARY

WEIGHTS = {"age": 0.04, "sex": 0.3, "glucose": 0.02, "hdl_cholesterol": -0.01}
CENTRES = {"age": 50.0, "sex": 0.5, "glucose": 100.0, "hdl_cholesterol": 50.0}


class LinearModel:
    """logit = −2 + Σ weight · (value − centre) over the known values; refuses as riskmodels.outcomes says."""

    name = "population"
    variables = VOCABULARY

    def __init__(self, outcomes: tuple[str, ...] = ("diabetes", "cvd_10y")) -> None:
        self.outcomes = outcomes
        self.inputs = tuple(WEIGHTS)
        self.rows_seen: list[int] = []

    def _values(self, frame: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({n: w * (frame[n] - CENTRES[n]) for n, w in WEIGHTS.items()}).fillna(0.0)

    def predict(self, frame: pd.DataFrame) -> SimpleNamespace:
        self.rows_seen.append(len(frame))
        risk = 1 / (1 + np.exp(2 - self._values(frame).sum(axis=1)))
        refused = pd.DataFrame({o: refusals(frame, OUTCOME[o]) for o in self.outcomes})
        risks = pd.DataFrame({o: risk.where(refused[o] == "") for o in self.outcomes})
        cautions = pd.DataFrame(
            {o: np.where(frame["glucose"] > 300, "near the edge: Glucose", "") for o in self.outcomes}, frame.index
        )
        logit = np.log(risks / (1 - risks))
        held = pd.DataFrame(
            {o: np.where(frame["glucose"] > 400, "held: Glucose", "") for o in self.outcomes}, frame.index
        )
        bound = held.where(held == "", "at least")
        texts = {"refused": refused, "cautions": cautions, "held": held, "bound": bound}
        return SimpleNamespace(risk=risks, low=risks * 0.8, high=risks * 1.1, logit=logit, **texts)

    def estimate(self, facts: Columns) -> Estimates:
        return Estimates.of(self.predict(pd.DataFrame(facts.pick(VOCABULARY))))

    def estimate_and_explain(
        self, frame: pd.DataFrame, outcomes: list[str]
    ) -> tuple[Estimates, dict[str, SimpleNamespace]]:
        assert set(outcomes) <= set(self.outcomes)
        return Estimates.of(self.predict(frame)), {o: SimpleNamespace(values=self._values(frame)) for o in outcomes}


@pytest.fixture
def linear_model() -> LinearModel:
    return LinearModel()
