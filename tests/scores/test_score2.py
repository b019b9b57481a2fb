"""SCORE2 and SCORE2-OP against their reference vectors and the papers' worked examples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from riskmodels.columns import Columns
from riskmodels.errors import InputError
from riskmodels.scores import score2 as module
from riskmodels.scores.coefficients import read_coefficients
from riskmodels.scores.score2 import COUNTRIES, REGIONS, region_of, score2
from riskmodels.units import CHOLESTEROL, find_unit, to_canonical

Golden = Callable[[str], pd.DataFrame]
MMOL = find_unit(CHOLESTEROL, "mmol/L")
ROUNDING = 6e-9
#: SCORE2 paper: man of 50, smoker
WORKED = {
    "age": 50.0,
    "sex": 1.0,
    "smoking": 2.0,
    "systolic_bp": 140.0,
    "total_cholesterol": to_canonical(5.5, MMOL),
    "hdl_cholesterol": to_canonical(1.3, MMOL),
    "diabetes": 0.0,
}
#: the guideline's names for the vectors' names of the same bands, which are one step too mild
NAMES = {"Low risk": "low to moderate", "Moderate risk": "high", "High risk": "very high"}


def vectors_by_group(golden: Golden) -> list[tuple[str, str, str, pd.DataFrame]]:
    vectors = golden("score2_score2op")
    vectors["region"] = vectors["risk_region"].str.lower().str.replace(" ", "_")
    vectors["word"] = np.where(vectors["sex"] == 1, "male", "female")
    return [(*key, rows) for key, rows in vectors.groupby(["equation", "word", "region"])]


@pytest.mark.parametrize(
    ("coefficient_set", "vector"), [("printed", "published_coefs"), ("authors_full", "authors_stata_precision")]
)
def test_equation_reproduces_every_reference_row(golden: Golden, coefficient_set: str, vector: str) -> None:
    groups = vectors_by_group(golden)
    assert len(groups) == 16
    for equation, sex, region, rows in groups:
        risk = module._risk(Columns.of(rows).pick(module._INPUTS), equation, sex, region, coefficient_set)
        np.testing.assert_allclose(100 * risk, rows[f"risk10y_pct_{vector}"], rtol=0, atol=100 * ROUNDING)


@pytest.mark.parametrize("region", REGIONS)
def test_public_answer_is_the_printed_equation_and_refuses_diabetes(golden: Golden, region: str) -> None:
    rows = pd.concat([rows for *_, r, rows in vectors_by_group(golden) if r == region])
    result = score2(rows, region)
    without = rows["diabetes"] == 0
    assert without.sum() > 10
    wanted = rows.loc[without, "risk10y_pct_published_coefs"] / 100
    np.testing.assert_allclose(result.loc[without, "cvd_10y"], wanted, rtol=0, atol=ROUNDING)
    assert result.loc[~without, "cvd_10y"].isna().all()
    assert (result.loc[~without, "problems"] == "not eligible: already told of diabetes").all()


@pytest.mark.parametrize("region", REGIONS)
def test_categories_have_the_reference_cut_points_under_the_guidelines_names(golden: Golden, region: str) -> None:
    rows = pd.concat([rows for *_, r, rows in vectors_by_group(golden) if r == region])
    # the vectors cut a risk rounded to one decimal: leave out who lies within the rounding of a cut
    near = ((rows["risk10y_pct_published_coefs"].to_numpy()[:, None] - [2.5, 5, 7.5, 10, 15]) ** 2).min(1) < 0.06**2
    rows = rows[(rows["diabetes"] == 0) & ~near]
    wanted = rows["esc2021_age_specific_category"].map(NAMES)
    assert score2(rows, region)["category"].tolist() == wanted.tolist()


@pytest.mark.parametrize(
    ("age", "equation", "coefficient_set", "total", "p0", "percent"),
    [
        (50, "SCORE2", "printed", 0.2315, 0.0495306411, 5.913255),
        (50, "SCORE2", "authors_full", 0.2315, 0.0495306411, 5.913621),
        (75, "SCORE2-OP", "printed", 0.32982, 0.2965884754, 18.562104),
        (75, "SCORE2-OP", "authors_full", 0.3289310381, 0.2963250596, 18.429952),
    ],
)
def test_worked_examples_of_the_papers(
    age: float, equation: str, coefficient_set: str, total: float, p0: float, percent: float
) -> None:
    man = {name: np.array([value]) for name, value in (WORKED | {"age": float(age)}).items()}
    terms = module._terms(man, equation)
    found = module._equation(equation, "male", coefficient_set)
    assert found.total(terms)[0] == pytest.approx(total, abs=1e-9)
    assert found.risk(terms)[0] == pytest.approx(p0, abs=1e-9)
    assert 100 * module._risk(man, equation, "male", "low", coefficient_set)[0] == pytest.approx(percent, abs=1e-6)


@pytest.mark.parametrize("equation", ["SCORE2", "SCORE2-OP"])
def test_every_term_of_the_file_is_computed_here(equation: str) -> None:
    table = read_coefficients("score2_score2op")
    table = table[(table["equation"] == equation) & (table["region"] == "all")]
    terms = module._terms({name: np.array([value]) for name, value in WORKED.items()}, equation)
    assert set(table["term"]) - {"mean_linear_predictor", "baseline_survival_10y"} <= set(terms)


def test_older_model_is_used_from_the_70th_birthday() -> None:
    result = score2(pd.DataFrame([WORKED | {"age": age} for age in (69.9, 70.0)]), "very_high")
    assert result["model"].tolist() == ["SCORE2, very high-risk region", "SCORE2-OP, very high-risk region"]


def test_man_of_35_gets_the_reason_why_there_is_no_number() -> None:
    row = score2(pd.DataFrame([WORKED | {"age": 35.0}]), "low").iloc[0]
    assert np.isnan(row["cvd_10y"])
    assert row["problems"] == "valid for ages 40–89 only"


def test_without_a_region_there_is_no_number() -> None:
    row = score2(pd.DataFrame([WORKED])).iloc[0]
    assert np.isnan(row["cvd_10y"])
    assert (row["problems"], row["missing"]) == ("not known: Risk region", "region")


@pytest.mark.parametrize("sign", [{"egfr": 59.0}, {"uacr": 30.0}])
def test_signs_of_kidney_disease_exclude(sign: dict[str, float]) -> None:
    row = score2(pd.DataFrame([WORKED | sign]), "low").iloc[0]
    assert np.isnan(row["cvd_10y"])
    assert "chronic kidney disease" in row["problems"]


def test_limits_of_cholesterol_are_told_in_mmol() -> None:
    row = score2(pd.DataFrame([WORKED | {"total_cholesterol": 500.0}]), "low").iloc[0]
    assert row["problems"] == "Total cholesterol is outside 2–12 mmol/L"


def test_hdl_above_total_cholesterol_is_refused() -> None:
    row = score2(pd.DataFrame([WORKED | {"total_cholesterol": 90.0, "hdl_cholesterol": 100.0}]), "low").iloc[0]
    assert row["problems"] == "HDL cholesterol is not below total cholesterol"


@pytest.mark.parametrize(
    ("country", "region"),
    [("France", "low"), ("germany", "moderate"), ("Poland", "high"), (" Ukraine ", "very_high")],
)
def test_region_of_a_country(country: str, region: str) -> None:
    assert region_of(country) == region


def test_country_that_is_not_listed_asks_for_the_region() -> None:
    with pytest.raises(InputError, match="Choose the risk region"):
        region_of("Japan")


def test_every_country_stands_in_one_region_only() -> None:
    countries = [country for region in COUNTRIES.values() for country in region]
    assert len(countries) == len(set(countries)) == 56


def test_unknown_region_is_refused() -> None:
    with pytest.raises(InputError, match="low, moderate, high, very_high"):
        score2(pd.DataFrame([WORKED]), "Very high")
