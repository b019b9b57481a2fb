"""Cards as a pure function: limits of CDS Hooks, the model's numbers, refusals, criteria."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pandas as pd
import pytest

from riskmodels.cds.card import card_for
from riskmodels.cds.models import InForce
from riskmodels.cds.service import RequestError, read_request
from riskmodels.cds.words import LONGEST_NAME, MOST_NAMED, plain, shortened
from riskmodels.checks import check
from riskmodels.interop.fhir.read import OF_ANOTHER, Code, FhirPatient, Found, Version, read_document
from riskmodels.percent import percent_text
from riskmodels.scores.prevent import MAIN, prevent
from riskmodels.vocabulary import VOCABULARY
from tests.cds.conftest import KNOWN, PATIENT, TODAY, asked, bundle, condition, observation, prefetched
from tests.interop.fhir.invented import order, product


def patient_of(request: dict[str, Any]) -> FhirPatient:
    return read_document(read_request(json.dumps(request).encode()).bundle, TODAY)


def cards(request: dict[str, Any], models: InForce, **options: Any) -> list[dict[str, Any]]:
    return card_for(patient_of(request), models.current(), today=TODAY, **options)


class TestShape:
    def test_a_card_has_what_the_specification_asks_for(self, models: InForce) -> None:
        ((card),) = cards(asked(), models, app_url="https://carerisk.example.org")
        assert 0 < len(card["summary"]) < 140
        assert card["indicator"] in ("info", "warning", "critical")
        assert card["source"]["label"]
        assert set(card["source"]["topic"]) == {"system", "code", "display"}
        assert uuid.UUID(card["uuid"])
        assert card["links"] == [{"label": "Open CareRisk", "url": "https://carerisk.example.org", "type": "absolute"}]
        assert all(reason["code"] and reason["display"] for reason in card["overrideReasons"])
        assert json.loads(json.dumps(card)) == card

    def test_without_an_address_of_the_app_there_is_no_link(self, models: InForce) -> None:
        assert "links" not in cards(asked(), models)[0]

    def test_the_same_patient_gives_the_same_cards_but_for_their_ids(self, models: InForce) -> None:
        ids = iter([uuid.UUID(int=1), uuid.UUID(int=1)])
        once, again = (cards(asked(), models, new_id=lambda: next(ids)) for _ in range(2))
        assert once == again


class TestEstimates:
    def test_risk_interval_definition_and_population_are_those_of_the_model(self, models: InForce) -> None:
        model = models.current()["population"]
        known = {"age": 55.0, "sex": 1.0, "systolic_bp": 142.0, "total_cholesterol": 210.0, "hdl_cholesterol": 42.0}
        frame = check(pd.DataFrame([known | {"glucose": 104.0, "creatinine": 1.1}])).frame
        found = model.predict(frame)
        ((card),) = cards(asked(), models)
        for outcome in ("diabetes", "cvd_10y"):
            risk, low, high = (percent_text(t[outcome].iloc[0]) for t in (found.risk, found.low, found.high))
            assert f"{risk}** (90 % interval {low} to {high})" in card["detail"]
        assert "HbA1c, measured today, is 6.5 % or higher" in card["detail"]
        assert "Valid for adults of 30–79 without cardiovascular disease, not pregnant" in card["detail"]

    def test_unknown_inputs_are_counted_and_the_most_useful_one_is_named(self, models: InForce) -> None:
        model = models.current()["population"]
        patient = patient_of(asked())
        frame = check(pd.DataFrame([{n: f.value for n, f in patient.found.items()}])).frame
        inputs = model.inputs_of("cvd_10y")
        unknown = sum(bool(frame[name].isna().iloc[0]) for name in inputs)
        best = model.narrowing(frame, "cvd_10y")["label"].iloc[0].replace("Told: ", "whether told of ")
        detail = cards(asked(), models)[0]["detail"]
        assert f"{unknown} of its {len(inputs)} inputs are not known; most useful to know: {best} (then" in detail

    def test_a_probability_alone_is_information_however_high(self, models: InForce) -> None:
        old = {"resourceType": "Patient", "id": "p-1", "gender": "male", "birthDate": "1948-01-01"}
        request = prefetched(patient=old, observations_pressure=bundle(observation("8480-6", 199.0, "mm[Hg]")))
        ((card),) = cards(request, models)
        assert card["indicator"] == "info"

    def test_each_value_stands_there_with_its_unit_and_date(self, models: InForce) -> None:
        assert "| Total cholesterol | 210 mg/dL | 2026-10-01 |" in cards(asked(), models)[0]["detail"]

    def test_a_non_smoker_of_unknown_past_is_known_not_to_smoke(self, models: InForce) -> None:
        told = {"valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "8392000"}]}}
        asked_about = {k: v for k, v in observation("72166-2", 0.0, "").items() if k != "valueQuantity"} | told
        ((card),) = cards(prefetched(observations_lifestyle=bundle(asked_about)), models)
        assert "| Smoking | not now, past unknown | 2026-10-01 |" in card["detail"]

    def test_what_was_not_used_is_named_with_the_reason(self, models: InForce) -> None:
        request = prefetched(observations_sugar=bundle(observation("2345-7", 104.0, "furlong")))
        assert "Glucose, not used" in cards(request, models)[0]["detail"]


class TestRefusals:
    def test_refused_outcomes_state_the_reason_and_no_number(self, models: InForce) -> None:
        ((card),) = cards(prefetched(conditions=bundle(condition("230690007"))), models)
        refused = next(p for p in card["detail"].split("\n\n") if p.startswith("**Cardiovascular disease"))
        assert refused == "**Cardiovascular disease in 10 years: no estimate.** Already told of a stroke."
        assert "Cardiovascular" not in card["summary"]

    def test_when_everything_is_refused_the_summary_says_why(self, models: InForce) -> None:
        child = {"resourceType": "Patient", "id": "p-1", "gender": "male", "birthDate": "2012-01-01"}
        ((card),) = cards(prefetched(patient=child), models)
        assert card["summary"].startswith("No risk is estimated: ")
        assert "%" not in card["summary"]
        assert "interval" not in card["detail"]


class TestCriteria:
    def test_hba1c_of_diabetes_is_a_warning_and_comes_first(self, models: InForce) -> None:
        found = cards(prefetched(observations_sugar=bundle(observation("4548-4", 6.9, "%"))), models)
        assert found[0]["summary"] == "HbA1c 6.9 % meets the ADA criterion for diabetes; confirm with a second test."
        assert [card["indicator"] for card in found] == ["warning", "info"]
        assert found[0]["source"]["url"] == "https://doi.org/10.2337/dc25-S002"

    def test_hba1c_of_prediabetes_is_information(self, models: InForce) -> None:
        found = cards(prefetched(observations_sugar=bundle(observation("4548-4", 5.9, "%"))), models)
        assert [card["indicator"] for card in found] == ["info", "info"]

    def test_a_criterion_whose_sentence_is_too_long_has_a_short_summary(self, models: InForce) -> None:
        found = cards(prefetched(observations_sugar=bundle(observation("2345-7", 240.0, "mg/dL"))), models)
        assert found[0]["summary"] == (
            "Glucose may meet an ADA criterion for diabetes: it depends on fasting or on symptoms"
        )
        assert "classic symptoms" in found[0]["detail"]

    def test_an_outcome_that_a_measurement_answers_is_not_in_the_summary(self, models: InForce) -> None:
        found = cards(prefetched(observations_sugar=bundle(observation("4548-4", 6.9, "%"))), models)
        assert "diabetes" not in found[1]["summary"].lower()
        paragraph = next(p for p in found[1]["detail"].split("\n\n") if p.startswith("**Undiagnosed diabetes now"))
        assert paragraph == (
            "**Undiagnosed diabetes now: measured.** HbA1c 6.9 % meets the ADA criterion for diabetes "
            "\\(from 6.5 %\\); confirm with a second test."
        )

    def test_an_old_measurement_stands_beside_the_estimate_with_its_date(self, models: InForce) -> None:
        sugar = bundle(observation("4548-4", 6.9, "%") | {"effectiveDateTime": "2025-06-01"})
        found = cards(prefetched(observations_sugar=sugar), models)
        paragraph = next(p for p in found[1]["detail"].split("\n\n") if p.startswith("**Undiagnosed diabetes now"))
        assert "90 % interval" in paragraph
        assert "HbA1c 6.9 % of 2025-06-01 met the ADA criterion for diabetes" in paragraph


class TestWords:
    def test_markdown_and_html_of_a_sender_stay_text(self) -> None:
        assert plain("a|b\n<img src=x> [l](u)") == r"a\|b \<img src=x\> \[l\]\(u\)"

    def test_a_summary_is_cut_below_140_characters(self) -> None:
        assert len(shortened("word " * 60)) < 140


def test_every_known_value_of_the_fixture_is_read() -> None:
    assert len(patient_of(asked()).found) == len(KNOWN) + 2


def test_a_criterion_says_when_its_value_was_measured(models: InForce) -> None:
    old = bundle(observation("4548-4", 6.9, "%", "2025-01-15"))
    assert "HbA1c 2025-01-15" in cards(prefetched(observations_sugar=old), models)[0]["detail"]


#: yes or no of each diagnosis and medicine that PREVENT asks for: told by the form only, not by a FHIR record
COMPLETE = {
    "bp_medication": 0.0,
    "cholesterol_medication": 0.0,
    "diabetes": 0.0,
    "smoking": 0.0,
    "systolic_bp": 140.0,
    "total_cholesterol": 231.0,
    "hdl_cholesterol": 41.0,
    "egfr": 82.0,
}


def complete(**more: float) -> FhirPatient:
    """A man of 57 of whom a record tells everything that PREVENT needs."""
    moment, code = None, Code("", "")
    known = {"age": 57.0, "sex": 1.0} | COMPLETE | more
    found = {
        name: Found(name, value, VOCABULARY[name].unit, f"{value:g}", moment, "final", code)
        for name, value in known.items()
    }
    return FhirPatient(Version.R4, "Patient/p-1", {}, found, (), ())


class TestPublished:
    def test_prevent_stands_beside_the_estimate_with_its_numbers(self, models: InForce) -> None:
        row = prevent(pd.DataFrame([{"age": 57.0, "sex": 1.0, "bmi": 31.2} | COMPLETE])).iloc[0]
        ((card),) = card_for(complete(bmi=31.2), models.current())
        total, ascvd, failure = (percent_text(row[name]) for name in MAIN)
        told = f"all cardiovascular disease {total}, ASCVD {ascvd} (intermediate), heart failure {failure}"
        assert f"**AHA PREVENT 2023:** All cardiovascular{told.removeprefix('all cardiovascular')}" in card["detail"]
        assert "No heart failure risk" not in card["detail"]

    @pytest.mark.parametrize(
        ("more", "why"), [({}, "is not known"), ({"bmi": 42.0}, "is outside 18.5 to below 40 kg/m²")]
    )
    def test_without_a_body_mass_index_the_rest_stands_there_with_the_reason(
        self, models: InForce, more: dict[str, float], why: str
    ) -> None:
        ((card),) = card_for(complete(**more), models.current())
        assert "disease 7.3 %, ASCVD 5.3 % (intermediate) in 10 years" in card["detail"]
        assert f"No heart failure risk: body mass index {why}." in card["detail"]

    def test_where_it_has_no_number_the_reason_stands_there(self, models: InForce) -> None:
        detail = cards(asked(), models)[0]["detail"]
        assert "**AHA PREVENT 2023: no number.** Not known: Takes blood-pressure medicine, " in detail


class TestNotRead:
    def entry(self, number: int, text: str) -> dict[str, Any]:
        made = observation(f"99{number}-0", 1.0, "mg/dL")
        if text:
            made["code"]["text"] = text
        return made

    def test_what_nothing_is_read_from_is_named(self, models: InForce) -> None:
        other = bundle(self.entry(1, "Troponin T"), self.entry(2, ""))
        detail = cards(prefetched(observations_sugar=other), models)[0]["detail"]
        assert "- Nothing is read from 2 entries: Troponin T, 992-0." in detail

    def test_many_and_long_names_are_cut(self, models: InForce) -> None:
        other = bundle(*(self.entry(i, f"{i} {'x' * 300}") for i in range(MOST_NAMED + 3)))
        detail = cards(prefetched(observations_sugar=other), models)[0]["detail"]
        line = next(line for line in detail.splitlines() if "othing is read" in line)
        assert line.startswith(f"- Nothing is read from {MOST_NAMED + 3} entries: 0 xxx")
        assert line.endswith("…, 3 more codes.")
        assert len(line) < (MOST_NAMED + 1) * (LONGEST_NAME + 5)

    def test_names_cannot_break_the_card(self, models: InForce) -> None:
        other = bundle(self.entry(1, "<img src=x>\n# [a](b) **c**"))
        line = next(
            x for x in cards(prefetched(observations_sugar=other), models)[0]["detail"].splitlines() if "img" in x
        )
        assert "\\<img src=x\\> \\# \\[a\\]\\(b\\) \\*\\*c\\*\\*" in line


class TestAnotherPatient:
    def others(self, *known: dict[str, Any]) -> dict[str, Any]:
        """A call whose observations are of somebody else, but for a few of its own."""
        request = prefetched(**{key: bundle() for key, *_ in KNOWN})
        foreign = [observation(loinc, value, ucum, of="p-2") for _, loinc, value, ucum in KNOWN]
        return request | {"prefetch": request["prefetch"] | {"observations_pressure": bundle(*foreign, *known)}}

    def test_nothing_is_estimated_where_hardly_anything_is_this_patients(self, models: InForce) -> None:
        ((card),) = cards(self.others(), models)
        assert (
            card["summary"] == "No risk is estimated: results of another patient were sent, and hardly any of this one"
        )
        assert len(card["summary"]) <= 139
        assert "5 results sent are of another patient, and of this one only 2 of " in card["detail"]
        assert "90 % interval" not in card["detail"]
        assert "Observation, not used: it is of another patient \\(5 times\\)" in card["detail"]

    def test_what_is_measured_of_this_patient_is_told_all_the_same(self, models: InForce) -> None:
        own = observation("4548-4", 6.9, "%", day=TODAY.isoformat())
        first, second = cards(self.others(own), models)
        assert first["indicator"] == "warning"
        assert "measured.**" in second["detail"]
        assert "90 % interval" not in second["detail"]

    def test_a_stray_result_among_enough_of_its_own_withholds_nothing(self, models: InForce) -> None:
        other = bundle(observation("4548-4", 9.9, "%", of="p-2"))
        ((card),) = cards(prefetched(observations_sugar=other), models)
        assert "90 % interval" in card["detail"]

    def test_little_known_without_anybody_elses_results_is_estimated(self, models: InForce) -> None:
        ((card),) = cards(prefetched(**{key: bundle() for key, *_ in KNOWN}), models)
        assert "90 % interval" in card["detail"]


class TestServer:
    """A subject on another server is another patient, whatever its id."""

    def of(self, subject: str, url: str = "", **changes: Any) -> FhirPatient:
        found = bundle(observation("4548-4", 9.9, "%"))
        found["entry"][0]["resource"]["subject"]["reference"] = subject
        if url:
            found["entry"][0]["fullUrl"] = url
        return patient_of(prefetched(observations_sugar=found) | changes)

    @pytest.mark.parametrize(
        "subject",
        [
            "Patient/p-1",
            "https://ehr.example.org/fhir/Patient/p-1",
            "https://ehr.example.org/fhir/Patient/p-1/_history/3",
        ],
    )
    @pytest.mark.parametrize("server", ["https://ehr.example.org/fhir", "https://ehr.example.org/fhir/", None, 7])
    def test_a_subject_on_the_server_of_the_call_is_the_patient(self, subject: str, server: object) -> None:
        assert self.of(subject, fhirServer=server).found["hba1c"].value == 9.9

    @pytest.mark.parametrize(
        "subject", ["https://other.example.org/fhir/Patient/p-1", "http://ehr.example.org/fhir/Patient/p-1"]
    )
    @pytest.mark.parametrize("server", ["https://ehr.example.org/fhir", None])
    def test_a_subject_on_another_server_is_not(self, subject: str, server: object) -> None:
        patient = self.of(subject, fhirServer=server)
        assert "hba1c" not in patient.found
        assert OF_ANOTHER in [problem.reason for problem in patient.problems if problem.what == "Observation"]

    def test_of_several_servers_the_call_has_to_say_which(self) -> None:
        with pytest.raises(RequestError, match="several servers") as told:
            self.of("Patient/p-1", "https://other.example.org/fhir/Observation/1", fhirServer=None)
        assert told.value.status == 400
        assert "hba1c" in self.of("Patient/p-1", "https://other.example.org/fhir/Observation/1").found

    def test_where_no_server_is_told_the_id_has_to_do(self) -> None:
        request = prefetched(observations_sugar=bundle(observation("4548-4", 9.9, "%"))) | {"fhirServer": None}
        subject = {"reference": "https://any.example.org/Patient/p-1"}
        for found in request["prefetch"].values():
            for entry in found.get("entry", []):
                entry.pop("fullUrl")
                entry["resource"]["subject"] = subject
        assert patient_of(request).found["hba1c"].value == 9.9


def ordered(*words: str) -> dict[str, Any]:
    about = {"subject": {"reference": f"Patient/{PATIENT}"}}
    requests = [order(f"m{i}", product(str(312961 + i), text), **about) for i, text in enumerate(words)]
    return prefetched(medication_requests=bundle(*requests))


def test_a_medicine_matched_by_its_name_counts_and_is_named(models: InForce) -> None:
    detail = cards(ordered("simvastatin 20 MG Oral Tablet"), models)[0]["detail"]
    assert "| Takes a statin or other cholesterol medicine | yes | 2026-08-04 |" in detail
    assert "Matched by name, not by a code: simvastatin 20 MG Oral Tablet, counted as “Takes a statin" in detail


def test_medicines_that_were_not_matched_are_named_and_many_are_counted(models: InForce) -> None:
    words = [f"Levothyroxine {n} MCG Oral Tablet" for n in range(8)]
    detail = cards(ordered("Timolol 0.5% eye drops", *words), models)[0]["detail"]
    assert "Timolol 0.5% eye drops; Levothyroxine 0 MCG Oral Tablet" in detail
    assert "and 3 more" in detail
    assert "Takes blood-pressure medicine | yes" not in detail


def test_a_medicine_by_reference_is_read_from_the_included_medication(models: InForce) -> None:
    drug = {"resourceType": "Medication", "id": "d", "code": product("617318", "atorvastatin 20 MG Oral Tablet")}
    about = {"subject": {"reference": f"Patient/{PATIENT}"}, "medicationReference": {"reference": "Medication/d"}}
    request = prefetched(medication_requests=bundle(order("m", **about), drug))
    assert patient_of(request).values["cholesterol_medication"] == 1
