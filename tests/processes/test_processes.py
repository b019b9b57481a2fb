"""Three processes of the app and one that scores: any of them may die, and nobody's values are lost."""

from __future__ import annotations

import os
import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from riskmodels.interop.columns.mapping import Code, CohortMapping, ColumnMapping, Role
from riskmodels.records import LOCAL, State, open_database
from riskmodels.records import jobs as records
from riskmodels.scoring.jobs import submit_scoring
from riskmodels.scoring.request import ScoreRequest
from riskmodels.tabular.model import load_shipped
from tests.chromium import HUNG_MS
from tests.processes.conftest import STICKY, Clinic, fields_kept
from tests.serving import answers, identity
from tests.waiting import until

pytestmark = [pytest.mark.caddy, pytest.mark.browser]
#: what each person types beside an age of their own, by the group of the form it stands in
PRESSURES = {"Systolic pressure, mmHg": "143", "Diastolic pressure, mmHg": "88"}
WEIGHT = {"Weight, kg": "80"}
Enter = Callable[..., Any]


@pytest.fixture
def enter(clinic: Clinic, browser: Any) -> Iterator[Enter]:
    """A browser of its own, signed in, that stays with one of the processes: its page."""
    contexts: list[Any] = []

    def open_page(subject: str, port: int, cookie: str = "", path: str = "/Patient") -> Any:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(HUNG_MS)
        contexts.append(context)
        signed = cookie or identity(subject, "care team", origin=clinic.url)
        named = {USER_COOKIE_NAME: signed, STICKY: clinic.cookie_of(port)}
        context.add_cookies([{"name": n, "value": v, "url": clinic.url} for n, v in named.items()])
        page = context.new_page()
        page.goto(f"{clinic.url}{path}")
        page.get_by_role("heading", level=1).wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()


def cookie_of(page: Any, name: str) -> str:
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == name)


def type_values(page: Any, values: dict[str, str]) -> None:
    for label, value in values.items():
        field = page.get_by_label(label).first
        field.fill(value)
        field.press("Enter")
    page.wait_for_url("**/Patient?draft=*")


def wait_for_values(page: Any, values: dict[str, str]) -> None:
    for label, value in values.items():
        shown = f"document.querySelector(\"input[aria-label='{label}']\")?.value"
        page.wait_for_function(f"value => {shown} === value", arg=value)


class TestOneDies:
    def test_its_people_go_on_at_another_with_all_they_typed(self, clinic: Clinic, enter: Enter) -> None:
        people = {port: enter(f"person-{port}", port) for port in clinic.ports}
        ages = {port: {"Age, years": str(40 + number)} for number, port in enumerate(people)}
        for port, page in people.items():
            type_values(page, ages[port])
            type_values(page, PRESSURES)
            assert cookie_of(page, STICKY) == clinic.cookie_of(port)
        dead = clinic.ports[0]
        height = people[dead].get_by_label("Height, cm").first
        os.kill(clinic.pid_of("--server.port", str(dead)), signal.SIGSTOP)
        height.fill("171")  # nobody will answer this one
        height.press("Enter")
        clinic.kill("--server.port", str(dead))
        until(lambda: cookie_of(people[dead], STICKY) != clinic.cookie_of(dead))
        people[dead].get_by_text("check the value you typed last").wait_for()
        wait_for_values(people[dead], {"Height, cm": "171"})
        for port, page in people.items():
            type_values(page, WEIGHT)
            until(lambda page=page: "weight" in fields_kept(clinic, urlsplit(page.url).query))
            page.reload()  # what stands in the form now comes from the database
            wait_for_values(page, ages[port])
            wait_for_values(page, PRESSURES)
            wait_for_values(page, WEIGHT | ({"Height, cm": "171"} if port == dead else {}))
        until(lambda: answers(f"http://127.0.0.1:{dead}/_stcore/health"))  # it was started again

    def test_job_goes_on_when_the_process_that_scores_dies(self, clinic: Clinic, monkeypatch: Any) -> None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        database = open_database(folder=clinic.data)
        job = submit_scoring(database, LOCAL, cohort(150_000), REQUEST, load_shipped())

        def now() -> Any:
            return records.find(database, LOCAL, job.id)

        until(lambda: now().state is State.RUNNING)
        clinic.kill("riskmodels", "work")
        until(lambda: not now().active, 600)
        assert (now().state, now().counts["read"], now().attempts) == (State.DONE, 150_000, 2)
        database.close()


class TestSignIn:
    def test_sign_out_at_one_process_is_refused_by_the_others(self, clinic: Clinic, enter: Enter) -> None:
        first, second, third = clinic.ports
        cookie = identity("nina", "care team", origin=clinic.url)
        here, there = enter("nina", first, cookie), enter("nina", second, cookie)
        here.get_by_role("button", name="Sign out").click()
        there.get_by_text("You signed out in this browser").wait_for()  # by itself: the page looks now and then
        thief = enter("nina", third, cookie)
        assert thief.get_by_role("heading", level=1).inner_text() == "You were signed out"

    def test_only_who_signed_in_is_served_whichever_way_they_come(self, clinic: Clinic) -> None:
        for headers in ({}, {"X-Forwarded-For": "10.0.0.4"}):
            request = urllib.request.Request(f"{clinic.url}/media/abc.csv", headers=headers)
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(request)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{clinic.url}/_stcore/metrics")


SEXES = (Code("f", "female"), Code("m", "male"))
MAPPING = CohortMapping(
    (ColumnMapping("age", "age", Role.VALUE, "years"), ColumnMapping("sex", "sex", Role.VALUE, codes=SEXES))
)
REQUEST = ScoreRequest("cohort.csv", MAPPING, rows=150_000)


def cohort(rows: int) -> bytes:
    return ("age,sex\n" + "\n".join(f"{20 + i % 60},{'fm'[i % 2]}" for i in range(rows)) + "\n").encode()
