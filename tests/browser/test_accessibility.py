"""No serious or critical violation of axe-core on any page, light and dark, in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.demo import score_the_demo
from tests.browser.test_compound import screen_terfenadine
from tests.browser.test_generate import learn_the_demo
from tests.browser.test_patient import load_example

pytestmark = pytest.mark.browser

GRAVE = ("serious", "critical")
#: rules that axe-core keeps where it does its work: fewer, and it did not
_MANY = 20
#: a page that is looked at while Streamlit dims what is being drawn, or changes its theme, is looked at again
_LOOKS, _FADING_MS = 4, 1_000


def as_opened(page: Any) -> None:
    """A page that shows all it has as it is opened."""
    page.get_by_role("heading", level=1).wait_for()


def try_a_fortnight(page: Any) -> None:
    page.get_by_role("button", name="Try a glucose fortnight").click()
    page.get_by_text("The bars miss the whole by").wait_for()


PAGES: dict[str, Callable[[Any], None]] = {
    "/": as_opened,
    "/Patient": load_example,
    "/Records": as_opened,
    "/Cohort": score_the_demo,
    "/Image": as_opened,
    "/Signal": try_a_fortnight,
    "/Models": as_opened,
    "/Audit": as_opened,
    "/Generate": learn_the_demo,
    "/Compound": screen_terfenadine,
}


def grave_violations(page: Any) -> list[str]:
    """Rule and elements of each serious or critical violation."""
    found = Axe().run(page).response
    assert len(found["passes"]) > _MANY
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['html']}: {node['failureSummary']}"
        for rule in found["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_nobody_is_kept_from_using_a_page(
    open_page: Callable[..., Any], settle: Callable[[Any], None], path: str, theme: str
) -> None:
    page = open_page(path, theme=theme)
    PAGES[path](page)
    settle(page)
    found = grave_violations(page)
    for _ in range(_LOOKS):
        if not found:
            break
        page.wait_for_timeout(_FADING_MS)
        settle(page)
        found = grave_violations(page)
    assert found == [], "\n".join(found)
