"""Observations as hospitals send them: dates in the report, panels in words, units in capitals, other methods."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from riskmodels.interop.fhir.read import FhirPatient, read_bundle, used_anyway
from tests.interop.fhir.test_read import (
    FOLDER,
    LOINC,
    SNOMED,
    TODAY,
    Json,
    condition,
    document,
    observation,
    patient,
    read,
    state,
    why,
)

EHR = "https://ehr.example.org/fhir/"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"


def undated(code: str = "2093-3", value: Any = 231, unit: str = "mg/dL", **changes: Any) -> Json:
    """An Observation that does not say when it was."""
    return observation(code, value, unit, effectiveDateTime=None, id="o", **changes)


def report(*references: str, **changes: Any) -> Json:
    body = {
        "resourceType": "DiagnosticReport",
        "id": "dr",
        "status": "final",
        "code": {"text": "Lipids"},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2026-10-01",
        "result": [{"reference": reference} for reference in references],
    }
    return {name: part for name, part in (body | changes).items() if part is not None}


def read_entries(*entries: tuple[str, Json], **changes: Any) -> FhirPatient:
    """A bundle whose entries have addresses."""
    import json

    found = json.loads(document(patient(), **changes))
    found["entry"] += [{"fullUrl": url, "resource": body} for url, body in entries]
    return read_bundle(json.dumps(found).encode(), TODAY)


def test_bundle_of_a_hospital_that_dates_nothing_itself() -> None:
    found = read_bundle((FOLDER / "hospital_r4.json").read_bytes(), TODAY)
    assert found.values == {
        "age": 57,
        "sex": 1,
        "systolic_bp": 150,
        "diastolic_bp": 90,
        "total_cholesterol": 231,
        "hdl_cholesterol": 50,
        "coronary_disease": 1,
    }
    assert {found.found[name].when for name in ("systolic_bp", "total_cholesterol", "hdl_cholesterol")} == {
        "2026-09-30"
    }
    assert list(found.offers) == ["glucose"]


class TestDates:
    def test_report_that_holds_it_tells_the_date_and_whose_it_is(self) -> None:
        found = read(undated(), report("Observation/o")).found["total_cholesterol"]
        assert found.when == "2026-10-01"
        assert "DiagnosticReport" in found.remark
        assert found.note == found.remark

    def test_by_the_address_of_the_entry(self) -> None:
        row = undated()
        found = read_entries(("urn:uuid:1", row), ("urn:uuid:2", report("urn:uuid:1")))
        assert found.found["total_cholesterol"].when == "2026-10-01"

    def test_by_an_absolute_address_with_a_version(self) -> None:
        held = report(f"{EHR}Observation/o/_history/2")
        found = read_entries((f"{EHR}Observation/o", undated()), (f"{EHR}DiagnosticReport/dr", held))
        assert found.found["total_cholesterol"].when == "2026-10-01"

    def test_contained_in_the_report_it_is_of_its_patient_and_its_date(self) -> None:
        inside = {name: part for name, part in undated().items() if name != "subject"} | {"id": "chol"}
        found = read(report("#chol", contained=[inside])).found["total_cholesterol"]
        assert (found.value, found.when) == (231, "2026-10-01")

    def test_contained_in_a_report_entered_in_error_it_is_not_used(self) -> None:
        inside = undated() | {"id": "chol"}
        found = read(report("#chol", contained=[inside], status="entered-in-error"))
        assert "entered-in-error" in why(found, "total_cholesterol")

    def test_period_of_a_report_ends_when_it_was(self) -> None:
        period = {"start": "2026-09-28", "end": "2026-09-30"}
        held = report("Observation/o", effectiveDateTime=None, effectivePeriod=period)
        assert read(undated(), held).found["total_cholesterol"].when == "2026-09-30"

    @pytest.mark.parametrize("changes", [{"subject": {"reference": "Patient/q"}}, {"status": "entered-in-error"}])
    def test_report_of_somebody_else_or_in_error_tells_nothing(self, changes: Json) -> None:
        assert "no date" in why(read(undated(), report("Observation/o", **changes)), "total_cholesterol")

    def test_visit_tells_its_first_day_and_how_long_it_lasted(self) -> None:
        visit = {
            "resourceType": "Encounter",
            "id": "e",
            "status": "finished",
            "class": {"code": "IMP"},
            "period": {"start": "2026-10-01", "end": "2026-10-09"},
        }
        found = read(undated(encounter={"reference": "Encounter/e"}), visit).found["total_cholesterol"]
        assert found.when == "2026-10-01"
        assert "until 2026-10-09" in found.note

    def test_specimen_goes_before_the_report(self) -> None:
        specimen = {
            "resourceType": "Specimen",
            "id": "s",
            "collection": {"collectedDateTime": "2026-09-29T07:00:00Z"},
        }
        found = read(undated(specimen={"reference": "Specimen/s"}), specimen, report("Observation/o"))
        assert found.found["total_cholesterol"].when == "2026-09-29"

    def test_panel_that_names_its_members_tells_theirs(self) -> None:
        panel = observation("57698-3", {"hasMember": [{"reference": "Observation/o"}]}, when="2026-10-02")
        assert read(undated(), panel).found["total_cholesterol"].when == "2026-10-02"

    def test_report_of_a_panel_tells_the_date_of_its_members(self) -> None:
        panel = observation(
            "57698-3", {"hasMember": [{"reference": "Observation/o"}]}, effectiveDateTime=None, id="lip"
        )
        found = read(undated(), panel, report("Observation/lip"))
        assert found.found["total_cholesterol"].when == "2026-10-01"

    def test_panels_that_hold_one_another_come_to_an_end(self) -> None:
        members = {"hasMember": [{"reference": "Observation/o"}, {"reference": "Observation/a"}]}
        rows = [observation("57698-3", members, effectiveDateTime=None, id=name) for name in ("a", "b")]
        assert "no date" in why(read(undated(), *rows), "total_cholesterol")

    def test_many_panels_that_hold_all_others_take_no_time(self) -> None:
        members = {"hasMember": [{"reference": f"Observation/{n}"} for n in range(300)]}
        rows = [observation("57698-3", members, effectiveDateTime=None, id=str(n)) for n in range(300)]
        began = process_time()
        read(*rows)
        assert process_time() - began < 20

    @pytest.mark.parametrize(("kind", "told"), [("collection", True), ("document", True), ("searchset", False)])
    def test_time_of_the_bundle_comes_last_and_not_that_of_a_search(self, kind: str, told: bool) -> None:
        data = document(patient(), undated(), type=kind, timestamp="2026-11-20T10:00:00Z")
        found = read_bundle(data, TODAY)
        assert ("total_cholesterol" in found.found) is told
        if told:
            assert found.found["total_cholesterol"].when == "2026-11-20"
            assert "then or earlier" in found.found["total_cholesterol"].remark

    def test_date_of_its_own_goes_before_all_others(self) -> None:
        row = observation("2093-3", 231, "mg/dL", "2026-11-01", id="o")
        found = read(row, report("Observation/o")).found["total_cholesterol"]
        assert (found.when, found.note) == ("2026-11-01", "")

    def test_last_of_several_times_counts(self) -> None:
        row = undated(effectiveTiming={"event": ["2026-09-01", "2026-09-03"]})
        assert read(row).found["total_cholesterol"].when == "2026-09-03"

    def test_newest_is_chosen_by_the_dates_of_the_reports(self) -> None:
        old, new = undated(value=200) | {"id": "old"}, undated(value=250) | {"id": "new"}
        reports = (
            report("Observation/new", effectiveDateTime="2026-10-05"),
            report("Observation/old", effectiveDateTime="2026-02-05", id="dr2"),
        )
        assert read(new, old, *reports).values["total_cholesterol"] == 250

    def test_hostile_holders_are_no_fault(self) -> None:
        odd: list[Any] = [
            {"resourceType": "DiagnosticReport", "result": "x", "subject": 3, "contained": {"a": 1}},
            {"resourceType": "DiagnosticReport", "result": [None, {"reference": 5}], "contained": [7]},
            {"resourceType": ["Encounter"], "id": {}},
            {"resourceType": "DiagnosticReport", "status": [], "id": 3, "effectivePeriod": [], "issued": {}},
            {
                "resourceType": "DiagnosticReport",
                "result": [{"reference": "Observation/o"}],
                "effectiveTiming": {"event": 1},
            },
            {"resourceType": "Specimen", "id": "s", "collection": "x", "subject": {"identifier": []}},
            {"resourceType": "Encounter", "period": 4, "subject": {"reference": 1}},
            {"resourceType": "Procedure", "code": {"coding": "x"}},
            {"resourceType": "Procedure", "code": {"coding": [None, 3]}},
        ]
        assert "no date" in why(read(undated(encounter={"reference": "Encounter/e"}), *odd), "total_cholesterol")


def test_lipid_panel_as_hl7_writes_it_is_read_whole() -> None:
    """The example of HL7: no dates but the report's, and codes of mass with moles."""
    rows = [("35200-5", 6.3), ("35217-9", 1.3), ("2085-9", 1.3), ("13457-7", 4.6)]
    lipids = [
        (f"{EHR}Observation/{code}", undated(code, value, "mmol/L") | {"id": code, "effectiveDateTime": None})
        for code, value in rows
    ]
    lipids = [(url, {name: part for name, part in body.items() if part is not None}) for url, body in lipids]
    held = report(*(f"Observation/{code}" for code, _ in rows), effectiveDateTime="2026-03-04T08:30:00+11:00")
    found = read_entries(*lipids, (f"{EHR}DiagnosticReport/lipids", held))
    assert found.values["total_cholesterol"] == pytest.approx(6.3 * 38.67)
    assert found.values["triglycerides"] == pytest.approx(1.3 * 88.57)
    assert found.values["hdl_cholesterol"] == pytest.approx(1.3 * 38.67)
    assert found.values["ldl_cholesterol"] == pytest.approx(4.6 * 38.67)
    assert "its unit counts" in found.found["hdl_cholesterol"].note


class TestCodeAndUnit:
    @pytest.mark.parametrize(
        ("code", "value", "unit", "name"),
        [("2345-7", 25, "mmol/L", "glucose"), ("14749-6", 20, "mg/dL", "glucose"), ("9318-7", 3, "mg/mmol", "uacr")],
    )
    def test_number_that_fits_both_units_is_not_used(self, code: str, value: float, unit: str, name: str) -> None:
        assert "contradict" in why(read(observation(code, value, unit)), name)

    def test_hba1c_in_moles_under_the_code_of_per_cent(self) -> None:
        assert read(observation("4548-4", 42, "mmol/mol")).values["hba1c"] == pytest.approx(5.99, abs=0.01)


class TestUnits:
    @pytest.mark.parametrize(
        ("code", "value", "unit", "name", "canonical"),
        [
            ("2093-3", 231, "MG/DL", "total_cholesterol", 231),
            ("2093-3", 231, "mg per dL", "total_cholesterol", 231),
            ("14647-2", 6, "MMOL/L", "total_cholesterol", 232.02),
            ("2093-3", 2.31, "g/L", "total_cholesterol", 231),
            ("4548-4", 6.2, "per cent", "hba1c", 6.2),
            ("4548-4", 6.2, "PERCENT", "hba1c", 6.2),
            ("8480-6", 142, "MM HG", "systolic_bp", 142),
            ("8480-6", 142, "mm Hg", "systolic_bp", 142),
            ("98979-8", 71, "ML/MIN/1.73M2", "egfr", 71),
            ("98979-8", 71, "mL/min/1.73 m²", "egfr", 71),
            ("14682-9", 88.4, "UMOL/L", "creatinine", 1.0),
            ("29463-7", 80, "KG", "weight", 80),
            ("29463-7", 80, "Kg", "weight", 80),
            ("8302-2", 1.7, "M", "height", 170),
            ("1988-5", 3, "MG/L", "crp", 3),
            ("8867-4", 60, "BPM", "pulse", 60),
            ("9318-7", 30, "mg/g creat", "uacr", 30),
        ],
    )
    def test_any_case_and_spelling(self, code: str, value: float, unit: str, name: str, canonical: float) -> None:
        told = {"valueQuantity": {"value": value, "unit": unit}}
        assert read(observation(code, told)).values[name] == pytest.approx(canonical, rel=1e-4)

    @pytest.mark.parametrize(
        ("code", "unit", "name"),
        [
            ("14647-2", "Mmol/L", "total_cholesterol"),
            ("2093-3", "Mg/dL", "total_cholesterol"),
            ("14647-2", "mm", "total_cholesterol"),
            ("14647-2", "MM", "total_cholesterol"),
            ("2093-3", "mg", "total_cholesterol"),
            ("98979-8", "mL/min", "egfr"),
            ("8302-2", "Mm", "height"),
        ],
    )
    def test_spelling_that_says_something_else_is_refused(self, code: str, unit: str, name: str) -> None:
        told = {"valueQuantity": {"value": 6, "unit": unit}}
        assert "not accepted" in why(read(observation(code, told)), name)

    def test_unit_that_the_form_does_not_offer_is_converted(self) -> None:
        found = read(observation("2093-3", 2.31, "g/L")).found["total_cholesterol"]
        assert (found.unit, found.reported) == ("mg/dL", "2.31 g/L")

    @pytest.mark.parametrize(("text", "value"), [("231 mg/dL", 231), ("231 MG/DL (high)", 231), ("231,5 mg/dl", 231.5)])
    def test_value_that_stands_in_a_text(self, text: str, value: float) -> None:
        assert read(observation("2093-3", {"valueString": text})).values["total_cholesterol"] == value

    @pytest.mark.parametrize("text", ["231", "high", "2,310 mg/dL", "231 mg/dL or so", "200-240 mg/dL"])
    def test_text_that_is_no_value_with_a_unit_is_listed(self, text: str) -> None:
        assert why(read(observation("2093-3", {"valueString": text})), "total_cholesterol")

    def test_bound_in_a_text_is_a_bound(self) -> None:
        assert "a bound" in why(read(observation("1988-5", {"valueString": "< 0.6 mg/L"})), "crp")


class TestPressures:
    @pytest.mark.parametrize("code", ["85354-9", "55284-4"])
    @pytest.mark.parametrize("text", ["150/90", " 150 / 90 mmHg", "BP: 150/90", "150/90 mm Hg (sitting)", "RR 150/90"])
    def test_text_is_read_and_said(self, code: str, text: str) -> None:
        found = read(observation(code, {"valueString": text}))
        assert (found.values["systolic_bp"], found.values["diastolic_bp"]) == (150, 90)
        assert "read from the text" in found.found["systolic_bp"].note

    def test_kilopascals_are_read_where_they_are_named(self) -> None:
        found = read(observation("85354-9", {"valueString": "20/12 kPa"}))
        assert found.values["systolic_bp"] == pytest.approx(150.01, abs=0.01)

    @pytest.mark.parametrize(
        "value",
        [
            {"valueString": "normal"},
            {"valueString": "150/90/70"},
            {"valueString": "148/88, 150/90"},
            {"valueQuantity": {"value": 150, "unit": "mmHg"}},
            {"valueInteger": 150},
            {},
            {"component": [{"code": {"text": "Systolic"}, "valueQuantity": {"value": 150, "unit": "mmHg"}}]},
            {
                "component": [
                    {"code": {"coding": [{"system": LOINC, "code": "8867-4"}]}, "valueQuantity": {"value": 71}}
                ]
            },
            {"dataAbsentReason": {"coding": [{"system": "http://x", "code": "not-performed"}]}},
        ],
    )
    def test_panel_that_cannot_be_read_has_a_line(self, value: Json) -> None:
        found = read(observation("85354-9", value))
        assert "systolic_bp" not in found.found
        assert [p.reason for p in found.problems if p.what == "Blood pressure"]

    @pytest.mark.parametrize("text", ["20/12", "90/150", "1500/90"])
    def test_pair_that_is_no_pressure_in_mmhg_is_left_out_with_the_reason(self, text: str) -> None:
        found = read(observation("85354-9", {"valueString": text}))
        assert "systolic_bp" not in found.found
        assert found.problems

    def test_status_and_window_hold_for_a_text(self) -> None:
        assert "entered-in-error" in why(
            read(observation("85354-9", {"valueString": "150/90"}, status="entered-in-error")), "systolic_bp"
        )

    def test_lab_panel_without_values_has_a_line_and_one_that_names_members_none(self) -> None:
        assert read(observation("57698-3", {})).problems[0].reason == "a panel without values that are known"
        assert not read(observation("57698-3", {"hasMember": [{"reference": "Observation/x"}]})).problems

    def test_by_snomed(self) -> None:
        parts = [("271649006", 150), ("271650006", 90)]
        components = [
            {
                "code": {"coding": [{"system": SNOMED, "code": code}]},
                "valueQuantity": {"value": value, "unit": "mmHg"},
            }
            for code, value in parts
        ]
        code = {"coding": [{"system": SNOMED, "code": "75367002"}]}
        found = read(observation("", {"component": components}) | {"code": code})
        assert (found.values["systolic_bp"], found.values["diastolic_bp"]) == (150, 90)
        assert found.found["systolic_bp"].source == "SNOMED CT 271649006"

    def test_by_snomed_alone(self) -> None:
        code = {"coding": [{"system": SNOMED, "code": "271650006"}]}
        assert read(observation("", 90, "mm[Hg]") | {"code": code}).values["diastolic_bp"] == 90

    def test_position_is_said(self) -> None:
        found = read(observation("8461-6", 150, "mm[Hg]")).found["systolic_bp"]
        assert "measured lying down" in found.note


class TestCodes:
    @pytest.mark.parametrize(
        ("code", "value", "unit", "name"),
        [
            ("96259-7", 131, "mg/dL", "ldl_cholesterol"),
            ("3137-7", 170, "cm", "height"),
            ("8461-6", 142, "mm[Hg]", "systolic_bp"),
            ("76534-7", 142, "mm[Hg]", "systolic_bp"),
            ("17855-8", 6.2, "%", "hba1c"),
            ("30000-4", 30, "mg/g", "uacr"),
        ],
    )
    def test_read(self, code: str, value: float, unit: str, name: str) -> None:
        assert read(observation(code, value, unit)).values[name] == value

    @pytest.mark.parametrize(
        ("code", "value", "unit", "name", "reason"),
        [
            ("41653-7", 104, "mg/dL", "glucose", "capillary"),
            ("59826-8", 88, "umol/L", "creatinine", "whole blood"),
            ("2350-7", 104, "mg/dL", "glucose", "urine"),
            ("27353-2", 126, "mg/dL", "glucose", "computed from HbA1c"),
            ("1518-0", 126, "mg/dL", "glucose", "glucose load"),
            ("86911-5", 70, "mg/dL", "ldl_cholesterol", "a goal"),
            ("14956-7", 30, "mg/(24.h)", "uacr", "over hours"),
            ("33914-3", 70, "mL/min/{1.73_m2}", "egfr", "MDRD"),
            ("62388-4", 5.9, "%", "hba1c", "JDS"),
            ("8478-0", 95, "mm[Hg]", "systolic_bp", "mean arterial"),
        ],
    )
    def test_named_and_refused(self, code: str, value: float, unit: str, name: str, reason: str) -> None:
        assert reason in why(read(observation(code, value, unit)), name)

    def test_refused_bound_does_not_hide_an_older_number(self) -> None:
        bound = {"valueQuantity": {"value": 15, "comparator": "<", "unit": "mg/dL"}}
        found = read(observation("2350-7", bound), observation("2345-7", 104, "mg/dL", "2026-05-01"))
        assert found.values["glucose"] == 104


class TestAnyway:
    def test_value_of_another_method_is_offered_and_used_with_the_reason(self) -> None:
        found = read(observation("2339-0", 104, "mg/dL"))
        assert "glucose" not in found.found
        assert found.offers["glucose"].value == 104
        used = used_anyway(found, ["glucose"])
        assert used.values["glucose"] == 104
        assert "whole blood" in used.found["glucose"].note
        assert not [p for p in used.problems if p.name == "glucose"]

    def test_nothing_chosen_changes_nothing(self) -> None:
        found = read(observation("2339-0", 104, "mg/dL"))
        assert used_anyway(found, []).values == found.values

    @pytest.mark.parametrize("code", ["2350-7", "86911-5", "27353-2"])
    def test_what_is_another_quantity_is_not_offered(self, code: str) -> None:
        assert not read(observation(code, 104, "mg/dL")).offers

    def test_newest_is_offered_and_nothing_beside_a_value_that_is_known(self) -> None:
        rows = [observation("2339-0", v, "mg/dL", when) for v, when in ((99, "2026-03-01"), (104, "2026-10-01"))]
        assert read(*rows).offers["glucose"].value == 104
        assert not read(*rows, observation("2345-7", 98, "mg/dL", "2026-02-01")).offers

    @pytest.mark.parametrize(("creatinine", "offered"), [(True, False), (False, True)])
    def test_creatinine_goes_before_an_egfr_of_mdrd(self, creatinine: bool, offered: bool) -> None:
        rows = [observation("33914-3", 70, "mL/min/{1.73_m2}")]
        rows += [observation("2160-0", 1.0, "mg/dL")] if creatinine else []
        assert ("egfr" in read(*rows).offers) is offered

    def test_value_that_the_form_refuses_is_not_used(self) -> None:
        found = used_anyway(read(observation("2339-0", 5000, "mg/dL")), ["glucose"])
        assert "outside" in why(found, "glucose")

    @pytest.mark.parametrize("changes", [{"status": "preliminary"}, {"effectiveDateTime": "2019-01-01"}])
    def test_what_would_not_count_of_the_right_method_is_not_offered(self, changes: Json) -> None:
        assert not read(observation("2339-0", 104, "mg/dL", **changes)).offers


class TestDiagnoses:
    @pytest.mark.parametrize(
        ("system", "code", "names"),
        [
            (SNOMED, "15777000", {"high_glucose_ever"}),
            (SNOMED, "714628002", {"high_glucose_ever"}),
            (ICD10CM, "R73.03", {"high_glucose_ever"}),
            (SNOMED, "127013003", {"diabetes"}),
            (SNOMED, "368581000119106", {"diabetes"}),
            (SNOMED, "422034002", {"diabetes"}),
            (SNOMED, "427089005", {"diabetes"}),
            ("http://hl7.org/fhir/sid/icd-10", "H36.0", {"diabetes"}),
            (SNOMED, "194828000", {"angina"}),
            (SNOMED, "87343002", {"angina"}),
            (SNOMED, "399261000", {"coronary_disease"}),
            (SNOMED, "443502000", {"coronary_disease"}),
            (SNOMED, "282825002", {"atrial_fibrillation"}),
            (SNOMED, "703272007", {"heart_failure"}),
            (SNOMED, "230698000", {"stroke"}),
            (ICD10CM, "I25.110", {"coronary_disease", "angina"}),
            ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "I25.11", {"coronary_disease"}),
            (ICD10CM, "Z98.61", {"coronary_disease"}),
        ],
    )
    def test_yes(self, system: str, code: str, names: set[str]) -> None:
        assert set(read(condition(code, system)).found) - {"age", "sex"} == names

    def test_prediabetes_is_no_diabetes(self) -> None:
        assert "diabetes" not in read(condition("15777000")).found

    @pytest.mark.parametrize("code", ["48194001", "70995007", "34742003", "233815004", "16896421000119107"])
    def test_what_only_sounds_like_it_is_not(self, code: str) -> None:
        assert not {"hypertension", "diabetes"} & set(read(condition(code)).found)

    def test_refuted_complication_does_not_count(self) -> None:
        body = condition("127013003", **state(verificationStatus="refuted"))
        assert "refuted" in why(read(body), "diabetes")


def procedure(code: str, system: str = SNOMED, **changes: Any) -> Json:
    concept = {"coding": [{"system": system, "code": code}]}
    body = {"resourceType": "Procedure", "status": "completed", "code": concept, "subject": {"reference": "Patient/p"}}
    return body | changes


class TestProcedures:
    @pytest.mark.parametrize(
        ("system", "code"),
        [
            (SNOMED, "232717009"),
            (SNOMED, "415070008"),
            (SNOMED, "36969009"),
            (SNOMED, "67166004"),
            ("http://hl7.org/fhir/sid/icd-10-pcs", "02100Z9"),
            ("http://www.cms.gov/Medicare/Coding/ICD10", "027034Z"),
            ("http://fhir.de/CodeSystem/bfarm/ops", "5-361.03"),
            ("http://fhir.de/CodeSystem/bfarm/ops", "8-837.m0"),
        ],
    )
    def test_bypass_and_stent_tell_of_coronary_disease(self, system: str, code: str) -> None:
        found = read(procedure(code, system, performedDateTime="2019-04-01")).found["coronary_disease"]
        assert (found.value, found.when) == (1, "2019-04-01")

    @pytest.mark.parametrize("status", ["not-done", "entered-in-error", "preparation"])
    def test_what_was_not_done_is_told_and_does_not_count(self, status: str) -> None:
        assert status in why(read(procedure("232717009", status=status)), "coronary_disease")

    def test_other_procedures_are_neither_read_nor_listed(self) -> None:
        found = read(procedure("430193006"), procedure("252427007"), procedure("8-837.00", "urn:x"))
        assert set(found.found) == {"age", "sex"}
        assert not found.unknown

    def test_of_another_patient_it_is_not_used(self) -> None:
        other = procedure("232717009", subject={"reference": "Patient/q"})
        assert "coronary_disease" not in read(other).found


def test_loinc_is_the_only_system_of_a_loinc_number() -> None:
    code = {"coding": [{"system": "urn:local", "code": "2093-3"}]}
    found = read(observation("2093-3", 231, "mg/dL") | {"code": code})
    assert "total_cholesterol" not in found.found
    assert LOINC not in {u.code.system for u in found.unknown}
