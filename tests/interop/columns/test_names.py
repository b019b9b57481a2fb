"""What a column is called → which variable, and in which unit when its name says it."""

from __future__ import annotations

import pytest

from riskmodels.interop.columns.mapping import UNKNOWN
from riskmodels.interop.columns.names import compact, match_name, recognised_dataset, synonyms
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY


@pytest.mark.parametrize(
    ("header", "variable", "unit"),
    [
        ("SBP (mmHg)", "systolic_bp", "mmHg"),
        ("sysBP", "systolic_bp", ""),
        ("trestbps", "systolic_bp", "mmHg"),
        ("BPXSY1", "systolic_bp", "mmHg"),
        ("systolic_bp [mm[Hg]]", "systolic_bp", "mmHg"),
        ("chol_mmol_l", "total_cholesterol", "mmol/L"),
        ("total_chol_mmol", "total_cholesterol", "mmol/L"),
        ("chol", "total_cholesterol", ""),
        ("HbA1c_mmol_mol", "hba1c", "mmol/mol"),
        ("HbA1c [mmol/mol]", "hba1c", "mmol/mol"),
        ("HbA1c (%)", "hba1c", "%"),
        ("4548-4", "hba1c", "%"),
        ("loinc_2093_3", "total_cholesterol", "mg/dL"),
        ("Größe (cm)", "height", "cm"),
        ("GROESSE", "height", ""),
        ("Blutdruck systolisch", "systolic_bp", ""),
        ("Gesamtcholesterin [mmol/l]", "total_cholesterol", "mmol/L"),
        ("Nüchternglukose [mmol/L]", "glucose", "mmol/L"),
        ("Kreatinin (µmol/l)", "creatinine", "µmol/L"),
        ("Kreatinin (μmol/l)", "creatinine", "µmol/L"),
        ("Geschlecht", "sex", ""),
        ("Raucher (ja/nein)", "smoking", ""),
        ("LDL-C", "ldl_cholesterol", ""),
        ("weight_lbs", "weight", "lb"),
        ("eGFR (mL/min/1.73m2)", "egfr", "mL/min/1.73 m²"),
        ("systolic bp baseline", "systolic_bp", ""),
        ("triglicerides", "triglycerides", ""),
    ],
)
def test_name_is_known(header: str, variable: str, unit: str) -> None:
    found = match_name(header)
    assert (found.variable, found.unit) == (variable, unit)
    assert found.evidence


@pytest.mark.parametrize(
    "header", ["AgeStoppedBreastfeedingdays", "ward", "BMI Category", "Physical Activity Level", "Blood Pressure", "x"]
)
def test_name_that_only_contains_one_is_not_taken(header: str) -> None:
    assert match_name(header).variable == ""


def test_meaning_is_that_of_the_data_set() -> None:
    assert match_name("Insulin", "pima").variable == ""
    assert match_name("Insulin").variable == "insulin"


@pytest.mark.parametrize(
    ("headers", "dataset"),
    [
        ("age sex cp trestbps chol fbs restecg thalach exang oldpeak slope ca thal num", "uci_heart"),
        ("SEQN RIAGENDR RIDAGEYR BMXBMI", "nhanes"),
        ("age sex chol", ""),
    ],
)
def test_data_set_is_recognised_by_its_columns(headers: str, dataset: str) -> None:
    found = recognised_dataset(headers.split())
    assert (found.name if found else "") == dataset


class TestTable:
    def test_every_entry_is_of_the_vocabulary_and_has_a_source(self) -> None:
        for entry in synonyms():
            assert entry.source, entry
            if entry.variable != "-":
                units = VOCABULARY[entry.variable].units
                assert not entry.unit or find_unit(units, entry.unit).symbol == entry.unit

    def test_every_code_means_an_answer(self) -> None:
        for entry in synonyms():
            if entry.variable != "-":
                words = {c.word for c in VOCABULARY[entry.variable].choices} | {UNKNOWN}
                assert {code.means for code in entry.codes} <= words, entry

    def test_no_name_stands_for_two_variables(self) -> None:
        meant: dict[tuple[str, str], str] = {}
        for entry in synonyms():
            key = (entry.dataset, compact(entry.name))
            assert meant.setdefault(key, entry.variable) == entry.variable, entry
