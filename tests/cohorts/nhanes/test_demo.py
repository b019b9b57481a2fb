"""The demo cohort: rules of the mapping, the committed extract, and the full cohort it must agree with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.checks import Severity, check
from riskmodels.cohorts.extracts import FOLDER
from riskmodels.cohorts.nhanes import demo
from riskmodels.cohorts.nhanes.demo import map_demo, read_demo, run_demo
from riskmodels.cohorts.nhanes.frame import read_nhanes
from riskmodels.cohorts.registry import Member
from riskmodels.errors import SourceDataError
from riskmodels.vocabulary import VOCABULARY

nan = np.nan
ZERO = 5.397605346934028e-79
PERSON = {
    "SEQN": 1.0,
    "AgeInYearsAtScreening": 50.0,
    "Gender": "Female",
    "StandingHeightCm": 160.0,
    "WeightKg": 64.0,
    "BodyMassIndexKgm2": 25.0,
    "WaistCircumferenceCm": 80.0,
    "60SecPulse30SecPulse2": 70.0,
    "TotalCholesterolMgdl": 200.0,
    "DirectHdlcholesterolMgdl": 50.0,
    "Glycohemoglobin": 5.5,
    "TakingInsulinNow": 0.0,
    "EverToldYouHadHeartAttack": 0.0,
    "EverToldYouHadAStroke": 0.0,
    "DoctorToldYouHaveDiabetes": "0",
    "TakeDiabeticPillsToLowerBloodSugar": nan,
    "SmokedAtLeast100CigarettesInLife": 0.0,
    "DoYouNowSmokeCigarettes": nan,
    "VigorousWorkActivity": 0.0,
    "VigorousRecreationalActivities": 0.0,
    "FamilyHistory": "Family history",
    "MinutesSedentaryActivity": 9999.0,
} | {f"{kind}BloodPres{n}RdgMmHg": 100.0 for kind in ("Systolic", "Diastolic") for n in ("1St", "2Nd", "3Rd")}


def as_bytes(*people: dict[str, object]) -> bytes:
    """The package's table with these people, each PERSON with changes."""
    rows = [PERSON | {"SEQN": float(i)} | changes for i, changes in enumerate(people, start=1)]
    return pd.DataFrame(rows).to_csv(sep="\t", index=False).encode()


def mapped(*people: dict[str, object]) -> pd.DataFrame:
    return map_demo(as_bytes(*people))


def values(frame: pd.DataFrame, name: str) -> list[float]:
    return frame[name].fillna(-1).tolist()


class TestMapping:
    def test_children_are_left_out(self) -> None:
        assert mapped({"AgeInYearsAtScreening": 17.0}, {"AgeInYearsAtScreening": 18.0}).index.tolist() == [2]

    def test_pressure_is_the_mean_of_the_readings(self) -> None:
        frame = mapped({"SystolicBloodPres1StRdgMmHg": 118.0, "SystolicBloodPres3RdRdgMmHg": nan})
        assert frame["systolic_bp"].tolist() == [109.0]

    def test_diastolic_zero_written_as_a_tiny_number_does_not_count(self) -> None:
        frame = mapped({"DiastolicBloodPres1StRdgMmHg": ZERO, "DiastolicBloodPres2NdRdgMmHg": 60.0})
        assert frame["diastolic_bp"].tolist() == [80.0]

    def test_diastolic_zeros_alone_are_unknown(self) -> None:
        readings = {f"DiastolicBloodPres{n}RdgMmHg": ZERO for n in ("1St", "2Nd", "3Rd")}
        assert frame_is_unknown(mapped(readings), "diastolic_bp")

    def test_borderline_is_not_told_diabetes(self) -> None:
        answers = ["0", "Borderline", "1", None]
        frame = mapped(*({"DoctorToldYouHaveDiabetes": a} for a in answers))
        assert values(frame, "diabetes") == [0, 0, 1, -1]

    def test_pills_are_no_where_not_asked_for_lack_of_diabetes(self) -> None:
        told = {"DoctorToldYouHaveDiabetes": "1"}
        frame = mapped({}, told, told | {"TakeDiabeticPillsToLowerBloodSugar": 1.0})
        assert values(frame, "glucose_pills") == [0, -1, 1]

    def test_smoking_has_three_levels(self) -> None:
        ever = {"SmokedAtLeast100CigarettesInLife": 1.0}
        now = ["Not at all", "Some days", "Every day"]
        frame = mapped({}, *(ever | {"DoYouNowSmokeCigarettes": word} for word in now))
        assert values(frame, "smoking") == [0, 1, 2, 2]

    def test_activity_is_vigorous_at_work_or_leisure(self) -> None:
        frame = mapped(
            {},
            {"VigorousWorkActivity": 1.0},
            {"VigorousRecreationalActivities": 1.0, "VigorousWorkActivity": nan},
            {"VigorousWorkActivity": nan},
        )
        assert values(frame, "physical_activity") == [0, 1, 1, -1]

    def test_pregnancy_is_unknown_for_women(self) -> None:
        assert values(mapped({}, {"Gender": "Male"}), "pregnancy") == [-1, 0]

    def test_leaking_family_history_is_left_out(self) -> None:
        assert "family_history_diabetes" not in mapped({})


def frame_is_unknown(frame: pd.DataFrame, name: str) -> bool:
    return bool(frame[name].isna().all())


class TestMaking:
    def test_written_file_reads_back(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        data = as_bytes({}, {"Gender": "Male", "Glycohemoglobin": nan})
        monkeypatch.setattr(demo, "SOURCE", Member("made==1", "a.tsv", hashlib.sha256(data).hexdigest()))
        (tmp_path / "source.tsv").write_bytes(data)
        made = map_demo(data)
        frame = read_demo(run_demo(tmp_path / "demo.csv", tmp_path / "source.tsv"))
        pd.testing.assert_frame_equal(frame[list(made.columns)], made)

    def test_other_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "source.tsv").write_bytes(as_bytes({}))
        with pytest.raises(SourceDataError, match="SHA-256 differs"):
            run_demo(tmp_path, tmp_path / "source.tsv")

    def test_absent_extract_says_how_to_make_it(self, tmp_path: Path) -> None:
        with pytest.raises(SourceDataError, match="python -m riskmodels data"):
            read_demo(tmp_path / "absent.csv")


class TestCommittedExtract:
    def test_people(self) -> None:
        frame = read_demo()
        assert len(frame) == 5533
        assert frame["age"].between(18, 80).all()
        assert list(frame.columns) == list(VOCABULARY)

    def test_the_apps_own_checks_find_nothing_unusable(self) -> None:
        assert [p for p in check(read_demo()).problems if p.severity is not Severity.FLAGGED] == []

    def test_headers_are_the_apps_own(self) -> None:
        headers = pd.read_csv(FOLDER / demo.FILE, nrows=0).columns.tolist()
        assert set(headers) <= {"seqn", *(v.column for v in VOCABULARY.values())}

    def test_card_names_the_hash_of_the_file(self) -> None:
        digest = hashlib.sha256((FOLDER / demo.FILE).read_bytes()).hexdigest()
        assert digest in (FOLDER / "nhanes_2017_2018_demo.md").read_text()


@pytest.mark.shared_data
def test_values_agree_with_the_full_cohort(shared: Path) -> None:
    frame = read_demo()
    full = read_nhanes(shared / "cohorts" / "nhanes_adults_1999_2018").loc[frame.index]
    # cholesterol comes from mmol/L with two decimals there, pressure from means with one decimal
    tolerance = {"total_cholesterol": 0.2, "hdl_cholesterol": 0.2, "systolic_bp": 0.05, "diastolic_bp": 0.05}
    compared = 0
    for name in VOCABULARY:
        both = frame[name].notna() & full[name].notna()
        np.testing.assert_allclose(frame[name][both], full[name][both], atol=tolerance.get(name, 1e-9), err_msg=name)
        compared += int(both.sum())
    assert compared > 90_000
