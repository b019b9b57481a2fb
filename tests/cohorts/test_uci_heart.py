"""UCI Heart Disease: the committed extract, how it is made, and the original it is compared with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohorts import uci_heart
from riskmodels.cohorts.extracts import FOLDER
from riskmodels.cohorts.registry import Member
from riskmodels.cohorts.uci_heart import LABEL, map_uci, read_uci_heart, run_uci
from riskmodels.errors import SourceDataError
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind

HEADER = "id,age,sex,dataset,cp,trestbps,chol,fbs,restecg,thalch,exang,oldpeak,slope,ca,thal,num\n"
ROWS = (
    "1,63,Male,Cleveland,typical angina,145,233,TRUE,lv hypertrophy,150,FALSE,2.3,downsloping,0,fixed defect,2\n"
    "304,28,Female,Cleveland,atypical angina,0,0,FALSE,normal,185,,0,,,,0\n"
)
#: columns of the original file that hold the same numbers
ORIGINAL_NUMBERS = {
    "age": "age",
    "sex": "sex",
    "trestbps": "systolic_bp",
    "chol": "total_cholesterol",
    "fbs": "fasting_glucose_above_120",
    "restecg": "resting_ecg",
    "thalach": "max_heart_rate",
    "exang": "exercise_angina",
    "oldpeak": "st_depression",
    "ca": "major_vessels",
}
ORIGINAL_SITES = {"cleveland": "Cleveland", "hungarian": "Hungary", "switzerland": "Switzerland", "va": "VA Long Beach"}


class TestMapping:
    def test_words_and_numbers_reach_the_vocabulary(self) -> None:
        row = map_uci((HEADER + ROWS).encode()).loc[1]
        assert row["sex"] == 1
        assert row["chest_pain_type"] == 0
        assert row["resting_ecg"] == 2
        assert row["st_slope"] == 2
        assert row["thallium_scan"] == 1
        assert (row["systolic_bp"], row["total_cholesterol"], row["st_depression"]) == (145, 233, 2.3)

    def test_zero_pressure_and_cholesterol_are_unknown(self) -> None:
        frame = map_uci((HEADER + ROWS).encode())
        assert frame.loc[304, ["systolic_bp", "total_cholesterol"]].isna().all()
        assert frame.loc[304, "st_depression"] == 0

    def test_any_diseased_vessel_is_the_label(self) -> None:
        assert map_uci((HEADER + ROWS).encode())[LABEL].tolist() == [1.0, 0.0]

    def test_mislabelled_site_is_corrected(self) -> None:
        assert map_uci((HEADER + ROWS).encode())["site"].tolist() == ["Cleveland", "Hungary"]

    def test_unknown_word_is_refused(self) -> None:
        with pytest.raises(SourceDataError, match="column thal"):
            map_uci((HEADER + ROWS.replace("fixed defect", "odd")).encode())


class TestMaking:
    def test_written_file_reads_back(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        data = (HEADER + ROWS).encode()
        monkeypatch.setattr(uci_heart, "SOURCE", Member("made==1", "a.csv", hashlib.sha256(data).hexdigest()))
        (tmp_path / "heart_disease_uci.csv").write_bytes(data)
        path = run_uci(tmp_path / "out", tmp_path / "heart_disease_uci.csv")
        assert path == tmp_path / "out" / "uci_heart.csv"
        frame = read_uci_heart(path)
        made = map_uci(data)
        pd.testing.assert_frame_equal(frame[list(made.columns)], made, check_dtype=False)

    def test_other_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "heart_disease_uci.csv").write_text(HEADER + ROWS)
        with pytest.raises(SourceDataError, match="SHA-256 differs"):
            run_uci(tmp_path, tmp_path / "heart_disease_uci.csv")
        assert not (tmp_path / "uci_heart.csv").exists()


class TestCommittedExtract:
    def test_patients_and_disease_by_site(self) -> None:
        counts = read_uci_heart().groupby("site")[LABEL].agg(["size", "sum"])
        assert counts["size"].to_dict() == {"Cleveland": 303, "Hungary": 294, "Switzerland": 123, "VA Long Beach": 200}
        assert counts["sum"].to_dict() == {"Cleveland": 139, "Hungary": 106, "Switzerland": 115, "VA Long Beach": 149}

    def test_all_values_are_plausible(self) -> None:
        frame = read_uci_heart()
        for variable in VARIABLES:
            known = frame[variable.name].dropna()
            if variable.kind is Kind.NUMBER:
                assert known.between(*variable.plausible).all(), variable.name
            else:
                assert set(known) <= {c.code for c in variable.choices}, variable.name

    def test_every_variable_is_a_float_column(self) -> None:
        frame = read_uci_heart()
        assert list(frame.columns) == [*VOCABULARY, "site", LABEL]
        assert all(frame[name].dtype == np.float64 for name in VOCABULARY)

    def test_card_names_the_hash_of_the_file(self) -> None:
        digest = hashlib.sha256((FOLDER / "uci_heart.csv").read_bytes()).hexdigest()
        assert digest in (FOLDER / "uci_heart.md").read_text()

    def test_damaged_file_is_refused(self, tmp_path: Path) -> None:
        text = (FOLDER / "uci_heart.csv").read_text().replace("typical_angina", "odd", 1)
        (tmp_path / "uci_heart.csv").write_text(text)
        with pytest.raises(SourceDataError, match="Kind of chest pain holds values"):
            read_uci_heart(tmp_path / "uci_heart.csv")


@pytest.mark.shared_data
class TestAgainstTheOriginal:
    @pytest.fixture
    def original(self, shared: Path) -> pd.DataFrame:
        table = pd.read_csv(shared / "cohorts" / "uci_heart_4sites" / "uci_heart_processed.csv")
        return table.set_index(pd.RangeIndex(1, len(table) + 1, name="id"))

    def test_sites_are_the_original_ones_row_by_row(self, original: pd.DataFrame) -> None:
        assert read_uci_heart()["site"].tolist() == original["site"].map(ORIGINAL_SITES).tolist()

    def test_values_are_the_original_ones_row_by_row(self, original: pd.DataFrame) -> None:
        expected = original.rename(columns=ORIGINAL_NUMBERS)
        for column in ("systolic_bp", "total_cholesterol"):
            expected[column] = expected[column].mask(expected[column] == 0)
        expected["chest_pain_type"] = expected.pop("cp") - 1
        expected["st_slope"] = expected.pop("slope") - 1
        expected["thallium_scan"] = expected.pop("thal").map({3: 0.0, 6: 1.0, 7: 2.0})
        expected[LABEL] = (expected.pop("num") > 0).astype(float)
        expected = expected.drop(columns="site")
        pd.testing.assert_frame_equal(read_uci_heart()[list(expected.columns)], expected, check_dtype=False)
