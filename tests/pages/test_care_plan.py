"""The plan of care, training and benefit as bars on the Patient page."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.patient.answer import BY_TRIALS, PLAN_OF_CARE, TAB
from ui.patient.examples import EXAMPLES
from ui.record.draft import value_key

APP = str(Path(__file__).resolve().parents[2] / "home.py")
WOMAN, DIABETIC, _ = EXAMPLES


@pytest.fixture
def page() -> AppTest:
    """The page with the invented man who smokes and was told of diabetes, at his plan of care."""
    app = AppTest.from_file(APP, default_timeout=300).run()
    app.switch_page("pages/1_Patient.py").run()
    return load(app, DIABETIC.title)


def load(page: AppTest, title: str, tab: str = PLAN_OF_CARE) -> AppTest:
    page.button(key=f"example.{title}").click().run()
    page.session_state[TAB] = tab
    page.run()
    assert not page.exception
    return page


def all_html(page: AppTest) -> str:
    return "".join(e.proto.body for e in page.get("html") if not e.proto.body.startswith("<style>"))


def ticks(page: AppTest) -> list:
    return [box for box in page.checkbox if str(box.key).startswith("care.excluded.")]


def enter(page: AppTest, name: str, value: float) -> AppTest:
    return page.number_input(key=value_key(name)).set_value(value).run()


def test_steps_stand_in_cards_with_reason_dose_and_source(page: AppTest) -> None:
    shown = all_html(page)
    assert shown.count("decision support, never an order") == 1
    card = shown[shown.index('aria-label="Lipids"') :]
    assert "Told of diabetes; 63 years; current smoker" in card
    assert "Atorvastatin 40–80 mg" in card
    assert "doi 10.2337/dc25-S010" in card


def test_what_must_be_checked_comes_before_the_dose(page: AppTest) -> None:
    shown = all_html(page)
    card = shown[shown.index('aria-label="Blood pressure"') :]
    assert card.index("Check first") < card.index("Dose or goal") < card.index("Look again")


def test_an_unknown_fact_is_named_with_what_it_would_decide(page: AppTest) -> None:
    load(page, WOMAN.title)
    shown = all_html(page)
    told = shown[shown.index('aria-label="Not known, and what it would decide"') :]
    assert "Urine albumin/creatinine</b>: First class: ACE inhibitor or ARB (albuminuria)" in told


def test_doses_follow_the_kidney_function_entered(page: AppTest) -> None:
    enter(page, "creatinine", 2.4)
    shown = all_html(page)
    table = shown[shown.index('aria-label="Doses for this patient"') :]
    assert "Do not start; if taken, weigh benefit and risk" in table or "Contraindicated" in table
    assert "Start 5 mg once a day" in table or "Start 10 mg once a day" in table


def test_training_is_prescribed_once_every_contraindication_is_excluded(page: AppTest) -> None:
    assert "<h4>Prescription</h4>" not in all_html(page)
    for box in ticks(page)[:-1]:
        box.check()
    page.run()
    assert "<h4>Prescription</h4>" not in all_html(page)
    ticks(page)[-1].check().run()
    assert "<h4>Prescription</h4>" in all_html(page)


def test_ticks_do_not_hold_for_the_next_patient(page: AppTest) -> None:
    for box in ticks(page):
        box.check()
    page.run()
    load(page, WOMAN.title)
    assert ticks(page)
    assert not any(box.value for box in ticks(page))


def test_a_contraindication_that_the_record_tells_is_shown_in_the_place_of_ticks(page: AppTest) -> None:
    enter(page, "systolic_bp", 190)
    assert "Contraindicated now" in all_html(page)
    assert ticks(page) == []


def test_the_walk_is_told_against_its_prediction(page: AppTest) -> None:
    enter(page, "six_minute_walk", 400)
    assert "400 m walked in six minutes" in all_html(page)


def test_benefit_by_trials_is_drawn_as_bars_above_its_table(page: AppTest) -> None:
    load(page, DIABETIC.title, BY_TRIALS)
    shown = all_html(page)
    assert shown.index("Benefit by trials as bars") < shown.index('aria-label="Benefit by trials"')
