"""A site's calibration on the page: who may, photos and labels in, figures before and after, kept, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from riskmodels.imaging.registry import Found
from riskmodels.imaging.site.store import SiteStore
from riskmodels.records import Actor, Role
from tests.imaging.site.conftest import make_model, pixels, png
from tests.waiting import run_until
from ui.image import site

ROOT = Path(__file__).resolve().parents[2]
BLUISH = (0.55, 1.1, 2.6)


@pytest.fixture(scope="module")
def model():
    return make_model()


@pytest.fixture
def page(model, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page with a small model; the section is open."""
    card = model.card | {"kind": "classifier", "targets": [model.targets[0].to_dict()], "about": "Grades discs."}
    found = Found(Path("/nowhere/made"), card)
    monkeypatch.setattr("riskmodels.imaging.registry.find_models", lambda: {"made": found})
    monkeypatch.setattr("ui.image.models.find_models", lambda: {"made": found})
    monkeypatch.setattr(Found, "load", lambda found, device=None: model)
    st.cache_resource.clear()
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    return app.switch_page("pages/3_Image.py").run()


def opened(page: AppTest) -> AppTest:
    return page.toggle(key="image.site.open").set_value(True).run()


def keys(page: AppTest) -> set[str | None]:
    return {button.key for button in page.button}


def told(page: AppTest) -> str:
    bodies = [element.proto.body for element in page.get("html")]
    return "\n".join([*bodies, *(e.value for e in page.markdown), *(e.value for e in page.caption)])


def calibrated(page: AppTest, n: int = 33, csv: str = "") -> AppTest:
    """Fill in, calibrate, and wait for what comes out."""
    rows = csv or "\n".join(["file,grade", *(f"{seed}.png,{seed % 3}" for seed in range(n))])
    photos = [(f"{seed}.png", png(pixels(seed, BLUISH)), "image/png") for seed in range(n)]
    page.text_input(key="image.site.name").set_value("Clinic A").run()
    page.file_uploader(key="image.site.files").set_value([*photos, ("labels.csv", rows.encode(), "text/csv")]).run()
    page.button(key="image.site.start").click().run()
    return run_until(page, lambda: "image.site.cancel" not in keys(page))


def test_photos_are_calibrated_kept_and_taken_back(page):
    app = calibrated(opened(page))
    assert not app.error
    assert "cross-validated on 33 photos" in told(app)
    assert "Brier score (0 is perfect)" in told(app)
    assert SiteStore().versions("made") == ()
    app.button(key="image.site.keep").click().run()
    (kept,) = SiteStore().in_force("made", "2026-12-01-0123abcd")
    assert "in force" in told(app)
    app.button(key=f"image.site.{kept.version}").click().run()
    assert SiteStore().in_force("made", "2026-12-01-0123abcd") == ()
    assert "taken back" in told(app)
    app.button(key=f"image.site.{kept.version}").click().run()
    assert len(SiteStore().in_force("made", "2026-12-01-0123abcd")) == 1


def test_what_is_discarded_is_not_kept(page):
    app = calibrated(opened(page))
    app.button(key="image.site.discard").click().run()
    assert "image.site.start" in keys(app)
    assert SiteStore().versions("made") == ()


def test_a_row_that_cannot_be_used_is_told_and_the_form_stays(page):
    app = calibrated(opened(page), csv="file,grade\n0.png,7")
    assert "Row 2: “7” is no grade." in app.error[0].value
    assert "image.site.start" in keys(app)


def test_too_few_photos_are_told(page):
    app = calibrated(opened(page), n=12)
    assert "12 photos can be used; at least 30 are needed." in app.error[0].value


def test_without_name_or_table_it_cannot_begin(page):
    app = opened(page)
    assert app.button(key="image.site.start").disabled
    app.file_uploader(key="image.site.files").set_value([("a.png", png(pixels(1)), "image/png")]).run()
    assert "exactly one CSV is needed" in told(app)


def test_who_is_no_analyst_sees_nothing_of_it(page, monkeypatch):
    carer = Actor("x", "Cara", frozenset({Role.CARE}))
    monkeypatch.setattr(site, "current_actor", lambda: carer)
    assert not page.run().toggle
