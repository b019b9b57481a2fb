"""Find a record and a patient's timeline in a real browser: labels as text, keyboard, narrow screens, no wide page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = ("<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "$latex_{x}$", ":material/home: **bold**")
WIDTHS = [pytest.param(1440, "light", id="wide"), pytest.param(400, "dark", id="narrow")]
OpenPage = Callable[..., Any]

_SEED = """
import sys
from datetime import date
import pandas as pd
from riskmodels.assessment import assess
from riskmodels.checks import check
from riskmodels.records import LOCAL, assessments, open_database, patients, visits
from riskmodels.records.facts import Entered, Facts
from riskmodels.scores.inputs import variable_of
from riskmodels.tabular.model import load_shipped
from ui.patient.examples import EXAMPLES

woman = EXAMPLES[0].values
known = [woman, woman | {"age": 55.0, "glucose": 121.0}, woman | {"age": 56.0, "diabetes": 1.0}]

def facts(values):
    units = {name: variable_of(name).units for name in values}
    entered = {n: Entered(float(v), units[n][0].symbol if units[n] else "") for n, v in values.items()}
    return Facts(entered, {n: float(v) for n, v in values.items()})

models, database = load_shipped(device="cpu"), open_database()
answers = [assessments.to_keep(assess(check(pd.DataFrame([values], dtype=float)).frame, models)) for values in known]
for number, label in enumerate(sys.argv[1:]):
    day = date(2024, 1, 1 + number % 28)
    patient, _ = patients.create(database, LOCAL, label, day, facts(known[0]), answers[0])
    for place in (1, 2) if number == 0 else ():
        visits.add(database, LOCAL, patient.id, date(2024 + place, 6, 1), facts(known[place]), answers[place])
patients.delete(database, LOCAL, patient.id)
database.close()
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder: a patient of three visits, some with hostile labels, more than a page of others, a deleted one."""
    folder = tmp_path_factory.mktemp("data")
    labels = ["Ward 3, bed 2", *HOSTILE, *(f"Ward 4, bed {number}" for number in range(55)), "Gone"]
    environment = os.environ | {"CARERISK_DATA": str(folder)}
    environment.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-c", _SEED, *labels], cwd=ROOT, env=environment, check=True)
    return folder


@pytest.fixture(scope="module")
def app_url(serve: Callable[..., str], data: Path) -> str:
    """The app on these records."""
    return serve({"CARERISK_DATA": str(data)})


def find(page: Any, text: str) -> None:
    page.get_by_label("Code or label").fill(text)
    page.keyboard.press("Enter")


def rows(page: Any) -> Any:
    return page.locator("[class*=st-key-record_row_]")


def sideways(page: Any) -> bool:
    """Whether the page can be scrolled to the side."""
    return bool(page.get_by_test_id("stMain").evaluate("e => e.scrollWidth > e.clientWidth"))


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_search_and_open_by_keyboard(open_page: OpenPage, width: int, theme: str) -> None:
    page = open_page("/Records", width=width, theme=theme)
    rows(page).nth(49).wait_for()
    assert rows(page).count() == 50
    find(page, "ward 3")
    page.get_by_text("1 record", exact=True).wait_for()
    button = rows(page).get_by_role("button")
    code = button.inner_text()
    assert not sideways(page)
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Assess a patient").wait_for()
    page.get_by_text(code).first.wait_for()
    page.wait_for_url(re.compile(r"record=[0-9a-f]{32}$"))


def test_a_click_anywhere_in_a_row_opens_it(open_page: OpenPage) -> None:
    page = open_page("/Records")
    find(page, "ward 3")
    page.get_by_text("1 record", exact=True).wait_for()
    box = rows(page).get_by_text("Ward 3, bed 2").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_role("heading", name="Assess a patient").wait_for()


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_is_text_and_nothing_else(open_page: OpenPage, label: str) -> None:
    page = open_page("/Records")
    alarms: list[str] = []
    page.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
    find(page, label)
    page.get_by_text("1 record", exact=True).wait_for()
    row = rows(page)
    assert label in row.inner_text()
    assert row.locator("img, a, .katex, strong, [data-testid=stIconMaterial]").count() == 0
    row.get_by_role("button").click()
    page.get_by_role("heading", name="Assess a patient").wait_for()
    page.get_by_text(label).first.wait_for()
    assert page.locator("img[src=x], a[href^='javascript'], .katex").count() == 0
    assert alarms == []


def test_the_second_page_is_reached(open_page: OpenPage) -> None:
    page = open_page("/Records")
    page.get_by_text("1–50 of 60 records").wait_for()
    page.get_by_role("button", name="Page 2").click()
    page.get_by_text("51–60 of 60 records").wait_for()
    rows(page).nth(10).wait_for(state="detached")
    assert rows(page).count() == 10


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_timeline_of_three_visits(open_page: OpenPage, width: int, theme: str) -> None:
    page = open_page("/Records", width=width, theme=theme)
    find(page, "ward 3")
    page.get_by_text("1 record", exact=True).wait_for()
    rows(page).get_by_role("button").click()
    page.get_by_role("radio", name="Timeline").click()
    page.get_by_text("Figures behind the lines").wait_for()
    page.locator(".js-plotly-plot").nth(3).wait_for()
    page.get_by_text("already told of diabetes").first.wait_for(state="attached")
    assert not sideways(page)
    page.get_by_role("radio", name="Why it changed").click()
    page.get_by_text("Figures behind the bars").wait_for()
    page.get_by_text("Told of diabetes: no → yes").first.wait_for(state="attached")
    assert not sideways(page)
    page.get_by_role("radio", name="Two visits side by side").click()
    page.get_by_role("table", name="Two visits side by side").wait_for()
    assert not sideways(page)


def test_a_deleted_record_is_restored(open_page: OpenPage) -> None:
    page = open_page("/Records")
    page.get_by_role("radio", name="Deleted").click()
    page.get_by_text("1 deleted record", exact=True).wait_for()
    assert "30 days" in rows(page).inner_text()
    rows(page).get_by_role("button", name="Restore").click()
    page.get_by_text("is restored and is found under Records again.").wait_for()
    page.get_by_text("No deleted record.").wait_for()
    page.get_by_role("radio", name="Records").click()
    page.get_by_text("61 records").first.wait_for()
