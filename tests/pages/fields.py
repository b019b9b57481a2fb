"""The fields of the Patient page's form, for the tests that fill it: whichever widget a fact has."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from riskmodels.scores.inputs import variable_of
from riskmodels.vocabulary import Kind
from ui.patient.fields import stands_open
from ui.record.draft import value_key


def field(page: AppTest, name: str) -> Any:
    """The widget of a fact: a number, a list of answers, or answers beside one another."""
    variable = variable_of(name)
    if variable.kind is Kind.NUMBER:
        return page.number_input(key=value_key(name))
    if stands_open(variable):
        return page.segmented_control(key=value_key(name))
    return page.selectbox(key=value_key(name))


def enter(page: AppTest, **facts: float | None) -> AppTest:
    """Type numbers (in the units shown) and choose answers (by code)."""
    for name, value in facts.items():
        field(page, name).set_value(value)
    return page.run()
