"""Pooled Cohort Equations against their reference vectors and the paper's worked examples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from riskmodels.columns import Columns
from riskmodels.errors import InputError
from riskmodels.scores import pce as module
from riskmodels.scores.coefficients import read_coefficients
from riskmodels.scores.pce import REQUIRED, pooled_cohort

Golden = Callable[[str], pd.DataFrame]
WORKED = {
    "age": 55.0,
    "systolic_bp": 120.0,
    "bp_medication": 0.0,
    "total_cholesterol": 213.0,
    "hdl_cholesterol": 50.0,
    "diabetes": 0.0,
    "smoking": 0.0,
}


def vectors_with_race(golden: Golden) -> pd.DataFrame:
    vectors = golden("pce_2013")
    return vectors.assign(race=vectors["race"].replace("aa", "black"))


def test_printed_coefficients_reproduce_every_reference_row(golden: Golden) -> None:
    vectors = vectors_with_race(golden)
    result = pooled_cohort(vectors)
    assert (result["problems"] == "").all()
    assert result["model"].tolist() == vectors["race"].tolist()
    wanted = vectors["ascvd10y_fraction_published_rounded_coefs"]
    np.testing.assert_allclose(result["ascvd_10y"], wanted, rtol=0, atol=6e-9)


@pytest.mark.parametrize(("code", "sex"), [(0, "female"), (1, "male")])
@pytest.mark.parametrize("race", ["white", "black"])
def test_high_precision_coefficients_reproduce_the_calculator(golden: Golden, code: int, sex: str, race: str) -> None:
    vectors = vectors_with_race(golden)
    vectors = vectors[(vectors["sex"] == code) & (vectors["race"] == race)]
    risk = module._equation(sex, race, "high_precision").risk(module._terms(Columns.of(vectors).pick(REQUIRED)))
    wanted = vectors["ascvd10y_fraction_PooledCohort_hi_precision"]
    np.testing.assert_allclose(risk, wanted, rtol=0, atol=6e-9)


@pytest.mark.parametrize(
    ("sex", "race", "total", "risk"),
    [
        ("female", "white", -29.6766720529, 0.0205222982),
        ("female", "black", 86.1676998550, 0.0302632934),
        ("male", "white", 60.6995462252, 0.0538442200),
        ("male", "black", 18.9727973684, 0.0607343729),
    ],
)
def test_worked_examples_of_the_paper(sex: str, race: str, total: float, risk: float) -> None:
    terms = module._terms({name: np.array([value]) for name, value in WORKED.items()})
    assert module._equation(sex, race).total(terms)[0] == pytest.approx(total, abs=1e-9)
    person = pd.DataFrame([WORKED | {"sex": float(sex == "male")}])
    assert pooled_cohort(person, race)["ascvd_10y"][0] == pytest.approx(risk, abs=1e-10)


def test_every_term_of_the_file_is_computed_here() -> None:
    terms = module._terms({name: np.array([value]) for name, value in WORKED.items()})
    constants = {"mean_linear_predictor", "baseline_survival_10y"}
    assert set(read_coefficients("pce_2013")["term"]) - constants == set(terms)


def test_race_not_given_uses_the_default_and_says_so() -> None:
    frame = pd.DataFrame([WORKED | {"sex": 0.0}])
    assert pooled_cohort(frame)["model"][0] == "white (the guideline's default: race not given)"
    assert pooled_cohort(frame)["ascvd_10y"][0] == pooled_cohort(frame, "white")["ascvd_10y"][0]


def test_race_by_row_with_an_empty_cell() -> None:
    frame = pd.DataFrame([WORKED | {"sex": 0.0, "race": race} for race in ("Black", "other", None)])
    result = pooled_cohort(frame)
    assert result["model"].tolist() == [
        "black",
        "white (the guideline's default for other races)",
        "white (the guideline's default: race not given)",
    ]


def test_unknown_race_is_refused_with_the_words_there_are() -> None:
    with pytest.raises(InputError, match="white, black, other"):
        pooled_cohort(pd.DataFrame([WORKED | {"sex": 0.0}]), "aa")


@pytest.mark.parametrize(
    ("risk", "category"),
    [(0.049, "low"), (0.05, "borderline"), (0.075, "intermediate"), (0.199, "intermediate"), (0.2, "high")],
)
def test_bands_of_the_guideline(risk: float, category: str) -> None:
    assert module.BANDS.of(np.array([risk])).series(pd.RangeIndex(1))[0] == category
