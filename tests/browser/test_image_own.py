"""An own model that does not say which class is the finding, in a real browser: the page asks, and keeps to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from riskmodels.imaging.own import OwnTask, train_own
from riskmodels.imaging.registry import FOLDERS_VARIABLE
from riskmodels.imaging.training import ImageConfig
from tests.browser.conftest import Serve
from tests.imaging.conftest import texture
from tests.waiting import until

pytestmark = pytest.mark.browser

QUESTION = "Which class is the finding?"


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one own model, of coarse and fine stripes, trained without a word on the finding."""
    data, out = tmp_path_factory.mktemp("stripes"), tmp_path_factory.mktemp("own")
    for kind in ("coarse", "fine"):
        (data / kind).mkdir()
        for seed in range(12):
            Image.fromarray(texture(kind, seed)).save(data / kind / f"{seed}.png")
    config = ImageConfig(side=64, frozen_blocks=14, epochs=1, members=2)
    train_own(OwnTask("stripes", data, out, False, config, "cpu"), lambda _: None)
    return out


@pytest.fixture(scope="module")
def app_url(serve: Serve, own_folder: Path) -> str:
    """Address of an app that offers it."""
    return serve({FOLDERS_VARIABLE: str(own_folder)})


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.fromarray(texture("fine", 99)).save(tmp_path / "new.png")
    return tmp_path / "new.png"


def findings(page) -> list[str]:
    return page.locator(".cr-finding h3").all_inner_texts()


def choose_own(page) -> None:
    page.get_by_test_id("stMain").get_by_role("radio", name="Stripes").click()
    page.get_by_role("combobox", name=QUESTION).wait_for()


def upload(page, path: Path) -> None:
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(str(path))
    page.locator(".cr-finding").first.wait_for()


def test_each_class_is_read_until_one_is_the_finding_and_then_only_that_one(open_page, picture):
    page = open_page("/Image")
    choose_own(page)
    page.get_by_text("none counts as the finding").wait_for()
    upload(page, picture)
    assert findings(page) == ["coarse", "fine"]
    page.get_by_role("combobox", name=QUESTION).click()
    page.get_by_role("option", name="coarse").click()
    page.get_by_text("none counts as the finding").wait_for(state="detached")
    until(lambda: findings(page) == ["coarse"])
    page.get_by_test_id("stSidebar").get_by_role("link", name="Home").click()
    page.get_by_text("Models in use").wait_for()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Read an image").click()
    until(lambda: findings(page) == ["coarse"])


def test_page_says_that_an_own_model_is_not_calibrated(open_page):
    page = open_page("/Image", width=400, theme="dark")
    choose_own(page)
    page.get_by_text("Its probabilities are not calibrated").wait_for()
    page.get_by_text("Few validation pictures for its thresholds").wait_for()
    assert not page.get_by_test_id("stMain").evaluate("e => e.scrollWidth > e.clientWidth")
