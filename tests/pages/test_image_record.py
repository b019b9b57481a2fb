"""A picture's reading kept in a record, run by Streamlit's AppTest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.imaging.reading import Item
from riskmodels.imaging.registry import Found
from riskmodels.imaging.results import Finding, HeartSize, Line, Reading, Share
from riskmodels.records import LOCAL, Actor, NotFoundError, Role, images
from riskmodels.records.patients import Patient
from tests.pages.keeping import keep, save, words
from ui.database import database
from ui.record.image_study import finding_words, study_of
from ui.records import keeping

REFERABLE = Finding("referable", "Referable retinopathy", 0.04, 0.02, 0.07, 0.84, "It does not look like it.")
GRADES = (Share("No retinopathy", 0.96), Share("Mild", 0.04))
READING = Reading((), findings=(REFERABLE,), scale=GRADES, caution="Another camera.")
FOUND = Found(Path("/nowhere"), {"name": "retina", "title": "Retina", "version": "v1", "kind": "classifier"})
HASH = "a" * 64


def page() -> None:
    import streamlit as st

    from ui.image.record import draw_keep

    draw_keep(st.session_state["item"], st.session_state["found"])


def opened(item: Item) -> AppTest:
    """The form, opened."""
    app = AppTest.from_function(page, default_timeout=300)
    app.session_state["item"], app.session_state["found"] = item, FOUND
    app.session_state["image.record.open"] = True
    return app.run()


def item(**changes: Any) -> Item:
    return Item(**({"number": 1, "name": "Mustermann.jpg", "sha256": HASH, "reading": READING} | changes))


def kept(patient: Patient) -> list[images.ImageStudy]:
    return images.of_patient(database(), LOCAL, patient.id)


class TestKeeping:
    def test_without_records_it_says_how_one_comes_about(self) -> None:
        app = opened(item())
        assert not app.exception
        assert "There is no record yet." in words(app)

    def test_no_record_is_chosen_beforehand(self) -> None:
        save("Ward 3")
        app = opened(item())
        assert app.selectbox[0].value is None
        assert next(b for b in app.button if b.label == "Keep").disabled

    def test_the_result_is_kept_with_hash_model_and_day(self) -> None:
        patient = save("Ward 3")
        app = opened(item())
        app.date_input[0].set_value(date(2026, 10, 1)).run()
        keep(app, patient)
        (study,) = kept(patient)
        assert (study.picture_hash, study.model, study.model_version) == (HASH, "retina", "v1")
        assert study.day == date(2026, 10, 1)
        assert study.result["findings"][0]["probability"] == 0.04
        assert f"Kept in {patient.code}" in words(app)

    def test_the_name_of_the_file_is_not_kept(self) -> None:
        patient = save()
        keep(opened(item()), patient)
        assert "Mustermann" not in repr(dict(kept(patient)[0].result))

    def test_it_can_be_undone(self) -> None:
        patient = save()
        app = keep(opened(item()), patient)
        next(b for b in app.button if b.label == "Undo").click().run()
        assert kept(patient) == []
        assert "Taken out of the record again." in words(app)

    def test_the_same_reading_is_kept_once(self) -> None:
        patient = save()
        keep(opened(item()), patient)
        app = keep(opened(item()), patient)
        assert len(kept(patient)) == 1
        assert "is already in" in words(app)
        assert "Undo" not in [b.label for b in app.button]

    def test_another_picture_does_not_show_what_became_of_this_one(self) -> None:
        patient = save()
        app = keep(opened(item()), patient)
        app.session_state["item"] = item(sha256="b" * 64)
        assert "Kept in" not in words(app.run())

    def test_a_record_that_went_meanwhile_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        patient = save()

        def gone(*_: object) -> None:
            raise NotFoundError("There is no such patient.", hint="Look in Find a record.")

        monkeypatch.setattr(images, "add", gone)
        app = keep(opened(item()), patient)
        assert "Not kept. There is no such patient." in words(app)


class TestChoosing:
    def test_a_record_is_found_by_its_label(self) -> None:
        save("Ward 4"), save("Ward 3")
        app = opened(item())
        app.text_input[0].set_value("ward 3").run()
        assert [o.split(" · ")[1] for o in app.selectbox[0].options] == ["Ward 3"]

    def test_nothing_found_says_so(self) -> None:
        save()
        app = opened(item())
        app.text_input[0].set_value("zzz").run()
        assert "No record matches." in words(app)

    def test_a_record_in_words(self) -> None:
        patient = save("Ward 3")
        assert keeping.record_text(patient) == f"{patient.code} · Ward 3 · 54, female"


class TestWhoMay:
    def test_an_analyst_sees_nothing_of_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        analyst = Actor("x", "Ana", frozenset({Role.ANALYST}))
        monkeypatch.setattr(keeping, "current_actor", lambda: analyst)
        app = opened(item())
        assert not app.exception
        assert not app.button
        assert not app.selectbox

    def test_a_refused_picture_cannot_be_kept(self) -> None:
        save()
        assert not opened(item(reading=Reading((), refused="No retina."))).selectbox


class TestWords:
    def test_findings_and_most_likely_grade(self) -> None:
        assert finding_words(study_of(READING, "Retina")) == (
            "Referable retinopathy 4 % (2–7 %), below the screening threshold of 84 %; most likely no retinopathy, "
            "96 %. Another camera."
        )

    def test_the_heart(self) -> None:
        mask, line = np.zeros((0, 0), dtype=bool), Line(1, 2, 3)
        heart = HeartSize(0.54, 0.5, 0.58, 0.5, line, line, mask, mask, "Enlarged.")
        made = study_of(Reading((), heart_size=heart), "Heart")
        assert finding_words(made) == "Heart width by chest width 0.54 (0.50–0.58), above 0.50."
        assert made["heart_size"] == {"enlarged": True, "ratio": 0.54, "low": 0.5, "high": 0.58, "threshold": 0.5}

    def test_an_interval_that_is_not_known_is_kept_as_none(self) -> None:
        single = Finding("x", "X", 0.04, float("nan"), float("nan"), 0.84, "")
        made = study_of(Reading((), findings=(single,)), "X")
        assert made["findings"][0]["low"] is None
        assert made["words"] == "X 4 %, below the screening threshold of 84 %."

    def test_a_rank_is_kept_and_no_probability(self) -> None:
        unusual = Finding("x", "X", nan, nan, nan, None, "", rank=0.93, calibrated=False)
        made = study_of(Reading((), findings=(unusual,), caution="Another camera."), "X")
        assert made["findings"][0]["probability"] is None
        assert made["findings"][0]["rank"] == 0.93
        assert finding_words(made) == "X: among the highest 10 % of test photos. Another camera."

    def test_whose_calibration_it_was_is_kept(self) -> None:
        made = study_of(replace(READING, caution="", calibration="Calibrated for A on 84 photos, 2026-12-01."), "X")
        assert finding_words(made).endswith("Calibrated for A on 84 photos, 2026-12-01.")

    def test_what_was_kept_before_there_were_two_thresholds_is_still_told(self) -> None:
        before = {
            "title": "Retina",
            "words": "Referable retinopathy 4 % (2–7 %), below the threshold of 84 %.",
            "caution": "",
            "findings": [{"name": "referable", "present": False, "probability": 0.04, "threshold": 0.84}],
        }
        assert finding_words(before) == before["words"]
