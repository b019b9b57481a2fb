"""PREVENT against its reference vectors and the paper's worked example."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from riskmodels.columns import Columns
from riskmodels.errors import InputError
from riskmodels.scores import prevent as module  # the module: the function is imported below
from riskmodels.scores.coefficients import read_coefficients
from riskmodels.scores.prevent import HORIZONS, MODELS, OPTIONAL, OUTCOMES, REQUIRED, prevent

Golden = Callable[[str], pd.DataFrame]
ROUNDING_8 = 6e-9
ROUNDING_10 = 6e-11

#: Khan 2023, supplement: woman of 50
WORKED = {
    "age": 50.0,
    "sex": 0.0,
    "systolic_bp": 160.0,
    "bp_medication": 1.0,
    "total_cholesterol": 200.0,
    "hdl_cholesterol": 45.0,
    "cholesterol_medication": 0.0,
    "diabetes": 1.0,
    "smoking": 0.0,
    "egfr": 90.0,
    "bmi": 35.0,
}


def unchecked(frame: pd.DataFrame, model: str, sdi: np.ndarray | None = None) -> pd.DataFrame:
    used = np.full(len(frame), MODELS.index(model))
    inputs = Columns.of(frame).pick((*REQUIRED, *OPTIONAL))
    risks = module._equations(inputs, used, rows=np.full(len(frame), True), sdi_decile=sdi)
    return pd.DataFrame(risks, index=frame.index, columns=module._COLUMNS)


@pytest.mark.parametrize("years", HORIZONS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_base_model_reproduces_every_reference_row(golden: Golden, outcome: str, years: int) -> None:
    vectors = golden("prevent_base")
    result = prevent(vectors)
    wanted = vectors[f"{outcome}_risk_{years}y_fraction"]
    np.testing.assert_allclose(result[f"{outcome}_{years}y"], wanted, rtol=0, atol=ROUNDING_8)
    assert (result["model"] == "base").all()
    assert (result["problems"] == "").all()


@pytest.mark.parametrize("years", HORIZONS)
@pytest.mark.parametrize("outcome", OUTCOMES[:3])
@pytest.mark.parametrize("model", ["hba1c", "uacr"])
def test_single_marker_models_reproduce_every_reference_row(
    golden: Golden, model: str, outcome: str, years: int
) -> None:
    vectors = golden("prevent_hba1c_uacr")
    result = prevent(vectors, model)
    wanted = vectors[f"{outcome}_{years}y_fraction_{model}_model"]
    np.testing.assert_allclose(result[f"{outcome}_{years}y"], wanted, rtol=0, atol=ROUNDING_8)


@pytest.mark.parametrize("years", HORIZONS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_full_model_reproduces_every_reference_row_with_deprivation_index(
    golden: Golden, outcome: str, years: int
) -> None:
    vectors = golden("prevent_full_model")
    vectors = vectors[vectors["horizon_years"] == years]
    result = unchecked(vectors, "full", vectors["sdi_decile"].to_numpy())
    assert len(vectors) > 50
    np.testing.assert_allclose(result[f"{outcome}_{years}y"], vectors[outcome], rtol=0, atol=ROUNDING_10)


def test_full_model_without_deprivation_index_is_the_public_answer(golden: Golden) -> None:
    vectors = golden("prevent_full_model")
    vectors = vectors[(vectors["horizon_years"] == 30) & vectors["sdi_decile"].isna()]
    result = prevent(vectors, "full")
    assert (result["problems"] == "").all()
    for outcome in OUTCOMES:
        np.testing.assert_allclose(result[f"{outcome}_30y"], vectors[outcome], rtol=0, atol=ROUNDING_10)


def test_worked_example_of_the_paper_with_its_terms() -> None:
    terms = {k: float(v[0]) for k, v in module._design({k: np.array([v]) for k, v in WORKED.items()}).items()}
    wanted = {
        "age": -0.5,
        "non_hdl": 0.5083,
        "hdl": -0.4543333333,
        "sbp_below_110": 0,
        "sbp_from_110": 1.5,
        "bmi_below_30": 1,
        "bmi_from_30": 1,
        "egfr_below_60": 0,
        "egfr_from_60": 0,
    }
    assert {k: terms[k] for k in wanted} == pytest.approx(wanted, abs=1e-9)


def test_worked_example_of_the_paper_with_its_log_odds_and_risks() -> None:
    row = prevent(pd.DataFrame([WORKED])).iloc[0]
    risks = np.array([row[f"{outcome}_10y"] for outcome in ("total_cvd", "ascvd", "heart_failure")])
    np.testing.assert_allclose(risks, [0.1468393910, 0.0919508975, 0.0805609678], atol=1e-10)
    np.testing.assert_allclose(np.log(risks / (1 - risks)), [-1.7596084061, -2.2900437426, -2.4347494750], atol=1e-9)
    assert row["total_cvd_30y"] == pytest.approx(0.530, abs=5e-4)


def test_off_segment_spline_terms_are_not_zero() -> None:
    low = {k: np.array([v]) for k, v in (WORKED | {"systolic_bp": 100, "egfr": 45, "bmi": 31}).items()}
    terms = module._design(low)
    assert (terms["sbp_from_110"][0], terms["egfr_from_60"][0], terms["bmi_below_30"][0]) == (-1, 2, 1)


@pytest.mark.parametrize("name", ["prevent_2023", "prevent_2023_full_model"])
def test_every_term_of_the_files_is_computed_here(name: str) -> None:
    inputs = {k: np.array([v]) for k, v in (WORKED | {"hba1c": 6.0, "uacr": 20.0, "sdi_decile": 5.0}).items()}
    assert set(read_coefficients(name)["term"]) <= {*module._design(inputs), *module._optional_terms(inputs)}


@pytest.mark.parametrize(
    ("hba1c", "uacr", "model"),
    [(np.nan, np.nan, "base"), (7.5, np.nan, "hba1c"), (np.nan, 40.0, "uacr"), (7.5, 40.0, "full")],
)
def test_auto_uses_the_model_of_the_known_markers(hba1c: float, uacr: float, model: str) -> None:
    frame = pd.DataFrame([WORKED | {"hba1c": hba1c, "uacr": uacr}])
    auto = prevent(frame)
    assert auto["model"].tolist() == [model]
    pd.testing.assert_frame_equal(auto, prevent(frame, model))


def test_single_marker_model_asked_for_by_name_needs_its_marker() -> None:
    row = prevent(pd.DataFrame([WORKED]), "hba1c").iloc[0]
    assert np.isnan(row["total_cvd_10y"])
    assert row["missing"] == "hba1c"


def test_from_60_there_is_a_10_year_risk_and_a_reason_for_no_30_year_risk() -> None:
    row = prevent(pd.DataFrame([WORKED | {"age": 60.0}])).iloc[0]
    assert row["total_cvd_10y"] > 0
    assert row[[f"{outcome}_30y" for outcome in OUTCOMES]].isna().all()
    assert row["problems"] == ""
    assert row["problems_30y"] == "30 years: valid for ages 30–59 only"


def test_age_counts_in_completed_years() -> None:
    result = prevent(pd.DataFrame([WORKED | {"age": 79.9}, WORKED | {"age": 80.0}]))
    assert result["total_cvd_10y"].notna().tolist() == [True, False]


def test_former_smoker_counts_as_not_smoking() -> None:
    result = prevent(pd.DataFrame([WORKED | {"smoking": code} for code in (0.0, 1.0, 2.0)]))["total_cvd_10y"]
    assert result[0] == result[1] < result[2]


def test_category_is_that_of_the_ten_year_ascvd_risk(golden: Golden) -> None:
    result = prevent(golden("prevent_base"))
    edges = [-np.inf, 0.03, 0.05, 0.1, np.inf]
    wanted = pd.cut(result["ascvd_10y"], edges, right=False, labels=["low", "borderline", "intermediate", "high"])
    assert result["category"].tolist() == wanted.tolist()


def test_unknown_model_is_refused_with_the_models_there_are() -> None:
    with pytest.raises(InputError, match="auto, base, hba1c, uacr, full"):
        prevent(pd.DataFrame([WORKED]), "sdi")


def test_long_frames_give_the_numbers_of_short_ones(golden: Golden) -> None:
    vectors = golden("prevent_base")
    long = pd.concat([vectors] * 500, ignore_index=True)
    result = prevent(long)["total_cvd_10y"].to_numpy().reshape(500, -1)
    np.testing.assert_allclose(result, np.tile(prevent(vectors)["total_cvd_10y"], (500, 1)), rtol=1e-13)
