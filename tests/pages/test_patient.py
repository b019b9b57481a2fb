"""The Patient page, run by Streamlit's AppTest with the shipped models."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.revision.people import reference_people
from riskmodels.revision.prevalence import state_prevalence
from riskmodels.tabular.versions import VersionStore
from riskmodels.units import find_unit, to_canonical
from riskmodels.vocabulary import VOCABULARY
from tests.pages.fields import enter, field
from ui.models import shipped_models
from ui.patient.examples import EXAMPLES
from ui.record.draft import unit_key, value_key

APP = str(Path(__file__).resolve().parents[2] / "home.py")
WOMAN, DIABETIC, CHEST_PAIN = EXAMPLES


@pytest.fixture
def page() -> AppTest:
    """The page as a person finds it: empty."""
    app = AppTest.from_file(APP, default_timeout=300).run()
    return app.switch_page("pages/1_Patient.py").run()


def load(page: AppTest, title: str) -> AppTest:
    return page.button(key=f"example.{title}").click().run()


def html_of(page: AppTest) -> str:
    bodies = [element.proto.body for element in page.get("html")]
    return "\n".join(body for body in bodies if not body.startswith("<style>"))


def captions(page: AppTest) -> str:
    return "\n".join(element.value for element in page.caption)


def shown_row(page: AppTest, label: str) -> str:
    """The text of one outcome's row."""
    rows = html_of(page).split('<div class="cr-answer')
    row = next(row for row in rows if f">{label}</h3>" in row)
    return re.sub(r"<[^>]+>", " ", row)


def diabetes_risk(page: AppTest) -> float:
    found = re.search(r"([\d.]+) %", shown_row(page, "Undiagnosed diabetes now"))
    assert found is not None
    return float(found.group(1))


def test_chosen_example_does_not_lie_over_its_answer(page: AppTest) -> None:
    page.session_state["examples.open"] = True
    page = load(page, EXAMPLES[0].title)
    assert not page.exception
    assert page.session_state["examples.open"] is False


def test_empty_page_asks_for_age_and_sex_and_shows_no_number(page: AppTest) -> None:
    assert not page.exception
    assert any("Enter age and sex" in element.value for element in page.markdown)
    assert "cr-answer" not in html_of(page)


def test_nothing_is_prefilled(page: AppTest) -> None:
    assert all(element.value is None for element in page.main.number_input)
    assert all(field(page, name).value is None for name in VOCABULARY)


def test_age_and_sex_alone_give_an_estimate(page: AppTest) -> None:
    enter(page, age=50, sex=1.0)
    assert not page.exception
    assert "of 100" in shown_row(page, "Prediabetes or diabetes now")


def test_example_gives_every_population_estimate_with_interval_frequency_and_standing(page: AppTest) -> None:
    load(page, WOMAN.title)
    assert not page.exception
    row = shown_row(page, "Cardiovascular disease in 10 years")
    assert re.search(r"\d %", row)
    assert "–" in row
    assert "people like this" in row
    assert "women aged 50–59" in row


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.title)
def test_every_example_loads_without_problems(page: AppTest, example: object) -> None:
    load(page, example.title)  # type: ignore[attr-defined]
    assert not page.exception
    assert ":material/error:" not in captions(page)
    assert "people like this" in html_of(page)


def test_higher_glucose_raises_the_diabetes_risk(page: AppTest) -> None:
    load(page, WOMAN.title)
    before = diabetes_risk(page)
    enter(page, glucose=170)
    assert diabetes_risk(page) > before


def test_waterfall_names_the_patients_values_and_adds_up_as_printed(page: AppTest) -> None:
    load(page, WOMAN.title)
    table = next(e.proto.body for e in page.get("html") if "Contributions in percentage points" in e.proto.body)
    cells = re.findall(r"<td>([^<]+)</td>", table)
    printed = [float(cell.removesuffix(" %").replace("−", "-")) for cell in cells]
    assert "Glucose 109 mg/dL" in table
    assert math.isclose(sum(printed[:-1]), printed[-1], abs_tol=1e-9)
    assert len(printed) <= 11


def test_waterfall_in_log_odds_adds_up_as_well(page: AppTest) -> None:
    load(page, WOMAN.title)
    page.segmented_control(key="why.scale").set_value("log-odds").run()
    table = next(e.proto.body for e in page.get("html") if "Contributions in log-odds" in e.proto.body)
    printed = [float(cell.replace("−", "-")) for cell in re.findall(r"<td>([^<]+)</td>", table)]
    assert math.isclose(sum(printed[:-1]), printed[-1], abs_tol=1e-9)


def test_choosing_a_fact_shows_its_curve(page: AppTest) -> None:
    load(page, WOMAN.title)
    page.selectbox(key="why.curve").set_value("glucose").run()
    assert not page.exception
    assert "Glucose: how it moves the log-odds" in captions(page)


def test_impossible_value_is_named_beside_its_field_and_the_rest_still_answers(page: AppTest) -> None:
    load(page, WOMAN.title)
    enter(page, systolic_bp=1520)
    assert "Systolic pressure 1520 mmHg is outside 60–300. Did you mean 152?" in captions(page)
    assert page.number_input(key=value_key("systolic_bp")).value == 1520
    assert "people like this" in shown_row(page, "Undiagnosed diabetes now")


def test_impossible_age_gives_no_number_and_says_what_to_enter(page: AppTest) -> None:
    enter(page, age=540, sex=0.0)
    assert any("Enter age to see" in element.value for element in page.markdown)
    assert "Did you mean 54?" in captions(page)


def test_value_that_fits_the_other_unit_is_flagged_and_used_as_entered(page: AppTest) -> None:
    enter(page, age=54, sex=0.0, height=180, weight=250)
    assert "Weight 250 kg is unusual; 250 lb would not be." in captions(page)
    assert "Body mass index 77.2 kg/m², derived" in captions(page)


def test_switching_a_unit_converts_what_was_typed_and_back_without_loss(page: AppTest) -> None:
    enter(page, age=54, sex=0.0, total_cholesterol=231)
    page.selectbox(key=unit_key("total_cholesterol")).set_value("mmol/L").run()
    assert page.number_input(key=value_key("total_cholesterol")).value == 6.0
    page.selectbox(key=unit_key("total_cholesterol")).set_value("mg/dL").run()
    assert page.number_input(key=value_key("total_cholesterol")).value == 231


def test_a_number_edited_after_the_switch_counts_in_the_new_unit(page: AppTest) -> None:
    enter(page, age=54, sex=0.0, glucose=109)
    page.selectbox(key=unit_key("glucose")).set_value("mmol/L").run()
    enter(page, glucose=7.5, fasting_hours=9)
    canonical = to_canonical(7.5, find_unit(VOCABULARY["glucose"].units, "mmol/L"))
    assert canonical > 126
    assert "Fasting glucose 7.5 mmol/L meets the ADA criterion for diabetes" in html_of(page)


def test_derived_values_stand_under_their_fields(page: AppTest) -> None:
    load(page, WOMAN.title)
    enter(page, creatinine=0.9)
    assert "32.7 kg/m², derived: weight ÷ height²" in captions(page)
    assert "derived: CKD-EPI 2021" in captions(page)
    assert "Non-HDL cholesterol 190 mg/dL, derived" in captions(page)


def test_what_a_measurement_answers_is_told_in_its_row_without_a_probability(page: AppTest) -> None:
    load(page, WOMAN.title)
    enter(page, hba1c=6.9)
    for label in ("Undiagnosed diabetes now", "Prediabetes or diabetes now"):
        row = shown_row(page, label)
        assert "HbA1c 6.9 % meets the ADA criterion for diabetes (from 6.5 %); confirm with a second test." in row
        assert "ADA Standards of Care 2025" in row
        assert not any(words in row for words in ("cr-numbers", "people like this", "90 % interval"))
    assert "cr-findings" not in html_of(page)
    assert "people like this" in shown_row(page, "Cardiovascular disease in 10 years")


def test_why_and_plan_are_not_offered_for_what_is_measured(page: AppTest) -> None:
    load(page, WOMAN.title)
    enter(page, hba1c=5.4)
    why = next(c for c in page.segmented_control if c.label == "Why this estimate")
    assert list(why.options) == ["Heart and vessels", "Death from it"]
    assert "Measured, so there is no estimate." in html_of(page)


def test_criterion_that_depends_on_fasting_comes_before_any_probability(page: AppTest) -> None:
    load(page, WOMAN.title)
    enter(page, glucose=165)
    shown = html_of(page)
    assert shown.index("Glucose 165 mg/dL would meet the ADA criterion for diabetes if") < shown.index("cr-answers")


def test_known_diabetes_is_stated_and_gets_no_probability(page: AppTest) -> None:
    load(page, DIABETIC.title)
    row = shown_row(page, "Undiagnosed diabetes now")
    assert "Known already (told: diabetes)" in row
    assert "%" not in row
    assert "people like this" in shown_row(page, "Cardiovascular disease in 10 years")


def test_known_heart_disease_gets_no_cardiovascular_probability(page: AppTest) -> None:
    load(page, WOMAN.title)
    enter(page, stroke=1.0)
    assert "Known already (told: stroke)" in shown_row(page, "Cardiovascular disease in 10 years")


def test_age_outside_the_population_is_refused_with_the_reason(page: AppTest) -> None:
    load(page, WOMAN.title)
    enter(page, age=25)
    assert "valid for ages 30–79 only" in shown_row(page, "Cardiovascular disease in 10 years")
    assert "people like this" in shown_row(page, "Undiagnosed diabetes now")


def test_value_outside_the_training_data_is_refused_and_named(page: AppTest) -> None:
    load(page, WOMAN.title)
    enter(page, total_cholesterol=790)
    row = shown_row(page, "Undiagnosed diabetes now")
    assert "Not estimated" in row
    assert "otal cholesterol" in row
    assert "%" not in row


def test_unknown_tests_that_would_narrow_the_estimate_are_named(page: AppTest) -> None:
    load(page, WOMAN.title)
    assert re.search(r"would narrow it most:</b> .*\d+.* %", html_of(page))


def test_pregnancy_refuses_every_population_estimate_and_leaves_no_waterfall(page: AppTest) -> None:
    load(page, WOMAN.title)
    enter(page, pregnancy=1.0)
    assert not page.exception
    assert "not valid in pregnancy" in shown_row(page, "Undiagnosed diabetes now")
    assert "Contributions in" not in html_of(page)


def test_chest_pain_example_gets_the_coronary_estimate(page: AppTest) -> None:
    load(page, CHEST_PAIN.title)
    assert "of 100 people" in shown_row(page, "Coronary artery disease behind chest pain")


def test_clear_forgets_everything_and_undo_brings_it_back(page: AppTest) -> None:
    load(page, WOMAN.title)
    button(page, "Clear").click().run()
    assert all(element.value is None for element in page.main.number_input)
    button(page, "Undo").click().run()
    assert page.number_input(key=value_key("waist")).value == 108
    assert field(page, "sex").value == 0


def button(page: AppTest, label: str) -> object:
    return next(element for element in page.button if element.label == label)


def test_other_values_show_new_estimates_beside_the_old(page: AppTest) -> None:
    load(page, WOMAN.title)
    slider = next(e for e in page.slider if e.label == "Systolic pressure, mmHg")
    slider.set_value(120.0).run()
    assert not page.exception
    assert "Estimates with other values" in html_of(page)
    assert "→" in html_of(page)


def test_linked_values_move_along_and_say_so(page: AppTest) -> None:
    load(page, WOMAN.title)
    next(e for e in page.slider if e.label == "Weight, kg").set_value(75.0).run()
    assert not page.exception
    assert "Moved along: body mass index 32.7 kg/m² → 27.9 kg/m²" in captions(page)


def test_age_and_sex_cannot_be_moved(page: AppTest) -> None:
    load(page, WOMAN.title)
    labels = {element.label for element in page.slider}
    assert labels
    assert not any(label.startswith(("Age", "Sex")) for label in labels)


def test_what_was_changed_of_the_model_stands_in_the_validity_box(
    page: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARERISK_MODEL_VERSIONS", str(tmp_path))
    people = reference_people("diabetes")
    new = state_prevalence(shipped_models()["population"], "diabetes", 0.06, people, "Register 2025", "a", "Ada Byron")
    store = VersionStore()
    store.choose("population", store.save(new.model).version)
    shown = html_of(load(page, WOMAN.title))
    assert "log-odds to a prevalence of 6 % stated on" in shown
    assert "by Ada Byron." in shown


def test_version_for_a_group_is_never_used_without_saying_so(
    page: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARERISK_MODEL_VERSIONS", str(tmp_path))
    model, store = shipped_models()["population"], VersionStore()
    facts = {"outcome": "diabetes", "method": "intercept", "date": "2026-11-29T10:00:00+00:00"}
    group = {"column": "ancestry", "value": "<i>Asian</i>"}
    card = model.card | {"derived": facts | {"group": group}}
    saved = store.save(model.calibrated(model.calibration, model.reference, card))
    store.choose("population", saved.version, for_all_although=saved.group)
    shown = html_of(load(page, WOMAN.title))
    assert "recalibrated here only for people whose “ancestry” is “&lt;i&gt;Asian&lt;/i&gt;”" in shown
    assert "<i>Asian" not in shown


def test_unknown_inputs_and_population_stand_in_the_validity_box(page: AppTest) -> None:
    load(page, WOMAN.title)
    shown = html_of(page)
    assert "Not known of this patient, and could be used:" in shown
    assert "adults of 20 or more who were never told they have diabetes" in shown


def test_facts_survive_a_visit_to_another_page(page: AppTest) -> None:
    load(page, WOMAN.title)
    page.switch_page("home.py").run()
    page.switch_page("pages/1_Patient.py").run()
    assert page.number_input(key=value_key("waist")).value == 108
