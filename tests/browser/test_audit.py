"""Review the audit trail in a real browser: what was done is listed, the chain is checked, the download is an event."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Any]


@pytest.fixture(scope="module")
def app_url(serve: Callable[..., str]) -> str:
    """The app on records of its own: empty at first."""
    return serve()


def sideways(page: Any) -> bool:
    """Whether the page can be scrolled to the side."""
    return bool(page.get_by_test_id("stMain").evaluate("e => e.scrollWidth > e.clientWidth"))


def test_an_empty_trail_says_so_and_is_whole(open_page: OpenPage) -> None:
    page = open_page("/Audit")
    page.get_by_text("Nothing has happened yet.").wait_for()
    page.get_by_role("button", name="Verify the chain").click()
    page.get_by_text("The chain is whole: 0 events checked").wait_for()


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (400, "dark")], ids=["wide", "narrow"])
def test_what_was_done_is_listed_checked_and_taken_away(
    open_page: OpenPage, settle: Callable[[Any], None], width: int, theme: str
) -> None:
    save_a_patient(open_page)
    page = open_page("/Audit", width=width, theme=theme)
    table = page.get_by_role("table", name="Audit trail")
    table.wait_for()
    assert "This computer" in table.inner_text()
    assert "create" in table.inner_text()
    assert not sideways(page)
    page.get_by_role("button", name="Verify the chain").click()
    page.get_by_text("none changed, moved or missing").wait_for()
    settle(page)  # what the check found pushes the button down
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        taken = list(csv.DictReader(file))
    assert {"create"} <= {row["action"] for row in taken}
    page.reload()
    table.wait_for()
    page.get_by_text("export", exact=True).first.wait_for(state="attached")


def save_a_patient(open_page: OpenPage) -> None:
    """Through the page, as a person does."""
    page = open_page("/Patient")
    page.get_by_role("button", name="Example").click()
    page.get_by_role("button", name="Woman of 54").click()
    page.get_by_role("heading", name="Why").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="detached")
