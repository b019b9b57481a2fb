"""The service over real HTTP: discovery, cards, every refusal, feedback, many requests at once, and a silent log."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from riskmodels.cds.app import MOST_BYTES, Settings
from riskmodels.cds.card import card_for
from riskmodels.cds.command import server_options
from riskmodels.cds.models import InForce
from riskmodels.cds.service import MOST_ENTRIES, prefetch, read_request
from riskmodels.interop.fhir.read import read_document
from tests.cds.conftest import CALL, TODAY, asked, bundle, condition, observation, prefetched, served


def without_ids(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in card.items() if key != "uuid"} for card in cards]


class TestDiscovery:
    def test_lists_the_service_with_hook_description_and_prefetch(self, client: httpx.Client) -> None:
        ((service),) = client.get("/cds-services").json()["services"]
        assert service["hook"] == "patient-view"
        assert service["id"] == CALL.rpartition("/")[2]
        assert service["title"]
        assert service["description"]
        assert service["prefetch"]["patient"] == "Patient/{{context.patientId}}"

    def test_every_search_is_of_the_patient_in_the_context_and_limited(self) -> None:
        searches = [text for key, text in prefetch().items() if key != "patient"]
        assert all("?patient={{context.patientId}}&" in text and "_count=" in text for text in searches)

    def test_codes_of_both_units_and_the_panel_are_asked_for(self) -> None:
        templates = prefetch()
        assert {"2093-3", "14647-2"} <= set(templates["observations_lipids"].split("code=")[1].split("&")[0].split(","))
        assert "85354-9" in templates["observations_pressure"]

    def test_medicines_that_requests_refer_to_are_asked_for(self) -> None:
        templates = prefetch()
        assert templates["medication_requests"].endswith("&_include=MedicationRequest:medication")
        assert templates["medication_statements"].endswith("&_include=MedicationStatement:medication")

    def test_health_names_the_model_in_force(self, client: httpx.Client, models: InForce) -> None:
        found = client.get("/healthz").json()
        assert found == {"status": "ok", "models": {"population": models.current()["population"].version}}


class TestCall:
    def test_cards_are_those_of_the_pure_function(self, client: httpx.Client, models: InForce) -> None:
        request = asked()
        answer = client.post(CALL, json=request)
        patient = read_document(read_request(json.dumps(request).encode()).bundle, TODAY)
        expected = card_for(patient, models.current(), app_url="https://carerisk.example.org")
        assert answer.status_code == 200
        assert without_ids(answer.json()["cards"]) == without_ids(expected)
        assert answer.headers["cache-control"] == "no-store"

    def test_a_patient_who_died_gets_no_card(self, client: httpx.Client) -> None:
        patient = asked()["prefetch"]["patient"] | {"deceasedBoolean": True}
        assert client.post(CALL, json=prefetched(patient=patient)).json() == {"cards": []}

    def test_results_of_another_patient_are_not_used(self, client: httpx.Client) -> None:
        other = bundle(observation("4548-4", 9.9, "%", of="p-2"))
        cards = client.post(CALL, json=prefetched(observations_sugar=other)).json()["cards"]
        assert len(cards) == 1
        assert "it is of another patient" in cards[0]["detail"]

    def test_what_was_not_sent_is_remarked_on(self, client: httpx.Client) -> None:
        request = prefetched(observations_sugar=None, medication_requests=None, medication_statements=None)
        detail = client.post(CALL, json=request).json()["cards"][0]["detail"]
        assert "Results of these groups were not sent and count as unknown: Sugar." in detail
        assert "Medication was not sent and counts as unknown." in detail

    def test_the_first_page_of_diagnoses_alone_is_remarked_on(self, client: httpx.Client) -> None:
        page = bundle(condition("38341003")) | {"link": [{"relation": "next", "url": "https://ehr.example.org/2"}]}
        detail = client.post(CALL, json=prefetched(conditions=page)).json()["cards"][0]["detail"]
        assert "Only the first page of conditions was sent." in detail


class TestMissingData:
    @pytest.mark.parametrize(
        ("request_of", "missing"),
        [
            (lambda: asked(prefetch=None), ["patient", "observations_*", "conditions"]),
            (lambda: asked(prefetch={}), ["patient", "observations_*", "conditions"]),
            (lambda: prefetched(patient=None), ["patient"]),
            (lambda: prefetched(conditions=None), ["conditions"]),
            (lambda: prefetched(conditions={"resourceType": "OperationOutcome", "issue": []}), ["conditions"]),
            (lambda: prefetched(**{k: None for k in prefetch() if k.startswith("obs")}), ["observations_*"]),
        ],
    )
    def test_is_412_with_what_is_missing(
        self, client: httpx.Client, request_of: Callable[[], dict[str, Any]], missing: list[str]
    ) -> None:
        answer = client.post(CALL, json=request_of())
        assert answer.status_code == 412
        assert answer.json()["missing"] == missing


MALFORMED: dict[str, Callable[[], Any]] = {
    "another hook": lambda: asked(hook="order-sign"),
    "no hook": lambda: asked(hook=None),
    "hookInstance no UUID": lambda: asked(hookInstance="1"),
    "no context": lambda: asked(context=None),
    "no patientId": lambda: asked(context={"userId": "Practitioner/7"}),
    "patientId no id": lambda: asked(context={"userId": "Practitioner/7", "patientId": "a b"}),
    "no userId": lambda: asked(context={"patientId": "p-1"}),
    "userId without type": lambda: asked(context={"patientId": "p-1", "userId": "7"}),
    "prefetch a list": lambda: asked(prefetch=[]),
    "patient a text": lambda: prefetched(patient="p-1"),
    "patient a bundle": lambda: prefetched(patient=bundle()),
    "patient of another context": lambda: prefetched(patient={"resourceType": "Patient", "id": "p-2"}),
    "list not a bundle": lambda: prefetched(conditions=condition("38341003")),
    "entries no list": lambda: prefetched(conditions={"resourceType": "Bundle", "type": "searchset", "entry": 3}),
    "entry no object": lambda: prefetched(conditions={"resourceType": "Bundle", "type": "searchset", "entry": [3]}),
    "patient not valid": lambda: prefetched(patient={"resourceType": "Patient", "id": "p-1", "birthDate": 7}),
    "a list": lambda: [],
}


class TestMalformed:
    @pytest.mark.parametrize("name", MALFORMED)
    def test_is_400_with_the_reason(self, client: httpx.Client, name: str) -> None:
        answer = client.post(CALL, json=MALFORMED[name]())
        assert answer.status_code == 400
        assert answer.json()["error"]

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"hook": NaN}', b'{"a": 1, "a": 2}', b'{"a": 1e999}']
    )
    def test_bytes_that_are_no_json_are_400(self, client: httpx.Client, body: bytes) -> None:
        answer = client.post(CALL, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400

    @pytest.mark.parametrize(
        "wrong", [None, True, -1, 10**400, "\x00", "\ud800", [], {}, [[]], {"a": [{}]}, "http://[::1"], ids=repr
    )
    def test_any_place_of_another_kind_is_answered_or_refused_and_never_an_error_of_the_server(
        self, client: httpx.Client, wrong: Any
    ) -> None:
        places = [(key,) for key in asked()] + [("context", "userId"), ("context", "patientId")]
        places += [("prefetch", key) for key in asked()["prefetch"]]
        inside = ("prefetch", "observations_lipids", "entry", 0, "resource")
        places += [
            (*inside, *more) for more in (("code",), ("code", "coding"), ("subject",), ("valueQuantity", "value"))
        ]
        for place in places:
            request = asked()
            spot: Any = request
            for key in place[:-1]:
                spot = spot[key]
            spot[place[-1]] = wrong
            answer = client.post(CALL, content=json.dumps(request), headers={"content-type": "application/json"})
            assert answer.status_code in (200, 400, 412), place

    @pytest.mark.parametrize("path", ["/cds-services/other", "/cds-services/other/feedback"])
    def test_an_unknown_service_is_404(self, client: httpx.Client, path: str) -> None:
        assert client.post(path, json=asked()).status_code == 404

    def test_another_content_type_is_415(self, client: httpx.Client) -> None:
        answer = client.post(CALL, content=b"{}", headers={"content-type": "text/plain"})
        assert answer.status_code == 415

    def test_a_body_above_5_mb_is_413(self, client: httpx.Client) -> None:
        headers = {"content-type": "application/json"}
        assert client.post(CALL, content=b" " * (MOST_BYTES + 1), headers=headers).status_code == 413

    def test_a_body_above_5_mb_without_announced_length_is_413(self, client: httpx.Client) -> None:
        parts = (b" " * 2**20 for _ in range(6))
        assert client.post(CALL, content=parts, headers={"content-type": "application/json"}).status_code == 413

    def test_more_resources_than_are_asked_for_are_413(self, client: httpx.Client) -> None:
        many = bundle(*([condition("38341003")] * MOST_ENTRIES))
        answer = client.post(CALL, json=prefetched(conditions=many))
        assert answer.status_code == 413
        assert "_count" in answer.json()["error"]

    def test_a_get_of_the_service_is_405(self, client: httpx.Client) -> None:
        assert client.get(CALL).status_code == 405

    @pytest.mark.parametrize("host", ["localhost:8790", "127.0.0.1", "[::1]:8790"])
    def test_this_computer_may_be_named_by_any_of_its_names(self, client: httpx.Client, host: str) -> None:
        assert client.get("/cds-services", headers={"host": host}).status_code == 200

    def test_a_host_that_is_not_this_computer_is_refused(self, client: httpx.Client) -> None:
        assert client.get("/cds-services", headers={"host": "rebound.example.org"}).status_code == 400

    def test_a_web_page_is_not_let_in_unless_configured(self, client: httpx.Client) -> None:
        headers = {"origin": "https://page.example.org", "access-control-request-method": "POST"}
        assert "access-control-allow-origin" not in client.options(CALL, headers=headers).headers


class TestOrigins:
    def test_a_configured_page_is_let_in_and_no_other(self, models: InForce) -> None:
        with served(models, lambda _: Settings(origins=("https://sandbox.example.org",))) as client:
            for origin, allowed in (("https://sandbox.example.org", True), ("https://page.example.org", False)):
                headers = {"origin": origin, "access-control-request-method": "POST"}
                assert ("access-control-allow-origin" in client.options(CALL, headers=headers).headers) is allowed


class TestFeedback:
    def test_outcomes_are_logged_by_card_without_what_the_person_wrote(
        self, client: httpx.Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        card = str(uuid.uuid4())
        told = {
            "card": card,
            "outcome": "overridden",
            "overrideReason": {
                "reason": {"code": "discussed", "system": "urn:carerisk:override-reason"},
                "userComment": "Mrs Planted said so",
            },
            "outcomeTimestamp": "2026-11-24T10:00:00Z",
        }
        with caplog.at_level(logging.INFO):
            answer = client.post(f"{CALL}/feedback", json={"feedback": [told]})
        events = [vars(r)["carerisk_told"] for r in caplog.records if "carerisk_told" in vars(r)]
        assert answer.status_code == 200
        assert {"event": "cds card overridden", "kind": "discussed", "record": card}.items() <= events[-1].items()
        assert "Planted" not in caplog.text + str([vars(r) for r in caplog.records])

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"feedback": []},
            {"feedback": [3]},
            {"feedback": [{"card": "x\ny", "outcome": "accepted"}]},
            {"feedback": [{"card": str(uuid.uuid4()), "outcome": "liked"}]},
        ],
    )
    def test_feedback_that_says_nothing_is_400(self, client: httpx.Client, body: dict[str, Any]) -> None:
        assert client.post(f"{CALL}/feedback", json=body).status_code == 400


class TestLoad:
    def test_fifty_requests_at_once_are_each_answered_for_their_own_patient(
        self, client: httpx.Client, models: InForce
    ) -> None:
        def ask(number: int) -> list[dict[str, Any]]:
            lists = bundle(observation("8480-6", 100.0 + number, "mm[Hg]"))
            return list(client.post(CALL, json=prefetched(observations_pressure=lists)).json()["cards"])

        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(ask, range(50)))
        assert all(f"| Systolic pressure | {100 + n} mmHg |" in a[0]["detail"] for n, a in enumerate(answers))
        assert len({card["uuid"] for answer in answers for card in answer}) == 50


class TestLog:
    def test_holds_no_value_name_or_id_of_a_patient(
        self, client: httpx.Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        patient = {"resourceType": "Patient", "id": "planted-id", "name": [{"family": "Plantedson"}], "gender": "male"}
        patient |= {"birthDate": "1961-07-17"}
        context = {"userId": "Practitioner/planted-user", "patientId": "planted-id"}
        planted = bundle(observation("8480-6", 143.125, "mm[Hg]", of="planted-id"))
        secret = {"access_token": "planted-token"}
        good = prefetched(patient=patient, observations_pressure=planted)
        good |= {"context": context, "fhirAuthorization": secret}
        wrong = json.loads(json.dumps(good)) | {"hook": "planted-hook"}
        with caplog.at_level(logging.DEBUG):
            statuses = [
                client.post(CALL, json=body, params={"q": "planted-query"}).status_code
                for body in (good, wrong, good | {"prefetch": {"patient": patient}})
            ]
        out, err = capfd.readouterr()
        # not the test's own client; nor the access log, which is off but which pytest hangs a handler on
        others = ("httpx", "httpcore", "uvicorn.access")
        ours = [vars(r) | {"text": r.getMessage()} for r in caplog.records if not r.name.startswith(others)]
        told = f"{ours}{out}{err}"
        assert statuses == [200, 400, 412]
        assert server_options()["access_log"] is False
        assert "cds request answered" in told
        assert not [text for text in ("planted", "Planted", "1961-07", "143.1") if text in told]

    def test_an_error_of_ours_is_500_and_its_message_stays_out_of_the_log(
        self, models: InForce, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(*_: Any, **__: Any) -> None:
            raise RuntimeError("planted value 143.125")

        monkeypatch.setattr("riskmodels.cds.app.card_for", broken)
        with served(models, lambda _: Settings()) as client, caplog.at_level(logging.DEBUG):
            answer = client.post(CALL, json=asked())
        assert answer.status_code == 500
        assert "planted" not in answer.text + caplog.text + str([vars(r) for r in caplog.records])
