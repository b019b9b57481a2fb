"""Medicine by product: by code, by the words of any system, by reference; doses; and what was not matched."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from riskmodels.checks import check
from riskmodels.interop.fhir.read import FhirPatient, read_bundle
from riskmodels.scores.prevent import prevent
from riskmodels.vocabulary import VOCABULARY
from tests.interop.fhir.invented import RXNORM, bundles, order, product
from tests.interop.fhir.test_read import SNOMED, TODAY, document, patient, read, statement, why

DMD, NDC, ATC = "https://dmd.nhs.uk", "http://hl7.org/fhir/sid/ndc", "http://www.whocc.no/atc"
Json = dict[str, Any]


def taken(concept: Json, **changes: Any) -> FhirPatient:
    """An active order of it."""
    return read(order("m", concept, subject={"reference": "Patient/p"}, **changes))


def coded(system: str, code: str, words: str = "") -> Json:
    return {"coding": [{"system": system, "code": code} | ({"display": words} if words else {})]}


class TestProducts:
    @pytest.mark.parametrize(
        ("concept", "names"),
        [
            (product("314076", "lisinopril 10 MG Oral Tablet"), {"bp_medication"}),
            (product("197361", "amlodipine 5 MG Oral Tablet"), {"bp_medication"}),
            (product("312961", "simvastatin 20 MG Oral Tablet"), {"cholesterol_medication"}),
            (product("617318", "atorvastatin 20 MG Oral Tablet [Lipitor]"), {"cholesterol_medication"}),
            (product("749785", "{7 (lisinopril 10 MG Oral Tablet) } Pack"), {"bp_medication"}),
            (coded(DMD, "39733211000001101", "Atorvastatin 40mg tablets"), {"cholesterol_medication"}),
            (coded(SNOMED, "320029006", "Product containing precisely amlodipine 5 mg oral tablet"), {"bp_medication"}),
            (coded(NDC, "0071-0155-23", "Lipitor 10 MG Oral Tablet"), {"cholesterol_medication"}),
            ({"text": "Atorvastatin 40 mg tablet"}, {"cholesterol_medication"}),
            ({"text": "Insulin glargine 100 units/mL pen"}, {"insulin"}),
            ({"text": "Janumet 50/1000"}, {"glucose_pills"}),
            ({"text": "Caduet 5/10"}, {"bp_medication", "cholesterol_medication"}),
            ({"text": "sitagliptin and simvastatin"}, {"glucose_pills", "cholesterol_medication"}),
            ({"text": "atorvastatin/perindopril"}, {"bp_medication", "cholesterol_medication"}),
        ],
    )
    def test_words_answer_all_classes_and_are_marked(self, concept: Json, names: set[str]) -> None:
        found = taken(concept)
        assert {name for name in found.found if name not in ("age", "sex")} == names
        assert set(found.by_name) == names
        assert found.unknown == ()

    @pytest.mark.parametrize(
        ("code", "names"),
        [
            ("C10BA02", {"cholesterol_medication"}),
            ("C10BX03", {"bp_medication", "cholesterol_medication"}),
            ("C10BX11", {"bp_medication", "cholesterol_medication"}),
            ("C10BX05", {"cholesterol_medication"}),
            ("A10BD07", {"glucose_pills"}),
            ("A10BH51", {"glucose_pills", "cholesterol_medication"}),
            ("C03DA54", {"glucose_pills", "bp_medication"}),
            ("C09BB04", {"bp_medication"}),
            ("C09DA01", {"bp_medication"}),
            ("A10AE56", {"insulin"}),
        ],
    )
    def test_a_combination_by_its_atc_code(self, code: str, names: set[str]) -> None:
        found = taken(coded(ATC, code))
        assert set(found.found) - {"age", "sex"} == names
        assert found.by_name == {}

    @pytest.mark.parametrize(
        "concept",
        [
            {"text": "Timolol 0.5% eye drops"},
            coded(RXNORM, "313423", "Timolol maleate 5 MG/ML Ophthalmic Solution"),
            coded(RXNORM, "10600", "timolol ophthalmic"),
            coded(ATC, "S01ED01", "Timolol 10 mg tablet"),
            {"text": "BD insulin syringe 1 mL"},
            {"text": "glucose test strips"},
            {"text": "Nystatin oral suspension"},
            {"text": "statin intolerance"},
            {"text": "lisinopril allergy"},
            {"text": "Minoxidil topical 5 %"},
            coded(RXNORM, "314076"),
            coded(SNOMED, "73211009"),
        ],
    )
    def test_what_only_resembles_answers_nothing(self, concept: Json) -> None:
        found = taken(concept)
        assert set(found.found) == {"age", "sex"}
        assert len(found.unmatched) == 1

    @pytest.mark.parametrize("route", [{"display": "Ophthalmic route"}, {}])
    def test_a_route_to_the_eyes_counts_whatever_the_name(self, route: Json) -> None:
        dosage = [{"route": {"coding": [{"system": SNOMED, "code": "54485002"} | route]}}]
        assert "eyes" in why(taken({"text": "timolol 5 mg tablet"}, dosageInstruction=dosage), "bp_medication")

    def test_the_form_of_a_medication_counts_whatever_the_name(self) -> None:
        drug = {"resourceType": "Medication", "id": "m", "code": {"text": "timolol 5 mg oral"}}
        drug |= {"form": {"text": "Ophthalmic solution"}}
        body = order("m", medicationReference={"reference": "#m"}, contained=[drug], subject={"reference": "Patient/p"})
        assert "eyes" in why(read(body), "bp_medication")

    def test_a_medicine_of_another_class_is_no_problem_and_is_listed(self) -> None:
        found = taken(coded(ATC, "S01ED01", "Timolol"))
        assert [m.name for m in found.unmatched] == ["Timolol"]
        assert not [p for p in found.problems if p.what == "Medication"]

    def test_a_glp_1_analogue_by_its_name_is_told_with_the_reason(self) -> None:
        found = taken({"text": "Ozempic 1 mg pen"})
        assert "glucose_pills" not in found.found
        assert any("GLP-1" in problem.reason for problem in found.problems)

    def test_a_code_goes_before_a_name(self) -> None:
        statin = order("1", {"text": "Zocor 20 mg"}, subject={"reference": "Patient/p"})
        found = read(statin, statement("C10AA05"))
        assert found.found["cholesterol_medication"].code.code == "C10AA05"
        assert found.by_name == {}

    def test_an_ingredient_that_is_coded_asks_for_the_other_one_only(self) -> None:
        found = taken(coded(RXNORM, "83367", "amlodipine 5 MG / atorvastatin 10 MG Oral Tablet"))
        assert set(found.by_name) == {"bp_medication"}
        assert not found.found["cholesterol_medication"].by_name


DRUG: Json = {"resourceType": "Medication", "id": "m", "code": {"text": "Ramipril 5 mg capsule"}}


class TestReferences:
    def ordered(self, reference: Json, **changes: Any) -> Json:
        return order("o", medicationReference=reference, subject={"reference": "Patient/p"}, **changes)

    def test_contained(self) -> None:
        assert "bp_medication" in read(self.ordered({"reference": "#m"}, contained=[DRUG])).by_name

    @pytest.mark.parametrize("reference", ["Medication/m", "Medication/m/_history/2"])
    def test_in_the_bundle(self, reference: str) -> None:
        assert "bp_medication" in read(self.ordered({"reference": reference}), DRUG).by_name

    def test_elsewhere_by_the_words_of_the_reference(self) -> None:
        found = read(self.ordered({"reference": "Medication/9", "display": "Ramipril 5 mg"}))
        assert found.by_name["bp_medication"][0].name == "Ramipril 5 mg"

    def test_ingredients_of_a_medication_without_a_code_of_its_own(self) -> None:
        parts = [("6809", "500"), ("593411", "50")]
        ingredient = [
            {
                "itemCodeableConcept": coded(RXNORM, code),
                "strength": {
                    "numerator": {"value": int(amount), "unit": "mg"},
                    "denominator": {"value": 1, "unit": "tablet"},
                },
            }
            for code, amount in parts
        ]
        found = read(
            self.ordered(
                {"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m", "ingredient": ingredient}]
            )
        )
        assert found.values["glucose_pills"] == 1
        assert found.medicines[0].atc == ("A10BA02", "A10BH01")
        assert found.medicines[0].strength == "500 mg / 50 mg"


class TestTaken:
    @pytest.mark.parametrize("status", ["stopped", "completed", "on-hold", "cancelled", "entered-in-error"])
    def test_a_name_counts_only_where_it_is_taken(self, status: str) -> None:
        found = taken({"text": "Atorvastatin 40 mg"}, status=status)
        assert f"its status is {status}" in why(found, "cholesterol_medication")
        assert found.unmatched == ()

    def test_as_needed_only_is_left_to_the_person(self) -> None:
        found = taken({"text": "Clonidine 0.1 mg tablet"}, dosageInstruction=[{"asNeededBoolean": True}])
        assert "as needed only" in why(found, "bp_medication")

    def test_what_was_not_matched_is_named_and_no_unknown_code(self) -> None:
        found = taken(product("966221", "Levothyroxine Sodium 0.05 MG Oral Tablet"))
        assert [m.name for m in found.unmatched] == ["Levothyroxine Sodium 0.05 MG Oral Tablet"]
        assert found.unknown == ()


class TestDosage:
    @pytest.mark.parametrize(
        ("dosage", "words", "times"),
        [
            ({"text": "1 tablet at night"}, "1 tablet at night", None),
            ({"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}}, "2 times a day", 2),
            ({"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}}, "once a week", 1 / 7),
            ({"timing": {"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}}}, "2 times a day", 2),
            ({"timing": {"repeat": {"when": ["MORN", "NIGHT"]}}}, "2 times a day", 2),
            ({"timing": {"code": {"coding": [{"code": "TID"}]}}}, "3 times a day", 3),
            ({"timing": {"code": {"text": "QOD"}}}, "every 2 days", 0.5),
            ({}, "", None),
        ],
    )
    def test_frequency(self, dosage: Json, words: str, times: float | None) -> None:
        (medicine,) = taken({"text": "Atorvastatin 40 mg"}, dosageInstruction=[dosage]).medicines
        assert medicine.dose == words
        assert medicine.dosages[0].times == (pytest.approx(times) if times else None)

    def test_amount_strength_and_frequency_are_kept(self) -> None:
        (medicine,) = taken(product("197361", "amlodipine 5 MG Oral Tablet")).medicines
        assert (medicine.strength, medicine.dose) == ("5 mg", "1 tablet, once a day")
        assert (medicine.dosages[0].amount, medicine.dosages[0].unit, medicine.dosages[0].times) == (1, "tablet", 1)

    def test_of_a_statement_in_r5(self) -> None:
        body = {
            "resourceType": "MedicationStatement",
            "status": "recorded",
            "subject": {"reference": "Patient/p"},
            "medication": {"concept": {"text": "Metformin 500 mg"}},
            "dosage": [{"text": "twice a day", "asNeeded": False}],
        }
        found = read_bundle(document(patient(), body), TODAY)
        assert set(found.by_name) == {"glucose_pills"}
        assert found.medicines[0].dose == "twice a day"


COUNTS = {
    "products": (3, 1, 1),
    "a combination in the bundle": (3, 0, 0),
    "contained, and insulin": (3, 0, 0),
}


@pytest.mark.parametrize("name", COUNTS)
def test_three_bundles_with_drugs_fill_prevent_whole(name: str) -> None:
    found = read_bundle(json.dumps(bundles()[name]).encode(), TODAY)
    fields, unmatched, not_taken = COUNTS[name]
    assert (len(found.by_name), len(found.unmatched)) == (fields, unmatched)
    assert sum(not m.taken for m in found.medicines) == not_taken
    assert len(found.found) == 11 + fields
    values = {k: v for k, v in found.values.items() if k in VOCABULARY}
    answer = prevent(check(pd.DataFrame([values])).frame).iloc[0]
    assert answer["missing"] in ("", (), [])
    assert 0 < answer["total_cvd_10y"] < 1
