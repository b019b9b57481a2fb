"""NHANES: rules of the mapping on small tables, and the published counts on the shared file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohorts.nhanes.frame import (
    AUDIT_COLUMNS,
    cardiovascular_death,
    diabetes_label,
    dysglycaemia_label,
    read_nhanes,
)
from riskmodels.cohorts.nhanes.mapping import decimal, to_patient_frame
from riskmodels.errors import SourceDataError
from riskmodels.vocabulary import CARDIOVASCULAR_HISTORY, VARIABLES, Kind

nan = np.nan


def mapped(**columns: list[object]) -> pd.DataFrame:
    """PatientFrame of raw NHANES columns; women of 50 unless said otherwise."""
    n = len(next(iter(columns.values())))
    base: dict[str, list[object]] = {"seqn": list(range(1, n + 1)), "age_y": [50.0] * n, "male": [0.0] * n}
    return to_patient_frame(pd.DataFrame(base | columns))


def same(values: pd.Series, expected: list[float]) -> None:
    np.testing.assert_allclose(values.to_numpy(), expected, rtol=1e-9)


class TestMapping:
    def test_every_variable_is_a_float_column(self) -> None:
        frame = mapped(hba1c_pct=[5.0])
        assert list(frame.columns) == [v.name for v in VARIABLES] + list(AUDIT_COLUMNS)
        assert all(frame[v.name].dtype == np.float64 for v in VARIABLES)

    def test_index_is_seqn_in_order(self) -> None:
        frame = to_patient_frame(pd.DataFrame({"seqn": [9, 3], "age_y": [30.0, 40.0], "male": [1.0, 0.0]}))
        assert frame.index.name == "seqn"
        assert frame["age"].to_dict() == {3: 40.0, 9: 30.0}

    def test_lipids_glucose_and_crp_are_converted(self) -> None:
        frame = mapped(
            total_chol_mmol=[5.0],
            hdl_mmol=[1.0],
            ldl_fasting_mmol=[3.0],
            trig_fasting_mmol=[2.0],
            serum_glucose_mmol=[5.0],
            crp_mgdl_trimmed=[0.21],
        )
        names = ["total_cholesterol", "hdl_cholesterol", "ldl_cholesterol", "triglycerides", "glucose", "crp"]
        same(frame.loc[1, names], [5 * 38.67, 38.67, 3 * 38.67, 2 * 88.57, 5 * 18.016, 2.1])

    def test_borderline_diabetes_is_not_told(self) -> None:
        same(mapped(dm_told_raw=[1, 2, 3, 7, 9, nan])["diabetes"], [1, 0, 0, nan, nan, nan])

    def test_pills_are_no_where_not_asked_for_lack_of_diabetes(self) -> None:
        frame = mapped(dm_told_raw=[2, 1, 1, 1, 9], dm_pills_raw=[nan, nan, 1, 2, nan])
        same(frame["glucose_pills"], [0, nan, 1, 0, nan])

    def test_pills_refused_stay_unknown(self) -> None:
        same(mapped(dm_told_raw=[2], dm_pills_raw=[9])["glucose_pills"], [nan])

    def test_pressure_medicine_is_no_without_hypertension_or_any_prescription(self) -> None:
        frame = mapped(
            htn_told=[0, 1, 1, 1, nan, nan],
            bp_meds_ever_told=[nan, 0, 1, 1, nan, nan],
            bp_meds_now=[nan, nan, 1, 0, nan, nan],
            cs_bp_med_use=[nan, nan, nan, nan, 1, nan],
        )
        same(frame["bp_medication"], [0, 0, 1, 0, 1, nan])

    def test_cholesterol_medicine_prefers_the_recorded_statin(self) -> None:
        frame = mapped(cs_chol_med_statin=[1, 0, nan], chol_meds_told=[0, 1, 1], htn_told=[0, 0, 0])
        same(frame["cholesterol_medication"], [1, 0, 1])

    def test_cholesterol_medicine_is_no_only_for_adults_who_answered(self) -> None:
        frame = mapped(age_y=[50.0, 19.0, 50.0], htn_told=[0, 0, nan], chol_meds_told=[nan, nan, nan])
        same(frame["cholesterol_medication"], [0, nan, nan])

    def test_smoking_falls_back_on_the_question(self) -> None:
        frame = mapped(
            smoking=["Never", "Former", "Current", None, None, None, None], smq040_raw=[nan, 3, 1, 1, 2, 3, 7]
        )
        same(frame["smoking"], [0, 1, 2, 2, 2, 1, nan])

    def test_men_are_not_pregnant_and_unasked_women_unknown(self) -> None:
        same(mapped(male=[1.0, 0.0, 0.0], pregnant=[nan, nan, 1.0])["pregnancy"], [0, nan, 1])

    def test_vigorous_activity_is_known_from_2007_on(self) -> None:
        frame = mapped(active_mod_vig_raw=[1, 2, 9, 1, 3], cycle=["2007-2008"] * 3 + ["2005-2006"] * 2)
        same(frame["physical_activity"], [1, 0, nan, nan, nan])

    def test_egfr_is_computed_where_not_published(self) -> None:
        frame = mapped(creat_mgdl_trimmed=[0.8, 0.8], cs_cc_egfr=[77.0, nan])
        assert frame.loc[1, "egfr"] == 77.0
        # ../shared/reference, woman of 50 with 0.8 mg/dL: 142 × (0.8/0.7)^-1.2 × 0.9938^50 × 1.012
        assert frame.loc[2, "egfr"] == pytest.approx(142 * (0.8 / 0.7) ** -1.2 * 0.9938**50 * 1.012)

    def test_egfr_is_unknown_in_pregnancy(self) -> None:
        same(mapped(creat_mgdl_trimmed=[0.8], pregnant=[1.0])["egfr"], [nan])

    def test_value_outside_plausible_range_is_unknown_and_counted(self) -> None:
        frame = mapped(dbp_mmhg=[4.0, 70.0], hba1c_pct=[5.0, 5.0])
        same(frame["diastolic_bp"], [nan, 70])
        assert frame.attrs["out_of_range"] == {"diastolic_bp": 1}

    def test_single_precision_does_not_move_a_value_below_a_threshold(self) -> None:
        values = pd.Series([5.7, 6.5, 120.7, 0.0, nan, 0.8561], dtype=np.float32)
        assert decimal(values).fillna(-1).tolist() == [5.7, 6.5, 120.7, 0.0, -1, 0.8561]

    def test_weights_keep_their_digits(self) -> None:
        assert mapped(cs_svy_weight_mec=[26888.964844])["survey_weight"].iloc[0] == 26888.964844


class TestLabels:
    def test_thresholds_are_included(self) -> None:
        frame = mapped(hba1c_pct=[6.5, 6.4, 5.7, 5.6], dm_told_raw=[2, 2, 2, 2])
        same(diabetes_label(frame), [1, 0, 0, 0])
        same(dysglycaemia_label(frame), [1, 1, 1, 0])

    def test_no_label_where_told_or_unknown(self) -> None:
        frame = mapped(hba1c_pct=[7.0, nan, 7.0], dm_told_raw=[1, 2, 9])
        assert diabetes_label(frame).isna().all()

    def test_causes_are_told_apart(self) -> None:
        frame = deaths(cause=[1, 5, 2, nan], died=[1, 1, 1, 0], months=[10, 20, 30, 40])
        outcome = cardiovascular_death(frame)
        same(outcome["event"], [1, 1, 2, 0])
        same(outcome["months"], [10, 20, 30, 40])

    def test_death_after_the_horizon_is_censored_at_it(self) -> None:
        outcome = cardiovascular_death(deaths(cause=[1, 1], died=[1, 1], months=[120, 121]))
        same(outcome["event"], [1, 0])
        same(outcome["months"], [120, 120])

    def test_not_eligible_has_no_outcome(self) -> None:
        frame = deaths(cause=[nan], died=[0], months=[40]).assign(mortality_eligible=0.0)
        assert cardiovascular_death(frame).isna().all(axis=None)


def deaths(cause: list[float], died: list[float], months: list[float]) -> pd.DataFrame:
    return mapped(mort_ucod_leading=cause, mort_dead=died, mort_permth_int=months, mort_eligstat=[1] * len(died))


class TestReading:
    def test_missing_file_says_what_to_run(self, tmp_path: Path) -> None:
        with pytest.raises(SourceDataError, match="python -m riskmodels data nhanes"):
            read_nhanes(tmp_path)

    def test_other_parquet_is_refused(self, tmp_path: Path) -> None:
        pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "other.parquet")
        with pytest.raises(SourceDataError, match="not a NHANES table"):
            read_nhanes(tmp_path / "other.parquet")

    def test_a_written_patient_frame_reads_back_the_same(self, tmp_path: Path) -> None:
        frame = mapped(hba1c_pct=[5.0, 30.0], race_eth=["nh_white", "nh_black"], cycle=["2001-2002"] * 2)
        frame.to_parquet(tmp_path / "nhanes_adults.parquet")
        pd.testing.assert_frame_equal(read_nhanes(tmp_path), frame)


@pytest.fixture(scope="module")
def nhanes(shared: Path) -> pd.DataFrame:
    return read_nhanes(shared / "cohorts" / "nhanes_adults_1999_2018")


@pytest.mark.shared_data
class TestSharedFile:
    def test_people(self, nhanes: pd.DataFrame) -> None:
        assert len(nhanes) == 59_204
        assert nhanes.index.is_unique
        assert nhanes["cycle"].nunique() == 10

    def test_all_values_are_plausible(self, nhanes: pd.DataFrame) -> None:
        for variable in VARIABLES:
            known = nhanes[variable.name].dropna()
            if variable.kind is Kind.NUMBER:
                assert known.between(*variable.plausible).all(), variable.name
            else:
                assert set(known) <= {c.code for c in variable.choices}, variable.name

    def test_few_values_are_lost_to_the_plausible_range(self, nhanes: pd.DataFrame) -> None:
        lost = nhanes.attrs["out_of_range"]
        # C-reactive protein of 2015–2016 has 248 values below 0.1 mg/L, its lowest plausible value
        assert lost.pop("crp", 0) <= 248
        assert max(lost.values()) == lost["diastolic_bp"] == 25

    def test_undiagnosed_diabetes_of_2013_to_2018(self, nhanes: pd.DataFrame) -> None:
        late = nhanes[nhanes["cycle"].isin(["2013-2014", "2015-2016", "2017-2018"]) & (nhanes["age"] >= 20)]
        label = diabetes_label(late)
        assert (label.notna().sum(), label.sum()) == (13_328, 490)

    def test_cardiovascular_deaths_within_ten_years(self, nhanes: pd.DataFrame) -> None:
        told = (nhanes[list(CARDIOVASCULAR_HISTORY)] == 1).any(axis=1)
        outcome = cardiovascular_death(nhanes[nhanes["age"].between(30, 79) & ~told])
        assert outcome["event"].notna().sum() == 28_842
        assert (outcome["event"] == 1).sum() == 368


def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "nhanes_adults.parquet"
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(SourceDataError, match=r"cannot be read as Parquet\. Get it again"):
        read_nhanes(path)
