"""Better compounds in a real browser: an example, what is better, the search, its proposals, the download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

pytest.importorskip("rdkit", reason="the extra for compounds is not installed")
pytestmark = pytest.mark.browser


def search(page: Any) -> None:
    page.get_by_text("Better ones", exact=True).first.click()
    page.get_by_role("button", name="Try terfenadine").click()
    page.get_by_role("button", name="Search").click()


def sideways(page: Any) -> bool:
    """Whether the page can be scrolled to the side."""
    return page.get_by_test_id("stMain").evaluate("e => e.scrollWidth > e.clientWidth")


def test_compounds_with_less_herg_than_terfenadine_are_proposed(open_page, settle):
    page = open_page("/Compound")
    search(page)
    page.get_by_role("list", name="Proposals, best first").wait_for()
    settle(page)
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_role("listitem").filter(has_text="on the front").count() > 0
    assert page.get_by_role("listitem").filter(has_text="measured compounds").count() > 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    table = pd.read_csv(Path(download.value.path()), dtype={"rank": str})
    start, ranked = table.iloc[0], table[table["rank"].str.isdigit()]
    assert len(ranked) == 20
    assert (ranked["herg_pic50"] < start["herg_pic50"]).all()
    assert ranked["gain_log_units"].is_monotonic_decreasing


@pytest.mark.parametrize(("width", "theme"), [(400, "dark")])
def test_the_search_can_be_stopped_on_a_phone(open_page, width, theme):
    page = open_page("/Compound", width=width, theme=theme)
    search(page)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Begin again").wait_for()
    assert not sideways(page)
    assert page.get_by_test_id("stException").count() == 0
