"""Published scores, benefit by trials, the smallest plan and prompts on the Patient page."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.assessment import assess
from riskmodels.care.guidance import plan_of_care
from riskmodels.checks import check
from riskmodels.vocabulary import SMOKES_NOT_NOW, VARIABLES
from tests.pages import fields
from ui.models import shipped_models
from ui.patient.answer import BY_TRIALS, SMALLEST_PLAN, TAB, WHAT_IF
from ui.patient.case import Case
from ui.patient.examples import EXAMPLES
from ui.patient.report import build_report
from ui.patient.score_rows import compute_scores
from ui.patient.scores import PLACE

APP = str(Path(__file__).resolve().parents[2] / "home.py")
WOMAN, DIABETIC, _ = EXAMPLES
#: PREVENT base model, FORMULAS.md section 8: 14.68 % for all cardiovascular disease
WORKED = {
    "age": 50,
    "sex": 0.0,
    "systolic_bp": 160,
    "bp_medication": 1.0,
    "total_cholesterol": 200,
    "hdl_cholesterol": 45,
    "cholesterol_medication": 0.0,
    "diabetes": 1.0,
    "smoking": 0.0,
    "egfr": 90,
    "bmi": 35,
}


@pytest.fixture
def page() -> AppTest:
    """The page as a person finds it: empty."""
    app = AppTest.from_file(APP, default_timeout=300).run()
    return app.switch_page("pages/1_Patient.py").run()


def enter(page: AppTest, facts: dict[str, float | None]) -> AppTest:
    fields.enter(page, **facts)
    assert not page.exception
    return page


def load(page: AppTest, title: str) -> AppTest:
    return page.button(key=f"example.{title}").click().run()


def choose(page: AppTest, place: str) -> AppTest:
    return page.selectbox(key=PLACE).set_value(place).run()


def open_tab(page: AppTest, tab: str) -> AppTest:
    """Open one of the tabs under “What would change it”; only the open one is drawn."""
    page.session_state[TAB] = tab
    return page.run()


def html_with(page: AppTest, marker: str) -> str:
    """The one piece of HTML that contains a marker; empty where there is none."""
    bodies = [element.proto.body for element in page.get("html") if not element.proto.body.startswith("<style>")]
    return next((body for body in bodies if marker in body), "")


def score_row(page: AppTest, title: str) -> tuple[str, bool]:
    """The words of a score's row, and whether it is greyed."""
    for grey, body in re.findall(r"<tbody( class=\"cr-grey\")?>(.*?)</tbody>", html_with(page, "Published scores")):
        for row in body.split("<tr>"):
            if f'<th scope="row">{title}<' in row:
                return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)), bool(grey)
    raise AssertionError(f"no row of {title}")


def test_prevent_worked_example_typed_in_gives_the_published_value(page: AppTest) -> None:
    enter(page, WORKED)
    words, grey = score_row(page, "AHA PREVENT 2023")
    assert "all cardiovascular 15 %" in words
    assert "ASCVD 9.2 % intermediate" in words
    assert "heart failure 8.1 %" in words
    assert "made for: United States" in words
    assert not grey


def test_who_does_not_smoke_now_has_the_published_value_without_the_past(page: AppTest) -> None:
    enter(page, WORKED | {"smoking": SMOKES_NOT_NOW})
    words, grey = score_row(page, "AHA PREVENT 2023")
    assert "all cardiovascular 15 %" in words
    assert not grey


def test_score_names_the_inputs_it_lacks(page: AppTest) -> None:
    enter(page, WORKED | {"egfr": None})
    words, grey = score_row(page, "AHA PREVENT 2023")
    assert "Not known: eGFR." in words
    assert grey


def test_at_35_score2_is_greyed_with_the_reason(page: AppTest) -> None:
    enter(page, WORKED | {"age": 35, "diabetes": 0.0})
    words, grey = score_row(choose(page, "Germany"), "SCORE2 and SCORE2-OP")
    assert "Does not apply: valid for ages 40–89 only." in words
    assert grey


def test_score2_asks_for_the_country_and_keeps_it_for_the_next_patient(page: AppTest) -> None:
    enter(page, WORKED | {"diabetes": 0.0})
    assert "Not known: country or risk region." in score_row(page, "SCORE2 and SCORE2-OP")[0]
    choose(page, "Germany")
    assert "SCORE2, moderate-risk region" in score_row(page, "SCORE2 and SCORE2-OP")[0]
    load(page, WOMAN.title)
    assert "SCORE2, moderate-risk region" in score_row(page, "SCORE2 and SCORE2-OP")[0]


def test_known_diabetes_greys_the_diabetes_scores(page: AppTest) -> None:
    load(page, DIABETIC.title)
    words, grey = score_row(page, "FINDRISC")
    assert "Does not apply: already told of diabetes" in words
    assert grey


def test_questions_only_scores_ask_complete_findrisc_and_are_forgotten_with_the_patient(page: AppTest) -> None:
    load(page, WOMAN.title)
    assert "Not known" in score_row(page, "FINDRISC")[0]
    answers = {"daily_activity": 0.0, "daily_vegetables": 1.0, "high_glucose_ever": 1.0, "family_history_degree": 2.0}
    enter(page, answers)
    assert re.search(r"\d+ points", score_row(page, "FINDRISC")[0])
    load(page, WOMAN.title)
    assert "Not known" in score_row(page, "FINDRISC")[0]
    next(e for e in page.button if e.label == "Undo").click().run()
    assert re.search(r"\d+ points", score_row(page, "FINDRISC")[0])


def test_value_stands_among_people_of_the_same_sex_and_age(page: AppTest) -> None:
    words, _ = score_row(enter(page, WORKED), "AHA PREVENT 2023")
    assert re.search(r"higher than \d+ % of women aged 50–59", words)


def test_no_word_of_disagreement_where_there_is_none(page: AppTest) -> None:
    enter(page, WORKED | {"systolic_bp": 124, "bp_medication": 0.0, "diabetes": 0.0, "hdl_cholesterol": 55, "bmi": 28})
    assert html_with(page, "cr-differ") == ""


#: raised glucose weighs for the neural estimate; the ADA test, without glucose, ranks him low
GLUCOSE_HIGH = {
    "age": 54,
    "sex": 1.0,
    "hypertension": 0.0,
    "family_history_diabetes": 0.0,
    "daily_activity": 1.0,
    "bmi": 23,
    "glucose": 160,
}


def test_disagreement_is_told_with_the_input_that_only_the_estimate_uses(page: AppTest) -> None:
    facts = dict(GLUCOSE_HIGH)
    extra = {"daily_activity": facts.pop("daily_activity")}
    enter(page, facts)
    assert html_with(page, "cr-differ") == ""  # the ADA test lacks an answer yet
    told = html_with(enter(page, extra), "cr-differ")
    assert "ranks this patient higher" in told
    assert "Glucose 160 mg/dL (raises it)" in told


def test_benefit_names_baseline_reduction_and_number_needed(page: AppTest) -> None:
    open_tab(load(page, DIABETIC.title), BY_TRIALS)
    shown = html_with(page, 'aria-label="Benefit by trials"')
    assert "Blood pressure lower by 10 mmHg" in shown
    assert "AHA PREVENT 2023 (full model)" in shown
    assert re.search(r"<b>\d+ \(\d+–\d+\)</b> treated for 10 years", shown)
    assert "Lancet 2016;387:957-967" in shown


def test_benefit_that_does_not_apply_is_collapsed_with_its_reason(page: AppTest) -> None:
    open_tab(load(page, DIABETIC.title), BY_TRIALS)
    shown = html_with(page, 'aria-label="Benefit by trials"')
    collapsed = shown[shown.index('<details class="cr-grey">') :]
    assert "No trial figure is used: the studies are of smokers with coronary disease." in collapsed
    assert "Metformin:</b> For people without diabetes" in collapsed


def test_benefits_together_multiply_and_say_so(page: AppTest) -> None:
    open_tab(choose(enter(page, WORKED | {"ldl_cholesterol": 130, "diabetes": 0.0}), "Germany"), BY_TRIALS)
    both = ["Statin, moderate intensity", "Blood pressure lower by 10 mmHg"]
    page.multiselect(key="benefit.together").set_value(both).run()
    assert not page.exception
    assert "Relative risks multiplied" in html_with(page, "cr-together")


def test_alternatives_of_each_other_are_not_combined(page: AppTest) -> None:
    open_tab(choose(enter(page, WORKED | {"ldl_cholesterol": 130, "diabetes": 0.0}), "Germany"), BY_TRIALS)
    both = ["Statin, moderate intensity", "Statin, high intensity"]
    page.multiselect(key="benefit.together").set_value(both).run()
    assert any("alternatives of each other" in element.value for element in page.caption)


def test_actions_over_different_baselines_are_not_offered_together(page: AppTest) -> None:
    open_tab(enter(page, WORKED | {"ldl_cholesterol": 130}), BY_TRIALS)
    assert "Statin, moderate intensity" in html_with(page, 'aria-label="Benefit by trials"')
    assert not page.multiselect


def test_plan_brings_an_eligible_patient_under_the_threshold_by_named_steps(page: AppTest) -> None:
    open_tab(load(page, DIABETIC.title), SMALLEST_PLAN)
    page.selectbox(key="plan.outcome").set_value("cvd_10y")
    page.number_input(key="plan.threshold").set_value(20).run()
    assert html_with(page, "cr-plan") == ""  # only when asked
    page.button(key="plan.ask").click().run()
    shown = html_with(page, "cr-plan")
    assert "under 20 %" in shown
    steps = re.findall(r"<h3>(\d\. [^<]+)</h3>", shown)
    assert 1 <= len(steps) <= 3
    assert all("→" in step for step in steps)
    last = re.findall(r"→ <b>([\d.]+) %</b>", shown)[-1]
    assert float(last) < 20


def test_plan_that_does_not_exist_says_so_with_the_lowest_estimate(page: AppTest) -> None:
    open_tab(load(page, DIABETIC.title), SMALLEST_PLAN)
    page.selectbox(key="plan.outcome").set_value("cvd_10y")
    page.number_input(key="plan.threshold").set_value(1).run()
    page.button(key="plan.ask").click().run()
    shown = html_with(page, "cr-plan")
    assert "brings the estimate under 1 %" in shown
    assert "The lowest it reaches is" in shown


def test_plan_disappears_when_the_facts_change(page: AppTest) -> None:
    open_tab(load(page, DIABETIC.title), SMALLEST_PLAN)
    page.number_input(key="plan.threshold").set_value(20).run()
    page.button(key="plan.ask").click().run()
    assert html_with(page, "cr-plan")
    enter(page, {"systolic_bp": 130})
    assert html_with(page, "cr-plan") == ""


def test_what_was_asked_for_outlives_a_look_at_another_tab(page: AppTest) -> None:
    load(page, WOMAN.title)
    next(e for e in page.slider if e.label == "Systolic pressure, mmHg").set_value(120.0).run()
    open_tab(page, SMALLEST_PLAN)
    assert not page.slider  # only the open tab is computed and drawn
    page.number_input(key="plan.threshold").set_value(20).run()
    open_tab(page, WHAT_IF)
    assert "Estimates with other values" in html_with(page, "Estimates with other values")
    open_tab(page, SMALLEST_PLAN)
    assert page.number_input(key="plan.threshold").value == 20


def test_threshold_is_not_suggested(page: AppTest) -> None:
    open_tab(load(page, WOMAN.title), SMALLEST_PLAN)
    assert page.number_input(key="plan.threshold").value is None
    assert page.button(key="plan.ask").disabled


def test_notes_are_drawn_only_when_one_applies(page: AppTest) -> None:
    enter(page, {"age": 35, "sex": 0.0})
    assert html_with(page, "cr-prompts") == ""
    load(page, DIABETIC.title)
    enter(page, {"egfr": 28, "creatinine": None})
    shown = html_with(page, "cr-prompts")
    assert "Check whether metformin is taken" in shown
    assert "FDA Drug Safety Communication" in shown


def test_report_contains_scores_and_notes() -> None:
    row = {v.name: np.nan for v in VARIABLES} | DIABETIC.values
    frame, models = check(pd.DataFrame([row], dtype=float), {}).frame, shipped_models()
    published = compute_scores(frame.iloc[0], "low")
    care = plan_of_care(frame.iloc[0], published.results)
    case = Case(assess(frame, models), {}, published, care)
    report = build_report(case, date(2026, 11, 24))
    assert "Published scores" in report
    assert "10 years: all cardiovascular 27 %; ASCVD" in report
    assert "SCORE2 and SCORE2-OP (already told of diabetes" in report
    assert "Check eGFR and UACR again over at least 3 months" in report
    assert "<h2>Plan of care</h2>" in report
    assert "Statin, high intensity (diabetes with a further risk factor)" in report
    assert "Told of diabetes; 63 years; current smoker" in report


def test_hostile_label_is_text_in_the_report() -> None:
    row = {v.name: np.nan for v in VARIABLES} | DIABETIC.values
    frame, models = check(pd.DataFrame([row], dtype=float), {}).frame, shipped_models()
    label = "<script>alert(1)</script><img src=x onerror=alert(1)>\u202e&lt;"
    published = compute_scores(frame.iloc[0], "low")
    care = plan_of_care(frame.iloc[0], published.results)
    case = Case(assess(frame, models), {}, published, care, f"Saved as {label}.")
    report = build_report(case, date(2026, 11, 24))
    assert "<script" not in report
    assert "<img" not in report
    assert "Saved as &lt;script&gt;" in report
