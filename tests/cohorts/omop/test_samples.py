"""Databases without parts of the vocabularies, as OHDSI's samples; medicines for one place; states of diagnoses."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from riskmodels.cohorts.omop.cohort import Cohort, Design, build_cohort
from riskmodels.cohorts.omop.command import summary

INDEX = dt.date(2022, 6, 30)
#: as OHDSI/EunomiaDatasets have them, with the columns that are read and some others
TABLES = {
    "concept": "concept_id, concept_name, domain_id, vocabulary_id, concept_class_id, standard_concept, concept_code",
    "concept_ancestor": "ancestor_concept_id, descendant_concept_id, min_levels_of_separation",
    "concept_relationship": "concept_id_1, concept_id_2, relationship_id",
    "person": "person_id, gender_concept_id, year_of_birth, month_of_birth, day_of_birth",
    "observation_period": "observation_period_id, person_id, observation_period_start_date, "
    "observation_period_end_date",
    "measurement": "measurement_id, person_id, measurement_concept_id, measurement_date, measurement_datetime, "
    "operator_concept_id, value_as_number, value_as_concept_id, unit_concept_id",
    "condition_occurrence": "condition_occurrence_id, person_id, condition_concept_id, condition_start_date, "
    "condition_status_concept_id",
    "drug_exposure": "drug_exposure_id, person_id, drug_concept_id, drug_exposure_start_date, "
    "drug_exposure_end_date, route_concept_id",
    "observation": "observation_id, person_id, observation_concept_id, observation_date, value_as_concept_id",
}
SBP, T2DM, HYPERTENSION, INFARCTION, STATIN = 3004249, 201826, 320128, 4329847, 1545958
CONCEPTS = [
    (SBP, "Systolic blood pressure", "Measurement", "LOINC", "", "S", "8480-6"),
    (T2DM, "Type 2 diabetes mellitus", "Condition", "SNOMED", "", "S", "44054006"),
    (HYPERTENSION, "Essential hypertension", "Condition", "SNOMED", "", "S", "59621000"),
    (INFARCTION, "Myocardial infarction", "Condition", "SNOMED", "", "S", "22298006"),
    (STATIN, "atorvastatin", "Drug", "RxNorm", "Ingredient", "S", "83367"),
]


class Sample:
    """A sample database to fill."""

    def __init__(self, folder: Path, *, in_seconds: bool = False, without: tuple[str, ...] = ()) -> None:
        self.path, self.in_seconds = folder / "cdm.sqlite", in_seconds
        with sqlite3.connect(self.path) as connection:
            for name, columns in TABLES.items():
                if name not in without:
                    kept = [c.strip() for c in columns.split(",") if f"{name}.{c.strip()}" not in without]
                    connection.execute(f"CREATE TABLE {name} ({', '.join(kept)})")
        self.tables = [name for name in TABLES if name not in without]
        for row in CONCEPTS:
            self.add("concept", *row)
        for person, sex in ((1, 8507), (2, 8532)):
            self.add("person", person, sex, 1960, 5, 4)
            self.add("observation_period", person, person, self.day("2015-01-01"), self.day("2023-01-01"))

    def add(self, table: str, *values: Any) -> None:
        with sqlite3.connect(self.path) as connection:
            width = len(connection.execute(f"PRAGMA table_info({table})").fetchall())
            marks = ", ".join("?" * width)
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", values[:width])

    def day(self, text: str) -> Any:
        if not self.in_seconds:
            return text
        return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days * 86_400.0

    def condition(self, person: int, concept: int, state: int = 0) -> None:
        self.add("condition_occurrence", person, person, concept, self.day("2018-01-01"), state)

    def drug(self, person: int, concept: int, route: int = 0) -> None:
        self.add("drug_exposure", person, person, concept, self.day("2022-01-01"), self.day("2022-06-01"), route)

    def below(self, ancestor: int, *descendants: int) -> None:
        for descendant in descendants:
            self.add("concept_ancestor", ancestor, descendant, 1)

    def build(self) -> tuple[pd.DataFrame, Cohort]:
        made = build_cohort(f"sqlite:///{self.path}", Design(index_date=INDEX), self.path.with_name("c.parquet"))
        return pd.read_parquet(made.path).set_index("person_id"), made


class TestWithoutVocabularies:
    @pytest.mark.parametrize("without", [(), ("concept_ancestor",), ("concept_ancestor", "concept_relationship")])
    def test_the_synthea_sample_is_read_by_standard_ids_and_code_tables(
        self, tmp_path: Path, without: tuple[str, ...]
    ) -> None:
        sample = Sample(tmp_path, without=without)
        sample.add("measurement", 1, 1, SBP, "2022-03-01", "2022-03-01 00:00:00", 0, 150, 0, 8876)
        sample.condition(1, T2DM)
        sample.condition(2, HYPERTENSION)
        sample.drug(1, STATIN)
        frame, made = sample.build()
        assert frame["sex"].to_dict() == {1: 1, 2: 0}
        assert frame.loc[1, "systolic_bp"] == 150
        assert frame[["diabetes", "hypertension", "cholesterol_medication"]].fillna(-1).to_numpy().tolist() == [
            [1, -1, 1],
            [-1, 1, -1],
        ]
        said = "\n".join(summary(made))
        assert "concept_ancestor is empty or not there: a diagnosis counts by its own code" in said
        assert "concept_ancestor is empty or not there: a medicine counts by its own code" in said
        assert "sex is read by the standard ids 8507 (male) and 8532 (female)" in said
        assert "units are read by their standard ids" in said

    def test_days_in_seconds_are_read_as_those_in_text(self, tmp_path: Path) -> None:
        frames = []
        for in_seconds in (False, True):
            folder = tmp_path / str(in_seconds)
            folder.mkdir()
            sample = Sample(folder, in_seconds=in_seconds)
            for serial, (value, day) in enumerate(((150, "2022-03-01"), (130, "2022-06-30"), (120, "2022-07-01"))):
                moment = sample.day(day) if in_seconds else f"{day} 00:00:00"
                sample.add("measurement", serial, 1, SBP, sample.day(day), moment, 0, value, 0, 8876)
            sample.condition(1, T2DM)
            sample.drug(2, STATIN)
            frames.append(sample.build()[0])
        pd.testing.assert_frame_equal(*frames)
        assert frames[1].loc[1, "systolic_bp"] == 130
        assert frames[1].loc[2, "cholesterol_medication"] == 1

    def test_without_any_loinc_concept_the_rest_is_read_and_that_is_said(self, tmp_path: Path) -> None:
        sample = Sample(tmp_path)
        with sqlite3.connect(sample.path) as connection:
            connection.execute("DELETE FROM concept WHERE vocabulary_id = 'LOINC'")
        sample.condition(1, T2DM)
        frame, made = sample.build()
        assert frame.loc[1, "diabetes"] == 1
        assert any("no measurement is read" in gap for gap in made.gaps)

    def test_a_few_ancestors_of_other_concepts_are_no_hierarchy(self, tmp_path: Path) -> None:
        sample = Sample(tmp_path)
        sample.below(1118084, 1118084, 40162359)
        sample.condition(1, T2DM)
        frame, made = sample.build()
        assert frame.loc[1, "diabetes"] == 1
        assert any("has none of what is below the classes asked for" in gap for gap in made.gaps)

    def test_what_a_partial_hierarchy_does_not_have_counts_by_its_own_code(self, tmp_path: Path) -> None:
        sample = Sample(tmp_path)
        for id_, code in ((903, "73211009"), (904, "38341003")):
            sample.add("concept", id_, code, "", "SNOMED", "", "S", code)
        sample.below(903, T2DM)
        sample.condition(1, T2DM)
        sample.condition(2, HYPERTENSION)
        frame, made = sample.build()
        assert frame[["diabetes", "hypertension"]].fillna(-1).to_numpy().tolist() == [[1, -1], [-1, 1]]
        assert any("does not have every diagnosis" in gap and "(1 of the database do)" in gap for gap in made.gaps)

    def test_a_whole_vocabulary_has_no_gap(self, tmp_path: Path) -> None:
        sample = Sample(tmp_path)
        for serial, (vocabulary, code) in enumerate(
            (("Gender", "F"), ("Gender", "M"), ("UCUM", "mm[Hg]"), ("SNOMED", "73211009"), ("ATC", "C10"))
        ):
            sample.add("concept", 900 + serial, code, "", vocabulary, "", "S", code)
        sample.below(903, T2DM)
        sample.below(904, STATIN)
        sample.condition(1, T2DM)
        assert sample.build()[1].gaps == ()

    @pytest.mark.parametrize(
        "column",
        ["concept.concept_name", "condition_occurrence.condition_status_concept_id", "drug_exposure.route_concept_id"],
    )
    def test_a_column_that_is_not_there_is_done_without(self, tmp_path: Path, column: str) -> None:
        table, name = column.split(".")
        sample = Sample(tmp_path)
        sample.condition(1, T2DM)
        sample.drug(2, STATIN)
        with sqlite3.connect(sample.path) as connection:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
        frame, _ = sample.build()
        assert frame["diabetes"].fillna(-1).tolist() == [1, -1]
        assert frame["cholesterol_medication"].fillna(-1).tolist() == [-1, 1]


class TestLocal:
    C07, S01, DROPS, TABLET, INGREDIENT = 21600001, 21600002, 40000001, 40000002, 905233

    @pytest.fixture
    def sample(self, tmp_path: Path) -> Sample:
        sample = Sample(tmp_path)
        for id_, name, vocabulary, code in (
            (self.C07, "BETA BLOCKING AGENTS", "ATC", "C07"),
            (self.S01, "OPHTHALMOLOGICALS", "ATC", "S01"),
            (self.DROPS, "timolol 5 MG/ML", "RxNorm", "1"),
            (self.TABLET, "timolol 10 MG Oral Tablet", "RxNorm", "2"),
            (self.INGREDIENT, "timolol", "RxNorm", "10600"),
            (4184451, "Ophthalmic route", "SNOMED", "54485002"),
            (4132161, "Oral", "SNOMED", "26643006"),
        ):
            sample.add("concept", id_, name, "", vocabulary, "", "S", code)
        sample.below(self.C07, self.DROPS, self.TABLET, self.INGREDIENT)
        return sample

    def test_eye_drops_are_no_pressure_medicine_and_the_tablet_is(self, sample: Sample) -> None:
        sample.below(self.S01, self.DROPS, self.TABLET, self.INGREDIENT)
        sample.drug(1, self.DROPS)
        sample.drug(2, self.TABLET)
        frame, made = sample.build()
        assert frame["bp_medication"].fillna(-1).tolist() == [-1, 1]
        assert ["bp_medication", "for eyes, ears, nose or skin", "", 1] in made.not_used.to_numpy().tolist()

    def test_an_ingredient_that_is_in_both_does_not_tell(self, sample: Sample) -> None:
        sample.below(self.S01, self.INGREDIENT)
        sample.drug(1, self.INGREDIENT)
        assert sample.build()[0]["bp_medication"].isna().all()

    def test_the_name_and_the_route_tell_as_well(self, sample: Sample) -> None:
        sample.add("concept", 40000003, "timolol 5 MG/ML Ophthalmic Solution", "", "RxNorm", "", "S", "3")
        sample.below(self.C07, 40000003)
        sample.drug(1, 40000003)
        sample.drug(2, self.DROPS, 4184451)
        assert sample.build()[0]["bp_medication"].isna().all()

    def test_by_mouth_counts(self, sample: Sample) -> None:
        sample.drug(1, self.INGREDIENT, 4132161)
        assert sample.build()[0].loc[1, "bp_medication"] == 1


#: states that are known without the vocabulary that names them
STANDARD = (32892, 32893, 32899, 32902, 32906)


class TestStates:
    @pytest.mark.parametrize(
        ("concept", "state", "name", "told"),
        [
            (T2DM, 32893, "Confirmed diagnosis", True),
            (T2DM, 32902, "Primary diagnosis", True),
            (T2DM, 32899, "Preliminary diagnosis", False),
            (T2DM, 32892, "Condition to be diagnosed by procedure", False),
            (T2DM, 555, "Diagnosis ruled out", False),
            (T2DM, 32906, "Resolved condition", False),
            (INFARCTION, 32906, "Resolved condition", True),
            (INFARCTION, 555, "Suspected diagnosis", False),
        ],
    )
    @pytest.mark.parametrize("named", [True, False])
    def test_a_diagnosis_counts_by_its_state(
        self, tmp_path: Path, concept: int, state: int, name: str, told: bool, named: bool
    ) -> None:
        sample = Sample(tmp_path)
        if named or state not in STANDARD:
            sample.add("concept", state, name, "", "Condition Status", "", "S", f"OMOP{state}")
        sample.condition(1, concept, state)
        frame, made = sample.build()
        variable = "diabetes" if concept == T2DM else "heart_attack"
        assert frame[variable].fillna(0).tolist() == [int(told), 0]
        assert (variable in made.not_used["variable"].tolist()) is not told
