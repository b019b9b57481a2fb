"""An invented table → the tables of an OMOP CDM 5.4 as CSV, in the codes that the app's own OMOP reader looks for.

Concepts are those of :mod:`riskmodels.cohorts.omop`: LOINC, SNOMED CT, ATC and UCUM by their codes. Where that room has
OMOP's standard id (sex, units, the operator “=”) it is written; every other concept gets an id from 2,000,000,001 on,
which OMOP leaves to a site, and stands in concept.csv with its vocabulary and code, from which a site with the
vocabularies loaded finds its own. The same code stands in each row's source value.

The CDM has a record of what somebody has, and none of what somebody has not: “no” is not written, and counted as such.
Source: https://ohdsi.github.io/CommonDataModel/cdm54.html.
"""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from riskmodels.cohorts.omop.gaps import STANDARD_EQUALS, STANDARD_SEXES, standard_units
from riskmodels.cohorts.omop.meanings import EQUALS, Code, Meaning, meanings, question_code
from riskmodels.criteria import HOURS_FASTING
from riskmodels.generated.written.people import (
    SAID,
    Person,
    Written,
    people_of,
    refuse_without_variables,
    strangers,
)
from riskmodels.interop.fhir.codes import FASTING, answer_code, measurements
from riskmodels.vocabulary import VOCABULARY, Kind

#: the first id that OMOP leaves to a site
FIRST_LOCAL = 2_000_000_001
#: columns by table: those that the CDM requires, and those that are filled
COLUMNS: dict[str, tuple[str, ...]] = {
    "person": ("person_id", "gender_concept_id", "year_of_birth", "month_of_birth", "day_of_birth", "race_concept_id",
               "ethnicity_concept_id", "person_source_value"),
    "observation_period": ("observation_period_id", "person_id", "observation_period_start_date",
                           "observation_period_end_date", "period_type_concept_id"),
    "visit_occurrence": ("visit_occurrence_id", "person_id", "visit_concept_id", "visit_start_date", "visit_end_date",
                         "visit_type_concept_id"),
    "measurement": ("measurement_id", "person_id", "measurement_concept_id", "measurement_date", "measurement_datetime",
                    "measurement_type_concept_id", "operator_concept_id", "value_as_number", "value_as_concept_id",
                    "unit_concept_id", "visit_occurrence_id", "measurement_source_value", "unit_source_value"),
    "observation": ("observation_id", "person_id", "observation_concept_id", "observation_date",
                    "observation_type_concept_id", "value_as_concept_id", "visit_occurrence_id",
                    "observation_source_value", "value_source_value"),
    "condition_occurrence": ("condition_occurrence_id", "person_id", "condition_concept_id", "condition_start_date",
                             "condition_type_concept_id", "visit_occurrence_id", "condition_source_value"),
    "drug_exposure": ("drug_exposure_id", "person_id", "drug_concept_id", "drug_exposure_start_date",
                      "drug_exposure_end_date", "drug_type_concept_id", "visit_occurrence_id", "drug_source_value"),
    "concept": ("concept_id", "concept_name", "domain_id", "vocabulary_id", "concept_class_id", "standard_concept",
                "concept_code", "valid_start_date", "valid_end_date", "invalid_reason"),
    "cdm_source": ("cdm_source_name", "cdm_source_abbreviation", "cdm_holder", "source_description", "cdm_version"),
}  # fmt: skip
#: an answer whose first code says more than the answer does: the one that says least
_SAYS_LEAST = {("smoking", "current"): ("SNOMED", "65568007")}
_VOCABULARIES = {"http://snomed.info/sct": "SNOMED", "http://loinc.org": "LOINC"}
_DOMAIN = {"measurement": "Measurement", "condition": "Condition", "drug": "Drug", "observation": "Observation"}
_NO = "“no” is not written: the CDM has no record of what somebody does not have"
_NO_CODE = "the app's OMOP reader has no code for it"
_NO_HOURS = "hours below 8, or without a glucose, have no code; from 8 on the code of a fasting glucose tells them"


def write_omop(table: pd.DataFrame, folder: Path, at: date) -> Written:
    """Write a table as OMOP CDM 5.4.

    Args:
        table: as a generator draws it.
        folder: which is there; a CSV a table is written into it.
        at: the day of everybody's one visit, at which ages hold.

    Returns:
        The files, how many people, and what the CDM has no place for.

    Raises:
        InputError: when no column has a code.
    """
    refuse_without_variables(table, "OMOP tables")
    paths = {name: folder / f"{name}.csv" for name in COLUMNS}
    with ExitStack() as stack:
        files = {
            name: csv.writer(stack.enter_context(path.open("w", encoding="utf-8", newline="")), lineterminator="\n")
            for name, path in paths.items()
        }
        for name, columns in COLUMNS.items():
            files[name].writerow(columns)
        cdm = _Cdm(files, at)
        for person in people_of(table, at):
            cdm.add(person)
        cdm.finish()
    return Written(tuple(paths.values()), cdm.people, strangers(table) | cdm.left_out)


@dataclass
class _Cdm:
    """The tables while they are written.

    Args:
        files: a CSV writer a table.
        at: the day of every visit.
        people: written so far.
        left_out: variable → why it, or one of its answers, is not written.
    """

    files: dict[str, Any]
    at: date
    people: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    _ids: dict[Code, tuple[int, str, str]] = field(default_factory=dict)
    _rows: Counter[str] = field(default_factory=Counter)

    def add(self, person: Person) -> None:
        """Write one person."""
        if person.born is None:
            self.left_out["age"] = "people without a known age are left out: the CDM requires a year of birth"
            return
        self.people += 1
        self._write("person", *self._born(person), 0, 0, person.id)
        day = self.at.isoformat()
        self._row("observation_period", person, (person.born or self.at).isoformat(), day, 0)
        self._row("visit_occurrence", person, 0, day, day, 0)
        for name, value in person.known.items():
            self._fact(person, name, value)

    def finish(self) -> None:
        """Write what stands once: the concepts that were used, and what all this is."""
        for (vocabulary, code), (id_, name, domain) in self._ids.items():
            self._write("concept", id_, name, domain, vocabulary, "Undefined", "", code, "1970-01-01", "2099-12-31", "")
        self._write("cdm_source", "Invented people", "invented", "nobody", SAID, "v5.4")

    def _born(self, person: Person) -> tuple[object, ...]:
        sex = next((id_ for id_, code in STANDARD_SEXES.items() if code == person.known.get("sex")), 0)
        day = person.born or self.at
        return (person.number, sex, day.year, day.month, day.day)

    def _fact(self, person: Person, name: str, value: float) -> None:
        if name in ("age", "sex"):
            return
        if VOCABULARY[name].kind is Kind.NUMBER:
            self._number(person, name, value)
        elif name == "smoking":
            self._smoking(person, value)
        elif value == 1:
            self._yes(person, name)
        else:
            self.left_out.setdefault(name, _NO if _meaning(name) else _NO_CODE)

    def _number(self, person: Person, name: str, value: float) -> None:
        if name == "fasting_hours":
            if "glucose" not in person.known or value < HOURS_FASTING:
                self.left_out[name] = _NO_HOURS
            return
        code = _loinc(name, person.known.get("fasting_hours", 0.0) >= HOURS_FASTING)
        if code is None:
            self.left_out[name] = _NO_CODE
            return
        unit = VOCABULARY[name].units[0]
        self._row(
            "measurement", person, self._id(code, VOCABULARY[name].label, "Measurement"), self.at.isoformat(),
            f"{self.at.isoformat()} 12:00:00", 0, self._id(EQUALS, "=", "Meas Value Operator"), f"{value:.12g}", "",
            self._id(("UCUM", unit.ucum), unit.symbol, "Unit"), person.number, " ".join(code), unit.ucum,
        )  # fmt: skip

    def _smoking(self, person: Person, value: float) -> None:
        question, answer = question_code(), _answer("smoking", value)
        self._row(
            "observation", person, self._id(question, VOCABULARY["smoking"].label, "Observation"),
            self.at.isoformat(), 0, self._id(answer, VOCABULARY["smoking"].format(value), "Meas Value"),
            person.number, " ".join(question), " ".join(answer),
        )  # fmt: skip

    def _yes(self, person: Person, name: str) -> None:
        meaning = _meaning(name)
        if meaning is None:
            self.left_out[name] = _NO_CODE
            return
        id_, day = self._id(meaning.code, VOCABULARY[name].label, _DOMAIN[meaning.kind]), self.at.isoformat()
        code = " ".join(meaning.code)
        if meaning.kind == "condition":
            self._row("condition_occurrence", person, id_, day, 0, person.number, code)
        elif meaning.kind == "drug":
            self._row("drug_exposure", person, id_, day, day, 0, person.number, code)
        else:
            self._row("observation", person, id_, day, 0, "", person.number, code, "")

    def _id(self, code: Code, name: str, domain: str) -> int:
        """The concept's id: OMOP's standard one where the reader knows it, else one that is left to a site."""
        if code not in self._ids:
            self._ids[code] = (_standard(code) or FIRST_LOCAL + len(self._ids), name, domain)
        return self._ids[code][0]

    def _row(self, table: str, person: Person, *cells: object) -> None:
        """A row that begins with its own id and the person's."""
        self._rows[table] += 1
        self._write(table, self._rows[table], person.number, *cells)

    def _write(self, table: str, *cells: object) -> None:
        self.files[table].writerow(cells)


def _standard(code: Code) -> int | None:
    if code == EQUALS:
        return STANDARD_EQUALS
    units = {ucum: id_ for id_, ucum in standard_units().items()}
    return units.get(code[1]) if code[0] == "UCUM" else None


@cache
def _loinc(name: str, fasting: bool) -> Code | None:
    """The code under which the canonical unit is measured; None where the reader has none."""
    if name == "glucose" and fasting:
        return ("LOINC", next(code for code in measurements() if code in FASTING and not measurements()[code].molar))
    code = ("LOINC", VOCABULARY[name].loinc)
    return code if any(m.kind == "measurement" and m.variable == name and m.code == code for m in meanings()) else None


@cache
def _meaning(name: str) -> Meaning | None:
    """The first code that says yes to a question."""
    asked = (m for m in meanings() if m.variable == name and m.kind in _DOMAIN and m.value == 1)
    return next((m for m in asked if m.rule == "use"), None)


@cache
def _answer(name: str, value: float) -> Code:
    """The code of an answer: the one that FHIR is written with where the reader has it, else the first it reads."""
    read = [m.code for m in meanings() if m.kind == "answer" and m.variable == name and m.value == value]
    word = next(c.word for c in VOCABULARY[name].choices if c.code == value)
    public = answer_code(name, value)
    written = (_VOCABULARIES.get(public.system, ""), public.code) if public else ("", "")
    return written if written in read else _SAYS_LEAST.get((name, word), read[0])
