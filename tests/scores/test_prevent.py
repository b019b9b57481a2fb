"""PREVENT against its reference vectors and the paper's worked example."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError
from riskmodels.scores import prevent as module  # the module: the function is imported below
from riskmodels.scores.coefficients import read_coefficients
from riskmodels.scores.prevent import HORIZONS, MODELS, OUTCOMES, outcomes_with_bmi, prevent
from riskmodels.units import CHOLESTEROL, find_unit, to_canonical

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
def test_full_model_reproduces_every_reference_row(golden: Golden, outcome: str, years: int) -> None:
    vectors = golden("prevent_full_model")
    vectors = vectors[vectors["horizon_years"] == years]
    result = prevent(vectors, "full", sdi=vectors["sdi_decile"])
    assert len(vectors) > 50
    assert (result["problems"] == "").all()
    np.testing.assert_allclose(result[f"{outcome}_{years}y"], vectors[outcome], rtol=0, atol=ROUNDING_10)


def test_a_known_deprivation_decile_asks_for_the_full_model(golden: Golden) -> None:
    vectors = golden("prevent_full_model")
    vectors = vectors[vectors["sdi_decile"].notna() & (vectors["horizon_years"] == 10)]
    result = prevent(vectors, sdi=vectors["sdi_decile"].to_numpy())
    assert len(vectors) > 20
    assert (result["model"] == "full").all()
    np.testing.assert_allclose(result["total_cvd_10y"], vectors["total_cvd"], rtol=0, atol=ROUNDING_10)


def test_deciles_not_known_leave_the_model_to_the_markers() -> None:
    people = pd.DataFrame([WORKED, WORKED | {"hba1c": 7.5}])
    assert prevent(people, sdi=np.nan)["model"].tolist() == ["base", "hba1c"]
    assert prevent(people, sdi=[np.nan, 5])["model"].tolist() == ["base", "full"]
    assert prevent(people, sdi=pd.Series([None, 5], dtype="Int64"))["model"].tolist() == ["base", "full"]
    assert prevent(people, sdi=5)["model"].tolist() == ["full", "full"]


@pytest.mark.parametrize("sdi", [0, 11, 5.5, -1, np.inf])
def test_a_decile_that_is_none_is_refused_with_its_row_and_what_to_give(sdi: float) -> None:
    with pytest.raises(InputError, match=r"Row 2: .* no decile") as told:
        prevent(pd.DataFrame([WORKED, WORKED]), sdi=[5, sdi])
    assert "1 to 10" in told.value.hint


@pytest.mark.parametrize("sdi", [[1, 2, 3], "five", ["a", "b"]])
def test_deciles_that_do_not_fit_the_rows_are_refused(sdi: object) -> None:
    with pytest.raises(InputError, match="do not fit"):
        prevent(pd.DataFrame([WORKED, WORKED]), sdi=sdi)  # type: ignore[arg-type]


def test_deciles_of_other_rows_are_refused() -> None:
    with pytest.raises(InputError, match="not of the same rows"):
        prevent(pd.DataFrame([WORKED], index=[7]), sdi=pd.Series([5.0], index=[8]))


class TestBodyMassIndex:
    """Only the outcomes that have a coefficient for it need it."""

    #: man of 57, total CVD 7.25 % and ASCVD 5.31 % by the base model, whatever his body mass index
    MAN = WORKED | {
        "age": 57.0,
        "sex": 1.0,
        "systolic_bp": 140.0,
        "bp_medication": 0.0,
        "total_cholesterol": 231.0,
        "hdl_cholesterol": 41.0,
        "diabetes": 0.0,
        "egfr": 82.0,
    }

    @pytest.mark.parametrize("name", ["prevent_2023", "prevent_2023_full_model"])
    def test_the_table_has_coefficients_for_heart_failure_alone(self, name: str) -> None:
        table = read_coefficients(name)
        of_bmi = table[table["transform"].str.contains("bmi")]
        assert set(of_bmi["outcome"]) == set(OUTCOMES)
        assert set(of_bmi.loc[of_bmi["value"] != 0, "outcome"]) == {"heart_failure"}

    def test_the_rule_is_that_of_the_table(self) -> None:
        assert outcomes_with_bmi() == ("heart_failure",)

    def test_the_rule_follows_the_table(self, monkeypatch: pytest.MonkeyPatch) -> None:
        table = read_coefficients("prevent_2023")
        chosen = (table["outcome"] == "stroke") & (table["term"] == "bmi_from_30")
        changed = table.assign(value=table["value"].where(~chosen, 0.1))
        monkeypatch.setattr(
            module, "_table", lambda name: changed if name == "prevent_2023" else read_coefficients(name)
        )
        module._coefficients.cache_clear()
        try:
            assert outcomes_with_bmi() == ("heart_failure", "stroke")
            row = prevent(pd.DataFrame([self.MAN | {"bmi": np.nan}])).iloc[0]
            assert row[["stroke_10y", "heart_failure_10y"]].isna().all()
            assert row["chd_10y"] > 0
        finally:
            module._coefficients.cache_clear()

    @pytest.mark.parametrize("model", MODELS)
    @pytest.mark.parametrize(
        ("bmi", "why"),
        [
            (np.nan, "is not known"),
            (42.0, "is outside 18.5 to below 40 kg/m²"),
            (40.0, "is outside 18.5 to below 40 kg/m²"),
            (17.0, "is outside 18.5 to below 40 kg/m²"),
        ],
    )
    def test_without_one_in_range_the_others_are_the_same(self, bmi: float, why: str, model: str) -> None:
        known = self.MAN | {"hba1c": 5.6, "uacr": 12.0}
        result = prevent(pd.DataFrame([known | {"bmi": 31.2}, known | {"bmi": bmi}]), model)
        others = [f"{o}_{y}y" for y in HORIZONS for o in OUTCOMES if o != "heart_failure"]
        assert result[others].iloc[1].tolist() == result[others].iloc[0].tolist()
        assert result[others].notna().all(axis=None)
        for years in HORIZONS:
            assert result[f"heart_failure_{years}y"].notna().tolist() == [True, False]
        assert result["problems_bmi"].tolist() == ["", f"no heart failure risk: body mass index {why}"]
        assert (result["problems"] == "").all()
        assert (result["missing"] == "").all()

    def test_the_numbers_of_a_man_without_one(self) -> None:
        row = prevent(pd.DataFrame([self.MAN]).drop(columns="bmi")).iloc[0]
        assert row["total_cvd_10y"] == pytest.approx(0.0725, abs=5e-5)
        assert row["ascvd_10y"] == pytest.approx(0.0531, abs=5e-5)
        assert row["category"] == "intermediate"

    @pytest.mark.parametrize("bmi", [18.5, 39.9, 39.95, 39.999])
    def test_in_range_there_is_heart_failure_too(self, bmi: float) -> None:
        row = prevent(pd.DataFrame([self.MAN | {"bmi": bmi}])).iloc[0]
        assert row["heart_failure_10y"] > 0
        assert row["problems_bmi"] == ""

    def test_nothing_is_said_of_it_where_there_is_no_number_at_all(self) -> None:
        row = prevent(pd.DataFrame([self.MAN | {"bmi": np.nan, "age": 25.0}])).iloc[0]
        assert row["problems_bmi"] == ""
        assert row["problems"] == "valid for ages 30–79 only"


@pytest.mark.parametrize(
    ("name", "mmol", "inside"),
    [
        ("total_cholesterol", 3.36, True),
        ("total_cholesterol", 8.28, True),
        ("total_cholesterol", 3.35, False),
        ("total_cholesterol", 8.29, False),
        ("hdl_cholesterol", 0.52, True),
        ("hdl_cholesterol", 2.59, True),
        ("hdl_cholesterol", 0.51, False),
        ("hdl_cholesterol", 2.60, False),
    ],
)
def test_the_limits_of_the_form_in_si_units_are_inside(name: str, mmol: float, inside: bool) -> None:
    person = WORKED | {"total_cholesterol": 250.0, name: to_canonical(mmol, find_unit(CHOLESTEROL, "mmol/L"))}
    row = prevent(pd.DataFrame([person])).iloc[0]
    assert (row["problems"] == "") is inside
    assert inside or row["problems"].endswith(" mg/dL")


@pytest.mark.parametrize(("name", "value"), [("total_cholesterol", 130.0), ("hdl_cholesterol", 20.0)])
def test_the_limits_in_mg_are_inside(name: str, value: float) -> None:
    assert prevent(pd.DataFrame([WORKED | {name: value}]))["problems"].tolist() == [""]


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
