from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from riskmodels.columns import Floats
from riskmodels.shipping.carried import Start
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.inputs import own_number
from riskmodels.tabular.model import SHIPPED, RiskModel
from riskmodels.tabular.network import member_logits
from riskmodels.vocabulary import VOCABULARY

VARIABLES = VOCABULARY | {"own_marker": own_number("own_marker", "Marker", "AU", 1.0)}
INPUTS = ("own_marker", "st_depression", "age", "chest_pain_type")


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return RiskModel.load(SHIPPED / "chest_pain", "cpu")


@pytest.fixture(scope="module")
def start(model: RiskModel) -> Start:
    return Start.of(model, "coronary_disease")


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "age": rng.integers(40, 70, 60).astype(float),
            "chest_pain_type": rng.integers(0, 4, 60).astype(float),
            "st_depression": rng.integers(0, 30, 60) / 10,
            "own_marker": rng.normal(50, 10, 60),
        }
    )
    frame.loc[:5, "age"] = np.nan
    return frame


@pytest.fixture(scope="module")
def encoding(start: Start, people: pd.DataFrame) -> Encoding:
    return start.encoding_of(people, INPUTS, 8, VARIABLES)


@pytest.fixture(scope="module")
def z(encoding: Encoding, people: pd.DataFrame) -> torch.Tensor:
    return encoding(encoding.matrix(people)).detach().float()


def own_columns(z: torch.Tensor, encoding: Encoding, start: Start) -> Floats:
    return np.asarray(start.logit(z, encoding, start.basis_of(z, encoding)).numpy())


def test_carried_network_says_what_the_fitted_model_says(
    model: RiskModel, start: Start, encoding: Encoding, z: torch.Tensor, people: pd.DataFrame
) -> None:
    with torch.no_grad():
        whole = start.encoding(start.encoding.matrix(people)).float()
        wanted = member_logits(whole, start.weights)[:, 0, 0].numpy()
    np.testing.assert_allclose(own_columns(z, encoding, start), wanted, atol=1e-5)
    said = model.predict(people).logit["coronary_disease"]  # counts values beyond its people as the last seen
    inside = said.notna().to_numpy() & people["age"].notna().to_numpy()
    np.testing.assert_allclose(wanted[inside], said[inside], atol=1e-4)


def test_input_that_the_fitted_model_does_not_know_starts_at_zero(
    start: Start, encoding: Encoding, z: torch.Tensor
) -> None:
    moved = z.clone()
    moved[INPUTS.index("own_marker")] *= 3
    assert (own_columns(moved, encoding, start) == own_columns(z, encoding, start)).all()
    carried = start.carried(encoding, start.basis_of(z, encoding))
    assert not carried.curves[INPUTS.index("own_marker")].any()


def test_own_input_has_pair_columns_of_its_own(start: Start, encoding: Encoding, z: torch.Tensor) -> None:
    basis = start.basis_of(z, encoding)
    columns = z[0] @ basis[0]
    np.testing.assert_allclose(columns[:, 1:].std(0, correction=0), [1.0, 1.0], atol=0.05)


def test_calibration_is_in_what_is_carried(model: RiskModel, start: Start) -> None:
    slope, intercept = model.calibration["coronary_disease"]
    bias = float(model.weights.bias[0, 0])
    assert float(start.weights.bias) == pytest.approx(slope * bias + intercept, abs=1e-5)
