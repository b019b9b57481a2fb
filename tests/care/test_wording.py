"""Values in words stay on their side of a limit."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodels.care.wording import is_yes, known, value_text, worded
from riskmodels.units import CHOLESTEROL, find_unit


@pytest.mark.parametrize(
    ("value", "text"), [(129.6, "129.6 mmHg"), (130.4, "130 mmHg"), (129.4, "129 mmHg"), (130.0, "130 mmHg")]
)
def test_a_value_below_a_limit_is_not_rounded_onto_it(value, text):
    assert value_text("systolic_bp", value, (130.0,)) == text


@pytest.mark.parametrize(("value", "text"), [(190.0, "4.9 mmol/L"), (188.0, "4.86 mmol/L"), (196.0, "5.1 mmol/L")])
def test_a_limit_is_kept_in_another_unit_and_itself_needs_no_more_decimals(value, text):
    mmol = {"ldl_cholesterol": find_unit(CHOLESTEROL, "mmol/L")}
    assert value_text("ldl_cholesterol", value, (190.0,), mmol) == text


def test_label_stands_before_the_value():
    assert worded(pd.Series({"egfr": 44.6}), "egfr", (45.0,)) == "eGFR 44.6 mL/min/1.73 m²"


def test_a_column_that_is_not_there_is_unknown_and_not_yes():
    assert known(pd.Series({"age": 50.0}), "egfr") != known(pd.Series({"age": 50.0}), "egfr")
    assert not is_yes(pd.Series({"age": 50.0}), "diabetes")
