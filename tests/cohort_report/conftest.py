"""The demo cohort (NHANES 2017–2018) with the population model's estimates, and its report."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

from riskmodels.cohort_report import CohortReport, build_report
from riskmodels.cohorts.nhanes import dysglycaemia_label, read_demo
from riskmodels.tabular.estimates import Prediction
from riskmodels.tabular.model import RiskModel, load_shipped

OUTCOME = "dysglycaemia"


@dataclass(frozen=True)
class Demo:
    frame: pd.DataFrame
    label: pd.Series
    model: RiskModel
    prediction: Prediction

    @property
    def risk(self) -> pd.Series:
        return self.prediction.risk[OUTCOME]


@pytest.fixture(scope="session")
def demo() -> Demo:
    frame = read_demo().iloc[:2500]
    model = load_shipped(device="cpu")["population"]
    return Demo(frame, dysglycaemia_label(frame), model, model.predict(frame))


@pytest.fixture(scope="session")
def report(demo: Demo) -> CohortReport:
    return build_report(
        demo.frame, demo.prediction, demo.model, OUTCOME, label=demo.label, file="demo.csv", replicates=60
    )
