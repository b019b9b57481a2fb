"""Patients written as facts: ``age=60; smoking=current``, checked and scored as the page does."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from riskmodels.care.guidance import CarePlan, plan_of_care
from riskmodels.checks import check
from riskmodels.columns import Columns
from riskmodels.scores.registry import all_scores
from riskmodels.units import Unit
from riskmodels.vocabulary import VARIABLES, VOCABULARY


def read_facts(text: str) -> pd.Series:
    """One row of a PatientFrame with every variable."""
    told = dict(part.strip().split("=") for part in text.split(";"))
    codes = {name: {c.word: c.code for c in VOCABULARY[name].choices} for name in told}
    raw = {name: codes[name].get(value, None) if codes[name] else float(value) for name, value in told.items()}
    return check(pd.DataFrame([raw])).frame.reindex(columns=[v.name for v in VARIABLES]).iloc[0]


Planned = Callable[..., CarePlan]


@pytest.fixture(scope="session")
def planned() -> Planned:
    """The plan of care of a patient written as facts."""

    def make(text: str, units: dict[str, Unit] | None = None) -> CarePlan:
        patient = read_facts(text)
        return plan_of_care(patient, all_scores(Columns.of(patient.to_frame().T.astype(float))), units)

    return make
