from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohorts.extracts import FOLDER
from riskmodels.errors import FileError, InputError
from riskmodels.generated.read import as_it_stands, read_file, read_invented
from riskmodels.generated.written.write import csv_bytes
from tests.generated.invented import clinic, write_clinic


def test_what_tells_who_somebody_is_is_left_out_and_told(tmp_path: Path) -> None:
    people = read_file(write_clinic(tmp_path, 200))
    assert people.left_out == {
        "person_id": "it tells patients apart",
        "seen on": "a date would tell who somebody is",
        "name": "no answer is shared by 10 people",
    }


def test_known_columns_are_canonical_and_others_as_they_stand(tmp_path: Path) -> None:
    table = clinic(200)
    read = read_file(write_clinic(tmp_path, 200)).table
    pd.testing.assert_frame_equal(read[table.columns], table, check_dtype=False, rtol=1e-9)


def test_units_of_the_file_are_converted(tmp_path: Path) -> None:
    path = tmp_path / "si.csv"
    rng = np.random.default_rng(1)
    cells = pd.DataFrame({"age [years]": rng.integers(20, 80, 60), "hba1c [mmol/mol]": rng.integers(30, 80, 60)})
    cells.to_csv(path, index=False)
    read = read_file(path).table
    np.testing.assert_allclose(read["hba1c"], 0.09148 * cells["hba1c [mmol/mol]"] + 2.152)


def test_nothing_that_is_only_derived_is_learnt(tmp_path: Path) -> None:
    path = tmp_path / "sizes.csv"
    rng = np.random.default_rng(1)
    pd.DataFrame(
        {
            "age": rng.integers(20, 80, 60),
            "height [cm]": rng.integers(150, 190, 60),
            "weight [kg]": rng.integers(50, 99, 60),
        }
    ).to_csv(path, index=False)
    assert list(read_file(path).table) == ["age", "height", "weight"]


def test_a_column_that_a_question_is_open_about_is_used_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    rng = np.random.default_rng(1)
    pd.DataFrame(
        {"age": rng.integers(20, 80, 60), "sex": rng.choice(["1", "2"], 60), "x": rng.random(60).round(2)}
    ).to_csv(path, index=False)
    people = read_file(path)
    assert "sex (as it stands)" in people.table
    assert "sex" not in people.table
    assert people.remarks == ("“sex”: what it means is not certain, so it is used as it stands.",)


def test_one_row_a_person_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    rng = np.random.default_rng(1)
    ids = [f"p{i % 40}" for i in range(60)]
    pd.DataFrame({"patient_id": ids, "age": rng.integers(20, 80, 60), "score": np.arange(60.0) % 3}).to_csv(
        path, index=False
    )
    people = read_file(path)
    assert len(people.table) == 40
    assert people.remarks == ("20 rows of patients who have a later one are left out: one row a person.",)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["yes", "No", "", "TRUE"], [1.0, 0.0, np.nan, 1.0]),
        (["1.5", " 2 ", "n/a", ""], [1.5, 2.0, np.nan, np.nan]),
        (["a", "", "b c"], ["a", None, "b c"]),
        ([1, 2, 3], [1.0, 2.0, 3.0]),
    ],
)
def test_as_it_stands(cells: list[object], values: list[object]) -> None:
    found = as_it_stands(pd.Series(cells)).tolist()
    assert [None if value != value else value for value in found] == [None if v != v else v for v in values]


def test_a_file_without_columns_to_learn_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    pd.DataFrame({"patient_id": range(60), "note": [f"text {i}" for i in range(60)]}).to_csv(path, index=False)
    with pytest.raises(InputError, match="Fewer than two columns"):
        read_file(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="There is no file"):
        read_file(tmp_path / "no.csv")


def test_the_demo_cohort_keeps_all_but_its_ids() -> None:
    people = read_file(FOLDER / "nhanes_2017_2018_demo.csv")
    assert people.left_out == {"seqn": "it tells patients apart"}
    assert people.table.shape == (5533, 20)


def test_invented_people_are_read_back_with_every_column(tmp_path: Path) -> None:
    table, path = clinic(30), tmp_path / "invented.csv"
    path.write_bytes(csv_bytes(table))
    pd.testing.assert_frame_equal(read_invented(path)[table.columns], table, check_dtype=False, rtol=1e-9)
