"""Doses by the labels' bands, at their edges; what would decide where a fact is unknown; interactions."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodels.care.doses import Dose, doses_for, interactions_for
from riskmodels.care.doses.table import read_medicines
from riskmodels.care.guidance.facts import PatientFacts

DIABETES = {"age": 60.0, "sex": 1.0, "diabetes": 1.0}
FIBRILLATION = {"age": 70.0, "sex": 1.0, "atrial_fibrillation": 1.0}


def dose(name: str, **patient: float) -> Dose:
    (found,) = [each for each in doses_for(facts(**patient)) if each.medicine.name == name]
    return found


def facts(**patient: float) -> PatientFacts:
    return PatientFacts(pd.Series(patient, dtype=float), {}, {})


def with_clearance(clearance: float) -> dict[str, float]:
    """A man of 70 with it: (140 - 70) x 72 / (72 x creatinine)."""
    return FIBRILLATION | {"weight": 72.0, "creatinine": 70.0 / clearance}


@pytest.mark.parametrize(
    ("name", "egfr", "told"),
    [
        ("Metformin", 29.9, "Contraindicated"),
        ("Metformin", 30.0, "Do not start"),
        ("Metformin", 45.0, "Up to 2,000 mg"),
        ("Sitagliptin", 29.0, "25 mg"),
        ("Sitagliptin", 44.0, "50 mg"),
        ("Sitagliptin", 45.0, "100 mg"),
        ("Linagliptin", 10.0, "5 mg"),
        ("Empagliflozin", 19.0, "Do not start"),
        ("Empagliflozin", 25.0, "not for glucose"),
        ("Dapagliflozin", 24.0, "may go on"),
        ("Dapagliflozin", 45.0, "5–10 mg"),
    ],
)
def test_dose_by_egfr(name: str, egfr: float, told: str) -> None:
    assert told in dose(name, **DIABETES, egfr=egfr).dose


@pytest.mark.parametrize(
    ("name", "clearance", "told"),
    [
        ("Rivaroxaban", 50.0, "15 mg"),
        ("Rivaroxaban", 51.0, "20 mg"),
        ("Rivaroxaban", 14.0, "Avoid"),
        ("Dabigatran", 30.0, "75 mg"),
        ("Dabigatran", 31.0, "150 mg"),
        ("Edoxaban", 50.0, "30 mg"),
        ("Edoxaban", 95.0, "60 mg"),
        ("Edoxaban", 96.0, "Do not use"),
    ],
)
def test_dose_by_clearance(name: str, clearance: float, told: str) -> None:
    assert told in dose(name, **with_clearance(clearance)).dose


@pytest.mark.parametrize(
    ("patient", "told"),
    [
        ({"age": 80.0, "weight": 60.0, "creatinine": 1.0}, "2.5 mg"),
        ({"age": 80.0, "weight": 61.0, "creatinine": 1.0}, "5 mg"),
        ({"age": 79.0, "weight": 60.0, "creatinine": 1.5}, "2.5 mg"),
        ({"age": 80.0, "creatinine": 1.6}, "2.5 mg"),  # whatever the weight is
        ({"age": 70.0, "weight": 80.0}, "5 mg"),  # whatever creatinine is
    ],
)
def test_apixaban_by_two_of_three(patient: dict[str, float], told: str) -> None:
    assert dose("Apixaban", **FIBRILLATION | patient).dose.startswith(told)


def test_apixaban_says_what_would_decide() -> None:
    found = dose("Apixaban", **FIBRILLATION | {"age": 82.0, "weight": 70.0})
    assert (found.dose, found.why) == ("", "would need: creatinine")


def test_the_fact_that_decides_stands_beside_the_dose() -> None:
    assert dose("Sitagliptin", **DIABETES, egfr=44.6).why == "eGFR 44.6 mL/min/1.73 m²"
    assert dose("Rivaroxaban", **with_clearance(49.8)).why == "creatinine clearance 49.8 mL/min (Cockcroft–Gault)"


def test_an_unknown_clearance_is_told_by_what_it_needs() -> None:
    assert dose("Rivaroxaban", **FIBRILLATION).why == "would need: weight; creatinine"


def test_medicines_that_do_not_concern_the_patient_are_left_out() -> None:
    assert doses_for(facts(age=40.0, sex=1.0)) == []


def test_in_pregnancy_there_are_none() -> None:
    pregnant = facts(**DIABETES | {"sex": 0.0, "pregnancy": 1.0, "egfr": 90.0})
    assert (doses_for(pregnant), interactions_for(pregnant)) == ([], [])


@pytest.mark.parametrize("medicine", read_medicines(), ids=lambda medicine: medicine.name)
def test_bands_leave_no_gap_and_do_not_overlap(medicine) -> None:
    if medicine.bands[0].when is None or medicine.name == "Apixaban":
        return
    (name,) = {each.name for band in medicine.bands for each in band.when.comparisons()}
    for value in (1.0, 9.99, 10, 15, 19.99, 20, 24.99, 25, 30, 30.01, 40, 44.99, 45, 50, 50.01, 60, 95, 95.01, 150):
        patient = {"egfr": value} if name == "egfr" else with_clearance(value)
        assert sum(bool(band.when.holds(facts(**patient))) for band in medicine.bands) == 1


@pytest.mark.parametrize(
    ("taken", "told"), [({"bp_medication": 1.0}, "does not say which: check"), ({}, "Not known whether one is taken")]
)
def test_a_partner_that_the_record_does_not_name_is_to_be_checked(taken: dict[str, float], told: str) -> None:
    found = interactions_for(facts(**DIABETES, cholesterol_medication=1.0, **taken))
    (amlodipine,) = [each for each in found if "Amlodipine" in each.partner]
    assert told in amlodipine.status


def test_a_partner_that_is_not_taken_is_left_out() -> None:
    found = interactions_for(facts(**DIABETES, cholesterol_medication=1.0, bp_medication=0.0))
    assert not [each for each in found if "Amlodipine" in each.partner]


def test_a_partner_outside_the_record_is_asked_for() -> None:
    found = interactions_for(facts(**DIABETES, cholesterol_medication=1.0))
    (clarithromycin,) = [each for each in found if each.medicine == "Atorvastatin" and "Clarithromycin" in each.partner]
    assert clarithromycin.status == "Not in the record: ask."


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("Sitagliptin", ["eGFR below 30", "eGFR from 30 below 45", "eGFR from 45"]),
        ("Linagliptin", ["any kidney function"]),
        (
            "Apixaban",
            [f"{n} of age ≥ 80, weight ≤ 60 kg, creatinine ≥ 1.5 mg/dL" for n in ("two or more", "fewer than two")],
        ),
    ],
)
def test_bands_are_written_with_the_labels_limits(name: str, texts: list[str]) -> None:
    (medicine,) = [each for each in read_medicines() if each.name == name]
    assert [band.text for band in medicine.bands] == texts
