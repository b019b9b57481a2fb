"""Thirty patients: no sweep of an input whose direction is settled moves a shipped risk against it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels import ROOT
from riskmodels.directions import DIRECTIONS, Direction
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.vocabulary import VOCABULARY

PATIENTS = ROOT.parent / "shared" / "cases" / "patients" / "monotone_patients.csv"
#: a move against the direction is one of more than two points, or a fifth of the risk
POINTS, SHARE = 0.02, 0.2
#: of risks below half a per cent a fifth is nothing that anybody would see
LEAST = 0.005
SWEPT = [(settled, outcome) for settled in DIRECTIONS for outcome in settled.outcomes if outcome != "coronary_disease"]


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return load_shipped(device="cpu")["population"]


def swept(patients: pd.DataFrame, values: np.ndarray, name: str) -> pd.DataFrame:
    """Every patient once for every value."""
    rows = patients.loc[patients.index.repeat(len(values))].reset_index(drop=True)
    return rows.assign(**{name: np.tile(values, len(patients))})


def values_of(model: RiskModel, outcome: str, settled: Direction) -> np.ndarray:
    if VOCABULARY[settled.name].choices:
        return np.array([choice.code for choice in VOCABULARY[settled.name].choices])
    seen = model.support[outcome][settled.name]
    return np.linspace(max(seen.low, settled.low), min(seen.high, settled.high), 25)


@pytest.mark.shared_data
@pytest.mark.parametrize(("settled", "outcome"), SWEPT, ids=[f"{outcome} {s.name}" for s, outcome in SWEPT])
def test_no_risk_moves_against_a_settled_direction(model: RiskModel, settled: Direction, outcome: str) -> None:
    if not PATIENTS.is_file():
        pytest.skip("the thirty patients of ../shared are not here")
    patients = pd.read_csv(PATIENTS).reindex(columns=list(model.inputs)).astype(float)
    if settled.name == "ldl_cholesterol":  # of a total held at the edge (one patient's is 540 mg/dL) LDL is no part
        highest = model.support[outcome]["total_cholesterol"].high
        patients = patients[~(patients["total_cholesterol"] > highest)].reset_index(drop=True)
    values = values_of(model, outcome, settled)
    logit = model.predict(swept(patients, values, settled.name)).logit[outcome].to_numpy()
    risk = (1 / (1 + np.exp(-logit))).reshape(len(patients), len(values))[:, :: settled.sign]
    before = np.maximum.accumulate(risk, axis=1)
    against = before - risk
    wrong = (against > POINTS) | ((against > SHARE * before) & (before > LEAST))
    assert not wrong.any(), f"{int(wrong.any(axis=1).sum())} patients, by up to {100 * against.max():.1f} points"
