"""A small OMOP CDM, built here on SQLite and on PostgreSQL, and the cohort that comes out of it."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from riskmodels.checks import check
from riskmodels.cohorts.omop.cohort import Cohort, Design, Schemas, build_cohort
from riskmodels.cohorts.omop.command import add_arguments, omop_command
from riskmodels.cohorts.omop.meanings import meanings, question_code
from riskmodels.cohorts.omop.tables import open_read_only
from riskmodels.errors import InputError, SourceDataError
from riskmodels.scoring.command import add_arguments as add_score
from riskmodels.scoring.command import score_command
from riskmodels.scoring.sources import open_cohort
from riskmodels.tabular.model import load_shipped
from riskmodels.vocabulary import VARIABLES
from tests.postgresql import new_database

INDEX = dt.date(2025, 6, 30)
DDL = """
CREATE TABLE person (person_id BIGINT PRIMARY KEY, gender_concept_id INTEGER NOT NULL, year_of_birth INTEGER NOT NULL,
  month_of_birth INTEGER, day_of_birth INTEGER);
CREATE TABLE observation_period (observation_period_id INTEGER, person_id BIGINT, observation_period_start_date DATE,
  observation_period_end_date DATE);
CREATE TABLE measurement (measurement_id INTEGER, person_id BIGINT, measurement_concept_id INTEGER,
  measurement_date DATE, measurement_datetime TIMESTAMP, operator_concept_id INTEGER, value_as_number NUMERIC,
  value_as_concept_id INTEGER, unit_concept_id INTEGER);
CREATE TABLE condition_occurrence (condition_occurrence_id INTEGER, person_id BIGINT, condition_concept_id INTEGER,
  condition_start_date DATE);
CREATE TABLE drug_exposure (drug_exposure_id INTEGER, person_id BIGINT, drug_concept_id INTEGER,
  drug_exposure_start_date DATE, drug_exposure_end_date DATE);
CREATE TABLE observation (observation_id INTEGER, person_id BIGINT, observation_concept_id INTEGER,
  observation_date DATE, value_as_concept_id INTEGER);
CREATE TABLE concept (concept_id INTEGER PRIMARY KEY, vocabulary_id VARCHAR(20), concept_code VARCHAR(50));
CREATE TABLE concept_ancestor (ancestor_concept_id INTEGER, descendant_concept_id INTEGER);
CREATE TABLE concept_relationship (concept_id_1 INTEGER, concept_id_2 INTEGER, relationship_id VARCHAR(20));
CREATE TABLE cohort (cohort_definition_id INTEGER, subject_id BIGINT, cohort_start_date DATE, cohort_end_date DATE);
"""
EQ, LT = "276136004", "276139006"


@dataclass
class Concepts:
    """The concepts of the test's vocabulary: ids that no real release has, so that none can be hard-coded."""

    ids: dict[tuple[str, str], int]

    def __call__(self, vocabulary: str, code: str) -> int:
        return self.ids.setdefault((vocabulary, code), 700_000 + len(self.ids))


class Site:
    """One CDM to fill and to build a cohort from."""

    def __init__(self, url: str, tmp_path: Path) -> None:
        self.url, self.tmp_path = url, tmp_path
        self.engine = sa.create_engine(url)
        self.concept = Concepts({})
        self.serial = 0
        with self.engine.begin() as connection:
            for statement in DDL.split(";")[:-1]:
                connection.execute(sa.text(statement))
        for m in meanings():
            self.concept(*m.code)
        for code in (question_code(), ("SNOMED", EQ), ("SNOMED", LT), ("Gender", "F"), ("Gender", "M")):
            self.concept(*code)
        for code in ("mg/dL", "mmol/L", "mm[Hg]", "%", "mmol/mol", "kg", "cm", "mg/g{creat}", "umol/L", "/min", "g"):
            self.concept("UCUM", code)

    def finish(self) -> None:
        """Write the concepts met so far."""
        rows = [{"concept_id": i, "vocabulary_id": v, "concept_code": c} for (v, c), i in self.concept.ids.items()]
        with self.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM concept"))
            connection.execute(sa.text("INSERT INTO concept VALUES (:concept_id, :vocabulary_id, :concept_code)"), rows)

    def insert(self, table: str, *values: Any) -> None:
        names = ", ".join(f":v{i}" for i in range(len(values)))
        row = {f"v{i}": v.isoformat() if isinstance(v, dt.date) else v for i, v in enumerate(values)}
        with self.engine.begin() as connection:
            connection.execute(sa.text(f"INSERT INTO {table} VALUES ({names})"), row)

    def person(self, id_: int, sex: str = "F", born: tuple[int, int | None, int | None] = (1965, 3, 10)) -> None:
        self.insert("person", id_, self.concept("Gender", sex), *born)
        self.observed(id_, dt.date(2020, 1, 1), dt.date(2025, 12, 31))

    def observed(self, id_: int, start: dt.date, end: dt.date) -> None:
        self.insert("observation_period", self._next(), id_, start, end)

    def measured(
        self,
        id_: int,
        loinc: str,
        value: float | None,
        unit: str | None,
        day: dt.date = INDEX,
        operator: str | None = None,
        time: str | None = None,
    ) -> None:
        self.insert(
            "measurement",
            self._next(),
            id_,
            self.concept("LOINC", loinc),
            day,
            time,
            self.concept("SNOMED", operator) if operator else None,
            value,
            None,
            self.concept("UCUM", unit) if unit else None,
        )

    def condition(self, id_: int, concept: int, day: dt.date) -> None:
        self.insert("condition_occurrence", self._next(), id_, concept, day)

    def drug(self, id_: int, concept: int, start: dt.date, end: dt.date | None = None) -> None:
        self.insert("drug_exposure", self._next(), id_, concept, start, end or start)

    def below(self, ancestor: tuple[str, str], code: tuple[str, str]) -> int:
        """A concept below another one in the hierarchy."""
        id_ = self.concept(*code)
        self.insert("concept_ancestor", self.concept(*ancestor), id_)
        return id_

    def _next(self) -> int:
        self.serial += 1
        return self.serial

    def build(self, design: Design | None = None, name: str = "cohort.parquet", **options: Any) -> Cohort:
        self.finish()
        return build_cohort(self.url, design or Design(index_date=INDEX), self.tmp_path / name, **options)

    def frame(self, design: Design | None = None, **options: Any) -> pd.DataFrame:
        made = self.build(design, **options)
        return pd.read_parquet(made.path)


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    if request.param == "sqlite":
        made = Site(f"sqlite+pysqlite:///{tmp_path / 'cdm.sqlite'}", tmp_path)
        yield made
        made.engine.dispose()
        return
    with new_database("omop") as address:
        made = Site(address, tmp_path)
        yield made
        made.engine.dispose()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Site]:
    """On SQLite only: for rules that are not the database's."""
    made = Site(f"sqlite+pysqlite:///{tmp_path / 'cdm.sqlite'}", tmp_path)
    yield made
    made.engine.dispose()


def days_before(number: int) -> dt.date:
    return INDEX - dt.timedelta(days=number)


def odd(made: Cohort) -> set[tuple[Any, ...]]:
    return set(made.not_used.itertuples(index=False, name=None))


class TestPeople:
    def test_age_is_completed_years_and_sex_comes_from_the_gender_codes(self, site: Site) -> None:
        site.person(1, "F", (1965, 6, 30))
        site.person(2, "M", (1965, 7, 1))
        frame = site.frame()
        assert frame["age"].tolist() == [60, 59]
        assert frame["sex"].tolist() == [0, 1]

    def test_a_birth_without_month_counts_as_mid_year(self, lite: Site) -> None:
        lite.person(1, born=(1965, None, None))
        assert lite.frame()["age"].tolist() == [59]

    def test_a_sex_that_is_neither_stays_unknown_and_the_row_is_kept(self, lite: Site) -> None:
        lite.person(1, "OTHER")
        assert lite.frame()["sex"].isna().tolist() == [True]

    def test_attrition_counts_who_is_left_after_each_condition(self, site: Site) -> None:
        for id_ in (1, 2, 3, 4):
            site.person(id_)
        site.person(5, born=(2010, 1, 1))
        site.insert("person", 6, site.concept("Gender", "F"), 1950, 1, 1)  # never observed
        site.insert("person", 7, site.concept("Gender", "F"), 1950, 1, 1)
        site.observed(7, days_before(100), INDEX)
        made = site.build(Design(index_date=INDEX, prior_observation=365))
        assert made.attrition[["step", "rows", "left_out"]].to_numpy().tolist() == [
            ["in the person table", 7, 0],
            ["with a person record", 7, 0],
            ["under observation at the index date", 6, 1],
            ["observed for 365 days before it", 5, 1],
            ["aged 20 or more", 4, 1],
        ]
        assert made.rows == 4

    def test_cohort_entries_are_rows_and_one_person_may_have_two(self, site: Site) -> None:
        site.person(1)
        site.person(2)
        for subject, day in ((1, days_before(400)), (1, INDEX), (1, INDEX), (2, INDEX), (99, INDEX)):
            site.insert("cohort", 5, subject, day, INDEX)
        site.insert("cohort", 6, 2, days_before(10), INDEX)
        site.measured(1, "8480-6", 150, "mm[Hg]", days_before(410))
        site.measured(1, "8480-6", 120, "mm[Hg]", days_before(5))
        made = site.build(Design(cohort=5))
        frame = pd.read_parquet(made.path)
        assert frame["person_id"].tolist() == [1, 1, 2]
        assert frame["index_date"].tolist() == [days_before(400), INDEX, INDEX]
        assert frame["systolic_bp"].tolist()[:2] == [150, 120]
        assert made.attrition["rows"].tolist()[:2] == [4, 3]

    def test_chunks_give_the_same_rows_as_one_pass(self, site: Site) -> None:
        for id_ in range(1, 12):
            site.person(id_)
            site.measured(id_, "8480-6", 100 + id_, "mm[Hg]")
        whole = site.frame()
        parts = site.frame(persons=3, name="parts.parquet")
        pd.testing.assert_frame_equal(whole, parts)
        assert len(whole) == 11


class TestMeasurements:
    def test_units_are_converted_by_their_concept(self, site: Site) -> None:
        site.person(1)
        site.measured(1, "14647-2", 5.2, "mmol/L")
        site.measured(1, "59261-8", 48, "mmol/mol")
        site.measured(1, "14682-9", 88.4, "umol/L")
        site.measured(1, "9318-7", 12, "mg/g{creat}")
        row = site.frame().iloc[0]
        assert row["total_cholesterol"] == pytest.approx(5.2 * 38.67)
        assert row["hba1c"] == pytest.approx(0.09148 * 48 + 2.152)
        assert row["creatinine"] == pytest.approx(1.0)
        assert row["uacr"] == 12

    def test_newest_in_the_window_wins_whatever_its_code(self, site: Site) -> None:
        site.person(1)
        site.measured(1, "2093-3", 200, "mg/dL", days_before(30))
        site.measured(1, "14647-2", 6.0, "mmol/L", days_before(3))
        site.measured(1, "2093-3", 300, "mg/dL", INDEX + dt.timedelta(days=1))
        assert site.frame()["total_cholesterol"].tolist() == [pytest.approx(6.0 * 38.67)]

    def test_both_ends_of_the_window_count(self, site: Site) -> None:
        site.person(1)
        site.measured(1, "8480-6", 140, "mm[Hg]", days_before(365))
        site.measured(1, "8462-4", 80, "mm[Hg]", days_before(366))
        row = site.frame().iloc[0]
        assert row["systolic_bp"] == 140
        assert np.isnan(row["diastolic_bp"])

    def test_of_one_day_the_latest_time_wins_then_the_highest_id(self, site: Site) -> None:
        site.person(1)
        site.measured(1, "8480-6", 130, "mm[Hg]", time="2025-06-30 15:00:00")
        site.measured(1, "8480-6", 150, "mm[Hg]", time="2025-06-30 08:00:00")
        site.measured(1, "8480-6", 160, "mm[Hg]")
        site.measured(1, "8462-4", 80, "mm[Hg]")
        site.measured(1, "8462-4", 90, "mm[Hg]")
        row = site.frame().iloc[0]
        assert (row["systolic_bp"], row["diastolic_bp"]) == (130, 90)

    def test_a_value_that_cannot_be_used_gives_way_to_the_one_before_and_is_counted(self, site: Site) -> None:
        site.person(1)
        site.measured(1, "2345-7", 95, "mg/dL", days_before(20), EQ)
        site.measured(1, "2345-7", 400, "mg/dL", days_before(5), LT)
        site.measured(1, "2345-7", 110, None, days_before(4))
        site.measured(1, "2345-7", 110, "g", days_before(3))
        site.measured(1, "2345-7", None, "mg/dL", days_before(2))
        site.measured(1, "2345-7", 5000, "mg/dL", days_before(1))
        made = site.build()
        assert pd.read_parquet(made.path)["glucose"].tolist() == [95]
        assert odd(made) == {
            ("glucose", "operator", "mg/dL", 1),
            ("glucose", "no unit", "", 1),
            ("glucose", "unknown unit", "g", 1),
            ("glucose", "no number", "mg/dL", 1),
            ("glucose", "implausible", "mg/dL", 1),
        }

    def test_molar_unit_under_a_mass_code_is_used_and_counted(self, lite: Site) -> None:
        lite.person(1)
        lite.measured(1, "2093-3", 5.0, "mmol/L")
        made = lite.build()
        assert pd.read_parquet(made.path)["total_cholesterol"].tolist() == [pytest.approx(193.35)]
        assert odd(made) == {("total_cholesterol", "unit of another code, used", "mmol/L", 1)}

    def test_hba1c_of_7_mmol_per_mol_under_the_code_of_per_cent_is_not_used(self, lite: Site) -> None:
        lite.person(1)
        lite.measured(1, "4548-4", 7.0, "mmol/mol")
        made = lite.build()
        assert pd.read_parquet(made.path)["hba1c"].isna().all()
        assert odd(made) == {("hba1c", "unit of another code, and unusual in it", "mmol/mol", 1)}

    def test_a_fasting_code_says_that_the_patient_fasted(self, lite: Site) -> None:
        lite.person(1)
        lite.person(2)
        lite.measured(1, "1558-6", 101, "mg/dL")
        lite.measured(2, "1558-6", 101, "mg/dL", days_before(9))
        lite.measured(2, "2345-7", 140, "mg/dL")
        frame = lite.frame()
        assert frame["glucose"].tolist() == [101, 140]
        assert frame["fasting_hours"].fillna(-1).tolist() == [8, -1]

    def test_egfr_of_another_equation_is_not_taken(self, lite: Site) -> None:
        lite.person(1)
        lite.measured(1, "33914-3", 55, "mL/min/{1.73_m2}")
        assert lite.frame()["egfr"].isna().all()

    def test_a_code_that_is_not_standard_is_followed_to_the_one_that_is(self, lite: Site) -> None:
        lite.person(1)
        standard = lite.concept("Other", "sbp")
        lite.insert("concept_relationship", lite.concept("LOINC", "8480-6"), standard, "Maps to")
        lite.insert("measurement", 900, 1, standard, INDEX, None, None, 133, None, lite.concept("UCUM", "mm[Hg]"))
        assert lite.frame()["systolic_bp"].tolist() == [133]

    def test_dates_of_the_values_are_written_on_request(self, site: Site) -> None:
        site.person(1)
        site.measured(1, "8480-6", 140, "mm[Hg]", days_before(7))
        frame = site.frame(dates=True)
        assert frame["systolic_bp_date"].tolist() == [days_before(7)]
        assert frame["hba1c_date"].isna().all()


class TestFacts:
    def test_a_diagnosis_below_the_code_counts_from_any_time_before(self, site: Site) -> None:
        type_2 = site.below(("SNOMED", "73211009"), ("SNOMED", "44054006"))
        site.person(1)
        site.person(2)
        site.condition(1, type_2, dt.date(1999, 1, 1))
        site.condition(2, type_2, INDEX + dt.timedelta(days=1))
        assert site.frame()["diabetes"].fillna(-1).tolist() == [1, -1]

    def test_what_is_not_recorded_is_unknown_never_no(self, site: Site) -> None:
        site.person(1)
        frame = site.frame()
        told = [v.name for v in VARIABLES if v.group == "history"]
        assert frame[[*told, "diabetes", "hypertension", "bp_medication", "insulin", "smoking"]].isna().all(axis=None)

    def test_gestational_diabetes_is_not_diabetes(self, site: Site) -> None:
        gestational = site.below(("SNOMED", "73211009"), ("SNOMED", "11687002"))
        site.person(1)
        site.condition(1, gestational, days_before(100))
        assert site.frame()["diabetes"].isna().all()

    def test_ischaemic_heart_disease_counts_itself_but_not_by_what_is_below_it(self, lite: Site) -> None:
        attack = lite.below(("SNOMED", "414545008"), ("SNOMED", "22298006"))
        lite.person(1)
        lite.person(2)
        lite.condition(1, attack, days_before(10))
        lite.condition(2, lite.concept("SNOMED", "414545008"), days_before(10))
        frame = lite.frame()
        assert frame["heart_attack"].fillna(-1).tolist() == [1, -1]
        assert frame["coronary_disease"].fillna(-1).tolist() == [-1, 1]

    def test_a_pregnancy_of_last_year_is_over(self, lite: Site) -> None:
        pregnant = lite.concept("SNOMED", "77386006")
        lite.person(1)
        lite.person(2)
        lite.condition(1, pregnant, days_before(281))
        lite.condition(2, pregnant, days_before(280))
        assert lite.frame()["pregnancy"].fillna(-1).tolist() == [-1, 1]

    def test_medicines_count_by_their_class_when_taken_in_the_look_back(self, site: Site) -> None:
        statin = site.below(("ATC", "C10"), ("RxNorm", "83367"))
        site.person(1)
        site.person(2)
        site.person(3)
        site.drug(1, statin, days_before(700), days_before(365))
        site.drug(2, statin, days_before(700), days_before(366))
        site.drug(3, statin, INDEX + dt.timedelta(days=1))
        assert site.frame()["cholesterol_medication"].fillna(-1).tolist() == [1, -1, -1]

    def test_an_injected_glp_1_agonist_is_not_a_pill(self, lite: Site) -> None:
        exenatide = lite.below(("ATC", "A10B"), ("RxNorm", "60548"))
        lite.below(("ATC", "A10BJ"), ("RxNorm", "60548"))
        metformin = lite.below(("ATC", "A10B"), ("RxNorm", "6809"))
        lite.person(1)
        lite.person(2)
        lite.drug(1, exenatide, INDEX)
        lite.drug(2, metformin, INDEX)
        assert lite.frame()["glucose_pills"].fillna(-1).tolist() == [-1, 1]

    def test_smoking_is_the_newest_answer(self, site: Site) -> None:
        question = site.concept(*question_code())
        site.person(1)
        site.person(2)
        site.person(3)
        site.insert("observation", 901, 1, question, days_before(200), site.concept("SNOMED", "449868002"))
        site.insert("observation", 902, 1, question, days_before(20), site.concept("LOINC", "LA15920-4"))
        site.insert("observation", 903, 2, site.concept("SNOMED", "266919005"), days_before(20), 0)
        other = site.concept("LOINC", "11111-1")
        site.insert("observation", 904, 3, other, days_before(20), site.concept("SNOMED", "266919005"))
        assert site.frame()["smoking"].fillna(-1).tolist() == [1, 0, -1]

    def test_smoking_answered_in_the_measurement_table_counts_as_well(self, lite: Site) -> None:
        lite.person(1)
        answer = lite.concept("LOINC", "LA18976-3")
        lite.insert("measurement", 900, 1, lite.concept(*question_code()), INDEX, None, None, None, answer, None)
        assert lite.frame()["smoking"].tolist() == [2]

    def test_a_non_smoker_is_not_now_and_those_below_it_are_what_they_say(self, lite: Site) -> None:
        question, answered = lite.concept(*question_code()), ("405746006", "8392000", "8517006", "266919005")
        below = {code: lite.below(("SNOMED", "8392000"), ("SNOMED", code)) for code in ("8517006", "266919005")}
        for person, code in enumerate(answered, 1):
            lite.person(person)
            answer = below.get(code) or lite.concept("SNOMED", code)
            lite.insert("observation", 900 + person, person, question, days_before(20), answer)
        assert lite.frame()["smoking"].tolist() == [0.5, 0.5, 1, 0]


class TestOutput:
    def test_cohort_is_scored_and_risks_are_those_of_its_values(self, site: Site) -> None:
        for id_ in (1, 2):
            site.person(id_, "M", (1970, 2, 2))
            for loinc, value, unit in (("8480-6", 142, "mm[Hg]"), ("2093-3", 210, "mg/dL"), ("2085-9", 42, "mg/dL")):
                site.measured(id_, loinc, value, unit)
        site.condition(2, site.concept("SNOMED", "230690007"), days_before(900))
        made = site.build()
        model = load_shipped(device="cpu")["population"]
        (chunk,) = list(open_cohort(made.path))
        found = model.predict(chunk.frame)
        known = {"age": 55.0, "sex": 1.0, "systolic_bp": 142.0, "total_cholesterol": 210.0, "hdl_cholesterol": 42.0}
        expected = model.predict(check(pd.DataFrame([known])).frame)
        assert found.risk["cvd_10y"].iloc[0] == pytest.approx(expected.risk["cvd_10y"].iloc[0], abs=1e-12)
        assert found.refused["cvd_10y"].iloc[1] == "already told of a stroke"

    def test_csv_has_the_apps_own_headers_and_reads_the_same(self, site: Site) -> None:
        site.person(1)
        site.measured(1, "59261-8", 48, "mmol/mol")
        made = site.build(name="cohort.csv")
        assert made.path.read_text().splitlines()[0].startswith('"person_id","index_date","age [years]","sex"')
        (chunk,) = list(open_cohort(made.path))
        assert chunk.frame["hba1c"].tolist() == [pytest.approx(6.543, abs=1e-3)]
        assert chunk.problems == []

    @pytest.mark.parametrize("ending", ["parquet", "csv"])
    def test_score_command_reads_the_file_and_keeps_its_keys(self, lite: Site, ending: str) -> None:
        lite.person(1)
        lite.person(2, born=(1900, 1, 1))
        lite.measured(1, "8480-6", 142, "mm[Hg]")
        lite.build(name=f"cohort.{ending}", dates=True)
        parser = argparse.ArgumentParser()
        add_score(parser)
        out = lite.tmp_path / f"scored.{ending}"
        score_command(parser.parse_args([str(lite.tmp_path / f"cohort.{ending}"), str(out)]), lambda _: None)
        scored = pd.read_parquet(out) if ending == "parquet" else pd.read_csv(out)
        assert scored["person_id"].tolist() == [1, 2]
        assert scored["cvd_10y_risk"].notna().tolist() == [True, False]

    def test_only_the_owner_can_read_the_file(self, lite: Site) -> None:
        lite.person(1)
        assert lite.build().path.stat().st_mode & 0o077 == 0

    def test_an_empty_cohort_is_a_file_without_rows(self, site: Site) -> None:
        made = site.build(Design(cohort=1))
        assert len(pd.read_parquet(made.path)) == 0
        assert made.rows == 0

    def test_a_failed_build_leaves_no_file(self, lite: Site) -> None:
        with pytest.raises(SourceDataError):  # the concept table is empty
            build_cohort(lite.url, Design(index_date=INDEX), lite.tmp_path / "out.parquet")
        assert not list(lite.tmp_path.glob("*out.parquet*"))


class TestSafety:
    def test_connection_cannot_write(self, site: Site) -> None:
        with pytest.raises(SourceDataError), open_read_only(site.url) as connection:
            connection.execute(sa.text("INSERT INTO person VALUES (1, 1, 1950, 1, 1)"))

    def test_missing_tables_are_named(self, site: Site) -> None:
        with site.engine.begin() as connection:
            connection.execute(sa.text("DROP TABLE drug_exposure"))
        with pytest.raises(SourceDataError, match="no table drug_exposure"):
            site.build()

    def test_password_is_never_told(self, tmp_path: Path) -> None:
        url = "postgresql://me:hunter2secret@127.0.0.1:1/cdm?password=hunter2secret"
        with pytest.raises(SourceDataError) as caught:
            build_cohort(url, Design(index_date=INDEX), tmp_path / "c.parquet")
        assert "hunter2secret" not in f"{caught.value}{caught.value.log}{caught.value!r}"

    @pytest.mark.parametrize("url", ["mysql://x/y", "not a url", "sqlite:////nowhere/cdm.sqlite", ""])
    def test_address_that_cannot_be_used_is_refused(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("CARERISK_OMOP_URL", raising=False)
        with pytest.raises(InputError):
            build_cohort(url, Design(index_date=INDEX), tmp_path / "c.parquet")

    def test_cohort_and_index_date_together_are_refused(self) -> None:
        with pytest.raises(InputError, match="either a cohort or an index date"):
            Design(cohort=1, index_date=INDEX)

    def test_schemas_are_looked_in(self, lite: Site) -> None:
        with pytest.raises(SourceDataError, match="--schema"):
            lite.build(schemas=Schemas(cdm="elsewhere"))


class TestCommand:
    @pytest.fixture
    def run(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
        def command(*arguments: str) -> list[str]:
            site.finish()
            monkeypatch.setenv("CARERISK_OMOP_URL", site.url)
            parser = argparse.ArgumentParser()
            add_arguments(parser)
            said: list[str] = []
            assert omop_command(parser.parse_args(arguments), said.append) == 0
            return said

        return command

    def test_cohort_attrition_and_report_are_written(self, site: Site, run: Callable[..., list[str]]) -> None:
        site.person(1)
        site.person(2, born=(2015, 1, 1))
        site.measured(1, "2345-7", 110, None)
        out = site.tmp_path / "c.parquet"
        said = "\n".join(run("--index-date", "2025-06-30", "--out", str(out)))
        report = json.loads((site.tmp_path / "c.parquet.report.json").read_text())
        assert "1 rows of 1 people aged 20 or more" in said
        assert "glucose: no unit" in said
        assert report["rows"] == len(pd.read_parquet(out)) == 1
        assert report["not_used"] == [{"variable": "glucose", "reason": "no unit", "unit": "", "values": 1}]
        assert "carerisk_test" not in said + json.dumps(report)
