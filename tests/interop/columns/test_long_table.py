"""Tables with one row an observation become rows of patients; every row of the file is accounted for."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import FileError, InputError
from riskmodels.interop.columns.apply import apply
from riskmodels.interop.columns.long_table import LongSource
from riskmodels.interop.columns.mapping import CohortMapping, Combine
from riskmodels.interop.columns.open_table import open_table, open_told
from riskmodels.interop.columns.propose import Proposal, propose
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.table.source import open_source

HEADER = "PatientID,TestName,LOINC,Result,Unit,Date"
ROWS = [
    "P1,Age,,63,years,2024-01-10",
    "P1,Sex,,male,,2024-01-10",
    "P1,Total cholesterol,2093-3,5.2,mmol/L,2024-01-10",
    "P1,Total cholesterol,2093-3,210,mg/dL,2024-03-01",
    "P1,Total cholesterol,2093-3,,mg/dL,2024-04-01",
    "P1,Systolic blood pressure,8480-6,142,mm[Hg],2024-03-01",
    "P2,Age,,51,years,2024-02-10",
    "P2,Sex,,female,,2024-02-10",
    "P2,Total cholesterol,2093-3,4.8,mmol/L,2024-02-10",
    "P2,Systolic blood pressure,8480-6,118,mm[Hg],2024-02-11",
    "P2,Systolic blood pressure,8480-6,121,mm[Hg],2024-02-10",
    ",Systolic blood pressure,8480-6,121,mm[Hg],2024-02-10",
]


def text(rows: list[str] = ROWS, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def long(data: bytes) -> LongSource:
    source = open_table(data)
    assert isinstance(source, LongSource)
    return source


def read(source) -> tuple[Proposal, pd.DataFrame]:
    proposal = propose(take_sample(source))
    (chunk,) = source.chunks()
    return proposal, apply(proposal.mapping, chunk).frame


def values(frame: pd.DataFrame, name: str) -> list[float]:
    return [round(v, 4) for v in frame[name].tolist()]


class TestPivot:
    def test_latest_value_of_each_patient_is_read_in_the_unit_of_its_own_row(self) -> None:
        proposal, frame = read(long(text()))
        assert proposal.mapping.questions() == ()
        assert proposal.mapping.combine == {"total_cholesterol": Combine.FIRST}
        assert values(frame, "age") == [63, 51]
        assert values(frame, "sex") == [1, 0]
        assert frame["total_cholesterol"].tolist() == pytest.approx([210, 4.8 * 38.67], rel=1e-3)
        assert values(frame, "systolic_bp") == [142, 118]

    def test_counts_add_up(self) -> None:
        counts = long(text()).counts
        rows, *parts = astuple(counts)
        assert rows == len(ROWS) == sum(parts)
        assert (counts.kept, counts.older, counts.without_value, counts.without_patient) == (8, 2, 1, 1)

    def test_remark_says_what_became_of_the_rows(self) -> None:
        (first, second) = long(text()).remarks
        assert first == (
            "12 observations become 2 rows, one a patient: 8 latest values are kept; left out are 2 older ones, "
            "1 without a value, 1 without a patient's number."
        )
        assert "the latest by “Date”" in second
        assert first in propose(take_sample(long(text()))).remarks

    def test_order_of_the_rows_does_not_matter_where_dates_tell(self) -> None:
        shuffled = [ROWS[i] for i in np.random.default_rng(3).permutation(len(ROWS))]
        _, frame = read(long(text(shuffled)))
        assert sorted(values(frame, "systolic_bp")) == [118, 142]

    def test_time_of_day_decides_on_one_day(self) -> None:
        rows = [*ROWS, "P2,Systolic blood pressure,8480-6,99,mm[Hg],2024-02-12T18:00:00"]
        rows = [*rows, "P2,Systolic blood pressure,8480-6,98,mm[Hg],2024-02-12T07:30:00"]
        assert values(read(long(text(rows)))[1], "systolic_bp") == [142, 99]

    def test_without_dates_the_last_one_in_the_file_counts_and_that_is_said(self) -> None:
        rows = [row.rpartition(",")[0] for row in ROWS]
        source = long(text(rows, HEADER.rpartition(",")[0]))
        assert values(read(source)[1], "systolic_bp") == [142, 121]
        assert "the last one in the file, for it has no dates" in source.remarks[1]

    def test_rows_carry_the_number_of_their_first_observation(self) -> None:
        (chunk,) = long(text()).chunks()
        assert chunk.cells.index.tolist() == [2, 8]

    def test_row_with_too_many_cells_is_left_out_and_counted(self) -> None:
        source = long(text([*ROWS, "P1,Systolic blood pressure,8480-6,199,mm[Hg],2024-09-01,x"]))
        assert source.counts.unreadable == 1
        assert values(read(source)[1], "systolic_bp") == [142, 118]

    def test_same_in_chunks(self) -> None:
        source = long(text())
        parts = pd.concat([chunk.cells for chunk in source.chunks(1)])
        (whole,) = source.chunks()
        pd.testing.assert_frame_equal(parts, whole.cells)

    def test_parquet_reads_the_same(self, tmp_path) -> None:
        frame = pd.DataFrame([row.split(",") for row in ROWS], columns=HEADER.split(","))
        numbers = frame[frame["TestName"] != "Sex"].assign(sex="male")
        numbers["Result"] = pd.to_numeric(numbers["Result"])
        numbers.to_parquet(tmp_path / "a.parquet")
        _, found = read(open_table(tmp_path / "a.parquet"))
        assert values(found, "systolic_bp") == [142, 118]


class TestNames:
    def test_code_of_another_specimen_is_no_serum_glucose(self) -> None:
        rows = [*ROWS, "P1,Glucose,5792-7,15,mg/dL,2024-05-01", "P1,Glucose,2345-7,98,mg/dL,2024-01-10"]
        assert values(read(long(text(rows)))[1], "glucose")[0] == 98

    def test_column_of_specimens_is_part_of_the_name(self) -> None:
        rows = [
            *(f"{row},{'serum' if 'cholesterol' in row else ''}" for row in ROWS),
            "P1,Creatinine,,0.9,mg/dL,2024-01-01,serum",
            "P1,Creatinine,,110,mg/dL,2024-05-01,urine",
        ]
        _, frame = read(long(text(rows, HEADER + ",Specimen")))
        assert values(frame, "creatinine")[0] == 0.9

    def test_codes_alone_are_read(self) -> None:
        observed = (("2093-3", 210, "mg/dL"), ("8480-6", 142, "mm[Hg]"))
        rows = [f"P{i},{code},{value},{unit}" for i in (1, 2) for code, value, unit in observed]
        proposal, _ = read_only(text(rows, "person_id,code,value,unit"))
        assert set(proposal.mapping.variables) == {"systolic_bp", "total_cholesterol"}

    def test_molar_code_without_a_unit_column_is_in_moles(self) -> None:
        rows = [f"P{i},{code},{value}" for i in (1, 2) for code, value in (("14647-2", 5.1), ("8480-6", 142))]
        proposal, _ = read_only(text(rows, "person_id,code,value"))
        (column,) = proposal.mapping.holding("total_cholesterol")
        assert column.unit == "mmol/L"

    @pytest.mark.parametrize(
        "header",
        [
            "PatientenID;Untersuchung;Wert;Einheit;Datum",
            "患者编号;检验项目;结果;单位;日期",
            "subject_id;label;valuenum;valueuom;charttime",
        ],
    )
    def test_headers_of_other_languages_and_systems(self, header: str) -> None:
        rows = [";".join((r.split(",")[0], r.split(",")[1], *r.split(",")[3:])) for r in ROWS]
        assert values(read(long(text(rows, header)))[1], "systolic_bp") == [142, 118]

    def test_other_columns_of_the_file_are_kept(self) -> None:
        rows = [f"{row},{'W1' if row.startswith('P1') else 'W2'}" for row in ROWS]
        (chunk,) = long(text(rows, HEADER + ",ward")).chunks()
        assert chunk.cells["ward"].tolist() == ["W1", "W2"]


def read_only(data: bytes) -> tuple[Proposal, CohortMapping]:
    proposal = propose(take_sample(long(data)))
    return proposal, proposal.mapping


class TestByDay:
    def test_each_day_is_a_row_and_age_and_sex_serve_all_of_them(self) -> None:
        base = open_source(text())
        shape = long(text()).format.long
        source = open_table(text(), replace(base.format, long=replace(shape, by="day")))
        _, frame = read(source)
        assert values(frame.fillna(-1), "systolic_bp") == [-1, 142, -1, 121, 118]
        assert values(frame, "age") == [63, 63, 63, 51, 51]
        assert values(frame, "sex") == [1, 1, 1, 0, 0]
        assert any("serves 3 of its other rows" in remark for remark in source.remarks)


class TestOtherTables:
    @pytest.mark.parametrize(
        "data",
        [
            b"id,age,sex,chol\n1,63,male,5.2\n1,64,male,5.1\n",
            b"patient,name,value\nP1,Miller,3\nP1,Smith,4\n",
            b"patient,test,value\nP1,age,63\nP2,sex,1\n",
            b"patient_id,code,age,sex\nP1,I10,63,male\nP1,E11,63,male\n",
        ],
    )
    def test_wide_tables_stay_as_they_are(self, data: bytes) -> None:
        assert not isinstance(open_table(data), LongSource)

    def test_it_can_be_read_row_by_row(self) -> None:
        found = long(text()).format
        assert open_table(text(), replace(found, long=None)).headers == tuple(HEADER.split(","))

    def test_another_delimiter_is_looked_at_anew(self) -> None:
        found = long(text()).format
        assert not isinstance(open_table(text(), replace(found, delimiter=";")), LongSource)

    def test_without_any_value_it_is_refused(self) -> None:
        shape = long(text()).format.long
        with pytest.raises(FileError, match="No row has a patient, a name and a value"):
            LongSource(open_source(text(["P1,Age,,,years,", "P2,Age,,n/a,years,"])), shape)


class TestCommandLine:
    def test_dates_that_can_be_read_in_two_ways_are_asked(self, tmp_path) -> None:
        rows = [",".join((*row.split(",")[:5], f"0{i % 3 + 1}/0{i % 4 + 1}/2024")) for i, row in enumerate(ROWS)]
        (tmp_path / "a.csv").write_bytes(text(rows))
        with pytest.raises(InputError, match=r"day/month/year or month/day/year.*--date-format"):
            open_told(tmp_path / "a.csv")
        assert open_told(tmp_path / "a.csv", date_format="%d/%m/%Y").format.long.date_format == "%d/%m/%Y"

    def test_rows_by_day_can_be_asked_for(self, tmp_path) -> None:
        (tmp_path / "a.csv").write_bytes(text())
        (chunk,) = open_told(tmp_path / "a.csv", by="day").chunks()
        assert len(chunk.cells) == 5
