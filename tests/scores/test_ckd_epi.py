"""CKD-EPI 2021 against its reference vectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from riskmodels.scores.ckd_epi import ckd_epi_2021, kidney_function

Golden = Callable[[str], pd.DataFrame]


def test_reproduces_every_reference_row(golden: Golden) -> None:
    vectors = golden("ckd_epi_2021")
    egfr = ckd_epi_2021(vectors["creatinine"], vectors["age"], vectors["sex"])
    np.testing.assert_allclose(egfr, vectors["egfr"], rtol=0, atol=6e-7)


def test_as_a_score_it_is_the_same_number(golden: Golden) -> None:
    vectors = golden("ckd_epi_2021")
    result = kidney_function(vectors)
    assert (result["problems"] == "").all()
    np.testing.assert_allclose(result["egfr"], vectors["egfr"], rtol=0, atol=6e-7)


@pytest.mark.parametrize(("creatinine", "age"), [(0.0, 50.0), (-1.0, 50.0), (np.nan, 50.0), (1.0, 17.9), (1.0, np.nan)])
def test_no_number_for_impossible_or_unknown_inputs(creatinine: float, age: float) -> None:
    frame = pd.DataFrame({"creatinine": [creatinine], "age": [age], "sex": [1.0]})
    assert ckd_epi_2021(frame["creatinine"], frame["age"], frame["sex"]).isna().all()
    assert kidney_function(frame)["problems"][0] != ""


@pytest.mark.parametrize(
    ("creatinine", "stage"), [(0.8, "G2"), (0.7, "G1"), (1.3, "G3a"), (1.6, "G3b"), (3.0, "G4"), (6.0, "G5")]
)
def test_stage_of_kdigo(creatinine: float, stage: str) -> None:
    frame = pd.DataFrame({"creatinine": [creatinine], "age": [55.0], "sex": [0.0]})
    result = kidney_function(frame)
    low = {"G1": 90, "G2": 60, "G3a": 45, "G3b": 30, "G4": 15, "G5": 0}[stage]
    assert result["egfr"][0] >= low
    assert result["category"][0].startswith(f"{stage} ")
