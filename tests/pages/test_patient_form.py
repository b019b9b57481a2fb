"""The form of the Patient page: key facts, sections, the switch of units, numbers that another unit would explain."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.vocabulary import SMOKES_NOT_NOW, VARIABLES
from tests.pages.fields import enter, field
from ui.patient.form import SECTIONS
from ui.patient.key_facts import KEY_FACTS, ROWS
from ui.record.draft import unit_key
from ui.record.unit_systems import KEY as UNITS
from ui.record.unit_systems import SYSTEMS, symbols

APP = str(Path(__file__).resolve().parents[2] / "home.py")
#: inputs of PREVENT's base model; the body mass index by itself or by height and weight
PREVENT = {
    *("age", "sex", "systolic_bp", "bp_medication", "total_cholesterol", "hdl_cholesterol", "cholesterol_medication"),
    *("diabetes", "smoking", "egfr", "bmi", "height", "weight"),
}


@pytest.fixture
def page() -> AppTest:
    app = AppTest.from_file(APP, default_timeout=300).run()
    return app.switch_page("pages/1_Patient.py").run()


def captions(page: AppTest) -> str:
    return "\n".join(element.value for element in page.caption)


def press(page: AppTest, words: str) -> AppTest:
    next(element for element in page.button if element.label == words).click().run()
    assert not page.exception
    return page


def switch(page: AppTest, system: str) -> AppTest:
    return page.segmented_control(key=UNITS).set_value(system).run()


def shown(page: AppTest, name: str) -> tuple[float | None, str]:
    """The number in a field, and the unit that it is read in."""
    return field(page, name).value, field(page, name).label.rpartition(", ")[2]


class TestPlaces:
    def test_every_variable_has_one_field(self) -> None:
        places = [f.name for row in ROWS for f in row] + [v.name for s in SECTIONS for v in s.variables]
        assert sorted(places) == sorted(v.name for v in VARIABLES)

    def test_all_that_prevent_asks_is_a_key_fact(self) -> None:
        assert PREVENT < KEY_FACTS

    def test_no_section_is_open_or_empty(self, page: AppTest) -> None:
        sections = [e for e in page.expander if e.label.startswith(tuple(f"**{s.label}**" for s in SECTIONS))]
        assert len(sections) == len(SECTIONS)
        assert not any(e.proto.expanded for e in sections)

    def test_a_closed_section_says_what_it_holds_and_what_is_known(self, page: AppTest) -> None:
        def line() -> str:
            return next(e.label for e in page.expander if e.label.startswith("**More labs**"))

        assert "LDL, triglycerides, urine albumin and 3 more" in line()
        enter(page, ldl_cholesterol=131)
        assert "LDL 131 :gray[· unknown: triglycerides" in line()


class TestSmoking:
    def test_each_answer_is_one_click_and_not_now_is_one_of_them(self, page: AppTest) -> None:
        assert field(page, "smoking").options == ["never", "not now", "former", "current"]

    def test_not_now_is_kept_as_the_past_unknown(self, page: AppTest) -> None:
        enter(page, age=54, sex=0.0, smoking=SMOKES_NOT_NOW)
        assert field(page, "smoking").value == SMOKES_NOT_NOW
        enter(page, smoking=None)
        assert field(page, "smoking").value is None


class TestUnits:
    def test_every_system_is_complete_and_accepted(self) -> None:
        with_choice = {v.name: {u.symbol for u in v.units} for v in VARIABLES if len(v.units) > 1}
        for system in SYSTEMS:
            assert symbols(system).keys() == with_choice.keys()
            assert all(symbol in with_choice[name] for name, symbol in symbols(system).items())

    def test_one_switch_converts_what_was_typed_and_back_without_loss(self, page: AppTest) -> None:
        enter(page, total_cholesterol=231, hba1c=6.1, weight=88.4)
        switch(page, "SI")
        assert shown(page, "total_cholesterol") == (6.0, "mmol/L")
        assert shown(page, "hba1c") == (43.0, "mmol/mol")
        assert shown(page, "weight") == (88.4, "kg")
        switch(page, "US")
        assert shown(page, "weight") == (195.0, "lb")
        switch(page, "mg/dL, kg")
        assert shown(page, "total_cholesterol") == (231.0, "mg/dL")
        assert shown(page, "weight") == (88.4, "kg")

    def test_a_number_typed_after_the_switch_counts_in_its_unit(self, page: AppTest) -> None:
        switch(page, "SI")
        enter(page, age=54, sex=0.0, height=165, creatinine=80)
        assert "eGFR 7" in captions(page)

    def test_one_fact_in_another_unit_leaves_no_system_marked(self, page: AppTest) -> None:
        page.selectbox(key=unit_key("glucose")).set_value("mmol/L").run()
        assert page.segmented_control(key=UNITS).value is None

    def test_the_switch_stays_for_the_next_patient(self, page: AppTest) -> None:
        enter(switch(page, "US"), weight=180)
        press(page, "Clear")
        assert shown(page, "weight") == (None, "lb")
        assert page.segmented_control(key=UNITS).value == "US"

    def test_inches_are_told_in_feet(self, page: AppTest) -> None:
        enter(switch(page, "US"), height=66)
        assert "66.0 in = 5 ft 6 in" in captions(page)


class TestMeant:
    def test_pounds_typed_as_kilograms_become_pounds_in_one_click(self, page: AppTest) -> None:
        enter(page, height=178, weight=165)
        assert "165 kg is a BMI of 52; 165 lb would be one of 24." in captions(page)
        press(page, "It is lb")
        assert shown(page, "weight") == (165.0, "lb")
        assert "Body mass index 23.6 kg/m²" in captions(page)

    def test_a_ratio_of_albumin_says_both_classes_and_its_unit_is_one_click(self, page: AppTest) -> None:
        enter(page, uacr=3.4)
        assert "would be moderately increased (A2)" in captions(page)
        press(page, "It is mg/mmol")
        assert shown(page, "uacr") == (3.4, "mg/mmol")

    def test_protein_typed_in_the_other_unit_is_one_click(self, page: AppTest) -> None:
        press(enter(page, crp=0.8), "It is mg/dL")
        assert shown(page, "crp") == (0.8, "mg/dL")

    def test_a_number_that_is_refused_offers_the_unit_it_fits(self, page: AppTest) -> None:
        press(enter(page, glucose=5.5), "It is mmol/L")
        assert shown(page, "glucose") == (5.5, "mmol/L")

    def test_a_digit_too_many_is_one_click(self, page: AppTest) -> None:
        press(enter(page, systolic_bp=1520), "It is 152")
        assert shown(page, "systolic_bp") == (152.0, "mmHg")

    def test_feet_with_a_point_become_inches(self, page: AppTest) -> None:
        press(enter(switch(page, "US"), height=5.6), "It is 5 ft 6 in")
        assert shown(page, "height") == (66.0, "in")

    def test_what_was_mended_can_be_undone(self, page: AppTest) -> None:
        press(enter(page, systolic_bp=1520), "It is 152")
        press(page, "Undo")
        assert shown(page, "systolic_bp") == (1520.0, "mmHg")
