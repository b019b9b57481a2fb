"""Home, run by Streamlit's AppTest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from riskmodels.errors import ModelFileError
from ui import models

APP = str(Path(__file__).resolve().parents[2] / "home.py")


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def open_home() -> AppTest:
    return AppTest.from_file(APP, default_timeout=300).run()


def html_of(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def test_home_says_what_it_is_and_that_it_makes_no_diagnosis() -> None:
    app = open_home()
    assert not app.exception
    assert app.title[0].value == "CareRisk"
    assert "makes no diagnosis" in app.markdown[0].value


def test_home_shows_every_shipped_model_with_version_data_and_device() -> None:
    app = open_home()
    shown = html_of(app)
    for name, model in models.shipped_models().items():
        assert models.MODEL_LABEL[name] in shown
        assert models.version_text(model).removeprefix("version ") in shown
        assert f"{model.card['training_rows']:,} people in training" in shown
        assert str(model.device).upper() in shown


def test_home_has_a_door_to_each_page() -> None:
    app = open_home()
    doors = {link.proto.page for link in app.main.get("page_link")}
    assert doors == {"Patient", "Records", "Cohort", "Image", "Signal", "Models", "Audit", "Generate", "Compound"}


def test_home_without_models_says_so_and_still_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ModelFileError("The model folder is damaged.", hint="Run make train.")

    monkeypatch.setattr(models, "load_shipped", broken)
    app = open_home()
    assert not app.exception
    assert app.error[0].value == "The model folder is damaged. Run make train."
