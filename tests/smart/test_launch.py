"""The launch against a small SMART server over HTTP: what is asked, what comes back, everything that is refused."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from riskmodels.interop.fhir.read import read_bundle
from riskmodels.smart.launch import KINDS
from riskmodels.smart.settings import CALLBACK, CLIENT, ISSUERS, REDIRECT, SECRET
from tests.client import client_of
from tests.smart.server import CLIENT as CLIENT_ID
from tests.smart.server import PATIENT, Record, fill, smart_server
from ui.smart import routes as door
from ui.smart.waiting import COOKIE, RECORDS, Arrived

TODAY = date(2026, 11, 30)
Open = Callable[..., httpx.Client]


@pytest.fixture
def record() -> Iterator[Record]:
    with smart_server() as made:
        fill(made, "2026-11-01")
        yield made


def app(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> AbstractContextManager[httpx.Client]:
    """A browser without a screen at an app that has the routes of the launch alone."""

    def config(address: str) -> uvicorn.Config:
        for name, value in ({REDIRECT: f"{address}{CALLBACK}"} | environment).items():
            monkeypatch.setenv(name, value)
        return uvicorn.Config(Starlette(routes=door.routes()), log_config=None, access_log=False)

    return client_of(config)


@pytest.fixture
def browser(record: Record, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    with app(monkeypatch, {ISSUERS: f"{record.issuer},https://other.example.org/fhir", CLIENT: CLIENT_ID}) as client:
        yield client


def allowed(browser: httpx.Client, sent: httpx.Response) -> str:
    """Where the record's server sends the browser once the person has allowed."""
    assert sent.status_code == 302
    page = httpx.get(sent.headers["location"])
    return page.text.split('<a href="')[1].split('"')[0].replace("&amp;", "&")


def opened(browser: httpx.Client, record: Record, from_record: bool = True) -> httpx.Response:
    """The launch from its beginning to the answer of the callback."""
    told = {"iss": record.issuer} | ({"launch": record.open_from()} if from_record else {})
    return browser.get(allowed(browser, browser.get("/smart/launch", params=told)))


def arrived(browser: httpx.Client) -> Arrived | None:
    return RECORDS.take(browser.cookies.get(COOKIE) or "")


class TestLaunch:
    @pytest.mark.parametrize("from_record", [True, False])
    def test_the_patient_in_context_is_read(self, browser: httpx.Client, record: Record, from_record: bool) -> None:
        answer = opened(browser, record, from_record)
        assert (answer.status_code, answer.headers["location"]) == (303, "/Patient")
        found = arrived(browser)
        assert found is not None
        assert found.record.notes == ()
        patient = read_bundle(found.record.bundle, TODAY)
        assert patient.values["age"] == 57
        assert patient.values["systolic_bp"] == 142
        assert patient.values["total_cholesterol"] == 231
        assert patient.values["hypertension"] == 1

    @pytest.mark.parametrize(("from_record", "context"), [(True, "launch"), (False, "launch/patient")])
    def test_reading_alone_is_asked_for(
        self, browser: httpx.Client, record: Record, from_record: bool, context: str
    ) -> None:
        opened(browser, record, from_record)
        assert record.asked[0]["scope"].split() == [context, *(f"patient/{kind}.rs" for kind in KINDS)]
        assert {method for method, _ in record.seen} == {"GET"}

    def test_scopes_of_the_first_version_where_the_server_has_no_other(
        self, browser: httpx.Client, record: Record
    ) -> None:
        record.configured = {"capabilities": ["launch-ehr"]}
        opened(browser, record)
        assert record.asked[0]["scope"].split()[1] == "patient/Patient.read"

    def test_every_launch_has_a_state_a_challenge_and_a_browser_of_its_own(
        self, browser: httpx.Client, record: Record
    ) -> None:
        opened(browser, record)
        first = browser.cookies.get(COOKIE)
        opened(browser, record)
        assert first != browser.cookies.get(COOKIE)
        assert len({(asked["state"], asked["code_challenge"]) for asked in record.asked}) == 2

    def test_a_record_is_taken_once(self, browser: httpx.Client, record: Record) -> None:
        opened(browser, record)
        assert arrived(browser) is not None
        assert arrived(browser) is None

    def test_the_cookie_is_for_this_app_alone(self, browser: httpx.Client, record: Record) -> None:
        told = browser.get("/smart/launch", params={"iss": record.issuer}).headers["set-cookie"].lower()
        assert all(part in told for part in ("httponly", "samesite=lax", "path=/", "max-age=600"))
        assert "secure" not in told  # this machine, by http

    def test_a_confidential_client_shows_its_secret(self, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
        record.secret = "a-secret-of-the-client"
        with app(monkeypatch, {ISSUERS: record.issuer, CLIENT: CLIENT_ID, SECRET: record.secret}) as browser:
            assert opened(browser, record).status_code == 303
            arrived(browser)
        with app(monkeypatch, {ISSUERS: record.issuer, CLIENT: CLIENT_ID, SECRET: "another"}) as browser:
            assert opened(browser, record).status_code == 502

    def test_of_one_record_the_address_need_not_be_told(self, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
        with app(monkeypatch, {ISSUERS: record.issuer, CLIENT: CLIENT_ID}) as browser:
            assert browser.get("/smart/launch").status_code == 302


class TestPartlyGiven:
    def test_what_is_not_granted_is_noted(self, browser: httpx.Client, record: Record) -> None:
        record.refused = {"Condition"}
        opened(browser, record)
        found = arrived(browser)
        assert found is not None
        assert found.record.notes == ("conditions: not given (The record's server answered with 403)",)
        assert "systolic_bp" in read_bundle(found.record.bundle, TODAY).found

    def test_further_pages_are_read(self, browser: httpx.Client, record: Record) -> None:
        record.next_page = f"/fhir/Condition?patient={PATIENT}&page=2"
        opened(browser, record)
        found = arrived(browser)
        assert found is not None
        assert found.record.notes == ()
        assert len([1 for _, path in record.seen if path == "/fhir/Condition"]) == 2

    def test_the_token_is_shown_to_no_other_server(self, browser: httpx.Client, record: Record) -> None:
        with smart_server() as other:
            record.next_page = f"{other.issuer}/Condition?patient={PATIENT}&page=2"
            opened(browser, record)
            found = arrived(browser)
            assert found is not None
            assert "another server" in found.record.notes[0]
            assert other.seen == []


class TestRefused:
    @pytest.mark.parametrize("iss", ["", "https://evil.example.org/fhir", "http://127.0.0.1:1/fhir", "x" * 5000])
    def test_a_record_that_is_not_listed(self, browser: httpx.Client, iss: str) -> None:
        answer = browser.get("/smart/launch", params={"iss": iss, "launch": "1"})
        assert answer.status_code == 403
        assert "not one that may open the app" in answer.text

    def test_a_state_that_is_not_the_one_of_this_browser(self, browser: httpx.Client, record: Record) -> None:
        back = allowed(browser, browser.get("/smart/launch", params={"iss": record.issuer}))
        assert browser.get(back.replace("state=", "state=x")).status_code == 403
        assert browser.get(back).status_code == 403  # one try a launch

    def test_a_browser_that_did_not_begin_it(self, browser: httpx.Client, record: Record) -> None:
        back = allowed(browser, browser.get("/smart/launch", params={"iss": record.issuer}))
        assert httpx.get(back).status_code == 403
        assert record.tokens == []

    def test_an_answer_that_is_brought_twice(self, browser: httpx.Client, record: Record) -> None:
        back = allowed(browser, browser.get("/smart/launch", params={"iss": record.issuer}))
        assert browser.get(back).status_code == 303
        assert browser.get(back).status_code == 403
        assert len(record.tokens) == 1

    def test_a_person_who_says_no(self, browser: httpx.Client, record: Record) -> None:
        sent = browser.get("/smart/launch", params={"iss": record.issuer})
        no = f"{CALLBACK}?error=access_denied&state={httpx.URL(sent.headers['location']).params['state']}"
        answer = browser.get(no)
        assert answer.status_code == 403
        assert "did not grant access" in answer.text

    @pytest.mark.parametrize(
        ("answers", "words"),
        [
            ({"patient": None}, "named no patient"),
            ({"patient": "../../etc"}, "named no patient"),
            ({"patient": 7}, "named no patient"),
            ({"access_token": None}, "gave no token"),
            ({"token_type": "mac"}, "gave no token"),
        ],
    )
    def test_a_token_that_cannot_be_used(
        self, browser: httpx.Client, record: Record, answers: dict[str, object], words: str
    ) -> None:
        record.answers = answers
        answer = opened(browser, record)
        assert answer.status_code == 502
        assert words in answer.text
        assert arrived(browser) is None

    def test_a_patient_that_may_not_be_read(self, browser: httpx.Client, record: Record) -> None:
        record.refused = {"Patient"}
        assert opened(browser, record).status_code == 502

    def test_another_patient_than_the_one_in_context(self, browser: httpx.Client, record: Record) -> None:
        record.mistaken = True
        record.answers = {"patient": "p-8"}
        answer = opened(browser, record)
        assert answer.status_code == 502
        assert "another patient" in answer.text

    @pytest.mark.parametrize("endpoint", ["http://evil.example.org/token", "javascript:alert(1)", None, 7])
    @pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint"])
    def test_an_endpoint_that_others_can_read(
        self, browser: httpx.Client, record: Record, name: str, endpoint: object
    ) -> None:
        record.configured = {name: endpoint}
        assert browser.get("/smart/launch", params={"iss": record.issuer}).status_code == 502

    def test_a_server_that_sends_elsewhere_is_not_followed(self, browser: httpx.Client, record: Record) -> None:
        with smart_server() as other:
            record.moved = f"{other.issuer}/.well-known/smart-configuration"
            assert browser.get("/smart/launch", params={"iss": record.issuer}).status_code == 502


class TestSecrets:
    def test_no_token_code_or_patient_is_logged_or_kept(
        self, browser: httpx.Client, record: Record, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        back = allowed(browser, browser.get("/smart/launch", params={"iss": record.issuer}))
        browser.get(back)
        code, state = (httpx.URL(back).params[name] for name in ("code", "state"))
        found = arrived(browser)
        assert found is not None
        (token,) = record.tokens
        logged = "\n".join(
            one.getMessage() for one in caplog.records if not one.name.startswith(("httpx", "httpcore", "hpack"))
        )
        for secret in (token, code, state, PATIENT, record.issuer):
            assert secret not in logged
        assert token not in repr(found)
        assert token.encode() not in found.record.bundle
