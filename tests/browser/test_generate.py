"""Make invented patients in a real browser: the demo cohort learnt, a download with its cards, a file that leaks."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.generated.invented import write_clinic

pytestmark = pytest.mark.browser


def learn(page: Any) -> None:
    """Learn as shortly as the page lets one."""
    steps = page.get_by_label("Steps of learning at most")
    steps.fill("100")
    steps.press("Enter")
    page.get_by_role("button", name="Learn and invent").click()


def learn_the_demo(page: Any) -> None:
    page.get_by_role("button", name="Use the demo cohort").click()
    learn(page)
    page.get_by_role("heading", name="Column by column").wait_for()


def sideways(page: Any) -> bool:
    """Whether the page can be scrolled to the side."""
    return page.get_by_test_id("stMain").evaluate("e => e.scrollWidth > e.clientWidth")


def refused(page: Any) -> bool:
    return page.get_by_role("heading", name="These people must not be given away").is_visible()


def test_the_demo_cohort_is_learnt_and_downloaded_with_its_cards(open_page, settle):
    page = open_page("/Generate")
    page.get_by_text("Invented people are no patients").wait_for()
    learn_the_demo(page)
    settle(page)
    assert not refused(page)
    assert page.get_by_test_id("stDownloadButton").count() == 3
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == "invented_people_csv.zip"
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        people = pd.read_csv(archive.open("invented_people.csv"))
        card = json.loads(archive.read("privacy.json"))
        assert {"privacy.md", "use.json", "use.md"} < set(archive.namelist())
    assert len(people) == card["invented"] == card["members"]
    assert people["person_id"].str.startswith("invented-").all()
    assert card["refusal"] is None
    page.get_by_role("button", name="Discard and ask anew").click()
    page.get_by_role("button", name="Undo discard").click()
    page.get_by_role("heading", name="Column by column").wait_for()


def test_a_file_that_gives_its_people_away_is_refused(open_page, settle, tmp_path):
    # of few people in many columns every attack finds some: what is drawn is close to whom it was learnt from
    leaking = write_clinic(tmp_path, 180, seed=1)
    page = open_page("/Generate")
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(str(leaking))
    page.get_by_text("a date would tell who somebody is").wait_for()
    learn(page)
    page.get_by_role("heading", name="These people must not be given away").wait_for()
    settle(page)
    assert page.get_by_text("What helps:").first.is_visible()
    # not by name: a chart under the pointer offers itself as a picture
    assert page.get_by_test_id("stDownloadButton").count() == 0
    assert page.get_by_test_id("stAlert").count() == 0


@pytest.mark.parametrize(("width", "theme"), [(400, "light"), (1440, "dark")])
def test_it_can_be_stopped_and_nothing_is_wider_than_the_window(open_page, width, theme):
    page = open_page("/Generate", width=width, theme=theme)
    assert not sideways(page)
    page.get_by_role("button", name="Use the demo cohort").click()
    page.get_by_role("button", name="Learn and invent").click()
    page.get_by_text("You can open other pages meanwhile; this goes on.").wait_for()
    assert not sideways(page)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Begin again").wait_for()
    assert page.get_by_test_id("stException").count() == 0
