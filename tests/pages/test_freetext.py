"""The line of free text above the form, run by Streamlit's AppTest."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.interop.freetext.read import LONGEST
from riskmodels.vocabulary import SMOKES_NOT_NOW
from tests.pages.fields import enter, field
from ui.patient import freetext
from ui.patient.examples import EXAMPLES
from ui.record.draft import unit_key

APP = str(Path(__file__).resolve().parents[2] / "home.py")
LINE = "54 f bp 142/86 tc 231 hdl 41 glu 109 fasting bmi 32.7 never smoked on lisinopril"


@pytest.fixture
def page() -> AppTest:
    """The page as a person finds it: empty."""
    app = AppTest.from_file(APP, default_timeout=300).run()
    return app.switch_page("pages/1_Patient.py").run()


def type_line(page: AppTest, text: str) -> AppTest:
    page.chat_input(key="freetext").set_value(text).run()
    assert not page.exception
    return page


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception
    return page


def undo(page: AppTest) -> AppTest:
    next(button for button in page.button if button.label == "Undo").click().run()
    return page


def value(page: AppTest, name: str) -> float | None:
    found: float | None = field(page, name).value
    return found


def values(page: AppTest, *names: str) -> tuple[float | None, ...]:
    return tuple(value(page, name) for name in names)


def html_of(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html") if "<style" not in element.proto.body)


def understood(page: AppTest) -> str:
    """What is shown below the line; empty where nothing is."""
    return "\n".join(part for part in html_of(page).split("\n") if "cr-understood" in part or "cr-left" in part)


def test_one_line_fills_the_form_and_is_answered(page: AppTest) -> None:
    type_line(page, LINE)
    assert values(page, "age", "sex") == (54, 0)
    assert values(page, "systolic_bp", "diastolic_bp") == (142, 86)
    assert values(page, "smoking", "bp_medication", "fasting_hours") == (0, 1, 8)
    assert "Blood pressure <b>142/86 mmHg</b>" in understood(page)
    assert "cr-answer" in html_of(page)


def test_what_was_understood_stays_while_the_form_is_filled_on(page: AppTest) -> None:
    type_line(page, "54 bp 142/86")
    enter(page, sex=0.0)
    enter(page, hdl_cholesterol=41)
    assert "142/86 mmHg" in understood(page)


def test_another_line_is_put_beside_what_stands(page: AppTest) -> None:
    type_line(page, LINE)
    type_line(page, "bp 138/84 ldl 131")
    assert values(page, "systolic_bp", "ldl_cholesterol", "hdl_cholesterol") == (
        138,
        131,
        41,
    )
    assert "138/84 mmHg</b> <small>was 142/86" in understood(page)


def test_undo_brings_back_values_and_units_in_one_step(page: AppTest) -> None:
    type_line(page, "54 f hdl 41")
    type_line(page, "hdl 1.1 mmol/L; history of smoking; tc 231")
    assert page.selectbox(key=unit_key("hdl_cholesterol")).value == "mmol/L"
    press(page, "freetext.choose.0.0")
    undo(page)
    assert values(page, "hdl_cholesterol", "total_cholesterol", "smoking") == (
        41,
        None,
        None,
    )
    assert page.selectbox(key=unit_key("hdl_cholesterol")).value == "mg/dL"
    assert understood(page) == ""


def test_a_non_smoker_does_not_smoke_now(page: AppTest) -> None:
    type_line(page, "54 f non-smoker")
    assert value(page, "smoking") == SMOKES_NOT_NOW
    assert "not now, past unknown" in understood(page)


def test_undo_brings_back_an_empty_form(page: AppTest) -> None:
    undo(type_line(page, LINE))
    assert value(page, "age") is None
    assert value(page, "bp_medication") is None


def test_doubtful_value_is_filled_only_when_it_is_chosen(page: AppTest) -> None:
    type_line(page, "54 f tc 5.9")
    assert value(page, "total_cholesterol") is None
    press(page, "freetext.choose.0.0")
    assert page.selectbox(key=unit_key("total_cholesterol")).value == "mmol/L"
    assert value(page, "total_cholesterol") == 5.9
    assert "Total cholesterol <b>5.9 mmol/L</b>" in understood(page)


def test_doubts_with_one_reading_are_filled_together(page: AppTest) -> None:
    press(type_line(page, "tc 5.9 hdl 1.1 weight 176"), "freetext.choose.all")
    assert values(page, "total_cholesterol", "hdl_cholesterol") == (5.9, 1.1)
    assert value(page, "weight") is None


def test_number_is_read_in_the_unit_that_the_form_shows(page: AppTest) -> None:
    page.selectbox(key=unit_key("total_cholesterol")).set_value("mmol/L").run()
    type_line(page, "tc 5.9")
    assert value(page, "total_cholesterol") == 5.9


def test_what_is_left_is_told_and_escaped(page: AppTest) -> None:
    type_line(page, "hdl 41, alt 22, ldl ?, <b>Smith</b>")
    assert "“alt 22”" in understood(page)
    assert "told as unknown: “ldl ?”" in understood(page)
    assert "Smith" in understood(page)
    assert "<b>Smith" not in html_of(page)


def test_line_of_another_patient_asks_whose_it_is(page: AppTest) -> None:
    press(page, f"example.{EXAMPLES[0].title}")
    type_line(page, "63 m hdl 38")
    assert values(page, "age", "hdl_cholesterol") == (54, 41)
    assert "Sex: female in the form, male in the text." in understood(page)
    press(page, "freetext.new")
    assert values(page, "age", "sex", "hdl_cholesterol") == (63, 1, 38)
    assert value(page, "total_cholesterol") is None
    undo(page)
    assert values(page, "age", "total_cholesterol") == (54, 231)


def test_line_of_another_patient_fills_nothing_of_an_open_record(page: AppTest) -> None:
    type_line(page, LINE)
    press(page, "record.save")
    press(page, "record.first.save")
    type_line(page, "63 m hdl 38")
    assert value(page, "hdl_cholesterol") == 41
    assert "Sex: female in the record, male in the text." in understood(page)
    assert not any(button.key in ("freetext.new", "freetext.same") for button in page.button)


def test_another_patient_takes_the_text_away(page: AppTest) -> None:
    type_line(page, LINE)
    press(page, "clear")
    assert understood(page) == ""
    assert freetext._UNDERSTOOD not in page.session_state


def test_no_word_of_the_text_is_in_the_address(page: AppTest) -> None:
    type_line(page, "54 f hdl 41 Smith")
    assert "Smith" not in str(dict(page.query_params))


def test_text_that_is_too_long_is_refused_in_words(page: AppTest) -> None:
    type_line(page, "x" * (LONGEST + 1))
    assert "too long" in understood(page)
