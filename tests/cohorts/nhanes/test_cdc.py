"""The CDC's own files: SAS transport reading, names that change between cycles, and the whole way to one parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohorts.nhanes.cdc import NUMBERS, YES_NO, raw_table, read_xpt
from riskmodels.cohorts.nhanes.files import Site, cycles, mortality_file, xpt_files
from riskmodels.cohorts.nhanes.frame import AUDIT_COLUMNS, cardiovascular_death, read_nhanes, run_nhanes
from riskmodels.cohorts.nhanes.mapping import to_patient_frame
from riskmodels.errors import SourceDataError
from riskmodels.vocabulary import VOCABULARY

nan = np.nan
MakeXpt = Callable[[dict[str, list[float | None]]], bytes]
#: a woman of 52 with plain answers, by variable of the CDC
PERSON: dict[str, float | None] = {
    "RIAGENDR": 2,
    "RIDAGEYR": 52,
    "RIDRETH1": 3,
    "RIDEXPRG": None,
    "WTMEC2YR": 26888.5,
    "SDMVPSU": 1,
    "SDMVSTRA": 3,
    "BMXHT": 164,
    "BMXWT": 70.5,
    "BMXBMI": 26.2,
    "BMXWAIST": 90.3,
    "BPXSY1": 120,
    "BPXSY2": 122,
    "BPXSY3": 127,
    "BPXSY4": None,
    "BPXDI1": 0,
    "BPXDI2": 70,
    "BPXDI3": 72,
    "BPXDI4": None,
    "BPXPLS": 68,
    "LBXTC": 200,
    "LBDHDL": 55,
    "LBXHDD": 55,
    "LBDHDD": 55,
    "LBXTR": 110,
    "LBDLDL": 123,
    "LBXGH": 5.7,
    "LBXSGL": 95,
    "LBXSCR": 0.8,
    "LBDSCR": 0.8,
    "LBXSUA": 5.1,
    "LBXSAL": 4.2,
    "URXUMA": 12,
    "URXUCR": 80,
    "LBXCRP": 0.21,
    "LBXHSCRP": 2.1,
    "PHAFSTHR": 10,
    "BPQ020": 1,
    "BPQ040A": 1,
    "BPQ050A": 1,
    "BPQ090D": 1,
    "BPQ100D": 2,
    "DIQ010": 2,
    "DIQ050": 2,
    "DIQ070": None,
    "DID070": None,
    "MCQ160B": 2,
    "MCQ160C": 2,
    "MCQ160D": 9,
    "MCQ160E": 2,
    "MCQ160F": 1,
    "MCQ250A": 1,
    "MCQ300C": 1,
    "SMQ020": 1,
    "SMQ040": 3,
    "PAQ605": 2,
    "PAQ650": 1,
}


def cdc_table(*people: dict[str, float | None], cycle: str = "2007-2008") -> pd.DataFrame:
    """Variables of one cycle as the reader merges them: PERSON with changes."""
    names = [v for f in xpt_files() if f.cycle == cycle for v in f.variables]
    rows = [{name: (PERSON | changes)[name] for name in names} for changes in people]
    return pd.DataFrame(rows, dtype="float64", index=pd.RangeIndex(1, len(rows) + 1, name="SEQN"))


def mapped(*people: dict[str, float | None], cycle: str = "2007-2008") -> pd.DataFrame:
    return to_patient_frame(raw_table(cdc_table(*people, cycle=cycle), cycle))


class TestReadXpt:
    def test_numbers_come_back_exactly(self, make_xpt: MakeXpt, tmp_path: Path) -> None:
        values = [1.0, -1.0, 0.5, 5.7, 26888.964844, 1e-3, -123456.75, 93703.0]
        (tmp_path / "a.xpt").write_bytes(make_xpt({"SEQN": list(range(1, 9)), "VALUE": values}))
        table, absent = read_xpt(tmp_path / "a.xpt", ["VALUE"])
        np.testing.assert_allclose(table["VALUE"], values, rtol=1e-15)
        assert table.index.tolist() == list(range(1, 9))
        assert absent == []

    def test_zero_is_zero_and_a_dot_is_unknown(self, make_xpt: MakeXpt, tmp_path: Path) -> None:
        (tmp_path / "a.xpt").write_bytes(make_xpt({"SEQN": [1, 2], "VALUE": [0.0, None]}))
        table, _ = read_xpt(tmp_path / "a.xpt", ["VALUE"])
        np.testing.assert_array_equal(table["VALUE"], [0.0, nan])

    def test_tiny_number_of_the_cdc_files_is_zero(self, make_xpt: MakeXpt, tmp_path: Path) -> None:
        (tmp_path / "a.xpt").write_bytes(make_xpt({"SEQN": [1], "VALUE": [5.397605346934028e-79]}))
        assert read_xpt(tmp_path / "a.xpt", ["VALUE"])[0]["VALUE"].tolist() == [0.0]

    def test_absent_variable_is_named(self, make_xpt: MakeXpt, tmp_path: Path) -> None:
        (tmp_path / "a.xpt").write_bytes(make_xpt({"SEQN": [1], "VALUE": [1.0]}))
        assert read_xpt(tmp_path / "a.xpt", ["OTHER", "VALUE"])[1] == ["OTHER"]

    def test_lower_case_names_are_found(self, make_xpt: MakeXpt, tmp_path: Path) -> None:
        (tmp_path / "a.xpt").write_bytes(make_xpt({"SEQN": [1], "MCQ160b": [2.0]}))
        assert read_xpt(tmp_path / "a.xpt", ["MCQ160B"])[0]["MCQ160B"].tolist() == [2.0]

    def test_person_twice_is_refused(self, make_xpt: MakeXpt, tmp_path: Path) -> None:
        (tmp_path / "a.xpt").write_bytes(make_xpt({"SEQN": [1, 1], "VALUE": [1.0, 2.0]}))
        with pytest.raises(SourceDataError, match="not one row a person"):
            read_xpt(tmp_path / "a.xpt", ["VALUE"])

    @pytest.mark.parametrize("content", [b"", b"<html>Page not found</html>" * 20])
    def test_other_file_is_refused(self, content: bytes, tmp_path: Path) -> None:
        (tmp_path / "a.xpt").write_bytes(content)
        with pytest.raises(SourceDataError, match="cannot be read as a SAS transport file"):
            read_xpt(tmp_path / "a.xpt", ["VALUE"])


class TestMapping:
    def test_measurements(self) -> None:
        row = mapped({}).loc[1]
        expected = {
            "age": 52,
            "sex": 0,
            "height": 164,
            "weight": 70.5,
            "bmi": 26.2,
            "waist": 90.3,
            "pulse": 68,
            "systolic_bp": 123,
            "total_cholesterol": 200,
            "hdl_cholesterol": 55,
            "ldl_cholesterol": 123,
            "triglycerides": 110,
            "glucose": 95,
            "fasting_hours": 10,
            "hba1c": 5.7,
            "uric_acid": 5.1,
            "albumin": 4.2,
            "uacr": 15,  # 12 mg/L over 80 mg/dL
        }
        assert row[list(expected)].to_dict() == expected

    def test_diastolic_zero_does_not_count(self) -> None:
        assert mapped({}).loc[1, "diastolic_bp"] == 71

    @pytest.mark.parametrize(
        ("cycle", "expected"),
        [("1999-2000", 1.013 * 0.8 + 0.147), ("2005-2006", 0.978 * 0.8 - 0.016), ("2017-2018", 0.8)],
    )
    def test_creatinine_is_brought_to_the_standard(self, cycle: str, expected: float) -> None:
        assert mapped({}, cycle=cycle).loc[1, "creatinine"] == pytest.approx(expected)

    @pytest.mark.parametrize("cycle", ["2009-2010", "2015-2016"])
    def test_crp_is_in_mg_per_litre_in_every_cycle(self, cycle: str) -> None:
        assert mapped({}, cycle=cycle).loc[1, "crp"] == pytest.approx(2.1)

    def test_no_crp_in_the_cycles_without_it(self) -> None:
        assert np.isnan(mapped({}, cycle="2011-2012").loc[1, "crp"])

    @pytest.mark.parametrize("cycle", cycles())
    def test_every_cycle_knows_the_common_variables(self, cycle: str) -> None:
        row = mapped({}, cycle=cycle).loc[1]
        common = ["hdl_cholesterol", "creatinine", "egfr", "glucose_pills", "family_history_diabetes", "uacr", "hba1c"]
        assert row[common].notna().all()

    def test_cholesterol_medicine_is_what_is_taken_now(self) -> None:
        frame = mapped({}, {"BPQ100D": 1}, {"BPQ090D": 2, "BPQ100D": None}, {"BPQ090D": None, "BPQ100D": None})
        assert frame["cholesterol_medication"].tolist() == [0, 1, 0, 0]

    def test_answers(self) -> None:
        row = mapped({}).loc[1]
        assert row[["hypertension", "bp_medication", "stroke", "smoking", "physical_activity"]].tolist() == [1] * 5
        assert row[["diabetes", "insulin", "glucose_pills", "heart_attack"]].tolist() == [0] * 4
        assert np.isnan(row["angina"])  # 9: don't know

    def test_activity_before_2007_is_unknown(self) -> None:
        assert np.isnan(mapped({}, cycle="2005-2006").loc[1, "physical_activity"])

    def test_activity_is_unknown_when_one_answer_is_and_none_is_yes(self) -> None:
        frame = mapped({"PAQ605": 2, "PAQ650": 9}, {"PAQ605": 2, "PAQ650": 2}, {"PAQ605": 9, "PAQ650": 1})
        np.testing.assert_array_equal(frame["physical_activity"], [nan, 0, 1])

    def test_never_smoked_100_cigarettes_is_never(self) -> None:
        frame = mapped({"SMQ020": 2, "SMQ040": None}, {"SMQ040": 2}, {"SMQ020": 7, "SMQ040": None})
        np.testing.assert_array_equal(frame["smoking"], [0, 2, nan])

    def test_weight_zero_is_not_examined(self) -> None:
        np.testing.assert_array_equal(mapped({"WTMEC2YR": 0}, {})["survey_weight"], [nan, 26888.5])

    def test_table_of_files_names_every_variable_used(self) -> None:
        listed = {v for f in xpt_files() for v in f.variables}
        used = {name for names in (*NUMBERS.values(), *YES_NO.values()) for name in names}
        assert used <= listed
        assert listed == set(PERSON)


@pytest.fixture
def cdc(website: Any, make_xpt: MakeXpt, make_mortality_line: Callable[..., str]) -> Site:
    """All files of all ten cycles, two adults and a child in each."""
    for number, cycle in enumerate(cycles()):
        seqn = [10 * number + i for i in (1, 2, 3)]
        for file in (f for f in xpt_files() if f.cycle == cycle):
            columns = {name: [PERSON[name]] * 3 for name in file.variables}
            if "RIDAGEYR" in columns:
                columns |= {"RIDAGEYR": [52, 80, 12], "RIAGENDR": [2, 1, 1]}
            path = f"/Public/{cycle[:4]}/DataFiles/{file.name}"
            website.files[path] = make_xpt({"SEQN": [float(s) for s in seqn]} | columns)
        deaths = make_mortality_line(seqn[0], 1, 1, 5, 30) + make_mortality_line(seqn[1], 1, 0, None, 60)
        deaths += make_mortality_line(seqn[2], 2, None, None, None)
        website.files[f"/linked_mortality/{mortality_file(cycle).name}"] = deaths.encode()
    return Site.mirror(website.address)


class TestWholeWay:
    def test_downloads_and_writes_one_patient_frame(self, cdc: Site, tmp_path: Path) -> None:
        built = run_nhanes(tmp_path, site=cdc)
        assert (built.path, built.people, built.absent) == (tmp_path / "nhanes_adults.parquet", 20, ())
        frame = read_nhanes(tmp_path)
        assert list(frame.columns) == [*VOCABULARY, *AUDIT_COLUMNS]
        assert frame.index.tolist() == sorted(10 * n + i for n in range(10) for i in (1, 2))
        assert frame["cycle"].tolist() == [c for c in cycles() for _ in range(2)]
        outcome = cardiovascular_death(frame)
        assert outcome["event"].tolist() == [1, 0] * 10
        assert outcome["months"].tolist() == [30, 60] * 10

    def test_second_run_downloads_nothing_and_gives_the_same(self, cdc: Site, website: Any, tmp_path: Path) -> None:
        first = hashlib.sha256(run_nhanes(tmp_path, site=cdc).path.read_bytes()).hexdigest()
        asked = len(website.seen)
        assert hashlib.sha256(run_nhanes(tmp_path, site=cdc).path.read_bytes()).hexdigest() == first
        assert len(website.seen) == asked

    def test_variable_the_cdc_dropped_is_reported(
        self, cdc: Site, website: Any, make_xpt: MakeXpt, tmp_path: Path
    ) -> None:
        website.files["/Public/2017/DataFiles/GHB_J.xpt"] = make_xpt({"SEQN": [91.0], "OTHER": [1.0]})
        built = run_nhanes(tmp_path, site=cdc)
        assert built.absent == ("2017-2018/GHB_J.xpt: LBXGH",)
        frame = read_nhanes(tmp_path)
        assert frame.loc[frame["cycle"] == "2017-2018", "hba1c"].isna().all()

    def test_cycle_without_age_is_refused(self, cdc: Site, website: Any, make_xpt: MakeXpt, tmp_path: Path) -> None:
        website.files["/Public/1999/DataFiles/DEMO.xpt"] = make_xpt({"SEQN": [1.0], "OTHER": [1.0]})
        with pytest.raises(SourceDataError, match="1999-2000 have no age or sex"):
            run_nhanes(tmp_path, site=cdc)

    def test_progress_tells_downloads_and_reading(self, cdc: Site, tmp_path: Path) -> None:
        texts: list[str] = []
        run_nhanes(tmp_path, progress=lambda step: texts.append(step.text), site=cdc)
        assert texts[0] == "1999-2000/DEMO.xpt"
        assert texts[-10:] == [f"reading {c}" for c in cycles()]


@pytest.mark.shared_data
def test_from_the_shared_file_writes_the_same_frame(shared: Path, tmp_path: Path) -> None:
    source = shared / "cohorts" / "nhanes_adults_1999_2018"
    built = run_nhanes(tmp_path / "x.parquet", source)
    assert built.people == 59_204
    pd.testing.assert_frame_equal(read_nhanes(built.path), read_nhanes(source))
