"""What is copied and taken home from the Patient page, run by Streamlit's AppTest with the shipped models."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.case_report.language import Language
from ui import clock
from ui.patient.chart_copy import LANGUAGE, OPEN
from ui.patient.download import LANGUAGE as HANDOUT_LANGUAGE
from ui.patient.examples import EXAMPLES
from ui.record.draft import value_key

HOME = str(Path(__file__).resolve().parents[2] / "home.py")


@pytest.fixture
def page() -> AppTest:
    """The first invented patient in the form."""
    app = AppTest.from_file(HOME, default_timeout=300).run()
    app.switch_page("pages/1_Patient.py").run()
    app.button(key=f"example.{EXAMPLES[0].title}").click().run()
    assert not app.exception
    return app


def opened(page: AppTest) -> AppTest:
    page.session_state[OPEN] = True
    page.run()
    assert not page.exception
    return page


def test_no_text_is_made_before_it_is_asked_for(page: AppTest) -> None:
    assert [code.value for code in page.code] == []


def test_the_text_for_the_chart_is_that_of_the_form(page: AppTest) -> None:
    (code,) = opened(page).code
    assert code.value.startswith(f"Risk estimate by CareRisk, {clock.today().isoformat()}.\nFacts: age 54 years, sex: ")
    assert "waist 108 cm" in code.value


def test_it_changes_with_the_form(page: AppTest) -> None:
    opened(page).number_input(key=value_key("waist")).set_value(91.0).run()
    assert "waist 91 cm" in page.code[0].value
    assert "108" not in page.code[0].value


def test_it_can_be_had_in_chinese(page: AppTest) -> None:
    opened(page).segmented_control(key=LANGUAGE).set_value(Language.CHINESE).run()
    assert page.code[0].value.startswith("CareRisk风险评估，")


def test_the_handout_is_one_more_download_with_its_own_language(page: AppTest) -> None:
    names = [element.proto.label for element in page.get("download_button")]
    assert names[:2] == ["Report", "Handout for the patient"]
    assert page.segmented_control(key=HANDOUT_LANGUAGE).value == Language.ENGLISH


def test_nothing_can_be_copied_while_nothing_is_answered() -> None:
    app = AppTest.from_file(HOME, default_timeout=300).run()
    app.switch_page("pages/1_Patient.py").run()
    app.session_state[OPEN] = True
    app.run()
    assert not app.exception
    assert [code.value for code in app.code] == []
