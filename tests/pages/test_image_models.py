"""The page "Read an image" with the shipped models: their own pictures are read, those of other kinds refused."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
import skimage.data
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
REFUSED = "No reading of this picture"


@pytest.fixture
def page() -> AppTest:
    st.cache_resource.clear()
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    return app.switch_page("pages/3_Image.py").run()


def read(page: AppTest, model: str, data: bytes) -> str:
    """What the page shows of a picture."""
    page.session_state["image.model"] = model
    page.run()
    page.file_uploader[0].set_value([("picture.jpg", data, "image/jpeg")]).run()
    assert not page.exception
    return html_of(page)


def html_of(page: AppTest) -> str:
    bodies = [element.proto.body for element in page.get("html")]
    return "\n".join(body for body in bodies if not body.startswith("<style>"))


def answer_adult(page: AppTest) -> None:
    """Everyone on the films is an adult."""
    page.selectbox(key="image.age").set_value("18 or older").run()


def captions(page: AppTest) -> str:
    return "\n".join(element.value for element in page.caption)


def cat() -> bytes:
    buffer = BytesIO()
    Image.fromarray(skimage.data.chelsea()).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def film(shared: Path) -> bytes:
    return (shared / "images" / "wingspan_ctr_512" / "img" / "wingspan_005.jpg").read_bytes()


def photo(shared: Path) -> bytes:
    return (shared / "images" / "idrid_grading" / "img512" / "test" / "IDRiD_013.jpg").read_bytes()


def test_sample_of_the_retina_model_is_read_and_explained(page: AppTest) -> None:
    page.session_state["image.model"] = "retina"
    page.run().button(key="image.sample").click().run()
    assert not page.exception
    shown = "\n".join(element.proto.body for element in page.get("html"))
    assert REFUSED not in shown
    assert "cr-gauge" in shown
    assert "Log-odds that each area" in shown
    assert "Location and severity" in shown


@pytest.mark.shared_data
def test_photo_has_its_findings_grades_evidence_and_candidates(page: AppTest, shared: Path) -> None:
    shown = read(page, "retina", photo(shared))
    assert shown.count('<div class="cr-finding">') >= 2
    assert "How the probability spreads" in shown
    assert "places speaking for it" in captions(page)
    assert "Location and severity" in shown


@pytest.mark.shared_data
def test_film_of_an_adult_has_its_ratio_and_drawing(page: AppTest, shared: Path) -> None:
    assert REFUSED in read(page, "heart_size", film(shared))
    answer_adult(page)
    assert "Heart width by chest width" in html_of(page)
    assert "The heart is" in captions(page)


@pytest.mark.parametrize("model", ["retina", "heart_size"])
def test_a_cat_is_refused(page: AppTest, model: str) -> None:
    shown = read(page, model, cat())
    assert REFUSED in shown
    assert "cr-gauge" not in shown


@pytest.mark.shared_data
def test_a_chest_film_is_no_retina(page: AppTest, shared: Path) -> None:
    assert REFUSED in read(page, "retina", film(shared))


@pytest.mark.shared_data
def test_a_photo_of_the_retina_is_no_chest_film(page: AppTest, shared: Path) -> None:
    assert REFUSED in read(page, "heart_size", photo(shared))


@pytest.mark.shared_data
def test_a_picture_refused_by_one_model_is_read_by_the_other(page: AppTest, shared: Path) -> None:
    assert REFUSED in read(page, "retina", film(shared))
    page.session_state["image.model"] = "heart_size"
    page.run()
    answer_adult(page)
    assert "The heart is" in captions(page)
