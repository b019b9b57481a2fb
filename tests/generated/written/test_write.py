"""What is written of invented people is read back by the app's own readers to the same values, units and unknowns."""

from __future__ import annotations

import csv
import json
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fhir.resources.R4B import get_fhir_model_class

from riskmodels.cohorts.fhir_bulk.cohort import Design as FhirDesign
from riskmodels.cohorts.fhir_bulk.cohort import Source
from riskmodels.cohorts.fhir_bulk.cohort import build_cohort as build_fhir
from riskmodels.cohorts.omop.cohort import Design as OmopDesign
from riskmodels.cohorts.omop.cohort import build_cohort as build_omop
from riskmodels.criteria import HOURS_FASTING
from riskmodels.errors import InputError
from riskmodels.generated.written.as_fhir import META, person_bundle
from riskmodels.generated.written.as_omop import FIRST_LOCAL
from riskmodels.generated.written.people import SYSTEM, people_of
from riskmodels.generated.written.write import Form, Written, csv_bytes, write_table
from riskmodels.interop.columns.apply import apply
from riskmodels.interop.columns.open_table import open_table
from riskmodels.interop.columns.reading import look_at
from riskmodels.interop.fhir.codes import loinc_of
from riskmodels.interop.fhir.read import read_bundle
from riskmodels.interop.fhir.types import Version
from riskmodels.interop.fhir.write import to_json
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind

AT = date(2026, 2, 28)
PEOPLE = 60


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Every variable of the vocabulary on its own step, a third of the cells unknown, and two columns of strangers."""
    rng = np.random.default_rng(7)
    columns: dict[str, Any] = {}
    for variable in VARIABLES:
        if variable.kind is Kind.NUMBER:
            low, high = variable.usual
            step = variable.units[0].step
            values = np.round(np.round(rng.uniform(low, high, PEOPLE) / step) * step, 6)
        else:
            values = rng.choice([choice.code for choice in variable.choices], PEOPLE)
        known = rng.random(PEOPLE) < (1 if variable.name in ("age", "sex") else 0.67)
        columns[variable.name] = np.where(known, values, np.nan)
    columns["age"] = rng.integers(20, 86, PEOPLE).astype(float)
    # what a generator keeps in every row
    columns["systolic_bp"] = columns["diastolic_bp"] + 40
    columns["hdl_cholesterol"] = np.round(columns["total_cholesterol"] / 5)
    columns["ldl_cholesterol"] = np.round(columns["total_cholesterol"] / 2)
    # values that are derived from others where they are unknown are known here: what is read is what was written
    columns["bmi"] = np.round(rng.uniform(18, 40, PEOPLE), 1)
    columns["egfr"] = np.round(rng.uniform(20, 120, PEOPLE))
    columns["insurance"] = rng.choice(["public", "private", None], PEOPLE)
    columns["years"] = np.round(rng.uniform(0, 15, PEOPLE), 2)
    return pd.DataFrame(columns)


def values_of(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[[v.name for v in VARIABLES]].astype(float).reset_index(drop=True)


def assert_same(read: pd.DataFrame, written: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(values_of(read), values_of(written), check_exact=False, rtol=1e-9, atol=0)


class TestCsv:
    def test_upload_reads_the_same_values_units_and_unknowns(self, table: pd.DataFrame) -> None:
        reading = look_at(open_table(csv_bytes(table)))
        assert reading.mapping.questions() == ()
        (chunk,) = reading.source.chunks()
        applied = apply(reading.mapping, chunk)
        assert applied.problems[applied.problems["effect"] != "flagged"].empty
        assert_same(applied.frame, table)

    def test_columns_of_strangers_keep_their_header_and_cells(self, table: pd.DataFrame) -> None:
        (chunk,) = open_table(csv_bytes(table)).chunks()
        assert chunk.cells["insurance"].replace("", None).tolist() == table["insurance"].tolist()
        assert pd.to_numeric(chunk.cells["years"]).tolist() == table["years"].tolist()

    def test_every_row_says_that_it_is_invented(self, table: pd.DataFrame) -> None:
        rows = list(csv.DictReader(csv_bytes(table).decode("utf-8-sig").splitlines()))
        assert [row["person_id"] for row in rows] == [f"invented-{i:06d}" for i in range(1, PEOPLE + 1)]

    def test_a_word_that_a_spreadsheet_would_run_is_made_harmless(self) -> None:
        assert "'=HYPERLINK" in csv_bytes(pd.DataFrame({"note": ["=HYPERLINK(1)", "b"]})).decode("utf-8-sig")


@pytest.fixture(scope="module")
def bulk(table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Written]:
    folder = tmp_path_factory.mktemp("bulk")
    return folder, write_table(table, Form.FHIR, folder, AT)


class TestFhir:
    def read(self, folder: Path, out: Path) -> pd.DataFrame:
        design = FhirDesign(today=AT, at=AT, look_back=timedelta(days=30))
        build_fhir(Source(folder), design, out)
        return pd.read_parquet(out).sort_values("person_id")

    def test_bulk_reader_reads_the_same_values_units_and_unknowns(
        self, table: pd.DataFrame, bulk: tuple[Path, Written], tmp_path: Path
    ) -> None:
        assert_same(self.read(bulk[0], tmp_path / "read.parquet"), table)

    def test_bundles_are_read_the_same(self, table: pd.DataFrame, tmp_path: Path) -> None:
        few = table.head(5)
        written = write_table(few, Form.BUNDLES, tmp_path / "bundles", AT)
        assert [path.name for path in written.paths][:2] == ["invented-000001.json", "invented-000002.json"]
        frame = self.read(tmp_path / "bundles", tmp_path / "read.parquet")
        # a Bundle's patient goes by its address, whose order is another
        keys = ["age", "egfr", "bmi"]
        assert_same(frame.sort_values(keys), few.sort_values(keys))

    def test_the_form_reads_a_bundle_the_same(self, table: pd.DataFrame) -> None:
        for number, person in enumerate(people_of(table.head(5), AT)):
            found = read_bundle(to_json(person_bundle(person, AT), Version.R4), AT).found
            written = table.iloc[number][[v.name for v in VARIABLES]].dropna().astype(float)
            read = pd.Series({name: fact.value for name, fact in found.items() if name in VOCABULARY})
            pd.testing.assert_series_equal(read[written.index], written, check_names=False, rtol=1e-9)
            assert set(read.index) == set(written.index)

    def test_every_resource_is_valid_and_marked_as_test_data(self, bulk: tuple[Path, Written]) -> None:
        labels = set()
        for path in bulk[1].paths:
            for line in path.read_text().splitlines():
                resource = json.loads(line)
                get_fhir_model_class(resource["resourceType"]).model_validate(resource)
                labels.add((resource["meta"]["security"][0]["code"], resource["meta"]["tag"][0]["code"]))
        assert labels == {("HTEST", "invented")}

    def test_no_resource_of_a_bundle_is_without_the_mark(self, table: pd.DataFrame) -> None:
        made = person_bundle(next(people_of(table, AT)), AT)
        assert made["meta"] == META
        assert all(entry["resource"]["meta"] == META for entry in made["entry"])

    def test_patients_have_an_identifier_of_nobody(self, bulk: tuple[Path, Written]) -> None:
        first = json.loads(bulk[1].paths[0].read_text().splitlines()[0])
        assert first["identifier"] == [{"system": SYSTEM, "value": "invented-000001"}]
        assert "name" not in first

    def test_measurements_have_their_loinc_code_and_unit(self, table: pd.DataFrame, bulk: tuple[Path, Written]) -> None:
        found = [json.loads(line) for line in bulk[1].paths[1].read_text().splitlines()]
        sugar = next(o for o in found if o["code"]["text"] == "HbA1c")
        assert sugar["code"]["coding"][0]["code"] == loinc_of("hba1c", VOCABULARY["hba1c"].units[0])
        assert sugar["valueQuantity"]["code"] == "%"

    def test_what_has_no_code_is_told(self, bulk: tuple[Path, Written]) -> None:
        assert set(bulk[1].not_carried) == {"insurance", "years"}


@pytest.fixture(scope="module")
def cdm(table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Written]:
    folder = tmp_path_factory.mktemp("omop")
    return folder, write_table(table, Form.OMOP, folder, AT)


def load(folder: Path) -> str:
    """The CSVs in a database, as a site loads them."""
    path = folder / "cdm.sqlite"
    with sqlite3.connect(path) as connection:
        for file in folder.glob("*.csv"):
            with file.open(newline="") as lines:
                header, *rows = list(csv.reader(lines))
            columns = ", ".join(f"{name} {_type(name)}" for name in header)
            connection.execute(f"CREATE TABLE {file.stem} ({columns})")
            marks = ", ".join("?" * len(header))
            cells = [[cell or None for cell in row] for row in rows]
            connection.executemany(f"INSERT INTO {file.stem} VALUES ({marks})", cells)
    return f"sqlite:///{path}"


def _type(column: str) -> str:
    """As the CDM has it; the three ids of vocabularies are words."""
    if column.endswith("_of_birth") or (column.endswith("_id") and column not in ("vocabulary_id", "domain_id")):
        return "INTEGER"
    return "REAL" if column == "value_as_number" else "TEXT"


@pytest.fixture(scope="module")
def read_omop(cdm: tuple[Path, Written]) -> tuple[pd.DataFrame, Any]:
    made = build_omop(load(cdm[0]), OmopDesign(index_date=AT), cdm[0] / "read.parquet")
    return pd.read_parquet(made.path).reset_index(drop=True), made


class TestOmop:
    @pytest.mark.parametrize("name", [v.name for v in VARIABLES])
    def test_reader_reads_the_same_facts(self, table: pd.DataFrame, cdm: Any, read_omop: Any, name: str) -> None:
        read, written = read_omop[0][name], table[name]
        if name == "fasting_hours":
            told = (written >= HOURS_FASTING) & table["glucose"].notna()
            written = written.where(told).mask(told, HOURS_FASTING)
        elif name in cdm[1].not_carried:
            # an answer without a record of its own is unknown, never the other one
            written = written.where(written == 1) if "“no”" in cdm[1].not_carried[name] else written * np.nan
        np.testing.assert_allclose(read, written, rtol=1e-9)

    def test_only_what_the_reader_has_no_rule_for_is_not_carried(self, cdm: tuple[Path, Written]) -> None:
        without = {name for name, why in cdm[1].not_carried.items() if name in VOCABULARY and "no code" in why}
        assert without >= {"waist", "physical_activity", "chest_pain_type"}
        assert not without & {"systolic_bp", "hba1c", "egfr", "uacr", "smoking", "diabetes", "insulin"}

    def test_every_value_of_the_files_is_used(self, read_omop: Any) -> None:
        used = read_omop[1].not_used
        assert used[used["reason"] != "unusual, used"].empty

    def test_concepts_that_are_not_standard_have_ids_left_to_a_site(self, cdm: tuple[Path, Written]) -> None:
        with (cdm[0] / "concept.csv").open() as lines:
            concepts = list(csv.DictReader(lines))
        assert {c["concept_code"]: c["concept_id"] for c in concepts}["mm[Hg]"] == "8876"
        assert all(int(c["concept_id"]) >= FIRST_LOCAL for c in concepts if c["vocabulary_id"] in ("LOINC", "ATC"))

    def test_source_values_name_the_code_for_a_site_with_the_vocabularies(self, cdm: tuple[Path, Written]) -> None:
        with (cdm[0] / "measurement.csv").open() as lines:
            found = {row["measurement_source_value"] for row in csv.DictReader(lines)}
        assert {"LOINC 8480-6", "LOINC 4548-4"} <= found

    def test_the_database_says_what_it_is(self, cdm: tuple[Path, Written]) -> None:
        assert "Invented by a program" in (cdm[0] / "cdm_source.csv").read_text()

    def test_people_without_an_age_are_left_out_and_told(self, tmp_path: Path) -> None:
        written = write_table(pd.DataFrame({"age": [50, np.nan], "sex": [0.0, 1.0]}), Form.OMOP, tmp_path, AT)
        assert written.people == 1
        assert "without a known age" in written.not_carried["age"]


@pytest.mark.parametrize("form", [Form.FHIR, Form.OMOP])
def test_a_table_without_a_variable_is_refused(form: Form, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No column has a code"):
        write_table(pd.DataFrame({"x": [1.0, 2.0]}), form, tmp_path, AT)


@pytest.mark.parametrize("age", [20, 59, 85])
@pytest.mark.parametrize("at", [AT, date(2024, 2, 29), date(2026, 1, 1)])
def test_whoever_is_born_has_completed_the_years_at_the_day(age: int, at: date) -> None:
    for person in people_of(pd.DataFrame({"age": [float(age)] * 400}), at):
        assert person.born is not None
        before = (at.month, at.day) < (person.born.month, person.born.day)
        assert at.year - person.born.year - before == age
