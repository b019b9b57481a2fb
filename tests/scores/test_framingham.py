"""Framingham 2008 against its reference vectors and the paper's worked example."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError
from riskmodels.scores import framingham as module
from riskmodels.scores.framingham import framingham

Golden = Callable[[str], pd.DataFrame]
#: D'Agostino 2008, case 1: woman of 61
WORKED = {
    "age": 61.0,
    "sex": 0.0,
    "systolic_bp": 124.0,
    "bp_medication": 0.0,
    "diabetes": 0.0,
    "smoking": 2.0,
    "total_cholesterol": 180.0,
    "hdl_cholesterol": 47.0,
    "bmi": 24.0,
}


@pytest.mark.parametrize(("model", "vector"), [("lipid", "lipid"), ("office", "bmi")])
def test_both_models_reproduce_every_reference_row(golden: Golden, model: str, vector: str) -> None:
    vectors = golden("framingham2008")
    result = framingham(vectors, model)
    assert (result["problems"] == "").all()
    wanted = vectors[f"cvd10y_fraction_{vector}_model"]
    np.testing.assert_allclose(result["general_cvd_10y"], wanted, rtol=0, atol=6e-9)


@pytest.mark.parametrize(
    ("model", "total", "risk"),
    [("lipid", 26.9653243882, 0.1048418020), ("office", 26.9884537851, 0.1310803315)],
)
def test_worked_example_of_the_paper(model: str, total: float, risk: float) -> None:
    terms = module._terms({name: np.array([value]) for name, value in WORKED.items()}, model)
    assert module._equation(model, "female").total(terms)[0] == pytest.approx(total, abs=1e-9)
    assert framingham(pd.DataFrame([WORKED]), model)["general_cvd_10y"][0] == pytest.approx(risk, abs=1e-10)


def test_auto_uses_the_office_model_where_a_cholesterol_is_not_known() -> None:
    result = framingham(pd.DataFrame([WORKED, WORKED | {"hdl_cholesterol": np.nan}]))
    assert result["model"].tolist() == ["lipid", "office"]
    assert result["general_cvd_10y"].tolist() == pytest.approx([0.1048418020, 0.1310803315], abs=1e-10)


def test_with_neither_cholesterol_nor_body_mass_the_cholesterols_are_named() -> None:
    frame = pd.DataFrame([WORKED]).drop(columns=["bmi", "total_cholesterol", "hdl_cholesterol"])
    assert framingham(frame)["missing"][0] == "total_cholesterol, hdl_cholesterol"


def test_office_model_takes_no_offence_at_a_cholesterol_out_of_range() -> None:
    row = framingham(pd.DataFrame([WORKED | {"total_cholesterol": 500.0}]), "office").iloc[0]
    assert row["general_cvd_10y"] == pytest.approx(0.1310803315, abs=1e-10)


def test_risk_has_no_floor_and_no_cap(golden: Golden) -> None:
    vectors = golden("framingham2008")
    assert framingham(vectors, "lipid")["general_cvd_10y"].min() < 0.01
    assert framingham(vectors, "office")["general_cvd_10y"].max() > 0.3


def test_unknown_model_is_refused() -> None:
    with pytest.raises(InputError, match="auto, lipid or office"):
        framingham(pd.DataFrame([WORKED]), "bmi")
