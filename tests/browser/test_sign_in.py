"""Signing in at a real OpenID provider, in a real browser: no page, download or job of another role by address."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.chromium import HUNG_MS, IDLE, unhurried
from tests.waiting import HUNG

pytestmark = pytest.mark.browser

PEOPLE = {
    "nina": {"name": "Nina Berg", "roles": ["nurse"]},
    "cem": {"name": "Cem Aydin", "roles": "research"},
    "dora": {"name": "Dora Lind", "roles": ["analyst"]},
    "zoe": {"name": "Zoe Roth", "roles": ["visitor"]},
}
Enter = Callable[..., Any]


@pytest.fixture(scope="module")
def settings(provider_url: str) -> dict[str, str]:
    """What a deployer sets, with accounts at the provider."""
    for subject, claims in PEOPLE.items():
        body = json.dumps(claims).encode()
        request = urllib.request.Request(f"{provider_url}/users/{subject}", body, method="PUT")
        request.add_header("Content-Type", "application/json")
        urllib.request.urlopen(request).close()
    return {
        "CARERISK_OIDC_METADATA_URL": f"{provider_url}/.well-known/openid-configuration",
        "CARERISK_OIDC_CLIENT_ID": "carerisk",
        "CARERISK_OIDC_CLIENT_SECRET": "not-used-by-the-mock",
        "CARERISK_OIDC_REDIRECT_URI": "http://localhost:{port}/oauth2callback",
        "CARERISK_COOKIE_SECRET": "0123456789abcdef0123456789abcdef",
        "CARERISK_ROLES": "care team=nurse,physician;analyst=research",
    }


@pytest.fixture(scope="module")
def clinic(serve: Callable[..., str], settings: dict[str, str]) -> str:
    """Address of the app with sign-in."""
    return serve(settings | {"STREAMLIT_SERVER_MAX_UPLOAD_SIZE": "1"})


@pytest.fixture(scope="module")
def context(browser: Any) -> Iterator[Callable[[], Any]]:
    """A browser of its own at each call: cookies are not shared."""
    made: list[Any] = []

    def new() -> Any:
        made.append(browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True))
        made[-1].set_default_timeout(HUNG_MS)
        return made[-1]

    yield new
    for one in made:
        one.close()


def open_page(page: Any, address: str) -> Any:
    """The page, drawn to its end: what is not on it then does not come later."""
    unhurried(page).goto(address)
    page.get_by_role("heading", level=1).wait_for()
    page.locator(IDLE).wait_for()
    return page


def sign_in(page: Any, subject: str) -> Any:
    """From the sign-in screen, by the provider's form, back to the app."""
    authorize(page, subject)
    page.get_by_role("button", name="Sign out").wait_for(state="attached")
    page.locator(IDLE).wait_for()
    return page


def authorize(page: Any, subject: str) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


@pytest.fixture(scope="module")
def nina(clinic: str, context: Callable[[], Any]) -> Any:
    """A nurse, signed in: care team."""
    return sign_in(open_page(context().new_page(), f"{clinic}/"), "nina")


@pytest.fixture(scope="module")
def cem(clinic: str, context: Callable[[], Any]) -> Any:
    """A researcher, signed in: analyst."""
    return sign_in(open_page(context().new_page(), f"{clinic}/Cohort"), "cem")


@pytest.fixture(scope="module")
def dora(clinic: str, context: Callable[[], Any]) -> Any:
    """Another analyst, signed in in a browser that had been given an identity before."""
    browser = context()
    browser.add_cookies([{"name": "_streamlit_user", "value": "planted", "url": clinic}])
    return sign_in(open_page(browser.new_page(), f"{clinic}/"), "dora")


@pytest.fixture(scope="module")
def job(cem: Any) -> str:
    """Address of a scoring of the analyst, done."""
    cem.get_by_role("button", name="Use the demo cohort").click()
    cem.get_by_role("button", name="Score 5,533 rows").click()
    cem.get_by_role("button", name="Download the scored CSV").wait_for()
    cem.locator(IDLE).wait_for()
    assert "job=" in cem.url
    return str(cem.url)


def status(address: str, cookies: str = "") -> int:
    """What a client that is no browser gets."""
    request = urllib.request.Request(address, headers={"Cookie": cookies} if cookies else {})
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return int(refused.code)


def cookies_of(page: Any) -> str:
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies(page.url))


def refused(page: Any, role: str) -> None:
    page.get_by_text(f"This page opens for the role {role}").wait_for()
    page.get_by_role("link", name="Go to Home").wait_for()


class TestRoles:
    def test_stranger_sees_the_sign_in_screen_and_nothing_of_the_page(self, clinic, context):
        page = open_page(context().new_page(), f"{clinic}/Patient")
        assert page.get_by_role("heading", level=1).inner_text() == "CareRisk"
        page.locator(".stButton button").first.wait_for()
        assert [button.inner_text().split()[-1] for button in page.locator(".stButton button").all()] == ["in"]
        assert page.get_by_test_id("stSidebar").count() == 0
        assert "Age" not in page.locator("body").inner_text()

    def test_care_team_opens_the_patient_page_and_no_other_role_s(self, nina, clinic):
        menu = nina.get_by_test_id("stSidebar").inner_text()
        assert "Nina Berg\nCare team" in menu
        assert ("Assess a patient" in menu, "Score a cohort" in menu, "audit trail" in menu) == (True, False, False)
        open_page(nina, f"{clinic}/Patient").get_by_text("Not known").or_(nina.get_by_text("Age")).first.wait_for()
        for path, role in (("/Cohort", "analyst"), ("/Audit", "administrator")):
            refused(open_page(nina, f"{clinic}{path}"), role)
            assert nina.get_by_test_id("stFileUploaderDropzone").count() == 0

    def test_analyst_comes_back_to_the_page_asked_for_and_opens_no_patient(self, job, cem, clinic):
        assert job.startswith(f"{clinic}/Cohort?")
        other = cem.context.new_page()
        for path in ("/Patient", "/Records", "/Audit"):
            open_page(other, f"{clinic}{path}")
            other.get_by_text("This page opens for the role").wait_for()
        other.close()

    def test_account_without_a_role_is_told_so_and_can_leave(self, clinic, context):
        page = sign_in(open_page(context().new_page(), f"{clinic}/"), "zoe")
        assert page.get_by_role("heading", level=1).inner_text() == "No role yet"
        assert "Zoe Roth" in page.locator("body").inner_text()
        assert page.get_by_test_id("stSidebar").count() == 0


class TestAddresses:
    def test_job_of_an_analyst_opens_for_nobody_else(self, job, nina, dora, context):
        refused(open_page(nina, job), "analyst")
        open_page(dora, job)
        dora.get_by_text("The scoring in the address is no longer kept").wait_for()
        assert dora.get_by_role("button", name="Download the scored CSV").count() == 0
        assert "Score" not in open_page(context().new_page(), job).locator("body").inner_text()

    def test_download_of_an_analyst_is_served_to_nobody_else(self, job, cem, nina, clinic):
        with cem.expect_download() as download:
            cem.get_by_role("button", name="Download the scored CSV").click()
        address = download.value.url
        assert re.match(rf"{clinic}/media/", address)
        assert status(address, cookies_of(cem)) == 200
        assert status(address) == 403
        assert status(address, cookies_of(nina)) == 403

    def test_session_of_another_is_not_resumed_by_its_id(self, clinic, cem, nina):
        """The id of a session is no key to it: who connects with it gets a session of their own."""
        first = connect_as(cem, clinic)
        assert connect_as(cem, clinic, first) == first
        assert connect_as(nina, clinic, first) != first

    def test_identity_that_was_planted_before_signing_in_does_not_survive_it(self, clinic, dora):
        value = next(c["value"] for c in dora.context.cookies(clinic) if c["name"] == "_streamlit_user")
        assert value != "planted"
        assert "Dora Lind" in dora.get_by_test_id("stSidebar").inner_text()


def connect_as(page: Any, clinic: str, session_id: str = "none") -> str:
    """Connect as a tab of the browser would that knows the id of a session; the id of the session it gets."""
    from websockets.sync.client import connect

    token = next(c["value"] for c in page.context.cookies(clinic) if c["name"] == "_streamlit_xsrf")
    wanted = ["streamlit", token, session_id]
    address, told = f"{clinic.replace('http', 'ws')}/_stcore/stream", {"Cookie": cookies_of(page)}
    with connect(address, origin=clinic, subprotocols=wanted, additional_headers=told, max_size=None) as socket:
        return session_of(socket)


def session_of(socket: Any) -> str:
    """The id that the server gave to a connection, from its first message."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    rerun = BackMsg()
    rerun.rerun_script.query_string = ""
    socket.send(rerun.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(socket.recv(timeout=HUNG))
        if message.WhichOneof("type") == "new_session":
            return str(message.new_session.initialize.session_id)


class TestEnd:
    def test_signing_out_closes_every_tab_and_the_old_page(self, clinic, context):
        browser = context()
        page = sign_in(open_page(browser.new_page(), f"{clinic}/"), "nina")
        second = open_page(browser.new_page(), f"{clinic}/Patient")
        second.get_by_role("button", name="Sign out").wait_for()
        kept = cookies_of(page)
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="End session").click()
        page.get_by_role("button", name="Sign in").wait_for()
        second.get_by_role("link", name="Find a record").click()
        second.get_by_text("You signed out in this browser").wait_for()
        assert open_page(page, f"{clinic}/Patient").get_by_role("heading", level=1).inner_text() == "CareRisk"
        # somebody who copied the cookie before
        thief = context()
        pairs = [pair.split("=", 1) for pair in kept.split("; ")]
        thief.add_cookies([{"name": name, "value": value, "url": clinic} for name, value in pairs])
        open_page(thief.new_page(), f"{clinic}/Patient").get_by_text("You signed out").wait_for()

    def test_the_server_s_own_way_out_ends_the_sign_in_as_well(self, clinic, context):
        page = sign_in(open_page(context().new_page(), f"{clinic}/"), "nina")
        pairs = [pair.split("=", 1) for pair in cookies_of(page).split("; ")]
        page.goto(f"{clinic}/auth/logout")  # typed, or a link on another site
        thief = context()
        thief.add_cookies([{"name": name, "value": value, "url": clinic} for name, value in pairs])
        open_page(thief.new_page(), f"{clinic}/Patient").get_by_text("You signed out").wait_for()

    def test_page_that_is_left_alone_closes_and_says_why(self, serve, settings, context):
        clinic = serve(settings | {"CARERISK_IDLE_MINUTES": "0.1"})
        page = open_page(context().new_page(), f"{clinic}/Image")
        authorize(page, "nina")  # a busy machine may need longer than six seconds to draw the page
        page.get_by_text("Nothing was done here for 6 seconds").wait_for()
        page.get_by_role("button", name="Sign in again").wait_for()


class TestWithoutSignIn:
    def test_all_addresses_of_the_machine_get_the_refusal_alone(self, serve, context):
        address = serve({"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"})
        page = context().new_page()
        page.goto(f"{address}/Patient")
        assert page.get_by_role("heading", level=1).inner_text() == "Sign-in is needed"
        assert "CARERISK_OIDC_METADATA_URL" in page.locator("body").inner_text()
        assert [status(f"{address}{path}") for path in ("/", "/media/a.csv", "/_stcore/host-config")] == [403] * 3


class TestServer:
    def test_upload_that_lies_about_its_length_is_cut_off(self, clinic, dora):
        """Chunks past the limit, with no length told, are refused while they come."""
        import http.client

        page = open_page(dora, f"{clinic}/Cohort")
        with page.expect_request(re.compile("upload_file")) as sent:
            page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(
                {"name": "a.csv", "mimeType": "text/csv", "buffer": b"age,sex\n54,female\n"}
            )
        path = sent.value.url.removeprefix(clinic)
        token = next(c["value"] for c in page.context.cookies(clinic) if c["name"] == "_streamlit_xsrf")
        line = http.client.HTTPConnection(clinic.removeprefix("http://"))
        headers = {
            "Cookie": cookies_of(page),
            "X-Xsrftoken": token,
            "Content-Type": "multipart/form-data; boundary=b",
        }
        start = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n'
        chunks = [start, *[b"1" * 2**18] * 12, b"\r\n--b--\r\n"]
        line.request("PUT", path, iter(chunks), headers, encode_chunked=True)
        answer = line.getresponse().status
        line.close()
        assert answer == 413

    def test_no_page_breaks_its_content_policy(self, clinic, nina):
        page = nina.context.new_page()
        broken: list[str] = []
        page.on("console", lambda m: broken.append(m.text) if "Content Security Policy" in m.text else None)
        open_page(page, f"{clinic}/Patient")
        page.get_by_role("button", name="Show an invented patient").click()
        page.locator(".js-plotly-plot").first.wait_for()
        open_page(page, f"{clinic}/Image")
        page.get_by_role("button", name="Try a sample").wait_for()
        page.close()
        assert broken == []
