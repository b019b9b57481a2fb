"""REDCap, longitudinal: age and sex of a record's first row serve its later rows, and that is counted."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodels.interop.columns.apply import apply
from riskmodels.interop.columns.open_table import open_table
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import take_sample

EXPORT = (
    "record_id,redcap_event_name,redcap_repeat_instance,age,sex,sbp\n"
    "1,baseline_arm_1,,63,male,142\n"
    "1,month_3_arm_1,,,,138\n"
    "1,month_3_arm_1,1,,,136\n"
    "2,baseline_arm_1,,51,female,118\n"
    "2,month_3_arm_1,,52,,117\n"
    "3,month_3_arm_1,,,,120\n"
)


@pytest.mark.parametrize("rows", [2, 100])
def test_first_value_of_a_record_serves_its_other_rows(rows: int) -> None:
    source = open_table(EXPORT.encode())
    mapping = propose(take_sample(source)).mapping
    frame = pd.concat([apply(mapping, chunk).frame for chunk in source.chunks(rows)])
    assert frame["age"].fillna(-1).tolist() == [63, 63, 63, 51, 52, -1]
    assert frame["sex"].fillna(-1).tolist() == [1, 1, 1, 0, 0, -1]
    assert frame["systolic_bp"].tolist() == [142, 138, 136, 118, 117, 120]


def test_remark_counts_the_rows() -> None:
    remarks = propose(take_sample(open_table(EXPORT.encode()))).remarks
    assert "“age” (age) of a record's first row that has it serves 2 of its other rows." in remarks
    assert "“sex” (sex) of a record's first row that has it serves 3 of its other rows." in remarks


def test_date_of_birth_is_told_once_too() -> None:
    data = EXPORT.replace("age", "dob").replace(",63,", ",1961-01-02,").replace(",51,", ",1970-03-04,")
    (chunk,) = open_table(data.encode()).chunks()
    assert chunk.cells["dob"].tolist()[:3] == ["1961-01-02"] * 3


def test_no_other_value_is_carried_on() -> None:
    (chunk,) = open_table(EXPORT.replace("142", "142").replace("138", "").encode()).chunks()
    assert chunk.cells["sbp"].tolist()[1] == ""


def test_file_without_events_is_left_as_it_is() -> None:
    data = "record_id,age,sex\n1,63,male\n1,,\n"
    (chunk,) = open_table(data.encode()).chunks()
    assert chunk.cells["age"].tolist() == ["63", ""]
