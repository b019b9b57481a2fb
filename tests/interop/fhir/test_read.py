"""What is read from published-looking bundles of invented persons, and from single resources made for one rule."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from riskmodels.errors import InputError
from riskmodels.interop.fhir.read import FhirPatient, Version, read_bundle

FOLDER = Path(__file__).parent
TODAY = date(2026, 11, 24)
LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
Json = dict[str, Any]


def read_file(name: str, **options: Any) -> FhirPatient:
    return read_bundle((FOLDER / name).read_bytes(), TODAY, **options)


def patient(**changes: Any) -> Json:
    return {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-05-01"} | changes


def observation(code: str, value: Any, unit: str = "", when: str = "2026-11-01", **changes: Any) -> Json:
    body: Json = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": when,
    }
    if isinstance(value, dict):
        body |= value
    else:
        body["valueQuantity"] = {"value": value} | ({"unit": unit, "system": UCUM, "code": unit} if unit else {})
    return {name: part for name, part in (body | changes).items() if part is not None}


def condition(code: str, system: str = SNOMED, **changes: Any) -> Json:
    concept = {"coding": [{"system": system, "code": code}]}
    return {"resourceType": "Condition", "code": concept, "subject": {"reference": "Patient/p"}} | changes


def state(**codes: str) -> Json:
    """Statuses of a Condition, each a concept."""
    return {
        name: {"coding": [{"system": "http://terminology.hl7.org/x", "code": code}]} for name, code in codes.items()
    }


def statement(code: str, system: str = "http://www.whocc.no/atc", **changes: Any) -> Json:
    concept = {"coding": [{"system": system, "code": code}]}
    body = {"resourceType": "MedicationStatement", "status": "active", "subject": {"reference": "Patient/p"}}
    return body | {"medicationCodeableConcept": concept} | changes


def document(*resources: Json, **changes: Any) -> bytes:
    entries = [{"resource": deepcopy(resource)} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries} | changes).encode()


def read(*resources: Json, **options: Any) -> FhirPatient:
    first = () if any(r["resourceType"] == "Patient" for r in resources) else (patient(),)
    return read_bundle(document(*first, *resources), TODAY, **options)


def why(found: FhirPatient, name: str) -> str:
    """Why a variable was left out."""
    assert name not in found.found
    return "; ".join(problem.reason for problem in found.problems if problem.name == name)


class TestWholeBundles:
    def test_synthea_like_transaction_fills_what_a_visit_measured(self) -> None:
        found = read_file("synthea_like_r4.json")
        assert found.version is Version.R4
        assert found.values == {
            "age": 54,
            "sex": 0,
            "height": 164.2,
            "weight": 88.3,
            "bmi": 32.75,
            "systolic_bp": 142,
            "diastolic_bp": 86,
            "pulse": 77,
            "hypertension": 1,
            "bp_medication": 1,
            "total_cholesterol": 231,
            "hdl_cholesterol": 41,
            "ldl_cholesterol": 156,
            "triglycerides": 172,
            "uacr": 18.4,
            "smoking": 0,
        }

    def test_its_other_codes_are_listed(self) -> None:
        found = read_file("synthea_like_r4.json")
        assert {u.code.code for u in found.unknown} == {"72514-3", "195662009"}

    def test_german_laboratory_reports_in_moles(self) -> None:
        found = read_file("german_lab_r4.json")
        assert found.values["total_cholesterol"] == pytest.approx(228.15, abs=0.01)
        assert found.values["hba1c"] == pytest.approx(5.994, abs=0.001)
        assert found.values["creatinine"] == pytest.approx(0.9955, abs=0.0001)
        assert found.values["albumin"] == pytest.approx(4.3)
        assert found.units["total_cholesterol"] == "mmol/L"
        assert found.found["total_cholesterol"].reported == "5.9 mmol/l"

    def test_us_core_vitals_in_pounds_and_inches(self) -> None:
        found = read_file("us_core_vitals_r4.json")
        assert found.values["weight"] == pytest.approx(90.99, abs=0.01)
        assert found.values["height"] == pytest.approx(176.02, abs=0.01)
        assert found.values["uacr"] == 31
        assert found.values["pulse"] == 71

    def test_page_of_a_search_is_told_to_be_incomplete(self) -> None:
        assert "one page of several" in read_file("us_core_vitals_r4.json").remarks[0]

    def test_r5_is_recognised_by_its_medication(self) -> None:
        found = read_file("clinic_r5.json")
        assert found.version is Version.R5
        assert found.values["cholesterol_medication"] == 1
        assert found.values["systolic_bp"] == pytest.approx(126.01, abs=0.01)
        assert "stopped" in why(found, "insulin")

    def test_shorter_look_back_finds_less(self) -> None:
        assert "older than the look-back" in why(read_file("clinic_r5.json", look_back=timedelta(days=90)), "egfr")


class TestNewest:
    def test_newest_final_value_counts_whatever_the_order(self) -> None:
        rows = [observation("4548-4", v, "%", when) for v, when in ((7.1, "2026-03-01"), (6.2, "2026-10-01"))]
        assert read(*rows).values["hba1c"] == read(*rows[::-1]).values["hba1c"] == 6.2

    def test_instants_are_compared_across_time_zones(self) -> None:
        early = observation("4548-4", 6.1, "%", "2026-10-01T23:00:00-05:00")
        late = observation("4548-4", 6.4, "%", "2026-10-02T05:00:00+02:00")
        assert read(early, late).values["hba1c"] == 6.1

    @pytest.mark.parametrize("status", ["final", "amended", "corrected"])
    def test_usable_status(self, status: str) -> None:
        assert read(observation("4548-4", 6.2, "%", status=status)).found["hba1c"].status == status

    @pytest.mark.parametrize("status", ["preliminary", "entered-in-error", "registered", "cancelled", "unknown"])
    def test_other_status_is_reported_and_an_older_value_used(self, status: str) -> None:
        newer = observation("4548-4", 9.9, "%", "2026-11-10", status=status)
        found = read(newer, observation("4548-4", 6.2, "%"))
        assert found.values["hba1c"] == 6.2
        assert f"its status is {status}" in {p.reason for p in found.problems}

    def test_same_time_goes_to_the_one_issued_last_and_says_so(self) -> None:
        first = observation("4548-4", 6.2, "%", issued="2026-11-02T08:00:00Z")
        second = observation("4548-4", 6.3, "%", issued="2026-11-03T08:00:00Z")
        assert read(second, first).values["hba1c"] == 6.3

    def test_two_values_at_one_time_are_remarked_on(self) -> None:
        found = read(observation("4548-4", 6.2, "%"), observation("4548-4", 6.3, "%"))
        assert "another value stands at the same time: 6.2 %" in found.found["hba1c"].remark

    def test_history_counts_each_resource_once_in_its_last_version(self) -> None:
        old = observation("4548-4", 6.2, "%", id="a", meta={"lastUpdated": "2026-11-01T10:00:00Z"})
        new = old | {"status": "entered-in-error", "meta": {"lastUpdated": "2026-11-02T10:00:00Z"}}
        assert "hba1c" not in read(new, old).found

    def test_window_includes_its_first_day(self) -> None:
        assert "hba1c" in read(observation("4548-4", 6.2, "%", "2026-11-14"), look_back=timedelta(days=10)).found
        older = read(observation("4548-4", 6.2, "%", "2026-11-13"), look_back=timedelta(days=10))
        assert "older than the look-back" in why(older, "hba1c")

    def test_month_counts_from_its_first_day_and_is_shown_as_told(self) -> None:
        assert read(observation("4548-4", 6.2, "%", "2026-05")).found["hba1c"].when == "2026-05"
        assert "hba1c" not in read(observation("4548-4", 6.2, "%", "2024-11")).found

    def test_date_in_the_future_is_not_used(self) -> None:
        assert "future" in why(read(observation("4548-4", 6.2, "%", "2026-11-25")), "hba1c")

    def test_without_a_date_it_is_not_used(self) -> None:
        assert "no date" in why(read(observation("4548-4", 6.2, "%", effectiveDateTime=None)), "hba1c")

    def test_date_of_the_report_stands_in_and_says_so(self) -> None:
        body = observation("4548-4", 6.2, "%", effectiveDateTime=None, issued="2026-11-02T08:00:00Z")
        assert "date is that of the report" in read(body).found["hba1c"].remark


class TestQuantities:
    @pytest.mark.parametrize(
        ("code", "value", "unit", "name", "canonical"),
        [
            ("14647-2", 5.0, "mmol/L", "total_cholesterol", 193.35),
            ("35200-5", 200, "mg/dL", "total_cholesterol", 200),
            ("35200-5", 5.0, "mmol/L", "total_cholesterol", 193.35),
            ("59261-8", 48, "mmol/mol", "hba1c", 6.543),
            ("14682-9", 88.4, "umol/L", "creatinine", 1.0),
            ("9318-7", 30, "mg/g{creat}", "uacr", 30),
            ("32294-1", 3, "mg/mmol", "uacr", 26.52),
            ("8480-6", 16, "kPa", "systolic_bp", 120.01),
            ("98979-8", 88, "mL/min/{1.73_m2}", "egfr", 88),
            ("8867-4", 60, "{beats}/min", "pulse", 60),
        ],
    )
    def test_unit_is_read_by_its_code(self, code: str, value: float, unit: str, name: str, canonical: float) -> None:
        assert read(observation(code, value, unit)).values[name] == pytest.approx(canonical, rel=1e-4)

    @pytest.mark.parametrize(
        ("code", "unit", "reason"),
        [
            ("2093-3", "mmol/L", "contradict"),
            ("14647-2", "mg/dL", "contradict"),
            ("2093-3", "g/L", "outside 50–800"),
            ("2093-3", "nmol/L", "not accepted"),
            ("98979-8", "mL/min", "not accepted"),
            ("2093-3", "", "no unit"),
        ],
    )
    def test_unit_that_does_not_fit_is_never_guessed(self, code: str, unit: str, reason: str) -> None:
        found = read(observation(code, 42, unit))
        assert [p.reason for p in found.problems if reason in p.reason]
        assert not {"total_cholesterol", "hba1c", "egfr"} & set(found.found)

    def test_code_and_text_of_a_unit_that_differ_are_refused(self) -> None:
        quantity = {"value": 5, "unit": "mmol/L", "system": UCUM, "code": "mg/dL"}
        assert "is told as" in why(read(observation("35200-5", {"valueQuantity": quantity})), "total_cholesterol")

    def test_text_counts_where_there_is_no_ucum_code(self) -> None:
        found = read(observation("2093-3", {"valueQuantity": {"value": 180, "unit": "mg/dl"}}))
        assert found.values["total_cholesterol"] == 180

    def test_bound_is_no_number_and_hides_older_numbers(self) -> None:
        bound = {"valueQuantity": {"value": 0.6, "comparator": "<", "unit": "mg/L", "system": UCUM, "code": "mg/L"}}
        found = read(observation("1988-5", bound), observation("1988-5", 12, "mg/L", "2026-01-01"))
        assert "a bound" in why(found, "crp")
        assert "< 0.6 mg/L" in {p.reported for p in found.problems}

    def test_absent_data_stay_unknown_with_the_reason(self) -> None:
        reason = {"dataAbsentReason": {"coding": [{"system": "http://x", "code": "not-performed"}]}}
        assert "not-performed" in why(read(observation("2345-7", reason)), "glucose")

    def test_implausible_value_is_left_out_in_the_words_of_the_form(self) -> None:
        assert "1520 mmHg is outside 60–300" in why(read(observation("8480-6", 1520, "mm[Hg]")), "systolic_bp")

    def test_values_out_of_order_are_both_left_out(self) -> None:
        found = read(observation("8480-6", 80, "mm[Hg]"), observation("8462-4", 95, "mm[Hg]"))
        assert "is not below" in why(found, "systolic_bp")
        assert "is not below" in why(found, "diastolic_bp")

    def test_value_usual_in_another_unit_is_used_with_a_remark(self) -> None:
        assert "would not be" in read(observation("29463-7", 250, "kg")).found["weight"].remark

    def test_fasting_is_said_and_hours_are_not_made_up(self) -> None:
        found = read(observation("1558-6", 101, "mg/dL"))
        assert "hours fasted" in found.found["glucose"].remark
        assert "fasting_hours" not in found.found

    @pytest.mark.parametrize("code", ["33914-3", "62238-1", "48643-1", "88294-4"])
    def test_egfr_of_another_equation_is_not_used(self, code: str) -> None:
        assert "equation" in why(read(observation(code, 70, "mL/min/{1.73_m2}")), "egfr")

    def test_whole_blood_is_not_serum(self) -> None:
        assert "whole blood" in why(read(observation("2339-0", 99, "mg/dL")), "glucose")


class TestPanels:
    def panel(self, code: str = "85354-9", **upper: Any) -> Json:
        parts = [("8480-6", 142), ("8462-4", 86)]
        components = [
            {
                "code": {"coding": [{"system": LOINC, "code": c}]},
                "valueQuantity": {"value": v, "system": UCUM, "code": "mm[Hg]"},
            }
            for c, v in parts
        ]
        components[0] |= upper
        return observation(code, {"component": components})

    def test_components_are_read(self) -> None:
        found = read(self.panel())
        assert (found.values["systolic_bp"], found.values["diastolic_bp"]) == (142, 86)

    def test_components_of_an_unknown_panel_are_not(self) -> None:
        found = read(self.panel(code="12345-6"))
        assert "panel that is not known" in why(found, "systolic_bp")

    def test_pressures_of_different_days_are_remarked_on(self) -> None:
        found = read(observation("8480-6", 142, "mm[Hg]"), observation("8462-4", 86, "mm[Hg]", "2026-01-01"))
        assert "different days" in found.found["systolic_bp"].remark


class TestAnswers:
    @pytest.mark.parametrize(
        ("code", "answer"),
        [
            ("266919005", 0),
            ("405746006", 0.5),
            ("160618006", 0.5),
            ("8392000", 0.5),
            ("8517006", 1),
            ("449868002", 2),
            ("428041000124106", 2),
            ("428061000124105", 2),
        ],
    )
    def test_smoking_by_snomed(self, code: str, answer: float) -> None:
        value = {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": code}]}}
        assert read(observation("72166-2", value)).values["smoking"] == answer

    @pytest.mark.parametrize("codes", [("8392000", "266919005"), ("266919005", "8392000")])
    def test_of_several_codes_the_one_counts_that_says_more(self, codes: tuple[str, str]) -> None:
        value = {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": code} for code in codes]}}
        assert read(observation("72166-2", value)).values["smoking"] == 0

    @pytest.mark.parametrize("code", ["266927001", "77176002", "999"])
    def test_smoking_not_known_stays_unknown(self, code: str) -> None:
        value = {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": code}]}}
        assert "not one that the form has" in why(read(observation("72166-2", value)), "smoking")

    @pytest.mark.parametrize(("when", "told"), [("2026-10-01", True), ("2026-01-01", False)])
    def test_pregnancy_holds_for_a_while_only(self, when: str, told: bool) -> None:
        value = {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "77386006"}]}}
        assert ("pregnancy" in read(observation("82810-3", value, when=when)).found) is told


class TestPatient:
    @pytest.mark.parametrize(("born", "age"), [("1970-11-24", 56), ("1970-11-25", 55), ("2000-02-29", 26)])
    def test_age_in_completed_years(self, born: str, age: int) -> None:
        assert read(patient(birthDate=born)).values["age"] == age

    @pytest.mark.parametrize(
        ("born", "age", "remark"),
        [("1970", 55, "55 or 56"), ("1970-11", 55, "55 or 56"), ("1970-10", 56, ""), ("1970-12", 55, "")],
    )
    def test_partial_birth_date_gives_the_age_that_is_sure(self, born: str, age: int, remark: str) -> None:
        found = read(patient(birthDate=born)).found["age"]
        assert found.value == age
        assert remark in found.remark
        assert bool(remark) == bool(found.remark)

    def test_child_is_no_adult(self) -> None:
        assert "outside 18–110" in why(read(patient(birthDate="2020-01-01")), "age")

    def test_birth_in_the_future(self) -> None:
        assert "future" in why(read(patient(birthDate="2030-01-01")), "age")

    @pytest.mark.parametrize("gender", ["other", "unknown", None])
    def test_gender_that_is_no_sex_is_said(self, gender: str | None) -> None:
        person = {name: value for name, value in patient(gender=gender).items() if value}
        assert "choose the sex" in why(read(person), "sex")

    def test_sex_at_birth_that_differs_leaves_it_open(self) -> None:
        url = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
        assert "choose it" in why(read(patient(extension=[{"url": url, "valueCode": "M"}])), "sex")

    def test_deceased_is_said(self) -> None:
        assert read(patient(deceasedBoolean=True)).remarks == ("The patient is recorded as deceased.",)

    def test_names_and_identifiers_are_not_kept(self) -> None:
        found = read(patient(name=[{"family": "Planted"}], identifier=[{"value": "4711"}], telecom=[{"value": "0800"}]))
        assert set(found.identity) == {"id", "gender", "birthDate"}

    def test_values_do_not_stand_in_the_representation(self) -> None:
        shown = repr(read(patient(), observation("4548-4", 6.2, "%")))
        assert not any(text in shown for text in ("6.2", "1970", "2026"))


class TestSubject:
    def test_two_patients_are_refused(self) -> None:
        with pytest.raises(InputError, match="2 patients"):
            read(patient(), patient(id="q"))

    def test_two_subjects_without_a_patient_are_refused(self) -> None:
        other = observation("4548-4", 6.2, "%", subject={"reference": "Patient/q"})
        with pytest.raises(InputError, match="2 different patients"):
            read_bundle(document(observation("4548-4", 6.2, "%"), other), TODAY)

    def test_nobody_is_refused(self) -> None:
        with pytest.raises(InputError, match="no patient"):
            read_bundle(document(), TODAY)

    def test_one_subject_without_a_patient_is_read_without_age_and_sex(self) -> None:
        found = read_bundle(document(observation("4548-4", 6.2, "%")), TODAY)
        assert found.values == {"hba1c": 6.2}
        assert "no Patient" in found.remarks[0]

    @pytest.mark.parametrize("subject", [{"reference": "Patient/q"}, {"reference": "Group/p"}, None])
    def test_what_is_of_somebody_else_or_nobody_is_reported_and_not_used(self, subject: Json | None) -> None:
        found = read(observation("4548-4", 6.2, "%", subject=subject))
        assert "hba1c" not in found.found
        assert {"it is of another patient", "it names no patient"} & {p.reason for p in found.problems}

    @pytest.mark.parametrize("reference", ["Patient/p", "Patient/p/_history/3", "https://ehr.example.org/Patient/p"])
    def test_ways_to_name_the_patient(self, reference: str) -> None:
        assert "hba1c" in read(observation("4548-4", 6.2, "%", subject={"reference": reference})).found

    def test_same_id_on_another_server_is_another_patient(self) -> None:
        body = json.loads(document(patient(), observation("4548-4", 6.2, "%")))
        body["entry"][0]["fullUrl"] = "https://ehr.example.org/Patient/p"
        body["entry"][1]["resource"]["subject"]["reference"] = "https://elsewhere.example.org/Patient/p"
        assert "hba1c" not in read_bundle(json.dumps(body).encode(), TODAY).found

    def test_patient_may_be_named_by_identifier(self) -> None:
        known = {"system": "urn:mrn", "value": "1"}
        row = observation("4548-4", 6.2, "%", subject={"identifier": known})
        assert "hba1c" in read(patient(identifier=[known]), row).found

    def test_observation_about_somebody_else_is_not_used(self) -> None:
        assert "hba1c" not in read(observation("4548-4", 6.2, "%", focus=[{"reference": "Patient/q"}])).found

    def test_modifier_extension_forbids_reading(self) -> None:
        found = read(observation("4548-4", 6.2, "%", modifierExtension=[{"url": "http://x", "valueBoolean": True}]))
        assert "hba1c" not in found.found


class TestConditions:
    @pytest.mark.parametrize(
        ("system", "code", "name"),
        [
            ("http://hl7.org/fhir/sid/icd-10-cm", "E11.65", "diabetes"),
            ("http://hl7.org/fhir/sid/icd-10", "I10", "hypertension"),
            ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "I25.2", "heart_attack"),
            ("http://hl7.org/fhir/sid/icd-10", "I25.13", "coronary_disease"),
            ("http://hl7.org/fhir/sid/icd-10", "I11.0", "heart_failure"),
            ("http://hl7.org/fhir/sid/icd-10", "I63.9", "stroke"),
            ("http://hl7.org/fhir/sid/icd-10", "O24.4", "gestational_diabetes"),
            ("http://hl7.org/fhir/sid/icd-10", "Z83.3", "family_history_diabetes"),
            (SNOMED, "44054006", "diabetes"),
            (SNOMED, "194828000", "angina"),
            ("http://hl7.org/fhir/sid/icd-10", "I48.1", "atrial_fibrillation"),
            ("http://hl7.org/fhir/sid/icd-10", "G45.9", "tia_embolism"),
            ("http://hl7.org/fhir/sid/icd-10", "Z99.2", "dialysis_or_transplant"),
            (SNOMED, "49436004", "atrial_fibrillation"),
            (SNOMED, "399957001", "peripheral_artery_disease"),
        ],
    )
    def test_diagnosis_is_yes(self, system: str, code: str, name: str) -> None:
        assert read(condition(code, system)).values[name] == 1

    @pytest.mark.parametrize("code", ["O24.4", "R73.0", "E87.1", "I27.0", "G45.9"])
    def test_neighbouring_diagnosis_is_not(self, code: str) -> None:
        found = read(condition(code, "http://hl7.org/fhir/sid/icd-10"))
        assert not {"diabetes", "hypertension", "stroke"} & set(found.found)

    def test_absence_stays_unknown(self) -> None:
        assert set(read().found) == {"age", "sex"}

    @pytest.mark.parametrize("verified", ["refuted", "entered-in-error", "differential"])
    def test_refuted_is_neither_yes_nor_no(self, verified: str) -> None:
        assert "the diagnosis is" in why(read(condition("44054006", **state(verificationStatus=verified))), "diabetes")

    def test_provisional_is_told_with_a_remark(self) -> None:
        found = read(condition("44054006", **state(verificationStatus="provisional")))
        assert "provisional" in found.found["diabetes"].remark

    @pytest.mark.parametrize(
        ("code", "name", "told"), [("22298006", "heart_attack", True), ("44054006", "diabetes", False)]
    )
    def test_resolved_event_was_told_and_resolved_disease_is_asked(self, code: str, name: str, told: bool) -> None:
        assert (name in read(condition(code, **state(clinicalStatus="resolved"))).found) is told

    def test_old_diagnosis_has_no_look_back(self) -> None:
        assert read(condition("22298006", onsetDateTime="1999")).found["heart_attack"].when == "1999"

    @pytest.mark.parametrize("mark", ["A", "V"])
    def test_german_mark_for_excluded_and_suspected(self, mark: str) -> None:
        url = "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit"
        body = condition("E11.9", "http://fhir.de/CodeSystem/bfarm/icd-10-gm")
        body["code"]["coding"][0]["extension"] = [{"url": url, "valueCoding": {"system": "urn:x", "code": mark}}]
        assert "the diagnosis is" in why(read(body), "diabetes")


class TestMedication:
    @pytest.mark.parametrize(
        ("code", "name"),
        [
            ("C09AA05", "bp_medication"),
            ("C10AA05", "cholesterol_medication"),
            ("A10AE04", "insulin"),
            ("A10BA02", "glucose_pills"),
        ],
    )
    def test_atc_group(self, code: str, name: str) -> None:
        assert read(statement(code)).values[name] == 1

    @pytest.mark.parametrize("code", ["C02KX01", "A10BJ06", "C01AA05", "C"])
    def test_medicine_for_something_else(self, code: str) -> None:
        assert not {"bp_medication", "glucose_pills"} & set(read(statement(code)).found)

    def test_rxnorm_ingredient(self) -> None:
        found = read(statement("6809", "http://www.nlm.nih.gov/research/umls/rxnorm"))
        assert found.values["glucose_pills"] == 1

    @pytest.mark.parametrize("status", ["stopped", "completed", "on-hold", "entered-in-error", "not-taken"])
    def test_only_what_is_taken(self, status: str) -> None:
        assert f"its status is {status}" in why(read(statement("A10AE04", status=status)), "insulin")

    def test_what_has_ended_is_not_taken(self) -> None:
        assert "ended on 2026-01" in why(read(statement("A10AE04", effectivePeriod={"end": "2026-01"})), "insulin")

    def test_contained_medication_is_followed(self) -> None:
        body = statement("C10AA05", medicationReference={"reference": "#m"})
        drug = {"resourceType": "Medication", "id": "m", "code": body.pop("medicationCodeableConcept")}
        assert "cholesterol_medication" in read(body | {"contained": [drug]}).found

    def test_medication_elsewhere_is_not_fetched(self) -> None:
        body = statement("C10AA05", medicationReference={"reference": "https://ehr.example.org/Medication/1"})
        del body["medicationCodeableConcept"]
        assert "cholesterol_medication" not in read(body).found

    @pytest.mark.parametrize(("intent", "taken"), [("order", True), ("plan", False), ("proposal", False)])
    def test_order_counts_and_a_plan_does_not(self, intent: str, taken: bool) -> None:
        body = statement("A10AE04") | {"resourceType": "MedicationRequest", "intent": intent}
        assert ("insulin" in read(body).found) is taken


class TestSeveralCodings:
    @pytest.mark.parametrize(
        "codings",
        [
            [
                {"system": SNOMED, "code": "410516002"},
                {"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "refuted"},
            ],
            [{"code": "refuted"}],
        ],
    )
    def test_a_refuted_diagnosis_stays_refuted_behind_another_code_and_without_a_system(self, codings: Json) -> None:
        found = read(condition("230690007", verificationStatus={"coding": codings}))
        assert "refuted" in why(found, "stroke")

    def test_an_egfr_that_one_of_its_codes_calls_mdrd_is_not_used(self) -> None:
        both = {"coding": [{"system": LOINC, "code": code} for code in ("98979-8", "33914-3")]}
        found = read(observation("98979-8", 55, "mL/min/{1.73_m2}") | {"code": both})
        assert "MDRD" in why(found, "egfr")


@pytest.mark.parametrize(("recorded", "expected"), [("2026-11-10", 1.0), ("2026-04-01", 0.0)])
def test_an_older_not_pregnant_gives_way_to_a_pregnancy_and_a_newer_one_does_not(
    recorded: str, expected: float
) -> None:
    answer = {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "60001007"}]}}
    pregnant = condition("77386006", recordedDate=recorded, **state(clinicalStatus="active"))
    found = read(observation("82810-3", answer, when="2026-06-01"), pregnant).found["pregnancy"]
    assert found.value == expected
    assert "contradicts" in found.remark


def test_tirzepatide_is_injected_and_no_pill_for_glucose() -> None:
    found = read(statement("A10BX16"))
    assert "glucose_pills" not in found.found
    assert any("tirzepatide" in problem.reason for problem in found.problems)
