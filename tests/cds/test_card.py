"""Cards as a pure function: limits of CDS Hooks, the model's numbers, refusals, criteria."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pandas as pd
import pytest

from riskmodels.cds.card import card_for
from riskmodels.cds.models import InForce
from riskmodels.cds.service import read_request
from riskmodels.cds.words import percent, plain, shortened
from riskmodels.checks import check
from riskmodels.interop.fhir.read import FhirPatient, read_document
from tests.cds.conftest import KNOWN, TODAY, asked, bundle, condition, observation, prefetched


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
            risk, low, high = (float(t[outcome].iloc[0]) for t in (found.risk, found.low, found.high))
            assert f"{percent(risk)}** (90 % interval {percent(low)} to {percent(high)})" in card["detail"]
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
    @pytest.mark.parametrize(
        ("risk", "text"),
        [
            (0.00001, "under 0.01 %"),
            (0.0062, "0.62 %"),
            (0.0342, "3.4 %"),
            (0.0996, "10 %"),
            (0.314, "31 %"),
            (0.9999, "over 99.9 %"),
        ],
    )
    def test_percentages(self, risk: float, text: str) -> None:
        assert percent(risk) == text

    def test_markdown_and_html_of_a_sender_stay_text(self) -> None:
        assert plain("a|b\n<img src=x> [l](u)") == r"a\|b \<img src=x\> \[l\]\(u\)"

    def test_a_summary_is_cut_below_140_characters(self) -> None:
        assert len(shortened("word " * 60)) < 140


def test_every_known_value_of_the_fixture_is_read() -> None:
    assert len(patient_of(asked()).found) == len(KNOWN) + 2


def test_a_criterion_says_when_its_value_was_measured(models: InForce) -> None:
    old = bundle(observation("4548-4", 6.9, "%", "2025-01-15"))
    assert "HbA1c 2025-01-15" in cards(prefetched(observations_sugar=old), models)[0]["detail"]
