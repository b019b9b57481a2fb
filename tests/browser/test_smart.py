"""A record opens the app in a real Chromium: allowed there, read here, shown with dates, and filled into the form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from riskmodels.smart.settings import CALLBACK, CLIENT, ISSUERS, REDIRECT
from tests.chromium import HUNG_MS, IDLE, unhurried
from tests.serving import SIGN_IN, Served, identity, served
from tests.smart.server import CLIENT as CLIENT_ID
from tests.smart.server import PATIENT, Record, fill, smart_server
from tests.waiting import until

pytestmark = pytest.mark.browser

PANEL = ".st-key-smart"
ANSWER = ".cr-answer:has(.cr-numbers b)"


@pytest.fixture(scope="module")
def record() -> Iterator[Record]:
    with smart_server() as made:
        fill(made, str(date.today() - timedelta(days=20)))
        yield made


@pytest.fixture(scope="module")
def app(record: Record, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    environment = {ISSUERS: record.issuer, CLIENT: CLIENT_ID, REDIRECT: f"http://localhost:{{port}}{CALLBACK}"}
    with served(tmp_path_factory.mktemp("smart"), environment) as made:
        yield made


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    context.set_default_timeout(HUNG_MS)
    yield unhurried(context.new_page())
    context.close()


def launch(page: Any, app: Served, record: Record) -> None:
    page.goto(f"{app.url}/smart/launch?iss={record.issuer}&launch={record.open_from()}")
    page.get_by_role("link", name="Allow").click()
    page.locator(f"{PANEL} .cr-import").wait_for()
    page.locator(IDLE).wait_for()


def test_a_launch_shows_what_the_record_tells_and_fills_the_form(page: Any, app: Served, record: Record) -> None:
    launch(page, app, record)
    assert page.url == f"{app.url}/Patient"
    told = page.locator(PANEL).inner_text()
    assert "From the record at 127.0.0.1" in told
    assert "Systolic pressure" in told
    assert "142 mmHg" in told
    page.get_by_role("button", name="Fill the form").click()
    page.locator(ANSWER).first.wait_for()
    page.locator(PANEL).wait_for(state="detached")
    until(lambda: page.get_by_label("Systolic pressure, mmHg", exact=True).input_value() == "142")


def test_no_token_is_in_the_log_the_data_or_the_address(page: Any, app: Served, record: Record) -> None:
    launch(page, app, record)
    page.get_by_role("button", name="Fill the form").click()
    page.locator(ANSWER).first.wait_for()
    held = [app.log.read_bytes(), *(path.read_bytes() for path in sorted(Path(app.data).rglob("*")) if path.is_file())]
    assert record.tokens
    for token in record.tokens:
        assert not any(token.encode() in part for part in held)
        assert token not in page.url
        assert token not in page.content()
    assert not any(PATIENT.encode() in part for part in held[:1])


def test_the_record_is_shown_once_and_can_be_set_aside(page: Any, app: Served, record: Record) -> None:
    launch(page, app, record)
    page.get_by_role("button", name="Not now").click()
    page.locator(PANEL).wait_for(state="detached")
    page.reload()
    page.get_by_role("heading", level=1).wait_for()
    page.locator(IDLE).wait_for()
    assert page.locator(PANEL).count() == 0


def test_what_was_not_granted_is_said(page: Any, app: Served, record: Record) -> None:
    record.refused = {"Condition"}
    try:
        launch(page, app, record)
    finally:
        record.refused = set()
    assert "conditions: not given (The record's server answered with 403)" in page.locator(PANEL).inner_text()


def test_with_sign_in_nothing_is_shown_before_it(page: Any, record: Record, tmp_path: Path) -> None:
    environment = {ISSUERS: record.issuer, CLIENT: CLIENT_ID, REDIRECT: f"http://localhost:{{port}}{CALLBACK}"}
    with served(tmp_path / "guarded", SIGN_IN | environment) as app:
        page.goto(f"{app.url}/smart/launch?iss={record.issuer}&launch={record.open_from()}")
        page.get_by_role("link", name="Allow").click()
        page.get_by_role("button", name="Sign in").wait_for()
        page.locator(IDLE).wait_for()
        assert "142" not in page.locator("body").inner_text()
        signed = identity("nurse", "care team", origin=app.url)
        page.context.add_cookies([{"name": USER_COOKIE_NAME, "value": signed, "url": app.url}])
        page.reload()
        page.locator(f"{PANEL} .cr-import").wait_for()
        assert "142 mmHg" in page.locator(PANEL).inner_text()


def test_a_record_that_is_not_listed_is_refused_in_words(page: Any, app: Served) -> None:
    answer = page.goto(f"{app.url}/smart/launch?iss=https://evil.example.org/fhir&launch=1")
    assert answer.status == 403
    assert "This record is not one that may open the app" in page.inner_text("main")
